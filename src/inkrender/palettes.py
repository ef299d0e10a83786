"""Palettes: a few colours that a picture is drawn to, from text or out of another picture.

A match is one smooth map of hue and chroma in OKLCh. The colours of a palette share out the circle of hues by
how near they are (a von Mises mixture), so that it turns nowhere in a jump, and a hue that is far from all of
them goes through grey and not through its neighbours. Lightness is left alone; greys are, and skin may be.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from . import colour, tone_measures
from .errors import SceneError
from .validation import quoted

NEUTRAL = 0.03  # chroma below which a colour of a palette has no hue to draw to
MUTED = 0.09  # chroma from which a colour draws with all its strength; a paler palette makes paler
NEAR = 7.0  # of the mixture: hues 22 degrees from a colour of the palette are half drawn to its neighbour
SKIN_HUE = (25.0, 75.0)  # degrees; OKLCh of the ColorChecker's two skins: 45 and 47
SKIN_CHROMA = (0.025, 0.12)
SKIN_LIGHT = (0.25, 0.95)
KEPT = 0.02  # chroma up to which nothing moves
SOFT = 0.02  # over how much chroma it begins to

Colour = tuple[float, float, float, float]  # OKLCh and weight


def of_texts(texts: Sequence[str]) -> tuple[Colour, ...]:
    """The palette of "#rrggbb", "oklch(L C h)" or pigments, by hue; all weigh alike. Raises SceneError."""
    found = [colour.oklch(colour.parse(text)) for text in texts]
    return _sorted([(float(v[0]), float(v[1]), float(v[2]), 1.0) for v in found], quoted(list(texts)))


def of_picture(picture: NDArray[Any], count: int = 5, what: str = "the picture") -> tuple[Colour, ...]:
    """The palette of a display-encoded picture (h, w, 3 or 4), by hue: at most `count` colours that have one.

    k-means in OKLab, as `tone_measures.palette`; a colour weighs by how much of the picture it is and how
    strong it is. SceneError for a picture of greys.
    """
    measured = tone_measures.lch(tone_measures.reduced(picture))
    found = []
    for (light, a, b), share in tone_measures.palette(measured, count):
        chroma = float(np.hypot(a, b))
        found.append((light, chroma, float(np.degrees(np.arctan2(b, a)) % 360), share * chroma))
    total = sum(row[3] for row in found) or 1.0
    return _sorted([(*row[:3], row[3] / total) for row in found], what)


def multiplier(palette: Sequence[Colour], hues: NDArray[np.float64], amount: float) -> NDArray[np.complex128]:
    """What OKLab's a + ib is multiplied by at each hue (degrees): turned and scaled; 1 at amount 0."""
    own = np.exp(1j * np.radians(hues))
    rows = np.array(palette, np.float64)
    aims = np.exp(1j * np.radians(rows[:, 2]))
    near = np.exp(NEAR * ((own[:, None] * aims.conj()).real - 1)) * np.sqrt(rows[:, 3])
    near /= near.sum(axis=1, keepdims=True)
    strong = aims * np.minimum(rows[:, 1] / MUTED, 1)
    drawn = (near * strong).sum(axis=1)
    return np.asarray(1 - amount + amount * drawn * own.conj())


def distance(measured: NDArray[np.float32], palette: Sequence[Colour]) -> float:
    """How far a picture's hues lie from a palette's: degrees to the nearest, a mean weighed by chroma.

    measured: OKLCh (..., 3). Pixels without a hue do not count; a picture of greys is at no distance.
    """
    flat = measured.reshape(-1, 3).astype(np.float64)
    flat = flat[flat[:, 1] > tone_measures.COLOURED]
    if not len(flat):
        return 0.0
    hues = np.array([row[2] for row in palette])
    away = np.abs((flat[:, 2:] - hues + 180) % 360 - 180).min(axis=1)
    return float((away * flat[:, 1]).sum() / flat[:, 1].sum())


@lru_cache(maxsize=16)
def read(path: str, digest: str, count: int) -> tuple[Colour, ...]:
    """The palette of a picture file; digest: of its content. PlateError for one that cannot be read."""
    from .io import stills

    frame = stills.read(path)
    straight = frame.pixels[..., :3] / np.maximum(frame.pixels[..., 3:], 1e-6)
    return of_picture(np.asarray(colour.encode(np.clip(straight, 0, 1)), np.float32), count, path)


def _sorted(found: list[Colour], what: str) -> tuple[Colour, ...]:
    coloured = tuple(sorted((row for row in found if row[1] >= NEUTRAL), key=lambda row: row[2]))
    if not coloured:
        raise SceneError(f"the palette of {what} has only greys: give it a colour with a hue")
    return coloured
