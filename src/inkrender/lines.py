"""Where a brush would draw lines, and how it draws them: edges of passes and pictures, pressure, lost edges.

An edge map is 1 on an edge and falls beside it like exp(-d^2 / 2 sigma^2), d and sigma in px at 1080 lines.
So a threshold makes a line of any width of it, anti-aliased at any size, and whatever is slow in the picture
is slow in the line. Maps are worked out at 540 lines at most. Arrays are float32 (h, w) unless said; all
ranges are fixed: nothing measured on the frame, nothing flickers.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from .fields import blur, log_depth, smooth_jumps
from .frame import Region
from .paint import smoothstep
from .shader import Inputs

Plane = NDArray[np.float32]
FINE = 0.5  # pixels per px at 1080 lines: lines are smooth at 540
FAR = 1000.0  # scene units: what empty pixels of a depth pass lie behind
JUMP = (0.025, 0.10)  # log depth that a line must stand in front of: 2.5 % none, 10 % all of it
BEND = (0.25, 0.70)  # 1 - cos of the angle between normals on either side
CONTRAST = (0.003, 0.024)  # lightness a line must lie below its surroundings
COHERENT = (0.15, 0.55)  # share of the gradients around a place that point one way: below, it is foliage
CROWDED = (0.31, 0.14)  # share of the surroundings that are lines: above, it is grass
LASTING = (0.22, 0.66)  # share of the way along an edge on which there is one: below, it is a speck


def fine(region_scale: float) -> float:
    """Pixels of an edge map per pixel of a picture of this scale: 1 up to 540 lines."""
    return min(1.0, FINE / region_scale)


def breadth(width: float, region_scale: float) -> float:
    """The sigma, px at 1080 lines, of edge maps for lines up to `width` px: never finer than their pixels."""
    return max(0.45 * width, 0.8 / (region_scale * fine(region_scale)))


def at_size(plane: NDArray[np.float32], size: tuple[int, int], nearest: bool = False) -> NDArray[np.float32]:
    """A plane or pass (h, w[, k]) at another size (width, height); nearest: values are never mixed."""
    h, w = plane.shape[:2]
    if (w, h) == size:
        return plane
    down = size[0] < w
    how = cv2.INTER_NEAREST if nearest else cv2.INTER_AREA if down else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(plane, size, interpolation=how), np.float32)


def reduced(region: Region, inputs: Inputs) -> tuple[Region, Inputs]:
    """A region and its inputs at the size edge maps are worked out at; values of planes are not mixed."""
    f = fine(region.scale)
    w, h = max(2, round(region.w * f)), max(2, round(region.h * f))
    planes = {
        name: at_size(plane, (w, h), nearest=True) if isinstance(plane, np.ndarray) else plane
        for name, plane in vars(inputs).items()
    }
    return Region(region.x, region.y, w, h, region.scale * f), Inputs(**planes)


def lightness(ink: NDArray[np.float32]) -> Plane:
    """How light ink (h, w, 4) looks on paper: 1 bare, 0 black; evenly spaced for the eye, as sRGB codes."""
    seen = np.exp(ink[..., :3] * np.float32(-1 / 2.4))
    return np.asarray(cv2.transform(seen, np.array([[0.25, 0.60, 0.15]], np.float32)), np.float32)


# edge maps ------------------------------------------------------------------------------------------------


def of_matte(matte: Plane, sigma: float, k: float) -> Plane:
    """The edge map of a matte's outline; a matte that fades over more than 4 sigma has none."""
    soft = blur(matte, sigma * k)
    gx = cv2.Sobel(soft, cv2.CV_32F, 1, 0, scale=1 / 8)
    gy = cv2.Sobel(soft, cv2.CV_32F, 0, 1, scale=1 / 8)
    wide = np.sqrt((sigma * k) ** 2 + 0.42)  # of the step as blurred, sampled and differenced
    steep = np.sqrt(gx * gx + gy * gy) * np.float32(np.sqrt(2 * np.pi) * wide)  # 1 on a hard edge
    return np.asarray(steep * smoothstep(0.25, 0.6, steep), np.float32)


def of_depth(depth: Plane, sigma: float, k: float) -> Plane:
    """The edge map of silhouettes and crests in a depth pass: they lie on the nearer side."""
    lz = smooth_jumps(log_depth(depth, FAR), max(0.5, 2.4 * k))
    step = max(1, round(1.5 * k))
    ahead = np.zeros_like(lz)
    for dx, dy in ((1, 0), (0, 1), (1, 1), (1, -1)):
        beside = _moved(lz, dx * step, dy * step) + _moved(lz, -dx * step, -dy * step)
        np.maximum(ahead, beside - 2 * lz, out=ahead)  # a slope has none, however steep it is seen
    return _ridge(smoothstep(*JUMP, ahead), 1.3 * step, sigma, k)


def of_normal(normal: NDArray[np.float32], sigma: float, k: float) -> Plane:
    """The edge map of creases in a normal pass (h, w, 3)."""
    step = max(1, round(2 * k))
    n = blur(normal, 1.5 * k)
    bend = np.zeros(n.shape[:2], np.float32)
    for dx, dy in ((1, 0), (0, 1)):
        a, b = _moved(n, dx * step, dy * step), _moved(n, -dx * step, -dy * step)
        np.maximum(bend, 1 - (a * b).sum(axis=2), out=bend)
    lit = (normal * normal).sum(axis=2) > 0.25  # where there is a surface at all
    return _ridge(smoothstep(*BEND, bend) * lit, 2 * step, sigma, k)


