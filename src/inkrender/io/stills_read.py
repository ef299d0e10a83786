"""Reading single pictures: PNG 8/16, JPEG, TIFF, OpenEXR, recognised by content; see `stills`."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from .. import colour
from ..errors import PlateError
from ..frame import Frame
from . import exr, files, png

PNG, JPEG, EXR = png.SIGNATURE, b"\xff\xd8\xff", b"\x76\x2f\x31\x01"
TIFF = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
MAX_LIGHT = 65504.0  # the largest half: what infinite light becomes
FORMATS = "PNG, JPEG, TIFF or EXR"
Passes = dict[str, str | None]  # where each lies in the file; None: where such passes usually do


class Raw(NamedTuple):
    """A picture as it lies in the file, for the engine to decode in its tiles.

    pixels: uint8, uint16, float16 or float32 (h, w, 4), contiguous; transfer: how colour is encoded, a name
    `colour.decode` takes; premultiplied: whether colour was multiplied by alpha (after encoding, if encoded).
    """

    pixels: NDArray[Any]
    transfer: str
    premultiplied: bool


def read(
    path: str | os.PathLike[str],
    *,
    layer: str | None = None,
    alpha: str | None = None,
    transfer: str | None = None,
    passes: bool | Iterable[str] | Mapping[str, str | None] = True,
) -> Frame:
    """Read a picture as premultiplied scene-linear light, with the passes an EXR holds beside it.

    layer: an EXR layer or channel, or the end of its name (`Depth.Z`); the picture itself when None.
    alpha: "premultiplied", "straight" or None for what the format says. transfer: how colour is encoded,
    None for what the format says. passes: False reads the picture alone, names read only those; a mapping
    says in which layer or channel each lies, as `read_pass` takes it, or None to look for it.
    Pass planes: depth, mist, id (h, w); normal, position, vector (h, w, k) as the renderer wrote them, px
    (Blender's vector: XY leads to the previous frame, at (x + X, y - Y), ZW to the next, at (x - Z, y + W), y
    down); empty depth is +inf; Cryptomatte by its own name, bits untouched.
    info: file, bits, transfer, alpha, warnings, and what else the format knows. NaN becomes 0, infinite light
    65504, and info["warnings"] says so. Raises PlateError.
    """
    names: Passes | None = None
    if passes is not True:
        names = dict(passes) if isinstance(passes, Mapping) else dict.fromkeys(passes or ())
    found = _load(Path(path), layer, alpha, transfer, names)
    pixels = to_light(found.pixels, found.transfer, found.premultiplied)
    if found.premultiplied and pixels.size and not pixels[..., 3].any() and pixels[..., :3].any():
        found.warnings.append("has colour but alpha 0 everywhere: it only adds light")
    info = {
        "file": str(path),
        "bits": found.bits,
        "transfer": found.transfer,
        "alpha": found.alpha,
        "warnings": found.warnings,
        **found.info,
    }
    return Frame(pixels, "light", found.passes, info)


def raw(
    path: str | os.PathLike[str],
    *,
    layer: str | None = None,
    alpha: str | None = None,
    transfer: str | None = None,
) -> Raw:
    """Read a picture without decoding it: the fast way in for the tile engine. Arguments as `read`.

    Non-finite values are already replaced. Raises PlateError.
    """
    found = _load(Path(path), layer, alpha, transfer, {})
    return Raw(found.pixels, found.transfer, found.premultiplied)


def read_pass(path: str | os.PathLike[str], name: str) -> NDArray[np.float32]:
    """One layer or channel as plain numbers: float32 (h, w), or (h, w, k) for a layer of k channels.

    name: a canonical pass (depth, normal, vector, position, id, mist) or an EXR name or the end of it.
    A picture that is not an EXR gives its first channel, 0..1 as stored: mattes and painted depth. Empty
    depth is +inf.
    """
    there = Path(path)
    if _magic(there) != EXR:
        pixels = _load(there, None, None, None, {}).pixels
        top = np.iinfo(pixels.dtype).max if pixels.dtype.kind == "u" else 1
        return np.asarray(pixels[..., 0], np.float32) / np.float32(top)
    head = exr.header(there)
    title, group = _pass_called(head, exr.beauty(head)[0] if _has_picture(head) else None, name)
    return _clean_pass(title, exr.read_channels(head, [group], [_beyond(title)])[0])


def channels(path: str | os.PathLike[str]) -> tuple[str, ...]:
    """The names of a file's channels, as `layer` takes them."""
    there = Path(path)
    if _magic(there) == EXR:
        return tuple(c.name for c in exr.header(there).channels)
    return tuple(describe(there)["channels"])


