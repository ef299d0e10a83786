"""A tile of blue noise for dithering: every threshold once, none near its like.

Void and cluster (Ulichney, SPIE 1913, 1993) on a torus, in whole numbers, so that it is the same everywhere.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from .jit import kernel
from .tiles import TILE_W

SIZE = 64  # px along an edge; a tile's width is a multiple, so that rows of all tiles start alike
WIDE = SIZE + TILE_W  # a row is laid out far enough to be read from any offset in one piece
REACH = 9  # px at which the filter has fallen below its smallest step
SIGMA = 1.5  # px, Ulichney's choice
FIRST = SIZE * SIZE // 10  # points of the first pattern


@lru_cache(maxsize=1)
def thresholds() -> np.ndarray:
    """(SIZE, WIDE) float32 in 0..1, each row repeating after SIZE."""
    d = np.arange(-REACH, REACH + 1)
    weights = np.exp(-(d[:, None] ** 2 + d[None, :] ** 2) / (2 * SIGMA**2))
    ranks = np.zeros((SIZE, SIZE), np.int64)
    # a stride that visits all places in a scattered order: where the first points lie hardly matters
    start = (np.arange(FIRST, dtype=np.int64) * 2531 + 977) % (SIZE * SIZE)
    rank(ranks, np.round(weights * (1 << 24)).astype(np.int64), start)
    values = ((ranks + 0.5) / (SIZE * SIZE)).astype(np.float32)
    return np.ascontiguousarray(np.tile(values, (1, 1 + TILE_W // SIZE)))


@kernel
def put(energy, weights, at, sign):
    """Add (1) or take away (-1) the filter around a place."""
    y, x = at // SIZE, at % SIZE
    for dy in range(-REACH, REACH + 1):
        for dx in range(-REACH, REACH + 1):
            energy[(y + dy) % SIZE, (x + dx) % SIZE] += sign * weights[dy + REACH, dx + REACH]


@kernel
def extreme(energy, pattern, wanted):
    """The tightest cluster of points (wanted 1), or the largest void between them (wanted 0)."""
    best, place = np.int64(0), -1
    for i in range(SIZE * SIZE):
        y, x = i // SIZE, i % SIZE
        if pattern[y, x] == wanted:
            e = energy[y, x] if wanted == 1 else -energy[y, x]
            if place < 0 or e > best:
                best, place = e, i
    return place


@kernel
def rank(ranks, weights, start):
    """ranks (SIZE, SIZE) <- the order in which places become points."""
    energy = np.zeros((SIZE, SIZE), np.int64)
    pattern = np.zeros((SIZE, SIZE), np.int64)
    for i in range(start.size):
        pattern[start[i] // SIZE, start[i] % SIZE] = 1
        put(energy, weights, start[i], 1)
    for _ in range(SIZE * SIZE):  # spread the first points until the one taken goes back where it was
        taken = extreme(energy, pattern, 1)
        pattern[taken // SIZE, taken % SIZE] = 0
        put(energy, weights, taken, -1)
        given = extreme(energy, pattern, 0)
        pattern[given // SIZE, given % SIZE] = 1
        put(energy, weights, given, 1)
        if given == taken:
            break
    first, spread = pattern.copy(), energy.copy()
    for n in range(start.size - 1, -1, -1):
        taken = extreme(energy, pattern, 1)
        pattern[taken // SIZE, taken % SIZE] = 0
        put(energy, weights, taken, -1)
        ranks[taken // SIZE, taken % SIZE] = n
    for n in range(start.size, SIZE * SIZE):
        given = extreme(spread, first, 0)
        first[given // SIZE, given % SIZE] = 1
        put(spread, weights, given, 1)
        ranks[given // SIZE, given % SIZE] = n
