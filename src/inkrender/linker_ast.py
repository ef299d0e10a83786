"""From the tree of a shader file to the text of its tile stage.

What changes on the way: number literals become float32 (one Python float would turn the whole loop to
float64, 2 to 3 times slower); pictures, `at` and `p` become tuples and their fields constant indices, which
LLVM keeps in registers; words become their index; the functions of inkrender.shader their inlined twins.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from types import ModuleType
from typing import TYPE_CHECKING, Any, TypeGuard

from .errors import ShaderError
from .parameters import Field
from .shader import AT_FIELDS, absorbance
from .syntax import parse

if TYPE_CHECKING:
    from .library import Shader

PICTURES = {
    "Ink": ("r", "g", "b", "cover"),
    "Light": ("r", "g", "b", "a"),
    "Offset": ("x", "y"),
    "Absorbance": ("r", "g", "b"),
}
INDEX = {"r": 0, "g": 1, "b": 2, "cover": 3, "a": 3, "x": 0, "y": 1}
TWINS: dict[
    str, tuple[str, str, int, dict[str, float]]
] = {  # name in inkrender.shader -> (kernel module, name there, arity, defaults for what is left out)
    "minimum": ("shading", "minimum", 2, {}),
    "maximum": ("shading", "maximum", 2, {}),
    "clamp": ("shading", "clamp", 3, {"lo": 0.0, "hi": 1.0}),
    "exp": ("shading", "exp", 1, {}),
    "log": ("shading", "log", 1, {}),
    "sqrt": ("shading", "sqrt", 1, {}),
    "power": ("shading", "power", 2, {}),
    "sin": ("shading", "sin", 1, {}),
    "cos": ("shading", "cos", 1, {}),
    "floor": ("shading", "floor", 1, {}),
    "fract": ("shading", "fract", 1, {}),
    "mix": ("shading", "mix", 3, {}),
    "step": ("shading", "step", 2, {}),
    "smoothstep": ("shading", "smoothstep", 3, {}),
    "five_tones": ("shading", "five_tones", 3, {"width": 0.035}),
    "noise": ("noise", "noise2", 3, {"seed": 0}),
    "fbm": ("noise", "fbm", 4, {"seed": 0, "octaves": 5}),
    "hash2": ("noise", "hash2", 3, {"seed": 0}),
}
ARGUMENTS = {
    "minimum": ("x", "y"),
    "maximum": ("x", "y"),
    "clamp": ("x", "lo", "hi"),
    "power": ("x", "y"),
    "mix": ("a", "b", "k"),
    "step": ("edge", "x"),
    "smoothstep": ("lo", "hi", "x"),
    "five_tones": ("density", "amount", "width"),
    "noise": ("x", "y", "seed"),
    "fbm": ("x", "y", "seed", "octaves"),
    "hash2": ("x", "y", "seed"),
}
WHOLE = ("seed", "octaves")
BUILTINS = ("abs", "min", "max", "range", "int", "float", "bool")


class NotCompilable(ShaderError):
    """A shader uses something the stage compiler does not know; it can still run as plain Python."""


def packed(shader: Shader) -> list[tuple[str, Field]]:
    """What `par` carries after its header: one (name, field) a float. Lists of any length are left out."""
    flat: list[tuple[str, Field]] = []
    for name, spec in shader.fields.items():
        if spec.type == "pigment":
            flat += [(f"{name}.{c}", spec) for c in "rgb"]
        elif spec.type == "numbers" and spec.size is not None:
            flat += [(f"{name}.{i}", spec) for i in range(spec.size)]
        elif spec.type in ("float", "int", "bool", "choice"):
            flat.append((name, spec))
    return flat


def translate(shader: Shader, tile_w: int, tile_h: int, header: int, limit: float) -> str:
    """The text of the generated module of a pixel shader. NotCompilable names file and line."""
    tree = parse(shader.path.read_bytes(), str(shader.path))
    functions = {
        n.name: n for n in tree.body if isinstance(n, ast.FunctionDef) and n.name not in ("bake", "reach")
    }
    used = _reached(functions)
    imports: set[tuple[str, str]] = set()
    bodies = []
    for name in used:
        writer = _Function(shader, functions, imports)
        bodies.append(f"@_inline\n{writer.function(functions[name])}")
    lines = [
        f'"""The tile stage of {shader.name}: generated, not to be edited."""',
        "",
        "import numpy as _np",
        "from numba import carray as _carray",
        "",
        "from inkrender.kernels.jit import inline as _inline, stage as _stage",
        *(f"from inkrender.kernels.{m} import {n} as _{n}" for m, n in sorted(imports)),
        "",
        "_F = _np.float32",
        f"_LIMIT = _F({limit!r})",
        "",
        "",
        "@_inline",
        "def _hold(v):",
        "    return min(max(v, -_LIMIT), _LIMIT)",
        "",
        "",
        *("\n".join(f"{body}\n\n" for body in bodies)).splitlines(),
        "",
        _loop(shader, tile_w, tile_h, header),
    ]
    return "\n".join(lines) + "\n"


def _reached(functions: dict[str, ast.FunctionDef]) -> list[str]:
    """shade and the functions it calls, callees first."""
    order: list[str] = []

    def visit(name: str) -> None:
        if name in order:
            return
        for node in ast.walk(functions[name]):
            called = isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
            if called and node.func.id in functions and node.func.id != name:  # type: ignore[attr-defined]
                visit(node.func.id)  # type: ignore[attr-defined]
        order.append(name)

    visit("shade")
    return order


def _loop(shader: Shader, tile_w: int, tile_h: int, header: int) -> str:
    two = shader.kind in ("blend", "transition")
    size = tile_w * tile_h
    k = header
    parts = []
    for spec in shader.fields.values():
        if spec.type == "pigment" or (spec.type == "numbers" and spec.size is not None):
            count = 3 if spec.type == "pigment" else int(spec.size or 0)
            parts.append("(" + "".join(f"q[{k + i}], " for i in range(count)) + ")")
            k += count
        elif spec.type in ("float", "int", "bool", "choice"):
            parts.append(f"q[{k}]")
            k += 1
    out = ["@_stage", "def _run(a, b, fields, par):", f"    a = _carray(a, (4, {size}))"]
    out += [f"    b = _carray(b, (4, {size}))"] * two
    out += [f"    fields = _carray(fields, ({len(shader.planes)}, {size}))"] * bool(shader.planes)
    out += [f"    q = _carray(par, ({max(k, header)},))"]
    out += ["    x0, y0, dx, dy = q[0], q[1], q[2], q[3]", "    sx0, sy0, sdx, sdy = q[4], q[5], q[6], q[7]"]
    out += ["    t, n, held, u = q[8], q[9], q[10], q[13]"]
    out += ["    seed = _np.uint32(_np.uint32(_np.uint32(q[11]) << _np.uint32(16)) | _np.uint32(q[12]))"]
    out += [f"    p = ({', '.join(parts)},)" if parts else "    p = (_F(0),)"]
    out += [f"    a{c} = a[{c}]" for c in range(4)]
    out += [f"    b{c} = b[{c}]" for c in range(4)] * two
    out += [f"    f{i} = fields[{i}]" for i in range(len(shader.planes))]
    out += [
        f"    for j in range({tile_h}):",
        "        y = y0 + _F(_np.int32(j)) * dy",
        "        sy = sy0 + _F(_np.int32(j)) * sdy",
        f"        for i in range({tile_w}):",
        f"            k = j * {tile_w} + i",
        "            x = x0 + _F(_np.int32(i)) * dx",
        "            sx = sx0 + _F(_np.int32(i)) * sdx",
    ]
    fields = "".join(f", f{i}[k]" for i in range(len(shader.planes)))
    out += [f"            at = (x, y, sx, sy, t, n, held, seed, u{fields})"]
    out += [f"            px = ({', '.join(f'_hold(a{c}[k])' for c in range(4))})"]
    out += [f"            over = ({', '.join(f'_hold(b{c}[k])' for c in range(4))})"] * two
    call = "shade(px, over, at, p)" if two else "shade(px, at, p)"
    if shader.kind == "matte":
        out += [f"            m = _F({call})"]
        out += [f"            a{c}[k] = px[{c}] * m" for c in range(4)]
    elif shader.kind == "warp":
        out += [f"            o = {call}"]
        out += [f"            a{c}[k] = _F({f'o[{c}]' if c < 2 else '0'})" for c in range(4)]
    else:
        out += [f"            o = {call}"]
        out += [f"            a{c}[k] = _F(o[{c}])" for c in range(4)]
    return "\n".join(out)


class _Function:
    """Rewrites one function of a shader file."""

    def __init__(
        self, shader: Shader, functions: dict[str, ast.FunctionDef], imports: set[tuple[str, str]]
    ) -> None:
        self.shader = shader
        self.functions = functions
        self.imports = imports
        self.at: set[str] = set()
        self.p: set[str] = set()
        self.whole: set[str] = set()
        self.local: set[str] = set()
        self.order = tuple(n for n, s in shader.fields.items() if s in [f for _, f in packed(shader)])

    def function(self, node: ast.FunctionDef) -> str:
        told = node.args
        if told.vararg or told.kwarg or told.kwonlyargs or told.posonlyargs:
            raise self.no(node, "a function takes plain arguments only")
        for argument in told.args:
            kind = ast.unparse(argument.annotation) if argument.annotation else ""
            self.local.add(argument.arg)
            if kind == "At" or (not kind and argument.arg == "at"):
                self.at.add(argument.arg)
            elif kind == self.shader.params.__name__ or (not kind and argument.arg == "p"):
                self.p.add(argument.arg)
            elif kind == "int":
                self.whole.add(argument.arg)
        for inner in ast.walk(node):
            if isinstance(inner, ast.Name) and isinstance(inner.ctx, ast.Store):
                self.local.add(inner.id)
            if isinstance(inner, ast.For) and isinstance(inner.target, ast.Name) and _is_range(inner.iter):
                self.whole.add(inner.target.id)
            if isinstance(inner, ast.AnnAssign) and ast.unparse(inner.annotation) == "int":
                self.whole.add(ast.unparse(inner.target))
        defaults = [
            self.expr(d, a.arg in self.whole)
            for a, d in zip(told.args[len(told.args) - len(told.defaults) :], told.defaults, strict=True)
        ]
        plain = ast.arguments([], [ast.arg(a.arg) for a in told.args], None, [], [], None, defaults)
        made = ast.FunctionDef(node.name, plain, self.block(node.body), [], None)
        return ast.unparse(ast.fix_missing_locations(made))

    # statements

    def block(self, body: list[ast.stmt]) -> list[ast.stmt]:
        made = [self.statement(s) for s in body if not _is_docstring(s)]
        return made or [ast.Pass()]

    def statement(self, s: ast.stmt) -> ast.stmt:
        if isinstance(s, ast.Return) and s.value is not None:
            return ast.Return(self.expr(s.value))
        if isinstance(s, ast.Assign):
            whole = all(isinstance(t, ast.Name) and t.id in self.whole for t in s.targets)
            return ast.Assign([self.target(t) for t in s.targets], self.expr(s.value, whole))
        if isinstance(s, ast.AnnAssign) and s.value is not None:
            whole = isinstance(s.target, ast.Name) and s.target.id in self.whole
            return ast.Assign([self.target(s.target)], self.expr(s.value, whole))
        if isinstance(s, ast.AugAssign):
            whole = isinstance(s.target, ast.Name) and s.target.id in self.whole
            return ast.AugAssign(self.target(s.target), s.op, self.expr(s.value, whole))  # type: ignore[arg-type]
        if isinstance(s, ast.If):
            return ast.If(self.expr(s.test), self.block(s.body), self.block(s.orelse) if s.orelse else [])
        if isinstance(s, ast.For) and _is_range(s.iter) and isinstance(s.target, ast.Name):
            bounds = ast.Call(ast.Name("range"), [self.expr(a, True) for a in s.iter.args], [])
            return ast.For(s.target, bounds, self.block(s.body), [])
        if isinstance(s, ast.While):
            return ast.While(self.expr(s.test), self.block(s.body), [])
        if isinstance(s, (ast.Pass, ast.Break, ast.Continue)):
            return s
        raise self.no(s, f"{type(s).__name__.lower()} cannot be compiled")

    def target(self, t: ast.expr) -> ast.expr:
        if isinstance(t, ast.Name) or (
            isinstance(t, ast.Tuple) and all(isinstance(e, ast.Name) for e in t.elts)
        ):
            return t
        raise self.no(t, f"{ast.unparse(t)} cannot be assigned to: pictures and parameters do not change")

    # expressions: `whole` says whether a whole number is wanted; elsewhere every number is float32

    def expr(self, e: ast.expr, whole: bool = False) -> ast.expr:
        method: Callable[[Any, bool], ast.expr] | None = getattr(self, f"_{type(e).__name__.lower()}", None)
        if method is None:
            raise self.no(e, f"{ast.unparse(e)} cannot be compiled")
        return method(e, whole)

    def _constant(self, e: ast.Constant, whole: bool) -> ast.expr:
        if isinstance(e.value, bool):
            return e
        if isinstance(e.value, (int, float)):
            return self.number(e, e.value, whole)
        raise self.no(e, f"{ast.unparse(e)}: compare words with == to a Choice parameter only")

    def number(self, e: ast.AST, value: float, whole: bool) -> ast.expr:
        if whole:
            if value != int(value):
                raise self.no(e, f"{value} is not a whole number")
            return ast.Constant(int(value))
        return _call("_F", ast.Constant(float(value) if isinstance(value, float) else value))

    def _name(self, e: ast.Name, whole: bool) -> ast.expr:
        if e.id in self.local:
            if e.id in self.whole and not whole:
                return _call("_F", e)
            return e
        return self.value(e, getattr(self.shader.module, e.id, None), e.id, whole)

    def value(self, e: ast.AST, value: Any, told: str, whole: bool) -> ast.expr:
        if isinstance(value, bool):
            return ast.Constant(value)
        if isinstance(value, (int, float)):
            return self.number(e, value, whole)
        if isinstance(value, (tuple, list)) and value:
            return ast.Tuple([self.value(e, v, told, whole) for v in value], ast.Load())
        raise self.no(e, f"{told} is not a number, a parameter or a function of inkrender.shader")

    def _attribute(self, e: ast.Attribute, whole: bool) -> ast.expr:
        base = e.value
        if isinstance(base, ast.Name) and base.id in self.at:
            names = (*AT_FIELDS, *self.shader.planes)
            if e.attr not in names:
                raise self.no(e, f"at.{e.attr} is not known")
            picked = _pick(ast.Name(base.id), names.index(e.attr))
            if e.attr == "seed":
                return picked if whole else _call("_F", picked)
            return _call("int", picked) if whole else picked
        if isinstance(base, ast.Name) and base.id in self.p:
            return self.parameter(e, base.id, whole)
        if isinstance(base, ast.Name) and base.id not in self.local:
            found = getattr(self.shader.module, base.id, None)
            if isinstance(found, ModuleType):
                return self.value(e, getattr(found, e.attr, None), ast.unparse(e), whole)
        if e.attr in INDEX:
            return _pick(self.expr(base), INDEX[e.attr])
        raise self.no(e, f"{ast.unparse(e)} is not known")

    def parameter(self, e: ast.Attribute, base: str, whole: bool) -> ast.expr:
        if e.attr not in self.shader.fields:
            raise self.no(e, f"p.{e.attr} is not a parameter")
        if e.attr not in self.order:
            raise self.no(e, f"p.{e.attr} is a list of any length: only bake() can read it")
        picked = _pick(ast.Name(base), self.order.index(e.attr))
        return _call("int", picked) if whole else picked

    def _subscript(self, e: ast.Subscript, whole: bool) -> ast.expr:
        return ast.Subscript(self.expr(e.value, whole), self.expr(e.slice, True), ast.Load())

    def _binop(self, e: ast.BinOp, whole: bool) -> ast.expr:
        if isinstance(e.op, ast.Pow) and not whole:
            power = e.right
            if isinstance(power, ast.Constant) and isinstance(power.value, int) and 0 <= power.value <= 8:
                return ast.BinOp(self.expr(e.left), ast.Pow(), power)
            return self.twin(e, "power", [e.left, e.right], {})
        if isinstance(e.op, (ast.BitAnd, ast.BitOr, ast.BitXor, ast.LShift, ast.RShift)):
            whole = True
        if isinstance(e.op, ast.Div) and whole:
            raise self.no(e, f"{ast.unparse(e)} is not a whole number: use //")
        return ast.BinOp(self.expr(e.left, whole), e.op, self.expr(e.right, whole))

    def _unaryop(self, e: ast.UnaryOp, whole: bool) -> ast.expr:
        return ast.UnaryOp(e.op, self.expr(e.operand, whole))

    def _boolop(self, e: ast.BoolOp, whole: bool) -> ast.expr:
        return ast.BoolOp(e.op, [self.expr(v) for v in e.values])

    def _ifexp(self, e: ast.IfExp, whole: bool) -> ast.expr:
        return ast.IfExp(self.expr(e.test), self.expr(e.body, whole), self.expr(e.orelse, whole))

    def _tuple(self, e: ast.Tuple, whole: bool) -> ast.expr:
        return ast.Tuple([self.expr(v, whole) for v in e.elts], ast.Load())

    def _compare(self, e: ast.Compare, whole: bool) -> ast.expr:
        if isinstance(e.left, ast.Attribute) and isinstance(e.left.value, ast.Name):
            spec = self.shader.fields.get(e.left.attr) if e.left.value.id in self.p else None
            if spec and spec.type == "choice":
                return self.choice(e, e.left, spec)
        return ast.Compare(self.expr(e.left), e.ops, [self.expr(c) for c in e.comparators])

    def choice(self, e: ast.Compare, left: ast.Attribute, spec: Field) -> ast.expr:
        right = e.comparators[0]
        words = [
            ast.unparse(w) for w in (right.elts if isinstance(right, (ast.Tuple, ast.List)) else [right])
        ]
        options = [repr(o) for o in spec.options]
        wrong = next((w for w in words if w not in options), None)
        if wrong or len(e.ops) != 1:
            raise self.no(e, f"p.{spec.name} is one of {spec.range}, not {wrong}")
        picked = self.expr(left)
        tests: list[ast.expr] = [
            ast.Compare(picked, [ast.Eq()], [_call("_F", ast.Constant(options.index(w)))]) for w in words
        ]
        found = tests[0] if len(tests) == 1 else ast.BoolOp(ast.Or(), tests)
        return ast.UnaryOp(ast.Not(), found) if isinstance(e.ops[0], (ast.NotEq, ast.NotIn)) else found

    def _call(self, e: ast.Call, whole: bool) -> ast.expr:
        named = {k.arg: k.value for k in e.keywords if k.arg}
        if any(isinstance(a, ast.Starred) for a in e.args) or len(named) != len(e.keywords):
            raise self.no(e, f"{ast.unparse(e)}: arguments cannot be spread")
        if isinstance(e.func, ast.Attribute) and e.func.attr == "_replace":
            return self.replaced(e, e.func.value, named)
        if not isinstance(e.func, ast.Name):
            raise self.no(e, f"{ast.unparse(e.func)} is not a function of inkrender.shader")
        name = e.func.id
        if name in PICTURES:
            return self.picture(e, name, e.args, named)
        if name == "absorbance" and len(e.args) == 1:
            return self.absorbance(e.args[0])
        if name in self.functions:
            return self.callee(e, self.functions[name], named)
        if name in TWINS and name not in self.local:
            return self.twin(e, name, e.args, named)
        if name not in BUILTINS or named:
            raise self.no(e, f"{name}(...) is not a function of inkrender.shader or of this file")
        if name == "float":
            return _call("_F", *[self.expr(a) for a in e.args])
        if name == "int":
            made = _call("int", *[self.expr(a) for a in e.args])
            return made if whole else _call("_F", made)
        return _call(name, *[self.expr(a, whole) for a in e.args])

    def picture(self, e: ast.Call, name: str, args: list[ast.expr], named: dict[str, ast.expr]) -> ast.expr:
        given = {**dict(zip(PICTURES[name], args, strict=False)), **named}
        if sorted(given) != sorted(PICTURES[name]) or len(args) > len(PICTURES[name]):
            raise self.no(e, f"{ast.unparse(e)}: {name} takes {', '.join(PICTURES[name])}")
        return ast.Tuple([_call("_F", self.expr(given[f])) for f in PICTURES[name]], ast.Load())

    def replaced(self, e: ast.Call, base: ast.expr, named: dict[str, ast.expr]) -> ast.expr:
        fields = PICTURES["Light" if self.shader.medium == "light" else "Ink"]
        if not isinstance(base, ast.Name) or base.id not in self.local or set(named) - set(fields):
            raise self.no(e, f"{ast.unparse(e)}: _replace takes {', '.join(fields)} of a pixel")
        made = [
            _call("_F", self.expr(named[f])) if f in named else _pick(base, i) for i, f in enumerate(fields)
        ]
        return ast.Tuple(made, ast.Load())

    def absorbance(self, argument: ast.expr) -> ast.expr:
        if isinstance(argument, ast.Attribute):
            return self.expr(argument)
        if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
            rgb = absorbance(argument.value)
            return ast.Tuple([_call("_F", ast.Constant(v)) for v in rgb], ast.Load())
        raise self.no(argument, f"absorbance({ast.unparse(argument)}): give it p.NAME or a colour's text")

    def callee(self, e: ast.Call, function: ast.FunctionDef, named: dict[str, ast.expr]) -> ast.expr:
        arguments = function.args.args
        whole = {a.arg for a in arguments if a.annotation and ast.unparse(a.annotation) == "int"}
        args = [self.expr(v, a.arg in whole) for a, v in zip(arguments, e.args, strict=False)]
        keywords = [ast.keyword(k, self.expr(v, k in whole)) for k, v in named.items()]
        return ast.Call(ast.Name(function.name), args, keywords)

    def twin(self, e: ast.AST, name: str, args: list[ast.expr], named: dict[str, ast.expr]) -> ast.expr:
        module, twin, arity, defaults = TWINS[name]
        takes = ARGUMENTS.get(name, ("x",))
        given = {**dict(zip(takes, args, strict=False)), **named}
        if len(args) > arity or set(given) - set(takes):
            raise self.no(e, f"{name} takes {', '.join(takes)}")
        made = []
        for word in takes:
            if word in given:
                made.append(self.expr(given[word], word in WHOLE))
            elif word in defaults:
                made.append(self.number(e, defaults[word], word in WHOLE))
            else:
                raise self.no(e, f"{name} takes {', '.join(takes)}")
        self.imports.add((module, twin))
        if name == "hash2":
            self.imports |= {("noise", "unit"), ("shading", "floor")}
            places = [_call("int", _call("_floor", v)) for v in made[:2]]
            return _call("_unit", _call("_hash2", *places, made[2]))
        return _call(f"_{twin}", *made)

    def no(self, node: ast.AST, why: str) -> NotCompilable:
        return NotCompilable(f"{self.shader.path}:{getattr(node, 'lineno', 1)}: {why}")


def _call(name: str, *args: ast.expr) -> ast.Call:
    return ast.Call(ast.Name(name, ast.Load()), list(args), [])


def _pick(base: ast.expr, index: int) -> ast.expr:
    return ast.Subscript(base, ast.Constant(index), ast.Load())


def _is_range(e: ast.expr) -> TypeGuard[ast.Call]:
    return isinstance(e, ast.Call) and isinstance(e.func, ast.Name) and e.func.id == "range"


def _is_docstring(s: ast.stmt) -> bool:
    return isinstance(s, ast.Expr) and isinstance(s.value, ast.Constant) and isinstance(s.value.value, str)
