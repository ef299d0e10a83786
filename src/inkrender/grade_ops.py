"""A grade as operations on tiles: each step of `grading` in the space it works in, on a register.

In ink a grade acts on the transmittance of the pigment, and its own effect on bare paper is divided out.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from . import cache, grading
from .errors import SceneError
from .io.lut import Lut, read_lut
from .kernels.grade import lut_table
from .kernels.program import BEFORE, CANVAS, SPARE, Program

Mattes = Callable[[str], int]


def _no_mattes(name: str) -> int:
    raise SceneError(f'the grade works where layer "{name}" covers, and a single picture has no layers')


def in_ink(program: Program, reg: int, steps: grading.Steps, mattes: Mattes = _no_mattes) -> None:
    """Grade the transmittance of the pigment; what the grade does to bare paper is divided out again."""
    if not steps:
        return
    program.transmittance(reg)
    encoded(program, reg, steps, mattes, ink=True)
    read = tuple(cache.file_digest(path) for path in steps.files)  # a file may be another one by now
    program.from_transmittance(reg, effect_on_white(steps, read))


def encoded(
    program: Program, reg: int, steps: grading.Steps, mattes: Mattes = _no_mattes, ink: bool = False
) -> None:
    """A grade on display-encoded colour.

    mattes: gives a layer's cover as a register. ink: what a layer's matte marks keeps its paper too.
    """
    if not steps:
        return
    if steps.mix < 1:
        program.copy(SPARE, reg)
    now = "srgb"
    for step in steps.steps:
        much = step.mix if isinstance(step, grading.LutStep | grading.ViewStep) else 1.0
        if much < 1:
            now = _between(program, reg, now, "srgb", steps.config)
            program.copy(BEFORE, reg)
        now = _between(program, reg, now, _space_of(step, steps.space), steps.config)
        if isinstance(step, grading.SecondaryStep):
            _secondary(program, reg, step, mattes, ink)
        else:
            _step(program, reg, step)
        if isinstance(step, grading.ViewStep):
            now = "srgb"
        if much < 1:
            now = _between(program, reg, now, "srgb", steps.config)
            program.mix(reg, BEFORE, 1 - much)
    _between(program, reg, now, "srgb", steps.config)
    if steps.mix < 1:
        program.mix(SPARE, reg, steps.mix)
        program.copy(reg, SPARE)


def _space_of(step: grading.Step, space: str) -> str:
    """The space that a step works in: light in linear light, tone in the grade's, colour on sRGB."""
    if isinstance(step, grading.MatrixStep):
        return "linear"
    if isinstance(step, grading.OklchStep | grading.PaletteStep | grading.SecondaryStep):
        return "srgb"
    return "log" if isinstance(step, grading.ViewStep) else space


def _between(program: Program, reg: int, now: str, then: str, config: str | None) -> str:
    """Take a register from one space to another, through linear light."""
    if now == then:
        return then
    if now in ("srgb", "log"):
        program.decode(reg, now)
    elif now != "linear":
        _named_space(program, reg, config, now, back=True)
    if then in ("srgb", "log"):
        program.encode(reg, then)
    elif then != "linear":
        _named_space(program, reg, config, then, back=False)
    return then


def _named_space(program: Program, reg: int, config: str | None, name: str, back: bool) -> None:
    """Linear light to an OpenColorIO space (or back): a matrix, and a curve read from a fine table."""
    from .io import ocio

    found = ocio.space(config, name)
    if not back:
        program.matrix(reg, found.matrix)
    if found.forth is not None and found.back is not None:
        if not back:
            program.encode(reg, "log")
        program.curves(reg, *(found.back if back else found.forth))
        if back:
            program.decode(reg, "log")
    if back:
        program.matrix(reg, np.linalg.inv(found.matrix))


