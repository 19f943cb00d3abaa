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
from numba.extending import overload

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
_LOG = "0.69314718055994530941723212145817656807550013436025525"
_LOG1, _LOG2 = _pieces(_LOG, 32)
_PER_PI, _PER_LOG = 1.0 / math.pi, 1.0 / math.log(2.0)
_POWERS = np.ldexp(1.0, np.arange(-1080, 1024))  # of two

# Coefficients from the highest power down.
_SINE = tuple((-1.0) ** n / math.factorial(2 * n + 1) for n in range(11, 0, -1))
_EXPM1 = tuple(1.0 / math.factorial(n) for n in range(14, 1, -1))
_NEAR = tuple(NEAR[::-1])
_TAIL = tuple(TAIL[::-1])
_SCALE = 63.5 / 28.0

# The same of float32: a number written in a program is a double, and what meets one would become one too.
_ONE, _HALF, _INFINITY = (np.float32(x) for x in (1.0, 0.5, math.inf))
_LEAST, _LARGEST, _MOST = (np.float32(x) for x in (-104.0, 88.72283, 88.8))  # e to the second is the largest float32
_SINGLE_PER_LOG = np.float32(_PER_LOG)
_SINGLE_LOG1, _SINGLE_LOG2 = (np.float32(x) for x in _pieces(_LOG, 12))
_SINGLE_EXPM1 = tuple(np.float32(1.0 / math.factorial(n)) for n in range(7, 1, -1))
_BIAS, _DIGITS = np.int32(127), np.int32(23)

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
def _exp_of_double(x: float) -> float:
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
def _exp_of_single(x: Any) -> Any:
    y = x if x < _MOST else _MOST
    y = y if y > _LEAST else _LEAST
    k = np.floor(y * _SINGLE_PER_LOG + _HALF)
    r = (y - k * _SINGLE_LOG1) - k * _SINGLE_LOG2
    series = _SINGLE_EXPM1[0]
    for c in _SINGLE_EXPM1[1:]:
        series = series * r + c
    whole = np.int32(k)  # the power of two in two halves, each of which a float32 holds: its exponent is written
    half = whole >> np.int32(1)
    one = np.int32((half + _BIAS) << _DIGITS).view(np.float32)
    other = np.int32((whole - half + _BIAS) << _DIGITS).view(np.float32)
    e = (_ONE + (r + r * r * series)) * one * other
    e = e if x <= _LARGEST else _INFINITY
    return e if x == x else x


def exp(x: float) -> float:
    """A power of two, and a series for what remains; of a float32 in float32."""
    power: float = _exp_of_double(x)
    return power


def _exp_for(x: Any) -> Callable[[Any], Any]:
    """Give what numba is to compile in place of `exp` for numbers of a type."""
    if x == numba.types.float32:
        return lambda x: _exp_of_single(x)
    return lambda x: _exp_of_double(x)


overload(exp, strict=False, jit_options={"fastmath": {"contract"}, "forceinline": True})(_exp_for)


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
