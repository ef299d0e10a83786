"""The minimum barrier distance by raster scans, beside the plain version and what bounds it."""

import naive
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inkrender.kernels.barrier import barrier
from inkrender.kernels.reconstruct import spread


def distance(src: np.ndarray, passes: int = 3) -> np.ndarray:
    """The barrier distance to the border of float32 (h, w, k)."""
    dst = np.full(src.shape[:2], 1e9, np.float32)
    dst[[0, -1]] = dst[:, [0, -1]] = 0
    barrier(dst, src.copy(), src.copy(), src, passes)
    return dst


def border(h: int, w: int) -> np.ndarray:
    rim = np.zeros((h, w), bool)
    rim[[0, -1]] = rim[:, [0, -1]] = True
    return rim


@pytest.mark.parametrize("passes", [1, 2, 3, 4])
def test_scans_are_those_of_the_paper(passes: int) -> None:
    # steps of 1/64: sums are exact in float32, so that no tie is broken otherwise than in the twin
    src = np.random.default_rng(5).integers(0, 64, (14, 19, 3)).astype(np.float32) / 64
    assert np.abs(distance(src, passes) - naive.barrier(src, border(14, 19), passes)).max() < 1e-6


def test_a_picture_of_one_tone_is_all_background() -> None:
    assert not distance(np.full((20, 30, 3), 0.4, np.float32)).any()


def test_an_object_lies_behind_its_own_contrast() -> None:
    src = np.zeros((30, 40, 1), np.float32)
    src[8:20, 10:30] = 0.7
    found = distance(src)
    assert (found[8:20, 10:30] == np.float32(0.7)).all()
    assert not found[:8].any()


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_the_distance_is_never_below_what_ceiling_and_floor_allow(seed: int) -> None:
    src = np.random.default_rng(seed).random((16, 24, 2)).astype(np.float32)
    rim = border(16, 24)[..., None]
    ceiling, floor = np.where(rim, src, np.float32(4)), np.where(rim, src, np.float32(-4))
    spread(ceiling, floor, src)
    assert (distance(src, 8) >= (ceiling - floor).sum(-1) - 1e-5).all()
