"""What a film's files are, before they are needed: pictures, sequences, videos, rigs, text, sound, LUTs."""

from __future__ import annotations

from collections.abc import Sequence as Frames
from pathlib import Path
from typing import TYPE_CHECKING

from . import places, scene
from .errors import InkError, PlateError
from .timing import held

if TYPE_CHECKING:
    from .check import Report

# shaders for which a plate has to tell its subjects, and what they do where it does not
UNTOLD = {"bare": "takes the wash off all of an opaque plate", "cun": "lays its strokes on subjects too"}
MOST = 5  # files told one by one before "and N more"


def layer(report: Report, one: scene.Scene, i: int, first: int, last: int) -> set[str]:
    """Check a layer's file, rig or text. Returns the planes its picture brings along (depth, normal ...).

    first, last: the frames of the scene that are seen, handles included.
    """
    told = one.layer[i]
    at: places.Path = ("layer", i, told.kind)
    try:
        if told.file is not None:
            return _file(report, one, i, first, last)
        if told.rig is not None:
            _rig(report, one, i)
        else:
            _text(one, told)
    except InkError as error:
        report.error(one, at, error)
    return set()


def vectors(report: Report, one: scene.Scene) -> None:
    """Warn of motion vectors that do not explain the picture: a few frames of each plate are warped."""
    from . import cameras, film, following, tracking

    told = film.Film(**{**dict(report.film), "scenes": (one,), "transition": (), "audio": ()})
    first = told.plan(0).scenes[0]
    for layer in first.layers:
        asked = one.liubai is not None or following.asked(layer) or cameras.asked(layer)
        if asked and following.moving(layer):
            try:
                doubts = tracking.doubts(told.studio().track(first, layer))
            except InkError:  # a frame that cannot be read is told by its file
                continue
            if doubts:
                i = next(k for k, it in enumerate(one.layer) if it.name == layer.layer.name)
                report.add(one, ("layer", i, "file"), f"{layer.layer.file}: {doubts}", severity="warning")


def sound(path: Path) -> None:
    """Raise PlateError for a sound that is missing or cannot be read."""
    from .io import audio

    audio.describe(path)


def lut(path: Path) -> None:
    """Raise PlateError for a table that is missing or cannot be read."""
    from .io import lut as luts

    luts.read_lut(path)


def cdl(path: Path, id: str | None) -> None:
    """Raise PlateError for a CDL that is missing, cannot be read, or has no such correction."""
    from .io import cdl as cdls

    cdls.read_cdl(path, id)


def view(grade: scene.Grade, folder: Path | None) -> None:
    """Raise SceneError for a view that the OpenColorIO config does not have."""
    from . import grading
    from .io import ocio

    told = grade.view
    if told is not None:
        ocio.view(grading.config_of(grade, folder), told.display, told.view, told.look)


# files ----------------------------------------------------------------------------------------------------


def _file(report: Report, one: scene.Scene, i: int, first: int, last: int) -> set[str]:
    from .io import video
    from .io.sequence import Sequence

    told = one.layer[i]
    path = one.path(told.file or "")
    wanted = _wanted(one, told, first, last)
    if path.suffix.lower() in video.SUFFIXES:
        with video.Video(path) as clip:
            _beyond(report, one, i, wanted, 0, clip.frames - 1)
            for warning in clip.info.warnings:
                report.add(one, ("layer", i, "file"), f"{path.name}: {warning}", severity="warning")
        return set()
    found = Sequence(path)
    if not found.pattern.numbered:
        return _pictures(report, one, i, [found.path(0)])
    _beyond(report, one, i, wanted, found.first, found.last)
    gaps = found.gaps(n for n in wanted if found.first <= n <= found.last)
    if gaps and told.missing == "error":
        from .io.sequence import ranges

        what = f"{told.file} lacks {ranges(gaps)} ({len(gaps)} of the {len(wanted)} drawings the scene shows)"
        do = 'render them, or add the line: missing = "hold"   (or nearest, black, transparent)'
        report.add(one, ("layer", i, "file"), what, do, code=3)
    seen = [n for n in found.frames if n in wanted] or list(found.frames[:1])
    return _pictures(report, one, i, [found.path(n) for n in seen])


def _wanted(one: scene.Scene, told: scene.Layer, first: int, last: int) -> range:
    """The frames of the file that the scene shows, in its own numbers."""
    begin = one.first
    shift = told.start - begin if told.start is not None else told.offset or 0
    ends = (held(n, begin, told.exposure) + shift for n in (first, last))
    return range(next(ends), next(ends) + 1, told.exposure)


def _beyond(report: Report, one: scene.Scene, i: int, wanted: Frames[int], first: int, last: int) -> None:
    """Frames that no file is there for, where the layer calls that an error; and no overlap at all."""
    told = one.layer[i]
    at: places.Path = ("layer", i, "file")
    sides = (("before", told.before, wanted[0] < first), ("after", told.after, wanted[-1] > last))
    for side, how, outside in sides:
        if outside and how == "error":
            what = f"{told.file} has frames {first}-{last}, the scene shows {wanted[0]}-{wanted[-1]}"
            do = f'render them, or add the line: {side} = "hold"   (or loop, bounce, black, transparent)'
            report.add(one, at, what, do, code=3)
    if wanted[-1] < first or wanted[0] > last:
        what = (
            f"{told.file} has frames {first}-{last}, none of which the scene shows ({wanted[0]}-{wanted[-1]})"
        )
        do = f"add the line: start = {first}"
        report.add(one, at, what, do, severity="warning")


