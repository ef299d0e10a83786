"""The environment inkrender finds itself in, as a report of trouble begins; and warming it up."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module, metadata
from pathlib import Path

from . import __version__, cache, manifest
from .errors import InkError

# distribution -> the module it installs; all of them are needed
_NEEDED = {
    "numpy": "numpy",
    "numba": "numba",
    "opencv-python-headless": "cv2",
    "moviepy": "moviepy",
    "imageio": "imageio",
    "imageio-ffmpeg": "imageio_ffmpeg",
    "OpenImageIO": "OpenImageIO",
    "av": "av",
    "pydantic": "pydantic",
    "typer": "typer",
    "rich": "rich",
    "resvg-py": "resvg_py",
    "tomli-w": "tomli_w",
}
_SETTINGS = (
    "INKRENDER_CACHE",
    "INKRENDER_JOBS",
    "INKRENDER_LOG",
    "FFMPEG_BINARY",
    "NUMBA_CACHE_DIR",
    "TMPDIR",
)
_ENCODERS = ("libx264", "libx265", "prores_ks", "aac", "gif")


@dataclass(frozen=True)
class Fact:
    """Something about the environment; hint: what would mend it, or say more."""

    name: str
    value: str
    ok: bool = True
    hint: str = ""


def examine() -> list[Fact]:
    """Everything a film depends on that is not in the film."""
    return [
        Fact("inkrender", f"{__version__} in {Path(__file__).parent}"),
        _python(),
        Fact("processor", f"{manifest.cpu()}, {_cores()} of {os.cpu_count()} cores", hint=_memory()),
        *_libraries(),
        _two_opencv(),
        _ffmpeg(),
        _encoders(),
        _folder(),
        *(Fact(name, os.environ[name]) for name in _SETTINGS if name in os.environ),
    ]


def warm_up() -> tuple[float, int]:
    """Compile what is compiled once: the kernels, and the stage of every pixel shader. (seconds, stages)"""
    from . import library
    from .film import Film, Scene
    from .scene import Layer
    from .shader import PIXEL_KINDS

    began = time.perf_counter()
    stages = [library.stage(s) for s in library.all_shaders().values() if s.kind in PIXEL_KINDS]
    words = Layer(name="title", text="ink", size=24, position=(960, 540))
    film = Film(size=(64, 36), trust=False, scenes=(Scene(name="warmup", frames="1-1", layer=(words,)),))
    film.pixels(0)
    return time.perf_counter() - began, len(stages)


def _python() -> Fact:
    ok = sys.version_info >= (3, 11)
    where = f"{platform.python_version()} on {platform.platform()}"
    return Fact("python", where, ok, "" if ok else "inkrender needs 3.11 or newer")


def _libraries() -> Iterator[Fact]:
    for name, module in _NEEDED.items():
        try:
            import_module(module)
            yield Fact(name, metadata.version(name))
        except (ImportError, metadata.PackageNotFoundError) as error:
            yield Fact(name, f"does not load: {error}", False, f"pip install {name}")


def _two_opencv() -> Fact:
    both = [
        d.metadata["Name"] for d in metadata.distributions() if str(d.metadata["Name"]).startswith("opencv-")
    ]
    if both == ["opencv-python-headless"]:
        return Fact("opencv", "one, headless")
    hint = "pip uninstall all of them, then install opencv-python-headless: they overwrite each other"
    return Fact("opencv", ", ".join(both) or "none", False, hint)


def _ffmpeg() -> Fact:
    try:
        import imageio_ffmpeg

        path = imageio_ffmpeg.get_ffmpeg_exe()
        said = subprocess.run(
            [path, "-version"], capture_output=True, text=True, timeout=30, check=True
        ).stdout
        return Fact("ffmpeg", f"{said.splitlines()[0].split(' Copyright')[0]} in {path}")
    except (ImportError, RuntimeError, OSError, subprocess.SubprocessError) as error:
        hint = "pip install imageio-ffmpeg, or set IMAGEIO_FFMPEG_EXE"
        return Fact("ffmpeg", f"does not run: {error}", False, hint)


def _encoders() -> Fact:
    try:
        import av

        absent = [name for name in _ENCODERS if name not in av.codecs_available]
    except ImportError:
        absent = list(_ENCODERS)
    if absent:
        return Fact("encoders", f"PyAV lacks {', '.join(absent)}", False, "pip install --force-reinstall av")
    return Fact("encoders", ", ".join(_ENCODERS))


def _folder() -> Fact:
    from .io import files

    chosen = os.environ.get("INKRENDER_CACHE") or str(cache.folder())
    try:
        folder, limit = cache.folder(), cache.limit()
        probe = folder / f".doctor.{os.getpid()}"
        files.write_bytes(probe, b"ink")
        probe.unlink()
    except (InkError, OSError) as error:
        return Fact("cache", chosen, False, f"{error}; or set INKRENDER_CACHE")
    free, room = files.size_text(shutil.disk_usage(folder).free), files.size_text(limit)
    hint = f"{free} free, {room} at most (INKRENDER_CACHE_GB); a film's own is .inkrender beside it"
    return Fact("cache", str(folder), hint=hint)


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _memory() -> str:
    try:
        size = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (ValueError, OSError, AttributeError):
        return ""
    return f"{size / 1e9:.1f} GB of memory"
