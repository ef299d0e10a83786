"""A hint: a small share of one hue against all the others, as the lit windows of a blue night.

Light is no yellow paint: its core goes back towards paper, pigment rings it, and a wider rim bridges to what
lies around it (kernels/glow.py). A plane says how willing each place is to be lit, one amount how many are:
above 0 places are lit, the most willing first; below 0 the hue is turned down, outside its place first. The
amount is solved so that the *finished* frame has the wanted share of the hue. What is there already and has
its place is kept from the grade. Planes are float32 (h, w) at 270 lines; ranges are fixed, never measured on
a frame.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from . import colour, tone_measures
from .fields import blur
from .paint import smoothstep
from .potential import prior
from .thresholds import Interval

Plane = NDArray[np.float32]

NEAR_HUE = 25.0  # degrees: as far from a hint's hue as its yellow reaches either way
COOL = 260.0  # the hue that a hint is most often set against; from there its rim leads to it
BRIDGE, FARTHEST = 0.4, (-70.0, 50.0)  # of the way back, degrees: blue comes to yellow by rose, not by green
RING, RIM = np.arange(0.8, 3.2, 0.1), 0.6  # densities: of the ring the least whose light has its hue
PALEST, SEEN = 0.45, 0.115  # of the ring's density in the middle of a light; the chroma it has there
FADE = 0.26  # over how much of the willingness a light fades
BODY, HALO = 0.85, 0.4  # of a glow: its own place, and what shines round it
WINDOW, SKY = 9.0, 18.0  # px: how far light shines round its place within a layer, and over a background
LAMP, REACH = 15.0, 52.0  # px: how large a light is looked for, and how far the hill of a sure one reaches
ALONE = 1.2  # how much of its surroundings' is taken off each light
MOON, MOON_REACH = 0.3, 190.0  # how willing the best place without a lamp is; px, as REACH
BLOB = 5.0  # how much curvature is a sure one: that of a spot twice as light as what is around it
HESSIAN = ((2, 0, 0.25), (0, 2, 0.25), (1, 1, 0.25))  # orders of the derivatives, and their scale
MARGIN = 0.15  # of the allowed shares: what output size and grain add stays within them
ENOUGH = 0.0015  # of the frame: as much margin as any share needs
STEPS = 5  # halvings: how much light a pixel needs, to a 32nd
NEVER = 255  # of codes of how much light is needed: none is enough
LEAST = 1 / 16  # of an amount: how far apart shares are looked up at most
DULL = 0.4  # of its chroma is left of what is turned down: any yellow is then below the audit's .10


@dataclass(frozen=True)
class Lights:
    """What a frame does about its hint.

    glow: 0..1, where light is painted; less: 0..1, where the hue is turned down; None: nowhere. home: 0..1,
    where what has the hue is kept from the grade. layer: whose cover bounds glow and home at full size.
    share: the wanted least and most; solved: what was found at 270 lines; reachable: what could be.
    """

    hue: float
    glow: Plane | None
    less: Plane | None
    home: Plane
    layer: str | None
    amount: float
    share: tuple[float, float]
    solved: float
    reachable: tuple[float, float]

    @property
    def met(self) -> bool:
        """Whether the share found lies within the wanted ones."""
        return self.share[0] <= self.solved <= self.share[1]

    def told(self) -> dict[str, Any]:
        """For a manifest row."""
        return {
            "share": list(self.share),
            "solved": self.solved,
            "reachable": list(self.reachable),
            "met": self.met,
        }


@dataclass(frozen=True)
class Places:
    """All of a frame that decides how much of the hue an amount gives it.

    willing: 0..1; home: 0..1, where it may live. need: uint8, 254ths of a glow from which a pixel has the
    hue, 0 has it already, or NEVER. give: uint8, 254ths of turning down from which it has it no more, 0 never
    had it, or NEVER. reach: px that light shines round its place.
    """

    willing: Plane
    home: Plane
    need: NDArray[np.uint8]
    give: NDArray[np.uint8]
    reach: float = WINDOW

    def glow(self, amount: float) -> Plane:
        """How much light is painted, 0..1, at an amount above 0; what has the hue already is left alone."""
        there = blur(kept_from(np.asarray(self.need == 0, np.float32)), 0.7)
        return glow(self.willing, self.home, amount, self.reach) * (1 - np.clip(there, 0, 1))

    def kept(self, amount: float) -> Plane:
        """Where the grade is held back, 0..1: at home, near what has the hue or is lit."""
        there = np.asarray(self.need == 0, np.float32)
        if amount > 0:
            there = np.maximum(there, (self.glow(amount) > 0.05).astype(np.float32))
        near = blur(np.asarray(cv2.dilate(there, np.ones((5, 5), np.uint8)), np.float32), 1.0)
        return np.asarray(self.home * np.where(near < 0.01, 0, np.clip(1.6 * near, 0, 1)), np.float32)

    def less(self, amount: float) -> Plane:
        """How far the hue is turned down, 0..1, at an amount below 0."""
        return turned_down(self.willing, self.home, -amount)

    def share(self, amount: float) -> float:
        """The share of the frame that has the hue at an amount, -1..1; it rises with the amount."""
        if amount >= 0:
            lit = self.need == 0
            if amount > 0:
                lit |= (254 * self.glow(amount) >= self.need) & (self.need < NEVER)
        else:
            lit = (self.need == 0) & (254 * self.less(amount) < self.give)
        return float(np.count_nonzero(lit) / lit.size)

    @property
    def reachable(self) -> tuple[float, float]:
        """The least and the greatest share that any amount gives."""
        return self.share(-1.0), self.share(1.0)


def counted(measured: Plane, hue: float) -> NDArray[np.bool_]:
    """Where OKLCh (h, w, 3) has a hint's hue: yellows as the audit counts them, others within 25 degrees."""
    if abs(hue - 80) <= NEAR_HUE:
        return tone_measures.hint(measured)
    away = np.abs((measured[..., 2] - np.float32(hue) + 180) % 360 - 180)
    return np.asarray((away <= NEAR_HUE) & (measured[..., 1] > 0.10), np.bool_)


