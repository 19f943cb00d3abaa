"""With this module one can write a scene as SVG.

A drawing carries its colours and holds no ids or scripts, so any number of them share a page without touching each
other. One that follows the light or dark of its page names the role of each colour, too, and a style sheet that
concerns nothing else gives both colours of each role: as an image it goes by what its reader prefers, or by the
``color-scheme`` that the page gives the image; as a part of the page by that of the page. What reads no style sheets
sees the light colours. For the step player there is a shorter form, in which shapes name the roles of their colours
and only a style sheet gives them.
"""

from __future__ import annotations

import struct
import zlib
from base64 import b64encode
from html import escape  # xml.sax would bring in urllib, http and ssl

from ...words import language_tag
from ..scene.palette import AUTO, DARK, LIGHT, Theme, colour_of, pixels, roles
from ..scene.shapes import Curve, Piece, Polygon, Raster, Rect, Scene, TextLine

FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, 'DejaVu Sans', sans-serif"
_SIZES = {9.5: "s", 10.0: "o", 11.0: "t", 12.0: "", 13.0: "n", 15.0: "y"}  # the fonts of cards, notes and titles
_ANCHORS = {"start": "", "middle": "middle", "end": "end"}


def to_svg(scene: Scene, theme: Theme, title: str) -> str:
    """Write a scene as a self-contained SVG text that begins with ``<svg``.

    Parameters
    ----------
    scene : Scene
        What to write.
    theme : Theme
        Its colours.
    title : str
        What a screen reader says about the whole.

    Returns
    -------
    str
    """
    return _Writer(theme).write(scene, title)


def to_live_svg(scene: Scene, theme: Theme, title: str, coloured: bool = True) -> str:
    """Write a scene as SVG whose shapes carry roles: ``data-f`` for fills, ``data-s`` for lines.

    The style sheet with the colours is ``<style class='colours'>``; whoever drops it can colour the picture anew, and
    if it is not to be `coloured`, it is left out. The other parameters are those of `to_svg`.
    """
    return _LiveWriter(theme, coloured).write(scene, title).replace('"', "'")


