"""A plate's motion as its shaders read it: where a pixel was, and where the texture it carries is tied.

A layer of more than one drawing has a track (`tracking`): this module says what the track is made from, and
turns it into planes over a region of the layer.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
from numpy.typing import NDArray

from . import cache, plan, steadying, tracking
from .errors import InkError
from .frame import Frame, Region
from .timing import held
from .tracking import Place, Seen, Track

if TYPE_CHECKING:
    from .bake import Studio
    from .plan import LayerPass, ScenePass

NAMES = ("vector", "anchor", "motion", "steady")  # inputs that come from a track
LINES = 270


def asked(layer: LayerPass) -> tuple[str, ...]:
    """The inputs of motion that the shaders of a plate read."""
    if layer.kind != "file":
        return ()
    names = {n for use in layer.shaders for n in (*use.shader.needs, *use.shader.optional)}
    return tuple(n for n in NAMES if n in names)


def moving(layer: LayerPass) -> bool:
    """Whether a layer is a plate of more than one drawing."""
    return layer.kind == "file" and plan.moves(layer.layer.file or "")


def track_of(studio: Studio, one: ScenePass, layer: LayerPass, tell: tracking.Tell | None = None) -> Track:
    """The track of a plate through all frames of its scene, handles included. Nothing is worked out yet."""
    frames = plan.frames_of(studio.film, one.scene)
    drawings = sorted({held(f, one.scene.first, layer.layer.exposure) for f in frames})
    passes = [replace(layer, drawing=n) for n in drawings]
    size, place = _placed(studio, one, layer)
    return Track(
        name=f'{one.scene.name}: layer "{layer.layer.name}"',
        size=size,
        drawings=tuple(drawings),
        prints=tuple(_print(studio, one, p) for p in passes),
        place=place,
        read=lambda i: _seen(studio, one, passes[i], size),
        store=studio.store,
        tell=tell,
    )


def _print(studio: Studio, one: ScenePass, layer: LayerPass) -> str:
    try:
        return cache.digest(studio.made_from_file(one, layer))
    except InkError:  # rendering the frame says what is wrong with its file
        return "unreadable"


def planes(
    studio: Studio, one: ScenePass, layer: LayerPass, plate: Frame, region: Region
) -> dict[str, NDArray[np.float32]]:
    """The inputs of motion that a layer's shaders ask for, float32 over a region of the layer, (h, w, 2).

    vector: where each pixel was on the previous frame minus where it is, px at 1080 lines, x right, y down.
    anchor: the pixel's place on the first frame of its shot, layer px at 1080 lines. motion: how it moves by
    itself, beside the camera, px at 1080 lines a drawing, x right, y down. steady: (h, w, 4), the plate's
    light as a mean along its motion, 270 lines at most (`steadying`); not of a plate with depth, whose passes
    are of one drawing. plate: as it was read, fitted to the region, with the renderer's vectors if it has
    them. A still has an anchor and nothing else.
    """
    found: dict[str, NDArray[np.float32]] = {}
    names = asked(layer)
    track = studio.track(one, layer) if names and moving(layer) else None
    if "vector" in names and track is not None:
        found["vector"] = _vector(studio, one, layer, plate, region, track)
    if "motion" in names and track is not None:
        own: Any = track.own(layer.drawing) * np.array(track.place[2:], np.float32)
        own = cv2.resize(own, (region.w, region.h), interpolation=cv2.INTER_LINEAR)
        found["motion"] = np.asarray(own, np.float32)
    if "steady" in names and track is not None and "depth" not in plate.passes:
        steady = steadying.steady(studio, one, layer, region.reduced(steadying.LINES))
        if steady is not None:
            found["steady"] = steady
    if "anchor" in names:
        if track is None:
            found["anchor"] = np.stack(np.broadcast_arrays(*region.grid()), axis=-1)
        else:
            found["anchor"] = anchor(region, track, layer)
    return found


def _vector(
    studio: Studio, one: ScenePass, layer: LayerPass, plate: Frame, region: Region, track: Track
) -> NDArray[np.float32]:
    size = region.w, region.h
    own = plate.passes.get("vector")
    px = np.array([track.place.across, track.place.down], np.float32)
    if not track.moves(layer.drawing):
        return np.zeros((region.h, region.w, 2), np.float32)
    if track.rendered and own is not None and own.ndim == 3:
        whole = px * np.array(track.size, np.float32) / np.array(size, np.float32)
        return np.asarray(tracking.vectors(own, size, studio.size_of_file(one, layer))[0] * whole, np.float32)
    small = track.to_previous(layer.drawing) * px
    return np.asarray(cv2.resize(small, size, interpolation=cv2.INTER_LINEAR), np.float32)


def anchor(region: Region, track: Track, layer: LayerPass) -> NDArray[np.float32]:
    """Where the texture of each pixel of a region lies on the first frame of the shot, (h, w, 2)."""
    x, y = region.grid()
    found = np.empty((region.h, region.w, 2), np.float32)
    for i, (across, down, moved) in enumerate(track.camera(layer.drawing).astype(np.float32)):
        np.add(across * x, down * y + moved, out=found[..., i])
    return found


def _placed(studio: Studio, one: ScenePass, layer: LayerPass) -> tuple[tuple[int, int], Place]:
    """The track's size, and where its pixels lie in the layer while that is neither scaled nor turned."""
    w, h = studio.size_of_file(one, layer)
    px, x, y = studio.fitted(layer, (w, h), 1.0)
    size = max(2, 2 * round(w * LINES / h / 2)), LINES
    return size, Place(x, y, w * px / size[0], h * px / size[1])


def _seen(studio: Studio, one: ScenePass, layer: LayerPass, size: tuple[int, int]) -> Seen:
    path, number = studio.file(one, layer)
    w, h = size
    if not isinstance(path, Path):
        return Seen(np.full((h, w), 0 if path == "black" else 255, np.uint8))
    plate: Any = studio.glance(one, layer)
    if not isinstance(plate, Frame):
        return Seen(tracking.luma(plate, size), None, (plate.shape[1], plate.shape[0]), number)
    numbered = studio.number_of_file(one, layer)
    return Seen(tracking.luma(plate, size), plate.passes.get("vector"), plate.size, numbered)
