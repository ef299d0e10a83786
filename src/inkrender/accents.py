"""Hints as operations on tiles: lights painted on a finished canvas, and the hue kept from the grade."""

from __future__ import annotations

import numpy as np

from . import grade_ops, grading, hints
from .grade_ops import Mattes
from .hints import Lights, Plane
from .kernels.program import BEFORE, GROUP, SRC, Program

REACH = 35.0  # degrees either way from the hint's hue: what a light's rim has of it
SOFT = (15.0, 0.03, 0.15)  # of hue, chroma, lightness


def paint(program: Program, reg: int, lights: Lights, mattes: Mattes) -> None:
    """Light what is to be lit on ink, and turn down what there is too much of. Uses SRC and GROUP."""
    if lights.glow is not None:
        _cover(program, lights.glow, lights.layer, mattes)
        program.glow(reg, GROUP, *hints.pigments(lights.hue))
    if lights.less is not None:
        _cover(program, lights.less, None, mattes)
        with program.where(GROUP):
            program.copy(SRC, reg)
            program.transmittance(reg)
            program.copy(BEFORE, reg)
            program.oklch(reg, chroma=hints.DULL)
            program.qualify(reg, BEFORE, *grading.qualifier(_range(lights.hue, inside=True)))
            program.from_transmittance(reg)
            program.mix_matte(reg, SRC, GROUP)


def grade_ink(
    program: Program, reg: int, steps: grading.Steps, mattes: Mattes, lights: Lights | None
) -> None:
    """Grade ink; what has the hint's hue and lives where it may comes through as it was."""
    if lights is None or not steps:
        grade_ops.in_ink(program, reg, steps, mattes)
        return
    program.copy(SRC, reg)
    grade_ops.in_ink(program, reg, steps, mattes)
    _cover(program, lights.home, lights.layer, mattes)
    with program.where(GROUP):
        program.copy(BEFORE, reg)
        program.transmittance(reg)
        program.transmittance(SRC)
        program.qualify(reg, SRC, *grading.qualifier(_range(lights.hue, inside=False)))
        program.from_transmittance(reg)
        program.mix_matte(reg, BEFORE, GROUP)


def grade_light(
    program: Program, reg: int, steps: grading.Steps, mattes: Mattes, lights: Lights | None
) -> None:
    """The same on a developed frame, display-encoded."""
    if lights is None or not steps:
        grade_ops.encoded(program, reg, steps, mattes)
        return
    program.copy(SRC, reg)
    grade_ops.encoded(program, reg, steps, mattes)
    _cover(program, lights.home, lights.layer, mattes)
    with program.where(GROUP):
        program.copy(BEFORE, reg)
        program.qualify(reg, SRC, *grading.qualifier(_range(lights.hue, inside=False)))
        program.mix_matte(reg, BEFORE, GROUP)


def _range(hue: float, inside: bool) -> grading.Where:
    """What counts as the hint's own; inside: that, else all but that."""
    return grading.Where(
        (hue - REACH, hue + REACH), (0.06, 1.0), (0.35, 1.5), SOFT, layer=None, invert=not inside
    )


def _cover(program: Program, plane: Plane, layer: str | None, mattes: Mattes) -> None:
    """The cover of GROUP <- a plane, within a layer's cover where one is named."""
    if layer is None:
        program.clear(GROUP)
    else:
        mattes(layer)
    program.field_cover(GROUP, np.ascontiguousarray(plane, np.float32), times=layer is not None)
