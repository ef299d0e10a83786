"""A plate steadied along its motion before it is painted."""

import numpy as np
import pytest
from oracle import Oracle

import inkrender as ink
from inkrender import steadying
from inkrender.frame import Frame
from inkrender.io import stills

SIZE = (128, 72)
CLEAN = Oracle()
GRAIN = 0.08


def written(folder, oracle, frames, alpha=1.0, depth=False):
    """The pattern of frames without passes, but for depth."""
    for n in frames:
        seen = oracle.frame(n)
        kept = {"depth": seen.passes["depth"]} if depth else {}
        stills.write(folder / f"p.{n:04d}.exr", Frame(seen.pixels * np.float32(alpha), "light", kept))
    return str(folder / "p.####.exr")


def film_of(pattern, frames="1-8", **told):
    plate = ink.Layer(name="plate", file=pattern, shaders=[{"use": "repaint"}], **told)
    return ink.Film(size=SIZE, scenes=(ink.Scene(name="one", frames=frames, layer=(plate,)),))


def steady(film, n):
    """What steadies frame n of a film that begins with frame 1."""
    one = film.plan(n - 1).scenes[0]
    layer = one.layers[0]
    return steadying.steady(film.studio(SIZE), one, layer, SIZE)


def off(light, oracle, n, where=...):
    """How far from what an oracle shows: root of the mean square."""
    return float(np.sqrt(np.square(light[..., :3] - oracle.frame(n).pixels[..., :3])[where].mean()))


def test_grain_is_averaged_away_along_a_pan(tmp_path):
    noisy = Oracle(grain=GRAIN)
    found = steady(film_of(written(tmp_path, noisy, range(1, 9))), 4)
    still = ~CLEAN.ball(4)
    assert off(found, CLEAN, 4, still) < 0.7 * off(noisy.frame(4).pixels, CLEAN, 4, still)
    assert (found[..., 3] == 1).all()


def test_what_the_analysis_made_is_read_again_bit_for_bit(tmp_path, monkeypatch):
    pattern = written(tmp_path, Oracle(grain=GRAIN), range(1, 9))
    made = steady(film_of(pattern), 4)

    def never(*_):
        raise AssertionError("made again")

    monkeypatch.setattr(steadying.carrying, "carry", never)
    assert np.array_equal(steady(film_of(pattern), 4), made)


def test_what_moves_by_itself_does_not_smear(tmp_path):
    found = steady(film_of(written(tmp_path, CLEAN, range(1, 9))), 4)
    before, ball = CLEAN.frame(3).pixels, CLEAN.ball(4)
    assert off(found, CLEAN, 4, ball) < 0.2 * off(before, CLEAN, 4, ball)


def test_a_cut_does_not_smear(tmp_path):
    whole, half = tmp_path / "whole", tmp_path / "half"
    whole.mkdir(), half.mkdir()
    cut = Oracle(cut=5)
    found = steady(film_of(written(whole, cut, range(1, 9))), 4)
    alone = steady(film_of(written(half, cut, range(1, 5)), "1-4"), 4)
    assert np.array_equal(found, alone)


def test_what_stands_still_is_left_as_it_is(tmp_path):
    still = Oracle(pan=(0.0, 0.0), walk=(0.0, 0.0))
    assert steady(film_of(written(tmp_path, still, range(1, 9))), 4) is None


@pytest.mark.parametrize(
    ("frames", "told"),
    [({"alpha": 0.5}, {}), ({}, {"rotation": 10.0})],
    ids=["see-through", "turned"],
)
def test_a_plate_whose_edge_would_come_apart_is_left_as_it_is(tmp_path, frames, told):
    assert steady(film_of(written(tmp_path, CLEAN, range(1, 9), **frames), **told), 4) is None


@pytest.mark.parametrize("depth", [False, True])
def test_only_what_is_painted_from_tones_is_steadied(tmp_path, monkeypatch, depth):
    asked = []
    monkeypatch.setattr(steadying, "steady", lambda *given: asked.append(given))
    film_of(written(tmp_path, CLEAN, range(1, 9), depth=depth)).pixels(3)
    assert bool(asked) is not depth


def test_a_drawing_that_is_held_is_steadied_by_its_neighbours(tmp_path):
    noisy = Oracle(grain=GRAIN)
    film = film_of(written(tmp_path, noisy, range(1, 9)), exposure=2)
    held = [steady(film, n) for n in (5, 6)]
    assert np.array_equal(*held)
    assert off(held[0], CLEAN, 5, ~CLEAN.ball(5)) < 0.8 * off(noisy.frame(5).pixels, CLEAN, 5, ~CLEAN.ball(5))


def test_a_frame_is_the_same_alone_and_in_any_order(tmp_path, monkeypatch):
    film = film_of(written(tmp_path, Oracle(grain=GRAIN), range(1, 9)))
    found = []
    for order in ((3,), (7, 0, 3), (4, 3)):
        monkeypatch.setenv("INKRENDER_CACHE", str(tmp_path / f"cache{len(found)}"))
        found.append([film.pixels(n)[0] for n in order][order.index(3)])
    assert np.array_equal(found[0], found[1])
    assert np.array_equal(found[0], found[2])
