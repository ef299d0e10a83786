"""Fonts: those shipped with inkrender and those of a film, what glyphs they have, and the glyphs' outlines.

Just enough of OpenType to know what is in a font file. System fonts are never used, so that writing looks the
same on every machine.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from .errors import PlateError, did_you_mean

FONTS = Path(__file__).parent / "fonts"
DEFAULT = "MaShanZheng"
CURVE = 8  # straight pieces a curve is drawn as: a hundredth of a stroke's width off at most


def fonts() -> dict[str, Path]:
    """The fonts shipped with inkrender, by name."""
    return {p.stem.removesuffix("-subset"): p for p in sorted(FONTS.glob("*.ttf"))}


def find_font(font: str | Path | None = None) -> Path:
    """The file of a font by name, or of a path; None is the default, MaShanZheng. Raises PlateError."""
    shipped = fonts()
    word = str(font or DEFAULT)
    plain = word.replace(" ", "").removesuffix(".ttf").removesuffix("-subset").casefold()
    for name, path in shipped.items():
        if name.casefold() == plain:
            return path
    path = Path(word)
    if path.is_file():
        return path
    raise PlateError(
        f'font "{word}" is not known{did_you_mean(word, tuple(shipped))}: '
        f"use {', '.join(shipped)}, or the path of a .ttf or .otf file"
    )


def check_glyphs(text: str, font: str | Path | None = None) -> Path:
    """The font file for `text`, or PlateError naming the font and every character it has no glyph for."""
    path = find_font(font)
    try:
        face = face_of(path)
    except (OSError, struct.error, IndexError, KeyError, ValueError, UnicodeDecodeError) as error:
        raise PlateError(f'font "{path}" cannot be read: it must be a whole .ttf or .otf file') from error
    missing = dict.fromkeys(c for c in text if ord(c) not in face.glyphs)
    if missing:
        shown = " ".join(c if c.isprintable() else repr(c) for c in missing)
        raise PlateError(
            f'font "{font or DEFAULT}" has no glyph for {shown}: choose another font '
            f"({', '.join(fonts())}), or give the path of a font file that has"
        )
    return path


def outline(path: Path, character: str) -> list[NDArray[np.float64]]:
    """The closed contours of a character, each (n, 2) in ems, y up; inside is where they wind round it.

    Raises PlateError for a font whose glyphs are not TrueType outlines.
    """
    tables = _tables(path.read_bytes())
    if b"glyf" not in tables:
        raise PlateError(f'font "{path}" has no TrueType outlines: use a .ttf file')
    em, long = (
        struct.unpack_from(">H", tables[b"head"], 18)[0],
        struct.unpack_from(">h", tables[b"head"], 50)[0],
    )
    words = np.frombuffer(tables[b"loca"], ">u4" if long else ">u2").astype(np.int64) * (1 if long else 2)
    return [c / em for c in _contours(tables[b"glyf"], words, face_of(path).glyphs[ord(character)])]


@dataclass(frozen=True)
class Face:
    """family: its name; glyphs: code point to glyph; advances: of glyphs, in ems."""

    family: str
    glyphs: dict[int, int]
    advances: tuple[float, ...]

    def width(self, line: str) -> float:
        """Of a line set without kerning, in ems."""
        last = len(self.advances) - 1
        return sum(self.advances[min(self.glyphs.get(ord(c), 0), last)] for c in line)


def face_of(path: Path) -> Face:
    """What a font file holds; read again when it changes."""
    return _face(path, path.stat().st_mtime_ns)


@lru_cache(maxsize=16)
def _face(path: Path, stamp: int) -> Face:
    table = _tables(path.read_bytes())
    (em,) = struct.unpack_from(">H", table[b"head"], 18)
    (metrics,) = struct.unpack_from(">H", table[b"hhea"], 34)
    advances = struct.unpack_from(">" + "Hh" * metrics, table[b"hmtx"], 0)[::2]
    return Face(_family(table[b"name"]), _glyphs(table[b"cmap"]), tuple(a / em for a in advances))


def _family(name: bytes) -> str:
    """Name 1, or name 16 where there is one, preferring what Windows reads in English, as resvg does."""
    count, start = struct.unpack_from(">HH", name, 2)
    found: dict[tuple[int, int], str] = {}
    for i in range(count):
        platform, _, language, which, size, offset = struct.unpack_from(">6H", name, 6 + 12 * i)
        if which in (1, 16) and platform in (0, 3):
            text = name[start + offset : start + offset + size].decode("utf-16-be")
            found.setdefault((which, language == 0x409), text)
    for key in ((16, True), (1, True), (16, False), (1, False)):
        if key in found:
            return found[key]
    raise ValueError("the font has no name")


def _glyphs(cmap: bytes) -> dict[int, int]:
    """Code point to glyph, from the subtables of format 4 (16 bit) and 12 (all of Unicode)."""
    glyphs: dict[int, int] = {}
    (count,) = struct.unpack_from(">H", cmap, 2)
    for i in range(count):
        platform, _, at = struct.unpack_from(">HHL", cmap, 4 + 8 * i)
        (form,) = struct.unpack_from(">H", cmap, at)
        if platform not in (0, 3):
            continue
        if form == 12:
            (groups,) = struct.unpack_from(">L", cmap, at + 12)
            for k in range(groups):
                first, last, glyph = struct.unpack_from(">3L", cmap, at + 16 + 12 * k)
                glyphs.update((code, glyph + code - first) for code in range(first, last + 1))
        elif form == 4:
            (twice,) = struct.unpack_from(">H", cmap, at + 6)
            n = twice // 2
            ends = struct.unpack_from(f">{n}H", cmap, at + 14)
            starts = struct.unpack_from(f">{n}H", cmap, at + 16 + twice)
            deltas = struct.unpack_from(f">{n}H", cmap, at + 16 + 2 * twice)
            ranges = at + 16 + 3 * twice
            for k in range(n):
                (skip,) = struct.unpack_from(">H", cmap, ranges + 2 * k)
                for code in range(starts[k], min(ends[k], 0xFFFE) + 1):
                    glyph = code
                    if skip:
                        place = ranges + 2 * k + skip + 2 * (code - starts[k])
                        (glyph,) = struct.unpack_from(">H", cmap, place)
                    if glyph or not skip:
                        glyph = (glyph + deltas[k]) & 0xFFFF
                    if glyph:
                        glyphs[code] = glyph
    return glyphs


def _tables(font: bytes) -> dict[bytes, bytes]:
    if font[:4] not in (b"\0\1\0\0", b"OTTO", b"true"):
        raise ValueError("not an OpenType font")
    (count,) = struct.unpack_from(">H", font, 4)
    found = {}
    for i in range(count):
        tag, _, offset, size = struct.unpack_from(">4sLLL", font, 12 + 16 * i)
        found[tag] = font[offset : offset + size]
    return found


# outlines -------------------------------------------------------------------------------------------------


def _contours(glyf: bytes, places: NDArray[np.int64], glyph: int) -> list[NDArray[np.float64]]:
    """The contours of a glyph in font units: TrueType's table glyf, simple and composite."""
    at, end = int(places[glyph]), int(places[glyph + 1])
    if at == end:
        return []
    (count,) = struct.unpack_from(">h", glyf, at)
    if count < 0:
        return _composite(glyf, places, at + 10)
    ends = struct.unpack_from(f">{count}H", glyf, at + 10)
    (code,) = struct.unpack_from(">H", glyf, at + 10 + 2 * count)
    at += 12 + 2 * count + code
    flags: list[int] = []
    while len(flags) <= ends[-1]:
        flag = glyf[at]
        at += 1
        again = 1
        if flag & 8:
            again += glyf[at]
            at += 1
        flags += [flag] * again
    axes = []
    for short, same in ((2, 16), (4, 32)):
        value, values = 0, []
        for flag in flags:
            if flag & short:
                value += glyf[at] if flag & same else -glyf[at]
                at += 1
            elif not flag & same:
                value += struct.unpack_from(">h", glyf, at)[0]
                at += 2
            values.append(value)
        axes.append(values)
    points, on = np.array(axes, np.float64).T, np.array(flags) & 1
    starts = [0, *(e + 1 for e in ends[:-1])]
    return [_flattened(points[s : e + 1], on[s : e + 1]) for s, e in zip(starts, ends, strict=True)]


