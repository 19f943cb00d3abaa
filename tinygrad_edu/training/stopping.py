"""With this module training ends where it stops helping, with the best parameters that it met.

Examples
--------
>>> from tinygrad_edu import data, fit
>>> from tinygrad_edu.nn import MLP
>>> history = fit(
...     MLP(2, [4, 1], seed=0), data.load("xor", n=60, noise=0.5), epochs=200, lr=0.1, progress=False,
...     early_stopping=EarlyStopping(patience=5, monitor="val_accuracy"),
... )
>>> history.best_epoch == history.epochs - 5
True
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from ..arguments import as_count, as_number, unknown
from ..engine.value import Value
from ..optim.base import set_data
from .history import History
from .metrics import METRICS, Metric


@dataclass(frozen=True)
class EarlyStopping:
    """When to stop: after `patience` epochs that were not better than the best one.

    Parameters
    ----------
    patience : int, default 10
        How many epochs may pass without a better one.
    min_delta : float, default 0.0
        By how much an epoch must be better than the best one to count as better.
    monitor : str, optional
        What is looked at: "val_loss", "val_accuracy", ``"val_"`` and the name of a metric, or any of these without it.
        If left out the loss of the examples held out, or of those learnt from where none are.
    mode : {"min", "max"}, optional
        Whether smaller or larger is better. If left out what is sensible for losses, accuracies and metrics by name;
        larger for a function of your own.
    restore_best : bool, default True
        Whether the model gets the parameters of the best epoch in the end, however training ended, unless interrupted.
    """

    patience: int = 10
    min_delta: float = 0.0
    monitor: str | None = None
    mode: Literal["min", "max"] | None = None
    restore_best: bool = True

    def __post_init__(self) -> None:
        as_count(self.patience, "patience")
        as_number(self.min_delta, "min_delta", 0.0)
        if self.mode not in (None, "min", "max"):
            raise ValueError(f"mode must be 'min' or 'max', got {self.mode!r}")

    @classmethod
    def of(cls, asked: Any) -> EarlyStopping | None:
        """Read the argument `early_stopping` of `fit`: None, a patience, or an `EarlyStopping`."""
        if asked is None or isinstance(asked, cls):
            return asked
        return cls(as_count(asked, "early_stopping"))


@dataclass
class Watch:
    """Whether things get better, and the best so far.

    Attributes
    ----------
    rule : EarlyStopping
    monitor : str
        What is looked at.
    sign : int
        1 where larger is better, -1 where smaller is.
    value, epoch, parameters
        Of the best epoch so far; epoch 0 if there was none.
    """

    rule: EarlyStopping
    monitor: str
    sign: int
    value: float = math.nan
    epoch: int = 0
    parameters: list[float] = field(default_factory=list)

    @classmethod
    def over(cls, rule: EarlyStopping | None, names: Sequence[str], metrics: Sequence[Metric]) -> Watch | None:
        """Begin to watch one of the names that a training measures.

        Raises
        ------
        ValueError
            If it does not measure what is to be watched.
        """
        if rule is None:
            return None
        monitor = rule.monitor or ("val_loss" if "val_loss" in names else "loss")
        if monitor not in names:
            held_out = ": hold examples out, by validation=0.2 say" * (monitor.removeprefix("val_") in names)
            raise ValueError(unknown("measure of this training", monitor, names) + held_out)
        smaller = {"loss", *(m.name for m in (*METRICS.values(), *metrics) if m.better == "smaller")}
        mode = rule.mode or ("min" if monitor.removeprefix("val_") in smaller else "max")
        return cls(rule, monitor, 1 if mode == "max" else -1)

    def is_better(self, history: History) -> bool:
        """Tell whether the last epoch is better than the best so far; nan never is."""
        value = history.series(self.monitor)[-1]
        if self.epoch == 0:
            return not math.isnan(value)
        return self.sign * (value - self.value) > self.rule.min_delta

    def keep(self, history: History, params: Sequence[Value]) -> None:
        """Keep the last epoch as the best."""
        self.value, self.epoch = history.series(self.monitor)[-1], history.epochs
        if self.rule.restore_best:
            self.parameters = [p.data for p in params]

    def verdict(self, history: History) -> str:
        """Say why to stop; nothing if not."""
        if history.epochs - self.epoch < self.rule.patience:
            return ""
        best = f"{self.value:.4g} in epoch {self.epoch}" if self.epoch else "never a number"
        return f"early stopping at epoch {history.epochs}: the best {self.monitor} was {best}"

    def restore(self, history: History, params: Sequence[Value]) -> None:
        """Give the parameters of the best epoch back, if that was asked for."""
        if self.parameters:
            set_data(params, self.parameters)
            history.best_epoch = self.epoch

    def state_dict(self) -> dict[str, Any]:
        """Give the best so far as plain data."""
        return {"value": self.value, "epoch": self.epoch, "parameters": list(self.parameters)}

    def load_state_dict(self, state: Mapping[str, Any], count: int) -> None:
        """Take over what `state_dict` gave, of so many parameters.

        Raises
        ------
        ValueError, TypeError, KeyError
            If it is something else.
        """
        value, epoch = float(state["value"]), as_count(state["epoch"], "the best epoch", 0)
        parameters = [float(number) for number in state["parameters"]]
        if len(parameters) != (count if epoch and self.rule.restore_best else 0):
            raise ValueError(f"the best epoch has {len(parameters)} parameters, and here are {count}")
        self.value, self.epoch, self.parameters = value, epoch, parameters
