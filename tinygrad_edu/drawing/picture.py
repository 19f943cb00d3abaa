"""With this module one can draw a computation: `draw` gives a `Drawing`, which shows and saves itself."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

from ..arguments import unknown
from ..engine.shown import picture_bundle
from ..engine.value import Value
from ..errors import GraphvizMissingError
from ..files import write_whole
from ..graph.graph import Graph
from ..graph.structure import flatten
from ..signs import for_terminal
from ..words import say
from .formats.dot import to_dot
from .formats.svg import to_svg
from .formats.text import to_text
from .records.build import build
from .records.folding import COLLAPSES, Collapse, can_fold
from .records.network import Network
from .records.records import Records
from .records.sources import highlighted_nodes, source_of
from .scene.network_scene import network_scene
from .scene.palette import THEMES, Theme
from .scene.scene import make_scene
from .scene.shapes import Scene
from .style import Style

FORMATS = ("svg", "png", "pdf", "dot", "txt", "tex")


class Drawing:
    """A drawing of a computation; made by `draw`.

    In Jupyter, VS Code and marimo it shows itself as a picture, in a terminal as text.

    Attributes
    ----------
    records : Records
        The drawing as data: nodes, edges, clusters.
    """

    def __init__(self, records: Records, theme: Theme) -> None:
        self.records = records
        self._theme = theme

    @cached_property
    def scene(self) -> Scene:
        """The drawing as shapes; needs Graphviz's layout."""
        return make_scene(self.records)

    @cached_property
    def dot(self) -> str:
        """The drawing as a DOT text; needs no Graphviz."""
        return to_dot(self.records, self._theme)

    @cached_property
    def svg(self) -> str:
        """The drawing as an SVG text without ids, so that many can stand on one page.

        Raises
        ------
        GraphvizMissingError
            If neither pygraphviz nor an executable ``dot`` is there.
        """
        return to_svg(self.scene, self._theme, self.title)

    @property
    def title(self) -> str:
        """What a screen reader says about the whole drawing."""
        named = [node.name for node in self.records.nodes if node.name and node.kind in ("leaf", "input", "output")]
        said = say("computation graph of {count} nodes", count=len(self.records.nodes))
        if not named:
            return said
        names = say(", ").join(named[:8]) + " …" * (len(named) > 8)
        return say("{graph}: {names}", graph=said, names=names)

    def save(self, path: str | os.PathLike[str], *, scale: float = 2.0) -> Path:
        """Write the drawing into a file, whole or not at all.

        Parameters
        ----------
        path : path
            Ends with .svg, .png, .pdf, .tex (TikZ), .dot or .txt.
        scale : float, default 2.0
            Pixels per point in a PNG.

        Returns
        -------
        pathlib.Path
            The file.

        Raises
        ------
        ValueError
            For another ending.
        GraphvizMissingError
            If neither pygraphviz nor an executable ``dot`` is there, and the format needs a layout.
        OSError
            If the file cannot be written.
        """
        path = Path(path)
        write_whole(path, self.render(path.suffix.removeprefix(".").lower(), scale=scale))
        return path

    def render(self, format: str, *, scale: float = 2.0) -> bytes:
        """Give the drawing in one of the formats svg, png, pdf, dot, txt, tex, as bytes."""
        if format not in FORMATS:
            raise ValueError(unknown("format", format, FORMATS))
        if format in ("png", "pdf"):
            from .formats.png_pdf import paint

            return paint(self.scene, self._theme, format, scale)
        if format == "tex":
            from .formats.tikz import to_tikz

            return to_tikz(self.scene, self._theme, self.title).encode("utf-8")
        text = {"svg": lambda: self.svg, "dot": lambda: self.dot, "txt": lambda: to_text(self.records)}[format]()
        return text.encode("utf-8")

    def __str__(self) -> str:
        """Give the drawing as text, in signs that the terminal has."""
        return for_terminal(to_text(self.records))

    def __repr__(self) -> str:
        """Give one short line."""
        return f"<Drawing of {len(self.records.nodes)} nodes; print() it, or .save('graph.svg')>"

    def _repr_svg_(self) -> str | None:
        try:
            return self.svg
        except GraphvizMissingError:
            return None

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        bundle = {"text/plain": str(self)}
        svg = self._repr_svg_()
        if svg is None:
            bundle["text/plain"] += f"\n{GraphvizMissingError()}\n"
        else:
            bundle |= picture_bundle(svg)
        return bundle

    def _mime_(self) -> tuple[str, str]:
        svg = self._repr_svg_()
        return ("text/plain", str(self)) if svg is None else ("image/svg+xml", svg)


class NetworkDrawing(Drawing):
    """A drawing of a network as people draw it; made by `draw` of a module.

    Its `records`, `dot` and text are those of the scalar graph inside.

    Attributes
    ----------
    network : Network
        The columns of the picture as data.
    """

    def __init__(self, network: Network, records: Records, theme: Theme) -> None:
        super().__init__(records, theme)
        self.network = network

    @cached_property
    def scene(self) -> Scene:
        """The drawing as shapes."""
        return network_scene(self.network, self.records.style)

    @property
    def title(self) -> str:
        """What a screen reader says about the whole drawing."""
        columns = [f"{len(c.units)} {c.title}" if c.units else c.title for c in self.network.columns]
        return say("network: {columns}", columns=say(", ").join(columns))


