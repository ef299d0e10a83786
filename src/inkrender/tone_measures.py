"""The tone of a picture in figures: shares of hues, pale and soft paper, hint yellow, lightness and chroma.

Pictures are display-encoded sRGB, (h, w, 3 or 4): uint8 or uint16 codes, or floats 0..1; alpha is not looked
at. They are measured in OKLCh (Ottosson 2020), at 360 lines: paper grain and single dots say nothing of tone.
Shares are of all pixels, 0..1; hues are degrees. How much of a frame is blank paper cannot be told from its
pixels (a white wall is not blank): that is for the renderer to say.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from . import colour

LINES = 360  # the height at which tone is measured
COLOURED = 0.04  # chroma above which a pixel has a hue
USED = 0.01  # share from which a bin of hues is used
BINS = 12  # of 30 degrees each
LIGHTNESS = (10, 50, 90)  # percentiles told
CHROMA = (10, 50, 90, 95)  # small strong colour, a lamp in the night, is seen in the last

Plane = NDArray[np.float32]
Map = NDArray[np.bool_]
Lab = tuple[float, float, float]


@dataclass(frozen=True)
class Tone:
    """The tone of one picture.

    hues: shares of coloured pixels in bins of 30 degrees, the first from 0. pale: L > .90, C < .05.
    soft: L > .80, C < .075. hint: yellow, hue 55 to 105, C > .10, L > .6. lightness: percentiles 10, 50, 90.
    chroma: 10, 50, 90, 95.
    """

    hues: tuple[float, ...]
    pale: float
    soft: float
    hint: float
    lightness: tuple[float, float, float]
    chroma: tuple[float, float, float, float]

    @property
    def bins(self) -> int:
        """How many bins of hues are used."""
        return sum(share >= USED for share in self.hues)

    def told(self) -> dict[str, float]:
        """Every measure of a single number, by the name it has in a colour script."""
        found = {"bins": float(self.bins), "pale": self.pale, "soft": self.soft, "hint": self.hint}
        found |= {f"lightness_p{p}": v for p, v in zip(LIGHTNESS, self.lightness, strict=True)}
        return found | {f"chroma_p{p}": v for p, v in zip(CHROMA, self.chroma, strict=True)}


def reduced(picture: NDArray[Any], lines: int = LINES) -> NDArray[Any]:
    """The picture at `lines`, each pixel the mean of those it stands for; a lower one as it is."""
    h, w = picture.shape[:2]
    if h <= lines:
        return picture[..., :3]
    size = (max(1, round(w * lines / h)), lines)
    return np.asarray(cv2.resize(np.ascontiguousarray(picture[..., :3]), size, interpolation=cv2.INTER_AREA))


def lch(picture: NDArray[Any]) -> Plane:
    """A display-encoded picture as OKLCh, float32 (h, w, 3): lightness, chroma, hue in degrees 0..360."""
    full = np.iinfo(picture.dtype).max if picture.dtype.kind == "u" else 1
    encoded = picture[..., :3].astype(np.float32) / np.float32(full)
    return np.asarray(colour.oklch(colour.decode(encoded)), np.float32)


def tone(measured: Plane) -> Tone:
    """The tone of a picture in OKLCh, (h, w, 3) as `lch` gives it."""
    light, chroma, hue = (measured[..., i] for i in range(3))
    coloured = chroma > COLOURED
    # a hue of 359.99999 may be rounded to 360, which is 0
    which = (hue[coloured] / (360 / BINS)).astype(np.int64) % BINS
    counts = np.bincount(which, minlength=BINS)
    l10, l50, l90 = (float(v) for v in np.percentile(light, LIGHTNESS))
    c10, c50, c90, c95 = (float(v) for v in np.percentile(chroma, CHROMA))
    return Tone(
        hues=tuple(float(n / light.size) for n in counts),
        pale=_share(pale(measured)),
        soft=_share((light > 0.80) & (chroma < 0.075)),
        hint=_share(hint(measured)),
        lightness=(l10, l50, l90),
        chroma=(c10, c50, c90, c95),
    )


def pale(measured: Plane) -> Map:
    """Where a picture in OKLCh looks like bare paper: L > .90 and C < .05. bool (h, w)."""
    return np.asarray((measured[..., 0] > 0.90) & (measured[..., 1] < 0.05), np.bool_)


def hint(measured: Plane) -> Map:
    """Where a picture in OKLCh hints at yellow: hue 55 to 105, C > .10, L > .6. bool (h, w)."""
    hue = (measured[..., 2] >= 55) & (measured[..., 2] <= 105)
    return np.asarray(hue & (measured[..., 1] > 0.10) & (measured[..., 0] > 0.6), np.bool_)


def hue_share(measured: Plane, start: float, end: float) -> float:
    """Share of all pixels that are coloured and whose hue lies in start <= hue < end, going up from start.

    A band whose end is not above its start goes past 360: 290 to 20 is magenta and red.
    """
    hue = measured[..., 2] % 360
    inside = (hue >= start) & (hue < end) if start < end else (hue >= start) | (hue < end)
    return _share(inside & (measured[..., 1] > COLOURED))


def palette(measured: Plane, count: int = 8, steps: int = 12) -> list[tuple[Lab, float]]:
    """The colours that stand for a picture: (OKLab, share), the largest share first.

    measured: OKLCh, (..., 3). k-means in OKLab (Lloyd 1982), begun at the colour furthest from the mean and
    then each time at the one furthest from all before (Gonzalez 1985): the same picture gives the same
    palette, and a small accent has a place in it. At most `count`; fewer where there are fewer colours.
    """
    flat = measured.reshape(-1, 3).astype(np.float64)
    turn = np.radians(flat[:, 2])
    lab = np.stack([flat[:, 0], flat[:, 1] * np.cos(turn), flat[:, 1] * np.sin(turn)], axis=1)
    centres = lab[_distance(lab, lab.mean(axis=0, keepdims=True)).argmax()][None]
    away = _distance(lab, centres)[:, 0]
    while len(centres) < count and away.max() > 1e-6:
        centres = np.vstack([centres, lab[away.argmax()]])
        away = np.minimum(away, _distance(lab, centres[-1:])[:, 0])
    for _ in range(steps):
        nearest = _distance(lab, centres).argmin(axis=1)
        counts = np.bincount(nearest, minlength=len(centres))
        kept = counts > 0
        sums = [np.bincount(nearest, lab[:, i], minlength=len(centres)) for i in range(3)]
        centres = np.stack(sums, axis=1)[kept] / counts[kept, None]
    nearest = _distance(lab, centres).argmin(axis=1)
    shares = np.bincount(nearest, minlength=len(centres)) / len(lab)
    order = np.argsort(-shares, kind="stable")
    return [
        ((float(centres[i, 0]), float(centres[i, 1]), float(centres[i, 2])), float(shares[i])) for i in order
    ]


def _distance(lab: NDArray[np.float64], centres: NDArray[np.float64]) -> NDArray[np.float64]:
    """Squared distances (n, centres)."""
    return np.stack([((lab - c) ** 2).sum(axis=1) for c in centres], axis=1)


def _share(inside: NDArray[np.bool_]) -> float:
    return float(np.count_nonzero(inside) / inside.size)
