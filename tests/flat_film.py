"""A film of flat colours with a colour script: what is measured of it is known beforehand."""

from pathlib import Path

import numpy as np

from inkrender import colour
from inkrender.io import stills

FILM = """schema = 1
[film]
size = [64, 36]
scenes = ["01_night.toml", "02_day.toml"]
[[transition]]
into = "02_day"
frames = 2
[script.despondency]
hues = [[220, 290, 0.7, 0.8], [290, 220, 0, 0.3]]
hint = [0.2, 0.3]
lightness_p50 = [0.4, 0.6]
[script.joy]
hues = [[30, 80, 0.9, 1]]
bins = [1, 1]
"""
SCENE = """schema = 1
[scene]
frames = "1001-1004"
mood = "{mood}"
medium = "light"
[[layer]]
name = "plate"
file = "{plate}.png"
fit = "cover"
"""


def flat(*lch_and_columns: tuple[float, float, float, int]) -> np.ndarray:
    """Columns of flat colours, (lightness, chroma, hue, columns) each: uint8 (36, w, 3)."""
    parts = []
    for light, chroma, hue, columns in lch_and_columns:
        rgb = colour.encode(np.clip(colour.from_oklch(np.array([light, chroma, hue])), 0, 1))
        parts.append(np.broadcast_to(np.rint(255 * rgb), (36, columns, 3)))
    return np.concatenate(parts, axis=1).astype(np.uint8)


def write(folder: Path) -> Path:
    """Two scenes of four frames, three quarters blue with a quarter of yellow, and orange."""
    stills.write(folder / "night.png", flat((0.5, 0.12, 255, 48), (0.85, 0.15, 90, 16)))
    stills.write(folder / "day.png", flat((0.75, 0.15, 55, 64)))
    (folder / "film.toml").write_text(FILM)
    (folder / "01_night.toml").write_text(SCENE.format(mood="despondency", plate="night"))
    (folder / "02_day.toml").write_text(SCENE.format(mood="joy", plate="day"))
    return folder / "film.toml"
