"""With this module one can look at numbers that stand in rows as small pictures: images, kernels, attention."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ..arguments import as_count
from ..drawing.scene.palette import LIGHT
from ..nn.module import plain
from .style import INK, dress, heading, new_figure

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def pictures(
    images: Sequence[Any],
    titles: Sequence[Any] = (),
    *,
    columns: int = 10,
    ticks: Sequence[str] = (),
    title: str = "",
    bright: bool = False,
) -> Figure:
    """Draw tables of numbers as small pictures side by side, all on one scale.

    Where no number is below 0, the larger the darker; else orange is above 0 and blue below, as in the drawings.

    Parameters
    ----------
    images : sequence of rows of numbers or Values
        Each a rectangle.
    titles : sequence, optional
        What stands above each.
    columns : int, default 10
        How many stand in a row.
    ticks : sequence of str, optional
        What the rows and the columns of each picture are called, such as the letters of a word.
    title : str, optional
        Above all.
    bright : bool, default False
        Whether larger is brighter, as in a photograph, where no number is below 0.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ValueError
        If there is no picture, or one is no rectangle.

    Examples
    --------
    >>> figure = pictures([[[0.0, 1.0], [1.0, 0.0]], [[1.0, 0.0], [0.0, 1.0]]], ["up", "down"])
    """
    from matplotlib.colors import LinearSegmentedColormap

    signs = LinearSegmentedColormap.from_list("signs", LIGHT.scale)
    tables = [[list(row) for row in plain(list(image))] for image in images]
    if not tables:
        raise ValueError("pictures needs at least one table of numbers")
    for table in tables:
        if not table or not table[0] or len({len(row) for row in table}) > 1:
            raise ValueError("a picture is rows of numbers, all as long, and at least one")
    numbers = [number for table in tables for row in table for number in row if math.isfinite(number)]
    most = max(map(abs, numbers), default=1.0) or 1.0
    signed = min(numbers, default=0.0) < 0.0
    across = min(as_count(columns, "columns"), len(tables))
    down = math.ceil(len(tables) / across)
    side = 1.9 if ticks else 0.85
    longest = max(len(table[0]) / len(table) for table in tables)
    width = side * min(max(longest, 1.0), 8.0 / across if longest > 2.0 else 1.0)
    figure = new_figure(width * across + 0.2, (side + 0.2 * bool(titles)) * down + 0.2 + 0.25 * bool(title))
    panels = [axes for line in figure.subplots(down, across, squeeze=False) for axes in line]
    for k, axes in enumerate(panels):
        if k >= len(tables):
            axes.set_visible(False)
            continue
        axes.imshow(
            tables[k],
            cmap=signs if signed else "gray" if bright else "Greys",
            vmin=-most if signed else 0.0,
            vmax=most,
        )
        dress(axes)
        if k < len(titles):
            axes.set_title(str(titles[k]), fontsize=9, color=INK)
        axes.set_xticks(range(len(ticks)), ticks)
        axes.set_yticks(range(len(ticks)), ticks)
        for spine in axes.spines.values():
            spine.set_visible(True)
    if title:
        heading(figure, title)
    return figure
