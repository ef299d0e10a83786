"""Frames to files: a bounded pool of threads over pure frames, atomic writes, and a record of what made each.

Every frame is a file that appears whole or not at all, with its manifest row beside it. Running again
paints what is missing, damaged or stale, and says why; a killed run loses the frames in flight, no more.
"""

from __future__ import annotations

import contextlib
import os
import re
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, NamedTuple, Protocol, cast

import numpy as np
from numpy.typing import NDArray

from . import manifest
from .errors import InkError, PlateError, RefusedError, SceneError, did_you_mean
from .io import files
from .io.sequence import Pattern
from .timing import seed_of

Order = Literal["forward", "stagger", "shuffle"]
Bits = int | Literal["half"]
ORDERS = ("forward", "stagger", "shuffle")
ARENA_MAX, MMAP_THRESHOLD, TRIM_THRESHOLD = -8, -3, -1  # of malloc.h

# bytes a pixel takes on the disk at most, seen on grained frames: what is asked of the disk before the start
_BYTES_PER_PIXEL = {".png": 4.0, ".jpg": 1.5, ".jpeg": 1.5, ".tif": 4.0, ".tiff": 4.0, ".exr": 8.0}
_FORMATS: dict[str, tuple[Bits, ...]] = {
    ".png": (8, 16),
    ".tif": (8, 16),
    ".tiff": (8, 16),
    ".jpg": (8,),
    ".jpeg": (8,),
    ".exr": ("half",),
}
_TOKEN = re.compile(r"#+|%0?\d*d")


class Paints(Protocol):
    """What render needs of a film: frames by number, and what makes each of them."""

    @property
    def length(self) -> int: ...

    @property
    def size(self) -> tuple[int, int]: ...

    @property
    def bits(self) -> Bits: ...

    def refresh(self) -> None:
        """Look at the files anew."""

    def prepare(self, frames: Sequence[int], tell: Callable[[int, int], None] | None = None) -> None:
        """Work out what these frames need to know of other frames; tell: done, of how many."""

    def fingerprint(self, n: int, size: tuple[int, int], bits: Any) -> dict[str, str]:
        """What makes frame n -> its digest."""

    def pixels(self, n: int, size: tuple[int, int], bits: Any) -> tuple[NDArray[Any], dict[str, Any]]:
        """(h, w, 4) uint8, uint16 or float16, and what was measured on the way; safe in any thread."""


@dataclass(frozen=True)
class Event:
    """Something that happened to one frame, or (kind "summary", "note") to the run.

    kind: plan, skip, analysis, start, done, failed, note or summary. reason: missing, unrecorded, damaged,
    "stale: KEYS", asked or kept. done and total count the frames that are to be painted, or the steps of
    the analysis before them.
    """

    kind: str
    frame: int | None = None
    path: Path | None = None
    reason: str = ""
    seconds: float = 0.0
    message: str = ""
    done: int = 0
    total: int = 0
    stats: dict[str, Any] = field(default_factory=dict)
    error: BaseException | None = None

    def as_dict(self) -> dict[str, Any]:
        """What a log line holds: the fields that say something."""
        told: dict[str, Any] = {"event": self.kind}
        if self.frame is not None:
            told["frame"] = self.frame
        if self.path is not None:
            told["path"] = str(self.path)
        if self.seconds:
            told["seconds"] = round(self.seconds, 4)
        for name in ("reason", "message", "stats"):
            if getattr(self, name):
                told[name] = getattr(self, name)
        if self.total:
            told |= {"done": self.done, "total": self.total}
        return told


@dataclass(frozen=True)
class Failed:
    """A frame that could not be made, and why."""

    frame: int
    path: Path
    message: str
    error: BaseException


@dataclass(frozen=True)
class Report:
    """What a run did. paths: the file of every frame asked for, in the order asked for."""

    paths: tuple[Path, ...]
    rendered: int
    kept: int
    failed: tuple[Failed, ...]
    seconds: float
    peak_bytes: int

    @property
    def ok(self) -> bool:
        """Whether every frame asked for exists."""
        return not self.failed


OnEvent = Callable[[Event], None]


class _Job(NamedTuple):
    frame: int
    path: Path
    reason: str


