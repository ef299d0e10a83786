"""How a plate moves: its cuts, its flow from drawing to drawing, and the camera that follows from it.

Worked out once for all drawings a scene shows, at 270 lines, and kept on disk under the hash of what it was
made from; a drawing's vectors are read when they are asked for, so that memory does not grow with length.
The renderer's own vectors are used where they explain the picture, dense inverse search where there are none.
"""

from __future__ import annotations

import logging
import os
import threading
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from . import cache, colour, motion
from .errors import InkError
from .frame import Frame
from .motion import Codes, Vectors

Matrix = NDArray[np.float64]  # 2x3
Tell = Callable[[int, int], None]  # done, of how many

GRID = 6  # px between the points the camera is fitted to
NEAR = 0.4  # px at 270 lines: a point this close to where the camera would carry it follows the camera
SURE = 0.25  # share of the points that have to follow it
AHEAD = 8  # drawings that are waited for one by one
SAMPLES = 6  # pairs of drawings that are looked at to trust a renderer's vectors
WORSE, NOTHING = 1.1, 2e-6  # warp error beside that of standing still, and what counts as no difference
EXPLAINED = 0.7  # warp error beside others, of vectors that are right
STILL = np.array([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]])


class Seen(NamedTuple):
    """A drawing at 270 lines. luma: uint8 (h, w) display-encoded.

    vector: the renderer's (h, w, 4), as Blender writes it, in px of the plate, of any size; size: the plate's
    (w, h) in px. number: of its file, or None where a drawing shows none of its own.
    """

    luma: Codes
    vector: NDArray[np.float32] | None = None
    size: tuple[int, int] = (0, 0)
    number: int | None = None


class Place(NamedTuple):
    """Where a track lies in its layer: its corner, and layer px a pixel of it takes across and down."""

    x: float
    y: float
    across: float
    down: float


@dataclass(frozen=True)
class Pair:
    """From one drawing to the next. camera: a similarity from the later to the earlier, px of the track."""

    cut: bool
    still: bool
    camera: tuple[tuple[float, ...], ...]


LOST = Pair(True, False, tuple(map(tuple, STILL.tolist())))  # where a drawing cannot be read


@dataclass(frozen=True)
class _Found:
    """What is known of all pairs. rendered: the vectors are the renderer's; warning: why they are not."""

    pairs: tuple[Pair, ...]
    rendered: bool
    warning: str


