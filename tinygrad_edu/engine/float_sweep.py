"""With this module gradients of Values are swept: the loops on floats, which read the slots of Values.

This is `tinygrad_edu.engine.sweep` again, written for speed, since all eager training goes through it. What makes it
quick: one or two parents stand in slots of their own, so that no tuple is made or taken apart; leaves and constants,
half of all nodes, are neither listed nor asked again; no set is kept of the nodes that were met, which would cost as
much as all the rest; and inputs that the neurons of a layer share are walked over once.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ..ops.floats import number
from ..ops.table import CONSTANT
from .sweep import topological_order


def backward(root: Any, seed: float = 1.0) -> None:
    """Propagate the gradient of `root` to everything it depends on.

    Leaves accumulate into `grad`, so two calls add up; the `grad` of every interior node is set anew.

    Parameters
    ----------
    root : Value
        The result to differentiate.
    seed : float, default 1.0
        The gradient of the result with respect to itself, or the weight it has further on.

    Raises
    ------
    TypeError
        If `seed` is no number.

    Examples
    --------
    >>> from tinygrad_edu import Value
    >>> x = Value(3.0)
    >>> backward(x * x)
    >>> x.grad
    6.0
    """
    seed = number(seed, "a seed")
    order = _interior_cleared(root)
    try:
        _spread(root, seed, order)
    except TypeError:  # of adding to None, which is how one clears gradients in PyTorch
        for node in topological_order(root):
            if not isinstance(node.grad, float):
                name = getattr(node, "name", None) or "a Value"
                raise TypeError(
                    f"the grad of {name} is {node.grad!r:.60}, no number to add to: it is 0.0 at first; "
                    "call zero_grad(), or write x.grad = 0.0"
                ) from None
        raise


def _spread(root: Any, seed: float, order: list[Any]) -> None:
    """Go through the nodes from the root, and add to the gradient of each of their parents."""
    root.grad += seed
    kind = root.__class__
    constant = CONSTANT
    for node in reversed(order):
        upstream = node.grad
        left, right = node._a, node._b
        if right.__class__ is kind:
            if left.op is not constant:
                left.grad += node._da * upstream
            if right.op is not constant:
                right.grad += node._db * upstream
        elif left.__class__ is tuple:
            halves = ((left, node._da),) if right is None else ((left, node._da), (right, node._db))
            for parents, slopes in halves:
                if upstream == 0.0 and sum(slopes) * 0.0 == 0.0:
                    continue  # behind a relu that is off: finite slopes times zero, and to add zeros changes nothing
                for parent, local in zip(parents, slopes):  # noqa: B905 (strict costs a tenth of the sweep)
                    if parent.op is not constant:
                        parent.grad += local * upstream
        elif left.op is not constant:
            left.grad += node._da * upstream


def _interior_cleared(root: Any) -> list[Any]:
    """List the nodes that have parents in topological order, their gradients set to 0.

    Since these gradients are set anew, each node that was met holds a mark in its gradient's place for the time of the
    walk: an object of this walk alone. Should the walk be interrupted, the marks go all the same.
    """
    if root._a is None:
        return []
    met = object()
    try:
        order = _interior(root, met)
        for node in order:
            node.grad = 0.0
    except BaseException:
        for node in topological_order(root):
            if node.grad is met:
                node.grad = 0.0
        raise
    return order


def _interior(root: Any, met: object) -> list[Any]:
    """List the nodes that have parents, marking them: the walk of `topological_order` without the leaves."""
    order: list[Any] = []
    kind = root.__class__
    append = order.append
    stack: list[Any] = []  # nodes to come back to; on top of one with many parents, those still to be looked at
    push, pop = stack.append, stack.pop
    node, todo = root, None
    walked: Any = None  # the right half that all has been looked at last: the inputs, which the next neuron shares
    root.grad = met
    while True:
        left = node._a
        if left.__class__ is tuple:
            right = node._b
            todo = todo or iter(left if right is None or right is walked else left + right)
            for parent in todo:
                if parent._a is not None and parent.grad is not met:
                    parent.grad = met
                    stack += (node, todo)
                    node, todo = parent, None
                    break
            else:
                todo, walked = None, right
                append(node)
                if not stack:
                    return order
                node = pop()
        elif left._a is not None and left.grad is not met:
            left.grad = met
            push(node)
            node = left
        else:
            right = node._b
            if right is not None and right._a is not None and right.grad is not met:
                right.grad = met
                push(node)
                node = right
            else:
                append(node)
                if not stack:
                    return order
                node = pop()
        if node.__class__ is not kind:  # but what is left of a list of parents; the node lies below
            todo, node = node, pop()


def zero_grad(values: Iterable[Any]) -> None:
    """Set the gradients of some Values to 0.0.

    Parameters
    ----------
    values : iterable of Value
        For instance ``model.parameters()``.

    Examples
    --------
    >>> from tinygrad_edu import Value
    >>> x = Value(3.0)
    >>> (x * x).backward()
    >>> zero_grad([x])
    >>> x.grad
    0.0
    """
    for value in values:
        value.grad = 0.0
