"""Pigments in one brush mix as paint does, not as light and not as glazes."""

import itertools

import naive
import numpy as np
import pytest

from inkrender import colour, pigments, tones

BLUE, YELLOW = (colour.decode(np.array(rgb) / 255) for rgb in ((0, 33, 133), (252, 210, 0)))


@pytest.fixture(scope="module")
def tables():
    return naive.spectral_tables()


def test_blue_and_yellow_give_green():
    mixed = np.exp(-pigments.mix(BLUE, YELLOW, 0.5).astype(np.float64))
    lightness, chroma, hue = colour.oklch(mixed)
    assert 120 < hue < 165
    assert chroma > 0.1
    # (60, 147, 62) is what spectral.js makes of it in 38 bands, from other spectra than ours
    assert abs(lightness - colour.oklch(colour.decode(np.array([60, 147, 62]) / 255))[0]) < 0.08


def test_the_ten_bands_are_those_of_the_38_averaged(tables):
    spectra, seen, weight = tables
    edges = [(nm - 380) // 10 for nm in pigments.EDGES]
    parts = [slice(i, j) for i, j in itertools.pairwise(edges)]
    mean = np.stack([(spectra[:, p] * weight[p]).sum(1) / weight[p].sum() for p in parts], -1)
    # colour-science rounds its matrix to the standard's four digits
    np.testing.assert_allclose(pigments.SPECTRA, mean, atol=2e-3)
    np.testing.assert_allclose(pigments.SEEN, np.stack([seen[:, p].sum(1) for p in parts], -1), atol=2e-3)


def test_ten_bands_mix_as_38_do(tables):
    spectra, seen, _ = tables
    apart = []
    for a, b in itertools.combinations(colour.PIGMENTS, 2):
        first, second = (np.clip(colour.parse(name), 0, 1) for name in (a, b))
        wanted = naive.mixed_rgb(first, second, 0.5, spectra, seen)
        made = np.exp(-pigments.mix(a, b, 0.5).astype(np.float64))
        apart.append(np.linalg.norm(colour.oklab(made) - colour.oklab(np.clip(wanted, 0.006, 0.985))))
    assert np.mean(apart) < 0.01  # a just noticeable difference in OKLab is about .02
    assert np.max(apart) < 0.04


@pytest.mark.parametrize("name", colour.PIGMENTS)
def test_a_mixture_ends_in_exactly_its_pigments(name):
    assert np.array_equal(pigments.mix(name, "rose", 0.0), colour.absorbance(name))
    assert np.array_equal(pigments.mix("rose", name, 1.0), colour.absorbance(name))


def test_a_pigment_mixed_with_itself_stays_itself():
    shares = np.linspace(0, 1, 9)
    same = pigments.mix("sap", "sap", shares)
    np.testing.assert_allclose(same, np.tile(colour.absorbance("sap"), (9, 1)), atol=1e-6)


def test_a_ramp_from_azurite_to_gamboge_goes_through_green_not_mud():
    middle = tones.ramp(np.array([[0.5]], np.float32), ("azurite", "gamboge"))[0, 0]
    _, chroma, hue = colour.oklch(np.exp(-middle.astype(np.float64)))
    assert 115 < hue < 165
    assert chroma > 0.12


def test_the_wheel_holds_every_pigment_at_its_own_hue():
    for hue, name in tones.WHEEL[:-1]:
        assert np.array_equal(tones.wheel(np.array([float(hue)]))[0], colour.absorbance(name))
