"""With this module one can write a scene as SVG.

It carries its colours and holds no ids, style sheets or scripts, so any number of drawings share a page without
touching each other.
"""

from __future__ import annotations

from collections.abc import Callable
from html import escape  # xml.sax would bring in urllib, http and ssl

from .palette import Theme, ink_on, on_scale
from .shapes import Curve, Group, Polygon, Rect, Scene, Shape, Text

FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, 'DejaVu Sans', sans-serif"
Paint = Callable[[str, str], str]
"""From "fill" or "stroke" and a role to the attributes that paint so."""


def colour_of(theme: Theme, role: str) -> str:
    """Give the colour of a role in a theme."""
    if role.startswith("scale"):
        return on_scale(theme, int(role[5:]))
    if role.startswith("ink") and role != "ink":
        return ink_on(theme, on_scale(theme, int(role[3:])))
    colour: str = getattr(theme, role)
    return colour


def to_svg(scene: Scene, theme: Theme, title: str, *, roles: bool = False) -> str:
    """Write a scene as a self-contained SVG text that begins with ``<svg``.

    Parameters
    ----------
    scene : Scene
        What to write.
    theme : Theme
        Its colours.
    title : str
        What a screen reader says about the whole.
    roles : bool, default False
        Whether to add, beside each colour, its role (``data-f`` for fills, ``data-s`` for lines), so that a style
        sheet can colour the picture anew.

    Returns
    -------
    str
    """

    def paint(what: str, role: str) -> str:
        mark = f' data-{what[0]}="{role}"' if roles else ""
        return f' {what}="{colour_of(theme, role)}"{mark}'

    backdrop = Rect(scene.x, scene.y, scene.width, scene.height, 0, fill="background")
    groups = (_group(g, paint) for g in scene.groups)
    return "\n".join([_opening(scene, title), _shape(backdrop, paint), *groups, "</svg>\n"])


def _opening(scene: Scene, title: str) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{_n(scene.width)}" height="{_n(scene.height)}" '
        f'viewBox="{_n(scene.x)} {_n(scene.y)} {_n(scene.width)} {_n(scene.height)}" role="img" '
        f'aria-label="{escape(title)}" '
        f'font-family="{FONT}" style="max-width:100%;height:auto;font-variant-numeric:tabular-nums">'
    )


def _group(group: Group, paint: Paint) -> str:
    attributes = f' class="{" ".join((f"tg-{group.role}", *group.classes))}"'
    if group.id:
        attributes += f' data-id="{group.id}"'
    attributes += "".join(f' data-{key}="{value}"' for key, value in group.data)
    if group.dimmed:
        attributes += ' opacity="0.3"'
    title = f"<title>{escape(group.title)}</title>" if group.title and group.role == "node" else ""
    return f"<g{attributes}>{title}{''.join(_shape(shape, paint) for shape in group.shapes)}</g>"


def _shape(shape: Shape, paint: Paint) -> str:
    if isinstance(shape, Text):
        extras = "" if shape.anchor == "start" else f' text-anchor="{shape.anchor}"'
        extras += ' font-weight="600"' if shape.bold else ""
        return (
            f'<text x="{_n(shape.x)}" y="{_n(shape.y)}" font-size="{_n(shape.size)}"{extras}{paint("fill", shape.fill)}'
            f"{_part(shape.part)}>{escape(shape.text)}</text>"
        )
    if isinstance(shape, Curve):
        (x, y), *rest = shape.points
        d = f"M{_n(x)} {_n(y)}C" + " ".join(f"{_n(a)} {_n(b)}" for a, b in rest)
        return f'<path d="{d}" fill="none"{_line(shape.stroke, shape.width, shape.dash, paint)}/>'
    fill = paint("fill", shape.fill) if shape.fill else ' fill="none"'
    line = _line(shape.stroke, shape.width, shape.dash, paint) if shape.stroke else ""
    if isinstance(shape, Polygon):
        points = " ".join(f"{_n(x)},{_n(y)}" for x, y in shape.points)
        return f'<polygon points="{points}"{fill}{line}{_part(shape.part)}/>'
    radius = f' rx="{_n(shape.radius)}"' if shape.radius else ""
    faint = f' opacity="{_n(shape.opacity)}"' if shape.opacity < 1 else ""
    return (
        f'<rect x="{_n(shape.x)}" y="{_n(shape.y)}" width="{_n(shape.w)}" height="{_n(shape.h)}"{radius}{faint}'
        f"{fill}{line}{_part(shape.part)}/>"
    )


def _line(role: str, width: float, dash: tuple[float, ...] | None, paint: Paint) -> str:
    dashes = f' stroke-dasharray="{" ".join(map(_n, dash))}"' if dash else ""
    return f'{paint("stroke", role)} stroke-width="{_n(width)}"{dashes}'


def _part(part: str) -> str:
    return f' data-part="{part}"' if part else ""


def _n(x: float) -> str:
    text = f"{x:.1f}"
    return text.removesuffix(".0") if text != "-0.0" else "0"
