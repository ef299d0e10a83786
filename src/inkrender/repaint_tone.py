"""Footage without passes, painted from its tones: washes along its flow, pigment for hue, brush lines.

Light is premultiplied scene-linear (h, w, 4), `look` the parameters of the shader `repaint`. What is soft is
worked out at 450 to 540 lines, by the size of the picture.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from . import colour
from .fields import blur
from .frame import Region
from .paint import smoothstep
from .repainting import Plane, Texture, own_colours
from .tones import ramp, wheel

CALM, BUSY = 0.003, 0.012  # slope of L per px at 1080 lines: tide marks keep to the calm, or grass glitters
CROWDED = 0.25, 0.08  # share of the surroundings that are lines: above, it is grass, and washes do
# what is worked out of a picture's lines is half, or what washes need at least, or all that can show in them
FEWEST, MOST = 450, 540
# what straight lines between pixels of ink take from its edges, given to it before
FIRM = np.array([-1, 10, -1], np.float32) / 8
FULL = np.float32(5.2)  # luminous absorbance of the darkest wash: clotted ink is dead
PURITIES, PURITY = 20, 1.8  # steps of the wheel; how much purer the ink of a colour is than the colour
WARM, EARTH = (45, 62, 88, 108), 12.0  # hues whose shadows are earth, fully between the middle two; degrees
BOLD = 1.2  # a line on paper stands alone: it is darker than what the picture shows
LOOSE = 2.5  # px a frame at which texture that does not move along has faded by half
KEEP = {"red": 1, "lantern": 2}  # footage.KEEP_RED, KEEP_LANTERN


def from_tone(
    light: NDArray[np.float32],
    region: Region,
    seed: int,
    look: Any,
    matte: Plane | None = None,
    anchor: NDArray[np.float32] | None = None,
    motion: NDArray[np.float32] | None = None,
    steady: NDArray[np.float32] | None = None,
    out: NDArray[np.float32] | None = None,
) -> NDArray[np.float32]:
    """Footage without passes, painted from its tones: ink (h, w, 4).

    Shapes are simplified inside edges and along the picture's flow; density is lightness against its
    surroundings, so that a grey veil goes and form stays; hue becomes pigment; edges become brush lines.
    matte: (h, w), 1 on subjects. anchor: (h, w, 2), the place each pixel's texture is tied to. motion:
    (h, w, 2), px by which it moves by itself: texture that is tied elsewhere fades there, and the brush is
    drawn along. steady: what the light is in the mean, (rows, cols, 4) of a smaller size: so much of it is
    painted. out: where to paint it, contiguous, maybe the light itself.
    """
    from .kernels import footage

    light = np.ascontiguousarray(light, np.float32)
    h, w = light.shape[:2]
    cols, rows = region.reduced(min(max(round(1080 * region.scale / 2), FEWEST), MOST))
    k = region.scale * rows / h
    small = np.asarray(_sized(light, (cols, rows)))
    if steady is not None:
        small = _steadied(small, steady)
    work = Region(region.x, region.y, cols, rows, k)
    tied = _sized(anchor, (cols, rows), cv2.INTER_LINEAR)
    texture = Texture(work, seed, tied)
    slow, middle, fine = texture(345, 1, 3, 0.6), texture(128, 2, 3, 0.9), texture(33, 3, 2)

    lab = np.empty((3, rows, cols), np.float32)
    footage.apart(lab, small.reshape(rows, -1))
    moved, share = _sized(motion, (cols, rows), cv2.INTER_LINEAR), np.float32(look.drag * k)
    if moved is not None:
        # tied to the camera they would glide over what moves by itself
        loose = np.asarray(1 / (1 + cv2.magnitude(moved[..., 0], moved[..., 1]) / LOOSE), np.float32)
        slow, middle, fine = slow * loose, middle * loose, fine * loose
    flowing, calm, sure = _flowing(lab, k, fine, look)
    leaves = (1 - calm) * (1 - sure)
    if moved is not None:  # nor have lines and the rims of washes time to dry
        flowing[3] *= loose
        calm, sure = calm * loose, sure * loose
        drawn = np.empty_like(flowing)
        footage.dragged(drawn, flowing, moved, share)
        flowing = drawn
    around = _around(flowing[0], k)
    far = _far(lab, k)
    given = _sized(matte, (cols, rows))
    if given is not None:
        far = far * (1 - np.clip(given, 0, 1))

    density = np.empty((rows, cols), np.float32)
    how = footage.Washes(*(np.float32(v) for v in (0.62 * look.veil, FULL, look.tones, 0.08, look.recede)))
    footage.washes(density, flowing, around, far, calm, leaves, slow, middle, fine, how)
    soft = blur(density, 5.5 * k)
    ink = np.empty((rows, 4 * cols), np.float32)
    soot = 0.93 * smoothstep(0.2, 0.75, look.chroma)  # greys are ink where colours are the picture's own
    paint = footage.Pigments(
        KEEP.get(look.subjects, 0),
        *(np.float32(v) for v in (look.chroma, look.wash / 1.2, look.glaze, 0.6, soot)),
    )
    footage.pigments(
        ink,
        flowing,
        density,
        soft,
        sure,
        leaves,
        slow,
        middle,
        texture(142, 7, 2),
        _wheel(),
        _ramp((*look.near[:3], *look.mid[1:])),
        _soot(),
        _umber(),
        _deep(look.near[0]),
        _line_pigment(look.near),
        paint,
    )
    if look.colours == "keep":
        kept = (
            own_colours(small)
            * (np.exp(0.35 * middle + 0.12 * slow) * np.float32(look.wash / 1.2))[..., None]
        )
        kept += (0.8 * flowing[3])[..., None] * colour.absorbance("ink")
        ink.reshape(rows, cols, 4)[..., :3] = kept
    if rows < h:
        firm: Any = cv2.sepFilter2D(
            ink.reshape(rows, cols, 4), -1, FIRM, FIRM, borderType=cv2.BORDER_REPLICATE
        )
        ink = np.asarray(firm, np.float32).reshape(rows, -1)
    shown = min(1.0, 2 * region.scale)  # grain that pixels cannot show would only glitter
    grain = Texture(region, seed, anchor)(6.0 / shown, 12, 1)
    settle = np.float32(0.9 * look.grain * shown)
    out = np.empty((h, w, 4), np.float32) if out is None else out
    footage.laid(out.reshape(h, -1), light.reshape(h, -1), ink, lab[0], grain, settle, np.float32(0.20))
    return out


def _steadied(light: NDArray[np.float32], steady: NDArray[np.float32]) -> NDArray[np.float32]:
    """Light (h, w, 4) that is `steady` where that shows it, and what is finer its own."""
    (h, w), (rows, cols) = light.shape[:2], steady.shape[:2]
    if (h, w) == (rows, cols):
        return steady
    apart = steady - cv2.resize(light, (cols, rows), interpolation=cv2.INTER_AREA)
    found = light + cv2.resize(apart, (w, h), interpolation=cv2.INTER_LINEAR)
    return np.asarray(np.maximum(found, 0), np.float32)


def _sized(
    plane: NDArray[np.float32] | None, size: tuple[int, int], how: int = cv2.INTER_AREA
) -> NDArray[np.float32] | None:
    """A plane at another size, where there is one. how: of planes that are smooth, INTER_LINEAR is enough."""
    if plane is None or plane.shape[1::-1] == size:
        return plane
    return np.asarray(cv2.resize(plane, size, interpolation=how), np.float32)


def _flowing(
    lab: NDArray[np.float32], k: float, fine: Plane, look: Any
) -> tuple[NDArray[np.float32], Plane, Plane]:
    """(4, h, w): L, a, b as a brush would lay them, and the brush lines there, 0..1; where it is calm, 0..1;
    and how surely the picture goes one way there, 0..1.

    Foliage becomes dabs (a median), what has a direction is drawn out along it, and edges are firm: where the
    picture is darker than its surroundings it takes the darkest neighbour, else the lightest (a shock
    filter, Osher and Rudin 1990).
    """
    from .kernels import footage

    _, h, w = lab.shape
    sigma = max(0.6, 2.3 * k)
    inner, outer = blur(lab[0], sigma), blur(lab[0], 1.6 * sigma)
    slopes = np.empty((3, h, w), np.float32)
    footage.tensor(slopes, inner)
    smooth = np.empty_like(slopes)
    for n, plane in enumerate(slopes):
        smooth[n] = blur(plane, 14 * k)
    way = np.empty((h, w, 4), np.float32)
    footage.directions(way.reshape(h, -1), smooth, np.float32(5e-4 / (k * k)))
    one_way = way[..., 2].copy()
    sure = way[..., 2] = smoothstep(0.35, 0.70, one_way)
    calm = smoothstep(BUSY, CALM, way[..., 3] * np.float32(k / 8))

    dabs = np.empty_like(lab)
    for n, plane in enumerate(lab):
        cv2.medianBlur(plane, 5 if k > 0.4 else 3, dst=dabs[n])
    dabs[0] += sure * (lab[0] - dabs[0])  # colour lies broader than form
    flat = np.empty((h, w, 4), np.float32)
    footage.fitted(flat.reshape(h, -1), _fit(dabs, max(2, round(6 * k)), 1.5e-3), dabs[0])
    flat[..., 3] = (outer - inner) / (np.float32(0.25) + outer)
    flat[..., 0] += np.float32(0.04 * look.strokes) * fine
    flowing = np.empty((4, h, w), np.float32)
    footage.along(flowing, flat.reshape(h, -1), way.reshape(h, -1), 4, np.float32(max(1.0, 4 * k)))
    light, edge = flowing[0], flowing[3]
    footage.firmed(light, edge, sure)
    line = smoothstep(0.0, 0.05, edge) * smoothstep(0.2, 0.5, one_way)
    line *= smoothstep(*CROWDED, blur(line, 26 * k)) * np.float32(BOLD * look.contour)
    flowing[3] = line
    return flowing, calm, sure


def _fit(lab: NDArray[np.float32], radius: int, epsilon: float) -> NDArray[np.float32]:
    """A guided filter's lines (6, h, w): slopes and offsets of L, a, b against L."""
    from .kernels import footage

    def box(planes: NDArray[np.float32]) -> NDArray[np.float32]:
        out = np.empty_like(planes)
        footage.boxed(out, planes, radius)
        return out

    product = np.empty_like(lab)
    footage.products(product, lab)
    line = np.empty((6, *lab.shape[1:]), np.float32)
    footage.fit(line, box(lab), box(product), np.float32(epsilon))
    return box(line)


