"""Birds: a small flock of two-stroke birds, crossing."""

from typing import Annotated, NamedTuple

from inkrender.shader import Between, Pigment, absorbance, source

WIDE = Between(-20000, 20000, unit="px")


class Birds(NamedTuple):
    """Five to seven of them give a landscape its scale."""

    place: Annotated[tuple[float, float], WIDE] = (900.0, 250.0)  # where the leader is at t = 0
    count: Annotated[int, Between(0, 200)] = 7
    size: Annotated[float, Between(1, 400, unit="px")] = 13.0  # half a wing span
    speed: Annotated[tuple[float, float], Between(-4000, 4000, unit="px/s")] = (34.0, -5.0)
    beat: Annotated[float, Between(0, 20, unit="1/s")] = 1.6  # wing beats a second
    spread: Annotated[float, Between(0, 40)] = 2.6  # distance from bird to bird, in sizes
    density: Annotated[float, Between(0, 4)] = 1.1
    pigment: Annotated[str, Pigment()] = "ink"
    seed: Annotated[int, Between(0, 999999)] = 0  # 0: the layer's own


@source(animated=True)
def shade(dst, region, at, p, inputs):
    """Two strokes a bird; wings beat, glide and beat again."""
    import math

    from inkrender import paint
    from inkrender.strokes import Strokes

    seed = paint.seed_for(at, p.seed)
    strokes = Strokes()
    for n in range(p.count):
        r = [float(v) for v in paint.rolls(paint.mixed(seed, 90), n, range(8))]
        side = 1 if n % 2 else -0.8
        x = (
            p.place[0]
            + n * p.size * p.spread * side
            + (r[0] - 0.5) * 2.4 * p.size
            + p.speed[0] * at.t * (0.9 + 0.2 * r[5])
        )
        y = p.place[1] + abs(n - 1) * p.size * 0.8 + (r[1] - 0.5) * 1.6 * p.size + p.speed[1] * at.t
        y += 0.5 * p.size * math.sin(at.t * 1.1 + 6.28 * r[6])
        span = p.size * (0.7 + 0.5 * r[2])
        glide = 0.35 + 0.65 * (0.5 + 0.5 * math.sin(at.t * 0.9 + 6.28 * r[4]))
        lifted = 0.32 + 0.42 * glide * math.sin(
            2 * math.pi * p.beat * (0.85 + 0.3 * r[3]) * at.t + 6.28 * r[3]
        )
        for way in (-1, 1):
            wing = [
                (x, y),
                (x + way * span * 0.45, y - span * lifted),
                (x + way * span, y - span * lifted * 0.55),
            ]
            strokes.add(wing, span * 0.19, density=p.density, taper=(0.15, 0.65), tremor=0.0, seed=n)
    rows, cols = strokes.box(region)
    if rows.start < rows.stop and cols.start < cols.stop:
        paint.wash(dst[rows, cols], strokes.paint(paint.part(region, rows, cols)), absorbance(p.pigment))
