"""What a frame must know of its hint before it is painted: where it is lit, how much. Always at 270 lines.

As with negative space (`analysis`), a scene is looked at as a whole: how willing each place is to be lit is
carried along the motion over a few frames, then one amount is laid through each shot, as smooth as the
allowed shares let it be; where nothing has to be done nothing is. Everything is kept on disk under the hash
of what made it.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from . import (
    analysis,
    bake,
    cache,
    colour,
    engine,
    hints,
    mattes,
    thresholds,
    tone_measures,
    tracking,
)
from . import plan as planning
from . import scene as scenes
from .analysis import GRAIN, Tell
from .errors import InkError, SceneError
from .fields import blur
from .hints import Lights, Places, Plane
from .paint import smoothstep
from .plan import LayerPass, Plan, ScenePass
from .potential import apart, subjects
from .shots import Shots, track_of
from .thresholds import Interval

BARE = (0.05, 0.16)  # mean absorbance up to which a place is bare paper, and from which it is ink
SUBJECT = (0.35, 0.6)  # of how surely a place stands apart: from here on it is no background
COVERED = (0.1, 0.5)  # of the cover of what lies in front: from here on a place is hidden

_memory = cache.Memory(limit=8 << 20)


def lights(plan: Plan, studio: bake.Studio) -> tuple[Lights | None, ...]:
    """What each scene of a plan does about its hint, in its order; None where it has none."""
    return tuple(light(one, studio.proxy) for one in plan.scenes)


def light(one: ScenePass, small: bake.Studio) -> Lights | None:
    """What one scene does about its hint at a frame."""
    if one.hint is None:
        return None
    found = survey(one, small)
    key = ("lights", found.digest, one.frame)
    return _memory.get(key, lambda: found.light(one.frame), lambda lit: 8 * small.size[0] * small.size[1])


def digest(one: ScenePass, small: bake.Studio) -> str | None:
    """What names everything a scene's hint is made from; nothing is worked out for it. None without one."""
    return None if one.hint is None else survey(one, small).digest


def prepare(passes: Iterable[ScenePass], small: bake.Studio, tell: Tell | None = None) -> None:
    """Work out what the hints of these scenes need, with as many threads as there are cores."""
    for one in passes:
        if one.hint is not None:
            survey(one, small).solve(tell)


def survey(one: ScenePass, small: bake.Studio) -> Accents:
    """The survey of a pass's scene, remembered with the studio until files change."""
    name = ("hint", one.scene.name, analysis.digest(one, small) if one.liubai else None)
    if name not in small.known:
        small.known.setdefault(name, Accents(small, one.scene))
    found: Accents = small.known[name]
    return found


