"""Video in: any frame by its number, exactly, in the colours its tags mean."""

from __future__ import annotations

import random
from concurrent.futures import ThreadPoolExecutor
from fractions import Fraction

import av
import numpy as np
import pytest

from inkrender.errors import PlateError
from inkrender.io import audio, probe, stills
from inkrender.io.video import Video, frame_rate, yuv_matrix

W, H = 128, 64
LUMA = {1: (0.2126, 0.0722), 5: (0.299, 0.114), 9: (0.2627, 0.0593)}


def planes_of(frame, values):
    """Fill the planes of a video frame with constants."""
    for plane, value in zip(frame.planes, values, strict=True):
        wide = np.uint16 if frame.format.components[0].bits > 8 else np.uint8
        plane.update(np.full(plane.buffer_size // np.dtype(wide).itemsize, value, wide).tobytes())
    return frame


def numbered(n):
    """A frame that shows its number in eight bars of black and white."""
    frame = planes_of(av.VideoFrame(W, H, "yuv420p"), (16, 128, 128))
    plane = frame.planes[0]
    rows = np.frombuffer(plane, np.uint8).reshape(-1, plane.line_size).copy()
    for bit in range(8):
        rows[:, bit * 16 : bit * 16 + 16] = 235 if n >> bit & 1 else 16
    plane.update(rows.tobytes())
    return frame


def number_in(rgb):
    """The number a decoded frame shows."""
    bars = rgb[H // 2, 8::16, 1] > np.iinfo(rgb.dtype).max // 2
    return sum(int(b) << n for n, b in enumerate(bars))


def write_video(
    path, frames, rate=Fraction(24), codec="libx264", tags=None, times=None, sound=None, **options
):
    """frames: av.VideoFrame; tags: colorspace, color_range ...; sound: (float (n,), rate)."""
    with av.open(str(path), "w") as out:
        stream = out.add_stream(codec, rate=rate, options={k: str(v) for k, v in options.items()})
        frames = list(frames)
        stream.width, stream.height = frames[0].width, frames[0].height
        stream.pix_fmt = frames[0].format.name
        stream.codec_context.time_base = 1 / Fraction(rate)
        for key, value in (tags or {}).items():
            setattr(stream.codec_context, key, value)
        track = out.add_stream("pcm_s16le", rate=sound[1], layout="mono") if sound else None
        for n, frame in enumerate(frames):
            frame.pts, frame.time_base = (times[n] if times else n), 1 / Fraction(rate)
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
        if sound and track is not None:
            block = av.AudioFrame.from_ndarray((sound[0][None] * 32767).astype(np.int16), "s16", "mono")
            block.sample_rate = sound[1]
            out.mux(track.encode(block))
            out.mux(track.encode(None))
    return path


@pytest.fixture(scope="module")
def counted(tmp_path_factory):
    """60 numbered frames, B-frames, a keyframe every 12."""
    path = tmp_path_factory.mktemp("video") / "counted.mp4"
    return write_video(path, map(numbered, range(60)), g=12, bf=3, preset="veryfast")


# the right frame ------------------------------------------------------------------------------------------


def test_every_frame_is_itself_in_any_order(counted):
    order = list(range(60))
    random.Random(3).shuffle(order)
    with Video(counted) as film:
        assert [number_in(film.read(n)) for n in order] == order


def test_every_frame_is_itself_backwards(counted):
    with Video(counted) as film:
        assert [number_in(film.read(n)) for n in range(59, -1, -1)] == list(range(59, -1, -1))


def test_threads_share_one_reader(counted):
    order = [*range(0, 60, 2), *range(0, 60, 3)]
    random.Random(4).shuffle(order)
    with Video(counted) as film, ThreadPoolExecutor(4) as pool:
        assert list(pool.map(lambda n: number_in(film.read(n)), order)) == order


@pytest.mark.parametrize("name", ["a.mkv", "a.avi", "a.mov", "a.ts"])
def test_containers_agree_on_the_frames(tmp_path, name):
    codec = "mpeg4" if name.endswith("avi") else "libx264"
    bf = 0 if name.endswith("avi") else 2
    write_video(tmp_path / name, map(numbered, range(30)), codec=codec, g=8, bf=bf)
    with Video(tmp_path / name) as film:
        assert film.frames == 30
        assert [number_in(film.read(n)) for n in (29, 3, 17, 16, 0)] == [29, 3, 17, 16, 0]


def test_hidden_vp8_frames_are_not_counted(tmp_path):
    options = {"auto-alt-ref": 1, "lag-in-frames": 16, "g": 20}
    write_video(tmp_path / "a.webm", map(numbered, range(40)), codec="libvpx", **options)
    with Video(tmp_path / "a.webm") as film:
        assert film.frames == 40
        assert [number_in(film.read(n)) for n in (39, 20, 5)] == [39, 20, 5]


def test_a_frame_beyond_the_end_is_an_error_with_a_way_out(counted):
    with (
        Video(counted) as film,
        pytest.raises(PlateError, match=r"frames 0-59, 60 was asked for.*after = .hold"),
    ):
        film.read(60)


# the right rate -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("rate", ["24", "25", "30000/1001", "24000/1001", "12"])
@pytest.mark.parametrize("name", ["a.mp4", "a.mkv"])
def test_the_rate_is_exact(tmp_path, rate, name):
    write_video(tmp_path / name, map(numbered, range(48)), Fraction(rate))
    with Video(tmp_path / name) as film:
        assert film.fps == Fraction(rate)
        assert not film.info.variable


def test_uneven_frames_are_called_variable(tmp_path):
    times = [0, 1, 2, 7, 8, 12, 13, 14]
    write_video(tmp_path / "a.mkv", map(numbered, range(8)), times=times)
    with Video(tmp_path / "a.mkv") as film:
        assert film.info.variable
        assert "not evenly spaced" in film.info.warnings[-1]
        assert [number_in(film.read(n)) for n in range(8)] == list(range(8))


def test_millisecond_ticks_still_mean_film_rate():
    times = [round(n * 1001 / 24) for n in range(500)]
    assert frame_rate(times, Fraction(1, 1000), (None,)) == (Fraction(24000, 1001), False)


# the right colour -----------------------------------------------------------------------------------------


def expected_rgb(y, u, v, matrix, full, bits):
    """Rec. ITU-R BT.601/709/2020 as written, 0..1."""
    kr, kb = LUMA[matrix]
    step, top = 2 ** (bits - 8), 2**bits - 1
    luma = y / top if full else (y - 16 * step) / (219 * step)
    cb, cr = ((c - 128 * step) / (top if full else 224 * step) for c in (u, v))
    r, b = luma + 2 * (1 - kr) * cr, luma + 2 * (1 - kb) * cb
    return np.clip([r, (luma - kr * r - kb * b) / (1 - kr - kb), b], 0, 1)


@pytest.mark.parametrize("full", [False, True])
@pytest.mark.parametrize("matrix", [1, 5, 9])
@pytest.mark.parametrize(
    ("kind", "bits"), [("yuv420p", 8), ("yuv444p", 8), ("yuv420p10le", 10), ("yuv422p12le", 12)]
)
def test_a_patch_has_the_colour_its_tags_mean(tmp_path, kind, bits, matrix, full):
    step = 2 ** (bits - 8)
    patch = (140 * step, 110 * step, 150 * step)
    tags = {"colorspace": matrix, "color_range": 2 if full else 1}
    frame = planes_of(av.VideoFrame(W, H, kind), patch)
    frame.colorspace, frame.color_range = matrix, 2 if full else 1
    write_video(tmp_path / "a.mkv", [frame], codec="ffv1", tags=tags)
    with Video(tmp_path / "a.mkv") as film:
        assert film.info.tagged
        rgb = film.read(0)
    top = np.iinfo(rgb.dtype).max
    assert rgb.dtype == (np.uint8 if bits == 8 else np.uint16)
    # half a code of rounding; swscale's 8-bit tables add a little
    atol = 0.6 / 255 if bits == 8 else 1 / 65535
    np.testing.assert_allclose(rgb[H // 2, W // 2] / top, expected_rgb(*patch, matrix, full, bits), atol=atol)


@pytest.mark.parametrize(("height", "matrix", "name"), [(64, 5, "bt601"), (720, 1, "bt709")])
def test_untagged_video_is_601_below_720_lines_and_709_from_there(tmp_path, height, matrix, name):
    write_video(
        tmp_path / "a.mkv", [planes_of(av.VideoFrame(W, height, "yuv420p"), (140, 110, 150))], codec="ffv1"
    )
    with Video(tmp_path / "a.mkv") as film:
        assert (film.info.matrix, film.info.tagged, film.info.full_range) == (name, False, False)
        assert f"{name} is assumed" in film.info.warnings[0]
        pixel = film.read(0)[height // 2, W // 2] / 255
    np.testing.assert_allclose(pixel, expected_rgb(140, 110, 150, matrix, False, 8), atol=0.6 / 255)


@pytest.mark.parametrize("bits", [10, 12, 16])
@pytest.mark.parametrize("full", [False, True])
def test_white_and_black_reach_both_ends(bits, full):
    shift, step = 2 ** (16 - bits), 2 ** (bits - 8)
    white, black = (2**bits - 1, 0) if full else (235 * step, 16 * step)
    matrix = yuv_matrix("bt709", full, bits)
    grey = 128 * step * shift
    np.testing.assert_allclose(matrix @ [white * shift, grey, grey, 1], [65535] * 3, atol=0.1)
    np.testing.assert_allclose(matrix @ [black * shift, grey, grey, 1], [0] * 3, atol=0.1)


def test_ten_bit_steps_stay_apart(tmp_path):
    frames = [planes_of(av.VideoFrame(W, H, "yuv420p10le"), (500 + n, 512, 512)) for n in range(4)]
    write_video(tmp_path / "a.mkv", frames, codec="ffv1")
    with Video(tmp_path / "a.mkv") as film:
        levels = [int(film.read(n)[0, 0, 1]) for n in range(4)]
    assert np.diff(levels).min() > 60


def test_ten_bit_rgb_is_exact(tmp_path):
    write_video(
        tmp_path / "a.mkv", [planes_of(av.VideoFrame(W, H, "gbrp10le"), (1023, 512, 0))], codec="ffv1"
    )
    with Video(tmp_path / "a.mkv") as film:
        np.testing.assert_array_equal(film.read(0)[0, 0], [0, 65535, round(512 / 1023 * 65535)])


def test_alpha_in_video_is_straight(tmp_path):
    frame = planes_of(av.VideoFrame(W, H, "yuva444p10le"), (940, 512, 512, 512))
    write_video(tmp_path / "a.mkv", [frame], codec="ffv1")
    with Video(tmp_path / "a.mkv") as film:
        assert film.info.has_alpha
        found = film.raw(0)
    np.testing.assert_allclose(found.pixels[0, 0] / 65535, [1, 1, 1, 512 / 1023], atol=1e-3)
    assert not found.premultiplied


def test_raw_video_enters_the_engine_like_a_still(counted):
    with Video(counted) as film:
        found, rgb = film.raw(5), film.read(5)
    np.testing.assert_array_equal(found.pixels[..., :3], rgb)
    assert (stills.to_light(*found)[..., 3] == 1).all()


@pytest.mark.parametrize("turn", [90, 180, 270])
def test_a_rotated_phone_video_stands_upright(tmp_path, turn):
    corner = planes_of(av.VideoFrame(W, H, "yuv420p"), (16, 128, 128))
    rows = np.frombuffer(corner.planes[0], np.uint8).reshape(H, -1).copy()
    rows[: H // 2, : W // 2] = 235
    corner.planes[0].update(rows.tobytes())
    with av.open(str(tmp_path / "a.mp4"), "w") as out:
        stream = out.add_stream("libx264", rate=24)
        stream.width, stream.height, stream.pix_fmt = W, H, "yuv420p"
        stream.set_display_rotation(turn)
        corner.pts = 0
        out.mux(stream.encode(corner))
        out.mux(stream.encode(None))
    with Video(tmp_path / "a.mp4") as film:
        shown = film.read(0)
        assert film.size == (shown.shape[1], shown.shape[0])
        assert film.info.rotation == turn
    upright = np.rot90(rows[:, :W] > 128, turn // 90)
    np.testing.assert_array_equal(shown[8::16, 8::16, 1] > 128, upright[8::16, 8::16])


# sound ----------------------------------------------------------------------------------------------------


def test_sound_comes_out_as_long_as_it_went_in(tmp_path):
    tone = np.sin(np.arange(44100) * 2 * np.pi * 441 / 44100) * 0.5
    write_video(tmp_path / "a.mov", map(numbered, range(24)), sound=(tone, 44100))
    with Video(tmp_path / "a.mov") as film:
        assert film.has_audio
        sound = film.audio()
    assert sound.shape == (audio.RATE, 2)
    assert abs(np.abs(sound[2000:-2000]).max() - 0.5) < 0.01


def test_a_silent_video_has_no_sound(counted):
    with Video(counted) as film:
        assert not film.has_audio
        with pytest.raises(PlateError, match="holds no sound"):
            film.audio()


# bad files ------------------------------------------------------------------------------------------------


def test_a_file_that_is_no_video_is_refused(tmp_path):
    (tmp_path / "a.mp4").write_bytes(b"not a film at all")
    with pytest.raises(PlateError, match=r"a\.mp4 is not a video.*b'not a fi"):
        Video(tmp_path / "a.mp4")


def test_an_empty_video_is_called_empty(tmp_path):
    (tmp_path / "a.mp4").touch()
    with pytest.raises(PlateError, match="empty"):
        Video(tmp_path / "a.mp4")


def test_a_missing_video_suggests_its_neighbour(counted):
    with pytest.raises(PlateError, match=r"did you mean .counted\.mp4"):
        Video(counted.parent / "cuonted.mp4")


def test_a_cut_off_video_is_found_out_on_opening(tmp_path):
    full = write_video(tmp_path / "a.mp4", map(numbered, range(60)), g=12, qp=1)
    # the index first, as for the web: then a cut loses frames and not the index
    with (
        av.open(str(full)) as src,
        av.open(str(tmp_path / "b.mp4"), "w", options={"movflags": "faststart"}) as out,
    ):
        track = out.add_stream_from_template(src.streams.video[0])
        for packet in src.demux(video=0):
            if packet.dts is not None:
                packet.stream = track
                out.mux(packet)
    content = (tmp_path / "b.mp4").read_bytes()
    (tmp_path / "b.mp4").write_bytes(content[: len(content) * 2 // 3])
    with pytest.raises(PlateError, match=r"cut off|damaged"):
        Video(tmp_path / "b.mp4")


def test_sound_alone_is_no_video(tmp_path):
    audio.write_wav(tmp_path / "a.wav", np.zeros((480, 2), np.float32))
    with pytest.raises(PlateError, match="no picture"):
        Video(tmp_path / "a.wav")


def test_probe_tells_what_a_video_is(counted):
    found = probe.probe(counted)
    assert (found["kind"], found["frames"], found["fps"], found["size"]) == ("video", 60, "24", (W, H))


@pytest.mark.parametrize(("codec", "quick"), [("libx264", True), ("ffv1", False)])
def test_colour_is_read_quickly_where_it_lies_as_it_mostly_does(tmp_path, codec, quick):
    rise = np.arange(40, 216, dtype=np.uint8)
    frame = av.VideoFrame(W, H, "yuv420p")
    for plane, start in zip(frame.planes, (20, 60, 0), strict=True):
        rows = np.zeros((plane.height, plane.line_size), np.uint8)
        rows[:, : plane.width] = rise[start : start + plane.width]
        plane.update(rows.tobytes())
    path = write_video(tmp_path / "a.mkv", [frame], codec=codec, **({"qp": 0} if quick else {}))
    with Video(path) as video:
        assert video._quick == quick
        found, raw = video.read(0), video.raw(0).pixels
        video._quick = False
        slow = video.read(0).astype(int)
    assert np.abs(found - slow)[:, 4:-4].max() <= 1  # a rise is the same to swscale's cubic
    assert np.array_equal(raw[..., :3], found)
    assert (raw[..., 3] == 255).all()
