"""Wet edge: a wash dries darker along its rim, where the water carried the pigment."""

from typing import Annotated, NamedTuple

from inkrender.shader import Between, area


class WetEdge(NamedTuple):
    edge: Annotated[float, Between(0, 2)] = 0.55  # 0 leaves the layer untouched
    width: Annotated[float, Between(0.5, 40, unit="px")] = 4.5  # how far the rim reaches into the wash
    inner: Annotated[float, Between(0, 1)] = 0.5  # share of it where a dense wash ends in a thinner one
    uneven: Annotated[float, Between(0, 1)] = 0.3  # how much the rim comes and goes along its way


NEUTRAL = WetEdge(edge=0)
FULL = 30.0  # how fast absorbance makes a wash without cover count as wet paper: .1 is 95 %
SMOOTH = 0.2  # a difference to the surroundings below this share of the density is texture, not a rim


@area(optional=("anchor", "depth", "camera"), reach=lambda p: 4 * p.width + 2)
def shade(dst, region, at, p, inputs):
    import numpy as np

    from inkrender import handling
    from inkrender.paint import gauss
    from inkrender.repainting import Texture

    if p.edge == 0:
        return
    density = (dst[..., 0] + dst[..., 1] + dst[..., 2]) * np.float32(1 / 3)
    density = np.maximum(np.nan_to_num(density, copy=False, nan=0.0, posinf=1e9, neginf=0.0), 0)
    wet = np.maximum(1 - np.exp(-FULL * density), np.clip(np.nan_to_num(dst[..., 3]), 0, 1))
    # the wash less its own blur: nothing inside, most at the rim, so that thin washes are not darkened flat
    sigma = 1.25 * p.width * region.scale
    rim = 2 * wet * (wet - gauss(wet, sigma))
    if p.inner > 0:
        step = 2 * (density - gauss(density, sigma)) / (density + np.float32(0.05))
        rim = np.maximum(rim, p.inner / (1 - SMOOTH) * (step - SMOOTH))
    if p.uneven > 0:
        rim *= 1 + np.float32(1.6 * p.uneven) * Texture(region, at.seed, handling.tied(region, inputs))(
            70.0, 61, 2
        )
    darker = 1 + np.float32(p.edge) * np.clip(rim, 0, 1.3)
    for channel in range(3):
        dst[..., channel] *= darker