def _pictures(report: Report, one: scene.Scene, i: int, paths: list[Path]) -> set[str]:
    """Read every header; tell damaged files, mixed sizes, and the channels a layer asks for in vain."""
    from .io import exr, named, stills

    told = one.layer[i]
    at: places.Path = ("layer", i, "file")
    sizes: dict[tuple[int, int], list[str]] = {}
    bad: list[PlateError] = []
    for path in paths:
        try:
            sizes.setdefault(stills.size(path), []).append(path.name)
            _whole(path)
        except PlateError as error:
            bad.append(error)
    for wrong in bad[:MOST]:
        report.error(one, at, wrong)
    if len(bad) > MOST:
        report.add(one, at, f"and {len(bad) - MOST} more files of {told.file} cannot be read", code=3)
    if len(sizes) > 1:
        usual, *odd = sorted(sizes.items(), key=lambda item: -len(item[1]))
        listed = "; ".join(f"{w}x{h}: {_some(names)}" for (w, h), names in odd)
        what = f"{told.file} mixes sizes: most are {usual[0][0]}x{usual[0][1]}, but {listed}"
        report.add(one, at, what, "render the odd ones again at one size", code=3)
    if bad or not sizes:
        return set()
    described = stills.describe(paths[0])
    planes = set(described.get("passes", ()))
    _subjects_told(report, one, i, {*planes, *told.inputs}, str(described.get("alpha", "none")) != "none")
    is_exr = paths[0].suffix.lower() == ".exr"
    if told.pass_ is not None:
        try:
            if not is_exr:
                raise PlateError(
                    f'pass = "{told.pass_}" picks a picture of an EXR, {paths[0].name} has one only'
                )
            exr.pick(exr.header(paths[0]), told.pass_)
        except PlateError as error:
            report.error(one, ("layer", i, "pass"), error)
    for name, text in told.inputs.items():
        where = named.turned(text)[0] if name == "vector" else text
        try:
            if named.is_named(where):
                for path in paths[:1]:
                    named.check(path, name, where)
            elif one.path(where).is_file():
                _same_shape(name, one.path(where), next(iter(sizes)))
            elif is_exr:
                exr.pick(exr.header(paths[0]), where)
            else:
                raise PlateError(
                    f'inputs.{name} = "{where}" is neither a file nor a channel of {paths[0].name}'
                )
        except PlateError as error:
            report.error(one, ("layer", i, "inputs", name), error)
    return planes


def _subjects_told(report: Report, one: scene.Scene, i: int, planes: set[str], alpha: bool) -> None:
    """Warn of shaders that spare or seek the subjects of a plate, where nothing says which they are."""
    told = one.layer[i]
    if "matte" in planes:
        return
    for k, use in enumerate(told.shaders):
        if use.use in UNTOLD and not (alpha if use.use == "bare" else "depth" in planes):
            what = f'"{use.use}" {UNTOLD[use.use]}: {told.file} has no matte that tells them'
            do = 'give inputs.matte = "FILE", "crypto:NAME" or "id:7"'
            report.add(one, ("layer", i, "shaders", k), what, do, severity="warning")


def _same_shape(name: str, path: Path, plate: tuple[int, int]) -> None:
    """Raise PlateError for a plane beside a plate that is wider or narrower than it; its size is free."""
    from .io import stills

    (w, h), (across, down) = stills.size(path), plate
    if abs(w * down - h * across) > 0.02 * w * down:
        raise PlateError(
            f"{path} ({name}) is {w}x{h}, the plate {across}x{down}: "
            "it has to show the same picture, in any size"
        )


def _whole(path: Path) -> None:
    """Raise PlateError for a PNG or JPEG that ends too early: its header would still look well."""
    with path.open("rb") as f:
        # as it begins, whatever it is called
        end = {b"\x89PN": b"IEND", b"\xff\xd8\xff": b"\xff\xd9"}.get(f.read(3))
        if end is None:
            return
        f.seek(0, 2)
        length = f.tell()
        f.seek(max(0, length - 4096))
        tail = f.read()
    if end not in tail:
        raise PlateError(
            f"{path} ends too early ({length} bytes): it was not written to its end, write it again"
        )


def _some(names: list[str]) -> str:
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")


# drawings and words ---------------------------------------------------------------------------------------


def _rig(report: Report, one: scene.Scene, i: int) -> None:
    from .io.svg import rig

    told = one.layer[i]
    drawn = rig(one.path(told.rig or ""))
    for key in told.keys:
        try:
            drawn.check([key])
        except InkError as error:
            report.error(one, ("layer", i, "keys", key), error)


def _text(one: scene.Scene, told: scene.Layer) -> None:
    from .io import text

    beside = one.path(told.font) if told.font else None
    text.check_text(told.text or "", beside if beside is not None and beside.is_file() else told.font)
