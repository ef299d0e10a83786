"""From a plan to pixels: one table of tile operations a frame, run over tiles that never leave the cache.

The order of a frame is that of `Plan.lines`: layers of a scene back to front, its lift of the canvas, the
layers above, grade in ink, transition on absorbance, developing on paper, grade in light, packing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from . import accents, cache, colour, grade_ops, grading, hints, library, tearing
from .bake import Studio
from .errors import SceneError
from .frame import Baked, Region
from .kernels.program import CANVAS, GROUP, OTHER, SPARE, SRC, LiftFields, Program
from .negative_space import Lift
from .plan import LayerPass, Plan, ScenePass, ShaderPass, View
from .shader import At
from .timing import seed_of

FULL = (1.0, 1.0, 1.0)


def render(
    plan: Plan,
    studio: Studio,
    lifts: Sequence[Lift | None],
    bits: Any = 8,
    *,
    graded: bool = True,
    lights: Sequence[hints.Lights | None] | None = None,
) -> tuple[NDArray[Any], dict[str, Any]]:
    """Paint a frame: (h, w, 4) uint8 or uint16, sRGB-encoded, or float16 scene-linear, and its measurements.

    lifts: for each scene of the plan, from `analysis.lifts`; lights: from `accenting.lights`. bits: 8, 16 or
    "half". stats: blank (share of the finished canvas before developing), and for each lifted scene its
    target, the share that was solved, what is reachable, and whether the target was met; likewise for each
    scene with a hint, with the share measured on the finished frame.
    """
    w, h = studio.size
    program = Program(w, h, studio.scale, paper=studio.sheet)
    paint_frame(program, plan, studio, lifts, graded, lights)
    kind = {8: np.uint8, 16: np.uint16, "half": np.float16}.get(bits)
    if kind is None:
        raise SceneError(f'bits = {bits!r} is not a depth: use 8, 16 or "half"')
    if kind is np.float16:
        program.decode(CANVAS, "srgb")
    out = np.zeros((h, w, 4), kind)
    # fixed in time: a still scene gives still pixels, and grain never crawls
    program.store(CANVAS, out, dither_seed=seed_of(plan.film.seed, "dither"))
    found = program.run()
    stats: dict[str, Any] = {}
    if plan.transition is not None or plan.scenes[0].scene.medium == "ink":
        stats["blank"] = found.blank / found.pixels
    for one, lift in zip(plan.scenes, lifts, strict=True):
        if lift is not None:
            lo, hi = lift.reachable
            stats[f"liubai {one.scene.name}"] = {
                "target": lift.target,
                "solved": lift.blank,
                "reachable": [lo, hi],
                "met": lift.met,
            }
    for one, accent in zip(plan.scenes, lights or (), strict=False):
        if accent is not None:
            seen = out if kind is not np.float16 else colour.encode(np.clip(out[..., :3], 0, 1))
            stats[f"hint {one.scene.name}"] = accent.told()
            if plan.transition is None:  # else the frame is of two scenes
                stats[f"hint {one.scene.name}"]["found"] = hints.measured(seen, accent.hue)
    return out, stats


def paint_frame(
    program: Program,
    plan: Plan,
    studio: Studio,
    lifts: Sequence[Lift | None],
    graded: bool = True,
    lights: Sequence[hints.Lights | None] | None = None,
) -> None:
    """Everything up to display-encoded colour in CANVAS."""
    lit = lights or (None,) * len(plan.scenes)
    if plan.transition is None:
        one = plan.scenes[0]
        _scene(program, CANVAS, studio, one, lifts[0], lit[0])
        if one.scene.medium == "light":
            program.encode(CANVAS, "srgb")
            if graded:
                grade_ops.encoded(program, CANVAS, one.grade, _mattes(program, studio, one))
            return
        program.count_blank(CANVAS, colour.blank_jacobian(studio.white))
        finish(program, CANVAS, studio, one, lit[0], graded)
        return
    a, b = plan.scenes
    _meet(program, plan, studio, lifts, graded, lit)
    program.count_blank(CANVAS, colour.blank_jacobian(studio.white))
    program.develop(CANVAS, studio.sheet)
    late = [one.grade if graded and _late(one) else grading.NEUTRAL for one in (a, b)]
    if late[0] or late[1]:  # each grade has the frame to itself, and the two are mixed
        program.copy(OTHER, CANVAS)
        accents.grade_light(program, CANVAS, late[0], _mattes(program, studio, a), lit[0])
        accents.grade_light(program, OTHER, late[1], _mattes(program, studio, b), lit[1])
        program.mix(CANVAS, OTHER, plan.u)


def _meet(
    program: Program,
    plan: Plan,
    studio: Studio,
    lifts: Sequence[Lift | None],
    graded: bool,
    lit: Sequence[hints.Lights | None],
) -> None:
    """Two scenes become the one canvas of a transition."""
    a, b = plan.scenes
    for reg, one, lift, light in ((OTHER, b, lifts[1], lit[1]), (CANVAS, a, lifts[0], lit[0])):
        _scene(program, reg, studio, one, lift, light)
        if one.scene.medium == "light":  # the two pictures meet as ink
            program.light_to_ink(reg, _white("paper", studio), 1.0, "linear")
        elif graded and not _late(one):
            accents.grade_ink(program, reg, one.grade, _mattes(program, studio, one), light)
    _transition(program, plan, studio)


def finish(
    program: Program,
    reg: int,
    studio: Studio,
    one: ScenePass,
    light: hints.Lights | None,
    graded: bool = True,
) -> None:
    """A scene's finished canvas becomes display-encoded colour: graded in ink or in light, developed."""
    mattes = _mattes(program, studio, one)
    if graded and not _late(one):
        accents.grade_ink(program, reg, one.grade, mattes, light)
    program.develop(reg, studio.sheet)
    if graded and one.graded_in == "light":
        accents.grade_light(program, reg, one.grade, mattes, light)


