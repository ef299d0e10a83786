"""Vector drawings to light: SVG text rendered by resvg, without system fonts, each drawing once."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from .. import cache, colour
from ..errors import PlateError, SceneError

SVG = "http://www.w3.org/2000/svg"
XLINK = "http://www.w3.org/1999/xlink"
LARGEST = 16384  # px on a side

_drawings = cache.Memory(limit=64 << 20)  # a wheel at 1080 lines takes about 3 MB


class Raster(NamedTuple):
    """A rendered drawing.

    pixels: float32 (h, w, 4), premultiplied scene-linear light, read-only. origin: where the drawing's origin
    lies in it, px from the top left corner (x, y); it need not be inside, nor whole.
    """

    pixels: NDArray[np.float32]
    origin: tuple[float, float]


def on_paper(colour_name: str, density: float = 1.0) -> str:
    """The "#rrggbb" that a pigment of this density shows on the film's paper: paper exp(-density a)."""
    lit = colour.PAPER * np.exp(-density * colour.absorbance(colour_name))
    codes = np.rint(np.clip(colour.encode(lit, "srgb"), 0, 1) * 255).astype(int)
    return "#" + "".join(f"{c:02x}" for c in codes)


@lru_cache(maxsize=1)
def bare_paper() -> str:
    """The "#rrggbb" that becomes bare paper exactly."""
    # rounded up: a code below the paper's would leave a trace of ink in what should be bare
    codes = np.ceil(np.clip(colour.encode(colour.PAPER.astype(np.float64), "srgb"), 0, 1) * 255).astype(int)
    return "#" + "".join(f"{c:02x}" for c in codes)


def rasterise(
    svg: str, box: tuple[float, float, float, float], scale: float, where: str, fonts: tuple[str, ...] = ()
) -> tuple[NDArray[np.float32], tuple[int, int]]:
    """Render the `box` (x, y, w, h) of SVG text at `scale` px a unit with resvg, without system fonts.

    Returns premultiplied scene-linear light, float32 (h, w, 4), cropped to what is painted (one clear pixel
    around it), and the crop's top left corner in px of the box. Raises PlateError, naming `where`.
    """
    codes, corner = drawn(svg, box, scale, where, fonts)
    return light(codes, False), corner


def drawn(
    svg: str, box: tuple[float, float, float, float], scale: float, where: str, fonts: tuple[str, ...] = ()
) -> tuple[NDArray[np.uint8], tuple[int, int]]:
    """As `rasterise`, but as resvg hands it over: straight, sRGB-encoded RGBA, uint8 (h, w, 4), read-only."""
    if not (math.isfinite(scale) and scale > 0):
        raise SceneError(f"{where}: scale is {scale}: it must be above 0")
    w, h = max(1, math.ceil(box[2] * scale)), max(1, math.ceil(box[3] * scale))
    if max(w, h) > LARGEST:
        raise SceneError(f"{where}: at scale {scale:g} it would be {w}x{h} px: {LARGEST} is the most")
    return _drawings.get(
        cache.digest(box, scale, fonts, svg),
        lambda: _cropped(_codes(_framed(svg, box, scale, w, h), where, fonts)),
        lambda found: found[0].nbytes,
    )


def light(codes: NDArray[Any], premultiplied: bool) -> NDArray[np.float32]:
    """sRGB-encoded RGBA, (h, w, 4) uint8 or float32, as premultiplied scene-linear light, read-only."""
    from ..kernels.program import CANVAS, Program

    h, w = codes.shape[:2]
    pixels = np.empty((h, w, 4), np.float32)
    program = Program(w, h)
    program.load(CANVAS, codes, "srgb", premultiplied)
    program.store(CANVAS, pixels)
    program.run()
    pixels.setflags(write=False)
    return pixels


def _framed(svg: str, box: tuple[float, float, float, float], scale: float, w: int, h: int) -> str:
    """SVG text whose pixel grid starts exactly at the box's corner, so that origins stay where they are."""
    end = svg.index(">", svg.index("<svg"))
    closed = svg[end - 1] == "/"
    inner = "" if closed else svg[end + 1 : svg.rindex("</svg>")]
    head = f'<svg xmlns="{SVG}" xmlns:xlink="{XLINK}" width="{w}" height="{h}" '
    return f'{head}viewBox="{box[0]:.6f} {box[1]:.6f} {w / scale:.6f} {h / scale:.6f}">{inner}</svg>'


def _codes(svg: str, where: str, fonts: tuple[str, ...]) -> NDArray[np.uint8]:
    import cv2
    import resvg_py

    try:
        png = resvg_py.svg_to_bytes(
            svg_string=svg, skip_system_fonts=True, font_files=list(fonts) if fonts else None
        )
    except (ValueError, RuntimeError) as error:
        raise PlateError(f"{where}: resvg cannot draw it: {error}") from error
    bgra = cv2.imdecode(np.frombuffer(bytes(png), np.uint8), cv2.IMREAD_UNCHANGED)
    if bgra is None or bgra.ndim != 3 or bgra.shape[2] != 4:
        raise PlateError(f"{where}: resvg returned no picture")
    return np.asarray(cv2.cvtColor(bgra, cv2.COLOR_BGRA2RGBA), np.uint8)


def _cropped(codes: NDArray[np.uint8]) -> tuple[NDArray[np.uint8], tuple[int, int]]:
    painted = codes[..., 3] > 0
    rows, cols = np.flatnonzero(painted.any(axis=1)), np.flatnonzero(painted.any(axis=0))
    if not len(rows):
        empty = np.zeros((1, 1, 4), np.uint8)
        empty.setflags(write=False)
        return empty, (0, 0)
    y0, y1, x0, x1 = rows[0], rows[-1] + 1, cols[0], cols[-1] + 1
    cut = np.zeros((y1 - y0 + 2, x1 - x0 + 2, 4), np.uint8)
    cut[1:-1, 1:-1] = codes[y0:y1, x0:x1]
    cut.setflags(write=False)
    return cut, (int(x0) - 1, int(y0) - 1)
