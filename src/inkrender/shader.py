"""What a shader file imports: kinds, pictures, parameters, and the mathematics shared with compiled stages.

A shader is one file: a docstring, a NamedTuple of parameters, and a decorated function `shade`. The kind
fixes the signature. Pixel kinds (`point`, `matte`, `blend`, `warp`, `transition`) see one pixel; array kinds
(`source`, `area`) paint a region. A pixel function is plain Python that a test can call; for rendering the
same source is compiled to float32 machine code, where the functions of this module are replaced by their
twins in `inkrender.kernels.shading`. All of them take numbers or arrays and are total: no number gives NaN.

Nothing here needs Numba. The contract in words: docs/shaders.md.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from types import SimpleNamespace
from typing import Any, NamedTuple

import numpy as np

from . import colour
from .errors import ShaderError

F = np.float32
Number = Any  # a float, or an array of them: the functions below work on both

PIXEL_KINDS = ("point", "matte", "blend", "warp", "transition")
ARRAY_KINDS = ("source", "area")
KINDS = PIXEL_KINDS + ARRAY_KINDS
MEDIA = ("ink", "light", "paper")

# the planes behind a named input, as a pixel shader reads them: at.normal_x
PLANES: dict[str, tuple[str, ...]] = {
    "normal": ("normal_x", "normal_y", "normal_z"),
    "vector": ("vector_x", "vector_y"),
    "position": ("position_x", "position_y", "position_z"),
    "anchor": ("anchor_x", "anchor_y"),
    "motion": ("motion_x", "motion_y"),
    "steady": ("steady_r", "steady_g", "steady_b", "steady_a"),
}
WHOLE = ("camera", "steady")  # inputs that are no planes of the region: for array kinds alone
AT_FIELDS = ("x", "y", "sx", "sy", "t", "n", "held", "seed", "u")


# pictures -------------------------------------------------------------------------------------------------


class Ink(NamedTuple):
    """A pixel of ink: three premultiplied absorbances (natural log, 0 = bare paper) and its cover."""

    r: float
    g: float
    b: float
    cover: float


class Light(NamedTuple):
    """A pixel of light: premultiplied scene-linear red, green, blue and alpha."""

    r: float
    g: float
    b: float
    a: float


class Offset(NamedTuple):
    """What a warp returns: the pixel shows what lies this many layer px to its right and below it."""

    x: float
    y: float


class Absorbance(NamedTuple):
    """What one unit of density of a pigment absorbs in each channel."""

    r: float
    g: float
    b: float


class At(SimpleNamespace):
    """Where and when a pixel is shaded.

    x, y: layer px at 1080 lines; sx, sy: screen px at 1080 lines; t: seconds from the scene's first frame;
    n: scene frame; held: the frame the drawing is held on; seed: uint32 of film, scene, layer; u: progress
    of a transition. Further fields are the inputs the shader declares (height, depth, matte, normal_x ...)
    and the planes its own `bake` returns. An array shader reads t, n, held and seed only.
    """

    def __init__(
        self,
        *,
        x: Number = 0.0,
        y: Number = 0.0,
        sx: Number = 0.0,
        sy: Number = 0.0,
        t: float = 0.0,
        n: float = 0,
        held: float = 0,
        seed: int = 0,
        u: float = 0.0,
        **inputs: Number,
    ) -> None:
        super().__init__(x=x, y=y, sx=sx, sy=sy, t=t, n=n, held=held, seed=seed, u=u, **inputs)

    def __getattr__(self, name: str) -> Any:
        raise AttributeError(
            f"at.{name} is not there: declare it, as in @point(needs=({name!r},)), or bake it"
        )


class Inputs(SimpleNamespace):
    """The planes an array shader reads: inputs.NAME is float32 (h, w[, k]), or None for an optional one.

    inputs.normal_x is the first plane of inputs.normal.
    """

    def __getattr__(self, name: str) -> Any:
        whole, _, axis = name.rpartition("_")
        if name in PLANES.get(whole, ()) and whole in self.__dict__:
            planes = self.__dict__[whole]
            return None if planes is None else np.ascontiguousarray(planes[..., "xyz".index(axis)])
        raise AttributeError(
            f"inputs.{name} is not there: declare it, as in @area(needs=({name!r},)), or bake it"
        )


# parameters -----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Between:
    """The range of a number (or of every number in a tuple), ends included, and its unit.

    `Annotated[float, Between(0, 400, unit="px")]`: px are px at 1080 lines; the engine scales them.
    """

    lo: float
    hi: float
    unit: str = ""


@dataclass(frozen=True, init=False)
class Choice:
    """A word out of a few: `Annotated[str, Choice("torn", "mist")]`. Compare it with `==` in `shade`."""

    options: tuple[str, ...]

    def __init__(self, *options: str) -> None:
        object.__setattr__(self, "options", options)


@dataclass(frozen=True)
class Pigment:
    """A colour: a pigment's name, "#rrggbb" or "oklch(L C h)". `absorbance(p.pigment)` is what it absorbs."""


