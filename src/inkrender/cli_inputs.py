"""What the command line is given: films, scenes, looks and footage, told apart and checked."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from .errors import InkError, PlateError, SceneError


def film_of(path: str, trust: bool) -> Any:
    """The film a verb is given. Raises with every mistake its files hold."""
    from .film import load

    return load(path, trust=trust)


def checked_film(path: str, trust: bool) -> Any:
    """The film, when nothing that can be known before its first frame stands in the way.

    Raises SceneError or PlateError with all that is wrong, a line each.
    """
    from . import check

    found = [p for p in check.check_file(path, trust=trust)[1] if p.severity == "error" and p.code != 5]
    if found:  # 5, the disk, is refused by the render itself, which knows the size and what is there
        text = "\n".join(str(p) for p in found)
        raise (PlateError if check.exit_code(found) == PlateError.exit_code else SceneError)(text)
    return film_of(path, trust)


def problems(path: str, trust: bool) -> list[Any]:
    """What is wrong with a film, or with a scene or look on its own."""
    from . import scenefile
    from .check import Problem, check_file

    kind = _kind_of(Path(path))
    if kind == "film":
        return check_file(path, trust=trust)[1]
    try:
        scenefile.read_look(path) if kind == "look" else scenefile.read_scene(path)
    except InkError as error:
        return [Problem(path, str(error), code=error.exit_code)]
    return []


def _kind_of(path: Path) -> str:
    """film, scene or look: what a TOML holds; film where that cannot be known, whose reader says why."""
    import tomllib

    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return "film"
    if "film" in data or "scene" not in data:
        return "film"
    return "scene" if "frames" in data["scene"] else "look"


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
