"""The look book: every look, liubai preset and shader on the same three pictures, with what each costs.

    python docs/make_lookbook.py             # docs/lookbook/*.jpg and docs/lookbook/index.md
    python docs/make_lookbook.py granulate   # pictures of these alone, no page
    python docs/make_lookbook.py --keep      # pictures that are there stay: the page and what is new

Nothing is listed by hand: what is in `shaders/`, in the presets and in the built-in looks is what is shown.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

import inkrender as ink
from inkrender import analysis, library, scene, scenefile
from inkrender.cli_shaders import as_dict
from inkrender.composition import PRESETS
from inkrender.film import Film, Scene
from inkrender.frame import Region
from inkrender.io import stills

HERE = Path(__file__).parent
OUT = HERE / "lookbook"
FILM = HERE.parent / "scenes" / "dreams_in_the_mountains" / "film.toml"
PLATE = OUT / "ridge.exr"

MASTER = (1920, 1080)
SHOWN = (960, 540)  # what is shown of a shader is a window of a frame of this size, pixel for pixel
PANEL = (400, 225)
GAP = 8
FRAME = 262  # of the film: mountains, a wheel, children
LAYER = "mid"
ROUNDS = 2  # a cost is the least of so many

WAY = (6, 8, 10)  # frames of a transition
LONG = 1  # frames of footage for the cost of a look

# how far a shader is turned up here, where its default shows it at rest
GIVEN: dict[str, dict[str, Any]] = {"ink_reveal": {"progress": 0.25}}

KEEP = "--keep"
NOTES = {
    "Liubai presets": "On the look `literati`. A picture cannot have less paper than is bare in it: then the "
    "nearest share stands there.",
    "On a layer": "A window of a frame of 960x540, pixel for pixel.",
}

Picture = NDArray[np.uint8]


@dataclass(frozen=True, eq=False)
class Subject:
    """One of the three pictures: a scene of one frame, its layer, a file of it, and the window shown."""

    title: str
    scene: Scene
    layer: str
    file: Path
    window: tuple[int, int]

    def with_shader(self, name: str, given: Mapping[str, Any]) -> Scene:
        """The scene with a shader on its layer."""
        use = scene.ShaderUse(use=name, with_=dict(given))
        layers = [
            one.model_copy(update={"shaders": (*one.shaders, use)}) if one.name == self.layer else one
            for one in self.scene.layer
        ]
        return self.scene.model_copy(update={"layer": tuple(layers)})

    def with_layer(self, name: str, given: Mapping[str, Any]) -> Scene:
        """The scene with a layer painted over it."""
        over = ink.Layer(name="over", use=name, with_=dict(given))
        return self.scene.model_copy(update={"layer": (*self.scene.layer, over)})


@dataclass(frozen=True)
class Entry:
    """One picture of the book and what stands beside it."""

    name: str
    text: str
    facts: str
    table: list[tuple[str, str, str, str]]


def main(only: Sequence[str]) -> None:
    """Write the pictures, and the page unless only some are asked for."""
    OUT.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        subjects = three_pictures(Path(folder))
        chapters = {
            "Looks": list(looks(subjects, only)),
            "Liubai presets": list(presets(subjects, only)),
            **shaders(subjects, only),
        }
        if only:
            return
        save("pictures", lambda: [frame_of(s.scene, SHOWN) for s in subjects])
        (OUT / "index.md").write_text(page(subjects, chapters), encoding="utf-8")
        made = {f"{e.name}.jpg" for entries in chapters.values() for e in entries} | {"pictures.jpg"}
        for stale in [p for p in OUT.glob("*.jpg") if p.name not in made]:
            stale.unlink()


def three_pictures(folder: Path) -> list[Subject]:
    """A plate with its passes, a picture without any, and a layer that is ink already."""
    film = ink.load(FILM)
    one, number = film.locate(FRAME)
    # of a scene of this frame alone: nothing else of the film need be looked at
    here = one.model_copy(update={"frames": f"{number}-{number}"})
    film = film.model_copy(update={"scenes": (here,), "transition": ()})
    picture, cut = folder / "picture.png", folder / "layer.png"
    stills.write(picture, film.pixels(0, MASTER)[0])
    stills.write(cut, film.pixels(0, MASTER, seen=LAYER)[0])
    plate = ink.Layer(
        name="plate", file=str(PLATE), fit="cover", inputs={"depth": "Depth.Z", "normal": "Normal"}
    )
    flat = ink.Layer(name="picture", file=str(picture), fit="cover", white=1.0)
    alone = tuple(layer for layer in one.layer if layer.name == LAYER)
    still = here.model_copy(update={"layer": alone, "liubai": None})
    return [
        Subject("a plate with depth and normals", _scene(plate), "plate", PLATE, (430, 100)),
        Subject("a picture without passes", _scene(flat), "picture", picture, (150, 250)),
        Subject("a layer of a film, which is ink already", still, LAYER, cut, (40, 120)),
    ]


def _scene(layer: Any) -> Scene:
    return Scene(name="shown", frames="1-1", layer=(layer,))


def film_of(one: Scene, paper: str = "paper", seed: int = 0, size: tuple[int, int] = MASTER) -> Film:
    """A film of one scene."""
    return Film(scenes=(one,), size=size, seed=seed, paper=scene.ShaderUse(use=paper), folder=one.folder)


def frame_of(one: Scene, size: tuple[int, int], paper: str = "paper") -> Picture:
    """The scene's one frame."""
    return film_of(one, paper).pixels(0, size)[0]


