"""What a scene's grade does at a frame: a short list of exact operations, in order; none when neutral.

Exposure and white balance work in linear light; CDL, lift/gamma/gain, contrast, curves and LUT in the grade's
space; OKLCh and secondaries on sRGB. In ink the engine grades the transmittance of the pigment and divides by
what the grade does to bare paper, so that paper stays paper.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from . import cache, curves, mood, palettes, scene, white
from .errors import SceneError, did_you_mean
from .grades import GREY
from .io.cdl import Correction, read_cdl
from .kernels.oklab import LMS_TO_LAB, RGB_TO_LMS
from .timing import value_at

SPACES = ("srgb", "linear", "log")
CELLS = 4096  # of a table over hue or lightness: within 1e-5 of curves whose points are 10 degrees apart
FAINT = (0.005, 0.02)  # chroma from which a colour begins to have a hue, and from which it has one

Triple = tuple[float, float, float]
Flat = tuple[float, ...]
Planes = NDArray[np.float32]


@dataclass(frozen=True)
class MatrixStep:
    """Linear light through a 3x3 matrix, row by row: exposure and white balance."""

    rows: tuple[float, ...]
    about: str


@dataclass(frozen=True)
class CdlStep:
    """(in slope + offset) ^ power, then saturation about BT.709 luma.

    clamp: as ASC CDL 1.2 asks, to 0..1 before the power and after saturation; without it nothing is lost.
    """

    slope: Triple
    offset: Triple
    power: Triple
    saturation: float
    clamp: bool = True
    about: str = "cdl"


@dataclass(frozen=True)
class CurvesStep:
    """A curve for each channel: its points (x, y, x, y, ...), () for none."""

    red: Flat
    green: Flat
    blue: Flat


@dataclass(frozen=True)
class LumaStep:
    """BT.709 luma through a curve, colour differences kept."""

    points: Flat


@dataclass(frozen=True)
class OklchStep:
    """Curves over hue and lightness, split tone, then hue turned, chroma and lightness multiplied, in OKLCh.

    split: hue and chroma of the shadows, of the highlights, balance; or None.
    """

    hue: float = 0.0
    chroma: float = 1.0
    lightness: float = 1.0
    hue_hue: Flat = ()
    hue_saturation: Flat = ()
    hue_luma: Flat = ()
    luma_saturation: Flat = ()
    split: tuple[float, ...] | None = None


@dataclass(frozen=True)
class Where:
    """A range of colour, a layer as a matte, or both. soft: of hue, chroma, luma."""

    hue: tuple[float, float] | None
    chroma: tuple[float, float] | None
    luma: tuple[float, float] | None
    soft: Triple
    layer: str | None
    invert: bool

    @property
    def ranged(self) -> bool:
        """Whether it asks about colour at all."""
        return not (self.hue is None and self.chroma is None and self.luma is None)


@dataclass(frozen=True)
class SecondaryStep:
    """A small grade on part of the picture."""

    where: Where
    steps: tuple[MatrixStep | CdlStep | OklchStep, ...]
    mix: float


@dataclass(frozen=True)
class PaletteStep:
    """Hues drawn to those of a palette. colours: OKLCh and weight; skin: it stays as it is."""

    colours: tuple[palettes.Colour, ...]
    amount: float
    skin: bool


@dataclass(frozen=True)
class LutStep:
    """A table from a file, 1-D or 3-D. mix: how much of it, on the display-encoded picture."""

    path: Path
    mix: float = 1.0


@dataclass(frozen=True)
class ViewStep:
    """An OpenColorIO view, baked."""

    config: str | None
    display: str | None
    view: str | None
    look: str | None
    mix: float = 1.0


OneStep = MatrixStep | CdlStep | CurvesStep | LumaStep | OklchStep | PaletteStep
Step = OneStep | SecondaryStep | LutStep | ViewStep


@dataclass(frozen=True)
class Steps:
    """A grade at one frame. mix: 0 leaves the picture as it is, 1 is all of it.

    space: one of SPACES or a colour space of config, an OpenColorIO config (None: the usual one).
    """

    space: str
    steps: tuple[Step, ...]
    mix: float = 1.0
    config: str | None = None

    def __bool__(self) -> bool:
        return bool(self.steps) and self.mix > 0

    @property
    def files(self) -> tuple[Path, ...]:
        """The files it reads while it works; a CDL's are already in its numbers."""
        views = [step for step in self.steps if isinstance(step, ViewStep)]
        configs = []
        if views or self.space not in SPACES:
            from .io import ocio

            configs = [ocio.config_name(self.config)]
        own = [Path(c) for c in configs if "://" not in c]
        return (*(step.path for step in self.steps if isinstance(step, LutStep)), *own)


