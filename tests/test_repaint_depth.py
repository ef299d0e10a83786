"""Plates with passes: texture lies on the terrain, subjects are told by name or number, colours may stay."""

from __future__ import annotations

import logging
from pathlib import Path

import naive
import numpy as np
import pytest
from test_surface import FOCAL, H, W, camera, motion, points, terrain

import inkrender
from inkrender import cameras, colour, fields, library, surface
from inkrender import motion as motions
from inkrender.errors import PlateError
from inkrender.frame import Region
from inkrender.io import exr
from inkrender.kernels import landscape
from inkrender.shader import At, Inputs

REGION = Region(0.0, 0.0, W, H, H / 1080)
MOVE = np.array([0.16, 0.0, 0.0])


def plate(depth: np.ndarray, tint: tuple[float, ...] = (0.2, 0.2, 0.2)) -> np.ndarray:
    """Terrain of one colour: premultiplied light (h, w, 4)."""
    light = np.zeros((*depth.shape, 4), np.float32)
    light[np.isfinite(depth)] = (*tint, 1)
    return light


def repaint(light: np.ndarray, depth: np.ndarray | None, **given: object) -> np.ndarray:
    """Ink (h, w, 4). given: inputs by name, and parameters of the shader."""
    shader = library.find("repaint")
    names = ("normal", "matte", "id", "anchor", "camera")
    inputs = {n: given.pop(n, None) for n in names}
    normal = np.zeros((*light.shape[:2], 3), np.float32) + np.float32([0, -0.8, 0.6])
    if inputs["normal"] is None:
        inputs["normal"] = normal
    params = shader.at(shader.bind({"density": [1.1, 0.9, 0.6], **given}, "repaint"), 0)
    dst = np.array(light)
    shader.shade(dst, REGION, At(seed=3), params, Inputs(depth=depth, **inputs))
    return dst


def shown(ink: np.ndarray) -> np.ndarray:
    return np.asarray(np.exp(-ink[..., :3]), np.float32)


# motion ---------------------------------------------------------------------------------------------------


def hill() -> np.ndarray:
    """Depth (h, w) of a slope that rises away from the viewer: a camera sliding sideways sees it the same."""
    y = np.mgrid[:H, :W][0].astype(np.float32)
    return np.where(y > 24, 8 + (H - y) * 0.14, np.inf).astype(np.float32)


def boil(**anchoring: bool) -> float:
    """Warp error between two frames of a slope, for a camera that slides along it."""
    depth = hill()
    vectors = motion(depth, np.eye(3), MOVE)
    pose = surface.step(depth, vectors, FOCAL)
    given = (camera(surface.STILL), camera(pose)) if anchoring.get("tied") else (None, None)
    before, now = (shown(repaint(plate(depth), depth, camera=c)) for c in given)
    hidden = motions.outside(vectors)
    hidden[:30] = True
    return motions.warp_error(now, before, vectors, hidden)


def test_texture_moves_with_the_terrain() -> None:
    assert boil(tied=True) < 0.2 * boil()


def test_a_still_camera_gives_a_still_painting() -> None:
    depth = terrain()
    one, two = (repaint(plate(depth), depth, camera=camera(surface.STILL)) for _ in range(2))
    assert one.tobytes() == two.tobytes()


def test_the_distance_to_a_silhouette_grows_from_its_rim() -> None:
    lz = np.full((60, 40), np.log(30), np.float32)
    lz[30:] = np.log(9)
    share, away = fields.silhouettes(lz, 1.0)
    assert share[30, 20] > fields.RIM > share[36, 20]
    assert away[30, 20] <= 0
    assert away[44, 20] - away[34, 20] == pytest.approx(10, abs=0.5)
    assert away[29, 20] == 99  # what lies behind has no line


def test_coarse_depth_fields_follow_motion_by_parts_of_a_pixel() -> None:
    """A ridge that rises by a pixel changes the share of what is near by about as much as the next."""
    shares = []
    for top in range(40, 49):
        lz = np.full((90, 160), np.log(30), np.float32)
        lz[top:] = np.log(9)
        shares.append(fields.share_nearer(lz, 24, 0, 0.0, 4, 60)[36, 80])
    steps = np.abs(np.diff(shares))
    assert steps.max() < 2.5 * steps.mean()


def test_what_surrounds_a_subject_goes_on_behind_it() -> None:
    lz = np.full((90, 160), np.log(20), np.float32)
    matte = np.zeros_like(lz)
    matte[30:60, 70:90] = 1
    lz[matte > 0] = np.log(6)
    behind = fields.filled(lz, matte, 1 / 3)
    around = np.abs(behind - np.log(20))
    assert around[25:28].max() < 0.01
    assert around[30:33, 72:88].max() < 0.1  # of the 1.2 it lies nearer


