"""What was made once and need not be made again: a memory of recent things and a folder of content hashes.

The folder is INKRENDER_CACHE, else `.inkrender/` beside the film, else the user's cache folder. Names are
content hashes, files appear whole or not at all, and two processes may share a folder. Before each run what
was used longest ago makes room, down to INKRENDER_CACHE_GB.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import tempfile
import threading
import time
import zipfile
from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from .errors import RefusedError
from .frame import Baked, Medium, Region, occupancy
from .io import files

T = TypeVar("T")

REMADE = ("analysis", "bakes", "cameras", "tracks")  # not frames, which are somebody's work, nor kernels
LIMIT_GB = 20.0  # five minutes of footage at 2-3 MB a frame
ABANDONED = 24 * 3600.0  # s: no write takes a day, its process was killed

SHELL = {  # modules that decide no pixel: editing them leaves every frame as it is
    "__main__.py", "bench.py", "bench_film.py", "check.py", "check_plates.py", "cli.py", "cli_inputs.py",
    "cli_report.py", "cli_shaders.py", "deliver.py", "doctor.py", "encode.py", "manifest.py", "render.py",
    "verify.py",
}  # fmt: skip


def folder(beside: Path | None = None) -> Path:
    """Where baked things are kept. beside: the film's folder. RefusedError for INKRENDER_CACHE=FILE."""
    chosen = os.environ.get("INKRENDER_CACHE")
    if chosen:
        told = Path(chosen).expanduser()
        if told.exists() and not told.is_dir():
            raise RefusedError(f'INKRENDER_CACHE="{chosen}" is a file: set it to a folder, or unset it')
        return told
    if beside is not None and os.access(beside, os.W_OK):
        return beside / ".inkrender"
    return Path(os.environ.get("XDG_CACHE_HOME", "~/.cache")).expanduser() / "inkrender"


def limit() -> int:
    """The bytes a folder may hold before a run: INKRENDER_CACHE_GB. RefusedError for what is no size."""
    chosen = os.environ.get("INKRENDER_CACHE_GB", "").strip()
    try:
        size = float(chosen) if chosen else LIMIT_GB
        if 0 <= size < float("inf"):
            return int(size * 1e9)
    except ValueError:
        pass
    raise RefusedError(
        f'INKRENDER_CACHE_GB="{chosen}" is no size: give gigabytes, such as 20 or 0.5, or unset it'
    )


def keep_within(where: Path, size: int) -> int:
    """Take what was used longest ago out of a folder until it holds `size` bytes; returns the bytes taken.

    Only what can be made again goes, and what a killed process left half-written. A file another process has
    just taken, or that cannot be taken, is passed over.
    """
    held = []
    for part in REMADE:
        with contextlib.suppress(OSError), os.scandir(where / part) as found:
            for one in found:
                with contextlib.suppress(OSError):
                    told = one.stat()
                    held.append((told.st_mtime, told.st_size, one.path))
    over, taken = sum(size for _, size, _ in held) - size, 0
    for used, size_of_one, path in sorted(held):
        if taken < over or (path.endswith(".part") and used < time.time() - ABANDONED):
            with contextlib.suppress(OSError):
                os.unlink(path)
                taken += size_of_one
    return taken


def digest(*parts: Any) -> str:
    """32 hex digits that name a content: of text, numbers, bytes, paths, and lists and dicts of them."""
    h = hashlib.blake2b(digest_size=16)
    for part in parts:
        data = part if isinstance(part, bytes) else json.dumps(part, sort_keys=True, default=str).encode()
        h.update(len(data).to_bytes(8, "little"))
        h.update(data)
    return h.hexdigest()


@lru_cache(maxsize=65536)
def _file_digest(path: str, size: int, mtime_ns: int) -> str:
    with open(path, "rb") as file:
        return hashlib.file_digest(file, lambda: hashlib.blake2b(digest_size=16)).hexdigest()


def file_digest(path: Path) -> str:
    """The digest of a file's bytes; read again only when its size or time of change says so.

    Raises PlateError for a file that is missing or closed to us.
    """
    try:
        found = path.stat()
        return _file_digest(str(path), found.st_size, found.st_mtime_ns)
    except OSError as error:
        raise files.missing(path, error) from error


