"""The hero of the film. Units: 100 tall, feet at 0,0."""

from __future__ import annotations

import brush as b
import numpy as np
from brush import Point


def ribbon(points: list[Point], widths: tuple[float, ...]) -> tuple[list[Point], list[Point]]:
    """The two edges of a band of cloth along a line."""
    c = b.smooth(points, n=13)
    t = np.gradient(c, axis=0)
    t /= np.hypot(*t.T)[:, None]
    normal = np.stack([-t[:, 1], t[:, 0]], axis=1)
    w = np.interp(np.linspace(0, 1, 13), np.linspace(0, 1, len(widths)), widths)[:, None] / 2
    return [tuple(p) for p in c + normal * w], [tuple(p) for p in c - normal * w]


def scarf_tail(
    name: str, points: list[Point], widths: tuple[float, ...], wind: str, hang: str, seed: int
) -> str:
    """A tail of a scarf: cloth, two folds, an ink line that is lost and found, a torn end."""
    one, two = ribbon(points, widths)
    middle = b.smooth(points, n=13)
    end = middle[-1]
    away = (middle[-1] - middle[-3]) / np.hypot(*(middle[-1] - middle[-3]))
    a, z = np.array(one[-1]), np.array(two[-1])
    notch = [
        tuple(a * 0.72 + z * 0.28 + away * 1.8),
        tuple(end - away * 1.6),
        tuple(a * 0.3 + z * 0.7 + away * 2.4),
    ]
    cloth = b.outline(np.array([*one, *notch, *two[::-1]]))
    fold1 = [tuple(p) for p in (np.array(one) * 0.63 + np.array(two) * 0.37)]
    fold2 = [tuple(p) for p in (np.array(one) * 0.36 + np.array(two) * 0.64)]
    return b.part(
        name,
        b.wash(cloth, "cloth"),
        b.fill(b.stroke(fold1[1:9:2], widths[1] * 0.30, (0.2, 0.8), seed=seed), "plum", 0.9, 0.34),
        b.fill(b.stroke(fold2[4:12:2], widths[1] * 0.24, (0.4, 0.6), seed=seed + 1), "plum", 0.9, 0.26),
        b.fill(b.stroke(fold2[1:6:2], widths[1] * 0.15, (0.4, 0.8), seed=seed + 2), "orange", 0.5, 0.5),
        b.fill(b.stroke(one[0:10:2], 1.5, (0.1, 0.5), seed=seed + 3), "plum", 1.6),
        b.fill(b.stroke([*two[3:13:2], notch[2]], 1.7, (0.4, 0.2), seed=seed + 4), "plum", 1.6),
        b.fill(b.stroke([notch[2], notch[1], notch[0]], 1.1, (0.2, 0.2), seed=seed + 5), "plum", 1.4, 0.8),
        spine=b.spine(points),
        wind=wind,
        hang=hang,
    )


