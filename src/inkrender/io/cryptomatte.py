"""Cryptomatte: mattes by the names of objects, materials or assets, out of the ranks an EXR holds.

Friedman and Jones, "Fully automatic ID mattes with support for motion blur and transparency", 2015, and the
specification 1.2.0: names are hashed by MurmurHash3 to 32 bits, which are stored as a float; each pixel lists
the ids it sees with their coverage, two to a layer of four channels.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import PlateError, did_you_mean
from . import exr, files

_HEX = re.compile(r"<([0-9a-fA-F]{8})>")
_RANK = re.compile(r"(.*?)(\d\d)$")
WHOLE = 0xFFFFFF  # as many bits of an id are a whole number in float32
TOLD = 12  # names an error lists


@dataclass(frozen=True)
class Crypto:
    """One Cryptomatte of a file: its name without the view layer, its ranks, and its names with their ids."""

    name: str
    ranks: tuple[tuple[exr.Channel, ...], ...]
    ids: dict[str, int]


def of_file(path: Path) -> tuple[Crypto, ...]:
    """The Cryptomattes of an EXR in the file's order. Raises PlateError for a damaged manifest."""
    return _of_header(exr.header(path))


@lru_cache(maxsize=64)
def _cached(path: str, _stamp: tuple[int, int]) -> tuple[Crypto, ...]:
    return _of_header(exr.header(path))


def matte(path: Path, wanted: Sequence[str]) -> NDArray[np.float32]:
    """Coverage of the named things, float32 (h, w), 0..1, as large as the picture.

    wanted: names, with `*` and `?` for any letters; `<1f2e3d4c>` is an id itself; `CryptoMaterial/skin*`
    looks in the Cryptomatte of that name only, otherwise in the first that knows the name. Raises PlateError
    for a file without Cryptomatte and for a name that fits nothing, with the names that are near.
    """
    head = exr.header(path)
    chosen: dict[int, tuple[Crypto, set[int]]] = {}
    for word in wanted:
        crypto, ids = _find(path, word)
        chosen.setdefault(id(crypto), (crypto, set()))[1].update(ids)
    w, h = head.size
    total = np.zeros((h, w), np.float32)
    for crypto, ids in chosen.values():
        sought = np.fromiter(ids, np.uint32, len(ids))
        for rank in exr.read_channels(head, crypto.ranks, [0.0] * len(crypto.ranks)):
            for k in (0, 2):
                seen = np.ascontiguousarray(rank[..., k], np.float32).view(np.uint32)
                total += np.where(np.isin(seen, sought), rank[..., k + 1], np.float32(0))
    return np.clip(np.nan_to_num(total, nan=0.0), 0, 1)


def ids(path: Path, name: str = "") -> NDArray[np.float32]:
    """A whole number for what each pixel mostly shows, float32 (h, w); 0 where it shows nothing.

    name: of the Cryptomatte, the first one when empty. Two things may share a number, one in 16 million.
    """
    known = _known(path)
    found = [c for c in known if c.name.lower() == name.lower()] if name else list(known)
    if not found:
        there = ", ".join(c.name for c in known)
        raise PlateError(f'{path} has no Cryptomatte "{name}": it has {there}')
    head = exr.header(path)
    first = exr.read_channels(head, found[0].ranks[:1], [0.0])[0]
    seen = np.ascontiguousarray(first[..., 0], np.float32).view(np.uint32)
    return np.where(first[..., 1] > 0, seen & WHOLE, 0).astype(np.float32)


def check(path: Path, wanted: Sequence[str]) -> None:
    """Raise PlateError, as `matte` does, for what cannot be found; reads no pixels."""
    _known(path)
    for word in wanted:
        _find(path, word)


def hashed(name: str) -> int:
    """The id of a name: MurmurHash3_x86_32 of its UTF-8, made a number a float can hold."""
    data = name.encode()
    h = 0
    whole = len(data) & ~3
    for at in range(0, whole, 4):
        h ^= _scrambled(int.from_bytes(data[at : at + 4], "little"))
        h = (((h << 13) | (h >> 19)) * 5 + 0xE6546B64) & 0xFFFFFFFF
    if data[whole:]:
        h ^= _scrambled(int.from_bytes(data[whole:], "little"))
    h ^= len(data)
    h = ((h ^ (h >> 16)) * 0x85EBCA6B) & 0xFFFFFFFF
    h = ((h ^ (h >> 13)) * 0xC2B2AE35) & 0xFFFFFFFF
    h ^= h >> 16
    exponent = (h >> 23) & 0xFF
    return h ^ (1 << 23) if exponent in (0, 255) else h  # no denormals, infinities or NaN


