"""`inkrender script`: the tone of a film over time, and whether it keeps to its colour script."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from .cli_inputs import checked_film, film_of
from .cli_report import FAILED, put, put_json, say, verb
from .errors import SceneError

if TYPE_CHECKING:
    from .audit import Measured, Report


@verb
def script(
    film: Annotated[
        str | None, typer.Argument(metavar="FILM.toml", help="A film, or the folder that holds film.toml.")
    ] = None,
    frames: Annotated[
        str | None, typer.Option("-F", "--frames", help="Of these: 0-239, 02_dawn, 02_dawn:1050-1060.")
    ] = None,
    every: Annotated[
        int | None, typer.Option("--every", min=1, help="One frame in so many; 12, with -F each of them.")
    ] = None,
    rendered: Annotated[
        str | None,
        typer.Option("--rendered", help="Measure these frames, out/film.####.png, and paint nothing."),
    ] = None,
    asserted: Annotated[
        bool, typer.Option("--assert", help="Exit with 1 when a frame leaves its row of the script.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document.")] = False,
    html: Annotated[
        str | None, typer.Option("--html", metavar="PATH", help="A page that stands on its own.")
    ] = None,
    output: Annotated[str | None, typer.Option("-o", "--output", metavar="PNG", help="The chart.")] = None,
    trust: Annotated[
        bool, typer.Option("--trust", help="Run the film's own shaders/, which are code.")
    ] = False,
    moods: Annotated[
        bool, typer.Option("--moods", help="List the moods there are, the film's own too, and paint nothing.")
    ] = False,
) -> None:
    """The tone of a film over time, and whether it keeps to its colour script.

    Sampled frames are measured in OKLCh at 360 lines: shares of hues, lightness, chroma, blank paper, hint
    yellow. With --assert a frame fails that is outside [script.MOOD], the row of its scene's mood, or that
    --rendered found to be older than its film; frames in transitions are held to nothing.
    """
    if moods:
        _list_moods(film, trust, as_json)
        return
    if film is None:
        raise SceneError("name a film: inkrender script FILM.toml; or list the moods there are: --moods")
    from . import audit

    _check_outputs(html, output)
    told = checked_film(film, trust, frames, inputs=rendered is None)
    asked = list(range(told.length)) if frames is None else list(told.find_frames(frames))
    wanted = audit.sampled(told, asked, every or (audit.EVERY if frames is None else 1))
    if asserted and not any(told.row_at(*told.locate(n)) for n in wanted):
        raise SceneError(
            f"{film} has no row for any of these frames, so there is nothing to assert: "
            'write [script.MOOD] tables in the film, and mood = "MOOD" in its scenes'
        )
    names = [(one.name, k) for one, k in map(told.locate, wanted)]
    width = 2 + max(7, *(len(f"{name}:{k}") for name, k in names))
    if not as_json:
        put(_heading(width))
    found = []
    for one in audit.measure(told, wanted, rendered):
        found.append(one)
        if not as_json:
            put(_line(one, width))
    result = audit.report(told, found)
    if asserted and not result.held:
        raise SceneError("all of these frames lie in transitions, so there is nothing to assert: take others")
    _write(result, html, output)
    if as_json:
        put_json(result.told())
    else:
        put("")
        for text in _closing(result, html, output):
            put(text)
    for text in _stale(result):
        say(f"inkrender: {text}")
    if asserted and (result.broken or result.stale):
        for breach in result.broken:
            say(f"inkrender: {breach}")
        raise typer.Exit(FAILED)


def _list_moods(film: str | None, trust: bool, as_json: bool) -> None:
    from . import cli_moods, mood

    own = film_of(film, trust).script if film is not None else {}
    told = {name: mood.find(own, name) for name in [*own, *(n for n in mood.moods() if n not in own)]}
    if as_json:
        put_json(cli_moods.as_dict(told))
        return
    for text in cli_moods.listed(told):
        put(text)


def _check_outputs(html: str | None, output: str | None) -> None:
    """What cannot be written is known before the first frame is painted."""
    from .io import files

    for given, suffixes, flag in ((html, (".html", ".htm"), "--html"), (output, (".png",), "-o")):
        if given is None:
            continue
        if not given.lower().endswith(suffixes):
            raise SceneError(f'{flag} "{given}": the name ends with {suffixes[0]}')
        files.check_output(given)


def _write(result: Report, html: str | None, output: str | None) -> None:
    from . import script_chart, script_page
    from .io import files

    if html is not None:
        files.write_text(html, script_page.html(result))
    if output is not None:
        files.write_bytes(output, script_chart.png(result))


# words ----------------------------------------------------------------------------------------------------

COLUMNS = (
    ("L p10", "lightness_p10"), ("p50", "lightness_p50"), ("p90", "lightness_p90"), ("C p50", "chroma_p50"),
    ("p90", "chroma_p90"), ("p95", "chroma_p95"), ("blank", "blank"), ("pale", "pale"), ("soft", "soft"),
    ("hint", "hint"),
)  # fmt: skip


NAMED = 5  # stale frames by name


def _heading(width: int) -> str:
    return f"{'frame':<{width}}" + "".join(f"{name:>7}" for name, _ in COLUMNS) + "  hues"


def _line(one: Measured, width: int) -> str:
    """One row: the measures, and the used bins of hue by their first degree, in percent."""
    from .tone_measures import USED

    cells = (one.values[name] for _, name in COLUMNS)
    hues = [f"{30 * i}:{100 * share:.0f}" for i, share in enumerate(one.tone.hues) if share >= USED]
    shown = "".join(f"{'-' if v is None else f'{v:.3f}':>7}" for v in cells)
    return (
        f"{one.name:<{width}}{shown}  {' '.join(hues)}"
        + (" (transition)" if one.transition else "")
        + (f" ({one.state})" if one.state else "")
    )


def _stale(result: Report) -> list[str]:
    """A line for every reason for which frames on disk are not the film's."""
    told = []
    for state in dict.fromkeys(f.state for f in result.stale):
        names = [f.name for f in result.stale if f.state == state]
        more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
        one = len(names) == 1
        told.append(
            f"{', '.join(names[:NAMED])}{more} {'is' if one else 'are'} not what the film would render today "
            f"({state}): render {'it' if one else 'them'} again"
        )
    return told


def _closing(result: Report, html: str | None, output: str | None) -> list[str]:
    told = [
        f"{s.name}{f', {s.mood}' if s.mood else ''}: "
        + " ".join(f"{code} {100 * share:.0f}" for code, share in s.palette)
        for s in result.scenes
    ]
    count = len(result.frames)
    told.append(
        f"{count} frame{'s' if count != 1 else ''}, {result.held} held to the script, "
        f"{len(result.broken)} measure{'s' if len(result.broken) != 1 else ''} outside it"
    )
    told += [f"  {breach}" for breach in result.broken]
    return told + [path for path in (html, output) if path is not None]
