"""With this module one can calculate: arithmetic, exponentials, trigonometry, and the activations made of them."""

from __future__ import annotations

import math
import operator
from typing import Any

from . import floats as num
from .entry import AT_ZERO, POSITIVE, REAL, define, nonzero
from .floats import inf
from .operation import Op
from .piecewise import abs, divisor, heaviside, hypot, less, maximum, round, where

# Entries are laid out by hand, as one reads a table.
# fmt: off

# ---------------------------------------------------------------------------------------- numbers
# `constant` is a number written in the program, `identity` a new name for the same value, `detach` a value
# whose dependence is cut.

CONSTANT: Op = define("constant", lambda: math.nan, lambda y: (), symbol="#", doc="A number written in the program.")
identity: Op = define(
    "identity", float, lambda y, x: (1.0,), symbol="id", neutral=(None,), role="copy",
    code="x", doc="The argument itself."
)
detach: Op = define(
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


add: Op = define(
    "add", operator.add, lambda y, a, b: (1.0, 1.0), symbol="+", neutral=(-0.0, -0.0), role="add",
    operands=("left term", "right term"), code="a + b", doc="Sum of two."
)
sub: Op = define(
    "sub", operator.sub, lambda y, a, b: (1.0, -1.0), symbol="−", neutral=(None, 0.0), role="sub",
    operands=("left term", "right term"), code="a - b", doc="Difference."
)
mul: Op = define(
    "mul", operator.mul, lambda y, a, b: (b, a), symbol="×", neutral=(1.0, 1.0), role="mul",
    operands=("left factor", "right factor"), code="a * b", doc="Product of two."
)
div: Op = define(
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
pow: Op = define(
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
    operands=("base", "exponent"),
    code="a ** b",
    doc="Power; a negative base with a fractional exponent gives nan. d(x⁰)/dx is 0 everywhere; ∂(xᵇ)/∂b is 0 at x = 0 "
    "for b ≥ 0, so that of the slopes at x = 0 for b = 0 and b = 1, whose own slopes are infinite, no trace is left.",
)


def _to_jump(a: float, b: float) -> float:
    """How far a / b is from a whole number, relatively; 0 too where only rounding tells on which side it is."""
    times = num.div(a, b)
    off = math.fabs(times - num.rounded(times))
    return 0.0 if off <= 2.0**-40 * math.fabs(times) else off / (1.0 + math.fabs(times))


remainder: Op = define(
    "remainder",
    num.remainder,
    lambda y, a, b: (1.0, round((y - a) / b)),
    symbol="%",
    domains=lambda a, b: math.fabs(a) < 2.0**20 * math.fabs(b),  # seen from far away, its teeth are noise
    kinks=[(_to_jump, lambda a, b: (1.0, -(a // b)))],
    code="fmod(a, b) + b if (fmod(a, b) < 0.0 and b > 0.0) or (fmod(a, b) > 0.0 and b < 0.0) else "
    "fmod(a, b) if fmod(a, b) != 0.0 else copysign(0.0, b)",
    doc="What is left of a when multiples of b are taken off, from 0 to b, as Python's %; nan for b = 0.",
)
neg: Op = define("neg", operator.neg, lambda y, x: (-1.0,), symbol="−", role="neg", code="-x", doc="Negative.")

# ---------------------------------------------------------------------------------------- exponential

exp: Op = define("exp", num.exp, lambda y, x: (y,), code="exp(x)", doc="Exponential function.")
exp2: Op = define("exp2", num.exp2, lambda y, x: (math.log(2.0) * y,), code="exp2(x)", doc="2ˣ.")
expm1: Op = define("expm1", num.expm1, lambda y, x: (exp(x),), code="expm1(x)", doc="exp(x) − 1, accurate near 0.")
log: Op = define("log", num.log, lambda y, x: (1.0 / x,), symbol="ln", domains=[POSITIVE],
    code="log(x)", doc="Natural logarithm.")
log1p: Op = define(
    "log1p", num.log1p, lambda y, x: (1.0 / (1.0 + x),), domains=[(-1.0, inf)],
    code="log1p(x)", doc="log(1 + x), accurate near 0."
)
log2: Op = define(
    "log2", num.log2, lambda y, x: (1.0 / (x * math.log(2.0)),), domains=[POSITIVE],
    code="log2(x)", doc="Logarithm to base 2."
)
log10: Op = define(
    "log10", num.log10, lambda y, x: (1.0 / (x * math.log(10.0)),), domains=[POSITIVE],
    code="log10(x)", doc="Logarithm to base 10."
)
sqrt: Op = define(
    "sqrt", num.sqrt, lambda y, x: (0.5 / y,), symbol="√", domains=[POSITIVE], kinks=[(AT_ZERO, (inf,))],
    code="sqrt(x)", doc="Square root; at 0 its slope is inf, and the slope of its slope −inf.",
)
cbrt: Op = define(
    "cbrt", math.cbrt, lambda y, x: (1.0 / (3.0 * (y * y)),), domains=nonzero,
    code="cbrt(x)", doc="Cube root; at 0 its slope is inf.",
)
square: Op = define("square", num.square, lambda y, x: (2.0 * x,), code="x * x", doc="x².")
reciprocal: Op = define("reciprocal", num.reciprocal, lambda y, x: (-(y * y),), domains=nonzero,
    code="1.0 / x", doc="1 / x.")

logaddexp: Op = define(
    "logaddexp", num.logaddexp, lambda y, a, b: (sigmoid(a - b), sigmoid(b - a)),
    code="maximum(a, b) + (log1p(exp(-fabs(a - b))) if a != b else log(2.0))", doc="log(eᵃ + eᵇ), without overflow."
)
xlogy: Op = define(
    "xlogy",
    num.xlogy,
    lambda y, a, b: (log(b), a / where(a, b, divisor(b))),
    domains=[REAL, POSITIVE],
    code="0.0 * a if a == 0.0 and b == b else a * log(b)",
    doc="a · log b, and 0 where a is 0; at a = b = 0 its slopes are −inf and 0, and have none of their own (nan).",
)

# ---------------------------------------------------------------------------------------- trigonometric

sin: Op = define("sin", num.sin, lambda y, x: (cos(x),), code="sin(x)", doc="Sine, of radians.")
cos: Op = define("cos", num.cos, lambda y, x: (-sin(x),), code="cos(x)", doc="Cosine, of radians.")
tan: Op = define(
    "tan", num.tan, lambda y, x: (1.0 + y * y,), domains=lambda x: math.cos(x) != 0.0,
    code="tan(x)", doc="Tangent, of radians."
)
# Of 1 − x² near ±1 the product keeps the digits; its own slope, taken from the factors, would lose them near 0.
square_rest: Op = define(
    "square_rest", num.square_rest, lambda y, x: (-2.0 * x,), inner=True, symbol="1 − ·²",
    code="(1.0 - x) * (1.0 + x)", doc="1 − x², with all digits near ±1."
)
asin: Op = define(
    "asin", num.asin, lambda y, x: (1.0 / sqrt(square_rest(x)),), domains=[(-1.0, 1.0)],
    code="asin(x)", doc="Arc sine."
)
acos: Op = define(
    "acos", num.acos, lambda y, x: (-1.0 / sqrt(square_rest(x)),), domains=[(-1.0, 1.0)],
    code="acos(x)", doc="Arc cosine."
)
atan: Op = define("atan", math.atan, lambda y, x: (1.0 / (1.0 + x * x),), code="atan(x)", doc="Arc tangent.")
sinh: Op = define("sinh", num.sinh, lambda y, x: (cosh(x),), code="sinh(x)", doc="Hyperbolic sine.")
cosh: Op = define("cosh", num.cosh, lambda y, x: (sinh(x),), code="cosh(x)", doc="Hyperbolic cosine.")
tanh: Op = define("tanh", math.tanh, lambda y, x: (tanh_slope(y, x),), code="tanh(x)", doc="Hyperbolic tangent.")
tanh_slope: Op = define(
    "tanh_slope",
    num.tanh_slope,
    lambda slope, y, x: (-2.0 * y, 0.0),  # as y is tanh(x), that is all
    inner=True,
    symbol="1 − ·²",
    domains=[REAL, (-4.0, 4.0)],
    code="(1.0 - y) * (1.0 + y) if fabs(x) < 4.0 else 4.0 * exp(-2.0 * fabs(x)) / square(1.0 + exp(-2.0 * fabs(x)))",
    doc="1 − y², where y = tanh(x), with all digits where y has been rounded to almost 1.",
)
asinh: Op = define("asinh", math.asinh, lambda y, x: (1.0 / hypot(1.0, x),),
    code="asinh(x)", doc="Inverse hyperbolic sine.")
acosh: Op = define(
    "acosh", num.acosh, lambda y, x: (1.0 / (sqrt(x - 1.0) * sqrt(x + 1.0)),), domains=[(1.0, inf)],
    code="acosh(x)", doc="Inverse hyperbolic cosine.",
)
atanh: Op = define(
    "atanh", num.atanh, lambda y, x: (1.0 / square_rest(x),), domains=[(-1.0, 1.0)],
    code="atanh(x)", doc="Inverse hyperbolic tangent.",
)

# ---------------------------------------------------------------------------------------- activations

sigmoid: Op = define("sigmoid", num.sigmoid, lambda y, x: (y * sigmoid(-x),), symbol="σ",
    code="1.0 / (1.0 + exp(-x)) if x >= 0.0 else exp(x) / (1.0 + exp(x))", doc="1 / (1 + e⁻ˣ).")
softplus: Op = define("softplus", num.softplus, lambda y, x: (sigmoid(x),),
    code="relu(x) + log1p(exp(-fabs(x)))", doc="log(1 + eˣ), a smooth relu.")
relu: Op = define(
    "relu", num.relu, lambda y, x: (heaviside(x),), kinks=[(AT_ZERO, (0.0,))],
    code="0.0 if x <= 0.0 else x", doc="max(x, 0); slope 0 at 0."
)
leaky_relu: Op = define(
    "leaky_relu",
    num.leaky_relu,
    lambda y, x: (maximum(heaviside(x), 0.01),),
    kinks=[(AT_ZERO, (0.01,))],
    code="x if x > 0.0 else 0.01 * x",
    doc="x where positive, else 0.01 x; slope 0.01 at 0.",
)
elu: Op = define(
    "elu",
    num.elu,
    lambda y, x: (exp(-relu(-x)),),
    kinks=[(AT_ZERO, (1.0,))],  # smooth once: the second derivative jumps here
    code="x if x > 0.0 else expm1(x)",
    doc="x where positive, else eˣ − 1.",
)
silu: Op = define("silu", num.silu, lambda y, x: (sigmoid(x) + y * sigmoid(-x),),
    code="x * sigmoid(x)", doc="x · sigmoid(x), also called swish.")
