"""With this module one can look up how NumPy computes each operation: the one table of the back end.

Every entry agrees with the function on floats of the same name in `tinygrad_edu.ops`, nan and infinities included. An
operation that is not here, a user's own say, is applied number by number.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import numpy as np

from ...ops.operation import Op
from ...ops.table import OPS
from . import error_function as special

Array = Any


def _negative_exponential(x: Array) -> Array:
    """e^−|x|, which never overflows."""
    e = np.abs(x)
    np.negative(e, out=e)
    return np.exp(e, out=e)


def _sigmoid(x: Array, out: Array) -> None:
    e = _negative_exponential(x)
    np.copyto(out, 1.0)
    np.copyto(out, e, where=np.less(x, 0.0))
    e += 1.0
    np.divide(out, e, out)


def _softplus(x: Array, out: Array) -> None:
    np.logaddexp(x, 0.0, out)


def _silu(x: Array, out: Array) -> None:
    _sigmoid(x, out)
    np.multiply(x, out, out)


def _leaky_relu(x: Array, out: Array) -> None:
    np.multiply(x, 0.01, out)
    np.copyto(out, x, where=np.greater(x, 0.0))


def _elu(x: Array, out: Array) -> None:
    np.expm1(x, out)
    np.copyto(out, x, where=np.greater(x, 0.0))


def _relu(x: Array, out: Array) -> None:
    np.maximum(x, 0.0, out=out)


def _heaviside(x: Array, out: Array) -> None:
    np.copyto(out, np.greater(x, 0.0))  # quicker than np.heaviside by half
    if np.isnan(np.vdot(x, x)):
        np.copyto(out, x, where=np.isnan(x))


def _minimum(a: Array, b: Array, out: Array) -> None:
    np.minimum(a, b, out=out)  # NumPy does not take its place among the arguments here


def _maximum(a: Array, b: Array, out: Array) -> None:
    np.maximum(a, b, out=out)


def _where(condition: Array, a: Array, b: Array, out: Array) -> None:
    np.copyto(out, b)
    np.copyto(out, a, where=np.not_equal(condition, 0.0))


def _clip(x: Array, low: Array, high: Array, out: Array) -> None:
    np.maximum(x, low, out=out)
    np.minimum(out, high, out=out)


def _power(a: Array, b: Array, out: Array) -> None:
    np.power(a, b, out)  # a square root where the exponent is always 0.5, and that is nan for −∞
    np.copyto(out, np.inf, where=np.equal(a, -np.inf) & np.equal(b, 0.5))


def _sign(x: Array, out: Array) -> None:
    np.sign(x, out)
    np.copysign(out, x, out)  # that of −0 is −0


def _copy(x: Array, out: Array) -> None:
    np.copyto(out, x)


ELEMENTWISE: dict[str, Callable[..., Any]] = {
    "identity": _copy,
    "detach": _copy,
    "add": np.add,
    "sub": np.subtract,
    "mul": np.multiply,
    "div": np.divide,
    "pow": _power,
    "neg": np.negative,
    "exp": np.exp,
    "expm1": np.expm1,
    "log": np.log,
    "log1p": np.log1p,
    "log2": np.log2,
    "log10": np.log10,
    "sqrt": np.sqrt,
    "square": np.square,
    "reciprocal": np.reciprocal,
    "sin": np.sin,
    "cos": np.cos,
    "tan": np.tan,
    "asin": np.arcsin,
    "acos": np.arccos,
    "atan": np.arctan,
    "sinh": np.sinh,
    "cosh": np.cosh,
    "tanh": np.tanh,
    "asinh": np.arcsinh,
    "acosh": np.arccosh,
    "atanh": np.arctanh,
    "sigmoid": _sigmoid,
    "softplus": _softplus,
    "relu": _relu,
    "leaky_relu": _leaky_relu,
    "elu": _elu,
    "silu": _silu,
    "abs": np.absolute,
    "sign": _sign,
    "heaviside": _heaviside,
    "less": np.less,
    "less_equal": np.less_equal,
    "minimum": _minimum,
    "maximum": _maximum,
    "where": _where,
    "clip": _clip,
    "hypot": np.hypot,
    "atan2": np.arctan2,
    "erf": special.erf,
    "erfc": special.erfc,
    "gelu": special.gelu,
}
"""``ELEMENTWISE[name](*arguments, out)``."""


def _logsumexp(x: Array, out: Array) -> None:
    top = np.maximum.reduce(x, 1)
    shifted = np.exp(x - top[:, None])
    np.add.reduce(shifted, 1, None, out)
    np.log(out, out)
    np.add(out, top, out)
    np.copyto(out, top, where=~np.isfinite(top))


def _logsumexp_of_segments(offsets: Array) -> Callable[[Array, Array], None]:
    starts, largest = offsets[:-1], sys.float_info.max
    owner = np.repeat(np.arange(len(starts)), np.diff(offsets))

    def apply(x: Array, out: Array) -> None:
        top = np.maximum.reduceat(x, starts, 0)
        np.maximum(top, -largest, out=top)  # an infinite shift would give inf − inf
        np.minimum(top, largest, out=top)
        shifted = top.take(owner, 0)
        np.subtract(x, shifted, shifted)
        np.exp(shifted, shifted)
        np.add.reduceat(shifted, starts, 0, None, out)
        np.log(out, out)
        np.add(out, top, out)

    return apply


def _mean(x: Array, out: Array) -> None:
    np.mean(x, 1, None, out)


REDUCTIONS: dict[str, Callable[[Array, Array], Any]] = {
    "sum": lambda x, out: np.add.reduce(x, 1, None, out),
    "prod": lambda x, out: np.multiply.reduce(x, 1, None, out),
    "mean": _mean,
    "max": lambda x, out: np.maximum.reduce(x, 1, None, out),
    "min": lambda x, out: np.minimum.reduce(x, 1, None, out),
    "logsumexp": _logsumexp,
}
"""``REDUCTIONS[name](stacked, out)`` reduces the second axis of what stands stacked along it."""

SEGMENTED: dict[str, np.ufunc] = {"sum": np.add, "prod": np.multiply, "max": np.maximum, "min": np.minimum}

BUILT_IN = {"constant", "dot"}
"""Operations that the compiler itself makes into something else before it comes to arrays."""


def elementwise(op: Op) -> Callable[..., Any]:
    """Give what applies an operation to arrays: ``f(*arguments, out)``."""
    known = _of_table(op, ELEMENTWISE)
    if known is not None:
        return known

    def one_by_one(*arguments_and_out: Array) -> None:
        *arguments, out = arguments_and_out
        out[...] = np.frompyfunc(op.fn, len(arguments), 1)(*arguments)

    return one_by_one


def reduction(op: Op) -> Callable[[Array, Array], Any]:
    """Give what applies an operation of any number of arguments: ``f(stacked, out)``."""
    known = _of_table(op, REDUCTIONS)
    if known is not None:
        return known

    def one_by_one(x: Array, out: Array) -> None:
        out[...] = np.frompyfunc(op.fn, x.shape[1], 1)(*np.moveaxis(x, 1, 0))

    return one_by_one


def reduction_of_segments(op: Op, offsets: Array) -> Callable[[Array, Array], Any]:
    """Give what applies an operation of `RAGGED` to segments that start at `offsets`, the last of which is the end.

    Parameters
    ----------
    op : Op
    offsets : ndarray of int

    Returns
    -------
    callable
        ``f(x, out)``; the segments are along the first axis.
    """
    if op.name == "logsumexp":
        return _logsumexp_of_segments(offsets)
    reduceat, starts = SEGMENTED[op.name].reduceat, offsets[:-1]
    return lambda x, out: reduceat(x, starts, 0, None, out)


def _of_table(op: Op, table: dict[str, Callable[..., Any]]) -> Callable[..., Any] | None:
    """Look an operation up: a user's own may bear the name of one of ours."""
    return table.get(op.name) if OPS.get(op.name) is op else None
