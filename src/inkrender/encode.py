"""Encoders: how a film is written, preset by preset, frame by frame, by MoviePy or by PyAV.

Time is counted in frames: frame n is on screen at n / fps exactly. What is written is Rec.709 in limited
range, and says so in all four tags.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .errors import DeliverError, InkError
from .io import files

RATE = 48_000  # samples a second of every sound track

# limited range and the Rec.709 matrix; setparams writes the tags, which ffmpeg's own options lose (facts)
_TO_709 = (
    "scale=in_range=pc:out_range=tv:out_color_matrix=bt709:flags=accurate_rnd+full_chroma_int+full_chroma_inp,"
    "format={pix_fmt},setparams=color_primaries=bt709:color_trc=bt709:colorspace=bt709:range=tv"
)
_PALETTE = "split[a][b];[a]palettegen=stats_mode=full[p];[b][p]paletteuse=dither=sierra2_4a"


@dataclass(frozen=True)
class Preset:
    """One way to deliver. bits: what the frames should hold; least: bytes a pixel takes at the very least."""

    name: str
    codec: str
    pix_fmt: str
    suffixes: tuple[str, ...]
    bits: int
    audio_codec: str | None
    least: float
    options: dict[str, dict[str, str]]  # by quality


PRESETS = {
    p.name: p
    for p in (
        Preset(
            "h264",
            "libx264",
            "yuv420p",
            (".mp4", ".mov", ".mkv"),
            8,
            "aac",
            0.002,
            {
                "draft": {"preset": "veryfast", "crf": "26"},
                "preview": {"preset": "veryfast", "crf": "18"},
                "final": {"preset": "medium", "crf": "16"},
            },
        ),
        Preset(
            "h265",
            "libx265",
            "yuv420p10le",
            (".mp4", ".mov", ".mkv"),
            16,
            "aac",
            0.001,
            {
                "draft": {"preset": "ultrafast", "crf": "26"},
                "preview": {"preset": "veryfast", "crf": "20"},
                "final": {"preset": "medium", "crf": "17"},
            },
        ),
        Preset(
            "prores",
            "prores_ks",
            "yuv422p10le",
            (".mov",),
            16,
            "pcm_s16le",
            0.05,
            {q: {"profile": p} for q, p in (("draft", "0"), ("preview", "2"), ("final", "3"))},
        ),
        Preset(
            "gif", "gif", "pal8", (".gif",), 8, None, 0.01, {q: {} for q in ("draft", "preview", "final")}
        ),
    )
}
QUALITIES = ("draft", "preview", "final")
OnProgress = Callable[[int, int], None]


class Reader:
    """Decodes frames ahead of the encoder, a few at a time; owns its threads."""

    AHEAD = 4

    def __init__(self, paths: Sequence[Path], bits: int, size: tuple[int, int]) -> None:
        self.paths, self.bits, self.size = paths, bits, size
        self._pool = ThreadPoolExecutor(2, thread_name_prefix="inkrender-read")
        self._coming: dict[int, Future[NDArray[Any]]] = {}

    def __enter__(self) -> Reader:
        return self

    def __exit__(self, *_: object) -> None:
        self._pool.shutdown(cancel_futures=True)

    def __len__(self) -> int:
        return len(self.paths)

    def frame(self, n: int) -> NDArray[Any]:
        """Frame n; MoviePy asks for the first one more than once."""
        for i in range(n, min(n + self.AHEAD, len(self.paths))):
            if i not in self._coming:
                self._coming[i] = self._pool.submit(read_frame, self.paths[i], self.bits)
        for i in [i for i in self._coming if i < n]:
            del self._coming[i]
        pixels = self._coming[n].result()
        if pixels.shape[1::-1] != self.size:
            w, h = pixels.shape[1::-1]
            raise DeliverError(f"{self.paths[n]} is {w} x {h}, the film is {self.size[0]} x {self.size[1]}")
        return pixels


def clip_of(
    frame: Callable[[int], NDArray[Any]], length: int, fps: Fraction, sound: NDArray[np.float32] | None
) -> Any:
    """A MoviePy clip that asks for whole frames, and for all of them."""
    from moviepy import AudioArrayClip, VideoClip

    rate = float(fps)

    def at(t: float) -> NDArray[Any]:
        return frame(min(length - 1, max(0, round(t * rate))))

    # half a frame more: int(duration * fps) loses the last frame of one film in thirteen otherwise (facts)
    duration = (length + 0.5) / rate
    if int(duration * rate) != length:
        raise DeliverError(f"{length} frames at {fps} would become {int(duration * rate)} in MoviePy")
    clip = VideoClip(at, duration=duration).with_fps(rate)
    if sound is not None:
        clip = clip.with_audio(AudioArrayClip(fit_sound(sound, length, fps), fps=RATE))
    return clip


def with_moviepy(
    reader: Reader,
    made: Path,
    preset: Preset,
    options: dict[str, str],
    fps: Fraction,
    track: NDArray[np.float32] | None,
    folder: Path,
    on_progress: OnProgress | None,
) -> str:
    """Encode through MoviePy's writer; what ffmpeg said."""
    length = len(reader)

    def frame(n: int) -> NDArray[Any]:
        if on_progress:
            on_progress(n, length)
        return reader.frame(n)

    # MoviePy rounds the rate to two decimals on the way in: the exact time of every frame is set anew
    exact = f"settb={fps.denominator}/{fps.numerator},setpts=N"
    if preset.name == "gif":
        params = ["-vf", f"{exact},{_PALETTE}", "-loop", "0"]
    else:
        params = ["-vf", f"{exact},{_TO_709.format(pix_fmt=preset.pix_fmt)}"]
        params += ["-crf", options["crf"], "-movflags", "+faststart+write_colr", "-b:a", "192k"]
    params += ["-r", f"{fps.numerator}/{fps.denominator}"]
    clip = clip_of(frame, length, fps, None)
    log = Path(f"{made}.log")
    failure: OSError | None = None
    try:
        clip.write_videofile(
            str(made),
            fps=float(fps),
            codec=preset.codec,
            preset=options.get("preset", "medium"),
            audio=str(_wav(folder, track)) if track is not None else False,
            audio_codec=preset.audio_codec,
            ffmpeg_params=params,
            write_logfile=True,
            logger=None,
        )
    except OSError as error:
        failure = error
    finally:
        clip.close()
    said = last_lines(log)
    if failure is not None:
        raise encode_error(made, said or str(failure)) from failure
    return said


