"""Makes the film's sound, audio/score.wav: 12 s, 48 kHz, stereo, 16 bit: `python make_audio.py [FILE]`.

Three breaths of four seconds, as the pictures have: dawn (rising, hopeful), failure (low, sparse, wind),
resolution (the chord opens, bells). A string is a sum of decaying partials, what Karplus and Strong's loop
(1983) tends to but exactly in tune; the scale is gong, the Chinese major pentatonic, on D.
The same file every time: every noise has a seed.
"""

from __future__ import annotations

import sys
import wave
from pathlib import Path

import numpy as np

RATE = 48000
SECONDS = 12.0
PEAK = 10 ** (-3.5 / 20)  # dBFS; leaves room for what an encoder overshoots
LOUDNESS = 10 ** (-19 / 20)  # RMS, about -16 LUFS for this spectrum
D4 = 62
NOTES = {n: i for i, n in enumerate(("D", "E", "F#", "A", "B"))}


def hertz(midi: float) -> float:
    """Equal temperament, A4 = 440 Hz."""
    return 440.0 * 2 ** ((midi - 69) / 12)


def pluck(midi: float, seconds: float, bright: float = 0.6, seed: int = 0, slide: float = 0.0) -> np.ndarray:
    """A silk string. bright: 0-1; slide: semitones it is pressed by once the nail has left (guzheng's an)."""
    t = np.arange(int(seconds * RATE)) / RATE
    r = np.random.default_rng(seed)
    f = hertz(
        midi + slide * np.clip((t - 0.12) / 0.18, 0, 1) ** 2 * (3 - 2 * np.clip((t - 0.12) / 0.18, 0, 1))
    )
    phase = 2 * np.pi * np.cumsum(np.broadcast_to(f, t.shape)) / RATE
    out = np.zeros_like(t)
    top = min(24, int(0.42 * RATE / hertz(midi)))
    for k in range(1, top + 1):
        # plucked near the bridge: sin(k pi / 8) takes out every eighth partial
        loud = abs(np.sin(k * np.pi / 7.6)) / k ** (1.75 - 0.75 * bright) * r.uniform(0.8, 1.2)
        stiff = k * np.sqrt(1 + 0.00011 * k * k)
        out += (
            loud * np.exp(-t * (0.9 + 0.42 * k + 0.012 * k * k)) * np.sin(stiff * phase + r.uniform(0, 0.4))
        )
    nail = r.standard_normal(len(t)) * np.exp(-t / 0.004) * 0.12 * bright
    return (out + nail) * np.clip(t / 0.0025, 0, 1) * fall(t, seconds)


def bell(midi: float, seconds: float, seed: int = 0) -> np.ndarray:
    """A small bronze bell: partials that no string has."""
    t = np.arange(int(seconds * RATE)) / RATE
    r = np.random.default_rng(seed)
    out = np.zeros_like(t)
    for ratio, loud, decay in (
        (1, 1, 1.1),
        (2.0, 0.5, 1.6),
        (2.76, 0.42, 2.4),
        (5.4, 0.2, 4.5),
        (8.9, 0.08, 7),
    ):
        out += loud * np.exp(-decay * t) * np.sin(2 * np.pi * hertz(midi) * ratio * t + r.uniform(0, 6))
    return out * np.clip(t / 0.004, 0, 1) * fall(t, seconds)


def pad(
    chord: list[float], seconds: float, rise: float, drop: float, seed: int, bright: float = 0.5
) -> np.ndarray:
    """Breathing strings, (n, 2): every note three times, a few cents apart, each in its own place."""
    t = np.arange(int(seconds * RATE)) / RATE
    r = np.random.default_rng(seed)
    out = np.zeros((len(t), 2))
    for note in chord:
        for cents in (-5, 0, 5):
            f = hertz(note + cents / 100) * (
                1 + 0.0012 * np.sin(2 * np.pi * r.uniform(3.8, 5) * t + r.uniform(0, 6))
            )
            phase = 2 * np.pi * np.cumsum(f) / RATE + r.uniform(0, 6)
            voice = sum(np.sin(k * phase) * bright ** (k - 1) / k for k in range(1, 6))
            out += place(
                voice * (1 + 0.15 * np.sin(2 * np.pi * 0.23 * t + r.uniform(0, 6))), r.uniform(-0.7, 0.7)
            )
    swell = np.clip(t / rise, 0, 1) * np.clip((seconds - t) / drop, 0, 1)
    return out * (np.sin(np.pi / 2 * swell) ** 2)[:, None] / len(chord)


