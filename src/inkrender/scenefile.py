"""Films, scenes and looks as TOML files: read with a place for every mistake, written without loss.

A film is one file that names one file a scene. What a file names is relative to the folder it stands in.
"""

from __future__ import annotations

import os
import re
import tomllib
from copy import deepcopy
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic.json_schema import models_json_schema

from . import places, tomltext
from .composition import PRIORS, matte_name, prior_name
from .errors import InkError, PlateError, SceneError, did_you_mean
from .grades import with_files
from .scene import Film, Layer, Look, Model, Picture, Scene
from .validation import Loc, context, mistakes, phrase, quoted, take_out

SCHEMA = 1
SCENE_TABLE = ("frames", "name", "mood", "medium", "anchors", "seed")  # what stands under [scene]
FILM_TABLE = ("title", "size", "fps", "seed", "paper", "scenes")  # what stands under [film]
LOOKS = Path(__file__).parent / "looks"

F = TypeVar("F", bound=Film)
M = TypeVar("M", bound=Model)


@dataclass(frozen=True)
class Finding:
    """A mistake in a file. missing: something the file names is not there, the file itself is in order."""

    file: Path
    line: int | None
    where: str  # 'layer "peaks"', or ""
    what: str
    missing: bool = False

    @property
    def place(self) -> str:
        """scenes/x/02_dawn.toml:14, seen from the working folder where that is shorter."""
        return f"{shown(self.file)}:{self.line}" if self.line else shown(self.file)

    def __str__(self) -> str:
        return ": ".join(part for part in (self.place, self.where, self.what) if part)


# reading --------------------------------------------------------------------------------------------------


def read_film(
    path: str | os.PathLike[str],
    film_class: type[F] = Film,  # type: ignore[assignment]
    scene_class: type[Scene] = Scene,
) -> F:
    """Read a film and all its scenes. path: film.toml, or the folder that holds it.

    Raises SceneError with every mistake of every file, a line each; PlateError if files are missing.
    """
    film, findings = examine_film(path, film_class, scene_class)
    if film is None or findings:
        raise _error(findings)
    return film


def read_scene(path: str | os.PathLike[str], scene_class: type[Scene] = Scene) -> Scene:
    """Read one scene. Raises SceneError with every mistake, a line each."""
    findings: list[Finding] = []
    scene = _picture(Path(path), scene_class, findings)
    if scene is None or findings:
        raise _error(findings)
    return scene


def read_look(name: str | os.PathLike[str]) -> Look:
    """Read a look: a TOML file, or the name of a built-in one. Raises SceneError with every mistake."""
    path = look_file(name)
    findings: list[Finding] = []
    look = _picture(path, Look, findings)
    if look is None or findings:
        raise _error(findings)
    return look


def look_names() -> list[str]:
    """The names of the built-in looks."""
    return sorted(p.stem for p in LOOKS.glob("*.toml"))


def look_file(name: str | os.PathLike[str]) -> Path:
    """The file of a look given as a file or as the name of a built-in one; SceneError for an unknown name."""
    path = Path(name)
    if path.suffix == ".toml" or path.is_file():
        return path
    built_in = LOOKS / f"{name}.toml"
    if len(path.parts) == 1 and built_in.is_file():
        return built_in
    known = look_names()
    near = did_you_mean(str(name), known)
    raise SceneError(f'there is no look "{name}"{near}: give a .toml file or one of {", ".join(known)}')


def examine_film(
    path: str | os.PathLike[str],
    film_class: type[F] = Film,  # type: ignore[assignment]
    scene_class: type[Scene] = Scene,
) -> tuple[F | None, list[Finding]]:
    """Read as much of a film as can be understood, and say what cannot.

    Where a key is wrong its default stands in, so that one mistake does not hide the next. None when
    even that makes no film.
    """
    file = Path(path)
    if file.is_dir():
        file = file / "film.toml"
    findings: list[Finding] = []
    read = _load(file, findings)
    if read is None:
        return None, findings
    for other, told in (("scene", "a scene, not a film"), ("inputs", "a look, not a film")):
        if other in read.data and "film" not in read.data:
            what = f"this is {told}: name the film.toml that lists it under scenes"
            return None, [read.finding((other,), what)]
    table = read.table("film", findings)
    named = table.get("scenes", [])
    scenes: list[Scene] = []
    whole = True
    for i, name in enumerate(named if isinstance(named, list) else []):
        scene = _scene_of(file, name, read, i, scene_class, findings)
        whole = whole and scene is not None
        scenes.append(scene or _stand_in(name, i, scene_class))
    flat = {**table, **read.others("film", film_class, findings)}
    if isinstance(named, list) and named:
        flat["scenes"] = scenes
    film = _validated(film_class, flat, read, findings, {"folder": file.parent, "source": file})
    findings.sort(key=lambda f: (f.file != file, str(f.file), f.line or 0))
    return (film if whole else None), findings


