"""With this module a wrong derivative is seen: its edge in red, given against measured, and both tangents at the curve.

The picture is that of the operation alone. Beside it stands the operation over the argument in question, the others
held, with the slope that was given and the one that differences say.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import cached_property
from itertools import pairwise

from ..drawing.lettering import text_width
from ..drawing.picture import Drawing
from ..drawing.records.records import Records
from ..drawing.scene.graphviz_layout import Box
from ..drawing.scene.palette import Theme
from ..drawing.scene.scene import MARGIN
from ..drawing.scene.shapes import Curve, Piece, Polygon, Raster, Rect, Scene, Shape, TextLine
from ..ops.notation import number_text
from ..words import say

_WIDE, _TALL, _GAP, _HEADLINE = 220.0, 140.0, 40.0, 32.0
_POINTS = 40
_DIGITS = 6


class GuiltyDrawing(Drawing):
    """The drawing of an operation one of whose derivatives is wrong.

    Parameters
    ----------
    records : Records
    theme : Theme
    index : int
        The argument towards which it is wrong.
    name : str
        What the argument is called.
    f : callable
        The operation as a function of that argument.
    at : float
        Where.
    given, measured : float
        The two slopes.
    """

    def __init__(
        self,
        records: Records,
        theme: Theme,
        index: int,
        name: str,
        f: Callable[[float], float],
        at: float,
        given: float,
        measured: float,
    ) -> None:
        super().__init__(records, theme)
        self._index, self._name, self._f, self._at = index, name, f, at
        self._given, self._measured = given, measured

    @cached_property
    def scene(self) -> Scene:
        """The drawing as shapes, with the wrong edge and the two tangents."""
        pieces = [self._accused(piece) for piece in super().scene.pieces if piece.role != "note"]
        left, above, right, below = _extent(pieces)
        plotted = _TALL + 20.0 + 34.0  # with the line above it and the two below
        tall = max(below - above, plotted)
        middle = (above + below) / 2
        pieces.append(
            Piece("plot", "tangents", self.verdict, tuple(self._plot(right + _GAP, middle - plotted / 2 + 20.0)))
        )
        top = middle - tall / 2 - _HEADLINE
        words = TextLine(left, top + 14.0, self.verdict, 15.0, "alarm", bold=True)
        pieces.append(Piece("note", "", self.verdict, (words,)))
        wide = max(right + _GAP + _WIDE - left, 16.0 * text_width(self.verdict))
        return Scene(tuple(pieces), left - MARGIN, top - MARGIN, wide + 2 * MARGIN, tall + _HEADLINE + 2 * MARGIN)

    @property
    def verdict(self) -> str:
        """What is wrong, in one line."""
        given, measured = number_text(self._given, _DIGITS), number_text(self._measured, _DIGITS)
        return say(
            "slope towards {name}: given {given}, measured {measured}", name=self._name, given=given, measured=measured
        )

    def _accused(self, piece: Piece) -> Piece:
        if piece.role != "edge" or dict(piece.data)["index"] != str(self._index):
            return piece
        shapes: list[Shape] = []
        for shape in piece.shapes:
            if isinstance(shape, Curve):
                shapes.append(replace(shape, stroke="alarm", width=3.6, dash=None))
            elif isinstance(shape, Polygon):
                shapes.append(replace(shape, fill="alarm"))
            elif isinstance(shape, TextLine):
                shapes.append(replace(shape, text=f"{shape.text}  ✗", fill="alarm", bold=True))
            else:
                shapes.append(shape)
        return replace(piece, shapes=tuple(shapes))

    def _plot(self, left: float, top: float) -> Iterator[Shape]:
        at, here = self._at, self._f(self._at)
        reach = max(abs(at), 1.0) * 0.5
        xs = [at + reach * (2.0 * k / _POINTS - 1.0) for k in range(_POINTS + 1)]
        curve = [(x, y) for x in xs for y in (self._value(x),) if math.isfinite(y)]
        if len(curve) < 2 or not math.isfinite(here):
            return
        lines = {"alarm": self._given, "ink": self._measured}
        ends = [here + slope * reach * side for slope in lines.values() if math.isfinite(slope) for side in (-1.0, 1.0)]
        seen = [y for _, y in curve]
        spread = max(seen) - min(seen) or abs(here) or 1.0
        low = max(min(*seen, *ends), min(seen) - spread)
        high = min(max(*seen, *ends), max(seen) + spread)
        span = (high - low) or 1.0

        def place(x: float, y: float) -> tuple[float, float]:
            inside = min(max(y, low), high)
            return left + _WIDE * (x - xs[0]) / (xs[-1] - xs[0]), top + _TALL * (1.0 - (inside - low) / span)

        yield Rect(left, top, _WIDE, _TALL, 6.0, fill="cluster", stroke="cluster_line")
        yield from (_line(place(*a), place(*b), "muted", 2.2) for a, b in pairwise(curve))
        for role, slope in lines.items():
            if math.isfinite(slope):
                # Cut off where it leaves the frame, so that its direction stays true.
                before = min([reach, *(-(e - here) / slope for e in (low, high) if slope and (e - here) / slope < 0.0)])
                after = min([reach, *((e - here) / slope for e in (low, high) if slope and (e - here) / slope > 0.0)])
                yield _line(
                    place(at - before, here - slope * before), place(at + after, here + slope * after), role, 2.6,
                    (6.0, 4.0) if role == "ink" else None,
                )  # fmt: skip
        x, y = place(at, here)
        yield Rect(x - 4.0, y - 4.0, 8.0, 8.0, 4.0, fill="card", stroke="ink", width=1.6)
        yield TextLine(left, top - 8.0, say("over {name}", name=self._name), 11.0, "ink", bold=True)
        given = say("given {slope}", slope=number_text(self._given))
        yield TextLine(left, top + _TALL + 15.0, given, 11.0, "alarm", bold=True)
        measured = say("measured {slope} (dashed)", slope=number_text(self._measured))
        yield TextLine(left, top + _TALL + 30.0, measured, 11.0, "ink")

    def _value(self, x: float) -> float:
        try:
            return float(self._f(x))
        except (ArithmeticError, ValueError, TypeError):  # outside its domain
            return math.nan


def _extent(pieces: Sequence[Piece]) -> Box:
    """Give left, top, right and bottom of what is drawn, texts apart, which stand on boxes and along lines."""
    points = [
        point
        for piece in pieces
        for shape in piece.shapes
        if not isinstance(shape, (TextLine, Raster))
        for point in (
            [(shape.x, shape.y), (shape.x + shape.w, shape.y + shape.h)] if isinstance(shape, Rect) else shape.points
        )
    ]
    xs, ys = zip(*points, strict=True)
    return min(xs), min(ys), max(xs), max(ys)


def _line(
    a: tuple[float, float], b: tuple[float, float], role: str, width: float, dash: tuple[float, float] | None = None
) -> Curve:
    third = ((b[0] - a[0]) / 3.0, (b[1] - a[1]) / 3.0)
    points = (a, (a[0] + third[0], a[1] + third[1]), (b[0] - third[0], b[1] - third[1]), b)
    return Curve(points, stroke=role, width=width, dash=dash)
