"""Wobble: the unsteadiness of a hand that draws the same picture again for every drawing, held on twos.

Silhouettes waver most, what lies inside them less. The unsteadiness lies on the layer and wanders from one
drawing to the next; while a drawing is held nothing moves.
"""

from typing import Annotated, NamedTuple

from inkrender.shader import Between, area


class Wobble(NamedTuple):
    amount: Annotated[float, Between(0, 20, unit="px")] = 2.0  # how far silhouettes waver; 0: not at all
    interior: Annotated[float, Between(0, 1)] = 0.3  # how much of it is left inside
    size: Annotated[float, Between(6, 600, unit="px")] = 70.0  # of the waves along a line
    drawing: Annotated[int, Between(1, 48)] = 2  # frames that each drawing of the line stays
    drift: Annotated[float, Between(0, 1)] = 0.3  # how far the hand wanders from one drawing to the next
    boil: Annotated[float, Between(0, 1)] = 0.0  # share of the unsteadiness that is new in every drawing


NEUTRAL = Wobble(amount=0)


@area(optional=("anchor", "depth", "camera"), animated=True, reach=lambda p: 6 * p.amount + 24)
def shade(dst, region, at, p, inputs):
    import cv2
    import numpy as np

    from inkrender import handling
    from inkrender.paint import displaced, gauss, mixed
    from inkrender.repainting import Texture

    if p.amount == 0:
        return
    turn, tied = int(at.held // p.drawing), handling.tied(region, inputs)

    def hand(axis):
        """Displacement along an axis, deviation about one: two fields that share the time between them."""
        first, way = divmod(turn * p.drift, 1.0)
        told = [(first, 1 - way), (first + 1, way)]
        if p.boil > 0:
            told = [(n, (1 - p.boil) * weight) for n, weight in told] + [(1e6 + turn, p.boil)]
        total = np.sqrt(sum(weight * weight for _, weight in told))
        fields = (
            Texture(region, mixed(at.seed, int(n)), tied)(p.size, axis, 3) * np.float32(weight / total)
            for n, weight in told
            if weight > 0
        )
        return 2.6 * sum(fields)

    ink = np.nan_to_num(dst, nan=0.0, posinf=1e9, neginf=0.0)
    cover = np.clip(ink[..., 3], 0, 1)
    # near a silhouette, on both sides of it, all of the amount: the line moves as one with what it holds
    soft = gauss(cover, (2 * p.amount + 6) * region.scale)
    far = p.interior + (1 - p.interior) * np.clip(4 * soft * (1 - soft), 0, 1)
    reach = far * np.float32(p.amount * region.scale)
    dst[...] = displaced(ink, hand(91) * reach, hand(92) * reach, cv2.BORDER_REPLICATE)
