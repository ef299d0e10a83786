"""Dry brush (feibai, flying white): hairs that run out of ink skip over the paper and leave streaks of it."""

from typing import Annotated, NamedTuple

from inkrender.shader import Between, area


class DryBrush(NamedTuple):
    dry: Annotated[float, Between(0, 1)] = 0.4  # how much of the ink is gone; 0 changes nothing
    hair: Annotated[float, Between(1, 20, unit="px")] = 3.0  # how wide a streak is
    aspect: Annotated[float, Between(8, 20)] = 14.0  # how much longer than wide
    grain: Annotated[float, Between(0, 1)] = 0.5  # how much the paper's height breaks the streaks up
    angle: Annotated[float, Between(-180, 180, unit="deg")] = -20.0  # of strokes where the picture has none
    size: Annotated[float, Between(20, 2000, unit="px")] = 420.0  # from one filling of the brush to the next


NEUTRAL = DryBrush(dry=0)


@area(
    needs=("height",),
    optional=("anchor", "depth", "camera"),
    reach=lambda p: 0.6 * p.hair * 2.2 * p.aspect + 60,
)
def shade(dst, region, at, p, inputs):
    """What is thin goes first, dense ink holds; cover goes with the ink, so the paper shows."""
    import numpy as np

    from inkrender import handling, paint, wetting
    from inkrender.repainting import Texture

    if p.dry == 0:
        return
    density = wetting.density(dst)
    tone = np.asarray(1 - np.exp(-1.5 * density), np.float32)
    texture = Texture(region, paint.mixed(at.seed, 91), handling.tied(region, inputs))
    streak = handling.streaks(tone, region, texture, p.hair, p.aspect, p.angle)
    emptied = texture(p.size, 2, 2, 0.5)
    held = streak + np.float32(3.4 * p.grain) * (inputs.height - 0.5) + np.float32(2) * tone
    wanted = np.float32(5.0 * p.dry - 2.6) + np.float32(4 * min(1, 2 * p.dry)) * emptied
    kept = paint.smoothstep(-0.45, 0.45, held - wanted)
    loaded = kept * (1 + 0.10 * np.clip(streak, -2, 2))
    for plane in range(4):
        dst[..., plane] *= kept if plane == 3 else loaded
    dst[kept == 0] = 0