def measured(picture: NDArray[np.generic], hue: float) -> float:
    """The share of a display-encoded picture that has a hint's hue, at the lines tone is measured at."""
    return float(counted(tone_measures.lch(tone_measures.reduced(picture)), hue).mean())


def pigments(hue: float) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Absorbances (3,) of the ring and of the rim of a light of a hue, densities included."""
    way = (COOL - hue + 180) % 360 - 180
    way = way - 360 if way > 135 else way
    ring, rim = _pigment(hue), _pigment(hue + float(np.clip(BRIDGE * way, *FARTHEST)))
    chromas = colour.oklch(colour.PAPER * np.exp(-PALEST * RING[:, None] * ring))[:, 1]
    density = RING[int(np.argmax(chromas >= SEEN))] if (chromas >= SEEN).any() else RING[-1]
    return np.float32(density) * ring, np.float32(RIM) * rim


def willing(
    canvas: NDArray[np.float32],
    picture: NDArray[np.float32] | None,
    home: Plane,
    hue: float,
    paper: NDArray[np.float32],
) -> Plane:
    """How willing each place is to be lit, 0..1: what has the hue, or is light where it is dark around.

    canvas: ink (h, w, 4) as it is finished. picture: the plate it was painted from, premultiplied
    scene-linear light, whose colours are truer; the canvas counts where it is empty. home: where lights may
    be; they stand well inside it.
    """
    scale = canvas.shape[0] / 1080
    seen = paper * np.exp(-canvas[..., :3])
    if picture is not None:
        seen = np.maximum(picture[..., :3], 0) + (1 - np.clip(picture[..., 3:], 0, 1)) * seen
    lab = np.asarray(colour.oklab(seen), np.float32)
    light = np.clip(lab[..., 0], 0, 1)
    turn = np.radians(hue)
    warm = lab[..., 1] * np.float32(np.cos(turn)) + lab[..., 2] * np.float32(np.sin(turn))
    across = np.abs(lab[..., 2] * np.float32(np.cos(turn)) - lab[..., 1] * np.float32(np.sin(turn)))
    near = smoothstep(0.03, 0.13, warm - 0.6 * across) * smoothstep(0.25, 0.6, light)
    dark = smoothstep(0.3, 1.2, blur(np.asarray(canvas[..., :3].mean(-1), np.float32), 18 * scale))
    spots = smoothstep(0.0, 0.12, blur(light, 5 * scale) - blur(light, 30 * scale)) * dark
    # beside a lit window the snow on the roof is no lamp
    spots = spots * (1 - 0.9 * smoothstep(0.01, 0.12, blur(np.asarray(near, np.float32), 40 * scale)))
    found = np.asarray(0.5 * near + 0.5 * spots, np.float32) * smoothstep(0.5, 0.9, blur(home, 7 * scale))
    place = 0.25 + 0.375 * (1 - prior("thirds", light.shape, 1.0))
    sure = _blobs(np.asarray(found, np.float32), LAMP * scale) * place * _within(light.shape, REACH * scale)
    # the surest of their surroundings, not all of them
    sure = np.clip(sure - ALONE * blur(np.asarray(sure, np.float32), 40 * scale), 0, 1)
    high = np.asarray(smoothstep(0.06, 0.2, sure) * (0.35 + 0.65 * sure), np.float32)
    lamps = round_about(high, REACH * scale)
    return np.asarray(np.clip(np.maximum(lamps, _moons(home, scale)), 0, 1), np.float32)


def _within(shape: tuple[int, ...], rim: float) -> Plane:
    """0 along the frame's border, 1 from `rim` pixels on: a light that is cut in half is a blot."""
    sides = [np.minimum(np.arange(n) + 0.5, n - 0.5 - np.arange(n)) for n in shape[:2]]
    return np.minimum(*np.ix_(*(smoothstep(0.3, 1.0, np.asarray(s / rim, np.float32)) for s in sides)))


