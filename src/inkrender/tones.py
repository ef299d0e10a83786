"""What a painter does with tone and hue: five tones of ink, a wheel of pigments, ramps from crest to foot."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from . import colour

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
    hues = [h for h, _ in WHEEL]
    inks = np.stack([colour.absorbance(name) for _, name in WHEEL])
    table = np.arange(0, 361, dtype=np.float64) + WHEEL[0][0]  # one entry a degree: exact at every pigment
    fine = np.stack([np.interp(table, hues, inks[:, c]) for c in range(3)], -1).astype(np.float32)
    return np.asarray(fine[np.clip(np.rint(turned - WHEEL[0][0]), 0, 360).astype(np.intp)])


def ramp(place: Plane, pigments: Sequence[str]) -> NDArray[np.float32]:
    """Absorbance (h, w, 3) along a row of pigments, place 0 = the first, 1 = the last, eased between."""
    inks = np.stack([colour.absorbance(name) for name in pigments])
    if len(inks) == 1:
        return np.broadcast_to(inks[0], (*place.shape, 3))
    x = np.linspace(0, len(inks) - 1, 1024)
    k = np.minimum(x.astype(np.intp), len(inks) - 2)
    t = x - k
    t = (t * t * (3 - 2 * t))[:, None]
    table = (inks[k] * (1 - t) + inks[k + 1] * t).astype(np.float32)
    return np.asarray(table[(np.clip(place, 0, 1) * np.float32(1023) + np.float32(0.5)).astype(np.uint16)])