def with_pyav(
    reader: Reader,
    made: Path,
    preset: Preset,
    options: dict[str, str],
    fps: Fraction,
    track: NDArray[np.float32] | None,
    folder: Path,
    on_progress: OnProgress | None,
) -> str:
    """Encode 10-bit video from 16-bit frames through PyAV."""
    import av

    w, h = reader.size
    try:
        with av.open(str(made), "w", options={"movflags": "+faststart+write_colr"}) as box:
            video: Any = box.add_stream(preset.codec, rate=fps, options=dict(options))
            video.width, video.height, video.pix_fmt = w, h, preset.pix_fmt
            context = video.codec_context
            context.time_base = 1 / fps
            context.color_primaries = context.color_trc = context.colorspace = 1  # BT.709
            context.color_range = 1  # limited
            if preset.name == "h265":
                context.codec_tag = "hvc1"  # QuickTime plays no other
            audio: Any = None
            if track is not None and preset.audio_codec:
                audio = box.add_stream(preset.audio_codec, rate=RATE, layout="stereo")
            sounds = _sound_frames(track, audio, len(reader), fps) if audio is not None else iter(())
            for n in range(len(reader)):
                if on_progress:
                    on_progress(n, len(reader))
                frame = _yuv(reader.frame(n), preset.pix_fmt)
                frame.pts, frame.time_base = n, 1 / fps
                box.mux(video.encode(frame))
                for sound in next(sounds, ()):
                    box.mux(audio.encode(sound))
            box.mux(video.encode())
            if audio is not None:
                box.mux(audio.encode())
    except av.FFmpegError as error:
        raise encode_error(made, str(error)) from error
    return ""


