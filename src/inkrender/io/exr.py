"""Reading OpenEXR through OpenImageIO: parts, layers by suffix, data windows, chromaticities, passes."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import PlateError, did_you_mean
from . import files

ROWS = 128  # read at a time: enough for all cores, and a small part of a large picture
FAR = 9.9e9  # Blender writes 1e10 where a ray hits nothing, half turns that into inf
REC709 = (0.64, 0.33, 0.30, 0.60, 0.15, 0.06, 0.3127, 0.3290)
BRADFORD = np.array([[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]])

# pass -> the layer names that hold it, lower case, and the component orders to try
PASSES: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "depth": (("depth", "z", "zdepth"), ("z", "v", "y", "r")),
    "mist": (("mist",), ("z", "v", "y")),
    "normal": (("normal", "normals", "n"), ("xyz", "rgb")),
    "vector": (("vector", "motion", "velocity", "motionvector"), ("xyzw", "xyz", "xy", "uv", "rgba")),
    "position": (("position", "p", "worldposition"), ("xyz", "rgb")),
    "id": (("indexob", "object index", "id", "objectid"), ("x", "v", "y", "r", "z")),
}


@dataclass(frozen=True)
class Channel:
    """One channel of an EXR: its full name, its part and place in the part, and its type.

    name is the file's own, with the part's name before it where two parts use the same one.
    """

    name: str
    part: int
    index: int
    format: str

    @property
    def layer(self) -> str:
        """ "View.Depth" of "View.Depth.Z"; "" of "R"."""
        return self.name.rpartition(".")[0]

    @property
    def component(self) -> str:
        """ "Z" of "View.Depth.Z"."""
        return self.name.rpartition(".")[2]


@dataclass(frozen=True)
class Part:
    """One part: its data window (x, y, w, h), display window, number of channels, view (left, right)."""

    window: tuple[int, int, int, int]
    display: tuple[int, int, int, int]
    nchannels: int
    compression: str
    view: str


@dataclass(frozen=True)
class Header:
    """Everything about an EXR except its pixels."""

    path: Path
    parts: tuple[Part, ...]
    channels: tuple[Channel, ...]
    attributes: dict[str, Any]

    @property
    def size(self) -> tuple[int, int]:
        """(width, height) of the display window, px."""
        return self.parts[0].display[2], self.parts[0].display[3]

    def layers(self) -> dict[str, tuple[Channel, ...]]:
        """Channels by layer, in the file's order; "" holds those without a dot."""
        out: dict[str, list[Channel]] = {}
        for c in self.channels:
            out.setdefault(c.layer, []).append(c)
        return {name: tuple(group) for name, group in out.items()}


def header(path: str | os.PathLike[str]) -> Header:
    """Read parts, channels and attributes. Raises PlateError for deep, damaged and foreign files."""
    there = Path(path)
    try:
        stat = there.stat()
    except OSError as e:
        raise files.missing(there, e) from e
    return _header(str(there), stat.st_mtime_ns, stat.st_size)


@lru_cache(maxsize=256)
def _header(path: str, mtime: int, size: int) -> Header:
    source = _open(path)
    parts: list[Part] = []
    found: list[tuple[str, str, int, int, str]] = []
    attributes: dict[str, Any] = {}
    while source.seek_subimage(len(parts), 0):
        spec = source.spec()
        if spec.deep:
            raise PlateError(
                f"{path} is a deep EXR: inkrender composites flat pictures; flatten it first "
                "(oiiotool in.exr --flatten -o out.exr)"
            )
        n = len(parts)
        files.check_size(path, spec.full_width, spec.full_height)
        files.check_size(path, spec.width, spec.height)
        if n == 0:
            attributes = _attributes(spec)
        formats = [str(f) for f in spec.channelformats] or [str(spec.format)] * spec.nchannels
        attribute = attributes if n == 0 else _attributes(spec)
        for name, value in attribute.items():  # a manifest may stand in any part, and speaks for all
            if name.startswith("cryptomatte/"):
                attributes.setdefault(name, value)
        title = str(attribute.get("name") or attribute.get("oiio:subimagename") or f"part{n}")
        try:
            found += [(name, title, n, i, formats[i]) for i, name in enumerate(spec.channelnames)]
        except UnicodeDecodeError as e:
            raise PlateError(f"{path} is damaged (channel names are not UTF-8): render it again") from e
        parts.append(
            Part(
                (spec.x, spec.y, spec.width, spec.height),
                (spec.full_x, spec.full_y, spec.full_width, spec.full_height),
                spec.nchannels,
                str(attribute.get("compression") or "none"),
                str(attribute.get("view") or ""),
            )
        )
    source.close()
    names = [f[0] for f in found]
    channels = tuple(
        Channel(f"{title}.{name}" if names.count(name) > 1 else name, part, i, kind)
        for name, title, part, i, kind in found
    )
    return Header(Path(path), tuple(parts), channels, attributes)


