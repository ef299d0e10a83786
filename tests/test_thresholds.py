"""Thresholds of a shot: inside every frame's interval, and as smooth as that allows."""

import numpy as np
import pytest

from inkrender import thresholds
from inkrender.kernels.banded import solve_banded
from inkrender.thresholds import Interval


class Ramp:
    """A picture whose share of blank is 1 - threshold between two ends."""

    def __init__(self, least=0.0, most=1.0, shift=0.0):
        self.least, self.most, self.shift = least, most, shift
        self.willing = np.array([shift, 1 + shift], np.float32)

    @property
    def reachable(self):
        return self.least, self.most

    def share(self, threshold):
        return float(np.clip(1 - (threshold - self.shift), self.least, self.most))

    def about(self, share):
        return 1.1 - share + self.shift  # not very near

    def threshold(self, target):
        return 1 - target + self.shift


def noisy(n=60, width=0.02, seed=1):
    """Intervals round a smooth curve, each frame's own choice anywhere in them."""
    random = np.random.default_rng(seed)
    true = 0.5 + 0.2 * np.sin(np.arange(n) / 9)
    own = true + random.uniform(-width, width, n)
    return true, [Interval(x - width, x, x + width) for x in own]


def test_a_banded_system_is_solved_as_the_whole_one_is():
    n = 12
    random = np.random.default_rng(3)
    whole = np.zeros((n, n))
    bands = np.zeros((4, n))
    for j in range(4):
        bands[j, : n - j] = random.random(n - j) + (8 if j == 0 else 0)
        whole += np.diag(bands[j, : n - j], j) + (np.diag(bands[j, : n - j], -j) if j else 0)
    right = random.random(n)
    found = right.copy()
    solve_banded(found, bands)
    assert np.allclose(found, np.linalg.solve(whole, right), atol=1e-12)


def test_the_interval_holds_the_shares_near_the_target():
    found = thresholds.interval(Ramp(), 0.4, 0.01)
    assert found == pytest.approx((0.59, 0.6, 0.61), abs=1e-4)


def test_the_interval_of_a_target_beyond_reach_is_open_to_that_side():
    found = thresholds.interval(Ramp(most=0.3), 0.6, 0.01)
    assert found.low == -1
    assert found.high == pytest.approx(0.71, abs=1e-3)


def test_a_frame_without_any_choice_has_an_interval():
    found = thresholds.interval(Ramp(least=1.0), 0.4, 0.01)
    assert found.low < found.want < found.high


def test_the_curve_stays_inside_every_interval():
    _, intervals = noisy()
    curve = thresholds.smooth(intervals)
    assert all(i.low - 1e-6 <= x <= i.high + 1e-6 for i, x in zip(intervals, curve, strict=True))


def test_the_curve_jerks_far_less_than_frames_alone():
    _, intervals = noisy()
    alone = thresholds.jerk(np.array([i.want for i in intervals]))
    assert thresholds.jerk(thresholds.smooth(intervals)) < 0.01 * alone
    assert thresholds.jerk(thresholds.smooth(intervals)) < 3e-4


def test_no_curve_inside_the_intervals_jerks_less():
    _, intervals = noisy(n=24, width=0.01)
    curve = thresholds.smooth(intervals)
    low, high = (np.array([i[k] for i in intervals]) for k in (0, 2))
    random = np.random.default_rng(5)
    for size in (1e-3, 1e-4):
        for _ in range(200):
            other = np.clip(curve + random.normal(0, size, len(curve)), low, high)
            assert thresholds.jerk(other) >= thresholds.jerk(curve) * (1 - 1e-3)


def test_intervals_that_allow_nothing_are_followed():
    own = np.random.default_rng(2).random(20)
    curve = thresholds.smooth([Interval(x, x, x) for x in own])
    assert np.allclose(curve, own, atol=1e-6)


@pytest.mark.parametrize("n", [1, 2, 3, 4, 5])
def test_short_shots_have_a_curve(n):
    curve = thresholds.smooth([Interval(0.3, 0.4, 0.5)] * n)
    assert np.allclose(curve, 0.4, atol=0.05)


def test_the_curve_is_the_same_every_time():
    _, intervals = noisy()
    assert thresholds.smooth(intervals).tobytes() == thresholds.smooth(intervals).tobytes()


def test_thousands_of_frames_take_no_time_to_speak_of():
    _, intervals = noisy(n=5000)
    curve = thresholds.smooth(intervals)
    assert thresholds.jerk(curve) < 3e-4
