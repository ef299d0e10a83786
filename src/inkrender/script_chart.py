"""The colour script drawn over one axis of frames: strip, palettes, hues and curves; the chart as a PNG.

Figures are SVG whose colours are classes, so that a page shows them in light and in dark. What is drawn over
time takes the size it is drawn at: the chart gives pixels, the page any, and stretches it.
"""

from __future__ import annotations

import base64
import math
from collections.abc import Callable
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from . import colour
from .audit import Measured, Report, SceneTone, number
from .sheets import readable
from .tone_measures import BINS

Size = tuple[float, float]

WIDTH, LEFT, RIGHT = 1200, 128, 18
NAMED = LEFT - 46  # where names end; the values of a scale stand between them and the axis
ZOOM = 2  # px of the PNG for one of the chart
STRIP, PALETTE, HUES, CURVE, WHEEL = 76, 40, 76, 108, 210  # heights
PAD = 5  # room above the top and below the bottom of a scale, for the width of its lines
FONT = Path(__file__).parent / "fonts" / "LXGWWenKai-subset.ttf"

LIGHT = {"paper": "#faf7f0", "ink": "#26221c", "faint": "#d9d2c3", "soft": "#6b6456", "raised": "#f1ece0",
         "a": "#1f4e8c", "b": "#8a5a00", "c": "#6d3b78", "bad": "#b3261e"}  # fmt: skip
DARK = {"paper": "#1b1a18", "ink": "#ece6d9", "faint": "#3d3a35", "soft": "#a9a192", "raised": "#262421",
        "a": "#8db8ee", "b": "#e3b04b", "c": "#d3a3dc", "bad": "#ff8a80"}  # fmt: skip


@dataclass(frozen=True)
class Curve:
    """Measures over one scale, as they are called on it, the upper line first.

    least: the lowest top of the scale. root: small shares are told apart by their root.
    """

    title: str
    measures: dict[str, str]
    least: float
    root: bool = False


CURVES = (
    Curve("lightness", {"lightness_p90": "p90", "lightness_p50": "median", "lightness_p10": "p10"}, 1.0),
    Curve("chroma", {"chroma_p95": "p95", "chroma_p90": "p90", "chroma_p50": "median"}, 0.2),
    Curve("bare paper", {"soft": "soft", "pale": "pale", "blank": "blank"}, 0.5),
    Curve("hint yellow", {"hint": "share of pixels"}, 0.02, root=True),
)


def png(report: Report) -> bytes:
    """The whole chart as a PNG, 2400 px wide."""
    import resvg_py

    y, parts = 44.0, [_text(LEFT, 27, report.title or "Colour script", "ink big")]
    for draw, height in _rows(report):
        parts.append(f'<g transform="translate(0 {y})">{draw}</g>')
        y += height
    body = f'<rect class="paper" width="{WIDTH}" height="{y:g}"/>{"".join(parts)}'
    style = (
        f"<style>text{{font-family:'LXGW WenKai';font-size:13px}}.big{{font-size:20px}}{rules(LIGHT)}</style>"
    )
    told = svg(style + body, (WIDTH, y), f' width="{WIDTH}" height="{y:g}"')
    return bytes(
        resvg_py.svg_to_bytes(svg_string=told, zoom=ZOOM, skip_system_fonts=True, font_files=[str(FONT)])
    )


def svg(body: str, size: Size, told: str = "") -> str:
    """A drawing of its own."""
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size[0]:g} {size[1]:g}"{told}>{body}</svg>'


def rules(c: dict[str, str]) -> str:
    """The classes of the figures in the colours of a theme."""
    lines = "".join(f".{k}{{stroke:{c[k]}}}" for k in ("a", "b", "c", "bad"))
    fills = "".join(f".fill.{k},.band.{k}{{fill:{c[k]}}}" for k in ("a", "b", "c"))
    return (
        f".paper{{fill:{c['paper']}}}.ink{{fill:{c['ink']}}}.soft{{fill:{c['soft']}}}{lines}{fills}"
        f".rule{{stroke:{c['faint']};stroke-width:1;fill:none}}.mixed{{fill:{c['faint']};fill-opacity:.45}}"
        ".line{fill:none;stroke-width:1.8;stroke-linejoin:round}.fill,.band{stroke:none}.band{fill-opacity:.2}"
        ".dot{fill:none;stroke-width:4.5;stroke-linecap:round}.dot.bad{stroke-width:12}"
        f".arc{{fill:none;stroke:{c['ink']};stroke-width:3}}"
    )


# over time ------------------------------------------------------------------------------------------------


