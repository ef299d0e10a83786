"""Sprites: parts drawn once and moved as pictures look like the groups they stand for."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from inkrender.io import sprites, vector
from inkrender.io.svg import Rig
from inkrender.kernels import codes

HEAD = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="-20 -20 40 40" data-origin="0,0">'
BELOW = '<path d="M-15,-15L15,-15L15,15L-15,15Z" fill="#d0b020"/>'
ARM = '<g id="arm" data-pivot="0,0"{}><path d="M-9,-6L9,-6L9,6L-9,6Z" fill="#204060" fill-opacity=".7"/></g>'
ABOVE = '<circle r="4" fill="#c03040"/>'


def raster(folder: Path, content: str, **values: float) -> vector.Raster:
    path = folder / f"{abs(hash(content))}.svg"
    path.write_text(f"{HEAD}{content}</svg>", encoding="utf-8")
    return Rig(path).raster({k.replace("_", "."): v for k, v in values.items()}, scale=6.0)


@pytest.mark.parametrize("moves", [{}, {"arm_rotate": 31.0}, {"arm_x": 3.3, "arm_scale": 0.8}])
@pytest.mark.parametrize("around", ["{}", '<g id="all" transform="rotate(12) scale(1.1)">{}</g>'])
def test_a_sprite_looks_like_the_group_it_stands_for(
    tmp_path: Path, moves: dict[str, float], around: str
) -> None:
    shown = [
        raster(tmp_path, around.format(BELOW + ARM.format(mark) + ABOVE), **moves)
        for mark in ("", ' data-sprite="1"')
    ]
    (a, at), (b, where) = shown
    assert np.abs(np.subtract(at, where)).max() <= 1
    corner = np.round(np.subtract(at, where)).astype(int)
    size = np.minimum(a.shape[:2], b.shape[:2]) - 4
    rows, cols = (slice(2, 2 + n) for n in size)
    moved = np.roll(b, corner[::-1], axis=(0, 1))
    # an edge may be softened by the resampling; the areas are the same
    apart = np.abs(a[rows, cols] - moved[rows, cols]).max(-1)
    assert np.mean(apart > 0.02) < 0.06
    assert np.median(apart) < 0.002


def test_a_sprite_is_drawn_once_for_all_its_poses(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own = (BELOW + ARM.format(' data-sprite="1"')).replace("Z", "L0,0Z")  # a drawing no other test has made
    drawings: list[str] = []
    monkeypatch.setattr(
        vector, "_codes", lambda svg, *rest, own=vector._codes: drawings.append(svg) or own(svg, *rest)
    )
    for angle in (3.0, 50.0, 170.0):
        raster(tmp_path, own, arm_rotate=angle)
    assert len(drawings) == 2  # what lies below, and the arm


def test_a_group_that_is_one_picture_is_not_taken_apart(tmp_path: Path) -> None:
    inner = ARM.format(' data-sprite="1"')
    whole = raster(tmp_path, f'<g id="all" opacity=".5">{BELOW}{inner}</g>')
    plain = raster(tmp_path, f'<g id="all" opacity=".5">{BELOW}{ARM.format("")}</g>')
    np.testing.assert_allclose(whole.pixels, plain.pixels, atol=0.012)  # a code of a half-clear picture


def test_a_drawing_without_sprites_is_not_one() -> None:
    import xml.etree.ElementTree as ET

    assert not sprites.has_sprites(ET.fromstring(f"{HEAD}{ARM.format('')}</svg>"))


def test_over_in_codes_is_over_to_the_last_code() -> None:
    random = np.random.default_rng(0)
    alpha = random.integers(0, 256, (2, 9, 11, 1))
    src, dst = (np.concatenate([random.integers(0, 256, (9, 11, 3)) * a // 255, a], -1) for a in alpha)
    out = dst.astype(np.uint8)
    codes.over(out, src.astype(np.uint8), 0, 0)
    assert np.abs(out - (src + dst * (1 - src[..., 3:] / 255))).max() <= 0.5


def test_over_in_codes_leaves_out_what_lies_outside() -> None:
    dst = np.zeros((4, 4, 4), np.uint8)
    codes.over(dst, np.full((3, 3, 4), 255, np.uint8), -2, 3)
    assert dst[..., 3].sum() == 255
    assert dst[0, 3, 3] == 255
