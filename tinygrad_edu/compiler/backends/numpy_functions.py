"""With this module one can look up how NumPy computes each operation.

Most say it themselves, by their code: that is one function of NumPy, or some. What NumPy does with fewer temporary
arrays stands in one table. All agree with the function on floats, nan and infinities included. An operation that states
no code is applied number by number.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np

from ...ops import table as ops
from ...ops.code import argument_names
from ...ops.operation import Op
from . import error_function as special
from .array_code import ARRAYS, array_function
from .segments import by_length

Array = Any


def _negative_exponential(x: Array) -> Array:
    """e^−|x|, which never overflows."""
    e = np.abs(x)
    np.negative(e, out=e)
    return np.exp(e, out=e)


def _sigmoid(x: Array, out: Array) -> None:
    e = _negative_exponential(x)
    np.minimum(x, 0.0, out=out)
    np.exp(out, out)
    e += 1.0
    np.divide(out, e, out)


def _softplus(x: Array, out: Array) -> None:
    rest = _negative_exponential(x)
    np.log1p(rest, rest)
    np.maximum(x, 0.0, out=out)
    np.add(out, rest, out)


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


def _tanh_slope(y: Array, x: Array, out: Array) -> None:
    np.multiply(y, y, out)
    np.subtract(1.0, out, out)
    far = np.flatnonzero(np.less(out, 0.0014))  # |x| is 4 or more
    if len(far) > out.size // 8:
        np.cosh(x, out)
        np.multiply(out, out, out)
        np.reciprocal(out, out)
    elif len(far):
        out.put(far, 1.0 / np.square(np.cosh(x.take(far))))


def _share(a: Array, b: Array, out: Array) -> None:
    np.subtract(b, a, out)
    np.heaviside(out, 0.5, out)
    if np.isnan(np.vdot(out, out)):
        np.copyto(out, 0.5, where=np.equal(a, b))  # infinities of one sign


def _sign(x: Array, out: Array) -> None:
    np.sign(x, out)
    np.copysign(out, x, out)  # that of −0 is −0


def _logsumexp(x: Array, out: Array) -> None:
    top = np.maximum.reduce(x, 1)
    shifted = np.exp(x - top[:, None])
    largest = _without_ones(shifted)
    np.add.reduce(shifted, 1, None, out)
    out += np.add.reduce(largest, 1, out.dtype) - 1.0
    np.log1p(out, out)
    np.add(out, top, out)
    np.copyto(out, top, where=~np.isfinite(top))


def _without_ones(x: Array) -> Array:
    """Take ones away, and say where they were: added up apart, they swallow nothing of what is small."""
    ones = np.equal(x, 1.0)
    np.copyto(x, 0.0, where=ones)
    return ones


def _is_near(x: Array) -> bool:
    """Whether no logsumexp of these is so large that what rounding takes from it may matter."""
    return bool(np.minimum.reduce(x, None) > -32.0 and np.maximum.reduce(x, None) < 32.0)  # nan is neither


def _logsumexp_rest(x: Array, out: Array) -> None:
    out[...] = 0.0
    if not _is_near(x):
        top, total = np.abs(np.maximum.reduce(x, 1)), np.empty_like(out)
        _logsumexp(x, total)
        rest = np.log(np.add.reduce(np.exp(x - total[:, None]), 1))
        np.copyto(out, rest, where=~(top < 32.0) & (top < np.inf))


def _logsumexp_of_segments(offsets: Array) -> Callable[[Array, Array], None]:
    starts = offsets[:-1]
    owner = np.repeat(np.arange(len(starts)), np.diff(offsets))

    def apply(x: Array, out: Array) -> None:
        top, largest = np.maximum.reduceat(x, starts, 0), np.finfo(x.dtype).max
        np.maximum(top, -largest, out=top)  # an infinite shift would give inf − inf
        np.minimum(top, largest, out=top)
        shifted = top.take(owner, 0)
        np.subtract(x, shifted, shifted)
        np.exp(shifted, shifted)
        ones = _without_ones(shifted)
        np.add.reduceat(shifted, starts, 0, None, out)
        out += np.add.reduceat(ones, starts, 0, out.dtype) - 1.0
        np.log1p(out, out)
        np.add(out, top, out)

    return apply


_NATIVE: dict[Op, Callable[..., Any]] = {
    ops.less: np.less,
    ops.less_equal: np.less_equal,
    ops.pow: _power,
    ops.square: np.square,
    ops.reciprocal: np.reciprocal,
    ops.sigmoid: _sigmoid,
    ops.tanh_slope: _tanh_slope,
    ops.remainder: np.remainder,
    ops.softplus: _softplus,
    ops.silu: _silu,
    ops.relu: _relu,
    ops.leaky_relu: _leaky_relu,
    ops.elu: _elu,
    ops.sign: _sign,
    ops.side: _sign,
    ops.share: _share,
    ops.heaviside: _heaviside,
    ops.minimum: _minimum,
    ops.maximum: _maximum,
    ops.where: _where,
    ops.clip: _clip,
    ops.erf: special.erf,
    ops.erfc: special.erfc,
    ops.gelu: special.gelu,
}
"""What NumPy does in fewer passes over memory than the code of the operation says: ``f(*arguments, out)``."""


def _making_room(function: Callable[..., Any]) -> Callable[..., Array]:
    """Let a function that writes into `out` give a new array."""

    def apply(*arguments: Array) -> Array:
        out = np.empty(np.broadcast_shapes(*map(np.shape, arguments)), np.result_type(*arguments))
        function(*arguments, out)
        return out

    return apply


_LIBRARY = {
    "np": np,
    "power": _making_room(_power),
    "erf": _making_room(special.erf),
    "erfc": _making_room(special.erfc),
}
_SIGNS = {"+": np.add, "-": np.subtract, "*": np.multiply, "/": np.divide, "neg": np.negative}
_FOLDS = {"sum": np.add, "prod": np.multiply, "max": np.maximum, "min": np.minimum}


def _ufunc(op: Op) -> np.ufunc | None:
    """Give the function of NumPy that an operation is, if its code is but a call of one with all arguments."""
    code = op.expression
    assert code is not None
    if [part.what for part in code.parts] != [*argument_names(op.arity or len(code.parts))]:
        return None
    if code.kind in _SIGNS:
        return _SIGNS[code.kind]
    name = ARRAYS.functions.get(code.what, f"np.{code.what}") if code.kind == "call" else ""
    found = getattr(np, name.removeprefix("np."), None)
    return found if isinstance(found, np.ufunc) else None


def _fold(op: Op) -> np.ufunc | None:
    """Give the function of NumPy by which an operation reduces a sequence, if that is all it does."""
    code = op.expression
    return _FOLDS[code.kind] if code and code.kind in _FOLDS and code.parts[0].kind == "name" else None


def _into(function: Callable[..., Array]) -> Callable[..., None]:
    def apply(*arguments_and_out: Array) -> None:
        *arguments, out = arguments_and_out
        out[...] = function(*arguments)

    return apply


@cache
def elementwise(op: Op) -> Callable[..., Any]:
    """Give what applies an operation to arrays: ``f(*arguments, out)``."""
    if op in _NATIVE:
        return _NATIVE[op]
    if op.code is not None:
        return _ufunc(op) or _into(array_function(op, _LIBRARY))

    def one_by_one(*arguments_and_out: Array) -> None:
        *arguments, out = arguments_and_out
        out[...] = np.frompyfunc(op.fn, len(arguments), 1)(*arguments)

    return one_by_one


@cache
def reduction(op: Op) -> Callable[[Array, Array], Any]:
    """Give what applies an operation of any number of arguments along the second axis: ``f(stacked, out)``."""
    if op is ops.LOGSUMEXP:
        return _logsumexp
    if op is ops.LOGSUMEXP_REST:
        return _logsumexp_rest
    ufunc = _fold(op)
    if ufunc is not None:
        return lambda x, out: ufunc.reduce(x, 1, None, out)
    if op.code is not None:
        along_first = array_function(op, _LIBRARY)
        return _into(lambda x: along_first(np.moveaxis(x, 1, 0)))

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
    if op is ops.LOGSUMEXP:
        return _logsumexp_of_segments(offsets)
    ufunc, starts = _fold(op), offsets[:-1]
    if ufunc is not None:
        return lambda x, out: ufunc.reduceat(x, starts, 0, None, out)
    along_second, segments = reduction(op), by_length(offsets)

    def apply(x: Array, out: Array) -> None:
        if op is ops.LOGSUMEXP_REST and _is_near(x):  # 16 lengths would be 16 times the same test
            out[...] = 0.0
            return
        for which, places in segments:
            results = np.empty((len(which), *out.shape[1:]), out.dtype)
            along_second(x[places], results)
            out[which] = results

    return apply
