"""Edge maps of passes and pictures, and the strokes that are drawn along them."""

import numpy as np
import pytest

from inkrender import lines


@pytest.mark.parametrize("sigma", [2.0, 4.0])
def test_an_outlines_distance_is_the_distance(sigma):
    n, radius = 128, 40.3
    y, x = np.mgrid[:n, :n] + 0.5
    away = radius - np.hypot(x - 64, y - 64)
    found = lines.outline(np.clip(away + 0.5, 0, 1).astype(np.float32), sigma)
    near = np.abs(away) < 1.5 * sigma
    assert (
        np.abs(found - away)[near].max() < 0.12 * sigma
    )  # the logistic for the error function, and the bend


def test_a_silhouette_in_depth_is_drawn_on_the_nearer_side():
    depth = np.full((64, 64), 40.0, np.float32)
    depth[32:] = 10.0
    edge = lines.of_depth(depth, 2.0, 0.5)
    assert edge[30:36].max() > 0.7
    assert edge[32:36, 32].sum() > edge[28:32, 32].sum()


def test_a_slope_has_no_lines_however_steep_it_is_seen():
    y = np.arange(64, dtype=np.float32)[:, None] + np.zeros((1, 64), np.float32)
    assert lines.of_depth(np.exp(1 + y / 32).astype(np.float32), 2.0, 0.5)[4:-4].max() < 0.01


@pytest.mark.parametrize("empty", [np.inf, np.nan, 1e10])
def test_the_sky_of_a_depth_pass_ends_in_a_line(empty):
    depth = np.full((64, 64), empty, np.float32)
    depth[32:] = 200.0
    assert lines.of_depth(depth, 2.0, 0.5)[:, 32].max() > 0.7


def test_a_crease_between_two_faces_is_an_edge_and_a_round_form_is_none():
    left, right = np.float32([-0.8, 0, 0.6]), np.float32([0.8, 0, 0.6])
    normal = np.where((np.arange(96) < 48)[None, :, None], left, right) + np.zeros((64, 1, 1), np.float32)
    assert lines.of_normal(normal.astype(np.float32), 2.0, 0.5)[32, 46:50].max() > 0.8
    turn = np.linspace(-1.2, 1.2, 96)
    round_form = np.stack([np.sin(turn), 0 * turn, np.cos(turn)], -1)[None] + np.zeros((64, 1, 1))
    assert lines.of_normal(round_form.astype(np.float32), 2.0, 0.5).max() < 0.01


def test_an_edge_of_ids_lies_where_one_number_ends():
    ids = np.zeros((40, 40), np.float32)
    ids[:, 20:] = 7
    edge = lines.of_ids(ids, 2.0, 0.5)
    assert edge[20, 19:21].min() > 0.8
    assert edge[20, [8, 32]].max() < 0.01


def test_a_matte_that_fades_out_has_no_outline():
    fade = np.linspace(0, 1, 64, dtype=np.float32)[:, None] + np.zeros((1, 64), np.float32)
    assert lines.of_matte(fade, 2.0, 0.5).max() < 0.01


def bar(contrast=0.3):
    """A dark bar on light ground, 200 px long at 1080 lines."""
    light = np.full((96, 160), 0.8, np.float32)
    light[40:60, 30:130] -= contrast
    return light


def test_the_long_edge_of_a_picture_is_a_line():
    edge = lines.of_picture(bar(), 2.0, 0.5, 2.0, 26.0)
    assert edge[38:44, 80].max() > 0.8
    assert edge[50, 80] < 0.05


def test_foliage_gets_no_worms():
    rng = np.random.default_rng(2)
    leaves = lines.blur(rng.random((120, 160), np.float32), 1.2)
    leaves = 0.5 + 0.25 * (leaves - leaves.mean()) / leaves.std()
    edge = lines.of_picture(np.clip(leaves, 0, 1).astype(np.float32), 2.0, 0.5, 2.0, 26.0)
    assert (edge[10:-10, 10:-10] > 0.5).mean() < 0.02


def test_a_stroke_is_as_wide_as_it_is_told():
    edge = np.exp(-0.5 * ((np.arange(41) - 20) / 4.0) ** 2)[:, None] + np.zeros((1, 3))
    for width in (2.0, 4.0, 7.0):
        line = lines.stroke(edge.astype(np.float32), np.full(edge.shape, width, np.float32), 4.0, 1.0)
        assert abs(line[:, 1].sum() - width) < 0.6


def test_an_edge_half_as_strong_is_a_thinner_stroke():
    edge = np.exp(-0.5 * ((np.arange(41) - 20) / 4.0) ** 2)[:, None].astype(np.float32)
    width = np.full(edge.shape, 7.0, np.float32)
    assert lines.stroke(0.8 * edge, width, 4.0, 1.0).sum() < 0.85 * lines.stroke(edge, width, 4.0, 1.0).sum()
