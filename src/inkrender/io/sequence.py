"""Numbered pictures: patterns, which frames exist, and what stands in for those that do not."""

from __future__ import annotations

import os
import re
from bisect import bisect_right
from collections.abc import Iterable
from collections.abc import Sequence as Frames
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

from ..errors import PlateError, did_you_mean
from . import files

Missing = Literal["error", "hold", "nearest", "black", "transparent"]
Beyond = Literal["hold", "black", "loop", "bounce", "transparent", "error"]
BLACK: Literal["black"] = "black"  # what resolve gives for an opaque black frame

MISSING: tuple[str, ...] = get_args(Missing)
BEYOND: tuple[str, ...] = get_args(Beyond)
PICTURES = (".png", ".jpg", ".jpeg", ".tif", ".tiff", ".exr")

_TOKEN = re.compile(r"#+|%0?(\d*)d")
_NUMBERED = re.compile(r"^(.*?)(\d+)(\D*\.[^.]+)$")


@dataclass(frozen=True)
class Pattern:
    """The name of a sequence: `shot.####.exr`, `shot.%04d.png`, or a plain file.

    A # stands for one digit, a lone # for four; %d for a number without padding. A number too big for its
    digits takes as many as it needs. width: 0 for %d, None for a plain file.
    """

    folder: Path
    prefix: str
    suffix: str
    width: int | None

    @staticmethod
    def parse(text: str | os.PathLike[str], root: str | os.PathLike[str] = ".") -> Pattern:
        """Read a pattern, relative to the folder `root`. A folder with exactly one sequence stands for it.

        Raises PlateError for two tokens, a token in a folder's name, and folders with none or several.
        """
        path = Path(root) / os.fspath(text)
        # what is there under that very name is meant: "take #1.png", a folder "C#"
        tokens = [] if path.is_file() else list(_TOKEN.finditer(path.name))
        if any(re.search(r"##|%0\d+d", p.name) and not p.is_dir() for p in path.parents):
            raise PlateError(f'"{text}": the frame number stands in the file name, not in a folder')
        if len(tokens) > 1:
            raise PlateError(
                f'"{text}" has {len(tokens)} places for a frame number: write one, as in shot.####.exr'
            )
        if tokens:
            token = tokens[0]
            if token[0].startswith("#"):
                width = 4 if len(token[0]) == 1 else len(token[0])
            else:
                width = int(token[1] or 0) if token[0].startswith("%0") else 0
            return Pattern(path.parent, path.name[: token.start()], path.name[token.end() :], width)
        if path.is_dir():
            found = discover(path)
            if len(found) == 1:
                return found[0]
            if not found:
                raise PlateError(
                    f"{path} is a folder without numbered pictures: name a file or a pattern in it"
                )
            listed = ", ".join(f'"{Path(os.fspath(text)) / p.name}"' for p in found[:8])
            raise PlateError(f"{path} holds {len(found)} sequences: write which one, {listed}")
        return Pattern(path.parent, path.name, "", None)

    @property
    def numbered(self) -> bool:
        """Whether it stands for many files."""
        return self.width is not None

    @property
    def name(self) -> str:
        """The file name as a pattern: shot.####.exr."""
        if self.width is None:
            return self.prefix
        return f"{self.prefix}{'%d' if self.width < 2 else '#' * self.width}{self.suffix}"

    def path(self, frame: int) -> Path:
        """The file of a frame; the plain file itself whatever the frame."""
        if self.width is None:
            return self.folder / self.prefix
        if frame < 0:
            raise ValueError(f"frame {frame}: files are numbered from 0")
        return self.folder / f"{self.prefix}{frame:0{self.width or 1}d}{self.suffix}"

    def frames(self) -> tuple[int, ...]:
        """The frame numbers whose files exist, sorted; () for a plain file or a missing folder."""
        if self.width is None:
            return ()
        found = []
        try:
            names = os.listdir(self.folder)
        except OSError:
            return ()
        for name in names:
            if len(name) <= len(self.prefix) + len(self.suffix):
                continue
            if not (name.startswith(self.prefix) and name.endswith(self.suffix)):
                continue
            digits = name[len(self.prefix) : len(name) - len(self.suffix)]
            # only names this pattern would write: 0012 is not a frame of ###
            if digits.isascii() and digits.isdigit() and f"{int(digits):0{self.width or 1}d}" == digits:
                found.append(int(digits))
        return tuple(sorted(found))

    def __str__(self) -> str:
        return str(self.folder / self.name)