def _scene_of(
    film: Path, name: Any, read: _Read, i: int, scene_class: type[Scene], findings: list[Finding]
) -> Scene | None:
    at: Loc = ("film", "scenes", i)
    if not isinstance(name, str) or not name:
        findings.append(read.finding(at, f"{quoted(name)} is not the name of a scene file"))
        return None
    path = film.parent / name
    if not path.exists():
        around = sorted(str(p.relative_to(film.parent)) for p in path.parent.glob("*.toml"))
        listed = read.data["film"]["scenes"]
        others = [p for p in around if p != film.name and p not in listed]
        near = did_you_mean(name, others) or (f": the folder has {', '.join(others[:12])}" if others else "")
        what = f'scene file "{name}" is missing{near}'
        findings.append(read.finding(at, what, missing=True))
        return None
    return _picture(path, scene_class, findings)


def _stand_in(name: Any, i: int, scene_class: type[Scene]) -> Scene:
    """A scene in place of one that could not be read: long enough for any transition."""
    stem = re.sub(r"[:/\\,]", "_", Path(str(name)).stem) or f"scene {i + 1}"
    return scene_class(name=stem, frames="0-999999")


P = TypeVar("P", bound=Picture)


def _picture(file: Path, model: type[P], findings: list[Finding]) -> P | None:
    read = _load(file, findings)
    if read is None:
        return None
    if "film" in read.data:
        kind = "look" if issubclass(model, Look) else "scene"
        findings.append(read.finding(("film",), f"this is a film, not a {kind}"))
        return None
    table = read.table("scene", findings, optional=issubclass(model, Look))
    if issubclass(model, Look) and "frames" in table:
        what = "this is a scene, not a look: a look has no frames"
        findings.append(read.finding(("scene", "frames"), what))
        table = {k: v for k, v in table.items() if k != "frames"}
    flat = {"name": file.stem, **table, **read.others("scene", model, findings)}
    return _validated(model, flat, read, findings, {"folder": file.parent, "source": file})


# one file -------------------------------------------------------------------------------------------------


@dataclass
class _Read:
    file: Path
    text: str
    data: dict[str, Any]
    lines: dict[places.Path, int] = field(default_factory=dict)

    def finding(self, path: Loc, what: str, where: str = "", missing: bool = False) -> Finding:
        if not self.lines:
            self.lines = places.lines_of(self.text)
        return Finding(self.file, places.find(self.lines, path), where, what, missing)

    def table(self, name: str, findings: list[Finding], optional: bool = False) -> dict[str, Any]:
        """[film] or [scene], with keys that belong to other tables reported and left out."""
        found = self.data.get(name)
        if found is None:
            if not optional:
                near = did_you_mean(name, [k for k in self.data if isinstance(k, str)])
                findings.append(self.finding((), f"there is no [{name}] table{near}"))
            return {}
        if not isinstance(found, dict):
            findings.append(self.finding((name,), f"{name} is a table: write [{name}]"))
            return {}
        known = FILM_TABLE if name == "film" else SCENE_TABLE
        for key in found:
            if key not in known:
                near = did_you_mean(key, known)
                if key in (Film if name == "film" else Look).model_fields:
                    near = f": it stands in a table of its own, outside [{name}]"
                findings.append(self.finding((name, key), f'unknown key "{key}"{near}', name))
        return {k: v for k, v in found.items() if k in known}

    def others(self, name: str, model: type[Model], findings: list[Finding]) -> dict[str, Any]:
        """The tables beside [film] or [scene]; what belongs inside it, or to no file, is left out."""
        inside = FILM_TABLE if name == "film" else SCENE_TABLE
        kept = {}
        for key, value in self.data.items():
            field = model.model_fields.get(key)
            if key in inside:
                findings.append(self.finding((key,), f"{key} stands under [{name}]"))
            elif field is not None and field.exclude:  # what only a program may say, such as trust
                findings.append(self.finding((key,), f'unknown key "{key}"'))
            elif key not in ("schema", name):
                kept[key] = value
        return kept


