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
    from inkrender import spreading

    return {"arrival": spreading.arrival(region, p.seeds, seed, p.fingers)}


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
