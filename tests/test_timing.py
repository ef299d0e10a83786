"""Frames, rates, keys, easings and seeds."""

from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inkrender.errors import SceneError
from inkrender.timing import (
    EASINGS,
    Key,
    held,
    parse_fps,
    parse_frames,
    parse_keys,
    seed_of,
    value_at,
)

frames = st.integers(-100_000, 100_000)


@pytest.mark.parametrize(
    ("given", "exact"),
    [
        ("24", Fraction(24)),
        (25, Fraction(25)),
        (24.0, Fraction(24)),
        ("24000/1001", Fraction(24000, 1001)),
        (Fraction(30000, 1001), Fraction(30000, 1001)),
        (" 12 ", Fraction(12)),
    ],
)
def test_fps_is_an_exact_fraction(given, exact):
    assert parse_fps(given) == exact


def test_a_rounded_ntsc_rate_is_answered_with_the_exact_one():
    with pytest.raises(SceneError, match=r'write fps = "24000/1001"'):
        parse_fps("23.976")
    with pytest.raises(SceneError, match=r'write fps = "30000/1001"'):
        parse_fps(29.97)


@pytest.mark.parametrize("given", ["", "fast", "0", "-24", "24/0", "1001", "nan", True])
def test_what_is_no_rate_is_refused(given):
    with pytest.raises(SceneError, match="fps"):
        parse_fps(given)


@pytest.mark.parametrize(
    ("text", "expanded"),
    [
        ("7", [7]),
        ("1001-1004", [1001, 1002, 1003, 1004]),
        ("1-10x3", [1, 4, 7, 10]),
        ("1-10:3", [1, 4, 7, 10]),
        ("1-6y2", [2, 4, 6]),
        ("1..3", [1, 2, 3]),
        ("-3--1", [-3, -2, -1]),
        ("-3-1", [-3, -2, -1, 0, 1]),
        ("10-7", [10, 9, 8, 7]),
        ("10-1x4", [10, 6, 2]),
        ("1001-1003x2,1020", [1001, 1003, 1020]),
        ("5, 1-3 2", [5, 1, 2, 3]),
    ],
)
def test_frames_are_read_in_the_order_written_each_once(text, expanded):
    assert parse_frames(text) == expanded


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "is empty"),
        (" , ", "is empty"),
        ("1-", '"1-" is not a frame'),
        ("a-b", '"a-b" is not a frame'),
        ("1-10x0", "a step is 1 or more"),
        ("1-10x-2", "a step is 1 or more"),
        ("1-2000000000", "at most"),
        ("1-5y1", "leaves nothing over"),
        ("1.5", '"1.5" is not a frame'),
    ],
)
def test_a_range_that_cannot_be_meant_says_what_would_do(text, told):
    with pytest.raises(SceneError) as error:
        parse_frames(text)
    assert told in str(error.value)


@given(frames, frames, st.integers(1, 12))
def test_a_held_drawing_changes_every_exposure_frames_counted_from_the_first(frame, first, exposure):
    shown = held(frame, first, exposure)
    assert (shown - first) % exposure == 0
    assert 0 <= frame - shown < exposure


def test_on_twos_each_drawing_stays_for_two_frames():
    assert [held(n, 1001, 2) for n in range(1001, 1007)] == [1001, 1001, 1003, 1003, 1005, 1005]


@pytest.mark.parametrize("name", EASINGS)
def test_every_easing_runs_from_0_to_1(name):
    ends = EASINGS[name](0.0), EASINGS[name](1.0)
    assert ends == pytest.approx((0, 1), abs=1e-15)  # cos(pi / 2) is not quite 0 in floats


@pytest.mark.parametrize("name", [n for n in EASINGS if n != "hold"])
def test_every_easing_but_hold_is_continuous(name):
    # expo rises fastest, 6.9 a unit; back overshoots but never jumps
    steps = [EASINGS[name](i / 1000) for i in range(1001)]
    assert max(abs(b - a) for a, b in pairwise(steps)) < 0.016


@pytest.mark.parametrize("family", ["sine", "quad", "cubic", "expo", "back"])
def test_in_and_out_of_a_family_are_mirror_images(family):
    for i in range(11):
        u = i / 10
        assert EASINGS[f"out_{family}"](u) == pytest.approx(1 - EASINGS[f"in_{family}"](1 - u), abs=1e-12)
        assert EASINGS[f"in_out_{family}"](u) == pytest.approx(
            1 - EASINGS[f"in_out_{family}"](1 - u), abs=1e-12
        )


