"""With this module one can play a computation step by step on a page: `play` gives a `Player`.

A player holds the finished picture, the steps as data, and a script that walks through them.
"""

from __future__ import annotations

import html
import os
from collections.abc import Callable
from itertools import islice
from pathlib import Path
from typing import Any, Literal

from ..arguments import unknown
from ..drawing.picture import check_options
from ..drawing.records.folding import Collapse
from ..drawing.scene.palette import AUTO, LIGHT
from ..drawing.style import Style
from ..engine.shown import image_element
from ..engine.sweep import topological_order
from ..engine.value import Value
from ..files import write_whole
from ..graph.graph import Graph
from ..inspection.stepwise import ORDERS, steps
from ..stepping.moments import Moment, moments
from ..stepping.player_data import Frames
from ..stepping.terminal import text_of
from ..words import say
from .film import Film
from .live import Content, LivePage
from .moving import moving_gif, moving_svg
from .network import NetworkPage

MOST_NODES = 50_000
"""What a page can hold: it takes some five seconds to make, and six megabytes."""

MOST_STEPS = 2_000
"""Steps of the recursion that are played: there are as many as there are paths, which doubles with every level."""


class Player(LivePage):
    """A step-by-step replay of a computation; made by `play`.

    In Jupyter, VS Code and marimo it shows itself; elsewhere `save` it as a page, as a picture that moves by itself
    (.svg, .gif), or print its `text`.
    """

    module = "player"
    styles = ("stage", "player")

    @property
    def title(self) -> str:
        """What a page of its own is called."""
        if self._order == "recursive":
            return say("Step through plain recursion, a mistake")
        return say("Step through a computation")

    def __init__(self, x: Value, style: Style, collapse: Collapse, max_nodes: int, order: str = "topological") -> None:
        self._x, self._style = x, style
        self._collapse, self._max_nodes, self._order = collapse, max_nodes, order

    def _frames(self) -> Frames:
        return Frames(self._x, self._style, self._collapse, self._max_nodes, way=self._order)

    def _content(self) -> Content:
        frames = self._frames()
        name = html.escape(frames.words.label(self._x))
        label = say("computation graph of {name} with values and gradients", name=name)
        return Content(image_element(frames.svgs[0], label), frames.data(), frames.operations)

    def text(self) -> str:
        """Give the same steps as text, for a terminal."""
        return text_of(self._x, self._style.digits, self._order)

    def _formats(self) -> dict[str, Callable[[], str | bytes]]:
        """Give pictures that move by themselves."""
        return {".svg": lambda: moving_svg(self._moments(), AUTO, self.title), ".gif": self._gif}

    def _gif(self) -> bytes:
        return moving_gif(self._moments(), LIGHT)

    def frames(self, folder: str | os.PathLike[str]) -> list[Path]:
        """Paint the picture after each step as a PNG of its own.

        Parameters
        ----------
        folder : path
            Where 000.png, 001.png and so on are written; it is made if it is not there.

        Returns
        -------
        list of pathlib.Path
        """
        from ..drawing.formats.png_pdf import paint

        place = Path(folder)
        place.mkdir(parents=True, exist_ok=True)
        written = []
        for i, moment in enumerate(self._moments()):
            written.append(place / f"{i:03}.png")
            write_whole(written[-1], paint(moment.scene, LIGHT, "png"))
        return written

    def _moments(self) -> list[Moment]:
        return moments(self._frames())


