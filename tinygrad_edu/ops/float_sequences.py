"""With this module one can reduce any number of floats to one, as totally as `floats` computes with one or two.

Sums run left to right, one rounding a term: built-in `sum` and `math.sumprod` compensate in newer Pythons, so their
last digit depends on the version.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import reduce
from operator import add, mul

from .floats import inf, maximum, minimum


def total(*xs: float) -> float:
    """Sum from left to right; 0 for no arguments."""
    return reduce(add, xs, 0.0)


def product(*xs: float) -> float:
    """Product from left to right; 1 for no arguments."""
    return reduce(mul, xs, 1.0)


def dot(*uv: float) -> float:
    """Inner product of the first half of the arguments with the second."""
    half, left = divmod(len(uv), 2)
    if left:
        raise TypeError(f"dot takes as many u's as v's, got {len(uv)} numbers together")
    return inner(uv[:half], uv[half:])


def inner(u: Sequence[float], v: Sequence[float]) -> float:
    """Inner product of two sequences, from left to right."""
    y = 0.0
    for product in map(mul, u, v):
        y += product
    return y


def mean(*xs: float) -> float:
    """Sum over count."""
    return reduce(add, xs, 0.0) / len(xs)


def largest(*xs: float) -> float:
    """Maximum; nan if any argument is nan."""
    return reduce(maximum, xs)


def smallest(*xs: float) -> float:
    """Minimum; nan if any argument is nan."""
    return reduce(minimum, xs)


def norm(*xs: float) -> float:
    """√Σ x², scaled by the largest so that nothing overflows."""
    top = largest(*map(abs, xs)) if xs else 0.0
    if not 0.0 < top < inf:
        return top
    return top * math.sqrt(reduce(add, [(x / top) * (x / top) for x in xs], 0.0))


def logsumexp(*xs: float) -> float:
    """Log Σ eˣ, shifted by the maximum so that nothing overflows; of what is small beside it no digit is lost."""
    shift = largest(*xs)
    if not math.isfinite(shift):
        return shift
    below = [math.exp(x - shift) for x in xs if x < shift]
    return shift + math.log1p(reduce(add, below, len(xs) - len(below) - 1.0))


def logsumexp_rest(*xs: float) -> float:
    """What rounding takes from `logsumexp`; 0 where it is no more than its last digits, of a number below 32 or so."""
    if not 32.0 <= abs(largest(*xs)) < inf:
        return 0.0
    y = logsumexp(*xs)
    return math.log(reduce(add, [math.exp(x - y) for x in xs], 0.0))
