"""What check says before the first frame: where, what, and what would do."""

import os

import numpy as np
import pytest

from inkrender.check import check_file as checked
from inkrender.check import check_film, check_look, check_scene, exit_code
from inkrender.io import stills
from inkrender.scene import Film, Layer, Scene
from inkrender.scenefile import look_names

FILM = """schema = 1
[film]
size = [128, 72]
scenes = ["a.toml"]
"""
SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8"><g id="arm"><path d="M0 0H4V4Z"/></g></svg>'


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A working folder with a film of one scene, frames 1001-1006, whose scene file a test completes."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "film.toml").write_text(FILM)
    scene(tmp_path)
    return tmp_path


def scene(folder, text="", name="a", frames="1001-1006"):
    (folder / f"{name}.toml").write_text(f'schema = 1\n[scene]\nframes = "{frames}"\n{text}', "utf-8")


def layer(folder, text):
    scene(folder, f'[[layer]]\nname = "x"\n{text}\n')


def film(folder, text):
    (folder / "film.toml").write_text(FILM + text)


def plates(folder, numbers, size=(16, 8)):
    (folder / "plates").mkdir(exist_ok=True)
    for n in numbers:
        stills.write(folder / "plates" / f"x.{n:04d}.png", np.zeros((size[1], size[0], 4), np.float32))


def problems(folder, **options):
    return [str(p) for p in checked(folder / "film.toml", **options)[1]]


def only(folder, **options):
    """The one problem of the film."""
    found = problems(folder, **options)
    assert len(found) == 1, found
    return found[0]


def test_a_film_in_order_has_no_problems(folder):
    plates(folder, range(1001, 1007))
    layer(folder, 'file = "plates/x.####.png"')
    assert problems(folder) == []


def test_check_writes_nothing(folder):
    layer(folder, 'use = "mist"')
    before = sorted(folder.rglob("*"))
    problems(folder)
    assert sorted(folder.rglob("*")) == before


def test_the_film_itself_is_returned_for_what_comes_next(folder):
    found, _ = checked(folder / "film.toml")
    assert found.length == 6


# files ----------------------------------------------------------------------------------------------------


def test_a_missing_still_is_told_with_the_nearest_name(folder):
    stills.write(folder / "moon.png", np.zeros((4, 4, 4), np.float32))
    layer(folder, 'file = "mon.png"')
    assert only(folder).startswith('a.toml:6: layer "x": ')
    assert 'did you mean "moon.png"' in only(folder)


def test_gaps_are_listed_with_the_line_to_paste(folder):
    plates(folder, [1001, 1002, 1006])
    layer(folder, 'file = "plates/x.####.png"')
    told = only(folder)
    assert told.startswith('a.toml:6: layer "x": plates/x.####.png lacks 1003-1005 (3 of the 6 drawings')
    assert 'add the line: missing = "hold"' in told


@pytest.mark.parametrize("how", ["hold", "nearest", "black", "transparent"])
def test_gaps_that_are_meant_are_no_problem(folder, how):
    plates(folder, [1001, 1006])
    layer(folder, f'file = "plates/x.####.png"\nmissing = "{how}"')
    assert problems(folder) == []


def test_drawings_on_twos_need_every_second_file_only(folder):
    plates(folder, [1001, 1003, 1005])
    layer(folder, 'file = "plates/x.####.png"\nexposure = 2')
    assert problems(folder) == []


def test_start_maps_the_files_numbers_to_the_scenes(folder):
    plates(folder, range(1, 7))
    layer(folder, 'file = "plates/x.####.png"\nstart = 1\nbefore = "error"\nafter = "error"')
    assert problems(folder) == []


def test_handles_of_a_transition_are_needed_too(folder):
    plates(folder, range(1001, 1007))
    layer(folder, 'file = "plates/x.####.png"\nafter = "error"')
    assert problems(folder) == []
    scene(folder, name="b", frames="1-6")
    (folder / "film.toml").write_text(FILM.replace('"a.toml"', '"a.toml", "b.toml"'))
    with (folder / "film.toml").open("a") as f:
        f.write('[[transition]]\ninto = "b"\nframes = 4\n')
    assert "has frames 1001-1006, the scene shows 1001-1008" in only(folder)


