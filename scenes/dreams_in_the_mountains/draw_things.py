"""The film's things: the ferris wheel, the gondola that fell, the village, the seal."""

from __future__ import annotations

import math

import brush as b
import numpy as np

COATS = ("scarlet", "orange", "gamboge", "sap", "teal", "azurite", "violet", "rose")
DEEP = {"gamboge": "sienna", "orange": "sienna", "teal": "prussian", "azurite": "indigo", "sap": "prussian"}


PANE = b.points("-7.4,9.4 -3,8.9 3,8.9 7.4,9.4 7.9,12.2 7.2,15 0,15.4 -7.2,15 -7.9,12.2")


def on_circle(radius: float, angle: float) -> b.Point:
    """Angle in turns, clockwise from the right."""
    a = 2 * math.pi * angle
    return radius * math.cos(a), radius * math.sin(a)


def ring(radius: float, width: float, seed: int, density: float = 1.4, pieces: int = 5) -> str:
    """A circle as a brush draws it: a few overlapping strokes, none of them all the way round."""
    r = np.random.default_rng(seed)
    out = []
    for k in range(pieces):
        a = (k + r.uniform(-0.1, 0.1)) / pieces
        turn = [on_circle(radius, a + u * 1.12 / pieces) for u in np.linspace(0, 1, 9)]
        out.append(b.stroke(turn, width, (0.08, 0.12), tuple(r.uniform(0.75, 1.1, 5)), seed + k, jitter=0.06))
    return b.ink("".join(out), density)


def cabin(x: float, y: float, k: float, coat: str, seed: int, hanger: bool = True) -> list[str]:
    """A gondola hung at x, y; k: units of its own unit (it is 20 wide and 24 tall)."""
    deep = DEEP.get(coat, "plum")

    def at(points: list[b.Point]) -> list[b.Point]:
        return [(x + k * u, y + k * v) for u, v in points]

    box = at(b.points("-9.4,7.4 -5,5.8 5,5.8 9.4,7.4 9.8,14 8.2,20.4 4,23 -4,23 -8.2,20.4 -9.8,14"))
    roof = at(b.points("-10.6,8.2 -7.4,4 0,2.2 7.4,4 10.6,8.2 5,7.2 -5,7.2"))
    pane = b.shape(at(PANE))
    out = (
        [b.ink(b.stroke(at(b.points("0,-1.2 0.3,1.4 0,3.4")), 1.9 * k, (0.1, 0.1), seed=seed))]
        if hanger
        else []
    )
    out += [
        b.wash(b.shape(box), coat),
        b.fill(b.blob(x - 4 * k, y + 18.6 * k, 4 * k, 2.6 * k, seed), coat, 1.5, 0.35),
        b.blank(pane),
        b.fill(pane, "gamboge", 0.16, 0.6),
        b.fill(b.polygon(at(b.points("-5,9.4 -2.4,9.3 -4.6,14.9 -7,14.9"))), "azurite", 0.14, 0.55),
        b.fill(
            b.stroke(at(b.points("-9.4,16.6 0,17.4 9.4,16.6")), 1.5 * k, (0.1, 0.1), seed=seed),
            deep,
            0.9,
            0.6,
        ),
        b.fill(b.shape(roof), coat, 1.25),
        b.ink(
            b.stroke(
                at(b.points("-10.9,8.6 -7.4,3.6 0,1.8 7.6,3.8 11,8.4")),
                1.5 * k,
                (0.2, 0.2),
                (0.7, 1, 0.8),
                seed=seed + 1,
            )
        ),
        b.ink(
            b.stroke(
                at(b.points("-9.6,8.2 -10.3,14 -8.6,20.8 -4,23.5 4,23.5 8.6,20.8")),
                1.7 * k,
                (0.2, 0.3),
                (0.8, 1, 1.1),
                seed=seed + 2,
            )
        ),
        b.ink(b.stroke(at(b.points("10,8.6 10.3,14 8.9,20")), 1.3 * k, (0.2, 0.4), seed=seed + 3)),
    ]
    return out


def tones() -> list[str]:
    """The gradient of each gondola."""
    return [b.graded(c, [(0, c, 0.8, 1), (0.5, c, 1.0, 1), (1, c, 1.3, 1)], 72) for c in COATS]