def is_pattern(text: str) -> bool:
    """Whether a file name holds a place for a frame number."""
    return bool(_TOKEN.search(Path(text).name))


def discover(folder: str | os.PathLike[str]) -> list[Pattern]:
    """The sequences of at least two pictures in a folder, by name."""
    groups: dict[tuple[str, str], set[str]] = {}
    for name in sorted(os.listdir(folder)):
        found = _NUMBERED.match(name) if name.lower().endswith(PICTURES) and name[0] != "." else None
        # the last number is the frame's: shot_v2.0001.exr
        found = re.match(r"^(.*?)(\d+)(\.[^.]+)$", name) or found if found else None
        if found:
            groups.setdefault((found[1], found[3]), set()).add(found[2])
    out = []
    for (prefix, suffix), numbers in sorted(groups.items()):
        if len(numbers) > 1:
            widths = {len(n) for n in numbers}
            padded = len(widths) == 1 or any(n[0] == "0" and len(n) > 1 for n in numbers)
            out.append(Pattern(Path(folder), prefix, suffix, min(widths) if padded else 0))
    return out


class Sequence:
    """A pattern and the frames that exist, as they were found when it was opened.

    text: a pattern, a plain file (no frames, it stands everywhere) or a folder with one sequence, relative to
    `root`. Raises PlateError when there are no files.
    """

    def __init__(self, text: str | os.PathLike[str] | Pattern, root: str | os.PathLike[str] = ".") -> None:
        self.pattern = text if isinstance(text, Pattern) else Pattern.parse(text, root)
        self.frames: tuple[int, ...] = self.pattern.frames()
        if not self.pattern.numbered and not self.pattern.path(0).is_file():
            raise _no_file(self.pattern.path(0))
        if self.pattern.numbered and not self.frames:
            raise _no_frames(self.pattern)

    def __repr__(self) -> str:
        return f"<Sequence {self.pattern} {ranges(self.frames)}>"

    @property
    def first(self) -> int:
        """The lowest frame number; 0 for a plain file."""
        return self.frames[0] if self.frames else 0

    @property
    def last(self) -> int:
        """The highest frame number; 0 for a plain file."""
        return self.frames[-1] if self.frames else 0

    def path(self, frame: int) -> Path:
        """The file of a frame, whether it exists or not."""
        return self.pattern.path(frame)

    def gaps(self, frames: Iterable[int] | None = None) -> tuple[int, ...]:
        """The frames without a file: among those given, else between the first and the last."""
        if not self.pattern.numbered:
            return ()
        there = set(self.frames)
        wanted = range(self.first, self.last + 1) if frames is None else sorted(set(frames))
        return tuple(f for f in wanted if f not in there)

    def resolve(
        self,
        frame: int,
        *,
        missing: str = "error",
        before: str = "hold",
        after: str = "hold",
    ) -> Path | Literal["black"] | None:
        """The file to show at `frame`, BLACK for an opaque black frame, or None for a transparent one.

        frame: in the file's own numbers. before, after: what stands beyond the first and the last file;
        missing: what stands in a gap between them. A plain file stands everywhere.
        Raises PlateError listing the gaps when the answer is "error".
        """
        _known("missing", missing, MISSING)
        _known("before", before, BEYOND)
        _known("after", after, BEYOND)
        if not self.pattern.numbered:
            return self.pattern.path(frame)
        inside = within(frame, self.first, self.last, before=before, after=after, name=str(self.pattern))
        if inside is None or inside == BLACK:
            return inside
        at = bisect_right(self.frames, inside) - 1
        if self.frames[at] == inside:
            return self.path(inside)
        if missing == "error":
            raise self._gap_error(inside)
        if missing in ("black", "transparent"):
            return BLACK if missing == "black" else None
        if missing == "nearest" and self.frames[at + 1] - inside < inside - self.frames[at]:
            at += 1
        return self.path(self.frames[at])

    def sizes(self) -> dict[tuple[int, int], tuple[int, ...]]:
        """Frames by picture size (w, h), from every file's header: more than one key means mixed sizes."""
        from .stills_read import size

        out: dict[tuple[int, int], list[int]] = {}
        for frame in self.frames or (0,):
            out.setdefault(size(self.path(frame)), []).append(frame)
        return {wh: tuple(frames) for wh, frames in out.items()}

    def check_sizes(self) -> tuple[int, int]:
        """The one size (w, h) of all files. Raises PlateError naming the frames that differ."""
        sizes = sorted(self.sizes().items(), key=lambda item: -len(item[1]))
        if len(sizes) > 1:
            listed = "; ".join(f"{w}x{h}: {ranges(frames)}" for (w, h), frames in sizes)
            raise PlateError(f"{self.pattern} mixes sizes ({listed}): render the odd ones again at one size")
        return sizes[0][0]

    def _gap_error(self, asked: int) -> PlateError:
        gaps = self.gaps()
        return PlateError(
            f"{self.path(asked)} is missing: {self.pattern} lacks {ranges(gaps)} "
            f"of {self.first}-{self.last}; "
            'render them, or add to the layer: missing = "hold"   (or nearest, black, transparent)'
        )


