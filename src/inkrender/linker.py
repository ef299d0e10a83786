"""Pixel shaders as tile stages: the source of one shader file becomes a module of float32 machine code.

The generated module is named by a hash of the shader, of this linker, of every kernel source and of the
compilers: an edited callee can therefore never leave stale code behind, and a film that is rendered again
compiles nothing. A stage is a C function `void stage(float *a, float *b, float *fields, float *par)` over one
tile; the engine calls it by address. What cannot be compiled runs as plain Python behind the same ABI.
"""

from __future__ import annotations

import hashlib
import importlib.util
import logging
import sys
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .errors import ShaderError
from .io import files
from .library import Shader
from .linker_ast import NotCompilable, packed, translate
from .shader import At, Ink, Light, absorbance

log = logging.getLogger("inkrender")

TILE_W, TILE_H = 128, 32
TILE = TILE_W * TILE_H
SCALARS = ("x0", "y0", "dx", "dy", "sx0", "sy0", "sdx", "sdy", "t", "n", "held")
HEADER = 16  # floats of par before the shader's own parameters
LIMIT = 1e30  # pixels are held within +-LIMIT: infinity times 0 would be a new NaN

_STAGES: dict[tuple[str, str], Stage] = {}
_LINKING = threading.Lock()


@dataclass(frozen=True)
class Stage:
    """A pixel shader the engine can call on a tile.

    address: of the C function; inputs: the planes it wants in `fields`, in order; param_names: what `pack`
    lays after the header, one name a float; compiled: False for the plain-Python stand-in; failures: what
    that raised.
    """

    name: str
    kind: str
    address: int
    inputs: tuple[str, ...]
    param_names: tuple[str, ...]
    compiled: bool
    shader: Shader = field(repr=False)
    failures: list[Exception] = field(default_factory=list, repr=False)
    keep: Any = field(default=None, repr=False)

    def pack(self, params: Any, at: At | Mapping[str, Any] | None = None) -> NDArray[np.float32]:
        """The `par` of one call: float32 (16 + parameters).

        params: an instance of the shader's NamedTuple. at: any of x0, y0, dx, dy (layer px of the tile's
        first pixel centre and the step), sx0, sy0, sdx, sdy (the same on screen), t, n, held, seed, u; or
        an At, whose x, y, sx, sy are the first pixel's.
        """
        told: dict[str, Any] = {"dx": 1.0, "dy": 1.0, "sdx": 1.0, "sdy": 1.0}
        if isinstance(at, At):
            told |= {**vars(at), "x0": at.x, "y0": at.y, "sx0": at.sx, "sy0": at.sy}
        elif at:
            told |= at
        par = [float(told.get(name, 0.0)) for name in SCALARS]
        seed = int(told.get("seed", 0)) & 0xFFFFFFFF
        par += [float(seed >> 16), float(seed & 0xFFFF), float(told.get("u", 0.0)), 0.0, 0.0]
        return np.array([*par, *_flatten(self.shader, params)], np.float32)

    def check(self) -> None:
        """ShaderError if the plain-Python stand-in raised in some call."""
        if self.failures:
            error = self.failures[0]
            raise ShaderError(f"{self.shader.path}: {type(error).__name__}: {error}") from error


def stage(shader: Shader) -> Stage:
    """The tile stage of a pixel shader, compiled or found in the cache (see the module's docstring)."""
    key = (str(shader.path), shader.digest)
    with _LINKING:
        if key not in _STAGES:
            _STAGES[key] = _link(shader)
        return _STAGES[key]


def source(shader: Shader) -> str:
    """The Python text of a pixel shader's generated module: for reading and for tests."""
    return translate(shader, TILE_W, TILE_H, HEADER, LIMIT)


def _link(shader: Shader) -> Stage:
    names = tuple(name for name, _ in packed(shader))
    failures: list[Exception] = []
    try:
        keep = _compiled(shader)
        address = int(keep.address)
    except NotCompilable as error:
        log.warning("%s: runs as plain Python, hundreds of times slower than compiled", error)
        keep, address = _plain(shader, failures)
        return Stage(shader.name, shader.kind, address, shader.planes, names, False, shader, failures, keep)
    return Stage(shader.name, shader.kind, address, shader.planes, names, True, shader, failures, keep)


# compiled -------------------------------------------------------------------------------------------------


def _compiled(shader: Shader) -> Any:
    from numba.core.errors import NumbaError

    from .kernels import jit

    text = source(shader)
    told = hashlib.blake2b(digest_size=8)
    for part in (text, shader.digest, jit.digest()):
        told.update(part.encode())
    name = f"inkrender_stage_{shader.name}_{told.hexdigest()}"
    path = _written(jit.folder() / "stages", name, text)
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise NotCompilable(f"{shader.path}:1: {path} cannot be imported")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except NumbaError as error:
        told_first = next((line for line in str(error).splitlines() if line.strip()), "")
        raise NotCompilable(f"{shader.path}: the compiler says: {told_first}") from error
    return module._run


def _written(folder: Path, name: str, text: str) -> Path:
    """The generated module's file; it appears whole, so processes may share the folder."""
    path = folder / f"{name}.py"
    if not path.exists():
        files.write_text(path, text)
    return path


