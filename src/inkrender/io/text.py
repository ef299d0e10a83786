"""Titles: text as ink, drawn by resvg from the fonts shipped with inkrender or a font file of the film.

System fonts are never used, so that a title looks the same on every machine. What is written is crisp; a dry
brush is a shader's work.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

from ..errors import PlateError, SceneError, did_you_mean
from .vector import Raster, on_paper, rasterise

FONTS = Path(__file__).parent.parent / "fonts"
DEFAULT = "MaShanZheng"
ALIGN = {"left": "start", "start": "start", "centre": "middle", "center": "middle", "middle": "middle",
         "right": "end", "end": "end"}  # fmt: skip
LEADING = 1.25  # from one line or column to the next, in sizes


def raster(
    text: str,
    font: str | Path | None = None,
    size: float = 48.0,
    pigment: str = "ink",
    *,
    density: float = 1.0,
    vertical: bool = False,
    align: str = "left",
    scale: float = 1.0,
    tracking: float = 0.0,
) -> Raster:
    """Write `text` on nothing: premultiplied scene-linear light, float32 (h, w, 4), and its origin in px.

    font: a name (`fonts()`) or the path of a .ttf or .otf; size: of the em, px at 1080 lines; scale: output
    px per px; tracking: extra space between glyphs, in sizes; a newline starts a line, or with `vertical` a
    column to the left. The origin is where writing starts: on the baseline of the first line, or atop the
    middle of the first column; align centre or right (middle, end of the column) puts it there instead.
    Raises PlateError for a font that cannot be read or lacks a glyph, SceneError for a setting.
    """
    path = check_text(text, font)
    if align not in ALIGN:
        raise SceneError(
            f'text "{_first(text)}": align "{align}" is not known{did_you_mean(align, tuple(ALIGN))}: '
            "use left, centre or right"
        )
    if not size > 0:
        raise SceneError(f'text "{_first(text)}": size is {size}: it must be above 0')
    anchor = ALIGN[align]
    lines = text.split("\n")
    long = max(len(line) for line in lines) or 1
    face = _face(path, path.stat().st_mtime_ns)
    if vertical:
        pitch = size * (1 + tracking)
        reach = long * pitch
        body = "".join(_column(line, i, size, pitch, anchor) for i, line in enumerate(lines))
        top = {"start": -size, "middle": -reach / 2 - size, "end": -reach - size}[anchor]
        box = (-size * LEADING * len(lines), top, size * LEADING * (len(lines) + 1), reach + 2 * size)
    else:
        body = "".join(
            f'<text x="0" y="{i * size * LEADING:.4f}" xml:space="preserve" text-anchor="{anchor}" '
            f'letter-spacing="{tracking * size:.4f}">{escape(line)}</text>'
            for i, line in enumerate(lines)
        )
        reach = max(face.width(line) for line in lines) * size + abs(tracking) * size * long
        left = {"start": -size, "middle": -reach / 2 - size, "end": -reach - size}[anchor]
        box = (left, -1.5 * size, reach + 2 * size, size * (LEADING * len(lines) + 1.5))
    head = f'fill="{on_paper(pigment, density)}" font-family={quoteattr(face.family)} font-size="{size:g}"'
    svg = f'<svg xmlns="http://www.w3.org/2000/svg"><g {head}>{body}</g></svg>'
    pixels, corner = rasterise(svg, box, scale, f'text "{_first(text)}"', (str(path),))
    return Raster(pixels, (-box[0] * scale - corner[0], -box[1] * scale - corner[1]))


def check_text(text: str, font: str | Path | None = None) -> Path:
    """The font file for `text`, or PlateError naming the font and every character it has no glyph for."""
    if not text.strip():
        raise SceneError("text is empty: write what the layer should say, or leave the layer out")
    path = find_font(font)
    try:
        face = _face(path, path.stat().st_mtime_ns)
    except (OSError, struct.error, IndexError, KeyError, ValueError, UnicodeDecodeError) as error:
        raise PlateError(f'font "{path}" cannot be read: it must be a whole .ttf or .otf file') from error
    missing = dict.fromkeys(c for c in text if c != "\n" and ord(c) not in face.glyphs)
    if missing:
        shown = " ".join(c if c.isprintable() else repr(c) for c in missing)
        raise PlateError(
            f'font "{font or DEFAULT}" has no glyph for {shown}: choose another font '
            f"({', '.join(fonts())}), or give the path of a font file that has"
        )
    return path


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


def _first(text: str) -> str:
    line = text.split("\n")[0]
    return line if len(line) <= 24 else line[:23] + "…"


def _column(line: str, i: int, size: float, pitch: float, anchor: str) -> str:
    """One column of upright glyphs: each is centred in its own em box, whose baseline lies .88 em down."""
    start = {"start": 0.0, "middle": -len(line) * pitch / 2, "end": -len(line) * pitch}[anchor]
    slack = (pitch - size) / 2 + 0.88 * size
    return "".join(
        f'<text x="{-i * size * LEADING:.4f}" y="{start + k * pitch + slack:.4f}" '
        f'text-anchor="middle">{escape(c)}</text>'
        for k, c in enumerate(line)
        if not c.isspace()
    )


# the font file: just enough of OpenType to know what is in it ---------------------------------------------


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


@lru_cache(maxsize=16)
def _face(path: Path, stamp: int) -> Face:
    font = path.read_bytes()
    if font[:4] not in (b"\0\1\0\0", b"OTTO", b"true"):
        raise ValueError("not an OpenType font")
    (count,) = struct.unpack_from(">H", font, 4)
    table = {}
    for i in range(count):
        tag, _, offset, size = struct.unpack_from(">4sLLL", font, 12 + 16 * i)
        table[tag] = font[offset : offset + size]
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
