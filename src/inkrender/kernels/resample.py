"""Reading a moving layer inside the tile: half floats, Catmull-Rom, no gathers.

A baked layer is planar by row (uint16 (rows, 4, cols), the bits of halves, PAD px of zeros around). Per tile
and layer each source row is decoded and filtered horizontally once, into a ring of four rows; four rows make
an output row, fused with laying it over the canvas. Cubic, because bilinear pans visibly pulse between sharp
and soft. Steps are 16 px of four planes, written as LLVM vectors: contiguous loads only.

How a layer is read is decided from the numbers, once a frame (`Tables`):
  COPY    no zoom, whole-pixel offset: the halves themselves, bit for bit
  PAN     no zoom: one set of four weights for all columns
  BAND    zoom within 1/1.12 .. 1.12: inside 16 px the source drifts by at most 2 px against the output, which
          one or two further taps of weight 0 absorb
  FAR     any other zoom: gathers, and below 1/1.12 a wider kernel, so that nothing aliases
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from .jit import inline, kernel
from .primitives import half
from .tiles import OCC, PAD, TILE, TILE_H, TILE_W, address, carray, pointer

F = np.float32
ZERO, ONE = F(0), F(1)
COPY, PAN, BAND, FAR = range(4)
MAX_ZOOM = 1.12
EDGE = 32  # columns of the small buffer that stands in for a block beyond the layer's edge
TAPS = 6  # of BAND; the footprint of a 16-px block is 16 + TAPS - 1 columns at most
RING = TILE_W  # floats a plane and ring row
ROW_BYTES = 4 * RING * 4  # four planes of float32
RING_BYTES = 4 * ROW_BYTES
SCRATCH = RING_BYTES + 4 * EDGE * 2  # the ring, then the edge buffer

V16, H16 = ir.VectorType(ir.FloatType(), 16), ir.VectorType(ir.HalfType(), 16)
I32, I64 = ir.IntType(32), ir.IntType(64)
FAST = ("fast",)


class Tables(NamedTuple):
    """Where an output of width x height reads a layer. Columns and rows are rounded up to whole tiles.

    rows: first source row of every output row; wy: its weights, (taps, rows). col: source column of output
    column 0 (COPY, PAN) or taps in use (BAND); cols: first source column of every 16-px block (BAND) or of
    every column (FAR).
    wx: (taps, columns), for PAN (4,).
    """

    mode: int
    rows: np.ndarray
    wy: np.ndarray
    col: int
    cols: np.ndarray
    wx: np.ndarray


def tables(width: int, height: int, x: float, y: float, zoom: float) -> Tables:
    """Plan how an output reads a layer whose px (x, y) lies at the output's top left corner.

    zoom: output px per layer px.
    """
    nx, ny = -(-width // TILE_W) * TILE_W, -(-height // TILE_H) * TILE_H
    whole = zoom == 1.0
    if whole and float(x).is_integer() and float(y).is_integer():
        rows = np.arange(ny, dtype=np.int32) + np.int32(int(y) + PAD)
        none = np.empty(0, np.float32)
        return Tables(COPY, rows, none, int(x) + PAD, np.empty(0, np.int32), none)
    if whole or 1 / MAX_ZOOM <= zoom <= MAX_ZOOM:
        rows, wy = np.empty(ny, np.int32), np.empty((4, ny), np.float32)
        axis(rows, wy, float(y), float(zoom), 1.0)
        if whole:
            first, wx = np.empty(1, np.int32), np.empty((4, 1), np.float32)
            axis(first, wx, float(x), 1.0, 1.0)
            return Tables(PAN, rows, wy, int(first[0]), np.empty(0, np.int32), wx[:, 0].copy())
        blocks, wx = np.empty(nx // 16, np.int32), np.zeros((TAPS, nx), np.float32)
        bands(blocks, wx, float(x), float(zoom))
        return Tables(BAND, rows, wy, TAPS if wx[5].any() else 5, blocks, wx)
    # the kernel widens with the step between samples; at 1 / MAX_ZOOM it meets the plain cubic
    wide = max(1.0, 1 / zoom / MAX_ZOOM)
    taps = 2 * int(np.ceil(2 * wide))
    rows, wy = np.empty(ny, np.int32), np.empty((taps, ny), np.float32)
    cols, wx = np.empty(nx, np.int32), np.empty((taps, nx), np.float32)
    axis(rows, wy, float(y), float(zoom), wide)
    axis(cols, wx, float(x), float(zoom), wide)
    return Tables(FAR, rows, wy, 0, cols, wx)


@inline
def catmull_rom(d):
    """The kernel's weight at distance d, float64."""
    d = abs(d)
    near = (1.5 * d - 2.5) * d * d + 1.0
    far = ((-0.5 * d + 2.5) * d - 4.0) * d + 2.0
    return near if d < 1.0 else (far if d < 2.0 else 0.0)


