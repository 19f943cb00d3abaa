"""With this module one can draw one node as a card: its name or symbol, its value, its gradient.

What kind of node it is shows in the outline, in the fill and in words, never in a colour alone.
"""

from __future__ import annotations

from ..lettering import NOTHING, number, short, text_width
from ..records.records import NodeRecord
from .graphviz_layout import Point, Size
from .palette import level_of
from .shapes import Polygon, Rect, Shape, Text

NAME_FONT = 13.0
SYMBOL_FONT = 15.0
ROW_FONT = 12.0
WORD_FONT = 9.5
PAD = 9.0
HEAD = 22.0
ROW = 18.0
NOTCH = 9.0
_WORDS = {"leaf": "leaf", "parameter": "parameter", "input": "input", "output": "output"}
_ROW_WORDS = {"value": "value", "grad": "grad"}


def heading(node: NodeRecord) -> str:
    """Give the large text of a card."""
    name = short(node.short_name or node.name)
    if node.kind == "group":
        return name
    if node.kind == "elision":
        return f"… {node.hidden:,} nodes …"
    if node.symbol and name:
        return f"{name} = {node.symbol}"
    return node.symbol or name or "·"


def word(node: NodeRecord, labels: bool = False) -> str:
    """Give the small text beside the heading: what is wrong, or the kind, or the label that texts refer to."""
    if "alarm" in node.flags:
        return "not finite!"
    if node.kind == "group":
        return f"{node.hidden:,} nodes"
    if "dead" in node.flags:
        return "passes nothing"
    words = [_WORDS.get(node.kind, "")] + ([node.label] if labels and not node.name else [])
    return " ".join(filter(None, words))


def rows_of(node: NodeRecord, show: tuple[str, ...], digits: int) -> list[tuple[str, str, str]]:
    """Give the rows of a card: which row, its word, its number."""
    if node.kind in ("elision", "constant"):
        return []
    if node.kind == "input":
        show = tuple(row for row in show if row != "grad")  # nothing flows into what is only data
    if node.kind == "group":
        return [("grad", "|grad|", number(node.grad, digits))] if "grad" in show else []
    result = []
    for row in show:
        x = node.value if row == "value" else node.grad
        result.append((row, _ROW_WORDS[row], number(x, digits)))
    return result


def card_size(node: NodeRecord, show: tuple[str, ...], digits: int, labels: bool = False) -> Size:
    """Give the width and height of a card."""
    if node.kind == "constant":
        return max(text_width(number(node.value, digits)) * ROW_FONT + 14, 26.0), 22.0
    head = text_width(heading(node)) * (NAME_FONT if node.name or node.kind == "elision" else SYMBOL_FONT) * 1.06
    side = word(node, labels)
    width = head + (text_width(side) * WORD_FONT + 10 if side else 0)
    rows = rows_of(node, show, digits)
    for _, label, text in rows:
        # Room for a number with all its digits, so that cards line up and a player's cards never overflow.
        number_width = max(text_width(text), text_width("−0." + "0" * digits))
        width = max(width, text_width(label) * WORD_FONT + 12 + number_width * ROW_FONT)
    extra = NOTCH if node.kind == "input" else 6 if node.kind == "group" else 0
    return width + 2 * PAD + extra, HEAD + ROW * len(rows) + (5 if node.kind == "group" else 0) + (0 if rows else 4)


def card_shapes(
    node: NodeRecord, centre: Point, size: Size, show: tuple[str, ...], digits: int, unit: float, labels: bool = False
) -> tuple[Shape, ...]:
    """Draw a card around its centre."""
    width, height = size
    left, top = centre[0] - width / 2, centre[1] - height / 2
    if node.kind == "constant":
        return (
            Rect(
                left, top, width, height, height / 2, fill="background", stroke="cluster_line", width=1.0, part="card"
            ),
            Text(
                centre[0], centre[1] + ROW_FONT * 0.36, number(node.value, digits), ROW_FONT, "muted", anchor="middle"
            ),
        )
    shapes: list[Shape] = []
    if node.kind == "group":
        width, height = width - 6, height - 5
        shapes += [Rect(left + d, top + d, width, height, 8, fill="group", stroke="line") for d in (6.0, 3.0)]
    shapes += _outline(node, left, top, width, height)
    body = width - (NOTCH if node.kind == "input" else 0)
    right = left + body - PAD
    is_symbol = not node.name and node.kind != "elision"
    shapes.append(
        Text(
            left + PAD,
            top + HEAD - 6.5,
            heading(node),
            SYMBOL_FONT if is_symbol else NAME_FONT,
            "alarm" if "alarm" in node.flags else "ink",
            bold=True,
        )
    )
    side = word(node, labels)
    if side:
        shapes.append(
            Text(
                right,
                top + HEAD - 7,
                side,
                WORD_FONT,
                "alarm" if "alarm" in node.flags else "muted",
                anchor="end",
                part="word",
            )
        )
    for k, (row, label, text) in enumerate(rows_of(node, show, digits)):
        y = top + HEAD + ROW * k
        ink = "ink"
        if row == "grad":
            level = level_of(node.grad, unit)
            shapes.append(Rect(left + 4, y - 0.5, body - 8, ROW - 3, 4, fill=f"scale{level}", part="chip"))
            ink = f"ink{level}" if text != NOTHING else "muted"
        shapes.append(Text(left + PAD, y + 11.5, label, WORD_FONT, "muted" if row == "value" else ink))
        shapes.append(
            Text(right, y + 12, text, ROW_FONT, ink, anchor="end", bold=row == "grad" and text != NOTHING, part=row)
        )
    return tuple(shapes)


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


def describe(node: NodeRecord, digits: int) -> str:
    """Say in one line what a node is, for tooltips and screen readers."""
    if node.kind == "elision":
        return f"{node.hidden:,} nodes left out"
    if node.kind == "constant":
        return f"constant {number(node.value, digits)}"
    parts = [f"{node.kind} {node.name}".strip()]
    if node.symbol:
        parts.append(f"operation {node.symbol}")
    if node.kind == "group":
        parts.append(f"{node.hidden:,} nodes")
    if node.value is not None:
        parts.append(f"value {number(node.value, digits)}")
    if node.grad is not None:
        parts.append(f"gradient {number(node.grad, digits)}")
    words = {"zero": "gradient is zero", "dead": "passes nothing back", "alarm": "not finite"}
    return ", ".join(parts + [words[flag] for flag in node.flags])
