"""ASC colour decision lists: .cc (one correction), .ccc and .cdl (many, chosen by id)."""

from __future__ import annotations

import math
import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple
from xml.etree.ElementTree import Element, TreeBuilder
from xml.parsers import expat
from xml.sax.saxutils import quoteattr

from ..errors import PlateError, did_you_mean
from . import files

SOP, SAT = ("SOPNode", "ASC_SOP"), ("SatNode", "SATNode", "ASC_SAT")
SPACE = "urn:ASC:CDL:v1.01"

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
    root, lines = _parse(there, files.read_bytes(there))
    nodes = [root] if root.tag == "ColorCorrection" else list(root.iter("ColorCorrection"))
    if not nodes:
        raise PlateError(
            f"{there} holds no ColorCorrection (its root is {root.tag}): export it as .cc, .ccc or .cdl"
        )
    return [_correction(f"{there}:{lines[node]}", node, n) for n, node in enumerate(nodes, 1)]


def write_cdl(path: str | os.PathLike[str], corrections: Sequence[Correction]) -> None:
    """Write corrections to a .cc file (one), or a .ccc or .cdl file. Numbers come back as they were."""
    there = Path(path)
    kind = there.suffix.lower()
    if kind not in (".cc", ".ccc", ".cdl"):
        raise PlateError(f"{there}: a CDL is written as .cc, .ccc or .cdl")
    if kind == ".cc" and len(corrections) != 1:
        raise PlateError(f"{there}: a .cc file holds one correction, not {len(corrections)}: use .ccc")
    nodes = [_written(c, "  " * {".cc": 0, ".ccc": 1, ".cdl": 2}[kind]) for c in corrections]
    if kind == ".cc":
        body = nodes[0].replace("<ColorCorrection ", f'<ColorCorrection xmlns="{SPACE}" ', 1)
    elif kind == ".ccc":
        body = f'<ColorCorrectionCollection xmlns="{SPACE}">\n{"".join(nodes)}</ColorCorrectionCollection>\n'
    else:
        inner = "".join(f"  <ColorDecision>\n{node}  </ColorDecision>\n" for node in nodes)
        body = f'<ColorDecisionList xmlns="{SPACE}">\n{inner}</ColorDecisionList>\n'
    files.write_text(there, f'<?xml version="1.0" encoding="UTF-8"?>\n{body}')


def _written(c: Correction, indent: str) -> str:
    def numbers(values: Iterable[float]) -> str:
        return " ".join(repr(float(v)) for v in values)

    sop = "".join(
        f"\n{indent}    <{tag}>{numbers(values)}</{tag}>"
        for tag, values in (("Slope", c.slope), ("Offset", c.offset), ("Power", c.power))
    )
    return (
        f"{indent}<ColorCorrection id={quoteattr(c.id)}>\n{indent}  <SOPNode>{sop}\n{indent}  </SOPNode>\n"
        f"{indent}  <SatNode>\n{indent}    <Saturation>{numbers([c.saturation])}</Saturation>\n"
        f"{indent}  </SatNode>\n{indent}</ColorCorrection>\n"
    )


def _correction(path: str, node: Element, n: int) -> Correction:
    name = node.get("id") or f"#{n}"
    plain = Correction(name)
    groups = {child.tag for child in node}
    if not groups & {*SOP, *SAT}:
        raise PlateError(f'{path}: correction "{name}" has neither SOPNode nor SatNode: it corrects nothing')
    for group in (child for child in node if child.tag in (*SOP, *SAT)):
        for tag in ("Slope", "Offset", "Power") if group.tag in SOP else ("Saturation",):
            if group.find(tag) is None:
                raise PlateError(f'{path}: correction "{name}": {group.tag} has no {tag}: export it again')
    slope = _three(path, name, node, "Slope", plain.slope)
    offset = _three(path, name, node, "Offset", plain.offset)
    power = _three(path, name, node, "Power", plain.power)
    saturation = (_numbers(path, name, node, "Saturation", 1) or [plain.saturation])[0]
    if min(slope) < 0 or min(power) <= 0 or saturation < 0:
        raise PlateError(f'{path}: correction "{name}": slope and saturation are 0 or more, power above 0')
    return Correction(name, slope, offset, power, saturation)


def _three(path: str, name: str, node: Element, tag: str, default: Three) -> Three:
    found = _numbers(path, name, node, tag, 3)
    return (found[0], found[1], found[2]) if found else default


def _numbers(path: str, name: str, node: Element, tag: str, count: int) -> list[float]:
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


def _parse(path: Path, content: bytes) -> tuple[Element, dict[Element, int]]:
    """The root, and at which line each element begins."""
    lines: dict[Element, int] = {}
    builder = TreeBuilder()
    parser = expat.ParserCreate(namespace_separator=" ")

    def refuse(*_: object) -> None:
        raise PlateError(
            f"{path}:{parser.CurrentLineNumber}: document types and entities are refused: remove them"
        )

    def start(tag: str, given: dict[str, str]) -> None:
        lines[builder.start(tag.rpartition(" ")[2], given)] = parser.CurrentLineNumber

    parser.StartElementHandler = start
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
    return root, lines
