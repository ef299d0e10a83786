"""What `import inkrender as ink` offers: every name explained, and usable in a script with strict types."""

import inspect
from pathlib import Path

import pytest

import inkrender as ink

SCRIPT = """
import inkrender as ink

film = ink.load("film.toml", trust=True)
ridge = ink.Layer(name="ridge", file="ridge.####.png", shaders=[{"use": "speckle", "amount": 0.2}],
                  opacity=[[1001, 0.0], [1004, 1.0, "in_out"]])
scene = ink.Scene(name="ridge", frames="1001-1004", layer=[ridge], liubai=ink.Liubai(target=0.4),
                  grade=ink.Grade(chroma=1.1, cdl=ink.Cdl(slope=(0.95, 1.0, 1.05))))
made = ink.Film(size=(128, 72), fps="24000/1001", scenes=[scene], folder=".", paper={"use": "paper"})
frame: ink.Frame = ink.grade(ink.liubai(made.frame(0), target=0.3), chroma=1.1)
w, h = frame.size
lines: list[str] = made.plan(0).lines()
names: list[str] = [layer.name for one in made.scenes for layer in one.layer]
"""


def test_every_public_name_is_there_and_says_what_it_is_for():
    assert [n for n in ink.__all__ if n != "__version__" and not inspect.getdoc(getattr(ink, n))] == []


def test_type_checkers_see_the_names_that_there_are():
    source = Path(ink.__file__).read_text(encoding="utf-8")
    seen = {n for n in ink.__all__ if f"{n} as {n}" in source}
    assert seen == set(ink.__all__) - {"__version__"}


@pytest.mark.slow  # reads the types of numpy and pydantic: 20 s
def test_a_users_script_passes_strict_types(tmp_path):
    from mypy import api

    path = tmp_path / "film.py"
    path.write_text(SCRIPT)
    said, trouble, code = api.run(["--strict", "--cache-dir", str(tmp_path / "mypy"), str(path)])
    assert code == 0, said + trouble
