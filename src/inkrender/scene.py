"""What a film is: frozen models with the same words in TOML, in Python and in messages.

Places and lengths are px at 1080 lines, origin top left, y down. Every number marked "may be keyed" is a
constant or `[[frame, value, easing], ...]` in the frames of its scene; `keys.NAME` says the same further down.
Nothing here touches a file: `scenefile` reads and writes, `check` looks at what the names point to.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal, NamedTuple, TypeVar

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    PlainSerializer,
    WithJsonSchema,
    model_serializer,
    model_validator,
)
from pydantic_core import PydanticCustomError, core_schema

from . import colour
from .errors import SceneError, did_you_mean
from .timing import EASINGS, Key, is_keyed, parse_fps, parse_frames, parse_keys, value_at

BLEND_MODES = (
    "normal",
    "multiply",
    "screen",
    "overlay",
    "darken",
    "lighten",
    "color-dodge",
    "color-burn",
    "hard-light",
    "soft-light",
    "difference",
    "exclusion",
)  # W3C Compositing and Blending Level 1, separable
PART_BOUNDS = {  # what may be keyed on a part of an SVG rig
    "rotate": (-36000.0, 36000.0),
    "x": (-20000.0, 20000.0),
    "y": (-20000.0, 20000.0),
    "scale": (0.001, 1000.0),
    "opacity": (0.0, 1.0),
}
INPUTS = ("depth", "normal", "vector", "position", "matte", "id", "height")


class Mistake(NamedTuple):
    """Something that cannot be meant, and the keys that lead to it: (("liubai", "protect", 0), "...")."""

    path: tuple[str | int, ...]
    what: str


def refuse(mistakes: list[Mistake]) -> None:
    """Raise all mistakes of a model at once, each with its place (nothing to say: nothing happens)."""
    if mistakes:
        text = "; ".join(f"{'.'.join(map(str, m.path))}: {m.what}" for m in mistakes)
        raise PydanticCustomError("mistakes", "{text}", {"text": text, "mistakes": mistakes})


# numbers that may be keyed --------------------------------------------------------------------------------


@dataclass(frozen=True)
class Keyed:
    """A number, or `size` numbers, inside bounds; constant or keyed. Stored as float, tuple, tuple of Key."""

    lo: float
    hi: float
    size: int = 1
    words: bool = False  # a name may stand there instead (an anchor)

    def read(self, given: Any) -> Any:
        """What was written -> what is stored; ValueError says what would do."""
        if self.words and isinstance(given, str) and given:
            return given
        try:
            if is_keyed(given):
                keys = parse_keys(given)
                return tuple(k._replace(value=self._one(k.value, f"at frame {k.frame:g}: ")) for k in keys)
            return self._one(given, "")
        except SceneError as error:
            raise PydanticCustomError("keyed", "{text}", {"text": str(error)}) from None

    def _one(self, value: Any, where: str) -> Any:
        if self.size > 1:
            if not isinstance(value, (list, tuple)) or len(value) != self.size:
                raise SceneError(
                    f"{where}{_quote(value)} is not {self.size} numbers in brackets{self._or_name()}"
                )
            return tuple(self._number(v, where) for v in value)
        return self._number(value, where)

    def _number(self, value: Any, where: str) -> float:
        if not isinstance(value, (int, float)) or isinstance(value, bool) or not math.isfinite(value):
            raise SceneError(f"{where}{_quote(value)} is not a number{self._or_name()}")
        if not self.lo <= value <= self.hi:
            raise SceneError(f"{where}{value:g} is outside {self.lo:g} to {self.hi:g}")
        return float(value)

    def _or_name(self) -> str:
        return " or the name of an anchor" if self.words else ""

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> core_schema.CoreSchema:
        return core_schema.no_info_plain_validator_function(
            self.read, serialization=core_schema.plain_serializer_function_ser_schema(plain)
        )

    def __get_pydantic_json_schema__(
        self, schema: core_schema.CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        value: dict[str, Any] = {"type": "number", "minimum": self.lo, "maximum": self.hi}
        if self.size > 1:
            value = {"type": "array", "items": value, "minItems": self.size, "maxItems": self.size}
        key = {
            "type": "array",
            "prefixItems": [{"type": "number"}, value, {"enum": list(EASINGS)}],
            "minItems": 2,
            "maxItems": 3,
        }
        forms: list[dict[str, Any]] = [value, {"type": "array", "items": key, "minItems": 1}]
        return {"anyOf": [*forms, {"type": "string"}] if self.words else forms}


Number = float | tuple[Key, ...]
Pair = tuple[float, float] | tuple[Key, ...]
Triple = tuple[float, float, float] | tuple[Key, ...]

Share = Annotated[Number, Keyed(0, 1)]


def plain(value: Any) -> Any:
    """A stored value as TOML has it: keys to lists, tuples to lists, easing left out where linear."""
    if isinstance(value, Key):
        row = [value.frame, plain(value.value)]
        return row if value.easing == "linear" else [*row, value.easing]
    if isinstance(value, (list, tuple)):
        return [plain(v) for v in value]
    if isinstance(value, dict):
        return {k: plain(v) for k, v in value.items()}
    return value


def _stored(given: Any) -> Any:
    """A shader's parameters as they are kept: lists as tuples, only what TOML can hold."""
    if isinstance(given, (list, tuple)):
        return tuple(_stored(v) for v in given)
    if isinstance(given, dict):
        for name in given:
            if not isinstance(name, str):
                raise PydanticCustomError(
                    "parameter", "the name of a parameter is text, not {n}", {"n": name}
                )
        return {name: _stored(v) for name, v in given.items()}
    if isinstance(given, (str, bool, int)) or (isinstance(given, float) and math.isfinite(given)):
        return given
    if hasattr(given, "tolist"):  # a NumPy number or array
        return _stored(given.tolist())
    raise PydanticCustomError(
        "parameter", "{v} is not a number, a text, true, false or a list of them", {"v": _quote(given)}
    )


