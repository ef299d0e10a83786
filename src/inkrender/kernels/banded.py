"""Symmetric banded systems: what a smooth curve through a film's frames is solved with."""

from __future__ import annotations

import numpy as np

from .jit import kernel


@kernel
def solve_banded(dst, bands):
    """dst (n,) <- A^-1 dst for a symmetric positive definite A, by its banded LDL' factors.

    bands float64 (k + 1, n): bands[j, i] = A[i, i + j]; they are overwritten by the factors.
    """
    width, n = bands.shape[0] - 1, bands.shape[1]
    for i in range(n):
        pivot = bands[0, i]
        last = min(width, n - 1 - i)
        for j in range(1, last + 1):
            share = bands[j, i] / pivot
            for k in range(j, last + 1):
                bands[k - j, i + j] -= share * bands[k, i]
            dst[i + j] -= share * dst[i]
    for i in range(n - 1, -1, -1):
        found = dst[i]
        for j in range(1, min(width, n - 1 - i) + 1):
            found -= bands[j, i] * dst[i + j]
        dst[i] = found / bands[0, i]
    return np.int64(n)
