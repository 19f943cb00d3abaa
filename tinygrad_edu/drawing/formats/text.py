"""With this module one can print records as a table of equations, where there is nothing but text."""

from __future__ import annotations

from ...signs import columns
from ...words import say
from ..records.edges import EdgeRecord
from ..records.records import Records


def to_text(records: Records) -> str:
    """Write one line per node in the order of evaluation: what it is, its value, its gradient, its local derivatives.

    Parameters
    ----------
    records : Records
        The drawing as data.

    Returns
    -------
    str
        Ends with a newline.
    """
    style = records.style
    node_of = {node.id: node for node in records.nodes}
    into: dict[str, list[EdgeRecord]] = {node.id: [] for node in records.nodes}
    for edge in records.edges:
        into[edge.target].append(edge)
    rows = {"value": say("value"), "grad": say("grad")}
    header = [say("node"), "=", *(rows[what] for what in style.show)]
    if style.edges and any(edge.local is not None for edge in records.edges):
        header.append(say("contributions") if style.edges == "contribution" else say("local derivatives"))
    table = [header]
    for node in records.nodes:
        if node.kind == "constant":
            continue
        edges = sorted(into[node.id], key=lambda edge: edge.index)
        row = [node.called, node.equation([(edge, node_of[edge.source]) for edge in edges])]
        row += [style.number(node.value if what == "value" else node.grad) for what in style.show]
        if len(header) > len(row):
            numbers = [(node_of[edge.source].called, edge.shown(style)) for edge in edges]
            row.append(", ".join(f"{name}: {style.number(x)}" for name, x in numbers if x is not None))
        table.append([*row, " ".join(node.flag_words)])
    lines = _align(table, numeric=range(2, 2 + len(style.show)))
    if records.note:
        lines.append(f"({records.note})")
    return "\n".join(lines) + "\n"


def _align(table: list[list[str]], numeric: range) -> list[str]:
    most = max(map(len, table))
    rows = [row + [""] * (most - len(row)) for row in table]
    widths = [max(columns(row[c]) for row in rows) for c in range(most)]
    lines = []
    for row in rows:
        cells = []
        for c, cell in enumerate(row):
            pad = " " * (widths[c] - columns(cell))
            cells.append(pad + cell if c in numeric else cell + pad)
        lines.append("  ".join(cells).rstrip())
    return lines
