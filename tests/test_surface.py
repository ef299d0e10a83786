"""Where a pixel lies on what it shows: the camera found from depth and motion, or from a Position pass."""

from __future__ import annotations

import numpy as np
import pytest

from inkrender import surface
from inkrender.frame import Region

H, W = 90, 160
FOCAL = 1.6
REGION = Region(0.0, 0.0, W, H, H / 1080)


def camera(pose: surface.Pose, focal: float = FOCAL) -> surface.Camera:
    """Of a plate that fills the sheet; focal in picture heights."""
    return surface.Camera(pose, focal * 1080, (960.0, 540.0))


def turned(x: float = 0.0, y: float = 0.0, z: float = 0.0) -> np.ndarray:
    return surface._turned(np.array([x, y, z]))


def terrain() -> np.ndarray:
    """Depth (h, w) of a hill before a farther one, and nothing above."""
    y, x = np.mgrid[:H, :W].astype(np.float32)
    depth = np.where(y > 30 + 8 * np.sin(x / 20), 20 - y / 10, np.inf).astype(np.float32)
    return np.where(y > 60 + 6 * np.sin(x / 13), 9 - (y - 60) / 12, depth).astype(np.float32)


def points(depth: np.ndarray, focal: float = FOCAL) -> np.ndarray:
    y, x = np.mgrid[:H, :W] + 0.5
    z = np.where(np.isfinite(depth), depth, 1.0).astype(np.float64)
    return np.dstack([(x - W / 2) / H / focal * z, (y - H / 2) / H / focal * z, z])


def motion(depth: np.ndarray, turn: np.ndarray, move: np.ndarray, focal: float = FOCAL) -> np.ndarray:
    """Where each pixel was on the frame before, px, when the camera alone moved."""
    there = points(depth, focal) @ turn.T + move
    y, x = np.mgrid[:H, :W] + 0.5
    seen = there[..., :2] / there[..., 2:] * focal * H + np.array([W / 2, H / 2])
    return np.dstack([seen[..., 0] - x, seen[..., 1] - y]).astype(np.float32)


TURN, MOVE = turned(0.004, -0.006, 0.003), np.array([0.06, -0.02, 0.09])


def test_a_step_of_the_camera_is_found_from_depth_and_motion() -> None:
    depth = terrain()
    found = surface.step(depth, motion(depth, TURN, MOVE), FOCAL)
    assert np.allclose(found.turn, TURN, atol=1e-5)
    assert np.allclose(found.move, MOVE, atol=1e-3)
    assert found.error < 0.01
    assert found.explained == 1.0


def test_what_moves_by_itself_does_not_disturb_the_camera() -> None:
    depth = terrain()
    vectors = motion(depth, TURN, MOVE)
    vectors[55:80, 60:100] += (6, -3)
    found = surface.step(depth, vectors, FOCAL)
    assert np.allclose(found.move, MOVE, atol=0.01)
    assert found.explained < 0.95


def test_motion_that_no_camera_makes_is_not_believed() -> None:
    depth = terrain()
    wild = np.random.default_rng(0).uniform(-9, 9, (H, W, 2)).astype(np.float32)
    steps = [None, surface.step(depth, wild, FOCAL)]
    assert surface.poses(steps) is None


def test_an_empty_plate_has_no_pose() -> None:
    empty = np.full((H, W), np.inf, np.float32)
    assert surface.step(empty, np.zeros((H, W, 2), np.float32), FOCAL) is None


def test_the_focal_length_is_found_where_the_motion_tells_it() -> None:
    depth = terrain()
    turn = turned(0.02, -0.03, 0.01)
    frames = [(depth, motion(depth, turn, MOVE, 1.1))]
    assert surface.focal_of(frames) == pytest.approx(1.1, rel=0.03)


def test_a_camera_that_slides_sideways_leaves_the_usual_focal_length() -> None:
    depth = terrain()
    frames = [(depth, motion(depth, np.eye(3), np.array([0.1, 0, 0]), 1.1))]
    assert surface.focal_of(frames) == surface.USUAL


def test_texture_stays_on_the_surface_while_the_camera_moves() -> None:
    """The anchor of a pixel is the anchor of where it was on the frame before."""
    depth = terrain()
    vectors = motion(depth, TURN, MOVE)
    pose = surface.step(depth, vectors, FOCAL)
    now = surface.anchored(depth, camera(pose), REGION)
    # the place on the frame before, worked out from the point itself
    there = points(depth) @ TURN.T + MOVE
    px = FOCAL * 1080
    before = np.dstack([(there[..., k] + lean * there[..., 2]) * px for k, lean in enumerate(surface.LEAN)])
    seen = np.isfinite(depth)
    scale = 2.0 ** now[..., 2]
    assert (np.abs(now[..., :2] - before) / scale[..., None])[seen].max() < 0.2


def test_any_focal_length_ties_texture_to_the_surface_when_the_camera_slides() -> None:
    depth = terrain()
    vectors = motion(depth, np.eye(3), np.array([0.1, 0, 0]))
    anchors = [
        surface.anchored(depth, camera(surface.step(depth, vectors, f), f), REGION)[..., 0]
        - surface.anchored(depth, camera(surface.STILL, f), REGION)[..., 0]
        for f in (1.0, FOCAL, 2.4)
    ]
    seen = np.isfinite(depth)
    assert np.allclose(anchors[0][seen], anchors[1][seen], rtol=2e-3, atol=0.5)
    assert np.allclose(anchors[2][seen], anchors[1][seen], rtol=2e-3, atol=0.5)


def test_poses_add_up_to_the_way_back_to_the_first_frame() -> None:
    one = surface.Pose(TURN, MOVE)
    there = surface.poses([None, one, one])[2]
    point = np.array([1.0, 2.0, 9.0])
    assert np.allclose(there.turn @ point + there.move, TURN @ (TURN @ point + MOVE) + MOVE)


def test_a_position_pass_tells_where_the_camera_stands() -> None:
    depth = terrain()
    turn, move = turned(1.4, 0.1, -0.2), np.array([0.4, 1.2, 7.0])
    world = (points(depth) - move) @ turn  # turn @ world + move = camera
    found, focal = surface.resect(world.astype(np.float32), np.isfinite(depth))
    assert focal == pytest.approx(FOCAL, rel=1e-3)
    assert np.allclose(found.turn, turn, atol=1e-3)
    assert np.allclose(found.move, move, atol=0.02)


def test_a_flat_position_pass_tells_nothing() -> None:
    y, x = np.mgrid[:H, :W].astype(np.float32)
    flat = np.dstack([x, y, np.zeros_like(x)])
    assert surface.resect(flat, np.ones((H, W), bool)) is None
