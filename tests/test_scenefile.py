"""Films as TOML: read with a place for every mistake, written without loss."""

import json
import tomllib

import pytest
from hypothesis import HealthCheck, given, settings
from models import films, pictures

from inkrender.errors import PlateError, SceneError
from inkrender.places import find, lines_of
from inkrender.scene import Film, Layer, Look, Scene, ShaderUse
from inkrender.scenefile import (
    examine_film,
    json_schema,
    look_names,
    read_film,
    read_look,
    read_scene,
    to_toml,
    write_film,
)

random_films = settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))

FILM = """schema = 1
[film]
title = "Dreams"
size = [128, 72]
scenes = ["01_a.toml", "02_b.toml"]
[[transition]]
into = "02_b"
frames = 4
"""
SCENE_A = """schema = 1
[scene]
frames = "1001-1010"
anchors = { hub = [10, 20] }
[[layer]]                       # back to front
name = "peaks"
use = "massif"
parallax = 0.42
with = { density = 0.5 }
shaders = [{ use = "granulate", amount = 0.4 }]
[[layer]]
name = "penguin"
file = "anim/penguin.####.png"
exposure = 2
keys.opacity = [[1001, 0.0], [1012, 1.0, "in_out"]]
[liubai]
target = 0.40
protect = ["penguin"]
"""
SCENE_B = """schema = 1
[scene]
frames = "1-10"
"""


