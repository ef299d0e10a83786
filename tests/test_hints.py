"""A hint: painted as light, solved to its share, kept from the grade, and nothing else is touched."""

from itertools import pairwise

import numpy as np
import pytest
from naive import lit as naively_lit

import inkrender as ink
from inkrender import accenting, cli_report, hints, tone_measures, viewing
from inkrender.io import stills
from inkrender.kernels.program import CANVAS, GROUP, Program

SIZE = (192, 108)
BLUE = {
    "cdl": {"saturation": 0.0},
    "split": {"shadow_hue": 262, "shadow_chroma": 0.12, "highlight_hue": 262, "highlight_chroma": 0.12},
}
LAMPS = ((40, 40, 5), (70, 62, 6), (122, 34, 5), (150, 70, 7), (96, 84, 5), (20, 80, 4))


@pytest.fixture(autouse=True)
def own_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("INKRENDER_CACHE", str(tmp_path / "cache"))


def night(shift=0.0, lamp=(140, 160, 215)):
    """A blue night (h, w, 4) of codes 0..1, with small lights that are a paler blue."""
    w, h = SIZE
    y, x = np.mgrid[0:h, 0:w] + 0.5
    picture = np.ones((h, w, 4), np.float32)
    wave = 0.5 + 0.5 * np.sin((x + shift) / 31) * np.cos(y / 23)
    picture[..., :3] = (np.array([28, 38, 92]) + 22 * wave[..., None]) / 255
    for a, b, r in LAMPS:
        near = np.clip(r - np.hypot(x - a - shift, y - b), 0, 1)[..., None]
        picture[..., :3] += near * (np.array(lamp) / 255 - picture[..., :3])
    return picture


def written(tmp_path, frames, **look):
    for n, shift in enumerate(frames, 1):
        codes = np.rint(night(shift, **look) * 255).astype(np.uint8)
        stills.write(tmp_path / f"night.{n:04d}.png", codes)
    return str(tmp_path / "night.####.png")


def film_of(pattern, count=1, layers=(), **grade):
    plate = ink.Layer(name="plate", file=pattern)
    one = ink.Scene(name="one", frames=f"1-{count}", layer=(plate, *layers), grade=ink.Grade(**grade))
    return ink.Film(size=SIZE, scenes=(one,))


def painted(film, n=0, size=(384, 216)):
    pixels, stats = film.pixels(n, size)
    return pixels[..., :3], stats.get("hint one")


def yellow(pixels):
    return hints.measured(pixels, 90)


def hint(least, most, where="plate", hue=90):
    return ink.Hint(hue=hue, share=(least, most), where=where)


@pytest.mark.parametrize(("least", "most"), [(0.004, 0.008), (0.01, 0.015), (0.03, 0.04)])
def test_a_finished_still_has_the_share_that_is_asked_for(tmp_path, least, most):
    pixels, told = painted(film_of(written(tmp_path, [0]), hint=hint(least, most)))
    assert told["met"]
    assert least <= yellow(pixels) <= most


def test_the_row_of_a_frame_tells_the_share_that_was_measured_on_it(tmp_path):
    pixels, told = painted(film_of(written(tmp_path, [0]), hint=hint(0.01, 0.02)))
    assert told["found"] == yellow(pixels)


def test_the_blank_map_of_a_frame_has_its_hint(tmp_path):
    film = film_of(written(tmp_path, [0], lamp=(255, 255, 255)), hint=hint(0.01, 0.03))
    shown = viewing.Painted(film).shown(0, SIZE[1])
    _, stats = film.pixels(0, SIZE)
    assert stats["hint one"]["solved"] > 0
    assert shown.blank.mean() == stats["blank"]


@pytest.mark.parametrize("hue", [30, 140, 320])
def test_a_hint_may_have_any_hue(tmp_path, hue):
    pixels, told = painted(film_of(written(tmp_path, [0]), hint=hint(0.01, 0.03, hue=hue)))
    assert told["met"]
    assert 0.01 <= hints.measured(pixels, hue) <= 0.03


