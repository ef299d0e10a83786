"""What tears the edge of the blank runs along it as hairs, and moves with the picture; the paper stays."""

import cv2
import numpy as np
import pytest
from oracle import Oracle

import inkrender as ink
from inkrender import tearing
from inkrender.io import stills
from inkrender.negative_space import Lift

SIZE = (480, 270)


def lift_at(across, size=SIZE, bleed=40.0):
    """A lift whose dry edge runs down the frame at `across`, blank to its right."""
    w, h = size[0] // 2, size[1] // 2
    phi = np.broadcast_to((np.arange(w, dtype=np.float32) + 0.5 - w * across) * (1080 / h), (h, w))
    flat = np.zeros((h, w), np.float32)
    return Lift(np.ascontiguousarray(phi), flat, flat - 1, flat, "dry", bleed, 0.0, 0.4, 0.4, (0.0, 1.0))


def heights_of(oracle, folder, lift):
    """Of six frames of footage that has vectors and no depth."""
    for n in range(1, 7):
        frame = oracle.frame(n)
        frame.passes.pop("depth")
        stills.write(folder / f"plate.{n:04}.exr", frame)
    plate = ink.Layer(name="plate", file=str(folder / "plate.####.exr"), white=1.0)
    scene = ink.Scene(name="one", frames="1-6", layer=(plate,), liubai=ink.Liubai(target=0.4))
    film = ink.Film(size=SIZE, scenes=(scene,))
    return [tearing.heights(film.studio(), film.plan(n).scenes[0], lift) for n in range(6)]


@pytest.fixture(scope="module")
def still(tmp_path_factory):
    folder = tmp_path_factory.mktemp("still")
    Oracle().write(folder, 1)
    layer = ink.Layer(name="plate", file=str(next(folder.glob("*"))), white=1.0)
    return ink.Scene(name="one", frames="1-2", layer=(layer,), liubai=ink.Liubai(target=0.4))


def of_still(scene, lift, size=SIZE):
    film = ink.Film(size=size, scenes=(scene,))
    return tearing.heights(film.studio(), film.plan(0).scenes[0], lift)


def test_away_from_the_edge_nothing_tears(still):
    found = of_still(still, lift_at(0.5))
    assert (found[:, 300:] == 0.5).all()


def test_heights_are_spread_evenly(still):
    found = of_still(still, lift_at(0.5, bleed=1000.0))
    assert found.min() >= 0
    assert found.max() <= 1
    # a tenth of all lies in each tenth, but for what the logistic curve is not quite a Gaussian's
    assert np.abs(np.histogram(found, 10, (0, 1))[0] / found.size - 0.1).max() < 0.05


@pytest.mark.parametrize("size", [SIZE, (1280, 720)])
def test_a_line_breaks_in_pieces_as_long_as_hairs(still, size):
    found = of_still(still, lift_at(0.5, size, bleed=400.0), size)
    belt = found[:, found.shape[1] // 2 - 30 : found.shape[1] // 2 + 30] - 0.5
    along, across = (np.abs(np.diff(belt, axis=axis)).mean() for axis in (0, 1))
    assert along < 0.4 * across


@pytest.mark.parametrize("pan", [(4.0, 0.0), (2.4, 1.2)])
def test_heights_follow_the_camera_of_footage(tmp_path, pan):
    oracle = Oracle(w=480, h=270, pan=pan, walk=(0, 0))
    first, *_, last = heights_of(oracle, tmp_path, lift_at(0.5, bleed=1000.0))
    moved = np.float32([[1, 0, 5 * pan[0]], [0, 1, 5 * pan[1]]])
    back = cv2.warpAffine(first, moved, SIZE, flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP)
    inside = np.s_[20:-20, 40:-40]
    follows = np.abs(last - back)[inside].mean()
    assert follows < 0.25 * np.abs(last - first)[inside].mean()
