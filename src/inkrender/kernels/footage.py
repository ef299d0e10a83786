"""Footage as brushwork: a picture smoothed inside its edges and along its flow, its tones laid as washes.

Planes are float32 (h, w), destination first. Lightness and colour are OKLab; density is luminous absorbance,
the natural logarithm of how much less light comes back than from paper.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from .grade import tetra_load
from .jit import inline, kernel
from .oklab import LMS_TO_LAB, RGB_TO_LMS
from .primitives import cube_root, finite, saturate
from .shading import exp, sqrt

F = np.float32
ZERO, HALF, ONE, TWO, THREE = F(0), F(0.5), F(1), F(2), F(3)
BRIGHTEST = F(4)  # light beyond four times paper white says nothing more
THIRD = F(1 / 3)
FLOOR = F(0.03)  # weight of a neighbour on the other side of an edge
SPAN = 256  # pixels of a row that are worked on at a time
STEEP = F(0.12)  # how soft a step between two tones is, in its own height
GREENER, LEAF = F(1.4), F(130)  # by how much leaves that are nearly grey are purer in paint; their hue
DABS = F(0.3)  # by how much leaves differ more from their surroundings in paint than in the picture
PUREST = F(0.40)  # chroma over lightness: the last step of the wheel
STRENGTHS, STEPS = 10, F(5)  # steps of the wheel in density, and how many there are to its root
LONGEST = F(24)  # samples either way of what is drawn out along its motion
THIN = F(0.02)  # alpha below which a premultiplied colour is not to be trusted

R0, R1, R2, G0, G1, G2, B0, B1, B2 = (F(v) for v in RGB_TO_LMS.ravel())
L0, L1, L2, A0, A1, A2, Y0, Y1, Y2 = (F(v) for v in LMS_TO_LAB.ravel())

# arctangent on 0..1 as an odd polynomial, in degrees: within .01 degree
T1, T3, T5, T7, T9 = (F(57.29578 * v) for v in (0.9998660, -0.3302995, 0.1801410, -0.0851330, 0.0208351))


class Washes(NamedTuple):
    """How tones become washes; all float32. Densities are luminous absorbance."""

    veil: np.float32  # how much of the surroundings' lightness is taken off
    full: np.float32  # the darkest wash
    tones: np.float32  # how far density falls into five tones
    rim: np.float32  # tide marks between them, in steps
    recede: np.float32  # how much thinner the distance is painted, below 0: denser


class Pigments(NamedTuple):
    """What the washes are made of; all float32 but `keep`."""

    keep: int  # KEEP_NONE, KEEP_RED, KEEP_LANTERN
    chroma: np.float32  # how much of its own hue a place keeps
    wash: np.float32  # strength of all washes
    glaze: np.float32  # density of the ramp laid over everything
    edge: np.float32  # how dark a wash dries at its rim, and how wide it leaves a gap
    soot: np.float32  # how much ink is in the washes of what has no hue


KEEP_NONE, KEEP_RED, KEEP_LANTERN = 0, 1, 2


@inline
def rise(x, lo, hi):
    """smoothstep."""
    t = saturate((x - lo) / (hi - lo))
    return t * t * (THREE - TWO * t)


@inline
def degrees(a, b):
    """The hue of OKLab a, b in degrees, 0..360."""
    x, y = abs(a), abs(b)
    big, small = max(x, y), min(x, y)
    r = small / max(big, F(1e-9))
    s = r * r
    t = r * (T1 + s * (T3 + s * (T5 + s * (T7 + s * T9))))
    t = F(90) - t if y > x else t
    t = F(180) - t if a < ZERO else t
    return F(360) - t if b < ZERO else t


@inline
def warmth(a, b):
    """0..1: how warm OKLab a, b are, from red to yellow."""
    return saturate(F(16) * (a + F(0.4) * b)) if b > ZERO else ZERO


@inline
def lightness(r, g, b, alpha):
    """Cone responses' cube roots of premultiplied light: what OKLab is made of."""
    k = ONE / max(alpha, THIN)
    r = min(max(finite(r) * k, ZERO), BRIGHTEST)
    g = min(max(finite(g) * k, ZERO), BRIGHTEST)
    b = min(max(finite(b) * k, ZERO), BRIGHTEST)
    long = cube_root(R0 * r + R1 * g + R2 * b)
    middle = cube_root(G0 * r + G1 * g + G2 * b)
    short = cube_root(B0 * r + B1 * g + B2 * b)
    return long, middle, short


