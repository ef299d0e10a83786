"""A layer: one thing that is painted, where its pictures come from, and how it meets what lies below."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Any, Literal, get_args

from pydantic import BeforeValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from . import colour
from .errors import SceneError, did_you_mean
from .io.sequence import Beyond, Missing
from .model import Keyed, Mistake, Model, Number, Pair, Parameters, ShaderUse, Share, flat, refuse
from .timing import value_at

Blend = Literal[
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
]  # W3C Compositing and Blending Level 1, separable
BLEND_MODES: tuple[str, ...] = get_args(Blend)
PART_BOUNDS = {  # what may be keyed on a part of an SVG rig
    "rotate": (-36000.0, 36000.0),
    "x": (-20000.0, 20000.0),
    "y": (-20000.0, 20000.0),
    "scale": (0.001, 1000.0),
    "opacity": (0.0, 1.0),
    "bend": (-360.0, 360.0),  # of a ribbon, such as a scarf
}
INPUTS = ("depth", "normal", "vector", "position", "matte", "id", "height")


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


KINDS_OF_LAYER = ("use", "file", "rig", "text")


class Layer(Model):
    """One thing that is painted: a source shader, pictures from files, an SVG rig, or text."""

    name: str = Field(
        min_length=1, description="Name, once in a scene; what from, protect and matte refer to."
    )
    use: str | None = Field(default=None, min_length=1, description="A source shader by name.")
    file: str | None = Field(
        default=None,
        min_length=1,
        description="Still, sequence (####, %04d) or video; relative to this file's folder.",
    )
    rig: str | None = Field(default=None, min_length=1, description="An SVG whose parts can be keyed.")
    text: str | None = Field(default=None, min_length=1, description="Words to set.")
    with_: Parameters = Field(
        default_factory=dict,
        validation_alias="with",
        serialization_alias="with",
        description="Parameters of the source shader named in use; every number may be keyed.",
    )
    keys: dict[str, Annotated[Number, Keyed(-36000, 36000)]] = Field(
        default_factory=dict,
        description='Keys for any number of this layer: keys.opacity, keys."with.density", keys."arm.rotate" '
        "for a part of a rig (rotate in degrees, x and y in px, scale, opacity, bend).",
    )
    shaders: tuple[ShaderUse, ...] = Field(
        default=(), description="Shaders applied to this layer, in this order."
    )
    inputs: dict[str, str] = Field(
        default_factory=dict, description="Further planes by name (depth, normal, ...): a file each."
    )

    parallax: Annotated[Number, Keyed(0, 10)] = Field(
        default=1.0, description="0 = infinitely far, 1 = moves with the camera; 0 to 10; may be keyed."
    )
    position: Annotated[Pair | str, Keyed(-100000, 100000, size=2, words=True)] = Field(
        default=(0.0, 0.0),
        description="Where its origin lies: [x, y] in px, or the name of an anchor; may be keyed.",
    )
    scale: Annotated[Number, Keyed(0.001, 1000)] = Field(
        default=1.0, description="Size about its origin; 0.001 to 1000; may be keyed."
    )
    rotation: Annotated[Number, Keyed(-36000, 36000)] = Field(
        default=0.0, description="Degrees clockwise about its origin (file, rig, text); may be keyed."
    )
    opacity: Share = Field(default=1.0, description="0 to 1; may be keyed.")
    drift: tuple[float, float] = Field(
        default=(0.0, 0.0), description="Steady movement from the first frame on; px a frame."
    )

    body: Share = Field(
        default=1.0, description="1 covers what lies below, 0 glazes it (a wash); may be keyed."
    )
    white: Annotated[float | str, BeforeValidator(lambda v: _white(v))] = Field(
        default="paper",
        description='What of a picture becomes bare paper: "paper" keeps its colours, 1 or a colour.',
    )
    edges: Literal["linear", "ink"] = Field(
        default="linear",
        description="How coverage mixes: in linear light, or as ink does, which gains weight.",
    )
    group: str | None = Field(
        default=None,
        min_length=1,
        description="Neighbours of one group meet in linear light, then enter as one layer.",
    )
    blend: Blend = Field(
        default="normal", description="How it meets what lies below in light: in a group or a scene of light."
    )
    matte: str | None = Field(
        default=None,
        min_length=1,
        description="A layer of the scene whose cover multiplies this one (0 empty, 1 full).",
    )

    exposure: int = Field(
        default=1, ge=1, le=1000, description="Frames each drawing stays: 2 = drawn on twos."
    )
    missing: Missing = Field(default="error", description="What a gap in a sequence shows.")
    before: Beyond = Field(default="hold", description="What is shown before the first drawing.")
    after: Beyond = Field(default="hold", description="What is shown after the last drawing.")
    offset: int | None = Field(
        default=None, description="Frame of the file = frame of the scene + offset; default 0."
    )
    start: int | None = Field(default=None, description="Frame of the file shown at the scene's first frame.")
    pass_: str | None = Field(
        default=None,
        min_length=1,
        validation_alias="pass",
        serialization_alias="pass",
        description='Which picture of a multi-layer file, by the end of its name: "Combined", "Depth.Z".',
    )
    alpha: Literal["auto", "premultiplied", "straight"] = Field(
        default="auto", description="How colour was stored beside alpha; auto: as the format has it."
    )
    transfer: Annotated[str, BeforeValidator(_transfer)] = Field(
        default="auto", description="How the file encodes light: auto, srgb, rec709, linear, gamma2.2."
    )
    fit: Literal["none", "cover", "contain"] = Field(
        default="none",
        description="none: a pixel of the file is a px; cover fills the frame, contain shows all of it.",
    )

    font: str | None = Field(
        default=None, min_length=1, description="Font file, or the name of one that comes along."
    )
    size: float = Field(default=96.0, gt=0, le=4000, description="Height of the type; px, up to 4000.")
    pigment: Annotated[str, BeforeValidator(_colour)] = Field(
        default="ink", description='Colour of the type: a pigment, "#rrggbb" or "oklch(L C h)".'
    )
    vertical: bool = Field(default=False, description="Set in columns from top to bottom, right to left.")
    align: Literal["start", "middle", "end"] = Field(
        default="start", description="Which end of a line of text, or of a column, lies at position."
    )
    wind: Annotated[Number, Keyed(-10, 10)] = Field(
        default=0.0, description="How hard it blows on a rig's loose parts; -10 to 10; may be keyed."
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
        for name, value in flat(data["keys"]):
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
            told = f"the layer {has}: give exactly one of use, file, rig, text"
            mistakes += [Mistake((k,), told) for k in given[1:]] or [Mistake((), told)]
        if self.with_ and self.use is None:
            mistakes.append(
                Mistake(("with",), "with holds the parameters of a shader, but the layer has no use")
            )
        if self.keys and self.rig is None:
            mistakes.append(Mistake(("keys",), f"{next(iter(self.keys))} is keyed, but the layer has no rig"))
        if self.offset is not None and self.start is not None:
            mistakes.append(Mistake(("offset",), "offset and start say the same thing: keep one of them"))
        refuse([*mistakes, *unknown_inputs(self.inputs)])
        return self


def unknown_inputs(names: Iterable[str]) -> list[Mistake]:
    """A mistake for each of a layer's or a look's `inputs` that no shader could ask for."""
    return [
        Mistake(("inputs", n), f'unknown input "{n}"{did_you_mean(n, INPUTS)}: use {", ".join(INPUTS)}')
        for n in names
        if n not in INPUTS
    ]


def _white(given: Any) -> Any:
    if given == "paper":
        return given
    if isinstance(given, str):
        return _colour(given)
    return Keyed(0.001, 100).read(given)
