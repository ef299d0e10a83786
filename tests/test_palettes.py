"""Palettes: from text or a picture, and a match that leaves greys, skin and lightness alone."""

import numpy as np
import pytest

import inkrender as ink
from inkrender import colour, palettes, scene, tone_measures
from inkrender.check import check_film
from inkrender.io import stills

NIGHT = ["#0b2a5b", "#f2c14e", "#d1495b"]
SEA = ["oklch(.62 .13 160)", "gamboge"]
# ColorChecker Classic, sRGB codes: dark skin, light skin
SKIN = np.array([[115, 82, 68], [194, 150, 130]])


def frame_of(encoded):
    """Display-encoded colours 0..1 (n, 3) as a frame of light, 4 px high."""
    light = np.ones((4, len(encoded), 4), np.float32)
    light[..., :3] = colour.decode(np.asarray(encoded, np.float32))
    return ink.Frame(light, "light", {}, {})


def matched(encoded, **palette):
    return ink.grade(frame_of(encoded), palette=palette).pixels[0, :, :3]


def many(n=4000):
    return np.random.default_rng(3).random((n, 3), np.float32)


def meadow():
    """A picture of greens, blues and browns, display-encoded."""
    rng = np.random.default_rng(5)
    lch = np.stack(
        [
            rng.uniform(0.35, 0.8, (60, 80)),
            rng.uniform(0.05, 0.13, (60, 80)),
            rng.choice([128.0, 245.0, 60.0], (60, 80)) + rng.normal(0, 12, (60, 80)),
        ],
        axis=-1,
    )
    return np.clip(colour.encode(np.clip(colour.from_oklch(lch), 0, 1)), 0, 1).astype(np.float32)


def test_none_of_a_palette_leaves_every_bit():
    frame = frame_of(many())
    assert ink.grade(frame, palette={"colours": NIGHT, "amount": 0.0}) is frame


@pytest.mark.parametrize("colours", [NIGHT, SEA, ["#d1495b"]])
def test_greys_stay_grey(colours):
    greys = np.repeat(np.linspace(0, 1, 256, dtype=np.float32)[:, None], 3, axis=1)
    chroma = colour.oklch(matched(greys, colours=colours, amount=1.0))[:, 1]
    assert chroma.max() < 1e-3


@pytest.mark.parametrize("colours", [NIGHT, SEA, ["#2a9d8f"]])
def test_skin_stays_skin(colours):
    seen = SKIN / 255
    before, after = (
        colour.oklab(colour.decode(seen)),
        colour.oklab(matched(seen, colours=colours, amount=1.0)),
    )
    # OKLab: .02 is about as much as the eye can tell
    assert np.linalg.norm(after - before, axis=1).max() < 0.002


def test_skin_goes_along_where_it_is_not_kept():
    seen = SKIN / 255
    after = colour.oklch(matched(seen, colours=["#2a9d8f"], amount=1.0, keep_skin=False))
    before = colour.oklch(colour.decode(seen))
    assert np.abs((after[:, 2] - before[:, 2] + 180) % 360 - 180).min() > 20


@pytest.mark.parametrize("colours", [NIGHT, SEA])
def test_lightness_stays_where_the_gamut_lets_it(colours):
    before, after = colour.oklab(colour.decode(many())), colour.oklab(matched(many(), colours=colours))
    # at the soft edges of what is kept two colours of one lightness are mixed as codes
    assert np.abs(after[:, 0] - before[:, 0]).max() < 0.012


@pytest.mark.parametrize(("colours", "nearer"), [(NIGHT, 2.0), (SEA, 1.5)])
def test_hues_come_nearer_to_the_palette(colours, nearer):
    seen = meadow()
    after = np.asarray(colour.encode(matched(seen.reshape(-1, 3), colours=colours)), np.float32)
    told = palettes.of_texts(colours)
    was = palettes.distance(tone_measures.lch(seen), told)
    now = palettes.distance(tone_measures.lch(after[None]), told)
    assert was / now > nearer


