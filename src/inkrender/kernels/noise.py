"""Gradient noise from an integer hash: the same place and seed give the same number everywhere, forever.

Scalar functions (`hash2`, `noise2`, `fbm`, `ridged`, `billow`) are inlined into kernels and compiled shader
stages; array kernels fill whole (h, w) float32 fields. Perlin 2002's quintic fade; gradients on the full
circle rather than on eight directions, so that no lattice direction shows. Cost: 2-3 ns an octave and
pixel.
"""

from __future__ import annotations

import numpy as np

from .jit import inline, kernel

F0, F1, F2, F3, F4, F6 = (np.float32(v) for v in (0, 1, 2, 3, 4, 6))
F10, F15, HALF = np.float32(10), np.float32(15), np.float32(0.5)
TO_TURN = np.float32(2.0**-31)  # the hash as int32 -> [-1, 1): half turns
TO_UNIT = np.float32(2.0**-24)
SINE_A, SINE_B = np.float32(0.775), np.float32(0.225)  # a parabola bent to a sine: error below .001
RIDGE = np.float32(1.6)  # |noise| of .62 is the bottom between two crests
GAIN = np.float32(1.5)  # brings the extremes of 2-D gradient noise close to -1 and 1
LACUNARITY = np.float32(2.03)  # not 2: octaves whose lattices coincide would show the lattice
MUL_X, MUL_Y, MUL_S = np.uint32(374761393), np.uint32(668265263), np.uint32(1274126177)
MIX_A, MIX_B = np.uint32(0x7FEB352D), np.uint32(0x846CA68B)  # Ellis, "Prospecting for hash functions", 2018
S15, S16, S8 = np.uint32(15), np.uint32(16), np.uint32(8)
NEXT = np.uint32(0x9E3779B9)  # golden ratio: each octave's seed


# scalars --------------------------------------------------------------------------------------------------


@inline
def hash2(ix, iy, seed):
    """uint32 hash of a lattice place (two whole numbers) and a seed."""
    n = (
        np.uint32(np.uint32(ix) * MUL_X)
        ^ np.uint32(np.uint32(iy) * MUL_Y)
        ^ np.uint32(np.uint32(seed) * MUL_S)
    )
    n = np.uint32(np.uint32(n ^ np.uint32(n >> S16)) * MIX_A)
    n = np.uint32(np.uint32(n ^ np.uint32(n >> S15)) * MIX_B)
    return np.uint32(n ^ np.uint32(n >> S16))


@inline
def unit(n):
    """A hash as a float32 in [0, 1)."""
    return np.float32(np.uint32(n) >> S8) * TO_UNIT


@inline
def _sine(turn):
    """sin(pi * turn) for turn in [-1, 1]."""
    y = F4 * turn * (F1 - abs(turn))
    return SINE_A * y + SINE_B * y * abs(y)


@inline
def _slope(n, fx, fy):
    """The value at (fx, fy) of a plane through 0 whose gradient has length 1 and the hash's direction."""
    turn = np.float32(np.int32(n)) * TO_TURN
    quarter = turn + HALF
    quarter = quarter - F2 if quarter > F1 else quarter
    return _sine(quarter) * fx + _sine(turn) * fy


@inline
def noise2(x, y, seed):
    """Gradient noise: about -1..1, mean 0, features one unit wide, C2 continuous. float32."""
    x = np.float32(x)
    y = np.float32(y)
    bx = np.floor(x)
    by = np.floor(y)
    fx = x - bx
    fy = y - by
    ix = np.int32(bx)
    iy = np.int32(by)
    u = fx * fx * fx * (fx * (fx * F6 - F15) + F10)
    v = fy * fy * fy * (fy * (fy * F6 - F15) + F10)
    a = _slope(hash2(ix, iy, seed), fx, fy)
    b = _slope(hash2(ix + 1, iy, seed), fx - F1, fy)
    c = _slope(hash2(ix, iy + 1, seed), fx, fy - F1)
    d = _slope(hash2(ix + 1, iy + 1, seed), fx - F1, fy - F1)
    top = a + u * (b - a)
    low = c + u * (d - c)
    return GAIN * (top + v * (low - top))


