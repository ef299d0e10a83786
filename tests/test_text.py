"""Titles: the fonts shipped, what they can write, and where the writing stands."""

from __future__ import annotations

import numpy as np
import pytest
from fontTools import ttLib
from fontTools.pens import areaPen

from inkrender import cache, colour, typeface
from inkrender.errors import PlateError, SceneError
from inkrender.io import text, vector


def ends(raster: vector.Raster) -> tuple[float, float, float, float]:
    """Left, top, right, bottom of what is written, px from the origin."""
    painted = raster.pixels[..., 3] > 0.5
    rows, cols = np.flatnonzero(painted.any(axis=1)), np.flatnonzero(painted.any(axis=0))
    x, y = raster.origin
    return cols[0] - x, rows[0] - y, cols[-1] + 1 - x, rows[-1] + 1 - y


def test_the_same_text_gives_the_same_pixels(monkeypatch):
    a = text.raster("山中之梦", None, 40)
    monkeypatch.setattr(vector, "_drawings", cache.Memory(limit=1 << 20))
    b = text.raster("山中之梦", None, 40)
    assert a.origin == b.origin
    assert np.array_equal(a.pixels, b.pixels)


@pytest.mark.parametrize("font", sorted(text.fonts()))
def test_shipped_fonts_write_the_films_titles(font):
    for one in "山中之梦献给每一个山里的Dreams in the Mountains 0123456789!?&".replace(" ", ""):
        assert text.raster(one, font, 20).pixels[..., 3].max() > 0, one


def test_the_seals_character_is_in_the_english_companion():
    assert text.raster("夢", "LXGWWenKai", 20).pixels[..., 3].max() > 0


def test_a_missing_glyph_names_the_character_and_the_font():
    with pytest.raises(PlateError, match='font "MaShanZheng" has no glyph for 夢 龘: choose another'):
        text.raster("山夢梦龘夢")


def test_fonts_are_found_as_people_write_them():
    for name in ("MaShanZheng", "Ma Shan Zheng", "MaShanZheng-subset.ttf"):
        assert text.find_font(name) == text.find_font(None)


def test_a_font_of_the_films_own_is_read_by_its_path(tmp_path):
    path = tmp_path / "own.ttf"
    path.write_bytes(text.fonts()["LXGWWenKai"].read_bytes())
    ours, own = text.raster("Dream", "LXGWWenKai", 30), text.raster("Dream", path, 30)
    assert np.array_equal(ours.pixels, own.pixels)


def test_an_unknown_font_offers_the_nearest():
    with pytest.raises(PlateError, match='did you mean "MaShanZheng"'):
        text.check_text("梦", "MaShanZhen")


def test_a_file_that_is_no_font_is_a_plate_error(tmp_path):
    path = tmp_path / "not.ttf"
    path.write_bytes(b"<html>" * 99)
    with pytest.raises(PlateError, match="cannot be read"):
        text.check_text("a", path)


def test_a_font_cut_short_is_a_plate_error(tmp_path):
    path = tmp_path / "half.ttf"
    path.write_bytes(text.find_font().read_bytes()[:300])
    with pytest.raises(PlateError, match="cannot be read"):
        text.check_text("a", path)


def test_glyphs_are_those_fonttools_finds():
    for path in text.fonts().values():
        font = ttLib.TTFont(path)
        order = {name: i for i, name in enumerate(font.getGlyphOrder())}
        face = typeface.face_of(path)
        assert face.glyphs == {code: order[name] for code, name in font.getBestCmap().items()}


@pytest.mark.parametrize("name", sorted(text.fonts()))
def test_outlines_are_those_fonttools_draws(name):
    path = text.fonts()[name]
    font = ttLib.TTFont(path)
    glyphs, em = font.getGlyphSet(), font["head"].unitsPerEm
    for code, glyph in font.getBestCmap().items():
        pen = areaPen.AreaPen(glyphs)
        glyphs[glyph].draw(pen)
        area = sum(_area(c) for c in typeface.outline(path, chr(code)))
        assert area == pytest.approx(pen.value / em**2, abs=2e-3)  # curves as eight straight pieces


def _area(contour):
    x, y = contour.T
    return float(np.sum(x * np.roll(y, -1) - np.roll(x, -1) * y) / 2)


def test_empty_text_is_refused():
    with pytest.raises(SceneError, match="text is empty"):
        text.raster("  ")


def test_align_says_what_it_takes():
    with pytest.raises(SceneError, match='did you mean "centre"'):
        text.raster("a", align="centr")


@pytest.mark.parametrize("align", ["left", "centre", "right"])
def test_align_puts_the_origin_where_it_says(align):
    left, _, right, _ = ends(text.raster("Dreams", "LXGWWenKai", 40, align=align))
    middle = {"left": left, "centre": (left + right) / 2, "right": right}[align]
    assert abs(middle) < 4  # a glyph's own side bearings


def test_the_origin_lies_on_the_baseline():
    assert abs(ends(text.raster("Hill", "LXGWWenKai", 60))[3]) < 3


def test_vertical_text_stacks_one_glyph_an_em():
    one, four = (ends(text.raster(t, None, 50, vertical=True)) for t in ("山", "山山山山"))
    assert abs((four[3] - four[1]) - (one[3] - one[1]) - 150) <= 1
    assert abs(four[0] + four[2]) < 8  # about the column's middle


def test_a_newline_starts_a_column_to_the_left():
    one, two = (ends(text.raster(t, None, 50, vertical=True)) for t in ("山", "山\n山"))
    assert two[2] == pytest.approx(one[2], abs=1)
    assert one[0] - two[0] == pytest.approx(50 * text.LEADING, abs=1)


def test_tracking_spreads_the_letters():
    near, wide = (ends(text.raster("Dreams", "LXGWWenKai", 40, tracking=k)) for k in (0, 0.25))
    assert wide[2] - near[2] == pytest.approx(5 * 0.25 * 40, abs=1.5)


def test_half_scale_is_half_as_large():
    full, half = (text.raster("山中", None, 64, scale=s) for s in (1.0, 0.5))
    assert half.pixels[..., 3].sum() == pytest.approx(full.pixels[..., 3].sum() / 4, rel=0.01)


def test_a_pigment_colours_the_ink():
    raster = text.raster("山", None, 100, "scarlet")
    solid = raster.pixels[raster.pixels[..., 3] == 1][:, :3]
    wanted = colour.PAPER * np.exp(-colour.absorbance("scarlet"))
    assert np.allclose(solid.mean(axis=0), wanted, atol=0.01)


def test_characters_of_xml_are_written_as_they_are():
    painted = [text.raster(one, "LXGWWenKai", 30).pixels[..., 3].sum() for one in ("<", "&", ">", "<&>")]
    assert painted[3] == pytest.approx(sum(painted[:3]), rel=0.02)  # where edges meet the pixel grid
