"""The brush's way over a picture, and the streaks it leaves where it runs dry."""

import naive
import numpy as np
import pytest

from inkrender import handling, library, paint
from inkrender.frame import Region
from inkrender.kernels import streaks as kernel
from inkrender.repainting import Texture
from inkrender.shader import At, Inputs

REGION = Region(0.0, 0.0, 480, 270, 1.0)
FLAT = np.zeros((270, 480), np.float32)


def falls_to_half(plane, axis):
    """Pixels at which a plane's correlation with itself, moved along an axis, has fallen to one half."""
    return next(
        n for n in range(1, 200) if np.mean(plane * np.roll(plane, n, axis)) < 0.5 * np.mean(plane * plane)
    )


def dry(ink, anchor=None, region=REGION, **values):
    shader = library.find("dry_brush")
    dst = ink.copy()
    height = paint.paper_height(region)
    shader.shade(
        dst,
        region,
        At(seed=7),
        shader.params(**values),
        Inputs(height=height, anchor=anchor, depth=None, camera=None),
    )
    return dst


def test_dragging_agrees_with_its_naive_twin():
    rng = np.random.default_rng(5)
    src = rng.random((19, 27), np.float32)
    turn = paint.field(Region(0, 0, 27, 19, 1.0), (30, 30), 3, 2) * np.float32(4)
    vx, vy = np.cos(turn), np.sin(turn)
    dst = np.empty_like(src)
    kernel.drag(dst, src, vx, vy, 4, np.float32(1.5))
    apart = np.abs(dst - naive.dragged(src, vx, vy, 4, 1.5))
    # fused multiply-adds move a place by its last bit, now and then across the border of a pixel
    assert np.mean(apart > 1e-5) < 0.02


def test_directions_run_along_an_edge():
    x, y = REGION.grid()
    slanted = 1 / (1 + np.exp(-(0.6 * (x - 240) - 0.8 * (y - 135)) / 4)).astype(np.float32)
    vx, vy = handling.directions(slanted, 8.0, 0.0)
    along = np.abs(0.8 * vx + 0.6 * vy)
    near = np.abs(0.6 * (x - 240) - 0.8 * (y - 135)) < 12
    assert along[90:180][near[90:180]].min() > 0.99  # away from the picture's own edges


def test_where_the_picture_is_flat_the_brush_goes_as_told():
    vx, vy = handling.directions(FLAT, 8.0, -30.0)
    np.testing.assert_allclose(vx / vy, np.cos(np.radians(-30)) / np.sin(np.radians(-30)), rtol=1e-3)


@pytest.mark.parametrize("aspect", [8, 14, 20])
def test_streaks_are_eight_to_twenty_times_longer_than_wide(aspect):
    wide = Region(0.0, 0.0, 1600, 240, 1.0)
    made = handling.streaks(np.zeros((240, 1600), np.float32), wide, Texture(wide, 3), 6.0, aspect, 0.0)
    shape = falls_to_half(made, 1) / falls_to_half(made, 0)
    assert 0.6 * aspect < shape < 1.5 * aspect  # whole pixels across: a third of the width is one of them


def test_a_drier_brush_leaves_less_ink_everywhere():
    ink = np.full((270, 480, 4), 0.5, np.float32)
    wet, half, empty = (dry(ink, dry=d)[..., 3] for d in (0.2, 0.5, 0.8))
    assert (half <= wet + 1e-6).all()
    assert (empty <= half + 1e-6).all()
    assert 0.95 > half.mean() > empty.mean() > 0


def test_dense_ink_holds_longer_than_thin_ink():
    thin, dense = (np.full((270, 480, 4), d, np.float32) for d in (0.1, 1.5))
    assert dry(dense)[..., 0].mean() / 1.5 > dry(thin)[..., 0].mean() / 0.1


def test_what_is_skipped_shows_the_paper():
    ink = np.full((270, 480, 4), 0.5, np.float32)
    made = dry(ink, dry=0.6)
    bare = made[..., 3] == 0
    assert bare.mean() > 0.05
    assert not made[bare].any()


def test_streaks_move_with_the_anchor():
    ink = np.full((270, 480, 4), 0.5, np.float32)
    x, y = REGION.grid()
    here = np.dstack([x + 0 * y, y + 0 * x]).astype(np.float32)
    still = dry(ink, here, grain=0.0)[..., 3]
    panned = dry(ink, here + np.float32([16, 0]), grain=0.0)[..., 3]
    inner = np.s_[60:-60, 120:-140]
    apart = np.abs(panned[inner] - still[:, 16:][inner[0], 120:-124]).mean()
    assert apart < 0.1 * np.abs(panned[inner] - still[inner]).mean()
