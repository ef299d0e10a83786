"""The slow, obvious version of every kernel: float64 numpy, one formula after another, no tiles.

Pictures are (h, w, 4). Colour formulas come from `inkrender.colour`, which has its own tests.
"""

from __future__ import annotations

import cv2
import numpy as np

from inkrender import colour

DARKEST = 0.006


# resampling -----------------------------------------------------------------------------------------------


def catmull_rom(d):
    d = np.abs(d)
    near = 1.5 * d**3 - 2.5 * d**2 + 1
    far = -0.5 * d**3 + 2.5 * d**2 - 4 * d + 2
    return np.where(d < 1, near, np.where(d < 2, far, 0.0))


def axis(n, size, start, zoom):
    """(n, size) matrix that resamples a row; what lies outside the row is 0 but still has its weight."""
    wide = max(1.0, 1 / zoom / 1.12)
    place = (np.arange(n) + 0.5) / zoom + start - 0.5
    reach = int(np.ceil(2 * wide)) + 1
    rows = np.zeros((n, size))
    for i, p in enumerate(place):
        taps = np.arange(int(np.floor(p)) - reach, int(np.floor(p)) + reach + 1)
        weights = catmull_rom((p - taps) / wide)
        weights = weights / weights.sum()
        for tap, weight in zip(taps, weights, strict=True):
            if 0 <= tap < size:
                rows[i, tap] += weight
    return rows


def resample(pixels, width, height, x, y, zoom=1.0, medium="ink"):
    h, w = pixels.shape[:2]
    columns = np.einsum("ih,hwc->iwc", axis(height, h, y, zoom), np.float64(pixels))
    out = np.einsum("jw,iwc->ijc", axis(width, w, x, zoom), columns)
    if medium == "ink":
        out = np.maximum(out, 0)
    out[..., 3] = np.clip(out[..., 3], 0, 1)
    return out


def field(plane, width, height, x, y, step_x, step_y):
    h, w = plane.shape
    u = np.clip((np.arange(width) + 0.5) * step_x + x - 0.5, 0, w - 1)
    v = np.clip((np.arange(height) + 0.5) * step_y + y - 0.5, 0, h - 1)
    i, j = np.minimum(u.astype(int), max(w - 2, 0)), np.minimum(v.astype(int), max(h - 2, 0))
    fu, fv = (u - i)[None, :], (v - j)[:, None]
    i2, j2 = np.minimum(i + 1, w - 1), np.minimum(j + 1, h - 1)
    p = np.float64(plane)
    top = p[np.ix_(j, i)] * (1 - fu) + p[np.ix_(j, i2)] * fu
    low = p[np.ix_(j2, i)] * (1 - fu) + p[np.ix_(j2, i2)] * fu
    return top * (1 - fv) + low * fv


# over -----------------------------------------------------------------------------------------------------


def over(dst, src, opacity=1.0):
    """Porter-Duff over, premultiplied; ink is the same formula in another medium."""
    src = np.float64(src) * opacity
    return np.float64(dst) * (1 - src[..., 3:]) + src


def blend_function(mode, b, s):
    """B(Cb, Cs) of W3C Compositing and Blending Level 1, section 5.8, as printed there."""
    if mode == "multiply":
        return b * s
    if mode == "screen":
        return b + s - b * s
    if mode == "overlay":
        return blend_function("hard-light", s, b)
    if mode == "darken":
        return np.minimum(b, s)
    if mode == "lighten":
        return np.maximum(b, s)
    if mode == "color-dodge":
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.where(b == 0, 0, np.where(s == 1, 1, np.minimum(1, b / (1 - s))))
    if mode == "color-burn":
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.where(b == 1, 1, np.where(s == 0, 0, 1 - np.minimum(1, (1 - b) / s)))
    if mode == "hard-light":
        return np.where(s <= 0.5, b * 2 * s, b + (2 * s - 1) - b * (2 * s - 1))
    if mode == "soft-light":
        d = np.where(b <= 0.25, ((16 * b - 12) * b + 4) * b, np.sqrt(b))
        return np.where(s <= 0.5, b - (1 - 2 * s) * b * (1 - b), b + (2 * s - 1) * (d - b))
    if mode == "difference":
        return np.abs(b - s)
    if mode == "exclusion":
        return b + s - 2 * b * s
    raise ValueError(mode)


