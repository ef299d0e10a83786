"""Colour moved in OKLCh: hue, chroma and lightness, by constants and by curves; and what a range of it holds.

Values come and go sRGB-encoded. Hue is looked up by its diamond angle (b / (|a| + |b|), unfolded to 0..4),
which needs no arctangent. What leaves the gamut is brought back along its chroma, at its own lightness and
hue: the reduction of CSS Color 4 without the clipping at its end. The gamut is a pixel's own: 0 to 1, or to
the brightest of its channels where that was above 1, so that light brighter than white stays so.
"""

from __future__ import annotations

import numpy as np

from .jit import inline, kernel
from .oklab import LMS_TO_LAB, RGB_TO_LMS
from .primitives import cube_root, magnitude, srgb_decode, srgb_encode, with_sign
from .tiles import TILE, carray, pointer

F = np.float32
ZERO, ONE, TWO, THREE, FOUR = F(0), F(1), F(2), F(3), F(4)
CHUNK = 512  # px that are looked at together: their scratch stays in L1
SLACK = F(2e-6)  # beyond the gamut by rounding only
TINY = F(1e-9)
GREY = F(0.04)  # chroma from which a colour has a hue that counts fully
STEPS = 20  # halvings: a millionth of the chroma


def matrices(hue: float, chroma: float, lightness: float) -> np.ndarray:
    """45 floats: RGB to LMS; the turn of hue (degrees), chroma and lightness (factors) on cube roots of LMS;
    those to Lab; turned Lab to cube roots; LMS to RGB."""
    angle = np.radians(hue)
    c, s = chroma * np.cos(angle), chroma * np.sin(angle)
    turn = np.array([[lightness, 0, 0], [0, c, -s], [0, s, c]])
    back = np.linalg.inv(LMS_TO_LAB) @ turn
    parts = [RGB_TO_LMS, back @ LMS_TO_LAB, LMS_TO_LAB, back, np.linalg.inv(RGB_TO_LMS)]
    return np.concatenate([part.ravel() for part in parts])


@inline
def diamond(a, b):
    """The angle of (a, b) as 0..4, one for a quarter turn, rising with the true angle; 0 at the centre."""
    q = b / max(magnitude(a) + magnitude(b), TINY)
    below = FOUR + q if b < ZERO else q
    return TWO - q if a < ZERO else below


@inline
def smooth(lo, hi, x):
    """0 at lo and before, 1 at hi and after; lo < hi."""
    t = min(max((x - lo) / (hi - lo), ZERO), ONE)
    return t * t * (THREE - TWO * t)


@inline
def signed_root(x):
    return with_sign(cube_root(magnitude(x)), x)


@kernel
def turn(px, p, peaks):
    """CHUNK px of a register through the matrices, from encoded to linear. Returns how many left the gamut.

    peaks: (CHUNK,), becomes the top of each pixel's gamut.
    """
    a0, a1, a2, a3, a4, a5, a6, a7, a8 = p[0], p[1], p[2], p[3], p[4], p[5], p[6], p[7], p[8]
    b0, b1, b2, b3, b4, b5, b6, b7, b8 = p[9], p[10], p[11], p[12], p[13], p[14], p[15], p[16], p[17]
    c0, c1, c2, c3, c4, c5, c6, c7, c8 = p[36], p[37], p[38], p[39], p[40], p[41], p[42], p[43], p[44]
    outside = np.int32(0)
    for i in range(CHUNK):
        r = srgb_decode(max(px[i], ZERO))
        g = srgb_decode(max(px[TILE + i], ZERO))
        b = srgb_decode(max(px[2 * TILE + i], ZERO))
        peak = max(max(r, g), max(b, ONE))
        l = cube_root(a0 * r + a1 * g + a2 * b)
        m = cube_root(a3 * r + a4 * g + a5 * b)
        s = cube_root(a6 * r + a7 * g + a8 * b)
        u = b0 * l + b1 * m + b2 * s
        v = b3 * l + b4 * m + b5 * s
        w = b6 * l + b7 * m + b8 * s
        u, v, w = u * u * u, v * v * v, w * w * w
        r = c0 * u + c1 * v + c2 * w
        g = c3 * u + c4 * v + c5 * w
        b = c6 * u + c7 * v + c8 * w
        high, low = max(r, max(g, b)), min(r, min(g, b))
        outside += np.int32(1) if max(high - peak, -low) > SLACK else np.int32(0)
        px[i], px[TILE + i], px[2 * TILE + i], peaks[i] = r, g, b, peak
    return outside


