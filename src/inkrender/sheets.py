"""Sheets: pictures and scopes laid out on one page, with their names, as they are pinned to a wall.

The ground is 18 % grey, as the wall of a grading room, so that no picture is judged against white or black.
Pictures are display-encoded RGB, uint8 or uint16 (h, w, 3); a sheet is uint8 RGB.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any
from xml.sax.saxutils import escape, quoteattr

import cv2
import numpy as np
from numpy.typing import NDArray

from . import graticules, scopes
from .graticules import FONT, INK
from .io import vector
from .typeface import face_of, find_font

Codes = NDArray[np.uint8]
Size = tuple[int, int]

WALL = 118  # the code of 18 % grey, sRGB-encoded
QUIET = "#e4e4e0"
INSTRUMENTS = ("waveform", "parade", "histogram", "vectorscope")
MAPS = ("blank", "hint")
SCOPES = (*INSTRUMENTS, *MAPS)
WIDE = 1.5  # width over height of a waveform, parade and histogram
NARROWEST = 0.2  # pictures beyond are shown with room beside or above them


def nothing(size: Size) -> str:
    """No graticule."""
    return ""


@dataclass(frozen=True)
class Tile:
    """One thing on a sheet under its name.

    aspect: width over height. draw: makes it, uint8 RGB (h, w, 3) for a size (w, h); None leaves room. note:
    stands to the right of the title. marks: SVG drawn over it, for a size (w, h).
    """

    aspect: float
    draw: Callable[[Size], Codes] | None = None
    title: str = ""
    note: str = ""
    marks: Callable[[Size], str] = nothing


@dataclass(frozen=True)
class Row:
    """Parts side by side, all of one height."""

    parts: tuple[Part, ...]


@dataclass(frozen=True)
class Column:
    """Parts one above another, all of one width."""

    parts: tuple[Part, ...]


Part = Tile | Row | Column


@dataclass(frozen=True)
class Shown:
    """A frame on a sheet.

    name, note: its number or file, and what else is said of it. picture: display-encoded RGB. blank: its
    blank paper, bool (h, w), where the film is known; blank_note: what is said of it, else of `pale`.
    """

    name: str
    picture: NDArray[Any]
    note: str = ""
    blank: NDArray[np.bool_] | None = None
    blank_note: str = ""


# sheets ---------------------------------------------------------------------------------------------------


def held(one: Shown, most: int) -> Shown:
    """The frame with a picture of at most so many px, each the mean of those it stands for."""
    h, w = one.picture.shape[:2]
    k = math.sqrt(most / (w * h))
    if k >= 1 or one.blank is not None:  # a film's is small already, and goes with its map
        return one
    size = max(1, int(w * k)), max(1, int(h * k))
    smaller = cv2.resize(np.ascontiguousarray(one.picture[..., :3]), size, interpolation=cv2.INTER_AREA)
    return replace(one, picture=smaller)


def contact(shown: Sequence[Shown], columns: int) -> Part:
    """Frames in rows of so many columns, all of one size."""
    aspect = _clamped(max(_aspect(one.picture) for one in shown))
    tiles = [still(one, aspect) for one in shown]
    tiles += [Tile(aspect)] * (-len(tiles) % columns)
    return Column(tuple(Row(tuple(tiles[i : i + columns])) for i in range(0, len(tiles), columns)))


def studied(one: Shown, names: Sequence[str] = SCOPES, zoom: int = 1) -> Part:
    """A frame with its scopes beside it, and below it where it is wide. zoom: of the vectorscope."""
    frame = still(one)
    tiles = {name: scope(one, name, zoom=zoom) for name in names}
    maps = tuple(tiles[n] for n in MAPS if n in tiles)
    instruments = tuple(tiles[n] for n in INSTRUMENTS if n in tiles)
    if not tiles:
        return frame
    if frame.aspect < 1.2:  # beside a tall picture there is room for everything
        both = [*instruments, *maps]
        pairs = [
            Row(tuple(both[i : i + 2])) if both[i + 1 : i + 2] else both[i] for i in range(0, len(both), 2)
        ]
        return Row((frame, Column(tuple(pairs))))
    if maps and len(instruments) > 2:
        return Column((Row((frame, Column(maps))), Row(instruments)))
    rest = (*instruments, *maps)
    return Row((frame, Column(rest))) if len(rest) <= 2 else Column((frame, Row(rest)))


def listed(shown: Sequence[Shown], names: Sequence[str], zoom: int = 1) -> Part:
    """Every frame in a row of its own with its scopes. zoom: of the vectorscope."""
    rows = (Row((still(one), *(scope(one, name, zoom=zoom) for name in names))) for one in shown)
    return Column(tuple(rows))


def compared(
    pairs: Sequence[tuple[Shown, Shown]], names: Sequence[str] = (), zoom: int = 1, wipe: float = 0.5
) -> Part:
    """Frames before and after side by side, and one wiped into the other; below them the scopes of both.

    zoom: of the vectorscope. wipe: where the line of the wipe stands, of the width, 0..1.
    """
    rows: list[Part] = []
    for before, after in pairs:
        both = (
            _renamed(before, title=f"before · {before.name}"),
            _renamed(after, title=f"after · {after.name}"),
        )
        rows.append(Row((*both, _wiped(before, after, wipe))))
        for one, word in ((before, "before"), (after, "after")) if names else ():
            rows.append(Row(tuple(scope(one, name, word, zoom) for name in names)))
    return Column(tuple(rows))


def _renamed(one: Shown, title: str) -> Tile:
    """A frame under another title."""
    frame = still(one)
    return Tile(frame.aspect, frame.draw, title, one.note)


def still(one: Shown, aspect: float | None = None) -> Tile:
    """A frame as a tile; aspect: of the room it has, its own where None."""
    room = aspect or _clamped(_aspect(one.picture))
    return Tile(room, partial(_fitted, scopes.eight(one.picture)), one.name, one.note)


def scope(one: Shown, name: str, word: str = "", zoom: int = 1) -> Tile:
    """A scope of a frame by name, of `SCOPES`; word: what its title begins with; zoom: of the vectorscope."""
    told = f"{word} · " if word else ""
    picture = one.picture
    if name == "waveform":
        return Tile(WIDE, partial(scopes.waveform, picture), f"{told}waveform", "luma, %", graticules.levels)
    if name == "parade":
        return Tile(
            WIDE, partial(scopes.parade, picture), f"{told}parade", "red, green, blue, %", graticules.levels
        )
    if name == "histogram":
        return Tile(
            WIDE, partial(scopes.histogram, picture), f"{told}histogram", "share of pixels", graticules.shares
        )
    if name == "vectorscope":
        note = "BT.709" if zoom == 1 else f"BT.709, {zoom} x"
        marks = partial(graticules.targets, zoom=zoom)
        return Tile(1.0, partial(_square, picture, zoom), f"{told}vectorscope", note, marks)
    if name == "hint":
        where, tint, title, note = scopes.hint(picture), scopes.HINT_TINT, "hint", "hue 55–105"
    elif one.blank is not None:
        where, tint, title, note = one.blank, scopes.BLANK_TINT, "blank", one.blank_note
    else:
        where, tint, title, note = scopes.pale(picture), scopes.BLANK_TINT, "pale", one.blank_note
    share = 100 * np.count_nonzero(where) / where.size
    drawn = scopes.mapped(where, picture, tint)
    text = f"{share:.1f} %" + (f" · {note}" if note else "")
    return Tile(_clamped(_aspect(picture)), partial(_fitted, drawn), told + title, text)


def _wiped(before: Shown, after: Shown, at: float) -> Tile:
    h, w = after.picture.shape[:2]
    a = _resized(scopes.eight(before.picture), (w, h))
    drawn = scopes.wipe(a, scopes.eight(after.picture), at)
    return Tile(_clamped(w / h), partial(_fitted, drawn), "before | after")


# pages ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Page:
    """Lengths in px that follow from the width of a sheet."""

    text: float
    gap: float
    margin: float

    @property
    def strip(self) -> float:
        """Of the line of text above a tile."""
        return 1.7 * self.text


def laid_out(part: Part, width: int, title: str = "", note: str = "") -> Codes:
    """A sheet so many px wide: uint8 RGB (h, width, 3), with a title above and a note to its right."""
    k = width / 1920
    page = _Page(text=max(11.0, 17 * k), gap=max(6.0, 18 * k), margin=max(10.0, 30 * k))
    inner = width - 2 * page.margin
    top = page.margin + (1.9 * page.text if title else 0)
    slope, offset = _width(part, page)
    height = max((inner - offset) / slope, 1 + page.strip)
    out = np.full((round(top + height + page.margin), width, 3), WALL, np.uint8)
    if title:
        body = _heading(title, note, inner, 1.25 * page.text, page.text)
        _write(out, body, (page.margin, page.margin * 0.7), (inner, 2 * page.text))
    _place(out, part, page, (page.margin, top), (inner, height))
    return out


def _width(part: Part, page: _Page) -> tuple[float, float]:
    """How wide a part is at a height h: (a, b) of a h + b."""
    if isinstance(part, Tile):
        return part.aspect, -part.aspect * page.strip
    told = [_width(p, page) for p in part.parts]
    gaps = page.gap * (len(told) - 1)
    if isinstance(part, Row):
        return sum(a for a, _ in told), sum(b for _, b in told) + gaps
    inverse = sum(1 / a for a, _ in told)
    return 1 / inverse, (sum(b / a for a, b in told) - gaps) / inverse


def _place(
    out: Codes, part: Part, page: _Page, corner: tuple[float, float], room: tuple[float, float]
) -> None:
    """Draw a part at its corner (x, y), as wide and high as its room (w, h)."""
    (x, y), (w, h) = corner, room
    if isinstance(part, Tile):
        _hang(out, part, page, corner, room)
        return
    for p in part.parts:
        a, b = _width(p, page)
        if isinstance(part, Row):
            wide = a * h + b
            _place(out, p, page, (x, y), (wide, h))
            x += wide + page.gap
        else:
            high = (w - b) / a
            _place(out, p, page, (x, y), (w, high))
            y += high + page.gap


def _hang(
    out: Codes, tile: Tile, page: _Page, corner: tuple[float, float], room: tuple[float, float]
) -> None:
    if tile.draw is None:
        return
    (x, y), (w, h) = corner, room
    x0, y0 = round(x), round(y + page.strip)
    size = max(1, round(x + w) - x0), max(1, round(y + h) - y0)
    if tile.title or tile.note:
        body = _heading(tile.title, tile.note, w, page.text, 0.86 * page.text)
        _write(out, body, (x0, round(y)), (w, page.strip))
    there = out[y0 : y0 + size[1], x0 : x0 + size[0]]
    there[:] = tile.draw(size)[: there.shape[0], : there.shape[1]]
    _write(out, tile.marks(size), (x0, y0), size)


# pictures in their room -----------------------------------------------------------------------------------


def _aspect(picture: NDArray[Any]) -> float:
    return float(picture.shape[1] / picture.shape[0])


def _clamped(aspect: float) -> float:
    return min(max(aspect, NARROWEST), 1 / NARROWEST)


def _fitted(picture: Codes, size: Size) -> Codes:
    """A picture as large as it can be within a size (w, h), the wall around it."""
    h, w = picture.shape[:2]
    k = min(size[0] / w, size[1] / h)
    wide, high = max(1, min(size[0], round(w * k))), max(1, min(size[1], round(h * k)))
    if abs(wide - size[0]) <= 2 and abs(high - size[1]) <= 2:  # rounding is no reason for a frame
        return _resized(picture, size)
    out = np.full((size[1], size[0], 3), WALL, np.uint8)
    x, y = (size[0] - wide) // 2, (size[1] - high) // 2
    out[y : y + high, x : x + wide] = _resized(picture, (wide, high))
    return out


def _resized(picture: Codes, size: Size) -> Codes:
    w = picture.shape[1]
    if (w, picture.shape[0]) == size:
        return picture
    way = cv2.INTER_AREA if size[0] <= w else cv2.INTER_CUBIC if w > 32 else cv2.INTER_NEAREST
    return np.asarray(cv2.resize(np.ascontiguousarray(picture), size, interpolation=way), np.uint8)


def _square(picture: NDArray[Any], zoom: int, size: Size) -> Codes:
    side = min(size)
    out = np.full((size[1], size[0], 3), scopes.GROUND, np.uint8)
    out[:side, :side] = scopes.vectorscope(picture, side, zoom)
    return out


# text -----------------------------------------------------------------------------------------------------


def _heading(title: str, note: str, width: float, size: float, small: float) -> str:
    """A title on the left and a note on the right of one line; the note gives way, then the title."""
    face = face_of(find_font(FONT))
    title, note = readable(title), readable(note)
    free = width - (face.width(title) * size + size if title else 0)
    note = _cut(note, free / small) if free > 4 * small else ""
    title = _cut(title, width / size)
    y = 1.05 * size
    told = f'<text x="0" y="{y:.2f}" fill="{INK}" font-size="{size:.2f}">{escape(title)}</text>'
    if note:
        told += (
            f'<text x="{width:.2f}" y="{y:.2f}" fill="{QUIET}" font-size="{small:.2f}" '
            f'text-anchor="end">{escape(note)}</text>'
        )
    return told


def readable(text: str) -> str:
    """Text with a ? for every character the font of the labels does not have."""
    known = face_of(find_font(FONT)).glyphs
    return "".join(c if ord(c) in known else "?" for c in text)


def _cut(text: str, ems: float) -> str:
    """Text that is too wide, cut in its middle: numbers stand at the end of names."""
    face = face_of(find_font(FONT))
    if face.width(text) <= ems:
        return text
    for keep in range(len(text) - 1, 0, -1):
        short = f"{text[: keep // 2]}…{text[len(text) - (keep - keep // 2) :]}"
        if face.width(short) <= ems:
            return short
    return ""


def _write(out: Codes, body: str, corner: tuple[float, float], size: tuple[float, float]) -> None:
    """Draw SVG over a sheet, its origin at a corner (x, y)."""
    if not body:
        return
    font = find_font(FONT)
    head = f'font-family={quoteattr(face_of(font).family)} font-size="12"'
    svg = f'<svg xmlns="{vector.SVG}"><g {head}>{body}</g></svg>'
    codes, (left, top) = vector.drawn(svg, (0, 0, *size), 1.0, "the sheet", (str(font),))
    x, y = round(corner[0]) + left, round(corner[1]) + top
    x0, y0 = max(0, x), max(0, y)
    x1, y1 = min(out.shape[1], x + codes.shape[1]), min(out.shape[0], y + codes.shape[0])
    if x1 <= x0 or y1 <= y0:
        return
    inked = codes[y0 - y : y1 - y, x0 - x : x1 - x].astype(np.float32)
    below = out[y0:y1, x0:x1]
    below[:] = np.rint(below + (inked[..., :3] - below) * (inked[..., 3:] / np.float32(255)))
