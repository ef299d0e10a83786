"""Rigs: SVG drawings whose groups move, drawn in any vector program and rendered by resvg.

What a rig says, on top of plain SVG (all lengths in the drawing's own units):

    <svg data-origin="0,0">          the point put at the layer's position, such as the feet
    <g id="flipper">                 every group with an id is a part; groups nest
      data-pivot="-8,-60"            what it turns and grows about, in the group's own coordinates
      data-wind="6,0.8,0.5"          swings: degrees, lag in radians, cycles a second
      data-spine="0,0 -20,2 ..."     a ribbon: its paths bend along this line, and the wind runs down it
      data-hang="-70"                degrees a ribbon curls when there is no wind at all
      data-follow="ring"             moves as that part does, where it has no key of its own
      data-upright="1"               undoes the turning of every group around it (gondolas)
      data-blink="3.7,0.16,6"        every 3.7 s, for .16 s, moves down by 6 units (eyelids)
      data-breathe="0.01,3.2"        grows by a hundredth and back, every 3.2 s
      data-sprite="1"                drawn once and moved as a picture: for large parts that only turn
    <path data-pigment="scarlet" data-density="0.8">   a pigment, thinned, as it looks on paper
    <path class="blank">             bare paper: knocks out whatever lies below

A pose is pure: the same values, time and wind give the same SVG text, and that text the same pixels.
"""

from __future__ import annotations

import copy
import math
import xml.etree.ElementTree as ET
from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path
from xml.parsers import expat

from ..errors import PlateError, SceneError, did_you_mean
from . import sprites
from .ribbon import Ribbon
from .vector import Raster, bare_paper, on_paper, rasterise

SVG = "{http://www.w3.org/2000/svg}"
XLINK = "{http://www.w3.org/1999/xlink}"
ET.register_namespace("", SVG[1:-1])
ET.register_namespace("xlink", XLINK[1:-1])

ALIVE = ("data-wind", "data-spine", "data-blink", "data-breathe")
MOVES = ("rotate", "x", "y", "scale", "scale_x", "scale_y", "opacity")


