"""Scopes: what a colourist reads a picture by. Waveform, parade, vectorscope, histogram, maps and wipes.

A picture is display-encoded RGB, uint8 or uint16 (h, w, 3 or 4), of any size from 1x1 on; alpha is not looked
at. What comes out is uint8 RGB of the size asked for, traces without their graticules: `row_of` and
`place_of` say where those belong. Brightness of a trace is a fixed function of the share of pixels, so that
sheets of different frames can be compared. Luma and Cb, Cr are those of ITU-R BT.709-6, of encoded values.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from . import colour, tone_measures

Picture = NDArray[Any]
Codes = NDArray[np.uint8]
Floats = NDArray[np.float32]
Map = NDArray[np.bool_]

GROUND = 16  # code of a scope's background
WHITE_TRACE = (214, 226, 216)
RGB_TRACES = ((255, 92, 84), (104, 224, 112), (92, 146, 255))
BLANK_TINT, HINT_TINT = (88, 176, 232), (255, 190, 40)

LUMA = colour.LUMA.astype(np.float32)
CB, CR = 1.8556, 1.5748  # BT.709: (B - Y) / CB and (R - Y) / CR are the colour differences, -.5 to .5
REACH = 0.75  # sides of the vectorscope per unit of colour difference: green, the furthest, lies inside
SKIN = 123.0  # degrees from +Cb towards +Cr: the I axis of NTSC, along which skin of every kind lies
PRIMARIES: dict[str, tuple[int, int, int]] = {
    "R": (1, 0, 0), "Yl": (1, 1, 0), "G": (0, 1, 0), "Cy": (0, 1, 1), "B": (0, 0, 1), "Mg": (1, 0, 1),
}  # fmt: skip

TOP_SHARE, BEND = 0.1, 0.4  # a bin with a tenth of all pixels fills the histogram; small ones are raised


# measures -------------------------------------------------------------------------------------------------


def unit(picture: Picture) -> Floats:
    """The colours of a picture as encoded values 0..1, float32 (h, w, 3)."""
    return np.asarray(picture[..., :3], np.float32) / np.float32(np.iinfo(picture.dtype).max)


def luma(picture: Picture) -> Floats:
    """Luma of encoded values, 0..1, float32 (h, w)."""
    return np.asarray(unit(picture) @ LUMA, np.float32)


def pale(picture: Picture) -> Map:
    """Where a picture looks like bare paper, as `tone_measures` defines it. bool (h, w)."""
    return tone_measures.pale(tone_measures.lch(picture))


def hint(picture: Picture) -> Map:
    """Where a picture hints at yellow, as `tone_measures` defines it. bool (h, w)."""
    return tone_measures.hint(tone_measures.lch(picture))


def counts(picture: Picture) -> NDArray[np.int64]:
    """How many pixels have each of 256 values: red, green, blue and luma, int64 (4, 256)."""
    values = unit(picture)
    codes = np.rint(255 * np.concatenate([values, (values @ LUMA)[..., None]], axis=-1)).astype(np.int64)
    return np.stack([np.bincount(codes[..., c].ravel(), minlength=256) for c in range(4)])


def chroma(rgb: ArrayLike) -> tuple[Floats, Floats]:
    """Cb and Cr, -.5 to .5, of encoded RGB 0..1 (..., 3)."""
    x = np.asarray(rgb, np.float32)
    y = x @ LUMA
    cb, cr = (x[..., 2] - y) / np.float32(CB), (x[..., 0] - y) / np.float32(CR)
    return np.asarray(cb, np.float32), np.asarray(cr, np.float32)


# places ---------------------------------------------------------------------------------------------------


def row_of(level: float, height: int) -> float:
    """The row at which a waveform or parade of this height shows a level, 0..1; row 0 is white."""
    return (1 - level) * (height - 1)


def row_of_share(share: float, height: int) -> float:
    """The row a histogram's bin reaches that holds this share of all pixels."""
    return float((1 - min(1.0, (share / TOP_SHARE) ** BEND)) * (height - 1))


