"""Moods: by name, one like another, under a scene's own grade, between two of them, and what they do."""

import json
from dataclasses import replace

import numpy as np
import pytest

import inkrender as ink
from inkrender import audit, canvas, check, colour, grading, mood, tone_measures
from inkrender.errors import SceneError
from inkrender.frame import Frame
from inkrender.io import stills
from inkrender.scenefile import json_schema, read_film, write_film

NAMES = ("awe", "despondency", "hope", "joy", "longing", "pursuit", "rest", "wonder")


def film(told="", script=None, **grade):
    """A film of one scene without a layer."""
    one = ink.Scene(name="a", frames="1001-1100", mood=told, grade=grade)
    return ink.Film(size=(64, 36), scenes=[one], script=script or {})


def graded(told, frame=1001, script=None, **grade):
    made = film(told, script, **grade)
    return made.graded(made.scenes[0], frame)


# by name --------------------------------------------------------------------------------------------------


def test_eight_moods_come_along():
    assert tuple(sorted(ink.moods())) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_a_mood_says_hues_lightness_chroma_blank_hint_and_a_grade(name):
    row = ink.moods()[name]
    assert {"blank", "hint", "lightness_p50", "chroma_p50", "chroma_p95"} <= set(row.ranges())
    assert row.about
    assert row.hues
    assert grading.steps_at(row.grade, 0)


def test_a_row_of_the_film_stands_alone():
    told = film(script={"joy": {"hint": [0, 0.1]}})
    assert mood.find(told.script, "joy").ranges() == {"hint": (0, 0.1)}
    assert mood.find(told.script, "joy").grade == ink.Grade()


def test_a_row_like_its_own_name_changes_the_built_in_one():
    told = film(script={"joy": {"like": "joy", "hint": [0, 0.1], "grade": {"chroma": 1.1}}})
    row, given = mood.find(told.script, "joy"), ink.moods()["joy"]
    assert row.ranges() == {**given.ranges(), "hint": (0, 0.1)}
    assert (row.grade.chroma, row.grade.gamma) == (1.1, given.grade.gamma)


def test_a_row_may_be_like_another_of_the_film():
    script = {
        "night": {"like": "despondency", "hint": [0, 0]},
        "storm": {"like": "night", "blank": [0, 0.02]},
    }
    ranges = mood.find(film(script=script).script, "storm").ranges()
    assert (ranges["hint"], ranges["blank"]) == ((0, 0), (0, 0.02))
    assert ranges["lightness_p50"] == ink.moods()["despondency"].ranges()["lightness_p50"]


@pytest.mark.parametrize(
    ("told", "script", "says"),
    [
        ("jay", {}, 'there is no mood "jay" \\(did you mean "joy"\\?\\): use awe'),
        ("nigt", {"night": {"hint": [0, 1]}}, 'did you mean "night"'),
        ([[1001, "joy"], [1050, "aw"]], {}, 'there is no mood "aw" \\(did you mean "awe"'),
        ([[1050, "joy"], [1001, "awe"]], {}, "key 2 is at frame 1001, after one at 1050: keys go forward"),
        ([[1001, "joy"], [1050, "awe", "inout"]], {}, 'easing "inout" is not known'),
        ([[1001, 3]], {}, 'key 1: .* is not a mood at a frame: write \\[frame, "mood"\\]'),
        (7, {}, '7 is not a mood: write "longing", or keys'),
        ("", {"a": {"like": "b"}, "b": {"like": "a"}}, "a is like b is like a: let one of them stand alone"),
        ("", {"a": {"like": "jjoy"}}, 'there is no mood "jjoy" \\(did you mean "joy"'),
        ("", {"a": {"grade": {"chroma": [[1, 1], [9, 2]]}}}, "a mood has no frames: key the scene's mood"),
        ("", {"a": {"grade": {"hint": {"hue": 90}}}}, "hint is a scene's own"),
        ("", {"a": {"grade": {"cdl": {"file": "a.cc"}}}}, "a mood's CDL is interpolated"),
        ("", {"a": {"grade": {"secondary": [{"where": {"layer": "x"}}]}}}, "a mood knows no layers"),
        (
            [[1001, "a"], [1050, "joy"]],
            {"a": {"grade": {"in": "light"}}},
            'graded with in = "light" and the usual, and nothing lies between: write in in the scene',
        ),
    ],
)
def test_what_cannot_be_meant_is_told_with_what_would_do(told, script, says):
    with pytest.raises(SceneError, match=says):
        film(told, script)


