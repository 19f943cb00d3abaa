"""With this module the learning rate changes while one trains, by PyTorch's formulas under PyTorch's names.

A schedule is made for an optimiser and sets the learning rate of its groups: at once to that of the beginning, and by
each call of `step` to the next one. It is called once an epoch, or once after every step of the optimiser: what it
counts is up to who calls it. A schedule of this module is a pure formula from the rate that a group began with and the
number of calls, so it can be drawn (`rates`), and goes on anywhere from its `state_dict`.

Examples
--------
>>> from tinygrad_edu import Value
>>> from tinygrad_edu.optim import SGD
>>> optimizer = SGD([Value(1.0)], lr=0.8)
>>> schedule = StepLR(optimizer, step_size=2, gamma=0.5)
>>> for epoch in range(5):
...     print(optimizer.lr, end=" ")
...     schedule.step()
0.8 0.8 0.4 0.4 0.2
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar

from ..arguments import as_count, as_list, as_number
from .base import INITIAL_LR, Optimizer
from .settings import at_least_0


class Schedule:
    """What all schedules share: a subclass writes `rate`, or `rates` where groups differ in more than their start.

    Parameters
    ----------
    optimizer : Optimizer
        Whose learning rates are to change. Each group remembers the rate it began with as "initial_lr".

    Attributes
    ----------
    last_epoch : int
        How often `step` has been called.
    base_lrs : list of float
        The learning rates that the groups began with.
    per_step : bool
        Whether `step` is meant to be called after every step of the optimiser, rather than after every epoch. Only
        `create_schedule` and those who call read it: `OneCycleLR` says True, the others False unless set.

    Raises
    ------
    TypeError, ValueError
        If the optimiser is none, or another argument is of the wrong type or out of range.
    """

    per_step: bool = False
    watches: ClassVar[bool] = False
    """Whether `step` needs a metric."""

    def __init__(self, optimizer: Optimizer) -> None:
        if not isinstance(optimizer, Optimizer):
            raise TypeError(f"optimizer must be an Optimizer of this package, such as SGD, got {optimizer!r:.60}")
        self.optimizer = optimizer
        self.last_epoch = 0
        self.base_lrs: list[float] = [g.setdefault(INITIAL_LR, g["lr"]) for g in optimizer.param_groups]
        self._go_to(0)

    def rate(self, base: float, t: int) -> float:
        """Give the learning rate after `t` calls of `step`, of a group that began with `base`."""
        raise NotImplementedError(f"{type(self).__name__} has no formula: write its method rate(self, base, t)")

    def rates(self, t: int) -> list[float]:
        """Give the learning rate of each group after `t` calls of `step`."""
        return [self.rate(base, t) for base in self.base_lrs]

    def step(self, metric: float | None = None) -> None:
        """Set the next learning rates.

        Parameters
        ----------
        metric : float, optional
            What `ReduceLROnPlateau` watches, such as the loss of the examples held out. The others do not look at it.
        """
        self._go_to(self.last_epoch + 1)

    def get_last_lr(self) -> list[float]:
        """Give the learning rate of each group as it is now."""
        return [group["lr"] for group in self.optimizer.param_groups]

    def state_dict(self) -> dict[str, Any]:
        """Give what a schedule that was made in the same way needs to go on here, as plain numbers and lists."""
        return {
            "schedule": type(self).__name__,
            "last_epoch": self.last_epoch,
            "base_lrs": list(self.base_lrs),
        }

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Go on where the schedule stood that gave this state, and set the optimiser's learning rates accordingly.

        Parameters
        ----------
        state : mapping
            What `state_dict` gave, or the same after JSON.

        Raises
        ------
        TypeError, ValueError
            If it is the state of another kind of schedule, or for other groups. Nothing has been changed then.
        """
        calls, self.base_lrs = self._read(state)
        self._go_to(calls)

    def _read(self, state: Mapping[str, Any]) -> tuple[int, list[float]]:
        """Read what all schedules save."""
        kind = type(self).__name__
        if not isinstance(state, Mapping) or state.get("schedule") != kind:
            raise ValueError(f"this is not the state of a {kind} but {state!r:.80}")
        rates = [at_least_0("base_lrs", rate) for rate in as_list(state.get("base_lrs"), "base_lrs")]
        if len(rates) != len(self.base_lrs):
            raise ValueError(f"this state is for {len(rates)} parameter groups, the optimiser has {len(self.base_lrs)}")
        return as_count(state.get("last_epoch"), "last_epoch", least=0), rates

    def _go_to(self, t: int) -> None:
        """Set all that holds after so many calls."""
        for group, rate in zip(self.optimizer.param_groups, self.rates(t), strict=True):
            group["lr"] = rate
        self.last_epoch = t


