"""Negative space and grades on single frames, for render scripts that have pictures and no film."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from . import canvas, colour, composition, grade_ops, grading, library, negative_space, potential, scene
from .errors import PlateError, SceneError, did_you_mean
from .frame import Frame, Region
from .kernels.program import CANVAS, Program
from .shader import At, Inputs

LINES = 270


def liubai(
    frame: Frame,
    *,
    target: float | None = None,
    preset: composition.PresetName | None = None,
    protect: NDArray[np.float32] | None = None,
    reserve: NDArray[np.float32] | None = None,
    prior: str | NDArray[np.float32] | None = None,
    strength: float | None = None,
    weights: Mapping[str, float] | None = None,
    allow_holes: bool = False,
    edge: Literal["auto", "torn", "mist", "dry"] = "auto",
    bleed: float = 8.0,
    white: str | float = "paper",
    seed: int = 0,
) -> Frame:
    """Leave a share of the paper bare: the frame as ink, lifted where it gives way most willingly.

    frame: light becomes ink first (`white` as in a scene). target: share of blank pixels wanted, 0-1; preset:
    a target with its composition and weights, by name; one of the two is needed, and what is given beside a
    preset counts instead. protect, reserve: mattes float32 (h, w), 1 where ink must stay / where paper is
    wanted. prior: which part of the sheet is painted, a name of `composition.PRIORS` or a map (h, w), 1 =
    paper. allow_holes: paper may show inside a likely subject. The frame's depth pass is used if it has one.
    info["liubai"] holds target, blank, reachable, met. ValueError for mattes of another size, a target
    outside 0-1, unknown names; PlateError for pixels that are not numbers.
    """
    chosen = _preset(preset)
    wanted = target if target is not None else None if preset is None else chosen.target
    if wanted is None:
        raise ValueError(f"liubai needs a target (0-1) or a preset: {', '.join(composition.PRESETS)}")
    ink = _as_ink(frame, white)
    w, h = frame.size
    mattes = {"protect": protect, "reserve": reserve, "prior": None if isinstance(prior, str) else prior}
    for name, matte in mattes.items():
        if matte is not None and matte.shape != (h, w):
            raise ValueError(f"{name} is {matte.shape}, the frame is {(h, w)}: mattes have the frame's size")
    small = (max(2, round(w * LINES / h)), LINES) if h > LINES else (w, h)
    depth = frame.passes.get("depth")
    lift = negative_space.lift_for(
        _at(ink, small),
        target=wanted,
        protect=None if protect is None else _at(protect, small),
        reserve=None if reserve is None else _at(reserve, small),
        prior=_prior(chosen.prior if prior is None else prior, small, strength, chosen),
        picture=_at(frame.pixels, small) if frame.medium == "light" else None,
        depth=None if depth is None else _at(depth, small),
        weights={**chosen.weights, **(weights or {})},
        allow_holes=allow_holes,
        edge=edge,
        bleed=bleed,
        soft=chosen.soft,
        seed=seed,
    )
    region = Region(0.0, 0.0, w, h, h / 1080)
    sheet = np.zeros((h, w, 4), np.float32)
    paper = library.find("paper")
    paper.shade(sheet, region, At(seed=seed), paper.at(paper.bind({}, "paper"), 0), Inputs())
    matte = negative_space.lift_matte(lift, sheet[..., 3], max(1.0, 1080 / h))
    lifted = canvas.lift(ink, matte)
    lifted[..., 3] = ink[..., 3] * (1 - matte)
    blank = float(np.mean(colour.blank(lifted)))
    told = {"target": wanted, "blank": blank, "reachable": lift.reachable, "met": lift.met}
    return Frame(lifted, "ink", frame.passes, {**frame.info, "liubai": told})


def grade(
    frame: Frame,
    like: scene.Grade | None = None,
    *,
    cdl: dict[str, Any] | scene.Cdl | str | Path | None = None,
    at: float = 0,
    **told: Any,
) -> Frame:
    """Grade one frame: ink in ink (bare paper stays paper), light as a display-encoded picture.

    like: a whole grade; or its parts by name, as in a scene's [grade]: exposure, temperature, lift, contrast,
    curves, split, hue, chroma, secondary, lut, space, mix and the rest. cdl: {"slope": [...], "offset":
    [...], "power": [...], "saturation": s}, or a .cc, .ccc or .cdl file of one correction. at: where keyed
    numbers are read. A neutral grade returns the frame itself. Raises SceneError for numbers out of range and
    for what only a scene has (a hint, a layer's matte), PlateError for a file that is no LUT or CDL.
    """
    if like is not None and (told or cdl is not None):
        raise TypeError("give a whole grade, or its parts by name, not both")
    if cdl is not None:
        told["cdl"] = {"file": str(cdl)} if isinstance(cdl, str | Path) else cdl
    if told.get("lut") is not None:
        told["lut"] = str(told["lut"])
    made = like if like is not None else scene.Grade(**told)
    if made.hint is not None:
        raise SceneError("a hint is solved over a whole scene, and a single frame has none: leave it out")
    steps = grading.steps_at(made, at)
    if not steps:
        return frame
    w, h = frame.size
    program = Program(w, h, h / 1080)
    out = np.zeros((h, w, 4), np.float32)
    if frame.medium == "ink":
        program.load(CANVAS, frame.pixels, "linear", True)
        grade_ops.in_ink(program, CANVAS, steps)
        program.store(CANVAS, out)
        program.run()
        out[..., 3] = frame.pixels[..., 3]
        return Frame(out, "ink", frame.passes, frame.info)
    alpha = frame.pixels[..., 3:]
    straight = np.where(alpha > 0, frame.pixels / np.maximum(alpha, 1e-6), 0).astype(np.float32)
    straight[..., 3] = 1
    program.load(CANVAS, straight, "linear", True)
    program.encode(CANVAS, "srgb")
    grade_ops.encoded(program, CANVAS, steps)
    program.decode(CANVAS, "srgb")
    program.store(CANVAS, out)
    program.run()
    out[..., :3] *= alpha
    out[..., 3] = frame.pixels[..., 3]
    return Frame(out, "light", frame.passes, frame.info)


def _preset(name: str | None) -> composition.Preset:
    if name is None:
        return composition.Preset(0.0)
    if name not in composition.PRESETS:
        near = did_you_mean(name, tuple(composition.PRESETS))
        raise ValueError(f'preset "{name}" is not known{near}: use {", ".join(composition.PRESETS)}')
    return composition.PRESETS[name]


def _prior(
    given: str | NDArray[np.float32] | None,
    size: tuple[int, int],
    strength: float | None,
    preset: composition.Preset,
) -> NDArray[np.float32] | None:
    """A prior by name or as a map, as `lift_for` adds it."""
    if given is None:
        return None
    much = preset.strength if strength is None else strength
    if isinstance(given, str):
        return potential.prior(composition.ALIASES.get(given, given), (size[1], size[0]), much)
    return np.asarray(2 * much * (np.clip(_at(given, size), 0, 1) - 0.5), np.float32)


def write_grade(
    grade: scene.Grade | grading.Steps,
    path: str | Path,
    *,
    at: float = 0,
    size: int = 33,
    medium: str | None = None,
    paper: NDArray[Any] = colour.PAPER,
    folder: Path | None = None,
    title: str = "inkrender",
) -> None:
    """Write a grade for other programs: .cube of size^3 points, or .cc, .ccc, .cdl where it is no more.

    at: the frame whose keyed numbers are written. The table takes display-encoded sRGB and gives such.
    medium: what the grade works in (default: what it says, else ink); in ink the table is for developed
    frames on `paper`, linear RGB, and leaves paper alone. Raises SceneError for what a CDL cannot say, and
    for a secondary on a layer.
    """
    from .io import cdl as cdls
    from .io import files, lut

    there = Path(path)
    steps = grade if isinstance(grade, grading.Steps) else grading.steps_at(grade, at, folder)
    if there.suffix.lower() in (".cc", ".ccc", ".cdl"):
        cdls.write_cdl(there, [grading.as_cdl(steps, title)])
        return
    if there.suffix.lower() != ".cube":
        raise SceneError(f"{there}: a grade is written as .cube, .cc, .ccc or .cdl")
    if not 2 <= size <= 129:
        raise SceneError(f"a table of {size} points along an edge: use 2 to 129")
    files.check_output(there)
    axis = np.linspace(0, 1, size, dtype=np.float32)
    blue, green, red = np.meshgrid(axis, axis, axis, indexing="ij")
    encoded = np.stack([red, green, blue, np.ones_like(red)], axis=-1).reshape(size, size * size, 4)
    works = medium or (grade.in_ if isinstance(grade, scene.Grade) else None) or "ink"
    out = _through_ink(encoded, steps, paper) if works == "ink" else _through_light(encoded, steps)
    lut.write_cube(there, np.ascontiguousarray(out[..., :3]).reshape(size, size, size, 3), title)


def _through_light(encoded: NDArray[np.float32], steps: grading.Steps) -> NDArray[np.float32]:
    """Display-encoded pixels (h, w, 4) through a grade."""
    h, w = encoded.shape[:2]
    program, out = Program(w, h), np.empty_like(encoded)
    program.load(CANVAS, encoded, "linear", True)
    grade_ops.encoded(program, CANVAS, steps)
    program.store(CANVAS, out)
    program.run()
    return out


def _through_ink(
    encoded: NDArray[np.float32], steps: grading.Steps, paper: NDArray[Any]
) -> NDArray[np.float32]:
    """Developed pixels as ink on paper, graded, developed again. Brighter than paper is paper."""
    sheet = np.asarray(paper, np.float64)
    ink = np.zeros_like(encoded)
    seen = np.maximum(np.asarray(colour.decode(encoded[..., :3]), np.float64), 1e-12)
    ink[..., :3] = np.maximum(-np.log(seen / sheet), 0)
    h, w = encoded.shape[:2]
    program, out = Program(w, h), np.empty_like(encoded)
    program.load(CANVAS, ink, "linear", True)
    grade_ops.in_ink(program, CANVAS, steps)
    program.store(CANVAS, out)
    program.run()
    out[..., :3] = colour.encode(sheet * np.exp(-np.float64(out[..., :3])))
    return out


def _as_ink(frame: Frame, white: str | float) -> NDArray[np.float32]:
    if not np.isfinite(frame.pixels).all():
        raise PlateError("the frame holds NaN or infinite pixels: read it with ink.read, which replaces them")
    if frame.medium == "ink":
        return frame.pixels
    paper = white if isinstance(white, str) else np.full(3, white, np.float32)
    return canvas.light_to_ink(frame.pixels, paper)


def _at(plane: NDArray[np.float32], size: tuple[int, int]) -> NDArray[np.float32]:
    import cv2

    return np.asarray(cv2.resize(plane, size, interpolation=cv2.INTER_AREA), np.float32)
