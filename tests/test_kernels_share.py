"""The share of blank paper under a lift, beside the formula written out in float64."""

import numpy as np
import pytest

from inkrender.kernels.share import count_blank, levels

N = 4000


def smoothstep(lo: float, hi: float, x: np.ndarray) -> np.ndarray:
    t = np.clip((x - lo) / (hi - lo), 0, 1)
    return t * t * (3 - 2 * t)


@pytest.mark.parametrize("bleed", [0.0, 8.0])
@pytest.mark.parametrize("threshold", [-0.5, 0.3, 1.5])
def test_the_share_of_blank_paper_is_the_formulas(bleed: float, threshold: float) -> None:
    planes = np.random.default_rng(2).random((8, N))
    limit, willing, fade, slope, hard, guard, dense, height = planes
    limit, fade, slope, hard = 3 * limit - 1, 0.1 + fade, 0.01 + slope / 20, 2 * hard - 1
    above = willing - threshold
    t, phi = np.clip(above / fade + 0.5, 0, 1), np.clip(above / slope, -96, 96)
    ramp = t * t * (3 - t) / 2
    ramp = ramp + (1 - ramp) * dense * smoothstep(-0.9, -0.1, above / fade)
    seep = 0.2 * np.maximum(hard, 0) * np.exp(-np.maximum(phi, 0) / bleed) if bleed else 0.0
    torn = smoothstep(-1.2, 1.6, phi + bleed / 2 * (height - 0.5))
    share = np.clip(0.5 + phi / (2 * max(bleed, 1e-3)), 0, 1) * 1.16 - 0.08
    edge = np.where(hard > 0, torn, smoothstep(-0.08, 0.08, share - height))
    k = 1 - (ramp + (edge - ramp) * np.abs(hard)) * (1 - np.maximum(guard, seep))
    wanted = np.count_nonzero(k < limit)
    given = (limit, willing, fade, slope, hard, guard, dense, height)
    numbers = (threshold, bleed, 96, 1)
    found = count_blank(*(p.astype(np.float32) for p in given), *map(np.float32, numbers))
    assert abs(found - wanted) <= 2  # pixels on the very edge


@pytest.mark.parametrize("bleed", [0.0, 8.0])
def test_the_level_of_a_pixel_is_the_formulas(bleed: float) -> None:
    limit, willing, fade, slope, hard, guard, dense = np.random.default_rng(3).random((7, N))
    limit, fade, slope, hard = 2 * limit - 0.5, 0.1 + fade, 0.01 + slope / 20, 2 * hard - 1
    left = np.maximum(limit / np.maximum(1 - dense, 1e-3), 1e-3)
    soft = fade * (0.5 - 2 * np.sin(np.arcsin(1 - np.clip(1 - left, 0, 1)) / 3))
    seep = np.log(np.maximum(0.2 * np.maximum(hard, 0) / np.maximum(limit, 1e-3), 1))
    level = willing - (1 - np.abs(hard)) * soft - np.abs(hard) * slope * np.maximum(1.4, bleed * seep)
    level = np.where((limit <= 0) | (guard > limit), -1.0, np.minimum(level, 0.9))
    wanted = np.where(limit > 1, 0.9, level)
    found = np.empty(N, np.float32)
    given = (limit, willing, fade, slope, hard, guard, dense)
    levels(found, *(p.astype(np.float32) for p in given), *map(np.float32, (bleed, -1.0, 0.9)))
    assert np.abs(found - wanted).max() < 4e-5  # the curve of the fade, which is a polynomial