def blend(dst, src, mode, opacity=1.0):
    dst, src = np.float64(dst), np.float64(src) * opacity
    ab, as_ = dst[..., 3:], src[..., 3:]
    if mode == "normal":
        return over(dst, src)
    cb = np.divide(dst[..., :3], ab, out=np.zeros_like(dst[..., :3]), where=ab > 0)
    cs = np.divide(src[..., :3], as_, out=np.zeros_like(src[..., :3]), where=as_ > 0)
    mixed = (1 - ab) * cs + ab * blend_function(mode, cb, cs)
    rgb = (1 - as_) * dst[..., :3] + as_ * mixed
    return np.concatenate([rgb, as_ + ab - as_ * ab], axis=-1)


def light_to_ink(light, white, body, edges):
    light = np.float64(light)
    a = np.clip(light[..., 3:], 0, 1)
    straight = np.divide(light[..., :3], a, out=np.zeros_like(light[..., :3]), where=a > 0)
    seen = np.maximum(straight, DARKEST) / np.asarray(white, np.float64)
    ink = -np.log((1 - a) + a * seen) if edges == "linear" else -np.log(seen) * a
    return np.concatenate([np.where(a > 0, np.maximum(0, ink), 0), a * body], axis=-1)


# lift -----------------------------------------------------------------------------------------------------


def smoothstep(lo, hi, x):
    t = np.clip((x - lo) / (hi - lo), 0, 1)
    return t * t * (3 - 2 * t)


def lift_matte(phi, ramp, hard, keep, height, bleed, reach=1.0, pixel=1.0):
    width = max(2.8, 2 * pixel)
    torn = smoothstep(1.6 - width, 1.6, phi + bleed * 0.5 * (height - 0.5) * reach)
    soft = max(0.08, 0.1 * pixel)
    share = np.clip(0.5 + phi / (2 * bleed), 0, 1) * (1 + 2 * soft) - soft
    dry = smoothstep(-soft, soft, share - height)
    m = ramp + (np.where(hard > 0, torn, dry) - ramp) * np.clip(np.abs(hard), 0, 1)
    return np.clip(m, 0, 1) * (1 - np.clip(keep, 0, 1))


def barrier(src, free, passes):
    """Fast-MBD from the pixels marked free (Zhang et al., ICCV 2015, algorithm 1), one joint path."""
    h, w = free.shape
    best = {(y, x): 0.0 if free[y, x] else 1e9 for y in range(h) for x in range(w)}
    high = {place: src[place].astype(float) for place in best}
    low = dict(high)
    for turn in range(passes):
        way = 1 if turn % 2 == 0 else -1
        for y in range(h)[::way]:
            for x in range(w)[::way]:
                for before in ((y - way, x), (y, x - way)):
                    if before in best:
                        top = np.maximum(high[before], src[y, x])
                        floor = np.minimum(low[before], src[y, x])
                        if (top - floor).sum() < best[y, x] - 1e-9:
                            best[y, x], high[y, x], low[y, x] = (top - floor).sum(), top, floor
    return np.array([[best[y, x] for x in range(w)] for y in range(h)])


def area_opening(plane, least):
    """Level by level: what is at least as high, in components of eight neighbours that are large enough."""
    out = np.full(plane.shape, plane.min())
    for level in np.unique(plane):
        _, label, stats, _ = cv2.connectedComponentsWithStats(
            (plane >= level).astype(np.uint8), connectivity=8
        )
        kept = stats[:, cv2.CC_STAT_AREA] >= least
        kept[0] = False
        out[kept[label]] = level
    return out


# light and grade ------------------------------------------------------------------------------------------


def transmittance(ink):
    return colour.encode(np.exp(-np.float64(ink[..., :3])), "srgb")


def from_transmittance(encoded, white):
    light = colour.decode(np.maximum(np.float64(encoded) / np.asarray(white, np.float64), 0), "srgb")
    return np.maximum(0, -np.log(np.maximum(light, 1e-16)))


def develop(ink, paper):
    return colour.encode(np.exp(-(np.float64(ink[..., :3]) + np.float64(paper[..., :3]))), "srgb")


def cdl(rgb, slope, offset, power, saturation, clamp=True):
    v = np.float64(rgb) * np.asarray(slope) + np.asarray(offset)
    if clamp:
        v = np.clip(v, 0, 1)
    v = np.where(v > 0, np.abs(v) ** np.asarray(power), v)
    y = (v @ colour.LUMA)[..., None]
    v = y + (v - y) * saturation
    return np.clip(v, 0, 1) if clamp else v


