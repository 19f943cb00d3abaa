"""With this module a graph shows its numbers: primals and adjoints, row by row."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from .text import number_text


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
        return [("variable", "primal", "adjoint")] + [
            (
                f"{row.name} = {row.formula}" if row.formula else row.name,
                number_text(row.primal),
                number_text(row.adjoint),
            )
            for row in self.rows
        ]

    def __str__(self) -> str:
        cells = self._cells()
        widths = [max(len(row[i]) for row in cells) for i in range(3)]
        return "\n".join(f"{a:<{widths[0]}}  {b:>{widths[1] + 1}}  {c:>{widths[2]}}" for a, b, c in cells)

    __repr__ = __str__

    def _repr_html_(self) -> str:
        from html import escape

        head, *body = [[escape(cell) for cell in row] for row in self._cells()]
        lines = ["<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in body]
        return f"<table><tr>{''.join(f'<th>{cell}</th>' for cell in head)}</tr>{''.join(lines)}</table>"