def wind(seconds: float, seed: int) -> np.ndarray:
    """Wind over snow, (n, 2): noise through a band that wanders between 250 and 900 Hz."""
    n = int(seconds * RATE)
    t = np.arange(n) / RATE
    out = np.zeros((n, 2))
    r = np.random.default_rng(seed)
    for side in (0, 1):
        spectrum = np.fft.rfft(r.standard_normal(n))
        f = np.fft.rfftfreq(n, 1 / RATE)
        for centre, width in ((210, 90), (380, 130), (640, 170), (980, 260)):
            band = np.fft.irfft(spectrum * np.exp(-(((f - centre) / width) ** 2)), n)
            gust = 0.5 + 0.5 * np.sin(2 * np.pi * (0.17 + centre / 6000) * t + centre / 90 + 0.5 * side)
            out[:, side] += band / max(band.std(), 1e-9) * gust**2 * (300 / centre) ** 0.7
    return out * (np.sin(np.pi * np.clip(t / seconds, 0, 1)) ** 0.8)[:, None]


def fall(t: np.ndarray, seconds: float) -> np.ndarray:
    """A note's last 60 ms, so that none ends in a click."""
    return np.clip((seconds - t) / 0.06, 0, 1)


def place(mono: np.ndarray, side: float) -> np.ndarray:
    """(n, 2) at -1 left to 1 right, at equal power."""
    a = (side + 1) * np.pi / 4
    return np.stack([mono * np.cos(a), mono * np.sin(a)], axis=1)


def room(dry: np.ndarray, seconds: float, wet: float) -> np.ndarray:
    """A valley: dry (n, 2) with the noise of its echoes, darker the later they come."""
    n = int(seconds * RATE)
    t = np.arange(n) / RATE
    r = np.random.default_rng(77)
    size = 1 << (len(dry) + n).bit_length()
    out = dry.copy()
    for side in (0, 1):
        echo = r.standard_normal(n)
        low = np.fft.irfft(np.fft.rfft(echo) * np.exp(-((np.fft.rfftfreq(n, 1 / RATE) / 1800) ** 2)), n)
        mix = np.clip(t / 0.5, 0, 1)
        echo = (
            (echo * (1 - mix) * 0.6 + low * 1.6 * mix) * np.exp(-4.6 * t / seconds) * np.clip(t / 0.018, 0, 1)
        )
        echo /= np.sqrt((echo**2).sum())
        tail = np.fft.irfft(np.fft.rfft(dry[:, side], size) * np.fft.rfft(echo, size), size)[: len(dry)]
        out[:, side] += wet * tail
    return out


def degree(name: str, octave: int) -> int:
    """MIDI number of a note of D gong, octave 4 starting at D4."""
    return D4 + (0, 2, 4, 7, 9)[NOTES[name]] + 12 * (octave - 4)