@lru_cache(maxsize=1)
def code_digest() -> str:
    """The digest of everything in inkrender that decides a pixel, and of the libraries below it."""
    import cv2
    import numba

    here = Path(__file__).parent
    sources = sorted(p for p in here.rglob("*.py") if p.name not in SHELL)
    versions = {"numpy": np.__version__, "numba": numba.__version__, "cv2": cv2.__version__}
    return digest(versions, *[p.read_bytes() for p in sources])


class Memory:
    """The most recently used things, up to a number of bytes; one thread makes, others wait."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self._kept: OrderedDict[Hashable, tuple[Any, int]] = OrderedDict()
        self._bytes = 0
        self._lock = threading.Lock()
        self._making: dict[Hashable, threading.Lock] = {}

    def get(self, key: Hashable, make: Callable[[], T], size: Callable[[T], int]) -> T:
        """What `key` names, made by `make` if it is not remembered; `size` says how many bytes it takes."""
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key][0]  # type: ignore[no-any-return]
            making = self._making.setdefault(key, threading.Lock())
        with making:
            with self._lock:
                if key in self._kept:
                    return self._kept[key][0]  # type: ignore[no-any-return]
            value = make()
            with self._lock:
                self._kept[key] = (value, size(value))
                self._bytes += self._kept[key][1]
                while self._bytes > self.limit and len(self._kept) > 1:
                    _, (_, freed) = self._kept.popitem(last=False)
                    self._bytes -= freed
                self._making.pop(key, None)
        return value


def load_baked(where: Path, key: str) -> Baked | None:
    """The baked layer that `key` names, or None: absent, or damaged and then made anew."""
    found = load_planes(where / "bakes", key)
    if found is None or not {"data", "region", "medium"} <= found.keys():
        return None
    data, place, medium = found["data"], found["region"], str(found["medium"])
    x, y, w, h, scale = (float(v) for v in place)
    kind: Medium = "light" if medium == "light" else "ink"
    return Baked(data, occupancy(data.view(np.float16)), Region(x, y, int(w), int(h), scale), kind)


def load_planes(where: Path, key: str) -> dict[str, Any] | None:
    """The arrays that `key` names in a folder, or None: absent, or damaged and then made anew."""
    try:
        with np.load(path := where / f"{key}.npz", allow_pickle=False) as file:
            _used(path)
            return {name: file[name] for name in file.files}
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
        return None


def save_planes(where: Path, key: str, planes: Mapping[str, Any]) -> None:
    """Keep arrays under their key. A folder that cannot be written costs time, never the frame."""
    _keep(where, f"{key}.npz", lambda file: np.savez(file, **planes))


def load_told(where: Path, key: str) -> Any:
    """What JSON `key` names in a folder, or None: absent, or damaged and then made anew."""
    try:
        text = (path := where / f"{key}.json").read_text(encoding="utf-8")
        _used(path)
        return json.loads(text)
    except (OSError, ValueError):
        return None


def save_told(where: Path, key: str, told: Any) -> None:
    """Keep JSON under its key, as `save_planes`."""
    _keep(where, f"{key}.json", lambda file: file.write(json.dumps(told).encode()))


def save_baked(where: Path, key: str, baked: Baked) -> None:
    """Keep a baked layer under its key. A folder that cannot be written costs time, never the frame."""
    r = baked.region
    place = np.array([r.x, r.y, r.w, r.h, r.scale], np.float64)
    planes = {"data": baked.data, "region": place, "medium": np.array(baked.medium)}
    save_planes(where / "bakes", key, planes)


def _used(path: Path) -> None:
    with contextlib.suppress(OSError):  # a folder that is only read keeps no order
        os.utime(path)


def _keep(where: Path, name: str, write: Callable[[Any], Any]) -> None:
    try:
        # not files.atomic: what a power cut takes is made again, and flushing each costs its time
        where.mkdir(parents=True, exist_ok=True)
        handle, part = tempfile.mkstemp(dir=where, suffix=".part")
        try:
            with os.fdopen(handle, "wb") as file:
                write(file)
            os.replace(part, where / name)
        except BaseException:
            Path(part).unlink(missing_ok=True)
            raise
    except OSError as error:
        import logging

        logging.getLogger("inkrender").warning("cannot keep %s in %s: %s", name, where, error)
