"""Painting rock: the surface of a mountain range, its washes, cun, outline, moss and snow.

The steps of the massif shader, in the order a painter takes them. The ground's heights are functions of
place. Its skyline is traced over the whole range, so that strokes are cut at the same places whatever is
painted.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from . import paint
from .frame import Region
from .shader import absorbance
from .strokes import Strokes

Plane = NDArray[np.float32]
MARGIN = 56.0  # px a painted pixel depends on its surroundings: blurs, cun, widest stroke
TRACE = 1.0  # px between the points of a traced skyline


@dataclass(frozen=True)
class Face:
    """The visible side of a range over a region, and its skyline.

    rows: the rows of the wide region it occupies; region: those rows. alpha: 1 on rock, anti-aliased. slope:
    rise to the right. crest: px from the crest above; strength: how far that crest stands out, 0..1. depth: 0
    near .. 1 far. relief (w): px of skyline above the farthest ground. trace_x, trace_y: the whole skyline.
    """

    rows: slice
    region: Region
    alpha: Plane
    slope: Plane
    crest: Plane
    strength: Plane
    depth: Plane
    relief: Plane
    trace_x: NDArray[np.float64]
    trace_y: NDArray[np.float64]


def skyline(
    peaks: Any, base: float, rise: float, roughness: float, spurs: float, slices: int, seed: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """x and y of the topmost ground over the whole range, a point every layer px."""
    return _skyline(
        tuple(tuple(float(v) for v in q) for q in peaks), base, rise, roughness, spurs, slices, seed
    )


@lru_cache(maxsize=32)
def _skyline(
    peaks: tuple[tuple[float, ...], ...],
    base: float,
    rise: float,
    roughness: float,
    spurs: float,
    slices: int,
    seed: int,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    from .kernels import terrain

    x0 = np.floor(min(q[0] - 3.2 * q[3] for q in peaks) - 80)
    x1 = np.ceil(max(q[0] + 3.2 * q[3] for q in peaks) + 80)
    xs = np.arange(x0, x1 + TRACE, TRACE)
    z = np.empty((len(xs), slices), np.float32)
    terrain.heights(z, xs, np.array(peaks, np.float64), seed & 0xFFFFFFFF, roughness, spurs)
    top = np.empty(len(xs), np.float32)
    terrain.skyline(top, z, base, rise)
    return xs, top.astype(np.float64)


def face(
    wide: Region,
    peaks: Any,
    base: float,
    rise: float,
    roughness: float,
    spurs: float,
    slices: int,
    seed: int,
) -> Face | None:
    """The face of the range as seen in `wide`; None when it lies outside."""
    from .kernels import terrain

    if not len(peaks):
        return None
    scale = wide.scale
    trace_x, trace_y = skyline(peaks, base, rise, roughness, spurs, slices, seed)
    summit = float(trace_y.min())
    first = int(np.clip(np.floor((summit - MARGIN - wide.y) * scale), 0, wide.h))
    if first >= wide.h:
        return None
    rows = slice(first, wide.h)
    y = wide.y + first / scale
    region = Region(wide.x, y, wide.w, wide.h - first, scale)
    h, w = region.h, region.w
    fine = max(1, round(1 / scale))  # columns a pixel: never fewer than one a layer px
    step = 1 / (scale * fine)
    xs = wide.x + (np.arange(-1, w * fine + 1) + 0.5) * step
    z = np.empty((len(xs), slices), np.float32)
    terrain.heights(z, xs, np.array(peaks, np.float64), seed & 0xFFFFFFFF, roughness, spurs)
    top = np.empty(len(xs), np.float32)
    terrain.skyline(top, z, base, rise)

    above = max(0, int(np.ceil((y - summit) * scale)) + 2)
    planes = [np.empty((h, w * fine), np.float32) for _ in range(4)]
    slope, crest, strength, depth = planes
    terrain.visible(slope, crest, strength, depth, z, step, base, rise, float(y), scale, above)
    if fine > 1:
        crest = np.minimum(crest, 2000)
        slope, crest, strength, depth = (
            q.reshape(h, w, fine).mean(axis=2, dtype=np.float32) for q in (slope, crest, strength, depth)
        )
    alpha = _cover(top, fine, h, w, y, scale)
    fall = paint.gauss(np.ascontiguousarray((base - rise - top[1:-1])[None, :]), 24 / step)[0]
    relief = np.maximum(fall.reshape(w, fine).mean(axis=1), 0).astype(np.float32)
    return Face(rows, region, alpha, slope, crest, strength, depth, relief, trace_x, trace_y)


def _cover(top: Plane, fine: int, h: int, w: int, y: float, scale: float) -> Plane:
    """Anti-aliased coverage below a skyline given at `fine` columns a pixel and one more at either side."""
    n = w * fine
    parts = [top[1 : n + 1]]
    for side in (0, 2):  # the skyline runs straight between columns: cliffs get as many steps as crests
        for k in (0.125, 0.25, 0.375, 0.5):
            parts.append(top[1 : n + 1] * (1 - k) + top[side : n + side] * k)
    edges = ((np.stack(parts) - y) * scale).reshape(len(parts), w, fine)
    row = np.arange(h, dtype=np.float32)[:, None]
    cover = np.zeros((h, w), np.float32)
    upper = int(np.clip(np.floor(edges.min()) - 1, 0, h))
    lower = int(np.clip(np.ceil(edges.max()) + 1, 0, h))
    cover[lower:] = 1
    if lower > upper:
        part = np.zeros((lower - upper, w), np.float32)
        for k in range(edges.shape[0]):
            for f in range(fine):
                part += np.clip(row[upper:lower] + 1 - edges[k, :, f][None, :], 0, 1)
        cover[upper:lower] = part / (edges.shape[0] * fine)
    return cover


# paint ----------------------------------------------------------------------------------------------------


def paint_face(dst: NDArray[np.float32], face: Face, p: Any, seed: int) -> None:
    """Paint a face into dst (h, w, 4), zero on entry. p: the massif shader's parameters."""
    region, s = face.region, face.region.scale
    _, y = region.grid()
    height = paint.paper_height(region)
    hold, fade_end = p.fade
    broad = paint.field(region, (340, 150), paint.mixed(seed, 101), 4, warp=0.6)
    pools = paint.field(region, (120, 90), paint.mixed(seed, 102), 4, warp=0.9)

    left = 1 - paint.smoothstep(hold, fade_end, y + broad * (1.6 * p.mist) + pools * (0.5 * p.mist))
    # flat ground between the peaks would show as a ruler line: it goes as well
    left *= paint.smoothstep(8, 95, face.relief[None, :] + broad * 40)
    alpha = face.alpha
    crest = paint.gauss(np.minimum(face.crest, 600), 3.2 * s + 0.2)
    strength = paint.gauss(face.strength, 3.0 * s + 0.2)
    slope = paint.gauss(face.slope, 2.3 * s)
    bare = 1 - _snow(face, p, slope, crest, seed) if p.snow > 0 else np.ones_like(alpha)
    # every column was looked at alone: far below the crests, and in mist, its own streak would stand as a bar
    beside = _sideways(crest, 14 * s)
    low = np.maximum(paint.smoothstep(60, 280, beside), paint.smoothstep(0.85, 0.3, left))
    crest += low * (beside - crest)
    slope += 0.85 * low * (_sideways(slope, 11 * s) - slope)
    strength += low * (_sideways(strength, 14 * s) - strength)
    near_crest = alpha * strength * np.exp(crest * np.float32(-1 / p.crest))
    body = alpha * strength * np.exp(crest * np.float32(-1 / 140))
    facing = slope * np.float32(p.light)
    dark = paint.smoothstep(-0.7, 1.5, facing)
    lit = paint.smoothstep(-0.2, 1.4, -facing)

    # wash: pools, back-runs, more on the shaded side, a rim where it dried
    pooled = np.exp(np.float32(p.variation) * (pools * 1.1 + broad * 0.5))
    back_run = np.exp(-((np.abs(pools - 0.12) / 0.02) ** 1.2)) * np.float32(0.18 * p.variation)
    w = alpha * left * (0.30 + 0.75 * body + p.shadow * dark * (0.35 + 0.65 * body)) * pooled * (1 + back_run)
    w *= 1 - 0.38 * lit * (1 - 0.5 * body)
    w *= paint.wet_edge(alpha, 4.5 * s, p.edge)
    w = paint.grain(w, height, p.grain) * np.float32(p.wash)
    t = (y - (hold - 330) + pools * 60 + broad * 90) / max(60.0, fade_end - hold + 330)
    t = np.clip(t, 0, 1).astype(np.float32)
    for share, pigment in zip(paint.three(t * t * (3 - 2 * t)), p.pigments, strict=True):
        paint.wash(dst, w * share, absorbance(pigment))
    if p.snow > 0:
        dst[..., :3] *= bare[..., None]

    # ink: crests with pressure, cun in the shadows, both broken by the paper
    press = np.clip(0.62 + 0.75 * paint.field(region, (90, 70), paint.mixed(seed, 107), 3), 0, 1.3)
    ink = near_crest * press * 1.15
    if p.cun > 0:
        small = paint.field(region, (26, 16), paint.mixed(seed, 103), 3)
        lines = paint.smoothstep(0.25, 1.7, _cun(face, slope, alpha * left, seed) + small * 0.35)
        ink += (
            p.cun
            * lines
            * (0.9 * dark + 0.25)
            * (0.8 * body + 0.15)
            * np.clip(0.5 + 1.1 * pools, 0, 1)
            * alpha
        )
    ink *= paint.smoothstep(0.32, 0.34 + 2 * p.dry, 0.25 + 0.35 * (height - 0.5) + 0.9 * ink + 0.12)
    ink *= left ** np.float32(0.8) * np.float32(p.ink) * (0.05 + 0.95 * bare)
    strokes = _outline(face, p, seed)
    ink += strokes.paint(region, height)
    paint.wash(dst, ink, absorbance(p.ink_pigment))
    paint.wash(dst, _moss(face, p, seed).paint(region) * left, absorbance(p.moss_pigment))
    dst[..., 3] = alpha * np.clip(left * 1.15, 0, 1) ** np.float32(0.55)


