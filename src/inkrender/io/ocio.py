"""OpenColorIO, where it is installed (the extra `color`): tables of other programs, colour spaces, views.

Pictures never go through OpenColorIO: what it knows is turned into our own matrices, curves and tables.
"""

from __future__ import annotations

import importlib.util
import os
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import PlateError, SceneError, did_you_mean
from ..kernels.grade import lut_table
from .lut import MAX_1D, MAX_3D, Lut, check_bytes

INSTALL = 'pip install "inkrender[color]"'
SUFFIXES = (".3dl", ".spi1d", ".spi3d", ".spimtx", ".clf", ".ctf", ".csp", ".lut", ".itx", ".mga", ".vf")
BUILT_IN = "ocio://default"
LINEAR = "Linear Rec.709 (sRGB)"  # of the built-in configs: what our linear light is
VIEW_SIZE = 65
CURVE_SIZE = 16384  # points of a curve that is baked
VIEW_TOP = 16.0  # times white: what a view still tells apart
CELLS = 8192  # of a space's curve, over ACEScct: within 2e-6 of the curve itself
LOG_LO, LOG_HI = -0.3, 1.0  # ACEScct of -.035 and of 222

Floats = NDArray[np.float64]
Curves = tuple[NDArray[np.float32], Floats]


@dataclass(frozen=True)
class Space:
    """A colour space beside linear sRGB: a matrix (3, 3), then a curve per channel, or none.

    forth: over ACEScct of what the matrix gives; back: to ACEScct again; each as `Program.curves` takes it.
    """

    matrix: Floats
    forth: Curves | None = None
    back: Curves | None = None


def there() -> bool:
    """Whether OpenColorIO is installed."""
    return importlib.util.find_spec("PyOpenColorIO") is not None


def read_lut(path: str | os.PathLike[str]) -> Lut:
    """A table of another program: its own curve and cube where it is made of those, else baked over 0..1.

    Baked is a curve of 16384 points where channels do not meet, else a cube of 65, which a log inside it that
    is steep beside black makes inexact there (benchmarks/agree_ocio.py).

    Raises PlateError for a file that OpenColorIO refuses, or where it is not installed.
    """
    where = Path(path)
    if where.suffix.lower() not in SUFFIXES:
        told = ", ".join((".cube", *SUFFIXES[:5]))
        raise PlateError(f'{where}: "{where.suffix}" is no table that is read: use {told}')
    if not there():
        raise PlateError(f"{where} is read through OpenColorIO, which is not installed: {INSTALL}")
    ocio = _ocio()
    check_bytes(where)
    try:
        told = ocio.FileTransform(str(where.absolute()))
        made = ocio.Config.CreateRaw().getProcessor(told)
        parts = list(made.createGroupTransform())
    except (ocio.Exception, ocio.ExceptionMissingFile) as error:
        raise PlateError(f"{where} cannot be read: {_first(error)}") from None
    except UnicodeDecodeError:  # its message quotes the file
        raise PlateError(
            f"{where} cannot be read: it holds bytes that are no text; export it again"
        ) from None
    if not parts:
        raise PlateError(f"{where} changes nothing: it holds no table")
    return _own(where, parts) or _baked(where, made)


def config_name(config: str | None) -> str:
    """The config that is meant: the one named (an address or a path), the variable OCIO, or ocio://default."""
    return config or os.environ.get("OCIO") or BUILT_IN


def space(config: str | None, name: str) -> Space:
    """What takes linear sRGB to a colour space of a config. SceneError for one that is more than Space holds.

    config: as for `config_name`.
    """
    return _space(config_name(config), name)


