"""What a frame takes, in order, before any pixel is touched."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

import inkrender as ink
from inkrender import scene
from inkrender.plan import lowered, moves, plan_frame, view


def film_of(*layers: ink.Layer, **picture: object) -> scene.Film:
    one = ink.Scene(name="one", frames="1001-1010", layer=layers, **picture)
    return scene.Film(title="plan", size=(1920, 1080), scenes=(one,))


def massif(name: str, **told: object) -> ink.Layer:
    return ink.Layer(name=name, use="massif", **told)


def test_layers_run_back_to_front() -> None:
    plan = plan_frame(film_of(massif("far"), massif("mid"), massif("near")), 0)
    assert [layer.layer.name for layer in plan.scenes[0].layers] == ["far", "mid", "near"]


def test_the_lift_takes_all_layers_below_the_first_protected_one() -> None:
    film = film_of(
        massif("far"), massif("hero"), massif("near"), liubai={"target": 0.4, "protect": ["near", "hero"]}
    )
    plan = plan_frame(film, 0)
    assert [x.layer.name for x in plan.scenes[0].lower] == ["far"]
    assert [x.layer.name for x in plan.scenes[0].upper] == ["hero", "near"]


def test_the_lift_reaches_up_to_the_topmost_layer_it_names() -> None:
    film = film_of(massif("a"), massif("b"), massif("c"), liubai={"target": 0.4, "from": ["b", "a"]})
    assert lowered(film.scenes[0]) == 2


def test_without_liubai_nothing_is_lifted() -> None:
    plan = plan_frame(film_of(massif("far")), 0)
    assert plan.scenes[0].liubai is None
    assert not any("liubai" in line for line in plan.lines())


def test_the_plan_is_told_in_the_order_it_runs() -> None:
    film = film_of(
        massif("peaks", shaders=[{"use": "granulate", "amount": 0.4}]),
        massif("hero"),
        liubai={"target": 0.4, "protect": ["hero"]},
        grade={"chroma": 1.1},
    )
    told = [line.strip().split(" ")[0].rstrip(":") for line in plan_frame(film, 3).lines()]
    assert told == ["frame", "scene", "peaks", "liubai", "hero", "grade", "develop", "encode"]


@given(pan=st.floats(-500, 500), zoom=st.floats(0.5, 2))
def test_an_infinitely_far_layer_never_moves(pan: float, zoom: float) -> None:
    film = film_of(massif("sky", parallax=0), camera={"pan": [pan, 0], "zoom": zoom})
    seen = view(film, film.scenes[0], film.scenes[0].layer[0], 1001)
    assert (seen.x, seen.y, seen.zoom) == (0, 0, 1)


@given(pan=st.floats(-500, 500), zoom=st.floats(0.5, 2))
def test_the_middle_of_the_frame_stays_in_the_middle_while_the_camera_zooms(pan: float, zoom: float) -> None:
    film = film_of(massif("near"), camera={"pan": [pan, 0], "zoom": zoom})
    seen = view(film, film.scenes[0], film.scenes[0].layer[0], 1001)
    middle = seen.x + 960 / seen.zoom
    assert middle == pytest.approx(960 + pan, abs=1e-6)


def test_a_layer_is_baked_for_all_that_its_scene_ever_sees() -> None:
    film = film_of(massif("near"), camera={"pan": [[1001, [0, 0]], [1010, [90, 0]]]})
    layer = plan_frame(film, 0).scenes[0].layers[0]
    assert layer.extent == pytest.approx((0, 0, 1920 + 90, 1080))


def test_keyed_parameters_are_read_at_the_frame() -> None:
    film = film_of(ink.Layer(name="peaks", use="massif", **{"with": {"wash": [[1001, 0.0], [1009, 0.8]]}}))
    source = plan_frame(film, 4).scenes[0].layers[0].source
    assert source is not None
    assert source.params.wash == pytest.approx(0.4)


def test_a_layer_with_keyed_parameters_is_not_baked_once() -> None:
    keyed = ink.Layer(name="peaks", use="massif", **{"with": {"wash": [[1001, 0.0], [1009, 0.8]]}})
    plan = plan_frame(film_of(keyed, massif("still")), 4)
    assert [layer.static for layer in plan.scenes[0].layers] == [False, True]


def test_anchors_are_places_for_shaders_that_take_places() -> None:
    a = ink.Scene(name="a", frames="1-8", layer=(massif("m"),))
    b = ink.Scene(name="b", frames="1-8", layer=(massif("m"),), anchors={"hub": (120, 40)})
    cut = {"into": "b", "use": "ink_bleed", "frames": 4, "with": {"seeds": ["hub"]}}
    film = scene.Film(title="t", scenes=(a, b), transition=(cut,))
    told = plan_frame(film, 8)
    assert told.transition is not None
    assert tuple(told.transition.params.seeds[0]) == (120, 40)


@pytest.mark.parametrize(
    ("file", "answer"),
    [("a.####.exr", True), ("a.%04d.png", True), ("a.mp4", True), ("a.png", False), ("b1001.exr", False)],
)
def test_a_sequence_is_known_by_its_name(file: str, answer: bool) -> None:
    assert moves(file) is answer


def test_one_layer_can_be_planned_alone() -> None:
    plan = plan_frame(film_of(massif("far"), massif("near")), 0, seen="near")
    assert [layer.layer.name for layer in plan.scenes[0].layers] == ["near"]


def test_a_layer_that_is_not_there_is_answered_with_the_nearest_name() -> None:
    with pytest.raises(ink.SceneError, match='did you mean "near"'):
        plan_frame(film_of(massif("far"), massif("near")), 0, seen="neer")


def test_a_scene_says_what_one_of_its_frames_takes() -> None:
    one = ink.Scene(name="one", frames="1001-1010", layer=(massif("peaks"),))
    told = one.plan(1004).lines()
    assert told[1] == "scene one, frame 1004 (ink)"
    assert told[2].strip().startswith("peaks: massif(")
