"""A grade as files and scripts say it: every number may be keyed, and what is neutral does nothing.

The order is fixed: exposure and white balance (in linear light), CDL, lift/gamma/gain, contrast, curves, then
in OKLCh the curves over hue and lightness, split tone, hue, chroma and lightness; palette, secondaries, LUT,
view.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import Annotated, Any, Literal

from pydantic import Field, GetCoreSchemaHandler, GetJsonSchemaHandler, model_validator
from pydantic_core import PydanticCustomError, core_schema

from . import colour
from .errors import SceneError
from .model import Keyed, Mistake, Model, Number, Overlay, Pair, Share, Triple, refuse
from .timing import EASINGS, Key, parse_keys
from .validation import quoted

MOST_POINTS = 64
# what contrast turns about, by space: 18 % grey as it is encoded there
GREY = {"srgb": float(colour.encode(0.18)), "linear": 0.18, "log": (math.log2(0.18) + 9.72) / 17.52}


@dataclass(frozen=True)
class Curve(Keyed):
    """Points [[x, y], ...] of a curve, or keys [[frame, [[x, y], ...], easing], ...] of as many points each.

    Stored flat, (x, y, x, y, ...), as a constant or as keys; () is no curve. lo, hi: of y.
    """

    first: float = 0.0
    last: float = 1.0
    rising: bool = False
    turn: bool = False  # x is an angle: the curve closes on itself

    def read(self, given: Any) -> Any:
        """What was written -> what is stored; ValueError says what would do."""
        try:
            if not isinstance(given, (list, tuple)):
                raise SceneError(f"{quoted(given)} is not a list of points: write [[x, y], [x, y]]")
            if not given or not isinstance(given[0], (list, tuple)):
                return self._points(given, "")
            if isinstance(given[0], Key) or (len(given[0]) > 1 and isinstance(given[0][1], (list, tuple))):
                rows = []
                for row in given:
                    if not isinstance(row, (list, tuple)) or len(row) < 2:
                        raise SceneError(f"{quoted(row)} is not a key: write [frame, [[x, y], ...]]")
                    rows.append([row[0], self._points(row[1], f"at frame {row[0]}: "), *row[2:]])
                return parse_keys(rows)
            return self._points(given, "")
        except SceneError as error:
            raise PydanticCustomError("curve", "{text}", {"text": str(error)}) from None

    def _points(self, given: Any, where: str) -> tuple[float, ...]:
        if not isinstance(given, (list, tuple)):
            raise SceneError(f"{where}{quoted(given)} is not a list of points: write [[x, y], [x, y]]")
        if given and isinstance(given[0], (list, tuple)):
            for point in given:
                if not isinstance(point, (list, tuple)) or len(point) != 2:
                    raise SceneError(f"{where}{quoted(point)} is not a point: write [x, y]")
            given = [v for point in given for v in point]
        flat = tuple(self._any(v, where) for v in given)
        if len(flat) % 2 or len(flat) > 2 * MOST_POINTS:
            raise SceneError(f"{where}{len(flat)} numbers: a curve has up to {MOST_POINTS} points [x, y]")
        x, y = flat[::2], flat[1::2]
        for v in x:
            if not self.first <= v <= self.last:
                raise SceneError(f"{where}x = {v:g} is outside {self.first:g} to {self.last:g}")
        for v in y:
            if not self.lo <= v <= self.hi:
                raise SceneError(f"{where}y = {v:g} is outside {self.lo:g} to {self.hi:g}")
        for a, b in pairwise(x):
            if b <= a:
                raise SceneError(f"{where}x goes from {a:g} to {b:g}: points stand in order, x rising")
        if self.turn and x and x[-1] - x[0] >= 360:
            raise SceneError(f"{where}x = {x[-1]:g} is {x[0]:g} again: the circle closes by itself")
        if not self.turn and len(x) == 1:
            raise SceneError(f"{where}one point is no curve: give two or more")
        if self.rising:
            for (_, a), (at, b) in pairwise(pairs(flat)):
                if b < a:
                    raise SceneError(
                        f"{where}y falls from {a:g} to {b:g} at x = {at:g}: a tone curve must not fall, or "
                        "light and dark change places; raise that point"
                    )
        return flat

    def _any(self, value: Any, where: str) -> float:
        return Keyed(-1e6, 1e6)._number(value, where)

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> core_schema.CoreSchema:
        return core_schema.no_info_plain_validator_function(
            self.read, serialization=core_schema.plain_serializer_function_ser_schema(_written)
        )

    def __get_pydantic_json_schema__(
        self, schema: core_schema.CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        point = {"type": "array", "items": {"type": "number"}, "minItems": 2, "maxItems": 2}
        points = {"type": "array", "items": point, "maxItems": MOST_POINTS}
        key = {
            "type": "array",
            "prefixItems": [{"type": "number"}, points, {"enum": list(EASINGS)}],
            "minItems": 2,
            "maxItems": 3,
        }
        return {"anyOf": [points, {"type": "array", "items": key, "minItems": 1}]}


def pairs(flat: tuple[float, ...]) -> list[tuple[float, float]]:
    """(x, y, x, y, ...) as points."""
    return list(zip(flat[::2], flat[1::2], strict=True))


def _written(value: Any) -> Any:
    """A stored curve as TOML has it."""
    if value and isinstance(value[0], Key):
        return [
            [k.frame, [list(p) for p in pairs(k.value)], *([] if k.easing == "linear" else [k.easing])]
            for k in value
        ]
    return [list(p) for p in pairs(value)]


Points = tuple[float, ...] | tuple[Key, ...]


class Cdl(Overlay):
    """ASC CDL 1.2: out = clamp(in * slope + offset) ^ power, then saturation about luma, clamped to 0..1."""

    slope: Annotated[Triple, Keyed(0, 16, size=3)] = Field(
        default=(1.0, 1.0, 1.0), description="Red, green, blue; 0 to 16; may be keyed."
    )
    offset: Annotated[Triple, Keyed(-4, 4, size=3)] = Field(
        default=(0.0, 0.0, 0.0), description="Red, green, blue; -4 to 4; may be keyed."
    )
    power: Annotated[Triple, Keyed(0.01, 16, size=3)] = Field(
        default=(1.0, 1.0, 1.0), description="Red, green, blue; 0.01 to 16; may be keyed."
    )
    saturation: Annotated[Number, Keyed(0, 8)] = Field(
        default=1.0, description="0 grey, 1 unchanged; to 8; may be keyed."
    )
    file: str | None = Field(
        default=None,
        min_length=1,
        description="A .cc, .ccc or .cdl file instead, relative to this file's folder.",
    )
    id: str | None = Field(
        default=None, min_length=1, description='Which correction of the file; "#2" is its second.'
    )

    @model_validator(mode="after")
    def _one_source(self) -> Cdl:
        numbers = [n for n in ("slope", "offset", "power", "saturation") if n in self.model_fields_set]
        usual = type(self).model_fields
        moved = [n for n in numbers if getattr(self, n) != usual[n].default]
        if self.file is not None and moved:
            refuse([Mistake((moved[0],), f"{moved[0]} is given beside a file: keep the file or the numbers")])
        if self.id is not None and self.file is None:
            refuse([Mistake(("id",), f'id "{self.id}" names a correction of a file: give the file too')])
        return self

    def over(self, other: Cdl) -> Cdl:
        """As any table; but a file and numbers are never mixed, the upper one is all there is."""
        return self if self.said() and (self.file or other.file) else super().over(other)


class Curves(Overlay):
    """Curves through points [[x, y], ...], monotone between them (Fritsch-Carlson); keys hold such lists."""

    rgb: Annotated[Points, Curve(-8, 64, first=-8, last=64, rising=True)] = Field(
        default=(), description="All channels: [[in, out], ...], out never falling; may be keyed."
    )
    red: Annotated[Points, Curve(-8, 64, first=-8, last=64, rising=True)] = Field(
        default=(), description="Red, after rgb; may be keyed."
    )
    green: Annotated[Points, Curve(-8, 64, first=-8, last=64, rising=True)] = Field(
        default=(), description="Green, after rgb; may be keyed."
    )
    blue: Annotated[Points, Curve(-8, 64, first=-8, last=64, rising=True)] = Field(
        default=(), description="Blue, after rgb; may be keyed."
    )
    luma: Annotated[Points, Curve(-8, 64, first=-8, last=64, rising=True)] = Field(
        default=(), description="BT.709 luma, colour differences kept; may be keyed."
    )
    hue_hue: Annotated[Points, Curve(-180, 180, first=0, last=360, turn=True)] = Field(
        default=(), description="[[hue, degrees to turn it by], ...], OKLCh, closing at 360; may be keyed."
    )
    hue_saturation: Annotated[Points, Curve(0, 8, first=0, last=360, turn=True)] = Field(
        default=(), description="[[hue, factor of chroma], ...]; 1 unchanged; may be keyed."
    )
    hue_luma: Annotated[Points, Curve(-1, 1, first=0, last=360, turn=True)] = Field(
        default=(), description="[[hue, OKLab lightness added], ...]; 0 unchanged; may be keyed."
    )
    luma_saturation: Annotated[Points, Curve(0, 8, first=0, last=1)] = Field(
        default=(), description="[[OKLab lightness, factor of chroma], ...]; 1 unchanged; may be keyed."
    )


class Split(Overlay):
    """Split tone: shadows and highlights each towards a colour in OKLab; black and white stay as they are."""

    shadow_hue: Annotated[Number, Keyed(-360, 720)] = Field(
        default=0.0, description="OKLCh hue, degrees; may be keyed."
    )
    shadow_chroma: Annotated[Number, Keyed(0, 0.4)] = Field(
        default=0.0, description="OKLCh chroma added in the shadows; 0 to 0.4; may be keyed."
    )
    highlight_hue: Annotated[Number, Keyed(-360, 720)] = Field(
        default=0.0, description="OKLCh hue, degrees; may be keyed."
    )
    highlight_chroma: Annotated[Number, Keyed(0, 0.4)] = Field(
        default=0.0, description="OKLCh chroma added in the highlights; 0 to 0.4; may be keyed."
    )
    balance: Annotated[Number, Keyed(-0.9, 0.9)] = Field(
        default=0.0, description="Above 0 more counts as shadow, below as highlight; may be keyed."
    )


class Qualifier(Model):
    """Which colours a secondary works on: ranges of OKLCh, all at once, or where a layer covers."""

    hue: Annotated[Pair | None, Keyed(-360, 720, size=2, optional=True)] = Field(
        default=None, description="From one hue up to another, degrees: [330, 30] crosses red; may be keyed."
    )
    chroma: Annotated[Pair | None, Keyed(0, 1, size=2, optional=True)] = Field(
        default=None, description="[least, most] chroma; may be keyed."
    )
    luma: Annotated[Pair | None, Keyed(0, 1, size=2, optional=True)] = Field(
        default=None, description="[least, most] OKLab lightness; may be keyed."
    )
    hue_soft: Annotated[Number, Keyed(0.1, 180)] = Field(
        default=15.0, description="How far outside the range it fades, degrees; may be keyed."
    )
    chroma_soft: Annotated[Number, Keyed(0.001, 1)] = Field(
        default=0.02, description="How far outside the range it fades; may be keyed."
    )
    luma_soft: Annotated[Number, Keyed(0.001, 1)] = Field(
        default=0.05, description="How far outside the range it fades; may be keyed."
    )
    layer: str | None = Field(
        default=None, min_length=1, description="A layer of the scene: where it covers, or its ink is seen."
    )
    invert: bool = Field(default=False, description="All but that.")

    @model_validator(mode="after")
    def _ordered(self) -> Qualifier:
        mistakes = []
        for name in ("chroma", "luma"):
            value = getattr(self, name)
            ends = (
                [k.value for k in value] if value and isinstance(value[0], Key) else [value] if value else []
            )
            for lo, hi in ends:
                if lo > hi:
                    mistakes.append(Mistake((name,), f"{name} [{lo:g}, {hi:g}] is not [least, most]"))
        if all(getattr(self, n) is None for n in ("hue", "chroma", "luma", "layer")):
            mistakes.append(Mistake(("hue",), "nothing is chosen: give hue, chroma, luma or a layer"))
        if self.invert and self.layer is not None and (self.hue or self.chroma or self.luma):
            told = "invert turns a range or a layer round, not both at once: use two secondaries"
            mistakes.append(Mistake(("invert",), told))
        refuse(mistakes)
        return self


class Secondary(Model):
    """A small grade on part of the picture."""

    where: Qualifier = Field(description="What it works on.")
    exposure: Annotated[Number, Keyed(-10, 10)] = Field(default=0.0, description="Stops; may be keyed.")
    temperature: Annotated[Number, Keyed(-85, 400)] = Field(
        default=0.0, description="Warmer (above 0) or cooler, in mired; may be keyed."
    )
    tint: Annotated[Number, Keyed(-50, 50)] = Field(
        default=0.0, description="Towards magenta (above 0) or green, in thousandths of uv; may be keyed."
    )
    cdl: Cdl = Field(default_factory=Cdl, description="Slope, offset, power and saturation.")
    hue: Annotated[Number, Keyed(-360, 360)] = Field(
        default=0.0, description="OKLCh hue turned, degrees; may be keyed."
    )
    chroma: Annotated[Number, Keyed(0, 8)] = Field(default=1.0, description="OKLCh chroma; may be keyed.")
    lightness: Annotated[Number, Keyed(0, 4)] = Field(
        default=1.0, description="OKLCh lightness; may be keyed."
    )
    mix: Share = Field(default=1.0, description="How much of it; may be keyed.")


class Hint(Model):
    """An accent of one hue, rationed: the lit windows of a blue night."""

    hue: float = Field(ge=0, le=360, description="OKLCh hue in degrees.")
    share: tuple[float, float] = Field(
        default=(0.005, 0.015), description="Least and most of the frame it may take; 0 to 1."
    )
    where: str = Field(
        default="background",
        min_length=1,
        description='"background" (no subject, no bare paper), a layer, or a matte as liubai.protect has it.',
    )

    @model_validator(mode="after")
    def _ordered(self) -> Hint:
        if not 0 <= self.share[0] <= self.share[1] <= 1:
            refuse([Mistake(("share",), f"share {list(self.share)} is not [least, most] within 0 to 1")])
        return self


class Palette(Model):
    """A few colours that the picture is drawn to, hue by hue; greys and lightness stay, skin may."""

    colours: tuple[str, ...] = Field(
        default=(), max_length=16, description='"#rrggbb", "oklch(L C h)" or pigments by name.'
    )
    file: str | None = Field(
        default=None, min_length=1, description="A picture whose colours it takes, beside this file."
    )
    count: int = Field(default=5, ge=1, le=12, description="How many colours of the picture; 1 to 12.")
    amount: Share = Field(default=0.7, description="0 leaves the picture as it is, 1 is all; may be keyed.")
    keep_skin: bool = Field(default=True, description="Whether the hues of skin stay as they are.")

    @model_validator(mode="after")
    def _one_source(self) -> Palette:
        mistakes = []
        if bool(self.colours) == (self.file is not None):
            told = "both colours and a file" if self.colours else "neither colours nor a file"
            mistakes.append(Mistake(("colours",), f"a palette has one source, not {told}"))
        for i, text in enumerate(self.colours):
            try:
                colour.parse(text)
            except SceneError as error:
                mistakes.append(Mistake(("colours", i), str(error)))
        refuse(mistakes)
        return self


class View(Model):
    """An OpenColorIO display and view, baked to a table."""

    display: str | None = Field(default=None, min_length=1, description="Default: the config's.")
    view: str | None = Field(default=None, min_length=1, description="Default: the display's.")
    look: str | None = Field(default=None, min_length=1, description="A look of the config, before the view.")


class Grade(Overlay):
    """How a scene's colours are turned after painting; bare paper stays paper."""

    in_: Literal["ink", "light"] | None = Field(
        default=None,
        validation_alias="in",
        serialization_alias="in",
        description="On the ink (default in scenes of ink) or on the developed frame (default otherwise).",
    )
    space: str = Field(
        default="srgb",
        min_length=1,
        description="Where CDL to curves and the LUT work: srgb, linear, log (ACEScct), or an OCIO name.",
    )
    exposure: Annotated[Number, Keyed(-10, 10)] = Field(
        default=0.0, description="Stops, in linear light; -10 to 10; may be keyed."
    )
    temperature: Annotated[Number, Keyed(-85, 400)] = Field(
        default=0.0, description="Warmer (above 0) or cooler than D65, in mired; -85 to 400; may be keyed."
    )
    tint: Annotated[Number, Keyed(-50, 50)] = Field(
        default=0.0, description="Towards magenta (above 0) or green, in thousandths of uv; may be keyed."
    )
    white: Annotated[Pair | None, Keyed(0.05, 0.8, size=2, optional=True)] = Field(
        default=None, description="CIE xy of what shall become white (Bradford); default: D65; may be keyed."
    )
    cdl: Cdl = Field(default_factory=Cdl, description="Slope, offset, power and saturation, or a file.")
    lift: Annotated[Triple, Keyed(-1, 1, size=3)] = Field(
        default=(0.0, 0.0, 0.0), description="Where black goes; -1 to 1; may be keyed."
    )
    gamma: Annotated[Triple, Keyed(0.05, 20, size=3)] = Field(
        default=(1.0, 1.0, 1.0), description="The middle: out = in ^ (1 / gamma); 0.05 to 20; may be keyed."
    )
    gain: Annotated[Triple, Keyed(0, 16, size=3)] = Field(
        default=(1.0, 1.0, 1.0), description="Where white goes; 0 to 16; may be keyed."
    )
    contrast: Annotated[Number, Keyed(0.05, 8)] = Field(
        default=1.0, description="About the pivot; a power in linear light; 0.05 to 8; may be keyed."
    )
    pivot: Annotated[Number | None, Keyed(0.001, 4, optional=True)] = Field(
        default=None, description="What contrast leaves alone; default: the space's 18 % grey; may be keyed."
    )
    curves: Curves = Field(default_factory=Curves, description="Curves through points.")
    split: Split = Field(default_factory=Split, description="Split tone.")
    hue: Annotated[Number, Keyed(-360, 360)] = Field(
        default=0.0, description="OKLCh hue turned, degrees; may be keyed."
    )
    chroma: Annotated[Number, Keyed(0, 8)] = Field(
        default=1.0, description="OKLCh chroma; 0 grey, 1 unchanged; to 8; may be keyed."
    )
    lightness: Annotated[Number, Keyed(0, 4)] = Field(
        default=1.0, description="OKLCh lightness, a factor; 0 to 4; may be keyed."
    )
    palette: Palette | None = Field(default=None, description="Colours that the picture is drawn to.")
    secondary: tuple[Secondary, ...] = Field(default=(), description="Small grades on parts of the picture.")
    lut: str | None = Field(
        default=None,
        min_length=1,
        description="A .cube file, or with OpenColorIO .3dl, .spi1d, .spi3d, .clf; beside this file.",
    )
    config: str | None = Field(
        default=None,
        min_length=1,
        description="OpenColorIO config: a file, or ocio://default; default: the OCIO variable, else that.",
    )
    view: View | None = Field(default=None, description="An OpenColorIO view, last of all.")
    mix: Share = Field(
        default=1.0, description="How much of the grade; 0 leaves the picture as it is; may be keyed."
    )
    mood: Share = Field(
        default=1.0,
        description="How much of the grade of the scene's mood lies under this one; 0 none; may be keyed.",
    )
    hint: Hint | None = Field(
        default=None, description="A rationed accent: painted as lights, and kept from the grade."
    )


def with_files(grade: Grade, there: Callable[[str], str]) -> Grade:
    """The same with every file that it names as `there` writes it."""
    moved: dict[str, Any] = {}
    if grade.lut:
        moved["lut"] = there(grade.lut)
    if grade.config and "://" not in grade.config:
        moved["config"] = there(grade.config)
    if grade.palette and grade.palette.file:
        moved["palette"] = grade.palette.model_copy(update={"file": there(grade.palette.file)})
    if grade.cdl.file:
        moved["cdl"] = grade.cdl.model_copy(update={"file": there(grade.cdl.file)})
    if any(part.cdl.file for part in grade.secondary):
        moved["secondary"] = tuple(
            part.model_copy(update={"cdl": part.cdl.model_copy(update={"file": there(part.cdl.file)})})
            if part.cdl.file
            else part
            for part in grade.secondary
        )
    return grade.model_copy(update=moved) if moved else grade
