"""Planes carried along a motion: sampled where it leads, weighed by how sure it is and how alike the picture.

A way is float32 (h, w, 3): px to the right, px down, and 0..1 how sure that is. Beyond the border its last
pixel goes on for ever.
"""

from __future__ import annotations

import numpy as np

from .grade import tetra_load
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


@kernel
def gather(total, weights, own, planes, way, share, unlike):
    """total (h, w, 4) += weight planes at the way's end; weights (h, w) += weight.

    own, planes: float32 (h, w, 4) of this frame and of the other, the last of them luma. The weight is share
    times how sure the way is, and falls off with the difference of luma beyond `unlike`.
    """
    h, w = planes.shape[0], planes.shape[1]
    bottom, right = F(h - 1), F(w - 1)
    per = ONE / unlike
    beside, below = np.int32(16), np.int32(16 * w)  # bytes to the next pixel
    at, across, down = np.empty(w, np.int32), np.empty(w, np.int32), np.empty(w, np.int32)
    shares, found = np.empty(4 * w, np.float32), np.empty(4 * w, np.float32)
    source, to = planes.ctypes.data, found.ctypes.data
    for y in range(h):
        row, there = F(y), way[y].reshape(3 * w)
        for x in range(w):
            i = min(max(F(x) + there[3 * x], ZERO), right)
            j = min(max(row + there[3 * x + 1], ZERO), bottom)
            x0, y0 = np.int32(i), np.int32(j)
            u, v = i - F(x0), j - F(y0)
            at[x] = np.int32(16) * (y0 * np.int32(w) + x0)
            across[x] = beside if i < right else np.int32(0)
            down[x] = below if j < bottom else np.int32(0)
            d = u * v
            shares[x] = ONE - u - v + d
            shares[w + x] = u - d
            shares[2 * w + x] = v - d
            shares[3 * w + x] = d
        for x in range(w):
            a, b, c, d = shares[x], shares[w + x], shares[2 * w + x], shares[3 * w + x]
            tetra_load(
                source, at[x], across[x], down[x], np.int32(across[x] + down[x]), a, b, c, d, to + 16 * x
            )
        here, sums, counts = own[y].reshape(4 * w), total[y].reshape(4 * w), weights[y]
        for x in range(w):
            far = (found[4 * x + 3] - here[4 * x + 3]) * per
            weight = share * there[3 * x + 2] * exp(-far * far)
            shares[x] = weight
            counts[x] += weight
        for x in range(w):
            for k in range(4):
                sums[4 * x + k] += shares[x] * found[4 * x + k]


@kernel
def divided(total, weights):
    """total (h, w, 4) /= weights (h, w)."""
    h, w = weights.shape
    for y in range(h):
        sums, counts = total[y].reshape(4 * w), weights[y]
        for x in range(w):
            part = ONE / counts[x]
            for k in range(4):
                sums[4 * x + k] *= part


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
