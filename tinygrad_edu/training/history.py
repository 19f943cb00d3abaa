"""With this module one can read what a training run recorded."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any


@dataclass
class History:
    """What happened in `fit`, one item of each list an epoch.

    Attributes
    ----------
    loss : list of float
        Mean loss of the examples learnt from, each taken when its turn came in the epoch.
    accuracy : list of float
        The share of these that the model had right; empty for regression.
    val_loss, val_accuracy : list of float
        The same for the examples held out, measured at the end of the epoch; empty if none were.
    recorded : dict of str to list
        What `record` asked for.
    loss_name : str
        The loss that was made small.
    optimizer : str
        The optimiser and its settings.
    engine : str
        Which engine computed, and why that one.
    stopped : str
        Why training ended before the last epoch; empty if it did not.
    seconds : float
        Wall time; not compared by ``==``.
    """

    loss: list[float] = field(default_factory=list)
    accuracy: list[float] = field(default_factory=list)
    val_loss: list[float] = field(default_factory=list)
    val_accuracy: list[float] = field(default_factory=list)
    recorded: dict[str, list[Any]] = field(default_factory=dict)
    loss_name: str = ""
    optimizer: str = ""
    engine: str = ""
    stopped: str = ""
    seconds: float = field(default=0.0, compare=False)

    @property
    def epochs(self) -> int:
        """How many epochs were completed."""
        return len(self.loss)

    def __repr__(self) -> str:
        names = ("loss", "accuracy", "val_loss", "val_accuracy")
        shown = ", ".join(f"{name} {getattr(self, name)[-1]:.4g}" for name in names if getattr(self, name))
        return f"History({self.epochs} epochs{': ' if shown else ''}{shown})"


def layer_gradients(model: Any) -> dict[str, float]:
    """Give the mean absolute gradient of the parameters of each layer, by the layer's name.

    Parameters
    ----------
    model : Module
        After a backward pass.

    Returns
    -------
    dict of str to float
        In the order of the layers; parameters outside of layers by their own names, without indices.
    """
    groups: dict[str, list[float]] = {}
    for name, p in model.named_parameters():
        layer = name.partition(".neurons.")[0] if ".neurons." in name else name.rstrip(".0123456789") or name
        groups.setdefault(layer, []).append(abs(p.grad))
    return {layer: math.fsum(sizes) / len(sizes) for layer, sizes in groups.items()}