def drawn_out(edge: Plane, length: float, k: float) -> Plane:
    """An edge map smoothed along its own lines: the steps of an enlarged pass are not what a hand draws."""
    from .kernels import flow

    tx, ty, _ = tangents(blur(edge, 2 * k), 6 * k)
    dst = np.empty_like(edge)
    flow.along(dst, edge, tx, ty, edge, _weights(length * k))
    return dst


def of_ids(ids: Plane, sigma: float, k: float) -> Plane:
    """The edge map of where one whole number ends and another begins."""
    cross = np.ones((3, 3), np.uint8)
    apart = np.asarray(cv2.dilate(ids, cross) - cv2.erode(ids, cross))
    return _ridge((apart > 0.5).astype(np.float32), 2, sigma, k)


def of_picture(light: Plane, sigma: float, k: float, detail: float, length: float) -> Plane:
    """The edge map of a picture's lightness: differences of Gaussians drawn out along the edges' flow.

    XDoG (Winnemoeller 2012) without its tone term, along tangents of the smoothed structure tensor (Kang et
    al. 2007). An edge counts where gradients around it agree in direction, and where it is still one when
    seen twice as coarse: foliage, which has edges every way, gets no worms. detail: the finest line, px;
    length: how far along the edge it is drawn out, px.
    """
    from .kernels import flow

    s = max(0.7, detail * k)
    inner, outer = blur(light, s), blur(light, 1.6 * s)
    coarse, around = blur(light, 2 * s), blur(light, 3.2 * s)
    tx, ty, agree = tangents(coarse, 6.0 * k)
    gate = smoothstep(*COHERENT, agree) * smoothstep(0.1 * CONTRAST[0], 0.3 * CONTRAST[1], around - coarse)
    found = smoothstep(*CONTRAST, outer - inner) * gate
    found = found * smoothstep(*CROWDED, blur(found, 26 * k))
    reach = max(2, round(length * k))
    seen = cv2.dilate(found, np.ones((2 * reach + 1,) * 2, np.uint8))
    drawn = np.empty_like(found)
    flow.along(drawn, found, tx, ty, seen, _weights(length * k))
    return _ridge(smoothstep(*LASTING, drawn), 2 * s, sigma, k)


def tangents(light: Plane, sigma: float) -> tuple[Plane, Plane, Plane]:
    """(x, y, agreement) of the direction along edges, from the structure tensor smoothed by sigma pixels.

    agreement: 0 where gradients point every way, 1 where all point one way.
    """
    gx, gy = cv2.Sobel(light, cv2.CV_32F, 1, 0), cv2.Sobel(light, cv2.CV_32F, 0, 1)
    tensor = blur(np.dstack([gx * gx, gx * gy, gy * gy]), sigma)
    xx, xy, yy = tensor[..., 0], tensor[..., 1], tensor[..., 2]
    across = 0.5 * np.arctan2(2 * xy, xx - yy)
    apart = np.sqrt((xx - yy) ** 2 + 4 * xy * xy)
    agree = apart / (xx + yy + np.float32(2e-4))  # what is flat agrees on nothing
    return (
        np.asarray(-np.sin(across), np.float32),
        np.asarray(np.cos(across), np.float32),
        np.asarray(agree, np.float32),
    )


def outline(matte: Plane, sigma: float) -> Plane:
    """Signed distance in pixels from a matte's outline, positive inside, good to two sigma (pixels).

    A blurred step is a Gaussian's integral: its logarithm of odds is the distance. Unlike a distance
    transform of a mask it moves by fractions of a pixel, and so does the line drawn along it.
    """
    soft = np.clip(blur(matte, sigma), 1e-3, 1 - 1e-3)
    return np.asarray(np.log(soft / (1 - soft)) * np.float32(sigma / 1.702), np.float32)


# the hand -------------------------------------------------------------------------------------------------


def kept(wander: Plane, found: float) -> Plane:
    """1 where a line is found, 0 where it is lost, along a noise of mean 0; found 1 loses none of it."""
    if found >= 1:
        return np.ones_like(wander)
    return smoothstep(-0.32, 0.0, wander + np.float32(1.1 * (found - 0.5)))


def stroke(edge: Plane, width: Plane, sigma: float, scale: float) -> Plane:
    """A line 0..1, `width` px at 1080 lines, along an edge map of `sigma`; weak edges are thin or lost."""
    drawn = np.maximum(width, np.float32(1 / scale))  # what is thinner than a pixel is paler instead
    level = np.exp(drawn * drawn * np.float32(-1 / (8 * sigma * sigma)))
    # one output pixel, as far as the map changes over it where the line ends
    soft = level * drawn * np.float32(0.5 / (scale * sigma * sigma)) + np.float32(0.02)
    line = np.clip((edge - level) / soft + np.float32(0.5), 0, 1)
    return np.asarray(line * smoothstep(0.05, 0.3, edge) * (width / drawn), np.float32)


def _weights(reach: float) -> NDArray[np.float32]:
    n = max(2, round(reach)) + 1
    return np.asarray(np.exp(-0.5 * (np.arange(n) / (0.8 * (n - 1))) ** 2), np.float32)


def _ridge(curve: Plane, wide: float, sigma: float, k: float) -> Plane:
    """An edge map from a curve drawn `wide` pixels wide."""
    s = max(sigma * k, 0.6)
    peak = min(1.0, wide / (np.sqrt(2 * np.pi) * s))
    return np.asarray(np.clip(blur(curve, s) / np.float32(peak), 0, 1), np.float32)


def _moved(plane: NDArray[np.float32], dx: int, dy: int) -> NDArray[np.float32]:
    """The plane as seen dx to the right and dy below; its rim goes on."""
    h, w = plane.shape[:2]
    ys, xs = np.clip(np.arange(h) + dy, 0, h - 1), np.clip(np.arange(w) + dx, 0, w - 1)
    return np.asarray(plane[ys][:, xs])
