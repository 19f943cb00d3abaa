"""With this module an object shows itself as a picture in Jupyter, VS Code and marimo.

Those ask an object for its picture by the names of the methods below. What draws lies above the engine, so it is only
named here; the face of the package opens it when a picture is first asked for.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar


class Shown:
    """What shows itself in notebooks: Values, graphs, modules, histories."""

    __slots__ = ()

    drawn_by: ClassVar[str] = "drawing.notebook"
    """The module of the package whose function `picture_of` draws it."""

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        """Show it for Jupyter and VS Code: the text form, and the picture as SVG where one can be made."""
        picture = pictured(self)
        return {"text/plain": repr(self)} | ({} if picture is None else picture_bundle(picture))

    def _mime_(self) -> tuple[str, str]:
        """Show it for marimo."""
        picture = pictured(self)
        return ("text/plain", repr(self)) if picture is None else ("image/svg+xml", picture)


def picture_bundle(svg: str) -> dict[str, str]:
    """Give a picture in the forms that notebooks take.

    JupyterLab shows SVG, which could hold a script, only where one has run the cell oneself. An image it shows always,
    and scaled down where it is wider than the cell, so the picture is there as an image too.
    """
    label = svg.partition('aria-label="')[2].partition('"')[0]
    return {"image/svg+xml": svg, "text/html": image_element(svg, label)}


def image_element(svg: str, label: str) -> str:
    """Write a picture as an element of HTML; `label`, which says what it shows, is escaped already.

    A picture that follows the light or dark of its page goes by the ``color-scheme`` of the image, else by what the
    reader prefers. Notebooks and sites that can be switched tell their choice in attributes of their own.
    """
    return (
        f'{_SCHEMES}<img alt="{label}" class="tinygrad-picture" style="max-width:100%;height:auto" '
        f'src="data:image/svg+xml;charset=utf-8,{svg.translate(_IN_ADDRESS)}">'
    )


# JupyterLab, Sphinx's furo, Colab and VS Code, in this order.
_SCHEMES = (
    "<style>"
    + "".join(
        f":is(body[data-jp-theme-light={light}],body[data-theme={scheme}],html[theme={scheme}],body.vscode-{scheme}) "
        f".tinygrad-picture{{color-scheme:{scheme}}}"
        for scheme, light in (("light", "true"), ("dark", "false"))
    )
    + "</style>"
)

# What an address may not hold as it stands; all else, other scripts included, may.
_IN_ADDRESS = {ord(c): f"%{ord(c):02X}" for c in '%#<>"&\\^`{|}\n\r\t'}

_open: Callable[[str], Any] | None = None


def open_with(opening: Callable[[str], Any]) -> None:
    """Say what opens the modules that draw: a function that gives one by its name within the package."""
    global _open
    _open = opening


def drawer_of(shown: Shown) -> Any:
    """Give the module that draws an object, or None as long as nothing opens it."""
    return _open(shown.drawn_by) if _open is not None else None


def pictured(shown: Shown) -> str | None:
    """Give the picture of an object as SVG text, or None where none can be made."""
    drawer = drawer_of(shown)
    picture: str | None = drawer and drawer.picture_of(shown)
    return picture
