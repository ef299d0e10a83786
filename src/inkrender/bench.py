"""How fast the core is on this machine, beside memcpy, numpy and OpenCV in the same interleaved run.

The chain: four straight RGBA uint8 layers over one another in linear light, ASC CDL, a 33-point tetrahedral
table, a mask (threshold of the comp's luma, edge broken up by noise) that lets paper through, paper grain,
uint8 out. The ink frame: eight moving layers, lift, develop, dither. Absolute times say little on a shared
machine: compare within one run, and read the load that is written beside it.
"""

from __future__ import annotations

import os
import platform
import statistics
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from . import colour, manifest, paint
from .frame import Baked, Region
from .kernels import grade, jit
from .kernels.program import CANVAS, SRC, LiftFields, Program
from .kernels.shading import mix, smoothstep
from .kernels.tiles import TILE, carray

SLOPE, OFFSET, POWER, SATURATION = (1.10, 1.00, 0.92), (0.02, 0.0, -0.01), (0.95, 1.00, 1.08), 1.25
THRESHOLD, EDGE, WOBBLE, GRAIN = (0.12, 0.30), (0.40, 0.60), 0.35, 0.6
LUT_SIZE, LAYERS = 33, 8
SLOPE_ROW, OFFSET_ROW, POWER_ROW = (np.array(v, np.float32) for v in (SLOPE, OFFSET, POWER))


@dataclass(frozen=True)
class Row:
    """One contestant: median, fastest and slowest of its runs in ms, and its median in memcpys."""

    work: str
    name: str
    median: float
    fastest: float
    slowest: float
    memcpys: float


@dataclass(frozen=True)
class Result:
    """A run of all contestants, and what they ran on."""

    rows: tuple[Row, ...]
    checks: dict[str, float]
    machine: dict[str, Any]
    ratios: dict[str, float] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """Plain values, for JSON."""
        return asdict(self)

    def lines(self) -> list[str]:
        """A table for people."""
        m = self.machine
        told = [
            f"{m['size'][0]}x{m['size'][1]}, {m['cpu']}, {m['cpus']} CPUs, "
            f"load {m['load_before']:.1f} before and {m['load_after']:.1f} after"
        ]
        for work in dict.fromkeys(row.work for row in self.rows):
            told += ["", f"{work:38s} {'median':>9s} {'min':>9s} {'max':>9s}  x memcpy"]
            for row in (r for r in self.rows if r.work == work):
                told.append(
                    f"  {row.name:36s} {row.median:6.2f} ms {row.fastest:6.2f} ms {row.slowest:6.2f} ms "
                    f"{row.memcpys:9.1f}"
                )
        told += ["", *(f"{name}: {value:.2f}" for name, value in {**self.ratios, **self.checks}.items())]
        return told


@dataclass(frozen=True)
class Chain:
    """The chain's inputs: uint8 (h, w, 4) layers, float32 (h, w) noise, uint8 (h, w, 4) paper, the table."""

    layers: tuple[NDArray[np.uint8], ...]
    noise: NDArray[np.float32]
    paper: NDArray[np.uint8]
    lut: NDArray[np.float32]


