"""With this module one can reduce any number of arguments to one."""

from __future__ import annotations

import math
import operator
from collections.abc import Sequence
from typing import Any

from . import float_sequences as folds
from .elementary import exp
from .entry import define
from .floats import nan
from .operation import Op
from .piecewise import divisor, less, less_equal, where
from .protocol import seen

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
    "tied", float, lambda y, x: (where(less(1.0, x), nan, 0.0),), inner=True, symbol="·",
    code="x", doc="How many share a tie; its slope is 0 for one, and nan for more."
)


def _top_gap(*xs: float) -> float:
    first, second = sorted(xs, reverse=True)[:2] if len(xs) > 1 else (1.0, 0.0)
    return first - second


def _bottom_gap(*xs: float) -> float:
    return _top_gap(*[-x for x in xs])


def _tie(*xs: float) -> tuple[float, ...]:
    top = folds.largest(*xs)
    return tuple((x == top) / xs.count(top) for x in xs)


SUM: Op = define("sum", folds.total, lambda y, *xs: (1.0,) * len(xs), symbol="Σ", role="sum",
    operands=("term",), code="sum(xs)", doc="Sum, from left to right.")
PROD: Op = define("prod", folds.product, _product_partials, symbol="∏",
    operands=("factor",), code="prod(xs)", doc="Product.")
MEAN: Op = define("mean", folds.mean, lambda y, *xs: (1.0 / len(xs),) * len(xs), role="mean",
    code="sum(xs) / len(xs)", doc="Arithmetic mean.")
DOT: Op = define(
    "dot",
    folds.dot,
    lambda y, *uv: uv[len(uv) // 2 :] + uv[: len(uv) // 2],
    symbol="·",
    role="dot",
    operands=("left factor", "right factor"),
    code="sum(u * v for u, v in halves(uv))",
    doc="Inner product: all of u, then all of v.",
)
MAX: Op = define(
    "max",
    folds.largest,
    lambda y, *xs: _shared_tie(y, [less_equal(y, x) for x in xs]),
    kinks=[(_top_gap, _tie)],
    code="max(xs)",
    doc="Largest; a tie shares the gradient equally, and has no second derivative (nan).",
)
MIN: Op = define(
    "min",
    folds.smallest,
    lambda y, *xs: _shared_tie(y, [less_equal(x, y) for x in xs]),
    kinks=[(_bottom_gap, lambda *xs: _tie(*[-x for x in xs]))],
    code="min(xs)",
    doc="Smallest; a tie shares the gradient equally, and has no second derivative (nan).",
)
NORM: Op = define(
    "norm", folds.norm, lambda y, *xs: tuple(x / divisor(y) for x in xs),
    kinks=[(lambda *xs: folds.total(*map(math.fabs, xs)), lambda *xs: (0.0,) * len(xs))],
    # Where 1 / top is no normal number, a back end that divides by multiplying would have 0.
    code="TOP * sqrt(sum(square(x / TOP) for x in xs)) ".replace("TOP", "minimum(max(fabs(x) for x in xs), 4e307)") +
    "if max(fabs(x) for x in xs) > 0.0 and max(fabs(x) for x in xs) < inf else max(fabs(x) for x in xs)",
    doc="√Σ x², without overflow; at the origin the slope is 0, and has none of its own (nan)."
)

# Beside a maximum of 10¹⁷ the logarithm of a sum of exponentials is less than a unit in the last place.
# `logsumexp_rest` is what is lost; with it differences from a logsumexp keep their digits. But for rounding it is 0,
# and where a number is seen to be small, and in captions, things are simpler without.


def _loses_nothing(total: Any) -> bool:
    return -31.0 < seen(total) < 31.0


def weights(total: Any, xs: Sequence[Any]) -> tuple[Any, ...]:
    """What each has in softmax, given the logsumexp of all."""
    if _loses_nothing(total):
        return tuple([exp(x - total) for x in xs])
    rest = LOGSUMEXP_REST(*xs)
    return tuple([exp(mended(x - total, rest)) for x in xs])


def log_weights(total: Any, xs: Sequence[Any]) -> list[Any]:
    """The logarithms of `weights`."""
    if _loses_nothing(total):
        return [x - total for x in xs]
    rest = LOGSUMEXP_REST(*xs)
    return [mended(x - total, rest) for x in xs]


def surprise_at(x: Any, total: Any, xs: Sequence[Any]) -> Any:
    """Minus the logarithm of what x has in softmax, given the logsumexp of all."""
    return total - x if _loses_nothing(total) else mended(total - x, -LOGSUMEXP_REST(*xs))


LOGSUMEXP: Op = define("logsumexp", folds.logsumexp, lambda y, *xs: weights(y, xs),
    code="max(xs) + log1p(sum(exp(x - max(xs)) if x < max(xs) else 0.0 for x in xs) + "
    "(sum(0.0 if x < max(xs) else 1.0 for x in xs) - 1.0)) if fabs(max(xs)) < inf else max(xs)", doc="log Σ eˣ.")
LOGSUMEXP_REST: Op = define(
    "logsumexp_rest", folds.logsumexp_rest, lambda y, *xs: (0.0,) * len(xs), inner=True, role="mend",
    code="log(sum(exp(x - logsumexp(xs)) for x in xs)) if fabs(max(xs)) >= 32.0 and fabs(max(xs)) < inf else 0.0",
    doc="What rounding takes from logsumexp, if it may matter.",
)
mended: Op = define(
    "mended", operator.sub, lambda y, a, rest: (1.0, 0.0), inner=True, symbol="−",
    code="a - rest", doc="a − rest, never a part of another sum: what rest mends would be lost there."
)
