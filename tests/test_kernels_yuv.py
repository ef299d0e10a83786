"""Codes of a video against swscale's slow and careful path, and by hand."""

import io

import av
import numpy as np
import pytest
from av.video.reformatter import ColorRange, Interpolation

from inkrender.io.video import yuv_matrix
from inkrender.kernels.yuv import rgb_of_420

CAREFUL = Interpolation.ACCURATE_RND.value | Interpolation.FULL_CHR_H_INT.value | Interpolation.BITEXACT.value


def converted(planes, matrix="bt709", full=False):
    h, w = planes[0].shape
    told = yuv_matrix(matrix, full, 8) / np.float32(257)
    told[:, :3] *= np.float32(256)
    dst = np.empty((h, 3 * w), np.uint8)
    rgb_of_420(dst, *planes, told)
    return dst.reshape(h, w, 3)


def kept(planes):
    """A decoded frame of these planes, which says as most videos do where its colour lies."""
    h, w = planes[0].shape
    frame = av.VideoFrame(w, h, "yuv420p")
    for plane, values in zip(frame.planes, planes, strict=True):
        padded = np.zeros((plane.height, plane.line_size), np.uint8)
        padded[:, : plane.width] = values
        plane.update(padded.tobytes())
    file = io.BytesIO()
    with av.open(file, "w", format="matroska") as out:
        stream = out.add_stream("libx264", rate=24, options={"qp": "0"})
        stream.width, stream.height, stream.pix_fmt = w, h, "yuv420p"
        out.mux([*stream.encode(frame), *stream.encode()])
    return next(av.open(io.BytesIO(file.getvalue())).decode(video=0))


@pytest.mark.parametrize("size", [(2, 16), (30, 46), (64, 98)])
@pytest.mark.parametrize("full", [False, True])
@pytest.mark.parametrize(("matrix", "number"), [("bt709", 1), ("bt601", 5)])
def test_colours_are_swscales(size, full, matrix, number):
    h, w = size
    random = np.random.default_rng(h + w)
    planes = [random.integers(30, 220, (h, w), np.uint8)]
    planes += [random.integers(60, 200, (h // 2, w // 2), np.uint8) for _ in range(2)]
    wanted = (
        kept(planes)
        .reformat(
            format="rgb24",
            interpolation=Interpolation.BILINEAR.value | CAREFUL,
            src_colorspace=number,
            src_color_range=ColorRange.JPEG if full else ColorRange.MPEG,
            dst_color_range=ColorRange.JPEG,
        )
        .to_ndarray()
    )
    apart = np.abs(converted(planes, matrix, full).astype(int) - wanted)
    assert apart.max() <= 1
    assert apart.mean() < 0.1


def test_black_grey_and_white_are_exact():
    luma = np.tile(np.array([[16, 126, 235, 255]], np.uint8), (4, 1))
    grey = np.full((2, 2), 128, np.uint8)
    assert np.array_equal(converted((luma, grey, grey))[0, :, 0], [0, 128, 255, 255])
    assert np.ptp(converted((luma, grey, grey)), axis=2).max() == 0
