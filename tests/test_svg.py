"""Rigs: a pose is pure, parts move as they say, bare paper stays bare, bad files are refused."""

from __future__ import annotations

import math
import re
import threading
import xml.etree.ElementTree as ET
from pathlib import Path

import numpy as np
import pytest

from inkrender import cache, colour
from inkrender.errors import PlateError, SceneError
from inkrender.io import ribbon, svg, vector
from inkrender.io.svg import Rig, rig

RIGS = Path(__file__).parent.parent / "scenes" / "dreams_in_the_mountains" / "rigs"
HEAD = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="-20 -20 40 40" data-origin="0,0">'
SQUARE = '<path d="M4,4L10,4L10,10L4,10Z" fill="#204060"/>'


@pytest.fixture
def drawn(tmp_path):
    """Write an SVG with this inside and read it as a rig."""

    def make(content: str, head: str = HEAD, name: str = "test.svg") -> Rig:
        path = tmp_path / name
        path.write_text(f"{head}{content}</svg>", encoding="utf-8")
        return Rig(path)

    return make


def group(text: str, part: str) -> ET.Element:
    return next(g for g in ET.fromstring(text).iter() if g.get("id") == part)


def matrix(transform: str | None) -> np.ndarray:
    """The (3, 3) of a transform list of translate, rotate and scale."""
    m = np.eye(3)
    for name, args in re.findall(r"(\w+)\(([^)]*)\)", transform or ""):
        v = [float(a) for a in args.replace(",", " ").split()]
        one = np.eye(3)
        if name == "translate":
            one[:2, 2] = v
        elif name == "scale":
            one[0, 0], one[1, 1] = v[0], v[-1]
        else:
            a = math.radians(v[0])
            one[:2, :2] = [[math.cos(a), -math.sin(a)], [math.sin(a), math.cos(a)]]
            p = np.array(v[1:] or [0.0, 0.0])
            one[:2, 2] = p - one[:2, :2] @ p
        m = m @ one
    return m


def centre(raster: vector.Raster) -> np.ndarray:
    """Of what is painted, px from the origin."""
    a = raster.pixels[..., 3].astype(np.float64)
    y, x = np.mgrid[: a.shape[0], : a.shape[1]] + 0.5
    return np.array([(x * a).sum() / a.sum() - raster.origin[0], (y * a).sum() / a.sum() - raster.origin[1]])


# poses ----------------------------------------------------------------------------------------------------


def test_the_same_pose_gives_the_same_pixels(monkeypatch):
    one, two = (Rig(RIGS / "penguin.svg") for _ in range(2))
    values = {"body.rotate": 7.0, "eyelid.y": 5.0}
    monkeypatch.setattr(vector, "_drawings", cache.Memory(limit=1 << 20))
    a = one.raster(values, 1.25, 0.7, 0.5)
    monkeypatch.setattr(vector, "_drawings", cache.Memory(limit=1 << 20))
    b = two.raster(values, 1.25, 0.7, 0.5)
    assert a.origin == b.origin
    assert np.array_equal(a.pixels, b.pixels)


def test_posing_leaves_the_rig_as_it_was():
    one = Rig(RIGS / "penguin.svg")
    rest = one.pose({}, 0.5, 1.0)
    one.pose({"head.rotate": 30, "scarf.tail1.bend": 40}, 2.0, 0.2)
    assert one.pose({}, 0.5, 1.0) == rest


def test_two_threads_get_the_same_picture():
    one, found = Rig(RIGS / "gondola.svg"), []
    work = [threading.Thread(target=lambda: found.append(one.raster({}, 0.1, 1.0, 0.5))) for _ in range(4)]
    for w in work:
        w.start()
    for w in work:
        w.join()
    assert len(found) == 4
    assert all(np.array_equal(f.pixels, found[0].pixels) for f in found)


def test_a_turned_part_keeps_its_pivot_in_place(drawn):
    one = drawn(f'<g id="arm" data-pivot="4,-7">{SQUARE}</g>')
    moved = matrix(group(one.pose({"arm.rotate": 33, "arm.scale": 1.4}), "arm").get("transform"))
    assert np.allclose(moved @ [4, -7, 1], [4, -7, 1], atol=1e-3)  # four decimals are written


def test_rotate_turns_clockwise(drawn):
    one = drawn(f'<g id="arm" data-pivot="0,0">{SQUARE}</g>')
    at = centre(one.raster({"arm.rotate": 90}, scale=4.0))
    assert np.allclose(at, [-28, 28], atol=0.1)


def test_x_and_y_move_by_units_whatever_the_scale(drawn):
    one = drawn(f'<g id="arm">{SQUARE}</g>')
    a, b = one.raster({}, scale=3.0), one.raster({"arm.x": -6, "arm.y": 2}, scale=3.0)
    assert np.allclose(centre(b) - centre(a), [-18, 6], atol=0.05)


