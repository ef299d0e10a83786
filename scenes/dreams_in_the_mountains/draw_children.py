"""The children of the mountains, seen from behind. Units: 100 tall, feet at 0,0."""

from __future__ import annotations

import brush as b
import numpy as np

SKIN = "oklch(.82 .075 50)"


def child(
    title: str, coat: str, hair: str, trousers: str = "indigo", deep: str = "plum", seed: int = 1
) -> str:
    """A child from behind, in a padded coat. armL.rotate 112 and armR.rotate -112 throw the arms up."""
    r = np.random.default_rng(seed)
    cloth = b.points(
        "-8,-60 8,-60 14.5,-51 18,-37 21.5,-22 12,-18.4 0,-17.4 -12,-18.4 -21.5,-22 -18,-37 -14.5,-51"
    )
    head = b.ellipse(0, -77, 18.4, 17.6)
    mop = {
        "pigtails": b.points(
            "-18,-67 -20.6,-80 -15,-93 -4,-98.6 7,-98 17,-91.6 20.6,-79 18,-67 9,-61.6 0,-63.4 -9,-61.6"
        ),
        "crop": b.points(
            "-17.4,-74 -19.4,-84 -13,-94 -2,-98 9,-96.6 18,-89 19.2,-80 17,-72.5 10,-67.6"
            " 3,-66.8 -4,-67.4 -11,-68"
        ),
        "bob": b.points(
            "-20,-63.5 -21.8,-78 -16.4,-92.6 -5,-99 7,-98.8 18,-91 22,-77 20.4,-63 11,-59 0,-60 -11,-58.6"
        ),
        "buns": b.points(
            "-17,-69 -19.6,-80 -14,-92 -4,-97.4 7,-97 16,-91 19.6,-79 17,-69 8,-64 0,-62.6 -8,-64"
        ),
    }[hair]
    defs = [
        b.graded("coat", [(0, coat, 0.72, 1), (0.5, coat, 0.98, 1), (1, coat, 1.2, 1)], 66),
        b.graded("sleeve", [(0, coat, 1.0, 1), (1, coat, 1.2, 1)], 70),
        b.graded("hair", [(0, "ink", 0.75, 1), (0.4, "ink", 0.95, 1), (1, "ink", 1.3, 1)], 60),
        b.graded("skin", [(0, SKIN, 0.72, 1), (1, SKIN, 1.25, 1)], 70),
        b.clip("coat.edge", b.shape(cloth)),
        b.clip("hair.edge", b.shape(mop)),
    ]

    def leg(side: int) -> str:
        s = side
        return b.part(
            "legL" if s < 0 else "legR",
            b.fill(
                b.shape(b.points("2.4,-24 13,-24 12.4,-10 12,-3 4,-3 3.4,-12", s)),
                trousers,
                0.95,
            ),
            b.fill(b.stroke(b.points("9.6,-20 9,-12 9.8,-6", s), 1.6, seed=seed), "ink", 0.9, 0.4),
            b.ink(
                b.shape(b.points("2.6,-4 11.6,-5 15,-1 14.4,1.6 8,2 2.8,1.6", s)),
                1.45,
            ),
            b.fill(b.stroke(b.points("6,-3 11,-3.2 13.6,-0.8", s), 0.9, seed=seed + 1), "ink", 0.4, 0.5),
            pivot=(s * 8, -22),
        )

    def arm(side: int) -> str:
        s = side
        sleeve = b.points("6,-58 12,-57 19,-46 25,-31.4 22,-27.4 16.6,-29.2 12,-40", s)
        return b.part(
            "armL" if s < 0 else "armR",
            b.wash(b.ellipse(s * 20.8, -26, 4, 4.1), "skin"),
            b.fill(
                b.stroke(b.points("17.6,-23.6 21,-21.6 24.4,-24.6", s), 1.2, (0.3, 0.3), seed=seed),
                "sienna",
                1.5,
            ),
            b.wash(b.shape(sleeve), "sleeve"),
            b.fill(
                b.stroke(b.points("16.4,-30 20.4,-28.4 24.8,-31", s), 2.6, (0.1, 0.1), seed=seed),
                deep,
                0.9,
                0.8,
            ),
            b.fill(b.stroke(b.points("13,-46 16,-42 18,-40", s), 1.5, seed=seed + 1), deep, 0.8, 0.4),
            b.ink(
                b.stroke(
                    b.points("8,-58.6 13.8,-56.4 19.8,-46 25.6,-31", s),
                    1.9,
                    (0.2, 0.2),
                    seed=seed + 2,
                ),
                1.4,
            ),
            b.ink(b.stroke([(s * 12.6, -41), (s * 16.4, -30.6)], 1.4, (0.3, 0.3), seed=seed + 3), 1.3),
            pivot=(s * 10, -55),
        )

    ears = "".join(b.ellipse(s * 18.6, -74.6, 3.2, 4.5, s * 10) for s in (-1, 1))
    back = (
        [
            b.part(
                "ears",
                b.wash(ears, "skin"),
                b.fill(b.stroke(b.points("-20.6,-78 -22,-74.4 -19.6,-70.6"), 1.2, (0.2, 0.2)), "sienna", 1.5),
                b.fill(b.stroke(b.points("20.6,-78 22,-74.4 19.6,-70.6"), 1.2, (0.2, 0.2)), "sienna", 1.5),
            )
        ]
        if hair != "bob"
        else []
    )
    tails: list[str] = []
    if hair == "pigtails":
        for s in (-1, 1):
            root, tip = (s * 18, -81), (s * 31, -58)
            lock = b.points("17.4,-84 24,-87 31,-80 34,-68 31.4,-57 26.6,-63 23,-72 18,-79", s)
            tails.append(
                b.part(
                    "tailL" if s < 0 else "tailR",
                    b.wash(b.shape(lock), "hair"),
                    b.ink(
                        b.dry(b.points("22,-83 28,-76 30,-64", s), 6, 4, seed + 4, 0.8),
                        0.4,
                        opacity=0.5,
                    ),
                    b.ink(
                        b.stroke(
                            b.points("18,-84.6 24.4,-87.8 31.8,-80 34.8,-68 31.6,-56", s),
                            1.7,
                            (0.2, 0.4),
                            seed=seed,
                        )
                    ),
                    spine=b.spine([root, (s * 26, -82), (s * 30, -72), tip]),
                    wind="34,2.6,0.7",
                    hang="0",
                    pivot=root,
                )
            )
            tails.append(
                b.fill(b.ellipse(s * 19, -82.4, 3, 3.4), "scarlet", 1.15)
                + b.fill(b.stroke(b.points("17.2,-85 20.4,-82 19,-79.4", s), 0.9), "plum", 1.5)
            )
    if hair == "buns":
        for s in (-1, 1):
            tails.append(
                b.part(
                    "bunL" if s < 0 else "bunR",
                    b.wash(b.ellipse(s * 13.6, -97, 7.6, 7), "hair"),
                    b.ink(
                        b.dry(b.points("9,-97 13,-101 18,-98", s), 6, 3, seed + 7, 0.8),
                        0.4,
                        opacity=0.5,
                    ),
                    b.ink(
                        b.stroke(
                            b.points("7,-95 8,-102 15,-104.6 21,-99 19.6,-92.6", s),
                            1.6,
                            (0.2, 0.3),
                            seed=seed,
                        )
                    ),
                    b.fill(
                        b.stroke(b.points("8,-91.6 13,-90.4 18.6,-92", s), 2, (0.2, 0.2)),
                        "scarlet",
                        1.1,
                    ),
                    pivot=(s * 12, -92),
                    wind="3,0.5,0.8",
                )
            )
    strands = [
        b.ink(
            b.stroke(
                [(1 + 0.3 * x, -95 + abs(x) * 0.2), (x, -88), (x * 1.4, -80 + r.uniform(-2, 3))],
                1.1,
                (0.3, 0.7),
                seed=seed + i,
            ),
            0.4,
            opacity=0.4,
        )
        for i, x in enumerate((-11.5, -8, -3, 5, 9.5))
    ]
    contour = [mop[i] for i in range(len(mop))]
    half = len(contour) // 2
    cut = [
        b.ink(
            b.stroke(
                [(x * 1.03, -78 + (y + 78) * 1.03) for x, y in contour[: half + 2]],
                2.4,
                (0.15, 0.35),
                (0.8, 1, 0.7, 1),
                seed=seed + 9,
            )
        ),
        b.ink(
            b.stroke(
                [(x * 1.03, -78 + (y + 78) * 1.03) for x, y in contour[half + 1 : half + 4]],
                1.9,
                (0.3, 0.3),
                seed=seed + 10,
            )
        ),
    ]
    if hair == "crop":
        cut.append(b.ink(b.dry(b.points("-2,-97 1,-101.6 6,-102"), 4, 4, seed + 11, 0.8), 1.3))
    collar = b.shape(b.points("-10,-62 0,-64 10,-62 11,-57.4 0,-55.4 -11,-57.4"))
    return b.drawing(
        (-60, -120, 120, 132),
        title,
        defs,
        b.part("shadow", b.fill(b.blob(0, 1.6, 20, 2, seed, 0.1), "indigo", 0.7, 0.3), pivot=(0, 1)),
        leg(-1),
        leg(1),
        b.part(
            "body",
            arm(-1),
            arm(1),
            b.part(
                "coat",
                b.wash(b.shape(cloth), "coat"),
                b.clipped(
                    "coat.edge",
                    b.fill(b.blob(-11, -30, 7, 13, seed + 20), coat, 1.5, 0.3),
                    b.fill(b.blob(8, -44, 6, 9, seed + 21), coat, 0.35, 0.4),
                    b.fill(b.blob(12, -24, 9, 5, seed + 22), deep, 0.8, 0.22),
                    b.fill(
                        b.stroke(
                            b.points("-24,-23 -12,-18.6 0,-17.4 12,-18.6 24,-23"),
                            5,
                            (0.01, 0.01),
                            seed=seed,
                        ),
                        deep,
                        0.9,
                        0.42,
                    ),
                ),
                b.fill(
                    b.stroke(b.points("0.6,-55 0.2,-40 1,-22"), 1.3, (0.2, 0.5), seed=seed + 1),
                    deep,
                    1.1,
                    0.6,
                ),
                b.fill(
                    b.stroke(b.points("-9,-38 -10.6,-30 -10,-23"), 1.6, (0.3, 0.5), seed=seed + 2),
                    deep,
                    0.9,
                    0.4,
                ),
                b.fill(
                    b.stroke(b.points("9.4,-40 11.4,-32 11,-24"), 1.6, (0.3, 0.5), seed=seed + 3),
                    deep,
                    0.9,
                    0.4,
                ),
                b.ink(
                    b.stroke(
                        b.points("-8,-60.6 -15,-51 -18.8,-37 -22.4,-21.6"),
                        1.7,
                        (0.2, 0.2),
                        (0.7, 1, 0.8, 1),
                        seed=seed + 4,
                    )
                ),
                b.ink(
                    b.stroke(b.points("9,-59.6 15.4,-50.6 19,-36 22.6,-21.8"), 1.4, (0.3, 0.2), seed=seed + 5)
                ),
                b.ink(
                    b.stroke(b.points("-21.8,-21 -12,-17.6 0,-16.6 9,-17"), 1.7, (0.2, 0.5), seed=seed + 6)
                ),
                breathe="0.01,3.0",
                pivot=(0, -18),
            ),
            b.part(
                "head",
                b.wash(head, "skin"),
                *back,
                *tails,
                b.wash(b.shape(mop), "hair"),
                b.clipped("hair.edge", *b.puddles(0, -82, 16, 14, 8, seed + 30), *strands),
                *cut,
                pivot=(0, -62),
            ),
            b.part(
                "collar",
                b.fill(collar, coat, 1.15),
                b.fill(b.stroke(b.points("-11,-57.6 0,-55 11,-57.4"), 1.5, (0.2, 0.2)), deep, 1.4, 0.9),
            ),
            pivot=(0, -18),
        ),
    )
