"""With this module the texts of a picture find free places: labels beside their edges, titles in their scopes.

Graphviz keeps room for a label between the ranks, but may lead its edge, and others, elsewhere. So each text is put to
the first of its possible places that is free, else to the one where least is in its way. What is where is looked up by
squares of the picture; whether a curve runs through a box is found by halving the curve.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import product

from .graphviz_layout import Box, Layout, Point, Size

_CELL = 64.0
_MOST_LABELS = 300  # of more, those that stand free nowhere are left out
_MOST_SQUARES = 100_000  # that lines cross; of more, which take seconds, no label is written
_CLEAR = 3.0  # what a text keeps away from lines
_ALONG = (0.5, 0.62, 0.38, 0.74, 0.26, 0.85, 0.15)
_SLIDE = 8.0
_BOX_WEIGHT = 4  # to cover a box or a text is worse than to cross a line


def place_titles(layout: Layout, titles: Mapping[str, Point], sizes: Mapping[str, Size]) -> dict[str, Point]:
    """Slide the titles of scopes along their upper edges to where no line runs through them.

    Parameters
    ----------
    layout : Layout
    titles : mapping of str to Point
        Where each title begins at best: left end, middle height.
    sizes : mapping of str to Size
        How large each is.

    Returns
    -------
    dict of str to Point
    """
    tracks = [_track(titles[id_], sizes[id_], layout.clusters[id_]) for id_ in titles]
    taken = _Taken(layout, tracks)
    return {
        id_: taken.freest(_slides(at, sizes[id_], layout.clusters[id_]), -1, _from_left(sizes[id_])) or at
        for id_, at in titles.items()
    }


def place_labels(
    layout: Layout, labels: Mapping[int, Size], nodes: Mapping[str, Size], titles: Iterable[Box]
) -> dict[int, Point]:
    """Choose the centre of each edge's label.

    Parameters
    ----------
    layout : Layout
    labels : mapping of int to Size
        How large the label of each edge is that has one.
    nodes : mapping of str to Size
        How large the boxes are.
    titles : iterable of Box
        Where titles stand.

    Returns
    -------
    dict of int to Point
        Where they are very many, without those that stand free nowhere.
    """
    most = 1 if len(labels) > _MOST_LABELS else math.inf
    if most == 1 and sum(_length(curve) for curve, _ in layout.edges) > _CELL * _MOST_SQUARES:
        return {}
    taken = _Taken(layout)
    for id_, size in nodes.items():
        taken.add_box(_around(layout.nodes[id_], size))
    for box in titles:
        taken.add_box(box)
    places: dict[int, Point] = {}
    for i, size in labels.items():
        curve, proposed = layout.edges[i]
        if proposed is None:
            continue
        place = taken.freest(_beside(curve, proposed, size), i, _centred(size), most)
        if place is not None:
            places[i] = place
            taken.add_box(_around(place, size))
    return places


Arc = tuple[Point, Point, Point, Point]
_Cell = tuple[int, int]


class _Taken:
    """What is where: the arcs of lines with their edges, and boxes.

    An arc across the picture would be near every square of its hull, so arcs are halved until they are near few. If it
    is known `where` texts are to be put, only the arcs there count.
    """

    def __init__(self, layout: Layout, where: Sequence[Box] | None = None) -> None:
        self.arcs: dict[_Cell, list[tuple[int, Box, Arc]]] = defaultdict(list)
        self.boxes: dict[_Cell, list[Box]] = defaultdict(list)
        for i, (curve, _) in enumerate(layout.edges):
            waiting = list(_arcs(curve))
            while waiting:
                arc = waiting.pop()
                hull = _hull(arc)
                if where is not None and not any(_meet(hull, box) for box in where):
                    continue
                if max(hull[2] - hull[0], hull[3] - hull[1]) > _CELL:
                    waiting += _halves(arc)
                    continue
                for cell in _cells(hull):
                    self.arcs[cell].append((i, hull, arc))

    def add_box(self, box: Box) -> None:
        for cell in _cells(box):
            self.boxes[cell].append(box)

    def in_the_way(self, box: Box, owner: int, most: float) -> float:
        """Weigh what a text in this box would cover, its own line apart; infinite as soon as it is `most`."""
        covered = {other for cell in _cells(box) for other in self.boxes.get(cell, ()) if _meet(other, box)}
        weight = _BOX_WEIGHT * len(covered)
        if weight >= most:
            return math.inf
        wide = box[0] - _CLEAR, box[1] - _CLEAR, box[2] + _CLEAR, box[3] + _CLEAR
        lines = {owner}
        for cell in _cells(wide):
            for at, hull, arc in self.arcs.get(cell, ()):
                if at not in lines and _meet(hull, wide) and _runs_through(arc, wide):
                    lines.add(at)
                    weight += 1
                    if weight >= most:
                        return math.inf
        return weight

    def freest(self, places: Iterator[Point], owner: int, extent: Box, most: float = math.inf) -> Point | None:
        """Give the first free place, else that with least, less than `most`, in the way; `extent` is the text's box."""
        best: Point | None = None
        least = most
        for x, y in places:
            weight = self.in_the_way((x + extent[0], y + extent[1], x + extent[2], y + extent[3]), owner, least)
            if weight < least:
                best, least = (x, y), weight
            if not weight:
                break
        return best


