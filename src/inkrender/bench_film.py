"""How fast a film renders, without encoding: frames in memory, bakes done, one thread and more.

Frames are taken in order, as a render takes them, from a warm cache on disk: a first pass over the same
frames fills it. Every row is a process of its own, so that peak memory is the row's.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True)
class Row:
    """One run. seconds: wall and CPU of all frames; peak: memory in MB; load: of the machine, before."""

    size: tuple[int, int]
    frames: int
    threads: int
    wall: float
    cpu: float
    peak: float
    load: float

    @property
    def rate(self) -> float:
        """Frames a second."""
        return self.frames / self.wall

    def line(self) -> str:
        """The row of the table."""
        w, h = self.size
        each = 1e3 * self.cpu / self.frames
        told = f"{self.threads:7d} {self.rate:8.1f} {each:9.0f} {self.peak:8.0f} {self.load:6.1f}"
        return f"{f'{w}x{h}':>10} {self.frames:7d} {told}"


HEAD = f"{'size':>10} {'frames':>7} {'threads':>7} {'fps':>8} {'cpu ms':>9} {'peak MB':>8} {'load':>6}"


def run(path: Path, size: tuple[int, int], frames: list[int], threads: int) -> Row:
    """Render frames of a film into memory in a fresh process, after the bakes have been made."""
    told = json.dumps([str(path), size, frames, threads])
    found = subprocess.run(
        [sys.executable, "-c", "import inkrender.bench_film as b; b.measure()", told],
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    values = json.loads(found.stdout.splitlines()[-1])
    return Row(**{**values, "size": tuple(values["size"])})


def measure() -> None:
    """The child process: measure what the command line asks for and write a row to standard output."""
    import resource

    import cv2

    from .film import load

    cv2.setNumThreads(1)
    path, size, frames, threads = json.loads(sys.argv[1])
    film, (w, h) = load(path), size

    def paint(n: int) -> None:
        film.pixels(n, (w, h))

    for n in sorted({film.find_frame(f"{one.name}:{one.first + one.length // 2}") for one in film.scenes}):
        paint(n)  # the bakes come from disk once, as the frames of a whole film share them
    before = os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0
    began, cpu = time.perf_counter(), time.process_time()
    with ThreadPoolExecutor(threads) as pool:
        for _ in pool.map(paint, frames):
            pass
    wall, cpu = time.perf_counter() - began, time.process_time() - cpu
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (
        1 << 20 if sys.platform == "darwin" else 1024
    )
    sys.stdout.write(json.dumps(asdict(Row((w, h), len(frames), threads, wall, cpu, peak, before))) + "\n")
