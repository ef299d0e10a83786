"""A layer's own picture, before the camera sees it: painted, read, drawn or set, shaded, and kept.

A picture that is the same in every frame is baked once a scene, for all its views can see, and kept under
the hash of everything that made it. Others are made for the drawing at hand. Shaders on a layer work here, in
the layer's own space, so that grain and edges belong to the layer and not to the screen.
"""

from __future__ import annotations

import math
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from . import cache, cameras, following, paint, plates, points, scene
from .errors import InkError, SceneError, ShaderError
from .frame import Baked, Frame, Medium, Region
from .plan import MARGIN, LayerPass, ScenePass, ShaderPass, sheet
from .shader import At, Inputs
from .timing import seed_of

if TYPE_CHECKING:
    from .io.svg import Rig
    from .tracking import Track

Plane = NDArray[np.float32]
GIB = 1 << 30
PROXY_LINES = 270
PIECE = 256  # px, the side of a piece of paper that is remembered

_memory = cache.Memory(limit=5 * GIB // 4)
_drawings = cache.Memory(limit=GIB // 5)  # of the frames in flight: a film must not grow as it is rendered


@dataclass(frozen=True)
class Studio:
    """Where a film is painted: its paper, and the size its layers are baked at.

    scale: output px per px at 1080 lines. paper: the film's paper shader. known: what has been found out
    about scenes as a whole (tracks, surveys), which does not depend on the output's size.
    """

    film: scene.Film
    size: tuple[int, int]
    paper: ShaderPass
    folders: tuple[Path, ...] = ()
    store: Path = field(default_factory=cache.folder)
    known: dict[Any, Any] = field(default_factory=dict, compare=False, repr=False)

    @property
    def scale(self) -> float:
        """Output px per px at 1080 lines."""
        return self.size[1] / 1080

    @cached_property
    def sheet(self) -> Baked:
        """The paper: -ln of its reflectance and its height, at output size."""
        region = Region(0.0, 0.0, *self.size, self.scale)
        key = cache.digest("paper", self.paper.told(), _place(region), self.film.seed, cache.code_digest())
        return self._kept(key, lambda: Baked.of(self._grain(region), region))

    @cached_property
    def white(self) -> NDArray[np.float32]:
        """The paper as one linear colour, (3,): what blank is measured against."""
        inner = self.sheet.pixels()[..., :3].reshape(-1, 3)
        return np.asarray(np.exp(-inner.mean(axis=0, dtype=np.float64)), np.float32)

    @cached_property
    def proxy(self) -> Studio:
        """The same film at 270 lines: where what a frame must know beforehand is worked out."""
        w, h = self.film.size
        size = 2 * round(w * PROXY_LINES / h / 2), PROXY_LINES
        return self if self.size == size else replace(self, size=size)

    @cached_property
    def _keys(self) -> dict[tuple[Any, ...], str]:
        return {}

    def height(self, region: Region) -> Plane:
        """The paper's height, float32 (h, w) 0..1, as it lies under a region of a layer.

        It is put together from pieces that are remembered: the poses of a rig, and all frames of a plate, lie
        over the same paper. A region off the pixel grid of the pieces gets its own.
        """
        left, top = region.x * region.scale, region.y * region.scale
        if max(abs(left - round(left)), abs(top - round(top))) > 1e-3:
            return np.ascontiguousarray(self._grain(region)[..., 3])
        dst = np.empty((region.h, region.w), np.float32)
        x0, y0 = round(left), round(top)
        for j in range(y0 // PIECE, (y0 + region.h - 1) // PIECE + 1):
            for i in range(x0 // PIECE, (x0 + region.w - 1) // PIECE + 1):
                piece = self._piece(i, j, region.scale)
                y, x = j * PIECE - y0, i * PIECE - x0
                rows, cols = slice(max(y, 0), y + PIECE), slice(max(x, 0), x + PIECE)
                part = dst[rows, cols]
                part[...] = piece[max(-y, 0) :, max(-x, 0) :][: part.shape[0], : part.shape[1]]
        return dst

    def _piece(self, i: int, j: int, scale: float) -> Plane:
        region = Region(i * PIECE / scale, j * PIECE / scale, PIECE, PIECE, scale)
        return _memory.get(
            ("height", self._paper_digest, i, j, scale),
            lambda: np.ascontiguousarray(self._grain(region)[..., 3]),
            lambda plane: plane.nbytes,
        )

    @cached_property
    def _paper_digest(self) -> str:
        return cache.digest(self.paper.told(), self.film.seed)

    def _grain(self, region: Region) -> NDArray[np.float32]:
        dst = np.zeros((region.h, region.w, 4), np.float32)
        at = At(seed=seed_of(self.film.seed, "paper"))
        self.paper.shader.shade(dst, region, at, self.paper.params, Inputs())
        return dst

    def _kept(self, key: str, make: Callable[[], Baked]) -> Baked:
        def load_or_make() -> Baked:
            found = cache.load_baked(self.store, key)
            if found is None:
                found = make()
                cache.save_baked(self.store, key, found)
            return found

        return _memory.get(key, load_or_make, lambda b: b.data.nbytes)

    # layers -----------------------------------------------------------------------------------------------

    def layer(self, one: ScenePass, layer: LayerPass) -> Baked:
        """The layer's picture for this frame, baked."""
        key = self.key(one, layer)
        if layer.static:
            return self._kept(key, lambda: self._paint(one, layer))
        # a drawing is held for a few frames and asked for by several threads: remembered, never stored
        return _drawings.get(key, lambda: self._paint(one, layer), lambda b: b.data.nbytes)

    def key(self, one: ScenePass, layer: LayerPass) -> str:
        """The hash of everything that decides the layer's own picture."""
        if layer.source is None:  # files may change while a film is open
            return self._key(one, layer)
        seen = () if layer.static else layer.view
        made_by = (layer.source.digest, *(use.digest for use in layer.shaders))
        at = (one.scene.name, layer.layer.name, layer.drawing, layer.seconds, seen, made_by)
        if at not in self._keys:
            self._keys[at] = self._key(one, layer)
        return self._keys[at]

    def _key(self, one: ScenePass, layer: LayerPass) -> str:
        # what is read or drawn is told by what it is made from: a still drawing is one picture, held or not
        moving = any(use.moving for use in (layer.source, *layer.shaders) if use is not None)
        when: tuple[Any, ...] = (layer.drawing, layer.seconds) if moving else ()
        return cache.digest(
            cache.code_digest(),
            layer.kind,
            layer.seed,
            self.film.seed,
            layer.source.digest if layer.source else None,
            [use.digest for use in layer.shaders],
            self._paper_digest,
            _place(self._region(layer)) if layer.source else (self.size, layer.zoom_max),
            self._made_from(one, layer),
            when,
        )

    def _made_from(self, one: ScenePass, layer: LayerPass) -> Any:
        told = layer.layer
        if layer.kind == "file":
            motion = following.asked(layer) and following.moving(layer)
            moved = [self.track(one, layer).digest, layer.drawing] if motion else None
            return [*self.made_from_file(one, layer), told.fit, _size_of(layer), moved]
        if layer.kind == "rig":
            return [
                cache.file_digest(one.scene.path(told.rig or "")),
                self._pose(one, layer),
                _size_of(layer),
            ]
        if layer.kind == "text":
            font = one.scene.path(told.font) if told.font else None
            face = cache.file_digest(font) if font and font.is_file() else told.font
            return [told.text, face, told.size, told.pigment, told.vertical, told.align, _size_of(layer)]
        return None

    def made_from_file(self, one: ScenePass, layer: LayerPass) -> list[Any]:
        """What names the content of the file that a drawing shows, and of the passes beside it."""
        told = layer.layer
        path, number = self.file(one, layer)
        which = path if path is None or path == "black" else [cache.file_digest(path), number]
        planes = [cache.file_digest(p) for p in self._plane_files(one, layer)]
        return [which, planes, told.inputs.get("vector"), told.pass_, told.alpha, told.transfer]

    def track(self, one: ScenePass, layer: LayerPass) -> Track:
        """How a plate of several drawings moves through its scene; worked out when it is first asked."""
        key = ("track", one.scene.name, layer.layer.name)
        if key not in self.known:
            self.known.setdefault(key, following.track_of(self, one, layer))
        found: Track = self.known[key]
        return found

    def _paint(self, one: ScenePass, layer: LayerPass) -> Baked:
        if layer.source is not None:
            return self._painted(layer)
        frame, region = self._picture(one, layer)
        planes: dict[str, Any] = dict(frame.passes)
        if cameras.asked(layer) and "depth" in planes:
            planes["camera"] = cameras.camera(self, one, layer)
        shared = not frame.info.get("fresh", False)
        pixels, medium = self._apply(layer, frame.pixels, region, "light", planes, shared)
        return Baked.cropped(pixels, region, medium)

    def _region(self, layer: LayerPass) -> Region:
        """What has to be painted of a source: all that is seen of this picture."""
        scale = self.scale * layer.zoom_max
        x0, y0, x1, y1 = layer.extent
        left, top = math.floor(x0 * scale) - MARGIN, math.floor(y0 * scale) - MARGIN
        right, low = math.ceil(x1 * scale) + MARGIN, math.ceil(y1 * scale) + MARGIN
        return Region(left / scale, top / scale, right - left, low - top, scale)

    def _painted(self, layer: LayerPass) -> Baked:
        source = layer.source
        if source is None:
            raise TypeError("only a layer with a source shader is painted")
        region = self._region(layer)
        reach = _reach(layer)
        grown, border = paint.grow(region, reach)
        dst = np.zeros((grown.h, grown.w, 4), np.float32)
        inputs = self._inputs(source, grown, {}, layer)
        _shade(source, dst, grown, layer, inputs)
        medium: Medium = "light" if source.shader.medium == "light" else "ink"
        pixels, medium = self._apply(layer, dst, grown, medium, {}, shared=False)
        inner = pixels[border : border + region.h, border : border + region.w]
        return Baked.cropped(inner, region, medium)

    def _apply(
        self,
        layer: LayerPass,
        pixels: NDArray[np.float32],
        region: Region,
        medium: Medium,
        planes: dict[str, Any],
        shared: bool,
    ) -> tuple[NDArray[np.float32], Medium]:
        """Run the layer's shaders over its picture; light becomes ink where a shader paints ink.

        shared: others may read these pixels again; else they may be painted over.
        """
        given, told = pixels, layer.layer
        for use in layer.shaders:
            if medium == "light" and use.shader.medium == "ink":
                pixels = points.light_to_ink(
                    pixels, told.white, float(told.at("body", layer.frame)), told.edges
                )
                medium = "ink"
            elif medium == "ink" and use.shader.medium == "light":
                raise SceneError(
                    f'layer "{told.name}": shader "{use.shader.name}" works on light, but the layer is ink '
                    "by then: put it before the shaders that paint ink"
                )
            inputs = self._inputs(use, region, planes, layer)
            if use.shader.kind == "area":
                if shared and pixels is given:
                    pixels = np.array(pixels, np.float32, order="C")
                _shade(use, pixels, region, layer, inputs)
            else:
                pixels = points.shade_points(use, pixels, region, _at(layer), inputs)
            medium = "ink" if use.shader.gives == "ink" else "light"
        return pixels, medium

    def _inputs(self, use: ShaderPass, region: Region, planes: dict[str, Any], layer: LayerPass) -> Inputs:
        """The planes a shader asks for: the paper's height, passes of the plate, and what it bakes itself."""
        shader = use.shader
        found: dict[str, Any] = {}
        for name in (*shader.needs, *shader.optional):
            if name == "height":
                found[name] = self.height(region)
            elif name in planes:
                found[name] = planes[name]
            elif name in shader.optional:
                found[name] = None
            else:
                there = f"it has {', '.join(planes)}" if planes else "the layer has no such pass"
                raise SceneError(
                    f'layer "{layer.layer.name}": shader "{shader.name}" needs {name}, {there}: '
                    f'give inputs.{name} = "FILE or channel"'
                )
        if shader.bake is not None:
            found.update(shader.bake(use.params, region, layer.seed))
        return Inputs(**found)

    # pictures that come from elsewhere --------------------------------------------------------------------

    def file(self, one: ScenePass, layer: LayerPass) -> tuple[Any, int]:
        """The file this drawing shows, "black" or None for nothing, and the frame of it for a video."""
        from .io.sequence import within

        told = layer.layer
        path = one.scene.path(told.file or "")
        number = plates.file_frame(one.scene, layer)
        if plates.is_video(path):
            last = plates.clip(path).frames - 1
            shown = within(number, 0, last, before=told.before, after=told.after, name=str(path))
            return (path, shown) if isinstance(shown, int) else (shown, 0)
        found = plates.sequence(str(path))
        return found.resolve(number, missing=told.missing, before=told.before, after=told.after), 0

    def _plane_files(self, one: ScenePass, layer: LayerPass) -> list[Path]:
        from .io import named

        words = (named.turned(v)[0] for v in layer.layer.inputs.values())
        return [p for p in map(one.scene.path, words) if p.is_file()]

    def _rig(self, one: ScenePass, layer: LayerPass) -> Rig:
        from .io.svg import Rig

        path = one.scene.path(layer.layer.rig or "")
        return plates.remembered.get(("rig", cache.file_digest(path)), lambda: Rig(path), lambda _: 1 << 16)

    def _pose(self, one: ScenePass, layer: LayerPass) -> dict[str, float]:
        told = layer.layer
        pose = {name: float(told.at(name, layer.drawing)) for name in told.keys}
        pose["wind"] = float(told.at("wind", layer.drawing))
        pose["seconds"] = layer.seconds if pose["wind"] and self._rig(one, layer).alive else 0.0
        return pose

    def _picture(self, one: ScenePass, layer: LayerPass) -> tuple[Frame, Region]:
        """The layer's picture as light at output scale, and where it lies in the layer's own space."""
        told, frame = layer.layer, layer.drawing
        grown = float(told.at("scale", frame))
        scale = self.scale * layer.zoom_max
        if layer.kind == "file":
            plate, region = self._plate(one, layer, grown)
            moved = following.planes(self, one, layer, plate, region)
            return replace(plate, passes={**plate.passes, **moved}), region
        if layer.kind == "rig":
            pose = self._pose(one, layer)
            seconds, wind = pose.pop("seconds"), pose.pop("wind")
            pixels, origin = self._rig(one, layer).raster(pose, seconds, wind, grown * scale)
        else:
            from .io import text

            pixels, origin = text.raster(
                told.text or "",
                one.scene.path(told.font) if told.font and one.scene.path(told.font).is_file() else told.font,
                told.size * grown,
                told.pigment,
                vertical=told.vertical,
                align=told.align,
                scale=scale,
            )
        if told.at("rotation", frame):
            pixels, origin = plates.turn_about(pixels, origin, float(told.at("rotation", frame)))
        h, w = pixels.shape[:2]
        reach = math.ceil(_reach(layer) * scale)
        pixels = np.pad(pixels, ((reach, reach), (reach, reach), (0, 0)))
        region = Region(
            -(origin[0] + reach) / scale, -(origin[1] + reach) / scale, w + 2 * reach, h + 2 * reach, scale
        )
        return Frame(np.ascontiguousarray(pixels, np.float32)), region

    def light(self, one: ScenePass, layer: LayerPass) -> NDArray[np.float32]:
        """A plate before any shader, light (h, w, 4) at output scale, as it lies in the layer."""
        return self._plate(one, layer, float(layer.layer.at("scale", layer.drawing)))[0].pixels

    def reduced(self, one: ScenePass, layer: LayerPass, size: tuple[int, int]) -> NDArray[np.float32]:
        """All of a plate before any shader, light (h, w, 4) at a size (w, h)."""
        path, number = self.file(one, layer)
        if plates.is_video(path):
            w, h = plates.clip(path).size
            seen = plates.video(path, number, layer.layer.transfer, (min(w, size[0]), min(h, size[1])))
            return plates.resize(seen, size).pixels
        wanted = {n for use in layer.shaders for n in (*use.shader.needs, *use.shader.optional)}
        return plates.resize(self.passes(one, layer, wanted), size).pixels

    def plane(self, one: ScenePass, layer: LayerPass, name: str) -> NDArray[np.float32] | None:
        """A pass of a plate at output scale, as it lies in the layer, or None where it has none."""
        if plates.is_video(self.file(one, layer)[0]):
            return None
        frame, _ = self._plate(one, layer, float(layer.layer.at("scale", layer.drawing)), (name,))
        return frame.passes.get(name)

    def _plate(
        self, one: ScenePass, layer: LayerPass, grown: float, also: tuple[str, ...] = ()
    ) -> tuple[Frame, Region]:
        scale = self.scale * layer.zoom_max
        told = layer.layer
        path, number = self.file(one, layer)
        wanted = {n for use in layer.shaders for n in (*use.shader.needs, *use.shader.optional)} | set(also)
        plate = None if plates.is_video(path) else self.passes(one, layer, wanted)
        w, h = plates.clip(path).size if plate is None else plate.size
        px, x, y = self.fitted(layer, (w, h), grown)
        size = max(1, round(w * px * scale)), max(1, round(h * px * scale))
        if plate is None:
            plate = plates.video(path, number, told.transfer, (min(w, size[0]), min(h, size[1])))
        turned = float(told.at("rotation", layer.drawing))
        fitted = plates.turn(plates.resize(plate, size), turned) if turned else plates.resize(plate, size)
        if turned:
            x, y = x + w * px / 2 - fitted.size[0] / scale / 2, y + h * px / 2 - fitted.size[1] / scale / 2
        return fitted, Region(x, y, *fitted.size, scale)

    def fitted(self, layer: LayerPass, size: tuple[int, int], grown: float) -> tuple[float, float, float]:
        """Layer px a pixel of a plate takes, and where the plate's corner lies. size: the plate's (w, h)."""
        (w, h), (across, down) = size, sheet(self.film)
        if layer.layer.fit == "none":  # a pixel of the file is a pixel of the master
            return 1080 / self.film.size[1] * grown, 0.0, 0.0
        px = (max if layer.layer.fit == "cover" else min)(across / w, down / h) * grown
        return px, (across - w * px) / 2, (down - h * px) / 2

    def size_of_file(self, one: ScenePass, layer: LayerPass) -> tuple[int, int]:
        """The size (w, h) of the picture that a drawing shows."""
        path, _ = self.file(one, layer)
        if not isinstance(path, Path):
            return self.film.size
        if plates.is_video(path):
            size: tuple[int, int] = plates.clip(path).size
            return size
        from .io import stills

        return stills.size(path)

    def number_of_file(self, one: ScenePass, layer: LayerPass) -> int | None:
        """The number of the file that a drawing shows, or None where it shows another in its stead."""
        path, _ = self.file(one, layer)
        number = plates.file_frame(one.scene, layer)
        own = one.scene.path(layer.layer.file or "")
        return number if plates.sequence(str(own)).path(number) == path else None

    def glance(self, one: ScenePass, layer: LayerPass) -> Frame | NDArray[Any]:
        """The picture of a drawing for its motion alone: codes of a video, or a frame with vectors."""
        path, number = self.file(one, layer)
        if plates.is_video(path):
            return plates.codes(path, number)
        return self.passes(one, layer, {"vector"})

    def passes(self, one: ScenePass, layer: LayerPass, wanted: set[str]) -> Frame:
        """The picture that a drawing shows and the passes that are wanted of it, as they lie in its file."""
        path, number = self.file(one, layer)
        if path is None or path == "black":
            w, h = self.film.size
            empty = np.zeros((h, w, 4), np.float32)
            empty[..., 3] = 1 if path == "black" else 0
            return Frame(empty)
        frame = plates.known(path, number, layer, wanted, one.scene)
        name = f'{one.scene.name}: layer "{layer.layer.name}"'
        plates.warn(name, path, frame.info.get("warnings", ()))
        return frame


def _reach(layer: LayerPass) -> float:
    """How far, in px at 1080 lines, the layer's shaders look around a pixel."""
    return sum(use.shader.reach(use.params) for use in layer.shaders if use.shader.reach is not None)


def _at(layer: LayerPass) -> At:
    return At(t=layer.seconds, n=layer.frame, held=layer.drawing, seed=layer.seed)


def _shade(use: ShaderPass, dst: Plane, region: Region, layer: LayerPass, inputs: Inputs) -> None:
    """Run a source or an area shader; ShaderError says where the code of a film's own went wrong."""
    try:
        use.shader.shade(dst, region, _at(layer), use.params, inputs)
    except InkError:
        raise
    except Exception as error:
        steps = [s for s in traceback.extract_tb(error.__traceback__) if s.filename == str(use.shader.path)]
        line = f":{steps[-1].lineno}" if steps else ""
        what = f"{type(error).__name__}: {error}"
        raise ShaderError(f'layer "{layer.layer.name}": {use.shader.path}{line}: {what}') from error


def _place(region: Region) -> list[float]:
    return [region.x, region.y, region.w, region.h, region.scale]


def _size_of(layer: LayerPass) -> list[float]:
    told = layer.layer
    return [
        float(told.at("scale", layer.drawing)),
        float(told.at("rotation", layer.drawing)),
        float(told.at("body", layer.frame)),
    ]