@kernel
def apart(lab, light):
    """lab (3, h, w) <- straight OKLab of premultiplied light (h, 4 w). NaN is black."""
    _, h, w = lab.shape
    for j in range(h):
        src = light[j]
        first, second, third = lab[0, j], lab[1, j], lab[2, j]
        for i in range(w):
            alpha = saturate(finite(src[4 * i + 3]))
            a, b, c = lightness(src[4 * i], src[4 * i + 1], src[4 * i + 2], alpha)
            first[i] = L0 * a + L1 * b + L2 * c
            second[i] = A0 * a + A1 * b + A2 * c
            third[i] = Y0 * a + Y1 * b + Y2 * c


@kernel
def products(dst, lab):
    """dst (3, h, w) <- L L, L a, L b of lab (3, h, w)."""
    _, h, w = lab.shape
    for c in range(3):
        for j in range(h):
            out, x, y = dst[c, j], lab[0, j], lab[c, j]
            for i in range(w):
                out[i] = x[i] * y[i]


@kernel
def boxed(dst, src, radius):
    """dst (k, h, w) <- mean of src (k, h, w) within `radius` px across and down; its border goes on for ever.

    For radii of a few pixels, added up one by one: a third of the time of OpenCV's sliding sums.
    """
    planes, h, w = src.shape
    share = ONE / F((2 * radius + 1) * (2 * radius + 1))
    line = np.empty(w + 2 * radius, np.float32)
    inner = line[radius : radius + w]
    for k in range(planes):
        for j in range(h):
            row, out = src[k, j], dst[k, j]
            for i in range(w):
                inner[i] = row[i]
            for d in range(1, radius + 1):
                above, below = src[k, max(j - d, 0)], src[k, min(j + d, h - 1)]
                for i in range(w):
                    inner[i] += above[i] + below[i]
            for i in range(radius):
                line[i], line[radius + w + i] = line[radius], line[radius + w - 1]
            for i in range(w):
                out[i] = line[i]
            for d in range(1, 2 * radius + 1):
                moved = line[d : d + w]
                for i in range(w):
                    out[i] += moved[i]
            for i in range(w):
                out[i] *= share


@kernel
def fit(line, mean, product, epsilon):
    """line (6, h, w) <- slopes and offsets of L, a, b against L, from box means (He, Sun and Tang 2010)."""
    _, h, w = mean.shape
    for j in range(h):
        guide, square = mean[0, j], product[0, j]
        for c in range(3):
            slope, offset, x, xy = line[c, j], line[3 + c, j], mean[c, j], product[c, j]
            for i in range(w):
                spread = max(square[i] - guide[i] * guide[i], ZERO) + epsilon
                s = (xy[i] - guide[i] * x[i]) / spread
                slope[i] = s
                offset[i] = x[i] - s * guide[i]


@kernel
def fitted(dst, line, guide):
    """dst (h, 4 w) <- L, a, b by their lines (6, h, w) over the guide; the fourth is left alone."""
    h, w = guide.shape
    for j in range(h):
        out, x = dst[j], guide[j]
        for c in range(3):
            slope, offset = line[c, j], line[3 + c, j]
            for i in range(w):
                out[4 * i + c] = slope[i] * x[i] + offset[i]