NEUTRAL = Steps("srgb", ())


def steps_at(grade: scene.Grade | mood.Graded, frame: float, folder: Path | None = None) -> Steps:
    """The operations of a grade at a scene frame; those that would change nothing are left out.

    grade: as written, or what it is over a mood. folder: where relative files lie. Raises SceneError for a
    space that is not known, PlateError for a CDL that cannot be read.
    """
    told = mood.alone(grade) if isinstance(grade, scene.Grade) else grade
    grade = told.grade
    config = config_of(grade, folder)
    check_space(grade, folder)
    steps: list[Step] = []
    steps += _light(grade, frame, grade.white)
    steps += _cdl(grade.cdl, frame, folder)
    steps += _tone(grade, frame)
    steps += _curves(grade.curves, frame)
    steps += _oklch(grade, frame, grade.curves, grade.split)
    for palette, share in told.palettes:
        if (amount := share * float(value_at(palette.amount, frame))) > 0:
            steps.append(PaletteStep(palette_of(palette, folder), amount, palette.keep_skin))
    for one in grade.secondary:
        small: list[Any] = [*_light(one, frame, None), *_cdl(one.cdl, frame, folder), *_oklch(one, frame)]
        mix = float(value_at(one.mix, frame))
        if small and mix > 0:
            steps.append(SecondaryStep(_where(one.where, frame), tuple(small), mix))
    steps += [LutStep((folder or Path()) / path, share) for path, share in told.luts]
    steps += [ViewStep(config, v.display, v.view, v.look, share) for v, share in told.views]
    return Steps(grade.space, tuple(steps), float(value_at(grade.mix, frame)), config)


def config_of(grade: scene.Grade, folder: Path | None = None) -> str | None:
    """The OpenColorIO config that a grade names: an address such as ocio://default, or a path; or None."""
    told = grade.config
    return told if told is None or "://" in told else str((folder or Path()) / told)


def check_space(grade: scene.Grade, folder: Path | None = None) -> None:
    """Raise SceneError for a space that is neither ours nor one of the OpenColorIO config."""
    if grade.space in SPACES:
        return
    from .io import ocio

    near = did_you_mean(grade.space, SPACES)
    if near or not ocio.there():
        raise SceneError(
            f'space "{grade.space}" is not known{near}: use {", ".join(SPACES)}, or the name of a colour '
            f"space of OpenColorIO{'' if ocio.there() else ', which is not installed: ' + ocio.INSTALL}"
        )
    ocio.space(config_of(grade, folder), grade.space)


def palette_of(told: scene.Palette, folder: Path | None = None) -> tuple[palettes.Colour, ...]:
    """A palette: OKLCh and weight, by hue. SceneError for greys alone, PlateError for a file."""
    if told.file is None:
        return palettes.of_texts(told.colours)
    path = (folder or Path()) / told.file
    return palettes.read(str(path), cache.file_digest(path), told.count)


def lines(told: Steps) -> list[str]:
    """The operations in words, one a line."""
    if not told:
        return []
    end = f" in {told.space}" + ("" if told.mix == 1 else f", mixed {told.mix:g}")
    return [_line(step) + end for step in told.steps]


def as_cdl(told: Steps, name: str = "grade") -> Correction:
    """A grade as one ASC CDL, in the grade's own space. SceneError says which part cannot be said so."""
    if told.mix != 1 and told:
        raise SceneError(f"a grade mixed {told.mix:g} cannot be said as a CDL: export a .cube")
    slope, offset, power, saturation = np.ones(3), np.zeros(3), np.ones(3), 1.0
    held = False  # whether a clamp so far takes anything away
    for step in told.steps:
        one: Step = step
        if isinstance(step, MatrixStep) and told.space == "linear":
            rows = np.reshape(step.rows, (3, 3))
            if np.array_equal(rows, np.diag(np.diag(rows))):
                r, g, b = (float(v) for v in np.diag(rows))
                one = CdlStep((r, g, b), (0, 0, 0), (1, 1, 1), 1.0, False, step.about)
        if not isinstance(one, CdlStep):
            raise SceneError(f"{_line(step)} cannot be said as a CDL: export a .cube")
        if saturation != 1 or held or ((power != 1).any() and any(one.offset)):
            raise SceneError(f"{_line(step)}, after what comes before it, is no CDL any more: export a .cube")
        gain = np.array(one.slope) ** (1 / power)
        slope, offset = slope * gain, offset * gain + np.array(one.offset)
        power, saturation = power * np.array(one.power), one.saturation
        held = one.clamp and bool((offset < 0).any() or (slope + offset > 1).any())
    return Correction(name, _triple(slope), _triple(offset), _triple(power), float(saturation))


