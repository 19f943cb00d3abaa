"""With this module one can paint a scene as PNG or PDF.

Matplotlib paints, because it brings its own fonts: the text is there on a machine that has none. Names in other
scripts use whatever installed font covers them.
"""

from __future__ import annotations

import io
import logging
import threading
import warnings
from typing import TYPE_CHECKING, Any

from ...libraries import require
from ..scene.palette import Theme, colour_of, pixels
from ..scene.shapes import Curve, Polygon, Raster, Rect, Scene, TextLine

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_WIDE_FONTS = (
    "Noto Sans CJK SC",
    "Noto Sans SC",
    "Source Han Sans SC",
    "WenQuanYi Micro Hei",
    "Microsoft YaHei",
    "PingFang SC",
    "Hiragino Sans",
    "Noto Emoji",
    "Noto Sans Symbols2",
    "Segoe UI Emoji",
    "Segoe UI Symbol",
)
_MOST_PIXELS = 12e6
_LARGEST_SIDE = 30000.0  # pixels; Agg refuses 2**16
_ONE_AT_A_TIME = threading.Lock()  # warnings.catch_warnings is not thread safe.


def paint(scene: Scene, theme: Theme, format: str, scale: float = 2.0) -> bytes:
    """Paint a scene.

    Parameters
    ----------
    scene : Scene
        What to paint.
    theme : Theme
        Its colours.
    format : "png" or "pdf"
        The kind of file.
    scale : float, default 2.0
        Pixels per point in a PNG; less where the picture would get beyond 12 million pixels.

    Returns
    -------
    bytes
        The file; the same bytes for the same scene.
    """
    require("matplotlib", f"a picture as {format.upper()}", ".save('picture.svg') works without")
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    scale = min(
        scale, _LARGEST_SIDE / max(scene.width, scene.height), (_MOST_PIXELS / scene.width / scene.height) ** 0.5
    )
    with _ONE_AT_A_TIME, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a glyph that no font has is shown as a box, and that is all there is to say
        before = logging.getLogger("matplotlib").level
        logging.getLogger("matplotlib").setLevel(logging.ERROR)
        try:
            figure = Figure(figsize=(scene.width / 72, scene.height / 72), dpi=72 * scale, facecolor=theme.background)
            FigureCanvasAgg(figure)
            _Painter(figure, scene, theme)
            out = io.BytesIO()
            metadata: dict[str, Any] = {"Software": None} if format == "png" else {"CreationDate": None}
            quick: dict[str, Any] = {"pil_kwargs": {"compress_level": 4}} if format == "png" else {}
            figure.savefig(out, format=format, dpi=72 * scale, metadata=metadata, facecolor=theme.background, **quick)
        finally:
            logging.getLogger("matplotlib").setLevel(before)
    return out.getvalue()


class _Painter:
    """Paints shapes on matplotlib's axes, each over those before."""

    def __init__(self, figure: Figure, scene: Scene, theme: Theme) -> None:
        self.axes = figure.add_axes((0.0, 0.0, 1.0, 1.0))
        self.axes.set_xlim(scene.x, scene.x + scene.width)
        self.axes.set_ylim(scene.y + scene.height, scene.y)
        self.axes.axis("off")
        self.theme, self.families = theme, _families(scene)
        self.depth, self.opacity = 0, 1.0
        window = (self.axes.get_xlim(), self.axes.get_ylim())
        for piece in scene.pieces:
            self.opacity = 0.3 if piece.dimmed else 1.0
            for shape in piece.shapes:
                self.depth += 1
                shape.on(self)
        self.axes.set(xlim=window[0], ylim=window[1])  # which a raster has moved

    def text(self, shape: TextLine) -> None:
        self.axes.text(
            shape.x,
            shape.y,
            shape.text,
            fontsize=shape.size * 0.94,
            family=self.families,
            color=colour_of(self.theme, shape.fill),
            weight="bold" if shape.bold else "normal",
            alpha=self.opacity,
            ha={"start": "left", "middle": "center", "end": "right"}[shape.anchor],
            va="baseline",
            zorder=self.depth,
            parse_math=False,
        )

    def curve(self, shape: Curve) -> None:
        from matplotlib.patches import PathPatch
        from matplotlib.path import Path

        codes = [Path.MOVETO] + [Path.CURVE4] * (len(shape.points) - 1)
        self.axes.add_artist(PathPatch(Path(shape.points, codes), **self.looks(shape, None, 1.0)))

    def polygon(self, shape: Polygon) -> None:
        from matplotlib import patches

        self.axes.add_artist(patches.Polygon(shape.points, closed=True, **self.looks(shape, shape.fill, 1.0)))

    def rect(self, shape: Rect) -> None:
        from matplotlib.patches import BoxStyle, FancyBboxPatch, Rectangle

        looks = self.looks(shape, shape.fill, shape.opacity)
        if not shape.radius:
            self.axes.add_artist(Rectangle((shape.x, shape.y), shape.w, shape.h, **looks))
            return
        corners = BoxStyle.Round(pad=0, rounding_size=min(shape.radius, shape.w / 2, shape.h / 2))
        self.axes.add_artist(FancyBboxPatch((shape.x, shape.y), shape.w, shape.h, boxstyle=corners, **looks))

    def raster(self, shape: Raster) -> None:
        self.axes.imshow(
            pixels(self.theme, shape.rows),
            extent=(shape.x, shape.x + shape.w, shape.y + shape.h, shape.y),
            aspect="auto",
            interpolation="bilinear",
            zorder=self.depth,
            alpha=self.opacity,
        )

    def looks(self, shape: Curve | Polygon | Rect, fill: str | None, opacity: float) -> dict[str, Any]:
        return {
            "facecolor": colour_of(self.theme, fill) if fill else "none",
            "edgecolor": colour_of(self.theme, shape.stroke) if shape.stroke else "none",
            "linewidth": shape.width,
            "linestyle": "-" if shape.dash is None else (0, tuple(d / shape.width for d in shape.dash)),
            "alpha": self.opacity * opacity,
            "zorder": self.depth,
            "capstyle": "butt",
        }


def _families(scene: Scene) -> list[str]:
    texts = (shape.text for piece in scene.pieces for shape in piece.shapes if isinstance(shape, TextLine))
    if all(ord(c) < 0x2E80 for text in texts for c in text):
        return ["DejaVu Sans"]
    from matplotlib import font_manager

    installed = {font.name for font in font_manager.fontManager.ttflist}
    return ["DejaVu Sans", *(name for name in _WIDE_FONTS if name in installed)]
