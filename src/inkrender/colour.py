"""Colour: transfer functions, OKLab and OKLCh, pigments, and what counts as blank paper.

RGB is linear-light Rec.709/sRGB primaries, D65, unless a name says encoded. Arrays keep their leading shape;
the last axis is colour. Sources: IEC 61966-2-1 (sRGB), ITU-R BT.709-6, Bjorn Ottosson's OKLab (2020).
"""

from __future__ import annotations

import re
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .errors import SceneError, did_you_mean
from .kernels.oklab import LMS_TO_LAB as LMS_TO_LAB
from .kernels.oklab import RGB_TO_LMS as RGB_TO_LMS

Floats = NDArray[np.floating[Any]]

LMS_TO_RGB = np.linalg.inv(RGB_TO_LMS)
LAB_TO_LMS = np.linalg.inv(LMS_TO_LAB)
LUMA = np.array([0.2126, 0.7152, 0.0722])  # BT.709, of linear light

# OKLCh of the masstone (what one unit of density looks like on white)
PIGMENTS: dict[str, tuple[float, float, float]] = {
    "ink": (0.22, 0.012, 260),
    "vermilion": (0.58, 0.225, 30),
    "scarlet": (0.62, 0.24, 28),
    "orange": (0.72, 0.19, 55),
    "gamboge": (0.86, 0.175, 88),
    "ochre": (0.68, 0.12, 70),
    "rose": (0.66, 0.20, 12),
    "plum": (0.45, 0.14, 345),
    "violet": (0.45, 0.13, 300),
    "azurite": (0.50, 0.15, 255),
    "ultramarine": (0.38, 0.17, 266),
    "indigo": (0.30, 0.10, 262),
    "prussian": (0.26, 0.085, 250),
    "teal": (0.62, 0.12, 208),
    "malachite": (0.62, 0.13, 160),
    "sap": (0.58, 0.14, 128),
    "sienna": (0.50, 0.12, 50),
}

PAPER_OKLCH = (0.972, 0.011, 85.0)  # xuan paper
BLANK = 0.02  # OKLab distance to bare paper below which the eye sees none of the ink


def _floats(values: ArrayLike) -> Floats:
    x = np.asarray(values)
    return x if x.dtype in (np.float32, np.float64) else x.astype(np.float64)


# transfer functions ---------------------------------------------------------------------------------------


def encode(rgb: ArrayLike, transfer: str = "srgb") -> Floats:
    """Linear light to display-encoded values. transfer: srgb, rec709, linear, or gamma2.2 (any number).

    Below 0 the curve continues as a point reflection, so that nothing is lost in a float pipeline.
    """
    x = _floats(rgb)
    if transfer == "linear":
        return x.copy()
    a = np.abs(x)
    if transfer == "srgb":
        y = np.where(a <= 0.0031308, 12.92 * a, 1.055 * a ** (1 / 2.4) - 0.055)
    elif transfer == "rec709":
        y = np.where(a < 0.018, 4.5 * a, 1.099 * a**0.45 - 0.099)
    else:
        y = a ** (1 / _gamma(transfer))
    return np.copysign(y, x).astype(x.dtype)


def decode(encoded: ArrayLike, transfer: str = "srgb") -> Floats:
    """Display-encoded values to linear light: the inverse of `encode`."""
    x = _floats(encoded)
    if transfer == "linear":
        return x.copy()
    a = np.abs(x)
    if transfer == "srgb":
        y = np.where(a <= 0.04045, a / 12.92, ((a + 0.055) / 1.055) ** 2.4)
    elif transfer == "rec709":
        y = np.where(a < 0.081, a / 4.5, ((a + 0.099) / 1.099) ** (1 / 0.45))
    else:
        y = a ** _gamma(transfer)
    return np.copysign(y, x).astype(x.dtype)


def _gamma(transfer: str) -> float:
    found = re.fullmatch(r"gamma\s*([0-9]*\.?[0-9]+)", transfer)
    if not found or not 0.1 <= float(found[1]) <= 10:
        known = ("srgb", "rec709", "linear", "gamma2.2")
        raise SceneError(
            f'transfer "{transfer}" is not known{did_you_mean(transfer, known)}: '
            "use srgb, rec709, linear, or gamma and a number from 0.1 to 10 such as gamma2.2"
        )
    return float(found[1])


# OKLab ----------------------------------------------------------------------------------------------------


