"""The page of `inkrender script` as it is read: from disk, in Chromium, light and dark, by keyboard."""

import json
import re

import pytest
from browser import Browser
from flat_film import FILM, write

from inkrender import cli

pytestmark = pytest.mark.browser

FRAMES = 8
TAB, LEFT, UP, RIGHT, DOWN, END, HOME = 9, 37, 38, 39, 40, 35, 36
SIZES = [400, 760, 1181, 1280, 1401, 1600]

# every piece of text that is seen, with its colour and the ground it stands on
TEXTS = """
(() => {
  const ground = e => {
    for (; e; e = e.parentElement) {
      const c = getComputedStyle(e).backgroundColor;
      if (!/, 0\\)$/.test(c) && c !== "transparent") return c;
    }
    return "rgb(255, 255, 255)";
  };
  const found = [], walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const e = walk.currentNode.parentElement, text = walk.currentNode.textContent.trim();
    if (!text || e.closest("script, svg") || !e.checkVisibility()) continue;
    found.push([text, getComputedStyle(e).color, ground(e)]);
  }
  for (const e of document.querySelectorAll("td[data-name]")) {
    const before = getComputedStyle(e, "::before");
    if (before.content === "none" || !e.checkVisibility()) continue;
    found.push([before.content, before.color, ground(e)]);
  }
  return found;
})()
"""


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """(page, what --json says) of a film one row of which is broken."""
    folder = tmp_path_factory.mktemp("film")
    film = write(folder)
    film.write_text(FILM.replace("hint = [0.2, 0.3]", "hint = [0.005, 0.015]"))
    page, told = folder / "script.html", folder / "told.json"
    with pytest.MonkeyPatch.context() as patch, told.open("w") as out:
        patch.setenv("INKRENDER_CACHE", str(folder / "cache"))
        patch.setattr("sys.stdout", out)
        with pytest.raises(SystemExit) as end:
            cli.main(["script", str(film), "--every", "1", "--html", str(page), "--json"])
    assert end.value.code == 0
    return page, json.loads(told.read_text())


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    window = Browser(tmp_path_factory.mktemp("profile"))
    yield window
    window.close()


@pytest.fixture
def page(browser, made):
    browser.open(made[0])
    return browser


def focused(page):
    return page.run("document.activeElement.getAttribute('href') || document.activeElement.tagName")


def looked_at(page):
    return page.run("document.querySelector('#viewer h2').textContent")


def on_the_strip(page):
    page.run("document.querySelector('.strip a[tabindex=\"0\"]').focus()")


# from disk ------------------------------------------------------------------------------------------------


def test_nothing_is_asked_for_but_the_page_itself(page, made):
    asked = [told["request"]["url"] for event, told in page.seen if event == "Network.requestWillBeSent"]
    assert [url for url in asked if not url.startswith("data:")] == [made[0].as_uri()]


def test_the_browser_has_nothing_to_complain_of(page):
    page.press("Tab", TAB)
    loud = ("Log.entryAdded", "Runtime.consoleAPICalled", "Runtime.exceptionThrown")
    assert [event for event in page.seen if event[0] in loud] == []


def test_every_picture_is_seen(page):
    assert page.run("[...document.images].every(i => i.complete && i.naturalWidth > 0)")
    assert page.run("document.images.length") == FRAMES + 1


def test_without_its_script_frames_are_links_to_their_measures(browser, made):
    browser.ask("Emulation.setScriptExecutionDisabled", value=True)
    try:
        browser.open(made[0])
        assert not browser.run("document.getElementById('viewer').checkVisibility()")
        aims = browser.run("[...document.querySelectorAll('.strip a')].map(a => a.getAttribute('href'))")
        assert browser.run(f"{json.dumps(aims)}.every(a => document.querySelector(a).checkVisibility())")
    finally:
        browser.ask("Emulation.setScriptExecutionDisabled", value=False)


# figures --------------------------------------------------------------------------------------------------


def test_figures_of_the_tables_are_those_of_the_json(page, made):
    names = page.run("JSON.parse(document.getElementById('names').textContent)")
    for frame in made[1]["frames"]:
        cells = dict(
            page.run(
                f"[...document.querySelectorAll('#frame-{frame['frame']} td')]"
                ".filter(c => c.textContent).map(c => [c.dataset.name, c.textContent])"
            )
        )
        wanted = {
            names.get(name, name.replace("-", "–")): f"{value:.0f}" if name == "bins" else f"{value:.3f}"
            for name, value in frame["measures"].items()
            if value is not None
        }
        assert cells == wanted


def test_figures_of_the_frame_looked_at_are_those_of_the_json(page, made):
    on_the_strip(page)
    for frame in made[1]["frames"]:
        assert looked_at(page) == frame["name"]
        shown = page.run("[...document.querySelectorAll('dd')].map(d => d.firstChild.textContent)")
        values = [
            "not known" if v is None else f"{v:.0f}" if name == "bins" else f"{v:.3f}"
            for name, v in frame["measures"].items()
        ]
        assert sorted(shown) == sorted(values)
        page.press("ArrowRight", RIGHT)


def test_what_is_outside_the_script_is_marked(page, made):
    marked = page.run("[...document.querySelectorAll('td.wrong')].map(c => c.parentElement.id)")
    at = {(f["scene"], f["number"]): f["frame"] for f in made[1]["frames"]}
    assert marked == [f"frame-{at[(b['scene'], b['frame'])]}" for b in made[1]["broken"]]
    assert marked


