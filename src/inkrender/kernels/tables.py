"""Stored codes to light through a table: exact, and one pass over the picture."""

from __future__ import annotations

import numpy as np

from .jit import kernel

F = np.float32


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


@kernel
def opaque(dst, codes, light):
    """dst (4 n) float32 <- light of RGB codes (3 n), uint8 or uint16, alpha 1. light: as for `through`."""
    for i in range(codes.size // 3):
        dst[4 * i] = light[codes[3 * i]]
        dst[4 * i + 1] = light[codes[3 * i + 1]]
        dst[4 * i + 2] = light[codes[3 * i + 2]]
        dst[4 * i + 3] = F(1)


@kernel
def opaque_smaller(dst, codes, light):
    """dst (h, w, 4) float32 <- light of RGB codes (rows, 3 cols), alpha 1, at a smaller size.

    Each pixel is the mean of the light it covers, what it covers in part counted by that part.
    """
    h, w = dst.shape[0], dst.shape[1]
    rows, cols = codes.shape[0], codes.shape[1] // 3
    tall, wide = rows / h, cols / w
    reach = int(np.ceil(wide)) + 1
    first, parts = np.empty(w, np.int64), np.zeros((w, reach), np.float32)
    for i in range(w):
        left, right = i * wide, min((i + 1) * wide, float(cols))
        first[i] = int(left)
        for k in range(min(reach, cols - first[i])):
            x = first[i] + k
            parts[i, k] = max(min(x + 1.0, right) - max(float(x), left), 0.0) / wide
    line = np.empty(3 * cols, np.float32)
    for j in range(h):
        top, bottom = j * tall, (j + 1) * tall
        line[:] = F(0)
        for y in range(int(top), min(int(np.ceil(bottom)), rows)):
            part = F((min(y + 1.0, bottom) - max(float(y), top)) / tall)
            src = codes[y]
            for i in range(src.size):
                line[i] += part * light[src[i]]
        for i in range(w):
            red = green = blue = F(0)
            for k in range(min(reach, cols - first[i])):
                part, x = parts[i, k], 3 * (first[i] + k)
                red += part * line[x]
                green += part * line[x + 1]
                blue += part * line[x + 2]
            dst[j, i, 0], dst[j, i, 1], dst[j, i, 2], dst[j, i, 3] = red, green, blue, F(1)
