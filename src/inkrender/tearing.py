"""What tears the edge of the blank: streaks of a brush's hairs along it, tied to what moves under the lift.

The edge belongs to the picture. Were it torn by the sheet itself, which lies still on the screen, contours
would crawl over the paper's hills as the picture moves; and hills as fine as the grain tear a line to dust,
where a brush that runs dry leaves pieces as long as its hairs.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import cv2
import numpy as np
from numpy.typing import NDArray

from . import cameras, following, surface
from .errors import InkError
from .fields import blur
from .frame import Region
from .negative_space import Lift
from .plan import View, sheet
from .repainting import UNSEEN, Texture

if TYPE_CHECKING:
    from .bake import Studio
    from .plan import LayerPass, ScenePass

Plane = NDArray[np.float32]

LINES = 405  # what is worked out at most: no hair is finer
HAIR, DRAWN = 7.0, 30.0  # px from hair to hair, and how far each is drawn out either way
STRIDE = 4.0  # px from one look along a hair to the next
SHOWN = 3.0  # pixels from hair to hair that can be told apart
DEVIATION = 0.0245  # of one octave of `Texture` drawn out so far, over the root of its size
NUMBER = 31  # which noise


def heights(studio: Studio, one: ScenePass, lift: Lift) -> Plane:
    """Heights over the whole frame, float32 (h, w), 0..1 and spread evenly; .5 where the lift has no edge.

    They lie on the surface of the plate under the lift that moves, or follow its camera where no more is
    known. Without such a plate they belong to the layer furthest in front that a camera moves over, else to
    the sheet.
    """
    w, h = studio.size
    rows = min(h, LINES)
    size = max(2, round(w * rows / h)), rows
    layer = _carrier(studio, one)
    view = View(0.0, 0.0, 1.0) if layer is None else layer.view
    region = Region(view.x, view.y, *size, rows / 1080 * view.zoom)
    texture = Texture(region, one.seed, None if layer is None else _anchor(studio, one, layer, region))
    return _along_the_edge(texture, lift, rows / 1080)


def _along_the_edge(texture: Texture, lift: Lift, k: float) -> Plane:
    """Hairs of the texture's size that run along the edge of a lift. k: pixels per px at 1080 lines."""
    from .kernels import flow

    size = texture.region.w, texture.region.h
    phi = blur(lift.phi, 7.0 * lift.phi.shape[0] / 1080)
    across, down = cv2.Sobel(phi, cv2.CV_32F, 1, 0), cv2.Sobel(phi, cv2.CV_32F, 0, 1)
    steep = np.maximum(np.hypot(across, down), np.float32(1e-6))
    # a torn edge wanders by a quarter of what a dry one takes
    belt = np.where(lift.hard < 0, np.float32(lift.bleed + 2), np.float32(0.25 * lift.bleed + 4))
    seen = np.where(np.abs(lift.hard) > UNSEEN, np.clip(belt - np.abs(lift.phi), 0, 1), 0)
    stride = np.float32(max(1.0, STRIDE * k))
    planes = (down / steep * -stride, across / steep * stride, seen)
    x, y, near = (np.asarray(cv2.resize(p, size, interpolation=cv2.INTER_LINEAR), np.float32) for p in planes)
    reach = max(2, round(DRAWN * k / stride))
    weights = np.asarray(np.exp(-0.5 * (np.arange(reach + 1) / (0.5 * reach)) ** 2), np.float32)
    hairs, apart = np.empty(near.shape, np.float32), max(HAIR, SHOWN / k)
    flow.along(hairs, texture(apart, NUMBER, 1), x, y, near, weights)
    even = cv2.blur(hairs, (3, 3))  # steps from pixel to pixel would be seen as such
    found, there = np.full_like(near, 0.5), np.nonzero(near > UNSEEN)
    # the logistic curve is a Gaussian's integral, or nearly: what is normal becomes even
    told = even[there] * np.float32(-1.702 / (DEVIATION * np.sqrt(apart)))
    found[there] = 1 / (1 + np.exp(told))
    return found


def _carrier(studio: Studio, one: ScenePass) -> LayerPass | None:
    whole = (0.0, 0.0, *sheet(studio.film))
    for layer in reversed(one.lower):
        if following.moving(layer) or (layer.static and tuple(layer.extent) != whole):
            return layer
    return None


def _anchor(studio: Studio, one: ScenePass, layer: LayerPass, region: Region) -> NDArray[np.float32]:
    """Where the texture of each pixel of the frame lies: (h, w, 2), or (h, w, 3) on a surface."""
    if not following.moving(layer):
        return np.stack(np.broadcast_arrays(*region.grid()), axis=-1)
    try:
        if (region.x, region.y, region.scale) == (0, 0, region.h / 1080):
            camera = cameras.camera(studio, one, layer)
            small = replace(studio, size=(region.w, region.h))
            depth = small.plane(one, layer, "depth") if camera is not None else None
            # of a plate that reaches beyond the frame, the camera alone is followed
            if camera is not None and depth is not None and depth.shape == (region.h, region.w):
                return surface.anchored(depth, camera, region)
        return following.anchor(region, studio.track(one, layer), layer)
    except InkError:  # painting the plate says what is wrong with its files
        return np.stack(np.broadcast_arrays(*region.grid()), axis=-1)
