"""With this module one can walk a computation graph: in order, and backwards with gradients of any kind of number.

`accumulate` is the reverse sweep. It has a form on floats for speed, `backward` (in `tinygrad_edu.engine.float_sweep`),
and one for show, `steps` (in `tinygrad_edu.inspection.stepwise`). All three visit nodes, and add contributions, in one
and the same order, so that their gradients are equal bit by bit.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Sequence
from typing import Any

from ..ops.floats import IEEEFloat
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
        if not hasattr(root, "parents"):
            raise TypeError(f"expected a Value, got {type(root).__name__}: {root!r:.60}")
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

    What only mends rounding depends on nothing.

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
        if node.parents and not found.isdisjoint(node.parents) and node.op.role != "mend":
            found.add(node)
    return found


def partials_in_kind(node: Any) -> Sequence[Any]:
    """Give the partial derivatives of a node as numbers of its own kind, which can be differentiated again."""
    parents = node.parents
    if not any(parent.op is CONSTANT for parent in parents):
        partials: Sequence[Any] = node.op.partials(node, *parents)
        return partials
    # Plain numbers stay plain, so that a formula can see what they are, as a power its constant exponent.
    partials = node.op.partials(node, *[IEEEFloat(p.data) if p.op is CONSTANT else p for p in parents])
    return [float(partial) if type(partial) is IEEEFloat else partial for partial in partials]
