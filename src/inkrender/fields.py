"""Soft fields of a picture, and what its depth says about composition: subjects, crests, mist, edges.

Float32 (h, w) arrays in, arrays out. Lengths are px at 1080 lines unless said; `scale` is pixels per such px.
Ranges are fixed, never measured on the frame: what is normalised per frame flickers.
"""

from __future__ import annotations

from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from .kernels.islands import area_opening
from .paint import smoothstep

Plane = NDArray[np.float32]

NEAR, FAR = (
    9.0,
    36.0,
)  # scene units: where the near plane ends and the far one begins, when a look does not say
SLICES = 20  # log-depth slices of the share-of-neighbours volume
RIM = 0.30  # share of farther neighbours from which a pixel lies on a silhouette


def blur(plane: NDArray[np.float32], sigma: float) -> Plane:
    """Gaussian blur of (h, w[, k]), sigma in pixels; wide ones at reduced resolution, unseen."""
    if sigma < 0.2:
        return plane
    step = max(int(sigma / 4), 2 if sigma >= 5 else 1)
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


def opened(plane: Plane, share: float) -> Plane:
    """A plane (h, w) without peaks on less than a share of it, to a 65535th of its range (area opening).

    Sorting codes of 16 bits is a radix sort, ten times as fast as sorting numbers.
    """
    h, w = plane.shape
    low, high, _, _ = cv2.minMaxLoc(plane)
    step = max(high - low, 1e-9) / 65535
    codes = ((plane.ravel() - np.float32(low)) * np.float32(1 / step) + np.float32(0.5)).astype(np.uint16)
    above = np.flatnonzero(codes)  # what lies lowest is no peak, and often most of a plane
    order = above[np.argsort(65535 - codes[above], kind="stable")].astype(np.int32)
    src = codes.astype(np.float32)
    dst, parent, area = src.copy(), np.full(h * w, -2, np.int32), np.empty(h * w, np.int32)
    area_opening(dst, src, order, parent, area, w, max(1, round(share * h * w)))
    return plane - np.float32(step) * (src - dst).reshape(h, w)


# depth ----------------------------------------------------------------------------------------------------


def log_depth(depth: Plane, far: float = FAR) -> Plane:
    """ln of a depth pass in scene units. Empty pixels (inf, NaN, 1e9 and more, 0 and less) lie at 1.5 far."""
    empty = ~(np.isfinite(depth) & (depth < 1e9) & (depth > 0))
    return np.asarray(np.log(np.where(empty, np.float32(1.5 * far), depth)), np.float32)


