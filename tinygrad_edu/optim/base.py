"""With this module one can write an optimiser: what all share, the parameters, the memory, `step` and `zero_grad`."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from ..arguments import as_number
from ..engine.value import Value

if TYPE_CHECKING:
    import numpy as np

    T = TypeVar("T", float, np.ndarray[Any, np.dtype[np.float64]])


class Optimizer:
    """What all optimisers share: the parameters, the memory, `step` and `zero_grad`.

    A subclass names its `slots` (numbers remembered for each parameter, 0.0 at first) and writes `update`.

    Parameters
    ----------
    params : iterable of Value
        The parameters to improve, such as `model.parameters()`.
    lr : float
        Learning rate: the length of a step, at least 0.

    Attributes
    ----------
    state : list of lists of floats
        One list for each slot, aligned with `params`.
    steps_taken : int
        How often `step` has been called.

    Raises
    ------
    TypeError
        If a parameter is not a Value, or a setting not a number.
    ValueError
        If there are no parameters, one is given twice, or a setting is out of range.
    """

    slots: tuple[str, ...] = ()
    fit_lr: ClassVar[float] = 0.01
    """The learning rate that `tinygrad_edu.fit` takes if none is given."""

    def __init__(self, params: Iterable[Value], lr: float) -> None:
        self.params = _as_parameters(params)
        self.lr = setting("lr", lr)
        self.state: list[list[float]] = [[0.0] * len(self.params) for _ in self.slots]
        self.steps_taken = 0

    def update(self, data: T, grad: T, memory: tuple[T, ...], t: int) -> tuple[T, tuple[T, ...]]:
        """Apply the rule to one parameter or to an array of them.

        Parameters
        ----------
        data, grad : float or numpy.ndarray
            Value and gradient.
        memory : tuple of float or numpy.ndarray
            What `slots` names; zeros at first.
        t : int
            The number of this step, counted from 1.

        Returns
        -------
        tuple
            The new value and the new memory. The arguments are left as they were.
        """
        raise NotImplementedError(f"{type(self).__name__} has no rule: write its method update(data, grad, memory, t)")

    def step(self) -> None:
        """Move every parameter once, by its `grad`."""
        t = self.steps_taken + 1
        update = self.update
        memories = list(zip(*self.state, strict=True)) if self.slots else [()] * len(self.params)
        moved = [update(p.data, p.grad, memory, t) for p, memory in zip(self.params, memories, strict=True)]
        self.become([data for data, _ in moved], [list(slot) for slot in zip(*[m for _, m in moved], strict=True)], t)

    def become(self, data: Sequence[float], state: list[list[float]], steps_taken: int) -> None:
        """Take over the results of a step: all of them, even if Ctrl-C comes on the way.

        Parameters
        ----------
        data : sequence of float
            The new value of each parameter.
        state : list of lists of floats
            The new memory; see the attribute.
        steps_taken : int
            How many steps that makes.
        """
        try:
            set_data(self.params, data)
            self.state = state
            self.steps_taken = steps_taken
        except BaseException:  # the same once more does no harm, and half of it would
            set_data(self.params, data)
            self.state = state
            self.steps_taken = steps_taken
            raise

    def zero_grad(self) -> None:
        """Set the gradient of every parameter to 0.0."""
        for p in self.params:
            p.grad = 0.0

    def __repr__(self) -> str:
        hidden = ("params", "lr", "slots", "state", "steps_taken")
        settings = [f"lr={self.lr!r}", *(f"{k}={v!r}" for k, v in vars(self).items() if k not in hidden)]
        return f"{type(self).__name__}({', '.join(settings)})"


def set_data(params: Sequence[Value], numbers: Sequence[float]) -> None:
    """Give every parameter its number: all of them, even if Ctrl-C comes on the way.

    Parameters
    ----------
    params : sequence of Value
    numbers : sequence of float
        As many.
    """
    try:
        for p, number in zip(params, numbers, strict=True):
            p.data = number
    except BaseException:  # as above
        for p, number in zip(params, numbers, strict=True):
            p.data = number
        raise


def _as_parameters(params: Iterable[Value]) -> list[Value]:
    if isinstance(params, (Value, str)) or not hasattr(params, "__iter__"):
        raise TypeError(f"params must be a sequence of Values such as model.parameters(), got {params!r}")
    found = list(params)
    for i, p in enumerate(found):
        if not isinstance(p, Value):
            raise TypeError(f"params must be Values, but params[{i}] is {p!r}; write Value({p!r}) where it is made")
    if not found:
        raise ValueError("params is empty: there is nothing to optimise; give model.parameters()")
    if len({id(p) for p in found}) < len(found):
        raise ValueError("params has the same Value more than once: it would move twice in a step; give it once")
    return found


def setting(name: str, value: Any, most: float = math.inf, below: float = math.inf) -> float:
    """Read a setting: a number of at least 0."""
    return as_number(value, name, 0.0, most, below)


def positive(name: str, value: Any) -> float:
    """Read a setting that must be above 0."""
    number = setting(name, value)
    if number == 0.0:
        raise ValueError(f"{name} must be above 0: it keeps a gradient of 0 from being divided by 0")
    return number
