"""Moods as text: what their frames are held to, and the grade they start from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from . import tomltext
from .script import ScriptRow


def listed(moods: Mapping[str, ScriptRow]) -> Iterator[str]:
    """A few lines a mood: its name, its row of the colour script, its starting grade as a file has it."""
    for name, row in moods.items():
        yield f"{name}: {row.about}" if row.about else name
        ranges = ", ".join(f"{measure} {lo:g}-{hi:g}" for measure, (lo, hi) in row.ranges().items())
        yield f"  held to: {ranges or 'nothing'}"
        grade = row.grade.model_dump(by_alias=True, exclude_defaults=True)
        yield f"  starts from: {'' if grade else 'no grade'}".rstrip()
        yield from (f"    {line}" for line in tomltext.write({"grade": grade}).split("\n")[2:-1])


def as_dict(moods: Mapping[str, ScriptRow]) -> dict[str, Any]:
    """All moods for JSON."""
    return {
        name: {
            "about": row.about,
            "ranges": {measure: list(span) for measure, span in row.ranges().items()},
            "grade": row.grade.model_dump(by_alias=True, exclude_defaults=True),
        }
        for name, row in moods.items()
    }