@dataclass(frozen=True)
class Points:
    """Places: `Annotated[tuple[tuple[float, float], ...], Points()]`.

    In a scene file a point is [x, y] in layer px at 1080 lines, or the name of an anchor of the scene.
    """


@dataclass(frozen=True)
class Text:
    """Free text: `Annotated[str, Text()]`. For array shaders only."""


# kinds ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Declaration:
    """What a kind's decorator notes on `shade`; the library reads it."""

    kind: str
    needs: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()
    medium: str = "ink"
    gives: str = ""
    animated: bool = False
    reach: Callable[[Any], float] | None = None


def declaration(shade: Callable[..., Any]) -> Declaration | None:
    """The declaration a decorator left on `shade`, or None."""
    found = getattr(shade, "__inkrender__", None)
    return found if isinstance(found, Declaration) else None


def _declare(shade: Any, kind: str, **options: Any) -> Any:
    for name in ("needs", "optional"):
        words = options.get(name, ())
        if isinstance(words, str) or not all(isinstance(w, str) and w.isidentifier() for w in words):
            raise ShaderError(
                f'@{kind}({name}={words!r}): {name} is a tuple of names, as in {name}=("height",)'
            )
    options["gives"] = options.get("gives") or options.get("medium", "ink")
    for name in ("medium", "gives"):
        if options.get(name, "ink") not in MEDIA:
            raise ShaderError(f"@{kind}({name}={options[name]!r}): use {' | '.join(MEDIA)}")

    def note(function: Any) -> Any:
        function.__inkrender__ = Declaration(kind, **options)
        return function

    return note if shade is None else note(shade)


def point(
    shade: Any = None,
    /,
    *,
    needs: tuple[str, ...] = (),
    optional: tuple[str, ...] = (),
    medium: str = "ink",
    gives: str = "",
) -> Any:
    """shade(px: Ink, at: At, p) -> Ink: one pixel of a layer becomes another.

    medium: "light" for a px of Light; gives: the medium of the result where it is another one.
    """
    return _declare(shade, "point", needs=needs, optional=optional, medium=medium, gives=gives)


def matte(
    shade: Any = None, /, *, needs: tuple[str, ...] = (), optional: tuple[str, ...] = (), medium: str = "ink"
) -> Any:
    """shade(px: Ink, at: At, p) -> float: how much of the pixel stays, 0 empty, 1 full."""
    return _declare(shade, "matte", needs=needs, optional=optional, medium=medium)


def blend(
    shade: Any = None, /, *, needs: tuple[str, ...] = (), optional: tuple[str, ...] = (), medium: str = "ink"
) -> Any:
    """shade(a: Ink, b: Ink, at: At, p) -> Ink: layer b over what is already there, a."""
    return _declare(shade, "blend", needs=needs, optional=optional, medium=medium)


def warp(
    shade: Any = None,
    /,
    *,
    needs: tuple[str, ...] = (),
    optional: tuple[str, ...] = (),
    medium: str = "ink",
    reach: Callable[[Any], float] | None = None,
) -> Any:
    """shade(px: Ink, at: At, p) -> Offset: where, relative to itself, the pixel takes its picture from.

    reach(p): how far off that may be, in px at 1080 lines: a source is painted so much wider.
    """
    return _declare(shade, "warp", needs=needs, optional=optional, medium=medium, reach=reach)


