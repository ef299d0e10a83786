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
from .primitives import (
    SRGB_1A,
    SRGB_1A_INV,
    SRGB_A,
    SRGB_CODE_KNEE,
    SRGB_KNEE,
    SRGB_P_INV,
    SRGB_SLOPE,
    SRGB_SLOPE_INV,
    magnitude,
    with_sign,
)
from .shading import exp2, log2
from .tiles import TILE, carray, pointer

F = np.float32
ZERO, ONE, TWO, THREE, FOUR = F(0), F(1), F(2), F(3), F(4)
CHUNK = 512  # px that are looked at together: their scratch stays in L1
SLACK = F(2e-6)  # below the gamut by rounding only
ABOVE = F(0.2)  # at its top rounding is five times as large, and encoding a fortieth as steep
TINY = F(1e-9)
GREY = F(0.04)  # chroma from which a colour has a hue that counts fully
STEPS = 12  # halvings, before the crossing is taken for straight: a millionth of the chroma
# x ** (-1/3) from the bits of x, to 3.5 %; the bits as a number are a logarithm
GUESS, THIRD = F(1419900000), F(-1 / 3)
E1, E2, E3 = F(1 / 3), F(2 / 9), F(14 / 81)
FIFTH_GUESS, FIFTH = F(1277905920), F(-1 / 5)  # likewise x ** (-1/5), whose fifth power is within 15 %
D1, D2, D3 = F(1 / 5), F(3 / 25), F(11 / 125)
LEAST = F(1e-12)


def matrices(hue: float, chroma: float, lightness: float) -> np.ndarray:
    """54 floats: RGB to LMS; the turn of hue (degrees), chroma and lightness (factors) on cube roots of LMS;
    those to Lab; turned Lab to cube roots; LMS to RGB; Lab to cube roots."""
    angle = np.radians(hue)
    c, s = chroma * np.cos(angle), chroma * np.sin(angle)
    turn = np.array([[lightness, 0, 0], [0, c, -s], [0, s, c]])
    back = np.linalg.inv(LMS_TO_LAB) @ turn
    parts = [RGB_TO_LMS, back @ LMS_TO_LAB, LMS_TO_LAB, back, np.linalg.inv(RGB_TO_LMS)]
    parts += [np.linalg.inv(LMS_TO_LAB)]
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
def cube_root(x):
    """Cube root of x >= 0 to 2.5e-7; below 1e-12 it is 1e-4.

    A guess and two steps without a division: a third less work than a logarithm and an exponential.
    """
    x = max(x, LEAST)
    y = np.int32(GUESS + F(F(x).view(np.int32)) * THIRD).view(np.float32)
    e = ONE - x * y * y * y
    y = y + y * e * (E1 + e * (E2 + e * E3))
    e = ONE - x * y * y * y
    y = y + y * e * E1
    return x * y * y


@inline
def light_of(x):
    """sRGB-encoded x >= 0 to linear light: x ** 2.4 is (x x^-.2) ** 3, and that root needs no logarithm."""
    z = (x + SRGB_A) * SRGB_1A_INV
    y = np.int32(FIFTH_GUESS + F(F(z).view(np.int32)) * FIFTH).view(np.float32)
    y2 = y * y
    e = ONE - z * (y2 * y2 * y)
    y = y + y * e * (D1 + e * (D2 + e * D3))
    y2 = y * y
    e = ONE - z * (y2 * y2 * y)
    y = y + y * e * D1
    z = z * y
    return x * SRGB_SLOPE_INV if x <= SRGB_CODE_KNEE else z * z * z


@inline
def code_of(x):
    """Linear light x >= 0 to sRGB-encoded."""
    y = SRGB_1A * exp2(log2(x) * SRGB_P_INV) - SRGB_A
    return x * SRGB_SLOPE if x <= SRGB_KNEE else y


@inline
def signed_root(x):
    return with_sign(cube_root(magnitude(x)), x)


@inline
def beyond(t, light, l, m, s, c, top):
    """How far outside 0..top a colour lies that has t of its chroma; 0 or less: inside, but for rounding."""
    u, v, w = light + t * l, light + t * m, light + t * s
    u, v, w = u * u * u, v * v * v, w * w * w
    r = c[0] * u + c[1] * v + c[2] * w
    g = c[3] * u + c[4] * v + c[5] * w
    b = c[6] * u + c[7] * v + c[8] * w
    return max((max(r, max(g, b)) - top) * ABOVE, -min(r, min(g, b))) - SLACK


