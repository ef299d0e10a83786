"""What the command line is given: films, scenes, looks and footage, told apart and checked."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .errors import InkError, PlateError, RefusedError, SceneError

if TYPE_CHECKING:
    from .check import Problem


def is_film(given: str) -> bool:
    """Whether a path is a film and not footage: a TOML, or a folder with film.toml in it."""
    path = Path(given)
    return path.suffix.lower() == ".toml" or (path / "film.toml").is_file()


def film_of(path: str, trust: bool) -> Any:
    """The film a verb is given. Raises with every mistake its files hold."""
    from .film import load

    return load(path, trust=trust)


def checked_film(path: str, trust: bool, frames: str | None = None, inputs: bool = True) -> Any:
    """The film, when nothing that can be known before its first frame stands in the way.

    frames: the text of -F, whose scenes alone are looked at. inputs: False lets missing files pass, which
    the frame may not need. Raises SceneError or PlateError with all that is wrong, a line each.
    """
    from . import check

    found = check.check_file(path, trust=trust, frames=frames)[1]
    _refuse([p for p in found if inputs or p.code != PlateError.exit_code])
    return film_of(path, trust)


def checked_look(name: str, footage: str, frames: str | None, trust: bool, **options: Any) -> Any:
    """The film of footage in a look, and its frames that are wanted; raises as `checked_film`."""
    from . import check, film, library, scenefile

    _refuse(check.check_look(scenefile.look_file(name), trust=trust))
    made = film.look(name, footage, trust=trust, **options)
    wanted = of_footage(made, frames)
    one = made.scenes[0]
    needs = {
        n for layer in one.layer for use in layer.shaders for n in library.find(use.use, made.folders).needs
    }
    layers = [  # footage may lack what a look can do without
        layer.model_copy(update={"inputs": {k: v for k, v in layer.inputs.items() if k in needs}})
        for layer in one.layer
    ]
    # the look itself is in order: what is left is the footage, and has no line in its file
    seen = {"frames": f"{one.first + min(wanted)}-{one.first + max(wanted)}", "source": None, "layer": layers}
    part = made.model_copy(update={"scenes": (one.model_copy(update=seen),)})
    _refuse(check.check_film(part, trust=trust), ("add the line: missing =", "give --missing"))
    return made, wanted


def _refuse(found: Iterable[Problem], instead: tuple[str, str] = ("", "")) -> None:
    """Raise all errors at once. 5, the disk, is left to the render, which knows what is there already."""
    from .check import exit_code

    wrong = [p for p in found if p.severity == "error" and p.code != RefusedError.exit_code]
    if wrong:
        text = "\n".join(str(p).replace(*instead) for p in wrong)
        raise (PlateError if exit_code(wrong) == PlateError.exit_code else SceneError)(text)


def problems(path: str, trust: bool) -> list[Problem]:
    """What is wrong with a film, or with a scene or look on its own."""
    from .check import Problem, check_file, check_look, check_scene

    kind = _kind_of(path)
    if kind == "film":
        return check_file(path, trust=trust, vectors=True)[1]
    try:
        if kind == "look":
            return check_look(path, trust=trust)
        return check_scene(path, trust=trust, vectors=True)
    except InkError as error:
        return [Problem("", str(error), code=error.exit_code)]


def _kind_of(name: str) -> str:
    """film, scene or look: what a TOML holds; film where that cannot be known, whose reader says why."""
    import tomllib

    from .scenefile import look_names

    path = Path(name)
    if name in look_names() and not path.exists():
        return "look"
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return "film"
    if "film" in data or not {"scene", "layer", "inputs"} & data.keys():
        return "film"
    table = data.get("scene")
    return "scene" if isinstance(table, dict) and "frames" in table else "look"


def of_footage(film: Any, text: str | None) -> list[int]:
    """Film frames for frames in the footage's own numbers."""
    from .timing import parse_frames

    if text is None:
        return list(range(film.length))
    one = film.scenes[0]
    numbers = parse_frames(text)
    if outside := [n for n in numbers if not one.first <= n <= one.last]:
        raise SceneError(f'-F "{text}": frame {outside[0]} is outside the footage, {one.first}-{one.last}')
    return [n - one.first for n in numbers]


def not_its_own_input(given: str, out: str) -> None:
    """A look must not write over the footage it reads."""
    if Path(out).absolute() == Path(given).absolute():
        raise SceneError(f"{out} is the input: name another output, the footage would be written over")
    if Path(given).is_dir() and Path(out).absolute().parent == Path(given).absolute():
        raise PlateError(f"{out} lies among its own input: name another output folder")
