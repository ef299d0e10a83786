"""How much of a canvas a lift leaves blank, and from when on: what liubai looks through, at 270 lines."""

from __future__ import annotations

import numpy as np

from .jit import kernel
from .lift import taken
from .shading import clamp, exp, log, smoothstep, sqrt

F = np.float32
ZERO, HALF, ONE, THREE, SEEP = F(0), F(0.5), F(1), F(3), F(0.2)
NEAR_LO, NEAR_HI = F(-0.9), F(-0.1)  # of the fade: where dense ink thins on its way to the paper
LEAST, EDGE = F(1e-3), F(1.4)  # of ink that may be left; px from its middle at which a hard edge is complete
# t with t t (3 - t) / 2 = s s, for s from 0 to 1: a polynomial of s that is right to a 90000th
T1, T2, T3, T4, T5, T6 = (
    F(v) for v in (0.8160723729, 0.1186668347, -0.0061565951, 0.1295447333, -0.1278399427, 0.0697013120)
)


@kernel
def count_blank(limit, willing, fade, slope, hard, guard, dense, height, threshold, bleed, far, reach):
    """Pixels of which the lift at a threshold leaves less than `limit`, as negative_space.Problem has it.

    All planes float32 (n,). The fields of the lift are those of Problem.lift: a ramp over `fade`, the
    distance to the edge within `far`, `guard` and the ink that bleeds over the edge stay, `dense` ink thins
    on its way to the paper. The matte of the fields over the paper's height is the tile's own.
    """
    wander = bleed * HALF * reach
    across = HALF / max(bleed, F(1e-3))
    found = np.int64(0)
    for i in range(limit.size):
        above = willing[i] - threshold
        t = clamp(above / fade[i] + HALF, ZERO, ONE)
        ramp = t * t * (THREE - t) * HALF
        phi = clamp(above / slope[i], -far, far)
        ramp += (ONE - ramp) * dense[i] * smoothstep(NEAR_LO, NEAR_HI, above / fade[i])
        seep = SEEP * max(hard[i], ZERO) * exp(-max(phi, ZERO) / bleed) if bleed > ZERO else ZERO
        k = ONE - taken(phi, ramp, hard[i], max(guard[i], seep), height[i], wander, across, ONE)
        found += np.int64(k < limit[i])
    return found


@kernel
def levels(dst, limit, willing, fade, slope, hard, guard, dense, bleed, low, high):
    """dst (n) <- the threshold below which the lift leaves each pixel less than `limit`: `low` for never.

    `high` for always, and at most. Planes as for `count_blank`; the heights of the paper are left out.
    """
    for i in range(limit.size):
        left = max(limit[i] / max(ONE - dense[i], LEAST), LEAST)
        s = sqrt(ONE - min(left, ONE))
        t = s * (T1 + s * (T2 + s * (T3 + s * (T4 + s * (T5 + s * T6)))))
        seep = log(max(SEEP * max(hard[i], ZERO) / max(limit[i], LEAST), ONE))
        share = abs(hard[i])
        level = willing[i] - (ONE - share) * fade[i] * (t - HALF) - share * slope[i] * max(EDGE, bleed * seep)
        level = low if limit[i] <= ZERO or guard[i] > limit[i] else min(level, high)
        dst[i] = high if limit[i] > ONE else level
