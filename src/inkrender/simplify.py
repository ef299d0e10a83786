"""Pictures simplified to the shapes a brush would lay: patches that follow edges, texture gone.

Both filters run on square roots of light, where a highlight of 10 000 is 100 and equal steps look equal, and
at a resolution in which the brush is a few pixels wide. What comes back is a local line from the picture to
the filtered one (as in He and Sun, "Fast Guided Filter", 2015), so that edges have all pixels of the output.
"""

from __future__ import annotations

from typing import Any, Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from .lines import tangents

Image = NDArray[np.float32]
SAMPLES = 2.75  # pixels from the middle of a brush to its rim, before edges stretch it
WINDOW = 4  # pixels that a stretched brush reaches
SHARP = 3000.0  # 1 / variance of tone at which a sector counts half
EDGE = 4e-3  # variance of square roots around an edge that gets back half its detail
EVEN = 7e-3  # variance of square roots below which a patch is flat
HIGHEST = 1e6


def simplify(dst: Image, size: float, method: Literal["kuwahara", "guided"], amount: float = 1.0) -> None:
    """Simplify dst (h, w, 4), premultiplied scene-linear light, in place. size: of the brush, output pixels.

    kuwahara: anisotropic, with polynomial weights (Kyprianidis et al. 2010): patches with edges. guided:
    smooth inside, edges as they are, faster. amount: how much of it, 0 nothing.
    """
    from .kernels import kuwahara

    h, w = dst.shape[:2]
    step = max(1.0, size / SAMPLES)
    cols, rows = max(2, round(w / step)), max(2, round(h / step))
    small: Image = dst
    if step > 1:
        small = np.asarray(cv2.resize(dst, (cols, rows), interpolation=cv2.INTER_AREA), np.float32)
    small = np.clip(np.nan_to_num(small, nan=0.0), 0, HIGHEST)
    whole = bool((small[..., 3] >= 1).all())  # an opaque plate stays opaque
    code = np.sqrt(small[..., :3]) if whole else np.dstack([np.sqrt(small[..., :3]), small[..., 3]])
    code = np.asarray(code, np.float32)
    radius = size / step
    if method == "guided":
        slope, offset = _line(code, code, max(2, round(1.2 * radius)), EVEN)
    else:
        made = _kuwahara(code, radius)
        slope = _edges(made)
        offset = made - slope * code
    if step > 1:
        slope, offset = (
            np.asarray(cv2.resize(v, (w, h), interpolation=cv2.INTER_LINEAR), np.float32)
            for v in (slope, offset)
        )
    kuwahara.restore(dst, slope, offset, np.float32(amount))


def _kuwahara(code: Image, radius: float) -> Image:
    """The anisotropic Kuwahara filter of (h, w, 3 or 4) square roots; radius in pixels."""
    from .kernels import kuwahara

    tone = code[..., :3] @ np.array([0.3, 0.55, 0.15], np.float32)
    if code.shape[2] == 4:
        tone = tone + np.float32(1) - code[..., 3]  # as it lies on paper: a black shape has an outline too
    along_x, along_y, agree = tangents(np.ascontiguousarray(tone), max(1.0, 0.6 * radius))
    planes = np.ascontiguousarray(code.transpose(2, 0, 1))
    made = np.empty_like(planes)
    kuwahara.abstract(
        made,
        planes,
        tone.astype(np.float32),
        along_x,
        along_y,
        (1 / (radius * (1 + agree))).astype(np.float32),
        ((1 + agree) / radius).astype(np.float32),
        kuwahara.window(max(2, min(WINDOW, int(np.ceil(1.5 * radius))))),
        np.float32(SHARP),
    )
    return np.ascontiguousarray(made.transpose(1, 2, 0))


def _edges(made: Image) -> Image:
    """How much of the picture's finest detail comes back: all of it on edges that the filter kept."""
    mean = cv2.blur(made, (3, 3), borderType=cv2.BORDER_REPLICATE)
    variance = cv2.blur(made * made, (3, 3), borderType=cv2.BORDER_REPLICATE) - mean * mean
    strongest = variance[..., :3].max(axis=2, keepdims=True)
    strongest = np.asarray(np.maximum(strongest, 0) / (strongest + np.float32(EDGE)), np.float32)
    return np.ascontiguousarray(np.broadcast_to(strongest, made.shape))


def _line(guide: Image, wanted: Image, radius: int, even: float) -> tuple[Image, Image]:
    """(slope, offset), (h, w, k): the line from guide to wanted that fits best around each place."""
    side = (2 * radius + 1, 2 * radius + 1)

    def box(x: NDArray[Any]) -> Image:
        return np.asarray(cv2.blur(x, side, borderType=cv2.BORDER_REPLICATE), np.float32)

    mean, target = box(guide), box(wanted)
    slope = (box(guide * wanted) - mean * target) / (box(guide * guide) - mean * mean + np.float32(even))
    slope = np.asarray(np.clip(slope, 0, 1.5), np.float32)
    return box(slope), box(target - slope * mean)
