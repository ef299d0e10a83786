"""Liubai, leaving paper bare: where a canvas is lifted so that a wanted share of it stays blank.

A potential says how willing each place is to be paper; the lift takes everything above one threshold, and the
threshold is bisected until the *finished* canvas, layers laid later included, has the wanted share of blank
pixels (`colour.blank`). Arrays are low-resolution (270 lines serve any output); lengths are px at 1080 lines.
Features have fixed scales: whatever is normalised per frame makes the blank area swim.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from typing import Any, ClassVar, Literal, get_args

import cv2
import numpy as np
from numpy.typing import NDArray

from . import colour
from .composition import SOFT
from .fields import FAR, NEAR, blur, opened
from .frame import Region
from .kernels.lift import DRY_SLOPE, DRY_SOFT, END, WIDTH, LiftFields
from .kernels.share import NEAR_HI, NEAR_LO, SEEP, count_blank, levels
from .paint import field, mixed, smoothstep
from .potential import (
    claims,
    drawn,
    features,
    flatness,
    gradient,
    potential,
    roughness,
    subjects,
)

Plane = NDArray[np.float32]
Edge = Literal["auto", "torn", "mist", "dry"]
EDGES: tuple[str, ...] = get_args(Edge)

REACH = 96.0  # px: distances beyond are cut off; every edge is over long before
STEPS = 16  # bisections: the threshold to a 10000th, which no count of pixels tells apart
SPECK = 0.01  # share of the frame: less bare paper than this in one place is a flaw, not a form
CLOSED, MARGIN = 1.4, 0.08  # of the fade: how far a speck sinks at most, and how far below what closes it
SCRAP, UNDER = 0.0007, 0.05  # share of the frame: less paper apart gets a wash; by so much of the fade
WIDE = 16.0  # px over which it changes how much dense ink thins: finer, it boils with the grass
FIRM = 0.5  # of `soft`, for plates without depth: nothing says where mist lies, far fades wash ink out
THICK = 1.15  # absorbance (.5 base 10) to which ink thins before it ends in mist: darker reads as a cut-out


@dataclass(frozen=True)
class Lift:
    """What liubai takes away: the matte is (ramp + (edge - ramp) |hard|) (1 - keep).

    phi: float32 (h, w), distance to the edge in px at 1080 lines, positive where paper is left blank.
    ramp: 0..1, the soft wash towards blank. hard: -1..1, where the edge is torn (above 0) or dry (below)
    instead of soft.
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
        """Whether the target was reached within the two points that a moving shot is allowed."""
        return abs(self.blank - self.target) <= 0.02


def lift_for(
    lower: NDArray[np.float32],
    upper: NDArray[np.float32] | None = None,
    *,
    target: float,
    **options: Any,
) -> Lift:
    """The lift that leaves `target` of one finished canvas blank: `problem_for` it, and its solution.

    A target out of reach gives the nearest share there is; `reachable` says what would have been possible.
    options: those of `problem_for`. ValueError for a target outside 0..1 or pictures of unlike size.
    """
    problem = problem_for(lower, upper, **options).without_specks()
    return problem.lift(problem.threshold(target), target)


