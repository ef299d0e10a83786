"""TOML as a person would write it: one level of tables, and what lies deeper on the line of its key."""

from __future__ import annotations

from typing import Any

WIDTH = 100  # columns; a list that is longer has a row on each line


def write(document: dict[str, Any]) -> str:
    """The text of a document: constants, tables, and lists of tables, in the order given."""
    out: list[str] = []
    for key, value in document.items():
        if isinstance(value, dict):
            out += ["", f"[{key}]", *_rows(value)]
        elif isinstance(value, (list, tuple)) and value and isinstance(value[0], dict):
            for row in value:
                out += ["", f"[[{key}]]", *_rows(row)]
        else:
            out += _rows({key: value})
    return "\n".join(out) + "\n"


def _rows(table: dict[str, Any], above: str = "") -> list[str]:
    """The lines of a table; one inside it on one line, or with dotted keys where that would be too long."""
    out: list[str] = []
    for key, value in table.items():
        name = f"{above}{_text({key: 0})[:-4]}"
        line = f"{name} = {_value(value, len(name) + 3)}"
        if isinstance(value, dict) and value and (len(line) > WIDTH or "\n" in line):
            out += _rows(value, f"{name}.")
        else:
            out.append(line)
    return out


def _value(value: Any, column: int) -> str:
    """A value on one line, or with a row of a list on each where that would be too long."""
    if isinstance(value, dict):
        inside = [f"{_text({k: 0})[:-4]} = {_value(v, column + 4)}" for k, v in value.items()]
        return f"{{ {', '.join(inside)} }}" if inside else "{}"
    if isinstance(value, (list, tuple)):
        rows = [_value(v, column + 2) for v in value]
        line = f"[{', '.join(rows)}]"
        if column + len(line) <= WIDTH or len(rows) < 2:
            return line
        return "[\n" + "".join(f"  {row},\n" for row in rows) + "]"
    return _text({"k": value})[4:]


def _text(table: dict[str, Any]) -> str:
    import tomli_w

    return tomli_w.dumps(table).rstrip("\n")
