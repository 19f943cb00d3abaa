"""With this module one can see the valley that a training ended in: the loss around the parameters found.

The parameters are moved along two random directions. A direction says little if one neuron's weights are large and
another's are small: moving both as far changes the network unequally. So the part of a direction that belongs to the
weights into one neuron (a filter) is given the length of these weights, and biases stay where they are: the
filter-wise normalisation of Li et al. 2018, arXiv:1712.09913. One unit along an axis is then as far as the weights
themselves are long.
"""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..arguments import as_count, as_number, as_seed
from ..compiler import compile
from ..nn.module import Module
from ..training.examples import Examples, choose_loss, outputs_of
from .letters import say
from .style import INK, PAPER, dress, new_figure

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@dataclass(frozen=True)
class Landscape:
    """The loss over a grid of two directions.

    Attributes
    ----------
    places : list of float
        How far the parameters are moved, along either direction.
    losses : list of list of float
        The mean loss; ``losses[i][j]`` at ``places[j]`` along the first direction and ``places[i]`` along the second.
    directions : tuple of two lists of float
        One number for each parameter.
    """

    places: list[float]
    losses: list[list[float]]
    directions: tuple[list[float], list[float]]


def landscape_of(
    model: Module, data: Any, *, loss: Any = None, span: float = 1.0, resolution: int = 25, seed: int = 0
) -> Landscape:
    """Measure the loss around the parameters that a model has; they stay as they are.

    Parameters
    ----------
    model, data, loss, span, resolution, seed
        As in `loss_landscape`.

    Returns
    -------
    Landscape
    """
    span, resolution = as_number(span, "span", 0.0), as_count(resolution, "resolution", 2)
    if span == 0.0:
        raise ValueError("span must be above 0: it says how far the parameters are moved")
    examples = Examples.of(data)
    _, loss_of, examples, _ = choose_loss(loss, outputs_of(model, examples), examples, None)
    compiled = compile(lambda x, y: loss_of(model(x), y), params=model.parameters())
    generator = random.Random(as_seed(seed))
    first, second = (filter_normalised(model, generator) for _ in range(2))
    before = [p.data for p in model.parameters()]
    places = [span * (2.0 * k / (resolution - 1) - 1.0) for k in range(resolution)]
    losses = []
    for v in places:
        row = []
        for u in places:
            moved = [p + u * a + v * b for p, a, b in zip(before, first, second, strict=True)]
            row.append(compiled.value_and_grad(examples.X, examples.y, at=moved)[0])
        losses.append(row)
    return Landscape(places, losses, (first, second))


def filter_normalised(model: Module, generator: random.Random) -> list[float]:
    """Draw a direction whose part for each filter has the length of the filter, and 0 for biases.

    Parameters
    ----------
    model : Module
    generator : random.Random

    Returns
    -------
    list of float
        One number for each parameter.
    """
    filters: dict[str, list[int]] = {}
    named = model.named_parameters()
    for place, (name, _) in enumerate(named):
        group = _filter_of(name)
        if group is not None:
            filters.setdefault(group, []).append(place)
    direction = [0.0] * len(named)
    for places in filters.values():
        drawn = [generator.gauss(0.0, 1.0) for _ in places]
        length = math.hypot(*(named[place][1].data for place in places))
        scale = length / (math.hypot(*drawn) or 1.0)
        for place, number in zip(places, drawn, strict=True):
            direction[place] = scale * number
    return direction


def _filter_of(name: str) -> str | None:
    """Name the filter of a parameter by the way to it: the weights into one neuron, or one output of a layer."""
    words = name.split(".")
    indices = 0
    while indices < len(words) and words[-1 - indices].isdigit():
        indices += 1
    attribute = words[-1 - indices] if indices < len(words) else ""
    if not indices or attribute in ("b", "bias"):
        return None
    return ".".join(words[: len(words) - indices + (indices > 1)])


def loss_landscape(
    model: Module,
    data: Any,
    *,
    loss: Any = None,
    span: float = 1.0,
    resolution: int = 25,
    seed: int = 0,
    title: str | None = None,
) -> Figure:
    """Draw the loss around the parameters that a model has, along two random directions.

    Parameters
    ----------
    model : Module
        Trained, or not yet.
    data : Dataset or pair (X, y)
        The examples whose mean loss is drawn.
    loss : str or callable, optional
        As in `tinygrad_edu.fit`.
    span : float, default 1.0
        How far the parameters are moved either way; at 1 as far as each neuron's weights are long.
    resolution : int, default 25
        Points along each direction.
    seed : int, default 0
        Of the directions.
    title : str, optional
        Above the picture.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ValueError, TypeError
        If an argument is wrong, or data, model and loss do not go together.

    Notes
    -----
    Directions are normalised filter by filter: Li et al. 2018, arXiv:1712.09913.
    """
    found = landscape_of(model, data, loss=loss, span=span, resolution=resolution, seed=seed)
    figure = new_figure(4.4, 3.6)
    axes = figure.subplots()
    levels = _levels([value for row in found.losses for value in row])
    if len(levels) > 1:
        filled = axes.contourf(found.places, found.places, found.losses, levels=levels, cmap="cividis_r", extend="both")
        axes.contour(found.places, found.places, found.losses, levels=levels, colors=PAPER, linewidths=0.6)
        bar = figure.colorbar(filled, ax=axes, format=lambda level, _: f"{level:.2g}")
        bar.set_label(say("loss"), fontsize=9, color=INK)
        bar.ax.tick_params(colors=INK, labelsize=8)
        bar.outline.set_visible(False)
    axes.plot([0.0], [0.0], marker="o", color=PAPER, markeredgecolor=INK, markersize=7)
    heading = say("the loss around what was found") if title is None else title
    dress(axes, say("first direction"), say("second direction"), heading)
    axes.set_aspect("equal")
    axes.locator_params(nbins=4)
    return figure


def _levels(values: Sequence[float]) -> list[float]:
    """Give the heights of the lines: closer together in the valley, where there is something to see."""
    finite = [value for value in values if math.isfinite(value)]
    if not finite or min(finite) == max(finite):
        return []
    low, high = min(finite), sorted(finite)[int(0.97 * (len(finite) - 1))]
    high = high if high > low else max(finite)
    levels = [low + (high - low) * (k / 12.0) ** 2 for k in range(13)]
    return [level for k, level in enumerate(levels) if not k or level > levels[k - 1]]