Parameters = Annotated[dict[str, Any], BeforeValidator(_stored), PlainSerializer(plain)]


def _quote(value: Any) -> str:
    text = f'"{value}"' if isinstance(value, str) else str(plain(value))
    return text if len(text) <= 60 else text[:57] + "..."


def _colour(given: Any) -> Any:
    try:
        colour.parse(given)
    except SceneError as error:
        raise PydanticCustomError("colour", "{text}", {"text": str(error)}) from None
    return given


def _transfer(given: Any) -> Any:
    try:
        if isinstance(given, str) and given != "auto":
            colour.encode(0.0, given)
    except SceneError as error:
        raise PydanticCustomError("transfer", "{text}", {"text": str(error)}) from None
    return given


# models ---------------------------------------------------------------------------------------------------


class Model(BaseModel):
    """Frozen; an unknown key is an error. Equal when all but the folder they were read from is equal."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True, validate_default=True)
    _PLACE: ClassVar = ("folder", "source")  # where a model was read from says nothing about what it is

    def __eq__(self, other: object) -> bool:
        if type(self) is not type(other):
            return NotImplemented
        names = [n for n in type(self).model_fields if n not in self._PLACE]
        return all(getattr(self, n) == getattr(other, n) for n in names)

    __hash__ = None  # type: ignore[assignment]  # parameters are dictionaries

    @model_validator(mode="before")
    @classmethod
    def _merge_keys(cls, data: Any) -> Any:
        """keys.NAME -> NAME, keys."with.NAME" -> with.NAME; the parts of a rig stay in `keys`."""
        if not isinstance(data, dict) or not isinstance(data.get("keys"), dict):
            return data
        merged: dict[str, Any] = {k: v for k, v in data.items() if k != "keys"}
        rest, mistakes = {}, []
        for name, value in _flat(data["keys"]):
            table, _, parameter = name.partition(".")
            spot = merged
            if table == "with" and parameter and "rig" not in data:
                kept = "with_" if "with_" in data else "with"
                spot = merged[kept] = dict(merged.get(kept, {}))
                target = parameter
            elif "rig" in data and "." in name:
                rest[name] = value
                continue
            else:
                target = name
                if name not in _keyable(cls):
                    near = did_you_mean(name, _keyable(cls))
                    mistakes.append(Mistake(("keys", name), f"{name} cannot be keyed{near}: {_offer(cls)}"))
                    continue
            if target in spot:
                mistakes.append(
                    Mistake(("keys", name), f"{name} is given twice, here and as {name}: keep one of them")
                )
            spot[target] = value
        refuse(mistakes)
        return {**merged, "keys": rest} if rest else merged


def _flat(table: dict[str, Any], above: str = "") -> Iterable[tuple[str, Any]]:
    for name, value in table.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{above}{name}.")
        else:
            yield above + name, value


def _keyable(cls: type[BaseModel]) -> tuple[str, ...]:
    found = cls.model_fields.items()
    return tuple(name for name, f in found if any(isinstance(m, Keyed) for m in f.metadata))


def _offer(cls: type[BaseModel]) -> str:
    names = _keyable(cls)
    parts = " and, on a rig, PART.rotate, .x, .y, .scale, .opacity" if "rig" in cls.model_fields else ""
    with_ = ', "with.PARAMETER"' if "with_" in cls.model_fields else ""
    return f"what can is {', '.join(names)}{with_}{parts}" if names else "nothing here can"


class ShaderUse(Model):
    """A shader by name, and its parameters beside it: { use = "granulate", amount = 0.4 }."""

    use: str = Field(min_length=1, description="Name of the shader: its file's name without .py.")
    with_: Parameters = Field(
        default_factory=dict,
        validation_alias="with",
        serialization_alias="with",
        description="Parameters; every number may be keyed.",
    )

    @model_validator(mode="before")
    @classmethod
    def _gather(cls, data: Any) -> Any:
        if isinstance(data, str):
            return {"use": data}
        if not isinstance(data, dict):
            return data
        given = {k: v for k, v in data.items() if k not in ("use", "with", "with_")}
        inner = data.get("with", data.get("with_", {}))
        if not isinstance(inner, dict):
            return data
        return {**({"use": data["use"]} if "use" in data else {}), "with": {**inner, **given}}

    @model_serializer(mode="plain")
    def _spread(self) -> dict[str, Any]:
        return {"use": self.use, **plain(self.with_)}

    @classmethod
    def __get_pydantic_json_schema__(
        cls, schema: core_schema.CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        told = handler.resolve_ref_schema(handler(schema))
        told.get("properties", {}).pop("with", None)
        told["additionalProperties"] = True
        return told


class Camera(Model):
    """What moves every layer by its parallax."""

    pan: Annotated[Pair, Keyed(-100000, 100000, size=2)] = Field(
        (0.0, 0.0), description="How far the camera has moved right and down; px; may be keyed."
    )
    zoom: Annotated[Number, Keyed(0.1, 10)] = Field(
        1.0, description="Magnification about the middle of the frame; 0.1 to 10; may be keyed."
    )
    shake: Annotated[Number, Keyed(0, 200)] = Field(
        0.0, description="Amplitude of a hand's tremor; px, 0 to 200; may be keyed."
    )


Missing = Literal["error", "hold", "nearest", "black", "transparent"]
Outside = Literal["hold", "black", "loop", "bounce", "transparent", "error"]
KINDS_OF_LAYER = ("use", "file", "rig", "text")


class Layer(Model):
    """One thing that is painted: a source shader, pictures from files, an SVG rig, or text."""

    name: str = Field(
        min_length=1, description="Name, once in a scene; what from, protect and matte refer to."
    )
    use: str | None = Field(None, min_length=1, description="A source shader by name.")
    file: str | None = Field(
        None,
        min_length=1,
        description="Still, sequence (####, %04d) or video; relative to this file's folder.",
    )
    rig: str | None = Field(None, min_length=1, description="An SVG whose parts can be keyed.")
    text: str | None = Field(None, min_length=1, description="Words to set.")
    with_: Parameters = Field(
        default_factory=dict,
        validation_alias="with",
        serialization_alias="with",
        description="Parameters of the source shader named in use; every number may be keyed.",
    )
    keys: dict[str, Annotated[Number, Keyed(-36000, 36000)]] = Field(
        default_factory=dict,
        description='Keys for any number of this layer: keys.opacity, keys."with.density", keys."arm.rotate" '
        "for a part of a rig (rotate in degrees, x and y in px, scale, opacity).",
    )
    shaders: tuple[ShaderUse, ...] = Field((), description="Shaders applied to this layer, in this order.")
    inputs: dict[str, str] = Field(
        default_factory=dict, description="Further planes by name (depth, normal, ...): a file each."
    )

    parallax: Annotated[Number, Keyed(0, 10)] = Field(
        1.0, description="0 = infinitely far, 1 = moves with the camera; 0 to 10; may be keyed."
    )
    position: Annotated[Pair | str, Keyed(-100000, 100000, size=2, words=True)] = Field(
        (0.0, 0.0), description="Where its origin lies: [x, y] in px, or the name of an anchor; may be keyed."
    )
    scale: Annotated[Number, Keyed(0.001, 1000)] = Field(
        1.0, description="Size about its origin; 0.001 to 1000; may be keyed."
    )
    rotation: Annotated[Number, Keyed(-36000, 36000)] = Field(
        0.0, description="Degrees clockwise about its origin (file, rig, text); may be keyed."
    )
    opacity: Share = Field(1.0, description="0 to 1; may be keyed.")
    drift: tuple[float, float] = Field(
        (0.0, 0.0), description="Steady movement from the first frame on; px a frame."
    )

    body: Share = Field(1.0, description="1 covers what lies below, 0 glazes it (a wash); may be keyed.")
    white: Annotated[float | str, BeforeValidator(lambda v: _white(v))] = Field(
        "paper", description='What of a picture becomes bare paper: "paper" keeps its colours, 1 or a colour.'
    )
    edges: Literal["linear", "ink"] = Field(
        "linear", description="How coverage mixes: in linear light, or as ink does, which gains weight."
    )
    group: str | None = Field(
        None,
        min_length=1,
        description="Neighbours of one group meet in linear light, then enter as one layer.",
    )
    blend: str = Field(
        "normal",
        min_length=1,
        description=f"In a group or in a scene of light: {', '.join(BLEND_MODES)}, or a blend shader.",
    )
    matte: str | None = Field(
        None, min_length=1, description="A layer or a file whose cover multiplies this one (0 empty, 1 full)."
    )

    exposure: int = Field(1, ge=1, le=1000, description="Frames each drawing stays: 2 = drawn on twos.")
    missing: Missing = Field("error", description="What a gap in a sequence shows.")
    before: Outside = Field("hold", description="What is shown before the first drawing.")
    after: Outside = Field("hold", description="What is shown after the last drawing.")
    offset: int | None = Field(
        None, description="Frame of the file = frame of the scene + offset; default 0."
    )
    start: int | None = Field(None, description="Frame of the file shown at the scene's first frame.")
    pass_: str | None = Field(
        None,
        min_length=1,
        validation_alias="pass",
        serialization_alias="pass",
        description='Which picture of a multi-layer file, by the end of its name: "Combined", "Depth.Z".',
    )
    alpha: Literal["auto", "premultiplied", "straight"] = Field(
        "auto", description="How colour was stored beside alpha; auto: as the format has it."
    )
    transfer: Annotated[str, BeforeValidator(_transfer)] = Field(
        "auto", description="How the file encodes light: auto, srgb, rec709, linear, gamma2.2."
    )
    fit: Literal["none", "cover", "contain"] = Field(
        "none",
        description="none: a pixel of the file is a px; cover fills the frame, contain shows all of it.",
    )

    font: str | None = Field(
        None, min_length=1, description="Font file, or the name of one that comes along."
    )
    size: float = Field(96.0, gt=0, le=4000, description="Height of the type; px, up to 4000.")
    pigment: Annotated[str, BeforeValidator(_colour)] = Field(
        "ink", description='Colour of the type: a pigment, "#rrggbb" or "oklch(L C h)".'
    )
    vertical: bool = Field(False, description="Set in columns from top to bottom, right to left.")
    align: Literal["start", "middle", "end"] = Field(
        "start", description="Which end of a line of text lies at position."
    )
    wind: Annotated[Number, Keyed(-10, 10)] = Field(
        0.0, description="How hard it blows on a rig's loose parts; -10 to 10; may be keyed."
    )

    @property
    def kind(self) -> str:
        """Which of use, file, rig and text it is."""
        return next(k for k in KINDS_OF_LAYER if getattr(self, k) is not None)

    def at(self, name: str, frame: float) -> Any:
        """A number of this layer at a scene frame: at("opacity", 1010), at("arm.rotate", 1010)."""
        return value_at(self.keys[name] if name in self.keys else getattr(self, name), frame)

    @model_validator(mode="before")
    @classmethod
    def _part_keys(cls, data: Any) -> Any:
        """Check what is keyed on the parts of a rig (after keys of the layer itself were merged)."""
        if not isinstance(data, dict) or not isinstance(data.get("keys"), dict) or "rig" not in data:
            return data
        parts, mistakes = {}, []
        for name, value in _flat(data["keys"]):
            part, dot, channel = name.rpartition(".")
            if not dot or not part:
                parts[name] = value  # a number of the layer: merged next
            elif channel not in PART_BOUNDS:
                near = did_you_mean(channel, tuple(PART_BOUNDS))
                told = f'part "{part}" has no "{channel}"{near}: use {", ".join(PART_BOUNDS)}'
                mistakes.append(Mistake(("keys", name), told))
            else:
                try:
                    parts[name] = Keyed(*PART_BOUNDS[channel]).read(value)
                except PydanticCustomError as error:
                    mistakes.append(Mistake(("keys", name), error.message()))
        refuse(mistakes)
        return {**data, "keys": parts}

    @model_validator(mode="after")
    def _whole(self) -> Layer:
        mistakes = []
        given = [k for k in KINDS_OF_LAYER if getattr(self, k) is not None]
        if len(given) != 1:
            has = f"has {' and '.join(given)}" if given else "shows nothing"
            mistakes.append(Mistake((), f"the layer {has}: give exactly one of use, file, rig, text"))
        if self.with_ and self.use is None:
            mistakes.append(
                Mistake(("with",), "with holds the parameters of a shader, but the layer has no use")
            )
        if self.keys and self.rig is None:
            mistakes.append(Mistake(("keys",), f"{next(iter(self.keys))} is keyed, but the layer has no rig"))
        if self.offset is not None and self.start is not None:
            mistakes.append(Mistake(("offset",), "offset and start say the same thing: keep one of them"))
        for name in self.inputs:
            if name not in INPUTS:
                near = did_you_mean(name, INPUTS)
                mistakes.append(
                    Mistake(("inputs", name), f'unknown input "{name}"{near}: use {", ".join(INPUTS)}')
                )
        refuse(mistakes)
        return self


def _white(given: Any) -> Any:
    if given == "paper":
        return given
    if isinstance(given, str):
        return _colour(given)
    return Keyed(0.001, 100).read(given)


class Liubai(Model):
    """留白: which share of the frame is left blank, what gives way, and what stays whole."""

    target: Share = Field(description="Share of the frame left blank; 0 to 1; may be keyed.")
    from_: tuple[str, ...] = Field(
        (),
        validation_alias="from",
        serialization_alias="from",
        description="Layers that give way; default: all below the first protected one.",
    )
    protect: tuple[str, ...] = Field((), description="Layers left whole.")
    edge: Literal["torn", "mist", "dry"] = Field(
        "torn", description="How ink ends: torn by the paper, in mist, dry."
    )
    bleed: Annotated[Number, Keyed(0, 200)] = Field(
        8.0, description="How far ink creeps into the blank; px, 0 to 200; may be keyed."
    )


class Cdl(Model):
    """ASC CDL: out = (in * slope + offset) ^ power, then saturation about luma."""

    slope: Annotated[Triple, Keyed(0, 16, size=3)] = Field(
        (1.0, 1.0, 1.0), description="Red, green, blue; 0 to 16; may be keyed."
    )
    offset: Annotated[Triple, Keyed(-4, 4, size=3)] = Field(
        (0.0, 0.0, 0.0), description="Red, green, blue; -4 to 4; may be keyed."
    )
    power: Annotated[Triple, Keyed(0.01, 16, size=3)] = Field(
        (1.0, 1.0, 1.0), description="Red, green, blue; 0.01 to 16; may be keyed."
    )
    saturation: Annotated[Number, Keyed(0, 8)] = Field(
        1.0, description="0 grey, 1 unchanged; to 8; may be keyed."
    )


class Hint(Model):
    """An accent of one hue, rationed: the lit windows of a blue night."""

    hue: float = Field(ge=0, le=360, description="OKLCh hue in degrees.")
    share: tuple[float, float] = Field(
        (0.005, 0.015), description="Least and most of the frame it may take; 0 to 1."
    )
    where: str = Field("background", min_length=1, description='"background", or the name of a layer.')

    @model_validator(mode="after")
    def _ordered(self) -> Hint:
        if not 0 <= self.share[0] <= self.share[1] <= 1:
            refuse([Mistake(("share",), f"share {list(self.share)} is not [least, most] within 0 to 1")])
        return self


class Grade(Model):
    """How a scene's colours are turned after painting; bare paper stays paper."""

    in_: Literal["ink", "light"] | None = Field(
        None,
        validation_alias="in",
        serialization_alias="in",
        description="On the ink (default in scenes of ink) or on the developed frame (default otherwise).",
    )
    space: str = Field(
        "srgb", min_length=1, description="Where it works: srgb, linear, log, or an OCIO name."
    )
    cdl: Cdl = Field(Cdl(), description="Slope, offset, power and saturation.")
    chroma: Annotated[Number, Keyed(0, 8)] = Field(
        1.0, description="OKLCh chroma; 0 grey, 1 unchanged; to 8; may be keyed."
    )
    lut: str | None = Field(None, min_length=1, description="A .cube file, relative to this file's folder.")
    mix: Share = Field(1.0, description="How much of the grade; 0 leaves the picture as it is; may be keyed.")
    hint: Hint | None = Field(None, description="A rationed accent.")