def size(path: str | os.PathLike[str]) -> tuple[int, int]:
    """(width, height) in px, from the header alone."""
    w, h = describe(path)["size"]
    return int(w), int(h)


def describe(path: str | os.PathLike[str]) -> dict[str, Any]:
    """What a picture is, from its header: format, size, channels, bits, type, transfer, alpha, and for EXR
    parts, compression, windows and passes. Raises PlateError."""
    there = Path(path)
    magic = _magic(there)
    if magic == EXR:
        head = exr.header(there)
        first = head.parts[0]
        return {
            "format": "exr",
            "size": head.size,
            "channels": [c.name for c in head.channels],
            "bits": 16 if all(c.format == "half" for c in head.channels) else 32,
            "type": "/".join(sorted({c.format for c in head.channels})),
            "transfer": "linear",
            "alpha": "premultiplied" if _has_alpha(head) else "none",
            "parts": len(head.parts),
            "compression": first.compression,
            "data_window": first.window,
            "passes": sorted(exr.find_passes(head)),
        }
    if magic == PNG:
        w, h, bits, kind = png.header(there)
        names = {0: "Y", 2: "RGB", 3: "RGB", 4: "YA", 6: "RGBA"}[kind]
        return {
            "format": "png",
            "size": (w, h),
            "channels": list(names),
            "bits": bits,
            "type": "uint16" if bits == 16 else "uint8",
            "transfer": "srgb",
            "alpha": "straight" if "A" in names else "none",
        }
    source = _open(there)
    spec = source.spec()
    source.close()
    turned = int(spec.getattribute("Orientation") or 1) >= 5
    w, h = (spec.height, spec.width) if turned else (spec.width, spec.height)
    return {
        "format": str(source.format_name()),
        "size": (w, h),
        "channels": list(spec.channelnames),
        "bits": int(spec.getattribute("oiio:BitsPerSample") or spec.format.size() * 8),
        "type": str(spec.format),
        "transfer": "linear" if _is_float(spec) else "srgb",
        "alpha": "none" if spec.alpha_channel < 0 else _declared_alpha(spec),
    }


def to_light(pixels: NDArray[Any], transfer: str, premultiplied: bool) -> NDArray[np.float32]:
    """Stored pixels to premultiplied linear light: uint8, uint16 or float (h, w, 4) to float32 (h, w, 4)."""
    integer = pixels.dtype.kind == "u"
    if transfer == "linear" and premultiplied and not integer:
        return pixels.astype(np.float32)
    light = np.empty(pixels.shape, np.float32)
    top = np.float32(np.iinfo(pixels.dtype).max if integer else 1)
    encoded_premultiplied = premultiplied and transfer != "linear"
    if integer and not encoded_premultiplied:
        from ..kernels import tables

        codes = np.ascontiguousarray(pixels).reshape(-1)
        colours, cover = _table(transfer, int(top)), _table("linear", int(top))
        tables.through(light.reshape(-1), codes, colours, cover, not premultiplied)
        return light
    np.divide(pixels[..., 3], top, out=light[..., 3], casting="unsafe")
    a = light[..., 3:]
    if encoded_premultiplied:
        rgb = pixels[..., :3].astype(np.float32) / top
        rgb = np.divide(rgb, a, out=np.zeros_like(rgb), where=a > 0)
        light[..., :3] = colour.decode(rgb, transfer)
    else:
        light[..., :3] = colour.decode(pixels[..., :3].astype(np.float32), transfer)
    if encoded_premultiplied or not premultiplied:
        light[..., :3] *= a
    return light


def opaque_light(
    codes: NDArray[Any], transfer: str, size: tuple[int, int] | None = None
) -> NDArray[np.float32]:
    """Light of stored RGB codes (rows, cols, 3), uint8 or uint16, that cover all: float32 (h, w, 4).

    size: (w, h), no larger than the codes: the mean of the light that each pixel covers.
    """
    from ..kernels import tables

    rows, cols = codes.shape[:2]
    w, h = size or (cols, rows)
    light = np.empty((h, w, 4), np.float32)
    flat = np.ascontiguousarray(codes).reshape(rows, 3 * cols)
    colours = _table(transfer, int(np.iinfo(codes.dtype).max))
    if (w, h) == (cols, rows):
        tables.opaque(light.reshape(-1), flat.reshape(-1), colours)
    else:
        tables.opaque_smaller(light, flat, colours)
    return light