class Accents(Shots):
    """All frames of a scene, handles included: where each could be lit, and the amounts of its shots.

    Any thread may ask; one works, the others wait. Frames are counted from 0 here, but for `light`.
    """

    def __init__(self, small: bake.Studio, scene: scenes.Scene) -> None:
        self.small, self.scene = small, scene
        self.frames = planning.frames_of(small.film, scene)
        known: dict[Any, Any] = {}
        self.passes = [
            planning.plan_scene(small.film, scene, n, small.folders, None, known) for n in self.frames
        ]
        self.track = track_of(self.passes, small)
        self.hints = [one.hint for one in self.passes]
        self.keys = [
            _key(one, small, told, self.track) for one, told in zip(self.passes, self.hints, strict=True)
        ]
        moved = None if self.track is None else self.track.digest
        self.digest = cache.digest("accents", cache.code_digest(), self.keys, moved)
        self.store = small.store / "analysis"
        self._lock = threading.Lock()
        self._amounts: list[float] | None = None
        self._contents: dict[int, str | None] = {}
        self._remember(small.size)

    def light(self, frame: int) -> Lights:
        """What a frame of the scene does about its hint. InkError for a frame that cannot be painted."""
        i = frame - self.frames[0]
        told = self.hints[i]
        if told is None:
            raise SceneError(f'scene "{self.scene.name}" has no hint at frame {frame}')
        if self._content(i) is None:
            self._make(i)  # says why
        amount, places = self.solve()[i], self._places(i)
        return Lights(
            hue=told.hue,
            glow=places.glow(amount) if amount > 0 else None,
            less=places.less(amount) if amount < 0 else None,
            home=places.kept(amount),
            layer=_layer(self.passes[i], told),
            amount=amount,
            share=told.share,
            solved=places.share(amount),
            reachable=places.reachable,
        )

    def solve(self, tell: Tell | None = None) -> list[float]:
        """The amount of every frame."""
        with self._lock:
            if self._amounts is None:
                kept = cache.load_told(self.store, self.digest)
                self._amounts = kept["amounts"] if kept is not None else self._solve(tell)
            return self._amounts

    def _solve(self, tell: Tell | None) -> list[float]:
        count = len(self.frames)
        for done, _ in enumerate(tracking.in_order(self._content, range(count)), 1):
            if tell is not None:
                tell(done, 2 * count)
        intervals: list[Interval] = []
        for found in tracking.in_order(self._interval, range(count)):
            intervals.append(found)
            if tell is not None:
                tell(count + len(intervals), 2 * count)
        starts = [i for i in range(count) if not self._joined(i)]
        amounts: list[float] = []
        for first, last in zip(starts, [*starts[1:], count], strict=True):
            amounts += self._shot(first, intervals[first:last])
        if all(self._contents[i] is not None for i in range(count)):
            cache.save_told(self.store, self.digest, {"amounts": amounts})
        return amounts

    def _shot(self, first: int, here: list[Interval]) -> list[float]:
        """The amounts of a shot: none at all where that will do; one that stands still has one amount."""
        if all(i.low <= 0 <= i.high for i in here):
            return [0.0] * len(here)
        if len({self._contents[first + k] for k in range(len(here))}) == 1:
            return [here[0].want] * len(here)
        return [float(v) for v in thresholds.smooth(here)]

    # one frame alone --------------------------------------------------------------------------------------

    def _content(self, i: int) -> str | None:
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
        planes = _planes(self.passes[i], self.small, self.hints[i])
        content = cache.digest(*[planes[name].tobytes() for name in sorted(planes)])
        cache.save_planes(self.store, self.keys[i], planes)
        cache.save_told(self.store, self.keys[i], {"content": content})
        return planes, content

    # among its neighbours ---------------------------------------------------------------------------------

    def _interval(self, i: int) -> Interval:
        told = self.hints[i]
        if told is None or self._content(i) is None:
            return Interval(0.0, 0.0, 0.0)
        return hints.interval(self._places(i), told.share)

    def _places(self, i: int) -> Places:
        """Where frame i could be lit, among its neighbours."""
        window = self._window(i)
        planes = self._kept(i)
        self._content(i)
        if len({self._contents[j] for j in window}) == 1:
            mean = self._sight(i)
        else:
            key = cache.digest("lit", cache.code_digest(), [[j - i, self.keys[j]] for j in window])
            found = cache.load_planes(self.store, key)
            if found is None:
                carried = self._mean(i)
                found = {"willing": _codes(carried[..., 0], 65535), "home": _codes(carried[..., 1], 255)}
                cache.save_planes(self.store, key, found)
            mean = np.dstack([_plane(found["willing"]), _plane(found["home"])])
        own = _plane(planes["home"])
        exact = _layer(self.passes[i], self.hints[i]) is not None
        # what must not be touched is told by this frame alone
        home = own if exact else np.minimum(mean[..., 1], (own > 0).astype(np.float32))
        told = self.hints[i]
        return Places(
            willing=np.ascontiguousarray(mean[..., 0]),
            home=np.ascontiguousarray(home),
            need=planes["need"],
            give=planes["give"],
            reach=hints.SKY if told is not None and told.where == "background" else hints.WINDOW,
        )

    def _sight(self, i: int) -> NDArray[np.float32]:
        def load() -> NDArray[np.float32]:
            planes = self._kept(i)
            luma = blur(np.asarray(planes["luma"], np.float32) / np.float32(255), GRAIN)
            willing, home = _plane(planes["willing"]), _plane(planes["home"])
            return np.dstack([willing, home, np.zeros_like(luma), luma])

        return self._sights.get(i, load, lambda planes: planes.nbytes)


def _key(one: ScenePass, small: bake.Studio, told: scenes.Hint | None, track: tracking.Track | None) -> str:
    """What names a frame's places: all that is painted, how it is graded, and what is asked of the hint."""
    return cache.digest(
        "places",
        cache.code_digest(),
        [[small.key(one, layer), layer.view, layer.opacity, engine.blending(layer)] for layer in one.layers],
        analysis.digest(one, small) if one.liubai else None,
        [told.hue, told.share, told.where] if told else None,
        mattes.prints_of(one, [*_words(told), *(one.liubai.spared if one.liubai else ())]),
        [one.graded_in, repr(one.grade), [cache.file_digest(path) for path in one.grade.files]],
        one.seed,
        small.size,
        None if track is None else [track.digest, one.frame],
    )


def _words(told: scenes.Hint | None) -> tuple[str, ...]:
    return () if told is None or told.where == "background" else (told.where,)


def _layer(one: ScenePass, told: scenes.Hint | None) -> str | None:
    """The layer a hint lives in; None for the background and for other mattes."""
    names = {layer.layer.name for layer in one.layers}
    return told.where if told is not None and told.where in names else None