class LambdaLR(Schedule):
    """Multiply the first rate by a function of the number of calls.

    Parameters
    ----------
    optimizer : Optimizer
    lr_lambda : callable, or sequence of callables
        ``lr_lambda(t) -> float``; of several one for each group.
    """

    def __init__(
        self, optimizer: Optimizer, lr_lambda: Callable[[int], float] | Sequence[Callable[[int], float]]
    ) -> None:
        count = len(optimizer.param_groups) if isinstance(optimizer, Optimizer) else 0
        self.lr_lambdas = [lr_lambda] * count if callable(lr_lambda) else as_list(lr_lambda, "lr_lambda")
        if len(self.lr_lambdas) != count or not all(map(callable, self.lr_lambdas)):
            raise TypeError(
                f"lr_lambda must be a function of t, or one for each of {count} groups, got {lr_lambda!r:.80}"
            )
        super().__init__(optimizer)

    def rates(self, t: int) -> list[float]:
        """Give the rate of each group; see `Schedule.rates`."""
        factors = [as_number(f(t), "what lr_lambda gives", 0.0) for f in self.lr_lambdas]
        return [base * factor for base, factor in zip(self.base_lrs, factors, strict=True)]


class StepLR(Schedule):
    """Multiply the rate by `gamma` every `step_size` calls.

    Parameters
    ----------
    optimizer : Optimizer
    step_size : int
        At least 1.
    gamma : float, default 0.1
    """

    def __init__(self, optimizer: Optimizer, step_size: int, gamma: float = 0.1) -> None:
        self.step_size, self.gamma = as_count(step_size, "step_size"), at_least_0("gamma", gamma)
        super().__init__(optimizer)

    def rate(self, base: float, t: int) -> float:
        """Give ``base * gamma ** (t // step_size)``; see `Schedule.rate`."""
        return base * self.gamma ** (t // self.step_size)


class MultiStepLR(Schedule):
    """Multiply the rate by `gamma` at each milestone.

    Parameters
    ----------
    optimizer : Optimizer
    milestones : sequence of int
        Numbers of calls; one that comes twice counts twice.
    gamma : float, default 0.1
    """

    def __init__(self, optimizer: Optimizer, milestones: Sequence[int], gamma: float = 0.1) -> None:
        self.milestones = sorted(as_count(m, "a milestone", least=0) for m in as_list(milestones, "milestones"))
        self.gamma = at_least_0("gamma", gamma)
        super().__init__(optimizer)

    def rate(self, base: float, t: int) -> float:
        """Give ``base * gamma ** (the number of milestones up to t)``; see `Schedule.rate`."""
        return base * self.gamma ** bisect_right(self.milestones, t)


class ExponentialLR(Schedule):
    """Multiply the rate by `gamma` at each call.

    Parameters
    ----------
    optimizer : Optimizer
    gamma : float
    """

    def __init__(self, optimizer: Optimizer, gamma: float) -> None:
        self.gamma = at_least_0("gamma", gamma)
        super().__init__(optimizer)

    def rate(self, base: float, t: int) -> float:
        """Give ``base * gamma ** t``; see `Schedule.rate`."""
        return float(base * self.gamma**t)


class CosineAnnealingLR(Schedule):
    """Let the rate fall along half a cosine, from the first one to `eta_min`.

    Parameters
    ----------
    optimizer : Optimizer
    T_max : int
        After how many calls the lowest rate is reached; it rises again from there.
    eta_min : float, default 0.0
        The lowest rate.

    Notes
    -----
    Loshchilov and Hutter 2017, SGDR (arXiv:1608.03983), equation 5, without the restarts.
    """

    def __init__(self, optimizer: Optimizer, T_max: int, eta_min: float = 0.0) -> None:
        self.T_max, self.eta_min = as_count(T_max, "T_max"), at_least_0("eta_min", eta_min)
        super().__init__(optimizer)

    def rate(self, base: float, t: int) -> float:
        """Give ``eta_min + (base - eta_min) * (1 + cos(π t / T_max)) / 2``; see `Schedule.rate`."""
        return self.eta_min + (base - self.eta_min) * (1.0 + math.cos(math.pi * t / self.T_max)) / 2.0


class LinearLR(Schedule):
    """Let a factor of the first rate go from one number to another in a straight line, and stay there: a warm-up.

    Parameters
    ----------
    optimizer : Optimizer
    start_factor : float, default 1/3
        Above 0, at most 1.
    end_factor : float, default 1.0
        From 0 to 1.
    total_iters : int, default 5
        After how many calls the last factor is reached.
    """

    def __init__(
        self, optimizer: Optimizer, start_factor: float = 1.0 / 3.0, end_factor: float = 1.0, total_iters: int = 5
    ) -> None:
        self.start_factor = as_number(start_factor, "start_factor", 0.0, most=1.0)
        if self.start_factor == 0.0:
            raise ValueError("start_factor must be above 0, got 0: nothing would be learnt in the first steps")
        self.end_factor = as_number(end_factor, "end_factor", 0.0, most=1.0)
        self.total_iters = as_count(total_iters, "total_iters")
        super().__init__(optimizer)

    def rate(self, base: float, t: int) -> float:
        """Give ``base`` times the factor on the line; see `Schedule.rate`."""
        way = min(t, self.total_iters) / self.total_iters
        return base * (self.start_factor + (self.end_factor - self.start_factor) * way)