Anchor = tuple[float, float]
Name = Annotated[
    str,
    Field(pattern=r"^[^\s:/\\,][^:/\\,]*$"),
    WithJsonSchema({"type": "string", "pattern": r"^[^\s:/\\,][^:/\\,]*$"}),
]


class Picture(Model):
    """What a scene and a look have in common."""

    name: Name = Field(description="Name; default: the file's name without .toml.")
    mood: str = Field("", description="The row of the colour script.")
    medium: Literal["ink", "light"] = Field(
        "ink", description="Painted in ink on paper, or composited in light."
    )
    anchors: dict[str, Anchor] = Field(default_factory=dict, description="Places by name: [x, y] in px.")
    seed: int | None = Field(
        None, ge=0, lt=2**53, description="Another throw of the dice; default: from the name."
    )
    camera: Camera = Field(Camera(), description="The camera.")
    layer: tuple[Layer, ...] = Field((), description="Layers, back to front.")
    liubai: Liubai | None = Field(None, description="Negative space; without it nothing is lifted.")
    grade: Grade = Field(Grade(), description="The grade.")
    folder: Path | None = Field(None, exclude=True, repr=False)
    source: Path | None = Field(None, exclude=True, repr=False)

    def path(self, file: str) -> Path:
        """A file this picture names, beside the TOML that names it."""
        return (self.folder or Path()) / file

    def named(self, name: str) -> Layer:
        """The layer of that name; SceneError says which there are."""
        names = [x.name for x in self.layer]
        if name not in names:
            near = did_you_mean(name, names)
            raise SceneError(f'scene "{self.name}" has no layer "{name}"{near}: it has {", ".join(names)}')
        return self.layer[names.index(name)]

    @model_validator(mode="after")
    def _consistent(self) -> Picture:
        refuse(_inconsistencies(self))
        return self


