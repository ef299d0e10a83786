"""Codes through a table: exactly what decoding them one by one gives."""

from __future__ import annotations

import numpy as np
import pytest

from inkrender import colour
from inkrender.io import stills_read


@pytest.mark.parametrize("kind", [np.uint8, np.uint16])
@pytest.mark.parametrize("transfer", ["srgb", "linear", "rec709"])
@pytest.mark.parametrize("premultiplied", [True, False])
def test_stored_codes_become_the_light_they_stand_for(kind, transfer, premultiplied):
    top = np.iinfo(kind).max
    codes = np.random.default_rng(2).integers(0, top + 1, (9, 14, 4)).astype(kind)
    codes[0, :3, 3] = 0, top, top // 2
    light = stills_read.to_light(codes, transfer, premultiplied)
    alpha = codes[..., 3:] / top
    rgb = codes[..., :3] / top
    if premultiplied and transfer != "linear":  # the curve was laid on straight colour, then multiplied
        rgb = np.divide(rgb, alpha, out=np.zeros_like(rgb), where=alpha > 0)
    want = colour.decode(rgb, transfer)
    if not premultiplied or transfer != "linear":
        want = want * alpha
    np.testing.assert_allclose(light[..., :3], want, rtol=2e-6, atol=1e-7)
    assert np.array_equal(light[..., 3], np.float32(alpha[..., 0]))


def test_a_picture_that_is_not_contiguous_is_read_all_the_same():
    codes = np.random.default_rng(3).integers(0, 256, (6, 10, 4)).astype(np.uint8)
    flipped = stills_read.to_light(codes[:, ::-1], "srgb", False)
    assert np.array_equal(flipped[:, ::-1], stills_read.to_light(codes, "srgb", False))


@pytest.mark.parametrize("size", [(9, 7), (5, 7), (4, 3), (2, 2), (1, 1)])
def test_a_smaller_picture_is_the_mean_of_the_light_each_pixel_covers(size):
    codes = np.random.default_rng(4).integers(0, 256, (7, 9, 3)).astype(np.uint8)
    light = colour.decode(codes / 255, "srgb")
    w, h = size
    many = np.repeat(np.repeat(light, h, axis=0), w, axis=1)  # whole cells for either size
    want = many.reshape(h, 7, w, 9, 3).mean(axis=(1, 3))
    found = stills_read.opaque_light(codes, "srgb", size)
    np.testing.assert_allclose(found[..., :3], want, rtol=1e-5)
    assert (found[..., 3] == 1).all()