def place_of(rgb: ArrayLike, side: int, zoom: float = 1.0) -> tuple[float, float]:
    """(x, y) in px of pixel centres at which a vectorscope of this side shows an encoded colour, 0..1."""
    cb, cr = chroma(rgb)
    middle, reach = (side - 1) / 2, REACH * zoom * side
    return float(middle + cb * reach), float(middle - cr * reach)


# pictures -------------------------------------------------------------------------------------------------


def waveform(picture: Picture, size: tuple[int, int]) -> Codes:
    """Luma over the picture's width: what lies in column x of the picture stands in column x of the scope."""
    return _lit(_trace(luma(picture), _levels(picture), size), WHITE_TRACE)


def parade(picture: Picture, size: tuple[int, int]) -> Codes:
    """Red, green and blue as three waveforms side by side."""
    w, h = size
    out = np.full((h, w, 3), GROUND, np.uint8)
    edges = [round(i * w / 3) for i in range(4)]
    gap = w // 90
    values = unit(picture)
    for c, tint in enumerate(RGB_TRACES):
        x0, x1 = edges[c] + (gap if c else 0), edges[c + 1]
        if x1 > x0:
            out[:, x0:x1] = _lit(_trace(values[..., c], _levels(picture), (x1 - x0, h)), tint)
    return out


def vectorscope(picture: Picture, side: int, zoom: float = 1.0) -> Codes:
    """Cb to the right, Cr up, neutral in the middle, each place in its own colour.

    zoom: how much larger pale colours are drawn; what then lies outside is not seen.
    """
    cb, cr = chroma(unit(picture).reshape(-1, 3))
    middle, reach = np.float32((side - 1) / 2), np.float32(REACH * zoom * side)
    x, y = middle + cb * reach, middle - cr * reach
    inside = (np.abs(x - middle) <= middle + 0.5) & (np.abs(y - middle) <= middle + 0.5)
    found = _splatted(x[inside], y[inside], side) / max(1, len(cb))
    bright = (1 - np.exp(-((found * (0.12 * side * side)) ** 0.5))).astype(np.float32)
    # places show which hue they are, at a zoom as vividly as without
    grid = (np.arange(side, dtype=np.float32) - middle) / np.float32(REACH * side)
    blue, red = grid[None, :] * np.float32(CB), -grid[:, None] * np.float32(CR)
    red, blue = np.broadcast_to(red, bright.shape), np.broadcast_to(blue, bright.shape)
    green = -(LUMA[0] * red + LUMA[2] * blue) / LUMA[1]
    own = np.clip(np.float32(0.66) + np.stack([red, green, blue], axis=-1), 0.12, 1)
    return _codes(GROUND + bright[..., None] * (255 * own - GROUND))


def histogram(picture: Picture, size: tuple[int, int]) -> Codes:
    """How often each value occurs: red, green and blue as areas of light, luma as a line above them.

    The height is the share of pixels to the power of .4; a tenth of the picture in one bin fills it.
    """
    w, h = size
    found = counts(picture)
    shares = found / found[0].sum()
    heights = np.minimum(1, (shares / TOP_SHARE) ** BEND) * (h - 1)
    at = np.linspace(0, 255, w)
    rows = (h - 1) - np.arange(h, dtype=np.float32)[:, None]
    out = np.full((h, w, 3), GROUND, np.float32)
    for c in range(3):
        level = np.interp(at, np.arange(256), heights[c]).astype(np.float32)
        inside = np.clip(level - rows + np.float32(0.5), 0, 1) * (level > 0)
        out[..., c] += 104 * inside
        out += 18 * inside[..., None]
    level = np.interp(at, np.arange(256), heights[3]).astype(np.float32)
    steep = np.hypot(1, np.gradient(level) if w > 1 else np.zeros(w))  # a line as wide where it climbs
    line = np.clip(np.float32(1.5) - np.abs(level - rows) / steep, 0, 1) * np.float32(0.85)
    out += line[..., None] * (np.asarray(WHITE_TRACE, np.float32) - out)
    return _codes(out)


