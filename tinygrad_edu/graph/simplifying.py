"""With this module a graph is made smaller without changing any of its results."""

from __future__ import annotations

from typing import Any, TypeVar

from ..engine.sweep import topological_order
from ..ops.table import CONSTANT
from .equations import Equations
from .variable import Eqn, Tracer, Var

G = TypeVar("G", bound=Equations)


def simplified(graph: G) -> G:
    """Remove dead and repeated equations and fold constants; see `Graph.simplify`."""
    tracer = Tracer()
    inputs = [tracer.input(var.name or "x") for var in graph.inputs]
    env: dict[Var, Var] = dict(zip(graph.inputs, inputs, strict=True))
    live = set(topological_order(*graph.outputs))
    for value, var in zip(graph.captured, graph.captured_variables, strict=True):
        if var in live:
            env[var] = tracer.lift(value)
    known: dict[Any, Var] = {}
    for var in graph.equations:
        if var in live:
            args = tuple([tracer.constant(p.data) if p.op is CONSTANT else env[p] for p in var.parents])
            env[var] = _rewritten(tracer, var, args, known)
    outputs = [tracer.constant(var.data) if var.op is CONSTANT else env[var] for var in graph.outputs]
    # Rewriting may have left others without a use.
    live = set(topological_order(*outputs))
    tracer.equations = [var for var in tracer.equations if var in live]
    tracer.captured = {value: var for value, var in tracer.captured.items() if var in live}
    return type(graph)(graph.name, inputs, graph.input_structure, tracer, outputs, graph.output_structure)


def _rewritten(tracer: Tracer, var: Eqn, args: tuple[Var, ...], known: dict[Any, Var]) -> Var:
    """Apply an operation once: to constants at once, not at all where it changes nothing, else as an equation."""
    op = var.op
    constants = [arg.data if arg.op is CONSTANT else None for arg in args]
    if args and None not in constants:
        return tracer.constant(op.fn(*constants))
    for i, kept in enumerate(args if op.neutral else ()):
        rest = [(op.neutral[j], c) for j, c in enumerate(constants) if j != i]
        if all(n is not None and c is not None and repr(n) == repr(c) for n, c in rest):  # repr tells 0.0 from -0.0
            return kept
    key = (op, *[repr(c) if c is not None else arg for arg, c in zip(args, constants, strict=True)])
    found = known.get(key)
    if found is None:
        found = known[key] = tracer.variable(op, args, var._tag)
    return found
