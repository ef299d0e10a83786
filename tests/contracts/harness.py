"""Runs one shader over a small picture as the engine would: in tiles if pixel kind, else in regions."""

from __future__ import annotations

import ctypes
import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from inkrender import library, linker, surface
from inkrender.frame import Frame, Region
from inkrender.library import Shader
from inkrender.shader import PIXEL_KINDS, PLANES, At, Inputs, noise

Plane = NDArray[np.float32]
POINTER = ctypes.POINTER(ctypes.c_float)
SEED = 20_071
W, H = linker.TILE_W, linker.TILE_H


def sheet(w: int, h: int) -> Region:
    """The whole 1920 x 1080 frame in w x h pixels."""
    return Region(0.0, 0.0, w, h, w / 1920)


def picture(region: Region, medium: str, which: int = 0) -> Plane:
    """A picture that depends on places only: hills, a disc and a stroke; float32 (h, w, 4)."""
    x, y = region.grid()
    flip = 1920 - x if which else x
    hills = np.clip((y - 620 - 90 * np.sin(flip / 210.0)) / 40, 0, 1) * np.clip((1300 - y) / 600, 0, 1)
    disc = np.clip((250 - np.hypot(flip - 700, y - 400)) / 30, 0, 1)
    stroke = np.clip((26 - np.abs(y - 200 - 0.12 * flip)) / 12, 0, 1)
    cover = np.clip(hills + disc + stroke, 0, 1) * (0.9 if which else 1.0)
    if medium == "light":
        rgb = np.stack([0.2 + 0.5 * disc, 0.3 + 0.2 * hills, 0.25 + 0.3 * stroke], axis=-1) * cover[..., None]
    else:
        rgb = np.stack([0.9 * hills + 0.1 * disc, 0.5 * hills + 1.1 * disc, 0.2 + 1.6 * stroke], axis=-1)
        rgb = rgb * cover[..., None]
    return np.dstack([rgb, cover]).astype(np.float32)


def plane(name: str, region: Region) -> Any:
    """A named input as a function of places: (h, w) or, for vectors, (h, w, k); a camera that has moved."""
    if name == "camera":
        return surface.Camera(surface.Pose(np.eye(3), np.array([0.4, 0.1, 0.2])), 2000.0, (960.0, 540.0))
    x, y = region.grid()
    if name in PLANES:
        return np.dstack([plane(part, region) for part in PLANES[name]])
    if name == "height":
        return np.clip(0.5 + 0.4 * noise(x / 30, y / 30, 5), 0, 1).astype(np.float32)
    if name == "depth":
        return (4 + 36 * np.clip((1080 - y) / 1080, 0, 1) + 0 * x).astype(np.float32)
    if name == "matte":
        return np.clip((400 - np.hypot(x - 1100, y - 560)) / 60, 0, 1).astype(np.float32)
    if name.startswith("anchor"):  # as far from the place as a slow pan with some parallax would bring it
        return (x + 40 + 6 * noise(y / 400, 0 * x, 3) if name == "anchor_x" else y + 12 + 0 * x).astype(
            np.float32
        )
    if name == "normal_z":
        return np.full((region.h, region.w), 0.8, np.float32)
    return (0.6 * noise(x / 260, y / 260, sum(map(ord, name)))).astype(np.float32)


def tiles(shader: Shader, a: Plane, b: Plane, planes: list[Plane], par: Plane, region: Region) -> Plane:
    """One call of the compiled stage a tile; `par` is laid by Stage.pack for the region's first pixel."""
    stage = library.stage(shader)
    assert stage.compiled, f"{shader.path} must compile"
    call = ctypes.CFUNCTYPE(None, POINTER, POINTER, POINTER, POINTER)(stage.address)
    h, w = a.shape[:2]
    out = np.empty_like(a)
    step = 1 / region.scale

    def cut(array: Plane, i: int, j: int) -> Plane:
        tile = np.zeros((array.shape[2], H, W), np.float32)
        part = array[j : j + H, i : i + W].transpose(2, 0, 1)
        tile[:, : part.shape[1], : part.shape[2]] = part
        return tile

    stack = np.dstack(planes) if planes else np.zeros((h, w, 1), np.float32)
    for j in range(0, h, H):
        for i in range(0, w, W):
            here = par.copy()
            here[[0, 4]] += np.float32(i * step)
            here[[1, 5]] += np.float32(j * step)
            arrays = [cut(v, i, j) for v in (a, b, stack)] + [here]
            call(*[v.ctypes.data_as(POINTER) for v in arrays])
            out[j : j + H, i : i + W] = arrays[0].transpose(1, 2, 0)[: h - j, : w - i]
    return out


def header(region: Region, at: At) -> dict[str, Any]:
    """What a stage's par starts with, for a picture whose layer and screen places agree."""
    step, x, y = 1 / region.scale, region.x + 0.5 / region.scale, region.y + 0.5 / region.scale
    places = {"x0": x, "y0": y, "dx": step, "dy": step, "sx0": x, "sy0": y, "sdx": step, "sdy": step}
    return {**vars(at), **places}


def pixel_planes(shader: Shader, params: Any, region: Region, seed: int) -> list[Plane]:
    """The planes of a pixel shader's stage, in order."""
    baked = shader.bake(params, region, seed) if shader.bake else {}
    return [baked[n] if n in baked else plane(n, region) for n in shader.planes]


def render(
    shader: Shader,
    region: Region,
    params: Any = None,
    *,
    seed: int = SEED,
    u: float = 0.5,
    bare: bool = False,
) -> Plane:
    """What the shader makes of `picture` over a region: float32 (h, w, 4). bare: without optional inputs."""
    params = shader.params() if params is None else params
    at = At(t=1.0, n=24, held=24, seed=seed, u=u)
    if shader.kind in PIXEL_KINDS:
        par = library.stage(shader).pack(params, header(region, at))
        a, b = picture(region, shader.medium), picture(region, shader.medium, 1)
        return tiles(shader, a, b, pixel_planes(shader, params, region, seed), par, region)
    border = math.ceil(shader.reach(params) * region.scale) if shader.reach else 0
    grown = Region(
        region.x - border / region.scale,
        region.y - border / region.scale,
        region.w + 2 * border,
        region.h + 2 * border,
        region.scale,
    )
    dst = np.zeros((grown.h, grown.w, 4), np.float32)
    if shader.kind == "area":
        dst = picture(grown, shader.medium)
    paint(shader, dst, grown, at, params, bare)
    return np.ascontiguousarray(dst[border : border + region.h, border : border + region.w])


def paint(shader: Shader, dst: Plane, region: Region, at: At, params: Any, bare: bool = False) -> None:
    """One call of an array shader with all its inputs."""
    found: dict[str, Any] = {n: plane(n, region) for n in shader.needs}
    found |= {n: None if bare else plane(n, region) for n in shader.optional}
    if shader.bake:
        found |= shader.bake(params, region, at.seed)
    shader.shade(dst, region, at, params, Inputs(**found))


def display(pixels: Plane, shader: Shader) -> NDArray[np.uint8]:
    """uint8 sRGB (h, w, 3) of what a shader made; a source in ink over a grey wash, so that lifts show."""
    if shader.gives == "light":
        return Frame(np.nan_to_num(pixels), "light").display()
    made = np.nan_to_num(pixels)
    if shader.kind == "source" and shader.medium == "ink":
        made = made + np.float32(0.35) * (1 - made[..., 3:])
    return Frame(made.astype(np.float32), "ink").display()
