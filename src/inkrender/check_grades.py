"""What `check` says about grades and moods: files, spaces, paper that would not be left, rows nobody has."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from . import check_plates, grade_ops, grading, mood, places, scene
from .errors import InkError, did_you_mean

if TYPE_CHECKING:
    from .check import Report


def grade(
    report: Report, model: scene.Film | scene.Scene, told: scene.Grade, above: places.Path = ()
) -> None:
    """A grade's space and files; of a scene also whether it leaves any paper. above: where it stands."""
    known = len(report.problems)
    folder = model.folder
    try:
        grading.check_space(told, folder)
    except InkError as error:
        report.error(model, (*above, "grade", "space"), error)
    cdls: list[tuple[places.Path, scene.Cdl]] = [(("grade", "cdl", "file"), told.cdl)]
    cdls += [(("grade", "secondary", i, "cdl", "file"), p.cdl) for i, p in enumerate(told.secondary)]
    for at, cdl in cdls:
        if cdl.file is not None:
            try:
                check_plates.cdl(model.path(cdl.file), cdl.id)
            except InkError as error:
                report.error(model, (*above, *at), error)
    if told.view is not None:
        try:
            check_plates.view(told, folder)
        except InkError as error:
            report.error(model, (*above, "grade", "view"), error)
    if told.lut is not None:
        try:
            check_plates.lut(model.path(told.lut))
        except InkError as error:
            report.error(model, (*above, "grade", "lut"), error)
    palette = told.palette
    if palette is not None:
        try:
            grading.palette_of(palette, folder)
        except InkError as error:
            at = ("grade", "palette", "file" if palette.file else "colours")
            report.error(model, (*above, *at), error)
    if len(report.problems) == known and isinstance(model, scene.Scene):
        _paper(report, model)


def rows(report: Report) -> None:
    """The starting grades of the film's own moods, and moods that no scene has."""
    film = report.film
    named = {name for one in film.scenes for name in mood.names(one.mood)}
    named |= {row.like for row in film.script.values() if row.like}
    for name, row in film.script.items():
        grade(report, film, row.grade, ("script", name))
        if name not in named:
            near = did_you_mean(name, sorted(named))
            what = f'no scene has the mood "{name}", so nothing is held to this row'
            do = f'write mood = "{name}" in a scene{near}'
            report.add(film, ("script", name), what, do, severity="warning")


def moods(report: Report, one: scene.Scene, first: int, last: int) -> None:
    """Keys of moods that all lie outside the scene, handles included: first to last."""
    frames = [key.frame for key in one.mood] if not isinstance(one.mood, str) else []
    if len(frames) > 1 and (frames[-1] <= first or frames[0] >= last):
        span = f"{frames[0]:g}-{frames[-1]:g}"
        what = f"mood is keyed at frames {span}, but only {first}-{last} are seen: it never moves"
        do = "use the scene's own frame numbers"
        report.add(one, ("scene", "mood"), what, do, severity="warning")


def _paper(report: Report, one: scene.Scene) -> None:
    """Whether paper outlives a grade in ink at each of its keys: what is divided by must not be 0."""
    before, after = report.film.handles(one.name)
    ends = one.first - before, one.last + after
    moods = [] if isinstance(one.mood, str) else [key.frame for key in one.mood]
    frames = {float(n) for n in (*ends, *moods, *_key_frames(one.grade)) if ends[0] <= n <= ends[1]}
    for frame in sorted(frames):
        try:
            graded = report.film.graded(one, frame)
            if one.medium != "ink" or graded.grade.in_ == "light":
                continue
            steps = grading.steps_at(graded, frame, one.folder)
            if steps:
                grade_ops.effect_on_white(steps)
        except InkError as error:
            at = f"at frame {frame:g}: " if len(frames) > 1 else ""
            report.add(one, ("grade",), f"{at}{error}")
            return


def _key_frames(holder: scene.Model) -> Iterator[float]:
    """The frames of all keys of a table and of the tables inside it."""
    for name in type(holder).model_fields:
        value = getattr(holder, name)
        if isinstance(value, scene.Model):
            yield from _key_frames(value)
        elif isinstance(value, tuple):
            for part in value:
                if isinstance(part, scene.Key):
                    yield float(part.frame)
                elif isinstance(part, scene.Model):
                    yield from _key_frames(part)
