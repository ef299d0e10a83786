"""Repaint: a plate painted anew in ink, from depth and normals where it has them, from its tones otherwise.

With a depth pass the colours of the terrain are thrown away: crests are dark and bases pale, each plane of
distance has its own pigments from crest to foot, ridges get a contour with pressure and strokes along the
fall, and paper is left round what stands in front. Subjects keep their hue, as pigment.
"""

from typing import Annotated, NamedTuple

from inkrender.shader import Between, Choice, Pigment, area


class Repaint(NamedTuple):
    near: Annotated[tuple[str, ...], Pigment()] = ("ink",)  # pigments of the near plane, crest to foot
    mid: Annotated[tuple[str, ...], Pigment()] = ("ink",)
    far: Annotated[tuple[str, ...], Pigment()] = ("ink",)
    planes: Annotated[tuple[float, float], Between(0.01, 10000)] = (
        9.0,
        36.0,
    )  # depth where near ends, far begins
    density: Annotated[tuple[float, float, float], Between(0, 4)] = (1.15, 0.62, 0.25)  # near, mid, far
    wash: Annotated[float, Between(0, 3)] = 1.2  # strength of all washes
    tones: Annotated[float, Between(0, 1)] = 0.4  # how far density falls into five tones
    contour: Annotated[float, Between(0, 2)] = 1.0  # ridge lines and moss dots
    strokes: Annotated[float, Between(0, 2)] = 0.8  # texture strokes (cun) along the fall
    grain: Annotated[float, Between(0, 1)] = 0.22  # pigment settling in the paper
    ground: Annotated[str, Pigment()] = "ink"  # level ground: shadows and a faint wash in this pigment
    ground_wash: Annotated[float, Between(0, 2)] = 0.14
    snow: Annotated[float, Between(0, 2)] = (
        0.0  # the same wash over all of the ground, relative to ground_wash
    )
    body: Annotated[str, Pigment()] = "ink"  # what neutral subjects are painted with
    subjects: Annotated[str, Choice("hue", "red", "lantern", "ink")] = "hue"  # which of their colours stay
    lamps: Annotated[float, Between(0, 1)] = 1.0  # lantern: how many of the lamps burn, chosen by object id
    colours: Annotated[str, Choice("ramp", "keep")] = "ramp"  # keep: the plate's own colours, chroma raised
    chroma: Annotated[float, Between(0, 1)] = 0.6  # footage without depth: how much of its own hue stays
    glaze: Annotated[float, Between(0, 2)] = 0.0  # footage without depth: density laid over it all, for night
    veil: Annotated[float, Between(0, 1)] = 0.6  # footage without depth: how much grey veil is taken off
    drag: Annotated[float, Between(0, 2)] = 0.5  # without depth: how far what moves is drawn out, of its way
    recede: Annotated[float, Between(-1, 1)] = 0.65  # without depth: how thin surroundings are, < 0: dense


PASSES = ("depth", "normal", "matte", "id", "anchor", "camera", "motion", "steady")
NEUTRAL = None  # a repainted plate is never the plate


@area(medium="light", gives="ink", optional=PASSES, reach=lambda p: 420.0)
def shade(dst, region, at, p: Repaint, inputs) -> None:
    """dst: premultiplied light in, ink out (cover = alpha). Lengths are px at 1080 lines."""
    import numpy as np

    from inkrender import repaint_depth, repaint_tone, repainting

    depth, normal, matte, ids, anchor, camera, motion, steady = (
        getattr(inputs, name, None) for name in PASSES
    )
    broken = not np.isfinite(dst.sum())  # a twentieth of the time nan_to_num takes
    light = np.nan_to_num(dst, nan=0.0, posinf=1e4, neginf=0.0) if broken else dst
    if depth is None or not (np.isfinite(depth) & (depth > 0) & (depth < 1e9)).any():  # a pass, but empty
        own = dst if dst.flags.c_contiguous else None
        painted = repaint_tone.from_tone(light, region, at.seed, p, matte, anchor, motion, steady, own)
        if painted is not dst:
            dst[...] = painted
        density = repainting.CLEAR
    else:
        passes = repaint_depth.Passes(depth, normal, matte, ids, anchor, camera)
        dst[...] = repaint_depth.from_depth(light, region, at.seed, p, passes)
        density = repainting.LASTING
    repainting.close_specks(dst, region.scale, p.mid[-1], density)
