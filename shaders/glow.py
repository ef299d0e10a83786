"""Glow: light in the dark. The core goes back towards paper; warm pigment rings it."""

from typing import Annotated, NamedTuple

from inkrender.shader import Between, Pigment, absorbance, source


class Glow(NamedTuple):
    """Lanterns, windows, embers: a light is bare paper with colour around it, never white paint."""

    points: Annotated[tuple[tuple[float, float, float], ...], Between(-20000, 20000, unit="px")] = (
        (960.0, 540.0, 60.0),
    )  # x, y, radius
    core: Annotated[float, Between(0, 1)] = 0.92  # how much pigment the light takes away
    pigment: Annotated[str, Pigment()] = "gamboge"
    density: Annotated[float, Between(0, 3)] = 0.7
    rim_pigment: Annotated[str, Pigment()] = "orange"
    rim: Annotated[float, Between(0, 3)] = 0.14  # density of the wider ring
    squash: Annotated[float, Between(0.1, 10)] = 1.0  # above 1: flatter


@source
def shade(dst, region, at, p, inputs):
    """Gaussians; where lights meet, the stronger one shows."""
    import numpy as np

    from inkrender import paint

    x, y = region.grid()
    h, w = region.h, region.w
    near = np.zeros((h, w), np.float32)  # exp(-distance^2) of the nearest light
    for gx, gy, radius in p.points:
        reach = 3.4 * radius
        i0 = int(np.clip((gx - reach - region.x) * region.scale, 0, w))
        i1 = int(np.clip((gx + reach - region.x) * region.scale + 1, 0, w))
        j0 = int(np.clip((gy - reach - region.y) * region.scale, 0, h))
        j1 = int(np.clip((gy + reach - region.y) * region.scale + 1, 0, h))
        if i0 >= i1 or j0 >= j1:
            continue
        away = ((x[:, i0:i1] - gx) ** 2 + ((y[j0:j1] - gy) * p.squash) ** 2) / np.float32(radius * radius)
        light = np.exp(-away) * (1 - paint.smoothstep(0.75, 1.0, np.sqrt(away) / 3.4))
        np.maximum(near[j0:j1, i0:i1], light, out=near[j0:j1, i0:i1])
    dst[..., 3] = near ** np.float32(0.8) * np.float32(p.core)
    ring = near ** np.float32(1.3) * (1 - 0.85 * near**5)  # the core stays paper
    paint.wash(dst, ring * np.float32(p.density), absorbance(p.pigment))
    paint.wash(
        dst, near ** np.float32(0.6) * (1 - 0.8 * near**4) * np.float32(p.rim), absorbance(p.rim_pigment)
    )
