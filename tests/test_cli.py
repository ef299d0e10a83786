import json
import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from fake_film import FakeFilm, paint

from inkrender import check, cli, film, render, scene, verify
from inkrender.errors import PlateError, RefusedError
from inkrender.io import stills

HEAVY = ("numba", "cv2", "OpenImageIO", "imageio", "imageio_ffmpeg", "av", "moviepy")
VERBS = [
    "movie",
    "render",
    "look",
    "still",
    "check",
    "liubai",
    "probe",
    "shaders",
    "bench",
    "doctor",
    "warmup",
]


class CliFilm(FakeFilm):
    """The fake film with what the command line asks of a film beside frames."""

    title, audio = "Fake", ()

    def __init__(self, folder, **more):
        super().__init__(**more)
        self.folder, self.source = folder, folder / "film.toml"
        self.deliver = scene.Deliver(file="out/fake.mp4")
        self.model = scene.Film(
            size=(64, 36),
            scenes=(
                scene.Scene(name="01_a", frames="1001-1004", layer=(scene.Layer(name="x", use="mist"),)),
                scene.Scene(name="02_b", frames="1001-1006", layer=(scene.Layer(name="x", use="mist"),)),
            ),
        )
        self.find_frame, self.find_frames = self.model.find_frame, self.model.find_frames
        self.scenes = self.model.scenes

    folders = ()

    def path(self, file):
        return self.folder / file

    def model_copy(self, update):
        return self.model

    def plan(self, n, seen=None):
        return SimpleNamespace(lines=lambda: [f"frame {n}", f"only {seen}"])

    def pixels(self, n, size, bits, *, seen=None, graded=True):
        pixels, stats = super().pixels(n, size, bits)
        return (pixels if graded else pixels // 2), stats


@pytest.fixture
def fake(tmp_path, monkeypatch):
    """Films are fake ones in tmp_path, which is the working folder too."""
    told = CliFilm(tmp_path)
    monkeypatch.setattr(film, "load", lambda path, trust=False: told)
    monkeypatch.setattr(check, "check_file", lambda path, trust=False, frames=None: (None, []))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("INKRENDER_CACHE", str(tmp_path / "cache"))
    return told


@pytest.fixture
def ink(capfd):
    """Run the command in this process: exit code, stdout, stderr."""

    def run(*args):
        with pytest.raises(SystemExit) as end:
            cli.main([str(a) for a in args])
        out, err = capfd.readouterr()
        return SimpleNamespace(code=end.value.code or 0, out=out, err=err)

    return run


def in_a_process(*args, **env):
    return subprocess.run(
        [sys.executable, "-m", "inkrender", *map(str, args)],
        capture_output=True,
        text=True,
        env={**os.environ, **env},
    )


# help and start-up ----------------------------------------------------------------------------------------


def test_help_names_every_verb(ink):
    out = ink("--help").out
    assert all(f"\n  {verb} " in out for verb in VERBS)


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_has_help(ink, verb):
    assert ink(verb, "--help").code == 0


def test_help_loads_nothing_heavy():
    code = (
        "import sys\nfrom inkrender.cli import main\n"
        "try:\n    main(['--help'])\nexcept SystemExit:\n    pass\n"
        f"print([m for m in {HEAVY} if m in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stderr.strip() == "[]"


def test_version(ink):
    assert ink("--version").out.startswith("inkrender 0.")


# usage ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("args", "says"),
    [
        (["chek", "x"], "check"),
        (["render", "film.toml", "--ovewrite"], "--ovewrite"),
        (["render", "film.toml", "-j", "0"], "1"),
        (["render", "film.toml", "--order", "stager"], 'did you mean "stagger"'),
        (["render", "film.toml", "-F", "3-"], "is not a frame or a range"),
        (["render", "film.toml", "-F", "99"], "outside the film"),
        (["render", "film.toml", "03_c"], "03_c"),
        (["render", "film.toml", "01_a", "-F", "3"], "not both"),
        (["render", "film.toml", "--log-format", "xml"], "text or json"),
        (["render", "film.toml", "-o", "x.####.bmp"], "no picture format"),
        (["render", "film.toml", "--scale", "0"], "outside"),
        (["movie", "film.toml", "-q", "fine"], "use draft, preview, final"),
        (["movie", "film.toml", "--preset", "prores", "-o", "x.mp4"], "goes into .mov"),
        (["still", "film.toml", "3"], "-o x.png"),
    ],
)
def test_a_slip_of_the_hand_is_two_and_one_message(fake, ink, args, says):
    done = ink(*args)
    assert done.code == 2
    assert says in done.err
    assert "Traceback" not in done.err
    assert not fake.painted


def test_a_film_that_is_not_there_is_three(ink, tmp_path):
    done = ink("movie", tmp_path / "film.toml")
    assert (done.code, "is missing" in done.err) == (3, True)


def test_debug_shows_where_an_error_arose(ink, tmp_path):
    with pytest.raises(PlateError):
        cli.main(["--debug", "movie", str(tmp_path / "film.toml")])
    cli.set_debug(False)


def test_a_film_is_checked_whole_before_its_first_frame(ink, tmp_path):
    both = (
        SCENE.replace('use = "mist"', 'use = "mist"\nwith = { amount = 900 }')
        + '[[layer]]\nname = "x"\nuse = "mits"\n'
    )
    done = ink("render", write_film(tmp_path, scene_text=both), "-o", tmp_path / "o.####.png")
    assert done.code == 2
    assert 'did you mean "mist"' in done.err
    assert "amount" in done.err
    assert not list(tmp_path.glob("o.*"))


# render ---------------------------------------------------------------------------------------------------


def test_render_makes_the_frames_and_says_nothing_on_stdout(fake, ink, tmp_path):
    done = ink("render", "film.toml", "-o", "f.####.png")
    assert (done.code, done.out) == (0, "")
    assert len(list(tmp_path.glob("f.*.png"))) == 10
    assert "10 rendered, 0 kept" in done.err


def test_a_scene_and_a_range_of_its_numbers(fake, ink):
    ink("render", "film.toml", "02_b", "-o", "f.####.png", "-j", "1")
    assert fake.painted == [4, 5, 6, 7, 8, 9]
    ink("render", "film.toml", "-F", "01_a:1001-1004x2", "-o", "g.####.png", "-j", "1")
    assert fake.painted[6:] == [0, 2]


def test_the_json_log_is_one_event_a_line_with_its_reason(fake, ink):
    done = ink("render", "film.toml", "-F", "0-1", "-o", "f.####.png", "--dry-run", "--log-format", "json")
    lines = [json.loads(line) for line in done.out.splitlines()]
    assert [(e["event"], e.get("frame"), e.get("reason")) for e in lines] == [
        ("plan", 0, "missing"),
        ("plan", 1, "missing"),
        ("summary", None, None),
    ]


def test_inkrender_log_is_the_default_and_the_flag_wins(fake, ink, monkeypatch):
    monkeypatch.setenv("INKRENDER_LOG", "json")
    assert ink("render", "film.toml", "-F", "0", "-o", "f.png", "-n").out.startswith("{")
    assert ink("render", "film.toml", "-F", "0", "-o", "f.png", "-n", "--log-format", "text").out == (
        "0\tf.png\tmissing\n"
    )


def test_inkrender_jobs_must_be_a_number(fake, ink, monkeypatch):
    monkeypatch.setenv("INKRENDER_JOBS", "many")
    done = ink("render", "film.toml", "-o", "f.####.png")
    assert (done.code, 'INKRENDER_JOBS="many"' in done.err) == (2, True)


def test_failed_frames_are_one_and_listed(fake, ink):
    fake.broken = {2: PlateError("sky is missing"), 5: PlateError("sky is missing")}
    done = ink("render", "film.toml", "-o", "f.####.png", "--cont", "-j", "1")
    assert done.code == 1
    assert "2 frame(s) failed: 2, 5" in done.err
    assert "frame 2: sky is missing" in done.err


def test_a_full_disk_is_five(fake, ink):
    fake.broken = {0: RefusedError("f.0000.png cannot be written: the disk is full")}
    assert ink("render", "film.toml", "-o", "f.####.png").code == 5


def test_ctrl_c_is_130_and_says_how_to_go_on(fake, ink, monkeypatch):
    def interrupted(*args, **options):
        raise KeyboardInterrupt

    monkeypatch.setattr(render, "render", interrupted)
    done = ink("render", "film.toml", "-o", "f.####.png")
    assert done.code == 130
    assert "the same command goes on" in done.err


def test_scale_makes_smaller_frames(fake, ink, tmp_path):
    ink("render", "film.toml", "-F", "0", "-o", "f.png", "--scale", "0.5")
    assert stills.size(tmp_path / "f.png") == (32, 18)


def test_bits_sixteen(fake, ink, tmp_path):
    ink("render", "film.toml", "-F", "0", "-o", "f.png", "--bits", "16")
    assert stills.raw(tmp_path / "f.png").pixels.dtype == np.uint16


# movie and look -------------------------------------------------------------------------------------------


def test_movie_puts_the_verified_film_where_the_film_says(fake, ink, tmp_path):
    done = ink("movie", "film.toml", "-q", "preview", "--scale", "1")
    assert done.code == 0
    assert done.out.strip() == str(tmp_path / "out" / "fake.mp4")
    assert verify.inspect(tmp_path / "out" / "fake.mp4").frames == 10


def test_a_second_movie_paints_nothing(fake, ink):
    ink("movie", "film.toml")
    fake.painted.clear()
    assert ink("movie", "film.toml", "-o", "again.mp4").code == 0
    assert not fake.painted


def test_movie_says_in_json_what_was_verified(fake, ink):
    last = ink("movie", "film.toml", "--log-format", "json").out.splitlines()[-1]
    told = json.loads(last)
    assert (told["event"], told["frames"], told["fps"], told["size"]) == ("movie", 10, "24", [64, 36])


def test_a_dry_movie_writes_nothing(fake, ink, tmp_path):
    assert ink("movie", "film.toml", "-n").code == 0
    assert not (tmp_path / "out").exists()
    assert not (tmp_path / "cache").exists()


def test_a_movie_whose_frames_fail_is_one_and_no_film(fake, ink, tmp_path):
    fake.broken = {4: PlateError("sky is missing")}
    assert ink("movie", "film.toml").code == 1
    assert not (tmp_path / "out" / "fake.mp4").exists()


def test_a_look_keeps_the_numbers_of_the_footage(fake, ink, tmp_path, monkeypatch):
    fake.scenes = (fake.scenes[0],)
    fake.length = 4
    monkeypatch.setattr(film, "look", lambda name, given, **options: fake)
    assert ink("look", "dawn", "s.####.png", "-o", "o.####.png", "-F", "1002-1003").code == 0
    assert sorted(p.name for p in tmp_path.glob("o.*")) == ["o.1002.png", "o.1003.png"]


def test_a_preview_of_a_look_is_half_its_size(fake, ink, tmp_path, monkeypatch):
    fake.scenes, fake.length = (fake.scenes[0],), 4
    monkeypatch.setattr(film, "look", lambda name, given, **options: fake)
    assert ink("look", "dawn", "s.####.png", "-o", "o.####.png", "-F", "1001", "-q", "preview").code == 0
    assert stills.size(tmp_path / "o.1001.png") == (32, 18)


def test_a_look_makes_a_film_of_a_film(fake, ink, tmp_path, monkeypatch):
    monkeypatch.setattr(film, "look", lambda name, given, **options: fake)
    assert ink("look", "dawn", "clip.mp4", "-o", "o.mp4").code == 0
    assert verify.inspect(tmp_path / "o.mp4").frames == 10


def test_a_look_never_writes_over_its_footage(fake, ink, monkeypatch):
    monkeypatch.setattr(film, "look", lambda name, given, **options: fake)
    done = ink("look", "dawn", "s.####.png", "-o", "./s.####.png")
    assert (done.code, "is the input" in done.err) == (2, True)


# still, check, probe, shaders, doctor ---------------------------------------------------------------------


def test_a_still_is_the_frame(fake, ink, tmp_path):
    assert ink("still", "film.toml", "02_b:1002", "-o", "x.png").out == "x.png\n"
    assert np.array_equal(stills.raw(tmp_path / "x.png").pixels, paint(5, (64, 36), 8))


def test_a_still_before_the_grade(fake, ink, tmp_path):
    ink("still", "film.toml", "5", "-o", "x.png", "--before-grade")
    assert np.array_equal(
        stills.raw(tmp_path / "x.png").pixels[..., :3], (paint(5, (64, 36), 8) // 2)[..., :3]
    )


def test_the_plan_is_printed_and_nothing_painted(fake, ink):
    assert ink("still", "film.toml", "5", "--plan", "--layer", "peaks").out == "frame 5\nonly peaks\n"
    assert not fake.painted


FILM = """schema = 1
[film]
size = [64, 36]
scenes = ["01_a.toml"]
"""
SCENE = """schema = 1
[scene]
frames = "1-2"
[[layer]]
name = "fog"
use = "mist"
"""


def write_film(folder, film_text=FILM, scene_text=SCENE):
    (folder / "film.toml").write_text(film_text)
    (folder / "01_a.toml").write_text(scene_text)
    return folder / "film.toml"


def test_check_finds_nothing_in_a_good_film_and_writes_nothing(ink, tmp_path):
    done = ink("check", write_film(tmp_path))
    assert (done.code, done.out) == (0, "")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["01_a.toml", "film.toml"]


def test_check_says_file_and_line_and_what_was_meant(ink, tmp_path):
    done = ink("check", write_film(tmp_path, scene_text=SCENE.replace('"mist"', '"mits"')))
    assert done.code == 2
    assert "01_a.toml:6" in done.out
    assert 'did you mean "mist"' in done.out


def test_check_json(ink, tmp_path):
    done = ink("check", "--json", write_film(tmp_path, scene_text=SCENE.replace("use", "uze")))
    assert done.code == 2
    assert json.loads(done.out)[0]["severity"] == "error"


def test_the_schema_is_json(ink):
    assert json.loads(ink("check", "--schema").out)


@pytest.mark.parametrize("name", ["dawn", "failure", "resolution", "literati"])
def test_check_reads_a_look(ink, name):
    path = Path(cli.__file__).parent / "looks" / f"{name}.toml"
    assert ink("check", path).code == 0


def test_probe_tells_a_picture(ink, tmp_path):
    stills.write(tmp_path / "x.png", paint(0, (64, 36), 16))
    told = json.loads(ink("probe", tmp_path / "x.png", "--json").out)
    assert (told["kind"], told["bits"]) == ("still", 16)


def test_probe_of_nothing_is_three(ink, tmp_path):
    assert ink("probe", tmp_path / "x.png").code == 3


def test_shaders_lists_the_library(ink):
    assert {"mist", "massif"} <= {line.split()[0] for line in ink("shaders").out.splitlines()}


def test_a_shader_shows_its_parameters_with_their_ranges(ink):
    out = ink("shaders", "massif").out
    assert "massif (source, ink)" in out
    assert " to " in out


def test_an_unknown_shader_is_answered_with_the_nearest(ink):
    done = ink("shaders", "masif")
    assert (done.code, 'did you mean "massif"' in done.err) == (2, True)


def test_doctor_finds_this_environment_sound(ink):
    done = ink("doctor")
    assert done.code == 0, done.out
    assert "ok   ffmpeg" in done.out


def test_doctor_says_when_the_cache_cannot_be_written(ink, tmp_path, monkeypatch):
    (tmp_path / "cache").write_text("a file")
    monkeypatch.setenv("INKRENDER_CACHE", str(tmp_path / "cache"))
    done = ink("doctor")
    assert (done.code, "FAIL cache" in done.out) == (1, True)


# whole runs -----------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_the_command_makes_a_film_from_files(tmp_path):
    done = in_a_process("movie", write_film(tmp_path), INKRENDER_CACHE=str(tmp_path / "cache"))
    assert done.returncode == 0, done.stderr
    assert verify.inspect(tmp_path / "out" / "film.mp4").frames == 2
    assert done.stdout.splitlines() == [str(tmp_path / "out" / "film.mp4")]


@pytest.mark.slow
def test_a_mistake_in_a_file_has_no_traceback_without_debug(tmp_path):
    done = in_a_process("movie", write_film(tmp_path, scene_text=SCENE.replace("mist", "mits")))
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
