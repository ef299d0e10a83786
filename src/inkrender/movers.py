"""What moves by itself in a shot: the subject, as a rule, where no matte and no depth say what it is.

A place belongs to what moves if the picture there is found at it in hardly any frame before or after, seen
along the camera. Silhouettes come out sharp, for nothing is measured that would have to be followed: flow
fails just there.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from .fields import blur, guided
from .motion import Codes
from .paint import smoothstep

Plane = NDArray[np.float32]
Matrix = NDArray[np.float64]

SPAN = (4, 6, 9, 12)  # frames before and after that are looked at: nearer ones show too little of a movement
SLACK = 3  # px by which a place may lie elsewhere than the camera says: parallax
FINE = 16  # steps of a code in which differences are kept
SOFT = 5  # px over which differences are averaged: single pixels are noise
LEAST, SURE = 0.02, 0.10  # of luma: differences that are none, and that are certain
GAP, RIM = 4, 1  # px across which parts of a subject are joined, and by which it then is too wide


def moving(luma: Codes, others: Iterable[tuple[Codes, Matrix]]) -> Plane | None:
    """0..1 float32 (h, w): how surely each place moves by itself; None where fewer than two others tell.

    luma: uint8 (h, w) at 270 lines, display-encoded. others: frames of the same shot, and the similarity
    (2, 3) that leads from px of this frame to theirs along the camera. What a subject uncovers is seen in the
    frames before it came or after it went: of all differences one of the smallest third decides.
    """
    h, w = luma.shape
    near, full = np.ones((2 * SLACK + 1,) * 2, np.uint8), np.full((h, w), 255, np.uint8)
    beside = list(others)
    least: list[NDArray[np.uint16]] = []  # of the differences, the smallest third and one more, rising
    for count, (other, there) in enumerate(beside):
        middle = there.copy()  # the similarity counts from corners of pixels, OpenCV from their middles
        middle[:, 2] += there[:, :2] @ (0.5, 0.5) - 0.5
        how = cv2.INTER_NEAREST | cv2.WARP_INVERSE_MAP  # finer than the slack nothing is compared
        seen = cv2.warpAffine(other, middle, (w, h), flags=how, borderMode=cv2.BORDER_REPLICATE)
        inside = cv2.warpAffine(full, middle, (w, h), flags=how)
        above = cv2.subtract(luma, cv2.dilate(seen, near))
        below = cv2.subtract(cv2.erode(seen, near), luma)
        away = np.asarray(cv2.bitwise_and(cv2.max(above, below), inside), np.uint16) * np.uint16(FINE)
        rest: Any = cv2.blur(away, (SOFT, SOFT), borderType=cv2.BORDER_REPLICATE)
        for k, known in enumerate(least):  # sorted in: partitioning whole stacks takes four times as long
            least[k], rest = np.minimum(known, rest), np.maximum(known, rest)
        if count <= len(beside) // 3:
            least.append(rest)
    if len(beside) < 2:
        return None
    differs = np.asarray(least[-1], np.float32) / np.float32(255 * FINE)
    sure = cv2.morphologyEx(smoothstep(LEAST, SURE, differs), cv2.MORPH_OPEN, np.ones((3, 3), np.uint8))
    disk = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * GAP + 1,) * 2)
    joined = cv2.erode(cv2.morphologyEx(sure, cv2.MORPH_CLOSE, disk), np.ones((2 * RIM + 1,) * 2, np.uint8))
    snug = guided(np.asarray(luma, np.float32) / np.float32(255), np.asarray(joined, np.float32), 4, 1e-3)
    return blur(np.asarray(np.clip(1.3 * snug - 0.1, 0, 1), np.float32), 1.0)
