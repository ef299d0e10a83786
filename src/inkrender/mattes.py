"""What a scene says of its negative space, as planes of one frame: what stays whole, what is left bare first.

Mattes are float32 (h, w), 0 empty, 1 full, at the studio's size. They come from layers, from picture files,
from channels, object indices and Cryptomattes of a plate under the lift.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from . import cache, composition, engine, potential
from .bake import Studio
from .composition import MatteName
from .errors import PlateError, SceneError
from .io import named, stills
from .io.sequence import Sequence
from .plan import LayerPass, LiubaiPass, ScenePass

Plane = NDArray[np.float32]

ROUNDED = 2  # px of difference between a plate and the frame it fills: sizes are whole, even numbers


def lift_inputs(small: Studio, one: ScenePass, wanted: LiubaiPass) -> dict[str, Any]:
    """What `negative_space.problem_for` takes of a frame, beside its canvases and its depth.

    Raises PlateError for a matte that is missing or of another shape, SceneError for one that no plate has.
    """
    # a protected layer under the lift is spared by its own cover; one painted later needs no help
    under = {layer.layer.name for layer in one.lower}
    spared = [*(name for name in wanted.protect if name in under), *wanted.spared]
    return {
        "protect": _union([*_mattes(small, one, spared), *_subjects(small, one)]),
        "reserve": _union(_mattes(small, one, wanted.reserve)),
        "picture": picture(small, one, one.lower),
        "prior": _prior(small, wanted),
        "weights": dict(wanted.weights),
        "allow_holes": wanted.allow_holes,
        "edge": wanted.edge,
        "bleed": wanted.bleed,
        "soft": wanted.soft,
    }


def protected(studio: Studio, one: ScenePass, wanted: LiubaiPass) -> Plane | None:
    """All that a scene wants left whole, wherever it lies, float32 (h, w); None where it names nothing."""
    words = (*wanted.protect, *wanted.spared)
    return _union([*_mattes(studio, one, words), *_subjects(studio, one)])


def matte(studio: Studio, one: ScenePass, word: str) -> Plane:
    """The matte that a word names, as `protect` and `reserve` take it."""
    return _matte(studio, one, _named(one, word))


def prints(small: Studio, one: ScenePass, wanted: LiubaiPass) -> list[str]:
    """Digests of the files beside the layers that decide a frame's negative space."""
    found = prints_of(one, (*wanted.spared, *wanted.reserve))
    if wanted.prior is not None and wanted.prior not in composition.PRIORS:
        found.append(cache.file_digest(Path(wanted.prior)))
    return found


def prints_of(one: ScenePass, words: Iterable[str]) -> list[str]:
    """Digests of the picture files among the mattes that words name."""
    names = [_named(one, word) for word in words]
    return [cache.file_digest(_resolved(one, name.name)) for name in names if name.kind == "file"]


def read_matte(path: Path, size: tuple[int, int]) -> Plane:
    """A matte or a painted map from a picture: its first channel as stored, 0..1, white = full, at `size`.

    size: (w, h). A picture of the frame's shape in another size is fitted; PlateError for another shape.
    """
    plane = stills.read_pass(path, _first_channel(path))
    return _fitted(plane[..., 0] if plane.ndim == 3 else plane, size, str(path))


def _union(found: list[Plane]) -> Plane | None:
    return np.maximum.reduce(found) if found else None


def _mattes(small: Studio, one: ScenePass, words: Iterable[str]) -> list[Plane]:
    return [_matte(small, one, _named(one, word)) for word in words]


def _subjects(small: Studio, one: ScenePass) -> list[Plane]:
    """The mattes that plates under the lift have among their inputs: what they mark is a subject."""
    found = []
    for layer in one.lower:
        if layer.kind == "file" and "matte" in layer.layer.inputs and still_view(layer):
            plane = small.plane(one, layer, "matte")
            if plane is not None:
                found.append(_fitted(plane, small.size, f'the matte of layer "{layer.layer.name}"'))
    return found


def _named(one: ScenePass, word: str) -> MatteName:
    return composition.matte_name(word, tuple(layer.name for layer in one.scene.layer))


