"""Mathematics for shaders and kernels: float32, inlined, total (no number gives NaN).

Polynomials on exponent and mantissa instead of libm calls: LLVM vectorises them (0.6 ns a pixel where `**`
takes 5 to 10). Fitted to near-minimax in float64; relative errors are below 4e-7 unless said otherwise.
"""

from __future__ import annotations

import numpy as np

from .jit import inline

F = np.float32
ZERO, HALF, ONE, TWO, THREE = F(0), F(0.5), F(1), F(2), F(3)
LOG2E, LN2 = F(1.4426950408889634), F(0.6931471805599453)
TINY, SMALL = F(1e-37), F(1e-30)
EXP_LO, EXP_HI = F(-87), F(80)
LOWEST, HIGHEST = F(-125.9), F(127.9)  # exponents whose power of two is a normal float32

X0, X1, X2, X3, X4, X5 = (
    F(v) for v in (1.0, 0.6931472254, 0.2402210737, 0.0555029731, 0.0096760368, 0.0013410001)
)
L1, L2, L3, L4, L5, L6, L7, L8, L9 = (
    F(v)
    for v in (
        1.4426950048964895,
        -0.7213471993604383,
        0.48091027929734875,
        -0.36071625967919474,
        0.2879390972828083,
        -0.23867577114817512,
        0.21521236543299146,
        -0.2089332630776222,
        0.1292632479949804,
    )
)
S1, S3, S5, S7, S9 = (
    F(v)
    for v in (6.283185160086575, -41.34165503068524, 81.60100402463345, -76.54978111698743, 39.53669670897766)
)
TURN = np.float64(0.15915494309189535)  # 1 / (2 pi)
HALF64, QUARTER64 = np.float64(0.5), np.float64(0.25)
QUARTER = F(0.25)
SQRT_HALF_BITS = np.int32(0x3F3504F3)
SHIFT = np.int32(23)
LO_INT, HI_INT = F(-2e9), F(2e9)
# the five tones of inkrender.tones.FIVE: the rise from each to the next, and the density half way
D1, D2, D3, D4, D5 = F(0.10), F(0.18), F(0.27), F(0.40), F(0.55)
M1, M2, M3, M4, M5 = F(0.05), F(0.19), F(0.415), F(0.75), F(1.225)


@inline
def minimum(x, y):
    """The smaller of two numbers."""
    return min(F(x), F(y))


@inline
def maximum(x, y):
    """The larger of two numbers."""
    return max(F(x), F(y))


@inline
def clamp(x, lo=ZERO, hi=ONE):
    """x, not below lo and not above hi."""
    return min(max(F(x), F(lo)), F(hi))


@inline
def abs_(x):
    """The distance from 0."""
    return max(F(x), -F(x))


@inline
def floor(x):
    """The whole number at or below x, for |x| below 2e9."""
    x = min(max(F(x), LO_INT), HI_INT)
    whole = F(np.int32(x))
    return whole - ONE if whole > x else whole


@inline
def fract(x):
    """x - floor(x): 0 to 1."""
    return F(x) - floor(x)


@inline
def mix(a, b, k):
    """a at k = 0, b at k = 1, a straight line between; exact at both ends."""
    a = F(a)
    b = F(b)
    k = F(k)
    return b if k == ONE else a + (b - a) * k  # a + (b - a) need not be b in float32


@inline
def step(edge, x):
    """0 below the edge, 1 from it on."""
    return ONE if F(x) >= F(edge) else ZERO


@inline
def smoothstep(lo, hi, x):
    """0 at lo and before, 1 at hi and after, smooth between; lo may be the larger one (it then falls)."""
    width = F(hi) - F(lo)
    width = width if abs_(width) > F(1e-12) else F(1e-12)
    t = clamp((F(x) - F(lo)) / width)
    return t * t * (THREE - TWO * t)


@inline
def sqrt(x):
    """The square root; 0 below 0."""
    return np.sqrt(max(F(x), ZERO))


@inline
def exp2(z):
    """2 ** z. Below -126 it stays at the smallest normal number, which no picture tells from 0."""
    z = min(max(F(z), LOWEST), HIGHEST)
    whole = np.int32(np.int32(z + F(128.5)) - np.int32(128))  # round to nearest: the addend keeps it above 0
    r = z - F(whole)
    e = X0 + r * (X1 + r * (X2 + r * (X3 + r * (X4 + r * X5))))
    return np.int32(F(e).view(np.int32) + np.int32(whole << SHIFT)).view(np.float32)


@inline
def log2(x):
    """Logarithm to base 2 of x, taken as 1e-37 below that. Relative accuracy holds near 1 too."""
    bits = F(max(F(x), TINY)).view(np.int32)
    # mantissa in sqrt(1/2) .. sqrt(2), so that log 1 is 0 without cancellation
    e = np.int32(np.int32(bits - SQRT_HALF_BITS) >> SHIFT)
    m = np.int32(bits - np.int32(e << SHIFT)).view(np.float32) - ONE
    poly = L4 + m * (L5 + m * (L6 + m * (L7 + m * (L8 + m * L9))))
    return F(e) + m * (L1 + m * (L2 + m * (L3 + m * poly)))


@inline
def exp(x):
    """e ** x; x is held within -87 .. 80, so that the result is a float32 above 0."""
    return exp2(min(max(F(x), EXP_LO), EXP_HI) * LOG2E)


@inline
def log(x):
    """Natural logarithm; x is held above 1e-30."""
    return log2(max(F(x), SMALL)) * LN2


@inline
def power(x, y):
    """x ** y for x above 0; 0 elsewhere."""
    x = F(x)
    result = exp2(log2(x) * F(y))
    return result if x > ZERO else ZERO


@inline
def sine_of_turns(t):
    """sin(2 pi t), |t| <= .5: error below 4e-7."""
    t = HALF - t if t > QUARTER else t
    t = -HALF - t if t < -QUARTER else t
    s = t * t
    return t * (S1 + s * (S3 + s * (S5 + s * (S7 + s * S9))))


@inline
def sin(x):
    """Sine of an angle in radians."""
    t = np.float64(x) * TURN  # float64 on purpose: float32 turns lose the phase of large angles
    return sine_of_turns(F(t - np.floor(t + HALF64)))


@inline
def cos(x):
    """Cosine of an angle in radians."""
    t = np.float64(x) * TURN + QUARTER64
    return sine_of_turns(F(t - np.floor(t + HALF64)))


@inline
def five_tones(density, amount, width):
    """Density drawn towards the five tones of ink, as `inkrender.tones.five_tones` does."""
    density = F(density)
    sharp = F(2) / max(F(width), F(1e-4))
    steps = D1 / (ONE + exp((M1 - density) * sharp))
    steps += D2 / (ONE + exp((M2 - density) * sharp))
    steps += D3 / (ONE + exp((M3 - density) * sharp))
    steps += D4 / (ONE + exp((M4 - density) * sharp))
    steps += D5 / (ONE + exp((M5 - density) * sharp))
    return density + F(amount) * (steps - density)
