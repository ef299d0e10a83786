"""Liubai in the tile: low-resolution fields become the edge of the blank; pigment is lifted off the canvas.

Three edges, from place to place as the field `hard` says. *torn* (above 0): the boundary wanders with a
height by up to bleed / 4 px either way and is a pixel or two soft. *mist* (0): a graded ramp. *dry* (below
0): within +-bleed px of the boundary hills keep their ink and valleys stay bare, as under a dry brush. The
heights are the paper's, or those of `LiftFields.height`, which move with the picture.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from .jit import inline, kernel
from .primitives import hash_pixel, hash_row, saturate
from .tiles import TILE, TILE_H, TILE_W, carray, pointer

F = np.float32
ZERO, HALF, ONE, TWO, THREE = F(0), F(0.5), F(1), F(2), F(3)
WIDTH, END = F(2.8), F(1.6)  # the torn edge: over how many px it goes, and where it ends
DRY_SOFT, DRY_SLOPE = F(0.08), F(0.10)  # softness of the dry edge in heights, and how steep hills are per px


class LiftFields(NamedTuple):
    """Where the canvas is lifted, as float32 (h, w) planes over the whole frame, at any resolution.

    phi: signed distance to the boundary in px at 1080 lines, above 0 = blank. ramp: graded lift 0..1 of the
    mist edge. hard: which edge, 1 = torn, 0 = mist, -1 = dry. keep: 0..1, protected from lifting, 1 = wholly.
    A number stands for a plane that is the same everywhere. bleed: px at 1080 lines; reach: how strongly the
    height moves the torn edge (1: up to a quarter of bleed either way). height: 0..1, spread evenly; None for
    the paper's own.
    """

    phi: NDArray[np.float32] | float = -1e6
    ramp: NDArray[np.float32] | float = 0.0
    hard: NDArray[np.float32] | float = 1.0
    keep: NDArray[np.float32] | float = 0.0
    bleed: float = 8.0
    reach: float = 1.0
    height: NDArray[np.float32] | None = None


@inline
def rise(x, lo, per):
    """smoothstep from lo, with the width's reciprocal."""
    t = saturate((x - lo) * per)
    return t * t * (THREE - TWO * t)


@inline
def torn(phi, height, wander, pixel):
    """0..1: how far a torn edge has taken the ink at a distance to it, where the paper has this height.

    pixel: px an output pixel takes, 1 at the least: an edge finer than two of them would only glitter.
    """
    width = max(WIDTH, TWO * pixel)
    return rise(phi + wander * (height - HALF), END - width, ONE / width)


@inline
def dry(phi, height, across, pixel):
    """0..1: the same for a dry edge, which spares the paper's hills first. across: half of 1 / bleed."""
    soft = max(DRY_SOFT, DRY_SLOPE * pixel)
    share = saturate(HALF + phi * across) * (ONE + TWO * soft) - soft
    return rise(share - height, -soft, HALF / soft)


@inline
def taken(phi, ramp, hard, keep, height, wander, across, pixel):
    """The matte: torn or dry as far as `hard` lies from 0, the ramp elsewhere, nothing of what is kept."""
    edge = torn(phi, height, wander, pixel) if hard > ZERO else dry(phi, height, across, pixel)
    return saturate(ramp + (edge - ramp) * min(abs(hard), ONE)) * (ONE - saturate(keep))


@kernel
def lift(reg, matte, fields, height, bleed, reach, pixel):
    """reg <- reg (1 - m), all four planes; matte (TILE,) <- m.

    fields (4 TILE): phi, ramp, hard, keep; height (TILE,): 0..1. Lengths in px at 1080 lines, pixel: of one
    of the output, 1 at the least.
    """
    wander = bleed * HALF * reach
    across = HALF / max(bleed, F(1e-3))
    for i in range(TILE):
        ramp, hard, keep = fields[TILE + i], fields[2 * TILE + i], fields[3 * TILE + i]
        matte[i] = taken(fields[i], ramp, hard, keep, height[i], wander, across, pixel)
    for c in range(4):
        for i in range(TILE):
            reg[c * TILE + i] *= ONE - matte[i]


