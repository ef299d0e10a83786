"""How fast grades are, in one run: CDL + LUT beside OpenColorIO's own, and the full grade beside CDL + LUT.

    python benchmarks/bench_grade.py [--size 1920x1080] [--rounds 7] [--json FILE]

uint8 in, uint8 out, one thread, CPU time of the thread, the least of several interleaved rounds: the machine
may be busy with other things. OpenColorIO's optimised CPU processor gets the same uint8 pixels, the same CDL
and the same 33-point table with tetrahedral interpolation; ours does not fold the one into the other.
"""

from __future__ import annotations

import argparse
import json
import platform
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import PyOpenColorIO as ocio

from inkrender import grade_ops, grading
from inkrender.bench import chain_inputs
from inkrender.io.lut import write_cube
from inkrender.kernels.program import CANVAS, Program

CDL = grading.CdlStep((1.10, 1.00, 0.92), (0.02, 0.0, -0.01), (0.95, 1.05, 1.08), 1.25)
CURVES = grading.CurvesStep(
    (0, 0, 0.25, 0.2, 0.75, 0.82, 1, 1), (0, 0.02, 0.5, 0.52, 1, 1), (0, 0.05, 0.5, 0.48, 1, 0.95)
)
CHROMA = grading.OklchStep(chroma=1.08)


def program(src: np.ndarray, out: np.ndarray, *steps: grading.Step) -> Program:
    h, w = src.shape[:2]
    made = Program(w, h)
    made.load(CANVAS, src, "linear", True)
    grade_ops.encoded(made, CANVAS, grading.Steps("srgb", steps))
    made.store(CANVAS, out)
    return made


def processor(table: Path) -> ocio.CPUProcessor:
    told = ocio.CDLTransform()
    told.setSlope(CDL.slope)
    told.setOffset(CDL.offset)
    told.setPower(CDL.power)
    told.setSat(CDL.saturation)
    told.setStyle(ocio.CDL_ASC)
    both = ocio.GroupTransform([told, ocio.FileTransform(str(table), interpolation=ocio.INTERP_TETRAHEDRAL)])
    made = ocio.Config.CreateRaw().getProcessor(both)
    kind = ocio.BIT_DEPTH_UINT8
    return made.getOptimizedCPUProcessor(kind, kind, ocio.OPTIMIZATION_DEFAULT)


def race(runs: dict[str, Callable[[], object]], rounds: int) -> dict[str, list[float]]:
    times: dict[str, list[float]] = {name: [] for name in runs}
    for run in runs.values():
        run()  # warm
    for _ in range(rounds):
        for name, run in runs.items():
            before = time.thread_time()
            run()
            times[name].append((time.thread_time() - before) * 1e3)
    return times


def main() -> None:
    told = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    told.add_argument("--size", default="1920x1080")
    told.add_argument("--rounds", type=int, default=7)
    told.add_argument("--json", type=Path)
    args = told.parse_args()
    w, h = (int(v) for v in args.size.split("x"))
    chain = chain_inputs(w, h)
    src = np.ascontiguousarray(chain.layers[0])
    folder = Path(__file__).parent / "results"
    cube = folder / ".bench.cube"
    write_cube(cube, chain.lut.transpose(2, 1, 0, 3))
    try:
        lut = grading.LutStep(cube)
        ours, full, theirs = np.zeros_like(src), np.zeros_like(src), src.copy()
        cpu = processor(cube)
        short = program(src, ours, CDL, lut)
        runs = {
            "CDL + LUT": short.run,
            "CDL + OKLCh chroma + 3 curves + LUT": program(src, full, CDL, CURVES, CHROMA, lut).run,
            "OpenColorIO: CDL + LUT": lambda: cpu.apply(
                ocio.PackedImageDesc(theirs, w, h, 4, ocio.BIT_DEPTH_UINT8, 1, 4, 4 * w)
            ),
            "load and store alone": program(src, np.zeros_like(src)).run,
        }
        times = race(runs, args.rounds)
        theirs[:] = src
        runs["OpenColorIO: CDL + LUT"]()
    finally:
        cube.unlink(missing_ok=True)
    least = {name: min(values) for name, values in times.items()}
    ratios = {
        "times faster than OpenColorIO": least["OpenColorIO: CDL + LUT"] / least["CDL + LUT"],
        "full grade over CDL + LUT": least["CDL + OKLCh chroma + 3 curves + LUT"] / least["CDL + LUT"],
    }
    apart = int(np.abs(ours[..., :3].astype(int) - theirs[..., :3]).max())
    for name, values in times.items():
        sys.stdout.write(f"{name:38s} {min(values):7.2f} ms least, {np.median(values):7.2f} median\n")
    for name, value in ratios.items():
        sys.stdout.write(f"{name}: {value:.2f}\n")
    sys.stdout.write(f"largest difference from OpenColorIO, 8-bit codes: {apart}\n")
    if args.json:
        about = {"size": [w, h], "rounds": args.rounds, "python": platform.python_version()}
        about |= {"numpy": np.__version__, "opencolorio": ocio.__version__, "processor": platform.processor()}
        result = {"times_ms": times, "ratios": ratios, "largest_difference": apart, "machine": about}
        args.json.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
