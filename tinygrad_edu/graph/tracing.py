"""With this module a function becomes a graph: it is called once with variables in place of numbers."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from ..engine.context import recording
from .graph import Graph
from .structure import Structure, flatten, parameter_names
from .variable import Tracer, Var, as_leaf


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
    outputs, output_structure = traced_call(f, tracer, structure.unflatten(inputs))
    name = getattr(f, "__name__", type(f).__name__)
    return Graph(name, inputs, structure, tracer, outputs, output_structure)


def traced_call(f: Callable[..., Any], tracer: Tracer, args: Iterable[Any]) -> tuple[list[Var], Structure]:
    """Call a function with variables of a trace, and give the variables that it results in.

    Parameters
    ----------
    f : callable
    tracer : Tracer
        Of the variables.
    args : iterable
        What to call it with.

    Returns
    -------
    list of Var, Structure
    """
    try:
        tracer.open = True
        with recording():
            result = f(*args)
    finally:
        tracer.open = False
    name = getattr(f, "__name__", type(f).__name__)
    return flatten(
        result, lambda leaf, where: tracer.lift(leaf, f"{where} as a number or Value"), f"the result of {name}"
    )
