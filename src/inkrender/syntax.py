"""Python read as a tree: of shaders."""

from __future__ import annotations

import ast
import threading

_reading = threading.Lock()


def parse(source: str | bytes, name: str = "<unknown>") -> ast.Module:
    """The tree of a module; name: its file, for errors. SyntaxError or ValueError for what is not Python.

    CPython 3.11 counts the depth of trees in one place for all threads: two at once may be a SystemError.
    """
    with _reading:
        return ast.parse(source, name)
