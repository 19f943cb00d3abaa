"""With this module `fit` reads by which rule a model goes downhill, and how fast."""

from __future__ import annotations

from typing import Any

from ..optim import optimizers as optim
from ..optim.schedules import Schedule
from ..optim.scheduling import create_schedule


def optimizer_of(model: Any, optimizer: str | optim.Optimizer, lr: float | None) -> optim.Optimizer:
    """Read the arguments `optimizer` and `lr`."""
    if isinstance(model, type) or not callable(getattr(model, "parameters", None)):
        raise TypeError(
            f"the model comes first, then the data: it must be a Module, such as nn.MLP(2, [8, 1]), got {model!r:.60}"
        )
    parameters = model.parameters()
    if isinstance(optimizer, str):
        return optim.create(optimizer, parameters, lr)
    if not isinstance(optimizer, optim.Optimizer):
        raise TypeError(f"optimizer must be a name such as 'adam', or an Optimizer, got {optimizer!r}")
    if lr is not None:
        raise ValueError(f"this {type(optimizer).__name__} has its own lr={optimizer.lr:g}: leave lr out of fit")
    if not {id(p) for p in parameters} & {id(p) for p in optimizer.params}:
        raise ValueError("the optimizer moves no parameter of this model; make it with model.parameters()")
    return optimizer


def schedule_of(asked: Any, optimizer: optim.Optimizer, epochs: int, steps: int) -> Schedule | None:
    """Read the argument `schedule`, of a training of so many epochs, with so many steps in each."""
    if asked is None or isinstance(asked, str):
        return None if asked is None else create_schedule(asked, optimizer, epochs, steps)
    schedule = asked(optimizer) if callable(asked) else asked
    if not isinstance(schedule, Schedule):
        raise TypeError(f"schedule must be a name such as 'cosine', a Schedule, or what makes one, got {asked!r:.60}")
    if schedule.optimizer is not optimizer:
        raise ValueError(
            "the schedule is for another optimiser than the one that trains: give that one too, as optimizer=, or "
            "write schedule=lambda optimizer: ..."
        )
    return schedule