@kernel
def bend(px, p, peaks, hues, hue_cells, tones, tone_cells):
    """As `turn`, with curves before it. hues, tones: addresses of float32 (3, cells + 1).

    hues, over the diamond angle: cosine and sine of the turn times the chroma's factor, lightness added (less
    in greys, which have no hue). tones, over lightness 0..1: the chroma's factor, a and b that are added.
    """
    a0, a1, a2, a3, a4, a5, a6, a7, a8 = p[0], p[1], p[2], p[3], p[4], p[5], p[6], p[7], p[8]
    l0, l1, l2, l3, l4, l5, l6, l7, l8 = p[18], p[19], p[20], p[21], p[22], p[23], p[24], p[25], p[26]
    b0, b1, b2, b3, b4, b5, b6, b7, b8 = p[27], p[28], p[29], p[30], p[31], p[32], p[33], p[34], p[35]
    c0, c1, c2, c3, c4, c5, c6, c7, c8 = p[36], p[37], p[38], p[39], p[40], p[41], p[42], p[43], p[44]
    by_hue = carray(pointer(hues), (3 * (hue_cells + 1),), np.float32)
    by_tone = carray(pointer(tones), (3 * (tone_cells + 1),), np.float32)
    per_turn, per_light = F(hue_cells) / FOUR, F(tone_cells)
    nh, nt = hue_cells + 1, tone_cells + 1
    last_h, last_t = np.int32(hue_cells - 1), np.int32(tone_cells - 1)
    outside = np.int32(0)
    for i in range(CHUNK):
        r = srgb_decode(max(px[i], ZERO))
        g = srgb_decode(max(px[TILE + i], ZERO))
        b = srgb_decode(max(px[2 * TILE + i], ZERO))
        peak = max(max(r, g), max(b, ONE))
        l = cube_root(a0 * r + a1 * g + a2 * b)
        m = cube_root(a3 * r + a4 * g + a5 * b)
        s = cube_root(a6 * r + a7 * g + a8 * b)
        light = l0 * l + l1 * m + l2 * s
        x = l3 * l + l4 * m + l5 * s
        y = l6 * l + l7 * m + l8 * s
        at = diamond(x, y) * per_turn
        j = min(np.int32(at), last_h)
        k = at - F(j)
        c = by_hue[j] + (by_hue[j + 1] - by_hue[j]) * k
        d = by_hue[nh + j] + (by_hue[nh + j + 1] - by_hue[nh + j]) * k
        rise = by_hue[2 * nh + j] + (by_hue[2 * nh + j + 1] - by_hue[2 * nh + j]) * k
        rise = rise * smooth(ZERO, GREY, np.sqrt(x * x + y * y))
        at = min(max(light, ZERO), ONE) * per_light
        j = min(np.int32(at), last_t)
        k = at - F(j)
        gain = by_tone[j] + (by_tone[j + 1] - by_tone[j]) * k
        more_a = by_tone[nt + j] + (by_tone[nt + j + 1] - by_tone[nt + j]) * k
        more_b = by_tone[2 * nt + j] + (by_tone[2 * nt + j + 1] - by_tone[2 * nt + j]) * k
        x, y = (x * c - y * d) * gain + more_a, (x * d + y * c) * gain + more_b
        light = light + rise
        u = b0 * light + b1 * x + b2 * y
        v = b3 * light + b4 * x + b5 * y
        w = b6 * light + b7 * x + b8 * y
        u, v, w = u * u * u, v * v * v, w * w * w
        r = c0 * u + c1 * v + c2 * w
        g = c3 * u + c4 * v + c5 * w
        b = c6 * u + c7 * v + c8 * w
        high, low = max(r, max(g, b)), min(r, min(g, b))
        outside += np.int32(1) if max(high - peak, -low) > SLACK else np.int32(0)
        px[i], px[TILE + i], px[2 * TILE + i], peaks[i] = r, g, b, peak
    return outside