@pytest.mark.parametrize("name", ["in", "out", "in_out"])
def test_plain_easings_are_still_at_the_end_they_are_named_after(name):
    ease, step = EASINGS[name], 1e-6
    start, end = ease(step) / step, (1 - ease(1 - step)) / step
    assert start == pytest.approx(0 if name.startswith("in") else 1, abs=1e-4)
    assert end == pytest.approx(0 if name.endswith("out") else 1, abs=1e-4)


def test_easings_match_the_published_values():
    # easings.net at u = .3
    assert EASINGS["in_sine"](0.3) == pytest.approx(0.108993, abs=1e-6)
    assert EASINGS["in_out_cubic"](0.3) == pytest.approx(0.108, abs=1e-12)
    assert EASINGS["out_expo"](0.3) == pytest.approx(0.875, abs=1e-12)
    assert EASINGS["in_back"](0.3) == pytest.approx(-0.0802005, abs=1e-6)
    assert EASINGS["in_out_back"](0.3) == pytest.approx(-0.0788335, abs=1e-6)


def test_a_constant_is_returned_as_it_is():
    assert value_at(0.4, 12) == 0.4
    assert value_at((1.0, 2.0), 12) == (1.0, 2.0)


def test_the_easing_of_a_key_shapes_the_way_to_it():
    keys = [[0, 0.0], [10, 1.0, "hold"], [20, 0.0]]
    assert value_at(keys, 9) == 0.0
    assert value_at(keys, 10) == 1.0
    assert value_at(keys, 15) == pytest.approx(0.5)


def test_before_the_first_and_after_the_last_key_the_value_rests():
    keys = parse_keys([[10, 3.0], [20, 5.0]])
    assert (value_at(keys, -100), value_at(keys, 10), value_at(keys, 20), value_at(keys, 999)) == (3, 3, 5, 5)


def test_tuples_are_keyed_number_by_number():
    assert value_at([[0, [0, 10]], [10, [20, 0]]], 5) == (10.0, 5.0)


@given(st.lists(st.tuples(frames, st.floats(-1e6, 1e6)), min_size=1, max_size=8, unique_by=lambda k: k[0]))
def test_every_key_is_met_exactly(rows):
    keys = parse_keys(sorted(rows))
    assert [value_at(keys, k.frame) for k in keys] == [k.value for k in keys]


@given(st.floats(-100, 100), st.floats(-100, 100), st.floats(0, 1))
def test_linear_keys_interpolate_between_their_values(a, b, u):
    assert value_at([[0, a], [1, b]], u) == pytest.approx(a + (b - a) * u, abs=1e-9)


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        ([[1, 0.0], [1, 1.0]], "forward in time"),
        ([[5, 0.0], [1, 1.0]], "forward in time"),
        ([[1, 0.0, "in_ot"]], 'did you mean "in_out"'),
        ([[1, 0.0, 3]], "easing 3 is not known"),
        ([[1]], "a key is [frame, value]"),
        ([["a", 1.0]], "is not a frame number"),
        ([[1, "a"]], "is not a number"),
        ([[1, float("nan")]], "is not a number"),
        ([[1, True]], "is not a number"),
        ([[1, [1, 2]], [2, 1.0]], "the key before 2"),
        ([], "there is no key"),
    ],
)
def test_keys_that_cannot_be_meant_say_which_key_and_what_would_do(rows, told):
    with pytest.raises(SceneError) as error:
        parse_keys(rows)
    assert told in str(error.value)


def test_keys_read_from_lists_and_built_in_python_are_the_same():
    assert parse_keys([[1, 2, "in"], [3, 4]]) == (Key(1, 2.0, "in"), Key(3, 4.0))


def test_a_seed_is_the_same_on_every_machine():
    assert seed_of("02_dawn", "peaks", 7) == 4138925963
    assert 0 <= seed_of() < 2**32


def test_seeds_tell_parts_types_and_order_apart():
    seeds = {
        seed_of(*p)
        for p in [("a", "b"), ("ab",), ("b", "a"), (1,), ("1",), ("a",), ("", "ab"), (11,), (1, 1)]
    }
    assert len(seeds) == 9
