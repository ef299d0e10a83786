"""What the shaders of the ink hand promise beyond the contract: tones, rims, lines, distance."""

from itertools import pairwise

import numpy as np
import pytest

from inkrender import library, points, tones
from inkrender.frame import Region
from inkrender.kernels import shading
from inkrender.plan import ShaderPass
from inkrender.shader import At, Inputs

LN10 = np.log(10)


def shaded(name, pixels, scale=0.5, held=1, seed=3, planes=None, **values):
    """The picture after a shader at its defaults but for `values`; its corner lies at the layer's origin."""
    shader = library.find(name)
    h, w = pixels.shape[:2]
    region, params = Region(0.0, 0.0, w, h, scale), shader.params(**values)
    given = {n: None for n in (*shader.needs, *shader.optional)} | (planes or {})
    at = At(n=held, held=held, seed=seed)
    if shader.kind != "area":
        return points.shade_points(ShaderPass(shader, params), pixels, region, at, Inputs(**given))
    dst = pixels.copy()
    shader.shade(dst, region, at, params, Inputs(**given))
    return dst


def flat(density, h=64, w=96, cover=1.0, pigment=(1.0, 1.0, 1.0)):
    """A wash of one density (or a plane of them)."""
    ink = np.broadcast_to(np.asarray(density, np.float32), (h, w))[..., None] * np.float32(pigment)
    return np.dstack([ink, np.full((h, w), cover, np.float32)]).astype(np.float32)


# five tones -----------------------------------------------------------------------------------------------


def ramp_through_five_tones(**values):
    """Densities (base 10) of a grey ramp from bare paper past burnt ink."""
    ramp = np.linspace(0, 1.8, 1024, dtype=np.float32)[None, :]
    out = shaded("five_tones", flat(np.repeat(ramp, 32, 0) * np.float32(LN10), 32, 1024), **values)
    return out[..., :3].mean(axis=2).ravel() / LN10


@pytest.mark.parametrize("values", [{}, {"stray": 0.0}, {"amount": 1.0}])
def test_a_grey_ramp_falls_into_the_five_tones(values):
    found = ramp_through_five_tones(**values)
    count, edges = np.histogram(found, bins=120, range=(0.05, 1.85))
    middle = (edges[1:] + edges[:-1]) / 2
    bounds = [0.05, *((low + high) / 2 for low, high in pairwise(tones.FIVE[1:])), 1.85]
    highest = []
    for tone, (low, high) in zip(tones.FIVE[1:], pairwise(bounds), strict=True):
        inside = (middle > low) & (middle < high)
        highest.append(count[inside].max())
        peak = middle[inside][count[inside] > 0.9 * highest[-1]].mean()  # some peaks have flat tops
        assert abs(peak - tone) < 0.05
    for bound, a, b in zip(bounds[1:-1], highest[:-1], highest[1:], strict=True):
        assert count[np.abs(middle - bound) < 0.03].min() < 0.6 * min(a, b)


def test_five_tones_keeps_the_hue():
    ink = flat(np.linspace(0.1, 3, 96, dtype=np.float32)[None, :], pigment=(2.0, 1.0, 0.4))
    out = shaded("five_tones", ink)
    np.testing.assert_allclose(out[..., 0], 2 * out[..., 1], rtol=1e-5)
    np.testing.assert_allclose(out[..., 2], 0.4 * out[..., 1], rtol=1e-5)


def test_the_tones_of_compiled_shaders_are_those_of_the_library():
    density = np.linspace(0, 2, 201, dtype=np.float32)
    told = tones.five_tones(density, 0.7, 0.04)
    got = [shading.five_tones(d, np.float32(0.7), np.float32(0.04)) for d in density]
    np.testing.assert_allclose(got, told, atol=2e-6)  # the exponential's own error


# depth fade -----------------------------------------------------------------------------------------------


def faded(depth, **values):
    planes = {"depth": np.full((8, 8), depth, np.float32)}
    return shaded("depth_fade", flat(1.0, 8, 8, pigment=(0.4, 1.0, 1.6)), planes=planes, **values)[4, 4]


def test_what_is_nearer_than_the_fade_keeps_its_ink():
    np.testing.assert_allclose(faded(5.0)[:3], (0.4, 1.0, 1.6), rtol=1e-6)


def test_density_falls_exponentially_with_depth():
    steps = [faded(z, depths=(10.0, 50.0), keep=0.2)[:3].mean() for z in (10, 30, 50)]
    np.testing.assert_allclose(steps, (1.0, 0.2**0.5, 0.2), rtol=1e-4)


