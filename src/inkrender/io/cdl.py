"""ASC colour decision lists: .cc (one correction), .ccc and .cdl (many, chosen by id)."""

from __future__ import annotations

import math
import os
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple
from xml.etree.ElementTree import Element, TreeBuilder
from xml.parsers import expat

from ..errors import PlateError, did_you_mean
from . import files

Three = tuple[float, float, float]


class Correction(NamedTuple):
    """One ASC CDL: out = (in * slope + offset) ^ power, then saturation about Rec.709 luma."""

    id: str
    slope: Three = (1.0, 1.0, 1.0)
    offset: Three = (0.0, 0.0, 0.0)
    power: Three = (1.0, 1.0, 1.0)
    saturation: float = 1.0


def read_cdl(path: str | os.PathLike[str], id: str | None = None) -> Correction:
    """The only correction of a file, or the one called `id` ("#3" is the third). Raises PlateError."""
    there = Path(path)
    found = read_all(there)
    if id is None and len(found) == 1:
        return found[0]
    names = [c.id for c in found]
    listed = ", ".join(f'"{n}"' for n in names[:20])
    if id is None:
        raise PlateError(f"{there} holds {len(found)} corrections: choose one by id, of {listed}")
    if id in names:
        return found[names.index(id)]
    raise PlateError(f'{there} has no correction "{id}"{did_you_mean(id, names)}: it holds {listed}')


def read_all(path: str | os.PathLike[str]) -> list[Correction]:
    """All corrections of a .cc, .ccc or .cdl file, in order; those without an id are called #1, #2, ...

    Document types and entities are refused: no correction needs them and they are a way to attack a reader.
    Unknown elements are passed over, as the ASC asks. Raises PlateError.
    """
    there = Path(path)
    root = _parse(there, files.read_bytes(there))
    nodes = [root] if root.tag == "ColorCorrection" else list(root.iter("ColorCorrection"))
    if not nodes:
        raise PlateError(
            f"{there} holds no ColorCorrection (its root is {root.tag}): export it as .cc, .ccc or .cdl"
        )
    return [_correction(there, node, n) for n, node in enumerate(nodes, 1)]


def _correction(path: Path, node: Element, n: int) -> Correction:
    name = node.get("id") or f"#{n}"
    plain = Correction(name)
    slope = _three(path, name, node, "Slope", plain.slope)
    offset = _three(path, name, node, "Offset", plain.offset)
    power = _three(path, name, node, "Power", plain.power)
    saturation = (_numbers(path, name, node, "Saturation", 1) or [plain.saturation])[0]
    if min(slope) < 0 or min(power) <= 0 or saturation < 0:
        raise PlateError(f'{path}: correction "{name}": slope and saturation are 0 or more, power above 0')
    return Correction(name, slope, offset, power, saturation)


def _three(path: Path, name: str, node: Element, tag: str, default: Three) -> Three:
    found = _numbers(path, name, node, tag, 3)
    return (found[0], found[1], found[2]) if found else default


def _numbers(path: Path, name: str, node: Element, tag: str, count: int) -> list[float]:
    found = next(_below(node, tag), None)
    if found is None:
        return []
    text = (found.text or "").strip()
    try:
        values = [float(w) for w in text.split()]
    except ValueError:
        values = []
    if len(values) != count or not all(math.isfinite(v) for v in values):
        raise PlateError(f'{path}: correction "{name}": {tag} is "{text[:60]}", {count} numbers are expected')
    return values


def _below(node: Element, tag: str) -> Iterator[Element]:
    # SOPNode, ASC_SOP, SatNode, ASC_SAT: files differ in what they call the group, never in its members
    return (child for group in node for child in group if child.tag == tag)


def _parse(path: Path, content: bytes) -> Element:
    builder = TreeBuilder()
    parser = expat.ParserCreate(namespace_separator=" ")

    def refuse(*_: object) -> None:
        raise PlateError(
            f"{path}:{parser.CurrentLineNumber}: document types and entities are refused: remove them"
        )

    parser.StartElementHandler = lambda tag, given: builder.start(tag.rpartition(" ")[2], given)
    parser.EndElementHandler = lambda tag: builder.end(tag.rpartition(" ")[2])
    parser.CharacterDataHandler = builder.data
    parser.StartDoctypeDeclHandler = refuse
    parser.EntityDeclHandler = refuse
    try:
        parser.Parse(content, True)
    except expat.ExpatError as e:
        raise PlateError(
            f"{path}:{e.lineno}: not well-formed XML ({expat.ErrorString(e.code)}): export it again"
        ) from e
    root: Element = builder.close()
    return root
