"""Grades through the command line: what cannot be meant or read, and what goes out and comes back."""

from types import SimpleNamespace

import numpy as np
import pytest

import inkrender as ink
from inkrender import cli, scenefile
from inkrender.io import lut, stills

FILM = 'schema = 1\n[film]\nsize = [64, 36]\nscenes = ["01_a.toml"]\n[deliver]\nfile = "out/t.mp4"\n'
SCENE = """schema = 1
[scene]
frames = "1-2"
{}[[layer]]
name = "plate"
file = "p.png"
fit = "cover"
[grade]
"""
RAMP = np.tile(np.linspace(0, 65535, 64).astype(np.uint16)[None, :, None], (36, 1, 3))
CUBE = "LUT_3D_SIZE 2\n" + "".join(f"{r} {g} {b}\n" for b in (0, 1) for g in (0, 1) for r in (0, 1))
LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">\n' for n in range(1, 9))
SOP = "<SOPNode><Slope>1 1 1</Slope><Offset>0 0 0</Offset><Power>{}</Power></SOPNode>"


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("INKRENDER_CACHE", str(tmp_path / "cache"))
    monkeypatch.delenv("OCIO", raising=False)
    (tmp_path / "film.toml").write_text(FILM)
    stills.write(tmp_path / "p.png", RAMP)
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


def grade(folder, text, medium=""):
    (folder / "01_a.toml").write_text(SCENE.format(medium) + text)


# bad input ------------------------------------------------------------------------------------------------


def cc(inside):
    return f'<?xml version="1.0"?>\n<ColorCorrection id="d">\n{inside}\n</ColorCorrection>\n'


# what is beside the film, the grade, the exit code, and what is said: the line, and what would do
FILES = {
    "a truncated cube": (
        "a.cube",
        CUBE[:-6],
        3,
        "a.cube:8: the file has 7 rows",
    ),
    "an unordered cube": ("a.cube", "0 0 0\n" + CUBE, 3, "a.cube:2: LUT_3D_SIZE comes after numbers"),
    "two cubes in one": ("a.cube", CUBE + CUBE, 3, "a.cube:10: LUT_3D_SIZE is given a second time"),
    "NaN in a cube": ("a.cube", CUBE.replace("1 1 1", "nan 1 1"), 3, 'a.cube:9: "nan 1 1": 3 numbers'),
    "infinity in a cube": ("a.cube", CUBE.replace("1 1 1", "inf 1 1"), 3, 'a.cube:9: "inf 1 1": 3 numbers'),
    "a huge cube": ("a.cube", "LUT_3D_SIZE 4096\n", 3, "a.cube:1: "),
    "an empty cube": ("a.cube", "", 3, "a.cube is empty (0 bytes): export it again"),
    "a truncated spi1d": (
        "a.spi1d",
        "Version 1\nFrom 0 1\nLength 4\nComponents 1\n{\n 0\n}\n",
        3,
        "a.spi1d cannot be read: ",
    ),
    "NaN in a clf": (
        "a.clf",
        '<ProcessList compCLFversion="3" id="a"><LUT1D inBitDepth="32f" outBitDepth="32f">'
        '<Array dim="2 1">0 nan</Array></LUT1D></ProcessList>',
        3,
        "not finite",
    ),
    "no table at all": ("a.xyz", "0 0 0", 3, '".xyz" is no table that is read: use .cube'),
    "a billion laughs": (
        "a.cdl",
        f'<?xml version="1.0"?>\n<!DOCTYPE x [\n{LAUGHS}]><x>&l8;</x>',
        3,
        "a.cdl:2: document types and entities are refused: remove them",
    ),
    "a missing node": (
        "a.cc",
        cc("<SOPNode><Slope>1 1 1</Slope></SOPNode>"),
        3,
        'a.cc:2: correction "d": SOPNode has no Offset: export it again',
    ),
    "no node": ("a.cc", cc(""), 3, 'a.cc:2: correction "d" has neither SOPNode nor SatNode'),
    "a negative power": ("a.cc", cc(SOP.format("1 -1 1")), 3, "power above 0"),
    "a power that is no number": ("a.cc", cc(SOP.format("1 x 1")), 3, 'Power is "1 x 1", 3 numbers'),
    "torn XML": ("a.cc", cc("<SOPNode>")[:-20], 3, "a.cc:3: not well-formed XML"),
}
NUMBERS = {
    "a power below zero": (
        "cdl = { power = [-1, 1, 1] }",
        "01_a.toml:10: grade: cdl.power: -1",
        "is outside 0.01 to 16",
    ),
    "a curve that falls": (
        "curves = { rgb = [[0, 0], [0.5, 0.6], [1, 0.4]] }",
        "01_a.toml:10: grade: curves.rgb",
        "y falls from 0.6 to 0.4 at x = 1",
    ),
    "a curve that turns back": (
        "curves = { luma = [[0, 0], [0.5, 0.5], [0.5, 1]] }",
        "01_a.toml:10: grade: curves.luma",
        "points stand in order",
    ),
    "an unknown space": ('space = "ACEScgg"\nchroma = 1.1', "01_a.toml", 'did you mean "ACEScg"'),
    "an unknown config": ('space = "ACEScg"\nconfig = "no.ocio"\nchroma = 1.1', "no.ocio", "cannot use"),
    "an unknown view": ('view = { view = "Filmic" }', "Filmic", "it has ACES"),
    "an unknown display": ('view = { display = "Sony" }', 'no display "Sony"', "it has sRGB"),
    "an unknown look": ('view = { look = "noir" }', 'no look "noir"', "it has"),
}


