"""Sound: any file to 48 kHz stereo float, laid together to the sample, written as WAV."""

from __future__ import annotations

import os
import wave
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import PlateError
from . import files

RATE = 48000
JOIN = 240  # 5 ms: how long sound takes to come and go where it is cut, or it clicks
SUFFIXES = (".wav", ".flac", ".mp3", ".m4a", ".aac", ".ogg", ".opus", ".aif", ".aiff")


@dataclass(frozen=True)
class Cue:
    """A sound and its place in the film.

    samples: float32 (n, 2) at 48 kHz; start: the sample of the film at which it begins, negative to begin
    within it; gain: a factor, or one for each of its samples (n,); fade_in, fade_out: samples, at its audible
    ends.
    """

    samples: NDArray[np.float32]
    start: int = 0
    gain: float | NDArray[np.float32] = 1.0
    fade_in: int = 0
    fade_out: int = 0


def read(path: str | os.PathLike[str], *, origin: float | None = None) -> NDArray[np.float32]:
    """All of a file's sound as float32 (n, 2) at 48 kHz, -1..1.

    Mono stands in both ears at full level; more than two channels are mixed down. origin: the time of the
    file, s, that becomes sample 0 (a video's first frame), with silence before a sound that starts later; the
    sound's own beginning when None. Raises PlateError.
    """
    import av

    there = Path(path)
    try:
        container = av.open(str(there))
    except (OSError, av.error.FFmpegError) as e:
        if not there.is_file():
            raise files.missing(there, e if isinstance(e, OSError) else None) from e
        start = files.read_bytes(there)[:8]
        raise PlateError(
            f"{there} is not a sound that can be opened: it begins {start!r}; save it as WAV"
        ) from e
    with container:
        if not container.streams.audio:
            raise PlateError(f"{there} holds no sound: leave it out of the film's audio")
        stream = container.streams.audio[0]
        blocks, first, rate, count = [], None, int(stream.rate), 0
        resampler: Any = None
        try:
            for frame in container.decode(stream):
                if resampler is None:
                    layout = frame.layout.name if len(frame.layout.channels) <= 2 else "stereo"
                    resampler = av.AudioResampler(format="fltp", layout=layout, rate=RATE)
                    first, rate = frame.time, frame.sample_rate
                count += frame.samples
                frame.pts = None  # gaps between frames are no concern of the resampler
                blocks += [out.to_ndarray() for out in resampler.resample(frame)]
            blocks += [out.to_ndarray() for out in resampler.resample(None)] if resampler else []
        except av.error.FFmpegError as e:
            raise PlateError(
                f"{there} is damaged after {count / rate:.2f} s of sound ({e}): copy it again"
            ) from e
    if not count:
        raise PlateError(
            f"{there} holds no sound: its audio track is empty; leave it out of the film's audio"
        )
    planes = np.concatenate(blocks, axis=1)
    sound = np.ascontiguousarray(np.repeat(planes, 2, axis=0)[:2].T if len(planes) == 1 else planes.T)
    sound = _of_length(sound, round(Fraction(count * RATE, rate)))
    if origin is not None and first is not None:
        sound = _shifted(sound, round((first - origin) * RATE))
    return np.nan_to_num(sound, nan=0.0, posinf=1.0, neginf=-1.0)


def samples_at(frame: int, fps: Fraction) -> int:
    """The sample at which a film frame begins, exact to half a sample however long the film."""
    return round(Fraction(frame) / fps * RATE)


def mix(cues: Iterable[Cue], length: int) -> NDArray[np.float32]:
    """Lay cues together: float32 (length, 2), what sticks out at either end is cut, nothing is limited.

    Fades are raised cosines and end where the cue is last heard. A cue cut through its sound comes or goes
    within 5 ms, so that it does not click.
    """
    total = np.zeros((length, 2), np.float64)  # summed in double: the order of cues does not matter to a bit
    for cue in cues:
        lo, hi = max(-cue.start, 0), min(len(cue.samples), length - cue.start)
        if hi <= lo:
            continue
        gain = np.broadcast_to(np.asarray(cue.gain, np.float64), (len(cue.samples),))[lo:hi]
        fade_in = max(cue.fade_in, JOIN if lo > 0 else 0)
        fade_out = max(cue.fade_out, JOIN if hi < len(cue.samples) else 0)
        envelope = gain * _fade(hi - lo, fade_in) * _fade(hi - lo, fade_out)[::-1]
        total[cue.start + lo : cue.start + hi] += cue.samples[lo:hi] * envelope[:, None]
    return total.astype(np.float32)


def decibels(gain: float) -> float:
    """The factor for a gain in dB."""
    return float(10 ** (gain / 20))


def write_wav(
    path: str | os.PathLike[str], samples: NDArray[np.float32], *, bits: int = 24, rate: int = RATE
) -> None:
    """Write float (n,) or (n, k) as PCM WAV, 16 or 24 bits, whole or not at all; beyond -1..1 it is clipped.

    Raises RefusedError, DeliverError.
    """
    if bits not in (16, 24):
        raise ValueError(f"WAV is written with 16 or 24 bits, not {bits}")
    sound = samples[:, None] if samples.ndim == 1 else samples
    top = 2 ** (bits - 1)
    codes = np.rint(np.clip(sound.astype(np.float64) * top, -top, top - 1)).astype("<i4")
    content = (
        codes.astype("<i2").tobytes() if bits == 16 else codes.view(np.uint8).reshape(-1, 4)[:, :3].tobytes()
    )
    with files.atomic(path) as part, wave.open(str(part), "wb") as out:
        out.setnchannels(sound.shape[1])
        out.setsampwidth(bits // 8)
        out.setframerate(rate)
        out.writeframes(content)


def describe(path: str | os.PathLike[str]) -> dict[str, Any]:
    """What a sound file is: codec, rate, channels, seconds. Raises PlateError."""
    import av

    there = Path(path)
    sound = read(there)
    with av.open(str(there)) as container:
        stream = container.streams.audio[0]
        return {
            "codec": stream.codec_context.name,
            "rate": int(stream.rate),
            "channels": len(stream.layout.channels),
            "seconds": round(len(sound) / RATE, 3),
            "peak_db": round(float(20 * np.log10(max(np.abs(sound).max(), 1e-6))), 2),
        }


def _fade(length: int, over: int) -> NDArray[np.float64]:
    # 0 before the first sample, 1 at sample `over`
    ramp = np.clip((np.arange(length) + 0.5) / over, 0, 1) if over > 0 else np.ones(length)
    return np.asarray(0.5 - 0.5 * np.cos(np.pi * ramp))


def _of_length(sound: NDArray[np.float32], length: int) -> NDArray[np.float32]:
    out = np.zeros((length, 2), np.float32)
    n = min(length, len(sound))
    out[:n] = sound[:n]
    return out


def _shifted(sound: NDArray[np.float32], by: int) -> NDArray[np.float32]:
    if by >= 0:
        return np.concatenate([np.zeros((by, 2), np.float32), sound])
    return sound[-by:]
