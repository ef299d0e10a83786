"""Transfer functions, OKLab, pigments and blank paper, against colour-science and coloraide as oracles."""

import warnings

import numpy as np
import pytest
from coloraide import Color
from hypothesis import given
from hypothesis import strategies as st

from inkrender import colour
from inkrender.errors import SceneError

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # colour-science warns about its own optional dependencies
    import colour as science

RAMP = np.linspace(0, 1, 257)
RGB = np.random.default_rng(7).random((200, 3))
unit = st.floats(0, 1)


# transfer functions ---------------------------------------------------------------------------------------


def test_srgb_is_iec_61966_2_1():
    assert colour.encode(RAMP, "srgb") == pytest.approx(science.models.eotf_inverse_sRGB(RAMP), abs=1e-7)
    assert colour.decode(RAMP, "srgb") == pytest.approx(science.models.eotf_sRGB(RAMP), abs=1e-7)


def test_rec709_is_bt_709_6():
    assert colour.encode(RAMP, "rec709") == pytest.approx(science.models.oetf_BT709(RAMP), abs=1e-7)
    # the standard rounds its two pieces: they meet within half a 12-bit code
    assert colour.decode(RAMP, "rec709") == pytest.approx(science.models.oetf_inverse_BT709(RAMP), abs=2e-4)


def test_gamma_is_a_power():
    assert colour.decode(RAMP, "gamma2.2") == pytest.approx(RAMP**2.2)


def test_linear_is_left_alone_in_a_copy():
    same = colour.encode(RAMP, "linear")
    assert (same == RAMP).all()
    assert same is not RAMP


@pytest.mark.parametrize("transfer", ["srgb", "rec709", "linear", "gamma2.4"])
@given(x=st.floats(-4, 4))
def test_decoding_undoes_encoding_below_zero_and_above_one(transfer, x):
    # 1e-3: near the knee of rec709, whose published constants leave a gap
    assert float(colour.decode(colour.encode(x, transfer), transfer)) == pytest.approx(x, abs=1e-3)


@pytest.mark.parametrize("transfer", ["srgb", "rec709", "gamma2.2"])
def test_every_transfer_function_rises(transfer):
    assert (np.diff(colour.encode(np.linspace(-1, 2, 999), transfer)) > 0).all()


def test_float32_stays_float32():
    for transfer in ("srgb", "rec709", "linear", "gamma2.2"):
        assert colour.encode(RAMP.astype(np.float32), transfer).dtype == np.float32
        assert colour.decode(RAMP.astype(np.float32), transfer).dtype == np.float32
    assert colour.oklab(RGB.astype(np.float32)).dtype == np.float32
    assert colour.from_oklch(RGB.astype(np.float32)).dtype == np.float32


@pytest.mark.parametrize("name", ["srbg", "gamma", "gamma99", ""])
def test_an_unknown_transfer_function_names_those_there_are(name):
    with pytest.raises(SceneError, match=r"srgb, rec709, linear, or gamma"):
        colour.encode(0.5, name)


# OKLab ----------------------------------------------------------------------------------------------------


def test_oklab_is_ottossons():
    theirs = np.array([Color("srgb-linear", list(c)).convert("oklab").coords() for c in RGB])
    # 2e-4: coloraide derives its matrices from exact primaries, Ottosson printed ten digits of rounded ones
    assert colour.oklab(RGB) == pytest.approx(theirs, abs=2e-4)


def test_oklch_is_ottossons():
    theirs = np.array([Color("srgb-linear", list(c)).convert("oklch").coords() for c in RGB])
    ours = colour.oklch(RGB)
    assert ours[:, :2] == pytest.approx(theirs[:, :2], abs=2e-4)
    turned = (ours[:, 2] - theirs[:, 2] + 180) % 360 - 180
    assert np.abs(turned[ours[:, 1] > 0.02]).max() < 0.5  # degrees; hue means little near grey


@given(unit, unit, unit)
def test_oklab_and_back_is_the_same_light(r, g, b):
    assert colour.from_oklab(colour.oklab([r, g, b])) == pytest.approx([r, g, b], abs=1e-7)


@given(unit, unit, unit)
def test_oklch_and_back_is_the_same_light(r, g, b):
    assert colour.from_oklch(colour.oklch([r, g, b])) == pytest.approx([r, g, b], abs=1e-7)


