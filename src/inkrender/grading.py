"""What a scene's grade does at a frame: a short list of exact operations, in order; none when neutral.

Values are display-encoded unless the grade works in linear light. In ink the engine grades the transmittance
of the pigment and divides by what the grade does to bare paper, so that paper stays paper.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from . import scene
from .errors import SceneError, did_you_mean
from .timing import value_at

SPACES = ("srgb", "linear")

Triple = tuple[float, float, float]


@dataclass(frozen=True)
class CdlStep:
    """ASC CDL v1.2: clamp(in slope + offset) ^ power, then saturation about BT.709 luma."""

    slope: Triple
    offset: Triple
    power: Triple
    saturation: float


@dataclass(frozen=True)
class ChromaStep:
    """OKLCh chroma times a factor."""

    factor: float


@dataclass(frozen=True)
class LutStep:
    """A .cube file, 1-D or 3-D."""

    path: Path


@dataclass(frozen=True)
class Steps:
    """A grade at one frame. space: srgb or linear. mix: 0 leaves the picture as it is, 1 is all of it."""

    space: str
    steps: tuple[CdlStep | ChromaStep | LutStep, ...]
    mix: float = 1.0

    def __bool__(self) -> bool:
        return bool(self.steps) and self.mix > 0

    @property
    def files(self) -> tuple[Path, ...]:
        """The LUTs it reads."""
        return tuple(step.path for step in self.steps if isinstance(step, LutStep))


NEUTRAL = Steps("srgb", ())


def steps_at(grade: scene.Grade, frame: float, folder: Path | None = None) -> Steps:
    """The operations of a grade at a scene frame; those that would change nothing are left out.

    folder: where a relative LUT lies. Raises SceneError for a space that is not known.
    """
    if grade.space not in SPACES:
        near = did_you_mean(grade.space, SPACES)
        raise SceneError(f'grade: space "{grade.space}" is not known{near}: use {" or ".join(SPACES)}')
    steps: list[CdlStep | ChromaStep | LutStep] = []
    cdl = CdlStep(
        _triple(value_at(grade.cdl.slope, frame)),
        _triple(value_at(grade.cdl.offset, frame)),
        _triple(value_at(grade.cdl.power, frame)),
        float(value_at(grade.cdl.saturation, frame)),
    )
    if cdl != CdlStep((1, 1, 1), (0, 0, 0), (1, 1, 1), 1):
        steps.append(cdl)
    chroma = float(value_at(grade.chroma, frame))
    if chroma != 1:
        steps.append(ChromaStep(chroma))
    if grade.lut is not None:
        steps.append(LutStep((folder or Path()) / grade.lut))
    return Steps(grade.space, tuple(steps), float(value_at(grade.mix, frame)))


def lines(told: Steps) -> list[str]:
    """The operations in words, one a line."""
    if not told:
        return []
    out = []
    for step in told.steps:
        if isinstance(step, CdlStep):
            numbers = ", ".join(
                f"{k} {_words(getattr(step, k))}" for k in ("slope", "offset", "power", "saturation")
            )
            out.append(f"cdl {numbers}")
        elif isinstance(step, ChromaStep):
            out.append(f"chroma {step.factor:g}")
        else:
            out.append(f"lut {step.path.name}")
    end = f" in {told.space}" + ("" if told.mix == 1 else f", mixed {told.mix:g}")
    return [line + end for line in out]


def _triple(value: Any) -> Triple:
    r, g, b = (float(v) for v in value)
    return r, g, b


def _words(value: float | Triple) -> str:
    return f"{value:g}" if isinstance(value, float) else "[" + ", ".join(f"{v:g}" for v in value) + "]"