def _inconsistencies(picture: Picture) -> list[Mistake]:
    """Names inside a scene that refer to nothing, and combinations that cannot be meant."""
    found: list[Mistake] = []
    names = [x.name for x in picture.layer]
    anchors = tuple(picture.anchors)
    for i, layer in enumerate(picture.layer):
        at: tuple[str | int, ...] = ("layer", i)
        if layer.name in names[:i]:
            found.append(
                Mistake((*at, "name"), f'layer "{layer.name}" is there twice: give one another name')
            )
        if isinstance(layer.position, str) and layer.position not in anchors:
            there = f"the scene has {', '.join(anchors)}" if anchors else "the scene has none: write [x, y]"
            near = did_you_mean(layer.position, anchors)
            found.append(Mistake((*at, "position"), f'unknown anchor "{layer.position}"{near}: {there}'))
        if layer.blend != "normal" and picture.medium == "ink" and layer.group is None:
            do = 'give it a group, or set medium = "light"'
            found.append(Mistake((*at, "blend"), f'blend "{layer.blend}" works in light, this is ink: {do}'))
        if layer.matte == layer.name:
            found.append(Mistake((*at, "matte"), "a layer cannot be its own matte"))
    if picture.liubai:
        for key, given in (("from", picture.liubai.from_), ("protect", picture.liubai.protect)):
            for i, name in enumerate(given):
                if name not in names:
                    near = did_you_mean(name, names)
                    told = f'{key} names unknown layer "{name}"{near}: the scene has {", ".join(names)}'
                    found.append(Mistake(("liubai", key, i), told))
        if picture.medium == "light":
            found.append(Mistake(("liubai",), 'liubai lifts ink, but the scene\'s medium is "light"'))
    hint = picture.grade.hint
    if hint and hint.where != "background" and hint.where not in names:
        near = did_you_mean(hint.where, ["background", *names])
        found.append(Mistake(("grade", "hint", "where"), f'unknown layer "{hint.where}"{near}'))
    return found


