"""Cun, the texture strokes of rock: where they start, which way they fall, how each school lays them.

A stroke belongs to a cell of the surface it is painted on: its place in the cell, its length and its pressure
are hashes of the cell, so that it stays the same stroke while the surface moves. Lengths are px at 1080
lines.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from . import handling, paint
from .frame import Region
from .paint import Plane
from .strokes import draw

POINTS = 7  # of a stroke's spine


@dataclass(frozen=True)
class School:
    """How one kind of stroke is laid.

    length, width: px, of a whole stroke at full pressure; press: pressure at the spine's points; turn:
    degrees the hand leaves the fall line; wave: how unsteadily, in widths; chisel: 1 for a brush laid on its
    side, whose one edge stays straight, 0 for an upright one; many, ink, dry: factors of how many there are,
    how dense and how dry.
    """

    length: float
    width: float
    press: tuple[float, ...]
    turn: float
    wave: float
    chisel: float
    many: float
    ink: float
    dry: float


SCHOOLS = {
    # hemp fibres: long, parallel, hardly pressed
    "pima": School(62.0, 2.1, (0.3, 1.0, 0.9, 0.75, 0.6, 0.4, 0.12), 0.0, 0.5, 0.0, 1.0, 1.0, 1.0),
    # axe cuts: the brush laid flat and pulled off to the side, half dry
    "fupi": School(36.0, 10.0, (0.1, 0.7, 1.0, 0.8, 0.5, 0.22, 0.03), 24.0, 0.0, 0.9, 1.1, 0.62, 1.5),
    # rain dots: seeds, pressed at the lower end
    "yudian": School(9.0, 3.6, (0.12, 0.45, 0.75, 0.95, 1.0, 0.85, 0.45), 6.0, 0.0, 0.0, 2.4, 0.9, 0.4),
}


def starts(
    region: Region, anchor: NDArray[np.float32] | None, cell: float, seed: int
) -> tuple[NDArray[np.float32], NDArray[np.int64], NDArray[np.float64]]:
    """One place in every cell of the surface: (n, 2) layer px, the cells (n, 3) and how much they count (n).

    anchor: the surface's coordinates at each pixel of the region, (h, w, 2), or (h, w, 3) with how many
    octaves it is reduced there, as `surface.anchored` gives it: then cells come in sizes an octave apart, and
    count for as much as theirs is the right one. None where the place itself is the coordinate. A cell whose
    place is hidden has none.
    """
    if anchor is None:
        ends = region.x + region.w / region.scale, region.y + region.h / region.scale
        row, column = (
            np.arange(np.floor(begin / cell), np.floor(end / cell) + 1).astype(np.int64)
            for begin, end in ((region.y, ends[1]), (region.x, ends[0]))
        )
        across, down = (plane.ravel() for plane in np.meshgrid(column, row))
        named = np.column_stack([across, down, np.zeros_like(across)])
        found = ((named[:, :2] + _jitter(across, down, seed)) * cell).astype(np.float32)
        seen = ((found >= (region.x, region.y)) & (found < ends)).all(axis=1)
        return found[seen], named[seen], np.ones(int(seen.sum()))
    x, y = region.grid()
    skip = max(1, round(2 * region.scale))  # half a px is near enough to find a place by
    x, y = x[:, ::skip], y[::skip]
    own = np.asarray(anchor[::skip, ::skip], np.float32)
    if own.shape[2] == 2:
        return _places(
            x, y, own, np.zeros(own.shape[:2], np.float32), 0, cell, seed, 1.5 * skip / region.scale
        )
    far, sets = own[..., 2], []
    for turn in (0, 1):
        level = (2 * np.rint((far - turn) / 2) + turn).astype(np.int64)
        sets.append(_places(x, y, own[..., :2], far, level, cell, seed, 2.5 * skip / region.scale))
    places, cells, counts = (np.concatenate(parts) for parts in zip(*sets, strict=True))
    return places, cells, counts


def _places(
    x: Plane,
    y: Plane,
    own: NDArray[np.float32],
    far: Plane,
    level: NDArray[np.int64] | int,
    cell: float,
    seed: int,
    slack: float,
) -> tuple[NDArray[np.float32], NDArray[np.int64], NDArray[np.float64]]:
    level = np.broadcast_to(level, own.shape[:2])
    side = (cell * 2.0**level)[..., None]
    cells = np.floor(own / side).astype(np.int64)
    jitter = _jitter(cells[..., 0] + 7919 * level, cells[..., 1] + 104729 * level, seed)
    # the surface is seen at about its own size: what is missing to the place is missing on the layer
    away = (((cells + jitter) * side - own) / np.exp2(far)[..., None]).astype(np.float32)
    missed = np.einsum("ijk,ijk->ij", away, away)
    rows, cols = np.nonzero(missed < np.float32(slack**2))
    named = np.column_stack([cells[rows, cols], level[rows, cols]])
    order = np.lexsort((missed[rows, cols], *named.T))
    named, rows, cols = named[order], rows[order], cols[order]
    first = np.ones(len(named), bool)
    first[1:] = (named[1:] != named[:-1]).any(axis=1)
    named, rows, cols = named[first], rows[first], cols[first]
    places = np.stack([x[0, cols], y[rows, 0]], axis=-1) + away[rows, cols]
    return np.asarray(places, np.float32), named, 1.0 - np.abs(far - level)[rows, cols]


def _jitter(across: NDArray[np.int64], down: NDArray[np.int64], seed: int) -> NDArray[np.float64]:
    """Where in its cell a stroke starts, (..., 2), 0..1."""
    return np.stack([paint.rolls(paint.mixed(seed, k), across, down) for k in (1, 2)], axis=-1)


def lay(
    region: Region,
    weight: Plane,
    fall: tuple[Plane, Plane],
    school: School,
    height: Plane,
    anchor: NDArray[np.float32] | None,
    seed: int,
    *,
    density: float,
    length: float,
    width: float,
    dry: float,
) -> Plane:
    """float32 (h, w): the density of the strokes of a school over a region.

    weight: 0 no strokes .. 1 all of them, and long ones; fall: unit vectors along the strokes; both may
    have fewer pixels than the region. density: strokes on 100 square px; length, width: factors
    of the school's.
    """
    from .kernels import streaks as kernel

    dst = np.zeros((region.h, region.w), np.float32)
    places, cells, counts = starts(region, anchor, 10 / np.sqrt(density * school.many), seed)
    if not len(places):
        return dst
    across, down = cells[:, 0] + 7919 * cells[:, 2], cells[:, 1] + 104729 * cells[:, 2]
    roll = [paint.rolls(paint.mixed(seed, k), across, down) for k in range(11, 17)]
    corner = np.array([region.x, region.y], np.float32)
    scale = region.scale * weight.shape[1] / region.w  # of the fields
    pixel = (places - corner) * np.float32(scale)
    cols = np.clip(pixel[:, 0].astype(np.intp), 0, weight.shape[1] - 1)
    rows = np.clip(pixel[:, 1].astype(np.intp), 0, weight.shape[0] - 1)
    tone = weight[rows, cols]
    # strokes come one by one as a place darkens, and each comes gradually
    ink = np.clip((tone - 0.85 * roll[0]) / 0.2, 0, 1) * (0.6 + 0.4 * roll[1])
    ink *= np.clip((1.25 * counts - roll[5]) / 0.25, 0, 1)
    kept = ink > 0.02
    pixel, tone, ink = pixel[kept], tone[kept], ink[kept]
    roll = [r[kept] for r in roll]
    if not len(ink):
        return dst
    long = length * school.length * (0.55 + 0.6 * tone) * (0.7 + 0.6 * roll[2])
    vx, vy = fall
    if school.turn:  # every cut to the same side, as the light has it, more or less
        a = np.float32(np.radians(school.turn))
        down = np.where(vy < 0, np.float32(-1), np.float32(1))
        vx, vy = down * vx, down * vy
        vx, vy = vx * np.cos(a) - vy * np.sin(a), vx * np.sin(a) + vy * np.cos(a)
    spine = np.empty((len(pixel), POINTS, 2), np.float32)
    kernel.trace(
        spine,
        np.ascontiguousarray(pixel, np.float32),
        (long * scale).astype(np.float32),
        np.ascontiguousarray(vx, np.float32),
        np.ascontiguousarray(vy, np.float32),
    )
    u = np.linspace(0, 1, POINTS)
    wide = width * school.width * (0.75 + 0.5 * roll[3]) * (0.7 + 0.3 * tone)
    sway = np.sin(6.3 * (roll[4][:, None] + 0.8 * u)) * (school.wave * wide)[:, None]
    points = np.empty((len(pixel), POINTS, 3), np.float32)
    points[..., :2] = spine / np.float32(scale) + corner
    points[..., 2] = np.maximum(wide[:, None] * np.asarray(school.press), 0.05) / 2
    points[..., 0] += sway + school.chisel * points[..., 2]
    count = np.arange(len(pixel) + 1) * POINTS
    seeds = (roll[4] * 2**32).astype(np.int64)
    draw(
        dst,
        region,
        points.reshape(-1, 3),
        count,
        ink * school.ink,
        np.full(len(ink), min(dry * school.dry, 1.0)),
        seeds,
        height,
    )
    return np.minimum(dst, np.float32(1.4))


def fall_line(
    tone: Plane, normal: NDArray[np.float32] | None, scale: float, angle: float
) -> tuple[Plane, Plane]:
    """Which way strokes run: down the surface as the viewer sees it, or along the edges of the tones.

    tone (h, w); normal: (h, w, 3), z up; scale: their pixels per px at 1080 lines. angle: degrees, where the
    picture has no direction of its own.
    """
    if normal is None:
        return handling.directions(tone, max(9 * scale, 1.0), angle, firm=0.12)
    x, z = (paint.gauss(np.nan_to_num(np.ascontiguousarray(normal[..., c])), 3.8 * scale) for c in (0, 2))
    across, down = x * z, 1 - z * z + np.float32(0.08)
    size = np.sqrt(across * across + down * down) + np.float32(1e-4)
    return np.asarray(across / size, np.float32), np.asarray(down / size, np.float32)
