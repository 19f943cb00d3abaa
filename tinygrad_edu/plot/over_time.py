"""With this module one can see how weights and activations spread while a model learns: saturation, decay, dead units.

>>> from tinygrad_edu import data, fit, plot
>>> from tinygrad_edu.nn import MLP
>>> moons, model = data.load("moons", n=40), MLP(2, [4, 1], "tanh", seed=0)
>>> record = {"parameters": lambda model: model.state_dict(), "activations": plot.activations_of(moons)}
>>> history = fit(model, moons, epochs=3, progress=False, record=record)
>>> figure = plot.activations(history)
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ..arguments import as_count
from ..engine.context import no_grad
from ..nn.modes import Mode, call_in
from ..nn.module import Module, plain
from ..training.examples import Examples
from ..training.history import History
from .letters import say
from .style import INK, colour, dress, heading, new_figure

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_SHARES = (0.05, 0.25, 0.5, 0.75, 0.95)


def weights(history: History, *, title: str | None = None) -> Figure:
    """Draw how the weights of each layer are spread after each epoch: the middle, the middle half, nine tenths.

    What never changed was not trained, and is left out.

    Parameters
    ----------
    history : History
        Of ``fit(..., record=["parameters"])``.
    title : str, optional
        Above the picture.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ValueError
        If the history has no recorded parameters.
    """
    recorded = _recorded(history, "parameters", "record=['parameters']")
    trained = {name for name, number in recorded[0].items() if any(state[name] != number for state in recorded)}
    states = [{n: x for n, x in state.items() if n in trained or len(recorded) == 1} for state in recorded]
    spreads = [{layer: quantiles(values) for layer, values in _by_layer(state).items()} for state in states]
    return _spread(spreads, say("weight"), say("weights over time") if title is None else title)


def activations(history: History, *, title: str | None = None) -> Figure:
    """Draw how the outputs of each layer are spread after each epoch: the middle, the middle half, nine tenths.

    A layer whose outputs never changed, such as `Standardize`, is left out.

    Parameters
    ----------
    history : History
        Of ``fit(..., record={"activations": activations_of(data)})``.
    title : str, optional
        Above the picture.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ValueError
        If the history has no recorded activations.
    """
    how = "record={'activations': tinygrad_edu.plot.activations_of(data)}"
    recorded = _recorded(history, "activations", how)
    learning = [layer for layer, first in recorded[0].items() if any(epoch[layer] != first for epoch in recorded)]
    spreads = [{layer: epoch[layer] for layer in learning or recorded[0]} for epoch in recorded]
    return _spread(spreads, say("output"), say("activations over time") if title is None else title)


def activations_of(data: Any, most: int = 100) -> Callable[[Module], dict[str, list[float]]]:
    """Give a recorder for `fit` that measures what the layers of the model put out for some examples.

    Parameters
    ----------
    data : Dataset or pair (X, y)
    most : int, default 100
        How many of the examples are used, from the first.

    Returns
    -------
    callable
        From a model to the quantiles 5, 25, 50, 75 and 95 % of the outputs of each layer, by its name.
    """
    rows = Examples.of(data).X[: as_count(most, "most")]
    return lambda model: {layer: quantiles(values) for layer, values in layer_outputs(model, rows).items()}


def layer_outputs(model: Module, X: Sequence[Any]) -> dict[str, list[float]]:
    """Give all numbers that each layer puts out: the modules that are called, and call no other one.

    Parameters
    ----------
    model : Module
    X : sequence of examples

    Returns
    -------
    dict of str to list of float
        By the way to the module, in the order of the calls.

    Examples
    --------
    >>> from tinygrad_edu.nn import MLP
    >>> model = MLP(2, [3, 1], "tanh", seed=0)
    >>> {layer: len(values) for layer, values in layer_outputs(model, [[0.5, 1.0], [1.0, 0.0]]).items()}
    {'layers.0': 6, 'layers.1': 2}
    """
    found: dict[Module, list[float]] = {}

    def watch(module: Module, scope: Any, output: Any) -> None:
        found.setdefault(module, []).extend(_flat(plain(output)))

    with no_grad():
        for x in X:
            call_in(Mode(training=False, watch=watch), model, x)
    names = {module: name for name, module in model.named_modules()}
    inner = {module for module in found if any(part in found for part in module.modules() if part is not module)}
    return {names.get(module, "model"): values for module, values in found.items() if module not in inner}


def quantiles(values: Sequence[float]) -> list[float]:
    """Give the quantiles 5, 25, 50, 75 and 95 %, between neighbours in proportion, as NumPy does.

    Examples
    --------
    >>> quantiles([float(i) for i in range(101)])
    [5.0, 25.0, 50.0, 75.0, 95.0]
    """
    ranked = sorted(values)
    found = []
    for share in _SHARES:
        place = share * (len(ranked) - 1)
        below = min(int(place), len(ranked) - 1)
        above = min(below + 1, len(ranked) - 1)
        found.append(ranked[below] + (place - below) * (ranked[above] - ranked[below]))
    return found


def _recorded(history: History, key: str, how: str) -> Sequence[Mapping[str, Any]]:
    recorded: Sequence[Mapping[str, Any]] = history.recorded.get(key, ()) if isinstance(history, History) else ()
    if not recorded:
        raise ValueError(f"this history has no {key}; train with fit(..., {how})")
    return recorded


def _by_layer(state: Mapping[str, float]) -> dict[str, list[float]]:
    """Group the numbers of a state by layer."""
    groups: dict[str, list[float]] = {}
    for name, number in state.items():
        layer = name.partition(".neurons.")[0] if ".neurons." in name else name.rstrip(".0123456789") or name
        groups.setdefault(layer, []).append(number)
    return groups


def _flat(output: Any) -> list[float]:
    return [number for item in output for number in _flat(item)] if isinstance(output, list) else [output]


def _spread(spreads: Sequence[Mapping[str, Sequence[float]]], what: str, title: str) -> Figure:
    layers = list(spreads[0])
    columns = 2 if len(layers) == 4 else min(3, len(layers))
    rows = math.ceil(len(layers) / columns)
    figure = new_figure(2.1 * columns + 0.3, 2.1 * rows + 0.5)
    panels = [axes for line in figure.subplots(rows, columns, squeeze=False, sharex=True) for axes in line]
    epochs = range(1, len(spreads) + 1)
    for k, (axes, layer) in enumerate(zip(panels, layers, strict=False)):
        low, lower, middle, upper, high = zip(*(epoch[layer] for epoch in spreads), strict=True)
        axes.fill_between(epochs, low, high, color=colour(0), alpha=0.18, linewidth=0, label=say("nine tenths"))
        axes.fill_between(epochs, lower, upper, color=colour(0), alpha=0.35, linewidth=0, label=say("half"))
        dot = "o" if len(spreads) == 1 else ""
        axes.plot(epochs, middle, color=INK, linewidth=1.2, marker=dot, label=say("median"))
        axes.axhline(0.0, color=INK, alpha=0.3, linewidth=0.7)
        lowest, leftmost = k >= len(layers) - columns, k % columns == 0
        dress(axes, say("epoch") if lowest else "", what if leftmost else "", layer, grid="y")
        axes.xaxis.get_major_locator().set_params(integer=True)
        axes.tick_params(labelbottom=lowest)
    for axes in panels[len(layers) :]:
        axes.set_visible(False)
    handles, labels = panels[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=3, frameon=False, fontsize=8, labelcolor=INK)
    heading(figure, title)
    return figure