def _sideways(plane: Plane, sigma: float) -> Plane:
    import cv2

    sideways = cv2.GaussianBlur(
        plane, (0, 0), sigmaX=sigma, sigmaY=0.2 * sigma, borderType=cv2.BORDER_REPLICATE
    )
    return np.asarray(sideways, np.float32)


def _snow(face: Face, p: Any, slope: Plane, crest: Plane, seed: int) -> Plane:
    """Where pigment is left out: lit faces, near the crests, in streaks down the fall."""
    streaks = paint.field(face.region, (22, 130), paint.mixed(seed, 109), 4, warp=0.3)
    patches = paint.field(face.region, (90, 70), paint.mixed(seed, 110), 3)
    lit = paint.smoothstep(0.25, 0.85, streaks * 0.75 + patches * 0.35 - slope * np.float32(p.light))
    return np.asarray(np.float32(0.97 * p.snow) * lit * np.exp(crest * np.float32(-1 / 170)) * face.alpha)


def _cun(face: Face, slope: Plane, seen: Plane, seed: int) -> Plane:
    """Texture strokes: noise dragged along the fall of the rock; mean 0, deviation about 1."""
    region, s = face.region, face.region.scale
    fall = paint.gauss(slope, 3 * s)
    vx = -0.9 * fall + 0.25 * paint.field(region, (60, 60), paint.mixed(seed, 105), 2)
    vy = 0.55 + 0.5 * np.abs(fall)
    length = np.sqrt(vx * vx + vy * vy)
    run, drop = np.asarray(vx / length, np.float32), np.asarray(vy / length, np.float32)
    return _drag(_speckle(region, seed), run, drop, np.asarray(seen, np.float32), s)


