"""The potential: subjects stand apart, priors compose, nothing jumps, whatever the picture holds."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inkrender import potential
from inkrender.composition import DIRECTIONS, PRESETS
from inkrender.frame import Region
from inkrender.paint import field

H, W = 135, 240


def plate(ground: tuple[float, ...], subject: tuple[float, ...]) -> np.ndarray:
    """A picture in light (H, W, 4): a disk in the middle of a calm ground with slow shading."""
    y, x = np.mgrid[:H, :W].astype(np.float32)
    disk = ((x - 0.45 * W) ** 2 + (y - 0.5 * H) ** 2 < (0.24 * H) ** 2)[..., None]
    slow = 1 + 0.25 * field(Region(0, 0, W, H, H / 1080), (900, 700), 5)[..., None]
    light = np.ones((H, W, 4), np.float32)
    light[..., :3] = np.where(disk, np.float32(subject), np.float32(ground) * slow)
    return light


def inside() -> np.ndarray:
    y, x = np.mgrid[:H, :W]
    return (x - 0.45 * W) ** 2 + (y - 0.5 * H) ** 2 < (0.20 * H) ** 2


def canvas_of(light: np.ndarray) -> np.ndarray:
    ink = np.zeros_like(light)
    ink[..., :3] = -np.log(np.clip(light[..., :3], 0.006, 1))
    return ink


def willing(light: np.ndarray, **options: object) -> np.ndarray:
    found = potential.features(canvas_of(light), picture=light)
    return potential.potential(found, **options)


@pytest.mark.parametrize(
    ("ground", "subject"),
    [
        ((0.02, 0.04, 0.05), (0.8, 0.4, 0.2)),  # a light flower before dark leaves
        ((0.7, 0.75, 0.8), (0.05, 0.05, 0.06)),  # a dark bird before the sky
        ((0.2, 0.4, 0.1), (0.5, 0.5, 0.55)),
    ],
)
def test_a_subject_gives_way_last_however_light_it_is(
    ground: tuple[float, ...], subject: tuple[float, ...]
) -> None:
    plane = willing(plate(ground, subject))
    assert plane[inside()].max() < np.quantile(plane[~inside()], 0.5)


def test_paper_is_no_vignette_of_a_textured_picture() -> None:
    light = np.ones((H, W, 4), np.float32)
    leaves = field(Region(0, 0, W, H, H / 1080), (40, 40), 7, 3)
    light[..., :3] = np.clip(0.12 + 0.12 * leaves, 0.01, 1)[..., None] * np.float32((0.6, 1, 0.4))
    plane = willing(light)
    rim = np.ones((H, W), bool)
    rim[14:-14, 14:-14] = False
    blank = plane > np.quantile(plane, 0.6)
    assert abs(blank[rim].mean() - blank[~rim].mean()) < 0.25


def test_where_the_plate_is_empty_paper_comes_first() -> None:
    light = plate((0.3, 0.3, 0.3), (0.6, 0.2, 0.1))
    light[:40] = 0
    plane = willing(light)
    assert plane[5:35].min() > np.quantile(plane[60:], 0.98)


def test_a_hole_in_a_likely_subject_is_no_more_willing_than_its_rim() -> None:
    light = plate((0.02, 0.04, 0.05), (0.8, 0.3, 0.1))
    y, x = np.mgrid[:H, :W]
    hole = (x - 0.45 * W) ** 2 + (y - 0.5 * H) ** 2 < (0.10 * H) ** 2
    light[hole, :3] = (0.9, 0.9, 0.9)  # a white heart
    closed, open_ = (willing(light, allow_holes=allowed) for allowed in (False, True))
    ring = inside() & ~hole
    assert closed[hole].max() < closed[ring].max() + 0.02
    assert open_[hole].max() > closed[hole].max() - 1e-5


@pytest.mark.parametrize("name", sorted(DIRECTIONS))
def test_a_prior_paints_the_part_it_names(name: str) -> None:
    plane = potential.prior(name, (90, 160), 0.3)
    across, down = DIRECTIONS[name]
    painted = plane[(-1 if down < 0 else 0) if down else 45, (-1 if across < 0 else 0) if across else 80]
    assert painted == plane.min()
    assert np.abs(plane).max() == pytest.approx(0.3, rel=0.02)
    assert plane.mean() == pytest.approx(0, abs=1e-6)


def test_thirds_paint_where_the_thirds_meet() -> None:
    plane = potential.prior("thirds", (90, 150), 0.3)
    assert plane[30, 50] == pytest.approx(plane.min(), abs=0.01)
    assert plane[45, 75] > plane[30, 50] + 0.1


def test_an_unknown_prior_is_refused() -> None:
    with pytest.raises(ValueError, match="thirds"):
        potential.prior("middle", (9, 16))


@settings(max_examples=12, deadline=None)
@given(st.integers(0, 2**31), st.sampled_from([np.nan, np.inf, -np.inf, 1e4, -3.0, 0.0, 1.0]))
def test_whatever_a_plate_holds_the_potential_is_finite(seed: int, odd: float) -> None:
    light = np.random.default_rng(seed).random((40, 64, 4)).astype(np.float32)
    light[10:20, 5:30] = odd
    ink = np.zeros((40, 64, 4), np.float32)
    found = potential.features(ink, picture=light)
    assert np.isfinite(potential.potential(found)).all()
    assert all(np.isfinite(plane).all() for plane in found.values())


@pytest.mark.parametrize("level", [0.0, 1.0])
def test_a_frame_of_one_tone_has_a_potential(level: float) -> None:
    light = np.full((54, 96, 4), level, np.float32)
    light[..., 3] = 1
    assert np.isfinite(willing(light)).all()


def test_a_little_noise_moves_the_potential_a_little() -> None:
    light = plate((0.02, 0.04, 0.05), (0.8, 0.4, 0.2))
    grain = 1 + np.random.default_rng(1).normal(0, 0.01, light.shape).astype(np.float32)
    grain[..., 3] = 1
    change = np.abs(willing(light) - willing(np.clip(light * grain, 0, 1)))
    assert change.mean() < 0.01
    assert change.max() < 0.10


def test_night_does_not_ask_how_light_a_place_is() -> None:
    light = plate((0.02, 0.03, 0.06), (0.8, 0.7, 0.3))
    found = potential.features(canvas_of(light), picture=light)
    plane = potential.potential(found, PRESETS["night"].weights)
    darker = {**found, "light": found["light"] * np.float32(0.3)}
    assert np.array_equal(plane, potential.potential(darker, PRESETS["night"].weights))


def test_colour_alone_tells_a_subject_apart() -> None:
    """Equal lightness, other hue: the barrier is crossed in a and b."""
    lab = np.zeros((60, 100, 3), np.float32)
    lab[...] = (0.6, 0.0, 0.1)
    lab[20:40, 40:60] = (0.6, 0.15, -0.1)
    found = potential.apart(lab)
    assert found[25:35, 45:55].min() > 0.8
    assert found[2:10].max() < 0.2
