"""Planes carried along a motion, beside the same sums with whole arrays."""

import cv2
import numpy as np
import pytest

from inkrender import carrying, motion

H, W = 24, 40


def smooth(k, seed, size=1.0):
    random = np.random.default_rng(seed)
    noise = cv2.GaussianBlur(random.normal(0, 1, (H, W, k)).astype(np.float32), (0, 0), 3)
    return np.float32(size) * noise.reshape(H, W, k)


def whole(at, planes, ways, window):
    """`carrying.carry` with whole arrays."""
    total, weights = planes(at) * window[0], np.full((H, W), window[0], np.float32)
    for direction in (-1, 1):
        path = None
        for k in range(1, len(window)):
            one = ways(at + direction * (k - 1), direction)
            if path is None:
                path = one
            else:
                seen = motion.warp(one, path[..., :2])
                path = np.dstack([path[..., :2] + seen[..., :2], path[..., 2] * seen[..., 2]])
            seen = motion.warp(planes(at + direction * k), path[..., :2])
            unlike = (seen[..., 3] - planes(at)[..., 3]) / carrying.UNLIKE
            weight = window[k] * path[..., 2] * np.exp(-unlike * unlike)
            total, weights = total + seen * weight[..., None], weights + weight
    return total / weights[..., None]


def test_a_mean_along_the_motion_is_that_of_whole_arrays():
    planes = [smooth(4, seed, 0.3) for seed in range(7)]
    ways = {}
    for i in range(6):
        there, back = smooth(2, 20 + i, 6.0), smooth(2, 40 + i, 6.0)
        ways[i, 1], ways[i + 1, -1] = carrying.way(there, back), carrying.way(back, there)
    window = (1.0, 0.8, 0.5, 0.3)
    found = carrying.carry(3, planes.__getitem__, lambda i, d: ways[i, d], window)
    wanted = whole(3, planes.__getitem__, lambda i, d: ways[i, d], window)
    assert np.abs(found - wanted).max() < 6e-3  # OpenCV samples on a grid of 1/32 px


def test_ways_may_be_a_quarter_of_the_planes():
    """Along a pan all sizes of the way say the same."""
    planes = [smooth(4, seed, 0.3) for seed in range(5)]

    def pan(h, w):
        return np.broadcast_to(np.array([1.5 * w / W, 0.5 * h / H, 1], np.float32), (h, w, 3)).copy()

    found, wanted = (
        carrying.carry(2, planes.__getitem__, lambda i, d, s=size: pan(*s) * (d, d, 1) if 0 < i < 4 else None)
        for size in ((H // 4, W // 4), (H, W))
    )
    assert np.abs(found - wanted).max() < 1e-5


def test_a_way_that_returns_is_sure_and_one_that_does_not_is_not():
    there = np.full((H, W, 2), (3.0, 0.0), np.float32)
    sure = carrying.way(there, -there)[..., 2]
    lost = carrying.way(there, there)[..., 2]
    assert sure[:, : W - 3 - carrying.LOST].min() == pytest.approx(1)
    assert not sure[:, W - 2 :].any()  # it leaves the frame
    assert lost.max() < 0.01


def test_trust_in_a_motion_ends_softly_where_it_gets_lost():
    there = np.full((H, W, 2), (0.0, 0.0), np.float32)
    back = there.copy()
    back[8:16, 16:24] = 9.0
    sure = carrying.way(there, back)[..., 2]
    assert sure[8:16, 16:24].max() < 0.01
    assert sure[:, : 16 - carrying.LOST].min() == pytest.approx(1)
    assert np.abs(np.diff(sure[12])).max() < 0.3


def test_alone_in_its_shot_a_frame_is_what_it_is():
    planes = smooth(4, 1)
    assert np.array_equal(carrying.carry(0, lambda _: planes, lambda *_: None), planes)


def test_noise_that_moves_with_nothing_is_averaged_away():
    still = np.dstack([np.zeros((H, W, 2), np.float32), np.ones((H, W), np.float32)])
    planes = [
        np.dstack([smooth(3, 60 + i), np.zeros((H, W), np.float32)]) for i in range(2 * carrying.SPAN + 1)
    ]
    found = carrying.carry(carrying.SPAN, planes.__getitem__, lambda *_: still)
    assert found[..., 0].std() < 0.5 * planes[carrying.SPAN][..., 0].std()