@kernel
def tensor(dst, light):
    """dst (3, h, w) <- structure tensor of a plane: slope products across, mixed, down (Sobel)."""
    h, w = light.shape
    for j in range(h):
        up, mid, low = light[max(j - 1, 0)], light[j], light[min(j + 1, h - 1)]
        xx, xy, yy = dst[0, j], dst[1, j], dst[2, j]
        for i in range(w):
            a, b = max(i - 1, 0), min(i + 1, w - 1)
            x = (up[b] - up[a]) + TWO * (mid[b] - mid[a]) + (low[b] - low[a])
            y = (low[a] - up[a]) + TWO * (low[i] - up[i]) + (low[b] - up[b])
            xx[i] = x * x
            xy[i] = x * y
            yy[i] = y * y


@kernel
def directions(dst, smooth, floor):
    """dst (h, 4 w) <- the way along edges (x, y), how surely it is one way 0..1, and the slope across.

    smooth (3, h, w): the blurred structure tensor. floor: slope products below which nothing is sure.
    """
    _, h, w = smooth.shape
    for j in range(h):
        xx, xy, yy = smooth[0, j], smooth[1, j], smooth[2, j]
        out = dst[j]
        for i in range(w):
            e, f, g = xx[i], xy[i], yy[i]
            apart_ = sqrt((e - g) * (e - g) + F(4) * f * f)
            strong = HALF * (e + g + apart_)
            # the eigenvector of the smaller eigenvalue, in the form that does not vanish
            x = strong - e if e < g else -f
            y = -f if e < g else strong - g
            n = x * x + y * y
            k = ONE / np.sqrt(max(n, F(1e-20)))
            out[4 * i] = x * k if n > F(1e-20) else ONE
            out[4 * i + 1] = y * k
            out[4 * i + 2] = apart_ / (e + g + floor)
            out[4 * i + 3] = sqrt(strong)


@inline
def sample(table, here, x, y, weight, last_x, last_y):
    """here (4,) <- the table (h, 4 w) at a place within it, between its pixels, times a weight."""
    column, row = np.int32(x), np.int32(y)
    u, v = x - F(column), y - F(row)
    w = np.int32(last_x) + 1
    right = np.int32(16) if x < last_x else np.int32(0)
    below = np.int32(16 * w) if y < last_y else np.int32(0)
    upper, lower = weight * (ONE - v), weight * v
    tetra_load(
        table,
        np.int32((row * w + column) * 16),
        right,
        below,
        np.int32(right + below),
        upper * (ONE - u),
        upper * u,
        lower * (ONE - u),
        lower * u,
        here,
    )


@inline
def step(table, here, way, x, y, dx, dy, stride, weight, last_x, last_y):
    """One stride along the flow: the new place and way, and the weight it counts with; here (4,) <- what is
    there, weighted. Beyond the border nothing counts."""
    x += dx * stride
    y += dy * stride
    inside = x >= ZERO and y >= ZERO and x <= last_x and y <= last_y
    weight = weight if inside else ZERO
    x = min(max(x, ZERO), last_x)
    y = min(max(y, ZERO), last_y)
    sample(table, here, x, y, weight, last_x, last_y)
    p, q = np.int32(y + HALF), np.int32(x + HALF)
    tx, ty = way[p, 4 * q], way[p, 4 * q + 1]
    turn = tx * dx + ty * dy < ZERO
    return x, y, -tx if turn else tx, -ty if turn else ty, weight


@kernel
def firmed(light, edge, sure):
    """light (h, w), made firm along edges: it takes some of its darkest or lightest neighbour.

    edge: how much darker a place is than its surroundings, below 0 how much lighter; sure: 0..1, where. A
    shock filter (Osher and Rudin 1990) on four neighbours.
    """
    h, w = light.shape
    above, here = np.empty(w, np.float32), np.empty(w, np.float32)
    here[:] = light[0]
    for j in range(h):
        above[:] = here if j > 0 else light[0]
        here[:] = light[j]
        out, below, dark, certain = light[j], light[min(j + 1, h - 1)], edge[j], sure[j]
        for i in range(w):
            a, b = here[max(i - 1, 0)], here[min(i + 1, w - 1)]
            low = min(min(a, b), min(min(above[i], below[i]), here[i]))
            high = max(max(a, b), max(max(above[i], below[i]), here[i]))
            firm = min(max(dark[i] * F(20), F(-0.4)), F(0.4)) * certain[i]
            out[i] = here[i] + max(firm, ZERO) * (low - here[i]) + max(-firm, ZERO) * (high - here[i])