def test_a_sequence_that_lies_wholly_elsewhere_is_a_warning_with_the_line_to_paste(folder):
    plates(folder, [1, 2, 3])
    layer(folder, 'file = "plates/x.####.png"')
    assert only(folder).startswith("warning: ")
    assert "start = 1" in only(folder)


def test_mixed_sizes_name_the_odd_ones(folder):
    plates(folder, range(1001, 1007))
    plates(folder, [1004], size=(8, 8))
    layer(folder, 'file = "plates/x.####.png"')
    assert "mixes sizes: most are 16x8, but 8x8: x.1004.png" in only(folder)


@pytest.mark.parametrize(
    ("spoil", "told"),
    [(lambda d: d[:-20], "too early"), (lambda d: b"", "empty"), (lambda d: b"hello world", "")],
)
def test_a_damaged_picture_is_told_by_name(folder, spoil, told):
    plates(folder, range(1001, 1007))
    path = folder / "plates" / "x.1003.png"
    path.write_bytes(spoil(path.read_bytes()))
    layer(folder, 'file = "plates/x.####.png"')
    assert "x.1003.png" in only(folder)
    assert told in only(folder)


def test_many_damaged_pictures_are_counted_and_not_all_listed(folder):
    plates(folder, [])
    for n in range(1001, 1007):
        (folder / "plates" / f"x.{n}.png").write_bytes(b"")
    plates(folder, range(1007, 1040))
    for n in range(1007, 1040):
        (folder / "plates" / f"x.{n}.png").write_bytes(b"")
    scene(folder, '[[layer]]\nname = "x"\nfile = "plates/x.####.png"\n', frames="1001-1039")
    assert len(problems(folder)) == 6
    assert "and 34 more files" in problems(folder)[-1]


def test_a_pass_of_a_picture_that_has_none_is_refused(folder):
    stills.write(folder / "a.png", np.zeros((4, 4, 4), np.float32))
    layer(folder, 'file = "a.png"\npass = "Depth.Z"')
    assert "a.toml:7" in only(folder)


def test_a_missing_sound_and_lut_are_told_with_their_lines(folder):
    film(folder, '[[audio]]\nfile = "no.wav"\n')
    scene(folder, '[grade]\nlut = "no.cube"\n')
    told = problems(folder)
    assert told[0].startswith("film.toml:6: audio: no.wav is missing")
    assert told[1].startswith("a.toml:5: grade: no.cube is missing")


def test_inputs_that_are_missing_exit_with_3(folder):
    layer(folder, 'file = "no.png"')
    assert exit_code(checked(folder / "film.toml")[1]) == 3


# rigs and text --------------------------------------------------------------------------------------------


def test_a_rig_is_opened_and_its_keys_name_its_parts(folder):
    (folder / "p.svg").write_text(SVG)
    layer(folder, 'rig = "p.svg"\nkeys."arm.rotate" = 3\nkeys."leg.rotate" = 3')
    assert only(folder).startswith('a.toml:8: layer "x": ')
    assert 'did you mean "arm.rotate"' in only(folder)


def test_a_rig_that_is_no_svg_is_refused(folder):
    (folder / "p.svg").write_text("hello")
    layer(folder, 'rig = "p.svg"')
    assert "p.svg" in only(folder)


def test_text_in_the_fonts_that_come_along_is_no_problem(folder):
    layer(folder, 'text = "山中之梦"')
    assert problems(folder) == []


def test_a_missing_glyph_is_named(folder):
    layer(folder, 'text = "ꙮ"')
    assert "ꙮ" in only(folder)