@lru_cache(maxsize=8)
def _table(transfer: str, top: int) -> NDArray[np.float32]:
    return colour.decode(np.arange(top + 1, dtype=np.float64) / top, transfer).astype(np.float32)


# loading --------------------------------------------------------------------------------------------------


@dataclass
class _Loaded:
    pixels: NDArray[Any]  # (h, w, 4) as stored
    transfer: str
    premultiplied: bool
    bits: int
    alpha: str  # premultiplied, straight or none: what the file has, after any override
    passes: dict[str, NDArray[np.float32]] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)
    info: dict[str, Any] = field(default_factory=dict)


def _load(
    path: Path, layer: str | None, alpha: str | None, transfer: str | None, passes: Passes | None
) -> _Loaded:
    if alpha not in (None, "auto", "premultiplied", "straight"):
        raise ValueError(f'alpha is "premultiplied", "straight" or "auto", not {alpha!r}')
    magic = _magic(path)
    if layer is not None and magic != EXR:
        raise PlateError(
            f'{path} has no layers, "{layer}" was asked for: only EXR files do; leave out the layer'
        )
    if magic == EXR:
        found = _load_exr(path, layer, passes)
    elif magic in (PNG, JPEG):
        found = _load_cv2(path, magic)
    else:
        found = _load_oiio(path)
    if transfer not in (None, "auto"):
        colour.decode(
            np.zeros(3, np.float32), str(transfer)
        )  # an unknown name is an error here, not in a tile
        found.transfer = str(transfer)
    if alpha in ("premultiplied", "straight") and found.alpha != "none":
        found.premultiplied = alpha == "premultiplied"
        found.alpha = str(alpha)
    _make_finite(found)
    return found


def _load_exr(path: Path, layer: str | None, passes: Passes | None) -> _Loaded:
    head = exr.header(path)
    picture = exr.beauty(head) if layer is None else exr.picture_of(exr.pick(head, layer))
    sought = None if passes is None else [name for name, where in passes.items() if where is None]
    found_by = exr.find_passes(head, picture[0], sought) if sought != [] else {}
    known = {name: (name, group) for name, group in found_by.items()}
    known |= {name: _pass_called(head, picture[0], at) for name, at in (passes or {}).items() if at}
    groups, titles = [group for _, group in known.values()], [title for title, _ in known.values()]
    planes, *rest = exr.read_channels(head, [picture, *groups], [0, *map(_beyond, titles)])
    comps = "".join(c.component.lower() for c in picture)
    has_alpha = comps in ("rgba", "ya")
    h, w = planes.shape[:2]
    pixels = np.empty((h, w, 4), planes.dtype)
    if len(comps) == 2 and not has_alpha:  # a vector in x, y
        pixels[..., :2], pixels[..., 2] = planes, 0
    else:
        pixels[..., :3] = planes[..., :3] if len(picture) >= 3 else planes[..., :1]
    pixels[..., 3] = planes[..., -1] if has_alpha else _window_mask(head, picture[0].part, planes.dtype)
    bits = 16 if planes.dtype == np.float16 else 32
    found = _Loaded(pixels, "linear", True, bits, "premultiplied" if has_alpha else "none")
    found.passes = {name: _clean_pass(title, p) for name, title, p in zip(known, titles, rest, strict=True)}
    window, display = head.parts[picture[0].part].window, head.parts[0].display
    if window != display:
        found.info["data_window"] = window
        found.info["display_window"] = display
    found.info["channels"] = [c.name for c in picture]
    manifests = {
        str(head.attributes.get(k.replace("/manifest", "/name"), k)): v
        for k, v in head.attributes.items()
        if k.startswith("cryptomatte/") and k.endswith("/manifest")
    }
    if manifests:
        found.info["cryptomatte"] = manifests
    primaries = head.attributes.get("chromaticities")
    matrix = exr.to_rec709(primaries) if primaries is not None and comps[:3] == "rgb" else None
    if primaries is not None and matrix is not None:
        found.info["chromaticities"] = tuple(round(float(v), 5) for v in primaries)
        found.warnings.append("converted from the file's own primaries to Rec.709")
        _make_finite(found)  # an infinity would spread over all three channels
        converted = found.pixels.astype(np.float32)
        converted[..., :3] = converted[..., :3] @ matrix.T
        found.pixels = converted
    return found


