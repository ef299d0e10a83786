"""Brush and paper for drawing rigs: outlines with pressure, wet fills, and the SVG text around them.

An SVG stroke has one width from end to end; a brush has not. So every ink line here is a filled outline.
"""

from __future__ import annotations

import math

import numpy as np

from inkrender.io.vector import on_paper

Point = tuple[float, float]


def points(text: str, mirror: int = 1) -> list[Point]:
    """Points written as "x,y x,y ..."; mirror -1 flips them to the other side."""
    return [(mirror * float(x), float(y)) for x, y in (word.split(",") for word in text.split())]


def smooth(points: list[Point], closed: bool = False, n: int = 0) -> np.ndarray:
    """(n, 2) along a centripetal Catmull-Rom curve through `points`: it never loops or bulges."""
    p = np.array(points, np.float64)
    if closed:
        p = np.concatenate([p[-1:], p, p[:2]])
    else:
        p = np.concatenate([2 * p[:1] - p[1:2], p, 2 * p[-1:] - p[-2:-1]])
    out = []
    for a, b, c, d in zip(p, p[1:], p[2:], p[3:], strict=False):
        t0 = 0.0
        t1, t2, t3 = np.cumsum([max(math.hypot(*(v - u)), 1e-6) ** 0.5 for u, v in ((a, b), (b, c), (c, d))])
        t = np.linspace(t1, t2, 24, endpoint=False)[:, None]
        ab = (t1 - t) / (t1 - t0) * a + (t - t0) / (t1 - t0) * b
        bc = (t2 - t) / (t2 - t1) * b + (t - t1) / (t2 - t1) * c
        cd = (t3 - t) / (t3 - t2) * c + (t - t2) / (t3 - t2) * d
        abc = (t2 - t) / (t2 - t0) * ab + (t - t0) / (t2 - t0) * bc
        bcd = (t3 - t) / (t3 - t1) * bc + (t - t1) / (t3 - t1) * cd
        out.append((t2 - t) / (t2 - t1) * abc + (t - t1) / (t2 - t1) * bcd)
    curve = np.concatenate([*out, p[1:2] if closed else p[-2:-1]])
    if n:
        along = np.concatenate([[0], np.cumsum(np.hypot(*np.diff(curve, axis=0).T))])
        even = np.linspace(0, along[-1], n)
        curve = np.stack([np.interp(even, along, curve[:, i]) for i in (0, 1)], axis=1)
    return curve


def length(curve: np.ndarray) -> float:
    """Of a polyline, in units."""
    return float(np.hypot(*np.diff(curve, axis=0).T).sum())


def outline(points: list[Point] | np.ndarray, closed: bool = True) -> str:
    """Path data: cubic curves through the points (uniform Catmull-Rom as Bezier)."""
    p = np.asarray(points, np.float64)
    n = len(p)
    at = (lambda i: p[i % n]) if closed else (lambda i: p[min(max(i, 0), n - 1)])
    d = [f"M{p[0][0]:.2f},{p[0][1]:.2f}"]
    for i in range(n if closed else n - 1):
        a, b, c, e = at(i - 1), at(i), at(i + 1), at(i + 2)
        u, v = b + (c - a) / 6, c - (e - b) / 6
        d.append(f"C{u[0]:.2f},{u[1]:.2f} {v[0]:.2f},{v[1]:.2f} {c[0]:.2f},{c[1]:.2f}")
    return "".join(d) + ("Z" if closed else "")


def polygon(points: list[Point]) -> str:
    """Path data with straight sides."""
    return "M" + "L".join(f"{x:.2f},{y:.2f}" for x, y in points) + "Z"


