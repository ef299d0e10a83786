"""Probe and the rules of writing."""

from __future__ import annotations

import json
import os
from pathlib import Path

import numpy as np
import pytest

from inkrender.errors import DeliverError, PlateError, RefusedError
from inkrender.io import files, probe, stills

DATA = Path(__file__).parent / "data"


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("a.####.exr", "sequence"),
        ("a.%04d.tif", "sequence"),
        ("a.PNG", "still"),
        ("a.mp4", "video"),
        ("a.wav", "audio"),
        ("a.cube", "lut"),
        ("a.ccc", "cdl"),
        ("a.svg", "svg"),
    ],
)
def test_the_kind_of_a_file_is_told_by_its_name(name, kind):
    assert probe.kind_of(name) == kind


def test_an_unknown_kind_lists_the_known_ones():
    with pytest.raises(PlateError, match=r"nothing is known about \.psd files; known: \.png"):
        probe.kind_of("a.psd")


@pytest.mark.parametrize("name", ["ridge.1001.exr", "multipart.0001.exr", "ramp16.png", "tone.wav"])
def test_what_probe_finds_can_be_written_as_json(name):
    found = probe.probe(DATA / name)
    assert json.loads(json.dumps(found))["path"] == str(DATA / name)


def test_probe_of_an_exr_lists_its_passes():
    found = probe.probe(DATA / "multipart.0001.exr")
    assert found["parts"] == 6
    assert {"depth", "normal", "vector"} <= set(found["passes"])


def test_probe_of_a_sequence_lists_gaps_and_sizes(tmp_path):
    for n in (1, 2, 5):
        stills.write(tmp_path / f"a.{n:04d}.png", np.zeros((4, 8 if n < 5 else 6, 3), np.uint8))
    found = probe.probe(tmp_path / "a.####.png")
    assert (found["frames"], found["count"], found["gaps"]) == ([1, 5], 3, "3-4")
    assert found["sizes"] == {"8x4": "1-2", "6x4": "5"}


def test_probe_of_a_missing_file_is_an_error(tmp_path):
    with pytest.raises(PlateError, match="is missing"):
        probe.probe(tmp_path / "a.png")


# atomic writing -------------------------------------------------------------------------------------------


def test_nothing_stands_under_the_final_name_before_the_end(tmp_path):
    with files.atomic(tmp_path / "new" / "a.txt") as part:
        part.write_text("half")
        assert not (tmp_path / "new" / "a.txt").exists()
        assert part.name.endswith(files.PART)
    assert (tmp_path / "new" / "a.txt").read_text() == "half"


def test_a_block_that_fails_leaves_what_was_there(tmp_path):
    files.write_text(tmp_path / "a.txt", "old")

    def fail():
        with files.atomic(tmp_path / "a.txt") as part:
            part.write_text("new")
            raise KeyError("boom")

    with pytest.raises(KeyError):
        fail()
    assert os.listdir(tmp_path) == ["a.txt"]
    assert (tmp_path / "a.txt").read_text() == "old"


@pytest.mark.parametrize(
    ("number", "error", "said"),
    [
        (28, RefusedError, r"disk is full \(.* free\): make room"),
        (122, RefusedError, "disk is full"),
        (30, RefusedError, "permission denied; choose another"),
        (5, DeliverError, "Input/output error"),
    ],
)
def test_what_the_system_says_becomes_what_to_do(tmp_path, number, error, said):
    def fail():
        with files.atomic(tmp_path / "a.txt"):
            raise OSError(number, os.strerror(number))

    with pytest.raises(error, match=said):
        fail()


def test_sizes_are_written_for_people():
    assert [files.size_text(n) for n in (12, 1500, 999_600, 3_400_000_000)] == [
        "12 bytes",
        "1.5 kB",
        "1 MB",
        "3.4 GB",
    ]
