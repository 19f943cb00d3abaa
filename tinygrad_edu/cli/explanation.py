"""With this module one can say in words what a model makes of one example, and what its answer hangs on."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

from ..data import Column, Dataset
from ..data.scales import scales_of
from ..engine.sweep import topological_order
from ..engine.value import Value
from ..inspection.pathwise import paths
from ..ops.notation import number_text
from ..plot.answers import probabilities_of
from .learned import columns_of
from .tasks import Task


class Influence(NamedTuple):
    """What a column does to the answer for one example.

    Attributes
    ----------
    column : str
    value, usual : str
        What the example has there, and what is usual: the mean, or the shares of the categories.
    with_it, without : float
        The probability of the true class (or the number that is predicted) as it is, and with the means of the examples
        learned from in place of this column.
    """

    column: str
    value: str
    usual: str
    with_it: float
    without: float


class Route(NamedTuple):
    """One path from a feature to the loss.

    Attributes
    ----------
    product : float
        What it adds to the slope.
    neurons : tuple of str
        The neurons that it goes through, the one next to the feature first.
    """

    product: float
    neurons: tuple[str, ...]


class Slope(NamedTuple):
    """The feature that the loss of an example depends on most, and how.

    Attributes
    ----------
    feature : str
    gradient : float
        How fast the loss grows with it.
    paths : int
        How many paths lead from the feature to the loss; the gradient is their sum.
    routes : tuple of Route
        The largest of them.
    """

    feature: str
    gradient: float
    paths: int
    routes: tuple[Route, ...]


def place_of(data: Dataset, i: int) -> str:
    """Say where an example is from: its line in the file, if there is one, else its place in the test."""
    return f"line {data.lines[i]}" if data.lines else f"example {i + 1}"


def verdict_of(task: Task, i: int) -> str:
    """Say in words what the network answers to an example of the test, and what is true.

    Parameters
    ----------
    task : Task
        With the model that was trained.
    i : int
        The place of the example among those kept out.

    Returns
    -------
    str
    """
    kept = task.kept
    output, y = task.model.predict([kept.X[i]])[0], kept.y[i]
    if kept.kind == "numbers":
        more = output - y
        return (
            f"Its {kept.label_name} is {y:.5g}; the network says {output:.5g}, {abs(more):.3g} too "
            f"{'much' if more > 0 else 'little'}."
        )
    shares = probabilities_of(output)
    best = max(range(len(shares)), key=shares.__getitem__)
    truth, answer = kept.class_names[y], kept.class_names[best]
    if best == y:
        return f"It is {truth}, and the network says so, but gives it only {shares[y]:.1%}."
    sure = f"it gives {answer} {shares[best]:.1%}, {truth} {shares[y]:.2%}"
    return f"It is {truth}, but the network says {answer}: {sure}."


def influences(task: Task, i: int) -> list[Influence]:
    """Put what is usual in the place of each column in turn, and see what becomes of the answer.

    Parameters
    ----------
    task : Task
        With the model that was trained.
    i : int
        The place of the example among those kept out.

    Returns
    -------
    list of Influence
        What changes most comes first.
    """
    kept, row = task.kept, task.kept.X[i]
    means, _ = scales_of(task.learnt.X)
    columns = columns_of(task.learnt).features
    places, start = [], 0
    for column in columns:
        places.append(range(start, start + len(column.features)))
        start += len(column.features)
    changed = [[means[j] if j in part else x for j, x in enumerate(row)] for part in places]
    told = [_told(output, kept, i) for output in task.model.predict([row, *changed])]
    gaps = {j for k, j in kept.missing if k == i}
    found = []
    for column, part, without in zip(columns, places, told[1:], strict=True):
        value = "missing" if gaps & {*part} else _shown(column, [row[j] for j in part])
        average = [means[j] for j in part]
        usual = _shown(column, average) if column.kind == "numbers" else _shares(column, average)
        found.append(Influence(column.name, value, usual, told[0], without))
    return sorted(found, key=lambda influence: -abs(influence.with_it - influence.without))


def _told(output: Any, kept: Dataset, i: int) -> float:
    """Give the number that a model says, or the probability that it gives the true class."""
    return float(output) if kept.kind == "numbers" else probabilities_of(output)[kept.y[i]]


def _shown(column: Column, values: list[float]) -> str:
    if column.kind == "numbers":
        return f"{values[0]:.4g}"
    if len(column.categories) == 2:
        return column.categories[int(values[0] > 0.5)]
    return column.categories[max(range(len(values)), key=values.__getitem__)]


def _shares(column: Column, means: list[float]) -> str:
    shares = [1.0 - means[0], means[0]] if len(column.categories) == 2 else means
    ranked = sorted(zip(shares, column.categories, strict=True), key=lambda pair: -pair[0])
    return ", ".join(f"{category} {share:.0%}" for share, category in ranked[:3]) + ", …" * (len(ranked) > 3)


def steepest(task: Task, loss: Value, top: int = 5) -> Slope | None:
    """Find the feature on which the loss of an example depends most, and the paths by which it does.

    Parameters
    ----------
    task : Task
    loss : Value
        Whose leaves are named after the features.
    top : int, default 5
        How many paths to give.

    Returns
    -------
    Slope or None
        None if the loss depends on no feature. Features are compared in their standard deviations.
    """
    _, widths = scales_of(task.learnt.X)
    scale = dict(zip(task.learnt.feature_names, widths, strict=True))
    leaves = [node for node in topological_order(loss) if node.op is None and node.name in scale]
    sizes = {leaf: abs(paths(loss, leaf, top=1).gradient) * scale[str(leaf.name)] for leaf in leaves}
    leaf = max(sizes, key=sizes.__getitem__, default=None)
    if leaf is None or not sizes[leaf] > 0.0 or math.isinf(sizes[leaf]):
        return None
    found = paths(loss, leaf, top=top)
    routes = []
    for path in found:
        names = [node.scope.chain()[-2:] for node in reversed(path.nodes) if node.scope is not None]
        passed = dict.fromkeys(".".join(scope.name for scope in pair) for pair in names if "neuron" in pair[-1].name)
        routes.append(Route(path.product, tuple(passed)))
    return Slope(str(leaf.name), found.gradient, found.count, tuple(routes))


def signed(x: float) -> str:
    """Write a number with its sign."""
    text = number_text(x)
    return text if text.startswith("−") else f"+{text}"