# shaders --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('use = "mits"', 'a.toml:6: layer "x": there is no shader "mits" (did you mean "mist"?)'),
        ('use = "granulate"', "is a point shader, here goes a source: use "),
        ('use = "mist"\nshaders = [{ use = "mist" }]', "is a source shader, here goes a point or area"),
        ('use = "mist"\nwith = { no_such = 1 }', 'a.toml:7: layer "x": mist has no parameter "no_such"'),
        ('use = "mist"\nshaders = [{ use = "granulate", amount = 7 }]', "amount = 7 is outside 0 to 1"),
        (
            'use = "mist"\nshaders = [{ use = "granulate", amount = [[1, 0], [2, 7]] }]',
            "at frame 2 = 7 is outside",
        ),
        ('use = "input"', 'use = "input" is the footage of a look'),
        ('use = "mist"\ngroup = "g"', 'the layer is ink and cannot be in group "g"'),
    ],
)
def test_a_shader_must_exist_fit_and_take_its_parameters(folder, text, told):
    layer(folder, text)
    assert told in only(folder)


def test_every_wrong_parameter_is_told_not_only_the_first(folder):
    layer(folder, 'use = "mist"\nshaders = [{ use = "granulate", amount = 7, depth = 0, dept = 1 }]')
    assert len(problems(folder)) == 3


def test_transitions_and_paper_are_shaders_of_their_kind(folder):
    scene(folder, name="b", frames="1-6")
    (folder / "film.toml").write_text(
        FILM.replace('"a.toml"]', '"a.toml", "b.toml"]\npaper = { use = "mist" }')
        + '[[transition]]\ninto = "b"\nframes = 2\nuse = "mist"\n'
    )
    told = problems(folder)
    assert 'film.toml:5: paper: shader "mist" does not make paper: use paper' in told
    assert any('film.toml:9: transition into "b": shader "mist" is a source shader' in t for t in told)


OWN = '''"""Leaves everything as it is."""
from typing import Annotated, NamedTuple
from inkrender.shader import At, Between, Ink, point

class Mine(NamedTuple):
    amount: Annotated[float, Between(0, 1)] = 0.0

NEUTRAL = Mine()

@point()
def shade(px: Ink, at: At, p: Mine) -> Ink:
    return Ink(px.r + p.amount, px.g, px.b, px.cover)
'''


def test_a_films_own_shaders_are_code_and_run_only_when_trusted(folder):
    (folder / "shaders").mkdir()
    (folder / "shaders" / "mine.py").write_text(OWN)
    layer(folder, 'use = "mist"\nshaders = [{ use = "mine" }]')
    assert "that is code" in only(folder)
    assert "run with --trust" in only(folder)
    assert problems(folder, trust=True) == []


def test_an_untrusted_shader_is_never_imported(folder):
    (folder / "shaders").mkdir()
    (folder / "shaders" / "mine.py").write_text(f"open({str(folder / 'ran')!r}, 'w')\n")
    layer(folder, 'use = "mine"')
    problems(folder)
    assert not (folder / "ran").exists()


# grade, keys, output --------------------------------------------------------------------------------------


def test_an_unknown_space_of_a_grade_is_told(folder):
    scene(folder, '[grade]\nspace = "linaer"\n')
    assert 'a.toml:5: grade: space "linaer" is not known (did you mean "linear"?)' in only(folder)


def test_keys_that_all_lie_outside_the_scene_are_a_warning(folder):
    scene(folder, "[camera]\nzoom = [[1, 1.0], [48, 1.1]]\n")
    assert only(folder).startswith(
        "warning: a.toml:5: camera: zoom is keyed at frames 1-48, but only 1001-1006"
    )
    assert exit_code(checked(folder / "film.toml")[1]) == 0
    assert exit_code(checked(folder / "film.toml")[1], strict=True) == 2


def test_a_preset_and_the_end_of_its_file_name_belong_together(folder):
    film(folder, '[deliver]\nfile = "out/x.mp4"\npreset = "prores"\n')
    assert "end the name in .mov" in only(folder)


def test_an_output_folder_that_is_a_file_is_refused_before_the_start(folder):
    (folder / "out").write_text("")
    told = checked(folder / "film.toml")[1]
    assert "out is a file, not a folder" in str(told[0])
    assert exit_code(told) == 5


def test_an_output_folder_that_cannot_be_written_is_refused(folder, monkeypatch):
    # the superuser may write anywhere, so the answer of the system is what is replaced
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    told = checked(folder / "film.toml", out=folder / "out" / "x.####.png")[1]
    assert "cannot be written" in str(told[0])
    assert exit_code(told) == 5


