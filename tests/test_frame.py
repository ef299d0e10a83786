"""Frames, regions and baked layers."""

import numpy as np
import pytest

from inkrender import colour
from inkrender.frame import OCC, PAD, Baked, Frame, Region, occupancy


def picture(h=40, w=70):
    return np.random.default_rng(3).random((h, w, 4)).astype(np.float32)


def region(h=40, w=70):
    return Region(0, 0, w, h, 1.0)


@pytest.mark.parametrize(
    "pixels",
    [
        np.zeros((4, 4, 3), np.float32),
        np.zeros((4, 4), np.float32),
        np.zeros((4, 4, 4)),
        np.zeros((4, 4, 4), np.uint8),
    ],
)
def test_a_frame_holds_four_planes_of_float32_and_nothing_else(pixels):
    with pytest.raises(TypeError, match="float32"):
        Frame(pixels)


def test_the_size_of_a_frame_is_width_by_height():
    assert Frame(np.zeros((4, 6, 4), np.float32)).size == (6, 4)


def test_bare_ink_looks_like_paper():
    shown = Frame(np.zeros((2, 2, 4), np.float32), "ink").display()
    expected = np.rint(colour.encode(colour.PAPER, "srgb") * 255)
    assert (shown == expected).all()


def test_empty_light_looks_like_paper_and_opaque_white_like_white():
    pixels = np.zeros((1, 2, 4), np.float32)
    pixels[0, 1] = 1
    shown = Frame(pixels).display()
    assert (shown[0, 0] == np.rint(colour.encode(colour.PAPER, "srgb") * 255)).all()
    assert (shown[0, 1] == 255).all()


def test_more_ink_is_darker():
    pixels = np.zeros((1, 3, 4), np.float32)
    pixels[0, :, :3] = [[0.0], [0.5], [4.0]]
    shown = Frame(pixels, "ink").display().astype(int).sum(axis=2)[0]
    assert shown[0] > shown[1] > shown[2]


def test_a_frame_shows_itself_in_a_notebook_as_png():
    assert Frame(picture())._repr_png_()[:8] == b"\x89PNG\r\n\x1a\n"


def test_a_frame_tells_what_it_is():
    passes = {"depth": np.zeros((40, 70), np.float32)}
    assert repr(Frame(picture(), "light", passes)) == "<Frame 70x40 light, passes depth>"


def test_pixel_centres_lie_half_a_pixel_in_at_any_scale():
    x, y = Region(-10, 20, 4, 2, 0.5).grid()
    assert x.tolist() == [[-9, -7, -5, -3]]
    assert y.tolist() == [[21], [23]]
    assert (x.dtype, y.dtype) == (np.float32, np.float32)


def test_pixel_centres_are_exact_far_from_the_origin():
    x, _ = Region(100_000, 0, 2, 1, 2.0).grid()
    assert x.tolist() == [[100_000.25, 100_000.75]]


def test_baking_keeps_a_layer_to_the_last_bit_of_half():
    pixels = picture()
    assert (Baked.of(pixels, region()).pixels() == pixels.astype(np.float16).astype(np.float32)).all()


def test_a_baked_layer_is_planar_by_row_inside_an_empty_border():
    baked = Baked.of(picture() + 1, region())
    store = baked.data.view(np.float16)
    assert store.shape == (40 + 2 * PAD, 4, 70 + 2 * PAD)
    assert store.flags.c_contiguous
    assert not store[:PAD].any()
    assert not store[-PAD:].any()
    assert not store[:, :, :PAD].any()
    assert not store[:, :, -PAD:].any()


def test_what_is_too_bright_for_half_is_kept_finite():
    pixels = np.full((2, 2, 4), 1e9, np.float32)
    assert (Baked.of(pixels, region(2, 2)).pixels() == 65504).all()


def test_occupancy_marks_exactly_the_cells_that_hold_anything():
    pixels = np.zeros((100, 100, 4), np.float32)
    pixels[60, 33, 2] = 0.5
    grid = Baked.of(pixels, region(100, 100)).occupancy
    row, column = (60 + PAD) // OCC, (33 + PAD) // OCC
    assert grid.shape == (4, 4)
    assert grid.sum() == 1
    assert grid[row, column] == 1


def test_an_empty_layer_occupies_nothing():
    assert not Baked.of(np.zeros((50, 50, 4), np.float32), region(50, 50)).occupancy.any()


def test_negative_zero_is_empty_too():
    assert not occupancy(np.full((40, 4, 40), -0.0, np.float16)).any()


def test_a_cropped_layer_is_what_is_painted_where_it_was():
    pixels = np.zeros((60, 80, 4), np.float32)
    pixels[20:31, 12:50] = 0.25
    pixels[25, 70, 3] = 1e-3
    baked = Baked.cropped(pixels, Region(-8.0, 4.0, 80, 60, 2.0))
    assert baked.region == Region(-8.0 + 12 / 2, 4.0 + 20 / 2, 59, 11, 2.0)
    assert (baked.pixels() == pixels[20:31, 12:71].astype(np.float16)).all()
    assert (baked.occupancy == occupancy(baked.data.view(np.float16))).all()


def test_a_layer_without_paint_is_cropped_to_a_pixel():
    baked = Baked.cropped(np.zeros((30, 40, 4), np.float32), region(30, 40))
    assert (baked.region.w, baked.region.h) == (1, 1)
