"""The operator of ink painting on plain arrays."""

import numpy as np
import pytest

import inkrender as ink
from inkrender import canvas, colour

RNG = np.random.default_rng(3)


def random_ink(cover: float | None = None) -> np.ndarray:
    picture = RNG.uniform(0, 2, (6, 8, 4)).astype(np.float32)
    picture[..., 3] = RNG.uniform(0, 1, (6, 8)) if cover is None else cover
    return picture


def test_over_of_bare_ink_changes_nothing() -> None:
    sheet = random_ink()
    assert np.array_equal(canvas.over(sheet, np.zeros_like(sheet)), sheet)


def test_a_layer_of_full_cover_hides_what_lies_below() -> None:
    top = random_ink(cover=1)
    assert np.array_equal(canvas.over(random_ink(), top), top)


def test_over_is_associative() -> None:
    a, b, c = random_ink(), random_ink(), random_ink()
    left, right = canvas.over(canvas.over(a, b), c), canvas.over(a, canvas.over(b, c))
    np.testing.assert_allclose(left, right, rtol=1e-5, atol=1e-6)  # float32 rounding of three products


def test_two_washes_absorb_like_one_of_their_summed_density() -> None:
    sheet = canvas.blank_canvas(8, 6)
    density = RNG.uniform(0, 1, (6, 8)).astype(np.float32)
    twice = canvas.wash(canvas.wash(sheet, density, "azurite"), density, "azurite")
    np.testing.assert_allclose(twice, canvas.wash(sheet, 2 * density, "azurite"), rtol=1e-6)


def test_a_full_lift_leaves_bare_paper() -> None:
    bare = canvas.lift(random_ink(), np.ones((6, 8)))
    assert not bare[..., :3].any()


def test_lay_knocks_out_before_it_adds() -> None:
    laid = canvas.lay(random_ink(), np.ones((6, 8)), np.full((6, 8), 0.5), "vermilion")
    np.testing.assert_allclose(
        laid[..., :3], np.broadcast_to(0.5 * colour.absorbance("vermilion"), (6, 8, 3))
    )


def test_bare_paper_develops_to_the_paper() -> None:
    seen = canvas.develop(canvas.blank_canvas(2, 2))
    np.testing.assert_allclose(seen[0, 0], colour.encode(colour.PAPER, "srgb"), atol=1e-6)


def test_a_plate_on_paper_keeps_its_colours() -> None:
    light = RNG.uniform(0.05, 0.8, (4, 4, 4)).astype(np.float32)
    light[..., 3] = 1
    seen = canvas.develop(canvas.over(canvas.blank_canvas(4, 4), canvas.light_to_ink(light)))
    np.testing.assert_allclose(seen, colour.encode(light[..., :3], "srgb"), atol=1e-5)


def test_linear_edges_keep_the_light_of_a_half_covered_pixel() -> None:
    light = np.array([[[0.05, 0.05, 0.05, 0.5]]], np.float32)  # half a pixel of .1 grey
    seen = colour.PAPER * np.exp(-canvas.light_to_ink(light)[0, 0, :3])
    np.testing.assert_allclose(seen, 0.5 * colour.PAPER + 0.05, rtol=1e-5)


def test_a_hundred_thin_glazes_do_not_band() -> None:
    """100 glazes of 1 % white in 8 bits give 132 or 172 elsewhere; absorbance adds without rounding."""
    sheet, one = canvas.blank_canvas(1, 1), np.full((1, 1), 0.01, np.float32)
    for _ in range(100):
        sheet = canvas.wash(sheet, one, "ink")
    np.testing.assert_allclose(sheet[0, 0, :3], colour.absorbance("ink"), rtol=1e-5)


def test_pictures_of_two_sizes_are_refused() -> None:
    with pytest.raises(ValueError, match="one size"):
        canvas.over(canvas.blank_canvas(4, 4), canvas.blank_canvas(5, 4))


def test_the_operators_are_public() -> None:
    assert ink.over is canvas.over
    assert ink.lift is canvas.lift
