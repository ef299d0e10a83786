"""Area opening beside its definition, level by level."""

import naive
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inkrender.potential import opened


@pytest.mark.parametrize("least", [1, 2, 7, 40, 400])
def test_peaks_on_too_small_a_place_come_down(least: int) -> None:
    plane = np.random.default_rng(least).integers(0, 12, (18, 25)).astype(np.float32)
    wanted = naive.area_opening(plane, least)
    assert np.abs(opened(plane, least / plane.size) - wanted).max() < 12 / 65535  # one code of its range


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**32 - 1), st.floats(0, 0.5))
def test_no_value_moves_further_than_the_picture_did(seed: int, change: float) -> None:
    random = np.random.default_rng(seed)
    plane = random.random((20, 30)).astype(np.float32)
    other = plane + np.float32(change) * (random.random((20, 30)).astype(np.float32) * 2 - 1)
    moved = np.abs(opened(plane, 0.05) - opened(other, 0.05)).max()
    assert moved <= np.abs(plane - other).max() + 4 / 65535  # codes of both
