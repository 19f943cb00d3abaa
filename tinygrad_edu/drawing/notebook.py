"""With this module a Value, graph or module becomes the picture that a notebook shows of it."""

from __future__ import annotations

from typing import Any

from ..engine.sweep import topological_order
from ..engine.value import Value
from ..graph.graph import Graph
from .picture import draw
from .records.sources import inputs_of

LARGEST = 20_000
"""Computations of more nodes than this show themselves as text: merely evaluating a cell must not take long."""


def picture_of(shown: Any) -> str | None:
    """Draw what a notebook is to show, as SVG text; None where it had better show itself as text."""
    if isinstance(shown, Value) and len(topological_order(shown)) > LARGEST:
        return None
    if not isinstance(shown, Value | Graph) and not inputs_of(shown):
        return None
    return draw(shown)._repr_svg_()
