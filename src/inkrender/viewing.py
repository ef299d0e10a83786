"""Frames for sheets and scopes: of a film as it is painted, of stills, sequences and videos as they are."""

from __future__ import annotations

import os
from collections.abc import Callable
from collections.abc import Sequence as Many
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from . import accenting, analysis, colour, engine, film, manifest
from .errors import PlateError, SceneError
from .io import files, probe, stills
from .io.sequence import Sequence, ranges
from .io.video import Video
from .render import scaled
from .sheets import Shown
from .timing import parse_frames


class Source(Protocol):
    """What frames come from: a title, its frame numbers, and each frame to look at."""

    title: str

    @property
    def numbers(self) -> Many[int]:
        """All frames, by number."""

    def chosen(self, text: str | None) -> list[int]:
        """The frames that -F names, all of them when None. Raises InkError for one that is not there."""

    def prepare(self, frames: Many[int], tell: Callable[[int, int], None]) -> None:
        """Work out what these frames need of their whole scenes; tell: steps done, of how many."""

    def shown(self, n: int, lines: int) -> Shown:
        """A frame; lines: the height a film is painted at, for footage is taken as it is."""


class Painted:
    """A film, painted quickly: at few lines, with the same negative space as the finished one."""

    def __init__(self, told: film.Film) -> None:
        self.film = told
        self.title = told.title

    @property
    def numbers(self) -> Many[int]:
        """Film frames, from 0."""
        return range(self.film.length)

    def chosen(self, text: str | None) -> list[int]:
        """Film frames; text as in `render -F`."""
        return list(self.numbers) if text is None else self.film.find_frames(text)

    def prepare(self, frames: Many[int], tell: Callable[[int, int], None]) -> None:
        """Look ahead over the scenes of these frames."""
        self.film.prepare(frames, tell)

    def shown(self, n: int, lines: int) -> Shown:
        """Film frame n, with the blank paper of its finished canvas where there is paper."""
        told = self.film.plan(n)
        studio = self.film.studio(scaled(self.film.size, min(1.0, lines / self.film.size[1])))
        lifts, lights = analysis.lifts(told, studio), accenting.lights(told, studio)
        codes, _ = engine.render(told, studio, lifts, 16, lights=lights)
        one, number = self.film.locate(n)
        blank, told_blank = None, "light: no paper is left bare"
        if told.transition is not None:
            blank = colour.blank(engine.meeting(told, studio, lifts, lights), studio.white)
            told_blank = "in a transition"
        elif told.scenes[0].scene.medium == "ink":
            blank = colour.blank(engine.canvas(studio, told.scenes[0], lifts[0], lights[0]), studio.white)
            told_blank = "" if lifts[0] is None else f"target {_percent(lifts[0].target)}"
        picture = np.ascontiguousarray(codes[..., :3])
        return Shown(f"{one.name}:{number}", picture, f"frame {n}", blank, told_blank)


class Footage:
    """A still, a sequence or a video. Frames are display-encoded as they are stored; light is encoded.

    Colour is laid on black where it is transparent, as players show it. Raises PlateError.
    """

    def __init__(self, text: str | os.PathLike[str]) -> None:
        self.path = Path(text).expanduser()
        self.title = self.path.name
        self._film = self._plate = None
        if probe.kind_of(self.path) == "video":
            self._film = Video(self.path)
        else:
            self._plate = Sequence(self.path)
            self.title = self._plate.pattern.name

    @cached_property
    def numbers(self) -> Many[int]:
        """The file's own numbers; of a video from 0; (0,) for a still."""
        if self._film is not None:
            return range(self._film.frames)
        return (self._plate.frames if self._plate else ()) or (0,)

    @property
    def alone(self) -> bool:
        """Whether it is a single picture, which stands for every frame."""
        return self._plate is not None and not self._plate.pattern.numbered

    def chosen(self, text: str | None) -> list[int]:
        """The file's own numbers."""
        if text is None:
            return list(self.numbers)
        wanted = parse_frames(text)
        first, last = self.numbers[0], self.numbers[-1]
        if outside := [n for n in wanted if not first <= n <= last]:
            raise SceneError(f'-F "{text}": frame {outside[0]} is outside {self.title}, {first}-{last}')
        there = set(self.numbers)
        if gaps := [n for n in wanted if n not in there]:
            raise PlateError(
                f'-F "{text}": {self.title} lacks {ranges(gaps)} of {first}-{last}: '
                "render what is missing, or name frames that are there"
            )
        return wanted

    def prepare(self, frames: Many[int], tell: Callable[[int, int], None]) -> None:
        """Nothing: footage is there."""

    def shown(self, n: int, lines: int) -> Shown:
        """A frame by its own number; of rendered frames with what their manifest says of blank paper."""
        if self._film is not None:
            return Shown(str(n), self._film.read(n), f"{float(n / self._film.fps):.2f} s")
        path = self._plate.path(n) if self._plate else self.path
        picture = encoded(path)
        row = manifest.read_row(path)
        blank = row.stats.get("blank") if row else None
        told = "no manifest" if blank is None else f"blank {_percent(blank)} by its manifest"
        h, w = picture.shape[:2]
        if self.alone:
            return Shown(path.name, picture, f"{w} x {h}", None, told)
        return Shown(str(n), picture, path.name, None, told)


def encoded(path: Path) -> NDArray[Any]:
    """A picture file as display-encoded RGB on black: uint8 or uint16 codes (h, w, 3). Raises PlateError."""
    stored = stills.raw(path)
    pixels = stored.pixels
    whole = pixels.dtype.kind == "u" and bool((pixels[..., 3] == np.iinfo(pixels.dtype).max).all())
    if whole and stored.transfer == "srgb":
        return np.ascontiguousarray(pixels[..., :3])  # codes as they are
    light = stills.to_light(pixels, stored.transfer, stored.premultiplied)[..., :3]
    codes = np.clip(colour.encode(np.clip(light, 0, 1), "srgb"), 0, 1)
    kind = np.uint8 if pixels.dtype == np.uint8 else np.uint16
    return np.rint(codes * np.iinfo(kind).max).astype(kind)


def footage(text: str) -> Footage:
    """Footage by the name of a file, a pattern or a folder. Raises PlateError for what is not a picture."""
    path = Path(text).expanduser()
    kind = probe.kind_of(path)
    if kind not in ("still", "sequence", "video"):
        raise PlateError(f"{path} is no picture ({kind}): give a still, a sequence, a video or a film")
    if kind == "video" and not path.is_file():
        raise files.missing(path)
    return Footage(path)


def spread(numbers: Many[int], most: int) -> list[int]:
    """At most so many of the numbers, evenly spread, the first and the last among them."""
    if len(numbers) <= most:
        return list(numbers)
    if most == 1:
        return [numbers[len(numbers) // 2]]
    return [numbers[round(i * (len(numbers) - 1) / (most - 1))] for i in range(most)]


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %"
