"""Whole programs: identity to the bit, rows and threads that do not matter, reading, storing, stages."""

from __future__ import annotations

import ctypes
from concurrent.futures import ThreadPoolExecutor

import naive
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inkrender import colour
from inkrender.frame import Baked, Region
from inkrender.kernels.program import CANVAS, GROUP, OTHER, SRC, LiftFields, Program

DEPTHS = {"uint8": 255, "uint16": 65535}


def codes(depth):
    """Every code of an integer depth in every colour channel, opaque."""
    top = DEPTHS[depth]
    ramp = np.arange(top + 1).astype(depth).reshape(-1, 256)
    return np.ascontiguousarray(np.stack([ramp, ramp[::-1, ::-1], ramp, np.full_like(ramp, top)], axis=-1))


def picture(h, w, seed=0, depth="float32"):
    values = np.random.default_rng(seed).random((h, w, 4))
    return (values * DEPTHS[depth]).astype(depth) if depth in DEPTHS else values.astype(depth)


def stored(program, h, w, kind="float32", dither=None):
    out = np.zeros((h, w, 4), kind)
    program.store(CANVAS, out, dither)
    program.run()
    return out


def baked(pixels, medium="ink"):
    h, w = pixels.shape[:2]
    return Baked.of(pixels, Region(0, 0, w, h, 1), medium)


def scene(w=300, h=100):
    """A frame that uses most ops."""
    random = np.random.default_rng(5)
    paper = random.random((h, w, 4)).astype(np.float32) * 0.2
    paper[..., 3] = random.random((h, w))
    program = Program(w, h, 0.5, paper=baked(paper))
    program.clear(CANVAS)
    for k, zoom in enumerate((1.0, 1.05, 0.6)):
        layer = baked(random.random((h, w, 4)).astype(np.float32))
        program.resample_over(CANVAS, layer, 20.3 * k - 15, 7.7 * k, zoom, 0.8)
    program.resample(SRC, baked(picture(h, w, 3) * picture(h, w, 3)[..., 3:], "light"), 3.5, -9.25)
    program.clear(GROUP)
    program.over_light(GROUP, SRC, 0.7, "soft-light")
    program.light_to_ink(GROUP, (0.98, 0.96, 0.9))
    program.over_ink(CANVAS, GROUP, 0.5)
    phi = random.normal(0, 9, (27, 48)).astype(np.float32)
    program.lift(CANVAS, LiftFields(phi, ramp=0.3, hard=0.8))
    program.transmittance(CANVAS)
    program.cdl(CANVAS, (0.9, 1, 1.1), 0, (1, 1.1, 1), 1.1)
    program.chroma(CANVAS, 1.1)
    program.from_transmittance(CANVAS, (0.95, 1, 1.02))
    program.count_blank(CANVAS, colour.blank_jacobian())
    program.develop(CANVAS)
    return program, np.zeros((h, w, 4), np.uint8)


# identity -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("dither", [None, 7])
@pytest.mark.parametrize("transfer", ["srgb", "linear", "gamma2.2"])
@pytest.mark.parametrize("depth", ["uint8", "uint16"])
def test_every_code_survives_decoding_and_encoding(depth, transfer, dither):
    src = codes(depth)
    program = Program(256, src.shape[0])
    program.load(CANVAS, src, transfer)
    program.encode(CANVAS, transfer)
    assert np.array_equal(stored(program, src.shape[0], 256, depth, dither), src)


def test_halves_survive_bit_for_bit():
    src = np.random.default_rng(1).normal(0, 30, (40, 150, 4)).astype(np.float16)
    program = Program(150, 40)
    program.load(CANVAS, src, "linear", True)
    assert np.array_equal(stored(program, 40, 150, "float16"), src)


def test_every_half_is_read_as_numpy_reads_it():
    src = np.arange(65536, dtype=np.uint16).view(np.float16).reshape(64, 256, 4)
    program = Program(256, 64)
    program.load(CANVAS, src, "linear", True)
    with np.errstate(invalid="ignore"):
        wanted = np.nan_to_num(src.astype(np.float32), nan=0, posinf=65504, neginf=-65504)
    assert np.array_equal(stored(program, 64, 256), wanted)


def test_nan_and_infinity_become_numbers():
    src = np.zeros((2, 3, 4), np.float32)
    src[0, 0] = (np.nan, np.inf, -np.inf, 1)
    program = Program(3, 2)
    program.load(CANVAS, src, "linear", True)
    assert stored(program, 2, 3)[0, 0].tolist() == [0, 65504, -65504, 1]


# reading and storing --------------------------------------------------------------------------------------


