"""A film without an engine: every pixel a function of the frame number, for tests of the shell around it."""

from __future__ import annotations

import threading
import time
from fractions import Fraction
from typing import Any

import numpy as np


class FakeFilm:
    """Paints a slow coloured drift; counts what it was asked for."""

    def __init__(
        self,
        length: int = 10,
        size: tuple[int, int] = (64, 36),
        fps: str = "24",
        seconds: float = 0.0,
        code: str = "1",
        broken: dict[int, Exception] | None = None,
    ) -> None:
        self.length, self.size, self.fps = length, size, Fraction(fps)
        self.bits = 8
        self.seconds, self.code, self.broken = seconds, code, broken or {}
        self.painted: list[int] = []
        self.in_flight = self.most_in_flight = 0
        self._lock = threading.Lock()

    def refresh(self) -> None:
        """It has no files."""

    def prepare(self, frames: Any, tell: Any = None) -> None:
        """Its frames know nothing of each other."""

    def fingerprint(self, n: int, size: tuple[int, int], bits: Any) -> dict[str, str]:
        return {"code": self.code, "size": f"{size[0]}x{size[1]}", "scene": "ridge"}

    def pixels(self, n: int, size: tuple[int, int], bits: Any) -> tuple[np.ndarray, dict[str, Any]]:
        with self._lock:
            self.painted.append(n)
            self.in_flight += 1
            self.most_in_flight = max(self.most_in_flight, self.in_flight)
        try:
            if n in self.broken:
                raise self.broken[n]
            time.sleep(self.seconds)
            return paint(n, size, bits), {"blank": 0.4}
        finally:
            with self._lock:
                self.in_flight -= 1


def paint(n: int, size: tuple[int, int], bits: Any) -> np.ndarray:
    """(h, w, 4): three ramps that move with n, uint8, uint16 or float16."""
    w, h = size
    x = (np.arange(w) + 0.5) / w
    y = ((np.arange(h) + 0.5) / h)[:, None]
    planes = [
        0.2 + 0.6 * x + 0 * y,
        0.8 - 0.6 * y + 0 * x,
        0.5 + 0.3 * np.sin(x * 3 + n * 0.4) + 0 * y,
        np.ones((h, w)),
    ]
    picture = np.stack(planes, axis=2)
    if bits == "half":
        return picture.astype(np.float16)
    top, dtype = (255, np.uint8) if bits == 8 else (65535, np.uint16)
    return np.rint(picture * top).astype(dtype)