def share_nearer(
    lz: Plane, sigma: float, down: float, offset: float, nearest: float, farthest: float
) -> Plane:
    """Share of the neighbours, `down` pixels below, that lie nearer than `offset` in front of each pixel.

    lz: log depth, told apart within ln nearest..farthest; sigma, down: in pixels of lz (negative = above).
    The local distribution of depth is kept as SLICES slices, blurred at reduced resolution and read at each
    pixel's own depth: a bilateral grid. It gives dark crests, mist pockets behind each ridge and crisp
    silhouettes from any depth.
    """
    h, w = lz.shape
    step = int(np.clip(sigma / 3, 1, 8))
    rows, cols = max(2, h // step), max(2, w // step)
    fine = max(1, step // 4)  # what is nearer is told on a finer grid than its share is kept
    small = cv2.resize(lz, (max(2, w // fine), max(2, h // fine)), interpolation=cv2.INTER_AREA)
    lo, hi = float(np.log(nearest)), float(np.log(farthest))
    per = np.float32((SLICES - 1) / (hi - lo))
    levels = np.linspace(lo, hi, SLICES, dtype=np.float32)
    shift = np.array([[1, 0, 0], [0, 1, -down / step]], np.float32)
    rim = cv2.BORDER_REPLICATE
    volume = np.empty((SLICES, rows + 2, cols), np.float32)  # a row of padding, to be read bilinearly as one
    # below the frame the ground goes on towards the viewer: nearer than anything seen
    beyond = np.ones((max(0, round((down + 2 * sigma) / step)), cols), np.float32)
    for k, level in enumerate(levels):
        # soft by a slice, and averaged: what moves by part of a coarse pixel changes its share by a part
        told = np.clip((level - small) * per + np.float32(0.5), 0, 1)
        told = cv2.resize(told, (cols, rows), interpolation=cv2.INTER_AREA)
        nearer = np.concatenate([told, beyond])
        nearer = np.asarray(cv2.GaussianBlur(nearer, (0, 0), sigma / step, borderType=rim), np.float32)
        volume[k, 1:-1] = cv2.warpAffine(nearer, shift, (cols, rows), borderMode=rim)
    volume[:, 0], volume[:, -1] = volume[:, 1], volume[:, -2]
    place = np.clip((lz + np.float32(offset - lo)) * per, 0, SLICES - 1.001)
    k = np.floor(place)
    x = ((np.arange(w, dtype=np.float32) + 0.5) * (cols / w) - 0.5)[None, :]
    y = np.clip((np.arange(h, dtype=np.float32) + 0.5) * (rows / h) - 0.5, -0.5, rows - 0.5)[:, None] + 1
    x, y = np.broadcast_to(x, (h, w)).astype(np.float32), (y + k * (rows + 2)).astype(np.float32)
    stacked = volume.reshape(-1, cols)
    below = cv2.remap(stacked, x, y, cv2.INTER_LINEAR, borderMode=rim)
    above = cv2.remap(stacked, x, y + np.float32(rows + 2), cv2.INTER_LINEAR, borderMode=rim)
    return np.asarray(np.clip(below + (above - below) * (place - k), 0, 1), np.float32)


def pockets(lz: Plane, scale: float, near: float = NEAR, far: float = FAR) -> tuple[Plane, Plane, Plane]:
    """(crest, fine crest, mist) of a log depth, 0..1: where a ridge ends against what is far, and where mist
    would lie, low behind the next ridge. scale: pixels per px at 1080 lines."""
    span = 0.45 * near, 1.7 * far
    crest = 1 - share_nearer(lz, 78 * scale, -51 * scale, 0.10, *span)
    fine = 1 - share_nearer(lz, 26 * scale, -17 * scale, 0.08, *span)
    mist = share_nearer(lz, 72 * scale, 54 * scale, -0.10, *span)
    return crest, fine, mist


def smooth_jumps(lz: Plane, sigma: float, size: tuple[int, int] | None = None) -> Plane:
    """Log depth whose silhouettes are smooth curves again after a nearest-neighbour enlargement.

    At a jump each pixel takes the near or the far side by a blurred vote (sigma in pixels), never a depth
    between the two: a pixel half way between a ridge and the sky would lie on neither. size: (w, h) of the
    result where it is to be smaller; then sigma is in its pixels.
    """
    h, w = lz.shape
    chosen, voted = lz, lz
    if size is not None and size != (w, h):  # an average is a good vote, but no depth
        chosen = np.asarray(cv2.resize(lz, size, interpolation=cv2.INTER_NEAREST))
        voted = np.asarray(cv2.resize(lz, size, interpolation=cv2.INTER_AREA))
    cross = np.ones((3, 3), np.uint8)
    wide = max(1, round(sigma))
    near_side = np.asarray(cv2.erode(chosen, cross, iterations=wide))
    far_side = np.asarray(cv2.dilate(chosen, cross, iterations=wide))
    vote = cv2.GaussianBlur(voted, (0, 0), sigma, borderType=cv2.BORDER_REPLICATE)
    side = np.where(vote < 0.5 * (near_side + far_side), near_side, far_side)
    jump = far_side - near_side > 0.12
    # as far as the vote has felt the jump, depth stays as it is: a slope towards it would look like a rim
    felt = cv2.dilate(jump.astype(np.uint8), cross, iterations=wide + 1)
    return np.asarray(np.where(jump, side, np.where(felt > 0, chosen, vote)), np.float32)


def standing(lz: Plane, scale: float, farthest: float, widest: float = 170.0) -> Plane:
    """The matte of what stands apart in front, by its shape in depth: for plates that bring none.

    That is: nearer than log depth `farthest`, nearer than what surrounds it, narrower than `widest` px, and
    not grown out of a surface of its own depth, as the bump on a ridge is.
    """
    h, w = lz.shape
    step = max(1, round(8 * scale))
    rows, cols = max(2, h // step), max(2, w // step)
    side = 2 * round(widest * scale / step / 2) + 1
    small = cv2.resize(lz, (cols, rows), interpolation=cv2.INTER_AREA)
    disk = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side))
    closed = cv2.morphologyEx(small, cv2.MORPH_CLOSE, disk, borderType=cv2.BORDER_REPLICATE)
    # the nearer of the neighbours, or the reduced resolution would find a thin subject along every ridge
    held_back = cv2.erode(closed, np.ones((3, 3), np.uint8))
    apart = cv2.resize(held_back, (w, h), interpolation=cv2.INTER_LINEAR) - lz
    matte = smoothstep(0.05, 0.09, apart) * smoothstep(farthest + 0.03, farthest, lz)
    return matte * _free(np.asarray(matte > 0.5, np.uint8), lz, scale)


def filled(lz: Plane, matte: Plane, scale: float) -> Plane:
    """Log depth with what the matte covers taken away: what surrounds it goes on behind it.

    So a subject gets no crest and no mist of its own. Normalised convolution (Knutsson and Westin 1993): it
    moves with the matte and never jumps.
    """
    if not matte.any():
        return lz
    brush = np.ones((2 * max(1, round(3 * scale)) + 1,) * 2, np.uint8)
    cover = np.asarray(cv2.dilate(smoothstep(0.02, 0.2, matte), brush), np.float32)
    seen = 1 - blur(cover, max(0.7, scale))
    total, weight = lz * seen, seen
    behind, known = blur(total, 7 * scale), blur(weight, 7 * scale)
    wide, wide_known = blur(total, 24 * scale), blur(weight, 24 * scale) + np.float32(0.03)
    share = smoothstep(0.02, 0.15, known)
    close = behind / np.maximum(known, np.float32(0.02))
    carried = close * share + (wide + np.float32(0.03) * lz) / wide_known * (1 - share)
    return np.asarray(lz * seen + carried * (1 - seen), np.float32)


def _free(found: NDArray[np.uint8], lz: Plane, scale: float) -> Plane:
    """1 on the components of `found` whose surroundings lie elsewhere in depth for most of their outline."""
    count, label, stats, _ = cv2.connectedComponentsWithStats(found, connectivity=8)
    if count < 2:
        return np.zeros_like(lz)
    cross = np.ones((3, 3), np.uint8)
    rings = max(1, round(3 * scale))
    around = cv2.dilate(label.astype(np.float32), cross, iterations=rings).astype(np.int32)
    own = cv2.erode(np.where(found > 0, lz, np.float32(99)), cross, iterations=rings)
    ring = (around > 0) & (found == 0)
    same = ring & (np.abs(lz - own) < 0.05)
    outline = np.bincount(around[ring], minlength=count)
    grown = np.bincount(around[same], minlength=count)
    large = stats[:, cv2.CC_STAT_AREA] > (9 * scale) ** 2
    free = large & (grown < 0.22 * np.maximum(outline, 1))
    free[0] = False
    return np.asarray(cv2.dilate(free[label].astype(np.float32), cross, iterations=rings), np.float32)


def share_farther(lz: Plane, scale: float) -> Plane:
    """How much of the close neighbourhood lies farther, 0..1: on the near side of a jump only, about half at
    the jump and 0 from 5 px on. scale: pixels per px at 1080 lines."""
    from .kernels import landscape

    places, weights = _neighbours(scale)
    share = np.empty(lz.shape, np.float32)
    least, width = np.float32(0.036), np.float32(0.048)
    landscape.share_farther(share, np.ascontiguousarray(lz), places[0], places[1], weights, least, 1 / width)
    return share


@lru_cache(maxsize=8)
def _neighbours(scale: float) -> tuple[NDArray[np.int64], Plane]:
    """((2, n) places right and below in pixels, (n) weights that add up to 1): three rings of eight."""
    found = [
        (round(max(1.0, radius * scale) * np.cos(a)), round(max(1.0, radius * scale) * np.sin(a)), weight)
        for radius, weight in ((1.6, 1.0), (3.4, 0.8), (5.0, 0.45))
        for a in (np.arange(8) + (radius == 3.4) * 0.5) * (np.pi / 4)
    ]
    weights = np.array([weight for *_, weight in found], np.float32)
    return np.array([place[:2] for place in found], np.int64).T.copy(), weights / weights.sum()


def silhouettes(lz: Plane, scale: float) -> tuple[Plane, Plane]:
    """(share, distance): `share_farther`, and the distance in px at 1080 lines to the nearest silhouette of
    the same depth (99 beyond), below 0 on its rim.

    The distance moves smoothly as a silhouette moves by parts of a pixel: how deep the nearest pixel of the
    rim lies in it is told by its share, which is no whole number.
    """
    share = share_farther(lz, scale)
    rim = share > RIM
    if not rim.any():
        return share, np.full_like(lz, 99)
    distance, label = cv2.distanceTransformWithLabels(
        np.asarray(~rim, np.uint8), cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL
    )
    count = int(label.max()) + 1
    depth_of, within = np.zeros(count, np.float32), np.zeros(count, np.float32)
    depth_of[label[rim]] = lz[rim]
    within[label[rim]] = np.minimum((share[rim] - np.float32(RIM)) * np.float32(10), 1) * np.float32(scale)
    same = np.abs(lz - depth_of[label]) < 0.10
    away = (np.asarray(distance, np.float32) - within[label]) * np.float32(1 / scale)
    return share, np.where(same, away, np.float32(99))
