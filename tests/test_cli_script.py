"""`inkrender script` on films of flat colours, through the real command line."""

import json
import re
from html.parser import HTMLParser
from types import SimpleNamespace

import numpy as np
import pytest
from flat_film import FILM, flat, write

from inkrender import cli, cli_script, colour
from inkrender.io import stills

INK = """schema = 1
[scene]
frames = "1001-1002"
mood = "despondency"
[[layer]]
name = "plate"
file = "night.png"
fit = "cover"
opacity = 0.0
"""


@pytest.fixture(autouse=True)
def _own_cache(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("INKRENDER_CACHE", str(tmp_path / "cache"))


@pytest.fixture
def ink(capfd):
    """Run the command in this process: exit code, stdout, stderr."""

    def run(*args, verb="script"):
        with pytest.raises(SystemExit) as end:
            cli.main([verb, *[str(a) for a in args]])
        out, err = capfd.readouterr()
        return SimpleNamespace(code=end.value.code or 0, out=out, err=err)

    return run


@pytest.fixture
def film(tmp_path):
    return write(tmp_path)


def document(done):
    assert done.code == 0, done.err
    return json.loads(done.out)


# what it tells --------------------------------------------------------------------------------------------


def test_a_frame_is_told_with_its_place_and_its_mood(ink, film):
    told = document(ink(film, "-F", "01_night:1002", "--json"))["frames"][0]
    assert (told["frame"], told["name"], told["mood"]) == (1, "01_night:1002", "despondency")


def test_measures_are_those_of_the_picture(ink, film):
    told = document(ink(film, "-F", "0", "--json"))["frames"][0]["measures"]
    assert told["hue 220-290"] == pytest.approx(0.75, abs=0.02)
    assert told["hint"] == pytest.approx(0.25, abs=0.02)
    assert told["lightness_p50"] == pytest.approx(0.5, abs=0.01)


def test_frames_inside_a_transition_are_told_and_held_to_nothing(ink, film):
    told = document(ink(film, "--every", "1", "--json"))
    assert [f["transition"] for f in told["frames"]] == [False] * 3 + [True] * 2 + [False] * 3
    assert [f["mood"] for f in told["frames"]][3:5] == [None, None]
    assert told["held"] == 6


def test_every_scene_is_looked_at_however_few_frames_are(ink, film):
    told = document(ink(film, "--every", "100", "--json"))
    assert [f["scene"] for f in told["frames"]] == ["01_night", "02_day"]


def test_a_scene_has_its_palette(ink, film):
    told = document(ink(film, "-F", "02_day:1003", "--json"))["scenes"][0]["palette"]
    assert sum(p["share"] for p in told) == pytest.approx(1, abs=1e-3)
    assert all(re.fullmatch("#[0-9a-f]{6}", p["colour"]) for p in told)


def test_the_table_has_a_line_for_every_frame_and_a_summary(ink, film):
    lines = ink(film, "-F", "0,7").out.splitlines()
    assert [line.split()[0] for line in lines[:3]] == ["frame", "01_night:1001", "02_day:1004"]
    assert lines[-1] == "2 frames, 2 held to the script, 0 measures outside it"


# blank ----------------------------------------------------------------------------------------------------


def test_blank_is_the_renderers_where_there_is_ink(ink, film, tmp_path):
    (tmp_path / "01_night.toml").write_text(INK)
    film.write_text(FILM[: FILM.index("[[transition")].replace(', "02_day.toml"', ""))
    assert document(ink(film, "--json"))["frames"][0]["measures"]["blank"] == 1


def test_blank_is_never_told_from_pixels(ink, film):
    told = document(ink(film, "-F", "0", "--json"))["frames"][0]["measures"]
    assert told["blank"] is None
    assert told["pale"] == 0


def test_of_rendered_frames_blank_is_what_their_manifest_says(ink, film, tmp_path):
    (tmp_path / "01_night.toml").write_text(INK)
    film.write_text(FILM[: FILM.index("[[transition")].replace(', "02_day.toml"', ""))
    assert ink(film, "-o", "f.####.png", verb="render").code == 0
    told = document(ink(film, "--rendered", "f.####.png", "--json"))
    assert told["frames"][0]["measures"]["blank"] == 1


def test_of_a_file_that_was_painted_over_blank_is_not_known(ink, film, tmp_path):
    (tmp_path / "01_night.toml").write_text(INK)
    film.write_text(FILM[: FILM.index("[[transition")].replace(', "02_day.toml"', ""))
    assert ink(film, "-o", "f.####.png", verb="render").code == 0
    for path in tmp_path.glob("f.*.png"):
        stills.write(path, flat((0.5, 0.12, 255, 64)))
    told = document(ink(film, "--rendered", "f.####.png", "--json"))
    assert told["frames"][0]["measures"]["blank"] is None


def test_rendered_frames_are_measured_as_painted_ones_are(ink, film):
    assert ink(film, "-o", "f.####.png", verb="render").code == 0
    painted = document(ink(film, "-F", "0,7", "--json"))
    assert document(ink(film, "-F", "0,7", "--rendered", "f.####.png", "--json")) == painted


# stale frames ---------------------------------------------------------------------------------------------


@pytest.fixture
def rendered(ink, film, tmp_path):
    """Frames on disk, and then the first scene graded otherwise."""
    assert ink(film, "-o", "f.####.png", verb="render").code == 0
    scene = tmp_path / "01_night.toml"
    scene.write_text(scene.read_text() + "[grade]\nchroma = 1.01\n")
    return film


def test_a_rendered_frame_older_than_its_film_is_told_with_what_has_changed(ink, rendered):
    done = ink(rendered, "-F", "0,7", "--rendered", "f.####.png", "--json")
    assert json.loads(done.out)["stale"] == ["01_night:1001"]
    said = "01_night:1001 is not what the film would render today (stale: 01_night: grade): render it again"
    assert done.err == f"inkrender: {said}\n"


def test_frames_stale_for_one_reason_are_one_line(ink, rendered, monkeypatch):
    monkeypatch.setattr(cli_script, "NAMED", 1)
    told = ink(rendered, "-F", "0-2", "--rendered", "f.####.png").err
    assert told.startswith("inkrender: 01_night:1001 and 2 more are not what the film would render today ")
    assert told.count("\n") == 1


def test_stale_frames_prove_nothing(ink, rendered):
    assert ink(rendered, "-F", "0", "--rendered", "f.####.png", "--assert").code == 1
    assert ink(rendered, "-F", "7", "--rendered", "f.####.png", "--assert").code == 0


def test_frames_of_another_size_are_not_stale_for_that(ink, film):
    assert ink(film, "-o", "f.####.png", "--scale", "0.5", verb="render").code == 0
    assert document(ink(film, "-F", "0", "--rendered", "f.####.png", "--json"))["stale"] == []


def test_stale_frames_are_listed_on_the_page(ink, rendered, tmp_path):
    assert ink(rendered, "-F", "0", "--rendered", "f.####.png", "--html", "script.html").code == 0
    assert "01_night:1001: stale: 01_night: grade</a>" in (tmp_path / "script.html").read_text()


def test_a_frame_nothing_is_known_about_says_so(ink, film, tmp_path):
    assert ink(film, "-o", "f.####.png", verb="render").code == 0
    for row in (tmp_path / ".manifest").iterdir():
        row.unlink()
    assert "(unrecorded)" in ink(film, "-F", "0", "--rendered", "f.####.png").out


# --assert -------------------------------------------------------------------------------------------------


def test_a_film_that_keeps_to_its_script_passes(ink, film):
    done = ink(film, "--every", "1", "--assert")
    assert (done.code, done.err) == (0, "")


def test_a_broken_row_is_told_with_scene_frame_measure_wanted_and_found(ink, film):
    film.write_text(FILM.replace("hint = [0.2, 0.3]", "hint = [0.005, 0.015]"))
    done = ink(film, "-F", "01_night:1002", "--assert")
    assert done.code == 1
    said = r'01_night:1002: hint is 0\.2\d* where 0\.005 to 0\.015 is wanted \(script row "despondency"\)'
    assert re.fullmatch(f"inkrender: {said}\n", done.err)


def test_a_broken_row_alone_is_no_failure(ink, film):
    film.write_text(FILM.replace("hint = [0.2, 0.3]", "hint = [0.005, 0.015]"))
    told = document(ink(film, "-F", "01_night:1002", "--json"))["broken"]
    assert [(b["scene"], b["frame"], b["measure"], b["wanted"]) for b in told] == [
        ("01_night", 1002, "hint", [0.005, 0.015])
    ]


def test_a_scene_under_another_grade_breaks_its_row(ink, film, tmp_path):
    scene = tmp_path / "01_night.toml"
    scene.write_text(scene.read_text() + "[grade]\nhue = 120\n")
    done = ink(film, "-F", "0", "--assert")
    assert done.code == 1
    assert "01_night:1001: hue 220-290 is 0 where 0.7 to 0.8 is wanted" in done.err


def test_a_blank_that_is_not_known_breaks_a_row_that_asks_for_it(ink, film):
    film.write_text(FILM.replace("bins = [1, 1]", "blank = [0, 1]"))
    done = ink(film, "-F", "02_day:1004", "--assert")
    assert done.code == 1
    assert "02_day:1004: blank is not known, where 0 to 1 is wanted" in done.err


# pictures -------------------------------------------------------------------------------------------------


VOID = ("meta", "img", "link", "br")


class Page(HTMLParser):
    """What a page asks a browser for, and where the keyboard stops."""

    def __init__(self, text):
        super().__init__()
        self.addresses, self.ids, self.stops, self.open, self.tags = [], set(), [], [], []
        self.unlabelled, self.label = [], None
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        self.tags.append(tag)
        self.addresses += [given[k] for k in ("href", "src", "xlink:href") if k in given]
        self.ids |= {given["id"]} if "id" in given else set()
        if tag == "a" or "tabindex" in given:
            self.stops.append((tag, int(given.get("tabindex", 0))))
        if tag == "svg" and not given.get("aria-label"):
            self.unlabelled.append(tag)
        if tag == "img" and self.open[-1] == "a" and not self.label:
            self.unlabelled.append(tag)
        self.label = given.get("aria-label")
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


@pytest.fixture
def page(ink, film, tmp_path):
    film.write_text(FILM.replace("hint = [0.2, 0.3]", "hint = [0.005, 0.015]"))
    assert ink(film, "--every", "1", "--html", "script.html").code == 0
    text = (tmp_path / "script.html").read_text()
    return SimpleNamespace(text=text, **vars(Page(text)))


def test_the_page_asks_for_nothing_but_itself(page):
    inside = [a for a in page.addresses if a.startswith(("#", "data:"))]
    assert page.addresses == inside
    assert not {"iframe", "object", "embed"} & set(page.tags)
    assert "url(" not in page.text
    assert "@import" not in page.text


def test_every_link_of_the_page_leads_somewhere(page):
    assert {a[1:] for a in page.addresses if a.startswith("#")} <= page.ids


def test_every_element_of_the_page_is_closed(page):
    assert page.open == []


def test_the_page_is_read_in_its_own_order_by_keyboard(page):
    assert max(order for _, order in page.stops) == 0
    assert sum(tag == "a" for tag, _ in page.stops) == 3 + 8 + 3  # parts, frames, breaches


def test_every_picture_of_the_page_says_what_it_is(page):
    assert page.unlabelled == []


def test_the_page_has_a_light_and_a_dark_scheme(page):
    assert '<meta name="color-scheme" content="light dark">' in page.text
    assert "@media (prefers-color-scheme:dark){:root{--paper:#1b1a18;" in page.text


@pytest.mark.parametrize("theme", ["LIGHT", "DARK"])
@pytest.mark.parametrize("role", ["ink", "soft", "a", "b", "c", "bad"])
def test_text_and_lines_stand_out_from_their_ground(theme, role):
    from inkrender import script_chart

    colours = getattr(script_chart, theme)
    bright = [float(colour.parse(colours[name]) @ colour.LUMA) + 0.05 for name in (role, "paper")]
    assert max(bright) / min(bright) >= 4.5  # WCAG 2.2, 1.4.3


def test_ranges_that_go_from_mood_to_mood_are_drawn_frame_by_frame(ink, film, tmp_path):
    scene = tmp_path / "01_night.toml"
    keyed = 'mood = [[1001, "despondency"], [1004, "joy"]]'
    scene.write_text(scene.read_text().replace('mood = "despondency"', keyed))
    film.write_text(FILM.replace("bins = [1, 1]", "bins = [1, 1]\nlightness_p50 = [0.7, 0.8]"))
    assert ink(film, "--every", "1", "--html", "script.html").code == 0
    bands = re.findall("<title>01_night: lightness_p50 (.*?) to", (tmp_path / "script.html").read_text())
    assert len(bands) == 3  # a fourth frame lies in the transition
    assert sorted(bands) == bands


def test_names_are_text_and_not_markup(ink, film, tmp_path):
    film.write_text(FILM.replace("size =", 'title = "<b>Dreams & nights</b>"\nsize ='))
    assert ink(film, "-F", "0", "--html", "script.html").code == 0
    assert "<h1>&lt;b&gt;Dreams &amp; nights&lt;/b&gt;</h1>" in (tmp_path / "script.html").read_text()


def test_the_chart_is_a_picture_2400_wide_that_shows_the_frames(ink, film, tmp_path):
    assert ink(film, "--every", "1", "-o", "script.png").code == 0
    chart = stills.raw(tmp_path / "script.png").pixels[..., :3].astype(int)
    assert chart.shape[1] == 2400
    blue = flat((0.5, 0.12, 255, 1))[0, 0].astype(int)
    assert (np.abs(chart[:240] - blue).max(axis=-1) <= 2).sum() > 1000


def test_a_title_in_another_script_is_drawn_as_far_as_it_can_be(ink, film, tmp_path):
    film.write_text(FILM.replace("size =", 'title = "Сны в горах ✿ 山"\nsize ='))
    assert ink(film, "-F", "0", "-o", "script.png").code == 0


def test_a_frame_alone_makes_a_chart_and_a_page(ink, film, tmp_path):
    assert ink(film, "-F", "3", "-o", "script.png", "--html", "script.html").code == 0
    assert (tmp_path / "script.png").exists()
    assert (tmp_path / "script.html").exists()


def test_the_same_film_gives_the_same_page(ink, film, tmp_path):
    for name in ("a.html", "b.html"):
        assert ink(film, "-F", "0,7", "--html", name).code == 0
    assert (tmp_path / "a.html").read_bytes() == (tmp_path / "b.html").read_bytes()


# bad input ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("args", "code", "says"),
    [
        (["film.toml", "--every", "0"], 2, "--every"),
        (["film.toml", "-F", "03_dusk"], 2, "03_dusk"),
        (["film.toml", "-F", "3,4", "--assert"], 2, "all of these frames lie in transitions"),
        (["film.toml", "-o", "script.jpg"], 2, "ends with .png"),
        (["film.toml", "--html", "script"], 2, "ends with .html"),
        (["film.toml", "--rendered", "out/f.####.png"], 3, "leave out --rendered"),
        (["other.toml"], 3, "other.toml"),
        ([], 2, "FILM.toml"),
    ],
)
def test_a_slip_of_the_hand_is_one_message(ink, film, args, code, says):
    done = ink(*args)
    assert done.code == code
    assert says in done.err
    assert "Traceback" not in done.err


def test_a_film_without_moods_is_measured_and_cannot_be_asserted(ink, film):
    film.write_text(FILM[: FILM.index("[script")])
    for scene in film.parent.glob("0*.toml"):
        scene.write_text(re.sub("mood = .*\n", "", scene.read_text()))
    assert document(ink(film, "--json"))["held"] == 0
    done = ink(film, "--assert")
    assert done.code == 2
    assert "write [script.MOOD] tables" in done.err
