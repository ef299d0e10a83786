"""Scenes and looks: layers back to front, a camera, negative space, a grade."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, WithJsonSchema, model_validator
from pydantic_core import PydanticCustomError

from .composition import FEATURES, FORMS, PRESETS, PresetName, matte_name, prior_name
from .errors import SceneError, did_you_mean
from .grades import Grade
from .layer import Layer, unknown_inputs
from .model import Keyed, Mistake, Model, Number, Pair, refuse
from .mood import Moods
from .timing import parse_frames
from .validation import quoted


class Camera(Model):
    """What moves every layer by its parallax."""

    pan: Annotated[Pair, Keyed(-100000, 100000, size=2)] = Field(
        default=(0.0, 0.0), description="How far the camera has moved right and down; px; may be keyed."
    )
    zoom: Annotated[Number, Keyed(0.1, 10)] = Field(
        default=1.0, description="Magnification about the middle of the frame; 0.1 to 10; may be keyed."
    )
    shake: Annotated[Number, Keyed(0, 200)] = Field(
        default=0.0, description="Amplitude of a hand's tremor; px, 0 to 200; may be keyed."
    )


class Liubai(Model):
    """留白: which share of the frame is left blank, what gives way, and what stays whole."""

    preset: PresetName | None = Field(
        default=None,
        description="A target with its composition and weights: literati .60, song_corner .55, "
        "half_side .50, modern .35, full .15, night .10. What is given beside it counts instead.",
    )
    target: Annotated[Number | None, Keyed(0, 1, optional=True)] = Field(
        default=None,
        description="Share of the frame left blank; 0 to 1; default: the preset's; may be keyed.",
    )
    from_: tuple[str, ...] = Field(
        default=(),
        validation_alias="from",
        serialization_alias="from",
        description="Layers that give way; default: all below the first protected one.",
    )
    protect: tuple[str, ...] = Field(
        default=(), description=f"What is left whole: layers by name, or mattes: {FORMS}."
    )
    reserve: tuple[str, ...] = Field(
        default=(), description="What is left bare before anything else: layers or mattes, as for protect."
    )
    prior: str | None = Field(
        default=None,
        min_length=1,
        description="Which part of the sheet is painted: lower_left (corner), lower_right, upper_left, "
        "upper_right, left (half_side), right, lower, upper, thirds, or a picture file, white = paper.",
    )
    strength: Annotated[Number | None, Keyed(0, 2, optional=True)] = Field(
        default=None, description="How much the prior counts; 0 to 2; default: the preset's; may be keyed."
    )
    weights: dict[str, Annotated[Number, Keyed(0, 10)]] = Field(
        default_factory=dict,
        description="How much each feature counts: light, sat, flat, border, depth, mist, alpha; 0 to 10; "
        "each may be keyed.",
    )
    allow_holes: bool = Field(
        default=False, description="Whether paper may show inside a subject that no matte marks."
    )
    edge: Literal["auto", "torn", "mist", "dry"] = Field(
        default="auto",
        description="How ink ends: torn by the paper, in mist, dry; auto: as the picture is at each place.",
    )
    bleed: Annotated[Number, Keyed(0, 200)] = Field(
        default=8.0, description="How far ink creeps into the blank; px, 0 to 200; may be keyed."
    )

    @model_validator(mode="after")
    def _meant(self) -> Liubai:
        mistakes = []
        if self.target is None and self.preset is None:
            told = f"target is missing: give one (0 to 1), or a preset: {', '.join(PRESETS)}"
            mistakes.append(Mistake(("target",), told))
        for name in self.weights:
            if name not in FEATURES:
                near = did_you_mean(name, FEATURES)
                told = f'weights has no feature "{name}"{near}: use {", ".join(FEATURES)}'
                mistakes.append(Mistake(("weights", name), told))
        if self.prior is not None:
            try:
                prior_name(self.prior)
            except SceneError as error:
                mistakes.append(Mistake(("prior",), str(error)))
        refuse(mistakes)
        return self


Anchor = tuple[float, float]
Name = Annotated[
    str,
    Field(pattern=r"^[^\s:/\\,][^:/\\,]*$"),
    WithJsonSchema({"type": "string", "pattern": r"^[^\s:/\\,][^:/\\,]*$"}),
]


class Picture(Model):
    """What a scene and a look have in common."""

    name: Name = Field(description="Name; default: the file's name without .toml.")
    mood: Moods = Field(
        default="",
        description="Its row of the colour script, and the grade it starts from; or keys of moods.",
    )
    medium: Literal["ink", "light"] = Field(
        default="ink", description="Painted in ink on paper, or composited in light."
    )
    anchors: dict[str, Anchor] = Field(default_factory=dict, description="Places by name: [x, y] in px.")
    seed: int | None = Field(
        default=None, ge=0, lt=2**53, description="Another throw of the dice; default: from the name."
    )
    camera: Camera = Field(default_factory=Camera, description="The camera.")
    layer: tuple[Layer, ...] = Field(default=(), description="Layers, back to front.")
    liubai: Liubai | None = Field(default=None, description="Negative space; without it nothing is lifted.")
    grade: Grade = Field(default_factory=Grade, description="The grade.")
    folder: Path | None = Field(default=None, exclude=True, repr=False)
    source: Path | None = Field(default=None, exclude=True, repr=False)

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
        elif layer.matte is not None and layer.matte not in names:
            near = did_you_mean(layer.matte, names)
            told = f'matte names unknown layer "{layer.matte}"{near}: the scene has {", ".join(names)}'
            found.append(Mistake((*at, "matte"), told))
    if picture.liubai:
        for i, name in enumerate(picture.liubai.from_):
            if name not in names:
                near = did_you_mean(name, names)
                told = f'from names unknown layer "{name}"{near}: the scene has {", ".join(names)}'
                found.append(Mistake(("liubai", "from", i), told))
        for key in ("protect", "reserve"):
            for i, name in enumerate(getattr(picture.liubai, key)):
                try:
                    matte_name(name, tuple(names))
                except SceneError as error:
                    found.append(Mistake(("liubai", key, i), f"{key} {error}"))
        if picture.medium == "light":
            found.append(Mistake(("liubai",), 'liubai lifts ink, but the scene\'s medium is "light"'))
    for i, part in enumerate(picture.grade.secondary):
        if part.where.layer is not None and part.where.layer not in names:
            near = did_you_mean(part.where.layer, names)
            told = f'unknown layer "{part.where.layer}"{near}: the scene has {", ".join(names) or "none"}'
            found.append(Mistake(("grade", "secondary", i, "where", "layer"), told))
    hint = picture.grade.hint
    if hint and picture.medium == "light":
        told = 'a hint is painted in ink, but the scene\'s medium is "light": use a secondary'
        found.append(Mistake(("grade", "hint"), told))
    if hint and hint.where != "background":
        try:
            matte_name(hint.where, tuple(names))
        except SceneError as error:
            near = did_you_mean(hint.where, ["background"])
            found.append(Mistake(("grade", "hint", "where"), f"where {error}{near}"))
    return found


def _span(given: Any) -> Any:
    if isinstance(given, (list, tuple)) and len(given) == 2 and all(isinstance(n, int) for n in given):
        given = f"{given[0]}-{given[1]}"
    if isinstance(given, int) and not isinstance(given, bool):
        given = str(given)
    if not isinstance(given, str):
        raise PydanticCustomError("span", '{v} is not a range: write "1001-1168"', {"v": quoted(given)})
    try:
        frames = parse_frames(given)
    except SceneError as error:
        raise PydanticCustomError("span", "{text}", {"text": str(error)}) from None
    if frames != list(range(frames[0], frames[-1] + 1)):
        ends = sorted(int(n) for n in re.findall(r"(?<!\d)-?\d+", given)[:2])
        told = f'frames "{given}" is not one range going forward: write "{ends[0]}-{ends[-1]}"'
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
        refuse([*mistakes, *unknown_inputs(self.inputs)])
        return self

    def scene(self, first: int, last: int) -> Scene:
        """The same as a scene over the footage's frames; the layer with use = "input" stays as it is."""
        told = {name: getattr(self, name) for name in Picture.model_fields}
        return Scene(frames=f"{first}-{last}", **told)
