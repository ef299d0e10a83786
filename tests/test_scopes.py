"""Scopes show known pictures at known places."""

import numpy as np
import pytest

from inkrender import colour, scopes

SIZE = (120, 101)


def flat(rgb, size=(8, 6), kind=np.uint8):
    """A picture (w, h) of one encoded colour, 0..1."""
    top = np.iinfo(kind).max
    return np.broadcast_to(np.rint(np.array(rgb) * top).astype(kind), (size[1], size[0], 3)).copy()


def noise(size=(64, 36), kind=np.uint8):
    return np.random.default_rng(3).integers(0, np.iinfo(kind).max, (size[1], size[0], 3), kind, True)


def light(picture):
    return picture.astype(int).sum(axis=-1)


KINDS = [np.uint8, np.uint16]
SIZES = [(1, 1), (64, 36), (9, 32), (300, 2)]


# waveform and parade --------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("level", [0, 0.25, 0.5, 0.75, 1])
def test_a_flat_grey_puts_the_waveform_at_its_level(kind, level):
    seen = light(scopes.waveform(flat([level] * 3, kind=kind), SIZE))
    assert np.all(np.abs(seen.argmax(axis=0) - scopes.row_of(level, SIZE[1])) <= 0.5)


def test_a_flat_grey_lights_nothing_far_from_its_level():
    seen = scopes.waveform(flat([0.5] * 3), SIZE)
    far = np.abs(np.arange(SIZE[1]) - scopes.row_of(0.5, SIZE[1])) > 2
    assert np.all(seen[far] == scopes.GROUND)


def test_a_waveform_keeps_left_and_right():
    picture = np.concatenate([flat([0] * 3), flat([1] * 3)], axis=1)
    rows = light(scopes.waveform(picture, SIZE)).argmax(axis=0)
    assert rows.tolist() == [100] * 60 + [0] * 60


def test_a_waveform_of_a_ramp_is_a_straight_line():
    ramp = np.repeat(np.repeat(np.arange(256, dtype=np.uint8)[None, :, None], 4, 0), 3, 2)
    rows = light(scopes.waveform(ramp, (256, 256))).argmax(axis=0)
    assert np.all(np.abs(rows - (255 - np.arange(256))) <= 0)


def test_a_waveform_taller_than_there_are_codes_has_no_comb():
    every = np.repeat(np.arange(256, dtype=np.uint8)[:, None, None], 3, 2)
    seen = light(scopes.waveform(every, (2, 600)))[3:-3, 0]
    assert seen.min() > 0.9 * seen.max()


def test_luma_weighs_as_bt_709_says():
    rows = [light(scopes.waveform(flat(c), SIZE)).argmax(axis=0)[0] for c in np.eye(3)]
    assert np.allclose(rows, [scopes.row_of(y, SIZE[1]) for y in colour.LUMA], atol=0.6)


def test_a_parade_shows_each_channel_at_its_level():
    rows = light(scopes.parade(flat([0.2, 0.5, 0.9]), SIZE)).argmax(axis=0)
    assert np.allclose(rows[[20, 60, 100]], [scopes.row_of(v, SIZE[1]) for v in (0.2, 0.5, 0.9)], atol=0.6)


# vectorscope ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("side", [100, 257])
@pytest.mark.parametrize("name", scopes.PRIMARIES)
def test_a_pure_primary_lands_on_its_target(name, side):
    rgb = scopes.PRIMARIES[name]
    y, x = np.unravel_index(light(scopes.vectorscope(flat(rgb), side)).argmax(), (side, side))
    assert np.hypot(x - scopes.place_of(rgb, side)[0], y - scopes.place_of(rgb, side)[1]) < 1.5


@pytest.mark.parametrize("rgb", scopes.PRIMARIES.values())
def test_every_target_lies_inside_the_scope(rgb):
    assert all(8 < v < 192 for v in scopes.place_of(rgb, 200))


def test_neutral_is_the_middle():
    seen = light(scopes.vectorscope(flat([0.4] * 3), 101))
    assert np.unravel_index(seen.argmax(), seen.shape) == (50, 50)


def test_red_lies_above_blue_to_the_right():
    (rx, ry), (bx, by) = scopes.place_of((1, 0, 0), 200), scopes.place_of((0, 0, 1), 200)
    assert ry < 30 < 170 < bx
    assert rx < 100 < by


def test_colour_differences_give_the_colour_back():
    rgb = noise() / 255
    y = rgb @ colour.LUMA
    cb, cr = scopes.chroma(rgb)
    back = np.stack([y + scopes.CR * cr, np.zeros_like(y), y + scopes.CB * cb], axis=-1)
    assert np.allclose(back[..., [0, 2]], rgb[..., [0, 2]], atol=1e-6)
    assert np.abs(np.stack([cb, cr])).max() <= 0.5


