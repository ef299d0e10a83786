"""Sheets lay pictures and scopes out where they belong, whatever their shape."""

import numpy as np
import pytest

from inkrender import colour, scopes, sheets

INK = (200, 40, 40)


def shown(size=(64, 36), name="7", **told):
    return sheets.Shown(name, np.full((size[1], size[0], 3), INK, np.uint8), **told)


def boxes(sheet):
    """How many px of a sheet are of the pictures' colour, in each column and each row."""
    there = (sheet == INK).all(axis=-1)
    return there.sum(axis=0), there.sum(axis=1)


def runs(counts):
    """(start, length) of every run of entries above 0."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], counts > 0, [0]]).astype(int)))
    return [(int(a), int(b - a)) for a, b in zip(edges[::2], edges[1::2], strict=True)]


def test_the_ground_is_eighteen_percent_grey():
    sheet = sheets.laid_out(sheets.contact([shown()], 1), 400)
    assert sheet[0, 0].tolist() == [118] * 3
    assert colour.decode(118 / 255) == pytest.approx(0.18, abs=0.002)


@pytest.mark.parametrize("width", [240, 401, 1000])
def test_a_sheet_is_as_wide_as_was_asked_for(width):
    assert sheets.laid_out(sheets.contact([shown()] * 5, 3), width).shape[1] == width


def test_a_contact_sheet_has_its_frames_in_rows_of_one_size():
    across, down = boxes(sheets.laid_out(sheets.contact([shown()] * 5, 3), 600))
    columns, rows = runs(across), runs(down)
    assert (len(columns), len(rows)) == (3, 2)
    assert np.ptp([length for _, length in columns]) <= 1
    assert columns[0][1] / rows[0][1] == pytest.approx(64 / 36, rel=0.02)


def test_the_last_row_may_be_short():
    sheet = sheets.laid_out(sheets.contact([shown()] * 5, 3), 600)
    last = runs(boxes(sheet)[1])[1]
    assert len(runs(boxes(sheet[last[0] : sum(last)])[0])) == 2


def test_frames_of_another_shape_are_shown_whole():
    across, down = boxes(sheets.laid_out(sheets.contact([shown((10, 40))], 1), 300))
    assert down.max() / across.max() == pytest.approx(10 / 40, rel=0.02)


@pytest.mark.parametrize("size", [(1, 1), (64, 36), (36, 64), (400, 2), (2, 400)])
def test_a_frame_of_any_shape_has_its_scopes(size):
    sheet = sheets.laid_out(sheets.studied(shown(size)), 500)
    assert sheet.shape[1] == 500
    assert (sheet == scopes.GROUND).all(axis=-1).any()


@pytest.mark.parametrize("names", [(n,) for n in sheets.SCOPES] + [sheets.SCOPES[:k] for k in range(7)])
def test_any_choice_of_scopes_can_be_laid_out(names):
    assert sheets.laid_out(sheets.studied(shown(), names), 320).shape[2] == 3


def test_pictures_of_sixteen_bits_are_hung_as_eight():
    deep = sheets.Shown("1", np.full((36, 64, 3), np.array(INK) * 257, np.uint16))
    assert np.array_equal(
        *(sheets.laid_out(sheets.contact([one], 1), 300) for one in (deep, shown(name="1")))
    )


def test_a_comparison_shows_before_after_and_a_wipe():
    before = sheets.Shown("7", np.zeros((36, 64, 3), np.uint8))
    across, _ = boxes(sheets.laid_out(sheets.compared([(before, shown())]), 900))
    after, wiped = runs(across)
    assert wiped[1] / after[1] == pytest.approx(0.5, abs=0.05)  # the line takes a little


def test_a_comparison_brings_another_size_to_the_same():
    before = sheets.Shown("7", np.zeros((9, 16, 3), np.uint8))
    assert sheets.laid_out(sheets.compared([(before, shown())], sheets.SCOPES), 600).shape[1] == 600


def test_a_picture_too_large_to_be_held_is_the_mean_of_itself():
    fine = np.indices((36, 64)).sum(axis=0) % 2 * 200
    small = sheets.held(sheets.Shown("1", np.repeat(fine[..., None], 3, 2).astype(np.uint8)), 36 * 64 // 4)
    assert small.picture.shape == (18, 32, 3)
    assert np.all(small.picture == 100)


def test_a_picture_that_can_be_held_is_left_alone():
    one = shown()
    assert sheets.held(one, 36 * 64) is one


# maps -----------------------------------------------------------------------------------------------------


def test_the_blank_map_is_the_films_own_where_that_is_known():
    blank = np.zeros((36, 64), bool)
    blank[:9] = True
    tile = sheets.scope(shown(blank=blank), "blank")
    assert (tile.title, tile.note) == ("blank", "25.0 %")
    drawn = tile.draw((64, 36))
    assert np.array_equal((drawn == scopes.BLANK_TINT).all(axis=-1), blank)


def test_without_a_film_the_map_is_called_what_it_is():
    tile = sheets.scope(shown(blank_note="no manifest"), "blank")
    assert (tile.title, tile.note) == ("pale", "0.0 % · no manifest")


# words ----------------------------------------------------------------------------------------------------


def test_a_name_the_labels_cannot_spell_is_still_a_name():
    assert sheets.readable("Löwe_07.png") == "L?we_07.png"


def test_a_title_is_drawn_above_its_tile():
    named, bare = (sheets.laid_out(sheets.contact([shown(name=n)], 1), 300) for n in ("1007", " "))
    rows = np.flatnonzero((named != bare).any(axis=(1, 2)))
    top = runs(boxes(named)[1])[0][0]
    assert len(rows) > 0
    assert rows.max() < top


def test_long_names_stay_within_their_tile():
    sheet = sheets.laid_out(sheets.contact([shown(name="a_very_long_name_" * 9)] * 2, 2), 300)
    left, right = runs(boxes(sheet)[0])
    assert (sheet[:, left[0] + left[1] + 1 : right[0] - 1] == sheets.WALL).all()


def test_the_graticule_of_a_waveform_lies_where_its_trace_does():
    tile = sheets.scope(shown(), "waveform")
    lines = [f'y1="{scopes.row_of(v, 100) + 0.5:.2f}"' for v in (0, 0.25, 0.5, 0.75, 1)]
    assert all(line in tile.marks((150, 100)) for line in lines)