@kernel
def axis(first, weights, start, zoom, wide):
    """first (n): padded source index of each output's first tap; weights (taps, n), which sum to 1."""
    taps = weights.shape[0]
    for i in range(first.size):
        place = (i + 0.5) / zoom + start - 0.5
        j = np.floor(place)
        first[i] = np.int32(j) - taps // 2 + 1 + PAD
        total = 0.0
        for k in range(taps):
            total += catmull_rom((place - (j + k - taps // 2 + 1)) / wide)
        for k in range(taps):
            weights[k, i] = catmull_rom((place - (j + k - taps // 2 + 1)) / wide) / total


@kernel
def bands(blocks, weights, start, zoom):
    """blocks (n / 16): padded source column of each block's load; weights (TAPS, n), 0 where unused."""
    first = np.empty(16, np.int32)
    taps = np.empty((4, 16), np.float32)
    for b in range(blocks.size):
        axis(first, taps, start + b * 16 / zoom, zoom, 1.0)
        base = first[0]
        for i in range(16):
            base = min(base, first[i] - i)
        blocks[b] = base
        for i in range(16):
            drift = first[i] - i - base
            for k in range(4):
                weights[drift + k, b * 16 + i] = taps[k, i]


# 16-px steps ----------------------------------------------------------------------------------------------


def _load(builder, base, offset, kind, align):
    where = builder.add(base, offset) if offset is not None else base
    value = builder.load(builder.inttoptr(where, kind.as_pointer()))
    value.align = align
    return value


def _store(builder, value, base, offset):
    where = builder.add(base, offset)
    builder.store(value, builder.inttoptr(where, value.type.as_pointer())).align = 4


def _splat(builder, scalar):
    one = builder.insert_element(ir.Constant(V16, ir.Undefined), scalar, ir.Constant(I32, 0))
    zeros = ir.Constant(ir.VectorType(I32, 16), [0] * 16)
    return builder.shuffle_vector(one, ir.Constant(V16, ir.Undefined), zeros)


def _sum(builder, total, term):
    return term if total is None else builder.fadd(total, term, flags=FAST)


def _times(builder, a, b):
    return builder.fmul(a, b, flags=FAST)


def _row_step(builder, src, stride, dst, weights):
    """ring row <- sum over taps of half(src[tap + 0..15]) w, for four planes `stride` bytes apart."""
    for plane in range(4):
        base = builder.add(src, builder.mul(stride, ir.Constant(I64, plane)))
        total = None
        for tap, weight in enumerate(weights):
            halves = _load(builder, base, ir.Constant(I64, 2 * tap), H16, 2)
            total = _sum(builder, total, _times(builder, builder.fpext(halves, V16), weight))
        _store(builder, total, dst, ir.Constant(I64, plane * RING * 4))


@intrinsic
def pan_step(context, src, stride, dst, w0, w1, w2, w3):
    """16 px of a ring row with one set of weights. Addresses; stride in bytes between source planes."""

    def code(context, builder, signature, args):
        _row_step(builder, args[0], args[1], args[2], [_splat(builder, w) for w in args[3:]])
        return context.get_dummy_value()

    return types.void(*[types.int64] * 3, *[types.float32] * 4), code


def _band_step(taps):
    @intrinsic
    def step(context, src, stride, dst, weights, step):
        """16 px of a ring row with weights per column, at address `weights`, `step` bytes between taps."""

        def code(context, builder, signature, args):
            at = [builder.mul(args[4], ir.Constant(I64, tap)) for tap in range(taps)]
            _row_step(builder, args[0], args[1], args[2], [_load(builder, args[3], a, V16, 4) for a in at])
            return context.get_dummy_value()

        return types.void(*[types.int64] * 5), code

    return step


band_step_5, band_step_6 = _band_step(5), _band_step(6)


def _finish(builder, planes, dst, over, light, opacity):
    """Four planes of 16 px to the register: clamped, scaled, over what is there or instead of it.

    Undershoot beside dense ink would shine above the paper, so ink is never below 0; cover is 0..1.
    """
    zero, one = ir.Constant(V16, [0.0] * 16), ir.Constant(V16, [1.0] * 16)

    def above(v):
        return builder.select(builder.fcmp_ordered(">", v, zero), v, zero)

    cover = above(planes[3])
    cover = builder.select(builder.fcmp_ordered("<", cover, one), cover, one)
    values = [*(planes[:3] if light else [above(v) for v in planes[:3]]), cover]
    if over:
        values = [_times(builder, v, opacity) for v in values]
        keep = builder.fsub(one, values[3], flags=FAST)
    for plane, value in enumerate(values):
        offset = ir.Constant(I64, plane * TILE * 4)
        if over:
            below = _load(builder, dst, offset, V16, 4)
            value = builder.fadd(_times(builder, below, keep), value, flags=FAST)
        _store(builder, value, dst, offset)


def _column_step(over, light):
    @intrinsic
    def step(context, r0, r1, r2, r3, w0, w1, w2, w3, dst, opacity):
        def code(context, builder, signature, args):
            weights = [_splat(builder, w) for w in args[4:8]]
            planes = []
            for plane in range(4):
                total = None
                for row, weight in zip(args[:4], weights, strict=True):
                    value = _load(builder, row, ir.Constant(I64, plane * RING * 4), V16, 4)
                    total = _sum(builder, total, _times(builder, value, weight))
                planes.append(total)
            _finish(builder, planes, args[8], over, light, _splat(builder, args[9]))
            return context.get_dummy_value()

        return types.void(*[types.int64] * 4, *[types.float32] * 4, types.int64, types.float32), code

    return step


def _copy_step(over, light):
    @intrinsic
    def step(context, src, stride, dst, opacity):
        def code(context, builder, signature, args):
            planes = [
                builder.fpext(
                    _load(builder, args[0], builder.mul(args[1], ir.Constant(I64, plane)), H16, 2), V16
                )
                for plane in range(4)
            ]
            _finish(builder, planes, args[2], over, light, _splat(builder, args[3]))
            return context.get_dummy_value()

        return types.void(*[types.int64] * 3, types.float32), code

    return step


column_over, column_ink, column_light = (
    _column_step(True, False),
    _column_step(False, False),
    _column_step(False, True),
)
copy_over, copy_ink, copy_light = _copy_step(True, False), _copy_step(False, False), _copy_step(False, True)

OVER, INK, LIGHT = range(3)  # what becomes of a resampled pixel: laid over a canvas, or written


# one layer, one tile --------------------------------------------------------------------------------------

# what the op table holds of a layer, int64 each
DATA, ROWS, COLS, GRID, GRID_H, GRID_W, MODE, FIRST, WY, NY, YTAPS, COL, COLUMN, WX, NX = range(15)


def columns(baked: Any, plan: Tables) -> list[int]:
    """The op table's numbers of a baked layer and its tables; the caller keeps both alive."""
    taps, ny = (plan.wy.shape[0], plan.rows.size) if plan.mode != COPY else (1, plan.rows.size)
    nx = plan.wx.shape[1] if plan.mode in (BAND, FAR) else 0
    data, grid = baked.data, baked.occupancy
    return [
        *(address(data), data.shape[0], data.shape[2]),
        *(address(grid), grid.shape[0], grid.shape[1]),
        *(plan.mode, address(plan.rows), address(plan.wy), ny, taps),
        *(plan.col, address(plan.cols), address(plan.wx), nx),
    ]


@kernel
def resample_tile(q, opacity, what, dst, scratch, tx, ty):
    """Read a layer into the register at address dst, or lay it over what is there (what: OVER, INK, LIGHT).

    q: the op's numbers, see `columns`. Returns whether the tile was touched by anything.
    """
    if not tile_occupied(q, tx, ty):
        return False
    if q[MODE] == COPY:
        copy_tile(q, opacity, what, dst, scratch, tx, ty)
    elif q[MODE] == FAR:
        far_tile(q, opacity, what, dst, tx, ty)
    else:
        cubic_tile(q, opacity, what, dst, scratch, tx, ty)
    return True


@kernel
def edge_source(edge, data, row, cols, c):
    """The small buffer <- 16 px and their footprint of a source row that reaches beyond the layer."""
    src = carray(pointer(data + row * 8 * cols), (4 * cols,), np.uint16)
    dst = carray(pointer(edge), (4 * EDGE,), np.uint16)
    for plane in range(4):
        for i in range(EDGE):
            inside = c + i >= 0 and c + i < cols
            dst[plane * EDGE + i] = src[plane * cols + c + i] if inside else np.uint16(0)


@kernel
def tile_occupied(q, tx, ty):
    """Whether the source rectangle of a tile holds anything."""
    n = np.int64(TILE_W)
    first = carray(pointer(q[FIRST]), (q[NY],), np.int32)
    r0, r1 = np.int64(first[ty * TILE_H]), np.int64(first[ty * TILE_H + TILE_H - 1]) + q[YTAPS] - 1
    if q[MODE] == FAR:
        at = carray(pointer(q[COLUMN]), (q[NX],), np.int32)
        c0, c1 = np.int64(at[tx * n]), np.int64(at[tx * n + n - 1]) + q[YTAPS] - 1
    elif q[MODE] == BAND:
        at = carray(pointer(q[COLUMN]), (q[NX] // 16,), np.int32)
        b = tx * n // 16
        c0, c1 = np.int64(at[b]), np.int64(at[b + n // 16 - 1]) + 15 + TAPS - 1
    else:
        c0 = q[COL] + tx * n
        c1 = c0 + n - 1 + (0 if q[MODE] == COPY else 3)
    cells = carray(pointer(q[GRID]), (q[GRID_H], q[GRID_W]), np.uint8)
    for j in range(max(r0 // OCC, 0), min(r1 // OCC, q[GRID_H] - 1) + 1):
        for i in range(max(c0 // OCC, 0), min(c1 // OCC, q[GRID_W] - 1) + 1):
            if cells[j, i] != 0:
                return True
    return False


@inline
def clear_floats(at, n):
    """n float32 at an address <- 0."""
    floats = carray(pointer(at), (n,), np.float32)
    for i in range(n):
        floats[i] = ZERO


@kernel
def copy_tile(q, opacity, what, dst, scratch, tx, ty):
    """COPY: whole pixels."""
    data, rows, cols = q[DATA], q[ROWS], q[COLS]
    first = carray(pointer(q[FIRST]), (q[NY],), np.int32)
    edge = scratch + RING_BYTES
    for y in range(TILE_H):
        row = np.int64(first[ty * TILE_H + y])
        if row < 0 or row >= rows:
            if what != OVER:
                for plane in range(4):
                    clear_floats(dst + (plane * TILE + y * TILE_W) * 4, TILE_W)
            continue
        for x in range(0, TILE_W, 16):
            c = q[COL] + tx * TILE_W + x
            at = data + (row * 4 * cols + c) * 2
            stride = cols * 2
            if c < 0 or c + 16 > cols:
                edge_source(edge, data, row, cols, c)
                at = edge
                stride = np.int64(EDGE * 2)
            to = dst + (y * TILE_W + x) * 4
            if what == OVER:
                copy_over(at, stride, to, opacity)
            elif what == INK:
                copy_ink(at, stride, to, opacity)
            else:
                copy_light(at, stride, to, opacity)


@kernel
def cubic_tile(q, opacity, what, dst, scratch, tx, ty):
    """PAN and BAND: a ring of four filtered rows, then the columns."""
    data, rows, cols, ny = q[DATA], q[ROWS], q[COLS], q[NY]
    pan = q[MODE] == PAN
    narrow = q[COL] == 5
    first = carray(pointer(q[FIRST]), (ny,), np.int32)
    wy = carray(pointer(q[WY]), (4 * ny,), np.float32)
    blocks = carray(pointer(q[COLUMN]), (q[NX] // 16,), np.int32)
    wx = carray(pointer(q[WX]), (4,), np.float32)
    u0, u1, u2, u3 = wx[0], wx[1], wx[2], wx[3]
    edge = scratch + RING_BYTES
    have = np.int64(first[ty * TILE_H])
    for y in range(TILE_H):
        Y = ty * TILE_H + y
        top = np.int64(first[Y])
        have = max(have, top)
        while have <= top + 3:
            ring = scratch + (have & 3) * ROW_BYTES
            if have < 0 or have >= rows:
                clear_floats(ring, 4 * RING)
            else:
                for x in range(0, TILE_W, 16):
                    c = q[COL] + tx * TILE_W + x if pan else np.int64(blocks[(tx * TILE_W + x) // 16])
                    at = data + (have * 4 * cols + c) * 2
                    stride = cols * 2
                    if c < 0 or c + 15 + TAPS > cols:
                        edge_source(edge, data, have, cols, c)
                        at = edge
                        stride = np.int64(EDGE * 2)
                    if pan:
                        pan_step(at, stride, ring + x * 4, u0, u1, u2, u3)
                    elif narrow:
                        band_step_5(at, stride, ring + x * 4, q[WX] + (tx * TILE_W + x) * 4, q[NX] * 4)
                    else:
                        band_step_6(at, stride, ring + x * 4, q[WX] + (tx * TILE_W + x) * 4, q[NX] * 4)
            have += 1
        r0 = scratch + (top & 3) * ROW_BYTES
        r1 = scratch + ((top + 1) & 3) * ROW_BYTES
        r2 = scratch + ((top + 2) & 3) * ROW_BYTES
        r3 = scratch + ((top + 3) & 3) * ROW_BYTES
        v0, v1, v2, v3 = wy[Y], wy[ny + Y], wy[2 * ny + Y], wy[3 * ny + Y]
        for x in range(0, TILE_W * 4, 64):
            to = dst + y * TILE_W * 4 + x
            if what == OVER:
                column_over(r0 + x, r1 + x, r2 + x, r3 + x, v0, v1, v2, v3, to, opacity)
            elif what == INK:
                column_ink(r0 + x, r1 + x, r2 + x, r3 + x, v0, v1, v2, v3, to, opacity)
            else:
                column_light(r0 + x, r1 + x, r2 + x, r3 + x, v0, v1, v2, v3, to, opacity)


@kernel
def far_tile(q, opacity, what, dst, tx, ty):
    """FAR: any zoom, one pixel at a time horizontally; right, not fast."""
    data, rows, cols, ny, nx, taps = q[DATA], q[ROWS], q[COLS], q[NY], q[NX], q[YTAPS]
    first = carray(pointer(q[FIRST]), (ny,), np.int32)
    wy = carray(pointer(q[WY]), (taps * ny,), np.float32)
    at = carray(pointer(q[COLUMN]), (nx,), np.int32)
    wx = carray(pointer(q[WX]), (taps * nx,), np.float32)
    out = carray(pointer(dst), (4 * TILE,), np.float32)
    r0 = np.int64(first[ty * TILE_H])
    count = np.int64(first[ty * TILE_H + TILE_H - 1]) + taps - r0
    lines = np.zeros((count, 4, TILE_W), np.float32)
    for k in range(count):
        row = r0 + k
        if row < 0 or row >= rows:
            continue
        src = carray(pointer(data + row * 8 * cols), (4 * cols,), np.uint16)
        for plane in range(4):
            for x in range(TILE_W):
                X = tx * TILE_W + x
                c = np.int64(at[X])
                total = ZERO
                for t in range(max(-c, 0), min(cols - c, taps)):
                    total += half(src[plane * cols + c + t]) * wx[t * nx + X]
                lines[k, plane, x] = total
    v = np.empty((4, TILE_W), np.float32)
    for y in range(TILE_H):
        Y = ty * TILE_H + y
        k = np.int64(first[Y]) - r0
        v[:] = ZERO
        for t in range(taps):
            w = wy[t * ny + Y]
            for plane in range(4):
                for x in range(TILE_W):
                    v[plane, x] += lines[k + t, plane, x] * w
        for x in range(TILE_W):
            v[3, x] = min(max(v[3, x], ZERO), ONE)
        for plane in range(4):
            if plane < 3 and what != LIGHT:
                for x in range(TILE_W):
                    v[plane, x] = max(v[plane, x], ZERO)
            i = plane * TILE + y * TILE_W
            if what == OVER:
                for x in range(TILE_W):
                    out[i + x] = out[i + x] * (ONE - v[3, x] * opacity) + v[plane, x] * opacity
            else:
                for x in range(TILE_W):
                    out[i + x] = v[plane, x]
