"""With this module the learning rate falls when a metric has stopped getting better."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from ..arguments import as_count, as_list, as_number
from .base import Optimizer
from .schedules import Schedule
from .settings import at_least_0


class ReduceLROnPlateau(Schedule):
    """Multiply the rate by `factor` when the metric given to `step` has not got better for a while.

    Parameters
    ----------
    optimizer : Optimizer
    mode : {"min", "max"}, default "min"
        Whether a smaller metric is better (a loss), or a larger one (an accuracy).
    factor : float, default 0.1
        Below 1.
    patience : int, default 10
        How many calls without a better metric are let pass.
    threshold : float, default 1e-4
        By how much a metric must be better than the best so far to count.
    threshold_mode : {"rel", "abs"}, default "rel"
        Whether `threshold` is a share of the best so far, or is added to it.
    cooldown : int, default 0
        How many calls nothing is counted after the rate has fallen.
    min_lr : float or sequence of float, default 0.0
        What the rate does not fall below; of several one for each group.
    eps : float, default 1e-8
        A change of the rate that is not larger than this is not made.

    Attributes
    ----------
    best : float or None
        The best metric so far. One that is nan never is.

    Examples
    --------
    >>> from tinygrad_edu import Value
    >>> from tinygrad_edu.optim import SGD
    >>> optimizer = SGD([Value(1.0)], lr=0.5)
    >>> schedule = ReduceLROnPlateau(optimizer, patience=1)
    >>> for loss in (1.0, 0.9, 0.9, 0.9):
    ...     schedule.step(loss)
    >>> optimizer.lr
    0.05
    """

    watches = True

    def __init__(
        self,
        optimizer: Optimizer,
        mode: str = "min",
        factor: float = 0.1,
        patience: int = 10,
        threshold: float = 1e-4,
        threshold_mode: str = "rel",
        cooldown: int = 0,
        min_lr: float | Sequence[float] = 0.0,
        eps: float = 1e-8,
    ) -> None:
        for what, given, known in (("mode", mode, ("min", "max")), ("threshold_mode", threshold_mode, ("rel", "abs"))):
            if given not in known:
                raise ValueError(f"{what} must be {known[0]!r} or {known[1]!r}, got {given!r}")
        self.mode, self.threshold_mode = mode, threshold_mode
        self.factor = as_number(factor, "factor", 0.0, below=1.0)
        self.patience, self.cooldown = as_count(patience, "patience", 0), as_count(cooldown, "cooldown", 0)
        self.threshold, self.eps = at_least_0("threshold", threshold), at_least_0("eps", eps)
        groups = optimizer.param_groups if isinstance(optimizer, Optimizer) else []
        lowest = [min_lr] * len(groups) if isinstance(min_lr, (int, float)) else as_list(min_lr, "min_lr")
        self.min_lrs = [at_least_0("min_lr", rate) for rate in lowest]
        if len(self.min_lrs) != len(groups):
            raise ValueError(f"min_lr must be one number, or one for each of {len(groups)} groups, got {min_lr!r}")
        self.best: float | None = None
        self.num_bad_epochs = self.cooldown_counter = 0
        super().__init__(optimizer)

    def rates(self, t: int) -> list[float]:
        """Give the rates as they are: what comes is up to the metric."""
        return self.get_last_lr()

    def step(self, metric: float | None = None) -> None:
        """Look at the metric, and reduce the rate if it is time.

        Parameters
        ----------
        metric : float
            Such as the loss of the examples held out.
        """
        if metric is None:
            raise TypeError("ReduceLROnPlateau needs to see what is to get better: write step(metric)")
        number = float(metric)
        self.last_epoch += 1
        if self.best is None:  # the first is better than none, if it is a number that something can be better than
            better = number < math.inf if self.mode == "min" else number > -math.inf
        else:
            better = self._is_better(number, self.best)
        if better:
            self.best = number
        self.num_bad_epochs = 0 if better else self.num_bad_epochs + 1
        if self.cooldown_counter > 0:
            self.cooldown_counter -= 1
            self.num_bad_epochs = 0
        if self.num_bad_epochs > self.patience:
            for group, lowest in zip(self.optimizer.param_groups, self.min_lrs, strict=True):
                reduced = max(group["lr"] * self.factor, lowest)
                if group["lr"] - reduced > self.eps:
                    group["lr"] = reduced
            self.cooldown_counter, self.num_bad_epochs = self.cooldown, 0

    def _is_better(self, metric: float, best: float) -> bool:
        if self.mode == "min":
            return metric < (best * (1.0 - self.threshold) if self.threshold_mode == "rel" else best - self.threshold)
        return metric > (best * (1.0 + self.threshold) if self.threshold_mode == "rel" else best + self.threshold)

    def state_dict(self) -> dict[str, Any]:
        """Give what it needs to go on, the rates themselves included; see `Schedule.state_dict`."""
        return {
            **super().state_dict(),
            "lrs": self.get_last_lr(),
            "best": self.best,
            "num_bad_epochs": self.num_bad_epochs,
            "cooldown_counter": self.cooldown_counter,
        }

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Go on where the schedule stood that gave this state; see `Schedule.load_state_dict`."""
        calls, base_lrs = self._read(state)
        rates = [at_least_0("lrs", rate) for rate in as_list(state.get("lrs"), "lrs")]
        if len(rates) != len(base_lrs):
            raise ValueError(f"this state is for {len(rates)} parameter groups, the optimiser has {len(base_lrs)}")
        best = state.get("best")
        best = None if best is None else float(best)
        counters = [as_count(state.get(name), name, 0) for name in ("num_bad_epochs", "cooldown_counter")]
        self.last_epoch, self.base_lrs, self.best = calls, base_lrs, best
        self.num_bad_epochs, self.cooldown_counter = counters
        for group, rate in zip(self.optimizer.param_groups, rates, strict=True):
            group["lr"] = rate
