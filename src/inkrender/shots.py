"""Frames among their neighbours: which are of one shot, and the way to the next along the motion.

What decides about places in a picture is a mean along the motion (`carrying`); how frames follow each other
is the same whatever is decided: negative space, hints.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from . import bake, cache, carrying, following, motion, tracking
from . import plan as planning
from .carrying import Planes, Way
from .errors import InkError
from .plan import ScenePass, View


class Shots:
    """The frames of a scene, counted from 0, and how each follows the one before it.

    What inherits says what names the content of a frame, and gives its planes by name, "luma" among them.
    """

    small: bake.Studio
    frames: Sequence[int]
    track: tracking.Track | None

    def _remember(self, size: tuple[int, int]) -> None:
        around = 2 * carrying.SPAN + 8  # frames that are at hand at one time
        px = 4 * size[0] * size[1]
        self._cuts: dict[int, bool] = {}
        self._planes = cache.Memory(limit=3 * px * around)
        self._sights = cache.Memory(limit=4 * px * around)
        self._steps = cache.Memory(limit=6 * px * around)

    def _content(self, i: int) -> str | None:
        """What names what is decided about a frame; None where the frame cannot be painted."""
        raise NotImplementedError

    def _kept(self, i: int) -> dict[str, NDArray[Any]]:
        """The planes of a frame; "luma" is that in which motion is looked for."""
        raise NotImplementedError

    def _sight(self, i: int) -> Planes:
        """What is carried of a frame alone, and its luma 0..1: (h, w, 4)."""
        raise NotImplementedError

    def _joined(self, i: int) -> bool:
        """Whether frame i is of the same shot as the one before it."""
        if i <= 0 or i >= len(self.frames):
            return False
        a, b = self._content(i - 1), self._content(i)
        if a is None or b is None or a == b:
            return a is not None and a == b
        if self.track is not None:
            return not self.track.is_cut(self.frames[i])
        if i not in self._cuts:
            self._cuts[i] = motion.is_cut(self._kept(i - 1)["luma"], self._kept(i)["luma"])
        return not self._cuts[i]

    def _window(self, i: int, further: int = 0) -> list[int]:
        """The frames of the shot that frame i is a mean of, and so many more on either side."""
        span = carrying.SPAN + further
        first = last = i
        while i - first < span and self._joined(first):
            first -= 1
        while last - i < span and self._joined(last + 1):
            last += 1
        return list(range(first, last + 1))

    def _mean(self, i: int) -> Planes:
        """What is carried of frame i, as a mean along the motion: (h, w, 4)."""
        return carrying.carry(i, self._sight, self._step)

    def _step(self, i: int, direction: int) -> Way | None:
        """How to come from frame i to its neighbour in a direction; None where the shot ends."""
        if not self._joined(i if direction < 0 else i + 1):
            return None

        def find() -> Way:
            same = self._content(i) == self._content(i + direction)
            if self.track is not None:
                track, n = self.track, self.frames[i]
                return carrying.stay(carrying.size_of(track)) if same else carrying.step(track, n, direction)
            return carrying.stay(self.small.size) if same else carrying.way(*self._flows(i, i + direction))

        return self._steps.get((i, direction), find, lambda way: way.nbytes)

    def _flows(self, i: int, j: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """The flow from frame i to frame j and back, of what is painted under the lift."""

        def find() -> dict[int, NDArray[np.float32]]:
            a, b = self._kept(min(i, j))["luma"], self._kept(max(i, j))["luma"]
            return {1: motion.flow(a, b, fine=False), -1: motion.flow(b, a, fine=False)}

        both = self._steps.get(("flow", min(i, j)), find, lambda found: 2 * found[1].nbytes)
        return both[j - i], both[i - j]


def track_of(passes: list[ScenePass], small: bake.Studio) -> tracking.Track | None:
    """The track of the one plate that moves under a scene's lift, where the frame sees it as it is."""
    moving = [layer for layer in passes[0].lower if following.moving(layer)]
    if len(moving) != 1:
        return None
    for i, layer in enumerate(passes[0].lower):
        seen = {one.lower[i].view for one in passes}
        told = layer.layer
        turned = {
            (told.at("scale", n), told.at("rotation", n)) for n in (one.lower[i].drawing for one in passes)
        }
        if len(seen) > 1 or (layer is not moving[0] and not layer.static):
            return None
        if layer is moving[0] and (seen != {View(0.0, 0.0, 1.0)} or turned != {(1.0, 0.0)}):
            return None
    try:
        track = small.track(passes[0], moving[0])
    except InkError:  # rendering says which frames cannot be read
        return None
    w, h = planning.sheet(small.film)
    whole = (track.place.across * small.size[0], track.place.down * small.size[1])
    fits = abs(whole[0] - w) < 1 and abs(whole[1] - h) < 1 and max(map(abs, track.place[:2])) < 0.5
    return track if fits and track.size == small.size else None