def score() -> np.ndarray:
    """The film's 12 s, float (n, 2)."""
    out = np.zeros((int(SECONDS * RATE), 2))

    def add(at: float, sound: np.ndarray, level: float, side: float = 0.0) -> None:
        stereo = sound if sound.ndim == 2 else place(sound, side)
        a = int(at * RATE)
        b = min(len(out), a + len(stereo))
        out[a:b] += level * stereo[: b - a]

    # dawn: the melody climbs as the sun does
    add(0.0, pad([38, 50, 57, 62, 66], 5.2, 1.8, 1.9, 1, 0.4), 0.16)
    rising = [
        (0.35, "D", 4),
        (0.95, "A", 4),
        (1.35, "B", 4),
        (1.75, "D", 5),
        (2.3, "F#", 5),
        (2.62, "E", 5),
        (3.0, "A", 5),
    ]
    for i, (at, note, octave) in enumerate(rising):
        add(at, pluck(degree(note, octave), 3.4, 0.55, i, 0.0), 0.30 + 0.02 * i, -0.35 + 0.1 * i)
        if i % 3 == 0:
            add(at + 0.02, pluck(degree(note, octave) - 12, 3.4, 0.4, 20 + i), 0.2, 0.25)
    add(3.32, pluck(degree("B", 5), 2.4, 0.6, 9, 0.0), 0.2, 0.4)
    # failure: B minor, one string at a time, and wind
    add(3.5, wind(5.0, 5), 0.05)
    add(4.0, pad([35, 47, 54, 62], 4.6, 1.0, 1.6, 2, 0.3), 0.12)
    for i, (at, midi, level, slide) in enumerate(
        [
            (4.25, 47, 0.28, 0),
            (5.05, 66, 0.2, -1.0),
            (5.95, 62, 0.18, 0),
            (6.55, 59, 0.18, -1.0),
            (7.15, 54, 0.2, 0),
        ]
    ):
        add(at, pluck(midi, 3.0, 0.32, 40 + i, slide), level, (-1) ** i * 0.3)
    # a run upwards carries the gold across the cut
    for i, step in enumerate(("A3", "B3", "D4", "E4", "F#4", "A4", "B4", "D5", "E5", "F#5")):
        add(
            7.52 + 0.052 * i,
            pluck(degree(step[:-1], int(step[-1])), 2.2, 0.5, 60 + i),
            0.12 + 0.012 * i,
            -0.6 + 0.12 * i,
        )
    # resolution: everything at once, then bells
    add(7.9, pad([38, 45, 50, 57, 62, 66, 69, 74], 4.1, 0.5, 2.4, 3, 0.55), 0.30)
    for i, midi in enumerate((38, 50, 57, 62, 66, 69, 74)):
        add(8.05 + 0.028 * i, pluck(midi, 3.9, 0.62, 80 + i), 0.30, -0.5 + 0.15 * i)
    for i, (at, note, octave) in enumerate(
        [(8.75, "F#", 5), (9.15, "A", 5), (9.55, "B", 5), (10.0, "A", 5), (10.45, "D", 6)]
    ):
        add(at, pluck(degree(note, octave), 2.4, 0.55, 100 + i), 0.24, 0.4 - 0.2 * i)
    for i, (at, midi) in enumerate([(8.06, 86), (8.9, 93), (9.7, 90), (10.2, 98), (10.75, 102)]):
        add(at, bell(midi, 2.6, i), 0.055, 0.6 * (-1) ** i)
    return mastered(room(out, 2.6, 0.34))


def mastered(mix: np.ndarray) -> np.ndarray:
    """Levelled and softly limited below PEAK, faded in over 80 ms and out over 1.1 s."""
    t = np.arange(len(mix)) / RATE
    mix = mix - mix.mean(axis=0)
    mix *= (np.clip(t / 0.08, 0, 1) * np.sin(np.pi / 2 * np.clip((SECONDS - t) / 1.1, 0, 1)) ** 2)[:, None]
    mix *= LOUDNESS / np.sqrt((mix**2).mean())
    return np.asarray(PEAK * np.tanh(mix / PEAK))


def main(path: str = "") -> None:
    """Write the score beside this file, or to `path`."""
    target = Path(path) if path else Path(__file__).parent / "audio" / "score.wav"
    target.parent.mkdir(parents=True, exist_ok=True)
    codes = np.rint(score() * 32767).astype("<i2")
    part = target.with_suffix(".part")
    with wave.open(str(part), "wb") as sound:
        sound.setnchannels(2)
        sound.setsampwidth(2)
        sound.setframerate(RATE)
        sound.writeframes(codes.tobytes())
    part.replace(target)


if __name__ == "__main__":
    main(*sys.argv[1:2])
