"""Program: what happens to the tiles of one frame, written down as a table and then run.

    p = Program(1920, 1080, paper=paper)
    p.clear(CANVAS)
    p.resample_over(CANVAS, peaks, x=12.25, y=40, zoom=1.02)
    p.develop(CANVAS)
    p.store(CANVAS, out)
    p.run()

Building a program only records; `run` renders, may be called from several threads at once on different rows,
and gives the same bytes however the rows are shared out. Registers hold four float32 planes: ink (absorbances
and cover) or premultiplied light. Pictures are not copied: leave them unchanged until `run` has returned.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from . import bluenoise, grade, interpreter, load, oklch, resample
from .lift import LiftFields
from .over import BLEND_MODES
from .primitives import GAMMA, LINEAR, REC709, SRGB
from .tiles import (
    BEFORE,
    CANVAS,
    FIELDS,
    GROUP,
    OCC,
    OTHER,
    PAD,
    PAPER,
    REGISTERS,
    SPARE,
    SRC,
    address,
)

__all__ = [
    "BEFORE",
    "BLEND_MODES",
    "CANVAS",
    "GROUP",
    "OTHER",
    "SPARE",
    "SRC",
    "LiftFields",
    "Program",
    "Stats",
]

NAMES = ("canvas", "other", "src", "group", "spare", "paper", "before")
OUTPUTS = ("uint8", "uint16", "float16", "float32")
NO_HUES = np.repeat(np.array([[1], [0], [0]], np.float32), 2, axis=1)
NO_TONES = NO_HUES
ROUNDED = np.full((bluenoise.SIZE, bluenoise.WIDE), 0.5, np.float32)  # a dither that rounds
WHOLE = 1 / 1024  # px from whole that nobody sees: sums of camera and layer places are rarely exact


class Baked(Protocol):
    """What the engine reads: see inkrender.frame.Baked."""

    @property
    def data(self) -> NDArray[np.uint16]: ...
    @property
    def occupancy(self) -> NDArray[np.uint8]: ...
    @property
    def medium(self) -> str: ...


class Stats(NamedTuple):
    """What a run saw: how many pixels were blank (by count_blank), of how many pixels rendered."""

    blank: int
    pixels: int


class Program:
    """A table of ops over the tiles of one frame, width x height px.

    scale: output px per px at 1080 lines. paper: the sheet, a baked picture of the frame's size (absorbances
    in planes 0-2, height in plane 3); `develop`, `lift` and stages that ask for "paper" read it.
    """

    def __init__(self, width: int, height: int, scale: float = 1.0, paper: Baked | None = None) -> None:
        if width < 1 or height < 1 or not scale > 0:
            raise ValueError(f"a program renders at least one pixel, not {width}x{height} at scale {scale}")
        self.width, self.height, self.scale = int(width), int(height), float(scale)
        self._ops: list[list[int]] = []
        self._par: list[float] = []
        self._par_room = 16
        self._kept: list[Any] = []
        self._said: list[str] = []
        self._paper = paper
        self._paper_read = False

    # registers --------------------------------------------------------------------------------------------

    def clear(self, reg: int) -> None:
        """An empty register: bare paper, or transparent."""
        self._add(interpreter.CLEAR, reg, say=f"clear {_name(reg)}")

    def copy(self, dst: int, src: int) -> None:
        """dst <- src."""
        self._two(dst, src)
        self._add(interpreter.COPY_REGISTER, dst, src, say=f"copy {_name(dst)} <- {_name(src)}")

    def mix(self, dst: int, src: int, k: float) -> None:
        """dst <- dst at k = 0, src at k = 1, a straight line between, all four planes."""
        self._two(dst, src)
        if k != 0:
            self._add(interpreter.MIX, dst, src, par=[k], say=f"mix {_name(dst)} <- {_name(src)} {k:g}")

    def matte(self, reg: int, src: int) -> None:
        """reg <- reg times the cover (or alpha) of src."""
        self._two(reg, src)
        self._add(interpreter.MATTE, reg, src, say=f"matte {_name(reg)} by {_name(src)}")

    # layers -----------------------------------------------------------------------------------------------

    def resample(
        self, reg: int, baked: Baked, x: float, y: float, zoom: float = 1.0, name: str = "layer"
    ) -> None:
        """reg <- a layer, Catmull-Rom; the exact halves where zoom is 1 and x, y are whole.

        x, y: the layer's px at the output's top left corner; zoom: output px per layer px. Outside the layer
        it is empty. Afterwards ink is >= 0, cover and alpha within 0..1; light itself is not clamped. Less
        than 1/1024 px from whole counts as whole.
        """
        numbers, mode = self._layer(baked, x, y, zoom)
        what = resample.LIGHT if baked.medium == "light" else resample.INK
        say = f"resample {_name(reg)} <- {_picture(name, baked, x, y, zoom, mode)}"
        self._add(interpreter.READ, reg, what, par=[1.0], numbers=numbers, say=say)

    def resample_over(
        self,
        reg: int,
        baked: Baked,
        x: float,
        y: float,
        zoom: float = 1.0,
        opacity: float = 1.0,
        name: str = "layer",
    ) -> None:
        """Read an ink layer and lay it over reg in one step: A <- A (1 - cover) + a, and cover likewise."""
        if baked.medium != "ink":
            raise ValueError(
                f"resample_over lays ink; {name} is light: resample, light_to_ink, then over_ink"
            )
        if _opacity(opacity) == 0:
            return
        numbers, mode = self._layer(baked, x, y, zoom)
        say = f"resample_over {_name(reg)} <- {_picture(name, baked, x, y, zoom, mode)} opacity {opacity:g}"
        self._add(interpreter.READ_OVER, reg, par=[opacity], numbers=numbers, say=say)

    def load(
        self,
        reg: int,
        array: NDArray[Any],
        transfer: str = "srgb",
        premultiplied: bool = False,
        name: str = "picture",
    ) -> None:
        """reg <- a picture at output size, (h, w, 4) uint8, uint16, half or float32, as premultiplied light.

        transfer: srgb, rec709, linear or gamma2.2 (any number). A smaller picture lies at the top left, with
        nothing around it. A premultiplied picture with a transfer curve is divided by its alpha before the
        curve and multiplied after. NaN is read as 0, infinities as +-65504.
        """
        _pixels(array, load.DEPTHS, "load")
        number, gamma = _transfer(transfer)
        h, w = array.shape[:2]
        numbers = [address(array), array.strides[0], min(w, self.width), min(h, self.height)]
        numbers += [load.DEPTHS[array.dtype.name], number, int(bool(premultiplied))]
        self._kept.append(array)
        alpha = "premultiplied" if premultiplied else "straight"
        say = f"load {_name(reg)} <- {name} {w}x{h} {array.dtype} {transfer} {alpha}"
        self._add(interpreter.LOAD, reg, par=[gamma], numbers=numbers, say=say)

    def load_over(
        self,
        reg: int,
        array: NDArray[Any],
        transfer: str = "srgb",
        premultiplied: bool = False,
        opacity: float = 1.0,
        name: str = "picture",
    ) -> None:
        """Load a picture over reg in linear light; straight sRGB bytes in one step, others through SRC."""
        if array.dtype != np.uint8 or transfer != "srgb" or premultiplied:
            self.load(SRC, array, transfer, premultiplied, name)
            self.over_light(reg, SRC, opacity)
            return
        _pixels(array, load.DEPTHS, "load_over")
        if _opacity(opacity) > 0:
            h, w = array.shape[:2]
            numbers = [address(array), array.strides[0], min(w, self.width), min(h, self.height)]
            self._kept.append(array)
            say = f"load_over {_name(reg)} <- {name} {w}x{h} uint8 srgb straight opacity {opacity:g}"
            self._add(interpreter.LOAD_OVER, reg, par=[opacity], numbers=numbers, say=say)

    def over_ink(self, dst: int, src: int, opacity: float = 1.0) -> None:
        """dst <- ink src over dst."""
        self._two(dst, src)
        if _opacity(opacity) > 0:
            say = f"over_ink {_name(dst)} <- {_name(src)} opacity {opacity:g}"
            self._add(interpreter.OVER_INK, dst, src, par=[opacity], say=say)

    def over_light(self, dst: int, src: int, opacity: float = 1.0, mode: str = "normal") -> None:
        """dst <- light src over dst, in linear light. mode: one of BLEND_MODES (W3C, separable)."""
        self._two(dst, src)
        if mode not in BLEND_MODES:
            raise ValueError(f'blend mode "{mode}" is not one of {", ".join(BLEND_MODES)}')
        if _opacity(opacity) > 0:
            say = f"over_light {_name(dst)} <- {_name(src)} {mode} opacity {opacity:g}"
            numbers = [BLEND_MODES.index(mode)]
            self._add(interpreter.OVER_LIGHT, dst, src, par=[opacity], numbers=numbers, say=say)

    def light_to_ink(
        self, reg: int, white: ArrayLike = (1.0, 1.0, 1.0), body: float = 1.0, edges: str = "linear"
    ) -> None:
        """Premultiplied light becomes ink: white (3,), linear, becomes bare paper; cover = alpha body."""
        if edges not in ("linear", "ink"):
            raise ValueError(f'edges is "linear" or "ink", not "{edges}"')
        values = [*_three(white, "white"), body]
        if min(values[:3]) <= 0:
            raise ValueError(f"white is above 0 in every channel, not {values[:3]}")
        say = f"light_to_ink {_name(reg)} white {_list(values[:3])} body {body:g} edges {edges}"
        self._add(interpreter.LIGHT_TO_INK, reg, par=values, numbers=[int(edges == "linear")], say=say)

    # shaders, lift ----------------------------------------------------------------------------------------

    def stage(
        self,
        reg: int,
        stage_address: int,
        par: ArrayLike,
        fields: Sequence[Any] = (),
        other: int = SPARE,
        skip_empty: bool = False,
        name: str = "shader",
    ) -> None:
        """Run a compiled shader on reg: void stage(float* a, float* b, float* fields, float* par).

        par: float32, at least 16: par[0:4] are layer x, y of the frame's first pixel centre and the step per
        pixel, par[4:8] the same on screen; every tile is given its own. fields: in the order of the stage's
        inputs, each ("paper",) for the paper's height, a number, or (plane, x, y, zoom) with a float32 (h, w)
        plane whose px (x, y) lies at the output's corner, zoom output px per plane px, bilinear.
        skip_empty: leave tiles alone where reg is known to be empty.
        """
        values = np.ascontiguousarray(par, np.float32).ravel()
        if values.size < 16 or not stage_address:
            raise ValueError(f"a stage takes an address and at least 16 parameters, not {values.size}")
        if len(fields) > FIELDS:
            raise ValueError(f"a stage reads up to {FIELDS} fields, not {len(fields)}")
        for slot, source in enumerate(fields):
            self._field(slot, source)
        self._par_room = max(self._par_room, values.size)
        numbers = [int(stage_address), values.size, int(skip_empty)]
        say = f"stage {_name(reg)} <- {name}" + (f" with {_name(other)}" if other != SPARE else "")
        self._add(interpreter.STAGE, reg, other, par=values.tolist(), numbers=numbers, say=say)

    def lift(self, reg: int, fields: LiftFields) -> None:
        """Liubai: take pigment off reg where the fields say, with the edge that they say. See LiftFields."""
        told = [fields.phi, fields.ramp, fields.hard, fields.keep]
        if fields.height is None:
            self._read_paper("lift")
        else:
            told.append(fields.height)
        for slot, source in enumerate(told):
            if isinstance(source, np.ndarray):
                h, w = source.shape
                self._plane(slot, source, 0.0, 0.0, w / self.width, h / self.height)
            else:
                self._add(interpreter.FIELD_VALUE, slot, par=[float(source)])
        say = f"lift {_name(reg)} bleed {fields.bleed:g}"
        par = [fields.bleed, fields.reach, max(1.0, 1 / self.scale)]
        self._add(interpreter.LIFT, reg, par=par, numbers=[int(fields.height is not None)], say=say)

    def field_cover(self, reg: int, plane: NDArray[np.float32], times: bool = False) -> None:
        """The cover of reg <- a plane (h, w) over the whole frame, or times it; empty where none is left."""
        h, w = plane.shape
        self._plane(0, plane, 0.0, 0.0, w / self.width, h / self.height)
        say = f"cover {_name(reg)} {'times' if times else '<-'} a field"
        self._add(interpreter.FIELD_COVER, reg, numbers=[int(times)], say=say)

    @contextmanager
    def where(self, reg: int) -> Iterator[None]:
        """What is recorded inside is left out of tiles in which reg is known to be empty."""
        self._add(interpreter.SKIP, reg, numbers=[0], say=f"where {_name(reg)} is not empty:")
        skip, first = self._ops[-1], len(self._ops)
        yield
        skip[-1] = len(self._ops) - first

    def glow(self, reg: int, light: int, ring: ArrayLike, rim: ArrayLike) -> None:
        """Ink lit where the cover of `light` says: towards paper, ringed. ring, rim: absorbances (3,)."""
        self._two(reg, light)
        say = f"glow {_name(reg)} by {_name(light)}"
        self._add(interpreter.GLOW, reg, light, par=[*_three(ring, "ring"), *_three(rim, "rim")], say=say)

    # light, grade -----------------------------------------------------------------------------------------

    def transmittance(self, reg: int) -> None:
        """Ink to what it lets through, display-encoded: sRGB(exp(-A)). The cover plane stays."""
        self._add(interpreter.TRANSMITTANCE, reg, say=f"transmittance {_name(reg)}")

    def from_transmittance(self, reg: int, white: ArrayLike = (1.0, 1.0, 1.0)) -> None:
        """Back to ink, after dividing by `white` (3,), what the grade made of 1. Never below 0."""
        values = _three(white, "white")
        say = f"from_transmittance {_name(reg)} white {_list(values)}"
        self._add(interpreter.FROM_TRANSMITTANCE, reg, par=values, say=say)

    def encode(self, reg: int, transfer: str = "srgb") -> None:
        """Linear light to display-encoded. Alpha is left alone."""
        number, gamma = _transfer(transfer)
        if number != LINEAR:
            say = f"encode {_name(reg)} {transfer}"
            self._add(interpreter.ENCODE, reg, par=[gamma], numbers=[number], say=say)

    def decode(self, reg: int, transfer: str = "srgb") -> None:
        """Display-encoded to linear light. Alpha is left alone."""
        number, gamma = _transfer(transfer)
        if number != LINEAR:
            say = f"decode {_name(reg)} {transfer}"
            self._add(interpreter.DECODE, reg, par=[gamma], numbers=[number], say=say)

    def cdl(
        self,
        reg: int,
        slope: ArrayLike = (1.0, 1.0, 1.0),
        offset: ArrayLike = (0.0, 0.0, 0.0),
        power: ArrayLike = (1.0, 1.0, 1.0),
        saturation: float = 1.0,
        clamp: bool = True,
    ) -> None:
        """ASC CDL on the values as they are (encode first). clamp: to 0..1, as the standard says."""
        s, o, w = _three(slope, "slope"), _three(offset, "offset"), _three(power, "power")
        if min(w) <= 0:
            raise ValueError(f"the power of a CDL is above 0, not {w}")
        say = (
            f"cdl {_name(reg)} slope {_list(s)} offset {_list(o)} power {_list(w)} saturation {saturation:g}"
        )
        par = [*s, *o, *w, saturation]
        self._add(
            interpreter.CDL, reg, par=par, numbers=[int(clamp)], say=say + ("" if clamp else " unclamped")
        )

    def oklch(
        self,
        reg: int,
        hue: float = 0.0,
        chroma: float = 1.0,
        lightness: float = 1.0,
        hues: NDArray[np.float32] | None = None,
        tones: NDArray[np.float32] | None = None,
    ) -> None:
        """Move sRGB-encoded colour in OKLCh: hue turned (degrees), chroma and lightness times a factor.

        hues (3, n + 1) over the diamond angle and tones (3, n + 1) over lightness come first: `oklch.bend`.
        What leaves the gamut comes back along its chroma.
        """
        if not (chroma >= 0 and lightness >= 0):
            raise ValueError(f"chroma and lightness are 0 or more, not {chroma} and {lightness}")
        if hues is None and tones is None and (hue, chroma, lightness) == (0, 1, 1):
            return
        numbers = [0, 0, 0, 0]
        if hues is not None or tones is not None:
            by_hue, by_tone = NO_HUES if hues is None else hues, NO_TONES if tones is None else tones
            for table in (by_hue, by_tone):
                if table.dtype != np.float32 or table.ndim != 2 or table.shape[0] != 3 or table.shape[1] < 2:
                    raise ValueError(
                        f"a table of oklch is float32 (3, n + 1), not {table.dtype} {table.shape}"
                    )
            kept = [np.ascontiguousarray(by_hue), np.ascontiguousarray(by_tone)]
            self._kept += kept
            numbers = [n for table in kept for n in (address(table), table.shape[1] - 1)]
        say = f"oklch {_name(reg)} hue {hue:g} chroma {chroma:g} lightness {lightness:g}"
        say += " with curves" if numbers[0] else ""
        par = oklch.matrices(hue, chroma, lightness).tolist()
        self._add(interpreter.OKLCH, reg, par=par, numbers=numbers, say=say)

    def chroma(self, reg: int, k: float) -> None:
        """OKLCh chroma times k, on sRGB-encoded values."""
        self.oklch(reg, chroma=k)

    def matrix(self, reg: int, rows: ArrayLike) -> None:
        """Red, green and blue through a 3x3 matrix, on the values as they are."""
        values = np.asarray(rows, np.float64)
        if values.shape != (3, 3):
            raise ValueError(f"a matrix of colours is (3, 3), not {values.shape}")
        self._add(interpreter.MATRIX, reg, par=values.ravel().tolist(), say=f"matrix {_name(reg)}")

    def curves(self, reg: int, tables: NDArray[np.float32], ends: ArrayLike) -> None:
        """Each channel through its table: float32 (3, n + 1), linear between; ends (3, 4): `grade.curves`."""
        par = np.asarray(ends, np.float64)
        wrong = tables.dtype != np.float32 or tables.ndim != 2 or tables.shape[0] != 3
        if wrong or tables.shape[1] < 2 or par.shape != (3, 4):
            raise ValueError(f"curves are float32 (3, n + 1), not {tables.dtype} {tables.shape}")
        kept = np.ascontiguousarray(tables)
        self._kept.append(kept)
        numbers = [address(kept), kept.shape[1] - 1]
        say = f"curves {_name(reg)} {kept.shape[1]} entries"
        self._add(interpreter.CURVES, reg, par=par.ravel().tolist(), numbers=numbers, say=say)

    def splines(self, reg: int, red: ArrayLike, green: ArrayLike, blue: ArrayLike) -> None:
        """Each channel through a cubic spline, evaluated as it is; (0, 0, 0, 0, 0, 0) leaves one alone.

        A spline is: how many pieces; x and y of its first point, the slope before it; x of its last, the
        slope beyond; then for each piece where it begins, 1 / its width, and the factors of t, t^2 and t^3.
        """
        par = [float(v) for one in (red, green, blue) for v in _spline(one)]
        self._add(interpreter.SPLINES, reg, par=par, say=f"splines {_name(reg)}")

    def luma_spline(self, reg: int, spline: ArrayLike) -> None:
        """BT.709 luma through a spline (see `splines`), colour differences kept."""
        say = f"luma spline {_name(reg)}"
        self._add(interpreter.LUMA_SPLINE, reg, par=_spline(spline), say=say)

    def qualify(self, reg: int, before: int, par: ArrayLike, hues: NDArray[np.float32]) -> None:
        """reg <- before outside a range of colour: par (29,) and hues (n + 1,) as in `oklch.qualify`."""
        self._two(reg, before)
        values = np.asarray(par, np.float64).ravel()
        if values.size != 29 or hues.dtype != np.float32 or hues.ndim != 1 or hues.size < 2:
            raise ValueError(f"a range of colour has 29 numbers and a table of hues, not {values.size}")
        table = np.ascontiguousarray(hues)
        self._kept.append(table)
        say = f"qualify {_name(reg)} against {_name(before)}"
        numbers = [address(table), table.size - 1]
        self._add(interpreter.QUALIFY, reg, before, par=values.tolist(), numbers=numbers, say=say)

    def presence(self, reg: int) -> None:
        """The cover of ink becomes where there is any: a wash covers nothing, but it is seen."""
        self._add(interpreter.PRESENCE, reg, say=f"presence {_name(reg)}")

    def mix_matte(self, reg: int, before: int, matte: int, turned: bool = False) -> None:
        """reg <- before where the cover of `matte` is 0, reg where it is 1; turned: the other way round."""
        self._two(reg, before)
        say = f"mix {_name(reg)} over {_name(before)} by {_name(matte)}"
        self._add(interpreter.MIX_MATTE, reg, before, numbers=[matte, int(turned)], say=say)

    def lut3d(
        self,
        reg: int,
        lut: ArrayLike,
        lo: ArrayLike = (0.0, 0.0, 0.0),
        hi: ArrayLike = (1.0, 1.0, 1.0),
    ) -> None:
        """Through a 3-D table (n, n, n, 3), indexed [red, green, blue], tetrahedral, held at its domain.

        A table from `grade.lut_table` (float32, flat) is taken as it is, so that it need not be laid out anew
        for every frame.
        """
        values = np.asarray(lut)
        flat = values.ndim == 1 and values.dtype == np.float32 and values.ctypes.data % 16 == 0
        n = round((values.size // 4) ** (1 / 3)) if flat else values.shape[0]
        if n < 2 or n > 256 or (values.size != 4 * n**3 if flat else values.shape != (n, n, n, 3)):
            raise ValueError(f"a 3-D table is (n, n, n, 3) with n from 2 to 256, not {values.shape}")
        a, b = _three(lo, "lo"), _three(hi, "hi")
        if not all(low < high for low, high in zip(a, b, strict=True)):
            raise ValueError(f"the domain of a 3-D table rises from lo to hi, not {a} to {b}")
        table = values if flat else grade.lut_table(values)
        self._kept.append(table)
        say = f"lut3d {_name(reg)} {n}x{n}x{n} tetrahedral"
        self._add(interpreter.LUT, reg, par=[*a, *b], numbers=[address(table), n], say=say)

    # the finished picture ---------------------------------------------------------------------------------

    def count_blank(self, reg: int, jacobian: ArrayLike) -> None:
        """Count reg's blank pixels into Stats.blank: |J A| < .02, J (3, 3) from colour.blank_jacobian."""
        values = np.asarray(jacobian, np.float64)
        if values.shape != (3, 3):
            raise ValueError(f"the jacobian is (3, 3), not {values.shape}")
        par = values.ravel().tolist()
        self._add(interpreter.COUNT_BLANK, reg, par=par, say=f"count_blank {_name(reg)}")

    def develop(self, reg: int, paper: Baked | None = None) -> None:
        """Ink on paper, display-encoded: sRGB(exp(-(A + P))); alpha 1. Without any paper P is 0."""
        if paper is not None and paper is not self._paper:
            self._paper, self._paper_read = paper, False
        if self._paper is not None:
            self._read_paper("develop")
        self._add(interpreter.DEVELOP, reg, say=f"develop {_name(reg)}")

    def noise(self, reg: int, plane: int, scale: float, seed: int) -> None:
        """Plane 0-3 of reg <- smooth value noise 0..1 with cells of `scale` px at 1080 lines."""
        if plane not in range(4) or not scale > 0:
            raise ValueError(f"noise goes into plane 0-3 with cells above 0 px, not {plane}, {scale}")
        say = f"noise {_name(reg)}[{plane}] {scale:g} px seed {seed}"
        numbers = [int(seed) & 0xFFFFFFFF]
        self._add(interpreter.NOISE, reg, plane, par=[scale * self.scale], numbers=numbers, say=say)

    def store(self, reg: int, out: NDArray[Any], dither_seed: int | None = None) -> None:
        """reg into out, (h, w, 4) uint8, uint16, float16 or float32, values as they are (encode first).

        Integer outputs clamp to 0..1 and round. With a seed they are dithered by blue noise, shifted by the
        seed, where quantising changes a value: a picture that passed through unchanged stays bit for bit.
        """
        _pixels(out, {kind: 0 for kind in OUTPUTS}, "store")
        if out.shape[:2] != (self.height, self.width) or not out.flags.writeable:
            raise ValueError(f"store writes {self.width}x{self.height} px, not {out.shape[1]}x{out.shape[0]}")
        seed = 0 if dither_seed is None else int(dither_seed) & 0xFFFFFFFF
        noise = ROUNDED if dither_seed is None else bluenoise.thresholds()
        numbers = [address(out), out.strides[0], load.DEPTHS[out.dtype.name], seed, address(noise)]
        self._kept += [out, noise]
        say = f"store {_name(reg)} -> {out.dtype}" + (f" dither {seed}" if dither_seed is not None else "")
        self._add(interpreter.STORE, reg, numbers=numbers, say=say)

    # ------------------------------------------------------------------------------------------------------

    def run(self, rows: tuple[int, int] | None = None) -> Stats:
        """Render rows first..last (last not included; all by default) without holding the GIL."""
        top, bottom = rows if rows is not None else (0, self.height)
        if not 0 <= top <= bottom <= self.height:
            raise ValueError(f"rows {top}..{bottom} do not lie within 0..{self.height}")
        if top == bottom:
            return Stats(0, 0)
        ops = np.zeros((len(self._ops), interpreter.OP_COLUMNS), np.int64)
        for row, op in zip(ops, self._ops, strict=True):
            row[: len(op)] = op
        par = np.array([*self._par, *[0.0] * 32], np.float32)
        blank = interpreter.drive(ops, par, self._par_room, self.width, self.height, top, bottom)
        return Stats(int(blank), (bottom - top) * self.width)

    def explain(self) -> list[str]:
        """One line an op, in order."""
        return list(self._said)

    def _add(
        self,
        op: int,
        reg: int,
        second: int = 0,
        par: Sequence[float] = (),
        numbers: Sequence[int] = (),
        say: str = "",
    ) -> None:
        if op not in (interpreter.FIELD, interpreter.FIELD_PAPER, interpreter.FIELD_VALUE):
            _name(reg)
        if not all(math.isfinite(v) for v in par):
            raise ValueError(f"{say or 'an op'} was given a number that is not finite: {list(par)}")
        self._ops.append([op, reg, second, len(self._par), *numbers])
        self._par += [float(v) for v in par]
        if say:
            self._said.append(say)

    def _layer(self, baked: Baked, x: float, y: float, zoom: float) -> tuple[list[int], int]:
        if not (math.isfinite(x) and math.isfinite(y) and 1 / 64 <= zoom <= 64):
            raise ValueError(
                f"a layer is read from a finite place at zoom 1/64..64, not ({x}, {y}) at {zoom}"
            )
        data, grid = baked.data, baked.occupancy
        cells = (-(-data.shape[0] // OCC), -(-data.shape[2] // OCC))
        if (
            data.dtype != np.uint16
            or data.shape[1] != 4
            or not data.flags.c_contiguous
            or grid.shape != cells
        ):
            raise TypeError("a layer is a Baked: contiguous uint16 (h, 4, w) with its occupancy grid")
        limit = 1 << 28  # far outside is simply empty; int32 tables must hold the places
        x, y = min(max(x, -limit), limit), min(max(y, -limit), limit)
        if abs(zoom - 1) * max(self.width, self.height) < WHOLE:
            zoom = 1.0
            x, y = (float(round(v)) if abs(v - round(v)) < WHOLE else v for v in (x, y))
        plan = resample.tables(self.width, self.height, x, y, zoom)
        self._kept += [baked, plan]
        return resample.columns(baked, plan), plan.mode

    def _read_paper(self, who: str) -> None:
        if self._paper is None:
            raise ValueError(
                f"{who} reads the paper: give it to the program, Program(width, height, paper=...)"
            )
        if not self._paper_read:
            self._paper_read = True
            numbers, _ = self._layer(self._paper, 0, 0, 1.0)
            self._add(interpreter.READ, PAPER, resample.LIGHT, [1.0], numbers, "read the paper")

    def _field(self, slot: int, source: Any) -> None:
        if isinstance(source, (int, float)):
            self._add(interpreter.FIELD_VALUE, slot, par=[float(source)])
        elif source[0] == "paper" if isinstance(source[0], str) else False:
            self._read_paper("a stage")
            self._add(interpreter.FIELD_PAPER, slot)
        else:
            plane, x, y, zoom = source
            self._plane(slot, plane, float(x), float(y), 1 / float(zoom), 1 / float(zoom))

    def _plane(
        self, slot: int, plane: NDArray[np.float32], x: float, y: float, step_x: float, step_y: float
    ) -> None:
        if not isinstance(plane, np.ndarray) or plane.ndim != 2 or plane.size == 0:
            raise TypeError(f"a field is a float32 plane (h, w), not {type(plane).__name__}")
        values = np.ascontiguousarray(plane, np.float32)
        self._kept.append(values)
        numbers = [address(values), values.shape[0], values.shape[1]]
        self._add(interpreter.FIELD, slot, par=[x, y, step_x, step_y], numbers=numbers)

    def _two(self, dst: int, src: int) -> None:
        if dst == src:
            raise ValueError(f"dst and src are both {_name(dst)}: two registers are needed")


def _name(reg: int) -> str:
    if reg not in range(REGISTERS):
        raise ValueError(f"there is no register {reg}: use CANVAS, OTHER, SRC, GROUP or SPARE")
    return NAMES[reg]


def _list(values: Sequence[float]) -> str:
    return "/".join(f"{v:.4g}" for v in values)


def _picture(name: str, baked: Baked, x: float, y: float, zoom: float, mode: int) -> str:
    h, w = baked.data.shape[0] - 2 * PAD, baked.data.shape[2] - 2 * PAD
    how = ("copied", "cubic", "cubic, zoomed", "cubic, far zoom")[mode]
    return f"{name} {w}x{h} {baked.medium} at ({x:.3f}, {y:.3f}) zoom {zoom:.5g}, {how}"


def _three(values: ArrayLike, what: str) -> list[float]:
    array = np.broadcast_to(np.asarray(values, np.float64), (3,))
    return [float(v) for v in array]


def _spline(given: ArrayLike) -> list[float]:
    values = [float(v) for v in np.asarray(given, np.float64).ravel()]
    if len(values) < 6 or len(values) != 6 + 5 * int(values[0]):
        raise ValueError(f"a spline has 6 numbers and 5 a piece, not {len(values)}")
    return values


def _opacity(opacity: float) -> float:
    if not 0 <= opacity <= 1:
        raise ValueError(f"opacity is 0..1, not {opacity}")
    return opacity


def _transfer(transfer: str) -> tuple[int, float]:
    known = {"linear": LINEAR, "srgb": SRGB, "rec709": REC709, "log": grade.LOG}
    if transfer in known:
        return known[transfer], 1.0
    found = re.fullmatch(r"gamma\s*([0-9]*\.?[0-9]+)", transfer)
    if not found or not 0.1 <= float(found[1]) <= 10:
        raise ValueError(f'transfer "{transfer}" is not known: use srgb, rec709, linear or gamma2.2')
    return GAMMA, float(found[1])


def _pixels(array: NDArray[Any], depths: dict[str, int], who: str) -> None:
    if not isinstance(array, np.ndarray) or array.dtype.name not in depths:
        raise TypeError(
            f"{who} takes uint8, uint16, float16 or float32, not {getattr(array, 'dtype', array)}"
        )
    item = array.itemsize
    if array.ndim != 3 or array.shape[2] != 4 or array.strides[1:] != (4 * item, item):
        raise TypeError(
            f"{who} takes (h, w, 4) with whole rows in one piece, not {array.shape} {array.strides}"
        )
