"""With this module arrays get the error function, which NumPy lacks: two polynomials, fitted once in exact arithmetic.

The tables are Chebyshev fits, made with 300 bits and written out as powers. `erf` and `erfc` differ from what is exact
by less than 1e-15 of it, the far tail of `erfc` included.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

Array = Any

NEAR = [
    1.1283791670955126, -0.37612638903183754, 0.1128379167095512, -0.02686617064512984,
    0.0052239776254232985, -0.000854832702193483, 0.00012055332902888736, -1.4925647567519332e-05,
    1.6462045441468418e-06, -1.6364642158167616e-07, 1.4792401209404813e-08, -1.216456005728345e-09,
    8.709045129053106e-11, -4.230945824295338e-12,
]  # fmt: skip
"""erf(x) / x in powers of x², for |x| ≤ 1."""

TAIL = [
    0.25396747118538754, -0.37463530725993166, 0.34634050279335815, -0.2443535207892304,
    0.13706940217121222, -0.060711496871044185, 0.02017195477810314, -0.004251427011845769,
    0.00010063584191877374, 0.00027718425920504397, -7.642237994746705e-05, -7.03068889931795e-06,
    7.937174532853836e-06, -4.64409547032842e-07, -7.191890598205627e-07, 1.0574657011484429e-07,
    6.966876553378331e-08, -1.3570558676111923e-08, -7.507092899506498e-09, 1.3959714325142927e-09,
    7.902550865428367e-10, -9.387398925635153e-11, -5.4141784888159407e-11,
]  # fmt: skip
"""((1 + 2x) · exp(x²) · erfc(x) − 1) / u in powers of u − 1, with u = (63.5 / 28) · x / (x + 3.75), for 0 ≤ x ≤ 28."""

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
    u = (63.5 / 28.0) * (y / (y + 3.75))
    tail = 1.0 + u * _polynomial(TAIL, u - 1.0)  # exactly 1 at 0
    short = y.astype(np.float32).astype(np.float64)  # so few digits that its square is exact
    tail *= np.exp(-short * short)
    tail *= np.exp((short - y) * (short + y))
    tail /= 1.0 + 2.0 * y
    return np.where(x < 0.0, 2.0 - tail, tail)


def _erf(x: Array) -> Array:
    y = np.abs(x)
    near = x * _polynomial(NEAR, np.minimum(x * x, 1.0))
    if not (y > 1.0).any():
        return near
    return np.where(y > 1.0, np.copysign(1.0 - _erfc(y), x), near)


def _gelu(x: Array) -> Array:
    return 0.5 * x * _erfc(-math.sqrt(0.5) * x)


def _in_parts(function: Any) -> Any:
    def apply(x: Array, out: Array) -> None:
        numbers, results = np.ravel(x), out.reshape(-1)
        for start in range(0, len(results), _PART):
            results[start : start + _PART] = function(numbers[start : start + _PART])

    return apply


erf, erfc, gelu = _in_parts(_erf), _in_parts(_erfc), _in_parts(_gelu)
"""``erf(x, out)``, and so on; `out` is contiguous."""
