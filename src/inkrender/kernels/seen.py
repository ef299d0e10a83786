"""What a canvas looks like to the eye, pixel by pixel: OKLab of ink on paper and of the plate before it."""

from __future__ import annotations

import numpy as np

from .jit import inline, kernel
from .oklab import LMS_TO_LAB, RGB_TO_LMS
from .primitives import cube_root
from .shading import exp

F = np.float32
ZERO, ONE = F(0), F(1)
A = tuple(F(v) for v in RGB_TO_LMS.ravel())
B = tuple(F(v) for v in LMS_TO_LAB.ravel())


@inline
def number(x):
    """x within 0..1, 0 where it is no number, by its bits: fast-math code may not ask x == x."""
    bits = F(x).view(np.int32) & np.int32(0x7FFFFFFF)
    return ZERO if bits > np.int32(0x7F800000) else min(max(F(x), ZERO), ONE)


@kernel
def develop_under(r, g, b, alpha, ink_r, ink_g, ink_b, paper):
    """r, g, b, alpha (n,) <- premultiplied light within 0..1, over ink (n,) x 3 developed on paper (3,).

    What is no number counts as 0; alpha becomes 1 less the share that shows the ink.
    """
    for i in range(r.size):
        a = number(alpha[i])
        r[i] = number(r[i]) + (ONE - a) * paper[0] * exp(-ink_r[i])
        g[i] = number(g[i]) + (ONE - a) * paper[1] * exp(-ink_g[i])
        b[i] = number(b[i]) + (ONE - a) * paper[2] * exp(-ink_b[i])
        alpha[i] = a


@kernel
def to_oklab(r, g, b):
    """Linear sRGB to OKLab in place, all (n,)."""
    for i in range(r.size):
        l = cube_root(A[0] * r[i] + A[1] * g[i] + A[2] * b[i])
        m = cube_root(A[3] * r[i] + A[4] * g[i] + A[5] * b[i])
        s = cube_root(A[6] * r[i] + A[7] * g[i] + A[8] * b[i])
        r[i] = B[0] * l + B[1] * m + B[2] * s
        g[i] = B[3] * l + B[4] * m + B[5] * s
        b[i] = B[6] * l + B[7] * m + B[8] * s


@kernel
def risen(dst, x, lo, per):
    """dst (n,) <- Hermite's step of x (n,): 0 up to lo, 1 from lo + 1 / per on; per may be below 0."""
    for i in range(x.size):
        t = min(max((x[i] - lo) * per, ZERO), ONE)
        dst[i] = t * t * (F(3) - F(2) * t)
