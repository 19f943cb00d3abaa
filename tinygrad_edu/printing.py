"""With this module a graph prints as an evaluation trace, and as a table of primals and adjoints."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from .ops import CONSTANT
from .sweep import accumulate
from .table import Row, Table
from .text import Text, notation, number_text
from .variable import Var

if TYPE_CHECKING:
    from .graph import Graph

_SHOWN_CAPTURED = 8


def labels(graph: Graph) -> dict[Var, str]:
    """Call variables by their names where they have one, else v1, v2, ...; no two alike."""
    found: dict[Var, str] = {}
    used: set[str] = set()
    for var in (*graph.inputs, *graph.captured_variables, *[var for var in graph.variables if var.name]):
        base = var.name or "w"
        label, again = base, 2
        while label in used:
            label, again = f"{base}_{again}", again + 1
        used.add(label)
        found[var] = label
    for i, var in enumerate(graph.variables, 1):
        if var not in found:
            label = f"v{i}"
            while label in used:
                label += "′"
            used.add(label)
            found[var] = label
    return found


def _label(var: Var, known: dict[Var, str]) -> str:
    return number_text(var.data) if var.op is CONSTANT else known[var]


def formula(var: Var, known: dict[Var, str]) -> str:
    """Write how a variable is computed, in the labels of its operands; nothing for an input."""
    if var.op is None:
        return ""
    return str(notation(var.op, *[Text(_label(parent, known)) for parent in var.parents]))


def listing(graph: Graph) -> str:
    """Write a graph one equation a line."""
    known = labels(graph)
    lines = [f"{graph.name}({', '.join(known[var] for var in graph.inputs)}):"]
    if graph.captured:
        shown = [f"{known[var]} = {number_text(var.data.data)}" for var in graph.captured_variables[:_SHOWN_CAPTURED]]
        more = len(graph.captured) - len(shown)
        lines.append(f"  captured {', '.join(shown)}{f' and {more:,} more' if more else ''}")
    lines += [f"  {known[var]} = {formula(var, known)}" for var in graph.variables]
    outputs = graph.structure.unflatten(_Bare(_label(var, known)) for var in graph.outputs)
    return "\n".join([*lines, f"  return {outputs}"])


def tabulated(graph: Graph, output: Var, values: Sequence[float]) -> Table:
    """Tabulate the variables of a graph, given the values of all of them; see `Graph.table`."""
    sources = list(dict.fromkeys(graph.sources()))
    data = dict(zip((*sources, *graph.variables), values, strict=True))

    def slopes(var: Var) -> tuple[float, ...]:
        assert var.op is not None
        return var.op.slopes(data[var], [data[parent] for parent in var.parents])

    adjoints = accumulate(graph.variables, {output: 1.0}, slopes)
    known = labels(graph)
    shown = (*graph.inputs, *graph.captured_variables, *graph.variables)
    return Table([Row(known[var], formula(var, known), data[var], adjoints.get(var, 0.0)) for var in shown])


class _Bare(str):
    """A label that prints without quotes inside containers."""

    __slots__ = ()

    def __repr__(self) -> str:
        return str(self)