def transition(shade: Any = None, /, *, needs: tuple[str, ...] = (), optional: tuple[str, ...] = ()) -> Any:
    """shade(a: Ink, b: Ink, at: At, p) -> Ink: at.u runs 0..1; exactly a at 0, exactly b at 1."""
    return _declare(shade, "transition", needs=needs, optional=optional)


def source(
    shade: Any = None,
    /,
    *,
    needs: tuple[str, ...] = (),
    optional: tuple[str, ...] = (),
    medium: str = "ink",
    animated: bool = False,
) -> Any:
    """shade(dst, region, at, p, inputs) -> None: paints dst, float32 (h, w, 4), zero on entry, over `region`.

    animated: the picture depends on at.t, at.n or at.held: painted for every drawing, not baked once.
    """
    return _declare(shade, "source", needs=needs, optional=optional, medium=medium, animated=animated)


def area(
    shade: Any = None,
    /,
    *,
    needs: tuple[str, ...] = (),
    optional: tuple[str, ...] = (),
    medium: str = "ink",
    gives: str = "",
    animated: bool = False,
    reach: Callable[[Any], float] | None = None,
) -> Any:
    """shade(dst, region, at, p, inputs) -> None: changes dst, float32 (h, w, 4), a layer's picture, in place.

    medium: what it finds in dst; gives: what it leaves there, where that is another one.
    reach(p): how far, in px at 1080 lines, a pixel's result depends on its surroundings. The engine paints a
    region that much larger and crops it.
    """
    return _declare(
        shade,
        "area",
        needs=needs,
        optional=optional,
        medium=medium,
        gives=gives,
        animated=animated,
        reach=reach,
    )


# mathematics: the plain twins of kernels/shading.py -------------------------------------------------------


@lru_cache(maxsize=256)
def absorbance(pigment: str) -> Absorbance:
    """What one unit of density of `pigment` absorbs: fields r, g, b. See `inkrender.colour.absorbance`."""
    r, g, b = (float(v) for v in colour.absorbance(pigment))
    return Absorbance(r, g, b)


def minimum(x: Number, y: Number) -> Number:
    """The smaller of two."""
    return np.minimum(x, y)


def maximum(x: Number, y: Number) -> Number:
    """The larger of two."""
    return np.maximum(x, y)


def clamp(x: Number, lo: Number = 0.0, hi: Number = 1.0) -> Number:
    """x, no less than lo and no more than hi."""
    return np.minimum(np.maximum(x, lo), hi)


def exp(x: Number) -> Number:
    """e to the x; x is held within -87..80 so that the result is a float32 above 0."""
    return np.exp(clamp(x, -87.0, 80.0))


def log(x: Number) -> Number:
    """Natural logarithm; x is held within 1e-30..3e38."""
    return np.log(clamp(x, 1e-30, 3e38))


def sqrt(x: Number) -> Number:
    """Square root, 0 below 0."""
    return np.sqrt(np.maximum(x, 0.0))


def power(x: Number, y: Number) -> Number:
    """x to the y for x above 0; 0 elsewhere."""
    return np.where(np.asarray(x) > 0, exp(y * log(x)), 0.0)[()]


def sin(x: Number) -> Number:
    """Sine of an angle in radians."""
    return np.sin(x)


def cos(x: Number) -> Number:
    """Cosine of an angle in radians."""
    return np.cos(x)


def floor(x: Number) -> Number:
    """The largest whole number not above x."""
    return np.floor(x)


def fract(x: Number) -> Number:
    """x - floor(x), 0 <= fract < 1."""
    return x - np.floor(x)


def mix(a: Number, b: Number, k: Number) -> Number:
    """a at k = 0, b at k = 1, a straight line between; exact at both ends."""
    return a * (1 - k) + b * k


