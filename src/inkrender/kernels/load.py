"""Pictures at output size into a register: any depth, any transfer, to premultiplied linear light.

Codes are copied to scratch row by row and converted over the whole tile at once. Rows of four 8-bit channels
are read as uint32 (0.5 ns a pixel; indexing the channels is not vectorised and takes ten times that).
"""

from __future__ import annotations

import numpy as np

from .jit import inline, kernel
from .primitives import GAMMA, LINEAR, REC709, SRGB, decoded, finite, half, srgb_decode_byte
from .tiles import REGISTER, TILE, TILE_H, TILE_W, carray, pointer

F = np.float32
ZERO, ONE = F(0), F(1)
TO_8, TO_16 = F(1 / 255), F(1 / 65535)
BYTE, WORD = np.uint32(255), np.uint64(0xFFFF)
S8, S16, S24 = np.uint32(8), np.uint32(16), np.uint32(24)
W16, W32, W48 = np.uint64(16), np.uint64(32), np.uint64(48)

U8, U16, F16, F32 = range(4)  # the depth of a picture, as the op table holds it
DEPTHS = {"uint8": U8, "uint16": U16, "float16": F16, "float32": F32}


@kernel
def load_tile(data, pitch, w, h, depth, transfer, gamma, premultiplied, dst, tx, ty, words, longs):
    """Register at array dst <- the tile of a (h, w, 4) picture at address data, rows `pitch` bytes apart.

    words: uint32 (TILE,), longs: uint64 (TILE,) scratch. Beyond the picture: 0. NaN becomes 0.
    """
    x0, y0 = tx * TILE_W, ty * TILE_H
    n, m = min(TILE_W, w - x0), min(TILE_H, h - y0)
    if n < TILE_W or m < TILE_H:
        for i in range(TILE):
            words[i] = np.uint32(0)
            longs[i] = np.uint64(0)
        if depth == F32:
            for i in range(REGISTER):
                dst[i] = ZERO
    for y in range(m):
        if depth == U8:
            row8 = carray(pointer(data + (y0 + y) * pitch + x0 * 4), (n,), np.uint32)
            for x in range(n):
                words[y * TILE_W + x] = row8[x]
        elif depth == F32:
            row32 = carray(pointer(data + (y0 + y) * pitch + x0 * 16), (4 * n,), np.float32)
            for c in range(4):
                for x in range(n):
                    dst[c * TILE + y * TILE_W + x] = row32[4 * x + c]
        else:
            row16 = carray(pointer(data + (y0 + y) * pitch + x0 * 8), (n,), np.uint64)
            for x in range(n):
                longs[y * TILE_W + x] = row16[x]
    if depth == U8:
        if transfer == SRGB and not premultiplied:
            bytes_srgb(dst, words)
            return
        bytes_raw(dst, words)
    elif depth == U16:
        words_raw(dst, longs)
    elif depth == F16:
        halves_raw(dst, longs)
    else:
        clean(dst)
    linearise(dst, transfer, gamma, premultiplied)


@kernel
def load_over_tile(data, pitch, w, h, opacity, dst, tx, ty, words):
    """Straight sRGB bytes over the register at array dst, without a register in between."""
    x0, y0 = tx * TILE_W, ty * TILE_H
    n, m = min(TILE_W, w - x0), min(TILE_H, h - y0)
    if n <= 0 or m <= 0:
        return
    if n < TILE_W or m < TILE_H:
        for i in range(TILE):
            words[i] = np.uint32(0)
    for y in range(m):
        row = carray(pointer(data + (y0 + y) * pitch + x0 * 4), (n,), np.uint32)
        for x in range(n):
            words[y * TILE_W + x] = row[x]
    for i in range(TILE):
        v = words[i]
        a = byte(v, S24) * opacity
        k = ONE - a
        dst[i] = dst[i] * k + srgb_decode_byte(byte(v, np.uint32(0))) * a
        dst[TILE + i] = dst[TILE + i] * k + srgb_decode_byte(byte(v, S8)) * a
        dst[2 * TILE + i] = dst[2 * TILE + i] * k + srgb_decode_byte(byte(v, S16)) * a
        dst[3 * TILE + i] = dst[3 * TILE + i] * k + a


