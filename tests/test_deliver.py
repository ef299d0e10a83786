import subprocess
import sys
from fractions import Fraction
from pathlib import Path
from types import SimpleNamespace

import av
import numpy as np
import pytest
from fake_film import FakeFilm, paint

from inkrender import deliver, encode, render, verify
from inkrender.errors import DeliverError, RefusedError, SceneError
from inkrender.io import files, stills

RATES = ["24", "25", "24000/1001"]


def frames_of(film, folder, bits=8):
    return render.render(film, None, folder / "frames" / "film.####.png", bits=bits).paths


def tone(seconds=1.0, hz=440):
    t = np.arange(round(seconds * 48_000)) / 48_000
    return np.stack([0.3 * np.sin(2 * np.pi * hz * t)] * 2, axis=1).astype(np.float32)


def made(tmp_path, fps="24", preset="h264", length=10, sound=True, **options):
    film = FakeFilm(length, fps=fps)
    out = tmp_path / {"gif": "x.gif", "prores": "x.mov"}.get(preset, "x.mp4")
    paths = frames_of(film, tmp_path, deliver.preset_for(out, preset).bits)
    return deliver.assemble(film, paths, tone() if sound else None, out, preset, **options)


@pytest.mark.parametrize("fps", RATES)
@pytest.mark.parametrize("preset", ["h264", "h265", "prores"])
def test_every_frame_is_there_at_the_exact_rate(tmp_path, preset, fps):
    found = made(tmp_path, fps, preset)
    assert (found.frames, found.fps, found.size) == (10, Fraction(fps), (64, 36))


@pytest.mark.parametrize("preset", ["h264", "h265", "prores"])
def test_all_four_tags_say_bt709(tmp_path, preset):
    assert set(made(tmp_path, preset=preset).tags.values()) == {1}


@pytest.mark.parametrize("fps", RATES)
def test_sound_is_as_long_as_the_picture(tmp_path, fps):
    found = made(tmp_path, fps)
    assert found.sound_seconds == pytest.approx(float(10 / Fraction(fps)), abs=0.001)


@pytest.mark.parametrize("preset", ["h265", "prores"])
def test_masters_are_ten_bit_with_sound(tmp_path, preset):
    found = made(tmp_path, preset=preset)
    assert found.pix_fmt == {"h265": "yuv420p10le", "prores": "yuv422p10le"}[preset]
    assert found.sound_seconds == pytest.approx(10 / 24, abs=0.002)


def test_silence_is_no_sound_track(tmp_path):
    assert made(tmp_path, sound=False).sound_seconds is None


def test_a_gif_has_every_frame(tmp_path):
    assert made(tmp_path, preset="gif").frames == 10


def test_a_long_ntsc_film_neither_drops_nor_doubles_a_frame(tmp_path):
    # MoviePy tells ffmpeg 23.98: rounded times would slip by a frame after 2998 of them
    film = FakeFilm(2, size=(16, 16), fps="24000/1001")
    paths = frames_of(film, tmp_path)
    found = deliver.assemble(
        film, [paths[n % 2] for n in range(3100)], None, tmp_path / "x.mp4", quality="draft"
    )
    assert (found.frames, found.seconds) == (3100, pytest.approx(3100 * 1001 / 24000))


def test_a_flat_colour_keeps_its_code(tmp_path):
    picture = np.full((36, 64, 3), (200, 100, 50), np.uint8)
    stills.write(tmp_path / "a.png", picture)
    film = SimpleNamespace(fps=Fraction(24))
    found = deliver.assemble(film, [tmp_path / "a.png"] * 3, None, tmp_path / "x.mp4")
    assert max(found.differences.values()) < 0.6  # half a code of rounding in each of Y, Cb, Cr


def test_a_ten_bit_ramp_has_more_steps_than_eight_bits_hold(tmp_path):
    ramp = np.linspace(30_000, 34_000, 64).astype(np.uint16)
    stills.write(tmp_path / "a.png", np.broadcast_to(ramp[None, :, None], (36, 64, 3)).copy())
    film = SimpleNamespace(fps=Fraction(24))
    deliver.assemble(film, [tmp_path / "a.png"] * 2, None, tmp_path / "x.mov", "prores")
    with av.open(str(tmp_path / "x.mov")) as box:
        luma = verify._plane(next(box.decode(video=0)), 0)
    assert len(np.unique(luma[16])) > 40


