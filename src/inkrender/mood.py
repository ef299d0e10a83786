"""Moods by name: the ones that inkrender brings, a film's own, and what lies between two of them.

A mood is a row of the colour script (`script.ScriptRow`): ranges that frames are held to, and a starting
grade. A scene of a mood has that grade unless it says otherwise, field by field. Between two moods numbers go
straight, angles the short way round, colours in OKLCh; secondaries, tables and views are mixed in and out.
"""

from __future__ import annotations

import math
import tomllib
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any, NamedTuple

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import PydanticCustomError, core_schema

from . import curves, white
from .errors import SceneError, did_you_mean
from .grades import GREY, MOST_POINTS, Cdl, Curve, Curves, Grade, Palette, View, pairs, with_files
from .model import keyable
from .script import RANGES, ScriptRow
from .timing import EASINGS, Key, parse_keys, value_at
from .validation import quoted

MOODS = Path(__file__).parent / "moods"
WIDEST = {"bins": (0.0, 12.0)}  # of shares, lightness and chroma it is 0 to 1

Script = Mapping[str, ScriptRow]


class MoodKey(NamedTuple):
    """A mood at a frame. `easing` shapes the way from the mood before to this one."""

    frame: float
    mood: str
    easing: str = "linear"


@dataclass(frozen=True)
class _Moods:
    """A mood by name, or keys of moods [[frame, mood, easing], ...], stored as text or a tuple of MoodKey."""

    def read(self, given: Any) -> Any:
        """What was written -> what is stored; ValueError says what would do."""
        if isinstance(given, str):
            return given
        try:
            if not isinstance(given, (list, tuple)) or not given:
                do = 'write "longing", or keys [[1001, "longing"], [1060, "joy", "in_out"]]'
                raise SceneError(f"{quoted(given)} is not a mood: {do}")
            for i, row in enumerate(given):
                whole = isinstance(row, (list, tuple)) and len(row) in (2, 3)
                if not whole or not isinstance(row[1], str) or not row[1]:
                    do = 'write [frame, "mood"] or [frame, "mood", easing]'
                    shown = list(row) if isinstance(row, tuple) else row
                    raise SceneError(f"key {i + 1}: {quoted(shown)} is not a mood at a frame: {do}")
            keys = parse_keys([[row[0], i, *row[2:]] for i, row in enumerate(given)])
            return tuple(MoodKey(k.frame, row[1], k.easing) for k, row in zip(keys, given, strict=True))
        except SceneError as error:
            raise PydanticCustomError("moods", "{text}", {"text": str(error)}) from None

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> core_schema.CoreSchema:
        return core_schema.no_info_plain_validator_function(
            self.read, serialization=core_schema.plain_serializer_function_ser_schema(_written)
        )

    def __get_pydantic_json_schema__(
        self, schema: core_schema.CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        key = {
            "type": "array",
            "prefixItems": [{"type": "number"}, {"type": "string"}, {"enum": list(EASINGS)}],
            "minItems": 2,
            "maxItems": 3,
        }
        return {"anyOf": [{"type": "string"}, {"type": "array", "items": key, "minItems": 1}]}


def _written(value: Any) -> Any:
    if isinstance(value, str):
        return value
    return [[k.frame, k.mood, *([] if k.easing == "linear" else [k.easing])] for k in value]


Moods = Annotated[str | tuple[MoodKey, ...], _Moods()]


@dataclass(frozen=True)
class Graded:
    """What a scene is graded by at a frame.

    grade: its numbers, the scene's own still keyed; what comes from moods is of this frame. luts: (file, how
    much), in order; views: (view, how much); palettes: (palette, how much).
    """

    grade: Grade
    luts: tuple[tuple[str, float], ...]
    views: tuple[tuple[View, float], ...]
    palettes: tuple[tuple[Palette, float], ...] = ()


# by name --------------------------------------------------------------------------------------------------


@lru_cache(maxsize=1)
def moods() -> dict[str, ScriptRow]:
    """The moods that inkrender brings, by name."""
    return {p.stem: ScriptRow(**tomllib.loads(p.read_text("utf-8"))) for p in sorted(MOODS.glob("*.toml"))}


def find(script: Script, name: str) -> ScriptRow:
    """The mood of that name, a film's own before a built-in one, with all that it is like laid under it.

    SceneError for an unknown name, and for moods that are like each other in a circle.
    """
    found = row = _named(script, name)
    chain = [name]
    while row.like is not None:
        if row.like == chain[-1]:
            script = {}  # of its own name: the built-in one
        elif row.like in chain:
            raise SceneError(f"{' is like '.join([*chain, row.like])}: let one of them stand alone")
        chain.append(row.like)
        row = _named(script, row.like)
        found = found.over(row)
    return found


def _named(script: Script, name: str) -> ScriptRow:
    row = script.get(name) or moods().get(name)
    if row is None:
        known = [*script, *(n for n in moods() if n not in script)]
        raise SceneError(f'there is no mood "{name}"{did_you_mean(name, known)}: use {", ".join(known)}')
    return row


def names(told: str | tuple[MoodKey, ...]) -> tuple[str, ...]:
    """The moods of a scene, each once, in order; none of a scene without a mood."""
    if isinstance(told, str):
        return (told,) if told else ()
    return tuple(dict.fromkeys(key.mood for key in told))


def mistakes(script: Script, told: str | tuple[MoodKey, ...], grade: Grade) -> list[str]:
    """What is wrong with a scene's moods: names that are unknown, moods that nothing lies between.

    grade: the scene's own.
    """
    found, rows = [], {}
    for name in names(told):
        try:
            rows[name] = find(script, name)
        except SceneError as error:
            found.append(str(error))
    if isinstance(told, str) or found:
        return found
    for a, b in pairwise(key.mood for key in told):
        for field, key in (("in_", "in"), ("space", "space"), ("config", "config")):
            one, other = (getattr(rows[n].grade, field) for n in (a, b))
            if one != other and field not in grade.said():
                differ = " and ".join(quoted(v) if v else "the usual" for v in (one, other))
                text = f'moods "{a}" and "{b}" are graded with {key} = {differ}, and nothing lies between'
                found.append(f"{text}: write {key} in the scene's [grade]")
    return list(dict.fromkeys(found))


# between --------------------------------------------------------------------------------------------------


def at(told: str | tuple[MoodKey, ...], frame: float) -> tuple[str, str, float]:
    """The moods of a scene on either side of a frame, and how far it is from the first to the second, 0-1."""
    if isinstance(told, str):
        return told, told, 0.0
    i = bisect_right(told, frame, key=lambda k: k.frame)
    if i == 0 or i == len(told):
        name = told[max(0, i - 1)].mood
        return name, name, 0.0
    a, b = told[i - 1], told[i]
    u = value_at((Key(a.frame, 0.0), Key(b.frame, 1.0, b.easing)), frame)
    return a.mood, b.mood, min(1.0, max(0.0, float(u)))


def row_at(script: Script, told: str | tuple[MoodKey, ...], frame: float) -> tuple[str, ScriptRow] | None:
    """What a scene is held to at a frame: the row's name, and its ranges; None where nothing is declared.

    Between two moods every range is on its way from the one to the other; what one of them does not declare
    may there be anything.
    """
    a, b, u = at(told, frame)
    if not a:
        return None
    one, other = find(script, a), find(script, b)
    if a == b or u in (0, 1):
        name, row = (b, other) if u == 1 else (a, one)
        return (name, row) if row.ranges() else None
    first, second = one.ranges(), other.ranges()
    new: dict[str, Any] = {}
    for name in RANGES:
        widest = WIDEST.get(name, (0.0, 1.0))
        (lo, hi), (low, high) = first.get(name, widest), second.get(name, widest)
        span = _line(lo, low, u), _line(hi, high, u)
        new[name] = None if span == widest else span
    bands = {(*band[:2],): [band[2:], (0.0, 1.0)] for band in one.hues}
    for band in other.hues:
        bands.setdefault((*band[:2],), [(0.0, 1.0), (0.0, 1.0)])[1] = band[2:]
    new["hues"] = tuple(
        (*ends, _line(lo, low, u), _line(hi, high, u)) for ends, ((lo, hi), (low, high)) in bands.items()
    )
    if new["bins"] is not None:  # whole bins: what either side of the way allows
        new["bins"] = math.floor(new["bins"][0]), math.ceil(new["bins"][1])
    row = one.model_copy(update=new)
    return (f"{a} to {b}, {u:.0%}", row) if row.ranges() else None


def graded(
    script: Script, told: str | tuple[MoodKey, ...], own: Grade, frame: float, folder: Path | None = None
) -> Graded:
    """The grade of a scene at a frame: its own over that of its mood.

    own: the scene's, whose files stand beside the scene. folder: where files of moods lie.
    """
    much = float(value_at(own.mood, frame))
    a, b, u = at(told, frame)
    if not a or not much:
        return alone(own)
    one, other = (
        with_files(find(script, name).grade, lambda file: str((folder or Path()).absolute() / file))
        for name in (a, b)
    )
    if not one.said() and not other.said():
        return alone(own)
    start = between(Grade(in_=one.in_, space=one.space, config=one.config), between(one, other, u), much)
    parts = ((one, much * (1 - u)), (other, much * u)) if one != other else ((one, much),)
    said = own.said()
    if "secondary" not in said:
        small = (
            part.model_copy(update={"mix": float(value_at(part.mix, frame)) * share})
            for part, share in _mixed([(grade.secondary, share) for grade, share in parts])
        )
        start = start.model_copy(update={"secondary": tuple(small)})
    luts = _mixed([((g.lut,) if g.lut else (), share) for g, share in parts])
    views = _mixed([((g.view,) if g.view else (), share) for g, share in parts])
    palettes = _mixed([((g.palette,) if g.palette else (), share) for g, share in parts])
    whole = own.over(start)
    return Graded(
        whole,
        ((own.lut, 1.0),) if own.lut else luts,
        ((own.view, 1.0),) if own.view else views,
        ((own.palette, 1.0),) if own.palette else palettes,
    )


def alone(own: Grade) -> Graded:
    """A grade without a mood."""
    return Graded(
        own,
        ((own.lut, 1.0),) if own.lut else (),
        ((own.view, 1.0),) if own.view else (),
        ((own.palette, 1.0),) if own.palette else (),
    )


def _mixed(parts: list[tuple[tuple[Any, ...], float]]) -> tuple[tuple[Any, float], ...]:
    """What either side brings and how much of it; what both bring keeps its whole share."""
    found: list[list[Any]] = []
    for things, share in parts:
        for thing in things:
            same = next((row for row in found if row[0] == thing), None)
            if same is None:
                found.append([thing, share])
            else:
                same[1] += share
    return tuple((thing, share) for thing, share in found if share > 0)


def between(a: Grade, b: Grade, u: float) -> Grade:
    """The grade u of the way from a to b, exactly a at 0 and b at 1; neither is keyed.

    What is no number is as in a.
    """
    if u in (0, 1):
        return b if u else a
    new: dict[str, Any] = {
        name: _line(getattr(a, name), getattr(b, name), u)
        for name in keyable(Grade)
        if name not in ("hue", "white", "pivot", "mood")
    }
    new["hue"] = _turned(a.hue, b.hue, u)
    for name, usual in (("white", white.D65), ("pivot", GREY.get(a.space, 0.18))):
        first, last = getattr(a, name), getattr(b, name)
        if not (first is None and last is None):
            new[name] = _line(usual if first is None else first, usual if last is None else last, u)
    cdl = {name: _line(getattr(a.cdl, name), getattr(b.cdl, name), u) for name in keyable(Cdl)}
    new["cdl"] = a.cdl.model_copy(update=cdl)
    new["curves"] = a.curves.model_copy(
        update={
            name: _bent(name, getattr(a.curves, name), getattr(b.curves, name), u)
            for name in Curves.model_fields
        }
    )
    toned: dict[str, Any] = {"balance": _line(a.split.balance, b.split.balance, u)}
    for part in ("shadow", "highlight"):
        hue, chroma = f"{part}_hue", f"{part}_chroma"
        first, last = ((getattr(g.split, hue), getattr(g.split, chroma)) for g in (a, b))
        toned[hue], toned[chroma] = _colour(first, last, u)
    new["split"] = a.split.model_copy(update=toned)
    return a.model_copy(update=new)


def _line(a: Any, b: Any, u: float) -> Any:
    if isinstance(a, tuple):
        return tuple(_line(x, y, u) for x, y in zip(a, b, strict=True))
    return a + (b - a) * u


def _turned(a: Any, b: Any, u: float) -> float:
    """From one angle to another the short way round, degrees, within half a turn either way."""
    turn = a + ((b - a + 180) % 360 - 180) * u
    return float((turn + 180) % 360 - 180)


def _colour(a: tuple[Any, Any], b: tuple[Any, Any], u: float) -> tuple[float, float]:
    """(hue, chroma) between two colours; one without chroma has the hue of the other."""
    (hue, chroma), (other, much) = a, b
    hue, other = (other if not chroma else hue), (hue if not much else other)
    return _turned(hue, other, u) % 360, _line(chroma, much, u)


def _bent(name: str, a: tuple[float, ...], b: tuple[float, ...], u: float) -> tuple[float, ...]:
    """A curve between two, through all points of both; no curve leaves everything as it is."""
    if a == b:
        return a
    kind = next(m for m in Curves.model_fields[name].metadata if isinstance(m, Curve))
    x = sorted({*a[::2], *b[::2]})
    if len(x) > MOST_POINTS:
        x = [x[round(i * (len(x) - 1) / (MOST_POINTS - 1))] for i in range(MOST_POINTS)]
    first, second = (_values(name, flat, x, 360.0 if kind.turn else None) for flat in (a, b))
    return tuple(v for at, y, z in zip(x, first, second, strict=True) for v in (at, _line(y, z, u)))


def _values(name: str, flat: tuple[float, ...], x: list[float], period: float | None) -> list[float]:
    if flat:
        return [float(v) for v in curves.through(pairs(flat), period)(x)]
    usual = {"hue_hue": 0.0, "hue_luma": 0.0, "hue_saturation": 1.0, "luma_saturation": 1.0}
    return [usual.get(name, at) for at in x]