@inline
def byte(v, shift):
    """One of four 8-bit channels as 0..1."""
    return F(np.int32(np.uint32(v >> shift) & BYTE)) * TO_8


@kernel
def bytes_srgb(dst, words):
    """Straight sRGB bytes to premultiplied linear: the common case, in one pass."""
    for i in range(TILE):
        v = words[i]
        a = byte(v, S24)
        dst[i] = srgb_decode_byte(byte(v, np.uint32(0))) * a
        dst[TILE + i] = srgb_decode_byte(byte(v, S8)) * a
        dst[2 * TILE + i] = srgb_decode_byte(byte(v, S16)) * a
        dst[3 * TILE + i] = a


@kernel
def bytes_raw(dst, words):
    """Bytes to 0..1."""
    for i in range(TILE):
        v = words[i]
        dst[i] = byte(v, np.uint32(0))
        dst[TILE + i] = byte(v, S8)
        dst[2 * TILE + i] = byte(v, S16)
        dst[3 * TILE + i] = byte(v, S24)


@kernel
def words_raw(dst, longs):
    """16-bit codes to 0..1."""
    for i in range(TILE):
        v = longs[i]
        dst[i] = F(np.int32(v & WORD)) * TO_16
        dst[TILE + i] = F(np.int32(np.uint64(v >> W16) & WORD)) * TO_16
        dst[2 * TILE + i] = F(np.int32(np.uint64(v >> W32) & WORD)) * TO_16
        dst[3 * TILE + i] = F(np.int32(np.uint64(v >> W48) & WORD)) * TO_16


@kernel
def halves_raw(dst, longs):
    """Halves as they are, NaN as 0."""
    for i in range(TILE):
        v = longs[i]
        dst[i] = finite(half(np.uint16(v & WORD)))
        dst[TILE + i] = finite(half(np.uint16(np.uint64(v >> W16) & WORD)))
        dst[2 * TILE + i] = finite(half(np.uint16(np.uint64(v >> W32) & WORD)))
        dst[3 * TILE + i] = finite(half(np.uint16(np.uint64(v >> W48) & WORD)))


@kernel
def clean(dst):
    """NaN to 0, infinities to +-65504."""
    for i in range(REGISTER):
        dst[i] = finite(dst[i])


@kernel
def linearise(dst, transfer, gamma, premultiplied):
    """Encoded to premultiplied linear light.

    A premultiplied picture with a transfer curve is divided by its alpha first, then decoded, then multiplied
    again: the curve was applied to the colour, not to the coverage.
    """
    if transfer == LINEAR:
        if not premultiplied:
            for i in range(TILE):
                a = dst[3 * TILE + i]
                dst[i] *= a
                dst[TILE + i] *= a
                dst[2 * TILE + i] *= a
        return
    if premultiplied:
        for i in range(TILE):
            a = dst[3 * TILE + i]
            k = ONE / a if a > ZERO else ONE
            dst[i] *= k
            dst[TILE + i] *= k
            dst[2 * TILE + i] *= k
    if transfer == SRGB:
        for i in range(3 * TILE):
            dst[i] = decoded(dst[i], SRGB, ONE)
    elif transfer == REC709:
        for i in range(3 * TILE):
            dst[i] = decoded(dst[i], REC709, ONE)
    else:
        for i in range(3 * TILE):
            dst[i] = decoded(dst[i], GAMMA, gamma)
    for i in range(TILE):
        a = dst[3 * TILE + i]
        k = a if (a > ZERO or not premultiplied) else ONE
        dst[i] *= k
        dst[TILE + i] *= k
        dst[2 * TILE + i] *= k