def test_a_slip_in_a_file_is_told_with_its_line(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "film.toml").write_text('schema = 1\n[film]\nscenes = ["a.toml"]\n')
    keys = 'mood = [[1050, "joy"], [1001, "awe"]]'
    (tmp_path / "a.toml").write_text(f'schema = 1\n[scene]\nframes = "1001-1100"\n{keys}\n')
    with pytest.raises(SceneError, match=r"a\.toml:4: mood: key 2 is at frame 1001"):
        read_film("film.toml")


# under a scene's own grade --------------------------------------------------------------------------------


def test_a_scene_without_a_grade_has_that_of_its_mood():
    assert grading.steps_at(graded("despondency"), 1001) == grading.steps_at(
        ink.moods()["despondency"].grade, 0
    )


def test_what_a_scene_says_itself_counts_field_by_field():
    given = ink.moods()["despondency"].grade
    told = graded("despondency", cdl={"saturation": 1.2}, split={"shadow_hue": 200.0}).grade
    assert (told.cdl.saturation, told.gamma) == (1.2, given.gamma)
    assert (told.split.shadow_hue, told.split.shadow_chroma) == (200.0, given.split.shadow_chroma)


def test_what_a_scene_says_counts_even_where_it_changes_nothing():
    assert ink.moods()["joy"].grade.chroma != 1
    assert graded("joy", chroma=1.0).grade.chroma == 1


def test_a_value_that_changes_nothing_is_written_and_read(tmp_path):
    made = film([[1001, "joy"], [1060, "rest", "in_out"]], chroma=1.0, cdl={"saturation": 1.0})
    again = read_film(write_film(made, tmp_path), ink.Film, ink.Scene)
    assert again == made
    assert again.scenes[0].grade.said() == ("cdl", "chroma")
    assert again.scenes[0].mood == (mood.MoodKey(1001, "joy"), mood.MoodKey(1060, "rest", "in_out"))


def test_a_row_with_its_grade_is_written_and_read(tmp_path):
    script = {"night": {"like": "despondency", "about": "no moon", "grade": {"chroma": 0.9, "lut": "a.cube"}}}
    made = film("night", script)
    assert read_film(write_film(made, tmp_path)).script == made.script


def test_a_table_of_a_mood_lies_beside_the_film():
    from pathlib import Path

    told = mood.graded({"a": ink.ScriptRow(grade={"lut": "a.cube"})}, "a", ink.Grade(), 1, Path("/films/x"))
    assert told.luts == (("/films/x/a.cube", 1.0),)


@pytest.mark.parametrize(("much", "chroma"), [(0, 1.0), (0.5, 1.2), (1, 1.4)])
def test_a_scene_says_how_much_of_the_moods_grade_it_wants(much, chroma):
    script = {"a": {"grade": {"chroma": 1.4}}}
    assert graded("a", script=script, mood=much).grade.chroma == pytest.approx(chroma)


def test_a_film_whose_rows_have_no_grade_is_graded_as_its_scenes_say():
    assert graded("joy", script={"joy": {"hint": [0, 1]}}, chroma=1.2).grade == ink.Grade(chroma=1.2)


# between two moods ----------------------------------------------------------------------------------------

KEYS = [[1001, "a"], [1011, "b"]]


def between(a, b, frame, **grade):
    return graded(KEYS, frame, {"a": {"grade": a}, "b": {"grade": b}}, **grade)


@pytest.mark.parametrize(("frame", "which"), [(990, 0), (1001, 0), (1011, 1), (1050, 1)])
def test_at_and_beyond_its_keys_a_mood_is_whole(frame, which):
    ends = [{"exposure": 1.0, "hue": 30.0}, {"gamma": [2, 1, 1], "split": {"shadow_chroma": 0.1}}]
    assert grading.steps_at(between(*ends, frame), frame) == grading.steps_at(ink.Grade(**ends[which]), 0)


def test_numbers_go_straight():
    told = between(
        {"exposure": 1.0, "gamma": [1, 2, 1]}, {"exposure": 3.0, "cdl": {"slope": [2, 1, 1]}}, 1006
    )
    assert (told.grade.exposure, told.grade.gamma, told.grade.cdl.slope) == (2.0, (1, 1.5, 1), (1.5, 1, 1))


def test_an_angle_turns_the_short_way_round():
    assert between({"hue": 350.0}, {"hue": 20.0}, 1006).grade.hue == pytest.approx(5)
    assert between({"hue": -170.0}, {"hue": 170.0}, 1006).grade.hue == pytest.approx(-180)