def render(
    film: Paints,
    frames: Sequence[int] | None,
    out: str | os.PathLike[str],
    *,
    jobs: int | None = None,
    size: tuple[int, int] | None = None,
    bits: Bits | None = None,
    first: int = 0,
    overwrite: bool = False,
    cont: bool = False,
    order: str = "forward",
    dry_run: bool = False,
    on_event: OnEvent | None = None,
) -> Report:
    """Make the files of `frames`; those that exist, are whole and would come out the same are kept.

    frames: film frames, None for all. out: a pattern, `out/film.####.png`. jobs: threads, two more than
    there are cores by default. size: (w, h) px, the film's by default. bits: 8, 16 or "half", by default what
    suits the format. first: the number of film frame 0 in file names, as footage counts.
    cont: go on after a frame has failed. order: "stagger" makes every eighth frame first, so that a whole
    film can be judged early; no order and no number of jobs changes a byte. dry_run: only say what would be
    done.

    Raises RefusedError before the first frame when the folder cannot be written or the disk is too small,
    SceneError for a pattern or a size that cannot be meant. Ctrl-C finishes the frames in flight, then raises
    KeyboardInterrupt; running again goes on from there.
    """
    started = time.perf_counter()
    tell = on_event or _silent
    wanted = list(range(film.length)) if frames is None else list(dict.fromkeys(frames))
    if not wanted:
        raise SceneError("no frame to render: the range is empty")
    if outside := [n for n in wanted if not 0 <= n < film.length]:
        raise SceneError(f"film frame {outside[0]} is outside the film: it has frames 0-{film.length - 1}")
    order, threads = known_order(order), jobs or default_jobs()
    size = even_size(size or film.size)
    pattern, appended = with_token(out, len(wanted))
    bits = bits_for(pattern, bits, film.bits)
    paths = frame_paths(pattern, [n + first for n in wanted])
    if appended:
        tell(Event("note", message=f"{out} names one file for {len(wanted)} frames: writing {pattern}"))
    if not dry_run:
        _prepare(paths[0].parent, paths)
    film.refresh()
    todo = list(_jobs(film, wanted, paths, size, bits, overwrite, tell))
    if dry_run or not todo:
        return _end(tell, paths, 0, len(wanted) - len(todo), (), started, dry_run)
    _refuse_small_disk(todo, size, bits, paths)
    painted = _Painted(film, size, bits, tell, len(todo))
    interrupted = False
    try:
        set_up_process()
        film.prepare(
            [job.frame for job in todo],
            lambda done, total: tell(Event("analysis", done=done, total=total)),
        )
        _pool(painted, _ordered(todo, order), threads, cont)
    except KeyboardInterrupt:
        interrupted = True
    report = _end(tell, paths, painted.done, len(wanted) - len(todo), tuple(painted.failed), started, False)
    if interrupted:
        raise KeyboardInterrupt
    _raise_full_disk(painted.failed)
    return report


def default_jobs() -> int:
    """INKRENDER_JOBS, else two threads more than there are cores for this process.

    Drawing a rig holds the interpreter; the threads to spare paint meanwhile (benchmarks/bench_film.py: on
    two cores 9.9 frames a second with two threads, 12.0 with three, 12.9 with four).
    """
    given = os.environ.get("INKRENDER_JOBS", "")
    if given:
        if not given.isdigit() or int(given) < 1:
            raise SceneError(f'INKRENDER_JOBS="{given}" is not a number of threads: set it to 1 or more')
        return int(given)
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return cores + 2


def with_token(out: str | os.PathLike[str], count: int) -> tuple[str, bool]:
    """The output pattern, and whether `.####` was put before its suffix because `count` frames need it."""
    path = Path(out)
    if not path.suffix or _TOKEN.search(path.suffix):
        name = path if _TOKEN.search(path.name) else f"{path}.####"
        raise SceneError(f"{path} has no suffix: name the format, as in {name}.png")
    if count == 1 or _TOKEN.search(path.name):
        return str(path), False
    return str(path.with_name(f"{path.stem}.####{path.suffix}")), True


def frame_paths(pattern: str, frames: Iterable[int]) -> tuple[Path, ...]:
    """The file of each frame."""
    if not _TOKEN.search(Path(pattern).name):
        return tuple(Path(pattern) for _ in frames)
    try:
        files_of = Pattern.parse(pattern)
    except PlateError as error:  # here it is the output that was misspelt
        raise SceneError(str(error)) from None
    return tuple(files_of.path(n) for n in frames)


def bits_for(pattern: str, bits: Bits | None, preferred: Bits = 8) -> Bits:
    """The bits a file of this format is written with: what is asked for, or what suits it."""
    suffix = Path(pattern).suffix.lower()
    offered = _FORMATS.get(suffix)
    if offered is None:
        near = did_you_mean(suffix, tuple(_FORMATS))
        what = f"{suffix} is no picture format{near}" if suffix else "the name has no suffix"
        raise SceneError(f'"{pattern}": {what}: use {", ".join(_FORMATS)}')
    if bits is None:
        return preferred if preferred in offered else offered[0]
    if bits not in offered:
        known = " or ".join(str(b) for b in offered)
        raise SceneError(f'"{pattern}": {bits} bits do not fit into {suffix}, which takes {known}')
    return bits


