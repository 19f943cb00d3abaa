"""With this module arrays get the error function, which NumPy lacks, from the polynomials of `error_series`.

`erf` and `erfc` differ from what is exact by less than 1e-15 of it, the far tail of `erfc` included.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ...ops.error_series import NEAR, TAIL

Array = Any

_PART = 4096  # numbers that are worked on at a time, so that they stay in the cache


def _polynomial(coefficients: list[float], x: Array) -> Array:
    """Horner's rule on x⁸, whose coefficients are polynomials of x: all of them are one matrix product."""
    table = np.zeros((-(-len(coefficients) // 8), 8))
    table.flat[: len(coefficients)] = coefficients
    powers = np.empty((8, len(x)))
    powers[0], powers[1] = 1.0, x
    for k in range(2, 8):
        np.multiply(powers[k // 2], powers[k - k // 2], powers[k])
    eighth = np.square(powers[4])
    *rest, total = table @ powers
    for row in reversed(rest):
        np.multiply(total, eighth, total)
        np.add(total, row, total)
    return total


def _erfc(x: Array) -> Array:
    y = np.minimum(np.abs(x), 28.0)  # beyond, it is 0 in floats
    tail = _tail(y, y, 1.0)
    return np.where(x < 0.0, 2.0 - tail, tail)


def _tail(y: Array, root: Array, share: float) -> Array:
    """Give erfc(y), where y² is a share of root², of which no digit is lost."""
    u = (63.5 / 28.0) * (y / (y + 3.75))
    tail = 1.0 + u * _polynomial(TAIL, u - 1.0)  # exactly 1 at 0
    short = root.astype(np.float32).astype(np.float64)  # so few digits that its square is exact
    tail *= np.exp(-share * short * short)
    tail *= np.exp(share * (short - root) * (short + root))
    tail /= 1.0 + 2.0 * y
    return tail


def _erf(x: Array) -> Array:
    y = np.abs(x)
    near = x * _polynomial(NEAR, np.minimum(x * x, 1.0))
    if not (y > 1.0).any():
        return near
    return np.where(y > 1.0, np.copysign(1.0 - _erfc(y), x), near)


def _gelu(x: Array) -> Array:
    root = np.minimum(np.abs(x), 39.5)
    tail = _tail(math.sqrt(0.5) * root, root, 0.5)
    return 0.5 * x * np.where(x > 0.0, 2.0 - tail, tail)


def _in_parts(function: Any) -> Any:
    def apply(x: Array, out: Array) -> None:
        numbers, results = np.ravel(x), out.reshape(-1)
        for start in range(0, len(results), _PART):
            results[start : start + _PART] = function(numbers[start : start + _PART].astype(np.float64, copy=False))

    return apply


erf, erfc, gelu = _in_parts(_erf), _in_parts(_erfc), _in_parts(_gelu)
"""``erf(x, out)``, and so on; `out` is contiguous."""
