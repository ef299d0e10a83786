"""A developed canvas under a plate, beside the formulas of colour."""

import numpy as np

from inkrender import colour
from inkrender.kernels.seen import develop_under, to_oklab

RANDOM = np.random.default_rng(6)


def test_ink_shows_where_the_plate_is_empty() -> None:
    light, ink = RANDOM.random((2, 500, 4)).astype(np.float32)
    light[:, :3] *= light[:, 3:]
    planes = [np.ascontiguousarray(p) for p in light.T]
    develop_under(*planes, *(np.ascontiguousarray(p) for p in ink[:, :3].T), colour.PAPER)
    wanted = light[:, :3] + (1 - light[:, 3:]) * colour.PAPER * np.exp(-ink[:, :3])
    assert np.abs(np.stack(planes[:3], -1) - wanted).max() < 2e-6


def test_what_is_no_number_or_too_bright_is_within_the_picture() -> None:
    odd = np.array([np.nan, np.inf, -np.inf, 1e4, -3.0], np.float32)
    planes = [odd.copy() for _ in range(4)]
    develop_under(*planes, *np.zeros((3, 5), np.float32), colour.PAPER)
    assert np.isfinite(planes).all()
    assert np.max(planes) <= 2


def test_lab_is_that_of_colour() -> None:
    rgb = RANDOM.random((400, 3)).astype(np.float32)
    planes = [np.ascontiguousarray(p) for p in rgb.T]
    to_oklab(*planes)
    assert np.abs(np.stack(planes, -1) - colour.oklab(rgb)).max() < 1e-4