def mapped(where: Map, picture: Picture, tint: tuple[int, int, int]) -> Codes:
    """A map over its picture: where it holds in a flat tint, elsewhere the picture, grey and dim."""
    grey = np.repeat((12 + 78 * luma(picture))[..., None], 3, axis=-1)
    return _codes(np.where(where[..., None], np.asarray(tint, np.float32), grey))


def wipe(before: Picture, after: Picture, at: float = 0.5) -> Codes:
    """One picture left of a line and another right of it, both of one size. at: of the width, 0..1."""
    w = after.shape[1]
    cut = round(at * w)
    out = eight(after)
    out[:, :cut] = eight(before)[:, :cut]
    if w > 8:
        wide = max(1, w // 480)
        out[:, max(0, cut - wide) : cut + wide] = 255
    return out


def eight(picture: Picture) -> Codes:
    """A picture as uint8 RGB, a copy; 16 bits are rounded."""
    rgb = picture[..., :3]
    if rgb.dtype == np.uint8:
        return np.array(rgb)
    return np.asarray((rgb.astype(np.uint32) * 255 + 32767) // 65535, np.uint8)


# traces ---------------------------------------------------------------------------------------------------


def _levels(picture: Picture) -> int:
    """How finely values are told apart: as stored for 8 bits, in 10 bits for 16."""
    return 256 if picture.dtype == np.uint8 else 1024


def _trace(values: Floats, levels: int, size: tuple[int, int]) -> Floats:
    """How brightly a waveform of this size (w, h) shows values 0..1 (rows, columns). float32 (h, w), 0..1."""
    w, h = size
    wide = values.shape[1]
    if wide < w:  # each column of a narrow picture stands in several of the scope
        values = values[:, np.arange(w) * wide // w]
        wide = w
    codes = np.rint(values * (levels - 1)).astype(np.int64) * w + np.arange(wide) * w // wide
    found = np.bincount(codes.ravel(), minlength=levels * w).reshape(levels, w).astype(np.float32)
    found /= found.sum(axis=0)
    # each level is a tent as wide as levels lie apart, so that no comb and no moire is seen
    place = row_of_levels(levels, h)
    tents = np.maximum(0, 1 - np.abs(np.arange(h)[:, None] - place) / max(1.0, (h - 1) / (levels - 1)))
    tents = (tents / np.maximum(tents.sum(axis=0), 1e-6)).astype(np.float32)
    return np.asarray(1 - np.exp(-((tents @ found * np.float32(0.45 * h)) ** np.float32(0.85))), np.float32)


def row_of_levels(levels: int, height: int) -> NDArray[np.float64]:
    """`row_of` for each of so many levels, black first."""
    return (1 - np.arange(levels) / (levels - 1)) * (height - 1)


def _splatted(x: Floats, y: Floats, side: int) -> NDArray[np.float64]:
    """How many points lie at each px of a square, each shared among the four px around it."""
    x, y = np.clip(x, 0, side - 1), np.clip(y, 0, side - 1)
    left, top = np.floor(x).astype(np.int64), np.floor(y).astype(np.int64)
    u, v = x - left, y - top
    out = np.zeros(side * side)
    for dx, dy, weight in (
        (0, 0, (1 - u) * (1 - v)),
        (1, 0, u * (1 - v)),
        (0, 1, (1 - u) * v),
        (1, 1, u * v),
    ):
        at = np.minimum(top + dy, side - 1) * side + np.minimum(left + dx, side - 1)
        out += np.bincount(at, weights=weight, minlength=side * side)
    return out.reshape(side, side)


def _lit(bright: Floats, tint: tuple[int, int, int]) -> Codes:
    """A trace of one colour; where much lies it turns white."""
    core = np.clip((bright - np.float32(0.75)) * 2, 0, 0.5)[..., None]
    colours = np.asarray(tint, np.float32) * (1 - core) + 255 * core
    return _codes(GROUND + bright[..., None] * (colours - GROUND))


def _codes(values: NDArray[Any]) -> Codes:
    return np.asarray(np.rint(np.clip(values, 0, 255)), np.uint8)
