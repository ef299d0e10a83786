"""Sequences: names, gaps, and what stands in for frames that do not exist."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from inkrender.errors import PlateError
from inkrender.io import stills
from inkrender.io.sequence import BLACK, Pattern, Sequence, discover, ranges
from inkrender.timing import parse_frames


def touch(folder: Path, *names: str) -> Path:
    folder.mkdir(exist_ok=True)
    for name in names:
        (folder / name).touch()
    return folder


@pytest.fixture
def walk(tmp_path):
    """walk.1001-1010 without 1004, 1005 and 1008."""
    return touch(tmp_path, *(f"walk.{n}.png" for n in (1001, 1002, 1003, 1006, 1007, 1009, 1010)))


def number(found):
    return found if found is None or found == BLACK else int(found.name.split(".")[1])


# names ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "file"),
    [
        ("shot.####.exr", "shot.0007.exr"),
        ("shot.###.exr", "shot.007.exr"),
        ("shot.#.exr", "shot.0007.exr"),
        ("shot.%04d.png", "shot.0007.png"),
        ("shot_%06d_v2.png", "shot_000007_v2.png"),
        ("shot%d.png", "shot7.png"),
        ("shot.png", "shot.png"),
        ("####.png", "0007.png"),
    ],
)
def test_a_pattern_names_its_files(text, file):
    assert Pattern.parse(text).path(7) == Path(file)


def test_a_number_too_big_for_its_digits_takes_what_it_needs(tmp_path):
    touch(tmp_path, "a.0999.png", "a.12345.png")
    pattern = Pattern.parse("a.####.png", tmp_path)
    assert pattern.path(12345).name == "a.12345.png"
    assert pattern.frames() == (999, 12345)


@given(frame=st.integers(0, 10**7), width=st.integers(2, 8))
def test_a_written_name_is_found_again(tmp_path_factory, frame, width):
    folder = tmp_path_factory.mktemp("s")
    pattern = Pattern.parse(f"a_{'#' * width}.exr", folder)
    pattern.path(frame).touch()
    assert pattern.frames() == (frame,)


def test_other_files_in_the_folder_are_not_frames(tmp_path):
    touch(
        tmp_path,
        "a.0001.png",
        "a.001.png",
        "a.0002.jpg",
        "ab.0003.png",
        "a.x001.png",
        "a..png",
        ".a.0004.png.1-2.part",
    )
    assert Pattern.parse("a.####.png", tmp_path).frames() == (1,)


def test_an_unpadded_pattern_does_not_take_padded_files(tmp_path):
    touch(tmp_path, "a1.png", "a10.png", "a02.png")
    assert Pattern.parse("a%d.png", tmp_path).frames() == (1, 10)


def test_two_places_for_a_number_are_an_error():
    with pytest.raises(PlateError, match="2 places for a frame number"):
        Pattern.parse("v##.####.exr")


def test_a_number_in_a_folder_name_is_an_error():
    with pytest.raises(PlateError, match="not in a folder"):
        Pattern.parse("v##/shot.exr")


def test_a_folder_with_one_sequence_stands_for_it(walk):
    assert Sequence(walk).pattern.name == "walk.####.png"


def test_a_folder_with_several_sequences_lists_them(walk):
    touch(walk, "run.01.png", "run.02.png")
    with pytest.raises(PlateError, match=r"2 sequences.*run\.##\.png.*walk\.####\.png"):
        Sequence(walk)


def test_a_folder_without_pictures_says_so(tmp_path):
    with pytest.raises(PlateError, match="without numbered pictures"):
        Sequence(tmp_path)


def test_the_frame_number_is_the_last_number_of_a_name(tmp_path):
    touch(tmp_path, "shot2_v3.0001.exr", "shot2_v3.0002.exr")
    assert [p.name for p in discover(tmp_path)] == ["shot2_v3.####.exr"]


def test_a_wrong_name_lists_the_sequences_there_are(walk):
    with pytest.raises(PlateError, match=r'wakl\.####\.png has no files; .* holds "walk\.####\.png"'):
        Sequence("wakl.####.png", walk)


def test_a_missing_folder_is_named(tmp_path):
    with pytest.raises(PlateError, match="there is no folder"):
        Sequence("plates/a.####.png", tmp_path)


def test_a_missing_plain_file_is_an_error(tmp_path):
    with pytest.raises(PlateError, match=r"a\.png is missing"):
        Sequence("a.png", tmp_path)


def test_a_plain_file_stands_at_every_frame(tmp_path):
    touch(tmp_path, "sky.png")
    sky = Sequence("sky.png", tmp_path)
    assert sky.frames == ()
    assert sky.resolve(5) == sky.resolve(900) == tmp_path / "sky.png"


# gaps -----------------------------------------------------------------------------------------------------


def test_gaps_are_the_numbers_without_files(walk):
    assert Sequence("walk.####.png", walk).gaps() == (1004, 1005, 1008)


def test_gaps_of_a_range_count_what_lies_beyond(walk):
    assert Sequence("walk.####.png", walk).gaps(range(1009, 1013)) == (1011, 1012)


@pytest.mark.parametrize(
    ("missing", "expected"),
    [
        ("hold", [1003, 1003, 1007]),
        ("nearest", [1003, 1006, 1007]),
        ("black", [BLACK] * 3),
        ("transparent", [None] * 3),
    ],
)
def test_a_gap_is_filled_as_asked(walk, missing, expected):
    plate = Sequence("walk.####.png", walk)
    assert [number(plate.resolve(n, missing=missing)) for n in (1004, 1005, 1008)] == expected


def test_a_gap_is_an_error_by_default_with_the_list_and_the_line_to_paste(walk):
    with pytest.raises(PlateError) as error:
        Sequence("walk.####.png", walk).resolve(1005)
    said = str(error.value)
    assert "walk.1005.png is missing" in said
    assert "lacks 1004-1005, 1008 of 1001-1010" in said
    assert 'missing = "hold"' in said


@pytest.mark.parametrize(
    ("beyond", "before", "after"),
    [
        ("hold", 1001, 1010),
        ("black", BLACK, BLACK),
        ("transparent", None, None),
        ("loop", 1009, 1002),
        ("bounce", 1003, 1008),
    ],
)
def test_beyond_the_ends_stands_what_was_asked_for(walk, beyond, before, after):
    touch(walk, "walk.1008.png")
    plate = Sequence("walk.####.png", walk)
    assert number(plate.resolve(999, before=beyond)) == before
    assert number(plate.resolve(1012, after=beyond)) == after


def test_beyond_the_ends_can_be_an_error_with_the_line_to_paste(walk):
    plate = Sequence("walk.####.png", walk)
    with pytest.raises(PlateError, match=r'frames 1001-1010, 1011 was asked for.*after = "hold"'):
        plate.resolve(1011, after="error")
    with pytest.raises(PlateError, match='before = "hold"'):
        plate.resolve(1000, before="error")


@given(frame=st.integers(0, 300), length=st.integers(1, 9), first=st.integers(100, 200))
def test_bounce_moves_one_frame_at_a_time_and_stays_inside(frame, length, first):
    plate = Sequence.__new__(Sequence)
    plate.pattern = Pattern(Path(), "a.", ".png", 4)
    plate.frames = tuple(range(first, first + length))
    here, there = (number(plate.resolve(n, before="bounce", after="bounce")) for n in (frame, frame + 1))
    assert first <= here < first + length
    assert abs(here - there) == (length > 1)


def test_an_unknown_word_suggests_the_right_one(walk):
    with pytest.raises(PlateError, match=r'missing = "holt" is not known .did you mean "hold"'):
        Sequence("walk.####.png", walk).resolve(1001, missing="holt")


def test_ranges_are_written_for_people():
    assert ranges((1, 2, 3, 7, 9, 10)) == "1-3, 7, 9-10"


@given(st.sets(st.integers(-5000, 5000), min_size=1, max_size=40))
def test_ranges_read_back_as_the_same_frames(numbers):
    assert parse_frames(ranges(tuple(numbers))) == sorted(numbers)


# sizes ----------------------------------------------------------------------------------------------------


def test_mixed_sizes_are_named_by_frame(tmp_path):
    for n, width in ((1, 8), (2, 8), (3, 6)):
        stills.write(tmp_path / f"a.{n:04d}.png", np.zeros((4, width, 3), np.uint8))
    with pytest.raises(PlateError, match=r"mixes sizes \(8x4: 1-2; 6x4: 3\)"):
        Sequence("a.####.png", tmp_path).check_sizes()


def test_one_size_is_returned(tmp_path):
    for n in (1, 2):
        stills.write(tmp_path / f"a.{n:04d}.png", np.zeros((4, 8, 3), np.uint8))
    assert Sequence("a.####.png", tmp_path).check_sizes() == (8, 4)
