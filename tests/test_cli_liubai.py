"""`inkrender liubai` on small films and footage, through the real command line."""

import json
from types import SimpleNamespace

import numpy as np
import pytest

from inkrender import cli, liubai_report, metrics
from inkrender.io import stills

FILM = """schema = 1
[film]
size = [96, 54]
scenes = ["01_peaks.toml"]
"""
SCENE = """schema = 1
[scene]
frames = "1001-1003"
[[layer]]
name = "peaks"
use = "massif"
[[layer]]
name = "moon"
file = "moon.png"
fit = "cover"
[liubai]
target = 0.5
protect = ["moon"]
"""
ROW = {
    "frame", "name", "target", "blank", "error", "reachable", "threshold", "components", "largest", "border",
    "protect_violation", "balance", "warp_error", "mask_warp_error", "source_warp_error", "contrast",
    "source_contrast",
}  # fmt: skip


@pytest.fixture(autouse=True)
def _own_cache(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("INKRENDER_CACHE", str(tmp_path / "cache"))


@pytest.fixture
def ink(capfd):
    """Run the command in this process: exit code, stdout, stderr."""

    def run(*args):
        with pytest.raises(SystemExit) as end:
            cli.main(["liubai", *[str(a) for a in args]])
        out, err = capfd.readouterr()
        return SimpleNamespace(code=end.value.code or 0, out=out, err=err)

    return run


@pytest.fixture
def footage(tmp_path):
    """Four frames of dark hills under a pale sky that move 1 px to the left a frame."""
    x, y = np.arange(96), np.arange(54)[:, None]
    grain = np.random.default_rng(5).integers(0, 24, (54, 104))
    for n in range(7, 11):
        moved = x + n - 7
        hill = y > 24 + 8 * np.sin(moved / 11) + 4 * np.sin(moved / 5)
        tone = np.where(hill, 40, 200) + grain[:, n - 7 : n - 7 + 96]
        stills.write(tmp_path / f"hills.{n:04d}.png", np.repeat(tone[..., None], 3, 2).astype(np.uint8))
    return tmp_path / "hills.####.png"


@pytest.fixture
def film(tmp_path):
    """Three frames of mountains, and a grey disc that stays whole."""
    y, x = np.mgrid[:54, :96]
    disc = np.zeros((54, 96, 4), np.uint8)
    disc[(x - 60) ** 2 + (y - 20) ** 2 < 64] = (90, 90, 90, 255)
    stills.write(tmp_path / "moon.png", disc)
    (tmp_path / "film.toml").write_text(FILM)
    (tmp_path / "01_peaks.toml").write_text(SCENE)
    return tmp_path / "film.toml"


def document(done):
    assert done.code == 0, done.err
    return json.loads(done.out)


# what it tells --------------------------------------------------------------------------------------------


def test_every_frame_of_footage_is_told_by_its_own_number(ink, footage):
    told = document(ink(footage, "--json"))
    assert [row["name"] for row in told["frames"]] == ["7", "8", "9", "10"]


def test_frames_of_a_film_are_told_with_their_scene(ink, film):
    told = document(ink(film, "--json"))
    assert [row["name"] for row in told["frames"]] == [f"01_peaks:{n}" for n in (1001, 1002, 1003)]


def test_a_row_has_everything_that_is_measured(ink, footage):
    assert set(document(ink(footage, "-F", "8", "--json"))["frames"][0]) == ROW


def test_footage_has_the_literati_look_unless_another_is_named(ink, footage):
    assert document(ink(footage, "-F", "8", "--json"))["look"] == "literati"
    assert document(ink(footage, "-F", "8", "--look", "dawn", "--json"))["look"] == "dawn"


def test_the_target_is_the_looks_own_unless_another_is_wanted(ink, footage):
    told = document(ink(footage, "-F", "8", "--target", "0.7", "--json"))
    assert told["frames"][0]["target"] == 0.7


def test_blank_is_what_the_manifest_of_a_render_says(ink, film, tmp_path):
    told = document(ink(film, "--json"))
    with pytest.raises(SystemExit):
        cli.main(["render", str(film), "-o", str(tmp_path / "f.####.png")])
    rows = sorted((tmp_path / ".manifest").iterdir())
    rendered = [json.loads(row.read_text())["stats"]["blank"] for row in rows]
    assert [row["blank"] for row in told["frames"]] == pytest.approx(rendered, abs=1e-5)


def test_error_is_blank_less_target(ink, footage):
    for row in document(ink(footage, "--json"))["frames"]:
        assert row["error"] == pytest.approx(row["blank"] - row["target"], abs=2e-5)


def test_the_first_frame_of_a_shot_has_nothing_to_be_compared_with(ink, footage):
    rows = document(ink(footage, "--json"))["frames"]
    assert [row["warp_error"] is None for row in rows] == [True, False, False, False]


def test_a_frame_alone_is_compared_with_the_one_before_it(ink, footage):
    whole = document(ink(footage, "--json"))["frames"][2]
    assert document(ink(footage, "-F", "9", "--json"))["frames"] == [whole]


def test_a_film_that_stands_still_has_no_warp_error(ink, film):
    told = document(ink(film, "--json"))["summary"]
    assert (told["warp_error"], told["mask_warp_error"], told["source_warp_error"]) == (0, 0, 0)


def test_a_protected_layer_stays_whole(ink, film):
    assert document(ink(film, "--json"))["summary"]["max_protect_violation"] == 0


def test_a_layer_of_paper_colour_is_told_as_touched(ink, film, tmp_path):
    moon = np.full((54, 96, 4), 255, np.uint8)
    stills.write(tmp_path / "moon.png", moon)
    told = document(ink(film, "-F", "0", "--json"))
    assert told["frames"][0]["protect_violation"] == 1


def test_a_transition_has_no_target_of_its_own(ink, film, tmp_path):
    (tmp_path / "02_more.toml").write_text(SCENE)
    more = FILM.replace('"01_peaks.toml"', '"01_peaks.toml", "02_more.toml"')
    film.write_text(more + '[[transition]]\ninto = "02_more"\nframes = 2\n')
    rows = document(ink(film, "--json"))["frames"]
    assert [row["target"] for row in rows] == [0.5, 0.5, None, None, 0.5, 0.5]
    assert all(0 <= row["blank"] <= 1 for row in rows)


def test_the_table_has_a_line_for_every_frame_and_a_summary(ink, footage):
    done = ink(footage)
    assert done.code == 0
    lines = done.out.splitlines()
    assert lines[0].split()[:4] == ["frame", "target", "blank", "error"]
    assert [line.split()[0] for line in lines[1:5]] == ["7", "8", "9", "10"]
    assert lines[6].startswith("4 frames, median blank")


# --assert -------------------------------------------------------------------------------------------------


def test_a_target_out_of_reach_is_told_and_is_no_failure(ink, film):
    done = ink(film, "-F", "0", "--target", "1", "--json")
    told = document(done)
    assert told["summary"]["missed"] == ["01_peaks:1001"]
    assert "reachable" in told["broken"][0]


def test_a_target_out_of_reach_breaks_an_assertion(ink, film):
    done = ink(film, "-F", "0", "--target", "1", "--assert")
    assert done.code == 1
    assert "where 100.0 is wanted" in done.err


def test_an_assertion_that_holds_is_silent(ink, film):
    done = ink(film, "--assert", "--json")
    broken = json.loads(done.out)["broken"]
    assert (done.code, done.err) == (int(bool(broken)), "".join(f"inkrender: {b}\n" for b in broken))


# bad input ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("args", "code", "says"),
    [
        (["hills.####.png", "--target", "1.2"], 2, "between 0 and 1"),
        (["hills.####.png", "-F", "99"], 2, "outside the footage, 7-10"),
        (["hills.####.png", "-F", "7-"], 2, "is not a frame or a range"),
        (["hills.####.png", "--look", "litterati"], 2, 'did you mean "literati"'),
        (["hills.####.png", "--missing", "hld"], 2, 'did you mean "hold"'),
        (["hills.####.png", "--lines", "5"], 2, "--lines"),
        (["hill.####.png"], 3, "hill.####.png"),
        (["film.toml", "--look", "dawn"], 2, "--look dawn is for footage"),
        (["film.toml", "--missing", "hold"], 2, "--missing hold is for footage"),
        (["film.toml", "-F", "02_nowhere"], 2, "02_nowhere"),
        (["other.toml"], 3, "other.toml"),
        ([], 2, "FILM.toml|FOOTAGE"),
    ],
)
def test_a_slip_of_the_hand_is_one_message(ink, footage, film, args, code, says):
    done = ink(*args)
    assert done.code == code
    assert says in done.err
    assert "Traceback" not in done.err
    assert done.out == ""


