"""A layer that appears as its ink spreads: nothing at first, the layer itself at last, and never less."""

import ctypes

import numpy as np
import pytest

from inkrender import library, linker, paint, spreading
from inkrender.frame import Region

REGION = Region(0.0, 0.0, linker.TILE_W, linker.TILE_H, 1 / 15)
SEEDS = ((960.0, 240.0),)
POINTER = ctypes.POINTER(ctypes.c_float)


def layer():
    x, y = REGION.grid()
    tone = 0.2 + 0.9 * ((x // 120 + y // 120) % 2)
    return np.stack([tone, 0.8 * tone, 0.6 * tone, np.full_like(tone, 0.9)]).astype(np.float32)


def shown(progress, **values):
    """float32 (4, h, w): the layer as far as it has come, by the compiled stage."""
    shader = library.find("ink_reveal")
    p = shader.params(progress=progress, seeds=SEEDS, reach=800.0, **values)
    stage = library.stage(shader)
    planes = {"height": paint.paper_height(REGION), **shader.bake(p, REGION, 7)}
    step = 1 / REGION.scale
    par = stage.pack(p, {"x0": step / 2, "y0": step / 2, "dx": step, "dy": step, "seed": 7})
    a = np.ascontiguousarray(layer())
    fields = np.stack([planes[name] for name in stage.inputs])
    call = ctypes.CFUNCTYPE(None, POINTER, POINTER, POINTER, POINTER)(stage.address)
    call(*[v.ctypes.data_as(POINTER) for v in (a, a.copy(), fields, par)])
    return a


def test_nothing_is_there_at_the_start():
    assert not shown(0.0).any()


def test_the_end_is_the_layer_bit_for_bit():
    assert np.array_equal(shown(1.0), layer())


def test_no_pixel_loses_cover_on_the_way():
    covers = np.stack([shown(k / 24)[3] for k in range(25)])
    assert (np.diff(covers, axis=0) >= 0).all()
    assert 0 < covers[2].mean() < covers[6].mean() < covers[12].mean()


def test_the_front_is_darker_than_the_layer():
    assert (shown(0.3)[0] / layer()[0]).max() > 1.3
    assert (shown(0.3, rim=0.0)[0] <= layer()[0] * (1 + 1e-6)).all()


def test_the_darkest_ink_comes_first():
    dark = layer()[0] > 0.6
    cover = shown(0.35, dark_first=2.0)[3]
    assert cover[dark].mean() > 1.5 * cover[~dark].mean()


def test_fronts_start_at_their_seeds():
    far = spreading.way(REGION, SEEDS, 7, 0.9)
    j, i = np.unravel_index(far.argmin(), far.shape)
    x, y = REGION.grid()
    assert np.hypot(x[0, i] - 960, y[j, 0] - 240) < 40


@pytest.mark.parametrize("fingers", [0.0, 0.9, 2.0])
def test_a_front_needs_about_its_way(fingers):
    x, y = REGION.grid()
    straight = np.hypot(x - 960, y - 240)
    shares = spreading.way(REGION, SEEDS, 7, fingers)[straight > 200] / straight[straight > 200]
    assert 0.75 < np.median(shares) < 1.3


def test_another_part_of_the_layer_reveals_alike():
    part = Region(600.0, 75.0, 40, 20, REGION.scale)
    whole = spreading.way(REGION, SEEDS, 7, 0.9)
    np.testing.assert_allclose(spreading.way(part, SEEDS, 7, 0.9)[2:, 2:], whole[7:25, 42:80], atol=8)