# chapters -------------------------------------------------------------------------------------------------


def looks(subjects: Sequence[Subject], only: Sequence[str]) -> Iterator[Entry]:
    """The built-in looks, whole frames."""
    for name in scenefile.look_names():
        if only and name not in only:
            continue
        save(f"look_{name}", lambda n=name: [ink.look(n, s.file).pixels(0, SHOWN)[0] for s in subjects])
        head = scenefile.look_file(name).read_text(encoding="utf-8").split("schema")[0]
        text = " ".join(line.lstrip("# ") for line in head.splitlines() if line.startswith("#"))
        cost = [cost_of_look(name, s) for s in subjects[:2]]
        facts = f"{cost[0]:.0f} ms with depth and normals, {cost[1]:.0f} ms without passes"
        yield Entry(f"look_{name}", text, facts, [])


def presets(subjects: Sequence[Subject], only: Sequence[str]) -> Iterator[Entry]:
    """The liubai presets, on the literati look, whole frames."""
    for name, preset in PRESETS.items():
        if only and name not in only:
            continue
        films = [_lifted(ink.look("literati", s.file), name) for s in subjects]
        made = [film.pixels(0, SHOWN) for film in films]
        save(f"preset_{name}", lambda m=made: [codes for codes, _ in m])
        cost = least(lambda seed, film=films[1]: _cost_of_lift(film, seed))
        blank = ", ".join(f"{stats['blank']:.3f}" for _, stats in made)
        told = [f"target {preset.target:.2f}"]
        if preset.prior:
            told.append(f"painted part {preset.prior}, strength {preset.strength:g}")
        told += [f"weight of {k} {v:g}" for k, v in preset.weights.items()]
        yield Entry(
            f"preset_{name}",
            f'`[liubai] preset = "{name}"`: {", ".join(told)}.',
            f"blank {blank}; {cost:.0f} ms to find where",
            [],
        )


def shaders(subjects: Sequence[Subject], only: Sequence[str]) -> dict[str, list[Entry]]:
    """Every shader of the library, by what it is for."""
    found: dict[str, list[Entry]] = {"On a layer": [], "Painted layers": [], "Paper": [], "Transitions": []}
    for name, shader in library.all_shaders().items():
        if only and name not in only:
            continue
        given = GIVEN.get(name, {})
        if shader.kind == "transition":
            chapter = "Transitions"
            film = _transition(shader, subjects)
            panels = partial(_way, film)
            cost = least(lambda seed, f=film: _spent(lambda: f.pixels(WAY[1], MASTER)))
        elif shader.medium == "paper":
            chapter = "Paper"
            panels = partial(_each, subjects, lambda s, n=name: frame_of(s.scene, SHOWN, n))
            cost = least(lambda seed, n=name: _cost_of_paper(n, subjects[0], seed))
        elif shader.kind == "source":
            chapter = "Painted layers"
            panels = partial(_each, subjects, lambda s, n=name, g=given: frame_of(s.with_layer(n, g), SHOWN))
            cost = least(
                lambda seed, n=name, g=given: cost_of_layer(subjects[1].with_layer(n, g), "over", seed)
            )
        else:
            chapter = "On a layer"
            panels = partial(
                _each, subjects, lambda s, sh=shader, g=given: _window(_shown(s, sh, g), s.window)
            )
            cost = _cost_of_shader(shader, subjects, given)
        save(name, panels)
        found[chapter].append(_entry(shader, given, cost))
    return found