# tables ---------------------------------------------------------------------------------------------------


@lru_cache(maxsize=256)
def spline(points: Flat) -> tuple[float, ...]:
    """A tone curve as `Program.splines` takes it; of no points: none."""
    return tuple(curves.through(scene.pairs(points)).pieces()) if points else (0.0,) * 6


@lru_cache(maxsize=64)
def colour_tables(step: OklchStep) -> tuple[Planes, Planes] | None:
    """(3, CELLS + 1) over hue and over lightness as `kernels.oklch.bend` reads them; None without curves."""
    if not (step.hue_hue or step.hue_saturation or step.hue_luma or step.luma_saturation or step.split):
        return None
    at = hues()
    turn = np.radians(_round(step.hue_hue, at, 0.0))
    gain, rise = _round(step.hue_saturation, at, 1.0), _round(step.hue_luma, at, 0.0)
    by_hue = np.stack([gain * np.cos(turn), gain * np.sin(turn), rise])
    light = np.linspace(0, 1, CELLS + 1)
    keep = np.ones(CELLS + 1)
    if step.luma_saturation:
        flat = scene.pairs(step.luma_saturation)
        keep = curves.through(flat)(np.clip(light, flat[0][0], flat[-1][0]))
    a, b = split_tone(light, step.split) if step.split else (0 * light, 0 * light)
    by_tone = np.stack([np.maximum(keep, 0), a, b])
    return by_hue.astype(np.float32), by_tone.astype(np.float32)


@lru_cache(maxsize=64)
def palette_tables(step: PaletteStep) -> tuple[Planes, tuple[Where, ...]]:
    """By hue, as `kernels.oklch.bend` reads it; and where the match works: not in greys, not in skin."""
    z = palettes.multiplier(step.colours, hues(), step.amount)
    by_hue = np.stack([z.real, z.imag, np.zeros(CELLS + 1)]).astype(np.float32)
    never = (360.0, palettes.SOFT, 0.1)
    coloured = Where(None, (palettes.KEPT + palettes.SOFT, 9.0), None, never, None, False)
    if not step.skin:
        return by_hue, (coloured,)
    ranges = (palettes.SKIN_HUE, palettes.SKIN_CHROMA, palettes.SKIN_LIGHT)
    return by_hue, (coloured, Where(*ranges, (15.0, 0.03, 0.1), None, True))


def hues() -> NDArray[np.float64]:
    """The hue in degrees at each node of a table over the diamond angle 0..4: (CELLS + 1,), at last 360."""
    d = np.linspace(0, 4, CELLS + 1)
    b = np.where(d <= 1, d, np.where(d <= 3, 2 - d, d - 4))
    a = np.where(d <= 2, 1 - d, d - 3)
    found = np.degrees(np.arctan2(b, a)) % 360
    found[-1] = 360
    return np.asarray(found)


def split_tone(light: NDArray[np.float64], split: tuple[float, ...]) -> tuple[Any, Any]:
    """What a split tone adds to OKLab's a and b at a lightness. Nothing at 0 and 1: black and white stay."""
    shadow_hue, shadow, high_hue, high, balance = split
    x = np.clip(light, 0, 1)
    u = x ** (math.log(0.5) / math.log(0.5 + balance / 2))  # .5 where shadow and highlight meet
    bright = u * u * (3 - 2 * u)
    room = 1 - (2 * x - 1) ** 4
    parts = ((shadow_hue, shadow * (1 - bright) * room), (high_hue, high * bright * room))
    a = sum(k * math.cos(math.radians(h)) for h, k in parts)
    b = sum(k * math.sin(math.radians(h)) for h, k in parts)
    return a, b


