"""Liubai: the share of bare paper is what was asked for, and it lies where it should."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import inkrender as ink
from inkrender import colour, potential
from inkrender import negative_space as liubai
from inkrender.composition import PRESETS
from inkrender.engine import lift_fields
from inkrender.fields import blur
from inkrender.frame import Baked, Region
from inkrender.kernels.program import CANVAS, Program
from inkrender.paint import field

H, W = 90, 160
SCALE = H / 1080


def landscape(seed: int = 3) -> np.ndarray:
    """A canvas of ink (H, W, 4): washes that darken downwards, with hills of noise."""
    down = np.linspace(0.2, 1.2, H, dtype=np.float32)[:, None]
    hills = np.clip(down + 0.7 * field(Region(0, 0, W, H, SCALE), (500, 500), seed), 0, None)
    canvas = np.zeros((H, W, 4), np.float32)
    canvas[..., :3] = hills[..., None] * colour.absorbance("indigo")
    return canvas


def finished(lower: np.ndarray, matte: np.ndarray, upper: np.ndarray | None = None) -> np.ndarray:
    kept = lower[..., :3] * (1 - matte)[..., None]
    return kept if upper is None else kept * (1 - upper[..., 3:]) + upper[..., :3]


def grain() -> np.ndarray:
    return np.random.default_rng(1).random((H, W), dtype=np.float32)


def flat_paper() -> np.ndarray:
    return np.full((H, W), 0.5, np.float32)


@pytest.mark.parametrize("target", [0.15, 0.35, 0.6, 0.85])
@pytest.mark.parametrize("edge", ["torn", "mist", "dry"])
def test_the_finished_canvas_has_the_wanted_share_of_paper(target: float, edge: str) -> None:
    lower = landscape()
    lift = liubai.lift_for(lower, target=target, edge=edge)
    assert abs(lift.blank - target) < 0.005
    blank = colour.blank(finished(lower, liubai.lift_matte(lift, grain()))).mean()
    assert abs(blank - target) < 0.03


def in_tiles(lift: liubai.Lift, height: np.ndarray) -> np.ndarray:
    """The matte as the engine has it: what `Program.lift` takes of a canvas that is 1 everywhere."""
    h, w = height.shape
    sheet = np.zeros((h, w, 4), np.float32)
    sheet[..., 3] = height
    program = Program(w, h, paper=Baked.of(sheet, Region(0, 0, w, h, 1)))
    program.load(CANVAS, np.ones((h, w, 4), np.float32), "linear", True)
    program.lift(CANVAS, lift_fields(lift))
    left = np.zeros((h, w, 4), np.float32)
    program.store(CANVAS, left)
    program.run()
    return 1 - left[..., 0]


@pytest.mark.parametrize("size", [(H, W), (2 * H, 2 * W)])
@pytest.mark.parametrize("edge", ["torn", "mist", "dry"])
def test_the_matte_on_arrays_is_the_matte_of_the_tiles(edge: str, size: tuple[int, int]) -> None:
    random = np.random.default_rng(4)
    phi = random.normal(0, 1.5, (H, W)).astype(np.float32)
    ramp, hard, keep = (random.random((H, W), dtype=np.float32) for _ in range(3))
    if edge == "mist":
        hard[:] = 0
    lift = liubai.Lift(phi, ramp, hard, keep, edge, 8.0, 0.0, 0.4, 0.4, (0.0, 1.0))
    height = random.random(size).astype(np.float16).astype(np.float32)  # as a bake keeps it
    assert np.abs(liubai.lift_matte(lift, height) - in_tiles(lift, height)).max() < 1e-4


@pytest.mark.parametrize("edge", ["torn", "mist", "dry"])
def test_the_solver_counts_what_the_matte_leaves(edge: str) -> None:
    lower = landscape()
    lift = liubai.lift_for(lower, target=0.45, edge=edge)
    left = finished(lower, liubai.lift_matte(lift, liubai.spread_heights(H, W)))
    assert colour.blank(left).mean() == pytest.approx(lift.blank, abs=0.002)


def test_layers_laid_after_the_lift_count_in_the_share() -> None:
    upper = np.zeros((H, W, 4), np.float32)
    upper[20:70, 40:120] = (*(1.5 * colour.absorbance("ink")), 1.0)
    lower = landscape()
    lift = liubai.lift_for(lower, upper, target=0.5)
    share = colour.blank(finished(lower, liubai.lift_matte(lift, flat_paper()), upper)).mean()
    assert abs(share - 0.5) < 0.03
    assert lift.blank == pytest.approx(0.5, abs=0.005)


def test_the_share_rises_with_the_target() -> None:
    lower = landscape()
    thresholds = [liubai.lift_for(lower, target=t).threshold for t in (0.1, 0.3, 0.5, 0.7, 0.9)]
    assert thresholds == sorted(thresholds, reverse=True)


def test_more_paper_never_takes_paper_away_elsewhere() -> None:
    lower = landscape()
    little, much = (liubai.lift_matte(liubai.lift_for(lower, target=t), flat_paper()) for t in (0.3, 0.6))
    assert (much >= little - 1e-5).all()


def test_a_protected_subject_keeps_all_its_ink() -> None:
    protect = np.zeros((H, W), np.float32)
    protect[30:60, 50:110] = 1
    lower = landscape()
    lift = liubai.lift_for(lower, target=0.6, protect=protect)
    matte = liubai.lift_matte(lift, flat_paper())
    assert matte[protect == 1].max() == 0
    assert lift.blank == pytest.approx(0.6, abs=0.005)


def test_a_line_drawn_in_the_middle_outlives_the_wash_round_it() -> None:
    lower = landscape()
    lower[40:50, 78:80, :3] += 1.5
    left = []
    for lines in (0.0, 0.8):
        lift = liubai.lift_for(lower, target=0.8, lines=lines)
        left.append(finished(lower, liubai.lift_matte(lift, flat_paper()))[42:48, 78:80].mean())
    assert left[1] > 2 * left[0] + 0.2


def test_a_smooth_wash_is_not_taken_for_lines() -> None:
    assert liubai.drawn(landscape()).max() < 0.05


def test_a_target_beyond_the_protected_area_is_clamped_and_reported() -> None:
    protect = np.zeros((H, W), np.float32)
    protect[:, :128] = 1
    lift = liubai.lift_for(landscape() + np.float32(0.3), target=0.9, protect=protect)
    assert not lift.met
    assert lift.blank == pytest.approx(lift.reachable[1])
    assert lift.reachable[1] <= 0.2


def test_paper_that_is_bare_already_is_the_least_share() -> None:
    lower = landscape() + np.float32(0.3)
    lower[:45] = 0
    lift = liubai.lift_for(lower, target=0.1)
    assert lift.reachable[0] == pytest.approx(0.5, abs=0.01)
    assert lift.blank == lift.reachable[0]
    assert liubai.lift_matte(lift, flat_paper()).max() == 0


def test_a_reserve_is_left_bare_first() -> None:
    reserve = np.zeros((H, W), np.float32)
    reserve[60:85, 20:60] = 1  # the darkest part of the picture
    lift = liubai.lift_for(landscape(), target=0.2, reserve=reserve)
    matte = liubai.lift_matte(lift, flat_paper())
    assert matte[65:80, 25:55].min() > 0.95


def test_mist_collects_behind_a_ridge_when_depth_is_known() -> None:
    depth = np.full((H, W), 30, np.float32)
    depth[45:] = 8
    lower = np.full((H, W, 4), 0.8, np.float32)
    found = liubai.features(lower, depth)
    behind, crest = found["depth"][40:44, 20:140].mean(), found["depth"][46:49, 20:140].mean()
    assert behind > crest + 0.3


def test_light_that_joins_the_border_is_the_sky() -> None:
    lower = np.zeros((H, W, 4), np.float32)
    lower[..., :3] = 0.05
    lower[30:60, 60:100, :3] = 1.2  # a dark thing in the middle
    border = liubai.features(lower)["border"]
    assert border[2:10].min() > 0.9
    assert border[40:50, 70:90].max() < 0.2


def test_a_dark_textured_rim_is_not_taken_for_sky() -> None:
    lower = np.zeros((270, 480, 4), np.float32)
    leaves = np.random.default_rng(3).random((270, 480), dtype=np.float32)
    lower[..., :3] = (1.2 + 3 * leaves)[..., None]  # dark all over, and joined to the border everywhere
    assert liubai.features(lower)["border"].mean() < 0.4


def test_a_soft_edge_lies_where_the_picture_has_none() -> None:
    smooth = np.zeros((270, 120, 4), np.float32)
    smooth[..., :3] = np.linspace(0.1, 1.5, 120, dtype=np.float32)[:, None]
    assert liubai.lift_for(smooth, target=0.5).hard.max() < 0.2
    step = np.zeros((270, 120, 4), np.float32)
    step[:, 60:, :3] = 1.5
    step[:, :60, :3] = 0.1
    assert liubai.lift_for(step, target=0.5).hard[:, 58:62].max() > 0.5


def test_the_lift_is_the_same_every_time() -> None:
    first, second = (liubai.lift_for(landscape(), target=0.4, seed=9) for _ in range(2))
    for name in ("phi", "ramp", "hard", "keep"):
        assert getattr(first, name).tobytes() == getattr(second, name).tobytes()
    assert all(getattr(first, name).dtype == np.float32 for name in ("phi", "ramp", "hard", "keep"))


def test_a_proxy_decides_what_the_master_decides() -> None:
    """The planes are low-resolution: rendering twice as large changes the blank share by grain only."""
    lift = liubai.lift_for(landscape(), target=0.4)
    small = liubai.lift_matte(lift, flat_paper())
    large = liubai.lift_matte(lift, np.full((2 * H, 2 * W), 0.5, np.float32))
    halved = large.reshape(H, 2, W, 2).mean(axis=(1, 3))
    assert np.abs(blur(halved - small, 1)).max() < 0.1


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"target": 1.4}, "lies in 0..1"),
        ({"target": 0.4, "edge": "ragged"}, "one of auto, torn, mist, dry"),
        ({"target": 0.4, "weights": {"lum": 1.0}}, "not lum"),
        ({"target": 0.4, "weights": dict.fromkeys(potential.WEIGHTS, 0.0)}, "above 0"),
        ({"target": 0.4, "protect": np.zeros((4, 4), np.float32)}, "one size"),
    ],
)
def test_what_cannot_be_meant_is_refused(arguments: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        liubai.lift_for(landscape(), **arguments)


# whole pictures ------------------------------------------------------------------------------------------


def portrait(h: int = 270, w: int = 480) -> tuple[ink.Frame, np.ndarray]:
    """A light subject with a white heart on dark, uneven ground, as light; and the matte of the subject."""
    scale = h / 1080
    y, x = (np.mgrid[:h, :w].astype(np.float32) + 0.5) / h
    rim = 0.02 * field(Region(0, 0, w, h, scale), (160, 160), 11)
    away = np.hypot(x - 0.8, y - 0.5) + rim
    matte = np.clip((0.27 - away) * h + 0.5, 0, 1)
    ground = 0.06 * (1 + 0.7 * field(Region(0, 0, w, h, scale), (420, 300), 12, 3))
    light = np.ones((h, w, 4), np.float32)
    petals = 0.45 + 0.15 * np.cos(14 * np.arctan2(y - 0.5, x - 0.8)) * np.clip(away / 0.27, 0, 1)
    petals = np.where(away < 0.06, 0.95, petals)
    for c, tint in enumerate((1.0, 0.6, 0.35)):
        light[..., c] = ground * (0.5 + 0.3 * c) * (1 - matte) + petals * tint * matte
    return ink.Frame(light), matte.astype(np.float32)


def blank_of(frame: ink.Frame) -> np.ndarray:
    return colour.blank(frame.pixels)


def components(blank: np.ndarray) -> int:
    """Connected areas of bare paper above 1e-4 of the frame."""
    found = cv2.connectedComponentsWithStats(blank.astype(np.uint8), connectivity=8)[2][1:, cv2.CC_STAT_AREA]
    return int((found > 1e-4 * blank.size).sum())


@pytest.mark.parametrize("target", [0.15, 0.35, 0.6])
@pytest.mark.parametrize("lines", [270, 540])
def test_the_share_on_the_finished_frame_is_within_a_point(target: float, lines: int) -> None:
    frame, _ = portrait(lines, lines * 16 // 9)
    assert blank_of(ink.liubai(frame, target=target)).mean() == pytest.approx(target, abs=0.01)


@pytest.mark.parametrize("lines", [54, 270, 432, 1080])
def test_no_paper_shows_in_a_given_subject(lines: int) -> None:
    frame, matte = portrait(lines, lines * 16 // 9)
    made = ink.liubai(frame, target=0.8, protect=matte)
    assert blank_of(made)[matte > 0.9].mean() < 0.01


@pytest.mark.parametrize("lines", [270, 540, 1080])
def test_a_hair_of_a_given_subject_stays_whole(lines: int) -> None:
    w = lines * 16 // 9
    pixels = np.ones((lines, w, 4), np.float32)
    pixels[..., :3] = 0.5
    matte = np.zeros((lines, w), np.float32)
    for k in range(1, 8):
        matte[:, k * w // 8] = 1  # a pixel wide
    made = ink.liubai(ink.Frame(pixels), target=0.8, protect=matte)
    assert blank_of(made)[matte > 0.9].mean() < 0.01


def test_the_inside_of_a_likely_subject_is_not_blank() -> None:
    frame, matte = portrait()
    made = ink.liubai(frame, target=0.6)
    bare = -np.log(np.clip(frame.pixels[..., :3], 0.006, 1)).sum(-1) < 0.1
    assert blank_of(made)[(matte > 0.9) & ~bare].mean() < 0.01


@pytest.mark.parametrize("target", [0.2, 0.4, 0.6])
@pytest.mark.parametrize("edge", ["auto", "torn", "dry"])
def test_paper_lies_in_few_large_areas(target: float, edge: str) -> None:
    frame, _ = portrait(360, 640)
    assert components(blank_of(ink.liubai(frame, target=target, edge=edge))) <= 10


def test_a_texture_that_is_nearly_blank_does_not_fall_to_scraps() -> None:
    """Foliage on a slow gradient: where its wash is all but gone, twigs still tell ink from paper."""
    lines = 360
    w = lines * 16 // 9
    region = Region(0, 0, w, lines, lines / 1080)
    twigs = field(region, (30, 30), 5, 2)
    pixels = np.ones((lines, w, 4), np.float32)
    slow = np.linspace(0.1, 0.6, w, dtype=np.float32)[None, :]
    pixels[..., :3] = (slow * np.exp(1.2 * twigs))[..., None]
    assert components(blank_of(ink.liubai(ink.Frame(pixels), target=0.6, edge="mist"))) <= 10


def problem_of(willing: np.ndarray, density: float) -> liubai.Problem:
    """Even ink that ends in mist where a potential says."""
    canvas = np.zeros((*willing.shape, 4), np.float32)
    canvas[..., :3] = density
    return liubai.Problem.of(canvas, None, willing, edge="mist")


def test_paper_apart_from_larger_paper_gets_the_thinnest_wash() -> None:
    """A sheet whose left half is bare, and beside it a place that begins to turn blank, in pieces."""
    h, w = 180, 320
    level = np.full((h, w), -1.0, np.float32)
    level[:, : w // 2] = 1.0
    for y, x in ((80, 230), (80, 250), (95, 240), (95, 262)):
        level[y : y + 6, x : x + 6] = 0.002
    base = problem_of(np.zeros((h, w), np.float32), 0.5)
    willing = level - base._level  # what makes each place blank at its level
    problem = problem_of(willing, 0.5)
    lift = problem.lift(0.0, 0.5)
    kept = 0.5 * (1 - liubai.lift_matte(lift, np.full((h, w), 0.5, np.float32)))
    bare = colour.blank(np.repeat(kept[..., None], 3, -1))
    assert bare[:, : w // 2 - 24].all()
    assert components(bare) == 1
    assert kept[81:85, 231:235].max() < 0.15  # of .5: a wash, and a thin one


def test_there_is_no_black_halo_round_a_subject_on_dark_ground() -> None:
    """Where paper and dark ground meet away from edges of the picture, ink thins before it ends."""
    frame, matte = portrait()
    ground = cv2.dilate(matte, np.ones((9, 9), np.uint8)) == 0
    before = -np.log(np.clip(frame.pixels[..., :3], 0.006, 1)).mean(-1)[ground].mean()
    made = ink.liubai(frame, target=0.6)
    left = made.pixels[..., :3].mean(-1)[ground & ~blank_of(made)]
    assert before > 2.5
    assert np.quantile(left, 0.9) < 2.0


def test_a_proxy_looks_like_the_master() -> None:
    """Where paper lies and how its edges run is the same at 270 and at 1080 lines."""
    small, large = (ink.liubai(portrait(n, n * 16 // 9)[0], target=0.45) for n in (270, 1080))
    alpha = [f.pixels[..., :3].mean(-1) for f in (small, large)]
    halved = cv2.resize(alpha[1], (480, 270), interpolation=cv2.INTER_AREA)
    assert np.abs(blur(halved - alpha[0], 2)).mean() < 0.03
    assert blank_of(small).mean() == pytest.approx(blank_of(large).mean(), abs=0.01)


def test_a_corner_prior_paints_its_corner() -> None:
    left, right = (
        ink.liubai(portrait()[0], target=0.5, prior=p, strength=0.8, edge="mist")
        for p in ("lower_left", "lower_right")
    )
    inked = [~blank_of(f) for f in (left, right)]
    across = [np.mean(np.nonzero(f)[1]) / f.shape[1] for f in inked]
    assert across[0] < across[1] - 0.1


def test_a_painted_map_says_where_paper_goes() -> None:
    wanted = np.zeros((270, 480), np.float32)
    wanted[:, 240:] = 1
    made = ink.liubai(portrait()[0], target=0.4, prior=wanted, strength=1.5)
    assert blank_of(made)[:, 250:].mean() > blank_of(made)[:, :230].mean() + 0.3


def test_a_preset_brings_its_target() -> None:
    made = ink.liubai(portrait()[0], preset="song_corner")
    assert made.info["liubai"]["target"] == PRESETS["song_corner"].target
    assert made.info["liubai"]["met"]


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 2**31), st.floats(0.02, 0.98), st.floats(0.02, 0.98))
def test_more_is_asked_more_is_blank_within_reach(seed: int, a: float, b: float) -> None:
    random = np.random.default_rng(seed)
    lower = np.zeros((54, 96, 4), np.float32)
    lower[..., :3] = np.clip(blur(random.random((54, 96)).astype(np.float32), 3), 0, 2)[..., None] * 2
    protect = (blur(random.random((54, 96)).astype(np.float32), 6) > 0.52).astype(np.float32)
    problem = liubai.problem_for(lower, protect=protect)
    low, high = problem.reachable
    shares = [problem.lift(problem.threshold(t), t).blank for t in sorted((a, b))]
    assert shares[0] <= shares[1] + 0.01  # the nearest of a few: scraps come and go with the threshold
    for target, share in zip(sorted((a, b)), shares, strict=True):
        assert low <= share <= high
        assert share == pytest.approx(min(max(target, low), high), abs=0.01)


@pytest.mark.parametrize("odd", [np.nan, np.inf, 1e4])
def test_broken_and_very_bright_pixels_give_a_finite_picture(odd: float) -> None:
    frame, _ = portrait(108, 192)
    frame.pixels[20:30, 30:60, :3] = odd
    if np.isfinite(odd):
        assert np.isfinite(ink.liubai(frame, target=0.4).pixels).all()
    else:
        with pytest.raises(ink.PlateError, match=r"ink\.read"):
            ink.liubai(frame, target=0.4)


@pytest.mark.parametrize(("level", "share"), [(0.0, 0.4), (1.0, 1.0)])
def test_a_frame_of_one_tone_is_a_sensible_picture(level: float, share: float) -> None:
    """Black gives way like any wash, white is paper already; both are finite and told as they are."""
    light = np.full((108, 192, 4), level, np.float32)
    light[..., 3] = 1
    made = ink.liubai(ink.Frame(light), target=0.4, white=1.0)
    assert np.isfinite(made.pixels).all()
    assert blank_of(made).mean() == pytest.approx(share, abs=0.02)
    assert made.info["liubai"]["met"] == (share == 0.4)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({}, "target .* or a preset"),
        ({"preset": "literatti"}, 'did you mean "literati"'),
        ({"target": 0.4, "prior": "middle"}, "thirds"),
        ({"target": 0.4, "protect": np.zeros((9, 9), np.float32)}, "the frame's size"),
    ],
)
def test_what_an_array_call_cannot_mean_is_refused(arguments: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        ink.liubai(portrait(108, 192)[0], **arguments)