@inline
def fbm(x, y, seed, octaves):
    """Fractal sum of `octaves` noises, each of half the size and weight of the last: about -1..1."""
    x = np.float32(x)
    y = np.float32(y)
    total = F0
    weight = HALF
    weights = F0
    s = np.uint32(seed)
    for _ in range(octaves):
        total += weight * noise2(x, y, s)
        weights += weight
        weight *= HALF
        x *= LACUNARITY
        y *= LACUNARITY
        s = np.uint32(s + NEXT)
    return total / weights


@inline
def ridged(x, y, seed, octaves):
    """Ridged fractal sum: 1 along sharp crests, about 0 between them."""
    x = np.float32(x)
    y = np.float32(y)
    total = F0
    weight = HALF
    weights = F0
    s = np.uint32(seed)
    for _ in range(octaves):
        crest = F1 - abs(noise2(x, y, s)) * RIDGE
        total += weight * crest * crest
        weights += weight
        weight *= HALF
        x *= LACUNARITY
        y *= LACUNARITY
        s = np.uint32(s + NEXT)
    return total / weights


@inline
def billow(x, y, seed, octaves):
    """Sum of |noise|: 0 in sharp creases, round swellings between them, up to about .6."""
    x = np.float32(x)
    y = np.float32(y)
    total = F0
    weight = HALF
    weights = F0
    s = np.uint32(seed)
    for _ in range(octaves):
        total += weight * abs(noise2(x, y, s))
        weights += weight
        weight *= HALF
        x *= LACUNARITY
        y *= LACUNARITY
        s = np.uint32(s + NEXT)
    return total / weights


@inline
def warped(x, y, seed, octaves, warp, warp_scale):
    """fbm seen through a slow current: the place is moved by `warp` units before it is looked up.

    warp_scale: how coarse the current is beside the features (.6: features 1 / .6 as large).
    """
    x = np.float32(x)
    y = np.float32(y)
    s = np.uint32(seed)
    wx = fbm(x * np.float32(warp_scale), y * np.float32(warp_scale), np.uint32(s + np.uint32(71)), 2)
    wy = fbm(
        x * np.float32(warp_scale) + np.float32(9.2),
        y * np.float32(warp_scale) + np.float32(3.7),
        np.uint32(s + np.uint32(83)),
        2,
    )
    return fbm(x + np.float32(warp) * wx, y + np.float32(warp) * wy, s, octaves)


# fields ---------------------------------------------------------------------------------------------------
# Octave by octave along each row: LLVM vectorises the innermost loop only (15 -> 2 ns an octave and pixel).
# xs (w), ys (h): float32 places in noise units, worked out by the caller in float64, so that a place is the
# same number whatever rectangle is asked for.


@kernel
def fill_hash(dst, ix, iy, seed):
    """dst (h, w) <- white noise in [0, 1) of the whole-numbered places that start at ix, iy."""
    h, w = dst.shape
    for j in range(h):
        row = dst[j]
        for i in range(w):
            row[i] = unit(hash2(ix + i, iy + j, seed))


@kernel
def fill_fbm(dst, xs, ys, seed, octaves):
    """dst (h, w) <- fbm at (xs, ys)."""
    h, w = dst.shape
    norm = F1 / (F1 - HALF**octaves)
    for j in range(h):
        row = dst[j]
        y = ys[j]
        weight = HALF * norm
        s = np.uint32(seed)
        row[:] = F0
        size = F1
        for _ in range(octaves):
            for i in range(w):
                row[i] += weight * noise2(xs[i] * size, y * size, s)
            weight *= HALF
            size *= LACUNARITY
            s = np.uint32(s + NEXT)


