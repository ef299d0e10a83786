"""The shader library as text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from .library import Shader


def overview(shaders: Sequence[Shader]) -> Iterator[str]:
    """One line a shader: name, kind, what it does."""
    width = max((len(s.name) for s in shaders), default=0)
    for s in shaders:
        yield f"{s.name:{width}}  {s.kind:10}  {_first_line(s.doc)}"


def describe(shader: Shader) -> Iterator[str]:
    """One shader: what it does, needs and takes."""
    yield f"{shader.name} ({shader.kind}, {shader.medium})"
    yield from (f"  {line}".rstrip() for line in shader.doc.strip().splitlines())
    if shader.needs:
        yield f"  needs: {', '.join(shader.needs)}"
    if shader.optional:
        yield f"  takes, if there: {', '.join(shader.optional)}"
    if shader.fields:
        yield "parameters:"
    width = max((len(name) for name in shader.fields), default=0)
    for name, spec in shader.fields.items():
        keyed = ", may be keyed" if spec.keyable else ""
        yield f"  {name:{width}}  {_value(spec.default)}  ({spec.range}{keyed})  {spec.doc}".rstrip()
    yield f"file: {shader.path}"


def as_dict(shader: Shader) -> dict[str, Any]:
    """One shader for JSON."""
    return {
        "name": shader.name,
        "kind": shader.kind,
        "medium": shader.medium,
        "doc": shader.doc.strip(),
        "needs": list(shader.needs),
        "optional": list(shader.optional),
        "animated": shader.animated,
        "path": str(shader.path),
        "parameters": {
            name: {
                "type": spec.type,
                "default": spec.default,
                "range": spec.range,
                "unit": spec.unit,
                "keyable": spec.keyable,
                "doc": spec.doc,
            }
            for name, spec in shader.fields.items()
        },
    }


def _first_line(doc: str) -> str:
    line = doc.strip().partition("\n")[0]
    return line.partition(": ")[2] or line


def _value(value: Any) -> str:
    return f'"{value}"' if isinstance(value, str) else str(value)
