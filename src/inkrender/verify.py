"""Open a delivered film again and compare it with what was asked for: encoders lie, full disks are silent."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .errors import DeliverError

_BLOCK = 8  # px: grain and compression average out over a block, a wrong matrix, range or frame does not
# mean difference of block means, 8-bit codes: crf 26 measured 0.6 to 2.2, a wrong range is 8
_MEAN_CODES = 4.0
_TAGS = {"color_primaries": 1, "color_trc": 1, "colorspace": 1, "color_range": 1}  # BT.709, limited range
_TAG_NAMES = {
    "color_primaries": "primaries",
    "color_trc": "transfer",
    "colorspace": "matrix",
    "color_range": "range",
}


@dataclass(frozen=True)
class Wanted:
    """What a film file has to be."""

    frames: int
    fps: Fraction
    size: tuple[int, int]
    preset: str
    pix_fmt: str
    sound: bool


@dataclass(frozen=True)
class Found:
    """What a film file is. seconds: of picture; sound_seconds: None without sound; tags: 1 is BT.709."""

    path: Path
    frames: int
    fps: Fraction
    size: tuple[int, int]
    pix_fmt: str
    tags: dict[str, int]
    seconds: float
    sound_seconds: float | None
    bytes: int
    differences: dict[int, float]


def verify(path: Path, wanted: Wanted, sources: dict[int, NDArray[np.uint8]], name: str = "") -> Found:
    """Decode all of `path`; DeliverError says what was wanted and what was found.

    sources: some of the frames that went in, uint8 (h, w, 3), compared with what comes out. name: the file's
    name in messages.
    """
    name = name or str(path)
    found = inspect(path, sources, name)
    gif = wanted.preset == "gif"
    wrong: list[str] = []
    if found.frames != wanted.frames:
        wrong.append(f"{wanted.frames} frames wanted, {found.frames} found")
    if found.size != wanted.size:
        wrong.append(f"{_px(wanted.size)} wanted, {_px(found.size)} found")
    if gif:
        # a GIF counts in hundredths of a second
        if abs(found.seconds - wanted.frames / wanted.fps) > 0.02 + 0.005 * wanted.frames:
            wrong.append(f"{float(wanted.frames / wanted.fps):.2f} s wanted, {found.seconds:.2f} s found")
    else:
        if found.fps != wanted.fps:
            wrong.append(f"{wanted.fps} frames a second wanted, {found.fps} found")
        if found.pix_fmt != wanted.pix_fmt:
            wrong.append(f"pixel format {wanted.pix_fmt} wanted, {found.pix_fmt} found")
        off = [
            f"{_TAG_NAMES[tag]} {found.tags[tag]}" for tag, code in _TAGS.items() if found.tags[tag] != code
        ]
        if off:
            wrong.append(f"the BT.709 tags (1) wanted, {', '.join(off)} found")
    if wanted.sound and found.sound_seconds is None:
        wrong.append("sound wanted, none found")
    if wanted.sound and found.sound_seconds is not None:
        seconds = float(wanted.frames / wanted.fps)
        # AAC comes in packets of 1024 samples: one of them, or one frame of picture
        if abs(found.sound_seconds - seconds) > max(float(1 / wanted.fps), 1024 / 48_000):
            wrong.append(f"{seconds:.3f} s of sound wanted, {found.sound_seconds:.3f} s found")
    limit = 4 * _MEAN_CODES if gif else _MEAN_CODES  # 256 colours
    for n, difference in found.differences.items():
        if difference > limit:
            wrong.append(
                f"frame {n} differs from its source by {difference:.1f} codes on average, {limit:g} at most"
            )
    if wrong:
        raise DeliverError(f"{name} is not what was asked for: {'; '.join(wrong)}")
    return found


def inspect(path: Path, sources: dict[int, NDArray[np.uint8]] | None = None, name: str = "") -> Found:
    """What a film file is, read to its end. Raises DeliverError where it cannot be decoded."""
    import av

    name = name or str(path)
    sources = sources or {}
    differences: dict[int, float] = {}
    try:
        with av.open(str(path)) as box:
            if not box.streams.video:
                raise DeliverError(f"{name} holds no picture")
            video = box.streams.video[0]
            video.thread_type = "AUTO"
            fps = Fraction(video.average_rate or video.base_rate or 0)
            context = video.codec_context
            pix_fmt = "pal8" if context.name == "gif" else str(context.pix_fmt)
            sound = box.streams.audio[0] if box.streams.audio else None
            sound_seconds = _seconds(sound) if sound is not None else None
            count, tags, last, shown = 0, dict.fromkeys(_TAGS, 2), Fraction(0), Fraction(0)
            for frame in box.decode(video):
                if count == 0:
                    tags = {tag: int(getattr(frame, tag, getattr(context, tag, 2))) for tag in _TAGS}
                    tags |= {tag: int(getattr(context, tag)) for tag in _TAGS if tags[tag] == 2}
                time = Fraction(frame.pts or 0) * (frame.time_base or Fraction(0))
                if pix_fmt != "pal8" and fps and round(time * fps) != count:
                    raise DeliverError(
                        f"{name}: frame {count} is shown at {float(time):.4f} s, not at {count} / {fps}"
                    )
                if count in sources:
                    differences[count] = difference(_rgb(frame), sources[count])
                last, shown = time, Fraction(frame.duration or 0) * (frame.time_base or Fraction(0))
                count += 1
            return Found(
                path,
                count,
                fps,
                (context.width, context.height),
                pix_fmt,
                tags,
                float(last + shown),
                sound_seconds,
                path.stat().st_size,
                differences,
            )
    except (av.FFmpegError, OSError) as error:
        raise DeliverError(f"{name} cannot be read back: {error}") from error


def difference(a: NDArray[Any], b: NDArray[Any]) -> float:
    """Mean absolute difference of the means of 8 x 8 px blocks, in 8-bit codes."""
    if a.shape != b.shape:
        return 255.0
    return float(np.abs(_blocks(a) - _blocks(b)).mean())


def _blocks(pixels: NDArray[Any]) -> NDArray[np.float32]:
    h, w = (max(1, side // _BLOCK) * _BLOCK for side in pixels.shape[:2])
    by, bx = min(h, pixels.shape[0]), min(w, pixels.shape[1])
    part = pixels[:by, :bx].astype(np.float32)
    sy, sx = min(_BLOCK, by), min(_BLOCK, bx)
    part = part[: by // sy * sy, : bx // sx * sx]
    return np.asarray(part.reshape(by // sy, sy, bx // sx, sx, 3).mean(axis=(1, 3)), np.float32)


def _rgb(frame: Any) -> NDArray[np.float32]:
    """A decoded frame as 8-bit sRGB codes, float, by the matrix and range of BT.709 whatever its tags say.

    Our own arithmetic: swscale's way back is darker by a code or two, which would hide what is looked for.
    """
    if not frame.format.name.startswith("yuv4"):
        return np.asarray(frame.to_ndarray(format="rgb24"), np.float32)
    luma, blue, red = (_plane(frame, i) for i in range(3))
    y, cb, cr = (luma - 16) / 219, (blue - 128) / 224, (red - 128) / 224
    r, b = y + 1.5748 * cr, y + 1.8556 * cb
    g = (y - 0.2126 * r - 0.0722 * b) / 0.7152
    return np.asarray(np.clip(np.stack([r, g, b], axis=2), 0, 1) * 255, np.float32)


def _plane(frame: Any, index: int) -> NDArray[np.float32]:
    """A plane of a planar YUV frame at the size of the frame, float32 (h, w), in 8-bit codes."""
    plane = frame.planes[index]
    deep = frame.format.components[index].bits > 8
    stored: NDArray[Any] = np.frombuffer(plane, np.uint16 if deep else np.uint8)
    codes = stored.reshape(plane.height, -1)[:, : plane.width]
    full = codes.repeat(-(-frame.height // plane.height), axis=0).repeat(
        -(-frame.width // plane.width), axis=1
    )
    scale = 2 ** (frame.format.components[index].bits - 8)
    return np.asarray(full[: frame.height, : frame.width] / np.float32(scale), np.float32)


def _seconds(stream: Any) -> float:
    return float((stream.duration or 0) * stream.time_base)


def _px(size: tuple[int, int]) -> str:
    return f"{size[0]} x {size[1]} px"