class Rig:
    """One SVG rig. `parts`: the names that can be keyed; `viewbox`: x, y, width, height; `origin`: x, y.

    `alive`: whether time moves anything of it, by wind, blinking or breathing.
    """

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        self._root = _parse(self.path)
        for node in self._root.iter():
            _paint(node, self.path)
        self.viewbox = self._viewbox()
        self.origin = self._pair(self._root, "data-origin", (0.0, 0.0))
        self._sprites = sprites.has_sprites(self._root)
        self.alive = any(node.get(name) for node in self._root.iter() for name in ALIVE)
        self._ribbons: dict[str, Ribbon] = {}
        self.parts: tuple[str, ...] = tuple(self._read_parts())

    @property
    def size(self) -> tuple[float, float]:
        """Width and height in the drawing's units."""
        return self.viewbox[2], self.viewbox[3]

    def moves(self, part: str) -> tuple[str, ...]:
        """What can be keyed on a part: rotate (degrees, clockwise), x, y, scale, opacity, a ribbon's bend."""
        return (*MOVES, "bend") if part in self._ribbons else MOVES

    def check(self, keys: Iterable[str]) -> None:
        """Raise SceneError at the first key that is not PART.MOVE of this rig."""
        for key in keys:
            part, _, move = key.rpartition(".")
            if part not in self.parts:
                known = tuple(f"{p}.{m}" for p in self.parts for m in self.moves(p))
                raise SceneError(
                    f'rig {self.path.name}: "{key}" moves no part of it{did_you_mean(key, known)}: '
                    f"its parts are {', '.join(self.parts) or 'none (groups need an id)'}"
                )
            if move not in self.moves(part):
                raise SceneError(
                    f'rig {self.path.name}: "{key}": a part has no "{move}"'
                    f"{did_you_mean(move, self.moves(part))}: use {', '.join(self.moves(part))}"
                )

    def pose(self, values: Mapping[str, float] | None = None, t: float = 0.0, wind: float = 1.0) -> str:
        """The SVG text of one pose.

        values: {"flipper.rotate": 12, ...}, degrees clockwise, units, factors; t: seconds; wind: 0 calm to 1
        as drawn, more in a storm.
        Raises SceneError for a part or move the rig does not have.
        """
        return _text(self, tuple((values or {}).items()), t, wind)

    def _posed(self, values: Mapping[str, float], t: float, wind: float) -> ET.Element:
        self.check(values)
        for key, value in values.items():
            if not math.isfinite(value):
                raise SceneError(f'rig {self.path.name}: "{key}" is {value}: it must be a number')
        root = copy.deepcopy(self._root)
        self._place(root, values, t, wind, 0.0)
        return root

    def raster(
        self,
        values: Mapping[str, float] | None = None,
        t: float = 0.0,
        wind: float = 1.0,
        scale: float = 1.0,
    ) -> Raster:
        """Render one pose, cropped to what it paints. scale: px a unit; the rest as for `pose`.

        Identical poses are rendered once (thread safe). Raises PlateError where resvg cannot draw the file.
        """
        x, y, w, h = self.viewbox
        ox, oy = self.origin
        # the origin on a pixel corner: no pose, crop or scale then moves anything by a fraction of a pixel
        left, top = math.ceil((ox - x) * scale - 1e-6) / scale, math.ceil((oy - y) * scale - 1e-6) / scale
        x, y, w, h = ox - left, oy - top, w + left - (ox - x), h + top - (oy - y)
        box, where = (x, y, w, h), f"rig {self.path}"
        if self._sprites:
            pixels, corner = sprites.compose(self._posed(values or {}, t, wind), box, scale, where)
        else:
            pixels, corner = rasterise(self.pose(values, t, wind), box, scale, where)
        return Raster(pixels, ((ox - x) * scale - corner[0], (oy - y) * scale - corner[1]))

    # reading ----------------------------------------------------------------------------------------------

    def _viewbox(self) -> tuple[float, float, float, float]:
        text = self._root.get("viewBox")
        if text is None:
            w, h = (_number(self._root.get(k, "").removesuffix("px")) for k in ("width", "height"))
            box = [0.0, 0.0, w, h]
        else:
            box = [_number(v) for v in text.replace(",", " ").split()]
        if len(box) != 4 or not all(map(math.isfinite, box)) or box[2] <= 0 or box[3] <= 0:
            raise PlateError(
                f'rig {self.path}: it needs viewBox="x y width height" with a width and a height above 0'
            )
        return box[0], box[1], box[2], box[3]

    def _read_parts(self) -> list[str]:
        found: list[str] = []
        for group in _groups(self._root):
            part = group.get("id", "")
            if part in found:
                raise PlateError(f'rig {self.path}: two groups are called "{part}": ids must differ')
            found.append(part)
            self._pair(group, "data-pivot", (0.0, 0.0))
            for name, count in (("data-wind", 3), ("data-blink", 3), ("data-breathe", 2), ("data-hang", 1)):
                self._numbers(group, name, count)
            if "data-spine" in group.attrib:
                spine = self._numbers(group, "data-spine", None)
                hang = self._numbers(group, "data-hang", 1) or [0.0]
                wind = self._numbers(group, "data-wind", 3) or [0.0, 0.0, 0.0]
                if len(spine) < 4 or len(spine) % 2:
                    raise PlateError(
                        f'rig {self.path}, part "{part}": data-spine takes two or more points "x,y x,y"'
                    )
                self._ribbons[part] = Ribbon.of(spine, hang[0], wind, f'rig {self.path}, part "{part}"')
        for group in _groups(self._root):
            lead = group.get("data-follow")
            if lead is not None and lead not in found:
                raise PlateError(
                    f'rig {self.path}, part "{group.get("id")}": data-follow="{lead}" names no part'
                    f"{did_you_mean(lead, tuple(found))}"
                )
        return found

    def _numbers(self, node: ET.Element, name: str, count: int | None) -> list[float]:
        text = node.get(name)
        if text is None:
            return []
        numbers = [_number(v) for v in text.replace(",", " ").split()]
        if (count is not None and len(numbers) != count) or not all(map(math.isfinite, numbers)):
            raise PlateError(
                f'rig {self.path}, part "{node.get("id", "svg")}": {name}="{text}" must be '
                f"{count or 'several'} number{'s' if count != 1 else ''}"
            )
        return numbers

    def _pair(self, node: ET.Element, name: str, default: tuple[float, float]) -> tuple[float, float]:
        numbers = self._numbers(node, name, 2)
        return (numbers[0], numbers[1]) if numbers else default

    # posing -----------------------------------------------------------------------------------------------

    def _place(
        self, node: ET.Element, values: Mapping[str, float], t: float, wind: float, turned: float
    ) -> None:
        """Write the moves of `node` and all below it. turned: degrees the groups around it have turned."""
        part = node.get("id")
        if node.tag == SVG + "g" and part in self.parts:
            turned = self._move(node, part, values, t, wind, turned)
        if node.tag != SVG + "defs":
            for child in node:
                self._place(child, values, t, wind, turned)

    def _move(
        self, node: ET.Element, part: str, values: Mapping[str, float], t: float, wind: float, turned: float
    ) -> float:
        def value(move: str, rest: float) -> float:
            return float(values.get(f"{part}.{move}", values.get(f"{lead}.{move}", rest)))

        lead = node.get("data-follow", part)

        px, py = self._pair(node, "data-pivot", (0.0, 0.0))
        angle, x, y = value("rotate", 0.0), value("x", 0.0), value("y", 0.0)
        sx = value("scale", 1.0) * value("scale_x", 1.0)
        sy = value("scale", 1.0) * value("scale_y", 1.0)
        gust = self._numbers(node, "data-wind", 3)
        if part in self._ribbons:
            self._ribbons[part].bend(node, value("bend", 0.0), t, wind)
        elif gust:
            angle += gust[0] * wind * swing(t, gust[2], gust[1])
        if blink := self._numbers(node, "data-blink", 3):
            period, lasts, down = blink
            # at the end of each period, so that a scene opens with open eyes
            u = (t % period - period + lasts) / lasts if period > 0 and lasts > 0 else 0.0
            if u > 0:
                # a lid that a key already holds low only travels the rest of the way
                y = max(y, down * math.sin(math.pi * u))
        if breath := self._numbers(node, "data-breathe", 2):
            k = breath[0] * math.sin(2 * math.pi * t / breath[1]) if breath[1] > 0 else 0.0
            sx, sy = sx * (1 - 0.5 * k), sy * (1 + k)
        if node.get("data-upright") not in (None, "", "0", "false"):
            angle -= turned
        moves = []
        if x or y:
            moves.append(f"translate({_short(x)} {_short(y)})")
        if angle:
            moves.append(f"rotate({_short(angle)} {_short(px)} {_short(py)})")
        if sx != 1 or sy != 1:
            moves.append(
                f"translate({_short(px)} {_short(py)}) scale({_short(sx)} {_short(sy)}) "
                f"translate({_short(-px)} {_short(-py)})"
            )
        if moves:
            node.set("transform", " ".join([node.get("transform", ""), *moves]).strip())
        if f"{part}.opacity" in values or f"{lead}.opacity" in values:
            drawn = _number(node.get("opacity", "1"))
            node.set("opacity", _short(min(1.0, max(0.0, value("opacity", 1.0))) * drawn))
        return turned + angle


