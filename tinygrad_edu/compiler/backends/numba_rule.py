"""With this module formulas of single numbers run over arrays in one pass, compiled by numba.

NumPy goes over whole arrays for every sign of a formula, and makes an array for each result; here one loop computes all
of it, number by number. What does not depend on an array is computed before the loop.

>>> import numpy as np
>>> from tinygrad_edu.ops.code import Node
>>> array, number = Node("name", (), array_name(0)), Node("name", (), number_name(0))
>>> formula = Node("+", (array, Node("*", (number, number))))
>>> one_pass((formula,), 1, 1)([np.array([1.0, 2.0])], [3.0])
[array([10., 11.])]
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import cache
from typing import Any

import numpy as np

from ...ops import error_series
from ...ops import table as ops
from ...ops.code import Node
from ...ops.code_writer import Dialect, Writer, transformed
from . import numba_functions
from .numba_cache import compiled_once, digest_of
from .numba_source import DIALECT

Array = Any

_MODULE = '''"""Written by tinygrad_edu.compiler.backends.numba_rule, for {digest}."""
import math

import numpy as np

from tinygrad_edu.compiler.backends.numba_functions import *


@in_line
def once({numbers}):
{before}    return {once}


@compiled(cache={cache}, nogil=True, error_model="numpy", fastmath={{"contract"}})
def run({arguments}):
    {names} = once({numbers})
    for n in range({first}.size):
{inside}'''


def array_name(place: int) -> str:
    """Give what formulas call an array."""
    return f"a{place}"


def number_name(place: int) -> str:
    """Give what formulas call a number."""
    return f"x{place}"


def one_pass(
    formulas: tuple[Node, ...], arrays: int, numbers: int
) -> Callable[[Sequence[Array], Sequence[float]], list[Array]]:
    """Compile formulas to a function of arrays and numbers.

    Parameters
    ----------
    formulas : tuple of Node
        Each depends on an array.
    arrays, numbers : int
        How many there are; see `array_name` and `number_name`.

    Returns
    -------
    callable
        ``function(arrays, numbers)`` gives an array for each formula, and leaves the arrays it was given as they were;
        a formula that is no more than one of them gives that itself. All arrays are of one length and type.

    Raises
    ------
    ValueError
        If a formula depends on no array.
    GraphError
        If an operation states no code.
    """
    given = [array_name(place) for place in range(arrays)]
    inside, outside = _parted(formulas, given)
    places = [given.index(node.what) if node.kind == "name" else -1 for node in inside]
    computed = [node for node in inside if node.kind != "name"]
    results = [f"out{place}" for place in range(len(computed))]
    before, once = Writer(_at(4)).write([*outside])
    lines, texts = Writer(_at(8)).write(computed)
    parts = {
        "digest": digest_of(error_series, numba_functions),
        "numbers": ", ".join(map(number_name, range(numbers))),
        "before": before,
        "once": "".join([f"{{kind}}({text}), " for text in once]) or "()",  # what meets a double becomes one
        "names": "".join([f"{name}, " for name in outside.values()]) or "_",
        "arguments": ", ".join([*map(_whole, given), *map(number_name, range(numbers)), *map(_whole, results)]),
        "first": _whole(given[0]),
        "inside": _assigned(given, [f"{_whole(name)}[n]" for name in given])
        + lines
        + _assigned([f"{_whole(name)}[n]" for name in results], texts),
    }

    @cache
    def compiled_for(dtype: str) -> Callable[..., Any]:
        def source(cache: bool) -> str:
            return _MODULE.format(cache=cache, **parts).replace("{kind}", f"np.{dtype}")

        def start(run: Callable[..., Any]) -> None:
            run(*np.zeros((arrays, 1), dtype), *[0.5] * numbers, *np.zeros((len(results), 1), dtype))

        run: Callable[..., Any] = compiled_once("tinygrad_edu_rule", source, "run", start)
        return run

    def function(arrays: Sequence[Array], numbers: Sequence[float]) -> list[Array]:
        made = [np.empty_like(arrays[0]) for _ in results]
        compiled_for(arrays[0].dtype.name)(*arrays, *numbers, *made)
        rest = iter(made)
        return [next(rest) if place < 0 else arrays[place] for place in places]

    return function


def _parted(formulas: Sequence[Node], given: Sequence[str]) -> tuple[list[Node], dict[Node, str]]:
    """Take out of formulas what depends on no array; give what is left, and the names that stand for it now."""
    outside: dict[Node, str] = {}

    def change(node: Node, parts: tuple[tuple[Node, bool], ...]) -> tuple[Node, bool]:
        varies = node.what in given if node.kind == "name" else any(varies for _, varies in parts)
        if node.what is ops.pow and node.parts[1] == Node("number", (), 0.5):  # many times as quick
            node, parts = Node("call", node.parts[:1], ops.sqrt), parts[:1]
        inner = [_named(part, outside) if varies and not apart else part for part, apart in parts]
        return node._replace(parts=tuple(inner)), varies

    changed = transformed(formulas, change)
    if not all(varies for _, varies in changed):
        raise ValueError("each formula must depend on an array")
    return [node for node, _ in changed], outside


def _named(part: Node, outside: dict[Node, str]) -> Node:
    return Node("name", (), outside.setdefault(part, f"once{len(outside)}"))


def _whole(name: str) -> str:
    """Give what the array is called of whose numbers the name stands for one at a time."""
    return f"{name}s"


def _at(margin: int) -> Dialect:
    return DIALECT._replace(line=" " * margin + "{name} = {text}\n")


def _assigned(names: Iterable[str], texts: Iterable[str]) -> str:
    return "".join([f"        {name} = {text}\n" for name, text in zip(names, texts, strict=True)])
