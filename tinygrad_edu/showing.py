"""With this module Values, graphs and modules show themselves as drawings in Jupyter, VS Code and marimo.

Those ask an object for its picture by the names of the methods below. The engine knows nothing of drawings, so the
methods are given to its classes here, and the room that draws is opened when a picture is first asked for.
"""

from __future__ import annotations

from typing import Any

from .graph import Graph
from .sweep import topological_order
from .value import Value

LARGEST = 20_000
"""Computations of more nodes than this show themselves as text: merely evaluating a cell must not take long."""


def mime_bundle(self: Any, include: Any = None, exclude: Any = None) -> dict[str, str]:
    """Show an object as a drawing, for Jupyter and VS Code.

    Parameters
    ----------
    self : Value, Graph or Module
        What to show.
    include, exclude : optional
        Kinds of content the notebook asks for; all are given.

    Returns
    -------
    dict
        The text form, and the picture as SVG where one can be made.
    """
    bundle = {"text/plain": repr(self)}
    picture = _picture(self)
    return bundle if picture is None else {**bundle, "image/svg+xml": picture}


def mime(self: Any) -> tuple[str, str]:
    """Show an object as a drawing, for marimo."""
    picture = _picture(self)
    return ("text/plain", repr(self)) if picture is None else ("image/svg+xml", picture)


def _picture(shown: Any) -> str | None:
    if isinstance(shown, Value) and len(topological_order(shown)) > LARGEST:
        return None
    from .drawing.picture import draw, inputs_of

    if not isinstance(shown, Value | Graph) and not inputs_of(shown):
        return None
    return draw(shown)._repr_svg_()


for _kind in (Value, Graph):
    for _name, _method in (("_repr_mimebundle_", mime_bundle), ("_mime_", mime)):
        setattr(_kind, _name, _method)
