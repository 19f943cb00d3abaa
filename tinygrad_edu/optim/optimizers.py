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

from collections.abc import Iterable
from typing import TYPE_CHECKING, ClassVar

from ..arguments import unknown
from ..engine.value import Value
from .base import Optimizer, positive, setting

if TYPE_CHECKING:
    from .base import T

__all__ = ["OPTIMIZERS", "SGD", "Adam", "AdamW", "Optimizer", "RMSprop", "create"]


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
        self.momentum = setting("momentum", momentum)
        self.dampening = setting("dampening", dampening, most=1.0)
        self.weight_decay = setting("weight_decay", weight_decay)
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
        self.alpha = setting("alpha", alpha, below=1.0)
        self.eps = positive("eps", eps)
        self.weight_decay = setting("weight_decay", weight_decay)
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
        self.betas = (setting("betas[0]", betas[0], below=1.0), setting("betas[1]", betas[1], below=1.0))
        self.eps = positive("eps", eps)
        self.weight_decay = setting("weight_decay", weight_decay)
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
