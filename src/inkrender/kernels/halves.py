"""From a painted picture to a baked layer: what is painted, halves planar by row, which cells are filled."""

from __future__ import annotations

import numpy as np

from .jit import inline, kernel
from .primitives import HALF_MAX, half_bits
from .tiles import OCC, PAD

F = np.float32
MAGNITUDE = np.uint16(0x7FFF)


@inline
def any_in(row):
    """Whether a run of floats holds anything but zeros."""
    found = F(0)
    for i in range(row.size):
        found = max(found, abs(row[i]))
    return found > F(0)


@kernel
def painted(pixels):
    """The rectangle of float32 (h, w, 4) outside of which all is zero: top, bottom, left, right.

    bottom and right are not included; bottom = 0 where there is nothing at all.
    """
    h, w = pixels.shape[0], pixels.shape[1]
    top, bottom, left, right = 0, h, w, 0
    while top < h and not any_in(pixels[top].reshape(4 * w)):
        top += 1
    while bottom > top and not any_in(pixels[bottom - 1].reshape(4 * w)):
        bottom -= 1
    for y in range(top, bottom):
        if left == 0 and right == w:  # as wide as it can be, as most frames are
            break
        row = pixels[y].reshape(4 * w)
        # what lies between the bounds found so far need not be looked at
        if left < right and not any_in(row[: 4 * left]) and not any_in(row[4 * right :]):
            continue
        x = 0
        while x < left and not any_in(row[4 * x : 4 * x + 4]):
            x += 1
        left = min(left, x)
        x = w
        while x > right and not any_in(row[4 * x - 4 : 4 * x]):
            x -= 1
        right = max(right, x)
    return (top, bottom, left, right) if top < bottom else (h, 0, w, 0)


@kernel
def to_halves(dst, cells, pixels, top, left):
    """dst uint16 (h + 2 PAD, 4, w + 2 PAD), cells uint8, both zeros <- h x w px of pixels from (top, left).

    pixels: float32 (.., .., 4). cells: 1 where any plane of an OCC x OCC cell of dst is not zero.
    """
    h, w = dst.shape[0] - 2 * PAD, dst.shape[2] - 2 * PAD
    line = np.empty(w, F)
    for y in range(h):
        src = pixels[top + y, left : left + w].reshape(4 * w)
        for plane in range(4):
            for x in range(w):
                line[x] = src[4 * x + plane]
            out = dst[PAD + y, plane]
            inner = out[PAD : PAD + w]
            for x in range(w):
                inner[x] = half_bits(min(max(line[x], -HALF_MAX), HALF_MAX))
            for cell in range(cells.shape[1]):
                if cells[(PAD + y) // OCC, cell] == 0:
                    run = out[cell * OCC : (cell + 1) * OCC]
                    found = np.uint16(0)
                    for x in range(run.size):
                        found |= run[x] & MAGNITUDE
                    cells[(PAD + y) // OCC, cell] = found != 0
