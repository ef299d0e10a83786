"""Imports point down only, nested ones too, and what must stay light stays light."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "src" / "inkrender"
SHADERS = ROOT / "shaders"
HEAVY = ("numba", "cv2", "OpenImageIO", "imageio", "av", "moviepy")

FLOORS = {
    0: "errors kernels looks syntax",
    1: "shader frame timing colour curves canvas places tomltext parameters paint strokes rock fields "
    "lines simplify tones pigments wetting handling cun spreading typeface stone repainting "
    "repaint_depth repaint_tone surface motion movers metrics composition white scopes tone_measures shaders",
    2: "scene model layer grades picture script mood palettes validation library linker linker_ast io cache "
    "tracking",
    3: "plan hints potential negative_space packing carrying thresholds grading graticules sheets",
    4: "engine accents grade_ops scenefile bake plates cameras following steadying tearing mattes points",
    5: "render manifest analysis accenting shots film deliver encode verify check "
    "check_grades check_liubai check_plates arrays doctor "
    "bench bench_film liubai_report viewing audit script_chart script_page",
    6: "cli cli_inputs cli_liubai cli_moods cli_report cli_script cli_sheet cli_shaders __main__",
}
FLOOR = {name: floor for floor, names in FLOORS.items() for name in names.split()}


def modules() -> dict[str, Path]:
    """Dotted name inside the package -> file, shaders included; `inkrender` itself only hands names on."""
    found = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        parts = path.relative_to(PACKAGE).with_suffix("").parts
        found[".".join(p for p in parts if p != "__init__")] = path
    found.update({f"shaders.{p.stem}": p for p in sorted(SHADERS.glob("*.py")) if p.stem != "__init__"})
    del found[""]
    return found


MODULES = modules()


def imports(name: str) -> list[tuple[str, int]]:
    """(module of ours, line) of every import, however deep inside functions, but for typing-only ones."""
    path = MODULES[name]
    package = ["inkrender", *name.split(".")]
    if path.stem != "__init__":
        package = package[:-1]
    found: list[tuple[str, int]] = []

    def visit(node: ast.AST) -> None:
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            return
        if isinstance(node, ast.Import):
            found.extend((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = ".".join(
                [*package[: len(package) - node.level + 1], *([node.module] if node.module else [])]
            )
            base = base if node.level else str(node.module)
            for alias in node.names:
                deeper = f"{base}.{alias.name}"
                found.append((deeper if deeper.removeprefix("inkrender.") in MODULES else base, node.lineno))
        for child in ast.iter_child_nodes(node):
            visit(child)

    visit(ast.parse(path.read_text("utf-8")))
    ours = ((m.removeprefix("inkrender."), line) for m, line in found if m.startswith("inkrender."))
    return [(m, line) for m, line in ours if m]


def floor(name: str) -> int:
    return FLOOR[name.split(".")[0]]


@pytest.mark.parametrize("name", MODULES)
def test_every_module_stands_on_a_floor(name):
    assert name.split(".")[0] in FLOOR, f"{name}: add it to FLOORS in tests/test_floors.py"


@pytest.mark.parametrize("name", MODULES)
def test_imports_point_down_only(name):
    up = [f"line {line}: {m} (floor {floor(m)})" for m, line in imports(name) if floor(m) > floor(name)]
    assert not up, f"{name} (floor {floor(name)}) imports upwards: {'; '.join(up)}"


@pytest.mark.parametrize("name", [n for n in MODULES if n.startswith("kernels")])
def test_kernels_import_arrays_the_compiler_and_each_other_only(name):
    assert {m.split(".")[0] for m, _ in imports(name)} <= {"kernels"}


def test_the_floors_test_sees_imports_inside_functions():
    assert ("io.files", 1) not in imports("scenefile")
    assert "io.files" in {m for m, _ in imports("scenefile")}


def loaded_by(*code: str) -> set[str]:
    """Which heavy packages a fresh Python has loaded after running code."""
    told = "; ".join([*code, f"import sys; print('LOADED', *(m for m in {HEAVY!r} if m in sys.modules))"])
    ran = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, timeout=60, check=True)
    return set(ran.stdout.splitlines()[-1].split()[1:])


def test_importing_inkrender_loads_nothing_heavy():
    assert loaded_by("import inkrender") == set()


def test_reading_a_film_loads_nothing_heavy():
    names = ("scene", "scenefile", "timing", "shader", "colour", "frame")
    assert loaded_by(*(f"import inkrender.{n}" for n in names)) == set()


def test_the_help_of_the_command_line_loads_nothing_heavy():
    run = "\n".join(
        [
            "import sys, inkrender.cli",
            "sys.argv = ['inkrender', '--help']",
            "try:\n    inkrender.cli.main()\nexcept SystemExit:\n    pass",
            f"print(); print('LOADED', *(m for m in {HEAVY!r} if m in sys.modules))",
        ]
    )
    ran = subprocess.run([sys.executable, "-c", run], capture_output=True, text=True, timeout=60, check=True)
    assert "Usage" in ran.stdout + ran.stderr
    assert ran.stdout.splitlines()[-1] == "LOADED"
