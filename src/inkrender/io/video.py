"""Reading video: any frame by its number, exactly, in the colours its tags mean."""

from __future__ import annotations

import os
import threading
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import PlateError
from . import files
from .stills_read import Raw

SUFFIXES = (
    ".mp4",
    ".mov",
    ".m4v",
    ".mkv",
    ".webm",
    ".avi",
    ".mxf",
    ".mpg",
    ".mpeg",
    ".ts",
    ".wmv",
    ".gif",
    ".ogv",
)

_KEEP = 8  # decoded frames kept: workers ask for neighbours slightly out of order
_NEAR = 48  # decoding this many frames on is cheaper than a seek, whatever the keyframes
_STANDARD = [Fraction(n, d) for n in (24, 25, 30, 48, 50, 60) for d in (1,)]
_STANDARD += [Fraction(n * 1000, 1001) for n in (24, 30, 48, 60)]
_MATRIX = {1: "bt709", 4: "fcc", 5: "bt601", 6: "bt601", 7: "smpte240m", 9: "bt2020", 10: "bt2020"}
_SWS = {"bt709": 1, "fcc": 4, "bt601": 5, "smpte240m": 7, "bt2020": 9}
_LUMA = {  # weights of red and blue
    "bt709": (0.2126, 0.0722),
    "fcc": (0.30, 0.11),
    "bt601": (0.299, 0.114),
    "smpte240m": (0.212, 0.087),
    "bt2020": (0.2627, 0.0593),
}
_RGB = 0  # AVCOL_SPC_RGB
_HDR = {16: "PQ", 18: "HLG"}
_FULL_RANGE_FORMATS = ("yuvj",)


@dataclass(frozen=True)
class VideoInfo:
    """What a video is.

    size: (width, height) as shown, after rotation; bits: of a sample; variable: frames are not evenly spaced,
    fps is their average; matrix, full_range: how its colours are decoded; tagged: the file said so, else it
    is our guess.
    """

    size: tuple[int, int]
    fps: Fraction
    frames: int
    codec: str
    pixel_format: str
    bits: int
    matrix: str
    full_range: bool
    tagged: bool
    rotation: int
    variable: bool
    has_audio: bool
    has_alpha: bool
    warnings: tuple[str, ...]


class _Decoded:
    def __init__(self, picture: Any) -> None:
        self.picture = picture
        self.lock = threading.Lock()


