"""The tile interpreter: one compiled driver walks tiles and, for each, a table of ops over float32 registers.

"Vectorised interpretation", as Skia's raster pipeline or MonetDB/X100 do it: the registers never leave the
inner caches, nothing is compiled when a scene changes, and the cost of dispatch is shared by 4096 pixels.
Pictures, tables and shader stages come in as addresses in the op table, so the driver has one signature.

A row of the table is int64: op, register, second register or mode, place of its floats in `par`, then the
op's own numbers. `program.Program` writes it.
"""

from __future__ import annotations

import numpy as np

from . import develop, glow, grade, lift, load, oklch, over
from .jit import kernel
from .resample import OVER, SCRATCH, resample_tile
from .tiles import FIELDS, PAPER, REGISTER, REGISTERS, STRIDE, TILE, TILE_H, TILE_W, call_stage

F = np.float32
ZERO = F(0)
OP_COLUMNS = 20
(
    CLEAR,
    COPY_REGISTER,
    READ,
    READ_OVER,
    LOAD,
    OVER_INK,
    OVER_LIGHT,
    LIGHT_TO_INK,
    FIELD,
    FIELD_PAPER,
    FIELD_VALUE,
    STAGE,
    LIFT,
    TRANSMITTANCE,
    FROM_TRANSMITTANCE,
    ENCODE,
    DECODE,
    CDL,
    OKLCH,
    LUT,
    COUNT_BLANK,
    DEVELOP,
    NOISE,
    STORE,
    MIX,
    MATTE,
    LOAD_OVER,
    MATRIX,
    CURVES,
    SPLINES,
    LUMA_SPLINE,
    QUALIFY,
    MIX_MATTE,
    PRESENCE,
    FIELD_COVER,
    GLOW,
    SKIP,
) = range(37)


@kernel
def fill(planes, value):
    """Every float of a view <- value."""
    for i in range(planes.size):
        planes[i] = value


@kernel
def copy(dst, src):
    """dst <- src."""
    for i in range(dst.size):
        dst[i] = src[i]


