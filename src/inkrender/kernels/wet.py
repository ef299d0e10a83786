"""Ink that moves in wet paper: one pass of diffusion and capillary pull that loses no ink and makes none."""

from __future__ import annotations

import numpy as np

from .jit import inline, kernel
from .primitives import finite
from .shading import exp2

MOST = np.float32(0.2)  # of the difference to each of four neighbours that one pass evens out
DRAWN = np.float32(0.05)  # of a place's ink that thirst may draw to each of them: 4 (.2 + .05) = 1
SOAKED = np.float32(0.12)  # how freely ink moves between places that hold much ink already
BARE = np.float32(2.5)  # how fast density soaks the paper
THIN = np.float32(12)  # one over the density below which ink stands still: fronts have an end
ZERO, HALF, ONE, THIRD, FAINT = (
    np.float32(0),
    np.float32(0.5),
    np.float32(1),
    np.float32(1 / 3),
    np.float32(1e-4),
)


@kernel
def density(dst, src):
    """dst (h, w) <- the mean absorbance of ink (h, w, 4), not below 0; NaN counts as none."""
    h, w = dst.shape
    for j in range(h):
        for i in range(w):
            total = finite(src[j, i, 0]) + finite(src[j, i, 1]) + finite(src[j, i, 2])
            dst[j, i] = max(total * THIRD, ZERO)


@kernel
def planes(dst, src):
    """dst (4, h, w) <- ink (h, w, 4) by planes, not below 0; NaN becomes 0."""
    h, w = src.shape[:2]
    for j in range(h):
        for i in range(w):
            for k in range(4):
                dst[k, j, i] = max(finite(src[j, i, k]), ZERO)


@kernel
def pixels(dst, src):
    """dst (h, w, 4) <- ink by planes (4, h, w)."""
    h, w = dst.shape[:2]
    for j in range(h):
        for i in range(w):
            for k in range(4):
                dst[j, i, k] = src[k, j, i]


@inline
def _exchange(gets, gives, a, b, wet_a, wet_b, thirst_a, thirst_b, pull):
    """What share of b's ink a row of places gets, and of its own gives. Both ends reckon the same."""
    for i in range(a.shape[0]):
        low, high = min(a[i], b[i]), max(a[i], b[i])
        bare = ONE / (ONE + BARE * low)
        free = min(wet_a[i], wet_b[i]) * (SOAKED + (ONE - SOAKED) * bare * bare)
        free *= min(high * THIN, ONE)
        edge = (high - low) / (high + low + FAINT)
        drawn = min(max(pull * edge * (thirst_b[i] - thirst_a[i]), -DRAWN), DRAWN)
        gets[i] = free * (MOST + max(-drawn, ZERO))
        gives[i] = free * (MOST + max(drawn, ZERO))


@inline
def _gather(dst, keep, own, a, above, b, below):
    for i in range(dst.shape[0]):
        dst[i] = keep[i] * own[i] + a[i] * above[i] + b[i] * below[i]


@inline
def _add(dst, share, other):
    for i in range(dst.shape[0]):
        dst[i] += share[i] * other[i]


@kernel
def spread(dst, src, density, wet, thirst, pull, stride):
    """dst (4, h, w) <- src after one step of dD/dt = div(k (grad D - pull D grad thirst)).

    src: ink by planes, absorbances and cover, >= 0; wet, thirst (h, w): 0..1; density (h, w): scratch. Steps
    go between places `stride` pixels apart: long ones, then short ones, reach far in a few passes (a trous).
    k is `wet` where either place is bare, less where both are soaked, and fades where there is hardly ink: so
    fronts stay fronts. Thirst draws where ink ends, and leaves an even wash alone. What one place gives, its
    neighbour gets, and nothing leaves the picture: the sum stays, and no ink is negative.
    """
    h, w = wet.shape
    gets, gives = np.zeros((4, w), np.float32), np.zeros((4, w), np.float32)
    for j in range(h):
        for i in range(w):
            density[j, i] = (src[0, j, i] + src[1, j, i] + src[2, j, i]) * THIRD
    for j in range(h):
        left, right = w, 0  # where this row is wet
        for i in range(w):
            if wet[j, i] > ZERO:
                left, right = min(left, i), i + 1
        if left >= right:
            for k in range(4):
                dst[k, j, :] = src[k, j, :]
            continue
        gets[:] = ZERO
        gives[:] = ZERO
        for side in range(4):
            y = j + (stride if side == 1 else -stride if side == 0 else 0)
            dx = stride if side == 3 else -stride if side == 2 else 0
            i, end = max(left, -dx), min(right, w - dx)
            if y < 0 or y >= h or i >= end:
                continue
            here, there = slice(i, end), slice(i + dx, end + dx)
            _exchange(
                gets[side, here],
                gives[side, here],
                density[j, here],
                density[y, there],
                wet[j, here],
                wet[y, there],
                thirst[j, here],
                thirst[y, there],
                pull,
            )
        for i in range(w):
            gives[0, i] = ONE - (gives[0, i] + gives[1, i] + gives[2, i] + gives[3, i])
        up, down = max(j - stride, 0), min(j + stride, h - 1)  # beyond the edge nothing is got
        for k in range(4):
            row = dst[k, j]
            _gather(row, gives[0], src[k, j], gets[0], src[k, up], gets[1], src[k, down])
            if stride < w:
                _add(row[stride:], gets[2, stride:], src[k, j, : w - stride])
                _add(row[: w - stride], gets[3, : w - stride], src[k, j, stride:])


@kernel
def rims(dst, field, levels, width, least):
    """dst (h, w) <- the tide lines a wash leaves where `field` crosses the levels: 0 none .. 1.

    A line is hard on the lower side, where the water stopped, and fades within `width` pixels on the upper.
    The way to a contour is (field - level) / |grad field|, to first order: it moves smoothly with the
    picture, which a distance transform does not. least: the gradient, per pixel, below which there is no
    contour.
    """
    h, w = field.shape
    short = ONE / width
    inverse, found = np.empty(w, np.float32), np.empty(w, np.float32)
    for j in range(h):
        up, down, row, most = field[max(j - 1, 0)], field[min(j + 1, h - 1)], field[j], dst[j]
        for i in range(w):
            gx = (row[min(i + 1, w - 1)] - row[max(i - 1, 0)]) * HALF
            gy = (down[i] - up[i]) * HALF
            slope = np.sqrt(gx * gx + gy * gy)
            found[i] = min(max((slope - least) / least, ZERO), ONE)
            inverse[i] = ONE / max(slope, least)
            most[i] = ZERO
        for level in levels:
            for i in range(w):
                way = (row[i] - level) * inverse[i]
                outer = min(max(way + ONE, ZERO), ONE)
                most[i] = max(most[i], outer * outer * exp2(-max(way, ZERO) * short))
        for i in range(w):
            most[i] *= found[i]
