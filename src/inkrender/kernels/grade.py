"""Grading a register: transfer curves, ASC CDL, OKLCh chroma, 1-D curves, tetrahedral 3-D tables.

CDL: ASC CDL 1.2 (slope, offset, power, then saturation with BT.709 luma). Tetrahedral interpolation: Kasson
et al. 1993, as the walk from the cell's first corner to its last along the axes in descending order of
fraction: a vectorised loop finds offsets and weights, a scalar loop does four 16-byte loads a pixel.
"""

from __future__ import annotations

import numpy as np
from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from .jit import inline, kernel
from .oklab import LMS_TO_LAB, RGB_TO_LMS
from .primitives import (
    GAMMA,
    REC709,
    SRGB,
    cube_root,
    decoded,
    encoded,
    raised,
    saturate,
    srgb_decode,
    srgb_encode,
)
from .tiles import TILE, carray, pointer

F = np.float32
ZERO, ONE = F(0), F(1)
CHUNK = 512  # px that a 3-D table is read for at a time
LUMA_R, LUMA_G, LUMA_B = F(0.2126), F(0.7152), F(0.0722)  # BT.709, as ASC CDL and OpenColorIO have it

I32, I64 = ir.IntType(32), ir.IntType(64)
V4 = ir.VectorType(ir.FloatType(), 4)


def chroma_matrices(k: float) -> np.ndarray:
    """27 float32: RGB to LMS; OKLab's a and b times k, as one matrix on the cube roots; LMS to RGB."""
    scaled = np.linalg.inv(LMS_TO_LAB) @ np.diag([1.0, k, k]) @ LMS_TO_LAB
    parts = [RGB_TO_LMS, scaled, np.linalg.inv(RGB_TO_LMS)]
    return np.concatenate([part.ravel() for part in parts]).astype(np.float32)


