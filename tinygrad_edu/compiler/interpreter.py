"""With this module one can run a traced function over the examples of a batch, plainly, one equation after the other.

This is what a compiled function means, in a form to be read; the compiler may regroup, but must agree with it. A
number is one of two kinds: a float that all examples share, or a column with a number for each. Whatever has a column
among its operands is a column. Each number is what the operation's own entry says of floats.

In the sweep back one rule is added to the chain rule. What flows from a column to a number that all examples share is
summed over the examples there, as it would be in one graph of the whole batch.

>>> import numpy as np
>>> import tinygrad_edu as tg
>>> w = tg.Value(3.0, "w")
>>> g = tg.trace(lambda x, y: tg.square(w * x - y), 0.0, 0.0)
>>> columns = [np.array([1.0, 2.0]), np.array([3.0, 5.0])]
>>> outputs(g, columns)[0].tolist()
[0.0, 1.0]
>>> value_and_grad(g, columns, [w])
(0.5, array([2.]))
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..engine.sweep import accumulate
from ..engine.value import Value
from ..graph.graph import Graph
from ..graph.variable import Var
from .scalars.batch_ops import BATCH_MEAN

Column = np.ndarray[Any, np.dtype[np.float64]]
Number = float | Column


@dataclass(frozen=True)
class _OverBatch:
    """Local derivatives of a column towards a number that all examples share."""

    slopes: Column

    def __mul__(self, upstream: Any) -> float:
        return float((self.slopes * upstream).sum())


def outputs(graph: Graph, columns: Sequence[Column], count: int = 1) -> list[Column]:
    """Give the outputs of a graph for every example.

    Parameters
    ----------
    graph : Graph
    columns : sequence of ndarray, shape (examples,)
        One for each input.
    count : int, default 1
        How many examples there are, for a graph without inputs.

    Returns
    -------
    list of ndarray, shape (examples,)
    """
    count = len(columns[0]) if columns else count
    numbers = _evaluated(graph, columns)
    return [np.full(count, numbers[var]) for var in graph.outputs]


def value_and_grad(
    graph: Graph, columns: Sequence[Column], params: Sequence[Value], weights: Column | None = None
) -> tuple[float, Column]:
    """Give the only output, averaged over the examples, and its gradient.

    Parameters
    ----------
    graph : Graph
    columns : sequence of ndarray, shape (examples,)
        One for each input.
    params : sequence of Value
    weights : ndarray, shape (examples,), optional
        What each example counts, in place of one over their number.

    Returns
    -------
    float, ndarray
        The value, and one derivative for each of `params`.
    """
    if weights is None:
        count = len(columns[0]) if columns else 1
        weights = np.full(count, 1.0 / count)
    numbers = _evaluated(graph, columns)

    def locals_of(var: Var) -> list[Any]:
        op: Any = var.op
        y, args = numbers[var], [numbers[p] for p in var.parents]
        if op is BATCH_MEAN:
            return [np.full(len(x), 1.0 / len(x)) if isinstance(x, np.ndarray) else 1.0 for x in args]
        slopes = [_each(lambda y, *xs, i=i: op.slopes(y, xs)[i], y, *args) for i in range(len(args))]
        return [
            _OverBatch(slope) if isinstance(slope, np.ndarray) and not isinstance(x, np.ndarray) else slope
            for slope, x in zip(slopes, args, strict=True)
        ]

    output = graph.only_output("value_and_grad")
    seed = weights if isinstance(numbers[output], np.ndarray) else float(weights.sum())
    with np.errstate(all="ignore"):
        adjoints = accumulate(graph.equations, {output: seed}, locals_of)
        value = float(np.sum(numbers[output] * weights))
    of = dict(zip(graph.captured, graph.captured_variables, strict=True))
    return value, np.array([adjoints.get(of.get(p), 0.0) for p in params])


def _evaluated(graph: Graph, columns: Sequence[Column]) -> dict[Var, Number]:
    """Compute every variable."""
    numbers: dict[Var, Number] = {}
    for var in graph.sources():
        numbers[var] = var.data.data if isinstance(var.data, Value) else var.data
    numbers.update(zip(graph.inputs, columns, strict=True))
    for var in graph.equations:
        op: Any = var.op
        args = [numbers[p] for p in var.parents]
        with np.errstate(all="ignore"):  # the mean of inf and -inf is nan, as it is for all
            numbers[var] = float(np.mean(args[0])) if op is BATCH_MEAN else _each(op.fn, *args)
    return numbers


def _each(function: Callable[..., float], *args: Number) -> Number:
    """Apply a function of floats to every example, or once where all share the arguments."""
    lengths = {len(x) for x in args if isinstance(x, np.ndarray)}
    if not lengths:
        return float(function(*args))
    rows = zip(*[np.full(max(lengths), x).tolist() for x in args], strict=True)
    return np.array([function(*row) for row in rows])
