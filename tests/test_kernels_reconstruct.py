"""Reconstruction by raster scans, beside the dilations and erosions that define it."""

import cv2
import numpy as np

from inkrender.kernels.reconstruct import spread


def test_scans_end_where_repeated_erosion_and_dilation_end() -> None:
    small = cv2.GaussianBlur(np.random.default_rng(1).random((40, 60, 3), dtype=np.float32), (0, 0), 2)
    rim = np.zeros((40, 60, 1), bool)
    rim[[0, -1]] = rim[:, [0, -1]] = True
    ceiling, floor = np.where(rim, small, np.float32(4)), np.where(rim, small, np.float32(-4))
    high, low = ceiling.copy(), floor.copy()
    spread(high, low, small)
    cross = cv2.getStructuringElement(cv2.MORPH_CROSS, (3, 3))
    for _ in range(2000):
        ceiling = np.maximum(cv2.erode(ceiling, cross), small)
        floor = np.minimum(cv2.dilate(floor, cross), small)
    assert np.array_equal(high, ceiling)
    assert np.array_equal(low, floor)
