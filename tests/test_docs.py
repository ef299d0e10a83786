"""The documents name everything there is, and show nothing that is not ours or too heavy for a page."""

import re
from pathlib import Path

import pytest

from inkrender import library, scenefile
from inkrender.composition import PRESETS

DOCS = Path(__file__).parents[1] / "docs"
BOOK = DOCS / "lookbook"
ENTRIES = [
    *library.all_shaders(),
    *(f"look_{name}" for name in scenefile.look_names()),
    *(f"preset_{name}" for name in PRESETS),
]


def pictures(page: Path) -> list[Path]:
    """The pictures a page shows."""
    return [page.parent / name for name in re.findall(r"!\[[^\]]*\]\(([^)]+)\)", page.read_text("utf-8"))]


@pytest.mark.parametrize("name", ENTRIES)
def test_the_look_book_shows_every_shader_preset_and_look(name):
    assert BOOK / f"{name}.jpg" in pictures(BOOK / "index.md")


@pytest.mark.parametrize("name", library.all_shaders())
def test_the_page_on_shaders_lists_every_shader(name):
    assert f"| `{name}` |" in (DOCS / "shaders.md").read_text("utf-8")


@pytest.mark.parametrize("page", sorted(DOCS.rglob("*.md")), ids=lambda p: p.stem)
def test_every_picture_of_a_page_is_there(page):
    assert [p for p in pictures(page) if not p.is_file()] == []


def test_the_look_book_is_light():
    sizes = [p.stat().st_size for p in BOOK.glob("*.jpg")]
    assert max(sizes) < 150_000
    assert sum(sizes) < 4_000_000


@pytest.mark.parametrize(
    "page", [*sorted(DOCS.glob("*.md")), DOCS.parent / "README.md"], ids=lambda p: p.stem
)
def test_every_link_of_a_page_leads_somewhere(page):
    links = re.findall(r"(?<!!)\[[^\]]+\]\((?!https?:|#)([^)#]+)", page.read_text("utf-8"))
    assert [link for link in links if not (page.parent / link).exists()] == []