@pytest.mark.parametrize("lightness", [0.3, 0.6, 1])
def test_skin_of_every_lightness_lies_near_its_line(lightness):
    cb, cr = scopes.chroma(np.array([0.80, 0.60, 0.48]) * lightness)
    assert np.degrees(np.arctan2(cr, cb)) == pytest.approx(scopes.SKIN, abs=8)


@pytest.mark.parametrize("zoom", [1, 2, 5])
def test_a_pale_wash_lands_where_its_graticule_says_at_any_zoom(zoom):
    wash = (0.92, 0.96, 1.0)
    x, y = scopes.place_of(wash, 201, zoom)
    seen = scopes.vectorscope(np.tile(np.uint8(np.rint(255 * np.array(wash))), (4, 4, 1)), 201, zoom)
    bright = seen.sum(axis=-1)
    at = np.unravel_index(bright.argmax(), bright.shape)
    assert at == (pytest.approx(y, abs=1), pytest.approx(x, abs=1))
    assert np.hypot(x - 100, y - 100) == pytest.approx(
        zoom * np.hypot(*(v - 100 for v in scopes.place_of(wash, 201)))
    )


def test_what_a_zoom_puts_outside_is_not_piled_up_at_the_edge():
    assert (scopes.vectorscope(flat((0, 0, 1)), 101, 5) == scopes.GROUND).all()


# histogram ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("size", SIZES)
def test_every_pixel_is_counted_once_in_each_row(size, kind):
    assert scopes.counts(noise(size, kind)).sum(axis=1).tolist() == [size[0] * size[1]] * 4


def test_counts_are_numpys_own():
    picture = noise()
    expected = [np.bincount(picture[..., c].ravel(), minlength=256) for c in range(3)]
    assert np.array_equal(scopes.counts(picture)[:3], expected)


def test_a_bin_rises_as_high_as_its_share_says():
    picture = flat([0] * 3, (100, 100))
    picture[:4, :, 0] = 128  # 4 % of red
    column = scopes.histogram(picture, (256, 200))[:, 128, 0].astype(int)
    top = np.flatnonzero(column > 70)[0]
    assert top == pytest.approx(scopes.row_of_share(0.04, 200), abs=1)


# maps -----------------------------------------------------------------------------------------------------


def test_pale_is_what_its_definition_says():
    picture = noise((200, 50))
    picture[:, :100] = 255 - picture[:, :100] // 8
    lch = colour.oklch(colour.decode(picture / 255.0))
    expected = (lch[..., 0] > 0.90) & (lch[..., 1] < 0.05)
    assert 0 < expected.sum() < expected.size
    assert np.array_equal(scopes.pale(picture), expected)


def test_hint_is_what_its_definition_says():
    picture = noise((200, 50))
    lch = colour.oklch(colour.decode(picture / 255.0))
    expected = (lch[..., 2] >= 55) & (lch[..., 2] <= 105) & (lch[..., 1] > 0.10) & (lch[..., 0] > 0.6)
    assert 0 < expected.sum() < expected.size
    assert np.array_equal(scopes.hint(picture), expected)


def test_a_map_is_tinted_exactly_where_it_holds():
    where = np.random.default_rng(1).random((36, 64)) < 0.3
    seen = scopes.mapped(where, noise(), scopes.BLANK_TINT)
    assert np.array_equal((seen == scopes.BLANK_TINT).all(axis=-1), where)


def test_a_wipe_shows_one_picture_on_either_side_of_its_line():
    before, after = flat([0.2] * 3, (60, 4)), flat([0.7] * 3, (60, 4))
    seen = scopes.wipe(before, after, 0.25)[0, :, 0]
    assert (set(seen[:14]), set(seen[14:16]), set(seen[16:])) == ({51}, {255}, {178})


# any picture ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("scope", [scopes.waveform, scopes.parade, scopes.histogram])
def test_a_scope_has_the_size_that_was_asked_for(scope, size, kind):
    seen = scope(noise(size, kind), (61, 33))
    assert (seen.shape, seen.dtype) == ((33, 61, 3), np.uint8)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("size", SIZES)
def test_a_vectorscope_is_square(size, kind):
    assert scopes.vectorscope(noise(size, kind), 50).shape == (50, 50, 3)


def test_sixteen_bits_show_what_eight_do():
    picture = noise()
    deep = picture.astype(np.uint16) * 257
    assert np.array_equal(scopes.counts(deep), scopes.counts(picture))
    assert np.array_equal(scopes.eight(deep), picture)
    assert np.array_equal(scopes.hint(deep), scopes.hint(picture))


def test_scopes_leave_their_picture_as_it_was():
    picture = noise()
    kept = picture.copy()
    scopes.wipe(picture, picture)
    scopes.mapped(scopes.pale(picture), picture, scopes.HINT_TINT)
    assert np.array_equal(picture, kept)
