"""Thresholds of a whole shot: as smooth in time as the wanted share of blank paper allows.

Each frame leaves its threshold an interval, within which the share of blank stays near enough to its target;
the curve through these intervals is the one that jerks least. Smoothing what each frame found for itself and
clipping it into its interval would jerk as much as before.
"""

from __future__ import annotations

from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from .kernels.banded import solve_banded

Curve = NDArray[np.float64]

TOLERANCE = 0.008  # of the share, either way: what the output's own size and grain add stays below 2 points
HOLD = 1e-6  # how much the curve is drawn to what each frame alone would choose, beside its jerk
NEAR = 1e-4  # of the share and of the threshold: a hundredth of a point is found, and no more looked for
STRIDE = 0.004  # of the potential: how far a threshold may lie from where it is looked for, as a rule
NARROW = 1e-6  # the least width of an interval
STEPS = 60  # interior point steps at most; 15 to 25 are usual
CLOSE = 1e-10  # complementarity at which the curve is found


class Shares(Protocol):
    """What can be asked for the share of blank it has at a threshold: `negative_space.Problem`."""

    @property
    def willing(self) -> NDArray[np.float32]: ...

    @property
    def reachable(self) -> tuple[float, float]: ...

    def share(self, threshold: float) -> float: ...

    def about(self, share: float) -> float: ...

    def threshold(self, target: float) -> float: ...


class Interval(NamedTuple):
    """The thresholds a frame allows, and the one it would choose alone."""

    low: float
    want: float
    high: float


def interval(problem: Shares, target: float, tolerance: float = TOLERANCE) -> Interval:
    """The thresholds whose share of blank lies within `tolerance` of the target.

    target: 0..1; out of reach it becomes the nearest share there is, the interval open to that side.
    """
    least, most = problem.reachable
    low, high = float(problem.willing.min()) - 1, float(problem.willing.max()) + 1
    aim = min(max(target, least), most)
    more, less = aim + tolerance, aim - tolerance
    inside = min(max(aim, least + tolerance / 8), most - tolerance / 8)
    want = _crossing(problem, inside, low, high) if most - least > tolerance / 2 else (low + high) / 2
    bottom = low if more >= most else _crossing(problem, more, low, want)
    top = high if less <= least else _crossing(problem, less, want, high)
    return Interval(bottom, want, top)


def _crossing(problem: Shares, share: float, low: float, high: float) -> float:
    """The threshold at which the share of blank falls to this one: false position (Illinois), and halving.

    It is looked for where the problem says that it lies about, and in steps that grow fourfold from there.
    """
    place = min(max(problem.about(share), low), high)
    over = under = problem.share(place) - share
    below = above = place
    reach = STRIDE
    while over <= 0:
        if below <= low:
            return low
        above, under, below = below, over, max(below - reach, low)
        over, reach = problem.share(below) - share, 4 * reach
    while under > 0:
        if above >= high:
            return high
        below, over, above = above, under, min(above + reach, high)
        under, reach = problem.share(above) - share, 4 * reach
    side = 0
    for k in range(24):
        if above - below < NEAR or max(over, -under) < NEAR:
            break
        middle = (below + above) / 2 if k % 3 == 2 else below + (above - below) * over / (over - under)
        found = problem.share(middle) - share
        if found > 0:
            below, over = middle, found
            under = under / 2 if side > 0 else under
            side = 1
        else:
            above, under = middle, found
            over = over / 2 if side < 0 else over
            side = -1
    return below + (above - below) * over / (over - under)


def smooth(intervals: list[Interval]) -> Curve:
    """The curve through all intervals whose third difference is least in the mean square: float64 (n,).

    A bounded quadratic programme, solved by a primal-dual interior point method (Mehrotra 1992) on systems
    of seven diagonals: the cost grows with the number of frames, and it is the same every time.
    """
    n = len(intervals)
    given = np.array(intervals, np.float64).reshape(n, 3)
    low, high = given[:, 0], given[:, 2]
    middle = (low + high) / 2
    half = np.maximum((high - low) / 2, NARROW / 2)
    low, high = middle - half, middle + half
    want = np.clip(given[:, 1], low, high)
    if n == 1:
        return want
    bands = _jerk(n)
    bands[0] += HOLD
    pull = HOLD * want
    x = middle.copy()
    above, below = x - low, high - x
    force_low = force_high = np.full(n, 1e-3)
    for _ in range(STEPS):
        gap = float((force_low @ above + force_high @ below) / (2 * n))
        slope = _times(bands, x) - pull - force_low + force_high
        if gap < CLOSE and float(np.abs(slope).max()) < CLOSE:
            break
        system = bands.copy()
        system[0] += force_low / above + force_high / below
        move, d_low, d_high = _newton(system, slope, above, below, force_low, force_high, 0.0, None)
        taken = _longest(above, below, move, force_low, force_high, d_low, d_high)
        after = (force_low + taken * d_low) @ (above + taken * move)
        after += (force_high + taken * d_high) @ (below - taken * move)
        aim = gap * (float(after) / (2 * n) / gap) ** 3
        bend = (move * d_low, -move * d_high)
        move, d_low, d_high = _newton(system, slope, above, below, force_low, force_high, aim, bend)
        taken = 0.995 * _longest(above, below, move, force_low, force_high, d_low, d_high)
        x = x + taken * move
        above, below = above + taken * move, below - taken * move
        force_low, force_high = force_low + taken * d_low, force_high + taken * d_high
    return np.asarray(np.clip(x, low, high))


def jerk(curve: Curve) -> float:
    """Root mean square of a curve's third differences; 0 for fewer than four frames."""
    return float(np.sqrt(np.square(np.diff(curve, 3)).mean())) if len(curve) > 3 else 0.0


def _jerk(n: int) -> Curve:
    """The bands of D'D, D the third difference, or what fewer frames allow of it: float64 (4, n)."""
    order = min(3, n - 1)
    rows = {1: [-1.0, 1.0], 2: [1.0, -2.0, 1.0], 3: [-1.0, 3.0, -3.0, 1.0]}[order]
    bands = np.zeros((4, n))
    for i, a in enumerate(rows):
        for j in range(i, len(rows)):
            bands[j - i, i : i + n - order] += a * rows[j]
    return bands


def _times(bands: Curve, x: Curve) -> Curve:
    found: Curve = np.asarray(bands[0] * x, np.float64)
    for j in range(1, len(bands)):
        found[:-j] += bands[j, :-j] * x[j:]
        found[j:] += bands[j, :-j] * x[:-j]
    return found


def _newton(
    system: Curve,
    slope: Curve,
    above: Curve,
    below: Curve,
    force_low: Curve,
    force_high: Curve,
    aim: float,
    bend: tuple[Curve, Curve] | None,
) -> tuple[Curve, Curve, Curve]:
    """A step of x and of the forces of both sides, towards products of `aim`; bend: Mehrotra's correction."""
    left = aim - force_low * above - (bend[0] if bend else 0)
    right = aim - force_high * below - (bend[1] if bend else 0)
    move = np.ascontiguousarray(-slope + left / above - right / below)
    solve_banded(move, system.copy())
    return move, (left - force_low * move) / above, (right + force_high * move) / below


def _longest(
    above: Curve, below: Curve, move: Curve, low: Curve, high: Curve, d_low: Curve, d_high: Curve
) -> float:
    """The longest step, 1 at most, after which nothing is below 0."""
    longest = 1.0
    for value, change in ((above, move), (below, -move), (low, d_low), (high, d_high)):
        falls = change < 0
        if falls.any():
            longest = min(longest, float((-value[falls] / change[falls]).min()))
    return longest
