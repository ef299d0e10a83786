"""From a plan to pixels: the order of a frame, exact ends, same bytes, and what a frame is made of."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import inkrender as ink
from inkrender import analysis, bake, cache, canvas, colour, engine
from inkrender.frame import Region
from inkrender.io import stills

SIZE = (128, 72)


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INKRENDER_CACHE", str(tmp_path / "cache"))


def mist(name: str, y: float = 500, **told: Any) -> ink.Layer:
    return ink.Layer(name=name, use="mist", **{"with": {"y": y, "half": 120}}, **told)


def sky(**told: Any) -> ink.Layer:
    return ink.Layer(name="sky", use="sky_wash", **told)


def film_of(*layers: ink.Layer, **picture: Any) -> ink.Film:
    one = ink.Scene(name="one", frames="1-6", layer=layers, **picture)
    return ink.Film(title="engine", size=(1920, 1080), scenes=(one,))


def plate(folder: Path, name: str = "plate.png", value: float = 0.25, alpha: float = 1.0) -> str:
    pixels = np.zeros((72, 128, 4), np.float32)
    pixels[20:50, 30:90] = (value * alpha, value * alpha / 2, value * alpha / 4, alpha)
    stills.write(folder / name, pixels, bits=16)
    return str(folder / name)


def paper_codes(film: ink.Film) -> np.ndarray:
    return film.model_copy(update={"scenes": (ink.Scene(name="one", frames="1-1"),)}).pixels(0, SIZE, 16)[0]


def test_an_empty_scene_is_bare_paper() -> None:
    film = film_of()
    codes, stats = film.pixels(0, SIZE, 16)
    sheet = film.studio(SIZE).sheet.pixels()[..., :3]
    expected = colour.encode(np.exp(-sheet), "srgb") * 65535
    assert stats["blank"] == 1
    assert np.abs(codes[..., :3] - expected).max() < 40  # half-float paper and the one-exponential develop


def test_a_frame_is_the_same_in_any_order_and_any_thread() -> None:
    frames = [0, 1, 2, 3, 4, 5]

    def made(order: list[int], threads: int) -> dict[int, bytes]:
        film = film_of(
            sky(parallax=0.2), mist("m", drift=(3.3, 0)), camera={"pan": [[1, [0, 0]], [6, [40, 9]]]}
        )
        with ThreadPoolExecutor(threads) as pool:
            found = pool.map(lambda n: film.pixels(n, SIZE)[0].tobytes(), order)
            return dict(zip(order, found, strict=True))

    first = made(frames, 1)
    assert made(frames[::-1], 2) == first
    assert made([3, 0, 5, 1, 4, 2], 3) == first
    assert len(set(first.values())) == 6  # the camera moves, so the frames differ


def test_a_neutral_grade_returns_the_frame_bit_for_bit() -> None:
    plain, _ = film_of(sky()).pixels(0, SIZE)
    graded, _ = film_of(sky(), grade={"chroma": 1.0, "cdl": {"slope": [1, 1, 1]}}).pixels(0, SIZE)
    assert np.array_equal(plain, graded)


def test_a_grade_in_ink_leaves_bare_paper_alone() -> None:
    film = film_of(grade={"chroma": 1.4, "cdl": {"slope": [0.8, 0.9, 1.1], "power": [1.2, 1, 0.9]}})
    codes, _ = film.pixels(0, SIZE, 16)
    assert np.abs(codes.astype(int) - paper_codes(film_of())).max() <= 1  # a rounding of the last bit


def test_a_grade_in_light_turns_the_paper_too() -> None:
    film = film_of(grade={"in": "light", "cdl": {"slope": [0.5, 0.5, 0.5]}})
    codes, _ = film.pixels(0, SIZE, 16)
    assert codes[..., 0].mean() < 0.6 * paper_codes(film_of())[..., 0].mean()


def test_more_chroma_is_more_chroma() -> None:
    def chroma(film: ink.Film) -> float:
        light = colour.decode(film.pixels(0, SIZE, 16)[0][..., :3] / 65535, "srgb")
        return float(colour.oklch(light)[..., 1].max())

    assert chroma(film_of(sky(), grade={"chroma": 1.3})) > 1.1 * chroma(film_of(sky()))


def test_blank_is_measured_on_the_finished_canvas() -> None:
    film = film_of(sky(), mist("m"))
    _, stats = film.pixels(0, SIZE)
    studio, told = film.studio(SIZE), film.plan(0)
    painted = engine.paint(studio, told.scenes[0], told.scenes[0].layers)
    assert stats["blank"] == pytest.approx(np.mean(colour.blank(painted, studio.white)), abs=2 / 9216)


def test_the_rendered_share_of_blank_paper_meets_its_target() -> None:
    for target in (0.62, 0.75, 0.9):
        film = film_of(sky(), liubai={"target": target, "edge": "mist"})
        _, stats = film.pixels(0, (480, 270))
        assert stats["blank"] == pytest.approx(target, abs=0.03)


def test_a_proxy_decides_what_the_master_decides() -> None:
    film = film_of(sky(), liubai={"target": 0.6})
    small = analysis.lifts(film.plan(0), film.studio((64, 36)))[0]
    large = analysis.lifts(film.plan(0), film.studio((256, 144)))[0]
    assert small is not None
    assert large is not None
    assert np.array_equal(small.phi, large.phi)


def test_a_protected_layer_is_left_whole(tmp_path: Path) -> None:
    hero = ink.Layer(name="hero", file=plate(tmp_path), fit="cover")
    lifted, _ = film_of(sky(), hero, liubai={"target": 0.9, "protect": ["hero"]}).pixels(0, SIZE, 16)
    alone, _ = film_of(hero).pixels(0, SIZE, 16)
    inside = (slice(24, 46), slice(34, 86))
    assert np.abs(lifted[inside].astype(int) - alone[inside]).max() <= 2


def test_a_plate_keeps_its_colours_on_paper(tmp_path: Path) -> None:
    film = film_of(ink.Layer(name="plate", file=plate(tmp_path), fit="cover"))
    codes, _ = film.pixels(0, SIZE, 16)
    sheet = np.exp(-film.studio(SIZE).sheet.pixels()[..., :3])
    mean = film.studio(SIZE).white
    wanted = np.array([0.25, 0.125, 0.0625]) * sheet / mean  # the grain of the paper shows through
    seen = colour.decode(codes[..., :3].astype(np.float32) / 65535, "srgb")
    inside = (slice(24, 46), slice(34, 86))
    np.testing.assert_allclose(seen[inside], wanted[inside], rtol=0.01)  # half floats and PNG rounding


def test_a_group_meets_in_light_and_enters_as_one_layer(tmp_path: Path) -> None:
    a = plate(tmp_path, "a.png", 0.4)
    b = plate(tmp_path, "b.png", 0.5)
    one = ink.Layer(name="a", file=a, fit="cover", group="g")
    two = ink.Layer(name="b", file=b, fit="cover", group="g", blend="multiply")
    grouped, _ = film_of(one, two).pixels(0, SIZE, 16)
    product = plate(tmp_path, "c.png", 0.4 * 0.5)
    pixels = stills.read(product).pixels.copy()
    pixels[20:50, 30:90, 1:3] = (0.4 * 0.5 / 4, 0.4 * 0.5 / 16)
    stills.write(product, pixels, bits=16)
    alone, _ = film_of(ink.Layer(name="c", file=product, fit="cover")).pixels(0, SIZE, 16)
    inside = (slice(24, 46), slice(34, 86))
    assert np.abs(grouped[inside].astype(int) - alone[inside]).max() < 200  # .3 %: half floats


def test_a_matte_holds_a_layer(tmp_path: Path) -> None:
    held = film_of(sky(matte="shape"), ink.Layer(name="shape", file=plate(tmp_path), fit="cover", opacity=0))
    codes, _ = held.pixels(0, SIZE, 16)
    bare, full = paper_codes(film_of()), film_of(sky()).pixels(0, SIZE, 16)[0]
    assert np.array_equal(codes[:16], bare[:16])
    assert np.abs(codes[24:46, 34:86].astype(int) - full[24:46, 34:86]).max() <= 2


def test_a_scene_of_light_is_an_ordinary_comp(tmp_path: Path) -> None:
    film = film_of(ink.Layer(name="p", file=plate(tmp_path, value=0.5), fit="cover"), medium="light")
    codes, _ = film.pixels(0, SIZE, 16)
    seen = colour.decode(codes[..., :3].astype(np.float32) / 65535, "srgb")
    np.testing.assert_allclose(seen[30, 60], (0.5, 0.25, 0.125), atol=2e-4)
    assert not codes[:10, :, :3].any()


def two_scenes(**transition: Any) -> ink.Film:
    a = ink.Scene(name="a", frames="1-6", layer=(sky(),))
    b = ink.Scene(name="b", frames="1-6", layer=(mist("m"),))
    return ink.Film(scenes=(a, b), transition=({"into": "b", **transition},))


def test_a_transition_never_changes_the_length() -> None:
    assert two_scenes(use="dissolve", frames=4).length == 12


def test_a_dissolve_runs_monotonically_from_one_scene_to_the_other() -> None:
    film = two_scenes(use="dissolve", frames=4)
    blanks = [film.pixels(n, SIZE, 16)[0][..., :3].mean() for n in range(3, 10)]
    assert blanks == sorted(blanks)  # the sky gives way to bare paper
    assert blanks[0] < blanks[-1]


def test_frames_outside_a_transition_are_untouched_by_it() -> None:
    film = two_scenes(use="dissolve", frames=2)
    alone = ink.Film(scenes=(film.scenes[0],))
    assert np.array_equal(film.pixels(2, SIZE)[0], alone.pixels(2, SIZE)[0])


def test_held_drawings_are_held() -> None:
    film = film_of(ink.Layer(name="birds", use="birds", exposure=2))
    a, b, c = (film.pixels(n, SIZE)[0] for n in (0, 1, 2))
    assert np.array_equal(a, b)
    assert not np.array_equal(b, c)


def test_a_changed_layer_makes_its_own_line_of_the_fingerprint_stale() -> None:
    before = film_of(sky(), mist("m")).fingerprint(0, SIZE)
    after = film_of(sky(), mist("m", y=520)).fingerprint(0, SIZE)
    assert {k for k in before if before[k] != after[k]} == {"one: layer m"}


def test_a_key_moved_later_leaves_the_frames_before_it_up_to_date() -> None:
    def film(opacity: list[Any]) -> ink.Film:
        return film_of(sky(opacity=opacity))

    before, after = film([[1, 0.5], [3, 0.5], [6, 1.0]]), film([[1, 0.5], [3, 0.5], [6, 0.2]])
    assert before.fingerprint(1, SIZE) == after.fingerprint(1, SIZE)
    assert before.fingerprint(5, SIZE) != after.fingerprint(5, SIZE)


def test_a_frame_shows_itself_in_a_notebook() -> None:
    frame = film_of(sky()).frame(0, SIZE)
    assert frame._repr_png_().startswith(b"\x89PNG")
    assert frame.size == SIZE


def test_the_array_form_lifts_to_its_target() -> None:
    film = film_of(sky())
    told = film.plan(0)
    painted = engine.paint(film.studio((480, 270)), told.scenes[0], told.scenes[0].layers)
    lifted = ink.liubai(ink.Frame(painted, "ink"), target=0.7, edge="mist")
    assert np.mean(colour.blank(lifted.pixels)) == pytest.approx(0.7, abs=0.03)


def test_the_array_form_of_a_neutral_grade_returns_the_frame() -> None:
    frame = ink.Frame(np.random.default_rng(0).uniform(0, 1, (6, 8, 4)).astype(np.float32))
    assert ink.grade(frame) is frame


def test_the_array_form_grades_light_as_a_display_encoded_picture() -> None:
    frame = ink.Frame(np.full((4, 4, 4), 0.25, np.float32))
    frame.pixels[..., 3] = 1
    graded = ink.grade(frame, cdl={"slope": [0.5, 0.5, 0.5]})
    wanted = colour.decode(0.5 * colour.encode(np.float32(0.25), "srgb"), "srgb")
    np.testing.assert_allclose(graded.pixels[..., :3], wanted, rtol=2e-4)  # polynomial transfer curves


def test_the_array_form_takes_a_cdl_file(tmp_path: Path) -> None:
    path = tmp_path / "dawn.cc"
    sop = "<Slope>.5 .5 .5</Slope><Offset>0 0 0</Offset><Power>1 1 1</Power>"
    path.write_text(f'<ColorCorrection id="dawn"><SOPNode>{sop}</SOPNode></ColorCorrection>')
    frame = ink.Frame(np.full((4, 4, 4), 0.25, np.float32))
    told = ink.grade(frame, cdl={"slope": [0.5, 0.5, 0.5]})
    assert np.array_equal(ink.grade(frame, cdl=path).pixels, told.pixels)


def test_over_in_the_tiles_is_over_on_arrays() -> None:
    film = film_of(sky(), mist("m"))
    studio, one = film.studio(SIZE), film.plan(0).scenes[0]
    both = engine.paint(studio, one, one.layers)
    low, high = (engine.paint(studio, one, [layer]) for layer in one.layers)
    np.testing.assert_allclose(both, canvas.over(low, high), atol=2e-5)


WARP = '''"""Shove: the picture moves to the left."""
from typing import Annotated, NamedTuple
from inkrender.shader import At, Between, Ink, Offset, warp

class Shove(NamedTuple):
    by: Annotated[float, Between(-100, 100, unit="px")] = 0.0

NEUTRAL = Shove()

@warp(reach=lambda p: abs(p.by))
def shade(px: Ink, at: At, p: Shove) -> Offset:
    return Offset(p.by, 0.0 * at.x)
'''

MATTE = '''"""Half: the picture, held."""
from typing import Annotated, NamedTuple
from inkrender.shader import At, Between, Ink, matte

class Half(NamedTuple):
    keep: Annotated[float, Between(0, 1)] = 1.0

NEUTRAL = Half()

@matte
def shade(px: Ink, at: At, p: Half) -> float:
    return p.keep + 0.0 * at.x
'''


@pytest.fixture
def own_shaders(tmp_path: Path) -> Path:
    (tmp_path / "shaders").mkdir()
    (tmp_path / "shaders" / "shove.py").write_text(WARP)
    (tmp_path / "shaders" / "half.py").write_text(MATTE)
    return tmp_path


def painted(folder: Path, *shaders: dict[str, Any]) -> np.ndarray:
    layer = ink.Layer(name="pines", use="pine", shaders=shaders)
    film = ink.Film(scenes=(ink.Scene(name="one", frames="1-1", layer=(layer,)),), folder=folder, trust=True)
    told = film.plan(0)
    return engine.paint(film.studio((192, 108)), told.scenes[0], told.scenes[0].layers)


def test_a_film_brings_its_own_warp(own_shaders: Path) -> None:
    still = painted(own_shaders)
    moved = painted(own_shaders, {"use": "shove", "by": 50.0})  # 5 px at this size
    np.testing.assert_allclose(moved[:, :180], still[:, 5:185], atol=1e-3)
    assert still.any()


def test_a_warp_brings_in_what_lies_beyond_the_frame(own_shaders: Path) -> None:
    cover = {"use": "mist", "with_": {"y": 540.0, "half": 900.0, "stray": 0.0}}
    film = ink.Film(
        scenes=(
            ink.Scene(
                name="one",
                frames="1-1",
                layer=(ink.Layer(name="mist", shaders=({"use": "shove", "by": 90.0},), **cover),),
            ),
        ),
        folder=own_shaders,
        trust=True,
    )
    told = film.plan(0)
    baked = film.studio((192, 108)).layer(told.scenes[0], told.scenes[0].layers[0])
    assert baked.region.x + baked.region.w / baked.region.scale >= 1920  # what is empty is not kept


def test_a_film_brings_its_own_matte(own_shaders: Path) -> None:
    held = painted(own_shaders, {"use": "half", "keep": 0.5})
    np.testing.assert_allclose(held, painted(own_shaders) * 0.5, atol=2e-3)  # rounded to half floats


def test_a_films_own_shaders_do_not_run_untrusted(own_shaders: Path) -> None:
    layer = ink.Layer(name="pines", use="pine", shaders=({"use": "half"},))
    film = ink.Film(scenes=(ink.Scene(name="one", frames="1-1", layer=(layer,)),), folder=own_shaders)
    with pytest.raises(ink.ShaderError, match="half"):
        film.plan(0)


def test_a_transition_does_not_work_on_a_layer(tmp_path: Path) -> None:
    with pytest.raises(ink.SceneError, match="transition"):
        painted(tmp_path, {"use": "dissolve"})


def test_a_cube_grades_in_the_tiles_as_on_plain_arrays(tmp_path: Path) -> None:
    from inkrender.io.lut import read_cube

    n, rng = 5, np.random.default_rng(4)
    rows = [
        f"{v[0]:.6f} {v[1]:.6f} {v[2]:.6f}"
        for v in np.clip(np.stack(np.meshgrid(*[np.linspace(0, 1, n)] * 3, indexing="ij"), -1)[..., ::-1]
                         + rng.uniform(-0.1, 0.1, (n, n, n, 3)), 0, 1).reshape(-1, 3)
    ]  # fmt: skip
    path = tmp_path / "warm.cube"
    path.write_text(f"LUT_3D_SIZE {n}\n" + "\n".join(rows) + "\n")
    pixels = rng.uniform(0, 1, (6, 8, 4)).astype(np.float32)
    pixels[..., 3] = 1
    graded = ink.grade(ink.Frame(pixels), lut=path)
    wanted = read_cube(path).apply(np.asarray(colour.encode(pixels[..., :3], "srgb"), np.float32))
    np.testing.assert_allclose(
        graded.pixels[..., :3], colour.decode(wanted, "srgb"), atol=2e-5
    )  # polynomial transfer curves


SPOT = '''"""Spot: a square of ink, and a note each time it is painted."""

from pathlib import Path
from typing import Annotated, NamedTuple

from inkrender.shader import Between, source


class Spot(NamedTuple):
    density: Annotated[float, Between(0, 2)] = 1.0


@source()
def shade(dst, region, at, p, inputs):
    with Path(__file__).with_suffix(".painted").open("a") as told:
        told.write("x")
    x, y = region.grid()
    dst[(abs(x - 600) < 200) & (abs(y - 500) < 200)] = p.density
'''


def test_a_static_layer_is_baked_once_until_its_content_changes(tmp_path, monkeypatch) -> None:
    (tmp_path / "shaders").mkdir()
    (tmp_path / "shaders" / "spot.py").write_text(SPOT)
    painted = tmp_path / "shaders" / "spot.painted"

    def a_later_run(density: float) -> int:
        monkeypatch.setattr(bake, "_memory", cache.Memory(limit=1 << 30))  # only what is on the disk is left
        one = ink.Layer(name="spot", use="spot", **{"with": {"density": density}})
        film = film_of(one).model_copy(update={"folder": tmp_path, "trust": True})
        for n in range(3):
            film.pixels(n, SIZE)
        return len(painted.read_text())

    assert [a_later_run(1.0), a_later_run(1.0), a_later_run(0.5)] == [1, 1, 2]


@pytest.mark.parametrize("file", ["plate.####.png", "plate.0001.png"])
def test_a_sixteen_bit_plate_stays_sixteen_bit(tmp_path, file) -> None:
    w, h = SIZE
    codes = np.full((h, w, 4), 65535, np.uint16)
    codes[..., :3] = np.random.default_rng(5).integers(0, 65536, (h, w, 3))
    stills.write(tmp_path / "plate.0001.png", codes)
    layer = ink.Layer(name="plate", file=str(tmp_path / file), fit="cover")
    scene = ink.Scene(name="one", frames="1-1", layer=[layer], medium="light")
    found, _ = ink.Film(size=SIZE, scenes=[scene]).pixels(0, bits=16)
    off = np.abs(found[..., :3].astype(int) - codes[..., :3])
    assert off.max() <= 14  # halves: 2^-11 of linear light, / 2.4 by sRGB; 8 bits are off by 128


def test_paper_put_together_from_pieces_is_the_paper() -> None:
    studio = film_of().studio(SIZE)
    for region in (Region(-300.0, 150.0, 300, 70, 1.0), Region(37.0, -1.5, 9, 5, 2.0)):
        whole = studio._grain(region)[..., 3]
        np.testing.assert_allclose(
            studio.height(region), whole, atol=1e-3
        )  # float32 places, from two corners


def test_a_rig_that_nothing_moves_is_one_drawing(tmp_path: Path) -> None:
    head = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 40 40">'
    for name, data in (("still", ""), ("alive", ' data-breathe="0.01,3"')):
        box = f'<g id="box"{data}><path d="M4,4L30,4L30,30Z" fill="#204060"/></g>'
        (tmp_path / f"{name}.svg").write_text(f"{head}{box}</svg>")
        film = film_of(ink.Layer(name="rig", rig=str(tmp_path / f"{name}.svg"), wind=1.0))
        studio = film.studio(SIZE)
        keys = {studio.key(one, one.layers[0]) for one in (film.plan(n).scenes[0] for n in (0, 3))}
        assert len(keys) == (1 if name == "still" else 2)


@pytest.mark.parametrize("kind", ["use", "still", "sequence", "rig", "text"])
def test_a_layer_of_every_kind_leaves_ink(tmp_path: Path, kind: str) -> None:
    (tmp_path / "dot.svg").write_text(
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 400 400">'
        '<g id="dot"><circle cx="200" cy="200" r="150" fill="#204060"/></g></svg>'
    )
    still = plate(tmp_path, "dot.0001.png")
    told = {
        "use": {"use": "birds"},
        "still": {"file": still, "fit": "cover"},
        "sequence": {"file": str(tmp_path / "dot.####.png"), "fit": "cover", "missing": "hold"},
        "rig": {"rig": str(tmp_path / "dot.svg"), "position": (960, 540)},
        "text": {"text": "山中之梦 dreams", "position": (300, 500)},
    }[kind]
    _, stats = film_of(ink.Layer(name="one", **told)).pixels(2, SIZE)
    assert 0 < stats["blank"] < 1
