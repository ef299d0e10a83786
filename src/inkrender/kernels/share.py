"""How much of a canvas a lift leaves blank: what liubai bisects, in one pass over 270 lines."""

from __future__ import annotations

import numpy as np

from .jit import kernel
from .shading import clamp, exp, smoothstep

F = np.float32
ZERO, HALF, ONE, SEEP = F(0), F(0.5), F(1), F(0.2)


@kernel
def count_blank(square, cross, rest, willing, fade, slope, hard, guard, threshold, bleed, lo, hi, reach):
    """Pixels with square k^2 + cross k + rest below 0, where k is what the lift at a threshold leaves.

    All planes float32 (n,). The lift as negative_space.solve has it: a ramp over `fade`, where `hard` an edge
    lo..hi px wide at the distance to it, within `reach`; `guard` and ink that bleeds over the edge stay.
    """
    found = np.int64(0)
    for i in range(square.size):
        above = willing[i] - threshold
        ramp = smoothstep(-HALF, HALF, above / fade[i])
        phi = clamp(above / slope[i], -reach, reach)
        seep = SEEP * hard[i] * exp(-max(phi, ZERO) / bleed) if bleed > ZERO else ZERO
        matte = (ramp + (smoothstep(lo, hi, phi) - ramp) * hard[i]) * (ONE - max(guard[i], seep))
        k = ONE - matte
        found += np.int64((square[i] * k + cross[i]) * k + rest[i] < ZERO)
    return found
