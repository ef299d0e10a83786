"""What a film is: frozen models with the same words in TOML, in Python and in messages.

Places and lengths are px at 1080 lines, origin top left, y down. Every number marked "may be keyed" is a
constant or `[[frame, value, easing], ...]` in the frames of its scene; `keys.NAME` says the same elsewhere.
Nothing here touches a file: `scenefile` reads and writes, `check` looks at what the names point to.

The parts live in `model`, `layer`, `grades` and `picture`; everything public is importable from here.
"""

from __future__ import annotations

import re
from fractions import Fraction
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple

from pydantic import BeforeValidator, Field, PlainSerializer, WithJsonSchema, model_validator
from pydantic_core import PydanticCustomError

from . import mood
from .errors import SceneError, did_you_mean
from .grades import Cdl, Curves, Grade, Hint, Palette, Qualifier, Secondary, Split, View, pairs
from .layer import BLEND_MODES, INPUTS, PART_BOUNDS, Layer
from .model import Keyed, Mistake, Model, Number, Pair, Parameters, ShaderUse, Share, Triple, plain, refuse
from .picture import Camera, Liubai, Look, Picture, Scene
from .script import ScriptRow
from .timing import Key, parse_fps, parse_frames, value_at

__all__ = [
    "BLEND_MODES",
    "INPUTS",
    "PART_BOUNDS",
    "Audio",
    "Camera",
    "Cdl",
    "Curves",
    "Deliver",
    "Film",
    "Grade",
    "Hint",
    "Key",
    "Layer",
    "Liubai",
    "Look",
    "Mistake",
    "Model",
    "Moment",
    "Number",
    "Pair",
    "Palette",
    "Picture",
    "Qualifier",
    "Scene",
    "ScriptRow",
    "Secondary",
    "ShaderUse",
    "Share",
    "Split",
    "Transition",
    "Triple",
    "View",
    "pairs",
    "plain",
    "value_at",
]


class Transition(Model):
    """How the film goes into a scene: drawn on handles either side of the cut, the length stays."""

    into: str = Field(min_length=1, description="Name of the scene it leads into.")
    use: str = Field(default="dissolve", min_length=1, description="A transition shader by name.")
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
    start: int = Field(default=0, description="Film frame at which it begins.")
    gain: Annotated[Number, Keyed(-120, 40)] = Field(
        default=0.0, description="Decibels, -120 to 40; may be keyed in film frames."
    )
    fade: tuple[Annotated[int, Field(ge=0)], Annotated[int, Field(ge=0)]] = Field(
        default=(0, 0), description="Frames to fade in and out."
    )


class Deliver(Model):
    """What the finished film is written as."""

    file: str = Field(
        default="out/film.mp4", min_length=1, description="The finished film, relative to this file's folder."
    )
    preset: Literal["h264", "h265", "prores", "gif"] = Field(default="h264", description="How it is encoded.")
    crf: int | None = Field(
        default=None, ge=0, le=51, description="Quality of h264 and h265, less is better; 0 to 51."
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


class Film(Model):
    """A film: its scenes in order, cut end to end."""

    title: str = Field(default="", description="Title.")
    size: tuple[Even, Even] = Field(
        default=(1920, 1080), description="Width and height of the master; even, 16 to 32768 px."
    )
    fps: Rate = Field(default=Fraction(24), description='Frames a second, exactly: "24", "24000/1001".')
    seed: int = Field(
        default=0, ge=0, lt=2**53, description="All randomness comes from it and from names and places."
    )
    paper: ShaderUse = Field(
        default_factory=lambda: ShaderUse(use="paper"), description="The paper: a shader and its parameters."
    )
    scenes: tuple[Scene, ...] = Field(min_length=1, description="Scenes in order; in TOML their files.")
    transition: tuple[Transition, ...] = Field(
        default=(), description="Transitions, one for a scene at most."
    )
    audio: tuple[Audio, ...] = Field(default=(), description="Sound.")
    script: dict[str, ScriptRow] = Field(
        default_factory=dict,
        description="The colour script: the film's own moods, which their scenes are held to.",
    )
    deliver: Deliver = Field(default_factory=Deliver, description="The finished file.")
    folder: Path | None = Field(default=None, exclude=True, repr=False)
    source: Path | None = Field(default=None, exclude=True, repr=False)

    @model_validator(mode="after")
    def _consistent(self) -> Film:
        refuse([*_cuts(self), *_moods(self)])
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

    def graded(self, one: Scene, frame: float) -> mood.Graded:
        """What a scene is graded by at one of its own frames: its grade over that of its mood."""
        return mood.graded(self.script, one.mood, one.grade, frame, self.folder)

    def row_at(self, one: Scene, frame: float) -> tuple[str, ScriptRow] | None:
        """What a scene is held to at one of its own frames: a name and the row; None for nothing."""
        return mood.row_at(self.script, one.mood, frame)

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


def _moods(film: Film) -> list[Mistake]:
    """Moods that are like nothing there is, and scenes of moods that are not there."""
    found: list[Mistake] = []
    for name in film.script:
        try:
            mood.find(film.script, name)
        except SceneError as error:
            found.append(Mistake(("script", name, "like"), str(error)))
    if found:
        return found
    for i, one in enumerate(film.scenes):
        for told in mood.mistakes(film.script, one.mood, one.grade):
            found.append(Mistake(("scenes", i), f'scene "{one.name}": {told}'))
    return found


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
