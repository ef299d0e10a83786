"""Negative space in time: it moves with the picture, keeps its share, and any frame can be had alone."""

from dataclasses import replace
from itertools import pairwise

import cv2
import numpy as np
import pytest
from oracle import Oracle

import inkrender as ink
from inkrender import analysis, cache, motion, negative_space, thresholds
from inkrender.frame import Frame
from inkrender.io import stills

SIZE = (128, 72)


def film_of(pattern, frames="1-8", target=0.45, layers=(), **liubai):
    plate = ink.Layer(name="plate", file=pattern, white=1.0)
    told = ink.Liubai(target=target, **liubai)
    scene = ink.Scene(name="one", frames=frames, layer=(plate, *layers), liubai=told)
    return ink.Film(size=SIZE, scenes=(scene,))


def survey_of(film):
    return analysis.survey(film.plan(0).scenes[0], film.studio().proxy)


def lifts_of(film):
    survey = survey_of(film)
    return [survey.lift(n) for n in survey.frames]


def mattes_of(lifts):
    flat = np.full(lifts[0].phi.shape, 0.5, np.float32)
    return [negative_space.lift_matte(lift, flat) for lift in lifts]


def warp_error(mattes, survey, which=None):
    """How much of the mattes does not move with the plate, mean over the frames. which: their places."""
    found = []
    for i in range(1, len(mattes)):
        n = survey.frames[i if which is None else which[i]]
        back = survey.track.to_previous(n)
        hidden = motion.occluded(survey.track.to_next(n - 1), back)
        found.append(motion.warp_error(mattes[i], mattes[i - 1], back, hidden))
    return float(np.mean(found))


def alone(film, n):
    """The lift of a frame that knows nothing of its neighbours."""
    one = film.plan(n).scenes[0]
    problem, *_ = analysis._problem(one, film.studio().proxy, survey_of(film).track)
    target = one.liubai.target
    return problem.lift(problem.threshold(target), target)


@pytest.fixture
def panned(tmp_path):
    return Oracle().write(tmp_path / "panned", 8)


def test_static_input_gives_static_output_bit_for_bit(tmp_path):
    film = film_of(Oracle(pan=(0, 0), walk=(0, 0)).write(tmp_path, 6), "1-6")
    first, *others = [film.pixels(n)[0] for n in range(6)]
    assert all(np.array_equal(first, frame) for frame in others)


def test_a_still_plate_has_the_lift_that_solves_it_exactly(tmp_path):
    film = film_of(Oracle(pan=(0, 0), walk=(0, 0)).write(tmp_path, 4), "1-4")
    assert all(abs(lift.blank - 0.45) < 0.005 for lift in lifts_of(film))


def test_a_panned_still_moves_the_mask(panned):
    film = film_of(panned)
    survey, mattes = survey_of(film), mattes_of(lifts_of(film))
    stays = float(np.mean([np.square(b - a).mean() for a, b in pairwise(mattes)]))
    assert warp_error(mattes, survey) < 0.25 * stays


def test_a_panned_still_leaves_the_paper_where_it_is(panned):
    film = film_of(panned, target=0.6)
    a, b = (film.pixels(n)[0][..., :3].astype(np.float32) for n in (3, 4))
    blank = [mattes > 0.99 for mattes in mattes_of(lifts_of(film))]
    h, w = SIZE[1], SIZE[0]
    both = np.asarray(blank[3] & blank[4], np.uint8)
    import cv2

    bare = cv2.resize(both, (w, h), interpolation=cv2.INTER_AREA) > 0
    bare = cv2.erode(bare.astype(np.uint8), np.ones((5, 5))) > 0
    assert bare.sum() > 300
    assert np.abs(a[bare] - b[bare]).max() <= 1  # the sheet: one code of the lift's last per mille


def test_the_mask_boils_three_times_less_than_frames_solved_alone(tmp_path):
    pan = (0.6, 0.2)
    film = film_of(Oracle(grain=0.06, pan=pan, walk=(0, 0)).write(tmp_path, 12), "1-12")
    survey, middle = survey_of(film), range(4, 8)  # frames whose window the shot does not cut short
    lifts = [survey.lift(survey.frames[i]) for i in middle]
    together = warp_error(mattes_of(lifts), survey, middle)
    assert together < warp_error(mattes_of([alone(film, n) for n in middle]), survey, middle) / 3


def test_every_frame_of_a_moving_shot_is_within_two_points(panned):
    film = film_of(panned)
    assert all(abs(film.pixels(n)[1]["blank"] - 0.45) < 0.02 for n in range(8))


