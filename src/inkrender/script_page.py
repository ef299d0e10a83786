"""The colour script drawn: strip, palettes, hue wheels and curves, as a PNG and as one page of HTML.

Figures are SVG whose colours are classes: the page gives them in light and dark, the PNG in light. The page
holds everything itself (no script, no file or address beside it) and is read with the keyboard alone.
"""

from __future__ import annotations

import base64
import math
from collections.abc import Callable, Sequence
from html import escape
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from . import colour
from .audit import Measured, Report, SceneTone, number
from .tone_measures import BINS

WIDTH, LEFT, RIGHT = 1200, 128, 14
NAMED = LEFT - 46  # where names end; the values of a scale stand between them and the axis
STRIP, PALETTE, CURVE, WHEEL = 72, 44, 108, 196  # heights
FONT = Path(__file__).parent / "fonts" / "LXGWWenKai-subset.ttf"

LIGHT = {"paper": "#faf7f0", "ink": "#26221c", "faint": "#d9d2c3", "soft": "#6b6456", "band": "#cfdccb",
         "a": "#1f4e8c", "b": "#8a5a00", "c": "#6d3b78", "bad": "#b3261e"}  # fmt: skip
DARK = {"paper": "#1b1a18", "ink": "#ece6d9", "faint": "#3d3a35", "soft": "#a9a192", "band": "#33463a",
        "a": "#8db8ee", "b": "#e3b04b", "c": "#d3a3dc", "bad": "#ff8a80"}  # fmt: skip

# title, measures with their line, lowest top of the scale; hints are small, and told apart by their root
CURVES: tuple[tuple[str, tuple[str, ...], float], ...] = (
    ("lightness", ("lightness_p50", "lightness_p10", "lightness_p90"), 1.0),
    ("chroma", ("chroma_p50", "chroma_p90"), 0.2),
    ("blank paper", ("blank", "pale", "soft"), 0.5),
    ("hint yellow", ("hint",), 0.02),
)
NAMES = {
    "lightness_p10": "p10", "lightness_p50": "median", "lightness_p90": "p90", "chroma_p50": "median",
    "chroma_p90": "p90",
}  # fmt: skip


def png(report: Report) -> bytes:
    """The whole chart as a PNG, 1200 px wide."""
    import resvg_py

    parts: list[str] = []
    y = 34
    parts.append(_text(LEFT, 22, report.title or "colour script", "ink big"))
    for draw, height in _figures(report):
        parts.append(f'<g transform="translate(0 {y})">{draw(report)}</g>')
        y += height
    body = f'<rect class="paper" width="{WIDTH}" height="{y + 8}"/>{"".join(parts)}'
    text = _svg(body, y + 8, "", f"<style>{_rules(LIGHT)}</style>")
    return bytes(resvg_py.svg_to_bytes(svg_string=text, skip_system_fonts=True, font_files=[str(FONT)]))


def html(report: Report) -> str:
    """The same as a page that stands on its own."""
    title = escape(report.title or "Colour script")
    count, wrong = len(report.frames), len(report.broken)
    state = f"{wrong} measure{'s' if wrong != 1 else ''} outside the script" if wrong else "within the script"
    told = (
        f"{count} frame{'s' if count != 1 else ''} measured, {report.held} held to a row: {state}"
        if report.held
        else f"{count} frame{'s' if count != 1 else ''} measured, none held to a row"
    )
    curves = "".join(
        _figure(_curve(report, *row), CURVE + 8, f"{row[0]} of {count} frames, with the ranges declared")
        for row in CURVES
    )
    sections = [
        ("strip", "Frames", _strip_list(report)),
        ("broken", "Outside the script", _broken_list(report)),
        ("palettes", "Palettes", _figure(_palettes(report), PALETTE, "colours of each scene by their share")),
        ("hues", "Hues", _figure(_wheels(report), _wheels_height(report), "hue wheel of each scene")),
        ("curves", "Curves", curves),
        ("frames", "Measures", _table(report)),
    ]
    body = "".join(
        f'<section aria-labelledby="{name}"><h2 id="{name}">{head}</h2>{what}</section>'
        for name, head, what in sections
    )
    links = "".join(f'<li><a href="#{name}">{head}</a></li>' for name, head, _ in sections)
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="color-scheme" content="light dark">'
        f"<title>{title}: colour script</title><style>{_page_rules()}</style></head>\n<body>"
        f'<header><h1>{title}</h1><p>{told}</p><nav aria-label="Parts"><ul>{links}</ul></nav></header>\n'
        f"<main>{body}</main></body></html>\n"
    )


