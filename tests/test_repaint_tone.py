"""Footage without passes: its kernels against their slow twins, and what a painting of it must keep."""

from __future__ import annotations

from pathlib import Path

import cv2
import naive_footage
import numpy as np
import pytest

import inkrender
from inkrender import colour, library, motion, repaint_tone, scenefile
from inkrender.frame import Frame, Region
from inkrender.kernels import footage

LOOKS = ("dawn", "failure", "resolution", "literati")
FOLDER = Path(inkrender.__file__).parent / "looks"
W, H = 96, 54
RANDOM = np.random.default_rng(5)


def params(look: str, **given: object):
    model = scenefile.read_look(FOLDER / f"{look}.toml")
    use = next(layer for layer in model.layer if layer.use == "input").shaders[0]
    shader = library.find(use.use)
    return shader.at(shader.bind({**use.with_, **given}, look), 0)


def painted(light, look="resolution", scale=None, anchor=None, matte=None, motion=None, **given):
    """What a look makes of premultiplied light (h, w, 4): ink."""
    h, w = light.shape[:2]
    region = Region(0, 0, w, h, h / 1080 if scale is None else scale)
    return repaint_tone.from_tone(light, region, 3, params(look, **given), matte, anchor, motion)


def opaque(rgb):
    return np.dstack([rgb, np.ones(rgb.shape[:2])]).astype(np.float32)


def scene(w=W, h=H, shift=0.0):
    """Sky over a dark ridge with a red ball before it; light (h, w, 4)."""
    y, x = np.mgrid[:h, :w].astype(np.float32) / np.float32(h / 54)
    x = x + shift
    rgb = np.empty((h, w, 3), np.float32)
    rgb[:] = (0.60 + 0.004 * y)[..., None] * np.float32([0.85, 0.93, 1.0])
    ridge = np.clip((y - 28 - 5 * np.sin(x / 9)) / 1.5, 0, 1)[..., None]
    rgb = rgb * (1 - ridge) + ridge * np.float32([0.06, 0.09, 0.04])
    ball = np.clip((8 - np.hypot(x - 48, y - 30)) / 1.2, 0, 1)[..., None]
    return opaque(rgb * (1 - ball) + ball * np.float32([0.55, 0.05, 0.03]))


def rows(picture):
    return np.ascontiguousarray(picture, np.float32).reshape(picture.shape[0], -1)


# kernels against their twins ------------------------------------------------------------------------------


def test_taking_apart_is_oklab_of_straight_light():
    light = RANDOM.random((7, 13, 4), np.float32) * np.float32([1.5, 1.2, 1, 1])
    light[2, 3] = np.nan
    light[4, 5, 0] = np.inf
    lab = np.empty((3, 7, 13), np.float32)
    footage.apart(lab, rows(light))
    # cube roots by polynomials, of 1e-12 at least: 2e-4 is a twentieth of an 8-bit code
    np.testing.assert_allclose(lab, naive_footage.apart(light), atol=2e-4)


def test_a_guided_filter_follows_the_formula_of_its_paper():
    lab = RANDOM.random((3, 24, 31), np.float32)
    line = repaint_tone._fit(lab, 3, 1e-2)
    dst = np.zeros((24, 31, 4), np.float32)
    footage.fitted(dst.reshape(24, -1), line, lab[0])
    box = lambda x: cv2.blur(np.float64(x), (7, 7), borderType=cv2.BORDER_REPLICATE)  # noqa: E731
    for c in range(3):
        slope = (box(lab[0] * lab[c]) - box(lab[0]) * box(lab[c])) / (
            box(lab[0] ** 2) - box(lab[0]) ** 2 + 1e-2
        )
        want = box(slope) * lab[0] + box(box(lab[c]) - slope * box(lab[0]))
        np.testing.assert_allclose(dst[..., c], want, atol=2e-5)