@lru_cache(maxsize=16)  # the same pose is drawn for the frame and for the lift of it
def _text(rig: Rig, values: tuple[tuple[str, float], ...], t: float, wind: float) -> str:
    return ET.tostring(rig._posed(dict(values), t, wind), encoding="unicode")


def rig(path: str | Path) -> Rig:
    """The rig of a file, read again only when the file has changed."""
    path = Path(path)
    try:
        stamp = path.stat().st_mtime_ns
    except OSError as error:
        raise PlateError(f"rig {path}: cannot be read: {error.strerror}") from error
    return _rig(path, stamp)


@lru_cache(maxsize=64)
def _rig(path: Path, stamp: int) -> Rig:
    return Rig(path)


def swing(t: float, speed: float, lag: float) -> float:
    """The wind at t seconds, within -1..1: three sines that share no period. speed: Hz; lag: radians."""
    phase = 2 * math.pi * speed * t - lag
    return 0.60 * math.sin(phase) + 0.28 * math.sin(1.73 * phase + 1.1) + 0.12 * math.sin(2.91 * phase + 4.2)


# the file -------------------------------------------------------------------------------------------------


def _parse(path: Path) -> ET.Element:
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise PlateError(f"rig {path}: cannot be read: {error.strerror}") from error
    _refuse_entities(raw, path)
    try:
        root = ET.fromstring(raw)
    except (ET.ParseError, ValueError) as error:
        raise PlateError(f"rig {path}: not readable as XML: {error}") from error
    if root.tag != SVG + "svg":
        raise PlateError(f"rig {path}: not an SVG drawing: it starts with <{root.tag.rpartition('}')[2]}>")
    for node in root.iter():
        for name in ("href", XLINK + "href"):
            link = node.get(name, "#")
            if not link.startswith(("#", "data:image/png", "data:image/jpeg")):
                raise PlateError(
                    f'rig {path}: it points outside itself, at "{link[:60]}": '
                    "embed pictures in the file, nothing else is loaded"
                )
        if node.tag in (SVG + "script", SVG + "foreignObject"):
            raise PlateError(f"rig {path}: <{node.tag[len(SVG) :]}> is refused: a rig is only a drawing")
    return root


