"""With this module a Value, graph or module becomes the picture that a notebook shows of it."""

from __future__ import annotations

from typing import Any

from .picture import draw
from .records.sources import source_of

LARGEST = 20_000
"""Computations of more nodes than this show themselves as text: merely evaluating a cell must not take long."""


def picture_of(shown: Any) -> str | None:
    """Draw what a notebook is to show, as SVG text; None where it had better show itself as text."""
    if hasattr(shown, "as_graph"):
        if len(shown.parameters()) > LARGEST:
            return None
        try:
            graph = shown.as_graph()
        except Exception:  # a module runs its own code here: whatever it raises, it can still be shown as text
            return None
        return None if len(source_of(graph).order) > LARGEST else draw(shown)._repr_svg_()
    if len(source_of(shown).order) > LARGEST:
        return None
    return draw(shown)._repr_svg_()