def paint(studio: Studio, one: ScenePass, layers: Iterable[LayerPass]) -> NDArray[np.float32]:
    """Some layers of a scene on bare paper: ink float32 (h, w, 4), absorbances and their joint cover."""
    w, h = studio.size
    program = Program(w, h, studio.scale, paper=studio.sheet)
    program.clear(CANVAS)
    _layers(program, CANVAS, studio, one, tuple(layers))
    out = np.zeros((h, w, 4), np.float32)
    program.store(CANVAS, out)
    program.run()
    return out


def canvas(
    studio: Studio, one: ScenePass, lift: Lift | None, light: hints.Lights | None = None
) -> NDArray[np.float32]:
    """A scene's finished canvas, before any grade: absorbances (h, w, 4), on which blank is measured.

    lift, light: None leaves out the lift, the hint. SceneError for a scene that is made in light.
    """
    if one.scene.medium == "light":
        raise SceneError(f'scene "{one.scene.name}" is made in light: there is no paper to be left bare')
    w, h = studio.size
    program = Program(w, h, studio.scale, paper=studio.sheet)
    _scene(program, CANVAS, studio, one, lift, light)
    out = np.zeros((h, w, 4), np.float32)
    program.store(CANVAS, out)
    program.run()
    return out


def meeting(
    plan: Plan,
    studio: Studio,
    lifts: Sequence[Lift | None],
    lights: Sequence[hints.Lights | None] | None = None,
) -> NDArray[np.float32]:
    """The canvas of a frame within a transition, on which its blank is measured: absorbances (h, w, 4)."""
    w, h = studio.size
    program = Program(w, h, studio.scale, paper=studio.sheet)
    _meet(program, plan, studio, lifts, True, lights or (None, None))
    out = np.zeros((h, w, 4), np.float32)
    program.store(CANVAS, out)
    program.run()
    return out