def _yuv(rgb: NDArray[np.uint16], pix_fmt: str) -> Any:
    """A 16-bit frame (h, w, 3) as a 10-bit BT.709 limited range PyAV frame, yuv422p10le or yuv420p10le.

    Our own arithmetic: swscale's 16-bit way is off by up to three 10-bit codes. Chroma lies beside the left
    luma sample (1 2 1 across), and between two rows in 4:2:0, as H.26x and ProRes have it.
    """
    import av
    import cv2

    luma = np.array([0.2126, 0.7152, 0.0722])
    rows = [
        luma * 876,
        (np.array([0, 0, 1]) - luma) * (896 / 1.8556),
        (np.array([1, 0, 0]) - luma) * (896 / 1.5748),
    ]
    matrix = np.array([[*row / 65535, offset] for row, offset in zip(rows, (64, 512, 512), strict=True)])
    y, cb, cr = cv2.split(cv2.transform(rgb.astype(np.float32), matrix.astype(np.float32)))
    frame = av.VideoFrame(rgb.shape[1], rgb.shape[0], pix_fmt)
    tall = pix_fmt.startswith("yuv422")
    for plane, codes in zip(frame.planes, (y, _half(cb, tall), _half(cr, tall)), strict=True):
        padded = np.zeros((plane.height, plane.line_size // 2), np.uint16)
        padded[:, : plane.width] = np.clip(np.rint(codes), 4, 1019)
        plane.update(padded.tobytes())
    frame.color_primaries = frame.color_trc = frame.colorspace = frame.color_range = 1
    return frame


def _half(chroma: Any, tall: bool) -> NDArray[np.float32]:
    left = np.concatenate([chroma[:, :1], chroma[:, 1:-1:2]], axis=1)
    across = (left + 2 * chroma[:, ::2] + chroma[:, 1::2]) / 4
    return np.asarray(across if tall else (across[::2] + across[1::2]) / 2)


def _sound_frames(track: Any, audio: Any, length: int, fps: Fraction) -> Iterator[list[Any]]:
    """The sound of each picture in turn, as audio frames."""
    import av

    kind, dtype = ("fltp", np.float32) if audio.codec_context.name == "aac" else ("s16", np.int16)
    for n in range(length):
        begin, end = round(n * RATE / fps), round((n + 1) * RATE / fps)
        part = np.clip(track[begin:end], -1, 1)
        planes = part.T if dtype is np.float32 else np.rint(part * 32767).astype(dtype).reshape(1, -1)
        sound = av.AudioFrame.from_ndarray(np.ascontiguousarray(planes), format=kind, layout="stereo")
        sound.sample_rate, sound.pts, sound.time_base = RATE, begin, Fraction(1, RATE)
        yield [sound]


def _wav(folder: Path, track: NDArray[np.float32]) -> Path:
    from .io import audio

    path = folder / "sound.wav"
    audio.write_wav(path, track)
    return path


def read_frame(path: Path, bits: int) -> NDArray[Any]:
    """A rendered frame for an encoder: uint8 or uint16 (h, w, 3), display-encoded."""
    from .io import stills

    stored = stills.raw(path).pixels
    if stored.dtype.kind == "f":
        from . import colour

        encoded = np.clip(colour.encode(stored[..., :3].astype(np.float32), "srgb"), 0, 1)
        stored = np.rint(encoded * 65535).astype(np.uint16)
    if bits == 8 and stored.dtype == np.uint16:
        stored = ((stored.astype(np.uint32) * 255 + 32767) // 65535).astype(np.uint8)
    elif bits == 16 and stored.dtype == np.uint8:
        stored = stored.astype(np.uint16) * np.uint16(257)
    return np.ascontiguousarray(stored[..., :3])


def fit_sound(sound: NDArray[np.float32], frames: int, fps: Fraction) -> NDArray[np.float32]:
    """The sound cut or followed by silence to be as long as `frames` at `fps`: float32 (samples, 2)."""
    samples = round(frames * RATE / fps)
    fitted = np.zeros((samples, 2), np.float32)
    kept = min(samples, len(sound))
    fitted[:kept] = sound[:kept]
    return fitted


def encode_error(made: Path, said: str, what: str | None = None, out: Path | None = None) -> InkError:
    """The error for an encode that failed, with the disk's part in it and ffmpeg's last words."""
    name = str(out or made.name)
    tail = f"\nffmpeg's last lines:\n{said}" if said else ""
    free = files.free_bytes(made)
    if re.search(r"No space left|File too large|Disk quota", said) or free < 1 << 18:
        return DeliverError(
            f"{what or f'encoding {name} failed'}: the disk is full ({files.size_text(free)} free); "
            f"make room or choose another output folder, the frames are kept{tail}"
        )
    return DeliverError(f"{what or f'encoding {name} failed'}{tail}")


def last_lines(log: Path, count: int = 20) -> str:
    """The last lines of an ffmpeg log, without its progress."""
    try:
        text = log.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
    lines = [line.rstrip() for line in re.split(r"[\r\n]+", text) if line.strip()]
    return "\n".join([line for line in lines if not line.startswith("frame=")][-count:])