@kernel
def roots(px, p, peaks):
    """CHUNK px of a register from encoded to the cube roots of LMS. peaks (CHUNK,): the top of each gamut.

    Loop by loop: in one, LLVM runs out of registers and takes twice as long.
    """
    a0, a1, a2, a3, a4, a5, a6, a7, a8 = p[0], p[1], p[2], p[3], p[4], p[5], p[6], p[7], p[8]
    for c in range(3):
        at = c * TILE
        for i in range(CHUNK):
            px[at + i] = light_of(max(px[at + i], ZERO))
    for i in range(CHUNK):
        r, g, b = px[i], px[TILE + i], px[2 * TILE + i]
        peaks[i] = max(max(r, g), max(b, ONE))
        px[i] = a0 * r + a1 * g + a2 * b
        px[TILE + i] = a3 * r + a4 * g + a5 * b
        px[2 * TILE + i] = a6 * r + a7 * g + a8 * b
    for c in range(3):
        at = c * TILE
        for i in range(CHUNK):
            px[at + i] = cube_root(px[at + i])


@kernel
def turn(px, p, peaks):
    """CHUNK px from `roots` through the constants, to linear light. Returns how many left the gamut."""
    b0, b1, b2, b3, b4, b5, b6, b7, b8 = p[9], p[10], p[11], p[12], p[13], p[14], p[15], p[16], p[17]
    c0, c1, c2, c3, c4, c5, c6, c7, c8 = p[36], p[37], p[38], p[39], p[40], p[41], p[42], p[43], p[44]
    outside = np.int32(0)
    for i in range(CHUNK):
        l, m, s = px[i], px[TILE + i], px[2 * TILE + i]
        u = b0 * l + b1 * m + b2 * s
        v = b3 * l + b4 * m + b5 * s
        w = b6 * l + b7 * m + b8 * s
        u, v, w = u * u * u, v * v * v, w * w * w
        r = c0 * u + c1 * v + c2 * w
        g = c3 * u + c4 * v + c5 * w
        b = c6 * u + c7 * v + c8 * w
        high, low = max(r, max(g, b)), min(r, min(g, b))
        outside += np.int32(1) if max((high - peaks[i]) * ABOVE, -low) > SLACK else np.int32(0)
        px[i], px[TILE + i], px[2 * TILE + i] = r, g, b
    return outside


@kernel
def bend(px, p, hues, hue_cells, tones, tone_cells):
    """CHUNK px from `roots` through curves, to cube roots again.

    hues, tones: addresses of float32 (3, cells + 1). hues, over the diamond angle: cosine and sine of the
    turn times the chroma's factor, lightness added (less in greys, which have no hue). tones, over lightness
    0..1: the chroma's factor, a and b that are added.
    """
    l0, l1, l2, l3, l4, l5, l6, l7, l8 = p[18], p[19], p[20], p[21], p[22], p[23], p[24], p[25], p[26]
    b0, b1, b2, b3, b4, b5, b6, b7, b8 = p[45], p[46], p[47], p[48], p[49], p[50], p[51], p[52], p[53]
    by_hue = carray(pointer(hues), (3 * (hue_cells + 1),), np.float32)
    by_tone = carray(pointer(tones), (3 * (tone_cells + 1),), np.float32)
    per_turn, per_light = F(hue_cells) / FOUR, F(tone_cells)
    nh, nt = hue_cells + 1, tone_cells + 1
    last_h, last_t = np.int32(hue_cells - 1), np.int32(tone_cells - 1)
    for i in range(CHUNK):
        l, m, s = px[i], px[TILE + i], px[2 * TILE + i]
        px[i] = l0 * l + l1 * m + l2 * s
        px[TILE + i] = l3 * l + l4 * m + l5 * s
        px[2 * TILE + i] = l6 * l + l7 * m + l8 * s
    for i in range(CHUNK):
        light, x, y = px[i], px[TILE + i], px[2 * TILE + i]
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
        px[i] = light + rise
        px[TILE + i] = (x * c - y * d) * gain + more_a
        px[2 * TILE + i] = (x * d + y * c) * gain + more_b
    for i in range(CHUNK):
        light, x, y = px[i], px[TILE + i], px[2 * TILE + i]
        px[i] = b0 * light + b1 * x + b2 * y
        px[TILE + i] = b3 * light + b4 * x + b5 * y
        px[2 * TILE + i] = b6 * light + b7 * x + b8 * y


