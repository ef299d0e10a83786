"""The track of a plate: its cuts, the renderer's vectors or the estimated flow, and the camera."""

import logging

import cv2
import numpy as np
import pytest
from oracle import Oracle

import inkrender as ink
from inkrender import motion
from inkrender.frame import Frame
from inkrender.io import stills


def track_of(pattern, frames="1-6", **layer):
    plate = ink.Layer(name="plate", file=pattern, **layer)
    scene = ink.Scene(name="one", frames=frames, layer=(plate,))
    film = ink.Film(size=(128, 72), scenes=(scene,))
    one = film.plan(0).scenes[0]
    return film.studio().track(one, one.layers[0])


def inner(plane):
    return plane[30:-30, 30:-30]


def seen(track, n):
    return track.read(track._index(n)).luma.astype(np.float32) / 255


def test_the_renderers_vectors_lead_to_the_previous_frame(tmp_path):
    oracle = Oracle()
    track = track_of(oracle.write(tmp_path, 6))
    assert track.rendered
    back = track.to_previous(4)
    hidden = motion.occluded(track.to_next(3), back)
    moved = motion.warp_error(seen(track, 4), seen(track, 3), back, hidden)
    stood = motion.warp_error(seen(track, 4), seen(track, 3), 0 * back, hidden)
    assert moved < 0.05 * stood
    assert np.allclose(back[5, 5], [1.5 * 480 / 128, 0], atol=0.01)  # half floats


def test_the_renderers_vectors_lead_to_the_next_frame(tmp_path):
    track = track_of(Oracle().write(tmp_path, 6))
    ahead = track.to_next(3)
    moved = motion.warp_error(seen(track, 3), seen(track, 4), ahead, motion.outside(ahead))
    assert moved < 0.2 * motion.warp_error(seen(track, 3), seen(track, 4), 0 * ahead)


@pytest.mark.parametrize("wrong", [-1.0, 8.0])
def test_vectors_that_explain_nothing_are_named_and_not_used(tmp_path, caplog, wrong):
    with caplog.at_level(logging.WARNING, logger="inkrender"):
        track = track_of(Oracle().write(tmp_path, 6, vectors=wrong))
        assert not track.rendered
    assert "the Vector pass" in caplog.text
    assert "estimated from the picture" in track.warning
    assert np.median(track.to_previous(4)[..., 0]) == pytest.approx(1.5 * 480 / 128, abs=0.3)


def test_vectors_of_another_size_are_named_and_not_used(tmp_path):
    pattern = Oracle().write(tmp_path, 3, vectors=None)
    small = np.zeros((36, 64, 4), np.float32)
    stills.write(tmp_path / "motion.exr", Frame(small, passes={"vector": small + 1}), bits=32)
    track = track_of(pattern, "1-3", inputs={"vector": str(tmp_path / "motion.exr")})
    assert not track.rendered
    assert "the Vector pass is 64x36, the picture 128x72" in track.warning


def test_motion_without_vectors_is_estimated(tmp_path):
    track = track_of(Oracle().write(tmp_path, 4, vectors=None), "1-4")
    assert not track.rendered
    assert track.warning == ""
    assert np.median(inner(track.to_previous(3))[..., 0]) == pytest.approx(1.5 * 480 / 128, abs=0.3)
    assert np.median(inner(track.to_next(3))[..., 0]) == pytest.approx(-1.5 * 480 / 128, abs=0.3)


@pytest.mark.parametrize("vectors", [1.0, None])
def test_the_camera_leads_back_to_the_first_frame_of_the_shot(tmp_path, vectors):
    track = track_of(Oracle().write(tmp_path, 6, vectors=vectors))
    x, y = track.camera(6) @ [960, 540, 1]  # layer px at 1080 lines, 15 a pixel of the plate
    assert x == pytest.approx(960 + 5 * 1.5 * 15, abs=6)
    assert y == pytest.approx(540, abs=4)


