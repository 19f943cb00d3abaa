"""With this module a schedule has phases: others one after another, or up and down once (one cycle)."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import NamedTuple

from ..arguments import as_count, as_list, as_number
from .base import Optimizer
from .schedules import Schedule
from .settings import at_least_0


class SequentialLR(Schedule):
    """Follow one schedule after the other.

    Parameters
    ----------
    optimizer : Optimizer
    schedulers : sequence of Schedule
        All of this optimiser, and none that watches a metric.
    milestones : sequence of int
        After how many calls each of them but the first begins, in rising order.

    Examples
    --------
    >>> from tinygrad_edu import Value
    >>> from tinygrad_edu.optim import SGD, CosineAnnealingLR, LinearLR
    >>> optimizer = SGD([Value(1.0)], lr=1.0)
    >>> parts = [LinearLR(optimizer, 0.25, total_iters=2), CosineAnnealingLR(optimizer, T_max=2)]
    >>> schedule = SequentialLR(optimizer, parts, milestones=[2])
    >>> [round(schedule.rates(t)[0], 3) for t in range(5)]
    [0.25, 0.625, 1.0, 0.5, 0.0]
    """

    def __init__(self, optimizer: Optimizer, schedulers: Sequence[Schedule], milestones: Sequence[int]) -> None:
        self.schedulers = as_list(schedulers, "schedulers")
        self.milestones = [as_count(m, "a milestone") for m in as_list(milestones, "milestones")]
        for part in self.schedulers:
            if not isinstance(part, Schedule) or part.watches:
                raise TypeError(f"schedulers must be schedules that do not watch a metric, got {part!r:.60}")
            if part.optimizer is not optimizer:
                raise ValueError(f"all schedulers must be of the same optimiser; this {type(part).__name__} is not")
        if len(self.milestones) != len(self.schedulers) - 1 or any(a >= b for a, b in pairwise(self.milestones)):
            raise ValueError(
                f"{len(self.schedulers)} schedulers need {len(self.schedulers) - 1} milestones in rising order, "
                f"got {self.milestones}"
            )
        super().__init__(optimizer)

    def rates(self, t: int) -> list[float]:
        """Give the rates of the schedule whose turn it is; see `Schedule.rates`."""
        part = bisect_right(self.milestones, t)
        rates: list[float] = self.schedulers[part].rates(t - (self.milestones[part - 1] if part else 0))
        return rates


def _along_cosine(start: float, end: float, way: float) -> float:
    return end + (start - end) / 2.0 * (math.cos(math.pi * way) + 1.0)


def _along_line(start: float, end: float, way: float) -> float:
    return (end - start) * way + start


_ANNEAL: dict[str, Callable[[float, float, float], float]] = {"cos": _along_cosine, "linear": _along_line}


class _Phase(NamedTuple):
    end: float
    """The last step of it; rates are shares of the highest one."""
    start_lr: float
    end_lr: float
    start_momentum: float
    end_momentum: float


class OneCycleLR(Schedule):
    """Raise the rate from low to `max_lr` and let it fall to almost nothing, in so many steps of the optimiser.

    Where the optimiser has momentum (or `betas`), it goes the other way: low where the rate is high. `step` is meant
    to be called after every step of the optimiser.

    Parameters
    ----------
    optimizer : Optimizer
        Whose own learning rates do not matter.
    max_lr : float or sequence of float
        The highest rate; of several one for each group.
    total_steps : int, optional
        How many steps there are in all; or give the two next.
    epochs, steps_per_epoch : int, optional
        Whose product they are.
    pct_start : float, default 0.3
        The share of steps in which the rate rises.
    anneal_strategy : {"cos", "linear"}, default "cos"
        Along half a cosine, or a straight line.
    cycle_momentum : bool, default True
        Whether the momentum changes as well.
    base_momentum, max_momentum : float, default 0.85 and 0.95
        Its lowest and its highest.
    div_factor : float, default 25.0
        The rate begins at ``max_lr / div_factor``.
    final_div_factor : float, default 1e4
        It ends at that divided by `final_div_factor`.
    three_phase : bool, default False
        Fall as fast as it rose, and then to the last rate; else in one go.

    Notes
    -----
    Smith and Topin 2018, Super-Convergence (arXiv:1708.07120).
    """

    per_step = True

    def __init__(
        self,
        optimizer: Optimizer,
        max_lr: float | Sequence[float],
        total_steps: int | None = None,
        epochs: int | None = None,
        steps_per_epoch: int | None = None,
        pct_start: float = 0.3,
        anneal_strategy: str = "cos",
        cycle_momentum: bool = True,
        base_momentum: float = 0.85,
        max_momentum: float = 0.95,
        div_factor: float = 25.0,
        final_div_factor: float = 1e4,
        three_phase: bool = False,
    ) -> None:
        if total_steps is None:
            if epochs is None or steps_per_epoch is None:
                raise ValueError("OneCycleLR needs total_steps, or both epochs and steps_per_epoch")
            total_steps = as_count(epochs, "epochs") * as_count(steps_per_epoch, "steps_per_epoch")
        self.total_steps = as_count(total_steps, "total_steps")
        rise = as_number(pct_start, "pct_start", 0.0, most=1.0) * self.total_steps
        if anneal_strategy not in _ANNEAL:
            raise ValueError(f"anneal_strategy must be 'cos' or 'linear', got {anneal_strategy!r}")
        self._anneal = _ANNEAL[anneal_strategy]
        begin, end = as_number(div_factor, "div_factor", 1.0), as_number(final_div_factor, "final_div_factor", 1.0)
        low = as_number(base_momentum, "base_momentum", 0.0, below=1.0)
        high = as_number(max_momentum, "max_momentum", 0.0, below=1.0)
        groups = optimizer.param_groups if isinstance(optimizer, Optimizer) else []
        rates = [max_lr] * len(groups) if isinstance(max_lr, (int, float)) else as_list(max_lr, "max_lr")
        self.max_lrs = [at_least_0("max_lr", rate) for rate in rates]
        if len(self.max_lrs) != len(groups):
            raise ValueError(f"max_lr must be one number, or one for each of {len(groups)} groups, got {max_lr!r}")
        self._cycled = next((n for n in ("betas", "momentum") if groups and n in optimizer.defaults), None)
        if not cycle_momentum:
            self._cycled = None
        elif groups and self._cycled is None:
            name = type(optimizer).__name__
            raise ValueError(f"{name} has neither momentum nor betas to change: write cycle_momentum=False")
        first, last = 1.0 / begin, 1.0 / begin / end
        self._phases = [_Phase(rise - 1.0, first, 1.0, high, low)]
        if three_phase:
            self._phases.append(_Phase(2.0 * rise - 2.0, 1.0, first, low, high))
            self._phases.append(_Phase(self.total_steps - 1.0, first, last, high, high))
        else:
            self._phases.append(_Phase(self.total_steps - 1.0, 1.0, last, low, high))
        super().__init__(optimizer)

    def rates(self, t: int) -> list[float]:
        """Give the rates; see `Schedule.rates`."""
        phase, way = self._phase(t)
        return [self._anneal(phase.start_lr * rate, phase.end_lr * rate, way) for rate in self.max_lrs]

    def momentum(self, t: int) -> float:
        """Give the momentum after `t` calls of `step`."""
        phase, way = self._phase(t)
        return self._anneal(phase.start_momentum, phase.end_momentum, way)

    def _phase(self, t: int) -> tuple[_Phase, float]:
        """Find the phase after `t` calls, and which share of it is over."""
        if t > self.total_steps:
            raise ValueError(
                f"this cycle has {self.total_steps} steps, and they are all taken: a longer training needs a larger "
                "total_steps"
            )
        start = 0.0
        for phase in self._phases[:-1]:
            if t <= phase.end:
                break
            start = phase.end
        else:
            phase = self._phases[-1]
        return phase, (t - start) / (phase.end - start) if phase.end != start else 1.0

    def _go_to(self, t: int) -> None:
        super()._go_to(t)
        for group in self.optimizer.param_groups:
            if self._cycled == "betas":
                group["betas"] = (self.momentum(t), *group["betas"][1:])
            elif self._cycled == "momentum":
                group["momentum"] = self.momentum(t)
