"""The parameters of a shader: read from its file, described to people, checked when a scene gives values."""

from __future__ import annotations

import ast
import io
import math
import tokenize
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, get_args, get_origin, get_type_hints

from . import colour
from .errors import SceneError, ShaderError, did_you_mean
from .shader import Between, Choice, Pigment, Points, Text
from .syntax import parse
from .timing import is_keyed, parse_keys

MOST_EXACT = 2**24  # whole numbers up to here are exact in float32, the parameters of a compiled stage


@dataclass(frozen=True)
class Field:
    """One parameter.

    type: float | int | bool | choice | pigment | text | numbers | words | rows | points. lo, hi: the range of
    its numbers; size: how many numbers (each row of) it has, None for any; words: of what type words are.
    keyable: it may be given as `[[frame, value, easing?], ...]`.
    """

    name: str
    type: str
    default: Any
    lo: float | None = None
    hi: float | None = None
    unit: str = ""
    options: tuple[str, ...] = ()
    size: int | None = None
    words: str = ""
    doc: str = ""

    @property
    def keyable(self) -> bool:
        """Whether a scene may give keys for it."""
        return self.type in ("float", "int", "numbers")

    @property
    def range(self) -> str:
        """The values it takes, in words: "0 to 400 px", "torn | mist"."""
        if self.options:
            return " | ".join(self.options)
        if self.lo is None or self.hi is None:
            return {"bool": "true | false", "pigment": "a colour", "points": "[x, y] or anchors"}.get(
                self.type, "text" if self.words != "pigment" else "colours"
            )
        return f"{self.lo:g} to {self.hi:g}{' ' + self.unit if self.unit else ''}"


# reading --------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class ShaderSource:
    """A shader file as text: its tree, docstring, and the comment behind each line."""

    path: Path
    tree: ast.Module
    doc: str
    comments: Mapping[int, str]

    @staticmethod
    def parse(path: Path, data: bytes) -> ShaderSource:
        """Parse the bytes of a shader file. ShaderError with file and line for what is not Python."""
        try:
            tree = parse(data, str(path))
        except (SyntaxError, ValueError) as error:
            line = getattr(error, "lineno", None) or 1
            told = getattr(error, "msg", None) or str(error)
            raise ShaderError(f"{path}:{line}: this is not Python: {told}") from None
        comments = {
            token.start[0]: token.string.lstrip("# ").strip()
            for token in tokenize.tokenize(io.BytesIO(data).readline)
            if token.type == tokenize.COMMENT
        }
        return ShaderSource(path, tree, (ast.get_docstring(tree) or "").strip(), comments)

    @property
    def classes(self) -> dict[str, ast.ClassDef]:
        """The classes of the file by name."""
        return {n.name: n for n in self.tree.body if isinstance(n, ast.ClassDef)}

    @property
    def functions(self) -> dict[str, ast.FunctionDef]:
        """The functions of the file by name."""
        return {n.name: n for n in self.tree.body if isinstance(n, ast.FunctionDef)}

    def line(self, name: str) -> int:
        """The line where a module-level name is defined, or 1."""
        for node in self.tree.body:
            targets = node.targets if isinstance(node, ast.Assign) else [node]
            if any(getattr(t, "name", getattr(t, "id", None)) == name for t in targets):
                return int(node.lineno)
        return 1

    def reads(self, name: str) -> frozenset[str]:
        """Which attributes of the variable `name` (such as at) the functions other than bake read."""
        return frozenset(
            node.attr
            for function in self.functions.values()
            if function.name != "bake"
            for node in ast.walk(function)
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == name
        )


def read_fields(params: type, source: ShaderSource, pixel: bool) -> dict[str, Field]:
    """The fields of a parameter class. pixel: it belongs to a pixel kind, whose parameters must be numbers
    of a fixed count, choices or pigments, unless only `bake` reads them.
    """
    path, node = source.path, source.classes[params.__name__]
    lines = {
        n.target.id: n.lineno
        for n in node.body
        if isinstance(n, ast.AnnAssign) and isinstance(n.target, ast.Name)
    }
    try:
        hints = get_type_hints(params, include_extras=True)
    except (NameError, TypeError) as error:
        raise ShaderError(f"{path}:{node.lineno}: {params.__name__}: {error}") from None
    defaults = getattr(params, "_field_defaults", {})
    fields: dict[str, Field] = {}
    for name, hint in hints.items():
        line = lines.get(name, node.lineno)
        place = f"{path}:{line}: {name}"
        if name not in defaults:
            raise ShaderError(f"{place} has no default: a shader must work when nothing is said")
        spec = _field(name, hint, defaults[name], place, source.comments.get(line, ""))
        try:
            default = check(spec, defaults[name], f"{name} =")
        except ShaderError as error:
            raise ShaderError(f"{path}:{line}: the default {error}") from None
        if pixel and spec.type == "int" and max(abs(spec.lo or 0), abs(spec.hi or 0)) > MOST_EXACT:
            raise ShaderError(f"{place}: a whole number of a pixel shader lies within {MOST_EXACT}")
        fields[name] = Field(**{**vars(spec), "default": default})
    return fields


