"""With this module one can say what is to be drawn: the source of the nodes, and the gradients they show."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from ...engine.sweep import topological_order
from ...engine.tagged import scope_labels
from ...engine.value import Value
from ...graph.graph import Graph
from .drawables import labels_of


@dataclass(frozen=True)
class Source:
    """A computation to draw: its nodes in topological order, its outputs, and kinds known from outside."""

    order: Sequence[Any]
    outputs: Sequence[Any]
    kinds: dict[Any, str]

    @cached_property
    def labels(self) -> dict[Any, str]:
        """What texts call each node."""
        return labels_of(self.order)

    @cached_property
    def scope_names(self) -> dict[Any, str]:
        """What each instance of a scope is called."""
        return scope_labels(self.order)


def gradients_as_they_stand(source: Source) -> Callable[[Any], float] | None:
    """Give a function that reads a node's gradient; None before any backward pass.

    A root that was swept from has its seed for a gradient, which is not 0.
    """
    return _read_grad if any(getattr(x, "grad", 0.0) != 0.0 for x in source.outputs) else None


def _read_grad(node: Any) -> float:
    return float(node.grad)


def source_of(x: Any) -> Source:
    """List the nodes of what is to be drawn."""
    if isinstance(x, Value):
        return Source(topological_order(x), [x], {})
    if hasattr(x, "as_graph"):  # a module, or a compiled function, which shows its array program
        x = x.as_graph()
    if isinstance(x, Graph):
        kinds = {**dict.fromkeys(x.inputs, "input"), **dict.fromkeys(x.captured_variables, "parameter")}
        order = [*x.sources(), *x.equations]
        return Source(order, list(x.outputs), kinds)
    if isinstance(x, Sequence) and x and all(isinstance(item, Value) for item in x):
        return Source(topological_order(*x), list(x), {})
    raise TypeError(
        f"cannot draw {type(x).__name__!r}: give a Value, a sequence of Values, a Graph (tg.trace(f, ...)), "
        "a module, or a compiled function"
    )


def highlighted_nodes(highlight: Any) -> Iterable[Any]:
    """List the nodes of a path, of one Value, or of several."""
    nodes = getattr(highlight, "nodes", highlight)
    return (nodes,) if isinstance(nodes, Value) else tuple(nodes)