# mattes, ids and colours ------------------------------------------------------------------------------------


def lamps() -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """(light, depth, matte, ids) of twelve yellow lamps before a slope."""
    depth = hill()
    light, matte, ids = plate(depth), np.zeros((H, W), np.float32), np.zeros((H, W), np.float32)
    for n in range(12):
        there = np.s_[60:70, 6 + 12 * n : 16 + 12 * n]
        light[there], matte[there], ids[there] = (0.9, 0.62, 0.05, 1), 1, 100 + n
    return light, depth, matte, ids


def burning(ink: np.ndarray, order: range = range(12)) -> list[bool]:
    """Which lamps are yellow: let red through, and no blue."""
    through = [np.exp(-ink[63:67, 9 + 12 * n : 13 + 12 * n, :3].mean((0, 1))) for n in order]
    return [bool(r > 0.55 and b < 0.6 * r) for r, _, b in through]


def test_which_lamps_burn_is_a_matter_of_their_ids() -> None:
    light, depth, matte, ids = lamps()
    given = {"matte": matte, "subjects": "lantern", "lamps": 0.4}
    lit = burning(repaint(light, depth, id=ids, **given))
    assert 1 <= sum(lit) <= 9
    # seen from the other side, every object keeps its light
    there = burning(repaint(light, depth, id=np.ascontiguousarray(ids[:, ::-1]), **given), range(12))
    assert there != lit or lit == lit[::-1]
    swapped = np.where(ids > 0, 211 - ids, 0).astype(np.float32)  # the same lamps, in the other order
    assert burning(repaint(light, depth, id=swapped, **given)) == lit[::-1]


def test_all_lamps_burn_where_none_are_chosen() -> None:
    light, depth, matte, ids = lamps()
    assert all(burning(repaint(light, depth, id=ids, matte=matte, subjects="lantern")))


@pytest.mark.parametrize("with_depth", [True, False])
def test_a_plate_may_keep_its_colours(with_depth: bool) -> None:
    depth = terrain()
    light = plate(depth, (0.10, 0.32, 0.12))
    ink = repaint(light, depth if with_depth else None, colours="keep", near=["violet"], mid=["rose"])
    seen = np.exp(-ink[70:86, 30:130, :3].mean((0, 1)))
    assert seen[1] > 1.25 * max(seen[0], seen[2])


def test_otherwise_the_look_decides_the_colours() -> None:
    depth = terrain()
    ink = repaint(
        plate(depth, (0.10, 0.32, 0.12)), depth, near=["vermilion"], mid=["vermilion"], far=["vermilion"]
    )
    seen = np.exp(-ink[70:86, 30:130, :3].mean((0, 1)))
    assert seen[0] > 1.5 * seen[1]


def test_kept_colours_are_stronger_than_a_plain_conversion_makes_them() -> None:
    from inkrender.repainting import own_colours

    light = plate(np.ones((4, 4)), (0.30, 0.42, 0.30))
    plain, kept = own_colours(light, 1.0)[0, 0], own_colours(light)[0, 0]
    assert np.ptp(kept) == pytest.approx(2.2 * np.ptp(plain), rel=0.02)
    assert kept @ colour.LUMA == pytest.approx(plain @ colour.LUMA, rel=0.02)


# bad input --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("empty", [np.inf, np.nan, 0.0, 1e10])
def test_an_empty_depth_pass_is_none(empty: float) -> None:
    light = plate(terrain())
    nothing = np.full((H, W), empty, np.float32)
    assert np.array_equal(repaint(light, nothing), repaint(light, None))


def test_broken_depth_and_ids_make_finite_ink() -> None:
    light, depth, matte, ids = lamps()
    depth[40:44], ids[50:52], matte[62:64, 8] = np.nan, np.nan, np.nan
    ink = repaint(
        light, depth, matte=matte, id=ids, subjects="lantern", lamps=0.5, camera=camera(surface.STILL)
    )
    assert np.isfinite(ink).all()


# kernels ----------------------------------------------------------------------------------------------------


def test_the_share_of_what_is_farther_agrees_with_its_naive_twin() -> None:
    lz = np.random.default_rng(2).uniform(2, 3, (20, 33)).astype(np.float32)
    places, weights = fields._neighbours(0.7)
    dst = np.empty_like(lz)
    landscape.share_farther(dst, lz, places[0], places[1], weights, np.float32(0.036), np.float32(1 / 0.048))
    assert np.allclose(dst, naive.share_farther(lz, places, weights, 0.036, 1 / 0.048), atol=1e-5)


