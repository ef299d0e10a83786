"""When spreading ink comes by: fronts that finger along the fibres of a sheet, from where it was dropped.

A front needs as long for a place as the paper there holds it up (`kernels.arrival`); the paper's roughness
and veins are noise on a grid of places, not of pixels: a proxy bleeds like the master.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from .frame import Region
from .paint import Plane

CELL = 4.0  # px at 1080 lines between the places of a map
BLOCK = 256.0  # px: a map covers whole blocks, so that a camera that moves finds the same one


def arrival(region: Region, seeds: tuple[tuple[float, float], ...], seed: int, fingers: float) -> Plane:
    """float32 (h, w): 0 at the first seed, 1 where the front comes last in this region.

    seeds: layer px; fingers: 0 round fronts .. 2 long fingers.
    """
    left, top = np.floor(region.x / CELL) * CELL, np.floor(region.y / CELL) * CELL
    w = int(np.ceil(region.w / region.scale / CELL)) + 6
    h = int(np.ceil(region.h / region.scale / CELL)) + 6
    times = _times(float(left), float(top), w, h, seeds, seed, fingers).copy()
    times /= max(float(np.percentile(times, 99)), 1e-6)
    late = np.maximum(times - 1, 0)  # stray pockets must not hold up the whole picture
    even = np.minimum(times, 1) + 0.05 * (1 - np.exp(-late / 0.05))
    plane = _shown(np.asarray(even, np.float32), float(left), float(top), region)
    plane += np.float32(0.012) * _fringe(region, seed)
    plane -= plane.min()
    plane /= max(float(plane.max()), 1e-6)
    return plane


def way(region: Region, seeds: tuple[tuple[float, float], ...], seed: int, fingers: float) -> Plane:
    """float32 (h, w): how far away each place is for a front, px; the same from any region.

    seeds, fingers: as for `arrival`.
    """
    xs, ys = [region.x, *(s[0] for s in seeds)], [region.y, *(s[1] for s in seeds)]
    left, top = (np.floor((min(v) - BLOCK / 2) / BLOCK) * BLOCK for v in (xs, ys))
    right = np.ceil((max(region.x + region.w / region.scale, *xs) + BLOCK / 2) / BLOCK) * BLOCK
    low = np.ceil((max(region.y + region.h / region.scale, *ys) + BLOCK / 2) / BLOCK) * BLOCK
    w, h = int((right - left) / CELL), int((low - top) / CELL)
    times = _times(float(left), float(top), w, h, seeds, seed, fingers)
    # fronts find quick ways: measured on three sheets, they are exp(fingers) faster than straight ahead
    plane = _shown(times * np.float32(CELL * np.exp(fingers)), float(left), float(top), region)
    return np.asarray(np.maximum(plane + 16 * _fringe(region, seed), 0), np.float32)


@lru_cache(maxsize=8)
def _times(
    left: float,
    top: float,
    w: int,
    h: int,
    seeds: tuple[tuple[float, float], ...],
    seed: int,
    fingers: float,
) -> Plane:
    from .kernels import arrival as fronts
    from .kernels import noise

    xs, ys = left + CELL * (np.arange(w) - 1.5), top + CELL * (np.arange(h) - 1.5)
    rough, veins = np.empty((h, w), np.float32), np.empty((h, w), np.float32)
    noise.fill_warped(rough, _units(xs, 150), _units(ys, 150), seed, 5, 0.8, 0.6)
    noise.fill_warped(veins, _units(xs, 46), _units(ys, 46), seed ^ 4, 3, 0.5, 0.6)
    veins = 1 - 2 * np.abs(veins)
    cost = np.exp(-fingers * (1.84 * rough + 1.35 * veins)) + 0.02
    places = [((x - xs[0]) / CELL + 0.5, (y - ys[0]) / CELL + 0.5) for x, y in seeds]
    march: Callable[..., Plane] = fronts.arrival
    times = march(cost, places)
    times.setflags(write=False)
    return times


def _shown(times: Plane, left: float, top: float, region: Region) -> Plane:
    """A map of places as pixels of the region."""
    from .kernels import noise

    x, y = region.grid()
    step = 1 / region.scale / CELL
    across = (float(x[0, 0]) - (left - 1.5 * CELL)) / CELL
    down = (float(y[0, 0]) - (top - 1.5 * CELL)) / CELL
    plane = np.empty((region.h, region.w), np.float32)
    scratch = np.empty((times.shape[0], region.w), np.float32)
    noise.upsample(plane, scratch, times, across, step, down, step)
    return plane


def _fringe(region: Region, seed: int) -> Plane:
    from .kernels import noise

    x, y = region.grid()
    plane = np.empty((region.h, region.w), np.float32)
    noise.fill_fbm(plane, _units(x[0], 14), _units(y[:, 0], 14), seed ^ 8, 4)
    return plane


def _units(places: NDArray[np.floating], size: float) -> Plane:
    """Places in units of `size` px, as the noise kernels take them."""
    return np.asarray((places / size).astype(np.float32))
