import json
import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import numpy as np
import pytest
from fake_film import FakeFilm, paint

from inkrender import manifest, render
from inkrender.errors import PlateError, RefusedError, SceneError
from inkrender.io import files, stills


def run(film, folder, frames=None, **options):
    events = []
    report = render.render(film, frames, folder / "film.####.png", on_event=events.append, **options)
    return report, events


def checksums(folder):
    return {path.name: manifest.digest_of_file(path) for path in sorted(folder.glob("*.png"))}


def reasons(events):
    return {e.frame: e.reason for e in events if e.kind in ("plan", "skip")}


def test_a_frame_on_the_disk_is_what_was_painted(tmp_path):
    run(FakeFilm(3), tmp_path)
    assert np.array_equal(stills.raw(tmp_path / "film.0002.png").pixels, paint(2, (64, 36), 8))


def test_sixteen_bits_stay_sixteen(tmp_path):
    run(FakeFilm(1), tmp_path, bits=16)
    assert np.array_equal(stills.raw(tmp_path / "film.0000.png").pixels, paint(0, (64, 36), 16))


@pytest.mark.parametrize("options", [{"jobs": 2}, {"jobs": 3, "order": "shuffle"}, {"order": "stagger"}])
def test_no_order_and_no_number_of_jobs_changes_a_byte(tmp_path, options):
    run(FakeFilm(), tmp_path / "a", jobs=1)
    run(FakeFilm(), tmp_path / "b", **options)
    assert checksums(tmp_path / "a") == checksums(tmp_path / "b")


def test_chunks_give_the_frames_of_one_run(tmp_path):
    run(FakeFilm(), tmp_path / "a")
    for chunk in (range(7, 10), range(4), range(4, 7)):
        run(FakeFilm(), tmp_path / "b", list(chunk))
    assert checksums(tmp_path / "a") == checksums(tmp_path / "b")


def test_a_second_run_paints_nothing(tmp_path):
    run(FakeFilm(), tmp_path)
    again = FakeFilm()
    report, _ = run(again, tmp_path)
    assert (again.painted, report.kept, report.rendered) == ([], 10, 0)


def test_exactly_what_is_missing_damaged_or_unrecorded_is_painted_and_told_why(tmp_path):
    run(FakeFilm(6), tmp_path)
    (tmp_path / "film.0001.png").unlink()
    (tmp_path / "film.0003.png").write_bytes(b"torn")
    (tmp_path / ".manifest" / "film.0004.png.json").unlink()
    again = FakeFilm(6)
    _, events = run(again, tmp_path)
    told = {n: why for n, why in reasons(events).items() if why != "kept"}
    assert told == {1: "missing", 3: "damaged", 4: "unrecorded"}
    assert sorted(again.painted) == [1, 3, 4]


def test_a_change_of_code_makes_every_frame_stale(tmp_path):
    run(FakeFilm(2), tmp_path)
    _, events = run(FakeFilm(2, code="2"), tmp_path)
    assert reasons(events) == {0: "stale: code", 1: "stale: code"}


def test_overwrite_paints_what_is_there(tmp_path):
    run(FakeFilm(2), tmp_path)
    _, events = run(FakeFilm(2), tmp_path, overwrite=True)
    assert reasons(events) == {0: "asked", 1: "asked"}


def test_a_dry_run_tells_and_writes_nothing(tmp_path):
    film = FakeFilm(3)
    report, events = run(film, tmp_path / "new", dry_run=True)
    assert reasons(events) == dict.fromkeys(range(3), "missing")
    assert not (tmp_path / "new").exists()
    assert not film.painted
    assert report.rendered == 0


def test_events_are_one_line_of_json_each(tmp_path):
    _, events = run(FakeFilm(1), tmp_path)
    lines = [json.loads(json.dumps(event.as_dict())) for event in events]
    assert [line["event"] for line in lines] == ["plan", "start", "done", "summary"]
    assert lines[2] | {"seconds": 0} == {
        "event": "done",
        "frame": 0,
        "path": str(tmp_path / "film.0000.png"),
        "seconds": 0,
        "reason": "missing",
        "stats": {"blank": 0.4},
        "done": 1,
        "total": 1,
    }


def test_a_row_says_what_made_the_frame_and_what_was_measured(tmp_path):
    run(FakeFilm(1), tmp_path)
    row = manifest.read_row(tmp_path / "film.0000.png")
    assert row.made_by == {"code": "1", "size": "64x36", "scene": "ridge"}
    assert row.stats == {"blank": 0.4}
    assert row.file == manifest.digest_of_file(tmp_path / "film.0000.png")
    assert row.pixels == manifest.digest_of_pixels(paint(0, (64, 36), 8))
    assert row.cpu
    assert {"inkrender", "numpy", "numba"} <= row.versions.keys()


def test_memory_is_bounded_no_more_frames_in_flight_than_jobs(tmp_path):
    film = FakeFilm(12, seconds=0.01)
    run(film, tmp_path, jobs=3)
    assert film.most_in_flight <= 3


def test_a_failed_frame_stops_the_run_and_is_listed(tmp_path):
    report, _ = run(FakeFilm(10, broken={2: PlateError("sky.0002.exr is missing")}), tmp_path, jobs=1)
    assert [(f.frame, f.message) for f in report.failed] == [(2, "frame 2: sky.0002.exr is missing")]
    assert report.rendered == 2
    assert not (tmp_path / "film.0002.png").exists()


