"""The canvas as light and back, counting blank pixels, and packing pixels, dithered, for a file."""

from __future__ import annotations

import numpy as np

from .bluenoise import SIZE, WIDE
from .jit import inline, kernel
from .load import F16, F32, U8
from .primitives import (
    SRGB_1A_INV,
    SRGB_A,
    SRGB_CODE_KNEE,
    SRGB_P,
    SRGB_SLOPE_INV,
    developed,
    half_bits,
    hash_pixel,
    hash_row,
    saturate,
)
from .shading import log
from .tiles import REGISTER, TILE, TILE_H, TILE_W, carray, pointer

F = np.float32
ZERO, HALF, ONE = F(0), F(0.5), F(1)
FULL_8, FULL_16 = F(255), F(65535)
BLANK = F(0.02 * 0.02)  # squared OKLab distance to bare paper below which the eye sees none of the ink
DARKEST = F(1e-16)  # the least transmittance that is turned back into absorbance: 36.8
# a value this near to a code (in codes) is that code: what a round trip of an 8-bit picture leaves of error
EXACT = F(0.03)
EDGE = np.uint32(SIZE - 1)
SIX = np.uint32(6)
S8, S16, S24 = np.uint32(8), np.uint32(16), np.uint32(24)
W16, W32, W48 = np.uint64(16), np.uint64(32), np.uint64(48)
HALF_MAX = F(65504)


@kernel
def transmittance(reg):
    """Absorbances to sRGB(exp(-A)): what the ink lets through, display-encoded, without paper."""
    for i in range(3 * TILE):
        reg[i] = developed(reg[i])


@kernel
def from_transmittance(reg, white_r, white_g, white_b):
    """Back to absorbance, after dividing by what the grade made of 1: bare paper stays paper."""
    for c in range(3):
        scale = ONE / max((white_r, white_g, white_b)[c], F(1e-6))
        at = c * TILE
        for i in range(TILE):
            # -ln of the decoding curve is one logarithm: the power becomes a factor
            v = max(reg[at + i] * scale, ZERO)
            bright = v > SRGB_CODE_KNEE
            light = (v + SRGB_A) * SRGB_1A_INV if bright else v * SRGB_SLOPE_INV
            factor = -SRGB_P if bright else -ONE
            reg[at + i] = max(log(max(light, DARKEST)) * factor, ZERO)


@kernel
def develop(reg, paper):
    """Ink on paper as display-encoded sRGB(exp(-(A + P))). paper: a register, P in its first planes."""
    for i in range(3 * TILE):
        reg[i] = developed(max(reg[i] + paper[i], ZERO))
    for i in range(3 * TILE, REGISTER):
        reg[i] = ONE


@kernel
def count_blank(reg, jacobian, n, first, last):
    """How many pixels of tile rows first..last (last not included) and n columns are blank: |J A| < .02."""
    j0, j1, j2 = jacobian[0], jacobian[1], jacobian[2]
    j3, j4, j5 = jacobian[3], jacobian[4], jacobian[5]
    j6, j7, j8 = jacobian[6], jacobian[7], jacobian[8]
    total = np.int64(0)
    for y in range(first, last):
        # slices: LLVM must see that no index is negative, or it does not vectorise
        red = reg[y * TILE_W : y * TILE_W + n]
        green = reg[TILE + y * TILE_W : TILE + y * TILE_W + n]
        blue = reg[2 * TILE + y * TILE_W : 2 * TILE + y * TILE_W + n]
        row = np.int32(0)
        for x in range(n):
            r, g, b = red[x], green[x], blue[x]
            u = j0 * r + j1 * g + j2 * b
            v = j3 * r + j4 * g + j5 * b
            w = j6 * r + j7 * g + j8 * b
            row += np.int32(1) if u * u + v * v + w * w < BLANK else np.int32(0)
        total += row
    return total


@inline
def quantised(x, full, random):
    """The code of x in 0..1. random in 0..1 dithers, unless x is a code already; .5 rounds."""
    v = saturate(x) * full
    near = F(np.int32(v + HALF))
    between = v - near
    exact = max(between, -between) < EXACT
    return np.int32(min(v + (HALF if exact else random), full))


