"""Cloud sea: billowed banks with paper-white tops, cut against what is behind, and a shadow of tint below."""

from typing import Annotated, NamedTuple

from inkrender.shader import Between, Pigment, absorbance, source

WIDE = Between(-20000, 20000, unit="px")


class CloudSea(NamedTuple):
    """One or more rows of billows, each standing white before the shade of the one behind."""

    y: Annotated[float, WIDE] = 800.0  # the mean top of the first row
    amplitude: Annotated[float, Between(0, 600, unit="px")] = 80.0  # how high the billows heave
    size: Annotated[float, Between(20, 2000, unit="px")] = 240.0  # width of the largest
    rows: Annotated[int, Between(1, 8)] = 2
    spacing: Annotated[float, Between(0, 1000, unit="px")] = 90.0  # from row to row
    tint: Annotated[str, Pigment()] = "azurite"  # shade below the edges
    density: Annotated[float, Between(0, 2)] = 0.22
    blush: Annotated[str, Pigment()] = "rose"  # along the edges
    blush_density: Annotated[float, Between(0, 2)] = 0.1
    fall: Annotated[float, Between(1, 1000, unit="px")] = 130.0  # how far down the shade grows
    lost: Annotated[float, Between(0, 1)] = 0.45  # 0: all edges found and crisp, 1: all lost in haze
    line: Annotated[float, Between(0, 2)] = 0.0  # a drawn line along the found edges
    line_pigment: Annotated[str, Pigment()] = "indigo"
    cover: Annotated[float, Between(0, 1)] = 1.0  # how much of what is behind it hides
    seed: Annotated[int, Between(0, 999999)] = 0  # 0: the layer's own


@source
def shade(dst, region, at, p, inputs):
    """Row by row: lift, then shade."""
    import numpy as np

    from inkrender import paint

    seed = paint.seed_for(at, p.seed)
    _, y = region.grid()
    height = paint.paper_height(region)
    for row in range(p.rows):
        own = paint.mixed(seed, 50 + row)
        swell = 1 + 0.25 * row
        heave = paint.field(region, (p.size * 1.9 * swell, p.size * 1.5 * swell), paint.mixed(own, 1), 2)
        puffs = _puffs(paint, region, p.size * swell, own)
        top = p.y + p.spacing * row
        inside = (y - np.float32(top)) + (puffs - 0.28) * np.float32(2.1 * p.amplitude)
        inside += heave * np.float32(0.9 * p.amplitude)
        # no holes: a little below its edge a bank is closed
        closed = (y - np.float32(top + 0.5 * p.amplitude)) + heave * np.float32(0.9 * p.amplitude)
        inside = np.maximum(inside, closed)
        haze = paint.field(region, (300, 90), paint.mixed(own, 9), 2)
        soft = 2 + 60 * np.clip(0.5 + haze * 1.5 - (0.5 - p.lost) * 1.5, 0, 1)
        matte = np.clip(inside / soft + 0.5, 0, 1)
        matte = matte * matte * (3 - 2 * matte)
        paint.lift(dst, matte * np.float32(p.cover))
        depth = np.clip(inside / np.float32(p.fall), 0, 1)
        depth *= 1 - paint.smoothstep(1.3 * p.fall, 3.4 * p.fall, inside)
        pools = paint.field(region, (160, 60), paint.mixed(own, 5), 4)
        body = np.clip(1 + 0.8 * pools, 0, 2) * np.maximum(1.35 - 1.6 * puffs, 0.1)
        shade_of = matte * depth * body * np.float32(p.density)
        paint.wash(dst, paint.grain(np.maximum(shade_of, 0), height, 0.06), absorbance(p.tint))
        if p.blush_density > 0:
            warm = matte * np.exp(np.maximum(inside, 0) * np.float32(-1 / 26)) * np.clip(0.5 + pools, 0, 1)
            paint.wash(dst, warm * np.float32(p.blush_density), absorbance(p.blush))
        if p.line > 0:
            found = np.clip(1.4 - soft / 14, 0, 1) * np.clip(0.35 + 1.6 * pools, 0, 1)
            stroke = np.exp(-(((inside - 2) / np.float32(1.6 + 0.5 / region.scale)) ** 2)) * found
            paint.wash(dst, stroke * np.float32(p.line), absorbance(p.line_pigment))


def _puffs(paint, region, size, seed):
    """Round swellings of three sizes with creases between them, 0 .. about 1."""
    large = paint.field(region, (size, size * 0.8), paint.mixed(seed, 2), 1, kind="billow")
    middle = paint.field(region, (size * 0.45, size * 0.38), paint.mixed(seed, 3), 1, kind="billow")
    small = paint.field(region, (size * 0.2, size * 0.18), paint.mixed(seed, 4), 2, kind="billow")
    return large + 0.5 * middle + 0.24 * small