def _span(given: Any) -> Any:
    if isinstance(given, (list, tuple)) and len(given) == 2 and all(isinstance(n, int) for n in given):
        given = f"{given[0]}-{given[1]}"
    if isinstance(given, int) and not isinstance(given, bool):
        given = str(given)
    if not isinstance(given, str):
        raise PydanticCustomError("span", '{v} is not a range: write "1001-1168"', {"v": _quote(given)})
    try:
        frames = parse_frames(given)
    except SceneError as error:
        raise PydanticCustomError("span", "{text}", {"text": str(error)}) from None
    if frames != list(range(frames[0], frames[-1] + 1)):
        told = f'frames "{given}" is not one range going forward: write "{min(frames)}-{max(frames)}"'
        raise PydanticCustomError("span", "{text}", {"text": told})
    return f"{frames[0]}-{frames[-1]}"


class Scene(Picture):
    """One scene of a film: its frames are the scene's own numbers."""

    frames: Annotated[str, BeforeValidator(_span)] = Field(
        description='First and last frame, inclusive: "1001-1168".'
    )

    @property
    def first(self) -> int:
        """The number of its first frame."""
        return _ends(self.frames)[0]

    @property
    def last(self) -> int:
        """The number of its last frame."""
        return _ends(self.frames)[1]

    @property
    def length(self) -> int:
        """How many frames it has in the cut."""
        return self.last - self.first + 1


