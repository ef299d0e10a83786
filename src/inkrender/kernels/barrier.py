"""The minimum barrier distance to a picture's border: the contrast that the calmest way there crosses."""

from __future__ import annotations

import numpy as np

from .jit import inline, kernel

F = np.float32


@inline
def step(dst, high, low, src, y, x, ny, nx):
    """Come to (y, x) by its neighbour (ny, nx), if that way crosses less contrast than the best so far."""
    k = src.shape[2]
    cost = F(0)
    for c in range(k):
        cost += max(high[ny, nx, c], src[y, x, c]) - min(low[ny, nx, c], src[y, x, c])
    if cost < dst[y, x]:
        dst[y, x] = cost
        for c in range(k):
            high[y, x, c] = max(high[ny, nx, c], src[y, x, c])
            low[y, x, c] = min(low[ny, nx, c], src[y, x, c])


@kernel
def barrier(dst, high, low, src, passes):
    """dst (h, w) <- the distance, by raster scans to and fro (Fast-MBD: Zhang et al., ICCV 2015).

    src: float32 (h, w, k); the contrast of a path is the sum over channels of its highest less its lowest
    value. dst holds 0 where paths may begin and a large number elsewhere; high and low, (h, w, k), hold src.
    Three passes are what the paper runs: odd ones go down and right, even ones up and left.
    """
    h, w, _ = src.shape
    for turn in range(passes):
        way = 1 - 2 * (turn % 2)
        for j in range(h):
            y = j if way > 0 else h - 1 - j
            for i in range(w):
                x = i if way > 0 else w - 1 - i
                if j > 0:
                    step(dst, high, low, src, y, x, y - way, x)
                if i > 0:
                    step(dst, high, low, src, y, x, y, x - way)
