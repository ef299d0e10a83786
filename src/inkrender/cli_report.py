"""What the command line says: events as text, progress or JSON, and errors with their exit codes.

stdout holds results only. Progress goes to stderr, and only to a terminal.
"""

from __future__ import annotations

import functools
import json
import os
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from types import TracebackType
from typing import TYPE_CHECKING, Any, TypeVar

import typer

from .errors import InkError, SceneError

if TYPE_CHECKING:
    from .render import Event, Report

FAILED, INTERRUPTED = 1, 130

T = TypeVar("T", bound=Callable[..., None])
_debug = [False]  # set by main: --debug may stand anywhere on the line


def set_debug(on: bool) -> None:
    """Whether a mistake is shown with its traceback."""
    _debug[0] = on


def verb(command: T) -> T:
    """A command whose InkErrors become one message on stderr and an exit code, without a traceback."""

    @functools.wraps(command)
    def told(*args: Any, **kwargs: Any) -> None:
        try:
            command(*args, **kwargs)
        except InkError as error:
            if _debug[0]:
                raise
            say(f"inkrender: {error}")
            raise typer.Exit(error.exit_code) from None
        except KeyboardInterrupt:
            say("inkrender: interrupted; the same command goes on from here")
            raise typer.Exit(INTERRUPTED) from None
        except BrokenPipeError:
            # the reader of our output has gone (`| head`): what is still buffered has nowhere to go
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            raise typer.Exit(0) from None
        except OSError as error:
            if _debug[0]:
                raise
            from .io import files

            known = files.write_error(error.filename or ".", error)
            say(f"inkrender: {known}")
            raise typer.Exit(known.exit_code) from None

    return told  # type: ignore[return-value]


def say(text: str) -> None:
    """A line for the person, on stderr."""
    typer.echo(text, err=True)


def put(text: str) -> None:
    """A line of the result, on stdout."""
    typer.echo(text)


def put_json(value: Any) -> None:
    """A result as JSON, on stdout."""
    typer.echo(json.dumps(value, ensure_ascii=False, indent=2, default=str))


def log_format(given: str | None) -> str:
    """text or json: the flag, else INKRENDER_LOG, else text."""
    chosen = given or os.environ.get("INKRENDER_LOG") or "text"
    if chosen not in ("text", "json"):
        where = "--log-format" if given else "INKRENDER_LOG"
        raise SceneError(f'{where} "{chosen}" is not known: use text or json')
    return chosen


class Log(AbstractContextManager["Log"]):
    """Takes the events of a run and tells them, one way or the other; owns the progress bar.

    dry_run: the plan is the result, so it goes to stdout.
    """

    def __init__(self, form: str, dry_run: bool = False) -> None:
        self.form, self.dry_run = form, dry_run
        self._bar: Any = None
        self._task: Any = None
        self._missed: dict[str, list[dict[str, Any]]] = {}  # shares that are out of reach, by scene

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._close()

    def event(self, event: Event) -> None:
        """One event of `render`."""
        if self.form == "json":
            typer.echo(json.dumps(event.as_dict(), ensure_ascii=False, default=str))
            return
        if event.kind == "analysis":
            self._progress("looking ahead", event.done, event.total)
        elif event.kind == "start" or event.kind == "done":
            self._progress("frames", event.done, event.total)
            for name, told in event.stats.items():
                beyond = name.startswith("liubai ") and _beyond(told)
                if beyond or (name.startswith("hint ") and not told["met"]):
                    self._missed.setdefault(name, []).append(told)
        elif event.kind in ("failed", "note"):
            say(event.message)
        elif event.kind == "summary":
            self._close()
            peak = event.stats.get("peak_mb")
            say(f"{event.message} in {event.seconds:.1f} s" + (f", at most {peak} MB" if peak else ""))
            for name, missed in self._missed.items():
                line = _out_of_reach if name.startswith("liubai ") else _no_such_hint
                say(f"inkrender: {line(name, missed)}")
        elif self.dry_run and event.kind in ("plan", "skip"):
            put(f"{event.frame}\t{event.path}\t{event.reason}")

    def encoding(self, done: int, total: int) -> None:
        """The progress of the encoder."""
        if self.form == "text":
            self._progress("encoding", done + 1, total)
            if done + 1 >= total:
                self._close()

    def result(self, **told: Any) -> None:
        """What a command has made."""
        if self.form == "json":
            typer.echo(json.dumps(told, ensure_ascii=False, default=str))
        else:
            put(str(told["path"]))

    def _progress(self, what: str, done: int, total: int) -> None:
        if not sys.stderr.isatty():
            return
        if self._bar is None:
            from rich.console import Console
            from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

            columns = (
                TextColumn("{task.description}"),
                BarColumn(),
                MofNCompleteColumn(),
                TimeRemainingColumn(),
            )
            self._bar = Progress(*columns, console=Console(stderr=True), transient=True)
            self._bar.start()
            self._task = self._bar.add_task(what, total=total)
        self._bar.update(self._task, description=what, completed=done, total=total)

    def _close(self) -> None:
        if self._bar is not None:
            self._bar.stop()
            self._bar = None


def _beyond(told: dict[str, Any]) -> bool:
    """Whether the target of a lift lies a point or more outside what can be had."""
    low, high = told["reachable"]
    return bool(not low - 0.01 <= told["target"] <= high + 0.01)


def _out_of_reach(name: str, lifts: list[dict[str, Any]]) -> str:
    """One line about frames whose share of blank paper cannot be had."""
    worst = max(lifts, key=lambda told: abs(told["solved"] - told["target"]))
    low, high = worst["reachable"]
    frames = f"{len(lifts)} frames" if len(lifts) > 1 else "1 frame"
    return (
        f"{name}: {frames} with another share of blank paper than asked for: {worst['target']:.2f} is out of "
        f"reach, {low:.2f} to {high:.2f} can be had, {worst['solved']:.2f} was left (protect, reserve and "
        "what is bare already decide that)"
    )


def _no_such_hint(name: str, missed: list[dict[str, Any]]) -> str:
    """One line about frames whose hint has another share than asked for."""
    worst = max(
        missed, key=lambda told: max(told["share"][0] - told["solved"], told["solved"] - told["share"][1])
    )
    (least, most), (low, high) = worst["share"], worst["reachable"]
    frames = f"{len(missed)} frames" if len(missed) > 1 else "1 frame"
    return (
        f"{name}: {frames} with another share of the hue than asked for: {least:.4f} to {most:.4f} is out of "
        f"reach, {low:.4f} to {high:.4f} can be had, {worst['solved']:.4f} was found (where it may live, and "
        "what has the hue already, decide that)"
    )


def end(report: Report) -> None:
    """Exit with 1 if frames failed, having listed them."""
    if report.ok:
        return
    frames = ", ".join(str(f.frame) for f in report.failed)
    left = len(report.paths) - report.kept - report.rendered - len(report.failed)
    more = f"; {left} were not begun (--cont goes on after a failure)" if left else ""
    say(f"inkrender: {len(report.failed)} frame(s) failed: {frames}{more}")
    if _debug[0]:
        raise report.failed[0].error
    raise typer.Exit(FAILED)
