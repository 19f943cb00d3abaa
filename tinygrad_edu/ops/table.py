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
from . import special
from .floats import inf, nan
from .operation import Interval, Op, entries

OPS: dict[str, Op] = {}
"""The operations by name. What is *inner* is not among them: parts of derivatives, which nobody writes by hand."""


def _op(
    name: str,
    fn: Callable[..., float],
    partials: Callable[..., Sequence[Any]],
    role: str | None = None,
    code: str | None = None,
    inner: bool = False,
    **keywords: Any,
) -> Op:
    op = entries[name] = Op(name, fn, partials, **keywords)
    if not inner:
        OPS[name] = op
    op.code = code  # read when it is first needed, for it may call entries further down
    op.trusted = True
    op.role = role
    return op


# Where things are smooth, and what is promised where they are not.
POSITIVE: Interval = (0.0, inf)
REAL: Interval = (-inf, inf)
_AT_ZERO = operator.pos  # zero(x) = x


def _nonzero(x: float) -> bool:
    return x != 0.0


def _gap(a: float, b: float) -> float:
    return a - b


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


def _power_slope(a: Any, b: Any) -> Any:
    """Give b · aᵇ⁻¹, but 0 where 0 · a⁻¹ would be 0 · inf.

    Elsewhere 0 · a⁻¹ stays, for its derivative towards the exponent is 1/a. An exponent that is a plain number shows
    now whether it is 0; then the argument is guarded. Else the result is: a guarded argument would meet the infinite
    slopes of xᵇ⁻¹ at 0 with a branch that is not taken, and 0 · inf is nan.
    """
    if isinstance(b, float):
        return b * pow(a if b else where(less(1e-300, abs(a)), a, 1.0), b - 1.0)
    return where(where(b, 1.0, less(1e-300, abs(a))), b * pow(a, b - 1.0), 0.0 * b)


add: Op = _op(
    "add", operator.add, lambda y, a, b: (1.0, 1.0), symbol="+", neutral=(-0.0, -0.0), role="add",
    code="a + b", doc="Sum of two."
)
sub: Op = _op(
    "sub", operator.sub, lambda y, a, b: (1.0, -1.0), symbol="−", neutral=(None, 0.0), role="sub",
    code="a - b", doc="Difference."
)
mul: Op = _op(
    "mul", operator.mul, lambda y, a, b: (b, a), symbol="×", neutral=(1.0, 1.0), role="mul",
    code="a * b", doc="Product of two."
)
div: Op = _op(
    "div",
    num.div,
    lambda y, a, b: (1.0 / b, -y / b),
    symbol="/",
    domains=lambda a, b: b != 0.0,
    neutral=(None, 1.0),
    code="a / b",
    doc="Quotient.",
)
pow: Op = _op(
    "pow",
    num.power,
    # ∂/∂b is y ln a, but 0 at a = 0 for b ≥ 0; there, and where y has underflowed, ln 1 takes the place of ln a.
    lambda y, a, b: (
        _power_slope(a, b),
        y * log(where(y, where(a, a, where(b, a, 1.0)), where(less(a, 0.0), a, 1.0))),
    ),
    symbol="^",
    domains=(POSITIVE, REAL),
    neutral=(None, 1.0),
    code="a ** b",
    doc="Power; a negative base with a fractional exponent gives nan. d(x⁰)/dx is 0 everywhere; ∂(xᵇ)/∂b is 0 at x = 0 "
    "for b ≥ 0, so that of the slopes at x = 0 for b = 0 and b = 1, whose own slopes are infinite, no trace is left.",
)


def _to_jump(a: float, b: float) -> float:
    """How far the next multiple of b is, above or below; b is the more sensitive the more often it goes into a."""
    y = num.remainder(a, b)
    return num.minimum(math.fabs(y), math.fabs(b - y)) / (1.0 + math.fabs(a / b))


remainder: Op = _op(
    "remainder",
    num.remainder,
    lambda y, a, b: (1.0, round((y - a) / b)),
    symbol="%",
    domains=lambda a, b: b != 0.0,
    kinks=[(_to_jump, lambda a, b: (1.0, -a / b))],
    code="fmod(a, b) + b if (fmod(a, b) < 0.0 and b > 0.0) or (fmod(a, b) > 0.0 and b < 0.0) else "
    "fmod(a, b) if fmod(a, b) != 0.0 else copysign(0.0, b)",
    doc="What is left of a when multiples of b are taken off, from 0 to b, as Python's %; nan for b = 0.",
)
neg: Op = _op("neg", operator.neg, lambda y, x: (-1.0,), symbol="−", role="neg", code="-x", doc="Negative.")

# ---------------------------------------------------------------------------------------- exponential