def _shown(s: Subject, shader: library.Shader, given: Mapping[str, Any]) -> Picture:
    """The picture with the shader; bare where it lacks a pass the shader cannot do without."""
    if shader.medium == "light" and s.scene.layer[0].file is None:  # which takes no ink: a picture of it then
        s = replace(s, scene=_scene(ink.Layer(name=s.layer, file=str(s.file), fit="cover", white=1.0)))
    try:
        return frame_of(s.with_shader(shader.name, given), SHOWN)
    except ink.SceneError:
        if not shader.needs:
            raise
        empty = s.scene.model_copy(update={"layer": ()})
        return frame_of(empty, SHOWN)


def _each(subjects: Sequence[Subject], panel: Callable[[Subject], Picture]) -> list[Picture]:
    return [panel(s) for s in subjects]


def _transition(shader: library.Shader, subjects: Sequence[Subject]) -> Film:
    """From the second picture into the third."""
    first, second = subjects[1], subjects[2]
    number = second.scene.first
    a = first.scene.model_copy(update={"name": "a", "frames": "1-8"})
    b = second.scene.model_copy(update={"name": "b", "frames": f"{number}-{number + 7}"})
    way = scene.Transition(into="b", use=shader.name, frames=7)
    return Film(scenes=(a, b), size=MASTER, transition=(way,), folder=second.scene.folder)


def _way(film: Film) -> list[Picture]:
    """A quarter, a half and three quarters of the way."""
    return [film.pixels(n, SHOWN)[0] for n in WAY]


def _entry(shader: library.Shader, given: Mapping[str, Any], cost: float) -> Entry:
    told = as_dict(shader)
    rows = []
    for name, spec in told["parameters"].items():
        value = given.get(name, spec["default"])
        keyed = ", may be keyed" if spec["keyable"] else ""
        rows.append((name, _value(value), f"{spec['range']}{keyed}", str(spec["doc"])))
    takes = [f"needs {n}" for n in shader.needs] + [f"takes {n} if there" for n in shader.optional]
    facts = ", ".join([f"`{shader.kind}`", *takes, f"{cost:.0f} ms"])
    text = " ".join(shader.doc.split())
    return Entry(shader.name, text.partition(": ")[2] or text, facts, rows)


# costs ----------------------------------------------------------------------------------------------------


def least(cost: Callable[[int], float]) -> float:
    """The least of a few rounds, in ms of processor time; each has its own seed, so nothing is remembered."""
    # the first may have had to compile something
    return max(0.0, min(cost(seed) for seed in range(1000, 1000 + ROUNDS)))


def cost_of_look(name: str, s: Subject) -> float:
    """ms a frame of moving footage at 1080p, everything included, one frame after another."""
    with tempfile.TemporaryDirectory() as folder:
        for n in range(LONG):
            (Path(folder) / f"shot.{n:04d}{s.file.suffix}").write_bytes(s.file.read_bytes())
        pattern = Path(folder) / f"shot.####{s.file.suffix}"

        def spent(seed: int) -> float:
            film = ink.look(name, pattern, seed=seed).model_copy(update={"size": MASTER})
            return _spent(lambda: [film.pixels(n, MASTER) for n in range(LONG)]) / LONG

        return least(spent)


def cost_of_layer(one: Scene, name: str, seed: int) -> float:
    """ms to paint one layer's own picture at 1080p."""
    film = film_of(one, seed=seed)
    studio, told = film.studio(MASTER), film.plan(0).scenes[0]
    layer = next(x for x in told.layers if x.layer.name == name)
    return _spent(lambda: studio._paint(told, layer))