def chroma(encoded, k):
    return oklch(encoded, chroma=k)


def oklch(encoded, hue=0.0, chroma=1.0, lightness=1.0, bend=None):
    """bend: (lightness, chroma, hue in degrees) -> the same, before the constants."""
    rgb = colour.decode(np.maximum(np.float64(encoded), 0), "srgb")
    lch = np.moveaxis(colour.oklch(rgb), -1, 0)
    if bend is not None:
        lch = bend(*lch)
    lch = np.stack([lch[0] * lightness, lch[1] * chroma, lch[2] + hue], axis=-1)
    return colour.encode(into_gamut(lch, np.maximum(rgb.max(axis=-1), 1)), "srgb")


def into_gamut(lch, peak):
    """Linear light of OKLCh with the largest chroma, up to its own, that lies within 0..peak."""
    lch = lch.copy()
    top = colour.oklab(peak[..., None] * np.ones(3))[..., 0]
    inside = within(colour.from_oklch(lch), peak)
    lch[..., 0] = np.where(inside, lch[..., 0], np.clip(lch[..., 0], 0, top))
    low, high = np.zeros_like(peak), np.ones_like(peak)
    for _ in range(40):
        middle = (low + high) / 2
        tried = lch * np.stack([np.ones_like(middle), middle, np.ones_like(middle)], axis=-1)
        fits = within(colour.from_oklch(tried), peak)
        low, high = np.where(fits, middle, low), np.where(fits, high, middle)
    lch[..., 1] *= np.where(inside, 1, low)
    return np.clip(colour.from_oklch(lch), 0, peak[..., None])


def within(rgb, peak, below=2e-6, above=1e-5):
    return (rgb >= -below).all(axis=-1) & (rgb <= peak[..., None] + above).all(axis=-1)


def qualifier(encoded, hue=None, chroma=None, light=None, soft=(15, 0.02, 0.05), grey=(0.005, 0.02)):
    """0..1: how far a colour lies within ranges of hue (degrees, rising), chroma and lightness."""
    seen = colour.oklch(colour.decode(np.maximum(np.float64(encoded), 0), "srgb"))
    matte = np.ones(seen.shape[:-1])
    if hue is not None:
        wide = (hue[1] - hue[0]) % 360
        away = (seen[..., 2] - hue[0] - wide / 2 + 180) % 360 - 180
        matte = 1 - smoothstep(wide / 2, wide / 2 + soft[0], np.abs(away))
        matte = matte * smoothstep(*grey, seen[..., 1])
    for given, x, s in ((chroma, seen[..., 1], soft[1]), (light, seen[..., 0], soft[2])):
        if given is not None:
            lo, hi = given
            matte = matte * smoothstep(lo - s, lo, x) * (1 - smoothstep(hi, hi + s, x))
    return matte


def curve(rgb, table, lo, hi):
    places = np.linspace(lo, hi, len(table))
    return np.stack([np.interp(rgb[..., c], places, table[:, c]) for c in range(3)], axis=-1)


def tetrahedral(rgb, lut, lo=0.0, hi=1.0):
    """The walk from the lowest corner to the highest along the axes in descending order of fraction."""
    n = lut.shape[0]
    lo, hi = np.broadcast_to(lo, 3), np.broadcast_to(hi, 3)
    flat = np.clip((np.float64(rgb).reshape(-1, 3) - lo) / (hi - lo), 0, 1) * (n - 1)
    out = np.empty_like(flat)
    for k, place in enumerate(flat):
        corner = np.minimum(place.astype(int), n - 2)
        fraction = place - corner
        order = np.argsort(-fraction, kind="stable")
        weights = -np.diff(np.concatenate([[1.0], fraction[order], [0.0]]))
        at = corner.copy()
        total = weights[0] * lut[tuple(at)]
        for step, weight in zip(order, weights[1:], strict=True):
            at[step] += 1
            total = total + weight * lut[tuple(at)]
        out[k] = total
    return out.reshape(rgb.shape)


def blank(ink, jacobian):
    return int((np.linalg.norm(np.float64(ink[..., :3]) @ np.float64(jacobian).T, axis=-1) < 0.02).sum())


# texture --------------------------------------------------------------------------------------------------


