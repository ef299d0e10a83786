"""Pixel shaders (point, matte, warp) over a layer's own picture, in the same tiles as a frame."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from . import colour, library, paint
from .errors import SceneError
from .frame import Region
from .kernels.program import CANVAS, Program
from .plan import ShaderPass
from .shader import At, Inputs


def shade_points(
    use: ShaderPass, pixels: NDArray[np.float32], region: Region, at: At, inputs: Inputs
) -> NDArray[np.float32]:
    """Run a pixel shader over a layer's own picture, float32 (h, w, 4), in tiles; the picture is not changed.

    A point shader gives the new pixels, a matte the pixels it lets through, a warp tells where each pixel
    takes its picture from. Raises SceneError for a kind that does not work on one layer.
    """
    if use.shader.kind not in ("point", "matte", "warp"):
        raise SceneError(
            f'shader "{use.shader.name}" is a {use.shader.kind}: on a layer\'s picture work point, matte, '
            "warp and area shaders"
        )
    h, w = pixels.shape[:2]
    program = Program(w, h, region.scale)
    stage = library.stage(use.shader)
    program.load(CANVAS, pixels, "linear", True)
    planes = [getattr(inputs, name) for name in stage.inputs]
    fields = [0.0 if plane is None else (plane, 0.0, 0.0, 1.0) for plane in planes]
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
    return _warped(pixels, out, region) if use.shader.kind == "warp" else out


def light_to_ink(
    pixels: NDArray[np.float32], white: str | float, body: float, edges: str
) -> NDArray[np.float32]:
    """A picture as ink, as `canvas.light_to_ink` does it, in tiles; the picture is not changed."""
    h, w = pixels.shape[:2]
    if isinstance(white, str):
        sheet = colour.PAPER if white == "paper" else colour.parse(white)
    else:
        sheet = np.full(3, white)
    program = Program(w, h)
    program.load(CANVAS, pixels, "linear", True)
    program.light_to_ink(CANVAS, sheet, body, edges)
    out = np.empty_like(pixels)
    program.store(CANVAS, out)
    program.run()
    return out


def _warped(pixels: NDArray[np.float32], offsets: NDArray[np.float32], region: Region) -> NDArray[np.float32]:
    """The picture read at offsets (in layer px) to the right and below; outside it there is nothing."""
    k = np.float32(region.scale)
    return paint.displaced(pixels, offsets[..., 0] * k, offsets[..., 1] * k)
