r"""With this module one can write a scene as TikZ, for papers: a document of its own, or a picture to be put into one.

One point of the picture is one point (bp) of TeX; y grows upwards there. Texts that are not ASCII need LuaLaTeX or
XeLaTeX, or a recent pdfLaTeX.
"""

from __future__ import annotations

from ..scene.palette import Theme, colour_of, pixels
from ..scene.shapes import Curve, Polygon, Raster, Rect, Scene, TextLine

_SPECIAL = {
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    **{c: f"\\{c}" for c in "#$%&_{}"},
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
    '"': r"\textquotedbl{}",
    "−": "$-$",
    "×": r"$\times$",
    "≤": r"$\leq$",
    "≈": r"$\approx$",
    "→": r"$\rightarrow$",
    "∂": r"$\partial$",
    "σ": r"$\sigma$",
    "·": r"$\cdot$",
    "√": r"$\surd$",
    "²": "$^2$",
    "…": r"\dots{}",
}
_ANCHORS = {"start": "base west", "middle": "base", "end": "base east"}


def to_tikz(scene: Scene, theme: Theme, title: str) -> str:
    """Write a scene as a LaTeX document that holds one TikZ picture.

    Parameters
    ----------
    scene : Scene
    theme : Theme
        Its colours.
    title : str
        Goes into a comment.

    Returns
    -------
    str
    """
    writer = _Writer(theme)
    body = [f"  {line}" for piece in scene.pieces for line in writer.piece(piece.dimmed, piece.shapes)]
    colours = [f"\\definecolor{{{name}}}{{HTML}}{{{value}}}" for value, name in writer.colours.items()]
    frame = f"({_n(scene.x)},{_n(-scene.y)}) rectangle ({_n(scene.x + scene.width)},{_n(-scene.y - scene.height)})"
    return "\n".join(
        [
            f"% {' '.join(title.split())}",
            r"\documentclass[border=2bp]{standalone}",
            r"\usepackage[T1]{fontenc}",
            r"\usepackage{tikz}",
            *colours,
            r"\begin{document}\sffamily",
            r"\begin{tikzpicture}[x=1bp,y=1bp,inner sep=0pt,outer sep=0pt]",
            f"  \\path[use as bounding box,fill={writer.colour(theme.background)}] {frame};",
            *body,
            r"\end{tikzpicture}",
            r"\end{document}",
            "",
        ]
    )


class _Writer:
    """Writes one command for each shape."""

    def __init__(self, theme: Theme) -> None:
        self.theme = theme
        self.colours: dict[str, str] = {}
        self.colour(theme.background)

    def colour(self, value: str) -> str:
        return self.colours.setdefault(value[1:].upper(), f"tg{len(self.colours)}")

    def piece(self, dimmed: bool, shapes: tuple[Rect | Polygon | Curve | TextLine | Raster, ...]) -> list[str]:
        lines = [shape.on(self) for shape in shapes]
        return [r"\begin{scope}[opacity=0.3]", *lines, r"\end{scope}"] if dimmed else lines

    def looks(self, shape: Rect | Polygon | Curve, fill: str | None) -> str:
        options = [] if fill is None else [f"fill={self.colour(colour_of(self.theme, fill))}"]
        if shape.stroke is not None:
            options += [f"draw={self.colour(colour_of(self.theme, shape.stroke))}", f"line width={_n(shape.width)}bp"]
            if shape.dash:
                on, off = shape.dash
                options.append(f"dash pattern=on {_n(on)}bp off {_n(off)}bp")
        return ",".join(options)

    def rect(self, shape: Rect) -> str:
        options = self.looks(shape, shape.fill)
        if shape.radius:
            options += f",rounded corners={_n(min(shape.radius, shape.w / 2, shape.h / 2))}bp"
        if shape.opacity < 1.0:
            options += f",fill opacity={_n(shape.opacity)}"
        return f"\\path[{options}] {_at(shape.x, shape.y)} rectangle {_at(shape.x + shape.w, shape.y + shape.h)};"

    def polygon(self, shape: Polygon) -> str:
        return f"\\path[{self.looks(shape, shape.fill)}] {' -- '.join(_at(x, y) for x, y in shape.points)} -- cycle;"

    def curve(self, shape: Curve) -> str:
        (x, y), *rest = shape.points
        legs = [
            f".. controls {_at(*a)} and {_at(*b)} .. {_at(*c)}"
            for a, b, c in zip(rest[::3], rest[1::3], rest[2::3], strict=True)
        ]
        return f"\\path[{self.looks(shape, None)}] {_at(x, y)} {' '.join(legs)};"

    def text(self, shape: TextLine) -> str:
        ink = self.colour(colour_of(self.theme, shape.fill))
        size = f"font=\\fontsize{{{_n(shape.size * 0.94)}bp}}{{{_n(shape.size * 1.2)}bp}}\\selectfont"
        words = "".join(_SPECIAL.get(c, c) for c in shape.text)
        bold = r"\bfseries " if shape.bold else ""
        return (
            f"\\node[anchor={_ANCHORS[shape.anchor]},text={ink},{size}] at {_at(shape.x, shape.y)} {{{bold}{words}}};"
        )

    def raster(self, shape: Raster) -> str:
        wide, tall = shape.w / len(shape.rows[0]), shape.h / len(shape.rows)
        cells = []
        for i, row in enumerate(pixels(self.theme, shape.rows)):
            for j, (red, green, blue) in enumerate(row):
                x, y = shape.x + wide * j, shape.y + tall * i
                fill = self.colour(f"#{red:02x}{green:02x}{blue:02x}")
                cells.append(f"\\fill[{fill}] {_at(x, y)} rectangle {_at(x + wide, y + tall)};")
        return "".join(cells)


def _at(x: float, y: float) -> str:
    return f"({_n(x)},{_n(-y)})"


def _n(x: float) -> str:
    text = f"{x:.2f}".rstrip("0").rstrip(".")
    return text if text not in ("-0", "") else "0"
