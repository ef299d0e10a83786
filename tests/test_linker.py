"""Shaders as tile stages: what the compiler understands, what it hands back to Python, and stale code."""

from __future__ import annotations

import ctypes
import logging
import textwrap

import numpy as np
import pytest

from inkrender import library, linker
from inkrender.linker_ast import NotCompilable
from inkrender.shader import At

POINTER = ctypes.POINTER(ctypes.c_float)
HEAD = '''
"""Probe: a shader that exists for one test."""

from typing import Annotated, NamedTuple

from inkrender.shader import (
    At, Between, Choice, Ink, Pigment, absorbance, exp, fbm, hash2, mix, noise, point, power, smoothstep
)

GAIN = 0.75
TABLE = (0.1, 0.4, 0.9)


class Probe(NamedTuple):
    amount: Annotated[float, Between(0, 1)] = 0.5
    octaves: Annotated[int, Between(1, 8)] = 3
    centre: Annotated[tuple[float, float], Between(-4000, 4000)] = (10.0, 20.0)
    mode: Annotated[str, Choice("even", "torn", "dry")] = "torn"
    pigment: Annotated[str, Pigment()] = "vermilion"
    on: bool = True
    rows: Annotated[tuple[tuple[float, ...], ...], Between(-1, 1)] = ()


'''


def probe(folder, body):
    path = folder / "probe.py"
    path.write_text(HEAD + textwrap.dedent(body), encoding="utf-8")
    return library.read(path)


def both(shader, **params):
    """(stage's result, plain Python's result) on the same random tile."""
    rng = np.random.default_rng(5)
    a, b = (rng.random((4, linker.TILE), np.float32) * 2 for _ in range(2))
    stage = library.stage(shader)
    places = {"x0": 3.5, "y0": -7.5, "dx": 2.0, "dy": 2.0, "sx0": 1.0, "sy0": 2.0, "sdx": 2.0, "sdy": 2.0}
    par = stage.pack(
        shader.params(**params), {**places, "t": 0.5, "n": 1012, "seed": 4_000_000_123, "u": 0.3}
    )
    planes = [rng.random(linker.TILE, np.float32) for _ in shader.planes]
    plain = linker.run_plain(shader, a, b, planes, par)
    fields = np.stack(planes) if planes else np.zeros((1, linker.TILE), np.float32)
    made = a.copy()
    call = ctypes.CFUNCTYPE(None, POINTER, POINTER, POINTER, POINTER)(stage.address)
    call(*[v.ctypes.data_as(POINTER) for v in (made, b, fields, par)])
    stage.check()
    return made, plain, stage


@pytest.mark.parametrize(
    "body",
    [
        """
    k = noise(at.x / 40, at.y / 40, at.seed + 7)
    ink = absorbance(p.pigment)
    return px._replace(r=px.r * (1 + k) + ink.r, g=px.g + ink.g, b=hash2(at.x, at.y, at.seed))
        """,
        """
    total = 0
    for i in range(p.octaves):
        total += px.r * i / 3
    k = fbm(at.sx / 90, at.sy / 90, octaves=p.octaves)
    return Ink(total, k * k, px.g ** 2, px.cover ** 0.45)
        """,
        """
    k = 2 if p.mode == "torn" else 3
    n = 5 if p.mode in ("even", "dry") else 7
    if px.r > 0.5 and p.on:
        return px._replace(g=px.g / k, b=px.b / n)
    return px
        """,
        """
    x, y = p.centre
    far = abs(at.x - x) * 1e-3 + abs(at.y - p.centre[1]) * 1e-3
    return Ink(far, at.t + at.n / 1000, min(px.b, GAIN, TABLE[2]), at.u)
        """,
        """
    k = soft(px, at, p, weight=2)
    return Ink(k, k, cover=px.cover, b=k)
        """,
    ],
)
def test_a_stage_computes_what_plain_python_computes(tmp_path, body):
    called = """
    def soft(px: Ink, at: At, p: Probe, weight: float = 1) -> float:
        return smoothstep(0, weight, mix(px.r, px.g, p.amount)) * exp(-px.b / 3)
    """
    text = f"{textwrap.dedent(called)}\n\n@point\ndef shade(px: Ink, at: At, p: Probe) -> Ink:{body}\n"
    made, plain, stage = both(probe(tmp_path, text))
    assert stage.compiled
    np.testing.assert_allclose(made, plain, rtol=2e-5, atol=2e-5)


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ("import math\n    return px", "import cannot be compiled"),
        ("k = sum([px.r])\n    return px", r"sum\(...\) is not a function"),
        ("k = p.rows[0][0]\n    return px", "p.rows is a list of any length: only bake"),
        ("k = p.mode == 'wet'\n    return px", "p.mode is one of even | torn | dry, not 'wet'"),
        ("k = 'word'\n    return px", "compare words with =="),
        ("k = unknown\n    return px", "unknown is not a number"),
        ("k = [v for v in (1, 2)]\n    return px", "cannot be compiled"),
        ("k = p.amuont\n    return px", "p.amuont is not a parameter"),
    ],
)
def test_what_cannot_be_compiled_is_told_with_its_line(tmp_path, body, told):
    shader = probe(tmp_path, f"@point\ndef shade(px: Ink, at: At, p: Probe) -> Ink:\n    {body}\n")
    with pytest.raises(NotCompilable, match=told) as raised:
        linker.source(shader)
    line = HEAD.count("\n") + 3
    assert str(raised.value).startswith(f"{shader.path}:{line}:")


