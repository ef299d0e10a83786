"""Curves through points: they meet the points, stay between them, and close round the circle."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inkrender import curves

steps = st.lists(st.tuples(st.floats(0.05, 1), st.floats(0, 1)), min_size=2, max_size=8)


def rising(given_steps):
    """Points with x and y rising by these steps."""
    return np.cumsum(np.array(given_steps), axis=0)


@settings(max_examples=60, deadline=None)
@given(steps)
def test_a_curve_meets_its_points(given_steps):
    points = rising(given_steps)
    assert np.abs(curves.through(points)(points[:, 0]) - points[:, 1]).max() < 1e-12


@settings(max_examples=60, deadline=None)
@given(steps)
def test_a_curve_through_rising_points_never_falls(given_steps):
    points = rising(given_steps)
    at = np.linspace(points[0, 0] - 1, points[-1, 0] + 1, 4001)
    assert np.diff(curves.through(points)(at)).min() > -1e-12


@settings(max_examples=60, deadline=None)
@given(steps)
def test_the_pieces_add_up_to_the_curve(given_steps):
    points = rising(given_steps)
    made = curves.through(points)
    at = np.linspace(points[0, 0] - 1, points[-1, 0] + 1, 501)
    told = made.pieces()
    n, x0, y0, first, xn, last = told[:6]
    total = y0 + np.minimum(at - x0, 0) * first + np.maximum(at - xn, 0) * last
    for start, scale, a, b, c in np.reshape(told[6:], (int(n), 5)):
        t = np.clip((at - start) * scale, 0, 1)
        total = total + t * (a + t * (b + t * c))
    assert np.abs(total - made(at)).max() < 1e-11


def test_a_straight_line_stays_straight():
    at = np.linspace(-1, 2, 31)
    assert np.abs(curves.through([(0, 0), (0.3, 0.3), (1, 1)])(at) - at).max() < 1e-12


def test_a_curve_round_the_circle_closes_smoothly():
    made = curves.through([(20, 1.0), (140, 3.0), (300, 2.0)], period=360)
    eps = 1e-5
    below, above = made([360 - eps, 360]), made([0, eps])
    assert below[1] == pytest.approx(above[0], abs=1e-12)
    assert (below[1] - below[0]) == pytest.approx(above[1] - above[0], abs=1e-9)


def test_points_out_of_order_are_refused():
    with pytest.raises(ValueError, match="x rising"):
        curves.through([(0, 0), (0.5, 1), (0.5, 2)])
