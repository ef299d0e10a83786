"""The share of blank paper under a lift, beside the formula written out in float64."""

import numpy as np
import pytest

from inkrender.kernels.share import count_blank

N = 4000


def smoothstep(lo: float, hi: float, x: np.ndarray) -> np.ndarray:
    t = np.clip((x - lo) / (hi - lo), 0, 1)
    return t * t * (3 - 2 * t)


@pytest.mark.parametrize("bleed", [0.0, 8.0])
@pytest.mark.parametrize("threshold", [-0.5, 0.3, 1.5])
def test_the_share_of_blank_paper_is_the_formulas(bleed: float, threshold: float) -> None:
    planes = np.random.default_rng(2).random((8, N))
    square, cross, rest, willing, fade, slope, hard, guard = planes
    rest, fade, slope = rest - 0.8, 0.1 + fade, 0.01 + slope / 20
    above = willing - threshold
    ramp, phi = smoothstep(-0.5, 0.5, above / fade), np.clip(above / slope, -96, 96)
    seep = 0.2 * hard * np.exp(-np.maximum(phi, 0) / bleed) if bleed else 0.0
    k = 1 - (ramp + (smoothstep(-3, 4, phi) - ramp) * hard) * (1 - np.maximum(guard, seep))
    wanted = np.count_nonzero((square * k + cross) * k + rest < 0)
    given = (square, cross, rest, willing, fade, slope, hard, guard)
    numbers = (threshold, bleed, -3, 4, 96)
    found = count_blank(*(p.astype(np.float32) for p in given), *map(np.float32, numbers))
    assert abs(found - wanted) <= 2  # pixels on the very edge
