"""Cun: texture strokes that model rock, along its fall: hemp fibres, axe cuts or rain dots."""

from typing import Annotated, NamedTuple

from inkrender.shader import Between, Choice, Pigment, absorbance, area


class Cun(NamedTuple):
    school: Annotated[str, Choice("pima", "fupi", "yudian")] = "pima"  # hemp fibres, axe cuts, rain dots
    ink: Annotated[float, Between(0, 2)] = 0.7  # density of the strokes; 0 none
    pigment: Annotated[str, Pigment()] = "ink"
    density: Annotated[float, Between(0.02, 3)] = 0.4  # strokes on 100 square px where it is darkest
    length: Annotated[float, Between(0.2, 4)] = 1.0  # of the strokes, relative to their school
    width: Annotated[float, Between(0.2, 4)] = 1.0  # the same
    dry: Annotated[float, Between(0, 1)] = 0.35  # how dry the brush is
    tones: Annotated[tuple[float, float], Between(0, 4)] = (0.15, 1.8)  # densities: first stroke, all of them
    angle: Annotated[float, Between(-180, 180, unit="deg")] = 90.0  # where nothing tells the fall: down
    far: Annotated[float, Between(0.01, 100000)] = 36.0  # depth at which strokes are gone


NEUTRAL = Cun(ink=0)


@area(
    needs=("height",),
    optional=("normal", "depth", "matte", "anchor", "camera"),
    reach=lambda p: max(120 * p.length + 20 * p.width + 40, 420),
)
def shade(dst, region, at, p, inputs):
    """Strokes lie on what is painted, not on bare paper, level ground or subjects.

    Subjects are the matte's; without one what stands in front by depth; with neither nothing tells them.
    """
    import cv2
    import numpy as np

    from inkrender import cun, fields, handling, paint, wetting
    from inkrender.repainting import Texture

    if p.ink == 0:
        return
    fine = min(1.0, 0.5 / region.scale)  # tones and falls are smooth: 540 lines tell them
    k, size = region.scale * fine, (max(2, round(region.w * fine)), max(2, round(region.h * fine)))

    def small(plane):
        return None if plane is None else cv2.resize(np.nan_to_num(plane), size, interpolation=cv2.INTER_AREA)

    density = paint.gauss(small(np.minimum(wetting.density(dst), 4)), 4 * k)
    first, whole = p.tones
    weight = np.clip((density - first) / max(whole - first, 1e-3), 0, 1) ** np.float32(0.8)
    anchor = handling.tied(region, inputs)
    texture = Texture(region, paint.mixed(at.seed, 102), anchor)
    weight *= np.clip(0.75 + 1.2 * small(texture(150.0, 1, 2)), 0.1, 1.1)  # they come in clusters, with rests
    normal, depth, matte = (small(plane) for plane in (inputs.normal, inputs.depth, inputs.matte))
    if normal is not None:
        upright = paint.gauss(np.ascontiguousarray(normal[..., 2]), 2 * k)
        weight *= 1 - paint.smoothstep(0.93, 0.985, upright)
    if depth is not None:
        weight *= 1 - paint.smoothstep(0.25 * p.far, p.far, depth)
    if matte is None and depth is not None:
        front = np.log(fields.NEAR) + 0.40 * np.log(fields.FAR / fields.NEAR)
        matte = fields.standing(fields.log_depth(depth, fields.FAR), k, float(front))
    if matte is not None:
        weight *= 1 - paint.smoothstep(0.1, 0.6, matte)
    strokes = cun.lay(
        region,
        weight,
        cun.fall_line(1 - np.exp(-1.5 * density), normal, k, p.angle),
        cun.SCHOOLS[p.school],
        inputs.height,
        anchor,
        paint.mixed(at.seed, 101),
        density=p.density,
        length=p.length,
        width=p.width,
        dry=p.dry,
    )
    shown = cv2.resize(np.clip(4 * weight, 0, 1), (region.w, region.h), interpolation=cv2.INTER_LINEAR)
    paint.wash(dst, strokes * shown * np.float32(p.ink), absorbance(p.pigment))
