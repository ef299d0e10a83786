"""How the brush was handled: which way it went over a picture, the streaks of its hairs, where they skip.

Lengths are px at 1080 lines times `region.scale`; planes are float32 (h, w). Directions are worked out at 540
lines: they are smooth.
"""

from __future__ import annotations

from math import cos, radians, sin
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .frame import Region
from .paint import Plane, gauss
from .repainting import Texture
from .surface import anchored

LINES = 540  # directions and streaks are worked out at no more than this
DEVIATION = 0.27  # of what is left of one octave of `Texture` at 540 lines


def tied(region: Region, inputs: Any) -> NDArray[np.float32] | None:
    """The coordinates to which a shader's texture is tied: the plate's surfaces, where they can be told.

    inputs: anchor, depth and camera of an area shader, each may be None. Depth and camera tell the surface
    exactly (`surface.anchored`, (h, w, 3)); the anchor follows the track, (h, w, 2); None: the layer itself.
    """
    if inputs.depth is not None and inputs.camera is not None:
        return anchored(np.asarray(inputs.depth, np.float32), inputs.camera, region)
    found: NDArray[np.float32] | None = inputs.anchor
    return found


def directions(plane: Plane, sigma: float, angle: float, firm: float = 0.03) -> tuple[Plane, Plane]:
    """Unit vectors (x right, y down) along the edges of a plane, by its smoothed structure tensor.

    sigma: pixels the tensor is smoothed by; angle: degrees from the right, clockwise, where it is flat:
    where it changes by less than about `firm` over `sigma`.
    """
    import cv2

    soft = gauss(plane, 0.4 * sigma)
    gx = cv2.Sobel(soft, cv2.CV_32F, 1, 0, scale=0.125)
    gy = cv2.Sobel(soft, cv2.CV_32F, 0, 1, scale=0.125)
    xx, xy, yy = (gauss(np.asarray(part, np.float32), sigma) for part in (gx * gx, gx * gy, gy * gy))
    # a weak gradient across the wanted angle, which decides where there is none of the picture's own
    weak = np.float32((firm / max(sigma, 1)) ** 2)
    across, down = -sin(radians(angle)), cos(radians(angle))
    turn = 0.5 * np.arctan2(
        2 * (xy + weak * np.float32(across * down)), xx - yy + weak * np.float32(across**2 - down**2)
    )
    return np.asarray(-np.sin(turn), np.float32), np.asarray(np.cos(turn), np.float32)


def streaks(
    picture: Plane, region: Region, texture: Texture, hair: float, aspect: float, angle: float
) -> NDArray[np.float32]:
    """Streaks of bristles along the strokes of a picture: mean 0, deviation about 1.

    picture: the density the strokes are read from. hair: how wide a streak is, px at 1080 lines; aspect: how
    much longer than wide.
    """
    import cv2

    from .kernels import streaks as kernel

    h, w = picture.shape
    fine = min(1.0, LINES / 1080 / region.scale)
    cols, rows = max(2, round(w * fine)), max(2, round(h * fine))
    k = cols / w * region.scale
    small = np.asarray(cv2.resize(picture, (cols, rows), interpolation=cv2.INTER_AREA), np.float32)
    vx, vy = directions(small, max(11 * k, 1.0), angle)
    size = max(2.2 * hair, 2.4 / k)  # a streak is half a feature of the noise; pixels must be able to show it
    noise = texture(size, 1, 1)
    dots = np.asarray(cv2.resize(noise, (cols, rows), interpolation=cv2.INTER_LINEAR), np.float32)
    # two short walks, the second in longer strides, reach as far as one long one
    half = max(0.5 * aspect * 0.5 * size * k, 2.0)
    stride = max(1.0, half / 12)
    steps = max(2, round(0.25 * half / stride))
    once, twice = np.empty_like(dots), np.empty_like(dots)
    kernel.drag(once, dots, vx, vy, steps, np.float32(stride))
    far = max(2, round(0.75 * half / (2 * stride * steps + stride)))
    kernel.drag(twice, once, vx, vy, far, np.float32(stride * (2 * steps + 1)))
    gain = np.sqrt(1 + 2 * half / (0.55 * size * k)) / DEVIATION
    return np.asarray(
        cv2.resize(twice, (w, h), interpolation=cv2.INTER_LINEAR) * np.float32(gain), np.float32
    )
