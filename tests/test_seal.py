"""A seal is small, red, cut as seals are, and comes down on the paper's heights first."""

import numpy as np
import pytest

from inkrender import library, paint, stone, typeface
from inkrender.errors import PlateError
from inkrender.frame import Frame, Region
from inkrender.shader import At, Inputs

FRAME = Region(0.0, 0.0, 960, 540, 0.5)
NEAR = Region(860.0, 440.0, 200, 200, 1.0)


def stamp(region=NEAR, **values):
    shader = library.find("seal")
    dst = np.zeros((region.h, region.w, 4), np.float32)
    params = shader.params(**{"place": (960.0, 540.0), **values})
    shader.shade(dst, region, At(seed=7), params, Inputs(height=paint.paper_height(region)))
    return dst


@pytest.mark.parametrize("style", ["white", "red"])
def test_the_largest_seal_covers_less_than_three_percent_of_the_frame(style):
    largest = library.find("seal").fields["size"].hi
    made = stamp(FRAME, size=largest, text="山中之梦", style=style, wear=0.0, lack=0.0)
    red = made[..., 1] > 0.02
    assert 0.003 < red.mean() <= 0.03


def test_nothing_is_there_before_it_is_stamped():
    assert not stamp(press=0.0).any()


def test_pressing_harder_leaves_paste_on_more_of_the_paper():
    covers = [stamp(press=press)[..., 3] for press in (0.2, 0.5, 1.0)]
    shares = [(cover > 0.05).mean() for cover in covers]
    assert 0 < shares[0] < shares[1] < shares[2]


def test_paste_lies_on_the_heights_of_the_paper():
    made, height = stamp(lack=0.5, wear=0.0)[..., 3], paint.paper_height(NEAR)
    inside = np.s_[48:152, 70:130]
    printed = made[inside] > 0.4
    assert height[inside][printed].mean() > height[inside][~printed].mean()


def test_it_is_vermilion():
    codes = Frame(stamp(wear=0.0, lack=0.0), "ink").display()[104, 66].astype(int)  # the rim, left
    assert codes[0] > 180
    assert max(codes[1], codes[2]) < 90


def carved(text):
    """Where a stone's paper-white characters are, without its edge."""
    face = stone.face(text, "LXGWWenKai", False, 0.0, 0.055)
    return face[stone.EDGE : -stone.EDGE, stone.EDGE : -stone.EDGE] < 0


def test_characters_go_down_and_then_to_the_left():
    column = carved("雪一")  # many strokes above one
    half = len(column) // 2
    assert column[:half].sum() > 1.5 * column[half:].sum()
    square = carved("雪雪一一")
    half = square.shape[1] // 2
    assert square[:, half:].sum() > 1.5 * square[:, :half].sum()


def test_red_characters_stand_where_white_ones_are_cut():
    white, red = (stone.face("中", "LXGWWenKai", raised, 0.0, 0.055) for raised in (False, True))
    middle = np.s_[stone.EDGE + 130 : -stone.EDGE - 130, stone.EDGE + 130 : -stone.EDGE - 130]
    assert np.mean((white[middle] > 0) != (red[middle] > 0)) > 0.85


def test_a_glyph_that_the_font_lacks_is_told():
    with pytest.raises(PlateError, match="no glyph for 龍"):
        stamp(text="龍")


def test_a_chipped_stone_prints_less_than_a_new_one():
    worn, new = (stamp(wear=w, lack=0.0)[..., 3].sum() for w in (2.0, 0.0))
    assert worn < 0.97 * new


def test_every_font_of_ours_can_be_cut():
    for name in typeface.fonts():
        assert (stone.face("中", name, True, 0.0, 0.055) > 0).mean() > 0.1
