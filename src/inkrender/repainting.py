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
from .fields import guided, opened
from .frame import Region
from .paint import field, mixed

Plane = NDArray[np.float32]
CLEAR = 0.09  # density of the thinnest wash that is no longer blank
LASTING = 0.2  # of one that still is none where mist thins it
SPECK = 0.003  # share of a frame up to which bare paper is no form
UNSEEN = np.float32(0.02)  # below this `terrain.drag` does no work
FEATURES = 128  # of the finest there are across a baked texture
HALVINGS = np.asarray(2.0 ** (32.0 - np.arange(64)), np.float32)


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
    lightness, a, b = cv2.split(lab)
    chroma, hue = cv2.cartToPolar(a, b, angleInDegrees=True)  # within .3 degrees
    return Plate(np.asarray(lightness), np.asarray(chroma), np.asarray(hue), np.asarray(alpha))


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

    def __call__(
        self, size: float, number: int, octaves: int = 3, warp: float = 0.0, ranked: bool = False
    ) -> Plane:
        """The noise field `number` of this seed, with features of `size` px and smaller.

        ranked: spread evenly over -.5 .. .5, give or take; with an anchor only.
        """
        if self.anchor is None:
            return paper_noise(self.region, self.seed, size, number, octaves, warp)
        from .kernels import texture

        # octaves finer than two output pixels would only glitter
        finest = max(0.5 * size * self.region.scale, 1.0)
        octaves = max(1, min(octaves, int(np.floor(np.log2(finest))) + 1))
        # enlarged, the facets of four texels would be seen; reduced, more of them would leave the cache
        texels = 8 if finest > 2**octaves else 4
        tile, cells = _tile(number, octaves, round(warp, 3), texels, ranked)
        side, away = len(tile), mixed(self.seed, number)
        where = np.array([side / cells / size, (away & 0xFFFF) / 65536 * side, (away >> 16) / 65536 * side])
        step, x, y = where.astype(np.float32)
        dst = np.empty(self.anchor.shape[:2], np.float32)
        if self.anchor.shape[2] == 3:
            texture.read_receding(dst, tile, self.anchor, step, x, y, HALVINGS)
        else:
            texture.read(dst, tile, self.anchor, step, x, y)
        return dst


@lru_cache(maxsize=32)
def _tile(number: int, octaves: int, warp: float, texels: int, ranked: bool = False) -> tuple[Plane, int]:
    """(a noise texture that joins itself, how many of its largest features lie across).

    texels: of it across its finest feature."""
    from .kernels import texture

    cells = FEATURES >> (octaves - 1)
    tile = np.empty((FEATURES * texels, FEATURES * texels), np.float32)
    texture.bake(tile, cells, mixed(0, number), octaves, warp, max(1, round(0.6 * cells)))
    if ranked:
        ranks = np.linspace(0, 1, 257)
        tile = np.asarray(np.interp(tile, np.quantile(tile, ranks), ranks), np.float32)
    tile -= tile.mean(dtype=np.float64)
    tile.setflags(write=False)
    return tile, cells


def own_colours(light: NDArray[np.float32], boost: float = 2.2) -> NDArray[np.float32]:
    """The plate's own colours as absorbance (h, w, 3) on paper, their chroma raised: ink greys what it thins.

    light: premultiplied scene-linear (h, w, 4). Colours are pulled away from their own luminous absorbance,
    `boost` times as far as they lie; 1 is the plain conversion of `canvas.light_to_ink`.
    """
    alpha = np.maximum(np.clip(light[..., 3:], 0, 1), np.float32(0.02))
    seen = np.clip(light[..., :3] / alpha / colour.PAPER.astype(np.float32), np.float32(0.006), 1)
    ink = -np.log(seen)
    grey = ink @ np.asarray(colour.LUMA, np.float32)
    return np.asarray(
        np.maximum(grey[..., None] + np.float32(boost) * (ink - grey[..., None]), 0), np.float32
    )


def _oklab(rgb: NDArray[np.float32]) -> NDArray[np.float32]:
    """As colour.oklab, by OpenCV: a third of the time, equal to 1e-6."""
    lms = cv2.transform(rgb, colour.RGB_TO_LMS.astype(np.float32))
    return np.asarray(cv2.transform(cv2.pow(np.maximum(lms, 0), 1 / 3), colour.LMS_TO_LAB.astype(np.float32)))


def close_specks(
    ink: NDArray[np.float32], scale: float, pigment: str = "ink", density: float = CLEAR
) -> None:
    """Wash over, in place, the places too small to be a form that a recipe has left bare in ink (h, w, 4).

    Bare paper is the lift's to give: a highlight here and there would be scraps beside it. They get a wash
    of a pigment just dark enough not to be blank, and large ones stay as they are. Worked out at 270 lines.
    density: of the wash, as mean absorbance.
    """
    from .kernels import footage

    clear = np.float32(density)
    h, w = ink.shape[:2]
    rows = max(2, min(h, round(h / scale / 4)))
    size = max(2, round(w * rows / h)), rows
    thin = np.empty((h, w), np.float32)
    footage.thinness(thin, ink, clear)
    thin = np.asarray(cv2.resize(thin, size, interpolation=cv2.INTER_AREA))
    share = SPECK * (1920 * 1080) / (w * h / scale**2)
    closed = -opened(-thin, min(share, 1.0))
    missing = cv2.dilate(closed - thin, np.ones((3, 3), np.uint8))  # to the rim, where cells hold ink too
    fill = cv2.resize(missing, (w, h), interpolation=cv2.INTER_LINEAR)
    unit = colour.absorbance(pigment)
    unit = np.asarray(2 / unit.mean() * unit, np.float32)  # twice what is missing: it must be seen as ink
    footage.washed_over(ink, fill, clear, np.float32(1.5), unit)


def square(radius: float) -> NDArray[np.uint8]:
    """A square brush for morphology: OpenCV runs it in constant time, a disk in the square of its radius."""
    side = 2 * max(1, round(radius)) + 1
    return np.ones((side, side), np.uint8)