def test_opacity_multiplies_what_the_artist_drew(drawn):
    one = drawn(f'<g id="arm" opacity=".5">{SQUARE}</g>')
    assert float(group(one.pose({"arm.opacity": 0.5}), "arm").get("opacity", "1")) == 0.25


def test_without_wind_nothing_swings(drawn):
    one = drawn(f'<g id="flag" data-wind="20,0,1">{SQUARE}</g>')
    assert one.pose({}, 0.3, 0.0) == one.pose({}, 7.7, 0.0)
    assert one.pose({}, 0.3, 1.0) != one.pose({}, 0.7, 1.0)


def test_wind_swings_within_its_degrees():
    swings = [svg.swing(t, 0.6, 0.4) for t in np.linspace(0, 60, 2000)]
    assert max(map(abs, swings)) <= 1
    assert max(swings) - min(swings) > 1.2


def test_blinking_closes_and_opens_again(drawn):
    one = drawn(f'<g id="lid" data-blink="4,.2,6">{SQUARE}</g>')
    shut = matrix(group(one.pose({}, 7.9), "lid").get("transform"))
    assert np.allclose(shut[:2, 2], [0, 6], atol=1e-3)
    assert group(one.pose({}, 9.0), "lid").get("transform") is None


def test_following_parts_take_the_leaders_keys(drawn):
    one = drawn(f'<g id="ring">{SQUARE}</g><g id="cars" data-follow="ring">{SQUARE}</g>')
    text = one.pose({"ring.rotate": 12})
    assert group(text, "cars").get("transform") == group(text, "ring").get("transform") != None  # noqa: E711


# ribbons --------------------------------------------------------------------------------------------------


def band() -> str:
    return (
        '<g id="tail" data-spine="0,0 -5,0 -10,0 -15,0" data-hang="-90" data-wind="40,3,.5">'
        '<path d="M0,-1L-15,-1L-15,1L0,1Z" fill="#804020"/></g>'
    )


def test_a_ribbon_at_rest_is_as_drawn(drawn):
    path = group(drawn(band()).pose({}, 0.0, 1.0).replace("40,3,.5", ""), "tail")[0]
    one = ribbon.Ribbon.of([0, 0, -5, 0, -10, 0, -15, 0], -90, [0, 3, 0.5], "test")
    still = one._tie("M0,-1L-15,-1L-15,1L0,1Z").carried(one.bent(0, 3.0, 1.0), one.step)
    assert path.get("d")
    assert np.allclose(still, [[0, -1], [-15, -1], [-15, 1], [0, 1]], atol=1e-9)


def test_a_ribbon_keeps_its_length_when_it_bends():
    one = ribbon.Ribbon.of([0, 0, -5, 0, -10, 0, -15, 0], -90, [40, 3, 0.5], "test")
    bent = one.bent(60, 1.7, 0.6)
    assert np.isclose(np.hypot(*np.diff(bent, axis=0).T).sum(), 15)


def test_a_ribbon_falls_when_the_wind_drops():
    one = ribbon.Ribbon.of([0, 0, -5, 0, -10, 0, -15, 0], -90, [0, 0, 0], "test")
    tip = one.bent(0, 0.0, 0.0)[-1]
    assert tip[1] > 10  # y points down


def test_relative_paths_bend_as_absolute_ones_do():
    a = ribbon.read_path("M1,2 L4,2 L4,6 C5,6 6,7 6,8 Z", "test")
    b = ribbon.read_path("m1 2h3v4c1,0 2,1 2,2z", "test")
    assert a == b


def test_an_arc_in_a_ribbon_says_what_to_do(drawn):
    one = drawn('<g id="tail" data-spine="0,0 5,0"><path d="M0,0A2,2 0 0 1 4,4Z"/></g>')
    with pytest.raises(PlateError, match="turn arcs into curves"):
        one.pose({})


# paint ----------------------------------------------------------------------------------------------------


def test_blank_shows_bare_paper_exactly(drawn):
    one = drawn(f'<g id="body">{SQUARE}<path class="blank" d="M5,5L9,5L9,9L5,9Z"/></g>')
    raster = one.raster({}, scale=4.0)
    x, y = (round(7 * 4 + o) for o in raster.origin)
    r, a = raster.pixels[y, x, :3], raster.pixels[y, x, 3]
    assert a == 1
    assert np.all(np.maximum(0, -np.log(r / colour.PAPER)) == 0)


def test_a_pigment_shows_its_masstone_on_paper(drawn):
    one = drawn('<path data-pigment="scarlet" data-density="0.8" d="M4,4L10,4L10,10L4,10Z"/>')
    raster = one.raster({}, scale=4.0)
    x, y = (round(7 * 4 + o) for o in raster.origin)
    absorbed = -np.log(raster.pixels[y, x, :3] / colour.PAPER)
    wanted = 0.8 * colour.absorbance("scarlet")
    assert np.allclose(absorbed, wanted, atol=0.06)  # an 8-bit code near black is worth .05


