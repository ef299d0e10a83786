"""Looks: any plate becomes a painting, from its depth where it has one, from its tones otherwise."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

import numpy as np
import pytest

import inkrender
from inkrender import colour, library, scenefile, tones
from inkrender.composition import PRESETS
from inkrender.frame import Region
from inkrender.io import stills
from inkrender.shader import At, Inputs

LOOKS = ("dawn", "failure", "resolution", "literati", "song_corner")
FOLDER = Path(inkrender.__file__).parent / "looks"
W, H = 192, 108


def plate() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(light, depth, normal): a ridge at 14 before one at 30, level ground, a red ball in front."""
    y, x = np.mgrid[:H, :W].astype(np.float32)
    light, depth = np.zeros((H, W, 4), np.float32), np.full((H, W), np.inf, np.float32)
    normal = np.zeros((H, W, 3), np.float32)
    for z, top, tone in ((30, 25, 0.35), (14, 50, 0.18)):
        ridge = y > top + 6 * np.sin(x / 17 + z)
        light[ridge], depth[ridge], normal[ridge] = (tone, tone, tone, 1), z, (0, -0.8, 0.6)
    ground = y > 85
    light[ground], depth[ground], normal[ground] = (0.5, 0.45, 0.35, 1), 10, (0, 0, 1)
    depth[ground] = (10 - (y - 85) / 8)[ground]
    ball = (x - 120) ** 2 + (y - 66) ** 2 < 6**2
    light[ball], depth[ball], normal[ball] = (0.7, 0.03, 0.02, 1), 6, (0, -1, 0)
    return light, depth, normal


def repainted(look: str, scale: int = 1, passes: bool = True, **given: object) -> np.ndarray:
    """What the look's `repaint` makes of the plate, enlarged `scale` times: ink (h, w, 4)."""
    light, depth, normal = (np.repeat(np.repeat(a, scale, 0), scale, 1) for a in plate())
    model = scenefile.read_look(FOLDER / f"{look}.toml")
    use = next(layer for layer in model.layer if layer.use == "input").shaders[0]
    shader = library.find(use.use)
    params = shader.at(shader.bind({**use.with_, **given}, look), 0)
    inputs = Inputs(depth=depth if passes else None, normal=normal if passes else None, matte=None)
    dst = np.array(light)
    shader.shade(dst, Region(0, 0, W * scale, H * scale, H * scale / 1080), At(seed=3), params, inputs)
    return dst


@pytest.mark.parametrize("look", LOOKS)
def test_a_built_in_look_reads_and_all_its_shaders_are_known(look: str) -> None:
    model = scenefile.read_look(FOLDER / f"{look}.toml")
    for layer in model.layer:
        if layer.use != "input":
            library.find(layer.use).bind(dict(layer.with_), layer.name)
        for use in layer.shaders:
            library.find(use.use).bind(dict(use.with_), layer.name)
    assert 0 < (model.liubai.target or PRESETS[model.liubai.preset].target) < 1


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("passes", [True, False])
def test_repainting_makes_sound_ink_that_covers_as_the_plate_did(look: str, passes: bool) -> None:
    ink = repainted(look, passes=passes)
    assert np.isfinite(ink).all()
    assert ink.min() >= 0
    assert np.array_equal(ink[..., 3], plate()[0][..., 3])
    assert not ink[..., :3][ink[..., 3] == 0].any()
    assert colour.blank(ink)[ink[..., 3] == 1].mean() < 0.9  # something is painted


@pytest.mark.parametrize("passes", [True, False])
def test_repainting_is_the_same_every_time(passes: bool) -> None:
    assert repainted("dawn", passes=passes).tobytes() == repainted("dawn", passes=passes).tobytes()


@pytest.mark.parametrize("passes", [True, False])
def test_a_look_is_alike_at_twice_the_size(passes: bool) -> None:
    small, large = repainted("dawn", 2, passes), repainted("dawn", 4, passes)
    halved = large.reshape(2 * H, 2, 2 * W, 2, 4).mean(axis=(1, 3))
    density = small[..., :3].mean()
    assert abs(halved[..., :3].mean() - density) < 0.12 * density


def test_a_ridge_is_dark_at_its_crest_and_pale_at_its_foot() -> None:
    density = repainted("literati", 2)[..., :3].mean(-1)
    crest, foot = density[108:128, 40:200].mean(), density[156:166, 40:200].mean()
    assert crest > 1.5 * foot


def test_the_near_plane_is_painted_darker_than_the_far_one() -> None:
    density = repainted("literati", 2)[..., :3].mean(-1)
    assert density[120:150, :160].mean() > 1.15 * density[64:84, :160].mean()


