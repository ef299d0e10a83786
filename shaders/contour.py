"""Contour: brush lines along silhouettes, creases and edges, that swell with pressure and are lost and found.

Lines come from passes first (depth, normal, id) and from the layer's own cover, then from the picture.
"""

from typing import Annotated, NamedTuple

from inkrender.shader import Between, Pigment, absorbance, area


class Contour(NamedTuple):
    density: Annotated[float, Between(0, 2)] = 0.62  # 0 draws nothing
    width: Annotated[float, Between(0.5, 30, unit="px")] = 4.2  # of a line at full pressure
    wash: Annotated[float, Between(0, 1)] = 1.0  # how much of the picture stays below the lines
    pigment: Annotated[str, Pigment()] = "ink"
    passes: Annotated[float, Between(0, 1)] = 1.0  # how surely edges of the passes and the cover are drawn
    picture: Annotated[float, Between(0, 1)] = 1.0  # how surely edges of the picture are
    detail: Annotated[float, Between(0.5, 12, unit="px")] = 2.0  # the finest thing in the picture with lines
    length: Annotated[float, Between(4, 100, unit="px")] = 26.0  # half the shortest line drawn in the picture
    found: Annotated[float, Between(0, 1)] = 0.7  # share of the way on which lines are not lost
    pressure: Annotated[float, Between(0, 1)] = 0.7  # how much the hand presses and lifts
    dry: Annotated[float, Between(0, 1)] = 0.35  # how much the paper breaks the line


NEUTRAL = Contour(density=0, wash=1)
REACH = 60.0  # px: wide blurs of the picture, and the length of a line


@area(optional=("depth", "normal", "id", "height", "anchor", "camera"), reach=lambda p: 6 * p.width + REACH)
def shade(dst, region, at, p, inputs):
    import numpy as np

    from inkrender import handling, lines
    from inkrender.paint import smoothstep
    from inkrender.repainting import Texture

    h, w = dst.shape[:2]
    near, planes = lines.reduced(region, inputs)
    k = near.scale
    sigma = lines.breadth(p.width, region.scale)
    small = np.clip(np.nan_to_num(lines.at_size(dst, (near.w, near.h)), nan=0.0), 0, 20)
    if p.wash < 1:
        dst[..., :3] *= np.float32(p.wash)
    if p.density == 0:
        return

    edge = lines.of_matte(small[..., 3], sigma, k)
    for plane, edges_of in (
        (planes.depth, lines.of_depth),
        (planes.normal, lines.of_normal),
        (planes.id, lines.of_ids),
    ):
        if plane is not None:
            edge = np.maximum(edge, edges_of(plane, sigma, k))
    edge = np.minimum(np.float32(1.1 * p.passes) * lines.drawn_out(edge, 12.0, k), 1)
    light = lines.lightness(small)
    if p.picture > 0:
        found = lines.of_picture(light, sigma, k, p.detail, p.length)
        edge = np.maximum(edge, np.float32(p.picture) * found)

    texture = Texture(near, at.seed, handling.tied(near, planes))
    press = 0.55 + np.float32(0.9 * p.pressure) * texture(110.0, 81, 2)
    press += np.float32(0.25) * texture(34.0, 82, 2)
    dark = 1 - lines.blur(light, 10 * k)  # the brush is heavier where the tone is
    press = np.clip(press + 0.7 * (dark - 0.3), 0.15, 1.3) * lines.kept(texture(190.0, 83, 3), p.found)
    press = np.maximum(lines.at_size(press, (w, h)), 0)
    line = lines.stroke(lines.at_size(edge, (w, h)), np.float32(p.width) * press, sigma, region.scale)
    line *= 0.5 + 0.5 * np.minimum(press, 1)
    if p.dry > 0 and inputs.height is not None:
        line *= 1 - np.float32(p.dry) * smoothstep(0.55, 0.9, inputs.height) * smoothstep(0.9, 0.3, press)
    for channel, ink in enumerate(absorbance(p.pigment)):
        dst[..., channel] += np.float32(p.density * ink) * line
