"""A scene whose motion, depth and IDs are known exactly: a hilly ground under a panning camera, and a ball.

Everything is a formula of place and frame, so that sub-pixel motion is as exact as whole pixels.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from inkrender.frame import Frame
from inkrender.io import stills

GROUND, BALL = 1.0, 2.0  # object IDs


@dataclass(frozen=True)
class Oracle:
    """pan: px the camera moves a frame; walk: px the ball moves a frame on screen, before the camera sees it.

    cut: the first frame of another place. level: light everything is multiplied by. grain: noise that is new
    in every frame, as of film. poison: a value that some pixels have.
    """

    w: int = 128
    h: int = 72
    pan: tuple[float, float] = (1.5, 0.0)
    walk: tuple[float, float] = (-1.0, 0.5)
    cut: int | None = None
    level: float = 1.0
    grain: float = 0.0
    poison: float | None = None

    def frame(self, n: int) -> Frame:
        """Frame n with its passes depth, vector (as Blender writes it) and id."""
        other = self.cut is not None and n >= self.cut
        y, x = np.mgrid[0.5 : self.h, 0.5 : self.w]
        u, v = x + self.pan[0] * n, y + self.pan[1] * n
        ball = self.ball(n)
        light = 0.9 - self.texture(0.5 * v, 2.2 * u) if other else self.texture(u, v)
        tone = np.where(ball, 0.5 + 0.4 * np.sin(0.9 * (x - self.walk[0] * n)), light)
        pixels = np.ones((self.h, self.w, 4), np.float32)
        pixels[..., :3] = (self.level * tone)[..., None] * np.array([1.0, 0.9, 0.8])
        if self.grain:
            noise = np.random.default_rng(n).normal(0, self.grain, (self.h, self.w, 1))
            pixels[..., :3] = np.clip(pixels[..., :3] * (1 + noise), 0, None)
        if self.poison is not None:
            pixels[5:8, 10:13, :3] = self.poison
        depth = np.where(ball, 5.0, 12.0 + 14.0 * self.texture(u / 2 + 77, v / 2))
        back = np.where(ball[..., None], np.negative(self.walk), self.pan)
        vector = np.concatenate([back * [1, -1], back * [1, -1]], axis=-1)  # Z W: what the next frame adds
        passes = {"depth": depth, "vector": vector, "id": np.where(ball, BALL, GROUND)}
        return Frame(pixels, "light", {k: np.asarray(p, np.float32) for k, p in passes.items()})

    def ball(self, n: int) -> np.ndarray:
        """Where the ball is, bool (h, w)."""
        y, x = np.mgrid[0.5 : self.h, 0.5 : self.w]
        cx, cy = 0.6 * self.w + self.walk[0] * n, 0.4 * self.h + self.walk[1] * n
        return np.hypot(x - cx, y - cy) < 0.16 * self.h

    def to_previous(self, n: int) -> np.ndarray:
        """The true flow from frame n to the one before, (h, w, 2) px."""
        return np.where(self.ball(n)[..., None], np.negative(self.walk), self.pan).astype(np.float32)

    @staticmethod
    def texture(u: np.ndarray, v: np.ndarray) -> np.ndarray:
        """Light 0.08-0.92 of the ground: broad hills with something fine on them."""
        hills = np.sin(0.06 * u + 1.5 * np.sin(0.05 * v)) + np.sin(0.031 * u - 0.09 * v + 2)
        fine = np.sin(0.41 * u + 0.23 * v) + np.sin(0.37 * v - 0.29 * u + 1)
        return 0.5 + 0.16 * hills + 0.05 * fine

    def write(self, folder: Path, count: int, first: int = 1, vectors: float | None = 1.0) -> str:
        """Write frames as EXR; the pattern. vectors: what the Vector pass is multiplied by, None for none."""
        folder.mkdir(parents=True, exist_ok=True)
        for n in range(first, first + count):
            frame = self.frame(n)
            if vectors is None:
                frame.passes.pop("vector")
            else:
                frame.passes["vector"] = frame.passes["vector"] * np.float32(vectors)
            stills.write(folder / f"plate.{n:04d}.exr", frame, bits=32)
        return str(folder / "plate.####.exr")