def run(size: tuple[int, int] = (1920, 1080), rounds: int = 9) -> Result:
    """Race all contestants at `size` (width, height); the slow ones run fewer rounds."""
    before = _load()
    w, h = size
    chain, out = chain_inputs(w, h), np.zeros((h, w, 4), np.uint8)
    program = chain_program(chain, out)
    ink, ink_out = ink_inputs(w, h), np.zeros((h, w, 4), np.uint8)
    plain, graded = ink_program(ink, ink_out, w, h, False), ink_program(ink, ink_out, w, h, True)
    traffic = np.zeros(out.nbytes * 7 // 2, np.uint8)
    sink = np.empty_like(traffic)
    middle = h // 64 * 32
    halves = ((0, middle), (middle, h))
    with ThreadPoolExecutor(2) as pool:
        both = _race(
            {
                ("chain", "memcpy of the same bytes"): lambda: np.copyto(sink, traffic),
                ("chain", "inkrender, 1 thread"): program.run,
                ("chain", "inkrender, 2 threads"): lambda: list(pool.map(program.run, halves)),
                ("chain", "OpenCV and numpy, in strips"): lambda: cv2_chain(chain),
                ("chain", "numpy"): lambda: numpy_chain(chain),
                ("ink frame, 8 layers", "inkrender, 1 thread"): plain.run,
                ("ink frame, 8 layers", "inkrender, 2 threads"): lambda: list(pool.map(plain.run, halves)),
                ("ink frame, 8 layers", "with CDL and chroma, 1 thread"): graded.run,
                ("ink frame, 8 layers", "OpenCV remap and numpy"): lambda: cv2_ink(ink, w, h),
            },
            rounds,
        )
    program.run()
    apart = np.abs(out.astype(np.int16) - numpy_chain(chain))[..., :3]
    times = {key: statistics.median(v) for key, v in both.items()}
    memcpy = times["chain", "memcpy of the same bytes"]
    one, two = times["chain", "inkrender, 1 thread"], times["chain", "inkrender, 2 threads"]
    rows = tuple(
        Row(*key, statistics.median(v) * 1e3, min(v) * 1e3, max(v) * 1e3, times[key] / memcpy)
        for key, v in both.items()
    )
    return Result(
        rows,
        {"chain, largest difference from numpy in 8-bit codes": float(apart.max())},
        {**_machine(), "size": list(size), "rounds": rounds, "load_before": before, "load_after": _load()},
        {
            "chain, times memcpy": one / memcpy,
            "chain, times faster than numpy": times["chain", "numpy"] / one,
            "chain, times faster than OpenCV": times["chain", "OpenCV and numpy, in strips"] / one,
            "chain, 2 threads over 1": one / two,
        },
    )


# the chain ------------------------------------------------------------------------------------------------


def chain_inputs(w: int, h: int) -> Chain:
    """Dense layers (no easy skipping), smooth as pictures are."""
    layers = []
    for k in range(4):
        planes = [_clouds(w, h, 7, 10 * k + c) for c in range(3)]
        cover = np.ones((h, w)) if k == 0 else np.clip((_clouds(w, h, 6, 10 * k + 7) - 0.35) / 0.3, 0, 1)
        layers.append((np.stack([*planes, cover], axis=-1) * 255).astype(np.uint8))
    grey = 0.82 + 0.16 * _clouds(w, h, 9, 77)
    paper = np.stack([grey, grey * 0.98, grey * 0.94, np.ones_like(grey)], axis=-1)
    steps = np.linspace(0, 1, LUT_SIZE)
    r, g, b = np.meshgrid(steps, steps, steps, indexing="ij")
    lut = np.stack([r**1.1 * 0.95 + 0.05 * b, 0.05 + 0.9 * g + 0.05 * np.sin(3 * r), b**0.9 * 0.9], axis=-1)
    return Chain(
        tuple(layers),
        _clouds(w, h, 9, 99).astype(np.float32),
        (paper * 255).astype(np.uint8),
        np.clip(lut, 0, 1).astype(np.float32),
    )


def chain_program(chain: Chain, out: NDArray[np.uint8]) -> Program:
    """The chain as inkrender runs it; the mask and the paper are two compiled shader stages."""
    h, w = out.shape[:2]
    program = Program(w, h)
    program.load(CANVAS, chain.layers[0])
    for layer in chain.layers[1:]:
        program.load_over(CANVAS, layer)
    program.stage(CANVAS, _mask.address, np.zeros(16), fields=[(chain.noise, 0, 0, 1)], name="mask")
    program.encode(CANVAS)
    program.cdl(CANVAS, SLOPE, OFFSET, POWER, SATURATION)
    program.lut3d(CANVAS, grade.lut_table(chain.lut))
    program.load(SRC, chain.paper, "linear", True)
    program.stage(CANVAS, _show_paper.address, np.zeros(16), other=SRC, name="paper")
    program.store(CANVAS, out)
    return program


F = np.float32
LO, HI, EDGE_LO, EDGE_HI = (F(v) for v in (*THRESHOLD, *EDGE))
WOBBLE_F, GRAIN_F, HALF, ONE = F(WOBBLE), F(GRAIN), F(0.5), F(1)
LUMA_R, LUMA_G, LUMA_B = (F(v) for v in colour.LUMA)


@jit.stage
def _mask(a, b, fields, par):  # type: ignore[no-untyped-def]
    px, noise = carray(a, (4 * TILE,)), carray(fields, (TILE,))
    for i in range(TILE):
        luma = px[i] * LUMA_R + px[TILE + i] * LUMA_G + px[2 * TILE + i] * LUMA_B
        soft = smoothstep(LO, HI, luma) + WOBBLE_F * (noise[i] - HALF)
        px[3 * TILE + i] = smoothstep(EDGE_LO, EDGE_HI, soft)


@jit.stage
def _show_paper(a, b, fields, par):  # type: ignore[no-untyped-def]
    px, paper = carray(a, (4 * TILE,)), carray(b, (4 * TILE,))
    for i in range(TILE):
        k = px[3 * TILE + i]
        for c in range(3):
            sheet = paper[c * TILE + i]
            px[c * TILE + i] = mix(px[c * TILE + i], sheet, k) * (ONE - GRAIN_F * (ONE - sheet))
        px[3 * TILE + i] = ONE


def numpy_chain(chain: Chain) -> NDArray[np.uint8]:
    """The chain as one writes it in numpy, whole frames at a time."""
    decode = colour.decode(np.arange(256, dtype=np.float32) / 255, "srgb")
    light = decode[chain.layers[0][..., :3]]
    for layer in chain.layers[1:]:
        alpha = layer[..., 3:].astype(np.float32) / np.float32(255)
        light = decode[layer[..., :3]] * alpha + light * (1 - alpha)
    mask = paint.smoothstep(*THRESHOLD, light @ colour.LUMA.astype(np.float32))
    mask = paint.smoothstep(*EDGE, mask + WOBBLE * (chain.noise - np.float32(0.5)))[..., None]
    graded = np.asarray(colour.encode(light, "srgb"), np.float32) * SLOPE_ROW + OFFSET_ROW
    graded = np.clip(graded, 0, 1) ** POWER_ROW
    luma = (graded @ colour.LUMA.astype(np.float32))[..., None]
    graded = _tetrahedral(np.clip(luma + np.float32(SATURATION) * (graded - luma), 0, 1), chain.lut)
    paper = chain.paper[..., :3].astype(np.float32) / np.float32(255)
    final = (graded + (paper - graded) * mask) * (1 - np.float32(GRAIN) * (1 - paper))
    alpha = np.full((*final.shape[:2], 1), 255, np.uint8)
    return np.concatenate([(np.clip(final, 0, 1) * 255 + 0.5).astype(np.uint8), alpha], axis=-1)


def cv2_chain(chain: Chain) -> NDArray[np.uint8]:
    """The chain with OpenCV wherever it has the operation, in strips that stay in the cache."""
    h, w = chain.noise.shape
    out = np.empty((h, w, 3), np.uint8)
    decode = colour.decode(np.arange(256) / 255, "srgb").astype(np.float32).reshape(1, 256)
    codes = colour.encode(np.arange(65536) / 65535, "srgb").astype(np.float32)
    luma = colour.LUMA.astype(np.float32).reshape(1, 3)
    saturate = np.eye(3) * SATURATION + (1 - SATURATION) * np.tile(colour.LUMA, (3, 1))
    for y in range(0, h, 30):
        rows = slice(y, y + 30)
        light = cv2.LUT(chain.layers[0][rows, :, :3], decode)
        for layer in chain.layers[1:]:
            strip = layer[rows]
            top = cv2.LUT(cv2.cvtColor(strip, cv2.COLOR_RGBA2RGB), decode)
            alpha = cv2.cvtColor(np.ascontiguousarray(strip[..., 3]), cv2.COLOR_GRAY2RGB)
            cv2.subtract(top, light, top)
            cv2.multiply(top, alpha, top, 1 / 255, cv2.CV_32F)
            cv2.add(light, top, light)
        mask = paint.smoothstep(*THRESHOLD, cv2.transform(light, luma))
        mask += np.float32(WOBBLE) * (chain.noise[rows] - np.float32(0.5))
        mask = paint.smoothstep(*EDGE, mask)[..., None]
        graded = codes[(light * np.float32(65535)).astype(np.uint16)]
        graded = np.clip(graded * SLOPE_ROW + OFFSET_ROW, 0, 1)
        graded = cv2.merge([cv2.pow(p, float(k)) for p, k in zip(cv2.split(graded), POWER, strict=True)])
        graded = np.clip(cv2.transform(graded, saturate.astype(np.float32)), 0, 1)
        graded = _tetrahedral(graded, chain.lut)  # OpenCV has no 3-D table
        paper = chain.paper[rows, :, :3].astype(np.float32) / np.float32(255)
        final = (graded + (paper - graded) * mask) * (1 - np.float32(GRAIN) * (1 - paper))
        out[rows] = cv2.convertScaleAbs(final.reshape(-1, w * 3), alpha=255).reshape(final.shape)
    return out


def _tetrahedral(rgb: NDArray[np.float32], lut: NDArray[np.float32]) -> NDArray[np.float32]:
    n = lut.shape[0] - 1
    place = rgb * np.float32(n)
    cell = np.minimum(place.astype(np.int32), n - 1)
    fraction = place - cell
    order = np.argsort(-fraction, axis=-1, kind="stable")
    f = np.take_along_axis(fraction, order, -1)
    step = np.eye(3, dtype=np.int32)
    p1 = cell + step[order[..., 0]]
    p2 = p1 + step[order[..., 1]]

    def at(p: NDArray[np.int32]) -> NDArray[np.float32]:
        found: NDArray[np.float32] = lut[p[..., 0], p[..., 1], p[..., 2]]
        return found

    return np.asarray(
        at(cell) * (1 - f[..., :1])
        + at(p1) * (f[..., :1] - f[..., 1:2])
        + at(p2) * (f[..., 1:2] - f[..., 2:])
        + at(cell + 1) * f[..., 2:]
    )


# the ink frame --------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Ink:
    """Eight baked layers, where they lie, the sheet, and a lift at quarter size."""

    layers: tuple[Baked, ...]
    places: tuple[tuple[float, float], ...]
    paper: Baked
    phi: NDArray[np.float32]


def ink_inputs(w: int, h: int) -> Ink:
    """Layers larger than the frame, each inked over a third to a half of its area, at sub-pixel places."""
    lw, lh = w * 8 // 7, h * 11 // 10
    layers, places = [], []
    for k in range(LAYERS):
        density = np.clip((_clouds(lw, lh, 5, 200 + k) - 0.52) * 6, 0, 1)[..., None]
        pigment = 0.4 + np.random.default_rng(k).random(3) * 1.5
        pixels = np.concatenate([density * pigment, density * 0.6], axis=-1)
        layers.append(Baked.of(pixels, Region(0, 0, lw, lh, 1)))
        places.append((11.3 + 7.77 * k, 5.15 + 3.31 * k))
    paper = np.empty((h, w, 4))
    paper[..., :3] = -np.log(colour.PAPER) + 0.02 * _clouds(w, h, 9, 5)[..., None]
    paper[..., 3] = _clouds(w, h, 9, 6)
    phi = ((_clouds(w // 4, h // 4, 4, 7) - 0.6) * 200).astype(np.float32)
    return Ink(tuple(layers), tuple(places), Baked.of(paper, Region(0, 0, w, h, 1)), phi)


def ink_program(ink: Ink, out: NDArray[np.uint8], w: int, h: int, graded: bool) -> Program:
    """Eight layers, lift, count, develop, dither; `graded` adds CDL and chroma in ink."""
    program = Program(w, h, paper=ink.paper)
    program.clear(CANVAS)
    for layer, (x, y) in zip(ink.layers, ink.places, strict=True):
        program.resample_over(CANVAS, layer, x, y)
    program.lift(CANVAS, LiftFields(ink.phi))
    if graded:
        program.transmittance(CANVAS)
        program.cdl(CANVAS, (0.92, 0.97, 1.0), 0.0, (1.0, 1.0, 1.05), 1.05)
        program.chroma(CANVAS, 1.08)
        program.from_transmittance(CANVAS, (0.92, 0.97, 1.0))
    program.count_blank(CANVAS, colour.blank_jacobian())
    program.develop(CANVAS)
    program.store(CANVAS, out, dither_seed=1)
    return program


def cv2_ink(ink: Ink, w: int, h: int) -> NDArray[np.uint8]:
    """The layers' part of the same frame with warpAffine (cubic) and numpy, then develop and pack."""
    canvas = np.zeros((h, w, 3), np.float32)
    for layer, (x, y) in zip(ink.layers, ink.places, strict=True):
        move = np.array([[1, 0, x], [0, 1, y]], np.float64)
        moved = cv2.warpAffine(
            _pixels(layer), move, (w, h), flags=cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP, borderValue=0
        )
        canvas *= 1 - np.clip(moved[..., 3:], 0, 1)
        canvas += np.maximum(moved[..., :3], 0)
    light = np.exp(-(canvas + _pixels(ink.paper)[..., :3]))
    return np.asarray(np.clip(colour.encode(light, "srgb"), 0, 1) * 255 + 0.5).astype(np.uint8)


_float_layers: dict[int, NDArray[np.float32]] = {}


def _pixels(layer: Baked) -> NDArray[np.float32]:
    if (
        id(layer) not in _float_layers
    ):  # the peer keeps its layers as float32: unpacking halves is not its job
        _float_layers[id(layer)] = layer.pixels()
    return _float_layers[id(layer)]


# ----------------------------------------------------------------------------------------------------------


def _race(
    contestants: dict[tuple[str, str], Callable[[], Any]], rounds: int
) -> dict[tuple[str, str], list[float]]:
    """Everyone once a round, so that a busy machine hits all alike; who takes long runs three rounds."""
    threads = cv2.getNumThreads()
    cv2.setNumThreads(1)
    try:
        alone: dict[tuple[str, str], float] = {}
        for key, contestant in contestants.items():
            contestant()
            began = time.perf_counter()
            contestant()
            alone[key] = time.perf_counter() - began
        times: dict[tuple[str, str], list[float]] = {key: [] for key in contestants}
        for k in range(rounds):
            for key, contestant in contestants.items():
                if k < 3 or alone[key] < 0.2:
                    began = time.perf_counter()
                    contestant()
                    times[key].append(time.perf_counter() - began)
        return times
    finally:
        cv2.setNumThreads(threads)
        _float_layers.clear()


def _clouds(w: int, h: int, octaves: int, seed: int) -> NDArray[np.float64]:
    """Smooth noise 0..1, (h, w)."""
    random = np.random.default_rng(seed)
    total, weight = np.zeros((h, w), np.float32), 0.0
    for k in range(octaves):
        coarse = random.random((4 * 2**k + 2, 6 * 2**k + 2), dtype=np.float32)
        total += 0.55**k * cv2.resize(coarse, (w, h), interpolation=cv2.INTER_CUBIC)
        weight += 0.55**k
    return np.asarray(np.clip(np.float64(total) / weight, 0, 1))


def _load() -> float:
    return os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0


def _machine() -> dict[str, Any]:
    import llvmlite
    import numba

    versions = {
        "python": platform.python_version(),
        "numpy": np.__version__,
        "numba": numba.__version__,
        "llvmlite": llvmlite.__version__,
        "opencv": cv2.__version__,
    }
    cpus = os.cpu_count() or 1
    return {"cpu": manifest.cpu(), "cpus": cpus, "system": platform.platform(), "versions": versions}
