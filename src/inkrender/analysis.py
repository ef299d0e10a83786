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
    mattes,
    movers,
    negative_space,
    packing,
    thresholds,
    tracking,
)
from . import plan as planning
from . import scene as scenes
from .errors import InkError, SceneError
from .fields import blur
from .negative_space import Lift, Problem
from .plan import LiubaiPass, Plan, ScenePass
from .shots import Shots, track_of
from .thresholds import Interval

LINES_KEPT = 0.65  # of what is drawn of a subject on footage
SUBJECT = 0.5  # of the potential: how much less willing what moves by itself is, where nothing marks subjects
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


class Survey(Shots):
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
        self.track = track_of(self.passes, small)
        self.keys = [_key(one, small, self.track) for one in self.passes]
        self.targets = [_wanted(one).target for one in self.passes]
        moved = None if self.track is None else self.track.digest
        self.digest = cache.digest("survey", cache.code_digest(), self.keys, self.targets, moved)
        self.store = small.store / "analysis"
        self._moved = moved
        self._lock = threading.Lock()
        self._thresholds: list[float | None] | None = None
        self._contents: dict[int, str | None] = {}
        self._naming = cache.Memory(limit=1)  # each is worked out once, whoever asks
        self._lumas = cache.Memory(limit=96 * small.size[0] * small.size[1])  # a byte a pixel, of all at hand
        self._remember(small.size)

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
        count, ahead = len(self.frames), carrying.SPAN + movers.SPAN[-1] + 2
        # a frame is decided as soon as its neighbours are known, while they are at hand
        tasks = [
            (k - late, late) for k in range(count + ahead) for late in (0, ahead) if 0 <= k - late < count
        ]
        intervals: list[Interval | None] = []

        def work(task: tuple[int, int]) -> Interval | None:
            i, late = task
            if late:
                return self._interval(i)
            self._content(i)
            return None

        for done, (task, interval) in enumerate(zip(tasks, tracking.in_order(work, tasks), strict=True), 1):
            if task[1]:
                intervals.append(interval)
            if tell is not None:
                tell(done, len(tasks))
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

        def name() -> str | None:
            told = cache.load_told(self.store, self.keys[i])
            if told is not None:
                return str(told["content"])
            try:
                planes, content = self._make(i)
            except InkError:
                return None
            self._planes.get(i, lambda: planes, _bytes)
            return content

        if i not in self._contents:
            self._contents[i] = self._naming.get(i, name, lambda _: 0)
        return self._contents[i]

    def _kept(self, i: int) -> dict[str, NDArray[Any]]:
        def load() -> dict[str, NDArray[Any]]:
            found = cache.load_planes(self.store, self.keys[i])
            return self._make(i)[0] if found is None else found

        return self._planes.get(i, load, _bytes)

    def _make(self, i: int) -> tuple[dict[str, NDArray[Any]], str]:
        problem, luma, guessed = _problem(self.passes[i], self.small, self.track)
        planes = {**packing.packed(problem), "luma": luma, "guessed": np.array(guessed)}
        content = cache.digest(*[planes[name].tobytes() for name in sorted(planes)])
        cache.save_planes(self.store, self.keys[i], planes)
        cache.save_told(self.store, self.keys[i], {"content": content})
        return planes, content

    # among its neighbours ---------------------------------------------------------------------------------

    def _interval(self, i: int) -> Interval | None:
        return None if self._content(i) is None else self._problem(i)[1]

    def _problem(self, i: int) -> tuple[Problem, Interval]:
        """The problem of frame i among its neighbours, and the thresholds that it allows."""
        wanted, window = _wanted(self.passes[i]), self._window(i)
        seen = [[j - i, self.keys[j]] for j in self._window(i, movers.SPAN[-1])]
        key = cache.digest("carried", cache.code_digest(), seen, self.targets[i], self._moved)
        planes = self._kept(i)
        alone = packing.unpacked(planes, wanted.edge, wanted.bleed)
        found = cache.load_planes(self.store, key)
        if found is not None and found.keys() >= {*packing.CARRIED, "interval"}:
            return _carried(alone, found), Interval(*found["interval"].tolist())
        still = len({self._contents[j] for j in window}) == 1
        mean = alone.carried if still else self._mean(i)[..., :3]
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
            carried = packing.unpacked(planes, wanted.edge, wanted.bleed).carried
            if (moving := self._moving(i)) is not None:
                carried[..., 0] -= np.float32(SUBJECT) * moving
            return np.dstack([carried, luma])

        return self._sights.get(i, load, lambda planes: planes.nbytes)

    def _moving(self, i: int) -> NDArray[np.float32] | None:
        """What moves by itself in frame i, where nothing else tells its subject; None where nothing does."""
        if self.track is None or not self._kept(i)["guessed"]:
            return None
        shot, track = self._window(i), self.track
        beside = [j for k in movers.SPAN for j in (i - k, i + k) if j in shot]
        return movers.moving(
            self._luma(i), [(self._luma(j), track.between(self.frames[i], self.frames[j])) for j in beside]
        )

    def _luma(self, i: int) -> NDArray[np.uint8]:
        return self._lumas.get(i, lambda: self._kept(i)["luma"], lambda luma: luma.nbytes)


def _bytes(planes: dict[str, NDArray[Any]]) -> int:
    return sum(plane.nbytes for plane in planes.values())


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
) -> tuple[Problem, NDArray[np.uint8], bool]:
    """What there is to solve in a frame, the luma of what is painted under the lift, and whether its subject
    is guessed: nothing marks it, and it may not have holes."""
    wanted = _wanted(one)
    lower = engine.paint(small, one, one.lower)
    upper = engine.paint(small, one, one.upper) if one.upper else None
    depth = depth_of(one, small)
    told = mattes.lift_inputs(small, one, wanted)
    problem = negative_space.problem_for(
        lower,
        upper,
        depth=depth,
        # without depth nothing tells a subject from its surroundings: what is drawn of it outlives the wash
        lines=LINES_KEPT if depth is None and any(layer.kind == "file" for layer in one.lower) else 0.0,
        seed=one.seed,
        origin=_origin(one, track),
        paper=small.white,
        **told,
    ).without_specks()
    shown = colour.encode(small.white * np.exp(-np.clip(lower[..., :3], 0, 20)), "srgb")
    codes = np.asarray(np.rint(np.clip(shown, 0, 1) * 255), np.uint8)
    guessed = depth is None and told["protect"] is None and not wanted.allow_holes
    return problem, tracking.luma(codes, small.size), guessed


def _origin(one: ScenePass, track: tracking.Track | None) -> tuple[float, float]:
    """What mist is tied to: where the frame sees the layer furthest in front, or a plate's camera points."""
    if track is not None:
        camera = track.camera(one.frame)
        w, h = track.size[0] * track.place.across, track.size[1] * track.place.down
        moved = camera @ np.array([w / 2, h / 2, 1.0]) - (w / 2, h / 2)
        return float(moved[0]), float(moved[1])
    front = one.lower[-1].view if one.lower else None
    return (front.x, front.y) if front else (0.0, 0.0)


def depth_of(one: ScenePass, small: bake.Studio) -> NDArray[np.float32] | None:
    """The depth pass of the first plate that has one, at 270 lines, where the frame sees it as it is."""
    for layer in one.lower:
        if layer.kind == "file":
            plane = small.plane(one, layer, "depth")
            if plane is not None and plane.shape == (small.size[1], small.size[0]):
                return plane
    return None
