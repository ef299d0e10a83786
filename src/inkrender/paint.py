"""What the painting shaders share: soft fields, paper, washes and lifts, tide marks, brush strokes.

Everything is a function of place: a field at (x, y) does not know which region it is painted in, holds no
statistics of the picture, and draws nothing from a random generator. So any part of a layer, painted alone,
is that part of the layer. Lengths are layer px at 1080 lines; arrays are float32 (h, w) over a
`frame.Region`.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .frame import Region

Plane = NDArray[np.float32]
FINE = 3.5  # samples a soft field has within its smallest feature before it is interpolated


# places and numbers ---------------------------------------------------------------------------------------


def smoothstep(lo: float, hi: float, x: ArrayLike) -> Plane:
    """0 up to lo, 1 from hi, Hermite between; lo may lie above hi."""
    if isinstance(x, np.ndarray) and x.dtype == np.float32 and x.flags.c_contiguous and x.size > 4096:
        from .kernels.seen import risen

        found = np.empty(x.shape, np.float32)
        risen(found.reshape(-1), x.reshape(-1), np.float32(lo), np.float32(1 / (hi - lo)))
        return found
    k = np.atleast_1d(np.subtract(x, np.float32(lo), dtype=np.float32))
    k /= np.float32(hi - lo)  # in place from here on: a soft field a plane takes half the time
    np.minimum(np.maximum(k, 0, out=k), 1, out=k)
    square = k * k
    k *= -2
    k += 3
    k *= square
    return k if np.ndim(x) else np.asarray(k[0])


def grow(region: Region, margin: float) -> tuple[Region, int]:
    """The region with at least `margin` layer px more on every side, and how many pixels that is."""
    pad = int(np.ceil(margin * region.scale))
    away = pad / region.scale
    wide = Region(region.x - away, region.y - away, region.w + 2 * pad, region.h + 2 * pad, region.scale)
    return wide, pad


def part(region: Region, rows: slice, cols: slice) -> Region:
    """The region of a slice of its pixels."""
    return Region(
        region.x + cols.start / region.scale,
        region.y + rows.start / region.scale,
        cols.stop - cols.start,
        rows.stop - rows.start,
        region.scale,
    )


def seed_for(at: Any, own: int) -> int:
    """A shader's seed: its own parameter when that is not 0, else the layer's."""
    return int(own) if own else int(at.seed)


def mixed(seed: int, salt: int) -> int:
    """Another uint32 seed out of one, for the salt-th thing a shader needs chance for."""
    n = (seed * 0x9E3779B1 + salt * 0x85EBCA77 + 0x165667B1) & 0xFFFFFFFF
    n = ((n ^ (n >> 16)) * 0x7FEB352D) & 0xFFFFFFFF
    n = ((n ^ (n >> 15)) * 0x846CA68B) & 0xFFFFFFFF
    return n ^ (n >> 16)


def rolls(seed: int, ix: ArrayLike, iy: ArrayLike = 0) -> NDArray[np.float64]:
    """Uniform numbers in [0, 1) that belong to whole-numbered places; ix and iy broadcast."""
    x = np.asarray(ix, np.int64).astype(np.uint64)
    y = np.asarray(iy, np.int64).astype(np.uint64)
    low = np.uint64(0xFFFFFFFF)
    n = (x * np.uint64(374761393) + y * np.uint64(668265263) + np.uint64(mixed(seed, 1))) & low
    n = ((n ^ (n >> np.uint64(16))) * np.uint64(0x7FEB352D)) & low
    n = ((n ^ (n >> np.uint64(15))) * np.uint64(0x846CA68B)) & low
    return np.asarray((n ^ (n >> np.uint64(16))).astype(np.float64) / 2.0**32)


# fields ---------------------------------------------------------------------------------------------------


def field(
    region: Region,
    size: tuple[float, float],
    seed: int,
    octaves: int = 4,
    *,
    warp: float = 0.0,
    warp_scale: float = 0.6,
    kind: str = "fbm",
    at: tuple[float, float] = (0.0, 0.0),
) -> Plane:
    """A noise field over the region: (h, w), about -1..1 (kind "fbm"), 0..1 ("ridged"), 0..0.6 ("billow").

    size: how wide and how high its largest features are, layer px. warp: how far a slow current drags them,
    in their own size. at: where the field's origin lies, for fields that drift. Octaves finer than two
    output pixels are left out. Where the finest features are soft, the field is worked out on a coarser
    lattice that is fixed to the layer, and interpolated.
    """
    from .kernels import noise

    finest = min(size) * 2.0 * region.scale  # octave o has features of size / 2^o
    octaves = max(1, min(octaves, int(np.floor(np.log2(max(finest, 1.0)))) + 1))
    detail = 2.03 ** (octaves - 1) * (1 + 1.2 * abs(warp)) * FINE
    offset = (mixed(seed, 2) % 65536 / 64.0 % 256.0, mixed(seed, 3) % 65536 / 64.0 % 256.0)

    lattices: list[tuple[Any, tuple[float, float] | None]] = []
    for axis, (start, count) in enumerate(((region.x, region.w), (region.y, region.h))):
        step = 2.0 ** np.floor(np.log2(max(size[axis] / detail, 1e-6)))
        if step * region.scale < 1.9:  # as fine as the pixels: no interpolation
            places = start + (np.arange(count) + 0.5) / region.scale
            lattices.append((places, None))
        else:
            first = int(np.floor((start + 0.5 / region.scale) / step)) - 1
            last = int(np.floor((start + (count - 0.5) / region.scale) / step)) + 2
            places = np.arange(first, last + 1) * step
            lattices.append(
                (places, ((start + 0.5 / region.scale) / step - first, 1 / (region.scale * step)))
            )
    (px, soft_x), (py, soft_y) = lattices
    xs = ((px - at[0]) / size[0] + offset[0]).astype(np.float32)
    ys = ((py - at[1]) / size[1] + offset[1]).astype(np.float32)
    low = np.empty((len(ys), len(xs)), np.float32)
    if kind == "ridged":
        noise.fill_ridged(low, xs, ys, seed, octaves)
    elif kind == "billow":
        noise.fill_billow(low, xs, ys, seed, octaves)
    elif warp:
        noise.fill_warped(low, xs, ys, seed, octaves, np.float32(warp), np.float32(warp_scale))
    else:
        noise.fill_fbm(low, xs, ys, seed, octaves)
    if soft_x is None and soft_y is None:
        return low
    if soft_x is None:
        low = np.pad(low, ((0, 0), (1, 2)))
        soft_x = (1.0, 1.0)
    if soft_y is None:
        low = np.pad(low, ((1, 2), (0, 0)))
        soft_y = (1.0, 1.0)
    dst = np.empty((region.h, region.w), np.float32)
    scratch = np.empty((low.shape[0], region.w), np.float32)
    noise.upsample(dst, scratch, low, float(soft_x[0]), float(soft_x[1]), float(soft_y[0]), float(soft_y[1]))
    return dst


def gauss(plane: Plane, sigma: float) -> Plane:
    """The plane blurred by a Gaussian of `sigma` output pixels; grow the region by three sigma beforehand."""
    import cv2

    if sigma < 0.15:
        return plane
    return np.asarray(cv2.GaussianBlur(plane, (0, 0), sigma, borderType=cv2.BORDER_REPLICATE), np.float32)


def displaced(pixels: NDArray[np.float32], dx: Plane, dy: Plane, beyond: int | None = None) -> Plane:
    """A picture (h, w, 4) read dx output pixels to the right of each pixel and dy below.

    beyond: OpenCV's name of what lies outside it; nothing, when not given.
    """
    import cv2

    h, w = pixels.shape[:2]
    x = np.arange(w, dtype=np.float32)[None, :] + dx
    y = np.arange(h, dtype=np.float32)[:, None] + dy
    border = cv2.BORDER_CONSTANT if beyond is None else beyond
    moved = cv2.remap(pixels, x, y, cv2.INTER_CUBIC, borderMode=border, borderValue=(0, 0, 0, 0))
    moved = np.maximum(moved, 0)  # a cubic undershoots beside dense ink
    moved[..., 3] = np.minimum(moved[..., 3], 1)
    return np.asarray(moved, np.float32)


# washes ---------------------------------------------------------------------------------------------------


def wash(dst: NDArray[np.float32], density: Plane, pigment: Sequence[float]) -> None:
    """Glaze dst (h, w, 4) with `density` of a pigment's absorbance: absorbances add, cover stays."""
    for c in range(3):
        dst[..., c] += density * np.float32(pigment[c])


