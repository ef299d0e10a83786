"""Which way the brush went: noise dragged along a direction field, and strokes traced through it.

Directions have no sign (a line runs both ways), so whoever follows them keeps his heading.
"""

from __future__ import annotations

import numpy as np

from .jit import inline, kernel

ZERO, ONE, HALF = np.float32(0), np.float32(1), np.float32(0.5)


@inline
def _walk(src, vx, vy, i, j, sign, steps, stride):
    """The sum of what lies `steps` strides ahead of a pixel; the last sample stands for what is outside."""
    h, w = src.shape
    x, y = np.float32(i) + HALF, np.float32(j) + HALF
    hx, hy = vx[j, i] * sign, vy[j, i] * sign
    total = ZERO
    for _ in range(steps):
        x += stride * hx
        y += stride * hy
        a = min(max(int(x), 0), w - 1)
        b = min(max(int(y), 0), h - 1)
        total += src[b, a]
        nx, ny = vx[b, a], vy[b, a]
        turn = ONE if nx * hx + ny * hy >= ZERO else -ONE
        hx, hy = nx * turn, ny * turn
    return total


@kernel
def drag(dst, src, vx, vy, steps, stride):
    """dst (h, w) <- src averaged along the lines of the field (vx, vy), `steps` strides of px either way.

    Line integral convolution (Cabral and Leedom 1993). vx, vy: unit vectors, either sign.
    """
    h, w = src.shape
    share = ONE / np.float32(2 * steps + 1)
    for j in range(h):
        for i in range(w):
            total = src[j, i] + _walk(src, vx, vy, i, j, ONE, steps, stride)
            dst[j, i] = (total + _walk(src, vx, vy, i, j, -ONE, steps, stride)) * share


@kernel
def trace(dst, starts, lengths, vx, vy):
    """dst (n, m, 2) <- m points along each stroke, from its start, evenly over its length, in pixels.

    starts (n, 2): x, y; lengths (n): px. The first step goes down the page, or to the right where the line
    is level. Strokes end where the picture does.
    """
    h, w = vx.shape
    m = dst.shape[1]
    for n in range(starts.shape[0]):
        x, y = starts[n, 0], starts[n, 1]
        step = lengths[n] / np.float32(m - 1)
        hx, hy = ZERO, ONE
        for k in range(m):
            dst[n, k, 0] = x
            dst[n, k, 1] = y
            a = min(max(int(x), 0), w - 1)
            b = min(max(int(y), 0), h - 1)
            nx, ny = vx[b, a], vy[b, a]
            ahead = nx * hx + ny * hy
            if k == 0 and abs(ny) < np.float32(0.05):
                ahead = nx
            turn = ONE if ahead >= ZERO else -ONE
            hx, hy = nx * turn, ny * turn
            x = min(max(x + step * hx, ZERO), np.float32(w))
            y = min(max(y + step * hy, ZERO), np.float32(h))
