"""The slow, obvious version of the kernels that paint footage: float64 numpy, one formula after another.

Pictures are (h, w, k) or (k, h, w) as said; textures have mean 0.
"""

from __future__ import annotations

import numpy as np

from inkrender import colour


def rise(x, lo, hi):
    t = np.clip((x - lo) / (hi - lo), 0, 1)
    return t * t * (3 - 2 * t)


def apart(light):
    """(3, h, w) OKLab of premultiplied light (h, w, 4)."""
    light = np.nan_to_num(np.float64(light), nan=0, posinf=65504, neginf=-65504)
    alpha = np.clip(light[..., 3:], 0, 1)
    straight = np.clip(light[..., :3] / np.maximum(alpha, 0.02), 0, 4)
    return np.moveaxis(colour.oklab(straight), -1, 0)


def directions(smooth):
    """(unit vectors (h, w, 2) along edges, the larger and the smaller eigenvalue) of a tensor (3, h, w)."""
    xx, xy, yy = np.float64(smooth)
    values, vectors = np.linalg.eigh(np.stack([np.stack([xx, xy], -1), np.stack([xy, yy], -1)], -2))
    return vectors[..., 0], values[..., 1], values[..., 0]


def sampled(plane, x, y):
    """A plane read bilinearly at one place inside it."""
    h, w = plane.shape[:2]
    i, j = int(x), int(y)
    u, v = x - i, y - j
    i2, j2 = min(i + 1, w - 1), min(j + 1, h - 1)
    return (plane[j, i] * (1 - u) + plane[j, i2] * u) * (1 - v) + (
        plane[j2, i] * (1 - u) + plane[j2, i2] * u
    ) * v


def along(src, way, steps, stride):
    """src (h, w, 4) averaged along way (h, w, 4)."""
    src, way = np.float64(src), np.float64(way)
    h, w = src.shape[:2]
    out = np.empty_like(src)
    for j in range(h):
        for i in range(w):
            reach = way[j, i, 2] * steps + 0.5
            total, weights = src[j, i].copy(), 1.0
            for sign in (1, -1):
                place, step = np.array([i, j], float), sign * way[j, i, :2]
                for n in range(steps):
                    weight = max(1 - (n + 1) / reach, 0)
                    place = place + step * stride
                    if weight == 0 or (place < 0).any() or place[0] > w - 1 or place[1] > h - 1:
                        break
                    total += weight * sampled(src, *place)
                    weights += weight
                    there = way[int(place[1] + 0.5), int(place[0] + 0.5), :2]
                    step = -there if there @ step < 0 else there
            out[j, i] = total / weights
    return np.moveaxis(out, -1, 0)


def stepped(density, full, tones, rim):
    x = density / full
    steps, marks, low = np.zeros_like(x), np.zeros_like(x), 0.0
    for level in (0.067, 0.187, 0.367, 0.633, 1.0):
        z = (x - (low + level) / 2) / (0.12 * (level - low))
        steps += (level - low) / (1 + np.exp(-z))
        marks += (level - low) * np.exp(-((z - 1.6) ** 2)) - 0.7 * low * np.exp(-((z + 1.6) ** 2))
        low = level
    return np.maximum(density + tones * (steps * full - density) + rim * full * marks, 0)


def washes(lab, around, far, calm, leaves, slow, middle, fine, how):
    lift = 0.62 - np.float64(around)
    lift = np.where(lift > 0, 0.45, 0.35) * lift + 0.5 * (lab[0] - np.float64(around))
    own = lab[0] + how.veil * lift + 0.3 * leaves * (lab[0] - np.float64(around))
    d = how.full * np.clip((0.87 - own) / 0.66, 0, 1) ** 1.5
    d = d * (1 - max(how.recede, 0) * far) + max(-how.recede, 0) * far * 0.6
    d = np.maximum(d + d * (1 - 0.75 * d / how.full) * (0.20 * fine + 0.12 * middle), 0)
    return stepped(d, how.full, how.tones, how.rim * calm) * np.exp(0.30 * middle + 0.12 * slow)


