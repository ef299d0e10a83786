"""Files appear whole or not at all: written beside their place, flushed to the disk, then renamed."""

from __future__ import annotations

import errno
import itertools
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ..errors import DeliverError, InkError, PlateError, RefusedError

PART = ".part"  # suffix of a file that is still being written
MAX_PIXELS = 1 << 28  # 16384 x 16384: more is a damaged header, or a bomb

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_CLOSED = {errno.EACCES, errno.EPERM, errno.EROFS}
_serial = itertools.count()


@contextmanager
def atomic(path: str | os.PathLike[str]) -> Iterator[Path]:
    """A path to write to, which becomes `path` when the block ends well and vanishes when it does not.

    Makes the folder. The temporary file lies beside `path` and ends in .part, unique to process and call.
    Raises RefusedError for a full disk or a folder that cannot be written, DeliverError for what else fails.
    """
    final = Path(path)
    make_folder(final.parent)
    part = final.with_name(f".{final.name}.{os.getpid()}-{next(_serial)}{PART}")
    try:
        yield part
        with open(part, "rb+") as f:
            os.fsync(f.fileno())
        os.replace(part, final)
    except OSError as e:
        raise write_error(final, e) from e
    finally:
        part.unlink(missing_ok=True)
    _sync_folder(final.parent)


def write_bytes(path: str | os.PathLike[str], content: bytes | memoryview) -> None:
    """Write `content` to `path` atomically."""
    with atomic(path) as part, open(part, "wb") as f:
        f.write(content)


def write_text(path: str | os.PathLike[str], text: str) -> None:
    """Write `text` to `path` atomically, UTF-8, newlines as given."""
    write_bytes(path, text.encode())


def read_bytes(path: str | os.PathLike[str]) -> bytes:
    """The whole of a file. Raises PlateError for a file that is missing, a folder, closed to us or empty."""
    there = Path(path)
    try:
        content = there.read_bytes()
    except OSError as e:
        raise missing(there, e) from e
    if not content:
        raise PlateError(f"{there} is empty (0 bytes): write it again, or take it out of the scene")
    return content


def check_size(path: str | os.PathLike[str], w: int, h: int) -> None:
    """Raise PlateError for a picture whose header asks for more than MAX_PIXELS, or for none."""
    if w < 1 or h < 1 or w * h > MAX_PIXELS:
        raise PlateError(
            f"{path} says it is {w}x{h} px, at most {MAX_PIXELS / 1e6:.0f} million are read: "
            "it is damaged, or scale it down"
        )


def missing(path: str | os.PathLike[str], error: OSError | None = None) -> PlateError:
    """What to tell about an input that cannot be opened, with the nearest name in its folder."""
    import difflib

    there = Path(path)
    if there.is_dir():
        return PlateError(f"{there} is a folder: name a file in it")
    if there.exists():
        why = error.strerror if error and error.strerror else "cannot be opened"
        return PlateError(f"{there} cannot be read ({why}): check its permissions")
    if not there.parent.is_dir():
        return PlateError(f"{there} is missing: there is no folder {there.parent}")
    try:
        names = os.listdir(there.parent)
    except OSError:
        names = []
    near = difflib.get_close_matches(there.name, names, n=1, cutoff=0.6)
    hint = (
        f': did you mean "{near[0]}"?'
        if near
        else ": check the name, paths are relative to the file naming them"
    )
    return PlateError(f"{there} is missing{hint}")


def make_folder(folder: str | os.PathLike[str]) -> Path:
    """Make a folder and what is above it. Raises RefusedError where that is not allowed."""
    there = Path(folder)
    try:
        there.mkdir(parents=True, exist_ok=True)
    except OSError as e:
        if isinstance(e, FileExistsError | NotADirectoryError):
            file = next((p for p in (there, *there.parents) if p.is_file()), there)
            raise RefusedError(f"{file} is a file, not a folder: choose another output") from e
        known = write_error(there, e)
        raise (
            known
            if isinstance(known, RefusedError)
            else RefusedError(f"{there} cannot be made ({e.strerror}): choose another output")
        ) from e
    return there


def check_output(path: str | os.PathLike[str]) -> None:
    """Make the folder of a file that will be written. Raises RefusedError where that cannot be done later."""
    there = Path(path)
    if there.is_dir():
        raise RefusedError(f"{there} is a folder: name a file in it")
    make_folder(there.parent)
    probe = there.with_name(f".{there.name}.{os.getpid()}-{next(_serial)}{PART}")
    try:
        probe.touch()
    except OSError as e:
        raise write_error(there, e) from e
    finally:
        probe.unlink(missing_ok=True)


def free_bytes(path: str | os.PathLike[str]) -> int:
    """Free space where `path` lies or would lie, in bytes."""
    there = Path(path).absolute()
    while not there.exists() and there != there.parent:
        there = there.parent
    return shutil.disk_usage(there).free


def write_error(path: str | os.PathLike[str], error: OSError | str) -> InkError:
    """The error for a write that failed: a full disk and a closed folder are told apart from the rest."""
    number = error.errno if isinstance(error, OSError) else None
    free = free_bytes(path)
    if number in _FULL or (number is None and free < 1 << 20):
        return RefusedError(
            f"{path} cannot be written: the disk is full ({size_text(free)} free): make room or choose "
            "another output folder, then run the same command again"
        )
    if number in _CLOSED:
        return RefusedError(f"{path} cannot be written: permission denied; choose another output folder")
    said = error.strerror or str(error) if isinstance(error, OSError) else error
    return DeliverError(f"{path} cannot be written: {said}")


def size_text(n: int) -> str:
    """A number of bytes for people: "812 kB", "3.4 GB"."""
    if n < 1000:
        return f"{n} bytes"
    size = n / 1000
    for unit in ("kB", "MB", "GB"):
        if size < 999.5:
            return f"{size:.3g} {unit}"
        size /= 1000
    return f"{size:.3g} TB"


def _sync_folder(folder: Path) -> None:
    # the rename itself must survive a power cut; some file systems refuse to sync a folder, which is no loss
    try:
        fd = os.open(folder, os.O_RDONLY)
    except OSError:
        return
    try:
        os.fsync(fd)
    except OSError:
        pass
    finally:
        os.close(fd)
