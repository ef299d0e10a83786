"""Potentials carried along the motion: what a frame leaves bare is what its neighbours leave bare there.

A mean over a finite window of frames, each seen from the frame in the middle (after Bousseau et al. 2007): no
frame depends on what was made of the one before it, so any frame can be had alone. Smoothing the threshold
instead holds nothing still; it is the potential that boils.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from . import motion
from .motion import Vectors

Planes = NDArray[np.float32]  # (h, w, k), the last one the picture's luma, 0..1

# weights of a frame and of those one, two, three ... frames from it, before and after
WINDOW = (1.0, 0.85, 0.7, 0.5, 0.25)
MISS = 1.0  # px squared: where a way there and back misses by this, half of half the weight is left
UNLIKE = 0.08  # of luma: where the picture is this unlike its neighbour, a third of the weight is left


class Step(NamedTuple):
    """From one frame to a neighbour: where everything is there, and 0..1 how sure that is."""

    vectors: Vectors
    sure: NDArray[np.float32]


def step(there: Vectors, back: Vectors) -> Step:
    """there: from this frame to the neighbour; back: from the neighbour to this frame; (h, w, 2) px."""
    miss = np.square(motion.warp(back, there) + there).sum(-1)
    sure = np.square(1 / (1 + miss / np.float32(MISS)))
    return Step(there, np.asarray(np.where(motion.outside(there), 0, sure), np.float32))


def carry(
    at: int,
    planes: Callable[[int], Planes],
    steps: Callable[[int, int], Step | None],
    window: Sequence[float] = WINDOW,
) -> Planes:
    """The planes of frame `at` as a mean along the motion: float32 (h, w, k).

    planes: of a frame; steps: from a frame to the next in a direction (1 or -1), or None where the shot ends.
    A neighbour counts where the motion leads there and back again and the picture is alike.
    """
    own = planes(at)
    total = own * np.float32(window[0])
    weights = np.full(own.shape[:2], window[0], np.float32)
    for direction in (-1, 1):
        way: Step | None = None
        for k in range(1, len(window)):
            one = steps(at + direction * (k - 1), direction)
            if one is None:
                break
            way = one if way is None else _then(way, one)
            seen = motion.warp(planes(at + direction * k), way.vectors)
            unlike = (seen[..., -1] - own[..., -1]) / np.float32(UNLIKE)
            weight = np.float32(window[k]) * way.sure * np.exp(-unlike * unlike)
            total += seen * weight[..., None]
            weights += weight
    return np.asarray(total / weights[..., None], np.float32)


def _then(first: Step, second: Step) -> Step:
    """First one step, then the other."""
    seen = motion.warp(np.dstack([second.vectors, second.sure]), first.vectors)
    return Step(first.vectors + seen[..., :2], first.sure * seen[..., 2])
