"""The pictures that flow through inkrender: `Frame` between people and files, `Baked` inside the engine.

Two media share one layout. *Light* is premultiplied, scene-linear, Rec.709/sRGB primaries: (r, g, b, alpha).
*Ink* is three premultiplied absorbances (natural log, 0 = bare paper) and a cover: (ar, ag, ab, cover).
Laying ink over a canvas is Porter-Duff over in absorbance: A <- A (1 - cover) + a.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

Medium = Literal["light", "ink"]

PAD = 8  # zero border of a baked layer: the footprint of a cubic tap never needs a border test
OCC = 32  # side of an occupancy cell, px


@dataclass(frozen=True)
class Region:
    """A rectangle of a layer that is being painted.

    x, y: its top left corner in layer px at 1080 lines; w, h: its size in pixels; scale: pixels per layer px.
    The centre of pixel (i, j) lies at (x + (i + .5) / scale, y + (j + .5) / scale).
    """

    x: float
    y: float
    w: int
    h: int
    scale: float

    def grid(self) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Layer coordinates of the pixel centres: X of shape (1, w), Y of shape (h, 1), float32."""
        x = self.x + (np.arange(self.w, dtype=np.float64) + 0.5) / self.scale
        y = self.y + (np.arange(self.h, dtype=np.float64) + 0.5) / self.scale
        return x.astype(np.float32)[None, :], y.astype(np.float32)[:, None]

    def reduced(self, lines: int) -> tuple[int, int]:
        """Its size (w, h) in pixels where the picture has `lines` lines at most."""
        rows = min(self.h, max(2, round(self.h * lines / 1080 / self.scale)))
        return (max(2, round(self.w * rows / self.h)) if rows < self.h else self.w), rows


@dataclass(frozen=True)
class Frame:
    """One picture with its colour state.

    pixels: float32 (h, w, 4). medium "light": premultiplied scene-linear RGBA; "ink": absorbances and cover.
    passes: further planes by name, float32 (h, w) or (h, w, k): depth, normal, vector, position, matte, id.
    info: what the reader or the renderer knows about it (file, frame, blank, warnings).
    """

    pixels: NDArray[np.float32]
    medium: Medium = "light"
    passes: dict[str, NDArray[np.float32]] = field(default_factory=dict)
    info: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.pixels.ndim != 3 or self.pixels.shape[2] != 4 or self.pixels.dtype != np.float32:
            raise TypeError(f"a Frame holds float32 (h, w, 4), not {self.pixels.dtype} {self.pixels.shape}")

    @property
    def size(self) -> tuple[int, int]:
        """(width, height) in px."""
        return self.pixels.shape[1], self.pixels.shape[0]

    def display(self) -> NDArray[np.uint8]:
        """uint8 (h, w, 3), sRGB-encoded, light over the film's paper, ink developed on it: for looking at."""
        from . import colour

        paper = colour.PAPER
        if self.medium == "ink":
            rgb = paper * np.exp(-self.pixels[..., :3])
        else:
            rgb = self.pixels[..., :3] + paper * (1 - np.clip(self.pixels[..., 3:], 0, 1))
        return np.rint(np.clip(colour.encode(rgb, "srgb"), 0, 1) * 255).astype(np.uint8)

    def _repr_png_(self) -> bytes:
        """What a notebook shows."""
        import cv2

        ok, png = cv2.imencode(".png", self.display()[..., ::-1])
        if not ok:
            raise RuntimeError("OpenCV could not encode the picture as PNG")
        return bytes(png)

    def __repr__(self) -> str:
        w, h = self.size
        passes = f", passes {', '.join(self.passes)}" if self.passes else ""
        return f"<Frame {w}x{h} {self.medium}{passes}>"


@dataclass(frozen=True)
class Baked:
    """A layer as the tile engine reads it: planar by row, IEEE half, zero border, occupancy grid.

    data: uint16 (h + 2 PAD, 4, w + 2 PAD), the bits of float16, contiguous. occupancy: uint8, one cell
    per OCC x OCC px of the padded picture, 1 where any plane is not zero. region: what part it shows.
    Half is the only 2-byte format below one 8-bit code of error without a scale per layer: ink reaches 36.
    """

    data: NDArray[np.uint16]
    occupancy: NDArray[np.uint8]
    region: Region
    medium: Medium = "ink"

    @staticmethod
    def of(pixels: NDArray[np.floating[Any]], region: Region, medium: Medium = "ink") -> Baked:
        """Bake float (h, w, 4) pixels that show `region`."""
        return _baked(pixels, region, medium, 0, 0)

    @staticmethod
    def cropped(pixels: NDArray[np.floating[Any]], region: Region, medium: Medium = "ink") -> Baked:
        """Bake what is painted of the pixels: the smallest rectangle outside of which all is zero."""
        from .kernels.halves import painted

        top, bottom, left, right = painted(np.ascontiguousarray(pixels, np.float32))
        if top >= bottom:
            top, bottom, left, right = 0, 1, 0, 1
        x, y = region.x + left / region.scale, region.y + top / region.scale
        kept = Region(x, y, right - left, bottom - top, region.scale)
        return _baked(pixels, kept, medium, top, left)

    def pixels(self) -> NDArray[np.float32]:
        """float32 (h, w, 4): what was baked, rounded to half."""
        inner = self.data.view(np.float16)[PAD:-PAD, :, PAD:-PAD]
        return np.ascontiguousarray(inner.transpose(0, 2, 1)).astype(np.float32)


def _baked(pixels: NDArray[np.floating[Any]], region: Region, medium: Medium, top: int, left: int) -> Baked:
    from .kernels.halves import to_halves

    w, h = region.w, region.h
    data = np.zeros((h + 2 * PAD, 4, w + 2 * PAD), np.uint16)
    cells = np.zeros((-(-data.shape[0] // OCC), -(-data.shape[2] // OCC)), np.uint8)
    to_halves(data, cells, np.ascontiguousarray(pixels, np.float32), top, left)
    return Baked(data, cells, region, medium)


def occupancy(store: NDArray[np.float16]) -> NDArray[np.uint8]:
    """uint8 (ceil(h / OCC), ceil(w / OCC)) of a padded planar store: 1 where a cell holds anything."""
    used = (store.view(np.uint16) & 0x7FFF).any(axis=1)
    h, w = used.shape
    rows, cols = -(-h // OCC), -(-w // OCC)
    grid = np.zeros((rows * OCC, cols * OCC), bool)
    grid[:h, :w] = used
    return np.asarray(grid.reshape(rows, OCC, cols, OCC).any(axis=(1, 3)), np.uint8)
