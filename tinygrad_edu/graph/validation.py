"""With this module one can check that a graph is well formed."""

from __future__ import annotations

from functools import cache
from typing import Any

from ..engine.value import Value
from ..errors import GraphError
from ..ops.operation import Op
from ..ops.table import CONSTANT
from .equations import Equations
from .variable import Var


def validate(graph: Equations) -> None:
    """Check that a graph is well formed; see `Graph.validate`."""
    defined: set[Var] = set()

    def define(var: Any, what: str) -> None:
        if not isinstance(var, Var):
            raise GraphError(f"{what} is no variable of a graph but {type(var).__name__}")
        if var in defined:
            raise GraphError(f"{what} is defined twice")
        defined.add(var)

    for i, var in enumerate(graph.inputs):
        define(var, f"input {i}")
    for value, var in zip(graph.captured, graph.captured_variables, strict=True):
        define(var, "a captured variable")
        if not isinstance(value, Value) or var.data is not value:
            raise GraphError("a captured variable does not stand for its Value")
    for i, var in enumerate(graph.equations, 1):
        if not isinstance(var.op, Op) or var.op is CONSTANT:
            raise GraphError(f"equation {i} has no operation")
        if var.op.arity is not None and len(var.parents) != var.op.arity:
            raise GraphError(f"equation {i}: {var.op.name} takes {var.op.arity} operands, got {len(var.parents)}")
        if var.op.arity is None and not _takes(var.op, len(var.parents)):
            raise GraphError(f"equation {i}: {var.op.name} cannot be applied to {len(var.parents)} operands")
        for parent in var.parents:
            _check_defined(parent, defined, f"equation {i} ({var.op.name})")
        define(var, f"the result of equation {i}")
    for var in graph.outputs:
        _check_defined(var, defined, "an output")
    if graph.output_structure.size != len(graph.outputs) or graph.input_structure.size != len(graph.inputs):
        raise GraphError("the numbers of inputs and outputs do not fit their structures")


@cache
def _takes(op: Op, count: int) -> bool:
    """Whether an operation of any number of operands takes so many: its function knows, and raises for nothing else.

    That holds for the table, whose functions are total. Of an operation of a user only the user knows.
    """
    if not op.trusted:
        return True
    try:
        op.fn(*[1.0] * count)
    except (TypeError, ValueError, ArithmeticError):
        return False
    return True


def _check_defined(var: Any, defined: set[Var], where: str) -> None:
    if isinstance(var, Var) and var.op is CONSTANT:
        if type(var.data) is not float:
            raise GraphError(f"{where} uses a constant that is no float: {var.data!r:.60}")
    elif var not in defined:
        raise GraphError(f"{where} uses a variable that is not defined before it")
