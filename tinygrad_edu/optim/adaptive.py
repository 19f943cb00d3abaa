"""With this module one has Adam and its relatives: momentum, and a step size of its own for each parameter."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from .base import Optimizer
from .scaled import larger

if TYPE_CHECKING:
    from .base import Params, T


class Adam(Optimizer):
    """Momentum, with each step divided by the root of a running mean of the squared gradient.

    Parameters
    ----------
    params : iterable of Value, or of dict
        The parameters to improve, or groups of them; see `Optimizer`.
    lr : float, default 0.001
        Learning rate: about the most that a parameter moves in one step.
    betas : tuple of two floats, default (0.9, 0.999)
        How much of the running means of gradient and squared gradient is kept, from 0 up to 1 excluded.
    eps : float, default 1e-8
        Added to the root, so that nothing is divided by 0.
    weight_decay : float, default 0.0
        Adds `weight_decay * data` to the gradient. `AdamW` shrinks the parameter itself instead.
    amsgrad : bool, default False
        Divide by the root of the largest mean of the squared gradient so far (Reddi, Kale and Kumar 2018,
        arXiv:1904.09237).
    maximize : bool, default False
        Go uphill.
    decoupled_weight_decay : bool, default False
        Let the weight decay shrink the parameter directly, as `AdamW` does.

    Notes
    -----
    Kingma and Ba 2015 (arXiv:1412.6980), Algorithm 1.
    """

    slots = ("exp_avg", "exp_avg_sq", "max_exp_avg_sq")

    def __init__(
        self,
        params: Params,
        lr: float = 0.001,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0.0,
        amsgrad: bool = False,
        *,
        maximize: bool = False,
        decoupled_weight_decay: bool = False,
    ) -> None:
        super().__init__(
            params,
            lr=lr,
            betas=betas,
            eps=eps,
            weight_decay=weight_decay,
            amsgrad=amsgrad,
            maximize=maximize,
            decoupled_weight_decay=decoupled_weight_decay,
        )

    def update(
        self,
        data: T,
        grad: T,
        memory: tuple[T, ...],
        t: int,
        lr: float,
        betas: tuple[float, float],
        eps: float,
        weight_decay: float,
        amsgrad: bool,
        maximize: bool,
        decoupled_weight_decay: bool,
    ) -> tuple[T, tuple[T, ...]]:
        """Apply the rule; see `Optimizer.update`."""
        beta1, beta2 = betas
        mean, square, largest = memory
        if maximize:
            grad = -grad
        data, grad = _decayed(data, grad, lr, weight_decay, decoupled_weight_decay)
        mean = beta1 * mean + (1.0 - beta1) * grad
        square = beta2 * square + (1.0 - beta2) * grad * grad
        if amsgrad:
            largest = larger(largest, square)
        # The means start at 0 and so are too small at first; dividing by 1 - beta^t corrects that. It is done to single
        # numbers, as at the end of section 2 of the paper: the quotient is mean / (root + eps) of corrected ones.
        root = (largest if amsgrad else square) ** 0.5
        short = (1.0 - beta2**t) ** 0.5
        return data - lr * short / (1.0 - beta1**t) * mean / (root + eps * short), (mean, square, largest)


class AdamW(Adam):
    """Adam whose weight decay shrinks the parameter directly, apart from the gradient.

    Parameters
    ----------
    params : iterable of Value, or of dict
        The parameters to improve, or groups of them; see `Optimizer`.
    lr : float, default 0.001
        Learning rate.
    betas : tuple of two floats, default (0.9, 0.999)
        As in `Adam`.
    eps : float, default 1e-8
        As in `Adam`.
    weight_decay : float, default 0.01
        Each step first multiplies the parameter by `1 - lr * weight_decay`.
    amsgrad, maximize : bool, default False
        As in `Adam`.

    Notes
    -----
    Loshchilov and Hutter 2019 (arXiv:1711.05101), Algorithm 2.
    """

    def __init__(
        self,
        params: Params,
        lr: float = 0.001,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0.01,
        amsgrad: bool = False,
        *,
        maximize: bool = False,
    ) -> None:
        super().__init__(params, lr, betas, eps, weight_decay, amsgrad, maximize=maximize, decoupled_weight_decay=True)


class NAdam(Optimizer):
    """Adam that looks ahead along its momentum, as Nesterov's does.

    Parameters
    ----------
    params : iterable of Value, or of dict
        The parameters to improve, or groups of them; see `Optimizer`.
    lr : float, default 0.002
        Learning rate.
    betas : tuple of two floats, default (0.9, 0.999)
        As in `Adam`; the first is approached from below, at the pace of `momentum_decay`.
    eps : float, default 1e-8
        As in `Adam`.
    weight_decay : float, default 0.0
        As in `Adam`.
    momentum_decay : float, default 0.004
        The momentum of step t is ``betas[0] * (1 - 0.96**(t * momentum_decay) / 2)``.
    decoupled_weight_decay, maximize : bool, default False
        As in `Adam`.

    Notes
    -----
    Dozat 2016, Incorporating Nesterov Momentum into Adam, ICLR workshop (openreview.net, OM0jvwB8jIp57ZJjtNEZ).
    """

    slots = ("exp_avg", "exp_avg_sq", "mu_product")

    def __init__(
        self,
        params: Params,
        lr: float = 0.002,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0.0,
        momentum_decay: float = 0.004,
        decoupled_weight_decay: bool = False,
        *,
        maximize: bool = False,
    ) -> None:
        super().__init__(
            params,
            lr=lr,
            betas=betas,
            eps=eps,
            weight_decay=weight_decay,
            momentum_decay=momentum_decay,
            decoupled_weight_decay=decoupled_weight_decay,
            maximize=maximize,
        )

    def starts(self, settings: Mapping[str, Any]) -> tuple[float, ...]:
        """Give 1 for the product of all momenta so far; see `Optimizer.starts`."""
        return 0.0, 0.0, 1.0

    def update(
        self,
        data: T,
        grad: T,
        memory: tuple[T, ...],
        t: int,
        lr: float,
        betas: tuple[float, float],
        eps: float,
        weight_decay: float,
        momentum_decay: float,
        decoupled_weight_decay: bool,
        maximize: bool,
    ) -> tuple[T, tuple[T, ...]]:
        """Apply the rule; see `Optimizer.update`."""
        beta1, beta2 = betas
        mean, square, product = memory
        if maximize:
            grad = -grad
        data, grad = _decayed(data, grad, lr, weight_decay, decoupled_weight_decay)
        momentum, next_momentum = (beta1 * (1.0 - 0.5 * 0.96 ** (s * momentum_decay)) for s in (t, t + 1))
        product = momentum * product
        mean = beta1 * mean + (1.0 - beta1) * grad
        square = beta2 * square + (1.0 - beta2) * grad * grad
        ahead = next_momentum / (1.0 - next_momentum * product) * mean
        step = (1.0 - momentum) / (1.0 - product) * grad + ahead
        return data - lr * step / ((square / (1.0 - beta2**t)) ** 0.5 + eps), (mean, square, product)


def _decayed(data: T, grad: T, lr: float, weight_decay: float, decoupled: bool) -> tuple[T, T]:
    """Let the weight decay act on the parameter itself, or on the gradient as an L2 penalty does."""
    if weight_decay and decoupled:
        return data * (1.0 - lr * weight_decay), grad
    return (data, grad + weight_decay * data) if weight_decay else (data, grad)
