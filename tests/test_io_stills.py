"""Single pictures: what goes in comes out, and what a file means is stated per format."""

from __future__ import annotations

import json
import os
import struct
import zlib
from pathlib import Path

import cv2
import numpy as np
import OpenImageIO as oiio
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from inkrender import colour
from inkrender.errors import DeliverError, PlateError, RefusedError
from inkrender.frame import Frame
from inkrender.io import exr, files, png, stills

DATA = Path(__file__).parent / "data"
QUICK = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def save_exr(path, planes, names, kind="half", window=None, display=None, **attributes):
    """An EXR written without our own writer. window: x, y of the data window; display: w, h."""
    spec = oiio.ImageSpec(planes.shape[1], planes.shape[0], len(names), kind)
    spec.channelnames = tuple(names)
    if window:
        spec.x, spec.y = window
        spec.full_x = spec.full_y = 0
        spec.full_width, spec.full_height = display
    for key, value in attributes.items():
        if key == "chromaticities":
            spec.attribute(key, oiio.TypeDesc("float[8]"), value)
        else:
            spec.attribute(key, value)
    out = oiio.ImageOutput.create("openexr")
    assert out.open(str(path), spec), out.geterror()
    assert out.write_image(np.ascontiguousarray(planes)), out.geterror()
    out.close()
    return path


def save_parts(path, *parts):
    """A multi-part EXR: (part name, channel names, float planes) each."""
    specs = []
    for title, names, planes in parts:
        spec = oiio.ImageSpec(planes.shape[1], planes.shape[0], len(names), "float")
        spec.channelnames = tuple(names)
        spec.attribute("name", title)
        spec.attribute("oiio:subimagename", title)
        specs.append(spec)
    out = oiio.ImageOutput.create("openexr")
    assert out.open(str(path), tuple(specs)), out.geterror()
    for n, (_, _, planes) in enumerate(parts):
        if n:
            out.open(str(path), specs[n], "AppendSubimage")
        out.write_image(np.ascontiguousarray(planes, np.float32))
    out.close()
    return path


def rgba(h=9, w=16, seed=1):
    rng = np.random.default_rng(seed)
    a = rng.random((h, w, 1), np.float32)
    return np.concatenate([rng.random((h, w, 3), np.float32) * a, a], axis=2)


# what goes in comes out -----------------------------------------------------------------------------------


