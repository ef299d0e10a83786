"""Flow, warping along it, what it hides, cuts."""

import cv2
import numpy as np
import pytest

from inkrender import motion


def texture(h: int, w: int, seed: int = 3) -> np.ndarray:
    """A picture with something to follow everywhere, uint8."""
    noise = np.random.default_rng(seed).random((h, w), dtype=np.float32)
    soft = cv2.GaussianBlur(noise, (0, 0), 2.0) + cv2.GaussianBlur(noise, (0, 0), 8.0) * 3
    return np.uint8(255 * (soft - soft.min()) / (soft.max() - soft.min()))


def panned(dx: int, dy: int, h: int = 96, w: int = 160) -> tuple[np.ndarray, np.ndarray]:
    """Two pictures: what is at x in the first is at x + (dx, dy) in the second."""
    sheet = texture(h + 40, w + 40)
    return sheet[20 : 20 + h, 20 : 20 + w], sheet[20 - dy : 20 - dy + h, 20 - dx : 20 - dx + w]


def test_flow_of_a_panned_picture_is_the_pan():
    a, b = panned(5, -3)
    inner = motion.flow(a, b)[16:-16, 16:-16]
    assert np.abs(inner - np.float32([5, -3])).max() < 0.3  # px; dense inverse search is sub-pixel


def test_what_is_too_small_to_follow_stands_still():
    assert not motion.flow(texture(8, 8), texture(8, 8, 4)).any()


def test_pictures_of_unlike_size_have_no_flow():
    with pytest.raises(ValueError, match="one size"):
        motion.flow(texture(40, 40), texture(40, 50))


def test_warping_by_the_flow_to_before_makes_the_picture_now():
    before, now = (p.astype(np.float32) / 255 for p in panned(4, 2))
    to_before = np.broadcast_to(np.float32([-4, -2]), (*now.shape, 2))
    assert np.array_equal(motion.warp(before, to_before)[2:, 4:], now[2:, 4:])


@pytest.mark.parametrize("order", ["nearest", "linear", "cubic"])
def test_warping_by_nothing_changes_nothing(order):
    picture = texture(30, 40).astype(np.float32)
    assert np.array_equal(motion.warp(picture, np.zeros((30, 40, 2), np.float32), order), picture)


def test_an_unknown_order_is_named():
    with pytest.raises(ValueError, match="use nearest, linear, cubic"):
        motion.warp(np.zeros((4, 4), np.float32), np.zeros((4, 4, 2), np.float32), "lanczos")


def test_a_strip_that_was_uncovered_is_occluded():
    there, back = np.zeros((40, 60, 2), np.float32), np.zeros((40, 60, 2), np.float32)
    there[10:30, 10:30, 0] = 8  # a block moves right by 8 over a still ground
    back[10:30, 18:38, 0] = -8
    hidden = motion.occluded(there, back)
    assert hidden[12:28, 11:17].all()  # ground that the block covered before
    assert not hidden[12:28, 22:34].any()  # the block itself
    assert not hidden[:, 45:].any()


def test_what_came_into_the_frame_is_occluded():
    to_before = np.full((20, 30, 2), np.float32(0))
    to_before[..., 0] = 6
    hidden = motion.occluded(-to_before, to_before)
    assert hidden[:, -6:].all()
    assert not hidden[:, :-6].any()


def test_warp_error_of_an_exact_pan_is_zero():
    before, now = (np.repeat(p[..., None], 3, -1).astype(np.float32) / 255 for p in panned(4, 2))
    to_before = np.broadcast_to(np.float32([-4, -2]), (*now.shape[:2], 2)).copy()
    assert motion.warp_error(now, before, to_before, motion.occluded(-to_before, to_before)) == 0


def test_warp_error_sees_texture_that_stays_behind():
    still = texture(60, 80).astype(np.float32) / 255
    to_before = np.broadcast_to(np.float32([-3, 0]), (60, 80, 2)).copy()
    assert motion.warp_error(still, still, to_before) > 1e-4


def test_warp_error_of_what_is_all_hidden_is_zero():
    picture = np.ones((4, 5), np.float32)
    assert motion.warp_error(picture, 0 * picture, np.zeros((4, 5, 2), np.float32), picture > 0) == 0


def test_a_blur_lowers_the_gradient_energy():
    sharp = texture(60, 80).astype(np.float32) / 255
    assert motion.gradient_energy(cv2.GaussianBlur(sharp, (0, 0), 3)) < 0.5 * motion.gradient_energy(sharp)


def test_another_picture_is_a_cut():
    assert motion.is_cut(texture(96, 160, 1), 255 - texture(96, 160, 2))


def test_a_fast_pan_is_no_cut():
    assert not motion.is_cut(*panned(16, 6))


def test_a_change_of_exposure_is_no_cut():
    a = texture(96, 160)
    assert not motion.is_cut(a, np.uint8(a * 0.7))


def test_the_same_frame_twice_is_no_cut():
    a = texture(96, 160)
    assert not motion.is_cut(a, a)


def test_black_before_a_picture_is_a_cut():
    assert motion.is_cut(np.zeros((96, 160), np.uint8), texture(96, 160))
