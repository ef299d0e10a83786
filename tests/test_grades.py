"""Grades as people write them: neutral is nothing, paper stays paper, files there and back, mistakes told."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import inkrender as ink
from inkrender import colour, engine, grade_ops, grading, scene, scenefile
from inkrender.io import cdl, lut
from inkrender.kernels import bluenoise
from inkrender.kernels.program import CANVAS, Program

WHOLE: dict[str, Any] = {
    "exposure": 0.2,
    "temperature": 20.0,
    "tint": 2.0,
    "cdl": {"slope": [0.95, 1.0, 1.05], "saturation": 1.1},
    "gamma": [1.05, 1.0, 0.97],
    "contrast": 1.08,
    "curves": {"rgb": [[0, 0], [0.4, 0.45], [1, 1]], "hue_saturation": [[30, 1.2], [200, 0.9]]},
    "split": {"shadow_hue": 260, "shadow_chroma": 0.03},
    "chroma": 1.1,
    "secondary": [{"where": {"hue": [60, 110]}, "chroma": 1.3}],
}
NEUTRAL: dict[str, Any] = {
    "exposure": 0,
    "white": [0.3127, 0.3290],
    "cdl": {"slope": [1, 1, 1]},
    "curves": {"rgb": [[0, 0], [1, 1]], "hue_hue": [[0, 0], [90, 0]], "luma_saturation": [[0, 1], [1, 1]]},
    "split": {"shadow_hue": 200},
    "secondary": [{"where": {"hue": [0, 90]}}, {"where": {"luma": [0, 1]}, "chroma": 2, "mix": 0}],
    "pivot": 0.3,
}


def ramp(w: int = 1024) -> np.ndarray:
    pixels = np.ones((4, w, 4), np.float32)
    pixels[..., :3] = np.linspace(0, 1, w)[:, None] * [1.0, 0.9, 0.8]
    return pixels


def frames(medium: Any = "light", seed: int = 0) -> ink.Frame:
    pixels = np.random.default_rng(seed).uniform(0, 1, (24, 40, 4)).astype(np.float32)
    pixels[..., 3] = 1
    return ink.Frame(pixels, medium)


# what is neutral ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("space", ["srgb", "linear", "log"])
def test_a_neutral_grade_is_no_operation(space: str) -> None:
    frame = frames()
    assert ink.grade(frame, space=space, **NEUTRAL) is frame


def test_every_part_of_a_grade_changes_something() -> None:
    frame = frames()
    for name, value in WHOLE.items():
        if name != "tint":
            changed = ink.grade(frame, **{name: value}).pixels
            assert np.abs(changed - frame.pixels)[..., :3].max() > 1e-3, name


def test_the_order_is_fixed() -> None:
    kinds = [type(s).__name__ for s in grading.steps_at(scene.Grade(**WHOLE, lut="a.cube", view={}), 0).steps]
    assert kinds == [
        "MatrixStep", "CdlStep", "CdlStep", "CdlStep", "CurvesStep", "OklchStep", "SecondaryStep", "LutStep",
        "ViewStep",
    ]  # fmt: skip


# paper ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("part", sorted(WHOLE))
def test_bare_paper_stays_paper_under_every_part(part: str) -> None:
    bare = ink.Frame(np.zeros((4, 4, 4), np.float32), "ink")
    # float32 divided out of itself; paper counts as bare up to .06
    assert np.abs(ink.grade(bare, **{part: WHOLE[part]}).pixels).max() < 5e-6


def test_a_layer_as_a_matte_grades_only_there_and_keeps_paper() -> None:
    sky, hills = (
        ink.Layer(name="sky", use="sky_wash"),
        ink.Layer(name="hills", text="山", size=900, position=[960, 540]),
    )
    told = {"where": {"layer": "hills"}, "cdl": {"slope": [0.9] * 3, "power": [0.5, 0.8, 1.2]}}
    plain, changed = (
        ink.Film(
            size=(1920, 1080), scenes=(ink.Scene(name="a", frames="1-2", layer=(sky, hills), grade=grade),)
        )
        for grade in ({}, {"secondary": [told]})
    )
    one = plain.plan(0).scenes[0]
    cover = engine.paint(plain.studio((128, 72)), one, one.layers[1:])[..., 3]
    a, b = (film.pixels(0, (128, 72), 16)[0][..., :3].astype(int) for film in (plain, changed))
    assert 0.02 < (cover > 0.9).mean() < 0.5
    # there and back through the encoding: a code or two of 16 bits, and dither
    assert np.abs(a - b)[cover == 0].max() <= 8
    assert np.abs(a - b)[cover > 0.9].max() > 300


def test_a_wash_is_a_matte_too_where_its_ink_is_seen() -> None:
    hills = ink.Layer(name="hills", use="massif")
    told = {"where": {"layer": "hills"}, "cdl": {"power": [0.5, 0.8, 1.2]}}
    a, b = (
        ink.Film(size=(1920, 1080), scenes=(ink.Scene(name="a", frames="1-2", layer=(hills,), grade=grade),))
        .pixels(0, (128, 72), 16)[0][..., :3]
        .astype(int)
        for grade in ({}, {"secondary": [told]})
    )
    assert np.abs(a - b).max() > 300


# spaces, mix, keys ----------------------------------------------------------------------------------------


def test_keyed_curves_blend_point_by_point() -> None:
    keys = [[1, [[0, 0], [0.5, 0.5], [1, 1]]], [11, [[0, 0], [0.5, 0.7], [1, 1]]]]
    told = scene.Grade(curves={"rgb": keys})
    assert not grading.steps_at(told, 1)
    (step,) = grading.steps_at(told, 6).steps
    assert step == grading.CurvesStep(*[(0, 0, 0.5, 0.6, 1, 1)] * 3)


def test_half_of_a_grade_lies_half_way() -> None:
    frame = frames()
    half, whole = (
        ink.grade(frame, cdl={"slope": [0.5] * 3, "offset": [0.1] * 3}, mix=mix).pixels for mix in (0.5, 1.0)
    )
    a, b, c = (colour.encode(p[..., :3].astype(np.float64)) for p in (frame.pixels, half, whole))
    assert np.abs(b - (a + c) / 2).max() < 1e-5


def test_a_strong_grade_keeps_a_16_bit_ramp_smooth() -> None:
    program = Program(1024, 4)
    program.load(CANVAS, ramp(), "linear", True)
    told = {**WHOLE, "exposure": 1.0, "contrast": 0.8}
    told.pop("secondary")
    grade_ops.encoded(program, CANVAS, grading.steps_at(scene.Grade(**told), 0))
    out = np.zeros((4, 1024, 4), np.uint16)
    program.store(CANVAS, out, dither_seed=1)
    program.run()
    middle = out[0, 64:700, :3].astype(int)
    # steps differ from their neighbours by curvature and one code of dither, never by a stair of 8-bit codes
    assert np.abs(np.diff(middle, n=2, axis=0)).max() < 24
    assert np.diff(middle, axis=0).min() >= 0


# files ----------------------------------------------------------------------------------------------------


def test_a_saved_grade_gives_the_same_bytes(tmp_path: Path) -> None:
    made = ink.Scene(name="a", frames="1-2", layer=[ink.Layer(name="t", text="山")], grade=WHOLE)
    (tmp_path / "a.toml").write_text(scenefile.to_toml(made), encoding="utf-8")
    again = scenefile.read_scene(tmp_path / "a.toml")
    assert again.grade == made.grade
    frame = frames("ink")
    assert np.array_equal(ink.grade(frame, made.grade).pixels, ink.grade(frame, again.grade).pixels)


@pytest.mark.parametrize("suffix", [".cc", ".ccc", ".cdl"])
def test_a_cdl_is_written_and_read_without_loss(tmp_path: Path, suffix: str) -> None:
    one = cdl.Correction('da"wn & <dusk>', (1.1, 0.3, 1 / 3), (-0.03, 0.02, 0.0), (0.9, 1.0, 1.2), 0.7)
    cdl.write_cdl(tmp_path / f"a{suffix}", [one])
    assert cdl.read_all(tmp_path / f"a{suffix}") == [one]


def test_opencolorio_reads_what_we_write(tmp_path: Path) -> None:
    import PyOpenColorIO as ocio

    cdl.write_cdl(
        tmp_path / "a.cc", [cdl.Correction("x", (1.1, 0.3, 1.5), (-0.03, 0.02, 0.0), (0.9, 1, 1.2), 0.7)]
    )
    theirs = ocio.CDLTransform.CreateFromFile(str(tmp_path / "a.cc"), "x")
    assert (theirs.getSlope(), theirs.getSat()) == ([1.1, 0.3, 1.5], 0.7)
    table = np.random.default_rng(0).random((3, 3, 3, 3)).astype(np.float32)
    lut.write_cube(tmp_path / "a.cube", table, "dawn")
    assert np.array_equal(lut.read_cube(tmp_path / "a.cube").table, table)
    ocio.Config.CreateRaw().getProcessor(ocio.FileTransform(str(tmp_path / "a.cube")))


def test_cdl_lift_gamma_gain_and_contrast_are_written_as_one_cdl(tmp_path: Path) -> None:
    told = scene.Grade(lift=[0.02] * 3, gain=[0.9, 0.95, 0.9], contrast=1.1, cdl={"slope": [0.9] * 3})
    ink.write_grade(told, tmp_path / "a.cc")
    frame = frames()
    apart = ink.grade(frame, told).pixels - ink.grade(frame, cdl=tmp_path / "a.cc").pixels
    inside = colour.encode(ink.grade(frame, told).pixels[..., :3]).min(axis=-1) > 0.001
    assert np.abs(apart[inside]).max() < 1e-5


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ({"chroma": 1.2}, "chroma 1.2 cannot be said as a CDL: export a .cube"),
        ({"exposure": 1.0}, "exposure 1 cannot be said as a CDL"),
        ({"cdl": {"saturation": 0.5}, "contrast": 2.0}, "contrast 2 about .*, after what comes before it"),
        ({"cdl": {"slope": [2, 2, 2]}, "mix": 0.5}, "mixed 0.5"),
    ],
)
def test_what_a_cdl_cannot_say_is_named(tmp_path: Path, told: dict[str, Any], said: str) -> None:
    with pytest.raises(ink.SceneError, match=said):
        ink.write_grade(scene.Grade(**told), tmp_path / "a.cdl")
    assert not (tmp_path / "a.cdl").exists()


def test_a_cube_made_in_ink_leaves_paper_alone(tmp_path: Path) -> None:
    ink.write_grade(scene.Grade(cdl={"slope": [0.8, 0.9, 1.0]}), tmp_path / "a.cube", size=17)
    paper = colour.encode(colour.PAPER)[None]
    got = lut.read_cube(tmp_path / "a.cube").apply(paper)
    # paper lies between the points of the table, where brighter is held at paper
    assert np.abs(got - paper).max() < 0.03


def test_a_correction_is_taken_from_a_file_by_id(tmp_path: Path) -> None:
    many = [cdl.Correction(n, (s, s, s)) for n, s in (("day", 1.5), ("night", 0.5))]
    cdl.write_cdl(tmp_path / "a.ccc", many)
    told = scene.Grade(cdl={"file": "a.ccc", "id": "night"})
    (step,) = grading.steps_at(told, 0, tmp_path).steps
    assert isinstance(step, grading.CdlStep)
    assert step.slope == (0.5, 0.5, 0.5)


# mistakes -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ({"cdl": {"power": [-1, 1, 1]}}, "power: -1 is outside 0.01 to 16"),
        ({"curves": {"rgb": [[0, 0], [0.5, 0.6], [1, 0.4]]}}, "y falls from 0.6 to 0.4 at x = 1"),
        ({"curves": {"luma": [[0, 0], [0, 0.6]]}}, "x goes from 0 to 0: points stand in order"),
        ({"curves": {"hue_hue": [[0, 3], [360, 3]]}}, "the circle closes by itself"),
        ({"curves": {"red": [[0, 0]]}}, "one point is no curve"),
        ({"curves": {"red": [[0, float("nan")], [1, 1]]}}, "not a number"),
        ({"curves": {"red": "s"}}, "not a list of points"),
        ({"curves": {"red": [[0, 0, 0], [1, 1, 1]]}}, "not a point"),
        ({"secondary": [{"where": {}}]}, "nothing is chosen"),
        ({"secondary": [{"where": {"chroma": [0.3, 0.1]}}]}, r"is not \[least, most\]"),
        ({"cdl": {"file": "a.cc", "slope": [2, 2, 2]}}, "beside a file"),
        ({"cdl": {"id": "a"}}, "give the file too"),
        ({"splits": {}}, "splits"),
    ],
)
def test_a_grade_that_cannot_be_meant_is_refused_in_words(told: dict[str, Any], said: str) -> None:
    with pytest.raises(ink.SceneError, match=said):
        scene.Grade(**told)


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ({"space": "ACEScgg"}, r'"ACEScgg" is not known \(did you mean "ACEScg"'),
        ({"space": "ACEScg", "config": "nope.ocio"}, r"nope\.ocio"),
        ({"view": {"view": "Filmic"}}, r'no view "Filmic" on "sRGB - Display".*it has ACES'),
        ({"view": {"display": "Sony"}}, 'no display "Sony"'),
        ({"view": {"look": "noir"}}, 'no look "noir"'),
        ({"secondary": [{"where": {"layer": "moon"}, "chroma": 2}]}, "a single picture has no layers"),
    ],
)
def test_an_unknown_name_is_told_with_what_there_is(
    told: dict[str, Any], said: str, monkeypatch: Any
) -> None:
    monkeypatch.delenv("OCIO", raising=False)
    with pytest.raises(ink.InkError, match=said):
        ink.grade(frames(), scene.Grade(**told))


def test_the_variable_ocio_names_the_config(tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setenv("OCIO", str(tmp_path / "studio.ocio"))
    with pytest.raises(ink.SceneError, match=r"OCIO=.*studio\.ocio"):
        ink.grade(frames(), scene.Grade(view={}))


def test_without_opencolorio_the_message_says_how_to_install_it(tmp_path: Path, monkeypatch: Any) -> None:
    from inkrender.io import ocio

    monkeypatch.setattr(ocio, "there", lambda: False)
    (tmp_path / "a.spi1d").write_text("Version 1\n")
    with pytest.raises(ink.PlateError, match=r'not installed: pip install "inkrender\[color\]"'):
        lut.read_lut(tmp_path / "a.spi1d")
    with pytest.raises(ink.SceneError, match=r"inkrender\[color\]"):
        grading.steps_at(scene.Grade(space="ACEScg", chroma=2), 0)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.xyz", "0 0 0"),
        ("a.cube", "LUT_3D_SIZE 2\n0 0 1e39\n"),
        ("a.spi1d", "Version 1\nFrom 0 1\nLength 4\nComponents 1\n{\n 0\n 1\n}\n"),
        ("a.spi3d", "SPILUT 1.0\n3 3\n2 2 2\n0 0 0 0 0 0\n"),
        ("a.3dl", "0 256 512 768 1023\n0 0 0\n"),
        ("a.clf", "<ProcessList id='a'><LUT1D><Array dim='2 1'>0 nan</Array></LUT1D></ProcessList>"),
    ],
)
def test_a_broken_table_of_another_program_is_refused(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / name).write_text(text)
    with pytest.raises(ink.PlateError, match=name):
        lut.read_lut(tmp_path / name)


IDENTITY = "LUT_3D_SIZE 2\n" + "".join(f"{r} {g} {b}\n" for b in (0, 1) for g in (0, 1) for r in (0, 1))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (IDENTITY + IDENTITY, r"a\.cube:10: LUT_3D_SIZE is given a second time"),
        ("0 0 0\n" + IDENTITY, r"a\.cube:2: LUT_3D_SIZE comes after numbers"),
        (IDENTITY[:-6], r"a\.cube:8: the file has 7 rows"),
    ],
)
def test_a_cube_out_of_order_says_at_which_line(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "a.cube").write_text(text)
    with pytest.raises(ink.PlateError, match=said):
        lut.read_cube(tmp_path / "a.cube")


def test_bytes_that_are_no_text_are_refused(tmp_path: Path) -> None:
    (tmp_path / "a.spi1d").write_bytes(b"Version 1\nFrom 0 1\nLength 2\nComponents 1\n{\n 0\n \xc3\x28\n}\n")
    with pytest.raises(ink.PlateError, match=r"a\.spi1d cannot be read"):
        lut.read_lut(tmp_path / "a.spi1d")


@pytest.mark.parametrize("name", ["a.cube", "a.spi3d"])
def test_a_huge_table_is_refused_unread(tmp_path: Path, name: str) -> None:
    with open(tmp_path / name, "wb") as file:
        file.truncate(2 * lut.MAX_BYTES)  # a hole: it takes no room
    with pytest.raises(ink.PlateError, match=r"has 1.07 GB, at most 537 MB are read"):
        lut.read_lut(tmp_path / name)


@pytest.mark.parametrize(
    ("inner", "said"),
    [
        ("", 'a.cc:2: correction "d" has neither SOPNode nor SatNode'),
        ("<SOPNode><Slope>1 1 1</Slope><Power>1 1 1</Power></SOPNode>", "SOPNode has no Offset"),
        ("<SatNode/>", "SatNode has no Saturation"),
        ("<SatNode><Saturation>-1</Saturation></SatNode>", "saturation are 0 or more"),
    ],
)
def test_a_cdl_with_a_missing_node_is_no_silent_identity(tmp_path: Path, inner: str, said: str) -> None:
    (tmp_path / "a.cc").write_text(
        f'<?xml version="1.0"?>\n<ColorCorrection id="d">{inner}</ColorCorrection>'
    )
    with pytest.raises(ink.PlateError, match=said):
        cdl.read_cdl(tmp_path / "a.cc")


def test_a_billion_laughs_are_refused_at_their_line(tmp_path: Path) -> None:
    levels = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 9))
    (tmp_path / "a.cdl").write_text(
        f'<?xml version="1.0"?>\n<!DOCTYPE x [<!ENTITY l0 "ha">{levels}]><x>&l8;</x>'
    )
    with pytest.raises(ink.PlateError, match=r"a\.cdl:2: document types and entities are refused"):
        cdl.read_cdl(tmp_path / "a.cdl")


# export from a film, dither -------------------------------------------------------------------------------


def test_still_writes_the_grade_of_a_scene(tmp_path: Path) -> None:
    (tmp_path / "film.toml").write_text('schema = 1\n[film]\nscenes = ["a.toml"]\n')
    (tmp_path / "a.toml").write_text(
        'schema = 1\n[scene]\nframes = "1-4"\n[[layer]]\nname = "sky"\nuse = "sky_wash"\n'
        "[grade]\ncdl = { slope = [0.9, 1.0, 1.1] }\n"
    )
    for name in ("g.cube", "g.cdl"):
        run = [sys.executable, "-m", "inkrender", "still", str(tmp_path), "0", "-o", str(tmp_path / name)]
        ran = subprocess.run(run, capture_output=True, text=True, timeout=120, check=False)
        assert ran.returncode == 0, ran.stderr
    assert lut.read_cube(tmp_path / "g.cube").size == 33
    assert cdl.read_cdl(tmp_path / "g.cdl").slope == (0.9, 1.0, 1.1)


def test_the_dither_is_blue_noise() -> None:
    values = bluenoise.thresholds()[:, : bluenoise.SIZE]
    power = np.abs(np.fft.fft2(values - values.mean())) ** 2 / values.size / values.var()
    at = np.hypot(*np.meshgrid(*[np.fft.fftfreq(bluenoise.SIZE)] * 2))
    # white noise has 1 in every band
    assert power[(at > 0) & (at < 0.1)].mean() < 0.001
    assert power[(at > 0.1) & (at < 0.2)].mean() < 0.01
    assert power[at > 0.4].mean() > 1.3


def test_the_dither_keeps_the_mean_and_stands_still() -> None:
    out = np.zeros((128, 256, 4), np.uint8)
    flat = np.full((128, 256, 4), 100.3 / 255, np.float32)
    program = Program(256, 128)
    program.load(CANVAS, flat, "linear", True)
    program.store(CANVAS, out, dither_seed=5)
    program.run()
    first = out.copy()
    assert first[..., :3].mean() == pytest.approx(100.3, abs=0.002)
    assert not np.array_equal(first[..., 0], first[..., 1])
    program.run()
    assert np.array_equal(out, first)
