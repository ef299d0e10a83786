"""Grading kernels against float64 twins, OpenColorIO and coloraide."""

from __future__ import annotations

import coloraide
import naive
import numpy as np
import PyOpenColorIO as ocio
import pytest

from inkrender import colour
from inkrender.kernels import grade
from inkrender.kernels.program import CANVAS, Program

H, W = 37, 150
SLOPE, OFFSET, POWER = (1.1, 1.0, 0.92), (0.02, 0.0, -0.05), (0.95, 1.0, 1.3)


def values(seed=0, lo=0.0, hi=1.0):
    pixels = np.random.default_rng(seed).uniform(lo, hi, (H, W, 4)).astype(np.float32)
    pixels[..., 3] = 1
    pixels[0, :8, :3] = [
        [0, 0, 0],
        [1, 1, 1],
        [1, 0, 0],
        [0, 1, 0],
        [0, 0, 1],
        [1, 1, 0],
        [0.5] * 3,
        [0.25] * 3,
    ]
    return pixels


def run(pixels, record):
    program = Program(W, H)
    program.load(CANVAS, pixels, "linear", True)
    record(program)
    out = np.zeros((H, W, 4), np.float32)
    program.store(CANVAS, out)
    program.run()
    return out[..., :3]


def table(n, seed=3):
    steps = np.linspace(0, 1, n)
    r, g, b = np.meshgrid(steps, steps, steps, indexing="ij")
    wobble = np.random.default_rng(seed).normal(0, 0.02, (n, n, n, 3))
    return (np.stack([r**1.1, 0.9 * g + 0.1 * r, b * b], axis=-1) + wobble).astype(np.float32)


@pytest.mark.parametrize("transfer", ["srgb", "rec709", "gamma2.2"])
def test_encoding_equals_the_transfer_curve(transfer):
    pixels = values(1, -0.5, 6)
    got = run(pixels, lambda p: p.encode(CANVAS, transfer))
    wanted = colour.encode(np.float64(pixels[..., :3]), transfer)
    assert np.abs(got - wanted).max() < 1.5e-6  # of values up to 2.2: .1 of a 16-bit code


@pytest.mark.parametrize("transfer", ["srgb", "rec709", "gamma2.2"])
def test_decoding_equals_the_transfer_curve(transfer):
    pixels = values(1, -0.5, 1.5)
    got = run(pixels, lambda p: p.decode(CANVAS, transfer))
    wanted = colour.decode(np.float64(pixels[..., :3]), transfer)
    assert np.abs(got - wanted).max() < 2e-6


@pytest.mark.parametrize("clamp", [True, False])
def test_cdl_equals_the_formula(clamp):
    pixels = values(2, -0.2, 1.2)
    got = run(pixels, lambda p: p.cdl(CANVAS, SLOPE, OFFSET, POWER, 1.25, clamp))
    wanted = naive.cdl(pixels[..., :3], SLOPE, OFFSET, POWER, 1.25, clamp)
    assert np.abs(got - wanted).max() < 2e-6  # float32 powers of values up to 1.4


@pytest.mark.parametrize("clamp", [True, False])
def test_cdl_equals_opencolorio(clamp):
    told = ocio.CDLTransform()
    told.setSlope(SLOPE)
    told.setOffset(OFFSET)
    told.setPower(POWER)
    told.setSat(1.25)
    told.setStyle(ocio.CDL_ASC if clamp else ocio.CDL_NO_CLAMP)
    pixels = values(2, -0.2, 1.2)
    wanted = pixels[..., :3].copy()
    ocio.Config.CreateRaw().getProcessor(told).getDefaultCPUProcessor().applyRGB(wanted)
    got = run(pixels, lambda p: p.cdl(CANVAS, SLOPE, OFFSET, POWER, 1.25, clamp))
    assert np.abs(got - wanted).max() < 5e-5  # OpenColorIO's own fast power is within 3e-5


def test_a_neutral_cdl_changes_nothing():
    pixels = values()
    assert np.array_equal(run(pixels, lambda p: p.cdl(CANVAS)), pixels[..., :3])


def oklab_apart(a, b):
    """Distance in OKLab of encoded colours."""
    x, y = (colour.oklab(colour.decode(np.maximum(np.float64(v), 0), "srgb")) for v in (a, b))
    return np.linalg.norm(x - y, axis=-1)


@pytest.mark.parametrize("k", [0.0, 0.5, 1.3])
def test_chroma_equals_the_formula(k):
    pixels = values(3)
    got = run(pixels, lambda p: p.chroma(CANVAS, k))
    apart = oklab_apart(got, naive.chroma(pixels[..., :3], k))
    # black: the cube root is held at 1e-4; a corner of the gamut is as good as float32 knows it; one sees .02
    assert apart.max() < 1.1e-4
    assert np.percentile(apart, 99) < 1e-5


