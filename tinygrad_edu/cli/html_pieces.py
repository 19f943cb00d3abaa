"""With this module a report is put together: paragraphs, tables, facts and pictures as HTML, all text escaped."""

from __future__ import annotations

import html
from collections.abc import Iterable, Sequence
from importlib.resources import files
from typing import TYPE_CHECKING

from ..drawing import Drawing
from ..errors import GraphvizMissingError
from ..plot.style import svg_of

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_READABLE = 1.06  # pixels for a point of a drawing: what makes its smallest letters ten pixels high


def whole_page(title: str, parts: Iterable[str]) -> str:
    """Write a page that names no address and follows the light or dark of its reader."""
    style = (files(__package__) / "report.css").read_text(encoding="utf-8")
    head = (
        '<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="color-scheme" content="light dark"><link rel="icon" href="data:,">'
    )
    name = html.escape(title)
    body = "\n".join([f"<h1>{name}</h1>", *parts])
    return (
        f'<!DOCTYPE html>\n<html lang="en"><head>{head}<title>{name}</title><style>{style}</style></head>\n'
        f"<body><main>\n{body}\n</main></body></html>\n"
    )


def heading(text: str, level: int = 2) -> str:
    """Write the heading of a part."""
    return f"<h{level}>{html.escape(text)}</h{level}>"


def paragraph(text: str, kind: str = "") -> str:
    """Write a paragraph, of a class of the style sheet if one is named."""
    return f'<p class="{kind}">{html.escape(text)}</p>' if kind else f"<p>{html.escape(text)}</p>"


def code(text: str) -> str:
    """Write what is to be typed."""
    return f"<pre><code>{html.escape(text)}</code></pre>"


def facts(pairs: Iterable[tuple[str, str]]) -> str:
    """Write numbers large, each with what it is."""
    cards = "".join(f"<div><b>{html.escape(big)}</b><span>{html.escape(small)}</span></div>" for big, small in pairs)
    return f'<div class="facts">{cards}</div>'


def table(head: Sequence[str], rows: Iterable[Sequence[str]], text: Sequence[int] = (), most: int = 16) -> str:
    """Write a table whose first column names the rows; columns at `text` are words, the others numbers.

    Of very many rows those after the first `most` are folded away.
    """
    rows = [*rows]
    if len(rows) > most + most // 2:
        rest = table(head, rows[most:], text, len(rows))
        return f"{table(head, rows[:most], text)}<details><summary>{len(rows) - most} more</summary>{rest}</details>"

    def cell(j: int, content: str, tag: str) -> str:
        kind = ' class="text"' if j in text else ""
        return f"<{tag}{kind}>{html.escape(content)}</{tag}>"

    named = "".join(cell(j, content, "th") for j, content in enumerate(head))
    lines = []
    for row in rows:
        cells = "".join(cell(j, content, "td") for j, content in enumerate(row) if j)
        lines.append(f'<tr><th scope="row">{html.escape(row[0])}</th>{cells}</tr>')
    whole = f"<table><thead><tr>{named}</tr></thead><tbody>{''.join(lines)}</tbody></table>"
    return f'<div class="wide" tabindex="0">{whole}</div>'


def picture(figure: Figure, name: str, caption: str) -> str:
    """Show a figure with its caption; `name` is one that no other picture of the page has."""
    words = html.escape(caption, quote=True)
    svg = svg_of(figure, name, {"role": "img", "aria-label": words})
    return f'<figure><div class="frame" tabindex="0">{svg}</div><figcaption>{words}</figcaption></figure>'


def pictures(shown: Iterable[str]) -> str:
    """Put pictures beside each other as far as there is room."""
    return f'<div class="pictures">{"".join(shown)}</div>'


def graph(drawing: Drawing) -> str:
    """Show a drawing in letters that can be read; as text where Graphviz is missing."""
    try:
        svg, wide = drawing.svg, drawing.scene.width
    except GraphvizMissingError:
        return code(str(drawing))
    namespace = ' xmlns="http://www.w3.org/2000/svg"'  # which HTML knows by itself
    svg = svg.replace(namespace, "", 1)
    return f'<div class="wide graph" tabindex="0"><div style="min-width:{wide * _READABLE:.0f}px">{svg}</div></div>'