def problem_for(
    lower: NDArray[np.float32],
    upper: NDArray[np.float32] | None = None,
    *,
    protect: NDArray[np.float32] | None = None,
    reserve: NDArray[np.float32] | None = None,
    depth: NDArray[np.float32] | None = None,
    picture: NDArray[np.float32] | None = None,
    prior: NDArray[np.float32] | None = None,
    allow_holes: bool = False,
    edge: Edge = "auto",
    bleed: float = 8.0,
    soft: float = SOFT,
    lines: float = 0.0,
    weights: Mapping[str, float] | None = None,
    near: float = NEAR,
    far: float = FAR,
    seed: int = 0,
    origin: tuple[float, float] = (0.0, 0.0),
    paper: NDArray[Any] = colour.PAPER,
) -> Problem:
    """What there is to solve in a picture: its features, its potential and what has to stay.

    lower, upper: ink (h, w, 4) painted before and after the lift. protect, reserve: matte (h, w), 1 = never /
    always willing to be paper. depth: (h, w) in scene units, near..far its fixed range. picture: the plate
    itself, light (h, w, 4), whose features are truer than those of what was painted from it. prior: added to
    the potential (`potential.prior`). allow_holes: paper may show inside what merely looks like a subject.
    soft: how gradual a misty edge is, in units of potential; for a plate without depth FIRM of it. lines:
    0..1, how much of a line drawn where a subject may be outlives the wash round it. origin: layer px of the
    frame's corner, so that mist stays in place.
    """
    if protect is not None:
        protect = _whole(protect)
    given = {"upper": upper, "protect": protect, "reserve": reserve, "depth": depth, "picture": picture}
    _check_size(lower.shape[:2], prior=prior, **given)
    if depth is not None:
        # what stands apart in front is a subject, with or without a matte
        whole = subjects(depth, near, far)
        protect = whole if protect is None else np.maximum(protect, whole)
    found = features(lower, depth, picture=picture, near=near, far=far, seed=seed, origin=origin, paper=paper)
    willing = potential(
        found, weights, prior=prior, protect=protect, reserve=reserve, allow_holes=allow_holes
    )
    kept = None
    if picture is not None and depth is None:
        soft *= FIRM
    if lines > 0:
        kept = np.asarray(np.float32(lines) * drawn(lower) * found["hull"], np.float32)
    return Problem.of(
        lower, upper, willing,
        protect=protect, kept=kept, claim=claims(reserve, protect),
        edge=edge, bleed=bleed, soft=soft, seed=seed, origin=origin, paper=paper,
    )  # fmt: skip