def penguin() -> str:
    """The hero, three quarters to the right: a wet puddle of ink around bare paper, and one red scarf."""
    body = b.points(
        "-13,-64 -22,-51 -29,-33 -28.5,-17 -20,-6 -3,-2 14,-3 24.5,-11 28.5,-28 25,-47 17,-63 2,-67"
    )
    head = b.points("-20.5,-77 -17.5,-89 -7,-97 7,-98.5 19.5,-92.5 25,-81 22.5,-67 11,-58 -6,-58 -17,-65")
    belly = b.points("4,-60 16,-56 23.5,-43 26,-27 22,-11.5 11,-5.2 -1,-8 -8.5,-20 -10,-36 -5,-52")
    face = b.points(
        "-2.6,-79 0.6,-87 7,-89.6 13,-86.4 16.6,-88.6 21.4,-87 23.8,-79.5 22,-69 14.5,-62 4,-63.5 -1.8,-70.5"
    )
    flipper = b.points("-19,-56 -12,-59 -7,-53 -7.5,-40 -11.5,-27 -17.5,-18 -21.5,-18.5 -22,-34")
    far = b.points("19,-56 25,-53 32,-41 36,-30 33.5,-27 27,-32 21,-44")
    beak = b.points("11.2,-75.6 15.6,-79 21.4,-77.6 28.4,-73.6 21.6,-71.6 14,-71.2")
    eyes = ((7.2, -78.6, 3.0, 4.0), (19.7, -79.4, 2.2, 3.7))
    lids = "".join(b.ellipse(x, y, rx + 0.9, ry + 0.9) for x, y, rx, ry in eyes)
    defs = [
        b.graded(
            "coat",
            [(0, "ink", 1.05, 1), (0.42, "ink", 0.74, 1), (0.78, "ink", 0.92, 1), (1, "ink", 1.25, 1)],
            24,
        ),
        b.graded("crown", [(0, "ink", 0.98, 1), (0.35, "ink", 0.72, 1), (1, "ink", 1.12, 1)], 62),
        b.graded("wing", [(0, "ink", 0.9, 1), (1, "ink", 1.5, 1)], 70),
        b.graded(
            "cloth", [(0, "scarlet", 0.92, 1), (0.5, "scarlet", 1.12, 1), (1, "vermilion", 1.12, 1)], 180
        ),
        b.graded(
            "wrap", [(0, "scarlet", 0.95, 1), (0.55, "scarlet", 1.15, 1), (1, "vermilion", 1.35, 1)], 80
        ),
        b.graded("bill", [(0, "orange", 0.75, 1), (1, "orange", 1.15, 1)], 80),
        b.graded(
            "sheen",
            [(0, "ink", 0.3, 0.3), (0.6, "ink", 0.3, 0.22), (1, "ink", 0.3, 0)],
            radial='cx=".5" cy=".5" r=".5"',
        ),
        b.graded(
            "shade",
            [(0, "ochre", 0.1, 0), (0.6, "ochre", 0.16, 0.5), (1, "ochre", 0.3, 0.9)],
            radial='cx=".64" cy=".34" r=".74"',
        ),
        b.graded(
            "blush",
            [(0, "rose", 0.75, 0.85), (0.55, "rose", 0.55, 0.5), (1, "rose", 0.4, 0)],
            radial='cx=".5" cy=".5" r=".5"',
        ),
        b.clip("body.edge", b.shape(body)),
        b.clip("head.edge", b.shape(head)),
        b.clip("eye.edge", lids),
        b.clip("face.edge", b.shape(face)),
    ]

    def foot(name: str, x: float, k: float, seed: int) -> str:
        web = b.points("-12,-2.5 -7,-7.5 1,-7.5 7,-4 10,-0.5 6.5,1.8 2,0.9 -2.5,2.4 -6.5,1 -11.5,2")
        at = [(x + k * u, k * v) for u, v in web]
        toe = [
            [(x + k * u, k * v) for u, v in row]
            for row in (
                b.points("-11.5,2 -6.5,1.2 -2.5,2.6 2,1.1 6.5,2 10,0"),
                [(-3, -1), (-2.8, 1.4)],
                [(3, -2), (4.4, 0.6)],
            )
        ]
        return b.part(
            name,
            b.wash(b.shape(at), "bill"),
            b.ink(b.stroke(toe[0], 1.7, (0.2, 0.3), seed=seed), 1.4),
            b.fill(b.stroke(toe[1], 0.9, (0.6, 0.1)), "sienna", 1.2, 0.8),
            b.fill(b.stroke(toe[2], 0.9, (0.6, 0.1)), "sienna", 1.2, 0.8),
            pivot=(x, -3),
        )

    eye = []
    for i, (x, y, rx, ry) in enumerate(eyes):
        eye += [
            b.ink(b.ellipse(x, y, rx, ry, 4), 1.9),
            b.blank(b.ellipse(x + 0.9 - 0.2 * i, y - 1.6, 1.05, 1.2)),
            b.fill(b.ellipse(x - 0.7, y + 1.7, 0.7, 0.6), "ink", 0.25, 0.6),
        ]
    lid = []
    for name, (x, y, rx, ry), out in zip(("lid.near", "lid.far"), eyes, (-1, 1), strict=True):
        top, low = y - 5 * ry, y - ry - 3.3
        edge = [(x - rx - 2, low - 1.3 * out), (x, low + 0.8), (x + rx + 2, low + 1.3 * out)]
        lid.append(
            b.part(
                name,
                b.blank(
                    b.polygon(
                        [
                            (x - rx - 6, top),
                            (x + rx + 6, top),
                            (x + rx + 6, low),
                            *edge[::-1],
                            (x - rx - 6, low),
                        ]
                    )
                ),
                b.ink(b.stroke(edge, 1.3, (0.1, 0.1)), 1.4),
                pivot=(x, low),
            )
        )
    wrap = b.points(
        "-20,-64.5 -12,-62.5 -2,-60 9,-60 19,-63.5 23.5,-66 25.5,-60.5 20,-54 9,-50"
        " -3,-50.5 -14,-54 -21,-57.5"
    )
    knot = b.points("-21,-64 -15,-65.5 -11,-60 -14,-54 -20,-54.5 -22.5,-59")
    return b.drawing(
        (-112, -132, 190, 152),
        "Penguin",
        defs,
        b.part("shadow", b.fill(b.blob(2, 1.2, 27, 2.4, 5, 0.12), "indigo", 0.7, 0.35), pivot=(0, 1)),
        b.part(
            "tail",
            b.wash(b.shape(b.points("-20,-14 -30,-7 -38,-2.5 -30,-1.6 -16,-4")), "wing"),
            b.ink(b.dry(b.points("-22,-9 -30,-5 -38,-2"), 4, 3, 4), 1.2),
            pivot=(-19, -8),
        ),
        foot("foot.far", 14, 0.9, 3),
        foot("foot.near", -6, 1.0, 5),
        b.part(
            "body",
            b.part(
                "flipper.far",
                b.wash(b.shape(far), "wing"),
                b.ink(b.stroke(b.points("20,-56 27,-51 33,-40 36.5,-29.5 33,-27"), 1.6, (0.1, 0.2), seed=8)),
                pivot=(21, -52),
                wind="2,0.4,0.4",
            ),
            b.part(
                "torso",
                b.wash(b.shape(body), "coat"),
                b.clipped(
                    "body.edge",
                    b.fill(b.blob(-18, -38, 11, 17, 2), "ink", 0.42, 0.42),
                    b.fill(b.blob(-13, -22, 10, 12, 3), "ink", 0.5, 0.3),
                    b.fill(b.blob(-24, -14, 13, 9, 4), "ink", 1.35, 0.35),
                    *b.puddles(-16, -34, 12, 26, 9, 60),
                ),
                b.blank(b.shape(belly)),
                b.wash(b.shape(belly), "shade"),
                b.fill(
                    b.stroke(b.points("-5,-50 -9.4,-36 -8,-20 -1,-8.6 10,-5.6"), 3.4, (0.5, 0.6), seed=6),
                    "ink",
                    0.25,
                    0.5,
                ),
                *(
                    b.ink(
                        b.stroke(
                            [(x, y), (x + 0.5, y + 2.2), (x - 0.2, y + 4)], 0.7, (0.2, 0.7), seed=int(x)
                        ),
                        0.35,
                        opacity=0.6,
                    )
                    for x, y in ((3, -38), (5.4, -36), (14, -22), (16.6, -20.4), (11.4, -19.6))
                ),
                # the line a breath beside the wash
                b.ink(
                    b.stroke(
                        b.points("-14,-63.4 -22.3,-50.6 -29.6,-33 -29,-16.6 -20.4,-5.2 -8,-2"),
                        3.0,
                        (0.1, 0.25),
                        (0.6, 1, 0.8, 1.15, 0.7),
                        seed=2,
                    )
                ),
                b.ink(
                    b.stroke(
                        b.points("-4,-1.6 6,-1.6 15,-2.6 25,-10.6 29.3,-28 26,-46.4 20,-57"),
                        2.3,
                        (0.2, 0.4),
                        (0.7, 0.5, 1, 0.9, 0.7),
                        seed=3,
                    )
                ),
                pivot=(0, -4),
                breathe="0.008,3.4",
            ),
            b.part(
                "head",
                b.wash(b.shape(head), "crown"),
                b.clipped(
                    "head.edge",
                    b.fill(b.blob(-11, -80, 9, 12, 6), "ink", 0.42, 0.4),
                    *b.puddles(-4, -82, 15, 13, 9, 80),
                    b.ink(b.dry(b.points("-15,-86 -8,-93 2,-95 12,-93"), 7, 5, 19, 0.6), 0.4, opacity=0.55),
                    b.fill(b.blob(-14, -64, 12, 6, 7), "ink", 1.4, 0.4),
                ),
                b.ink(
                    b.stroke(
                        b.points("-18,-66.5 -21.4,-77 -18.2,-89.5 -7,-97.8 7,-99.4 19,-93.6"),
                        2.7,
                        (0.2, 0.3),
                        (0.7, 1, 0.75, 1, 0.6),
                        seed=4,
                    )
                ),
                b.ink(b.stroke(b.points("22,-90 25.8,-81 23.4,-67.5 19,-62"), 1.9, (0.4, 0.4), seed=5)),
                b.ink(b.dry(b.points("-6,-97 -3,-102 3,-103.5"), 3.4, 3, 9, 0.7), 1.3),
                b.part(
                    "face",
                    b.blank(b.shape(face)),
                    b.fill(
                        b.stroke(b.points("-1.6,-78 -1.4,-71 4,-64 12,-62.4"), 2.2, (0.4, 0.5), seed=7),
                        "ink",
                        0.25,
                        0.45,
                    ),
                    b.clipped(
                        "face.edge",
                        b.wash(b.ellipse(2.8, -69.8, 5, 3.5, -6), "blush"),
                        b.wash(b.ellipse(22.4, -70.2, 3, 3), "blush"),
                    ),
                    b.part("eye", *eye, pivot=(13, -79)),
                    b.clipped("eye.edge", b.part("eyelid", *lid, pivot=(13, -84), blink="3.7,0.22,11.2")),
                    b.part(
                        "brow.near",
                        b.ink(
                            b.stroke(b.points("2.8,-84.9 6,-86.6 9.6,-86.2"), 1.2, (0.3, 0.4), seed=14), 1.0
                        ),
                        pivot=(6.4, -86),
                    ),
                    b.part(
                        "brow.far",
                        b.ink(
                            b.stroke(b.points("17.6,-86 19.8,-86.6 22,-85"), 1.0, (0.3, 0.4), seed=15), 1.0
                        ),
                        pivot=(19.8, -86),
                    ),
                    b.part(
                        "beak",
                        b.wash(b.shape(beak), "bill"),
                        b.fill(
                            b.stroke(b.points("12.6,-73.6 19,-73.2 27,-73.4"), 1.0, (0.2, 0.3), seed=10),
                            "sienna",
                            1.6,
                        ),
                        b.ink(
                            b.stroke(
                                b.points("11.6,-76 15.6,-79.6 21.4,-78.3 29,-74"),
                                1.5,
                                (0.3, 0.2),
                                seed=11,
                            )
                        ),
                        pivot=(13, -75),
                    ),
                    pivot=(10, -76),
                ),
                pivot=(0, -61),
            ),
            b.part(
                "flipper",
                b.wash(b.shape(flipper), "wing"),
                b.fill(b.blob(-15, -42, 3.6, 11, 8), "ink", 0.5, 0.35),
                b.blank(
                    b.stroke(b.points("-7.2,-52 -6.6,-40 -10.8,-27 -15,-21"), 0.9, (0.3, 0.5), seed=16),
                    fill_opacity=".75",
                ),
                b.ink(
                    b.stroke(
                        b.points("-19.4,-55 -22.8,-34 -22,-18.6 -17.4,-17.2 -12,-25"),
                        1.9,
                        (0.2, 0.5),
                        seed=17,
                    )
                ),
                b.ink(b.dry(b.points("-17,-30 -18.5,-23 -20,-16"), 4, 3, 18, 0.8), 1.3),
                pivot=(-14, -55),
                wind="3,0,0.45",
            ),
            b.part(
                "scarf",
                scarf_tail(
                    "scarf.tail2",
                    b.points("-17,-58 -28,-54 -40,-50 -52,-51 -64,-46"),
                    (6, 8, 8.6, 8, 7.4),
                    "75,4.2,0.62",
                    "-112",
                    31,
                ),
                b.part(
                    "scarf.wrap",
                    b.wash(b.shape(wrap), "wrap"),
                    b.fill(
                        b.stroke(b.points("-18,-61 -4,-56.4 8,-56 22,-61.6"), 2.2, (0.3, 0.4), seed=21),
                        "plum",
                        0.9,
                        0.38,
                    ),
                    b.fill(
                        b.stroke(b.points("-10,-56 2,-53 13,-54"), 1.6, (0.4, 0.5), seed=22),
                        "plum",
                        0.9,
                        0.3,
                    ),
                    b.fill(
                        b.stroke(b.points("-16,-63 -3,-58.8 8,-58.6 17,-61"), 1.1, (0.4, 0.5), seed=23),
                        "orange",
                        0.5,
                        0.55,
                    ),
                    b.fill(
                        b.stroke(
                            b.points("-21,-57 -14,-53.2 -3,-49.8 9,-49.2 20.4,-53.4 26,-60.6"),
                            2.0,
                            (0.2, 0.2),
                            seed=24,
                        ),
                        "plum",
                        1.7,
                    ),
                    b.fill(
                        b.stroke(b.points("-14,-63.4 -2,-60.8 9,-60.7 23,-66.6"), 1.4, (0.3, 0.2), seed=25),
                        "plum",
                        1.5,
                        0.9,
                    ),
                ),
                scarf_tail(
                    "scarf.tail1",
                    b.points("-17,-60 -31,-65 -47,-63 -63,-68 -82,-64"),
                    (6.5, 9.5, 10.5, 10, 8.6),
                    "70,4.6,0.55",
                    "-92",
                    41,
                ),
                b.part(
                    "scarf.knot",
                    b.wash(b.shape(knot), "wrap"),
                    b.fill(
                        b.stroke(
                            b.points("-20.6,-63.4 -15,-65 -11.4,-60 -14,-54.6"), 1.4, (0.3, 0.3), seed=26
                        ),
                        "plum",
                        1.5,
                        0.9,
                    ),
                    b.fill(
                        b.stroke(b.points("-19,-58 -15.5,-59.5 -13,-58"), 1.3, (0.3, 0.5), seed=27),
                        "plum",
                        1.0,
                        0.5,
                    ),
                ),
                pivot=(-14, -58),
            ),
            pivot=(0, -4),
        ),
    )
