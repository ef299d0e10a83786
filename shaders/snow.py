"""Snow: flakes at three depths, lifted out of whatever is behind them, falling."""

from typing import Annotated, NamedTuple

from inkrender.shader import Between, source

KINDS = (  # flakes a 1920x1080 frame, radii, soft rim, speed, weight, sway
    (900.0, 0.8, 1.8, 0.8, 0.55, 0.75, 5.0),
    (260.0, 1.8, 3.4, 1.2, 0.8, 0.9, 9.0),
    (46.0, 5.0, 10.0, 9.0, 1.35, 0.7, 16.0),
)
CELL = 96.0


class Snow(NamedTuple):
    """Falling snow; nothing is painted, the flakes are bare paper."""

    amount: Annotated[float, Between(0, 4)] = 1.0  # how many flakes
    speed: Annotated[float, Between(0, 2000, unit="px/s")] = 90.0  # of the middle depth
    wind: Annotated[float, Between(-2000, 2000, unit="px/s")] = 24.0  # to the right
    size: Annotated[float, Between(0.1, 8)] = 1.0
    sway: Annotated[float, Between(0, 8)] = 1.0  # how far they swing from side to side
    density: Annotated[float, Between(0, 1)] = 1.0  # how much pigment they take
    near: Annotated[float, Between(0, 4)] = 1.0  # share of large flakes close to the lens
    seed: Annotated[int, Between(0, 999999)] = 0  # 0: the layer's own


@source(animated=True)
def shade(dst, region, at, p, inputs):
    """Flakes live in the cells of a plane that falls; each sways about its place."""
    import numpy as np

    from inkrender import paint
    from inkrender.kernels import strokes

    seed = paint.seed_for(at, p.seed)
    matte = np.zeros((region.h, region.w), np.float32)
    for depth, (count, small, large, soft, pace, weight, sway) in enumerate(KINDS):
        for half in (0, 1):  # two planes a depth, so that flakes pass one another
            own = paint.mixed(seed, 60 + 2 * depth + half)
            fallen = p.speed * pace * (0.86 + 0.28 * half) * at.t
            blown = p.wind * pace * at.t
            share = 0.5 * count * p.amount * (p.near if depth == 2 else 1) * CELL * CELL / (1920 * 1080)
            reach = (large * p.size + soft) + sway * p.sway
            cx = np.arange(
                np.floor((region.x - reach - blown) / CELL),
                np.ceil((region.x + region.w / region.scale + reach - blown) / CELL) + 1,
            )
            cy = np.arange(
                np.floor((region.y - reach - fallen) / CELL),
                np.ceil((region.y + region.h / region.scale + reach - fallen) / CELL) + 1,
            )
            slots = int(np.ceil(share))
            gx, gy, gs = (a.ravel() for a in np.meshgrid(cx, cy, np.arange(slots)))
            row = gy * slots + gs
            r = [paint.rolls(paint.mixed(own, k), gx, row) for k in range(6)]
            alive = r[0] * slots < share
            phase = 2 * np.pi * (r[3] + at.t * (0.22 + 0.25 * r[4]))
            x = (gx + r[1]) * CELL + blown + np.sin(phase) * sway * p.sway
            y = (gy + r[2]) * CELL + fallen + 0.35 * np.cos(phase) * sway * p.sway
            radius = (small + (large - small) * r[5]) * p.size
            points = np.stack([x, y, radius], axis=-1)[alive].astype(np.float32)
            rim = np.full(len(points), soft * p.size, np.float32)
            strength = np.full(len(points), weight * p.density, np.float32)
            strokes.spots(matte, points, rim, strength, float(region.x), float(region.y), float(region.scale))
    dst[..., 3] = matte
