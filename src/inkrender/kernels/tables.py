"""Stored codes to light through a table: exact, and one pass over the picture."""

from __future__ import annotations

from .jit import kernel


@kernel
def through(dst, codes, light, cover, straight):
    """dst (4 n) float32 <- premultiplied light of RGBA codes (4 n), uint8 or uint16.

    light, cover: float32 tables of what a code of colour and of alpha stands for. straight: whether colour is
    yet to be multiplied by alpha.
    """
    for i in range(0, dst.size, 4):
        a = cover[codes[i + 3]]
        k = a if straight else cover[cover.size - 1]
        dst[i] = light[codes[i]] * k
        dst[i + 1] = light[codes[i + 1]] * k
        dst[i + 2] = light[codes[i + 2]] * k
        dst[i + 3] = a
