"""What a grade does at a frame: nothing when it is neutral, keyed numbers read at the frame."""

from pathlib import Path

import pytest

import inkrender as ink
from inkrender.grading import CdlStep, LutStep, OklchStep, lines, steps_at


def test_a_neutral_grade_has_no_steps() -> None:
    assert not steps_at(ink.Grade(), 0)
    assert not steps_at(ink.Grade(chroma=1.0, cdl=ink.Cdl(slope=(1, 1, 1))), 0)


def test_a_grade_that_is_not_mixed_in_has_no_effect() -> None:
    assert not steps_at(ink.Grade(chroma=2.0, mix=0.0), 0)


def test_steps_run_cdl_then_chroma_then_lut() -> None:
    grade = ink.Grade(lut="warm.cube", chroma=1.1, cdl=ink.Cdl(saturation=0.9))
    kinds = [type(step) for step in steps_at(grade, 0, Path("film")).steps]
    assert kinds == [CdlStep, OklchStep, LutStep]


def test_a_lut_lies_beside_the_scene_that_names_it() -> None:
    assert steps_at(ink.Grade(lut="warm.cube"), 0, Path("film")).files == (Path("film/warm.cube"),)


def test_keyed_numbers_are_read_at_the_frame() -> None:
    grade = ink.Grade(chroma=[[1, 1.0], [11, 2.0]])
    (step,) = steps_at(grade, 6).steps
    assert step == OklchStep(chroma=1.5)
    assert not steps_at(grade, 1)


def test_an_unknown_space_is_named_with_what_is_known() -> None:
    with pytest.raises(ink.SceneError, match=r'"liner" is not known \(did you mean "linear"'):
        steps_at(ink.Grade(space="liner", chroma=1.1), 0)


def test_the_lines_say_what_runs() -> None:
    told = lines(steps_at(ink.Grade(chroma=1.1, space="linear", mix=0.5), 0))
    assert told == ["chroma 1.1 in linear, mixed 0.5"]
