"""The grade against OpenColorIO, colour-science, coloraide and float64 twins, over thousands of colours."""

from __future__ import annotations

import warnings

import coloraide
import naive
import numpy as np
import PyOpenColorIO as ocio
import pytest

from inkrender import colour, curves, grade_ops, grading, scene, white
from inkrender.errors import SceneError
from inkrender.io import lut
from inkrender.io import ocio as spaces
from inkrender.kernels.program import CANVAS, Program

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # it misses Matplotlib
    import colour as science

LEVELS = [0, 1, 0.5, 0.25, 1e-4, 0.04045]
EDGES = np.stack(np.meshgrid(LEVELS, LEVELS, LEVELS), axis=-1).reshape(-1, 3)


def colours(lo=0.0, hi=1.0, n=4000, seed=0):
    """Random colours and all combinations of edge values, (n, 3) float32."""
    made = np.random.default_rng(seed).uniform(lo, hi, (n, 3))
    return np.concatenate([made, EDGES]).astype(np.float32)


def graded(rgb, **told):
    """Display-encoded colours through a grade of these parts."""
    pixels = np.ones((1, len(rgb), 4), np.float32)
    pixels[0, :, :3] = rgb
    program, out = Program(len(rgb), 1), np.zeros((1, len(rgb), 4), np.float32)
    program.load(CANVAS, pixels, "linear", True)
    grade_ops.encoded(program, CANVAS, grading.steps_at(scene.Grade(**told), 0))
    program.store(CANVAS, out)
    program.run()
    return out[0, :, :3]


def through_ocio(transform, rgb):
    out = np.ascontiguousarray(rgb, np.float32).copy()
    made = ocio.Config.CreateRaw().getProcessor(transform)
    made.getOptimizedCPUProcessor(ocio.OPTIMIZATION_NONE).applyRGB(out)
    return out


def oklab_apart(a, b):
    x, y = (colour.oklab(colour.decode(np.maximum(np.float64(v), 0), "srgb")) for v in (a, b))
    return np.linalg.norm(x - y, axis=-1)


# tone -----------------------------------------------------------------------------------------------------


def test_exposure_is_a_factor_of_linear_light():
    rgb = colours()
    wanted = colour.encode(colour.decode(np.float64(rgb), "srgb") * 2**0.7, "srgb")
    assert np.abs(graded(rgb, exposure=0.7) - wanted).max() < 3e-6  # float32 there and back, of values to 1.4


def test_lift_gamma_gain_is_opencolorios_cdl_without_a_clamp():
    rgb = colours(-0.2, 1.4)
    told = ocio.CDLTransform()
    told.setSlope([1.1 - 0.05, 1.0, 0.9 + 0.02])
    told.setOffset([0.05, 0.0, -0.02])
    told.setPower([1 / 1.2, 1, 1 / 0.9])
    told.setStyle(ocio.CDL_NO_CLAMP)
    got = graded(rgb, lift=[0.05, 0, -0.02], gain=[1.1, 1, 0.9], gamma=[1.2, 1, 0.9])
    assert np.abs(got - through_ocio(told, rgb)).max() < 2e-6


@pytest.mark.parametrize(("space", "style"), [("srgb", ocio.GRADING_LOG), ("linear", ocio.GRADING_LIN)])
def test_contrast_is_opencolorios_primary_grade(space, style):
    pivot, k = 0.4, 1.3
    told = ocio.GradingPrimary(style)
    told.contrast = ocio.GradingRGBM(1, 1, 1, k)
    # a logarithmic primary counts its pivot from -1 to 1, a linear one in stops from 18 %
    told.pivot = pivot * 2 - 1 if space == "srgb" else np.log2(pivot / 0.18)
    rgb = colours(0.01, 0.99)[:4000]
    work = rgb if space == "srgb" else colour.decode(rgb, "srgb").astype(np.float32)
    wanted = through_ocio(ocio.GradingPrimaryTransform(told, style, False), work)
    wanted = wanted if space == "srgb" else colour.encode(np.float64(wanted), "srgb")
    assert np.abs(graded(rgb, contrast=k, pivot=pivot, space=space) - wanted).max() < 1e-5


