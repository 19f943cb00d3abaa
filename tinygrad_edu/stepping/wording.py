"""With this module one can say a step in words and in formulas, with the names that the drawing shows."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from ..drawing.lettering import short
from ..drawing.style import Style
from ..inspection.stepwise import Step
from ..ops.floats import IEEEFloat
from ..ops.notation import Text, equals, notation, operand_name, read_number
from ..ops.table import CONSTANT
from ..words import say


class _Slopes(NamedTuple):
    """The local derivatives of a node as formulas, none where it has none, and how often each parent is an operand."""

    partials: tuple[Any, ...]
    times: Counter[Any]


@dataclass(frozen=True, slots=True)
class Wording:
    """The labels of all nodes and the style of all numbers: what is needed to word any step."""

    labels: dict[Any, str]
    style: Style
    _at_hand: dict[Any, _Slopes] = field(default_factory=dict, repr=False, compare=False)

    def label(self, node: Any) -> str:
        """Call a node what the drawing calls it."""
        return self.style.constant(node.data) if _is_number(node) else short(self.labels[node])

    def formula(self, node: Any) -> str:
        """Write a node as an operation of its parents' labels: "w × x"; "" for a leaf."""
        return self._notation(node, [self._operand(parent) for parent in node.parents])

    def formula_in_numbers(self, node: Any) -> str:
        """Write a node as an operation of its parents' values: "0.5 × 2"; "" for a leaf."""
        write = self._bracketed if between_signs(node) else str
        return self._notation(node, [Text(write(self._factor(parent))) for parent in node.parents])

    def form(self, node: Any) -> str:
        """Write a node as an operation of places to be filled with its parents' values: "⟦0⟧ × ⟦1⟧"; "" for a leaf.

        Numbers of the program stand as they are. An operand that was there before has the place of its first.
        """
        firsts: dict[Any, int] = {}
        texts = []
        for i, parent in enumerate(node.parents):
            written = self.value(parent) if _is_number(parent) else f"⟦{firsts.setdefault(parent, i)}⟧"
            texts.append(Text(self._bracketed(written) if between_signs(node) else written))
        return self._notation(node, texts)

    def value(self, node: Any) -> str:
        """Write the value of a node."""
        return self.style.constant(node.data) if _is_number(node) else self.style.number(node.data)

    def equals(self, node: Any) -> str:
        """Choose the sign between a node's operation in numbers and its value: "=" where it holds as shown, or "≈"."""
        if node.op is None or not node.parents:
            return "="
        try:
            computed = float(node.op.fn(*[read_number(self._factor(parent)) for parent in node.parents]))
        except (TypeError, ValueError, ArithmeticError):  # a user's entry, outside its domain once rounded
            return "≈"
        return equals(computed, self.value(node), self.style.digits)

    def slope(self, step: Step) -> str:
        """Name the local derivative of a backward step: "∂v1/∂w", or in words where the parent is several operands.

        What an operation sends back that is not its derivative, on purpose, is not called one.
        """
        node, towards = self._name(step.node), self.towards(step)
        if step.node.op is not None and not step.node.op.exact:
            return say(
                "the weight back from {name} to {operand}", name=node, operand=towards or self._name(step.parent)
            )
        if towards:
            return say("the slope of {name} towards {operand}", name=node, operand=towards)
        return f"∂{node}/∂{self._name(step.parent)}"

    def towards(self, step: Step) -> str:
        """Say which operand receives, where the parent is several operands at once; else ""."""
        if step.node.op is None or step.index is None or self._slopes(step.node).times[step.parent] < 2:
            return ""
        return operand_name(step.node.op, step.index, len(step.args))

    def rule(self, step: Step) -> str:
        """Write the local derivative of a backward step with the names of the drawing: "1 − y²"."""
        if step.index is None or not self._slopes(step.node).partials:
            return ""
        partial = self._slopes(step.node).partials[step.index]
        return str(partial) if isinstance(partial, Text) else self.style.constant(float(partial))

    def _slopes(self, node: Any) -> _Slopes:
        """Give the slopes of a node, which are worked out together and asked for one after the other."""
        if node not in self._at_hand:
            args = [IEEEFloat(parent.data) if _is_number(parent) else self._operand(parent) for parent in node.parents]
            try:
                partials = tuple(node.op.partials(Text.of_name(self.label(node)), *args))
            except (TypeError, ValueError, AttributeError, ArithmeticError):  # an entry that is no formula, only code
                partials = ()
            self._at_hand.clear()
            self._at_hand[node] = _Slopes(partials, Counter(node.parents))
        return self._at_hand[node]

    def line(self, step: Step) -> tuple[str, str]:
        """Write what a step does twice: with names, and with numbers."""
        label = self.label(step.node)
        if step.kind == "forward":
            return (
                f"{label} = {self.formula(step.node)}",
                f"{self.formula_in_numbers(step.node)} {self.equals(step.node)} {self.style.number(step.node.data)}",
            )
        if step.kind == "seed":
            return (
                f"{label}.grad = {self.style.number(step.grad_after)}",
                f"∂{label}/∂{label} = {self.style.number(step.grad_after)}",
            )
        local, upstream = self._bracketed(self.style.factor(step.local)), self.style.factor(step.upstream)
        short = say("slope") if self.towards(step) else self.slope(step)
        if step.node.op is not None and not step.node.op.exact:
            short = say("(weight back)")
        return (
            f"{self.label(step.parent)}.grad += {short} × {label}.grad",
            f"{self.style.factor(step.grad_before)} + {local} × {self._bracketed(upstream)} {self.adds(step)}"
            f" {self.style.factor(step.grad_after)}",
        )

    def adds(self, step: Step) -> str:
        """Choose the sign between an addition to a gradient, as it is shown, and its result: "=" or "≈"."""
        total = self._as_shown(step.grad_before) + self._as_shown(step.local) * self._as_shown(step.upstream)
        return equals(total, self.style.factor(step.grad_after), self.style.digits)

    def multiplies(self, step: Step) -> str:
        """Choose the sign between the product that a step adds, as it is shown, and its result: "=" or "≈"."""
        product = self._as_shown(step.local) * self._as_shown(step.upstream)
        return equals(product, self.style.factor(step.contribution), self.style.digits)

    def _notation(self, node: Any, operands: list[Text]) -> str:
        return "" if node.op is None or not node.parents else str(notation(node.op, *operands))

    def _operand(self, node: Any) -> Text:
        if _is_number(node):
            return Text.of_number(node.data, self.style.digits)
        return Text.of_name(self.label(node))

    def _name(self, node: Any) -> str:
        return str(Text.of_name(self.label(node)))

    def _factor(self, node: Any) -> str:
        return self.style.constant(node.data) if _is_number(node) else self.style.factor(node.data)

    def _as_shown(self, x: float | None) -> float:
        return read_number(self.style.factor(x))

    def _bracketed(self, text: str) -> str:
        return f"({text})" if text.startswith("−") else text


def between_signs(node: Any) -> bool:
    """Whether its operands stand between signs, where a negative number needs brackets, which an argument does not."""
    signs = node.op is not None and node.op.arity in (1, 2) and not node.op.symbol.isidentifier()
    return signs and "·" not in node.op.symbol


def _is_number(node: Any) -> bool:
    """Whether it is a plain number of the program, which has no name."""
    return node.op is CONSTANT and not node.name
