"""With this module one can hold a drawing as plain data, before anything is rendered.

Every renderer (SVG, PNG, PDF, DOT, text, the step player) reads these records and nothing else, so a
test of the records is a test of them all. A record knows how to say itself in words; cards and formats ask it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from ...ops.notation import Text, notation
from ...ops.operation import Op
from ..lettering import short
from ..style import Style

KINDS = ("leaf", "parameter", "input", "constant", "operation", "output", "group", "elision")
_FLAG_WORDS = {"zero": "gradient is zero", "dead": "passes nothing back", "alarm": "not finite"}
_MOST_OPERANDS = 6


class Row(NamedTuple):
    """One line of a card: which number ("value" or "grad"), the word before it, and the number as text."""

    what: str
    word: str
    number: str


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

    def heading(self, style: Style) -> str:
        """Give the large text of its card."""
        name = short(self.short_name or self.name)
        if self.symbol and name:
            return f"{name} = {self.symbol}"
        return self.symbol or name or "·"

    @property
    def headed_by_symbol(self) -> bool:
        """Whether its heading is but a sign."""
        return not self.name

    def word(self, style: Style) -> str:
        """Give the small text beside the heading: what is wrong, or the kind, or the label that texts refer to."""
        if "alarm" in self.flags:
            return "not finite!"
        if "dead" in self.flags:
            return "passes nothing"
        kind = "" if self.kind == "operation" else self.kind
        return " ".join(filter(None, (kind, self.label if style.labels and not self.name else "")))

    def rows(self, style: Style) -> list[Row]:
        """Give the lines of its card."""
        numbers = {"value": self.value, "grad": self.grad}
        if self.kind == "input":
            del numbers["grad"]  # nothing flows into what is only data
        return [Row(what, what, style.number(numbers[what])) for what in style.show if what in numbers]

    def description(self, style: Style) -> str:
        """Say in one line what it is, for tooltips and screen readers."""
        parts = [f"{self.kind} {self.name}".strip()]
        if self.symbol:
            parts.append(f"operation {self.symbol}")
        if self.hidden:
            parts.append(f"{self.hidden:,} nodes")
        if self.value is not None:
            parts.append(f"value {style.number(self.value)}")
        if self.grad is not None:
            parts.append(f"gradient {style.number(self.grad)}")
        return ", ".join(parts + [_FLAG_WORDS[flag] for flag in self.flags])

    @property
    def called(self) -> str:
        """What a text calls it."""
        return self.name or self.label

    def equation(self, reads: Sequence[tuple[EdgeRecord, str]]) -> str:
        """Say how it is computed, given the edges into it with what their sources are called."""
        if self.op is None:
            return "leaf" if self.kind == "output" else self.kind
        operands = sorted((place, name, edge.index < 0) for edge, name in reads for place in edge.operands)
        # Two nodes of one group are not one node twice: bound like a power they do not read as its square.
        texts = [Text(name, 4) if several else Text(name) for _, name, several in operands]
        if len(texts) > _MOST_OPERANDS:
            texts = [*texts[:3], Text("…"), *texts[-2:]]
        return str(notation(self.op, *texts))


@dataclass(frozen=True, slots=True)
class ConstantRecord(NodeRecord):
    """A plain number at one of its uses."""

    kind: str = "constant"

    def heading(self, style: Style) -> str:
        """Give the number."""
        return style.number(self.value)

    def word(self, style: Style) -> str:
        """Say nothing beside the number."""
        return ""

    def rows(self, style: Style) -> list[Row]:
        """Give no line: the number is the heading."""
        return []

    def description(self, style: Style) -> str:
        """Say what it is."""
        return f"constant {style.number(self.value)}"


@dataclass(frozen=True, slots=True)
class GroupRecord(NodeRecord):
    """Several nodes that are drawn as one: a folded scope, or leaves of a kind that feed the same."""

    kind: str = "group"

    def heading(self, style: Style) -> str:
        """Give its name."""
        return short(self.name)

    def word(self, style: Style) -> str:
        """Say how many nodes it stands for."""
        return "not finite!" if "alarm" in self.flags else f"{self.hidden:,} nodes"

    def rows(self, style: Style) -> list[Row]:
        """Give the size of the gradient."""
        return [Row("grad", "|grad|", style.number(self.grad))] if "grad" in style.show else []

    def equation(self, reads: Sequence[tuple[EdgeRecord, str]]) -> str:
        """Say what it reads."""
        names = [name for _, name in reads]
        of = f" of {', '.join(names[:4])}" if names else ""
        return f"{self.hidden:,} nodes{of}{', …' if len(names) > 4 else ''}"


@dataclass(frozen=True, slots=True)
class ElisionRecord(GroupRecord):
    """What was left out in the middle."""

    kind: str = "elision"

    def heading(self, style: Style) -> str:
        """Say how many nodes were left out."""
        return self.called

    @property
    def headed_by_symbol(self) -> bool:
        """No: it is headed by words."""
        return False

    def word(self, style: Style) -> str:
        """Say no more than the heading does, unless something is wrong."""
        return "not finite!" if "alarm" in self.flags else ""

    def rows(self, style: Style) -> list[Row]:
        """Give no line."""
        return []

    def description(self, style: Style) -> str:
        """Say what it is."""
        return f"{self.hidden:,} nodes left out"

    @property
    def called(self) -> str:
        """What a text calls it."""
        return f"… {self.hidden:,} nodes …"

    def equation(self, reads: Sequence[tuple[EdgeRecord, str]]) -> str:
        """Say nothing."""
        return ""


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
        return "" if shown is None else style.number(shown)


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
