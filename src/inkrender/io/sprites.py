"""Parts of a rig that are drawn once and then moved as pictures: what only turns need not be drawn again.

A group with data-sprite="1" is rendered as it rests, and each pose lays the picture where the group's own
transform and those around it say. What lies between is rendered in place. Pictures meet as resvg lets shapes
meet, in premultiplied sRGB codes, so that a sprite looks like the group it stands for.
"""

from __future__ import annotations

import copy
import math
import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from .vector import SVG, drawn, light

FINE = 1.5  # px a sprite is drawn at for each px it covers: turning then costs no sharpness
WHOLE = {"opacity", "filter", "mask", "clip-path", "style"}  # a group with one of these is one picture
MOVE = re.compile(r"(matrix|translate|rotate|scale)\s*\(([^)]*)\)")

Affine = NDArray[np.float64]  # (3, 3)
Box = tuple[float, float, float, float]  # x, y, width, height
Node = tuple[ET.Element, tuple[ET.Element, ...]]  # and the groups around it, the outermost first


def has_sprites(root: ET.Element) -> bool:
    """Whether any group of a drawing is a sprite."""
    return any(_is_sprite(node) for node in root.iter())


def compose(
    root: ET.Element, box: Box, scale: float, where: str
) -> tuple[NDArray[np.float32], tuple[int, int]]:
    """Render a posed drawing, as `vector.rasterise` does, sprite by sprite."""
    from ..kernels import codes

    dst = np.zeros((max(1, math.ceil(box[3] * scale)), max(1, math.ceil(box[2] * scale)), 4), np.uint8)
    x, y, w, h = box
    wide = (x - w / 2, y - h / 2, 2 * w, 2 * h)  # a sprite at rest may lie beyond the drawing
    for svg, moved in _pieces(root):
        if moved is None:
            picture, (left, top) = drawn(svg, box, scale, where)
            codes.over(dst, _premultiplied(picture), top, left)
        else:
            picture, corner = drawn(svg, wide, scale * FINE, where)
            sprite = _Sprite(_premultiplied(picture), wide, scale * FINE, corner)
            _lay(dst, sprite, moved, box, scale)
    rows, cols = (np.flatnonzero(dst[..., 3].any(axis=axis)) for axis in (1, 0))
    if not len(rows):
        return light(dst[:1, :1], True), (0, 0)
    top, left = max(int(rows[0]) - 1, 0), max(int(cols[0]) - 1, 0)
    return light(np.ascontiguousarray(dst[top : rows[-1] + 2, left : cols[-1] + 2]), True), (left, top)


# the drawing taken apart ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Piece:
    """Nodes inside copies of the groups around them. placed: where they stand, or at rest.

    told: everything that decides the text, so that the text of what does not change is written once.
    """

    told: tuple[Any, ...]
    placed: bool
    definitions: tuple[ET.Element, ...] = field(compare=False)
    nodes: tuple[Node, ...] = field(compare=False)


def _pieces(root: ET.Element) -> Iterator[tuple[str, Affine | None]]:
    """SVG text and where it goes, back to front: None for what is drawn in place."""
    definitions = tuple(child for child in root if child.tag == f"{{{SVG}}}defs")
    shared = tuple(_told(node) for one in definitions for node in one.iter())
    lying: list[Node] = []

    def text(nodes: tuple[Node, ...], placed: bool) -> str:
        told = [_told(group, placed) for node, around in nodes for group in (*around, node)]
        told += [_told(below) for node, _ in nodes for below in node.iter() if below is not node]
        return _text(_Piece((shared, *told), placed, definitions, nodes))

    def walk(node: ET.Element, around: tuple[ET.Element, ...]) -> Iterator[tuple[str, Affine | None]]:
        for child in node:
            if child in definitions:
                continue
            if _is_sprite(child):
                if lying:
                    yield text(tuple(lying), True), None
                    lying.clear()
                yield text(((child, around),), False), _product((*around, child))
            elif any(_is_sprite(below) for below in child.iter()) and not WHOLE & set(child.attrib):
                yield from walk(child, (*around, child))
            else:
                lying.append((child, around))

    yield from walk(root, ())
    if lying:
        yield text(tuple(lying), True), None


