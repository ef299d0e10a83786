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
GRAIN = 0.8  # px: pictures are compared without what is finer, which is noise as often as not
OPAQUE = 0.999
BRIGHT = 1e4  # light beyond it is as white as can be, and halves can hold it
LINES = 270  # at most: what is finer is smoothed by every wash

_lights = cache.Memory(limit=32 << 20)


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

    def seen(i: int) -> tuple[Light, bool]:
        def make() -> tuple[Light, bool]:
            return _with_luma(studio.reduced(one, replace(layer, drawing=drawings[i]), size))

        return _lights.get((track.prints[i], size), make, lambda found: found[0].nbytes)

    def way(i: int, direction: int) -> Way | None:
        later = i if direction < 0 else i + 1
        if not 0 < later < len(drawings) or track.is_cut(drawings[later]):
            return None
        n = drawings[i] if direction < 0 else drawings[later] - 1
        return carrying.step(track, n, direction)

    about = drawings[max(at - reach + 1, 1) : at + reach + 1]
    if not any(track.moves(n) for n in about):
        return None
    store, key = studio.store / "analysis", cache.digest("steady", track.digest, at, size)
    kept = cache.load_planes(store, key)  # the analysis asks for it first, then the picture
    if kept is None or "light" not in kept:
        if not seen(at)[1]:
            return None
        mean = carrying.carry(at, lambda i: seen(i)[0], way, WINDOW, UNLIKE)
        kept = {"light": mean[..., :3].astype(np.float16)}
        cache.save_planes(store, key, kept)
    found = np.ones((size[1], size[0], 4), np.float32)
    found[..., :3] = kept["light"]
    return found


def _with_luma(light: Light) -> tuple[Light, bool]:
    """Light with its luma in the place of alpha, encoded well enough to compare by; and if it is opaque."""
    opaque = bool(light[..., 3].min() >= OPAQUE)
    clean = np.minimum(np.nan_to_num(light, nan=0.0, neginf=0.0), np.float32(BRIGHT))
    luma = cv2.transform(clean, np.array([[*colour.LUMA, 0]], np.float32))
    clean[..., 3] = blur(np.asarray(np.sqrt(np.maximum(luma, 0)), np.float32), GRAIN)
    return clean, opaque