@kernel
def along(dst, src, way, steps, stride):
    """dst (4, h, w) <- src (h, 4 w) averaged along the flow `way` (h, 4 w), `steps` strides either way.

    Line integral convolution (Cabral and Leedom 1993) as in coherence-enhancing filters (Kyprianidis and
    Kang 2011), shorter where the flow is less sure: foliage becomes dabs, a roof becomes strokes.
    """
    _, h, w = dst.shape
    table, read = src.ctypes.data, np.empty(8, np.float32)
    here, there = read.ctypes.data, read.ctypes.data + 16
    last_x, last_y = F(w - 1), F(h - 1)
    for j in range(h):
        for i in range(w):
            reach = ONE / (way[j, 4 * i + 2] * F(steps) + HALF)
            light, a, b, e = src[j, 4 * i], src[j, 4 * i + 1], src[j, 4 * i + 2], src[j, 4 * i + 3]
            total = ONE
            x, y, dx, dy = F(i), F(j), way[j, 4 * i], way[j, 4 * i + 1]
            p, q, dp, dq = x, y, -dx, -dy
            for n in range(steps):  # both ways at once: each waits for its own last step
                weight = ONE - F(n + 1) * reach
                if weight <= ZERO:
                    break
                x, y, dx, dy, w0 = step(table, here, way, x, y, dx, dy, stride, weight, last_x, last_y)
                p, q, dp, dq, w1 = step(table, there, way, p, q, dp, dq, stride, weight, last_x, last_y)
                light += read[0] + read[4]
                a += read[1] + read[5]
                b += read[2] + read[6]
                e += read[3] + read[7]
                total += w0 + w1
            k = ONE / total
            dst[0, j, i] = light * k
            dst[1, j, i] = a * k
            dst[2, j, i] = b * k
            dst[3, j, i] = e * k


@kernel
def dragged(dst, src, motion, share):
    """dst (4, h, w) <- src (4, h, w), drawn out by `share` of the motion (h, w, 2) px, half of it either way.

    What moves by less than a pixel is left as it is, up to two the one turns into the other.
    """
    _, h, w = src.shape
    right, bottom = F(w - 1), F(h - 1)
    packed = np.empty((h, 4 * w), np.float32)  # a place is one load
    for j in range(h):
        out, first, second, third, fourth = packed[j], src[0, j], src[1, j], src[2, j], src[3, j]
        for i in range(w):
            out[4 * i] = first[i]
            out[4 * i + 1] = second[i]
            out[4 * i + 2] = third[i]
            out[4 * i + 3] = fourth[i]
        for c in range(4):
            dst[c, j] = src[c, j]
    read, total = np.empty(8, np.float32), np.empty(4, np.float32)
    table, ahead, behind = packed.ctypes.data, read.ctypes.data, read.ctypes.data + 16
    for j in range(h):
        for i in range(w):
            across, down = share * motion[j, i, 0], share * motion[j, i, 1]
            length = sqrt(across * across + down * down)
            if length <= ONE:
                continue
            n = np.int32(min(length, LONGEST))
            mixed = min(length - ONE, ONE) / F(2 * n)
            step = HALF / F(n)
            total[:] = ZERO
            for k in range(n):
                at = (F(k) + HALF) * step
                x, y = min(max(F(i) + at * across, ZERO), right), min(max(F(j) + at * down, ZERO), bottom)
                p, q = min(max(F(i) - at * across, ZERO), right), min(max(F(j) - at * down, ZERO), bottom)
                sample(table, ahead, x, y, ONE, right, bottom)
                sample(table, behind, p, q, ONE, right, bottom)
                for c in range(4):
                    total[c] += read[c] + read[4 + c]
            own = ONE - mixed * F(2 * n)
            for c in range(4):
                dst[c, j, i] = own * packed[j, 4 * i + c] + mixed * total[c]


