"""What one frame takes, in order: which layers, where, under which lift and grade. Not a pixel is touched.

A plan is a value: equal plans make equal pictures. `lines` tells it to people, `told` to the manifest.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

from . import cache, composition, grading, library, scene
from .errors import SceneError, did_you_mean
from .grades import Hint
from .timing import held, is_keyed, seed_of, value_at

MARGIN = 4  # px around what is seen, for the footprint of the resampling


@dataclass(frozen=True)
class View:
    """Where the frame sees a layer: its top left corner at layer px (x, y), `zoom` screen px a layer px."""

    x: float
    y: float
    zoom: float


@dataclass(frozen=True)
class Reach:
    """What a scene ever sees of a layer: x0, y0, x1, y1 in layer px, and the closest it comes."""

    extent: tuple[float, float, float, float]
    zoom: float


@dataclass(frozen=True)
class ShaderPass:
    """A shader with its parameters at this frame. params: the shader's own NamedTuple."""

    shader: library.Shader
    params: Any
    moving: bool = False  # its picture differs from frame to frame

    def line(self) -> str:
        """`granulate(amount=0.4)`: what differs from the default."""
        usual = {k: spec.default for k, spec in self.shader.fields.items()}
        told = ", ".join(f"{k}={_short(v)}" for k, v in self.params._asdict().items() if v != usual[k])
        return f"{self.shader.name}({told})"

    def told(self) -> list[Any]:
        """What decides its pixels."""
        return [self.shader.name, self.shader.digest, self.params._asdict()]

    @cached_property
    def digest(self) -> str:
        """What decides its pixels, as 32 hex digits."""
        return cache.digest(self.told())


@dataclass(frozen=True)
class LayerPass:
    """One layer of one frame."""

    layer: scene.Layer
    frame: int  # of the scene
    drawing: int  # the frame whose drawing is held
    seconds: float
    seed: int
    view: View
    extent: tuple[float, float, float, float]  # of all views of this picture: x0, y0, x1, y1 in layer px
    zoom_max: float  # the closest the camera comes to this layer in the scene
    opacity: float
    source: ShaderPass | None
    shaders: tuple[ShaderPass, ...]
    static: bool  # the picture is the same in every frame of the scene

    @property
    def kind(self) -> str:
        """use | file | rig | text."""
        return self.layer.kind

    @property
    def medium(self) -> str:
        """What the layer's picture is once it is painted: ink, or light that becomes ink in the tile."""
        made = self.source.shader.medium if self.source else "light"
        for use in self.shaders:
            made = use.shader.gives
        return made

    def line(self) -> str:
        """`peaks: massif(...) at (12.5, 0) zoom 1.04`"""
        what = self.source.line() if self.source else f"{self.kind} {self._file()}"
        steps = "".join(f" > {use.line()}" for use in self.shaders)
        rest = "" if self.opacity == 1 else f", opacity {self.opacity:.3g}"
        baked = ", baked once" if self.static else ""
        v = self.view
        seen = f"seen from ({v.x:.2f}, {v.y:.2f}) zoom {v.zoom:.4f}"
        return f"{self.layer.name}: {what}{steps}, {seen}{rest}{baked}"

    def _file(self) -> str:
        return str(self.layer.file or self.layer.rig or repr(self.layer.text) or "")


@dataclass(frozen=True)
class LiubaiPass:
    """How much paper this frame leaves bare, where, and around whom.

    protect: names of layers; spared, reserve: what else is left whole, and what is left bare first, as the
    scene says it. prior: a direction, "thirds", or the path of a map. weights: by feature, only those that
    differ from the usual. soft: over how much of the potential ink fades into mist.
    """

    target: float
    edge: Literal["auto", "torn", "mist", "dry"]
    bleed: float
    protect: tuple[str, ...]
    spared: tuple[str, ...] = ()
    reserve: tuple[str, ...] = ()
    prior: str | None = None
    strength: float = composition.STRENGTH
    weights: tuple[tuple[str, float], ...] = ()
    allow_holes: bool = False
    soft: float = composition.SOFT


@dataclass(frozen=True)
class ScenePass:
    """One scene of one frame: what is painted below the lift, the lift, and what is painted after it."""

    scene: scene.Scene
    frame: int
    seed: int
    lower: tuple[LayerPass, ...]
    liubai: LiubaiPass | None
    upper: tuple[LayerPass, ...]
    grade: grading.Steps
    graded_in: Literal["ink", "light"]  # before developing, bare paper stays paper; or the developed frame
    hint: Hint | None = None

    @property
    def layers(self) -> tuple[LayerPass, ...]:
        """All layers, back to front."""
        return self.lower + self.upper