def _scrambled(k: int) -> int:
    k = (k * 0xCC9E2D51) & 0xFFFFFFFF
    return (((k << 15) | (k >> 17)) * 0x1B873593) & 0xFFFFFFFF


def _known(path: Path) -> tuple[Crypto, ...]:
    if path.suffix.lower() != ".exr":
        raise PlateError(f"{path} has no Cryptomatte: only an EXR can hold one")
    try:
        stat = path.stat()
    except OSError as e:
        raise files.missing(path, e) from e
    found = _cached(str(path), (stat.st_mtime_ns, stat.st_size))
    if not found:
        raise PlateError(
            f"{path} has no Cryptomatte: render it with one (Blender: Passes, Cryptomatte, Object)"
        )
    return found


def _find(path: Path, word: str) -> tuple[Crypto, set[int]]:
    """The Cryptomatte and the ids a name or a pattern fits."""
    known = _known(path)
    layer, slash, name = word.rpartition("/")
    within = [c for c in known if slash and c.name.lower() == layer.lower()]
    searched, pattern = (within, name) if within else (list(known), word)
    pattern = pattern.strip()
    if hexed := _HEX.fullmatch(pattern):
        return searched[0], {int(hexed[1], 16)}
    for crypto in searched:
        if pattern in crypto.ids:
            return crypto, {crypto.ids[pattern]}
    # a name may itself hold brackets: only * and ? stand for other letters
    like = re.compile("".join({"*": ".*", "?": "."}.get(c, re.escape(c)) for c in pattern), re.DOTALL)
    for crypto in searched:
        fits = {i for n, i in crypto.ids.items() if like.fullmatch(n)}
        if fits:
            return crypto, fits
    bare = [c for c in searched if not c.ids]
    if bare and not set(pattern) & {"*", "?"}:  # without a manifest a name is known by its hash alone
        return bare[0], {hashed(pattern)}
    names = list(dict.fromkeys(n for c in searched for n in c.ids))
    told = f"{', '.join(names[:TOLD])}{f' and {len(names) - TOLD} more' if len(names) > TOLD else ''}"
    raise PlateError(
        f'{path}: no object "{pattern}" in {" or ".join(c.name for c in searched)}'
        f"{did_you_mean(pattern, names)}: it has {told or 'no names'}"
    )


def _of_header(head: exr.Header) -> tuple[Crypto, ...]:
    layers = head.layers()
    named: dict[str, dict[str, int]] = {}
    for key, value in head.attributes.items():
        if key.startswith("cryptomatte/") and key.endswith("/name"):
            named[str(value)] = _manifest(head, key.removesuffix("/name"))
    ranked: dict[str, list[tuple[int, tuple[exr.Channel, ...]]]] = {}
    for title, group in layers.items():
        rank = _RANK.fullmatch(title)
        if rank is None or len(group) != 4:
            continue
        by = {c.component.lower(): c for c in group}
        if set(by) == set("rgba"):
            ranked.setdefault(rank[1], []).append((int(rank[2]), tuple(by[c] for c in "rgba")))
    out = []
    for title, ranks in ranked.items():
        # a part's name stands before its channels' where two parts use the same ones
        told = next((v for n, v in named.items() if title == n or title.endswith(f".{n}")), None)
        if told is None and "crypto" not in title.lower():
            continue
        short = title.rpartition(".")[2]
        out.append(Crypto(short, tuple(g for _, g in sorted(ranks, key=lambda r: r[0])), told or {}))
    return tuple(out)


def _manifest(head: exr.Header, key: str) -> dict[str, int]:
    """Names and ids, from the header or from a file beside the picture; empty where there is neither."""
    told: Any = head.attributes.get(f"{key}/manifest")
    beside = head.attributes.get(f"{key}/manif_file")
    where = f"{head.path}"
    if told is None and beside:
        file = head.path.parent / str(beside)
        if not file.is_file():
            return {}
        where, told = str(file), file.read_text("utf-8", errors="replace")
    if told is None:
        return {}
    try:
        return {str(n): int(str(i), 16) for n, i in json.loads(told).items()}
    except (ValueError, AttributeError) as e:
        raise PlateError(f"{where}: its Cryptomatte manifest cannot be read ({e}): render it again") from e
