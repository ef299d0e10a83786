"""Tables and corrections of other programs as we read them, beside OpenColorIO: how far apart the pixels are.

    python benchmarks/agree_ocio.py FOLDER... [--markdown]

Every file of the folders is read and applied to 20 000 display-encoded colours, random ones over -.1 to 1.1
and a grid over 0..1, in float32 by both; a file that is refused is listed with the reason. Cubes are
interpolated tetrahedrally by both. Then a few .clf files that are more than a curve and a cube, which we
bake: how far the table is from the real transform over 0..1.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import PyOpenColorIO as ocio
from numpy.typing import NDArray

from inkrender import grade_ops, grading, scene
from inkrender.errors import InkError
from inkrender.io import cdl, lut
from inkrender.kernels.program import CANVAS, Program

Row = tuple[str, str, str]
Floats = NDArray[np.float32]
CORRECTIONS = (".cc", ".ccc", ".cdl")


def colours(lo: float = -0.1, hi: float = 1.1, count: int = 20000) -> Floats:
    """Display-encoded colours: random ones, and a grid of 17 over 0..1. float32 (n, 3)."""
    axis = np.linspace(0, 1, 17)
    grid = np.stack(np.meshgrid(axis, axis, axis), axis=-1).reshape(-1, 3)
    made = np.random.default_rng(0).uniform(lo, hi, (count - len(grid), 3))
    return np.concatenate([made, grid]).astype(np.float32)


def graded(rgb: Floats, **told: object) -> Floats:
    """Through our tiles, as a frame goes."""
    pixels = np.ones((1, len(rgb), 4), np.float32)
    pixels[0, :, :3] = rgb
    program, out = Program(len(rgb), 1), np.zeros((1, len(rgb), 4), np.float32)
    program.load(CANVAS, pixels, "linear", True)
    grade_ops.encoded(program, CANVAS, grading.steps_at(scene.Grade(**told), 0))
    program.store(CANVAS, out)
    program.run()
    return out[0, :, :3]


def through(transform: ocio.Transform, rgb: Floats) -> Floats:
    """Through OpenColorIO, nothing folded."""
    out = np.ascontiguousarray(rgb, np.float32).copy()
    made = ocio.Config.CreateRaw().getProcessor(transform)
    made.getOptimizedCPUProcessor(ocio.OPTIMIZATION_NONE).applyRGB(out)
    return out


def rows_of(path: Path) -> Iterator[Row]:
    """(file, what it is, how far apart or why it is refused); a row for each correction of a list."""
    try:
        if path.suffix.lower() in CORRECTIONS:
            yield from _corrections(path)
            return
        told = lut.read_lut(path)
    except InkError as error:
        yield path.name, "refused", str(error).replace(f"{path}", path.name)
        return
    rgb, how = colours(), ocio.INTERP_TETRAHEDRAL if told.table is not None else ocio.INTERP_LINEAR
    ours, note = graded(rgb, lut=str(path)), ""
    try:
        theirs = through(ocio.FileTransform(str(path), interpolation=how), rgb)
    except ocio.Exception:  # a table behind a curve may have no TITLE there
        note = " (without its TITLE, with which OpenColorIO refuses it)"
        with tempfile.TemporaryDirectory() as folder:
            bare = Path(folder) / path.name
            lines = path.read_text().splitlines(keepends=True)
            bare.write_text("".join(line for line in lines if not line.startswith("TITLE")))
            theirs = through(ocio.FileTransform(str(bare), interpolation=how), rgb)
    yield path.name, _kind(told), f"{np.abs(ours - theirs).max():.1e}{note}"


def _kind(told: lut.Lut) -> str:
    parts = [f"curve of {told.shaper.shape[0]}"] if told.shaper is not None else []
    parts += [f"cube of {told.table.shape[0]}"] if told.table is not None else []
    return ", ".join(parts) + (", baked" if told.title == "baked" else "")


def _corrections(path: Path) -> Iterator[Row]:
    rgb = colours()
    for i, one in enumerate(cdl.read_all(path)):
        numbers = {"slope": one.slope, "offset": one.offset, "power": one.power, "saturation": one.saturation}
        read = ocio.CDLTransform.CreateFromFile(str(path), "" if path.suffix == ".cc" else str(i))
        sop = np.allclose(read.getSOP(), (*one.slope, *one.offset, *one.power))
        note = (
            ""
            if sop and read.getSat() == one.saturation
            else " (the numbers given to it: OpenColorIO passes ASC_SOP over)"
        )
        theirs = ocio.CDLTransform()
        theirs.setSlope(one.slope)
        theirs.setOffset(one.offset)
        theirs.setPower(one.power)
        theirs.setSat(one.saturation)
        theirs.setStyle(ocio.CDL_ASC)
        apart = np.abs(graded(rgb, cdl=numbers) - through(theirs, rgb)).max()
        name = path.name if path.suffix == ".cc" else f"{path.name} {one.id}"
        yield name, "CDL", f"{apart:.1e}{note}"


def baked(folder: Path) -> Iterator[Row]:
    """Some .clf files that are more than a curve and a cube, and how far their table is from them."""
    power = ocio.ExponentTransform([2.2, 2.2, 2.2, 1])
    matrix = ocio.MatrixTransform([1.2, -0.1, -0.1, 0, -0.05, 1.1, -0.05, 0, 0, -0.1, 1.1, 0, 0, 0, 0, 1])
    told = ocio.CDLTransform()
    told.setSlope([1.1, 1.0, 0.9])
    told.setPower([0.9, 1.0, 1.2])
    told.setSat(1.3)
    log = ocio.LogTransform(base=2)
    scaled = ocio.MatrixTransform(
        [0.06, 0, 0, 0, 0, 0.06, 0, 0, 0, 0, 0.06, 0, 0, 0, 0, 1], [0.6, 0.6, 0.6, 0]
    )
    floor = ocio.RangeTransform(0.001, 1, 0.001, 1)
    chains: dict[str, list[ocio.Transform]] = {
        "matrix": [matrix],
        "gamma 2.2": [power],
        "CDL": [told],
        "gamma 2.2, matrix": [power, matrix],
        "log beside black": [floor, log, scaled],
    }
    rgb = np.random.default_rng(1).uniform(0, 1, (20000, 3)).astype(np.float32)
    for name, parts in chains.items():
        path = folder / f"{name.replace(' ', '_')}.clf"
        group = ocio.GroupTransform(parts)
        group.write("Academy/ASC Common LUT Format", str(path), ocio.Config.CreateRaw())
        got, wanted = graded(rgb, lut=str(path)), through(ocio.FileTransform(str(path)), rgb)
        apart = np.abs(got - wanted)
        yield name, _kind(lut.read_lut(path)), f"{apart.max():.1e}, {apart.mean():.1e} on average"


def main() -> None:
    """Print both tables."""
    ocio.SetLoggingLevel(ocio.LOGGING_LEVEL_NONE)
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", nargs="*", type=Path)
    parser.add_argument("--markdown", action="store_true", help="as the document has it")
    given = parser.parse_args()
    files = sorted(p for folder in given.folders for p in folder.iterdir() if p.is_file())
    with tempfile.TemporaryDirectory() as folder:
        tables = [
            (("file", "read as", "apart from OpenColorIO, at most"), [r for p in files for r in rows_of(p)]),
            ((".clf", "read as", "apart from OpenColorIO, at most"), list(baked(Path(folder)))),
        ]
    out = sys.stdout
    for head, rows in tables:
        if not rows:
            continue
        if given.markdown:
            lines = [head, ("---",) * 3, *rows]
            out.write("".join(f"| {' | '.join(line)} |\n" for line in lines) + "\n")
        else:
            wide = [max(len(r[i]) for r in (head, *rows)) for i in range(2)]
            out.write("".join(f"{a:<{wide[0]}}  {b:<{wide[1]}}  {c}\n" for a, b, c in (head, *rows)) + "\n")


if __name__ == "__main__":
    main()