def test_every_frame_of_a_moving_shot_has_its_share(tmp_path):
    film = film_of(written(tmp_path, range(6)), 6, hint=hint(0.01, 0.02))
    assert all(0.01 <= yellow(painted(film, n)[0]) <= 0.02 for n in range(6))


def test_amounts_go_smoothly_through_a_shot(tmp_path):
    film = film_of(written(tmp_path, range(6)), 6, hint=hint(0.01, 0.02))
    amounts = accenting.survey(film.plan(0).scenes[0], film.studio().proxy).solve()
    # the whole range of an amount is 2; a hundredth of it lights no lamp that was dark
    assert max(abs(b - a) for a, b in pairwise(amounts)) < 0.02


def test_what_stands_still_is_painted_alike_in_every_frame(tmp_path):
    film = film_of(written(tmp_path, [3, 3, 3]), 3, hint=hint(0.01, 0.02))
    first, *others = (painted(film, n)[0] for n in range(3))
    assert all(np.array_equal(first, other) for other in others)


def test_a_frame_alone_has_the_bytes_it_has_among_the_others(tmp_path, monkeypatch):
    pattern = written(tmp_path, range(4))
    every = [painted(film_of(pattern, 4, hint=hint(0.01, 0.02)), n)[0] for n in range(4)]
    monkeypatch.setenv("INKRENDER_CACHE", str(tmp_path / "another"))
    assert np.array_equal(painted(film_of(pattern, 4, hint=hint(0.01, 0.02)), 2)[0], every[2])


def test_a_cut_leaves_either_shot_what_it_would_have_alone(tmp_path):
    shifts = [0, 0, 0, 0]
    pattern = written(tmp_path, shifts)
    dark = np.rint(night(50, lamp=(28, 38, 92)) * 255).astype(np.uint8)
    dark[..., :3] = 255 - dark[..., :3]
    for n in (3, 4):
        stills.write(tmp_path / f"night.{n:04d}.png", dark)
    before = painted(film_of(pattern, 2, hint=hint(0.01, 0.02)), 1)[0]
    assert np.array_equal(painted(film_of(pattern, 4, hint=hint(0.01, 0.02)), 1)[0], before)


def house(tmp_path):
    """A layer that covers a part of the frame: dark, with two windows."""
    w, h = SIZE
    codes = np.zeros((h, w, 4), np.uint8)
    codes[30:80, 60:130] = (40, 44, 70, 255)
    for x in (72, 104):
        codes[46:60, x : x + 12] = (150, 160, 200, 255)
    stills.write(tmp_path / "house.png", codes)
    return ink.Layer(name="house", file=str(tmp_path / "house.png"))


def test_outside_its_place_not_a_bit_changes(tmp_path):
    pattern, layers = written(tmp_path, [0]), (house(tmp_path),)
    without, _ = painted(film_of(pattern, layers=layers))
    lit, told = painted(film_of(pattern, layers=layers, hint=hint(0.01, 0.02, "house")))
    outside = np.ones(lit.shape[:2], bool)
    outside[2 * 30 - 3 : 2 * 80 + 3, 2 * 60 - 3 : 2 * 130 + 3] = False  # resampling reaches two px
    assert told["met"]
    assert np.array_equal(lit[outside], without[outside])


def test_outside_its_place_the_grade_is_as_without_a_hint(tmp_path):
    pattern, layers = written(tmp_path, [0]), (house(tmp_path),)
    without, _ = painted(film_of(pattern, layers=layers, **BLUE))
    lit, _ = painted(film_of(pattern, layers=layers, **BLUE, hint=hint(0.01, 0.02, "house")))
    outside = np.ones(lit.shape[:2], bool)
    outside[2 * 30 - 3 : 2 * 80 + 3, 2 * 60 - 3 : 2 * 130 + 3] = False
    assert np.array_equal(lit[outside], without[outside])


