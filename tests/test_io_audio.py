"""Sound: in from any file, laid together to the sample, out as WAV."""

from __future__ import annotations

import wave
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from inkrender.errors import PlateError
from inkrender.io import audio
from inkrender.io.audio import JOIN, RATE, Cue, mix

DATA = Path(__file__).parent / "data"


def ones(n):
    return np.ones((n, 2), np.float32)


# files ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("bits", [16, 24])
def test_a_wav_returns_its_samples(tmp_path, bits):
    sound = np.random.default_rng(0).uniform(-1, 0.999, (4800, 2)).astype(np.float32)
    audio.write_wav(tmp_path / "a.wav", sound, bits=bits)
    np.testing.assert_allclose(audio.read(tmp_path / "a.wav"), sound, atol=0.51 / 2 ** (bits - 1))


def test_a_wav_written_by_another_program_is_read(tmp_path):
    with wave.open(str(tmp_path / "a.wav"), "wb") as out:
        out.setnchannels(2)
        out.setsampwidth(2)
        out.setframerate(RATE)
        out.writeframes(np.array([[0, 16384], [-32768, 32767]], "<i2").tobytes())
    np.testing.assert_allclose(audio.read(tmp_path / "a.wav"), [[0, 0.5], [-1, 32767 / 32768]], atol=1e-7)


def test_mono_at_44100_becomes_48000_in_both_ears_at_full_level():
    sound = audio.read(DATA / "tone.wav")
    assert sound.shape == (12000, 2)
    np.testing.assert_array_equal(sound[:, 0], sound[:, 1])
    t = np.arange(12000) / RATE
    inner = slice(600, -600)  # a resampler rings at the ends
    np.testing.assert_allclose(sound[inner, 0], 0.5 * np.sin(2 * np.pi * 441 * t)[inner], atol=2e-3)


def test_too_loud_is_clipped_not_wrapped(tmp_path):
    audio.write_wav(tmp_path / "a.wav", np.array([[2.0, -2.0]], np.float32), bits=16)
    np.testing.assert_allclose(audio.read(tmp_path / "a.wav"), [[1, -1]], atol=1e-4)


def test_writing_twice_gives_the_same_bytes(tmp_path):
    for name in ("a.wav", "b.wav"):
        audio.write_wav(tmp_path / name, ones(480) * np.float32(0.3))
    assert (tmp_path / "a.wav").read_bytes() == (tmp_path / "b.wav").read_bytes()


@pytest.mark.parametrize(("content", "said"), [(b"", "empty"), (b"no sound at all", "begins b'no sound")])
def test_a_file_that_is_no_sound_is_refused(tmp_path, content, said):
    (tmp_path / "a.wav").write_bytes(content)
    with pytest.raises(PlateError, match=said):
        audio.read(tmp_path / "a.wav")


def test_a_missing_sound_suggests_its_neighbour():
    with pytest.raises(PlateError, match=r"did you mean .tone\.wav"):
        audio.read(DATA / "tome.wav")


# places ---------------------------------------------------------------------------------------------------


@given(frame=st.integers(0, 10**6))
def test_frames_of_ntsc_film_never_drift(frame):
    exact = Fraction(frame * 1001 * RATE, 24000)
    assert abs(audio.samples_at(frame, Fraction(24000, 1001)) - exact) <= Fraction(1, 2)


def test_a_cue_lands_on_its_sample():
    click = np.zeros((10, 2), np.float32)
    click[0] = 1
    out = mix([Cue(click, start=100)], 200)
    assert np.flatnonzero(out[:, 0]).tolist() == [100]


def test_cues_add_up_in_any_order():
    cues = [Cue(np.random.default_rng(n).random((300, 2), np.float32), n * 37) for n in range(5)]
    np.testing.assert_array_equal(mix(cues, 600), mix(cues[::-1], 600))


def test_a_whole_cue_without_fades_is_untouched():
    np.testing.assert_array_equal(mix([Cue(ones(500))], 500), ones(500))


def test_gain_is_a_factor_or_an_envelope():
    ramp = np.linspace(0, 1, 500, dtype=np.float32)
    np.testing.assert_allclose(mix([Cue(ones(500), gain=0.5)], 500), 0.5)
    np.testing.assert_allclose(mix([Cue(ones(500), gain=ramp)], 500)[:, 1], ramp, atol=1e-7)


def test_fades_rise_and_fall_without_steps():
    out = mix([Cue(ones(5000), fade_in=1000, fade_out=2000)], 5000)[:, 0]
    assert (np.diff(out[:1000]) > 0).all()
    assert (np.diff(out[3001:]) < 0).all()
    np.testing.assert_array_equal(out[1000:3000], 1)
    assert np.abs(np.diff(out)).max() < 2 / 1000
    assert out[0] < 1e-5
    assert out[-1] < 1e-5


def test_a_cue_cut_by_the_end_of_the_film_does_not_click():
    out = mix([Cue(ones(5000))], 3000)[:, 0]
    assert out[-1] < 1e-3
    np.testing.assert_array_equal(out[: 3000 - JOIN], 1)


def test_a_cue_begun_before_the_film_comes_in_softly():
    out = mix([Cue(ones(5000), start=-2000)], 3000)[:, 0]
    assert out[0] < 1e-3
    np.testing.assert_array_equal(out[JOIN:], 1)


def test_a_fade_out_ends_where_the_cue_is_last_heard():
    out = mix([Cue(ones(5000), fade_out=1000)], 3000)[:, 0]
    assert out[-1] < 1e-5
    assert out[1999] == 1


@pytest.mark.parametrize("start", [-900, 600])
def test_a_cue_outside_the_film_is_silent(start):
    assert not mix([Cue(ones(500), start=start)], 400).any()


def test_six_decibels_are_about_a_half():
    assert abs(audio.decibels(-6.0206) - 0.5) < 1e-5
