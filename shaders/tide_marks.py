"""Tide marks: lines where washes stopped and dried, and backruns where water ran into a drying wash."""

from typing import Annotated, NamedTuple

from inkrender.shader import Between, area


class TideMarks(NamedTuple):
    rims: Annotated[float, Between(0, 2)] = 0.7  # how much darker a wash dries along its own edges; 0 none
    backruns: Annotated[float, Between(0, 2)] = 0.8  # the same for blooms inside washes; 0 none
    width: Annotated[float, Between(0.5, 40, unit="px")] = 5.0  # how far a line fades into its wash
    size: Annotated[float, Between(40, 2000, unit="px")] = 340.0  # of the blooms
    share: Annotated[float, Between(0, 1)] = 0.5  # of the picture where water ran back
    stray: Annotated[float, Between(0, 1)] = 0.5  # how far lines wander from the washes' tones


NEUTRAL = TideMarks(rims=0, backruns=0)
LEVELS = (0.10, 0.30, 0.52, 0.72)  # of 1 - exp(-2 density): where one wash ends and the next begins


@area(optional=("anchor", "depth", "camera"), reach=lambda p: 24 + p.width)
def shade(dst, region, at, p, inputs):
    """Pigment moves from the inside of each line to the line; cover stays."""
    import numpy as np

    from inkrender import handling, paint, wetting
    from inkrender.repainting import Texture

    if p.rims == 0 and p.backruns == 0:
        return
    k = region.scale
    texture = Texture(region, paint.mixed(at.seed, 81), handling.tied(region, inputs))
    density = wetting.density(dst)
    washed = 1 - np.exp(-2 * density)
    soft = paint.gauss(washed, 5 * k)
    thin = np.exp(-0.4 * density)  # in dense ink no line shows
    factor = np.ones_like(soft)
    if p.rims > 0:
        wander = texture(90.0, 1, 3, 0.8) * np.float32(0.16 * p.stray)
        lines = wetting.tide_lines(soft + wander * soft, LEVELS, p.width * k, 160 * k)
        pooled = np.clip(0.55 + 1.6 * texture(200.0, 2, 2), 0, 1.3)  # lines are found and lost
        factor += np.float32(p.rims) * lines * pooled * thin
    if p.backruns > 0:
        bloom = wetting.blooms(texture, p.size, 3)
        wet = wetting.pools(texture, p.share, 1.4 * p.size, 6) * thin
        line = wetting.tide_lines(bloom, (0.14,), 2 * p.width * k, 1.2 * p.size * k)
        halo = paint.smoothstep(-0.10, 0.14, bloom) * (bloom < 0.14)  # what the line was gathered from
        inside = paint.smoothstep(0.14, 0.26, bloom)
        factor += np.float32(p.backruns) * wet * (0.8 * line - 0.40 * inside + 0.12 * halo)
    dst[..., :3] *= np.maximum(factor, 0)[..., None]