exp: Op = _op("exp", num.exp, lambda y, x: (y,), code="exp(x)", doc="Exponential function.")
exp2: Op = _op("exp2", num.exp2, lambda y, x: (math.log(2.0) * y,), code="exp2(x)", doc="2ˣ.")
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
cbrt: Op = _op(
    "cbrt", math.cbrt, lambda y, x: (1.0 / (3.0 * (y * y)),), symbol="∛", domains=_nonzero,
    code="cbrt(x)", doc="Cube root; at 0 its slope is inf.",
)
square: Op = _op("square", num.square, lambda y, x: (2.0 * x,), code="x * x", doc="x².")
reciprocal: Op = _op("reciprocal", num.reciprocal, lambda y, x: (-(y * y),), domains=_nonzero,
    code="1.0 / x", doc="1 / x.")

logaddexp: Op = _op(
    "logaddexp", num.logaddexp, lambda y, a, b: (sigmoid(a - b), sigmoid(b - a)),
    code="maximum(a, b) + (log1p(exp(-fabs(a - b))) if a != b else log(2.0))", doc="log(eᵃ + eᵇ), without overflow."
)
xlogy: Op = _op(
    "xlogy",
    num.xlogy,
    lambda y, a, b: (log(b), a / where(a, b, divisor(b))),
    domains=[REAL, POSITIVE],
    code="0.0 * a if a == 0.0 and b == b else a * log(b)",
    doc="a · log b, and 0 where a is 0; at a = b = 0 its slopes are −inf and 0, and have none of their own (nan).",
)

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
tanh: Op = _op("tanh", math.tanh, lambda y, x: (tanh_slope(y, x),), code="tanh(x)", doc="Hyperbolic tangent.")
tanh_slope: Op = _op(
    "tanh_slope",
    num.tanh_slope,
    lambda slope, y, x: (-2.0 * y, 0.0),  # as y is tanh(x), that is all
    inner=True,
    symbol="1 − ·²",
    domains=[REAL, (-4.0, 4.0)],
    code="1.0 - y * y if fabs(x) < 4.0 else 4.0 * exp(-2.0 * fabs(x)) / square(1.0 + exp(-2.0 * fabs(x)))",
    doc="1 − y², where y = tanh(x), with all digits where y has been rounded to almost 1.",
)
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
    lambda y, x: (maximum(heaviside(x), 0.01),),
    kinks=[(_AT_ZERO, (0.01,))],
    code="x if x > 0.0 else 0.01 * x",
    doc="x where positive, else 0.01 x; slope 0.01 at 0.",
)
elu: Op = _op(
    "elu",
    num.elu,
    lambda y, x: (exp(-relu(-x)),),
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

erfinv: Op = _op(
    "erfinv", special.erfinv, lambda y, x: (0.5 * math.sqrt(math.pi) * exp(y * y),), domains=[(-1.0, 1.0)],
    code=special.ERFINV, doc="The inverse of erf."
)
ndtr: Op = _op(
    "ndtr", special.ndtr, lambda y, x: (exp(-0.5 * (x * x)) / math.sqrt(2.0 * math.pi),), symbol="Φ",
    code=special.NDTR, doc="Φ(x), the distribution function of the normal distribution."
)
log_ndtr: Op = _op("log_ndtr", special.log_ndtr, lambda y, x: (mills(x),),
    code=special.LOG_NDTR, doc="log Φ(x), also where Φ(x) is too small for a float.")


def _mills_slope(y: Any, x: Any) -> Any:
    """−y (x + y), where the sum is almost 0 far to the left, and then a series in 1/x."""
    left = less(x, -30.0)
    t = -1.0 / where(left, x, 1.0)
    series: Any = 0.0
    for c in (110410.0, -8162.0, 706.0, -74.0, 10.0, -2.0, 1.0):
        series = series * (t * t) + c
    return -y * where(left, series * t, x + y)


mills: Op = _op("mills", special.mills, lambda y, x: (_mills_slope(y, x),), inner=True,
    code=special.MILLS, doc="φ(x) / Φ(x), the slope of log Φ.")
scaled_tail: Op = _op(
    "scaled_tail", special.scaled_tail, lambda y, x: (x * y - 1.0 / math.sqrt(2.0 * math.pi),), inner=True,
    domains=[POSITIVE], code=special.SCALED_TAIL.replace("fabs(x)", "x"), doc="exp(x²/2) · Φ(−x), for x ≥ 0."
)
half_square_exponential: Op = _op(
    "half_square_exponential", special.half_square_exponential, lambda y, x: (-x * y,), inner=True,
    code=special.HALF_SQUARE_EXPONENTIAL, doc="exp(−x²/2) with all digits; 0 beyond 40."
)

# ---------------------------------------------------------------------------------------- gamma function


def _tetragamma(x: Any) -> Any:
    """The derivative of trigamma: shifted by 10 and a series; reflected for x < 0."""
    a = abs(x)
    z = a + 10.0
    series: Any = 0.0
    for k, b in reversed([*enumerate(special.BERNOULLI)]):
        series = (series + (2.0 * k + 3.0) * b) / (z * z)
    right = -(1.0 + 1.0 / z + series) / (z * z)
    for k in range(10):
        right = right - 2.0 / ((a + k) * (a + k) * (a + k))
    left = less(x, 0.0)
    s, negative = sinpi(where(left, x, 0.5)), where(left, x, 1.0)
    reflected = 2.0 * math.pi**3 * cospi(x) / (s * s * s) + 2.0 / (negative * negative * negative)
    return right - where(left, reflected, 0.0)


lgamma: Op = _op(
    "lgamma", special.lgamma, lambda y, x: (digamma(x),), domains=lambda x: x > 0.0 or x != math.floor(x),
    code=special.LGAMMA, doc="log |Γ(x)|.",
)
digamma: Op = _op(
    "digamma", special.digamma, lambda y, x: (trigamma(x),), symbol="ψ",
    domains=lambda x: x > 0.0 or x != math.floor(x), code=special.DIGAMMA, doc="The derivative of lgamma."
)
trigamma: Op = _op(
    "trigamma", special.trigamma, lambda y, x: (_tetragamma(x),), inner=True,
    domains=lambda x: x > 0.0 or x != math.floor(x), code=special.TRIGAMMA, doc="The derivative of digamma."
)

# ---------------------------------------------------------------------------------------- waves of πx

sinpi: Op = _op("sinpi", special.sinpi, lambda y, x: (math.pi * cospi(x),), inner=True, code=special.SINPI,
    doc="sin πx.")
cospi: Op = _op("cospi", special.cospi, lambda y, x: (-math.pi * sinpi(x),), inner=True, code=special.COSPI,
    doc="cos πx.")
sinc: Op = _op("sinc", special.sinc, lambda y, x: (sinc_slope(x),),
    code="1.0 if x == 0.0 else sinpi(x) / (pi * x)", doc="sin πx / πx, and 1 at 0, as NumPy's.")
sinc_slope: Op = _op(
    "sinc_slope",
    special.sinc_slope,
    lambda y, x: (-(math.pi**2) * sinc(x) - 2.0 * where(x, y / divisor(x), -(math.pi**2) / 3.0),),
    inner=True,
    code=special.SINC_SLOPE,
    doc="The derivative of sinc.",
)

# ---------------------------------------------------------------------------------------- whole numbers
# Where they jump they have the slope 0 as everywhere else.

floor: Op = _op("floor", num.floor, lambda y, x: (0.0,), kinks=[(lambda x: x - num.floor(x), (0.0,))],
    code="floor(x)", doc="The largest whole number not above x.")
ceil: Op = _op("ceil", num.ceil, lambda y, x: (0.0,), kinks=[(lambda x: num.ceil(x) - x, (0.0,))],
    code="ceil(x)", doc="The smallest whole number not below x.")
trunc: Op = _op(
    "trunc", num.trunc, lambda y, x: (0.0,), kinks=[(lambda x: x - num.trunc(x) if x * x >= 1.0 else 1.0, (0.0,))],
    code="trunc(x)", doc="x without what stands after the point."
)
round: Op = _op(
    "round", num.rounded, lambda y, x: (0.0,), kinks=[(lambda x: x - num.floor(x) - 0.5, (0.0,))],
    code="rint(x)",
    doc="The nearest whole number, of two the even one."
)

# ---------------------------------------------------------------------------------------- piecewise

abs: Op = _op(
    "abs", operator.abs, lambda y, x: (side(x),), symbol="|·|", kinks=[(_AT_ZERO, (0.0,))],
    code="fabs(x)", doc="Absolute value; at 0 its slope is 0, the mean of both sides, and the slope of its slope nan."
)
side: Op = _op(
    "side", num.sign, lambda y, x: (where(x, 0.0, nan),), inner=True, symbol="sign", kinks=[(_AT_ZERO, (nan,))],
    code="sign(x)", doc="sign(x) as the slope of abs: of the jump at 0 nothing is known, so its slope is nan."
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
    lambda y, a, b: (share(a, b), share(b, a)),
    kinks=[(_gap, (0.5, 0.5))],
    code="a if a <= b or a != a else b",
    doc="The smaller of two; a tie shares the gradient equally, and has no second derivative (nan).",
)
maximum: Op = _op(
    "maximum",
    num.maximum,
    lambda y, a, b: (share(b, a), share(a, b)),
    kinks=[(_gap, (0.5, 0.5))],
    code="a if a >= b or a != a else b",
    doc="The larger of two; a tie shares the gradient equally, and has no second derivative (nan).",
)
share: Op = _op(
    "share",
    num.share,
    lambda y, a, b: (where(a - b, 0.0, nan), where(a - b, 0.0, nan)),
    inner=True,
    kinks=[(_gap, (nan, nan))],
    code="1.0 if a < b else 0.0 if a > b else 0.5 if a == b else nan",
    doc="What a has in minimum(a, b): 1 if a < b, 0 if a > b, a half of a tie, whose slope is nan.",
)
at_most: Op = _op(
    "at_most", num.at_most, lambda y, a, b: (0.0, 0.0), inner=True, symbol="≤", kinks=[(_gap, (0.0, 0.0))],
    code="1.0 if a <= b else 0.0 if a > b else nan", doc="less_equal, but nan where an argument is nan."
)
where: Op = _op(
    "where",
    num.where,
    lambda y, condition, a, b: (0.0, where(condition, 1.0, 0.0), where(condition, 0.0, 1.0)),
    role="choose",
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


divisor: Op = _op(
    "divisor", num.divisor, lambda y, x: (where(x, 1.0, nan),), inner=True, symbol="id", kinks=[(_AT_ZERO, (nan,))],
    code="x if x != 0.0 else 1.0", doc="x, or 1 where it is 0 and nothing may be divided by it; the slope there is nan."
)
hypot: Op = _op(
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


atan2: Op = _op(
    "atan2",
    math.atan2,
    _atan2_partials,
    domains=lambda a, b: a != 0.0 or b > 0.0,
    kinks=[(_origin, (0.0, 0.0))],
    code="atan2(a, b)",
    doc="Angle of the point (b, a), in radians; at the origin the slope is 0, and has none of its own (nan).",
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
    count = tied(SUM(*hits))
    return tuple(hit / count for hit in hits)


tied: Op = _op(
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


SUM: Op = _op("sum", num.total, lambda y, *xs: (1.0,) * len(xs), symbol="Σ", role="sum",
    code="sum(xs)", doc="Sum, from left to right.")
PROD: Op = _op("prod", num.product, _product_partials, symbol="∏", code="prod(xs)", doc="Product.")
MEAN: Op = _op("mean", num.mean, lambda y, *xs: (1.0 / len(xs),) * len(xs), role="mean",
    code="sum(xs) / len(xs)", doc="Arithmetic mean.")
DOT: Op = _op(
    "dot",
    num.dot,
    lambda y, *uv: uv[len(uv) // 2 :] + uv[: len(uv) // 2],
    symbol="·",
    role="dot",
    code="sum(u * v for u, v in halves(uv))",
    doc="Inner product: all of u, then all of v.",
)
MAX: Op = _op(
    "max",
    num.largest,
    lambda y, *xs: _shared_tie(y, [less_equal(y, x) for x in xs]),
    kinks=[(_top_gap, _tie)],
    code="max(xs)",
    doc="Largest; a tie shares the gradient equally, and has no second derivative (nan).",
)
MIN: Op = _op(
    "min",
    num.smallest,
    lambda y, *xs: _shared_tie(y, [less_equal(x, y) for x in xs]),
    kinks=[(_bottom_gap, lambda *xs: _tie(*[-x for x in xs]))],
    code="min(xs)",
    doc="Smallest; a tie shares the gradient equally, and has no second derivative (nan).",
)
NORM: Op = _op(
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


LOGSUMEXP: Op = _op("logsumexp", num.logsumexp, _weights,
    code="max(xs) + log(sum(exp(x - max(xs)) for x in xs)) if fabs(max(xs)) < inf else max(xs)", doc="log Σ eˣ.")
LOGSUMEXP_REST: Op = _op(
    "logsumexp_rest", num.logsumexp_rest, lambda y, *xs: (0.0,) * len(xs), inner=True, symbol="0",
    code="log(sum(exp(x - logsumexp(xs)) for x in xs)) if fabs(max(xs)) >= 32.0 and fabs(max(xs)) < inf else 0.0",
    doc="What rounding takes from logsumexp, if it may matter.",
)
weight: Op = _op(
    "weight", num.weight, lambda y, x, total, rest: (y, -y, 0.0), inner=True, symbol="exp(· − ·)",
    code="exp(x - total - rest)", doc="What x has in softmax: eˣ over the sum of all, whose logarithm is total + rest."
)
surprise: Op = _op(
    "surprise", num.surprise, lambda y, x, total, rest: (-1.0, 1.0, 0.0), inner=True, symbol="−ln softmax",
    code="total - x + rest", doc="−ln weight(x, total, rest)."
)
# fmt: on
