"""The shader library: the folder is the registry.

Every `NAME.py` in the package's `shaders` folder, and in a film's own when it is trusted, is a shader called
NAME. A file is read, checked against the contract and kept until it changes; what is wrong with it is told
with its file and line. Where a film's own shader has a built-in's name, the film's own is meant.
"""

from __future__ import annotations

import ast
import hashlib
import importlib
import importlib.util
import inspect
import sys
import threading
import traceback
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

from .errors import ShaderError, did_you_mean
from .parameters import Field, ShaderSource, bind, read_fields
from .shader import ARRAY_KINDS, AT_FIELDS, KINDS, PIXEL_KINDS, PLANES, WHOLE, declaration
from .timing import value_at

if TYPE_CHECKING:
    from .linker import Stage

_ARGUMENTS = {
    "point": ("px", "at", "p"),
    "matte": ("px", "at", "p"),
    "warp": ("px", "at", "p"),
    "blend": ("a", "b", "at", "p"),
    "transition": ("a", "b", "at", "p"),
    "source": ("dst", "region", "at", "p", "inputs"),
    "area": ("dst", "region", "at", "p", "inputs"),
}
_LOADED: dict[tuple[str, int, int], Shader] = {}
_LOADING = threading.RLock()
_READING = threading.RLock()


@dataclass(frozen=True)
class Shader:
    """One shader file, read and checked.

    params: its NamedTuple; fields: name -> Field (type, range, unit, default, doc); neutral: the parameters
    that leave a picture as it is, or None; uses: the names it reads from `at` (pixel kinds); baked: the
    planes its `bake` makes for `at`; planes: what a pixel shader is handed, as its stage's inputs;
    medium and gives: what it takes and makes, "ink" | "light" | "paper"; animated: its picture depends on the
    frame. digest: hex, of the file's bytes.
    """

    name: str
    kind: str
    doc: str
    params: type
    fields: Mapping[str, Field]
    needs: tuple[str, ...]
    optional: tuple[str, ...]
    medium: str
    gives: str
    animated: bool
    neutral: Any
    shade: Callable[..., Any]
    path: Path
    digest: str
    reach: Callable[[Any], float] | None = None
    bake: Callable[..., Any] | None = None
    uses: frozenset[str] = frozenset()
    baked: tuple[str, ...] = ()
    planes: tuple[str, ...] = ()
    module: ModuleType | None = field(default=None, repr=False, compare=False)

    def bind(self, values: Mapping[str, Any], where: str) -> dict[str, Any]:
        """Every parameter with its checked value: keys as tuples of Key, defaults for what is not given.

        values: as written in a scene file, points of `Points` already resolved to [x, y]. where: what an
        error starts with. ShaderError for an unknown name, a wrong type, or a number out of range.
        """
        return bind(self.name, self.fields, values, where)

    def at(self, values: Mapping[str, Any], frame: float) -> Any:
        """The parameters at a frame, a `params` NamedTuple, from what `bind` returned."""
        told = {}
        for name, spec in self.fields.items():
            value = value_at(values[name], frame) if spec.keyable else values[name]
            told[name] = round(value) if spec.type == "int" else value
        return self.params(**told)


def find(name: str, folders: Iterable[Path | str] = ()) -> Shader:
    """The shader called `name`, from the film's own folders (last wins) or the built-in one."""
    for folder in reversed([Path(f) for f in folders]):
        path = folder / f"{name}.py"
        if name.isidentifier() and path.is_file():
            return read(path)
    path = _built_in() / f"{name}.py"
    if name.isidentifier() and not name.startswith("_") and path.is_file():
        return read(path)
    known = sorted(_files(folders))
    near = did_you_mean(name, known)
    raise ShaderError(f'there is no shader "{name}"{near}: the library has {", ".join(known)}')


def all_shaders(folders: Iterable[Path | str] = ()) -> dict[str, Shader]:
    """Every shader by name, sorted: the built-in ones and those of the film's own folders."""
    return {name: read(path) for name, path in sorted(_files(folders).items())}


def stage(shader: Shader) -> Stage:
    """The compiled tile stage of a pixel shader; plain Python, with a warning, if it cannot be compiled."""
    from . import linker

    return linker.stage(shader)


def read(path: Path) -> Shader:
    """Read one shader file and check it against the contract. ShaderError names file and line."""
    path = Path(path)
    path = _whole(path) if path.is_absolute() else path.resolve()
    told = path.stat()
    key = (str(path), told.st_size, told.st_mtime_ns)
    with _READING:
        if key not in _LOADED:
            _LOADED[key] = _read(path)
        return _LOADED[key]


# reading a file -------------------------------------------------------------------------------------------


@lru_cache(maxsize=1024)  # a film asks for its shaders in every frame
def _whole(path: Path) -> Path:
    return path.resolve()


@lru_cache(maxsize=1)
def _built_in() -> Path:
    package = importlib.import_module("inkrender.shaders")
    return Path(next(iter(package.__path__)))


def _files(folders: Iterable[Path | str]) -> dict[str, Path]:
    found: dict[str, Path] = {}
    for folder in (_built_in(), *(Path(f) for f in folders)):
        for path in sorted(folder.glob("*.py")):
            if not path.stem.startswith("_"):
                found[path.stem] = path
    return found


