"""Liubai in the tile: the edge, protection, monotone in every field."""

from __future__ import annotations

import naive
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inkrender.frame import Baked, Region
from inkrender.kernels.program import CANVAS, LiftFields, Program

H, W = 70, 150
RANDOM = np.random.default_rng(0)
HEIGHT = RANDOM.random((H, W)).astype(np.float16).astype(np.float32)
INK = RANDOM.random((H, W, 4)).astype(np.float32)


def sheet():
    paper = np.full((H, W, 4), 0.05, np.float32)
    paper[..., 3] = HEIGHT
    return Baked.of(paper, Region(0, 0, W, H, 1))


def lifted(fields, ink=INK):
    program = Program(W, H, paper=sheet())
    program.load(CANVAS, ink, "linear", True)
    program.lift(CANVAS, fields)
    out = np.zeros((H, W, 4), np.float32)
    program.store(CANVAS, out)
    program.run()
    return out


def planes(shape=(18, 38), seed=1, edge="torn"):
    random = np.random.default_rng(seed)
    phi = random.normal(0, 6, shape).astype(np.float32)
    ramp, hard, keep = (random.random(shape).astype(np.float32) for _ in range(3))
    return phi, ramp, {"torn": hard, "dry": -hard, "auto": 2 * hard - 1}[edge], keep


def twin(phi, ramp, hard, keep, bleed):
    up = [naive.field(f, W, H, 0, 0, f.shape[1] / W, f.shape[0] / H) for f in (phi, ramp, hard, keep)]
    return INK * (1 - naive.lift_matte(*up, HEIGHT, bleed))[..., None]


@pytest.mark.parametrize("edge", ["torn", "dry", "auto"])
@pytest.mark.parametrize("shape", [(18, 38), (H, W), (1, 1), (5, 200)])
def test_lift_equals_the_formula(edge, shape):
    fields = planes(shape, edge=edge)
    got = lifted(LiftFields(*fields, bleed=8))
    # places in the field are float32: within 2e-5 samples, between which phi changes by up to 20 px here
    assert np.abs(got - twin(*fields, 8)).max() < 3e-4


def test_lift_where_all_is_blank_leaves_bare_paper():
    assert not lifted(LiftFields(phi=1e4)).any()


@pytest.mark.parametrize("hard", [1.0, -1.0])
def test_lift_far_from_the_blank_changes_nothing(hard):
    assert np.array_equal(lifted(LiftFields(phi=-1e4, hard=hard)), INK)


def test_what_is_protected_is_never_lifted():
    assert np.array_equal(lifted(LiftFields(phi=1e4, keep=1.0)), INK)


def test_lift_takes_cover_with_the_ink():
    got = lifted(LiftFields(phi=0.0, ramp=0.25, hard=0.0))
    assert np.abs(got - INK * 0.75).max() < 1e-6


@settings(max_examples=15, deadline=None)
@given(raised=st.floats(0, 8), bleed=st.floats(0.5, 40), edge=st.sampled_from(["torn", "dry", "auto"]))
def test_a_larger_blank_never_leaves_more_ink(raised, bleed, edge):
    phi, ramp, hard, keep = planes(edge=edge)
    less = lifted(LiftFields(phi, ramp, hard, keep, bleed))
    more = lifted(LiftFields(phi + np.float32(raised), ramp, hard, keep, bleed))
    assert (more <= less + 1e-6).all()


def test_the_torn_edge_follows_the_paper():
    got = lifted(LiftFields(phi=0.0, bleed=40))
    low, high = HEIGHT < 0.3, HEIGHT > 0.7
    assert (got[low] == INK[low]).all()
    assert not got[high].any()


def test_a_lift_without_paper_is_refused():
    with pytest.raises(ValueError, match="paper"):
        Program(8, 8).lift(CANVAS, LiftFields())


def test_an_edge_may_be_torn_by_heights_of_its_own():
    fields = planes(edge="auto")
    got = lifted(LiftFields(*fields, bleed=8, height=np.ascontiguousarray(HEIGHT[::-1])))
    up = [naive.field(f, W, H, 0, 0, f.shape[1] / W, f.shape[0] / H) for f in fields]
    assert np.abs(got - INK * (1 - naive.lift_matte(*up, HEIGHT[::-1], 8))[..., None]).max() < 3e-4


@pytest.mark.parametrize("hard", [1.0, -1.0])
def test_no_edge_of_a_proxy_is_finer_than_its_pixels_show(hard):
    across = np.linspace(-12, 12, W, dtype=np.float32)[None].repeat(H, 0)
    program = Program(W, H, scale=1 / 4, paper=sheet())
    program.load(CANVAS, INK, "linear", True)
    program.lift(CANVAS, LiftFields(across, hard=hard, bleed=8))
    out = np.zeros((H, W, 4), np.float32)
    program.store(CANVAS, out)
    program.run()
    matte = naive.lift_matte(across, 0.0, hard, 0.0, HEIGHT, 8, pixel=4.0)
    assert np.abs(out - INK * (1 - matte)[..., None]).max() < 3e-4
