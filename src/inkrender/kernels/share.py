"""How much of a canvas a lift leaves blank: what liubai bisects, in one pass over 270 lines."""

from __future__ import annotations

import numpy as np

from .jit import kernel
from .lift import TORN, dry, taken, torn
from .shading import clamp, exp, smoothstep

F = np.float32
ZERO, HALF, ONE, SEEP = F(0), F(0.5), F(1), F(0.2)


@kernel
def count_blank(limit, willing, fade, slope, hard, guard, height, threshold, bleed, far, reach, edge):
    """Pixels of which the lift at a threshold leaves less than `limit`, as negative_space.Problem has it.

    All planes float32 (n,). The fields of the lift are those of Problem.lift: a ramp over `fade`, the
    distance to the edge within `far`, `guard` and the ink that bleeds over the edge stay. The matte of the
    fields over the paper's height is the tile's own.
    """
    wander = bleed * HALF * reach
    across = HALF / max(bleed, F(1e-3))
    found = np.int64(0)
    for i in range(limit.size):
        above = willing[i] - threshold
        ramp = smoothstep(-HALF, HALF, above / fade[i])
        phi = clamp(above / slope[i], -far, far)
        seep = SEEP * hard[i] * exp(-max(phi, ZERO) / bleed) if bleed > ZERO else ZERO
        step = torn(phi, height[i], wander) if edge == TORN else dry(phi, height[i], across)
        k = ONE - taken(step, ramp, hard[i], max(guard[i], seep))
        found += np.int64(k < limit[i])
    return found
