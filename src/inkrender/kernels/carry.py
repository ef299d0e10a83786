"""Planes carried along a motion: sampled where it leads, weighed by how sure it is and how alike the picture.

A way is float32 (h, w, 3): px to the right, px down, and 0..1 how sure that is. Beyond the border its last
pixel goes on for ever.
"""

from __future__ import annotations

import numpy as np

from .jit import inline, kernel
from .shading import exp

F = np.float32
ZERO, ONE = F(0), F(1)


@inline
def held(at, last):
    """A place within 0..last, as its pixel and the share of the next one."""
    inside = min(max(at, ZERO), last)
    first = np.int64(min(inside, last - ONE)) if last >= ONE else np.int64(0)
    return first, inside - F(first)


@inline
def bilinear(planes, y0, x0, y1, x1, a, b, c, d, i):
    """One of the planes between four pixels."""
    return a * planes[y0, x0, i] + b * planes[y0, x1, i] + c * planes[y1, x0, i] + d * planes[y1, x1, i]


@kernel
def gather(total, weights, own, planes, way, share, unlike):
    """total (h, w, 4) += weight planes at the way's end; weights (h, w) += weight.

    own, planes: float32 (h, w, 4) of this frame and of the other, the last of them luma. The weight is share
    times how sure the way is, and falls off with the difference of luma beyond `unlike`.
    """
    h, w = planes.shape[0], planes.shape[1]
    bottom, right = F(h - 1), F(w - 1)
    per = ONE / unlike
    for y in range(h):
        for x in range(w):
            x0, u = held(F(x) + way[y, x, 0], right)
            y0, v = held(F(y) + way[y, x, 1], bottom)
            x1, y1 = min(x0 + 1, w - 1), min(y0 + 1, h - 1)
            d = u * v
            b, c = u - d, v - d
            a = ONE - u - c
            luma = bilinear(planes, y0, x0, y1, x1, a, b, c, d, 3)
            far = (luma - own[y, x, 3]) * per
            weight = share * way[y, x, 2] * exp(-far * far)
            weights[y, x] += weight
            total[y, x, 0] += weight * bilinear(planes, y0, x0, y1, x1, a, b, c, d, 0)
            total[y, x, 1] += weight * bilinear(planes, y0, x0, y1, x1, a, b, c, d, 1)
            total[y, x, 2] += weight * bilinear(planes, y0, x0, y1, x1, a, b, c, d, 2)
            total[y, x, 3] += weight * luma
    return np.int64(h * w)


@kernel
def chain(dst, first, second):
    """dst (h, w, 3) <- the way that goes first one way, then the other."""
    h, w = first.shape[0], first.shape[1]
    bottom, right = F(h - 1), F(w - 1)
    for y in range(h):
        for x in range(w):
            x0, u = held(F(x) + first[y, x, 0], right)
            y0, v = held(F(y) + first[y, x, 1], bottom)
            x1, y1 = min(x0 + 1, w - 1), min(y0 + 1, h - 1)
            a, b, c, d = (ONE - u) * (ONE - v), u * (ONE - v), (ONE - u) * v, u * v
            for i in range(3):
                seen = a * second[y0, x0, i] + b * second[y0, x1, i]
                seen += c * second[y1, x0, i] + d * second[y1, x1, i]
                dst[y, x, i] = first[y, x, i] + seen if i < 2 else first[y, x, i] * seen
    return np.int64(h * w)


@kernel
def way_of(dst, there, back, least):
    """dst (h, w, 3) <- a flow and how sure it is: 1 where going there and back again returns.

    there, back: float32 (h, w, 2); least: px squared by which missing halves what is left of the half.
    """
    h, w = there.shape[0], there.shape[1]
    bottom, right = F(h - 1), F(w - 1)
    for y in range(h):
        for x in range(w):
            p, q = there[y, x, 0], there[y, x, 1]
            x0, u = held(F(x) + p, right)
            y0, v = held(F(y) + q, bottom)
            x1, y1 = min(x0 + 1, w - 1), min(y0 + 1, h - 1)
            a, b, c, d = (ONE - u) * (ONE - v), u * (ONE - v), (ONE - u) * v, u * v
            i = p + a * back[y0, x0, 0] + b * back[y0, x1, 0] + c * back[y1, x0, 0] + d * back[y1, x1, 0]
            j = q + a * back[y0, x0, 1] + b * back[y0, x1, 1] + c * back[y1, x0, 1] + d * back[y1, x1, 1]
            sure = ONE / (ONE + (i * i + j * j) / least)
            half = F(0.5)
            ahead, below = F(x) + p, F(y) + q
            inside = ahead >= -half and below >= -half and ahead <= right + half and below <= bottom + half
            dst[y, x, 0] = p
            dst[y, x, 1] = q
            dst[y, x, 2] = sure * sure if inside else ZERO
    return np.int64(h * w)
