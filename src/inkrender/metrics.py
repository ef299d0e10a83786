"""What can be said of a frame in figures: how its blank paper lies and where its ink weighs.

Everything takes arrays and returns plain numbers. A blank map is bool (h, w), from `colour.blank` of a
finished canvas; a matte is float32 (h, w), 0 empty, 1 full. Shares are 0..1. How still pictures are, and how
much there is in them to move (`motion.gradient_energy`), is for `motion` to say.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

Map = NDArray[np.bool_]
Plane = NDArray[np.float32]

SPECK = 1e-4  # share of the frame up to which a piece of blank paper is grain and not a shape
INSIDE = 0.9  # of a matte: here the subject is whole


@dataclass(frozen=True)
class Shape:
    """How the blank paper of a frame lies.

    share: of the frame. components: connected pieces larger than `SPECK`, corners joining. largest: the share
    of all blank paper that is in the largest piece; border: in pieces that reach the border of the frame.
    Both are 1 where nothing is blank: nothing is astray.
    """

    share: float
    components: int
    largest: float
    border: float


def shape(blank: Map) -> Shape:
    """How the blank paper of a frame lies; blank: bool (h, w)."""
    total = int(np.count_nonzero(blank))
    if total == 0:
        return Shape(0.0, 0, 1.0, 1.0)
    count, labels, told, _ = cv2.connectedComponentsWithStats(blank.astype(np.uint8), connectivity=8)
    areas = told[:, cv2.CC_STAT_AREA].astype(np.int64)
    areas[0] = 0  # what is not blank
    rim = np.zeros(count, bool)
    for edge in (labels[0], labels[-1], labels[:, 0], labels[:, -1]):
        rim[edge] = True
    return Shape(
        share=total / blank.size,
        components=int(np.count_nonzero(areas > SPECK * blank.size)),
        largest=float(areas.max() / total),
        border=float(areas[rim].sum() / total),
    )


def violation(blank: Map, matte: Plane) -> float | None:
    """The share of a subject that is blank: of the pixels whose matte is above `INSIDE`; None without any."""
    inside = matte > INSIDE
    pixels = int(np.count_nonzero(inside))
    return float(np.count_nonzero(blank & inside) / pixels) if pixels else None


def mass(canvas: NDArray[np.float32], jacobian: NDArray[np.float32]) -> Plane:
    """How much ink lies on each pixel: |J A|, its OKLab distance from bare paper to first order.

    canvas: absorbances (h, w, 3 or 4). jacobian: (3, 3) of `colour.blank_jacobian`; blank is below .02.
    """
    return np.asarray(np.linalg.norm(canvas[..., :3] @ jacobian.T, axis=-1), np.float32)


def balance(weight: Plane) -> tuple[float, float]:
    """Where the ink weighs: its centroid from the middle of the frame, in frame widths and heights.

    (0, 0) is balanced or empty; x is right, y is down, each within .5 (the mass centre of Fan et al. 2020).
    """
    total = float(weight.sum(dtype=np.float64))
    if total <= 0:
        return 0.0, 0.0
    h, w = weight.shape
    x = (np.arange(w) + 0.5) / w - 0.5
    y = (np.arange(h) + 0.5) / h - 0.5
    right = float(weight.sum(axis=0, dtype=np.float64) @ x / total)
    down = float(weight.sum(axis=1, dtype=np.float64) @ y / total)
    return right, down


def jerk(values: Sequence[float]) -> float | None:
    """How restless a row of numbers is: the rms of its second differences; None for fewer than three."""
    if len(values) < 3:
        return None
    second: NDArray[Any] = np.diff(np.asarray(values, np.float64), 2)
    return float(np.sqrt(np.mean(second**2)))