@kernel
def fill_warped(dst, xs, ys, seed, octaves, warp, warp_scale):
    """dst (h, w) <- warped fbm at (xs, ys)."""
    h, w = dst.shape
    norm = F1 / (F1 - HALF**octaves)
    us = np.empty(w, np.float32)
    vs = np.empty(w, np.float32)
    for j in range(h):
        row = dst[j]
        y = ys[j]
        us[:] = xs
        vs[:] = y
        weight = HALF / np.float32(0.75) * np.float32(warp)
        size = np.float32(warp_scale)
        sx = np.uint32(np.uint32(seed) + np.uint32(71))
        sy = np.uint32(np.uint32(seed) + np.uint32(83))
        ox = np.float32(9.2)
        oy = np.float32(3.7)
        for _ in range(2):
            for i in range(w):
                us[i] += weight * noise2(xs[i] * size, y * size, sx)
                vs[i] += weight * noise2(xs[i] * size + ox, y * size + oy, sy)
            weight *= HALF
            size *= LACUNARITY
            ox *= LACUNARITY
            oy *= LACUNARITY
            sx = np.uint32(sx + NEXT)
            sy = np.uint32(sy + NEXT)
        weight = HALF * norm
        s = np.uint32(seed)
        row[:] = F0
        size = F1
        for _ in range(octaves):
            for i in range(w):
                row[i] += weight * noise2(us[i] * size, vs[i] * size, s)
            weight *= HALF
            size *= LACUNARITY
            s = np.uint32(s + NEXT)


@kernel
def fill_ridged(dst, xs, ys, seed, octaves):
    """dst (h, w) <- ridged noise at (xs, ys)."""
    h, w = dst.shape
    norm = F1 / (F1 - HALF**octaves)
    for j in range(h):
        row = dst[j]
        y = ys[j]
        weight = HALF * norm
        s = np.uint32(seed)
        row[:] = F0
        size = F1
        for _ in range(octaves):
            for i in range(w):
                crest = F1 - abs(noise2(xs[i] * size, y * size, s)) * RIDGE
                row[i] += weight * crest * crest
            weight *= HALF
            size *= LACUNARITY
            s = np.uint32(s + NEXT)


@kernel
def fill_billow(dst, xs, ys, seed, octaves):
    """dst (h, w) <- billows at (xs, ys)."""
    h, w = dst.shape
    norm = F1 / (F1 - HALF**octaves)
    for j in range(h):
        row = dst[j]
        y = ys[j]
        weight = HALF * norm
        s = np.uint32(seed)
        row[:] = F0
        size = F1
        for _ in range(octaves):
            for i in range(w):
                row[i] += weight * abs(noise2(xs[i] * size, y * size, s))
            weight *= HALF
            size *= LACUNARITY
            s = np.uint32(s + NEXT)


# resampling of soft fields --------------------------------------------------------------------------------


@inline
def _taps(t):
    """Catmull-Rom weights of the four samples around a place t in [0, 1) after the second."""
    t2 = t * t
    t3 = t2 * t
    w0 = HALF * (-t3 + F2 * t2 - t)
    w1 = HALF * (F3 * t3 - np.float32(5) * t2 + F2)
    w2 = HALF * (-F3 * t3 + F4 * t2 + t)
    w3 = HALF * (t3 - t2)
    return w0, w1, w2, w3


@kernel
def upsample(dst, scratch, low, x, dx, y, dy):
    """dst (h, w) <- low (lh, lw) by Catmull-Rom; pixel (i, j) lies at its sample x + i dx, y + j dy.

    scratch: (lh, w). low must reach one sample above and left of the first place and two beyond the last.
    """
    h, w = dst.shape
    lh = low.shape[0]
    for i in range(w):
        place = x + i * dx
        k = int(np.floor(place))
        w0, w1, w2, w3 = _taps(np.float32(place - k))
        for j in range(lh):
            scratch[j, i] = w0 * low[j, k - 1] + w1 * low[j, k] + w2 * low[j, k + 1] + w3 * low[j, k + 2]
    for j in range(h):
        place = y + j * dy
        k = int(np.floor(place))
        w0, w1, w2, w3 = _taps(np.float32(place - k))
        a = scratch[k - 1]
        b = scratch[k]
        c = scratch[k + 1]
        d = scratch[k + 2]
        row = dst[j]
        for i in range(w):
            row[i] = w0 * a[i] + w1 * b[i] + w2 * c[i] + w3 * d[i]