def test_a_keyed_target_is_followed(panned):
    film = film_of(panned, target=[[1, 0.3], [8, 0.5]])
    for i, lift in enumerate(lifts_of(film)):
        assert abs(lift.blank - (0.3 + 0.2 * i / 7)) < 0.02


def test_the_threshold_does_not_jerk(panned):
    survey = survey_of(film_of(panned))
    assert thresholds.jerk(np.array(survey.solve())) < 3e-4


def test_a_cut_does_not_smear(tmp_path):
    both = film_of(Oracle(cut=5).write(tmp_path / "both", 8))
    first = film_of(Oracle().write(tmp_path / "first", 4), "1-4")
    joined, apart = lifts_of(both)[:4], lifts_of(first)
    for a, b in zip(joined, apart, strict=True):
        assert np.array_equal(a.ramp, b.ramp)
        assert a.threshold == b.threshold


def test_any_order_and_any_subset_give_the_same_pixels(panned, tmp_path, monkeypatch):
    forward = [film_of(panned).pixels(n)[0] for n in range(8)]
    monkeypatch.setenv("INKRENDER_CACHE", str(tmp_path / "cold"))
    film = film_of(panned)
    for n in (5, 2, 7):
        assert np.array_equal(film.pixels(n)[0], forward[n])


@pytest.mark.parametrize("jobs", [1, 4])
def test_any_number_of_jobs_gives_the_same_files(panned, tmp_path, monkeypatch, jobs):
    wanted = [film_of(panned).pixels(n)[0] for n in range(8)]
    monkeypatch.setenv("INKRENDER_CACHE", str(tmp_path / f"cold{jobs}"))
    report = film_of(panned).render(None, tmp_path / f"out{jobs}" / "x.####.png", jobs=jobs)
    for path, pixels in zip(report.paths, wanted, strict=True):
        assert np.array_equal(ink.io.stills.raw(path).pixels[..., :3], pixels[..., :3])


def test_an_analysis_that_was_cut_short_goes_on_to_the_same_end(panned, tmp_path, monkeypatch):
    wanted = lifts_of(film_of(panned))
    monkeypatch.setenv("INKRENDER_CACHE", str(tmp_path / "cold"))
    survey = survey_of(film_of(panned))
    seen = 0

    def stop(done, total):
        nonlocal seen
        seen = done
        if done == 11:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        survey.solve(stop)
    again = film_of(panned)
    for lift, whole in zip(lifts_of(again), wanted, strict=True):
        assert lift.threshold == whole.threshold
        assert np.array_equal(lift.phi, whole.phi)


def test_the_analysis_tells_how_far_it_is(panned, tmp_path, monkeypatch):
    monkeypatch.setenv("INKRENDER_CACHE", str(tmp_path / "cold"))
    told = []
    film_of(panned).prepare([0], lambda done, total: told.append((done, total)))
    assert told == [(k, 16) for k in range(1, 17)]


def test_a_changed_frame_is_noticed_by_all_frames_of_its_scene(panned, tmp_path):
    film = film_of(panned)
    before = [film.fingerprint(n)["one: liubai"] for n in range(8)]
    Oracle(level=0.8).write(tmp_path / "other", 1, first=4)
    (tmp_path / "other" / "plate.0004.exr").replace(tmp_path / "panned" / "plate.0004.exr")
    film.refresh()
    after = [film.fingerprint(n)["one: liubai"] for n in range(8)]
    assert all(a != b for a, b in zip(before, after, strict=True))


def test_layers_that_move_without_a_plate_are_followed_too(tmp_path):
    sheet = Oracle(w=480, h=72).frame(0)
    path = tmp_path / "sheet.exr"
    ink.io.stills.write(path, sheet)
    layer = ink.Layer(name="hills", file=str(path), fit="none", white=1.0, position=(0, 0), drift=(-12, 0))
    scene = ink.Scene(name="one", frames="1-6", layer=(layer,), liubai=ink.Liubai(target=0.4))
    film = ink.Film(size=SIZE, scenes=(scene,))
    survey = survey_of(film)
    assert survey.track is None
    step = survey._step(3, -1)
    assert np.median(step[40:-40, 60:-60, 0]) == pytest.approx(12 * 270 / 1080, abs=0.3)
    assert all(abs(lift.blank - 0.4) < 0.02 for lift in lifts_of(film))


