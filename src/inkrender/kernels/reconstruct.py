"""Grey reconstruction by raster scans: levels that spread over a picture until nothing changes any more."""

from __future__ import annotations

import numpy as np

from .jit import inline, kernel

F = np.float32


@inline
def lowered(level, small, y, x, ny, nx, c):
    """The level at (y, x), not above its neighbour's, not below the picture's."""
    return max(min(level[y, x, c], level[ny, nx, c]), small[y, x, c])


@inline
def raised(level, small, y, x, ny, nx, c):
    """The level at (y, x), not below its neighbour's, not above the picture's."""
    return min(max(level[y, x, c], level[ny, nx, c]), small[y, x, c])


@kernel
def spread(ceiling, floor, small):
    """From the levels given, the lowest ceiling and the highest floor of all paths; all float32 (h, w, k).

    Where nothing is known the ceiling is above, and the floor below, all values of the picture `small`.
    """
    h, w, k = small.shape
    changed = True
    while changed:
        changed = False
        for turn in range(2):
            way = 1 - 2 * turn
            for j in range(h):
                y = j if turn == 0 else h - 1 - j
                for i in range(w):
                    x = i if turn == 0 else w - 1 - i
                    for c in range(k):
                        high, low = ceiling[y, x, c], floor[y, x, c]
                        if j > 0:
                            ceiling[y, x, c] = lowered(ceiling, small, y, x, y - way, x, c)
                            floor[y, x, c] = raised(floor, small, y, x, y - way, x, c)
                        if i > 0:
                            ceiling[y, x, c] = lowered(ceiling, small, y, x, y, x - way, c)
                            floor[y, x, c] = raised(floor, small, y, x, y, x - way, c)
                        if ceiling[y, x, c] != high or floor[y, x, c] != low:
                            changed = True