def play(
    x: Value | Any,
    example: Any = None,
    *,
    digits: int = 4,
    collapse: Collapse = "auto",
    max_nodes: int = 150,
    direction: Literal["LR", "TB"] = "LR",
    order: Literal["topological", "recursive"] = "topological",
) -> Player | Film | NetworkPage:
    """Play a computation: its values appear one by one, then its gradients, one contribution at a time.

    Or play the film of a training: how the weights, the boundary and the loss moved. Or a network: every neuron says
    what it adds up, and opens as the scalar graph it is.

    Parameters
    ----------
    x : Value, Graph, compiled function, History or Module
        The result. Gradients start from zero, and none is written on any node. Or a function as `trace` or `compile`
        give one: its scalars are played. Or the history of a training that was recorded, ``fit(..., record="film")``;
        nothing below concerns that. Or a model, drawn as `draw` does.
    example : sequence of numbers or Values, or the argument of a function, optional
        Inputs of the model, to show what every neuron gives for them; after a backward pass its blame, too. Or what the
        function is played at: its argument, or a tuple of them if it takes several.
    digits : int, default 4
        Decimals of numbers of ordinary size, 1 to 17.
    collapse : "auto", int, callable or None, default "auto"
        What is folded at first, as in `draw`: as much as `max_nodes` needs, all scopes below a depth, those for which a
        function of the scope is true, or none.
    max_nodes : int, default 150
        How many nodes one picture may show; a larger computation is folded by its scopes, and stepping into
        a folded scope opens it.
    direction : "LR" or "TB"
        Whether the values flow from left to right or from top to bottom.
    order : "topological" or "recursive", default "topological"
        "recursive" plays a mistake, to be seen beside the right walk: every node hands on what it holds as soon as
        something arrives. Where an operation is used twice its gradients are wrong.

    Returns
    -------
    Player, Film or NetworkPage
        Shows itself in a notebook; `save` it as a page, or print its `text`.

    Raises
    ------
    TypeError
        If `x` is none of these, the model has no neurons, the function gives more than one number, or an example is
        missing or too much.
    GraphError
        If the function was traced for arguments of another structure.
    ValueError
        If nothing was filmed, the computation has more than 50,000 nodes, or an option has a value that is not listed
        here.

    Examples
    --------
    >>> player = play(Value(0.5, "w") * Value(2.0, "x"))
    >>> print(player.text().splitlines()[-1])
            0 + 0.5 × 1 = 0.5

    >>> from tinygrad_edu import trace
    >>> print(play(trace(lambda u, v: u * v + u, 2.0, 5.0), (2.0, 5.0)).text().splitlines()[2])
            = 2 × 5 = 10

    >>> from tinygrad_edu import nn
    >>> print(play(nn.MLP(2, [3, 1], seed=0), [0.0, 0.0]).text())
    inputs   0  0
    layers.0: 3 relu   0  0  0
    layers.1: 1 linear   0
    """
    if hasattr(x, "as_network"):
        return NetworkPage(x, example, digits)
    if isinstance(x, Graph) or hasattr(x, "scalars_of"):  # which a compiled function has; NumPy may be missing here
        x, example = _applied(x, example), None
    if example is not None:
        raise TypeError(f"only models and functions are played with an example, got {type(x).__name__}: leave it out")
    if hasattr(x, "film"):
        if x.film is None:
            raise ValueError('nothing was filmed in this training: write fit(..., record="film")')
        return Film(x.film)
    if not isinstance(x, Value):
        raise TypeError(
            "play takes the Value that a computation resulted in, a Graph, a compiled function, the history of a "
            f"training, or a model, got {type(x).__name__}"
        )
    check_options(digits, collapse, max_nodes, direction)
    size = len(topological_order(x))
    if size > MOST_NODES:
        raise ValueError(
            f"this computation has {size:,} nodes, and a page plays at most {MOST_NODES:,}: play a part of it, such as "
            "one example or a smaller network; draw(x, collapse=1) shows the whole with its scopes folded, and "
            "tinygrad_edu.steps(x) gives every step"
        )
    if order not in ORDERS:
        raise ValueError(unknown("order", order, ORDERS))
    if order == "recursive" and next(islice(steps(x, order=order), MOST_STEPS, None), None) is not None:
        raise ValueError(
            f"by recursion this computation takes more than {MOST_STEPS:,} steps, once a path: play a smaller one"
        )
    return Player(x, Style(direction=direction, digits=digits, labels=True), collapse, max_nodes, order)


def _applied(f: Graph | Any, example: Any) -> Value:
    """Apply a function to Values that are called after its inputs."""
    if example is None:
        raise TypeError("a function is played at numbers: write play(f, 2.0), or play(f, (2.0, 5.0)) for two arguments")
    args = example if isinstance(example, tuple) else (example,)
    if not isinstance(f, Graph):
        f = f.scalars_of(*args)
    elif len(f.input_structure.children) == 1:
        args = (example,)  # which may be a tuple itself
    named = [Value(number, var.name) for number, var in zip(f.flat(args), f.inputs, strict=True)]
    result = f(*f.input_structure.unflatten(named))
    if isinstance(result, float):
        return Value(result)
    if not isinstance(result, Value):
        raise TypeError(
            f"play shows how one number comes about, and {f.name} gives {f.output_structure}: apply it to Values, and "
            "play one of the results"
        )
    return result
