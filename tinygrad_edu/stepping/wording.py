"""With this module one can say a step in words and in formulas, with the names that the drawing shows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ..drawing.lettering import short
from ..drawing.style import Style
from ..inspection.stepwise import Step
from ..ops.notation import Text, notation
from ..ops.table import CONSTANT

_MOST_OPERANDS = 6


@dataclass(frozen=True, slots=True)
class Wording:
    """The labels of all nodes and the style of all numbers: what is needed to word any step."""

    labels: dict[Any, str]
    style: Style

    def label(self, node: Any) -> str:
        """Call a node what the drawing calls it."""
        return short(self.labels[node])

    def formula(self, node: Any) -> str:
        """Write a node as an operation of its parents' labels: "w × x"; "" for a leaf."""
        return self._notation(node, [self.label(parent) for parent in node.parents])

    def formula_in_numbers(self, node: Any) -> str:
        """Write a node as an operation of its parents' values: "0.5 × 2"; "" for a leaf."""
        # Between signs a negative number needs brackets, as an argument in brackets it does not.
        signs = node.op is not None and node.op.arity in (1, 2) and not node.op.symbol.isidentifier()
        write = self._bracketed if signs and "·" not in node.op.symbol else self.style.number
        return self._notation(node, [write(parent.data) for parent in node.parents])

    def rule(self, step: Step) -> str:
        """Write the local derivative of a backward step with the names of the drawing: "1 − y²"."""
        node = step.node
        if node.op is None or step.index is None:
            return ""
        if len(node.parents) > _MOST_OPERANDS:
            return step.rule
        args = [
            parent.data if parent.op is CONSTANT and parent.name is None else Text(self.label(parent))
            for parent in node.parents
        ]
        try:
            partial = node.op.partials(Text(self.label(node)), *args)[step.index]
        except (TypeError, ValueError, AttributeError, ArithmeticError):  # an entry that is no formula, only code
            return ""
        return str(partial) if isinstance(partial, Text) else self.style.number(float(partial))

    def line(self, step: Step) -> tuple[str, str]:
        """Write what a step does twice: with names, and with numbers."""
        label = self.label(step.node)
        if step.kind == "forward":
            return (
                f"{label} = {self.formula(step.node)}",
                f"{self.formula_in_numbers(step.node)} = {self.style.number(step.node.data)}",
            )
        if step.kind == "seed":
            return (
                f"{label}.grad = {self.style.number(step.grad_after)}",
                f"∂{label}/∂{label} = {self.style.number(step.grad_after)}",
            )
        parent = self.label(step.parent)
        return (
            f"{parent}.grad += ∂{label}/∂{parent} × {label}.grad",
            f"{self.style.number(step.grad_before)} + {self._bracketed(step.local)} × {self._bracketed(step.upstream)}"
            f" = {self.style.number(step.grad_after)}",
        )

    def _notation(self, node: Any, operands: list[str]) -> str:
        if node.op is None or not node.parents:
            return ""
        if len(operands) > _MOST_OPERANDS:
            operands = [*operands[:3], "…", *operands[-2:]]
        return str(notation(node.op, *map(Text, operands)))

    def _bracketed(self, x: float | None) -> str:
        text = self.style.number(x)
        return f"({text})" if text.startswith("−") else text