def test_colours_of_the_terrain_are_thrown_away() -> None:
    """With depth, a green mountain and a grey one are the same painting."""
    light, depth, normal = plate()
    shader = library.find("repaint")
    params = shader.at(shader.bind({}, "repaint"), 0)
    made = []
    for tint in ((1.0, 1.0, 1.0), (0.97, 1.01, 0.98)):
        dst = light * np.float32([*tint, 1])
        inputs = Inputs(depth=depth, normal=normal, matte=None)
        shader.shade(dst, Region(0, 0, W, H, H / 1080), At(seed=3), params, inputs)
        made.append(dst[:60, :90])
    assert np.abs(made[0] - made[1]).mean() < 0.03 * made[0][..., :3].mean()


def test_a_subject_keeps_its_hue_without_a_matte() -> None:
    ink = repainted("resolution", 4)
    ball = np.exp(-ink[4 * 63 : 4 * 69, 4 * 117 : 4 * 123, :3].mean((0, 1)))
    assert ball[0] > 3 * ball[1]  # red lets red through


def test_a_colour_that_goes_on_behind_a_ridge_belongs_to_the_subject() -> None:
    """The ball's lower half lies at the depth of the ridge: it is told by its hue and by being joined."""
    light, depth, normal = plate()
    below = (light[..., 0] > 0.6) & (np.mgrid[:H, :W][0] > 66)
    depth[below] = 14
    shader = library.find("repaint")
    params = shader.at(shader.bind({"subjects": "hue"}, "repaint"), 0)
    inputs = Inputs(depth=depth, normal=normal, matte=None)
    shader.shade(light, Region(0, 0, W, H, H / 1080), At(seed=3), params, inputs)
    let_through = np.exp(-light[68:71, 118:123, :3].mean((0, 1)))
    assert let_through[0] > 2 * let_through[1]


def test_paper_is_left_round_a_subject() -> None:
    ink = repainted("resolution", 4)[..., :3].mean(-1)
    row = 4 * 66
    beside, away = ink[row, 4 * 113 : 4 * 115].min(), ink[row, 4 * 96 : 4 * 104].mean()
    assert beside < 0.5 * away


@pytest.mark.parametrize("passes", [True, False])
def test_literati_is_ink_alone_but_for_red(passes: bool) -> None:
    ink = repainted("literati", 2, passes)[..., :3]
    soot = colour.absorbance("ink")
    left = ink[:, :150].reshape(-1, 3)
    assert np.allclose(left / soot, (left / soot).mean(-1, keepdims=True), atol=1e-3)
    ball = np.exp(-ink[2 * 64 : 2 * 68, 2 * 118 : 2 * 122].mean((0, 1)))
    assert ball[0] > 1.5 * ball[1]


def test_a_matte_says_who_the_subject_is() -> None:
    light, depth, normal = plate()
    matte = np.zeros((H, W), np.float32)
    shader = library.find("repaint")
    params = shader.at(shader.bind({"subjects": "hue"}, "repaint"), 0)
    dst = np.array(light)
    inputs = Inputs(depth=depth, normal=normal, matte=matte)
    shader.shade(dst, Region(0, 0, W, H, H / 1080), At(seed=3), params, inputs)
    neutral = dst[60:70, 114:126, :3] / colour.absorbance("ink")
    assert np.allclose(neutral, neutral.mean(-1, keepdims=True), atol=1e-3)  # an empty matte: no subject


@pytest.mark.parametrize("passes", [True, False])
def test_broken_pixels_stay_where_they_are(passes: bool) -> None:
    light, depth, normal = plate()
    light[70, 40] = np.nan
    light[72, 44, 0] = np.inf
    depth[71, 42], normal[71, 43] = np.nan, np.nan
    shader = library.find("repaint")
    params = shader.at(shader.bind({}, "repaint"), 0)
    inputs = Inputs(depth=depth if passes else None, normal=normal if passes else None, matte=None)
    shader.shade(light, Region(0, 0, W, H, H / 1080), At(seed=3), params, inputs)
    assert np.isfinite(light).all()


# footage: from the file to the finished frame ----------------------------------------------------------

DATA = Path(__file__).parent / "data"