@dataclass(frozen=True)
class Problem:
    """All of a picture that decides what a threshold leaves blank: float32 (h, w) planes.

    willing: the potential; claim: what mattes added to it. hard: -1..1, where the edge is torn (above 0) or
    dry (below) instead of soft. guard: 0..1, what the lift must not take; kept: the part of it no matte says.
    fade: over how much of the potential a soft edge goes. dense: 0..1, how much of its ink a pixel gives up
    on its way to a soft edge. limit: how much ink a pixel may keep and still be blank; below 0 never,
    above 1 always. edge, bleed: as for `Lift`.
    PLANES are all of them; `carried` are those that may be a mean along the motion of several frames.
    """

    willing: Plane
    hard: Plane
    guard: Plane
    kept: Plane
    claim: Plane
    fade: Plane
    dense: Plane
    limit: Plane
    edge: Edge
    bleed: float

    PLANES: ClassVar[tuple[str, ...]] = (
        "willing", "hard", "guard", "kept", "claim", "fade", "dense", "limit",
    )  # fmt: skip

    @classmethod
    def of(
        cls,
        lower: NDArray[np.float32],
        upper: NDArray[np.float32] | None,
        willing: Plane,
        *,
        protect: NDArray[np.float32] | None = None,
        kept: Plane | None = None,
        claim: Plane | None = None,
        edge: Edge = "auto",
        bleed: float = 8.0,
        soft: float = SOFT,
        seed: int = 0,
        origin: tuple[float, float] = (0.0, 0.0),
        paper: NDArray[Any] = colour.PAPER,
    ) -> Problem:
        """Where the canvas lower (1 - matte) (1 - upper cover) + upper is blank, by `colour.blank`.

        lower, upper: ink (h, w, 4) painted before and after the lift. willing: float32 (h, w) from
        `potential`. Other arguments as for `lift_for`. ValueError for pictures of unlike size.
        """
        h, w = willing.shape
        if edge not in EDGES:
            raise ValueError(f'liubai edge is one of {", ".join(EDGES)}, not "{edge}"')
        _check_size((h, w), lower=lower, upper=upper, protect=protect)
        scale = h / 1080
        lost = field(Region(*origin, w, h, scale), (255, 255), mixed(seed, 8), 2)
        ink = blur(_mean(lower), 4 * scale)
        # the edge is lost here and found there; what is dark takes twice as long to end
        fade = soft * np.exp(1.1 * lost) * (1 + smoothstep(0.9, 1.8, ink))
        none = np.zeros((h, w), np.float32)
        guards = kept if protect is None else protect if kept is None else np.maximum(protect, kept)
        return cls(
            willing=np.asarray(willing, np.float32),
            hard=_hardness(lower, _slope(willing, scale), scale, edge, paper, lost),
            guard=none if guards is None else _share(guards),
            kept=none if kept is None else _share(kept),
            claim=none if claim is None else claim,
            fade=np.asarray(fade, np.float32),
            dense=blur(np.asarray(1 - THICK / np.maximum(ink, THICK), np.float32), WIDE * scale),
            limit=_limit(lower, upper, paper),
            edge=edge,
            bleed=bleed,
        )

    def share(self, threshold: float) -> float:
        """The share of the finished canvas that is blank under a threshold; it falls as that rises."""
        h, w = self.willing.shape
        blank: int = count_blank(*self._flat, np.float32(threshold), *self._numbers)
        return float(blank / (h * w))

    def about(self, share: float) -> float:
        """Nearly the threshold of a share: so much of the picture lies above it in level."""
        found = self._ranked
        return float(found[min(int((1 - share) * found.size), found.size - 1)])

    @cached_property
    def reachable(self) -> tuple[float, float]:
        """The least and the greatest share that any threshold gives."""
        low, high = self._ends
        return self.share(high), self.share(low)

    def threshold(self, target: float) -> float:
        """The threshold whose share is the target's; one end for a target out of reach.

        target: 0..1. ValueError for another.
        """
        if not 0 <= target <= 1:
            raise ValueError(f"liubai target {target:g} is not a share of the frame: it lies in 0..1")
        low, high = self._ends
        if target <= self.reachable[0]:
            return high
        if target >= self.reachable[1]:
            return low
        first = self._bisected(target)
        short = target - self.without_scraps(first).share(first)
        if short <= 0:
            return first
        tried = [first, *(self._bisected(target + part * short) for part in (0.5, 1.0))]
        return min(tried, key=lambda t: abs(self.without_scraps(t).share(t) - target))

    def _bisected(self, target: float) -> float:
        low, high = float(self.willing.min()) - 1, float(self.willing.max()) + 1
        for _ in range(STEPS):
            middle = (low + high) / 2
            low, high = (middle, high) if self.share(middle) > target else (low, middle)
        return middle

    def without_scraps(self, threshold: float) -> Problem:
        """The same where no paper is left bare by this threshold that is no part of larger paper.

        A place turns blank in pieces, for all of it lies within a hair's breadth of the threshold. What
        little they sink gives them the thinnest wash there is. Bridges of two pixels join nothing: the full
        size tears them.
        """
        level = self._level - np.float32(threshold)
        square = np.ones((3, 3), np.uint8)
        bare = np.asarray(level > 0, np.uint8)
        _, label, stats, _ = cv2.connectedComponentsWithStats(cv2.erode(bare, square), connectivity=8)
        large = stats[:, cv2.CC_STAT_AREA] >= SCRAP * level.size
        large[0] = False
        kept = np.asarray(cv2.dilate(large[label].astype(np.uint8), square, iterations=2), np.bool_)
        near = np.asarray(cv2.dilate(bare, square), np.bool_) & ~kept
        sunk = np.clip(level + np.float32(UNDER) * self.fade, 0, 2 * np.float32(UNDER) * self.fade)
        return replace(self, willing=np.asarray(self.willing - sunk * near, np.float32))

    @property
    def carried(self) -> NDArray[np.float32]:
        """What may be a mean along the motion: (h, w, 3). What mattes say is not: they are exact."""
        return np.stack([self.willing - self.claim, self.hard, self.kept], axis=-1)

    def with_carried(self, planes: NDArray[np.float32]) -> Problem:
        """The same with other planes in the place of `carried`."""
        free, hard, kept = (np.ascontiguousarray(planes[..., i]) for i in range(3))
        exact = np.where(self.guard > self.kept, self.guard, 0)
        guard = np.asarray(np.maximum(exact, kept), np.float32)
        return replace(self, willing=free + self.claim, hard=hard, guard=guard, kept=kept)

    def without_specks(self) -> Problem:
        """The same where specks of paper, of less than SPECK of the frame, stay ink at every threshold.

        A pixel is blank under all thresholds below one level of its own, which the potential, the edge and
        the ink there decide. A form of paper has a core that is blank throughout, however fine the ink on
        it: where the lowest level of a cell peaks on too small a place, and away from all cores, the paper
        would lie in scraps. Specks sink until a wash closes them, no further: a ring of ink stays a ring.
        """
        level = self._level
        h, w = level.shape
        rows, cols = h // 2, w // 2
        cells = level[: 2 * rows, : 2 * cols]
        core = np.minimum(np.minimum(cells[::2, ::2], cells[1::2, ::2]), cells[::2, 1::2])
        core = opened(np.minimum(core, cells[1::2, 1::2]), SPECK)
        near = cv2.resize(cv2.dilate(core, np.ones((3, 3), np.uint8)), (w, h), interpolation=cv2.INTER_LINEAR)
        above = np.clip(level - near, 0, np.float32(CLOSED) * self.fade)
        above += np.minimum(above, np.float32(MARGIN) * self.fade)
        return replace(self, willing=np.asarray(self.willing - above, np.float32))

    @cached_property
    def _level(self) -> Plane:
        """The threshold below which each pixel is blank; no higher than is of use, where it always is."""
        low, high = float(self.willing.min()) - 1, float(self.willing.max())
        level = np.empty(self.willing.shape, np.float32)
        numbers = (np.float32(v) for v in (self.bleed, low, high))
        levels(np.ravel(level), *self._flat[:-1], *numbers)
        return level

    @cached_property
    def _ranked(self) -> Plane:
        return np.sort(self._level, axis=None)

    def lift(self, threshold: float, target: float) -> Lift:
        """What a threshold takes away, beside the target it was chosen for."""
        clean = self.without_scraps(threshold)
        above = clean.willing - np.float32(threshold)  # as kernels/share.py has it
        ramp = _eased(above / self.fade)
        ramp += (1 - ramp) * self.dense * smoothstep(float(NEAR_LO), float(NEAR_HI), above / self.fade)
        phi = np.clip(above / clean.slope, -REACH, REACH)
        keep = self.guard
        if self.bleed > 0:
            seep = SEEP * np.maximum(self.hard, 0) * np.exp(-np.maximum(phi, 0) / self.bleed)
            keep = np.asarray(np.maximum(keep, seep), np.float32)
        return Lift(
            phi, ramp, self.hard, keep, self.edge, self.bleed,
            threshold, target, clean.share(threshold), self.reachable,
        )  # fmt: skip

    @cached_property
    def slope(self) -> Plane:
        """How steep the potential is, per px at 1080 lines."""
        return _slope(self.willing, self.willing.shape[0] / 1080)

    @cached_property
    def _ends(self) -> tuple[float, float]:
        """Thresholds beyond which every edge is complete."""
        far = 1 + REACH * float(self.slope.max()) + 2 * float(self.fade.max())
        return float(self.willing.min()) - far, float(self.willing.max()) + far

    @cached_property
    def _flat(self) -> list[Plane]:
        given = (self.limit, self.willing, self.fade, self.slope, self.hard, self.guard, self.dense)
        return [np.ravel(p) for p in (*given, spread_heights(*self.willing.shape))]

    @property
    def _numbers(self) -> tuple[Any, ...]:
        return tuple(np.float32(v) for v in (self.bleed, REACH, LiftFields().reach))


