"""With this module one can lay out a network as people draw it, and say it in shapes.

Columns stand side by side, neurons in their order. A line is a weight: its colour the sign, its width the size. Nothing
here asks Graphviz: where everything stands follows from how many there are.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import NamedTuple

from ...words import say
from ..lettering import number, short, text_width
from ..records.network import Column, Network, Unit
from ..style import Style, unit_of
from .palette import level_of
from .shapes import Curve, Piece, Raster, Rect, Scene, Shape, TextLine

MOST_UNITS = 18
"""Units of a column that are drawn; of more, the first and the last ones."""
MOST_LINES = 700
"""Weights that are drawn; of more, the largest."""
FAINT = 0.08
"""Weights of less than this share of the largest are drawn faintly."""

_GAP = 130.0
_SHORT_GAP = 46.0
_TOP = 46.0
_MARGIN = 16.0
_BLOCK = 128.0
_MAP = 34.0
_TITLE, _SMALL = 11.0, 9.5


class _Place(NamedTuple):
    """Where a unit stands, and how large it is."""

    x: float
    y: float
    radius: float


def network_scene(network: Network, style: Style) -> Scene:
    """Say a network in shapes.

    Parameters
    ----------
    network : Network
    style : Style
        How numbers are written.

    Returns
    -------
    Scene
    """
    return _Builder(network, style).scene()


class _Builder:
    def __init__(self, network: Network, style: Style) -> None:
        self.network, self.style = network, style
        tallest = max((min(len(c.units), MOST_UNITS + 1) for c in network.columns), default=1)
        self.thumbs = any(unit.answers for column in network.columns for unit in column.units)
        roomy = 52.0 if tallest <= 8 else 40.0 if tallest <= 12 else 32.0
        self.step = roomy if not self.thumbs else max(roomy, 40.0)
        self.radius = self.step * 0.4
        self.height = max(self.step * tallest, 90.0)
        units = [unit for column in network.columns for unit in column.units]
        self.blame_unit = unit_of([u.blame for u in units if u.blame is not None])
        self.value_unit = unit_of([u.value for u in units if u.value is not None])

    def scene(self) -> Scene:
        self.left = _MARGIN + max((text_width(short(u.name)) * _TITLE for u in self._inputs()), default=0.0) + 10.0
        columns = self.middles = self._middles()
        places = [self._places(column, x) for column, x in zip(self.network.columns, columns, strict=True)]
        drawn, hidden = self._lines(places)
        pieces = [*drawn]
        for i, (column, x) in enumerate(zip(self.network.columns, columns, strict=True)):
            pieces.append(self._title(column, x, i))
            pieces += self._units(column, places[i], i) if column.units else [self._block(column, x)]
        answers = [text_width(number(u.value, self.style.digits)) for u in self.network.columns[-1].units]
        width = (
            columns[-1] + (self.radius if answers else _BLOCK / 2) + 14.0 + _TITLE * max(answers, default=0.0) + _MARGIN
        )
        notes = [*self._notes(hidden)]
        width = max(width, *(text_width(note) * _SMALL * 0.9 + 2 * _MARGIN for note in notes))
        bottom = _TOP + self.height + 14.0
        for k, note in enumerate(notes):
            line = TextLine(_MARGIN, bottom + 14.0 * k + 8.0, note, _SMALL, "muted")
            pieces.append(Piece("note", "", note, (line,)))
        return Scene(tuple(pieces), 0.0, 0.0, width, bottom + 14.0 * len(notes) + 8.0)

    def _middles(self) -> list[float]:
        """Give where the columns stand: far apart where weights are drawn between them."""
        columns = self.network.columns
        half = [self.radius if column.units else _BLOCK / 2 for column in columns]
        x = [self.left + half[0]]
        for c in range(1, len(columns)):
            gap = _GAP if self.network.weights_into(c) else _SHORT_GAP
            x.append(x[-1] + half[c - 1] + gap + half[c])
        return x

    def _inputs(self) -> tuple[Unit, ...]:
        return self.network.columns[0].units if self.network.columns else ()

    def _places(self, column: Column, x: float) -> dict[int, _Place]:
        """Give where the units that are drawn stand, by their number."""
        count = len(column.units)
        shown = (
            [*range(count)]
            if count <= MOST_UNITS
            else [*range(MOST_UNITS // 2), *range(count - MOST_UNITS // 2, count)]
        )
        slots = len(shown) + (count > MOST_UNITS)
        top = _TOP + (self.height - self.step * slots) / 2 + self.step / 2
        places = {}
        for slot, unit in enumerate(shown):
            gap = count > MOST_UNITS and slot >= MOST_UNITS // 2
            places[unit] = _Place(x, top + self.step * (slot + gap), self.radius)
        return places

    # ------------------------------------------------------------------------------------ weights

    def _lines(self, places: list[dict[int, _Place]]) -> tuple[list[Piece], int]:
        """Draw the weights, weak ones first; and say how many are not drawn."""
        largest = self.network.largest_weight
        found: list[tuple[float, int, int, int]] = []
        pieces: list[Piece] = []
        total = 0
        for c in range(1, len(self.network.columns)):
            if not self.network.weights_into(c):
                pieces += self._ribbon(c, places)
                continue
            for k, unit in enumerate(self.network.columns[c].units):
                total += len(unit.weights)
                if k in places[c]:
                    found += [
                        (abs(w) if w == w else math.inf, c, k, j)
                        for j, w in enumerate(unit.weights)
                        if j in places[c - 1]
                    ]
        found.sort()
        kept = found[-MOST_LINES:]
        self.widest = max(3.8 * min(1.0, (60 / max(len(kept), 1)) ** 0.5), 1.3)  # many lines would run into one
        for size, c, k, j in kept:
            start, end = places[c - 1][j], places[c][k]
            weight = self.network.columns[c].units[k].weights[j]
            pieces.append(self._weight(start, end, weight, min(size / largest, 1.0), f"{c}-{j}-{k}"))
        return pieces, total - len(kept)

    def _weight(self, start: _Place, end: _Place, weight: float, share: float, id_: str) -> Piece:
        a, b = (start.x + start.radius, start.y), (end.x - end.radius, end.y)
        third = (b[0] - a[0]) / 3
        role = (
            "alarm"
            if not math.isfinite(weight)
            else "cluster_line"
            if share < FAINT
            else "scale4"
            if weight > 0
            else "scale-4"
        )
        line = Curve((a, (a[0] + third, a[1]), (b[0] - third, b[1]), b), stroke=role, width=0.5 + 3.6 * share)
        words = say("weight {weight}", weight=number(weight, self.style.digits))
        return Piece("weight", f"k{id_}", words, (line,), data=(("weight", id_),))

    def _ribbon(self, c: int, places: list[dict[int, _Place]]) -> Iterator[Piece]:
        """Draw one broad line between columns that are not joined weight by weight."""
        before = places[c - 1]
        x0 = max((p.x + p.radius for p in before.values()), default=self.middles[c - 1] + _BLOCK / 2)
        here = places[c]
        x1 = min((p.x - p.radius for p in here.values()), default=self.middles[c] - _BLOCK / 2)
        y = _TOP + self.height / 2
        third = (x1 - x0) / 3
        yield Piece(
            "weight",
            f"b{c}",
            "",
            (Curve(((x0 + 4, y), (x0 + third, y), (x1 - third, y), (x1 - 4, y)), stroke="line", width=5.0),),
        )

    # ------------------------------------------------------------------------------------ neurons and blocks

    def _title(self, column: Column, x: float, place: int) -> Piece:
        count = f"{len(column.units)} " if column.units and place else ""
        shapes = [TextLine(x, 16.0, f"{count}{column.title}", _TITLE, "ink", anchor="middle", bold=True)]
        if column.name:
            shapes.append(TextLine(x, 30.0, short(column.name), _SMALL, "muted", anchor="middle"))
        return Piece("column", f"c{place}", column.name, tuple(shapes))

    def _units(self, column: Column, places: dict[int, _Place], c: int) -> Iterator[Piece]:
        last = c == len(self.network.columns) - 1
        for k, place in places.items():
            unit = column.units[k]
            yield Piece("node", f"u{c}-{k}", self._said(unit, column), tuple(self._unit(unit, place, c == 0, last)))
        if len(column.units) > len(places):
            ys = [place.y for place in places.values()]
            x, y = next(iter(places.values())).x, (ys[MOST_UNITS // 2 - 1] + ys[MOST_UNITS // 2]) / 2 + 4
            words = say("… {count} more …", count=len(column.units) - len(places))
            yield Piece("note", "", words, (TextLine(x, y, words, _SMALL, "muted", anchor="middle"),))

    def _unit(self, unit: Unit, place: _Place, first: bool, last: bool) -> Iterator[Shape]:
        x, y, r = place
        square = unit.answers is not None
        alarm = any(v is not None and not math.isfinite(v) for v in (unit.value, unit.blame, unit.bias, *unit.weights))
        if unit.blame is not None:
            level = level_of(unit.blame, self.blame_unit)
            yield Rect(x - r - 4, y - r - 4, 2 * r + 8, 2 * r + 8, r + 4, fill=f"scale{level}", part="blame")
        square = unit.answers is not None
        fill = (
            "alarm_card" if alarm else "card" if unit.value is None else f"scale{level_of(unit.value, self.value_unit)}"
        )
        if square:
            yield Raster(x - r, y - r, 2 * r, 2 * r, unit.answers or ())
        yield Rect(
            x - r,
            y - r,
            2 * r,
            2 * r,
            3.0 if square else r,
            None if square else fill,
            "alarm" if alarm else "line",
            1.6,
            part="card",
        )
        ink = "ink" if unit.value is None or alarm else f"ink{level_of(unit.value, self.value_unit)}"
        if unit.value is not None and not square and r > 14:
            yield TextLine(x, y + 3.5, number(unit.value, 2), _SMALL, ink, anchor="middle", part="value")
        if first:
            yield TextLine(x - r - 8, y + 4, short(unit.name), _TITLE, "ink", anchor="end", bold=True)
        if last and unit.value is not None:
            yield TextLine(x + r + 8, y + 4, number(unit.value, self.style.digits), _TITLE, "ink", bold=True)

    def _said(self, unit: Unit, column: Column) -> str:
        """Say what a neuron does, for tooltips and screen readers."""
        write = self.style.number
        words = [unit.name]
        if unit.total is not None and unit.weights:
            words.append(say("sum {sum}", sum=write(unit.total)))
        if unit.value is not None:
            value = write(unit.value)
            words.append(f"{column.title} {value}" if unit.weights else say("value {value}", value=value))
        if unit.blame is not None:
            words.append(say("blame {blame}", blame=write(unit.blame)))
        if unit.weights:
            weights = say(", ").join(write(w) for w in unit.weights[:8]) + " …" * (len(unit.weights) > 8)
            words.append(say("weights {weights}", weights=weights))
            words.append(say("no bias") if unit.bias is None else say("bias {bias}", bias=write(unit.bias)))
        return say("; ").join(words)

    def _block(self, column: Column, x: float) -> Piece:
        rows = math.ceil(len(column.maps) / 3)
        tall = 26.0 + 14.0 * len(column.lines) + (_MAP + 4.0) * rows
        left, top = x - _BLOCK / 2, _TOP + (self.height - tall) / 2
        shapes: list[Shape] = [Rect(left, top, _BLOCK, tall, 9.0, fill="group", stroke="line", width=1.2, part="card")]
        shapes.append(TextLine(x, top + 17.0, column.title, _TITLE, "ink", anchor="middle", bold=True))
        for k, line in enumerate(column.lines):
            shapes.append(TextLine(x, top + 31.0 + 14.0 * k, line, _SMALL, "muted", anchor="middle"))
        for k, grid in enumerate(column.maps):
            across = left + _BLOCK / 2 + (k % 3 - 1) * (_MAP + 4.0) - _MAP / 2
            down = top + 22.0 + 14.0 * len(column.lines) + (k // 3) * (_MAP + 4.0)
            shapes.append(Raster(across, down, _MAP, _MAP, grid))
        return Piece(
            "node", f"block-{column.name}", say("; ").join((column.name, column.title, *column.lines)), tuple(shapes)
        )

    def _notes(self, hidden: int) -> Iterator[str]:
        yield say("orange lines: positive weights; blue: negative; width: size")
        if hidden:
            count = f"{hidden:,}"
            yield say("{count} weights are not drawn: the weakest, and those of neurons left out", count=count)
        if any(u.blame is not None for c in self.network.columns for u in c.units):
            yield say("rings: blame, the gradient of each neuron's sum")
        if self.network.plane and self.thumbs:
            (a, a0, a1), (b, b0, b1) = self.network.plane
            across = say("{name} from {low} to {high}, across", name=short(a), low=number(a0, 2), high=number(a1, 2))
            up = say("{name} from {low} to {high}, up", name=short(b), low=number(b0, 2), high=number(b1, 2))
            yield say("thumbnails: what each neuron gives for {across}, and {up}", across=across, up=up)