def wheel() -> str:
    """The ferris wheel: hub at 0,0, gondolas on a circle of 97, feet at y = 160. `ring.rotate` turns it."""
    r = np.random.default_rng(4)
    count = 16
    legs = []
    for s in (-1, 1):
        legs += [
            b.ink(b.stroke(b.points("2,3 40,78 83,160", s), 2.4, (0.05, 0.1), seed=20 + s), 1.0),
            b.ink(
                b.stroke(
                    b.points("0.5,0 47,80 96,160", s),
                    5.6,
                    (0.04, 0.05),
                    (0.7, 1, 0.85, 1.1, 1),
                    seed=24 + s,
                ),
                1.35,
            ),
            b.ink(b.dry(b.points("30,50 60,102 92,156", s), 4.4, 4, 30 + s, 0.7), 0.5, opacity=0.55),
        ]
        for k in range(4):
            u, v = 0.3 + 0.17 * k, 0.39 + 0.17 * k
            legs.append(
                b.ink(b.stroke([(s * 96 * u, 160 * u), (s * 83 * v, 160 * v)], 1.3, (0.1, 0.1), seed=k), 1.1)
            )
    beams = [
        b.ink(b.stroke(b.points("-66,109 0,105.5 66,109"), 2.8, (0.06, 0.06), (1, 0.8, 1), seed=33), 1.2),
        b.ink(b.stroke(b.points("-64,114 0,110.8 64,114"), 1.1, (0.1, 0.1), seed=34), 1.0),
    ]
    spokes, far = [], []
    for i in range(count):
        a = i / count
        far.append(
            b.stroke(
                [on_circle(8, a + 0.012), on_circle(46, a + 0.012), on_circle(85, a + 0.012)],
                0.8,
                (0.1, 0.1),
                seed=i,
            )
        )
        spokes.append(
            b.stroke(
                [on_circle(6, a), on_circle(50, a + 0.0006), on_circle(96, a)],
                1.35,
                (0.04, 0.06),
                (1.2, 0.7, 1),
                seed=50 + i,
            )
        )
    rim = []
    for k in range(32):
        a, z = k / 32, (k + 1.06) / 32
        u = np.linspace(a, z, 6)
        d = b.outline(np.array([*(on_circle(97, v) for v in u), *(on_circle(84.4, v) for v in u[::-1])]))
        rim.append(b.fill(d, "scarlet" if k % 5 else "vermilion", 0.82 + 0.3 * r.random(), 1))
    truss = []
    for k in range(48):
        a, m, z = k / 48, (k + 0.5) / 48, (k + 1) / 48
        truss += [
            b.stroke([on_circle(85, a), on_circle(96.4, m)], 0.9, (0.1, 0.1), seed=k),
            b.stroke([on_circle(96.4, m), on_circle(85, z)], 0.9, (0.1, 0.1), seed=99 + k),
        ]
    cars = []
    for i in range(count):
        x, y = on_circle(97, i / count)
        cars.append(
            b.part(
                f"gondola.{i + 1}",
                *cabin(x, y, 0.92, COATS[i % 8], 200 + 7 * i),
                pivot=(round(x, 3), round(y, 3)),
                upright="1",
                wind=f"3,{0.8 * i:.1f},0.35",
                sprite="1",
            )
        )
    hub = [
        b.fill(b.ellipse(0, 0, 8.2, 8.2), "scarlet", 1.05),
        b.fill(b.blob(-2, 2.4, 4, 3, 3), "vermilion", 1.4, 0.5),
        b.blank(b.ellipse(-2.4, -2.8, 1.8, 1.2, -30), fill_opacity=".7"),
        ring(8.2, 1.9, 61, 1.4, 3),
        b.ink(b.ellipse(0, 0, 2, 2), 1.4),
    ]
    return b.drawing(
        (-132, -122, 264, 288),
        "Ferris wheel",
        tones(),
        b.part(
            "legs.far",
            b.ink(b.stroke(b.points("0,2 -30,74 -60,148"), 1.6, (0.1, 0.4), seed=40), 0.55),
            b.ink(b.stroke(b.points("0,2 30,74 60,148"), 1.6, (0.1, 0.4), seed=41), 0.55),
        ),
        b.part(
            "ring",
            b.ink("".join(far), 0.55),
            b.part("rim", *rim),
            b.ink("".join(truss), 1.1),
            ring(97, 2.5, 62),
            ring(84.4, 1.8, 63),
            ring(34, 1.3, 64, 1.2),
            ring(60, 0.8, 65, 0.8),
            b.ink("".join(spokes), 1.3),
            pivot=(0, 0),
            sprite="1",  # a hundred brush strokes, and all they do is turn
        ),
        b.part("legs", *legs, *beams),
        b.part("hub", *hub, pivot=(0, 0)),
        # the gondolas pass in front of the legs, so they are a part of their own that turns with the ring
        b.part("cars", *cars, pivot=(0, 0), follow="ring"),
    )