def solve(
    lower: NDArray[np.float32],
    upper: NDArray[np.float32] | None,
    willing: Plane,
    target: float,
    **options: Any,
) -> Lift:
    """Bisect the threshold until the share of blank pixels of the finished canvas meets `target`.

    willing: the potential, float32 (h, w). The edge is the tile's, over a paper whose heights are
    spread evenly, as those of every paper are. options: those of `Problem.of`. Errors as for `lift_for`.
    """
    problem = Problem.of(lower, upper, willing, **options)
    return problem.lift(problem.threshold(target), target)


def lift_matte(lift: Lift, paper_height: NDArray[np.float32], pixel: float = 1.0) -> Plane:
    """The matte of a lift at full size, float32 (h, w) 0..1: what the tiles compute, on plain arrays.

    paper_height: (h, w), 0..1 with mean .5, of the output's size. All lengths are px at 1080 lines, so that a
    proxy has the edges of the master, no finer than two of its own pixels. pixel: px one of them takes.
    """
    h, w = paper_height.shape
    phi, ramp, hard, keep = (_enlarge(p, (w, h)) for p in (lift.phi, lift.ramp, lift.hard, lift.keep))
    soft = max(float(DRY_SOFT), float(DRY_SLOPE) * pixel)
    share = np.clip(0.5 + phi / (2 * max(lift.bleed, 1e-3)), 0, 1) * (1 + 2 * soft) - soft
    dry = smoothstep(-soft, soft, share - paper_height)
    width = max(float(WIDTH), 2 * pixel)
    torn = smoothstep(float(END) - width, float(END), phi + lift.bleed / 2 * (paper_height - 0.5))
    edge = np.where(hard > 0, torn, dry)
    taken = np.clip(ramp + (edge - ramp) * np.clip(np.abs(hard), 0, 1), 0, 1)
    return np.asarray(taken * (1 - np.clip(keep, 0, 1)), np.float32)


