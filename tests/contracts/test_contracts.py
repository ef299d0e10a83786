"""What every shader in the library must do, whoever wrote it: a new file in shaders/ is tested at once."""

from __future__ import annotations

import ast
import os
import re
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from harness import SEED, display, header, paint, picture, pixel_planes, render, sheet, tiles

from inkrender import library, linker
from inkrender.frame import Region
from inkrender.kernels import jit
from inkrender.library import Shader
from inkrender.shader import PIXEL_KINDS, At, Ink, Light

LOOKS = Path(__file__).parents[1] / "looks"
FAILED = Path(__file__).parents[1] / "failed"

ALL = library.all_shaders()
PIXEL = {n: s for n, s in ALL.items() if s.kind in PIXEL_KINDS}
ARRAY = {n: s for n, s in ALL.items() if s.kind not in PIXEL_KINDS}
AREAS = {n: s for n, s in ALL.items() if s.kind == "area"}
TRANSITIONS = {n: s for n, s in ALL.items() if s.kind == "transition"}
CHANGING = {  # these alter a picture, so they must be able to leave it alone
    n: s for n, s in ALL.items() if s.kind in ("point", "matte", "warp", "area") and s.gives == s.medium
}
PATCHED = {n: s for n, s in ALL.items() if s.medium != "paper"}  # paper is painted once, whole

CROP = Region(320.0, 240.0, 160, 90, 0.125)


def over(shaders: dict[str, Shader]) -> Any:
    return pytest.mark.parametrize("shader", shaders.values(), ids=shaders.keys())


def seeded(shader: Shader) -> bool:
    tree = ast.parse(shader.path.read_bytes())
    return shader.bake is not None or any(
        isinstance(n, ast.Attribute) and n.attr == "seed" and ast.unparse(n.value) == "at"
        for n in ast.walk(tree)
    )


# the declaration ------------------------------------------------------------------------------------------


@over(ALL)
def test_a_shader_says_in_its_docstring_what_it_is_for(shader):
    first = shader.doc.splitlines()[0]
    assert len(first) >= 20, f"{shader.path}: {first!r} says too little"
    assert first.endswith("."), f"{shader.path}: the docstring starts with a sentence"


@over(ALL)
def test_every_parameter_is_used(shader):
    tree = ast.parse(shader.path.read_bytes())
    read = {n.attr for n in ast.walk(tree) if isinstance(n, ast.Attribute)}
    if shader.kind not in PIXEL_KINDS:  # an array shader may hand its parameters on

        class Watched(shader.params):
            def __getattribute__(self, name):
                read.add(name)
                return super().__getattribute__(name)

        for bare in (False, True):
            render(shader, sheet(64, 36), Watched(), bare=bare)
    assert set(shader.fields) <= read


@over(ALL)
def test_every_number_among_the_parameters_has_a_range_around_its_default(shader):
    for spec in shader.fields.values():
        if spec.type in ("float", "int"):
            assert spec.lo <= spec.default <= spec.hi, spec


@over(CHANGING)
def test_a_shader_that_changes_pictures_declares_its_neutral_parameters(shader):
    assert shader.neutral is not None, f"{shader.path}: NEUTRAL is missing"


# pictures -------------------------------------------------------------------------------------------------


@over(CHANGING)
def test_neutral_parameters_return_the_picture_bit_for_bit(shader):
    if shader.kind == "warp":
        assert not render(shader, CROP, shader.neutral)[..., :2].any()
    else:
        assert np.array_equal(render(shader, CROP, shader.neutral), picture(CROP, shader.medium))


@over(ALL)
def test_defaults_paint_something_finite_in_float32(shader):
    made = render(shader, sheet(160, 90))
    assert made.dtype == np.float32
    assert np.isfinite(made).all()
    assert np.ptp(made) > 0


@over({n: s for n, s in ARRAY.items() if s.optional})
def test_optional_inputs_may_be_absent(shader):
    assert np.isfinite(render(shader, sheet(160, 90), bare=True)).all()