class _Writer:
    """Writes each colour and each font into the element that has it."""

    def __init__(self, theme: Theme) -> None:
        self.theme = theme
        self.fills: set[str] = set()
        self.strokes: set[str] = set()

    def write(self, scene: Scene, title: str) -> str:
        pieces = [self.piece(piece) for piece in scene.pieces]
        return "\n".join([self.opening(scene, title), *pieces, "</svg>\n"])

    def opening(self, scene: Scene, title: str) -> str:
        """Write what comes before the pieces; after them, because it has to know their colours."""
        backdrop = self.rect(Rect(scene.x, scene.y, scene.width, scene.height, 0, fill="background"))
        opening = (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{_n(scene.width)}" height="{_n(scene.height)}" '
            f'viewBox="{_n(scene.x)} {_n(scene.y)} {_n(scene.width)} {_n(scene.height)}" role="img" '
            f'aria-label="{escape(title)}"{self.looks()}{_spoken()}>{self.sheet()}'
        )
        return f"{opening}\n{backdrop}"

    @property
    def follows(self) -> bool:
        return self.theme is AUTO

    def looks(self) -> str:
        kind = ' class="tg-auto"' if self.follows else ""
        return f'{kind} font-family="{FONT}" style="max-width:100%;height:auto;font-variant-numeric:tabular-nums"'

    def sheet(self) -> str:
        if not self.follows:
            return ""
        fills = "".join(f".tg-auto [data-f={role}]{{fill:{both(role)}}}" for role in roles() if role in self.fills)
        lines = "".join(f".tg-auto [data-s={role}]{{stroke:{both(role)}}}" for role in roles() if role in self.strokes)
        return f"<style>{_AS_ITS_READER}{fills}{lines}</style>"

    def fill(self, role: str | None) -> str:
        if role is None:
            return ' fill="none"'
        self.fills.add(role)
        named = f' data-f="{role}"' if self.follows else ""
        return f' fill="{colour_of(self.theme, role)}"{named}'

    def stroke(self, role: str | None, width: float, dash: tuple[float, ...] | None) -> str:
        if role is None:
            return ""
        self.strokes.add(role)
        named = f' data-s="{role}"' if self.follows else ""
        dashes = f' stroke-dasharray="{" ".join(map(_n, dash))}"' if dash else ""
        return f' stroke="{colour_of(self.theme, role)}"{named} stroke-width="{_n(width)}"{dashes}'

    def font(self, text: TextLine) -> str:
        anchor = f' text-anchor="{text.anchor}"' if _ANCHORS[text.anchor] else ""
        return f' font-size="{_n(text.size)}"{anchor}{_BOLD if text.bold else ""}'

    def title(self, piece: Piece) -> str:
        return f"<title>{escape(piece.title)}</title>" if piece.title and piece.role == "node" else ""

    def piece(self, piece: Piece) -> str:
        attributes = f' class="{" ".join((f"tg-{piece.role}", *piece.classes))}"'
        if piece.role == "node":
            attributes += f' data-id="{piece.id}"'
        attributes += "".join(f' data-{key}="{value}"' for key, value in piece.data)
        if piece.dimmed:
            attributes += ' opacity="0.3"'
        return f"<g{attributes}>{self.title(piece)}{''.join(shape.on(self) for shape in piece.shapes)}</g>"

    def text(self, shape: TextLine) -> str:
        place = f'x="{_n(shape.x)}" y="{_n(shape.y)}"'
        return f"<text {place}{self.font(shape)}{self.fill(shape.fill)}{_part(shape.part)}>{escape(shape.text)}</text>"

    def curve(self, shape: Curve) -> str:
        (x, y), *rest = shape.points
        d = f"M{_n(x)} {_n(y)}C" + " ".join(f"{_n(a)} {_n(b)}" for a, b in rest)
        return f'<path d="{d}"{self.fill(None)}{self.line(shape)}/>'

    def polygon(self, shape: Polygon) -> str:
        points = " ".join(f"{_n(x)},{_n(y)}" for x, y in shape.points)
        return f'<polygon points="{points}"{self.fill(shape.fill)}{self.line(shape)}{_part(shape.part)}/>'

    def rect(self, shape: Rect) -> str:
        radius = f' rx="{_n(shape.radius)}"' if shape.radius else ""
        faint = f' opacity="{_n(shape.opacity)}"' if shape.opacity < 1 else ""
        box = f'x="{_n(shape.x)}" y="{_n(shape.y)}" width="{_n(shape.w)}" height="{_n(shape.h)}"'
        return f"<rect {box}{radius}{faint}{self.fill(shape.fill)}{self.line(shape)}{_part(shape.part)}/>"

    def raster(self, shape: Raster) -> str:
        box = f'x="{_n(shape.x)}" y="{_n(shape.y)}" width="{_n(shape.w)}" height="{_n(shape.h)}"'
        address = b64encode(png_of(pixels(self.theme, shape.rows))).decode()
        # A picture inside keeps its colours; a veil, which only the dark has, takes the glare from it.
        veil = f'<rect {box} fill="none" style="fill:light-dark(#0000,{DARK.background}80)"/>' if self.follows else ""
        return f'<image {box} preserveAspectRatio="none" href="data:image/png;base64,{address}"/>{veil}'

    def line(self, shape: Curve | Polygon | Rect) -> str:
        return self.stroke(shape.stroke, shape.width, shape.dash)


PieceWriter = _Writer
"""Writes the opening and the pieces of a scene one by one, for pictures that are put together elsewhere."""


