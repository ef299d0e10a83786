"""How much of a canvas a lift leaves blank: what liubai bisects, in one pass over 270 lines."""

from __future__ import annotations

import numpy as np

from .jit import kernel
from .lift import taken
from .shading import clamp, exp, smoothstep

F = np.float32
ZERO, HALF, ONE, THREE, SEEP = F(0), F(0.5), F(1), F(3), F(0.2)
NEAR_LO, NEAR_HI = F(-0.9), F(-0.1)  # of the fade: where dense ink thins on its way to the paper


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
