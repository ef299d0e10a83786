"""Planes drawn out along the edges of a picture: what a brush does that follows a line."""

from __future__ import annotations

import numpy as np

from .jit import kernel

F = np.float32
SEEN = F(0.02)


@kernel
def along(dst, src, tx, ty, seen, weights):
    """dst (h, w) <- mean of src along the tangents (tx, ty), weights[k] at k px to either side; 0 unseen.

    Line integral convolution (Cabral and Leedom 1993) on a field without signs: a tangent and its opposite
    are one direction, so that each step goes on the way it came. seen: above .02 where it matters.
    """
    h, w = src.shape
    for j in range(h):
        for i in range(w):
            if not seen[j, i] > SEEN:
                dst[j, i] = F(0)
                continue
            total = weights[0] * src[j, i]
            norm = weights[0]
            for turn in range(2):
                way = F(1 - 2 * turn)
                vx = way * tx[j, i]
                vy = way * ty[j, i]
                x = F(i) + F(0.5)
                y = F(j) + F(0.5)
                for k in range(1, len(weights)):
                    x += vx
                    y += vy
                    if not (x >= F(0) and y >= F(0) and x < F(w) and y < F(h)):
                        break
                    a = int(y)
                    b = int(x)
                    total += weights[k] * src[a, b]
                    norm += weights[k]
                    same = F(1) if tx[a, b] * vx + ty[a, b] * vy >= F(0) else F(-1)
                    vx = same * tx[a, b]
                    vy = same * ty[a, b]
            dst[j, i] = total / norm
