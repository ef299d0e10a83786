"""LUTs and CDLs: files of other programs, read as their authors meant them."""

from __future__ import annotations

import numpy as np
import PyOpenColorIO as ocio
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inkrender.errors import PlateError
from inkrender.io import cdl, lut

IDENTITY_2 = "LUT_3D_SIZE 2\n" + "".join(f"{r} {g} {b}\n" for b in (0, 1) for g in (0, 1) for r in (0, 1))


def cube(folder, text, name="a.cube"):
    (folder / name).write_text(text)
    return folder / name


def random_cube(n, seed=0, head=""):
    rows = np.random.default_rng(seed).random((n**3, 3))
    return f"{head}LUT_3D_SIZE {n}\n" + "".join("{:.6f} {:.6f} {:.6f}\n".format(*row) for row in rows)


def through_ocio(path, rgb):
    """OpenColorIO's tetrahedral application of a .cube file."""
    transform = ocio.FileTransform(str(path), interpolation=ocio.INTERP_TETRAHEDRAL)
    out = np.ascontiguousarray(rgb, np.float32).copy()
    ocio.Config.CreateRaw().getProcessor(transform).getDefaultCPUProcessor().applyRGB(out)
    return out


def colours(lo=-0.1, hi=1.1, n=500):
    return np.random.default_rng(7).uniform(lo, hi, (n, 3)).astype(np.float32)


# .cube ----------------------------------------------------------------------------------------------------


def test_red_runs_fastest(tmp_path):
    table = lut.read_cube(cube(tmp_path, "LUT_3D_SIZE 2\n" + "".join(f"{n} 0 0\n" for n in range(8)))).table
    assert (table[0, 0, 1, 0], table[0, 1, 0, 0], table[1, 0, 0, 0]) == (1, 2, 4)


@settings(max_examples=50, deadline=None)
@given(rgb=st.tuples(*[st.floats(0, 1, width=32)] * 3))
def test_an_identity_cube_changes_nothing(tmp_path_factory, rgb):
    table = lut.read_cube(cube(tmp_path_factory.mktemp("lut"), IDENTITY_2))
    np.testing.assert_allclose(table.apply(np.array([rgb], np.float32))[0], rgb, atol=1e-6)


@pytest.mark.parametrize("n", [2, 5, 17])
def test_tetrahedral_interpolation_is_opencolorios(tmp_path, n):
    path = cube(tmp_path, random_cube(n))
    np.testing.assert_allclose(lut.read_cube(path).apply(colours()), through_ocio(path, colours()), atol=2e-5)


def test_a_domain_is_obeyed(tmp_path):
    path = cube(tmp_path, random_cube(4, head="DOMAIN_MIN -0.5 0 0.25\nDOMAIN_MAX 2 1 1.5\n"))
    rgb = colours(-1, 3)
    np.testing.assert_allclose(lut.read_cube(path).apply(rgb), through_ocio(path, rgb), atol=2e-5)


def test_a_curve_per_channel_is_obeyed(tmp_path):
    head = "LUT_1D_SIZE 5\nDOMAIN_MIN -2 1 0\nDOMAIN_MAX 2 2 1\n"
    text = head + "-1 -2 -3\n0 .1 .2\n.4 .5 .6\n.8 .9 1\n1 2.1 3.2\n"
    path = cube(tmp_path, text)
    found = lut.read_cube(path)
    assert found.table is None
    assert found.size == 5
    rgb = colours(-2, 2)
    # a node of the curve: red -2 + 4/4 * 2 = 0, green 1.5, blue .5
    np.testing.assert_allclose(
        found.apply(np.array([[0, 1.5, 0.5]], np.float32)), [[0.4, 0.5, 0.6]], atol=1e-6
    )
    assert np.isfinite(found.apply(rgb)).all()


def test_a_shaper_comes_before_the_cube(tmp_path):
    curve = "".join(f"{(n / 9) ** 0.5:.6f} " * 3 + "\n" for n in range(10))
    rows = random_cube(3).split("\n", 1)[1]
    ranges = "LUT_1D_INPUT_RANGE -0.1 3.0\nLUT_3D_INPUT_RANGE 0.0 1.0\n"
    text = f"LUT_1D_SIZE 10\nLUT_3D_SIZE 3\n{ranges}{curve}{rows}"
    path = cube(tmp_path, text)
    rgb = colours(-0.5, 3.5)
    np.testing.assert_allclose(lut.read_cube(path).apply(rgb), through_ocio(path, rgb), atol=1e-4)


