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

Parameters may come in groups with settings of their own:

>>> optimizer = SGD([{"params": [w], "lr": 0.01}, {"params": [Value(0.0)]}], lr=0.1, momentum=0.9)
>>> [group["lr"] for group in optimizer.param_groups]
[0.01, 0.1]
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..arguments import unknown
from .adaptive import Adam, AdamW, NAdam
from .base import Optimizer
from .descent import SGD, Lion
from .scaled import Adagrad, RMSprop

if TYPE_CHECKING:
    from .base import Params

__all__ = ["OPTIMIZERS", "SGD", "Adagrad", "Adam", "AdamW", "Lion", "NAdam", "Optimizer", "RMSprop", "create"]

OPTIMIZERS: dict[str, Any] = {
    "sgd": SGD,
    "rmsprop": RMSprop,
    "adam": Adam,
    "adamw": AdamW,
    "adagrad": Adagrad,
    "nadam": NAdam,
    "lion": Lion,
}
"""The optimisers by the names that `fit` and the command line take."""


def create(name: str, params: Params, lr: float | None = None) -> Optimizer:
    """Make the optimiser of that name, at the learning rate that suits small networks if none is given.

    Parameters
    ----------
    name : str
        "sgd", "rmsprop", "adam", "adamw", "adagrad", "nadam" or "lion".
    params : iterable of Value, or of dict
        The parameters to improve, or groups of them.
    lr : float, optional
        Learning rate; the optimiser's `fit_lr` if left out (SGD and Adagrad 0.1, the others 0.01).

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
    made: Optimizer = kind(params, lr=kind.fit_lr if lr is None else lr)
    return made
