"""Characters cut in stone: the face of a seal as a distance field, laid out as seals are read.

Columns run from the right to the left, characters down. They are stretched until they fill their places, as
seal script is; what the knife left is rounded.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from . import typeface
from .paint import Plane

ACROSS = 480  # samples across a face
EDGE = 40  # samples around it


def shape(text: str) -> tuple[int, int]:
    """(columns, rows) of a seal with so many characters: as near to a square as they go, taller than wide."""
    rows = int(np.ceil(np.sqrt(len(text))))
    return int(np.ceil(len(text) / rows)), rows


def aspect(text: str) -> float:
    """Width over height of the seal: a single column makes a slender one, within reason."""
    columns, rows = shape(text)
    return max(columns / rows, 0.62)


@lru_cache(maxsize=8)
def face(text: str, font: str, raised: bool, stroke: float, frame: float) -> Plane:
    """How far inside what prints each sample lies, in heights of the seal, negative outside; float32 (h, w).

    raised: red characters in a frame (zhuwen), else paper characters in red (baiwen). stroke: how much bolder
    than the font, in heights; frame: width of the frame, or of the red margin, in heights. The field has
    EDGE samples more than the seal on every side. PlateError for a glyph the font does not have.
    """
    import cv2

    path = typeface.check_glyphs(text, font or None)
    height = ACROSS
    width = round(ACROSS * aspect(text))
    columns, rows = shape(text)
    margin = frame * height * (1.9 if raised else 1.25)
    written = np.zeros((height, width), bool)
    cell = (width - 2 * margin) / columns
    for n, character in enumerate(text):
        column, row = n // rows, n % rows
        held = rows if column < columns - 1 else len(text) - rows * (columns - 1)  # the last may be shorter
        tall = (height - 2 * margin) / held
        left, top = width - margin - (column + 1) * cell, margin + row * tall
        written |= _glyph(path, character, (left, top, cell, tall), (height, width))
    inside = np.asarray(written, np.uint8)
    within = cv2.distanceTransform(inside, cv2.DIST_L2, 5) - cv2.distanceTransform(1 - inside, cv2.DIST_L2, 5)
    written = within > -stroke * height
    block = np.zeros((height + 2 * EDGE, width + 2 * EDGE), np.uint8)
    carved = block[EDGE:-EDGE, EDGE:-EDGE]
    if raised:
        rim = round(frame * height)
        carved[...] = 1
        carved[rim:-rim, rim:-rim] = written[rim:-rim, rim:-rim]
    else:
        carved[...] = ~written
    depth = cv2.distanceTransform(block, cv2.DIST_L2, 5) - cv2.distanceTransform(1 - block, cv2.DIST_L2, 5)
    # a knife rounds corners: so does a little blur of the distance
    soft = cv2.GaussianBlur(np.asarray(depth, np.float32), (0, 0), 0.009 * height) / np.float32(height)
    soft.setflags(write=False)
    return np.asarray(soft, np.float32)


def _glyph(
    path: Path, character: str, box: tuple[float, float, float, float], size: tuple[int, int]
) -> NDArray[np.bool_]:
    """Where a character prints when its outline fills a box (x, y, w, h): bool (h, w)."""
    import cv2

    contours = typeface.outline(path, character)
    turns = np.zeros(size, np.int16)
    if not contours:
        return turns > 0
    points = np.concatenate(contours)
    low, high = points.min(axis=0), points.max(axis=0)
    left, top, wide, tall = box
    gap = 0.06
    # stretched to the place, but not to a caricature
    span = np.maximum(high - low, 1e-6)
    scale = np.array([wide * (1 - 2 * gap), tall * (1 - 2 * gap)]) / span
    scale = np.minimum(scale, 1.9 * scale.min())
    middle = np.array([left + wide / 2, top + tall / 2])
    for contour in contours:
        placed = (contour - (low + high) / 2) * scale * (1, -1) + middle
        x, y = placed.T
        winds = np.sign(np.sum(x * np.roll(y, -1) - np.roll(x, -1) * y))
        mask = np.zeros(size, np.uint8)
        cv2.fillPoly(mask, [np.round(placed * 16).astype(np.int32)], 1, shift=4)
        turns += np.int16(winds) * mask
    return np.asarray(turns != 0)
