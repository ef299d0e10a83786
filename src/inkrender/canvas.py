"""The one operator on plain arrays: over, wash, lay, lift and develop, for render scripts and for teaching.

A canvas is float32 (h, w, 4): absorbances of the three channels (natural log, 0 = bare paper) and the cover
that has been laid so far. Functions return a new canvas. The engine does the same in tiles, faster.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from . import colour

Array = NDArray[np.float32]


def blank_canvas(width: int, height: int) -> Array:
    """A bare sheet: float32 (height, width, 4) zeros."""
    return np.zeros((height, width, 4), np.float32)


def over(canvas: ArrayLike, layer: ArrayLike, opacity: float = 1.0) -> Array:
    """Lay an ink layer over a canvas: A <- A (1 - cover) + a (Porter-Duff over, in absorbance).

    canvas, layer: (h, w, 4) ink of one size. opacity: 0-1, scales the layer's ink and cover together.
    """
    below, above = _ink(canvas, "canvas"), _ink(layer, "layer") * np.float32(opacity)
    if below.shape != above.shape:
        raise ValueError(f"over needs two pictures of one size, not {below.shape} and {above.shape}")
    keep = 1 - above[..., 3:]
    out = below * keep + above
    return np.asarray(out, np.float32)


def wash(canvas: ArrayLike, density: ArrayLike, pigment: str | ArrayLike = "ink") -> Array:
    """A transparent glaze: absorbances add (Beer-Lambert). density: (h, w), 1 = the pigment's masstone."""
    return lay(canvas, 0.0, density, pigment)


def lay(
    canvas: ArrayLike, coverage: ArrayLike, density: ArrayLike, pigment: str | ArrayLike = "ink"
) -> Array:
    """Body colour: knock out what lies below by `coverage` (h, w) 0-1, then add `density` of the pigment."""
    below = _ink(canvas, "canvas")
    layer = np.empty_like(below)
    layer[..., :3] = np.asarray(density, np.float32)[..., None] * colour.absorbance(pigment)
    layer[..., 3] = np.asarray(coverage, np.float32)
    return over(below, layer)


def lift(canvas: ArrayLike, matte: ArrayLike) -> Array:
    """Liubai: take pigment away by `matte` (h, w) 0-1. White is never painted; the paper is let through."""
    return lay(canvas, matte, 0.0)


def develop(canvas: ArrayLike, paper: ArrayLike | None = None) -> Array:
    """What the canvas looks like: float32 (h, w, 3), sRGB-encoded 0-1.

    paper: linear RGB, (3,) or (h, w, 3); the film's xuan paper when it is not given.
    """
    sheet = colour.PAPER if paper is None else np.asarray(paper, np.float32)
    return np.asarray(colour.encode(sheet * np.exp(-_ink(canvas, "canvas")[..., :3]), "srgb"), np.float32)


def light_to_ink(
    light: ArrayLike, white: str | ArrayLike = "paper", body: float = 1.0, edges: str = "linear"
) -> Array:
    """A picture as ink: float32 (h, w, 4) premultiplied scene-linear RGBA to absorbances and cover.

    white: "paper" keeps the plate's colours on our paper, 1 lets the plate's white become paper.
    edges: "linear" mixes coverage in light, so wires keep their width; "ink" mixes geometrically.
    A = max(0, -ln(((1 - a) + a max(rgb / a, .006) / white))), 0 where a = 0; cover = a * body.
    """
    src = _ink(light, "light")
    sheet = colour.PAPER if isinstance(white, str) and white == "paper" else _white(white)
    alpha = np.clip(src[..., 3:], 0, 1)
    seen = np.maximum(src[..., :3] / np.maximum(alpha, 1e-6), 0.006) / sheet
    if edges == "linear":
        ink = -np.log((1 - alpha) + alpha * seen)
    elif edges == "ink":
        ink = -np.log(seen) * alpha
    else:
        raise ValueError(f'edges is "linear" or "ink", not "{edges}"')
    out = np.concatenate([np.where(alpha > 0, np.maximum(ink, 0), 0), alpha * body], axis=-1)
    return np.asarray(out, np.float32)


def _white(white: str | ArrayLike) -> NDArray[Any]:
    return np.asarray(colour.parse(white) if isinstance(white, str) else white, np.float32)


def _ink(pixels: ArrayLike, name: str) -> Array:
    array = np.asarray(pixels, np.float32)
    if array.ndim != 3 or array.shape[2] != 4:
        raise TypeError(f"{name} is float32 (h, w, 4), not an array of shape {array.shape}")
    return array
