"""What tears the edge of the blank: heights like the paper's, tied to what moves under the lift.

The edge belongs to the picture. Were it torn by the sheet itself, which lies still on the screen, contours
would crawl over the paper's hills as the picture moves.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from . import cameras, following, surface
from .errors import InkError
from .frame import Region
from .plan import sheet
from .repainting import Texture

if TYPE_CHECKING:
    from .bake import Studio
    from .plan import LayerPass, ScenePass

Plane = NDArray[np.float32]

LINES = 540  # what is worked out at most: no hill is finer
SIZE, OCTAVES = 7.0, 3  # px of the largest hills, and how many sizes there are: as the paper's grain
NUMBER = 31  # which noise


def heights(studio: Studio, one: ScenePass) -> Plane | None:
    """Heights over the whole frame, float32 (h, w), 0..1 and spread evenly; None where the paper's do.

    They lie on the surface of the plate under the lift that moves, or follow its camera where no more is
    known. Without such a plate they belong to the layer furthest in front that a camera moves over.
    """
    layer = _carrier(studio, one)
    if layer is None:
        return None
    w, h = studio.size
    rows = min(h, LINES)
    size = max(2, round(w * rows / h)), rows
    view = layer.view
    region = Region(view.x, view.y, *size, rows / 1080 * view.zoom)
    texture = Texture(region, one.seed, _anchor(studio, one, layer, region))
    found = texture(SIZE, NUMBER, OCTAVES, ranked=True)
    return np.asarray(np.clip(found + np.float32(0.5), 0, 1), np.float32)


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