@pytest.mark.parametrize("suffix", [".png", ".tif"])
def test_every_16_bit_code_survives_write_and_raw(tmp_path, suffix):
    code = np.arange(65536, dtype=np.uint16).reshape(256, 256)
    ramp = np.stack([code, 65535 - code, code // 2, np.roll(code, 7)], axis=2)
    stills.write(tmp_path / f"ramp{suffix}", ramp)
    back = stills.raw(tmp_path / f"ramp{suffix}")
    assert back.pixels.dtype == np.uint16
    assert not back.premultiplied
    np.testing.assert_array_equal(back.pixels, ramp)


@pytest.mark.parametrize("suffix", [".png", ".tif"])
def test_every_16_bit_code_survives_a_trip_through_linear_light(tmp_path, suffix):
    code = np.arange(65536, dtype=np.uint16).reshape(256, 256)
    ramp = np.stack([code, 65535 - code, code // 2, np.full_like(code, 65535)], axis=2)
    stills.write(tmp_path / f"a{suffix}", ramp)
    stills.write(tmp_path / f"b{suffix}", stills.read(tmp_path / f"a{suffix}"), bits=16)
    np.testing.assert_array_equal(stills.raw(tmp_path / f"b{suffix}").pixels, ramp)


@QUICK
@given(codes=hnp.arrays(np.uint8, st.tuples(st.integers(1, 9), st.integers(1, 9), st.sampled_from([3, 4]))))
def test_8_bit_png_returns_its_codes(tmp_path, codes):
    stills.write(tmp_path / "a.png", codes)
    back = stills.raw(tmp_path / "a.png").pixels
    np.testing.assert_array_equal(back[..., : codes.shape[2]], codes)


@QUICK
@given(
    bits=hnp.arrays(
        np.uint16, (4, 5, 4), elements=st.integers(0, 0xFFFF).filter(lambda b: b & 0x7C00 != 0x7C00)
    )
)
def test_exr_half_bits_are_identical(tmp_path, bits):
    stills.write(tmp_path / "a.exr", bits.view(np.float16))
    np.testing.assert_array_equal(stills.raw(tmp_path / "a.exr").pixels.view(np.uint16), bits)


def test_exr_float_keeps_32_bits(tmp_path):
    light = rgba()
    stills.write(tmp_path / "a.exr", Frame(light), bits=32)
    np.testing.assert_array_equal(stills.read(tmp_path / "a.exr").pixels, light)


def test_float_tiff_keeps_32_bits(tmp_path):
    light = rgba()
    stills.write(tmp_path / "a.tif", Frame(light), bits=32)
    frame = stills.read(tmp_path / "a.tif")
    np.testing.assert_array_equal(frame.pixels, light)
    assert frame.info["alpha"] == "premultiplied"


def test_jpeg_is_within_two_codes_of_a_smooth_picture(tmp_path):
    y, x = np.mgrid[0:64, 0:64].astype(np.uint8)
    smooth = np.stack([x * 3, y * 3, x + y], axis=2)
    stills.write(tmp_path / "a.jpg", smooth, quality=98)
    back = stills.raw(tmp_path / "a.jpg").pixels[..., :3].astype(int)
    assert np.abs(back - smooth).max() <= 3  # quantisation at quality 98 and the YCbCr rounding


def test_writing_twice_gives_the_same_bytes(tmp_path):
    for name in ("a.exr", "a.png", "a.tif", "a.jpg"):
        stills.write(tmp_path / name, Frame(rgba()))
        first = (tmp_path / name).read_bytes()
        stills.write(tmp_path / name, Frame(rgba()))
        assert (tmp_path / name).read_bytes() == first, name


def test_passes_survive_an_exr(tmp_path):
    rng = np.random.default_rng(2)
    passes = {
        "depth": np.where(rng.random((9, 16)) < 0.3, np.inf, rng.random((9, 16)) * 1e5).astype(np.float32),
        "normal": rng.random((9, 16, 3), np.float32),
        "vector": rng.random((9, 16, 4), np.float32),
        "id": rng.integers(0, 9, (9, 16)).astype(np.float32),
        "CryptoObject00": rng.random((9, 16, 4), np.float32),
    }
    stills.write(tmp_path / "a.exr", Frame(rgba(), passes=passes))
    back = stills.read(tmp_path / "a.exr").passes
    assert sorted(back) == sorted(passes)
    for name, plane in passes.items():
        np.testing.assert_array_equal(back[name], plane, err_msg=name)


# what a file means ----------------------------------------------------------------------------------------


def test_png_alpha_is_straight(tmp_path):
    cv2.imwrite(str(tmp_path / "a.png"), np.full((2, 2, 4), (0, 0, 255, 128), np.uint8))
    pixel = stills.read(tmp_path / "a.png").pixels[0, 0]
    np.testing.assert_allclose(pixel, [128 / 255, 0, 0, 128 / 255], atol=1e-6)


def test_png_read_as_premultiplied_is_divided_before_decoding(tmp_path):
    cv2.imwrite(str(tmp_path / "a.png"), np.full((2, 2, 4), (0, 0, 64, 128), np.uint8))
    pixel = stills.read(tmp_path / "a.png", alpha="premultiplied").pixels[0, 0]
    expected = colour.decode(np.float32(0.5)) * 128 / 255
    np.testing.assert_allclose(pixel, [expected, 0, 0, 128 / 255], atol=1e-6)


def test_exr_alpha_is_premultiplied_unless_told_otherwise(tmp_path):
    save_exr(tmp_path / "a.exr", np.full((2, 2, 4), (0.5, 0.25, 0, 0.5), np.float32), "RGBA")
    np.testing.assert_array_equal(stills.read(tmp_path / "a.exr").pixels[0, 0], [0.5, 0.25, 0, 0.5])
    straight = stills.read(tmp_path / "a.exr", alpha="straight").pixels[0, 0]
    np.testing.assert_array_equal(straight, [0.25, 0.125, 0, 0.5])


@pytest.mark.parametrize(("unassociated", "expected"), [(1, "straight"), (0, "premultiplied")])
def test_tiff_alpha_is_what_its_extra_samples_say(tmp_path, unassociated, expected):
    spec = oiio.ImageSpec(2, 2, 4, "uint8")
    spec.attribute("oiio:UnassociatedAlpha", unassociated)
    out = oiio.ImageOutput.create("tiff")
    out.open(str(tmp_path / "a.tif"), spec)
    out.write_image(np.full((2, 2, 4), (100, 50, 0, 128), np.uint8))
    out.close()
    found = stills.raw(tmp_path / "a.tif")
    assert stills.read(tmp_path / "a.tif").info["alpha"] == expected
    assert found.premultiplied == (expected == "premultiplied")
    np.testing.assert_array_equal(found.pixels[0, 0], [100, 50, 0, 128])


@pytest.mark.parametrize("name", ["a.png", "a.jpg", "a.tif", "a.exr"])
def test_a_file_without_alpha_is_opaque(tmp_path, name):
    stills.write(tmp_path / name, np.full((4, 4, 3), 90, np.uint8))
    frame = stills.read(tmp_path / name)
    assert (frame.pixels[..., 3] == 1).all()
    assert frame.info["alpha"] == "none"


def test_integers_are_srgb_and_floats_are_linear(tmp_path):
    stills.write(tmp_path / "a.png", np.full((1, 1, 3), 188, np.uint8))
    stills.write(tmp_path / "a.exr", np.full((1, 1, 3), 0.5, np.float32))
    np.testing.assert_allclose(stills.read(tmp_path / "a.png").pixels[0, 0, 0], 0.5, atol=0.005)
    assert stills.read(tmp_path / "a.exr").pixels[0, 0, 0] == 0.5


def test_transfer_overrides_what_the_format_says(tmp_path):
    stills.write(tmp_path / "a.png", np.full((1, 1, 3), 51, np.uint8))
    np.testing.assert_allclose(
        stills.read(tmp_path / "a.png", transfer="linear").pixels[0, 0, 0], 0.2, atol=1e-6
    )


def test_png_with_gamma_one_is_read_as_linear(tmp_path):
    content = cv2.imencode(".png", np.full((1, 1, 3), 51, np.uint8))[1].tobytes()
    body = b"gAMA" + struct.pack(">I", 100000)
    chunk = struct.pack(">I", 4) + body + struct.pack(">I", zlib.crc32(body))
    (tmp_path / "a.png").write_bytes(content[:33] + chunk + content[33:])
    np.testing.assert_allclose(stills.read(tmp_path / "a.png").pixels[0, 0, 0], 0.2, atol=1e-6)


def test_written_png_says_it_is_srgb(tmp_path):
    stills.write(tmp_path / "a.png", np.zeros((2, 2, 3), np.uint8))
    kinds = [kind for kind, _, _ in png.chunks((tmp_path / "a.png").read_bytes())]
    assert kinds[:3] == [b"IHDR", b"sRGB", b"gAMA"]


def test_palette_and_grey_png_are_pictures_too(tmp_path):
    cv2.imwrite(str(tmp_path / "grey.png"), np.full((2, 2), 77, np.uint8))
    np.testing.assert_array_equal(stills.raw(tmp_path / "grey.png").pixels[0, 0], [77, 77, 77, 255])


def test_the_content_decides_not_the_name(tmp_path):
    stills.write(tmp_path / "a.jpg", np.full((4, 4, 3), 90, np.uint8))
    os.rename(tmp_path / "a.jpg", tmp_path / "a.png")
    assert stills.describe(tmp_path / "a.png")["format"] == "jpeg"


def test_jpeg_lays_a_transparent_picture_on_paper(tmp_path):
    stills.write(tmp_path / "a.jpg", Frame(np.zeros((8, 8, 4), np.float32)))
    codes = stills.raw(tmp_path / "a.jpg").pixels[4, 4, :3].astype(int)
    paper = np.rint(colour.encode(colour.PAPER) * 255)
    assert np.abs(codes - paper).max() <= 2


def test_an_ink_frame_must_be_developed_before_writing(tmp_path):
    with pytest.raises(ValueError, match="develop"):
        stills.write(tmp_path / "a.png", Frame(np.zeros((2, 2, 4), np.float32), "ink"))


@pytest.mark.parametrize("orientation", range(1, 9))
def test_tiff_orientation_is_obeyed_as_opencv_obeys_it(tmp_path, orientation):
    spec = oiio.ImageSpec(3, 2, 3, "uint8")
    spec.attribute("Orientation", orientation)
    out = oiio.ImageOutput.create("jpeg")
    out.open(str(tmp_path / "a.jpg"), spec)
    picture = np.repeat(np.repeat(np.arange(6, dtype=np.uint8).reshape(2, 3, 1) * 40, 3, axis=2), 1, axis=0)
    out.write_image(picture)
    out.close()
    tiff = oiio.ImageOutput.create("tiff")
    tiff.open(str(tmp_path / "a.tif"), spec)
    tiff.write_image(picture)
    tiff.close()
    upright = stills.raw(tmp_path / "a.tif").pixels
    oracle = stills.raw(tmp_path / "a.jpg").pixels
    assert stills.size(tmp_path / "a.tif") == (upright.shape[1], upright.shape[0])
    assert upright.shape == oracle.shape
    assert np.abs(upright.astype(int) - oracle).max() < 20  # JPEG of a 3x2 picture; neighbours differ by 40


# OpenEXR --------------------------------------------------------------------------------------------------


def test_single_part_render_gives_picture_and_passes():
    frame = stills.read(DATA / "ridge.1001.exr")
    assert frame.size == (64, 36)
    assert {"depth", "normal", "vector"} <= set(frame.passes)
    assert frame.passes["vector"].shape == (36, 64, 4)


def test_multipart_render_gives_the_same_picture_as_the_single_part():
    single, multi = stills.read(DATA / "ridge.1001.exr"), stills.read(DATA / "multipart.0001.exr")
    np.testing.assert_allclose(multi.pixels, single.pixels, atol=0.05)  # two renders, 16 noisy samples each
    assert np.abs(multi.pixels - single.pixels).mean() < 0.005


def test_empty_depth_is_infinite_however_it_was_written():
    for name in ("ridge.1001.exr", "multipart.0001.exr"):
        frame = stills.read(DATA / name)
        depth, alpha = frame.passes["depth"], frame.pixels[..., 3]
        assert np.isinf(depth[alpha == 0]).all(), name
        assert np.isinf(depth).any(), name
        assert depth[alpha == 1].max() < 1e4, name


@pytest.mark.parametrize("name", ["Depth.Z", "View.Depth.Z", "Depth", "View.Depth", "depth"])
def test_a_layer_is_found_by_the_end_of_its_name(name):
    depth = stills.read_pass(DATA / "multipart.0001.exr", name)
    np.testing.assert_array_equal(depth, stills.read(DATA / "multipart.0001.exr").passes["depth"])


def test_a_layer_can_be_the_picture():
    frame = stills.read(DATA / "multipart.0001.exr", layer="Normal")
    np.testing.assert_array_equal(
        frame.pixels[..., :3], stills.read_pass(DATA / "multipart.0001.exr", "View.Normal")
    )


def test_an_ambiguous_layer_lists_what_fits():
    with pytest.raises(
        PlateError, match=r'"Z" fits several layers \(View.Depth.Z, View.Normal.Z, View.Vector.Z\)'
    ):
        stills.read(DATA / "multipart.0001.exr", layer="Z")


def test_an_absent_layer_lists_what_exists():
    with pytest.raises(
        PlateError, match=r'no layer or channel "Dept" \(did you mean "Depth"\?\); it has View'
    ):
        stills.read(DATA / "multipart.0001.exr", layer="Dept")


def test_equal_channel_names_are_told_apart_by_their_part(tmp_path):
    left, right = np.full((2, 2, 3), 0.25, np.float32), np.full((2, 2, 3), 0.75, np.float32)
    save_parts(tmp_path / "a.exr", ("left", list("RGB"), left), ("right", list("RGB"), right))
    assert stills.read(tmp_path / "a.exr").pixels[0, 0, 0] == 0.25
    assert stills.read(tmp_path / "a.exr", layer="right").pixels[0, 0, 0] == 0.75


def test_cryptomatte_bits_and_manifest_are_kept():
    frame = stills.read(DATA / "multipart.0001.exr")
    assert frame.passes["CryptoObject00"].shape == (36, 64, 4)
    names = json.loads(frame.info["cryptomatte"]["View.CryptoObject"])
    known = {int(code, 16) for code in names.values()}
    ranks = frame.passes["CryptoObject00"][..., 0].copy().view(np.uint32)
    assert set(np.unique(ranks)) - {0} <= known


def test_only_the_passes_asked_for_are_read():
    frame = stills.read(DATA / "multipart.0001.exr", passes=("depth",))
    assert list(frame.passes) == ["depth"]
    assert stills.read(DATA / "multipart.0001.exr", passes=False).passes == {}


def test_a_tall_file_of_half_and_float_is_read_in_rows_without_a_seam(tmp_path):
    h, w, names = 300, 7, ["R", "G", "B", "A", "Depth.Z", "Vector.X", "Vector.Y", "Vector.Z", "Vector.W"]
    planes = np.random.default_rng(0).normal(size=(h, w, 9)).astype(np.float32)
    planes[..., :4] = planes[..., :4].astype(np.float16)
    spec = oiio.ImageSpec(w, h, 9, "float")
    spec.channelnames = names
    spec.channelformats = [oiio.TypeDesc("half" if len(name) == 1 else "float") for name in names]
    spec.y, spec.full_height, spec.full_width = 5, h + 10, w
    out = oiio.ImageOutput.create("openexr")
    out.open(str(tmp_path / "a.exr"), spec)
    out.write_image(planes)
    out.close()
    head = exr.header(tmp_path / "a.exr")
    groups = [exr.pick(head, name) for name in ("Vector", "Depth.Z")]
    picture, vector, depth = exr.read_channels(head, [exr.beauty(head), *groups], [0, 0, np.inf])
    assert picture.dtype == np.float16
    assert np.array_equal(picture[5:-5], planes[..., :4])
    assert np.array_equal(vector[5:-5], planes[..., 5:])
    assert np.array_equal(depth[5:-5, :, 0], planes[..., 4])
    assert np.isinf(depth[:5]).all()
    assert np.isinf(depth[-5:]).all()


def test_a_mapping_says_where_a_pass_lies(tmp_path):
    planes = np.arange(4 * 6 * 6, dtype=np.float32).reshape(4, 6, 6)
    save_exr(tmp_path / "a.exr", planes, ["R", "G", "B", "A", "far.V", "Depth.Z"], "float")
    found = stills.read(tmp_path / "a.exr", passes={"depth": "far.V"}).passes
    assert np.array_equal(found["depth"], stills.read_pass(tmp_path / "a.exr", "far.V"))


def test_a_data_window_is_placed_in_the_display_window(tmp_path):
    planes = rgba(4, 6).astype(np.float16)
    save_exr(tmp_path / "a.exr", planes, "RGBA", window=(5, 3), display=(16, 9))
    frame = stills.read(tmp_path / "a.exr")
    expected = np.zeros((9, 16, 4), np.float32)
    expected[3:7, 5:11] = planes
    np.testing.assert_array_equal(frame.pixels, expected)
    assert frame.info["data_window"] == (5, 3, 6, 4)


def test_a_data_window_beyond_the_display_is_cropped(tmp_path):
    planes = rgba(12, 20).astype(np.float16)
    save_exr(tmp_path / "a.exr", planes, "RGBA", window=(-2, -1), display=(16, 9))
    np.testing.assert_array_equal(stills.raw(tmp_path / "a.exr").pixels, planes[1:10, 2:18])


def test_a_data_window_outside_the_display_leaves_an_empty_frame(tmp_path):
    save_exr(tmp_path / "a.exr", rgba(4, 6), "RGBA", window=(40, 3), display=(16, 9))
    assert not stills.read(tmp_path / "a.exr").pixels.any()


def test_an_opaque_data_window_is_transparent_around(tmp_path):
    save_exr(tmp_path / "a.exr", np.ones((4, 6, 3), np.float32), "RGB", window=(5, 3), display=(16, 9))
    alpha = stills.read(tmp_path / "a.exr").pixels[..., 3]
    assert alpha.sum() == 24
    assert (alpha[3:7, 5:11] == 1).all()


def test_depth_outside_the_data_window_is_infinite(tmp_path):
    planes = np.ones((4, 6, 5), np.float32)
    save_exr(tmp_path / "a.exr", planes, "RGBAZ", window=(5, 3), display=(16, 9))
    depth = stills.read(tmp_path / "a.exr").passes["depth"]
    assert np.isinf(depth).sum() == 16 * 9 - 24


def test_tiled_files_are_read(tmp_path):
    planes = rgba(40, 50).astype(np.float16)
    spec = oiio.ImageSpec(50, 40, 4, "half")
    spec.tile_width = spec.tile_height = 16
    out = oiio.ImageOutput.create("openexr")
    out.open(str(tmp_path / "a.exr"), spec)
    out.write_image(planes)
    out.close()
    np.testing.assert_array_equal(stills.raw(tmp_path / "a.exr").pixels, planes)


def test_a_luminance_file_is_grey(tmp_path):
    save_exr(tmp_path / "a.exr", np.full((2, 3, 1), 0.25, np.float32), "Y")
    np.testing.assert_array_equal(stills.read(tmp_path / "a.exr").pixels[0, 0], [0.25, 0.25, 0.25, 1])


def test_nan_and_infinity_are_replaced_and_reported(tmp_path):
    planes = np.zeros((2, 3, 4), np.float16)
    planes[0, 0] = (np.nan, np.inf, -np.inf, 1)
    planes[1, 1] = (0.5, 0.5, 0.5, np.nan)
    save_exr(tmp_path / "a.exr", planes, "RGBA")
    frame = stills.read(tmp_path / "a.exr")
    np.testing.assert_array_equal(frame.pixels[0, 0], [0, 65504, 0, 1])
    np.testing.assert_array_equal(frame.pixels[1, 1], [0.5, 0.5, 0.5, 0])
    assert frame.info["warnings"][0] == "2 NaN and 2 infinite values replaced by 0 and 65504"
    assert np.isfinite(stills.raw(tmp_path / "a.exr").pixels).all()


def test_colour_without_any_alpha_is_remarked(tmp_path):
    save_exr(tmp_path / "a.exr", np.full((2, 2, 4), (1, 1, 1, 0), np.float32), "RGBA")
    assert "alpha 0 everywhere" in stills.read(tmp_path / "a.exr").info["warnings"][0]


def test_foreign_primaries_become_rec709(tmp_path):
    ap0 = (0.7347, 0.2653, 0.0, 1.0, 0.0001, -0.077, 0.32168, 0.33767)
    planes = rgba().astype(np.float32)
    save_exr(tmp_path / "a.exr", planes, "RGBA", "float", chromaticities=ap0)
    # OpenColorIO's AP0 to linear Rec.709 matrix (Bradford)
    matrix = [
        [2.521686187, -1.134130988, -0.387555199],
        [-0.276479914, 1.372719088, -0.096239173],
        [-0.015378065, -0.152975336, 1.168353401],
    ]
    frame = stills.read(tmp_path / "a.exr")
    np.testing.assert_allclose(frame.pixels[..., :3], planes[..., :3] @ np.array(matrix).T, atol=1e-4)
    assert "primaries" in frame.info["warnings"][0]


def test_white_stays_white_when_primaries_change():
    matrix = exr.to_rec709((1, 0, 0, 1, 0, 0, 1 / 3, 1 / 3))
    np.testing.assert_allclose(matrix @ np.ones(3), np.ones(3), atol=1e-5)


def test_rec709_primaries_change_nothing(tmp_path):
    save_exr(tmp_path / "a.exr", rgba(), "RGBA", chromaticities=exr.REC709)
    assert stills.raw(tmp_path / "a.exr").pixels.dtype == np.float16


def test_a_deep_file_is_refused_with_what_would_do(tmp_path):
    spec = oiio.ImageSpec(2, 2, 5, "float")
    spec.channelnames = tuple("RGBAZ")
    spec.deep = True
    deep = oiio.DeepData()
    deep.init(4, 5, tuple([oiio.TypeDesc("float")] * 5), tuple("RGBAZ"))
    deep.set_samples(0, 2)
    out = oiio.ImageOutput.create("openexr")
    assert out.open(str(tmp_path / "a.exr"), spec), out.geterror()
    assert out.write_deep_image(deep), out.geterror()
    out.close()
    with pytest.raises(PlateError, match=r"a\.exr is a deep EXR.*flatten"):
        stills.read(tmp_path / "a.exr")


# the two ways in agree ------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["ridge.1001.exr", "multipart.0001.exr", "ramp16.png"])
def test_raw_decodes_to_what_read_gives(name):
    found = stills.raw(DATA / name)
    np.testing.assert_array_equal(stills.to_light(*found), stills.read(DATA / name).pixels)


def test_a_16_bit_png_of_another_program_stays_16_bit():
    found = stills.raw(DATA / "ramp16.png")
    assert found.pixels.dtype == np.uint16
    np.testing.assert_array_equal(found.pixels[..., 0].ravel(), np.arange(1024) * 64)


@QUICK
@given(codes=hnp.arrays(np.uint8, (3, 4, 4)))
def test_to_light_agrees_with_the_slow_formula(codes):
    light = stills.to_light(codes, "srgb", False)
    a = codes[..., 3:] / 255
    expected = np.concatenate([colour.decode(codes[..., :3] / 255) * a, a], axis=2)
    np.testing.assert_allclose(light, expected, atol=1e-6)


@pytest.mark.parametrize(
    ("name", "size"),
    [("ridge.1001.exr", (64, 36)), ("multipart.0001.exr", (64, 36)), ("ramp16.png", (64, 16))],
)
def test_size_is_known_from_the_header(name, size):
    assert stills.size(DATA / name) == size


def test_channels_are_listed_by_name():
    assert "View.Depth.Z" in stills.channels(DATA / "multipart.0001.exr")
    assert stills.channels(DATA / "ramp16.png") == ("R", "G", "B", "A")


# bad files ------------------------------------------------------------------------------------------------


def good_bytes(folder: Path, suffix: str) -> bytes:
    stills.write(
        folder / f"good{suffix}", np.random.default_rng(0).integers(0, 255, (40, 60, 3)).astype(np.uint8)
    )
    return (folder / f"good{suffix}").read_bytes()


@pytest.mark.parametrize("suffix", [".png", ".jpg", ".tif", ".exr"])
@pytest.mark.parametrize("share", [0.01, 0.3, 0.6, 0.98])
def test_a_truncated_file_is_named_and_never_half_read(tmp_path, suffix, share):
    content = good_bytes(tmp_path, suffix)
    bad = tmp_path / f"bad{suffix}"
    bad.write_bytes(content[: max(int(len(content) * share), 9)])
    for reader in (stills.read, stills.raw):
        with pytest.raises(PlateError, match=r"bad\."):
            reader(bad)


@pytest.mark.parametrize("suffix", [".png", ".exr", ".tif"])
def test_a_flipped_byte_in_compressed_pixels_does_not_pass_unseen(tmp_path, suffix):
    content = bytearray(good_bytes(tmp_path, suffix))
    middle = len(content) // 2
    content[middle : middle + 64] = bytes(64)
    bad = tmp_path / f"bad{suffix}"
    bad.write_bytes(content)
    with pytest.raises(PlateError, match="damaged"):
        stills.read(bad)


@pytest.mark.parametrize("suffix", [".png", ".jpg", ".tif", ".exr"])
def test_an_empty_file_is_called_empty(tmp_path, suffix):
    (tmp_path / f"a{suffix}").touch()
    with pytest.raises(PlateError, match="empty"):
        stills.read(tmp_path / f"a{suffix}")


@pytest.mark.parametrize("suffix", [".png", ".jpg", ".tif", ".exr"])
def test_a_file_that_is_no_picture_says_what_it_begins_with(tmp_path, suffix):
    (tmp_path / f"a{suffix}").write_bytes(b"hello, world" * 9)
    with pytest.raises(PlateError, match="hello"):
        stills.read(tmp_path / f"a{suffix}")


def test_a_missing_file_suggests_its_neighbour(tmp_path):
    stills.write(tmp_path / "penguin.png", np.zeros((2, 2, 3), np.uint8))
    with pytest.raises(PlateError, match=r"pengiun\.png is missing: did you mean .penguin\.png"):
        stills.read(tmp_path / "pengiun.png")


def test_a_folder_is_not_a_picture(tmp_path):
    with pytest.raises(PlateError, match="is a folder"):
        stills.read(tmp_path)


def test_a_layer_of_a_png_is_an_error(tmp_path):
    with pytest.raises(PlateError, match="only EXR"):
        stills.read(DATA / "ramp16.png", layer="Depth")


def test_an_attribute_in_another_encoding_is_passed_over(tmp_path):
    save_exr(tmp_path / "a.exr", rgba(), "RGBA", owner="Zxxrich")
    content = (tmp_path / "a.exr").read_bytes()
    (tmp_path / "a.exr").write_bytes(content.replace(b"Zxxrich", b"Z\xfcxrich"))
    assert stills.read(tmp_path / "a.exr").size == (16, 9)


@pytest.mark.parametrize("name", ["ridge.1001.exr", "ramp16.png"])
def test_a_header_that_asks_for_the_impossible_is_refused_before_memory_is_taken(tmp_path, name):
    content = bytearray((DATA / name).read_bytes())
    if name.endswith("png"):
        content[16:24] = struct.pack(">II", 900_000, 900_000)
        content[29:33] = struct.pack(">I", zlib.crc32(content[12:29]))
    else:
        for window in (b"dataWindow\0box2i\0", b"displayWindow\0box2i\0"):
            at = content.index(window) + len(window) + 4
            content[at : at + 16] = struct.pack("<iiii", 0, 0, 899_999, 899_999)
    (tmp_path / name).write_bytes(content)
    with pytest.raises(PlateError, match=r"900000x900000|damaged"):
        stills.read(tmp_path / name)


# writing --------------------------------------------------------------------------------------------------


def test_a_failed_write_leaves_the_old_file_and_no_litter(tmp_path, monkeypatch):
    stills.write(tmp_path / "a.png", np.zeros((2, 2, 3), np.uint8))
    before = (tmp_path / "a.png").read_bytes()

    def full(fd):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(files.os, "fsync", full)
    with pytest.raises(RefusedError, match=r"a\.png cannot be written: the disk is full \(.*free\)"):
        stills.write(tmp_path / "a.png", np.full((2, 2, 3), 255, np.uint8))
    monkeypatch.undo()
    assert (tmp_path / "a.png").read_bytes() == before
    assert os.listdir(tmp_path) == ["a.png"]


@pytest.mark.parametrize("name", ["a.exr", "a.tif", "a.png"])
def test_a_disk_that_takes_no_more_bytes_is_reported(tmp_path, name):
    # a file size limit makes the system refuse as a full disk does, inside the encoders' own writes
    import subprocess
    import sys

    script = (
        "import resource, signal, sys, numpy as np\n"
        "from inkrender.io import stills\n"
        "from inkrender.errors import InkError\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "noise = np.random.default_rng(0).integers(0, 65535, (128, 128, 3)).astype(np.uint16)\n"
        "stills.write(sys.argv[1] + '.warm' + sys.argv[1][-4:], noise)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (20000, 20000))\n"
        "try:\n    stills.write(sys.argv[1], noise)\n"
        "except InkError as e:\n    sys.stdout.write(str(e)); sys.exit(e.exit_code)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path / name)], capture_output=True, text=True
    )
    assert done.returncode in (4, 5), done.stderr
    assert f"{name} cannot be written" in done.stdout
    assert os.listdir(tmp_path) == [f"{name}.warm{name[-4:]}"]


def test_an_output_folder_that_is_a_file_is_refused(tmp_path):
    (tmp_path / "out").touch()
    with pytest.raises(RefusedError, match="is a file, not a folder"):
        stills.write(tmp_path / "out" / "a.png", np.zeros((2, 2, 3), np.uint8))


def test_an_unknown_suffix_lists_the_known_ones(tmp_path):
    with pytest.raises(DeliverError, match=r"\.bmp is none of \.png"):
        stills.write(tmp_path / "a.bmp", np.zeros((2, 2, 3), np.uint8))


def test_alpha_can_be_left_out(tmp_path):
    stills.write(tmp_path / "a.png", np.full((2, 2, 4), 255, np.uint8), alpha=False)
    assert stills.channels(tmp_path / "a.png") == ("R", "G", "B")


def test_importing_the_readers_loads_no_decoder():
    import subprocess
    import sys

    script = (
        "import sys, inkrender.io.probe\n"
        "sys.exit(bool({'cv2', 'OpenImageIO', 'av', 'numba', 'imageio', 'moviepy'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", script]).returncode == 0
