"""What made a frame, kept beside it, so that a render can resume and say why it paints a frame again.

One atomic JSON file a frame, `<folder>/.manifest/<frame name>.json`. Rows never depend on each other, so any
number of workers, machines and killed runs can write them.
"""

from __future__ import annotations

import functools
import hashlib
import json
import platform
from dataclasses import asdict, dataclass, field
from importlib import metadata
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .io import files

FOLDER = ".manifest"
KEPT = "kept"  # the reason of a frame that need not be painted


@dataclass(frozen=True)
class Row:
    """One rendered frame.

    frame: film frame; made_by: what made it -> digest; file: sha256 of the file's bytes; pixels: checksum of
    the picture before it was encoded; stats: what the renderer measured (blank, target, pale, ...); versions
    and cpu: what the bytes may differ by; seconds: what it took to paint and write.
    """

    frame: int
    made_by: dict[str, str]
    file: str
    pixels: str
    stats: dict[str, Any] = field(default_factory=dict)
    versions: dict[str, str] = field(default_factory=dict)
    cpu: str = ""
    seconds: float = 0.0


def row_path(path: Path) -> Path:
    """Where the row of the frame file `path` lies."""
    return path.parent / FOLDER / f"{path.name}.json"


def read_row(path: Path) -> Row | None:
    """The row of the frame file `path`; None if there is none or it cannot be read."""
    try:
        return Row(**json.loads(row_path(path).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None  # no row and a damaged row mean the same: nothing is known about the frame


def write_row(path: Path, row: Row) -> None:
    """Write the row of the frame file `path`, atomically."""
    target = row_path(path)
    target.parent.mkdir(exist_ok=True)
    text = json.dumps(asdict(row), ensure_ascii=False, indent=1, default=_plain)
    files.write_bytes(target, text.encode())


def reason(path: Path, made_by: dict[str, str]) -> str:
    """Why the frame file `path` has to be painted, or `KEPT`.

    "missing"; "unrecorded": a file nothing is known about; "stale: KEYS": what made it has changed since;
    "damaged": its bytes are no longer those that were written.
    """
    if not path.is_file():
        return "missing"
    row = read_row(path)
    if row is None:
        return "unrecorded"
    changed = sorted(k for k in row.made_by.keys() | made_by.keys() if row.made_by.get(k) != made_by.get(k))
    if changed:
        return f"stale: {', '.join(changed)}"
    return KEPT if row.file == digest_of_file(path) else "damaged"


def digest_of_file(path: Path) -> str:
    """sha256 of a file's bytes, hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def digest_of_pixels(pixels: NDArray[Any]) -> str:
    """blake2b of a picture's values, shape and type: the same whatever file format it is written in."""
    digest = hashlib.blake2b(f"{pixels.dtype.str}{pixels.shape}".encode(), digest_size=16)
    digest.update(np.ascontiguousarray(pixels).data)
    return digest.hexdigest()


@functools.cache
def versions() -> dict[str, str]:
    """The installed versions a frame's bytes depend on."""
    names = ("inkrender", "numpy", "numba", "llvmlite", "opencv-python-headless", "OpenImageIO", "resvg-py")
    return {"python": platform.python_version()} | {name: _version(name) for name in names}


@functools.cache
def cpu() -> str:
    """The processor's model name: across models frames may differ by one code."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        lines = []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()


def _version(name: str) -> str:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return "not installed"


def _plain(value: Any) -> Any:
    """Numpy scalars and arrays in a row's stats, as JSON knows them."""
    if isinstance(value, (np.generic, np.ndarray)):
        return value.tolist()
    raise TypeError(f"{type(value).__name__} cannot stand in a manifest row")
