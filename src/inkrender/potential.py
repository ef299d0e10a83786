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
from .composition import DIRECTIONS, FEATURES, STRENGTH
from .fields import FAR, NEAR, blur, guided, log_depth, opened, pockets, standing
from .frame import Region
from .kernels.barrier import barrier
from .kernels.reconstruct import spread
from .kernels.seen import develop_under, to_oklab
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
    "alpha": 2.0,
}

BESIDE_DEPTH: Mapping[str, float] = {"light": 0.3, "border": 0.3, "alpha": 0.0}

SKY = 0.30  # how willing the sky is, where depth tells it from mist
PASSES = 6  # to and fro over the picture: after the paper's three, bends of the way still show as hard edges
ACROSS = 160  # pixels across on which barriers are measured: finer ones are texture
SUBJECT = 0.25  # how much less willing a likely subject is than what surrounds it
LEAST_BLANK, LEAST_INK = 0.006, 0.002  # shares of the frame below which an island goes
FAINT = 0.02  # contrast that is none
CALM = 0.24  # contrast in OKLab, summed over channels, at which a place no longer joins the border


def features(
    canvas: NDArray[np.float32],
    depth: NDArray[np.float32] | None = None,
    *,
    picture: NDArray[np.float32] | None = None,
    near: float = NEAR,
    far: float = FAR,
    seed: int = 0,
    origin: tuple[float, float] = (0.0, 0.0),
    paper: NDArray[Any] = colour.PAPER,
) -> dict[str, Plane]:
    """Why a place might be left bare, each 0..1 float32 (h, w); and three planes that `potential` needs.

    light: how light. sat: how grey. flat: how calm. border: how surely it is background (`apart`). mist:
    where mist would lie anyway. depth: behind a ridge, far. alpha: where the plate is empty. Beside them
    `salient` (what stands apart), `hull` (the likely subject), `guide` (lightness, whose edges are kept).

    canvas: ink (h, w, 4) as painted before the lift. picture: the plate it was painted from, premultiplied
    scene-linear light (h, w, 4), over the canvas where it is empty; without it the canvas is read, light as
    it would develop. depth: scene units or None.
    """
    h, w = canvas.shape[:2]
    scale = h / 1080
    plate = np.zeros((h, w, 4), np.float32) if picture is None else np.asarray(picture, np.float32)
    *lab_planes, alpha = (np.ascontiguousarray(plate[..., c]) for c in range(4))
    inks = (np.ascontiguousarray(canvas[..., c], np.float32) for c in range(3))
    flats = (p.ravel() for p in (*lab_planes, alpha, *inks))
    develop_under(*flats, paper.astype(np.float32))
    to_oklab(*(p.ravel() for p in lab_planes))
    light, a, b = lab_planes
    lab: NDArray[np.float32] = np.dstack(lab_planes)
    light = np.clip(light, 0, 1)
    found: dict[str, Plane] = {} if picture is None else {"alpha": 1 - alpha}
    flat = flatness(light, scale)
    salient = apart(lab)
    # texture at the rim is no background, or the frame's own edges would dissolve, all four alike
    calm = 1 - (1 - smoothstep(0.40, 0.85, light)) * (1 - smoothstep(0.25, 0.65, flat))
    found |= {
        "light": light,
        "sat": np.asarray(1 - np.minimum(np.sqrt(a * a + b * b) / 0.25, 1), np.float32),
        "flat": flat,
        "border": np.asarray((1 - salient) * (0.3 + 0.7 * calm), np.float32),
        "mist": _mist((h, w), scale, seed, origin),
        "salient": salient,
        "hull": subject_hull(salient),
        "guide": light,
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


def apart(lab: NDArray[np.float32]) -> Plane:
    """0..1: how surely a place is no background: between it and the frame's border lies a contrast.

    lab: OKLab (h, w, 3). The minimum barrier distance to the border (Zhang et al., ICCV 2015), and for what
    touches the border itself, how far its colour lies from that of the other sides, as in their MB+. Measured
    on ACROSS pixels, on fixed scales.
    """
    h, w = lab.shape[:2]
    cols = min(w, ACROSS)
    rows = max(2, round(cols * h / w))
    told = cv2.resize(lab, (cols, rows), interpolation=cv2.INTER_AREA)
    small: Plane = np.ascontiguousarray(told * np.array([1.0, 1.5, 1.5]), np.float32)
    distance = np.full((rows, cols), 9, np.float32)
    distance[[0, -1]] = distance[:, [0, -1]] = 0
    barrier(distance, small.copy(), small.copy(), small, PASSES)
    enclosed = 1 - np.exp(-np.maximum(distance - _texture(small) - FAINT, 0) / CALM)
    unlike = 1 - np.exp(-_unlike_the_border(small) / 4.0)
    # being unlike counts where the way to the border says nothing
    found = np.maximum(enclosed, smoothstep(0.35, 0.75, unlike) * 0.8)
    return np.asarray(cv2.resize(found, (w, h), interpolation=cv2.INTER_LINEAR), np.float32)


def _texture(lab: NDArray[np.float32]) -> Plane:
    """What contrast texture makes by itself: a barrier no higher says only how long the way is.

    Without this, texture all over a frame would leave its rim more willing than its middle. Deviations from
    the surroundings, but for those of single edges, which an opening takes out.
    """
    away = cv2.absdiff(lab, cv2.GaussianBlur(lab, (0, 0), 4))
    around = cv2.GaussianBlur(cv2.transform(away, np.ones((1, 3), np.float32)), (0, 0), 4)
    return np.asarray(cv2.morphologyEx(around, cv2.MORPH_OPEN, np.ones((19, 19), np.uint8)), np.float32)


def _unlike_the_border(lab: NDArray[np.float32]) -> Plane:
    """Distance in standard deviations to the colours along the border, the mean over the three nearest sides.

    A side that the subject itself touches is left out by that.
    """
    strip = max(1, round(0.08 * lab.shape[1]))
    found = []
    for side in (lab[:strip], lab[-strip:], lab[:, :strip], lab[:, -strip:]):
        colours = side.reshape(-1, 3).astype(np.float64)
        # a side of one colour has no spread of its own: less than .05 is the same colour to the eye
        spread_of = np.cov(colours.T) + 0.05**2 * np.eye(3)
        away = lab - colours.mean(0).astype(np.float32)
        whitened = away @ np.linalg.cholesky(np.linalg.inv(spread_of)).astype(np.float32)
        found.append(cv2.sqrt(cv2.transform(whitened * whitened, np.ones((1, 3), np.float32))))
    farthest = np.maximum(np.maximum(found[0], found[1]), np.maximum(found[2], found[3]))
    return np.asarray((found[0] + found[1] + found[2] + found[3] - farthest) / 3, np.float32)


def prior(name: str, shape: tuple[int, int], strength: float = STRENGTH) -> Plane:
    """Composition as a potential (h, w) of +-strength: low where the sheet is to be painted.

    name: a direction of composition.DIRECTIONS (the corner or side that is painted), or "thirds" (round the
    four points where the thirds meet). ValueError for another.
    """
    h, w = shape
    x = ((np.arange(w, dtype=np.float32) + 0.5) / w - 0.5)[None, :]
    y = ((np.arange(h, dtype=np.float32) + 0.5) / h - 0.5)[:, None]
    if name in DIRECTIONS:
        across, down = DIRECTIONS[name]
        span = abs(across) / 2 + abs(down) / 2
        return np.asarray(strength / span * (across * x + down * y), np.float32)
    if name == "thirds":
        # the nearest of the four points: they lie a sixth of the sheet from its middle, either way
        away = (np.abs(x) - 1 / 6) ** 2 + (np.abs(y) - 1 / 6) ** 2
        return np.asarray(strength * (1 - 2 * np.exp(-away / (2 * 0.13**2))), np.float32)
    raise ValueError(f'prior "{name}" is not known: use {", ".join(DIRECTIONS)} or thirds')


def subjects(depth: NDArray[np.float32], near: float = NEAR, far: float = FAR) -> Plane:
    """A matte (h, w) of what stands apart in the front half of near..far, by depth alone."""
    scale = depth.shape[0] / 1080
    front = float(np.log(near) + 0.40 * np.log(far / near))
    return standing(log_depth(depth, far), scale, front)


def drawn(canvas: NDArray[np.float32]) -> Plane:
    """A matte (h, w) of brush lines: what is much darker than its surroundings. canvas: ink (h, w, 4)."""
    dark = np.asarray(cv2.transform(canvas, np.array([[1 / 3, 1 / 3, 1 / 3, 0]], np.float32)), np.float32)
    return smoothstep(0.2, 0.8, dark - blur(dark, 12 * canvas.shape[0] / 1080))


def potential(
    found: Mapping[str, Plane],
    weights: Mapping[str, float] | None = None,
    *,
    prior: NDArray[np.float32] | None = None,
    reserve: NDArray[np.float32] | None = None,
    protect: NDArray[np.float32] | None = None,
    allow_holes: bool = False,
) -> Plane:
    """How willing each place is to be paper: the weighted mean of the features, cleared of islands.

    weights: by feature name, over WEIGHTS. prior: added as it is (composition). reserve raises the potential
    by 2, protect lowers it by 2, which is beyond what any feature can say. Without protect, the inside of
    what stands apart (`salient`) is no more willing than the best way from there to the border or to the
    reserve: no holes in a subject, unless allow_holes.
    """
    chosen = dict(WEIGHTS) | (dict(BESIDE_DEPTH) if "depth" in found else {}) | dict(weights or {})
    unknown = set(chosen) - set(WEIGHTS)
    if unknown:
        raise ValueError(f"liubai weighs {', '.join(WEIGHTS)}, not {', '.join(sorted(unknown))}")
    # an empty plate is no opinion among others: beside the mean, or frames without one would weigh otherwise
    named = [name for name in FEATURES if name in found and name != "alpha"]
    total = sum(chosen[name] for name in named)
    if total <= 0:
        raise ValueError("the weights of liubai add up to nothing: give one feature a weight above 0")
    guide = found["guide"]
    w = guide.shape[1]
    flat = "depth" not in found  # light alone tells areas apart: large ones, or the blank is in scraps
    radius = max(2, round((0.028 if flat else 0.012) * w))
    willing = np.zeros_like(guide)
    for name in named:
        area = guided(guide, found[name], radius, 1e-2) if flat and name == "light" else found[name]
        willing += np.float32(chosen[name] / total) * area
    if "alpha" in found:
        willing += np.float32(chosen["alpha"]) * found["alpha"]
    willing = guided(guide, willing, max(2, radius // 2), 4e-3 if flat else 1e-3)
    hull = found["hull"] if protect is None and flat else None
    if hull is not None:
        willing -= np.float32(SUBJECT) * hull
    willing += _without_islands(willing, 0.016 if flat else 0.008, None if allow_holes else hull, reserve)
    if prior is not None:
        willing += prior
    claim = claims(reserve, protect)
    return willing if claim is None else willing + claim


def claims(reserve: NDArray[np.float32] | None, protect: NDArray[np.float32] | None) -> Plane | None:
    """What mattes (h, w) add to a potential: 2 where there is a reserve, -2 where something is protected.

    A reserve ends softly. What is protected ends where its matte does: a rim of ink kept round a subject
    would move with it over the ground behind, and looks cut out.
    """
    found: Plane | None = None
    if reserve is not None:
        found = np.asarray(2 * blur(np.asarray(reserve, np.float32), 4 * reserve.shape[0] / 1080), np.float32)
    if protect is not None:
        held = np.asarray(-2 * np.asarray(protect, np.float32), np.float32)
        found = held if found is None else found + held
    return found


def subject_hull(salient: Plane) -> Plane:
    """0..1 (h, w): the inside of what stands apart, closed, and rather in the middle than at the rim."""
    h, w = salient.shape
    cols = min(w, ACROSS)
    rows = max(2, round(cols * h / w))
    x = ((np.arange(cols, dtype=np.float32) + 0.5) / cols - 0.5)[None, :] / np.float32(0.36)
    y = ((np.arange(rows, dtype=np.float32) + 0.5) / rows - 0.52)[:, None] / np.float32(0.40)
    small = cv2.resize(salient, (cols, rows), interpolation=cv2.INTER_AREA)
    likely = small * (0.6 + 0.4 * np.exp(-0.5 * (x * x + y * y)))
    side = 2 * max(1, round(0.012 * cols)) + 1
    disk = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side))
    closed = np.asarray(cv2.morphologyEx(likely, cv2.MORPH_CLOSE, disk), np.float32)
    closed = np.asarray(cv2.resize(closed, (w, h), interpolation=cv2.INTER_LINEAR))
    return blur(smoothstep(0.42, 0.66, closed), 0.004 * w)


def _without_islands(willing: Plane, size: float, hull: Plane | None, reserve: Plane | None) -> Plane:
    """What to add to a potential so that blank islands and islands of ink are gone, and holes in `hull`.

    Reconstruction in the grey domain says what becomes of each place at every threshold at once, and changes
    by no more than the potential itself does: nothing jumps from one frame to the next. size: the radius of
    the largest island that goes, in widths. A hole is what joins neither the border nor the reserve.
    """
    h, w = willing.shape
    step = 2 if h >= 120 else 1
    small = np.asarray(cv2.resize(willing, (w // step, h // step), interpolation=cv2.INTER_AREA))
    rows, cols = small.shape
    side = 2 * max(1, round(size * cols)) + 1
    disk = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side))
    floor = np.asarray(cv2.erode(small, disk), np.float32)
    ceiling = np.asarray(cv2.dilate(small, disk), np.float32)
    if hull is not None:
        # inside the hull only what comes in from outside counts
        floor -= 8 * cv2.resize(hull, (cols, rows), interpolation=cv2.INTER_AREA)
        if reserve is not None:
            kept = np.asarray(cv2.resize(reserve, (cols, rows), interpolation=cv2.INTER_AREA))
            floor = np.where(kept > 0.5, small, floor)
        floor[[0, -1]] = np.maximum(floor[[0, -1]], small[[0, -1]])
        floor[:, [0, -1]] = np.maximum(floor[:, [0, -1]], small[:, [0, -1]])
    planes = [np.ascontiguousarray(p[..., None], np.float32) for p in (ceiling, floor, small)]
    spread(*planes)
    cleared = planes[0][..., 0] + planes[1][..., 0] - small
    cleared = -opened(-opened(cleared, LEAST_BLANK), LEAST_INK)
    return np.asarray(cv2.resize(cleared - small, (w, h), interpolation=cv2.INTER_LINEAR))


def flatness(light: Plane, scale: float) -> Plane:
    """1 where lightness is calm, 0 in texture.

    One strong edge is no texture: its slope counts as a weak one's, and what is no wider than its blur goes
    by an opening, or every subject would have a halo.
    """
    across, down = gradient(light, scale)
    energy = np.minimum(across * across + down * down, np.float32(0.012**2))
    rough = blur(np.asarray(energy, np.float32), 10 * scale)
    square = np.ones((2 * max(1, round(24 * scale)) + 1,) * 2, np.uint8)
    rough = np.maximum(blur(np.asarray(cv2.morphologyEx(rough, cv2.MORPH_OPEN, square)), 6 * scale), 0)
    return np.asarray(np.exp(-np.sqrt(rough) / 0.0075), np.float32)


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
