"""With this module a page can hold a step player within it: one computation, with whatever numbers its leaves have.

The page gives the leaves their numbers, by place, and computes all else anew in the browser.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from ..drawing.formats.svg import theme_rules
from ..drawing.style import Style
from ..engine.sweep import topological_order
from ..engine.value import Value
from ..stepping.player_data import Frames
from .live import asset

MOST_NODES = 1500
"""Of a larger computation the data would be larger than the page it stands in."""

_MOST_DRAWN, _FEWER = 150, 80  # with many inputs fewer, so that these join one box
_MANY_INPUTS = 18


class Walk(NamedTuple):
    """A computation to step through within a page.

    Attributes
    ----------
    data : dict
        What `embedded.js` is made with.
    operations : str
        What the operations do, as an expression of JavaScript.
    places : mapping
        Where each node stands on the tape.
    """

    data: dict[str, Any]
    operations: str
    places: Mapping[Value, int]


def walk_of(result: Value, inputs: int = 0, in_detail: int = 0, knobs: bool = True) -> Walk | None:
    """Make a walk.

    Parameters
    ----------
    result : Value
        Of the computation.
    inputs : int, default 0
        How many there are that every neuron of a first layer reads.
    in_detail : int, default 0
        How many nodes the pictures of folded scopes may show, all together.
    knobs : bool, default True
        Whether the leaves can be turned.

    Returns
    -------
    Walk or None
        None if the computation is too large.

    Raises
    ------
    GraphvizMissingError
        If there is no Graphviz to lay out the picture.
    """
    if len(topological_order(result)) > MOST_NODES:
        return None
    most = _FEWER if inputs > _MANY_INPUTS else _MOST_DRAWN
    frames = Frames(result, Style(labels=True), "auto", most, in_detail)
    data = frames.data()
    data["views"][0]["svg"] = frames.svgs[0]
    data["fixed"] = not knobs
    data["style"] = theme_rules() + "\n".join(asset(f"{name}.css") for name in ("shell", "stage", "player"))
    return Walk(data, frames.operations, frames.places)