@dataclass(frozen=True)
class Track:
    """The motion of a plate through the drawings of a scene.

    drawings: scene frames at which the picture changes, rising. prints: of each, what names its content.
    read: gives the drawing at an index, at 270 lines. place: where the track's pixels lie in the layer.
    Frames are asked for by number; one that holds a drawing moves nowhere. Any thread may ask.
    """

    name: str
    size: tuple[int, int]
    drawings: tuple[int, ...]
    prints: tuple[str, ...]
    place: Place
    read: Callable[[int], Seen]
    store: Path
    tell: Tell | None = None
    _known: cache.Memory = field(default_factory=lambda: cache.Memory(1), compare=False, repr=False)
    _lately: cache.Memory = field(default_factory=lambda: cache.Memory(24 << 20), compare=False, repr=False)
    _chain: list[Matrix] = field(default_factory=lambda: [STILL], compare=False, repr=False)
    _chaining: threading.Lock = field(default_factory=threading.Lock, compare=False, repr=False)

    @cached_property
    def digest(self) -> str:
        """What names the track: known before anything is worked out."""
        return cache.digest("track", cache.code_digest(), self.size, self.drawings, self.prints, self.place)

    @cached_property
    def _remembered(self) -> _Found | None:
        """All of it, where it was worked out before."""
        known = cache.load_told(self.store / "tracks", self.digest)
        if known is None:
            return None
        pairs = tuple(Pair(bool(c), bool(s), tuple(map(tuple, m))) for c, s, m in known["pairs"])
        return _Found(pairs, bool(known["rendered"]), str(known["warning"]))

    @property
    def _found(self) -> _Found:
        return self._known.get("found", lambda: self._remembered or self._worked_out(), lambda _: 0)

    def _worked_out(self) -> _Found:
        rendered, warning = self._trust
        pairs: list[Pair] = []
        count = len(self.drawings) - 1
        for pair in in_order(self._pair, range(count)):
            pairs.append(pair)
            if self.tell is not None:
                self.tell(len(pairs), count)
        found = _Found(tuple(pairs), rendered, warning)
        if all(pair is not LOST for pair in pairs):
            told = {
                "pairs": [[p.cut, p.still, p.camera] for p in pairs],
                "rendered": rendered,
                "warning": warning,
            }
            cache.save_told(self.store / "tracks", self.digest, told)
        return found

    @property
    def _trust(self) -> tuple[bool, str]:
        """Whether the motion is the renderer's, and why not, said once."""

        def find() -> tuple[bool, str]:
            known = self._remembered
            rendered, warning = (known.rendered, known.warning) if known else _trusted(self, self._seen)
            if warning:
                logging.getLogger("inkrender").warning("%s: %s", self.name, warning)
            return rendered, warning

        return self._known.get("trust", find, lambda _: 0)

    def _pair(self, i: int) -> Pair:
        """From drawing i to the next one; its vectors go to disk. No other pair is needed to know it."""
        known = self._remembered
        return known.pairs[i] if known else self._known.get(i, lambda: _pair(self, i), lambda _: 0)

    def _seen(self, i: int) -> Seen:
        return self._lately.get(
            i, lambda: self.read(i), lambda s: s.luma.nbytes + (s.vector is not None and s.vector.nbytes)
        )

    @property
    def rendered(self) -> bool:
        """Whether the motion is the renderer's own."""
        return self._trust[0]

    @property
    def warning(self) -> str:
        """Why the renderer's vectors are not used, and what would do; empty where there is nothing to say."""
        return self._trust[1]

    @property
    def cuts(self) -> tuple[int, ...]:
        """The drawings at which a new shot begins, the first one of all left out."""
        return tuple(n for n, p in zip(self.drawings[1:], self._found.pairs, strict=True) if p.cut)

    def is_cut(self, n: int) -> bool:
        """Whether a new shot begins at frame n; later drawings need not be read."""
        i = self._index(n)
        return i > 0 and self.drawings[i] == n and self._pair(i - 1).cut

    def shot_of(self, n: int) -> tuple[int, int]:
        """The first and the last drawing of the shot that frame n lies in."""
        cuts = self.cuts
        at = bisect_right(cuts, n)
        last = self.drawings[bisect_right(self.drawings, cuts[at] - 1) - 1] if at < len(cuts) else None
        return (cuts[at - 1] if at else self.drawings[0]), self.drawings[-1] if last is None else last

    def to_previous(self, n: int) -> Vectors:
        """Where each pixel of frame n was on the frame before: float32 (h, w, 2), px of the track.

        0 on the first frame of a shot and where a drawing is held.
        """
        i = self._index(n)
        return self._vectors(i - 1, "previous") if self.drawings[i] == n and i > 0 else self._nowhere()

    def to_next(self, n: int) -> Vectors:
        """Where each pixel of frame n will be on the next: as `to_previous`, 0 on the last of a shot."""
        i = self._index(n)
        last = i == len(self.drawings) - 1
        held = not last and n + 1 < self.drawings[i + 1]
        return self._nowhere() if last or held or n < self.drawings[0] else self._vectors(i, "next")

    def own(self, n: int) -> Vectors:
        """How everything in frame n moves beside the camera: float32 (h, w, 2), px of the track a drawing.

        Midway between the way from the drawing before and that to the next; the one there is at the ends of
        a shot.
        """
        i = self._index(n)
        known = [self._beside(i - 1, "previous")] if i > 0 else []
        known += [self._beside(i, "next")] if i < len(self.drawings) - 1 else []
        ways = [way for way in known if way is not None]
        return np.asarray(sum(ways) / np.float32(len(ways)), np.float32) if ways else self._nowhere()

    def camera(self, n: int) -> Matrix:
        """The camera as a similarity (2, 3): layer px of frame n to those of its shot's first frame."""
        px = self._camera(self._index(n))
        p = self.place
        across, down = np.array([p.across, p.down]), np.array([p.x, p.y])
        turn = px[:, :2] * across[:, None] / across[None, :]
        return np.column_stack([turn, across * px[:, 2] + down - turn @ down])

    def between(self, n: int, m: int) -> Matrix:
        """The camera as a similarity (2, 3): px of frame n, in the track, to those of frame m of its shot."""
        here, there = (self._camera(self._index(k)) for k in (n, m))
        return _then(here, np.asarray(cv2.invertAffineTransform(there), np.float64))

    def moves(self, n: int) -> bool:
        """Whether frame n differs from the one before it in the same shot."""
        i = self._index(n)
        return i > 0 and self.drawings[i] == n and not (self._pair(i - 1).cut or self._pair(i - 1).still)

    def _camera(self, i: int) -> Matrix:
        """From drawing i to the first of its shot, in px of the track; later drawings need not be read."""
        missing = range(len(self._chain) - 1, i)
        if len(missing) > AHEAD:  # else whoever works through the frames in order is about to know them
            for _ in in_order(self._pair, missing):
                pass
        for k in missing:  # not while others wait for the chain
            self._pair(k)
        with self._chaining:
            while len(self._chain) <= i:
                pair = self._pair(len(self._chain) - 1)
                self._chain.append(STILL if pair.cut else _then(np.array(pair.camera), self._chain[-1]))
            return self._chain[i]

    def _index(self, n: int) -> int:
        return max(bisect_right(self.drawings, n) - 1, 0)

    def _nowhere(self) -> Vectors:
        w, h = self.size
        return np.zeros((h, w, 2), np.float32)

    def _beside(self, i: int, which: str) -> Vectors | None:
        """How the later drawing of a pair came, or the earlier one goes, beside the camera; None at a cut."""
        pair = self._pair(i)
        if pair.cut:
            return None
        if pair.still:
            return self._nowhere()
        back = np.array(pair.camera)
        ahead = which == "next"
        turn, shift = np.split(cv2.invertAffineTransform(back) if ahead else back, [2], axis=1)
        w, h = self.size
        x, y = np.arange(w, dtype=np.float32)[None, :] + 0.5, np.arange(h, dtype=np.float32)[:, None] + 0.5
        (a, b), (c, d) = (turn - np.eye(2)).astype(np.float32)
        carried = np.dstack(
            [a * x + b * y + np.float32(shift[0, 0]), c * x + d * y + np.float32(shift[1, 0])]
        )
        own = self._vectors(i, which) - carried
        return np.asarray(own if ahead else -own, np.float32)

    def _vectors(self, i: int, which: str) -> Vectors:
        pair = self._pair(i)
        if pair.cut or pair.still:
            return self._nowhere()

        def load() -> dict[str, NDArray[np.float16]]:
            rendered = self._trust[0]
            kept = cache.load_planes(self.store / "tracks", _pair_key(self, i, rendered))
            if kept is None:  # the folder was tidied, or cannot be written
                kept = _work_out(self, i, self.read(i), self.read(i + 1), rendered)[1]
            return kept

        planes = self._lately.get(("planes", i), load, lambda kept: sum(p.nbytes for p in kept.values()))
        return _whole(planes[which], self.size)


