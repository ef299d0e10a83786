"""Texture strokes stay with the rock they are painted on, fall with it, and thicken where it is dark."""

import naive
import numpy as np
import pytest

from inkrender import cun, library, paint
from inkrender.frame import Region
from inkrender.kernels import streaks as kernel
from inkrender.shader import At, Inputs

REGION = Region(0.0, 0.0, 320, 180, 1.0)
X, Y = (np.broadcast_to(v, (180, 320)) for v in REGION.grid())
HERE = np.dstack([X, Y]).astype(np.float32)


def strokes(ink, **given):
    shader = library.find("cun")
    values = {k: v for k, v in given.items() if k in shader.fields}
    planes = {k: given.get(k) for k in ("normal", "depth", "matte", "anchor", "camera")}
    dst = ink.copy()
    inputs = Inputs(height=paint.paper_height(REGION), **planes)
    shader.shade(dst, REGION, At(seed=7), shader.params(**values), inputs)
    return dst[..., 0] - ink[..., 0]


def wash(density=0.8):
    return np.full((180, 320, 4), density, np.float32)


def test_strokes_are_traced_as_by_the_naive_twin():
    turn = paint.field(REGION, (90, 90), 3, 2) * np.float32(5)
    vx, vy = np.cos(turn), np.sin(turn)
    rng = np.random.default_rng(2)
    begin = (rng.random((20, 2)) * (320, 180)).astype(np.float32)
    dst = np.empty((20, 7, 2), np.float32)
    kernel.trace(dst, begin, np.full(20, 30, np.float32), vx, vy)
    wanted = np.stack([naive.traced(b, 30, vx, vy, 7) for b in begin])
    assert np.mean(np.abs(dst - wanted).max(axis=(1, 2)) < 1e-3) > 0.9  # the last bit may choose a neighbour


def test_every_cell_of_the_surface_has_one_stroke():
    places, cells, _ = cun.starts(REGION, None, 10.0, 5)
    assert len(np.unique(cells, axis=0)) == len(cells)
    inside = ((places > 12) & (places < (308, 168))).all(axis=1)
    assert inside.sum() == pytest.approx(296 / 10 * 156 / 10, rel=0.12)  # cells cut by the border


def test_a_stroke_starts_where_its_surface_has_gone():
    before, cells, _ = cun.starts(REGION, HERE, 12.0, 5)
    after, later, _ = cun.starts(REGION, HERE + np.float32([20.5, -7.25]), 12.0, 5)
    known = {tuple(c): p for c, p in zip(cells, before, strict=True)}
    moved = [p - known[tuple(c)] for c, p in zip(later, after, strict=True) if tuple(c) in known]
    assert len(moved) > 200
    np.testing.assert_allclose(moved, np.tile([-20.5, 7.25], (len(moved), 1)), atol=1e-3)


def test_strokes_keep_their_number_as_a_surface_recedes():
    def count(octaves):
        place = np.dstack([HERE * np.float32(2**octaves), np.full((180, 320), octaves, np.float32)])
        return cun.starts(REGION, place, 12.0, 5)[2].clip(0, 1).sum()

    counts = [count(octaves) for octaves in (2.0, 2.25, 2.5, 2.75, 3.0)]
    assert max(counts) < 1.5 * min(counts)
    assert counts[0] == pytest.approx(320 / 12 * 180 / 12, rel=0.15)


@pytest.mark.parametrize("school", cun.SCHOOLS)
def test_dark_rock_gets_more_strokes_than_pale(school):
    pale, dark = (strokes(wash(d), school=school).mean() for d in (0.4, 1.6))
    assert dark > 2 * pale > 0


def test_bare_paper_gets_none():
    assert not strokes(wash(0.0)).any()


def test_strokes_follow_the_fall_of_the_normals():
    tilted = np.zeros((180, 320, 3), np.float32)
    tilted[...] = 0.7, -0.14, 0.7  # falls to the lower right
    made = strokes(wash(1.2), normal=tilted, school="pima")
    gx, gy = np.gradient(made, axis=1), np.gradient(made, axis=0)
    lean = 0.5 * np.arctan2(2 * (gx * gy).mean(), (gx * gx - gy * gy).mean()) + np.pi / 2
    wanted = np.arctan2(1 - 0.7**2 + 0.08, 0.7 * 0.7)
    assert abs((lean - wanted + np.pi / 2) % np.pi - np.pi / 2) < 0.15


def test_what_stands_in_front_by_depth_is_left_alone_without_a_matte():
    depth = np.full((180, 320), 20, np.float32)
    depth[60:140, 140:180] = 4
    found = strokes(wash(1.2), depth=depth)
    assert found[70:130, 150:170].mean() < 0.02 * found.mean()
    assert found[:, :100].mean() > 0.01


def test_level_ground_subjects_and_far_mountains_are_left_alone():
    level = np.zeros((180, 320, 3), np.float32)
    level[..., 2] = 1
    assert not strokes(wash(), normal=level).any()
    assert not strokes(wash(), matte=np.ones((180, 320), np.float32)).any()
    assert not strokes(wash(), depth=np.full((180, 320), 80, np.float32)).any()


def test_hemp_fibres_are_longer_and_thinner_than_axe_cuts():
    fibre, cut = cun.SCHOOLS["pima"], cun.SCHOOLS["fupi"]
    assert fibre.length / fibre.width > 5 * cut.length / cut.width
