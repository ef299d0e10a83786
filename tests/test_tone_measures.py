"""The tone of pictures whose shares are known by how they were made, and of colours as coloraide has them."""

import numpy as np
import pytest
from coloraide import Color

from inkrender import colour
from inkrender.tone_measures import Tone, hue_share, lch, palette, reduced, tone


def codes(*lch_and_columns):
    """A picture of 40 x 100: (L, C, h, columns) after one another, uint16, display-encoded."""
    parts = []
    for light, chroma, hue, columns in lch_and_columns:
        rgb = np.clip(colour.from_oklch(np.array([light, chroma, hue], np.float64)), 0, 1)
        parts.append(np.broadcast_to(np.rint(65535 * colour.encode(rgb)), (40, columns, 3)))
    return np.concatenate(parts, axis=1).astype(np.uint16)


def toned(*parts) -> Tone:
    return tone(lch(codes(*parts)))


PAPER, GREY, BLUE, YELLOW = (0.97, 0.01, 85), (0.5, 0.0, 0), (0.5, 0.12, 255), (0.85, 0.15, 90)


def test_oklch_is_what_coloraide_says():
    random = np.random.default_rng(1).integers(0, 256, (20, 20, 3)).astype(np.uint8)
    found = lch(random).reshape(-1, 3)
    wanted = [
        Color("srgb", (pixel / 255).tolist()).convert("oklch").coords() for pixel in random.reshape(-1, 3)
    ]
    wanted = np.nan_to_num(np.array(wanted))
    coloured = wanted[:, 1] > 0.01  # of a grey the hue says nothing
    apart = np.abs((found[:, 2] - wanted[:, 2] + 180) % 360 - 180)
    # float32, and two roundings of Ottosson's matrices
    assert np.abs(found[:, :2] - wanted[:, :2]).max() < 2e-4
    assert apart[coloured].max() < 0.1


def test_eight_and_sixteen_bits_and_floats_are_the_same_picture():
    eight = np.random.default_rng(2).integers(0, 256, (6, 7, 3)).astype(np.uint8)
    assert np.allclose(lch(eight), lch(eight.astype(np.uint16) * np.uint16(257)), atol=1e-3)
    assert np.array_equal(lch(eight), lch(eight.astype(np.float32) / np.float32(255)))


def test_a_hue_has_its_share_of_all_pixels():
    found = toned((*BLUE, 25), (*GREY, 75))
    assert found.hues[8] == 0.25
    assert sum(found.hues) == 0.25


@pytest.mark.parametrize("chroma", [0.0, 0.039])
def test_what_is_hardly_coloured_has_no_hue(chroma):
    assert sum(toned((0.5, chroma, 255, 100)).hues) == 0


@pytest.mark.parametrize(("columns", "bins"), [(1, 1), (0, 0)])
def test_a_bin_is_used_from_one_percent(columns, bins):
    assert toned((*BLUE, columns), (*GREY, 100 - columns)).bins == bins


def test_a_bin_of_less_than_one_percent_is_not_used():
    picture = codes((*GREY, 100))
    picture[:39, :1] = codes((*BLUE, 1))[:39]  # 39 of 4000 pixels
    assert tone(lch(picture)).bins == 0


@pytest.mark.parametrize("hue", [15, 45, 75, 105, 135, 165, 195, 225, 255, 285, 315, 345])
def test_each_hue_falls_into_its_bin_of_thirty_degrees(hue):
    assert toned((0.6, 0.08, hue, 100)).hues[hue // 30] == 1


@pytest.mark.parametrize(
    ("paint", "pale", "soft"),
    [
        ((0.91, 0.045, 85), 1, 1),
        ((0.89, 0.045, 85), 0, 1),
        ((0.91, 0.055, 85), 0, 1),
        ((0.81, 0.070, 85), 0, 1),
        ((0.79, 0.070, 85), 0, 0),
        ((0.81, 0.080, 85), 0, 0),
    ],
)
def test_pale_and_soft_end_where_they_are_defined_to_end(paint, pale, soft):
    found = toned((*paint, 100))
    assert (found.pale, found.soft) == (pale, soft)


@pytest.mark.parametrize(
    ("paint", "share"),
    [
        ((0.8, 0.12, 57), 1),
        ((0.8, 0.12, 103), 1),
        ((0.8, 0.12, 53), 0),
        ((0.8, 0.12, 107), 0),
        ((0.8, 0.09, 90), 0),
        ((0.59, 0.11, 90), 0),
    ],
)
def test_hint_yellow_ends_where_it_is_defined_to_end(paint, share):
    assert toned((*paint, 100)).hint == share


def test_percentiles_of_lightness_and_chroma_are_those_of_the_pixels():
    found = toned((0.2, 0.0, 0, 20), (0.5, 0.05, 255, 60), (0.9, 0.1, 90, 20))
    assert found.lightness == pytest.approx((0.2, 0.5, 0.9), abs=1e-3)
    assert found.chroma == pytest.approx((0, 0.05, 0.1, 0.1), abs=1e-3)


def test_a_band_of_hues_may_go_past_360():
    measured = lch(codes((0.6, 0.1, 350, 30), (0.6, 0.1, 10, 30), (*BLUE, 40)))
    assert hue_share(measured, 340, 20) == 0.6


def test_two_bands_that_meet_share_every_coloured_pixel_once():
    measured = lch(np.random.default_rng(3).integers(0, 256, (30, 30, 3)).astype(np.uint8))
    both = hue_share(measured, 220, 290) + hue_share(measured, 290, 220)
    assert both == pytest.approx(hue_share(measured, 0, 360))


def test_the_bins_are_the_bands_of_thirty_degrees():
    measured = lch(np.random.default_rng(4).integers(0, 256, (30, 30, 3)).astype(np.uint8))
    bands = [hue_share(measured, 30 * i, 30 * i + 30) for i in range(12)]
    assert tone(measured).hues == pytest.approx(bands)


def test_large_pictures_are_measured_at_360_lines():
    assert reduced(np.zeros((720, 1280, 4), np.uint8)).shape == (360, 640, 3)


def test_small_pictures_are_measured_as_they_are():
    small = np.random.default_rng(5).integers(0, 256, (36, 64, 3)).astype(np.uint8)
    assert np.array_equal(reduced(small), small)


def test_a_palette_has_the_colours_of_the_picture_by_share():
    found = palette(lch(codes((*BLUE, 60), (*PAPER, 30), (*YELLOW, 10))), count=3)
    assert [share for _, share in found] == pytest.approx([0.6, 0.3, 0.1])
    assert [lab[0] for lab, _ in found] == pytest.approx([0.5, 0.97, 0.85], abs=2e-3)


def test_a_small_accent_has_a_place_in_the_palette():
    found = palette(lch(codes((*BLUE, 99), (*YELLOW, 1))), count=4)
    assert found[-1][1] == pytest.approx(0.01)
    assert found[-1][0][0] == pytest.approx(0.85, abs=2e-3)


def test_a_picture_of_one_colour_has_a_palette_of_one():
    assert len(palette(lch(codes((*BLUE, 100))))) == 1