def _figures(report: Report) -> list[tuple[Callable[[Report], str], int]]:
    drawn: list[tuple[Callable[[Report], str], int]] = [(_strip, STRIP + 26), (_palettes, PALETTE + 14)]
    for row in CURVES:
        drawn.append((lambda r, row=row: _curve(r, *row), CURVE + 18))  # type: ignore[misc]
    return [*drawn, (_wheels, _wheels_height(report))]


# the axis they share: one place for each frame --------------------------------------------------------------


def _slot(report: Report) -> float:
    return (WIDTH - LEFT - RIGHT) / max(1, len(report.frames))


def _runs(report: Report, key: Callable[[Measured], Any]) -> list[tuple[Any, int, int]]:
    """(value, first, one past the last) of neighbouring frames for which key says the same."""
    runs: list[tuple[Any, int, int]] = []
    for i, one in enumerate(report.frames):
        if runs and runs[-1][0] == key(one):
            runs[-1] = (runs[-1][0], runs[-1][1], i + 1)
        else:
            runs.append((key(one), i, i + 1))
    return runs


def _scene(report: Report, name: str) -> SceneTone | None:
    return next((s for s in report.scenes if s.name == name), None)


def _strip(report: Report) -> str:
    slot = _slot(report)
    out = [_text(NAMED, STRIP / 2 + 4, "frames", "ink end")]
    for i, one in enumerate(report.frames):
        picture = _cropped(one.thumb, slot / STRIP)
        h, w = picture.shape[:2]
        width = min(slot, STRIP * w / h)
        x = LEFT + i * slot + (slot - width) / 2
        out.append(f'<image x="{x:.2f}" y="0" width="{width:.2f}" height="{STRIP}" href="{_uri(picture)}"/>')
    for name, first, last in _runs(report, lambda f: f.scene):
        scene = _scene(report, name)
        told = f"{name}, {scene.mood}" if scene and scene.mood else name
        x = LEFT + first * slot
        out.append(f'<path class="line faint" d="M{x:.1f} 0V{STRIP + 18}"/>')
        room = int((last - first) * slot / 7.5)
        out.append(_text(x + 4, STRIP + 15, told if len(told) <= room else told[: max(1, room - 1)], "soft"))
    return "".join(out)


def _palettes(report: Report) -> str:
    slot = _slot(report)
    out = [_text(NAMED, PALETTE / 2 + 4, "palette", "ink end")]
    for name, first, last in _runs(report, lambda f: f.scene):
        scene = _scene(report, name)
        if scene is None:
            continue
        x, width = LEFT + first * slot, (last - first) * slot - 2
        for code, share in scene.palette:
            label = f"<title>{code}, {100 * share:.1f} %</title>"
            out.append(
                f'<rect x="{x:.2f}" y="0" width="{share * width:.2f}" height="{PALETTE - 4}" fill="{code}">'
                f"{label}</rect>"
            )
            x += share * width
    return "".join(out)