@pytest.mark.parametrize("level", [0.0, 40.0])
def test_all_black_and_all_white_frames_give_finite_pictures(tmp_path, level):
    film = film_of(Oracle(level=level).write(tmp_path, 3), "1-3")
    for n in range(3):
        pixels, stats = film.pixels(n)
        assert pixels[..., :3].min() >= 0
        assert 0 <= stats["blank"] <= 1


def test_a_shot_of_one_frame_is_solved(tmp_path):
    film = film_of(Oracle().write(tmp_path, 1), "1-1")
    assert abs(film.pixels(0)[1]["blank"] - 0.45) < 0.01


@pytest.mark.parametrize("poison", [1e4, np.nan, np.inf, -1.0])
def test_wild_values_in_a_plate_give_a_finite_picture(tmp_path, poison):
    pattern = Oracle(poison=poison).write(tmp_path, 3)
    film = film_of(pattern, "1-3")
    for n in range(3):
        pixels, stats = film.pixels(n, bits="half")
        assert np.isfinite(pixels).all()
        assert abs(stats["blank"] - 0.45) < 0.03


def test_a_frame_that_cannot_be_read_fails_alone(panned, tmp_path):
    (tmp_path / "panned" / "plate.0004.exr").write_bytes(b"not a picture")
    report = film_of(panned).render(None, tmp_path / "out" / "x.####.png", cont=True, jobs=2)
    assert [failed.frame for failed in report.failed] == [3]
    assert report.rendered == 7


def test_a_folder_that_cannot_be_written_costs_time_and_no_frame(panned, tmp_path, monkeypatch):
    wanted = film_of(panned, "1-3").pixels(1)[0]
    monkeypatch.setattr(cache, "save_planes", lambda *_: None)
    monkeypatch.setattr(cache, "save_told", lambda *_: None)
    monkeypatch.setenv("INKRENDER_CACHE", str(tmp_path / "nothing"))
    assert np.array_equal(film_of(panned, "1-3").pixels(1)[0], wanted)


def test_what_a_problem_is_kept_as_gives_the_problem_back():
    from inkrender import packing

    lower = np.zeros((40, 60, 4), np.float32)
    lower[..., :3] = np.linspace(0, 2, 60, dtype=np.float32)[:, None]
    problem = negative_space.problem_for(lower)
    again = packing.unpacked(packing.packed(problem), problem.edge, problem.bleed)
    for name in problem.PLANES:
        assert np.abs(getattr(again, name) - getattr(problem, name)).max() < 1 / 250  # the coarsest: 8 bits
    assert np.abs(again.willing - problem.willing).max() < 1e-4
    assert replace(again).edge == problem.edge


def walkers(folder, count=16, passes=()):
    """A pale ball before darker ground, without passes but those named; the frames' pattern."""
    oracle = Oracle(pan=(0.5, 0.0), walk=(-4.0, 0.3))
    for n in range(1, count + 1):
        told = oracle.frame(n)
        pixels = told.pixels.copy()
        pixels[oracle.ball(n), :3] = 0.85
        kept = {name: told.passes[name] for name in passes}
        stills.write(folder / f"w.{n:04d}.exr", Frame(pixels, "light", kept))
    return oracle, str(folder / "w.####.exr")


def inside(oracle, n, size):
    """Where the ball is at the analysis's size, a little away from its rim."""
    ball = cv2.erode(oracle.ball(n).astype(np.uint8), np.ones((5, 5), np.uint8))
    return cv2.resize(ball, size, interpolation=cv2.INTER_NEAREST) > 0


def test_what_moves_by_itself_is_kept_where_nothing_else_tells_the_subject(tmp_path):
    oracle, pattern = walkers(tmp_path)
    survey = survey_of(film_of(pattern, "1-16"))
    found, ball = survey._moving(7), inside(oracle, 8, survey.small.size)
    assert found[ball].mean() > 0.6
    assert found.mean() < 2 * oracle.ball(8).mean()
    matte = mattes_of([survey.lift(8)])[0]
    assert matte[ball].mean() < 0.1 < matte.mean()  # pale as it is, it would be the first to go


@pytest.mark.parametrize("told", [{"allow_holes": True}, {"protect": ["pass:id"]}, {}])
def test_what_moves_is_no_subject_where_something_says_what_is(tmp_path, told):
    _, pattern = walkers(tmp_path, passes=() if "allow_holes" in told else ("id",) if told else ("depth",))
    assert survey_of(film_of(pattern, "1-16", **told))._moving(7) is None