def draw(
    x: Value | Graph | Sequence[Value] | Any,
    example: Any = None,
    *,
    show: Sequence[Literal["value", "grad"]] = ("value", "grad"),
    edges: Literal["local", "contribution"] | None = "local",
    direction: Literal["LR", "TB"] = "LR",
    collapse: Collapse = "auto",
    highlight: Any = (),
    digits: int = 4,
    theme: Literal["auto", "light", "dark", "print"] = "auto",
    max_nodes: int = 150,
) -> Drawing:
    """Draw a computation as a diagram, with values, gradients and local derivatives as they stand.

    Parameters
    ----------
    x : Value, Graph, Module, or sequence of Values
        What to draw; everything it was computed from is drawn with it. A module is drawn as the network it is: neurons
        as columns, weights as lines; with any `collapse` but "auto" as the scalar graph of its computation.
    example : sequence of numbers or Values, optional
        Inputs of the module, to show what every neuron gives for them; after a backward pass its blame, too.
    show : sequence of "value", "grad"
        The rows of each node. A gradient shows as "–" until a backward pass has reached the root.
    edges : "local", "contribution" or None
        What is written on the edges: local derivatives, or what each edge added to a gradient.
    direction : "LR" or "TB"
        Whether the values flow from left to right or from top to bottom.
    collapse : "auto", int, callable or None
        "auto" folds the deepest scopes until at most `max_nodes` are left, and elides what is still too much.
        A number leaves that many levels of scopes open. A callable is asked about each scope. None hides nothing.
    highlight : Values, or a path of `tg.paths`
        What to point at; all else is dimmed.
    digits : int, default 4
        Decimals of numbers of ordinary size, 1 to 17.
    theme : "auto", "light", "dark" or "print", default "auto"
        The colours. "auto" is light, and as an SVG, in notebooks and on pages too, dark where the page is dark.
    max_nodes : int, default 150
        How many nodes "auto" leaves.

    Returns
    -------
    Drawing
        Shows itself in a notebook; ``print`` it, or ``save`` it as svg, png, pdf, dot or txt.

    Raises
    ------
    TypeError
        If `x` is nothing that can be drawn.
    ValueError
        If an option has a value that is not listed here.

    Examples
    --------
    >>> from tinygrad_edu import Value, draw
    >>> w, x = Value(0.5, "w"), Value(2.0, "x")
    >>> y = w * x
    >>> y.backward()
    >>> print(draw(y))
    node  =      value  grad  local derivatives
    w     leaf     0.5     2
    x     leaf       2   0.5
    v1    w × x      1     1  w: 2, x: 0.5
    <BLANKLINE>
    """
    _check("show", tuple(show), lambda s: set(s) <= {"value", "grad"}, 'a sequence of "value" and "grad"')
    _check("edges", edges, lambda e: e in ("local", "contribution", None), '"local", "contribution" or None')
    _check("theme", theme, lambda t: t in THEMES, ", ".join(map(repr, THEMES)))
    check_options(digits, collapse, max_nodes, direction)
    network = x.as_network(example) if collapse == "auto" and hasattr(x, "as_network") else None
    source = source_of(x if example is None else _called(x, example))
    numbers = any(isinstance(node, Value) for node in source.outputs)  # a graph has none until it is run
    style = Style(tuple(show) if numbers else (), edges, direction, digits)
    records = build(source, style, collapse, highlighted_nodes(highlight), max_nodes)
    return Drawing(records, THEMES[theme]) if network is None else NetworkDrawing(network, records, THEMES[theme])


def _called(module: Any, example: Any) -> Any:
    """Call a module with an example, to draw what it computes; a list of Values wherever there are several."""
    if not hasattr(module, "as_network"):
        raise TypeError(f"only a module is drawn with an example, got {type(module).__name__!r}: leave it out")
    values = _listed(module(example))
    if any(isinstance(value, Value) for value in values):
        return [value for value in values if isinstance(value, Value)]
    numbers, structure = flatten(example, lambda number, where: number, "x")  # no parameter: inputs must be the nodes
    names = structure.names("x")
    return _listed(module(structure.unflatten(map(Value, numbers, names))))


def _listed(output: Any) -> list[Any]:
    """Take the numbers out of however many sequences, from left to right."""
    values, waiting = [], [output]
    while waiting:
        item = waiting.pop()
        if isinstance(item, (list, tuple)):
            waiting += reversed(item)
        else:
            values.append(item)
    return values


def check_options(digits: Any, collapse: Any, max_nodes: Any, direction: Any) -> None:
    """Refuse what no picture can be made with, neither a drawing nor a player's; see `draw`."""
    _check("direction", direction, lambda d: d in ("LR", "TB"), '"LR" or "TB"')
    _check("digits", digits, lambda d: _is_int(d) and 1 <= d <= 17, "a whole number from 1 to 17")
    _check("max_nodes", max_nodes, lambda m: _is_int(m) and m >= 3, "a whole number, 3 or more")
    _check("collapse", collapse, can_fold, COLLAPSES)


def _is_int(x: object) -> bool:
    return isinstance(x, int) and not isinstance(x, bool)


def _check(option: str, given: Any, holds: Callable[[Any], bool], accepted: str) -> None:
    if not holds(given):
        raise ValueError(f"{option}={given!r} is not possible: give {accepted}")