@lru_cache(maxsize=16)
def _space(config: str, name: str) -> Space:
    ocio, made = _config(config)
    _known(made, name)
    try:
        one = _from_ours(made, name)
        parts = list(one.getOptimizedProcessor(ocio.OPTIMIZATION_NONE).createGroupTransform())
    except (ocio.Exception, ocio.ExceptionMissingFile) as error:
        raise SceneError(f'space "{name}" of {_told(config)}: {_first(error)}') from None
    matrix, offset = np.eye(3), np.zeros(3)
    while parts:
        if isinstance(parts[0], ocio.MatrixTransform):
            rows, add = _matrix(parts.pop(0))
            matrix, offset = rows @ matrix, rows @ offset + add
        elif len(parts) > 1 and isinstance(parts[1], ocio.MatrixTransform) and _idle(parts[0], matrix):
            parts.pop(0)  # ACEScc is cut off at 0 in ACES2065-1, which holds all of sRGB
        else:
            break
    cannot = SceneError(
        f'space "{name}" of {_told(config)} is more than a matrix and a curve (it mixes the channels after '
        "its curve, or moves black): grade in ACEScct or log; for a display use a view"
    )
    if np.abs(offset).max() > 1e-9 or abs(np.linalg.det(matrix)) < 1e-9:
        raise cannot
    if not parts:
        return Space(matrix)
    rest = ocio.GroupTransform(parts)
    forth = ocio.Config.CreateRaw().getProcessor(rest).getOptimizedProcessor(ocio.OPTIMIZATION_NONE)
    back = ocio.Config.CreateRaw().getProcessor(rest, ocio.TRANSFORM_DIR_INVERSE)
    lo, hi = _rising(forth)
    at = np.linspace(lo, hi, CELLS + 1)
    table = _through(forth, np.repeat(_from_log(at)[:, None], 3, axis=1))
    tried = np.random.default_rng(1).uniform(0.001, 4, (64, 3))
    apart = np.stack([_through(forth, np.repeat(tried[:, c : c + 1], 3, 1))[:, c] for c in range(3)], axis=-1)
    if not (np.diff(table, axis=0) > 0).all() or np.abs(_through(forth, tried) - apart).max() > 1e-5:
        raise cannot
    ways = [np.linspace(table[0, c], table[-1, c], CELLS + 1) for c in range(3)]
    undone = _to_log(_through(back.getOptimizedProcessor(ocio.OPTIMIZATION_NONE), np.stack(ways, axis=-1)))
    return Space(
        matrix,
        _curves([(lo, hi)] * 3, table),
        _curves([(float(w[0]), float(w[-1])) for w in ways], undone),
    )


def view(
    config: str | None, display: str | None, name: str | None, look: str | None
) -> tuple[NDArray[np.float32], Floats, Floats]:
    """A display and view as a table over ACEScct of linear sRGB, 0 to 16 times white: table, lo, hi.

    Baked at 65 points. SceneError for a display, view or look that the config does not have.
    """
    return _view(config_name(config), display, name, look)


@lru_cache(maxsize=4)
def _view(
    config: str, display: str | None, name: str | None, look: str | None
) -> tuple[NDArray[np.float32], Floats, Floats]:
    ocio, made = _config(config)
    displays = list(made.getDisplays())
    display = made.getDefaultDisplay() if display is None else display
    if display not in displays:
        near = did_you_mean(display, displays)
        raise SceneError(f'{_told(config)} has no display "{display}"{near}: it has {", ".join(displays)}')
    views = list(made.getViews(display))
    name = made.getDefaultView(display) if name is None else name
    if name not in views:
        near = did_you_mean(name, views)
        raise SceneError(
            f'{_told(config)} has no view "{name}" on "{display}"{near}: it has {", ".join(views)}'
        )
    looks = list(made.getLookNames())
    if look is not None and look not in looks:
        near = did_you_mean(look, looks)
        raise SceneError(f'{_told(config)} has no look "{look}"{near}: it has {", ".join(looks) or "none"}')
    lo, hi = (float(v) for v in _to_log(np.array([0.0, VIEW_TOP])))
    axis = _from_log(np.linspace(lo, hi, VIEW_SIZE))
    light = np.stack(np.meshgrid(axis, axis, axis, indexing="ij"), axis=-1).reshape(-1, 3)
    try:
        if look is not None:
            scene = made.getColorSpace("scene_linear").getName()
            light = _through(_from_ours(made, scene), light)
            light = _through(made.getProcessor(ocio.LookTransform(scene, scene, look)), light)
            shown = made.getProcessor(scene, display, name, ocio.TRANSFORM_DIR_FORWARD)
        else:
            ours = ocio.Config.CreateFromFile(BUILT_IN)
            shown = ocio.Config.GetProcessorFromConfigs(
                ours, LINEAR, made, display, name, ocio.TRANSFORM_DIR_FORWARD
            )
        table = _through(shown, light)
    except (ocio.Exception, ocio.ExceptionMissingFile) as error:
        raise SceneError(f'view "{name}" of {_told(config)}: {_first(error)}') from None
    cube = table.reshape(VIEW_SIZE, VIEW_SIZE, VIEW_SIZE, 3).astype(np.float32)
    return lut_table(cube), np.full(3, lo), np.full(3, hi)