def lift(dst: NDArray[np.float32], matte: Plane) -> None:
    """Take pigment away where the matte is 1, from dst (h, w, 4) and from all that lies below it."""
    keep = 1 - matte
    dst[..., :3] *= keep[..., None]
    dst[..., 3] = dst[..., 3] * keep + matte


def grain(density: Plane, height: Plane, amount: float) -> Plane:
    """Pigment settles in the paper's valleys. height: 0..1; amount .05 in skies, .1 on rock."""
    return np.asarray(np.maximum(density * (1 + np.float32(2.8 * amount) * (0.5 - height)), 0), np.float32)


def wet_edge(matte: Plane, sigma: float, amount: float) -> Plane:
    """Factor 1 .. 1 + amount: pigment carried to the rim of a wet shape while it dries. sigma: output px."""
    rim = np.clip(2.2 * matte * (1 - gauss(matte, sigma)), 0, 1)
    return np.asarray(1 + np.float32(amount) * rim ** np.float32(1.4), np.float32)


def tide(
    flow: Plane, levels: Sequence[float] = (0.0, 0.28), width: float = 0.07, amount: float = 0.2
) -> Plane:
    """Factor about 1: tide marks (back-runs) along level lines of a warped field, hard on one side."""
    mark = np.ones_like(flow)
    for n, level in enumerate(levels):
        x = flow - np.float32(level)
        outside = x < 0
        near = np.exp(-np.maximum(x, 0) / np.float32(width)) * smoothstep(-0.008, 0.004, x)
        mark += np.float32(amount * (1.0 if n % 2 == 0 else 0.6)) * near
        mark -= np.float32(0.35 * amount) * smoothstep(-0.25, 0, x) * outside
    return mark


