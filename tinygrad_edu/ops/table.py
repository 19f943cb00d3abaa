"""With this module one can read what every operation is: its function and its derivative, one entry each.

An entry is written once and read by everyone. Its partial derivatives are a line of mathematics in the result
`y` and the arguments, in arithmetic and table functions, without a Python `if` on a number. Called with floats it
yields slopes, with graph variables equations, with Values differentiable gradients, with text the caption "1 - y²".
What the function computes is stated once more as a line of portable code, for what Python functions cannot reach: other
languages, compilers, arrays (`code`).

>>> OPS["tanh"].partials(0.5, 0.549)
(0.75,)
>>> tanh(0.0)
0.0
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Sequence
from typing import Any

from . import floats as num
from .floats import inf
from .operation import Interval, Op, entries

OPS: dict[str, Op] = entries


def _op(
    name: str,
    fn: Callable[..., float],
    partials: Callable[..., Sequence[Any]],
    role: str | None = None,
    code: str | None = None,
    operands: tuple[str, ...] = (),
    **keywords: Any,
) -> Op:
    op = OPS[name] = Op(name, fn, partials, **keywords)
    op.code = code  # read when it is first needed, for it may call entries further down
    op.trusted = True
    op.role = role
    op.operands = operands
    return op


# Where things are smooth, and what is promised where they are not.
POSITIVE: Interval = (0.0, inf)
REAL: Interval = (-inf, inf)
_AT_ZERO = operator.pos  # zero(x) = x


def _nonzero(x: float) -> bool:
    return x != 0.0


def _gap(a: float, b: float) -> float:
    return a - b


def _chosen(condition: Any, a: Any, other: Callable[[], Any]) -> Any:
    """Give `where`, or its branch at once if the condition is a plain number, as a constant exponent is."""
    if isinstance(condition, float):
        return a if condition else other()
    return where(condition, a, other())


# ---------------------------------------------------------------------------------------- numbers
# `constant` is a number written in the program, `identity` a new name for the same value, `detach` a value
# whose dependence is cut.

# Entries are laid out by hand, as one reads a table.
# fmt: off
CONSTANT: Op = _op("constant", lambda: math.nan, lambda y: (), symbol="#", doc="A number written in the program.")
identity: Op = _op(
    "identity", float, lambda y, x: (1.0,), symbol="id", neutral=(None,), role="copy",
    code="x", doc="The argument itself."
)
detach: Op = _op(
    "detach", float, lambda y, x: (0.0,), role="copy", code="x", doc="The argument, with nothing flowing back to it."
)

# ---------------------------------------------------------------------------------------- arithmetic

add: Op = _op(
    "add", operator.add, lambda y, a, b: (1.0, 1.0), symbol="+", neutral=(-0.0, -0.0), role="add",
    operands=("left term", "right term"), code="a + b", doc="Sum of two."
)
sub: Op = _op(
    "sub", operator.sub, lambda y, a, b: (1.0, -1.0), symbol="−", neutral=(None, 0.0), role="sub",
    operands=("left term", "right term"), code="a - b", doc="Difference."
)
mul: Op = _op(
    "mul", operator.mul, lambda y, a, b: (b, a), symbol="×", neutral=(1.0, 1.0), role="mul",
    operands=("left factor", "right factor"), code="a * b", doc="Product of two."
)
div: Op = _op(
    "div",
    num.div,
    lambda y, a, b: (1.0 / b, -y / b),
    symbol="/",
    domains=lambda a, b: b != 0.0,
    neutral=(None, 1.0),
    operands=("numerator", "denominator"),
    code="a / b",
    doc="Quotient.",
)
pow: Op = _op(
    "pow",
    num.power,
    # d(x⁰)/dx is 0 everywhere, so the base of 0·x⁻¹ is guarded where x⁻¹ may be infinite (but nowhere else: 0·x⁻¹ has a
    # derivative towards the exponent, which is 1/x); likewise ln 0 where xᵇ = 0 makes it vanish.
    lambda y, a, b: (
        b * pow(_chosen(b, a, lambda: where(less(1e-300, a), a, 1.0)), b - 1.0),
        y * log(where(y, a, where(less(a, 0.0), a, 1.0))),
    ),
    symbol="^",
    domains=(POSITIVE, REAL),
    neutral=(None, 1.0),
    operands=("base", "exponent"),
    code="a ** b",
    doc="Power; a negative base with a fractional exponent gives nan.",
)
neg: Op = _op("neg", operator.neg, lambda y, x: (-1.0,), symbol="−", role="neg", code="-x", doc="Negative.")

# ---------------------------------------------------------------------------------------- exponential

exp: Op = _op("exp", num.exp, lambda y, x: (y,), code="exp(x)", doc="Exponential function.")
expm1: Op = _op("expm1", num.expm1, lambda y, x: (exp(x),), code="expm1(x)", doc="exp(x) − 1, accurate near 0.")
log: Op = _op("log", num.log, lambda y, x: (1.0 / x,), symbol="ln", domains=[POSITIVE],
    code="log(x)", doc="Natural logarithm.")
log1p: Op = _op(
    "log1p", num.log1p, lambda y, x: (1.0 / (1.0 + x),), domains=[(-1.0, inf)],
    code="log1p(x)", doc="log(1 + x), accurate near 0."
)
log2: Op = _op(
    "log2", num.log2, lambda y, x: (1.0 / (x * math.log(2.0)),), domains=[POSITIVE],
    code="log2(x)", doc="Logarithm to base 2."
)
log10: Op = _op(
    "log10", num.log10, lambda y, x: (1.0 / (x * math.log(10.0)),), domains=[POSITIVE],
    code="log10(x)", doc="Logarithm to base 10."
)
sqrt: Op = _op(
    "sqrt", num.sqrt, lambda y, x: (0.5 / y,), symbol="√", domains=[POSITIVE], kinks=[(_AT_ZERO, (inf,))],
    code="sqrt(x)", doc="Square root; at 0 its slope is inf, and the slope of its slope −inf.",
)
square: Op = _op("square", num.square, lambda y, x: (2.0 * x,), code="x * x", doc="x².")
reciprocal: Op = _op("reciprocal", num.reciprocal, lambda y, x: (-(y * y),), domains=_nonzero,
    code="1.0 / x", doc="1 / x.")

# ---------------------------------------------------------------------------------------- trigonometric

sin: Op = _op("sin", num.sin, lambda y, x: (cos(x),), code="sin(x)", doc="Sine, of radians.")
cos: Op = _op("cos", num.cos, lambda y, x: (-sin(x),), code="cos(x)", doc="Cosine, of radians.")
tan: Op = _op(
    "tan", num.tan, lambda y, x: (1.0 + y * y,), domains=lambda x: math.cos(x) != 0.0,
    code="tan(x)", doc="Tangent, of radians."
)
asin: Op = _op(
    "asin", num.asin, lambda y, x: (1.0 / sqrt((1.0 - x) * (1.0 + x)),), domains=[(-1.0, 1.0)],
    code="asin(x)", doc="Arc sine."
)
acos: Op = _op(
    "acos", num.acos, lambda y, x: (-1.0 / sqrt((1.0 - x) * (1.0 + x)),), domains=[(-1.0, 1.0)],
    code="acos(x)", doc="Arc cosine."
)
atan: Op = _op("atan", math.atan, lambda y, x: (1.0 / (1.0 + x * x),), code="atan(x)", doc="Arc tangent.")
sinh: Op = _op("sinh", num.sinh, lambda y, x: (cosh(x),), code="sinh(x)", doc="Hyperbolic sine.")
cosh: Op = _op("cosh", num.cosh, lambda y, x: (sinh(x),), code="cosh(x)", doc="Hyperbolic cosine.")
tanh: Op = _op("tanh", math.tanh, lambda y, x: (1.0 - y * y,), code="tanh(x)", doc="Hyperbolic tangent.")
asinh: Op = _op("asinh", math.asinh, lambda y, x: (1.0 / hypot(1.0, x),),
    code="asinh(x)", doc="Inverse hyperbolic sine.")
acosh: Op = _op(
    "acosh", num.acosh, lambda y, x: (1.0 / (sqrt(x - 1.0) * sqrt(x + 1.0)),), domains=[(1.0, inf)],
    code="acosh(x)", doc="Inverse hyperbolic cosine.",
)
atanh: Op = _op(
    "atanh", num.atanh, lambda y, x: (1.0 / ((1.0 - x) * (1.0 + x)),), domains=[(-1.0, 1.0)],
    code="atanh(x)", doc="Inverse hyperbolic tangent.",
)

# ---------------------------------------------------------------------------------------- activations

sigmoid: Op = _op("sigmoid", num.sigmoid, lambda y, x: (y * sigmoid(-x),), symbol="σ",
    code="1.0 / (1.0 + exp(-x)) if x >= 0.0 else exp(x) / (1.0 + exp(x))", doc="1 / (1 + e⁻ˣ).")
softplus: Op = _op("softplus", num.softplus, lambda y, x: (sigmoid(x),),
    code="relu(x) + log1p(exp(-fabs(x)))", doc="log(1 + eˣ), a smooth relu.")
relu: Op = _op(
    "relu", num.relu, lambda y, x: (heaviside(x),), kinks=[(_AT_ZERO, (0.0,))],
    code="0.0 if x <= 0.0 else x", doc="max(x, 0); slope 0 at 0."
)
leaky_relu: Op = _op(
    "leaky_relu",
    num.leaky_relu,
    lambda y, x: (where(less_equal(x, 0.0), 0.01, 1.0),),
    kinks=[(_AT_ZERO, (0.01,))],
    code="x if x > 0.0 else 0.01 * x",
    doc="x where positive, else 0.01 x; slope 0.01 at 0.",
)
elu: Op = _op(
    "elu",
    num.elu,
    lambda y, x: (exp(minimum(x, 0.0)),),
    kinks=[(_AT_ZERO, (1.0,))],  # smooth once: the second derivative jumps here
    code="x if x > 0.0 else expm1(x)",
    doc="x where positive, else eˣ − 1.",
)
silu: Op = _op("silu", num.silu, lambda y, x: (sigmoid(x) + y * sigmoid(-x),),
    code="x * sigmoid(x)", doc="x · sigmoid(x), also called swish.")
gelu: Op = _op(
    "gelu",
    num.gelu,
    lambda y, x: (0.5 * erfc(-math.sqrt(0.5) * x) + x * exp(-0.5 * (x * x)) / math.sqrt(2.0 * math.pi),),
    code="0.5 * x * erfc(-x * sqrt(0.5))",
    doc="x · Φ(x) with the normal distribution function Φ (Hendrycks and Gimpel 2016), the exact form.",
)
erf: Op = _op("erf", math.erf, lambda y, x: (2.0 / math.sqrt(math.pi) * exp(-(x * x)),),
    code="erf(x)", doc="Error function.")
erfc: Op = _op("erfc", math.erfc, lambda y, x: (-2.0 / math.sqrt(math.pi) * exp(-(x * x)),),
    code="erfc(x)", doc="1 − erf(x).")

# ---------------------------------------------------------------------------------------- piecewise

abs: Op = _op(
    "abs", operator.abs, lambda y, x: (sign(x),), symbol="|·|", kinks=[(_AT_ZERO, (0.0,))],
    code="fabs(x)", doc="Absolute value."
)
sign: Op = _op("sign", num.sign, lambda y, x: (0.0,), kinks=[(_AT_ZERO, (0.0,))],
    code="1.0 if x > 0.0 else -1.0 if x < 0.0 else 0.0 * x", doc="−1, 0 or 1.")
heaviside: Op = _op(
    "heaviside", num.heaviside, lambda y, x: (0.0,), kinks=[(_AT_ZERO, (0.0,))],
    code="1.0 if x > 0.0 else 0.0 if x <= 0.0 else x", doc="1 if x > 0, else 0."
)
less: Op = _op(
    "less", num.less, lambda y, a, b: (0.0, 0.0), symbol="<", kinks=[(_gap, (0.0, 0.0))],
    code="1.0 if a < b else 0.0", doc="1 if a < b, else 0."
)
less_equal: Op = _op(
    "less_equal", num.less_equal, lambda y, a, b: (0.0, 0.0), symbol="≤", kinks=[(_gap, (0.0, 0.0))],
    code="1.0 if a <= b else 0.0", doc="1 if a ≤ b, else 0.",
)
minimum: Op = _op(
    "minimum",
    num.minimum,
    lambda y, a, b: (0.5 * (less(a, b) + less_equal(a, b)), 0.5 * (less(b, a) + less_equal(b, a))),
    kinks=[(_gap, (0.5, 0.5))],
    code="a if a <= b or a != a else b",
    doc="The smaller of two; a tie shares the gradient equally.",
)
maximum: Op = _op(
    "maximum",
    num.maximum,
    lambda y, a, b: (0.5 * (less(b, a) + less_equal(b, a)), 0.5 * (less(a, b) + less_equal(a, b))),
    kinks=[(_gap, (0.5, 0.5))],
    code="a if a >= b or a != a else b",
    doc="The larger of two; a tie shares the gradient equally.",
)
where: Op = _op(
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
clip: Op = _op(
    "clip",
    num.clip,
    lambda y, x, low, high: (
        less_equal(low, x) * less_equal(x, high),
        less(x, low) * less_equal(low, high),
        less(high, maximum(x, low)),
    ),
    kinks=[(lambda x, low, high: x - low, (1.0, 0.0, 0.0)), (lambda x, low, high: x - high, (1.0, 0.0, 0.0))],
    domains=lambda x, low, high: low < high,
    code="minimum(maximum(x, low), high)",
    doc="x limited to [low, high]; slope 1 at the ends.",
)

# ---------------------------------------------------------------------------------------- the plane
# The radius is guarded where it is 0, and divided by twice, so that neither the origin nor tiny or huge
# arguments give nan.


def _origin(a: float, b: float) -> float:
    return math.fabs(a) + math.fabs(b)


def _radius(a: Any, b: Any) -> Any:
    r = hypot(a, b)
    return where(less_equal(r, 0.0), 1.0, r)


hypot: Op = _op(
    "hypot",
    math.hypot,
    lambda y, a, b: (a / _radius(a, b), b / _radius(a, b)),
    kinks=[(_origin, (0.0, 0.0))],
    code="hypot(a, b)",
    doc="√(a² + b²), without overflow.",
)
atan2: Op = _op(
    "atan2",
    math.atan2,
    lambda y, a, b: (b / _radius(a, b) / _radius(a, b), -a / _radius(a, b) / _radius(a, b)),
    domains=lambda a, b: a != 0.0 or b > 0.0,
    kinks=[(_origin, (0.0, 0.0))],
    code="atan2(a, b)",
    doc="Angle of the point (b, a), in radians.",
)

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
    count = SUM(*hits)
    return tuple(hit / count for hit in hits)


def _top_gap(*xs: float) -> float:
    first, second = sorted(xs, reverse=True)[:2] if len(xs) > 1 else (1.0, 0.0)
    return first - second


def _bottom_gap(*xs: float) -> float:
    return _top_gap(*[-x for x in xs])


def _tied(*xs: float) -> tuple[float, ...]:
    top = num.largest(*xs)
    return tuple((x == top) / xs.count(top) for x in xs)


SUM: Op = _op("sum", num.total, lambda y, *xs: (1.0,) * len(xs), symbol="Σ", role="sum",
    operands=("term",), code="sum(xs)", doc="Sum, from left to right.")
PROD: Op = _op("prod", num.product, _product_partials, symbol="∏",
    operands=("factor",), code="prod(xs)", doc="Product.")
MEAN: Op = _op("mean", num.mean, lambda y, *xs: (1.0 / len(xs),) * len(xs), role="mean",
    code="sum(xs) / len(xs)", doc="Arithmetic mean.")
DOT: Op = _op(
    "dot",
    num.dot,
    lambda y, *uv: uv[len(uv) // 2 :] + uv[: len(uv) // 2],
    symbol="·",
    role="dot",
    operands=("left factor", "right factor"),
    code="sum(u * v for u, v in halves(uv))",
    doc="Inner product: all of u, then all of v.",
)
MAX: Op = _op(
    "max",
    num.largest,
    lambda y, *xs: _shared_tie(y, [less_equal(y, x) for x in xs]),
    kinks=[(_top_gap, _tied)],
    code="max(xs)",
    doc="Largest; a tie shares the gradient equally.",
)
MIN: Op = _op(
    "min",
    num.smallest,
    lambda y, *xs: _shared_tie(y, [less_equal(x, y) for x in xs]),
    kinks=[(_bottom_gap, lambda *xs: _tied(*[-x for x in xs]))],
    code="min(xs)",
    doc="Smallest; a tie shares the gradient equally.",
)
LOGSUMEXP: Op = _op("logsumexp", num.logsumexp, lambda y, *xs: tuple(exp(x - y) for x in xs),
    code="max(xs) + log(sum(exp(x - max(xs)) for x in xs)) if fabs(max(xs)) < inf else max(xs)", doc="log Σ eˣ.")
# fmt: on
