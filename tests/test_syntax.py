"""Trees of Python, read by several threads."""

import ast
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from inkrender import syntax

SOURCES = sorted((Path(syntax.__file__).parent / "kernels").glob("*.py"))


def test_threads_may_read_at_once():
    alone = [ast.dump(ast.parse(path.read_bytes())) for path in SOURCES]
    with ThreadPoolExecutor(8) as pool:
        trees = list(pool.map(lambda path: syntax.parse(path.read_bytes(), str(path)), SOURCES * 4))
    assert [ast.dump(tree) for tree in trees] == alone * 4


def test_what_is_not_python_names_its_file():
    with pytest.raises(SyntaxError) as found:
        syntax.parse("def", "some/shader.py")
    assert found.value.filename == "some/shader.py"
