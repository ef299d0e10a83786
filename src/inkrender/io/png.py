"""What a PNG says about itself: size, samples, colour, and whether it is all there."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ..errors import PlateError

SIGNATURE = b"\x89PNG\r\n\x1a\n"


def header(path: Path) -> tuple[int, int, int, int]:
    """(width, height, bits, colour type) from the first chunk. Raises PlateError."""
    with open(path, "rb") as f:
        start = f.read(33)
    if len(start) < 33 or start[12:16] != b"IHDR":
        raise PlateError(f"{path} is cut off (a PNG of {len(start)} bytes): copy or render it again")
    w, h, bits, kind = struct.unpack(">IIBB", start[16:26])
    if kind not in (0, 2, 3, 4, 6):
        raise PlateError(f"{path} is a damaged PNG (colour type {kind}): copy or render it again")
    return w, h, bits, kind


def chunks(content: bytes) -> Iterator[tuple[bytes, int, int]]:
    """(type, start, length) of the data of each whole chunk of a PNG, in order."""
    at = len(SIGNATURE)
    while at + 12 <= len(content):
        length = int.from_bytes(content[at : at + 4], "big")
        if at + 12 + length > len(content):
            return
        yield content[at + 4 : at + 8], at + 8, length
        at += 12 + length


def colour_of(path: Path, content: bytes) -> tuple[str, dict[str, Any]]:
    """The transfer a PNG declares (cICP before sRGB before gAMA, sRGB when silent), and remarks."""
    seen: dict[bytes, bytes] = {}
    for kind, start, length in chunks(content):
        if kind not in seen:
            seen[kind] = content[start : start + min(length, 96)]
    if b"IEND" not in seen:
        raise PlateError(
            f"{path} is cut off (a PNG of {len(content)} bytes without its end): copy or render it again"
        )
    info: dict[str, Any] = {}
    if len(seen.get(b"cICP", b"")) >= 4:
        code = seen[b"cICP"][1]
        known = {1: "rec709", 6: "rec709", 14: "rec709", 8: "linear", 13: "srgb"}
        if code not in known:
            info["warning"] = f"cICP transfer {code} (HDR or unknown) is read as sRGB"
        return known.get(code, "srgb"), info
    if b"iCCP" in seen:
        title = seen[b"iCCP"].split(b"\0", 1)[0].decode("latin-1")
        info["profile"] = title
        if "srgb" not in title.lower():
            info["warning"] = f'ICC profile "{title}" is not applied, the picture is read as sRGB'
        return "srgb", info
    if b"sRGB" not in seen and len(seen.get(b"gAMA", b"")) == 4:
        gamma = int.from_bytes(seen[b"gAMA"], "big") / 1e5
        if gamma == 1.0:
            return "linear", info
        if gamma > 0 and abs(gamma - 0.45455) > 0.01:
            return f"gamma{min(max(1 / gamma, 0.1), 10):.4g}", info
    return "srgb", info