def beauty(head: Header) -> tuple[Channel, ...]:
    """The channels of the picture itself: R, G, B (A) without a layer, else Combined, else the first RGB."""
    layers = head.layers()
    order = sorted(
        layers, key=lambda name: (name != "", name.rpartition(".")[2].lower() not in ("combined", "rgba"))
    )
    for name in order:
        chosen = _colour(layers[name])
        if chosen and not name.rpartition(".")[2].lower().startswith("crypto"):
            return chosen
    for name in order:
        chosen = _components(layers[name], ("y",))
        if chosen:
            return chosen + _components(layers[name], ("a",))
    raise PlateError(f"{head.path} holds no picture: choose a layer; it has {_listed(head)}")


def pick(head: Header, wanted: str) -> tuple[Channel, ...]:
    """The channels of a layer or one channel, by name or by the end of it: `Depth.Z` is `View.Depth.Z`.

    Case counts only where two names differ by nothing else. Raises PlateError listing what exists when
    nothing or more than one thing matches.
    """
    layers = head.layers()
    names = [c.name for c in head.channels] + [n for n in layers if n]
    low = wanted.lower()
    exact = [n for n in names if n == wanted]
    ends = [n for n in names if n.endswith("." + wanted)]
    caseless = [n for n in names if n.lower() == low or n.lower().endswith("." + low)]
    for found in (exact, ends, caseless):
        hits = list(dict.fromkeys(found))
        if len(hits) > 1:
            raise PlateError(
                f'{head.path}: "{wanted}" fits several layers ({", ".join(hits)}): write more of the name'
            )
        if hits:
            return layers.get(hits[0]) or tuple(c for c in head.channels if c.name == hits[0])
    near = did_you_mean(wanted, [*names, *{n.rpartition(".")[2] for n in layers if n}])
    raise PlateError(f'{head.path} has no layer or channel "{wanted}"{near}; it has {_listed(head)}')


def picture_of(group: tuple[Channel, ...]) -> tuple[Channel, ...]:
    """The one to four channels of a picked layer in the order of a picture: RGB(A), XYZ, UV or the first."""
    if len(group) == 1:
        return group
    for order in ("rgba", "rgb", "xyzw", "xyz", "xy", "uv", "ya", "y", "z"):
        chosen = _components(group, tuple(order))
        if len(chosen) == len(order):
            return chosen
    return group[:1]


def pass_of(group: tuple[Channel, ...]) -> str:
    """What picked channels are, for cleaning: "depth", a Cryptomatte's own name, or the layer's."""
    first = group[0]
    title = first.layer.rpartition(".")[2] or first.name
    return "depth" if len(group) == 1 and title.lower() in PASSES["depth"][0] else title


def find_passes(
    head: Header, near: Channel | None = None, only: Iterable[str] | None = None
) -> dict[str, tuple[Channel, ...]]:
    """Channels of the passes the file holds, by canonical name; those beside channel `near`, in its view or
    view layer, are preferred.

    only: the passes wanted, all known ones and raw Cryptomatte when None.
    """
    layers = head.layers()
    beside = near.layer.rpartition(".")[0] if near else ""
    view = head.parts[near.part].view if near else ""

    def distance(c: Channel) -> tuple[bool, bool]:
        return c.layer.rpartition(".")[0] != beside, head.parts[c.part].view not in ("", view)

    order = sorted((n for n in layers if n), key=lambda n: distance(layers[n][0]))
    out: dict[str, tuple[Channel, ...]] = {}
    wanted = None if only is None else set(only)
    for name, (titles, components) in PASSES.items():
        if wanted is not None and name not in wanted:
            continue
        for layer in order:
            if layer.rpartition(".")[2].lower() in titles and name not in out:
                for comps in components:
                    chosen = _components(layers[layer], tuple(comps))
                    if len(chosen) == len(comps):
                        out[name] = chosen
                        break
    if "depth" not in out and (wanted is None or "depth" in wanted):
        bare = sorted(
            (c for c in head.channels if c.component == "Z"), key=lambda c: (distance(c), len(c.name))
        )
        bare = [c for c in bare if len(layers[c.layer]) == 1 or _components(layers[c.layer], ("r",))]
        out |= {"depth": (bare[0],)} if bare else {}
    for layer in order:
        title = layer.rpartition(".")[2]
        if "crypto" in title.lower() and (wanted is None or title in wanted):
            chosen = _components(layers[layer], tuple("rgba"))
            if len(chosen) == 4:
                out[title] = chosen
    return out


