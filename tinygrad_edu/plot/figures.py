"""With this module one can see a model learn: loss curve, decision boundary, gradient flow.

Every function gives a matplotlib figure that shows itself in a notebook and has `savefig`. Matplotlib is imported when
a figure is made, not before. Classes are told apart by marker as well as by colour.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Mapping, Sequence
from itertools import cycle
from typing import TYPE_CHECKING, Any

from ..arguments import as_count
from ..data.dataset import Dataset
from ..training.examples import Examples, predict
from ..training.history import History, layer_gradients
from .features import telling_features, two_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["decision_boundary", "gradient_flow", "loss_curve"]

# Okabe and Ito's colours, told apart with every common form of colour blindness.
_COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#999999")
_MARKERS = ("o", "^", "s", "D", "v", "P", "X")
_MOST_POINTS = 5000


def loss_curve(history: History, *, title: str | None = None) -> Figure:
    """Draw the loss of each epoch, and the accuracy where there is one.

    Parameters
    ----------
    history : History
        What `fit` gave back.
    title : str, optional
        Above the picture; what was minimised, and how, if left out.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ValueError
        If no epoch was completed.
    """
    if not isinstance(history, History):
        raise TypeError(f"loss_curve draws the History that fit gives back, got {history!r:.60}")
    if not history.loss:
        raise ValueError("this history has no epoch to draw")
    panels = [("loss" + f" ({history.loss_name})" * bool(history.loss_name), history.loss, history.val_loss)]
    if history.accuracy:
        panels.append(("accuracy", history.accuracy, history.val_accuracy))
    figure = _new_figure(4.2 * len(panels), 3.2)
    for axes, (label, learnt, held_out) in zip(figure.subplots(1, len(panels), squeeze=False)[0], panels, strict=True):
        epochs = range(1, len(learnt) + 1)
        marker = "o" if len(learnt) == 1 else ""
        axes.plot(epochs, learnt, marker=marker, color=_COLOURS[0], label="learnt from")
        if held_out:
            axes.plot(epochs, held_out, marker=marker, linestyle="--", color=_COLOURS[1], label="held out")
        axes.set_xlabel("epoch")
        axes.set_ylabel(label)
        axes.xaxis.get_major_locator().set_params(integer=True)
        if label == "accuracy":
            axes.set_ylim(-0.02, 1.02)
        axes.grid(alpha=0.3)
        axes.legend(frameon=False)
    figure.suptitle(_escaped(title) if title is not None else _escaped(history.optimizer), fontsize=9)
    return figure


def decision_boundary(
    model: Any,
    data: Any,
    *,
    features: tuple[int | str, int | str] | None = None,
    resolution: int = 60,
    title: str | None = None,
) -> Figure:
    """Draw which class the model names at each point of a plane, and the examples on it.

    Parameters
    ----------
    model : Module
        A classifier; with a `Standardize` in front, the picture is in the units of the data.
    data : Dataset or pair (X, y)
        The examples to show, with classes.
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
    names = data.feature_names if isinstance(data, Dataset) else tuple(f"x{j}" for j in range(len(examples.X[0])))
    if examples.kind == "numbers":
        raise ValueError("a decision boundary parts classes, but y holds other numbers")
    if len(names) < 2:
        raise ValueError("a decision boundary needs at least two features, but the data has one")
    first, second = two_of(names, features) if features is not None else telling_features(data)
    means = [math.fsum(column) / len(column) for column in zip(*examples.X, strict=True)]
    across, up = (_range_of([row[j] for row in examples.X], resolution) for j in (first, second))
    grid = []
    for v in up:
        for u in across:
            point = list(means)
            point[first], point[second] = u, v
            grid.append(point)
    outputs = predict(model, grid)

    figure = _new_figure(5.2, 4.4)
    axes = figure.subplots()
    _draw_regions(axes, across, up, outputs)
    _draw_examples(axes, examples, data.class_names if isinstance(data, Dataset) else None, first, second)
    axes.set_xlabel(_escaped(names[first]))
    axes.set_ylabel(_escaped(names[second]))
    others = len(names) - 2
    note = f"the other {'feature' if others == 1 else f'{others} features'} at the mean" if others else ""
    name = data.name if isinstance(data, Dataset) else "decision boundary"
    heading = title if title is not None else f"{name}: {names[first]}, {names[second]}" if others else name
    axes.set_title(_escaped("\n".join(line for line in (heading, note) if line)), fontsize=9)
    return figure


