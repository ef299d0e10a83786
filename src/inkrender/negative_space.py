"""Liubai, leaving paper bare: where a canvas is lifted so that a wanted share of it stays blank.

A potential says how willing each place is to be paper; the lift takes everything above one threshold, and the
threshold is bisected until the *finished* canvas, layers laid later included, has the wanted share of blank
pixels (`colour.blank`). Arrays are low-resolution (270 lines serve any output); lengths are px at 1080 lines.
Features have fixed scales: whatever is normalised per frame makes the blank area swim.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from . import colour
from .fields import FAR, NEAR, background, blur, guided, log_depth, pockets, standing
from .frame import Region
from .kernels.lift import DRY, TORN, LiftFields
from .kernels.share import count_blank
from .paint import field, mixed, smoothstep

Plane = NDArray[np.float32]
Edge = Literal["torn", "mist", "dry"]

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

REACH = 96.0  # px: distances beyond are cut off; every edge is over long before
STEPS = 20  # bisections: the threshold to a millionth


@dataclass(frozen=True)
class Lift:
    """What liubai takes away: the matte is (ramp + (torn - ramp) hard) (1 - keep).

    phi: float32 (h, w), distance to the edge in px at 1080 lines, positive where paper is left blank.
    ramp: 0..1, the soft wash towards blank. hard: 0..1, where the edge is torn instead of soft.
    keep: 0..1, what the lift must not take: protected subjects, and the ink that bleeds over a torn edge.
    edge, bleed: as solved for. The tile (kernels/lift.py) gets all six.
    threshold: of the potential. target, blank: wanted and reached share of the finished frame, 0..1.
    reachable: the least and the greatest share any threshold gives here.
    """

    phi: Plane
    ramp: Plane
    hard: Plane
    keep: Plane
    edge: Edge
    bleed: float
    threshold: float
    target: float
    blank: float
    reachable: tuple[float, float]

    @property
    def met(self) -> bool:
        """Whether the target was reached within 3 points."""
        return abs(self.blank - self.target) <= 0.03


def lift_for(
    lower: NDArray[np.float32],
    upper: NDArray[np.float32] | None = None,
    *,
    target: float,
    protect: NDArray[np.float32] | None = None,
    reserve: NDArray[np.float32] | None = None,
    depth: NDArray[np.float32] | None = None,
    edge: Edge = "torn",
    bleed: float = 8.0,
    soft: float = 0.15,
    lines: float = 0.0,
    weights: Mapping[str, float] | None = None,
    near: float = NEAR,
    far: float = FAR,
    seed: int = 0,
    origin: tuple[float, float] = (0.0, 0.0),
    paper: NDArray[Any] = colour.PAPER,
) -> Lift:
    """The lift that leaves `target` of the finished canvas blank: features, potential and solution in one.

    lower, upper: ink (h, w, 4) painted before and after the lift. protect, reserve: matte (h, w), 1 = never /
    always willing to be paper. depth: (h, w) in scene units, near..far its fixed range. soft: how gradual a
    misty edge is, in units of potential. lines: 0..1, how much of a line drawn where a subject
    may be outlives the wash round it. origin: layer px of the frame's corner, so that mist stays in place.
    """
    _check_size(lower.shape[:2], upper=upper, protect=protect, reserve=reserve, depth=depth)
    if depth is not None:
        # what stands apart in front is a subject, with or without a matte
        whole = subjects(depth, near, far)
        protect = whole if protect is None else np.maximum(protect, whole)
    found = features(lower, depth, near=near, far=far, seed=seed, origin=origin, paper=paper)
    willing = potential(found, weights, protect=protect, reserve=reserve)
    if lines > 0:
        kept = np.float32(lines) * drawn(lower) * smoothstep(0.34, 0.14, found["border"])
        protect = kept if protect is None else np.maximum(protect, kept)
    return solve(
        lower, upper, willing, target,
        protect=protect, edge=edge, bleed=bleed, soft=soft, seed=seed, origin=origin, paper=paper,
    )  # fmt: skip


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
        "flat": np.asarray(np.exp(-_roughness(light, 15 * scale, scale) / 0.0075), np.float32),
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


def solve(
    lower: NDArray[np.float32],
    upper: NDArray[np.float32] | None,
    willing: Plane,
    target: float,
    *,
    protect: NDArray[np.float32] | None = None,
    edge: Edge = "torn",
    bleed: float = 8.0,
    soft: float = 0.15,
    seed: int = 0,
    origin: tuple[float, float] = (0.0, 0.0),
    paper: NDArray[Any] = colour.PAPER,
) -> Lift:
    """Bisect the threshold until the share of blank pixels of the finished canvas meets `target`.

    The finished canvas is lower (1 - matte) (1 - upper cover) + upper; a pixel is blank by `colour.blank`.
    willing: float32 (h, w) from `potential`. The share falls as the threshold rises, so a target out of reach
    gives the nearest share there is, and `reachable` says what would have been possible. The edge is the
    tile's, over a paper whose heights are spread evenly, as those of every paper are. ValueError for a target
    outside 0..1 or pictures of unlike size.
    """
    h, w = willing.shape
    if not 0 <= target <= 1:
        raise ValueError(f"liubai target {target:g} is not a share of the frame: it lies in 0..1")
    if edge not in ("torn", "mist", "dry"):
        raise ValueError(f'liubai edge is "torn", "mist" or "dry", not "{edge}"')
    _check_size((h, w), lower=lower, upper=upper, protect=protect)
    scale = h / 1080
    lost = field(Region(*origin, w, h, scale), (255, 255), mixed(seed, 8), 2)
    fade = np.asarray(soft * np.exp(1.1 * lost), np.float32)  # the edge is lost here and found there
    slope = _slope(willing, scale)
    hard = _hardness(lower, slope, scale, edge, paper)
    guard = np.zeros((h, w), np.float32) if protect is None else np.clip(protect, 0, 1).astype(np.float32)

    def planes(threshold: float) -> tuple[Plane, Plane, Plane]:  # as kernels/share.py has them
        above = willing - np.float32(threshold)
        ramp = smoothstep(-0.5, 0.5, above / fade)
        phi = np.clip(above / slope, -REACH, REACH)
        seep = 0.2 * hard * np.exp(-np.maximum(phi, 0) / bleed) if bleed > 0 else 0.0
        return phi, ramp, np.asarray(np.maximum(guard, seep), np.float32)

    jacobian = colour.blank_jacobian(paper).T
    through = 1 if upper is None else 1 - upper[..., 3:]
    below = (lower[..., :3] * through) @ jacobian
    above = np.zeros_like(below) if upper is None else upper[..., :3] @ jacobian
    # |k below + above|^2 < BLANK^2 is a quadratic in what the lift leaves, k = 1 - matte
    pairs = ((below, below), (2 * below, above), (above, above))
    square, cross, rest = (np.einsum("yxc,yxc->yx", a, b) for a, b in pairs)
    rest -= np.float32(colour.BLANK**2)

    given = (square, cross, rest, willing, fade, slope, hard, guard, spread_heights(h, w))
    flat = [np.ravel(np.asarray(p, np.float32)) for p in given]
    numbers = [np.float32(v) for v in (bleed, REACH, LiftFields().reach)]
    kind = DRY if edge == "dry" else TORN

    def share(threshold: float) -> float:
        blank: int = count_blank(*flat, np.float32(threshold), *numbers, kind)
        return float(blank / (h * w))

    far = 1 + REACH * float(slope.max()) + float(fade.max())  # beyond this every edge is complete
    low, high = float(willing.min()) - far, float(willing.max()) + far
    reachable = share(high), share(low)
    if target <= reachable[0]:
        threshold = high
    elif target >= reachable[1]:
        threshold = low
    else:
        low, high = float(willing.min()) - 1, float(willing.max()) + 1
        for _ in range(STEPS):
            threshold = (low + high) / 2
            low, high = (threshold, high) if share(threshold) > target else (low, threshold)
    phi, ramp, keep = planes(threshold)
    return Lift(phi, ramp, hard, keep, edge, bleed, threshold, target, share(threshold), reachable)


def lift_matte(lift: Lift, paper_height: NDArray[np.float32]) -> Plane:
    """The matte of a lift at full size, float32 (h, w) 0..1: what the tiles compute, on plain arrays.

    paper_height: (h, w), 0..1 with mean .5, of the output's size. All lengths are px at 1080 lines, so that a
    proxy has the edges of the master.
    """
    h, w = paper_height.shape
    phi, ramp, hard, keep = (_enlarge(p, (w, h)) for p in (lift.phi, lift.ramp, lift.hard, lift.keep))
    if lift.edge == "dry":
        share = np.clip(0.5 + phi / (2 * max(lift.bleed, 1e-3)), 0, 1) * 1.16 - 0.08
        edge = smoothstep(-0.08, 0.08, share - paper_height)
    else:
        edge = smoothstep(-1.2, 1.6, phi + lift.bleed / 2 * (paper_height - 0.5))
    taken = np.clip(ramp + (edge - ramp) * np.clip(hard, 0, 1), 0, 1)
    return np.asarray(taken * (1 - np.clip(keep, 0, 1)), np.float32)


def spread_heights(h: int, w: int) -> Plane:
    """Heights 0..1 (h, w) spread as evenly as can be, also in every small part (Roberts' R2 sequence)."""
    x, y = np.arange(w, dtype=np.float64)[None, :], np.arange(h, dtype=np.float64)[:, None]
    return np.asarray((0.5 + 0.7548776662466927 * x + 0.5698402909980532 * y) % 1, np.float32)


def _check_size(size: tuple[int, ...], **planes: NDArray[np.float32] | None) -> None:
    for name, plane in planes.items():
        if plane is not None and plane.shape[:2] != size:
            raise ValueError(f"{name} is {plane.shape[:2]}, the canvas {size}: liubai needs one size")


def _enlarge(plane: Plane, size: tuple[int, int]) -> Plane:
    return np.asarray(cv2.resize(plane, size, interpolation=cv2.INTER_LINEAR))


def _gradient(plane: Plane, scale: float) -> tuple[Plane, Plane]:
    """Slopes across and down per px at 1080 lines."""
    k = scale / 8
    across = cv2.Sobel(plane, cv2.CV_32F, 1, 0, scale=k, borderType=cv2.BORDER_REPLICATE)
    down = cv2.Sobel(plane, cv2.CV_32F, 0, 1, scale=k, borderType=cv2.BORDER_REPLICATE)
    return np.asarray(across), np.asarray(down)


def _roughness(light: Plane, sigma: float, scale: float) -> Plane:
    """Root mean square slope of lightness within sigma pixels, per px at 1080 lines."""
    across, down = _gradient(light, scale)
    return np.asarray(np.sqrt(np.maximum(blur(across * across + down * down, sigma), 0)))


def _slope(willing: Plane, scale: float) -> Plane:
    """How steep the potential is; floored, for where it is flat the distance to an edge means nothing."""
    across, down = _gradient(blur(willing, 3 * scale), scale)
    return np.asarray(np.hypot(across, down) + np.float32(0.00125))


def _hardness(
    lower: NDArray[np.float32], slope: Plane, scale: float, edge: Edge, paper: NDArray[Any]
) -> Plane:
    """0..1: torn where an edge of the picture lies under the edge of the lift, soft elsewhere.

    Lightness is read as the luminance of the developed canvas to the power 1/3: near enough to OKLab here.
    """
    if edge == "mist":
        return np.zeros_like(slope)
    luminance = np.exp(-lower[..., :3]) @ (colour.LUMA * paper).astype(np.float32)
    found = smoothstep(0.008, 0.025, _roughness(np.cbrt(luminance), 3 * scale, scale))
    steep = smoothstep(0.0016, 0.006, slope)
    hard = blur(found * steep, 4 * scale)
    if edge == "dry":
        hard = np.maximum(hard, smoothstep(0.0008, 0.003, slope))
    return np.asarray(np.clip(hard, 0, 1), np.float32)


def _mist(shape: tuple[int, int], scale: float, seed: int, origin: tuple[float, float]) -> Plane:
    """Where mist would lie for no reason of the picture's: wide flat clouds, 0..1."""
    h, w = shape
    clouds = field(Region(*origin, w, h, scale), (870, 290), mixed(seed, 101), 4)
    return smoothstep(-0.4, 0.4, clouds)
