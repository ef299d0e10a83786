"""The script in the README is run as it stands there, from an installed wheel, outside the repository."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from inkrender.io import stills

ROOT = Path(__file__).parents[1]

SPECKLE = '''"""Speckle: drops of water have lifted some of the ink."""
from typing import Annotated, NamedTuple

from inkrender.shader import At, Between, Ink, noise, point


class Speckle(NamedTuple):
    amount: Annotated[float, Between(0, 1)] = 0.2  # share of the ink that goes


NEUTRAL = Speckle(amount=0)


@point()
def shade(px: Ink, at: At, p: Speckle) -> Ink:
    k = 1 - p.amount * noise(at.x / 12, at.y / 12, at.seed)
    return Ink(px.r * k, px.g * k, px.b * k, px.cover)
'''


def script() -> str:
    return re.search(r"<!-- script -->\n```python\n(.*?)```", (ROOT / "README.md").read_text(), re.S)[1]


def work_folder(folder):
    """Four plates of a dark ridge, and the shader the script uses."""
    x = np.arange(128) / 128
    y = np.arange(72)[:, None] / 72
    for n in range(1001, 1005):
        ridge = y > 0.6 - 0.25 * np.sin(3 * x + (n - 1001) * 0.1)
        plate = np.zeros((72, 128, 4), np.uint8)
        plate[ridge] = (60, 70, 80, 255)
        stills.write(folder / "plates" / f"ridge.{n}.png", plate)
    (folder / "shaders").mkdir()
    (folder / "shaders" / "speckle.py").write_text(SPECKLE)
    (folder / "film.py").write_text(script())


def run(folder, **env):
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            "import inkrender, runpy; print(inkrender.__file__); runpy.run_path('film.py')",
        ],
        cwd=folder,
        env={**os.environ, **env},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_script_is_ten_lines_or_so():
    assert len([line for line in script().splitlines() if line.strip()]) <= 10


@pytest.mark.slow
def test_the_script_renders_its_frames_from_an_installed_wheel(tmp_path):
    wheels, site, work, tree = (tmp_path / name for name in ("wheels", "site", "work", "tree"))
    for name in ("src", "shaders"):  # a copy: building in place would pick up what an earlier build left
        shutil.copytree(ROOT / name, tree / name, ignore=shutil.ignore_patterns("__pycache__", "*.egg-info"))
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, tree)
    build = [sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "-w", str(wheels), str(tree)]
    subprocess.run(build, check=True)
    (wheel,) = wheels.glob("inkrender-*.whl")
    install = [sys.executable, "-m", "pip", "install", "-q", "--no-deps", "--target", str(site), str(wheel)]
    subprocess.run(install, check=True)
    work_folder(work)
    assert str(site) in run(work, PYTHONPATH=str(site))
    frames = sorted((work / "out").glob("ridge.*.png"))
    assert [f.name for f in frames] == [f"ridge.{n:04d}.png" for n in range(4)]
    assert all(stills.raw(f).pixels.std() > 5 for f in frames)
