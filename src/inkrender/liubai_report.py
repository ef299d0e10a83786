"""What liubai does, frame by frame: how much paper is bare, where it lies, whom it touches, how still it is.

Frames are painted small. Blank is counted on the finished canvas before any grade, as everywhere. Stillness
is told beside that of the source: for footage the footage itself, for a film its picture with nothing lifted;
along the renderer's own vectors where footage has them, else along the flow of the source.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from statistics import median
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from . import accenting, analysis, bake, colour, engine, following, mattes, metrics, motion, scene, tearing
from .film import Film
from .negative_space import Lift, lift_matte
from .tracking import Track

LINES = 540  # frames are painted for this; blank at 270 lines already is that of the master
MOTION_LINES = (
    bake.PROXY_LINES
)  # motion is followed in smaller pictures: what boils finer than this, paper does
NEAR_ENOUGH = 0.02  # of a target, on every frame of a moving shot
NEAR_ENOUGH_STILL = 0.01  # on a picture alone
MOST_TOUCHED = 0.01  # share of a subject that may be blank
MOST_COMPONENTS = 10


Way = tuple[motion.Vectors, NDArray[np.bool_]]  # from a frame to the one before, and what that one hides


@dataclass(frozen=True)
class Warp:
    """How far two neighbouring frames are from moving with their motion (`motion.warp_error`).

    output, mask, source: of the finished picture, of the matte of the lift, of what it was made from.
    """

    output: float
    mask: float | None
    source: float


@dataclass(frozen=True)
class Row:
    """One frame. Shares are of the frame, 0..1; None where there is nothing to tell.

    name: its own number, with its scene in a film. target, reachable, threshold: of the lift; None in a
    transition and where nothing is lifted. shape: None in a transition. protect: share of the protected
    subjects that is blank. balance: centroid of the ink from the middle, in frame widths and heights.
    contrast, source_contrast: what output and source hold (`motion.gradient_energy`): a warp error is told
    divided by it too, so that a blur wins nothing. warp: from the frame before to this one; None at the first
    frame of a shot.
    """

    frame: int
    name: str
    target: float | None
    blank: float
    reachable: tuple[float, float] | None
    threshold: float | None
    shape: metrics.Shape | None
    protect: float | None
    balance: tuple[float, float] | None
    contrast: float
    source_contrast: float
    warp: Warp | None

    @property
    def error(self) -> float | None:
        """How far blank is from the target; None without one."""
        return None if self.target is None else self.blank - self.target

    def told(self) -> dict[str, Any]:
        """For --json."""
        w, s = self.warp, self.shape
        return {
            "frame": self.frame,
            "name": self.name,
            "target": _short(self.target),
            "blank": _short(self.blank),
            "error": _short(self.error),
            "reachable": None if self.reachable is None else [_short(v) for v in self.reachable],
            "threshold": _short(self.threshold, 6),
            "components": None if s is None else s.components,
            "largest": None if s is None else _short(s.largest),
            "border": None if s is None else _short(s.border),
            "protect_violation": _short(self.protect),
            "balance": None if self.balance is None else [_short(v) for v in self.balance],
            "warp_error": None if w is None else _short(w.output, 7),
            "mask_warp_error": None if w is None else _short(w.mask, 7),
            "source_warp_error": None if w is None else _short(w.source, 7),
            "contrast": _short(self.contrast, 7),
            "source_contrast": _short(self.source_contrast, 7),
        }


@dataclass(frozen=True)
class Summary:
    """All frames together. Warp figures are those of the means over the frames, as they are published.

    missed: names of frames further from their target than `tolerance`. jerk: rms of the second differences
    of the threshold within its shots. ratio: warp error of the output over the source's; normalised: the
    same with each divided by what it holds.
    """

    frames: int
    tolerance: float
    max_error: float | None
    missed: tuple[str, ...]
    jerk: float | None
    blank: float
    components: float | None
    most_components: int | None
    largest: float | None
    border: float | None
    protect: float | None
    warp: float | None
    mask_warp: float | None
    source_warp: float | None
    ratio: float | None
    normalised: float | None

    def told(self) -> dict[str, Any]:
        """For --json."""
        return {
            "frames": self.frames,
            "tolerance": self.tolerance,
            "max_error": _short(self.max_error),
            "missed": list(self.missed),
            "threshold_jerk_rms": _short(self.jerk, 7),
            "median_blank": _short(self.blank),
            "median_components": self.components,
            "most_components": self.most_components,
            "median_largest": _short(self.largest),
            "median_border": _short(self.border),
            "max_protect_violation": _short(self.protect),
            "warp_error": _short(self.warp, 7),
            "mask_warp_error": _short(self.mask_warp, 7),
            "source_warp_error": _short(self.source_warp, 7),
            "warp_ratio": _short(self.ratio),
            "warp_ratio_normalised": _short(self.normalised),
        }


# measuring ------------------------------------------------------------------------------------------------


def rows(film: Film, frames: Sequence[int], *, lines: int = LINES, footage: bool = False) -> Iterator[Row]:
    """Measure film frames, one after another, each as it is painted.

    lines: the height frames are painted at, never above the film's. footage: the film is a look over footage
    (`film.look`), whose frames go by their own numbers and whose source is the footage itself.
    A frame is compared with the one before it in its shot, asked for or not. Raises InkError for a frame that
    cannot be painted.
    """
    bench = _Bench(film, lines, footage)
    for n in frames:
        before = bench.before(n)  # first, so that the pictures of neighbours are painted in order
        way = None if before is None else bench.way(n)
        yield _row(bench.seen(n), before, way, film, footage)


@dataclass(frozen=True)
class _Seen:
    """What is known of one painted frame; small pictures are display-encoded RGB, 0..1, and luma codes."""

    n: int
    canvas: NDArray[np.float32] | None
    lift: Lift | None
    blank: float
    white: NDArray[np.float32]
    protect: NDArray[np.float32] | None
    small: NDArray[np.float32]
    source: NDArray[np.float32]
    mask: NDArray[np.float32] | None


class _Bench:
    """Paints frames for measuring; remembers the last few, for neighbours are compared."""

    def __init__(self, film: Film, lines: int, footage: bool) -> None:
        self.film = film
        self.size = _lower(film.size, lines)
        self.tiny = _lower(self.size, MOTION_LINES)
        self.source = _plates(film) if footage else film
        self.track = self._track() if footage else None
        self.seen = lru_cache(maxsize=3)(self._seen)

    def _seen(self, n: int) -> _Seen:
        studio = self.film.studio(self.size)
        told = self.film.plan(n)
        lifts = analysis.lifts(told, studio)
        lights = accenting.lights(told, studio)
        codes, stats = engine.render(told, studio, lifts, lights=lights)
        alone = told.scenes[0] if told.transition is None else None
        canvas = lift = mask = protect = None
        if alone is not None and alone.scene.medium == "ink":
            lift = lifts[0]
            canvas = engine.canvas(studio, alone, lift, lights[0])
            protect = mattes.protected(studio, alone, alone.liubai) if alone.liubai else None
            if lift is not None:
                height = tearing.heights(studio, alone, lift)
                matte = lift_matte(lift, height, max(1.0, 1 / studio.scale))
                mask = _reduced(matte, self.tiny)
        return _Seen(
            n, canvas, lift, float(stats.get("blank", 0.0)), studio.white, protect,
            _reduced(_rgb(codes), self.tiny), self._source(n), mask,
        )  # fmt: skip

    def _source(self, n: int) -> NDArray[np.float32]:
        told = self.source.plan(n)
        codes, _ = engine.render(told, self.source.studio(self.tiny), [None] * len(told.scenes))
        return _rgb(codes)

    def _track(self) -> Track | None:
        """The motion of footage with vectors of its own, if it is told in pixels of the small pictures."""
        one = self.film.plan(0).scenes[0]
        plate = next(layer for layer in one.layers if layer.kind == "file")
        if not following.moving(plate):
            return None
        track: Track = self.film.studio(self.tiny).track(one, plate)
        return track if track.rendered and track.size == self.tiny else None

    def way(self, n: int) -> Way:
        """The way from frame n back to the one before, and what that one does not show."""
        if self.track is not None:
            number = self.film.locate(n)[1]
            back, there = self.track.to_previous(number), self.track.to_next(number - 1)
        else:
            a, b = (_luma(self.seen(k).source) for k in (n - 1, n))
            there, back = motion.flow(a, b), motion.flow(b, a)
        return back, motion.occluded(there, back)

    def before(self, n: int) -> _Seen | None:
        """The frame before, if it is of the same shot."""
        if n == 0 or any(self.film.transition_at(k) for k in (n - 1, n)):
            return None
        (one, _), (other, _) = self.film.locate(n), self.film.locate(n - 1)
        if one.name != other.name:
            return None
        a, b = self.seen(n - 1), self.seen(n)
        return None if motion.is_cut(_luma(a.source), _luma(b.source)) else a


def _row(now: _Seen, before: _Seen | None, way: Way | None, film: Film, footage: bool) -> Row:
    one, number = film.locate(now.n)
    lift = now.lift
    shape = balance = touched = None  # of a transition, and of a scene of light
    if now.canvas is not None:
        bare = colour.blank(now.canvas, now.white)
        shape = metrics.shape(bare)
        balance = metrics.balance(metrics.mass(now.canvas, colour.blank_jacobian(now.white)))
        touched = None if now.protect is None else metrics.violation(bare, now.protect)
    return Row(
        frame=now.n,
        name=str(number) if footage else f"{one.name}:{number}",
        target=None if lift is None else lift.target,
        blank=now.blank,
        reachable=None if lift is None else lift.reachable,
        threshold=None if lift is None else lift.threshold,
        shape=shape,
        protect=touched,
        balance=balance,
        contrast=motion.gradient_energy(now.small),
        source_contrast=motion.gradient_energy(now.source),
        warp=None if before is None or way is None else _warp(now, before, way),
    )


def _warp(now: _Seen, before: _Seen, way: Way) -> Warp:
    mask = None
    if now.mask is not None and before.mask is not None:
        mask = motion.warp_error(now.mask, before.mask, *way)
    return Warp(
        output=motion.warp_error(now.small, before.small, *way),
        mask=mask,
        source=motion.warp_error(now.source, before.source, *way),
    )


def _plates(film: Film) -> Film:
    """The footage of a look as it is: its plate alone, in light."""
    one = film.scenes[0]
    plate = next(layer for layer in one.layer if layer.file is not None)
    bare = plate.model_copy(update={"shaders": ()})
    alone = {"layer": (bare,), "medium": "light", "liubai": None, "grade": scene.Grade()}
    return film.model_copy(update={"scenes": (one.model_copy(update=alone),)})


def _lower(size: tuple[int, int], lines: int) -> tuple[int, int]:
    w, h = size
    if h <= lines:
        return size
    return 2 * round(w * lines / h / 2), 2 * round(lines / 2)


def _rgb(codes: NDArray[Any]) -> NDArray[np.float32]:
    return np.asarray(codes[..., :3].astype(np.float32) / np.float32(255))


def _reduced(picture: NDArray[np.float32], size: tuple[int, int]) -> NDArray[np.float32]:
    if (picture.shape[1], picture.shape[0]) == size:
        return picture
    return np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.float32)


def _luma(rgb: NDArray[np.float32]) -> NDArray[np.uint8]:
    return np.asarray(np.rint(255 * (rgb @ colour.LUMA.astype(np.float32))), np.uint8)


# summing up -----------------------------------------------------------------------------------------------


def summary(told: Sequence[Row]) -> Summary:
    """All rows together; ValueError for none."""
    if not told:
        raise ValueError("there is no frame to sum up")
    tolerance = NEAR_ENOUGH_STILL if len(told) == 1 and told[0].warp is None else NEAR_ENOUGH
    errors = [(abs(r.error), r.name) for r in told if r.error is not None]
    shapes = [r.shape for r in told if r.shape is not None]
    touched = [r.protect for r in told if r.protect is not None]
    compared = [r for r in told if r.warp is not None]
    warps = [r.warp for r in told if r.warp is not None]
    output, source = _mean([w.output for w in warps]), _mean([w.source for w in warps])
    masks = [w.mask for w in warps if w.mask is not None]
    held, source_held = _mean([r.contrast for r in compared]), _mean([r.source_contrast for r in compared])
    ratio = output / source if output is not None and source else None
    normalised = ratio * source_held / held if ratio is not None and held and source_held else None
    return Summary(
        frames=len(told),
        tolerance=tolerance,
        max_error=max((e for e, _ in errors), default=None),
        missed=tuple(name for e, name in errors if e > tolerance),
        jerk=_jerk(told),
        blank=median(r.blank for r in told),
        components=median(s.components for s in shapes) if shapes else None,
        most_components=max((s.components for s in shapes), default=None),
        largest=median(s.largest for s in shapes) if shapes else None,
        border=median(s.border for s in shapes) if shapes else None,
        protect=max(touched, default=None),
        warp=output,
        mask_warp=_mean(masks),
        source_warp=source,
        ratio=ratio,
        normalised=normalised,
    )


def broken(told: Sequence[Row]) -> list[str]:
    """What --assert holds against the frames, a line each; empty when all is well."""
    found = summary(told)
    lines = []
    for r in told:
        if r.error is not None and abs(r.error) > found.tolerance:
            lo, hi = r.reachable or (0.0, 1.0)
            lines.append(
                f"{r.name}: {percent(r.blank)} blank where {percent(r.target)} is wanted "
                f"(reachable: {percent(lo)} to {percent(hi)})"
            )
        if r.protect is not None and r.protect > MOST_TOUCHED:
            lines.append(f"{r.name}: {percent(r.protect)} of what is protected is blank")
        if r.target is not None and r.shape is not None and r.shape.components > MOST_COMPONENTS:
            lines.append(
                f"{r.name}: blank paper lies in {r.shape.components} pieces, more than {MOST_COMPONENTS}"
            )
    return lines


def _jerk(told: Sequence[Row]) -> float | None:
    """The rms over all runs of neighbouring frames of one shot."""
    squares: list[float] = []
    run: list[Row] = []
    for r in [*told, None]:
        if run and (r is None or r.warp is None or r.frame != run[-1].frame + 1):
            squares += _seconds([x.threshold for x in run if x.threshold is not None])
            run = []
        if r is not None:
            run.append(r)
    return float(np.sqrt(np.mean(squares))) if squares else None


def _seconds(values: Sequence[float]) -> list[float]:
    found = metrics.jerk(values)
    return [] if found is None else [found**2] * (len(values) - 2)


def _mean(values: Sequence[float]) -> float | None:
    return float(np.mean(values)) if values else None


def percent(share: float | None) -> str:
    """A share as the table and the messages say it; - for None."""
    return "-" if share is None else f"{100 * share:.1f}"


def _short(value: float | None, digits: int = 5) -> float | None:
    return None if value is None else round(float(value), digits)