def _refuse_entities(raw: bytes, path: Path) -> None:
    """Entities are how an XML file reads others or grows without bound; drawings need none."""

    def refuse(name: str, *_: object) -> None:
        raise PlateError(f'rig {path}: it declares the entity "{name}": save it without entities')

    parser = expat.ParserCreate()
    parser.EntityDeclHandler = refuse
    try:
        parser.Parse(raw, True)
    except expat.ExpatError as error:
        raise PlateError(f"rig {path}: not readable as XML: {error}") from error


def _groups(node: ET.Element) -> Iterable[ET.Element]:
    for child in node:
        if child.tag in (SVG + "defs", SVG + "clipPath", SVG + "mask", SVG + "symbol"):
            continue
        if child.tag == SVG + "g" and child.get("id"):
            yield child
        yield from _groups(child)


@lru_cache(maxsize=512)
def _pigment(name: str, density: float) -> str:
    return on_paper(name, density)


def _paint(node: ET.Element, path: Path) -> None:
    """Turn data-pigment and class="blank" into the colours resvg knows."""
    if "blank" in node.get("class", "").split():
        _set_colour(node, bare_paper())
    elif name := node.get("data-pigment"):
        density = _number(node.get("data-density", "1"))
        if not (math.isfinite(density) and density >= 0):
            raise PlateError(f'rig {path}: data-density="{node.get("data-density")}" must be 0 or more')
        try:
            _set_colour(node, _pigment(name, density))
        except SceneError as error:
            raise PlateError(f"rig {path}: data-pigment: {error}") from error


def _set_colour(node: ET.Element, code: str) -> None:
    prop = "stop-color" if node.tag == SVG + "stop" else "fill"
    style = [s for s in node.get("style", "").split(";") if s.strip()]
    named = {s.partition(":")[0].strip(): s.partition(":")[2].strip() for s in style}
    if prop == "fill" and (named.get("fill") or node.get("fill")) == "none":
        prop = "stroke"
    if prop in named:
        named[prop] = code
        node.set("style", ";".join(f"{k}:{v}" for k, v in named.items()))
    else:
        node.set(prop, code)


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return math.nan


def _short(value: float) -> str:
    return f"{value:.4f}".rstrip("0").rstrip(".") if value else "0"