def three(t: Plane) -> tuple[Plane, Plane, Plane]:
    """Weights of three pigments down a slope as t runs 0..1; they sum to 1."""
    top = np.clip(1 - 2 * t, 0, 1)
    low = np.clip(2 * t - 1, 0, 1)
    return top, 1 - top - low, low


# paper ----------------------------------------------------------------------------------------------------

PAPER_SEED = 5
FIBRE_CELL = 64.0  # px: one or two fibres start in every such square


def paper_height(region: Region, seed: int = PAPER_SEED, fibres: float = 1.0) -> Plane:
    """The paper's height over a region: 0..1, rank-equalised, mean .5; what grain and dry brushes feel."""
    raw = _raw_height(region, seed, fibres)
    knots, ranks = _equaliser(region.scale, seed, fibres)
    return np.asarray(np.interp(raw, knots, ranks), np.float32)


def fibre_matte(region: Region, seed: int, amount: float = 1.0) -> Plane:
    """Long fibres lying in the paper: 0 none .. about .6."""
    plane = np.zeros((region.h, region.w), np.float32)
    if amount <= 0:
        return plane
    reach = 80.0
    cells_x = np.arange(
        np.floor((region.x - reach) / FIBRE_CELL),
        np.ceil((region.x + region.w / region.scale + reach) / FIBRE_CELL),
    ).astype(np.int64)
    cells_y = np.arange(
        np.floor((region.y - reach) / FIBRE_CELL),
        np.ceil((region.y + region.h / region.scale + reach) / FIBRE_CELL),
    ).astype(np.int64)
    gx, gy = (
        a.ravel() for a in np.meshgrid(np.repeat(cells_x * 2, 2) + np.tile([0, 1], len(cells_x)), cells_y)
    )

    def roll(salt: int) -> NDArray[np.float64]:
        return rolls(mixed(seed, 40 + salt), gx, gy)

    x = (gx // 2 + roll(0)) * FIBRE_CELL
    y = (gy + roll(1)) * FIBRE_CELL
    angle = (roll(2) + roll(3) - 1) * 1.1 + np.where(roll(4) < 0.3, 1.5, 0.0)
    length = 15 + 55 * roll(5)
    bend = (roll(6) + roll(7) - 1) * 0.6
    weight = 0.15 + 0.5 * roll(8)
    t = np.linspace(0, 1, 7)
    px = x[:, None] + length[:, None] * t * np.cos(angle[:, None] + bend[:, None] * t)
    py = y[:, None] + length[:, None] * t * np.sin(angle[:, None] + bend[:, None] * t)
    from .strokes import draw

    points = np.stack([px, py, np.full_like(px, 0.42)], axis=-1).astype(np.float32).reshape(-1, 3)
    starts = np.arange(len(x) + 1) * 7
    draw(plane, region, points, starts, weight * amount, np.zeros(len(x)), np.zeros(len(x)))
    return np.minimum(plane, np.float32(1))


def _raw_height(region: Region, seed: int, fibres: float) -> Plane:
    # dragged by small currents: a plain lattice of three pixels would look woven
    fine = field(region, (2.7, 2.7), mixed(seed, 11), 1, warp=0.9, warp_scale=0.43)
    middle = field(region, (7.1, 6.7), mixed(seed, 12), 2, warp=0.8)
    broad = field(region, (30.0, 21.0), mixed(seed, 13), 2, warp=0.6)
    height = 0.46 * fine + 0.42 * middle + 0.2 * broad
    return np.asarray(height + np.float32(0.5) * fibre_matte(region, mixed(seed, 14), fibres), np.float32)


@lru_cache(maxsize=16)
def _equaliser(scale: float, seed: int, fibres: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Knots of the height's own distribution, measured once on a fixed sheet: not on the picture's."""
    sheet = _raw_height(Region(-4096.0, -4096.0, 512, 512, scale), seed, fibres)
    ranks = np.linspace(0, 1, 257)
    knots = np.maximum.accumulate(np.quantile(sheet, ranks)) + np.arange(257) * 1e-7
    return knots, ranks