def _speckle(region: Region, seed: int) -> Plane:
    from .kernels import noise

    raw = np.empty((region.h, region.w), np.float32)
    ix, iy = round(region.x * region.scale), round(region.y * region.scale)
    noise.fill_hash(raw, ix, iy, paint.mixed(seed, 106))
    return paint.gauss(raw, 0.7)


def _drag(speckle: Plane, vx: Plane, vy: Plane, seen: Plane, scale: float) -> Plane:
    from .kernels import terrain

    steps = max(5, round(18 * scale))
    dst = np.empty_like(speckle)
    terrain.drag(dst, speckle, vx, vy, seen, steps)
    return (dst - np.float32(0.5)) / np.float32(_drag_deviation(steps))


@lru_cache(maxsize=8)
def _drag_deviation(steps: int) -> float:
    """Deviation of dragged speckle on a slanting field, measured once: not on the picture's own."""
    from .kernels import terrain

    speckle = _speckle(Region(0, 0, 256, 256, 1.0), 1)
    vx = np.full((256, 256), 0.6, np.float32)
    dst = np.empty_like(speckle)
    terrain.drag(dst, speckle, vx, np.full_like(vx, 0.8), np.ones_like(vx), steps)
    return float(dst[32:-32, 32:-32].std())


# outline and moss -----------------------------------------------------------------------------------------


