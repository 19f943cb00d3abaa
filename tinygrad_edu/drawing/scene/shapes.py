"""With this module one can say what is drawn where, with roles in place of colours.

A role is the name of a field of `Theme`, or ``scale-5`` … ``scale5`` for the diverging scale of gradients. Whatever
draws shapes is a `Canvas`: a format is written by saying how it draws each of the five.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol, TypeVar

Point = tuple[float, float]
Drawn = TypeVar("Drawn", covariant=True)


class Canvas(Protocol[Drawn]):
    """What draws shapes, and gives for each what is drawn: text of a file, or nothing where it paints at once."""

    def rect(self, shape: Rect) -> Drawn:
        """Draw a rectangle."""

    def polygon(self, shape: Polygon) -> Drawn:
        """Draw a polygon."""

    def curve(self, shape: Curve) -> Drawn:
        """Draw a curve."""

    def text(self, shape: TextLine) -> Drawn:
        """Write a line of text."""

    def raster(self, shape: Raster) -> Drawn:
        """Draw a grid of numbers as colours."""


@dataclass(frozen=True, slots=True)
class Rect:
    """A rectangle with its left top corner, rounded by ``radius``."""

    x: float
    y: float
    w: float
    h: float
    radius: float = 0.0
    fill: str | None = None
    stroke: str | None = None
    width: float = 1.0
    dash: tuple[float, ...] | None = None
    opacity: float = 1.0
    part: str = ""

    def on(self, canvas: Canvas[Drawn]) -> Drawn:
        """Let a canvas draw it."""
        return canvas.rect(self)


@dataclass(frozen=True, slots=True)
class Polygon:
    """A closed shape with straight sides."""

    points: tuple[Point, ...]
    fill: str | None = None
    stroke: str | None = None
    width: float = 1.0
    dash: tuple[float, ...] | None = None
    part: str = ""

    def on(self, canvas: Canvas[Drawn]) -> Drawn:
        """Let a canvas draw it."""
        return canvas.polygon(self)


@dataclass(frozen=True, slots=True)
class Curve:
    """A Bézier curve: a start, then control, control, end, again and again."""

    points: tuple[Point, ...]
    stroke: str = "line"
    width: float = 1.0
    dash: tuple[float, ...] | None = None

    def on(self, canvas: Canvas[Drawn]) -> Drawn:
        """Let a canvas draw it."""
        return canvas.curve(self)


@dataclass(frozen=True, slots=True)
class TextLine:
    """One line of text on its baseline; ``part`` names it for whoever wants to change it later."""

    x: float
    y: float
    text: str
    size: float
    fill: str
    anchor: str = "start"
    bold: bool = False
    part: str = ""

    def on(self, canvas: Canvas[Drawn]) -> Drawn:
        """Let a canvas write it."""
        return canvas.text(self)


@dataclass(frozen=True, slots=True)
class Raster:
    """Numbers over a rectangle, rows from the top, each in its colour on the scale of gradients from -1 to 1."""

    x: float
    y: float
    w: float
    h: float
    rows: tuple[tuple[float, ...], ...]

    def on(self, canvas: Canvas[Drawn]) -> Drawn:
        """Let a canvas draw it."""
        return canvas.raster(self)


Shape = Rect | Polygon | Curve | TextLine | Raster


@dataclass(frozen=True, slots=True)
class Piece:
    """All shapes of one record, with what a screen reader says about it."""

    role: str
    id: str
    title: str
    shapes: tuple[Shape, ...]
    classes: tuple[str, ...] = ()
    dimmed: bool = False
    data: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Scene:
    """Everything on the picture, painted in this order, and the window onto it."""

    pieces: tuple[Piece, ...]
    x: float
    y: float
    width: float
    height: float
