"""With this module one can play a computation step by step on a page: `play` gives a `Player`.

A player is one piece of HTML without any address in it: the finished picture, the steps as data, a style sheet
and a script. Where scripts do not run (GitHub, a notebook that is not trusted) the picture is what one sees.
"""

from __future__ import annotations

import html
import json
import os
from functools import cached_property
from importlib.resources import files
from pathlib import Path
from typing import Any, Literal

from ..drawing.formats.svg import theme_rules
from ..drawing.picture import check_options
from ..drawing.records.folding import Collapse
from ..drawing.style import Style
from ..engine.shown import image_element
from ..engine.value import Value
from ..errors import GraphvizMissingError
from ..files import write_whole
from ..stepping.player_data import Frames
from ..stepping.terminal import text_of


class Player:
    """A step-by-step replay of a computation; made by `play`.

    In Jupyter, VS Code and marimo it shows itself; elsewhere `save` it as a page, or print its `text`.
    """

    def __init__(self, x: Value, style: Style, collapse: Collapse, max_nodes: int) -> None:
        self._x, self._style = x, style
        self._collapse, self._max_nodes = collapse, max_nodes

    @cached_property
    def html(self) -> str:
        """The player as a piece of HTML, to be put into any page.

        Raises
        ------
        GraphvizMissingError
            If neither pygraphviz nor an executable ``dot`` is there.
        """
        frames = Frames(self._x, self._style, self._collapse, self._max_nodes)
        data = {**frames.data(), "style": theme_rules() + _asset("player.css")}
        label = f"computation graph of {html.escape(frames.words.label(self._x))} with values and gradients"
        payload = _inside_script(json.dumps(data, ensure_ascii=False, separators=(",", ":")))
        return (
            '<div class="tinygrad-player" style="max-width:100%">'
            f"{image_element(frames.svgs[0], label)}"
            f'<script type="application/json" class="tinygrad-player-data">{payload}</script>'
            f"<script>{_asset('player.js')}</script></div>"
        )

    @cached_property
    def page(self) -> str:
        """The player as a whole page of its own."""
        return (
            '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
            '<meta name="viewport" content="width=device-width, initial-scale=1">'
            '<meta name="color-scheme" content="light dark"><link rel="icon" href="data:,">'
            "<title>Step through a computation</title>"
            "<style>body{margin:0;background:#fff}@media(prefers-color-scheme:dark){body{background:#14181d}}"
            "main{padding:12px}h1{font:600 17px system-ui,sans-serif;margin:0 0 10px;color:#1b2430}"
            "@media(prefers-color-scheme:dark){h1{color:#eef2f6}}</style></head>"
            f'<body data-tinygrad-page=""><main><h1>Step through a computation</h1>{self.html}</main></body></html>\n'
        )

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write the player as a page of its own, whole or not at all.

        Parameters
        ----------
        path : path
            Ends with .html; or with .txt, for the steps as text.

        Returns
        -------
        pathlib.Path
            The file.

        Raises
        ------
        ValueError
            For another ending.
        OSError
            If the file cannot be written.
        """
        path = Path(path)
        suffix = path.suffix.lower()
        if suffix not in (".html", ".htm", ".txt"):
            raise ValueError(f"cannot save a player as {path.suffix!r}: give a path that ends with .html (or .txt)")
        content = self.text() + "\n" if suffix == ".txt" else self.page
        write_whole(path, content)
        return path

    def text(self) -> str:
        """Give the same steps as text, for a terminal."""
        return text_of(self._x, self._style.digits)

    def __repr__(self) -> str:
        """Give one short line."""
        return "<Player; shows itself in a notebook, .save('steps.html') elsewhere, print(.text()) in a terminal>"

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        try:
            return {"text/plain": repr(self), "text/html": self.html}
        except GraphvizMissingError as missing:
            return {"text/plain": f"{self.text()}\n{missing}\n"}

    def _repr_html_(self) -> str | None:
        return self._repr_mimebundle_().get("text/html")

    def _mime_(self) -> tuple[str, str]:
        """Show itself in marimo, which runs scripts in frames only."""
        if "text/html" not in self._repr_mimebundle_():
            return "text/plain", self.text()
        page = html.escape(self.page, quote=True)
        return "text/html", (
            f'<iframe srcdoc="{page}" title="Step through a computation" data-tinygrad-player="" '
            'style="width:100%;height:860px;border:0"></iframe>'
        )


def play(
    x: Value,
    *,
    digits: int = 4,
    collapse: Collapse = "auto",
    max_nodes: int = 150,
    direction: Literal["LR", "TB"] = "LR",
) -> Player:
    """Play a computation: its values appear one by one, then its gradients, one contribution at a time.

    Parameters
    ----------
    x : Value
        The result. Gradients start from zero, and none is written on any node.
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

    Returns
    -------
    Player
        Shows itself in a notebook; `save` it as a page, or print its `text`.

    Raises
    ------
    TypeError
        If `x` is no Value.
    ValueError
        If an option has a value that is not listed here.

    Examples
    --------
    >>> player = play(Value(0.5, "w") * Value(2.0, "x"))
    >>> print(player.text().splitlines()[-1])
            0 + 0.5 × 1 = 0.5
    """
    if not isinstance(x, Value):
        raise TypeError(f"play takes the Value that a computation resulted in, got {type(x).__name__}")
    check_options(digits, collapse, max_nodes, direction)
    return Player(x, Style(direction=direction, digits=digits, labels=True), collapse, max_nodes)


def _inside_script(text: str) -> str:
    """Write JSON so that nothing in it ends, or begins to comment out, the script element it stands in."""
    text = text.replace("</", "<\\/").replace("<!", "\\u003c!").replace("<s", "\\u003cs").replace("<S", "\\u003cS")
    return text.replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


def _asset(name: str) -> str:
    return (files(__package__) / name).read_text(encoding="utf-8").strip()