def oklab(rgb: ArrayLike) -> Floats:
    """Linear RGB (..., 3) to OKLab (L, a, b)."""
    x = _floats(rgb)
    return np.asarray(np.cbrt(x @ RGB_TO_LMS.T) @ LMS_TO_LAB.T, x.dtype)


def from_oklab(lab: ArrayLike) -> Floats:
    """OKLab (..., 3) to linear RGB, not clipped to any gamut."""
    x = _floats(lab)
    return np.asarray(((x @ LAB_TO_LMS.T) ** 3) @ LMS_TO_RGB.T, x.dtype)


def oklch(rgb: ArrayLike) -> Floats:
    """Linear RGB (..., 3) to OKLCh: lightness, chroma, hue in degrees 0-360."""
    lab = oklab(rgb)
    return np.stack(
        [
            lab[..., 0],
            np.hypot(lab[..., 1], lab[..., 2]),
            np.degrees(np.arctan2(lab[..., 2], lab[..., 1])) % 360,
        ],
        axis=-1,
    )


def from_oklch(lch: ArrayLike) -> Floats:
    """OKLCh (..., 3), hue in degrees, to linear RGB, not clipped to any gamut."""
    x = _floats(lch)
    h = np.radians(x[..., 2])
    return from_oklab(np.stack([x[..., 0], x[..., 1] * np.cos(h), x[..., 1] * np.sin(h)], axis=-1))


# colours and pigments by name -----------------------------------------------------------------------------


def parse(text: str) -> NDArray[np.float64]:
    """A colour as people write it to linear RGB (3,): "#2a4d8f", "oklch(.62 .24 28)" or a pigment's name."""
    word = text.strip()
    if word in PIGMENTS:
        return np.asarray(from_oklch(np.array(PIGMENTS[word], np.float64)), np.float64)
    if re.fullmatch(r"#[0-9a-fA-F]{6}", word):
        codes = [int(word[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        return np.asarray(decode(np.array(codes, np.float64), "srgb"), np.float64)
    found = re.fullmatch(r"oklch\(\s*([^)]*)\)", word)
    if found:
        try:
            lch = [float(v) for v in re.split(r"[\s,]+", found[1].strip())]
        except ValueError:
            lch = []
        if len(lch) == 3 and 0 <= lch[0] <= 1 and 0 <= lch[1] <= 0.5:
            return np.asarray(from_oklch(np.array(lch, np.float64)), np.float64)
        raise SceneError(
            f'colour "{text}" is not a colour: oklch takes lightness 0-1, chroma 0-0.5 and hue in degrees, '
            'as in "oklch(.62 .24 28)"'
        )
    raise SceneError(
        f'colour "{text}" is not known{did_you_mean(word, tuple(PIGMENTS))}: '
        f'write "#rrggbb", "oklch(L C h)" or a pigment: {", ".join(PIGMENTS)}'
    )


def absorbance(colour: str | ArrayLike) -> NDArray[np.float32]:
    """What one unit of density of a pigment absorbs, (3,) float32, natural log.

    colour: a name, hex or oklch() text, or linear RGB. The masstone is clipped to .006-.985 per channel: no
    pigment is perfectly black, and none leaves a channel quite untouched.
    """
    rgb = parse(colour) if isinstance(colour, str) else np.asarray(colour, np.float64)
    return (-np.log(np.clip(rgb, 0.006, 0.985))).astype(np.float32)


PAPER: NDArray[np.float32] = np.asarray(from_oklch(np.array(PAPER_OKLCH)), np.float32)

# blank ----------------------------------------------------------------------------------------------------


def blank_jacobian(paper: ArrayLike = PAPER) -> NDArray[np.float32]:
    """J (3, 3): how OKLab moves per unit of absorbance on bare `paper` (linear RGB). Rows L, a, b.

    lab = M2 cbrt(M1 (paper exp(-A))), so J = M2 diag(cbrt'(lms)) M1 diag(-paper).
    """
    rgb = np.asarray(paper, np.float64)
    lms = RGB_TO_LMS @ rgb
    jacobian = LMS_TO_LAB @ np.diag(np.cbrt(lms) ** -2 / 3) @ RGB_TO_LMS @ np.diag(-rgb)
    return np.asarray(jacobian, np.float32)


def blank(absorbances: ArrayLike, paper: ArrayLike = PAPER) -> NDArray[np.bool_]:
    """Where a finished canvas, (..., 3 or 4) absorbances, is blank: |J A| < .02 in OKLab (to first order)."""
    a = _floats(absorbances)[..., :3]
    return np.asarray(np.linalg.norm(a @ blank_jacobian(paper).T, axis=-1) < BLANK)
