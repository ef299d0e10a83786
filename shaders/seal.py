"""Seal: a name cut in stone, stamped in vermilion paste: chipped edges, paste where the paper took it."""

from typing import Annotated, NamedTuple

from inkrender.shader import Between, Choice, Pigment, Text, absorbance, source


class Seal(NamedTuple):
    text: Annotated[str, Text()] = "山中"  # read down, then to the left; characters the font has
    font: Annotated[str, Text()] = "LXGWWenKai"  # one of inkrender's, or the path of a .ttf file
    place: Annotated[tuple[float, float], Between(-20000, 20000, unit="px")] = (1660.0, 900.0)  # its middle
    size: Annotated[float, Between(12, 240, unit="px")] = 116.0  # its height: never 3 % of the frame
    style: Annotated[str, Choice("white", "red")] = "white"  # white characters in red, or red in a frame
    pigment: Annotated[str, Pigment()] = "vermilion"
    density: Annotated[float, Between(0, 3)] = 1.15
    body: Annotated[float, Between(0, 1)] = 0.8  # how much of what lies below it the paste hides
    stroke: Annotated[float, Between(-0.02, 0.04)] = 0.006  # how much bolder than the font
    wear: Annotated[float, Between(0, 2)] = 0.8  # chips in the stone
    lack: Annotated[float, Between(0, 1)] = 0.25  # paste that the paper did not take
    angle: Annotated[float, Between(-180, 180, unit="deg")] = -1.2
    press: Annotated[float, Between(0, 1)] = 1.0  # 0 not yet stamped; key it over two or three frames


@source(needs=("height",))
def shade(dst, region, at, p, inputs):
    """The face of the stone, worn, printed on the heights of the paper first."""
    import cv2
    import numpy as np

    from inkrender import paint, stone

    if p.press == 0:
        return
    face = stone.face(p.text, p.font, p.style == "red", p.stroke, 0.055)
    far = 0.9 * p.size  # beyond half the diagonal of the stone and its edge
    cols, rows = (
        slice(*(int(np.clip((middle + side * far - begin) * region.scale, 0, count)) for side in (-1, 1)))
        for middle, begin, count in ((p.place[0], region.x, region.w), (p.place[1], region.y, region.h))
    )
    if cols.start >= cols.stop or rows.start >= rows.stop:
        return
    box, spot = np.s_[rows, cols], paint.part(region, rows, cols)
    x, y = spot.grid()
    turn = np.radians(p.angle)
    across, down = (x - p.place[0]) / p.size, (y - p.place[1]) / p.size
    u = (across * np.cos(turn) + down * np.sin(turn)) * stone.ACROSS + (face.shape[1] - 1) / 2
    v = (down * np.cos(turn) - across * np.sin(turn)) * stone.ACROSS + (face.shape[0] - 1) / 2
    u, v = u.astype(np.float32), v.astype(np.float32)
    depth = cv2.remap(face, u, v, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    seed = paint.mixed(at.seed, 111)
    chips = paint.field(spot, (0.11 * p.size, 0.10 * p.size), paint.mixed(seed, 1), 3, warp=0.6)
    edge = paint.field(spot, (0.03 * p.size, 0.03 * p.size), paint.mixed(seed, 2), 2)
    bites = paint.smoothstep(0.22, 0.5, chips)  # here and there a piece has gone
    depth -= np.float32(p.wear) * (0.010 * np.abs(edge) + 0.045 * bites)
    print_of = np.clip(depth * np.float32(p.size * region.scale) + 0.5, 0, 1)
    # paste goes where the pressure was, onto what stands up of the paper
    pressure = paint.field(spot, (0.5 * p.size, 0.4 * p.size), paint.mixed(seed, 3), 2)
    short = 1 - p.press * (1 - p.lack) + 0.5 * np.float32(max(p.lack, 1 - p.press)) * pressure
    taken = paint.smoothstep(-0.12, 0.12, inputs.height[box] - 0.85 * short + 0.10)
    rim = np.exp(np.minimum(-depth, 0) * np.float32(1 / 0.012))  # squeezed out along the edges
    laid = print_of * taken
    paste = laid * np.float32(p.density) * (0.88 + 0.22 * rim + 0.10 * pressure)
    paint.wash(dst[box], paste, absorbance(p.pigment))
    dst[box][..., 3] = laid * np.float32(p.body * p.press)