def runs(report: Report, key: Callable[[Measured], Any] = lambda f: f.scene) -> list[tuple[Any, int, int]]:
    """(value, first, one past the last) of neighbouring frames for which key says the same; of scenes."""
    found: list[tuple[Any, int, int]] = []
    for i, one in enumerate(report.frames):
        if found and found[-1][0] == key(one):
            found[-1] = (found[-1][0], found[-1][1], i + 1)
        else:
            found.append((key(one), i, i + 1))
    return found


def scene_of(report: Report, name: str) -> SceneTone | None:
    """What was measured of a scene; None where only its transitions were."""
    return next((s for s in report.scenes if s.name == name), None)


def palettes(report: Report, size: Size) -> str:
    """The colours of each scene by their share, over its frames."""
    slot, out = size[0] / max(1, len(report.frames)), []
    for name, first, last in runs(report):
        scene = scene_of(report, name)
        x = first * slot
        for code, share in scene.palette if scene else ():
            width = share * (last - first) * slot
            out.append(
                f'<rect x="{x:.2f}" y="0" width="{width + 0.3:.2f}" height="{size[1]:g}" fill="{code}">'
                f"<title>{escape(name)}: {code}, {100 * share:.1f} %</title></rect>"
            )
            x += width
    return "".join(out)


def hue_columns(report: Report, size: Size) -> str:
    """Every frame as a column of its hues, from red at the bottom; as high as its coloured share of 1."""
    slot, out = size[0] / max(1, len(report.frames)), []
    for i, one in enumerate(report.frames):
        y = size[1]
        for k, share in enumerate(one.tone.hues):
            high = share * size[1]
            if high < 0.05:
                continue
            y -= high
            out.append(
                f'<rect x="{i * slot:.2f}" y="{y:.2f}" width="{slot + 0.3:.2f}" height="{high + 0.3:.2f}" '
                f'fill="{hue_code(360 / BINS * (k + 0.5))}"/>'
            )
    return "".join(out)


def height_of(value: float, top: float, root: bool) -> float:
    """How high a value stands on its scale, 0..1."""
    part = min(1.0, value / top)
    return math.sqrt(part) if root else part


def ticks(report: Report, curve: Curve) -> list[float]:
    """The values a scale is labelled with; the last is its top."""
    known = [v for f in report.frames for m in curve.measures if (v := f.values[m]) is not None]
    # an upper bound of 1 is no news: the scale is that of what is measured and what is asked for below it
    asked = [v for f in report.frames for m in curve.measures for v in f.ranges.get(m, ()) if v < 1]
    top = _nice(max([curve.least, *known, *asked]))
    return [0.0, top / 4 if curve.root else top / 2, top]


def lines(report: Report, curve: Curve, size: Size) -> str:
    """The measures of a curve over its scale, the ranges they are held to, and what lies outside them."""
    slot, marks = size[0] / max(1, len(report.frames)), ticks(report, curve)
    out = []

    def y(value: float) -> float:
        return PAD + (size[1] - 2 * PAD) * (1 - height_of(value, marks[-1], curve.root))

    for (_, mixed), first, last in runs(report, lambda f: (f.scene, f.transition)):
        if mixed:
            x, wide = first * slot, (last - first) * slot
            out.append(
                f'<rect class="mixed" x="{x:.2f}" y="{y(marks[-1]):.2f}" width="{wide:.2f}" '
                f'height="{y(0) - y(marks[-1]):.2f}"><title>transition: held to no row</title></rect>'
            )
    out += [f'<path class="rule" d="M0 {y(value):.2f}H{size[0]:g}"/>' for value in marks]
    for kind, name in zip("abc", curve.measures, strict=False):
        out += _bands(report, name, kind, slot, y)
    for kind, name in zip("abc", curve.measures, strict=False):
        at = [
            f"{(i + 0.5) * slot:.2f} {y(v):.2f}"
            for i, f in enumerate(report.frames)
            if (v := f.values[name]) is not None
        ]
        wrong = {(b.scene, b.frame) for b in report.broken if b.measure == name}
        out += [
            f'<path class="dot bad" d="M{(i + 0.5) * slot:.2f} {y(v):.2f}h.01"><title>'
            f"{escape(f.name)}: {name} {number(v)}</title></path>"
            for i, f in enumerate(report.frames)
            if (f.scene, f.number) in wrong and (v := f.values[name]) is not None
        ]
        if at:
            out.append(f'<path class="line {kind}" d="M{"L".join(at)}"/>')
            out.append(f'<path class="dot {kind}" d="{"".join(f"M{place}h.01" for place in at)}"/>')
    return "".join(out)