@lru_cache(maxsize=8)
def spread_heights(h: int, w: int) -> Plane:
    """Heights 0..1 (h, w) spread as evenly as can be, also in every small part (Roberts' R2 sequence)."""
    x, y = np.arange(w, dtype=np.float64)[None, :], np.arange(h, dtype=np.float64)[:, None]
    heights = np.asarray((0.5 + 0.7548776662466927 * x + 0.5698402909980532 * y) % 1, np.float32)
    heights.setflags(write=False)
    return heights


def _check_size(size: tuple[int, ...], **planes: NDArray[np.float32] | None) -> None:
    for name, plane in planes.items():
        if plane is not None and plane.shape[:2] != size:
            raise ValueError(f"{name} is {plane.shape[:2]}, the canvas {size}: liubai needs one size")


def _share(matte: NDArray[np.float32]) -> Plane:
    return np.asarray(np.clip(matte, 0, 1), np.float32)


def _whole(matte: NDArray[np.float32]) -> Plane:
    """A matte that covers all of its subject at any size of output: a pixel wider, full where it is .25.

    At 270 lines a hair of the master covers its pixel by a quarter. No wider than that: ground that is kept
    round a subject is a black cut-out where it is dark, and moves with it over what lies behind.
    """
    wider = cv2.dilate(_share(matte), np.ones((3, 3), np.uint8))
    return _share(np.asarray(4 * wider, np.float32))


def _limit(lower: NDArray[np.float32], upper: NDArray[np.float32] | None, paper: NDArray[Any]) -> Plane:
    """How much of the ink below a pixel may keep and still be blank.

    |k below + above|^2 < BLANK^2 is a quadratic in what the lift leaves, k = 1 - matte: where the layers
    above leave the pixel blank it has one root above 0.
    """
    jacobian = colour.blank_jacobian(paper).T
    through = 1 if upper is None else 1 - upper[..., 3:]
    below = (lower[..., :3] * through) @ jacobian
    if upper is None:
        norm = cv2.sqrt(cv2.transform(np.asarray(below * below, np.float32), np.ones((1, 3), np.float32)))
        return np.asarray(np.clip(colour.BLANK / np.maximum(norm, 1e-9), 0, 2), np.float32)
    above = upper[..., :3] @ jacobian
    pairs = ((below, below), (below, above), (above, above))
    square, cross, rest = (np.einsum("yxc,yxc->yx", a, b).astype(np.float64) for a, b in pairs)
    room = colour.BLANK**2 - rest
    root = cross + np.sqrt(np.maximum(cross * cross + square * room, 0))
    limit = np.where(room > 0, room / np.maximum(root, 1e-9), -1)
    return np.asarray(np.clip(limit, -1, 2), np.float32)


