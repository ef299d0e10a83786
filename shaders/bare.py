"""Bare: liubai inside a subject. Its wash is taken away and one contour holds the bare paper together.

The subject is the layer's matte where it has one, else what the layer covers: all of it, if it is opaque,
and `check` warns of that. Where either fades, as into mist, the contour is lost.
"""

from typing import Annotated, NamedTuple

from inkrender.shader import Between, Pigment, absorbance, area


class Bare(NamedTuple):
    washout: Annotated[float, Between(0, 1)] = 0.94  # how much of the wash inside goes
    features: Annotated[float, Between(0, 1)] = 0.6  # how much stays of small dark things: eyes, a beak
    shade: Annotated[float, Between(0, 1)] = 0.22  # how much stays along the inside of the contour
    density: Annotated[float, Between(0, 2)] = 0.75  # of the contour; 0 draws none
    line: Annotated[float, Between(0.5, 30, unit="px")] = 5.0  # its width at full pressure
    pigment: Annotated[str, Pigment()] = "ink"
    pressure: Annotated[float, Between(0, 1)] = 0.7  # how much the hand presses and lifts
    found: Annotated[float, Between(0, 1)] = 0.85  # share of the contour that is drawn; the rest is lost


NEUTRAL = Bare(washout=0, density=0)
SMALL = 7.0  # px: what is dark and nowhere wider than twice that is a feature
HUG = 15.0  # px: how far shade reaches in from the contour


@area(optional=("matte", "anchor", "depth", "camera"), reach=lambda p: 6 * p.line + 3 * HUG + 16)
def shade(dst, region, at, p, inputs):
    import cv2
    import numpy as np

    from inkrender import handling, lines
    from inkrender.paint import smoothstep
    from inkrender.repainting import Texture

    h, w = dst.shape[:2]
    near, planes = lines.reduced(region, inputs)
    size, k = (near.w, near.h), near.scale
    small = np.clip(np.nan_to_num(lines.at_size(dst, size), nan=0.0), 0, 20)
    if inputs.matte is not None:
        matte = np.clip(lines.at_size(np.nan_to_num(inputs.matte), size), 0, 1)
    else:
        matte = np.clip(small[..., 3], 0, 1)
    away = lines.outline(matte, 2 * lines.breadth(p.line, region.scale) * k) / np.float32(k)
    if p.washout > 0:
        rim = 2 * (1 - lines.blur(matte, HUG * k))
        side = 2 * max(1, round(SMALL * k)) + 1
        brush = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side))
        light = lines.lightness(small)
        wide = cv2.morphologyEx(light, cv2.MORPH_CLOSE, brush, borderType=cv2.BORDER_REPLICATE)
        feature = smoothstep(0.18, 0.42, lines.blur(wide - light, 0.6 * k))
        feature *= smoothstep(2, 10, away)  # the dark rim of a shape is its contour's place
        stays = np.clip(np.float32(p.features) * feature + np.float32(p.shade) * rim * rim, 0, 1)
        goes = np.clip(np.float32(p.washout) * smoothstep(-0.5, 1.5, away) * (1 - stays), 0, 1)
        dst[..., :3] *= (1 - np.clip(lines.at_size(goes, (w, h)), 0, 1))[..., None]
    if p.density > 0:
        texture = Texture(near, at.seed, handling.tied(near, planes))
        press = 0.6 + np.float32(0.9 * p.pressure) * texture(120.0, 85, 2)
        press = np.clip(press, 0.15, 1.2) * lines.kept(texture(170.0, 86, 3), p.found)
        press *= smoothstep(0.15, 0.5, lines.of_matte(matte, HUG, k))
        press = np.maximum(lines.at_size(press, (w, h)), 0)
        width = np.float32(p.line) * press
        drawn = np.maximum(width, np.float32(1 / region.scale))
        line = np.clip((drawn / 2 - np.abs(lines.at_size(away, (w, h)))) * region.scale + 0.5, 0, 1)
        line *= width / drawn * (0.5 + 0.5 * np.minimum(press, 1))
        for channel, ink in enumerate(absorbance(p.pigment)):
            dst[..., channel] += np.float32(p.density * ink) * line