def luma(picture: NDArray[Any] | Frame, size: tuple[int, int]) -> Codes:
    """A picture as display-encoded luma at a size (w, h): uint8 (h, w).

    picture: RGB or RGBA codes (uint8, uint16), or light, which is laid on white.
    """
    if isinstance(picture, Frame):
        over = picture.pixels[..., :3] + (1 - np.clip(picture.pixels[..., 3:], 0, 1))
        small = cv2.resize(np.clip(over, 0, 1), size, interpolation=cv2.INTER_AREA)
        grey = colour.encode(np.asarray(small, np.float32) @ colour.LUMA.astype(np.float32), "srgb")
        return np.asarray(np.rint(np.clip(grey, 0, 1) * 255), np.uint8)
    codes = np.asarray(picture[..., :3])
    if codes.dtype == np.uint16:
        codes = (codes >> 8).astype(np.uint8)
    small = cv2.resize(np.ascontiguousarray(codes), size, interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.cvtColor(small, cv2.COLOR_RGB2GRAY), np.uint8)


def vectors(
    given: NDArray[np.float32], size: tuple[int, int], plate: tuple[int, int]
) -> tuple[Vectors, Vectors]:
    """(to previous, to next) at a size (w, h) and in its px, x right, y down, from Blender's Vector pass.

    given: (h, w, 4) in px of the plate, whose size is `plate`. A point was at (x + X, y - Y) on the previous
    frame and will be at (x - Z, y + W) on the next. What is no number moves nowhere.
    """
    w, h = size
    small = cv2.resize(np.ascontiguousarray(given), size, interpolation=cv2.INTER_NEAREST)
    small = np.nan_to_num(np.asarray(small, np.float32), nan=0.0, posinf=0.0, neginf=0.0)
    k = np.array([w / plate[0], h / plate[1]], np.float32)
    down = np.array([1, -1], np.float32)
    return np.ascontiguousarray(small[..., :2] * (k * down)), np.ascontiguousarray(
        small[..., 2:] * -(k * down)
    )


