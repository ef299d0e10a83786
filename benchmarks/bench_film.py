"""Frames a second of a film without encoding: `python benchmarks/bench_film.py --size 1920x1080`.

A first run makes the bakes and is not counted. Needs a system that tells peak memory (Linux, macOS).
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from inkrender import bench_film, load
from inkrender.timing import parse_frames

FILM = Path(__file__).parents[1] / "scenes" / "dreams_in_the_mountains" / "film.toml"


def main() -> None:
    """Make the bakes, measure, print the table."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("film", nargs="?", type=Path, default=FILM)
    options.add_argument("--size", action="append", help="WIDTHxHEIGHT, may be given more than once")
    options.add_argument("--frames", help='such as "40-63,240-263"; all by default')
    options.add_argument("--threads", type=int, action="append")
    chosen = options.parse_args()
    film = load(chosen.film)
    frames = parse_frames(chosen.frames) if chosen.frames else list(range(film.length))
    sys.stdout.write(bench_film.HEAD + "\n")
    for text in chosen.size or ["960x540", "1920x1080"]:
        w, h = (int(v) for v in text.split("x"))
        # the middles of the scenes and everything in between: what `frames` will ask of the disk
        bench_film.run(chosen.film, (w, h), frames[:: max(1, len(frames) // 12)], 2)
        for threads in chosen.threads or [1, 2]:
            sys.stdout.write(bench_film.run(chosen.film, (w, h), frames, threads).line() + "\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main()