def test_plain_python_stands_in_behind_the_same_abi(tmp_path, caplog):
    body = "k = sorted([px.r, px.g])[0] * p.amount\n    return px._replace(r=k)"
    shader = probe(tmp_path, f"@point\ndef shade(px: Ink, at: At, p: Probe) -> Ink:\n    {body}\n")
    with caplog.at_level(logging.WARNING, logger="inkrender"):
        made, plain, stage = both(shader, amount=0.25)
    assert not stage.compiled
    assert "runs as plain Python" in caplog.text
    np.testing.assert_array_equal(made, plain)
    assert made[0].max() <= 0.5


def test_what_the_compiler_refuses_runs_as_plain_python(tmp_path, caplog):
    body = "k = px\n    if at.t > 0:\n        k = px.r\n    return px._replace(r=k)"
    shader = probe(tmp_path, f"@point\ndef shade(px: Ink, at: At, p: Probe) -> Ink:\n    {body}\n")
    with caplog.at_level(logging.WARNING, logger="inkrender"):
        made, plain, stage = both(shader)
    assert not stage.compiled
    assert "the compiler says" in caplog.text
    np.testing.assert_array_equal(made, plain)


def test_a_stand_in_that_raises_is_told_afterwards(tmp_path):
    body = "k = [1.0][int(px.r * 0) + 3]\n    return px"
    shader = probe(tmp_path, f"@point\ndef shade(px: Ink, at: At, p: Probe) -> Ink:\n    {body}\n")
    stage = library.stage(shader)
    arrays = [np.zeros((4, linker.TILE), np.float32)] * 3 + [stage.pack(shader.params())]
    call = ctypes.CFUNCTYPE(None, POINTER, POINTER, POINTER, POINTER)(stage.address)
    call(*[v.ctypes.data_as(POINTER) for v in arrays])
    with pytest.raises(linker.ShaderError, match=r"probe\.py.*out of range"):
        stage.check()


def test_an_edited_shader_never_runs_its_old_code(tmp_path):
    text = "@point\ndef shade(px: Ink, at: At, p: Probe) -> Ink:\n    return px._replace(r={})\n"
    first = both(probe(tmp_path, text.format("0.25")))[0]
    second = both(probe(tmp_path, text.format("0.50")))[0]
    assert (first[0].max(), second[0].max()) == (0.25, 0.5)


def test_pack_lays_the_header_and_then_the_parameters():
    shader = library.find("granulate")
    stage = library.stage(shader)
    par = stage.pack(
        shader.params(), {"x0": 1, "y0": 2, "dx": 3, "dy": 4, "seed": 0x12345678, "u": 0.5, "n": 9}
    )
    assert par.dtype == np.float32
    assert par[:4].tolist() == [1, 2, 3, 4]
    assert (par[9], par[11], par[12], par[13]) == (9, 0x1234, 0x5678, 0.5)
    np.testing.assert_allclose(par[16:], [0.3, 0.8])
    assert stage.param_names == ("amount", "depth")


def test_pack_takes_an_at():
    shader = library.find("granulate")
    par = library.stage(shader).pack(shader.params(), At(x=5.0, sy=7.0, t=2.0, n=48, seed=3))
    assert (par[0], par[5], par[8], par[9], par[12]) == (5, 7, 2, 48, 3)


def test_a_pigment_is_three_absorbances():
    shader = library.find("ink_bleed")
    stage = library.stage(shader)
    assert stage.param_names[:3] == ("pigment.r", "pigment.g", "pigment.b")
    from inkrender import colour

    np.testing.assert_allclose(stage.pack(shader.params(pigment="rose"))[16:19], colour.absorbance("rose"))


def test_the_engine_hands_every_pixel_its_own_place_and_plane(tmp_path):
    from inkrender.kernels.program import CANVAS, Program

    body = "return Ink(at.x / 1000, at.sy / 1000, at.height, px.cover)"
    text = f'@point(needs=("height",))\ndef shade(px: Ink, at: At, p: Probe) -> Ink:\n    {body}\n'
    stage = library.stage(probe(tmp_path, text))
    h, w, step = 75, 200, 2.0
    height = np.random.default_rng(1).random((h, w), np.float32)
    cover = np.full((h, w, 4), 0.5, np.float32)
    program = Program(w, h, 1 / step)
    program.load(CANVAS, cover, "linear", True)
    where = {"x0": 5.0, "y0": 0.0, "dx": step, "dy": step, "sx0": 0.0, "sy0": 1.0, "sdx": step, "sdy": step}
    par = stage.pack(stage.shader.params(), where)
    program.stage(CANVAS, stage.address, par, fields=[(height, 0.0, 0.0, 1.0)])
    out = np.empty_like(cover)
    program.store(CANVAS, out)
    program.run()
    np.testing.assert_allclose(
        out[..., 0], np.broadcast_to((5 + step * np.arange(w)) / 1000, (h, w)), rtol=1e-6
    )
    np.testing.assert_allclose(out[:, 7, 1], (1 + step * np.arange(h)) / 1000, rtol=1e-6)
    np.testing.assert_allclose(out[..., 2], height, atol=1e-6)
    assert (out[..., 3] == 0.5).all()
