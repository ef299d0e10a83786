"""The film in scenes/dreams_in_the_mountains: whole, and the same bytes however it is rendered."""

import hashlib
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

import inkrender as ink
from inkrender import check, colour

HERE = Path(__file__).parents[1] / "scenes" / "dreams_in_the_mountains"
SIZE = (192, 108)


def sums(paths: list[Path] | tuple[Path, ...]) -> list[str]:
    return [hashlib.sha256(p.read_bytes()).hexdigest() for p in paths]


def lch(film: ink.Film, n: int) -> np.ndarray:
    """OKLCh of the finished pixels at 480x270."""
    codes, _ = film.pixels(n, (480, 270), 16)
    return np.asarray(colour.oklch(colour.decode(codes[..., :3].astype(np.float32) / 65535, "srgb")))


@pytest.fixture(scope="module", autouse=True)
def cache(tmp_path_factory: pytest.TempPathFactory) -> object:
    patch = pytest.MonkeyPatch()
    patch.setenv("INKRENDER_CACHE", str(tmp_path_factory.mktemp("cache")))
    yield
    patch.undo()


@pytest.fixture(scope="module")
def film() -> ink.Film:
    return ink.load(HERE / "film.toml")


def test_it_is_three_scenes_of_four_seconds(film: ink.Film) -> None:
    assert [scene.length for scene in film.scenes] == [96, 96, 96]
    assert (film.length / film.fps, film.size) == (12, (1920, 1080))


def test_nothing_is_wrong_with_it(tmp_path: Path) -> None:
    copy = tmp_path / "film"
    shutil.copytree(HERE, copy, ignore=shutil.ignore_patterns(".inkrender", "out", "audio"))
    subprocess.run([sys.executable, copy / "make_audio.py"], check=True, capture_output=True)
    found = check.check_film(ink.load(copy / "film.toml"))
    assert [p for p in found if p.severity == "error"] == []


@pytest.mark.slow
def test_any_jobs_order_and_chunks_give_the_same_bytes(film: ink.Film, tmp_path: Path) -> None:
    once = film.render(None, tmp_path / "one" / "f.####.png", jobs=1, size=SIZE)
    assert once.rendered == 288
    shuffled = film.render(None, tmp_path / "two" / "f.####.png", jobs=2, size=SIZE, order="shuffle")
    assert sums(shuffled.paths) == sums(once.paths)
    fresh = ink.load(HERE / "film.toml")
    for first in (200, 0, 90):  # three machines, three pieces
        frames = list(range(first, {0: 90, 90: 200, 200: 288}[first]))
        fresh.render(frames, tmp_path / "three" / "f.####.png", jobs=2, size=SIZE)
    assert sums(sorted((tmp_path / "three").glob("*.png"))) == sums(once.paths)
    assert len(set(sums(once.paths))) > 200  # it moves


@pytest.mark.slow
def test_a_killed_render_is_resumed_to_the_same_bytes(film: ink.Film, tmp_path: Path) -> None:
    whole = film.render(None, tmp_path / "whole" / "f.####.png", jobs=2, size=SIZE)
    out = tmp_path / "killed"
    copy = tmp_path / "film"  # with its sound: the command line checks everything before the first frame
    shutil.copytree(HERE, copy, ignore=shutil.ignore_patterns(".inkrender", "out", "audio"))
    subprocess.run([sys.executable, copy / "make_audio.py"], check=True, capture_output=True)
    command = [sys.executable, "-m", "inkrender", "render", copy / "film.toml", "--scale", "0.1", "-j", "2"]
    command += ["-o", out / "f.####.png"]
    run = subprocess.Popen(command, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    until = time.monotonic() + 120
    while len(list(out.glob("*.png"))) < 100 and time.monotonic() < until and run.poll() is None:
        time.sleep(0.02)
    assert run.poll() is None  # still at it
    run.send_signal(signal.SIGKILL)
    run.wait()
    there = len(list(out.glob("*.png")))
    assert 100 <= there < 288
    again = film.render(None, out / "f.####.png", jobs=2, size=SIZE)
    assert again.rendered == 288 - again.kept
    assert again.kept >= there - 2  # of the frames in flight the file may have been there, its row not yet
    assert sums(again.paths) == sums(whole.paths)
    assert [p.name for p in out.iterdir() if ".part" in p.name] == []


@pytest.mark.slow
def test_the_colours_tell_the_story(film: ink.Film) -> None:
    dawn, night, joy = (lch(film, n) for n in (70, 150, 260))
    coloured = [scene[..., 1] > 0.04 for scene in (dawn, night, joy)]
    warm = (dawn[..., 2] > 20) & (dawn[..., 2] < 120) & coloured[0]
    assert warm.sum() > 0.6 * coloured[0].sum()
    blue = (night[..., 2] > 220) & (night[..., 2] < 290) & coloured[1]
    assert blue.sum() > 0.85 * coloured[1].sum()
    hope = (night[..., 2] > 55) & (night[..., 2] < 105) & (night[..., 1] > 0.10) & (night[..., 0] > 0.6)
    assert 0.003 < hope.mean() < 0.02
    bins = np.bincount((joy[..., 2][coloured[2]] // 30).astype(int), minlength=12) / joy[..., 0].size
    assert (bins > 0.01).sum() >= 6


@pytest.mark.slow
@pytest.mark.parametrize(("frame", "target"), [(60, 0.40), (150, 0.03), (260, 0.19)])
def test_the_blank_share_of_each_scene_is_what_it_says(film: ink.Film, frame: int, target: float) -> None:
    _, stats = film.pixels(frame, (960, 540))
    assert stats["blank"] == pytest.approx(target, abs=0.03)
