"""What pydantic found wrong, in a film maker's words, and how to go on looking without it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, get_args

from pydantic import BaseModel, ValidationError

from . import places
from .errors import did_you_mean

Loc = tuple[str | int, ...]


def mistakes(
    model: type[BaseModel], error: ValidationError, data: Any, apart: tuple[str, ...] = ()
) -> Iterator[tuple[Loc, str]]:
    """Each mistake of a refused model in words, and where in `data` it stands; `apart`: told elsewhere."""
    found = error.errors(include_url=False)
    for e in found:
        loc: Loc = tuple(e["loc"])
        if e["type"] == "too_short" and any(o is not e and o["loc"][: len(loc)] == loc for o in found):
            continue  # it is short of what is wrong inside it, which is told
        facts = e.get("ctx", {})
        if e["type"] == "mistakes":
            for mistake in facts["mistakes"]:
                yield (*loc, *mistake.path), mistake.what
        elif e["type"] == "extra_forbidden":
            known = keys_of(model_at(model, loc[:-1]))
            tops = [k for k in known if len(loc) > 1 or k not in apart]
            near = did_you_mean(str(loc[-1]), tops)
            yield loc, f'unknown key "{loc[-1]}"{near or ": use " + ", ".join(tops)}'
        elif e["type"] == "missing" and isinstance(loc[-1], int):
            yield _inside(loc[:-1], data), f"{quoted(e['input'])} has too few elements"
        else:
            yield _inside(loc, data), _plainly(e["type"], e["msg"], e["input"], facts)


def explain(model: type[BaseModel], error: ValidationError, data: dict[str, Any]) -> str:
    """What to tell whoever built a model in Python: a line for every mistake, in the words of the files."""
    name = data.get("name")
    whole = f'{model.__name__} "{name}"' if isinstance(name, str) else model.__name__
    lines = []
    for loc, what in mistakes(model, error, data):
        where, rest = context(loc, data)
        lines.append(": ".join(part for part in (whole, where, phrase(rest, what)) if part))
    return "\n".join(dict.fromkeys(lines))


def phrase(rest: Loc, what: str) -> str:
    """A mistake with the key it was made at, unless it names that itself."""
    key = ".".join(str(k) for k in rest if not isinstance(k, int))
    if not key or what.startswith(("unknown key", key.rpartition(".")[2] + " ", "keys.")):
        return what
    return f"{key} {what}" if what.startswith("is ") else f"{key}: {what}"


def _inside(loc: Loc, data: Any) -> Loc:
    """The part of a loc that exists in the data: pydantic adds the names of union members."""
    out: list[str | int] = []
    for n, key in enumerate(loc):
        if isinstance(data, dict):
            if key not in data:
                return (*out, key) if n == len(loc) - 1 else tuple(out)
            data = data[key]
        elif isinstance(data, (list, tuple)) and isinstance(key, int) and key < len(data):
            data = data[key]
        else:
            return tuple(out)
        out.append(key)
    return tuple(out)


def _plainly(kind: str, message: str, given: Any, facts: dict[str, Any]) -> str:
    """Pydantic's word in ours: what was given, and what would do."""
    value = quoted(given)
    if kind == "missing":
        return "is missing"
    if kind == "literal_error":
        known = re.findall(r"'([^']*)'", facts["expected"])
        near = did_you_mean(given, known) if isinstance(given, str) else ""
        return f"{value} is not known{near}: use {', '.join(known)}"
    if kind == "multiple_of":
        return f"{value} is odd: encoders need even sizes, write {given - 1} or {given + 1}"
    if kind in ("greater_than_equal", "greater_than", "less_than_equal", "less_than"):
        bound = next(v for k, v in facts.items() if k in ("ge", "gt", "le", "lt"))
        words = {
            "greater_than_equal": "it must be at least",
            "greater_than": "it must be more than",
            "less_than_equal": "it must be at most",
            "less_than": "it must be less than",
        }
        return f"{value} is out of range: {words[kind]} {bound:g}"
    if kind in ("too_short", "too_long"):
        bound = facts.get("min_length") or facts.get("max_length")
        return f"{value} has {facts['actual_length']} elements, it needs {bound}"
    if kind == "string_pattern_mismatch":
        return f'{value} cannot be a name: without ":", "/", "\\" and ","'
    if kind == "string_too_short":
        return "is empty"
    wanted = {
        "int": "a whole number",
        "float": "a number",
        "bool": "true or false",
        "string": "text in quotes",
        "list": "a list in brackets",
        "tuple": "a list in brackets",
        "dict": "a table",
        "model": "a table",
        "finite": "a finite number",
    }
    for word, thing in wanted.items():
        if kind.startswith(word) and kind != "string_pattern":
            return f"{value} is not {thing}"
    return message