def _moons(home: Plane, scale: float) -> Plane:
    """Where there are no lamps: round lights where two thirds meet, well inside the place they have."""
    h, w = home.shape
    inside = blur(home, 30 * scale)
    x, y = np.arange(w, dtype=np.float32)[None, :] + 0.5, np.arange(h, dtype=np.float32)[:, None] + 0.5
    best: Plane = np.zeros((h, w), np.float32)
    for rank, (u, v) in enumerate(((2 / 3, 1 / 3), (1 / 3, 1 / 3), (2 / 3, 2 / 3), (1 / 3, 2 / 3))):
        away = np.square(x - u * w) + np.square(y - v * h)
        high = np.float32(MOON - 0.06 * rank) * inside[int(v * h), int(u * w)]
        best = np.maximum(best, high - away / np.float32(MOON_REACH * scale) ** 2)
    return np.asarray(best, np.float32)


def _blobs(plane: Plane, sigma: float) -> Plane:
    """0..1: how surely a plane has something round there, a window and no roof's edge: the lesser curvature.

    Both principal curvatures of a Gaussian scale space are looked at (Lindeberg 1998); sigma in pixels.
    """
    soft = blur(plane, max(sigma, 0.7))
    xx, yy, xy = (cv2.Sobel(soft, cv2.CV_32F, i, j, ksize=3, scale=k) for i, j, k in HESSIAN)
    flat = (xx + yy) / 2 + np.sqrt(np.square((xx - yy) / 2) + np.square(xy))
    return np.asarray(1 - np.exp(-BLOB * sigma * sigma * np.maximum(-flat, 0)), np.float32)


def round_about(plane: Plane, reach: float) -> Plane:
    """A plane whose peaks stand as round hills: its dilation by a paraboloid, fallen by 1 at `reach` px.

    Continuous in the plane, where picking peaks would flicker; separable (van den Boomgaard 1992).
    """
    out = plane
    steps = int(np.ceil(reach))
    for axis in (0, 1):
        wide = np.pad(out, [(steps, steps) if i == axis else (0, 0) for i in range(2)], mode="edge")
        size = out.shape[axis]
        best = out
        for k in range(-steps, steps + 1):
            part = wide.take(range(steps + k, steps + k + size), axis=axis)
            best = np.maximum(best, part - np.float32((k / reach) ** 2))
        out = best
    return np.asarray(out, np.float32)


