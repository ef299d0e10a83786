"""A landscape of ink brought to the size of its plate, and the neighbourhood of its ridges."""

from __future__ import annotations

import numpy as np

from .jit import inline, kernel
from .primitives import finite, saturate
from .shading import exp

F = np.float32
ZERO, HALF, ONE, THIRD = F(0), F(0.5), F(1), F(1 / 3)
DROWNED = F(-1 / 0.8)  # grain is seen in thin washes only


@inline
def _between(ink, j0, j1, i0, i1, fx, fy, c):
    top = ink[j0, i0, c] + fx * (ink[j0, i1, c] - ink[j0, i0, c])
    low = ink[j1, i0, c] + fx * (ink[j1, i1, c] - ink[j1, i0, c])
    return top + fy * (low - top)


@kernel
def settle(dst, ink, light, grain, amount):
    """dst (h, w, 4) <- ink (rows, cols, 3) enlarged to the plate `light` (h, w, 4), its pigment settling in
    the grain (h, w); it covers as the plate does."""
    h, w = grain.shape
    rows, cols = ink.shape[:2]
    sx, sy = F(cols) / F(w), F(rows) / F(h)
    for j in range(h):
        v = min(max((F(j) + HALF) * sy - HALF, ZERO), F(rows - 1))
        j0 = np.int64(v)
        j1 = min(j0 + 1, rows - 1)
        fy = v - F(j0)
        for i in range(w):
            alpha = saturate(finite(light[j, i, 3]))
            dst[j, i, 3] = alpha
            if alpha <= ZERO:
                dst[j, i, 0] = ZERO
                dst[j, i, 1] = ZERO
                dst[j, i, 2] = ZERO
                continue
            u = min(max((F(i) + HALF) * sx - HALF, ZERO), F(cols - 1))
            i0 = np.int64(u)
            i1 = min(i0 + 1, cols - 1)
            fx = u - F(i0)
            r = _between(ink, j0, j1, i0, i1, fx, fy, 0)
            g = _between(ink, j0, j1, i0, i1, fx, fy, 1)
            b = _between(ink, j0, j1, i0, i1, fx, fy, 2)
            k = max(ONE + amount * grain[j, i] * exp((r + g + b) * THIRD * DROWNED), ZERO) * alpha
            dst[j, i, 0] = r * k
            dst[j, i, 1] = g * k
            dst[j, i, 2] = b * k


@kernel
def share_farther(dst, lz, across, down, weights, least, per):
    """dst (h, w) <- the weighted share of the places at (across, down) px that lie farther in log depth.

    A place begins to count at `least` behind the pixel, and counts wholly 1 / per later. Weights add up to 1.
    """
    h, w = lz.shape
    for j in range(h):
        row = dst[j]
        row[:] = ZERO
        for n in range(weights.shape[0]):
            other = lz[min(max(j + down[n], 0), h - 1)]
            here = lz[j]
            weight = weights[n]
            shift = across[n]
            left, right = max(0, -shift), min(w, w - shift)
            inner = row[left:right]
            mine = here[left:right]
            far = other[left + shift : right + shift]
            for i in range(inner.shape[0]):
                inner[i] += weight * saturate((far[i] - mine[i] - least) * per)
            for i in range(left):
                row[i] += weight * saturate((other[0] - here[i] - least) * per)
            for i in range(right, w):
                row[i] += weight * saturate((other[w - 1] - here[i] - least) * per)