def gondola() -> str:
    """The gondola that fell: gamboge, on its edge in the snow, still lit. 60 wide; the ground is y = 0."""
    defs = [
        b.graded("gamboge", [(0, "gamboge", 0.7, 1), (0.45, "gamboge", 1.0, 1), (1, "orange", 1.1, 1)], 64),
        b.graded(
            "lamp",
            [(0, "gamboge", 0.05, 1), (0.5, "gamboge", 0.3, 1), (1, "gamboge", 0.75, 1)],
            radial='cx=".5" cy=".5" r=".6"',
        ),
        b.graded(
            "glow",
            [
                (0, "gamboge", 0.6, 0.9),
                (0.38, "gamboge", 0.6, 0.62),
                (0.6, "orange", 0.5, 0.3),
                (0.8, "rose", 0.5, 0.1),
                (1, "violet", 0.6, 0),
            ],
            radial='cx=".5" cy=".5" r=".5"',
        ),
    ]
    lit = b.shape([(2.9 * u, 2.9 * v - 66) for u, v in PANE])
    bars = b.stroke([(-7, -40.4), (-7.2, -21.6)], 1.1, (0.1, 0.1), seed=9) + b.stroke(
        [(7.2, -40.4), (7.2, -21.8)], 1.1, (0.1, 0.1), seed=10
    )
    return b.drawing(
        (-110, -105, 220, 130),
        "Fallen gondola",
        defs,
        b.part("shadow", b.fill(b.blob(8, 0.5, 34, 4, 6, 0.12), "indigo", 0.7, 0.4), pivot=(0, 0)),
        b.part("glow", b.wash(b.ellipse(0, -24, 92, 50), "glow"), pivot=(0, -24)),
        b.part(
            "cabin",
            b.part(
                "hanger",
                b.ink(
                    b.stroke(
                        b.points("0.5,-59 -1,-68 3,-76 11,-77 15,-72"),
                        3.6,
                        (0.1, 0.25),
                        (1, 0.8, 0.9),
                        seed=5,
                    )
                ),
                b.ink(b.dry(b.points("14,-73 17,-68 15.6,-63"), 3.4, 3, 6, 0.9), 1.2),
                pivot=(0, -60),
                wind="2,0,0.5",
            ),
            *cabin(0, -66, 2.9, "gamboge", 70, hanger=False),
            b.part("light", b.blank(lit), b.wash(lit, "lamp"), pivot=(0, -30)),
            b.fill(bars, "sienna", 1.5),
            b.ink(b.stroke(b.points("10,-20 13,-14 10,-10 14,-3"), 1.3, (0.2, 0.6), seed=8), 1.2),
            b.blank(b.shape(b.points("-24,3 -19,-2.6 -8,-1 3,-3 15,-0.6 23,-2 28,3 0,5"))),
            pivot=(-10, -2),
        ),
    )


HUTS = (  # x, y of the ground, width; back row first
    (-168, -34, 50), (-118, -40, 56), (-20, -44, 48), (88, -38, 52), (160, -26, 46),
    (-208, -4, 52), (-58, -2, 72), (28, -14, 70), (104, 0, 56),
)  # fmt: skip


