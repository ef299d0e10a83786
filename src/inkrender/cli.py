"""The command line: one verb a function. What it takes to run a verb is imported when the verb runs."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from . import __version__
from .cli_inputs import checked_film, checked_look, film_of, not_its_own_input, problems
from .cli_liubai import liubai
from .cli_report import FAILED, Log, end, log_format, put, put_json, say, set_debug, verb
from .cli_script import script
from .cli_sheet import sheet
from .errors import SceneError

if TYPE_CHECKING:
    from .render import Report

app = typer.Typer(
    name="inkrender",
    help="Ink-wash film from frame sequences, drawings and procedural layers.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="""Exit codes: 0 all that was asked for exists and was verified; 1 some frames failed or an
assertion did; 2 usage or scene error; 3 inputs missing or unreadable; 4 encoding or verification failed;
5 refused before the start (disk, memory); 130 interrupted, resumable. --debug shows where an error arose.""",
)

FilmFile = Annotated[
    str, typer.Argument(metavar="FILM.toml", help="A film, or the folder that holds film.toml.")
]
Jobs = Annotated[
    int | None, typer.Option("-j", "--jobs", min=1, help="Threads; INKRENDER_JOBS, else the cores.")
]
Overwrite = Annotated[bool, typer.Option("--overwrite", "-y", help="Make every frame anew.")]
Cont = Annotated[bool, typer.Option("--cont", help="Go on after a frame has failed.")]
Order = Annotated[
    str, typer.Option("--order", help="forward, stagger (every eighth frame first) or shuffle.")
]
DryRun = Annotated[
    bool, typer.Option("-n", "--dry-run", help="Say what would be made and why; write nothing.")
]
LogFormat = Annotated[str | None, typer.Option("--log-format", help="text, or json: one event a line.")]
Scale = Annotated[float | None, typer.Option("--scale", help="Size of the frames: 0.5 is half the film's.")]
Trust = Annotated[bool, typer.Option("--trust", help="Run the film's own shaders/, which are code.")]
Frames = Annotated[
    str | None, typer.Option("-F", "--frames", help="0-239x2, 02_dawn, 02_dawn:1050-1060,1070.")
]
Bits = Annotated[int | None, typer.Option("--bits", help="8 or 16; as the footage unless said. EXR is half.")]
Quality = Annotated[str, typer.Option("-q", "--quality", help="draft, preview or final.")]
PresetName = Annotated[str | None, typer.Option("--preset", help="h264, h265, prores or gif.")]
Crf = Annotated[int | None, typer.Option("--crf", help="Quality of h264 and h265 by number, less is better.")]

SCALES = {"draft": 0.25, "preview": 0.5, "final": 1.0}


@app.command()
@verb
def movie(
    film: FilmFile,
    output: Annotated[str | None, typer.Option("-o", "--output", help="The film file.")] = None,
    quality: Quality = "final",
    scale: Scale = None,
    preset: PresetName = None,
    crf: Crf = None,
    jobs: Jobs = None,
    overwrite: Overwrite = False,
    cont: Cont = False,
    order: Order = "forward",
    dry_run: DryRun = False,
    log: LogFormat = None,
    trust: Trust = False,
) -> None:
    """Make the film: render what is missing, assemble, verify.

    draft is a quarter of the film's size, preview a half; --scale says otherwise. Frames are kept, so that
    the next run makes only what has changed.
    """
    from . import deliver

    made = checked_film(film, trust)
    out = output or str(made.path(made.deliver.file))
    chosen = deliver.preset_for(out, preset or (None if output else made.deliver.preset))
    size = _size(made, scale if scale is not None else _scale_of(quality))
    frames = deliver.frames_pattern(made, size, chosen.bits)
    _movie(made, list(range(made.length)), frames, out, chosen.name, quality, crf or made.deliver.crf, size,
           dict(jobs=jobs, overwrite=overwrite, cont=cont, order=order, dry_run=dry_run), log)  # fmt: skip


@app.command()
@verb
def render(
    film: FilmFile,
    scenes: Annotated[
        list[str] | None, typer.Argument(metavar="[SCENE]...", help="Only these scenes.")
    ] = None,
    frames: Frames = None,
    output: Annotated[str | None, typer.Option("-o", "--output", help="Pattern: out/film.####.png.")] = None,
    scale: Scale = None,
    bits: Bits = None,
    jobs: Jobs = None,
    overwrite: Overwrite = False,
    cont: Cont = False,
    order: Order = "forward",
    dry_run: DryRun = False,
    log: LogFormat = None,
    trust: Trust = False,
) -> None:
    """Render frames. What is there, whole and up to date is kept: run it again to go on."""
    from .render import known_order
    from .render import render as render_frames

    if frames and scenes:
        raise SceneError(f'give scenes or -F, not both: -F "{scenes[0]}:1001-1010" names frames of a scene')
    frames = ",".join(scenes) if scenes else frames
    made = checked_film(film, trust, frames)
    wanted = list(range(made.length)) if frames is None else list(made.find_frames(frames))
    out = output or str(made.path("out/frames/film.####.png"))
    with Log(log_format(log), dry_run) as told:
        report = render_frames(
            made, wanted, out, jobs=jobs, size=_size(made, scale), bits=bits, overwrite=overwrite, cont=cont,
            order=known_order(order), dry_run=dry_run, on_event=told.event,
        )  # fmt: skip
    end(report)


@app.command()
@verb
def look(
    name: Annotated[str, typer.Argument(metavar="LOOK", help="A built-in look by name, or LOOK.toml.")],
    input: Annotated[
        str, typer.Argument(metavar="INPUT", help="shot.####.exr, clip.mp4, a folder, a still.")
    ],
    output: Annotated[str, typer.Option("-o", "--output", help="A pattern, or a film file.")],
    missing: Annotated[
        str, typer.Option("--missing", help="A gap: error, hold, nearest, black, transparent.")
    ] = "error",
    frames: Annotated[
        str | None, typer.Option("-F", "--frames", help="In the footage's own numbers.")
    ] = None,
    fps: Annotated[str | None, typer.Option("--fps", help="The rate of a sequence; 24 unless said.")] = None,
    quality: Quality = "final",
    scale: Scale = None,
    preset: PresetName = None,
    crf: Crf = None,
    bits: Bits = None,
    jobs: Jobs = None,
    overwrite: Overwrite = False,
    cont: Cont = False,
    order: Order = "forward",
    dry_run: DryRun = False,
    log: LogFormat = None,
    trust: Trust = False,
) -> None:
    """Give footage a look: any sequence or video in, the same look out.

    draft is a quarter of the footage's size, preview a half; --scale says otherwise.
    """
    from . import deliver
    from .render import render as render_frames

    made, wanted = checked_look(name, input, frames, trust, missing=missing, fps=fps)
    first = made.scenes[0].first
    options: dict[str, Any] = dict(jobs=jobs, overwrite=overwrite, cont=cont, order=order, dry_run=dry_run)
    size = _size(made, scale if scale is not None else _scale_of(quality))
    if deliver.is_movie(output):
        chosen = deliver.preset_for(output, preset)
        frames_out = deliver.frames_pattern(made, size, chosen.bits, beside=Path(output))
        _movie(made, wanted, frames_out, output, chosen.name, quality, crf, size, options, log)
        return
    not_its_own_input(input, output)
    with Log(log_format(log), dry_run) as told:
        report = render_frames(
            made, wanted, output, size=size, bits=bits, first=first, on_event=told.event, **options
        )
    end(report)


@app.command()
@verb
def still(
    film: FilmFile,
    frame: Annotated[str, typer.Argument(metavar="FRAME", help="173, or 02_dawn:1050.")],
    output: Annotated[
        str | None,
        typer.Option(
            "-o", "--output", help="x.png, .tif, .jpg or .exr; .cube, .cc, .ccc or .cdl: the grade."
        ),
    ] = None,
    layer: Annotated[str | None, typer.Option("--layer", help="Only this layer.")] = None,
    before_grade: Annotated[bool, typer.Option("--before-grade", help="Leave the grades out.")] = False,
    plan: Annotated[bool, typer.Option("--plan", help="Print what runs, in order.")] = False,
    scale: Scale = None,
    bits: Bits = None,
    trust: Trust = False,
) -> None:
    """One frame, its grade for other programs, or with --plan what it takes."""
    from .io import files, stills
    from .render import Event, bits_for

    made = checked_film(film, trust, frame, inputs=False)
    n = made.find_frame(frame)
    if plan:
        for line in made.plan(n, layer).lines():
            put(line)
    if output is None:
        if not plan:
            raise SceneError("name a file with -o x.png, or ask for the --plan")
        return
    if Path(output).suffix.lower() in (".cube", ".cc", ".ccc", ".cdl"):
        made.write_grade(n, output)
        if not plan:
            put(output)
        return
    depth = bits_for(output, bits)
    files.check_output(output)
    if layer is None:
        with Log("text") as told:
            made.prepare([n], lambda done, total: told.event(Event("analysis", done=done, total=total)))
    pixels, _ = made.pixels(n, _size(made, scale), depth, seen=layer, graded=not before_grade)
    stills.write(output, pixels)
    if not plan:
        put(output)


@app.command()
@verb
def check(
    film: Annotated[str | None, typer.Argument(metavar="FILM.toml", help="A film, scene or look.")] = None,
    strict: Annotated[bool, typer.Option("--strict", help="Warnings are errors.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Findings as JSON.")] = False,
    schema: Annotated[bool, typer.Option("--schema", help="Print the JSON Schema of the files.")] = False,
    trust: Trust = False,
) -> None:
    """Everything that can go wrong, before rendering; writes nothing."""
    if schema:
        from .scenefile import json_schema

        put_json(json_schema())
        return
    if film is None:
        raise SceneError("name a film to check, or ask for the --schema")
    from .check import exit_code

    found = problems(film, trust)
    if as_json:
        put_json([problem.told() for problem in found])
    else:
        for problem in found:
            put(str(problem))
    code = exit_code(found, strict)
    if not as_json:
        say(f"{film}: {'cannot be rendered as it is' if code else 'nothing stands in the way'}")
    raise typer.Exit(code)


app.command()(liubai)
app.command()(script)
app.command()(sheet)


@app.command()
@verb
def probe(
    paths: Annotated[
        list[str], typer.Argument(metavar="PATH...", help="Pictures, sequences, films, sounds.")
    ],
    as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
) -> None:
    """What a file is: size, bits, channels, frames and gaps, rate, colour tags, sound."""
    from .io.probe import probe as ask

    told = [ask(path) for path in paths]
    if as_json:
        put_json(told[0] if len(told) == 1 else told)
        return
    for path, facts in zip(paths, told, strict=True):
        put(path)
        for key, value in facts.items():
            shown = ", ".join(map(str, value)) if isinstance(value, list | tuple) else value
            put(f"  {key.replace('_', ' ')}: {shown}")


@app.command()
@verb
def shaders(
    name: Annotated[str | None, typer.Argument(metavar="[NAME]", help="All about one shader.")] = None,
    film: Annotated[
        str | None, typer.Option("--film", help="With the shaders of this film (--trust).")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
    trust: Trust = False,
) -> None:
    """The shader library, or one shader with its parameters."""
    from . import library
    from .cli_shaders import as_dict, describe, overview

    folders = film_of(film, trust).folders if film else ()
    chosen = [library.find(name, folders)] if name else list(library.all_shaders(folders).values())
    if as_json:
        told = [as_dict(shader) for shader in chosen]
        put_json(told[0] if name else told)
        return
    for line in describe(chosen[0]) if name else overview(chosen):
        put(line)


@app.command()
@verb
def bench(
    as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
) -> None:
    """How fast the core is here, beside memcpy, numpy and OpenCV in the same run."""
    from .bench import run

    result = run()
    if as_json:
        put_json(result.as_dict())
        return
    for line in result.lines():
        put(line)


@app.command()
@verb
def doctor(
    as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
) -> None:
    """The environment: versions, processor, folders, encoders; what is wrong and what would do."""
    from . import doctor as surgery

    facts = surgery.examine()
    if as_json:
        put_json([fact.__dict__ for fact in facts])
    else:
        for fact in facts:
            put(
                f"{'ok  ' if fact.ok else 'FAIL'} {fact.name}: {fact.value}"
                + (f" ({fact.hint})" if fact.hint else "")
            )
    if not all(fact.ok for fact in facts):
        raise typer.Exit(FAILED)


@app.command()
@verb
def warmup() -> None:
    """Compile the kernels and every shader once, so that the first film need not."""
    from . import doctor as surgery

    seconds, stages = surgery.warm_up()
    put(f"{stages} shader stages and the kernels are ready ({seconds:.1f} s)")


def _version(asked: bool) -> None:
    if asked:
        put(f"inkrender {__version__}")
        raise typer.Exit(0)


@app.callback()
def _common(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Ink-wash film from frame sequences, drawings and procedural layers."""