@inline
def stepped(density, full, tones, rim):
    """Density drawn by `tones` towards five tones between nothing and `full`, each about half of the next.

    Soft steps; on the dark side of each the pigment that the water carried there, on the pale side, where
    there is a wash already, a little less of it: `rim` times the step.
    """
    x = density / full
    y, marks, low = ZERO, ZERO, ZERO
    for level in (F(0.067), F(0.187), F(0.367), F(0.633), F(1.0)):
        height = level - low
        z = (x - HALF * (low + level)) / (STEEP * height)
        y += height / (ONE + exp(-z))
        inner, outer = z - F(1.6), z + F(1.6)
        marks += height * exp(-inner * inner) - F(0.7) * low * exp(-outer * outer)
        low = level
    return max(density + tones * (y * full - density) + rim * full * marks, ZERO)


@kernel
def washes(dst, lab, around, far, calm, leaves, slow, middle, fine, how):
    """dst (h, w) <- density of the washes.

    lab (4, h, w): smoothed L, a, b, lines; around: L of the wider surroundings; far: 0..1, what lies behind;
    calm: 0..1, where tide marks may lie; leaves: 0..1, where dabs are; slow, middle, fine: textures; how:
    Washes.
    """
    h, w = dst.shape
    for j in range(h):
        out, light, base, back = dst[j], lab[0, j], around[j], far[j]
        s, m, f, wide, dabs = slow[j], middle[j], fine[j], calm[j], leaves[j]
        for i in range(w):
            lift = F(0.62) - base[i]
            lift = F(0.45) * lift if lift > ZERO else F(0.35) * lift
            # paper above L .87, thin washes for long, all the ink there is in the accents
            # dabs of a leafy place stand apart: dark ink, and light between
            own = light[i] + how.veil * lift + (HALF * how.veil + DABS * dabs[i]) * (light[i] - base[i])
            t = saturate((F(0.87) - own) * F(1 / 0.66))
            d = how.full * t * sqrt(t)
            d *= ONE - max(how.recede, ZERO) * back[i]
            d += max(-how.recede, ZERO) * back[i] * F(0.6)
            # what makes the borders of a wash wander; in the darkest it would be blots
            wander = d * (ONE - F(0.75) * d / how.full)
            moved = max(d + wander * (F(0.20) * f[i] + F(0.12) * m[i]), ZERO)
            d = stepped(moved, how.full, how.tones, how.rim * wide[i])
            out[i] = d * exp(F(0.30) * m[i] + F(0.12) * s[i])


