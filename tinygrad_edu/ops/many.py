"""With this module one can reduce any number of arguments to one."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from . import floats as num
from .entry import define
from .floats import nan
from .operation import Op
from .piecewise import divisor, less, less_equal, where

# Entries are laid out by hand, as one reads a table.
# fmt: off

# ---------------------------------------------------------------------------------------- many arguments


def _product_partials(y: Any, *xs: Any) -> tuple[Any, ...]:
    """Each partial is the product of the others, from the left and from the right, so zeros need no division."""
    partials: list[Any] = []
    left: Any = 1.0
    for x in xs:
        partials.append(left)
        left = left * x
    right: Any = 1.0
    for i in range(len(xs) - 1, -1, -1):
        partials[i] = partials[i] * right
        right = right * xs[i]
    return tuple(partials)


def _shared_tie(y: Any, hits: Sequence[Any]) -> tuple[Any, ...]:
    count = tied(SUM(*hits))
    return tuple(hit / count for hit in hits)


tied: Op = define(
    "tied", float, lambda y, x: (where(less(1.0, x), nan, 0.0),), inner=True, symbol="id",
    code="x", doc="How many share a tie; its slope is 0 for one, and nan for more."
)


def _top_gap(*xs: float) -> float:
    first, second = sorted(xs, reverse=True)[:2] if len(xs) > 1 else (1.0, 0.0)
    return first - second


def _bottom_gap(*xs: float) -> float:
    return _top_gap(*[-x for x in xs])


def _tie(*xs: float) -> tuple[float, ...]:
    top = num.largest(*xs)
    return tuple((x == top) / xs.count(top) for x in xs)


SUM: Op = define("sum", num.total, lambda y, *xs: (1.0,) * len(xs), symbol="Σ", role="sum",
    operands=("term",), code="sum(xs)", doc="Sum, from left to right.")
PROD: Op = define("prod", num.product, _product_partials, symbol="∏",
    operands=("factor",), code="prod(xs)", doc="Product.")
MEAN: Op = define("mean", num.mean, lambda y, *xs: (1.0 / len(xs),) * len(xs), role="mean",
    code="sum(xs) / len(xs)", doc="Arithmetic mean.")
DOT: Op = define(
    "dot",
    num.dot,
    lambda y, *uv: uv[len(uv) // 2 :] + uv[: len(uv) // 2],
    symbol="·",
    role="dot",
    operands=("left factor", "right factor"),
    code="sum(u * v for u, v in halves(uv))",
    doc="Inner product: all of u, then all of v.",
)
MAX: Op = define(
    "max",
    num.largest,
    lambda y, *xs: _shared_tie(y, [less_equal(y, x) for x in xs]),
    kinks=[(_top_gap, _tie)],
    code="max(xs)",
    doc="Largest; a tie shares the gradient equally, and has no second derivative (nan).",
)
MIN: Op = define(
    "min",
    num.smallest,
    lambda y, *xs: _shared_tie(y, [less_equal(x, y) for x in xs]),
    kinks=[(_bottom_gap, lambda *xs: _tie(*[-x for x in xs]))],
    code="min(xs)",
    doc="Smallest; a tie shares the gradient equally, and has no second derivative (nan).",
)
NORM: Op = define(
    "norm", num.norm, lambda y, *xs: tuple(x / divisor(y) for x in xs),
    symbol="‖·‖", kinks=[(lambda *xs: num.total(*map(math.fabs, xs)), lambda *xs: (0.0,) * len(xs))],
    code="max(fabs(x) for x in xs) * sqrt(sum(square(x / max(fabs(x) for x in xs)) for x in xs)) "
    "if max(fabs(x) for x in xs) > 0.0 and max(fabs(x) for x in xs) < inf else max(fabs(x) for x in xs)",
    doc="√Σ x², without overflow; at the origin the slope is 0, and has none of its own (nan)."
)

# Beside a maximum of 10¹⁷ the logarithm of a sum of exponentials is less than a unit in the last place.
# `logsumexp_rest` is what is lost; with it differences from a logsumexp keep their digits. But for rounding it is 0.


def _weights(y: Any, *xs: Any) -> tuple[Any, ...]:
    rest = LOGSUMEXP_REST(*xs)
    return tuple(weight(x, y, rest) for x in xs)


LOGSUMEXP: Op = define("logsumexp", num.logsumexp, _weights,
    code="max(xs) + log(sum(exp(x - max(xs)) for x in xs)) if fabs(max(xs)) < inf else max(xs)", doc="log Σ eˣ.")
LOGSUMEXP_REST: Op = define(
    "logsumexp_rest", num.logsumexp_rest, lambda y, *xs: (0.0,) * len(xs), inner=True, symbol="0",
    code="log(sum(exp(x - logsumexp(xs)) for x in xs)) if fabs(max(xs)) >= 32.0 and fabs(max(xs)) < inf else 0.0",
    doc="What rounding takes from logsumexp, if it may matter.",
)
weight: Op = define(
    "weight", num.weight, lambda y, x, total, rest: (y, -y, 0.0), inner=True, symbol="exp(· − ·)",
    code="exp(x - total - rest)", doc="What x has in softmax: eˣ over the sum of all, whose logarithm is total + rest."
)
surprise: Op = define(
    "surprise", num.surprise, lambda y, x, total, rest: (-1.0, 1.0, 0.0), inner=True, symbol="−ln softmax",
    code="total - x + rest", doc="−ln weight(x, total, rest)."
)