def test_the_drawings_own_colours_are_left_alone(drawn):
    raster = drawn(SQUARE).raster({}, scale=4.0)
    x, y = (round(7 * 4 + o) for o in raster.origin)
    assert np.allclose(raster.pixels[y, x, :3], colour.parse("#204060"), atol=1e-6)


def test_edges_are_premultiplied(drawn):
    pixels = drawn(f'<g transform="rotate(20)">{SQUARE}</g>').raster({}, scale=3.0).pixels
    lit = colour.parse("#204060").astype(np.float32) * pixels[..., 3:]
    assert np.allclose(pixels[..., :3], lit, atol=0.02)


def test_the_origin_does_not_move_with_the_crop(drawn):
    one = drawn(f'<g id="arm">{SQUARE}</g>')
    assert np.allclose(centre(one.raster({}, scale=4.0)), [28, 28], atol=0.05)


# refusals -------------------------------------------------------------------------------------------------


def test_an_unknown_part_is_named_and_the_nearest_offered():
    with pytest.raises(SceneError, match=r'flippr.rotate.*did you mean "flipper.rotate"'):
        Rig(RIGS / "penguin.svg").pose({"flippr.rotate": 3})


def test_an_unknown_move_lists_those_there_are():
    with pytest.raises(SceneError, match="use rotate, x, y, scale"):
        Rig(RIGS / "penguin.svg").check(["head.turn"])


def test_only_ribbons_bend():
    one = Rig(RIGS / "penguin.svg")
    one.check(["scarf.tail1.bend"])
    with pytest.raises(SceneError, match="bend"):
        one.check(["head.bend"])


def test_a_key_that_is_no_number_is_refused():
    with pytest.raises(SceneError, match="nan"):
        Rig(RIGS / "penguin.svg").pose({"head.rotate": math.nan})


def test_external_entities_are_refused(tmp_path):
    path = tmp_path / "evil.svg"
    path.write_text(
        '<?xml version="1.0"?><!DOCTYPE svg [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
        f"{HEAD}<text>&x;</text></svg>"
    )
    with pytest.raises(PlateError, match='entity "x"'):
        Rig(path)


@pytest.mark.parametrize("link", ["file:///etc/passwd", "../plate.png", "http://example.org/a.png"])
def test_a_link_outside_the_file_is_refused(drawn, link):
    with pytest.raises(PlateError, match="points outside itself"):
        drawn(f'<image href="{link}" width="9" height="9"/>')


def test_a_script_is_refused(drawn):
    with pytest.raises(PlateError, match="script"):
        drawn("<script>1</script>")


def test_broken_xml_is_a_plate_error(drawn):
    with pytest.raises(PlateError, match="not readable as XML"):
        drawn("<g>")


def test_another_kind_of_file_is_a_plate_error(tmp_path):
    path = tmp_path / "page.svg"
    path.write_text("<html/>")
    with pytest.raises(PlateError, match="<html>"):
        Rig(path)


def test_a_missing_file_is_a_plate_error(tmp_path):
    with pytest.raises(PlateError, match="cannot be read"):
        rig(tmp_path / "none.svg")


def test_two_parts_of_one_name_are_refused(drawn):
    with pytest.raises(PlateError, match='two groups are called "arm"'):
        drawn('<g id="arm"/><g id="arm"/>')


def test_an_unknown_pigment_is_a_plate_error(drawn):
    with pytest.raises(PlateError, match="scarlet"):
        drawn('<path data-pigment="scarlett" d="M0,0L1,1L0,1Z"/>').pose({})


# the film's rigs ------------------------------------------------------------------------------------------


def test_gondolas_stay_upright_however_the_wheel_turns():
    one = Rig(RIGS / "wheel.svg")
    text = one.pose({"ring.rotate": 77}, 0.0, 0.0)
    ring = matrix(group(text, "cars").get("transform"))
    car = matrix(group(text, "gondola.5").get("transform"))
    assert np.allclose((ring @ car)[:2, :2], np.eye(2), atol=1e-4)


def test_the_wheel_has_sixteen_gondolas():
    assert sum(p.startswith("gondola.") for p in Rig(RIGS / "wheel.svg").parts) == 16


@pytest.mark.parametrize("path", sorted(RIGS.glob("*.svg")), ids=lambda p: p.stem)
def test_every_rig_of_the_film_draws_inside_its_box(path):
    one = Rig(path)
    raster = one.raster({}, 0.4, 1.0, 0.5)
    _, _, w, h = one.viewbox
    assert raster.pixels[..., 3].max() == 1
    assert raster.pixels.shape[0] < h * 0.5 + 4
    assert raster.pixels.shape[1] < w * 0.5 + 4