def _curve(report: Report, title: str, measures: Sequence[str], least_top: float) -> str:
    slot, root = _slot(report), title.startswith("hint")
    known = [v for f in report.frames for m in measures if (v := f.values[m]) is not None]
    # an upper bound of 1 is no news: the scale is that of what is measured and what is asked for below it
    wanted = [v for s in report.scenes for m in measures for v in s.ranges.get(m, ()) if v < 1]
    top = _nice(max([least_top, *known, *wanted]))

    def y(value: float) -> float:
        part = min(value, top) / top
        return 4 + (CURVE - 8) * (1 - (math.sqrt(part) if root else part))

    out = [_text(NAMED, 18, title, "ink end")]
    for value in (0.0, top / 4 if root else top / 2, top):
        out.append(f'<path class="line faint" d="M{LEFT} {y(value):.1f}H{WIDTH - RIGHT}"/>')
        out.append(_text(LEFT - 8, y(value) + 4, number(value), "soft end"))
    for i, name in enumerate(measures):
        if len(measures) > 1:
            label = NAMES.get(name, name)
            out.append(_text(NAMED, 36 + 17 * i, label, f"{'abc'[i]} fill end"))
        for run, first, last in _runs(report, lambda f: (f.scene, f.transition)):
            scene = _scene(report, run[0])
            if scene is None or run[1] or name not in scene.ranges:
                continue
            lo, hi = scene.ranges[name]
            x0, x1 = LEFT + first * slot, LEFT + last * slot
            out.append(
                f'<rect class="band {"abc"[i]}" x="{x0:.1f}" y="{y(hi):.1f}" width="{x1 - x0:.1f}" '
                f'height="{max(1.5, y(lo) - y(hi)):.1f}"><title>{escape(run[0])}: {name} {number(lo)} to '
                f"{number(hi)}</title></rect>"
            )
    for i, name in enumerate(measures):
        places = [
            (LEFT + (k + 0.5) * slot, y(v))
            for k, f in enumerate(report.frames)
            if (v := f.values[name]) is not None
        ]
        if len(places) > 1:
            path = "L".join(f"{px:.1f} {py:.1f}" for px, py in places)
            out.append(f'<path class="line {"abc"[i]}" d="M{path}"/>')
        out += [f'<circle class="{"abc"[i]} fill" cx="{px:.1f}" cy="{py:.1f}" r="2"/>' for px, py in places]
    for breach in report.broken:
        if breach.measure in measures and breach.found is not None:
            k = next(
                k for k, f in enumerate(report.frames) if (f.scene, f.number) == (breach.scene, breach.frame)
            )
            cx, cy = LEFT + (k + 0.5) * slot, y(breach.found)
            out.append(
                f'<circle class="line bad" cx="{cx:.1f}" cy="{cy:.1f}" r="5">'
                f"<title>{escape(str(breach))}</title></circle>"
            )
    return "".join(out)


