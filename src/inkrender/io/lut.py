"""Look-up tables: .cube files of Adobe/Iridas and Resolve, 1-D, 3-D and 3-D behind a 1-D shaper."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..errors import PlateError
from . import files

MAX_3D, MAX_1D = 256, 65536
LARGEST = 3e38  # of a float32
MAX_BYTES = 1 << 29  # of text: a cube of 256 points takes about 450 MB


KEYS = ("LUT_1D_SIZE", "LUT_3D_SIZE", "DOMAIN_MIN", "DOMAIN_MAX", "LUT_1D_INPUT_RANGE", "LUT_3D_INPUT_RANGE")


@dataclass(frozen=True)
class Lut:
    """A look-up table for display-encoded values unless its author says otherwise.

    table: float32 (n, n, n, 3) indexed [blue, green, red], over lo..hi, (3,) each; None for a curve alone.
    shaper: float32 (m, 3), a curve per channel over shaper_lo..shaper_hi, applied first, or None. Input
    beyond the domain is held at its edge.
    """

    path: Path
    title: str
    table: NDArray[np.float32] | None
    lo: NDArray[np.float32]
    hi: NDArray[np.float32]
    shaper: NDArray[np.float32] | None
    shaper_lo: NDArray[np.float32]
    shaper_hi: NDArray[np.float32]

    @property
    def size(self) -> int:
        """Points along an edge of the cube, or along the curve where there is no cube."""
        if self.table is not None:
            return int(self.table.shape[0])
        return 0 if self.shaper is None else int(self.shaper.shape[0])

    def apply(self, rgb: NDArray[np.float32]) -> NDArray[np.float32]:
        """The table's effect on float (..., 3): linear along curves, tetrahedral in the cube."""
        x = np.asarray(rgb, np.float32)
        if self.shaper is not None:
            x = _curve(x, self.shaper, self.shaper_lo, self.shaper_hi)
        return x if self.table is None else _tetrahedral(x, self.table, self.lo, self.hi)


def read_lut(path: str | os.PathLike[str]) -> Lut:
    """Read a table by its suffix: .cube here, .3dl, .spi1d, .spi3d, .clf and more through OpenColorIO.

    Raises PlateError, with the line where it is known, and for OpenColorIO that is not installed.
    """
    there = Path(path)
    if there.suffix.lower() == ".cube":
        return read_cube(there)
    from . import ocio

    return ocio.read_lut(there)


def read_cube(path: str | os.PathLike[str]) -> Lut:
    """Read a .cube file. Raises PlateError with the line where it stops making sense."""
    there = Path(path)
    if there.suffix.lower() != ".cube":
        raise PlateError(f"{there}: this is no .cube table: its name ends otherwise")
    check_bytes(there)
    text = files.read_bytes(there).decode("utf-8-sig", "replace")
    sizes: dict[str, int] = {}
    ranges: dict[str, NDArray[np.float32]] = {}
    title = ""
    rows: list[list[float]] = []
    last = 0
    for n, line in enumerate(text.splitlines(), 1):
        words = line.split("#", 1)[0].split()
        if not words:
            continue
        key = words[0].upper()
        if key == "TITLE":
            title = line.split(None, 1)[1].strip().strip('"') if len(words) > 1 else ""
        elif key in KEYS and (key in sizes or key in ranges):
            raise PlateError(f"{there}:{n}: {key} is given a second time: two tables were joined; split them")
        elif key in KEYS and rows:
            raise PlateError(
                f"{there}:{n}: {key} comes after numbers: it stands before them; export it again"
            )
        elif key in ("LUT_1D_SIZE", "LUT_3D_SIZE"):
            sizes[key] = _size(there, n, line, key)
        elif key in ("DOMAIN_MIN", "DOMAIN_MAX"):
            ranges[key] = np.array(_numbers(there, n, line, words[1:], 3), np.float32)
        elif key in ("LUT_1D_INPUT_RANGE", "LUT_3D_INPUT_RANGE"):
            ranges[key] = np.array(_numbers(there, n, line, words[1:], 2), np.float32)
        elif key[0].isalpha() and key not in ("NAN", "INF"):
            continue  # keywords of other programs (LUT_IN_VIDEO_RANGE and the like) do not change the table
        else:
            rows.append(_numbers(there, n, line, words, 3))
            last = n
    if not sizes:
        raise PlateError(f"{there} has neither LUT_3D_SIZE nor LUT_1D_SIZE: it is no .cube table")
    one, three = sizes.get("LUT_1D_SIZE", 0), sizes.get("LUT_3D_SIZE", 0)
    if len(rows) != one + three**3:
        raise PlateError(
            f"{there}:{last}: the file has {len(rows)} rows of numbers, its size asks for {one + three**3}: "
            "it is cut off or edited; export it again"
        )
    values = np.array(rows, np.float32)
    domain = [
        ranges.get("DOMAIN_MIN", np.zeros(3, np.float32)),
        ranges.get("DOMAIN_MAX", np.ones(3, np.float32)),
    ]
    lo, hi = _domain(there, ranges.get("LUT_3D_INPUT_RANGE"), domain)
    shaper_lo, shaper_hi = _domain(there, ranges.get("LUT_1D_INPUT_RANGE"), domain)
    table = np.ascontiguousarray(values[one:].reshape(three, three, three, 3)) if three else None
    return Lut(there, title, table, lo, hi, values[:one] if one else None, shaper_lo, shaper_hi)