def test_a_sixteen_bit_ramp_stays_smooth():
    n = 4096
    lch = np.stack([np.full(n, 0.6), np.linspace(0, 0.15, n), np.linspace(20, 300, n)], axis=-1)
    ramp = np.clip(colour.encode(np.clip(colour.from_oklch(lch), 0, 1)), 0, 1)
    steps = [np.linalg.norm(np.diff(colour.oklab(v), axis=0), axis=1).max() for v in
             (colour.decode(ramp), matched(ramp, colours=NIGHT, amount=1.0))]  # fmt: skip
    assert steps[1] < 6 * steps[0]


def test_the_map_turns_nowhere_in_a_jump():
    hues = np.linspace(0, 360, 3601)
    for amount in (0.3, 0.7, 1.0):
        z = palettes.multiplier(palettes.of_texts(NIGHT), hues, amount)
        assert abs(z[-1] - z[0]) < 1e-9
        assert np.abs(np.diff(z)).max() < 0.02  # for a tenth of a degree


def test_a_picture_gives_the_colours_it_is_made_of():
    found = np.array([hue for _, _, hue, _ in palettes.of_picture(meadow(), 6)])
    assert max(np.abs(found - hue).min() for hue in (60, 128, 245)) < 15


def test_the_same_picture_gives_the_same_palette():
    assert palettes.of_picture(meadow(), 5) == palettes.of_picture(meadow(), 5)


def test_a_palette_out_of_a_file_is_used(tmp_path):
    stills.write(tmp_path / "ref.png", np.rint(meadow() * 255).astype(np.uint8))
    by_file = matched(many(), file=str(tmp_path / "ref.png"), count=3)
    assert np.abs(by_file - matched(many(), colours=NIGHT)).max() > 0.05


def test_the_amount_may_be_keyed():
    grade = ink.Grade(palette={"colours": NIGHT, "amount": [[1, 0.0], [11, 1.0]]})
    frame = frame_of(many())
    assert ink.grade(frame, grade, at=1) is frame
    half, told = ink.grade(frame, grade, at=6), ink.grade(frame, palette={"colours": NIGHT, "amount": 0.5})
    assert np.array_equal(half.pixels, told.pixels)


def test_a_palette_is_written_as_a_table(tmp_path):
    ink.write_grade(ink.Grade(palette={"colours": NIGHT}), tmp_path / "x.cube", size=33, medium="light")
    seen = 0.1 + 0.8 * many(800)
    by_table = ink.grade(frame_of(seen), lut=tmp_path / "x.cube").pixels[0, :, :3]
    away = colour.oklab(by_table) - colour.oklab(matched(seen, colours=NIGHT))
    # 33 points: where greys begin to move, a table cuts the corner
    assert np.abs(away).max() < 0.025


@pytest.mark.parametrize(
    ("palette", "said"),
    [
        ({}, "neither colours nor a file"),
        ({"colours": NIGHT, "file": "a.png"}, "both colours and a file"),
        ({"colours": ["#12345"]}, "is not known"),
        ({"colours": ["oklch(2 0 0)"]}, "oklch takes lightness"),
        ({"file": "a.png", "count": 40}, "count"),
        ({"colours": NIGHT, "amount": 2}, "amount"),
    ],
)
def test_what_is_no_palette_is_refused(palette, said):
    with pytest.raises(ink.SceneError, match="(?s)" + said.replace("(", r"\(")):
        ink.Grade(palette=palette)


def test_a_palette_of_greys_is_refused():
    with pytest.raises(ink.SceneError, match="only greys"):
        ink.grade(frame_of(many(8)), palette={"colours": ["#808080", "#eeeeee"]})


def test_check_finds_a_palette_that_is_not_there():
    layer = scene.Layer(name="sky", use="sky_wash")
    one = scene.Scene(name="a", frames="1-2", layer=(layer,), grade=ink.Grade(palette={"file": "gone.png"}))
    told = [str(p) for p in check_film(scene.Film(size=(128, 72), scenes=(one,)))]
    assert any("gone.png" in text for text in told)
