"""The same frames through what people use today: cost, stillness, blank paper, and sheets to look at.

    python benchmarks/bench_rivals.py --out sheets photo=photo.jpg:resolution:.45 bbb=clip.mp4@40-63:literati

Each footage is NAME=PATH[@FRAMES]:LOOK[:TARGET]. Rivals run where they are installed: OpenCV's filters and
ffmpeg always, G'MIC if its Python package can be imported. Their recipes are tuned by hand: stock filters are
straw men. Everything of a run is measured in that run: cost as processor time at 1280x720, the least of
three; stillness, blank and the chroma of what is inked at 640 px across. Writes NAME.jpg and rivals.json into
--out, a table to stdout.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import re
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import cv2
import imageio_ffmpeg
import numpy as np
from numpy.typing import NDArray

import inkrender as ink
from inkrender import colour, following, motion, scene
from inkrender.film import Film
from inkrender.manifest import cpu, versions
from inkrender.timing import parse_frames

Picture = NDArray[np.uint8]  # (h, w, 3) display-encoded RGB
Many = Callable[[Sequence[Picture]], list[Picture]]

WIDE, NARROW = 1280, 640
TARGETS = (0.2, 0.3, 0.4, 0.5, 0.6, 0.7)
PAPER = tuple(float(v) for v in colour.encode(colour.PAPER))

# dodging with the negative of a blur is division by the blur, without its clipping in white
DODGE = (
    "format=gbrp,gblur=sigma={soft},split[a][b];[b]format=gray,gblur=sigma={wide},format=gbrp[n];"
    "[a][n]blend=all_mode=divide:all_opacity=0.4,"
    "curves=all='0/0 0.3/0.12 0.55/0.55 0.78/1 1/1',"
    "colorchannelmixer=rr={0:.4f}:gg={1:.4f}:bb={2:.4f}"
)
MEDIAN = (
    "format=gbrp,median=radius={radius},split[a][b];"
    "[b]format=gray,edgedetect=low=0.06:high=0.16,negate,gblur=sigma={soft},format=gbrp[e];"
    "[a]curves=all='0/0 0.4/0.3 0.7/0.85 0.9/1 1/1'[c];[c][e]blend=all_mode=multiply,"
    "colorchannelmixer=rr={0:.4f}:gg={1:.4f}:bb={2:.4f}"
)


@dataclass(frozen=True)
class Footage:
    """Frames to be compared on, and how ours are to look."""

    name: str
    path: Path
    frames: tuple[int, ...]
    look: str
    target: float | None


@dataclass(frozen=True)
class Rival:
    """Something that makes pictures of pictures."""

    name: str
    paint: Many
    floats: str  # what it reads and keeps
    steered: str  # how its blank paper is steered


def main() -> None:
    """Run everything on everything, write the sheets and the figures."""
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("footage", nargs="+", type=footage, metavar="NAME=PATH[@FRAMES]:LOOK[:TARGET]")
    options.add_argument("--out", type=Path, required=True, help="a folder for sheets and figures")
    options.add_argument("--skip", action="append", default=[], help="a rival by a part of its name")
    chosen = options.parse_args()
    chosen.out.mkdir(parents=True, exist_ok=True)
    told: dict[str, Any] = {"cpu": cpu(), "versions": versions(), "load": os.getloadavg(), "footage": {}}
    for one in chosen.footage:
        told["footage"][one.name] = run(one, chosen.out, chosen.skip)
    path = chosen.out / "rivals.json"
    path.write_text(json.dumps(told, indent=1, default=str) + "\n", encoding="utf-8")
    sys.stdout.write(f"\nwritten: {path}\n")


def footage(text: str) -> Footage:
    """NAME=PATH[@FRAMES]:LOOK[:TARGET]; without FRAMES all of them."""
    found = re.fullmatch(r"([^=]+)=(.+?)(?:@([-0-9,x]+))?:([\w./]+)(?::([.0-9]+))?", text)
    if not found:
        raise argparse.ArgumentTypeError(f"{text} is not NAME=PATH[@FRAMES]:LOOK[:TARGET]")
    name, path, frames, look, target = found.groups()
    film = ink.look(look, path)
    one = film.scenes[0]
    wanted = parse_frames(frames) if frames else range(one.first, one.last + 1)
    return Footage(name, Path(path), tuple(wanted), look, float(target) if target else None)


def run(one: Footage, out: Path, skip: Sequence[str]) -> list[dict[str, Any]]:
    """All rivals, and ours, on one footage."""
    with tempfile.TemporaryDirectory() as folder:
        source = plates(one, NARROW)
        large = plates(one, WIDE, slice(len(one.frames) // 2, len(one.frames) // 2 + 1))
        flows = paths(one, source)
        base = error(source, flows)
        rows, panels = [], [("source", large[0])]
        sys.stdout.write(f"\n{one.name}: {len(source)} frames, source warp error {base:.6f}\n{HEAD}\n")
        for rival in rivals():
            if any(part in rival.name for part in skip):
                continue
            cost = min(spent(lambda r=rival: r.paint(large)) for _ in range(3))
            if rival.name.startswith("ffmpeg"):
                cost -= min(spent(lambda: ffmpeg(large, "null")) for _ in range(3))
            made = rival.paint(source)
            panels.append((rival.name, rival.paint(large)[0]))
            rows.append(told(rival.name, cost, made, source, flows, base, None, rival))
        cost, made, shown, blank, aimed = ours(one, Path(folder))
        panels.append((f"inkrender {one.look}", shown))
        rows.append(told(f"inkrender {one.look}", cost, made, source, flows, base, blank, None))
        rows[-1]["aimed"] = aimed
        sheet(out / f"{one.name}.jpg", panels)
    return rows


HEAD = f"{'':34}{'ms':>7}{'W x':>7}{'norm':>7}{'chroma':>14}{'pale':>7}{'blank':>14}"


def told(
    name: str,
    cost: float,
    made: Sequence[Picture],
    source: Sequence[Picture],
    flows: Sequence[Any],
    base: float,
    blank: Sequence[float] | None,
    rival: Rival | None,
) -> dict[str, Any]:
    """One row of figures, on stdout too."""
    wrong = error(made, flows)
    holds, held = energy(made), energy(source)
    row = {
        "name": name,
        "ms": round(cost, 1),
        "warp_error": wrong,
        "warp_ratio": wrong / base if base else None,
        "warp_ratio_normalised": wrong / base * held / holds if base and holds else None,
        "contrast": holds,
        "source_contrast": held,
        "chroma": chroma(made[len(made) // 2]),
        "source_chroma": chroma(source[len(source) // 2]),
        "pale": [round(pale(p), 4) for p in made],
        "blank": None if blank is None else [round(b, 4) for b in blank],
        "steered": rival.steered if rival else "solved",
        "floats": rival.floats if rival else "half and float EXR in and out",
    }
    ratio, norm = row["warp_ratio"], row["warp_ratio_normalised"]
    span = "" if blank is None else f"{min(blank):.3f}-{max(blank):.3f}"
    sys.stdout.write(
        f"{name:34}{cost:7.0f}"
        + "".join(f"{'-' if v is None else f'{v:.2f}':>7}" for v in (ratio, norm))
        + f"{row['chroma'][0]:8.3f} {row['chroma'][1]:.3f}"
        + f"{np.median(row['pale']):7.3f}{span:>14}\n"
    )
    sys.stdout.flush()
    return row


# ours -----------------------------------------------------------------------------------------------------


def ours(one: Footage, folder: Path) -> tuple[float, list[Picture], Picture, list[float], list[Any]]:
    """ms a frame with its analysis, small frames, a large one, their blank shares, and a sweep of targets.

    The sweep: [target, blank, reachable] of the middle frame.
    """
    middle = one.frames[len(one.frames) // 2]
    if one.path.suffix == ".exr":
        films = [looked(one, one.path, seed) for seed in range(2)]
        cut = [films[0].scenes[0].first] * 2
    else:  # the frames alone, so that the analysis is of these and no others
        for n, picture in zip(one.frames, plates(one, WIDE), strict=True):
            cv2.imwrite(str(folder / f"shot.{n:05d}.png"), picture[..., ::-1])
        films = [looked(one, folder / "shot.#####.png", seed) for seed in range(2)]
        cut = [one.frames[0]] * 2
    small = [films[0].pixels(n - cut[0], size_of(films[0], NARROW)) for n in one.frames]
    shown = films[0].pixels(middle - cut[0], size_of(films[0], WIDE))[0]
    some = one.frames[: min(len(one.frames), 8)]
    # another seed: nothing is remembered but compiled code; analysis is of the whole shot, and shared by it
    begun = time.process_time()
    films[1].pixels(some[0] - cut[1], size_of(films[1], WIDE))
    first = time.process_time() - begun
    begun = time.process_time()
    for n in some[1:]:
        films[1].pixels(n - cut[1], size_of(films[1], WIDE))
    rest = (time.process_time() - begun) / max(1, len(some) - 1)
    shots = films[1].length
    cost = rest + max(0.0, first - rest) / shots if len(some) > 1 else first
    blank = [float(stats["blank"]) for _, stats in small]
    aimed = []
    for target in TARGETS:
        film = aimed_at(films[0], target)
        _, stats = film.pixels(middle - cut[0], size_of(film, NARROW))
        lift = next(v for k, v in stats.items() if k.startswith("liubai"))
        aimed.append([target, float(stats["blank"]), lift["reachable"]])
    return 1000 * cost, [p[..., :3] for p, _ in small], shown[..., :3], blank, aimed


def looked(one: Footage, path: Path, seed: int) -> Film:
    """The footage in its look."""
    film = ink.look(one.look, path, seed=seed)
    return film if one.target is None else aimed_at(film, one.target)


def aimed_at(film: Film, target: float) -> Film:
    """A look with another share of blank paper."""
    told = film.scenes[0].liubai
    lift = told.model_copy(update={"target": target}) if told else scene.Liubai(target=target)
    return film.model_copy(update={"scenes": (film.scenes[0].model_copy(update={"liubai": lift}),)})


def size_of(film: Film, width: int) -> tuple[int, int]:
    """The film's shape at a width."""
    w, h = film.size
    return width, 2 * round(h * width / w / 2)