def gradient_flow(source: Any, *, title: str | None = None) -> Figure:
    """Draw how large the gradient is in each layer: where it fades out or explodes on its way back.

    Parameters
    ----------
    source : Module or History
        A module after a backward pass, or a history of ``fit(..., record=["gradients"])``: then one line a layer,
        over the epochs.
    title : str, optional
        Above the picture.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ValueError
        If the history has no recorded gradients.
    """
    figure = _new_figure(5.2, 3.4)
    axes = figure.subplots()
    if isinstance(source, History):
        recorded: Sequence[Mapping[str, float]] = source.recorded.get("gradients", ())
        if not recorded:
            raise ValueError("this history has no gradients; train with fit(..., record=['gradients'])")
        for layer, colour, marker in zip(recorded[0], cycle(_COLOURS), cycle(_MARKERS), strict=False):
            sizes = [epoch[layer] or math.nan for epoch in recorded]  # 0 has no place on a log scale
            step = max(1, len(sizes) // 10)
            axes.plot(
                range(1, len(sizes) + 1), sizes, color=colour, marker=marker, markevery=step, label=_escaped(layer)
            )
        axes.set_xlabel("epoch")
        axes.set_yscale("log", nonpositive="clip")
        axes.legend(frameon=False)
    else:
        layers = layer_gradients(source)
        axes.bar([_escaped(layer) for layer in layers], list(layers.values()), color=_COLOURS[0])
        axes.tick_params(axis="x", labelrotation=30)
    axes.set_ylabel("mean |gradient|")
    axes.set_title(_escaped(title if title is not None else "gradient flow"), fontsize=9)
    return figure


def _range_of(column: Sequence[float], resolution: int) -> list[float]:
    low, high = min(column), max(column)
    margin = 0.08 * (high - low) or 1.0
    low, high = low - margin, high + margin
    return [low + (high - low) * i / (resolution - 1) for i in range(resolution)]


def _draw_regions(axes: Axes, across: list[float], up: list[float], outputs: list[Any]) -> None:
    several = isinstance(outputs[0], list)
    classes = [max(range(len(o)), key=o.__getitem__) if several else int(o > 0.0) for o in outputs]
    count = len(outputs[0]) if several else 2
    width = len(across)
    rows = [classes[start : start + width] for start in range(0, len(classes), width)]
    colours = [_COLOURS[k % len(_COLOURS)] for k in range(count)]
    levels = [k - 0.5 for k in range(count + 1)]
    axes.contourf(across, up, rows, levels=levels, colors=colours, alpha=0.22)
    # The line itself: where the score is 0, or where a class ties with the best of the others.
    for k in range(count if several else 1):
        margins = [o[k] - max(o[:k] + o[k + 1 :]) for o in outputs] if several and count > 1 else outputs
        if not several or count > 1:
            field = [margins[start : start + width] for start in range(0, len(margins), width)]
            flat = [m for m in margins if math.isfinite(m)]
            if flat and min(flat) < 0.0 < max(flat):
                axes.contour(across, up, field, levels=[0.0], colors="#333333", linewidths=0.8)


def _draw_examples(axes: Axes, examples: Examples, names: Sequence[str] | None, first: int, second: int) -> None:
    labels = sorted(set(examples.y))
    for label in labels:
        place = label if examples.kind == "classes" else int(label > 0)
        rows = [row for row, y in zip(examples.X, examples.y, strict=True) if y == label][:_MOST_POINTS]
        axes.scatter(
            [row[first] for row in rows],
            [row[second] for row in rows],
            s=18,
            color=_COLOURS[place % len(_COLOURS)],
            marker=_MARKERS[place % len(_MARKERS)],
            edgecolors="white",
            linewidths=0.5,
            label=_escaped(names[label] if names else str(label)),
        )
    axes.legend(frameon=True, framealpha=0.8, fontsize=8)


def _new_figure(width: float, height: float) -> Figure:
    figure: Figure = _figure_class()(figsize=(width, height), layout="constrained")
    return figure


@functools.cache
def _figure_class() -> Any:
    """Make the class of the figures, without pyplot: no window, no state shared with a user's own figures."""
    import io

    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    class ShownFigure(Figure):
        """A figure that shows itself in a notebook."""

        def __init__(self, *args: Any, **keywords: Any) -> None:
            super().__init__(*args, **keywords)
            FigureCanvasAgg(self)

        def _repr_png_(self) -> bytes:
            buffer = io.BytesIO()
            self.savefig(buffer, format="png", dpi=120)
            return buffer.getvalue()

    return ShownFigure


def _escaped(text: str) -> str:
    """Keep a name with dollar signs from being read as mathematics."""
    return text.replace("$", r"\$")
