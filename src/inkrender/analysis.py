"""What a frame must know before it is painted: where paper is left bare. Always at 270 lines.

A proxy decides what the master decides, for both look at the same small picture. A scene is looked at as a
whole, handles included, whichever of its frames are asked for: what each frame alone would leave bare is
found first, then carried along the motion over a few frames (`carrying`), then the thresholds are laid
through each shot (`thresholds`). Everything is kept on disk under the hash of what made it.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from . import (
    bake,
    cache,
    carrying,
    colour,
    engine,
    following,
    mattes,
    motion,
    negative_space,
    packing,
    thresholds,
    tracking,
)
from . import plan as planning
from . import scene as scenes
from .carrying import Way
from .errors import InkError, SceneError
from .fields import blur
from .negative_space import Lift, Problem
from .plan import LiubaiPass, Plan, ScenePass, View
from .thresholds import Interval

LINES_KEPT = 0.65  # of what is drawn of a subject on footage
GRAIN = 1.5  # px at 270 lines: pictures are compared without what is finer, which is noise as often as not

Tell = Callable[[int, int], None]  # done, of how many

_memory = cache.Memory(limit=16 << 20)


def lifts(plan: Plan, studio: bake.Studio) -> tuple[Lift | None, ...]:
    """The lift of each scene of a plan, in its order; None where nothing is lifted."""
    return tuple(lift(one, studio.proxy) if one.liubai is not None else None for one in plan.scenes)


def lift(one: ScenePass, small: bake.Studio) -> Lift:
    """One scene's lift: the finished canvas has the share of blank paper it wants, and holds still."""
    found = survey(one, small)
    if found.keys[one.frame - found.frames[0]] != _key(one, small, found.track):  # files changed
        small.known.pop(_name(one))
        found = survey(one, small)
    key = (found.digest, one.frame)
    return _memory.get(key, lambda: found.lift(one.frame), lambda lift: 4 * lift.phi.nbytes)


def digest(one: ScenePass, small: bake.Studio) -> str:
    """What names everything a scene's lifts are made from; nothing is worked out for it."""
    return survey(one, small).digest


def prepare(passes: Iterable[ScenePass], small: bake.Studio, tell: Tell | None = None) -> None:
    """Work out what the lifts of these scenes need, with as many threads as there are cores."""
    for one in passes:
        if one.liubai is not None:
            survey(one, small).solve(tell)


def survey(one: ScenePass, small: bake.Studio) -> Survey:
    """The survey of a pass's scene, remembered with the studio."""
    name = _name(one)
    if name not in small.known:
        small.known.setdefault(name, Survey(small, one.scene))
    found: Survey = small.known[name]
    return found


def _name(one: ScenePass) -> tuple[str, str]:
    return ("survey", one.scene.name)