@over(PATCHED)
def test_painting_in_two_halves_leaves_no_seam(shader):
    whole = render(shader, CROP)
    if shader.kind in PIXEL_KINDS:
        planes = pixel_planes(shader, shader.params(), CROP, SEED)
        a, b = picture(CROP, shader.medium), picture(CROP, shader.medium, 1)
        at = At(t=1.0, n=24, held=24, seed=SEED, u=0.5)
        halves = []
        for i in (0, 80):
            part = Region(CROP.x + i / CROP.scale, CROP.y, 80, CROP.h, CROP.scale)
            par = library.stage(shader).pack(shader.params(), header(part, at))
            cut = np.s_[:, i : i + 80]
            halves.append(tiles(shader, a[cut], b[cut], [p[cut] for p in planes], par, part))
    else:
        parts = [Region(CROP.x + i / CROP.scale, CROP.y, 80, CROP.h, CROP.scale) for i in (0, 80)]
        halves = [render(shader, part) for part in parts]
    # a quarter of an 8-bit code: places are float32, their last bit may differ between the two, and marks
    # with firm edges make more of it
    shown = np.exp(-np.abs(whole))
    np.testing.assert_allclose(np.exp(-np.abs(np.hstack(halves))), shown, atol=1e-3)


@over(ALL)
def test_the_same_seed_gives_the_same_pixels(shader):
    assert np.array_equal(render(shader, CROP), render(shader, CROP))


@over({n: s for n, s in ALL.items() if seeded(s)})
def test_another_seed_gives_other_pixels(shader):
    assert not np.array_equal(render(shader, sheet(160, 90)), render(shader, sheet(160, 90), seed=SEED + 1))


@over(PATCHED)
def test_half_the_resolution_looks_alike(shader):
    full = Region(CROP.x, CROP.y, CROP.w * 2, CROP.h * 2, CROP.scale * 2)
    big = cv2.resize(render(shader, full), (CROP.w, CROP.h), interpolation=cv2.INTER_AREA)
    apart = np.abs(display(big, shader).astype(float) - display(render(shader, CROP), shader))
    # mean over the picture, 8-bit codes: strokes thinner than a pixel cannot agree, whole shapes must
    assert apart.mean() < 9, f"{apart.mean():.1f} codes apart on average"


@over(PIXEL)
@pytest.mark.parametrize("strange", [np.nan, np.inf, -np.inf, -1.0, 5.0], ids=str)
def test_strange_pixels_make_no_new_nan(shader, strange):
    region = sheet(64, 36)
    params = shader.params()
    at = At(t=1.0, n=24, held=24, seed=SEED, u=0.5)
    planes = pixel_planes(shader, params, region, SEED)
    par = library.stage(shader).pack(params, header(region, at))
    for channel in range(4):
        a, b = picture(region, shader.medium), picture(region, shader.medium, 1)
        a[::3, ::2, channel] = b[::4, ::3, channel] = strange
        made = tiles(shader, a, b, planes, par, region)
        given = np.isnan(a).any(axis=2) | np.isnan(b).any(axis=2)
        assert not np.isnan(made[~given]).any()


@over(AREAS)
@pytest.mark.parametrize("strange", [np.nan, np.inf, -1.0, 5.0], ids=str)
def test_strange_pixels_make_no_new_nan_around_them(shader, strange):
    region = sheet(96, 54)
    dst = picture(region, shader.medium)
    dst[20:24, 30:34] = strange
    given = np.isnan(dst)
    with np.errstate(all="ignore"):
        paint(shader, dst, region, At(t=1.0, n=24, held=24, seed=SEED), shader.params())
    assert not np.isnan(dst[~given.any(axis=2)]).any()


# transitions ----------------------------------------------------------------------------------------------


@over(TRANSITIONS)
def test_a_transition_starts_with_exactly_the_first_picture(shader):
    assert np.array_equal(render(shader, CROP, u=0.0), picture(CROP, "ink"))


@over(TRANSITIONS)
def test_a_transition_ends_with_exactly_the_second_picture(shader):
    assert np.array_equal(render(shader, CROP, u=1.0), picture(CROP, "ink", 1))


@over(TRANSITIONS)
def test_a_transition_is_under_way_in_the_middle(shader):
    made = render(shader, sheet(160, 90))
    first, second = picture(sheet(160, 90), "ink"), picture(sheet(160, 90), "ink", 1)
    assert np.abs(made - first).max() > 0.1
    assert np.abs(made - second).max() > 0.1


# compiled stages ------------------------------------------------------------------------------------------


