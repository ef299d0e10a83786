"""Depth fade: what lies far away is painted thin, greyer than thin, and turns to the blue of distant ink."""

from typing import Annotated, NamedTuple

from inkrender.shader import At, Between, Ink, Pigment, absorbance, clamp, exp, log, maximum, mix, point

EMPTY = 1e9  # depth of a pixel that holds nothing, as renderers write it


class DepthFade(NamedTuple):
    amount: Annotated[float, Between(0, 1)] = 1.0  # 0 leaves the layer untouched
    depths: Annotated[tuple[float, float], Between(0, 100000)] = (8.0, 60.0)  # where it begins and is full
    keep: Annotated[float, Between(0.01, 1)] = 0.22  # how much of the density is left at the far end
    fast: Annotated[float, Between(1, 4)] = 1.5  # how much faster colour goes than density
    far: Annotated[str, Pigment()] = "indigo"  # what distant ink turns to
    tint: Annotated[float, Between(0, 1)] = 0.6  # how far it turns


NEUTRAL = DepthFade(amount=0)


@point(needs=("depth",))
def shade(px: Ink, at: At, p: DepthFade) -> Ink:
    depth = at.depth if at.depth > 0 and at.depth < EMPTY else EMPTY  # comparing also sorts out NaN
    # exp(-beta max(z - z0, 0)), beta such that `keep` is left at the far end; nothing lies beyond it
    way = clamp((depth - p.depths[0]) / maximum(p.depths[1] - p.depths[0], 0.001))
    density = (px.r + px.g + px.b) / 3
    left = exp(way * log(p.keep))
    colour = exp(way * log(p.keep) * (p.fast - 1))  # what is left of the colour in the ink that is left
    ink = absorbance(p.far)
    blue = p.tint * (1 - left) / maximum(1 - p.keep, 0.001)
    d = density * 3 / (ink.r + ink.g + ink.b)
    r = left * mix(density + colour * (px.r - density), d * ink.r, blue)
    g = left * mix(density + colour * (px.g - density), d * ink.g, blue)
    b = left * mix(density + colour * (px.b - density), d * ink.b, blue)
    a = p.amount
    return Ink(px.r + a * (r - px.r), px.g + a * (g - px.g), px.b + a * (b - px.b), px.cover)
