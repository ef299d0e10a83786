"""Rows of the colour script in film.toml: what they say, what they refuse, and that nothing is lost."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inkrender.errors import SceneError
from inkrender.scene import Film, Scene, ScriptRow
from inkrender.scenefile import json_schema, read_film, write_film

FILM = """schema = 1
[film]
size = [64, 36]
scenes = ["01_night.toml"]
[script.despondency]
hues = [[220, 290, 0.5, 1], [290, 220, 0, 0.04]]
blank = [0.02, 0.12]
hint = [0.005, 0.015]
lightness_p50 = [0.4, 0.6]
bins = [1, 3]
"""
SCENE = 'schema = 1\n[scene]\nframes = "1001-1002"\nmood = "despondency"\n'


@pytest.fixture
def read(tmp_path, monkeypatch):
    """Read FILM with one text replaced; the message of what is refused."""
    monkeypatch.chdir(tmp_path)

    def run(old="", new="", scene=SCENE):
        (tmp_path / "film.toml").write_text(FILM.replace(old, new) if old else FILM)
        (tmp_path / "01_night.toml").write_text(scene)
        return read_film("film.toml")

    return run


def test_a_row_says_ranges_by_the_names_of_measures(read):
    assert read().script["despondency"].ranges() == {
        "hue 220-290": (0.5, 1),
        "hue 290-220": (0, 0.04),
        "blank": (0.02, 0.12),
        "hint": (0.005, 0.015),
        "lightness_p50": (0.4, 0.6),
        "bins": (1, 3),
    }


def test_a_film_without_a_script_takes_any_mood(read, tmp_path):
    head = FILM[: FILM.index("[script")]
    assert read(FILM, head).scenes[0].mood == "despondency"


def test_a_film_with_a_script_takes_a_scene_without_a_mood(read):
    assert read(scene=SCENE.replace('mood = "despondency"', "")).scenes[0].mood == ""


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("hint = [0.005", "hnit = [0.005", 'film.toml:8: unknown key "hnit" (did you mean "hint"?)'),
        (
            "[0.02, 0.12]",
            "[0.12, 0.02]",
            "film.toml:7: script.despondency.blank: [0.12, 0.02] is not a range",
        ),
        ("[0.02, 0.12]", "[0.12, 0.02]", "write [0.02, 0.12]"),
        ("[0.02, 0.12]", "[2, 12]", "2 is out of range: it must be at most 1"),
        ("[0.02, 0.12]", "0.1", "film.toml:7: script.despondency.blank: 0.1 is not a list in brackets"),
        ("220, 290, 0.5, 1]", "220, 290, 1, 0.5]", "1 to 0.5 is not a range of shares"),
        ("220, 290, 0.5, 1]", "220, 220, 0.5, 1]", "220 to 220 degrees is no band: write 0, 360"),
        ("220, 290, 0.5, 1]", "220, 400, 0.5, 1]", "400 is out of range: it must be at most 360"),
        ("220, 290, 0.5, 1]", "220, 290, 0.5]", "has too few elements"),
        ("[1, 3]", "[1, 13]", "13 is out of range: it must be at most 12"),
        ("[script.despondency]", "[script.despondency]\nlike = 'jjoy'", '(did you mean "joy"?): use despond'),
    ],
)
def test_a_slip_in_a_row_is_told_with_its_line_and_what_would_do(read, old, new, says):
    with pytest.raises(SceneError) as told:
        read(old, new)
    assert says in str(told.value)


def test_python_is_told_the_same():
    with pytest.raises(SceneError, match='did you mean "joy"'):
        Film(scenes=[Scene(name="a", frames="1-2", mood="jay")], script={"joy": {"blank": (0, 1)}})


shares = st.tuples(st.floats(0, 1), st.floats(0, 1)).map(sorted)
bands = st.tuples(st.floats(0, 359), st.floats(0, 359), shares).filter(lambda b: b[0] != b[1])
rows = st.builds(
    ScriptRow,
    hues=st.lists(bands.map(lambda b: (b[0], b[1], *b[2])), max_size=3),
    bins=st.none() | st.tuples(st.integers(0, 12), st.integers(0, 12)).map(sorted),
    **{
        name: st.none() | shares
        for name in ("blank", "pale", "soft", "hint", "lightness_p10", "chroma_p50", "chroma_p90")
    },
)
moods = st.from_regex(r"[a-z山梦é][a-z0-9_\-. 中]{0,6}[a-z0-9]", fullmatch=True)


@given(st.dictionaries(moods, rows, min_size=1, max_size=3))
def test_written_and_read_again_a_script_is_the_same(tmp_path_factory, script):
    film = Film(scenes=[Scene(name="a", frames="1-2", mood=min(script))], script=script)
    folder = tmp_path_factory.mktemp("film")
    assert read_film(write_film(film, folder)).script == film.script


def test_the_schema_describes_a_row():
    told = json.loads(json.dumps(json_schema()))
    film = next(form for form in told["anyOf"] if "film" in form["properties"])
    assert film["properties"]["script"]["additionalProperties"] == {"$ref": "#/$defs/ScriptRow"}
    assert told["$defs"]["ScriptRow"]["additionalProperties"] is False
