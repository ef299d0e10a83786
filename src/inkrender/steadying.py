"""A plate steadied before it is painted: a mean of a few of its drawings along their motion.

What a painter simplifies, he simplifies alike from one drawing to the next. Grain, the marks of a codec and
leaves that shimmer decide otherwise in each where a tone lies between two washes; what stays along the motion
is what is painted.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import replace
from typing import TYPE_CHECKING

import cv2
import numpy as np
from numpy.typing import NDArray

from . import cache, carrying, colour
from .carrying import Way
from .fields import blur

if TYPE_CHECKING:
    from .bake import Studio
    from .plan import LayerPass, ScenePass

Light = NDArray[np.float32]  # (h, w, 4)

WINDOW = (1.0, 0.8, 0.5)  # weights of a drawing and of those one and two from it: what moves must not smear
UNLIKE = 0.06  # of display-encoded luma: a neighbour this unlike counts by a third
GRAIN = 1.2  # px: pictures are compared without what is finer, which is noise as often as not
OPAQUE = 0.999
LINES = 540  # what is painted from tones is worked out at that

_lights = cache.Memory(limit=96 << 20)
_ways = cache.Memory(limit=8 << 20)


def steady(studio: Studio, one: ScenePass, layer: LayerPass, size: tuple[int, int]) -> Light | None:
    """A drawing as a mean along the motion: premultiplied light (h, w, 4) at a size (w, h), opaque.

    None where nothing moves about it, and for a plate that is turned, or not opaque: its edge would come
    apart.
    """
    if layer.layer.at("rotation", layer.drawing):
        return None
    track = studio.track(one, layer)
    drawings, reach = track.drawings, len(WINDOW) - 1
    at = max(bisect_right(drawings, layer.drawing) - 1, 0)

    def seen(i: int) -> Light:
        def make() -> Light:
            return _with_luma(studio.reduced(one, replace(layer, drawing=drawings[i]), size))

        return _lights.get((track.prints[i], size), make, lambda light: light.nbytes)

    def way(i: int, direction: int) -> Way | None:
        later = i if direction < 0 else i + 1
        if not 0 < later < len(drawings) or track.is_cut(drawings[later]):
            return None
        n = drawings[i] if direction < 0 else drawings[later] - 1
        return _ways.get((track.digest, i, direction), lambda: carrying.step(track, n, direction), _bytes)

    about = drawings[max(at - reach + 1, 1) : at + reach + 1]
    if not any(track.moves(n) for n in about):
        return None
    if studio.reduced(one, layer, size)[..., 3].min() < OPAQUE:
        return None
    found = carrying.carry(at, seen, way, WINDOW, UNLIKE)
    found[..., 3] = 1
    return found


def _with_luma(light: Light) -> Light:
    """Opaque light and, in the place of its alpha, its luma, encoded well enough to compare by."""
    clean = np.nan_to_num(light, nan=0.0, posinf=1e4, neginf=0.0)
    luma = cv2.transform(clean, np.array([[*colour.LUMA, 0]], np.float32))
    clean[..., 3] = blur(np.asarray(np.sqrt(np.maximum(luma, 0)), np.float32), GRAIN)
    return clean


def _bytes(way: Way) -> int:
    return way.nbytes
