"""Trees of Python, read by several threads."""

import ast
import time
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import pytest

from inkrender import syntax


def test_one_thread_reads_at_a_time(monkeypatch):
    reading, most = [], []

    def slow(source, name):
        reading.append(name)
        most.append(len(reading))
        time.sleep(0.005)
        reading.remove(name)
        return ast.Module([], [])

    monkeypatch.setattr(syntax, "ast", SimpleNamespace(parse=slow))
    with ThreadPoolExecutor(8) as pool:
        assert len(list(pool.map(lambda n: syntax.parse("", str(n)), range(16)))) == 16
    assert max(most) == 1


def test_what_is_not_python_names_its_file():
    with pytest.raises(SyntaxError) as found:
        syntax.parse("def", "some/shader.py")
    assert found.value.filename == "some/shader.py"