@kernel
def fit(px, p, peaks, rays, which):
    """Bring what of CHUNK px of linear light lies outside 0..peak back along its chroma.

    rays (6 CHUNK,) and which, int32 (CHUNK,): scratch. Only pixels outside are looked at, gathered first.
    """
    a0, a1, a2, a3, a4, a5, a6, a7, a8 = p[0], p[1], p[2], p[3], p[4], p[5], p[6], p[7], p[8]
    l0, l1, l2 = p[18], p[19], p[20]
    c0, c1, c2, c3, c4, c5, c6, c7, c8 = p[36], p[37], p[38], p[39], p[40], p[41], p[42], p[43], p[44]
    c = (c0, c1, c2, c3, c4, c5, c6, c7, c8)
    share, tops = rays[4 * CHUNK :], rays[5 * CHUNK :]
    n = 0
    for i in range(CHUNK):
        r, g, b = px[i], px[TILE + i], px[2 * TILE + i]
        high, low = max(r, max(g, b)), min(r, min(g, b))
        which[n] = i
        n += 1 if max((high - peaks[i]) * ABOVE, -low) > SLACK else 0
    for k in range(n):
        i = which[k]
        rays[k], rays[CHUNK + k], rays[2 * CHUNK + k] = px[i], px[TILE + i], px[2 * TILE + i]
        tops[k] = peaks[i]
    for k in range(n):
        r, g, b = rays[k], rays[CHUNK + k], rays[2 * CHUNK + k]
        l = signed_root(a0 * r + a1 * g + a2 * b)
        m = signed_root(a3 * r + a4 * g + a5 * b)
        s = signed_root(a6 * r + a7 * g + a8 * b)
        light = l0 * l + l1 * m + l2 * s
        rays[k] = min(max(light, ZERO), cube_root(tops[k]))
        rays[CHUNK + k], rays[2 * CHUNK + k], rays[3 * CHUNK + k] = l - light, m - light, s - light
        share[k] = ZERO
    half = F(0.5)
    for _ in range(STEPS):
        for k in range(n):
            t = share[k] + half
            l, m, s = rays[CHUNK + k], rays[2 * CHUNK + k], rays[3 * CHUNK + k]
            share[k] = t if beyond(t, rays[k], l, m, s, c, tops[k]) <= ZERO else share[k]
        half = half * F(0.5)
    half = half * TWO
    for k in range(n):
        t = share[k]
        l, m, s = rays[CHUNK + k], rays[2 * CHUNK + k], rays[3 * CHUNK + k]
        near = beyond(t, rays[k], l, m, s, c, tops[k])
        far = beyond(t + half, rays[k], l, m, s, c, tops[k])
        share[k] = t + half * min(max(-near / max(far - near, TINY), ZERO), ONE)
    for k in range(n):
        t, i = share[k], which[k]
        u = rays[k] + t * rays[CHUNK + k]
        v = rays[k] + t * rays[2 * CHUNK + k]
        w = rays[k] + t * rays[3 * CHUNK + k]
        u, v, w = u * u * u, v * v * v, w * w * w
        px[i] = c0 * u + c1 * v + c2 * w
        px[TILE + i] = c3 * u + c4 * v + c5 * w
        px[2 * TILE + i] = c6 * u + c7 * v + c8 * w


@kernel
def oklch(reg, p, hues, hue_cells, tones, tone_cells, scratch, which):
    """A register's colour moved: p from `matrices`; hues, tones: addresses of the curves of `bend`, or 0.

    scratch (7 CHUNK,) and which, int32 (CHUNK,): scratch. Negative light counts as none.
    """
    peaks, rays = scratch[:CHUNK], scratch[CHUNK:]
    for start in range(0, TILE, CHUNK):
        px = reg[start:]
        roots(px, p, peaks)
        if hues != 0:
            bend(px, p, hues, hue_cells, tones, tone_cells)
        if turn(px, p, peaks) > 0:
            fit(px, p, peaks, rays, which)
        for c in range(3):
            at = c * TILE
            for i in range(CHUNK):
                px[at + i] = code_of(min(max(px[at + i], ZERO), peaks[i]))


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
        r = light_of(max(before[i], ZERO))
        g = light_of(max(before[TILE + i], ZERO))
        b = light_of(max(before[2 * TILE + i], ZERO))
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
