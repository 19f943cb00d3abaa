"""With this module functions of floats are written so that a compiler takes several numbers at a time.

No branch, no call, no table that is larger than needed: range reduction and a Taylor series, as long as its rest is
below half a unit in the last place. They are exact to a few units in the last place, give nan for nan, and the right
infinities.
"""

from __future__ import annotations

import math
from fractions import Fraction

from ...ops.error_series import NEAR, TAIL

_PI = Fraction("3.14159265358979323846264338327950288419716939937510582")
_LN2 = Fraction("0.69314718055994530941723212145817656807550013436025525")

FAR = 1e5
"""Up to where `sine` and `cosine` hold."""


def _series(variable: str, coefficients: list[float]) -> str:
    """Write a polynomial by Horner's rule, from the coefficient of the highest power down."""
    text = repr(coefficients[0])
    for coefficient in coefficients[1:]:
        text = f"({text} * {variable} + {coefficient!r})"
    return text


def _pieces(number: Fraction, *bits: int) -> list[float]:
    """Cut a constant into pieces after so many bits; products of the short ones with small whole numbers are exact."""
    pieces = []
    for places in bits:
        piece = Fraction(int(number * 2**places), 2**places)
        pieces.append(float(piece))
        number -= piece
    return [*pieces, float(number)]


_SINE = [(-1.0) ** n / math.factorial(2 * n + 1) for n in range(11, 0, -1)]
_EXPM1 = [1.0 / math.factorial(n) for n in range(14, 1, -1)]
_PI1, _PI2, _PI3 = _pieces(_PI, 31, 64)
_LOG1, _LOG2 = _pieces(_LN2, 32)

# In the text below x if x < limit else limit is limit for nan: what follows it may need a finite number.
FUNCTIONS = f'''
FAR = {FAR!r}
POWERS = np.ldexp(1.0, np.arange(-1080, 1024))  # of two


@numba.njit(fastmath={{"contract"}}, forceinline=True)
def wave(x, half):
    """The sine of x, or its cosine if half is 0.5: multiples of π are taken away, of which each turns the sign."""
    k = np.floor(x * {1.0 / math.pi!r} - half + 0.5)
    m = k + half
    r = ((x - m * {_PI1!r}) - m * {_PI2!r}) - m * {_PI3!r}
    s = r * r
    sine = r + r * (s * {_series("s", _SINE)})
    turn = 1.0 - 2.0 * (k - 2.0 * np.floor(0.5 * k))
    return turn * sine if half == 0.0 else -turn * sine


@numba.njit(fastmath={{"contract"}}, forceinline=True)
def sine(x):
    return wave(x, 0.0)


@numba.njit(fastmath={{"contract"}}, forceinline=True)
def cosine(x):
    return wave(x, 0.5)


@numba.njit(fastmath={{"contract"}}, forceinline=True)
def exp(x):
    """A power of two, and a series for what remains."""
    y = x if x < 709.8 else 709.8  # nan too, for what follows is to be a finite whole number
    y = y if y > -746.0 else -746.0
    k = np.floor(y * {1.0 / math.log(2.0)!r} + 0.5)
    r = (y - k * {_LOG1!r}) - k * {_LOG2!r}
    e = 1.0 + (r + r * r * {_series("r", _EXPM1)})
    e = 2.0 * e * POWERS[np.uint64(np.int32(k) + 1079)]
    e = e if x <= 709.782712893384 else np.inf
    return e if x == x else x


@numba.njit(fastmath={{"contract"}}, forceinline=True)
def tanh(x):
    """By e²ˣ − 1, which stays exact near zero."""
    y = 2.0 * abs(x)
    y = y if y < 40.0 else 40.0
    k = np.floor(y * {1.0 / math.log(2.0)!r} + 0.5)
    r = (y - k * {_LOG1!r}) - k * {_LOG2!r}
    power = POWERS[np.uint64(np.int32(k) + 1080)]
    e = power * (r + r * r * {_series("r", _EXPM1)}) + (power - 1.0)
    t = math.copysign(e / (e + 2.0), x)
    return t if x == x else x


@numba.njit(fastmath={{"contract"}}, forceinline=True)
def erfc(x):
    """As `special` does it: the square is taken of few digits, and what that leaves out apart."""
    y = abs(x)
    y = y if y < 28.0 else 28.0
    u = {63.5 / 28.0!r} * (y / (y + 3.75))
    s = u - 1.0
    short = np.float64(np.float32(y))
    tail = exp(-short * short) * exp((short - y) * (short + y)) / (1.0 + 2.0 * y)
    tail *= 1.0 + u * {_series("s", TAIL[::-1])}
    tail = 2.0 - tail if x < 0.0 else tail
    return tail if x == x else x


@numba.njit(fastmath={{"contract"}}, forceinline=True)
def erf(x):
    y = abs(x)
    square = x * x if y < 1.0 else 1.0
    near = x * {_series("square", NEAR[::-1])}
    return near if y < 1.0 else math.copysign(1.0 - erfc(y), x)


@numba.njit(fastmath={{"contract"}}, forceinline=True)
def sigmoid(x):
    e = exp(-abs(x))
    return (1.0 if x >= 0.0 else e) / (1.0 + e)
'''
"""The text of functions for numba; `sine` and `cosine` hold up to `FAR`."""
