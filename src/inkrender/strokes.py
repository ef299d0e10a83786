"""Brush strokes in layer space: shapes of variable width, collected, then drawn onto any region.

Widths, densities and lengths are the hand's (layer px at 1080 lines); the rasteriser is kernels/strokes.py.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .frame import Region


@dataclass
class Strokes:
    """A growing list of strokes of one ink. `add` in any order; `paint` draws them all."""

    points: list[NDArray[np.float32]] = field(default_factory=list)
    density: list[float] = field(default_factory=list)
    dry: list[float] = field(default_factory=list)
    seeds: list[int] = field(default_factory=list)

    def add(
        self,
        path: ArrayLike,
        width: float,
        *,
        density: float = 1.0,
        dry: float = 0.0,
        taper: tuple[float, float] = (0.3, 0.3),
        pressure: Sequence[float] | None = None,
        tremor: float = 0.12,
        smooth: bool = True,
        seed: int = 0,
    ) -> None:
        """One stroke along a path (n, 2).

        width: at full pressure, layer px. taper: share of the stroke in which the brush is set down and taken
        off. pressure: factors spread evenly along it. tremor: unevenness of the hand. dry: 0 wet .. 1 bare.
        smooth: through the points by Catmull-Rom, else straight from point to point.
        """
        line = np.asarray(path, np.float64)
        if smooth and len(line) > 2:
            line = curve(line)
        u = _arc(line)
        half = np.ones(len(line))
        if taper[0] > 0:
            half *= np.clip(u / taper[0], 0, 1) ** 0.6
        if taper[1] > 0:
            half *= np.clip((1 - u) / taper[1], 0, 1) ** 0.7
        phase = (seed * np.array([0.618, 0.414, 0.732])) % 1 * 2 * np.pi
        wave = np.sin(u * 7 + phase[0]) + 0.6 * np.sin(u * 17 + phase[1]) + 0.3 * np.sin(u * 41 + phase[2])
        half *= 1 + tremor * wave
        if pressure is not None:
            half *= np.interp(u, np.linspace(0, 1, len(pressure)), pressure)
        radius = np.maximum(half, 0.04) * width / 2
        self.points.append(np.column_stack([line, radius]).astype(np.float32))
        self.density.append(density)
        self.dry.append(dry)
        self.seeds.append(seed & 0xFFFFFFFF)

    def dot(self, x: float, y: float, radius: float, *, density: float = 1.0, lean: float = 0.4) -> None:
        """A touch of the brush's tip: a disc drawn out by `lean` of its radius to either side."""
        ends = [(x - lean * radius, y, radius), (x + lean * radius, y + 0.1 * radius, radius * 0.92)]
        self.points.append(np.array(ends, np.float32))
        self.density.append(density)
        self.dry.append(0.0)
        self.seeds.append(0)

    def box(self, region: Region) -> tuple[slice, slice]:
        """Rows and columns of the region that hold all strokes; empty slices when none touches it."""
        if not self.points:
            return slice(0, 0), slice(0, 0)
        points = np.concatenate(self.points)
        found = []
        for axis, begin, count in ((1, region.y, region.h), (0, region.x, region.w)):
            lo = (float((points[:, axis] - points[:, 2]).min()) - begin) * region.scale - 2
            hi = (float((points[:, axis] + points[:, 2]).max()) - begin) * region.scale + 2
            found.append(slice(int(np.clip(lo, 0, count)), int(np.clip(np.ceil(hi), 0, count))))
        return found[0], found[1]

    def paint(self, region: Region, height: NDArray[np.float32] | None = None) -> NDArray[np.float32]:
        """float32 (h, w): the density of all strokes. height: the paper's, for dry brushes."""
        dst = np.zeros((region.h, region.w), np.float32)
        if self.points:
            starts = np.cumsum([0] + [len(p) for p in self.points])
            draw(dst, region, np.concatenate(self.points), starts, self.density, self.dry, self.seeds, height)
        return dst


def draw(
    dst: NDArray[np.float32],
    region: Region,
    points: NDArray[np.float32],
    starts: ArrayLike,
    density: ArrayLike,
    dry: ArrayLike,
    seeds: ArrayLike,
    height: NDArray[np.float32] | None = None,
) -> None:
    """dst (h, w) += strokes given as arrays: see kernels.strokes.draw."""
    from .kernels import strokes as kernel

    starts = np.asarray(starts, np.int64)
    widest = _largest_box(points, starts, region)
    if widest == (0, 0):
        return
    scratch: list[Any] = [np.empty(widest, np.float32) for _ in range(4)]
    if height is None:
        height = np.full(dst.shape, 0.5, np.float32)
    kernel.draw(
        dst,
        np.ascontiguousarray(points, np.float32),
        starts,
        np.asarray(density, np.float32),
        np.asarray(dry, np.float32),
        np.asarray(seeds, np.float64).astype(np.uint32),
        height,
        float(region.x),
        float(region.y),
        float(region.scale),
        *scratch,
    )


def curve(path: ArrayLike, spacing: float = 3.0) -> NDArray[np.float64]:
    """A smooth line through the points (n, 2): Catmull-Rom, a point about every `spacing` px."""
    p = np.asarray(path, np.float64)
    ends = np.vstack([2 * p[:1] - p[1:2], p, 2 * p[-1:] - p[-2:-1]])
    parts = []
    for a, b, c, d in zip(ends, ends[1:], ends[2:], ends[3:], strict=False):
        n = int(np.clip(np.hypot(*(c - b)) / spacing, 2, 64))
        t = np.linspace(0, 1, n, endpoint=False)[:, None]
        parts.append(
            0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3)
        )
    return np.vstack([*parts, p[-1:]])


def _arc(line: NDArray[np.float64]) -> NDArray[np.float64]:
    """Share of its length at every point of a line: 0..1."""
    length = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(line, axis=0).T))])
    return np.asarray(length / max(float(length[-1]), 1e-9))


def _largest_box(points: NDArray[np.float32], starts: NDArray[np.int64], region: Region) -> tuple[int, int]:
    """(h, w) that holds the pixels of any one stroke within the region; (0, 0) when none touches it."""
    first = starts[:-1]
    radius = points[:, 2]
    edges = []
    for axis, (begin, count) in enumerate(((region.x, region.w), (region.y, region.h))):
        lo = np.minimum.reduceat(points[:, axis] - radius, first)
        hi = np.maximum.reduceat(points[:, axis] + radius, first)
        lo = np.clip(np.floor((lo - begin) * region.scale) - 3, 0, count)
        hi = np.clip(np.ceil((hi - begin) * region.scale) + 3, 0, count)
        edges.append(hi - lo)
    inside = (edges[0] > 0) & (edges[1] > 0)
    if not inside.any():
        return 0, 0
    return int(edges[1][inside].max()), int(edges[0][inside].max())
