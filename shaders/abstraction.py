"""Abstraction: a picture simplified to the patches a brush would lay, its edges kept and its texture gone."""

from typing import Annotated, NamedTuple

from inkrender.shader import Between, Choice, area


class Abstraction(NamedTuple):
    amount: Annotated[float, Between(0, 1)] = 1.0  # 0 leaves the layer untouched
    size: Annotated[float, Between(2, 60, unit="px")] = 12.0  # of the brush: what is smaller goes
    method: Annotated[str, Choice("kuwahara", "guided")] = (
        "kuwahara"  # patches with edges, or smooth and fast
    )


NEUTRAL = Abstraction(amount=0)


@area(medium="light", reach=lambda p: 5 * p.size + 24)
def shade(dst, region, at, p, inputs):
    from inkrender import simplify

    if p.amount > 0:
        simplify.simplify(dst, p.size * region.scale, p.method, p.amount)
