"""Mattes of negative space: files, channels, object indices, and what is said of those that fail."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

import inkrender as ink
from inkrender import colour, composition, mattes
from inkrender.check import check_film
from inkrender.errors import InkError, PlateError, SceneError

DATA = Path(__file__).parent / "data"
SIZE = (192, 108)


def picture(path: Path, size: tuple[int, int] = SIZE, value: float = 0.25) -> Path:
    """A calm picture, darker to the right, as PNG."""
    w, h = size
    ramp = np.linspace(1.3, 0.7, w, dtype=np.float32)[None, :, None] * np.full((h, 1, 3), 255 * value)
    cv2.imwrite(str(path), np.clip(ramp, 0, 255).astype(np.uint8))
    return path


def square(path: Path, size: tuple[int, int] = SIZE) -> Path:
    """A matte: full in the middle third."""
    w, h = size
    matte = np.zeros((h, w), np.uint8)
    matte[h // 3 : 2 * h // 3, w // 3 : 2 * w // 3] = 255
    cv2.imwrite(str(path), matte)
    return path


def film(folder: Path, **liubai: object) -> ink.Film:
    """One picture on paper, with negative space."""
    picture(folder / "plate.png")
    layer = ink.Layer(name="plate", file="plate.png", white=1.0)
    one = ink.Scene(name="one", frames="1-3", layer=[layer], liubai=liubai, folder=folder)
    return ink.Film(size=SIZE, scenes=(one,), folder=folder)


def blank(made: ink.Film, n: int = 0) -> np.ndarray:
    from inkrender import analysis, engine

    plan, studio = made.plan(n), made.studio()
    canvas = engine.canvas(studio, plan.scenes[0], analysis.lifts(plan, studio)[0])
    return colour.blank(canvas, studio.white)


@pytest.mark.parametrize("size", [SIZE, (64, 36), (960, 540)])
def test_a_matte_of_any_resolution_protects_what_it_covers(tmp_path: Path, size: tuple[int, int]) -> None:
    square(tmp_path / "hero.png", size)
    found = blank(film(tmp_path, target=0.7, protect=["hero.png"]))
    assert found[38:70, 66:126].mean() < 0.01
    assert found.mean() == pytest.approx(0.7, abs=0.02)


def test_a_reserved_matte_is_bare_first(tmp_path: Path) -> None:
    square(tmp_path / "moon.png")
    found = blank(film(tmp_path, target=0.15, reserve=["moon.png"]))
    assert found[40:68, 68:124].mean() > 0.95


def test_a_sequence_of_mattes_follows_the_frames(tmp_path: Path) -> None:
    for n in (1, 2):
        matte = np.zeros((108, 192), np.uint8)
        matte[:, 96 * (n - 1) : 96 * n] = 255
        cv2.imwrite(str(tmp_path / f"half.{n:04d}.png"), matte)
    made = film(tmp_path, target=0.45, protect=["half.####.png"])
    first, second = blank(made, 0), blank(made, 1)
    assert first[:, :90].mean() < 0.01 < first[:, 100:].mean()
    assert second[:, 100:].mean() < 0.01 < second[:, :90].mean()


def test_a_matte_that_changes_makes_another_lift(tmp_path: Path) -> None:
    square(tmp_path / "hero.png")
    before = blank(film(tmp_path, target=0.6, protect=["hero.png"]))
    cv2.imwrite(str(tmp_path / "hero.png"), np.zeros((108, 192), np.uint8))
    after = blank(film(tmp_path, target=0.6, protect=["hero.png"]))
    assert (before != after).any()


def test_a_matte_of_another_shape_is_refused_with_both_shapes(tmp_path: Path) -> None:
    square(tmp_path / "tall.png", (100, 100))
    made = film(tmp_path, target=0.4, protect=["tall.png"])
    with pytest.raises(PlateError, match="100x100"):
        blank(made)
    problems = [str(p) for p in check_film(made)]
    assert any("tall.png" in p and "100x100" in p for p in problems)


def test_a_missing_matte_is_told_by_check(tmp_path: Path) -> None:
    made = film(tmp_path, target=0.4, protect=["nobody.png"])
    assert any("nobody.png" in str(p) for p in check_film(made))
    with pytest.raises(InkError, match=r"nobody\.png"):
        blank(made)


def test_check_says_which_targets_are_out_of_reach(tmp_path: Path) -> None:
    square(tmp_path / "hero.png")
    problems = check_film(film(tmp_path, target=0.95, protect=["hero.png"]))
    told = next(p for p in problems if "out of reach" in p.what)
    assert told.severity == "warning"
    assert "0.00 to 0.89" in told.what
    assert not [p for p in check_film(film(tmp_path, target=0.8, protect=["hero.png"])) if "reach" in p.what]


def test_a_channel_that_a_plate_lacks_is_told(tmp_path: Path) -> None:
    made = film(tmp_path, target=0.4, protect=["pass:Hero.A"])
    assert any("no channels" in str(p) for p in check_film(made))
    with pytest.raises(SceneError, match="no channels"):
        blank(made)


def test_a_channel_of_a_plate_is_a_matte() -> None:
    plane = mattes.of_plate(DATA / "ridge.1001.exr", composition.MatteName("pass", "A"))
    assert plane.ndim == 2
    assert set(np.unique(np.round(plane))) <= {0.0, 1.0}


def test_an_object_index_that_nothing_has_is_an_empty_matte() -> None:
    plane = mattes.of_plate(DATA / "ridge.1001.exr", composition.MatteName("id", "7"))
    assert not plane.any()


def test_an_unknown_object_is_told(tmp_path: Path) -> None:
    with pytest.raises(PlateError, match="Cryptomatte"):
        mattes.of_plate(DATA / "ridge.1001.exr", composition.MatteName("crypto", "penguin"))


@pytest.mark.parametrize("prior", ["left", "thirds", "maps/open.png"])
def test_priors_by_name_and_by_map_reach_the_frame(tmp_path: Path, prior: str) -> None:
    (tmp_path / "maps").mkdir()
    opened = np.zeros((108, 192), np.uint8)
    opened[:, 96:] = 255
    cv2.imwrite(str(tmp_path / "maps" / "open.png"), opened)
    made = film(tmp_path, target=0.4, prior=prior, strength=1.5)
    found = blank(made)
    assert found.mean() == pytest.approx(0.4, abs=0.02)
    if prior != "thirds":
        assert found[:, 120:].mean() > found[:, :70].mean() + 0.5
    assert not [p for p in check_film(made) if p.severity == "error"]


def test_a_keyed_preset_and_weights_are_read_at_their_frame(tmp_path: Path) -> None:
    made = film(
        tmp_path,
        preset="modern",
        target=[[1, 0.2], [3, 0.6]],
        weights={"light": [[1, 0.0], [3, 2.0]]},
    )
    wanted = [made.plan(n).scenes[0].liubai for n in (0, 1, 2)]
    assert [w.target for w in wanted] == pytest.approx([0.2, 0.4, 0.6])
    assert [dict(w.weights)["light"] for w in wanted] == pytest.approx([0.0, 1.0, 2.0])
    assert dict(wanted[0].weights)["sat"] == composition.PRESETS["modern"].weights["sat"]


def test_a_film_written_elsewhere_keeps_its_mattes(tmp_path: Path) -> None:
    from inkrender.scenefile import read_film, write_film

    square(tmp_path / "hero.png")
    made = film(tmp_path, target=0.4, protect=["hero.png"], prior="hero.png")
    other = tmp_path / "elsewhere"
    write_film(made, other)
    again = read_film(other).scenes[0].liubai
    assert again.protect == ("../hero.png",)
    assert again.prior == "../hero.png"


def test_a_render_says_which_share_could_not_be_had(capsys: pytest.CaptureFixture[str]) -> None:
    from inkrender.cli_report import Log
    from inkrender.render import Event

    told = {"target": 0.95, "solved": 0.6, "reachable": [0.1, 0.6], "met": False}
    with Log("text") as log:
        for n in range(3):
            log.event(Event("done", n, stats={"blank": 0.6, "liubai hero": told}))
        log.event(Event("summary", message="3 rendered"))
    said = capsys.readouterr().err
    assert "liubai hero: 3 frames" in said
    assert "0.95 is out of reach, 0.10 to 0.60 can be had" in said


def test_the_schema_for_editors_knows_what_negative_space_takes() -> None:
    from inkrender.scenefile import json_schema

    known = json_schema()["$defs"]["Liubai"]["properties"]
    assert {"preset", "prior", "strength", "weights", "reserve", "allow_holes", "edge"} <= set(known)
    assert known["edge"]["enum"] == ["auto", "torn", "mist", "dry"]
    assert all(field.get("description") for name, field in known.items() if name != "keys")


def test_a_plate_a_pixel_wider_than_the_studio_is_the_picture_of_the_frame(tmp_path: Path) -> None:
    """At 270 lines a picture of 427x640 is 405 columns wide, the studio, even, has 404."""
    picture(tmp_path / "plate.png", (640, 427))
    layer = ink.Layer(name="plate", file="plate.png", white=1.0)
    one = ink.Scene(name="one", frames="1", layer=[layer], folder=tmp_path)
    made = ink.Film(size=(640, 426), scenes=(one,), folder=tmp_path)
    small, seen = made.studio().proxy, made.plan(0).scenes[0]
    light = small.light(seen, seen.layers[0])
    assert light.shape[1::-1] != small.size
    found = mattes.picture(small, seen, seen.layers)
    assert found is not None
    assert found.shape[1::-1] == small.size
    assert np.array_equal(found[:, :400], light[: len(found), :400])
