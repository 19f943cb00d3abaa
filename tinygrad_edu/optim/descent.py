"""With this module one can go down the slope: by the gradient itself (SGD), or by its sign alone (Lion)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from .base import Optimizer

if TYPE_CHECKING:
    from .base import Params, T


class SGD(Optimizer):
    """Gradient descent, with momentum if asked for.

    Parameters
    ----------
    params : iterable of Value, or of dict
        The parameters to improve, or groups of them; see `Optimizer`.
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
    maximize : bool, default False
        Go uphill.

    Examples
    --------
    >>> from tinygrad_edu import Value
    >>> w = Value(1.0)
    >>> w.grad = 0.5
    >>> SGD([w], lr=0.2).step()
    >>> w.data
    0.9
    """

    slots = ("momentum_buffer",)
    fit_lr = 0.1

    def __init__(
        self,
        params: Params,
        lr: float = 0.001,
        momentum: float = 0.0,
        dampening: float = 0.0,
        weight_decay: float = 0.0,
        nesterov: bool = False,
        *,
        maximize: bool = False,
    ) -> None:
        super().__init__(
            params,
            lr=lr,
            momentum=momentum,
            dampening=dampening,
            weight_decay=weight_decay,
            nesterov=nesterov,
            maximize=maximize,
        )

    def consistent(self, settings: Mapping[str, Any]) -> None:
        """See that there is something to look ahead along; see `Optimizer.consistent`."""
        momentum, dampening = settings["momentum"], settings["dampening"]
        if settings["nesterov"] and not (momentum > 0.0 and dampening == 0.0):
            raise ValueError(
                f"nesterov looks ahead along the momentum: it needs momentum above 0 and dampening 0, "
                f"got momentum={momentum!r}, dampening={dampening!r}"
            )

    def update(
        self,
        data: T,
        grad: T,
        memory: tuple[T, ...],
        t: int,
        lr: float,
        momentum: float,
        dampening: float,
        weight_decay: float,
        nesterov: bool,
        maximize: bool,
    ) -> tuple[T, tuple[T, ...]]:
        """Apply the rule; see `Optimizer.update`."""
        if maximize:
            grad = -grad
        if weight_decay:
            grad = grad + weight_decay * data
        if not momentum:
            return data - lr * grad, memory
        velocity = momentum * memory[0] + (1.0 - dampening * (t > 1)) * grad
        step = grad + momentum * velocity if nesterov else velocity
        return data - lr * step, (velocity,)


class Lion(Optimizer):
    """Step by the sign of a running mean of the gradient: every parameter moves by `lr`, or not at all.

    Parameters
    ----------
    params : iterable of Value, or of dict
        The parameters to improve, or groups of them; see `Optimizer`.
    lr : float, default 0.0001
        Learning rate: how far a parameter moves in a step. The paper advises a third to a tenth of AdamW's.
    betas : tuple of two floats, default (0.9, 0.99)
        How much of the running mean is kept, from 0 up to 1 excluded: in the sign that is followed, and in what is
        remembered.
    weight_decay : float, default 0.0
        Each step also shrinks the parameter by `lr * weight_decay` of itself.
    maximize : bool, default False
        Go uphill.

    Notes
    -----
    Chen et al. 2023, Symbolic Discovery of Optimization Algorithms (arXiv:2302.06675), Algorithm 2.

    Examples
    --------
    >>> from tinygrad_edu import Value
    >>> w = Value(1.0)
    >>> w.grad = 1e-6
    >>> Lion([w], lr=0.25).step()
    >>> w.data
    0.75
    """

    slots = ("exp_avg",)

    def __init__(
        self,
        params: Params,
        lr: float = 0.0001,
        betas: tuple[float, float] = (0.9, 0.99),
        weight_decay: float = 0.0,
        *,
        maximize: bool = False,
    ) -> None:
        super().__init__(params, lr=lr, betas=betas, weight_decay=weight_decay, maximize=maximize)

    def update(
        self,
        data: T,
        grad: T,
        memory: tuple[T, ...],
        t: int,
        lr: float,
        betas: tuple[float, float],
        weight_decay: float,
        maximize: bool,
    ) -> tuple[T, tuple[T, ...]]:
        """Apply the rule; see `Optimizer.update`."""
        if maximize:
            grad = -grad
        (mean,) = memory
        followed = betas[0] * mean + (1.0 - betas[0]) * grad
        sign = 1.0 * (followed > 0.0) - 1.0 * (followed < 0.0)
        return data - lr * (sign + weight_decay * data), (betas[1] * mean + (1.0 - betas[1]) * grad,)
