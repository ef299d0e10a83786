"""Plates with passes, painted anew: terrain from its depth and normals, subjects in the pigment of their hue.

Light is premultiplied scene-linear (h, w, 4), `look` the parameters of the shader `repaint`. Terrain is
worked out at half the size of a large picture, for its washes are soft; its outline against what is empty,
its grain and its subjects at full size.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from . import colour
from .fields import blur, filled, log_depth, pockets, share_farther, silhouettes, smooth_jumps, standing
from .frame import Region
from .paint import mixed, rolls, smoothstep
from .repainting import UNSEEN, Plane, Plate, Texture, own_colours, square, take_apart
from .surface import Camera, anchored
from .tones import five_tones, ramp, wheel

SUN = np.array((-0.55, -0.35, 0.60), np.float32) / np.float32(0.886)  # the painter's light, not the plate's
LINES = 540  # terrain is worked out at half size, but at no fewer lines


@dataclass(frozen=True)
class Shape:
    """What the passes say, at the size terrain is worked out: float32 (h, w), normals (h, w, 3).

    light: OKLab lightness; lz: log depth of what is seen, behind: the same without the subjects; surface:
    unit normals, z up; subject: matte; recession: 0 near .. 1 far; ground: 1 where level; relit: the
    painter's light.
    """

    light: Plane
    alpha: Plane
    lz: Plane
    behind: Plane
    surface: NDArray[np.float32]
    subject: Plane
    recession: Plane
    ground: Plane
    relit: Plane


@dataclass(frozen=True)
class Passes:
    """What a plate brings beside its light: depth (h, w) in scene units, normals (h, w, 3) with z up.

    matte: (h, w), 1 on subjects; without one, whatever stands apart in front by depth is a subject. ids: (h,
    w), a number for each object. camera: where it stood: then textures of the terrain lie on its surface,
    otherwise at the anchor (h, w, 2) if there is one, else on the paper.
    """

    depth: Plane
    normal: NDArray[np.float32] | None = None
    matte: Plane | None = None
    ids: Plane | None = None
    anchor: NDArray[np.float32] | None = None
    camera: Camera | None = None


def from_depth(
    light: NDArray[np.float32], region: Region, seed: int, look: Any, passes: Passes
) -> NDArray[np.float32]:
    """Terrain painted from its depth and normals, subjects from their colours; ink (h, w, 4)."""
    from .kernels import landscape

    h, w = light.shape[:2]
    rows = min(h, max(LINES, h // 2))
    size = (w, h) if rows == h else (max(2, round(w * rows / h)), rows)
    work = Region(region.x, region.y, *size, region.scale * rows / h)
    k = work.scale
    small = _sized(light, size)
    plate = take_apart(small)
    full = log_depth(passes.depth, look.planes[1])
    lz = smooth_jumps(full, max(0.5, 2.4 * k), size)
    normal = None if passes.normal is None else _sized(passes.normal[..., :3], size)
    matte = None if passes.matte is None else _sized(np.nan_to_num(passes.matte), size)
    shape = _shape(plate, lz, k, look.planes, normal, matte)
    anchor = passes.anchor
    if passes.camera is not None:
        anchor = anchored(np.exp(shape.behind), passes.camera, work)
    tied = None if anchor is None else _sized(anchor, size)
    own = own_colours(small) if look.colours == "keep" else None
    ink = _terrain(shape, work, Texture(work, seed, tied), look, own)

    if rows == h:  # enlarged, silhouettes are soft enough
        ink = _without_stairs(ink, shape.behind, k)

    # what stands in front is painted at full size, on paper left bare round it
    reserve = smoothstep(0.0, 0.42, blur(shape.subject, max(5.0 * k, 1.5)))
    ink *= ((1 - shape.subject) * (1 - 0.80 * reserve))[..., None]
    lit = _burning(passes.ids, seed, look.lamps)
    if look.subjects == "lantern":
        lamps = shape.subject * _colourful(plate) * _lit(plate)
        ink = _lamplight(ink, lamps if lit is None else lamps * _sized(lit, size), k)
        ink *= (1 - 0.85 * shape.subject)[..., None]
    grain = Texture(region, seed, None if tied is None else _sized(tied, (w, h)))(4.0, 12, 1)
    # what is finer than two pixels would only glitter
    settling = np.float32(1.4 * look.grain * min(1.0, 4.0 * region.scale / 2.2))
    out = np.empty_like(light)
    landscape.settle(out, np.ascontiguousarray(ink), light, grain, settling)

    subject = np.clip(_sized(shape.subject, (w, h)), 0, 1) * out[..., 3]
    box = _box(subject > 0)
    if subject[box].size:
        here = subject[box] > 0  # subjects are small: what follows works on their pixels alone
        beyond = smooth_jumps(full[box], max(0.5, 2.4 * region.scale))
        out[box][here, :3] += _subjects(
            take_apart(light[box][here][:, None]),
            subject[box][here][:, None],
            blur(subject[box], 4.8 * region.scale)[here][:, None],
            share_farther(beyond, region.scale)[here][:, None],
            grain[box][here][:, None] * settling,
            _sized(shape.relit, (w, h))[box][here][:, None],
            look,
            lit if lit is None else lit[box][here][:, None],
        )[:, 0]
    return out


def _shape(
    plate: Plate,
    lz: Plane,
    k: float,
    planes: tuple[float, float],
    normal: NDArray[np.float32] | None,
    matte: Plane | None,
) -> Shape:
    """Read the passes at the size of `lz`; k: pixels per px at 1080 lines."""
    near, far = planes
    if matte is None:
        found = standing(lz, k, float(np.log(near) + 0.40 * np.log(far / near)))
        matte = np.maximum(found, _grown(found, plate.chroma, k))
        if normal is not None:
            flat = smoothstep(0.9, 0.98, _surface(normal, lz, k)[..., 2])
            matte = np.maximum(matte, _foot(found, lz, flat, k))
    subject = smoothstep(0.2, 0.8, blur(np.clip(matte, 0, 1), max(1.8 * k, 0.9)))  # no stairs at the rim
    subject = subject * plate.alpha
    behind = filled(lz, subject, k)
    recession = np.clip((behind - np.float32(np.log(near))) * np.float32(1 / np.log(far / near)), 0, 1)
    surface = blur(_surface(normal, lz, k), 1.5 * k)  # passes come enlarged without smoothing
    level = _behind_subjects(smoothstep(0.965, 0.985, surface[..., 2]), subject, k) * plate.alpha
    opened = np.asarray(cv2.morphologyEx(level, cv2.MORPH_OPEN, square(16 * k)), np.float32)
    ground = np.clip(blur(opened, 2.5 * k), 0, 1)  # a hair above 1 is no number to a power
    relit = np.asarray(np.clip(0.5 - 0.5 * (surface @ SUN), 0, 1), np.float32)
    return Shape(plate.light, plate.alpha, lz, behind, surface, subject, recession, ground, relit)


def _terrain(
    shape: Shape, work: Region, noise: Texture, look: Any, own: NDArray[np.float32] | None
) -> NDArray[np.float32]:
    """The landscape without its subjects, absorbance (h, w, 3): washes, strokes, contours, level ground.

    own: the plate's own colours as absorbance, where they are to be kept.
    """
    k = work.scale
    near, far = look.planes
    recession, ground, relit = shape.recession, shape.ground, shape.relit
    slow, mid = _coarse(noise, 345, 1, 3, 0.6), _coarse(noise, 128, 2, 3, 0.9)
    lost, pressure = _coarse(noise, 255, 8, 2), _coarse(noise, 142, 7, 2)
    fine, grain = noise(33, 3, 2), noise(max(4.0, 2.7 / k), 12, 1) * np.float32(1.4)
    slope = 1 - ground
    crest, crest2, mist = (x * slope for x in pockets(shape.behind, k, near, far))
    share, rim = silhouettes(shape.behind, k)
    risen = 1 - _feet(ground, shape.alpha, slow, mid, k)
    open_ = risen * slope

    # washes: dark at the crest, pale at the foot, in loose layers
    shaded = np.clip(
        (np.float32(0.86) - np.float32(0.28) * recession - shape.light) / np.float32(0.35), -0.4, 1
    )
    form = np.clip(0.55 * shaded + 0.75 * (relit - 0.42), -0.4, 1.2) * (1 - shape.subject)
    washed = 0.16 + 1.05 * crest**1.3 + 0.35 * crest2**1.5 + 0.60 * form * (0.35 + 0.65 * crest)
    washed = washed * np.exp(0.55 * (mid + 0.5 * slow))
    washed = np.maximum(washed * (1 + 0.14 * np.exp(-((np.abs(mid - 0.12) / 0.03) ** 1.2))), 0)
    washed *= 1 + 0.55 * np.clip(2 * share, 0, 1)
    weights = _planes(recession)
    density = washed * _mixed(weights, look.density) * np.float32(look.wash)
    density = five_tones(np.maximum(density + 0.10 * fine * density + 0.05 * mid, 0), look.tones)
    density = np.maximum(density, 0)
    density *= (1 - 0.55 * mist * smoothstep(0.25, 0.85, mist)) * open_
    place = np.clip(1.15 - 1.55 * crest + 0.28 * mid + 0.22 * slow + 0.10 * form, 0, 1)
    if own is None:
        ink = density[..., None] * _pigments(weights, (look.near, look.mid, look.far), place)
    else:
        meeting = blur(ground, 10 * k)  # mist lies where the terrain meets the ground
        veiled = (1 - 0.55 * mist * smoothstep(0.25, 0.85, mist)) * (0.72 + 0.45 * crest)
        veiled *= 1 - 3.4 * meeting * (1 - meeting) * np.clip(0.8 + mid, 0, 1)
        loose = np.exp(0.40 * (mid + 0.5 * slow) * (1 - 0.6 * ground))
        ink = own * (veiled * loose * np.float32(look.wash))[..., None]

    # strokes along the fall, contours that swell and are lost, moss on the crests
    top = _pigments(weights, (look.near[:1], look.mid[:1], look.far[:1]), place)
    stroke_ink = (
        0.40 * colour.absorbance("ink") + 0.75 * top if len(set(look.near)) > 1 else colour.absorbance("ink")
    )
    if look.strokes > 0:
        fall = _cun(shape.surface, slope * shape.alpha, noise(max(4.8, 3.4 / k), 5, 1), k)
        cun = smoothstep(0.15, 1.5, fall + 0.25 * fine)
        cun = cun * np.clip(0.22 + 1.3 * form + 0.55 * crest, 0, 1) * np.clip(0.55 + 1.3 * mid, 0, 1.1)
        cun *= smoothstep(0.1, 0.7, 0.25 + 0.18 * grain + 0.7 * cun) * open_
        ink += (0.85 * look.strokes * cun * (1 - 0.70 * recession) * (1 - 0.6 * mist))[..., None] * stroke_ink
    if look.contour > 0:
        line = _contour(rim, relit, recession, pressure, lost, grain, k)
        edge = 0.04 * max(1.0, 1.2 / k)  # dots of a few pixels are soft
        moss = smoothstep(0.31 - edge, 0.31 + edge, noise(9.3, 15, 1)) * smoothstep(30, 10, rim)
        moss *= smoothstep(0.0, 0.25, lost + 0.3 * mid) * (1 - recession)
        drawn = (1.05 * line + 0.9 * moss) * (1 - 0.72 * recession) * open_ * np.float32(1.2 * look.contour)
        ink += (drawn * (1 - smoothstep(0.0, 0.5, shape.subject)))[..., None] * colour.absorbance("ink")

    # level ground: only shadows and a faint wash towards the viewer
    y = (work.y + (np.arange(work.h, dtype=np.float32) + 0.5) / k)[:, None] / 1080
    shadow = np.clip((0.74 - shape.light) / 0.25, 0, 1) * (1 - shape.subject)
    # a hint of it, soft: what is cast belongs to the plate's light, not to the painter's
    shadow = 0.34 * blur(shadow, 7 * k) * smoothstep(near * 1.05, near * 0.9, np.exp(shape.behind))
    floor = (
        shadow
        + look.ground_wash
        * (smoothstep(0.80, 1.0, y + 0.05 * slow) + look.snow * (0.7 + 0.6 * slow + 0.3 * mid))
    ) * ground
    ink += np.clip(floor * np.exp(0.4 * mid), 0, 4)[..., None] * colour.absorbance(look.ground)
    return np.asarray(np.maximum(ink, 0), np.float32)


def _coarse(noise: Texture, size: float, number: int, octaves: int, warp: float = 0.0) -> Plane:
    """A texture of large features, read at every second pixel where it lies on a surface: it is soft."""
    anchor, work = noise.anchor, noise.region
    if anchor is None or size * work.scale < 24 * 2**octaves / 4:
        return noise(size, number, octaves, warp)
    every = np.ascontiguousarray(anchor[::2, ::2])
    rows, cols = every.shape[:2]
    read = Texture(Region(work.x, work.y, cols, rows, work.scale), noise.seed, every)
    low = read(size, number, octaves, warp)
    # pixel i of the coarse grid lies at 2 i of the fine one
    shift = np.array([[2, 0, 0], [0, 2, 0]], np.float32)
    size_px = (work.w, work.h)
    return np.asarray(
        cv2.warpAffine(low, shift, size_px, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    )


def _without_stairs(ink: NDArray[np.float32], lz: Plane, k: float) -> NDArray[np.float32]:
    """The ink with its silhouettes softened by less than a pixel, on both sides: depth knows no part pixels,
    and a stair that climbs along a ridge as the camera moves is what boils."""
    close = share_farther(lz, k) + share_farther(-lz, k)
    matte = np.clip(3 * close, 0, 1)[..., None]
    soft = cv2.GaussianBlur(ink, (0, 0), 0.75, borderType=cv2.BORDER_REPLICATE)
    return np.asarray(ink + matte * (soft - ink), np.float32)


def _sized(plane: NDArray[np.float32], size: tuple[int, int]) -> NDArray[np.float32]:
    """A plane (h, w[, k]) at another size (w, h): area averages down, straight lines up."""
    h, w = plane.shape[:2]
    if (w, h) == size:
        return plane
    how = cv2.INTER_AREA if size[1] < h else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(plane, size, interpolation=how), np.float32)


def _surface(normal: NDArray[np.float32] | None, lz: Plane, k: float) -> NDArray[np.float32]:
    """Unit normals (h, w, 3), z up; guessed from depth where there are none."""
    if normal is None:
        smooth = blur(lz, 3 * k)
        across = cv2.Sobel(smooth, cv2.CV_32F, 1, 0, scale=40 * k / 8)
        down = cv2.Sobel(smooth, cv2.CV_32F, 0, 1, scale=40 * k / 8)
        normal = np.dstack([across, -np.ones_like(lz), np.clip(-down, 0, 1)])
    normal = np.nan_to_num(np.asarray(normal[..., :3], np.float32))
    length = np.sqrt(np.einsum("ijk,ijk->ij", normal, normal))
    return np.asarray(normal / np.maximum(length, 1e-3)[..., None], np.float32)


def _planes(recession: Plane) -> tuple[Plane, Plane, Plane]:
    """Weights of the near, middle and far plane, which add up to 1."""
    near, far = np.clip(1 - 2 * recession, 0, 1), np.clip(2 * recession - 1, 0, 1)
    return near, 1 - near - far, far


def _mixed(weights: Sequence[Plane], values: Sequence[float]) -> Plane:
    return np.asarray(sum(w * np.float32(v) for w, v in zip(weights, values, strict=True)), np.float32)


def _pigments(weights: Sequence[Plane], ramps: Sequence[Sequence[str]], place: Plane) -> NDArray[np.float32]:
    """Absorbance (h, w, 3): the ramp of each plane at `place`, mixed by distance."""
    shared: dict[tuple[str, ...], Plane] = {}
    for weight, names in zip(weights, ramps, strict=True):
        shared[tuple(names)] = shared[tuple(names)] + weight if tuple(names) in shared else weight
    if len(shared) == 1:
        return ramp(place, ramps[0])
    mixed = np.zeros((*place.shape, 3), np.float32)
    for key, weight in shared.items():
        mixed += weight[..., None] * ramp(place, key)
    return mixed


def _feet(ground: Plane, alpha: Plane, slow: Plane, mid: Plane, k: float) -> Plane:
    """Where mist lies on the feet of the terrain, along the level ground: it hides where the two meet."""
    if not ground.any():
        return np.zeros_like(ground)
    h, w = ground.shape
    shift = np.array([[1, 0, 0], [0, 1, 30 * k]], np.float32)
    below = cv2.warpAffine(blur(ground, 30 * k), shift, (w, h), flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP)
    close = smoothstep(0.12, 0.80, np.asarray(below) + 0.28 * mid + 0.42 * slow)
    return np.asarray(np.clip(0.97 * close * (1 - ground) * alpha, 0, 1), np.float32)


def _grown(found: Plane, chroma: Plane, k: float) -> Plane:
    """What is colourful and joined to a subject belongs to it: a wheel where it dips into a ridge."""
    seen = smoothstep(0.09, 0.13, chroma)
    joined = cv2.dilate(np.asarray(seen > 0.5, np.uint8), square(2 * k))
    count, label = cv2.connectedComponents(joined, connectivity=8)
    inside = np.bincount(label.ravel(), weights=(found > 0.5).ravel(), minlength=count)
    whole = np.bincount(label.ravel(), minlength=count)
    kept = inside > 0.25 * whole  # a subject in a field of flowers does not become the field
    kept[0] = False
    return np.asarray(seen * kept[label], np.float32)


def _foot(found: Plane, lz: Plane, level: Plane, k: float) -> Plane:
    """What stands on level ground, down to where it stands: there it is no nearer than its surroundings."""
    brush = square(14 * k)
    own = cv2.erode(np.where(found > 0.5, lz, np.float32(99)), brush)
    near = smoothstep(0.06, 0.03, np.abs(lz - own)) * smoothstep(0.05, 0.2, blur(level, 8 * k))
    return np.asarray(near * cv2.dilate(found, brush) * (1 - level), np.float32)


def _behind_subjects(plane: Plane, subject: Plane, k: float) -> Plane:
    """The plane with its surroundings carried on behind the subjects, which are neither ground nor slope.

    From either side rather than from above and below: the ground ends along a level line.
    """
    if not subject.any():
        return plane
    h, w = plane.shape
    cover = smoothstep(0.0, 0.3, blur(subject, 3.5 * k))
    half = (max(2, w // 2), max(2, h // 2))
    pair = _sized(np.dstack([plane * (1 - cover), 1 - cover]), half)
    across, down = max(20 * k, 0.5), max(2.5 * k, 0.5)
    wide = cv2.GaussianBlur(pair, (0, 0), across, sigmaY=down, borderType=cv2.BORDER_REPLICATE)
    pair = _sized(np.asarray(wide, np.float32), (w, h))
    carried = pair[..., 0] / np.maximum(pair[..., 1], np.float32(0.02))
    return np.asarray(plane * (1 - cover) + np.clip(carried, 0, 1) * cover, np.float32)


def _cun(surface: NDArray[np.float32], where: Plane, dots: Plane, k: float) -> Plane:
    """Texture strokes: dots dragged along the fall line as the viewer sees it; mean 0, spread 1 or so."""
    from .kernels.terrain import drag

    smooth = blur(surface, 3.8 * k)
    across, down = smooth[..., 0] * smooth[..., 2], 1 - smooth[..., 2] ** 2 + 0.08
    stride = 2 / (np.sqrt(across * across + down * down) + np.float32(1e-4))  # two pixels a step
    out = np.empty_like(dots)
    drag(out, dots, across * stride, down * stride, where, max(5, round(12 * k)))
    out[where <= UNSEEN] = 0
    return np.asarray(out * np.float32(8.0), np.float32)


def _contour(
    rim: Plane, relit: Plane, recession: Plane, pressure: Plane, lost: Plane, grain: Plane, k: float
) -> Plane:
    """Ridge lines inside the silhouette: they swell with pressure, run dry on the paper and are lost."""
    press = np.clip(0.60 + 1.0 * pressure, 0.05, 1.35) * (0.75 + 0.45 * np.clip(relit + 0.2, 0, 1))
    width = (0.75 + 12.0 * np.clip(press, 0, 1.3) ** 1.6 * (1 - 0.66 * recession)) * 0.75
    soft = np.float32(max(0.9, 1.6 / k))
    line = np.clip((width + soft - rim) / (2 * soft), 0, 1)
    line = line * smoothstep(-0.36, -0.08, lost + 0.25 * pressure)
    return np.asarray(line * smoothstep(0.05, 0.55, 0.30 + 0.16 * grain + 0.62 * line - 0.25), np.float32)


def _subjects(
    plate: Plate,
    subject: Plane,
    inside: Plane,
    share: Plane,
    grain: Plane,
    relit: Plane,
    look: Any,
    lit: Plane | None,
) -> NDArray[np.float32]:
    """Absorbance of the subjects: neutrals in ink by lightness, colours as the pigment of their hue.

    subject: the matte; inside: the same blurred; share: how much close by lies farther; lit: what burns.
    """
    strength = _colourful(plate)
    tone = 1.75 * np.clip(1 - plate.light / 0.88, 0, 1) ** 0.9 * (0.42 + 0.85 * relit)
    rim = 1 + 0.8 * np.clip(2 * subject * (1 - inside), 0, 1)
    lay = rim * (1 + 0.6 * grain) * subject
    painted = (tone * (1 - strength) * lay)[..., None] * colour.absorbance(look.body)
    full = np.clip(1.25 - 0.75 * plate.light, 0.25, 1.2) * 1.1 * strength * lay
    painted += full[..., None] * _subject_pigment(plate, look, lit)
    line = np.clip(0.85 * smoothstep(0.10, 0.40, share), 0, 1) * subject * (1 - 0.35 * strength)
    painted += (0.8 * line)[..., None] * colour.absorbance("ink")
    return np.asarray(painted, np.float32)


def _colourful(plate: Plate) -> Plane:
    """1 where a subject has a colour. Shaded faces have little chroma left: it counts more where dark."""
    return smoothstep(0.075, 0.115, plate.chroma * np.maximum(1, 0.6 / np.maximum(plate.light, 0.2)))


def _lit(plate: Plate) -> Plane:
    """1 on the yellow of a lamp."""
    return np.asarray(smoothstep(60, 72, plate.hue) * smoothstep(112, 102, plate.hue), np.float32)


def _burning(ids: Plane | None, seed: int, share: float) -> Plane | None:
    """1 on the objects whose lamps burn, `share` of all, chosen by a hash of their ids; None for all."""
    if share >= 1 or ids is None:
        return None
    numbers, which = np.unique(np.nan_to_num(ids).astype(np.int64), return_inverse=True)
    burns = (rolls(mixed(seed, 21), numbers) < share).astype(np.float32)
    return np.ascontiguousarray(burns[which].reshape(ids.shape))


def _lamplight(ink: NDArray[np.float32], lamps: Plane, k: float) -> NDArray[np.float32]:
    """The glow of lamps on what is round them: the night is lifted and gamboge laid in its place."""
    near, wide = (np.clip(blur(lamps, r * k) * gain, 0, 1) for r, gain in ((27, 3.5), (75, 5.0)))
    lifted = ink * (1 - np.clip(0.80 * near + 0.30 * wide, 0, 0.95))[..., None]
    return np.asarray(
        lifted + (0.55 * near + 0.18 * wide)[..., None] * colour.absorbance("gamboge"), np.float32
    )


def _subject_pigment(plate: Plate, look: Any, lit: Plane | None) -> NDArray[np.float32]:
    hue = np.where((plate.hue < 20) | (plate.hue > 335), np.float32(12), plate.hue)
    own = wheel(hue)
    body = colour.absorbance(look.body)
    if look.subjects == "ink":
        return np.broadcast_to(body, own.shape)
    if look.subjects == "red":
        warm = smoothstep(104, 94, plate.hue) + smoothstep(320, 335, plate.hue)
        return np.asarray(
            body + np.clip(warm, 0, 1)[..., None] * (colour.absorbance("vermilion") - body), np.float32
        )
    if look.subjects == "lantern":
        burning = _lit(plate) if lit is None else _lit(plate) * lit
        return np.asarray(body + burning[..., None] * (colour.absorbance("gamboge") - body), np.float32)
    return own


def _box(matte: NDArray[np.bool_]) -> tuple[slice, slice]:
    """The smallest rectangle that holds the matte; of no size where it is empty."""
    rows, cols = np.flatnonzero(matte.any(axis=1)), np.flatnonzero(matte.any(axis=0))
    if not len(rows):
        return slice(0, 0), slice(0, 0)
    return slice(int(rows[0]), int(rows[-1]) + 1), slice(int(cols[0]), int(cols[-1]) + 1)