def camera_step(to_previous: Vectors) -> Matrix:
    """The similarity (2, 3) that carries most of a picture to the previous one; nothing moves if none does.

    to_previous: (h, w, 2) px. Random sample consensus over a grid (Fischler and Bolles 1981), which OpenCV
    seeds alike every time.
    """
    if not to_previous.any():
        return STILL
    h, w = to_previous.shape[:2]
    y, x = np.mgrid[GRID // 2 : h : GRID, GRID // 2 : w : GRID]
    here = np.column_stack([x.ravel(), y.ravel()]).astype(np.float64) + 0.5
    there = here + to_previous[y.ravel(), x.ravel()]
    found, follows = cv2.estimateAffinePartial2D(
        here, there, method=cv2.RANSAC, ransacReprojThreshold=NEAR, maxIters=500, confidence=0.995
    )
    if found is None or follows.mean() < SURE:
        return STILL
    return np.asarray(found, np.float64)


def _then(first: Matrix, second: Matrix) -> Matrix:
    """First one similarity, then the other."""
    return np.column_stack([second[:, :2] @ first[:, :2], second[:, :2] @ first[:, 2] + second[:, 2]])


# working it out -------------------------------------------------------------------------------------------


def _pair(track: Track, i: int) -> Pair:
    """What is known of a pair of drawings; its vectors go to disk."""
    try:
        rendered = track._trust[0]
        known = cache.load_told(track.store / "tracks", key := _pair_key(track, i, rendered))
        if known is not None:
            return Pair(bool(known["cut"]), bool(known["still"]), tuple(map(tuple, known["camera"])))
        pair, planes = _work_out(track, i, track._seen(i), track._seen(i + 1), rendered)
    except InkError:  # a drawing that cannot be read: whoever shows it says why
        return LOST
    if planes:
        cache.save_planes(track.store / "tracks", key, planes)
    told = {"cut": pair.cut, "still": pair.still, "camera": pair.camera}
    cache.save_told(track.store / "tracks", key, told)
    return pair


def in_order(work: Callable[[Any], Any], items: Sequence[Any], threads: int = 0) -> Iterator[Any]:
    """work(item) for each item, by threads a few items ahead, given out in order; Ctrl-C drops the rest."""
    threads = threads or max(2, len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 2)
    waiting: list[Future[Any]] = []
    left = iter(items)
    with ThreadPoolExecutor(threads, thread_name_prefix="inkrender-analysis") as pool:
        try:
            while True:
                while len(waiting) < 2 * threads and (item := next(left, None)) is not None:
                    waiting.append(pool.submit(work, item))
                if not waiting:
                    return
                yield waiting.pop(0).result()
        finally:
            for future in waiting:
                future.cancel()


def _work_out(
    track: Track, i: int, a: Seen, b: Seen, rendered: bool
) -> tuple[Pair, dict[str, NDArray[np.float16]]]:
    nothing = tuple(map(tuple, STILL.tolist()))
    if track.prints[i] == track.prints[i + 1] or np.array_equal(a.luma, b.luma):
        return Pair(False, True, nothing), {}
    if motion.is_cut(a.luma, b.luma):
        return Pair(True, False, nothing), {}
    if rendered and _tells(a, b):
        planes = {
            "previous": _given(track, b)[0].astype(np.float16),
            "next": _given(track, a)[1].astype(np.float16),
        }
    else:
        planes = {
            "previous": _quartered(motion.flow(b.luma, a.luma, fine=False)),
            "next": _quartered(motion.flow(a.luma, b.luma, fine=False)),
        }
    step = camera_step(_whole(planes["previous"], track.size))
    return Pair(False, False, tuple(map(tuple, step.tolist()))), planes


def _given(track: Track, drawing: Seen) -> tuple[Vectors, Vectors]:
    if drawing.vector is None:
        raise TypeError("this drawing has no vectors")
    return vectors(drawing.vector, track.size, drawing.size)


def _tells(a: Seen, b: Seen) -> bool:
    """Whether the renderer's vectors lead from one drawing to the other."""
    numbers = a.number is not None and b.number is not None and b.number == a.number + 1
    return numbers and a.vector is not None and b.vector is not None


def doubts(track: Track) -> str:
    """Why the renderer's vectors of a plate will not be used, and what would do; "" where they are right.

    A few pairs of drawings are warped; nothing is written.
    """
    return _trusted(track, track._seen)[1]


def _trusted(track: Track, seen: Callable[[int], Seen]) -> tuple[bool, str]:
    """Whether the plate's vectors explain its motion, and if not, why and what would do."""
    count = len(track.drawings) - 1
    first = _first_seen(seen, count + 1)
    if first is None or first.vector is None:
        return False, ""
    w, h = first.size
    instead = "its motion is estimated from the picture instead"
    if first.vector.ndim != 3 or first.vector.shape[2] != 4:
        return False, (
            f"the Vector pass has {first.vector.shape[2] if first.vector.ndim == 3 else 1} channels, 4 are "
            f"needed (X Y to the previous frame, Z W to the next): {instead}"
        )
    if first.vector.shape[:2] != (h, w):
        size = f"{first.vector.shape[1]}x{first.vector.shape[0]}"
        return False, (
            f"the Vector pass is {size}, the picture {w}x{h}: vectors are px of their own picture, so "
            f"render both at one size; {instead}"
        )
    at = sorted({round(k * (count - 1) / max(SAMPLES - 1, 1)) for k in range(min(SAMPLES, count))})
    moved = stood = 0.0
    flipped = dict.fromkeys(motion.FLIPS, 0.0)
    for i in at:
        try:
            a, b = seen(i), seen(i + 1)
        except InkError:
            continue
        if not _tells(a, b) or motion.is_cut(a.luma, b.luma):
            continue
        now, before = (np.asarray(p.luma, np.float32) / np.float32(255) for p in (b, a))
        back, ahead = _given(track, b)[0], _given(track, a)[1]
        nowhere = np.zeros_like(back)
        moved += motion.warp_error(now, before, back) + motion.warp_error(before, now, ahead)
        stood += motion.warp_error(now, before, nowhere) + motion.warp_error(before, now, nowhere)
        for word, signs in motion.FLIPS.items():
            turned = np.array(signs, np.float32)
            flipped[word] += motion.warp_error(now, before, back * turned)
            flipped[word] += motion.warp_error(before, now, ahead * turned)
    word = min(flipped, key=lambda w: flipped[w])
    if flipped[word] + NOTHING * len(at) < EXPLAINED * min(stood, moved):
        return False, (
            f"the Vector pass has other signs than Blender's: warping by it leaves an error of {moved:.2g}, "
            f"turned of {flipped[word]:.2g} (no motion: {stood:.2g}); give "
            f'inputs.vector = "{word}:Vector", or what your channel is called; until then {instead}'
        )
    if moved > WORSE * stood + NOTHING * len(at):
        return False, (
            f"warping by the Vector pass explains the picture worse than no motion (error {moved:.2g}, not "
            f"{stood:.2g}): it has another sign, scale or unit than Blender's, px of the plate, X Y to the "
            f"previous frame at (x + X, y - Y), Z W to the next at (x - Z, y + W), y down; {instead}"
        )
    return True, ""


def _first_seen(seen: Callable[[int], Seen], count: int) -> Seen | None:
    """The first drawing that can be read."""
    for i in range(count):
        try:
            return seen(i)
        except InkError:
            continue
    return None


def _pair_key(track: Track, i: int, rendered: bool) -> str:
    return cache.digest("pair", cache.code_digest(), track.size, track.prints[i : i + 2], rendered)


def _quartered(found: Vectors) -> NDArray[np.float16]:
    """The fast search works at a quarter of the resolution it answers in: that is all there is to keep."""
    h, w = found.shape[:2]
    small = cv2.resize(found, ((w + 3) // 4, (h + 3) // 4), interpolation=cv2.INTER_AREA)
    return np.asarray(small, np.float16)


def _whole(kept: NDArray[np.float16], size: tuple[int, int]) -> Vectors:
    planes = np.asarray(kept, np.float32)
    if planes.shape[1::-1] == size:
        return planes
    return np.asarray(cv2.resize(planes, size, interpolation=cv2.INTER_LINEAR), np.float32)
