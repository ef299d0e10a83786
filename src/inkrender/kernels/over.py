"""Laying one register over another: ink over ink, light over light with the W3C blend modes, light into ink.

Blend formulas: W3C Compositing and Blending Level 1, on unpremultiplied colours. Registers are flat float32
(4 TILE): planes a constant distance apart in one array, which is what lets LLVM vectorise these loops.
"""

from __future__ import annotations

import numpy as np

from .jit import inline, kernel
from .primitives import saturate
from .shading import log
from .tiles import REGISTER, TILE

F = np.float32
ZERO, QUARTER, HALF, ONE, TWO, THREE, FOUR = F(0), F(0.25), F(0.5), F(1), F(2), F(3), F(4)
TWELVE, SIXTEEN = F(12), F(16)
DARKEST = F(0.006)  # the least a picture is taken to reflect: absorbance stays below 5.12

BLEND_MODES = (
    "normal",
    "multiply",
    "screen",
    "overlay",
    "darken",
    "lighten",
    "color-dodge",
    "color-burn",
    "hard-light",
    "soft-light",
    "difference",
    "exclusion",
)


@kernel
def over_ink(dst, src, opacity):
    """dst <- src over dst: A (1 - cover) + a, cover likewise. opacity scales ink and cover together."""
    for i in range(TILE):
        c = src[3 * TILE + i] * opacity
        k = ONE - c
        dst[i] = dst[i] * k + src[i] * opacity
        dst[TILE + i] = dst[TILE + i] * k + src[TILE + i] * opacity
        dst[2 * TILE + i] = dst[2 * TILE + i] * k + src[2 * TILE + i] * opacity
        dst[3 * TILE + i] = dst[3 * TILE + i] * k + c


@kernel
def over_light(dst, src, opacity, mode):
    """dst <- src over dst in linear light, premultiplied; mode is an index of BLEND_MODES."""
    if mode == 0:
        over_ink(dst, src, opacity)  # one operator, another medium
    elif mode == 1:
        blend(dst, src, opacity, 1)
    elif mode == 2:
        blend(dst, src, opacity, 2)
    elif mode == 3:
        blend(dst, src, opacity, 3)
    elif mode == 4:
        blend(dst, src, opacity, 4)
    elif mode == 5:
        blend(dst, src, opacity, 5)
    elif mode == 6:
        blend(dst, src, opacity, 6)
    elif mode == 7:
        blend(dst, src, opacity, 7)
    elif mode == 8:
        blend(dst, src, opacity, 8)
    elif mode == 9:
        blend(dst, src, opacity, 9)
    elif mode == 10:
        blend(dst, src, opacity, 10)
    else:
        blend(dst, src, opacity, 11)


@inline
def blend(dst, src, opacity, mode):
    """co = cs (1 - ab) + cb (1 - as) + as ab B(Cb, Cs), for all three channels; alpha as in over."""
    for i in range(TILE):
        a = src[3 * TILE + i] * opacity
        b = dst[3 * TILE + i]
        ka = opacity / a if a > ZERO else ZERO
        kb = ONE / b if b > ZERO else ZERO
        for c in range(3):
            s = src[c * TILE + i]
            d = dst[c * TILE + i]
            both = mixed(mode, max(d * kb, ZERO), max(s * ka, ZERO))
            dst[c * TILE + i] = s * opacity * (ONE - b) + d * (ONE - a) + a * b * both
        dst[3 * TILE + i] = b + a - a * b


@inline
def mixed(mode, b, s):
    """B(Cb, Cs) of a mode; a constant where it is called, so that only one branch is compiled in."""
    if mode == 1:
        return multiply(b, s)
    if mode == 2:
        return screen(b, s)
    if mode == 3:
        return overlay(b, s)
    if mode == 4:
        return darken(b, s)
    if mode == 5:
        return lighten(b, s)
    if mode == 6:
        return color_dodge(b, s)
    if mode == 7:
        return color_burn(b, s)
    if mode == 8:
        return hard_light(b, s)
    if mode == 9:
        return soft_light(b, s)
    if mode == 10:
        return difference(b, s)
    return exclusion(b, s)


@inline
def multiply(b, s):
    return b * s


@inline
def screen(b, s):
    b, s = min(b, ONE), min(s, ONE)
    return b + s - b * s


@inline
def hard_light(b, s):
    b, s = min(b, ONE), min(s, ONE)
    t = TWO * s - ONE
    return TWO * b * s if s <= HALF else b + t - b * t


@inline
def overlay(b, s):
    return hard_light(s, b)


@inline
def darken(b, s):
    return min(b, s)


@inline
def lighten(b, s):
    return max(b, s)


@inline
def color_dodge(b, s):
    b, s = min(b, ONE), min(s, ONE)
    lit = min(ONE, b / max(ONE - s, F(1e-7)))
    return ZERO if b <= ZERO else (ONE if s >= ONE else lit)


@inline
def color_burn(b, s):
    b, s = min(b, ONE), min(s, ONE)
    burnt = ONE - min(ONE, (ONE - b) / max(s, F(1e-7)))
    return ONE if b >= ONE else (ZERO if s <= ZERO else burnt)


@inline
def soft_light(b, s):
    b, s = min(b, ONE), min(s, ONE)
    d = ((SIXTEEN * b - TWELVE) * b + FOUR) * b if b <= QUARTER else np.sqrt(b)
    t = TWO * s - ONE
    return b + t * b * (ONE - b) if s <= HALF else b + t * (d - b)


@inline
def difference(b, s):
    return max(b - s, s - b)


@inline
def exclusion(b, s):
    return b + s - TWO * b * s


@kernel
def mix(dst, src, k):
    """dst <- dst + (src - dst) k, all four planes; exact at both ends."""
    for i in range(REGISTER):
        dst[i] = src[i] if k == ONE else dst[i] + (src[i] - dst[i]) * k


@kernel
def matte(dst, src):
    """dst <- dst times the cover (or alpha) of src, all four planes."""
    for c in range(4):
        for i in range(TILE):
            dst[c * TILE + i] *= src[3 * TILE + i]


@kernel
def light_to_ink(reg, white_r, white_g, white_b, body, linear_edges):
    """A picture becomes ink: A = max(0, -ln((1 - a) + a max(rgb / a, .006) / white)), cover = a body.

    linear_edges mixes coverage in light, so that thin wires keep their width; otherwise A is scaled by a
    (geometric mixing), which gains weight as ink does on paper.
    """
    for c in range(3):
        white = (white_r, white_g, white_b)[c]
        scale = ONE / white
        at = c * TILE
        if linear_edges:
            for i in range(TILE):
                a = saturate(reg[3 * TILE + i])
                seen = max(reg[at + i], DARKEST * a) * scale
                ink = max(-log((ONE - a) + seen), ZERO)
                reg[at + i] = ink if a > ZERO else ZERO
        else:
            for i in range(TILE):
                a = saturate(reg[3 * TILE + i])
                straight = reg[at + i] / max(a, F(1e-6))
                ink = max(-log(max(straight, DARKEST) * scale) * a, ZERO)
                reg[at + i] = ink if a > ZERO else ZERO
    for i in range(3 * TILE, 4 * TILE):
        reg[i] = saturate(reg[i]) * body