def test_the_sound_is_the_sound_that_was_given(tmp_path):
    made(tmp_path, length=24, preset="prores")
    with av.open(str(tmp_path / "x.mov")) as box:
        heard = np.concatenate([f.to_ndarray().reshape(-1, 2) for f in box.decode(audio=0)]) / 32767
    assert np.abs(heard - tone()[: len(heard)]).max() < 1e-4  # half a 16-bit code


@pytest.mark.parametrize(("sound", "length"), [(0.1, 10), (5.0, 10)])
def test_sound_is_cut_or_followed_by_silence(sound, length):
    fitted = encode.fit_sound(tone(sound), length, Fraction(24))
    assert len(fitted) == 20_000
    kept = min(len(tone(sound)), 20_000)
    assert np.array_equal(fitted[:kept], tone(sound)[:kept])
    assert not fitted[kept:].any()


def test_moviepy_gets_every_frame_of_every_length():
    # int(duration * fps) is what MoviePy writes: 15 of 200 films lose their last frame with n / fps
    for fps in map(Fraction, RATES):
        for length in range(1, 400):
            clip = encode.clip_of(lambda n: np.zeros((2, 2, 3), np.uint8), length, fps, None)
            assert int(clip.duration * clip.fps) == length


def test_the_film_as_a_moviepy_clip_shows_the_frames_of_the_film():
    film = FakeFilm(7, fps="24000/1001")
    film.audio = ()
    clip = deliver.to_moviepy(film)
    shown = [frame for frame in clip.iter_frames()]
    assert len(shown) == 7
    assert all(np.array_equal(frame, paint(n, (64, 36), 8)[..., :3]) for n, frame in enumerate(shown))


# what can go wrong ----------------------------------------------------------------------------------------


def test_nothing_is_left_beside_the_film(tmp_path):
    made(tmp_path)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["frames", "x.mp4"]


def test_an_odd_size_is_refused_before_the_first_frame(tmp_path):
    stills.write(tmp_path / "a.png", np.zeros((36, 63, 3), np.uint8))
    with pytest.raises(SceneError, match="63 x 36 is odd"):
        deliver.assemble(FakeFilm(), [tmp_path / "a.png"], None, tmp_path / "x.mp4")


def test_frames_of_two_sizes_are_an_error_that_names_the_frame(tmp_path):
    paths = list(frames_of(FakeFilm(4), tmp_path))
    stills.write(paths[2], np.zeros((18, 32, 3), np.uint8))
    with pytest.raises(DeliverError, match=r"film.0002.png is 32 x 18"):
        deliver.assemble(FakeFilm(4), paths, None, tmp_path / "x.mp4")
    assert not (tmp_path / "x.mp4").exists()


@pytest.mark.parametrize(
    ("out", "preset", "options", "says"),
    [
        ("x.mp4", "prorez", {}, 'did you mean "prores"'),
        ("x.mp4", "prores", {}, "goes into .mov"),
        ("x.gif", None, {"crf": 18}, "has no crf"),
        ("x.mp4", None, {"crf": 80}, "outside 0"),
        ("x.mp4", None, {"quality": "fianl"}, 'did you mean "final"'),
    ],
)
def test_what_cannot_be_delivered_is_said_first(tmp_path, out, preset, options, says):
    with pytest.raises(SceneError, match=says):
        deliver.assemble(FakeFilm(), [], None, tmp_path / out, preset, **options)


def test_a_disk_too_small_for_the_film_is_refused(tmp_path, monkeypatch):
    paths = frames_of(FakeFilm(2), tmp_path)
    monkeypatch.setattr(files, "free_bytes", lambda path: 1000)
    with pytest.raises(RefusedError, match="1 kB free"):
        deliver.assemble(FakeFilm(2), paths, None, tmp_path / "x.mp4")


