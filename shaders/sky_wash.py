"""Sky wash: wet bands and glows of pigment with tide marks, cirrus lifted out of them, a sun or a moon."""

from typing import Annotated, NamedTuple

from inkrender.shader import Between, Pigment, absorbance, source

WIDE = Between(-20000, 20000, unit="px")


class SkyWash(NamedTuple):
    """Places are layer px. Bands and glows are painted in order, each with its own pigment."""

    bands: Annotated[tuple[tuple[float, float, float, float, float], ...], WIDE] = (
        (-60.0, 520.0, 0.6, 0.0, 0.0),
    )  # y where full, y where gone, density, x where it begins, x where it is full (equal: everywhere)
    band_pigments: Annotated[tuple[str, ...], Pigment()] = ("azurite",)
    glows: Annotated[
        tuple[tuple[float, float, float, float, float, float, float, float, float], ...], WIDE
    ] = ()  # x, y, inner radius, outer radius, density, squash, ring 0/1, y where full, y where gone
    glow_pigments: Annotated[tuple[str, ...], Pigment()] = ()
    warp: Annotated[float, Between(0, 2)] = 1.0  # how far the washes stray from bands and circles
    variation: Annotated[float, Between(0, 2)] = 0.8  # pools
    tides: Annotated[float, Between(0, 0.6)] = 0.22  # tide marks
    hake: Annotated[float, Between(0, 1)] = 0.12  # streaks of the wide brush
    grain: Annotated[float, Between(0, 0.4)] = 0.05
    opening: Annotated[tuple[float, float, float, float], WIDE] = (0.0, 0.0, 1.0, 1.0)  # x, y, half w, half h
    open: Annotated[float, Between(0, 1)] = 0.0  # how far the cloud is torn open there
    open_pigment: Annotated[str, Pigment()] = "azurite"  # what shimmers in the opening
    open_density: Annotated[float, Between(0, 2)] = 0.2
    cirrus: Annotated[float, Between(0, 1)] = 0.85  # streaks of cloud lifted from the wet sky
    cirrus_from: Annotated[float, Between(-1, 1)] = 0.10  # lower: more of them
    cirrus_y: Annotated[tuple[float, float, float, float], WIDE] = (20.0, 200.0, 9000.0, 9999.0)  # in, out
    disc: Annotated[tuple[float, float, float], WIDE] = (0.0, 0.0, 0.0)  # x, y, radius; 0 none
    disc_pigments: Annotated[tuple[str, str], Pigment()] = ("scarlet", "gamboge")
    disc_densities: Annotated[tuple[float, float], Between(0, 3)] = (0.85, 0.5)
    disc_fade: Annotated[float, Between(0, 1)] = 0.75  # how thin the first pigment gets at its lower rim
    halo: Annotated[float, Between(0, 2000, unit="px")] = 0.0  # radius of bare paper glowing around the disc
    halo_lift: Annotated[float, Between(0, 1)] = 0.55
    seed: Annotated[int, Between(0, 999999)] = 0  # 0: the layer's own


@source
def shade(dst, region, at, p, inputs):
    """Wash band by band, tear the opening, lift the cirrus, set the disc."""
    import numpy as np

    from inkrender import paint

    seed = paint.seed_for(at, p.seed)
    x, y = region.grid()
    drift = paint.field(region, (900, 260), paint.mixed(seed, 31), 5, warp=0.9) * np.float32(p.warp)
    fine = paint.field(region, (420, 110), paint.mixed(seed, 32), 5, warp=1.1)
    marks = paint.tide(
        paint.field(region, (520, 230), paint.mixed(seed, 36), 6, warp=1.3),
        amount=p.tides,
        levels=(0.0, 0.28),
    )
    height = paint.paper_height(region)
    bristles = paint.field(region, (1100, 9), paint.mixed(seed, 37), 2)
    bristles += paint.field(region, (700, 60), paint.mixed(seed, 38), 3)
    brushed = marks * (1 + np.float32(p.hake) * bristles) * np.clip(1 + p.variation * fine, 0, 2)
    strayed = fine * np.float32(p.warp)

    for (gx, gy, inner, outer, density, squash, ring, full, gone), name in zip(
        p.glows, p.glow_pigments, strict=True
    ):
        away = np.sqrt((x - gx) ** 2 + ((y - gy) * squash) ** 2)
        halo = 1 - paint.smoothstep(inner, outer, away + drift * 200 + strayed * 110)
        halo = np.clip(halo * (1 - halo) * 4, 0, 1) if ring else halo ** np.float32(1.5)
        if full != gone:
            halo = halo * paint.smoothstep(gone, full, y + drift * 60)
        paint.wash(dst, paint.grain(halo * brushed * density, height, p.grain), absorbance(name))
    for (full, gone, density, begins, whole), name in zip(p.bands, p.band_pigments, strict=True):
        band = paint.smoothstep(gone, full, y + drift * 190 + strayed * 50)
        if begins != whole:
            band = band * (0.06 + 0.94 * paint.smoothstep(begins, whole, x + drift * 300 + strayed * 110))
        paint.wash(dst, paint.grain(band * brushed * density, height, p.grain), absorbance(name))

    if p.open > 0:
        ox, oy, half_w, half_h = p.opening
        oval = np.sqrt(((x - ox + drift * 260) / half_w) ** 2 + ((y - oy + fine * 120) / half_h) ** 2)
        torn = paint.smoothstep(-0.05, 0.55, fine * 0.7 + drift * 0.5 + 0.62 - oval)
        paint.lift(dst, torn * np.float32(p.open))
        shimmer = torn * p.open_density * (1 + 1.5 * np.clip(fine, 0, 1))
        paint.wash(dst, paint.grain(shimmer, height, p.grain), absorbance(p.open_pigment))
    if p.cirrus > 0:
        begins, whole, thins, ends = p.cirrus_y
        streaks = paint.smoothstep(p.cirrus_from, p.cirrus_from + 0.32, fine + 0.35 * drift)
        streaks *= paint.smoothstep(begins, whole, y) * (1 - paint.smoothstep(thins, ends, y))
        paint.lift(dst, streaks * np.float32(p.cirrus))
    if p.disc[2] > 0:
        dx, dy, radius = p.disc
        away = np.sqrt((x - dx) ** 2 + (y - dy) ** 2)
        if p.halo > 0:
            glow = np.exp(-((away / np.float32(p.halo)) ** 2))
            paint.lift(dst, glow * np.float32(p.halo_lift))
            paint.wash(dst, glow * np.float32(0.5 * p.disc_densities[1]), absorbance(p.disc_pigments[1]))
        soft = 0.75 / region.scale
        disc = 1 - paint.smoothstep(radius - soft, radius + soft, away + fine * 3)
        paint.lift(dst, disc)
        rim = 1 + 0.3 * np.exp(-np.abs(radius - away) / 6) * disc
        thin = 1 - p.disc_fade * paint.smoothstep(dy - 0.2 * radius, dy + 1.02 * radius, y + fine * 30)
        paint.wash(
            dst,
            paint.grain(disc * rim * thin * p.disc_densities[0], height, p.grain),
            absorbance(p.disc_pigments[0]),
        )
        paint.wash(dst, disc * np.float32(p.disc_densities[1]), absorbance(p.disc_pigments[1]))
