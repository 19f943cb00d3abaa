"""With this module one can turn gradients into better parameters.

An optimiser is one pure rule, `update`, from a parameter's value, its gradient and the optimiser's memory of it to the
new value and memory. It is plain arithmetic, element by element, so the same line runs on floats and on NumPy arrays.
Names and conventions are PyTorch's.

Examples
--------
>>> from tinygrad_edu import Value
>>> from tinygrad_edu.optim import SGD
>>> w = Value(3.0)
>>> optimizer = SGD([w], lr=0.1)
>>> for _ in range(50):
...     loss = (w - 1.0) ** 2
...     optimizer.zero_grad()
...     loss.backward()
...     optimizer.step()
>>> round(w.data, 3)
1.0
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from ..arguments import as_number, unknown
from ..engine.value import Value

if TYPE_CHECKING:
    import numpy as np

    T = TypeVar("T", float, np.ndarray[Any, np.dtype[np.float64]])

__all__ = ["OPTIMIZERS", "SGD", "Adam", "AdamW", "Optimizer", "RMSprop", "create"]


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
        self.lr = _setting("lr", lr)
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


class SGD(Optimizer):
    """Gradient descent, with momentum if asked for.

    Parameters
    ----------
    params : iterable of Value
        The parameters to improve.
    lr : float, default 0.001
        Learning rate.
    momentum : float, default 0.0
        The share of the last step's velocity that is kept.
    dampening : float, default 0.0
        The share of the gradient that does not enter the velocity, from the second step on.
    weight_decay : float, default 0.0
        Adds `weight_decay * data` to the gradient: the slope of an L2 penalty of half that strength times data².
    nesterov : bool, default False
        Look ahead along the velocity; needs momentum and no dampening.

    Examples
    --------
    >>> from tinygrad_edu import Value
    >>> w = Value(1.0)
    >>> w.grad = 0.5
    >>> SGD([w], lr=0.2).step()
    >>> w.data
    0.9
    """

    fit_lr = 0.1

    def __init__(
        self,
        params: Iterable[Value],
        lr: float = 0.001,
        momentum: float = 0.0,
        dampening: float = 0.0,
        weight_decay: float = 0.0,
        nesterov: bool = False,
    ) -> None:
        self.momentum = _setting("momentum", momentum)
        self.dampening = _setting("dampening", dampening, most=1.0)
        self.weight_decay = _setting("weight_decay", weight_decay)
        if not isinstance(nesterov, bool):
            raise TypeError(f"nesterov must be True or False, got {nesterov!r}")
        if nesterov and not (self.momentum > 0.0 and self.dampening == 0.0):
            raise ValueError(
                f"nesterov looks ahead along the momentum: it needs momentum above 0 and dampening 0, "
                f"got momentum={momentum!r}, dampening={dampening!r}"
            )
        self.nesterov = nesterov
        if self.momentum:
            self.slots = ("momentum_buffer",)
        super().__init__(params, lr)

    def update(self, data: T, grad: T, memory: tuple[T, ...], t: int) -> tuple[T, tuple[T, ...]]:
        """Apply the rule; see `Optimizer.update`."""
        if self.weight_decay:
            grad = grad + self.weight_decay * data
        if not memory:
            return data - self.lr * grad, ()
        velocity = self.momentum * memory[0] + (1.0 if t == 1 else 1.0 - self.dampening) * grad
        step = grad + self.momentum * velocity if self.nesterov else velocity
        return data - self.lr * step, (velocity,)


class RMSprop(Optimizer):
    """Divide each step by the root of a running mean of the squared gradient.

    Parameters
    ----------
    params : iterable of Value
        The parameters to improve.
    lr : float, default 0.01
        Learning rate.
    alpha : float, default 0.99
        How much of the running mean is kept at each step, from 0 up to 1 excluded.
    eps : float, default 1e-8
        Added to the root, so that nothing is divided by 0.
    weight_decay : float, default 0.0
        Adds `weight_decay * data` to the gradient.
    """

    slots = ("square_avg",)

    def __init__(
        self,
        params: Iterable[Value],
        lr: float = 0.01,
        alpha: float = 0.99,
        eps: float = 1e-8,
        weight_decay: float = 0.0,
    ) -> None:
        self.alpha = _setting("alpha", alpha, below=1.0)
        self.eps = _positive("eps", eps)
        self.weight_decay = _setting("weight_decay", weight_decay)
        super().__init__(params, lr)

    def update(self, data: T, grad: T, memory: tuple[T, ...], t: int) -> tuple[T, tuple[T, ...]]:
        """Apply the rule; see `Optimizer.update`."""
        if self.weight_decay:
            grad = grad + self.weight_decay * data
        square = self.alpha * memory[0] + (1.0 - self.alpha) * grad * grad
        return data - self.lr * grad / (square**0.5 + self.eps), (square,)


class Adam(Optimizer):
    """Momentum, with each step divided by the root of a running mean of the squared gradient (Kingma and Ba 2015).

    Parameters
    ----------
    params : iterable of Value
        The parameters to improve.
    lr : float, default 0.001
        Learning rate: about the most that a parameter moves in one step.
    betas : tuple of two floats, default (0.9, 0.999)
        How much of the running means of gradient and squared gradient is kept, from 0 up to 1 excluded.
    eps : float, default 1e-8
        Added to the root, so that nothing is divided by 0.
    weight_decay : float, default 0.0
        Adds `weight_decay * data` to the gradient. `AdamW` shrinks the parameter itself instead.
    """

    slots = ("exp_avg", "exp_avg_sq")
    decoupled: ClassVar[bool] = False

    def __init__(
        self,
        params: Iterable[Value],
        lr: float = 0.001,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0.0,
    ) -> None:
        if not isinstance(betas, (tuple, list)) or len(betas) != 2:
            raise TypeError(f"betas must be a pair of numbers such as (0.9, 0.999), got {betas!r}")
        self.betas = (_setting("betas[0]", betas[0], below=1.0), _setting("betas[1]", betas[1], below=1.0))
        self.eps = _positive("eps", eps)
        self.weight_decay = _setting("weight_decay", weight_decay)
        super().__init__(params, lr)

    def update(self, data: T, grad: T, memory: tuple[T, ...], t: int) -> tuple[T, tuple[T, ...]]:
        """Apply the rule; see `Optimizer.update`."""
        beta1, beta2 = self.betas
        if self.weight_decay and self.decoupled:
            data = data * (1.0 - self.lr * self.weight_decay)
        elif self.weight_decay:
            grad = grad + self.weight_decay * data
        mean = beta1 * memory[0] + (1.0 - beta1) * grad
        square = beta2 * memory[1] + (1.0 - beta2) * grad * grad
        # The means start at 0 and so are too small at first; dividing by 1 - beta^t corrects that.
        root = (square / (1.0 - beta2**t)) ** 0.5
        return data - self.lr / (1.0 - beta1**t) * mean / (root + self.eps), (mean, square)


class AdamW(Adam):
    """Adam whose weight decay shrinks the parameter directly, apart from the gradient (Loshchilov and Hutter 2019).

    Parameters
    ----------
    params : iterable of Value
        The parameters to improve.
    lr : float, default 0.001
        Learning rate.
    betas : tuple of two floats, default (0.9, 0.999)
        As in `Adam`.
    eps : float, default 1e-8
        As in `Adam`.
    weight_decay : float, default 0.01
        Each step first multiplies the parameter by `1 - lr * weight_decay`.
    """

    decoupled = True

    def __init__(
        self,
        params: Iterable[Value],
        lr: float = 0.001,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0.01,
    ) -> None:
        super().__init__(params, lr, betas, eps, weight_decay)


OPTIMIZERS: dict[str, type[Optimizer]] = {"sgd": SGD, "rmsprop": RMSprop, "adam": Adam, "adamw": AdamW}
"""The optimisers by the names that `fit` and the command line take."""


def create(name: str, params: Iterable[Value], lr: float | None = None) -> Optimizer:
    """Make the optimiser of that name, at the learning rate that suits small networks if none is given.

    Parameters
    ----------
    name : str
        "sgd", "rmsprop", "adam" or "adamw".
    params : iterable of Value
        The parameters to improve.
    lr : float, optional
        Learning rate; the optimiser's `fit_lr` if left out (SGD 0.1, the others 0.01).

    Returns
    -------
    Optimizer

    Raises
    ------
    ValueError
        If no optimiser has that name.
    """
    kind = OPTIMIZERS.get(name.lower()) if isinstance(name, str) else None
    if kind is None:
        raise ValueError(unknown("optimiser", name, OPTIMIZERS))
    return kind(params, lr=kind.fit_lr if lr is None else lr)


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


def _setting(name: str, value: Any, most: float = math.inf, below: float = math.inf) -> float:
    return as_number(value, name, 0.0, most, below)


def _positive(name: str, value: Any) -> float:
    number = _setting(name, value)
    if number == 0.0:
        raise ValueError(f"{name} must be above 0: it keeps a gradient of 0 from being divided by 0")
    return number