def _eased(x: Plane) -> Plane:
    """A wash that begins softly at -.5 and ends at .5 with a slope, as kernels/share.py has it.

    Ending with none, it would be nearly gone over a wide belt, which the ink's own detail tears to scraps.
    """
    t = np.clip(x + np.float32(0.5), 0, 1)
    return np.asarray(t * t * (3 - t) / 2, np.float32)


def _enlarge(plane: Plane, size: tuple[int, int]) -> Plane:
    return np.asarray(cv2.resize(plane, size, interpolation=cv2.INTER_LINEAR))


def _slope(willing: Plane, scale: float) -> Plane:
    """How steep the potential is; floored, for where it is flat the distance to an edge means nothing."""
    across, down = gradient(blur(willing, 3 * scale), scale)
    return np.asarray(np.hypot(across, down) + np.float32(0.00125))


def _hardness(
    lower: NDArray[np.float32], slope: Plane, scale: float, edge: Edge, paper: NDArray[Any], lost: Plane
) -> Plane:
    """-1..1: torn (above 0) where an edge of the picture lies under the edge of the lift, dry (below 0) where
    texture does, soft elsewhere. torn: nowhere dry. dry: nowhere torn. lost: noise about 0.

    Lightness is read as the luminance of the developed canvas to the power 1/3: near enough to OKLab here.
    """
    if edge == "mist":
        return np.zeros_like(slope)
    light = np.cbrt(np.exp(-lower[..., :3]) @ (colour.LUMA * paper).astype(np.float32))
    found = smoothstep(0.008, 0.025, roughness(light, 3 * scale, scale))
    hard = blur(found * smoothstep(0.0016, 0.006, slope), 4 * scale)
    if edge == "torn":
        return np.asarray(np.clip(hard, 0, 1), np.float32)
    if edge == "dry":
        return np.asarray(-np.clip(np.maximum(hard, smoothstep(0.0016, 0.004, slope)), 0, 1), np.float32)
    # where the picture has a grain (wood, grass, strata) the brush runs dry along it, here and there
    dry = _grain(light, scale) * smoothstep(0.0022, 0.0045, slope) * smoothstep(-0.25, 0.35, lost)
    return np.asarray(np.clip(hard - (hard + np.float32(0.85)) * dry, -1, 1), np.float32)


def _grain(light: Plane, scale: float) -> Plane:
    """0..1: texture that runs one way, by the coherence of its structure tensor (Weickert 1999)."""
    h, w = light.shape
    across, down = gradient(light, scale)
    tensor = cv2.merge([across * across, down * down, across * down])
    size = max(2, w // 2), max(2, h // 2)  # soft as it is
    tensor = blur(np.asarray(cv2.resize(tensor, size, interpolation=cv2.INTER_AREA)), 8 * scale)
    xx, yy, xy = cv2.split(tensor)
    coherent = np.sqrt((xx - yy) ** 2 + 4 * xy * xy) / np.maximum(xx + yy, 1e-9)
    calm = cv2.resize(flatness(light, scale), size, interpolation=cv2.INTER_AREA)
    found = blur(smoothstep(0.62, 0.42, calm) * smoothstep(0.35, 0.70, coherent), 4.5 * scale)
    return np.asarray(cv2.resize(found, (w, h), interpolation=cv2.INTER_LINEAR))


def _mean(canvas: NDArray[np.float32]) -> Plane:
    """The mean absorbance of ink (h, w, 4)."""
    return np.asarray(cv2.transform(canvas, np.array([[1 / 3, 1 / 3, 1 / 3, 0]], np.float32)))