def even_size(size: tuple[int, int]) -> tuple[int, int]:
    """The size, if a film can have it: even numbers, 2 px or more. Raises SceneError."""
    w, h = size
    if w < 2 or h < 2 or w % 2 or h % 2:
        near = f"{max(2, w + w % 2)} x {max(2, h + h % 2)}"
        raise SceneError(f"the frame size {w} x {h} is odd: video needs even numbers, as {near}")
    return w, h


def known_order(order: str) -> Order:
    """The order, if there is one of that name. Raises SceneError."""
    if order in ORDERS:
        return cast(Order, order)
    raise SceneError(f'order "{order}" is not known{did_you_mean(order, ORDERS)}: use {", ".join(ORDERS)}')


def scaled(size: tuple[int, int], scale: float) -> tuple[int, int]:
    """The film's size times `scale`, to the nearest even numbers."""
    if not 0 < scale <= 4:
        raise SceneError(f"scale {scale:g} is outside 0 to 4")
    return max(2, 2 * round(size[0] * scale / 2)), max(2, 2 * round(size[1] * scale / 2))


# one frame ------------------------------------------------------------------------------------------------


class _Painted:
    """The frames of one run: what is done, what failed, and telling so from any thread's result."""

    def __init__(self, film: Paints, size: tuple[int, int], bits: Bits, tell: OnEvent, total: int) -> None:
        self.film, self.size, self.bits, self.tell, self.total = film, size, bits, tell, total
        self.done = 0
        self.failed: list[Failed] = []

    def paint(self, job: _Job) -> tuple[float, dict[str, Any]]:
        """Paint, write and record one frame: what a worker thread does."""
        from .io import stills

        began = time.perf_counter()
        made_by = self.film.fingerprint(job.frame, self.size, self.bits)
        pixels, stats = self.film.pixels(job.frame, self.size, self.bits)
        stills.write(job.path, _picture(pixels))
        seconds = time.perf_counter() - began
        row = manifest.Row(
            frame=job.frame,
            made_by=made_by,
            file=manifest.digest_of_file(job.path),
            pixels=manifest.digest_of_pixels(pixels),
            stats=stats,
            versions=manifest.versions(),
            cpu=manifest.cpu(),
            seconds=round(seconds, 4),
        )
        manifest.write_row(job.path, row)
        return seconds, stats

    def finished(self, job: _Job, result: Future[tuple[float, dict[str, Any]]]) -> bool:
        """Take the result of one frame; whether it exists now."""
        error = result.exception()
        if error is None:
            seconds, stats = result.result()
            self.done += 1
            self._tell("done", job, seconds=seconds, stats=stats)
            return True
        text = str(error) if isinstance(error, InkError) else f"{type(error).__name__}: {error}"
        message = f"frame {job.frame}: {text}"
        self.failed.append(Failed(job.frame, job.path, message, error))
        self._tell("failed", job, message=message, error=error)
        return False

    def started(self, job: _Job) -> None:
        self._tell("start", job)

    def _tell(self, kind: str, job: _Job, **more: Any) -> None:
        self.tell(Event(kind, job.frame, job.path, job.reason, done=self.done, total=self.total, **more))


def _pool(painted: _Painted, jobs: list[_Job], threads: int, cont: bool) -> None:
    """Paint `jobs` with at most `threads` frames in flight: memory does not grow with the film."""
    queue = iter(jobs)
    running: dict[Future[tuple[float, dict[str, Any]]], _Job] = {}
    going = True
    with ThreadPoolExecutor(threads, thread_name_prefix="inkrender") as pool:
        try:
            while True:
                while going and len(running) < threads and (job := next(queue, None)) is not None:
                    painted.started(job)
                    running[pool.submit(painted.paint, job)] = job
                if not running:
                    return
                for result in wait(running, return_when=FIRST_COMPLETED).done:
                    whole = painted.finished(running.pop(result), result)
                    # a full disk fails every frame after it: going on would only lengthen the list
                    going = going and (whole or (cont and not _full_disk(result.exception())))
        except KeyboardInterrupt:
            # what is in flight is nearly done: a second Ctrl-C drops it
            for result in wait(running).done:
                painted.finished(running[result], result)
            raise