def texture(tile, anchor, step, x, y):
    n = tile.shape[0]

    def at(u, v):
        bu, bv = np.floor(u), np.floor(v)
        i, j = bu.astype(int) % n, bv.astype(int) % n
        fu, fv = u - bu, v - bv
        top = tile[j, i] * (1 - fu) + tile[j, (i + 1) % n] * fu
        low = tile[(j + 1) % n, i] * (1 - fu) + tile[(j + 1) % n, (i + 1) % n] * fu
        return top * (1 - fv) + low * fv

    u, v = np.float64(anchor[..., 0]), np.float64(anchor[..., 1])
    if anchor.shape[2] == 2:
        return at(u * step + x, v * step + y)
    octave = np.float64(anchor[..., 2])
    whole = np.floor(octave)
    share = octave - whole
    total = 0.0
    for k, weight in ((whole, 1 - share), (whole + 1, share)):
        total = total + weight * at(u * step / 2**k + x + k * 0.61803 * n, v * step / 2**k + y)
    return total / np.sqrt((1 - share) ** 2 + share**2)


# pigments -------------------------------------------------------------------------------------------------


def spectral_tables():
    """(7, 38) reflectances of white, cyan, magenta, yellow, red, green, blue and (3, 38) linear RGB of light.

    Wavelengths 380-750 nm in steps of 10. A reflectance is (tanh z + 1) / 2 with the least slope in z that
    shows its colour in daylight (Burns 2020, LHTSS), found by Newton's method on the Lagrangian.
    """
    import colour as science

    shape = science.SpectralShape(380, 750, 10)
    observer = science.MSDS_CMFS["CIE 1931 2 Degree Standard Observer"].copy().align(shape).values
    daylight = science.SDS_ILLUMINANTS["D65"].copy().align(shape).values
    seen = science.RGB_COLOURSPACES["sRGB"].matrix_XYZ_to_RGB @ (observer * daylight[:, None]).T
    seen /= seen.sum(axis=1, keepdims=True)
    n = seen.shape[1]
    slope = np.diff(np.eye(n), axis=0)
    slope = 2 * slope.T @ slope

    def smoothest(rgb):
        z, force = np.zeros(n), np.zeros(3)
        for _ in range(50):
            value, first = (np.tanh(z) + 1) / 2, (1 - np.tanh(z) ** 2) / 2
            pull = seen.T @ force
            gap = np.concatenate([slope @ z + first * pull, seen @ value - rgb])
            if np.abs(gap).max() < 1e-10:
                break
            bend = slope + np.diag(-2 * np.tanh(z) * first * pull)
            whole = np.block([[bend, first[:, None] * seen.T], [seen * first, np.zeros((3, 3))]])
            step = np.linalg.solve(whole, -gap)
            step *= min(1.0, 2 / np.abs(step[:n]).max())
            z, force = z + step[:n], force + step[n:]
        return (np.tanh(z) + 1) / 2

    primaries = [(0, 1, 1), (1, 0, 1), (1, 1, 0), (1, 0, 0), (0, 1, 0), (0, 0, 1)]
    spectra = [smoothest(np.clip(np.array(p, float), 0.001, 0.999)) for p in primaries]
    return np.stack([np.ones(n), *spectra]), seen, (observer * daylight[:, None]).sum(axis=1)


def mixed_rgb(a, b, share, spectra, seen):
    """Linear RGB of two pigments in one brush (Kubelka-Munk). a, b: linear RGB (3,); share: that of b."""
    ks = []
    for rgb in (a, b):
        white = min(rgb)
        r, g, blue = (v - white for v in rgb)
        c, m, y = min(g, blue), min(r, blue), min(r, g)
        weights = [white, c, m, y, r - max(m, y), g - max(c, y), blue - max(c, m)]
        reflectance = np.maximum(weights @ spectra, 1e-4)
        ks.append((1 - reflectance) ** 2 / (2 * reflectance))
    lit_a, lit_b = (np.dot(rgb, (0.2126, 0.7152, 0.0722)) for rgb in (a, b))
    amount = lit_b * share**2 / (lit_a * (1 - share) ** 2 + lit_b * share**2)
    mean = (1 - amount) * ks[0] + amount * ks[1]
    return seen @ (1 + mean - np.sqrt(mean**2 + 2 * mean))


# wet paper ------------------------------------------------------------------------------------------------