@pytest.mark.parametrize("depth", ["uint8", "uint16", "float16", "float32"])
@pytest.mark.parametrize("transfer", ["srgb", "rec709", "linear", "gamma2.4"])
@pytest.mark.parametrize("premultiplied", [False, True])
def test_loading_gives_premultiplied_linear_light(depth, transfer, premultiplied):
    src = picture(33, 130, 2, depth)
    program = Program(130, 33)
    program.load(CANVAS, src, transfer, premultiplied)
    values = np.float64(src) / DEPTHS.get(depth, 1)
    alpha = values[..., 3:]
    safe = np.where(alpha > 0, alpha, 1)
    rgb = values[..., :3] / safe if premultiplied else values[..., :3]
    wanted = colour.decode(rgb, transfer) * (safe if premultiplied else alpha)
    got = stored(program, 33, 130)
    # colour / alpha reaches 1e3 in random premultiplied pixels: a relative bound
    assert (np.abs(got[..., :3] - wanted) < 3e-6 * np.maximum(1, wanted)).all()
    assert np.abs(got[..., 3:] - alpha).max() < 1e-7


def test_a_smaller_picture_lies_at_the_top_left():
    program = Program(150, 40)
    program.load(CANVAS, picture(10, 20), "linear", True)
    got = stored(program, 40, 150)
    assert np.array_equal(got[:10, :20], picture(10, 20))
    assert not got[10:].any()
    assert not got[:, 20:].any()


@pytest.mark.parametrize("depth", ["uint8", "uint16"])
def test_loading_over_equals_loading_then_over(depth):
    below, src = picture(33, 150, 1), picture(29, 140, 2, depth)
    results = []
    for fused in (True, False):
        program = Program(150, 33)
        program.load(CANVAS, below, "linear", True)
        if fused:
            program.load_over(CANVAS, src, opacity=0.7)
        else:
            program.load(SRC, src)
            program.over_light(CANVAS, SRC, 0.7)
        results.append(stored(program, 33, 150))
    assert np.abs(results[0] - results[1]).max() < 1e-6


def test_integer_stores_round_and_clamp():
    src = picture(20, 140, 3) * 1.4 - 0.2
    program = Program(140, 20)
    program.load(CANVAS, src, "linear", True)
    wanted = np.floor(np.clip(np.float64(src), 0, 1) * 255 + 0.5)
    got = stored(program, 20, 140, "uint8")
    assert (np.abs(got - wanted) <= (np.abs(np.float64(src) * 255 % 1 - 0.5) < 1e-4)).all()


def test_dither_stays_within_one_code_and_keeps_the_mean():
    src = np.full((128, 128, 4), 100.3 / 255, np.float32)
    program = Program(128, 128)
    program.load(CANVAS, src, "linear", True)
    got = stored(program, 128, 128, "uint8", 3)[..., :3]
    assert set(np.unique(got)) == {100, 101}
    assert abs(got.mean() - 100.3) < 0.01  # 49152 draws: a standard error of .002


def test_two_dither_seeds_differ_and_one_repeats():
    src = np.full((64, 64, 4), 0.3337, np.float32)
    results = []
    for seed in (1, 2, 1):
        program = Program(64, 64)
        program.load(CANVAS, src, "linear", True)
        results.append(stored(program, 64, 64, "uint8", seed))
    assert not np.array_equal(results[0], results[1])
    assert np.array_equal(results[0], results[2])


def test_alpha_is_never_dithered():
    src = np.full((64, 64, 4), 0.3337, np.float32)
    program = Program(64, 64)
    program.load(CANVAS, src, "linear", True)
    assert np.ptp(stored(program, 64, 64, "uint8", 1)[..., 3]) == 0


# light and blank ------------------------------------------------------------------------------------------


def test_developing_equals_the_formula():
    ink = picture(40, 150, 4) * np.float32(7)  # through the toe, which begins at 5.77
    paper = picture(40, 150, 5) * np.float32(0.5)
    program = Program(150, 40, paper=baked(paper))
    program.load(CANVAS, ink, "linear", True)
    program.develop(CANVAS)
    got = stored(program, 40, 150)
    halves = baked(paper).pixels()
    assert np.abs(got[..., :3] - naive.develop(ink, halves)).max() < 2e-5  # .005 of an 8-bit code
    assert (got[..., 3] == 1).all()


def test_bare_paper_develops_to_the_paper():
    paper = np.full((40, 150, 4), 0, np.float32)
    paper[..., :3] = -np.log(colour.PAPER)
    program = Program(150, 40, paper=baked(paper))
    program.clear(CANVAS)
    program.develop(CANVAS)
    wanted = np.rint(colour.encode(colour.PAPER, "srgb") * 255)
    assert (stored(program, 40, 150, "uint8")[..., :3] == wanted).all()