@kernel
def pigments(
    ink, lab, density, soft, sure, leaves, slow, middle, press, wheel, ramp, soot, umber, deep, line_ink, how
):
    """ink (h, 4 w) <- absorbance of the washes, rims and lines; every fourth number is padding.

    density (h, w): of the washes; soft: the same, blurred by the width of a rim; sure: 0..1, where rims may
    lie; leaves: 0..1, where what is nearly grey and nearly green is ink green. Absorbance of a pigment, and
    the luminous absorbance of one unit of it: wheel (STRENGTHS, s, t, 4) by density, purity and hue; ramp
    (n, 4) by place; soot (4), umber (4) where it is warm, of what is grey; these and deep (4) darken a
    pigment beyond its own strength. line_ink (3).
    """
    h, w = density.shape
    last, hues, purities = ramp.shape[0] - 1, wheel.shape[2], wheel.shape[1]
    purest, turn = F(purities - 1), F(hues - 1) / F(360)
    # all pigments in one table, so that the mixture of a pixel is four rows of it, weighted
    table = np.empty((last + 3 + STRENGTHS * purities * hues, 4), np.float32)
    table[0] = soot
    table[1 : last + 2] = ramp
    table[last + 2 : -1] = wheel.reshape(-1, 4)
    table[-1] = umber
    earth = np.int32(16) * np.int32(len(table) - 1)
    source = table.ctypes.data
    places, coloured = np.empty(SPAN, np.int32), np.empty(SPAN, np.int32)  # bytes into the table
    px, found = np.empty(4 * SPAN, np.float32), np.empty(4 * SPAN, np.float32)
    to = found.ctypes.data
    for j in range(h):
        for first in range(0, w, SPAN):
            stop = min(first + SPAN, w)
            n = stop - first
            wash, near, certain = density[j, first:stop], soft[j, first:stop], sure[j, first:stop]
            wide, broad, pressed = slow[j, first:stop], middle[j, first:stop], press[j, first:stop]
            light, greens, blues = lab[0, j, first:stop], lab[1, j, first:stop], lab[2, j, first:stop]
            line, out = lab[3, j, first:stop], ink[j, 4 * first : 4 * stop]
            leafy = leaves[j, first:stop]
            for i in range(n):
                # a wash dries darker along its rim, and beside a darker one a little paper is left
                over = (wash[i] - near[i]) / (near[i] + F(0.35))
                d = wash[i] * (ONE + how.edge * certain[i] * min(max(over, -HALF), HALF))
                d = max(d, ZERO) * how.wash
                px[i] = d
                place = F(1.05) - d * (F(0.42) - F(0.04) * min(d, F(4)))
                place = saturate(place + F(0.16) * broad[i] + F(0.10) * wide[i])
                places[i] = np.int32(16) * (np.int32(1) + np.int32(place * F(last) + HALF))
            for i in range(n):
                a, b = greens[i], blues[i]
                chroma = sqrt(a * a + b * b)
                hue = degrees(a, b)
                green = leafy[i] * rise(hue, F(84), F(100)) * rise(hue, F(185), F(150))
                green *= rise(light[i], F(0.78), F(0.58))
                chroma *= ONE + GREENER * green * saturate(ONE - chroma * F(12))
                hue += HALF * green * (LEAF - hue)
                deep_chroma = chroma * max(ONE, F(0.6) / max(light[i], F(0.25)))  # shades have little left
                own = rise(deep_chroma, F(0.045) - F(0.035) * how.chroma, F(0.11) - F(0.06) * how.chroma)
                own = min(own * how.chroma * F(1.15), ONE)
                kept = ZERO
                if how.keep == KEEP_RED:
                    kept = rise(deep_chroma, F(0.10), F(0.15))
                    kept *= rise(hue, F(44), F(34)) if hue < F(180) else rise(hue, F(345), F(355))
                elif how.keep == KEEP_LANTERN:
                    kept = (
                        rise(hue, F(66), F(76)) * rise(hue, F(110), F(100)) * rise(chroma, F(0.12), F(0.16))
                    )
                    kept *= rise(light[i], F(0.6), F(0.75))
                px[SPAN + i] = max(own, kept)
                px[2 * SPAN + i] = chroma
                pure = min(chroma / (max(light[i], F(0.15)) * PUREST), ONE)
                row = np.int32(min(sqrt(px[i]) * STEPS + HALF, F(STRENGTHS - 1))) * np.int32(purities)
                row = (row + np.int32(pure * purest + HALF)) * np.int32(hues) + np.int32(hue * turn + HALF)
                coloured[i] = np.int32(16) * (np.int32(last + 2) + row)
            for i in range(n):
                own, place, hued = px[SPAN + i], places[i], coloured[i]
                grey = how.soot * (ONE - own)
                strong = own * (ONE - grey)
                weak = ONE - grey - strong
                brown = grey * warmth(greens[i], blues[i])
                grey -= brown
                # these are shares of the tone: of a strong pigment there is less in the well
                grey /= soot[3]
                brown /= umber[3]
                strong /= table[hued >> 4, 3]
                weak /= table[place >> 4, 3]
                k = ONE / (grey + brown + strong + weak)
                grey, brown, strong, weak = k * grey, k * brown, k * strong, k * weak
                tetra_load(source, np.int32(0), place, hued, earth, grey, weak, strong, brown, to + 16 * i)
            for i in range(n):
                d, own, chroma, unit = px[i], px[SPAN + i], px[2 * SPAN + i], found[4 * i + 3]
                # as much pigment as the tone asks for while it keeps its colour, the rest as ink
                most = F(1.5) + F(2.5) * own
                amount = most * (ONE - exp(-d / (max(unit, HALF) * most)))
                amount += own * min(chroma * F(3.5), F(0.7)) * (ONE - min(amount, ONE))
                rest = F(0.9) * max(d - amount * unit, ZERO) / (deep[3] + own * (soot[3] - deep[3]))
                px[2 * SPAN + i] = amount + how.glaze * (ONE + F(0.3) * broad[i])
                px[3 * SPAN + i] = rest
            for i in range(n):
                own, amount, rest = px[SPAN + i], px[2 * SPAN + i], px[3 * SPAN + i]
                e = line[i] * saturate(F(0.6) + F(1.1) * pressed[i])
                u0, u1 = rest * (ONE - own), rest * own
                u2 = u1 * warmth(greens[i], blues[i])
                u1 -= u2
                for c in range(3):
                    darkened = u0 * deep[c] + u1 * soot[c] + u2 * umber[c]
                    out[4 * i + c] = amount * found[4 * i + c] + darkened + e * line_ink[c]
                out[4 * i + 3] = ZERO


