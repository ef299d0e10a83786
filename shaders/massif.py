"""Massif: mountains with pigment down the slope, a bone line along the crest, and a base lost in mist."""

from typing import Annotated, NamedTuple

from inkrender.shader import Between, Pigment, source


class Massif(NamedTuple):
    """A height field in depth, seen from the side; every length in px at 1080 lines."""

    peaks: Annotated[tuple[tuple[float, float, float, float, float, float], ...], Between(-20000, 20000)] = (
        (420.0, 0.5, 320.0, 170.0, 0.4, 1.3),
        (800.0, 0.4, 460.0, 160.0, 0.35, 1.35),
        (1180.0, 0.5, 260.0, 190.0, 0.4, 1.25),
    )  # x, depth 0-1, height, width, depth width, sharpness (1.2 a cone, 2.8 a pillar)
    base: Annotated[float, Between(-20000, 20000, unit="px")] = 880.0  # y of the nearest ground
    rise: Annotated[float, Between(0, 1000, unit="px")] = 80.0  # how much higher the farthest ground lies
    fade: Annotated[tuple[float, float], Between(-20000, 20000, unit="px")] = (560.0, 850.0)  # base dissolves
    mist: Annotated[float, Between(0, 400, unit="px")] = 70.0  # how unevenly it dissolves
    pigments: Annotated[tuple[str, str, str], Pigment()] = ("ultramarine", "prussian", "ink")  # top, mid, low
    wash: Annotated[float, Between(0, 4)] = 1.0  # density of the colour
    shadow: Annotated[float, Between(0, 3)] = 0.9  # how much more of it on the shaded side
    light: Annotated[float, Between(-1, 1)] = -1.0  # where light comes from: -1 left, 1 right
    variation: Annotated[float, Between(0, 2)] = 0.6  # pools and streaks of wet pigment
    edge: Annotated[float, Between(0, 2)] = 0.55  # pigment carried to the rim while drying
    grain: Annotated[float, Between(0, 1)] = 0.1  # granulation
    ink_pigment: Annotated[str, Pigment()] = "ink"  # of crests, texture and contour
    ink: Annotated[float, Between(0, 4)] = 1.0  # density of crest lines
    crest: Annotated[float, Between(1, 200, unit="px")] = 20.0  # how far ink runs down from a crest
    cun: Annotated[float, Between(0, 3)] = 0.9  # texture strokes along the fall of the rock
    contour: Annotated[float, Between(0, 20, unit="px")] = 4.6  # width of the outline's strokes, 0 none
    outline: Annotated[float, Between(0, 3)] = 0.85  # their density
    dry: Annotated[float, Between(0, 1)] = 0.3  # how dry the brush is
    found: Annotated[float, Between(0, 1)] = 0.8  # share of the outline that is drawn; the rest is lost
    moss: Annotated[float, Between(0, 1)] = 0.0  # dots along the crests
    moss_pigment: Annotated[str, Pigment()] = "ink"
    snow: Annotated[float, Between(0, 1)] = 0.0  # bare paper on lit faces near the crests
    roughness: Annotated[float, Between(0, 3)] = 1.0  # crags and rubble
    spurs: Annotated[float, Between(0, 1)] = 0.52  # flutes that run out from the summits
    slices: Annotated[int, Between(16, 600)] = 160  # depth slices
    seed: Annotated[int, Between(0, 999999)] = 0  # 0: the layer's own


@source
def shade(dst, region, at, p, inputs):
    """Work out the visible surface, then wash, ink and outline it, and let the base go."""
    import numpy as np

    from inkrender import paint, rock

    seed = paint.seed_for(at, p.seed)
    wide, pad = paint.grow(region, rock.MARGIN)
    face = rock.face(wide, p.peaks, p.base, p.rise, p.roughness, p.spurs, p.slices, seed)
    if face is None:
        return
    picture = np.zeros((wide.h, wide.w, 4), np.float32)
    rows = face.rows
    rock.paint_face(picture[rows], face, p, seed)
    dst[...] = picture[pad : pad + region.h, pad : pad + region.w]
