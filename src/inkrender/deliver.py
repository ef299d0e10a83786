"""Frames and sound to one film file: MoviePy assembles, PyAV reopens and verifies, then it gets its name."""

from __future__ import annotations

import glob
import os
import re
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from . import cache, encode, verify
from .encode import PRESETS, QUALITIES, RATE, OnProgress, Preset, fit_sound, read_frame
from .errors import DeliverError, RefusedError, SceneError, did_you_mean
from .io import audio, files
from .render import Bits, OnEvent, Report, even_size, render, still_running
from .timing import is_keyed, value_at


def preset_for(out: str | os.PathLike[str], name: str | None = None) -> Preset:
    """The preset called `name`, or the one a file's suffix means; SceneError if they cannot go together."""
    suffix = Path(out).suffix.lower()
    if name is None:
        name = {".gif": "gif", ".mov": "prores"}.get(suffix, "h264")
    if name not in PRESETS:
        raise SceneError(
            f'preset "{name}" is not known{did_you_mean(name, tuple(PRESETS))}: use {", ".join(PRESETS)}'
        )
    preset = PRESETS[name]
    if suffix not in preset.suffixes:
        raise SceneError(
            f'"{out}": {name} goes into {" or ".join(preset.suffixes)}, not {suffix or "a nameless format"}'
        )
    return preset


def is_movie(out: str | os.PathLike[str]) -> bool:
    """Whether an output name means one film file rather than pictures."""
    return Path(out).suffix.lower() in {s for p in PRESETS.values() for s in p.suffixes}


def assemble(
    film: Any,
    frame_paths: Sequence[Path],
    sound: NDArray[np.float32] | None,
    out: str | os.PathLike[str],
    preset: str | None = None,
    *,
    quality: str = "final",
    crf: int | None = None,
    on_progress: OnProgress | None = None,
) -> verify.Found:
    """Write `out` from rendered frames and sound, verify it, and only then give it its name.

    film: gives fps (exact) and size is the frames' own. frame_paths: one a frame, in order. sound: float32
    (samples, 2) at 48 kHz, made exactly as long as the picture; None for silence. crf: instead of quality's.
    Raises SceneError (preset, odd size), RefusedError (folder, disk), PlateError (a frame cannot be read),
    DeliverError (encoding failed or the file is not what was asked for), with what ffmpeg said last.
    """
    out = Path(out)
    chosen = preset_for(out, preset)
    options = _options(chosen, quality, crf)
    fps = Fraction(film.fps)
    if not frame_paths:
        raise SceneError(f"{out} would have no frame: the range is empty")
    first = read_frame(frame_paths[0], chosen.bits)
    h, w = first.shape[:2]
    if w % 2 or h % 2:
        raise SceneError(f"the frame size {w} x {h} is odd: video needs even numbers")
    files.check_output(out)
    need, free = int(w * h * len(frame_paths) * chosen.least) + 65536, files.free_bytes(out)
    if need > free:
        raise RefusedError(
            f"{out} needs at least {files.size_text(need)}, there are {files.size_text(free)} free: "
            "make room or choose another output folder"
        )
    track = None if sound is None or chosen.audio_codec is None else fit_sound(sound, len(frame_paths), fps)
    wanted = verify.Wanted(len(frame_paths), fps, (w, h), chosen.name, chosen.pix_fmt, track is not None)
    with _workshop(out) as folder:
        made = folder / f"film{out.suffix.lower()}"
        with encode.Reader(frame_paths, chosen.bits, (w, h)) as reader:
            write = encode.with_moviepy if chosen.name in ("h264", "gif") else encode.with_pyav
            said = write(reader, made, chosen, options, fps, track, folder, on_progress)
        found = _verified(made, out, wanted, frame_paths, said)
        try:
            with open(made, "rb+") as file:
                os.fsync(file.fileno())
            os.replace(made, out)
        except OSError as error:
            raise files.write_error(out, error) from error
    return replace(found, path=out)


def movie(
    film: Any,
    out: str | os.PathLike[str],
    wanted: Sequence[int] | None = None,
    *,
    frames: str | None = None,
    preset: str | None = None,
    quality: str = "final",
    crf: int | None = None,
    size: tuple[int, int] | None = None,
    dry_run: bool = False,
    on_event: OnEvent | None = None,
    on_progress: OnProgress | None = None,
    **options: Any,
) -> tuple[Report, verify.Found | None]:
    """Render the frames that are missing, assemble them with the film's sound, verify.

    wanted: film frames without a gap, None for all. frames: the pattern they are kept under, by default a
    cache folder of the film's. Further options as `render.render`. Nothing is assembled, and None returned
    with the report, when frames failed or for a dry_run. Raises as `render.render` and `assemble`.
    """
    chosen = preset_for(out, preset)
    _options(chosen, quality, crf)
    size = even_size(size or film.size)
    run = list(range(film.length)) if wanted is None else list(wanted)
    if run != list(range(run[0] if run else 0, (run[0] if run else 0) + len(run))):
        raise SceneError(f"{out}: a film takes frames one after the other; render pictures to leave some out")
    sound = (
        None if chosen.audio_codec is None else sound_of(film, run)
    )  # a missing sound is told before frames
    pattern = frames or frames_pattern(film, size, chosen.bits)
    if not dry_run:
        files.check_output(out)
    report = render(
        film, run, pattern, size=size, bits=_bits(chosen), dry_run=dry_run, on_event=on_event, **options
    )
    if dry_run or not report.ok:
        return report, None
    found = assemble(
        film, report.paths, sound, out, chosen.name, quality=quality, crf=crf, on_progress=on_progress
    )
    return report, found