def _read(path: Path) -> Shader:
    data = path.read_bytes()
    digest = hashlib.blake2b(data, digest_size=16).hexdigest()
    source = ShaderSource.parse(path, data)
    if not source.doc:
        raise ShaderError(f"{path}:1: the shader has no docstring: say in one sentence what it is for")
    params_name = _params_name(path, source)
    module = _import(path, digest)
    name = path.stem
    shade = getattr(module, "shade", None)
    if not callable(shade):
        raise ShaderError(f"{path}:1: there is no function shade(...): decorate one with {_or(KINDS)}")
    told = declaration(shade)
    line = source.line("shade")
    if told is None:
        raise ShaderError(f"{path}:{line}: shade has no kind: decorate it with {_or(KINDS)}")
    expected = _ARGUMENTS[told.kind]
    given = tuple(inspect.signature(shade).parameters)
    if len(given) != len(expected):
        raise ShaderError(
            f"{path}:{line}: shade({', '.join(given)}) is a {told.kind}: it takes ({', '.join(expected)})"
        )
    params = getattr(module, params_name)
    fields = read_fields(params, source, pixel=told.kind in PIXEL_KINDS)
    neutral = getattr(module, "NEUTRAL", None)
    if neutral is not None and not isinstance(neutral, params):
        raise ShaderError(f"{path}:{source.line('NEUTRAL')}: NEUTRAL is not a {params.__name__}(...)")
    bake = getattr(module, "bake", None)
    uses: frozenset[str] = frozenset()
    baked: tuple[str, ...] = ()
    planes: tuple[str, ...] = ()
    animated = told.animated
    if told.kind in PIXEL_KINDS:
        for wanted in set(WHOLE) & {*told.needs, *told.optional}:
            raise ShaderError(
                f"{path}:{line}: {wanted} is no plane that a {told.kind} could read pixel by pixel: "
                f"use @{' or @'.join(ARRAY_KINDS)}"
            )
        uses = source.reads(given[-2])
        declared = tuple(p for n in (*told.needs, *told.optional) for p in PLANES.get(n, (n,)))
        baked = tuple(sorted(uses - set(AT_FIELDS) - set(declared)))
        if baked and bake is None:
            raise ShaderError(
                f"{path}:{line}: at.{baked[0]} is neither a field of At nor declared"
                f"{did_you_mean(baked[0], (*AT_FIELDS, *declared))}: "
                f'write @{told.kind}(needs=("{baked[0]}",)) or return it from bake(p, region, seed)'
            )
        planes = tuple(p for p in (*declared, *baked) if p in uses)
        animated = bool(uses & {"t", "n", "held"})
    return Shader(
        name=name,
        kind=told.kind,
        doc=source.doc,
        params=params,
        fields=fields,
        needs=told.needs,
        optional=told.optional,
        medium=told.medium,
        gives=told.gives,
        animated=animated,
        neutral=neutral,
        shade=shade,
        path=path,
        digest=digest,
        reach=told.reach,
        bake=bake,
        uses=uses,
        baked=baked,
        planes=planes,
        module=module,
    )


def _params_name(path: Path, source: ShaderSource) -> str:
    """The name of the parameter class, granulate.py -> Granulate, checked before anything is run."""
    wanted = "".join(word.capitalize() for word in path.stem.split("_"))
    tuples = [n for n, c in source.classes.items() if any("NamedTuple" in ast.unparse(b) for b in c.bases)]
    if wanted in tuples:
        return wanted
    others = "".join(f"; {n} has another name" for n in tuples)
    line = source.line(tuples[0] if tuples else wanted)
    raise ShaderError(f"{path}:{line}: there is no class {wanted}(NamedTuple) of parameters{others}")


def _import(path: Path, digest: str) -> ModuleType:
    """The module of a shader file; a film's own gets a name of its own, so that no two films meet."""
    if path.parent == _built_in().resolve():
        name = f"inkrender.shaders.{path.stem}"
        if name in sys.modules and getattr(sys.modules[name], "__inkrender_digest__", digest) == digest:
            module = sys.modules[name]
            module.__dict__["__inkrender_digest__"] = digest
            return module
    else:
        place = hashlib.blake2b(str(path.parent).encode(), digest_size=4).hexdigest()
        name = f"inkrender_film_{place}_{digest[:8]}_{path.stem}"
        if name in sys.modules:
            return sys.modules[name]
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise ShaderError(f"{path}: this is not a Python file")
    module = importlib.util.module_from_spec(spec)
    module.__dict__["__inkrender_digest__"] = digest
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except Exception as error:  # a film's own code may raise anything; it is the user's mistake, told as such
        del sys.modules[name]
        raise ShaderError(_told(path, error)) from error
    return module


def _told(path: Path, error: Exception) -> str:
    lines = [f.lineno for f in traceback.extract_tb(error.__traceback__) if Path(f.filename) == path]
    place = f"{path}:{lines[-1] if lines else 1}"
    missing = getattr(error, "name_from", None)
    if isinstance(error, ImportError) and error.name == "inkrender.shader":
        from . import shader

        word = missing or str(error).split("'")[1]
        near = did_you_mean(word, tuple(n for n in vars(shader) if not n.startswith("_")))
        return f'{place}: inkrender.shader has no "{word}"{near}; the kinds are {", ".join(KINDS)}'
    if isinstance(error, ShaderError):
        return f"{place}: {error}"
    return f"{place}: {type(error).__name__}: {error}"


def _or(words: Iterable[str]) -> str:
    return " | ".join(f"@{w}" for w in words)
