"""Time in whole frames: exact rates, frame ranges, keyed numbers, drawings on twos, and seeds.

Frames are integers and rates are fractions: seconds appear only at the very end, in a player or an encoder.
"""

from __future__ import annotations

import hashlib
import math
import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from typing import Any, NamedTuple, cast

from .errors import SceneError, did_you_mean

MOST_FRAMES = 10_000_000  # a range longer than this is a slip of the finger (a 24-hour film has 2 million)


class Key(NamedTuple):
    """A value at a frame. `easing` shapes the way from the key before to this one."""

    frame: float
    value: float | tuple[float, ...]
    easing: str = "linear"


# rates ----------------------------------------------------------------------------------------------------

_NTSC = {  # what people type -> what they mean
    "23.976": "24000/1001",
    "23.98": "24000/1001",
    "29.97": "30000/1001",
    "47.952": "48000/1001",
    "59.94": "60000/1001",
    "119.88": "120000/1001",
}


def parse_fps(given: str | int | float | Fraction) -> Fraction:
    """Frames a second, exactly: 24, "25", "24000/1001", Fraction(30000, 1001); 1 to 1000.

    A rounded rate such as 23.976 is an error that names the exact one: it would drift from its sound.
    """
    text = str(given).strip()
    if text.endswith(".0"):
        text = text[:-2]
    if text in _NTSC:
        raise SceneError(f'fps {text} is a rounded rate: write fps = "{_NTSC[text]}"')
    try:
        rate = Fraction(text)
    except (ValueError, ZeroDivisionError):
        raise SceneError(f'fps "{given}" is not a rate: write "24", "25" or "24000/1001"') from None
    if not 1 <= rate <= 1000:
        raise SceneError(f'fps "{given}" is outside 1 to 1000 frames a second')
    return rate


# ranges ---------------------------------------------------------------------------------------------------

_RANGE = re.compile(r"(-?\d+)(?:(?:-|\.\.)(-?\d+)(?:([x:y])(-?\d+))?)?")


def parse_frames(text: str) -> list[int]:
    """Frame numbers in the order written, each once: "1001-1010x2,1020", "-5--1", "10-1", "1..9 12".

    Ranges are inclusive. `x` steps (`:` is read as a step too), `y` is what `x` leaves out; commas or spaces
    separate; a range whose end lies before its start runs backwards.
    """
    frames: dict[int, None] = {}
    parts = [p for p in re.split(r"[,\s]+", text.strip()) if p]
    if not parts:
        raise SceneError(
            'frames "" is empty: write one frame "1001", a range "1001-1100" or a list "1,5,9-20x2"'
        )
    for part in parts:
        for n in _one_range(part, text):
            frames[n] = None
    if not frames:
        raise SceneError(f'frames "{text}" holds no frame: "y1" leaves nothing over')
    return list(frames)


def _one_range(part: str, text: str) -> Iterable[int]:
    found = _RANGE.fullmatch(part)
    if not found:
        raise SceneError(
            f'frames "{text}": "{part}" is not a frame or a range: '
            'write "1001", "1001-1100", "1001-1100x2" (every second) or several with commas'
        )
    first, how, step = int(found[1]), found[3], int(found[4] or 1)
    last = int(found[2]) if found[2] is not None else first
    if step < 1:
        raise SceneError(f'frames "{text}": the step in "{part}" is {step}, a step is 1 or more')
    if abs(last - first) >= MOST_FRAMES:
        raise SceneError(
            f'frames "{text}": "{part}" is {abs(last - first) + 1} frames, at most {MOST_FRAMES}'
        )
    way = 1 if last >= first else -1
    every = range(first, last + way, way)
    if how == "y":
        return [n for i, n in enumerate(every) if i % step]
    return every[::step]


def held(frame: int, first: int, exposure: int) -> int:
    """The frame whose drawing is on screen at `frame` when every drawing stays for `exposure` frames.

    Counted from `first`; frames before it are held in the same rhythm.
    """
    return first + (frame - first) // exposure * exposure


# easings --------------------------------------------------------------------------------------------------
# All run from 0 to 1. Plain in, out and in_out are cubic Hermite curves: still at the named end, at the mean
# speed at the other, so that "in" followed by "linear" has no jolt. The families are those of easings.net
# (Penner 2001).


def _out_of(ease_in: Callable[[float], float]) -> Callable[[float], float]:
    return lambda u: 1 - ease_in(1 - u)


def _in_out_of(ease_in: Callable[[float], float]) -> Callable[[float], float]:
    return lambda u: ease_in(2 * u) / 2 if u < 0.5 else 1 - ease_in(2 - 2 * u) / 2


def _expo(u: float) -> float:
    return 0.0 if u <= 0 else 2.0 ** (10 * u - 10)


def _back(u: float, over: float = 1.70158) -> float:
    return (over + 1) * u**3 - over * u**2  # overshoots by 10 %


def _back_in_out(u: float) -> float:
    return _in_out_of(lambda v: _back(v, 1.70158 * 1.525))(u)