def lut_table(lut: np.ndarray) -> np.ndarray:
    """(n, n, n, 3), red first, as float32 RGBx rows, 16-byte aligned and flat."""
    n = lut.shape[0]
    store = np.zeros(n**3 * 4 + 16, np.float32)
    skip = (-(store.ctypes.data // 4)) % 16
    table = store[skip : skip + n**3 * 4]
    table.reshape(n, n, n, 4)[..., :3] = lut
    return table


@kernel
def encode(reg, transfer, gamma):
    """Linear light to encoded, three planes."""
    if transfer == SRGB:
        for i in range(3 * TILE):
            reg[i] = encoded(reg[i], SRGB, ONE)
    elif transfer == REC709:
        for i in range(3 * TILE):
            reg[i] = encoded(reg[i], REC709, ONE)
    elif transfer == GAMMA:
        for i in range(3 * TILE):
            reg[i] = encoded(reg[i], GAMMA, gamma)


@kernel
def decode(reg, transfer, gamma):
    """Encoded to linear light, three planes."""
    if transfer == SRGB:
        for i in range(3 * TILE):
            reg[i] = decoded(reg[i], SRGB, ONE)
    elif transfer == REC709:
        for i in range(3 * TILE):
            reg[i] = decoded(reg[i], REC709, ONE)
    elif transfer == GAMMA:
        for i in range(3 * TILE):
            reg[i] = decoded(reg[i], GAMMA, gamma)


@kernel
def cdl(reg, p, clamp):
    """ASC CDL; p: slope, offset, power (3 each), saturation. clamp: 0..1 before power, after saturation.

    Without clamp a negative value passes the power unchanged, as in OpenColorIO's CDL without clamping.
    """
    for c in range(3):
        slope, offset, power = p[c], p[3 + c], p[6 + c]
        at = c * TILE
        if clamp:
            if power == ONE:
                for i in range(TILE):
                    reg[at + i] = saturate(reg[at + i] * slope + offset)
            else:
                for i in range(TILE):
                    reg[at + i] = raised(saturate(reg[at + i] * slope + offset), power)
        elif power == ONE:
            for i in range(TILE):
                reg[at + i] = reg[at + i] * slope + offset
        else:
            for i in range(TILE):
                v = reg[at + i] * slope + offset
                reg[at + i] = raised(v, power) if v > ZERO else v
    saturation = p[9]
    if saturation == ONE:
        return
    lowest, highest = (ZERO, ONE) if clamp else (F(-3e38), F(3e38))
    for i in range(TILE):
        r, g, b = reg[i], reg[TILE + i], reg[2 * TILE + i]
        y = LUMA_R * r + LUMA_G * g + LUMA_B * b
        reg[i] = min(max(y + (r - y) * saturation, lowest), highest)
        reg[TILE + i] = min(max(y + (g - y) * saturation, lowest), highest)
        reg[2 * TILE + i] = min(max(y + (b - y) * saturation, lowest), highest)


@kernel
def chroma(reg, p):
    """OKLCh chroma of sRGB-encoded colour; p: `chroma_matrices`. Negative light counts as none."""
    a0, a1, a2, a3, a4, a5, a6, a7, a8 = p[0], p[1], p[2], p[3], p[4], p[5], p[6], p[7], p[8]
    b0, b1, b2, b3, b4, b5, b6, b7, b8 = p[9], p[10], p[11], p[12], p[13], p[14], p[15], p[16], p[17]
    c0, c1, c2, c3, c4, c5, c6, c7, c8 = p[18], p[19], p[20], p[21], p[22], p[23], p[24], p[25], p[26]
    for i in range(TILE):
        r = srgb_decode(max(reg[i], ZERO))
        g = srgb_decode(max(reg[TILE + i], ZERO))
        b = srgb_decode(max(reg[2 * TILE + i], ZERO))
        l = cube_root(a0 * r + a1 * g + a2 * b)
        m = cube_root(a3 * r + a4 * g + a5 * b)
        s = cube_root(a6 * r + a7 * g + a8 * b)
        u = b0 * l + b1 * m + b2 * s
        v = b3 * l + b4 * m + b5 * s
        w = b6 * l + b7 * m + b8 * s
        u, v, w = u * u * u, v * v * v, w * w * w
        reg[i] = srgb_encode(c0 * u + c1 * v + c2 * w)
        reg[TILE + i] = srgb_encode(c3 * u + c4 * v + c5 * w)
        reg[2 * TILE + i] = srgb_encode(c6 * u + c7 * v + c8 * w)


@kernel
def curve(reg, table, n, lo, hi):
    """Each channel through its own column of a table (n, 3) at an address, linear, held at the ends."""
    t = carray(pointer(table), (n * 3,), np.float32)
    scale = F(n - 1) / (hi - lo)
    last = F(n - 1)
    for c in range(3):
        at = c * TILE
        for i in range(TILE):
            v = min(max((reg[at + i] - lo) * scale, ZERO), last)
            j = min(np.int64(v), n - 2)
            below = t[3 * j + c]
            reg[at + i] = below + (t[3 * j + 3 + c] - below) * (v - F(j))


@intrinsic
def tetra_load(context, table, base, o1, o2, o3, w0, w1, w2, w3, dst):
    """Four RGBx rows of a table, weighted and summed, to the four floats at dst. Offsets in bytes."""

    def code(context, builder, signature, args):
        def row(at):
            value = builder.load(builder.inttoptr(at, V4.as_pointer()))
            value.align = 16
            return value

        def splat(scalar):
            one = builder.insert_element(ir.Constant(V4, ir.Undefined), scalar, ir.Constant(I32, 0))
            zeros = ir.Constant(ir.VectorType(I32, 4), [0] * 4)
            return builder.shuffle_vector(one, ir.Constant(V4, ir.Undefined), zeros)

        first = builder.add(args[0], builder.sext(args[1], I64))
        total = builder.fmul(row(first), splat(args[5]), flags=("fast",))
        for offset, weight in zip(args[2:5], args[6:9], strict=True):
            corner = row(builder.add(first, builder.sext(offset, I64)))
            total = builder.fadd(total, builder.fmul(corner, splat(weight), flags=("fast",)), flags=("fast",))
        builder.store(total, builder.inttoptr(args[9], V4.as_pointer())).align = 16
        return context.get_dummy_value()

    i32, f32, i64 = types.int32, types.float32, types.int64
    return types.void(i64, i32, i32, i32, i32, f32, f32, f32, f32, i64), code


@inline
def whole(x, last):
    return min(np.int32(x), last)


@kernel
def lut3d(reg, table, n, p, weights, offsets, found):
    """rgb through the (n, n, n) table at an address (`lut_table`); p: lo (3), hi (3) of the domain.

    weights float32 (4 CHUNK), offsets int32 (3 CHUNK), found float32 (4 CHUNK, 16-byte aligned): scratch.
    """
    scale_r, scale_g, scale_b = F(n - 1) / (p[3] - p[0]), F(n - 1) / (p[4] - p[1]), F(n - 1) / (p[5] - p[2])
    lo_r, lo_g, lo_b = p[0], p[1], p[2]
    top = F(n - 1)
    last = np.int32(n - 2)
    step_b = np.int32(16)
    step_g = np.int32(16 * n)
    step_r = np.int32(16 * n * n)
    step = np.int32(step_r + step_g + step_b)
    to = found.ctypes.data
    for start in range(0, TILE, CHUNK):  # so that the scratch stays in L1 beside the table
        px = reg[start:]
        for i in range(CHUNK):
            r = min(max((px[i] - lo_r) * scale_r, ZERO), top)
            g = min(max((px[TILE + i] - lo_g) * scale_g, ZERO), top)
            b = min(max((px[2 * TILE + i] - lo_b) * scale_b, ZERO), top)
            ri, gi, bi = whole(r, last), whole(g, last), whole(b, last)
            r, g, b = r - F(ri), g - F(gi), b - F(bi)
            high = max(r, max(g, b))
            low = min(r, min(g, b))
            mid = r + g + b - high - low
            # ties go r, g, b for the highest and b, g, r for the lowest: the two are never one axis
            first = step_r if (r >= g and r >= b) else (step_g if g >= b else step_b)
            final = step_b if (b <= g and b <= r) else (step_g if g <= r else step_r)
            offsets[i] = np.int32(ri * step_r + gi * step_g + bi * step_b)
            offsets[CHUNK + i] = first
            offsets[2 * CHUNK + i] = np.int32(step - final)
            weights[i] = ONE - high
            weights[CHUNK + i] = high - mid
            weights[2 * CHUNK + i] = mid - low
            weights[3 * CHUNK + i] = low
        for i in range(CHUNK):
            w0, w1, w2, w3 = weights[i], weights[CHUNK + i], weights[2 * CHUNK + i], weights[3 * CHUNK + i]
            o1, o2 = offsets[CHUNK + i], offsets[2 * CHUNK + i]
            tetra_load(table, offsets[i], o1, o2, step, w0, w1, w2, w3, to + i * 16)
        for i in range(CHUNK):
            px[i] = found[4 * i]
            px[TILE + i] = found[4 * i + 1]
            px[2 * TILE + i] = found[4 * i + 2]