def test_log_is_acescct():
    rgb = colours()
    lin = colour.decode(np.float64(rgb), "srgb")
    with np.errstate(divide="ignore"):  # theirs takes the logarithm of 0 before it chooses the toe
        there = science.models.log_encoding_ACEScct(lin) + 0.1
    wanted = colour.encode(science.models.log_decoding_ACEScct(there), "srgb")
    got = graded(rgb, space="log", lift=[0.1] * 3, gain=[1.1] * 3)
    # 17.5 stops in one unit: float32's 6e-8 of it is 7e-7 of the light
    assert np.abs(got - wanted).max() < 1e-5


def test_curves_are_evaluated_as_they_are():
    points = [[0, 0.02], [0.1, 0.05], [0.5, 0.7], [1, 0.95]]
    rgb = colours(-0.3, 1.6)
    wanted = rgb.astype(np.float64)
    wanted[:, 1] = curves.through(points)(wanted[:, 1])
    got = graded(rgb, curves={"green": points})
    assert np.abs(got - wanted).max() < 2e-6
    assert np.array_equal(got[:, [0, 2]], rgb[:, [0, 2]])  # no curve: not a bit moves


def test_the_luma_curve_keeps_colour_differences():
    points = [[0, 0], [0.4, 0.55], [1, 1]]
    rgb = colours(-0.1, 1.2)
    luma = np.float64(rgb) @ colour.LUMA
    wanted = rgb + (curves.through(points)(luma) - luma)[:, None]
    assert np.abs(graded(rgb, curves={"luma": points}) - wanted).max() < 2e-6


# white ----------------------------------------------------------------------------------------------------


def test_the_matrix_of_srgb_is_colour_sciences():
    # theirs is the standard's own, rounded to four digits
    theirs = science.models.RGB_COLOURSPACE_sRGB.matrix_RGB_to_XYZ
    assert np.abs(white.rgb_to_xyz() - theirs).max() < 1e-4


@pytest.mark.parametrize("xy", [(0.4476, 0.4074), (0.2807, 0.2884), (0.38, 0.40)])
def test_bradford_is_colour_sciences(xy):
    source, target = (science.xy_to_XYZ(v) for v in (xy, white.D65))
    theirs = science.adaptation.matrix_chromatic_adaptation_VonKries(source, target, transform="Bradford")
    to_xyz = white.rgb_to_xyz()
    wanted = np.linalg.inv(to_xyz) @ theirs @ to_xyz
    assert np.abs(white.adaptation(xy, white.D65) - wanted).max() < 2e-4  # their matrix has four digits


def test_what_was_said_to_be_white_becomes_white():
    xy = (0.44, 0.405)
    light = np.linalg.inv(white.rgb_to_xyz()) @ science.xy_to_XYZ(xy) * 0.5
    got = graded(colour.encode(light)[None], white=xy)
    assert np.ptp(got) < 1e-5


def test_the_planckian_locus_is_colour_sciences():
    for kelvin in (1800, 3200, 6504, 14000):
        theirs = science.temperature.CCT_to_uv_Krystek1985(kelvin)
        assert np.abs(white.planck(1e6 / kelvin) - theirs).max() < 1e-12


def test_warmer_is_redder_and_tint_is_magenta():
    warm, pink = white.balance(60) @ np.ones(3), white.balance(0, 10) @ np.ones(3)
    assert warm[0] > 1.05 > 0.95 > warm[2]
    assert min(pink[0], pink[2]) > 1 > pink[1]


# colour ---------------------------------------------------------------------------------------------------


def test_oklch_and_its_gamut_are_the_twins():
    rgb = colours(0, 1, 1500)
    apart = oklab_apart(graded(rgb, hue=35, chroma=1.7, lightness=1.1), naive.oklch(rgb, 35, 1.7, 1.1))
    assert apart.max() < 3e-4  # corners of the gamut, where a ray leaves it at a grazing angle
    assert np.percentile(apart, 99) < 2e-5


