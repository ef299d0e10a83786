"""Granulate: pigment settles in the valleys of the paper."""

from typing import Annotated, NamedTuple

from inkrender.shader import At, Between, Ink, exp, point


class Granulate(NamedTuple):
    amount: Annotated[float, Between(0, 1)] = 0.3  # 0 leaves the layer untouched
    depth: Annotated[float, Between(0.1, 3)] = 0.8  # density at which grain drowns


NEUTRAL = Granulate(amount=0)


@point(needs=("height",))
def shade(px: Ink, at: At, p: Granulate) -> Ink:
    density = (px.r + px.g + px.b) / 3
    k = 1 + p.amount * (at.height - 0.5) * exp(-density / p.depth)
    return Ink(px.r * k, px.g * k, px.b * k, px.cover)