def _wheels_height(report: Report) -> int:
    across = max(1, (WIDTH - LEFT - RIGHT) // (WHEEL + 20))
    return (WHEEL + 8) * max(1, math.ceil(len(report.scenes) / across))


def _wheels(report: Report) -> str:
    """A wheel for each scene: the length of a petal goes with the root of its share, arcs show the bands."""
    across = max(1, (WIDTH - LEFT - RIGHT) // (WHEEL + 20))
    out = [_text(NAMED, 18, "hues", "ink end")]
    for i, scene in enumerate(report.scenes):
        cx = LEFT + (i % across) * (WHEEL + 20) + WHEEL / 2
        cy = (i // across) * (WHEEL + 8) + WHEEL / 2 - 8
        full = WHEEL / 2 - 30
        out.append(f'<circle class="line faint" cx="{cx:.1f}" cy="{cy:.1f}" r="{full:.1f}"/>')
        for k, share in enumerate(scene.hues):
            if share <= 0:
                continue
            start, end = 360 / BINS * k, 360 / BINS * (k + 1)
            path = _petal(cx, cy, full * math.sqrt(share), start + 1, end - 1)
            out.append(
                f'<path d="{path}" fill="{_hue((start + end) / 2)}"><title>{start:g} to {end:g} degrees: '
                f"{100 * share:.1f} %</title></path>"
            )
        for start, end, least, most in scene.bands:
            told = f"hue {start:g} to {end:g}: {number(least)} to {number(most)}"
            stop = end if end > start else end + 360
            out.append(
                f'<path class="arc" d="{_arc(cx, cy, full + 7, start, stop)}">'
                f"<title>{escape(told)}</title></path>"
            )
        out.append(_text(cx, cy + full + 24, scene.name, "soft middle"))
    return "".join(out)


def _petal(cx: float, cy: float, r: float, start: float, end: float) -> str:
    x0, y0 = _on(cx, cy, r, start)
    x1, y1 = _on(cx, cy, r, end)
    return f"M{cx:.1f} {cy:.1f}L{x0:.2f} {y0:.2f}A{r:.2f} {r:.2f} 0 0 0 {x1:.2f} {y1:.2f}Z"


def _arc(cx: float, cy: float, r: float, start: float, end: float) -> str:
    """In two halves, so that a whole circle has two ends that differ."""
    points = [_on(cx, cy, r, a) for a in (start + 1, (start + end) / 2, end - 1)]
    (x0, y0), *rest = points
    return f"M{x0:.2f} {y0:.2f}" + "".join(f"A{r:.2f} {r:.2f} 0 0 0 {x:.2f} {y:.2f}" for x, y in rest)


def _on(cx: float, cy: float, r: float, degrees: float) -> tuple[float, float]:
    """Hue 0 to the right, going up, as OKLab's a and b are drawn."""
    turn = math.radians(degrees)
    return cx + r * math.cos(turn), cy - r * math.sin(turn)


def _hue(degrees: float) -> str:
    light = colour.from_oklch(np.array([0.68, 0.11, degrees]))
    codes = np.rint(255 * np.clip(colour.encode(np.clip(light, 0, 1)), 0, 1)).astype(int)
    return "#" + "".join(f"{v:02x}" for v in codes)


def _nice(value: float) -> float:
    """The least of 1, 1.5, 2, 3, 4, 5, 6, 8 times a power of ten that is not below value; at most 1."""
    power = 10.0 ** math.floor(math.log10(value))
    return min(1.0, next(n * power for n in (1, 1.5, 2, 3, 4, 5, 6, 8, 10) if n * power >= value - 1e-9))


# parts of the page ------------------------------------------------------------------------------------------


def _figure(body: str, height: int, about: str) -> str:
    return f'<div class="wide" tabindex="0" role="group" aria-label="{escape(about)}">' + (
        _svg(body, height, f' role="img" aria-label="{escape(about)}"') + "</div>"
    )


def _strip_list(report: Report) -> str:
    rows = "".join(
        f'<li><a href="#f{f.frame}"><img src="{_uri(f.thumb)}" width="{f.thumb.shape[1]}" '
        f'height="{f.thumb.shape[0]}" alt="{escape(f.name)}"><span>{escape(f.name)}</span></a></li>'
        for f in report.frames
    )
    return f'<ol class="strip">{rows}</ol>'


def _broken_list(report: Report) -> str:
    if not report.broken:
        return "<p>Nothing.</p>" if report.held else "<p>No frame is held to a row.</p>"
    at = {(f.scene, f.number): f.frame for f in report.frames}
    rows = "".join(
        f'<li><a class="bad" href="#f{at[(b.scene, b.frame)]}">{escape(str(b))}</a></li>'
        for b in report.broken
    )
    return f"<ul>{rows}</ul>"


def _table(report: Report) -> str:
    names = sorted({k for f in report.frames for k in f.values})
    wrong = {(b.scene, b.frame, b.measure) for b in report.broken}

    def cell(f: Measured, name: str) -> str:
        value = f.values.get(name)
        bad = ' class="bad"' if (f.scene, f.number, name) in wrong else ""
        return f"<td{bad}>{'' if value is None else f'{value:.3f}'}</td>"

    head = "".join(f'<th scope="col">{escape(n.replace("_", " "))}</th>' for n in names)
    rows = "".join(
        f'<tr id="f{f.frame}" tabindex="-1"><th scope="row">{escape(f.name)}</th>'
        f"<td>{'transition' if f.transition else escape(f.mood or '')}</td>"
        + "".join(cell(f, n) for n in names)
        + "</tr>"
        for f in report.frames
    )
    return (
        '<div class="wide" tabindex="0" role="group" aria-label="measures of every frame"><table><thead><tr>'
        f'<th scope="col">frame</th><th scope="col">row</th>{head}</tr></thead><tbody>{rows}</tbody></table>'
        "</div>"
    )


def _svg(body: str, height: int, told: str, style: str = "") -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" '
        f'height="{height}"{told}>{style}{body}</svg>'
    )


def _text(x: float, y: float, what: str, kind: str) -> str:
    anchor = {"end": "end", "middle": "middle"}.get(kind.rpartition(" ")[2], "start")
    return f'<text class="{kind}" x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(what)}</text>'


def _rules(c: dict[str, str]) -> str:
    """The classes of the figures in the colours of a theme."""
    lines = "".join(f".line.{k}{{stroke:{c[k]}}}" for k in ("a", "b", "c", "bad", "faint"))
    fills = "".join(f".fill.{k}{{fill:{c[k]}}}.band.{k}{{fill:{c[k]}}}" for k in ("a", "b", "c"))
    return (
        f"text{{font-family:'LXGW WenKai',system-ui,sans-serif;font-size:13px}}.big{{font-size:18px}}"
        f".paper{{fill:{c['paper']}}}text.ink{{fill:{c['ink']}}}text.soft{{fill:{c['soft']}}}"
        f".line{{fill:none;stroke-width:1.5}}.line.bad{{stroke-width:2.5}}{lines}{fills}"
        f".band{{fill-opacity:.18}}.arc{{fill:none;stroke:{c['ink']};stroke-width:3}}"
    )


def _page_rules() -> str:
    def theme(c: dict[str, str]) -> str:
        return (
            f"body{{background:{c['paper']};color:{c['ink']}}}a{{color:{c['a']}}}.bad{{color:{c['bad']}}}"
            f"th,td{{border-bottom:1px solid {c['faint']}}}:focus-visible{{outline:3px solid {c['b']}}}"
            f"tr:target{{outline:3px solid {c['b']}}}{_rules(c)}"
        )

    return (
        "body{margin:0 auto;padding:1.5rem;max-width:1240px;font:16px/1.5 system-ui,sans-serif}"
        "h1{margin:0;font-size:1.6rem}h2{font-size:1.15rem;margin:1.6rem 0 .5rem}"
        "nav ul,.strip{display:flex;flex-wrap:wrap;gap:.5rem 1rem;list-style:none;padding:0;margin:0}"
        ".strip{gap:.4rem}.strip a{display:block;text-decoration:none}.strip img{display:block}"
        ".strip span{font-size:.75rem}.wide{overflow-x:auto}"
        "svg{display:block;min-width:900px;width:100%;height:auto}"
        "table{border-collapse:collapse;font-size:.85rem;font-variant-numeric:tabular-nums}"
        "th,td{padding:.2rem .6rem;text-align:right;white-space:nowrap}th[scope=row]{text-align:left}"
        ":focus-visible,tr:target{outline-offset:2px}"
        f"{theme(LIGHT)}@media (prefers-color-scheme:dark){{{theme(DARK)}}}"
    )


def _cropped(picture: NDArray[np.uint8], aspect: float) -> NDArray[np.uint8]:
    """The middle of a picture, no wider than aspect (width over height) allows."""
    h, w = picture.shape[:2]
    width = max(1, min(w, round(h * aspect)))
    x = (w - width) // 2
    return picture[:, x : x + width]


def _uri(picture: NDArray[np.uint8]) -> str:
    done, data = cv2.imencode(".png", np.ascontiguousarray(picture[..., ::-1]))
    if not done:
        raise ValueError("a picture of uint8 (h, w, 3) is always a PNG")
    return "data:image/png;base64," + base64.b64encode(data.tobytes()).decode("ascii")
