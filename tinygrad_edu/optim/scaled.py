"""With this module each parameter gets a step size of its own, by how large its gradients have been."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ..ops.arrays import is_array
from ..ops.table import maximum
from .base import Optimizer

if TYPE_CHECKING:
    from .base import Params, T


class RMSprop(Optimizer):
    """Divide each step by the root of a running mean of the squared gradient.

    Parameters
    ----------
    params : iterable of Value, or of dict
        The parameters to improve, or groups of them; see `Optimizer`.
    lr : float, default 0.01
        Learning rate.
    alpha : float, default 0.99
        How much of the running mean is kept at each step, from 0 up to 1 excluded.
    eps : float, default 1e-8
        Added to the root, so that nothing is divided by 0.
    weight_decay : float, default 0.0
        Adds `weight_decay * data` to the gradient.
    momentum : float, default 0.0
        The share of the last step that is kept.
    centered : bool, default False
        Subtract the squared running mean of the gradient: divide by an estimate of its standard deviation.
    maximize : bool, default False
        Go uphill.

    Notes
    -----
    Tieleman and Hinton 2012, Lecture 6.5 of Neural Networks for Machine Learning; centred: Graves 2013
    (arXiv:1308.0850), equations 38 to 45.
    """

    slots = ("square_avg", "grad_avg", "momentum_buffer")

    def __init__(
        self,
        params: Params,
        lr: float = 0.01,
        alpha: float = 0.99,
        eps: float = 1e-8,
        weight_decay: float = 0.0,
        momentum: float = 0.0,
        centered: bool = False,
        *,
        maximize: bool = False,
    ) -> None:
        super().__init__(
            params,
            lr=lr,
            alpha=alpha,
            eps=eps,
            weight_decay=weight_decay,
            momentum=momentum,
            centered=centered,
            maximize=maximize,
        )

    def update(
        self,
        data: T,
        grad: T,
        memory: tuple[T, ...],
        t: int,
        lr: float,
        alpha: float,
        eps: float,
        weight_decay: float,
        momentum: float,
        centered: bool,
        maximize: bool,
    ) -> tuple[T, tuple[T, ...]]:
        """Apply the rule; see `Optimizer.update`."""
        square, mean, step = memory
        if maximize:
            grad = -grad
        if weight_decay:
            grad = grad + weight_decay * data
        square = alpha * square + (1.0 - alpha) * grad * grad
        spread = square
        if centered:
            mean = mean + (1.0 - alpha) * (grad - mean)
            spread = larger(square - mean * mean, 0.0 * square)  # rounding can take it below 0
        scaled = grad / (spread**0.5 + eps)
        if momentum:
            scaled = step = momentum * step + scaled
        return data - lr * scaled, (square, mean, step)


class Adagrad(Optimizer):
    """Divide each step by the root of the sum of all squared gradients so far.

    Parameters
    ----------
    params : iterable of Value, or of dict
        The parameters to improve, or groups of them; see `Optimizer`.
    lr : float, default 0.01
        Learning rate.
    lr_decay : float, default 0.0
        The learning rate of step t is `lr / (1 + (t - 1) * lr_decay)`.
    weight_decay : float, default 0.0
        Adds `weight_decay * data` to the gradient.
    initial_accumulator_value : float, default 0.0
        What the sum starts at.
    eps : float, default 1e-10
        Added to the root, so that nothing is divided by 0.
    maximize : bool, default False
        Go uphill.

    Notes
    -----
    Duchi, Hazan and Singer 2011, Adaptive Subgradient Methods for Online Learning and Stochastic Optimization, Journal
    of Machine Learning Research 12, 2121-2159.
    """

    slots = ("sum",)
    fit_lr = 0.1

    def __init__(
        self,
        params: Params,
        lr: float = 0.01,
        lr_decay: float = 0.0,
        weight_decay: float = 0.0,
        initial_accumulator_value: float = 0.0,
        eps: float = 1e-10,
        *,
        maximize: bool = False,
    ) -> None:
        super().__init__(
            params,
            lr=lr,
            lr_decay=lr_decay,
            weight_decay=weight_decay,
            initial_accumulator_value=initial_accumulator_value,
            eps=eps,
            maximize=maximize,
        )

    def starts(self, settings: Mapping[str, Any]) -> tuple[float, ...]:
        """Give what the sum starts at; see `Optimizer.starts`."""
        return (settings["initial_accumulator_value"],)

    def update(
        self,
        data: T,
        grad: T,
        memory: tuple[T, ...],
        t: int,
        lr: float,
        lr_decay: float,
        weight_decay: float,
        initial_accumulator_value: float,
        eps: float,
        maximize: bool,
    ) -> tuple[T, tuple[T, ...]]:
        """Apply the rule; see `Optimizer.update`."""
        if maximize:
            grad = -grad
        if weight_decay:
            grad = grad + weight_decay * data
        total = memory[0] + grad * grad
        return data - lr / (1.0 + (t - 1) * lr_decay) * grad / (total**0.5 + eps), (total,)


def larger(a: T, b: T) -> T:
    """Give the larger of two numbers, or item by item of two arrays; nan if one is nan."""
    if is_array(a):
        import numpy as np

        larger: T = np.maximum(a, b)
        return larger
    either: T = maximum(a, b)
    return either