def _composite(glyf: bytes, places: NDArray[np.int64], at: int) -> list[NDArray[np.float64]]:
    found: list[NDArray[np.float64]] = []
    more = True
    while more:
        flag, glyph = struct.unpack_from(">HH", glyf, at)
        dx, dy = struct.unpack_from(">hh" if flag & 1 else ">bb", glyf, at + 4)
        at += 8 if flag & 1 else 6
        matrix = np.eye(2)
        count = 1 if flag & 8 else 2 if flag & 0x40 else 4 if flag & 0x80 else 0
        parts = [v / 16384 for v in struct.unpack_from(f">{count}h", glyf, at)]
        at += 2 * count
        if count == 4:
            matrix = np.reshape(parts, (2, 2))
        elif count:
            matrix = np.diag(parts if count == 2 else parts * 2)
        shift = (dx, dy) if flag & 2 else (0, 0)
        found += [c @ matrix + shift for c in _contours(glyf, places, glyph)]
        more = bool(flag & 0x20)
    return found


def _flattened(points: NDArray[np.float64], on: NDArray[np.int_]) -> NDArray[np.float64]:
    """A contour of quadratic curves as straight pieces; between two control points lies one on the curve."""
    whole: list[tuple[NDArray[np.float64], bool]] = []
    for k in range(len(points)):
        whole.append((points[k], bool(on[k])))
        after = (k + 1) % len(points)
        if not on[k] and not on[after]:
            whole.append(((points[k] + points[after]) / 2, True))
    first = next(i for i, (_, is_on) in enumerate(whole) if is_on)
    whole = [*whole[first:], *whole[: first + 1]]
    line = []
    t = (np.arange(CURVE) / CURVE)[:, None]
    for k, (point, is_on) in enumerate(whole[:-1]):
        if not is_on:
            start, end = whole[k - 1][0], whole[k + 1][0]
            line.append((1 - t) ** 2 * start + 2 * t * (1 - t) * point + t**2 * end)
        elif whole[k + 1][1]:
            line.append(point[None])
    return np.concatenate(line)
