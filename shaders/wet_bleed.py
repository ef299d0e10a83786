"""Wet bleed: ink laid on wet paper creeps outwards, along the fibres, and its edges feather (wet in wet)."""

from typing import Annotated, NamedTuple

from inkrender.shader import Between, area


class WetBleed(NamedTuple):
    wet: Annotated[float, Between(0, 1)] = (
        0.6  # share of the picture that lies on wet paper; 0 changes nothing
    )
    reach: Annotated[float, Between(1, 60, unit="px")] = 16.0  # how far ink creeps where it is wettest
    thirst: Annotated[float, Between(0, 1)] = 0.8  # how much the paper's absorption decides the way
    size: Annotated[float, Between(20, 2000, unit="px")] = 260.0  # of the wet pools


NEUTRAL = WetBleed(wet=0)


@area(needs=("height",), optional=("anchor", "depth", "camera"), reach=lambda p: 3 * p.reach + 4)
def shade(dst, region, at, p, inputs):
    """dD/dt = div(k grad D), k = absorption x wetness: no ink is lost and none made."""
    import numpy as np

    from inkrender import handling, paint, wetting
    from inkrender.repainting import Texture

    if p.wet == 0:
        return
    thirst = wetting.absorption(region, inputs.height, paint.PAPER_SEED)
    texture = Texture(region, paint.mixed(at.seed, 71), handling.tied(region, inputs))
    wet = wetting.pools(texture, p.wet, p.size, 1)
    # water stands a little beyond the ink, and nowhere far from it
    near = paint.gauss(wetting.presence(dst), 0.5 * p.reach * region.scale)
    wet = wet * paint.smoothstep(0.0, 0.25, near) * (1 - p.thirst + 1.2 * p.thirst * thirst)
    wetting.bleed(dst, np.minimum(wet, 1), thirst, p.reach * region.scale, 0.6 * p.thirst)
