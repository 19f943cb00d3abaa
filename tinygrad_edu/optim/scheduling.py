"""With this module one gets a schedule by name, fitted to the length of a training.

Who trains calls `step` after every step of the optimiser where the schedule says ``per_step``, else after every epoch,
and always with what is to get small, which only one of them looks at.

Examples
--------
>>> from tinygrad_edu import Value
>>> from tinygrad_edu.optim import SGD
>>> optimizer = SGD([Value(1.0)], lr=0.2)
>>> schedule = create_schedule("cosine", optimizer, epochs=4, steps_per_epoch=10)
>>> schedule.per_step
False
>>> rates = []
>>> for epoch in range(4):
...     rates.append(round(optimizer.lr, 3))  # and here ten steps of the optimiser
...     schedule.step(0.5)
>>> rates
[0.2, 0.171, 0.1, 0.029]
"""

from __future__ import annotations

from collections.abc import Callable

from ..arguments import as_count, unknown
from .base import INITIAL_LR, Optimizer
from .phases import OneCycleLR, SequentialLR
from .plateau import ReduceLROnPlateau
from .schedules import CosineAnnealingLR, ExponentialLR, LinearLR, MultiStepLR, Schedule, StepLR

Maker = Callable[[Optimizer, int, int], Schedule]


def _one_cycle(optimizer: Optimizer, epochs: int, steps: int) -> Schedule:
    has_momentum = all("betas" in g or g.get("momentum", 0.0) > 0.0 for g in optimizer.param_groups)
    rates = [group.get(INITIAL_LR, group["lr"]) for group in optimizer.param_groups]
    return OneCycleLR(optimizer, rates, epochs * steps, cycle_momentum=has_momentum)


def _warm_up(optimizer: Optimizer, epochs: int, steps: int) -> Schedule:
    return LinearLR(optimizer, 0.01, total_iters=max(1, epochs * steps // 10))


def _warm_up_and_cosine(optimizer: Optimizer, epochs: int, steps: int) -> Schedule:
    warm = max(1, epochs * steps // 10)
    parts = [LinearLR(optimizer, 0.01, total_iters=warm), CosineAnnealingLR(optimizer, max(1, epochs * steps - warm))]
    return SequentialLR(optimizer, parts, [warm])


SCHEDULES: dict[str, tuple[bool, Maker]] = {
    "step": (False, lambda optimizer, epochs, steps: StepLR(optimizer, max(1, epochs // 3))),
    "multistep": (False, lambda optimizer, epochs, steps: MultiStepLR(optimizer, [epochs // 2, epochs * 3 // 4])),
    "exponential": (False, lambda optimizer, epochs, steps: ExponentialLR(optimizer, 0.01 ** (1.0 / epochs))),
    "cosine": (False, lambda optimizer, epochs, steps: CosineAnnealingLR(optimizer, epochs)),
    "warmup": (True, _warm_up),
    "warmup-cosine": (True, _warm_up_and_cosine),
    "onecycle": (True, _one_cycle),
    "plateau": (False, lambda optimizer, epochs, steps: ReduceLROnPlateau(optimizer, patience=min(10, epochs // 10))),
}
"""The schedules by the names that `fit` and the command line take: whether each goes by steps, and what makes it."""


def create_schedule(name: str, optimizer: Optimizer, epochs: int, steps_per_epoch: int) -> Schedule:
    """Make the schedule of that name for a training of that length, from the optimiser's own learning rates.

    Parameters
    ----------
    name : str
        - "step": a tenth after each third of the epochs (`StepLR`);
        - "multistep": a tenth after a half, and again after three quarters of the epochs (`MultiStepLR`);
        - "exponential": a little less after each epoch, a hundredth in the end (`ExponentialLR`);
        - "cosine": along half a cosine to 0 at the end (`CosineAnnealingLR`);
        - "warmup": from a hundredth up to the whole rate in the first tenth of the steps (`LinearLR`);
        - "warmup-cosine": that, and then along half a cosine to 0;
        - "onecycle": up in three tenths of the steps and down to almost nothing, the momentum the other way; the
          optimiser's rate is the highest (`OneCycleLR`);
        - "plateau": a tenth whenever the metric has not got better for a tenth of the epochs, or ten
          (`ReduceLROnPlateau`).
    optimizer : Optimizer
        Whose learning rates are to change.
    epochs : int
        How many there will be.
    steps_per_epoch : int
        How many steps the optimiser takes in each.

    Returns
    -------
    Schedule
        Its ``per_step`` says whether `step` is to be called after every step of the optimiser ("warmup",
        "warmup-cosine", "onecycle"), or after every epoch.

    Raises
    ------
    ValueError
        If no schedule has that name.
    """
    entry = SCHEDULES.get(name.lower()) if isinstance(name, str) else None
    if entry is None:
        raise ValueError(unknown("schedule", name, SCHEDULES))
    per_step, make = entry
    schedule = make(optimizer, as_count(epochs, "epochs"), as_count(steps_per_epoch, "steps_per_epoch"))
    schedule.per_step = per_step
    return schedule
