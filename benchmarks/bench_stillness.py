"""How still painted footage holds: `python benchmarks/bench_stillness.py FOOTAGE -F 40-63 --target 0.45`.

For every look: the warp error of the film as it is finished (mean squared difference of 0..1 RGB along the
source's own flow, what is hidden left out; motion.warp_error), beside that of the source; and both divided by
the picture's own gradient energy, so that a blur wins nothing. `painting` is the same before paper is left.
"""

from __future__ import annotations

import argparse
import json
import sys
from itertools import pairwise
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

import inkrender
from inkrender import motion
from inkrender.film import Film

LOOKS = ("literati", "dawn", "resolution", "failure")
Picture = NDArray[np.float32]


def main() -> None:
    """Measure each look and print a table."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("footage")
    options.add_argument("-F", "--frames", default="40-63", help="inclusive, in the footage's numbers")
    options.add_argument("--size", default="640x360")
    options.add_argument("--target", type=float, default=0.45, help="share of blank paper")
    options.add_argument("--looks", default=",".join(LOOKS))
    options.add_argument("--json", action="store_true")
    chosen = options.parse_args()
    first, last = (int(v) for v in chosen.frames.split("-"))
    w, h = (int(v) for v in chosen.size.split("x"))
    found = measure(chosen.footage, range(first, last + 1), (w, h), chosen.target, chosen.looks.split(","))
    if chosen.json:
        sys.stdout.write(json.dumps(found, indent=1) + "\n")
        return
    head = ("", "E_warp", "x source", "normalised", "contrast", "blank")
    sys.stdout.write("{:24}{:>10}{:>10}{:>12}{:>10}{:>14}\n".format(*head))
    for name, row in found.items():
        blank = f"{row['blank'][0]:.3f}-{row['blank'][1]:.3f}" if "blank" in row else ""
        sys.stdout.write(
            f"{name:24}{row['error']:10.6f}{row['ratio']:10.2f}{row['normalised']:12.2f}"
            f"{row['contrast']:10.2f}{blank:>14}\n"
        )


def measure(
    footage: str, frames: range, size: tuple[int, int], target: float, looks: list[str]
) -> dict[str, dict[str, Any]]:
    """By row of the table: error, ratio and normalised ratio to the source, contrast beside it, blank."""
    source = pictures(bare(inkrender.look(looks[0], footage)), frames, size)[0]
    luma = [np.asarray(np.rint(255 * p @ np.float32([0.299, 0.587, 0.114])), np.uint8) for p in source]
    ways = []
    for before, now in pairwise(luma):
        backward, forward = motion.flow(now, before), motion.flow(before, now)
        ways.append((backward, motion.occluded(forward, backward)))
    reference = score(source, ways)
    found: dict[str, dict[str, Any]] = {"source": compared(reference, reference)}
    for look in looks:
        film = inkrender.look(look, footage)
        painted = pictures(lifted(film, None), frames, size)[0]
        found[f"{look}, painting"] = compared(score(painted, ways), reference)
        finished, blank = pictures(lifted(film, target), frames, size)
        found[f"{look}, at {target:g}"] = compared(score(finished, ways), reference)
        found[f"{look}, at {target:g}"]["blank"] = min(blank), max(blank)
    return found


def bare(film: Film) -> Film:
    """The footage as it is."""
    one = film.scenes[0]
    plate = next(layer for layer in one.layer if layer.file)
    plain = plate.model_copy(update={"shaders": ()})
    return film.model_copy(
        update={"scenes": (one.model_copy(update={"layer": (plain,), "liubai": None, "medium": "light"}),)}
    )


def lifted(film: Film, target: float | None) -> Film:
    """The film with another share of paper; None leaves none on purpose."""
    one = film.scenes[0]
    liubai = (
        None if target is None or one.liubai is None else one.liubai.model_copy(update={"target": target})
    )
    return film.model_copy(update={"scenes": (one.model_copy(update={"liubai": liubai}),)})


def pictures(film: Film, frames: range, size: tuple[int, int]) -> tuple[list[Picture], list[float]]:
    """0..1 display-encoded RGB of the frames, and the share of each that is blank."""
    first = film.scenes[0].first
    made, blank = [], []
    for n in frames:
        codes, stats = film.pixels(n - first, size, 8)
        made.append(codes[..., :3].astype(np.float32) / np.float32(255))
        blank.append(float(stats.get("blank", 0.0)))
    return made, blank


def score(film: list[Picture], ways: list[tuple[Picture, NDArray[np.bool_]]]) -> tuple[float, float]:
    """(mean warp error, mean gradient energy) of a film along given ways back."""
    errors = [
        motion.warp_error(now, before, back, hidden)
        for before, now, (back, hidden) in zip(film, film[1:], ways, strict=False)
    ]
    return float(np.mean(errors)), float(np.mean([motion.gradient_energy(p) for p in film]))


def compared(mine: tuple[float, float], source: tuple[float, float]) -> dict[str, Any]:
    """One row: contrast is the root of the gradient energies' ratio."""
    ratio, energy = mine[0] / source[0], mine[1] / source[1]
    return {"error": mine[0], "ratio": ratio, "normalised": ratio / energy, "contrast": energy**0.5}


if __name__ == "__main__":
    cv2.setNumThreads(1)
    main()
