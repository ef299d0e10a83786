"""What tears the edge of the blank moves with the picture, and the paper stays."""

import cv2
import numpy as np
import pytest
from oracle import Oracle

import inkrender as ink
from inkrender import tearing
from inkrender.io import stills

SIZE = (480, 270)


def heights_of(oracle, folder):
    """Of six frames of footage that has vectors and no depth."""
    for n in range(1, 7):
        frame = oracle.frame(n)
        frame.passes.pop("depth")
        stills.write(folder / f"plate.{n:04}.exr", frame)
    plate = ink.Layer(name="plate", file=str(folder / "plate.####.exr"), white=1.0)
    scene = ink.Scene(name="one", frames="1-6", layer=(plate,), liubai=ink.Liubai(target=0.4))
    film = ink.Film(size=SIZE, scenes=(scene,))
    return [tearing.heights(film.studio(), film.plan(n).scenes[0]) for n in range(6)]


def test_a_still_is_torn_by_its_paper(tmp_path):
    Oracle().write(tmp_path, 1)
    still = ink.Layer(name="plate", file=str(next(tmp_path.glob("*"))), white=1.0)
    scene = ink.Scene(name="one", frames="1-2", layer=(still,), liubai=ink.Liubai(target=0.4))
    film = ink.Film(size=SIZE, scenes=(scene,))
    assert tearing.heights(film.studio(), film.plan(0).scenes[0]) is None


def test_heights_are_spread_evenly(tmp_path):
    found = heights_of(Oracle(w=480, h=270), tmp_path)[0]
    assert found.min() >= 0
    assert found.max() <= 1
    # a tenth of all lies in each tenth, but for what a bilinear read draws to the middle
    assert np.abs(np.histogram(found, 10, (0, 1))[0] / found.size - 0.1).max() < 0.06


@pytest.mark.parametrize("pan", [(4.0, 0.0), (2.4, 1.2)])
def test_heights_follow_the_camera_of_footage(tmp_path, pan):
    first, *_, last = heights_of(Oracle(w=480, h=270, pan=pan, walk=(0, 0)), tmp_path)
    moved = np.float32([[1, 0, 5 * pan[0]], [0, 1, 5 * pan[1]]])
    back = cv2.warpAffine(first, moved, SIZE, flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP)
    inside = np.s_[20:-20, 40:-40]
    follows = np.abs(last - back)[inside].mean()
    assert follows < 0.25 * np.abs(last - first)[inside].mean()