def test_a_gap_in_the_footage_is_three_and_listed(ink, footage, tmp_path):
    (tmp_path / "hills.0009.png").unlink()
    done = ink(footage)
    assert (done.code, "9" in done.err, "--missing" in done.err) == (3, True, True)
    assert ink(footage, "--missing", "hold").code == 0


# summing up -----------------------------------------------------------------------------------------------


def row(n, blank=0.5, threshold=0.1, warp=0.001, **more):
    given = dict(
        frame=n, name=str(n), target=0.5, blank=blank, reachable=(0.1, 0.9), threshold=threshold,
        shape=metrics.Shape(blank, 3, 0.9, 1.0), protect=None, balance=(0.0, 0.0), contrast=0.02,
        source_contrast=0.01, warp=None if warp is None else liubai_report.Warp(warp, warp / 2, warp / 4),
    )  # fmt: skip
    return liubai_report.Row(**{**given, **more})


def test_a_still_is_held_to_one_point_and_a_shot_to_two():
    assert liubai_report.summary([row(1, 0.515, warp=None)]).missed == ("1",)
    assert liubai_report.summary([row(1, 0.515, warp=None), row(2)]).missed == ()


def test_the_ratio_is_that_of_the_means_and_is_divided_by_what_the_pictures_hold():
    told = liubai_report.summary([row(1, warp=None), row(2), row(3, warp=0.003)])
    assert (told.ratio, told.normalised) == pytest.approx((4, 2))


def test_jerk_never_looks_across_a_cut():
    one = [row(n, threshold=0.1, warp=n or None) for n in range(3)]
    other = [row(n, threshold=0.9, warp=None if n == 3 else 1.0) for n in range(3, 6)]
    assert liubai_report.summary(one + other).jerk == 0


def test_jerk_needs_neighbouring_frames():
    assert liubai_report.summary([row(n, threshold=n * n) for n in (0, 2, 4)]).jerk is None


def test_a_subject_that_is_touched_and_many_pieces_break_an_assertion():
    shape = metrics.Shape(0.5, 11, 0.9, 1.0)
    told = liubai_report.broken([row(1, protect=0.02, shape=shape)])
    assert len(told) == 2


def test_the_canvas_that_is_measured_is_the_one_before_any_grade(ink, film, tmp_path):
    plain = document(ink(film, "-F", "0", "--json"))["frames"][0]["blank"]
    (tmp_path / "01_peaks.toml").write_text(SCENE + "[grade]\ncdl = { slope = [0.6, 0.6, 0.6] }\n")
    graded = document(ink(film, "-F", "0", "--json"))["frames"][0]["blank"]
    assert graded == plain
