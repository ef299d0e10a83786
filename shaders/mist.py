"""Mist: a band in which pigment is taken away; the paper itself is what is seen."""

from typing import Annotated, NamedTuple

from inkrender.shader import Between, source

WIDE = Between(-20000, 20000, unit="px")


class Mist(NamedTuple):
    """A band of lift around y; lay one between every two planes of mountains."""

    y: Annotated[float, WIDE] = 780.0  # its middle
    half: Annotated[float, Between(1, 2000, unit="px")] = 120.0  # half its height
    density: Annotated[float, Between(0, 1)] = 0.95  # how much pigment it takes
    stray: Annotated[float, Between(0, 400, unit="px")] = 80.0  # how far its edges wander
    size: Annotated[tuple[float, float], Between(8, 4000, unit="px")] = (700.0, 110.0)  # of its swaths
    left: Annotated[float, WIDE] = -20000.0  # where it ends on the left
    right: Annotated[float, WIDE] = 20000.0  # where it ends on the right
    seed: Annotated[int, Between(0, 999999)] = 0  # 0: the layer's own


@source
def shade(dst, region, at, p, inputs):
    """Cover without density."""
    import numpy as np

    from inkrender import paint

    seed = paint.seed_for(at, p.seed)
    x, y = region.grid()
    swaths = paint.field(region, p.size, paint.mixed(seed, 41), 5, warp=0.8)
    place = y + swaths * np.float32(2 * p.stray)
    matte = paint.smoothstep(p.y - p.half, p.y - 0.25 * p.half, place)
    matte *= 1 - paint.smoothstep(p.y + 0.25 * p.half, p.y + p.half, place)
    matte *= np.clip(0.75 + 0.8 * swaths, 0, 1)
    if p.left > -20000:
        matte *= paint.smoothstep(p.left - 260, p.left + 160, x + swaths * 200)
    if p.right < 20000:
        matte *= 1 - paint.smoothstep(p.right - 160, p.right + 260, x + swaths * 200)
    dst[..., 3] = np.clip(matte * np.float32(p.density), 0, 1)