def _ends(frames: str) -> tuple[int, int]:
    found = re.fullmatch(r"(-?\d+)-(-?\d+)", frames)
    if not found:
        raise SceneError(f'frames "{frames}" is not a range: write "1001-1168"')
    return int(found[1]), int(found[2])


class Look(Picture):
    """A scene without frames for other people's pictures: exactly one layer has use = "input"."""

    inputs: dict[str, str] = Field(
        default_factory=dict,
        description="Planes by name (depth, normal, vector, position, matte, id): channel suffix or file.",
    )

    @model_validator(mode="after")
    def _one_input(self) -> Look:
        mistakes = []
        places = [i for i, x in enumerate(self.layer) if x.use == "input"]
        if not places:
            mistakes.append(
                Mistake((), 'a look needs one layer with use = "input": that is where the footage goes')
            )
        for i in places[1:]:
            mistakes.append(
                Mistake(("layer", i, "use"), 'a look has one layer with use = "input", this is another')
            )
        for name in self.inputs:
            if name not in INPUTS:
                near = did_you_mean(name, INPUTS)
                mistakes.append(
                    Mistake(("inputs", name), f'unknown input "{name}"{near}: use {", ".join(INPUTS)}')
                )
        refuse(mistakes)
        return self

    def scene(self, first: int, last: int) -> Scene:
        """The same as a scene over the footage's frames; the layer with use = "input" stays as it is."""
        told = {name: getattr(self, name) for name in Picture.model_fields}
        return Scene(frames=f"{first}-{last}", **told)