def _bands(report: Report, name: str, kind: str, slot: float, y: Callable[[float], float]) -> list[str]:
    """The ranges a measure is held to, over the frames that are held to them."""
    out = []
    for (scene, span), first, last in runs(report, lambda f: (f.scene, f.ranges.get(name))):
        if span is None:
            continue
        lo, hi = span
        out.append(
            f'<rect class="band {kind}" x="{first * slot:.2f}" y="{y(hi):.2f}" '
            f'width="{(last - first) * slot:.2f}" height="{max(1.5, y(lo) - y(hi)):.2f}"><title>'
            f"{escape(scene)}: {name} {number(lo)} to {number(hi)}</title></rect>"
        )
    return out


# wheels ---------------------------------------------------------------------------------------------------


def petal_top(report: Report) -> float:
    """The share of a hue whose petal reaches the ring."""
    return _nice(max([0.05, *(share for s in report.scenes for share in s.hues)]))


def wheel(scene: SceneTone, top: float, side: float) -> str:
    """A ring of hues; a petal is as long as the root of its share; arcs outside show the bands asked for."""
    c, ring = side / 2, side / 2 - 16
    out = []
    for k in range(36):
        out.append(
            f'<path d="{_arc(c, ring, 10 * k - 0.3, 10 * k + 10.3)}" fill="none" stroke-width="7" '
            f'stroke="{hue_code(10 * k + 5)}"/>'
        )
    for k, share in enumerate(scene.hues):
        start, end = 360 / BINS * k, 360 / BINS * (k + 1)
        long = (ring - 7) * math.sqrt(min(1.0, share / top))
        if long > 0.5:
            out.append(
                f'<path d="{_petal(c, long, start + 1, end - 1)}" fill="{hue_code((start + end) / 2)}">'
                f"<title>{start:g} to {end:g} degrees: {100 * share:.1f} %</title></path>"
            )
    for start, end, least, most in scene.bands:
        told = f"hue {start:g} to {end:g}: {number(least)} to {number(most)}"
        stop = end if end > start else end + 360
        out.append(
            f'<path class="arc" d="{_arc(c, ring + 9, start + 1, stop - 1)}">'
            f"<title>{escape(told)}</title></path>"
        )
    out.append(f'<circle class="rule" cx="{c:g}" cy="{c:g}" r="{ring - 7:g}"/>')
    return "".join(out)


def hue_code(degrees: float) -> str:
    """A hue as the figures show it, #rrggbb; yellow is lighter than blue, else it is no yellow."""
    light = colour.from_oklch(np.array([0.73 + 0.11 * math.cos(math.radians(degrees - 100)), 0.125, degrees]))
    codes = np.rint(255 * np.clip(colour.encode(np.clip(light, 0, 1)), 0, 1)).astype(int)
    return "#" + "".join(f"{v:02x}" for v in codes)


def _petal(c: float, r: float, start: float, end: float) -> str:
    x0, y0 = _on(c, r, start)
    x1, y1 = _on(c, r, end)
    return f"M{c:.1f} {c:.1f}L{x0:.2f} {y0:.2f}A{r:.2f} {r:.2f} 0 0 0 {x1:.2f} {y1:.2f}Z"


def _arc(c: float, r: float, start: float, end: float) -> str:
    """In two halves, so that a whole circle has two ends that differ."""
    points = [_on(c, r, a) for a in (start, (start + end) / 2, end)]
    (x0, y0), *rest = points
    return f"M{x0:.2f} {y0:.2f}" + "".join(f"A{r:.2f} {r:.2f} 0 0 0 {x:.2f} {y:.2f}" for x, y in rest)


def _on(c: float, r: float, degrees: float) -> tuple[float, float]:
    """Hue 0 to the right, going up, as OKLab's a and b are drawn."""
    turn = math.radians(degrees)
    return c + r * math.cos(turn), c - r * math.sin(turn)


# the chart ------------------------------------------------------------------------------------------------


def _rows(report: Report) -> list[tuple[str, float]]:
    """What stands one below another: SVG and its height."""
    wide = float(WIDTH - LEFT - RIGHT)

    def row(name: str, body: str, height: float) -> str:
        return f'{_text(NAMED, height / 2 + 4, name, "ink end")}<g transform="translate({LEFT} 0)">{body}</g>'

    drawn = [
        (_strip(report, wide), STRIP + 32.0),
        (row("palette", palettes(report, (wide, PALETTE)), PALETTE), PALETTE + 14.0),
        (row("hues", hue_columns(report, (wide, HUES)), HUES), HUES + 16.0),
    ]
    drawn += [(_chart_curve(report, curve, wide), CURVE + 14.0) for curve in CURVES]
    return [*drawn, _wheels(report)]


