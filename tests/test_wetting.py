"""Wet in wet: ink creeps into wet paper along its fibres, and none is lost on the way."""

import naive
import numpy as np
import pytest

from inkrender import library, paint, wetting
from inkrender.frame import Region
from inkrender.kernels import wet as kernel
from inkrender.shader import At, Inputs

REGION = Region(0.0, 0.0, 240, 136, 0.5)


def half_sheet(region=REGION):
    """Ink on the left half, its edge upright in the middle."""
    ink = np.zeros((region.h, region.w, 4), np.float32)
    ink[:, : region.w // 2] = 0.9, 0.8, 0.7, 1.0
    return ink


def run(name, ink, region=REGION, anchor=None, seed=7, **values):
    shader = library.find(name)
    dst = ink.copy()
    inputs = Inputs(height=paint.paper_height(region), anchor=anchor, depth=None, camera=None)
    shader.shade(dst, region, At(seed=seed), shader.params(**values), inputs)
    return dst


@pytest.mark.parametrize("stride", [1, 2, 5])
def test_the_kernel_moves_ink_as_its_naive_twin_does(stride):
    rng = np.random.default_rng(3)
    ink = rng.random((4, 17, 23), np.float32) ** 3
    soaked, thirst = rng.random((17, 23), np.float32), rng.random((17, 23), np.float32)
    dst, scratch = np.empty_like(ink), np.empty_like(soaked)
    kernel.spread(dst, ink, scratch, soaked, thirst, np.float32(0.6), stride)
    np.testing.assert_allclose(dst, naive.spread(ink, soaked, thirst, 0.6, stride), atol=2e-6)


def test_no_ink_is_lost_and_none_made():
    ink = half_sheet()
    made = run("wet_bleed", ink, wet=0.8, reach=40.0)
    assert np.abs(made - ink).max() > 0.1
    np.testing.assert_allclose(made.sum((0, 1), float), ink.sum((0, 1), float), rtol=1e-6)


def test_no_place_gets_less_than_nothing():
    assert run("wet_bleed", half_sheet(), wet=1.0, reach=40.0, thirst=1.0).min() >= 0


def test_edges_feather_where_the_paper_drinks():
    made = run("wet_bleed", half_sheet(), wet=1.0, reach=30.0, thirst=1.0)
    strip = np.s_[:, 122:130]  # beyond the edge
    crept = made[strip][..., :3].mean(axis=2)
    drink = wetting.absorption(REGION, paint.paper_height(REGION), paint.PAPER_SEED)[strip]
    # what is left when the profile across the edge is taken away
    residual = (crept - crept.mean(axis=0)).ravel()
    assert np.corrcoef(residual, (drink - drink.mean(axis=0)).ravel())[0, 1] > 0.3


def test_paper_far_from_ink_stays_bare():
    assert not run("wet_bleed", half_sheet(), wet=1.0, reach=20.0)[:, 200:].any()


def test_the_wet_pools_move_with_the_anchor():
    x, y = REGION.grid()
    here = np.dstack([x + 0 * y, y + 0 * x]).astype(np.float32)
    still, moved = (run("wet_bleed", half_sheet(), anchor=here + far) for far in (0, np.float32(300)))
    assert np.abs(still - moved).max() > 0.05


# tide marks -----------------------------------------------------------------------------------------------


def soft_wash(region=REGION):
    """A pale wash with a round, slightly soft edge."""
    x, y = region.grid()
    matte = np.clip((90 - np.hypot(x - 240, y - 136)) / 12, 0, 1)
    return (matte[..., None] * np.array([0.30, 0.28, 0.25, 0.0])).astype(np.float32)


def test_tide_lines_are_those_of_the_naive_twin():
    field = paint.field(REGION, (120.0, 120.0), 3, 2)
    dst = wetting.tide_lines(field, (-0.1, 0.2), 6.0, 200.0)
    np.testing.assert_allclose(dst, naive.rims(field, (-0.1, 0.2), 6.0, 1 / 200), atol=2e-4)  # exp2 of .7


def test_a_wash_dries_darker_along_its_edge_than_inside():
    made = run_tides(soft_wash(), rims=1.0, backruns=0.0, stray=0.0)
    x, y = REGION.grid()
    away = np.hypot(x - 240, y - 136)
    gain = made[..., 0] / np.maximum(soft_wash()[..., 0], 1e-6)
    assert gain[(away > 76) & (away < 86)].mean() > 1.15
    np.testing.assert_allclose(gain[away < 40], 1, atol=1e-3)


def test_backruns_leave_a_dark_line_round_a_pale_bloom():
    flat = np.full((REGION.h, REGION.w, 4), 0.3, np.float32)
    made = run_tides(flat, rims=0.0, backruns=1.0, share=1.0)
    assert made[..., 0].max() > 0.36
    assert made[..., 0].min() < 0.24
    assert abs(made[..., 0].mean() / 0.3 - 1) < 0.15  # pigment is moved, not made


def test_tide_marks_leave_the_cover_alone():
    ink = half_sheet()
    assert np.array_equal(run_tides(ink)[..., 3], ink[..., 3])


def test_backruns_move_with_the_anchor():
    flat = np.full((REGION.h, REGION.w, 4), 0.3, np.float32)
    x, y = REGION.grid()
    here = np.dstack([x + 0 * y, y + 0 * x]).astype(np.float32)
    still = run_tides(flat, anchor=here, rims=0.0)
    panned = run_tides(flat, anchor=here + np.float32([16, 0]), rims=0.0)  # eight output pixels
    inner = np.s_[20:-20, 20:-40]
    np.testing.assert_allclose(panned[inner], still[:, 8:][inner[0], 20:-32], atol=0.02)


def run_tides(ink, anchor=None, **values):
    shader = library.find("tide_marks")
    dst = ink.copy()
    shader.shade(
        dst, REGION, At(seed=7), shader.params(**values), Inputs(anchor=anchor, depth=None, camera=None)
    )
    return dst


def test_density_is_the_mean_of_what_is_a_number():
    ink = np.zeros((3, 5, 4), np.float32)
    ink[0, 0] = 0.3, 0.6, 0.9, 1.0
    ink[1, 1] = np.nan, 0.6, 0.9, 1.0
    ink[2, 2] = -1.0, -2.0, 0.5, 0.0
    wanted = np.zeros((3, 5))
    wanted[0, 0], wanted[1, 1] = 0.6, 0.5
    np.testing.assert_allclose(wetting.density(ink), wanted, atol=1e-6)


def test_ink_taken_apart_and_put_together_is_the_ink():
    ink = paint.field(REGION, (40, 40), 3, 2)[..., None] * np.ones(4, np.float32)
    apart, whole = np.empty((4, *ink.shape[:2]), np.float32), np.empty_like(ink)
    kernel.planes(apart, ink)
    kernel.pixels(whole, apart)
    assert np.array_equal(whole, np.maximum(ink, 0))
