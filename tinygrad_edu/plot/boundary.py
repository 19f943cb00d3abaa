"""With this module one can see where a classifier changes its mind, how sure it is, and what it gets wrong."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ..arguments import as_count
from ..data.dataset import Dataset
from ..training.examples import Examples
from .answers import probabilities_of
from .features import telling_features, two_of
from .letters import say
from .outputs import class_of, outputs_at
from .style import INK, PAPER, colour, dress, escaped, marker, new_figure

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_MOST_POINTS = 3000


def decision_boundary(
    model: Any,
    data: Any,
    *,
    test: Any = None,
    features: tuple[int | str, int | str] | None = None,
    resolution: int = 60,
    title: str | None = None,
) -> Figure:
    """Draw which class the model names at each point of a plane, how sure it is, and the examples on it.

    The stronger the colour, the surer the answer. A ring is drawn around what the model gets wrong (by all its
    features, not only the two that are drawn).

    Parameters
    ----------
    model : Module
        A classifier; with a `Standardize` in front, the picture is in the units of the data.
    data : Dataset or pair (X, y)
        The examples to show, with classes.
    test : Dataset or pair (X, y), optional
        Examples that were not learned from, shown larger and with an edge; the others are then the small ones.
    features : pair of int or str, optional
        The features of the two axes, by index or name. If left out and there are more than two, the two of
        `telling_features`. All the others stay at their mean over `data`, and the title says so.
    resolution : int, default 60
        Points along each axis at which the model is evaluated, at least 2.
    title : str, optional
        Above the picture.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ValueError
        If there are fewer than two features, `y` holds no classes, or a feature is not known.
    """
    resolution = as_count(resolution, "resolution", 2)
    examples = Examples.of(data)
    held_out = None if test is None else Examples.of(test)
    names = data.feature_names if isinstance(data, Dataset) else tuple(f"x{j}" for j in range(len(examples.X[0])))
    if examples.kind == "numbers":
        raise ValueError("a decision boundary parts classes, but y holds other numbers")
    if len(names) < 2:
        raise ValueError("a decision boundary needs at least two features, but the data has one")
    first, second = two_of(names, features) if features is not None else telling_features(data)
    means = [math.fsum(column) / len(column) for column in zip(*examples.X, strict=True)]
    rows = examples.X + (held_out.X if held_out else [])
    across, up = (_range_of([row[j] for row in rows], resolution) for j in (first, second))
    grid = []
    for v in up:
        for u in across:
            point = list(means)
            point[first], point[second] = u, v
            grid.append(point)
    outputs = outputs_at(model, grid)

    figure = new_figure(4.8, 4.2)
    axes = figure.subplots()
    _draw_regions(axes, across, up, outputs)
    class_names = data.class_names if isinstance(data, Dataset) else None
    _draw_examples(axes, model, examples, class_names, (first, second), small=held_out is not None)
    if held_out is not None:
        _draw_examples(axes, model, held_out, class_names, (first, second), edge=True)
    others = len(names) - 2
    note = "" if not others else say("the other feature at the mean")
    if others > 1:
        note = say("the other {count} features at the mean", count=others)
    name = data.name if isinstance(data, Dataset) else say("decision boundary")
    heading = title if title is not None else f"{name}: {names[first]}, {names[second]}" if others else name
    dress(axes, names[first], names[second], "\n".join(line for line in (heading, note) if line))
    axes.set_xlim(across[0], across[-1])
    axes.set_ylim(up[0], up[-1])
    handles, labels = axes.get_legend_handles_labels()
    kept = dict(reversed(list(zip(labels, handles, strict=True))))
    extra = say("not learnt from"), say("wrong")
    ordered = [label for label in dict.fromkeys(labels) if label not in extra] + [e for e in extra if e in kept]
    figure.legend(
        [kept[label] for label in ordered], ordered, loc="outside lower center", ncols=min(4, len(ordered)),
        frameon=False, fontsize=8, labelcolor=INK,
    )  # fmt: skip
    return figure


def _range_of(column: Sequence[float], resolution: int) -> list[float]:
    low, high = min(column), max(column)
    margin = 0.08 * (high - low) or 1.0
    low, high = low - margin, high + margin
    return [low + (high - low) * i / (resolution - 1) for i in range(resolution)]


def _draw_regions(axes: Axes, across: list[float], up: list[float], outputs: list[Any]) -> None:
    """Shade each point in the colour of its class, the stronger the surer, and draw the lines between the classes."""
    from matplotlib.colors import to_rgb

    several = isinstance(outputs[0], list) and len(outputs[0]) > 1
    width = len(across)
    shades = []
    for output in outputs:
        shares = probabilities_of(output)
        best = max(range(len(shares)), key=shares.__getitem__)
        surer = (shares[best] - 1.0 / len(shares)) / (1.0 - 1.0 / len(shares))
        shades.append((*to_rgb(colour(best)), 0.06 + 0.28 * surer if math.isfinite(surer) else 0.0))
    image = [shades[start : start + width] for start in range(0, len(shades), width)]
    half = (across[1] - across[0]) / 2.0, (up[1] - up[0]) / 2.0
    extent = (across[0] - half[0], across[-1] + half[0], up[0] - half[1], up[-1] + half[1])
    axes.imshow(image, extent=extent, origin="lower", aspect="auto", interpolation="nearest", zorder=0)
    # The line itself: where the score is 0, or where a class ties with the best of the others.
    for k in range(len(outputs[0]) if several else 1):
        margins = [o[k] - max(o[:k] + o[k + 1 :]) if several else o[0] if isinstance(o, list) else o for o in outputs]
        field = [margins[start : start + width] for start in range(0, len(margins), width)]
        flat = [m for m in margins if math.isfinite(m)]
        if flat and min(flat) < 0.0 < max(flat):
            axes.contour(across, up, field, levels=[0.0], colors=INK, linewidths=1.0)


def _draw_examples(
    axes: Axes,
    model: Any,
    examples: Examples,
    names: Sequence[str] | None,
    features: tuple[int, int],
    *,
    small: bool = False,
    edge: bool = False,
) -> None:
    first, second = features
    found = outputs_at(model, examples.X)
    for label in sorted(set(examples.y)):
        k = label if examples.kind == "classes" else int(label > 0)
        rows = [row for row, y in zip(examples.X, examples.y, strict=True) if y == label][:_MOST_POINTS]
        axes.scatter(
            [row[first] for row in rows],
            [row[second] for row in rows],
            s=15 if small else 34 if edge else 22,
            color=colour(k),
            marker=marker(k),
            edgecolors=INK if edge else PAPER,
            linewidths=0.9 if edge else 0.5,
            label=escaped(names[label] if names else str(label)),
            zorder=4 if edge else 3,
        )
    wrong = [
        row
        for row, y, output in zip(examples.X, examples.y, found, strict=True)
        if class_of(output) != (y if examples.kind == "classes" else int(y > 0))
    ]
    places = [row[first] for row in wrong], [row[second] for row in wrong]
    if wrong:
        axes.scatter(*places, s=130, facecolors="none", edgecolors=INK, linewidths=1.3, zorder=5, label=say("wrong"))
    if edge:
        axes.scatter([], [], s=34, color=PAPER, edgecolors=INK, linewidths=0.9, label=say("not learnt from"))
