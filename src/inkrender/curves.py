"""Curves through points: monotone between them, so that nothing overshoots that the points do not ask for.

Cubic Hermite with the slopes of Fritsch and Carlson (SIAM J. Numer. Anal. 17, 1980), on a line or a circle.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Points = Sequence[tuple[float, float]]

LEVEL = 1e-9  # a rise below which a curve is level: nothing can be divided by less


@dataclass(frozen=True)
class Curve:
    """x (n,) rising, y (n,), and the slope at each point, float64. A single point is a constant."""

    x: NDArray[np.float64]
    y: NDArray[np.float64]
    slope: NDArray[np.float64]

    def __call__(self, at: ArrayLike) -> NDArray[np.float64]:
        """The curve at places of any shape; straight on beyond its ends, with the slope that it ends with."""
        v = np.asarray(at, np.float64)
        if self.x.size == 1:
            return np.full(v.shape, self.y[0])
        i = np.clip(np.searchsorted(self.x, v, side="right") - 1, 0, self.x.size - 2)
        h = self.x[i + 1] - self.x[i]
        t = np.clip((v - self.x[i]) / h, 0, 1)
        low, high = self.y[i], self.y[i + 1]
        inside = (
            low * (1 + 2 * t) * (1 - t) ** 2
            + high * t * t * (3 - 2 * t)
            + h * (self.slope[i] * t * (1 - t) ** 2 - self.slope[i + 1] * t * t * (1 - t))
        )
        before = np.minimum(v - self.x[0], 0) * self.slope[0]
        after = np.maximum(v - self.x[-1], 0) * self.slope[-1]
        return np.asarray(inside + before + after)

    def pieces(self) -> list[float]:
        """As `Program.splines` takes it: exact cubics, to be summed."""
        told = [float(self.x.size - 1), self.x[0], self.y[0], self.slope[0], self.x[-1], self.slope[-1]]
        for k in range(self.x.size - 1):
            h, rise = self.x[k + 1] - self.x[k], self.y[k + 1] - self.y[k]
            a, b = self.slope[k] * h, self.slope[k + 1] * h
            told += [self.x[k], 1 / h, a, 3 * rise - 2 * a - b, a + b - 2 * rise]
        return [float(v) for v in told]


def through(points: Points, period: float | None = None) -> Curve:
    """The curve through points, x rising. With a period it closes on itself: x lies within one turn.

    Between two points it never leaves their two values. ValueError for x that does not rise.
    """
    p = np.asarray(points, np.float64)
    if p.ndim != 2 or p.shape[1] != 2 or not (np.diff(p[:, 0]) > 0).all():
        raise ValueError(f"a curve is [[x, y], ...] with x rising, not {points}")
    if period is not None:
        if p[-1, 0] - p[0, 0] >= period:
            raise ValueError(f"a curve with period {period:g} has its points within one turn, not {points}")
        # a turn before and one after: the slopes at the seam are those of any other point
        turn = np.array([period, 0.0])
        p = np.concatenate([p - turn, p, p + turn])
    x, y = p[:, 0], p[:, 1]
    if x.size == 1:
        return Curve(x, y, np.zeros(1))
    rise = np.diff(y) / np.diff(x)
    slope = np.concatenate([rise[:1], (rise[:-1] + rise[1:]) / 2, rise[-1:]])
    slope[1:-1][rise[:-1] * rise[1:] <= 0] = 0
    for k, r in enumerate(rise):
        if abs(r) < LEVEL:
            slope[k] = slope[k + 1] = 0
            continue
        a, b = slope[k] / r, slope[k + 1] / r
        if a * a + b * b > 9:
            scale = 3 / np.hypot(a, b)
            slope[k], slope[k + 1] = scale * a * r, scale * b * r
    return Curve(x, y, slope)
