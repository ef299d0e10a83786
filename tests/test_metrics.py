"""What is said of blank paper in figures, on arrays small enough to count by hand."""

import numpy as np
import pytest

from inkrender import colour, metrics


def drawn(*rows: str) -> np.ndarray:
    """A blank map as it is drawn: "." is bare paper, "#" is ink."""
    return np.array([[c == "." for c in row] for row in rows])


def test_the_share_is_of_all_pixels():
    assert metrics.shape(drawn("..##", "####")).share == 0.25


def test_pieces_that_touch_at_a_corner_are_one():
    assert metrics.shape(drawn(".###", "#.##", "####")).components == 1


def test_pieces_apart_are_counted():
    assert metrics.shape(drawn(".#.", "###", ".#.")).components == 4


def test_a_speck_is_no_piece():
    blank = np.zeros((200, 100), bool)
    blank[10, 10:12] = True  # 2 px are 1e-4 of the frame, and not above it
    blank[50, 10:13] = True
    assert metrics.shape(blank).components == 1


def test_the_largest_piece_is_told_as_a_share_of_the_blank():
    assert metrics.shape(drawn("...#.", "#####")).largest == 0.75


def test_what_reaches_no_border_is_told_apart():
    found = metrics.shape(drawn("######", "#.##.#", "#..#.#", "####.#"))
    assert found.border == 0.5


def test_all_four_borders_count():
    for turned in range(4):
        assert metrics.shape(np.rot90(drawn("#.#", "###", "###"), turned)).border == 1


def test_a_frame_without_blank_has_nothing_astray():
    assert metrics.shape(drawn("##", "##")) == metrics.Shape(0, 0, 1, 1)


def test_bare_paper_is_one_piece():
    assert metrics.shape(drawn("...", "...")) == metrics.Shape(1, 1, 1, 1)


def test_a_violation_is_counted_where_the_subject_is_whole():
    blank = drawn("..##")
    matte = np.array([[1, 0.5, 0.95, 0.91]], np.float32)  # the second pixel is an edge
    assert metrics.violation(blank, matte) == pytest.approx(1 / 3)


def test_an_empty_matte_cannot_be_violated():
    assert metrics.violation(drawn(".."), np.zeros((1, 2), np.float32)) is None


def test_mass_is_below_the_threshold_exactly_where_paper_is_blank():
    canvas = np.random.default_rng(3).uniform(0, 0.15, (20, 30, 3)).astype(np.float32)
    heavy = metrics.mass(canvas, colour.blank_jacobian())
    assert np.array_equal(heavy < colour.BLANK, colour.blank(canvas))


def test_ink_in_one_corner_weighs_there():
    weight = np.zeros((4, 8), np.float32)
    weight[3, 0] = 7
    assert metrics.balance(weight) == pytest.approx((-7 / 16, 3 / 8))


@pytest.mark.parametrize("weight", [np.zeros((5, 7)), np.ones((5, 7))])
def test_even_ink_and_no_ink_are_balanced(weight):
    assert metrics.balance(weight.astype(np.float32)) == pytest.approx((0, 0), abs=1e-12)


def test_a_steady_row_has_no_jerk():
    assert metrics.jerk([0.1, 0.3, 0.5, 0.7]) == pytest.approx(0, abs=1e-12)


def test_jerk_is_the_rms_of_second_differences():
    assert metrics.jerk([0, 1, 0, 1]) == pytest.approx(2)


def test_two_values_say_nothing_of_jerk():
    assert metrics.jerk([0.2, 0.4]) is None
