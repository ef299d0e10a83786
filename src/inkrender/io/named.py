"""A plane of a plate by the words of `inputs`: objects of a Cryptomatte, object indices, channels.

`matte = "crypto:penguin*, wheel"` is the coverage of things by name, `matte = "id:3, 7"` what has those
object indices, `id = "crypto:CryptoMaterial"` a number for each thing, `vector = "flip:Motion"` vectors of
the other sign (`flip_x`, `flip_y`: across or down alone); anything else names a channel.
"""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..errors import PlateError
from ..motion import FLIPS
from . import cryptomatte, exr, stills


def turned(where: str) -> tuple[str, tuple[float, float]]:
    """`vector = "flip_y:Vector"`: a channel or file, and what its vectors to the right and up are times."""
    word, colon, name = where.partition(":")
    return (name.strip(), FLIPS[word]) if colon and word in FLIPS else (where, (1.0, 1.0))


def is_named(where: str) -> bool:
    """Whether this asks for objects rather than for a channel or a file."""
    return where.startswith(("crypto:", "id:"))


def plane(path: Path, name: str, where: str) -> NDArray[np.float32]:
    """What `inputs.NAME = "crypto:..."` or `"id:..."` asks of a plate, float32 (h, w).

    Raises PlateError for a file that holds none, for an unknown object with the names that are near it, and
    for words that are no object indices.
    """
    kind, _, told = where.partition(":")
    if kind == "crypto" and name == "id":
        return cryptomatte.ids(path, told.strip())
    if kind == "crypto":
        return cryptomatte.matte(path, _words(where, told))
    wanted = np.array([float(word) for word in _numbers(where, told)], np.float32)
    return np.isin(np.rint(stills.read_pass(path, "id")), wanted).astype(np.float32)


def check(path: Path, name: str, where: str) -> None:
    """Raise PlateError, as `plane` does, without reading pixels."""
    kind, _, told = where.partition(":")
    if kind == "crypto" and name == "id":
        cryptomatte.check(path, [])
        known = [c.name for c in cryptomatte.of_file(path)]
        if told.strip() and told.strip().lower() not in [k.lower() for k in known]:
            raise PlateError(f'{path} has no Cryptomatte "{told.strip()}": it has {", ".join(known)}')
    elif kind == "crypto":
        cryptomatte.check(path, _words(where, told))
    else:
        _numbers(where, told)
        if path.suffix.lower() != ".exr" or "id" not in exr.find_passes(exr.header(path), only=["id"]):
            raise PlateError(
                f'{path} has no object indices for "{where}": render it with them '
                "(Blender: Passes, Object Index)"
            )


def _words(where: str, told: str) -> list[str]:
    words = [word.strip() for word in told.split(",") if word.strip()]
    if not words:
        raise PlateError(f'"{where}" names no object: write "crypto:penguin*" or "crypto:penguin, wheel"')
    return words


def _numbers(where: str, told: str) -> list[str]:
    words = [word.strip() for word in told.split(",")]
    if not all(re.fullmatch(r"\d+", word) for word in words):
        raise PlateError(f'"{where}" names no object index: write "id:3" or "id:3, 7"')
    return words
