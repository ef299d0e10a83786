"""Writing single pictures: PNG 8/16, JPEG, TIFF 8/16/float and OpenEXR half/float, whole or not at all.

PNG and integer TIFF are written straight and sRGB-encoded, EXR and float TIFF premultiplied and linear.
"""

from __future__ import annotations

import os
import struct
import zlib
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .. import colour
from ..errors import DeliverError
from ..frame import Frame
from . import exr, files, png
from .stills_read import MAX_LIGHT, to_light

SUFFIXES = (".png", ".jpg", ".jpeg", ".tif", ".tiff", ".exr")
_DEFAULT_BITS = {".png": 8, ".jpg": 8, ".jpeg": 8, ".tif": 16, ".tiff": 16, ".exr": 16}
_ALLOWED_BITS = {
    ".png": (8, 16),
    ".jpg": (8,),
    ".jpeg": (8,),
    ".tif": (8, 16, 32),
    ".tiff": (8, 16, 32),
    ".exr": (16, 32),
}


def write(
    path: str | os.PathLike[str],
    picture: Frame | NDArray[Any],
    *,
    bits: int | None = None,
    transfer: str | None = None,
    premultiplied: bool | None = None,
    alpha: bool = True,
    compression: str = "zip",
    quality: int = 95,
) -> None:
    """Write a picture; the suffix of `path` chooses the format. The file appears whole or not at all.

    picture: a Frame of light, or an array (h, w), (h, w, 3) or (h, w, 4). Integers are taken as straight and
    sRGB-encoded, floats as premultiplied and linear; `transfer` and `premultiplied` say otherwise.
    bits: 8, 16 (half in EXR), 32 (float); by default integers keep their own where the format can, else PNG
    and JPEG take 8, TIFF 16, EXR 16. alpha=False leaves the alpha channel out; JPEG has none, the picture is
    laid on paper. compression: of EXR and TIFF. A Frame's passes go into an EXR as Depth.Z, Normal.XYZ and so
    on, in float.
    Raises RefusedError (disk full, closed folder), DeliverError; ValueError for misuse.
    """
    there = Path(path)
    suffix = there.suffix.lower()
    if suffix not in SUFFIXES:
        raise DeliverError(
            f"{there} cannot be written: {suffix or 'no suffix'} is none of {' '.join(SUFFIXES)}"
        )
    if isinstance(picture, Frame) and picture.medium != "light":
        raise ValueError("an ink frame holds absorbances: develop it before writing")
    stored = picture.pixels if isinstance(picture, Frame) else picture
    rgba = _four_channels(stored)
    integer = rgba.dtype.kind == "u"
    transfer = transfer or ("srgb" if integer else "linear")
    premultiplied = (not integer) if premultiplied is None else premultiplied
    keep_alpha = alpha and (isinstance(picture, Frame) or (stored.ndim == 3 and stored.shape[2] == 4))
    allowed = _ALLOWED_BITS[suffix]
    own = rgba.itemsize * 8 if integer else None
    depth = bits or (own if own in allowed and suffix != ".exr" else None) or _DEFAULT_BITS[suffix]
    if depth not in allowed:
        raise ValueError(f"{suffix} takes {' or '.join(map(str, allowed))} bits, not {depth}")
    if suffix == ".exr" or depth == 32:
        passes = picture.passes if isinstance(picture, Frame) and suffix == ".exr" else {}
        _write_float(there, rgba, transfer, premultiplied, keep_alpha, depth, compression, passes)
        return
    if suffix in (".jpg", ".jpeg"):
        rgba = _on_paper(rgba, transfer, premultiplied)
        transfer, premultiplied, keep_alpha = "linear", True, False
    codes = _straight_codes(rgba, transfer, premultiplied, depth)
    codes = codes if keep_alpha else np.ascontiguousarray(codes[..., :3])
    if suffix in (".tif", ".tiff"):
        _write_tiff(there, codes, compression)
    else:
        files.write_bytes(there, encode_png(codes) if suffix == ".png" else _encode_jpeg(codes, quality))


def encode_png(codes: NDArray[Any]) -> bytes:
    """PNG of straight sRGB codes, uint8 or uint16 (h, w, 3 or 4), marked as sRGB."""
    import cv2

    order = cv2.COLOR_RGBA2BGRA if codes.shape[2] == 4 else cv2.COLOR_RGB2BGR
    ok, encoded = cv2.imencode(".png", cv2.cvtColor(codes, order))
    if not ok:
        raise DeliverError("OpenCV could not encode the picture as PNG")
    content = encoded.tobytes()
    head = len(png.SIGNATURE) + 25  # signature and IHDR; colour chunks belong right behind
    return (
        content[:head] + _chunk(b"sRGB", b"\0") + _chunk(b"gAMA", struct.pack(">I", 45455)) + content[head:]
    )


