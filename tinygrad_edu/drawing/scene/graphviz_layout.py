"""With this module one can let Graphviz place the boxes of a drawing.

Graphviz gets sizes and ids only, no text: the layout is the same whichever fonts a machine has, no name can
break its syntax, and its text engine (which warns about font settings on some systems) is never started.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..records.records import Records
from .graphviz_call import run_graphviz

Point = tuple[float, float]
Box = tuple[float, float, float, float]
Size = tuple[float, float]

_LONG = 800  # ranks spanned by all edges together; beyond this, placing labels takes seconds


@dataclass(frozen=True, slots=True)
class Layout:
    """Where everything is, in points, y growing downwards.

    Attributes
    ----------
    size : tuple
        Width and height of the whole.
    nodes : dict
        Centre of each node, by id.
    edges : tuple
        For each edge record: the control points of its curve (1 + 3n of them), then its label's centre or None.
    clusters : dict
        Left, top, right, bottom of each open scope, by id.
    """

    size: Size
    nodes: Mapping[str, Point]
    edges: tuple[tuple[tuple[Point, ...], Point | None], ...]
    clusters: Mapping[str, Box]


def lay_out(
    records: Records,
    sizes: Mapping[str, Size],
    labels: Mapping[int, Size],
    titles: Mapping[str, Size],
    direction: str,
    dense: bool = False,
) -> Layout:
    """Place the nodes of a drawing.

    Parameters
    ----------
    records : Records
        What to place.
    sizes : mapping
        Width and height of each node in points, by id.
    labels : mapping
        Size of the label of each edge that has one, by its place among the edge records.
    titles : mapping
        Size of the label of each cluster, by id.
    direction : "LR" or "TB"
        Where the values flow.
    dense : bool, default False
        Whether edges are so many that straight ones in wide gaps read better.

    Returns
    -------
    Layout

    Raises
    ------
    GraphvizMissingError
        If neither pygraphviz nor an executable ``dot`` is there.

    Notes
    -----
    Graphviz's time grows with the ranks that edges span, and steeply so if their labels are to be placed too.
    Where many edges are long, the labels are set on the finished curves instead.
    """
    spanned = _ranks_spanned(records)
    if spanned > _LONG:
        labels = {}
    limits = "nslimit=1, mclimit=0.5, " if spanned > _LONG / 4 else ""
    if dense:
        limits += "splines=line, "
    dot = _layout_dot(records, sizes, labels, titles, f"{limits}rankdir={direction}")
    return _read(run_graphviz(dot), records, sizes)


def _layout_dot(
    records: Records, sizes: Mapping[str, Size], labels: Mapping[int, Size], titles: Mapping[str, Size], options: str
) -> str:
    lines = [
        "digraph {",
        f"graph [{options}, nodesep=0.22, ranksep={0.32 if labels else 1.4 if 'splines' in options else 0.5}];",
        'node [shape=box, fixedsize=true, label=""]; edge [arrowhead=none];',
    ]
    inside: dict[str | None, list[str]] = defaultdict(list)
    for node in records.nodes:
        width, height = sizes[node.id]
        inside[node.cluster].append(f"{node.id} [width={width / 72:.4f}, height={height / 72:.4f}];")
    children: dict[str | None, list[str]] = defaultdict(list)
    for cluster in records.clusters:
        children[cluster.parent].append(cluster.id)
    lines += inside[None]
    # Scopes may be nested as deep as one likes, so this walks with a stack: an id opens, None closes.
    stack: list[str | None] = list(reversed(children[None]))
    while stack:
        at = stack.pop()
        if at is None:
            lines.append("}")
            continue
        lines.append(f"subgraph cluster_{at} {{ margin=11; label={_spacer(titles[at])}; labeljust=l;")
        lines += inside[at]
        stack.append(None)
        stack += reversed(children[at])
    for i, edge in enumerate(records.edges):
        label = f", label={_spacer(labels[i])}" if i in labels else ""
        lines.append(f"{edge.source} -> {edge.target} [id=k{i}{label}];")
    lines.append("}")
    return "\n".join(lines)


def _ranks_spanned(records: Records) -> int:
    rank: dict[str, int] = {node.id: 0 for node in records.nodes}
    into: dict[str, list[str]] = defaultdict(list)
    for edge in records.edges:
        into[edge.target].append(edge.source)
    for node in records.nodes:
        rank[node.id] = max((rank[source] + 1 for source in into[node.id]), default=0)
    return sum(abs(rank[edge.target] - rank[edge.source]) for edge in records.edges)


def _spacer(size: Size) -> str:
    width, height = (max(int(x + 0.999), 1) for x in size)
    return (
        f'<<TABLE BORDER="0" CELLBORDER="0" CELLPADDING="0" CELLSPACING="0" FIXEDSIZE="TRUE" '
        f'WIDTH="{width}" HEIGHT="{height}"><TR><TD></TD></TR></TABLE>>'
    )


def on_last_arc(curve: tuple[Point, ...]) -> Point:
    """Give the middle of the last arc of a curve, near the operation that an edge's label belongs to."""
    (x0, y0), (x1, y1), (x2, y2), (x3, y3) = curve[-4:]
    return (x0 + 3 * x1 + 3 * x2 + x3) / 8, (y0 + 3 * y1 + 3 * y2 + y3) / 8


def _straight(start: Point, size: Size, end: Point, end_size: Size) -> tuple[Point, ...]:
    """Lead from the border of one box to that of another."""
    (x0, y0), (x1, y1) = start, end
    dx, dy = x1 - x0, y1 - y0
    leave, enter = (
        min(0.5, w / 2 / abs(dx) if dx else 0.5, h / 2 / abs(dy) if dy else 0.5) for w, h in (size, end_size)
    )
    shares = [leave + (1.0 - leave - enter) * k / 3 for k in range(4)]
    return tuple((x0 + dx * share, y0 + dy * share) for share in shares)


def _read(answer: dict[str, Any], records: Records, sizes: Mapping[str, Size]) -> Layout:
    _, _, width, height = map(float, answer["bb"].split(","))

    def point(text: str) -> Point:
        x, y = text.split(",")
        return float(x), height - float(y)

    nodes: dict[str, Point] = {}
    clusters: dict[str, Box] = {}
    for item in answer.get("objects", ()):
        if item["name"].startswith("cluster_"):
            left, low, right, high = map(float, item["bb"].split(","))
            clusters[item["name"].removeprefix("cluster_")] = (left, height - high, right, height - low)
        else:
            nodes[item["name"]] = point(item["pos"])
    edges: list[tuple[tuple[Point, ...], Point | None]] = [((), None)] * len(records.edges)
    for item in answer.get("edges", ()):
        if "pos" not in item:  # Graphviz gives up on edges whose way it cannot find
            continue
        curve = tuple(point(p) for p in item["pos"].split() if p[0] not in "es")
        edges[int(item["id"][1:])] = curve, point(item["lp"]) if "lp" in item else on_last_arc(curve)
    for i, edge in enumerate(records.edges):
        if not edges[i][0] and edge.source in nodes and edge.target in nodes:
            line = _straight(nodes[edge.source], sizes[edge.source], nodes[edge.target], sizes[edge.target])
            edges[i] = line, on_last_arc(line)
    return Layout((width, height), nodes, tuple(edges), clusters)
