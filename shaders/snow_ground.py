"""Snow ground: a slope of bare paper with blue shade, and a nearer drift before it."""

from typing import Annotated, NamedTuple

from inkrender.shader import Between, Pigment, absorbance, source

WIDE = Between(-20000, 20000, unit="px")


class SnowGround(NamedTuple):
    """Liubai as ground: everything behind it is lifted, only its shadows are painted."""

    y: Annotated[float, WIDE] = 872.0  # height of its edge at x = 200
    slope: Annotated[float, Between(-2, 2)] = 0.02  # px it rises per px to the right
    swell: Annotated[float, Between(0, 400, unit="px")] = 70.0  # of its long waves
    drift_y: Annotated[float, WIDE] = 985.0  # the nearer drift
    drift_right: Annotated[float, WIDE] = 1000.0  # where that drift runs out
    shade_pigments: Annotated[tuple[str, str], Pigment()] = ("azurite", "ultramarine")
    density: Annotated[float, Between(0, 3)] = 1.0  # of the shadows
    grain: Annotated[float, Between(0, 0.5)] = 0.09
    seed: Annotated[int, Between(0, 999999)] = 0  # 0: the layer's own


@source
def shade(dst, region, at, p, inputs):
    """Lift below the edge, shade downwards, then the same for the near drift."""
    import numpy as np

    from inkrender import paint

    seed = paint.seed_for(at, p.seed)
    x, y = region.grid()
    far, near = absorbance(p.shade_pigments[0]), absorbance(p.shade_pigments[1])
    broad = paint.field(region, (900, 300), paint.mixed(seed, 81), 5, warp=0.9)
    fine = paint.field(region, (420, 200), paint.mixed(seed, 82), 5, warp=1.2)
    ripples = paint.field(region, (260, 34), paint.mixed(seed, 83), 3, warp=0.6)
    height = paint.paper_height(region)
    k = np.float32(p.density)

    edge = p.y - (x - 200) * np.float32(p.slope) + p.swell * np.sin(x / 520 + 0.7) + broad * 55
    soft = 1.0 / region.scale + 10 * np.clip(fine + 0.3, 0, 1)
    below = y - edge
    ground = paint.smoothstep(0, 1, below / soft + 0.15)
    paint.lift(dst, ground)
    depth = np.clip(below / 260, 0, 1) ** np.float32(1.3)
    shadow = ground * depth * 0.42 * np.exp(0.9 * fine) * (1 + 0.5 * ripples)
    paint.wash(dst, paint.grain(shadow * k, height, p.grain), far)
    rim = ground * np.exp(np.maximum(below, 0) * np.float32(-1 / 34)) * 0.10 * np.clip(0.4 + 2 * fine, 0, 1)
    paint.wash(dst, rim * k, near)
    deep = ground * paint.smoothstep(120, 300, below + broad * 60) * 0.30 * (1 + 0.6 * ripples)
    paint.wash(dst, paint.grain(np.maximum(deep, 0) * k, height, p.grain), near)

    edge = p.drift_y - (x - 900) * 0.07 * (x < 900) + fine * 30 + 26 * np.sin(x / 300)
    drift = paint.smoothstep(-1.5 / region.scale, 2.0 / region.scale, y - edge)
    drift *= 1 - paint.smoothstep(p.drift_right - 300, p.drift_right + 300, x + broad * 200)
    paint.lift(dst, drift)
    shadow = drift * np.clip((y - edge) / 190, 0, 1) * 0.55 * np.exp(0.8 * fine) * (1 + 0.4 * ripples)
    paint.wash(dst, paint.grain(shadow * k, height, p.grain), near)
