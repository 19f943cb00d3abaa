"""With this module one can say how a language writes code: a `Dialect`, a few lines of templates.

A language differs from the next in little: how a condition is written, what the functions are called, how a sequence is
reduced. Plain Python is here; the others are beside those who run them.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import NamedTuple

from .code import FOLDS
from .operation import Op


def _no_function(op: Op) -> None:
    return None


class Dialect(NamedTuple):
    """How a language writes the nodes of a tree.

    Attributes
    ----------
    forms : mapping of str to str
        Templates by kind of node: ``if``, ``not``, ``**``, ``len``, the folds (of ``{items}``), ``map`` (of ``{body}``,
        ``{variables}`` and ``{sequence}``), ``halves`` and ``pair``; ``and`` and ``or`` where they are no such words.
    functions : mapping of str to str
        What functions of the C library are called, where that is not `prefix` and their name.
    prefix : str
    number : callable
        Writes a float.
    native : callable
        ``native(op)`` gives the function that the language has for an operation, or None.
    helpers : bool
        Whether an operation too long to be read in place becomes a function of its own.
    bound : mapping of str to str
        What the variables of folds are called, if not as in the tree.
    function, line : str
        Templates of a function, of ``name``, ``arguments``, ``lines`` and ``result``, and of a line in it; where a line
        is nothing, what is used twice is written twice.
    rest, many : str
        Templates of a sequence as parameter, and of the arguments where a function of a sequence is called.
    """

    forms: Mapping[str, str]
    functions: Mapping[str, str] = {}
    prefix: str = ""
    number: Callable[[float], str] = repr
    native: Callable[[Op], str | None] = _no_function
    helpers: bool = False
    bound: Mapping[str, str] = {}
    function: str = "def {name}({arguments}):\n{lines}    return {result}\n"
    line: str = "    {name} = {text}\n"
    rest: str = "{}"
    many: str = "{}"


def _python_number(x: float) -> str:
    return repr(x) if math.isfinite(x) else f"{'-' * (x < 0.0)}math.{'nan' if x != x else 'inf'}"


PYTHON_FORMS = {
    "if": "{1} if {0} else {2}",
    "not": "not {0}",
    "**": "math.pow({0}, {1})",  # never a complex number
    "len": "len({sequence})",
    "map": "{body} for {variables} in {sequence}",
    "halves": "zip({sequence}[: len({sequence}) // 2], {sequence}[len({sequence}) // 2 :])",
    "pair": "{}, {}",
    **{fold: f"{fold}_of({{items}})" for fold in FOLDS},
}
PYTHON = Dialect(
    PYTHON_FORMS,
    prefix="math.",
    functions={
        "fabs": "abs",
        **{name: f"float(math.{name}({{0}}))" for name in ("floor", "ceil", "trunc")},
        "rint": "float(round({0}))",
    },
    number=_python_number,
    helpers=True,
    rest="*{}",
)
"""Plain Python with `math`, which raises where it has no answer; folds are functions called ``sum_of`` and so on."""