def _pass_called(
    head: exr.Header, picture: exr.Channel | None, name: str
) -> tuple[str, tuple[exr.Channel, ...]]:
    """What kind of pass a canonical or an EXR name means, and its channels. PlateError where none does."""
    known = exr.find_passes(head, picture, [name])
    if name in known:
        return name, known[name]
    group = exr.picture_of(exr.pick(head, name))
    return exr.pass_of(group), group


def _beyond(title: str) -> float:
    """What a pass holds where the renderer saw nothing."""
    return np.inf if title == "depth" else 0.0


def _window_mask(head: exr.Header, part: int, dtype: Any) -> NDArray[Any]:
    # a file without alpha is opaque where it has pixels and transparent beyond its data window
    w, h = head.size
    x0, y0 = head.parts[0].display[:2]
    x, y, dw, dh = head.parts[part].window
    mask = np.zeros((h, w), dtype)
    mask[max(y - y0, 0) : max(y - y0 + dh, 0), max(x - x0, 0) : max(x - x0 + dw, 0)] = 1
    return mask


def _clean_pass(name: str, planes: NDArray[Any]) -> NDArray[np.float32]:
    plain = planes.astype(np.float32, copy=False)
    if "crypto" in name.lower():
        return plain  # hashes stored as float bits: any value means something
    if name == "depth":
        plain[~(plain < exr.FAR)] = np.inf  # NaN too
    elif not np.isfinite(plain).all():  # a tenth of the time to see than to mend
        np.nan_to_num(plain, copy=False, nan=0.0, posinf=MAX_LIGHT, neginf=-MAX_LIGHT)
    return plain[..., 0] if plain.shape[2] == 1 else plain


def _make_finite(found: _Loaded) -> None:
    pixels = found.pixels
    if pixels.dtype.kind != "f":
        return
    half = pixels.dtype == np.float16  # an integer test: halves are slow to compare
    bad = (pixels.view(np.uint16) & 0x7C00) == 0x7C00 if half else ~np.isfinite(pixels)
    if not bad.any():
        return
    nan = int(np.isnan(pixels).sum())
    infinite = int(bad.sum()) - nan
    rgb, a = pixels[..., :3], pixels[..., 3]
    np.nan_to_num(rgb, copy=False, nan=0.0, posinf=MAX_LIGHT, neginf=0.0)
    np.nan_to_num(a, copy=False, nan=0.0, posinf=1.0, neginf=0.0)
    found.warnings.append(f"{nan} NaN and {infinite} infinite values replaced by 0 and {MAX_LIGHT:.0f}")
    found.info["nan"], found.info["inf"] = nan, infinite


def _load_cv2(path: Path, magic: bytes) -> _Loaded:
    import cv2

    content = files.read_bytes(path)
    transfer, info = png.colour_of(path, content) if magic == PNG else ("srgb", {})
    if magic == PNG:
        files.check_size(path, *png.header(path)[:2])
    if magic == JPEG and content.rfind(b"\xff\xd9") < 0:
        raise PlateError(f"{path} is cut off (a JPEG of {len(content)} bytes without its end): copy it again")
    # a JPEG's EXIF orientation is obeyed only in colour mode, a PNG's 16 bits and alpha only kept unchanged
    mode = cv2.IMREAD_COLOR if magic == JPEG else cv2.IMREAD_UNCHANGED
    try:
        stored = cv2.imdecode(np.frombuffer(content, np.uint8), mode)
    except cv2.error as e:
        raise PlateError(f"{path} cannot be decoded ({e.err}): write it again") from e
    if stored is None:
        kind = "PNG" if magic == PNG else "JPEG"
        raise PlateError(f"{path} is a damaged {kind} ({len(content)} bytes): copy or render it again")
    if stored.dtype not in (np.uint8, np.uint16):
        raise PlateError(f"{path} holds {stored.dtype} samples: save it as 8- or 16-bit PNG")
    has_alpha = stored.ndim == 3 and stored.shape[2] == 4
    if has_alpha:
        pixels = cv2.cvtColor(stored, cv2.COLOR_BGRA2RGBA)
    elif stored.ndim == 3:
        pixels = cv2.cvtColor(stored, cv2.COLOR_BGR2RGBA)
    else:
        pixels = cv2.cvtColor(stored, cv2.COLOR_GRAY2RGBA)
    found = _Loaded(pixels, transfer, False, stored.itemsize * 8, "straight" if has_alpha else "none")
    warning = info.pop("warning", None)
    found.warnings += [warning] if warning else []
    found.info |= info
    return found