@lru_cache(maxsize=128)
def _text(piece: _Piece) -> str:
    svg = ET.Element(f"{{{SVG}}}svg")
    svg.extend(piece.definitions)
    for node, around in piece.nodes:
        inside = svg
        for group in around:
            inside = ET.SubElement(inside, group.tag, _attributes(group, piece.placed))
        copied = copy.copy(node)
        copied.attrib = _attributes(node, piece.placed)
        inside.append(copied)
    return ET.tostring(svg, encoding="unicode")


def _told(node: ET.Element, placed: bool = True) -> tuple[Any, ...]:
    return (node.tag, node.text, *_attributes(node, placed).items())


def _attributes(node: ET.Element, placed: bool) -> dict[str, str]:
    return {k: v for k, v in node.attrib.items() if placed or k != "transform"}


def _is_sprite(node: ET.Element) -> bool:
    return node.get("data-sprite") not in (None, "", "0", "false")


def _product(nodes: tuple[ET.Element, ...]) -> Affine:
    """The transforms of nodes from the outermost to the innermost, as one."""
    whole = np.eye(3)
    for node in nodes:
        for name, numbers in MOVE.findall(node.get("transform", "")):
            whole = whole @ _matrix(name, [float(n) for n in numbers.replace(",", " ").split()])
    return whole


def _matrix(name: str, v: list[float]) -> Affine:
    if name == "matrix":
        return np.array([[v[0], v[2], v[4]], [v[1], v[3], v[5]], [0, 0, 1]])
    if name == "translate":
        return np.array([[1, 0, v[0]], [0, 1, v[1] if len(v) > 1 else 0], [0, 0, 1]])
    if name == "scale":
        return np.diag([v[0], v[-1], 1.0])
    c, s = math.cos(math.radians(v[0])), math.sin(math.radians(v[0]))
    px, py = v[1:3] if len(v) > 2 else (0.0, 0.0)
    return np.array([[c, -s, px - c * px + s * py], [s, c, py - s * px - c * py], [0, 0, 1]])


# and put together -----------------------------------------------------------------------------------------


class _Sprite(NamedTuple):
    """A picture of a group at rest: premultiplied uint8, px (0, 0) at `corner` of its box at its scale."""

    picture: NDArray[np.uint8]
    box: Box
    scale: float
    corner: tuple[int, int]


def _lay(dst: NDArray[np.uint8], sprite: _Sprite, moved: Affine, box: Box, scale: float) -> None:
    """Lay a sprite over dst. moved: from its own coordinates to the drawing's, of which dst shows `box`."""
    import cv2

    from ..kernels import codes

    h, w = sprite.picture.shape[:2]
    # px index of the sprite -> its own coordinates -> the drawing's -> px index of dst
    (x, y, _, _), s, (left, top) = sprite.box, sprite.scale, sprite.corner
    own = np.array([[1 / s, 0, x + (left + 0.5) / s], [0, 1 / s, y + (top + 0.5) / s], [0, 0, 1]])
    there = np.array([[scale, 0, -box[0] * scale - 0.5], [0, scale, -box[1] * scale - 0.5], [0, 0, 1]])
    place = there @ moved @ own
    if abs(np.linalg.det(place)) < 1e-9:  # scaled to nothing
        return
    corners = place @ np.array([[0, w, 0, w], [0, 0, h, h], [1, 1, 1, 1]])
    x0, x1 = max(math.floor(corners[0].min()) - 2, 0), min(math.ceil(corners[0].max()) + 3, dst.shape[1])
    y0, y1 = max(math.floor(corners[1].min()) - 2, 0), min(math.ceil(corners[1].max()) + 3, dst.shape[0])
    if x0 < x1 and y0 < y1:
        back = np.linalg.inv(place)[:2]
        back[:, 2] += back[:, :2] @ (x0, y0)
        how = cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP
        codes.over(dst, cv2.warpAffine(sprite.picture, back, (x1 - x0, y1 - y0), flags=how), y0, x0)


def _premultiplied(straight: NDArray[np.uint8]) -> NDArray[np.uint8]:
    from ..kernels import codes

    pixels = np.empty_like(straight)
    codes.premultiply(pixels, straight)
    return pixels