# ----------------------------------------------------------------------------------------------------------


def _ocio() -> Any:
    import PyOpenColorIO as ocio  # type: ignore[import-untyped]

    ocio.SetLoggingLevel(ocio.LOGGING_LEVEL_NONE)  # it writes to stderr by itself
    return ocio


def _config(config: str) -> tuple[Any, Any]:
    if not there():
        raise SceneError(f"spaces and views come from OpenColorIO, which is not installed: {INSTALL}")
    ocio = _ocio()
    try:
        return ocio, ocio.Config.CreateFromFile(config)
    except (ocio.Exception, ocio.ExceptionMissingFile) as error:
        raise SceneError(f"OpenColorIO cannot use {_told(config)}: {_first(error)}") from None


def _told(config: str) -> str:
    return f'OCIO="{config}"' if config == os.environ.get("OCIO") else f"config {config}"


def _known(config: Any, name: str) -> None:
    if config.getColorSpace(name) is None:
        names = list(config.getColorSpaceNames())
        near = did_you_mean(name, names)
        listed = "" if near else f", or one of {', '.join(names[:30])}"
        raise SceneError(f'space "{name}" is not known{near}: use srgb, linear, log{listed}')


def _from_ours(config: Any, name: str) -> Any:
    ocio = _ocio()
    ours = ocio.Config.CreateFromFile(BUILT_IN)
    return ocio.Config.GetProcessorFromConfigs(ours, LINEAR, config, name)


def _through(processor: Any, rgb: Floats) -> Floats:
    # the default optimisation takes powers and logarithms to 2e-5
    cpu = processor.getOptimizedCPUProcessor(_ocio().OPTIMIZATION_NONE)
    out = np.ascontiguousarray(rgb, np.float32).copy()
    cpu.applyRGB(out)
    return out.astype(np.float64)


def _idle(part: Any, matrix: Floats) -> bool:
    """Whether a part only cuts off at 0 what light through this matrix never falls below."""
    if not isinstance(part, _ocio().RangeTransform) or part.hasMaxInValue():
        return False
    return part.getMinInValue() == part.getMinOutValue() == 0 and bool((matrix >= 0).all())


def _matrix(transform: Any) -> tuple[Floats, Floats]:
    rows = np.reshape(transform.getMatrix(), (4, 4))[:3, :3]
    add = np.array(transform.getOffset())[:3]
    if transform.getDirection() == _ocio().TRANSFORM_DIR_INVERSE:
        rows = np.linalg.inv(rows)
        add = -rows @ add
    return rows, add


def _curves(ranges: list[tuple[float, float]], table: Floats) -> Curves:
    ends = [
        (lo, CELLS / (hi - lo), table[1, c] - table[0, c], table[-1, c] - table[-2, c])
        for c, (lo, hi) in enumerate(ranges)
    ]
    return np.ascontiguousarray(table.T, np.float32), np.array(ends, np.float64)


def _rising(processor: Any) -> tuple[float, float]:
    """Where a curve rises, over ACEScct: some are held below black, or above their top."""
    at = np.linspace(LOG_LO, LOG_HI, 261)
    still = _still(processor, at)
    grey = int(np.searchsorted(at, 0.4))
    below, above = np.flatnonzero(still[:grey]), np.flatnonzero(still[grey:])
    lo, hi = LOG_LO, LOG_HI
    if below.size:  # ACEScc falls by ten stops within one step above black
        fine = np.linspace(at[below[-1]], at[below[-1] + 2], 513)
        lo = float(fine[np.flatnonzero(_still(processor, fine))[-1] + 2])
    if above.size:
        hi = float(at[grey + above[0] - 1])
    return lo, hi


