"""Soft fields: noise that stays in place, depth that finds ridges."""

from __future__ import annotations

import numpy as np
import pytest

from inkrender import fields


def test_a_wide_blur_at_reduced_resolution_is_the_true_blur() -> None:
    plane = np.zeros((90, 160), np.float32)
    plane[30:60, 50:110] = 1
    import cv2

    true = cv2.GaussianBlur(plane, (0, 0), 12, borderType=cv2.BORDER_REPLICATE)
    assert np.abs(fields.blur(plane, 12) - true).max() < 0.03


def test_the_guided_filter_keeps_the_edge_of_its_guide() -> None:
    guide = np.zeros((40, 60), np.float32)
    guide[:, 30:] = 1
    noisy = guide + 0.1 * np.random.default_rng(0).standard_normal(guide.shape).astype(np.float32)
    smooth = fields.guided(guide, noisy, 6, 1e-3)
    assert smooth[:, :30].std() < 0.05
    assert smooth[:, 31].mean() - smooth[:, 28].mean() > 0.9


@pytest.mark.parametrize("empty", [np.inf, np.nan, 1e10, 0.0, -1.0])
def test_empty_pixels_lie_beyond_the_far_end(empty: float) -> None:
    depth = np.array([[5.0, empty]], np.float32)
    lz = fields.log_depth(depth, far=40)
    assert lz[0, 0] == pytest.approx(np.log(5))
    assert lz[0, 1] == pytest.approx(np.log(60))


def test_a_ridge_has_a_crest_and_mist_lies_behind_it() -> None:
    depth = np.full((90, 160), 30, np.float32)
    depth[45:] = 8
    crest, fine, mist = fields.pockets(fields.log_depth(depth), 90 / 1080)
    middle = slice(40, 120)
    assert crest[46, middle].mean() > crest[80, middle].mean() + 0.3
    assert fine[46, middle].mean() > fine[60, middle].mean() + 0.3
    assert mist[43, middle].mean() > mist[10, middle].mean() + 0.3
    assert mist[46, middle].mean() < 0.2


def test_depth_fields_do_not_depend_on_what_else_is_in_the_frame() -> None:
    """Fixed ranges: a bird that flies past must not change the far ridge."""
    depth = np.full((90, 160), 30, np.float32)
    depth[45:] = 8
    other = depth.copy()
    other[60:64, 150:154] = 4.2
    with_bird, without = (fields.pockets(fields.log_depth(d), 90 / 1080)[0] for d in (other, depth))
    assert np.abs(with_bird[:, :100] - without[:, :100]).max() < 1e-5
