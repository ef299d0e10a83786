"""Premultiplied 8-bit RGBA, as vector drawings come: over, in the codes themselves."""

from __future__ import annotations

import numpy as np

from .jit import inline, kernel

INT = np.int32
HALF, FULL = INT(128), INT(255)


@inline
def share(code, of):
    """code * of / 255, rounded: exact for 8-bit numbers."""
    k = INT(code) * INT(of) + HALF
    return (k + (k >> INT(8))) >> INT(8)


@kernel
def premultiply(dst, src):
    """dst <- straight src, both uint8 (h, w, 4)."""
    for y in range(src.shape[0]):
        a, b = src[y], dst[y]
        for x in range(src.shape[1]):
            for c in range(3):
                b[x, c] = np.uint8(share(a[x, c], a[x, 3]))
            b[x, 3] = a[x, 3]


@kernel
def over(dst, src, top, left):
    """src (h, w, 4) over dst at (top, left), both premultiplied uint8; what lies outside is left out.

    Colour above its alpha, which a cubic overshoots to, is held at it.
    """
    h, w = src.shape[0], src.shape[1]
    first, last = max(0, -left), min(w, dst.shape[1] - left)
    for y in range(max(0, -top), min(h, dst.shape[0] - top)):
        a, b = src[y], dst[top + y]
        for x in range(first, last):
            alpha = INT(a[x, 3])
            if alpha == 0:
                continue
            keep = FULL - alpha
            for c in range(3):
                b[left + x, c] = np.uint8(min(INT(a[x, c]), alpha) + share(b[left + x, c], keep))
            b[left + x, 3] = np.uint8(alpha + share(b[left + x, 3], keep))