def test_cont_makes_the_other_frames(tmp_path):
    report, events = run(FakeFilm(10, broken={2: ValueError("odd")}), tmp_path, cont=True)
    assert report.rendered == 9
    assert not report.ok
    assert [e.message for e in events if e.kind == "failed"] == ["frame 2: ValueError: odd"]


def test_a_full_disk_ends_the_run_even_with_cont(tmp_path):
    film = FakeFilm(20, broken={3: RefusedError("film.0003.png cannot be written: the disk is full")})
    with pytest.raises(RefusedError, match="disk is full"):
        run(film, tmp_path, cont=True, jobs=1)
    assert max(film.painted) == 3


def test_too_small_a_disk_is_refused_before_the_first_frame(tmp_path, monkeypatch):
    monkeypatch.setattr(files, "free_bytes", lambda path: 10_000)
    film = FakeFilm(100)
    with pytest.raises(RefusedError, match=r"10 kB free, 100 frames"):
        run(film, tmp_path)
    assert not film.painted


def test_a_folder_that_cannot_be_made_is_refused(tmp_path):
    (tmp_path / "out").write_text("a file")
    with pytest.raises(RefusedError, match="is a file, not a folder"):
        run(FakeFilm(), tmp_path / "out")


def test_several_frames_without_a_token_get_one_and_it_is_said(tmp_path):
    events = []
    report = render.render(FakeFilm(2), None, tmp_path / "film.png", on_event=events.append)
    assert [p.name for p in report.paths] == ["film.0000.png", "film.0001.png"]
    assert "film.####.png" in events[0].message


def test_one_frame_keeps_its_plain_name(tmp_path):
    assert render.render(FakeFilm(), [4], tmp_path / "x.png").paths == (tmp_path / "x.png",)


@pytest.mark.parametrize(
    ("out", "options", "says"),
    [
        ("film.####", {}, "has no suffix"),
        ("film.####.bmp", {}, "no picture format"),
        ("film.####.jpg", {"bits": 16}, "do not fit"),
        ("film.####.png", {"size": (63, 36)}, "odd"),
        ("film.####.png", {"order": "backward"}, "not known"),
    ],
)
def test_what_cannot_be_meant_is_said_before_the_first_frame(tmp_path, out, options, says):
    film = FakeFilm()
    with pytest.raises(SceneError, match=says):
        render.render(film, None, tmp_path / out, **options)
    assert not film.painted


def test_an_empty_range_is_an_error(tmp_path):
    with pytest.raises(SceneError, match="empty"):
        run(FakeFilm(), tmp_path, [])


def test_stagger_shows_the_whole_film_early(tmp_path):
    film = FakeFilm(16)
    run(film, tmp_path, order="stagger", jobs=1)
    assert film.painted[:4] == [0, 8, 4, 12]


def test_what_a_killed_run_left_is_cleared_and_what_a_living_one_writes_is_not(tmp_path):
    dead = subprocess.Popen(["true"])
    dead.wait()
    left = tmp_path / f".film.0000.png.{dead.pid}-0.part"
    living = tmp_path / f".film.0000.png.{os.getppid()}-0.part"
    foreign = tmp_path / f".holiday.png.{dead.pid}-0.part"
    for path in (left, living, foreign):
        path.write_bytes(b"half")
    run(FakeFilm(1), tmp_path)
    assert [path.exists() for path in (left, living, foreign)] == [False, True, True]


SCRIPT = """
import sys
sys.path.insert(0, {tests!r})
from fake_film import FakeFilm
from inkrender import render
render.render(FakeFilm(24, size=(256, 144), seconds=0.05), None, {out!r}, jobs=2)
"""


def _start(out):
    code = textwrap.dedent(SCRIPT.format(tests=str(Path(__file__).parent), out=str(out)))
    return subprocess.Popen([sys.executable, "-c", code], stderr=subprocess.PIPE)


def _wait_for(folder, count):
    deadline = time.monotonic() + 60
    while len(list(folder.glob("film.*.png"))) < count:
        assert time.monotonic() < deadline, "the render did not start"
        time.sleep(0.01)


@pytest.mark.slow
def test_a_run_killed_half_way_and_resumed_gives_the_same_checksums(tmp_path):
    whole, broken = tmp_path / "whole", tmp_path / "broken"
    render.render(FakeFilm(24, size=(256, 144)), None, whole / "film.####.png")
    child = _start(broken / "film.####.png")
    _wait_for(broken, 8)
    child.send_signal(signal.SIGKILL)
    child.wait()
    assert len(list(broken.glob("film.*.png"))) < 24
    report = render.render(FakeFilm(24, size=(256, 144)), None, broken / "film.####.png")
    assert report.kept >= 6
    assert checksums(whole) == checksums(broken)
    assert not list(broken.rglob("*.part"))


@pytest.mark.slow
def test_ctrl_c_finishes_the_frames_in_flight_and_the_rest_resumes(tmp_path):
    child = _start(tmp_path / "film.####.png")
    _wait_for(tmp_path, 5)
    child.send_signal(signal.SIGINT)
    child.wait(timeout=30)
    made = checksums(tmp_path)
    assert 5 <= len(made) < 24
    assert not list(tmp_path.rglob("*.part"))
    again = FakeFilm(24, size=(256, 144))
    render.render(again, None, tmp_path / "film.####.png")
    assert len(again.painted) == 24 - len(made)
