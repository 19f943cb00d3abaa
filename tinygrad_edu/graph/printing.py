"""With this module a graph prints as an evaluation trace, and as a table of primals and adjoints."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from ..engine.sweep import accumulate
from ..ops.notation import Text, notation, number_text, visible
from ..ops.table import CONSTANT
from ..signs import columns, for_terminal
from ..words import say
from .equations import Equations
from .variable import Eqn, Var

_SHOWN_CAPTURED = 8


def labels(graph: Equations) -> dict[Var, str]:
    """Call variables by their names where they have one, else v1, v2, ...; no two alike."""
    found: dict[Var, str] = {}
    used: set[str] = set()
    for var in (*graph.inputs, *graph.captured_variables, *[var for var in graph.equations if var.name]):
        base = visible(var.name or "w")
        label, again = base, 2
        while label in used:
            label, again = f"{base}_{again}", again + 1
        used.add(label)
        found[var] = label
    for i, var in enumerate(graph.equations, 1):
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


def listing(graph: Equations) -> str:
    """Write a graph one equation a line."""
    known = labels(graph)
    lines = [f"{visible(graph.name)}({', '.join(known[var] for var in graph.inputs)}):"]
    if graph.captured:
        shown = [f"{known[var]} = {number_text(var.data.data)}" for var in graph.captured_variables[:_SHOWN_CAPTURED]]
        more = len(graph.captured) - len(shown)
        lines.append(f"  captured {', '.join(shown)}{f' and {more:,} more' if more else ''}")
    lines += [f"  {known[var]} = {formula(var, known)}" for var in graph.equations]
    outputs = graph.output_structure.listed().unflatten(_Bare(_label(var, known)) for var in graph.outputs)
    return "\n".join([*lines, f"  return {outputs}"])


def tabulated(graph: Equations, output: Var, values: Sequence[float]) -> Table:
    """Tabulate the variables of a graph, given the values of all of them; see `Graph.table`."""
    sources = list(dict.fromkeys(graph.sources()))
    data = dict(zip((*sources, *graph.equations), values, strict=True))

    def slopes(var: Eqn) -> tuple[float, ...]:
        return var.op.slopes(data[var], [data[parent] for parent in var.parents])

    adjoints = accumulate(graph.equations, {output: 1.0}, slopes)
    known = labels(graph)
    shown = (*graph.inputs, *graph.captured_variables, *graph.equations)
    return Table([Row(known[var], formula(var, known), data[var], adjoints.get(var, 0.0)) for var in shown])


class _Bare(str):
    """A label that prints without quotes inside containers."""

    __slots__ = ()

    def __repr__(self) -> str:
        return str(self)


class Row(NamedTuple):
    """One variable of a graph at one point.

    Attributes
    ----------
    name : str
    formula : str
        How it is computed; empty for an input.
    primal : float
        Its value.
    adjoint : float
        The derivative of the output with respect to it.
    """

    name: str
    formula: str
    primal: float
    adjoint: float


class Table(Sequence[Row]):
    """Rows of primals and adjoints; prints as text, shows itself as a table in a notebook.

    Parameters
    ----------
    rows : sequence of Row
    """

    def __init__(self, rows: Sequence[Row]) -> None:
        self.rows = tuple(rows)

    def __getitem__(self, index):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN204
        return self.rows[index]

    def __len__(self) -> int:
        return len(self.rows)

    def _cells(self) -> list[tuple[str, str, str]]:
        return [(say("variable"), say("primal"), say("adjoint"))] + [
            (
                f"{row.name} = {row.formula}" if row.formula else row.name,
                number_text(row.primal),
                number_text(row.adjoint),
            )
            for row in self.rows
        ]

    def __str__(self) -> str:
        cells = self._cells()
        widths = [max(columns(row[i]) for row in cells) for i in range(3)]
        gaps = [[" " * (width - columns(cell)) for width, cell in zip(widths, row, strict=True)] for row in cells]
        lines = [f"{a}{x}   {y}{b}  {z}{c}" for (a, b, c), (x, y, z) in zip(cells, gaps, strict=True)]
        return for_terminal("\n".join(lines))

    __repr__ = __str__

    def _repr_html_(self) -> str:
        from html import escape

        head, *body = [[escape(cell) for cell in row] for row in self._cells()]
        lines = ["<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in body]
        return f"<table><tr>{''.join(f'<th>{cell}</th>' for cell in head)}</tr>{''.join(lines)}</table>"
