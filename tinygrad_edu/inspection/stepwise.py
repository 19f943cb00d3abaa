"""With this module one can watch a computation: every step of its forward evaluation and of its backward sweep.

Nothing here changes a node: gradients are kept aside, and end bit-equal to those of `backward`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

from ..arguments import unknown
from ..engine.sweep import topological_order
from ..ops.floats import number
from ..ops.notation import argument_names, caption, constant_text, number_text, operand_name, sign_of, visible
from ..ops.operation import Op
from ..ops.table import CONSTANT
from ..words import say

if TYPE_CHECKING:
    from ..engine.value import Value


class Step(NamedTuple):
    """One step of a computation: a node is computed, the root is seeded, or one edge adds to one gradient.

    Attributes
    ----------
    kind : {"forward", "seed", "backward"}
    node : Value
        The node that is computed, seeded, or whose gradient flows on.
    op : Op or None
        Its operation.
    args : tuple of float
        The values of its parents.
    parent : Value or None
        Backward: the operand that receives.
    index : int or None
        Backward: which operand of `node` that is.
    local : float or None
        Backward: the local derivative of `node` towards `parent`.
    upstream : float or None
        Backward: the gradient of `node`.
    contribution : float or None
        Backward: ``local * upstream``; seed: the seed.
    grad_before, grad_after : float or None
        The gradient of `parent` (seed: of `node`) before and after the addition.
    """

    kind: str
    node: Value
    op: Op | None
    args: tuple[float, ...]
    parent: Value | None = None
    index: int | None = None  # type: ignore[assignment]  # hides tuple.index, which nobody misses
    local: float | None = None
    upstream: float | None = None
    contribution: float | None = None
    grad_before: float | None = None
    grad_after: float | None = None

    @property
    def rule(self) -> str:
        """The local derivative as a formula in y and the operands, which are x, or a, b, c, or x0, x1 and so on."""
        if self.op is None or self.index is None:
            return ""
        constants = tuple(p.data if p.op is CONSTANT and p.name is None else None for p in self.node.parents)
        return caption(self.op, self.index, argument_names(len(self.args)), constants)

    @property
    def towards(self) -> str:
        """Which operand receives, in words, where the parent is several operands at once; else ""."""
        if self.op is None or self.index is None or sum(p is self.parent for p in self.node.parents) < 2:
            return ""
        return operand_name(self.op, self.index, len(self.args))

    @property
    def caption(self) -> str:
        """The step in one line, with names and numbers."""
        label = label_of(self.node)
        if self.kind == "forward" and self.op is not None:
            shown = [number_text(a) for a in self.args[:4]] + ["…"] * (len(self.args) > 4)
            return f"{label} = {self.op.name}({', '.join(shown)}) = {number_text(self.node.data)}"
        assert self.contribution is not None
        assert self.grad_before is not None
        assert self.grad_after is not None
        if self.kind == "seed":
            return f"{label}.grad = {number_text(self.grad_after)}"
        assert self.local is not None
        assert self.upstream is not None
        before, local, upstream, after = map(
            number_text, (self.grad_before, self.local, self.upstream, self.grad_after)
        )
        towards = self.towards
        about = say(", towards {operand}", operand=towards) if towards else ""
        return f"{label_of(self.parent)}.grad += {local} × {upstream}   ({before} → {after}){about}"


def label_of(node: Any) -> str:
    """Call a node by its name, else by its operation's symbol, else by its number."""
    if node.name is not None:
        return visible(node.name)
    if node.op is None or node.op is CONSTANT:
        return constant_text(node.data)
    return sign_of(node.op)


ORDERS = ("topological", "recursive")


def steps(root: Value, seed: float = 1.0, order: str = "topological") -> Iterator[Step]:
    """Walk the forward evaluation, the seed and the backward sweep of a computation, one step at a time.

    Parameters
    ----------
    root : Value
        The result to differentiate.
    seed : float, default 1.0
        The gradient of the result itself.
    order : {"topological", "recursive"}, default "topological"
        "recursive" is there to be looked at: a node hands on what it holds whenever something arrives, as the obvious
        program does, before the rest has arrived. Its gradients are wrong wherever an operation is used twice.

    Yields
    ------
    Step
        In the very order in which `backward` adds. Lazily: a million nodes are no trouble.

    Notes
    -----
    Pure: no node is changed. Gradients start from zero, also those of leaves that hold one.

    Examples
    --------
    >>> from tinygrad_edu import Value
    >>> x, y = Value(2.0, "x"), Value(3.0, "y")
    >>> for step in steps(x * y):
    ...     print(step.kind, step.caption)
    forward × = mul(2, 3) = 6
    seed ×.grad = 1
    backward x.grad += 3 × 1   (0 → 3)
    backward y.grad += 2 × 1   (0 → 2)
    """
    if order not in ORDERS:
        raise ValueError(unknown("order", order, ORDERS))
    return _steps(root, number(seed, "a seed"), order)


def _steps(root: Value, seed: float, way: str) -> Iterator[Step]:
    order = [node for node in topological_order(root) if node.parents]
    for node in order:
        yield Step("forward", node, node.op, tuple([parent.data for parent in node.parents]))
    yield Step("seed", root, root.op, (), contribution=seed, grad_before=0.0, grad_after=0.0 + seed)
    grads: dict[Value, float] = {root: 0.0 + seed}
    if way == "recursive":
        yield from _recursive(root, grads)
        return
    for node in reversed(order):
        args = tuple([parent.data for parent in node.parents])
        for index, (parent, local) in enumerate(zip(node.parents, node.partials, strict=True)):
            if parent.op is not CONSTANT:
                yield _handed_on(node, args, parent, index, local, grads)


def _recursive(root: Value, grads: dict[Value, float]) -> Iterator[Step]:
    """Go on to a parent as soon as it has got something, without Python's own recursion."""
    waiting = [(root, 0)]
    while waiting:
        node, index = waiting.pop()
        if index < len(node.parents):
            waiting += [(node, index + 1), (node.parents[index], 0)]
            if node.parents[index].op is not CONSTANT:
                args = tuple([parent.data for parent in node.parents])
                yield _handed_on(node, args, node.parents[index], index, node.partials[index], grads)


def _handed_on(
    node: Value, args: tuple[float, ...], parent: Value, index: int, local: float, grads: dict[Value, float]
) -> Step:
    """Hand on along one edge what a node holds now."""
    upstream, before = grads[node], grads.get(parent, 0.0)
    contribution = local * upstream
    grads[parent] = before + contribution
    return Step(
        "backward", node, node.op, args, parent, index, local, upstream, contribution, before, grads[parent]
    )  # fmt: skip