class Transition(Model):
    """How the film goes into a scene: drawn on handles either side of the cut, the length stays."""

    into: str = Field(min_length=1, description="Name of the scene it leads into.")
    use: str = Field("dissolve", min_length=1, description="A transition shader by name.")
    frames: int = Field(ge=1, le=100000, description="How long, centred on the cut.")
    with_: Parameters = Field(
        default_factory=dict,
        validation_alias="with",
        serialization_alias="with",
        description="Parameters of the shader.",
    )


class Audio(Model):
    """Sound laid under the film."""

    file: str = Field(min_length=1, description="Sound file, relative to this file's folder.")
    start: int = Field(0, description="Film frame at which it begins.")
    gain: Annotated[Number, Keyed(-120, 40)] = Field(
        0.0, description="Decibels, -120 to 40; may be keyed in film frames."
    )
    fade: tuple[Annotated[int, Field(ge=0)], Annotated[int, Field(ge=0)]] = Field(
        (0, 0), description="Frames to fade in and out."
    )


class Deliver(Model):
    """What the finished film is written as."""

    file: str = Field(
        "out/film.mp4", min_length=1, description="The finished film, relative to this file's folder."
    )
    preset: Literal["h264", "h265", "prores", "gif"] = Field("h264", description="How it is encoded.")
    crf: int | None = Field(
        None, ge=0, le=51, description="Quality of h264 and h265, less is better; 0 to 51."
    )


Even = Annotated[int, Field(ge=16, le=32768, multiple_of=2)]
Rate = Annotated[
    Fraction,
    BeforeValidator(lambda v: _rate(v)),
    PlainSerializer(str),
    WithJsonSchema({"type": ["string", "number"], "pattern": r"^\d+(/\d+)?$"}),
]


def _rate(given: Any) -> Any:
    try:
        return parse_fps(given)
    except SceneError as error:
        raise PydanticCustomError("rate", "{text}", {"text": str(error)}) from None


class Moment(NamedTuple):
    """What a film frame shows: one scene, or two and how far the transition between them is."""

    pictures: tuple[tuple[Scene, int], ...]  # (scene, scene frame), the outgoing one first
    transition: Transition | None = None
    u: float = 0.0  # 0 the outgoing scene, 1 the incoming one


S = TypeVar("S", bound=Scene)