def huts() -> str:
    """The village in the snow, in px at 1080 lines: key the opacity of `windows` and `glow`."""
    defs = [
        b.graded("wall", [(0, "sienna", 1.1, 1), (1, "ink", 0.95, 1)], 80),
        b.graded(
            "snow", [(0, "azurite", 0.06, 1), (0.55, "azurite", 0.2, 1), (1, "ultramarine", 0.5, 1)], 86
        ),
        b.graded(
            "halo",
            [
                (0, "gamboge", 0.7, 0.95),
                (0.5, "gamboge", 0.75, 0.7),
                (0.72, "orange", 0.6, 0.34),
                (0.87, "rose", 0.6, 0.12),
                (1, "violet", 0.7, 0),
            ],
            radial='cx=".5" cy=".5" r=".5"',
        ),
    ]
    halos, houses, windows = [], [], []
    for i, (x, y, w) in enumerate(HUTS):
        k, s = w / 60, 300 + 11 * i
        flip = -1 if i % 3 == 1 else 1

        def at(
            points: list[b.Point], x: float = x, y: float = y, k: float = k, flip: int = flip
        ) -> list[b.Point]:
            return [(x + k * flip * u, y + k * v) for u, v in points]

        wall = at(b.points("-23,-20 22,-20 21.4,0 -22,0"))
        roof = at(
            b.points(
                "-33,-18 -27,-25 -16,-37.6 -3,-40 14,-39 21,-34 28,-24 34,-17 24,-18.4 8,-17"
                " -8,-18.6 -22,-16.8"
            )
        )
        eave = at(b.points("-31,-17 -14,-17.6 4,-16.4 20,-17.4 33,-16"))
        houses.append(
            b.part(
                f"hut.{i + 1}",
                b.wash(b.polygon(wall), "wall"),
                b.ink(b.stroke(at(b.points("-23,-19 -22.4,-8 -22.6,1")), 1.8 * k, (0.1, 0.1), seed=s), 1.3),
                b.ink(b.stroke(at(b.points("22.4,-19 22,-8 22.2,1")), 1.6 * k, (0.1, 0.1), seed=s + 1), 1.3),
                b.ink(b.stroke(at([(-2, -17), (-2.2, 0)]), 1.2 * k, (0.1, 0.1), seed=s + 2), 1.2),
                b.fill(b.polygon(at(b.points("12,-14.6 19,-14.6 19,0 12,0"))), "ink", 1.1, 0.8),
                b.blank(b.shape(roof)),
                b.wash(b.shape(roof), "snow"),
                b.fill(
                    b.stroke(at(b.points("-14,-35 -20,-27 -27,-20")), 2 * k, (0.3, 0.5), seed=s + 3),
                    "azurite",
                    0.45,
                    0.6,
                ),
                b.fill(
                    b.stroke(at(b.points("4,-36 3,-28 6,-20")), 1.6 * k, (0.3, 0.5), seed=s + 4),
                    "azurite",
                    0.4,
                    0.5,
                ),
                b.fill(b.stroke(eave, 3 * k, (0.08, 0.08), (0.8, 1, 0.8), seed=s + 5), "indigo", 1.5),
                b.ink(
                    b.stroke(
                        at(b.points("-34,-16.4 -27.4,-25 -16,-38.4 -3,-41")),
                        1.8 * k,
                        (0.2, 0.3),
                        seed=s + 6,
                    ),
                    1.3,
                ),
                b.ink(
                    b.stroke(
                        at(b.points("10,-40.2 21.4,-35 28.6,-24 35,-15.6")),
                        1.4 * k,
                        (0.4, 0.2),
                        seed=s + 7,
                    ),
                    1.3,
                ),
                b.blank(
                    b.shape(at(b.points("-32,3 -24,-3 -10,-0.6 2,-2.4 16,-0.4 25,-2.6 34,3 0,4.4"))),
                    fill_opacity=".5",
                ),
                pivot=(x, y),
            )
        )
        pane = at(b.points("-18.4,-15.4 -5,-15.4 -5,-4.6 -18.4,-4.6"))
        ((mx, my),) = at([(-11.7, -10)])
        windows.append(
            b.part(
                f"window.{i + 1}",
                b.fill(b.polygon(pane), "gamboge", 0.95),
                b.fill(b.ellipse(mx, my + k, 4.4 * k, 3.6 * k), "gamboge", 0.3, 0.9),
                b.fill(
                    b.stroke(at([(-11.7, -16), (-11.7, -4.2)]), 1.1 * k, (0.05, 0.05))
                    + b.stroke(at([(-18.8, -10), (-4.6, -10)]), 1.0 * k, (0.05, 0.05)),
                    "sienna",
                    1.7,
                ),
                pivot=(mx, my),
            )
        )
        halos.append(b.wash(b.ellipse(mx, my + 3 * k, 52 * k, 32 * k), "halo"))
    return b.drawing(
        (-270, -120, 540, 150),
        "Village",
        defs,
        b.part("glow", *halos),
        b.part("huts", *houses),
        b.part("windows", *windows),
    )


