"""Graticules: the lines, boxes and numbers that are drawn over scopes, as SVG for a scope of a size (w, h).

Lines say what a trace is read by; numbers stand on a dark ground of their own where a trace is bright.
"""

from __future__ import annotations

import math
from xml.sax.saxutils import escape

from . import scopes
from .typeface import face_of, find_font

Size = tuple[int, int]

FONT = "LXGWWenKai"
INK = "#ffffff"
LINE = 'stroke="#ffffff" stroke-opacity=".22" stroke-width="1" fill="none"'


def levels(size: Size) -> str:
    """Of a waveform: a line each quarter, with its percentage."""
    w, h = size
    told = []
    for percent in (0, 25, 50, 75, 100):
        y = scopes.row_of(percent / 100, h) + 0.5
        told.append(f'<line x1="0" x2="{w}" y1="{y:.2f}" y2="{y:.2f}" {LINE}/>')
        if h > 80:
            told.append(_label(5, y + (13 if percent == 100 else -4), str(percent)))
    return "".join(told)


def shares(size: Size) -> str:
    """Of a histogram: lines at .1, 1 and 10 % of the pixels, and at each quarter of the values."""
    w, h = size
    told = []
    for share, text in ((0.001, "0.1 %"), (0.01, "1 %"), (0.1, "10 %")):
        y = scopes.row_of_share(share, h) + 0.5
        told.append(f'<line x1="0" x2="{w}" y1="{y:.2f}" y2="{y:.2f}" {LINE}/>')
        if h > 80:
            told.append(_label(5, y + (13 if y < 20 else -4), text))
    for quarter in (1, 2, 3):
        x = quarter * (w - 1) / 4 + 0.5
        told.append(f'<line x1="{x:.2f}" x2="{x:.2f}" y1="0" y2="{h}" {LINE}/>')
    return "".join(told)


def targets(size: Size, zoom: int = 1) -> str:
    """Of a vectorscope: rings, axes, the skin line, a box for each pure colour and a small one at 75 %.

    What a zoom puts outside is shown by its direction: a tick on the outer ring, with the colour's name.
    """
    side = min(size)
    c = side / 2
    ring = scopes.REACH * side / 2
    told = [f'<circle cx="{c}" cy="{c}" r="{ring * k:.2f}" {LINE}/>' for k in (0.5, 1)]
    told.append(f'<path d="M{c - ring:.2f} {c}h{2 * ring:.2f}M{c} {c - ring:.2f}v{2 * ring:.2f}" {LINE}/>')
    x, y = _toward(c, ring, scopes.SKIN)
    told.append(
        f'<line x1="{c}" y1="{c}" x2="{x:.2f}" y2="{y:.2f}" stroke="#ffcfa8" stroke-opacity=".7" '
        'stroke-width="1.2"/>'
    )
    if side > 160:
        told.append(_label(x - 6, y - 5, "skin", "end"))
        for k in (0.5, 1) if zoom > 1 else ():  # how much colour a ring is, where the boxes do not say so
            at = _toward(c, ring * k, -42)
            told.append(_label(at[0], at[1] + 4, f"{100 * k / zoom:g} %", "middle"))
    for name, rgb in scopes.PRIMARIES.items():
        pure = scopes.place_of(rgb, side, zoom)
        half = side * 0.018
        if max(abs(v + 0.5 - c) for v in pure) + half > c:
            told.append(_pointer(c, ring, pure, name, side))
            continue
        for part in (0.75, 1.0):
            at = scopes.place_of([part * v for v in rgb], side, zoom)
            half = max(2.0, side * (0.018 if part == 1 else 0.011))
            told.append(
                f'<rect x="{at[0] + 0.5 - half:.2f}" y="{at[1] + 0.5 - half:.2f}" width="{2 * half:.2f}" '
                f'height="{2 * half:.2f}" {LINE.replace(".22", ".5")}/>'
            )
        if side > 160:
            away = 1 if at[0] > c else -1
            told.append(
                _label(at[0] + away * (half + 5), at[1] + 4.5, name, "start" if away > 0 else "end", INK)
            )
    return "".join(told)


def _pointer(c: float, ring: float, to: tuple[float, float], name: str, side: int) -> str:
    """A tick on the outer ring towards a place beyond it."""
    turn = math.degrees(math.atan2(c - to[1], to[0] - c))
    (x0, y0), (x1, y1) = _toward(c, 0.96 * ring, turn), _toward(c, 1.04 * ring, turn)
    tick = f'<path d="M{x0:.2f} {y0:.2f}L{x1:.2f} {y1:.2f}" {LINE.replace(".22", ".8")}/>'
    x, y = _toward(c, 1.04 * ring + 11, turn)
    return tick + (_label(x, y + 4.5, name, "middle", INK) if side > 160 else "")


def _toward(c: float, r: float, degrees: float) -> tuple[float, float]:
    """The place at a distance from the middle, in a direction from +Cb towards +Cr."""
    turn = math.radians(degrees)
    return c + r * math.cos(turn), c - r * math.sin(turn)


def _label(x: float, y: float, text: str, anchor: str = "start", fill: str = "#e2e4e2") -> str:
    """Text of a scale on a dark ground of its own, so that it is read over a bright trace."""
    wide = 12 * face_of(find_font(FONT)).width(text)
    left = x - {"start": 0.0, "middle": wide / 2, "end": wide}[anchor]
    return (
        f'<rect x="{left - 3:.2f}" y="{y - 11:.2f}" width="{wide + 6:.2f}" height="15" rx="2" fill="#101010" '
        f'fill-opacity=".85"/><text x="{x:.2f}" y="{y:.2f}" fill="{fill}" text-anchor="{anchor}">'
        f"{escape(text)}</text>"
    )