def _matte(small: Studio, one: ScenePass, name: MatteName) -> Plane:
    if name.kind == "layer":
        layer = next(p for p in one.layers if p.layer.name == name.name)
        return np.asarray(np.clip(engine.paint(small, one, [layer])[..., 3], 0, 1))
    if name.kind == "file":
        return read_matte(_resolved(one, name.name), small.size)
    plates = [layer for layer in one.lower if layer.kind == "file"]
    failed: PlateError | None = None
    for layer in plates:
        path, _ = small.file(one, layer)
        if not isinstance(path, Path):
            continue
        try:
            return _fitted(of_plate(path, name), small.size, f"{path}: {name.name}")
        except PlateError as error:
            failed = failed or error
    what = failed or f'no plate under the lift that "{name.kind}:{name.name}" could be read from'
    raise SceneError(f'scene "{one.scene.name}", liubai: {what}')


def of_plate(path: Path, name: MatteName) -> NDArray[np.float32]:
    """A matte out of a plate's own file, float32 (h, w) as large as the plate: a Cryptomatte, a channel, an
    object index. Raises PlateError for what the file does not hold."""
    if path.suffix.lower() != ".exr":
        raise PlateError(f'{path} has no channels to read "{name.kind}:{name.name}" from: it is no EXR')
    if name.kind in ("crypto", "id"):
        return named.plane(path, "matte", f"{name.kind}:{name.name}")
    plane = stills.read_pass(path, name.name)
    return plane[..., 0] if plane.ndim == 3 else plane


def _fitted(plane: NDArray[np.float32], size: tuple[int, int], what: str) -> Plane:
    """A matte at the studio's size; PlateError where it has another shape than the frame."""
    (w, h), (rows, cols) = size, plane.shape
    # two pixels at the studio's size: sizes are rounded to whole, even numbers
    if abs(cols / rows * h - w) > 2.5:
        raise PlateError(
            f"{what} is {cols}x{rows}, a shape the frame ({w / h:.3f} times as wide as high) does not have: "
            "a matte is as wide and as high as the frame, in any resolution"
        )
    plane = np.nan_to_num(np.asarray(plane, np.float32), nan=0.0, posinf=1.0, neginf=0.0)
    how = cv2.INTER_AREA if cols >= w else cv2.INTER_LINEAR
    return np.asarray(np.clip(cv2.resize(plane, (w, h), interpolation=how), 0, 1), np.float32)


def _prior(small: Studio, wanted: LiubaiPass) -> Plane | None:
    if wanted.prior is None:
        return None
    w, h = small.size
    if wanted.prior in composition.PRIORS:
        return potential.prior(wanted.prior, (h, w), wanted.strength)
    return np.float32(2 * wanted.strength) * (read_matte(Path(wanted.prior), small.size) - np.float32(0.5))


def picture(small: Studio, one: ScenePass, layers: Iterable[LayerPass]) -> NDArray[np.float32] | None:
    """The first plate that fills the frame, as light (h, w, 4) at the studio's size; None without one.

    Two pixels more or less are cut off or repeated at the far edges: sizes are rounded to whole, even
    numbers, and what lies where stays there.
    """
    w, h = small.size
    for layer in layers:
        if layer.kind == "file" and still_view(layer):
            light = small.light(one, layer)
            rows, cols = light.shape[:2]
            if abs(rows - h) <= ROUNDED and abs(cols - w) <= ROUNDED:
                more = ((0, max(h - rows, 0)), (0, max(w - cols, 0)), (0, 0))
                return np.ascontiguousarray(np.pad(light[:h, :w], more, "edge"))
    return None


def still_view(layer: LayerPass) -> bool:
    """Whether the frame sees a layer as it is: no pan, no zoom."""
    return (layer.view.x, layer.view.y, layer.view.zoom) == (0.0, 0.0, 1.0)


def _resolved(one: ScenePass, file: str) -> Path:
    """The file of a matte for this frame: a still, or the frame of a sequence, held where there is none."""
    found = Sequence(one.scene.path(file)).resolve(one.frame, missing="hold", before="hold", after="hold")
    return Path(found or file)


def _first_channel(path: Path) -> str:
    """The channel of an EXR that a matte is read from; other pictures have only one that counts."""
    if path.suffix.lower() != ".exr":
        return ""
    from .io import exr

    return exr.beauty(exr.header(path))[0].name
