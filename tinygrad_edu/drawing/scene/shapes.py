"""With this module one can say what is drawn where, with roles in place of colours.

A role is the name of a field of `Theme`, or ``scale-5`` … ``scale5`` for the diverging scale of gradients.
"""

from __future__ import annotations

from dataclasses import dataclass

Point = tuple[float, float]


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


@dataclass(frozen=True, slots=True)
class Polygon:
    """A closed shape with straight sides."""

    points: tuple[Point, ...]
    fill: str | None = None
    stroke: str | None = None
    width: float = 1.0
    dash: tuple[float, ...] | None = None
    part: str = ""


@dataclass(frozen=True, slots=True)
class Curve:
    """A Bézier curve: a start, then control, control, end, again and again."""

    points: tuple[Point, ...]
    stroke: str = "line"
    width: float = 1.0
    dash: tuple[float, ...] | None = None


@dataclass(frozen=True, slots=True)
class Text:
    """One line of text on its baseline; ``part`` names it for whoever wants to change it later."""

    x: float
    y: float
    text: str
    size: float
    fill: str
    anchor: str = "start"
    bold: bool = False
    part: str = ""


Shape = Rect | Polygon | Curve | Text


@dataclass(frozen=True, slots=True)
class Group:
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

    groups: tuple[Group, ...]
    x: float
    y: float
    width: float
    height: float