def test_comments_titles_and_foreign_keywords_are_passed_over(tmp_path):
    found = lut.read_cube(
        cube(tmp_path, f'# made by hand\nTITLE "dawn"\nLUT_IN_VIDEO_RANGE\n{IDENTITY_2}\n# end\n')
    )
    assert (found.title, found.size) == ("dawn", 2)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("0 0 0\n1 1 1\n", "neither LUT_3D_SIZE nor LUT_1D_SIZE"),
        (IDENTITY_2.rsplit("\n", 2)[0] + "\n", "has 7 rows of numbers, its size asks for 8"),
        (IDENTITY_2 + "0 0 0\n", "has 9 rows"),
        ("LUT_3D_SIZE 2\n0 0\n", r"a\.cube:2: .0 0.: 3 numbers"),
        ("LUT_3D_SIZE 2\n0 0 nan\n", r"a\.cube:2: "),
        ("LUT_3D_SIZE two\n", r"a\.cube:1: .*whole number from 2 to 256"),
        ("LUT_3D_SIZE 100000\n", "whole number from 2 to 256"),
        ("DOMAIN_MIN 1 1 1\n" + IDENTITY_2, "empty domain"),
        ("", "empty"),
    ],
)
def test_a_broken_cube_says_where(tmp_path, text, said):
    with pytest.raises(PlateError, match=said):
        lut.read_cube(cube(tmp_path, text))


# ASC CDL --------------------------------------------------------------------------------------------------

SOP = "<Slope>1.1 1.2 1.3</Slope><Offset>-.03 2e-2 0</Offset><Power>0.9 1 1.2</Power>"
SAT = "<SatNode><Saturation>0.7</Saturation></SatNode>"
ONE = f'<ColorCorrection id="dawn"><SOPNode>{SOP}</SOPNode>{SAT}</ColorCorrection>'
TWO = f"{ONE}<ColorCorrection><ASC_SAT><Saturation>2</Saturation></ASC_SAT></ColorCorrection>"
COLLECTION = (
    f'<ColorCorrectionCollection xmlns="urn:ASC:CDL:v1.01"><Vendor x="1"/>{TWO}</ColorCorrectionCollection>'
)
LIST = (
    '<?xml version="1.0"?><ColorDecisionList xmlns="urn:ASC:CDL:v1.01">'
    f'<ColorDecision><MediaRef ref="a.dpx"/>{ONE}</ColorDecision></ColorDecisionList>'
)


def asc(folder, text, name="a.cdl"):
    (folder / name).write_text(text)
    return folder / name


@pytest.mark.parametrize("text", [ONE, LIST])
def test_a_single_correction_needs_no_id(tmp_path, text):
    expected = cdl.Correction("dawn", (1.1, 1.2, 1.3), (-0.03, 0.02, 0.0), (0.9, 1.0, 1.2), 0.7)
    assert cdl.read_cdl(asc(tmp_path, text)) == expected


def test_a_correction_is_chosen_by_id_or_number(tmp_path):
    path = asc(tmp_path, COLLECTION)
    assert cdl.read_cdl(path, "dawn").saturation == 0.7
    assert cdl.read_cdl(path, "#2") == cdl.Correction("#2", saturation=2.0)


def test_several_corrections_without_an_id_are_listed(tmp_path):
    with pytest.raises(PlateError, match=r'2 corrections: choose one by id, of "dawn", "#2"'):
        cdl.read_cdl(asc(tmp_path, COLLECTION))


def test_an_unknown_id_suggests_one(tmp_path):
    with pytest.raises(PlateError, match=r'no correction "down" \(did you mean "dawn"\?\)'):
        cdl.read_cdl(asc(tmp_path, COLLECTION), "down")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_entities_are_refused_in_any_encoding(tmp_path, encoding):
    head = f'<?xml version="1.0" encoding="{encoding}"?><!DOCTYPE x [<!ENTITY a "aaaa">]>'
    bomb = head + ONE.replace("dawn", "&a;")
    (tmp_path / "a.cdl").write_bytes(bomb.encode(encoding))
    with pytest.raises(PlateError, match="entities are refused"):
        cdl.read_cdl(tmp_path / "a.cdl")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (ONE[:-5], "not well-formed"),
        ("<x/>", "holds no ColorCorrection"),
        (ONE.replace("1.1 1.2 1.3", "1.1 1.2"), 'Slope is "1.1 1.2", 3 numbers'),
        (ONE.replace("1.1 1.2 1.3", "1.1 1.2 nan"), "Slope is"),
        (ONE.replace("0.9 1 1.2", "0 1 1"), "power above 0"),
        ("", "empty"),
    ],
)
def test_a_broken_cdl_says_what_is_wrong(tmp_path, text, said):
    with pytest.raises(PlateError, match=said):
        cdl.read_cdl(asc(tmp_path, text))


def test_opencolorio_reads_the_same_numbers(tmp_path):
    path = asc(tmp_path, ONE, "a.cc")
    oracle = ocio.CDLTransform.CreateFromFile(str(path), "dawn")
    ours = cdl.read_cdl(path)
    assert list(ours.slope) == oracle.getSlope()
    assert list(ours.offset) == oracle.getOffset()
    assert list(ours.power) == oracle.getPower()
    assert ours.saturation == oracle.getSat()
