"""With this module all pictures look alike: figures without a window, quiet axes, and colours that print in grey, too.

Classes are told apart by marker as well as by colour, lines by dashes as well. Whatever is neither is drawn in one ink,
lighter or darker, so that `svg_of` can turn ink and paper into those of the page that the picture stands on.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ..libraries import require
from .letters import lend_letters, letters_lack

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

INK, PAPER = "#1b2430", "#fffffe"
"""What all is drawn in and on; the paper is not pure white, so that it is known again in an SVG."""

# Okabe and Ito's colours, told apart with every common form of colour blindness; in an order that alternates dark and
# light, so that neighbours differ in grey.
COLOURS = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#D55E00", "#56B4E9", "#777777")
MARKERS = ("o", "^", "s", "D", "v", "P", "X")
DASHES = ("-", "--", "-.", ":", (0, (5, 1, 1, 1, 1, 1)), (0, (1, 1)), (0, (8, 2)))

SMALL, NORMAL = 8.0, 9.0

_PIXELS = 1.35  # for each point, on a page: letters are then of the same size in all pictures


def colour(k: int) -> str:
    """Give the colour of class or line `k`."""
    return COLOURS[k % len(COLOURS)]


def marker(k: int) -> str:
    """Give the marker of class or line `k`."""
    return MARKERS[k % len(MARKERS)]


def dashes(k: int) -> Any:
    """Give the dashes of line `k`."""
    return DASHES[k % len(DASHES)]


def new_figure(width: float, height: float) -> Figure:
    """Give an empty figure of that size in inches, which shows itself in a notebook and needs no window."""
    figure: Figure = _figure_class()(figsize=(width, height), layout="constrained", facecolor=PAPER)
    figure.get_layout_engine().set(w_pad=0.06, h_pad=0.06)  # type: ignore[union-attr, call-arg]  # constrained has them
    return figure


def dress(axes: Axes, x: str = "", y: str = "", title: str = "", grid: str = "") -> None:
    """Let axes look as all do.

    Parameters
    ----------
    axes : Axes
    x, y, title : str
        What is written at them.
    grid : {"", "x", "y", "both"}
        Which lines of a grid are drawn.
    """
    axes.set_facecolor("none")
    for side, spine in axes.spines.items():
        spine.set_visible(side in ("left", "bottom"))
        spine.set_color(INK)
        spine.set_alpha(0.5)
        spine.set_linewidth(0.8)
    axes.tick_params(colors=INK, labelsize=SMALL, width=0.8, length=3)
    if grid:
        axes.grid(axis=grid, color=INK, alpha=0.12, linewidth=0.7)  # type: ignore[arg-type]  # one of its words
        axes.set_axisbelow(True)
    axes.set_xlabel(escaped(x), fontsize=NORMAL, color=INK)
    axes.set_ylabel(escaped(y), fontsize=NORMAL, color=INK)
    axes.set_title(escaped(title), fontsize=NORMAL, color=INK, loc="left", fontweight="bold")


def legend(owner: Any, *args: Any, **keywords: Any) -> None:
    """Give axes or a figure a legend without a frame."""
    made = owner.legend(*args, **{"frameon": False, "fontsize": SMALL, "labelcolor": INK, **keywords})
    if made.get_title():
        made.get_title().set_color(INK)


def heading(figure: Figure, text: str) -> None:
    """Write a line above all axes of a figure."""
    figure.suptitle(escaped(text), fontsize=NORMAL, color=INK, x=0.02, ha="left")


def escaped(text: str) -> str:
    """Keep a name with dollar signs from being read as mathematics."""
    return text.replace("$", r"\$")


def svg_of(figure: Figure, name: str, attributes: Mapping[str, str] | None = None) -> str:
    """Give a figure as SVG that takes ink and paper from the page around it, and shares it with others.

    Parameters
    ----------
    figure : Figure
    name : str
        What makes its ids different from those of other pictures of the page.
    attributes : mapping, optional
        More attributes of the outer element.

    Returns
    -------
    str
        It names no address, and is the same for the same figure.
    """
    import io

    import matplotlib

    text = io.StringIO()
    with matplotlib.rc_context({"svg.hashsalt": name, "svg.fonttype": "none", "svg.image_inline": True}):
        figure.savefig(text, format="svg", transparent=True, metadata={"Date": None})
    svg = text.getvalue()
    svg = re.sub(r"<metadata>.*?</metadata>", "", svg[svg.index("<svg") :], flags=re.DOTALL)
    svg = re.sub(r' xmlns(:\w+)?="[^"]*"', "", svg, count=2)
    svg = re.sub(r'<g id="[^"]*"', "<g", svg)  # nothing refers to groups, and some have the same
    svg = re.sub(r'\bid="', f'id="{name}-', svg)
    svg = re.sub(r'(href="#|url\(#)', rf"\g<1>{name}-", svg)
    svg = svg.replace(INK, "currentColor").replace(PAPER, "var(--paper, #fff)")
    svg = re.sub(r"font: [^;']*'[^;]*(?=[;\"])", _font, svg)
    width = float(re.search(r'viewBox="0 0 ([\d.]+) ', svg)[1])  # type: ignore[index]  # it has one
    more = {"style": f"width:{width * _PIXELS:.0f}px", **(attributes or {})}
    written = "".join(f' {key}="{value}"' for key, value in more.items())
    return re.sub(r'<svg [^>]*?(viewBox="[^"]*")[^>]*>', rf"<svg \1{written}>", svg, count=1).rstrip()


def _font(found: re.Match[str]) -> str:
    """Keep size and weight of a text, and let the page choose the family."""
    words = found[0].removeprefix("font: ")
    return "font: " + words[: words.index("'")] + "system-ui, 'DejaVu Sans', sans-serif"


@functools.cache
def _figure_class() -> Any:
    """Make the class of the figures, without pyplot: no window, no state shared with a user's own figures."""
    require("matplotlib", "tg.plot")
    import io
    import warnings

    import matplotlib
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    class ShownFigure(Figure):
        """A figure that shows itself in a notebook."""

        def __init__(self, *args: Any, **keywords: Any) -> None:
            super().__init__(*args, **keywords)
            FigureCanvasAgg(self)

        def draw(self, renderer: Any) -> None:
            lend_letters(self)
            super().draw(renderer)

        def _repr_svg_(self) -> str | None:
            if not letters_lack():
                return None
            text = io.StringIO()  # in which the letters that matplotlib has no font for are the browser's to draw
            with matplotlib.rc_context({"svg.fonttype": "none"}), warnings.catch_warnings():
                warnings.filterwarnings("ignore", "Glyph .* missing from")
                self.savefig(text, format="svg", metadata={"Date": None})
            return text.getvalue()

        def _repr_png_(self) -> bytes | None:
            if letters_lack():
                return None
            from PIL import Image  # comes with matplotlib

            painted, kept = io.BytesIO(), io.BytesIO()
            self.savefig(painted, format="png", dpi=120)
            few = Image.open(painted).convert("RGB").quantize(256, dither=Image.Dither.NONE)  # a third of the size
            few.save(kept, format="png", optimize=True)
            return kept.getvalue()

    return ShownFigure
