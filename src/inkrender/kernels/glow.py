"""Light in the dark: a glow takes pigment back towards paper, pigment rings it, a wider rim bridges to it.

A glow is told by one number a pixel, 0..1. Where it is 0 not a bit of the canvas moves. The lift leads and
the pigment follows, so that blue is gone before yellow comes: blue under yellow would be mud.
"""

from __future__ import annotations

import numpy as np

from .jit import kernel
from .primitives import saturate
from .tiles import TILE

F = np.float32
ZERO, ONE, TWO, THREE = F(0), F(1), F(2), F(3)
CORE = F(0.96)  # how much pigment the middle of a light takes away
PALE = F(0.55)  # how much of the ring's pigment is left out in the middle, which is nearly paper
FAINT = F(0.9)  # and of the rim's
BRIDGED, THIRD = F(0.15), F(1 / 3)  # mean absorbance from which the rim is needed


@kernel
def field_cover(reg, plane, times):
    """The cover of reg <- a plane (TILE,) held within 0..1, or times it. Returns whether any is left."""
    at = 3 * TILE
    top = ZERO
    for i in range(TILE):
        k = saturate(plane[i]) * (reg[at + i] if times else ONE)
        reg[at + i] = k
        top = max(top, k)
    return top > ZERO


@kernel
def glow(reg, light, p):
    """reg <- lit where the cover of light says. p: absorbances of ring and rim, densities included."""
    for i in range(TILE):
        n = light[3 * TILE + i]
        n2, rest = n * n, ONE - n
        lead = ONE - rest * rest * rest
        left = ONE - CORE * lead
        ring = n2 * (THREE - TWO * n) * (ONE - PALE * n2 * n2)
        # on pale ground there is nothing to bridge: a rim would be a line round the light
        dark = saturate((reg[i] + reg[TILE + i] + reg[2 * TILE + i]) * THIRD - BRIDGED)
        rim = lead * (ONE - FAINT * n2) * dark
        reg[i] = reg[i] * left + ring * p[0] + rim * p[3]
        reg[TILE + i] = reg[TILE + i] * left + ring * p[1] + rim * p[4]
        reg[2 * TILE + i] = reg[2 * TILE + i] * left + ring * p[2] + rim * p[5]
        reg[3 * TILE + i] = reg[3 * TILE + i] * left