def _cost_of_shader(shader: library.Shader, subjects: Sequence[Subject], given: Mapping[str, Any]) -> float:
    """What a shader adds to the first of the pictures that has what it needs."""
    s = subjects[0] if shader.needs and set(shader.needs) - {"height"} else subjects[1]
    if shader.optional:
        s = subjects[0]
    bare = least(lambda seed: cost_of_layer(s.scene, s.layer, seed))
    return max(
        0.0, least(lambda seed: cost_of_layer(s.with_shader(shader.name, given), s.layer, seed)) - bare
    )


@lru_cache
def _cost_of_bare(s: Subject) -> float:
    return least(lambda seed: cost_of_layer(s.scene, s.layer, seed))


def _cost_of_paper(name: str, s: Subject, seed: int) -> float:
    studio = film_of(s.scene, name, seed).studio(MASTER)
    return _spent(lambda: studio._grain(Region(0.0, 0.0, *MASTER, studio.scale)))


def _cost_of_lift(film: Film, seed: int) -> float:
    other = film.model_copy(update={"seed": seed})
    studio, told = other.studio(MASTER), other.plan(0)
    small = studio.proxy
    for layer in told.scenes[0].layers:
        small.layer(told.scenes[0], layer)  # the picture itself is no part of the question
    return _spent(lambda: analysis.lifts(told, studio))


def _spent(what: Callable[[], Any]) -> float:
    begun = time.process_time()
    what()
    return 1000 * (time.process_time() - begun)


def _lifted(film: Film, preset: str) -> Film:
    one = film.scenes[0].model_copy(update={"liubai": scene.Liubai(preset=preset)})
    return film.model_copy(update={"scenes": (one,)})


# the page -------------------------------------------------------------------------------------------------


def page(subjects: Sequence[Subject], chapters: Mapping[str, Sequence[Entry]]) -> str:
    """The whole book as Markdown."""
    told = "; ".join(s.title for s in subjects)
    lines = [
        "# Look book",
        "",
        f"Every look, liubai preset and shader on the same three pictures: {told}. Shaders stand with their "
        "defaults and alone, so that one sees what each does; looks put them together. Made by "
        "`python docs/make_lookbook.py` from what is in the library.",
        "",
        "ms are of one processor core for a frame of 1920x1080: of a look all, from reading to pixels, of a "
        "shader what it adds to its layer, of a transition the whole frame, its two pictures at hand.",
        "",
        "![The three pictures](pictures.jpg)",
    ]
    for title, entries in chapters.items():
        if not entries:
            continue
        lines += ["", f"## {title}"]
        if title in NOTES:
            lines += ["", NOTES[title]]
        for e in entries:
            shown = e.name.removeprefix("look_").removeprefix("preset_")
            lines += ["", f"### {shown}", "", e.text, "", f"![{shown}]({e.name}.jpg)", "", e.facts]
            if e.table:
                lines += ["", "| parameter | value | range | |", "|---|---|---|---|"]
                lines += [f"| {' | '.join(cell.replace('|', '/') for cell in row)} |" for row in e.table]
    return "\n".join(lines) + "\n"


def _value(value: Any) -> str:
    if isinstance(value, str):
        return f'"{value}"'
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return f"{value:g}"
    if isinstance(value, (list, tuple)):
        shown = ", ".join(_value(v) for v in value[:4])
        return f"[{shown}{', ...' if len(value) > 4 else ''}]"
    return str(value)


def _window(picture: Picture, corner: tuple[int, int]) -> Picture:
    x, y = corner
    return picture[y : y + PANEL[1], x : x + PANEL[0]]


def save(name: str, paint: Callable[[], Sequence[Picture]]) -> None:
    """Panels side by side, as a JPEG that a page loads quickly."""
    import cv2

    path = OUT / f"{name}.jpg"
    if KEEP in sys.argv and path.exists():
        return
    panels = paint()
    fitted = [
        p if p.shape[1] == PANEL[0] else cv2.resize(p, PANEL, interpolation=cv2.INTER_AREA) for p in panels
    ]
    gap = np.full((PANEL[1], GAP, 4), 255, np.uint8)
    row = np.hstack([part for panel in fitted for part in (panel, gap)][:-1])
    stills.write(path, np.ascontiguousarray(row), quality=85)
    sys.stdout.write(f"{path.relative_to(HERE.parent)}: {path.stat().st_size // 1024} kB\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main([name for name in sys.argv[1:] if name != KEEP])
