"""Titles: text as ink, drawn by resvg from the fonts shipped with inkrender or a font file of the film.

System fonts are never used, so that a title looks the same on every machine. What is written is crisp; a dry
brush is a shader's work.
"""

from __future__ import annotations

from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

from ..errors import SceneError, did_you_mean
from ..typeface import check_glyphs, face_of, find_font, fonts
from .vector import Raster, on_paper, rasterise

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
    face = face_of(path)
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
    return check_glyphs(text.replace("\n", ""), font)


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


__all__ = ["check_text", "find_font", "fonts", "raster"]