class Film(Model):
    """A film: its scenes in order, cut end to end."""

    title: str = Field("", description="Title.")
    size: tuple[Even, Even] = Field(
        (1920, 1080), description="Width and height of the master; even, 16 to 32768 px."
    )
    fps: Rate = Field(Fraction(24), description='Frames a second, exactly: "24", "24000/1001".')
    seed: int = Field(
        0, ge=0, lt=2**53, description="All randomness comes from it and from names and places."
    )
    paper: ShaderUse = Field(
        default_factory=lambda: ShaderUse(use="paper"), description="The paper: a shader and its parameters."
    )
    scenes: tuple[Scene, ...] = Field(min_length=1, description="Scenes in order; in TOML their files.")
    transition: tuple[Transition, ...] = Field((), description="Transitions, one for a scene at most.")
    audio: tuple[Audio, ...] = Field((), description="Sound.")
    deliver: Deliver = Field(Deliver(), description="The finished file.")
    folder: Path | None = Field(None, exclude=True, repr=False)
    source: Path | None = Field(None, exclude=True, repr=False)

    @model_validator(mode="after")
    def _consistent(self) -> Film:
        refuse(_cuts(self))
        return self

    def path(self, file: str) -> Path:
        """A file the film names, beside the TOML that names it."""
        return (self.folder or Path()) / file

    @property
    def length(self) -> int:
        """Frames in the cut. Transitions never change it."""
        return sum(s.length for s in self.scenes)

    def named(self, name: str) -> Scene:
        """The scene of that name; SceneError says which there are."""
        names = [s.name for s in self.scenes]
        if name not in names:
            near = did_you_mean(name, names)
            raise SceneError(f'the film has no scene "{name}"{near}: it has {", ".join(names)}')
        return self.scenes[names.index(name)]

    def start_of(self, name: str) -> int:
        """The film frame at which a scene begins."""
        scene = self.named(name)
        before = self.scenes[: [s.name for s in self.scenes].index(scene.name)]
        return sum(s.length for s in before)

    def locate(self, n: int) -> tuple[Scene, int]:
        """The scene a film frame belongs to in the cut, and its number there."""
        if not 0 <= n < self.length:
            raise SceneError(f"film frame {n} is outside the film: it has frames 0-{self.length - 1}")
        begin = 0
        for scene in self.scenes:
            if n < begin + scene.length:
                return scene, scene.first + n - begin
            begin += scene.length
        raise AssertionError("unreachable: the scenes add up to the film")

    def transition_at(self, n: int) -> tuple[Transition, int, int] | None:
        """(transition, index in it, film frame of its cut) if frame n lies in one."""
        for t in self.transition:
            cut = self.start_of(t.into)
            i = n - (cut - t.frames // 2)
            if 0 <= i < t.frames:
                return t, i, cut
        return None

    def at(self, n: int) -> Moment:
        """What film frame n shows. u = (i + 1) / (N + 1): neither end repeats a frame of its scene."""
        here = self.locate(n)
        found = self.transition_at(n)
        if not found:
            return Moment((here,))
        t, i, cut = found
        b = self.named(t.into)
        a = self.scenes[[s.name for s in self.scenes].index(b.name) - 1]
        pictures = ((a, a.last + 1 + n - cut), (b, b.first + n - cut))
        return Moment(pictures, t, (i + 1) / (t.frames + 1))

    def handles(self, name: str) -> tuple[int, int]:
        """How many frames a scene is needed before its first and after its last one."""
        before = after = 0
        names = [s.name for s in self.scenes]
        for t in self.transition:
            i = names.index(t.into)
            if t.into == name:
                before = t.frames // 2
            elif i and names[i - 1] == name:
                after = t.frames - t.frames // 2
        return before, after

    def find_frame(self, text: str | int) -> int:
        """The film frame meant by 173, "173" or "02_dawn:1050"."""
        frames = self.find_frames(str(text))
        if len(frames) != 1:
            raise SceneError(f'"{text}" is {len(frames)} frames: name one, as in 173 or {self._example()}')
        return frames[0]

    def find_frames(self, text: str) -> list[int]:
        """Film frames of "0-239x2", "02_dawn:1050-1060", "02_dawn" (all of it) or several with commas.

        Numbers after a comma belong to the scene named last: "02_dawn:1001,1050".
        """
        frames: dict[int, None] = {}
        scene: Scene | None = None
        for part in [p for p in re.split(r",", text) if p.strip()]:
            name, colon, numbers = part.strip().partition(":")
            if name in [s.name for s in self.scenes]:
                scene = self.named(name)
                numbers = numbers if colon else scene.frames
            elif colon and not re.fullmatch(r"-?\d+(-|\.\.)-?\d+", name):  # 1-10:2 is a step
                self.named(name)  # says which there are
            else:
                numbers = part.strip()
            for n in parse_frames(numbers):
                frames[self._film_frame(scene, n)] = None
        if not frames:
            raise SceneError(f'frames "{text}" is empty: write "0-{self.length - 1}" or {self._example()}')
        return list(frames)

    def _film_frame(self, scene: Scene | None, n: int) -> int:
        if scene is None:
            if not 0 <= n < self.length:
                raise SceneError(
                    f"film frame {n} is outside the film: it has frames 0-{self.length - 1}; "
                    f"for a scene's own number write {self._example()}"
                )
            return n
        if not scene.first <= n <= scene.last:
            raise SceneError(f'frame {n} is outside scene "{scene.name}": it has frames {scene.frames}')
        return self.start_of(scene.name) + n - scene.first

    def _example(self) -> str:
        return f"{self.scenes[0].name}:{self.scenes[0].first}"


def _cuts(film: Film) -> list[Mistake]:
    """Scenes that share a name, transitions into nowhere, longer than their scenes, or into each other."""
    found: list[Mistake] = []
    names = [s.name for s in film.scenes]
    for i, name in enumerate(names):
        if name in names[:i]:
            found.append(Mistake(("scenes", i), f'scene "{name}" is there twice: give one another name'))
    if found:
        return found
    taken: dict[int, int] = {}
    for i, t in enumerate(film.transition):
        at: tuple[str | int, ...] = ("transition", i)
        if t.into not in names:
            near = did_you_mean(t.into, names)
            told = f'unknown scene "{t.into}"{near}: the film has {", ".join(names)}'
            found.append(Mistake((*at, "into"), told))
            continue
        k = names.index(t.into)
        if k == 0:
            told = f'"{t.into}" is the first scene: there is nothing to come from'
            found.append(Mistake((*at, "into"), told))
            continue
        if k in taken:
            found.append(Mistake((*at, "into"), f'there is a transition into "{t.into}" already: keep one'))
            continue
        taken[k] = t.frames
        half = t.frames // 2
        for scene, needs in ((film.scenes[k - 1], half), (film.scenes[k], t.frames - half)):
            if needs > scene.length:
                told = (
                    f'{t.frames} frames are too long: {needs} of them lie in "{scene.name}" ({scene.length})'
                )
                found.append(Mistake((*at, "frames"), told))
    for k, frames in taken.items():
        length = film.scenes[k].length
        if k + 1 in taken and frames - frames // 2 + taken[k + 1] // 2 > length:
            i = next(j for j, t in enumerate(film.transition) if t.into == names[k + 1])
            told = f'transitions overlap inside "{names[k]}" ({length} frames): shorten one of them'
            found.append(Mistake(("transition", i, "frames"), told))
    return found