@pytest.mark.parametrize("depth", [50.0, 400.0, 1e10, np.inf, np.nan, 0.0])
def test_nothing_lies_beyond_the_far_end(depth):
    np.testing.assert_allclose(faded(depth, depths=(10.0, 50.0)), faded(50.0, depths=(10.0, 50.0)), rtol=1e-5)


def test_colour_goes_faster_than_density():
    near, far = faded(5.0, tint=0.0), faded(30.0, tint=0.0)
    assert np.ptp(far[:3]) / np.ptp(near[:3]) < 0.9 * far[:3].mean() / near[:3].mean()


def test_far_ink_turns_to_the_blue_of_its_pigment():
    r, _, b = faded(60.0)[:3]
    assert r > b  # indigo absorbs red; the wash that was painted absorbs blue


# wet edge -------------------------------------------------------------------------------------------------


def rim_of_a_disk(density, cover):
    """Density by distance from the rim inwards, in px at 1080 lines, over that of the middle."""
    n, radius = 320, 140
    y, x = np.mgrid[:n, :n] + 0.5
    inside = radius - np.hypot(x - n / 2, y - n / 2)
    wash = np.clip(inside + 0.5, 0, 1).astype(np.float32)
    out = shaded("wet_edge", np.dstack([density * wash] * 3 + [cover * wash]).astype(np.float32), 1.0)
    rings = [out[(inside >= d) & (inside < d + 1), 0].mean() for d in range(1, 60)]
    return np.array(rings) / out[inside > 80, 0].mean()


@pytest.mark.parametrize(("density", "cover"), [(0.1, 0.0), (0.5, 0.0), (0.5, 1.0), (1.8, 1.0)])
def test_the_rim_of_a_wash_is_darker_and_decays_inwards(density, cover):
    profile = rim_of_a_disk(np.float32(density), cover)
    assert 1.2 < profile.max() < 1.6
    assert profile.argmax() < 12
    assert (np.diff(profile[profile.argmax() :]) < 2e-3).all()  # texture along the rim is averaged, not gone
    assert abs(profile[30] - 1) < 0.01


def test_a_dense_wash_has_a_rim_against_a_thin_one_and_not_the_other_way_round():
    edge = np.where(np.arange(96) < 48, 1.2, 0.3).astype(np.float32)[None, :]
    out = shaded("wet_edge", flat(edge), uneven=0.0)
    assert out[32, 47, 0] > 1.2 * 1.05
    np.testing.assert_allclose(out[32, 49:, 0], 0.3, rtol=1e-5)


def test_an_even_gradient_has_no_rim():
    slope = np.linspace(0.4, 1.0, 96, dtype=np.float32)[None, :]
    out = shaded("wet_edge", flat(slope))
    np.testing.assert_allclose(out[20:40, 20:76, 0], np.repeat(slope, 20, 0)[:, 20:76], rtol=1e-4)


# contour --------------------------------------------------------------------------------------------------


def disk(n=160, radius=50.0, density=1.2, cover=1.0):
    """A round shape of ink on nothing, its corner at the layer's origin."""
    y, x = np.mgrid[:n, :n] + 0.5
    shape = np.clip(radius + 0.5 - np.hypot(x - n / 2, y - n / 2), 0, 1).astype(np.float32)
    return np.dstack([density * shape] * 3 + [cover * shape]).astype(np.float32)


def test_a_shape_of_bare_paper_gets_its_outline_from_its_cover():
    out = shaded("contour", disk(density=0.0), found=1.0)
    y, x = np.mgrid[:160, :160] + 0.5
    rim = np.abs(np.hypot(x - 80, y - 80) - 50) < 1
    assert out[rim, 0].mean() > 0.5
    assert out[80, 80, 0] == 0


def test_lines_can_stand_alone_on_bare_paper():
    out = shaded("contour", disk(), wash=0.0)
    assert out[80, 80, :3].max() == 0
    assert out[..., 0].max() > 0.5


def test_lost_lines_are_shorter_than_found_ones():
    whole, half = (shaded("contour", disk(density=0.1), found=f)[..., 0] for f in (1.0, 0.3))
    assert (half > 0.3).sum() < 0.8 * (whole > 0.3).sum()