@over(PIXEL)
def test_the_compiled_stage_agrees_with_plain_python(shader):
    rng = np.random.default_rng(11)
    size = (4, linker.TILE)
    a, b = rng.random(size, np.float32), rng.random(size, np.float32)
    planes = [rng.random(linker.TILE, np.float32) for _ in shader.planes]
    stage = library.stage(shader)
    assert stage.compiled
    at = At(t=1.0, n=24, held=24, seed=SEED, u=0.4)
    par = stage.pack(shader.params(), header(Region(32.0, 16.0, 128, 32, 0.5), at))
    plain = linker.run_plain(shader, a, b, planes, par)
    first, second = np.ascontiguousarray(a), np.ascontiguousarray(b)
    from harness import POINTER, ctypes

    fields = np.stack(planes) if planes else np.zeros((1, linker.TILE), np.float32)
    call = ctypes.CFUNCTYPE(None, POINTER, POINTER, POINTER, POINTER)(stage.address)
    call(*[v.ctypes.data_as(POINTER) for v in (first, second, fields, par)])
    # the polynomials of kernels/shading.py are good to 4e-7, steep edges multiply that
    np.testing.assert_allclose(first, plain, rtol=2e-4, atol=2e-4)


@over(PIXEL)
def test_one_pixel_of_plain_python_is_one_pixel_of_the_stage(shader):
    region = sheet(64, 36)
    params = shader.params()
    pixel = Light if shader.medium == "light" else Ink
    two = shader.kind in ("blend", "transition")
    at = At(t=1.0, n=24, held=24, seed=SEED, u=0.4)
    planes = pixel_planes(shader, params, region, SEED)
    par = library.stage(shader).pack(params, header(region, at))
    a, b = picture(region, shader.medium), picture(region, shader.medium, 1)
    made = tiles(shader, a, b, planes, par, region)
    x, y = region.grid()
    for i, j in ((3, 5), (40, 20), (60, 30)):
        inputs = {n: float(p[j, i]) for n, p in zip(shader.planes, planes, strict=True)}
        place = {"x": float(x[0, i]), "y": float(y[j, 0]), "sx": float(x[0, i]), "sy": float(y[j, 0])}
        here = At(**place, t=1.0, n=24, held=24, seed=SEED, u=0.4, **inputs)
        pixels = [pixel(*(float(v) for v in p[j, i])) for p in ((a, b) if two else (a,))]
        told = shader.shade(*pixels, here, params)
        if shader.kind == "matte":
            told = [v * told for v in pixels[0]]
        np.testing.assert_allclose(made[j, i, : len(told)], told, rtol=2e-3, atol=2e-3)


@over(PIXEL)
def test_the_compiled_stage_is_vectorised_float32(shader):
    from numba import cfunc, njit

    options = {k: v for k, v in jit.OPTIONS.items() if k != "cache"}
    text = linker.source(shader).replace("import inline as _inline, stage as _stage", "import digest")
    names: dict[str, Any] = {
        "_inline": njit(forceinline=True, **options),
        "_stage": cfunc(jit.STAGE, fastmath=True, error_model="numpy"),
    }
    exec(compile(text, str(shader.path), "exec"), names)
    made = names["_run"].inspect_llvm()
    assert re.search(r"<(4|8|16) x float>", made), "LLVM did not vectorise it: see docs/shaders.md, Speed"
    if not {"sin", "cos"} & set(re.findall(r"\b_(sin|cos)\b", text)):  # these turn in float64 on purpose
        assert " double" not in made


# looks ----------------------------------------------------------------------------------------------------


@over(ALL)
def test_it_looks_as_it_did(shader):
    shown = display(render(shader, sheet(320, 180)), shader)
    made = cv2.resize(shown, (160, 90), interpolation=cv2.INTER_AREA)
    path = LOOKS / f"{shader.name}.png"
    if os.environ.get("INKRENDER_STORE_LOOKS") == "1":
        LOOKS.mkdir(exist_ok=True)
        cv2.imwrite(str(path), (made[..., ::-1] & 0xFC) + 2)  # 6 bits: a quarter of the file
        assert path.stat().st_size <= 30_000
    assert path.exists(), f"there is no {path}: look at the shader, then run with INKRENDER_STORE_LOOKS=1"
    stored = cv2.imread(str(path))[..., ::-1]
    apart = np.abs(made.astype(int) - stored)
    # stored in 6 bits (2 codes); libm and FMA differ by a code or two, and by more on a few steep edges
    if apart.mean() > 2 or np.percentile(apart, 99) > 6:
        FAILED.mkdir(exist_ok=True)
        for word, image in (
            ("test", made),
            ("reference", stored),
            ("difference", np.clip(apart * 8, 0, 255)),
        ):
            cv2.imwrite(str(FAILED / f"{shader.name}_{word}.png"), np.uint8(image)[..., ::-1])
        pytest.fail(f"{apart.max()} codes apart at most, {apart.mean():.2f} on average: see {FAILED}")
