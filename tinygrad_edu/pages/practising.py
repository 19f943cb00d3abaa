"""With this module one can do a backward pass by hand: `practice` gives the walk of the player with blanks to fill."""

from __future__ import annotations

import html
from dataclasses import replace
from typing import Any, Literal

from ..arguments import unknown
from ..drawing.formats.svg import to_svg
from ..drawing.picture import check_options
from ..drawing.records.build import build_folded
from ..drawing.records.drawables import list_drawables
from ..drawing.records.folding import fold
from ..drawing.records.sources import Source
from ..drawing.scene.palette import AUTO
from ..drawing.scene.scene import make_scene
from ..drawing.style import Style
from ..engine.shown import image_element
from ..engine.sweep import topological_order
from ..engine.value import Value
from ..inspection.stepwise import steps
from ..json_numbers import to_json
from ..stepping.player_data import Frames
from ..stepping.terminal import text_of
from ..words import say
from .live import Content, LivePage

MOST_NODES = 60
_QUESTIONS = ("contribution", "slope")


class Practice(LivePage):
    """A backward pass to be done by hand; made by `practice`."""

    module = "practice"
    styles = ("stage", "practice")

    @property
    def title(self) -> str:
        """What a page of its own is called."""
        return say("Do the backward pass yourself")

    def __init__(self, x: Value, style: Style, ask: str) -> None:
        self._x, self._style, self._ask = x, style, ask

    def _content(self) -> Content:
        frames = Frames(self._x, self._style, None, MOST_NODES)
        data = frames.data()
        facts: list[list[Any]] = [[]] * len(data["steps"])
        walked = list(steps(self._x))
        for i, step in enumerate(walked):
            if step.kind == "backward":
                facts[i] = [to_json(step.local or 0.0), to_json(step.upstream or 0.0)]
        name = html.escape(frames.words.label(self._x))
        label = say("computation graph of {name}: the gradients are to be found", name=name)
        data["views"][0]["svg"] = frames.svgs[0]
        given = {**data, "why": {}, "knobs": [], "facts": facts, "ask": self._ask}
        return Content(image_element(self._unsolved(), label), given)

    def _unsolved(self) -> str:
        """Draw the values alone: neither slopes nor gradients, which are to be found."""
        source = Source(topological_order(self._x), [self._x], {})
        drawables = list_drawables(source.order, source.outputs, source.kinds)
        open_ = fold(drawables, None, MOST_NODES)
        records = build_folded(source, drawables, open_, replace(self._style, edges=None), frozenset(), None)
        return to_svg(make_scene(records), AUTO, self.title)

    def text(self) -> str:
        """Give the solution as text, for a terminal."""
        return text_of(self._x, self._style.digits)


def practice(
    x: Value,
    *,
    ask: Literal["contribution", "slope"] = "contribution",
    digits: int = 4,
    direction: Literal["LR", "TB"] = "LR",
) -> Practice:
    """Practise a backward pass: say which edge comes next, what it adds, and what the gradient becomes.

    A wrong edge is answered with why it cannot come yet, a wrong number with the mistake that explains it: the sign,
    the other operand's slope, the gradient from above left out, ``=`` for ``+=``, rounding. There are hints in three
    steps, and a score at the end. Nothing needs a mouse.

    Parameters
    ----------
    x : Value
        The result of a computation of at most 60 nodes.
    ask : {"contribution", "slope"}, default "contribution"
        What is asked of an edge: what it adds; or first its local slope, then what it adds.
    digits : int, default 4
        Decimals of numbers of ordinary size, 1 to 17.
    direction : "LR" or "TB"
        Whether the values flow from left to right or from top to bottom.

    Returns
    -------
    Practice
        Shows itself in a notebook; `save` it as a page.

    Raises
    ------
    TypeError
        If `x` is no Value.
    ValueError
        If the computation is too large to be done by hand, has nothing to do, or sends back what is no derivative.

    Examples
    --------
    >>> w, x = Value(0.5, "w"), Value(2.0, "x")
    >>> practice(w * x)
    <Practice; shows itself in a notebook, .save('practice.html') elsewhere, print(.text()) in a terminal>
    """
    if not isinstance(x, Value):
        raise TypeError(f"practice takes the Value that a computation resulted in, got {type(x).__name__}")
    if ask not in _QUESTIONS:
        raise ValueError(unknown("question", ask, _QUESTIONS))
    check_options(digits, None, MOST_NODES, direction)
    size = len(topological_order(x))
    if size > MOST_NODES:
        raise ValueError(
            f"this computation has {size:,} nodes, too many to do by hand: practise on a part of it, of at most "
            f"{MOST_NODES}, or watch it with play"
        )
    inexact = next((node.op for node in topological_order(x) if node.op is not None and not node.op.exact), None)
    if inexact is not None:
        raise ValueError(
            f"{inexact.name} sends back what is not its derivative, on purpose, and nobody could find that: "
            "watch it with play"
        )
    if not any(step.kind == "backward" for step in steps(x)):
        raise ValueError("no gradient is shared out in this computation: it is a leaf, or all its numbers are plain")
    return Practice(x, Style(direction=direction, digits=digits, labels=True), ask)