@pytest.fixture(autouse=True)
def own_cache(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("engine", "kernels.noise", "kernels.terrain", "kernels.strokes"):
        import_module(f"inkrender.{name}")  # before the move: compiled code is kept for the next run
    monkeypatch.setenv("INKRENDER_CACHE", str(tmp_path_factory.getbasetemp() / "cache"))


def photograph(folder: Path, frames: int = 1) -> Path:
    """A sequence of one still in 16 bit, without passes: the pattern to read it by."""
    light = plate()[0]
    sky = np.linspace(0.75, 0.4, H, dtype=np.float32)[:, None, None] * np.float32([0.8, 0.9, 1.0])
    light[..., :3] += (1 - light[..., 3:]) * sky
    light[..., 3] = 1
    for n in range(frames):
        stills.write(folder / f"shot.{n + 1:04d}.png", light, bits=16)
    return folder / "shot.####.png"


def footage(name: str, folder: Path) -> Path:
    return photograph(folder) if name == "photograph" else DATA / name


@pytest.mark.parametrize("name", ["ridge.1001.exr", "multipart.0001.exr", "photograph"])
@pytest.mark.parametrize("look", LOOKS)
def test_a_look_paints_footage_and_leaves_the_paper_it_promises(look: str, name: str, tmp_path: Path) -> None:
    film = inkrender.look(look, footage(name, tmp_path))
    codes, stats = film.pixels(0, film.size, 16)
    assert codes.shape == (film.size[1], film.size[0], 4)
    shades = codes[..., :3].reshape(-1, 3) / 65535
    assert (shades.max(0) - shades.min(0)).max() > 0.4  # a picture, neither a sheet nor a blot
    told = next(value for key, value in stats.items() if key.startswith("liubai"))
    low, high = told["reachable"]
    if low + 0.01 < told["target"] < high - 0.01:
        assert told["met"]
        assert stats["blank"] == pytest.approx(told["target"], abs=0.035)  # of 36 lines one is .028


def test_passes_change_the_painting() -> None:
    """The crop with Depth.Z and Normal is painted as terrain, the same light alone is not."""
    with_passes, without = repainted("dawn"), repainted("dawn", passes=False)
    assert np.abs(with_passes - without).mean() > 0.1


@pytest.mark.parametrize("look", LOOKS)
def test_sixteen_bits_go_through(look: str) -> None:
    film = inkrender.look(look, DATA / "ramp16.png")
    codes, _ = film.pixels(0, film.size, 16)
    assert codes.dtype == np.uint16
    assert len(np.unique(codes[..., 0])) > 256


@pytest.mark.parametrize(("given", "written"), [("ramp16.png", 16), ("ridge.1001.exr", 8)])
def test_sixteen_bits_in_stay_sixteen_bits_out(given: str, written: int, tmp_path: Path) -> None:
    film = inkrender.look("dawn", footage(given, tmp_path))
    film.render(None, tmp_path / "out.####.png", size=(96, 54))
    (made,) = tmp_path.glob("out.*.png")
    assert stills.describe(made)["bits"] == written


@pytest.mark.parametrize("look", [name for name in LOOKS if name != "failure"])  # there it snows
def test_still_footage_stays_still(look: str, tmp_path: Path) -> None:
    film = inkrender.look(look, photograph(tmp_path, 3))
    first, *others = (film.pixels(n, (128, 72), 8)[0].tobytes() for n in range(3))
    assert all(other == first for other in others)


@pytest.mark.parametrize("look", LOOKS)
def test_frames_are_the_same_in_any_order(look: str, tmp_path: Path) -> None:
    shot = photograph(tmp_path, 3)
    forward, backward = (
        {n: inkrender.look(look, shot).pixels(n, (96, 54), 8)[0].tobytes() for n in order}
        for order in ((0, 1, 2), (2, 0, 1))
    )
    assert forward == backward


@pytest.mark.parametrize("edge", ["auto", "torn", "mist", "dry"])
@pytest.mark.parametrize("target", [0.35, 0.6, 0.8])  # of the photograph a quarter is bare from the start
def test_a_plate_is_lifted_to_its_target_with_every_edge(edge: str, target: float, tmp_path: Path) -> None:
    file = str(photograph(tmp_path))
    layer = inkrender.Layer(name="plate", file=file, fit="cover", shaders=({"use": "repaint"},))
    one = inkrender.Scene(
        name="one", frames="1-1", layer=(layer,), liubai={"target": target, "edge": edge, "bleed": 8}
    )
    _, stats = inkrender.Film(title="lift", size=(1920, 1080), scenes=(one,)).pixels(0, (W, H), 16)
    # a point at full size; at 108 lines the paper's grain is coarser than that of the 270 it was solved at
    assert stats["blank"] == pytest.approx(target, abs=0.02)


# tones ----------------------------------------------------------------------------------------------------


def test_five_tones_draw_a_wedge_to_five_densities() -> None:
    wedge = np.linspace(0, 1.6, 4000, dtype=np.float32)
    drawn = tones.five_tones(wedge, 1.0)
    near = np.abs(drawn[:, None] - np.array(tones.FIVE)).min(axis=1)
    assert (near < 0.03).mean() > 0.7
    assert (np.diff(drawn) > -1e-6).all()


def test_five_tones_at_zero_amount_leave_the_density() -> None:
    wedge = np.linspace(0, 1.6, 100, dtype=np.float32)
    assert np.array_equal(tones.five_tones(wedge, 0.0), wedge)


@pytest.mark.parametrize(("hue", "pigment"), tones.WHEEL[:-1])
def test_the_wheel_answers_a_hue_with_its_pigment(hue: float, pigment: str) -> None:
    assert tones.wheel(np.array([hue], np.float32))[0] == pytest.approx(colour.absorbance(pigment), abs=1e-5)


def test_a_ramp_begins_and_ends_in_its_own_pigments() -> None:
    ends = tones.ramp(np.array([[0.0, 1.0]], np.float32), ("violet", "rose", "gamboge"))[0]
    assert ends[0] == pytest.approx(colour.absorbance("violet"))
    assert ends[1] == pytest.approx(colour.absorbance("gamboge"))
