"""With this module one can turn records into shapes on a plane: boxes, curves and texts with roles for colours.

A scene knows no theme and no file format. The SVG writer, the painter of PNG and PDF and the step player all
take the same scene, so a picture looks the same wherever it is shown.
"""

from __future__ import annotations

import math

from ...words import say
from ..lettering import text_width
from ..records.edges import EdgeRecord
from ..records.records import Records
from ..style import Style
from .cards import card_shapes, card_size
from .columns import has_layers, lay_out_in_columns
from .graphviz_layout import Layout, Point, Size, lay_out
from .palette import strength
from .places import place_labels, place_titles
from .shapes import Curve, Piece, Polygon, Rect, Scene, Shape, TextLine

MARGIN = 14.0
EDGE_FONT = 10.5
TITLE_FONT = 11.0
NOTE_FONT = 10.0


def make_scene(records: Records) -> Scene:
    """Lay out the records, and draw them as shapes.

    Parameters
    ----------
    records : Records
        The drawing as data.

    Returns
    -------
    Scene
    """
    style = records.fitted_style()
    sizes = {node.id: card_size(node, style) for node in records.nodes}
    dense = len(records.edges) > 2 * len(records.nodes)
    texts = _edge_texts(records, style, dense)
    spaces = {i: (text_width(text) * EDGE_FONT + 8, EDGE_FONT + 5) for i, text in texts.items()}
    titles = {c.id: (text_width(c.label) * TITLE_FONT, TITLE_FONT + 3) for c in records.clusters}
    in_columns = lay_out_in_columns(records, sizes, spaces, style.direction) if has_layers(records) else None
    # Where edges are many, room for their labels would pull the picture apart: they are set on the curves instead.
    layout = in_columns or lay_out(records, sizes, {} if dense else spaces, titles, style.direction, dense)
    folded = {node.id for node in records.nodes if node.kind == "group"} if in_columns else set()
    some_bright = any(node.highlighted for node in records.nodes)
    corners = {id_: (box[0] + 9, box[1] + TITLE_FONT * 0.64 + 4) for id_, box in layout.clusters.items()}
    lettered = {id_: (width, TITLE_FONT) for id_, (width, _) in titles.items()}
    at = place_titles(layout, corners, lettered)
    boxes = [(x, y - TITLE_FONT / 2, x + lettered[id_][0], y + TITLE_FONT / 2) for id_, (x, y) in at.items()]
    extents = {i: (width - 8, EDGE_FONT) for i, (width, _) in spaces.items()}
    label_places = place_labels(layout, extents, sizes, boxes)
    pieces = [_cluster(layout, c.id, c.label) for c in records.clusters]
    sized = sorted(enumerate(records.edges), key=lambda item: abs(item[1].contribution or 0.0)) if folded else []
    for i, edge in sized or enumerate(records.edges):
        curve, ends = layout.edges[i][0], {edge.source, edge.target}
        if folded & ends and not edge.highlighted:
            pieces.append(_line(i, edge, curve, style.contribution_unit, some_bright))
            continue
        pieces.append(_edge(i, edge, curve, texts.get(i), label_places.get(i), style.contribution_unit, some_bright))
    pieces += [_title(c.id, c.label, at[c.id], *lettered[c.id]) for c in records.clusters]
    pieces += [
        Piece(
            "node",
            node.id,
            node.description(style),
            card_shapes(node, layout.nodes[node.id], sizes[node.id], style),
            classes=(node.kind, *node.flags),
            dimmed=some_bright and not node.highlighted,
        )
        for node in records.nodes
    ]
    notes = _notes(records)
    unread = [
        i for i in texts if i not in label_places and not folded & {records.edges[i].source, records.edges[i].target}
    ]
    if unread:
        notes.append(say("{count} labels of edges found no room and are left out", count=len(unread)))
    if folded and _flows(records):
        notes.append(
            say(
                "lines between layers: the largest contribution they carry back; orange: positive; blue: negative; "
                "width: size"
            )
        )
    return _with_notes(pieces, layout.size, notes)


def _edge_texts(records: Records, style: Style, dense: bool) -> dict[int, str]:
    """Give the text of each edge that has one; of a dense picture, only of those between single nodes."""
    kinds = {node.id: node.kind for node in records.nodes}
    texts: dict[int, str] = {}
    for i, edge in enumerate(records.edges):
        folded = "group" in (kinds[edge.source], kinds[edge.target])
        text = "" if dense and folded else edge.text(style)
        if text:
            texts[i] = text
    return texts


def _cluster(layout: Layout, id_: str, label: str) -> Piece:
    left, top, right, bottom = layout.clusters[id_]
    box = Rect(left, top, right - left, bottom - top, 9, fill="cluster", stroke="cluster_line", width=1.0)
    return Piece("cluster", id_, label, (box,))


def _title(id_: str, label: str, at: Point, width: float, height: float) -> Piece:
    """Write the title of a scope on a plate of the scope's colour: where no place is free, lines pass below it."""
    x, y = at
    plate = Rect(x, y - height / 2, width, height, 3, fill="cluster", opacity=0.86, part="plate")
    return Piece("title", id_, "", (plate, TextLine(x, y + height * 0.36, label, TITLE_FONT, "muted", bold=True)))


