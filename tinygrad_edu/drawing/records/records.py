"""With this module one can hold a drawing as plain data, before anything is rendered.

Every renderer (SVG, PNG, PDF, DOT, text, the step player) reads these records and nothing else, so a
test of the records is a test of them all.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from ...ops.operation import Op

KINDS = ("leaf", "parameter", "input", "constant", "operation", "output", "group", "elision")


@dataclass(frozen=True, slots=True)
class NodeRecord:
    """One node of the drawing.

    Attributes
    ----------
    id : str
        ``n4`` for the node at place 4 of the topological order; a constant is drawn once per use,
        ``n4_1`` being the copy for operand 1 of ``n4``; ``g4`` and ``e4`` are a group and an elision.
    kind : str
        One of ``KINDS``.
    name : str
        The name, in a form safe for one line; "" where there is none.
    symbol : str
        The operation's symbol; "" for leaves.
    value, grad : float or None
        None where there is nothing to show (a group, a graph without values, before any backward).
    cluster : str or None
        Id of the innermost open scope.
    flags : tuple of str
        "zero": the gradient is exactly 0. "dead": an operation that passes nothing to any parent.
        "alarm": the value, the gradient or a local derivative is nan or inf.
    hidden : int
        How many nodes a group or an elision stands for.
    highlighted : bool
        Whether the caller asked to point at it.
    op : Op or None
        The operation, for renderers that write it as a formula.
    short_name : str
        The name without what the clusters around it say already; for the heading of the card.
    label : str
        What texts call it: its name, a constant's number, else v1, v2 and so on; "" for groups.
    """

    id: str
    kind: str
    name: str = ""
    symbol: str = ""
    value: float | None = None
    grad: float | None = None
    cluster: str | None = None
    flags: tuple[str, ...] = ()
    hidden: int = 0
    highlighted: bool = False
    op: Op | None = None
    label: str = ""
    short_name: str = ""


@dataclass(frozen=True, slots=True)
class EdgeRecord:
    """One operand of one operation, or all those between two nodes of which one is folded.

    Attributes
    ----------
    source, target : str
        Ids of nodes; the value flows from source to target, the gradient back.
    index : int
        Which operand of the target this is; -1 for several at once.
    local : float or None
        The local derivative of the target towards this operand.
    contribution : float or None
        local × the target's gradient: what this edge added to the source's gradient. Of several, the largest.
    count : int
        How many operands the edge stands for.
    highlighted : bool
        Whether it lies between two nodes that were pointed at.
    """

    source: str
    target: str
    index: int
    local: float | None = None
    contribution: float | None = None
    count: int = 1
    highlighted: bool = False


@dataclass(frozen=True, slots=True)
class ClusterRecord:
    """One open scope: its label, and the id of the scope around it (or None)."""

    id: str
    label: str
    parent: str | None = None


@dataclass(frozen=True, slots=True)
class Records:
    """A whole drawing as data: nodes in topological order, one edge per operand, open scopes, what was hidden.

    Attributes
    ----------
    nodes, edges, clusters : tuple
        What is drawn.
    note : str
        What was hidden, in words; "" if nothing was.
    show : tuple of str
        Which rows a node has, out of "value" and "grad".
    edge_labels : str or None
        "local", "contribution" or None.
    homes : tuple of str
        For every node of the computation, in topological order, the id of the record that shows it
        (a constant is drawn at its uses, and has "").
    """

    nodes: tuple[NodeRecord, ...]
    edges: tuple[EdgeRecord, ...]
    clusters: tuple[ClusterRecord, ...] = ()
    note: str = ""
    show: tuple[str, ...] = ("value", "grad")
    edge_labels: str | None = "local"
    homes: tuple[str, ...] = field(default=(), repr=False)

    def node(self, name: str) -> NodeRecord:
        """Give the first node with this name or id.

        Raises
        ------
        KeyError
            If there is none.
        """
        for record in self.nodes:
            if name in (record.name, record.id):
                return record
        raise KeyError(f"no node named {name!r} in this drawing")