def _still(processor: Any, at: Floats) -> NDArray[np.bool_]:
    """Between which neighbours of some values of ACEScct a curve does not rise."""
    rise = np.diff(_through(processor, np.repeat(_from_log(at)[:, None], 3, axis=1)), axis=0)
    return np.asarray(rise.min(axis=1) <= 0, np.bool_)


def _from_log(x: Floats) -> Floats:
    """ACEScct to linear, S-2016-001."""
    toe = (x - 0.0729055341958355) / 10.5402377416545
    return np.where(x > 0.155251141552511, 2.0 ** (x * 17.52 - 9.72), toe)


def _to_log(x: Floats) -> Floats:
    above = (np.log2(np.maximum(x, 0.0078125)) + 9.72) / 17.52
    return np.where(x > 0.0078125, above, 10.5402377416545 * x + 0.0729055341958355)


def _own(path: Path, parts: list[Any]) -> Lut | None:
    """A file of at most a curve and a cube, each behind a range, as just that; None for anything else."""
    ocio = _ocio()
    unit = (np.zeros(3), np.ones(3))
    shaper, table = None, None
    spans: dict[str, tuple[Floats, Floats]] = {"shaper": unit, "table": unit}
    pending = unit
    for part in parts:
        if table is not None or part.getDirection() == ocio.TRANSFORM_DIR_INVERSE:
            return None
        if isinstance(part, ocio.MatrixTransform):
            rows, add = _matrix(part)
            scale = np.diag(rows)
            if pending is not unit or not np.array_equal(rows, np.diag(scale)) or (scale <= 0).any():
                return None
            pending = (-add / scale, (1 - add) / scale)
        elif isinstance(part, ocio.Lut1DTransform) and shaper is None and not part.getInputHalfDomain():
            shaper = np.reshape(part.getData(), (-1, 3)).astype(np.float32)
            spans["shaper"], pending = pending, unit
        elif isinstance(part, ocio.Lut3DTransform):
            n = part.getGridSize()
            cube = np.reshape(part.getData(), (n, n, n, 3)).transpose(2, 1, 0, 3)
            table = np.ascontiguousarray(cube, np.float32)
            spans["table"], pending = pending, unit
        else:
            return None
    if pending is not unit or (shaper is None and table is None):
        return None
    for values, most in ((shaper, MAX_1D), (table, MAX_3D)):
        if values is not None and (not np.isfinite(values).all() or not 2 <= values.shape[0] <= most):
            raise PlateError(
                f"{path} holds numbers that are not finite, or more than {most} points: export it again"
            )
    lo, hi, low, high = (v.astype(np.float32) for v in (*spans["table"], *spans["shaper"]))
    return Lut(path, "", table, lo, hi, shaper, low, high)


def _baked(path: Path, processor: Any) -> Lut:
    """Anything else over 0..1: a curve per channel where channels do not meet, else a cube."""
    zero, one = np.zeros(3, np.float32), np.ones(3, np.float32)
    curve, cube = None, None
    if not processor.hasChannelCrosstalk():
        curve = _through(processor, np.repeat(np.linspace(0, 1, CURVE_SIZE)[:, None], 3, axis=1))
    else:
        axis = np.linspace(0, 1, VIEW_SIZE)
        blue, green, red = np.meshgrid(axis, axis, axis, indexing="ij")
        light = np.stack([red, green, blue], axis=-1).reshape(-1, 3)
        cube = _through(processor, light).reshape(VIEW_SIZE, VIEW_SIZE, VIEW_SIZE, 3)
    shaper, table = (None if v is None else v.astype(np.float32) for v in (curve, cube))
    if not all(np.isfinite(v).all() for v in (shaper, table) if v is not None):
        raise PlateError(f"{path} gives numbers that are not finite: export it again")
    return Lut(path, "baked", table, zero, one, shaper, zero, one)


def _first(error: Exception) -> str:
    """What OpenColorIO says, on one line."""
    text = " ".join(str(error).split())
    return text if len(text) <= 240 else text[:237] + "..."
