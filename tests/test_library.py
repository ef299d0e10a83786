"""The folder is the registry; a broken file is told with its line; a scene's values are checked by name."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest

from inkrender import library
from inkrender.errors import ShaderError
from inkrender.timing import Key

GOOD = '''
"""Thin: takes a share of the pigment away."""

from typing import Annotated, NamedTuple

from inkrender.shader import At, Between, Choice, Ink, Pigment, point


class Thin(NamedTuple):
    amount: Annotated[float, Between(0, 1)] = 0.5  # how much goes
    steps: Annotated[int, Between(1, 8)] = 2
    where: Annotated[tuple[float, float], Between(-4000, 4000, unit="px")] = (0.0, 0.0)
    mode: Annotated[str, Choice("even", "torn")] = "even"
    pigment: Annotated[str, Pigment()] = "ink"
    on: bool = True


NEUTRAL = Thin(amount=0)


@point
def shade(px: Ink, at: At, p: Thin) -> Ink:
    k = 1 - p.amount
    return Ink(px.r * k, px.g * k, px.b * k, px.cover)
'''


def written(folder: Path, text: str, name: str = "thin") -> Path:
    path = folder / f"{name}.py"
    path.write_text(textwrap.dedent(text).lstrip(), encoding="utf-8")
    return path


@pytest.fixture
def thin(tmp_path):
    written(tmp_path, GOOD)
    return library.find("thin", [tmp_path])


# the registry ---------------------------------------------------------------------------------------------


def test_every_file_of_the_folder_is_a_shader():
    folder = Path(library.find("granulate").path).parent
    names = {p.stem for p in folder.glob("*.py") if not p.stem.startswith("_")}
    assert set(library.all_shaders()) == names


def test_a_file_dropped_into_a_films_folder_is_a_shader(tmp_path):
    written(tmp_path, GOOD)
    assert "thin" in library.all_shaders([tmp_path])
    assert "thin" not in library.all_shaders()


def test_a_films_own_shader_stands_before_a_built_in_of_its_name(tmp_path):
    written(tmp_path, GOOD.replace("Thin", "Granulate"), "granulate")
    assert library.find("granulate", [tmp_path]).doc.startswith("Granulate: takes")
    assert library.find("granulate").doc.startswith("Granulate: pigment")


def test_an_edited_file_is_read_again(tmp_path):
    written(tmp_path, GOOD)
    before = library.find("thin", [tmp_path])
    written(tmp_path, GOOD.replace("takes a share", "takes just a share"))
    after = library.find("thin", [tmp_path])
    assert "just" in after.doc
    assert before.digest != after.digest


def test_an_unknown_shader_is_answered_with_a_near_name():
    with pytest.raises(ShaderError, match=r'no shader "granulat" \(did you mean "granulate"\?\)'):
        library.find("granulat")


@pytest.mark.parametrize("name", ["../granulate", "__init__", "", "os.path"])
def test_a_name_that_is_no_name_is_not_looked_up_as_a_file(name):
    with pytest.raises(ShaderError, match="there is no shader"):
        library.find(name)


def test_fields_carry_type_range_unit_default_and_the_comment(thin):
    spec = thin.fields["amount"]
    assert (spec.type, spec.range, spec.default, spec.doc) == ("float", "0 to 1", 0.5, "how much goes")
    assert thin.fields["where"].range == "-4000 to 4000 px"
    assert thin.fields["mode"].range == "even | torn"


def test_planes_are_the_inputs_a_pixel_shader_reads():
    assert library.find("granulate").planes == ("height",)
    assert library.find("ink_bleed").planes == ("height", "arrival")


# broken files ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "line", "told"),
    [
        (('"""Thin: takes a share of the pigment away."""', ""), 1, "no docstring"),
        (("class Thin(", "class Thinner("), 8, r"no class Thin\(NamedTuple\) of parameters; Thinner has"),
        (("class Thin(NamedTuple)", "class Thin"), 8, r"no class Thin\(NamedTuple\)"),
        (("Annotated[int, Between(1, 8)]", "int"), 10, "steps has no range"),
        (("Between(1, 8)", "Between(8, 1)"), 10, "steps has no range"),
        (("Between(1, 8)]", "Between(3, 8)]"), 10, "the default steps = 2 is outside 3 to 8"),
        (("] = 0.5  # how much goes", "]"), 9, "amount has no default"),
        (('Annotated[str, Pigment()] = "ink"', 'str = "ink"'), 13, "pigment is a bare str"),
        (('"even"\n', '"evn"\n'), 12, 'did you mean "even"'),
        (("bool = True", "dict = True"), 14, "on has the type"),
        (("1 - p.amount", "1 - p.amount)"), 22, "this is not Python"),
        (("@point\n", ""), 20, "shade has no kind: decorate it with @point"),
        (("Ink, Pigment, point", "Ink, Pigment, pont as point"), 5, r'no "pont" \(did you mean "point"\?\)'),
        (("def shade(px: Ink, at: At, p: Thin)", "def shade(px, p)"), 21, r"shade\(px, p\) is a point"),
        (("def shade", "def shades"), 1, "there is no function shade"),
        (("1 - p.amount", "1 - p.amount * at.hight"), 21, "at.hight is neither"),
        (("NEUTRAL = Thin(amount=0)", "NEUTRAL = 3"), 17, "NEUTRAL is not a Thin"),
        (("NEUTRAL = Thin(amount=0)", "NEUTRAL = Thin(amount=1 / 0)"), 17, "ZeroDivisionError"),
        (("@point\n", '@point(needs="height")\n'), 20, "needs is a tuple"),
        (("@point\n", '@point(optional=("steady",))\n'), 21, "steady is no plane that a point could read"),
    ],
)
def test_a_broken_file_is_told_with_its_line(tmp_path, change, line, told):
    assert change[0] in GOOD
    text = GOOD.replace(*change)
    # amount without a default cannot precede fields with one in Python itself: drop the others then
    if "no default" in told:
        lines = [x for x in text.splitlines() if not x.startswith("    ") or "amount" in x or "px." in x]
        text = "\n".join(lines)
    path = written(tmp_path, text)
    with pytest.raises(ShaderError, match=told) as raised:
        library.read(path)
    assert str(raised.value).startswith(f"{path}:{line}:"), str(raised.value)


# values from a scene --------------------------------------------------------------------------------------


def test_bind_fills_in_the_defaults(thin):
    assert thin.bind({}, "here") == {
        "amount": 0.5,
        "steps": 2,
        "where": (0.0, 0.0),
        "mode": "even",
        "pigment": "ink",
        "on": True,
    }


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"amont": 1}, r'layer "a": thin has no parameter "amont" \(did you mean "amount"\?\)'),
        ({"amount": 1.5}, r'layer "a": amount = 1.5 is outside 0 to 1'),
        ({"amount": "much"}, r'amount = "much" is not a number'),
        ({"amount": float("nan")}, "amount = nan is not a number"),
        ({"amount": True}, "amount = True is not a number"),
        ({"steps": 2.5}, "steps = 2.5 is not a whole number"),
        ({"where": [1.0]}, r"where = \[1.0\] has 1 values: it takes 2"),
        ({"where": [1, 9000]}, r"where = item 2, 9000 is outside -4000 to 4000 px"),
        ({"mode": "torm"}, r'mode = "torm" is not one of even \| torn \(did you mean "torn"\?\)'),
        ({"pigment": "indgo"}, r'did you mean "indigo"'),
        ({"on": 1}, "on = 1 is not true or false"),
        ({"amount": [[1, 0.2], [9, 1.2]]}, "amount at frame 9 = 1.2 is outside 0 to 1"),
        ({"amount": [[1, 0.2, "esing"]]}, 'easing "esing" is not known'),
        ({"mode": [["even", 1]]}, "is not text"),
    ],
)
def test_a_wrong_value_is_told_with_its_place_and_range(thin, values, told):
    with pytest.raises(ShaderError, match=told):
        thin.bind(values, 'layer "a"')


def test_keys_are_evaluated_at_a_frame(thin):
    values = thin.bind({"amount": [[10, 0.0], [20, 1.0]], "steps": [[10, 1], [20, 4]]}, "here")
    assert values["amount"] == (Key(10, 0.0), Key(20, 1.0))
    assert thin.at(values, 15) == thin.params(amount=0.5, steps=2)


def test_points_that_are_still_names_are_told_to_be_no_anchors():
    bleed = library.find("ink_bleed")
    with pytest.raises(ShaderError, match='"hub" is not a list of numbers: no anchor'):
        bleed.bind({"seeds": ["hub"]}, "transition into night")


def test_points_become_tuples():
    assert library.find("ink_bleed").bind({"seeds": [[1, 2]]}, "here")["seeds"] == ((1.0, 2.0),)


def test_the_example_in_the_docs_is_the_shader_that_ships():
    page = (Path(__file__).parents[1] / "docs" / "shaders.md").read_text(encoding="utf-8")
    told = textwrap.indent(library.find("granulate").path.read_text(encoding="utf-8"), "    ")
    assert "\n".join(line.rstrip() for line in told.splitlines()) in page
