"""Films, scenes and layers as values: defaults, bounds, keys, and what a film frame shows."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from models import films
from pydantic import ValidationError

from inkrender.errors import SceneError
from inkrender.scene import (
    Camera,
    Film,
    Grade,
    Key,
    Layer,
    Liubai,
    Look,
    Scene,
    ShaderUse,
    Transition,
    value_at,
)


def layer(**told):
    return Layer(**{"name": "a", "use": "massif", **told})


def two_scenes(frames=10, into=10, out=20):
    a, b = Scene(name="a", frames=(1001, 1000 + out)), Scene(name="b", frames=(1, into))
    return Film(scenes=[a, b], transition=[Transition(into="b", frames=frames)])


# models ---------------------------------------------------------------------------------------------------


def test_a_model_cannot_be_changed():
    with pytest.raises(ValidationError, match="frozen"):
        layer().opacity = 0.5


def test_an_unknown_key_is_refused():
    with pytest.raises(SceneError, match="paralax"):
        layer(paralax=1)


def test_equal_films_are_equal_wherever_they_were_read_from(tmp_path):
    a = Film(scenes=[Scene(name="a", frames="1-2")])
    assert a == Film(scenes=[Scene(name="a", frames="1-2", folder=tmp_path)], folder=tmp_path)
    assert a != Film(scenes=[Scene(name="a", frames="1-3")])


@pytest.mark.parametrize("kinds", [{}, {"use": "massif", "file": "x.png"}, {"rig": "a.svg", "text": "x"}])
def test_a_layer_shows_exactly_one_thing(kinds):
    with pytest.raises(SceneError, match="exactly one of use, file, rig, text"):
        Layer(name="a", **kinds)


@pytest.mark.parametrize(
    ("field", "bad"),
    [("opacity", 1.01), ("opacity", -0.1), ("parallax", 11), ("scale", 0), ("exposure", 0), ("body", 2)],
)
def test_a_number_out_of_range_is_refused_and_never_clamped(field, bad):
    with pytest.raises(SceneError, match=r"outside|out of range"):
        layer(**{field: bad})


@pytest.mark.parametrize("bad", [float("nan"), float("inf"), "much", True, None])
def test_what_is_no_number_is_refused(bad):
    with pytest.raises(SceneError, match="is not a number"):
        layer(opacity=bad)


@pytest.mark.parametrize("size", [(1921, 1080), (1920, 1081), (8, 8), (1920,)])
def test_an_odd_or_tiny_frame_size_is_refused(size):
    with pytest.raises(SceneError):
        Film(size=size, scenes=[Scene(name="a", frames="1-2")])


@pytest.mark.parametrize(
    ("given", "kept"), [("5-9", "5-9"), ("7", "7-7"), ((1, 3), "1-3"), ("-4--2", "-4--2")]
)
def test_scene_frames_are_one_range_forward(given, kept):
    assert Scene(name="a", frames=given).frames == kept


@pytest.mark.parametrize("bad", ["", "9-5", "1-9x2", "1,2,9", "a-b"])
def test_scene_frames_that_are_no_range_are_refused(bad):
    with pytest.raises(SceneError, match="frames"):
        Scene(name="a", frames=bad)


def test_a_scene_of_negative_frames_knows_its_ends():
    scene = Scene(name="a", frames="-5-2")
    assert (scene.first, scene.last, scene.length) == (-5, 2, 8)


@pytest.mark.parametrize("name", ["", "a:b", "a/b", "a,b", " a"])
def test_a_scene_name_can_be_written_on_a_command_line(name):
    with pytest.raises(SceneError):
        Scene(name=name, frames="1-2")


# keys -----------------------------------------------------------------------------------------------------


def test_keys_inline_and_keys_by_name_are_the_same_layer():
    keys = [[1001, 0.0], [1012, 1.0, "in_out"]]
    assert layer(opacity=keys) == layer(keys={"opacity": keys})
    assert layer(opacity=keys).opacity == (Key(1001, 0.0), Key(1012, 1.0, "in_out"))


def test_keys_reach_the_parameters_of_a_shader():
    keys = [[1, 0.2], [9, 0.4]]
    assert layer(keys={"with.density": keys}).with_ == {"density": ((1, 0.2), (9, 0.4))}
    assert layer(keys={"with": {"density": keys}}) == layer(keys={"with.density": keys})


def test_keys_of_a_rig_name_its_parts():
    rig = Layer(name="p", rig="p.svg", keys={"scarf.tail.rotate": [[1, 0], [5, 10]], "opacity": 0.5})
    assert (rig.at("scarf.tail.rotate", 3), rig.opacity) == (5.0, 0.5)


def test_a_value_given_twice_is_refused():
    with pytest.raises(SceneError, match="given twice"):
        layer(opacity=0.5, keys={"opacity": 1})


def test_what_cannot_be_keyed_says_what_can():
    with pytest.raises(SceneError, match=r"opactiy cannot be keyed \(did you mean \"opacity\"\?\)"):
        layer(keys={"opactiy": 1})


def test_a_part_of_a_rig_only_moves_in_known_ways():
    with pytest.raises(SceneError, match=r'no "rotat" \(did you mean "rotate"'):
        Layer(name="p", rig="p.svg", keys={"arm.rotat": 3})


def test_keys_are_bounded_like_constants():
    with pytest.raises(SceneError, match="at frame 5: 2 is outside 0 to 1"):
        layer(opacity=[[1, 0], [5, 2]])


def test_cameras_grades_and_liubai_take_keys_too():
    assert Camera(keys={"zoom": [[1, 1], [3, 2]]}).zoom == (Key(1, 1.0), Key(3, 2.0))
    assert Grade(keys={"chroma": 2}).chroma == 2.0
    assert value_at(Liubai(target=[[0, 0.2], [10, 0.4]]).target, 5) == pytest.approx(0.3)


def test_a_place_is_keyed_or_the_name_of_an_anchor():
    scene = Scene(name="a", frames="1-9", anchors={"hub": [3, 4]}, layer=[layer(position="hub")])
    assert scene.layer[0].position == "hub"
    assert layer(position=[[1, [0, 0]], [3, [10, 20]]]).at("position", 2) == (5.0, 10.0)


def test_parameters_beside_a_shader_are_its_parameters():
    assert ShaderUse(use="mist", density=0.4) == ShaderUse(use="mist", with_={"density": 0.4})
    assert layer(shaders=["mist"]).shaders == (ShaderUse(use="mist"),)


# what belongs together ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("told", "what"),
    [
        ({"layer": [layer(), layer()]}, "is there twice"),
        (
            {"layer": [layer(position="hbu")], "anchors": {"hub": [1, 2]}},
            r'unknown anchor "hbu" \(did you mean "hub"',
        ),
        ({"layer": [layer(blend="multiply")]}, "works in light"),
        ({"layer": [layer(matte="b")]}, 'matte names unknown layer "b"'),
        ({"layer": [layer(matte="a")]}, "its own matte"),
        (
            {"layer": [layer()], "liubai": {"target": 0.4, "protect": ["b"]}},
            'protect names unknown layer "b"',
        ),
        ({"layer": [layer()], "liubai": {"target": 0.4, "from": ["b"]}}, 'from names unknown layer "b"'),
        ({"medium": "light", "liubai": {"target": 0.4}}, "lifts ink"),
        ({"grade": {"hint": {"hue": 90, "where": "b"}}}, 'unknown layer "b"'),
    ],
)
def test_names_in_a_scene_refer_to_something(told, what):
    with pytest.raises(SceneError, match=what):
        Scene(name="s", frames="1-2", **told)


def test_blend_modes_work_in_groups_and_in_scenes_of_light():
    assert (
        Scene(name="s", frames="1-2", layer=[layer(blend="multiply", group="g")]).layer[0].blend == "multiply"
    )
    assert (
        Scene(name="s", frames="1-2", medium="light", layer=[layer(blend="screen")]).layer[0].blend
        == "screen"
    )


@pytest.mark.parametrize("uses", [[], ["massif"], ["input", "input"]])
def test_a_look_has_exactly_one_layer_for_the_footage(uses):
    with pytest.raises(SceneError, match='use = "input"'):
        Look(name="l", layer=[layer(name=str(i), use=u) for i, u in enumerate(uses)])


def test_a_look_over_footage_is_a_scene_with_the_footages_frames():
    look = Look(name="dawn", layer=[layer(use="input")], grade={"chroma": 1.2})
    scene = look.scene(1001, 1024)
    assert (scene.frames, scene.name, scene.layer, scene.grade) == (
        "1001-1024",
        "dawn",
        look.layer,
        look.grade,
    )


@pytest.mark.parametrize(
    ("transition", "what"),
    [
        ({"into": "c", "frames": 2}, 'unknown scene "c"'),
        ({"into": "a", "frames": 2}, "is the first scene"),
        ({"into": "b", "frames": 21}, "are too long"),
    ],
)
def test_a_transition_leads_from_one_scene_into_another(transition, what):
    scenes = [Scene(name="a", frames="1-10"), Scene(name="b", frames="1-10")]
    with pytest.raises(SceneError, match=what):
        Film(scenes=scenes, transition=[transition])


def test_transitions_that_overlap_are_refused():
    scenes = [Scene(name=n, frames="1-10") for n in "abc"]
    with pytest.raises(SceneError, match='overlap inside "b"'):
        Film(scenes=scenes, transition=[{"into": "b", "frames": 12}, {"into": "c", "frames": 12}])


def test_two_scenes_of_one_name_are_refused():
    with pytest.raises(SceneError, match='scene "a" is there twice'):
        Film(scenes=[Scene(name="a", frames="1-2"), Scene(name="a", frames="1-2")])


# what a film frame shows ----------------------------------------------------------------------------------


@given(films())
@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
def test_a_film_is_as_long_as_its_scenes_whatever_its_transitions(film):
    assert film.length == sum(s.length for s in film.scenes)


@given(films())
@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
def test_every_scene_frame_is_located_exactly_once(film):
    found = [(s.name, n) for s, n in map(film.locate, range(film.length))]
    assert found == [(s.name, n) for s in film.scenes for n in range(s.first, s.last + 1)]


@given(films())
@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
def test_a_transition_shows_only_frames_and_handles_of_its_two_scenes(film):
    for n in range(film.length):
        for scene, frame in film.at(n).pictures:
            before, after = film.handles(scene.name)
            assert scene.first - before <= frame <= scene.last + after


@given(films())
@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
def test_each_transition_lasts_as_many_frames_as_it_says(film):
    shown = [m.transition.into for m in map(film.at, range(film.length)) if m.transition]
    assert {t.into: t.frames for t in film.transition} == {into: shown.count(into) for into in shown}


@given(st.integers(1, 20))
def test_progress_is_symmetric_and_reaches_neither_end(frames):
    film = two_scenes(frames=frames)
    u = [m.u for m in map(film.at, range(film.length)) if m.transition]
    assert len(u) == frames
    assert all(0 < x < 1 for x in u)
    assert [a + b for a, b in zip(u, reversed(u), strict=True)] == pytest.approx([1] * frames)


def test_a_transition_is_centred_on_the_cut_and_draws_on_handles():
    film = two_scenes(frames=4)
    shown = [[(s.name, n) for s, n in film.at(k).pictures] for k in range(17, 23)]
    assert shown == [
        [("a", 1018)],
        [("a", 1019), ("b", -1)],
        [("a", 1020), ("b", 0)],
        [("a", 1021), ("b", 1)],
        [("a", 1022), ("b", 2)],
        [("b", 3)],
    ]


def test_outside_a_transition_one_scene_is_shown_whole():
    moment = two_scenes().at(0)
    assert (len(moment.pictures), moment.transition, moment.u) == (1, None, 0.0)


@pytest.mark.parametrize(
    ("text", "frame"), [("0", 0), ("29", 29), (7, 7), ("a:1001", 0), ("a:1020", 19), ("b:1", 20)]
)
def test_a_frame_is_found_by_film_number_or_by_scene(text, frame):
    assert two_scenes().find_frame(text) == frame


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("30", "outside the film: it has frames 0-29"),
        ("1001", "for a scene's own number write a:1001"),
        ("c:1", 'no scene "c"'),
        ("b:11", 'outside scene "b": it has frames 1-10'),
        ("0-3", "is 4 frames: name one"),
        ("x", "is not a frame"),
    ],
)
def test_a_frame_that_is_not_there_says_which_there_are(text, told):
    with pytest.raises(SceneError) as error:
        two_scenes().find_frame(text)
    assert told in str(error.value)


@pytest.mark.parametrize(
    ("text", "frames"),
    [
        ("0-9x4", [0, 4, 8]),
        ("0-9:4", [0, 4, 8]),
        ("b", list(range(20, 30))),
        ("b:1-3,5", [20, 21, 22, 24]),
        ("3,a:1001-1002,b:10", [3, 0, 1, 29]),
        ("0-2,1-3", [0, 1, 2, 3]),
    ],
)
def test_several_frames_are_found_in_the_order_written(text, frames):
    assert two_scenes().find_frames(text) == frames


def test_no_frames_at_all_is_refused():
    with pytest.raises(SceneError, match="is empty"):
        two_scenes().find_frames(" , ")


def test_unknown_scenes_and_layers_are_answered_with_the_nearest():
    film = Film(scenes=[Scene(name="02_dawn", frames="1-2", layer=[layer(name="peaks")])])
    with pytest.raises(SceneError, match='did you mean "02_dawn"'):
        film.named("02_dwan")
    with pytest.raises(SceneError, match='did you mean "peaks"'):
        film.scenes[0].named("peks")