def shape(points: list[Point]) -> str:
    """Path data of a closed shape through hand-set points."""
    curve = smooth(points, closed=True)
    return outline(curve[:-1][:: max(1, len(curve) // (3 * len(points)))])


def ellipse(x: float, y: float, rx: float, ry: float, turn: float = 0.0) -> str:
    """Path data of an ellipse, `turn` degrees clockwise."""
    a = np.linspace(0, 2 * math.pi, 12, endpoint=False)
    c, s = math.cos(math.radians(turn)), math.sin(math.radians(turn))
    u, v = rx * np.cos(a), ry * np.sin(a)
    return outline(np.stack([x + u * c - v * s, y + u * s + v * c], axis=1))


def blob(x: float, y: float, rx: float, ry: float, seed: int, rough: float = 0.22) -> str:
    """Path data of a puddle of wet ink: an ellipse with a slow, uneven edge."""
    r = np.random.default_rng(seed)
    a = np.linspace(0, 2 * math.pi, 14, endpoint=False)
    k = 1 + rough * (np.sin(2 * a + r.uniform(0, 6)) * 0.6 + np.sin(3 * a + r.uniform(0, 6)) * 0.5)
    k += rough * 0.35 * r.standard_normal(14)
    return outline(np.stack([x + rx * k * np.cos(a), y + ry * k * np.sin(a)], axis=1))


def stroke(
    points: list[Point],
    width: float,
    taper: tuple[float, float] = (0.12, 0.3),
    press: tuple[float, ...] = (1.0,),
    seed: int = 1,
    closed: bool = False,
    jitter: float = 0.10,
) -> str:
    """Path data of one brush stroke. width: its widest, units; taper: the share that swells and thins.

    press: pressure along the stroke, evenly spread; jitter: how uneven the hairs leave its edges.
    """
    rough = smooth(points, closed)
    n = int(np.clip(length(rough) / max(width * 1.5, 1.6), 4 + len(points), 48))
    c = smooth(points, closed, n)
    t = np.gradient(c, axis=0)
    t /= np.maximum(np.hypot(*t.T), 1e-9)[:, None]
    normal = np.stack([-t[:, 1], t[:, 0]], axis=1)
    u = np.linspace(0, 1, n)
    w = np.interp(u, np.linspace(0, 1, len(press)), press) * width / 2
    # a slanted brush: thick on the down strokes, thin on the side
    slant = 0.86 + 0.28 * np.abs(t @ np.array([-0.5, 0.866]))
    r = np.random.default_rng(seed)
    if not closed:
        head = np.clip(u / max(taper[0], 1e-6), 0, 1) ** 0.5
        tail = np.clip((1 - u) / max(taper[1], 1e-6), 0, 1) ** 0.75
        w = w * (0.12 + 0.88 * head) * (0.03 + 0.97 * tail)
    edges = []
    for side in (1, -1):
        wobble = np.convolve(r.standard_normal(n + 4), np.ones(3) / 3, "same")[2:-2]
        edges.append(c + side * normal * (w * slant * (1 + jitter * wobble))[:, None])
    if closed:
        return outline(edges[0][:-1]) + outline(edges[1][:-1][::-1])
    return outline(np.concatenate([edges[0], edges[1][::-1]]))


def dry(points: list[Point], width: float, hairs: int = 4, seed: int = 1, reach: float = 0.55) -> str:
    """Path data of a stroke running out of ink: single hairs that begin and end where they like."""
    r = np.random.default_rng(seed)
    c = smooth(points, n=40)
    t = np.gradient(c, axis=0)
    t /= np.maximum(np.hypot(*t.T), 1e-9)[:, None]
    normal = np.stack([-t[:, 1], t[:, 0]], axis=1)
    out = []
    for k in range(hairs):
        off = (k + 0.5) / hairs - 0.5 + 0.12 * r.standard_normal()
        a = int(40 * r.uniform(0, 0.35))
        b = min(39, a + int(40 * reach * r.uniform(0.6, 1.3)))
        row = [tuple(p) for p in (c + normal * off * width)[a : b + 1 : 5]]
        if len(row) >= 3:
            out.append(stroke(row, width / hairs * r.uniform(0.4, 0.9), (0.2, 0.5), seed=seed + k))
    return "".join(out)


# SVG text -------------------------------------------------------------------------------------------------


def fill(d: str, pigment: str, density: float = 1.0, opacity: float = 1.0, **more: str) -> str:
    """A wash: pigment thinned to `density`, as it looks on paper; opacity below 1 shows what lies below."""
    extra = "".join(f' {k.replace("_", "-")}="{v}"' for k, v in more.items())
    seen = f' fill-opacity="{opacity:g}"' if opacity < 1 else ""
    return (
        f'<path fill="{on_paper(pigment, density)}" data-pigment="{pigment}" '
        f'data-density="{density:g}"{seen}{extra} d="{d}"/>'
    )


def ink(d: str, density: float = 1.5, pigment: str = "ink", opacity: float = 1.0) -> str:
    """A line in thick ink."""
    return fill(d, pigment, density, opacity)


def blank(d: str, **more: str) -> str:
    """Bare paper."""
    extra = "".join(f' {k.replace("_", "-")}="{v}"' for k, v in more.items())
    return f'<path class="blank" fill="#faf5ec"{extra} d="{d}"/>'


def graded(
    name: str, stops: list[tuple[float, str, float, float]], turn: float = 90, radial: str = ""
) -> str:
    """A gradient tone.NAME for <defs>: stops of (place, pigment, density, opacity); turn 90 runs down."""
    rows = "".join(
        f'<stop offset="{at:g}" stop-color="{on_paper(p, d)}" data-pigment="{p}" data-density="{d:g}" '
        f'stop-opacity="{o:g}"/>'
        for at, p, d, o in stops
    )
    if radial:
        return f'<radialGradient id="tone.{name}" {radial}>{rows}</radialGradient>'
    x, y = math.cos(math.radians(turn)) / 2, math.sin(math.radians(turn)) / 2
    return (
        f'<linearGradient id="tone.{name}" x1="{0.5 - x:.3f}" y1="{0.5 - y:.3f}" '
        f'x2="{0.5 + x:.3f}" y2="{0.5 + y:.3f}">{rows}</linearGradient>'
    )


def wash(d: str, gradient: str, opacity: float = 1.0) -> str:
    """A shape filled with a gradient of <defs>."""
    seen = f' fill-opacity="{opacity:g}"' if opacity < 1 else ""
    return f'<path fill="url(#tone.{gradient})"{seen} d="{d}"/>'


def part(name: str, *content: str, pivot: Point | None = None, **data: str) -> str:
    """A part of the rig: a group with its pivot and its data- conventions."""
    at = f' data-pivot="{pivot[0]:g},{pivot[1]:g}"' if pivot else ""
    at += "".join(f' data-{k}="{v}"' for k, v in data.items())
    return f'<g id="{name}"{at}>\n' + "\n".join(content) + "\n</g>"


def clipped(name: str, *content: str) -> str:
    """Content seen only inside the clip path of <defs>."""
    return f'<g clip-path="url(#{name})">' + "\n".join(content) + "</g>"


def clip(name: str, d: str) -> str:
    """A clip path for <defs>."""
    return f'<clipPath id="{name}"><path d="{d}"/></clipPath>'


def spine(points: list[Point], n: int = 14) -> str:
    """The text of data-spine along a smooth line through the points."""
    return " ".join(f"{x:.2f},{y:.2f}" for x, y in smooth(points, n=n))


def drawing(box: tuple[float, float, float, float], title: str, defs: list[str], *content: str) -> str:
    """The whole file; its origin is 0,0 of the drawing."""
    x, y, w, h = box
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{x:g} {y:g} {w:g} {h:g}" '
        f'width="{w * 4:g}" height="{h * 4:g}" data-origin="0,0">\n<title>{title}</title>\n'
        "<defs>\n" + "\n".join(defs) + "\n</defs>\n" + "\n".join(content) + "\n</svg>\n"
    )


def puddles(x: float, y: float, w: float, h: float, n: int, seed: int) -> list[str]:
    """Wet ink that dried unevenly: small pale and dark patches."""
    r = np.random.default_rng(seed)
    out = []
    for k in range(n):
        u, v = x + w * r.uniform(-0.8, 0.8), y + h * r.uniform(-0.8, 0.8)
        size = r.uniform(0.12, 0.3) * min(w, h)
        d = blob(u, v, size * r.uniform(0.8, 1.3), size * r.uniform(0.9, 1.7), seed + k, 0.3)
        out.append(fill(d, "ink", 0.45 if k % 2 else 1.3, 0.13 if k % 2 else 0.22))
    return out