@kernel
def drive(ops, par, par_room, width, height, top, bottom):
    """Run the table over all tiles that touch rows top..bottom (not included). Returns the blank pixels.

    par_room: the longest parameter list of a stage. A register known to hold zeros is marked, and ops that
    would do nothing on it are skipped.
    """
    # 64-byte alignment: a 16-float step must not straddle two cache lines
    store = np.zeros((FIELDS + 1) * TILE + REGISTERS * STRIDE + 16, np.float32)
    skip = (-(store.ctypes.data // 4)) % 16
    registers = store[skip : skip + REGISTERS * STRIDE]
    fields = store[skip + REGISTERS * STRIDE : skip + REGISTERS * STRIDE + FIELDS * TILE]
    matte = store[skip + REGISTERS * STRIDE + FIELDS * TILE :][:TILE]
    base = registers.ctypes.data
    ring_store = np.zeros(SCRATCH + 64, np.uint8)
    ring = ring_store.ctypes.data + (-ring_store.ctypes.data) % 64
    words = np.empty(TILE, np.uint32)
    longs = np.empty(TILE, np.uint64)
    offsets = np.empty(3 * grade.CHUNK, np.int32)
    weights = np.empty(4 * grade.CHUNK, np.float32)
    found_store = np.empty(4 * grade.CHUNK + 16, np.float32)
    found = found_store[(-(found_store.ctypes.data // 4)) % 16 :][: 4 * grade.CHUNK]
    scratch = np.empty(7 * oklch.CHUNK, np.float32)
    which = np.empty(oklch.CHUNK, np.int32)
    columns = np.empty(TILE_W, np.int64)
    fractions = np.empty(TILE_W, np.float32)
    lines = np.empty(2 * TILE_W, np.float32)
    stage_par = np.empty(max(par_room, 16), np.float32)
    zero = np.ones(REGISTERS, np.uint8)
    blank = np.int64(0)

    for ty in range(top // TILE_H, (bottom + TILE_H - 1) // TILE_H):
        first = max(top - ty * TILE_H, 0)
        last = min(min(bottom, height) - ty * TILE_H, TILE_H)
        for tx in range((width + TILE_W - 1) // TILE_W):
            resume = 0
            for k in range(ops.shape[0]):
                if k < resume:
                    continue
                q = ops[k]
                op, r, s = q[0], q[1], q[2]
                p = par[q[3] :]
                reg = registers[r * STRIDE : r * STRIDE + REGISTER]
                if op == READ_OVER:
                    if resample_tile(q[4:], p[0], OVER, base + r * STRIDE * 4, ring, tx, ty):
                        zero[r] = 0
                elif op == READ:
                    if resample_tile(q[4:], p[0], s, base + r * STRIDE * 4, ring, tx, ty):
                        zero[r] = 0
                    elif zero[r] == 0:
                        fill(reg, ZERO)
                        zero[r] = 1
                elif op == CLEAR:
                    if zero[r] == 0:
                        fill(reg, ZERO)
                        zero[r] = 1
                elif op == COPY_REGISTER:
                    copy(reg, registers[s * STRIDE : s * STRIDE + REGISTER])
                    zero[r] = zero[s]
                elif op == LOAD:
                    load.load_tile(q[4], q[5], q[6], q[7], q[8], q[9], p[0], q[10], reg, tx, ty, words, longs)
                    zero[r] = 0
                elif op == LOAD_OVER:
                    load.load_over_tile(q[4], q[5], q[6], q[7], p[0], reg, tx, ty, words)
                    zero[r] = 0
                elif op == OVER_INK:
                    if zero[s] == 0:
                        over.over_ink(reg, registers[s * STRIDE : s * STRIDE + REGISTER], p[0])
                        zero[r] = 0
                elif op == OVER_LIGHT:
                    if zero[s] == 0:
                        over.over_light(reg, registers[s * STRIDE : s * STRIDE + REGISTER], p[0], q[4])
                        zero[r] = 0
                elif op == LIGHT_TO_INK:
                    if zero[r] == 0:
                        over.light_to_ink(reg, p[0], p[1], p[2], p[3], q[4])
                elif op == FIELD:
                    plane = fields[r * TILE : (r + 1) * TILE]
                    lift.field(plane, q[4:], p, tx, ty, columns, fractions, lines)
                elif op == FIELD_PAPER:
                    at = PAPER * STRIDE + 3 * TILE
                    copy(fields[r * TILE : (r + 1) * TILE], registers[at : at + TILE])
                elif op == FIELD_VALUE:
                    fill(fields[r * TILE : (r + 1) * TILE], p[0])
                elif op == STAGE:
                    if q[6] == 0 or zero[r] == 0:
                        for i in range(q[5]):
                            stage_par[i] = p[i]
                        stage_par[0] += tx * TILE_W * p[2]
                        stage_par[1] += ty * TILE_H * p[3]
                        stage_par[4] += tx * TILE_W * p[6]
                        stage_par[5] += ty * TILE_H * p[7]
                        call_stage(
                            q[4],
                            base + r * STRIDE * 4,
                            base + s * STRIDE * 4,
                            fields.ctypes.data,
                            stage_par.ctypes.data,
                        )
                        zero[r] = 0
                elif op == LIFT:
                    if zero[r] == 0:
                        at = PAPER * STRIDE + 3 * TILE
                        relief = fields[4 * TILE : 5 * TILE] if q[4] != 0 else registers[at : at + TILE]
                        lift.lift(reg, matte, fields, relief, p[0], p[1], p[2])
                elif op == TRANSMITTANCE:
                    develop.transmittance(reg)
                    zero[r] = 0
                elif op == FROM_TRANSMITTANCE:
                    develop.from_transmittance(reg, p[0], p[1], p[2])
                    zero[r] = 0
                elif op == ENCODE:
                    grade.encode(reg, q[4], p[0])
                elif op == DECODE:
                    grade.decode(reg, q[4], p[0])
                elif op == CDL:
                    grade.cdl(reg, p, q[4])
                    zero[r] = 0
                elif op == OKLCH:
                    oklch.oklch(reg, p, q[4], q[5], q[6], q[7], scratch, which)
                    zero[r] = 0
                elif op == MATRIX:
                    grade.matrix(reg, p)
                elif op == CURVES:
                    grade.curves(reg, q[4], q[5], p)
                    zero[r] = 0
                elif op == SPLINES:
                    grade.splines(reg, p, scratch)
                    zero[r] = 0
                elif op == LUMA_SPLINE:
                    grade.luma_spline(reg, p, scratch)
                    zero[r] = 0
                elif op == QUALIFY:
                    oklch.qualify(reg, registers[s * STRIDE : s * STRIDE + REGISTER], p, q[4], q[5])
                    zero[r] = 0
                elif op == LUT:
                    grade.lut3d(reg, q[4], q[5], p, weights, offsets, found)
                    zero[r] = 0
                elif op == COUNT_BLANK:
                    n = min(TILE_W, width - tx * TILE_W)
                    if zero[r] == 1:
                        blank += n * (last - first)
                    else:
                        blank += develop.count_blank(reg, p, n, first, last)
                elif op == DEVELOP:
                    develop.develop(reg, registers[PAPER * STRIDE : PAPER * STRIDE + REGISTER])
                    zero[r] = 0
                elif op == NOISE:
                    lift.value_noise(reg[s * TILE : (s + 1) * TILE], tx, ty, p[0], np.uint32(q[4]))
                    zero[r] = 0
                elif op == MIX:
                    over.mix(reg, registers[s * STRIDE : s * STRIDE + REGISTER], p[0])
                    zero[r] = zero[r] & zero[s]
                elif op == PRESENCE:
                    if zero[r] == 0:
                        grade.presence(reg)
                elif op == MIX_MATTE:
                    at = q[4] * STRIDE + 3 * TILE
                    other = registers[s * STRIDE : s * STRIDE + REGISTER]
                    grade.mix_by(reg, other, registers[at : at + TILE], q[5])
                    zero[r] = 0
                elif op == SKIP:
                    if zero[r] == 1:
                        resume = k + 1 + q[4]
                elif op == FIELD_COVER:
                    if q[4] == 0 or zero[r] == 0:
                        zero[r] = 0
                        if not glow.field_cover(reg, fields[:TILE], q[4]):
                            fill(reg, ZERO)
                            zero[r] = 1
                elif op == GLOW:
                    if zero[s] == 0:
                        glow.glow(reg, registers[s * STRIDE : s * STRIDE + REGISTER], p)
                        zero[r] = 0
                elif op == MATTE:
                    over.matte(reg, registers[s * STRIDE : s * STRIDE + REGISTER])
                elif op == STORE:
                    develop.store_tile(
                        reg, q[4], q[5], width, q[6], tx, ty, first, last, np.uint32(q[7]), q[8], words, longs
                    )
    # numba frees an array after its last use: the ring, known by its address only, must outlive the loop
    return blank if ring_store.size > 0 else np.int64(-1)
