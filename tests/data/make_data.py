"""Make the small files the tests read: python tests/data/make_data.py FOLDER_OF_BLENDER_RENDERS.

The Blender crops come from our own renders (a `sequence` folder of single-part and a `multipart` folder of
Blender 5 multi-part files); everything else is computed. Run again only when a file must change.
"""

from __future__ import annotations

import sys
import wave
from pathlib import Path

import cv2
import numpy as np
import OpenImageIO as oiio

HERE = Path(__file__).parent
CROP = (456, 40, 64, 36)  # x, y, w, h: a cabin of the wheel before ridges and empty sky


def main(renders: Path) -> None:
    single_part(renders / "sequence" / "ridge.1001.exr", HERE / "ridge.1001.exr")
    multi_part(renders / "multipart" / "cyc_0001.exr", HERE / "multipart.0001.exr")
    ramp16(HERE / "ramp16.png")
    tone(HERE / "tone.wav")


def single_part(src: Path, dst: Path) -> None:
    """A crop of the single-part render with all its channels, half."""
    source = oiio.ImageInput.open(str(src))
    spec = source.spec()
    save(dst, [(list(spec.channelnames), "half", crop(source, 0, spec.nchannels), {})])


def multi_part(src: Path, dst: Path) -> None:
    """A crop of six parts of the multi-part render, types and names as Blender 5 writes them."""
    wanted = ("Combined", "Depth", "Normal", "Vector", "Object Index", "CryptoObject00")
    source = oiio.ImageInput.open(str(src))
    parts = []
    n = 0
    while source.seek_subimage(n, 0):
        spec = source.spec()
        title = str(spec.getattribute("name"))
        if title.removeprefix("View.") in wanted:
            attributes = {"name": title, "oiio:subimagename": title}
            for a in spec.extra_attribs if n == 0 else ():
                if a.name.startswith("cryptomatte/") and "Object" in str(spec.getattribute(hash_of(a.name))):
                    attributes[a.name] = a.value
            parts.append(
                (list(spec.channelnames), str(spec.format), crop(source, n, spec.nchannels), attributes)
            )
        n += 1
    save(dst, parts)


def hash_of(attribute: str) -> str:
    """cryptomatte/HASH/name of any attribute of that Cryptomatte."""
    return "/".join([*attribute.split("/")[:2], "name"])


def crop(source: oiio.ImageInput, part: int, channels: int) -> np.ndarray:
    """float32 (h, w, k)"""
    x, y, w, h = CROP
    return np.ascontiguousarray(source.read_image(part, 0, 0, channels, "float")[y : y + h, x : x + w])


def save(dst: Path, parts: list) -> None:
    specs = []
    for names, kind, planes, attributes in parts:
        spec = oiio.ImageSpec(planes.shape[1], planes.shape[0], len(names), kind)
        spec.channelnames = tuple(names)
        spec.attribute("compression", "zip")
        for key, value in attributes.items():
            spec.attribute(key, value)
        specs.append(spec)
    out = oiio.ImageOutput.create("openexr")
    if not (out.open(str(dst), specs[0]) if len(specs) == 1 else out.open(str(dst), tuple(specs))):
        raise SystemExit(out.geterror())
    for n, (_, _, planes, _) in enumerate(parts):
        if n:
            out.open(str(dst), specs[n], "AppendSubimage")
        out.write_image(planes)
    out.close()


def ramp16(dst: Path) -> None:
    """Straight 16-bit RGBA, 64 x 16: red counts 0, 64, 128 ..., green backwards, alpha a slope."""
    code = (np.arange(1024, dtype=np.uint16) * 64).reshape(16, 64)
    alpha = np.broadcast_to(np.linspace(0, 65535, 64).astype(np.uint16), (16, 64))
    bgra = np.stack([code // 2, 65535 - code, code, alpha], axis=2).astype(np.uint16)
    cv2.imwrite(str(dst), bgra)


def tone(dst: Path) -> None:
    """A quarter second of 441 Hz, mono, 16 bit, 44100 Hz."""
    t = np.arange(11025) / 44100
    codes = np.rint(np.sin(2 * np.pi * 441 * t) * 0.5 * 32767).astype("<i2")
    with wave.open(str(dst), "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(44100)
        out.writeframes(codes.tobytes())


if __name__ == "__main__":
    main(Path(sys.argv[1]))