def within(
    frame: int, first: int, last: int, *, before: str, after: str, name: str
) -> int | Literal["black"] | None:
    """The frame of `first`-`last` that stands at `frame`, BLACK for an opaque black one, None for nothing.

    before, after: what stands beyond the ends, of a sequence and of a video alike. name: what to call it.
    Raises PlateError when that is "error".
    """
    if first <= frame <= last:
        return frame
    side, mode = ("before", before) if frame < first else ("after", after)
    if mode == "error":
        raise PlateError(
            f"{name} has frames {first}-{last}, {frame} was asked for: render it, "
            f'or add to the layer: {side} = "hold"   (or loop, bounce, black, transparent)'
        )
    if mode in ("black", "transparent"):
        return BLACK if mode == "black" else None
    length = last - first + 1
    away = frame - first
    if mode == "loop":
        return first + away % length
    if mode == "bounce" and length > 1:
        away %= 2 * length - 2  # the ends are not shown twice
        return first + min(away, 2 * length - 2 - away)
    return first if frame < first else last


def ranges(frames: Frames[int]) -> str:
    """Frame numbers for people: "1003-1004, 1010"."""
    out: list[str] = []
    todo = sorted(frames)
    while todo:
        n = 1
        while n < len(todo) and todo[n] == todo[0] + n:
            n += 1
        out.append(str(todo[0]) if n == 1 else f"{todo[0]}-{todo[n - 1]}")
        todo = todo[n:]
    return ", ".join(out) or "none"


def _known(key: str, value: str, known: tuple[str, ...]) -> None:
    if value not in known:
        raise PlateError(
            f'{key} = "{value}" is not known{did_you_mean(value, known)}: use {", ".join(known)}'
        )


def _no_frames(pattern: Pattern) -> PlateError:
    if not pattern.folder.is_dir():
        return PlateError(f"{pattern} has no files: there is no folder {pattern.folder}")
    others = [p.name for p in discover(pattern.folder)]
    if others:
        listed = ", ".join(f'"{name}"' for name in others[:6])
        return PlateError(f"{pattern} has no files; {pattern.folder} holds {listed}")
    return PlateError(
        f"{pattern} has no files and {pattern.folder} holds no numbered pictures: check the name"
    )


def _no_file(plain: Path) -> PlateError:
    error = files.missing(plain)
    numbered = _NUMBERED.match(plain.name)
    siblings = [p for p in discover(plain.parent)] if plain.parent.is_dir() else []
    if siblings and not numbered:
        listed = ", ".join(f'"{p.name}"' for p in siblings[:6])
        return PlateError(f"{plain} is missing; its folder holds the sequences {listed}")
    return error