@kernel
def field(dst, q, p, tx, ty, columns, weights, lines):
    """One tile plane dst (TILE,) <- a float32 plane, bilinear, held at its borders.

    q: address, h, w of the plane; p: x, y, step_x, step_y. Output pixel (i, j) samples the plane at
    ((i + .5) step_x + x - .5, (j + .5) step_y + y - .5). columns int64, weights float32 (TILE_W,), lines
    float32 (2 TILE_W,): scratch.
    """
    plane, h, w = q[0], q[1], q[2]
    x, y, step_x, step_y = p[0], p[1], p[2], p[3]
    x0, y0 = np.int64(x) + tx * TILE_W, np.int64(y) + ty * TILE_H
    whole = step_x == ONE and step_y == ONE and x == np.int64(x) and y == np.int64(y)
    if whole and x0 >= 0 and y0 >= 0 and x0 + TILE_W <= w and y0 + TILE_H <= h:
        for j in range(TILE_H):
            row = carray(pointer(plane + ((y0 + j) * w + x0) * 4), (TILE_W,), np.float32)
            for i in range(TILE_W):
                dst[j * TILE_W + i] = row[i]
        return
    for i in range(TILE_W):
        place = min(max((tx * TILE_W + i + 0.5) * step_x + x - 0.5, 0.0), w - 1.0)
        columns[i] = np.int64(place)
        weights[i] = F(place - np.int64(place))
    # a line is one row of the plane, filtered horizontally; magnified fields use each for many output rows
    upper, lower = np.int64(-1), np.int64(-1)
    for j in range(TILE_H):
        place = min(max((ty * TILE_H + j + 0.5) * step_y + y - 0.5, 0.0), h - 1.0)
        a = np.int64(place)
        b = min(a + 1, h - 1)
        k = F(place - a)
        if a != upper:
            if a == lower:
                for i in range(TILE_W):
                    lines[i] = lines[TILE_W + i]
            else:
                line(lines[:TILE_W], plane, a, w, columns, weights)
            upper = a
        if b != lower:
            line(lines[TILE_W:], plane, b, w, columns, weights)
            lower = b
        for i in range(TILE_W):
            dst[j * TILE_W + i] = lines[i] + (lines[TILE_W + i] - lines[i]) * k


@kernel
def line(dst, plane, row, w, columns, weights):
    """dst (TILE_W,) <- a row of a plane at the tile's columns."""
    src = carray(pointer(plane + row * w * 4), (w,), np.float32)
    for i in range(TILE_W):
        left = src[columns[i]]
        dst[i] = left + (src[min(columns[i] + 1, w - 1)] - left) * weights[i]


@kernel
def value_noise(dst, tx, ty, cell, seed):
    """One tile plane dst (TILE,) <- smooth noise 0..1 with lattice cells of `cell` output px."""
    for j in range(TILE_H):
        v = F(ty * TILE_H + j + HALF) / cell
        row = np.int32(v)
        k = v - F(row)
        k = k * k * (THREE - TWO * k)
        upper, lower = hash_row(row, seed), hash_row(row + 1, seed)
        for i in range(TILE_W):
            u = F(tx * TILE_W + i + HALF) / cell
            column = np.int32(u)
            t = u - F(column)
            t = t * t * (THREE - TWO * t)
            a = unit(hash_pixel(column, upper)) * (ONE - t) + unit(hash_pixel(column + 1, upper)) * t
            b = unit(hash_pixel(column, lower)) * (ONE - t) + unit(hash_pixel(column + 1, lower)) * t
            dst[j * TILE_W + i] = a + (b - a) * k


@inline
def unit(h):
    """32 random bits as 0..1."""
    return F(np.int32(np.uint32(h >> np.uint32(8)))) * F(2.0**-24)