def _around(light: Plane, k: float) -> Plane:
    """Lightness of the wider surroundings, which end where an edge does: no halo round what stands out."""
    h, w = light.shape
    step = max(1, int(8 * k))
    size = (max(2, w // step), max(2, h // step))
    small = np.minimum(cv2.resize(light, size, interpolation=cv2.INTER_AREA), np.float32(1.1))
    side = (2 * max(1, round(90 * k / step)) + 1,) * 2
    mean = cv2.blur(small, side, borderType=cv2.BORDER_REPLICATE)
    spread = np.maximum(cv2.blur(small * small, side, borderType=cv2.BORDER_REPLICATE) - mean * mean, 0)
    slope = np.asarray(spread / (spread + np.float32(0.03)), np.float32)
    offset = cv2.blur(mean - slope * mean, side, borderType=cv2.BORDER_REPLICATE)
    planes = cv2.blur(slope, side, borderType=cv2.BORDER_REPLICATE), offset
    wide, base = (cv2.resize(p, (w, h), interpolation=cv2.INTER_LINEAR) for p in planes)
    return np.asarray(wide * np.minimum(light, np.float32(1.1)) + base, np.float32)


def _far(lab: NDArray[np.float32], k: float) -> Plane:
    """0..1, how far away a place may lie: what is pale, grey and without detail, as through haze."""
    _, h, w = lab.shape
    step = max(1, int(8 * k))
    size = (max(2, w // step), max(2, h // step))
    light, a, b = (cv2.resize(plane, size, interpolation=cv2.INTER_AREA) for plane in lab)
    gx = cv2.Sobel(lab[0], cv2.CV_32F, 1, 0)
    gy = cv2.Sobel(lab[0], cv2.CV_32F, 0, 1)
    rough = cv2.resize(gx * gx + gy * gy, size, interpolation=cv2.INTER_AREA)
    rough = np.sqrt(np.maximum(blur(rough, 100 * k / step), 0))
    flat = np.exp(-rough * np.float32(k / 0.05))
    pale = smoothstep(0.35, 0.85, blur(light, 12 * k / step))
    grey = 1 - smoothstep(0.05, 0.20, np.hypot(a, b))
    far = blur(flat * (0.25 + 0.75 * pale) * (0.4 + 0.6 * grey), 16 * k / step)
    return np.asarray(cv2.resize(far, (w, h), interpolation=cv2.INTER_LINEAR), np.float32)


@lru_cache(maxsize=1)
def _wheel() -> NDArray[np.float32]:
    """(STRENGTHS, PURITIES, 181, 4): what answers a colour, by density, chroma over lightness and hue / 2.

    Half of it is the painter's pigment of that hue, half the ink of the very colour, PURITY times as pure.
    Thin orange looks yellow and thick yellow brown (Beer-Lambert): at each density that pigment answers which
    shows the hue there, or nearly.
    """
    from .kernels import footage

    hue = np.arange(361, dtype=np.float32)
    pigment = _with_luminous(wheel(hue))
    made = np.empty((footage.STRENGTHS, PURITIES, 181, 4), np.float32)
    for n, pure in enumerate(np.linspace(0, float(footage.PUREST), PURITIES)):
        lch = np.stack([np.full(361, 0.5), np.full(361, 0.5 * PURITY * pure), hue], -1)
        seen = -np.log(np.clip(colour.from_oklch(lch), 0.006, 1))
        own = _with_luminous(seen)
        own *= pigment[:, 3:] / own[:, 3:]
        inks = _with_luminous(0.5 * (own + pigment)[:, :3])
        for m in range(footage.STRENGTHS):
            density = max((m / float(footage.STEPS)) ** 2, 0.02)
            answering = np.rint(hue - _turned(inks, hue, density)).astype(np.intp) % 360
            made[m, n] = inks[answering[::2]]
    return made


def _turned(inks: NDArray[np.float32], hue: Plane, density: float) -> Plane:
    """Degrees by which to turn each hue back before its ink is taken (361): inks (361, 4) at a density.

    Warm colours that thin out to yellow are held, and let go where they deepen: shadows of what is yellow or
    orange are sienna, for yellow with black is green. Cold ones may wander, as painters' do.
    """
    lab = colour.oklab(np.exp(-density * inks[:, :3] / inks[:, 3:]))
    off = (np.degrees(np.arctan2(lab[:, 2], lab[:, 1])) - hue + 180) % 360 - 180
    round_it = np.concatenate([off[-31:-1], off, off[1:31]]).astype(np.float32)
    off = blur(round_it[None], 8.0)[0, 30:-30]
    off *= np.where(hue > WARM[3], np.float32(0.4), np.where(off > 0, np.float32(0.85), np.float32(0)))
    earth = smoothstep(WARM[0], WARM[1], hue) * smoothstep(WARM[3], WARM[2], hue)
    off += earth * np.float32(EARTH) * smoothstep(0.4, 1.6, density)
    return np.asarray(blur(off[None], 4.0)[0])


@lru_cache(maxsize=32)
def _ramp(pigments: tuple[str, ...]) -> NDArray[np.float32]:
    return _with_luminous(ramp(np.linspace(0, 1, 512, dtype=np.float32)[None], pigments)[0])


@lru_cache(maxsize=1)
def _soot() -> NDArray[np.float32]:
    return np.asarray(_with_luminous(np.asarray(colour.absorbance("ink"), np.float32)[None])[0])


@lru_cache(maxsize=1)
def _umber() -> NDArray[np.float32]:
    """Ink with sienna in it: what darkens warm colours, which ink alone, a little blue, makes green."""
    mixed = 0.6 * colour.absorbance("ink") + 0.6 * colour.absorbance("sienna")
    return np.asarray(_with_luminous(np.asarray(mixed, np.float32)[None])[0])


@lru_cache(maxsize=32)
def _deep(name: str) -> NDArray[np.float32]:
    """Ink with as much of a pigment in it: what darkens colours without making them dirty."""
    mixed = 0.5 * colour.absorbance("ink") + 0.5 * colour.absorbance(name)
    return np.asarray(_with_luminous(np.asarray(mixed, np.float32)[None])[0])


def _line_pigment(near: tuple[str, ...]) -> NDArray[np.float32]:
    """Ink warmed by the look's darkest pigment: pure black lines look dirty among colours."""
    ink = colour.absorbance("ink")
    if len(set(near)) > 1:
        ink = 0.55 * ink + 0.55 * colour.absorbance(near[0])
    return np.asarray(0.85 * ink, np.float32)


def _with_luminous(inks: NDArray[np.float32]) -> NDArray[np.float32]:
    """Absorbances (n, 3) and the luminous absorbance of one unit of each (n, 4)."""
    luminous = -np.log(np.exp(-inks.astype(np.float64)) @ colour.LUMA)
    return np.ascontiguousarray(np.column_stack([inks, luminous]), np.float32)
