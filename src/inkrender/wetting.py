"""Wet paper: where it drinks, where it is wet, and how far ink has crept in it when it dries.

Lengths are px at 1080 lines times `region.scale`; planes are float32 (h, w). Everything depends on places
and on the picture around them, nothing on the frame as a whole.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .frame import Region
from .paint import Plane, smoothstep
from .repainting import Texture, paper_noise

FULL = 12.0  # how fast absorbance makes a wash without cover count as wet paper: .1 is two thirds


def density(ink: NDArray[np.float32]) -> Plane:
    """The mean of the three absorbances of an ink picture (h, w, 4): 0 where it is no number, or below."""
    from .kernels import wet as kernel

    dst = np.empty(ink.shape[:2], np.float32)
    kernel.density(dst, np.ascontiguousarray(ink))
    return dst


def presence(ink: NDArray[np.float32]) -> Plane:
    """How much of a wash lies at each place, 0..1: its cover, or its pigment where it has none."""
    laid = 1 - np.exp(-FULL * density(ink))
    return np.asarray(np.maximum(laid, np.nan_to_num(np.clip(ink[..., 3], 0, 1))), np.float32)


def absorption(region: Region, height: Plane, seed: int) -> Plane:
    """How thirsty the sheet is, 0..1: more in its valleys, and along the fibres that ink runs down.

    height: the paper's, 0..1. seed: the sheet's.
    """
    veins = paper_noise(region, seed, 18.0, 61, 2, 0.9)
    veins = np.exp(-((veins * np.float32(5)) ** 2))
    clouds = paper_noise(region, seed, 80.0, 62, 2)
    thirst = 0.22 + 0.62 * veins + 0.4 * clouds + 0.3 * (0.5 - height)
    return np.asarray(np.clip(thirst, 0, 1), np.float32)


def pools(texture: Texture, share: float, size: float, number: int) -> Plane:
    """Where water stands, 0..1, over about `share` of the picture, in pools of `size` px."""
    # the noise's deviation is about a quarter: from here it is under .5 almost nowhere, or almost everywhere
    level = np.float32(0.75 - 1.5 * share)
    return smoothstep(float(level) - 0.16, float(level) + 0.16, texture(size, number, 3, 0.8))


def bleed(dst: NDArray[np.float32], wet: Plane, thirst: Plane, reach: float, pull: float) -> None:
    """Let the ink in dst (h, w, 4) creep about `reach` pixels where `wet` (0..1) is 1, and less elsewhere.

    thirst: as `absorption` gives it; pull: how strongly ink is drawn to where it is, 0 not at all.
    """
    from .kernels import wet as kernel

    if reach <= 0.3:  # nothing that could be seen
        return
    src = np.empty((4, *dst.shape[:2]), np.float32)
    kernel.planes(src, np.ascontiguousarray(dst))
    other, scratch = np.empty_like(src), np.empty_like(src[0])
    wet, thirst = (np.ascontiguousarray(plane, np.float32) for plane in (wet, thirst))
    for stride in strides(reach):
        kernel.spread(other, src, scratch, wet, thirst, np.float32(pull), stride)
        src, other = other, src
    kernel.pixels(dst, src)


def strides(reach: float) -> list[int]:
    """The passes of `bleed`: how many pixels each steps; their sum is the most ink moves.

    Up from the finest: what is stepped over has been smoothed before, so that no line is seen twice. Down
    again: what long steps have laid on dry paper is joined up, along the fibres.
    """
    found, longest = [1], max(1, round(0.3 * reach))
    while found[-1] < longest:
        found.append(min(longest, int(1.5 * found[-1]) + 1))
    return [*found, *(n for n in (longest // 2, longest // 4) if n > 1), 1]


def tide_lines(field: Plane, levels: tuple[float, ...], width: float, span: float) -> Plane:
    """Lines where a soft field crosses levels, 0..1: hard outside, gone `width` pixels inside.

    span: pixels over which the field must change by one at the least, for there to be a contour at all.
    """
    from .kernels import wet as kernel

    dst = np.empty_like(field)
    least = np.float32(1 / max(span, 1.0))
    kernel.rims(
        dst, np.ascontiguousarray(field), np.array(levels, np.float32), np.float32(max(width, 0.7)), least
    )
    return dst


def blooms(texture: Texture, size: float, number: int) -> Plane:
    """A field whose contours are backruns: rounded lobes with a crinkled, cauliflower edge."""
    broad = texture(size, number, 1, 0.4)
    lobes = np.abs(texture(0.3 * size, number + 1, 1, 0.3))
    curls = np.abs(texture(0.1 * size, number + 2, 1))
    return np.asarray(broad + np.float32(0.20) * lobes + np.float32(0.05) * curls - np.float32(0.06))
