"""With this module one can print what a model is made of: layers, shapes of their outputs, parameters, nodes."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from ..graph.tracing import trace
from ..signs import columns
from ..words import say
from .modes import Mode, call_in
from .nested import shape_text

if TYPE_CHECKING:
    from .module import Module


LONGEST = 80
"""Letters of a line that says what a layer is; a container that has more to say is only named."""


def table(model: Module, x: Any) -> str:
    """Write what a model is made of, one line for each module that is called as such.

    Parameters
    ----------
    model : Module
    x : object
        An example to call it with; None if there is none, which leaves shapes and nodes open.

    Returns
    -------
    str
    """
    shapes, nodes = ({}, Counter[int]()) if x is None else _measured(model, x)
    rows = [[say("layer"), say("output shape"), say("parameters"), say("nodes")]]
    for name, module in [*list(model.named_modules())[1:], (say("all"), model)]:
        # Where shapes are not known, neither is what is called as a whole; neurons are not.
        if id(module) in shapes or (not shapes and "neurons." not in name):
            shown = "" if module is model else _short(module)
            rows.append([f"{name}\t{shown}", *_cells(module, shapes.get(id(module)), nodes[id(module)])])
    return "\n".join([_short(model), *_aligned(rows)])


def _measured(model: Module, x: Any) -> tuple[dict[int, str], Counter[int]]:
    """Give shape of output and number of equations of each module that was called, by its id."""
    shapes: dict[int, str] = {}
    modules: dict[int, int] = {}  # by scope

    def watch(module: Module, scope: Any, output: Any) -> None:
        shapes[id(module)] = shape_text(output)
        modules[id(scope)] = id(module)
        scopes.append(scope)

    scopes: list[Any] = []  # kept, so that no id is used again
    graph = call_in(Mode(training=False, watch=watch), trace, lambda x: model(x), x)
    nodes: Counter[int] = Counter()
    for equation in graph.equations:
        within = [] if equation.scope is None else equation.scope.chain()
        nodes.update({modules[id(scope)] for scope in within if id(scope) in modules})
    return shapes, nodes


def _short(module: Module) -> str:
    text = repr(module)
    return text if len(text) <= LONGEST else f"{type(module).__name__}(…)"


def _cells(module: Module, shape: str | None, nodes: int) -> list[str]:
    return [shape or "–", f"{len(module.parameters()):,}", f"{nodes:,}" if shape else "–"]


def _aligned(rows: list[list[str]]) -> list[str]:
    """Set names and layers on the left, numbers on the right."""
    names = [row[0].partition("\t") for row in rows]
    width = max(columns(name) for name, _, layer in names if layer) if any(layer for *_, layer in names) else 0
    first = [f"{name}{' ' * (width - columns(name))}  {layer}" if layer else name for name, _, layer in names]
    lines = [[said, *row[1:]] for said, row in zip(first, rows, strict=True)]
    widths = [max(map(columns, column)) for column in zip(*lines, strict=True)]
    gaps = [[" " * (w - columns(cell)) for cell, w in zip(line, widths, strict=True)] for line in lines]
    return [
        "  ".join([line[0] + gap[0], *[space + cell for cell, space in zip(line[1:], gap[1:], strict=True)]])
        for line, gap in zip(lines, gaps, strict=True)
    ]
