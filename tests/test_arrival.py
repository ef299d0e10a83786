"""The arrival map against scikit-image's geometric minimum cost path, and what a front must do at all."""

from __future__ import annotations

import numpy as np
import pytest
from skimage.graph import MCP_Geometric

from inkrender.kernels.arrival import arrival


@pytest.mark.parametrize("seeds", [[(0, 0)], [(17, 20)], [(3, 4), (40, 30), (22, 2)]])
def test_arrival_is_the_geometric_minimum_cost_path(seeds):
    cost = np.exp(np.random.default_rng(3).normal(0, 1.2, (33, 47))).astype(np.float32)
    wanted, _ = MCP_Geometric(cost.astype(np.float64)).find_costs([(y, x) for x, y in seeds])
    np.testing.assert_allclose(arrival(cost, seeds), wanted, rtol=1e-5)  # float32 sums of some 50 steps


def test_the_front_leaves_its_seeds_at_zero():
    times = arrival(np.ones((9, 12), np.float32), [(2, 3), (11, 8)])
    assert times[3, 2] == times[8, 11] == 0
    assert (times > 0).sum() == 9 * 12 - 2


def test_a_seed_outside_starts_at_the_nearest_place():
    cost = np.ones((6, 8), np.float32)
    assert np.array_equal(arrival(cost, [(-50, 900)]), arrival(cost, [(0, 5)]))


def test_two_seeds_on_one_place_count_once():
    cost = np.ones((6, 8), np.float32)
    assert np.array_equal(arrival(cost, [(2.2, 3.4), (2.7, 3.1)]), arrival(cost, [(2, 3)]))


def test_a_front_goes_round_a_wall():
    cost = np.ones((9, 9), np.float32)
    cost[:8, 4] = 1e4
    times = arrival(cost, [(0, 0)])
    assert times[0, 8] > 2 * times[0, 3] + 5
    assert times.max() < 1e4
