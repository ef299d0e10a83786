"""Bad input through the command line: one clear message, its exit code, and nothing begun."""

import json
import shutil
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

import inkrender as ink
from inkrender import cli, render
from inkrender.errors import PlateError, RefusedError, SceneError, ShaderError
from inkrender.io import files, stills
from inkrender.io.sequence import Pattern, within

FILM = """schema = 1
[film]
size = [64, 36]
scenes = ["01_a.toml"]
[deliver]
file = "out/t.mp4"
"""
SCENE = """schema = 1
[scene]
frames = "1001-1004"
[[layer]]
name = "plate"
file = "plates/p.####.png"
"""
TEXT = '[[layer]]\nname = "t"\ntext = "{}"\n'
PICTURE = np.tile(np.linspace(0, 255, 64, dtype=np.uint8)[None, :, None], (36, 1, 3))


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A film of four frames over a plate, in the working folder; painting is a mistake."""
    (tmp_path / "film.toml").write_text(FILM)
    (tmp_path / "01_a.toml").write_text(SCENE)
    (tmp_path / "plates").mkdir()
    for n in range(1001, 1005):
        stills.write(tmp_path / f"plates/p.{n}.png", PICTURE)
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("INKRENDER_CACHE", raising=False)

    def paint(*args, **kwargs):
        raise AssertionError("a frame was begun")

    monkeypatch.setattr(render, "_pool", paint)
    monkeypatch.setattr(ink.Film, "pixels", paint)
    return tmp_path


@pytest.fixture
def run(capfd):
    """Run the command in this process: exit code, stdout, stderr."""

    def ran(*args):
        with pytest.raises(SystemExit) as end:
            cli.main([str(a) for a in args])
        out, err = capfd.readouterr()
        return SimpleNamespace(code=end.value.code or 0, out=out, err=err)

    return ran


def third(how):
    """Something done to plates/p.1003.png."""
    return lambda folder: how(folder / "plates" / "p.1003.png")


def words(old, new):
    """Something else said in the film or its scene."""

    def change(folder):
        for name in ("film.toml", "01_a.toml"):
            text = (folder / name).read_text()
            (folder / name).write_text(text.replace(old, new))

    return change


def more(text):
    def change(folder):
        with (folder / "01_a.toml").open("a") as file:
            file.write(text)

    return change


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:150])


def a_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


CASES = {
    "unknown key": (more("paralax = 0.4\n"), 2, 'did you mean "parallax"'),
    "wrong type": (more('opacity = "half"\n'), 2, '"half" is not a number'),
    "not TOML": (more("opacity = \n"), 2, "01_a.toml:7"),
    "odd frame size": (words("[64, 36]", "[65, 36]"), 2, "65 is odd"),
    "empty range": (words("1001-1004", ""), 2, "is empty"),
    "range backwards": (words("1001-1004", "1004-1001"), 2, 'write "1001-1004"'),
    "endless range": (words("1001-1004", "1-999999999999"), 2, "at most"),
    "unknown shader": (more('shaders = [{ use = "granulat" }]\n'), 2, 'did you mean "granulate"'),
    "parameter out of range": (more('shaders = [{ use = "granulate", amount = 2 }]\n'), 2, "outside 0 to 1"),
    "unknown parameter": (more('shaders = [{ use = "granulate", amuont = 1 }]\n'), 2, 'mean "amount"'),
    "unknown easing": (more('keys.opacity = [[1001, 0], [1004, 1, "in_uot"]]\n'), 2, 'mean "in_out"'),
    "unknown anchor": (more('position = "hub"\n'), 2, 'unknown anchor "hub"'),
    "unknown layer": (more('[liubai]\ntarget = 0.4\nprotect = ["plat"]\n'), 2, 'mean "plate"'),
    "missing glyph": (more(TEXT.format("龘")), 3, "no glyph for 龘"),
    "missing scene": (words("01_a.toml", "01_b.toml"), 3, "01_b.toml"),
    "missing plates": (words("p.####", "q.####"), 3, "p.####.png"),
    "gap": (third(Path.unlink), 3, "lacks 1003"),
    "mixed sizes": (third(lambda p: stills.write(p, PICTURE[:18])), 3, "mixes sizes"),
    "truncated picture": (third(cut), 3, "ends too early"),
    "empty picture": (third(lambda p: p.write_bytes(b"")), 3, "is empty (0 bytes)"),
    "unreadable picture": (third(lambda p: p.write_text("no picture")), 3, "is not a picture"),
    "folder for a picture": (third(a_folder), 3, "is a folder"),
    "text for a video": (
        lambda folder: (words("p.####.png", "c.mp4")(folder), (folder / "plates/c.mp4").write_text("x" * 99)),
        3,
        "is not a video",
    ),
}


@pytest.mark.parametrize("verb", ["check", "movie"])
@pytest.mark.parametrize("case", CASES)
def test_what_is_wrong_is_told_before_the_first_frame(folder, run, case, verb):
    spoil, code, says = CASES[case]
    spoil(folder)
    done = run(verb, "film.toml")
    told = done.out if verb == "check" else done.err
    assert (done.code, says in told, "Traceback" in done.err) == (code, True, False), told
    assert not (folder / "out").exists()


def test_a_picture_is_judged_by_what_it_is_not_by_its_name(folder, run):
    stills.write(folder / "x.jpg", PICTURE)
    (folder / "x.jpg").rename(folder / "plates" / "p.1003.png")
    assert run("check", "film.toml").code == 0


def test_only_the_scenes_that_are_rendered_are_checked(folder, run):
    (folder / "02_b.toml").write_text(SCENE.replace("p.####", "none.####"))
    words('["01_a.toml"]', '["01_a.toml", "02_b.toml"]')(folder)
    assert run("render", "film.toml", "-n", "-F", "01_a").code == 0
    assert run("render", "film.toml", "-n", "02_b").code == 3


# looks ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("args", "code", "says"),
    [
        (["dwan", "plates"], 2, 'did you mean "dawn"'),
        (["film.toml", "plates"], 2, "a film, not a look"),
        (["01_a.toml", "plates"], 2, "a scene, not a look"),
        (["dawn", "plates/q.####.png"], 3, 'holds "p.####.png"'),
        (["dawn", "plates", "--missing", "hodl"], 2, 'did you mean "hold"'),
        (["dawn", "plates", "-F", "900-1001"], 2, "outside the footage"),
        (["dawn", "one.png"], 3, "at least 16 a side"),
    ],
)
def test_a_look_says_what_it_cannot_use(folder, run, args, code, says):
    stills.write(folder / "one.png", PICTURE[:1, :1])
    done = run("look", *args, "-o", "x.####.png")
    assert (done.code, says in done.err, "Traceback" in done.err) == (code, True, False), done.err


@pytest.mark.parametrize(("spoil", "says"), [(cut, "ends too early"), (Path.unlink, "--missing")])
def test_footage_is_checked_before_the_first_frame(folder, run, spoil, says):
    spoil(folder / "plates" / "p.1003.png")
    done = run("look", "dawn", "plates/p.####.png", "-o", "x.####.png")
    assert (done.code, says in done.err) == (3, True), done.err


def test_check_finds_what_is_wrong_inside_a_look(folder, run):
    (folder / "own.toml").write_text(
        'schema = 1\n[[layer]]\nname = "i"\nuse = "input"\nshaders = [{ use = "granulate", amount = 3 }]\n'
    )
    done = run("check", "own.toml")
    assert (done.code, "own.toml:5" in done.out) == (2, True), done.out


# outputs --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("verb", [["render"], ["movie"], ["still", 0]])
def test_a_file_where_the_output_folder_should_be_is_refused_before_the_first_frame(folder, run, verb):
    (folder / "out").write_text("a file")
    output = [] if verb[0] != "still" else ["-o", "out/x.png"]
    done = run(verb[0], "film.toml", *verb[1:], *output)
    assert (done.code, "is a file, not a folder" in done.err) == (5, True), done.err


def test_a_folder_where_the_film_should_be_is_refused_before_the_first_frame(folder, run):
    (folder / "out" / "t.mp4").mkdir(parents=True)
    done = run("movie", "film.toml")
    assert (done.code, "is a folder" in done.err) == (5, True), done.err


def test_a_disk_too_small_is_refused_before_the_first_frame(folder, run, monkeypatch):
    monkeypatch.setattr(files, "free_bytes", lambda path: 5000)
    done = run("render", "film.toml")
    assert (done.code, "make room" in done.err) == (5, True), done.err


def test_a_cache_that_is_a_file_is_named(folder, run, monkeypatch):
    (folder / "x").write_text("a file")
    monkeypatch.setenv("INKRENDER_CACHE", str(folder / "x"))
    done = run("movie", "film.toml")
    assert (done.code, "INKRENDER_CACHE" in done.err) == (5, True), done.err


def test_a_misspelt_output_pattern_is_a_slip_of_the_hand(folder, run):
    assert run("render", "film.toml", "-o", "a.##.##.png").code == 2


# code of a film's own -------------------------------------------------------------------------------------


@pytest.mark.parametrize("args", [["check"], ["render"], ["still", "0", "-o", "x.png"]])
def test_a_films_own_shader_needs_trust(folder, run, args):
    (folder / "shaders").mkdir()
    shutil.copy(
        Path(ink.__file__).parent.parent.parent / "shaders" / "mist.py", folder / "shaders" / "fog.py"
    )
    more('[[layer]]\nname = "m"\nuse = "fog"\n')(folder)
    done = run(args[0], "film.toml", *args[1:])
    assert (done.code, "--trust" in done.out + done.err) == (2, True)


# what users may name as they like -------------------------------------------------------------------------


def test_a_folder_may_have_any_name(folder, run):
    odd = folder.parent / "C ##1 %04d 山 x"
    shutil.copytree(folder, odd)
    assert run("check", odd).code == 0
    assert Pattern.parse(odd / "out" / "p.####.png").path(7).name == "p.0007.png"


def test_the_schema_is_one_and_takes_the_film(folder, run):
    schema = json.loads(run("check", "--schema").out)
    assert {"$schema", "$defs"} <= set(schema)


@pytest.mark.parametrize(
    ("how", "shown"),
    [
        ("hold", [0, 0, 2, 3, 3]),
        ("loop", [2, 3, 2, 1, 2]),
        ("bounce", [2, 1, 2, 2, 1]),
        ("black", ["black", "black", 2, "black", "black"]),
        ("transparent", [None, None, 2, None, None]),
    ],
)
def test_beyond_its_ends_a_video_shows_what_was_asked(how, shown):
    frames = [-2, -1, 2, 5 if how == "loop" else 4, 5 if how != "loop" else 6]
    assert [within(n, 0, 3, before=how, after=how, name="c.mp4") for n in frames] == shown


def test_beyond_its_ends_a_video_may_be_an_error():
    with pytest.raises(PlateError, match='after = "hold"'):
        within(4, 0, 3, before="hold", after="error", name="c.mp4")


# the same words in Python ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("build", "says"),
    [
        (
            lambda: ink.Layer(name="x", use="mist", paralax=1),
            r'unknown key "paralax" \(did you mean "parallax"',
        ),
        (lambda: ink.Layer(name="x", use="mist", opacity="half"), '"x": opacity: "half" is not a number'),
        (
            lambda: ink.Scene(name="a", frames="1-2", layer=[{"name": "x", "use": "mist", "body": 4}]),
            'layer "x"',
        ),
        (lambda: ink.Film(scenes=()), "scenes"),
        (lambda: ink.Film(size=(65, 36), scenes=(ink.Scene(name="a", frames="1-2"),)), "65 is odd"),
    ],
)
def test_models_built_in_python_tell_mistakes_as_files_do(build, says):
    with pytest.raises(SceneError, match=says):
        build()


def test_errors_have_the_exit_codes_of_the_table():
    assert [e.exit_code for e in (SceneError, ShaderError, PlateError, RefusedError)] == [2, 2, 3, 5]