@pytest.mark.parametrize("size", [(12, 20), (24, 40)])
def test_settling_agrees_with_its_naive_twin(size: tuple[int, int]) -> None:
    rng = np.random.default_rng(3)
    ink = rng.uniform(0, 2, (*size, 3)).astype(np.float32)
    light = rng.uniform(0, 1, (24, 40, 4)).astype(np.float32)
    light[:5, :, 3] = 0
    grain = rng.standard_normal((24, 40)).astype(np.float32)
    dst = np.empty_like(light)
    landscape.settle(dst, ink, light, grain, np.float32(0.3))
    assert np.allclose(dst, naive.settle(ink, light, grain, 0.3), atol=2e-4)


# from the files ---------------------------------------------------------------------------------------------


def sequence(folder: Path, frames: int = 3, depth_name: str = "Depth.Z", wrong: bool = False) -> Path:
    """A camera sliding along a terrain that is the same from everywhere; the pattern to read it by."""
    oiio = exr.openimageio()
    depth = hill()
    moved = motion(depth, np.eye(3), MOVE)
    for n in range(frames):
        back = moved if n else np.zeros_like(moved)
        on = -moved if n < frames - 1 else np.zeros_like(moved)
        if wrong:
            back = np.random.default_rng(n).uniform(-9, 9, back.shape).astype(np.float32)
        # as Blender writes them: previous = (x + X, y - Y), next = (x - Z, y + W)
        world = points(depth) + n * MOVE
        light = plate(depth)
        light[..., :3] *= (1 + 0.5 * np.sin(9 * world[..., :1]) * np.sin(9 * world[..., 1:2])).astype(
            np.float32
        )
        planes = [
            light,
            depth[..., None],
            np.dstack([np.zeros_like(depth), np.full_like(depth, -0.8), np.full_like(depth, 0.6)]),
            np.dstack([back[..., 0], -back[..., 1], -on[..., 0], on[..., 1]]),
        ]
        spec = oiio.ImageSpec(W, H, 12, "float")
        spec.channelnames = (
            *"RGBA",
            f"View.{depth_name}",
            *(f"View.Normal.{c}" for c in "XYZ"),
            *(f"View.Vector.{c}" for c in "XYZW"),
        )
        file = folder / f"shot.{n + 1:04d}.exr"
        out = oiio.ImageOutput.create(str(file))
        assert out.open(str(file), spec)
        assert out.write_image(np.ascontiguousarray(np.dstack(planes), np.float32))
        out.close()
    return folder / "shot.####.exr"


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INKRENDER_CACHE", str(tmp_path / "cache"))


def camera_of(pattern: Path, frame: int) -> surface.Camera | None:
    """The camera that the plate of a look has on a frame of its film."""
    film = inkrender.look("dawn", pattern)
    studio, one = film.studio((W, H)), film.plan(frame).scenes[0]
    layer = next(x for x in one.layers if x.kind == "file")
    return cameras.camera(studio, one, layer)


def test_the_camera_of_a_plate_is_found_from_its_depth_and_vectors(tmp_path: Path) -> None:
    found = camera_of(sequence(tmp_path), 2)
    # how long the lens is cannot be told from sliding, but lens times way can
    assert found.pose.move[0] * found.focal == pytest.approx(2 * MOVE[0] * FOCAL * 1080, rel=0.02)
    assert found.centre == (960.0, 540.0)


def test_vectors_that_no_camera_makes_leave_texture_to_the_anchor(tmp_path: Path) -> None:
    assert camera_of(sequence(tmp_path, wrong=True), 2) is None


def test_a_still_has_a_camera_that_stands(tmp_path: Path) -> None:
    assert camera_of(sequence(tmp_path, frames=1), 0).pose is surface.STILL


def test_a_plate_without_the_depth_a_look_asks_for_is_painted_and_told(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    film = inkrender.look("dawn", sequence(tmp_path, depth_name="Height.Q"))
    with caplog.at_level(logging.WARNING, logger="inkrender"):
        codes, _ = film.pixels(0, (W, H), 8)
    assert codes[..., :3].std() > 5
    assert "has no depth" in caplog.text


def test_the_names_of_objects_are_checked_when_a_look_is_laid_over_a_plate(tmp_path: Path) -> None:
    toml = tmp_path / "own.toml"
    text = (Path(inkrender.__file__).parent / "looks" / "dawn.toml").read_text("utf-8")
    toml.write_text(text.replace('depth = "Depth.Z"', 'depth = "Depth.Z"\nmatte = "crypto:penguin"'), "utf-8")
    with pytest.raises(PlateError, match="has no Cryptomatte"):
        inkrender.look(toml, sequence(tmp_path)).pixels(0, (W, H), 8)