def test_too_little_disk_is_refused_with_what_is_needed_and_what_is_free(folder, monkeypatch):
    monkeypatch.setattr("inkrender.io.files.free_bytes", lambda path: 1_000_000)
    told = checked(folder / "film.toml")[1]
    assert "are free" in str(told[0])
    assert exit_code(told) == 5


@pytest.mark.parametrize(
    ("frames", "told"), [("", "is empty"), ("99", "outside the film"), ("q:1", "no scene")]
)
def test_an_empty_or_foreign_range_is_told(folder, frames, told):
    assert told in only(folder, frames=frames)


def test_mistakes_in_the_files_come_first_and_what_can_be_checked_still_is(folder):
    layer(folder, 'use = "mits"\nparalax = 1')
    told = problems(folder)
    assert 'unknown key "paralax"' in told[0]
    assert 'no shader "mits"' in told[1]


def test_a_mistake_in_the_scene_outweighs_a_missing_file(folder):
    scene(folder, '[[layer]]\nname = "x"\nfile = "no.png"\n[[layer]]\nname = "y"\nuse = "no"\n')
    assert exit_code(checked(folder / "film.toml")[1]) == 2


def test_a_film_built_in_python_is_told_by_scene_and_layer():
    one = Scene(name="dawn", frames="1-2", layer=[Layer(name="peaks", use="masif")])
    told = [str(p) for p in check_film(Film(scenes=[one]))]
    assert told[0].startswith(
        'scene "dawn", layer "peaks": there is no shader "masif" (did you mean "massif"?)'
    )


# scenes and looks on their own ----------------------------------------------------------------------------


def test_a_scene_is_checked_on_its_own(folder):
    layer(folder, 'use = "mits"')
    assert str(check_scene(folder / "a.toml")[0]).startswith('a.toml:6: layer "x": there is no shader "mits"')


def test_a_look_is_checked_without_footage(folder):
    (folder / "l.toml").write_text('[[layer]]\nname = "x"\nuse = "input"\nshaders = [{ use = "granulte" }]\n')
    assert 'l.toml:4: layer "x": there is no shader "granulte"' in str(check_look(folder / "l.toml")[0])


@pytest.mark.parametrize("name", look_names())
def test_every_built_in_look_is_in_order(name):
    assert [str(p) for p in check_look(name)] == []


@pytest.mark.parametrize(
    ("grade", "said"),
    [
        ("gain = [0, 0, 0]", "turns bare paper into (0, 0, 0)"),
        ("gain = [[1001, [1, 1, 1]], [1004, [1, 0, 1]]]", "at frame 1004: the grade turns bare paper"),
        ('cdl = { slope = [1, 1, 0] }\nin = "ink"', "raise slope or offset"),
    ],
)
def test_a_grade_in_ink_that_leaves_no_paper_is_found(folder, grade, said):
    scene(folder, f'[[layer]]\nname = "x"\nuse = "sky_wash"\n[grade]\n{grade}\n')
    assert said in only(folder)


def test_a_grade_in_light_may_take_the_paper(folder):
    scene(folder, '[[layer]]\nname = "x"\nuse = "sky_wash"\n[grade]\ngain = [0, 0, 0]\nin = "light"\n')
    assert problems(folder) == []


def test_a_hint_in_a_matte_that_is_too_small_for_it_is_told(folder):
    matte = np.zeros((72, 128, 4), np.uint8)
    matte[:4, :4] = 255
    stills.write(folder / "m.png", matte)
    hint = 'hint = { hue = 90, share = [0.02, 0.03], where = "m.png" }'
    scene(folder, f'[[layer]]\nname = "x"\nuse = "sky_wash"\n[grade]\n{hint}\n')
    assert "is out of reach: what where covers is 0.00" in only(folder)


def test_a_hint_in_a_matte_that_is_not_there_is_told(folder):
    hint = 'hint = { hue = 90, where = "gone.png" }'
    scene(folder, f'[[layer]]\nname = "x"\nuse = "sky_wash"\n[grade]\n{hint}\n')
    assert "gone.png" in only(folder)
