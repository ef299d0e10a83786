"""What a painter does with tone and hue: five tones of ink, a wheel of pigments, ramps from crest to foot."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from . import colour, pigments

Plane = NDArray[np.float32]

# density of the five tones of ink (clear, light, heavy, thick, burnt); each is the last at half the water
FIVE = (0.0, 0.10, 0.28, 0.55, 0.95, 1.5)

# OKLCh hue of the light and the pigment that answers it
WHEEL: tuple[tuple[float, str], ...] = (
    (12, "rose"),
    (30, "vermilion"),
    (55, "orange"),
    (88, "gamboge"),
    (128, "sap"),
    (160, "malachite"),
    (208, "teal"),
    (255, "azurite"),
    (300, "violet"),
    (345, "plum"),
    (372, "rose"),
)


def five_tones(density: Plane, amount: float, width: float = 0.035) -> Plane:
    """Density drawn towards the five tones, soft steps of `width`; amount 0 leaves it, 1 is all steps.

    Disturb the density first: then the steps read as layers of wash, otherwise as posterisation.
    """
    steps = np.zeros_like(density)
    for low, high in pairwise(FIVE):
        steps += np.float32((high - low) / 2) * (
            1 + np.tanh((density - np.float32((low + high) / 2)) / width)
        )
    return np.asarray(density + np.float32(amount) * (steps - density), np.float32)


def wheel(hue: NDArray[Any]) -> NDArray[np.float32]:
    """Absorbance (..., 3) of the pigment that answers a hue in degrees, neighbours mixed."""
    turned = np.where(hue < WHEEL[0][0], hue + 360, hue)
    return np.asarray(_wheel()[np.clip(np.rint(turned - WHEEL[0][0]), 0, 360).astype(np.intp)])


@lru_cache(maxsize=1)
def _wheel() -> NDArray[np.float32]:
    """Absorbance (361, 3), one entry a degree from the first pigment's hue: exact at every pigment."""
    parts = [
        pigments.mix(low, high, np.arange(end - begin) / (end - begin))
        for (begin, low), (end, high) in pairwise(WHEEL)
    ]
    return np.concatenate([*parts, colour.absorbance(WHEEL[-1][1])[None]])


def ramp(place: Plane, names: Sequence[str]) -> NDArray[np.float32]:
    """Absorbance (h, w, 3) along a row of pigments, place 0 = the first, 1 = the last, stirred between."""
    if len(names) == 1:
        return np.broadcast_to(colour.absorbance(names[0]), (*place.shape, 3))
    table = pigments.row(names, 1024)
    return np.asarray(table[(np.clip(place, 0, 1) * np.float32(1023) + np.float32(0.5)).astype(np.uint16)])