# rivals ---------------------------------------------------------------------------------------------------


def rivals() -> list[Rival]:
    """Everything that can run here."""
    found = [
        Rival("ffmpeg dodge + curves", _dodge, "no", "knee of a curve"),
        Rival("ffmpeg median + edge", _median, "no", "no"),
        Rival("cv2.stylization", _each(_stylization), "8-bit", "no"),
        Rival("cv2.pencilSketch", _each(_pencil), "8-bit", "indirectly"),
    ]
    if importlib.util.find_spec("gmic"):
        found += [
            Rival("G'MIC smooth + dodge + curve", _each(_gmic_script), "inside", "knee of a curve"),
            Rival("G'MIC Ink Wash, stock", _each(_gmic("fx_ink_wash 0.14,23,0,0.5,0.54,2.25,0,2,6,5,20")),
                  "inside", "no"),
            Rival("G'MIC Felt Pen", _each(_gmic("fx_feltpen 300,50,1,0.1,20,5,0")), "inside", "indirectly"),
        ]  # fmt: skip
    return found


def _each(paint: Callable[[Picture], Picture]) -> Many:
    return lambda pictures: [paint(p) for p in pictures]


def _stylization(p: Picture) -> Picture:
    return np.asarray(cv2.stylization(np.ascontiguousarray(p), sigma_s=60, sigma_r=0.45), np.uint8)