@dataclass(frozen=True)
class Plan:
    """Everything that makes film frame n."""

    film: scene.Film
    n: int
    scenes: tuple[ScenePass, ...]  # one, or two in a transition
    transition: ShaderPass | None = None
    u: float = 0.0  # progress of the transition, 0-1
    transition_seed: int = 0
    paper: ShaderPass | None = None
    notes: tuple[str, ...] = field(default=())

    def lines(self) -> list[str]:
        """The plan in words, one step a line, in the order in which it runs."""
        told = [f"frame {self.n} of {self.film.title!r}"]
        for one in self.scenes:
            told.append(f"scene {one.scene.name}, frame {one.frame} ({one.scene.medium})")
            told += [f"  {layer.line()}" for layer in one.lower]
            if one.liubai:
                told.append(f"  liubai: {_lift_line(one.liubai)}")
                told += [f"  {layer.line()}" for layer in one.upper]
            if one.hint:
                least, most = one.hint.share
                told.append(
                    f"  hint: hue {one.hint.hue:g}, {least:g} to {most:g} of the frame, in {one.hint.where}"
                )
            told += [f"  grade in {one.graded_in}: {line}" for line in grading.lines(one.grade)]
        if self.transition:
            told.append(f"transition {self.transition.line()} at {self.u:.3f}")
        told.append(f"develop on {self.paper.line() if self.paper else 'black'}")
        told.append("encode sRGB, dither, pack")
        return told


def plan_frame(
    film: scene.Film,
    n: int,
    folders: Sequence[Any] = (),
    seen: str | None = None,
    known: dict[Any, Any] | None = None,
) -> Plan:
    """Plan film frame n (0-based over the cut).

    folders: further shader folders. seen: only this layer. known: a dictionary that remembers, from one plan
    of this film to the next, what the scenes ever see of their layers, and parameters already checked.
    """
    known = {} if known is None else known
    at = film.at(n)
    if seen is not None:  # one layer is looked at in its own scene, also within a transition
        at = scene.Moment((film.locate(n),))
    passes = tuple(plan_scene(film, one, frame, folders, seen, known) for one, frame in at.pictures)
    shader = None
    if at.transition is not None:
        anchors = {**at.pictures[0][0].anchors, **at.pictures[1][0].anchors}
        where = f'transition into "{at.transition.into}"'
        shader = _use(at.transition.use, at.transition.with_, anchors, where, n, folders)
    return Plan(
        film=film,
        n=n,
        scenes=passes,
        transition=shader,
        u=at.u,
        transition_seed=seed_of(film.seed, "transition", at.transition.into if at.transition else ""),
        paper=paper_pass(film, folders),
    )


def paper_pass(film: scene.Film, folders: Sequence[Any] = ()) -> ShaderPass:
    """The film's sheet of paper."""
    return _use(film.paper.use, film.paper.with_, {}, "paper", 0, folders)


def plan_scene(
    film: scene.Film,
    one: scene.Scene,
    frame: int,
    folders: Sequence[Any] = (),
    seen: str | None = None,
    known: dict[Any, Any] | None = None,
) -> ScenePass:
    """Plan one frame of a scene; arguments as `plan_frame`."""
    known = {} if known is None else known
    names = [layer.name for layer in one.layer]
    if seen is not None and seen not in names:
        raise SceneError(f'scene "{one.name}" has no layer "{seen}"{did_you_mean(seen, names)}')
    passes = [
        _layer(film, one, layer, frame, folders, known)
        for layer in one.layer
        if seen is None or layer.name == seen
    ]
    liubai, cut = None, len(passes)
    if one.liubai is not None and seen is None and one.medium == "ink":
        cut = lowered(one)
        liubai = _lift(one, one.liubai, frame)
    graded = film.graded(one, frame)
    return ScenePass(
        scene=one,
        frame=frame,
        seed=_seed(film, one),
        lower=tuple(passes[:cut]),
        liubai=liubai,
        upper=tuple(passes[cut:]),
        grade=grading.steps_at(graded, frame, one.folder),
        graded_in=(graded.grade.in_ or "ink") if one.medium == "ink" else "light",
        hint=graded.grade.hint if one.medium == "ink" and seen is None else None,
    )


