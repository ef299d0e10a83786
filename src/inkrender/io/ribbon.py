"""Ribbons: a scarf, a flag, a tuft of hair, whose outline bends along a line without seams.

The paths are tied to a spine (how far along, how far across); a pose bends the spine and carries the paths
with it. A chain of rigid pieces would break the ink line at every joint.
"""

from __future__ import annotations

import math
import re
import xml.etree.ElementTree as ET
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from ..errors import PlateError

PIECES = 40  # of the spine: at 100 units a figure, kinks stay below a hundredth of a unit

Points = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Ribbon:
    """joints: (PIECES + 1, 2) along the spine at rest; heading: (PIECES,) radians; step: length of a piece.

    hang: degrees it curls with no wind; gust: degrees, lag in radians from root to tip, cycles a second.
    """

    joints: Points
    heading: Points
    step: float
    hang: float
    gust: tuple[float, float, float]
    where: str

    @staticmethod
    def of(spine: list[float], hang: float, gust: list[float], where: str) -> Ribbon:
        """From x, y, x, y ... and what the wind does to it; raises PlateError for a spine of no length."""
        drawn = np.array(spine, np.float64).reshape(-1, 2)
        along = np.concatenate([[0], np.cumsum(np.hypot(*np.diff(drawn, axis=0).T))])
        if along[-1] <= 0:
            raise PlateError(f"{where}: data-spine has no length")
        even = np.linspace(0, along[-1], PIECES + 1)
        joints = np.stack([np.interp(even, along, drawn[:, i]) for i in (0, 1)], axis=1)
        d = np.diff(joints, axis=0)
        heading = np.unwrap(np.arctan2(d[:, 1], d[:, 0]))
        return Ribbon(joints, heading, along[-1] / PIECES, hang, (gust[0], gust[1], gust[2]), where)

    def bent(self, bend: float, t: float, wind: float) -> Points:
        """(PIECES + 1, 2): the spine bent by `bend` degrees in all, at t seconds in this wind."""
        u = (np.arange(PIECES) + 0.5) / PIECES
        amount, lag, speed = self.gust
        beat, run = 2 * math.pi * speed * t, lag * u
        # the quicker waves are longer than a string's would be: cloth does not crinkle
        wave = (
            0.60 * np.sin(beat - run)
            + 0.28 * np.sin(1.73 * beat - 1.2 * run + 1.1)
            + 0.12 * np.sin(2.91 * beat - 1.5 * run + 4.2)
        )
        # it falls mostly at the root, and waves more towards the free end
        fall = self.hang * max(0.0, 1 - wind) * (1 - (1 - u) ** 2)
        turn = np.radians(bend * u + fall + amount * wind * wave * (0.15 + 0.85 * u))
        heading = self.heading + turn
        pieces = self.step * np.stack([np.cos(heading), np.sin(heading)], axis=1)
        return np.concatenate([self.joints[:1], self.joints[:1] + np.cumsum(pieces, axis=0)])

    def bend(self, part: ET.Element, bend: float, t: float, wind: float) -> None:
        """Bend every path below `part`, in place."""
        bent = self.bent(bend, t, wind)
        for node in part.iter():
            if node is not part and node.get("transform"):
                name = f'<{node.tag.rpartition("}")[2]} id="{node.get("id", "")}">'
                raise PlateError(f"{self.where}: {name} in a ribbon has a transform: apply it to the path")
            if node.get("d"):
                tied = self._tie(node.get("d", ""))
                moved = iter(tied.carried(bent, self.step).tolist())
                node.set(
                    "d",
                    " ".join(
                        c + " ".join(f"{x:.3f},{y:.3f}" for x, y in (next(moved) for _ in range(n)))
                        for c, n in tied.commands
                    ),
                )

    @lru_cache(maxsize=1024)  # noqa: B019  rigs are few and kept; a drawing's paths never change
    def _tie(self, d: str) -> Tied:
        commands = read_path(d, self.where)
        points = np.array([p for _, row in commands for p in row], np.float64).reshape(-1, 2)
        along = np.diff(self.joints, axis=0) / self.step
        rel = points[:, None] - self.joints[None, :-1]
        far = np.clip((rel * along).sum(-1), 0, self.step)
        piece = ((rel - far[..., None] * along) ** 2).sum(-1).argmin(axis=1)
        # beyond either end a point keeps its distance along the end's direction
        far = (rel[np.arange(len(points)), piece] * along[piece]).sum(-1)
        offset = points - self.joints[piece] - far[:, None] * along[piece]
        # directions are mixed between the middles of pieces, so that curves stay smooth
        place = np.clip(piece + far / self.step - 0.5, 0, PIECES - 1)
        low = np.minimum(place.astype(int), PIECES - 2)
        mix = (place - low)[:, None]
        rest = _mixed(along, low, mix)
        return Tied([(c, len(row)) for c, row in commands], piece, far[:, None], offset, low, mix, rest)


