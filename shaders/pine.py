"""Pine: a huangshan pine, bent trunk and flat tiers of needle fans."""

from typing import Annotated, NamedTuple

from inkrender.shader import Between, Pigment, absorbance, source

WIDE = Between(-20000, 20000, unit="px")


class Pine(NamedTuple):
    """One or more pines; each stands on its foot."""

    trees: Annotated[tuple[tuple[float, float, float, float], ...], WIDE] = (
        (960.0, 800.0, 300.0, 0.4),
    )  # x, y of the foot, height, lean (above 0 to the right)
    tiers: Annotated[int, Between(2, 14)] = 6
    needles: Annotated[str, Pigment()] = "malachite"
    wash: Annotated[float, Between(0, 3)] = 0.6  # colour of the needle pads
    ink: Annotated[float, Between(0, 3)] = 1.0
    dry: Annotated[float, Between(0, 1)] = 0.34
    seed: Annotated[int, Between(0, 999999)] = 0  # 0: the layer's own


@source
def shade(dst, region, at, p, inputs):
    """Pads of colour, then the ink of trunk, branches and needles."""
    import numpy as np

    from inkrender import paint
    from inkrender.strokes import Strokes

    seed = paint.seed_for(at, p.seed)
    pads, ink = Strokes(), Strokes()
    for k, tree in enumerate(p.trees):
        _tree(paint, pads, ink, tree, p, paint.mixed(seed, 200 + k))
    found = [strokes.box(region) for strokes in (pads, ink)]
    rows, cols = (slice(min(f[k].start for f in found), max(f[k].stop for f in found)) for k in (0, 1))
    if rows.start >= rows.stop or cols.start >= cols.stop:
        return
    near, tree = paint.part(region, rows, cols), dst[rows, cols]
    height = paint.paper_height(near)
    pad = np.minimum(pads.paint(near, height), 1.2)
    lines = np.minimum(ink.paint(near, height), 1.7)
    paint.wash(tree, paint.grain(pad * p.wash, height, 0.16), absorbance(p.needles))
    paint.wash(tree, lines, absorbance("ink"))
    tree[..., 3] = np.maximum(0.35 * np.minimum(pad, 1), np.minimum(lines, 0.9))


def _tree(paint, pads, ink, tree, p, seed):
    import numpy as np

    x, y, h, lean = tree
    roll = paint.rolls(seed, np.arange(4000))
    used = iter(roll)
    side_x = np.array([0, 0.02, 0.35, 0.30, 0.62, 0.80]) * lean * h
    side_x[1:5] += (roll[-4:] - 0.5) * 0.05 * h
    trunk = np.column_stack([x + side_x, y - np.array([0, 0.22, 0.42, 0.66, 0.86, 1.0]) * h])
    ink.add(trunk, h * 0.072, density=p.ink, taper=(0, 0.95), dry=p.dry, tremor=0.22, seed=seed)
    ink.add(trunk - (h * 0.009, 0), h * 0.022, density=0.8 * p.ink, taper=(0, 0.9), dry=0.1, seed=seed + 1)
    for way in (-1, 1):  # roots hold the rock
        root = [(x, y - 0.03 * h), (x + way * 0.03 * h, y + 0.005 * h), (x + way * 0.075 * h, y + 0.03 * h)]
        ink.add(root, h * 0.03, density=p.ink, taper=(0, 0.8), dry=p.dry, seed=seed + 2)
    steps = np.linspace(0, 1, len(trunk))
    lead = 1 if lean >= 0 else -1
    for tier in range(p.tiers):
        u = 0.44 + 0.56 * tier / (p.tiers - 1)
        bx, by = np.interp(u, steps, trunk[:, 0]), np.interp(u, steps, trunk[:, 1])
        way = lead if tier % 2 == 0 else -lead
        length = (
            h
            * (0.50 - 0.34 * (u - 0.44) / 0.56)
            * (1.15 if way == lead else 0.75)
            * (0.85 + 0.3 * next(used))
        )
        ex, ey = bx + way * length, by + h * (0.045 - 0.06 * next(used))
        branch = [(bx, by), ((bx + ex) / 2, by + h * 0.014), (ex, ey)]
        ink.add(branch, h * 0.024, density=p.ink, taper=(0, 0.8), dry=p.dry, seed=seed + 10 + tier)
        fans = max(4, int(9 * length / (h * 0.4)))
        for fan in range(fans):
            q = 0.16 + 0.90 * (fan + 0.5 * next(used)) / fans
            nx, ny = bx + (ex - bx) * q, by + (ey - by) * q - h * 0.010 * next(used)
            reach = h * (0.085 + 0.035 * next(used)) * (1.12 - 0.4 * abs(q - 0.55))
            pad = [(nx - reach, ny + 0.02 * reach), (nx, ny - 0.30 * reach), (nx + reach, ny + 0.02 * reach)]
            pads.add(pad, reach * 0.62, density=0.6, taper=(0.5, 0.5), tremor=0.1, seed=seed + 100 + fan)
            for angle in np.linspace(-1.38, 1.38, 11):
                a = angle + (next(used) - 0.5) * 0.2
                long = reach * (0.85 + 0.35 * next(used))
                needle = [
                    (nx, ny),
                    (nx + np.sin(a) * long * 0.55, ny - np.cos(a) * long * 0.36),
                    (nx + np.sin(a) * long * 1.08, ny - np.cos(a) * long * 0.58 + abs(angle) * reach * 0.06),
                ]
                ink.add(
                    needle,
                    max(1.1, h * 0.0068),
                    density=0.85 * p.ink,
                    taper=(0.1, 0.7),
                    tremor=0,
                    smooth=False,
                    seed=7,
                )
