"""Everything that can go wrong with a film, said before its first frame. Nothing is written.

A problem says where, what, and what would do. Files of models are told with their line.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from . import check_grades, check_liubai, check_plates, library, places, scene
from .errors import InkError, ShaderError
from .scenefile import examine_film, read_look, read_scene, shown
from .timing import is_keyed

Severity = Literal["error", "warning"]
SUFFIXES = {
    "h264": (".mp4", ".mov", ".mkv"),
    "h265": (".mp4", ".mov", ".mkv"),
    "prores": (".mov",),
    "gif": (".gif",),
}
HEADROOM = 64 << 20  # bytes kept free beside the frames: logs, manifest rows, the finished film's index


@dataclass(frozen=True)
class Problem:
    """Something that will go wrong. code: the exit code it stands for (2 scene, 3 inputs, 5 refused)."""

    where: str  # 'scenes/x/02_dawn.toml:14: layer "peaks"'
    what: str
    do: str = ""
    severity: Severity = "error"
    code: int = 2

    def __str__(self) -> str:
        told = ": ".join(part for part in (self.where, self.what, self.do) if part)
        return f"warning: {told}" if self.severity == "warning" else told

    def told(self) -> dict[str, Any]:
        """For --json."""
        return {"severity": self.severity, "where": self.where, "what": self.what, "do": self.do}


def check_file(
    path: str | os.PathLike[str],
    film_class: type[scene.Film] = scene.Film,
    *,
    trust: bool = False,
    out: str | os.PathLike[str] | None = None,
    frames: str | None = None,
    vectors: bool = False,
) -> tuple[scene.Film | None, list[Problem]]:
    """Read a film and check it. The film is None where its files make none.

    out: where frames or the film would be written; default: where the film says. frames: the text of -F,
    whose scenes alone are looked at. vectors: whether motion vectors are tried on a few frames.
    """
    film, findings = examine_film(path, film_class)
    problems = [
        Problem(": ".join(p for p in (f.place, f.where) if p), f.what, code=3 if f.missing else 2)
        for f in findings
    ]
    if film is not None:
        # a film that cannot be read whole has stand-ins for what is missing: no frames are tried on those
        tried = vectors and not findings
        problems += check_film(film, trust=trust, out=out, frames=frames, vectors=tried)
    return film, problems


def check_film(
    film: scene.Film,
    *,
    trust: bool = False,
    out: str | os.PathLike[str] | None = None,
    frames: str | None = None,
    vectors: bool = False,
) -> list[Problem]:
    """All problems of a film that can be known before its first frame; arguments as `check_file`."""
    report = Report(film, trust)
    wanted = _frames(report, frames)
    _film(report)
    seen = {one.name for n in wanted for one, _ in film.at(n).pictures} if frames is not None else set()
    for one in film.scenes:
        if not seen or one.name in seen:
            _scene(report, one)
            if vectors and not exit_code(report.problems):
                check_plates.vectors(report, one)
    _output(report, Path(out) if out is not None else film.path(film.deliver.file), len(wanted))
    return report.problems


def check_look(path: str | os.PathLike[str], *, trust: bool = False) -> list[Problem]:
    """All problems of a look (a file, or a built-in one by name) that can be known without footage."""
    look = read_look(path)
    film = scene.Film(scenes=(look.scene(0, 0),), folder=look.folder)
    report = Report(film, trust)
    _scene(report, film.scenes[0], footage=True)
    return report.problems


def check_scene(path: str | os.PathLike[str], *, trust: bool = False, vectors: bool = False) -> list[Problem]:
    """All problems of one scene on its own."""
    film = scene.Film(scenes=(read_scene(path),))
    report = Report(film.model_copy(update={"folder": film.scenes[0].folder}), trust)
    _scene(report, film.scenes[0])
    if vectors and not exit_code(report.problems):
        check_plates.vectors(report, film.scenes[0])
    return report.problems


def exit_code(problems: Iterable[Problem], strict: bool = False) -> int:
    """0 if nothing is wrong; else 2 before 3 before 5. strict: a warning is an error."""
    codes = [p.code for p in problems if strict or p.severity == "error"]
    return min(codes, default=0)


class Report:
    """Collects problems of one film, each with its file and line where the film came from files."""

    def __init__(self, film: scene.Film, trust: bool) -> None:
        self.film = film
        self.problems: list[Problem] = []
        own = (film.folder or Path()) / "shaders"
        self.own = own if own.is_dir() else None
        self.folders = (own,) if trust and own.is_dir() else ()
        self._lines: dict[Path, dict[places.Path, int]] = {}

    def add(
        self,
        model: scene.Film | scene.Picture,
        path: places.Path,
        what: str,
        do: str = "",
        *,
        severity: Severity = "error",
        code: int = 2,
    ) -> None:
        """One problem at a key of a film or a scene; `path` as in its TOML: ("layer", 2, "file")."""
        self.problems.append(Problem(self.where(model, path), what, do, severity, code))

    def error(self, model: scene.Film | scene.Picture, path: places.Path, error: InkError) -> None:
        """An error that was raised on the way, as a problem, with files as seen from here."""
        self.add(model, path, str(error).replace(f"{Path.cwd()}{os.sep}", ""), code=error.exit_code)

    def where(self, model: scene.Film | scene.Picture, path: places.Path) -> str:
        """scenes/x/02_dawn.toml:14: layer "peaks"; 'scene "02_dawn", layer "peaks"' without a file."""
        layer = ""
        if isinstance(model, scene.Picture) and path[:1] == ("layer",):
            layer = f'layer "{model.layer[int(path[1])].name}"'
        elif path[:1] == ("transition",) and isinstance(model, scene.Film):
            layer = f'transition into "{model.transition[int(path[1])].into}"'
        elif path:
            layer = str(path[1] if path[0] in ("film", "scene") and len(path) > 1 else path[0])
        if model.source is None:
            name = f'scene "{model.name}"' if isinstance(model, scene.Picture) else "the film"
            return f"{name}, {layer}" if layer else name
        line = places.find(self._places(model.source), path)
        file = f"{shown(model.source)}:{line}" if line else shown(model.source)
        return f"{file}: {layer}" if layer else file

    def _places(self, source: Path) -> dict[places.Path, int]:
        if source not in self._lines:
            try:
                self._lines[source] = places.lines_of(source.read_text("utf-8"))
            except (OSError, UnicodeDecodeError):
                self._lines[source] = {}  # the file went away since it was read: its name must do
        return self._lines[source]


# the film -------------------------------------------------------------------------------------------------


def _frames(report: Report, frames: str | None) -> list[int]:
    if frames is None:
        return list(range(report.film.length))
    try:
        return report.film.find_frames(frames)
    except InkError as error:
        report.problems.append(Problem("frames", str(error), code=error.exit_code))
        return []


def _film(report: Report) -> None:
    film = report.film
    paper = _shader(report, film, ("film", "paper"), film.paper.use, film.paper.with_, ("source",), {})
    if paper is not None and paper.medium != "paper":
        known = [s.name for s in library.all_shaders(report.folders).values() if s.medium == "paper"]
        do = f"use {', '.join(known)}"
        report.add(film, ("film", "paper", "use"), f'shader "{paper.name}" does not make paper', do)
    names = [s.name for s in film.scenes]
    for i, t in enumerate(film.transition):
        cut = names.index(t.into)
        anchors = {**film.scenes[cut - 1].anchors, **film.scenes[cut].anchors}
        _shader(report, film, ("transition", i), t.use, t.with_, ("transition",), anchors, "with")
    for i, sound in enumerate(film.audio):
        try:
            check_plates.sound(film.path(sound.file))
        except InkError as error:
            report.error(film, ("audio", i, "file"), error)
        _keys_inside(report, film, ("audio", i), sound, 0, film.length - 1)
    check_grades.rows(report)
    ends = SUFFIXES[film.deliver.preset]
    if Path(film.deliver.file).suffix.lower() not in ends:
        what = f'preset "{film.deliver.preset}" cannot be written as "{film.deliver.file}"'
        report.add(film, ("deliver", "file"), what, f"end the name in {' or '.join(ends)}")


def _output(report: Report, out: Path, count: int) -> None:
    """Whether the folder can be written, and whether the frames fit on the disk."""
    from .io import files

    where = f"output {shown(out)}"
    there = out.absolute().parent
    while not there.exists() and there != there.parent:
        there = there.parent
    if not there.is_dir():
        what, do = f"{shown(there)} is a file, not a folder", "choose another output with -o"
    elif not os.access(there, os.W_OK | os.X_OK):
        what, do = (
            f"the folder {shown(there)} cannot be written",
            "choose another with -o, or change its permissions",
        )
    else:
        w, h = report.film.size
        needs, free = (
            count * w * h * 2 + HEADROOM,
            files.free_bytes(there),
        )  # a painted PNG: 1.5-2 bytes a pixel
        if needs <= free:
            return
        what = (
            f"{count} frames of {w}x{h} need about {files.size_text(needs)}, {files.size_text(free)} are free"
        )
        do = "make room, or choose another disk with -o"
    report.problems.append(Problem(where, what, do, code=5))


# a scene --------------------------------------------------------------------------------------------------


def _scene(report: Report, one: scene.Scene, footage: bool = False) -> None:
    """footage: a layer with use = "input" is what a look is laid over; what it brings along is not known."""
    before, after = report.film.handles(one.name)
    first, last = one.first - before, one.last + after
    _keys_inside(report, one, ("camera",), one.camera, first, last)
    _keys_inside(report, one, ("grade",), one.grade, first, last)
    for name in ("cdl", "curves", "split"):
        _keys_inside(report, one, ("grade", name), getattr(one.grade, name), first, last)
    for i, part in enumerate(one.grade.secondary):
        _keys_inside(report, one, ("grade", "secondary", i), part, first, last)
        _keys_inside(report, one, ("grade", "secondary", i, "where"), part.where, first, last)
    if one.grade.palette:
        _keys_inside(report, one, ("grade", "palette"), one.grade.palette, first, last)
    if one.grade.hint and not footage:
        check_liubai.hint(report, one, first)
    if one.liubai:
        _keys_inside(report, one, ("liubai",), one.liubai, first, last)
        if not footage:
            check_liubai.liubai(report, one, first)
    check_grades.grade(report, one, one.grade)
    check_grades.moods(report, one, first, last)
    for i, layer in enumerate(one.layer):
        at: places.Path = ("layer", i)
        _keys_inside(report, one, at, layer, first, last)
        source = None
        planes: set[str] = {"height", *layer.inputs}
        if layer.use == "input" and footage:
            planes |= {*scene.INPUTS, "anchor"}
        elif layer.use is not None:
            if layer.use == "input":
                do = "name a source shader, or apply the file as a look"
                report.add(one, (*at, "use"), 'use = "input" is the footage of a look, this is a film', do)
                continue
            source = _shader(report, one, at, layer.use, layer.with_, ("source",), one.anchors, "with")
            if source is not None:
                _needs(report, one, (*at, "use"), source, planes)
        else:
            planes |= check_plates.layer(report, one, i, first, last) | {"anchor"}
            from .plan import moves

            if layer.file is not None and moves(layer.file):
                planes.add("vector")  # estimated where the plate brings none
        _shaders(report, one, i, source, planes)


def _shaders(
    report: Report, one: scene.Scene, i: int, source: library.Shader | None, planes: set[str]
) -> None:
    """The shaders on a layer: that they exist, take their parameters, and find what they need, in order."""
    layer = one.layer[i]
    medium = "light" if source is None else source.gives
    for k, use in enumerate(layer.shaders):
        at: places.Path = ("layer", i, "shaders", k)
        shader = _shader(report, one, at, use.use, use.with_, ("point", "area"), one.anchors)
        if shader is None:
            continue
        _needs(report, one, (*at, "use"), shader, planes)
        if medium == "ink" and shader.medium == "light":
            what = f'shader "{shader.name}" works on light, but the layer is ink by then'
            report.add(one, (*at, "use"), what, "put it before the shaders that paint ink")
        medium = shader.gives
    if layer.group is not None and medium == "ink":
        what = f'the layer is ink and cannot be in group "{layer.group}"'
        report.add(one, ("layer", i, "group"), what, "groups meet in light: plates, rigs and text")


# shaders --------------------------------------------------------------------------------------------------


def _shader(
    report: Report,
    model: scene.Film | scene.Picture,
    at: places.Path,
    name: str,
    values: Mapping[str, Any],
    kinds: tuple[str, ...],
    anchors: Mapping[str, Any],
    table: str = "",
) -> library.Shader | None:
    """The shader of that name with its parameters checked, each alone, so that all mistakes are told.

    table: the key that holds the parameters; "" where they stand beside use.
    """
    try:
        shader = library.find(name, report.folders)
    except ShaderError as error:
        own = report.own / f"{name}.py" if report.own is not None else None
        if own is not None and own.is_file() and not report.folders:
            what = (
                f'"{name}" is a shader of the film\'s own ({shown(own)}): that is code, and it is not trusted'
            )
            report.add(model, (*at, "use"), what, "read it, then run with --trust")
        else:
            report.error(model, (*at, "use"), error)
        return None
    if shader.kind not in kinds:
        fit = [s.name for s in library.all_shaders(report.folders).values() if s.kind in kinds]
        what = f'shader "{name}" is a {shader.kind} shader, here goes a {" or ".join(kinds)}'
        report.add(model, (*at, "use"), what, f"use {', '.join(fit)}" if fit else "")
        return None
    for parameter, value in values.items():
        path = (*at, table, parameter) if table else (*at, parameter)
        try:
            shader.bind({parameter: _placed(shader, parameter, value, anchors)}, name)
        except ShaderError as error:
            report.add(model, path, str(error).replace(f"{name}: {name} ", f"{name} ", 1))
    return shader


def _placed(shader: library.Shader, parameter: str, value: Any, anchors: Mapping[str, Any]) -> Any:
    """Points of a parameter with anchors in place of their names."""
    field = shader.fields.get(parameter)
    if field is None or field.type != "points" or not isinstance(value, (list, tuple)):
        return value
    return tuple(anchors.get(v, v) if isinstance(v, str) else v for v in value)


def _needs(
    report: Report, one: scene.Scene, at: places.Path, shader: library.Shader, planes: set[str]
) -> None:
    for name in shader.needs:
        if name not in planes:
            has = f"the layer has {', '.join(sorted(planes))}"
            do = f'give inputs.{name} = "FILE or channel", or use a plate with that pass'
            report.add(one, at, f'shader "{shader.name}" needs {name}, {has}', do)


# keys -----------------------------------------------------------------------------------------------------


def _keys_inside(
    report: Report,
    model: scene.Film | scene.Picture,
    at: places.Path,
    holder: scene.Model,
    first: int,
    last: int,
) -> None:
    """Keys that all lie outside the scene move nothing: most often they count from 0."""
    for name, keys in _keyed(holder):
        frames = [k.frame for k in keys]
        if len(keys) > 1 and (max(frames) <= first or min(frames) >= last):
            span = f"{min(frames):g}-{max(frames):g}"
            what = f"{name} is keyed at frames {span}, but only {first}-{last} are seen: it never moves"
            report.add(model, (*at, name), what, "use the scene's own frame numbers", severity="warning")


def _keyed(holder: scene.Model) -> Iterator[tuple[str, Any]]:
    for name in type(holder).model_fields:
        value = getattr(holder, name)
        if isinstance(value, dict):
            yield from ((n, v) for n, v in value.items() if is_keyed(v) and isinstance(v[0], scene.Key))
        elif is_keyed(value) and isinstance(value[0], scene.Key):
            yield name, value
