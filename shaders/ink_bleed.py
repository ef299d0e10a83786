"""Ink bleed: wet ink creeps over the old picture from its seeds, water ahead of it, and dries as the new."""

from typing import Annotated, NamedTuple

from inkrender.shader import (
    At,
    Between,
    Ink,
    Pigment,
    Points,
    absorbance,
    exp,
    maximum,
    mix,
    smoothstep,
    transition,
)

CELL = 4.0  # px at 1080 lines between the places of the arrival map
TIDE = 0.006  # width of the faint line where the water stops
GRAIN = 0.006  # how far, in time, the paper's height moves the front
START, END = 0.05, 0.06  # how much the front starts before the first seed and ends after the last place


class InkBleed(NamedTuple):
    pigment: Annotated[str, Pigment()] = "indigo"  # of the front line and the pool behind it
    seeds: Annotated[tuple[tuple[float, float], ...], Points()] = ((960.0, 540.0),)  # where it starts
    front: Annotated[float, Between(0.002, 0.06)] = 0.016  # width of the front line, share of the way
    halo: Annotated[float, Between(0.02, 0.3)] = 0.09  # how far water runs ahead, share of the way
    washout: Annotated[float, Between(0, 1)] = 0.72  # how much of the old picture the water takes away
    line: Annotated[float, Between(0, 2)] = 0.75  # density of the front line
    pool: Annotated[float, Between(0, 1)] = 0.42  # density behind the front; above .15 gold muddies
    fingers: Annotated[float, Between(0, 2)] = 1.0  # 0: round fronts; 2: long fingers


def bake(p: InkBleed, region, seed):
    """arrival: float32 (h, w), 0 at the first seed, 1 where the front comes last."""
    import numpy as np

    from inkrender.kernels import arrival, noise

    # the map is a grid of places of the picture, not of pixels: a proxy bleeds like the master
    left, top = np.floor(region.x / CELL) * CELL, np.floor(region.y / CELL) * CELL
    w = int(np.ceil(region.w / region.scale / CELL)) + 6
    h = int(np.ceil(region.h / region.scale / CELL)) + 6
    xs, ys = left + CELL * (np.arange(w) - 1.5), top + CELL * (np.arange(h) - 1.5)
    rough, veins = np.empty((h, w), np.float32), np.empty((h, w), np.float32)
    noise.fill_warped(rough, _units(xs, 150), _units(ys, 150), seed, 5, 0.8, 0.6)
    noise.fill_warped(veins, _units(xs, 46), _units(ys, 46), seed ^ 4, 3, 0.5, 0.6)
    veins = 1 - 2 * np.abs(veins)
    cost = np.exp(-p.fingers * (1.84 * rough + 1.35 * veins)) + 0.02
    seeds = [((px - xs[0]) / CELL + 0.5, (py - ys[0]) / CELL + 0.5) for px, py in p.seeds]
    times = arrival.arrival(cost, seeds)
    times /= max(float(np.percentile(times, 99)), 1e-6)
    late = np.maximum(times - 1, 0)  # stray pockets must not hold up the whole picture
    times = np.minimum(times, 1) + 0.05 * (1 - np.exp(-late / 0.05))

    plane, fringe = (np.empty((region.h, region.w), np.float32) for _ in range(2))
    x, y = region.grid()
    step = 1 / region.scale / CELL
    across, down = (float(x[0, 0]) - xs[0]) / CELL, (float(y[0, 0]) - ys[0]) / CELL
    scratch = np.empty((h, region.w), np.float32)
    noise.upsample(plane, scratch, times.astype(np.float32), across, step, down, step)
    noise.fill_fbm(fringe, _units(x[0], 14), _units(y[:, 0], 14), seed ^ 8, 4)
    plane += np.float32(0.012) * fringe
    plane -= plane.min()
    plane /= max(float(plane.max()), 1e-6)
    return {"arrival": plane}


def _units(places, size):
    """Places in units of `size` px, as the noise kernels take them."""
    return (places / size).astype("float32")


@transition(needs=("height",))
def shade(a: Ink, b: Ink, at: At, p: InkBleed) -> Ink:
    begin = -(p.halo + 6 * TIDE + GRAIN)
    end = 1 + END + 6 * p.front
    d = mix(begin, end, at.u) - at.arrival - GRAIN * (at.height - 0.5)  # time since the front came by
    new = smoothstep(-0.004, 0.03, d)
    wet = smoothstep(-p.halo, -0.005, d) * (1 - smoothstep(-0.005, 0.01, d))
    edge = exp(-abs(d - 0.004) / p.front) * smoothstep(-0.012, 0, d) * (1 - smoothstep(4, 6, d / p.front))
    stop = abs(d + 0.92 * p.halo)
    tide = exp(-stop / TIDE) * (1 - smoothstep(4 * TIDE, 6 * TIDE, stop))
    drying = 1 - smoothstep(0.6, 1, at.u)
    pool = exp(-maximum(d, 0) / 0.16) * smoothstep(0, 0.02, d) * drying
    keep = (1 - new) * (1 - p.washout * wet)
    lay = new * (1 - 0.25 * pool)
    density = (p.line * (edge + 0.23 * tide) + p.pool * pool) * (1 + 0.8 * (0.5 - at.height))
    ink = absorbance(p.pigment)
    return Ink(
        a.r * keep + b.r * lay + density * ink.r,
        a.g * keep + b.g * lay + density * ink.g,
        a.b * keep + b.b * lay + density * ink.b,
        mix(a.cover, b.cover, new),
    )
