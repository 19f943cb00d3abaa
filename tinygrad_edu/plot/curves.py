"""With this module one can see a model learn: loss and accuracy, and how large the gradient is in each layer."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ..training.history import History, layer_gradients
from .letters import say
from .style import INK, colour, dashes, dress, escaped, heading, legend, marker, new_figure

if TYPE_CHECKING:
    from matplotlib.figure import Figure


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
    loss = say("loss ({name})", name=history.loss_name) if history.loss_name else say("loss")
    panels = [(loss, history.loss, history.val_loss)]
    if history.accuracy:
        panels.append((say("accuracy"), history.accuracy, history.val_accuracy))
    figure = new_figure(3.3 * len(panels), 2.9)
    for axes, (label, learnt, held_out) in zip(figure.subplots(1, len(panels), squeeze=False)[0], panels, strict=True):
        epochs = range(1, len(learnt) + 1)
        dot = "o" if len(learnt) == 1 else ""
        axes.plot(epochs, learnt, marker=dot, color=colour(0), label=say("learnt from"))
        if held_out:
            axes.plot(epochs, held_out, marker=dot, linestyle="--", color=colour(4), label=say("held out"))
        if history.best_epoch is not None:
            axes.axvline(history.best_epoch, color=INK, alpha=0.4, linewidth=0.8, linestyle=":", label=say("kept"))
        dress(axes, say("epoch"), label, grid="y")
        axes.xaxis.get_major_locator().set_params(integer=True)
        if label == say("accuracy"):
            _scale_of_shares(axes, [*learnt, *held_out])
        elif min([*learnt, *held_out]) >= 0.0:
            axes.set_ylim(bottom=0.0)
        legend(axes)
    heading(figure, title if title is not None else in_short(history.optimizer))
    return figure


def loss_curves(histories: Mapping[str, History], *, log: bool = False, title: str = "") -> Figure:
    """Draw the losses of several trainings beside one another, to compare what was done differently.

    Parameters
    ----------
    histories : mapping of str to History
        By the name under which each is shown.
    log : bool, default False
        Whether losses are on a logarithmic scale.
    title : str, optional
        Above the picture.

    Returns
    -------
    matplotlib.figure.Figure
        On the left the loss of the examples learnt from; on the right, if any were held out, that of those, to the same
        scale. A circle is where the parameters were kept by early stopping.

    Raises
    ------
    ValueError
        If there is nothing to draw.

    Examples
    --------
    >>> figure = loss_curves({"slow": History(loss=[2.0, 1.9]), "quick": History(loss=[2.0, 0.5])})
    """
    if not histories or not all(isinstance(history, History) for history in histories.values()):
        raise ValueError(f"loss_curves draws histories by their names, {{'tanh': history, ...}}, got {histories!r:.60}")
    if not any(history.loss for history in histories.values()):
        raise ValueError("these histories have no epoch to draw")
    held_out = any(history.val_loss for history in histories.values())
    parts = ["loss", "val_loss"] if held_out else ["loss"]
    figure = new_figure(3.5 * len(parts) + 0.4, 3.1)
    for axes, part in zip(figure.subplots(1, len(parts), squeeze=False, sharey=True)[0], parts, strict=True):
        for k, (name, history) in enumerate(histories.items()):
            losses = history.series(part)
            label = escaped(name) if part == "loss" else None
            axes.plot(range(1, len(losses) + 1), losses, color=colour(k), linestyle=dashes(k), label=label)
            if history.best_epoch is not None and losses:
                kept = history.best_epoch
                axes.plot(kept, losses[kept - 1], marker="o", markersize=7, color=colour(k), fillstyle="none")
        if log:
            axes.set_yscale("log")
        if part == "loss":
            dress(axes, say("epoch"), say("loss"), say("learnt from"), "y")
        else:
            dress(axes, say("epoch"), "", say("held out"), "y")
    legend(figure, loc="outside lower center", ncols=min(4, len(histories)))
    if title:
        heading(figure, title)
    return figure


def in_short(optimizer: str) -> str:
    """Give an optimiser with its learning rate, without its other settings."""
    found = re.match(r"(\w+)\((lr=[^,)]*)", optimizer)
    return f"{found[1]}({found[2]})" if found else optimizer


def _scale_of_shares(axes: Any, shares: Sequence[float]) -> None:
    """Let an axis of shares end at 100 %, and begin where there is something to see."""
    known = [share for share in shares if math.isfinite(share)]
    low = min(known, default=0.0)
    axes.set_ylim(max(-0.02, math.floor(low * 10.0 - 0.5) / 10.0), 1.02)
    axes.yaxis.set_major_formatter(lambda share, _: f"{100.0 * share:.3g}%")


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
    figure = new_figure(4.4, 2.9)
    axes = figure.subplots()
    above = title if title is not None else say("gradient flow")
    if isinstance(source, History):
        recorded: Sequence[Mapping[str, float]] = source.recorded.get("gradients", ())
        if not recorded:
            raise ValueError("this history has no gradients; train with fit(..., record=['gradients'])")
        for k, layer in enumerate(recorded[0]):
            sizes = [epoch[layer] or math.nan for epoch in recorded]  # 0 has no place on a log scale
            step = max(1, len(sizes) // 8)
            look = {"color": colour(k), "linestyle": dashes(k), "marker": marker(k), "markevery": step, "markersize": 4}
            axes.plot(range(1, len(sizes) + 1), sizes, label=escaped(layer), **look)
        axes.set_yscale("log", nonpositive="clip")
        dress(axes, say("epoch"), say("mean |gradient|"), above, grid="y")
        axes.xaxis.get_major_locator().set_params(integer=True)  # type: ignore[call-arg]  # of a linear scale
        legend(axes)
    else:
        layers = layer_gradients(source)
        axes.bar([escaped(layer) for layer in layers], list(layers.values()), color=colour(0), width=0.6)
        dress(axes, "", say("mean |gradient|"), above, grid="y")
        axes.tick_params(axis="x", labelrotation=30 if len(layers) > 4 else 0)
    return figure