def test_transmittance_and_back_equals_the_twins():
    ink = picture(40, 150, 6) * np.float32(8)
    program = Program(150, 40)
    program.load(CANVAS, ink, "linear", True)
    program.transmittance(CANVAS)
    assert np.abs(stored(program, 40, 150)[..., :3] - naive.transmittance(ink)).max() < 2e-5
    encoded = picture(40, 150, 7) * 1.1
    program = Program(150, 40)
    program.load(CANVAS, encoded, "linear", True)
    program.from_transmittance(CANVAS, (0.9, 1.0, 1.1))
    wanted = naive.from_transmittance(encoded[..., :3], (0.9, 1.0, 1.1))
    assert np.abs(stored(program, 40, 150)[..., :3] - wanted).max() < 1e-5  # absorbances up to 12


def test_a_grade_that_does_nothing_keeps_the_ink():
    ink = picture(40, 150, 6) * np.float32(4)
    program = Program(150, 40)
    program.load(CANVAS, ink, "linear", True)
    program.transmittance(CANVAS)
    program.from_transmittance(CANVAS)
    assert np.abs(stored(program, 40, 150) - ink).max() < 2e-4  # ink of 4 is a code of 44: .01 of a code


@pytest.mark.parametrize("rows", [(0, 45), (13, 14), (31, 33), (40, 45)])
def test_blank_pixels_are_counted_in_the_rows_that_are_rendered(rows):
    ink = picture(45, 150, 8) * np.float32(0.15)
    program = Program(150, 45)
    program.load(CANVAS, ink, "linear", True)
    jacobian = colour.blank_jacobian()
    program.count_blank(CANVAS, jacobian)
    found = program.run(rows)
    assert found.pixels == 150 * (rows[1] - rows[0])
    assert found.blank == naive.blank(ink[rows[0] : rows[1]], jacobian)


def test_an_empty_canvas_is_all_blank():
    program = Program(150, 45)
    program.clear(CANVAS)
    program.count_blank(CANVAS, colour.blank_jacobian())
    assert program.run().blank == 150 * 45


# rows, threads, sizes -------------------------------------------------------------------------------------


def test_rows_may_be_rendered_in_any_pieces_and_order():
    program, whole = scene()
    program.store(CANVAS, whole, 9)
    found = program.run()
    again, pieces = scene()
    again.store(CANVAS, pieces, 9)
    counts = [again.run(rows).blank for rows in ((61, 100), (0, 5), (33, 61), (5, 33))]
    assert np.array_equal(pieces, whole)
    assert sum(counts) == found.blank


def test_threads_share_a_program():
    program, out = scene()
    program.store(CANVAS, out, 9)
    program.run()
    wanted = out.copy()
    out[:] = 0
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda k: program.run((k * 10, k * 10 + 10)), range(10)))
    assert np.array_equal(out, wanted)


def test_running_twice_gives_the_same_bytes():
    program, out = scene()
    program.store(CANVAS, out)
    program.run()
    first = out.copy()
    program.run()
    assert np.array_equal(out, first)


@settings(max_examples=25, deadline=None)
@given(w=st.integers(1, 200), h=st.integers(1, 70))
def test_any_frame_size_works_and_nothing_is_written_outside(w, h):
    around = np.full((h + 2, w + 9, 4), 77, np.uint8)
    src = picture(h, w, w + h, "uint8")
    src[..., 3] = 255
    program = Program(w, h)
    program.load(CANVAS, src)
    program.encode(CANVAS)
    program.store(CANVAS, around[1:-1, 4:-5])
    program.run()
    assert np.array_equal(around[1:-1, 4:-5], src)
    around[1:-1, 4:-5] = 77
    assert (around == 77).all()


# stages, fields, noise ------------------------------------------------------------------------------------

FLOATS = ctypes.POINTER(ctypes.c_float)
STAGE = ctypes.CFUNCTYPE(None, FLOATS, FLOATS, FLOATS, FLOATS)


def python_stage(function):
    """A stage from a Python function of arrays: a (4, 32, 128), b, fields (k, 32, 128), par."""

    def call(a, b, fields, par):
        function(
            np.ctypeslib.as_array(a, (4, 32, 128)),
            np.ctypeslib.as_array(b, (4, 32, 128)),
            np.ctypeslib.as_array(fields, (16, 32, 128)),
            np.ctypeslib.as_array(par, (20,)),
        )

    made = STAGE(call)
    return made, ctypes.cast(made, ctypes.c_void_p).value


