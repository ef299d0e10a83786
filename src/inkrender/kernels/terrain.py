"""Mountains as a painter sees them: heights in depth slices, the visible surface, lines along the fall.

Every column of the picture is worked out alone, from the nearest slice to the farthest (as voxel landscapes
do), and reads nothing of its neighbours but heights: a strip of a mountain is the same strip of the whole
mountain. Lengths are layer px at 1080 lines.
"""

from __future__ import annotations

import math

import numpy as np

from .jit import inline, kernel
from .noise import fbm, ridged

FAR = np.float32(1e4)
GAP = np.float32(0.022)  # a jump in depth that the eye reads as one ridge standing before another


@inline
def _height(x, d, peaks, seed, roughness, spurs):
    """Height of the ground at column x and depth d in [0, 1] (0 nearest)."""
    s = np.uint32(seed)
    wx = x + fbm(x / 260, d * 3.1, s + 11, 3) * 70
    wd = d + fbm(x / 260 + 7.7, d * 3.1, s + 12, 2) * 0.10
    z = 0.0
    for k in range(peaks.shape[0]):
        ux = (wx - peaks[k, 0]) / peaks[k, 3]
        ud = (wd - peaks[k, 1]) / peaks[k, 4]
        r = math.sqrt(ux * ux + ud * ud) + 1e-6
        if r > 4:
            continue
        turn = math.atan2(ud, ux)
        # spurs run out from every summit: the profile is stretched along them
        flute = ridged(turn * 1.25 + k * 5.3, r * 0.55, s + 20 + k, 3)
        r *= 1.30 - spurs * flute
        z = max(z, peaks[k, 2] * math.exp(-(r ** peaks[k, 5])))
    crag = ridged(wx / 150, wd * 4.5, s + 40, 5) - 0.5
    rubble = fbm(wx / 34, wd * 22.0, s + 50, 3)
    near_ground = min(1.0, z / 60 + 0.15)
    return z * (1 + 0.22 * roughness * crag) + (18 * crag + 5 * rubble * roughness) * near_ground


@kernel
def heights(dst, xs, peaks, seed, roughness, spurs):
    """dst (n, slices) <- height of the ground at the columns xs (n), nearest slice first.

    peaks (k, 6): x, depth, height, width, depth width, sharpness (1.2 a cone, 2.8 a pillar).
    """
    n, slices = dst.shape
    for i in range(n):
        for k in range(slices):
            dst[i, k] = _height(xs[i], k / (slices - 1), peaks, seed, roughness, spurs)


@kernel
def skyline(dst, z, base, rise):
    """dst (n) <- y of the topmost ground of every column of z (n, slices)."""
    n, slices = z.shape
    for i in range(n):
        top = np.float32(1e9)
        for k in range(slices):
            y = np.float32(base - rise * k / (slices - 1)) - z[i, k]
            top = min(top, y)
        dst[i] = top


@kernel
def visible(slope, crest, strength, depth, z, step, base, rise, y, scale, above):
    """The visible surface of every column.

    z (w + 2, slices): heights of the columns, one more at either side; step: layer px between columns. y,
    scale: layer y of the upper edge of row 0, rows per layer px. above: rows above row 0 to begin at, so
    that what a crest does further down does not depend on where the picture is cut. slope (h, w): rise of
    the ground to the right; crest: px below the last crest, along its normal; strength: how far that crest
    stands before what is behind it, 0..1; depth: 0 nearest .. 1 farthest, -1 sky.
    """
    h, w = slope.shape
    slices = z.shape[1]
    rows = h + above
    col_depth = np.empty(rows, np.float32)
    col_slope = np.empty(rows, np.float32)
    for i in range(w):
        for r in range(rows):
            col_depth[r] = np.float32(-1)
            col_slope[r] = np.float32(0)
        lowest = float(rows)  # row above which nothing is drawn yet
        hidden = False
        before = 0.0
        for k in range(slices):
            d = k / (slices - 1)
            row = (base - rise * d - z[i + 1, k] - y) * scale + above
            lean = (z[i + 2, k] - z[i, k]) / (2 * step)
            if row < lowest:
                first = max(0, math.floor(row))
                last = min(rows, math.ceil(lowest))
                for r in range(first, last):
                    if col_depth[r] < 0:
                        t = min(1.0, max(0.0, (lowest - r) / (lowest - row + 1e-3)))
                        joined = not hidden and k > 0
                        col_depth[r] = d - (1 - t) / (slices - 1) if joined else d
                        col_slope[r] = before + t * (lean - before) if joined else lean
                lowest = row
                hidden = False
            else:
                hidden = True
            before = lean
        px = 1 / scale
        below = FAR
        power = np.float32(0)
        normal = np.float32(1)
        previous = np.float32(2)
        for r in range(rows):
            d = col_depth[r]
            if d < 0:
                below += px
            else:
                jump = previous - d
                if jump > GAP:
                    found = (
                        np.float32(1) if previous > 1.5 else min(np.float32(1), np.float32(0.25) + jump * 3.2)
                    )
                    if found > power * math.exp(-below / 30):
                        power = found
                        below = np.float32(0)
                        lean = min(abs(col_slope[r]), np.float32(2.2))
                        normal = np.float32(1) / np.sqrt(1 + lean * lean)  # distance to the crest, not down
                else:
                    below += px
                previous = d
            if r >= above:
                depth[r - above, i] = d
                slope[r - above, i] = col_slope[r]
                crest[r - above, i] = min(below * normal, FAR)
                strength[r - above, i] = power


@kernel
def drag(dst, src, vx, vy, seen, steps):
    """dst (h, w) <- src averaged along the field (vx, vy), `steps` px either way; .5 where not seen.

    Line integral convolution (Cabral and Leedom 1993). vx, vy: unit vectors. seen: above .02 where it
    matters.
    """
    h, w = src.shape
    for j in range(h):
        for i in range(w):
            if seen[j, i] <= np.float32(0.02):
                dst[j, i] = np.float32(0.5)
                continue
            total = src[j, i]
            count = np.float32(1)
            for sign in (-1.0, 1.0):
                x = np.float32(i + 0.5)
                y = np.float32(j + 0.5)
                step = np.float32(sign)
                for _ in range(steps):
                    a = int(y)
                    b = int(x)
                    x += step * vx[a, b]
                    y += step * vy[a, b]
                    if x < 0 or y < 0 or x >= w or y >= h:
                        break
                    total += src[int(y), int(x)]
                    count += np.float32(1)
            dst[j, i] = total / count