@kernel
def fit(px, p, peaks, share, rays):
    """Bring CHUNK px of linear light into 0..peak along their chroma, at constant lightness and hue.

    share (2 CHUNK,) and rays (4 CHUNK,): scratch.
    """
    a0, a1, a2, a3, a4, a5, a6, a7, a8 = p[0], p[1], p[2], p[3], p[4], p[5], p[6], p[7], p[8]
    l0, l1, l2 = p[18], p[19], p[20]
    c0, c1, c2, c3, c4, c5, c6, c7, c8 = p[36], p[37], p[38], p[39], p[40], p[41], p[42], p[43], p[44]
    for i in range(CHUNK):
        r, g, b = px[i], px[TILE + i], px[2 * TILE + i]
        l = signed_root(a0 * r + a1 * g + a2 * b)
        m = signed_root(a3 * r + a4 * g + a5 * b)
        s = signed_root(a6 * r + a7 * g + a8 * b)
        light = l0 * l + l1 * m + l2 * s
        held = min(max(light, ZERO), cube_root(peaks[i]))
        rays[i], rays[CHUNK + i] = held, l - light
        rays[2 * CHUNK + i], rays[3 * CHUNK + i] = m - light, s - light
        high, low = max(r, max(g, b)), min(r, min(g, b))
        share[i] = ZERO
        share[CHUNK + i] = ONE if max(high - peaks[i], -low) <= SLACK else ZERO
    half = F(0.5)
    for _ in range(STEPS):
        for i in range(CHUNK):
            k = share[i] + half
            u = rays[i] + k * rays[CHUNK + i]
            v = rays[i] + k * rays[2 * CHUNK + i]
            w = rays[i] + k * rays[3 * CHUNK + i]
            u, v, w = u * u * u, v * v * v, w * w * w
            r = c0 * u + c1 * v + c2 * w
            g = c3 * u + c4 * v + c5 * w
            b = c6 * u + c7 * v + c8 * w
            high, low = max(r, max(g, b)), min(r, min(g, b))
            share[i] = k if max(high - peaks[i], -low) <= SLACK else share[i]
        half = half * F(0.5)
    for i in range(CHUNK):
        k = share[i]
        u = rays[i] + k * rays[CHUNK + i]
        v = rays[i] + k * rays[2 * CHUNK + i]
        w = rays[i] + k * rays[3 * CHUNK + i]
        u, v, w = u * u * u, v * v * v, w * w * w
        inside = share[CHUNK + i] > ZERO
        px[i] = px[i] if inside else c0 * u + c1 * v + c2 * w
        px[TILE + i] = px[TILE + i] if inside else c3 * u + c4 * v + c5 * w
        px[2 * TILE + i] = px[2 * TILE + i] if inside else c6 * u + c7 * v + c8 * w


@kernel
def oklch(reg, p, hues, hue_cells, tones, tone_cells, scratch, rays):
    """A register's colour moved: p from `matrices`; hues, tones: addresses of the curves of `bend`, or 0.

    scratch and rays: float32 (4 CHUNK,). Negative light counts as none.
    """
    peaks, share = scratch[:CHUNK], scratch[CHUNK:]
    for start in range(0, TILE, CHUNK):
        px = reg[start:]
        curved = hues != 0
        outside = bend(px, p, peaks, hues, hue_cells, tones, tone_cells) if curved else turn(px, p, peaks)
        if outside > 0:
            fit(px, p, peaks, share, rays)
        for i in range(CHUNK):
            peak = peaks[i]
            px[i] = srgb_encode(min(max(px[i], ZERO), peak))
            px[TILE + i] = srgb_encode(min(max(px[TILE + i], ZERO), peak))
            px[2 * TILE + i] = srgb_encode(min(max(px[2 * TILE + i], ZERO), peak))


@kernel
def qualify(reg, before, p, hues, hue_cells):
    """reg <- before where `before` is outside a range of colour, reg inside it, a mix at its soft edges.

    p: RGB to LMS and LMS to Lab (9 each); chroma's rise (from, to) and fall (from, to), lightness's likewise;
    least chroma that has a hue (from, to); 1 to turn the range round. hues: address of (cells + 1,) over the
    diamond angle.
    """
    a0, a1, a2, a3, a4, a5, a6, a7, a8 = p[0], p[1], p[2], p[3], p[4], p[5], p[6], p[7], p[8]
    l0, l1, l2, l3, l4, l5, l6, l7, l8 = p[9], p[10], p[11], p[12], p[13], p[14], p[15], p[16], p[17]
    by_hue = carray(pointer(hues), (hue_cells + 1,), np.float32)
    per_turn, last = F(hue_cells) / FOUR, np.int32(hue_cells - 1)
    for i in range(TILE):
        r = srgb_decode(max(before[i], ZERO))
        g = srgb_decode(max(before[TILE + i], ZERO))
        b = srgb_decode(max(before[2 * TILE + i], ZERO))
        l = cube_root(a0 * r + a1 * g + a2 * b)
        m = cube_root(a3 * r + a4 * g + a5 * b)
        s = cube_root(a6 * r + a7 * g + a8 * b)
        light = l0 * l + l1 * m + l2 * s
        x = l3 * l + l4 * m + l5 * s
        y = l6 * l + l7 * m + l8 * s
        at = diamond(x, y) * per_turn
        j = min(np.int32(at), last)
        k = by_hue[j] + (by_hue[j + 1] - by_hue[j]) * (at - F(j))
        chroma = np.sqrt(x * x + y * y)
        k = k * smooth(p[18], p[19], chroma) * (ONE - smooth(p[20], p[21], chroma))
        k = k * smooth(p[22], p[23], light) * (ONE - smooth(p[24], p[25], light))
        k = k * smooth(p[26], p[27], chroma)
        k = ONE - k if p[28] > ZERO else k
        for c in range(3):
            old, new = before[c * TILE + i], reg[c * TILE + i]
            reg[c * TILE + i] = new if k == ONE else old + (new - old) * k