def test_colours_go_by_hue_and_chroma():
    a = {"split": {"shadow_hue": 350.0, "shadow_chroma": 0.02}}
    b = {"split": {"shadow_hue": 30.0, "shadow_chroma": 0.06, "highlight_hue": 90.0, "highlight_chroma": 0.1}}
    split = between(a, b, 1006).grade.split
    assert (split.shadow_hue, split.shadow_chroma) == pytest.approx((10, 0.04))
    assert (split.highlight_hue, split.highlight_chroma) == pytest.approx(
        (90, 0.05)
    )  # it comes in its own hue


def test_curves_go_through_the_points_of_both():
    a = {"curves": {"rgb": [[0, 0], [0.5, 0.7], [1, 1]]}}
    b = {"curves": {"rgb": [[0, 0.1], [0.25, 0.25], [1, 1]], "hue_saturation": [[90, 3]]}}
    told = between(a, b, 1006).grade.curves
    assert told.rgb[::2] == (0, 0.25, 0.5, 1)
    assert told.rgb[5] == pytest.approx((0.7 + 0.5) / 2, abs=0.02)  # b is nearly straight there
    assert told.hue_saturation == (90, 2)


def test_a_white_that_is_not_said_is_daylight():
    x, y = between({}, {"white": [0.3, 0.3]}, 1006).grade.white
    assert (x, y) == pytest.approx(((0.3127 + 0.3) / 2, (0.3290 + 0.3) / 2))


def test_secondaries_are_mixed_out_and_in_and_what_both_have_stays():
    one, other, both = ({"where": {"hue": [at, at + 20]}, "chroma": 0.5} for at in (20.0, 120.0, 240.0))
    told = between({"secondary": [one, both]}, {"secondary": [other, both]}, 1004).grade.secondary
    found = {part.where.hue[0]: part.mix for part in told}
    assert found == {20: pytest.approx(0.7), 240: pytest.approx(1), 120: pytest.approx(0.3)}


def test_tables_are_mixed_out_and_in():
    told = between({"lut": "/x/a.cube"}, {"lut": "/x/b.cube"}, 1003)
    assert [(name, pytest.approx(share)) for name, share in told.luts] == [
        ("/x/a.cube", 0.8),
        ("/x/b.cube", 0.2),
    ]


def test_a_scenes_own_table_stands_over_those_of_its_moods():
    told = between({"lut": "/x/a.cube"}, {}, 1003, lut="own.cube")
    assert told.luts == (("own.cube", 1.0),)


def test_easing_shapes_the_way():
    script = {"a": {"grade": {"exposure": 0.0}}, "b": {"grade": {"exposure": 1.0}}}
    told = graded([[1001, "a"], [1011, "b", "in_out"]], 1003, script)
    assert told.grade.exposure == pytest.approx(0.2**2 * (3 - 0.4))


# what frames are held to ----------------------------------------------------------------------------------


def held(frame, told=KEYS):
    script = {
        "a": {"hues": [[20, 80, 0.2, 0.4]], "hint": [0.1, 0.2], "bins": [2, 5]},
        "b": {"hues": [[20, 80, 0.6, 0.8], [200, 300, 0.5, 1]], "lightness_p50": [0.4, 0.6]},
    }
    made = film(told, script)
    return made.row_at(made.scenes[0], frame)


def test_at_its_keys_a_scene_is_held_to_one_row():
    name, row = held(1011)
    assert name == "b"
    assert row.ranges() == {"hue 20-80": (0.6, 0.8), "hue 200-300": (0.5, 1), "lightness_p50": (0.4, 0.6)}


def test_between_them_every_range_is_on_its_way_and_what_one_leaves_open_opens():
    name, row = held(1006)
    assert name == "a to b, 50%"
    assert row.ranges() == {
        "hue 20-80": pytest.approx((0.4, 0.6)),
        "hue 200-300": pytest.approx((0.25, 1)),
        "hint": pytest.approx((0.05, 0.6)),
        "bins": (1, 9),
        "lightness_p50": pytest.approx((0.2, 0.8)),
    }


