"""How still painted footage holds: `python benchmarks/bench_stillness.py FOOTAGE -F 40-63 --target 0.45`.

For every look: the warp error of the film as it is finished (mean squared difference of 0..1 RGB along the
motion of the source, what is hidden left out; motion.warp_error), beside that of the source; and both divided
by the picture's own gradient energy, so that a blur wins nothing. `painting` is the same before paper is
left.

The motion is the renderer's own where the footage has vectors, else the flow of the footage. With vectors and
depth, what the frame before shows at another depth is hidden, too, and the two pixels about it, which are
mixed of both. Where a plate is empty its source is the film's paper, as the painting's is.
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
from inkrender import colour, following, motion, tracking
from inkrender.film import Film

LOOKS = ("literati", "dawn", "resolution", "failure")
Picture = NDArray[np.float32]
Way = tuple[Picture, NDArray[np.bool_]]

DEEPER, EMPTY = 0.05, 60.0  # log depth that is another surface; where what is empty lies, scene units


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
    ways = rendered(inkrender.look(looks[0], footage), frames, size) or flowing(source)
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


def flowing(source: list[Picture]) -> list[Way]:
    """From each picture but the first to the one before, along the flow, and what that does not show."""
    luma = [np.asarray(np.rint(255 * p @ np.float32([0.299, 0.587, 0.114])), np.uint8) for p in source]
    ways = []
    for before, now in pairwise(luma):
        backward, forward = motion.flow(now, before), motion.flow(before, now)
        ways.append((backward, motion.occluded(forward, backward)))
    return ways


def rendered(film: Film, frames: range, size: tuple[int, int]) -> list[Way]:
    """The same along the renderer's vectors; nothing where the footage has none that can be trusted."""
    studio, first = film.studio(size), film.scenes[0].first
    ones = [film.plan(n - first).scenes[0] for n in frames]
    plates = [next(layer for layer in one.layers if layer.kind == "file") for one in ones]
    if not (following.moving(plates[0]) and studio.track(ones[0], plates[0]).rendered):
        return []
    seen = []
    for one, plate in zip(ones, plates, strict=True):
        told = studio.plane(one, plate, "vector")
        depth = studio.plane(one, plate, "depth")
        seen.append((*tracking.vectors(told, size, studio.size_of_file(one, plate)), depth))
    ways = []
    for (_, forward, far), (backward, _, near) in pairwise(seen):
        hidden = motion.occluded(forward, backward)
        if far is not None and near is not None:
            apart = np.abs(log_depth(near) - motion.warp(log_depth(far), backward, "nearest")) > DEEPER
            hidden |= cv2.dilate(apart.astype(np.uint8), np.ones((5, 5), np.uint8)) > 0
        ways.append((backward, hidden))
    return ways


def log_depth(depth: Picture) -> Picture:
    """What is empty lies at the end of the range."""
    return np.log(np.where(np.isfinite(depth) & (depth > 0), np.minimum(depth, EMPTY), EMPTY))


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
        seen, alpha = np.split(codes.astype(np.float32) / np.float32(255), [3], axis=-1)
        if alpha.min() < 1:
            light = colour.decode(seen, "srgb") + (1 - alpha) * colour.PAPER.astype(np.float32)
            seen = np.asarray(colour.encode(np.clip(light, 0, 1), "srgb"), np.float32)
        made.append(seen)
        blank.append(float(stats.get("blank", 0.0)))
    return made, blank


def score(film: list[Picture], ways: list[Way]) -> tuple[float, float]:
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
