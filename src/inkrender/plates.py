"""The files a layer shows: which frame of a sequence or video, read as light with its passes, fitted, turned.

What was read is remembered for a few frames, since several layers and threads ask for the same file.
"""

from __future__ import annotations

import logging
import math
import re
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from . import cache, scene
from .errors import PlateError
from .frame import Frame
from .plan import LayerPass

if TYPE_CHECKING:
    from .io.sequence import Sequence

Plane = NDArray[np.float32]
GIB = 1 << 30

TOGETHER = 1 << 21  # px of a file up to which a few frames with all their passes can be remembered
MOVING = {"depth", "position", "vector"}  # what tells of the camera and of motion

remembered = cache.Memory(limit=GIB // 4)  # files of the last few frames, as they were read
_warned: set[tuple[str, ...]] = set()  # what has been said of which layer's files


def file_frame(one: scene.Scene, layer: LayerPass) -> int:
    """The frame of a file that a drawing shows: the scene's own number, moved by offset or start."""
    told = layer.layer
    if told.start is not None:
        return layer.drawing - one.first + told.start
    return layer.drawing + (told.offset or 0)


def is_video(path: Any) -> bool:
    """Whether a file is a video by its name."""
    from .io.video import SUFFIXES

    return isinstance(path, Path) and path.suffix.lower() in SUFFIXES


def known(path: Path, number: int, layer: LayerPass, wanted: set[str], one: scene.Scene) -> Frame:
    """A plate with the passes that are wanted, as `read` gives it, for a few frames remembered.

    Painting a plate, its camera and its motion want different passes of one file, and to read any of them
    takes nearly as long as all: a file that is small enough to be remembered is read once for the three.
    """
    from .io import stills

    painted = {name for use in layer.shaders for name in (*use.shader.needs, *use.shader.optional)}
    w, h = stills.size(path)
    read_along = painted | MOVING if painted and w * h <= TOGETHER else set()
    told, every = layer.layer, wanted | read_along
    planes = {name: at for name, at in told.inputs.items() if name in every}
    made_from = (str(path), number, told.pass_, told.alpha, told.transfer, cache.file_digest(path))
    frame = remembered.get(
        (*made_from, tuple(sorted(planes.items())), tuple(sorted(every))),
        lambda: read(path, number, layer, planes, every, one),
        lambda f: f.pixels.nbytes + sum(p.nbytes for p in f.passes.values()),
    )
    passes = {name: plane for name, plane in frame.passes.items() if name in wanted}
    return Frame(frame.pixels, frame.medium, passes, frame.info)


def read(
    path: Path,
    number: int,
    layer: LayerPass,
    planes: dict[str, str],
    wanted: set[str],
    one: scene.Scene,
) -> Frame:
    """A plate as premultiplied scene-linear light, with the passes that are wanted.

    planes: where the scene says that those lie which it tells of.
    """
    told = layer.layer
    if is_video(path):
        return video(path, number, told.transfer)
    from .io import named, stills

    places = {name: named.turned(at)[0] if name == "vector" else at for name, at in planes.items()}
    apart = {name for name, where in places.items() if named.is_named(where) or one.path(where).is_file()}
    held = {name: where for name, where in places.items() if name not in apart and _holds(path, where)}
    frame = stills.read(
        path,
        layer=told.pass_,
        alpha=None if told.alpha == "auto" else told.alpha,
        transfer=None if told.transfer == "auto" else told.transfer,
        passes={**dict.fromkeys(wanted - set(planes)), **held},
    )
    passes = dict(frame.passes)
    for name, where in places.items():
        if named.is_named(where):
            passes[name] = named.plane(path, name, where)
        elif name in apart:
            beside = one.path(where)
            passes[name] = _beside(stills.read_pass(beside, name), name, beside, frame.size)
        elif name not in held and path.suffix.lower() == ".exr":
            # footage without that pass: a shader that cannot do without it says so
            frame.info["warnings"].append(f'has no {name} (inputs.{name} = "{where}"): done without it')
        signs = named.turned(planes[name])[1] if name == "vector" else (1.0, 1.0)
        if signs != (1.0, 1.0) and name in passes and passes[name].shape[-1] == 4:
            passes[name] = passes[name] * np.array([*signs, *signs], np.float32)
    return Frame(frame.pixels, frame.medium, passes, frame.info)


def video(path: Path, number: int, transfer: str, size: tuple[int, int] | None = None) -> Frame:
    """A frame of a video as light; size (w, h): smaller, each pixel the mean of what it covers.

    What is smaller than its codes is remembered; else it is made anew, and `info["fresh"]` says so: it may be
    painted over.
    """
    from .io import stills

    if clip(path).info.has_alpha:
        raw = clip(path).raw(number)
        made = stills.to_light(raw.pixels, raw.transfer if transfer == "auto" else transfer, False)
        return Frame(made, info={"fresh": True})
    curve = "srgb" if transfer == "auto" else transfer
    seen = codes(path, number)
    if size is None or 16 * size[0] * size[1] > seen.nbytes:
        return Frame(stills.opaque_light(seen, curve, size), info={"fresh": True})
    key = "light", cache.file_digest(path), number, curve, size
    light = remembered.get(key, lambda: stills.opaque_light(seen, curve, size), lambda made: made.nbytes)
    return Frame(light)


def codes(path: Path, number: int) -> NDArray[Any]:
    """A frame of a video as RGB codes (h, w, 3), for a few frames remembered: not to be changed.

    They are a fifth of the light they stand for; motion, analysis and painting ask for the same ones.
    """

    def read() -> NDArray[Any]:
        found: NDArray[Any] = clip(path).read(number)
        found.setflags(write=False)
        return found

    return remembered.get(("codes", cache.file_digest(path), number), read, lambda found: found.nbytes)


def _beside(plane: Plane, name: str, path: Path, size: tuple[int, int]) -> Plane:
    """A plane from a file of its own at the plate's size (w, h); PlateError where the shape is another."""
    import cv2

    (w, h), (rows, cols) = size, plane.shape[:2]
    if (cols, rows) == size:
        return plane
    if name == "vector":  # px of its own picture: the track says so and does without it
        return plane
    if abs(cols * h - rows * w) > 0.02 * cols * h:
        raise PlateError(
            f"{path} ({name}) is {cols}x{rows}, the plate {w}x{h}: "
            "it has to show the same picture, in any size"
        )
    how = _resampling(name, cols > w)
    return np.asarray(cv2.resize(plane, size, interpolation=how), np.float32)


def _resampling(name: str, down: bool) -> int:
    """How a pass is brought to another size: a matte is averaged, what is no colour keeps its values."""
    import cv2

    if name != "matte":
        return cv2.INTER_NEAREST
    return cv2.INTER_AREA if down else cv2.INTER_LINEAR


def _holds(path: Path, where: str) -> bool:
    """Whether a file has a layer or channel whose name ends like this."""
    from .io import stills

    if path.suffix.lower() != ".exr":
        return False
    names = stills.channels(path)
    return any(n == where or n.endswith(f".{where}") or f".{where}." in f".{n}" for n in names)


def resize(frame: Frame, size: tuple[int, int]) -> Frame:
    """A frame and its passes at another size: area averages down, cubic up; passes keep their values."""
    if frame.size == size:
        return frame
    import cv2

    down = size[0] < frame.size[0]
    how = cv2.INTER_AREA if down else cv2.INTER_CUBIC
    pixels = np.asarray(cv2.resize(frame.pixels, size, interpolation=how), np.float32)
    if not down:  # a cubic overshoots beside an edge: light below 0 and alpha beyond 1 do not exist
        pixels = np.maximum(pixels, 0)
        pixels[..., 3] = np.minimum(pixels[..., 3], 1)
    passes = {
        name: np.asarray(cv2.resize(plane, size, interpolation=_resampling(name, down)), np.float32)
        for name, plane in frame.passes.items()
    }
    return Frame(pixels, frame.medium, passes, frame.info)


def turn(frame: Frame, degrees: float) -> Frame:
    """A frame turned clockwise about its middle, on a canvas that holds all of it."""
    import cv2

    w, h = frame.size
    a = math.radians(degrees)
    wide = math.ceil(abs(w * math.cos(a)) + abs(h * math.sin(a))) + 2
    tall = math.ceil(abs(w * math.sin(a)) + abs(h * math.cos(a))) + 2
    how = cv2.getRotationMatrix2D(((w - 1) / 2, (h - 1) / 2), -degrees, 1.0)
    how[:, 2] += np.array([(wide - w) / 2, (tall - h) / 2])

    def turned(plane: NDArray[np.float32], flags: int) -> NDArray[np.float32]:
        return np.asarray(cv2.warpAffine(plane, how, (wide, tall), flags=flags), np.float32)

    pixels = np.maximum(turned(frame.pixels, cv2.INTER_CUBIC), 0)
    pixels[..., 3] = np.minimum(pixels[..., 3], 1)
    passes = {name: turned(plane, cv2.INTER_NEAREST) for name, plane in frame.passes.items()}
    return Frame(pixels, frame.medium, passes, frame.info)


def turn_about(
    pixels: NDArray[np.float32], origin: tuple[float, float], degrees: float
) -> tuple[NDArray[np.float32], tuple[float, float]]:
    """A drawing turned clockwise about its origin, px from its corner."""
    h, w = pixels.shape[:2]
    x, y = origin
    left, top = max(0, math.ceil(w - 2 * x)), max(0, math.ceil(h - 2 * y))
    right, low = max(0, math.ceil(2 * x - w)), max(0, math.ceil(2 * y - h))
    # the origin comes to lie in the middle, which is what the picture is turned about
    even = np.pad(pixels, ((top, low), (left, right), (0, 0)))
    turned = turn(Frame(even), degrees).pixels
    off_x, off_y = x + left - even.shape[1] / 2, y + top - even.shape[0] / 2
    a = math.radians(degrees)
    return turned, (
        turned.shape[1] / 2 + off_x * math.cos(a) - off_y * math.sin(a),
        turned.shape[0] / 2 + off_x * math.sin(a) + off_y * math.cos(a),
    )


def clip(path: Path) -> Any:
    """A video is indexed once: every frame asks for it."""
    from .io.video import Video

    return remembered.get(("video", cache.file_digest(path)), lambda: Video(path), lambda _: 1 << 24)


def warn(where: str, path: Path, warnings: Iterable[str]) -> None:
    """Say what a plate's reader had to change, once for a sequence: the frames after it are much the same."""
    for what in warnings:
        kind = (where, *(re.sub(r"\d+", "", told) for told in (path.name, what)), str(path.parent))
        if kind not in _warned:
            _warned.add(kind)
            logging.getLogger("inkrender").warning("%s: %s: %s", where, path, what)


def sequence(path: str) -> Sequence:
    """A sequence is scanned once: thousands of frames ask for it."""
    from .io.sequence import Sequence

    found: Sequence = remembered.get(("sequence", path), lambda: Sequence(path), lambda _: 4096)
    return found
