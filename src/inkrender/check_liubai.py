"""What a scene asks of its negative space, before it is needed: mattes, the painted map, targets in reach."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from . import composition, mattes, plan, scene
from .composition import MatteName
from .errors import InkError
from .io.sequence import Sequence
from .timing import is_keyed

if TYPE_CHECKING:
    from .check import Report

LINES = 270
SLACK = 0.01  # of the frame: mattes are soft, a target this close to its limit is met


def liubai(report: Report, one: scene.Scene, first: int) -> None:
    """Check the mattes, the map and the target of a scene at its first frame."""
    told = one.liubai
    if told is None:
        return
    w, h = report.film.size
    size = 2 * round(w * LINES / h / 2), LINES
    shares = {}
    for key in ("protect", "reserve"):
        found = _read(report, one, key, getattr(told, key), first, size)
        shares[key] = float(np.maximum.reduce(found).mean()) if found else 0.0
    if told.prior is not None and composition.prior_name(told.prior) not in composition.PRIORS:
        try:
            mattes.read_matte(one.path(told.prior), size)
        except InkError as error:
            report.error(one, ("liubai", "prior"), error)
    _reach(report, one, told, shares["reserve"], 1 - shares["protect"])


def hint(report: Report, one: scene.Scene, first: int) -> None:
    """Check the matte of a hint at a scene's first frame, and that its share has room in it."""
    told = one.grade.hint
    if told is None or told.where == "background":
        return
    name = composition.matte_name(told.where, tuple(layer.name for layer in one.layer))
    if name.kind != "file":
        return
    w, h = report.film.size
    try:
        numbers = Sequence(one.path(name.name))
        path = numbers.resolve(first, missing="hold", before="hold", after="hold")
        room = float(mattes.read_matte(Path(path or name.name), (2 * round(w * LINES / h / 2), LINES)).mean())
    except InkError as error:
        report.error(one, ("grade", "hint", "where"), error)
        return
    if room < told.share[0]:
        what = f"share {list(told.share)} is out of reach: what where covers is {room:.3f} of the frame"
        report.add(one, ("grade", "hint", "share"), what, "take less, or another matte", severity="warning")


def _read(
    report: Report, one: scene.Scene, key: str, words: tuple[str, ...], frame: int, size: tuple[int, int]
) -> list[NDArray[np.float32]]:
    """The mattes that are picture files, at `size`; problems of all kinds of matte are told."""
    names = tuple(layer.name for layer in one.layer)
    found = []
    for i, word in enumerate(words):
        name = composition.matte_name(word, names)
        try:
            if name.kind == "file":
                numbers = Sequence(one.path(name.name))
                path = numbers.resolve(frame, missing="hold", before="hold", after="hold")
                found.append(mattes.read_matte(Path(path or name.name), size))
            elif name.kind != "layer":
                _on_a_plate(report, one, (key, i), name, frame)
        except InkError as error:
            report.error(one, ("liubai", key, i), error)
    return found


def _on_a_plate(report: Report, one: scene.Scene, at: tuple[str, int], name: MatteName, frame: int) -> None:
    """A channel, an object index or a Cryptomatte needs a plate under the lift that holds it."""
    plates = [layer for layer in one.layer[: plan.lowered(one)] if layer.file is not None]
    if not plates and not any(layer.use == "input" for layer in one.layer):
        what = f'"{name.kind}:{name.name}" is read from a plate, but no layer under the lift has a file'
        report.add(one, ("liubai", *at), what, "give a matte as a picture file, or name a layer")
        return
    failed: InkError | None = None
    for layer in plates:
        path = Sequence(one.path(layer.file or "")).resolve(
            frame, missing="nearest", before="hold", after="hold"
        )
        try:
            mattes.of_plate(Path(path or ""), name)
        except InkError as error:
            failed = failed or error
        else:
            return
    if failed is not None:
        report.error(one, ("liubai", *at), failed)


def _reach(report: Report, one: scene.Scene, told: scene.Liubai, least: float, most: float) -> None:
    """A target outside what reserve and protect leave is met as nearly as can be: a warning says so."""
    preset = composition.PRESETS[told.preset].target if told.preset else 0.0
    target = preset if told.target is None else told.target
    wanted = [float(k.value) for k in target] if is_keyed(target) else [float(target)]  # type: ignore
    if max(wanted) > most + SLACK or min(wanted) < least - SLACK:
        far = max(wanted) if max(wanted) > most + SLACK else min(wanted)
        what = (
            f"target {far:g} is out of reach: what reserve and protect cover leaves {least:.2f} to {most:.2f}"
        )
        do = "the nearest share there is will be left blank, or take a target within that"
        report.add(one, ("liubai", "target"), what, do, severity="warning")
