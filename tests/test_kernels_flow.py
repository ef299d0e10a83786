"""Line integrals along directions without signs."""

import naive
import numpy as np

from inkrender.kernels import flow


def test_it_is_the_walk_of_the_naive_twin():
    rng = np.random.default_rng(4)
    angle = rng.random((24, 32)) * 2 * np.pi
    tx, ty = np.cos(angle).astype(np.float32), np.sin(angle).astype(np.float32)
    src, seen = rng.random((24, 32), np.float32), rng.random((24, 32), np.float32) - 0.2
    weights = np.float32([1, 0.9, 0.7, 0.4, 0.2])
    dst = np.empty_like(src)
    flow.along(dst, src, tx, ty, seen.astype(np.float32), weights)
    near = np.abs(dst - naive.along(src, tx, ty, seen, weights)) < 1e-5
    assert near.mean() > 0.995  # a float32 place may fall on the other side of a pixel's border


def test_a_line_is_the_same_whichever_way_its_tangents_point():
    src = np.zeros((9, 40), np.float32)
    src[4, ::2] = 1
    one, ones = np.ones_like(src), np.float32(np.where(np.arange(40) % 3, 1, -1))[None, :] + 0 * src
    dst, turned = np.empty_like(src), np.empty_like(src)
    weights = np.ones(7, np.float32)
    flow.along(dst, src, one, 0 * src, one, weights)
    flow.along(turned, src, ones, 0 * src, one, weights)
    assert np.array_equal(dst, turned)