def lit(
    studio: Studio,
    one: ScenePass,
    canvas: NDArray[np.float32],
    light: hints.Lights,
    rows: tuple[int, int] | None = None,
) -> NDArray[np.float32]:
    """A finished canvas (h, w, 4) lit, graded, developed: display-encoded (h, w, 4); or some rows of it."""
    w, h = studio.size
    program = Program(w, h, studio.scale, paper=studio.sheet)
    program.load(CANVAS, canvas, "linear", True)
    accents.paint(program, CANVAS, light, _mattes(program, studio, one))
    finish(program, CANVAS, studio, one, light)
    out = np.zeros((h, w, 4), np.float32)
    program.store(CANVAS, out)
    program.run(rows)
    return out


def lift_fields(lift: Lift, height: NDArray[np.float32] | None = None) -> LiftFields:
    """A solved lift as the tiles read it. height: as `tearing.heights` gives it."""
    return LiftFields(lift.phi, lift.ramp, lift.hard, lift.keep, bleed=lift.bleed, height=height)


def blending(layer: LayerPass) -> list[Any]:
    """How a layer meets the canvas: what decides a pixel beside its own picture and its place."""
    told = layer.layer
    return [
        told.group,
        told.blend,
        told.white,
        told.edges,
        float(told.at("body", layer.frame)),
        told.matte,
    ]


# a scene --------------------------------------------------------------------------------------------------


def _scene(
    program: Program,
    reg: int,
    studio: Studio,
    one: ScenePass,
    lift: Lift | None,
    light: hints.Lights | None = None,
) -> None:
    program.clear(reg)
    if one.scene.medium == "light":
        for layer in one.layers:
            _read(program, SRC, studio, one, layer)
            program.over_light(reg, SRC, layer.opacity, layer.layer.blend)
        return
    _layers(program, reg, studio, one, one.lower)
    if lift is not None and one.liubai is not None:
        program.lift(reg, lift_fields(lift, tearing.heights(studio, one, lift)))
    _layers(program, reg, studio, one, one.upper)
    if light is not None:
        accents.paint(program, reg, light, _mattes(program, studio, one))


def _layers(
    program: Program, reg: int, studio: Studio, one: ScenePass, layers: tuple[LayerPass, ...]
) -> None:
    i = 0
    while i < len(layers):
        group = layers[i].layer.group
        j = i + 1
        while group is not None and j < len(layers) and layers[j].layer.group == group:
            j += 1
        if group is not None:
            _group(program, reg, studio, one, layers[i:j])
        else:
            _layer(program, reg, studio, one, layers[i])
        i = j


def _layer(program: Program, reg: int, studio: Studio, one: ScenePass, layer: LayerPass) -> None:
    if layer.opacity == 0:
        return
    baked = studio.layer(one, layer)
    if baked.medium == "ink" and layer.layer.matte is None:
        program.resample_over(reg, baked, *_placed(baked, layer.view, studio.scale), layer.opacity)
        return
    _read(program, SRC, studio, one, layer)
    if baked.medium == "light":
        told = layer.layer
        body = float(told.at("body", layer.frame))
        program.light_to_ink(SRC, _white(told.white, studio), body, told.edges)
    program.over_ink(reg, SRC, layer.opacity)


def _group(program: Program, reg: int, studio: Studio, one: ScenePass, layers: tuple[LayerPass, ...]) -> None:
    """Neighbours of one group meet in linear light and enter the canvas as one layer."""
    program.clear(GROUP)
    for layer in layers:
        baked = studio.layer(one, layer)
        if baked.medium == "ink":
            raise SceneError(
                f'scene "{one.scene.name}": layer "{layer.layer.name}" is ink and cannot be in group '
                f'"{layer.layer.group}": groups meet in light (plates, rigs, text)'
            )
        _read(program, SRC, studio, one, layer)
        program.over_light(GROUP, SRC, layer.opacity, layer.layer.blend)
    last = layers[-1]
    body = float(last.layer.at("body", last.frame))
    program.light_to_ink(GROUP, _white(last.layer.white, studio), body, last.layer.edges)
    program.over_ink(reg, GROUP, 1.0)


