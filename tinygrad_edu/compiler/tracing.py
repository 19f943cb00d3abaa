"""With this module a function is traced for the compiler, and refused where one trace would not hold for every call."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any

from ..errors import FrozenNumberError
from ..graph import Graph
from ..ops import CONSTANT
from ..tracing import trace
from ..value import Value


def traced(
    f: Callable[..., Any], example: Sequence[Any], params: Sequence[Value] | None = None
) -> tuple[Graph, set[Value]]:
    """Trace a function, twice: with the captured Values as they are, and slightly moved.

    A program that reads numbers while it is traced (``w.data``, ``w.detach()``, a draw of a random number) would have
    them frozen in. The two graphs then differ.

    Parameters
    ----------
    f : callable
    example : sequence
        Arguments that show the structure.
    params : sequence of Value, optional
        What it is known to depend on.

    Returns
    -------
    Graph, set of Value
        The graph, and the Values that `f` made itself.

    Raises
    ------
    FrozenNumberError
        If the graphs differ, or Python's random state moved.
    """
    name = getattr(f, "__name__", type(f).__name__)
    state = random.getstate()
    graph = trace(f, *example)
    if random.getstate() != state:
        raise FrozenNumberError(
            f"{name} draws random numbers: compiled, every call would use the same draws; pass them as arguments, or "
            "run it eagerly"
        )
    kept = [(value, value.data) for value in {*graph.captured, *(params or ()), *_within_reach(f)}]
    try:
        for value, data in kept:
            value.data = data * 1.0009765625 + 0.001 if abs(data) < 1e300 else 0.5
        again = trace(f, *example)
    finally:
        for value, data in kept:
            value.data = data
    outside = {*graph.captured} & {*again.captured}
    made = [value for value in graph.captured if value not in outside]
    data_of = dict(kept)
    remade = [value for value in again.captured if value not in outside]
    same = len(graph.variables) == len(again.variables) and [repr(data_of[v]) for v in made] == [
        repr(v.data) for v in remade
    ]
    if not (same and _constants(graph) == _constants(again)):
        raise FrozenNumberError(
            f"{name} reads the number of a Value while it is traced (by .data, .detach(), a comparison or a random "
            "draw): compiled, that number would be frozen. Compute with the Value itself (tg.where for a choice, "
            "tg.ops.detach to stop the gradient), pass the number as an argument, or run it eagerly"
        )
    return graph, set(made)


def _within_reach(f: Callable[..., Any]) -> list[Value]:
    """Find the leaves that a function can read: in its closure, the globals it names, the object it belongs to."""
    found: list[Value] = []
    code = getattr(f, "__code__", None)
    cells = getattr(f, "__closure__", None) or ()
    namespace = getattr(f, "__globals__", {})
    stack: list[Any] = [
        f,
        getattr(f, "__self__", None),
        *[namespace.get(name) for name in getattr(code, "co_names", ())],
    ]
    for cell in cells:
        with suppress(ValueError):  # a cell that is empty as yet
            stack.append(cell.cell_contents)
    seen: set[int] = set()
    while stack:
        item = stack.pop()
        if id(item) in seen:
            continue
        seen.add(id(item))
        if isinstance(item, Value):
            if item.op is None:
                found.append(item)
        elif isinstance(item, (list, tuple)):
            stack += item
        elif isinstance(item, dict):
            stack += item.values()
        elif callable(getattr(item, "parameters", None)) and not isinstance(item, type):
            if hasattr(item, "__dict__"):  # quicker than parameters(), which looks for names and doubles
                stack += vars(item).values()
            else:
                with suppress(Exception):  # some other library's idea of parameters
                    stack += list(item.parameters())
    return found


def _constants(graph: Graph) -> list[Any]:
    """List operations and the constants they use."""
    return [(var.op, *[repr(p.data) if p.op is CONSTANT else None for p in var.parents]) for var in graph.variables] + [
        repr(var.data) if var.op is CONSTANT else None for var in graph.outputs
    ]
