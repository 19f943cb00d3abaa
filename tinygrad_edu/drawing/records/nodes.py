"""With this module one can hold a node of a drawing as data that knows how to say itself in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from typing import NamedTuple

from ...ops.notation import Text, notation
from ...ops.operation import Op
from ...words import say
from ..lettering import short
from ..style import Style
from .edges import EdgeRecord


class CardRow(NamedTuple):
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
        leaf, parameter, input, constant, operation, output, group or elision.
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
        kind = "" if self.kind == "operation" else self.kind_word
        label = short(self.label) if (style.labels or self.name) and self.label != self.name else ""
        wrong = say("not finite!") if "alarm" in self.flags else say("passes nothing") if "dead" in self.flags else ""
        if wrong and not label:
            return wrong
        called = " ".join(filter(None, (kind, label)))
        return say("{name}, {state}", name=called, state=wrong) if wrong else called

    @property
    def kind_word(self) -> str:
        """What kind of node it is, in a word."""
        return {
            "leaf": say("leaf"),
            "parameter": say("parameter"),
            "input": say("input"),
            "constant": say("constant"),
            "operation": say("operation"),
            "output": say("output"),
            "group": say("group"),
        }[self.kind]

    @property
    def flag_words(self) -> list[str]:
        """What is to be noted of it, each in a word."""
        words = {"zero": say("zero"), "dead": say("dead"), "alarm": say("alarm")}
        return [words[flag] for flag in self.flags]

    def rows(self, style: Style) -> list[CardRow]:
        """Give the lines of its card."""
        numbers = {"value": self.value, "grad": self.grad}
        if self.kind == "input":
            del numbers["grad"]  # nothing flows into what is only data
        words = {"value": say("value"), "grad": say("grad")}
        return [CardRow(what, words[what], style.number(numbers[what])) for what in style.show if what in numbers]

    def description(self, style: Style) -> str:
        """Say in one line what it is, for tooltips and screen readers."""
        said = self.kind == "operation" and self.symbol and not self.name
        parts = [] if said else [f"{self.kind_word} {self.name}".strip()]
        if self.symbol:
            parts.append(say("operation {symbol}", symbol=self.symbol))
        if self.hidden:
            parts.append(say("{count} nodes", count=f"{self.hidden:,}"))
        if self.value is not None:
            parts.append(say("value {value}", value=style.number(self.value)))
        if self.grad is not None:
            parts.append(say("gradient {grad}", grad=style.number(self.grad)))
        states = {"zero": say("gradient is zero"), "dead": say("passes nothing back"), "alarm": say("not finite")}
        parts += [states[flag] for flag in self.flags]
        return reduce(lambda told, more: say("{told}, {more}", told=told, more=more), parts)

    @property
    def called(self) -> str:
        """What a text calls it."""
        return self.label or self.name

    @property
    def operand(self) -> Text:
        """What a formula calls it."""
        return Text.of_name(self.called)

    def equation(self, reads: Sequence[tuple[EdgeRecord, NodeRecord]]) -> str:
        """Say how it is computed, given the edges into it with their sources."""
        if self.op is None:
            return say("leaf") if self.kind == "output" else self.kind_word
        operands = {place: (edge, source.operand) for edge, source in reads for place in edge.operands}
        # Two nodes of one group are not one node twice: bound like a power they do not read as its square.
        texts = [Text(text.text, 4) if edge.index < 0 else text for _, (edge, text) in sorted(operands.items())]
        return str(notation(self.op, *texts))


@dataclass(frozen=True, slots=True)
class ConstantRecord(NodeRecord):
    """A plain number at one of its uses."""

    kind: str = "constant"

    @property
    def operand(self) -> Text:
        """What a formula calls it."""
        return Text(self.label) if self.value is None else Text.of_number(self.value)

    def heading(self, style: Style) -> str:
        """Give the number."""
        return style.constant(self.value)

    def word(self, style: Style) -> str:
        """Say nothing beside the number."""
        return ""

    def rows(self, style: Style) -> list[CardRow]:
        """Give no line: the number is the heading."""
        return []

    def description(self, style: Style) -> str:
        """Say what it is."""
        return say("constant {value}", value=style.constant(self.value))


@dataclass(frozen=True, slots=True)
class GroupRecord(NodeRecord):
    """Several nodes that are drawn as one: a folded scope, or leaves of a kind that feed the same."""

    kind: str = "group"

    def heading(self, style: Style) -> str:
        """Give its name."""
        return short(self.name)

    def word(self, style: Style) -> str:
        """Say how many nodes it stands for."""
        size = say("{count} nodes", count=f"{self.hidden:,}")
        return say("{name}, {state}", name=size, state=say("not finite!")) if "alarm" in self.flags else size

    def rows(self, style: Style) -> list[CardRow]:
        """Give the size of the gradient."""
        return [CardRow("grad", say("|grad|"), style.number(self.grad))] if "grad" in style.show else []

    def equation(self, reads: Sequence[tuple[EdgeRecord, NodeRecord]]) -> str:
        """Say what it reads."""
        names = [source.called for _, source in reads]
        count = f"{self.hidden:,}"
        if not names:
            return say("{count} nodes", count=count)
        of = say(", ").join(names[:4] + ["…"] * (len(names) > 4))
        return say("{count} nodes of {names}", count=count, names=of)


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
        return say("not finite!") if "alarm" in self.flags else ""

    def rows(self, style: Style) -> list[CardRow]:
        """Give no line."""
        return []

    def description(self, style: Style) -> str:
        """Say what it is."""
        return say("{count} nodes left out", count=f"{self.hidden:,}")

    @property
    def called(self) -> str:
        """What a text calls it."""
        return say("… {count} nodes …", count=f"{self.hidden:,}")

    @property
    def operand(self) -> Text:
        """What a formula calls it, which is no name."""
        return Text(self.called)

    def equation(self, reads: Sequence[tuple[EdgeRecord, NodeRecord]]) -> str:
        """Say nothing."""
        return ""