@pytest.mark.parametrize("graded_in", ["ink", "light"])
def test_yellow_stays_yellow_in_a_grade_that_turns_everything_blue(tmp_path, graded_in):
    pattern = written(tmp_path, [0], lamp=(245, 205, 60))
    grade = {**BLUE, "in_": graded_in}
    assert yellow(painted(film_of(pattern, **grade))[0]) < 0.001
    before = yellow(painted(film_of(pattern))[0])
    kept = yellow(painted(film_of(pattern, **grade, hint=hint(0.0, 0.2)))[0])
    assert kept == pytest.approx(before, rel=0.1)  # but for the soft rims of the lamps


def test_the_share_is_solved_through_the_grade(tmp_path):
    pixels, _ = painted(film_of(written(tmp_path, [0]), **BLUE, hint=hint(0.01, 0.02)))
    assert 0.01 <= yellow(pixels) <= 0.02


def test_a_hint_that_has_its_share_paints_nothing(tmp_path):
    pattern = written(tmp_path, [0], lamp=(245, 205, 60))
    plain, _ = painted(film_of(pattern))
    share = yellow(plain)
    assert np.array_equal(painted(film_of(pattern, hint=hint(share / 2, share * 2)))[0], plain)


def test_too_much_of_a_hue_is_turned_down_to_its_share(tmp_path):
    pattern = written(tmp_path, [0], lamp=(245, 205, 60))
    assert yellow(painted(film_of(pattern))[0]) > 0.02
    assert 0.005 <= yellow(painted(film_of(pattern, hint=hint(0.005, 0.012)))[0]) <= 0.012


def test_what_stands_outside_its_place_is_turned_down_first(tmp_path):
    w, h = SIZE
    pattern = written(tmp_path, [0], lamp=(245, 205, 60))
    matte = np.zeros((h, w, 4), np.uint8)
    matte[:, :112] = 255
    stills.write(tmp_path / "left.png", matte)
    left, right = (tone_measures.hint(part) for part in np.split(lch_of(pattern), [224], axis=1))
    some = left.sum() / (left.size + right.size)
    pixels, _ = painted(film_of(pattern, hint=hint(some * 0.8, some * 1.1, str(tmp_path / "left.png"))))
    found = tone_measures.hint(tone_measures.lch(pixels))
    assert right.any()
    assert found[:, :224].sum() > 0.9 * found.sum()


def lch_of(pattern):
    return tone_measures.lch(painted(film_of(pattern))[0])


def test_a_share_out_of_reach_is_told_with_what_can_be_had(tmp_path):
    told = painted(film_of(written(tmp_path, [0]), layers=(house(tmp_path),), hint=hint(0.5, 0.6, "house")))[
        1
    ]
    low, high = told["reachable"]
    assert not told["met"]
    assert low <= told["solved"] <= high < 0.5


def test_more_amount_is_never_less_of_the_hue(tmp_path):
    film = film_of(written(tmp_path, [0], lamp=(245, 205, 60)), hint=hint(0.01, 0.02))
    places = accenting.survey(film.plan(0).scenes[0], film.studio().proxy)._places(0)
    shares = [places.share(a) for a in np.linspace(-1, 1, 41)]
    assert all(b >= a for a, b in pairwise(shares))


def test_bare_paper_is_no_background(tmp_path):
    codes = np.rint(night() * 255).astype(np.uint8)
    codes[:, :96] = 255
    stills.write(tmp_path / "night.0001.png", codes)
    pattern = str(tmp_path / "night.####.png")
    plain, _ = painted(film_of(pattern))
    lit, _ = painted(film_of(pattern, hint=hint(0.01, 0.02, "background")))
    assert np.array_equal(lit[:, :170], plain[:, :170])