def seal() -> str:
    """夢, dream, cut in stone and pressed in cinnabar: 60 units square about 0,0."""
    r = np.random.default_rng(12)
    edge = []
    for i in range(72):
        u = i / 18 % 1 * 2 - 1
        side = i // 18
        x, y = ((u, -1), (1, u), (-u, 1), (-1, -u))[side]
        near = 1 - 0.07 * (max(abs(x), abs(y)) + min(abs(x), abs(y)) - 1) ** 4  # worn corners
        wear = near * (1 - 0.022 * abs(r.standard_normal()) - (0.05 if r.random() < 0.06 else 0))
        edge.append((30 * x * wear, 30 * y * wear))
    marks = [
        b.blank(b.blob(*r.uniform(-27, 27, 2), *r.uniform(0.25, 1.0, 2), 700 + i, 0.5)) for i in range(34)
    ]
    marks += [
        b.blank(b.blob(27 * s * r.uniform(0.9, 1.04), r.uniform(-26, 26), 1.2, 1.8, 760 + i, 0.5))
        for i, s in enumerate((-1, 1, -1, 1, 1))
    ]
    defs = [
        b.graded(
            "paste", [(0, "vermilion", 1.02, 1), (0.5, "vermilion", 1.2, 1), (1, "scarlet", 1.25, 1)], 55
        )
    ]
    return b.drawing(
        (-34, -34, 68, 68),
        "Seal",
        defs,
        b.part(
            "stamp",
            b.wash(b.outline(np.array(edge)), "paste"),
            b.fill(b.blob(-12, 14, 11, 8, 7), "vermilion", 1.6, 0.3),
            b.fill(b.blob(14, -12, 9, 10, 8), "scarlet", 0.7, 0.25),
            b.blank(
                b.stroke(b.points("-25,-24 0,-25 24.6,-24.4"), 1.1, (0.02, 0.02), seed=1), fill_opacity=".9"
            ),
            b.blank(
                b.stroke(b.points("24.8,-25 25,0 24.4,24"), 1.0, (0.02, 0.02), seed=2), fill_opacity=".9"
            ),
            b.blank(
                b.stroke(b.points("25,24.6 0,25 -24.6,24.4"), 1.1, (0.02, 0.02), seed=3), fill_opacity=".9"
            ),
            b.blank(
                b.stroke(b.points("-24.8,25 -25,0 -24.6,-24"), 1.0, (0.02, 0.02), seed=4), fill_opacity=".9"
            ),
            b.blank(glyph("夢", 46)),
            *marks,
            pivot=(0, 0),
        ),
    )


def glyph(character: str, size: float) -> str:
    """Path data of a character of LXGW WenKai, centred on 0,0."""
    from fontTools.pens.boundsPen import BoundsPen
    from fontTools.pens.svgPathPen import SVGPathPen
    from fontTools.pens.transformPen import TransformPen
    from fontTools.ttLib import TTFont

    from inkrender.io.text import find_font

    font = TTFont(find_font("LXGWWenKai"))
    glyphs = font.getGlyphSet()
    drawn = glyphs[font.getBestCmap()[ord(character)]]
    bounds = BoundsPen(glyphs)
    drawn.draw(bounds)
    x0, y0, x1, y1 = bounds.bounds
    k = size / max(x1 - x0, y1 - y0)
    pen = SVGPathPen(glyphs, ntos=lambda v: f"{v:.2f}")
    drawn.draw(TransformPen(pen, (k, 0, 0, -k, -k * (x0 + x1) / 2, k * (y0 + y1) / 2)))
    return pen.getCommands()