def test_the_structure_tensor_is_that_of_sobel_slopes():
    light = RANDOM.random((9, 14), np.float32)
    dst = np.empty((3, 9, 14), np.float32)
    footage.tensor(dst, light)
    x, y = (cv2.Sobel(light, cv2.CV_64F, *d, borderType=cv2.BORDER_REPLICATE) for d in ((1, 0), (0, 1)))
    np.testing.assert_allclose(dst, [x * x, x * y, y * y], atol=1e-4)


def test_directions_are_the_eigenvectors_along_edges():
    light = cv2.GaussianBlur(RANDOM.random((20, 30), np.float32), (0, 0), 2)
    slopes, way = np.empty((3, 20, 30), np.float32), np.empty((20, 30, 4), np.float32)
    footage.tensor(slopes, light)
    smooth = np.stack([cv2.GaussianBlur(plane, (0, 0), 2) for plane in slopes])
    footage.directions(way.reshape(20, -1), smooth, np.float32(1e-3))
    want, strong, weak = naive_footage.directions(smooth)
    assert np.abs((way[..., :2] * want).sum(-1)).min() > 0.999  # either way along an edge is right
    np.testing.assert_allclose(way[..., 2], (strong - weak) / (strong + weak + 1e-3), atol=1e-4)
    np.testing.assert_allclose(way[..., 3], np.sqrt(strong), atol=1e-4)


def test_smoothing_along_the_flow_follows_it_step_by_step():
    src = RANDOM.random((12, 17, 4), np.float32)
    angle = np.float32(0.1) * np.arange(12, dtype=np.float32)[:, None] + np.zeros((12, 17), np.float32)
    way = np.dstack([np.cos(angle), np.sin(angle), np.full_like(angle, 0.7), angle]).astype(np.float32)
    dst = np.empty((4, 12, 17), np.float32)
    footage.along(dst, rows(src), rows(way), 4, np.float32(1.3))
    np.testing.assert_allclose(dst, naive_footage.along(src, way, 4, np.float32(1.3)), atol=1e-5)


def test_what_moves_is_drawn_out_along_its_motion_and_nothing_else_is():
    random = np.random.default_rng(17)
    src = random.random((4, 12, 17), np.float32)
    motion = random.normal(0, 6, (12, 17, 2)).astype(np.float32)
    motion[:4] = 0.5
    motion[4] = (80.0, -3.0)
    dst = np.empty_like(src)
    footage.dragged(dst, src, motion, np.float32(0.7))
    np.testing.assert_array_equal(dst[:, :4], src[:, :4])
    np.testing.assert_allclose(dst, naive_footage.dragged(src, motion, np.float32(0.7)), atol=1e-5)