@inline
def noise_row(table, channel, y, seed):
    """A row of thresholds. Each channel starts at a place of its own, by hash: they do not move together."""
    h = hash_pixel(channel, hash_row(SIZE, seed))
    row = np.int64(np.uint32(np.uint32(y) + np.uint32(h >> SIX)) & EDGE)
    start = row * WIDE + np.int64(h & EDGE)
    return table[start : start + TILE_W]


@kernel
def pack_8(reg, words, y0, seed, noise):
    """Register to uint32 RGBA words (TILE,). noise: `bluenoise.thresholds`, flat, or one number all over."""
    for y in range(TILE_H):
        u0, u1 = noise_row(noise, 0, y0 + y, seed), noise_row(noise, 1, y0 + y, seed)
        u2 = noise_row(noise, 2, y0 + y, seed)
        at = y * TILE_W
        for x in range(TILE_W):
            i = at + x
            r = np.uint32(quantised(reg[i], FULL_8, u0[x]))
            g = np.uint32(quantised(reg[TILE + i], FULL_8, u1[x]))
            b = np.uint32(quantised(reg[2 * TILE + i], FULL_8, u2[x]))
            a = np.uint32(quantised(reg[3 * TILE + i], FULL_8, HALF))
            words[i] = np.uint32(r | np.uint32(g << S8) | np.uint32(b << S16) | np.uint32(a << S24))


@kernel
def pack_16(reg, longs, y0, seed, noise):
    """Register to uint64 RGBA words of 16-bit codes (TILE,). noise: as in `pack_8`."""
    for y in range(TILE_H):
        u0, u1 = noise_row(noise, 0, y0 + y, seed), noise_row(noise, 1, y0 + y, seed)
        u2 = noise_row(noise, 2, y0 + y, seed)
        at = y * TILE_W
        for x in range(TILE_W):
            i = at + x
            r = np.uint64(quantised(reg[i], FULL_16, u0[x]))
            g = np.uint64(quantised(reg[TILE + i], FULL_16, u1[x]))
            b = np.uint64(quantised(reg[2 * TILE + i], FULL_16, u2[x]))
            a = np.uint64(quantised(reg[3 * TILE + i], FULL_16, HALF))
            longs[i] = r | np.uint64(g << W16) | np.uint64(b << W32) | np.uint64(a << W48)


@inline
def as_half(x):
    return np.uint64(half_bits(F(min(max(x, -HALF_MAX), HALF_MAX))))


@kernel
def pack_half(reg, longs):
    """Register to uint64 RGBA words of IEEE halves (TILE,)."""
    for i in range(TILE):
        r, g = as_half(reg[i]), as_half(reg[TILE + i])
        b, a = as_half(reg[2 * TILE + i]), as_half(reg[3 * TILE + i])
        longs[i] = r | np.uint64(g << W16) | np.uint64(b << W32) | np.uint64(a << W48)


@kernel
def store_tile(reg, data, pitch, w, depth, tx, ty, first, last, seed, noise, words, longs):
    """Tile rows first..last (last not included) of a register into a (h, w, 4) picture at an address.

    noise: address of the thresholds of the dither, see `pack_8`.
    """
    x0, y0 = tx * TILE_W, ty * TILE_H
    n = min(TILE_W, w - x0)
    table = carray(pointer(noise), (SIZE * WIDE,), np.float32)
    if depth == U8:
        pack_8(reg, words, y0, seed, table)
        for y in range(first, last):
            out8 = carray(pointer(data + (y0 + y) * pitch + x0 * 4), (n,), np.uint32)
            row8 = words[y * TILE_W : y * TILE_W + n]
            for x in range(n):
                out8[x] = row8[x]
        return
    if depth == F32:
        for y in range(first, last):
            out32 = carray(pointer(data + (y0 + y) * pitch + x0 * 16), (4 * n,), np.float32)
            for x in range(n):
                for c in range(4):
                    out32[4 * x + c] = reg[c * TILE + y * TILE_W + x]
        return
    if depth == F16:
        pack_half(reg, longs)
    else:
        pack_16(reg, longs, y0, seed, table)
    for y in range(first, last):
        out16 = carray(pointer(data + (y0 + y) * pitch + x0 * 8), (n,), np.uint64)
        row16 = longs[y * TILE_W : y * TILE_W + n]
        for x in range(n):
            out16[x] = row16[x]
