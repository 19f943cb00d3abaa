"""With this module numba has functions of floats that a compiler takes several numbers at a time of.

No branch, no call, no table that is larger than needed: range reduction and a Taylor series, as long as its rest is
below half a unit in the last place. They are exact to a few units in the last place, give nan for nan, and the right
infinities. Loops over coefficients are of fixed length, so the compiler writes them out.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import Any, TypeVar

import numba
import numpy as np

from ...ops.error_series import NEAR, TAIL

F = TypeVar("F", bound=Callable[..., Any])


def compiled(**options: Any) -> Callable[[F], F]:
    """Compile a function when it is first called; numba's own decorator, with a type."""
    decorator: Callable[[F], F] = numba.njit(**options)
    return decorator


in_line = compiled(fastmath={"contract"}, forceinline=True)


def _pieces(number: str, *bits: int) -> Iterator[float]:
    """Cut a constant into pieces after so many bits; products of the short ones with small whole numbers are exact."""
    rest = Fraction(number)
    for places in bits:
        piece = Fraction(int(rest * 2**places), 2**places)
        yield float(piece)
        rest -= piece
    yield float(rest)


FAR = 1e5
"""Up to where `sine` and `cosine` hold."""

_PI1, _PI2, _PI3 = _pieces("3.14159265358979323846264338327950288419716939937510582", 31, 64)
_LOG1, _LOG2 = _pieces("0.69314718055994530941723212145817656807550013436025525", 32)
_PER_PI, _PER_LOG = 1.0 / math.pi, 1.0 / math.log(2.0)
_POWERS = np.ldexp(1.0, np.arange(-1080, 1024))  # of two

# Coefficients from the highest power down.
_SINE = tuple((-1.0) ** n / math.factorial(2 * n + 1) for n in range(11, 0, -1))
_EXPM1 = tuple(1.0 / math.factorial(n) for n in range(14, 1, -1))
_NEAR = tuple(NEAR[::-1])
_TAIL = tuple(TAIL[::-1])
_SCALE = 63.5 / 28.0

# Below, x if x < limit else limit is limit for nan: what follows it may need a finite number.


@in_line
def power(a: float, b: float) -> float:
    """C's power."""
    result: float = a**b
    return result


@in_line
def _wave(x: float, half: float) -> float:
    """The sine of x, or its cosine if half is 0.5: multiples of π are taken away, of which each turns the sign."""
    k = np.floor(x * _PER_PI - half + 0.5)
    m = k + half
    r = ((x - m * _PI1) - m * _PI2) - m * _PI3
    s = r * r
    series = _SINE[0]
    for c in _SINE[1:]:
        series = series * s + c
    sine = r + r * (s * series)
    turn: float = 1.0 - 2.0 * (k - 2.0 * np.floor(0.5 * k))
    wave: float = turn * sine if half == 0.0 else -turn * sine
    return wave


@in_line
def sine(x: float) -> float:
    """The sine, up to `FAR`."""
    return _wave(x, 0.0)


@in_line
def cosine(x: float) -> float:
    """The cosine, up to `FAR`."""
    return _wave(x, 0.5)


@in_line
def exp(x: float) -> float:
    """A power of two, and a series for what remains."""
    y = x if x < 709.8 else 709.8  # nan too, for what follows is to be a finite whole number
    y = y if y > -746.0 else -746.0
    k = np.floor(y * _PER_LOG + 0.5)
    r = (y - k * _LOG1) - k * _LOG2
    series = _EXPM1[0]
    for c in _EXPM1[1:]:
        series = series * r + c
    e: float = 2.0 * (1.0 + (r + r * r * series)) * _POWERS[np.uint64(np.int32(k) + 1079)]
    e = e if x <= 709.782712893384 else np.inf
    return e if x == x else x


@in_line
def tanh(x: float) -> float:
    """By e²ˣ − 1, which stays exact near zero."""
    y = 2.0 * abs(x)
    y = y if y < 40.0 else 40.0
    k = np.floor(y * _PER_LOG + 0.5)
    r = (y - k * _LOG1) - k * _LOG2
    series = _EXPM1[0]
    for c in _EXPM1[1:]:
        series = series * r + c
    of_two = _POWERS[np.uint64(np.int32(k) + 1080)]
    e = of_two * (r + r * r * series) + (of_two - 1.0)
    t = math.copysign(e / (e + 2.0), x)
    return t if x == x else x


@in_line
def erfc(x: float) -> float:
    """As `error_function` does it: the square is taken of few digits, and what that leaves out apart."""
    y = abs(x)
    y = y if y < 28.0 else 28.0
    u = _SCALE * (y / (y + 3.75))
    s = u - 1.0
    series = _TAIL[0]
    for c in _TAIL[1:]:
        series = series * s + c
    short = np.float64(np.float32(y))
    tail = exp(-short * short) * exp((short - y) * (short + y)) / (1.0 + 2.0 * y)
    tail *= 1.0 + u * series
    tail = 2.0 - tail if x < 0.0 else tail
    return tail if x == x else x


@in_line
def erf(x: float) -> float:
    """A series near zero, and beyond it what `erfc` leaves."""
    y = abs(x)
    square = x * x if y < 1.0 else 1.0
    series = _NEAR[0]
    for c in _NEAR[1:]:
        series = series * square + c
    return x * series if y < 1.0 else math.copysign(1.0 - erfc(y), x)


@in_line
def sigmoid(x: float) -> float:
    """One exponential for both signs."""
    e = exp(-abs(x))
    return (1.0 if x >= 0.0 else e) / (1.0 + e)


@in_line
def nothing(memory: Any) -> Any:
    """A zero as the memory holds them, for sums to begin with: with a Python float they would be sums of doubles."""
    return memory.dtype.type(0.0)


@compiled(error_model="numpy")
def in_order(code: Any, memory: Any, at: Any, terms: Any) -> Any:
    """One sum of numbers in the order of their places in the code; nothing here allows to regroup it."""
    total = nothing(memory)
    for k in range(terms):
        total += memory[np.uint64(code[at + k])]
    return total
