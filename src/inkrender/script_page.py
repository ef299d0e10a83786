"""The colour script as a page of HTML that stands on its own: a frame to look at, the film over time, scenes.

The page holds everything itself: pictures, the measures as JSON, a short script that moves between frames by
arrow keys. Without that script it reads on: frames are links to their measures. It follows the light or dark
scheme of its reader and the width of the window, down to that of a phone.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from html import escape
from pathlib import Path
from typing import Any

from . import script_chart
from .audit import Measured, Report, SceneTone, number
from .script import band_name
from .script_chart import CURVES, DARK, LIGHT, Curve

# measures in the order of the page, as their columns are called
MEASURES = {
    "lightness_p10": "lightness p10", "lightness_p50": "lightness median", "lightness_p90": "lightness p90",
    "chroma_p10": "chroma p10", "chroma_p50": "chroma median", "chroma_p90": "chroma p90",
    "chroma_p95": "chroma p95", "blank": "blank", "pale": "pale", "soft": "soft", "hint": "hint yellow",
    "bins": "hues used",
}  # fmt: skip
ACROSS = 1000  # units a figure is wide before it is stretched


def html(report: Report) -> str:
    """The page."""
    title = escape(report.title or "Colour script")
    parts = [("film", "The film", _timeline(report))]
    if report.broken:
        parts.append(("outside", "Outside the script", _broken(report)))
    if report.stale:
        parts.append(("stale", "Not what the film is today", _stale(report)))
    parts.append(("scenes", "Scenes", _scenes(report)))
    links = "".join(f'<li><a href="#{name}">{head}</a></li>' for name, head, _ in parts)
    body = "".join(
        f'<section aria-labelledby="{name}"><h2 id="{name}">{head}</h2>{what}</section>'
        for name, head, what in parts
    )
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="color-scheme" content="light dark"><link rel="icon" href="data:,">'
        f"<title>{title}: colour script</title><style>{_style()}</style></head>\n<body>"
        f'<header><h1>{title}</h1><p class="state">{_state(report)}</p>'
        f'<nav aria-label="Parts"><ul>{links}</ul></nav></header>\n'
        f"<main>{_viewer()}{body}</main>\n{_data('told', report.told())}{_data('names', MEASURES)}"
        f"<script>{_page('script.js')}</script></body></html>\n"
    )


def _state(report: Report) -> str:
    count, wrong = len(report.frames), len(report.broken)
    told = f"{count} frame{'s' if count != 1 else ''} measured, "
    if not report.held:
        return told + "none held to a row"
    told += f"{report.held} held to a row: "
    if not wrong:
        return told + "within the script"
    return (
        f'{told}<strong class="wrong">{wrong} measure{"s" if wrong != 1 else ""} outside the script</strong>'
    )


# a frame --------------------------------------------------------------------------------------------------


def _viewer() -> str:
    """What the script fills with a frame."""
    return (
        '<section id="viewer" aria-live="polite" aria-label="The frame looked at" hidden><img alt=""><div>'
        '<h2></h2><p class="quiet"></p><dl></dl></div></section>'
    )


# the film -------------------------------------------------------------------------------------------------


def _timeline(report: Report) -> str:
    frames = len(report.frames)
    heads = "".join(
        f'<span style="left:{100 * first / frames:.3f}%;width:{100 * (last - first) / frames:.3f}%">'
        f"<b>{escape(name)}</b><i>{escape(scene.mood) if scene else ''}</i></span>"
        for name, first, last in script_chart.runs(report)
        for scene in [script_chart.scene_of(report, name)]
    )
    size = (float(ACROSS), 100.0)
    rows = [
        _row("", heads, "heads"),
        _row(_name("frames", "arrow keys move"), _strip(report), "tall"),
        _row(
            _name("palette"), _stretched(script_chart.palettes(report, size), "palettes of the scenes"), "low"
        ),
        _row(
            _name("hues", "coloured share of 1"),
            _stretched(script_chart.hue_columns(report, size), "shares of hues, frame by frame"),
        ),
    ]
    rows += [_row(_legend(curve), _plot(report, curve)) for curve in CURVES]
    return f'<div class="timeline">{"".join(rows)}</div>'


def _row(name: str, plot: str, kind: str = "") -> str:
    return f'<div class="name">{name}</div><div class="plot {kind}">{plot}</div>'


def _name(text: str, quiet: str = "") -> str:
    return f"<b>{text}</b>" + (f'<i class="quiet">{quiet}</i>' if quiet else "")


def _legend(curve: Curve) -> str:
    if len(curve.measures) == 1:
        return _name(curve.title, *curve.measures.values())
    kinds = zip("abc", curve.measures.values(), strict=False)
    return _name(curve.title) + "".join(f'<i class="key {kind}">{name}</i>' for kind, name in kinds)


def _strip(report: Report) -> str:
    links = "".join(
        f'<li><a href="#frame-{f.frame}" aria-label="{escape(_said(f))}">'
        f'<img src="{script_chart.picture_uri(f.thumb, ".jpg")}" alt="" width="{f.thumb.shape[1]}" '
        f'height="{f.thumb.shape[0]}"></a></li>'
        for f in report.frames
    )
    return f'<ol class="strip">{links}</ol>'


def _said(one: Measured) -> str:
    return f"{one.name}, {'transition' if one.transition else one.mood or 'no row'}"


def _plot(report: Report, curve: Curve) -> str:
    marks = script_chart.ticks(report, curve)
    high, pad = script_chart.CURVE, script_chart.PAD
    scale = "".join(
        f'<span style="top:{100 * (pad + (high - 2 * pad) * (1 - part)) / high:.2f}%">{number(value)}</span>'
        for value in marks
        for part in [script_chart.height_of(value, marks[-1], curve.root)]
    )
    told = f"{curve.title}: {', '.join(curve.measures.values())}, with the ranges declared"
    drawn = script_chart.lines(report, curve, (float(ACROSS), float(high)))
    return f'<div class="scale" aria-hidden="true">{scale}</div>' + _stretched(drawn, told, high)


def _stretched(body: str, about: str, high: float = 100) -> str:
    told = f' preserveAspectRatio="none" role="img" aria-label="{escape(about)}"'
    return script_chart.svg(body, (ACROSS, high), told)


# lists ----------------------------------------------------------------------------------------------------


def _broken(report: Report) -> str:
    at = {(f.scene, f.number): f.frame for f in report.frames}
    rows = "".join(
        f'<li><a class="wrong" href="#frame-{at[(b.scene, b.frame)]}">{escape(str(b))}</a></li>'
        for b in report.broken
    )
    return f"<ul>{rows}</ul>"


def _stale(report: Report) -> str:
    rows = "".join(
        f'<li><a class="wrong" href="#frame-{f.frame}">{escape(f.name)}: {escape(f.state)}</a></li>'
        for f in report.stale
    )
    return f"<p>These files were rendered from something else: render them again.</p><ul>{rows}</ul>"


# scenes ---------------------------------------------------------------------------------------------------


def _scenes(report: Report) -> str:
    return "".join(
        _scene(report, name, [f for f in report.frames if f.scene == name])
        for name in dict.fromkeys(f.scene for f in report.frames)
    )


def _scene(report: Report, name: str, frames: Sequence[Measured]) -> str:
    tone = script_chart.scene_of(report, name)
    mood = f'<span class="quiet">{escape(tone.mood)}</span>' if tone and tone.mood else ""
    figure = ""
    if tone is not None:
        top, side = script_chart.petal_top(report), 220.0
        drawn = script_chart.svg(
            script_chart.wheel(tone, top, side),
            (side, side),
            f' role="img" aria-label="hues of {escape(name)}"',
        )
        swatches = "".join(
            f'<li><span class="swatch" style="background:{code}"></span><code>{code}</code>'
            f'<span class="quiet">{100 * share:.1f} %</span></li>'
            for code, share in tone.palette
        )
        told = f"circle: {100 * top:.3g} % of the pixels"
        figure = (
            f'<div class="tone"><figure>{drawn}<figcaption class="quiet">{told}</figcaption></figure>'
            f'<ul class="palette" aria-label="palette">{swatches}</ul></div>'
        )
    return f"<article><h3>{escape(name)} {mood}</h3>{figure}{_table(report, name, tone, frames)}</article>"


def _table(report: Report, name: str, tone: SceneTone | None, frames: Sequence[Measured]) -> str:
    bands = {band_name(a, b): f"hue {a:g}–{b:g}" for a, b, _, _ in tone.bands} if tone else {}
    columns = MEASURES | bands
    wanted = tone.ranges if tone else {}
    wrong = {(b.frame, b.measure) for b in report.broken if b.scene == name}

    def cell(f: Measured, measure: str) -> str:
        value = f.values.get(measure)
        bad = ' class="wrong"' if (f.number, measure) in wrong else ""
        text = "" if value is None else f"{value:.0f}" if measure == "bins" else f"{value:.3f}"
        return f'<td data-name="{columns[measure]}"{bad}>{text}</td>'

    def wants(measure: str) -> str:
        return " to ".join(number(v) for v in wanted[measure]) if measure in wanted else ""

    head = _cells("th", columns, lambda m: columns[m].replace(" ", "<br>", 1), ' scope="col"')
    asked = _cells("td", columns, lambda m: wants(m).replace(" to ", "<br>to "))
    rows = "".join(
        f'<tr id="frame-{f.frame}" tabindex="-1"><th scope="row">{f.number}'
        f"{'<i>transition</i>' if f.transition else ''}</th>{''.join(cell(f, m) for m in columns)}</tr>"
        for f in frames
    )
    row = f'<tr class="asked"><th scope="row">wanted</th>{asked}</tr>' if wanted else ""
    return (
        f'<div class="wide"><table><caption>measures of {escape(name)}, frame by frame</caption><thead><tr>'
        f'<th scope="col">frame</th>{head}</tr>{row}</thead><tbody>{rows}</tbody></table></div>'
    )


def _cells(tag: str, columns: dict[str, str], text: Callable[[str], str], more: str = "") -> str:
    return "".join(f"<{tag}{more}>{text(measure)}</{tag}>" for measure in columns)


def _style() -> str:
    def theme(c: dict[str, str]) -> str:
        return ":root{" + "".join(f"--{name}:{code};" for name, code in c.items()) + "}"

    figures = script_chart.rules({name: f"var(--{name})" for name in LIGHT})
    return (
        f"{theme(LIGHT)}@media (prefers-color-scheme:dark){{{theme(DARK)}}}{figures}\n{_page('script.css')}"
    )


def _page(name: str) -> str:
    return (Path(__file__).parent / "pages" / name).read_text(encoding="utf-8")


def _data(name: str, what: Any) -> str:
    """JSON inside the page; nothing in it can end the element it stands in."""
    text = json.dumps(what, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")
    return f'<script type="application/json" id="{name}">{text}</script>'