def _field(name: str, hint: Any, default: Any, place: str, doc: str) -> Field:
    base, notes = (hint, ()) if get_origin(hint) is not Annotated else (get_args(hint)[0], get_args(hint)[1:])
    between = next((n for n in notes if isinstance(n, Between)), None)
    choice = next((n for n in notes if isinstance(n, Choice)), None)
    words = next((n for n in notes if isinstance(n, (Choice, Pigment, Text))), None)
    points = any(isinstance(n, Points) for n in notes)
    word = {Choice: "choice", Pigment: "pigment", Text: "text"}.get(type(words), "")
    options = choice.options if choice else ()

    def number(type_: str, size: int | None = None) -> Field:
        if between is None or not between.lo < between.hi or not math.isfinite(between.hi - between.lo):
            raise ShaderError(
                f"{place} has no range: write Annotated[{getattr(base, '__name__', base)}, Between(lo, hi)]"
            )
        return Field(name, type_, default, between.lo, between.hi, between.unit, size=size, doc=doc)

    if base is bool:
        return Field(name, "bool", default, doc=doc)
    if base in (int, float):
        return number(base.__name__)
    if base is str and word:
        return Field(name, word, default, options=options, words=word, doc=doc)
    if get_origin(base) is tuple:
        inner = get_args(base)
        of, size = inner[0], None if inner[-1] is Ellipsis else len(inner)
        if of is float:
            return number("numbers", size)
        if of is str and word:
            return Field(name, "words", default, options=options, size=size, words=word, doc=doc)
        if get_origin(of) is tuple and get_args(of)[0] is float and size is None:
            row = get_args(of)
            if points:
                return Field(name, "points", default, unit="px", size=2, doc=doc)
            return number("rows", None if row[-1] is Ellipsis else len(row))
    if base is str:
        raise ShaderError(f'{place} is a bare str: say Choice("one", "two"), Pigment() or Text()')
    raise ShaderError(
        f"{place} has the type {base}: use float, int, bool, str, tuple[float, float], tuple[float, ...], "
        "tuple[str, ...] or tuple[tuple[float, ...], ...]"
    )


# checking -------------------------------------------------------------------------------------------------


def bind(shader: str, fields: Mapping[str, Field], values: Mapping[str, Any], where: str) -> dict[str, Any]:
    """Every field with a checked value: see `Shader.bind`."""
    for name in values:
        if name not in fields:
            near = did_you_mean(name, tuple(fields))
            takes = ", ".join(fields) or "no parameters"
            raise ShaderError(f'{where}: {shader} has no parameter "{name}"{near}: it takes {takes}')
    bound: dict[str, Any] = {}
    for name, spec in fields.items():
        bound[name] = spec.default
        if name not in values:
            continue
        given, place = values[name], f"{where}: {name} ="
        if spec.keyable and is_keyed(given):
            try:
                keys = parse_keys(given)
            except SceneError as error:
                raise ShaderError(f"{where}: {name}: {error}") from None
            bound[name] = tuple(
                key._replace(value=check(spec, key.value, f"{where}: {name} at frame {key.frame:g} ="))
                for key in keys
            )
        else:
            bound[name] = check(spec, given, place)
    return bound


def check(spec: Field, given: Any, place: str) -> Any:
    """One value of a field, in its own type. ShaderError, `place` first, for what it does not take."""
    if spec.type == "bool":
        if not isinstance(given, bool):
            raise ShaderError(f"{place} {_told(given)} is not true or false")
        return given
    if spec.type in ("float", "int"):
        return _number(spec, given, place)
    if spec.type in ("choice", "pigment", "text"):
        return _word(spec, given, place)
    if isinstance(given, str) or not isinstance(given, Sequence):
        raise ShaderError(f"{place} {_told(given)} is not a list")
    if spec.type == "words":
        _count(spec, given, place)
        return tuple(_word(spec, v, f"{place} item {i + 1},") for i, v in enumerate(given))
    if spec.type == "numbers":
        _count(spec, given, place)
        return tuple(_number(spec, v, f"{place} item {i + 1},") for i, v in enumerate(given))
    rows = []
    for i, row in enumerate(given):
        here = f"{place} item {i + 1},"
        if isinstance(row, str) or not isinstance(row, Sequence):
            hint = ": no anchor of the scene has that name" if spec.type == "points" else ""
            raise ShaderError(f"{here} {_told(row)} is not a list of numbers{hint}")
        _count(spec, row, here)
        rows.append(tuple(_number(spec, v, here) for v in row))
    return tuple(rows)


def _count(spec: Field, given: Sequence[Any], place: str) -> None:
    if spec.size is not None and len(given) != spec.size:
        raise ShaderError(f"{place} {_told(given)} has {len(given)} values: it takes {spec.size}")


def _number(spec: Field, given: Any, place: str) -> float:
    whole = spec.type == "int"
    if isinstance(given, bool) or not isinstance(given, (int, float)) or not math.isfinite(given):
        raise ShaderError(f"{place} {_told(given)} is not a {'whole ' if whole else ''}number")
    if whole and given != int(given):
        raise ShaderError(f"{place} {given:g} is not a whole number")
    if spec.lo is not None and spec.hi is not None and not spec.lo <= given <= spec.hi:
        raise ShaderError(f"{place} {given:g} is outside {spec.range}")
    return int(given) if whole else float(given)


def _word(spec: Field, given: Any, place: str) -> str:
    if not isinstance(given, str):
        raise ShaderError(f"{place} {_told(given)} is not text")
    if spec.words == "choice" and given not in spec.options:
        near = did_you_mean(given, spec.options)
        raise ShaderError(f'{place} "{given}" is not one of {spec.range}{near}')
    if spec.words == "pigment":
        try:
            colour.parse(given)
        except SceneError as error:
            raise ShaderError(f"{place} {error}") from None
    return given


def _told(value: Any) -> str:
    told = list(value) if isinstance(value, tuple) else value
    text = f'"{value}"' if isinstance(value, str) else str(told)
    return text if len(text) <= 60 else text[:57] + "..."
