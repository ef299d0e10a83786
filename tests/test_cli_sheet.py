"""`inkrender sheet` on small pictures and films, through the real command line."""

import json
from types import SimpleNamespace

import numpy as np
import pytest

from inkrender import cli, cli_sheet, colour, sheets, viewing
from inkrender.io import stills

FILM = """schema = 1
[film]
size = [64, 36]
scenes = ["01_grey.toml", "02_bare.toml"]
"""
SCENE = """schema = 1
[scene]
frames = "1001-1002"
[[layer]]
name = "half"
file = "half.png"
fit = "cover"
"""


@pytest.fixture(autouse=True)
def _own_cache(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("INKRENDER_CACHE", str(tmp_path / "cache"))


@pytest.fixture
def ink(capfd):
    """Run the command in this process: exit code, stdout, stderr."""

    def run(*args):
        with pytest.raises(SystemExit) as end:
            cli.main(["sheet", *[str(a) for a in args]])
        out, err = capfd.readouterr()
        return SimpleNamespace(code=end.value.code or 0, out=out, err=err)

    return run


@pytest.fixture
def footage(tmp_path):
    """Frames 7-10, each of its own grey."""
    for n in range(7, 11):
        stills.write(tmp_path / f"grey.{n:04d}.png", np.full((36, 64, 3), 10 * n, np.uint8))
    return tmp_path / "grey.####.png"


@pytest.fixture
def film(tmp_path):
    """Two scenes of two frames: ink on the right half, paper on the left."""
    half = np.zeros((36, 64, 4), np.uint8)
    half[:, 32:] = (60, 60, 60, 255)
    stills.write(tmp_path / "half.png", half)
    (tmp_path / "film.toml").write_text(FILM)
    for name in ("01_grey", "02_bare"):
        (tmp_path / f"{name}.toml").write_text(SCENE)
    return tmp_path / "film.toml"


def codes(path="sheet.png"):
    return stills.raw(path).pixels[..., :3]


def greys(path="sheet.png"):
    """Which of the footage's greys are on a sheet."""
    found = codes(path).reshape(-1, 3)
    return [n for n in range(7, 11) if (found == 10 * n).all(axis=1).sum() > 500]


# what is on it --------------------------------------------------------------------------------------------


def test_a_sequence_becomes_a_contact_sheet_of_all_its_frames(ink, footage):
    done = ink(footage)
    assert (done.code, done.out, done.err) == (0, "sheet.png\n", "")
    assert greys() == [7, 8, 9, 10]
    assert codes().shape[1] == 1920


def test_only_the_frames_named_are_on_it(ink, footage):
    assert ink(footage, "-F", "8,10", "-o", "two.png", "--width", 600).code == 0
    assert greys("two.png") == [8, 10]


def test_columns_say_how_many_stand_in_a_row(ink, footage):
    ink(footage, "--columns", 1, "--width", 300, "-o", "tall.png")
    ink(footage, "--columns", 4, "--width", 300, "-o", "wide.png")
    assert codes("tall.png").shape[0] > 600 > 100 > codes("wide.png").shape[0]


@pytest.mark.parametrize(
    ("size", "count", "columns"), [((64, 36), 24, 6), ((64, 36), 8, 4), ((64, 36), 6, 3), ((9, 32), 6, 6)]
)
def test_a_contact_sheet_fills_its_rows(size, count, columns):
    one = sheets.Shown("1", np.zeros((size[1], size[0], 3), np.uint8))
    assert cli_sheet._columns([one] * count) == columns


@pytest.mark.parametrize("count", range(1, 25))
def test_there_is_always_a_column(count):
    one = sheets.Shown("1", np.zeros((2, 900, 3), np.uint8))
    assert 1 <= cli_sheet._columns([one] * count) <= count


def test_a_single_frame_has_its_scopes_beside_it(ink, footage):
    ink("grey.0007.png", "--width", 480, "-o", "with.png")
    ink("grey.0007.png", "--width", 480, "--scopes", "none", "-o", "without.png")
    assert not np.array_equal(codes("with.png").shape, codes("without.png").shape)


def test_scopes_can_be_chosen_for_every_frame(ink, footage):
    assert ink(footage, "--scopes", "waveform,hint", "--width", 480).code == 0
    assert greys() == [7, 8, 9, 10]


def test_a_tiff_of_sixteen_bits_and_an_exr_have_sheets(ink, tmp_path):
    deep = np.full((36, 64, 3), 30000, np.uint16)
    stills.write(tmp_path / "deep.tif", deep)
    stills.write(tmp_path / "light.exr", deep.astype(np.float32) / 65535)
    assert [ink(name, "--width", 300).code for name in ("deep.tif", "light.exr")] == [0, 0]


def test_light_is_shown_encoded(tmp_path):
    stills.write(tmp_path / "grey.exr", np.full((4, 4, 3), 0.18, np.float32), bits=32)
    seen = viewing.encoded(tmp_path / "grey.exr")
    assert seen.dtype == np.uint16
    assert seen[0, 0, 0] == pytest.approx(65535 * colour.encode(0.18), abs=1)


def test_codes_of_a_picture_are_shown_as_they_are(tmp_path):
    picture = np.random.default_rng(2).integers(0, 256, (36, 64, 3), np.uint8)
    stills.write(tmp_path / "any.png", picture)
    assert np.array_equal(viewing.encoded(tmp_path / "any.png"), picture)


def test_many_frames_are_thinned_out_evenly():
    assert viewing.spread(range(101), 5) == [0, 25, 50, 75, 100]
    assert viewing.spread([4, 9], 24) == [4, 9]


# films ----------------------------------------------------------------------------------------------------


def test_a_film_has_a_sheet_of_its_frames(ink, film):
    done = ink(film, "--width", 400)
    assert (done.code, done.out) == (0, "sheet.png\n")


def test_the_blank_map_of_a_film_is_its_bare_paper(film):
    from inkrender.film import load

    seen = viewing.Painted(load(film)).shown(1, 36)
    assert (seen.name, seen.note) == ("01_grey:1002", "frame 1")
    assert seen.blank[:, :31].all()
    assert not seen.blank[:, 33:].any()
    assert sheets.scope(seen, "blank").title == "blank"


def test_the_blank_map_of_a_transition_is_that_of_the_canvas_on_which_two_scenes_meet(film):
    from inkrender.film import load

    film.write_text(FILM + '[[transition]]\ninto = "02_bare"\nframes = 2\n')
    told = load(film)
    seen = viewing.Painted(told).shown(1, 36)
    _, stats = told.pixels(1, told.size, 8)
    assert seen.blank.mean() == pytest.approx(stats["blank"], abs=1e-6)
    assert (sheets.scope(seen, "blank").title, seen.blank_note) == ("blank", "in a transition")


def test_rendered_frames_are_told_with_what_their_manifest_says(ink, film, tmp_path):
    with pytest.raises(SystemExit):
        cli.main(["render", str(film), "-F", "0", "-o", str(tmp_path / "f.####.png")])
    row = json.loads(next((tmp_path / ".manifest").iterdir()).read_text())
    path = next(tmp_path.glob("f.*.png"))
    told = viewing.Footage(path).shown(0, 36).blank_note
    assert told == f"blank {100 * row['stats']['blank']:.1f} % by its manifest"


def test_a_vectorscope_may_be_drawn_larger(ink, footage):
    for zoom in (1, 5):
        name = f"{zoom}.png"
        done = ink(footage, "-F", 8, "--scopes", "vectorscope", "--zoom", zoom, "-o", name, "--width", 600)
        assert done.code == 0
    assert (stills.raw("1.png").pixels != stills.raw("5.png").pixels).any()


# before and after -----------------------------------------------------------------------------------------


def test_frames_stand_beside_those_of_the_same_number(ink, footage, tmp_path):
    for n in range(1, 12):
        stills.write(tmp_path / f"white.{n:04d}.png", np.full((36, 64, 3), 20 * n, np.uint8))
    assert ink("white.####.png", "-F", "7,8", "--before", footage, "--width", 480).code == 0
    assert greys() == [7, 8]


def test_a_still_stands_before_every_frame(ink, footage):
    assert ink(footage, "-F", "8,9", "--before", "grey.0007.png", "--width", 480).code == 0
    assert greys() == [7, 8, 9]


def test_the_line_of_a_wipe_stands_where_it_was_asked_for(ink, footage):
    told = ("-F", 8, "--before", "grey.0007.png", "--width", 480)
    shares = []
    for at in (0.25, 0.75):
        assert ink(footage, *told, "--wipe", at).code == 0
        found = codes()
        before, after = ((found == 10 * n).all(axis=-1).sum() for n in (7, 8))
        shares.append(before / (before + after))  # of two whole pictures and a wiped one
    assert shares == pytest.approx([1.25 / 3, 1.75 / 3], abs=0.02)


# bad input ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("args", "code", "says"),
    [
        (["grey.####.png", "-F", "99"], 2, "outside grey.####.png, 7-10"),
        (["grey.####.png", "-F", "7-"], 2, "is not a frame or a range"),
        (["grey.####.png", "--scopes", "wavefrm"], 2, 'did you mean "waveform"'),
        (["grey.####.png", "--scopes", ","], 2, "--scopes is empty"),
        (["grey.####.png", "--columns", "0"], 2, "--columns"),
        (
            ["grey.####.png", "--columns", "2", "--scopes", "all"],
            2,
            "with --scopes each frame has its own row",
        ),
        (["grey.####.png", "--width", "9"], 2, "--width"),
        (["grey.####.png", "--zoom", "3"], 2, "drawn at 1, 2, 5 times"),
        (["grey.####.png", "--wipe", "0.5"], 2, "name the other with --before"),
        (["grey.####.png", "--before", "grey.0007.png", "--wipe", "1.5"], 2, "--wipe"),
        (["grey.####.png", "-o", "sheet.webp"], 2, "sheet.webp"),
        (["grey.####.png", "-o", "sheet"], 2, "a sheet is written as"),
        (["grey.0007.png", "-o", "grey.0007.png"], 2, "is the input"),
        (["grey.####.png", "-F", "8", "--before", "film.toml"], 2, "has no frame 8"),
        (["gray.####.png"], 3, "gray.####.png"),
        (["nothing.mp4"], 3, "nothing.mp4"),
        (["nothing.png"], 3, "nothing.png"),
        (["other.toml"], 3, "other.toml"),
        (["notes.txt"], 3, "notes.txt"),
        (["score.wav"], 3, "is no picture (audio)"),
        (["film.toml", "-F", "02_nowhere"], 2, "02_nowhere"),
        ([], 2, "FRAMES|FILM.toml"),
    ],
)
def test_a_slip_of_the_hand_is_one_message(ink, footage, film, tmp_path, args, code, says):
    done = ink(*args)
    assert done.code == code
    assert says in done.err
    assert "Traceback" not in done.err
    assert not (tmp_path / "sheet.png").exists()


def test_a_gap_is_three_and_listed(ink, footage, tmp_path):
    (tmp_path / "grey.0009.png").unlink()
    done = ink(footage, "-F", "7-10")
    assert (done.code, "lacks 9 of 7-10" in done.err) == (3, True)
    assert ink(footage).code == 0


def test_too_many_frames_are_refused(ink, film, monkeypatch):
    monkeypatch.setattr("inkrender.cli_sheet.MOST", 3)
    done = ink(film, "-F", "0-3")
    assert (done.code, "a sheet holds 3" in done.err) == (2, True)