EASINGS: dict[str, Callable[[float], float]] = {
    "linear": lambda u: u,
    "hold": lambda u: 0.0 if u < 1 else 1.0,
    "in": lambda u: u * u * (2 - u),
    "out": _out_of(lambda u: u * u * (2 - u)),
    "in_out": lambda u: u * u * (3 - 2 * u),
}
for _name, _ease in {
    "sine": lambda u: 1 - math.cos(u * math.pi / 2),
    "quad": lambda u: u**2,
    "cubic": lambda u: u**3,
    "expo": _expo,
    "back": _back,
}.items():
    EASINGS[f"in_{_name}"] = _ease
    EASINGS[f"out_{_name}"] = _out_of(_ease)
    EASINGS[f"in_out_{_name}"] = _in_out_of(_ease)
EASINGS["in_out_back"] = _back_in_out


# keyed values ---------------------------------------------------------------------------------------------


def is_keyed(value: Any) -> bool:
    """Whether a value is given as keys, `[[frame, value, easing?], ...]`, and not as a constant."""
    return isinstance(value, Sequence) and not isinstance(value, str) and bool(value) and _listlike(value[0])


def parse_keys(given: Any) -> tuple[Key, ...]:
    """`[[frame, value, easing?], ...]` to keys in order of time.

    Values are numbers, or lists of numbers of one length. Frames rise; SceneError says which key is wrong.
    """
    keys: list[Key] = []
    for i, row in enumerate(given):
        where = f"key {i + 1}"
        if not _listlike(row) or len(row) not in (2, 3):
            raise SceneError(f"{where} is {_short(row)}: a key is [frame, value] or [frame, value, easing]")
        frame, value, easing = row if len(row) == 3 else (*row, "linear")
        if not _finite(frame):
            raise SceneError(f"{where}: {_short(frame)} is not a frame number")
        frame = int(frame) if frame == int(frame) else float(frame)
        if not isinstance(easing, str) or easing not in EASINGS:
            near = did_you_mean(str(easing), tuple(EASINGS)) or f": use {', '.join(EASINGS)}"
            raise SceneError(f"{where}: easing {_short(easing)} is not known{near}")
        if _listlike(value):
            if not value or not all(_finite(v) for v in value):
                raise SceneError(f"{where} at frame {frame:g}: {_short(value)} is not a list of numbers")
            value = tuple(float(v) for v in value)
        elif _finite(value):
            value = float(value)
        else:
            raise SceneError(f"{where} at frame {frame:g}: {_short(value)} is not a number")
        if keys:
            before = keys[-1]
            if frame <= before.frame:
                raise SceneError(
                    f"{where} is at frame {frame:g}, after one at {before.frame:g}: keys go forward in time"
                )
            if _size(value) != _size(before.value):
                sizes = f"{_size(value)} numbers, the key before {_size(before.value)}"
                raise SceneError(f"{where} at frame {frame:g} holds {sizes}")
        keys.append(Key(frame, value, easing))
    if not keys:
        raise SceneError("there is no key: give at least one [frame, value]")
    return tuple(keys)


def value_at(value: Any, frame: float) -> Any:
    """A number, or a tuple of numbers, at a frame.

    value: a constant (returned as it is), a tuple of Key, or `[[frame, value, easing?], ...]`. Before the
    first key and after the last the value rests.
    """
    if not is_keyed(value):
        return value
    keys: Sequence[Key] = value if isinstance(value[0], Key) else parse_keys(value)
    i = bisect_right(keys, frame, key=lambda k: k.frame)
    if i == 0:
        return keys[0].value
    if i == len(keys):
        return keys[-1].value
    a, b = keys[i - 1], keys[i]
    if frame == a.frame:
        return a.value  # a key is met exactly, whatever the arithmetic of the next easing
    u = EASINGS[b.easing]((frame - a.frame) / (b.frame - a.frame))
    if isinstance(a.value, tuple) and isinstance(b.value, tuple):
        return tuple(x + (y - x) * u for x, y in zip(a.value, b.value, strict=True))
    start, end = cast(float, a.value), cast(float, b.value)
    return start + (end - start) * u


def _listlike(value: Any) -> bool:
    return isinstance(value, (list, tuple))


def _finite(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)


def _size(value: float | tuple[float, ...]) -> int:
    return len(value) if isinstance(value, tuple) else 1


def _short(value: Any) -> str:
    text = f'"{value}"' if isinstance(value, str) else str(list(value) if _listlike(value) else value)
    return text if len(text) <= 60 else text[:57] + "..."


# seeds ----------------------------------------------------------------------------------------------------


def seed_of(*parts: str | int) -> int:
    """An unsigned 32-bit seed from names and numbers, the same on every machine and in every version.

    ("a", "b") and ("ab",) differ, and so do 1 and "1".
    """
    told = hashlib.blake2b(digest_size=4)
    for part in parts:
        data = str(part).encode()
        told.update(f"{'i' if isinstance(part, int) else 's'}{len(data)}:".encode() + data)
    return int.from_bytes(told.digest(), "little")