def _pencil(p: Picture) -> Picture:
    _, drawn = cv2.pencilSketch(np.ascontiguousarray(p), sigma_s=60, sigma_r=0.07, shade_factor=0.04)
    return np.asarray(drawn, np.uint8)


def _dodge(pictures: Sequence[Picture]) -> list[Picture]:
    k = pictures[0].shape[1] / WIDE
    return ffmpeg(pictures, DODGE.format(*PAPER, soft=3 * k, wide=56 * k))


def _median(pictures: Sequence[Picture]) -> list[Picture]:
    k = pictures[0].shape[1] / WIDE
    return ffmpeg(pictures, MEDIAN.format(*PAPER, radius=max(1, round(7 * k)), soft=1.2 * k))


def ffmpeg(pictures: Sequence[Picture], graph: str) -> list[Picture]:
    """Frames through one filter graph, raw in and raw out."""
    h, w = pictures[0].shape[:2]
    raw = ["-f", "rawvideo", "-pix_fmt", "rgb24"]
    how = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", *raw, "-s", f"{w}x{h}", "-i", "-"]
    given = b"".join(np.ascontiguousarray(p).tobytes() for p in pictures)
    done = subprocess.run(
        [*how, "-filter_complex", graph, *raw, "-"], input=given, capture_output=True, check=False
    )
    if done.returncode:
        raise SystemExit(f"ffmpeg: {done.stderr.decode().strip()}")
    return list(np.frombuffer(done.stdout, np.uint8).reshape(-1, h, w, 3))


def _gmic(command: str) -> Callable[[Picture], Picture]:
    def paint(p: Picture) -> Picture:
        import gmic

        made = gmic.Gmic().run(command, gmic.ImageList([gmic.Image.from_yxc(p.astype(np.float32))]))
        out = np.clip(np.asarray(made[0].yxc), 0, 255).astype(np.uint8)
        return np.ascontiguousarray(np.broadcast_to(out[..., :3], p.shape))

    return paint


def _gmic_script(p: Picture) -> Picture:
    """Strokes along the flow, division by a wide blur, a curve that lets the pale become warm paper."""
    wide = 56 * p.shape[1] / WIDE
    smooth = "smooth 70,0.4,0.9,1,2.5 "
    dodge = f"+luminance blur. {wide:.1f} max. 1 +div[0] [1] mul. 255 cut. 0,255 rm[1] "
    dodge += "mul[0] 0.45 mul[1] 0.55 add "
    paper = ",".join(f"{v:.4f}" for v in PAPER)
    curve = f"P=[{paper}];k=max(0,min(1,(i/255-0.1)/0.7));255*P[c]*(0.55*k*k*(3-2*k)+0.45*k)"
    return _gmic(f'{smooth}{dodge}fill "{curve}"')(p)