# keyboard -------------------------------------------------------------------------------------------------


def test_arrows_go_from_frame_to_frame(page):
    on_the_strip(page)
    seen = [looked_at(page)]
    for _ in range(FRAMES - 1):
        page.press("ArrowRight", RIGHT)
        seen.append(looked_at(page))
    assert seen == [f"{scene}:{k}" for scene in ("01_night", "02_day") for k in range(1001, 1005)]
    page.press("ArrowLeft", LEFT)
    assert looked_at(page) == "02_day:1003"


@pytest.mark.parametrize(
    ("start", "key", "code", "there"),
    [
        (1, "ArrowDown", DOWN, "02_day:1001"),
        (6, "ArrowUp", UP, "02_day:1001"),
        (4, "ArrowUp", UP, "01_night:1001"),
        (6, "ArrowDown", DOWN, "02_day:1003"),
        (3, "Home", HOME, "01_night:1001"),
        (3, "End", END, "02_day:1004"),
        (7, "ArrowRight", RIGHT, "02_day:1004"),
    ],
)
def test_keys_go_from_scene_to_scene(page, start, key, code, there):
    on_the_strip(page)
    for _ in range(start):
        page.press("ArrowRight", RIGHT)
    page.press(key, code)
    assert looked_at(page) == there


def test_the_focus_goes_with_the_frame(page):
    on_the_strip(page)
    page.press("ArrowDown", DOWN)
    assert focused(page) == "#frame-4"
    assert page.run("document.querySelectorAll('.strip a[tabindex=\"0\"]').length") == 1


def test_the_tab_key_reaches_every_part_once_and_in_order(page):
    stops = []
    for _ in range(40):
        page.press("Tab", TAB)
        if focused(page) in ("BODY", "HTML") or focused(page) in stops[:1]:
            break
        stops.append(focused(page))
    assert stops == ["#film", "#outside", "#scenes", "#frame-0", "#frame-0", "#frame-1", "#frame-2"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_what_has_the_focus_is_seen_to_have_it(browser, made, scheme):
    browser.open(made[0], scheme=scheme)
    for _ in range(7):
        browser.press("Tab", TAB)
        style = browser.run(
            "(s => [s.outlineStyle, parseFloat(s.outlineWidth), s.outlineColor, "
            "getComputedStyle(document.body).backgroundColor])(getComputedStyle(document.activeElement))"
        )
        assert style[0] == "solid"
        assert style[1] >= 2
        assert contrast(style[2], style[3]) >= 3  # WCAG 2.2, 1.4.11


def test_a_link_to_a_frame_looks_at_it(page):
    page.run("document.querySelector('a.wrong[href=\"#frame-2\"]').focus()")
    page.press("Enter", 13)
    page.run("new Promise(requestAnimationFrame)")
    assert looked_at(page) == "01_night:1003"


def test_a_click_on_a_curve_looks_at_its_frame(page):
    x, y = page.run(
        "(e => (e.scrollIntoView(), (r => [r.left + r.width * 5.5 / 8, r.top + r.height / 2])"
        "(e.getBoundingClientRect())))([...document.querySelectorAll('.plot svg')].at(2))"
    )
    for kind in ("mousePressed", "mouseReleased"):
        page.ask("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", clickCount=1)
    assert looked_at(page) == "02_day:1002"


# eyes -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [400, 1600])
def test_text_stands_out_from_its_ground(browser, made, scheme, width):
    browser.open(made[0], width, scheme=scheme)
    texts = browser.run(TEXTS)
    assert len(texts) > 100
    assert [t for t in texts if contrast(t[1], t[2]) < 4.5] == []  # WCAG 2.2, 1.4.3


def test_schemes_are_light_and_dark(browser, made):
    grounds = []
    for scheme in ("light", "dark"):
        browser.open(made[0], scheme=scheme)
        grounds.append(luminance(browser.run("getComputedStyle(document.body).backgroundColor")))
    assert grounds[0] > 0.8
    assert grounds[1] < 0.05


@pytest.mark.parametrize("width", SIZES)
def test_nothing_is_wider_than_the_window(browser, made, width):
    browser.open(made[0], width)
    assert browser.run("document.documentElement.scrollWidth") == width
    boxes = browser.run("[...document.querySelectorAll('.wide')].map(e => [e.scrollWidth, e.clientWidth])")
    assert [box for box in boxes if box[0] > box[1]] == []


@pytest.mark.parametrize("width", [400, 1600])
def test_figures_over_time_share_one_axis(browser, made, width):
    browser.open(made[0], width)
    found = browser.run(
        "[...document.querySelectorAll('.strip, .plot svg')].map(e => e.getBoundingClientRect())"
        ".map(r => [r.left, r.right])"
    )
    for edge in zip(*found, strict=True):
        assert max(edge) - min(edge) < 0.5


def luminance(text):
    """Relative luminance of rgb(r, g, b), WCAG 2.2."""
    codes = [int(v) / 255 for v in re.findall(r"\d+", text)[:3]]
    return sum(
        k * (v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4)
        for k, v in zip((0.2126, 0.7152, 0.0722), codes, strict=True)
    )


def contrast(a, b):
    dark, light = sorted((luminance(a), luminance(b)))
    return (light + 0.05) / (dark + 0.05)
