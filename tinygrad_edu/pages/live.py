"""With this module one can make a live page: a picture that is alive where scripts run, in one piece of HTML.

Every page of this package is a `LivePage`: it says what it shows where scripts do not run (GitHub, a notebook that is
not trusted), which data its script looks at, and which module of script that is. The rest is done here: one piece of
HTML without any address in it, to be put into any page; a page of its own; what notebooks ask for.
"""

from __future__ import annotations

import hashlib
import html
import json
import os
import re
from abc import ABC, abstractmethod
from collections.abc import Callable
from functools import cached_property
from importlib.resources import files
from pathlib import Path
from typing import Any, ClassVar, NamedTuple

from ..drawing.formats.svg import theme_rules
from ..errors import GraphvizMissingError
from ..files import write_whole
from ..words import language_tag, translated

_IMPORT = re.compile(r'^import (\{[^}]*\}) from "\./(\w+)\.js";$', re.MULTILINE)
_SAID = re.compile(r'\bsay\(\s*("(?:[^"\\]|\\.)*"(?:\s*\+\s*"(?:[^"\\]|\\.)*")*)')
_LITERAL = re.compile(r'"(?:[^"\\]|\\.)*"')
# What only readers of the files need: a comment that has its lines to itself, and how far a line is indented.
_FOR_READERS = re.compile(r"^[ \t]*/\*(?:(?!\*/).)*\*/[ \t]*\n|^[ \t\n]+", re.MULTILINE | re.DOTALL)
_EXPORT = re.compile(r"^export (?=(?:const|class) (\w+))", re.MULTILINE)


class Content(NamedTuple):
    """What a page is made of.

    Attributes
    ----------
    still : str
        HTML that stands where scripts do not run.
    data : dict
        What the script reads, as JSON has it.
    functions : str
        An expression of JavaScript that the page is given beside its data.
    """

    still: str
    data: dict[str, Any]
    functions: str = "null"


