"""The float32 mathematics that compiled shaders use, against numpy in float64."""

from __future__ import annotations

import numpy as np
import pytest

from inkrender.kernels import primitives, shading

RANDOM = np.random.default_rng(0)


def ulps(function, wanted, values):
    got = np.array([function(np.float32(v)) for v in values], np.float64)
    wanted = wanted(np.float32(values).astype(np.float64))
    return np.abs(got - wanted), np.abs(wanted)


@pytest.mark.parametrize(
    ("function", "wanted", "lo", "hi", "relative", "absolute"),
    [
        (shading.exp, np.exp, -80, 79, 5e-6, 0),  # the exponent itself rounds: 80 x 6e-8
        (shading.exp2, np.exp2, -120, 120, 3e-7, 0),
        (shading.log, np.log, 1e-6, 1e6, 3e-7, 1e-7),
        (shading.sqrt, np.sqrt, 0, 1e6, 1e-7, 0),
        (shading.sin, np.sin, -1e4, 1e4, 0, 5e-7),
        (shading.cos, np.cos, -1e4, 1e4, 0, 5e-7),
        (shading.floor, np.floor, -1e6, 1e6, 0, 0),
        (primitives.cube_root, np.cbrt, 1e-6, 100, 5e-7, 0),
        (primitives.developed, lambda a: _srgb(np.exp(-a)), 0, 20, 0, 2e-5),
    ],
)
def test_functions_are_within_their_stated_error(function, wanted, lo, hi, relative, absolute):
    error, size = ulps(function, wanted, RANDOM.uniform(lo, hi, 2000))
    assert (error <= relative * size + absolute).all()


def _srgb(x):
    return np.where(x <= 0.0031308, 12.92 * x, 1.055 * x ** (1 / 2.4) - 0.055)


def test_power_equals_numpy_and_is_zero_below_zero():
    for x, y in zip(RANDOM.uniform(0.01, 20, 500), RANDOM.uniform(-3, 3, 500), strict=True):
        got = shading.power(np.float32(x), np.float32(y))
        wanted = np.float64(np.float32(x)) ** np.float64(np.float32(y))
        assert abs(got - wanted) < 2e-6 * wanted
    assert shading.power(np.float32(-2), np.float32(2)) == 0


def test_the_logarithm_of_one_is_zero():
    assert shading.log(np.float32(1)) == 0


@pytest.mark.parametrize("a", [0.1, -3.7, 1e6])
def test_mix_is_exact_at_both_ends(a):
    a, b = np.float32(a), np.float32(0.3)
    assert shading.mix(a, b, np.float32(0)) == a
    assert shading.mix(a, b, np.float32(1)) == b


def test_smoothstep_rises_or_falls():
    lo, hi = np.float32(2), np.float32(4)
    assert [shading.smoothstep(lo, hi, np.float32(x)) for x in (1, 3, 5)] == [0, 0.5, 1]
    assert [shading.smoothstep(hi, lo, np.float32(x)) for x in (1, 3, 5)] == [1, 0.5, 0]


@pytest.mark.parametrize(
    "function",
    [shading.exp, shading.log, shading.sqrt, shading.sin, shading.cos, shading.floor, shading.fract],
)
@pytest.mark.parametrize("x", [0.0, -1.0, 1e38, -1e38, 1e-40])
def test_no_number_gives_nan(function, x):
    assert np.isfinite(function(np.float32(x)))


def test_results_are_float32():
    for function in (shading.exp, shading.log, shading.sin, shading.floor, shading.fract):
        function(np.float32(0.5))
        assert all(str(s.signature.return_type) == "float32" for s in function.overloads.values())
