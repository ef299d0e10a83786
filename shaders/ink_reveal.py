"""Ink reveal: a layer appears as its ink spreads: fronts run out from their seeds and dry with a dark rim."""

from typing import Annotated, NamedTuple

from inkrender.shader import At, Between, Ink, Points, exp, mix, point, smoothstep, sqrt

GRAIN = 0.010  # how far, in shares of the way, the paper's height moves the front
SOFT = 0.030  # width of the front


class InkReveal(NamedTuple):
    progress: Annotated[float, Between(0, 1)] = 0.5  # 0: nothing is there, 1: the whole layer; key it
    seeds: Annotated[tuple[tuple[float, float], ...], Points()] = ((960.0, 540.0),)  # where ink is dropped
    reach: Annotated[float, Between(10, 20000, unit="px")] = 900.0  # how far ink spreads; the rest comes last
    dark_first: Annotated[float, Between(0, 4)] = 0.4  # how much later what is pale appears
    rim: Annotated[float, Between(0, 3)] = 0.9  # how much darker ink is at the front
    width: Annotated[float, Between(0.002, 0.08)] = 0.03  # how far the rim reaches back, share of the way
    halo: Annotated[float, Between(0, 0.3)] = 0.08  # how far water runs ahead with a tint, share of the way
    fingers: Annotated[float, Between(0, 2)] = 0.9  # 0: round fronts; 2: long fingers


NEUTRAL = InkReveal(progress=1)


def bake(p: InkReveal, region, seed):
    """arrival: float32 (h, w), 0 at the first seed, 1 at the reach and beyond."""
    import numpy as np

    from inkrender import spreading

    far = spreading.way(region, p.seeds, seed, p.fingers) / np.float32(p.reach)
    return {"arrival": np.minimum(far, 1)}


@point(needs=("height",))
def shade(px: Ink, at: At, p: InkReveal) -> Ink:
    pale = exp(-(px.r + px.g + px.b))
    late = (at.arrival + p.dark_first * pale) / (1 + p.dark_first) + GRAIN * (at.height - 0.5)
    # a front in paper goes as the square root of time (Lucas 1918, Washburn 1921)
    gone = mix(-(p.halo + GRAIN), 1 + GRAIN + SOFT + 4 * p.width, sqrt(p.progress))
    d = gone - late
    new = smoothstep(0, SOFT, d)
    tint = 0.12 * smoothstep(-p.halo - 0.001, 0, d) * (1 - new)
    edge = exp(-abs(d) / p.width) * smoothstep(0, 0.6 * SOFT, d) * (1 - smoothstep(2, 4, d / p.width))
    cover = new + tint
    density = cover * (1 + p.rim * edge)
    return Ink(px.r * density, px.g * density, px.b * density, px.cover * cover)
