"""The film in scenes/dreams_in_the_mountains held to its own colour script, through the real command line."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parents[1] / "scenes" / "dreams_in_the_mountains"
SCENES = ("01_dawn", "02_failure", "03_resolution")
MOODS = dict(zip(SCENES, ("pursuit", "despondency", "joy"), strict=True))
FRAME = 1049  # the middle of each scene

pytestmark = pytest.mark.slow  # the layers of all three scenes are painted


@pytest.fixture(scope="module")
def film(tmp_path_factory):
    """A copy of the film, with its sound: the command line checks everything before the first frame."""
    copy = tmp_path_factory.mktemp("film") / "film"
    shutil.copytree(HERE, copy, ignore=shutil.ignore_patterns(".inkrender", "out", "audio"))
    subprocess.run([sys.executable, copy / "make_audio.py"], check=True, capture_output=True)
    return copy


def graded(scene: str) -> tuple[str, str]:
    """A scene's file: up to its grade, its hint with it, which names layers of the scene; and the grade."""
    before, grade = (HERE / f"{scene}.toml").read_text("utf-8").split("[grade]\n")
    lines = grade.splitlines(keepends=True)
    own = [line for line in lines if line.startswith("hint")]
    return "".join((before, "[grade]\n", *own)), "".join(line for line in lines if line not in own)


def asserted(film: Path, *scenes: str) -> subprocess.CompletedProcess:
    frames = ",".join(f"{scene}:{FRAME}" for scene in scenes)
    command = [sys.executable, "-m", "inkrender", "script", film / "film.toml", "-F", frames, "--assert"]
    return subprocess.run(command, capture_output=True, text=True, timeout=600)


def test_each_scene_keeps_to_its_row_under_its_own_grade(film):
    done = asserted(film, *SCENES)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(("a", "b"), [(0, 1), (1, 2), (0, 2)])
def test_two_scenes_with_their_grades_swapped_break_their_rows(film, a, b):
    one, other = SCENES[a], SCENES[b]
    for scene, lender in ((one, other), (other, one)):
        (film / f"{scene}.toml").write_text(graded(scene)[0] + graded(lender)[1], "utf-8")
    try:
        done = asserted(film, one, other)
    finally:
        for scene in (one, other):
            shutil.copy(HERE / f"{scene}.toml", film / f"{scene}.toml")
    assert done.returncode == 1, done.stderr
    told = done.stderr.splitlines()
    number = r"\d(\.\d+)?"
    for scene in (one, other):
        said = rf"inkrender: {scene}:{FRAME}: [a-z0-9_ -]+ is {number} where {number} to {number} is wanted "
        said += rf'\(script row "{MOODS[scene]}"\)'
        assert any(re.fullmatch(said, line) for line in told), f"{scene}: {done.stderr}"
