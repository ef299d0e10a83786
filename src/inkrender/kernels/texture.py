"""Noise that repeats without a seam, baked once, and read at places that move with a surface.

A surface that recedes is textured by two scales an octave apart, blended and brought back to the spread of
one (Benard et al., "Dynamic Solid Textures for Real-Time Coherent Stylization", 2009): features keep their
size in the picture and never pop.
"""

from __future__ import annotations

import numpy as np

from .jit import inline, kernel
from .noise import F1, F6, F10, F15, GAIN, HALF, NEXT, _slope, hash2

SHIFT = np.float32(0.37)  # octaves whose lattices coincide would show the lattice
APART = np.float32(0.61803)  # of a texture: how far neighbouring scales are moved against each other


@inline
def _wrapped(x, y, cells, seed):
    """noise2 on a lattice that begins again after `cells`."""
    bx = np.floor(x)
    by = np.floor(y)
    fx = x - bx
    fy = y - by
    ix = np.int32(bx) % cells
    iy = np.int32(by) % cells
    jx = (ix + 1) % cells
    jy = (iy + 1) % cells
    u = fx * fx * fx * (fx * (fx * F6 - F15) + F10)
    v = fy * fy * fy * (fy * (fy * F6 - F15) + F10)
    a = _slope(hash2(ix, iy, seed), fx, fy)
    b = _slope(hash2(jx, iy, seed), fx - F1, fy)
    c = _slope(hash2(ix, jy, seed), fx, fy - F1)
    d = _slope(hash2(jx, jy, seed), fx - F1, fy - F1)
    top = a + u * (b - a)
    low = c + u * (d - c)
    return GAIN * (top + v * (low - top))


@inline
def _sum(x, y, cells, seed, octaves):
    """Fractal sum of wrapped noises; x, y: 0..1 over the whole texture."""
    total = np.float32(0)
    weight = HALF
    weights = np.float32(0)
    s = np.uint32(seed)
    n = np.int32(cells)
    for o in range(octaves):
        total += weight * _wrapped(x * n + o * SHIFT, y * n + o * SHIFT, n, s)
        weights += weight
        weight *= HALF
        n *= 2
        s = np.uint32(s + NEXT)
    return total / weights


@kernel
def bake(dst, cells, seed, octaves, warp, slow):
    """dst (n, n) <- fractal noise with `cells` features across, which joins itself on all sides.

    warp: how many features a current of `slow` cells across drags the places, as `noise.warped` does.
    """
    n = dst.shape[0]
    drag = np.float32(warp) / np.float32(cells)
    for j in range(n):
        y = (np.float32(j) + HALF) / np.float32(n)
        for i in range(n):
            x = (np.float32(i) + HALF) / np.float32(n)
            u = x
            v = y
            if warp > 0:
                u += drag * _sum(x, y, slow, np.uint32(seed + 71), 2)
                v += drag * _sum(x, y, slow, np.uint32(seed + 83), 2)
            dst[j, i] = _sum(u, v, cells, np.uint32(seed), octaves)


@inline
def _read(tile, u, v):
    """The texture at (u, v), in texels, bilinearly; it begins again beyond its rim."""
    mask = tile.shape[0] - 1  # a power of two
    bu = np.floor(u)
    bv = np.floor(v)
    fu = u - bu
    fv = v - bv
    i = np.int64(bu) & mask
    j = np.int64(bv) & mask
    i2 = (i + 1) & mask
    j2 = (j + 1) & mask
    top = tile[j, i] + fu * (tile[j, i2] - tile[j, i])
    low = tile[j2, i] + fu * (tile[j2, i2] - tile[j2, i])
    return top + fv * (low - top)


@kernel
def read(dst, tile, anchor, step, x, y):
    """dst (h, w) <- tile (n, n) at anchor (h, w, 2) * step + (x, y), in texels.

    As `_read`, where each pixel lies first and then what is there: half the time.
    """
    h, w = dst.shape
    side, flat = np.int32(tile.shape[0]), tile.reshape(tile.size)
    mask = np.int32(side - 1)
    first, right, low = np.empty(w, np.uint32), np.empty(w, np.uint32), np.empty(w, np.uint32)
    part, at = np.empty(2 * w, np.float32), np.empty(2 * w, np.float32)
    for j in range(h):
        out = dst[j]
        for i in range(w):
            at[i], at[w + i] = anchor[j, i, 0], anchor[j, i, 1]
        for i in range(w):
            u, v = at[i] * step + x, at[w + i] * step + y
            a, b = np.int32(u), np.int32(v)
            a = np.int32(a - 1) if np.float32(a) > u else a
            b = np.int32(b - 1) if np.float32(b) > v else b
            part[i], part[w + i] = u - np.float32(a), v - np.float32(b)
            a0, a1 = np.int32(a & mask), np.int32(np.int32(a + 1) & mask)
            b0, b1 = np.int32(np.int32(b & mask) * side), np.int32(np.int32(np.int32(b + 1) & mask) * side)
            first[i], right[i], low[i] = np.uint32(b0 + a0), np.uint32(a1 - a0), np.uint32(b1 - b0)
        for i in range(w):
            p, q = first[i], np.uint32(first[i] + low[i])
            s = part[i]
            top = flat[p] + s * (flat[np.uint32(p + right[i])] - flat[p])
            below = flat[q] + s * (flat[np.uint32(q + right[i])] - flat[q])
            out[i] = top + part[w + i] * (below - top)


@kernel
def read_receding(dst, tile, anchor, step, x, y, halvings):
    """dst (h, w) <- tile (n, n) at anchor (h, w, 3) * step + (x, y), in texels, at the scale that keeps size.

    anchor[..., 2]: how many octaves the surface is reduced. Of the two whole octaves around it, each is read
    with its share, and the sum brought back to the spread of one. halvings (64): 2 ** (32 - k).
    """
    h, w = dst.shape
    n = np.float32(tile.shape[0])
    for j in range(h):
        for i in range(w):
            octave = anchor[j, i, 2]
            whole = np.floor(octave)
            share = octave - whole
            fine = step * halvings[min(max(np.int64(whole) + 32, 0), 63)]
            u = anchor[j, i, 0]
            v = anchor[j, i, 1]
            # each octave reads another part of the texture, or a point would see itself at every scale
            moved = whole * APART * n
            a = _read(tile, u * fine + x + moved, v * fine + y)
            fine *= HALF
            b = _read(tile, u * fine + x + moved + APART * n, v * fine + y)
            dst[j, i] = (a + share * (b - a)) / np.sqrt(F1 - F1 * 2 * share * (F1 - share))