def spread(ink, wet, thirst, pull, stride):
    """One pass of ink (4, h, w) through wet paper, place by place and neighbour by neighbour."""
    ink = np.float64(ink)
    out = ink.copy()
    _, h, w = ink.shape
    density = ink[:3].mean(axis=0)
    for y in range(h):
        for x in range(w):
            for v, u in ((y + stride, x), (y, x + stride)):  # every pair once
                if v >= h or u >= w:
                    continue
                low, high = sorted((density[y, x], density[v, u]))
                bare = 1 / (1 + 2.5 * low)
                free = min(wet[y, x], wet[v, u]) * (0.12 + 0.88 * bare**2) * min(12 * high, 1)
                edge = (high - low) / (high + low + 1e-4)
                drawn = np.clip(pull * edge * (float(thirst[v, u]) - thirst[y, x]), -0.05, 0.05)
                moved = free * ((0.2 + max(drawn, 0)) * ink[:, y, x] - (0.2 + max(-drawn, 0)) * ink[:, v, u])
                out[:, y, x] -= moved
                out[:, v, u] += moved
    return out


def rims(field, levels, width, least):
    """Tide lines where a field crosses levels: first-order distance, hard below, fading above."""
    padded = np.pad(np.float64(field), 1, mode="edge")
    gx = (padded[1:-1, 2:] - padded[1:-1, :-2]) / 2
    gy = (padded[2:, 1:-1] - padded[:-2, 1:-1]) / 2
    slope = np.hypot(gx, gy)
    most = np.zeros_like(slope)
    for level in levels:
        way = (np.float64(field) - level) / np.maximum(slope, 1e-12)
        most = np.maximum(most, np.clip(way + 1, 0, 1) ** 2 * 2.0 ** (-np.maximum(way, 0) / width))
    return most * np.clip((slope - least) / least, 0, 1)


# flow -----------------------------------------------------------------------------------------------------


def along(src, tx, ty, seen, weights):
    """The mean of what a walker meets who goes both ways along directions without signs, a pixel a step."""
    h, w = src.shape
    dst = np.zeros((h, w))
    for j, i in zip(*np.nonzero(seen > 0.02), strict=True):
        met = [(weights[0], src[j, i])]
        for way in (1.0, -1.0):
            place, step = np.array([i + 0.5, j + 0.5]), way * np.array([tx[j, i], ty[j, i]], np.float64)
            for weight in weights[1:]:
                place = place + step
                if not (0 <= place[0] < w and 0 <= place[1] < h):
                    break
                b, a = place.astype(int)
                met.append((weight, src[a, b]))
                step = np.array([tx[a, b], ty[a, b]], np.float64) * (
                    1 if np.dot(step, (tx[a, b], ty[a, b])) >= 0 else -1
                )
        dst[j, i] = np.average([v for _, v in met], weights=[weight for weight, _ in met])
    return dst


# brushes --------------------------------------------------------------------------------------------------


def walk(vx, vy, x, y, heading, steps, stride):
    """The places a walk along a field of lines comes by: never turns back, stays in the picture."""
    h, w = vx.shape
    hx, hy = heading
    places = []
    for _ in range(steps):
        x, y = np.float32(x + np.float32(stride) * hx), np.float32(y + np.float32(stride) * hy)
        i, j = min(max(int(x), 0), w - 1), min(max(int(y), 0), h - 1)
        places.append((i, j))
        turn = 1 if vx[j, i] * hx + vy[j, i] * hy >= 0 else -1
        hx, hy = vx[j, i] * turn, vy[j, i] * turn
    return places


def dragged(src, vx, vy, steps, stride):
    """Noise averaged along the lines of a field, pixel by pixel."""
    out = np.empty(src.shape)
    for j in range(src.shape[0]):
        for i in range(src.shape[1]):
            seen = [(i, j)]
            for sign in (1, -1):
                heading = vx[j, i] * sign, vy[j, i] * sign
                seen += walk(vx, vy, np.float32(i + 0.5), np.float32(j + 0.5), heading, steps, stride)
            out[j, i] = np.mean([float(src[b, a]) for a, b in seen])
    return out


def traced(start, length, vx, vy, points):
    """Points along one stroke: it starts down the page, never turns back and stays in the picture."""
    h, w = vx.shape
    x, y = (np.float32(v) for v in start)
    hx, hy = 0.0, 1.0
    out = []
    for k in range(points):
        out.append((x, y))
        i, j = min(max(int(x), 0), w - 1), min(max(int(y), 0), h - 1)
        nx, ny = float(vx[j, i]), float(vy[j, i])
        ahead = nx if k == 0 and abs(ny) < 0.05 else nx * hx + ny * hy
        hx, hy = (nx, ny) if ahead >= 0 else (-nx, -ny)
        x = np.float32(min(max(x + length / (points - 1) * hx, 0), w))
        y = np.float32(min(max(y + length / (points - 1) * hy, 0), h))
    return np.array(out)