def test_an_encoder_that_fails_says_its_last_words(tmp_path, monkeypatch):
    paths = frames_of(FakeFilm(2), tmp_path)
    broken = {"h264": encode.PRESETS["h264"].__class__(**vars(encode.PRESETS["h264"]) | {"codec": "nocodec"})}
    monkeypatch.setattr(deliver, "PRESETS", encode.PRESETS | broken)
    with pytest.raises(DeliverError, match="Unknown encoder 'nocodec'"):
        deliver.assemble(FakeFilm(2), paths, None, tmp_path / "x.mp4")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["frames"]


FULL = """
import resource, signal, sys
sys.path.insert(0, {tests!r})
from fractions import Fraction
from pathlib import Path
from types import SimpleNamespace
from inkrender import deliver
from inkrender.errors import DeliverError
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (60_000, 60_000))
try:
    frames = [Path({frame!r} % (n % 4)) for n in range(24)]
    deliver.assemble(SimpleNamespace(fps=Fraction(24)), frames, None, {out!r}, {preset!r})
except DeliverError as error:
    sys.exit(f"told: {{error}}")
"""


@pytest.mark.parametrize(("preset", "out"), [("h264", "x.mp4"), ("prores", "x.mov")])
def test_a_disk_that_fills_up_is_an_error_and_leaves_no_film(tmp_path, preset, out):
    # MoviePy itself raises nothing here; a file size limit stands for the full disk
    for n in range(4):
        noise = np.random.default_rng(n).integers(0, 255, (144, 256, 3), dtype=np.uint8)
        stills.write(tmp_path / "frames" / f"{n}.png", noise)
    code = FULL.format(
        tests=str(Path(__file__).parent),
        frame=str(tmp_path / "frames" / "%d.png"),
        out=str(tmp_path / out),
        preset=preset,
    )
    child = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert child.stderr.startswith("told: "), child.stderr
    assert sorted(p.name for p in tmp_path.iterdir()) == ["frames"]


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"frames": 11}, "11 frames wanted, 10 found"),
        ({"fps": Fraction(25)}, "25 frames a second wanted, 24 found"),
        ({"size": (64, 38)}, "64 x 38 px wanted"),
        ({"pix_fmt": "yuv444p"}, "pixel format yuv444p wanted, yuv420p found"),
        ({"sound": True}, "sound wanted, none found"),
    ],
)
def test_verification_says_what_was_wanted_and_what_was_found(tmp_path, change, says):
    made(tmp_path, sound=False)
    wanted = {"frames": 10, "fps": Fraction(24), "size": (64, 36), "preset": "h264", "pix_fmt": "yuv420p"}
    with pytest.raises(DeliverError, match=says):
        verify.verify(tmp_path / "x.mp4", verify.Wanted(**{**wanted, "sound": False, **change}), {})


def test_verification_sees_another_picture(tmp_path):
    made(tmp_path, sound=False)
    wanted = verify.Wanted(10, Fraction(24), (64, 36), "h264", "yuv420p", False)
    other = {3: 255 - paint(3, (64, 36), 8)[..., :3]}
    with pytest.raises(DeliverError, match="frame 3 differs"):
        verify.verify(tmp_path / "x.mp4", wanted, other)


def test_verification_sees_a_missing_tag(tmp_path):
    with av.open(str(tmp_path / "x.mp4"), "w") as box:
        video = box.add_stream("libx264", rate=24)
        video.width, video.height, video.pix_fmt = 64, 36, "yuv420p"
        for n in range(3):
            box.mux(
                video.encode(
                    av.VideoFrame.from_ndarray(paint(n, (64, 36), 8)[..., :3].copy(), format="rgb24")
                )
            )
        box.mux(video.encode())
    wanted = verify.Wanted(3, Fraction(24), (64, 36), "h264", "yuv420p", False)
    with pytest.raises(DeliverError, match="tags"):
        verify.verify(tmp_path / "x.mp4", wanted, {})


def test_a_truncated_film_cannot_be_read_back(tmp_path):
    made(tmp_path, sound=False)
    whole = (tmp_path / "x.mp4").read_bytes()
    (tmp_path / "x.mp4").write_bytes(whole[: len(whole) // 4])
    with pytest.raises(DeliverError):
        verify.verify(
            tmp_path / "x.mp4", verify.Wanted(10, Fraction(24), (64, 36), "h264", "yuv420p", False), {}
        )
