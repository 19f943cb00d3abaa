"""With this module the virtual machine of the numba back end gets its operations: a loop each, written from its code.

The loops run over numbers that stand side by side: the examples of a row, or the numbers of a group, which are put side
by side first. Which operations there are decides the table; what is here is only how numba computes some of them.
"""

from __future__ import annotations

import inspect
from functools import cache

from ...ops import error_series
from ...ops import table as ops
from ...ops.code import Node, argument_names
from ...ops.code_writer import PYTHON_FORMS, Dialect, Writer
from ...ops.operation import Op, entries
from . import numba_functions, numba_kernels, numba_logsumexp, numba_vm
from .numba_cache import digest_of

MAPS = {
    op: code for code, op in enumerate((op for op in entries.values() if op.arity in (1, 2, 3)), numba_vm.FIRST_MAP)
}
"""The operations that the machine applies element by element, and their codes."""

REDUCTIONS = {
    ops.SUM: numba_vm.SUM,
    ops.DOT: numba_vm.DOT,
    ops.LOGSUMEXP: numba_vm.LOGSUMEXP,
    ops.LOGSUMEXP_REST: numba_vm.LOGSUMEXP_REST,
}

_DIRECT = ("+", "-", "*", "neg")
"""What is so cheap that the numbers of a group are not put side by side first."""

_QUICK = {"exp", "tanh", "erf", "erfc", "sqrt", "fabs"}
"""Functions that are computed several numbers at a time; the others are calls."""

_NEAR = {ops.sin: "sine", ops.cos: "cosine"}
"""Operations with a quick form that holds up to `FAR` only."""

_NATIVE = {ops.sigmoid: "sigmoid"}

DIALECT = Dialect(
    {**PYTHON_FORMS, "**": "power({0}, {1})"},
    functions={
        **{name: name for name in ("exp", "tanh", "erf", "erfc")},
        **{name: f"np.{name}" for name in ("cbrt", "ceil", "exp2", "floor", "fmod", "rint", "trunc")},
        "fabs": "abs",
    },
    prefix="math.",
    number=lambda x: repr(x) if x - x == 0.0 else f"np.{x}".replace("np.-", "-np."),
    native=_NATIVE.get,
    line="            {name} = {text}\n",
)
"""Floats in loops that numba compiles."""

_HEAD = '''"""Written by tinygrad_edu.compiler.backends.numba_source, for {digest}."""
import math

import numpy as np

from tinygrad_edu.compiler.backends.numba_functions import *
from tinygrad_edu.compiler.backends.numba_kernels import *
from tinygrad_edu.compiler.backends.numba_logsumexp import *
from tinygrad_edu.compiler.backends.numba_vm import *

'''

_APPLY = """

@compiled(error_model="numpy", fastmath={{"contract"}}, forceinline=True)
def apply_{code}(code, memory, out, a, height, count):  # {name}
    b = a + height
    c = b + height
    for r in range(height):
"""

_FAR = """        far = ZERO
        for n in range(count):
            far += ONE if abs(memory[p + n]) > FAR else ZERO
        if far:
            for n in range(count):
                memory[out + n] = {text}
"""

_ROWS = (("p", "a"), ("q", "b"), ("s", "c"))
"""What the operands of a row are called: its place, and the table of such places."""

_APPLY_DIRECT = """

@compiled(error_model="numpy", fastmath={"contract"}, forceinline=True)
def apply_direct(what, code, memory, out, a, b, height):
"""

_RUN = """

@compiled(cache={cache}, nogil=True, error_model="numpy")
"""


@cache
def is_slow(op: Op) -> bool:
    """Whether NumPy, which does several numbers at a time, is faster on large arrays: where there are calls."""
    waiting = [] if op in _NEAR or op in _NATIVE else [Writer(DIALECT).whole(op)]
    while waiting:
        node = waiting.pop()
        if node.kind == "**" or (node.kind == "call" and isinstance(node.what, str) and node.what not in _QUICK):
            return True
        waiting += node.parts
    return False


def source(cache: bool) -> str:
    """Write the machine, as a module.

    Parameters
    ----------
    cache : bool
        Whether numba keeps the machine code on disk, next to the file with this text.

    Returns
    -------
    str
    """
    digest = digest_of(error_series, numba_functions, numba_kernels, numba_logsumexp, numba_vm)
    maps = [_apply(op, code) for op, code in MAPS.items()]
    parts = [_HEAD.format(digest=digest), *maps, _apply_direct(), _RUN.format(cache=cache), _run()]
    return "".join(parts)


def _form(op: Op, names: tuple[str, ...], quick: bool) -> tuple[str, str]:
    """Write the lines and the expression by which an operation is computed."""
    native = (_NEAR.get(op) if quick else None) or _NATIVE.get(op)
    if native is not None:
        return "", f"{native}({', '.join(names)})"
    before, (text,) = Writer(DIALECT).write(
        [Writer(DIALECT).whole(op)], dict(zip(argument_names(len(names)), names, strict=True))
    )
    return before, text


def _apply(op: Op, code: int) -> str:
    """Write the function with the loops for an operation."""
    assert op.arity is not None
    names = ("x", "y", "z")[: op.arity]
    before, text = _form(op, names, quick=True)
    lines = [_APPLY.format(code=code, name=op.name)]
    lines += [f"        {p} = U(code[{table} + r])\n" for p, table in _ROWS[: op.arity]]
    lines.append("        for n in range(count):\n")
    lines += [f"            {x} = memory[{p} + n]\n" for x, (p, _) in zip(names, _ROWS, strict=False)]
    lines.append(f"{before}            memory[out + n] = {text}\n")
    if op in _NEAR:
        lines.append(_FAR.format(text=_form(op, ("memory[p + n]",), quick=False)[1]))
    return "".join([*lines, "        out += count\n"])


def _run() -> str:
    """Write the loop of the machine, which has a branch for each operation where the template has one call.

    Each is a small function of its own, put in line: numba counts references to arrays around every call, and leaves
    that out only where little lies between; and in a function with the loops of all operations LLVM prepares the
    constants of all where it begins. Either takes longer than a few sums, as most steps of an irregular graph are.
    """
    before, _, after = inspect.getsource(numba_vm.run).partition("apply(what, ")
    arguments, _, after = after.partition("\n")
    margin = before[before.rindex("\n") + 1 :]
    branch = f"if what == U({{0}}):\n{margin}    apply_{{0}}({arguments}"
    branches = f"\n{margin}el".join(map(branch.format, MAPS.values()))
    return f"{before}{branches}\n{after}"


def _apply_direct() -> str:
    """Write the function with a loop for every cheap operation, over numbers that are read from wherever they are."""
    lines = [_APPLY_DIRECT]
    for op, code in MAPS.items():
        if op.expression is not None and op.expression.kind in _DIRECT and _is_plain(op.expression):
            names = ("memory[U(code[a + r])]", "memory[U(code[b + r])]")[: op.arity]
            lines.append(f"    if what == U({code}):  # {op.name}\n        for r in range(height):\n")
            lines.append(f"            memory[out + r] = {_form(op, names, quick=True)[1]}\n        return True\n")
    lines.append("    return False\n")
    return "".join(lines)


def _is_plain(code: Node) -> bool:
    """Whether a sign stands between the arguments themselves, each once."""
    return [part.what for part in code.parts] == [*argument_names(len(code.parts))]