def pigments(
    lab, density, soft, sure, leaves, slow, middle, press, wheel, ramp, soot, umber, deep, line_ink, how
):
    """(h, w, 3)."""
    light, a, b, line = np.float64(lab)
    d = density * (1 + how.edge * sure * np.clip((density - soft) / (soft + 0.35), -0.5, 0.5))
    d = np.maximum(d, 0) * how.wash
    chroma = np.hypot(a, b)
    hue = np.degrees(np.arctan2(b, a)) % 360
    green = leaves * rise(hue, 84, 100) * rise(hue, 185, 150) * rise(light, 0.78, 0.58)
    chroma = chroma * (1 + 1.4 * green * np.clip(1 - 12 * chroma, 0, 1))
    hue = hue + 0.5 * green * (130 - hue)
    shaded = chroma * np.maximum(1, 0.6 / np.maximum(light, 0.25))
    own = np.minimum(
        rise(shaded, 0.045 - 0.035 * how.chroma, 0.11 - 0.06 * how.chroma) * how.chroma * 1.15, 1
    )
    if how.keep == 1:
        red = np.where(hue < 180, rise(hue, 44, 34), rise(hue, 345, 355))
        own = np.maximum(own, red * rise(shaded, 0.10, 0.15))
    elif how.keep == 2:
        lit = rise(hue, 66, 76) * rise(hue, 110, 100) * rise(chroma, 0.12, 0.16) * rise(light, 0.6, 0.75)
        own = np.maximum(own, lit)
    place = np.clip(1.05 - d * (0.42 - 0.04 * np.minimum(d, 4)) + 0.16 * middle + 0.10 * slow, 0, 1)
    base = ramp[np.int64(place * (len(ramp) - 1) + 0.5)].astype(float)
    pure = np.minimum(chroma / (np.maximum(light, 0.15) * 0.4), 1)
    strong = np.minimum(np.sqrt(d) * 5 + 0.5, len(wheel) - 1)
    turned = hue * (wheel.shape[2] - 1) / 360
    answer = wheel[np.int64(strong), np.int64(pure * (wheel.shape[1] - 1) + 0.5), np.int64(turned + 0.5)]
    grey = how.soot * (1 - own)
    warm = np.where(b > 0, np.clip(16 * (a + 0.4 * b), 0, 1), 0)
    shares = [grey * (1 - warm), grey * warm, (1 - grey) * (1 - own), (1 - grey) * own]
    given = [np.broadcast_to(soot, base.shape), np.broadcast_to(umber, base.shape), base, answer]
    shares, given = np.stack(shares, -1), np.stack(given, -2)
    shares /= given[..., 3]
    mixed = ((shares / shares.sum(-1, keepdims=True))[..., None] * given).sum(-2)
    unit, most = mixed[..., 3], 1.5 + 2.5 * own
    amount = most * (1 - np.exp(-d / (np.maximum(unit, 0.5) * most)))
    amount += own * np.minimum(3.5 * chroma, 0.7) * (1 - np.minimum(amount, 1))
    rest = 0.9 * np.maximum(d - amount * unit, 0) / (deep[3] + own * (soot[3] - deep[3]))
    amount = amount + how.glaze * (1 + 0.3 * middle)
    drawn = line * np.clip(0.6 + 1.1 * press, 0, 1)
    dark = (deep + own[..., None] * (soot + warm[..., None] * (umber - soot) - deep))[..., :3]
    return amount[..., None] * mixed[..., :3] + rest[..., None] * dark + drawn[..., None] * line_ink


def laid(light, ink, guide, grain, amount, edge):
    """(h, w, 4)."""
    h, w = light.shape[:2]
    rows, cols = guide.shape
    lightness, alpha = apart(light)[0], np.clip(np.float64(light[..., 3]), 0, 1)
    out = np.empty((h, w, 4))
    for j in range(h):
        for i in range(w):
            u = np.clip((i + 0.5) * cols / w - 0.5, 0, cols - 1)
            v = np.clip((j + 0.5) * rows / h - 0.5, 0, rows - 1)
            i0, j0 = min(int(u), max(cols - 2, 0)), int(v)
            total, weights = np.zeros(3), 0.0
            for x, across in ((i0, 1 - (u - i0)), (min(i0 + 1, cols - 1), u - i0)):
                for y, down in ((j0, 1 - (v - j0)), (min(j0 + 1, rows - 1), v - j0)):
                    apart_ = guide[y, x] - lightness[j, i]
                    weight = across * down * (0.03 + max(1 - (apart_ / edge) ** 2, 0))
                    total += weight * ink[y, x, :3]
                    weights += weight
            full = np.maximum(total / weights, 0)
            k = max(1 + amount * grain[j, i] * np.exp(-0.8 * full.mean()), 0)
            out[j, i] = [*(full * k * alpha[j, i]), alpha[j, i]]
    return out


def dragged(src, motion, share, longest=24):
    """src (4, h, w) drawn out by a share of motion (h, w, 2)."""
    src, way = np.float64(src), share * np.float64(motion)
    out = src.copy()
    _, h, w = src.shape
    for j in range(h):
        for i in range(w):
            length = np.hypot(*way[j, i])
            if length <= 1:
                continue
            n = int(min(length, longest))
            steps = (np.arange(n) + 0.5) / (2 * n)
            places = [np.array([i, j]) + side * s * way[j, i] for s in steps for side in (1, -1)]
            places = [np.clip(p, 0, [w - 1, h - 1]) for p in places]
            mean = np.mean([sampled(np.moveaxis(src, 0, -1), *p) for p in places], axis=0)
            own = 1 - min(length - 1, 1)
            out[:, j, i] = own * src[:, j, i] + (1 - own) * mean
    return out
