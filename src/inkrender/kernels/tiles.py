"""The tile: its size, its planes, and going from addresses to arrays and back inside a kernel.

A tile is TILE_H x TILE_W px. A plane is TILE float32, row by row; a register is four planes. Kernels always
compute whole tiles: what lies beyond the picture is garbage that `store` leaves out, and no loop has a tail,
so a pixel's arithmetic depends neither on the size of the picture nor on who renders its rows.
"""

from __future__ import annotations

import numpy as np
from llvmlite import ir
from numba import carray as carray  # type: ignore[attr-defined]
from numba import types
from numba.extending import intrinsic

TILE_W, TILE_H = 128, 32
TILE = TILE_W * TILE_H
REGISTER = 4 * TILE  # floats
STRIDE = (
    REGISTER + 208
)  # from one register to the next: 13 cache lines apart, or all would share the same ways
PAD, OCC = 8, 32  # of a baked layer: see inkrender.frame.Baked

CANVAS, OTHER, SRC, GROUP, SPARE = range(5)
PAPER = 5  # filled when an op needs it
BEFORE = 6  # what a part of a grade is mixed with
REGISTERS = 7
FIELDS = 16  # planes that a stage may read


@intrinsic
def pointer(context, address):
    """int64 address -> void pointer, for numba.carray."""

    def code(context, builder, signature, args):
        return builder.inttoptr(args[0], ir.IntType(8).as_pointer())

    return types.voidptr(types.int64), code


@intrinsic
def call_stage(context, address, a, b, fields, par):
    """Call the tile stage at an address with the addresses of its four float32 arguments."""

    def code(context, builder, signature, args):
        plane = ir.FloatType().as_pointer()
        function = ir.FunctionType(ir.VoidType(), [plane] * 4).as_pointer()
        builder.call(
            builder.inttoptr(args[0], function), [builder.inttoptr(value, plane) for value in args[1:]]
        )
        return context.get_dummy_value()

    return types.void(*[types.int64] * 5), code


def address(array: np.ndarray) -> int:
    """Where an array's data lies."""
    return int(array.ctypes.data)