def main(args: list[str] | None = None) -> None:
    """The `inkrender` command. --debug may stand anywhere: the order of arguments never matters."""
    given = sys.argv[1:] if args is None else args
    set_debug("--debug" in given)
    app(args=[a for a in given if a != "--debug"], prog_name="inkrender")


# what the verbs share -------------------------------------------------------------------------------------


def _size(film: Any, scale: float | None) -> tuple[int, int]:
    from .render import scaled

    return scaled(film.size, 1.0 if scale is None else scale)


def _scale_of(quality: str) -> float:
    from .encode import QUALITIES
    from .errors import did_you_mean

    if quality not in SCALES:
        near = did_you_mean(quality, QUALITIES)
        raise SceneError(f'quality "{quality}" is not known{near}: use {", ".join(QUALITIES)}')
    return SCALES[quality]


def _movie(
    film: Any,
    wanted: list[int],
    frames: str,
    out: str,
    preset: str,
    quality: str,
    crf: int | None,
    size: tuple[int, int],
    options: dict[str, Any],
    log: str | None,
) -> None:
    """Render what is missing and assemble it, telling what happens; exits as the table of codes says."""
    from . import deliver

    with Log(log_format(log), options["dry_run"]) as told:
        report, found = deliver.movie(
            film, out, wanted, frames=frames, preset=preset, quality=quality, crf=crf, size=size,
            on_event=told.event, on_progress=told.encoding, **options,
        )  # fmt: skip
        _told(told, report, found)
    end(report)


def _told(told: Log, report: Report, found: Any) -> None:
    if found is None:
        return
    sound = "silent" if found.sound_seconds is None else f"sound {found.sound_seconds:.2f} s"
    w, h = found.size
    if told.form == "text":
        say(f"verified: {found.frames} frames, {found.fps} a second, {w} x {h}, {found.pix_fmt}, {sound}")
    told.result(
        event="movie", path=found.path, frames=found.frames, fps=str(found.fps), size=[w, h],
        pix_fmt=found.pix_fmt, tags=found.tags, seconds=found.seconds, sound_seconds=found.sound_seconds,
        bytes=found.bytes,
    )  # fmt: skip