def quoted(given: Any) -> str:
    """What was given, as TOML would have it, cut where it is long."""
    if isinstance(given, bool):
        return str(given).lower()
    if isinstance(given, dict):
        return "{ " + ", ".join(given) + " }" if given else "{}"
    text = f'"{given}"' if isinstance(given, str) else str(given)
    return text if len(text) <= 60 else text[:57] + "..."


def context(loc: Loc, data: dict[str, Any]) -> tuple[str, Loc]:
    """'layer "peaks"' and what of the loc lies inside it."""
    if not loc:
        return "", ()
    if len(loc) == 1:
        return "", loc
    if isinstance(loc[1], int) and loc[0] in ("layer", "transition", "audio"):
        rows = data.get(str(loc[0]))
        row = rows[loc[1]] if isinstance(rows, (list, tuple)) and loc[1] < len(rows) else None
        field = {"layer": "name", "transition": "into", "audio": "file"}[str(loc[0])]
        name = row.get(field) if isinstance(row, dict) else getattr(row, field, None)
        into = "into " if loc[0] == "transition" else ""
        told = f'{loc[0]} {into}"{name}"' if isinstance(name, str) else f"{loc[0]} {loc[1] + 1}"
        return told, loc[2:]
    if loc[0] in ("camera", "liubai", "grade", "deliver", "inputs"):
        return str(loc[0]), loc[1:]
    return "", loc


def take_out(data: dict[str, Any], loc: Loc) -> bool:
    """Remove what is wrong so that its default stands in, or put something harmless where there is none.

    False when that cannot be done.
    """
    if len(loc) == 2 and loc[0] == "layer" and isinstance(loc[1], int):
        data["layer"][loc[1]]["text"] = "?"  # it showed nothing
        return True
    harmless = _stand_in(loc, data)
    for path in places.spellings(loc) if loc else []:
        table, key, rest = _deepest(data, path)
        if table is None or len(rest) > 1 or (rest and path != loc):
            continue
        if rest and harmless is not None and isinstance(rest[0], str):
            inside = _follow(data, path[:-1])
            inside[rest[0]] = harmless
        elif harmless is not None and path == loc and not rest:
            table[key] = harmless
        elif key in ("layer", "scenes"):
            continue
        else:
            del table[key]
        return True
    return False


def _deepest(data: Any, path: Loc) -> tuple[dict[str, Any] | None, str, Loc]:
    """The deepest key of a table on the way along a path, and what of the path is not there."""
    here, table, name = data, None, ""
    for n, key in enumerate(path):
        if isinstance(here, dict) and key in here:
            table, name = here, str(key)
        elif not (isinstance(here, list) and isinstance(key, int) and key < len(here)):
            return table, name, path[n:]
        here = here[key]
    return table, name, ()


def _follow(data: Any, path: Loc) -> Any:
    for key in path:
        data = data[key]
    return data


def _stand_in(loc: Loc, data: dict[str, Any]) -> Any:
    """A value in place of a required one that is missing or wrong; None where a default exists."""
    if not loc:
        return None
    last = loc[-1]
    if loc == ("frames",):
        return "0-999999"
    if last == "frames":
        return 1
    if last == "name" and loc[0] == "layer":
        rows = data["layer"]
        row = rows[loc[1]]
        return f"{row.get('name', 'layer')} ({int(loc[1]) + 1})"
    harmless: dict[Loc, Any] = {("liubai", "target"): 0.4, ("grade", "hint", "hue"): 90}
    return harmless.get(loc)


def model_at(model: type[BaseModel], loc: Loc) -> type[BaseModel] | None:
    """The model that a loc leads to."""
    here: type[BaseModel] | None = model
    for key in loc:
        if isinstance(key, int) or here is None:
            continue
        fields = here.model_fields
        name = next((n for n, f in fields.items() if key in (n, f.validation_alias)), None)
        here = _inner(fields[name].annotation) if name else here
    return here


def _inner(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((m for m in map(_inner, get_args(annotation)) if m), None)


def keys_of(model: type[BaseModel] | None) -> list[str]:
    """The keys that a file may give to a model, as files name them."""
    fields = model.model_fields.items() if model else ()
    return [str(f.validation_alias or name) for name, f in fields if not f.exclude]