def test_pressure_moves_with_the_surface_it_is_tied_to():
    y, x = np.mgrid[:160, :160].astype(np.float32)
    here = np.dstack([2 * x + 1, 2 * y + 1]).astype(np.float32)  # layer px at a scale of one half
    still = shaded("contour", disk(density=0.1), planes={"anchor": here})
    moved = np.roll(disk(density=0.1), (12, 20), axis=(0, 1))
    carried = shaded("contour", moved, planes={"anchor": here - np.float32([40, 24])})
    np.testing.assert_allclose(
        np.roll(carried, (-12, -20), axis=(0, 1))[24:-24, 24:-24], still[24:-24, 24:-24], atol=0.02
    )


# bare -----------------------------------------------------------------------------------------------------


def test_the_inside_of_a_subject_is_bare_and_its_contour_holds_it():
    out = shaded("bare", disk(density=0.8, radius=60.0), found=1.0)
    y, x = np.mgrid[:160, :160] + 0.5
    away = np.hypot(x - 80, y - 80)
    assert out[away < 40, 0].max() < 0.06  # what counts as blank
    assert out[np.abs(away - 60) < 1, 0].mean() > 1.0
    assert (out[..., 3] == disk(radius=60.0)[..., 3]).all()  # bare paper covers what lies behind


def test_a_matte_decides_what_is_bare():
    matte = disk(radius=30.0)[..., 3]
    out = shaded("bare", flat(0.8, 160, 160), planes={"matte": matte}, density=0.0)
    assert out[80, 80, 0] < 0.06
    np.testing.assert_allclose(out[:30, :, 0], 0.8, rtol=1e-5)


def test_eyes_stay_and_a_dark_coat_goes():
    face = disk(density=0.3, radius=60.0)
    face[76:82, 60:66, :3] = 4.0  # an eye, 12 px at 1080 lines
    face[90:130, 60:100, :3] = 4.0  # a coat, 80 px
    out = shaded("bare", face)
    assert out[78, 62, 0] > 1.5
    assert out[110, 80, 0] < 0.3


def test_a_subject_that_fades_into_mist_has_no_contour_there():
    fade = np.linspace(1.6, -0.6, 240, dtype=np.float32).clip(0, 1)[:, None]
    mountain = flat(0.5 * fade, 240, 96)
    mountain[..., 3] = fade
    line = shaded("bare", mountain) - shaded("bare", mountain, density=0.0)
    assert line[40:200, 20:76, 0].max() < 0.06


# wobble ---------------------------------------------------------------------------------------------------


def test_a_held_drawing_does_not_move():
    first, second = (shaded("wobble", disk(), held=n) for n in (1002, 1003))
    assert np.array_equal(first, second)


def test_another_drawing_is_drawn_anew():
    assert not np.array_equal(shaded("wobble", disk(), held=1002), shaded("wobble", disk(), held=1004))


def test_a_hand_that_does_not_drift_draws_the_same_picture_every_time():
    first, second = (shaded("wobble", disk(), held=n, drift=0.0) for n in (1002, 1044))
    assert np.array_equal(first, second)


def change(a, b):
    return float(np.abs(a - b)[..., :3].mean())


def test_the_hand_wanders_slowly_unless_it_is_asked_to_boil():
    def drawn(n, **values):
        return shaded("wobble", disk(), held=n, amount=4.0, drift=0.1, **values)

    slow = change(drawn(1002), drawn(1004))
    boiling = change(drawn(1002, boil=1.0), drawn(1004, boil=1.0))
    assert 0 < slow < 0.5 * boiling


def test_silhouettes_waver_more_than_what_lies_inside():
    lined = disk(density=0.5, n=320, radius=140.0)
    y, x = np.mgrid[:320, :320] + 0.5
    away = np.hypot(x - 160, y - 160)
    inner = np.abs(away - 60) < 8
    lined[inner, :3] = 0.0

    def moved(where):
        """Mean displacement of the edges there: what changed over how long they are."""
        out = shaded("wobble", lined, size=200.0, amount=6.0)
        return np.abs(out - lined)[where, 0].sum() / away[where].mean()

    assert moved(np.abs(away - 60) < 20) / 2 < 0.5 * moved(np.abs(away - 140) < 20)


def test_silhouettes_move_by_about_the_amount():
    y, x = np.mgrid[:320, :320] + 0.5
    round_edge = disk(n=320, radius=140.0)
    out = shaded("wobble", round_edge, scale=1.0, size=120.0, amount=6.0)
    angle = np.arctan2(y - 160, x - 160)
    grown = [np.sqrt(out[np.abs(angle - a) < 0.1, 3].sum() / 0.1) - 140 for a in np.linspace(-2.8, 2.8, 29)]
    assert 1.5 < np.std(grown) < 9