# figures --------------------------------------------------------------------------------------------------


def plates(one: Footage, width: int, which: slice = slice(None)) -> list[Picture]:
    """The footage itself, as display-encoded RGB over white paper."""
    film = ink.look(one.look, one.path)
    told = film.scenes[0]
    layer = next(x for x in told.layer if x.file is not None).model_copy(update={"shaders": ()})
    bare = {"layer": (layer,), "medium": "light", "liubai": None, "grade": scene.Grade()}
    film = film.model_copy(update={"scenes": (told.model_copy(update=bare),)})
    made = [film.pixels(n - told.first, size_of(film, width))[0] for n in one.frames[which]]
    return [over_white(p) for p in made]


def over_white(p: NDArray[np.uint8]) -> Picture:
    """An empty sky is white: rivals know no alpha."""
    alpha = p[..., 3:].astype(np.float32) / 255
    return np.asarray(np.rint(p[..., :3] * alpha + 255 * (1 - alpha)), np.uint8)


def paths(one: Footage, pictures: Sequence[Picture]) -> list[Any]:
    """For each pair of neighbours the way back, and what the frame before does not show.

    Along the renderer's own vectors where the footage has them, else along the flow of the footage.
    """
    film = ink.look(one.look, one.path)
    told = film.plan(0).scenes[0]
    plate = next(layer for layer in told.layers if layer.kind == "file")
    track = film.studio().track(told, plate) if following.moving(plate) else None
    if track is not None and track.rendered:
        size = pictures[0].shape[1::-1]
        return [_along(track, n, size) for n in one.frames[1:]]
    luma = [cv2.cvtColor(p, cv2.COLOR_RGB2GRAY) for p in pictures]
    found = []
    for a, b in pairwise(luma):
        back = motion.flow(b, a)
        found.append((back, motion.occluded(motion.flow(a, b), back)))
    return found


def _along(track: Any, n: int, size: tuple[int, int]) -> Any:
    """A step of a track, enlarged to pictures of a size."""
    k = np.float32(size[0] / track.size[0])
    back, there = (k * cv2.resize(v, size) for v in (track.to_previous(n), track.to_next(n - 1)))
    return back, motion.occluded(there, back)


def error(pictures: Sequence[Picture], flows: Sequence[Any]) -> float:
    """The mean warp error of a shot."""
    seen = [p.astype(np.float32) / 255 for p in pictures]
    each = [motion.warp_error(b, a, *way) for (a, b), way in zip(pairwise(seen), flows, strict=True)]
    return float(np.mean(each)) if each else 0.0


def energy(pictures: Sequence[Picture]) -> float:
    """What a shot holds."""
    return float(np.mean([motion.gradient_energy(p.astype(np.float32) / 255) for p in pictures]))


def pale(p: Picture) -> float:
    """The share of pixels the eye takes for bare paper: OKLab L above .90, C below .05."""
    lch = colour.oklch(colour.decode(p.astype(np.float32) / 255))
    return float(np.mean((lch[..., 0] > 0.9) & (lch[..., 1] < 0.05)))


def chroma(p: Picture) -> tuple[float, float]:
    """(median, 90th percentile) of OKLCh chroma where there is ink: what `pale` leaves."""
    lch = colour.oklch(colour.decode(p.astype(np.float32) / 255))
    inked = lch[(lch[..., 0] <= 0.9) | (lch[..., 1] >= 0.05)][:, 1]
    low, high = np.quantile(inked, (0.5, 0.9)) if inked.size else (0.0, 0.0)
    return round(float(low), 4), round(float(high), 4)


def spent(what: Callable[[], Any]) -> float:
    """ms of processor time, of this process and of those it waited for."""
    begun = _clock()
    what()
    return 1000 * (_clock() - begun)


def _clock() -> float:
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


def sheet(path: Path, panels: Sequence[tuple[str, Picture]]) -> None:
    """All pictures side by side, three in a row, each with its name."""
    w = 468
    made = []
    for name, picture in panels:
        h = round(picture.shape[0] * w / picture.shape[1])
        small = cv2.resize(picture, (w, h), interpolation=cv2.INTER_AREA)
        label = np.full((24, w, 3), 255, np.uint8)
        cv2.putText(label, name, (6, 17), cv2.FONT_HERSHEY_SIMPLEX, 0.5, (0, 0, 0), 1, cv2.LINE_AA)
        made.append(np.vstack([label, small]))
    while len(made) % 3:
        made.append(np.full_like(made[0], 255))
    rows = [np.hstack(made[i : i + 3]) for i in range(0, len(made), 3)]
    cv2.imwrite(str(path), np.ascontiguousarray(np.vstack(rows)[..., ::-1]), [cv2.IMWRITE_JPEG_QUALITY, 80])


if __name__ == "__main__":
    main()
