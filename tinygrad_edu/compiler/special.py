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
    1.2539674711853876, -0.12066783607454412, -0.028294804466573526, 0.10198698200412773,
    -0.10728411861801816, 0.07635790530016805, -0.04053954209294104, 0.01592052776625737,
    -0.004150791169926995, 0.0003778201011238177, 0.00020076187925757694, -8.3453068846785e-05,
    9.064856335358849e-07, 7.472764985820993e-06, -1.1835986068534048e-06, -6.134424897057184e-07,
    1.7541533564862759e-07, 5.6098206857671387e-08, -2.107765157561842e-08, -6.111121466992206e-09,
    2.1862265190571295e-09, 6.963810972864853e-10, -1.4801577414451093e-10, -5.4141784888159407e-11,
]  # fmt: skip
"""(1 + 2x) · exp(x²) · erfc(x) in powers of s, for 0 ≤ x ≤ 28, with s = 2 · (31.75 / 28) · x / (x + 3.75) − 1."""

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
    tail = _polynomial(TAIL, (63.5 / 28.0) * (y / (y + 3.75)) - 1.0)
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
