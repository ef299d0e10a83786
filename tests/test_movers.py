"""What moves by itself: found along the camera, without following anything."""

import numpy as np
import pytest

from inkrender import movers

W, H = 160, 90
STILL = np.eye(2, 3)


def ground(x, y):
    return 0.5 + 0.12 * np.sin(x / 5) * np.cos(y / 7) + 0.08 * np.sin((x + 2 * y) / 11)


def frame(n, pan=0.0, walk=3.0, radius=9.0):
    """A ball that walks over a ground under a panning camera, and where it is: uint8, bool."""
    y, x = np.mgrid[0.5:H, 0.5:W]
    ball = np.hypot(x - (50 + walk * n - pan * n), y - 45) < radius
    tone = np.where(ball, 0.95, ground(x + pan * n, y))
    return np.rint(255 * tone).astype(np.uint8), ball


def beside(n, count=25, pan=0.0, **how):
    """The neighbours of a frame as `movers.moving` takes them."""
    frames = [m for k in movers.SPAN for m in (n - k, n + k) if 0 <= m < count]
    return [(frame(m, pan, **how)[0], np.array([[1, 0, pan * (n - m)], [0, 1, 0]])) for m in frames]


@pytest.mark.parametrize("n", [0, 12, 24])
@pytest.mark.parametrize("pan", [0.0, 0.75])
def test_a_walker_is_found_and_its_surroundings_are_not(n, pan):
    luma, ball = frame(n, pan)
    found = movers.moving(luma, beside(n, pan=pan))
    assert found[ball].mean() > 0.7
    assert found[~ball].mean() < 0.03


def test_a_still_shot_under_a_moving_camera_has_no_mover():
    luma, _ = frame(12, 0.75, walk=0.0, radius=0.0)
    assert movers.moving(luma, beside(12, pan=0.75, walk=0.0, radius=0.0)).max() < 0.05


def test_what_a_walker_uncovers_does_not_move():
    luma, _ = frame(12)
    behind = frame(8)[1] & ~frame(12)[1]
    assert movers.moving(luma, beside(12))[behind].mean() < 0.15


def test_parallax_within_the_slack_is_no_movement():
    luma, _ = frame(12, walk=0.0, radius=0.0)
    near = np.roll(luma, movers.SLACK - 1, axis=1)
    assert movers.moving(luma, [(near, STILL)] * 4)[:, 8:-8].max() < 0.05


def test_a_shot_of_one_or_two_frames_tells_nothing():
    luma, _ = frame(0)
    assert movers.moving(luma, []) is None
    assert movers.moving(luma, [(luma, STILL)]) is None
