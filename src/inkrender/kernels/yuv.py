"""The codes of a video as codes of colour: 8 bits, colour at half the picture's size either way (4:2:0)."""

from __future__ import annotations

import numpy as np

from .jit import kernel

F = np.float32
HALF, NEAR, FAR, WHITE = F(0.5), F(0.75), F(0.25), F(255)


@kernel
def rgb_of_420(dst, luma, blue, red, matrix):
    """dst (h, 3 w) uint8 <- R'G'B' of Y' (h, w) and Cb and Cr (h / 2, w / 2), uint8, of an even size.

    matrix: float32 (3, 4), the affine map of the three codes. Colour lies between rows, and on the left of
    two columns (MPEG-2's and H.264's place), and is drawn out evenly between its samples. Samples of a row
    may be followed by others.
    """
    h, w = dst.shape[0], dst.shape[1] // 3
    half, last = w // 2, h // 2 - 1
    cb, cr = np.empty(half + 1, np.float32), np.empty(half + 1, np.float32)
    r, g, b = np.empty(w, np.float32), np.empty(w, np.float32), np.empty(w, np.float32)
    for j in range(h):
        near = j // 2
        far = min(max(near + (1 if j % 2 else -1), 0), last)
        blue_near, blue_far, red_near, red_far = blue[near], blue[far], red[near], red[far]
        for i in range(half):
            cb[i] = NEAR * F(blue_near[i]) + FAR * F(blue_far[i])
            cr[i] = NEAR * F(red_near[i]) + FAR * F(red_far[i])
        cb[half], cr[half] = cb[half - 1], cr[half - 1]
        for c, row in enumerate((r, g, b)):
            of_blue, of_red, of_luma = matrix[c, 1], matrix[c, 2], matrix[c, 0]
            shift = matrix[c, 3] + HALF
            src = luma[j]
            for i in range(half):
                first = of_blue * cb[i] + of_red * cr[i] + shift
                after = of_blue * cb[i + 1] + of_red * cr[i + 1] + shift
                row[2 * i] = of_luma * F(src[2 * i]) + first
                row[2 * i + 1] = of_luma * F(src[2 * i + 1]) + HALF * (first + after)
        out = dst[j]
        for i in range(w):
            out[3 * i] = np.uint8(min(max(r[i], F(0)), WHITE))
            out[3 * i + 1] = np.uint8(min(max(g[i], F(0)), WHITE))
            out[3 * i + 2] = np.uint8(min(max(b[i], F(0)), WHITE))
