"""With this module one can compare, choose and round: entries that know nothing of the others."""

from __future__ import annotations

import math
import operator
from typing import Any

from . import floats as num
from .entry import AT_ZERO, define, gap
from .floats import nan
from .operation import Interval, Op

# Entries are laid out by hand, as one reads a table.
# fmt: off

# ---------------------------------------------------------------------------------------- whole numbers
# Where they jump they have the slope 0 as everywhere else. Seen from far away they are x, but for rounding, and no
# difference can tell; so much for huge x.

COUNTED: Interval = (-(2.0**20), 2.0**20)


def _off_whole(x: float) -> float:
    """How far the nearest whole number is."""
    return x - num.rounded(x)


floor: Op = define("floor", num.floor, lambda y, x: (0.0,), domains=[COUNTED], kinks=[(_off_whole, (0.0,))],
    code="floor(x)", doc="The largest whole number not above x.")
ceil: Op = define("ceil", num.ceil, lambda y, x: (0.0,), domains=[COUNTED], kinks=[(_off_whole, (0.0,))],
    code="ceil(x)", doc="The smallest whole number not below x.")
trunc: Op = define(
    "trunc", num.trunc, lambda y, x: (0.0,), domains=[COUNTED],
    kinks=[(lambda x: _off_whole(x) if num.rounded(x) else 1.0, (0.0,))],
    code="trunc(x)", doc="x without what stands after the point."
)
round: Op = define(
    "round", num.rounded, lambda y, x: (0.0,), domains=[COUNTED], kinks=[(lambda x: x - num.floor(x) - 0.5, (0.0,))],
    code="rint(x)", doc="The nearest whole number, of two the even one."
)

# ---------------------------------------------------------------------------------------- piecewise

abs: Op = define(
    "abs", operator.abs, lambda y, x: (side(x),), symbol="|·|", kinks=[(AT_ZERO, (0.0,))],
    code="fabs(x)", doc="Absolute value; at 0 its slope is 0, the mean of both sides, and the slope of its slope nan."
)
side: Op = define(
    "side", num.sign, lambda y, x: (where(x, 0.0, nan),), inner=True, symbol="sign", kinks=[(AT_ZERO, (nan,))],
    code="sign(x)", doc="sign(x) as the slope of abs: of the jump at 0 nothing is known, so its slope is nan."
)
sign: Op = define("sign", num.sign, lambda y, x: (0.0,), kinks=[(AT_ZERO, (0.0,))],
    code="1.0 if x > 0.0 else -1.0 if x < 0.0 else 0.0 * x", doc="−1, 0 or 1.")
heaviside: Op = define(
    "heaviside", num.heaviside, lambda y, x: (0.0,), kinks=[(AT_ZERO, (0.0,))],
    code="1.0 if x > 0.0 else 0.0 if x <= 0.0 else x", doc="1 if x > 0, else 0."
)
less: Op = define(
    "less", num.less, lambda y, a, b: (0.0, 0.0), symbol="<", kinks=[(gap, (0.0, 0.0))],
    code="1.0 if a < b else 0.0", doc="1 if a < b, else 0."
)
less_equal: Op = define(
    "less_equal", num.less_equal, lambda y, a, b: (0.0, 0.0), symbol="≤", kinks=[(gap, (0.0, 0.0))],
    code="1.0 if a <= b else 0.0", doc="1 if a ≤ b, else 0.",
)
minimum: Op = define(
    "minimum",
    num.minimum,
    lambda y, a, b: (share(a, b), share(b, a)),
    kinks=[(gap, (0.5, 0.5))],
    code="a if a <= b or a != a else b",
    doc="The smaller of two; a tie shares the gradient equally, and has no second derivative (nan).",
)
maximum: Op = define(
    "maximum",
    num.maximum,
    lambda y, a, b: (share(b, a), share(a, b)),
    kinks=[(gap, (0.5, 0.5))],
    code="a if a >= b or a != a else b",
    doc="The larger of two; a tie shares the gradient equally, and has no second derivative (nan).",
)
share: Op = define(
    "share",
    num.share,
    lambda y, a, b: (where(a - b, 0.0, nan), where(a - b, 0.0, nan)),
    inner=True,
    symbol="0.5 × ((· < ·) + (· ≤ ·))",
    kinks=[(gap, (nan, nan))],
    code="1.0 if a < b else 0.0 if a > b else 0.5 if a == b else nan",
    doc="What a has in minimum(a, b): 1 if a < b, 0 if a > b, a half of a tie, whose slope is nan.",
)
at_most: Op = define(
    "at_most", num.at_most, lambda y, a, b: (0.0, 0.0), inner=True, symbol="≤", kinks=[(gap, (0.0, 0.0))],
    code="1.0 if a <= b else 0.0 if a > b else nan", doc="less_equal, but nan where an argument is nan."
)
where: Op = define(
    "where",
    num.where,
    lambda y, condition, a, b: (0.0, where(condition, 1.0, 0.0), where(condition, 0.0, 1.0)),
    role="choose",
    operands=("condition", "first branch", "second branch"),
    symbol="?",
    kinks=[(lambda condition, a, b: condition, (0.0, 0.0, 1.0))],
    code="a if condition != 0.0 else b",
    doc="a where the condition is not zero, else b. "
    "Both branches are evaluated, and 0 × nan is nan in the gradient, so guard the argument too: "
    "`where(x > 0, log(where(x > 0, x, 1.0)), 0.0)`.",
)
clip: Op = define(
    "clip",
    num.clip,
    lambda y, x, low, high: (
        at_most(low, x) * at_most(x, high),
        (1.0 - at_most(low, x)) * at_most(low, high),
        1.0 - at_most(maximum(x, low), high),
    ),
    kinks=[(lambda x, low, high: x - low, (1.0, 0.0, 0.0)), (lambda x, low, high: x - high, (1.0, 0.0, 0.0))],
    domains=lambda x, low, high: low < high,
    code="minimum(maximum(x, low), high)",
    doc="x limited to [low, high]; slope 1 at the ends.",
)

# ---------------------------------------------------------------------------------------- the plane
# The radius is guarded where it is 0, and divided by twice, so that neither the origin nor tiny or huge
# arguments give nan. The guard has no slope at 0, and says so: nothing is smooth there.


def _origin(a: float, b: float) -> float:
    return math.fabs(a) + math.fabs(b)


divisor: Op = define(
    "divisor", num.divisor, lambda y, x: (where(x, 1.0, nan),), inner=True, symbol="·", kinks=[(AT_ZERO, (nan,))],
    code="x if x != 0.0 else 1.0", doc="x, or 1 where it is 0 and nothing may be divided by it; the slope there is nan."
)
hypot: Op = define(
    "hypot",
    math.hypot,
    lambda y, a, b: (a / divisor(y), b / divisor(y)),
    kinks=[(_origin, (0.0, 0.0))],
    code="hypot(a, b)",
    doc="√(a² + b²), without overflow; at the origin the slope is 0, and has none of its own (nan).",
)


def _atan2_partials(y: Any, a: Any, b: Any) -> tuple[Any, Any]:
    r = divisor(hypot(a, b))
    return b / r / r, -a / r / r


atan2: Op = define(
    "atan2",
    math.atan2,
    _atan2_partials,
    domains=lambda a, b: a != 0.0 or b > 0.0,
    kinks=[(_origin, (0.0, 0.0))],
    code="atan2(a, b)",
    doc="Angle of the point (b, a), in radians; at the origin the slope is 0, and has none of its own (nan).",
)
