"""Compiled code: never stale, never inside the package, shared by processes."""

from __future__ import annotations

import ast
import os
import subprocess
import sys

import numba
import numpy as np
import pytest

from inkrender.kernels import jit


def test_the_cache_folder_is_the_one_the_user_names(tmp_path, monkeypatch):
    monkeypatch.setenv("INKRENDER_CACHE", str(tmp_path / "here"))
    assert jit.folder() == tmp_path / "here"


def test_without_a_name_it_is_the_users_cache(tmp_path, monkeypatch):
    monkeypatch.delenv("INKRENDER_CACHE", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert jit.folder() == tmp_path / "inkrender"


def test_a_cache_that_cannot_be_made_gives_way_to_a_private_one(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("INKRENDER_CACHE", str(tmp_path / "file"))
    found = jit.folder()
    assert found != tmp_path / "file"
    assert found.stat().st_mode & 0o077 == 0


def imported(name):
    """The kernel modules that one imports, as Python's own tree tells."""
    tree = ast.parse((jit.HERE / f"{name}.py").read_text("utf-8"))
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.level == 1:
            found |= {node.module} if node.module else {alias.name for alias in node.names}
    return found


@pytest.mark.parametrize("name", sorted(path.stem for path in jit.HERE.glob("*.py")))
def test_what_a_module_imports_is_found_as_python_finds_it(name):
    known, todo = set(), [name]
    while todo:
        if (module := todo.pop()) not in known:
            known.add(module)
            todo += imported(module)
    assert jit._closure(name) == known


def test_a_digest_covers_what_a_module_imports():
    assert {"over", "primitives", "shading", "tiles", "jit"} <= jit._closure("over")
    assert "noise" not in jit._closure("over")
    assert {path.stem for path in jit.HERE.glob("*.py")} >= jit._closure("interpreter")


@pytest.fixture
def package(tmp_path):
    """A copy of the kernel package with two modules of its own, one inlining from the other."""
    copy = tmp_path / "kit"
    copy.mkdir()
    (copy / "__init__.py").write_text("")
    (copy / "jit.py").write_text((jit.HERE / "jit.py").read_text())
    (copy / "callee.py").write_text("from .jit import inline\n@inline\ndef scale(x):\n    return x * 2\n")
    (copy / "caller.py").write_text(
        "from .callee import scale\nfrom .jit import kernel\n@kernel\ndef run(x):\n    return scale(x)\n"
    )
    return copy


def call(package, cache):
    told = {**os.environ, "INKRENDER_CACHE": str(cache), "PYTHONPATH": str(package.parent)}
    code = "from kit.caller import run; print(run(21), sum(run.stats.cache_hits.values()))"
    done = subprocess.run([sys.executable, "-c", code], env=told, capture_output=True, text=True, check=True)
    return done.stdout.split()


def test_an_edited_callee_in_another_module_is_never_stale(package, tmp_path):
    assert call(package, tmp_path / "cache") == ["42", "0"]
    assert call(package, tmp_path / "cache") == ["42", "1"]
    callee = package / "callee.py"
    callee.write_text(callee.read_text().replace("x * 2", "x * 3"))
    assert call(package, tmp_path / "cache") == ["63", "0"]


def test_compiled_code_never_lands_beside_the_sources(package, tmp_path):
    call(package, tmp_path / "cache")
    assert not list(package.rglob("*.nbi"))
    assert list((tmp_path / "cache").rglob("*.nbi"))


def test_other_users_of_numba_keep_their_cache(monkeypatch):
    monkeypatch.setattr(numba.config, "CACHE_DIR", "theirs")
    jit.kernel(_nothing)
    assert numba.config.CACHE_DIR == "theirs"


def _nothing(x):
    return x


def test_a_stage_has_an_address():
    assert jit.stage(_stage).address


def _stage(a, b, fields, par):
    a[0] = b[0] + fields[0] + par[0] * np.float32(2)