def test_light_above_white_is_not_cut_off():
    rgb = colours(0.5, 1.6, 500)
    assert oklab_apart(graded(rgb, chroma=1.2), naive.oklch(rgb, chroma=1.2)).max() < 3e-4
    assert graded(rgb, chroma=0.9).max() > 1.4


def test_the_gamut_is_mapped_as_coloraide_does():
    rgb = colours(0, 1, 150)[:150]
    got = graded(rgb, hue=40, chroma=2.0, lightness=1.1)
    for before, after in zip(rgb.tolist(), got.tolist(), strict=True):
        seen = coloraide.Color("srgb", before).convert("oklch")
        seen["l"], seen["c"], seen["h"] = seen["l"] * 1.1, seen["c"] * 2, seen["h"] + 40
        fitted = seen.convert("srgb").fit("srgb", method="oklch-chroma", jnd=0)
        # coloraide stops halving at .001 of chroma; its OKLab matrices have more digits than those printed
        assert fitted.distance(coloraide.Color("srgb", after), space="oklab") < 2e-3


def test_gamut_mapping_keeps_lightness_and_hue():
    rgb = colours(0.05, 0.95, 3000)[:3000]
    before = colour.oklch(colour.decode(np.float64(rgb)))
    after = colour.oklch(colour.decode(np.float64(graded(rgb, chroma=3.0))))
    assert np.abs(after[:, 0] - before[:, 0]).max() < 2e-4
    turned = np.abs((after[:, 2] - before[:, 2] + 180) % 360 - 180)
    assert (turned * np.radians(1) * after[:, 1]).max() < 5e-4  # along the circle, in units of OKLab


@pytest.mark.parametrize(
    ("curve", "neutral"),
    [("hue_hue", 0.0), ("hue_saturation", 1.0), ("hue_luma", 0.0)],
)
def test_curves_over_hue_are_the_twins(curve, neutral):
    points = [[30, neutral], [90, neutral + 0.2 * (20 if curve == "hue_hue" else 0.4)], [220, neutral]]
    rgb = colours(0.2, 0.8, 2000)[:2000]

    def bend(light, chroma, hue):
        value = curves.through(points, period=360)(hue)
        if curve == "hue_hue":
            return light, chroma, hue + value
        if curve == "hue_saturation":
            return light, chroma * value, hue
        return light + value * naive.smoothstep(0, 0.04, chroma), chroma, hue

    apart = oklab_apart(graded(rgb, curves={curve: points}), naive.oklch(rgb, bend=bend))
    assert apart.max() < 3e-4
    assert np.percentile(apart, 99) < 2e-5


def test_saturation_over_luma_and_split_tone_are_the_twins():
    points, split = [[0, 0.5], [0.5, 1.2], [1, 0.8]], (250.0, 0.05, 80.0, 0.04, 0.2)
    rgb = colours(0.15, 0.85, 2000)[:2000]

    def bend(light, chroma, hue):
        a = chroma * curves.through(points)(np.clip(light, 0, 1)) * np.cos(np.radians(hue))
        b = chroma * curves.through(points)(np.clip(light, 0, 1)) * np.sin(np.radians(hue))
        more_a, more_b = grading.split_tone(light, split)
        a, b = a + more_a, b + more_b
        return light, np.hypot(a, b), np.degrees(np.arctan2(b, a))

    told = dict(zip(grading._SPLIT, split, strict=True))
    got = graded(rgb, curves={"luma_saturation": points}, split=told)
    apart = oklab_apart(got, naive.oklch(rgb, bend=bend))
    assert apart.max() < 3e-4
    assert np.percentile(apart, 99) < 2e-5


def test_split_tone_leaves_black_and_white():
    rgb = np.array([[0, 0, 0], [1, 1, 1]], np.float32)
    told = {"shadow_hue": 260, "shadow_chroma": 0.1, "highlight_hue": 80, "highlight_chroma": 0.1}
    assert np.abs(graded(rgb, split=told) - rgb).max() < 1e-5