def test_a_frame_between_two_moods_is_held_to_what_lies_between(tmp_path, monkeypatch):
    monkeypatch.setenv("INKRENDER_CACHE", str(tmp_path / "cache"))
    script = {"a": {"lightness_p50": [0.9, 1]}, "b": {"lightness_p50": [0.1, 0.2]}}
    one = ink.Scene(name="one", frames="1001-1011", mood=KEYS)  # bare paper
    made = ink.Film(size=(64, 36), scenes=[one], script=script)
    found = audit.report(made, list(audit.measure(made, [0, 4, 10])))
    assert [str(breach).partition(" is ")[2] for breach in found.broken] == [
        '0.971 where 0.58 to 0.68 is wanted (script row "a to b, 40%")',
        '0.971 where 0.1 to 0.2 is wanted (script row "b")',
    ]


def test_a_built_in_mood_is_held_to_without_a_word_in_the_film():
    made = film("rest")
    assert made.row_at(made.scenes[0], 1001) == ("rest", ink.moods()["rest"])


def test_a_scene_without_a_mood_is_held_to_nothing():
    assert held(1001, "") is None


def test_the_schema_has_moods_and_rows():
    told = json.loads(json.dumps(json_schema()))
    scene = next(
        f for f in told["anyOf"] if "frames" in f["properties"].get("scene", {}).get("properties", {})
    )
    kinds = scene["properties"]["scene"]["properties"]["mood"]["anyOf"]
    assert [kind["type"] for kind in kinds] == ["string", "array"]
    assert {"like", "grade", "chroma_p95"} <= set(told["$defs"]["ScriptRow"]["properties"])


# what they do to colour -----------------------------------------------------------------------------------


def chart():
    """All hues at all lightnesses with little chroma, over a grey ramp: sRGB codes (66, 96, 3)."""
    light = np.linspace(0.12, 0.98, 44)[:, None]
    hue = np.linspace(0, 360, 96, endpoint=False)[None]
    chroma = 0.09 * (1 - (2 * light - 1) ** 4)
    coloured = np.stack(np.broadcast_arrays(light, chroma, hue), -1)
    ramp = np.zeros((22, 96, 3))
    ramp[..., 0] = np.linspace(0.1, 1, 96)
    linear = np.clip(colour.from_oklch(np.concatenate([coloured, ramp])), 0, 1)
    return np.rint(255 * colour.encode(linear)).astype(np.uint8)


def render(data):
    """A render without a grade, exposed for middle grey: sRGB codes."""
    light = stills.read(data / "ridge.1001.exr").pixels
    linear = np.clip(0.4 * light[..., :3] + 0.1 * (1 - light[..., 3:]), 0, 1)  # its middle at middle grey
    return np.rint(255 * colour.encode(linear)).astype(np.uint8)


@pytest.fixture(scope="module")
def plates(request):
    """Neutral plates as ink on paper."""
    data = request.path.parent / "data"
    found = []
    for codes in (chart(), render(data)):
        light = np.ones((*codes.shape[:2], 4), np.float32)
        light[..., :3] = colour.decode(codes.astype(np.float32) / 255)
        found.append(Frame(canvas.light_to_ink(light, np.ones(3, np.float32)), "ink"))
    return found


def away(frame, row, kind):
    """How far a frame is from a row, summed over its ranges of one kind."""
    linear = np.asarray(canvas.develop(frame.pixels))[..., :3]
    measured = tone_measures.lch(np.clip(colour.encode(linear), 0, 1).astype(np.float32))
    values = tone_measures.tone(measured).told()
    for start, end, _, _ in row.hues:
        values[f"hue {start:g}-{end:g}"] = tone_measures.hue_share(measured, start, end)
    ranges = ((values[name], span) for name, span in row.ranges().items() if name.startswith(kind))
    return sum(max(lo - v, v - hi, 0) for v, (lo, hi) in ranges)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("kind", ["hue", "lightness", "chroma"])
def test_a_starting_grade_takes_neutral_plates_towards_the_row(plates, name, kind):
    row = ink.moods()[name]
    before = sum(away(plate, row, kind) for plate in plates)
    after = sum(away(ink.grade(plate, row.grade), row, kind) for plate in plates)
    assert after <= max(0.9 * before, 0.01)  # a hundredth: what was inside may come to lie at the edge


@pytest.mark.parametrize("name", NAMES)
def test_bare_paper_stays_bare_under_every_mood(name):
    bare = Frame(np.zeros((4, 4, 4), np.float32), "ink")
    assert np.abs(ink.grade(bare, ink.moods()[name].grade).pixels).max() < 5e-6  # some ulps of a float32 of 1