def _load_oiio(path: Path) -> _Loaded:
    source = _open(path)
    spec = source.spec()
    if spec.deep:
        raise PlateError(f"{path} is a deep picture: flatten it first")
    kind = str(spec.format)
    stored_as = (
        kind if kind in ("uint8", "uint16", "half", "float") else ("float" if _is_float(spec) else "uint16")
    )
    planes = source.read_image(0, 0, 0, spec.nchannels, stored_as)
    if planes is None:
        said = exr.said_by(source) or "no pixels"
        raise PlateError(f"{path} is damaged ({said}): copy or render it again")
    source.close()
    has_alpha = spec.alpha_channel >= 0
    colours = [i for i in range(spec.nchannels) if i != spec.alpha_channel]
    colours = colours[:3] if len(colours) >= 3 else (colours or [0])[:1] * 3
    pixels = np.empty((*planes.shape[:2], 4), planes.dtype)
    pixels[..., :3] = planes[..., colours]
    top = np.iinfo(planes.dtype).max if planes.dtype.kind == "u" else 1
    pixels[..., 3] = planes[..., spec.alpha_channel] if has_alpha else top
    pixels = _upright(pixels, int(spec.getattribute("Orientation") or 1))
    alpha = _declared_alpha(spec) if has_alpha else "none"
    transfer = "linear" if _is_float(spec) else "srgb"
    premultiplied = alpha == "premultiplied" or (alpha == "none" and transfer == "linear")
    return _Loaded(pixels, transfer, premultiplied, pixels.itemsize * 8, alpha)


def _open(path: Path) -> Any:
    oiio = exr.openimageio()
    hints = oiio.ImageSpec()
    hints.attribute("oiio:UnassociatedAlpha", 1)  # straight stays straight, we multiply in linear light
    source = oiio.ImageInput.open(str(path), hints)
    if source is None:
        said = (exr.said_by(oiio).splitlines() or ["unknown"])[-1]
        start = files.read_bytes(path)[:8]
        if start[:4] in TIFF:
            raise PlateError(f"{path} is a damaged TIFF ({said}): copy or render it again")
        raise PlateError(
            f"{path} is not a picture inkrender reads: it begins {start!r}; save it as {FORMATS}"
        )
    files.check_size(path, source.spec().width, source.spec().height)
    return source


def _is_float(spec: Any) -> bool:
    return str(spec.format) in ("half", "float", "double")


def _declared_alpha(spec: Any) -> str:
    return "straight" if spec.getattribute("oiio:UnassociatedAlpha") else "premultiplied"


def _upright(pixels: NDArray[Any], orientation: int) -> NDArray[Any]:
    # TIFF/EXIF orientation 1..8
    if orientation >= 5:
        pixels = pixels.transpose(1, 0, 2)
    if orientation in (2, 3, 6, 7):
        pixels = pixels[:, ::-1]
    if orientation in (3, 4, 7, 8):
        pixels = pixels[::-1]
    return np.ascontiguousarray(pixels)


def _has_alpha(head: exr.Header) -> bool:
    return _has_picture(head) and exr.beauty(head)[-1].component.lower() == "a"


def _has_picture(head: exr.Header) -> bool:
    return any(c.component.lower() in ("r", "y") and "crypto" not in c.name.lower() for c in head.channels)


def _magic(path: Path) -> bytes:
    """PNG, JPEG, EXR, or the first bytes of anything else. Raises PlateError for what cannot be opened."""
    try:
        with open(path, "rb") as f:
            start = f.read(8)
    except OSError as e:
        raise files.missing(path, e) from e
    if not start:
        raise PlateError(f"{path} is empty (0 bytes): write it again, or take it out of the scene")
    for known in (PNG, JPEG, EXR):
        if start.startswith(known):
            return known
    return start
