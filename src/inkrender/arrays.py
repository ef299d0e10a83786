"""Negative space and grades on single frames, for render scripts that have pictures and no film."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from . import canvas, colour, engine, grading, library, negative_space, scene
from .errors import PlateError
from .frame import Frame, Region
from .kernels.program import CANVAS, Program
from .shader import At, Inputs

LINES = 270


def liubai(
    frame: Frame,
    *,
    target: float,
    protect: NDArray[np.float32] | None = None,
    reserve: NDArray[np.float32] | None = None,
    edge: Literal["torn", "mist", "dry"] = "torn",
    bleed: float = 8.0,
    white: str | float = "paper",
    seed: int = 0,
) -> Frame:
    """Leave a share of the paper bare: the frame as ink, lifted where it gives way most willingly.

    frame: light becomes ink first (`white` as in a scene). target: share of blank pixels wanted, 0-1.
    protect, reserve: mattes float32 (h, w), 1 where ink must stay / where paper is wanted. The frame's depth
    pass is used if it has one. info["liubai"] holds target, blank, reachable. ValueError for mattes of
    another size or a target outside 0-1; PlateError for pixels that are not numbers.
    """
    ink = _as_ink(frame, white)
    w, h = frame.size
    for name, matte in (("protect", protect), ("reserve", reserve)):
        if matte is not None and matte.shape != (h, w):
            raise ValueError(f"{name} is {matte.shape}, the frame is {(h, w)}: mattes have the frame's size")
    small = (max(2, round(w * LINES / h)), LINES) if h > LINES else (w, h)
    depth = frame.passes.get("depth")
    lift = negative_space.lift_for(
        _at(ink, small),
        target=target,
        protect=None if protect is None else _at(protect, small),
        reserve=None if reserve is None else _at(reserve, small),
        depth=None if depth is None else _at(depth, small),
        edge=edge,
        bleed=bleed,
        seed=seed,
    )
    region = Region(0.0, 0.0, w, h, h / 1080)
    sheet = np.zeros((h, w, 4), np.float32)
    paper = library.find("paper")
    paper.shade(sheet, region, At(seed=seed), paper.at(paper.bind({}, "paper"), 0), Inputs())
    matte = negative_space.lift_matte(lift, sheet[..., 3])
    lifted = canvas.lift(ink, matte)
    lifted[..., 3] = ink[..., 3] * (1 - matte)
    told = {"target": target, "blank": float(np.mean(colour.blank(lifted))), "reachable": lift.reachable}
    return Frame(lifted, "ink", frame.passes, {**frame.info, "liubai": told})


def grade(
    frame: Frame,
    *,
    cdl: dict[str, Any] | scene.Cdl | str | Path | None = None,
    chroma: float = 1.0,
    lut: str | Path | None = None,
    space: str = "srgb",
    mix: float = 1.0,
) -> Frame:
    """Grade one frame: ink in ink (bare paper stays paper), light as a display-encoded picture.

    cdl: {"slope": [...], "offset": [...], "power": [...], "saturation": s}, or a .cc, .ccc or .cdl file
    of one correction. lut: a .cube file. A neutral grade returns the frame itself. Raises SceneError for
    numbers out of range, PlateError for a file that is no LUT or CDL.
    """
    if isinstance(cdl, str | Path):
        from .io.cdl import read_cdl

        _, *numbers = read_cdl(cdl)
        cdl = dict(zip(("slope", "offset", "power", "saturation"), numbers, strict=True))
    made = scene.Grade(
        cdl=cdl if isinstance(cdl, scene.Cdl) else scene.Cdl(**(cdl or {})),
        chroma=chroma,
        lut=None if lut is None else str(lut),
        space=space,
        mix=mix,
    )
    steps = grading.steps_at(made, 0)
    if not steps:
        return frame
    w, h = frame.size
    program = Program(w, h, h / 1080)
    out = np.zeros((h, w, 4), np.float32)
    if frame.medium == "ink":
        program.load(CANVAS, frame.pixels, "linear", True)
        engine.grade_ink(program, CANVAS, steps)
        program.store(CANVAS, out)
        program.run()
        out[..., 3] = frame.pixels[..., 3]
        return Frame(out, "ink", frame.passes, frame.info)
    alpha = frame.pixels[..., 3:]
    straight = np.where(alpha > 0, frame.pixels / np.maximum(alpha, 1e-6), 0).astype(np.float32)
    straight[..., 3] = 1
    program.load(CANVAS, straight, "linear", True)
    program.encode(CANVAS, "srgb")
    engine.grade_encoded(program, CANVAS, steps)
    program.decode(CANVAS, "srgb")
    program.store(CANVAS, out)
    program.run()
    out[..., :3] *= alpha
    out[..., 3] = frame.pixels[..., 3]
    return Frame(out, "light", frame.passes, frame.info)


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