def _lift(one: scene.Scene, told: scene.Liubai, frame: int) -> LiubaiPass:
    """What a scene asks of its lift at a frame, its preset's numbers where it says nothing itself."""
    preset = composition.PRESETS[told.preset] if told.preset else composition.Preset(0.0)
    names = [layer.name for layer in one.layer]
    prior = told.prior if told.prior is not None else preset.prior
    if prior is not None:
        prior = composition.prior_name(prior)
        if prior not in composition.PRIORS:
            prior = str(one.path(prior))
    weights = {**preset.weights, **{name: float(value_at(v, frame)) for name, v in told.weights.items()}}
    return LiubaiPass(
        target=float(value_at(preset.target if told.target is None else told.target, frame)),
        edge=told.edge,
        bleed=float(value_at(told.bleed, frame)),
        protect=tuple(name for name in told.protect if name in names),
        spared=tuple(name for name in told.protect if name not in names),
        reserve=told.reserve,
        prior=prior,
        strength=float(value_at(preset.strength if told.strength is None else told.strength, frame)),
        weights=tuple(sorted(weights.items())),
        allow_holes=told.allow_holes,
        soft=preset.soft,
    )


def _lift_line(lift: LiubaiPass) -> str:
    """`lift to 55% blank, painted lower_left, edge torn, sparing hero`"""
    spared, reserved = (*lift.protect, *lift.spared), lift.reserve
    parts = [
        f"lift to {lift.target:.0%} blank",
        *([f"painted {lift.prior} ({lift.strength:g})"] if lift.prior else []),
        f"edge {lift.edge}",
        *([f"sparing {', '.join(spared)}"] if spared else []),
        *([f"{', '.join(reserved)} first"] if reserved else []),
    ]
    return ", ".join(parts)


def lowered(one: scene.Scene) -> int:
    """How many layers, from the back, lie under the scene's lift."""
    if one.liubai is None:
        return len(one.layer)
    names = [layer.name for layer in one.layer]
    if one.liubai.from_:
        return max(names.index(name) for name in one.liubai.from_) + 1
    protected = [names.index(name) for name in one.liubai.protect if name in names]
    return min(protected) if protected else len(names)


def view(film: scene.Film, one: scene.Scene, layer: scene.Layer, frame: float) -> View:
    """Where the frame sees a layer.

    A layer point P appears on screen at C + zoom^parallax scale (P + place - pan parallax - C), C the middle
    of the frame: parallax 0 is infinitely far and never moves, 1 moves with the camera.
    """
    w, h = sheet(film)
    cx, cy = w / 2, h / 2
    pan_x, pan_y = value_at(one.camera.pan, frame)
    near = float(value_at(layer.parallax, frame))
    shaken = float(value_at(one.camera.shake, frame))
    if shaken:
        pan_x += shaken * _tremor(frame, _seed(film, one, "shake x"))
        pan_y += shaken * _tremor(frame, _seed(film, one, "shake y"))
    zoom = float(value_at(one.camera.zoom, frame)) ** near
    x, y = place(one, layer, frame)
    if layer.use is not None:
        # a painted layer grows about the middle of the frame; pictures and rigs are drawn at their size
        zoom *= float(value_at(layer.scale, frame))
    return View(cx - cx / zoom - x + pan_x * near, cy - cy / zoom - y + pan_y * near, zoom)


def place(one: scene.Scene, layer: scene.Layer, frame: float) -> tuple[float, float]:
    """The layer's position at a frame in px at 1080 lines: an anchor or keyed numbers, and its drift."""
    position = layer.position
    if isinstance(position, str):
        if position not in one.anchors:
            near = did_you_mean(position, list(one.anchors))
            raise SceneError(
                f'scene "{one.name}", layer "{layer.name}": there is no anchor "{position}"{near}'
            )
        x, y = one.anchors[position]
    else:
        x, y = value_at(position, frame)
    drift_x, drift_y = value_at(layer.drift, frame)
    gone = frame - one.first
    return x + drift_x * gone, y + drift_y * gone


def sheet(film: scene.Film) -> tuple[float, float]:
    """The frame's size in px at 1080 lines."""
    w, h = film.size
    return w * 1080 / h, 1080.0


def moves(file: str) -> bool:
    """Whether a file named like this holds more than one picture: a sequence or a video."""
    return bool(re.search(r"#|%\d*d|\.(mp4|mov|m4v|mkv|webm|avi|gif)$", file, re.IGNORECASE))


def frames_of(film: scene.Film, one: scene.Scene) -> range:
    """The scene's frames and its handles."""
    before, after = film.handles(one.name)
    return range(one.first - before, one.last + after + 1)


def _seed(film: scene.Film, one: scene.Scene, *place: str) -> int:
    return seed_of(film.seed, one.name if one.seed is None else one.seed, *place)


