"""Footage without passes, painted from its tones: simplified shapes, pigment for hue, edges as brush lines.

Light is premultiplied scene-linear (h, w, 4), `look` the parameters of the shader `repaint`.
"""

from __future__ import annotations

from functools import partial
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from . import colour
from .fields import (
    background,
    blur,
    guided,
)
from .frame import Region
from .paint import smoothstep
from .repainting import UNSEEN, Plane, Plate, paper_noise, square, take_apart
from .tones import five_tones, ramp, wheel


def from_tone(
    light: NDArray[np.float32], region: Region, seed: int, look: Any, matte: Plane | None = None
) -> NDArray[np.float32]:
    """Footage without passes, painted from its tones: ink (h, w, 4).

    Shapes are simplified inside edges; density is lightness against its surroundings, so that a grey veil
    goes and form stays; hue becomes pigment; edges become brush lines. matte: (h, w), 1 on subjects.
    """
    k = region.scale
    plate = take_apart(light, simplify=k)

    noise = partial(paper_noise, region, seed)
    slow, mid, fine = noise(345, 1, 3, 0.6), noise(128, 2, 3, 0.9), noise(33, 3, 2)
    grain = noise(4.0, 12, 1) * np.float32(1.4)
    base = blur(plate.light, 90 * k)
    veil = np.float32(0.62 * look.veil)
    seen = (1 - veil) * plate.light + veil * (plate.light - base + 0.62)
    density = np.asarray(np.clip(1.42 * np.clip(0.93 - seen, 0, 1), 0, 1.7), np.float32)
    density = 1.15 * (1 - np.exp(-1.2 * density))  # the darkest washes stay open: clotted ink is dead
    density = five_tones(np.maximum(density * (1 + 0.10 * fine) + 0.05 * mid * density, 0), look.tones, 0.05)
    density = density * np.exp(0.35 * mid + 0.12 * slow) * (1 + look.grain * grain * np.exp(-density / 0.8))
    # what surrounds the picture is painted thin: without depth, that is all the distance there is
    behind = smoothstep(0.35, 0.90, _behind(light, plate.light, k) + 0.10 * mid + 0.06 * slow)
    if matte is not None:
        behind = behind * (1 - np.clip(matte, 0, 1))
    density = density * (1 - np.float32(max(look.recede, 0)) * behind)
    density = density + np.float32(max(-look.recede, 0)) * behind
    # a dense pigment needs less of it: whatever a look paints with, its darkest tone stays transparent
    scheme = (*look.near[:2], *look.mid[1:])
    thinned = min(1.0, 2.5 / float(colour.absorbance(scheme[0]).mean()))
    density = np.maximum(density, 0)
    coloured = smoothstep(0.02, 0.12, plate.chroma) * np.float32(look.chroma)
    place = np.clip(1.05 - 0.80 * density + 0.18 * mid + 0.12 * slow, 0, 1)
    density = (density + np.float32(look.glaze)) * np.float32(look.wash * thinned)
    ramped = ramp(place, scheme)
    keep, hue_ink = _kept_hue(plate, look)
    inked = ramped + np.maximum(coloured, keep)[..., None] * (hue_ink - ramped)
    ink = density[..., None] * inked
    ink += (keep * 0.35 * plate.chroma / 0.2)[..., None] * hue_ink

    lines = _brush_lines(plate.light, noise(142, 7, 2), grain, k) * np.float32(0.85 * look.contour)
    line_ink = colour.absorbance("ink") if len(set(look.near)) == 1 else _line_pigment(look.near[0])
    ink += lines[..., None] * line_ink
    out = np.empty_like(light)
    out[..., :3] = np.maximum(ink, 0) * plate.alpha[..., None]
    out[..., 3] = plate.alpha
    return out


def _kept_hue(plate: Plate, look: Any) -> tuple[Plane, NDArray[np.float32]]:
    """(how surely a pixel keeps its hue, the pigment): what the look's `subjects` singles out."""
    own = wheel(plate.hue)
    if look.subjects == "red":
        red = smoothstep(42, 34, plate.hue) + smoothstep(350, 358, plate.hue)
        sure = np.clip(red, 0, 1) * smoothstep(0.11, 0.16, plate.chroma)
        return sure, np.broadcast_to(colour.absorbance("vermilion"), own.shape)
    if look.subjects == "lantern":
        lit = (
            smoothstep(68, 78, plate.hue)
            * smoothstep(108, 98, plate.hue)
            * smoothstep(0.145, 0.175, plate.chroma)
        )
        return lit * smoothstep(0.64, 0.78, plate.light), np.where((lit > 0)[..., None], own, own)
    return np.zeros_like(plate.light), own


def _behind(light: NDArray[np.float32], guide: Plane, k: float) -> Plane:
    """How much of a background each place is: found in colour at 270 lines, fitted to the edges."""
    h, w = guide.shape
    rows = min(h, 270)
    size = (max(2, round(w * rows / h)), rows)
    small = take_apart(np.asarray(cv2.resize(light, size, interpolation=cv2.INTER_AREA)))
    turn = np.radians(small.hue)
    found = background(np.dstack([small.light, small.chroma * np.cos(turn), small.chroma * np.sin(turn)]))
    fitted = guided(small.light, found, max(2, round(rows * 0.02)), 2e-3)
    return np.asarray(cv2.resize(fitted, (w, h), interpolation=cv2.INTER_LINEAR))


def _line_pigment(name: str) -> NDArray[np.float32]:
    """Ink warmed by the look's darkest pigment: pure black lines look dirty among colours."""
    return np.asarray(0.55 * colour.absorbance("ink") + 0.55 * colour.absorbance(name), np.float32)


def _brush_lines(light: Plane, pressure: Plane, grain: Plane, k: float) -> Plane:
    """Edges of the picture as brush lines, 0..1: XDoG (Winnemoeller 2012) drawn out along the edge."""
    sigma = max(0.7, 2.0 * k)
    inner = blur(light, sigma)
    outer = blur(light, 1.6 * sigma)
    sharp = 17 * inner - 16 * outer
    line = np.clip(-np.tanh(10 * (sharp - np.float32(0.42))), 0, 1)
    line = _along_edges(np.asarray(line, np.float32), light, k)
    press = np.clip(0.70 + 0.9 * pressure, 0.05, 1.2)
    dry = smoothstep(0.12, 0.5, 0.22 + 0.16 * grain + 0.75 * line - 0.12)
    return np.asarray(np.clip(1.2 * line, 0, 1) * press * dry, np.float32)


def _along_edges(line: Plane, light: Plane, k: float) -> Plane:
    """Line integral convolution along the smoothed structure tensor's edge direction (Kang et al. 2007)."""
    from .kernels.terrain import drag

    gx = cv2.Sobel(light, cv2.CV_32F, 1, 0)
    gy = cv2.Sobel(light, cv2.CV_32F, 0, 1)
    tensor = blur(np.dstack([gx * gx, gx * gy, gy * gy]), 4.5 * k)
    angle = 0.5 * np.arctan2(2 * tensor[..., 1], tensor[..., 0] - tensor[..., 2]) + np.float32(np.pi / 2)
    out = np.empty_like(line)
    reach = max(1, round(6 * k))
    seen = cv2.dilate(line, square(reach))
    drag(out, line, np.cos(angle), np.sin(angle), seen, reach)
    out[seen <= UNSEEN] = 0
    return out
