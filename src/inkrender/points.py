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
    program = Program(w, h, region.scale, origin=(region.x, region.y))
    stage = library.stage(use.shader)
    program.load(CANVAS, pixels, "linear", True)
    fields = [np.ascontiguousarray(getattr(inputs, name), np.float32) for name in stage.inputs]
    program.stage(CANVAS, stage.address, stage.pack(use.params, at), fields=fields, keep=stage)
    out = np.empty_like(pixels)
    program.store(CANVAS, out)
    program.run()
    return out
