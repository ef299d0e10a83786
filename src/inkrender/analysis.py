"""What a frame must know before it is painted: where paper is left bare. Always at 270 lines.

A proxy decides what the master decides, for both look at the same small picture. The lift of a frame depends
on that frame alone, and is remembered under the hash of what made it.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from . import bake, cache, engine, mattes, negative_space
from .negative_space import Lift
from .plan import Plan, ScenePass

LINES_KEPT = 0.65  # of what is drawn of a subject on footage

_memory = cache.Memory(limit=16 << 20)


def lifts(plan: Plan, studio: bake.Studio) -> tuple[Lift | None, ...]:
    """The lift of each scene of a plan, in its order; None where nothing is lifted."""
    return tuple(lift(one, studio.proxy) if one.liubai is not None else None for one in plan.scenes)


def lift(one: ScenePass, small: bake.Studio) -> Lift:
    """Solve one scene's lift so that the finished canvas has the share of blank paper it wants."""
    wanted = one.liubai
    if wanted is None:
        raise TypeError("this scene has no liubai")
    key = cache.digest(
        [[small.key(one, layer), layer.view, layer.opacity, engine.blending(layer)] for layer in one.layers],
        wanted,
        mattes.prints(small, one, wanted),
        len(one.lower),
        one.seed,
    )
    return _memory.get(key, lambda: _solve(one, small), lambda found: 4 * found.phi.nbytes)


def _solve(one: ScenePass, small: bake.Studio) -> Lift:
    wanted = one.liubai
    if wanted is None:
        raise TypeError("this scene has no liubai")
    lower = engine.paint(small, one, one.lower)
    upper = engine.paint(small, one, one.upper) if one.upper else None
    depth = _depth(one, small)
    return negative_space.lift_for(
        lower,
        upper,
        target=wanted.target,
        depth=depth,
        # without depth nothing tells a subject from its surroundings: what is drawn of it outlives the wash
        lines=LINES_KEPT if depth is None and any(layer.kind == "file" for layer in one.lower) else 0.0,
        seed=one.seed,
        origin=_origin(one),
        paper=small.white,
        **mattes.lift_inputs(small, one, wanted),
    )


def _origin(one: ScenePass) -> tuple[float, float]:
    """Where the frame sees the layer that gives way furthest in front: what mist is tied to."""
    front = one.lower[-1].view if one.lower else None
    return (front.x, front.y) if front else (0.0, 0.0)


def _depth(one: ScenePass, small: bake.Studio) -> NDArray[np.float32] | None:
    """The depth pass of the first plate that has one, at 270 lines, where the frame sees it as it is."""
    for layer in one.lower:
        if layer.kind == "file":
            plane = small.plane(one, layer, "depth")
            if plane is not None and plane.shape == (small.size[1], small.size[0]):
                return plane
    return None