@lru_cache(maxsize=64)
def qualifier(where: Where) -> tuple[tuple[float, ...], Planes]:
    """The numbers and the table of hues of `kernels.oklch.qualify`."""
    soft_hue, soft_chroma, soft_luma = where.soft
    by_hue, faint = np.ones(CELLS + 1), (-2.0, -1.0)
    if where.hue is not None:
        lo, hi = where.hue
        wide = 360.0 if hi - lo >= 360 else (hi - lo) % 360
        away = np.abs((hues() - lo - wide / 2 + 180) % 360 - 180)
        t = np.clip((away - wide / 2) / soft_hue, 0, 1)
        by_hue, faint = 1 - t * t * (3 - 2 * t), FAINT
    par: list[float] = [*RGB_TO_LMS.ravel(), *LMS_TO_LAB.ravel()]
    for given, soft in ((where.chroma, soft_chroma), (where.luma, soft_luma)):
        lo, hi = given if given is not None else (-99.0, 99.0)
        # what begins at 0 has nothing below it
        par += [lo - soft, lo, hi, hi + soft]
    inverted = float(where.invert and where.ranged)
    return (*(float(v) for v in par), *faint, inverted), by_hue.astype(np.float32)


def _round(points: Flat, at: NDArray[np.float64], neutral: float) -> NDArray[np.float64]:
    """A curve round the circle at hues in degrees."""
    if not points:
        return np.full(at.shape, neutral)
    return curves.through(scene.pairs(points), period=360.0)(at)


# the parts of a grade -------------------------------------------------------------------------------------


def _light(grade: Any, frame: float, seen_white: Any) -> Iterator[MatrixStep]:
    stops = float(value_at(grade.exposure, frame))
    temperature, tint = float(value_at(grade.temperature, frame)), float(value_at(grade.tint, frame))
    xy = None if seen_white is None else tuple(value_at(seen_white, frame))
    if xy is not None and np.allclose(xy, white.D65, rtol=0, atol=1e-9):
        xy = None
    if not stops and not temperature and not tint and xy is None:
        return
    rows = np.diag([2.0**stops] * 3)
    if temperature or tint or xy is not None:
        rows = rows @ white.balance(temperature, tint, xy)
    about = [f"exposure {stops:g}"] if stops else []
    about += [f"white {_words(xy)}"] if xy is not None else []
    about += [f"temperature {temperature:g}"] if temperature else []
    about += [f"tint {tint:g}"] if tint else []
    yield MatrixStep(tuple(float(v) for v in rows.ravel()), ", ".join(about))


def _cdl(cdl: scene.Cdl, frame: float, folder: Path | None) -> Iterator[CdlStep]:
    if cdl.file is not None:
        path = (folder or Path()) / cdl.file
        _, slope, offset, power, saturation = _correction(path, cdl.id, cache.file_digest(path))
        step = CdlStep(slope, offset, power, saturation)
    else:
        step = CdlStep(
            _triple(value_at(cdl.slope, frame)),
            _triple(value_at(cdl.offset, frame)),
            _triple(value_at(cdl.power, frame)),
            float(value_at(cdl.saturation, frame)),
        )
    if step != CdlStep((1, 1, 1), (0, 0, 0), (1, 1, 1), 1):
        yield step


@lru_cache(maxsize=64)
def _correction(path: Path, id: str | None, digest: str) -> Correction:
    return read_cdl(path, id)


def _tone(grade: scene.Grade, frame: float) -> Iterator[CdlStep]:
    """Lift/gamma/gain, out = (in (gain - lift) + lift) ^ (1 / gamma); then contrast. Neither clamps."""
    lift, gamma, gain = (_triple(value_at(v, frame)) for v in (grade.lift, grade.gamma, grade.gain))
    if (lift, gamma, gain) != ((0, 0, 0), (1, 1, 1), (1, 1, 1)):
        slope = _triple([b - a for a, b in zip(lift, gain, strict=True)])
        yield CdlStep(slope, lift, _triple([1 / v for v in gamma]), 1.0, False, "lift, gamma, gain")
    k = float(value_at(grade.contrast, frame))
    if k == 1:
        return
    told = value_at(grade.pivot, frame)
    pivot = GREY.get(grade.space, 0.18) if told is None else float(told)
    about = f"contrast {k:g} about {pivot:.3g}"
    if grade.space == "linear":  # a power: stops are stretched about the pivot, as on a log scale
        scale = pivot ** ((1 - k) / k)
        yield CdlStep((scale, scale, scale), (0, 0, 0), (k, k, k), 1.0, False, about)
    else:
        down = pivot * (1 - k)
        yield CdlStep((k, k, k), (down, down, down), (1, 1, 1), 1.0, False, about)


