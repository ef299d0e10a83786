"""A frame's problem of negative space as it is kept on disk: 8 to 16 bits a value, and the same read or made.

Halves would not do for the potential: where it is flat, a step of a half would move an edge by a pixel.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .negative_space import Edge, Problem

Plane = NDArray[np.float32]

STEPS: Mapping[str, tuple[Any, int]] = {  # how many a 1 is; other planes are halves
    "willing": (np.int16, 8192),
    "claim": (np.int16, 8192),
    "hard": (np.int8, 127),
    "guard": (np.uint8, 255),
    "kept": (np.uint8, 255),
    "dense": (np.uint8, 255),
}
CARRIED = ("willing", "hard", "kept")  # the planes of `Problem.carried`, in their order


def packed(problem: Problem) -> dict[str, NDArray[Any]]:
    """The planes of a problem by name; one that is the same everywhere is kept as one value."""
    return {name: pack(name, getattr(problem, name)) for name in Problem.PLANES}


def unpacked(planes: Mapping[str, NDArray[Any]], edge: Edge, bleed: float) -> Problem:
    """The problem of which these are the planes. KeyError where one is missing."""
    h, w = planes["willing"].shape
    found = {name: unpack(name, planes[name], (h, w)) for name in Problem.PLANES}
    return Problem(**found, edge=edge, bleed=bleed)


def pack(name: str, plane: Plane) -> NDArray[Any]:
    """One plane."""
    if name not in STEPS:
        small: NDArray[Any] = np.clip(plane, -60000, 60000).astype(np.float16)
    else:
        kind, steps = STEPS[name]
        ends = np.iinfo(kind)
        small = np.rint(np.clip(plane * np.float32(steps), ends.min, ends.max)).astype(kind)
    flat = name != "willing" and bool((small == small[:1, :1]).all())
    return np.ascontiguousarray(small[:1, :1]) if flat else small


def unpack(name: str, small: NDArray[Any], size: tuple[int, int]) -> Plane:
    """One plane float32 (h, w). size: (h, w)."""
    plane = np.asarray(small, np.float32)
    if name in STEPS:
        plane = plane / np.float32(STEPS[name][1])
    return np.array(np.broadcast_to(plane, size), np.float32)