def test_chroma_equals_coloraide():
    pixels = values(3, 0.2, 0.8)
    got = run(pixels, lambda p: p.chroma(CANVAS, 1.2))
    for x in range(0, 40, 5):
        seen = coloraide.Color("srgb", pixels[5, x, :3].tolist()).convert("oklch")
        seen["c"] = seen["c"] * 1.2
        # coloraide's OKLab matrices have more digits than Ottosson's published ones
        assert np.abs(got[5, x] - seen.convert("srgb").coords()).max() < 1e-4


def test_a_chroma_of_zero_leaves_greys():
    got = run(values(3), lambda p: p.chroma(CANVAS, 0.0))
    assert np.ptp(got, axis=-1).max() < 1e-4  # OKLab's printed matrices leave 3e-5 of colour in a grey


@pytest.mark.parametrize(("n", "lo", "hi"), [(2, 0.0, 1.0), (5, -0.5, 1.5), (1024, 0.0, 1.0)])
def test_a_curve_is_linear_between_entries_and_held_outside(n, lo, hi):
    entries = np.random.default_rng(4).random((n, 3)).astype(np.float32)
    pixels = values(5, -0.7, 1.7)
    ends = [(lo, (n - 1) / (hi - lo), 0, 0)] * 3
    got = run(pixels, lambda p: p.curves(CANVAS, np.ascontiguousarray(entries.T), ends))
    # a random table rises by up to 1 between entries: the rounding of the place counts n times
    assert np.abs(got - naive.curve(pixels[..., :3], entries, lo, hi)).max() < 4e-7 * n + 1e-6


@pytest.mark.parametrize("n", [2, 17, 33])
def test_a_3d_table_is_read_tetrahedrally(n):
    pixels, lut = values(6, -0.1, 1.1), table(n)
    got = run(pixels, lambda p: p.lut3d(CANVAS, lut))
    assert np.abs(got - naive.tetrahedral(pixels[..., :3], lut)).max() < 4e-6


def test_a_3d_table_has_its_own_domain():
    pixels, lut = values(6, -1, 3), table(9)
    lo, hi = (-0.5, 0.0, -1.0), (2.0, 1.0, 3.0)
    got = run(pixels, lambda p: p.lut3d(CANVAS, lut, lo, hi))
    assert np.abs(got - naive.tetrahedral(pixels[..., :3], lut, lo, hi)).max() < 4e-6


def test_a_3d_table_equals_opencolorio():
    lut = table(17)
    told = ocio.Lut3DTransform(17)
    told.setInterpolation(ocio.INTERP_TETRAHEDRAL)
    told.setData(lut.ravel())
    pixels = values(7)
    wanted = pixels[..., :3].copy()
    ocio.Config.CreateRaw().getProcessor(told).getDefaultCPUProcessor().applyRGB(wanted)
    assert np.abs(run(pixels, lambda p: p.lut3d(CANVAS, lut)) - wanted).max() < 1e-5


def test_a_neutral_3d_table_changes_nothing_much():
    steps = np.linspace(0, 1, 33)
    lut = np.stack(np.meshgrid(steps, steps, steps, indexing="ij"), axis=-1)
    pixels = values(8)
    assert np.abs(run(pixels, lambda p: p.lut3d(CANVAS, lut)) - pixels[..., :3]).max() < 1e-6


def test_a_table_laid_out_once_gives_the_same_pixels():
    pixels, lut = values(9), table(17)
    flat = grade.lut_table(lut)
    once, each = (run(pixels, lambda p, t=t: p.lut3d(CANVAS, t)) for t in (flat, lut))
    assert np.array_equal(once, each)


@pytest.mark.parametrize(
    ("record", "names"),
    [
        (lambda p: p.cdl(CANVAS, power=(1, 0, 1)), "power"),
        (lambda p: p.cdl(CANVAS, slope=(1, float("nan"), 1)), "not finite"),
        (lambda p: p.chroma(CANVAS, -1), "chroma"),
        (lambda p: p.curves(CANVAS, np.zeros((2, 4), np.float32), np.zeros((3, 4))), "curves"),
        (lambda p: p.splines(CANVAS, [1, 0, 0], [0] * 6, [0] * 6), "spline"),
        (lambda p: p.matrix(CANVAS, np.eye(4)), "matrix"),
        (lambda p: p.qualify(CANVAS, CANVAS, np.zeros(29), np.ones(9, np.float32)), "two registers"),
        (lambda p: p.oklch(CANVAS, lightness=-1), "lightness"),
        (lambda p: p.lut3d(CANVAS, np.zeros((4, 4, 3, 3))), "3-D table"),
        (lambda p: p.lut3d(CANVAS, np.zeros((4, 4, 4, 3)), hi=0), "domain"),
        (lambda p: p.encode(CANVAS, "rec2020"), "rec2020"),
    ],
)
def test_what_cannot_be_meant_is_refused_by_name(record, names):
    with pytest.raises(ValueError, match=names):
        record(Program(8, 8))
