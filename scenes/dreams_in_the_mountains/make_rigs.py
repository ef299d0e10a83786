"""Draws the film's rigs, rigs/*.svg: `python make_rigs.py [NAME...]`.

The SVG files are the rigs: open them in Inkscape, change them, and never run this again; or change a number
in the draw_*.py and run it. Needs inkrender, and fontTools for the seal.
"""

from __future__ import annotations

import sys
from functools import partial
from pathlib import Path

from draw_children import child
from draw_penguin import penguin
from draw_things import gondola, huts, seal, wheel

RIGS = {
    "penguin": penguin,
    "child_a": partial(child, "Child in scarlet", "scarlet", "pigtails", "indigo", "plum", 3),
    "child_b": partial(child, "Child in gamboge", "gamboge", "crop", "indigo", "sienna", 5),
    "child_c": partial(child, "Child in azurite", "azurite", "bob", "sienna", "indigo", 7),
    "child_d": partial(child, "Child in rose", "rose", "buns", "teal", "plum", 9),
    "wheel": wheel,
    "gondola": gondola,
    "huts": huts,
    "seal": seal,
}


def main(names: list[str]) -> None:
    """Write the rigs named, or all of them."""
    folder = Path(__file__).parent / "rigs"
    folder.mkdir(exist_ok=True)
    for name in names or list(RIGS):
        (folder / f"{name}.svg").write_text(RIGS[name](), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
