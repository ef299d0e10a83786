"""Anisotropic Kuwahara filter: brush-like patches that follow the edges of a picture.

Kyprianidis and Kang, "Image and Video Abstraction by Anisotropic Kuwahara Filtering" (2009), with the
polynomial weights of Kyprianidis, Semmo, Kang and Doellner (2010). The offsets of the window are the outer
loop and the pixels of a strip the inner one, so that LLVM runs eight pixels at once.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .jit import inline, kernel

F = np.float32
SECTORS = 8
STRIP = 96  # pixels of a row whose sums stay in the first cache
PLANES = 7  # weight, tone and its square, up to four channels
SMOOTH = F(0.58)  # radians that neighbouring sectors overlap: zero crossing of their weights
ROOT = F(0.70710678)
ZERO, ONE, TWO = F(0), F(1), F(2)


def window(radius: int) -> NDArray[np.int32]:
    """Offsets (2 n, 2) of one half of a disk without its centre: each stands for its opposite too."""
    side = range(-radius, radius + 1)
    half = [(a, b) for b in side for a in side if (b, a) > (0, 0) and a * a + b * b <= (radius + 0.5) ** 2]
    return np.array(half, np.int32)


@inline
def _surround(around, src, tone, j, start, n, radius):
    """around (k, rows, columns) <- tone, its square and the colours of what a strip of row j looks at."""
    channels, h, w = src.shape
    for b in range(2 * radius + 1):
        row = min(max(j + b - radius, 0), h - 1)
        for x in range(n + 2 * radius):
            column = min(max(start + x - radius, 0), w - 1)
            light = tone[row, column]
            around[0, b, x] = ONE
            around[1, b, x] = light
            around[2, b, x] = light * light
            for c in range(channels):
                around[c + 3, b, x] = src[c, row, column]


@inline
def _add(part, of0, to0, of1, to1, p0, q0, p1, q1, n):
    for x in range(n):
        part[x] += of0[x] * p0[x] + to0[x] * q0[x] + of1[x] * p1[x] + to1[x] * q1[x]


@inline
def _weights(weight, cos, sin, wide, tall, j, start, n, a, b, zeta, eta):
    """weight (8, n) <- how much the pixel at offset (a, b) counts in each sector."""
    for x in range(n):
        i = start + x
        u = (a * cos[j, i] + b * sin[j, i]) * wide[j, i]
        v = (b * cos[j, i] - a * sin[j, i]) * tall[j, i]
        far = u * u + v * v
        uu = zeta - eta * u * u
        vv = zeta - eta * v * v
        p = ROOT * (u - v)
        q = ROOT * (u + v)
        pp = zeta - eta * p * p
        qq = zeta - eta * q * q
        w0 = max(ZERO, v + uu)
        w2 = max(ZERO, vv - u)
        w4 = max(ZERO, uu - v)
        w6 = max(ZERO, u + vv)
        w1 = max(ZERO, q + pp)
        w3 = max(ZERO, qq - p)
        w5 = max(ZERO, pp - q)
        w7 = max(ZERO, p + qq)
        w0 *= w0
        w1 *= w1
        w2 *= w2
        w3 *= w3
        w4 *= w4
        w5 *= w5
        w6 *= w6
        w7 *= w7
        total = w0 + w1 + w2 + w3 + w4 + w5 + w6 + w7
        # (1 - r^2)^2 is the Gaussian's shape without an exponential, and ends with the ellipse
        fall = max(ZERO, ONE - far)
        share = fall * fall / max(total, F(1e-6))
        weight[0, x] = w0 * share
        weight[1, x] = w1 * share
        weight[2, x] = w2 * share
        weight[3, x] = w3 * share
        weight[4, x] = w4 * share
        weight[5, x] = w5 * share
        weight[6, x] = w6 * share
        weight[7, x] = w7 * share


@inline
def _gather(dst, sums, channels, j, start, n, sharp):
    """dst <- the sectors' means, each counted by how little it varies: 1 / (1 + (sharp variance)^4)."""
    for x in range(n):
        norm = ZERO
        for c in range(channels):
            dst[c, j, start + x] = ZERO
        for k in range(SECTORS):
            inverse = ONE / max(sums[k, 0, x], F(1e-6))
            mean = sums[k, 1, x] * inverse
            spread = sharp * max(sums[k, 2, x] * inverse - mean * mean, ZERO)
            spread *= spread
            counts = ONE / (ONE + spread * spread)
            norm += counts
            for c in range(channels):
                dst[c, j, start + x] += counts * inverse * sums[k, c + 3, x]
        for c in range(channels):
            dst[c, j, start + x] /= norm


