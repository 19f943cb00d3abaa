"""With this module one can see how good answers are: which classes are mixed up, how sure is how right, how near."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from ..arguments import as_count
from ..data.dataset import Dataset
from ..training.examples import Examples, predict
from .answers import Answers, interval
from .letters import say
from .style import INK, PAPER, colour, dress, escaped, legend, new_figure

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def confusion_matrix(model: Any, data: Any, *, title: str | None = None) -> Figure:
    """Draw how many examples of each class (row) were given each answer (column).

    Parameters
    ----------
    model : Module
        A classifier.
    data : Dataset or pair (X, y)
        Examples with classes.
    title : str, optional
        Above the picture; how many are right, if left out.

    Returns
    -------
    matplotlib.figure.Figure
    """
    answers = Answers.of(model, data)
    names, counts = answers.class_names, answers.confusion
    side = max(2.5, 0.5 * len(names) + 1.4)
    figure = new_figure(side + 0.3, side)
    axes = figure.subplots()
    counted = say("{right} of {all} right", right=answers.right, all=len(answers.truth))
    dress(axes, say("answer"), say("truth"), counted if title is None else title)
    for i, row in enumerate(counts):
        total = sum(row) or 1
        for j, count in enumerate(row):
            share = count / total
            fill = colour(0) if i == j else colour(4)
            axes.add_patch(_square(j, i, fill, 0.06 + 0.84 * share if count else 0.0))
            if count:
                dark = share > 0.55
                axes.text(
                    j, i, str(count), ha="center", va="center", fontsize=10, color="white" if dark else INK,
                    fontweight="bold" if i == j else "normal",
                )  # fmt: skip
    axes.set_xlim(-0.5, len(names) - 0.5)
    axes.set_ylim(len(names) - 0.5, -0.5)
    axes.set_aspect("equal")
    for side_of in axes.spines.values():
        side_of.set_visible(False)
    turned = max(map(len, names)) * len(names) > 26
    axes.set_xticks(range(len(names)), [escaped(name) for name in names], rotation=35 if turned else 0,
                    ha="right" if turned else "center")  # fmt: skip
    axes.set_yticks(range(len(names)), [escaped(name) for name in names])
    axes.tick_params(length=0)
    return figure


def _square(x: float, y: float, fill: str, alpha: float) -> Any:
    from matplotlib.colors import to_rgba
    from matplotlib.patches import Rectangle

    square = Rectangle((x - 0.47, y - 0.47), 0.94, 0.94, facecolor=to_rgba(fill, alpha), linewidth=0.7)
    square.set_edgecolor(to_rgba(INK, 0.15))
    return square


def calibration(model: Any, data: Any, *, bins: int = 10, title: str | None = None) -> Figure:
    """Draw how often answers come true against how probable the model said they were: a reliability diagram.

    Points on the diagonal are as sure as they should be; below it the model is too sure of itself. The upright lines
    tell how far chance may have moved a point (Wilson's interval): a few answers say little.

    Parameters
    ----------
    model : Module
        A classifier that learned by cross-entropy, so that its outputs mean probabilities.
    data : Dataset or pair (X, y)
        Examples that it did not learn from.
    bins : int, default 10
        Into how many equal parts the probabilities from 0 to 1 are cut.
    title : str, optional
        Above the picture; the expected calibration error, if left out: the mean distance from the
        diagonal, over all answers.

    Returns
    -------
    matplotlib.figure.Figure

    Notes
    -----
    See `Answers.calibration`; Guo et al. 2017, arXiv:1706.04599.
    """
    answers = Answers.of(model, data)
    found = answers.calibration(as_count(bins, "bins", 2))
    count = len(answers.truth)
    error = math.fsum(part.size * abs(part.confidence - part.share) for part in found) / count
    figure = new_figure(3.3, 3.6)
    upper, lower = figure.subplots(2, 1, height_ratios=[4, 1], sharex=True)
    ends = [0.0, 1.0]
    upper.plot(ends, ends, color=INK, alpha=0.5, linewidth=0.9, linestyle="--", label=say("as sure as right"))
    confidences, shares = [part.confidence for part in found], [part.share for part in found]
    intervals = [interval(round(part.share * part.size), part.size) for part in found]
    upper.vlines(confidences, *zip(*intervals, strict=True), color=colour(0), alpha=0.45, label=say("95% sure"))
    most = max(part.size for part in found)
    areas = [12.0 + 60.0 * math.sqrt(part.size / most) for part in found]
    upper.plot(confidences, shares, color=colour(0), linewidth=1.0, alpha=0.45)
    upper.scatter(confidences, shares, s=areas, color=colour(0), label=say("answers"), zorder=3)
    two = len(answers.class_names) == 2
    event = answers.class_names[1] if two else say("the answer")
    above = say("expected calibration error {error}", error=f"{error:.1%}") if title is None else title
    shared = say("share that was {event}", event=event) if two else say("share that was right")
    dress(upper, "", shared, above, grid="both")
    upper.set_ylim(-0.03, 1.03)
    upper.set_xlim(-0.03, 1.03)
    lower.bar(confidences, [part.size for part in found], width=0.6 / bins, color=colour(0))
    dress(lower, say("probability of {event}", event=event), say("how many"))
    legend(figure, loc="outside lower center", ncols=3)
    for axis in (upper.xaxis, upper.yaxis):
        axis.set_major_formatter(lambda share, _: f"{share:.0%}")
    return figure


def predictions(model: Any, data: Any, *, title: str | None = None) -> Figure:
    """Draw the numbers that a model predicts against the true ones.

    Parameters
    ----------
    model : Module
        With one output.
    data : Dataset or pair (X, y)
        Examples with numbers to approximate.
    title : str, optional
        Above the picture; the mean absolute error, if left out.

    Returns
    -------
    matplotlib.figure.Figure
    """
    examples = Examples.of(data)
    found, truth = predict(model, examples.X), examples.y
    if isinstance(found[0], list) or isinstance(truth[0], list):
        raise ValueError("predictions draws one number for each example; this model, or this data, has several")
    name = data.label_name if isinstance(data, Dataset) else "y"
    error = math.fsum(abs(a - b) for a, b in zip(found, truth, strict=True)) / len(truth)
    figure = new_figure(4.2, 3.8)
    axes = figure.subplots()
    ends = [min([*found, *truth]), max([*found, *truth])]
    axes.plot(ends, ends, color=INK, alpha=0.5, linewidth=0.9, linestyle="--")
    axes.scatter(truth, found, s=22, color=colour(0), alpha=0.7, edgecolors=PAPER, linewidths=0.5)
    heading = say("off by {error} in the mean", error=f"{error:.3g}") if title is None else title
    dress(axes, say("{name}, true", name=name), say("{name}, predicted", name=name), heading, grid="both")
    return figure