def check_bytes(path: Path) -> None:
    """Raise PlateError for a file that is missing, empty, or larger than any table has a reason to be."""
    try:
        size = path.stat().st_size
    except OSError as error:
        raise files.missing(path, error) from error
    if size > MAX_BYTES:
        told, most = files.size_text(size), files.size_text(MAX_BYTES)
        raise PlateError(f"{path} has {told}, at most {most} are read: export it with fewer points")
    if size == 0:
        raise PlateError(f"{path} is empty (0 bytes): export it again")


def write_cube(path: str | os.PathLike[str], table: NDArray[np.float32], title: str = "") -> None:
    """Write a 3-D table (n, n, n, 3), indexed [blue, green, red], over 0..1, as .cube: red runs fastest.

    Nine digits: a float32 comes back as it was.
    """
    n = table.shape[0]
    if table.shape != (n, n, n, 3) or not 2 <= n <= MAX_3D or not np.isfinite(table).all():
        raise ValueError(f"a table is (n, n, n, 3), finite, n from 2 to {MAX_3D}, not {table.shape}")
    head = [f'TITLE "{" ".join(title.replace(chr(34), " ").split())}"'] if title else []
    rows = (f"{r:.9g} {g:.9g} {b:.9g}" for r, g, b in table.reshape(-1, 3).tolist())
    files.write_text(path, "\n".join([*head, f"LUT_3D_SIZE {n}", *rows, ""]))


def _size(path: Path, n: int, line: str, key: str) -> int:
    top = MAX_3D if key == "LUT_3D_SIZE" else MAX_1D
    words = line.split()
    if len(words) != 2 or not words[1].isdigit() or not 2 <= int(words[1]) <= top:
        raise PlateError(f'{path}:{n}: "{line.strip()}": {key} is a whole number from 2 to {top}')
    return int(words[1])


def _numbers(path: Path, n: int, line: str, words: list[str], count: int) -> list[float]:
    try:
        values = [float(w) for w in words]
    except ValueError:
        values = []
    if len(values) != count or not all(abs(v) <= LARGEST for v in values):  # NaN is not
        raise PlateError(f'{path}:{n}: "{line.strip()[:60]}": {count} numbers are expected here')
    return values


def _domain(
    path: Path, both: NDArray[np.float32] | None, domain: list[NDArray[np.float32]]
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    lo, hi = domain if both is None else (np.repeat(both[0], 3), np.repeat(both[1], 3))
    if not (lo < hi).all():
        raise PlateError(f"{path} has an empty domain ({lo} to {hi}): its end must lie above its beginning")
    return lo, hi


def _curve(
    x: NDArray[np.float32], curve: NDArray[np.float32], lo: NDArray[np.float32], hi: NDArray[np.float32]
) -> NDArray[np.float32]:
    out = np.empty_like(x)
    for c in range(3):
        points = np.linspace(lo[c], hi[c], len(curve))
        out[..., c] = np.interp(x[..., c], points, curve[:, c])
    return out


def _tetrahedral(
    x: NDArray[np.float32], table: NDArray[np.float32], lo: NDArray[np.float32], hi: NDArray[np.float32]
) -> NDArray[np.float32]:
    n = table.shape[0]
    at = np.clip((x - lo) / (hi - lo), 0, 1) * np.float32(n - 1)
    base = np.minimum(at.astype(np.int32), n - 2)
    part = at - base
    r, g, b = (base[..., c] for c in range(3))
    order = np.argsort(
        -part, axis=-1, kind="stable"
    )  # from the cell's low corner along the largest part first
    corner = np.stack([r, g, b], axis=-1)
    out = table[b, g, r] * (1 - np.max(part, axis=-1, keepdims=True))
    ranked = np.take_along_axis(part, order, axis=-1)
    for k in range(3):
        step = np.zeros_like(corner)
        np.put_along_axis(step, order[..., k : k + 1], 1, axis=-1)
        corner = corner + step
        weight = ranked[..., k] - (ranked[..., k + 1] if k < 2 else 0)
        out = out + table[corner[..., 2], corner[..., 1], corner[..., 0]] * weight[..., None]
    return np.asarray(out, np.float32)
