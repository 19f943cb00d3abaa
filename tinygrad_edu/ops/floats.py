"""With this module one can compute with floats that never raise.

Every function here is total in the sense of IEEE 754: outside its domain it gives nan, past the largest
float it gives an infinity, at a pole it gives the limit. Python's own operators and `math` raise there, and
an exception in the middle of a computation graph would hide which node went wrong.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from contextlib import suppress
from numbers import Real
from typing import Any, cast

from .protocol import Number, Rank

inf, nan = math.inf, math.nan
isnan = math.isnan


def number(value: object, what: str = "a number") -> float:
    """Turn an int, float, bool or NumPy scalar into a float; an int past the largest float into an infinity.

    Parameters
    ----------
    value : object
        What the user gave.
    what : str, default "a number"
        What it is to be, for the message.

    Returns
    -------
    float

    Raises
    ------
    TypeError
        If `value` is no real number: the message says what was given and what is accepted.

    Examples
    --------
    >>> number(3)
    3.0
    """
    dtype: Any = getattr(value, "dtype", None)
    kind = getattr(dtype, "kind", "")
    if isinstance(value, Real) and kind != "m":  # a time of NumPy's says that it is an integer
        try:
            return float(value)
        except OverflowError:  # an int past the largest float is what 1e400 is
            return -inf if value < 0 else inf
    if kind in ("b", "V") and isinstance(value, dtype.type):  # true or false, or a bfloat16
        with suppress(TypeError, ValueError):  # of a record
            return float(cast("Any", value))
    hint = ""
    if isinstance(value, str):
        hint = f"; write float({value!r}) if it spells a number"
    elif isinstance(value, complex) or kind == "c":
        hint = "; complex numbers are not supported, pass value.real or value.imag"
    elif kind in ("m", "M"):
        hint = "; a time is a number only in some unit: divide by one, such as numpy.timedelta64(1, 'D')"
    elif hasattr(value, "mask"):
        hint = "; a masked array has gaps: fill them, by its method filled"
    elif getattr(value, "shape", None) == () and hasattr(value, "item"):
        hint = "; take its number, .item()"
    elif hasattr(value, "tolist") and hasattr(value, "shape"):
        hint = "; pass the elements of an array one by one, for instance array.tolist()"
    elif type(value).__name__ == "Decimal":
        hint = "; write float(...) of it"
    raise TypeError(f"expected {what} (int, float or NumPy scalar), got {type(value).__name__}: {value!r:.60}{hint}")


# ---------------------------------------------------------------------------------------- arithmetic


def div(a: float, b: float) -> float:
    """Quotient; a / 0 is an infinity of the right sign, 0 / 0 is nan."""
    try:
        return a / b
    except ZeroDivisionError:
        return nan if a == 0.0 or isnan(a) else math.copysign(inf, a) * math.copysign(1.0, b)


def power(a: float, b: float) -> float:
    """Real power; a negative base with a fractional exponent gives nan, never a complex number."""
    try:
        return math.pow(a, b)
    except OverflowError:
        return -inf if a < 0.0 and b % 2.0 == 1.0 else inf
    except ValueError:
        if a == 0.0:  # a pole; C's pow keeps the sign of the zero for odd exponents
            return math.copysign(inf, a) if b % 2.0 == 1.0 else inf
        return nan


def _total(fn: Callable[[float], float], overflow: Callable[[float], float]) -> Callable[[float], float]:
    """Give nan where `fn` has no value, and `overflow(x)` where its value is too large for a float."""

    def total(x: float) -> float:
        try:
            return fn(x)
        except OverflowError:
            return overflow(x)
        except ValueError:
            return nan

    return total


def _pole(fn: Callable[[float], float], poles: dict[float, float]) -> Callable[[float], float]:
    """Give the limit at the poles of `fn`, and nan outside its domain."""

    def total(x: float) -> float:
        try:
            return fn(x)
        except ValueError:
            return poles.get(x, nan)

    return total


exp = _total(math.exp, lambda x: inf)
expm1 = _total(math.expm1, lambda x: inf)
sinh = _total(math.sinh, lambda x: math.copysign(inf, x))
cosh = _total(math.cosh, lambda x: inf)
log = _pole(math.log, {0.0: -inf})
log2 = _pole(math.log2, {0.0: -inf})
log10 = _pole(math.log10, {0.0: -inf})
log1p = _pole(math.log1p, {-1.0: -inf})
atanh = _pole(math.atanh, {1.0: inf, -1.0: -inf})
sqrt = _pole(math.sqrt, {})
sin = _pole(math.sin, {})
cos = _pole(math.cos, {})
tan = _pole(math.tan, {})
asin = _pole(math.asin, {})
acos = _pole(math.acos, {})
acosh = _pole(math.acosh, {})


def square(x: float) -> float:
    """x², which overflows to inf."""
    return x * x


def square_rest(x: float) -> float:
    """1 − x², with all digits near ±1."""
    return (1.0 - x) * (1.0 + x)


def reciprocal(x: float) -> float:
    """1/x, with 1/±0 = ±inf."""
    return div(1.0, x)


def exp2(x: float) -> float:
    """2ˣ, which overflows to inf."""
    return power(2.0, x)


def remainder(a: float, b: float) -> float:
    """Python's a % b, of the sign of b; nan for b = 0."""
    try:
        return a % b
    except ZeroDivisionError:
        return nan


