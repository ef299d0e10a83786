"""Pictures simplified to patches: the filter beside its naive twin, and what it keeps and takes."""

import naive
import numpy as np
import pytest

from inkrender import simplify
from inkrender.kernels import kuwahara

METHODS = ("kuwahara", "guided")


def opaque(tone):
    return np.dstack([tone, tone, tone, np.ones_like(tone)]).astype(np.float32)


@pytest.mark.parametrize("channels", [3, 4])
def test_the_filter_is_its_naive_twin(channels):
    rng = np.random.default_rng(6)
    h, w, radius = 9, 110, 3  # wider than a strip
    src, tone = rng.random((channels, h, w), np.float32), rng.random((h, w), np.float32)
    angle = rng.random((h, w)) * np.pi
    cos, sin = np.cos(angle).astype(np.float32), np.sin(angle).astype(np.float32)
    agree = rng.random((h, w), np.float32)
    wide, tall = 1 / (2.6 * (1 + agree)), (1 + agree) / 2.6
    dst = np.empty_like(src)
    kuwahara.abstract(dst, src, tone, cos, sin, wide, tall, kuwahara.window(radius), np.float32(40))
    told = naive.kuwahara(src, tone, cos, sin, wide, tall, radius, 40.0)
    np.testing.assert_allclose(dst, told, atol=2e-5)  # sums of 37 float32


@pytest.mark.parametrize("radius", [2, 3, 4, 5])
def test_the_window_is_half_a_disk_in_pairs(radius):
    half = kuwahara.window(radius)
    assert len(half) % 2 == 0
    whole = {tuple(v) for v in half} | {tuple(-v) for v in half}
    side = range(-radius, radius + 1)
    assert whole | {(0, 0)} == {(a, b) for a in side for b in side if a * a + b * b <= (radius + 0.5) ** 2}


@pytest.mark.parametrize("method", METHODS)
def test_an_even_picture_stays_as_it_is(method):
    flat = opaque(np.full((60, 80), 0.37, np.float32))
    made = flat.copy()
    simplify.simplify(made, 8.0, method)
    np.testing.assert_allclose(made, flat, rtol=1e-4)


@pytest.mark.parametrize("method", METHODS)
def test_texture_goes_and_an_edge_stays(method):
    rng = np.random.default_rng(1)
    tone = np.where(np.arange(160) < 80, 0.12, 0.6)[None, :] + rng.normal(0, 0.02, (120, 160))
    made = opaque(np.clip(tone, 0, 1))
    simplify.simplify(made, 10.0, method)
    assert made[20:100, 15:60, 0].std() < 0.01
    assert made[20:100, 78, 0].mean() < 0.22
    assert made[20:100, 82, 0].mean() > 0.48


@pytest.mark.parametrize("method", METHODS)
def test_a_highlight_of_ten_thousand_stays_where_it_is(method):
    sky = opaque(np.full((90, 120), 0.3, np.float32))
    sky[40:50, 55:65, :3] = 1e4
    made = sky.copy()
    simplify.simplify(made, 8.0, method)
    assert np.isfinite(made).all()
    np.testing.assert_allclose(made[:20, :, :3], 0.3, rtol=0.01)
    assert made[45, 60, 0] > 5e3


@pytest.mark.parametrize("method", METHODS)
def test_a_black_shape_keeps_its_matte(method):
    matte = (np.hypot(*np.mgrid[-45:45, -60:60]) < 30).astype(np.float32)
    made = np.dstack([0 * matte, 0 * matte, 0 * matte, matte]).astype(np.float32)
    simplify.simplify(made, 8.0, method)
    assert np.abs(made[..., 3] - matte).sum() < 1.5 * 2 * np.pi * 30  # a pixel or so along the outline
    assert made[..., :3].max() < 1e-4
    assert 0 <= made[..., 3].min() <= made[..., 3].max() <= 1


def test_half_of_the_filter_is_half_way():
    rng = np.random.default_rng(3)
    picture = opaque(rng.random((60, 80), np.float32))
    whole, half = picture.copy(), picture.copy()
    simplify.simplify(whole, 6.0, "kuwahara")
    simplify.simplify(half, 6.0, "kuwahara", 0.5)
    np.testing.assert_allclose(half, 0.5 * (whole + picture), atol=1e-5)
