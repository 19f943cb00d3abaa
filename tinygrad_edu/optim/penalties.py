"""With this module one can ask for small parameters: penalties to add to a loss, differentiable like everything else.

>>> from tinygrad_edu import Value
>>> w = [Value(3.0), Value(-2.0)]
>>> penalty = l1_penalty(w, 0.5)
>>> penalty.backward()
>>> penalty.data, w[0].grad, w[1].grad
(2.5, 0.5, -0.5)
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..arguments import as_list, as_number
from ..ops.sequences import dot, sum
from ..ops.table import abs


def l1_penalty(params: Sequence[Any], strength: float = 1.0) -> Any:
    """Give ``strength * Σ |p|``, which draws parameters to exactly 0 (the lasso).

    Parameters
    ----------
    params : sequence of Value
        Such as `model.parameters()`, or the weights among them.
    strength : float, default 1.0
        At least 0.

    Returns
    -------
    Value
        Its slope at 0 is 0.

    Notes
    -----
    Tibshirani 1996, doi:10.1111/j.2517-6161.1996.tb02080.x.
    """
    return as_number(strength, "strength", 0.0) * sum([abs(p) for p in as_list(params, "params")])


def l2_penalty(params: Sequence[Any], strength: float = 1.0) -> Any:
    """Give ``strength * Σ p²``, which keeps parameters small (ridge regression).

    Parameters
    ----------
    params : sequence of Value
        Such as `model.parameters()`, or the weights among them.
    strength : float, default 1.0
        At least 0. With `SGD` it is the same as ``weight_decay=2 * strength``.

    Returns
    -------
    Value

    Notes
    -----
    Hoerl and Kennard 1970, doi:10.1080/00401706.1970.10488634.

    Examples
    --------
    >>> from tinygrad_edu import Value
    >>> l2_penalty([Value(3.0), Value(-1.0)], 0.5).data
    5.0
    """
    numbers = as_list(params, "params")
    return as_number(strength, "strength", 0.0) * dot(numbers, numbers)
