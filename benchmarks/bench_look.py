"""What a look costs: `python benchmarks/bench_look.py FOOTAGE`, every built-in look at 1080 and 720 lines.

The footage is brought to each size first, as films of their own, so that decoding counts as it would. A frame
is everything from the file to the finished picture, and its part of the analysis of a clip that was never
seen before: milliseconds of processor time (the mean of a clip, the least of the clips, so that other work on
the machine counts as little as possible) and what two cores make of that a second. `preview` paints at half
the size (`-q preview`). What people use today stands below, on the same frame, from bench_rivals.py.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import imageio_ffmpeg
from bench_rivals import WIDE, Footage, plates, rivals, spent

import inkrender
from inkrender.manifest import cpu, versions
from inkrender.render import set_up_process

LOOKS = ("literati", "dawn", "resolution", "failure")
CORES = 2


def main() -> None:
    """Measure, print the table."""
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("footage", type=Path)
    options.add_argument("-F", "--first", type=int, default=40)
    options.add_argument("-n", "--frames", type=int, default=12, help="frames of a clip")
    options.add_argument("--rounds", type=int, default=2, help="clips to measure")
    options.add_argument("--looks", default=",".join(LOOKS))
    options.add_argument("--json", type=Path)
    chosen = options.parse_args()
    set_up_process()
    told: dict[str, Any] = {"cpu": cpu(), "versions": versions(), "load": os.getloadavg(), "ms": {}}
    sys.stdout.write(f"{'':36}{'ms':>8}{f'frames/s, {CORES} cores':>20}\n")
    with tempfile.TemporaryDirectory() as folder:
        for lines in (1080, 720):
            starts = range(chosen.first, chosen.first + (chosen.rounds + 1) * chosen.frames, chosen.frames)
            clips = [resized(chosen.footage, lines, n, chosen.frames, Path(folder)) for n in starts]
            for name in chosen.looks.split(","):
                for quality, part in (("final", 1), ("preview", 2)):
                    cost = look(name, clips, lines // part, chosen.frames)
                    row(told["ms"], f"{name}, {lines} lines, {quality}", cost)
    one = Footage("clip", chosen.footage, (chosen.first,), LOOKS[0], None)
    frame = plates(one, WIDE)
    for rival in rivals():
        cost = min(spent(lambda r=rival: r.paint(frame)) for _ in range(3))
        row(told["ms"], f"{rival.name}, {frame[0].shape[0]} lines", cost)
    if chosen.json:
        chosen.json.write_text(json.dumps(told, indent=1, default=str) + "\n", encoding="utf-8")


def row(told: dict[str, float], name: str, cost: float) -> None:
    """One line of the table."""
    told[name] = cost
    sys.stdout.write(f"{name:36}{cost:8.0f}{1000 * CORES / cost:20.1f}\n")
    sys.stdout.flush()


def resized(footage: Path, lines: int, first: int, count: int, folder: Path) -> Path:
    """A clip of `count` frames from `first` on, at a number of lines."""
    clip = folder / f"clip{lines}.{first}.mp4"
    cut = f"trim=start_frame={first}:end_frame={first + count},setpts=PTS-STARTPTS"
    scaled = f"{cut},scale=-2:{lines}:flags=lanczos"
    ffmpeg = imageio_ffmpeg.get_ffmpeg_exe()
    how = [ffmpeg, "-v", "error", "-i", str(footage), "-vf", scaled, "-an", "-crf", "14", str(clip)]
    subprocess.run(how, check=True)
    return clip


def unseen(clip: Path) -> Path:
    """The same clip as a file of other bytes, of which nothing is kept from earlier runs."""
    found = clip.with_stem(f"{clip.stem}.{time.time_ns()}")
    ffmpeg = imageio_ffmpeg.get_ffmpeg_exe()
    how = [ffmpeg, "-v", "error", "-i", str(clip), "-c", "copy", "-metadata", f"comment={found}", str(found)]
    subprocess.run(how, check=True)
    return found


def look(name: str, clips: list[Path], lines: int, frames: int) -> float:
    """ms of processor time a frame, its analysis included; the first clip is for kernels and the paper."""
    costs = []
    for clip in clips:
        film = inkrender.look(name, unseen(clip))
        w, h = film.size
        size = 2 * round(w * lines / h / 2), lines
        begun = time.process_time()
        for n in range(frames):
            film.pixels(n, size, 8)
        costs.append((time.process_time() - begun) / frames)
    return 1000 * min(costs[1:])


if __name__ == "__main__":
    main()
