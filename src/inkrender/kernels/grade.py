"""Grading a register: transfer curves, matrices, ASC CDL, 1-D curves, tetrahedral 3-D tables.

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
from .primitives import (
    GAMMA,
    REC709,
    SRGB,
    decoded,
    encoded,
    raised,
    saturate,
)
from .shading import exp2, log2
from .tiles import TILE, carray, pointer

F = np.float32
ZERO, ONE = F(0), F(1)
FAINT, SEEN = F(0.02), F(1 / 0.18)  # absorbance of which nothing is seen; and from there to where all is
SPAN = 1024  # px that a spline is summed over at a time
CHUNK = 512  # px that a 3-D table is read for at a time
# ACEScct (S-2016-001) as our "log": linear below the knee, log2 above it
LOG = 4  # beside the transfer curves of primitives
LOG_KNEE, LOG_CODE_KNEE = F(0.0078125), F(0.155251141552511)
LOG_SLOPE, LOG_TOE = F(10.5402377416545), F(0.0729055341958355)
LOG_RANGE, LOG_SHIFT = F(17.52), F(9.72)
LUMA_R, LUMA_G, LUMA_B = F(0.2126), F(0.7152), F(0.0722)  # BT.709, as ASC CDL and OpenColorIO have it

I32, I64 = ir.IntType(32), ir.IntType(64)
V4 = ir.VectorType(ir.FloatType(), 4)


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
    elif transfer == LOG:
        for i in range(3 * TILE):
            x = reg[i]
            above = (log2(max(x, LOG_KNEE)) + LOG_SHIFT) / LOG_RANGE
            reg[i] = above if x > LOG_KNEE else x * LOG_SLOPE + LOG_TOE


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
    elif transfer == LOG:
        for i in range(3 * TILE):
            x = reg[i]
            # held at 65504, where half floats end
            above = exp2(min(x * LOG_RANGE - LOG_SHIFT, F(15.99998)))
            reg[i] = above if x > LOG_CODE_KNEE else (x - LOG_TOE) / LOG_SLOPE


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
def matrix(reg, p):
    """Red, green and blue through a 3x3 matrix, row by row in p."""
    m0, m1, m2, m3, m4, m5, m6, m7, m8 = p[0], p[1], p[2], p[3], p[4], p[5], p[6], p[7], p[8]
    for i in range(TILE):
        r, g, b = reg[i], reg[TILE + i], reg[2 * TILE + i]
        reg[i] = m0 * r + m1 * g + m2 * b
        reg[TILE + i] = m3 * r + m4 * g + m5 * b
        reg[2 * TILE + i] = m6 * r + m7 * g + m8 * b


@kernel
def presence(reg):
    """The cover of ink <- where any is to be seen: its cover, or for a wash, which has none, its density."""
    for i in range(TILE):
        a = (reg[i] + reg[TILE + i] + reg[2 * TILE + i]) * F(1 / 3)
        t = saturate((a - FAINT) * SEEN)
        reg[3 * TILE + i] = max(reg[3 * TILE + i], t * t * (F(3) - F(2) * t))


@kernel
def mix_by(reg, before, matte, turned):
    """reg <- before where the matte (TILE,) is 0, reg where it is 1; turned: the other way round."""
    for c in range(3):
        at = c * TILE
        for i in range(TILE):
            old, new = before[at + i], reg[at + i]
            k = ONE - matte[i] if turned else matte[i]
            reg[at + i] = new if k == ONE else old + (new - old) * k


@inline
def along(x, table, cells, lo, scale, first, last):
    """x through a curve's table (cells + 1,) from lo on; straight beyond it (slopes a cell: first, last)."""
    at = (x - lo) * scale
    held = min(max(at, ZERO), F(cells))
    j = min(np.int32(held), np.int32(cells - 1))
    y = table[j] + (table[j + 1] - table[j]) * (held - F(j))
    return y + min(at, ZERO) * first + max(at - F(cells), ZERO) * last


@kernel
def curves(reg, tables, cells, p):
    """Each channel through its curve: (3, cells + 1) at an address; p, 4 each: lo, cells per unit, slopes."""
    t = carray(pointer(tables), (3 * (cells + 1),), np.float32)
    for c in range(3):
        own, at = t[c * (cells + 1) : (c + 1) * (cells + 1)], c * TILE
        lo, scale, first, last = p[4 * c], p[4 * c + 1], p[4 * c + 2], p[4 * c + 3]
        if scale == ZERO:  # no curve: not a bit moves
            continue
        for i in range(TILE):
            reg[at + i] = along(reg[at + i], own, cells, lo, scale, first, last)


@kernel
def spline(dst, x, p):
    """dst <- a monotone cubic through points at x, both (SPAN,). p: see `Program.splines`.

    Each segment adds its own rise at its own place held within 0..1, so that no segment has to be looked up.
    """
    pieces = np.int64(p[0])
    x0, y0, first, xn, last = p[1], p[2], p[3], p[4], p[5]
    for i in range(SPAN):
        dst[i] = y0 + min(x[i] - x0, ZERO) * first + max(x[i] - xn, ZERO) * last
    for k in range(pieces):
        q = p[6 + 5 * k :]
        start, scale, c1, c2, c3 = q[0], q[1], q[2], q[3], q[4]
        for i in range(SPAN):
            t = min(max((x[i] - start) * scale, ZERO), ONE)
            dst[i] += t * (c1 + t * (c2 + t * c3))


@kernel
def splines(reg, p, scratch):
    """Each channel through its spline, one after another in p; scratch (2 SPAN,)."""
    x, y = scratch[:SPAN], scratch[SPAN : 2 * SPAN]
    for c in range(3):
        if p[0] > ZERO:  # else no curve: not a bit moves
            for start in range(c * TILE, (c + 1) * TILE, SPAN):
                px = reg[start : start + SPAN]
                for i in range(SPAN):
                    x[i] = px[i]
                spline(y, x, p)
                for i in range(SPAN):
                    px[i] = y[i]
        p = p[6 + 5 * np.int64(p[0]) :]


@kernel
def luma_spline(reg, p, scratch):
    """BT.709 luma through a spline, added to all channels alike; scratch (2 SPAN,)."""
    x, y = scratch[:SPAN], scratch[SPAN : 2 * SPAN]
    for start in range(0, TILE, SPAN):
        px = reg[start:]
        for i in range(SPAN):
            x[i] = LUMA_R * px[i] + LUMA_G * px[TILE + i] + LUMA_B * px[2 * TILE + i]
        spline(y, x, p)
        for i in range(SPAN):
            more = y[i] - x[i]
            px[i] += more
            px[TILE + i] += more
            px[2 * TILE + i] += more


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