@inline
def drawn_out(wide, row, guide, left, more, n):
    """wide (8 SPAN) <- ink (4 cols) and guide of a row, of the left and then of the right neighbours."""
    for i in range(n):
        a = left[i]
        b = a + more
        wide[i] = row[4 * a]
        wide[SPAN + i] = row[4 * a + 1]
        wide[2 * SPAN + i] = row[4 * a + 2]
        wide[3 * SPAN + i] = guide[a]
        wide[4 * SPAN + i] = row[4 * b]
        wide[5 * SPAN + i] = row[4 * b + 1]
        wide[6 * SPAN + i] = row[4 * b + 2]
        wide[7 * SPAN + i] = guide[b]


@kernel
def laid(dst, light, ink, guide, grain, amount, edge):
    """dst (h, 4 w) <- the ink (rows, 4 cols) at the size of the light it was painted from.

    Joint bilateral upsampling (Kopf et al. 2007): each pixel takes the ink of those of its four neighbours
    that are as light as it is itself. guide (rows, cols): their L; light (h, 4 w): premultiplied, may be
    dst. grain (h, w): texture of the pigment, settling where it is thin; edge: difference of L that tells
    sides apart.

    Down the picture in spans that stay in the first cache; rows of the ink are drawn out to the span's pixels
    once, so that all arithmetic reads one pixel after another.
    """
    h, w = grain.shape
    rows, cols = guide.shape
    across, down = F(cols) / F(w), F(rows) / F(h)
    per = ONE / (edge * edge)
    more = 1 if cols > 1 else 0
    left, share = np.empty(SPAN, np.int32), np.empty(SPAN, np.float32)
    # one array each: LLVM gives up on loops over more than a few that might overlap
    wide, px = np.empty(16 * SPAN, np.float32), np.empty(9 * SPAN, np.float32)
    held = np.empty(2, np.int64)
    for start in range(0, w, SPAN):
        n = min(SPAN, w - start)
        for i in range(n):
            u = min(max((F(start + i) + HALF) * across - HALF, ZERO), F(cols - 1))
            left[i] = min(np.int32(u), max(cols - 2, 0))
            share[i] = u - F(left[i])
        held[0] = held[1] = -1
        for j in range(h):
            v = min(max((F(j) + HALF) * down - HALF, ZERO), F(rows - 1))
            j0 = np.int64(v)
            j1 = min(j0 + 1, rows - 1)
            fy = v - F(j0)
            for row in (j0, j1):
                if held[row & 1] != row:
                    drawn_out(wide[(row & 1) * 8 * SPAN :], ink[row], guide[row], left, more, n)
                    held[row & 1] = row
            above, below = wide[(j0 & 1) * 8 * SPAN :], wide[(j1 & 1) * 8 * SPAN :]
            src, out = light[j, 4 * start : 4 * (start + n)], dst[j, 4 * start : 4 * (start + n)]
            settle = grain[j, start : start + n]
            for i in range(n):
                a = saturate(finite(src[4 * i + 3]))
                x, y, z = lightness(src[4 * i], src[4 * i + 1], src[4 * i + 2], a)
                px[i] = L0 * x + L1 * y + L2 * z
                px[SPAN + i] = a
            for i in range(n):
                l, fx = px[i], share[i]
                d0, d1 = above[3 * SPAN + i] - l, above[7 * SPAN + i] - l
                d2, d3 = below[3 * SPAN + i] - l, below[7 * SPAN + i] - l
                w0 = (ONE - fx) * (ONE - fy) * (FLOOR + max(ONE - d0 * d0 * per, ZERO))
                w1 = fx * (ONE - fy) * (FLOOR + max(ONE - d1 * d1 * per, ZERO))
                w2 = (ONE - fx) * fy * (FLOOR + max(ONE - d2 * d2 * per, ZERO))
                w3 = fx * fy * (FLOOR + max(ONE - d3 * d3 * per, ZERO))
                k = ONE / (w0 + w1 + w2 + w3)
                px[2 * SPAN + i] = w0 * k
                px[3 * SPAN + i] = w1 * k
                px[4 * SPAN + i] = w2 * k
                px[5 * SPAN + i] = w3 * k
            for c in range(3):
                for i in range(n):
                    full = (
                        px[2 * SPAN + i] * above[c * SPAN + i] + px[3 * SPAN + i] * above[(4 + c) * SPAN + i]
                    )
                    full += (
                        px[4 * SPAN + i] * below[c * SPAN + i] + px[5 * SPAN + i] * below[(4 + c) * SPAN + i]
                    )
                    px[(6 + c) * SPAN + i] = max(full, ZERO)
            for i in range(n):
                a, red, green, blue = (px[SPAN + i], px[6 * SPAN + i], px[7 * SPAN + i], px[8 * SPAN + i])
                settled = ONE + amount * settle[i] * exp((red + green + blue) * F(-0.8 / 3))
                k = a * max(settled, ZERO)
                out[4 * i] = red * k
                out[4 * i + 1] = green * k
                out[4 * i + 2] = blue * k
                out[4 * i + 3] = a


@kernel
def thinness(dst, ink, clear):
    """dst (h, w) <- mean absorbance of ink (h, w, 4), `clear` at most: there it is surely no bare paper."""
    h, w = dst.shape
    for j in range(h):
        out, src = dst[j], ink[j].reshape(4 * w)
        for i in range(w):
            out[i] = min((src[4 * i] + src[4 * i + 1] + src[4 * i + 2]) * THIRD, clear)


@kernel
def washed_over(ink, fill, clear, most, pigment):
    """ink (h, w, 4) += pigment (3) where there is less than `clear`: up to fill (h, w) times `most`."""
    h, w = fill.shape
    red, green, blue = pigment[0], pigment[1], pigment[2]
    for j in range(h):
        out, wanted = ink[j].reshape(4 * w), fill[j]
        for i in range(w):
            a, b, c = out[4 * i], out[4 * i + 1], out[4 * i + 2]
            k = max(min(clear - (a + b + c) * THIRD, wanted[i] * most), ZERO) * saturate(out[4 * i + 3])
            out[4 * i] = a + k * red
            out[4 * i + 1] = b + k * green
            out[4 * i + 2] = c + k * blue