def step(edge: Number, x: Number) -> Number:
    """0 below the edge, 1 from it."""
    return np.where(np.asarray(x) < edge, 0.0, 1.0)[()]


def smoothstep(lo: Number, hi: Number, x: Number) -> Number:
    """0 up to lo, 1 from hi, Hermite (3 k^2 - 2 k^3) between; lo may lie above hi, then it falls."""
    width = np.asarray(hi - lo)
    width = np.where(np.abs(width) > 1e-12, width, 1e-12)[()]
    k = clamp((x - lo) / width)
    return k * k * (3 - 2 * k)


def five_tones(density: Number, amount: Number, width: Number = 0.035) -> Number:
    """Density (base 10) drawn towards the five tones of ink by soft steps: `inkrender.tones.five_tones`."""
    from . import tones

    return tones.five_tones(np.asarray(density, F), amount, width)[()]


def hash2(x: Number, y: Number, seed: Number = 0) -> Number:
    """A random number 0 <= v < 1 that depends on the whole numbers below x and y and on a seed only."""
    return (_bits(np.floor(x), np.floor(y), seed) >> np.uint32(8)).astype(np.float32) * F(2.0**-24)


def noise(x: Number, y: Number, seed: Number = 0) -> Number:
    """Gradient noise of feature size 1, about -1..1, mean 0: divide places by the size wanted in px."""
    x, y = F(x), F(y)
    x0, y0 = np.floor(x), np.floor(y)
    fx, fy = x - x0, y - y0
    u = fx * fx * fx * (fx * (fx * F(6) - F(15)) + F(10))
    v = fy * fy * fy * (fy * (fy * F(6) - F(15)) + F(10))
    a, b = _slope(x0, y0, fx, fy, seed), _slope(x0 + 1, y0, fx - 1, fy, seed)
    c, d = _slope(x0, y0 + 1, fx, fy - 1, seed), _slope(x0 + 1, y0 + 1, fx - 1, fy - 1, seed)
    top = a + u * (b - a)
    low = c + u * (d - c)
    return F(1.5) * (top + v * (low - top))


def fbm(x: Number, y: Number, seed: Number = 0, octaves: int = 5) -> Number:
    """Fractal sum of `noise`, each octave half as strong and 2.03 times as fine, about -1..1, mean 0."""
    x, y, total = F(x), F(y), F(0)
    weight, weights = F(0.5), F(0)
    for i in range(octaves):
        total = total + weight * noise(x, y, (int(seed) + i * 0x9E3779B9) & 0xFFFFFFFF)
        weights += weight
        weight *= F(0.5)
        x, y = x * F(2.03), y * F(2.03)
    return total / weights


def _bits(x: Number, y: Number, seed: int) -> Number:
    """uint32: the hash of a lattice place and a seed, bit for bit that of kernels/noise.py."""
    with np.errstate(over="ignore"):
        ix, iy = (
            np.asarray(x).astype(np.int64).astype(np.uint32),
            np.asarray(y).astype(np.int64).astype(np.uint32),
        )
        s = np.uint32(int(seed) & 0xFFFFFFFF)
        n = (ix * np.uint32(374761393)) ^ (iy * np.uint32(668265263)) ^ (s * np.uint32(1274126177))
        n = (n ^ (n >> np.uint32(16))) * np.uint32(0x7FEB352D)
        n = (n ^ (n >> np.uint32(15))) * np.uint32(0x846CA68B)
        return n ^ (n >> np.uint32(16))


def _slope(x: Number, y: Number, fx: Number, fy: Number, seed: int) -> Number:
    """A plane through 0 whose gradient has length 1 and the direction of the hash of its lattice place."""
    turn = _bits(x, y, seed).astype(np.int32).astype(np.float32) * F(2.0**-31)
    quarter = turn + F(0.5)
    quarter = np.where(quarter > 1, quarter - F(2), quarter)
    return _sine(quarter) * fx + _sine(turn) * fy


def _sine(turn: Number) -> Number:
    y = F(4) * turn * (1 - np.abs(turn))
    return F(0.775) * y + F(0.225) * y * np.abs(y)