class _LiveWriter(_Writer):
    """Writes roles in place of colours, and leaves to a style sheet what many elements share."""

    def __init__(self, theme: Theme, coloured: bool) -> None:
        super().__init__(theme)
        self.coloured = coloured

    def looks(self) -> str:
        return ""

    def sheet(self) -> str:
        colours = "".join(
            f"[data-f={role}]{{fill:{colour}}}[data-s={role}]{{stroke:{colour}}}"
            for role in roles()
            for colour in [both(role) if self.follows else colour_of(self.theme, role)]
        )
        label = ("ink", "background")
        ink, paper = (both(role) if self.follows else colour_of(self.theme, role) for role in label)
        colours += f"[data-part=label]{{fill:{ink};stroke:{paper}}}"
        colours += _AS_ITS_READER * self.follows
        # Quotes are swapped in the end, so the font names, which need them, have to stand without.
        fonts = FONT.replace("'", "")
        shared = (
            f"text{{font-family:{fonts};font-variant-numeric:tabular-nums;font-size:12px}}"
            "path,rect:not([data-f]){fill:none}[data-s]{stroke-width:1.2px}"
            "[data-part=label]{paint-order:stroke;stroke-width:4px;stroke-linejoin:round;font-size:10.5px;text-anchor:middle}"
            ".m{text-anchor:middle}.e{text-anchor:end}.b{font-weight:600}"
            + "".join(f".{letter}{{font-size:{size}px}}" for size, letter in _SIZES.items() if letter)
        )
        return (f"<style class='colours'>{colours}</style>" if self.coloured else "") + f"<style>{shared}</style>"

    def fill(self, role: str | None) -> str:
        return f' data-f="{role}"' if role else ""

    def stroke(self, role: str | None, width: float, dash: tuple[float, ...] | None) -> str:
        if role is None:
            return ""
        # As styles, because a style sheet's width would win over an attribute.
        style = (f"stroke-width:{_n(width)}px;" if abs(width - 1.2) > 0.05 else "") + (
            f"stroke-dasharray:{' '.join(map(_n, dash))};" if dash else ""
        )
        return f' data-s="{role}"' + (f' style="{style[:-1]}"' if style else "")

    def font(self, text: TextLine) -> str:
        if text.part == "label":
            return ""
        letters = " ".join(filter(None, (_ANCHORS[text.anchor][:1], "b" if text.bold else "", _SIZES[text.size])))
        return f' class="{letters}"' if letters else ""

    def title(self, piece: Piece) -> str:
        return ""

    def rect(self, shape: Rect) -> str:
        return "" if shape.part == "halo" else super().rect(shape)


def png_of(rows: list[list[tuple[int, int, int]]]) -> bytes:
    """Write colours as a PNG (ISO/IEC 15948), one pixel each.

    Examples
    --------
    >>> png_of([[(255, 0, 0)]])[1:4]
    b'PNG'
    """
    lines = b"".join(b"\0" + bytes(channel for pixel in row for channel in pixel) for row in rows)
    header = struct.pack(">IIBBBBB", len(rows[0]), len(rows), 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(lines, 9)), (b"IEND", b""))
    packed = (
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in chunks
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(packed)


_BOLD = ' font-weight="600"'
# Only where the drawing is a document of its own, such as an image; inside a page the page decides.
_AS_ITS_READER = "svg:root{color-scheme:light dark}"


def both(role: str) -> str:
    """Write the colours of a role on light and on dark pages as one colour of CSS.

    Examples
    --------
    >>> both("ink")
    'light-dark(#1b2430,#eef2f6)'
    """
    return f"light-dark({colour_of(LIGHT, role)},{colour_of(DARK, role)})"


def _spoken() -> str:
    """Name the language, by which Han letters get the shapes that are usual in it; English needs it not."""
    return "" if language_tag() == "en" else f' xml:lang="{language_tag()}"'


def _part(part: str) -> str:
    return f' data-part="{part}"' if part else ""


def _n(x: float) -> str:
    text = f"{x:.1f}"
    return text.removesuffix(".0") if text != "-0.0" else "0"


def theme_rules() -> str:
    """Write the colours of both themes as variables, and the rules that give them to shapes by role.

    Examples
    --------
    >>> "--ink:#1b2430" in theme_rules()
    True
    """
    rules = []
    for theme in (LIGHT, DARK):
        variables = ";".join(f"--{role}:{colour_of(theme, role)}" for role in roles())
        rules.append(f'.box[data-theme="{theme.name}"]{{color-scheme:{theme.name};{variables}}}')
    rules += [f"[data-f={role}]{{fill:var(--{role})}}[data-s={role}]{{stroke:var(--{role})}}" for role in roles()]
    rules.append("[data-part=label]{fill:var(--ink);stroke:var(--background)}")
    return "".join(rules)