# kuwahara -------------------------------------------------------------------------------------------------


def kuwahara(src, tone, cos, sin, wide, tall, radius, sharp):
    """The mean of those of eight overlapping sectors in which the tone varies least; src (c, h, w)."""
    channels, h, w = src.shape
    zeta = 2 / radius
    eta = (zeta + np.cos(0.58)) / np.sin(0.58) ** 2
    dst = np.empty(src.shape)
    for j in range(h):
        for i in range(w):
            sums = np.zeros((8, channels + 3))
            for b in range(-radius, radius + 1):
                for a in range(-radius, radius + 1):
                    if a * a + b * b > (radius + 0.5) ** 2:
                        continue
                    row, column = np.clip(j + b, 0, h - 1), np.clip(i + a, 0, w - 1)
                    u = (a * cos[j, i] + b * sin[j, i]) * wide[j, i]
                    v = (b * cos[j, i] - a * sin[j, i]) * tall[j, i]
                    root = np.sqrt(0.5)
                    turned = [(u, v), (root * (u - v), root * (u + v))]
                    sector = np.empty(8)
                    for k, (x, y) in enumerate(turned):
                        sector[k::2] = [
                            max(0, side + zeta - eta * across**2) ** 2
                            for side, across in ((y, x), (-x, y), (-y, x), (x, y))
                        ]
                    if sector.sum() == 0:
                        continue
                    sector *= max(0, 1 - u * u - v * v) ** 2 / sector.sum()
                    light = tone[row, column]
                    sums += sector[:, None] * np.array([1, light, light**2, *src[:, row, column]])
            mean = sums / np.maximum(sums[:, :1], 1e-6)
            counts = 1 / (1 + (sharp * np.maximum(mean[:, 2] - mean[:, 1] ** 2, 0)) ** 4)
            dst[:, j, i] = counts @ mean[:, 3:] / counts.sum()
    return dst


# landscape ------------------------------------------------------------------------------------------------


def share_farther(lz, places, weights, least, per):
    h, w = lz.shape
    rows, cols = np.mgrid[:h, :w]
    total = np.zeros((h, w))
    for across, down, weight in zip(*places, weights, strict=True):
        other = lz[np.clip(rows + down, 0, h - 1), np.clip(cols + across, 0, w - 1)]
        total += weight * np.clip((np.float64(other) - lz - least) * per, 0, 1)
    return total


def settle(ink, light, grain, amount):
    h, w = grain.shape
    rows, cols = ink.shape[:2]
    v = np.clip((np.arange(h) + 0.5) * rows / h - 0.5, 0, rows - 1)
    u = np.clip((np.arange(w) + 0.5) * cols / w - 0.5, 0, cols - 1)
    j, i = v.astype(int), u.astype(int)
    j2, i2 = np.minimum(j + 1, rows - 1), np.minimum(i + 1, cols - 1)
    fv, fu = (v - j)[:, None, None], (u - i)[None, :, None]
    p = np.float64(ink)
    top = p[np.ix_(j, i)] * (1 - fu) + p[np.ix_(j, i2)] * fu
    low = p[np.ix_(j2, i)] * (1 - fu) + p[np.ix_(j2, i2)] * fu
    large = top * (1 - fv) + low * fv
    alpha = np.clip(np.float64(light[..., 3:]), 0, 1)
    k = np.maximum(1 + amount * grain[..., None] * np.exp(-large.mean(-1, keepdims=True) / 0.8), 0) * alpha
    return np.concatenate([large * k, alpha], axis=-1)


# hints ----------------------------------------------------------------------------------------------------


def lit(ink, light, ring, rim):
    """Ink (h, w, 4) with lights (h, w) on it: lifted towards paper, ringed, and on dark ground rimmed."""
    n = light.astype(np.float64)[..., None]
    out = ink.astype(np.float64)
    lead = 1 - (1 - n) ** 3
    dark = np.clip(out[..., :3].mean(-1, keepdims=True) - 0.15, 0, 1)
    out = out * (1 - 0.96 * lead)
    out[..., :3] += n**2 * (3 - 2 * n) * (1 - 0.55 * n**4) * ring
    out[..., :3] += lead * (1 - 0.9 * n**2) * dark * rim
    return out
