"""Where a picture would give way to paper: the potential behind liubai, from its features.

A potential says how willing each place is to be paper. Arrays are low-resolution (270 lines serve any
output); lengths are px at 1080 lines. Features have fixed scales: whatever is normalised per frame makes the
blank area swim.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from . import colour
from .fields import FAR, NEAR, background, blur, guided, log_depth, pockets, standing
from .frame import Region
from .paint import field, mixed, smoothstep

Plane = NDArray[np.float32]

# how much each feature counts; beside a depth pass lightness counts less, for the pass knows better
WEIGHTS: Mapping[str, float] = {
    "light": 0.6,
    "sat": 0.15,
    "flat": 0.3,
    "border": 1.7,
    "depth": 3.0,
    "mist": 0.3,
}

BESIDE_DEPTH: Mapping[str, float] = {"light": 0.3, "border": 0.3}

SKY = 0.30  # how willing the sky is, where depth tells it from mist

PRESETS: Mapping[str, float] = {  # shares of bare paper, for people to choose from
    "literati": 0.60,  # Song and Yuan literati landscapes; most of 618-2011's old masters are mostly empty
    "song_corner": 0.55,  # Ma Yuan: one corner painted
    "half_side": 0.50,  # Xia Gui: one side painted
    "modern": 0.35,
    "full": 0.15,
}


def features(
    canvas: NDArray[np.float32],
    depth: NDArray[np.float32] | None = None,
    *,
    near: float = NEAR,
    far: float = FAR,
    seed: int = 0,
    origin: tuple[float, float] = (0.0, 0.0),
    paper: NDArray[Any] = colour.PAPER,
) -> dict[str, Plane]:
    """Why a place might be left bare, each 0..1 float32 (h, w): light, sat, flat, border, mist, depth.

    canvas: ink (h, w, 4) as painted before the lift, light as it would develop. depth: scene units or None.
    """
    h, w = canvas.shape[:2]
    scale = h / 1080
    lab = np.asarray(colour.oklab(paper.astype(np.float32) * np.exp(-canvas[..., :3])), np.float32)
    light = np.ascontiguousarray(lab[..., 0])
    chroma = np.hypot(lab[..., 1], lab[..., 2])
    found = {
        "light": np.clip(light, 0, 1),
        "sat": np.asarray(1 - np.clip(chroma / 0.25, 0, 1), np.float32),
        "flat": np.asarray(np.exp(-roughness(light, 15 * scale, scale) / 0.0075), np.float32),
        "border": background(lab),
        "mist": _mist((h, w), scale, seed, origin),
    }
    if depth is not None:
        lz = log_depth(depth, far)
        crest, fine, mist = pockets(lz, scale, near, far)
        recession = np.clip((lz - np.log(near)) / np.log(far / near), 0, 1)
        willing = np.clip(0.45 + 0.55 * mist + 0.12 * recession - 0.45 * crest - 0.18 * fine, 0, 1)
        # the sky is neither: what is painted there goes after the mist pockets, before the crests
        sky = lz > np.log(1.45 * far)
        found["depth"] = np.asarray(np.where(sky, SKY, willing), np.float32)
    return found


def subjects(depth: NDArray[np.float32], near: float = NEAR, far: float = FAR) -> Plane:
    """A matte (h, w) of what stands apart in the front half of near..far, by depth alone."""
    scale = depth.shape[0] / 1080
    front = float(np.log(near) + 0.40 * np.log(far / near))
    return standing(log_depth(depth, far), scale, front)[0]


def drawn(canvas: NDArray[np.float32]) -> Plane:
    """A matte (h, w) of brush lines: what is much darker than its surroundings. canvas: ink (h, w, 4)."""
    dark = np.ascontiguousarray(canvas[..., :3].mean(-1), np.float32)
    return smoothstep(0.2, 0.8, dark - blur(dark, 12 * canvas.shape[0] / 1080))


def potential(
    found: Mapping[str, Plane],
    weights: Mapping[str, float] | None = None,
    *,
    prior: NDArray[np.float32] | None = None,
    reserve: NDArray[np.float32] | None = None,
    protect: NDArray[np.float32] | None = None,
) -> Plane:
    """How willing each place is to be paper: the weighted mean of the features, cleared of islands.

    weights: by feature name, over WEIGHTS. prior: added as it is (composition). reserve raises the potential
    by 2, protect lowers it by 2, which is beyond what any feature can say.
    """
    chosen = dict(WEIGHTS) | (dict(BESIDE_DEPTH) if "depth" in found else {}) | dict(weights or {})
    unknown = set(chosen) - set(WEIGHTS)
    if unknown:
        raise ValueError(f"liubai weighs {', '.join(WEIGHTS)}, not {', '.join(sorted(unknown))}")
    total = sum(chosen[name] for name in found)
    if total <= 0:
        raise ValueError("the weights of liubai add up to nothing: give one feature a weight above 0")
    light = found["light"]
    h, w = light.shape
    flat = "depth" not in found  # light alone tells areas apart: large ones, or the blank is in scraps
    radius = max(2, round((0.028 if flat else 0.012) * w))
    willing = np.zeros_like(light) if prior is None else np.array(prior, np.float32)
    for name, plane in found.items():
        area = guided(light, light, radius, 1e-2) if flat and name == "light" else plane
        willing += np.float32(chosen[name] / total) * area
    side = 2 * round((0.016 if flat else 0.008) * w) + 1
    disk = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side))
    # in the grey domain, so that islands go without the potential jumping from one frame to the next
    cleared = cv2.morphologyEx(cv2.morphologyEx(willing, cv2.MORPH_CLOSE, disk), cv2.MORPH_OPEN, disk)
    willing = guided(light, np.asarray(cleared, np.float32), radius, 4e-3 if flat else 1e-3)
    soft = 4 * h / 1080
    if reserve is not None:
        willing += 2 * blur(np.asarray(reserve, np.float32), soft)
    if protect is not None:
        willing -= 2 * blur(np.asarray(protect, np.float32), soft)
    return willing


def roughness(light: Plane, sigma: float, scale: float) -> Plane:
    """Root mean square slope of lightness within sigma pixels, per px at 1080 lines."""
    across, down = gradient(light, scale)
    return np.asarray(np.sqrt(np.maximum(blur(across * across + down * down, sigma), 0)))


def gradient(plane: Plane, scale: float) -> tuple[Plane, Plane]:
    """Slopes across and down per px at 1080 lines."""
    k = scale / 8
    across = cv2.Sobel(plane, cv2.CV_32F, 1, 0, scale=k, borderType=cv2.BORDER_REPLICATE)
    down = cv2.Sobel(plane, cv2.CV_32F, 0, 1, scale=k, borderType=cv2.BORDER_REPLICATE)
    return np.asarray(across), np.asarray(down)


def _mist(shape: tuple[int, int], scale: float, seed: int, origin: tuple[float, float]) -> Plane:
    """Where mist would lie for no reason of the picture's: wide flat clouds, 0..1."""
    h, w = shape
    clouds = field(Region(*origin, w, h, scale), (870, 290), mixed(seed, 101), 4)
    return smoothstep(-0.4, 0.4, clouds)
