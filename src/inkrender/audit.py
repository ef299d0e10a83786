"""The colour script held against the film: the tone of sampled frames, and where they leave their rows.

A frame is painted at 360 lines, or read as it was rendered; then `tone_measures` looks at what came out.
Frames inside a transition are measured and drawn, and held to nothing: they belong to two moods.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import cv2
import numpy as np
from numpy.typing import NDArray

from . import colour, mood, tone_measures
from .errors import PlateError
from .script import band_name
from .tone_measures import Plane, Tone

if TYPE_CHECKING:
    from .film import Film

K = TypeVar("K", str, tuple[float, float])

EVERY = 12  # frames between samples: half a second
THUMB = (480, 270)  # width and height a frame is shown at, at most
THUMBS = 100  # frames shown that large; more of them are smaller, so that a page can still be sent
UNRECORDED = "unrecorded"  # of a file nothing is known about
POOL = 1500  # pixels of a frame from which the palette of its scene is found


@dataclass(frozen=True)
class Measured:
    """One frame. name: scene and the scene's own number. mood: the row it is held to; None for none.

    values: every measure by its name in the script, hue bands of the row by `script.band_name`; blank is
    None where the renderer has not said it. ranges: what they are held to. thumb: uint8 (h, w, 3). pool:
    OKLCh of some pixels, (n, 3). state: of a rendered frame that the film would not paint so today, or may
    not, why, as `manifest.reason` says it; "" otherwise.
    """

    frame: int
    scene: str
    number: int
    mood: str | None
    ranges: dict[str, tuple[float, float]]
    transition: bool
    tone: Tone
    values: dict[str, float | None]
    thumb: NDArray[np.uint8]
    pool: Plane
    state: str = ""

    @property
    def name(self) -> str:
        """As -F takes it: 02_dawn:1050."""
        return f"{self.scene}:{self.number}"

    def told(self) -> dict[str, Any]:
        """For --json."""
        return {
            "frame": self.frame,
            "name": self.name,
            "scene": self.scene,
            "number": self.number,
            "mood": self.mood,
            "ranges": {k: list(v) for k, v in self.ranges.items()},
            "transition": self.transition,
            "state": self.state,
            "measures": {k: None if v is None else round(v, 5) for k, v in self.values.items()},
            "hues": [round(share, 5) for share in self.tone.hues],
        }


@dataclass(frozen=True)
class Breach:
    """A frame outside its row. found: None where the measure is not known."""

    scene: str
    frame: int
    mood: str
    measure: str
    wanted: tuple[float, float]
    found: float | None

    def __str__(self) -> str:
        least, most = (f"{v:g}" for v in self.wanted)
        at = f"{self.scene}:{self.frame}: {self.measure}"
        where = f'{least} to {most} is wanted (script row "{self.mood}")'
        if self.found is None:
            return f"{at} is not known, where {where}: it is told of ink, by the frame's manifest row"
        return f"{at} is {number(self.found, self.wanted)} where {where}"

    def told(self) -> dict[str, Any]:
        """For --json."""
        return {
            "scene": self.scene,
            "frame": self.frame,
            "mood": self.mood,
            "measure": self.measure,
            "wanted": list(self.wanted),
            "found": None if self.found is None else round(self.found, 5),
        }


@dataclass(frozen=True)
class SceneTone:
    """A scene as far as it was measured, transitions left out.

    ranges: what its row declares. palette: ("#rrggbb", share), the largest first. hues: mean shares of the
    twelve bins. bands: the hue bands of its row, (from, to, least, most).
    """

    name: str
    mood: str
    ranges: dict[str, tuple[float, float]]
    bands: tuple[tuple[float, float, float, float], ...]
    palette: tuple[tuple[str, float], ...]
    hues: tuple[float, ...]

    def told(self) -> dict[str, Any]:
        """For --json."""
        return {
            "name": self.name,
            "mood": self.mood,
            "ranges": {k: list(v) for k, v in self.ranges.items()},
            "palette": [{"colour": code, "share": round(share, 4)} for code, share in self.palette],
            "hues": [round(share, 5) for share in self.hues],
        }


@dataclass(frozen=True)
class Report:
    """All that was measured, in the order of the film."""

    title: str
    frames: tuple[Measured, ...]
    scenes: tuple[SceneTone, ...]
    broken: tuple[Breach, ...]

    @property
    def held(self) -> int:
        """How many frames were held to a row."""
        return sum(f.mood is not None for f in self.frames)

    @property
    def stale(self) -> tuple[Measured, ...]:
        """Frames on disk that are not what the film would render today."""
        return tuple(f for f in self.frames if f.state and f.state != UNRECORDED)

    def told(self) -> dict[str, Any]:
        """For --json."""
        return {
            "title": self.title,
            "frames": [f.told() for f in self.frames],
            "scenes": [s.told() for s in self.scenes],
            "held": self.held,
            "stale": [f.name for f in self.stale],
            "broken": [b.told() for b in self.broken],
        }


def sampled(film: Film, frames: Sequence[int], every: int) -> list[int]:
    """Every so many of the frames, counted anew in each scene and from its middle: no scene goes unseen."""
    found: list[int] = []
    for one in film.scenes:
        start = film.start_of(one.name)
        own = sorted(n for n in frames if start <= n < start + one.length)
        if own:
            found += own[(len(own) // 2) % every :: every]
    return found


def measure(film: Film, frames: Sequence[int], rendered: str | None = None) -> Iterator[Measured]:
    """Measure film frames one after another.

    rendered: pattern of frames on disk; None paints them at 360 lines. Raises InkError for a frame that
    cannot be painted, PlateError for one that is not there.
    """
    size = _quick(film.size)
    part = min(1.0, math.sqrt(THUMBS / max(1, len(frames))))
    thumb = (max(16, round(THUMB[0] * part)), max(9, round(THUMB[1] * part)))
    for n in frames:
        if rendered is None:
            codes, stats = film.pixels(n, size, 8)
            blank, state = stats.get("blank"), ""
        else:
            codes, blank, state = _read(film, rendered, n)
        yield _measured(film, n, codes, blank, state, thumb)


def _measured(
    film: Film, n: int, codes: NDArray[Any], blank: float | None, state: str, thumb: tuple[int, int]
) -> Measured:
    one, own = film.locate(n)
    mixed = film.transition_at(n) is not None
    label, row = (None if mixed else film.row_at(one, own)) or (None, None)
    small = tone_measures.reduced(codes)
    lch = tone_measures.lch(small)
    tone = tone_measures.tone(lch)
    values: dict[str, float | None] = {"blank": None if blank is None else float(blank), **tone.told()}
    for start, end, _, _ in row.hues if row else ():
        values[band_name(start, end)] = tone_measures.hue_share(lch, start, end)
    return Measured(
        frame=n,
        scene=one.name,
        number=own,
        mood=label,
        ranges=row.ranges() if row else {},
        transition=mixed,
        tone=tone,
        values=values,
        thumb=_thumb(small, thumb),
        pool=_pool(lch),
        state=state,
    )


def report(film: Film, found: Sequence[Measured]) -> Report:
    """All frames together, and what breaks the script."""
    scenes = []
    for one in film.scenes:
        own = [f for f in found if f.scene == one.name and not f.transition]
        if not own:
            continue
        rows = [told[1] for f in own if (told := film.row_at(one, f.number))]
        colours = tone_measures.palette(np.concatenate([f.pool for f in own]))
        scenes.append(
            SceneTone(
                name=one.name,
                mood=" to ".join(mood.names(one.mood)),
                ranges=_widest([f.ranges for f in own]),
                bands=tuple(
                    (*ends, *span)
                    for ends, span in _widest([{b[:2]: b[2:] for b in row.hues} for row in rows]).items()
                ),
                palette=tuple((hex_of(lab), share) for lab, share in colours),
                hues=tuple(float(v) for v in np.mean([f.tone.hues for f in own], axis=0)),
            )
        )
    broken = [b for f in found for b in _breaches(f)]
    return Report(film.title, tuple(found), tuple(scenes), tuple(broken))


def _widest(told: list[dict[K, tuple[float, float]]]) -> dict[K, tuple[float, float]]:
    """What several frames declare, as one: a scene that goes from mood to mood is held to each on its way."""
    both = set(told[0]).intersection(*told) if told else set()
    return {
        name: (min(ranges[name][0] for ranges in told), max(ranges[name][1] for ranges in told))
        for name in (told[0] if told else ())
        if name in both
    }


def _breaches(one: Measured) -> Iterator[Breach]:
    if one.mood is None:
        return
    for name, (least, most) in one.ranges.items():
        value = one.values[name]
        if value is None or not least <= value <= most:
            yield Breach(one.scene, one.number, one.mood, name, (least, most), value)


# pictures -------------------------------------------------------------------------------------------------


def _quick(size: tuple[int, int]) -> tuple[int, int]:
    """The size a frame is painted at to be measured: 640x360 for a film of 16:9."""
    w, h = size
    lines = tone_measures.LINES
    return size if h <= lines else (max(16, 2 * round(w * lines / h / 2)), lines)


def _read(film: Film, pattern: str, n: int) -> tuple[NDArray[Any], float | None, str]:
    """A rendered frame, uint8 (h, w, 3), the blank share its manifest row tells, and why it is stale."""
    from . import encode, manifest
    from .render import frame_paths

    path: Path = frame_paths(pattern, [n])[0]
    if not path.is_file():
        raise PlateError(f"frame {n} is not there: {path} is missing; render it, or leave out --rendered")
    codes = encode.read_frame(path, 8)
    row = manifest.read_row(path)
    if row is None:
        return codes, None, UNRECORDED
    # a frame of another size or depth is no other picture: only what it was made of is compared
    width, _, height = row.made_by.get("size", "").partition("x")
    size = (int(width), int(height)) if width.isdigit() and height.isdigit() else None
    state = manifest.reason(path, film.fingerprint(n, size, row.made_by.get("bits", 8)))
    blank = None if row.file != manifest.digest_of_file(path) else row.stats.get("blank")
    return codes, blank, "" if state == manifest.KEPT else state


def _thumb(codes: NDArray[Any], most: tuple[int, int]) -> NDArray[np.uint8]:
    h, w = codes.shape[:2]
    k = min(most[0] / w, most[1] / h, 1)
    size = (max(1, round(w * k)), max(1, round(h * k)))
    return np.asarray(cv2.resize(np.ascontiguousarray(codes), size, interpolation=cv2.INTER_AREA), np.uint8)


def _pool(lch: Plane) -> Plane:
    """Pixels evenly over the picture, in odd steps so that columns are not favoured."""
    flat = lch.reshape(-1, 3)
    step = max(1, len(flat) // POOL) | 1
    return np.ascontiguousarray(flat[step // 2 :: step])


def hex_of(lab: tuple[float, float, float]) -> str:
    """#rrggbb of an OKLab colour, clipped to what a display shows."""
    encoded = np.clip(colour.encode(np.clip(colour.from_oklab(np.array(lab)), 0, 1)), 0, 1)
    return "#" + "".join(f"{round(255 * float(v)):02x}" for v in encoded)


def number(value: float, beside: tuple[float, ...] = ()) -> str:
    """A measure as people read it; with so many digits that it does not look like a bound it misses."""
    for digits in (3, 4, 5):
        text = f"{value:.{digits}f}"
        if all(text != f"{b:.{digits}f}" or value == b for b in beside):
            break
    return text.rstrip("0").rstrip(".") if "." in text else text