def _outline(face: Face, p: Any, seed: int) -> Strokes:
    """The skyline as overlapping strokes of 75-285 px, lost and found, heavier where it is steep."""
    strokes = Strokes()
    if p.contour <= 0 or p.outline <= 0:
        return strokes
    x, y = face.trace_x, face.trace_y
    arc = np.concatenate([[0.0], np.cumsum(np.hypot(np.diff(x), np.diff(y)))])
    count = max(4, int(arc[-1] / 10))
    along = np.linspace(0, arc[-1], count)
    px = _smooth(np.interp(along, arc, x), 1)
    py = _smooth(np.interp(along, arc, y), 1)
    hold, end = p.fade
    ground = p.base - p.rise
    lo_x, hi_x = face.region.x - 40, face.region.x + face.region.w / face.region.scale + 40
    k, n = 0, 0
    while k < count - 5:
        roll = paint.rolls(paint.mixed(seed, 120), n, np.arange(8))
        length = int(7.5 + 21 * roll[0])
        begin, stop = k, min(count, k + length)
        k += max(3, int(length * (0.8 + 0.32 * roll[1])))
        n += 1
        if stop - begin < 4 or roll[2] > p.found:
            continue
        sx, sy = px[begin:stop], py[begin:stop]
        if sx.max() < lo_x or sx.min() > hi_x or (ground - sy > 40).mean() < 0.8:
            continue
        stays = float(np.clip(1 - (sy.mean() - hold) / (end - hold), 0, 1))
        if stays < 0.06:
            continue
        steep = np.abs(np.gradient(sy) / (np.abs(np.gradient(sx)) + 1e-3))
        pressure = 0.55 + 0.75 * np.clip(steep / 2.5, 0, 1) * (0.7 + 0.5 * roll[3])
        strokes.add(
            np.column_stack([sx, sy]),
            p.contour * 1.6 * (0.5 + 0.5 * stays),
            density=p.outline * (0.4 + 0.6 * stays) * (0.7 + 0.45 * roll[4]),
            dry=float(np.clip(p.dry + 0.16 * (1 - stays) - 0.05 + 0.13 * roll[5], 0, 1)),
            taper=(0.12, 0.25),
            tremor=0.3,
            pressure=list(pressure),
            seed=int(roll[6] * 2**32),
        )
    return strokes


def _smooth(values: NDArray[np.float64], reach: int) -> NDArray[np.float64]:
    kernel = np.array([0.25, 0.5, 0.25])
    padded = np.pad(values, reach, mode="edge")
    return np.convolve(padded, kernel, mode="valid")


def _moss(face: Face, p: Any, seed: int) -> Strokes:
    """Dots hugging the crests, a candidate every four px of the range."""
    dots = Strokes()
    region = face.region
    lo, hi = region.x - 20, region.x + region.w / region.scale + 20
    cells = np.arange(int(np.floor(lo / 4)), int(np.ceil(hi / 4)))
    r = [paint.rolls(paint.mixed(seed, 130 + k), cells) for k in range(7)]
    xs = (cells + r[0]) * 4
    ys = np.interp(xs, face.trace_x, face.trace_y)
    down = np.abs(np.sqrt(-2 * np.log(r[1] + 1e-9)) * np.cos(2 * np.pi * r[2])) * 26
    for n in np.flatnonzero((r[3] < p.moss) & (ys < p.base - p.rise - 12)):
        radius = 1.2 + 2.3 * r[4][n] ** 1.5
        dots.dot(float(xs[n]), float(ys[n] + down[n]), float(radius), density=0.55 + 0.45 * r[5][n])
    return dots