@pytest.mark.parametrize("verb", ["check", "render"])
@pytest.mark.parametrize("case", FILES)
def test_a_file_that_cannot_be_meant_is_told_with_its_line_and_what_would_do(folder, run, case, verb):
    name, text, code, says = FILES[case]
    (folder / name).write_text(text)
    grade(folder, f'cdl = {{ file = "{name}" }}\n' if name.endswith(("cc", "cdl")) else f'lut = "{name}"\n')
    refused(folder, run, verb, code, says)


@pytest.mark.parametrize("verb", ["check", "render"])
@pytest.mark.parametrize("case", NUMBERS)
def test_a_number_or_a_name_that_cannot_be_meant_is_told_with_its_place(folder, run, case, verb):
    text, *says = NUMBERS[case]
    grade(folder, text + "\n", 'medium = "light"\n')
    refused(folder, run, verb, 2, *says)


@pytest.mark.parametrize("verb", ["check", "render"])
def test_a_table_larger_than_any_is_refused_unread(folder, run, verb):
    with open(folder / "a.cube", "wb") as file:
        file.truncate(2 * lut.MAX_BYTES)  # a hole: it takes no room
    grade(folder, 'lut = "a.cube"\n')
    refused(folder, run, verb, 3, "has 1.07 GB, at most 537 MB are read: export it with fewer points")


def refused(folder, run, verb, code, *says):
    done = run(verb, "film.toml", *(() if verb == "check" else ("-o", "out/f.####.png")))
    told = done.out if verb == "check" else done.err
    assert [word for word in says if word not in told] == [], told
    assert done.code == code, told
    assert "Traceback" not in done.err
    assert not (folder / "out").exists()


# out and back ---------------------------------------------------------------------------------------------

STRONG = (
    "contrast = 1.3\nchroma = 1.2\nhue = 12\nlift = [0.02, 0.0, 0.03]\n"
    "cdl = { slope = [0.9, 1.0, 1.1], offset = [0.02, 0.0, 0.0], power = [1.1, 1.0, 0.9] }\n"
    "curves = { rgb = [[0, 0.05], [0.5, 0.45], [1, 1]] }\n"
)
SAYABLE = "cdl = { slope = [0.9, 1.0, 1.1], offset = [0.02, 0.0, 0.0], saturation = 1.1 }\n"


def still(folder, run, text, name, *more):
    grade(folder, text, 'medium = "light"\n')
    done = run("still", "film.toml", "0", "-o", name, *more)
    assert done.code == 0, done.err
    return folder / name


def test_a_film_written_from_python_paints_the_same_bytes(folder, run):
    first = still(folder, run, STRONG, "a.png").read_bytes()
    film = ink.load(folder / "film.toml")
    (folder / "01_a.toml").write_text(scenefile.to_toml(film.scenes[0]))
    assert run("still", "film.toml", "0", "-o", "b.png").code == 0
    assert (folder / "b.png").read_bytes() == first


def test_any_grade_leaves_as_a_cube_that_paints_the_same(folder, run):
    told = stills.raw(still(folder, run, STRONG, "a.png", "--bits", "16")).pixels[..., :3].astype(int)
    still(folder, run, STRONG, "a.cube")
    again = stills.raw(still(folder, run, 'lut = "a.cube"\n', "b.png", "--bits", "16")).pixels[..., :3]
    assert np.abs(told - again).max() < 0.01 * 65535  # 33 points beside a curve and a gamut


@pytest.mark.parametrize("name", ["a.cc", "a.ccc", "a.cdl"])
def test_a_grade_a_cdl_can_say_leaves_as_one_and_paints_the_same_bytes(folder, run, name):
    told = still(folder, run, SAYABLE, "a.png", "--bits", "16").read_bytes()
    still(folder, run, SAYABLE, name)
    assert still(folder, run, f'cdl = {{ file = "{name}" }}\n', "b.png", "--bits", "16").read_bytes() == told


def test_a_grade_a_cdl_cannot_say_is_refused_by_name(folder, run):
    grade(folder, "chroma = 1.2\n")
    done = run("still", "film.toml", "0", "-o", "a.cdl")
    assert done.code == 2
    assert "chroma 1.2 cannot be said as a CDL: export a .cube" in done.err
    assert not (folder / "a.cdl").exists()


def test_a_16_bit_ramp_stays_smooth_through_a_strong_grade(folder, run):
    path = still(folder, run, STRONG, "a.tif", "--bits", "16")
    ramp = stills.raw(path).pixels[18, 4:56, 1].astype(int)
    steps = np.diff(ramp)
    assert steps.min() > 0
    # half an 8-bit code; the plate's half floats are 32 codes apart in the lights
    assert np.abs(np.diff(steps)).max() < 128