def _tremor(frame: float, seed: int) -> float:
    """-1..1: a hand's tremor, three slow waves of unlike length."""
    turn = 2 * math.pi * ((seed % 1000) / 1000 + frame / 7.3)
    return (math.sin(turn) + 0.6 * math.sin(1.7 * turn + 1) + 0.4 * math.sin(3.1 * turn + 2)) / 2


# one layer ------------------------------------------------------------------------------------------------


def _layer(
    film: scene.Film,
    one: scene.Scene,
    layer: scene.Layer,
    frame: int,
    folders: Sequence[Any],
    known: dict[Any, Any],
) -> LayerPass:
    where = f'scene "{one.name}", layer "{layer.name}"'
    drawing = held(frame, one.first, layer.exposure)
    source, keyed = None, False
    if layer.use is not None:
        source = _use(layer.use, layer.with_, one.anchors, where, drawing, folders, known)
        keyed = source.moving
    shaders = [
        _use(u.use, u.with_, one.anchors, where, drawing, folders, known, i)
        for i, u in enumerate(layer.shaders)
    ]
    keyed = keyed or any(use.moving for use in shaders)
    still = layer.file is not None and not moves(layer.file)
    if (one.name, layer.name) not in known:
        known[one.name, layer.name] = ever_seen(film, one, layer)
    ever: Reach = known[one.name, layer.name]
    static = not keyed and (layer.use is not None or still or layer.text is not None)
    # a picture that moves is painted for the frames that hold it, and is the same for all of them
    held_for = range(drawing, drawing + layer.exposure)
    return LayerPass(
        layer=layer,
        frame=frame,
        drawing=drawing,
        seconds=float((drawing - one.first) / film.fps),
        seed=_seed(film, one, layer.name),
        view=view(film, one, layer, frame),
        extent=ever.extent if static else _extent(film, [view(film, one, layer, f) for f in held_for]),
        zoom_max=ever.zoom,
        opacity=float(value_at(layer.opacity, frame)),
        source=source,
        shaders=tuple(shaders),
        static=static,
    )


def ever_seen(film: scene.Film, one: scene.Scene, layer: scene.Layer) -> Reach:
    """The part of a layer that any frame of the scene, handles included, can see."""
    views = [view(film, one, layer, f) for f in frames_of(film, one)]
    return Reach(_extent(film, views), max(v.zoom for v in views))


def _extent(film: scene.Film, views: Sequence[View]) -> tuple[float, float, float, float]:
    w, h = sheet(film)
    return (
        min(v.x for v in views),
        min(v.y for v in views),
        max(v.x + w / v.zoom for v in views),
        max(v.y + h / v.zoom for v in views),
    )


@dataclass(frozen=True)
class _Bound:
    """A shader with its checked parameters, and the pass itself where no frame changes it."""

    shader: library.Shader
    values: dict[str, Any]
    moving: bool
    always: ShaderPass | None


def _use(
    name: str,
    given: Mapping[str, Any],
    anchors: Mapping[str, Any],
    where: str,
    frame: int,
    folders: Sequence[Any],
    known: dict[Any, Any] | None = None,
    place: int = -1,
) -> ShaderPass:
    """A shader at a frame. place: its number among the shaders of a layer; known: as for `plan_frame`."""
    known = {} if known is None else known
    shader = library.find(name, tuple(folders))
    bound: _Bound | None = known.get((where, place, name))
    if bound is None or bound.shader is not shader:  # a file that was edited is another shader
        told = {k: _places(v, anchors) if _takes_points(shader, k) else v for k, v in given.items()}
        values = shader.bind(told, where)
        keyed = any(spec.keyable and is_keyed(values[k]) for k, spec in shader.fields.items())
        moving = shader.animated or keyed
        always = None if keyed else ShaderPass(shader, shader.at(values, frame), moving)
        bound = known[where, place, name] = _Bound(shader, values, moving, always)
    return bound.always or ShaderPass(shader, shader.at(bound.values, frame), bound.moving)


def _takes_points(shader: library.Shader, name: str) -> bool:
    return name in shader.fields and shader.fields[name].type == "points"


def _places(value: Any, anchors: Mapping[str, Any]) -> Any:
    """Names of anchors become their places."""
    if not isinstance(value, (list, tuple)):
        return value
    return [list(anchors[v]) if isinstance(v, str) and v in anchors else v for v in value]


def _short(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:.4g}"
    if isinstance(value, (list, tuple)):
        shown = ", ".join(_short(v) for v in value[:4])
        return f"[{shown}{', ...' if len(value) > 4 else ''}]"
    return str(value)
