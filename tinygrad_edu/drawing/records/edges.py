"""With this module one can hold what lies between and around the nodes of a drawing: edges and open scopes."""

from __future__ import annotations

from dataclasses import dataclass

from ..style import Style


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
    operands : tuple of int
        Which operands of the target, or of those folded into it, these are.
    """

    source: str
    target: str
    index: int
    local: float | None = None
    contribution: float | None = None
    count: int = 1
    highlighted: bool = False
    operands: tuple[int, ...] = ()

    def shown(self, style: Style) -> float | None:
        """Give the number that belongs on it, if any."""
        return {"local": self.local, "contribution": self.contribution}.get(style.edges or "")

    def text(self, style: Style) -> str:
        """Give the text on it; "" for none."""
        if style.edges is None:
            return ""
        if self.count > 1:
            return f"{self.count:,}×"
        shown = self.shown(style)
        return "" if shown is None else style.factor(shown)


@dataclass(frozen=True, slots=True)
class ClusterRecord:
    """One open scope: its label, and the id of the scope around it (or None)."""

    id: str
    label: str
    parent: str | None = None
