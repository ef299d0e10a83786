"""Brush strokes: anti-aliased, of varying width, with bristles that run dry.

A stroke is a polyline of discs (x, y, radius); its shape is the union of the cones between them. For every
pixel the deepest cone gives coverage and the place under the brush: u along the stroke, v across it. The
bristles are noise in (u, v), so that they follow the hand, and the paper's height breaks them up (feibai,
flying white).
"""

from __future__ import annotations

import numpy as np

from .jit import kernel
from .noise import noise2

OUTSIDE = np.float32(-1e9)


@kernel
def rasterise(depth, along, across, fade, points, first, last, x, y, scale, left, top, right, bottom):
    """Where one stroke covers, into scratch planes from [0, 0] for pixels left..right, top..bottom.

    points (n, 3): x, y, radius in layer px; the stroke is points[first:last]. x, y, scale: the region.
    depth: coverage before clipping, along: px from the start, across: -1..1, fade: thinness below one pixel.
    """
    w = right - left
    for j in range(bottom - top):
        for i in range(w):
            depth[j, i] = OUTSIDE
    run = np.float32(0)
    half = np.float32(0.5)
    for k in range(first, last - 1):
        ax = np.float32((points[k, 0] - x) * scale)
        ay = np.float32((points[k, 1] - y) * scale)
        ar = np.float32(points[k, 2] * scale)
        bx = np.float32((points[k + 1, 0] - x) * scale)
        by = np.float32((points[k + 1, 1] - y) * scale)
        br = np.float32(points[k + 1, 2] * scale)
        dx = bx - ax
        dy = by - ay
        length2 = dx * dx + dy * dy
        length = np.sqrt(length2)
        reach = max(ar, br) + np.float32(1.5)
        i0 = max(left, int(np.floor(min(ax, bx) - reach)))
        i1 = min(right, int(np.ceil(max(ax, bx) + reach)))
        j0 = max(top, int(np.floor(min(ay, by) - reach)))
        j1 = min(bottom, int(np.ceil(max(ay, by) + reach)))
        inverse = np.float32(1) / max(length2, np.float32(1e-6))
        for j in range(j0, j1):
            py = np.float32(j) + half - ay
            for i in range(i0, i1):
                px = np.float32(i) + half - ax
                t = min(max((px * dx + py * dy) * inverse, np.float32(0)), np.float32(1))
                qx = px - t * dx
                qy = py - t * dy
                d = np.sqrt(qx * qx + qy * qy)
                r = ar + t * (br - ar)
                wide = max(r, half)  # thinner than a pixel: as wide as one, and paler
                deep = wide - d
                if deep > depth[j - top, i - left]:
                    depth[j - top, i - left] = deep
                    along[j - top, i - left] = run + t * length
                    side = np.float32(1) if px * dy - py * dx < 0 else np.float32(-1)
                    across[j - top, i - left] = side * min(d / wide, np.float32(1))
                    fade[j - top, i - left] = min(r / half, np.float32(1))
        run += length


@kernel
def draw(dst, points, starts, density, dry, seeds, height, x, y, scale, depth, along, across, fade):
    """dst (h, w) += density of all strokes.

    points (n, 3) layer px; starts (m + 1): stroke k is points[starts[k]:starts[k + 1]]; density, dry (m): how
    much ink, how dry the brush (0 wet .. 1 bare); seeds (m) uint32. height (h, w): the paper's, 0..1.
    depth, along, across, fade: scratch (h, w). x, y, scale: where dst lies, as in frame.Region.
    """
    h, w = dst.shape
    half = np.float32(0.5)
    one = np.float32(1)
    for k in range(len(starts) - 1):
        first, last = starts[k], starts[k + 1]
        lo_x, hi_x, lo_y, hi_y = 1e9, -1e9, 1e9, -1e9
        widest = np.float32(0.25)
        for n in range(first, last):
            r = points[n, 2]
            lo_x = min(lo_x, points[n, 0] - r)
            hi_x = max(hi_x, points[n, 0] + r)
            lo_y = min(lo_y, points[n, 1] - r)
            hi_y = max(hi_y, points[n, 1] + r)
            widest = max(widest, np.float32(r))
        left = max(0, int(np.floor((lo_x - x) * scale)) - 2)
        right = min(w, int(np.ceil((hi_x - x) * scale)) + 2)
        top = max(0, int(np.floor((lo_y - y) * scale)) - 2)
        bottom = min(h, int(np.ceil((hi_y - y) * scale)) + 2)
        if left >= right or top >= bottom or last - first < 2:
            continue
        rasterise(depth, along, across, fade, points, first, last, x, y, scale, left, top, right, bottom)
        thirst = np.float32(dry[k])
        load = np.float32(density[k])
        s = seeds[k]
        # bristles from core to edge; finer than three pixels they would break into dots
        hairs = min(max(widest * np.float32(0.3), np.float32(0.8)), np.float32(4))
        # drawn small, bristles merge
        shown = min(max((widest * np.float32(scale) / hairs - one) * half, np.float32(0)), one)
        per_px = np.float32(1 / (64.0 * scale))
        for j in range(top, bottom):
            for i in range(left, right):
                cover = min(max(depth[j - top, i - left] + half, np.float32(0)), one)
                if cover <= 0:
                    continue
                v = across[j - top, i - left]
                ink = cover * fade[j - top, i - left] * load
                u = along[j - top, i - left] * per_px
                bristle = shown * noise2(v * hairs, u, s)
                if thirst > 0:
                    slow = noise2(
                        v * np.float32(0.6), u * np.float32(0.45), s + 7
                    )  # the brush empties and turns
                    wet = half + np.float32(0.46) * bristle + np.float32(0.3) * slow
                    wet += np.float32(0.22) * (height[j, i] - half)
                    q = (wet - thirst * np.float32(0.95) + np.float32(0.18)) * np.float32(1 / 0.22)
                    q = min(max(q, np.float32(0)), one)
                    ink *= q * q * (np.float32(3) - np.float32(2) * q)
                    ink *= np.float32(0.84) + np.float32(0.24) * bristle + np.float32(0.26) * v * v
                dst[j, i] += ink


@kernel
def spots(dst, points, soft, weight, x, y, scale):
    """dst (h, w) <- 1 - (1 - dst)(1 - spot) for discs with soft rims.

    points (n, 3): x, y, radius in layer px; soft (n): width of the rim, layer px; weight (n): 0..1.
    """
    h, w = dst.shape
    one = np.float32(1)
    for k in range(points.shape[0]):
        cx = np.float32((points[k, 0] - x) * scale)
        cy = np.float32((points[k, 1] - y) * scale)
        r = np.float32(points[k, 2] * scale)
        rim = max(np.float32(soft[k] * scale), one)
        pale = np.float32(weight[k])
        if r < 0.6:  # smaller than a pixel: as large as one, and paler
            pale *= r * r / np.float32(0.36)
            r = np.float32(0.6)
        reach = r + rim
        i0 = max(0, int(np.floor(cx - reach)))
        i1 = min(w, int(np.ceil(cx + reach)))
        j0 = max(0, int(np.floor(cy - reach)))
        j1 = min(h, int(np.ceil(cy + reach)))
        for j in range(j0, j1):
            dy = np.float32(j + 0.5) - cy
            for i in range(i0, i1):
                dx = np.float32(i + 0.5) - cx
                q = (r - np.sqrt(dx * dx + dy * dy)) / rim + np.float32(0.5)
                q = min(max(q, np.float32(0)), one)
                q = q * q * (np.float32(3) - np.float32(2) * q) * pale
                dst[j, i] = one - (one - dst[j, i]) * (one - q)