def test_a_stage_is_told_where_its_tile_lies():
    def paint(a, b, fields, par):
        x, y = np.arange(128), np.arange(32)[:, None]
        a[0], a[1] = par[0] + x * par[2], par[1] + y * par[3]
        a[2], a[3] = par[4] + x * par[6], par[5] + y * par[7]

    keep, address = python_stage(paint)
    par = np.zeros(20, np.float32)
    par[:8] = (10, 20, 0.5, 0.25, -3, 7, 2, 4)
    program = Program(300, 90)
    program.stage(CANVAS, address, par)
    got = stored(program, 90, 300)
    x, y = np.arange(300), np.arange(90)[:, None]
    for plane, wanted in enumerate((10 + x * 0.5, 20 + y * 0.25, -3 + x * 2, 7 + y * 4)):
        assert np.array_equal(got[..., plane], np.broadcast_to(wanted, (90, 300)))
    assert keep is not None


def test_a_stage_reads_its_fields_and_the_other_register():
    def paint(a, b, fields, par):
        a[0], a[1], a[2], a[3] = fields[0], fields[1], fields[2], b[1] * par[16]

    keep, address = python_stage(paint)
    paper, plane, other = picture(90, 300, 1), picture(20, 40, 2)[..., 0], picture(90, 300, 3)
    program = Program(300, 90, paper=baked(paper))
    program.load(OTHER, other, "linear", True)
    par = np.zeros(20, np.float32)
    par[16] = 2
    fields = [("paper",), (plane, 1.25, -3.5, 8.0), 0.75]
    program.stage(CANVAS, address, par, fields=fields, other=OTHER)
    got = stored(program, 90, 300)
    assert np.array_equal(got[..., 0], baked(paper).pixels()[..., 3])
    assert np.abs(got[..., 1] - naive.field(plane, 300, 90, 1.25, -3.5, 1 / 8, 1 / 8)).max() < 1e-5
    assert (got[..., 2] == 0.75).all()
    assert np.array_equal(got[..., 3], other[..., 1] * 2)
    assert keep is not None


def test_a_stage_may_be_left_out_where_a_register_is_empty():
    seen = []
    keep, address = python_stage(lambda a, b, fields, par: seen.append(par[0]))
    layer = np.zeros((32, 300, 4), np.float32)
    layer[:, 290:] = 1
    program = Program(300, 32)
    program.resample(SRC, baked(layer), 0, 0)
    par = np.zeros(20, np.float32)
    par[2] = 1
    program.stage(SRC, address, par, skip_empty=True)
    program.run()
    assert seen == [256]
    assert keep is not None


def test_noise_is_the_same_place_for_place_at_any_size():
    results = []
    for w, h in ((300, 90), (129, 40)):
        program = Program(w, h)
        program.clear(CANVAS)
        program.noise(CANVAS, 1, 12, 5)
        results.append(stored(program, h, w)[..., 1])
    assert np.array_equal(results[0][:40, :129], results[1])
    assert 0 <= results[0].min() < 0.2
    assert 0.8 < results[0].max() <= 1


# words ----------------------------------------------------------------------------------------------------


def test_explain_tells_the_ops_in_order():
    program, _ = scene()
    words = [line.split()[0] for line in program.explain()]
    assert words[:4] == ["clear", "resample_over", "resample_over", "resample_over"]
    assert words[-6:] == ["transmittance", "cdl", "oklch", "from_transmittance", "count_blank", "develop"]


@pytest.mark.parametrize(
    ("record", "names"),
    [
        (lambda p: p.clear(9), "register 9"),
        (lambda p: p.resample_over(CANVAS, baked(picture(4, 4)), 0, 0, opacity=1.2), "opacity"),
        (lambda p: p.resample(CANVAS, baked(picture(4, 4)), float("nan"), 0), "finite"),
        (lambda p: p.load(CANVAS, np.zeros((4, 4, 4), np.int32)), "uint8"),
        (lambda p: p.load(CANVAS, np.zeros((4, 8, 4), np.uint8)[:, ::2]), "whole rows"),
        (lambda p: p.store(CANVAS, np.zeros((4, 4, 4), np.uint8)), "8x8"),
        (lambda p: p.light_to_ink(CANVAS, (1, 0, 1)), "white"),
        (lambda p: p.light_to_ink(CANVAS, edges="soft"), "edges"),
        (lambda p: p.stage(CANVAS, 0, np.zeros(16)), "stage"),
        (lambda p: p.run((3, 9)), "rows"),
    ],
)
def test_misuse_is_refused_by_name(record, names):
    with pytest.raises((ValueError, TypeError), match=names):
        record(Program(8, 8))
