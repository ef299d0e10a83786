"""Plates that are not what a look or a film takes them for: a message that helps, or a sensible picture."""

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from oracle import Oracle

from inkrender import cli
from inkrender.frame import Frame
from inkrender.io import stills

FILM = 'schema = 1\n[film]\nsize = [128, 72]\nscenes = ["01_a.toml"]\n'
SCENE = """schema = 1
[scene]
frames = "1-4"
[[layer]]
name = "plate"
file = "plate.####.exr"
"""
LIUBAI = "[liubai]\ntarget = 0.4\n"
W, H = 96, 54


@pytest.fixture
def folder(tmp_path, monkeypatch):
    (tmp_path / "film.toml").write_text(FILM)
    (tmp_path / "01_a.toml").write_text(SCENE + LIUBAI)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("INKRENDER_CACHE", str(tmp_path / "cache"))
    return tmp_path


@pytest.fixture
def run(capfd):
    """Run the command in this process: exit code, stdout, stderr."""

    def ran(*args):
        with pytest.raises(SystemExit) as end:
            cli.main([str(a) for a in args])
        out, err = capfd.readouterr()
        assert "Traceback" not in err
        return SimpleNamespace(code=end.value.code or 0, out=out, err=err)

    return ran


# motion vectors -------------------------------------------------------------------------------------------


def turn(folder: Path, x: float, y: float) -> None:
    """Four frames whose vectors have other signs across and down."""
    oracle = Oracle(pan=(1.5, 1.0))
    for n in range(1, 5):
        frame = oracle.frame(n)
        frame.passes["vector"] = frame.passes["vector"] * np.array([x, y, x, y], np.float32)
        stills.write(folder / f"plate.{n:04d}.exr", frame, bits=32)


@pytest.mark.parametrize(("word", "x", "y"), [("flip", -1, -1), ("flip_x", -1, 1), ("flip_y", 1, -1)])
def test_check_says_which_way_vectors_have_to_be_turned(folder, run, word, x, y):
    turn(folder, x, y)
    done = run("check", "film.toml")
    assert done.code == 0
    assert "plate.####.exr: the Vector pass has other signs" in done.out
    assert f'inputs.vector = "{word}:' in done.out


@pytest.mark.parametrize(("word", "x", "y"), [("flip", -1, -1), ("flip_x", -1, 1), ("flip_y", 1, -1)])
def test_vectors_that_are_turned_are_right(folder, run, word, x, y):
    turn(folder, x, y)
    given = f'inputs = {{ vector = "{word}:Vector" }}\n'
    (folder / "01_a.toml").write_text(SCENE + given + LIUBAI)
    done = run("check", "film.toml")
    assert (done.code, "Vector" in done.out) == (0, False), done.out


def test_check_says_nothing_of_vectors_that_are_right(folder, run):
    turn(folder, 1, 1)
    assert "Vector" not in run("check", "film.toml").out


def test_check_tells_vectors_of_another_scale(folder, run):
    turn(folder, 9, 9)
    done = run("check", "film.toml")
    assert "another sign, scale or unit" in done.out


def test_check_tells_vectors_of_another_size(folder, run):
    Oracle().write(folder, 4, vectors=None)
    small = np.zeros((36, 64, 4), np.float32)
    stills.write(folder / "motion.exr", Frame(small, passes={"vector": small + 1}), bits=32)
    (folder / "01_a.toml").write_text(SCENE + 'inputs = { vector = "motion.exr" }\n' + LIUBAI)
    done = run("check", "film.toml")
    assert "the Vector pass is 64x36, the picture 128x72" in done.out


def test_check_of_vectors_writes_nothing(folder, run):
    turn(folder, -1, -1)
    before = sorted(folder.rglob("*"))
    run("check", "film.toml")
    assert sorted(folder.rglob("*")) == before


# depth and mattes -----------------------------------------------------------------------------------------


def test_a_shader_that_needs_depth_says_that_the_plate_has_none(folder, run):
    for n in range(1, 5):
        frame = Oracle().frame(n)
        frame.passes.pop("depth")
        stills.write(folder / f"plate.{n:04d}.exr", frame, bits=32)
    (folder / "01_a.toml").write_text(SCENE + 'shaders = [{ use = "depth_fade" }]\n')
    done = run("check", "film.toml")
    assert (done.code, 'inputs.depth = "' in done.out) == (2, True), done.out


