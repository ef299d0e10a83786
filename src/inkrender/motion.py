"""Motion between two pictures: flow, warping along it, what it hides, and how still a film holds.

A flow from a to b is float32 (h, w, 2), x right and y down in pixels: what is at (x, y) in a lies at
(x, y) + flow in b. Pictures that are compared are 0..1 RGB, as the eye gets them.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

Plane = NDArray[np.float32]
Vectors = NDArray[np.float32]
Codes = NDArray[np.uint8]

# words before the name of a vector pass whose signs are not Blender's, and what right and down are times
FLIPS = {"flip": (-1.0, -1.0), "flip_x": (-1.0, 1.0), "flip_y": (1.0, -1.0)}

LEAST = 24  # px a side: below it there is no picture to follow

# Sundaram, Brox and Keutzer 2010, in squared pixels: how far a way there and back may miss, and how steep a
# flow is where one thing moves before another
MISS, MISS_LEAST = 0.01, 0.5
STEEP, STEEP_LEAST = 0.01, 0.002

CUT_LINES = 36  # of the thumbnails in which cuts are looked for
CUT_CHANGED, CUT_UNEXPLAINED = 0.03, 0.02  # mean difference of 0..1 luma, before and after motion
CUT_EMPTY = 0.1  # the same where one of the two pictures is a plain colour
# of the variance: neighbours in a shot left at most .14 of it, frames of different shots at least .79
CUT_LOOSE = 0.5


def flow(a: Codes, b: Codes, *, fine: bool = True) -> Vectors:
    """Where everything in a went in b: dense inverse search (Kroeger et al. 2016).

    a, b: uint8 (h, w) display-encoded luma of one size. A picture of less than 24 px a side stands still.
    fine: the medium preset; else the fast one, at a quarter of the resolution in a fifth of the time, which
    is enough to carry what is soft (decision 0006). ValueError for pictures that are not so.
    """
    _check_luma(a, b)
    if min(a.shape) < LEAST:
        return np.zeros((*a.shape, 2), np.float32)
    preset = cv2.DISOPTICAL_FLOW_PRESET_MEDIUM if fine else cv2.DISOPTICAL_FLOW_PRESET_FAST
    search = cv2.DISOpticalFlow_create(preset)  # type: ignore[attr-defined]
    found = search.calc(np.ascontiguousarray(a), np.ascontiguousarray(b), None)
    return np.asarray(found, np.float32)


def warp(plane: NDArray[np.float32], vectors: Vectors, order: str = "linear") -> NDArray[np.float32]:
    """The plane as seen from where the vectors start: sampled at x + vectors, its border going on for ever.

    plane: float32 (h, w[, k]); vectors: (h, w, 2) px of the plane. order: nearest, linear or cubic. With the
    flow from now to before, the picture before becomes the picture now.
    """
    orders = {"nearest": cv2.INTER_NEAREST, "linear": cv2.INTER_LINEAR, "cubic": cv2.INTER_CUBIC}
    if order not in orders:
        raise ValueError(f'order "{order}" is not known: use {", ".join(orders)}')
    if plane.shape[:2] != vectors.shape[:2]:
        raise ValueError(
            f"the plane is {plane.shape[:2]}, its vectors {vectors.shape[:2]}: one size is needed"
        )
    h, w = vectors.shape[:2]
    x = np.arange(w, dtype=np.float32)[None, :] + vectors[..., 0]
    y = np.arange(h, dtype=np.float32)[:, None] + vectors[..., 1]
    return np.asarray(cv2.remap(plane, x, y, orders[order], borderMode=cv2.BORDER_REPLICATE), np.float32)


def occluded(forward: Vectors, backward: Vectors) -> NDArray[np.bool_]:
    """What the other frame does not show, bool (h, w), and the boundaries of what moves.

    backward: from this frame to the other; forward: from the other to this one. A pixel is hidden where going
    there and back again does not return (Sundaram, Brox and Keutzer 2010; Ruder et al. 2016), or leaves the
    frame.
    """
    back = warp(forward, backward) + backward
    miss = np.square(back).sum(-1)
    far = np.square(warp(forward, backward)).sum(-1) + np.square(backward).sum(-1)
    lost = miss > MISS * far + MISS_LEAST
    return np.asarray(lost | boundaries(backward) | outside(backward), np.bool_)


def boundaries(vectors: Vectors) -> NDArray[np.bool_]:
    """Where one thing moves before another, bool (h, w): the flow is steep there."""
    across = np.diff(vectors, axis=1, append=vectors[:, -1:])
    down = np.diff(vectors, axis=0, append=vectors[-1:])
    steep = np.square(across).sum(-1) + np.square(down).sum(-1)
    return np.asarray(steep > STEEP * np.square(vectors).sum(-1) + STEEP_LEAST)


def outside(vectors: Vectors) -> NDArray[np.bool_]:
    """Where vectors lead out of the frame, bool (h, w)."""
    h, w = vectors.shape[:2]
    x = np.arange(w, dtype=np.float32)[None, :] + vectors[..., 0]
    y = np.arange(h, dtype=np.float32)[:, None] + vectors[..., 1]
    return np.asarray((x < -0.5) | (y < -0.5) | (x > w - 0.5) | (y > h - 0.5))


def warp_error(
    now: NDArray[np.float32],
    before: NDArray[np.float32],
    to_before: Vectors,
    hidden: NDArray[np.bool_] | None = None,
) -> float:
    """How much of a picture does not move with the motion: mean squared difference over visible pixels.

    now, before: (h, w[, 3]) 0..1; to_before: the flow from now to before; hidden: from `occluded`. After the
    definition of Lai et al. 2018; 0 where everything is hidden.
    """
    square = np.square(now - warp(before, to_before))
    each = square.mean(-1) if square.ndim == 3 else square
    seen = each if hidden is None else each[~hidden]
    return float(seen.mean(dtype=np.float64)) if seen.size else 0.0


def gradient_energy(picture: NDArray[np.float32]) -> float:
    """The mean squared slope per pixel of a 0..1 picture (h, w[, 3]): what a blur would lose."""
    across, down = np.diff(picture, axis=1), np.diff(picture, axis=0)
    return float(np.square(across).mean(dtype=np.float64) + np.square(down).mean(dtype=np.float64))


def is_cut(a: Codes, b: Codes) -> bool:
    """Whether a shot ends between a and b: they differ, and no motion explains it.

    a, b: uint8 (h, w) display-encoded luma. A change of exposure that leaves everything in its place is no
    cut, and neither is a fade.
    """
    _check_luma(a, b)
    first, second = _thumbnail(a), _thumbnail(b)
    if float(np.abs(second - first).mean()) < CUT_CHANGED:
        return False
    moved = flow(*(np.asarray(np.rint(255 * p), np.uint8) for p in (first, second)))
    seen = warp(second, moved)
    # what one gain and one offset explain is light, not another picture
    gain = _slope(first, seen)
    left = first - (gain * (seen - seen.mean()) + first.mean())
    contrast = float(np.square(first - first.mean()).mean())
    if contrast < 1e-4 or float(np.square(seen - seen.mean()).mean()) < 1e-4:  # one of them is empty
        return float(np.abs(seen - first).mean()) > CUT_EMPTY
    return (
        float(np.abs(left).mean()) > CUT_UNEXPLAINED and float(np.square(left).mean()) > CUT_LOOSE * contrast
    )


def _slope(a: Plane, b: Plane) -> float:
    """The gain, 0.25..4, that brings b nearest to a."""
    x, y = b - b.mean(), a - a.mean()
    spread = float((x * x).sum())
    return min(max(float((x * y).sum()) / spread, 0.25), 4.0) if spread > 0 else 1.0


def _thumbnail(a: Codes) -> Plane:
    h, w = a.shape
    lines = min(h, CUT_LINES)
    size = max(1, round(w * lines / h)), lines
    return np.asarray(cv2.resize(a, size, interpolation=cv2.INTER_AREA), np.float32) / np.float32(255)


def _check_luma(a: Codes, b: Codes) -> None:
    if a.shape != b.shape or a.ndim != 2 or a.dtype != np.uint8 or b.dtype != np.uint8:
        raise ValueError(
            f"motion is found between two uint8 luma pictures of one size, not {a.dtype} {a.shape} and "
            f"{b.dtype} {b.shape}"
        )