def read_channels(
    head: Header, groups: Iterable[tuple[Channel, ...]], outside: Iterable[float]
) -> list[NDArray[Any]]:
    """Read groups of channels, each as float16 or float32 (h, w, k) over the display window.

    outside: what each group holds beyond the data window. Half channels stay half, bit for bit. However many
    groups, a part is decompressed once: rows of it hold all its channels, and that is what takes the time.
    """
    told = tuple(groups)
    source = _open(str(head.path))
    w, h = head.size
    kinds = ["half" if all(c.format == "half" for c in group) else "float" for group in told]
    out = [
        np.full((h, w, len(group)), beyond, np.float16 if kind == "half" else np.float32)
        for group, kind, beyond in zip(told, kinds, outside, strict=True)
    ]
    x0, y0 = head.parts[0].display[:2]
    for part in sorted({c.part for group in told for c in group}):
        mine = [(g, k, c) for g, group in enumerate(told) for k, c in enumerate(group) if c.part == part]
        first, last = min(c.index for _, _, c in mine), max(c.index for _, _, c in mine) + 1
        kind = "half" if all(kinds[g] == "half" for g, _, _ in mine) else "float"  # float holds any half
        px, _, pw, _ = head.parts[part].window
        left, right = max(px - x0, 0), min(px - x0 + pw, w)
        for y, planes in _rows(source, head, part, (first, last), kind):
            top, bottom = max(y - y0, 0), min(y - y0 + len(planes), h)
            if right <= left or bottom <= top:
                continue
            there = planes[top - y + y0 : bottom - y + y0, left - px + x0 : right - px + x0]
            for g, k, c in mine:
                out[g][top:bottom, left:right, k] = there[..., c.index - first]
    source.close()
    return out


def _rows(
    source: Any, head: Header, part: int, span: tuple[int, int], kind: str
) -> Iterator[tuple[int, NDArray[Any]]]:
    """The rows of a part, some at a time: y, and channels span[0] to before span[1] as (h, w, k)."""
    source.seek_subimage(part, 0)
    _, top, _, rows = head.parts[part].window
    step = rows if source.spec().tile_width else ROWS
    for y in range(top, top + rows, step):
        end = min(y + step, top + rows)
        if step == rows:
            planes = source.read_image(part, 0, *span, kind)
        else:
            planes = source.read_scanlines(part, 0, y, end, 0, *span, kind)
        if planes is None:
            said = said_by(source) or "no pixels"
            raise PlateError(f"{head.path} is damaged ({said}): copy or render it again")
        yield y, planes


def to_rec709(chromaticities: Iterable[float]) -> NDArray[np.float32] | None:
    """The 3x3 from the file's primaries to Rec.709, Bradford-adapted to D65; None where they are the same.

    chromaticities: eight numbers as OpenEXR writes them: x, y of red, green, blue and white.
    """
    given = tuple(float(v) for v in chromaticities)
    if len(given) != 8 or np.allclose(given, REC709, atol=1e-3):
        return None
    white, d65 = _white(given), _white(REC709)
    adapt = np.linalg.inv(BRADFORD) @ np.diag((BRADFORD @ d65) / (BRADFORD @ white)) @ BRADFORD
    return np.asarray(np.linalg.inv(_to_xyz(REC709)) @ adapt @ _to_xyz(given), np.float32)


def _white(c: tuple[float, ...]) -> NDArray[np.float64]:
    return np.array([c[6] / c[7], 1.0, (1 - c[6] - c[7]) / c[7]])


def _to_xyz(c: tuple[float, ...]) -> NDArray[np.float64]:
    primaries = np.array([[c[i], c[i + 1], 1 - c[i] - c[i + 1]] for i in (0, 2, 4)]).T
    return np.asarray(primaries * np.linalg.solve(primaries, _white(c)))


def _open(path: str) -> Any:
    oiio = openimageio()
    source = oiio.ImageInput.open(path)
    if source is None:
        found = files.read_bytes(path)[:4]
        said = (said_by(oiio).splitlines() or ["unknown"])[-1].split("): ")[-1]
        if found != b"\x76\x2f\x31\x01":
            raise PlateError(f"{path} is not an OpenEXR file (it begins {found!r}): check where it came from")
        raise PlateError(f"{path} is damaged ({said}): copy or render it again")
    return source


def said_by(source: Any) -> str:
    """What OpenImageIO, a reader or a writer last complained about."""
    try:
        return str(source.geterror().strip())
    except UnicodeDecodeError:  # it quotes the damaged bytes
        return "unreadable header"


def _attributes(spec: Any) -> dict[str, Any]:
    out = {}
    for attribute in spec.extra_attribs:
        try:
            out[attribute.name] = attribute.value
        except UnicodeDecodeError:  # an owner's name in Latin-1 is no reason to refuse the picture
            continue
    return out


@lru_cache(maxsize=1)
def openimageio() -> Any:
    """The OpenImageIO module, told to leave the threads to us: frames run in parallel, not rows."""
    import OpenImageIO

    OpenImageIO.attribute("threads", 1)
    OpenImageIO.attribute("exr_threads", 1)
    return OpenImageIO


def _components(group: tuple[Channel, ...], wanted: tuple[str, ...]) -> tuple[Channel, ...]:
    by_name = {c.component.lower(): c for c in reversed(group)}
    return tuple(by_name[w] for w in wanted if w in by_name)


def _colour(group: tuple[Channel, ...]) -> tuple[Channel, ...]:
    rgb = _components(group, ("r", "g", "b"))
    return rgb + _components(group, ("a",)) if len(rgb) == 3 else ()


def _listed(head: Header) -> str:
    names = [c.name for c in head.channels]
    return ", ".join(names[:40]) + (f" and {len(names) - 40} more" if len(names) > 40 else "")