class Survey:
    """All frames of a scene, handles included: what each would leave bare, and the thresholds of its shots.

    Any thread may ask; one works, the others wait. What was worked out stays on disk, not in memory. Frames
    are counted from 0 here, but for `lift`.
    """

    def __init__(self, small: bake.Studio, scene: scenes.Scene) -> None:
        self.small, self.scene = small, scene
        self.frames = planning.frames_of(small.film, scene)
        known: dict[Any, Any] = {}
        self.passes = [
            planning.plan_scene(small.film, scene, n, small.folders, None, known) for n in self.frames
        ]
        self.track = _track(self.passes, small)
        self.keys = [_key(one, small, self.track) for one in self.passes]
        self.targets = [_wanted(one).target for one in self.passes]
        moved = None if self.track is None else self.track.digest
        self.digest = cache.digest("survey", _rules(), self.keys, self.targets, moved)
        self.store = small.store / "analysis"
        self._moved = moved
        self._lock = threading.Lock()
        self._thresholds: list[float | None] | None = None
        self._contents: dict[int, str | None] = {}
        self._cuts: dict[int, bool] = {}
        around = 2 * len(carrying.WINDOW) + 8  # frames that are at hand at one time
        px = 4 * small.size[0] * small.size[1]
        self._sights = cache.Memory(limit=4 * px * around)
        self._steps = cache.Memory(limit=6 * px * around)

    # what people ask --------------------------------------------------------------------------------------

    def lift(self, frame: int) -> Lift:
        """The lift of a frame of the scene. Raises InkError for a frame that cannot be painted."""
        i = frame - self.frames[0]
        threshold = self.solve()[i]
        if threshold is None:
            self._make(i)  # says why
            raise SceneError(f'scene "{self.scene.name}": frame {frame} could not be read before; run again')
        return self._problem(i)[0].lift(threshold, self.targets[i])

    def solve(self, tell: Tell | None = None) -> list[float | None]:
        """The threshold of every frame; None for one that cannot be painted. tell: is told how far it is."""
        with self._lock:
            if self._thresholds is None:
                told = cache.load_told(self.store, self.digest)
                self._thresholds = told["thresholds"] if told is not None else self._solve(tell)
            return self._thresholds

    # the whole scene --------------------------------------------------------------------------------------

    def _solve(self, tell: Tell | None) -> list[float | None]:
        count = len(self.frames)
        for done, _ in enumerate(tracking.in_order(self._content, range(count)), 1):
            if tell is not None:
                tell(done, 2 * count)
        intervals: list[Interval | None] = []
        for interval in tracking.in_order(self._interval, range(count)):
            intervals.append(interval)
            if tell is not None:
                tell(count + len(intervals), 2 * count)
        starts = [i for i in range(count) if not self._joined(i)]
        found: list[float | None] = []
        for first, last in zip(starts, [*starts[1:], count], strict=True):
            found += self._shot(first, intervals[first:last])
        if None not in found:
            cache.save_told(self.store, self.digest, {"thresholds": found})
        return found

    def _shot(self, first: int, intervals: list[Interval | None]) -> list[float | None]:
        """The thresholds of a shot. One that stands still is solved exactly, and is the same all through."""
        here = [i for i in intervals if i is not None]
        if not here:
            return [None]
        frames = range(first, first + len(here))
        if len({self._contents[i] for i in frames}) == len({self.targets[i] for i in frames}) == 1:
            return [self._problem(first)[0].threshold(self.targets[first])] * len(here)
        return [float(t) for t in thresholds.smooth(here)]

    # one frame alone --------------------------------------------------------------------------------------

    def _content(self, i: int) -> str | None:
        """What names the content of a frame's problem; None where the frame cannot be painted."""
        if i not in self._contents:
            told = cache.load_told(self.store, self.keys[i])
            try:
                self._contents[i] = str(self._make(i)[1] if told is None else told["content"])
            except InkError:
                self._contents[i] = None
        return self._contents[i]

    def _kept(self, i: int) -> dict[str, NDArray[Any]]:
        found = cache.load_planes(self.store, self.keys[i])
        return self._make(i)[0] if found is None else found

    def _make(self, i: int) -> tuple[dict[str, NDArray[Any]], str]:
        problem, luma = _problem(self.passes[i], self.small, self.track)
        planes = {**packing.packed(problem), "luma": luma}
        content = cache.digest(*[planes[name].tobytes() for name in sorted(planes)])
        cache.save_planes(self.store, self.keys[i], planes)
        cache.save_told(self.store, self.keys[i], {"content": content})
        return planes, content

    # among its neighbours ---------------------------------------------------------------------------------

    def _joined(self, i: int) -> bool:
        """Whether frame i is of the same shot as the one before it."""
        if i <= 0 or i >= len(self.frames):
            return False
        a, b = self._content(i - 1), self._content(i)
        if a is None or b is None or a == b:
            return a is not None and a == b
        if self.track is not None:
            return self.frames[i] not in self.track.cuts
        if i not in self._cuts:
            self._cuts[i] = motion.is_cut(self._kept(i - 1)["luma"], self._kept(i)["luma"])
        return not self._cuts[i]

    def _window(self, i: int) -> list[int]:
        """The frames of the shot that frame i is a mean of."""
        span = len(carrying.WINDOW) - 1
        first = last = i
        while i - first < span and self._joined(first):
            first -= 1
        while last - i < span and self._joined(last + 1):
            last += 1
        return list(range(first, last + 1))

    def _interval(self, i: int) -> Interval | None:
        return None if self._content(i) is None else self._problem(i)[1]

    def _problem(self, i: int) -> tuple[Problem, Interval]:
        """The problem of frame i among its neighbours, and the thresholds that it allows."""
        wanted, window = _wanted(self.passes[i]), self._window(i)
        seen = [[j - i, self.keys[j]] for j in window]
        key = cache.digest("carried", _rules(), seen, self.targets[i], self._moved)
        planes = self._kept(i)
        alone = packing.unpacked(planes, wanted.edge, wanted.bleed)
        found = cache.load_planes(self.store, key)
        if found is not None and found.keys() >= {*packing.CARRIED, "interval"}:
            return _carried(alone, found), Interval(*found["interval"].tolist())
        if len({self._contents[j] for j in window}) == 1:
            mean = alone.carried
        else:
            mean = carrying.carry(i, self._sight, self._step)[..., :3]
        clean = alone.with_carried(mean).without_specks()
        found = {name: packing.pack(name, clean.carried[..., k]) for k, name in enumerate(packing.CARRIED)}
        problem = _carried(alone, found)
        interval = thresholds.interval(problem, self.targets[i])
        cache.save_planes(self.store, key, {**found, "interval": np.array(interval, np.float64)})
        return problem, interval

    def _sight(self, i: int) -> NDArray[np.float32]:
        """What is carried of frame i, and its luma 0..1: (h, w, 4)."""

        def load() -> NDArray[np.float32]:
            wanted, planes = _wanted(self.passes[i]), self._kept(i)
            luma = blur(np.asarray(planes["luma"], np.float32) / np.float32(255), GRAIN)
            return np.dstack([packing.unpacked(planes, wanted.edge, wanted.bleed).carried, luma])

        return self._sights.get(i, load, lambda planes: planes.nbytes)

    def _step(self, i: int, direction: int) -> Way | None:
        """How to come from frame i to its neighbour in a direction; None where the shot ends."""
        if not self._joined(i if direction < 0 else i + 1):
            return None

        def find() -> Way:
            w, h = self.small.size
            if self._content(i) == self._content(i + direction):
                return np.broadcast_to(np.array([0, 0, 1], np.float32), (h, w, 3)).copy()
            if self.track is not None:
                a, b = self.frames[i], self.frames[i + direction]
                if direction < 0:
                    return carrying.way(self.track.to_previous(a), self.track.to_next(b))
                return carrying.way(self.track.to_next(a), self.track.to_previous(b))
            return carrying.way(*self._flows(i, i + direction))

        return self._steps.get((i, direction), find, lambda way: way.nbytes)

    def _flows(self, i: int, j: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """The flow from frame i to frame j and back, of what is painted under the lift."""

        def find() -> dict[int, NDArray[np.float32]]:
            a, b = self._kept(min(i, j))["luma"], self._kept(max(i, j))["luma"]
            return {1: motion.flow(a, b), -1: motion.flow(b, a)}

        both = self._steps.get(("flow", min(i, j)), find, lambda found: 2 * found[1].nbytes)
        return both[j - i], both[i - j]


def _rules() -> list[Any]:
    return [cache.code_digest(), carrying.WINDOW, thresholds.TOLERANCE]


def _carried(alone: Problem, found: dict[str, NDArray[Any]]) -> Problem:
    size = alone.willing.shape
    planes = [packing.unpack(name, found[name], (size[0], size[1])) for name in packing.CARRIED]
    return alone.with_carried(np.stack(planes, axis=-1))


# what a frame wants alone ---------------------------------------------------------------------------------


def _wanted(one: ScenePass) -> LiubaiPass:
    if one.liubai is None:
        raise TypeError("this scene has no liubai")
    return one.liubai


def _key(one: ScenePass, small: bake.Studio, track: tracking.Track | None) -> str:
    """What names a frame's problem: all that is painted, and what is asked of the lift but its target."""
    wanted = _wanted(one)
    return cache.digest(
        "problem",
        cache.code_digest(),
        [[small.key(one, layer), layer.view, layer.opacity, engine.blending(layer)] for layer in one.layers],
        replace(wanted, target=0.0),
        mattes.prints(small, one, wanted),
        len(one.lower),
        one.seed,
        small.size,
        None if track is None else [track.digest, one.frame],
    )


def _problem(
    one: ScenePass, small: bake.Studio, track: tracking.Track | None
) -> tuple[Problem, NDArray[np.uint8]]:
    """What there is to solve in a frame, and the luma of what is painted under the lift."""
    wanted = _wanted(one)
    lower = engine.paint(small, one, one.lower)
    upper = engine.paint(small, one, one.upper) if one.upper else None
    depth = _depth(one, small)
    problem = negative_space.problem_for(
        lower,
        upper,
        depth=depth,
        # without depth nothing tells a subject from its surroundings: what is drawn of it outlives the wash
        lines=LINES_KEPT if depth is None and any(layer.kind == "file" for layer in one.lower) else 0.0,
        seed=one.seed,
        origin=_origin(one, track),
        paper=small.white,
        **mattes.lift_inputs(small, one, wanted),
    ).without_specks()
    shown = colour.encode(small.white * np.exp(-np.clip(lower[..., :3], 0, 20)), "srgb")
    codes = np.asarray(np.rint(np.clip(shown, 0, 1) * 255), np.uint8)
    return problem, tracking.luma(codes, small.size)


def _origin(one: ScenePass, track: tracking.Track | None) -> tuple[float, float]:
    """What mist is tied to: where the frame sees the layer furthest in front, or a plate's camera points."""
    if track is not None:
        camera = track.camera(one.frame)
        w, h = track.size[0] * track.place.across, track.size[1] * track.place.down
        moved = camera @ np.array([w / 2, h / 2, 1.0]) - (w / 2, h / 2)
        return float(moved[0]), float(moved[1])
    front = one.lower[-1].view if one.lower else None
    return (front.x, front.y) if front else (0.0, 0.0)


def _depth(one: ScenePass, small: bake.Studio) -> NDArray[np.float32] | None:
    """The depth pass of the first plate that has one, at 270 lines, where the frame sees it as it is."""
    for layer in one.lower:
        if layer.kind == "file":
            plane = small.plane(one, layer, "depth")
            if plane is not None and plane.shape == (small.size[1], small.size[0]):
                return plane
    return None


def _track(passes: list[ScenePass], small: bake.Studio) -> tracking.Track | None:
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