def test_white_has_lightness_1_and_no_chroma():
    lch = colour.oklch([1.0, 1.0, 1.0])
    assert lch[:2] == pytest.approx([1, 0], abs=1e-6)


def test_leading_shape_is_kept():
    assert colour.oklab(np.ones((2, 3, 3))).shape == (2, 3, 3)


# names ----------------------------------------------------------------------------------------------------


def test_colours_are_written_as_hex_oklch_or_a_pigments_name():
    assert colour.parse("#ffffff") == pytest.approx([1, 1, 1])
    assert colour.parse("#2a4d8f") == pytest.approx(
        Color("#2a4d8f").convert("srgb-linear").coords(), abs=1e-6
    )
    assert colour.parse("oklch(.62 .24 28)") == pytest.approx(colour.parse("scarlet"), abs=1e-12)
    assert colour.parse("oklch(0.62, 0.24, 28)") == pytest.approx(colour.parse("scarlet"), abs=1e-12)


@pytest.mark.parametrize("name", colour.PIGMENTS)
def test_a_pigments_masstone_has_the_lightness_chroma_and_hue_of_the_table(name):
    lch = colour.oklch(colour.parse(name))
    assert lch == pytest.approx(colour.PIGMENTS[name], abs=1e-6)


@pytest.mark.parametrize("text", ["#12", "oklch(2 .1 3)", "oklch(.5 .1)", "oklch(a b c)", "", "gambog"])
def test_what_is_no_colour_says_how_colours_are_written(text):
    with pytest.raises(SceneError, match="colour"):
        colour.parse(text)


def test_a_misspelt_pigment_is_answered_with_the_nearest():
    with pytest.raises(SceneError, match='did you mean "gamboge"'):
        colour.parse("gambog")


@pytest.mark.parametrize("name", colour.PIGMENTS)
def test_no_pigment_is_perfectly_black_or_perfectly_clear(name):
    a = colour.absorbance(name)
    assert a.dtype == np.float32
    assert (a >= -np.log(0.985) - 1e-6).all()
    assert (a <= -np.log(0.006) + 1e-5).all()


def test_one_unit_of_density_on_white_is_the_masstone():
    rgb = colour.parse("ochre")
    assert np.exp(-colour.absorbance("ochre")) == pytest.approx(np.clip(rgb, 0.006, 0.985), abs=1e-6)


# blank ----------------------------------------------------------------------------------------------------


def test_the_jacobian_of_blank_is_the_published_one():
    published = [[-0.0851, -0.2108, -0.0281], [-0.1125, 0.1520, -0.0398], [-0.0345, -0.1011, 0.1320]]
    # OKLab falls in lightness as ink is added; the last printed digit
    assert colour.blank_jacobian() == pytest.approx(np.array(published), abs=6e-5)


def test_the_jacobian_is_the_slope_of_oklab_at_bare_paper():
    step = 1e-5
    paper = np.asarray(colour.PAPER, np.float64)
    for c in range(3):
        ink = np.zeros(3)
        ink[c] = step
        up, down = colour.oklab(paper * np.exp(-ink)), colour.oklab(paper * np.exp(ink))
        assert colour.blank_jacobian()[:, c] == pytest.approx((up - down) / (2 * step), abs=1e-6)


def test_neutral_ink_stops_being_blank_at_an_absorbance_of_062():
    least = colour.BLANK / np.linalg.norm(colour.blank_jacobian() @ np.ones(3))
    assert least == pytest.approx(0.062, abs=5e-4)
    assert colour.blank(np.full(3, 0.0615))
    assert not colour.blank(np.full(3, 0.0625))


def test_a_visible_yellow_is_not_blank_though_its_luminance_is_papers():
    yellow = np.array([0, 0, 0.2])
    assert float(yellow @ colour.LUMA) < 0.062
    assert not colour.blank(yellow)


@given(st.lists(st.floats(0, 3), min_size=3, max_size=3), unit)
def test_lifting_never_makes_a_pixel_less_blank(ink, lift):
    ink = np.array(ink)
    assert colour.blank(ink * (1 - lift)) or not colour.blank(ink)


def test_blank_reads_canvases_of_three_or_four_planes():
    canvas = np.zeros((2, 3, 4), np.float32)
    canvas[0, 0, :3] = 1
    assert colour.blank(canvas).sum() == 5
    assert (colour.blank(canvas) == colour.blank(canvas[..., :3])).all()