@pytest.fixture
def film_file(tmp_path, monkeypatch):
    """A small film of two scenes in the working folder."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "film.toml").write_text(FILM)
    (tmp_path / "01_a.toml").write_text(SCENE_A)
    (tmp_path / "02_b.toml").write_text(SCENE_B)
    return tmp_path / "film.toml"


def edit(path, old, new):
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")


def told(path):
    """The lines of the error that reading a film raises."""
    with pytest.raises(SceneError) as error:
        read_film(path)
    return str(error.value).splitlines()


# reading --------------------------------------------------------------------------------------------------


def test_a_film_is_read_with_its_scenes(film_file):
    film = read_film(film_file)
    assert [s.name for s in film.scenes] == ["01_a", "02_b"]
    assert film.scenes[0].layer[0].shaders == (ShaderUse(use="granulate", amount=0.4),)
    assert film.scenes[0].layer[1].at("opacity", 1001) == 0.0
    assert film.length == 20


def test_a_folder_stands_for_its_film(film_file):
    assert read_film(film_file.parent) == read_film(film_file)


def test_what_a_file_names_lies_beside_it(film_file):
    (film_file.parent / "sub").mkdir()
    (film_file.parent / "01_a.toml").rename(film_file.parent / "sub" / "01_a.toml")
    edit(film_file, "01_a.toml", "sub/01_a.toml")
    film = read_film(film_file)
    assert film.path("out") == film_file.parent / "out"
    assert film.scenes[0].path("anim/x.png") == film_file.parent / "sub" / "anim" / "x.png"


def test_a_film_may_be_read_as_another_class(film_file):
    class Mine(Film):
        pass

    class MyScene(Scene):
        pass

    film = read_film(film_file, Mine, MyScene)
    assert isinstance(film, Mine)
    assert all(isinstance(s, MyScene) for s in film.scenes)


def test_a_scene_alone_takes_its_name_from_its_file(film_file):
    assert read_scene("01_a.toml").name == "01_a"


# mistakes -------------------------------------------------------------------------------------------------


def test_an_unknown_key_is_told_with_file_line_layer_and_the_nearest_key(film_file):
    edit(film_file.parent / "01_a.toml", "parallax", "paralax")
    assert told(film_file) == ['01_a.toml:8: layer "peaks": unknown key "paralax" (did you mean "parallax"?)']


@pytest.mark.parametrize(
    ("file", "old", "new", "message"),
    [
        ("film.toml", "[128, 72]", "[127, 72]", "film.toml:4: size: 127 is odd"),
        ("film.toml", "title =", "titel =", 'film.toml:3: film: unknown key "titel" (did you mean "title"?)'),
        (
            "film.toml",
            "title =",
            "fps = 29.97 #",
            'film.toml:3: fps 29.97 is a rounded rate: write fps = "30000/1001"',
        ),
        (
            "film.toml",
            "frames = 4",
            "frames = 0",
            'film.toml:8: transition into "02_b": frames: 0 is out of range',
        ),
        (
            "film.toml",
            "frames = 4",
            "frames = 99",
            'film.toml:8: transition into "02_b": frames: 99 frames are too',
        ),
        (
            "film.toml",
            '"02_b"\n',
            '"02_c"\n',
            'film.toml:7: transition into "02_c": into: unknown scene "02_c" (did',
        ),
        (
            "film.toml",
            "[[transition]]",
            "[[transitoin]]",
            'film.toml:6: unknown key "transitoin" (did you mean "trans',
        ),
        (
            "film.toml",
            "schema = 1",
            "schema = 2",
            "film.toml:1: schema = 2 is not known: get a newer inkrender",
        ),
        ("film.toml", "schema = 1", "trust = true", 'film.toml:1: unknown key "trust"'),
        ("film.toml", "schema = 1", 'title = "x"', "film.toml:1: title stands under [film]"),
        (
            "01_a.toml",
            "1001-1010",
            "1010-1001",
            '01_a.toml:3: frames "1010-1001" is not one range going forward',
        ),
        ("01_a.toml", "[10, 20]", "[10]", "01_a.toml:4: anchors.hub: [10] has too few elements"),
        ("01_a.toml", "0.42", '"far"', '01_a.toml:8: layer "peaks": parallax: "far" is not a number'),
        ("01_a.toml", "0.42", "42", '01_a.toml:8: layer "peaks": parallax: 42 is outside 0 to 10'),
        ("01_a.toml", 'use = "granulate",', "", '01_a.toml:10: layer "peaks": shaders.use is missing'),
        (
            "01_a.toml",
            "exposure = 2",
            "exposure = 1.5",
            '01_a.toml:14: layer "penguin": exposure: 1.5 is not a whole',
        ),
        (
            "01_a.toml",
            "exposure = 2",
            'missing = "hodl"',
            'missing: "hodl" is not known (did you mean "hold"?)',
        ),
        (
            "01_a.toml",
            "exposure = 2",
            'use = "x"',
            '01_a.toml:13: layer "penguin": file: the layer has use and file',
        ),
        ("01_a.toml", "exposure = 2", 'position = "hbu"', 'unknown anchor "hbu" (did you mean "hub"?)'),
        (
            "01_a.toml",
            '"in_out"',
            '"inout"',
            '01_a.toml:15: layer "penguin": opacity: key 2: easing "inout" is not',
        ),
        (
            "01_a.toml",
            "1.0,",
            "1.5,",
            '01_a.toml:15: layer "penguin": opacity: at frame 1012: 1.5 is outside 0 to 1',
        ),
        ("01_a.toml", "keys.opacity", "keys.opacty", '01_a.toml:15: layer "penguin": opacty cannot be'),
        (
            "01_a.toml",
            '["penguin"]',
            '["pengiun"]',
            '01_a.toml:18: liubai: protect names unknown layer "pengiun" (did',
        ),
        ("01_a.toml", "target = 0.40", "", "01_a.toml:16: liubai: target is missing"),
        ("01_a.toml", "[liubai]", "[lubai]", '01_a.toml:16: unknown key "lubai" (did you mean "liubai"?)'),
        (
            "01_a.toml",
            'name = "penguin"',
            'name = "peaks"',
            '01_a.toml:12: layer "peaks": name: layer "peaks" is',
        ),
    ],
)
def test_a_mistake_is_told_with_its_place(film_file, file, old, new, message):
    edit(film_file.parent / file, old, new)
    assert any(message in line for line in told(film_file)), told(film_file)


def test_one_mistake_is_one_line(film_file):
    edit(film_file.parent / "01_a.toml", 'frames = "1001-1010"', 'frames = "x"')
    assert len(told(film_file)) == 1


def test_all_mistakes_of_all_files_are_told_at_once(film_file):
    edit(film_file, "[128, 72]", "[127, 71]")
    edit(film_file.parent / "01_a.toml", "parallax = 0.42", 'paralax = 1\nposition = "hbu"')
    edit(film_file.parent / "01_a.toml", '["penguin"]', '["pengiun"]')
    edit(film_file.parent / "02_b.toml", "1-10", "")
    lines = told(film_file)
    assert [line.split(": ")[0] for line in lines] == [
        "film.toml:4",
        "film.toml:4",
        "01_a.toml:8",
        "01_a.toml:9",
        "01_a.toml:19",
        "02_b.toml:3",
    ]


def test_a_film_is_read_as_far_as_it_can_be_understood(film_file):
    edit(film_file.parent / "01_a.toml", "parallax = 0.42", "paralax = 1")
    film, findings = examine_film(film_file)
    assert len(findings) == 1
    assert film.scenes[0].layer[0].parallax == 1.0


def test_broken_toml_is_told_with_its_line(film_file):
    edit(film_file.parent / "01_a.toml", "parallax = 0.42", "parallax = ")
    assert told(film_file)[0].startswith("01_a.toml:8: this is not TOML")


def test_a_file_that_is_not_text_is_refused(film_file):
    (film_file.parent / "01_a.toml").write_bytes(b"\xff\xfe\x00")
    assert told(film_file)[0].startswith("01_a.toml: is not UTF-8 text")


def test_a_missing_film_names_what_there_is(film_file):
    with pytest.raises(PlateError, match=r'flim.toml: is missing \(did you mean "film.toml"\?\)'):
        read_film(film_file.parent / "flim.toml")


def test_a_missing_scene_file_is_a_missing_input_with_its_line(film_file):
    edit(film_file, "01_a.toml", "01_aa.toml")
    told = r'film.toml:5: scene file "01_aa.toml" is missing \(did you mean "01_a.toml"'
    with pytest.raises(PlateError, match=told):
        read_film(film_file)


def test_a_scene_is_not_a_film_and_a_film_is_not_a_scene(film_file):
    assert "this is a scene, not a film" in told(film_file.parent / "01_a.toml")[0]
    with pytest.raises(SceneError, match="this is a film, not a scene"):
        read_scene(film_file)


# places ---------------------------------------------------------------------------------------------------

TRICKY = '''schema = 1   # [scene]
"a.b" = """
[not] = a table
"""
[scene]
anchors = { hub = [1, 2], "x y" = [
  3,   # a comment, with ] and }
  4,
] }
layer.deep.key = 1
[[layer]]
name = 'it = "x" # no'
[layer.with]
peaks = [[1, 2],
  [3, 4]]
  [[layer.shaders]]
  use = "a"
  [[layer.shaders]]
  use = "b"
[[layer]]
keys."with.density" = [[1, 2]]
when = 1979-05-27 07:32:00
[grade]
cdl.slope = [1, 1, 1]
'''


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (("a.b",), 2),
        (("scene",), 5),
        (("scene", "anchors", "hub"), 6),
        (("scene", "anchors", "x y", 1), 8),
        (("scene", "layer", "deep", "key"), 10),
        (("layer", 0, "name"), 12),
        (("layer", 0, "with", "peaks", 1), 15),
        (("layer", 0, "shaders", 1, "use"), 19),
        (("layer", 1), 20),
        (("layer", 1, "with", "density"), 21),
        (("layer", 1, "when"), 22),
        (("grade", "cdl", "slope", 2), 24),
        (("grade", "not there"), 23),
        (("nowhere",), None),
    ],
)
def test_the_line_of_any_key_is_known(path, line):
    assert tomllib.loads(TRICKY)
    assert find(lines_of(TRICKY), path) == line


@given(films())
@random_films
def test_every_key_of_written_toml_has_a_line_that_holds_it(film):
    text = to_toml(film.scenes[0])
    lines, places = text.split("\n"), lines_of(text)

    def walk(value, path):
        for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
            assert (*path, key) in places
            if isinstance(key, str) and key.isidentifier() and path and isinstance(path[-1], str):
                assert key in lines[places[(*path, key)] - 1]
            if isinstance(inner, (dict, list)):
                walk(inner, (*path, key))

    walk(tomllib.loads(text), ())


# writing --------------------------------------------------------------------------------------------------


@given(film=films())
@random_films
def test_a_film_written_and_read_is_the_same_film(tmp_path_factory, film):
    folder = tmp_path_factory.mktemp("film")
    assert read_film(write_film(film, folder)) == film


@given(film=films())
@random_films
def test_toml_written_again_is_the_same_text(tmp_path_factory, film):
    folder = tmp_path_factory.mktemp("film")
    first = {p.name: p.read_text("utf-8") for p in write_film(film, folder).parent.glob("*.toml")}
    write_film(read_film(folder), folder)
    assert {p.name: p.read_text("utf-8") for p in folder.glob("*.toml")} == first


@given(look=pictures(model=Look, name="l"))
@random_films
def test_a_look_written_and_read_is_the_same_look(tmp_path_factory, look):
    path = tmp_path_factory.mktemp("look") / "l.toml"
    path.write_text(to_toml(look), "utf-8")
    assert read_look(path) == look


def test_written_files_leave_defaults_out(film_file):
    assert to_toml(read_scene("02_b.toml"), named=False) == 'schema = 1\n\n[scene]\nframes = "1-10"\n'


def test_a_film_moved_to_another_folder_still_finds_its_files(film_file, tmp_path):
    to = tmp_path / "elsewhere" / "deep"
    film = read_film(write_film(read_film(film_file), to))
    assert film.scenes[0].layer[1].file == "../../anim/penguin.####.png"
    found = film.scenes[0].path(film.scenes[0].layer[1].file)
    assert found.resolve() == tmp_path / "anim" / "penguin.####.png"


def test_a_scene_is_never_written_over_the_film(tmp_path):
    with pytest.raises(SceneError, match=r"film\.toml"):
        write_film(Film(scenes=[Scene(name="film", frames="1-2")]), tmp_path)


# looks ----------------------------------------------------------------------------------------------------

LOOK = """[[layer]]
name = "plate"
use = "input"
[inputs]
depth = "Depth.Z"
"""


def test_a_look_is_a_scene_without_frames(tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text(LOOK)
    look = read_look(path)
    assert (look.name, look.inputs, look.layer[0].use) == ("mine", {"depth": "Depth.Z"}, "input")


def test_frames_in_a_look_are_refused_with_their_line(tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text('[scene]\nframes = "1-2"\n' + LOOK)
    with pytest.raises(SceneError, match=r"mine.toml:2: this is a scene, not a look"):
        read_look(path)


def test_an_unknown_look_names_those_there_are():
    with pytest.raises(SceneError, match="there is no look"):
        read_look("dwan")


@pytest.mark.parametrize("name", look_names())
def test_every_built_in_look_can_be_read_by_name(name):
    assert read_look(name).name == name


# schema ---------------------------------------------------------------------------------------------------


def test_the_schema_is_json_and_holds_bounds_units_and_defaults():
    schema = json.loads(json.dumps(json_schema()))
    opacity = schema["$defs"]["Layer"]["properties"]["opacity"]
    assert opacity["default"] == 1.0
    assert opacity["anyOf"][0] == {"type": "number", "minimum": 0, "maximum": 1}
    assert "px" in schema["$defs"]["Camera"]["properties"]["shake"]["description"]


def test_every_key_in_the_schema_is_described():
    for name, model in json_schema()["$defs"].items():
        for key, value in model.get("properties", {}).items():
            assert value.get("description"), f"{name}.{key}"


def test_the_schema_knows_every_key_a_layer_takes_and_no_other():
    layer = json_schema()["$defs"]["Layer"]
    keys = {str(f.validation_alias or n) for n, f in Layer.model_fields.items()}
    assert set(layer["properties"]) == keys
    assert layer["additionalProperties"] is False


def test_the_schema_has_a_form_for_films_scenes_and_looks():
    film, scene, look = json_schema()["anyOf"]
    assert "scenes" in film["properties"]["film"]["properties"]
    assert "frames" in scene["properties"]["scene"]["required"]
    assert "frames" not in look["properties"]["scene"]["properties"]