def test_footage_without_depth_in_a_look_that_needs_it_is_told_before_the_first_frame(folder, run):
    stills.write(folder / "still.png", np.full((H, W, 3), 128, np.uint8))
    (folder / "own.toml").write_text(
        'schema = 1\n[inputs]\ndepth = "Depth.Z"\n[[layer]]\nname = "i"\nuse = "input"\n'
        'shaders = [{ use = "depth_fade" }]\n'
    )
    done = run("look", "own.toml", "still.png", "-o", "out.png")
    assert (done.code, "depth" in done.err, (folder / "out.png").exists()) == (3, True, False), done.err


def test_a_matte_of_another_shape_is_told_by_check(folder, run):
    Oracle().write(folder, 4)
    stills.write(folder / "hero.png", np.full((40, 40, 3), 255, np.uint8))
    (folder / "01_a.toml").write_text(SCENE + LIUBAI + 'protect = ["hero.png"]\n')
    done = run("check", "film.toml")
    assert (done.code, "hero.png is 40x40" in done.out) == (3, True), done.out


def test_a_matte_in_another_size_is_fitted(folder, run):
    Oracle().write(folder, 4)
    matte = np.zeros((36, 64, 3), np.uint8)
    matte[12:24, 20:44] = 255
    stills.write(folder / "hero.png", matte)
    (folder / "01_a.toml").write_text(SCENE + LIUBAI + 'protect = ["hero.png"]\n')
    assert run("check", "film.toml").code == 0


@pytest.mark.parametrize("shader", ["bare", "cun"])
def test_check_warns_where_nothing_tells_the_subjects_of_a_plate(folder, run, shader):
    for n in range(1, 5):
        stills.write(folder / f"plate.{n:04d}.png", np.full((72, 128, 3), 90, np.uint8))
    scene = SCENE.replace("exr", "png") + f'shaders = [{{ use = "{shader}" }}]\n'
    (folder / "01_a.toml").write_text(scene)
    done = run("check", "film.toml")
    assert (done.code, f'"{shader}"' in done.out, "inputs.matte" in done.out) == (0, True, True), done.out


@pytest.mark.parametrize("shader", ["bare", "cun"])
def test_check_is_silent_where_a_matte_tells_the_subjects(folder, run, shader):
    Oracle().write(folder, 4)
    text = f'inputs = {{ matte = "id:2" }}\nshaders = [{{ use = "{shader}" }}]\n'
    (folder / "01_a.toml").write_text(SCENE + text)
    assert f'"{shader}"' not in run("check", "film.toml").out


# pictures of nothing, of too much, of no number -----------------------------------------------------------


def light(value: float, odd: float | None = None) -> Frame:
    """A frame of one light, with a few pixels of another."""
    pixels = np.full((H, W, 4), value, np.float32)
    pixels[..., 3] = 1
    if odd is not None:
        pixels[10:14, 20:30, :3] = odd
    return Frame(pixels)


FRAMES = {
    "black": light(0.0),
    "white": light(1.0),
    "very bright": light(1e4),
    "a very bright lamp": light(0.2, 1e4),
    "NaN": light(0.2, np.nan),
    "infinite": light(0.2, np.inf),
    "minus infinite": light(0.2, -np.inf),
    "all NaN": light(np.nan),
}


@pytest.mark.parametrize("look", ["literati", "dawn"])
@pytest.mark.parametrize("case", FRAMES)
def test_a_shot_of_one_odd_frame_is_a_picture_or_a_message(folder, run, case, look):
    stills.write(folder / "odd.0001.exr", FRAMES[case], bits=32)
    done = run("look", look, "odd.####.exr", "-o", "out.####.png", "-j", "1")
    made = folder / "out.0001.png"
    assert (done.code, made.exists()) == (0, True), done.err
    picture = stills.read(made).pixels[..., :3]
    assert np.isfinite(picture).all()
    assert picture.max() > 0.02  # ink on paper, not a hole


@pytest.mark.parametrize("case", FRAMES)
def test_the_paper_of_an_odd_frame_can_be_measured(folder, run, case):
    stills.write(folder / "odd.0001.exr", FRAMES[case], bits=32)
    assert run("liubai", "odd.####.exr", "--json").code == 0