class Video:
    """A video opened for random access. Safe to share between threads: decoding takes turns, colour does not.

    Frames are counted from 0 in the order they are shown, and their number is counted, not believed. Colours
    are decoded with the file's own matrix and range; untagged files are BT.601 below 720 lines and BT.709
    from there on, limited range. Values stay display-encoded. Raises PlateError.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = Path(path)
        self._lock = threading.Lock()
        self._kept: OrderedDict[int, _Decoded] = OrderedDict()
        self._colour = threading.local()
        self._container = _open(self.path)
        self._stream = _video_stream(self._container, self.path)
        self._stream.thread_type = "AUTO"
        self._times, self._keys = _index(self._container, self._stream, self.path)
        self._rank = {pts: n for n, pts in enumerate(self._times)}
        self._next = -1  # the frame the decoder gives next, where known
        self._decoder: Any = None
        first = self._decode(0).picture
        self.info = _describe(self._container, self._stream, first, self._times)
        self._quick = _is_quick(first, self.info)

    @property
    def fps(self) -> Fraction:
        """Frames per second, exact."""
        return self.info.fps

    @property
    def frames(self) -> int:
        """How many frames there are."""
        return len(self._times)

    @property
    def size(self) -> tuple[int, int]:
        """(width, height) in px, as shown."""
        return self.info.size

    @property
    def has_audio(self) -> bool:
        """Whether there is sound."""
        return self.info.has_audio

    def read(self, frame: int) -> NDArray[Any]:
        """Frame by number: display-encoded RGB (h, w, 3), uint8, or uint16 for more than 8 bits a sample."""
        return np.ascontiguousarray(self._picture(frame, alpha=False))

    def raw(self, frame: int) -> Raw:
        """Frame by number for the tile engine: straight sRGB-encoded RGBA (h, w, 4), opaque without alpha."""
        return Raw(np.ascontiguousarray(self._picture(frame, alpha=True)), "srgb", False)

    def audio(self) -> NDArray[np.float32]:
        """Its sound, float32 (n, 2) at 48 kHz, sample 0 at the first frame. Raises PlateError for none."""
        from . import audio

        return audio.read(self.path, origin=float(self._times[0] * self._stream.time_base))

    def close(self) -> None:
        """Give the file back."""
        with self._lock:
            self._kept.clear()
            self._decoder = None
            self._container.close()

    def __enter__(self) -> Video:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        w, h = self.size
        return f"<Video {self.path.name} {w}x{h} {self.frames} frames at {self.fps}>"

    def _picture(self, frame: int, alpha: bool) -> NDArray[Any]:
        if not 0 <= frame < len(self._times):
            last = len(self._times) - 1
            raise PlateError(
                f"{self.path} has frames 0-{last}, {frame} was asked for: "
                'shorten the scene, or add to the layer: after = "hold"   (or loop, bounce, black)'
            )
        with self._lock:
            decoded = self._decode(frame)
        reformatter = getattr(self._colour, "reformatter", None)
        if reformatter is None:
            from av.video.reformatter import VideoReformatter

            reformatter = self._colour.reformatter = VideoReformatter()
        with decoded.lock:  # two threads may have asked for one frame, and PyAV hangs when they share it
            if self._quick and decoded.picture.format.name == "yuv420p":
                rgb = _quick_rgb(decoded.picture, self.info, alpha)
            else:
                rgb = _to_rgb(decoded.picture, self.info, alpha, reformatter)
        if self.info.rotation:
            rgb = np.rot90(rgb, self.info.rotation // 90)  # counter-clockwise, as FFmpeg's matrix counts
        return np.asarray(rgb)

    def _decode(self, frame: int) -> _Decoded:
        """The decoded frame; the caller holds the lock."""
        if frame in self._kept:
            self._kept.move_to_end(frame)
            return self._kept[frame]
        key = max((k for k in self._keys if k <= frame), default=0)
        ahead = frame - self._next
        if self._next < 0 or ahead < 0 or (ahead > _NEAR and key > self._next):
            self._seek(key)
        for attempt in range(2):
            found = self._run_to(frame)
            if found is not None:
                return found
            if attempt == 0:  # the container's index lied: once more from the very start
                self._restart()
        raise PlateError(
            f"{self.path} is damaged: frame {frame} of {len(self._times)} cannot be decoded; copy it again"
        )

    def _run_to(self, frame: int) -> _Decoded | None:
        import av

        try:
            for decoded in self._decoder:
                at = self._rank.get(decoded.pts, -1)
                if at < 0:
                    continue
                self._next = at + 1
                self._kept[at] = _Decoded(decoded)
                while len(self._kept) > _KEEP:
                    self._kept.popitem(last=False)
                if at == frame:
                    return self._kept[at]
                if at > frame:
                    break
        except av.error.FFmpegError:
            pass
        self._next = -1
        return None

    def _seek(self, key: int) -> None:
        import av

        if self._decoder is None:
            self._restart()
            return
        try:
            self._container.seek(self._times[key], stream=self._stream, backward=True, any_frame=False)
        except av.error.FFmpegError:  # a format without a way back
            self._restart()
            return
        self._decoder = self._container.decode(self._stream)
        self._next = key

    def _restart(self) -> None:
        # a fresh container: no seek table, no leftovers in the decoder
        self._container.close()
        self._container = _open(self.path)
        self._stream = _video_stream(self._container, self.path)
        self._stream.thread_type = "AUTO"
        self._decoder = self._container.decode(self._stream)
        self._next = 0


def _open(path: Path) -> Any:
    import av

    try:
        return av.open(str(path), options={"ignore_editlist": "0"})
    except (OSError, av.error.FFmpegError) as e:
        content = files.read_bytes(path) if path.is_file() and path.stat().st_size < 64 else None
        if not path.is_file():
            raise files.missing(path, e if isinstance(e, OSError) else None) from e
        what = f"it begins {content[:8]!r}" if content else f"{files.size_text(path.stat().st_size)}"
        raise PlateError(
            f"{path} is not a video that can be opened ({e.strerror or e}; {what}): "
            "copy it again or convert it"
        ) from e


def _video_stream(container: Any, path: Path) -> Any:
    for stream in container.streams.video:
        if not int(stream.disposition) & 0x400:  # a cover picture is no film
            return stream
    if not container.streams.audio:
        raise PlateError(f"{path} is cut off or damaged: it holds neither picture nor sound; copy it again")
    raise PlateError(f"{path} holds no picture, only sound: use it as audio")


def _index(container: Any, stream: Any, path: Path) -> tuple[list[int], list[int]]:
    """Presentation times in the order shown, and which of those frames are keyframes, from every packet."""
    import av

    times: list[int] = []
    keys: set[int] = set()
    discarded = 0
    hidden = stream.codec_context.name in ("vp8", "libvpx")
    try:
        for packet in container.demux(stream):
            if not packet.size:
                continue
            time = packet.pts if packet.pts is not None else packet.dts
            if packet.is_discard:
                discarded += 1
                continue
            if time is None or (hidden and not bytes(packet)[0] >> 4 & 1):
                continue  # VP8 keeps reference frames that are never shown
            times.append(time)
            if packet.is_keyframe:
                keys.add(time)
    except av.error.FFmpegError as e:
        raise PlateError(f"{path} is damaged after {len(times)} frames ({e}): copy it again") from e
    if not times:
        raise PlateError(f"{path} holds no frames: copy it again")
    if stream.frames > len(times) + discarded:
        raise PlateError(
            f"{path} is cut off: it announces {stream.frames} frames and holds {len(times)}; copy it again"
        )
    order = sorted(set(times))
    return order, [n for n, t in enumerate(order) if t in keys]


def frame_rate(
    times: list[int], time_base: Fraction, candidates: Iterable[Fraction | None]
) -> tuple[Fraction, bool]:
    """(fps, variable): the exact rate that puts frame n within a tick and a half of times[n].

    The candidates, then the standard rates, are tried; a container with coarse ticks (Matroska: 1 ms) cannot
    say 24000/1001 in any other way. Where none fits, the average rate, and variable is True.
    """
    if len(times) < 2:
        return next((c for c in candidates if c), Fraction(24)), False
    span = times[-1] - times[0]
    average = Fraction(len(times) - 1) / (span * time_base)
    tries = [Fraction(1) / ((times[1] - times[0]) * time_base), *(c for c in candidates if c), *_STANDARD]
    for rate in sorted(set(tries), key=lambda r: r.denominator):
        step = 1 / (rate * time_base)
        if all(abs(t - times[0] - n * step) <= Fraction(3, 2) for n, t in enumerate(times)):
            return rate, False
    return average.limit_denominator(100000), True


def _describe(container: Any, stream: Any, first: Any, times: list[int]) -> VideoInfo:
    codec = stream.codec_context
    fps, variable = frame_rate(times, stream.time_base, (stream.guessed_rate, stream.average_rate))
    kind = first.format
    space, declared_range = int(first.colorspace), int(first.color_range)
    warnings = []
    tagged = space in _MATRIX
    matrix = _MATRIX.get(space, "bt601" if first.height < 720 else "bt709")
    if kind.is_rgb or space == _RGB:
        matrix, tagged = "rgb", True
    full = declared_range == 2 or kind.name.startswith(_FULL_RANGE_FORMATS) or matrix == "rgb"
    if not tagged:
        warnings.append(f"no colour matrix is tagged, {matrix} is assumed")
    if int(first.color_trc) in _HDR:
        warnings.append(f"the transfer is {_HDR[int(first.color_trc)]} (HDR), it is read as sRGB")
    if int(first.color_primaries) == 9:
        warnings.append("the primaries are BT.2020, they are read as Rec.709")
    if variable:
        warnings.append("frames are not evenly spaced: they are taken one after the other")
    if first.interlaced_frame:
        warnings.append("the video is interlaced: deinterlace it first")
    aspect = stream.sample_aspect_ratio
    if aspect and aspect != 1:
        warnings.append(f"pixels are not square ({aspect}): the picture is used as it is stored")
    bits = max(c.bits for c in kind.components)
    turn = round(first.rotation) % 360 // 90 * 90
    size = (first.width, first.height) if turn % 180 == 0 else (first.height, first.width)
    return VideoInfo(
        size, fps, len(times), codec.name, kind.name, bits, matrix, full, tagged, turn, variable,
        bool(container.streams.audio), _has_alpha(kind), tuple(warnings),
    )  # fmt: skip


def _has_alpha(kind: Any) -> bool:
    return any(c.is_alpha for c in kind.components)


def _to_rgb(decoded: Any, info: VideoInfo, alpha: bool, reformatter: Any) -> NDArray[Any]:
    from av.video.reformatter import ColorRange, Interpolation

    careful = (
        Interpolation.BICUBIC.value | Interpolation.ACCURATE_RND.value | Interpolation.FULL_CHR_H_INT.value
    )
    careful |= Interpolation.BITEXACT.value
    options: dict[str, Any] = {"interpolation": careful}
    if info.bits > 8 and info.matrix != "rgb":
        # MPEG to MPEG range keeps swscale from scaling: samples are only shifted up to 16 bits
        name = "yuva444p16le" if info.has_alpha else "yuv444p16le"
        options |= {"src_color_range": ColorRange.MPEG, "dst_color_range": ColorRange.MPEG}
        rgb = _deep_rgb(_planes(reformatter.reformat(decoded, format=name, **options)), info, alpha)
    elif info.pixel_format.startswith("gbr") and info.bits > 8:
        g, b, r, *rest = _planes(decoded)
        rest = rest if rest and alpha else [np.full_like(g, 2**info.bits - 1)] * alpha
        codes = np.stack([r, g, b, *rest], axis=2).astype(np.float32) * (65535 / (2**info.bits - 1))
        rgb = np.rint(codes).astype(np.uint16)
    else:
        if info.matrix != "rgb":
            options["src_colorspace"] = _SWS[info.matrix]
            options["src_color_range"] = ColorRange.JPEG if info.full_range else ColorRange.MPEG
            options["dst_color_range"] = ColorRange.JPEG
        names = ("rgb48le", "rgba64le") if info.bits > 8 else ("rgb24", "rgba")
        rgb = reformatter.reformat(decoded, format=names[alpha], **options).to_ndarray()
    return np.asarray(rgb)


def _is_quick(picture: Any, info: VideoInfo) -> bool:
    """Whether a video is what most are: 8 bits, 4:2:0, of even size, its colour on the left of two columns.

    PyAV does not say where colour lies, but swscale is told: a chart of the same kind shows it.
    """
    from av.video.reformatter import VideoReformatter

    if picture.format.name != "yuv420p" or picture.width % 2 or picture.height % 2:
        return False
    chart = picture.reformat(width=32, height=32)
    ramp = np.arange(64, 192, 8, dtype=np.uint8)
    for plane, codes in zip(chart.planes, (np.full((32, 1), 128), ramp, ramp[:, None]), strict=True):
        rows = np.zeros((plane.height, plane.line_size), np.uint8)
        rows[:, : plane.width] = codes
        plane.update(rows.tobytes())
    apart = _to_rgb(chart, info, False, VideoReformatter()) - _quick_rgb(chart, info, False).astype(int)
    return bool(np.abs(apart[8:-8, 8:-8]).max() <= 1)


def _quick_rgb(decoded: Any, info: VideoInfo, alpha: bool) -> NDArray[np.uint8]:
    # what swscale does, colour drawn out evenly, within one code, in a tenth of the time
    import cv2

    from ..kernels.yuv import rgb_of_420

    matrix = yuv_matrix(info.matrix, info.full_range, 8) / np.float32(257)
    matrix[:, :3] *= np.float32(256)  # its codes are shifted up
    planes = [np.frombuffer(p, np.uint8).reshape(p.height, p.line_size) for p in decoded.planes]
    rgb = np.empty((decoded.height, decoded.width, 3), np.uint8)
    rgb_of_420(rgb.reshape(decoded.height, -1), *planes, matrix)
    return np.asarray(cv2.cvtColor(rgb, cv2.COLOR_RGB2RGBA), np.uint8) if alpha else rgb


def _deep_rgb(planes: list[NDArray[np.uint16]], info: VideoInfo, alpha: bool) -> NDArray[np.uint16]:
    # our own matrix: swscale's 16-bit RGB comes out up to one 8-bit code too dark from 10-bit video
    import cv2

    yuv = np.stack(planes[:3], axis=2).astype(np.float32)
    rgb = cv2.transform(yuv, yuv_matrix(info.matrix, info.full_range, info.bits))
    h, w = rgb.shape[:2]
    out = np.empty((h, w, 3 + alpha), np.uint16)
    out[..., :3] = np.rint(np.clip(rgb, 0, 65535))
    if alpha:
        out[..., 3] = planes[3] if info.has_alpha else 65535
    return out


def yuv_matrix(matrix: str, full_range: bool, bits: int) -> NDArray[np.float32]:
    """The (3, 4) affine map from Y'CbCr codes, shifted up to 16 bits, to R'G'B' in 0..65535 (BT.601 ...).

    bits: of the codes before the shift: full range ends at 2^bits - 1, limited range scales with the shift.
    """
    kr, kb = _LUMA[matrix]
    kg = 1 - kr - kb
    shift = 2 ** (16 - bits)
    low, luma, chroma = (
        (0, (2**bits - 1) * shift, (2**bits - 1) * shift) if full_range else (4096, 219 * 256, 224 * 256)
    )
    to_rgb = np.array(
        [[1, 0, 2 - 2 * kr], [1, -2 * (1 - kb) * kb / kg, -2 * (1 - kr) * kr / kg], [1, 2 - 2 * kb, 0]]
    )
    scaled = to_rgb / np.array([luma, chroma, chroma]) * 65535
    offset = -scaled @ np.array([low, 32768, 32768])
    return np.asarray(np.concatenate([scaled, offset[:, None]], axis=1), np.float32)


def _planes(decoded: Any) -> list[NDArray[np.uint16]]:
    out = []
    for plane in decoded.planes:
        rows = np.frombuffer(plane, "<u2").reshape(plane.height, plane.line_size // 2)
        out.append(rows[:, : plane.width])
    return out
