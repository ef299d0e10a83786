"""What a file is: the facts behind `inkrender probe`."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from ..errors import PlateError
from . import audio, cdl, files, lut, sequence, stills, video


def kind_of(text: str | os.PathLike[str], root: str | os.PathLike[str] = ".") -> str:
    """What a scene may mean by a name: sequence, still, video, audio, lut, cdl or svg. Touches no picture.

    Patterns and folders are sequences; otherwise the suffix decides. Raises PlateError for an unknown one.
    """
    path = Path(root) / os.fspath(text)
    if sequence.is_pattern(path.name) or path.is_dir():
        return "sequence"
    suffix = path.suffix.lower()
    for kind, suffixes in _KINDS.items():
        if suffix in suffixes:
            return kind
    known = ", ".join(s for suffixes in _KINDS.values() for s in suffixes)
    raise PlateError(
        f"{path}: nothing is known about {suffix or 'a name without suffix'} files; known: {known}"
    )


def probe(text: str | os.PathLike[str], root: str | os.PathLike[str] = ".") -> dict[str, Any]:
    """Everything known about a picture, sequence, video, sound, LUT or CDL, ready for JSON.

    Always holds path and kind; sequences add frames, gaps and sizes to what their first picture is. Raises
    PlateError.
    """
    path = Path(root) / os.fspath(text)
    kind = kind_of(path)
    out: dict[str, Any] = {"path": str(path), "kind": kind}
    if kind == "sequence":
        return out | _sequence(path)
    if not path.is_file():
        raise files.missing(path)
    out["bytes"] = path.stat().st_size
    if kind == "still":
        frame = stills.read(path)
        found = stills.describe(path) | {"warnings": frame.info["warnings"]}
        return out | found | {k: frame.info[k] for k in ("profile", "chromaticities") if k in frame.info}
    if kind == "video":
        return out | _video(path)
    if kind == "audio":
        return out | audio.describe(path)
    if kind == "lut":
        table = lut.read_cube(path)
        shape = "3D" if table.table is not None else "1D"
        curve = 0 if table.shaper is None else len(table.shaper)
        domain = [table.lo.tolist(), table.hi.tolist()]
        return out | {
            "type": shape,
            "size": table.size,
            "shaper": curve,
            "domain": domain,
            "title": table.title,
        }
    if kind == "cdl":
        return out | {"corrections": [c._asdict() for c in cdl.read_all(path)]}
    return out


def _sequence(path: Path) -> dict[str, Any]:
    plate = sequence.Sequence(path)
    sizes = plate.sizes()
    first = stills.describe(plate.path(plate.first))
    return {
        "path": str(plate.pattern),
        "frames": [plate.first, plate.last],
        "count": len(plate.frames),
        "gaps": sequence.ranges(plate.gaps()) if plate.gaps() else "",
        "sizes": {f"{w}x{h}": sequence.ranges(frames) for (w, h), frames in sizes.items()},
        **first,
    }


def _video(path: Path) -> dict[str, Any]:
    with video.Video(path) as film:
        info = film.info
    return {
        "size": info.size,
        "fps": str(info.fps),
        "frames": info.frames,
        "seconds": round(float(info.frames / info.fps), 3),
        "codec": info.codec,
        "pixel_format": info.pixel_format,
        "bits": info.bits,
        "matrix": info.matrix,
        "range": "full" if info.full_range else "limited",
        "tagged": info.tagged,
        "rotation": info.rotation,
        "variable": info.variable,
        "audio": info.has_audio,
        "alpha": info.has_alpha,
        "warnings": list(info.warnings),
    }


_KINDS = {
    "still": stills.SUFFIXES,
    "video": video.SUFFIXES,
    "audio": audio.SUFFIXES,
    "lut": (".cube",),
    "cdl": (".cc", ".ccc", ".cdl"),
    "svg": (".svg",),
}
