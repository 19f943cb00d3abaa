"""With this module one can place a computation whose scopes are layers as people draw a network: in columns.

Where every folded neuron of one layer reads every one of the layer before, no order of them has fewer crossings than
another, so Graphviz shuffles them for nothing. Here they stand in their own order, each column as far along as the
longest way to it, and where everything stands follows from how many there are.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from itertools import pairwise

from ..records.nodes import NodeRecord
from ..records.records import Records
from .graphviz_layout import Box, Layout, Point, Size, on_last_arc

_APART = 13.0
_GAP, _WIDE_GAP, _WIDEST_GAP = 46.0, 100.0, 150.0
_SOME, _MANY = 8, 24  # lines between two columns from which on they need a wide gap to be told apart
_MOST_BENT = 40  # edges past other columns that are led around what stands there
_INSIDE, _TITLE = 11.0, 20.0


def has_layers(records: Records) -> bool:
    """Whether all folded nodes of some scope feed all those of another one: the neurons of two layers."""
    inside: dict[str, set[str]] = defaultdict(set)
    for node in records.nodes:
        if node.kind == "group" and node.cluster is not None:
            inside[node.cluster].add(node.id)
    pairs = {(edge.source, edge.target) for edge in records.edges}
    return any(
        all((a, b) in pairs for a in first for b in second)
        for start, first in inside.items()
        if len(first) > 2
        for end, second in inside.items()
        if end != start
    )


def lay_out_in_columns(
    records: Records, sizes: Mapping[str, Size], labels: Mapping[int, Size], direction: str
) -> Layout | None:
    """Place the nodes of a drawing in columns; in rows where the values flow from top to bottom.

    Parameters
    ----------
    records : Records
    sizes : mapping
        Width and height of each node in points, by id.
    labels : mapping
        Size of the label of each edge that has one, by its place among the edge records.
    direction : "LR" or "TB"

    Returns
    -------
    Layout or None
        None where the box of a scope would hold what does not belong to it.
    """
    turned = direction == "TB"
    flat = {id_: (h, w) if turned else (w, h) for id_, (w, h) in sizes.items()}
    columns = _columns(records)
    bends = _bends(records, columns)
    for column in columns:
        wide = max(flat[id_][0] for id_ in column if id_ in flat)
        flat |= {id_: (wide, 2.0) for id_ in column if id_ not in flat}
    room = {i: (h if turned else w) + 26.0 for i, (w, h) in labels.items()}
    places = _places(records, columns, flat, room)
    parent = {cluster.id: cluster.parent for cluster in records.clusters}
    chains = {node.id: [*_up(node.cluster, parent)] for node in records.nodes}
    boxes = _boxes(parent, chains, places, flat, turned)
    if boxes is None or not _cleared(chains, places, flat, boxes):
        return None
    shift = [min(0.0, *(box[axis] for box in boxes.values())) if boxes else 0.0 for axis in (0, 1)]
    curves = [
        _curve([(places[id_], flat[id_]) for id_ in (edge.source, *bends.get(i, ()), edge.target)])
        for i, edge in enumerate(records.edges)
    ]

    def point(p: Point) -> Point:
        x, y = p[0] - shift[0], p[1] - shift[1]
        return (y, x) if turned else (x, y)

    ends = [(x + flat[id_][0] / 2, y + flat[id_][1] / 2) for id_, (x, y) in places.items()]
    ends += [(box[2], box[3]) for box in boxes.values()]
    size = point((max(x for x, _ in ends), max(y for _, y in ends)))
    edges = tuple((tuple(map(point, curve)), on_last_arc(tuple(map(point, curve)))) for curve in curves)
    clusters = {id_: (*point((a, b)), *point((c, d))) for id_, (a, b, c, d) in boxes.items()}
    return Layout(size, {id_: point(p) for id_, p in places.items()}, edges, clusters)


def _columns(records: Records) -> list[list[str]]:
    """Sort the nodes into columns: each as far along as the longest way to it, a leaf just before what reads it."""
    into, readers = defaultdict(list), defaultdict(list)
    for edge in records.edges:
        into[edge.target].append(edge.source)
        readers[edge.source].append(edge.target)
    rank: dict[str, int] = {}
    for node in records.nodes:
        rank[node.id] = max((rank[source] + 1 for source in into[node.id]), default=0)
    for node in reversed(records.nodes):
        if not into[node.id] and readers[node.id]:
            rank[node.id] = min(rank[reader] for reader in readers[node.id]) - 1
    order = {cluster.id: i for i, cluster in enumerate(records.clusters)}
    columns: dict[int, list[str]] = defaultdict(list)
    read_as: dict[str, int] = {}
    for edge in records.edges:
        read_as.setdefault(edge.source, min(edge.operands, default=0))

    def place(node: NodeRecord) -> tuple[int, int, tuple[int, ...]]:
        """Leaves stand as they are read, the first operand first; all else as it was made."""
        return order.get(node.cluster or "", -1), 0 if into[node.id] else read_as.get(node.id, 0), _number(node.id)

    for node in sorted(records.nodes, key=place):
        columns[rank[node.id]].append(node.id)
    return [columns[r] for r in sorted(columns)]


def _bends(records: Records, columns: list[list[str]]) -> dict[int, list[str]]:
    """Let an edge past other columns have a place in each, above or below what stands there; give their ids."""
    column_of = {id_: c for c, column in enumerate(columns) for id_ in column}
    upper = {id_: 2 * k < len(column) - 1 for column in columns for k, id_ in enumerate(column)}
    ends = [(i, e.source, column_of[e.source], column_of[e.target]) for i, e in enumerate(records.edges)]
    long = [(i, source, a, b) for i, source, a, b in ends if b - a > 1]
    if len(long) > _MOST_BENT:
        return {}
    bends = {}
    for i, source, a, b in long:
        bends[i] = [f"bend {i} {c}" for c in range(a + 1, b)]
        for c, id_ in zip(range(a + 1, b), bends[i], strict=True):
            columns[c].insert(0 if upper[source] else len(columns[c]), id_)
    return bends


def _number(id_: str) -> tuple[int, ...]:
    """Give the place of the first node behind a record, which its id ends with."""
    return tuple(int(part) for part in id_[1:].split("_"))


def _places(
    records: Records, columns: list[list[str]], flat: Mapping[str, Size], room: Mapping[int, float]
) -> dict[str, Point]:
    column_of = {id_: c for c, column in enumerate(columns) for id_ in column}
    lines: dict[int, int] = defaultdict(int)
    widest: dict[int, float] = defaultdict(float)
    for i, edge in enumerate(records.edges):
        lines[column_of[edge.target]] += 1
        widest[column_of[edge.target]] = max(widest[column_of[edge.target]], room.get(i, 0.0))
    cluster: dict[str, str | None] = {node.id: node.cluster for node in records.nodes}
    places: dict[str, Point] = {}
    x = 0.0
    for c, column in enumerate(columns):
        if c:
            x += max(_WIDEST_GAP if lines[c] > _MANY else _WIDE_GAP if lines[c] > _SOME else _GAP, widest[c])
        wide = max(flat[id_][0] for id_ in column)
        gaps = [_APART + 2 * _TITLE * (cluster.get(a) != cluster.get(b)) for a, b in pairwise(column)]
        tall = sum(flat[id_][1] for id_ in column) + sum(gaps)
        y = -tall / 2
        for id_, gap in zip(column, [*gaps, 0.0], strict=True):
            places[id_] = (x + wide / 2, y + flat[id_][1] / 2)
            y += flat[id_][1] + gap
        x += wide
    top = min(y - flat[id_][1] / 2 for id_, (_, y) in places.items())
    return {id_: (x, y - top) for id_, (x, y) in places.items()}


def _boxes(
    parent: Mapping[str, str | None],
    chains: Mapping[str, list[str]],
    places: Mapping[str, Point],
    flat: Mapping[str, Size],
    turned: bool,
) -> dict[str, Box] | None:
    """Draw the boxes of the open scopes around what is in them, the inner ones first."""
    boxes: dict[str, Box] = {}
    title = (_INSIDE, _TITLE) if not turned else (_TITLE, _INSIDE)
    for cluster in sorted(parent, key=lambda id_: -len([*_up(id_, parent)])):
        held = [
            (x - flat[id_][0] / 2, y - flat[id_][1] / 2, x + flat[id_][0] / 2, y + flat[id_][1] / 2)
            for id_, (x, y) in places.items()
            if chains.get(id_, [])[:1] == [cluster]
        ] + [boxes[child] for child in parent if parent[child] == cluster]
        if not held:
            return None
        left, top, right, low = zip(*held, strict=True)
        boxes[cluster] = (min(left) - title[0], min(top) - title[1], max(right) + _INSIDE, max(low) + _INSIDE)
    return boxes


def _cleared(
    chains: Mapping[str, list[str]], places: dict[str, Point], flat: Mapping[str, Size], boxes: Mapping[str, Box]
) -> bool:
    """Move what is in no scope out of the boxes, to below them; say whether then nothing stands in a wrong one."""
    lows = {id_: box[3] for id_, box in boxes.items()}
    for id_, chain in chains.items():
        (x, y), (w, h) = places[id_], flat[id_]
        for cluster, box in boxes.items():
            apart = x + w / 2 < box[0] or x - w / 2 > box[2] or y + h / 2 < box[1] or y - h / 2 > box[3]
            if apart or cluster in chain:
                continue
            if chain:
                return False
            y = lows[cluster] = max(lows.values()) + _APART + h / 2
            places[id_] = x, y
            lows[cluster] += h / 2
    return True


def _up(cluster: str | None, parent: Mapping[str, str | None]) -> Iterable[str]:
    """Give a scope and those around it, the innermost first."""
    while cluster is not None:
        yield cluster
        cluster = parent[cluster]


def _curve(stops: list[tuple[Point, Size]]) -> tuple[Point, ...]:
    """Lead from the far side of one box to the near side of another, and straight along the stops between."""
    (x, y), (w, _) = stops[0]
    curve = [(x + w / 2, y)]
    for k, ((x, y), (w, _)) in enumerate(stops[1:], 2):
        a, b = curve[-1], (x - w / 2, y)
        reach = max((b[0] - a[0]) / 2, 12.0)
        curve += [(a[0] + reach, a[1]), (b[0] - reach, b[1]), b]
        if k < len(stops):
            curve += [(x - w / 6, y), (x + w / 6, y), (x + w / 2, y)]
    return tuple(curve)
