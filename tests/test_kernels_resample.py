"""Layers read into the tile: exact where nothing moves, the float64 twin everywhere else."""

from __future__ import annotations

import naive
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inkrender.frame import OCC, PAD, Baked, Region
from inkrender.kernels import tiles
from inkrender.kernels.program import CANVAS, Program

# sums of 16 products of magnitude <= 3 in float32, weights rounded to float32: a few parts in 1e7 each
CLOSE = 4e-6


def ink(w, h, seed=0, most=3.0):
    random = np.random.default_rng(seed)
    pixels = random.random((h, w, 4)).astype(np.float32) ** 3
    pixels[..., :3] *= most
    pixels[random.random((h, w)) < 0.3] = 0  # hard edges: the cubic undershoots there
    return pixels


def baked(pixels, medium="ink"):
    h, w = pixels.shape[:2]
    return Baked.of(pixels, Region(0, 0, w, h, 1), medium)


def read(layer, width, height, x, y, zoom=1.0):
    program = Program(width, height)
    program.resample(CANVAS, layer, x, y, zoom)
    out = np.full((height, width, 4), 9, np.float32)
    program.store(CANVAS, out)
    program.run()
    return out


def test_the_kernels_and_frame_agree_on_padding_and_occupancy():
    assert (tiles.PAD, tiles.OCC) == (PAD, OCC)


def test_a_layer_at_a_whole_place_is_read_bit_for_bit():
    layer = baked(ink(200, 90))
    assert np.array_equal(read(layer, 150, 70, 31, 12), layer.pixels()[12:82, 31:181])


def test_light_at_a_whole_place_keeps_its_negative_values():
    pixels = np.random.default_rng(1).normal(0, 2, (40, 150, 4)).astype(np.float32)
    pixels[..., 3] = np.clip(pixels[..., 3], 0, 1)
    layer = baked(pixels, "light")
    assert np.array_equal(read(layer, 150, 40, 0, 0), layer.pixels())


def test_a_place_a_rounding_error_from_whole_is_whole():
    layer = baked(ink(64, 48))
    assert np.array_equal(read(layer, 64, 48, 1e-9, -1e-7, 1 + 1e-12), layer.pixels())


@pytest.mark.parametrize("zoom", [1.0, 1.03, 0.95, 1.12, 1 / 1.12, 1.5, 3.7, 0.6, 0.25])
@pytest.mark.parametrize("place", [(20.25, 10.5), (-13.4, -40.7), (61.9, 33.01)])
def test_resampling_equals_the_float64_twin(zoom, place):
    layer = baked(ink(180, 100, most=2))
    wanted = naive.resample(layer.pixels(), 140, 75, *place, zoom)
    assert np.abs(read(layer, 140, 75, *place, zoom) - wanted).max() < CLOSE


@settings(max_examples=40, deadline=None)
@given(
    w=st.integers(1, 40),
    h=st.integers(1, 40),
    x=st.floats(-60, 60),
    y=st.floats(-60, 60),
    zoom=st.one_of(st.just(1.0), st.floats(0.3, 3.0)),
)
def test_any_layer_anywhere_equals_the_twin(w, h, x, y, zoom):
    layer = baked(ink(w, h, seed=w * 41 + h, most=1))
    got = read(layer, 50, 36, x, y, zoom)
    if abs(zoom - 1) < 1e-4:
        zoom, x, y = 1.0, *(round(v) if abs(v - round(v)) < 1 / 1024 else v for v in (x, y))
    wanted = naive.resample(layer.pixels(), 50, 36, x, y, zoom)
    # a tap may land on either side of a pixel whose weight there is 0
    assert np.abs(got - wanted).max() < 2 * CLOSE


def test_a_layer_far_outside_leaves_the_register_empty():
    assert not read(baked(ink(60, 60)), 130, 40, 1e12, -1e12).any()


def test_dense_ink_never_undershoots():
    pixels = np.zeros((40, 60, 4), np.float32)
    pixels[:, 30:] = (36, 36, 36, 1)
    got = read(baked(pixels), 60, 40, 0.5, 0.5)
    assert got.min() >= 0


def test_cover_never_overshoots():
    pixels = np.zeros((40, 60, 4), np.float32)
    pixels[:, 30:] = (1, 1, 1, 1)
    assert read(baked(pixels), 60, 40, 0.5, 0.5)[..., 3].max() <= 1


@pytest.mark.parametrize("zoom", [1.0, 1.05, 0.5])
@pytest.mark.parametrize("x", [7.0, 7.3])
def test_reading_over_equals_reading_then_over(zoom, x):
    layer, below = baked(ink(180, 90, 1)), ink(140, 70, 2, most=1)
    out = np.zeros((70, 140, 4), np.float32)
    program = Program(140, 70)
    program.load(CANVAS, below, "linear", True)
    program.resample_over(CANVAS, layer, x, -5.5, zoom, opacity=0.6)
    program.store(CANVAS, out)
    program.run()
    wanted = naive.over(below, naive.resample(layer.pixels(), 140, 70, x, -5.5, zoom), 0.6)
    assert np.abs(out - wanted).max() < CLOSE


def test_an_opacity_of_zero_changes_nothing():
    below, out = ink(140, 70, 2), np.zeros((70, 140, 4), np.float32)
    program = Program(140, 70)
    program.load(CANVAS, below, "linear", True)
    program.resample_over(CANVAS, baked(ink(140, 70)), 0.5, 0.5, opacity=0)
    program.store(CANVAS, out)
    program.run()
    assert np.array_equal(out, below)


def test_an_unoccupied_layer_is_never_read():
    layer = baked(np.ones((100, 200, 4), np.float32))
    hidden = Baked(layer.data, np.zeros_like(layer.occupancy), layer.region)
    assert not read(hidden, 200, 100, 0.5, 0.5).any()


def test_only_the_cells_that_hold_ink_are_needed():
    pixels = np.zeros((200, 400, 4), np.float32)
    pixels[90:95, 310:330] = 1
    layer = baked(pixels)
    full = Baked(layer.data, np.ones_like(layer.occupancy), layer.region)
    for x, y, zoom in ((0.3, 0.7, 1.0), (-44.2, 13.1, 1.07), (5.0, 5.0, 0.7)):
        assert np.array_equal(read(layer, 384, 200, x, y, zoom), read(full, 384, 200, x, y, zoom))


def test_resample_over_refuses_light():
    with pytest.raises(ValueError, match="light_to_ink"):
        Program(8, 8).resample_over(CANVAS, baked(ink(8, 8), "light"), 0, 0)
