"""What both recipes of `repaint` share: noise that stays on the paper, or moves with a surface."""

from __future__ import annotations

import naive
import numpy as np
import pytest

from inkrender import colour, repainting
from inkrender.frame import Region
from inkrender.repainting import Texture

REGION = Region(0.0, 0.0, 128, 72, 72 / 1080)
WIDE = Region(0.0, 0.0, 1024, 512, 1.0)


def places(region: Region, dx: float = 0.0, dy: float = 0.0, octave: float | None = None) -> np.ndarray:
    """The anchor of a surface that lies still, moved by (dx, dy) px."""
    x, y = region.grid()
    planes = [np.broadcast_to(x + dx, (region.h, region.w)), np.broadcast_to(y + dy, (region.h, region.w))]
    if octave is not None:
        planes.append(np.full((region.h, region.w), octave))
    return np.ascontiguousarray(np.dstack(planes), np.float32)


def test_without_an_anchor_texture_is_the_papers_own_noise() -> None:
    ours = Texture(REGION, 7)(128, 2, 3, 0.9)
    assert np.array_equal(ours, repainting.paper_noise(REGION, 7, 128, 2, 3, 0.9))


@pytest.mark.parametrize(
    ("size", "octaves", "warp"), [(345, 3, 0.6), (128, 3, 0.9), (33, 2, 0.0), (4, 1, 0.0)]
)
def test_anchored_noise_has_the_spread_of_the_papers(size: float, octaves: int, warp: float) -> None:
    region = Region(0.0, 0.0, 900, 900, 0.9 if size < 50 else 0.08)
    fixed = repainting.paper_noise(region, 7, size, 2, octaves, warp)
    moved = Texture(region, 7, places(region))(size, 2, octaves, warp)
    assert abs(moved.mean()) < 0.04
    assert moved.std() == pytest.approx(fixed.std(), rel=0.15)


def test_anchored_noise_moves_with_its_surface() -> None:
    here = Texture(WIDE, 3, places(WIDE))(33, 3, 2)
    there = Texture(WIDE, 3, places(WIDE, dx=5, dy=2))(33, 3, 2)
    assert np.allclose(there[:-2, :-5], here[2:, 5:], atol=1e-3)


def test_a_texture_joins_itself_without_a_seam() -> None:
    tile, _ = repainting._tile(2, 3, 0.9, 8)
    inside = np.abs(np.diff(tile, axis=1)).max()
    assert np.abs(tile[:, 0] - tile[:, -1]).max() <= inside
    assert np.abs(tile[0] - tile[-1]).max() <= np.abs(np.diff(tile, axis=0)).max()


@pytest.mark.parametrize("octave", [0.0, 0.3, 1.0, 1.5, 2.8])
def test_a_receding_surface_keeps_the_spread_of_its_texture(octave: float) -> None:
    near = Texture(WIDE, 3, places(WIDE))(8, 3, 1)
    far = places(WIDE, octave=octave)
    far[..., :2] *= 2.0**octave  # reduced: as many px of the surface lie under one of the picture
    assert Texture(WIDE, 3, far)(8, 3, 1).std() == pytest.approx(near.std(), rel=0.12)


def test_the_size_of_features_does_not_change_as_a_surface_recedes() -> None:
    def roughness(octave: float) -> float:
        far = places(WIDE, octave=octave)
        far[..., :2] *= 2.0**octave
        plane = Texture(WIDE, 3, far)(16, 3, 1)
        return float(np.abs(np.diff(plane, axis=1)).mean() / plane.std())

    assert all(roughness(k) == pytest.approx(roughness(0.0), rel=0.35) for k in (0.5, 1.0, 2.5, 4.0))


def test_texture_never_pops_where_an_octave_begins() -> None:
    below, above = (Texture(WIDE, 3, places(WIDE, octave=k))(33, 3, 2) for k in (0.9999, 1.0001))
    assert np.abs(below - above).max() < 0.01


def test_another_seed_and_another_number_give_another_texture() -> None:
    one = Texture(WIDE, 3, places(WIDE))(33, 3, 2)
    for other in (Texture(WIDE, 4, places(WIDE))(33, 3, 2), Texture(WIDE, 3, places(WIDE))(33, 4, 2)):
        assert abs(np.corrcoef(one.ravel(), other.ravel())[0, 1]) < 0.2


def test_reading_a_texture_agrees_with_its_naive_twin() -> None:
    rng = np.random.default_rng(1)
    tile = rng.standard_normal((64, 64)).astype(np.float32)
    from inkrender.kernels import texture

    anchor = rng.uniform(-200, 200, (20, 30, 3)).astype(np.float32)
    anchor[..., 2] = rng.uniform(-1, 3, (20, 30))
    dst = np.empty((20, 30), np.float32)
    texture.read(dst, tile, anchor, np.float32(0.4), np.float32(3.2), np.float32(5.1))
    assert np.allclose(dst, naive.texture(tile, anchor[..., :2], 0.4, 3.2, 5.1), atol=2e-3)
    given = (np.float32(v) for v in (0.4, 3.2, 5.1))
    texture.read_receding(dst, tile, anchor, *given, repainting.HALVINGS)
    assert np.allclose(dst, naive.texture(tile, anchor, 0.4, 3.2, 5.1), atol=4e-3)


def test_specks_of_bare_paper_get_a_wash_and_large_ones_stay_bare() -> None:
    ink = np.full((270, 480, 4), 0.5, np.float32)
    ink[..., 3] = 1
    ink[40:44, 40:44, :3] = 0
    ink[100:200, 100:300, :3] = 0
    repainting.close_specks(ink, 0.25)
    bare = colour.blank(ink)
    assert not bare[40:44, 40:44].any()
    assert bare[110:190, 110:290].all()
    assert (ink[60, 60, :3] == 0.5).all()