def _read(program: Program, reg: int, studio: Studio, one: ScenePass, layer: LayerPass) -> None:
    """The layer's picture as the frame sees it, held by its matte."""
    baked = studio.layer(one, layer)
    program.resample(reg, baked, *_placed(baked, layer.view, studio.scale))
    if layer.layer.matte is None:
        return
    for other in one.layers:
        if other.layer.name == layer.layer.matte:
            cover = studio.layer(one, other)
            program.resample(SPARE, cover, *_placed(cover, other.view, studio.scale))
            program.matte(reg, SPARE)
            return
    raise SceneError(
        f'scene "{one.scene.name}", layer "{layer.layer.name}": matte "{layer.layer.matte}" is not a layer '
        "of the scene"
    )


def _placed(baked: Baked, view: View, scale: float) -> tuple[float, float, float]:
    """Where the frame's corner lies in a baked picture, and how many output px one of its px takes."""
    r = baked.region
    return (view.x - r.x) * r.scale, (view.y - r.y) * r.scale, view.zoom * scale / r.scale


def _white(white: Any, studio: Studio) -> tuple[float, float, float]:
    if white == "paper":
        r, g, b = studio.white
    elif isinstance(white, str):
        r, g, b = colour.parse(white)
    else:
        r = g = b = white
    return float(r), float(g), float(b)


# transition -----------------------------------------------------------------------------------------------


def _transition(program: Program, plan: Plan, studio: Studio) -> None:
    """CANVAS (the outgoing scene) and OTHER (the incoming one) become one canvas."""
    use = plan.transition
    if use is None:
        raise TypeError("this frame has no transition")
    w, h = studio.size
    region = Region(0.0, 0.0, w, h, studio.scale)
    at = At(t=plan.n / float(plan.film.fps), n=plan.n, held=plan.n, seed=plan.transition_seed, u=plan.u)
    stage = library.stage(use.shader)
    step = 1 / studio.scale
    where = {"x0": step / 2, "y0": step / 2, "dx": step, "dy": step}
    where |= {f"s{k}": v for k, v in where.items()}
    program.stage(
        CANVAS,
        stage.address,
        stage.pack(use.params, {**vars(at), **where}),
        fields=_fields(use, stage.inputs, region, at),
        other=OTHER,
        name=use.shader.name,
    )


def _fields(use: ShaderPass, names: Iterable[str], region: Region, at: At) -> list[Any]:
    shader = use.shader
    baked: dict[str, NDArray[np.float32]] = {}
    if shader.bake is not None:
        key = cache.digest("bake", use.told(), [region.w, region.h, region.scale], at.seed)
        baked = _bakes.get(
            key,
            lambda: shader.bake(use.params, region, at.seed),  # type: ignore[misc]
            lambda planes: sum(p.nbytes for p in planes.values()),
        )
    found: list[Any] = []
    for name in names:
        if name == "height":
            found.append(("paper",))
        elif name in baked:
            found.append((baked[name], 0.0, 0.0, region.w / baked[name].shape[1]))
        else:
            raise SceneError(
                f'transition shader "{shader.name}" needs {name}, which a cut between scenes lacks'
            )
    return found


_bakes = cache.Memory(limit=256 << 20)


# grade ----------------------------------------------------------------------------------------------------


def _late(one: ScenePass) -> bool:
    return one.graded_in == "light"


def _mattes(program: Program, studio: Studio, one: ScenePass) -> grade_ops.Mattes:
    """Reads a layer's cover as the frame sees it, and tells the register."""

    def read(name: str) -> int:
        for layer in one.layers:
            if layer.layer.name == name:
                baked = studio.layer(one, layer)
                program.resample(GROUP, baked, *_placed(baked, layer.view, studio.scale))
                if baked.medium == "ink":
                    program.presence(GROUP)
                return GROUP
        raise SceneError(f'scene "{one.scene.name}": the grade asks for layer "{name}", which is not there')

    return read