def _strip(report: Report, wide: float) -> str:
    slot = wide / max(1, len(report.frames))
    out = [_text(NAMED, STRIP / 2 + 4, "frames", "ink end")]
    for i, one in enumerate(report.frames):
        picture = _cropped(one.thumb, slot / STRIP)
        h, w = picture.shape[:2]
        width = min(slot, STRIP * w / h)
        x = LEFT + i * slot + (slot - width) / 2
        out.append(
            f'<image x="{x:.2f}" y="0" width="{width:.2f}" height="{STRIP}" preserveAspectRatio="none" '
            f'href="{picture_uri(picture)}"/>'
        )
    for name, first, last in runs(report):
        scene = scene_of(report, name)
        told = f"{name}, {scene.mood}" if scene and scene.mood else name
        x = LEFT + first * slot
        out.append(f'<path class="rule" d="M{x:.1f} 0V{STRIP + 19}"/>')
        room = int((last - first) * slot / 7.5)
        out.append(_text(x + 5, STRIP + 16, told if len(told) <= room else told[: max(1, room - 1)], "soft"))
    return "".join(out)


def _chart_curve(report: Report, curve: Curve, wide: float) -> str:
    out = [_text(NAMED, 18, curve.title, "ink end")]
    names = curve.measures.values() if len(curve.measures) > 1 else ()
    out += [
        _text(NAMED, 36 + 17 * i, name, f"{kind} fill end")
        for i, (kind, name) in enumerate(zip("abc", names, strict=False))
    ]
    marks = ticks(report, curve)
    for value in marks:
        y = PAD + (CURVE - 2 * PAD) * (1 - height_of(value, marks[-1], curve.root))
        out.append(_text(LEFT - 8, y + 4.5, number(value), "soft end"))
    return "".join(out) + f'<g transform="translate({LEFT} 0)">{lines(report, curve, (wide, CURVE))}</g>'


def _wheels(report: Report) -> tuple[str, float]:
    across = max(1, (WIDTH - LEFT - RIGHT) // (WHEEL + 24))
    top = petal_top(report)
    out = [_text(NAMED, 24, "hues", "ink end"), _text(NAMED, 41, f"circle {100 * top:.3g} %", "soft end")]
    for i, scene in enumerate(report.scenes):
        x, y = LEFT + (i % across) * (WHEEL + 24), (i // across) * (WHEEL + 30)
        out.append(f'<g transform="translate({x} {y})">{wheel(scene, top, WHEEL)}</g>')
        out.append(_text(x + WHEEL / 2, y + WHEEL + 10, scene.name, "soft middle"))
    return "".join(out), (WHEEL + 30.0) * max(1, math.ceil(len(report.scenes) / across))


def picture_uri(picture: NDArray[np.uint8], suffix: str = ".png") -> str:
    """A picture, uint8 RGB (h, w, 3), as an address that holds it: .png, or .jpg where size matters."""
    quality = [cv2.IMWRITE_JPEG_QUALITY, 86] if suffix == ".jpg" else []
    done, data = cv2.imencode(suffix, np.ascontiguousarray(picture[..., ::-1]), quality)
    if not done:
        raise ValueError(f"a picture of uint8 (h, w, 3) is always a {suffix}")
    kind = "jpeg" if suffix == ".jpg" else "png"
    return f"data:image/{kind};base64," + base64.b64encode(data.tobytes()).decode("ascii")


def _cropped(picture: NDArray[np.uint8], aspect: float) -> NDArray[np.uint8]:
    """The middle of a picture, no wider than aspect (width over height) allows."""
    h, w = picture.shape[:2]
    width = max(1, min(w, round(h * aspect)))
    x = (w - width) // 2
    return picture[:, x : x + width]


def _nice(value: float) -> float:
    """The least of 1, 1.5, 2, 3, 4, 5, 6, 8 times a power of ten that is not below value; at most 1."""
    power = 10.0 ** math.floor(math.log10(value))
    return min(1.0, next(n * power for n in (1, 1.5, 2, 3, 4, 5, 6, 8, 10) if n * power >= value - 1e-9))


def _text(x: float, y: float, what: str, kind: str) -> str:
    anchor = {"end": "end", "middle": "middle"}.get(kind.rpartition(" ")[2], "start")
    return (
        f'<text class="{kind}" x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(readable(what))}</text>'
    )
