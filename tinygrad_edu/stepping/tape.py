"""With this module one can hand a computation to a page, which computes it anew when a leaf is turned.

A tape lists the nodes in the order of evaluation: an operation as its key and the places of its operands, a leaf as its
number, a constant of the program as a list of its number. What the operations do is written from their entries.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..errors import GraphError
from ..json_numbers import to_json
from ..ops.javascript import javascript
from ..ops.operation import Op
from ..ops.table import CONSTANT


def tape_of(order: Sequence[Any]) -> tuple[dict[str, Any], str]:
    """Write a computation as a tape.

    Parameters
    ----------
    order : sequence of Value
        Its nodes, parents first, the result last.

    Returns
    -------
    dict
        ``nodes``; ``root``, the place of the result; ``missing``, the names, by key, of the operations that a page
        cannot compute, as they state no code; ``kept``, by place, the value and the slopes that these have.
    str
        The operations by key, as an expression of JavaScript.

    Examples
    --------
    >>> from tinygrad_edu import Value, topological_order
    >>> tape_of(topological_order(Value(2.0, "x") * 3.0))[0]
    {'nodes': [2.0, [3.0], [0, 0, 1]], 'root': 2, 'missing': {}, 'kept': {}}
    """
    places = {node: place for place, node in enumerate(order)}
    keys: dict[tuple[Op, int], int] = {}
    nodes: list[Any] = []
    for node in order:
        if node.parents:
            key = keys.setdefault((node.op, len(node.parents)), len(keys))
            nodes.append([key, *(places[parent] for parent in node.parents)])
        else:
            number = to_json(node.data)
            nodes.append([number] if node.op is CONSTANT else number)
    known: dict[str, tuple[Op, int]] = {}
    missing: dict[str, str] = {}
    for (op, count), key in keys.items():
        use = {str(key): (op, count)}
        try:
            javascript(use)
        except GraphError:
            missing[str(key)] = op.name
        else:
            known |= use
    kept = {
        str(place): [to_json(node.data), [*map(to_json, node.partials)]]
        for place, node in enumerate(order)
        if node.parents and str(nodes[place][0]) in missing
    }
    return {"nodes": nodes, "root": len(order) - 1, "missing": missing, "kept": kept}, javascript(known)