def test_a_mood_changes_what_a_scene_looks_like_and_no_blank(tmp_path, monkeypatch):
    monkeypatch.setenv("INKRENDER_CACHE", str(tmp_path))
    layer = ink.Layer(name="sky", use="sky_wash", with_={"bands": [[0, 900, 0.6, 0, 0]]})
    made = {}
    for told in ("", "despondency"):
        scene = ink.Scene(name="a", frames="1001-1002", mood=told, layer=[layer])
        made[told] = ink.Film(size=(64, 36), scenes=[scene]).pixels(0)
    assert not np.array_equal(made[""][0], made["despondency"][0])
    assert made[""][1]["blank"] == made["despondency"][1]["blank"]


# across a transition --------------------------------------------------------------------------------------


def two_scenes(a, b, tmp_path, plates=((200, 120, 60), (60, 110, 170))):
    """A film of two flat plates with a dissolve between them."""
    for name, code in zip(("one", "two"), plates, strict=True):
        stills.write(tmp_path / f"{name}.png", np.full((36, 64, 3), code, np.uint8))
    scenes = [
        ink.Scene(
            name=name,
            frames="1001-1010",
            layer=[ink.Layer(name="plate", file=str(tmp_path / f"{name}.png"), fit="cover")],
            **told,
        )
        for name, told in (("one", a), ("two", b))
    ]
    return ink.Film(size=(64, 36), scenes=scenes, transition=[ink.Transition(into="two", frames=4)])


WARM = {"temperature": 40.0, "chroma": 1.3}
COLD = {"temperature": -40.0, "gamma": [0.8, 0.8, 0.8]}


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ({"grade": WARM}, {"grade": COLD}),
        ({"grade": {**WARM, "in": "light"}}, {"grade": {**COLD, "in": "light"}}),
        ({"grade": {**WARM, "in": "light"}}, {"grade": COLD}),
        ({"grade": WARM}, {"grade": COLD, "medium": "light"}),
        ({"mood": "longing"}, {"mood": "despondency"}),
    ],
    ids=["ink", "light", "light and ink", "ink and a scene of light", "moods"],
)
@pytest.mark.parametrize("u", [0.0, 1.0])
def test_at_its_ends_a_transition_shows_each_scene_under_its_own_grade(a, b, u, tmp_path, monkeypatch):
    from inkrender import engine

    monkeypatch.setenv("INKRENDER_CACHE", str(tmp_path / "cache"))
    made = two_scenes(a, b, tmp_path)
    mixed = replace(made.plan(10), u=u)
    found = engine.render(mixed, made.studio(), (None, None), 16)[0]
    alone = replace(mixed, scenes=(mixed.scenes[int(u)],), transition=None)
    wanted = engine.render(alone, made.studio(), (None,), 16)[0]
    # one 16-bit code; a scene of light comes to lie on the grain of the paper, one percent
    most = 660 if alone.scenes[0].scene.medium == "light" else 1
    assert np.abs(found.astype(int) - wanted).max() <= most


def test_within_a_transition_two_grades_in_light_are_mixed(tmp_path, monkeypatch):
    monkeypatch.setenv("INKRENDER_CACHE", str(tmp_path / "cache"))
    light = ({"grade": {"in": "light", "chroma": much}} for much in (1.0, 0.0))
    made = two_scenes(*light, tmp_path, plates=[(200, 120, 60)] * 2)
    seen = [np.ptp(made.pixels(n, bits=16)[0][18, 32, :3].astype(float)) for n in range(7, 13)]
    steps = np.array(seen) / seen[0]
    assert steps == pytest.approx([1, 0.8, 0.6, 0.4, 0.2, 0], abs=1e-3)  # u = (i + 1) / (N + 1)


# before rendering -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("told", "script", "says"),
    [
        ("joy", {"joyful": {"hint": [0, 1]}}, 'no scene has the mood "joyful", so nothing is held'),
        ("night", {"night": {"grade": {"lut": "luts/none.cube"}}}, "luts/none.cube is missing"),
        ("night", {"night": {"grade": {"space": "rec709"}}}, 'space "rec709" is not known'),
        ([[0, "joy"], [90, "rest"]], {}, "mood is keyed at frames 0-90, but only 1001-1100 are seen"),
        ("night", {"night": {"grade": {"gain": [0, 1, 1]}}}, "the grade turns bare paper into"),
    ],
)
def test_check_tells_what_a_mood_will_not_do(told, script, says):
    found = check.check_film(film(told, script))
    assert [problem for problem in found if says in problem.what]