def _step(program: Program, reg: int, step: grading.Step) -> None:
    """One step that works on the whole picture, in the space that it wants."""
    if isinstance(step, grading.MatrixStep):
        program.matrix(reg, np.reshape(step.rows, (3, 3)))
    elif isinstance(step, grading.CdlStep):
        program.cdl(reg, step.slope, step.offset, step.power, step.saturation, step.clamp)
    elif isinstance(step, grading.CurvesStep):
        program.splines(reg, *(grading.spline(points) for points in (step.red, step.green, step.blue)))
    elif isinstance(step, grading.LumaStep):
        program.luma_spline(reg, grading.spline(step.points))
    elif isinstance(step, grading.OklchStep):
        tables = grading.colour_tables(step) or (None, None)
        program.oklch(reg, step.hue, step.chroma, step.lightness, *tables)
    elif isinstance(step, grading.PaletteStep):
        by_hue, places = grading.palette_tables(step)
        program.copy(BEFORE, reg)
        program.oklch(reg, hues=by_hue)
        for where in places:
            program.qualify(reg, BEFORE, *grading.qualifier(where))
    elif isinstance(step, grading.LutStep):
        _lut(program, reg, step.path)
    elif isinstance(step, grading.ViewStep):
        from .io import ocio

        table, lo, hi = ocio.view(step.config, step.display, step.view, step.look)
        program.lut3d(reg, table, lo, hi)


def _secondary(program: Program, reg: int, step: grading.SecondaryStep, mattes: Mattes, ink: bool) -> None:
    where = step.where
    program.copy(BEFORE, reg)
    now = "srgb"
    for small in step.steps:
        now = _between(program, reg, now, _space_of(small, "srgb"), None)
        _step(program, reg, small)
    _between(program, reg, now, "srgb", None)
    if ink and where.layer is not None:
        effect = effect_on_white(grading.Steps("srgb", step.steps))
        program.matrix(reg, np.diag([1 / v for v in effect]))
    if step.mix < 1:
        program.mix(reg, BEFORE, 1 - step.mix)
    if where.ranged:
        program.qualify(reg, BEFORE, *grading.qualifier(where))
    if where.layer is not None:
        program.mix_matte(reg, BEFORE, mattes(where.layer), turned=where.invert)


@lru_cache(maxsize=64)
def effect_on_white(steps: grading.Steps, read: tuple[str, ...] = ()) -> tuple[float, float, float]:
    """What a grade makes of 1, 1, 1, by the same operations; `_secondary` sees to paper under a layer."""
    whole = tuple(
        s for s in steps.steps if not (isinstance(s, grading.SecondaryStep) and s.where.layer is not None)
    )
    program = Program(1, 1, 1.0)
    program.load(CANVAS, np.ones((1, 1, 4), np.float32), "linear", True)
    encoded(program, CANVAS, replace(steps, steps=whole))
    out = np.zeros((1, 1, 4), np.float32)
    program.store(CANVAS, out)
    program.run()
    r, g, b = (float(v) for v in out[0, 0, :3])
    if not all(math.isfinite(v) and v > 0 for v in (r, g, b)):
        raise SceneError(
            f"the grade turns bare paper into ({r:.3g}, {g:.3g}, {b:.3g}): a grade in ink must leave every "
            'channel of paper above 0; raise slope or offset, or grade with in = "light"'
        )
    return r, g, b


def _lut(program: Program, reg: int, path: Path) -> None:
    found, table = _luts.get(cache.file_digest(path), lambda: _read_lut(path), lambda _: 1 << 21)
    if found.shaper is not None:
        program.curves(reg, *_shaper(found.shaper, found.shaper_lo, found.shaper_hi))
    if table is not None:
        program.lut3d(reg, table, found.lo, found.hi)


def _read_lut(path: Path) -> tuple[Lut, NDArray[np.float32] | None]:
    """A table's file, laid out as the tiles read it (.cube counts red fastest, tiles index red first)."""
    found = read_lut(path)
    return found, None if found.table is None else lut_table(found.table.transpose(2, 1, 0, 3))


def _shaper(
    table: NDArray[np.float32], lo: NDArray[np.float32], hi: NDArray[np.float32]
) -> tuple[NDArray[np.float32], NDArray[np.float64]]:
    """A curve (n, 3) as `Program.curves` takes it: each channel over its own domain, held at the ends."""
    n = table.shape[0] - 1
    ends = [(float(a), n / (float(b) - float(a)), 0.0, 0.0) for a, b in zip(lo, hi, strict=True)]
    return np.ascontiguousarray(table.T), np.array(ends)


_luts = cache.Memory(limit=64 << 20)
