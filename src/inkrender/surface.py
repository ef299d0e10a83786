"""Where a pixel lies on what it shows: texture is tied to the surface, not to the screen.

A plate's depth and motion tell how its camera moved: every point that does not move by itself lies, seen from
the frame before, where the motion vector leads. From these steps each frame of a shot gets a pose relative to
the first, and each pixel a place in the first frame's space. A Position pass tells the same without motion.

Lengths are in picture heights, so that a proxy solves what the master solves; y points down, z away from the
viewer, depth is measured along z as renderers write it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .frame import Region

Plane = NDArray[np.float32]
Array = NDArray[np.float64]

USUAL = 1.9  # focal length of a 38 mm lens on 36 mm film at 16:9: taken where the motion does not tell it
SLACK = 0.30  # px at 270 lines: what lies farther from where the camera alone would carry it moves by itself
SURE = 0.5  # share of the picture that has to follow the camera before a pose is believed
POINTS = 12000  # as many are enough for six unknowns
LEAN = (0.25, -0.22)  # depth is sheared into the texture: no slope that rises from the viewer is all streaks
BEYOND = 1e9


@dataclass(frozen=True)
class Pose:
    """From this frame's space to that of another frame: turn @ point + move; lengths in scene units.

    error: median distance, px at 270 lines, between where the pose and where the motion lead; explained:
    the share of the picture that the pose carries to within SLACK of its motion.
    """

    turn: Array
    move: Array
    error: float = 0.0
    explained: float = 1.0

    def then(self, other: Pose) -> Pose:
        """First this pose, then the other."""
        error, explained = max(self.error, other.error), min(self.explained, other.explained)
        return Pose(other.turn @ self.turn, other.turn @ self.move + other.move, error, explained)


STILL = Pose(np.eye(3), np.zeros(3))


@dataclass(frozen=True)
class Camera:
    """Where a plate's camera stood: `pose` leads to the space of the shot's first frame.

    focal and centre, the place it looks at, are layer px at 1080 lines. For an area shader that declares it,
    `inputs.camera` is a Camera, or None.
    """

    pose: Pose
    focal: float
    centre: tuple[float, float]


def step(depth: Plane, to_previous: NDArray[np.float32], focal: float) -> Pose | None:
    """How to come from a frame's space to the previous frame's; None where there is too little to tell.

    depth: (h, w) scene units, empty where not finite; to_previous: (h, w, 2) px, where each pixel was one
    frame before; focal: in picture heights. Gauss-Newton on the distance on the previous frame, with a
    redescending weight (Geman and McClure): what moves by itself does not count.
    """
    points, seen = _points(depth, to_previous, focal)
    if len(points) < 100:
        return None
    turn, move = np.eye(3), np.zeros(3)
    weight = np.ones(len(points))
    for _ in range(10):
        there = points @ turn.T + move
        z = np.maximum(there[:, 2], 1e-6)
        miss = seen - there[:, :2] / z[:, None] * focal
        far = np.sqrt(np.einsum("ij,ij->i", miss, miss))
        scale = max(2.5 * float(np.median(far)), 1e-6)
        weight = 1 / (1 + (far / scale) ** 2) ** 2
        across, down = _gradients(there, z, focal)
        normal = across.T @ (across * weight[:, None]) + down.T @ (down * weight[:, None])
        pull = across.T @ (weight * miss[:, 0]) + down.T @ (weight * miss[:, 1])
        change = np.linalg.solve(normal + 1e-9 * np.trace(normal) * np.eye(6), pull)
        small = _turned(change[3:])
        turn, move = small @ turn, small @ move + change[:3]
        if np.abs(change).max() < 1e-9:
            break
    there = points @ turn.T + move
    miss = seen - there[:, :2] / np.maximum(there[:, 2:], 1e-6) * focal
    far = np.sqrt(np.einsum("ij,ij->i", miss, miss)) * 270
    if not np.isfinite(far).all():
        return None
    return Pose(turn, move, float(np.median(far)), float(np.mean(far < SLACK)))


def focal_of(frames: Iterable[tuple[Plane, NDArray[np.float32]]]) -> float:
    """The focal length in picture heights that explains the motion best: a search along one line.

    frames: (depth, to_previous) of a few frames of one shot. A camera that only slides sideways leaves it
    open (twice the length and half the way give the same pictures): then it is USUAL, and any would do.
    """
    chosen = list(frames)

    def cost(log_focal: float) -> float:
        found = [step(depth, vectors, float(np.exp(log_focal))) for depth, vectors in chosen]
        return float(np.mean([pose.error for pose in found if pose is not None] or [0.0]))

    tried = np.log(USUAL) + np.linspace(-1.2, 1.2, 7)
    costs = [cost(x) for x in tried]
    best = int(np.argmin(costs))
    if costs[best] > 0.5 * costs[len(tried) // 2] - 1e-4:
        return USUAL
    low, high = tried[max(best - 1, 0)], tried[min(best + 1, len(tried) - 1)]
    for _ in range(12):  # golden section
        a, b = high - 0.618 * (high - low), low + 0.618 * (high - low)
        low, high = (low, b) if cost(a) < cost(b) else (a, high)
    return float(np.exp(0.5 * (low + high)))


def poses(steps: Sequence[Pose | None]) -> tuple[Pose, ...] | None:
    """Each frame's way to the first of its shot. steps[0] is not looked at; None where one is not sure."""
    found = [STILL]
    for each in steps[1:]:
        if each is None or each.explained < SURE:
            return None
        found.append(each.then(found[-1]))
    return tuple(found)


