"""Scalars the kernels share: transfer curves, the develop curve, cube root, hashes, reading half floats."""

from __future__ import annotations

import numpy as np
from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from .jit import inline
from .shading import exp2, log2

F = np.float32
ZERO, HALF, ONE, THIRD = F(0), F(0.5), F(1), F(1 / 3)

# transfer curves by number, as the op table holds them; a gamma is GAMMA with its exponent
LINEAR, SRGB, REC709, GAMMA = 0, 1, 2, 3

SRGB_KNEE, SRGB_CODE_KNEE = F(0.0031308), F(0.04045)
SRGB_SLOPE, SRGB_SLOPE_INV = F(12.92), F(1 / 12.92)
SRGB_A, SRGB_1A, SRGB_1A_INV = F(0.055), F(1.055), F(1 / 1.055)
SRGB_P, SRGB_P_INV = F(2.4), F(1 / 2.4)

# sRGB code 0..1 -> linear by one polynomial: within .006 of an 8-bit code after encoding
B0, B1, B2, B3, B4, B5, B6, B7 = (
    F(v)
    for v in (
        0.0008701323376727587,
        0.03466395802503147,
        0.4942466743425,
        0.804606115830602,
        -0.6632756455083257,
        0.54430266652678,
        -0.2775815658927186,
        0.06216932568108349,
    )
)
# 12.92 e ** 2.4 on 0 .. .0905 as e^2 (T0 + T1 e + T2 e^2 + T3 e^3): within .004 of an 8-bit code
T0, T1, T2, T3 = (
    F(v) for v in (1.5569800063220383, 66.34756254595399, -476.849269253575, 1737.5079852103186)
)
TOE = F(0.09047384595515652)  # exp(-A / 2.4) where the curve turns into its linear toe: A = 5.766
DEVELOP = F(-1.4426950408889634 / 2.4)

SIGN, MAGNITUDE, INFINITE = np.int32(-0x80000000), np.int32(0x7FFFFFFF), np.int32(0x7F800000)
HALF_MAX = F(65504)


@intrinsic
def half(context, bits):
    """uint16 bits of an IEEE half -> float32. LLVM turns a loop of it into vcvtph2ps."""

    def code(context, builder, signature, args):
        return builder.fpext(builder.bitcast(args[0], ir.HalfType()), ir.FloatType())

    return types.float32(types.uint16), code


@intrinsic
def half_bits(context, value):
    """float32 -> the bits of the nearest IEEE half, uint16."""

    def code(context, builder, signature, args):
        return builder.bitcast(builder.fptrunc(args[0], ir.HalfType()), ir.IntType(16))

    return types.uint16(types.float32), code


@inline
def finite(x):
    """x, with NaN as 0 and infinities as +-65504. Bit tests: fastmath folds x != x away."""
    bits = F(x).view(np.int32)
    size = np.int32(bits & MAGNITUDE)
    x = HALF_MAX if bits == INFINITE else F(x)
    x = -HALF_MAX if bits == np.int32(INFINITE | SIGN) else x
    return ZERO if size > INFINITE else x


@inline
def magnitude(x):
    """|x|."""
    return np.int32(F(x).view(np.int32) & MAGNITUDE).view(np.float32)


@inline
def with_sign(x, sign):
    """x >= 0 with the sign of `sign`."""
    return np.int32(F(x).view(np.int32) | np.int32(F(sign).view(np.int32) & SIGN)).view(np.float32)


@inline
def saturate(x):
    """x held within 0..1."""
    return min(max(x, ZERO), ONE)


@inline
def raised(x, p):
    """x ** p for x >= 0, 0 at 0."""
    y = exp2(log2(x) * p)
    return y if x > ZERO else ZERO


@inline
def cube_root(x):
    """Cube root of x >= 0; below 1e-12 it is 1e-4. Newton's divisions cost three times as much."""
    return exp2(log2(max(x, F(1e-12))) * THIRD)


@inline
def srgb_decode_byte(x):
    """sRGB code in 0..1 to linear light, for 8-bit pictures: a third of the work of `srgb_decode`."""
    y = B0 + x * (B1 + x * (B2 + x * (B3 + x * (B4 + x * (B5 + x * (B6 + x * B7))))))
    return x * SRGB_SLOPE_INV if x <= SRGB_CODE_KNEE else y


@inline
def srgb_decode(x):
    """sRGB-encoded to linear light, any value; mirrored below 0."""
    a = magnitude(x)
    y = exp2(log2((a + SRGB_A) * SRGB_1A_INV) * SRGB_P)
    return with_sign(a * SRGB_SLOPE_INV if a <= SRGB_CODE_KNEE else y, x)


@inline
def srgb_encode(x):
    """Linear light to sRGB-encoded, any value; mirrored below 0."""
    a = magnitude(x)
    y = SRGB_1A * exp2(log2(a) * SRGB_P_INV) - SRGB_A
    return with_sign(a * SRGB_SLOPE if a <= SRGB_KNEE else y, x)


@inline
def decoded(x, transfer, gamma):
    """Encoded to linear light by the curve's number; gamma is the exponent of GAMMA."""
    if transfer == SRGB:
        return srgb_decode(x)
    if transfer == REC709:
        a = magnitude(x)
        y = exp2(log2((a + F(0.099)) * F(1 / 1.099)) * F(1 / 0.45))
        return with_sign(a * F(1 / 4.5) if a < F(0.081) else y, x)
    if transfer == GAMMA:
        return with_sign(raised(magnitude(x), gamma), x)
    return x


@inline
def encoded(x, transfer, gamma):
    """Linear light to encoded by the curve's number; gamma is the exponent that decodes."""
    if transfer == SRGB:
        return srgb_encode(x)
    if transfer == REC709:
        a = magnitude(x)
        y = F(1.099) * exp2(log2(a) * F(0.45)) - F(0.099)
        return with_sign(a * F(4.5) if a < F(0.018) else y, x)
    if transfer == GAMMA:
        return with_sign(raised(magnitude(x), ONE / gamma), x)
    return x


@inline
def developed(a):
    """sRGB(exp(-a)), a >= 0, with one exponential: 1.055 exp(-a / 2.4) - .055, and its toe."""
    e = exp2(a * DEVELOP)
    y = SRGB_1A * e - SRGB_A
    toe = e * e * (T0 + e * (T1 + e * (T2 + e * T3)))
    return toe if e < TOE else y


@inline
def hash_row(y, seed):
    """The part of a pixel's hash that its row shares, uint32."""
    k = np.uint32(np.uint32(y) * np.uint32(0x27D4EB2F))
    k = np.uint32(k + np.uint32(np.uint32(seed) * np.uint32(0x165667B1)))
    k = np.uint32(np.uint32(k ^ np.uint32(k >> np.uint32(15))) * np.uint32(0x2C1B3C6D))
    return np.uint32(k ^ np.uint32(k >> np.uint32(13)))


@inline
def hash_pixel(x, row):
    """32 random bits of a pixel from its column and its row's hash."""
    h = np.uint32(np.uint32(np.uint32(x) * np.uint32(0x9E3779B1)) ^ row)
    h = np.uint32(np.uint32(h ^ np.uint32(h >> np.uint32(15))) * np.uint32(0x85EBCA6B))
    h = np.uint32(np.uint32(h ^ np.uint32(h >> np.uint32(13))) * np.uint32(0xC2B2AE35))
    return np.uint32(h ^ np.uint32(h >> np.uint32(16)))
