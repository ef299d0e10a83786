"""White balance: one 3x3 matrix in linear sRGB, Bradford's adaptation (Lam 1985) between two whites."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

Matrix = NDArray[np.float64]

D65 = (0.3127, 0.3290)  # as sRGB has it, IEC 61966-2-1
MIRED_D65 = 1e6 / 6504
PRIMARIES = np.array([[0.64, 0.33], [0.30, 0.60], [0.15, 0.06]])
BRADFORD = np.array([[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]])


def balance(temperature: float = 0.0, tint: float = 0.0, white: tuple[float, float] | None = None) -> Matrix:
    """What to multiply linear sRGB by: (3, 3).

    white: CIE xy of what shall look white. temperature: how much warmer white then becomes, in mired (some 10
    are just seen), along the Planckian locus; tint: towards magenta, in thousandths of CIE 1960 uv across it.
    """
    made = np.eye(3)
    if white is not None:
        made = adaptation(white, D65)
    if temperature or tint:
        made = adaptation(D65, _shifted(temperature, tint)) @ made
    return made


def adaptation(source: ArrayLike, target: ArrayLike) -> Matrix:
    """(3, 3) on linear sRGB that turns what has the chromaticity `source` (CIE xy) into `target`."""
    to_xyz = rgb_to_xyz()
    a, b = BRADFORD @ _xyz(source), BRADFORD @ _xyz(target)
    bradford = np.linalg.inv(BRADFORD) @ np.diag(b / a) @ BRADFORD
    return np.asarray(np.linalg.inv(to_xyz) @ bradford @ to_xyz)


def rgb_to_xyz() -> Matrix:
    """(3, 3) from linear sRGB to CIE XYZ, white at Y = 1."""
    columns = np.stack([_xyz(p) for p in PRIMARIES], axis=1)
    return np.asarray(columns * np.linalg.solve(columns, _xyz(D65)))


def planck(mired: float) -> NDArray[np.float64]:
    """CIE 1960 uv of a black body: Krystek (Color Res. Appl. 10, 1985), within 8e-5 from 1000 to 15000 K."""
    t = 1e6 / mired
    u = (0.860117757 + 1.54118254e-4 * t + 1.28641212e-7 * t * t) / (
        1 + 8.42420235e-4 * t + 7.08145163e-7 * t * t
    )
    v = (0.317398726 + 4.22806245e-5 * t + 4.20481691e-8 * t * t) / (
        1 - 2.89741816e-5 * t + 1.61456053e-7 * t * t
    )
    return np.array([u, v])


def _shifted(temperature: float, tint: float) -> tuple[float, float]:
    """D65 moved as the locus moves, so that 0 is D65 itself, which lies a little beside it."""
    there = MIRED_D65 + temperature
    along = planck(there + 0.5) - planck(there - 0.5)
    across = np.array([along[1], -along[0]]) / np.hypot(*along)
    if across[1] > 0:  # magenta lies below the locus
        across = -across
    x, y = D65
    u, v = (
        np.array([4 * x, 6 * y]) / (-2 * x + 12 * y + 3)
        + planck(there)
        - planck(MIRED_D65)
        + (across * tint / 1000)
    )
    scale = 2 * u - 8 * v + 4
    return float(3 * u / scale), float(2 * v / scale)


def _xyz(xy: ArrayLike) -> NDArray[np.float64]:
    x, y = np.asarray(xy, np.float64)
    return np.array([x / y, 1.0, (1 - x - y) / y])
