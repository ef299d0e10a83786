"""A point shader over a layer's own picture, in the same tiles as a frame."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from . import library
from .frame import Region
from .kernels.program import CANVAS, Program
from .plan import ShaderPass
from .shader import At, Inputs


def shade_points(
    use: ShaderPass, pixels: NDArray[np.float32], region: Region, at: At, inputs: Inputs
) -> NDArray[np.float32]:
    """Run a point shader over a layer's own picture, float32 (h, w, 4), in tiles."""
    h, w = pixels.shape[:2]
    program = Program(w, h, region.scale)
    stage = library.stage(use.shader)
    program.load(CANVAS, pixels, "linear", True)
    fields = [(getattr(inputs, name), 0.0, 0.0, 1.0) for name in stage.inputs]
    where = {
        "x0": region.x + 0.5 / region.scale,
        "y0": region.y + 0.5 / region.scale,
        "dx": 1 / region.scale,
        "dy": 1 / region.scale,
    }
    told = {**vars(at), **where, **{f"s{k}": v for k, v in where.items()}}
    program.stage(CANVAS, stage.address, stage.pack(use.params, told), fields=fields, name=use.shader.name)
    out = np.empty_like(pixels)
    program.store(CANVAS, out)
    program.run()
    stage.check()
    return out