@pytest.mark.parametrize(
    "where",
    [
        {"hue": [330, 40]},
        {"chroma": [0.05, 0.2]},
        {"luma": [0.2, 0.6]},
        {"hue": [200, 300], "luma": [0, 0.7]},
    ],
)
def test_a_secondary_works_where_the_twin_says(where):
    rgb = colours(0, 1, 3000)
    matte = naive.qualifier(rgb, where.get("hue"), where.get("chroma"), where.get("luma"))
    got = graded(rgb, secondary=[{"where": where, "cdl": {"slope": [0.5, 0.5, 0.5]}}])
    wanted = rgb * (1 - 0.5 * matte[:, None])
    assert np.abs(got - wanted).max() < 1e-4  # a soft edge of .02 of chroma makes 1e-6 of it 1e-4
    turned = graded(rgb, secondary=[{"where": where | {"invert": True}, "cdl": {"slope": [0.5] * 3}}])
    assert np.abs(turned - rgb * (0.5 + 0.5 * matte[:, None])).max() < 1e-4


# files and OpenColorIO ------------------------------------------------------------------------------------


def spi1d(folder):
    rows = "\n".join(f" {v:.6f}" for v in np.linspace(-0.1, 1.1, 33) ** 3)
    (folder / "a.spi1d").write_text(f"Version 1\nFrom -0.1 1.1\nLength 33\nComponents 1\n{{\n{rows}\n}}\n")
    return folder / "a.spi1d"


def spi3d(folder, n=5):
    rng = np.random.default_rng(3)
    rows = []
    for place in np.ndindex(n, n, n):
        made = np.clip(np.array(place) / (n - 1) + rng.normal(0, 0.05, 3), 0, 1)
        rows.append(" ".join(map(str, place)) + " " + " ".join(f"{v:.6f}" for v in made))
    (folder / "a.spi3d").write_text(f"SPILUT 1.0\n3 3\n{n} {n} {n}\n" + "\n".join(rows) + "\n")
    return folder / "a.spi3d"


def threedl(folder, n=5):
    rng = np.random.default_rng(4)
    rows = [" ".join(str(int(v)) for v in rng.integers(0, 4096, 3)) for _ in range(n**3)]
    (folder / "a.3dl").write_text("0 256 512 768 1023\n" + "\n".join(rows) + "\n")
    return folder / "a.3dl"


def clf(folder):
    (folder / "a.clf").write_text(
        '<?xml version="1.0"?><ProcessList compCLFversion="3" id="a">'
        '<LUT1D inBitDepth="32f" outBitDepth="32f">'
        '<Array dim="3 1">0.1\n0.6\n0.9</Array></LUT1D></ProcessList>'
    )
    return folder / "a.clf"


@pytest.mark.parametrize("write", [spi1d, spi3d, threedl, clf])
def test_tables_of_other_programs_equal_opencolorio(tmp_path, write):
    path = write(tmp_path)
    rgb = colours(-0.3, 1.4)
    three = path.suffix in (".spi3d", ".3dl")
    how = ocio.INTERP_TETRAHEDRAL if three else ocio.INTERP_LINEAR
    wanted = through_ocio(ocio.FileTransform(str(path), interpolation=how), rgb)
    assert np.abs(graded(rgb, lut=str(path)) - wanted).max() < 5e-6


@pytest.mark.parametrize(
    ("matrix", "apart"),
    [
        (np.eye(4), 5e-6),  # channels that do not meet are baked as a curve of 16384 points
        ([[1.2, -0.1, -0.1, 0], [0, 1, 0, 0], [0, -0.1, 1.1, 0], [0, 0, 0, 1]], 2e-4),  # a cube of 65
    ],
)
def test_a_clf_that_is_more_than_tables_is_baked_as_near_as_is_told(tmp_path, matrix, apart):
    parts = [ocio.ExponentTransform([2.2, 2.2, 2.2, 1]), ocio.MatrixTransform(np.ravel(matrix).tolist())]
    path = tmp_path / "a.clf"
    ocio.GroupTransform(parts).write("Academy/ASC Common LUT Format", str(path), ocio.Config.CreateRaw())
    rgb = colours(0.01, 1)
    assert np.abs(graded(rgb, lut=str(path)) - through_ocio(ocio.FileTransform(str(path)), rgb)).max() < apart


