"""Paper: a sheet of xuan, with grain, drifting tone and long fibres."""

from typing import Annotated, NamedTuple

from inkrender.shader import Between, Pigment, absorbance, source


class Paper(NamedTuple):
    """Bare paper. Its height is what granulation, dry brushes and torn edges feel."""

    tint: Annotated[str, Pigment()] = "oklch(.972 .011 85)"  # its colour
    grain: Annotated[float, Between(0, 4)] = 1.0  # how much its relief shades it
    fibres: Annotated[float, Between(0, 4)] = 1.0  # long fibres, a little darker
    drift: Annotated[float, Between(0, 6)] = 1.0  # slow changes of tone across the sheet
    seed: Annotated[int, Between(0, 999999)] = 5  # which sheet; the same in every scene of a film


@source(medium="paper")
def shade(dst, region, at, p, inputs):
    """dst[..., :3] = -ln(reflectance), dst[..., 3] = height, 0..1 with mean .5."""
    import numpy as np

    from inkrender import paint

    height = paint.paper_height(region, p.seed, p.fibres)
    fibres = paint.fibre_matte(region, paint.mixed(p.seed, 14), p.fibres)
    tone = paint.field(region, (420.0, 380.0), paint.mixed(p.seed, 20), 3)
    shade_of = (
        (height - 0.5) * np.float32(0.036 * p.grain) - 0.08 * fibres + tone * np.float32(0.014 * p.drift)
    )
    warmth = paint.field(region, (760.0, 640.0), paint.mixed(p.seed, 21), 2) * np.float32(0.004 * p.drift)
    base = absorbance(p.tint)
    for c, tilt in enumerate((1.0, 0.0, -1.0)):
        dst[..., c] = np.maximum(np.float32(base[c]) - np.log1p(shade_of + np.float32(tilt) * warmth), 0)
    dst[..., 3] = height