def _curves(told: scene.Curves, frame: float) -> Iterator[CurvesStep | LumaStep]:
    rgb, red, green, blue, luma = (
        _bent(value_at(v, frame)) for v in (told.rgb, told.red, told.green, told.blue, told.luma)
    )
    if rgb:
        yield CurvesStep(rgb, rgb, rgb)
    if red or green or blue:
        yield CurvesStep(red, green, blue)
    if luma:
        yield LumaStep(luma)


def _bent(points: Flat) -> Flat:
    """A tone curve's points, or none where it leaves everything as it is."""
    return () if all(x == y for x, y in scene.pairs(points)) else tuple(points)


def _oklch(
    grade: Any, frame: float, bends: scene.Curves | None = None, split: scene.Split | None = None
) -> Iterator[OklchStep]:
    told: dict[str, Any] = {name: float(value_at(getattr(grade, name), frame)) for name in _CONSTANTS}
    if bends is not None:
        for name, usual in _BENDS.items():
            points = tuple(value_at(getattr(bends, name), frame))
            told[name] = () if all(y == usual for y in points[1::2]) else points
    if split is not None:
        values = tuple(float(value_at(getattr(split, name), frame)) for name in _SPLIT)
        told["split"] = values if values[1] or values[3] else None
    step = OklchStep(**told)
    if step != OklchStep():
        yield step


_CONSTANTS = ("hue", "chroma", "lightness")
_BENDS = {"hue_hue": 0, "hue_saturation": 1, "hue_luma": 0, "luma_saturation": 1}
_SPLIT = ("shadow_hue", "shadow_chroma", "highlight_hue", "highlight_chroma", "balance")


def _where(told: scene.Qualifier, frame: float) -> Where:
    def pair(value: Any) -> tuple[float, float] | None:
        if value is None:
            return None
        lo, hi = value_at(value, frame)
        return float(lo), float(hi)

    soft = [value_at(v, frame) for v in (told.hue_soft, told.chroma_soft, told.luma_soft)]
    ranges = (pair(told.hue), pair(told.chroma), pair(told.luma))
    return Where(*ranges, _triple(soft), told.layer, told.invert)


def _line(step: Step) -> str:
    if isinstance(step, MatrixStep):
        return step.about
    if isinstance(step, CdlStep):
        if step.about.startswith("contrast"):
            return step.about
        numbers = ", ".join(
            f"{k} {_words(getattr(step, k))}" for k in ("slope", "offset", "power", "saturation")
        )
        return f"{step.about} {numbers}"
    if isinstance(step, CurvesStep):
        told = [f"{n} {len(p) // 2} points" for n, p in vars(step).items() if p]
        return "curves " + ", ".join(told)
    if isinstance(step, LumaStep):
        return f"luma curve {len(step.points) // 2} points"
    if isinstance(step, OklchStep):
        usual = OklchStep()
        changed = {n: v for n, v in vars(step).items() if v != getattr(usual, n)}
        return ", ".join(
            f"{n.replace('_', ' against ')} {len(v) // 2} points" if n in _BENDS else f"{n} {_words(v)}"
            for n, v in changed.items()
        )
    if isinstance(step, PaletteStep):
        drawn = ", ".join(f"{h:.0f}" for _, _, h, _ in step.colours)
        return f"palette of hues {drawn}, {step.amount:.0%} of it" + (", skin kept" if step.skin else "")
    if isinstance(step, SecondaryStep):
        w = step.where
        parts = [f"{n} {_words(v)}" for n, v in (("hue", w.hue), ("chroma", w.chroma), ("luma", w.luma)) if v]
        parts += [f'layer "{w.layer}"'] if w.layer else []
        chosen = ("all but " if w.invert else "") + ", ".join(parts)
        return f"where {chosen}: " + "; ".join(_line(one) for one in step.steps)
    much = "" if step.mix == 1 else f", {step.mix:.0%} of it"
    if isinstance(step, LutStep):
        return f"lut {step.path.name}{much}"
    return f"view {step.view or 'default'} on {step.display or 'the default display'}{much}"


def _triple(value: Any) -> Triple:
    r, g, b = (float(v) for v in value)
    return r, g, b


def _words(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:g}"
    return "[" + ", ".join(f"{v:g}" for v in value) + "]"
