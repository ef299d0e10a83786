"""The colour script held against the film: the tone of sampled frames, and where they leave their rows.

A frame is painted at 360 lines, or read as it was rendered; then `tone_measures` looks at what came out.
Frames inside a transition are measured and drawn, and held to nothing: they belong to two moods.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
from numpy.typing import NDArray

from . import colour, tone_measures
from .errors import PlateError
from .script import band_name
from .tone_measures import Plane, Tone

if TYPE_CHECKING:
    from .film import Film

EVERY = 12  # frames between samples: half a second
THUMB = (128, 72)  # width and height a frame is shown at, at most
POOL = 1500  # pixels of a frame from which the palette of its scene is found


@dataclass(frozen=True)
class Measured:
    """One frame. name: scene and the scene's own number. mood: the row it is held to; None for none.

    values: every measure by its name in the script, hue bands of the row by `script.band_name`; blank is
    None where the renderer has not said it. thumb: uint8 (h, w, 3). pool: OKLCh of some pixels, (n, 3).
    """

    frame: int
    scene: str
    number: int
    mood: str | None
    transition: bool
    tone: Tone
    values: dict[str, float | None]
    thumb: NDArray[np.uint8]
    pool: Plane

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
            "mood": self.mood,
            "transition": self.transition,
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

    def told(self) -> dict[str, Any]:
        """For --json."""
        return {
            "title": self.title,
            "frames": [f.told() for f in self.frames],
            "scenes": [s.told() for s in self.scenes],
            "held": self.held,
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
    for n in frames:
        if rendered is None:
            codes, stats = film.pixels(n, size, 8)
            blank = stats.get("blank")
        else:
            codes, blank = _read(rendered, n)
        yield _measured(film, n, codes, blank)


def _measured(film: Film, n: int, codes: NDArray[Any], blank: float | None) -> Measured:
    one, own = film.locate(n)
    mixed = film.transition_at(n) is not None
    row = None if mixed else film.script.get(one.mood)
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
        mood=one.mood if row else None,
        transition=mixed,
        tone=tone,
        values=values,
        thumb=_thumb(small),
        pool=_pool(lch),
    )


def report(film: Film, found: Sequence[Measured]) -> Report:
    """All frames together, and what breaks the script."""
    scenes = []
    for one in film.scenes:
        own = [f for f in found if f.scene == one.name and not f.transition]
        if not own:
            continue
        row = film.script.get(one.mood)
        colours = tone_measures.palette(np.concatenate([f.pool for f in own]))
        scenes.append(
            SceneTone(
                name=one.name,
                mood=one.mood,
                ranges=row.ranges() if row else {},
                bands=tuple(row.hues) if row else (),
                palette=tuple((hex_of(lab), share) for lab, share in colours),
                hues=tuple(float(v) for v in np.mean([f.tone.hues for f in own], axis=0)),
            )
        )
    broken = [b for f in found for b in _breaches(film, f)]
    return Report(film.title, tuple(found), tuple(scenes), tuple(broken))


def _breaches(film: Film, one: Measured) -> Iterator[Breach]:
    if one.mood is None:
        return
    for name, (least, most) in film.script[one.mood].ranges().items():
        value = one.values[name]
        if value is None or not least <= value <= most:
            yield Breach(one.scene, one.number, one.mood, name, (least, most), value)


# pictures -------------------------------------------------------------------------------------------------


def _quick(size: tuple[int, int]) -> tuple[int, int]:
    """The size a frame is painted at to be measured: 640x360 for a film of 16:9."""
    w, h = size
    lines = tone_measures.LINES
    return size if h <= lines else (max(16, 2 * round(w * lines / h / 2)), lines)


def _read(pattern: str, n: int) -> tuple[NDArray[Any], float | None]:
    """A rendered frame, uint8 (h, w, 3), and the blank share its manifest row tells; None without one."""
    from . import encode, manifest
    from .render import frame_paths

    path: Path = frame_paths(pattern, [n])[0]
    if not path.is_file():
        raise PlateError(f"frame {n} is not there: {path} is missing; render it, or leave out --rendered")
    row = manifest.read_row(path)
    known = row is not None and row.file == manifest.digest_of_file(path)  # the file its row was written for
    return encode.read_frame(path, 8), row.stats.get("blank") if row and known else None


def _thumb(codes: NDArray[Any]) -> NDArray[np.uint8]:
    h, w = codes.shape[:2]
    k = min(THUMB[0] / w, THUMB[1] / h, 1)
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
