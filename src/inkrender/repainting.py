"""What the two recipes behind the shader `repaint` share: a plate taken apart, and noise of the paper's own.

Light is premultiplied scene-linear (h, w, 4). Lengths are px at 1080 lines, all noise is a hash of seed and
place, all ranges are fixed: nothing measured on the frame, nothing flickers.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from . import colour
from .fields import (
    guided,
)
from .frame import Region
from .paint import field, mixed

Plane = NDArray[np.float32]
UNSEEN = np.float32(0.02)  # below this `terrain.drag` does no work
TEXELS = 1024  # side of a baked texture
FINE = 8  # texels across its finest feature: read bilinearly, its facets are not seen


@dataclass(frozen=True)
class Plate:
    """A plate taken apart: straight OKLab lightness, chroma, hue in degrees, and alpha."""

    light: Plane
    chroma: Plane
    hue: Plane
    alpha: Plane


def take_apart(light: NDArray[np.float32], simplify: float = 0.0) -> Plate:
    """simplify: pixels per px at 1080 lines to smooth the picture inside its edges, 0 leaves it sharp."""
    alpha = np.clip(light[..., 3], 0, 1)
    straight = np.asarray(np.clip(light[..., :3] / np.maximum(alpha, 0.02)[..., None], 0, 4), np.float32)
    lab = np.asarray(_oklab(straight), np.float32)
    if simplify:
        radius = max(2, round(6 * simplify))
        guide = np.ascontiguousarray(lab[..., 0])
        smooth = guided(guide, guide, radius, 1.2e-3)
        lab = np.dstack(
            [smooth, *(guided(smooth, np.ascontiguousarray(lab[..., c]), radius, 1e-3) for c in (1, 2))]
        )
    hue = np.degrees(np.arctan2(lab[..., 2], lab[..., 1])) % 360
    return Plate(
        np.ascontiguousarray(lab[..., 0]),
        np.hypot(lab[..., 1], lab[..., 2]),
        np.asarray(hue, np.float32),
        alpha,
    )


@lru_cache(maxsize=24)
def paper_noise(
    region: Region, seed: int, size: float, number: int, octaves: int = 3, warp: float = 0.0
) -> Plane:
    """A noise field of the paper's own, the same for every frame of a shot: remembered, not to be changed."""
    made = field(region, (size, size), mixed(seed, number), octaves, warp=warp)
    made.setflags(write=False)
    return made


@dataclass(frozen=True)
class Texture:
    """Noise that stays where it belongs: `Texture(region, seed, anchor)(size, number)` is (h, w), mean 0.

    Without an anchor it is `paper_noise`: fixed to the layer. anchor: float32 (h, w, 2), the place in px at
    1080 lines at which each pixel's texture lies; or (h, w, 3) with how many octaves the surface is reduced
    there, as `surface.anchored` gives it. Then a texture baked once is read at the anchor: it moves with
    the surface and has the same statistics. size: of the largest features, px; number: which noise; warp: as
    `paint.field`. The planes are not to be changed.
    """

    region: Region
    seed: int
    anchor: NDArray[np.float32] | None = None

    def __call__(self, size: float, number: int, octaves: int = 3, warp: float = 0.0) -> Plane:
        """The noise field `number` of this seed, with features of `size` px and smaller."""
        if self.anchor is None:
            return paper_noise(self.region, self.seed, size, number, octaves, warp)
        from .kernels import texture

        # octaves finer than two output pixels would only glitter
        finest = max(2.0 * size * self.region.scale, 1.0)
        octaves = max(1, min(octaves, int(np.floor(np.log2(finest))) + 1))
        tile, cells = _tile(number, octaves, round(warp, 3))
        away = mixed(self.seed, number)
        x, y = (away & 0xFFFF) / 65536 * TEXELS, (away >> 16) / 65536 * TEXELS
        step = TEXELS / cells / size
        dst = np.empty(self.anchor.shape[:2], np.float32)
        read = texture.read_receding if self.anchor.shape[2] == 3 else texture.read
        read(dst, tile, self.anchor, np.float32(step), np.float32(x), np.float32(y))
        return dst


@lru_cache(maxsize=32)
def _tile(number: int, octaves: int, warp: float) -> tuple[Plane, int]:
    """(a noise texture that joins itself, how many of its largest features lie across)."""
    from .kernels import texture

    cells = TEXELS // FINE >> (octaves - 1)
    tile = np.empty((TEXELS, TEXELS), np.float32)
    texture.bake(tile, cells, mixed(0, number), octaves, warp, max(1, round(0.6 * cells)))
    tile -= tile.mean(dtype=np.float64)
    tile.setflags(write=False)
    return tile, cells


def _oklab(rgb: NDArray[np.float32]) -> NDArray[np.float32]:
    """As colour.oklab, by OpenCV: a third of the time, equal to 1e-6."""
    lms = cv2.transform(rgb, colour.RGB_TO_LMS.astype(np.float32))
    return np.asarray(cv2.transform(np.cbrt(np.maximum(lms, 0)), colour.LMS_TO_LAB.astype(np.float32)))


def square(radius: float) -> NDArray[np.uint8]:
    """A square brush for morphology: OpenCV runs it in constant time, a disk in the square of its radius."""
    side = 2 * max(1, round(radius)) + 1
    return np.ones((side, side), np.uint8)