def set_up_process() -> None:
    """One thread a frame, and what a frame frees is kept for the next.

    Rows of one frame in parallel measured 1.24x slower; giving planes back to the system and asking for them
    again took a tenth of a frame of footage. The heaps of threads are given back whatever is set: one heap.
    """
    import ctypes

    import cv2

    cv2.setNumThreads(1)
    if sys.platform == "linux":
        mallopt = getattr(ctypes.CDLL(None), "mallopt", None)  # glibc has it
        if mallopt is not None and mallopt(MMAP_THRESHOLD, 32 << 20):
            mallopt(TRIM_THRESHOLD, 256 << 20)
            mallopt(ARENA_MAX, 1)


def _picture(pixels: NDArray[Any]) -> NDArray[Any]:
    """The frame without its alpha where that says nothing: a developed frame is opaque."""
    full = np.iinfo(pixels.dtype).max if pixels.dtype.kind == "u" else 1
    return np.ascontiguousarray(pixels[..., :3]) if (pixels[..., 3] == full).all() else pixels


# what is to be done ---------------------------------------------------------------------------------------


def _jobs(
    film: Paints,
    frames: list[int],
    paths: tuple[Path, ...],
    size: tuple[int, int],
    bits: Bits,
    overwrite: bool,
    tell: OnEvent,
) -> Iterator[_Job]:
    """The frames that have to be painted; tells of every frame what will become of it."""
    for n, path in zip(frames, paths, strict=True):
        why = "asked" if overwrite else manifest.reason(path, film.fingerprint(n, size, bits))
        if why == manifest.KEPT:
            tell(Event("skip", n, path, why))
        else:
            tell(Event("plan", n, path, why))
            yield _Job(n, path, why)


def _ordered(jobs: list[_Job], order: Order) -> list[_Job]:
    if order == "forward":
        return jobs
    if order == "stagger":
        ranks = {j: min(k for k in range(4) if i % (8 >> k) == 0) for i, j in enumerate(jobs)}
        return sorted(jobs, key=ranks.__getitem__)
    return sorted(jobs, key=lambda j: seed_of("order", j.frame))


def _prepare(folder: Path, paths: tuple[Path, ...]) -> None:
    """Make the folder, see that it can be written, and clear what killed runs left half-written."""
    files.write_bytes(folder / manifest.FOLDER / ".writable", b"")
    (folder / manifest.FOLDER / ".writable").unlink(missing_ok=True)
    names = {path.name for path in paths}
    for part in [*folder.glob(f".*{files.PART}"), *folder.glob(f"{manifest.FOLDER}/.*{files.PART}")]:
        name, _, tail = part.name.removesuffix(files.PART).removeprefix(".").rpartition(".")
        pid = tail.partition("-")[0]
        if name.removesuffix(".json") in names and pid.isdigit() and not still_running(int(pid)):
            part.unlink(missing_ok=True)


def still_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _refuse_small_disk(todo: list[_Job], size: tuple[int, int], bits: Bits, paths: tuple[Path, ...]) -> None:
    there = [path.stat().st_size for path in paths[:50] if path.is_file()]
    depth = 2 if bits == 16 else 1
    guess = size[0] * size[1] * _BYTES_PER_PIXEL[todo[0].path.suffix.lower()] * depth
    each = 1.2 * sum(there) / len(there) if len(there) > 3 else guess
    need, free = int(each * len(todo)), files.free_bytes(todo[0].path)
    if need > free:
        raise RefusedError(
            f"{todo[0].path.parent} has {files.size_text(free)} free, {len(todo)} frames of "
            f"{size[0]} x {size[1]} px need about {files.size_text(need)}: make room, choose another folder, "
            "or render fewer or smaller frames (-F, --scale)"
        )


# the end --------------------------------------------------------------------------------------------------


def _end(
    tell: OnEvent,
    paths: tuple[Path, ...],
    rendered: int,
    kept: int,
    failed: tuple[Failed, ...],
    started: float,
    dry_run: bool,
) -> Report:
    report = Report(paths, rendered, kept, failed, time.perf_counter() - started, _peak_bytes())
    told = {
        "rendered": rendered,
        "kept": kept,
        "failed": len(failed),
        "peak_mb": report.peak_bytes // 1_000_000,
    }
    if dry_run:
        told = {"would_render": len(paths) - kept, "kept": kept}
    text = ", ".join(f"{count} {name.replace('_', ' ')}" for name, count in told.items() if name != "peak_mb")
    tell(Event("summary", seconds=report.seconds, message=text, stats=told))
    return report


def _peak_bytes() -> int:
    with contextlib.suppress(ImportError):
        import resource

        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    return 0


def _full_disk(error: BaseException | None) -> bool:
    return isinstance(error, RefusedError)


def _raise_full_disk(failed: list[Failed]) -> None:
    for one in failed:
        if _full_disk(one.error):
            raise one.error


def _silent(event: Event) -> None:
    """Nobody listens."""