def frames_pattern(film: Any, size: tuple[int, int], bits: int, beside: Path | None = None) -> str:
    """Where the frames of a film are kept between runs: a folder a film, size and depth in its cache.

    beside: for a film that has no file of its own, the output whose folder holds the cache.
    """
    source = film.source or (Path.cwd() / (film.title or "film"))
    home = cache.folder(film.folder or (beside or Path()).absolute().parent)
    name = re.sub(r"[^\w.-]+", "_", film.folder.resolve().name if film.folder else source.name)
    place = f"{name}-{cache.digest(str(source.resolve()), film.title)[:8]}"
    return str(home / "frames" / place / f"{size[0]}x{size[1]}-{bits}" / "film.####.png")


def sound_of(film: Any, frames: Sequence[int]) -> NDArray[np.float32] | None:
    """The film's sound under a run of frames: float32 (samples, 2) at 48 kHz, exactly as long; None without.

    Raises PlateError for a sound that is missing or cannot be read.
    """
    if not film.audio or not frames:
        return None
    fps, first = Fraction(film.fps), frames[0]
    begin, end = audio.samples_at(first, fps), audio.samples_at(first + len(frames), fps)
    cues = []
    for told in film.audio:
        samples = audio.read(film.path(told.file))
        start = audio.samples_at(told.start, fps)
        cues.append(
            audio.Cue(
                samples,
                start,
                _gain(told.gain, start, len(samples), fps),
                *(round(fade * RATE / fps) for fade in told.fade),
            )
        )
    whole = audio.mix(cues, max(end, audio.samples_at(film.length, fps)))
    return whole[begin:end]


def to_moviepy(film: Any, *, size: tuple[int, int] | None = None) -> Any:
    """The film as a MoviePy VideoClip with its sound: for people who go on editing there.

    8 bit, as all of MoviePy. size: (w, h) px, the film's by default.
    """
    size = size or film.size

    def paint(n: int) -> NDArray[np.uint8]:
        return np.ascontiguousarray(film.pixels(n, size, 8)[0][..., :3])

    sound = sound_of(film, range(film.length))
    return encode.clip_of(paint, film.length, Fraction(film.fps), sound)


def _bits(preset: Preset) -> Bits:
    return 16 if preset.bits > 8 else 8


def _gain(given: Any, start: int, count: int, fps: Fraction) -> float | NDArray[np.float32]:
    """A gain in dB, constant or keyed in film frames, as a factor or one a sample."""
    if not is_keyed(given):
        return audio.decibels(given)
    spots = range(0, count + RATE, max(1, round(RATE / fps)))  # once a frame, straight between
    levels = [audio.decibels(value_at(given, float((start + at) * fps / RATE))) for at in spots]
    return np.interp(np.arange(count), list(spots), levels).astype(np.float32)


def _options(preset: Preset, quality: str, crf: int | None) -> dict[str, str]:
    if quality not in preset.options:
        near = did_you_mean(quality, QUALITIES)
        raise SceneError(f'quality "{quality}" is not known{near}: use {", ".join(QUALITIES)}')
    options = dict(preset.options[quality])
    if crf is not None:
        if "crf" not in options:
            raise SceneError(f"preset {preset.name} has no crf: leave it out, or use h264 or h265")
        if not 0 <= crf <= 51:
            raise SceneError(f"crf {crf} is outside 0 (lossless) to 51 (worst)")
        options["crf"] = str(crf)
    if preset.name == "h265":
        options["x265-params"] = (
            "log-level=error:colorprim=bt709:transfer=bt709:colormatrix=bt709:range=limited"
        )
    return options


# the end of it --------------------------------------------------------------------------------------------


@contextmanager
def _workshop(out: Path) -> Iterator[Path]:
    """A private folder beside `out`, on the same disk: film, sound and log until the film is verified.

    Two films of one name written at once do not meet, and what a killed run left is cleared.
    """
    for left in out.parent.glob(f".{glob.escape(out.name)}.*{files.PART}"):
        pid = left.name.removeprefix(f".{out.name}.").partition("-")[0]
        if pid.isdigit() and not still_running(int(pid)):
            shutil.rmtree(left, ignore_errors=True)
    try:
        folder = Path(
            tempfile.mkdtemp(prefix=f".{out.name}.{os.getpid()}-", suffix=files.PART, dir=out.parent)
        )
    except OSError as error:
        raise files.write_error(out, error) from error
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _verified(
    made: Path, out: Path, wanted: verify.Wanted, sources: Sequence[Path], said: str
) -> verify.Found:
    picks = sorted({0, len(sources) // 3, 2 * len(sources) // 3, len(sources) - 1})
    try:
        return verify.verify(made, wanted, {n: read_frame(sources[n], 8) for n in picks}, name=str(out))
    except DeliverError as error:
        raise encode.encode_error(made, said, str(error), out) from error
