"""What a shader file imports: total mathematics on numbers and arrays, equal to the compiled twins."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from inkrender import shader as sh
from inkrender.errors import ShaderError

any_number = st.floats(allow_nan=False, allow_infinity=True, width=32)


def test_importing_shader_and_library_loads_neither_numba_nor_opencv():
    code = (
        "import sys, inkrender.shader, inkrender.library; "
        "sys.exit(any(m in sys.modules for m in ('numba', 'cv2', 'inkrender.linker')))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize("name", ["exp", "log", "sqrt", "sin", "cos", "floor", "fract"])
@given(x=st.floats(min_value=-(2.0**127), max_value=2.0**127, width=32))
def test_functions_of_one_number_never_give_nan(name, x):
    assert not np.isnan(getattr(sh, name)(x))


@given(x=any_number, y=st.floats(0, 4))
def test_power_never_gives_nan(x, y):
    assert not np.isnan(sh.power(x, y))


@pytest.mark.parametrize(
    ("name", "args"),
    [
        ("exp", (-1.5,)),
        ("mix", (0.2, 0.9, 0.3)),
        ("smoothstep", (0.1, 0.7, 0.4)),
        ("power", (0.3, 2.2)),
        ("step", (0.5, 0.5)),
        ("noise", (3.7, -2.2, 9)),
        ("fbm", (3.7, -2.2, 9, 4)),
        ("hash2", (3.0, -2.0, 9)),
    ],
)
def test_an_array_gives_what_its_numbers_give(name, args):
    function = getattr(sh, name)
    head = args[:-1] if name == "hash2" else args[:2] if name in ("noise", "fbm") else args
    arrays = [np.full((2, 3), v, np.float32) for v in head]
    made = function(*arrays, *args[len(head) :])
    assert made.shape == (2, 3)
    np.testing.assert_allclose(made, np.float32(function(*args)), rtol=1e-6)


def test_mix_is_exact_at_both_ends():
    a, b = 0.1234567, 9.87654321
    assert sh.mix(a, b, 0.0) == a
    assert sh.mix(a, b, 1.0) == b


def test_smoothstep_falls_where_its_edges_are_swapped():
    assert sh.smoothstep(1, 0, 0.0) == 1
    assert sh.smoothstep(1, 0, 1.0) == 0


def test_smoothstep_of_equal_edges_is_a_step():
    assert [float(sh.smoothstep(0.5, 0.5, x)) for x in (0.4, 0.6)] == [0, 1]


def test_noise_stays_within_one_and_has_no_bias():
    x, y = np.meshgrid(np.arange(300) / 7.3, np.arange(200) / 7.3)
    n = sh.noise(x, y, 5)
    assert np.abs(n).max() <= 1.1
    assert abs(n.mean()) < 0.02


def test_noise_is_the_noise_of_the_kernels():
    from inkrender.kernels import noise

    xs, ys = (np.linspace(-9, 40, 50, dtype=np.float32) for _ in range(2))
    field = np.empty((50, 50), np.float32)
    noise.fill_fbm(field, xs, ys, 123, 4)
    # a rounding may put a place on the other side of a lattice line, where noise is continuous
    np.testing.assert_allclose(sh.fbm(xs[None, :], ys[:, None], 123, 4), field, atol=2e-5)


def test_absorbance_is_that_of_the_pigment():
    from inkrender import colour

    np.testing.assert_allclose(sh.absorbance("indigo"), colour.absorbance("indigo"))


def test_at_says_how_to_get_a_field_it_does_not_have():
    with pytest.raises(AttributeError, match="declare it"):
        _ = sh.At(x=1.0).height


def test_needs_that_is_one_word_is_an_error():
    with pytest.raises(ShaderError, match=r"needs is a tuple of names"):
        sh.point(needs="height")(lambda px, at, p: px)


def test_a_medium_that_does_not_exist_is_an_error():
    with pytest.raises(ShaderError, match=r"ink \| light \| paper"):
        sh.source(medium="oil")(lambda dst, region, at, p, inputs: None)


def test_the_planes_of_a_vector_input_have_names_of_their_own():
    normal = np.arange(12, dtype=np.float32).reshape(2, 2, 3)
    assert np.array_equal(sh.Inputs(normal=normal).normal_z, normal[..., 2])
    assert sh.Inputs(normal=None).normal_x is None
