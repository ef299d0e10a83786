"""Soft fields that painting from footage needs: cloud noise, recession and mist pockets from depth, edges.

Float32 (h, w) arrays in, arrays out. Lengths are px at 1080 lines unless said; `scale` is pixels per such px.
Ranges are fixed, never measured on the frame: what is normalised per frame flickers.
"""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

Plane = NDArray[np.float32]

NEAR, FAR = 4.0, 40.0  # scene units: the depth range that stands for 0..1 when a look does not say
SLICES = 20  # log-depth slices of the share-of-neighbours volume


def smoothstep(lo: float, hi: float, x: Any) -> Plane:
    """0 below lo, 1 above hi, a cubic between; lo may lie above hi, then it falls."""
    t = np.clip((np.asarray(x, np.float32) - np.float32(lo)) / np.float32(hi - lo), 0, 1)
    return np.asarray(t * t * (3 - 2 * t), np.float32)


def blur(plane: NDArray[np.float32], sigma: float) -> Plane:
    """Gaussian blur of (h, w[, k]), sigma in pixels; wide ones at reduced resolution, unseen."""
    if sigma < 0.2:
        return plane
    step = int(sigma / 4)
    if step < 2:
        return np.asarray(cv2.GaussianBlur(plane, (0, 0), sigma, borderType=cv2.BORDER_REPLICATE))
    h, w = plane.shape[:2]
    small = cv2.resize(plane, (max(2, w // step), max(2, h // step)), interpolation=cv2.INTER_AREA)
    small = cv2.GaussianBlur(small, (0, 0), sigma / step, borderType=cv2.BORDER_REPLICATE)
    return np.asarray(cv2.resize(small, (w, h), interpolation=cv2.INTER_CUBIC))


def guided(guide: Plane, plane: Plane, radius: int, epsilon: float) -> Plane:
    """`plane` smoothed, keeping the edges of `guide` (He, Sun and Tang 2010). radius in pixels."""
    side = (2 * radius + 1, 2 * radius + 1)

    def box(x: Plane) -> Plane:
        return np.asarray(cv2.blur(x, side, borderType=cv2.BORDER_REPLICATE))

    mean_i, mean_p = box(guide), box(plane)
    variance = box(guide * guide) - mean_i * mean_i + np.float32(epsilon)
    slope = np.asarray((box(guide * plane) - mean_i * mean_p) / variance, np.float32)
    offset = np.asarray(mean_p - slope * mean_i, np.float32)
    return np.asarray(box(slope) * guide + box(offset), np.float32)


def cloud(
    shape: tuple[int, int],
    scale: float,
    size: float,
    seed: int,
    *,
    stretch: float = 1.0,
    octaves: int = 3,
    x: float = 0.0,
    y: float = 0.0,
) -> Plane:
    """Gradient-noise fBm of feature size `size` (px at 1080 lines), about -1..1, float32 `shape`.

    stretch: how many times wider than high the features are. x, y: layer px of the top left corner, so that
    the field stays with its layer. Evaluated no finer than it needs and enlarged with a cubic.
    """
    h, w = shape
    finest = size / (2.03 ** (octaves - 1) * max(1.0, stretch))
    step = max(1, min(int(finest * scale / 6), h // 4, w // 4))
    rows, cols = -(-h // step) + 3, -(-w // step) + 3
    u = (x + ((np.arange(cols) - 1) * step + step / 2) / scale) / size
    v = (y + ((np.arange(rows) - 1) * step + step / 2) / scale) / size * stretch
    out = np.zeros((rows, cols), np.float64)
    weight, total = 1.0, 0.0
    for k in range(octaves):
        turn = 0.6 + 1.1 * k  # each octave turned, or the lattices would line up
        c, s, f = np.cos(turn), np.sin(turn), 2.03**k
        across, down = c * u[None] - s * v[:, None], s * u[None] + c * v[:, None]
        out += weight * _gradient_noise(f * across, f * down, seed + k)
        total += weight
        weight *= 0.5
    field = np.asarray(out / total, np.float32)
    if step > 1:
        field = np.asarray(cv2.resize(field, (cols * step, rows * step), interpolation=cv2.INTER_CUBIC))
    return np.ascontiguousarray(field[step : step + h, step : step + w])


def _gradient_noise(x: NDArray[Any], y: NDArray[Any], seed: int) -> NDArray[Any]:
    """Perlin's gradient noise with a quintic fade, about -1..1; gradients are a hash of place and seed."""
    ix, iy = np.floor(x), np.floor(y)
    fx, fy = x - ix, y - iy
    i, j = ix.astype(np.int64), iy.astype(np.int64)

    def corner(di: int, dj: int) -> Any:
        n = ((i + di) * 374761393 + (j + dj) * 668265263 + seed * 1274126177).astype(np.uint32)
        n = (n ^ (n >> np.uint32(13))) * np.uint32(1274126177)
        angle = (n ^ (n >> np.uint32(16))) * (2 * np.pi / 2**32)
        return np.cos(angle) * (fx - di) + np.sin(angle) * (fy - dj)

    u = fx * fx * fx * (fx * (fx * 6 - 15) + 10)
    v = fy * fy * fy * (fy * (fy * 6 - 15) + 10)
    top = corner(0, 0) * (1 - u) + corner(1, 0) * u
    bottom = corner(0, 1) * (1 - u) + corner(1, 1) * u
    return np.asarray(1.5 * (top * (1 - v) + bottom * v))


# depth ----------------------------------------------------------------------------------------------------


def log_depth(depth: Plane, far: float = FAR) -> Plane:
    """ln of a depth pass in scene units. Empty pixels (inf, NaN, 1e9 and more, 0 and less) lie at 1.5 far."""
    empty = ~(np.isfinite(depth) & (depth < 1e9) & (depth > 0))
    return np.asarray(np.log(np.where(empty, np.float32(1.5 * far), depth)), np.float32)


def share_nearer(
    lz: Plane, sigma: float, down: float, offset: float, near: float = NEAR, far: float = FAR
) -> Plane:
    """Share of the neighbours, `down` pixels below, that lie nearer than `offset` in front of each pixel.

    lz: log depth; sigma, down: in pixels of lz (negative = above). The local distribution of depth is kept as
    SLICES log-depth slices, blurred at an eighth of the resolution and read at each pixel's own depth: a
    bilateral grid. It gives dark crests, mist pockets behind each ridge and crisp silhouettes from any depth.
    """
    h, w = lz.shape
    step = int(np.clip(sigma / 3, 1, 8))
    rows, cols = max(2, h // step), max(2, w // step)
    small = cv2.resize(lz, (cols, rows), interpolation=cv2.INTER_NEAREST)
    lo, hi = np.log(near) - 0.01, np.log(1.55 * far)
    levels = np.linspace(lo, hi, SLICES, dtype=np.float32)
    place = np.clip((lz + np.float32(offset) - lo) / (hi - lo) * (SLICES - 1), 0, SLICES - 1.001)
    shift = np.array([[1, 0, 0], [0, 1, -down / step]], np.float32)
    rim = cv2.BORDER_REPLICATE
    out = np.zeros_like(lz)
    for k in range(SLICES):
        hat = np.maximum(0, 1 - np.abs(place - k))
        if not hat.any():
            continue
        nearer = cv2.GaussianBlur(
            (small < levels[k]).astype(np.float32), (0, 0), sigma / step, borderType=rim
        )
        moved = cv2.warpAffine(nearer, shift, (cols, rows), borderMode=rim)
        out += hat * cv2.resize(moved, (w, h), interpolation=cv2.INTER_LINEAR)
    return out


def pockets(lz: Plane, scale: float, near: float = NEAR, far: float = FAR) -> tuple[Plane, Plane, Plane]:
    """(crest, fine crest, mist) of a log depth, 0..1: where a ridge ends against what is far, and where mist
    would lie, low behind the next ridge. scale: pixels per px at 1080 lines."""
    crest = 1 - share_nearer(lz, 78 * scale, -51 * scale, 0.10, near, far)
    fine = 1 - share_nearer(lz, 26 * scale, -17 * scale, 0.08, near, far)
    mist = share_nearer(lz, 72 * scale, 54 * scale, -0.10, near, far)
    return crest, fine, mist
