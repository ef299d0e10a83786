"""`inkrender liubai`: what the blank paper of a film or of footage in a look is, frame by frame."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from .cli_inputs import checked_film, checked_look, is_film
from .cli_report import FAILED, put, put_json, say, verb
from .errors import SceneError

if TYPE_CHECKING:
    from .liubai_report import Row, Summary

DEFAULT_LOOK = "literati"


@verb
def liubai(
    input: Annotated[
        str, typer.Argument(metavar="FILM.toml|FOOTAGE", help="A film; or shot.####.exr, clip.mp4, a still.")
    ],
    frames: Annotated[
        str | None, typer.Option("-F", "--frames", help="Of a film as in render, of footage its own numbers.")
    ] = None,
    look: Annotated[
        str | None, typer.Option("--look", help=f"The look of footage; {DEFAULT_LOOK} unless said.")
    ] = None,
    target: Annotated[
        float | None, typer.Option("--target", help="Another share of blank paper, 0 to 1.")
    ] = None,
    missing: Annotated[
        str | None, typer.Option("--missing", help="Gaps: error, hold, nearest, black, transparent.")
    ] = None,
    lines: Annotated[
        int | None, typer.Option("--lines", min=54, help="Height frames are painted at; 540, or the film's.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document: frames and summary.")] = False,
    asserted: Annotated[
        bool, typer.Option("--assert", help="Exit with 1 when a frame is not as it should be.")
    ] = False,
    trust: Annotated[
        bool, typer.Option("--trust", help="Run the film's own shaders/, which are code.")
    ] = False,
) -> None:
    """How much paper each frame leaves bare, where, and how still it holds.

    Per frame: target and blank share in percent, what is reachable, pieces of blank paper, protected subjects
    touched, threshold, and the warp error of picture and mask beside the source's. With --assert a frame
    fails that is 2 points off its target (a still: 1), leaves 1 % of a subject or more than 10 pieces bare.
    """
    from . import liubai_report as report

    if target is not None and not 0 <= target <= 1:
        raise SceneError(f"--target {target:g} is not a share of the frame: it lies between 0 and 1")
    footage = not is_film(input)
    if footage:
        told, wanted = checked_look(look or DEFAULT_LOOK, input, frames, trust, missing=missing or "error")
    else:
        for flag, given in (("--look", look), ("--missing", missing)):
            if given is not None:
                raise SceneError(f"{flag} {given} is for footage: {input} is a film, whose scenes say it")
        told = checked_film(input, trust, frames)
        wanted = list(range(told.length)) if frames is None else list(told.find_frames(frames))
    if target is not None:
        told = _aimed(told, target)
    names = [(one, number) for one, number in map(told.locate, wanted)]
    width = 2 + max(len(str(k) if footage else f"{one.name}:{k}") for one, k in names)
    found = []
    if not as_json:
        put(_heading(max(width, 7)))
    for row in report.rows(told, wanted, lines=lines or report.LINES, footage=footage):
        found.append(row)
        if not as_json:
            put(_line(row, max(width, 7)))
    summed = report.summary(found)
    wrong = report.broken(found)
    if as_json:
        put_json(
            {
                "input": input,
                "look": (look or DEFAULT_LOOK) if footage else None,
                "frames": [row.told() for row in found],
                "summary": summed.told(),
                "broken": wrong,
            }
        )
    else:
        put("")
        for text in _closing(summed):
            put(text)
    if asserted and wrong:
        for text in wrong:
            say(f"inkrender: {text}")
        raise typer.Exit(FAILED)


def _aimed(film: Any, target: float) -> Any:
    """The film with another target in all of its scenes of ink."""
    from . import scene

    def aimed(one: Any) -> Any:
        if one.medium != "ink":
            return one
        changed = (
            one.liubai.model_copy(update={"target": target}) if one.liubai else scene.Liubai(target=target)
        )
        return one.model_copy(update={"liubai": changed})

    return film.model_copy(update={"scenes": tuple(aimed(one) for one in film.scenes)})


# words ----------------------------------------------------------------------------------------------------

COLUMNS = (
    ("target", 7), ("blank", 7), ("error", 7), ("reachable", 12), ("pieces", 7), ("largest", 8),
    ("border", 7), ("subject", 8), ("threshold", 10), ("warp", 9), ("mask", 9), ("source", 9),
)  # fmt: skip


def _heading(width: int) -> str:
    """The heading of the table; width: of its first column."""
    return f"{'frame':<{width}}" + "".join(f"{name:>{w}}" for name, w in COLUMNS)


def _line(r: Row, width: int) -> str:
    """One row of the table."""
    from .liubai_report import percent

    w, s = r.warp, r.shape
    reach = "-" if r.reachable is None else f"{percent(r.reachable[0])} {percent(r.reachable[1])}"
    cells = (
        percent(r.target),
        percent(r.blank),
        "-" if r.error is None else f"{100 * r.error:+.1f}",
        reach,
        *(("-",) * 3 if s is None else (str(s.components), percent(s.largest), percent(s.border))),
        percent(r.protect),
        "-" if r.threshold is None else f"{r.threshold:+.4f}",
        *(_error(v) for v in ((None,) * 3 if w is None else (w.output, w.mask, w.source))),
    )
    return f"{r.name:<{width}}" + "".join(f"{c:>{w}}" for c, (_, w) in zip(cells, COLUMNS, strict=True))


def _closing(s: Summary) -> list[str]:
    """The summary below the table."""
    from .liubai_report import percent

    told = [f"{s.frames} frame{'s' if s.frames != 1 else ''}, median blank {percent(s.blank)}"]
    if s.max_error is not None:
        missed = f": {len(s.missed)} missed, {', '.join(s.missed[:6])}" if s.missed else ""
        told.append(
            f"furthest from its target {100 * s.max_error:.1f} points "
            f"(tolerance {100 * s.tolerance:.0f}{missed})"
        )
    if s.components is not None:
        told.append(
            f"pieces: median {s.components:g}, most {s.most_components}; median share in the largest "
            f"{percent(s.largest)}, in touch with the border {percent(s.border)}"
        )
    if s.protect is not None:
        told.append(f"blank inside what is protected: at most {percent(s.protect)}")
    if s.jerk is not None:
        told.append(f"threshold jerk rms {s.jerk:.2g}")
    if s.warp is not None:
        mask = "" if s.mask_warp is None else f", mask {_error(s.mask_warp)}"
        told.append(f"warp error: output {_error(s.warp)}{mask}, source {_error(s.source_warp)}")
    if s.ratio is not None:
        told.append(
            f"output / source {s.ratio:.2f}"
            + ("" if s.normalised is None else f", each divided by its contrast {s.normalised:.2f}")
        )
    return told


def _error(value: float | None) -> str:
    return "-" if value is None else f"{value:.6f}"
