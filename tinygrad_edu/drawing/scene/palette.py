"""With this module one can turn a gradient into a colour, and choose the colours of a theme.

The scale diverges from a neutral middle: blue for negative, orange for positive. That pair stays
distinct under the common forms of colour blindness. Its unit is the median magnitude on the picture,
so a single huge gradient saturates its own node and leaves the others their differences.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

LEVELS = 5
"""Steps of the scale on either side of zero."""


@dataclass(frozen=True, slots=True)
class Theme:
    """The colours of one theme, as ``#rrggbb``.

    ``scale`` runs from the strongest negative gradient over zero to the strongest positive one.
    """

    name: str
    background: str
    ink: str
    muted: str
    line: str
    card: str
    leaf: str
    parameter: str
    input: str
    output: str
    group: str
    dead: str
    alarm: str
    alarm_card: str
    accent: str
    cluster: str
    cluster_line: str
    scale: tuple[str, ...]


LIGHT = Theme(
    name="light",
    background="#ffffff",
    ink="#1b2430",
    muted="#5d6875",
    line="#8a96a3",
    card="#ffffff",
    leaf="#eef4ee",
    parameter="#e9f1fb",
    input="#f3eefa",
    output="#fff6da",
    group="#f1f3f5",
    dead="#eceef0",
    alarm="#b00020",
    alarm_card="#ffe3e6",
    accent="#7a1fa2",
    cluster="#f7f9fb",
    cluster_line="#c3ccd5",
    scale=(
        "#2166ac",
        "#5694cd",
        "#7fb0da",
        "#b3d2ec",
        "#dbe9f6",
        "#ffffff",
        "#fdebd5",
        "#fdd0a2",
        "#fdae6b",
        "#f08a3c",
        "#e06a22",
    ),
)
DARK = Theme(
    name="dark",
    background="#14181d",
    ink="#eef2f6",
    muted="#a3afbb",
    line="#7c8894",
    card="#20262d",
    leaf="#1f2d25",
    parameter="#1c2a3d",
    input="#2b2438",
    output="#3a3217",
    group="#2a3038",
    dead="#262a2f",
    alarm="#ff8a95",
    alarm_card="#4a1820",
    accent="#d9a5f2",
    cluster="#191e24",
    cluster_line="#3b4550",
    scale=(
        "#6db3f2",
        "#4a94d8",
        "#316799",
        "#2a5883",
        "#254059",
        "#20262d",
        "#4a3a26",
        "#70502a",
        "#8a5e28",
        "#c98434",
        "#f5a04a",
    ),
)
PRINT = Theme(
    name="print",
    background="#ffffff",
    ink="#000000",
    muted="#404040",
    line="#555555",
    card="#ffffff",
    leaf="#ffffff",
    parameter="#ffffff",
    input="#ffffff",
    output="#ffffff",
    group="#f0f0f0",
    dead="#ffffff",
    alarm="#000000",
    alarm_card="#ffffff",
    accent="#000000",
    cluster="#ffffff",
    cluster_line="#888888",
    scale=(
        "#8c8c8c",
        "#a6a6a6",
        "#bdbdbd",
        "#d4d4d4",
        "#e8e8e8",
        "#ffffff",
        "#e8e8e8",
        "#d4d4d4",
        "#bdbdbd",
        "#a6a6a6",
        "#8c8c8c",
    ),
)
AUTO = replace(LIGHT, name="auto")
"""Light; an SVG, which can, is dark where the page around it is."""
THEMES = {theme.name: theme for theme in (AUTO, LIGHT, DARK, PRINT)}


def strength(x: float | None, unit: float) -> float:
    """Map a number to -1 .. 1: its sign, and a magnitude that is 1/2 at the unit.

    Examples
    --------
    >>> strength(2.0, 2.0), strength(-1e300, 2.0), strength(None, 1.0)
    (0.5, -1.0, 0.0)
    """
    if x is None or math.isnan(x) or x == 0.0:
        return 0.0
    size = 1.0 if math.isinf(x) else abs(x) / (abs(x) + unit)
    return math.copysign(size, x)


def level_of(x: float | None, unit: float) -> int:
    """Give the step of the scale for a number, from ``-LEVELS`` to ``LEVELS``; 0 only for zero or nothing.

    Examples
    --------
    >>> [level_of(x, 1.0) for x in (-100.0, -1.0, 0.0, 1e-9, 1.0, 100.0)]
    [-5, -3, 0, 1, 3, 5]
    """
    s = strength(x, unit)
    if s == 0.0:
        return 0
    return int(math.copysign(min(LEVELS, 1 + int(abs(s) * LEVELS)), s))


def on_scale(theme: Theme, level: int) -> str:
    """Give the colour of a step of the scale."""
    return theme.scale[level + LEVELS]


def pixels(theme: Theme, rows: Sequence[Sequence[float]]) -> list[list[tuple[int, int, int]]]:
    """Give the colours of a grid of numbers from -1 to 1, between the steps of the scale too; nan is the alarm's.

    Examples
    --------
    >>> pixels(LIGHT, [[-1.0, 0.0]])
    [[(33, 102, 172), (255, 255, 255)]]
    """
    return [[_blended(theme, x) for x in row] for row in rows]


def _blended(theme: Theme, x: float) -> tuple[int, int, int]:
    if x != x:
        return _channels(theme.alarm)
    at = (min(max(x, -1.0), 1.0) + 1.0) * LEVELS
    low = min(int(at), 2 * LEVELS - 1)
    share = at - low
    ends = zip(_channels(theme.scale[low]), _channels(theme.scale[low + 1]), strict=True)
    red, green, blue = (round(a + (b - a) * share) for a, b in ends)
    return red, green, blue


def _channels(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def ink_on(theme: Theme, fill: str) -> str:
    """Give the ink that reads best on a fill, by contrast of luminance (as WCAG defines it)."""
    light, dark = (theme.ink, theme.background) if theme.name == "dark" else (theme.background, theme.ink)
    return max((light, dark), key=lambda ink: contrast(ink, fill))


def contrast(a: str, b: str) -> float:
    """Give the contrast ratio of two colours, 1 to 21.

    Examples
    --------
    >>> round(contrast("#000000", "#ffffff"), 1)
    21.0
    """
    one, two = sorted((_luminance(a), _luminance(b)))
    return (two + 0.05) / (one + 0.05)


def _luminance(colour: str) -> float:
    channels = [channel / 255 for channel in _channels(colour)]
    r, g, b = (c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


def roles() -> list[str]:
    """List every role a shape can have."""
    plain = [name for name in Theme.__dataclass_fields__ if name not in ("name", "scale")]
    levels = range(-LEVELS, LEVELS + 1)
    return plain + [f"scale{i}" for i in levels] + [f"ink{i}" for i in levels]


def colour_of(theme: Theme, role: str) -> str:
    """Give the colour of a role in a theme."""
    if role.startswith("scale"):
        return on_scale(theme, int(role[5:]))
    if role.startswith("ink") and role != "ink":
        return ink_on(theme, on_scale(theme, int(role[3:])))
    colour: str = getattr(theme, role)
    return colour