def _encode_jpeg(codes: NDArray[np.uint8], quality: int) -> bytes:
    import cv2

    flags = [cv2.IMWRITE_JPEG_QUALITY, quality]
    flags += [cv2.IMWRITE_JPEG_SAMPLING_FACTOR, cv2.IMWRITE_JPEG_SAMPLING_FACTOR_444]
    ok, encoded = cv2.imencode(".jpg", cv2.cvtColor(codes, cv2.COLOR_RGB2BGR), flags)
    if not ok:
        raise DeliverError("OpenCV could not encode the picture as JPEG")
    return bytes(encoded.tobytes())


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def _write_tiff(path: Path, codes: NDArray[Any], compression: str) -> None:
    spec = exr.openimageio().ImageSpec(codes.shape[1], codes.shape[0], codes.shape[2], str(codes.dtype))
    spec.attribute("oiio:UnassociatedAlpha", 1)
    spec.attribute("compression", compression)
    _save(path, "tiff", spec, codes)


def _write_float(
    path: Path,
    rgba: NDArray[Any],
    transfer: str,
    premultiplied: bool,
    keep_alpha: bool,
    bits: int,
    compression: str,
    passes: dict[str, NDArray[np.float32]],
) -> None:
    as_is = rgba.dtype.kind == "f" and transfer == "linear" and premultiplied
    light = rgba if as_is else to_light(rgba, transfer, premultiplied)
    if bits == 16 and light.dtype != np.float16:
        light = np.clip(light, -MAX_LIGHT, MAX_LIGHT).astype(np.float16)
    light = light if keep_alpha else light[..., :3]
    names = list("RGBA")[: light.shape[2]]
    planes = [light.astype(np.float32)] if passes or bits == 32 else [light]
    for name, plane in passes.items():
        names += _pass_channels(name, plane)
        planes.append(np.atleast_3d(plane).astype(np.float32))
    oiio = exr.openimageio()
    h, w = light.shape[:2]
    kind = "half" if bits == 16 and not passes else "float"
    spec = oiio.ImageSpec(w, h, len(names), kind)
    spec.channelnames = tuple(names)
    if keep_alpha:
        spec.alpha_channel = 3
    if passes and bits == 16:
        n = light.shape[2]
        spec.channelformats = tuple([oiio.TypeDesc("half")] * n + [oiio.TypeDesc("float")] * (len(names) - n))
    spec.attribute("compression", compression)
    _save(path, "openexr" if path.suffix.lower() == ".exr" else "tiff", spec, np.concatenate(planes, axis=2))


def _pass_channels(name: str, plane: NDArray[Any]) -> list[str]:
    title = {"id": "IndexOB"}.get(name, name[:1].upper() + name[1:])
    if plane.ndim == 2 or plane.shape[2] == 1:
        return [f"{title}.{'X' if name == 'id' else 'Z'}"]
    letters = "rgba" if "crypto" in name.lower() else "XYZW"
    return [f"{title}.{letter}" for letter in letters[: plane.shape[2]]]


def _save(path: Path, kind: str, spec: Any, planes: NDArray[Any]) -> None:
    out = exr.openimageio().ImageOutput.create(kind)
    with files.atomic(path) as part:
        ok = out.open(str(part), spec) and out.write_image(np.ascontiguousarray(planes))
        said = exr.said_by(out)
        closed = out.close()
        if not (ok and closed):
            raise files.write_error(path, said or exr.said_by(out) or "the encoder gave no reason")


def _four_channels(pixels: NDArray[Any]) -> NDArray[Any]:
    if pixels.dtype not in (np.uint8, np.uint16, np.float16, np.float32) or pixels.ndim not in (2, 3):
        raise ValueError(f"a picture is uint8, uint16, float16 or float32, not {pixels.dtype} {pixels.shape}")
    planes = pixels[..., None] if pixels.ndim == 2 else pixels
    if planes.shape[2] == 4:
        return planes
    if planes.shape[2] not in (1, 3):
        raise ValueError(f"a picture has 1, 3 or 4 channels, not {planes.shape[2]}")
    out = np.empty((*planes.shape[:2], 4), planes.dtype)
    out[..., :3] = planes
    out[..., 3] = np.iinfo(planes.dtype).max if planes.dtype.kind == "u" else 1
    return out


def _straight_codes(rgba: NDArray[Any], transfer: str, premultiplied: bool, bits: int) -> NDArray[Any]:
    dtype: Any = np.uint8 if bits == 8 else np.uint16
    if rgba.dtype == dtype and transfer == "srgb" and not premultiplied:
        return rgba
    top = 2**bits - 1
    if rgba.dtype.kind == "u" and transfer == "srgb" and not premultiplied:
        own = np.iinfo(rgba.dtype).max
        return np.asarray(np.rint(rgba.astype(np.float64) * (top / own)), dtype)
    light = to_light(rgba, transfer, premultiplied)
    a = np.clip(light[..., 3:], 0, 1)
    rgb = np.divide(light[..., :3], a, out=np.zeros_like(light[..., :3]), where=a > 0)
    encoded = np.concatenate([colour.encode(np.clip(rgb, 0, 1), "srgb"), a], axis=2)
    return np.asarray(np.rint(np.nan_to_num(encoded) * np.float32(top)), dtype)


def _on_paper(rgba: NDArray[Any], transfer: str, premultiplied: bool) -> NDArray[np.float32]:
    light = to_light(rgba, transfer, premultiplied)
    light[..., :3] += colour.PAPER * (1 - np.clip(light[..., 3:], 0, 1))
    light[..., 3] = 1
    return light