def test_texture_tied_to_the_camera_fades_on_what_moves_by_itself():
    plain = opaque(np.full((H, W, 3), 0.25))
    moving = np.zeros((H, W, 2), np.float32)
    moving[:, W // 2 :] = (12.0, 0.0)
    still, moved = (painted(plain, motion=m, grain=0.0)[..., :3].mean(-1) for m in (None, moving))
    assert moved[:, : W // 4].std() == pytest.approx(still[:, : W // 4].std(), rel=0.2)
    assert moved[:, 3 * W // 4 :].std() < 0.4 * still[:, 3 * W // 4 :].std()


def test_what_stands_still_is_painted_as_without_a_motion():
    light = scene()
    none = np.zeros((H, W, 2), np.float32)
    np.testing.assert_array_equal(painted(light, motion=none), painted(light))


def planes(count, h=11, w=15, spread=1.0):
    return [(spread * RANDOM.standard_normal((h, w))).astype(np.float32) for _ in range(count)]


@pytest.mark.parametrize("recede", [0.6, -0.7])
def test_washes_are_laid_by_their_formulas(recede):
    lab = RANDOM.random((4, 11, 15), np.float32)
    around, far, calm, leaves = RANDOM.random((4, 11, 15), np.float32)
    slow, middle, fine = planes(3, spread=0.3)
    how = footage.Washes(*(np.float32(v) for v in (0.4, 4.2, 0.5, 0.3, recede)))
    dst = np.empty((11, 15), np.float32)
    footage.washes(dst, lab, around, far, calm, leaves, slow, middle, fine, how)
    want = naive_footage.washes(lab, around, far, calm, leaves, slow, middle, fine, how)
    np.testing.assert_allclose(dst, want, rtol=1e-3, atol=1e-4)


@pytest.mark.parametrize("keep", [footage.KEEP_NONE, footage.KEEP_RED, footage.KEEP_LANTERN])
def test_pigments_are_mixed_by_their_formulas(keep):
    lab = RANDOM.random((4, 11, 15), np.float32)
    lab[1:3] = 0.4 * lab[1:3] - 0.2
    density, soft = 3 * RANDOM.random((2, 11, 15), np.float32)
    slow, middle, press = planes(3, spread=0.3)
    wheel, ramp, soot = repaint_tone._wheel(), repaint_tone._ramp(("violet", "gamboge")), repaint_tone._soot()
    deep, line = repaint_tone._deep("violet"), repaint_tone._line_pigment(("violet", "rose"))
    umber = repaint_tone._umber()
    how = footage.Pigments(keep, *(np.float32(v) for v in (0.8, 1.1, 0.3, 1.2, 0.4)))
    ink = np.empty((11, 15, 4), np.float32)
    sure, leaves = RANDOM.random((2, 11, 15), np.float32)
    given = density, soft, sure, leaves, slow, middle, press, wheel, ramp, soot, umber, deep, line, how
    footage.pigments(rows(ink), lab, *given)
    want = naive_footage.pigments(lab, *given)
    apart = np.abs(ink[..., :3] - want).max(-1)
    # a place between two entries of a table may fall to either: a degree of hue, a 512th of a ramp
    assert np.quantile(apart, 0.9) < 2e-3
    assert apart.max() < 0.1


@pytest.mark.parametrize("size", [(12, 18), (6, 9)])
def test_ink_is_laid_at_the_size_of_its_light(size):
    light = RANDOM.random((12, 18, 4), np.float32)
    light[..., :3] *= light[..., 3:]
    ink, guide = RANDOM.random((*size, 4), np.float32), RANDOM.random(size, np.float32)
    grain = planes(1, 12, 18)[0]
    dst = np.empty_like(light)
    footage.laid(rows(dst), rows(light), rows(ink), guide, grain, np.float32(0.3), np.float32(0.1))
    want = naive_footage.laid(light, ink, guide, grain, 0.3, 0.1)
    np.testing.assert_allclose(dst, want, rtol=2e-3, atol=2e-4)


# the painting ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("light", [0.0, 1.0, 1e4, np.nan, np.inf, -1.0])
def test_a_plain_frame_of_any_light_is_painted_soundly(look, light):
    ink = painted(opaque(np.full((H, W, 3), light, np.float32)), look)
    assert np.isfinite(ink).all()
    assert ink.min() >= 0
    assert ink[..., :3].max() < 12  # nobody can lay more pigment than that


def test_white_footage_is_paper():
    assert colour.blank(painted(opaque(np.ones((H, W, 3)))))[2:-2, 2:-2].all()


def test_black_footage_is_dark_but_not_clotted():
    ink = painted(opaque(np.zeros((H, W, 3))), "literati")
    shown = Frame(ink, "ink").display()[..., :3].astype(float) / 255
    assert 0.05 < shown.mean() < 0.45


@pytest.mark.parametrize("look", LOOKS)
def test_broken_pixels_do_not_spread(look):
    light = scene(2 * W, 2 * H)
    whole = painted(light, look)
    light[20, 30], light[60, 90, 0], light[80, 20, 1], light[10, 150, 3] = np.nan, np.inf, -3, np.nan
    broken = painted(light, look)
    assert np.isfinite(broken).all()
    near = np.zeros((2 * H, 2 * W), np.uint8)
    near[[20, 60, 80, 10], [30, 90, 20, 150]] = 1
    away = cv2.dilate(near, np.ones((41, 41), np.uint8)) == 0
    assert np.abs(np.exp(-broken[..., :3]) - np.exp(-whole[..., :3]))[away].mean() < 0.01


def test_highlights_of_rendered_light_do_not_darken_what_is_round_them():
    light = scene(2 * W, 2 * H)
    light[20:24, 150:154, :3] = 1e4
    plain, bright = painted(scene(2 * W, 2 * H)), painted(light)
    beside = np.s_[30:40, 140:170, :3]
    assert np.abs(np.exp(-bright[beside]) - np.exp(-plain[beside])).max() < 0.25


def test_what_is_transparent_gets_no_ink():
    light = scene()
    light[:, :40] = 0
    ink = painted(light)
    assert not ink[:, :40].any()


def test_a_red_subject_is_painted_red_and_stays_red_in_monochrome():
    for look in ("resolution", "literati"):
        through = np.exp(-painted(scene(4 * W, 4 * H), look)[112:128, 184:200, :3].mean((0, 1)))
        assert through[0] > 2 * through[1], look


@pytest.mark.parametrize(
    ("rgb", "hue"),
    [((0.05, 0.4, 0.08), 145), ((0.03, 0.1, 0.6), 262), ((0.7, 0.55, 0.05), 95), ((0.55, 0.05, 0.03), 30)],
)
def test_a_colour_keeps_its_hue_as_pigment(rgb, hue):
    light = opaque(np.broadcast_to(np.float32(rgb), (H, W, 3)))
    shown = np.exp(-painted(light)[10:-10, 10:-10, :3].mean((0, 1)))
    lab = colour.oklab(shown)
    apart = (np.degrees(np.arctan2(lab[2], lab[1])) - hue + 180) % 360 - 180
    assert abs(apart) < 25
    assert np.hypot(lab[1], lab[2]) > 0.06


def hue_of(ink):
    """OKLab hue in degrees of what ink shows on white, the mean of its middle."""
    lab = colour.oklab(np.exp(-ink[10:-10, 10:-10, :3].mean((0, 1))))
    return float(np.degrees(np.arctan2(lab[2], lab[1])) % 360)


@pytest.mark.parametrize("look", ["resolution", "song_corner"])
@pytest.mark.parametrize("light", [0.35, 0.5, 0.7, 0.85])
def test_skin_is_warm_in_light_and_shade(look, light):
    rgb = colour.from_oklch(np.array([light, 0.06, 55.0]))
    ink = painted(opaque(np.broadcast_to(np.float32(rgb), (H, W, 3))), look)
    assert 20 < hue_of(ink) < 80  # yellow is from 90 on, green from 115


@pytest.mark.parametrize("look", ["resolution", "song_corner"])
def test_leaves_that_are_nearly_grey_are_painted_green(look):
    dabs = cv2.GaussianBlur(RANDOM.random((2 * H, 2 * W), np.float32), (0, 0), 1.2)
    lab = np.stack([0.42 + 1.2 * (dabs - 0.5), np.full_like(dabs, -0.006), np.full_like(dabs, 0.022)], -1)
    ink = painted(opaque(np.clip(colour.from_oklab(lab), 0, 1)), look)
    assert 105 < hue_of(ink) < 160


def test_a_grey_subject_stays_grey_where_a_look_keeps_colours():
    light = opaque(np.full((H, W, 3), 0.25, np.float32))
    lab = colour.oklab(np.exp(-painted(light)[10:-10, 10:-10, :3].mean((0, 1))))
    assert np.hypot(lab[1], lab[2]) < 0.05


def test_yellow_and_blue_that_meet_do_not_turn_to_mud():
    light = opaque(np.zeros((2 * H, 2 * W, 3)))
    light[:, :W, :3], light[:, W:, :3] = (0.75, 0.6, 0.05), (0.05, 0.2, 0.6)
    band = np.exp(-painted(light)[40:70, W - 3 : W + 3, :3].mean(0))
    lab = colour.oklab(band)
    assert lab[:, 0].min() > 0.3


def test_a_matte_keeps_a_pale_subject_from_the_haze():
    light = opaque(np.full((H, W, 3), 0.45, np.float32))
    matte = np.zeros((H, W), np.float32)
    matte[:, W // 2 :] = 1
    ink = painted(light, matte=matte, recede=0.9)[..., :3].mean(-1)
    assert ink[:, 60:90].mean() > 1.3 * ink[:, 6:36].mean()


def test_texture_moves_with_the_anchor():
    light = opaque(np.full((H, W, 3), 0.2, np.float32))
    y, x = np.mgrid[:H, :W].astype(np.float32)
    here = np.dstack([(x + 0.5) * 20, (y + 0.5) * 20])
    first = painted(light, anchor=here)[..., :3].mean(-1)
    second = painted(light, anchor=here - np.float32([100, 0]))[..., :3].mean(-1)  # 5 px to the right
    inner = np.s_[8:-8, 16:-16]
    assert np.abs(second - np.roll(first, 5, 1))[inner].mean() < 0.2 * np.abs(second - first)[inner].mean()


def test_a_picture_of_twice_the_size_is_the_same_painting():
    small, large = painted(scene(4 * W, 4 * H)), painted(scene(8 * W, 8 * H))
    halved = cv2.resize(large, (4 * W, 4 * H), interpolation=cv2.INTER_AREA)
    assert np.abs(np.exp(-halved[..., :3]) - np.exp(-small[..., :3])).mean() < 0.03


def test_a_frame_of_one_pixel_is_painted():
    assert np.isfinite(painted(opaque(np.full((1, 1, 3), 0.3, np.float32)), scale=1.0)).all()


@pytest.mark.parametrize("look", ["resolution", "literati", "dawn"])
def test_a_pan_is_painted_about_as_still_as_it_was_filmed(look):
    """Divided by the painting's own contrast, so that washing it out would not help."""
    step = 1.5
    lights = [scene(4 * W, 4 * H, n * step / 4) for n in range(3)]
    y, x = np.mgrid[: 4 * H, : 4 * W].astype(np.float32)
    anchors = [np.dstack([(x + n * step + 0.5) * 5, (y + 0.5) * 5]) for n in range(3)]
    back = np.zeros((4 * H, 4 * W, 2), np.float32) + np.float32([step, 0])
    filmed = [colour.encode(light[..., :3]).astype(np.float32) for light in lights]
    films = [
        Frame(painted(a, look, anchor=b), "ink").display()[..., :3].astype(np.float32) / np.float32(255)
        for a, b in zip(lights, anchors, strict=True)
    ]
    hidden = motion.outside(back)

    def restless(film):
        error = np.mean([motion.warp_error(film[n], film[n - 1], back, hidden) for n in (1, 2)])
        return error / motion.gradient_energy(film[1])

    # what is left is the picture's own resampling, an eighth of its slopes at half a pixel
    assert restless(films) < 2.5 * restless(filmed) + 0.02


def test_ink_that_is_drawn_out_keeps_its_edges(monkeypatch):
    """Worked out at half the lines, a painting has nine tenths of its contrast, where straight lines between
    its pixels would leave three quarters."""
    light = scene(640, 360)
    leaves = cv2.GaussianBlur(np.random.default_rng(2).random((360, 640), np.float32), (0, 0), 2.5)
    light[..., :3] = np.clip(light[..., :3] * (1 + 4.8 * (leaves - 0.5))[..., None], 0, 1)

    def contrast():
        shown = np.exp(-painted(light, grain=0.0)[..., :3])
        small = cv2.resize(shown, (320, 180), interpolation=cv2.INTER_AREA)
        return motion.gradient_energy(np.ascontiguousarray(small))

    whole = contrast()
    monkeypatch.setattr(repaint_tone, "FEWEST", 180)
    monkeypatch.setattr(repaint_tone, "MOST", 180)
    assert contrast() > 0.88 * whole
