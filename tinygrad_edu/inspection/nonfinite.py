"""With this module one can find where a computation first left the finite numbers."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

from ..engine.sweep import topological_order
from ..ops.table import CONSTANT
from ..signs import for_terminal
from ..words import say
from .stepwise import label_of, steps

if TYPE_CHECKING:
    from ..engine.value import Value


class Nonfinite(NamedTuple):
    """Where a computation first left the finite numbers.

    Attributes
    ----------
    node : Value
    args : tuple of float
        The values of its parents.
    where : {"value", "partial", "gradient"}
    """

    node: Value
    args: tuple[float, ...]
    where: str

    def __str__(self) -> str:
        made = f" = {self.node.op.name}({', '.join(map(str, self.args))})" if self.node.op is not None else ""
        whats = {"value": say("value"), "partial": say("partial"), "gradient": say("gradient")}
        found = f"{label_of(self.node)}{made} = {self.node.data}"
        return for_terminal(say("first nonfinite {what} at {node}", what=whats[self.where], node=found))


def find_nonfinite(root: Value) -> Nonfinite | None:
    """Find the first node whose value, local derivative or gradient is nan or inf.

    Parameters
    ----------
    root : Value
        The result of the computation.

    Returns
    -------
    Nonfinite or None
        The first in evaluation order with a nonfinite value or local derivative; failing that, the first in
        sweeping order with a nonfinite gradient; None if all is finite.

    Examples
    --------
    >>> from tinygrad_edu import Value, log
    >>> x = Value(0.0, "x")
    >>> print(find_nonfinite(log(x) * 0.0))
    first nonfinite value at ln = log(0.0) = -inf
    """
    finite = math.isfinite
    for node in topological_order(root):
        args = tuple([parent.data for parent in node.parents])
        if not finite(node.data):
            return Nonfinite(node, args, "value")
        for parent, local in zip(node.parents, node.partials, strict=True):
            if parent.op is not CONSTANT and not finite(local):
                return Nonfinite(node, args, "partial")
    for step in steps(root):
        if step.grad_after is not None and not finite(step.grad_after):
            node = step.parent if step.parent is not None else step.node
            return Nonfinite(node, tuple([parent.data for parent in node.parents]), "gradient")
    return None
