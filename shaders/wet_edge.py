"""Wet edge: a wash dries darker along its rim, where the water carried the pigment."""

from typing import Annotated, NamedTuple

from inkrender.shader import Between, area


class WetEdge(NamedTuple):
    edge: Annotated[float, Between(0, 2)] = 0.55  # 0 leaves the layer untouched
    width: Annotated[float, Between(0.5, 40, unit="px")] = 4.5  # how far the rim reaches into the wash


NEUTRAL = WetEdge(edge=0)
FULL = 12.0  # how fast absorbance makes a wash without cover count as wet paper: .1 is two thirds


@area(reach=lambda p: 4 * p.width + 2)
def shade(dst, region, at, p, inputs):
    import cv2
    import numpy as np

    if p.edge == 0:
        return
    ink = np.nan_to_num(dst, nan=0.0, posinf=1e9, neginf=0.0)
    wet = 1 - np.exp(-FULL * np.maximum(ink[..., :3].mean(axis=2), 0))
    wet = np.maximum(wet, np.clip(ink[..., 3], 0, 1)).astype(np.float32)
    # the wash less its own blur: nothing inside, most at the rim, so that thin washes are not darkened flat
    soft = cv2.GaussianBlur(wet, (0, 0), p.width * region.scale, borderType=cv2.BORDER_REPLICATE)
    rim = np.clip(2.2 * wet * (wet - soft), 0, 1) ** np.float32(1.4)
    dst[..., :3] *= (1 + np.float32(p.edge) * rim)[..., None]
