"""What the two recipes behind the shader `repaint` share: a plate taken apart, and noise of the paper's own.

Light is premultiplied scene-linear (h, w, 4). Lengths are px at 1080 lines, all noise is a hash of seed and
place, all ranges are fixed: nothing measured on the frame, nothing flickers.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from . import colour
from .fields import (
    guided,
)
from .frame import Region
from .paint import field, mixed

Plane = NDArray[np.float32]
UNSEEN = np.float32(0.02)  # below this `terrain.drag` does no work


@dataclass(frozen=True)
class Plate:
    """A plate taken apart: straight OKLab lightness, chroma, hue in degrees, and alpha."""

    light: Plane
    chroma: Plane
    hue: Plane
    alpha: Plane


def take_apart(light: NDArray[np.float32], simplify: float = 0.0) -> Plate:
    """simplify: pixels per px at 1080 lines to smooth the picture inside its edges, 0 leaves it sharp."""
    alpha = np.clip(light[..., 3], 0, 1)
    straight = np.asarray(np.clip(light[..., :3] / np.maximum(alpha, 0.02)[..., None], 0, 4), np.float32)
    lab = np.asarray(_oklab(straight), np.float32)
    if simplify:
        radius = max(2, round(6 * simplify))
        guide = np.ascontiguousarray(lab[..., 0])
        smooth = guided(guide, guide, radius, 1.2e-3)
        lab = np.dstack(
            [smooth, *(guided(smooth, np.ascontiguousarray(lab[..., c]), radius, 1e-3) for c in (1, 2))]
        )
    hue = np.degrees(np.arctan2(lab[..., 2], lab[..., 1])) % 360
    return Plate(
        np.ascontiguousarray(lab[..., 0]),
        np.hypot(lab[..., 1], lab[..., 2]),
        np.asarray(hue, np.float32),
        alpha,
    )


@lru_cache(maxsize=24)
def paper_noise(
    region: Region, seed: int, size: float, number: int, octaves: int = 3, warp: float = 0.0
) -> Plane:
    """A noise field of the paper's own, the same for every frame of a shot: remembered, not to be changed."""
    made = field(region, (size, size), mixed(seed, number), octaves, warp=warp)
    made.setflags(write=False)
    return made


def _oklab(rgb: NDArray[np.float32]) -> NDArray[np.float32]:
    """As colour.oklab, by OpenCV: a third of the time, equal to 1e-6."""
    lms = cv2.transform(rgb, colour.RGB_TO_LMS.astype(np.float32))
    return np.asarray(cv2.transform(np.cbrt(np.maximum(lms, 0)), colour.LMS_TO_LAB.astype(np.float32)))


def square(radius: float) -> NDArray[np.uint8]:
    """A square brush for morphology: OpenCV runs it in constant time, a disk in the square of its radius."""
    side = 2 * max(1, round(radius)) + 1
    return np.ones((side, side), np.uint8)
