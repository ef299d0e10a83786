"""The pictures of the README and the docs, from the film and the looks: python docs/make_pictures.py"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

import inkrender as ink
from inkrender import colour
from inkrender.io import stills

HERE = Path(__file__).parent
FILM = HERE.parent / "scenes" / "dreams_in_the_mountains" / "film.toml"
STILLS = {"dawn": 52, "failure": 150, "resolution": 262}
BLEEDS = (91, 96, 101, 189, 194, 200)
WIDE = (1280, 720)
SMALL = (640, 360)

Picture = NDArray[np.uint8]


def main() -> None:
    """Write docs/pictures/*.jpg."""
    film = ink.load(FILM)
    out = HERE / "pictures"
    out.mkdir(exist_ok=True)
    scenes = {name: film.pixels(n, WIDE)[0] for name, n in STILLS.items()}
    for name, picture in scenes.items():
        save(out / f"{name}.jpg", picture)
    save(out / "film.jpg", np.hstack([film.pixels(n, SMALL)[0] for n in STILLS.values()]))
    bleeds = [film.pixels(n, SMALL)[0] for n in BLEEDS]
    save(out / "ink_bleed.jpg", np.vstack([np.hstack(bleeds[:3]), np.hstack(bleeds[3:])]))
    save(out / "liubai.jpg", liubai(film))
    save(out / "hint.jpg", hint(film))
    save(out / "palette.jpg", palette(scenes["resolution"]))
    save(out / "looks.jpg", looks(scenes["resolution"]))


def liubai(film: ink.Film) -> Picture:
    """One frame at four shares of blank paper."""
    one = film.scenes[0]
    made = []
    for target in (0.32, 0.45, 0.6, 0.75):
        lift = one.liubai.model_copy(update={"target": target}) if one.liubai else None
        # a scene of this frame alone: the others need not be looked at
        scene = one.model_copy(update={"liubai": lift, "frames": f"{one.first}-{one.first}"})
        made.append(film.model_copy(update={"scenes": (scene,), "transition": ()}).pixels(0, SMALL)[0])
    return np.vstack([np.hstack(made[:2]), np.hstack(made[2:])])


def hint(film: ink.Film) -> Picture:
    """A night as it was painted, with lights in its background, and with less of the hue outside the huts."""
    one, made = film.scenes[1], []
    for told in (None, ("background", 0.014, 0.02), ("huts", 0.003, 0.006)):
        told_hint = ink.Hint(hue=90, where=told[0], share=told[1:]) if told else None
        grade = one.grade.model_copy(update={"hint": told_hint})
        scene = one.model_copy(update={"grade": grade, "frames": f"{one.first + 30}-{one.first + 30}"})
        made.append(film.model_copy(update={"scenes": (scene,), "transition": ()}).pixels(0, SMALL)[0])
    return np.hstack(made)


def palette(picture: Picture) -> Picture:
    """A picture as it was, and drawn to three palettes."""
    with tempfile.TemporaryDirectory() as folder:
        plate = Path(folder) / "plate.png"
        stills.write(plate, picture[::2, ::2])
        frame = ink.read(plate)
    made = [picture[::2, ::2, :3]]
    for colours in (["#0b2a5b", "gamboge", "scarlet"], ["malachite", "gamboge"], ["indigo", "rose"]):
        light = ink.grade(frame, palette={"colours": colours, "amount": 0.85}).pixels[..., :3]
        made.append(np.asarray(np.rint(255 * colour.encode(np.clip(light, 0, 1))), np.uint8))
    return np.vstack([np.hstack(made[:2]), np.hstack(made[2:])])


def looks(picture: Picture) -> Picture:
    """A picture as it was, and with the four built-in looks."""
    with tempfile.TemporaryDirectory() as folder:
        plate = Path(folder) / "plate.png"
        stills.write(plate, picture)
        made = [
            ink.look(name, plate).pixels(0, SMALL)[0]
            for name in ("dawn", "failure", "resolution", "literati")
        ]
    return np.vstack([np.hstack(made[:2]), np.hstack(made[2:])])


def save(path: Path, picture: Picture) -> None:
    """A JPEG that a page loads quickly."""
    stills.write(path, np.ascontiguousarray(picture), quality=88)
    sys.stdout.write(f"{path.relative_to(HERE.parent)}: {path.stat().st_size // 1024} kB\n")


if __name__ == "__main__":
    main()
