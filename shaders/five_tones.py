"""Five tones: density falls into the steps of burnt, thick, heavy, light and clear ink."""

from typing import Annotated, NamedTuple

from inkrender.shader import At, Between, Ink, fbm, five_tones, maximum, minimum, point

PER_DENSITY = 2.302585  # absorbance is a natural logarithm, the tones are named in densities to base 10


class FiveTones(NamedTuple):
    amount: Annotated[float, Between(0, 1)] = 0.7  # 0 leaves the layer untouched, 1 is nothing but steps
    width: Annotated[float, Between(0.01, 0.2)] = 0.045  # softness of a step, in density
    stray: Annotated[float, Between(0, 0.5)] = 0.1  # how unevenly the washes end; 0 follows the picture
    size: Annotated[float, Between(8, 2000, unit="px")] = 90.0  # of that unevenness


NEUTRAL = FiveTones(amount=0)


@point
def shade(px: Ink, at: At, p: FiveTones) -> Ink:
    density = maximum(px.r + px.g + px.b, 0) / 3 / PER_DENSITY
    uneven = density * (1 + p.stray * fbm(at.x / p.size, at.y / p.size, at.seed, 3))
    # one factor for all three channels: the water changes, not the hue
    thinned = minimum(five_tones(uneven, 1, p.width) / maximum(density, 0.0001), 4)
    k = 1 + p.amount * (thinned - 1)
    return Ink(px.r * k, px.g * k, px.b * k, px.cover)