def _planes(one: ScenePass, small: bake.Studio, told: scenes.Hint | None) -> dict[str, NDArray[Any]]:
    """All that is kept of a frame: the planes of `Places` as codes, and the luma motion is looked for in."""
    lift = analysis.lift(one, small) if one.liubai is not None else None
    canvas = engine.canvas(small, one, lift)
    shown = colour.encode(small.white * np.exp(-np.clip(canvas[..., :3], 0, 20)), "srgb")
    luma = tracking.luma(np.asarray(np.rint(np.clip(shown, 0, 1) * 255), np.uint8), small.size)
    if told is None:
        return {"luma": luma}
    home, layer = _home(one, small, told, canvas), _layer(one, told)
    lit = Lights(told.hue, None, None, home, layer, 0.0, told.share, 0.0, (0.0, 0.0))

    size = (canvas.shape[0], canvas.shape[1])

    def has(lights: Lights, there: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Where the frame has the hue, of all pixels that are asked about."""
        found, rows = np.zeros(size, np.bool_), np.flatnonzero(there.any(axis=1))
        if rows.size:
            seen = engine.lit(small, one, canvas, lights, (int(rows[0]), int(rows[-1]) + 1))
            found[there] = hints.counted(_lch(seen[there][:, None]), told.hue)[:, 0]
        return found

    everywhere, at_home = np.ones(size, np.bool_), home > 0
    there = has(lit, everywhere)
    need = hints.needed(lambda glow: has(replace(lit, glow=glow), at_home), size, rises=True)
    need[there], need[~at_home & ~there] = 0, hints.NEVER
    give = np.where(there, hints.NEVER - 1, 0).astype(np.uint8)
    if there.mean() > told.share[1] - hints.ENOUGH:  # else nothing is ever turned down
        give = hints.needed(lambda less: has(replace(lit, less=less), there), size, rises=False)
    still = [layer for layer in one.layers if layer.source is None or layer.static]
    if len(still) < len(one.layers):  # falling snow is light in the dark too, but no lamp
        canvas = engine.canvas(small, _of(one, still), lift)
    willing = hints.willing(canvas, mattes.picture(small, one, one.layers), home, told.hue, small.white)
    planes = {"willing": _codes(willing, 65535), "home": _codes(home, 255)}
    return {**planes, "need": need, "give": give, "luma": luma}


def _home(one: ScenePass, small: bake.Studio, told: scenes.Hint, canvas: NDArray[np.float32]) -> Plane:
    """Where a hint may live, 0..1."""
    if told.where != "background":
        layer = _layer(one, told)
        cover = mattes.matte(small, one, told.where)
        if layer is None:
            return _seen(small, one, cover, one.upper)
        place = [x.layer.name for x in one.layers].index(layer)
        return _seen(small, one, hints.whole(cover), one.layers[place + 1 :])
    ink = blur(np.asarray(canvas[..., :3].mean(-1), np.float32), 4 * canvas.shape[0] / 1080)
    home = smoothstep(*BARE, ink)
    guarded = mattes.protected(small, one, one.liubai) if one.liubai is not None else None
    depth, picture = analysis.depth_of(one, small), mattes.picture(small, one, one.layers)
    if depth is not None:
        stands = subjects(depth)
        guarded = stands if guarded is None else np.maximum(guarded, stands)
    elif picture is not None:
        lab = np.asarray(colour.oklab(np.maximum(picture[..., :3], 0)), np.float32)
        stands = smoothstep(*SUBJECT, blur(apart(lab), 6 * canvas.shape[0] / 1080))
        guarded = stands if guarded is None else np.maximum(guarded, stands)
    if guarded is not None:
        home = home * hints.kept_from(np.asarray(1 - np.clip(2 * guarded, 0, 1), np.float32))
    return _seen(small, one, np.asarray(home, np.float32), one.upper)


def _of(one: ScenePass, layers: list[LayerPass]) -> ScenePass:
    """A pass of some of its layers only."""
    lower, upper = (tuple(x for x in part if x in layers) for part in (one.lower, one.upper))
    return replace(one, lower=lower, upper=upper)


def _seen(small: bake.Studio, one: ScenePass, cover: Plane, front: Any) -> Plane:
    """What is seen of a cover behind the layers in front of it."""
    if not front:
        return cover
    # falling snow hides nothing: a hole in every light would be seen
    cast = cv2.morphologyEx(
        engine.paint(small, one, front)[..., 3], cv2.MORPH_OPEN, np.ones((5, 5), np.uint8)
    )
    hidden = smoothstep(*COVERED, cast)
    return np.asarray(cover * hints.kept_from(1 - hidden), np.float32)


def _lch(encoded: NDArray[np.float32]) -> Plane:
    return tone_measures.lch(np.clip(encoded, 0, 1))


def _codes(plane: Plane, full: int) -> NDArray[Any]:
    kind = np.uint8 if full == 255 else np.uint16
    return np.asarray(np.rint(np.clip(plane, 0, 1) * np.float32(full)), kind)


def _plane(codes: NDArray[Any]) -> Plane:
    return np.asarray(codes, np.float32) / np.float32(np.iinfo(codes.dtype).max)
