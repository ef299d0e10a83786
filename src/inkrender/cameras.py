"""The camera of a plate with depth, drawing by drawing: what ties textures to its surfaces.

A Position pass tells it from two frames; depth and the renderer's own motion vectors tell it step by step,
once for a whole shot, kept on disk. Where neither does, there is none, and textures follow `inputs.anchor`.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
from numpy.typing import NDArray

from . import cache, following, plates, surface
from .surface import Camera, Pose

if TYPE_CHECKING:
    from .bake import Studio
    from .plan import LayerPass, ScenePass
    from .tracking import Track

LOOKED_AT = 3  # drawings of a shot from which the focal length is told

_memory = cache.Memory(limit=8 << 20)


def asked(layer: LayerPass) -> bool:
    """Whether a shader of a plate reads inputs.camera."""
    return layer.kind == "file" and any("camera" in use.shader.optional for use in layer.shaders)


def camera(studio: Studio, one: ScenePass, layer: LayerPass) -> Camera | None:
    """Where the plate's camera stood on this drawing, or None where it cannot be told.

    A plate that is itself scaled or turned has none; one of a single drawing stands still.
    """
    told = layer.layer
    if float(told.at("scale", layer.drawing)) != 1 or told.at("rotation", layer.drawing):
        return None
    w, h = studio.size_of_file(one, layer)
    px, x, y = studio.fitted(layer, (w, h), 1.0)
    middle = (x + w * px / 2, y + h * px / 2)
    if not following.moving(layer):
        return Camera(surface.STILL, surface.USUAL * h * px, middle)
    track = studio.track(one, layer)
    found = _from_position(studio, one, layer, track) or _from_motion(studio, one, layer, track)
    if found is None:
        return None
    pose, focal = found
    return Camera(pose, focal * h * px, middle)


def _from_position(
    studio: Studio, one: ScenePass, layer: LayerPass, track: Track
) -> tuple[Pose, float] | None:
    """(the way to the shot's first frame, focal length) where the plate has a Position pass."""
    first, now = (
        _resected(studio, one, replace(layer, drawing=n))
        for n in (track.shot_of(layer.drawing)[0], layer.drawing)
    )
    if first is None or now is None:
        return None
    back = now[0].turn.T  # from this camera's space to the world's
    return Pose(back, -back @ now[0].move).then(first[0]), now[1]


def _resected(studio: Studio, one: ScenePass, layer: LayerPass) -> tuple[Pose, float] | None:
    key = cache.digest("resected", studio.made_from_file(one, layer), layer.layer.inputs)

    def work() -> tuple[Pose, float] | None:
        passes = _passes(studio, one, layer, ("position", "depth"))
        if "position" not in passes or passes["position"].ndim != 3:
            return None
        position, depth = passes["position"], passes.get("depth")
        seen = position.any(-1) if depth is None else np.isfinite(depth)
        return surface.resect(position, np.asarray(seen, np.bool_))

    return _memory.get(key, work, lambda _: 512)


def _from_motion(studio: Studio, one: ScenePass, layer: LayerPass, track: Track) -> tuple[Pose, float] | None:
    """The same from depth and the renderer's vectors. Flow found in the picture is too rough to add up."""
    first, last = track.shot_of(layer.drawing)
    drawings = [n for n in track.drawings if first <= n <= last]
    if len(drawings) == 1:
        return surface.STILL, surface.USUAL
    if not track.rendered:
        return None
    key = cache.digest("cameras", cache.code_digest(), track.digest, layer.layer.inputs, first, last)

    def work() -> tuple[tuple[Pose, ...], float] | None:
        known = cache.load_told(studio.store / "cameras", key)
        if known is None:
            known = _shot(studio, one, layer, track, drawings)
            cache.save_told(studio.store / "cameras", key, known)
        poses = tuple(Pose(np.array(turn), np.array(move)) for turn, move in known["poses"])
        return (poses, float(known["focal"])) if poses else None

    found = _memory.get(key, work, lambda _: 512 * len(drawings))
    if found is None:
        return None
    held = max(n for n in drawings if n <= layer.drawing)
    return found[0][drawings.index(held)], found[1]


def _shot(
    studio: Studio, one: ScenePass, layer: LayerPass, track: Track, drawings: list[int]
) -> dict[str, Any]:
    """The poses of a shot, as JSON; none where depth and motion do not agree about a camera."""
    w, h = track.size

    def seen(n: int) -> tuple[NDArray[np.float32], NDArray[np.float32]] | None:
        depth = _passes(studio, one, replace(layer, drawing=n), ("depth",)).get("depth")
        if depth is None or depth.ndim != 2:
            return None
        return np.asarray(cv2.resize(depth, (w, h), interpolation=cv2.INTER_NEAREST)), track.to_previous(n)

    nothing: dict[str, Any] = {"poses": [], "focal": surface.USUAL}
    moved = drawings[1:]
    told = [found for n in moved[:: max(1, len(moved) // LOOKED_AT)][:LOOKED_AT] if (found := seen(n))]
    if moved and not told:
        return nothing
    focal = surface.focal_of(told)
    steps: list[Pose | None] = [None]
    for n in moved:
        found = seen(n)
        steps.append(None if found is None else surface.step(*found, focal))
        if steps[-1] is None or steps[-1].explained < surface.SURE:
            return nothing
    poses = surface.poses(steps) or ()
    return {"poses": [[p.turn.tolist(), p.move.tolist()] for p in poses], "focal": focal}


def _passes(
    studio: Studio, one: ScenePass, layer: LayerPass, names: tuple[str, ...]
) -> dict[str, NDArray[np.float32]]:
    """Passes of a drawing as they lie in its file."""
    if plates.is_video(studio.file(one, layer)[0]):  # which has none
        return {}
    return studio.passes(one, layer, set(names)).passes