@dataclass(frozen=True)
class Tied:
    """A path tied to a spine: of each point its piece, how far along, what is left, the direction there."""

    commands: list[tuple[str, int]]
    piece: NDArray[np.int64]
    far: Points
    offset: Points
    low: NDArray[np.int64]
    mix: Points
    rest: Points

    def carried(self, bent: Points, step: float) -> Points:
        """(n, 2): the path's points on the bent spine."""
        along = np.diff(bent, axis=0) / step
        now = _mixed(along, self.low, self.mix)
        cos = (self.rest * now).sum(-1)
        sin = self.rest[:, 0] * now[:, 1] - self.rest[:, 1] * now[:, 0]
        x, y = self.offset.T
        turned = np.stack([x * cos - y * sin, x * sin + y * cos], axis=1)
        return np.asarray(bent[self.piece] + self.far * along[self.piece] + turned)


def _mixed(along: Points, low: NDArray[np.int64], mix: Points) -> Points:
    d = along[low] * (1 - mix) + along[low + 1] * mix
    return np.asarray(d / np.maximum(np.hypot(d[:, 0], d[:, 1])[:, None], 1e-9))


_TOKEN = re.compile(r"([A-Za-z])|([-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)")
_TAKES = {"M": 2, "L": 2, "H": 1, "V": 1, "C": 6, "S": 4, "Q": 4, "T": 2, "Z": 0}


def read_path(d: str, where: str) -> list[tuple[str, list[tuple[float, float]]]]:
    """Path data as absolute M, L, C, Q and Z with their points. Arcs raise PlateError."""
    tokens = _TOKEN.findall(d)
    out: list[tuple[str, list[tuple[float, float]]]] = []
    at = start = control = (0.0, 0.0)
    i, letter, before = 0, "", ""
    while i < len(tokens):
        if tokens[i][0]:
            letter, i = tokens[i][0], i + 1
        kind = letter.upper()
        if kind not in _TAKES:
            raise PlateError(f'{where}: path command "{letter}" cannot bend: turn arcs into curves')
        if kind == "Z":
            out.append(("Z", []))
            at, before = start, "Z"
            letter = ""
            continue
        words = [n for _, n in tokens[i : i + _TAKES[kind]]]
        if len(words) < _TAKES[kind] or "" in words:
            raise PlateError(f'{where}: the path breaks off after "{letter}"')
        i += len(words)
        v = [float(n) for n in words]
        rx, ry = at if letter.islower() else (0.0, 0.0)
        if kind == "H":
            row = [(v[0] + rx, at[1])]
        elif kind == "V":
            row = [(at[0], v[0] + ry)]
        else:
            row = [(v[k] + rx, v[k + 1] + ry) for k in range(0, len(v), 2)]
        mirror = (2 * at[0] - control[0], 2 * at[1] - control[1])
        if kind == "S":
            row.insert(0, mirror if before in "CS" and before else at)
        if kind == "T":
            row.insert(0, mirror if before in "QT" and before else at)
        control = row[-2] if kind in "CSQT" else row[-1]
        at = row[-1]
        if kind == "M":
            start = at
            out.append(("M", row))
            letter = "l" if letter == "m" else "L"  # further pairs after a move are lines
        else:
            out.append(({"H": "L", "V": "L", "S": "C", "T": "Q"}.get(kind, kind), row))
        before = kind
    return out
