"""With this module one can print records as a table of equations, where there is nothing but text."""

from __future__ import annotations

from ...ops.notation import Text, notation
from ..lettering import number, text_width
from ..records.records import NodeRecord, Records


def to_text(records: Records, digits: int) -> str:
    """Write one line per node in the order of evaluation: what it is, its value, its gradient, its local derivatives.

    Parameters
    ----------
    records : Records
        The drawing as data.
    digits : int
        Significant digits of every number.

    Returns
    -------
    str
        Ends with a newline.
    """
    names = {node.id: _label(node) for node in records.nodes}
    operands: dict[str, list[tuple[int, str, str]]] = {node.id: [] for node in records.nodes}
    for edge in records.edges:
        shown = edge.contribution if records.edge_labels == "contribution" else edge.local
        derivative = (
            f"{names[edge.source]}: {number(shown, digits)}" if shown is not None and records.edge_labels else ""
        )
        operands[edge.target].append((edge.index, names[edge.source], derivative))
    header = ["node", "=", *records.show]
    if records.edge_labels and any(edge.local is not None for edge in records.edges):
        header.append("contributions" if records.edge_labels == "contribution" else "local derivatives")
    table = [header]
    for node in records.nodes:
        if node.kind == "constant":
            continue
        taken = sorted(operands[node.id], key=lambda item: item[0])
        row = [names[node.id], _formula(node, [name for _, name, _ in taken])]
        row += [number(node.value if what == "value" else node.grad, digits) for what in records.show]
        if len(header) > len(row):
            row.append(", ".join(text for _, _, text in taken if text))
        mark = " ".join(flag for flag in node.flags)
        table.append([*row, mark])
    lines = _align(table, numeric=range(2, 2 + len(records.show)))
    if records.note:
        lines.append(f"({records.note})")
    return "\n".join(lines) + "\n"


def _label(node: NodeRecord) -> str:
    return f"… {node.hidden:,} nodes …" if node.kind == "elision" else node.name or node.label


def _formula(node: NodeRecord, operands: list[str]) -> str:
    if node.kind == "group":
        return f"{node.hidden:,} nodes of {', '.join(operands[:4])}{', …' if len(operands) > 4 else ''}"
    if not node.symbol:
        return "" if node.kind == "elision" else "leaf" if node.kind == "output" else node.kind
    assert node.op is not None
    shown = operands if len(operands) <= 6 else [*operands[:3], "…", *operands[-2:]]
    return str(notation(node.op, *map(Text, shown)))


def _align(table: list[list[str]], numeric: range) -> list[str]:
    columns = max(map(len, table))
    rows = [row + [""] * (columns - len(row)) for row in table]
    widths = [max(_columns(row[c]) for row in rows) for c in range(columns)]
    lines = []
    for row in rows:
        cells = []
        for c, cell in enumerate(row):
            pad = " " * (widths[c] - _columns(cell))
            cells.append(pad + cell if c in numeric else cell + pad)
        lines.append("  ".join(cells).rstrip())
    return lines


def _columns(text: str) -> int:
    """Width in terminal cells: wide characters take two."""
    return sum(2 if text_width(c) > 1 else 1 for c in text)
