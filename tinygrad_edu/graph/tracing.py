"""With this module a function becomes a graph: it is called once with variables in place of numbers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..engine.context import recording
from .graph import Graph
from .structure import flatten, parameter_names
from .variable import Tracer, as_leaf


def trace(f: Callable[..., Any], *example: Any) -> Graph:
    """Trace a function into a graph by calling it once with variables in place of numbers.

    Parameters
    ----------
    f : callable
        Takes numbers or nested containers of them; gives a number or nested containers.
    *example : numbers, NumPy arrays or nested containers
        Show the structure of the arguments; their numbers do not matter.

    Returns
    -------
    Graph
        Values met inside (parameters of a model, say) are captured: their data are read at every call.

    Raises
    ------
    TracedBoolError
        If `f` branches on a variable.
    TypeError
        If `f` gives something else than numbers.

    Examples
    --------
    >>> g = trace(lambda x: x * x + 1.0, 2.0)
    >>> g(3.0)
    10.0
    """
    tracer = Tracer()
    if not callable(f):
        raise TypeError(f"trace takes a function and example arguments, got {type(f).__name__} as the function")
    leaves, structure = flatten(tuple(example), as_leaf, "example")
    names = [
        name
        for parameter, child in zip(parameter_names(f, len(example)), structure.children, strict=True)
        for name in child.names(parameter)
    ]
    inputs = [tracer.input(name) for name in names[: len(leaves)]]
    try:
        tracer.open = True
        with recording():
            result = f(*structure.unflatten(inputs))
    finally:
        tracer.open = False
    name = getattr(f, "__name__", type(f).__name__)
    outputs, output_structure = flatten(
        result, lambda leaf, where: tracer.lift(leaf, f"{where} as a number or Value"), f"the result of {name}"
    )
    return Graph(name, inputs, structure, tracer, outputs, output_structure)
