"""Ink over ink, light over light, light into ink: against the formulas as they are printed."""

from __future__ import annotations

import naive
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inkrender import canvas, colour, layer
from inkrender.kernels.program import BLEND_MODES, CANVAS, SRC, Program

H, W = 37, 150


def picture(seed, alpha=None):
    random = np.random.default_rng(seed)
    pixels = random.random((H, W, 4)).astype(np.float32)
    pixels[random.random((H, W)) < 0.1] = 0
    if alpha is not None:
        pixels[..., 3] = alpha
    pixels[..., :3] *= pixels[..., 3:]
    return pixels


def run(first, record, second=None):
    program = Program(W, H)
    program.load(CANVAS, first, "linear", True)
    if second is not None:
        program.load(SRC, second, "linear", True)
    record(program)
    out = np.zeros((H, W, 4), np.float32)
    program.store(CANVAS, out)
    program.run()
    return out


def over(a, b, opacity=1.0):
    return run(a, lambda p: p.over_ink(CANVAS, SRC, opacity), b)


def test_over_equals_the_formula():
    a, b = picture(1) * 3, picture(2)
    assert np.abs(over(a, b, 0.7) - naive.over(a, b, 0.7)).max() < 1e-6  # values up to 3 in float32


def test_over_equals_the_canvas_functions():
    a, b = picture(1), picture(2)
    assert np.abs(over(a, b, 0.4) - canvas.over(a, b, 0.4)).max() < 1e-6


def test_over_of_nothing_changes_nothing():
    a = picture(1)
    assert np.array_equal(over(a, np.zeros_like(a)), a)


def test_full_cover_replaces_what_lies_below():
    assert np.array_equal(over(picture(1), picture(2, alpha=1)), picture(2, alpha=1))


def test_over_is_associative():
    a, b, c = picture(1), picture(2), picture(3)
    assert np.abs(over(over(a, b), c) - over(a, over(b, c))).max() < 1e-6


@pytest.mark.parametrize("mode", BLEND_MODES)
@pytest.mark.parametrize("opacity", [1.0, 0.35])
def test_blend_modes_equal_the_w3c_formulas(mode, opacity):
    a, b = picture(4), picture(5)
    got = run(a, lambda p: p.over_light(CANVAS, SRC, opacity, mode), b)
    # dodge and burn divide by what is left of a colour: float32 near their poles
    near = 2e-4 if "color" in mode else 3e-6
    assert np.abs(got - naive.blend(a, b, mode, opacity)).max() < near


@pytest.mark.parametrize("mode", BLEND_MODES)
def test_no_blend_mode_lets_an_empty_layer_change_anything(mode):
    a = picture(4)
    got = run(a, lambda p: p.over_light(CANVAS, SRC, 1.0, mode), np.zeros_like(a))
    assert np.abs(got - a).max() < 1e-6


@pytest.mark.parametrize("mode", BLEND_MODES)
def test_every_blend_mode_on_nothing_shows_the_layer(mode):
    b = picture(5)
    got = run(np.zeros_like(b), lambda p: p.over_light(CANVAS, SRC, 1.0, mode), b)
    assert np.abs(got - b).max() < 1e-6


def test_a_layer_may_name_every_blend_mode_there_is():
    assert layer.BLEND_MODES == BLEND_MODES


def test_an_unknown_blend_mode_names_the_known():
    with pytest.raises(ValueError, match="soft-light"):
        Program(8, 8).over_light(CANVAS, SRC, mode="softlight")


@pytest.mark.parametrize("edges", ["linear", "ink"])
@pytest.mark.parametrize("body", [0.0, 0.5, 1.0])
def test_light_becomes_ink_by_the_formula(edges, body):
    light = picture(6)
    white = (0.98, 0.95, 0.9)
    got = run(light, lambda p: p.light_to_ink(CANVAS, white, body, edges))
    assert np.abs(got - naive.light_to_ink(light, white, body, edges)).max() < 3e-6  # absorbances up to 5


def test_light_to_ink_equals_the_canvas_function():
    light = picture(6)
    got = run(light, lambda p: p.light_to_ink(CANVAS, colour.PAPER, 1.0, "linear"))
    assert np.abs(got - canvas.light_to_ink(light)).max() < 3e-6


def test_no_light_is_no_ink():
    got = run(np.zeros((H, W, 4), np.float32), lambda p: p.light_to_ink(CANVAS))
    assert not got.any()


def test_light_brighter_than_white_is_bare_paper():
    light = np.full((H, W, 4), 1, np.float32)
    assert not run(light, lambda p: p.light_to_ink(CANVAS, (0.9, 0.9, 0.9)))[..., :3].any()


@settings(max_examples=20, deadline=None)
@given(k=st.floats(0, 1))
def test_mix_is_a_straight_line_exact_at_its_ends(k):
    a, b = picture(7), picture(8)
    got = run(a, lambda p: p.mix(CANVAS, SRC, k), b)
    if k in (0, 1):
        assert np.array_equal(got, (a, b)[int(k)])
    else:
        assert np.abs(got - (a + (np.float64(b) - a) * k)).max() < 1e-6


def test_a_matte_multiplies_all_four_planes_by_the_cover():
    a, b = picture(7), picture(8)
    assert np.array_equal(run(a, lambda p: p.matte(CANVAS, SRC), b), a * b[..., 3:])


def test_copying_to_itself_is_refused():
    with pytest.raises(ValueError, match="two registers"):
        Program(8, 8).over_ink(CANVAS, CANVAS)