@kernel
def abstract(dst, src, tone, cos, sin, wide, tall, window, sharp):
    """dst <- src (c, h, w) as the mean of those sectors of an ellipse in which `tone` varies least.

    tone (h, w): what decides. cos, sin (h, w): direction of the ellipse's long axis; wide, tall (h, w): one
    over its two half axes, pixels. window: int32 (2 n, 2), as `window` gives it. sharp: how much less a
    restless sector counts. Beyond the rim of the picture it goes on. All float32.
    """
    channels, h, w = src.shape
    radius = window.max()
    eta = (TWO / F(radius) + np.cos(SMOOTH)) / (np.sin(SMOOTH) * np.sin(SMOOTH))
    zeta = TWO / F(radius)
    sums = np.empty((SECTORS, PLANES, STRIP), np.float32)
    weight = np.empty((2, SECTORS, STRIP), np.float32)
    around = np.empty((PLANES, 2 * radius + 1, STRIP + 2 * radius), np.float32)
    for j in range(h):
        for start in range(0, w, STRIP):
            n = min(STRIP, w - start)
            _surround(around, src, tone, j, start, n, radius)
            for c in range(channels + 3):  # the centre belongs to all sectors alike
                for k in range(SECTORS):
                    for x in range(n):
                        sums[k, c, x] = F(1 / SECTORS) * around[c, radius, x + radius]
            for first in range(0, len(window), 2):
                a0, b0 = window[first, 0], window[first, 1]
                a1, b1 = window[first + 1, 0], window[first + 1, 1]
                _weights(weight[0], cos, sin, wide, tall, j, start, n, F(a0), F(b0), zeta, eta)
                _weights(weight[1], cos, sin, wide, tall, j, start, n, F(a1), F(b1), zeta, eta)
                for c in range(channels + 3):
                    p0, q0 = around[c, radius + b0, radius + a0 :], around[c, radius - b0, radius - a0 :]
                    p1, q1 = around[c, radius + b1, radius + a1 :], around[c, radius - b1, radius - a1 :]
                    for k in range(SECTORS):
                        across = (k + SECTORS // 2) % SECTORS  # what the opposite counts in this sector
                        of0, of1 = weight[0, k], weight[1, k]
                        to0, to1 = weight[0, across], weight[1, across]
                        _add(sums[k, c], of0, to0, of1, to1, p0, q0, p1, q1, n)
            _gather(dst, sums, channels, j, start, n, sharp)


@kernel
def restore(dst, slope, offset, amount):
    """dst (h, w, k) <- (slope sqrt(dst) + offset)^2, `amount` of it; a fourth channel is not a root.

    slope, offset: (h, w, k) of the guided upsampling. Light is held within 0 .. 1e6: no infinity times 0.
    """
    h, w, channels = slope.shape
    for j in range(h):
        for i in range(w):
            for c in range(channels):
                was = min(max(dst[j, i, c], ZERO), F(1e6))
                if c < 3:
                    code = max(slope[j, i, c] * np.sqrt(was) + offset[j, i, c], ZERO)
                    now = code * code
                else:
                    now = min(max(slope[j, i, c] * was + offset[j, i, c], ZERO), ONE)
                dst[j, i, c] = was + amount * (now - was)
