"""With this module gradients that are too large are made smaller before a step, by PyTorch's rules.

`clip_grad_norm` and `clip_grad_value` work on the `grad` of Values, `clipped_by_norm` and `clipped_by_value` on the
same numbers in an array; the former call the latter.

Examples
--------
>>> from tinygrad_edu import Value
>>> w = [Value(0.0), Value(0.0)]
>>> w[0].grad, w[1].grad = 3.0, 4.0
>>> clip_grad_norm(w, max_norm=1.0)
5.0
>>> [round(p.grad, 3) for p in w]
[0.6, 0.8]
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from ..arguments import as_number
from ..engine.value import Value
from ..libraries import require
from .groups import as_parameters, gradients_of
from .writing import wholly

if TYPE_CHECKING:
    from .base import Array


def clip_grad_norm(
    params: Iterable[Value], max_norm: float, norm_type: float = 2.0, error_if_nonfinite: bool = False
) -> float:
    """Scale all gradients down together, so that the norm of the vector they make up is at most `max_norm`.

    Parameters
    ----------
    params : iterable of Value
        Whose `grad` is scaled, such as `model.parameters()`.
    max_norm : float
        At least 0. As in PyTorch the factor is ``max_norm / (norm + 1e-6)`` where that is below 1.
    norm_type : float, default 2.0
        The p of the p-norm, above 0; infinite for the largest size.
    error_if_nonfinite : bool, default False
        Refuse gradients that are nan or infinite, before any is changed. If False, one that is nan makes all nan, and
        an infinite one becomes nan, the others 0, as in PyTorch.

    Returns
    -------
    float
        The norm before scaling.

    Raises
    ------
    RuntimeError
        If the norm is nan or infinite and that is an error.
    """
    found = as_parameters(params, ())
    scaled, norm = clipped_by_norm(gradients_of(found), max_norm, norm_type, error_if_nonfinite)
    _write_gradients(found, scaled.tolist())
    return norm


def clip_grad_value(params: Iterable[Value], clip_value: float) -> None:
    """Bring every gradient into the interval from ``-clip_value`` to ``clip_value``; nan stays nan.

    Parameters
    ----------
    params : iterable of Value
        Whose `grad` is clipped.
    clip_value : float
        At least 0.
    """
    found = as_parameters(params, ())
    _write_gradients(found, clipped_by_value(gradients_of(found), clip_value).tolist())


def clipped_by_norm(
    grads: Sequence[float] | Array, max_norm: float, norm_type: float = 2.0, error_if_nonfinite: bool = False
) -> tuple[Array, float]:
    """Give gradients scaled down as `clip_grad_norm` does, and their norm before.

    Parameters
    ----------
    grads : sequence of float or array, shape (n,)
        They are left as they are.
    max_norm, norm_type, error_if_nonfinite
        As for `clip_grad_norm`.

    Returns
    -------
    array of float64, float

    Examples
    --------
    >>> clipped_by_norm([0.3, -0.4], max_norm=1.0)
    (array([ 0.3, -0.4]), 0.5)
    """
    require("numpy", "clipping of gradients")
    import numpy as np

    most = as_number(max_norm, "max_norm", 0.0)
    numbers = np.asarray(grads, dtype=np.float64)
    norm = _norm(numbers, norm_type)
    if error_if_nonfinite and not math.isfinite(norm):
        raise RuntimeError(
            f"the norm of the gradients is {norm}, so scaling them makes no sense; tinygrad_edu.find_nonfinite(loss) "
            "says where that comes from, and error_if_nonfinite=False lets it pass"
        )
    factor = most / (norm + 1e-6)
    with np.errstate(invalid="ignore"):  # an infinite gradient times 0
        return numbers * (1.0 if factor > 1.0 else factor), norm


def clipped_by_value(grads: Sequence[float] | Array, clip_value: float) -> Array:
    """Give gradients brought into an interval as `clip_grad_value` does.

    Parameters
    ----------
    grads : sequence of float or array, shape (n,)
        They are left as they are.
    clip_value : float
        At least 0.

    Returns
    -------
    array of float64

    Examples
    --------
    >>> clipped_by_value([0.3, -4.0], 1.0)
    array([ 0.3, -1. ])
    """
    require("numpy", "clipping of gradients")
    import numpy as np

    most = as_number(clip_value, "clip_value", 0.0)
    clipped: Array = np.clip(np.asarray(grads, dtype=np.float64), -most, most)
    return clipped


def _norm(numbers: Any, norm_type: float) -> float:
    """Give the p-norm, by way of shares of the largest size, whose powers neither overflow nor vanish all together."""
    if isinstance(norm_type, bool) or not isinstance(norm_type, (int, float)) or not norm_type > 0.0:
        raise ValueError(f"norm_type must be a number above 0, such as 2.0 or math.inf, got {norm_type!r}")
    sizes = abs(numbers)
    largest = float(sizes.max())  # nan if one is nan
    if norm_type == math.inf or not 0.0 < largest < math.inf:
        return largest
    total = float(((sizes / largest) ** norm_type).sum())
    return largest * math.pow(total, 1.0 / norm_type)


def _write_gradients(params: Sequence[Value], grads: Sequence[float]) -> None:
    def write() -> None:
        for p, grad in zip(params, grads, strict=True):
            p.grad = grad

    wholly(write)