def _load(file: Path, findings: list[Finding]) -> _Read | None:
    try:
        text = file.read_bytes().decode("utf-8")
    except UnicodeDecodeError as error:
        findings.append(Finding(file, None, "", f"is not UTF-8 text (byte {error.start}): save it as UTF-8"))
        return None
    except OSError as error:
        findings.append(_unreadable(file, error))
        return None
    try:
        data = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        message = str(error)
        at = re.search(r"\(at line (\d+), column (\d+)\)", message)
        line = int(at[1]) if at else max(1, len(text.rstrip().splitlines()))
        what = re.sub(r"\s*\(at .*\)$", "", message)
        column = f", column {at[2]}" if at else ""
        findings.append(Finding(file, line, "", f"this is not TOML{column}: {what}"))
        return None
    read = _Read(file, text, data)
    schema = data.get("schema", SCHEMA)
    if schema != SCHEMA or isinstance(schema, bool):
        newer = isinstance(schema, int) and schema > SCHEMA
        do = "get a newer inkrender" if newer else f"write schema = {SCHEMA}"
        findings.append(read.finding(("schema",), f"schema = {quoted(schema)} is not known: {do}"))
    return read


def _unreadable(file: Path, error: OSError) -> Finding:
    if isinstance(error, FileNotFoundError):
        folder = file.parent
        others = sorted(p.name for p in folder.glob("*.toml")) if folder.is_dir() else []
        near = did_you_mean(file.name, others) or (
            f": the folder has {', '.join(others[:12])}" if others else ""
        )
        gone = "" if folder.is_dir() else f": there is no folder {shown(folder)}"
        return Finding(file, None, "", f"is missing{near}{gone}", missing=True)
    return Finding(file, None, "", f"cannot be read: {error.strerror}", missing=True)


def _error(findings: list[Finding]) -> InkError:
    """One error with a line for every mistake."""
    text = "\n".join(str(f) for f in findings)
    return PlateError(text) if all(f.missing for f in findings) else SceneError(text)


# validation --------------------------------------------------------------------------------------------


def _validated(
    model: type[M], data: dict[str, Any], read: _Read, findings: list[Finding], extra: dict[str, Any]
) -> M | None:
    """Validate; on mistakes take the wrong keys out and look again, until nothing new is found."""
    data = {k: deepcopy(v) if k != "scenes" else v for k, v in data.items()}
    seen = {str(f) for f in findings}
    gone: set[Loc] = set()
    for _ in range(12):
        try:
            return model.model_validate({**data, **extra})
        except ValidationError as error:
            wrong = list(mistakes(model, error, data, FILM_TABLE + SCENE_TABLE))
        for loc, what in wrong:
            if what == "is missing" and loc in gone:
                continue  # it was wrong, and is told already
            gone.add(loc)
            where, rest = context(loc, data)
            finding = read.finding(_in_file(model, loc), phrase(rest, what), where)
            if str(finding) not in seen:
                seen.add(str(finding))
                findings.append(finding)
        if not any([take_out(data, loc) for loc, _ in wrong]):  # a list: take out every one of them
            return None
    return None


def _in_file(model: type[BaseModel], loc: Loc) -> Loc:
    """Where a field of a model stands in its file: most of them under [film] or [scene]."""
    if not loc:
        return ("film",) if issubclass(model, Film) else ("scene",)
    table = FILM_TABLE if issubclass(model, Film) else SCENE_TABLE
    if loc[0] in table:
        return ("film" if issubclass(model, Film) else "scene", *loc)
    return loc


def shown(path: Path) -> str:
    """A path as a person here would type it."""
    try:
        return str(path.resolve().relative_to(Path.cwd()))
    except ValueError:
        return str(path)
    except OSError:
        return str(path)


# writing --------------------------------------------------------------------------------------------------


def write_film(film: Film, folder: str | os.PathLike[str]) -> Path:
    """Write film.toml and a file for each scene; read back they are equal. Returns the path of film.toml.

    Written into another folder than it was read from, files keep their place: their paths are rewritten.
    """
    from .io import files

    if any(scene.name.casefold() == "film" for scene in film.scenes):
        raise SceneError('a scene named "film" would be written over film.toml: give it another name')
    to = files.make_folder(folder)
    for scene in film.scenes:
        files.write_text(to / f"{scene.name}.toml", to_toml(_moved(scene, to), named=False))
    files.write_text(to / "film.toml", to_toml(_moved(film, to)))
    return to / "film.toml"


