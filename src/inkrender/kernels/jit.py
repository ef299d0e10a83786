"""How kernels are compiled: the decorators, and a disk cache that can never hand out stale code.

Numba keys cached machine code on the file of the compiled function only: edit a helper it inlines from
another module and the old code keeps running. Here every kernel's cache folder is named by a hash of its
module and of all kernel modules that module imports, so an edit or an upgrade simply finds no cache. The
folder lies under INKRENDER_CACHE, else the user's cache folder, never inside the package. Numba writes its
files under temporary names and renames them, so processes may share the folder.
"""

from __future__ import annotations

import hashlib
import os
import re
import stat
import tempfile
import threading
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any

import llvmlite
import numba
import numpy as np
from numba import cfunc, njit, types

HERE = Path(__file__).parent
# no error checks and no IEEE ceremony in the loops: without these LLVM gives up on vectorising half of them.
# fastmath assumes that no NaN exists: kernels that may meet one test the bits (load.py)
OPTIONS: dict[str, Any] = {
    "nogil": True,
    "fastmath": True,
    "error_model": "numpy",
    "boundscheck": False,
    "cache": True,
}
# a kernel module that another one imports, or several: what merely looks like one is no file, or one too many
IMPORT = re.compile(
    r"^[ \t]*from[ \t]+(?:\.|inkrender\.kernels\.?)(\w*)[ \t]+import[ \t]+(\([^)]*\)|.*)$", re.MULTILINE
)
PLANE = types.CPointer(types.float32)
STAGE = types.void(PLANE, PLANE, PLANE, PLANE)  # a, b, fields, par: see docs of Program.stage
_decorating = threading.Lock()


def kernel(function: Callable[..., Any]) -> Any:
    """Compile a loop over pixels: nogil, float32, cached on disk."""
    return _compile(function, njit(**OPTIONS))


def inline(function: Callable[..., Any]) -> Any:
    """Compile a small function into whatever kernel calls it.

    forceinline: one helper that LLVM left as a call made its loop 18 times slower.
    """
    return _compile(function, njit(forceinline=True, **OPTIONS))


def stage(function: Callable[..., Any]) -> Any:
    """Compile `function(a, b, fields, par)` into a tile stage; `.address` is what Program.stage takes.

    The four arguments are float32 pointers; numba.carray makes arrays of them.
    """
    return _compile(function, cfunc(STAGE, fastmath=True, error_model="numpy", cache=True))


def folder() -> Path:
    """Where compiled code is kept: INKRENDER_CACHE, else the user's cache, else a private folder."""
    chosen = os.environ.get("INKRENDER_CACHE")
    home = Path(chosen) if chosen else Path(os.environ.get("XDG_CACHE_HOME", "~/.cache")) / "inkrender"
    return _writable(home.expanduser().resolve())


def digest(*modules: str) -> str:
    """16 hex digits that change when these kernel modules ("over", "noise") or what they import change.

    Without names: of all kernel modules. Numba and llvmlite are part of it.
    """
    names = set(modules) or {path.stem for path in HERE.glob("*.py")}
    versions = f"{numba.__version__} {llvmlite.__version__} {np.__version__}"
    h = hashlib.blake2b(versions.encode(), digest_size=8)
    for name in sorted(set().union(*(_closure(name) for name in names))):
        h.update(name.encode() + b"\0" + (HERE / f"{name}.py").read_bytes())
    return h.hexdigest()


def _compile(function: Callable[..., Any], decorate: Callable[..., Any]) -> Any:
    # numba decides on a function's cache folder when it is decorated; other users of numba in this process
    # must not notice
    with _decorating:
        config: Any = numba.config
        before = config.CACHE_DIR
        config.CACHE_DIR = _cache_dir(function.__module__)
        try:
            return decorate(function)
        finally:
            config.CACHE_DIR = before


@lru_cache(maxsize=256)
def _cache_dir(module: str) -> str:
    package, _, name = module.rpartition(".")
    own = package == __package__ and (HERE / f"{name}.py").exists()
    where = folder() / "kernels" / (f"{name}-{digest(name)}" if own else digest())
    where.mkdir(parents=True, exist_ok=True)
    return str(where)


@lru_cache(maxsize=64)
def _writable(home: Path) -> Path:
    try:
        (home / "kernels").mkdir(parents=True, exist_ok=True)
        if os.access(home / "kernels", os.W_OK | os.X_OK):
            return home
    except OSError:
        pass
    user = os.getuid() if hasattr(os, "getuid") else 0
    private = Path(tempfile.gettempdir()) / f"inkrender-{user}"
    private.mkdir(mode=0o700, exist_ok=True)
    found = private.lstat()
    # cached code is run: a folder that someone else prepared in the shared temporary folder is not used
    if not stat.S_ISDIR(found.st_mode) or (hasattr(os, "getuid") and found.st_uid != user):
        return Path(tempfile.mkdtemp(prefix="inkrender-"))
    return private


@lru_cache(maxsize=256)
def _closure(name: str) -> frozenset[str]:
    """The kernel modules that a kernel module imports, and theirs, and itself."""
    found: set[str] = set()
    todo = [name]
    while todo:
        module = todo.pop()
        if module in found or not (HERE / f"{module}.py").exists():
            continue
        found.add(module)
        for of, names in IMPORT.findall((HERE / f"{module}.py").read_text(encoding="utf-8")):
            todo += [of] if of else re.findall(r"\w+", names)
    return frozenset(found)
