"""Potentials carried along the motion: what a frame leaves bare is what its neighbours leave bare there.

A mean over a finite window of frames, each seen from the frame in the middle (after Bousseau et al. 2007): no
frame depends on what was made of the one before it, so any frame can be had alone. Means of means would look
at a third of the neighbours, and were tried: what is sampled over and over creeps where the motion fails.
Smoothing the threshold instead holds nothing still; it is the potential that boils.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from . import cache
from .kernels.carry import chain, divided, gather, way_of
from .motion import Vectors
from .tracking import Track

Planes = NDArray[np.float32]  # (h, w, 4): three planes, and the picture's luma 0..1
Way = NDArray[np.float32]  # (h, w, 3): px right and down to where everything is, and 0..1 how sure that is

# weights of a frame and of those one, two, three ... frames from it, before and after: half a second either
# way, for what makes an edge creep are features that change slowly. All of its frames count: were some left
# out, neighbours would be means of different frames, and what noise there is would come back
WINDOW = (1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 0.8, 0.6, 0.4, 0.2)
SPAN = len(WINDOW) - 1  # frames either way
MISS = 1.0  # px squared: where a way there and back misses by this, a quarter of the weight is left
LOST = 4  # px over which trust in a motion goes where it gets lost
UNLIKE = 0.3  # of luma: where the picture is this unlike its neighbour, a third of the weight is left

_steps = cache.Memory(limit=16 << 20)  # painting and analysis ask for the same ones


def way(there: Vectors, back: Vectors) -> Way:
    """there: from this frame to a neighbour; back: from the neighbour to this frame; (h, w, 2) px."""
    found = np.empty((*there.shape[:2], 3), np.float32)
    way_of(found, there, back, np.float32(MISS))
    # flow is lost in blocks: what is carried ends softly at them, or they would be seen
    sure = cv2.erode(found[..., 2], np.ones((LOST + 1,) * 2, np.uint8), borderType=cv2.BORDER_REPLICATE)
    found[..., 2] = cv2.blur(sure, (LOST + 1,) * 2, borderType=cv2.BORDER_REPLICATE)
    return found


def step(track: Track, n: int, direction: int) -> Way:
    """The way from frame n of a track to the one before (-1) or after it (1).

    Flow that was searched for says no more than a quarter of its pixels do, and that is what is given.
    """

    def find() -> Way:
        back, ahead = (n, n - 1) if direction < 0 else (n + 1, n)
        there, home = track.to_previous(back), track.to_next(ahead)
        return _sized(way(there, home) if direction < 0 else way(home, there), size_of(track))

    return _steps.get((track.digest, n, direction), find, lambda way: way.nbytes)


def stay(size: tuple[int, int]) -> Way:
    """The way of a size (w, h) that leads nowhere: from a frame to one that is the same."""
    w, h = size
    return np.broadcast_to(np.array([0, 0, 1], np.float32), (h, w, 3)).copy()


def size_of(track: Track) -> tuple[int, int]:
    """The size (w, h) of the ways of a track."""
    (w, h), part = track.size, 1 if track.rendered else 4
    return (w + part - 1) // part, (h + part - 1) // part


def carry(
    at: int,
    planes: Callable[[int], Planes],
    ways: Callable[[int, int], Way | None],
    window: Sequence[float] = WINDOW,
    unlike: float = UNLIKE,
) -> Planes:
    """The planes of frame `at` as a mean along the motion: float32 (h, w, 4).

    planes: of a frame; ways: from a frame to the next in a direction (1 or -1), or None where the shot ends;
    they are all of one size, which may be smaller than the planes. window: weights of the frame and of those
    one, two ... from it. A neighbour counts where the motion leads there and back again and the picture is
    alike; unlike: the difference of luma at which a third of its weight is left.
    """
    own = planes(at)
    total, weights = own * np.float32(window[0]), np.full(own.shape[:2], window[0], np.float32)
    for direction in (-1, 1):
        path: Way | None = None
        for k in range(1, len(window)):
            one = ways(at + direction * (k - 1), direction)
            if one is None:
                break
            path = one if path is None else _further(path, one)
            there = _sized(path, own.shape[1::-1])
            other = planes(at + direction * k)
            gather(total, weights, own, other, there, np.float32(window[k]), np.float32(unlike))
    divided(total, weights)
    return total


def _further(first: Way, second: Way) -> Way:
    """The way that goes first one way, then the other."""
    longer = np.empty_like(first)
    chain(longer, first, second)
    return longer


def _sized(path: Way, size: tuple[int, int]) -> Way:
    """A way in pixels of another size (w, h)."""
    if path.shape[1::-1] == size:
        return path
    h, w = path.shape[:2]
    scale = np.array([size[0] / w, size[1] / h, 1], np.float32)
    if size[0] > w:  # the smaller one is scaled
        return np.asarray(cv2.resize(path * scale, size, interpolation=cv2.INTER_LINEAR), np.float32)
    return np.asarray(cv2.resize(path, size, interpolation=cv2.INTER_AREA) * scale, np.float32)