def resect(position: NDArray[np.float32], seen: NDArray[np.bool_]) -> tuple[Pose, float] | None:
    """(the way from world to this camera's space, focal length) from a Position pass (h, w, 3).

    Direct linear transformation (Hartley and Zisserman 2004, 7.1) on what is seen (h, w); None where the
    points lie in one plane, or are no perspective picture.
    """
    h, w = seen.shape
    rows, cols = np.nonzero(seen & np.isfinite(position).all(-1) & (np.abs(position).max(-1) < BEYOND))
    if len(rows) < 100:
        return None
    every = max(1, len(rows) // 3000)
    rows, cols = rows[::every], cols[::every]
    world = position[rows, cols].astype(np.float64)
    x, y = (cols + 0.5 - w / 2) / h, (rows + 0.5 - h / 2) / h
    middle, spread = world.mean(0), max(float(world.std()), 1e-9)
    p = np.column_stack([(world - middle) / spread, np.ones(len(world))])
    zero = np.zeros_like(p)
    system = np.vstack([np.hstack([p, zero, -x[:, None] * p]), np.hstack([zero, p, -y[:, None] * p])])
    _, values, axes = np.linalg.svd(system.T @ system)
    if values[-2] < 1e-7 * values[0]:  # more than one camera fits: the points are flat
        return None
    camera = axes[-1].reshape(3, 4)
    turned = camera[:, :3] / spread
    camera = np.column_stack([turned, camera[:, 3] - turned @ middle])
    camera /= np.linalg.norm(camera[2, :3])
    if np.median(world @ camera[2, :3] + camera[2, 3]) < 0:
        camera = -camera
    focal = float(0.5 * (np.linalg.norm(camera[0, :3]) + np.linalg.norm(camera[1, :3])))
    about = np.vstack([camera[:2] / focal, camera[2:]])
    u, _, v = np.linalg.svd(about[:, :3])
    turn = u @ v
    move = about[:, 3]
    there = world @ turn.T + move
    far = np.hypot(x - focal * there[:, 0] / there[:, 2], y - focal * there[:, 1] / there[:, 2]) * 270
    if not np.isfinite(focal) or np.linalg.det(turn) < 0 or np.median(far) > 2 * SLACK:
        return None
    return Pose(turn, move, float(np.median(far)), float(np.mean(far < 2 * SLACK))), focal


def anchored(depth: Plane, camera: Camera, region: Region) -> NDArray[np.float32]:
    """Where texture lies on each pixel, (h, w, 3): two places in px at 1080 lines and octaves of reduction.

    depth: (h, w) scene units over the region. What is empty gets a place at depth 1e4. For
    `repainting.Texture`.
    """
    z = np.where(np.isfinite(depth) & (depth > 0), np.minimum(depth, np.float32(1e4)), np.float32(1e4))
    x, y = region.grid()
    px = np.float32(1 / camera.focal)
    x, y = (x - np.float32(camera.centre[0])) * px, (y - np.float32(camera.centre[1])) * px
    return _laid(x * z, y * z, z, camera.pose, camera.focal)


def _laid(x: Plane, y: Plane, z: Plane, pose: Pose, px: float) -> NDArray[np.float32]:
    """Points carried by the pose and laid out flat as the first frame sees them; px: focal length."""
    out = np.empty((*z.shape, 3), np.float32)
    for k, lean in enumerate(LEAN):
        a, b, c = (np.float32(v) for v in px * (pose.turn[k] + lean * pose.turn[2]))
        out[..., k] = a * x + b * y + c * z + np.float32(px * (pose.move[k] + lean * pose.move[2]))
    out[..., 2] = np.log2(z)
    return out


def _points(depth: Plane, to_previous: NDArray[np.float32], focal: float) -> tuple[Array, Array]:
    """((n, 3) points in this frame's space, (n, 2) where each was seen on the previous frame, heights)."""
    h, w = depth.shape
    rows, cols = np.nonzero(np.isfinite(depth) & (depth > 0) & (depth < BEYOND))
    every = max(1, len(rows) // POINTS)
    rows, cols = rows[::every], cols[::every]
    z = depth[rows, cols].astype(np.float64)
    x, y = (cols + 0.5 - w / 2) / h, (rows + 0.5 - h / 2) / h
    moved = to_previous[rows, cols].astype(np.float64) / h
    usable = np.isfinite(moved).all(-1)
    points = np.column_stack([x / focal * z, y / focal * z, z])
    return points[usable], (np.column_stack([x, y]) + moved)[usable]


def _gradients(there: Array, z: Array, focal: float) -> tuple[Array, Array]:
    """How a point's place on the picture follows the pose, (n, 6) for x and y: three ways, three turns."""
    x, y = there[:, 0] / z, there[:, 1] / z
    k, zero = focal / z, np.zeros_like(z)
    across = np.column_stack([k, zero, -k * x, -focal * x * y, focal * (1 + x * x), -focal * y])
    down = np.column_stack([zero, k, -k * y, -focal * (1 + y * y), focal * x * y, focal * x])
    return across, down


def _turned(about: Array) -> Array:
    """The rotation about a vector by its length (Rodrigues)."""
    angle = float(np.linalg.norm(about))
    if angle < 1e-12:
        return np.eye(3)
    x, y, z = about / angle
    cross = np.array([[0, -z, y], [z, 0, -x], [-y, x, 0]])
    return np.asarray(np.eye(3) + np.sin(angle) * cross + (1 - np.cos(angle)) * cross @ cross)