def glow(willing: Plane, home: Plane, amount: float, reach: float = WINDOW) -> Plane:
    """How much light is painted, 0..1, at an amount 0..1: nothing at 0, all of its place at 1."""
    start = np.float32(1 - amount * (1 + FADE))
    lit = smoothstep(float(start), float(start) + FADE, willing) * home
    round_it = blur(np.asarray(lit, np.float32), reach * willing.shape[0] / 1080)
    return np.asarray(np.clip(BODY * lit + HALO * round_it, 0, 1) * home, np.float32)


def turned_down(willing: Plane, home: Plane, amount: float) -> Plane:
    """How far the hue is turned down, 0..1, at an amount 0..1: what has no place first, the willing last."""
    kept = home * (np.float32(0.3) + np.float32(0.7) * willing)
    end = amount * (1 + FADE)
    return np.asarray(smoothstep(end, end - FADE, kept), np.float32)


def needed(
    has: Callable[[Plane], NDArray[np.bool_]], size: tuple[int, int], rises: bool
) -> NDArray[np.uint8]:
    """How much each pixel needs before it has the hue (rises), or has it no more: uint8 (h, w), 254ths.

    has: tells of a plane 0..1 which pixels have the hue then. 0: even with nothing; NEVER: not with all.
    """
    low: Plane = np.zeros(size, np.float32)
    high: Plane = np.ones(size, np.float32)
    at_none, at_all = has(low), has(high)
    for _ in range(STEPS):
        middle = np.asarray((low + high) / 2, np.float32)
        there = has(middle) == rises
        high, low = np.where(there, middle, high), np.where(there, low, middle)
    codes = np.clip(np.ceil(254 * high), 1, 254).astype(np.uint8)
    codes[at_none == rises] = 0
    codes[(at_all != rises) & (at_none != rises)] = NEVER
    return codes


def interval(places: Places, share: tuple[float, float]) -> Interval:
    """The amounts at which a frame's share lies within the wanted ones, and the one nearest to none.

    Shares out of reach become the nearest there are.
    """
    least, most = places.reachable
    room = min(MARGIN * (share[1] - share[0]), ENOUGH)
    low, high = (min(max(v, least), most) for v in (share[0] + room, share[1] - room))
    bottom = _amount(places, low, at_least=True)
    top = max(_amount(places, high, at_least=False), bottom)
    return Interval(bottom, min(max(0.0, bottom), top), top)


def _amount(places: Places, share: float, at_least: bool) -> float:
    """The least amount whose share is at least that, or the greatest whose share is at most that."""
    low, high = -1.0, 1.0
    if at_least and places.share(low) >= share:
        return low
    if not at_least and places.share(high) <= share:
        return high
    if (places.share(0.0) >= share) if at_least else (places.share(0.0) > share):
        high = 0.0
    else:
        low = 0.0
    for _ in range(14):
        middle = (low + high) / 2
        found = places.share(middle)
        over = found >= share if at_least else found > share
        low, high = (low, middle) if over else (middle, high)
    return high if at_least else low


def _pigment(hue: float) -> NDArray[np.float32]:
    """The absorbance of a pure pigment of a hue: as light and as strong as those painters have near it."""
    table = sorted(colour.PIGMENTS[name] for name in PURE)
    hues = np.array([h for *_, h in table])
    order = np.argsort(hues)
    light, chroma = (np.array([row[i] for row in table])[order] for i in range(2))
    at = hue % 360
    both = [float(np.interp(at, hues[order], v, period=360)) for v in (light, chroma)]
    return colour.absorbance(np.asarray(colour.from_oklch(np.array([*both, at]))))


PURE = ("rose", "scarlet", "orange", "gamboge", "sap", "malachite", "teal", "azurite", "violet", "plum")


def whole(cover: Plane) -> Plane:
    """A cover as far as its layer reaches at any size of output: a pixel wider, full where it is half."""
    wider = cv2.dilate(np.clip(cover, 0, 1), np.ones((3, 3), np.uint8))
    return np.asarray(np.clip(2 * wider, 0, 1), np.float32)


def kept_from(home: Plane, away: int = 1) -> Plane:
    """A place without its rim of so many pixels: enlarged, it ends before what must not be touched begins."""
    side = 2 * away + 1
    return np.asarray(cv2.erode(home, np.ones((side, side), np.uint8)), np.float32)