def to_toml(model: Film | Scene | Look, named: bool = True) -> str:
    """The text of a film.toml, of a scene or of a look. Defaults are left out; nothing else is.

    named: whether a scene's name stands in it, which the name of its file says too.
    """
    kept = model.model_dump(by_alias=True, exclude_defaults=True)
    top, under = ("film", FILM_TABLE) if isinstance(model, Film) else ("scene", SCENE_TABLE)
    if isinstance(model, Film):
        kept["scenes"] = [f"{s.name}.toml" for s in model.scenes]
    elif not named:
        kept.pop("name")
    inside = {k: kept.pop(k) for k in under if k in kept}
    return tomltext.write({"schema": SCHEMA, top: inside, **kept})


def _moved(model: M, to: Path) -> M:
    """The same with file names as they are written from the folder `to`."""
    came = getattr(model, "folder", None)
    if came is None or came.resolve() == to.resolve():
        return model

    def there(file: str) -> str:
        return file if os.path.isabs(file) else os.path.relpath(came.resolve() / file, to.resolve())

    if isinstance(model, Film):
        audio = tuple(a.model_copy(update={"file": there(a.file)}) for a in model.audio)
        rows = {
            name: row.model_copy(update={"grade": with_files(row.grade, there)}) if row.grade.said() else row
            for name, row in model.script.items()
        }
        return model.model_copy(update={"audio": audio, "script": rows})
    if isinstance(model, Picture):
        layers = tuple(_moved_layer(x, there, came) for x in model.layer)
        grade = with_files(model.grade, there)
        liubai = _moved_liubai(model, there) if model.liubai else None
        return model.model_copy(update={"layer": layers, "grade": grade, "liubai": liubai})
    return model


def _moved_layer(layer: Layer, there: Any, came: Path) -> Layer:
    new: dict[str, Any] = {k: there(v) for k in ("file", "rig") if (v := getattr(layer, k))}
    if layer.font and (came / layer.font).is_file():
        new["font"] = there(layer.font)
    if layer.inputs:
        new["inputs"] = {k: there(v) if (came / v).exists() else v for k, v in layer.inputs.items()}
    return layer.model_copy(update=new) if new else layer


def _moved_liubai(picture: Picture, there: Any) -> Any:
    """Negative space whose mattes and painted map keep their place."""
    told, names = picture.liubai, tuple(x.name for x in picture.layer)
    if told is None:
        return None

    def moved(words: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(there(w) if matte_name(w, names).kind == "file" else w for w in words)

    prior = there(told.prior) if told.prior and prior_name(told.prior) not in PRIORS else told.prior
    new = {"protect": moved(told.protect), "reserve": moved(told.reserve), "prior": prior}
    return told.model_copy(update=new)


# schema ---------------------------------------------------------------------------------------------------


def json_schema() -> dict[str, Any]:
    """JSON Schema (2020-12) of film, scene and look files, for editors: bounds, units and defaults."""
    wanted: list[tuple[type[BaseModel], Any]] = [(m, "validation") for m in (Film, Scene, Look)]
    _, told = models_json_schema(wanted, title="inkrender")
    kinds = told["$defs"]
    scenes = {"type": "array", "items": {"type": "string"}, "minItems": 1}
    kinds["Film"]["properties"]["scenes"] = {**scenes, "description": "Scene files, in order."}
    forms = {
        "film": _file_schema(kinds.pop("Film"), "film", FILM_TABLE, ("scenes",)),
        "scene": _file_schema(kinds.pop("Scene"), "scene", SCENE_TABLE, ("frames",)),
        "look": _file_schema(kinds.pop("Look"), "scene", SCENE_TABLE, ()),
    }
    forms["scene"]["required"].append("scene")
    forms["film"]["required"].append("film")
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "inkrender film, scene and look files",
        "anyOf": list(forms.values()),
        "$defs": kinds,
    }


def _file_schema(
    model: dict[str, Any], name: str, under: tuple[str, ...], required: tuple[str, ...]
) -> dict[str, Any]:
    fields = {k: v for k, v in model["properties"].items() if k not in ("folder", "source")}
    table = {
        "type": "object",
        "description": model.get("description", ""),
        "properties": {k: fields[k] for k in under if k in fields},
        "required": list(required),
        "additionalProperties": False,
    }
    return {
        "type": "object",
        "description": model.get("description", ""),
        "properties": {
            "schema": {"const": SCHEMA, "description": "Version of the file format."},
            name: table,
            **{k: v for k, v in fields.items() if k not in under},
        },
        "required": [],
        "additionalProperties": False,
    }
