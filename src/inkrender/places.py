"""On which line of a TOML file a key stands, so that a message can name it.

`tomllib` reads TOML but forgets where things stood. This walks over text that tomllib has accepted already,
and only remembers places: it never has to judge what is valid.
"""

from __future__ import annotations

import re
import tomllib
from bisect import bisect_right
from dataclasses import dataclass, field

Path = tuple[str | int, ...]  # ("layer", 3, "with", "density")

_BLANK = re.compile(r"(?:[ \t\r\n]+|#[^\n]*)*")
_BARE = re.compile(r"[A-Za-z0-9_\-]+")
_STRING = re.compile(
    r'"""(?:\\.|[^\\])*?"""(?:"{0,2})' + r"|'''.*?'''(?:'{0,2})" + r'|"(?:\\.|[^"\\\n])*"' + r"|'[^'\n]*'",
    re.DOTALL,
)
_SCALAR = re.compile(r"[^,\]\}\n#]+")


def lines_of(text: str) -> dict[Path, int]:
    """Every key, table and array element of valid TOML -> its line, counted from 1."""
    walk = _Walk(text)
    walk.document()
    return walk.found


def find(places: dict[Path, int], path: Path) -> int | None:
    """The line of a key, or of what `keys.NAME` says about it; else of the nearest table around it."""
    for n in range(len(path), 0, -1):
        here = path[:n]
        for other in spellings(here):
            if other in places:
                return places[other]
    return None


def spellings(path: Path) -> list[Path]:
    """The ways a file may write a number: opacity, keys.opacity; with.density, keys."with.density"."""
    out = [path]
    if path and isinstance(path[-1], str):
        out.append((*path[:-1], "keys", path[-1]))
        if "." in path[-1]:
            out.append((*path[:-1], *path[-1].split(".")))
    if len(path) > 1 and path[-2] == "with" and isinstance(path[-1], str):
        out.append((*path[:-2], "keys", f"with.{path[-1]}"))
        out.append((*path[:-2], "keys", "with", path[-1]))
        out.append((*path[:-2], path[-1]))  # shaders = [{ use = "mist", density = 1 }]
    return out


@dataclass
class _Walk:
    text: str
    pos: int = 0
    found: dict[Path, int] = field(default_factory=dict)
    count: dict[Path, int] = field(default_factory=dict)  # elements of each [[array of tables]] so far
    ends: list[int] = field(default_factory=list)

    def document(self) -> None:
        self.ends = [m.start() for m in re.finditer("\n", self.text)]
        table: Path = ()
        self.skip()
        while self.pos < len(self.text):
            if self.text.startswith("[[", self.pos):
                table = self.header(2)
            elif self.text.startswith("[", self.pos):
                table = self.header(1)
            else:
                self.pair(table)
            self.skip()

    def header(self, brackets: int) -> Path:
        at = self.pos
        self.pos += brackets
        keys = self.key()
        self.skip()
        self.pos += brackets
        path: Path = ()
        for i, key in enumerate(keys):
            path = (*path, key)
            self.remember(path, at)
            last = i == len(keys) - 1
            if brackets == 2 and last:
                self.count[path] = self.count.get(path, 0) + 1
            if path in self.count:  # [layer.with] belongs to the newest [[layer]]
                path = (*path, self.count[path] - 1)
                self.remember(path, at)
        return path

    def pair(self, table: Path) -> None:
        at = self.pos
        path = table
        for key in self.key():
            path = (*path, key)
            self.remember(path, at)
        self.skip()
        self.pos += 1  # =
        self.value(path)

    def value(self, path: Path) -> None:
        self.skip()
        opened = self.text[self.pos : self.pos + 1]
        if opened == "[":
            self.items(path, "]")
        elif opened == "{":
            self.items(path, "}")
        elif string := _STRING.match(self.text, self.pos):
            self.pos = string.end()
        elif scalar := _SCALAR.match(self.text, self.pos):
            self.pos = scalar.end()
        else:
            self.pos += 1

    def items(self, path: Path, end: str) -> None:
        self.pos += 1
        index = 0
        self.skip()
        while self.pos < len(self.text) and self.text[self.pos] != end:
            if end == "]":
                self.remember((*path, index), self.pos)
                self.value((*path, index))
                index += 1
            else:
                self.pair(path)
            self.skip()
            if self.text.startswith(",", self.pos):
                self.pos += 1
                self.skip()
        self.pos += 1

    def key(self) -> list[str]:
        parts: list[str] = []
        while True:
            self.skip()
            if string := _STRING.match(self.text, self.pos):
                parts.append(str(tomllib.loads(f"k = {string[0]}")["k"]))
                self.pos = string.end()
            elif bare := _BARE.match(self.text, self.pos):
                parts.append(bare[0])
                self.pos = bare.end()
            else:
                self.pos += 1
            self.skip()
            if not self.text.startswith(".", self.pos):
                return parts
            self.pos += 1

    def skip(self) -> None:
        blank = _BLANK.match(self.text, self.pos)
        self.pos = blank.end() if blank else self.pos

    def remember(self, path: Path, at: int) -> None:
        self.found.setdefault(path, bisect_right(self.ends, at - 1) + 1)