def test_a_curve_with_a_domain_for_each_channel_equals_opencolorio(tmp_path):
    rows = "-1 -2 -3\n0 .1 .2\n.4 .5 .6\n.8 .9 1\n1 2.1 3.2\n"
    (tmp_path / "a.cube").write_text("LUT_1D_SIZE 5\nDOMAIN_MIN -2 1 0\nDOMAIN_MAX 2 2 1\n" + rows)
    rgb = colours(-2, 2)
    wanted = through_ocio(ocio.FileTransform(str(tmp_path / "a.cube")), rgb)
    assert np.abs(graded(rgb, lut=str(tmp_path / "a.cube")) - wanted).max() < 2e-6


@pytest.mark.parametrize("name", ["ACEScct", "ACEScc", "ACEScg", "Linear Rec.2020", "sRGB Encoded P3-D65"])
def test_spaces_are_opencolorios(name, monkeypatch):
    monkeypatch.delenv("OCIO", raising=False)
    rgb = colours(0.02, 0.98)[:4000]
    config = ocio.Config.CreateFromFile(spaces.BUILT_IN)
    light = colour.decode(rgb.astype(np.float64)).astype(np.float32)
    config.getProcessor(spaces.LINEAR, name).getOptimizedCPUProcessor(ocio.OPTIMIZATION_NONE).applyRGB(light)
    light = (light * np.float32(0.9)).copy()
    config.getProcessor(name, spaces.LINEAR).getOptimizedCPUProcessor(ocio.OPTIMIZATION_NONE).applyRGB(light)
    got = graded(rgb, space=name, gain=[0.9] * 3)
    assert np.abs(got - colour.encode(np.float64(light))).max() < 1e-4  # a table of 8192 cells over 22 stops


def test_a_space_that_mixes_channels_after_its_curve_is_refused_with_what_would_do(monkeypatch):
    monkeypatch.delenv("OCIO", raising=False)
    with pytest.raises(
        SceneError, match=r'"ADX10" of config .*mixes the channels.*: grade in ACEScct or log'
    ):
        spaces.space("ocio://studio-config-latest", "ADX10")


def test_a_view_is_opencolorios(monkeypatch):
    monkeypatch.delenv("OCIO", raising=False)
    rgb = colours()[:4000]
    config = ocio.Config.CreateFromFile(spaces.BUILT_IN)
    display = config.getDefaultDisplay()
    light = colour.decode(rgb.astype(np.float64)).astype(np.float32)
    shown = config.getProcessor(
        spaces.LINEAR, display, config.getDefaultView(display), ocio.TRANSFORM_DIR_FORWARD
    )
    shown.getOptimizedCPUProcessor(ocio.OPTIMIZATION_NONE).applyRGB(light)
    apart = np.abs(graded(rgb, view={}) - light)
    assert apart.max() < 4e-3  # 65 points over 12 stops: one 8-bit code at the edge of the gamut
    assert apart.mean() < 3e-4


def test_a_written_cube_says_the_same_as_the_grade(tmp_path):
    import inkrender as ink

    bend = {"rgb": [[0, 0], [0.5, 0.6], [1, 1]]}
    told = scene.Grade(in_="light", temperature=30, contrast=1.2, curves=bend)
    ink.write_grade(told, tmp_path / "a.cube", size=33)
    rgb = colours()
    got = lut.read_cube(tmp_path / "a.cube").apply(rgb)
    apart = np.abs(got - graded(rgb, **told.model_dump(by_alias=True, exclude_defaults=True)))
    # white balance on saturated colours near black bends within a cell of 1/32
    assert np.percentile(apart, 99) < 4e-3