def test_a_track_ends_and_begins_at_a_cut(tmp_path):
    track = track_of(Oracle(cut=4).write(tmp_path, 6, vectors=None))
    assert track.cuts == (4,)
    assert [track.shot_of(n) for n in (1, 3, 4, 6)] == [(1, 3), (1, 3), (4, 6), (4, 6)]
    assert not track.to_previous(4).any()
    assert not track.to_next(3).any()
    assert np.array_equal(track.camera(4), [[1, 0, 0], [0, 1, 0]])


def test_what_stands_still_moves_nowhere_at_all(tmp_path):
    track = track_of(Oracle(pan=(0, 0), walk=(0, 0)).write(tmp_path, 3, vectors=None), "1-3")
    assert not track.to_previous(2).any()
    assert np.array_equal(track.camera(3), [[1, 0, 0], [0, 1, 0]])


def test_a_held_drawing_moves_nowhere(tmp_path):
    track = track_of(Oracle().write(tmp_path, 6, vectors=None), exposure=2)
    assert track.drawings == (1, 3, 5)
    assert not track.to_previous(4).any()
    assert np.median(inner(track.to_previous(5))[..., 0]) == pytest.approx(2 * 1.5 * 480 / 128, abs=0.4)


def test_a_single_drawing_has_a_track_that_stands(tmp_path):
    track = track_of(Oracle().write(tmp_path, 1), "1-1")
    assert track.shot_of(1) == (1, 1)
    assert not track.to_previous(1).any()


def test_a_track_read_back_is_the_track_worked_out(tmp_path):
    pattern = Oracle().write(tmp_path, 4, vectors=None)
    first = track_of(pattern, "1-4")
    worked_out = [first.to_previous(n) for n in (2, 3, 4)]
    again = track_of(pattern, "1-4")
    assert all(np.array_equal(again.to_previous(n), worked_out[n - 2]) for n in (4, 2, 3))
    assert np.array_equal(again.camera(4), first.camera(4))


def test_a_track_whose_files_were_tidied_away_is_worked_out_again(tmp_path):
    track = track_of(Oracle().write(tmp_path, 4, vectors=None), "1-4")
    before = track.to_previous(3)
    for file in (track.store / "tracks").glob("*.npz"):
        file.unlink()
    assert np.array_equal(track.to_previous(3), before)


def test_own_motion_is_that_beside_the_camera(tmp_path):
    oracle = Oracle(pan=(1.0, 0.0), walk=(-2.0, 1.0))
    track = track_of(oracle.write(tmp_path, 6))
    own = track.own(3)
    px = 480 / 128
    ball = cv2.erode(oracle.ball(3).astype(np.uint8), np.ones((5, 5))) > 0
    on = cv2.resize(ball.astype(np.uint8), track.size, interpolation=cv2.INTER_NEAREST) > 0
    # the ground lies behind a camera that pans by 1 px: it moves by -1, the ball by its walk
    assert np.median(own[on], axis=0) == pytest.approx([(-2.0 + 1.0) * px, 1.0 * px], abs=0.1 * px)
    assert np.abs(own[:20]).max() < 0.1 * px


def test_own_motion_ends_with_the_shot(tmp_path):
    track = track_of(Oracle(cut=4).write(tmp_path, 6))
    for n in (1, 3, 4, 6):
        assert np.isfinite(track.own(n)).all()
        assert np.abs(track.own(n)[:20]).max() < 0.5


def test_the_camera_leads_from_any_frame_to_any_other_of_its_shot(tmp_path):
    track = track_of(Oracle(pan=(1.5, 0.0)).write(tmp_path, 6))
    px = 480 / 128
    assert track.between(2, 5)[:, 2] == pytest.approx([-3 * 1.5 * px, 0], abs=0.1 * px)
    assert track.between(4, 4) == pytest.approx(np.eye(2, 3), abs=1e-9)
