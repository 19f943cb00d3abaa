"""With this module one can walk a computation graph: in order, backwards with gradients, step by step, path by path.

`accumulate` is the reverse sweep over any kind of number. `backward` is its fast form on floats; `steps` (in
`tinygrad_edu.inspection.stepwise`) its form for show. All three visit nodes, and add contributions, in one order.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Sequence
from typing import Any

from ..ops.floats import number
from ..ops.table import CONSTANT


def topological_order(*roots: Any, known: Container[Any] = ()) -> list[Any]:
    """List a computation so that every node comes after its parents.

    Parameters
    ----------
    *roots : Value
        The results; everything they depend on is listed, once.
    known : container of Value, optional
        Nodes that need not be listed, nor what they depend on.

    Returns
    -------
    list of Value
        Leaves and constants included; left operands before right ones; the root last.

    Examples
    --------
    >>> from tinygrad_edu import Value
    >>> a, b = Value(2.0, "a"), Value(3.0, "b")
    >>> [node.name or node.op.name for node in topological_order(a * b + a)]
    ['a', 'b', 'mul', 'add']
    """
    order: list[Any] = []
    seen: set[Any] = set()
    for root in roots:
        if root in seen or root in known:
            continue
        seen.add(root)
        stack: list[Any] = []
        node, todo = root, iter(root.parents)
        while True:
            for parent in todo:
                if parent not in seen and parent not in known:
                    seen.add(parent)
                    stack += (node, todo)  # to come back to the rest of its parents
                    node, todo = parent, iter(parent.parents)
                    break
            else:
                order.append(node)
                if not stack:
                    break
                todo, node = stack.pop(), stack.pop()
    return order


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
    root.grad = seed if root.parents else root.grad + seed
    constant = CONSTANT
    for node in reversed(order):
        upstream = node.grad
        left, right = node._a, node._b
        if right is not None:
            if left.op is not constant:
                left.grad += node._da * upstream
            if right.op is not constant:
                right.grad += node._db * upstream
        elif left.__class__ is tuple:
            slopes = node._da
            if upstream == 0.0 and sum(slopes) * 0.0 == 0.0:
                continue  # behind a relu that is off: finite slopes times zero, and to add zeros changes nothing
            for parent, local in zip(left, slopes):  # noqa: B905 (strict costs a tenth of the sweep)
                if parent.op is not constant:
                    parent.grad += local * upstream
        elif left.op is not constant:
            left.grad += node._da * upstream


def _interior_cleared(root: Any) -> list[Any]:
    """List the nodes that have parents in topological order, their gradients set to zero.

    The walk of `topological_order` without the leaves, on the slots of Values. A node is known as visited by its
    gradient being this very sweep's zero object, which is quicker than a set and leaves nothing behind.
    """
    zero = float("0")  # a new object
    kind = root.__class__
    order: list[Any] = []
    if not root.parents:
        return order
    root.grad = zero
    append = order.append
    stack: list[Any] = []  # nodes to come back to; on top of one with many parents, those still to be looked at
    push, pop = stack.append, stack.pop
    node, todo = root, None
    while True:
        left = node._a
        if left.__class__ is tuple:
            todo = todo or iter(left)
            for parent in todo:
                if parent._a is not None and parent.grad is not zero:
                    parent.grad = zero
                    stack += (node, todo)
                    node, todo = parent, None
                    break
            else:
                todo = None
                append(node)
                if not stack:
                    return order
                node = pop()
        elif left._a is not None and left.grad is not zero:
            left.grad = zero
            push(node)
            node = left
        else:
            right = node._b
            if right is not None and right._a is not None and right.grad is not zero:
                right.grad = zero
                push(node)
                node = right
            else:
                append(node)
                if not stack:
                    return order
                node = pop()
        if node.__class__ is not kind:  # but what is left of a list of parents; the node lies below
            todo, node = node, pop()


def accumulate(
    order: Sequence[Any],
    adjoints: dict[Any, Any],
    locals_of: Callable[[Any], Sequence[Any]],
    wanted: set[Any] | None = None,
) -> dict[Any, Any]:
    """Sweep backwards over any kind of number: floats, Values or graph variables.

    Parameters
    ----------
    order : sequence of nodes
        In topological order.
    adjoints : dict
        The seeds, by node; extended in place.
    locals_of : callable
        ``locals_of(node)`` gives the partial derivatives towards its parents.
    wanted : set of nodes, optional
        Only these receive gradients; by default all but constants do.

    Returns
    -------
    dict of node to number
        The derivative of the seeded results with respect to each node.
    """
    for node in reversed(order):
        if node not in adjoints or not node.parents:
            continue
        upstream = adjoints[node]
        for parent, local in zip(node.parents, locals_of(node), strict=True):
            if parent.op is CONSTANT or (wanted is not None and parent not in wanted):
                continue
            if local.__class__ is float and local == 1.0:  # spares symbolic sweeps an equation; exact on floats
                contribution = upstream
            elif upstream.__class__ is float and upstream == 1.0:
                contribution = local
            else:
                contribution = local * upstream
            adjoints[parent] = adjoints[parent] + contribution if parent in adjoints else contribution
    return adjoints


def dependents(order: Iterable[Any], sources: Iterable[Any]) -> set[Any]:
    """Find the nodes of an order that depend on any of the sources, the sources themselves included.

    Parameters
    ----------
    order : iterable of nodes
        In topological order.
    sources : iterable of nodes

    Returns
    -------
    set of nodes
    """
    found = set(sources)
    for node in order:
        if node.parents and not found.isdisjoint(node.parents):
            found.add(node)
    return found


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


def partials_in_kind(node: Any) -> Sequence[Any]:
    """Give the partial derivatives of a node as numbers of its own kind, which can be differentiated again."""
    partials: Sequence[Any] = node.op.partials(node, *node.parents)
    return partials