def _whole(f: Callable[[float], int]) -> Callable[[float], float]:
    """A function to whole numbers, which are floats here; infinities, nan and the sign of zero are kept."""
    return lambda x: math.copysign(float(f(x)), x) if math.isfinite(x) else x


floor, ceil, trunc, rounded = _whole(math.floor), _whole(math.ceil), _whole(math.trunc), _whole(round)


def xlogy(a: float, b: float) -> float:
    """Give a · log b, and 0 for a = 0 whatever b is, but for nan."""
    return 0.0 * a if a == 0.0 and b == b else a * log(b)


def logaddexp(a: float, b: float) -> float:
    """log(eᵃ + eᵇ), without overflow."""
    return maximum(a, b) + (math.log1p(math.exp(-abs(a - b))) if a != b else math.log(2.0))


# ---------------------------------------------------------------------------------------- activations


def sigmoid(x: float) -> float:
    """1 / (1 + e⁻ˣ), computed from whichever exponential cannot overflow."""
    if x >= 0.0:
        return 1.0 / (1.0 + math.exp(-x))
    e = math.exp(x)
    return e / (1.0 + e)


def softplus(x: float) -> float:
    """log(1 + eˣ), computed as max(x, 0) + log1p(e^−|x|)."""
    return relu(x) + math.log1p(math.exp(-abs(x)))


def relu(x: float) -> float:
    """The larger of x and 0; nan stays nan."""
    return 0.0 if x <= 0.0 else x


def leaky_relu(x: float) -> float:
    """Give x where positive, 0.01 x elsewhere."""
    return x if x > 0.0 else 0.01 * x


def elu(x: float) -> float:
    """Give x where positive, eˣ − 1 elsewhere."""
    return x if x > 0.0 else math.expm1(x)


def silu(x: float) -> float:
    """Give x · sigmoid(x)."""
    return x * sigmoid(x)


def tanh_slope(y: float, x: float) -> float:
    """1 − y² for y = tanh(x), from x where y is so close to ±1 that the difference has few digits."""
    if -4.0 < x < 4.0:
        return (1.0 - y) * (1.0 + y)
    e = math.exp(-2.0 * abs(x))
    return 4.0 * e / ((1.0 + e) * (1.0 + e))


# ---------------------------------------------------------------------------------------- comparing


def sign(x: float) -> float:
    """−1, 0 or 1; nan stays nan."""
    return 1.0 if x > 0.0 else -1.0 if x < 0.0 else 0.0 * x


def heaviside(x: float) -> float:
    """1 where positive, else 0; nan stays nan."""
    return 1.0 if x > 0.0 else 0.0 if x <= 0.0 else x


def less(a: float, b: float) -> float:
    """1 if a < b, else 0."""
    return 1.0 if a < b else 0.0


def less_equal(a: float, b: float) -> float:
    """1 if a <= b, else 0."""
    return 1.0 if a <= b else 0.0


def minimum(a: float, b: float) -> float:
    """The smaller of two; nan if either is nan."""
    return a if a <= b or isnan(a) else b


def maximum(a: float, b: float) -> float:
    """The larger of two; nan if either is nan."""
    return a if a >= b or isnan(a) else b


def share(a: float, b: float) -> float:
    """1 if a < b, 1/2 if they are equal, else 0; nan if either is nan."""
    return 1.0 if a < b else 0.0 if a > b else 0.5 if a == b else nan


def at_most(a: float, b: float) -> float:
    """1 if a <= b, else 0; nan if either is nan."""
    return 1.0 if a <= b else 0.0 if a > b else nan


def divisor(x: float) -> float:
    """Give x, or 1 where it is 0."""
    return x if x != 0.0 else 1.0


def where(condition: float, a: float, b: float) -> float:
    """Give a where the condition is not zero, b where it is."""
    return a if condition else b


def clip(x: float, low: float, high: float) -> float:
    """Give x limited to [low, high]; nan stays nan."""
    return minimum(maximum(x, low), high)


# ---------------------------------------------------------------------------------------- IEEE floats


class IEEEFloat(Number, float):  # type: ignore[misc]  # float's ** takes a modulus as well
    """A float whose operators follow IEEE 754: division by zero and overflow give inf or nan, never an error.

    Partial derivatives are evaluated on plain floats first, since those are fast; where that raises an
    `ArithmeticError`, the same line runs once more on these.

    Examples
    --------
    >>> IEEEFloat(1.0) / 0.0
    inf
    """

    __slots__ = ()
    _rank = Rank.IEEE

    @staticmethod
    def _apply(op: Any, args: tuple[float, ...]) -> IEEEFloat:
        """Let a table function keep the type, so that the rest of the line stays total."""
        return IEEEFloat(op.fn(*map(float, args)))
