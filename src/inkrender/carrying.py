"""Potentials carried along the motion: what a frame leaves bare is what its neighbours leave bare there.

A mean over a finite window of frames, each seen from the frame in the middle (after Bousseau et al. 2007): no
frame depends on what was made of the one before it, so any frame can be had alone. Smoothing the threshold
instead holds nothing still; it is the potential that boils.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from .kernels.carry import chain, gather, way_of
from .motion import Vectors

Planes = NDArray[np.float32]  # (h, w, 4): three planes, and the picture's luma 0..1
Way = NDArray[np.float32]  # (h, w, 3): px right and down to where everything is, and 0..1 how sure that is

# frames from the one in the middle, before and after, and their weights: nearly a flat mean of half a second
# either way. Fewer hold less: what makes an edge creep is not noise, but features that change slowly. Those
# farther off are looked at here and there, with the weight of those between.
WINDOW = ((0, 1.0), (1, 1.0), (2, 1.0), (3, 1.0), (4, 1.5), (6, 2.0), (8, 2.2), (12, 1.2))
SPAN = WINDOW[-1][0]
MISS = 1.0  # px squared: where a way there and back misses by this, a quarter of the weight is left
UNLIKE = 0.08  # of luma: where the picture is this unlike its neighbour, a third of the weight is left


def way(there: Vectors, back: Vectors) -> Way:
    """there: from this frame to a neighbour; back: from the neighbour to this frame; (h, w, 2) px."""
    found = np.empty((*there.shape[:2], 3), np.float32)
    way_of(found, there, back, np.float32(MISS))
    return found


def carry(
    at: int,
    planes: Callable[[int], Planes],
    ways: Callable[[int, int], Way | None],
    window: Sequence[tuple[int, float]] = WINDOW,
) -> Planes:
    """The planes of frame `at` as a mean along the motion: float32 (h, w, 4).

    planes: of a frame; ways: from a frame to another a power of two away, before it where that is negative,
    or None where the shot ends. window: distances, rising from 0, and weights. A neighbour counts where the
    motion leads there and back again and the picture is alike.
    """
    own = planes(at)
    (_, first), *others = window
    total = own * np.float32(first)
    weights = np.full(own.shape[:2], first, np.float32)
    for direction in (-1, 1):
        for away, share in others:
            path = _path(at, direction, away, ways)
            if path is None:
                break
            other = planes(at + direction * away)
            gather(total, weights, own, other, path, np.float32(share), np.float32(UNLIKE))
    total /= weights[..., None]
    return total


def longer(first: Way | None, second: Way | None) -> Way | None:
    """First one way, then the other; None where one of them is."""
    if first is None or second is None:
        return None
    found = np.empty_like(first)
    chain(found, first, second)
    return found


def _path(at: int, direction: int, away: int, ways: Callable[[int, int], Way | None]) -> Way | None:
    """The way to a frame `away` frames off, by the longest strides first."""
    found: Way | None = None
    gone = 0
    while gone < away:
        stride = 1 << ((away - gone).bit_length() - 1)
        one = ways(at + direction * gone, direction * stride)
        found = one if gone == 0 else longer(found, one)
        if found is None:
            return None
        gone += stride
    return found