def _arcs(curve: Sequence[Point]) -> Iterator[Arc]:
    for k in range(0, len(curve) - 3, 3):
        yield curve[k], curve[k + 1], curve[k + 2], curve[k + 3]


def _length(curve: Sequence[Point]) -> float:
    """Say how far a curve goes, roughly: along the longer side of each hull."""
    return sum(max(right - left, bottom - top) for left, top, right, bottom in map(_hull, _arcs(curve)))


def _hull(arc: Arc) -> Box:
    (ax, ay), (bx, by), (cx, cy), (dx, dy) = arc
    return min(ax, bx, cx, dx), min(ay, by, cy, dy), max(ax, bx, cx, dx), max(ay, by, cy, dy)


def _meet(a: Box, b: Box) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


def _runs_through(arc: Arc, box: Box) -> bool:
    """Whether an arc enters a box: it lies in the hull of its control points, and its halves in smaller ones."""
    waiting = [arc]
    while waiting:
        arc = waiting.pop()
        hull = _hull(arc)
        if not _meet(hull, box):
            continue
        for x, y in (arc[0], arc[3]):
            if box[0] < x < box[2] and box[1] < y < box[3]:
                return True
        if max(hull[2] - hull[0], hull[3] - hull[1]) > 1.0:
            waiting += _halves(arc)
    return False


def _halves(arc: Arc) -> tuple[Arc, Arc]:
    a, b, c, d = arc
    ab, bc, cd = _middle(a, b), _middle(b, c), _middle(c, d)
    abc, bcd = _middle(ab, bc), _middle(bc, cd)
    centre = _middle(abc, bcd)
    return (a, ab, abc, centre), (centre, bcd, cd, d)


def _middle(a: Point, b: Point) -> Point:
    return (a[0] + b[0]) / 2, (a[1] + b[1]) / 2


def _track(at: Point, size: Size, cluster: Box) -> Box:
    """Give the box of all places that a title slides to, and what it keeps clear."""
    x, y = at
    return x - _CLEAR, y - size[1] / 2 - _CLEAR, max(x + size[0], cluster[2]) + _CLEAR, y + size[1] / 2 + _CLEAR


def _slides(at: Point, size: Size, cluster: Box) -> Iterator[Point]:
    x, y = at
    last = cluster[2] - size[0] - (x - cluster[0])
    while True:
        yield x, y
        x += _SLIDE
        if x > last:
            return


def _beside(curve: Sequence[Point], proposed: Point, size: Size) -> Iterator[Point]:
    """Give the places of a label: where Graphviz kept room, if its edge came there; beside its edge; upon it."""
    arcs = list(_arcs(curve))
    if not arcs or any(_runs_through(arc, _around(proposed, (size[0] + 2 * size[1], 3 * size[1]))) for arc in arcs):
        yield proposed
    upon = []
    for share in _ALONG if arcs else ():
        k, t = divmod(share * len(arcs), 1.0)
        (x, y), (dx, dy) = _point_of(arcs[int(k)], t)
        length = max((dx * dx + dy * dy) ** 0.5, 1e-9)
        nx, ny = dy / length, -dx / length
        away = abs(nx) * size[0] / 2 + abs(ny) * size[1] / 2 + _CLEAR
        yield x + nx * away, y + ny * away
        yield x - nx * away, y - ny * away
        upon.append((x, y))
    yield from upon


def _point_of(arc: Arc, t: float) -> tuple[Point, Point]:
    """Give a point of an arc, and its direction there."""
    (x0, y0), (x1, y1), (x2, y2), (x3, y3) = arc
    u = 1.0 - t
    a, b, c, d = u * u * u, 3.0 * u * u * t, 3.0 * u * t * t, t * t * t
    point = a * x0 + b * x1 + c * x2 + d * x3, a * y0 + b * y1 + c * y2 + d * y3
    a, b, c = u * u, 2.0 * u * t, t * t
    along = (
        a * (x1 - x0) + b * (x2 - x1) + c * (x3 - x2) or x3 - x0,
        a * (y1 - y0) + b * (y2 - y1) + c * (y3 - y2) or y3 - y0,
    )
    return point, along


def _cells(box: Box) -> Iterator[_Cell]:
    """Name the squares of a grid that a box lies in: what is in none of them is not in its way."""
    columns, rows = (range(int(box[k] // _CELL), int(box[k + 2] // _CELL) + 1) for k in (0, 1))
    return product(columns, rows)


def _centred(size: Size) -> Box:
    return -size[0] / 2, -size[1] / 2, size[0] / 2, size[1] / 2


def _from_left(size: Size) -> Box:
    return 0.0, -size[1] / 2, size[0], size[1] / 2


def _around(at: Point, size: Size) -> Box:
    left, top, right, bottom = _centred(size)
    return at[0] + left, at[1] + top, at[0] + right, at[1] + bottom
