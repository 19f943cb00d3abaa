"""With this module one can hold a drawing as plain data, before anything is rendered.

Every renderer (SVG, PNG, PDF, DOT, text, the step player) reads these records and nothing else, so a
test of the records is a test of them all.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from ..style import Style
from .edges import ClusterRecord, EdgeRecord
from .nodes import NodeRecord


@dataclass(frozen=True, slots=True)
class Records:
    """A whole drawing as data: nodes in topological order, one edge per operand, open scopes, what was hidden.

    Attributes
    ----------
    nodes, edges, clusters : tuple
        What is drawn.
    note : str
        What was hidden, in words; "" if nothing was.
    style : Style
        How it is to be shown.
    homes : tuple of str
        For every node of the computation, in topological order, the id of the record that shows it
        (a constant is drawn at its uses, and has "").
    """

    nodes: tuple[NodeRecord, ...]
    edges: tuple[EdgeRecord, ...]
    clusters: tuple[ClusterRecord, ...] = ()
    note: str = ""
    style: Style = field(default=Style(), repr=False)
    homes: tuple[str, ...] = field(default=(), repr=False)

    @property
    def show(self) -> tuple[str, ...]:
        """Which rows a node has, out of "value" and "grad"."""
        return self.style.show

    @property
    def edge_labels(self) -> str | None:
        """What is written on the edges: "local", "contribution" or None."""
        return self.style.edges

    def fitted_style(self) -> Style:
        """Give the style with the units of the numbers that are drawn."""
        return self.style.fitted((n.grad for n in self.nodes), (e.contribution for e in self.edges))

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