def _flatten(shader: Shader, params: Any) -> list[float]:
    flat: list[float] = []
    for name, spec in shader.fields.items():
        value = getattr(params, name)
        if spec.type == "pigment":
            flat += absorbance(value)
        elif spec.type == "choice":
            flat.append(float(spec.options.index(value)))
        elif spec.type == "numbers" and spec.size is not None:
            flat += value
        elif spec.type in ("float", "int", "bool"):
            flat.append(float(value))
    return flat


# plain Python behind the same ABI -------------------------------------------------------------------------


def _plain(shader: Shader, failures: list[Exception]) -> tuple[Any, int]:
    import ctypes

    pointer = ctypes.POINTER(ctypes.c_float)
    total = HEADER + len(packed(shader))

    def call(a: Any, b: Any, fields: Any, par: Any) -> None:
        try:
            first = np.ctypeslib.as_array(a, (4, TILE))
            second = np.ctypeslib.as_array(b, (4, TILE)) if b else first
            planes = [
                np.ctypeslib.as_array(fields, (len(shader.planes), TILE))[i]
                for i in range(len(shader.planes))
            ]
            header = np.ctypeslib.as_array(par, (total,))
            first[:] = run_plain(shader, first, second, planes, header)
        except Exception as error:  # noqa: BLE001  an exception cannot cross C: Stage.check raises it
            failures.append(error)

    function = ctypes.CFUNCTYPE(None, pointer, pointer, pointer, pointer)(call)
    return function, int(ctypes.cast(function, ctypes.c_void_p).value or 0)


def run_plain(
    shader: Shader,
    a: NDArray[np.float32],
    b: NDArray[np.float32],
    planes: list[NDArray[np.float32]],
    par: NDArray[np.float32],
) -> NDArray[np.float32]:
    """What a stage does to one tile, by the shader's own plain function: float32 (4, TILE).

    a, b: (4, TILE); planes: (TILE,) each, in the order of `shader.planes`; par: as `Stage.pack` lays it.
    """
    i, j = np.arange(TILE) % TILE_W, np.arange(TILE) // TILE_W
    x0, y0, dx, dy, sx0, sy0, sdx, sdy, t, n, held, hi, lo, u = (np.float32(v) for v in par[:14])
    scalars: dict[str, Any] = {"t": t, "n": n, "held": held, "seed": int(hi) << 16 | int(lo), "u": u}
    places = {
        "x": x0 + i.astype(np.float32) * dx,
        "y": y0 + j.astype(np.float32) * dy,
        "sx": sx0 + i.astype(np.float32) * sdx,
        "sy": sy0 + j.astype(np.float32) * sdy,
        **dict(zip(shader.planes, planes, strict=True)),
    }
    params = _unflatten(shader, par[HEADER:])
    pixel = Light if shader.medium == "light" else Ink
    limit = np.float32(LIMIT)
    a = np.minimum(np.maximum(a, -limit), limit)
    b = np.minimum(np.maximum(b, -limit), limit)
    two = shader.kind in ("blend", "transition")

    def shade(pick: Any) -> Any:
        at = At(**{k: v[pick] for k, v in places.items()}, **scalars)
        pictures = (pixel(*a[:, pick]), pixel(*b[:, pick])) if two else (pixel(*a[:, pick]),)
        return shader.shade(*pictures, at, params)

    def laid(result: Any, pick: Any) -> Any:
        if shader.kind == "matte":
            return [plane * result for plane in a[:, pick]]
        return [*result, 0.0, 0.0] if shader.kind == "warp" else list(result)

    out = np.empty((4, TILE), np.float32)
    try:
        for plane, value in zip(out, laid(shade(slice(None)), slice(None)), strict=True):
            plane[:] = value
    except (TypeError, ValueError):  # it branches on a pixel's value: one pixel at a time
        for k in range(TILE):
            out[:, k] = laid(shade(k), k)
    return out


def _unflatten(shader: Shader, flat: NDArray[np.float32]) -> Any:
    """The parameters from their floats; what a stage cannot carry keeps its default."""
    values = {name: spec.default for name, spec in shader.fields.items()}
    k = 0
    for name, spec in shader.fields.items():
        if spec.type == "pigment":
            values[name] = _hex(flat[k : k + 3])
            k += 3
        elif spec.type == "choice":
            values[name] = spec.options[int(flat[k])]
            k += 1
        elif spec.type == "numbers" and spec.size is not None:
            values[name] = tuple(float(v) for v in flat[k : k + spec.size])
            k += spec.size
        elif spec.type in ("float", "int", "bool"):
            values[name] = {"float": float, "int": int, "bool": bool}[spec.type](flat[k])
            k += 1
    return shader.params(**values)


def _hex(absorbances: NDArray[np.float32]) -> str:
    """A colour text whose `absorbance` is these, to a few parts in a million."""
    from . import colour

    lch = colour.oklch(np.exp(-absorbances.astype(np.float64)))
    return f"oklch({lch[0]:.9f} {lch[1]:.9f} {lch[2]:.7f})"
