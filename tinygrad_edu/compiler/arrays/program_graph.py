"""With this module an array program becomes a graph that `tinygrad_edu.draw` shows: a node for each array operation."""

from __future__ import annotations

import numpy as np

from ...graph.graph import Graph
from ...graph.structure import NUMBER, Structure
from ...graph.variable import Tracer, Var
from ...ops.operation import Op
from .program import ArrayProgram, Names, Operand

_SYMBOLS = {"matmul": "@", "batch_matmul": "@ᵀ", "batch_sum": "Σₙ", "batch_dot": "Σₙ·"}
_OPS = {
    kind: Op(kind, lambda *xs: 0.0, lambda y, *xs: xs, symbol=symbol, doc="Of arrays; only drawn.")
    for kind, symbol in _SYMBOLS.items()
}


def graph_of(program: ArrayProgram) -> Graph:
    """Make a graph whose variables are the arrays of a program.

    Parameters
    ----------
    program : ArrayProgram

    Returns
    -------
    Graph
        To look at, not to run. Inputs are the arrays it reads: arguments, parameters, the seed.
    """
    tracer = Tracer()
    names = Names(program)
    sources: dict[str, Var] = {}
    owners: dict[tuple[bool, int], Var] = {}

    def source(name: str) -> Var:
        if name not in sources:
            sources[name] = tracer.input(name)
        return sources[name]

    def parents_of(operand: Operand) -> list[Var]:
        if operand.rows is None:
            constant = operand.constant
            return [tracer.constant(constant) if isinstance(constant, float) else source("constants")]
        rows = operand.rows.ravel().tolist()
        made = dict.fromkeys(owners[operand.batched, row] for row in rows if (operand.batched, row) in owners)
        given = [row for row in rows if (operand.batched, row) not in owners and row not in ones[operand.batched]]
        if given:
            made[source(names.operand(Operand(operand.batched, np.array(given), (0,))))] = None
        return list(made)

    ones = {False: set(), True: set(program.ones)}
    for index, step in enumerate(program.instructions):
        parents = [parent for operand in step.operands for parent in parents_of(operand)]
        label = f"{program.label(index)} {program.size_of(step)}"
        var = tracer.variable(_OPS.get(step.kind, step.op), tuple(parents), label)
        owners.update({(step.batched, row): var for row in range(step.row, step.row + step.height)})
    # What is returned as it was given has no operation to show.
    ends = [owners[place] if place in owners else source(names.row(*place)) for place in program.outputs]
    if program.gradients is not None:
        slopes = [owners.get((False, int(row))) for row in program.gradients]
        ends += [var for var in slopes if var is not None]
    outputs = list(dict.fromkeys(ends))
    structure = Structure("tuple", (NUMBER,) * len(sources))
    results = Structure("tuple", (NUMBER,) * len(outputs))
    return Graph("program", list(sources.values()), structure, tracer, outputs, results)
