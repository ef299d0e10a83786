"""Plates: what several ask of one file is read from it once."""

from collections import Counter

import pytest
from oracle import Oracle

import inkrender as ink
from inkrender import plates
from inkrender.io import exr

FRAMES = 4


@pytest.fixture
def reads(monkeypatch):
    """How often each EXR was decompressed."""
    count, real = Counter(), exr.read_channels

    def counted(head, groups, outside):
        count[head.path.name] += 1
        return real(head, groups, outside)

    monkeypatch.setattr(exr, "read_channels", counted)
    return count


@pytest.fixture
def film(tmp_path, monkeypatch):
    monkeypatch.setenv("INKRENDER_CACHE", str(tmp_path / "cache"))
    return ink.look("literati", Oracle(w=96, h=54).write(tmp_path / "oracle", FRAMES))


def test_painting_camera_motion_and_negative_space_read_a_file_once(film, reads):
    for n in range(FRAMES):
        film.pixels(n)
    assert reads == {f"plate.{n:04d}.exr": 1 for n in range(1, FRAMES + 1)}


def test_a_file_too_large_to_be_remembered_gives_the_same_picture(film, reads, monkeypatch, tmp_path):
    whole = film.pixels(1)[0]
    once = reads.copy()
    monkeypatch.setenv("INKRENDER_CACHE", str(tmp_path / "another"))
    monkeypatch.setattr(plates, "TOGETHER", 0)
    again = ink.look("literati", str(tmp_path / "oracle" / "plate.####.exr"))
    assert (whole == again.pixels(1)[0]).all()
    assert reads.total() > 2 * once.total()
