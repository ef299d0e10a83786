"""`inkrender sheet`: contact sheets and scopes of a film, of footage, and of both side by side."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from .cli_inputs import checked_film, is_film
from .cli_report import Log, put, verb
from .errors import SceneError, did_you_mean

if TYPE_CHECKING:
    from .sheets import Part, Shown
    from .viewing import Source

EVENLY, MOST = 24, 400  # frames of a sheet: chosen evenly, and named with -F
SMALL, LARGE = 360, 720  # lines a film is painted at: for a sheet of many frames, and of one
PIXELS = 64_000_000  # kept in memory: 30 frames of 1080 lines as they are, more of them smaller
ZOOMS = (1, 2, 5)  # of a vectorscope, as instruments have them
FORMATS = (".png", ".tif", ".tiff", ".jpg", ".jpeg")


@verb
def sheet(
    input: Annotated[
        str,
        typer.Argument(
            metavar="FRAMES|FILM.toml", help="shot.####.exr, clip.mp4, a folder, a still; or a film."
        ),
    ],
    frames: Annotated[
        str | None, typer.Option("-F", "--frames", help="Of a film as in render, of footage its own numbers.")
    ] = None,
    output: Annotated[str, typer.Option("-o", "--output", help="x.png, .tif or .jpg.")] = "sheet.png",
    scopes: Annotated[
        str | None,
        typer.Option("--scopes", help="waveform,parade,histogram,vectorscope,blank,hint; all or none."),
    ] = None,
    columns: Annotated[
        int | None, typer.Option("--columns", min=1, max=40, help="Frames in a row; 4 to 6 unless said.")
    ] = None,
    width: Annotated[int, typer.Option("--width", min=240, max=8192, help="Of the sheet, px.")] = 1920,
    zoom: Annotated[
        int, typer.Option("--zoom", help="Of the vectorscope: 1, 2 or 5; pale washes are read at 5.")
    ] = 1,
    before: Annotated[
        str | None, typer.Option("--before", help="Frames or a film to set beside it, number by number.")
    ] = None,
    wipe: Annotated[
        float | None,
        typer.Option("--wipe", min=0, max=1, help="Where --before gives way, of the width; .5 unless said."),
    ] = None,
    trust: Annotated[
        bool, typer.Option("--trust", help="Run the film's own shaders/, which are code.")
    ] = False,
) -> None:
    """Contact sheets and scopes on 18 % grey.

    Up to 24 frames, evenly chosen or named with -F; a single frame has all its scopes beside it. With
    --scopes each of several frames has its own; with --before frames stand beside what they were. The blank
    map of a film shows its bare paper; of footage, whose paper nobody knows, it shows what looks pale.
    """
    from . import sheets, viewing
    from .io import files, stills

    names = None if scopes is None else _scopes(scopes)
    if zoom not in ZOOMS:
        raise SceneError(f"--zoom {zoom}: a vectorscope is drawn at {', '.join(map(str, ZOOMS))} times")
    if wipe is not None and before is None:
        raise SceneError(f"--wipe {wipe:g} is a place between two pictures: name the other with --before")
    if columns is not None and (names or before is not None):
        why = "--scopes" if names else "--before"
        raise SceneError(f"--columns {columns} is for contact sheets: with {why} each frame has its own row")
    _check_output(output, input, before)
    files.check_output(output)
    source = _source(input, trust, frames)
    wanted = viewing.spread(source.chosen(frames), EVENLY) if frames is None else source.chosen(frames)
    if len(wanted) > MOST:
        raise SceneError(
            f'-F "{frames}" is {len(wanted)} frames: a sheet holds {MOST}, step with x as in 0-999x10'
        )
    lines = LARGE if len(wanted) == 1 else SMALL
    shown = _shown(source, wanted, lines)
    if before is not None:
        other = _source(before, trust, None)
        earlier = _shown(other, _partners(other, before, wanted), lines)
        pairs = list(zip(earlier, shown, strict=True))
        part: Part = sheets.compared(pairs, names or (), zoom, 0.5 if wipe is None else wipe)
    else:
        part = _arranged(shown, names, columns, zoom)
    every = len(source.numbers)
    heading = (source.title, f"{len(shown)} of {every} frames") if every > 1 else ("", "")
    stills.write(output, sheets.laid_out(part, width, *heading))
    put(output)


def _arranged(shown: list[Shown], names: tuple[str, ...] | None, columns: int | None, zoom: int) -> Part:
    from . import sheets

    if len(shown) == 1 and columns is None:
        return sheets.studied(shown[0], sheets.SCOPES if names is None else names, zoom)
    if names:
        return sheets.listed(shown, names, zoom)
    return sheets.contact(shown, min(columns or _columns(shown), max(len(shown), columns or 1)))


def _columns(shown: list[Shown]) -> int:
    """As many in a row as make a sheet about as wide as a screen, 16 to 9, with little left empty."""
    h, w = shown[0].picture.shape[:2]
    n = len(shown)
    ideal = math.ceil(math.sqrt(n * 16 / 9 / min(5, max(0.2, w / h))))
    fits = [k for k in (ideal, ideal + 1, ideal - 1) if 1 <= k <= min(n, 12 if h > w else 6)]
    return min(fits, key=lambda k: -n % k, default=min(n, 6))


def _source(given: str, trust: bool, frames: str | None) -> Source:
    from . import viewing

    return viewing.Painted(checked_film(given, trust, frames)) if is_film(given) else viewing.footage(given)


def _shown(source: Source, frames: list[int], lines: int) -> list[Shown]:
    """The frames, with progress on a terminal: a film may have to look ahead first."""
    from .render import Event
    from .sheets import held

    with Log("text") as told:
        source.prepare(frames, lambda done, total: told.event(Event("analysis", done=done, total=total)))
        found = []
        for i, n in enumerate(frames):
            told.event(Event("start", done=i, total=len(frames)))
            found.append(held(source.shown(n, lines), PIXELS // len(frames)))
    return found


def _partners(source: Source, given: str, wanted: list[int]) -> list[int]:
    """The frames of the same numbers; of a still that one; of as many frames as are wanted each in turn."""
    there = source.numbers
    if len(there) == 1:
        return [there[0]] * len(wanted)
    if not (lacking := [n for n in wanted if n not in set(there)]):
        return wanted
    if len(there) == len(wanted):
        return list(there)
    raise SceneError(
        f"--before {given} has no frame {lacking[0]}: it has {there[0]}-{there[-1]}; "
        "name frames both have with -F"
    )


def _scopes(text: str) -> tuple[str, ...]:
    """The scopes a list names, in the order it names them."""
    from .sheets import SCOPES

    words = [word.strip() for word in text.split(",") if word.strip()]
    if words in (["all"], ["none"]):
        return SCOPES if words == ["all"] else ()
    for word in words:
        if word not in SCOPES:
            near = did_you_mean(word, SCOPES)
            raise SceneError(f'--scopes: "{word}" is not known{near}: use {", ".join(SCOPES)}, all or none')
    if not words:
        raise SceneError(f"--scopes is empty: use {', '.join(SCOPES)}, all or none")
    return tuple(dict.fromkeys(words))


def _check_output(output: str, *inputs: str | None) -> None:
    path = Path(output)
    if path.suffix.lower() not in FORMATS:
        raise SceneError(f"-o {output}: a sheet is written as {' '.join(FORMATS)}")
    if any(given is not None and Path(given).absolute() == path.absolute() for given in inputs):
        raise SceneError(f"{output} is the input: name another output, it would be written over")
