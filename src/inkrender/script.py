"""The colour script: what tone the scenes of a mood have, and the grade they start from.

A row is a table of the film, `[script.despondency]`, or one of the moods that `mood` knows; a scene names its
row with `mood = "despondency"`. Its measures are ranges, [least, most], that frames are held to: those of
`tone_measures`, and the blank paper of a frame.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, WithJsonSchema, model_validator

from .grades import Grade
from .model import Mistake, Model, Overlay, keyable, refuse
from .timing import Key, is_keyed
from .validation import quoted

_Share = Annotated[float, Field(ge=0, le=1)]
_Hue = Annotated[float, Field(ge=0, le=360)]
Range = tuple[_Share, _Share]
Band = Annotated[
    tuple[_Hue, _Hue, _Share, _Share],
    WithJsonSchema(
        {
            "type": "array",
            "prefixItems": [
                {"type": "number", "minimum": 0, "maximum": 360},
                {"type": "number", "minimum": 0, "maximum": 360},
                {"type": "number", "minimum": 0, "maximum": 1},
                {"type": "number", "minimum": 0, "maximum": 1},
            ],
            "minItems": 4,
            "maxItems": 4,
        }
    ),
]


class ScriptRow(Overlay):
    """A mood: its row of the colour script, [least, most] of every frame, and its starting grade."""

    about: str = Field(default="", description="What the mood is, in a line.")
    like: str | None = Field(
        default=None,
        min_length=1,
        description="Another mood: what this one does not say is as there; its own name: the built-in one.",
    )
    hues: tuple[Band, ...] = Field(
        default=(),
        description="Bands of hue, [from, to, least, most]: OKLCh degrees going up, past 360 where to is the "
        "smaller, and the share of all pixels that are coloured (chroma above .04) and lie in the band.",
    )
    bins: tuple[Annotated[int, Field(ge=0, le=12)], Annotated[int, Field(ge=0, le=12)]] | None = Field(
        default=None, description="How many of the twelve bins of 30 degrees hold 1 % of the pixels or more."
    )
    blank: Range | None = Field(default=None, description="Share of the frame that is blank paper.")
    pale: Range | None = Field(
        default=None, description="Share of pixels that look like paper: OKLab L above .90, C below .05."
    )
    soft: Range | None = Field(
        default=None, description="Share of pixels in pale washes or paper: L above .80, C below .075."
    )
    hint: Range | None = Field(
        default=None, description="Share of pixels of hint yellow: hue 55 to 105, C above .10, L above .6."
    )
    lightness_p10: Range | None = Field(
        default=None, description="OKLab lightness below which a tenth of the pixels lie."
    )
    lightness_p50: Range | None = Field(default=None, description="Median OKLab lightness.")
    lightness_p90: Range | None = Field(
        default=None, description="OKLab lightness below which nine tenths of the pixels lie."
    )
    chroma_p50: Range | None = Field(default=None, description="Median OKLCh chroma.")
    chroma_p90: Range | None = Field(
        default=None, description="OKLCh chroma below which nine tenths of the pixels lie."
    )
    chroma_p95: Range | None = Field(
        default=None, description="OKLCh chroma below which all but a twentieth of the pixels lie."
    )
    grade: Grade = Field(
        default_factory=Grade,
        description="The grade that scenes of this mood start from; what a scene says itself counts instead.",
    )

    @model_validator(mode="after")
    def _meant(self) -> ScriptRow:
        found = []
        for name in RANGES:
            given = getattr(self, name)
            if given is not None and given[0] > given[1]:
                told = f"{quoted(list(given))} is not a range: write [{given[1]:g}, {given[0]:g}]"
                found.append(Mistake((name,), told))
        for i, (start, end, least, most) in enumerate(self.hues):
            if start == end or (start, end) == (360, 0):
                told = f"{start:g} to {end:g} degrees is no band: write 0, 360 for every hue"
                found.append(Mistake(("hues", i), told))
            if least > most:
                told = f"{least:g} to {most:g} is not a range of shares: the least comes before the most"
                found.append(Mistake(("hues", i), told))
        refuse([*found, *_foreign(self.grade)])
        return self

    def ranges(self) -> dict[str, tuple[float, float]]:
        """What is declared: measure -> (least, most); a hue band goes by `band_name`."""
        told = {name: getattr(self, name) for name in RANGES}
        bands = {band_name(a, b): (lo, hi) for a, b, lo, hi in self.hues}
        return bands | {name: (float(r[0]), float(r[1])) for name, r in told.items() if r is not None}


RANGES = tuple(name for name in ScriptRow.model_fields if name not in ("about", "like", "hues", "grade"))


def _foreign(grade: Grade) -> list[Mistake]:
    """What a starting grade cannot say, since it belongs to no scene and is interpolated."""
    found = [Mistake(("grade", *path), f"{path[-1]} is keyed, but a mood has no frames: key the scene's mood")
             for path in _keyed(grade)]  # fmt: skip
    if grade.cdl.file:
        found.append(Mistake(("grade", "cdl", "file"), "a mood's CDL is interpolated: write its numbers"))
    for i, part in enumerate(grade.secondary):
        at = ("grade", "secondary", i)
        if part.where.layer is not None:
            told = "a mood knows no layers: choose by hue, chroma or luma, or write it in the scene's [grade]"
            found.append(Mistake((*at, "where", "layer"), told))
        if part.cdl.file:
            found.append(Mistake((*at, "cdl", "file"), "a mood's CDL is interpolated: write its numbers"))
    for name, do in (("hint", "write it in the scene's [grade]"), ("mood", "say what it is like")):
        if name in grade.said():
            found.append(Mistake(("grade", name), f"{name} is a scene's own: {do}"))
    return found


def _keyed(holder: Model, above: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    """The paths of all keyed numbers."""
    found: list[tuple[str | int, ...]] = []
    for name in type(holder).model_fields:
        value = getattr(holder, name)
        if name in keyable(type(holder)):
            found += [(*above, name)] if is_keyed(value) and isinstance(value[0], Key) else []
        elif isinstance(value, Model):
            found += _keyed(value, (*above, name))
        elif isinstance(value, tuple):
            inner = [(i, v) for i, v in enumerate(value) if isinstance(v, Model)]
            found += [path for i, v in inner for path in _keyed(v, (*above, name, i))]
    return found


def band_name(start: float, end: float) -> str:
    """How a band of hues is called where it is measured: "hue 220-290"."""
    return f"hue {start:g}-{end:g}"
