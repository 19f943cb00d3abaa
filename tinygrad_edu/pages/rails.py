"""With this module rails with pins, sliders and bands become lines of text, or a picture that stands still."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from ..drawing.formats.svg import to_svg
from ..drawing.lettering import short, text_width
from ..drawing.scene.palette import AUTO
from ..drawing.scene.shapes import Curve, Piece, Polygon, Rect, Scene, Shape, TextLine
from ..ops.notation import number_text
from ..signs import columns
from ..words import say

_RAIL, _ROW = 360.0, 64.0


class Rails(Protocol):
    """What is shown on rails: one of each a class."""

    @property
    def classes(self) -> Sequence[str]:
        """What the rails are called."""

    @property
    def prediction(self) -> Sequence[float]:
        """Where the sliders are."""

    @property
    def target(self) -> Sequence[float]:
        """Where the pins are."""

    @property
    def stretches(self) -> Sequence[float]:
        """How long the bands are."""

    @property
    def pulls(self) -> Sequence[float]:
        """How they pull."""


def rail_lines(rails: Rails) -> list[str]:
    """Write each rail as a line of text."""
    wide = max(columns(name) for name in rails.classes)
    lines = []
    rows = zip(rails.classes, rails.prediction, rails.target, rails.stretches, rails.pulls, strict=True)
    for name, p, t, stretch, pull in rows:
        low, high = sorted((round(40 * _on_rail(p)), round(40 * _on_rail(t))))
        rail = "".join("═" if low <= i <= high else "─" for i in range(41))
        at, pin = round(40 * _on_rail(p)), round(40 * _on_rail(t))
        rail = "".join("●" if i == at else "▼" if i == pin else c for i, c in enumerate(rail))
        said = say(
            "prediction {prediction}, truth {truth}, band {stretch}, pull {pull}",
            prediction=number_text(p),
            truth=number_text(t),
            stretch=number_text(stretch),
            pull=number_text(pull),
        )
        lines.append(f"{' ' * (wide - columns(name))}{name} 0 {rail} 1   {said}")
    return lines


def rails_picture(rails: Rails, title: str) -> str:
    """Draw the rails as they stand, as SVG."""
    left = 22.0 + 13.0 * max(text_width(short(name)) for name in rails.classes)
    pieces = []
    rows = zip(rails.classes, rails.prediction, rails.target, rails.stretches, rails.pulls, strict=True)
    for i, (name, p, t, stretch, pull) in enumerate(rows):
        y = _ROW * i + 40.0
        at, pin = left + _RAIL * _on_rail(p), left + _RAIL * _on_rail(t)
        said = say("band {stretch}, pull {pull}", stretch=number_text(stretch), pull=number_text(pull))
        shapes: list[Shape] = [
            TextLine(0.0, y + 5.0, short(name), 13.0, "ink", bold=True),
            Rect(left, y - 2.0, _RAIL, 4.0, 2.0, fill="cluster_line"),
            Curve(_spring(at, pin, y), stroke="scale4", width=5.0),
            Polygon(((pin, y - 3.0), (pin - 7.0, y - 20.0), (pin + 7.0, y - 20.0)), fill="ink"),
            Rect(at - 7.0, y - 10.0, 14.0, 20.0, 6.0, fill="card", stroke="accent", width=2.4),
            TextLine(left + _RAIL + 16.0, y + 5.0, said, 12.0, "ink"),
        ]
        pieces.append(Piece("rail", f"r{i}", said, tuple(shapes)))
    size = (left + _RAIL + 230.0, _ROW * len(rails.classes) + 10.0)
    return to_svg(Scene(tuple(pieces), -10.0, 0.0, *size), AUTO, title)


def _on_rail(x: float) -> float:
    return min(max(x, 0.0), 1.0)


def _spring(start: float, end: float, y: float) -> tuple[tuple[float, float], ...]:
    """Draw a band from a slider to a pin: the flatter, the further it is stretched."""
    length = abs(end - start)
    sag = 22.0 / (1.0 + length / 60.0)
    third = (end - start) / 3.0
    return (start, y), (start + third, y + sag), (end - third, y + sag), (end, y)