def test_a_glow_is_what_the_formula_says():
    rng = np.random.default_rng(7)
    ink_, light = rng.uniform(0, 2, (40, 150, 4)).astype(np.float32), rng.random((40, 150), np.float32)
    light[:, :20] = 0
    ring, rim = hints.pigments(90)
    program, out = Program(150, 40), np.zeros((40, 150, 4), np.float32)
    program.load(CANVAS, ink_, "linear", True)
    program.clear(GROUP)
    program.field_cover(GROUP, light)
    program.glow(CANVAS, GROUP, ring, rim)
    program.store(CANVAS, out)
    program.run()
    # float32: a handful of products and sums of numbers up to 4
    np.testing.assert_allclose(out, naively_lit(ink_, light, ring, rim), atol=4e-6)
    assert np.array_equal(out[:, :20], ink_[:, :20])


@pytest.mark.parametrize(
    ("grade", "said"),
    [
        ({"hue": 90, "where": "hut"}, 'unknown layer "hut" (did you mean "huts"?)'),
        ({"hue": 90, "where": "backgrund"}, 'did you mean "background"'),
        ({"hue": 90, "share": [0.02, 0.01]}, "is not [least, most] within 0 to 1"),
        ({"hue": 400}, "hue"),
    ],
)
def test_what_cannot_be_meant_is_refused(grade, said):
    with pytest.raises(ink.SceneError) as error:
        ink.Scene(name="s", frames="1-2", layer=[{"name": "huts", "file": "a.png"}], grade={"hint": grade})
    assert said in str(error.value)


def test_a_single_frame_has_no_scene_to_solve_a_hint_over():
    with pytest.raises(ink.SceneError, match="single frame"):
        ink.grade(ink.Frame(night()), hint=hint(0.01, 0.02))


def test_light_has_no_ink_to_be_lit():
    layer = {"name": "a", "file": "a.png"}
    with pytest.raises(ink.SceneError, match="painted in ink"):
        ink.Scene(name="s", frames="1-2", medium="light", layer=[layer], grade={"hint": {"hue": 90}})


def test_a_plan_tells_of_its_hint():
    one = ink.Scene(
        name="s", frames="1-2", layer=[{"name": "a", "use": "sky_wash"}], grade={"hint": {"hue": 90}}
    )
    lines = ink.Film(scenes=(one,)).plan(0).lines()
    assert "  hint: hue 90, 0.005 to 0.015 of the frame, in background" in lines


def test_a_frame_whose_hint_changes_is_stale(tmp_path):
    pattern = written(tmp_path, [0])
    a, b = (film_of(pattern, hint=hint(0.01, most)).fingerprint(0) for most in (0.02, 0.03))
    assert {k for k in a if a[k] != b[k]} == {"one: hint"}


def test_what_is_recorded_for_a_place_leaves_other_tiles_alone():
    program, out = Program(400, 40), np.zeros((40, 400, 4), np.float32)
    plane = np.zeros((40, 400), np.float32)
    plane[:, 300:] = 1
    program.clear(GROUP)
    program.field_cover(GROUP, plane)
    program.load(CANVAS, np.ones((40, 400, 4), np.float32), "linear", True)
    with program.where(GROUP):
        program.matrix(CANVAS, 3 * np.eye(3))
    program.store(CANVAS, out)
    program.run()
    assert (out[:, :256, :3] == 1).all()
    assert (out[:, 300:, :3] == 3).all()


def test_the_end_of_a_run_tells_of_frames_that_missed_their_share():
    told = {"share": [0.01, 0.02], "solved": 0.004, "reachable": [0.0, 0.004], "met": False}
    line = cli_report._no_such_hint("hint night", [told, {**told, "solved": 0.003}])
    assert line.startswith(
        "hint night: 2 frames with another share of the hue than asked for: 0.0100 to 0.0200"
    )
    assert "0.0000 to 0.0040 can be had, 0.0030 was found" in line