class LivePage(ABC):
    """What shows itself as a live page: in Jupyter, VS Code and marimo by itself, elsewhere as a page of its own.

    Attributes
    ----------
    module : str
        The module of script whose class `Page` makes it alive.
    styles : tuple of str
        The style sheets that go with it, besides that of all pages.
    """

    module: ClassVar[str]
    styles: ClassVar[tuple[str, ...]]

    @property
    @abstractmethod
    def title(self) -> str:
        """What a page of its own is called."""

    @abstractmethod
    def _content(self) -> Content:
        """Give what the page is made of."""

    @abstractmethod
    def text(self) -> str:
        """Give the same as text, for a terminal."""

    @cached_property
    def html(self) -> str:
        """The page as a piece of HTML, to be put into any page.

        Raises
        ------
        GraphvizMissingError
            If there is a graph on it, and neither pygraphviz nor an executable ``dot`` is there.
        """
        still, data, functions = self._content()
        style = theme_rules() + "\n".join(asset(f"{name}.css") for name in ("shell", *self.styles))
        script = bundle(self.module)
        given = {**data, "style": style, "words": translated(sentences_in(script))}
        payload = inside_script(json.dumps(given, ensure_ascii=False, separators=(",", ":")))
        # No two on a page are taken for another.
        key = hashlib.sha256(f"{payload}{functions}".encode()).hexdigest()[:16]
        return (
            f'<div class="tinygrad-page tinygrad-{self.module}" lang="{language_tag()}" data-key="{key}" '
            f'style="max-width:100%">{still}'
            f'<script type="application/json" class="tinygrad-page-data">{payload}</script>'
            f'<script>(() => {{\n"use strict";\n{script}'
            f'shell_module.start("{key}", host => new {self.module}_module.Page(host, {functions}));\n'
            "})();</script></div>"
        )

    @cached_property
    def page(self) -> str:
        """The whole as a page of its own."""
        title = html.escape(self.title)
        return (
            f'<!DOCTYPE html>\n<html lang="{language_tag()}"><head><meta charset="utf-8">'
            '<meta name="viewport" content="width=device-width, initial-scale=1">'
            '<meta name="color-scheme" content="light dark"><link rel="icon" href="data:,">'
            f"<title>{title}</title>"
            "<style>body{margin:0;background:#fff}@media(prefers-color-scheme:dark){body{background:#14181d}}"
            "main{padding:12px}h1{font:600 17px system-ui,sans-serif;margin:0 0 10px;color:#1b2430}"
            "@media(prefers-color-scheme:dark){h1{color:#eef2f6}}</style></head>"
            f'<body data-tinygrad-page=""><main><h1>{title}</h1>{self.html}</main></body></html>\n'
        )

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write it as a page of its own, whole or not at all.

        Parameters
        ----------
        path : path
            Ends with .html; with .txt, for what `text` gives; or as one of `formats` says.

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
        makers: dict[str, Callable[[], str | bytes]] = {
            ".html": lambda: self.page,
            ".htm": lambda: self.page,
            ".txt": lambda: self.text() + "\n",
            **self._formats(),
        }
        if suffix not in makers:
            others = ", ".join(ending for ending in makers if ending not in (".html", ".htm"))
            raise ValueError(
                f"cannot save {self._noun} as {path.suffix!r}: give a path that ends with .html (or {others})"
            )
        write_whole(path, makers[suffix]())
        return path

    def _formats(self) -> dict[str, Callable[[], str | bytes]]:
        """Give what else it can be saved as, by the ending of the file."""
        return {}

    @property
    def _noun(self) -> str:
        return f"a {type(self).__name__.lower()}"

    def __repr__(self) -> str:
        """Give one short line."""
        name = type(self).__name__
        return (
            f"<{name}; shows itself in a notebook, .save('{self.module}.html') elsewhere, print(.text()) in a terminal>"
        )

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
            f'<iframe srcdoc="{page}" title="{html.escape(self.title)}" data-tinygrad-page="" '
            'style="width:100%;height:860px;border:0"></iframe>'
        )


def bundle(module: str) -> str:
    """Put a module of script and all that it imports into one text: each becomes a function that gives its exports.

    The files are modules as browsers and Node.js read them, so that they can be tried alone; a page that is opened from
    a disk, or stands in a notebook, can import nothing.

    Parameters
    ----------
    module : str
        Its name.

    Returns
    -------
    str
    """
    texts: dict[str, str] = {}
    waiting = [module]
    while waiting:
        name = waiting[-1]
        text = asset(f"{name}.js")
        missing = [needed for _, needed in _IMPORT.findall(text) if needed not in texts]
        if missing:
            waiting += missing
            continue
        inside = _EXPORT.sub("", _IMPORT.sub(r"const \1 = \2_module;", text))
        exports = ", ".join(_EXPORT.findall(text))
        texts.setdefault(name, f"const {name}_module = (() => {{\n{inside}\nreturn {{{exports}}};\n}})();")
        waiting.pop()
    return "\n".join(texts.values()) + "\n"


def sentences_in(script: str) -> list[str]:
    """List what a script can say: the literals that stand in its calls of `say`, in the order of the text.

    Examples
    --------
    >>> sentences_in('x = say("{name} is " + "folded", {name}); say(other)')
    ['{name} is folded']
    """
    return ["".join(map(json.loads, _LITERAL.findall(said))) for said in _SAID.findall(script)]


def inside_script(text: str) -> str:
    """Write JSON so that nothing in it ends, or begins to comment out, the script element it stands in."""
    text = text.replace("</", "<\\/").replace("<!", "\\u003c!").replace("<s", "\\u003cs").replace("<S", "\\u003cS")
    return text.replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


def asset(name: str) -> str:
    """Read a file of this folder, without what only its readers need: a notebook holds many pages."""
    return _FOR_READERS.sub("", (files(__package__) / name).read_text(encoding="utf-8")).strip()