def _edge(
    i: int,
    edge: EdgeRecord,
    curve: tuple[Point, ...],
    text: str | None,
    at: Point | None,
    unit: float,
    some_bright: bool,
) -> Piece:
    size = abs(strength(edge.contribution, unit))
    width = 1.2 if edge.contribution is None else 0.8 + 3.4 * size
    nothing_flows = edge.contribution == 0.0 or (edge.contribution is None and edge.local == 0.0)
    bad = any(x is not None and (x != x or abs(x) == float("inf")) for x in (edge.local, edge.contribution))
    role = "alarm" if bad else "accent" if edge.highlighted else "line"
    dash = (3.0, 3.0) if nothing_flows else None
    shapes: list[Shape] = []
    if curve:
        shapes.append(
            Curve(_shorten(curve, 5.0), stroke=role, width=max(width, 2.6) if edge.highlighted else width, dash=dash)
        )
        shapes.append(_arrowhead(curve, role, 3.2 + width * 0.7))
    if text and at is not None:
        w, h = text_width(text) * EDGE_FONT + 4, EDGE_FONT + 3
        shapes.append(Rect(at[0] - w / 2, at[1] - h / 2, w, h, 3, fill="background", opacity=0.86, part="halo"))
        shapes.append(
            TextLine(
                at[0],
                at[1] + EDGE_FONT * 0.36,
                text,
                EDGE_FONT,
                "alarm" if bad else "ink",
                anchor="middle",
                part="label",
            )
        )
    return Piece(
        "edge",
        f"k{i}",
        "",
        tuple(shapes),
        classes=("still",) if nothing_flows else (),
        dimmed=some_bright and not edge.highlighted,
        data=(("source", edge.source), ("target", edge.target), ("index", str(edge.index))),
    )


def _line(i: int, edge: EdgeRecord, curve: tuple[Point, ...], unit: float, some_bright: bool) -> Piece:
    """Draw what lies between layers as lines without heads: their colour the sign, their width the size."""
    size = strength(edge.contribution, unit)
    bad = edge.contribution is not None and not math.isfinite(edge.contribution)
    role = "alarm" if bad else "line" if size == 0.0 else "scale4" if size > 0.0 else "scale-4"
    dash = (3.0, 3.0) if edge.contribution == 0.0 else None
    return Piece(
        "edge",
        f"k{i}",
        "",
        (Curve(curve, stroke=role, width=0.5 + 2.2 * size * size, dash=dash),),
        classes=("line", *(("still",) if edge.contribution == 0.0 else ())),
        dimmed=some_bright,
        data=(("source", edge.source), ("target", edge.target), ("index", str(edge.index))),
    )


def _shorten(curve: tuple[Point, ...], by: float) -> tuple[Point, ...]:
    """Let the line end inside the arrowhead rather than at its tip, where a thick line would show."""
    (x0, y0), (x1, y1) = _last_leg(curve)
    length = max(((x1 - x0) ** 2 + (y1 - y0) ** 2) ** 0.5, 1e-9)
    step = min(by, length * 0.9)
    return (*curve[:-1], (x1 - (x1 - x0) / length * step, y1 - (y1 - y0) / length * step))


def _last_leg(curve: tuple[Point, ...]) -> tuple[Point, Point]:
    end = curve[-1]
    for before in reversed(curve[:-1]):
        if abs(before[0] - end[0]) + abs(before[1] - end[1]) > 1e-6:
            return before, end
    return (end[0] - 1.0, end[1]), end


def _arrowhead(curve: tuple[Point, ...], role: str, half: float) -> Polygon:
    (x0, y0), (x1, y1) = _last_leg(curve)
    length = max(((x1 - x0) ** 2 + (y1 - y0) ** 2) ** 0.5, 1e-9)
    ux, uy = (x1 - x0) / length, (y1 - y0) / length
    bx, by = x1 - ux * (half * 2.2), y1 - uy * (half * 2.2)
    return Polygon(((x1, y1), (bx - uy * half, by + ux * half), (bx + uy * half, by - ux * half)), fill=role)


def _flows(records: Records) -> bool:
    return any(edge.contribution for edge in records.edges)


def _notes(records: Records) -> list[str]:
    notes = [records.note] if records.note else []
    if any(e.local is not None for e in records.edges) and records.edge_labels:
        local = records.edge_labels == "local"
        told = [say("on the edges: local derivatives") if local else say("on the edges: contributions to the gradient")]
        if any(e.contribution is not None for e in records.edges):
            told.append(say("thickness: size of the contribution"))
        notes.append(say("; ").join(told))
    return notes


def _with_notes(pieces: list[Piece], size: Size, notes: list[str]) -> Scene:
    width, height = size
    for k, note in enumerate(notes):
        width = max(width, text_width(note) * NOTE_FONT * 0.9)
        pieces.append(Piece("note", "", note, (TextLine(0.0, height + 18 + 14 * k, note, NOTE_FONT, "muted"),)))
    height += 10 + 14 * len(notes) if notes else 0
    return Scene(tuple(pieces), -MARGIN, -MARGIN, width + 2 * MARGIN, height + 2 * MARGIN)
