"""With this module one can draw one node as a card: its name or symbol, its value, its gradient.

What kind of node it is shows in the outline, in the fill and in words, never in a colour alone.
"""

from __future__ import annotations

from ..lettering import NOTHING, text_width
from ..records.nodes import NodeRecord
from ..style import Style
from .graphviz_layout import Point, Size
from .palette import level_of
from .shapes import Polygon, Rect, Shape, TextLine

NAME_FONT = 13.0
SYMBOL_FONT = 15.0
ROW_FONT = 12.0
WORD_FONT = 9.5
PAD = 9.0
HEAD = 22.0
ROW = 18.0
NOTCH = 9.0


def card_size(node: NodeRecord, style: Style) -> Size:
    """Give the width and height of a card."""
    if node.kind == "constant":
        return max(text_width(node.heading(style)) * ROW_FONT + 14, 26.0), 22.0
    head = text_width(node.heading(style)) * _heading_font(node) * 1.06
    side = node.word(style)
    width = head + (text_width(side) * WORD_FONT + 10 if side else 0)
    rows = node.rows(style)
    for row in rows:
        # Room for a number with all its digits, so that cards line up and a player's cards never overflow.
        number_width = max(text_width(row.number), text_width("−0." + "0" * style.digits))
        width = max(width, text_width(row.word) * WORD_FONT + 12 + number_width * ROW_FONT)
    extra = NOTCH if node.kind == "input" else 6 if node.kind == "group" else 0
    return width + 2 * PAD + extra, HEAD + ROW * len(rows) + (5 if node.kind == "group" else 0) + (0 if rows else 4)


def card_shapes(node: NodeRecord, centre: Point, size: Size, style: Style) -> tuple[Shape, ...]:
    """Draw a card around its centre."""
    width, height = size
    left, top = centre[0] - width / 2, centre[1] - height / 2
    if node.kind == "constant":
        pill = Rect(left, top, width, height, height / 2, "background", "cluster_line", 1.0, part="card")
        number = TextLine(
            centre[0], centre[1] + ROW_FONT * 0.36, node.heading(style), ROW_FONT, "muted", anchor="middle"
        )
        return pill, number
    shapes: list[Shape] = []
    if node.kind == "group":
        width, height = width - 6, height - 5
        shapes += [Rect(left + d, top + d, width, height, 8, fill="group", stroke="line") for d in (6.0, 3.0)]
    shapes += _outline(node, left, top, width, height)
    body = width - (NOTCH if node.kind == "input" else 0)
    right = left + body - PAD
    alarm = "alarm" in node.flags
    ink = "alarm" if alarm else "ink"
    shapes.append(TextLine(left + PAD, top + HEAD - 6.5, node.heading(style), _heading_font(node), ink, bold=True))
    side = node.word(style)
    if side:
        ink = "alarm" if alarm else "muted"
        shapes.append(TextLine(right, top + HEAD - 7, side, WORD_FONT, ink, anchor="end", part="word"))
    for k, row in enumerate(node.rows(style)):
        y = top + HEAD + ROW * k
        ink, word_ink, known = "ink", "muted", row.number != NOTHING
        if row.what == "grad":
            level = level_of(node.grad, style.grad_unit)
            shapes.append(Rect(left + 4, y - 0.5, body - 8, ROW - 3, 4, fill=f"scale{level}", part="chip"))
            ink = word_ink = f"ink{level}" if known else "muted"
        bold = row.what == "grad" and known
        shapes.append(TextLine(left + PAD, y + 11.5, row.word, WORD_FONT, word_ink))
        shapes.append(TextLine(right, y + 12, row.number, ROW_FONT, ink, anchor="end", bold=bold, part=row.what))
    return tuple(shapes)


def _heading_font(node: NodeRecord) -> float:
    return SYMBOL_FONT if node.headed_by_symbol else NAME_FONT


def _outline(node: NodeRecord, left: float, top: float, width: float, height: float) -> list[Shape]:
    kind, alarm = node.kind, "alarm" in node.flags
    quiet = "dead" in node.flags or "zero" in node.flags
    fill = "alarm_card" if alarm else "dead" if quiet else kind if kind not in ("operation", "elision") else "card"
    stroke = "alarm" if alarm else "accent" if node.highlighted else "line"
    line = 2.6 if alarm or node.highlighted else 1.2
    dash = (4.0, 3.0) if quiet or kind == "elision" else None
    if kind == "input":
        right, middle = left + width, top + height / 2
        points = (
            (left, top),
            (right - NOTCH, top),
            (right, middle),
            (right - NOTCH, top + height),
            (left, top + height),
        )
        return [Polygon(points, fill=fill, stroke=stroke, width=line, dash=dash, part="card")]
    radius = {"leaf": 0.0, "parameter": 0.0}.get(kind, 9.0)
    shapes: list[Shape] = [
        Rect(left, top, width, height, radius, fill=fill, stroke=stroke, width=line, dash=dash, part="card")
    ]
    if kind == "parameter":
        shapes.append(Rect(left, top, 4, height, 0, fill="muted"))
    if kind == "output":
        shapes.append(Rect(left - 3, top - 3, width + 6, height + 6, 12, stroke=stroke, width=1.2))
    return shapes
