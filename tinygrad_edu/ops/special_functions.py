"""With this module one has what statistics and physics need beyond the elementary functions."""

from __future__ import annotations

import math
from typing import Any

from . import special
from .elementary import exp
from .entry import POSITIVE, define
from .operation import Op
from .piecewise import abs, divisor, less, where

# Entries are laid out by hand, as one reads a table.
# fmt: off

gelu: Op = define(
    "gelu",
    special.gelu,
    lambda y, x: (0.5 * erfc(-math.sqrt(0.5) * x) + x * exp(-0.5 * (x * x)) / math.sqrt(2.0 * math.pi),),
    code="x * ndtr(x)",
    doc="x · Φ(x) with the normal distribution function Φ (Hendrycks and Gimpel 2016), the exact form.",
)
erf: Op = define("erf", math.erf, lambda y, x: (2.0 / math.sqrt(math.pi) * exp(-(x * x)),),
    code="erf(x)", doc="Error function.")
erfc: Op = define("erfc", math.erfc, lambda y, x: (-2.0 / math.sqrt(math.pi) * exp(-(x * x)),),
    code="erfc(x)", doc="1 − erf(x).")

erfinv: Op = define(
    "erfinv", special.erfinv, lambda y, x: (0.5 * math.sqrt(math.pi) * exp(y * y),), domains=[(-1.0, 1.0)],
    code=special.ERFINV, doc="The inverse of erf."
)
ndtr: Op = define(
    "ndtr", special.ndtr, lambda y, x: (exp(-0.5 * (x * x)) / math.sqrt(2.0 * math.pi),), symbol="Φ",
    code=special.NDTR, doc="Φ(x), the distribution function of the normal distribution."
)
log_ndtr: Op = define("log_ndtr", special.log_ndtr, lambda y, x: (mills(x),),
    code=special.LOG_NDTR, doc="log Φ(x), also where Φ(x) is too small for a float.")


def _mills_slope(y: Any, x: Any) -> Any:
    """−y (x + y), where the sum is almost 0 far to the left, and then a series in 1/x."""
    left = less(x, -30.0)
    t = -1.0 / where(left, x, 1.0)
    series: Any = 0.0
    for c in (110410.0, -8162.0, 706.0, -74.0, 10.0, -2.0, 1.0):
        series = series * (t * t) + c
    return -y * where(left, series * t, x + y)


mills: Op = define("mills", special.mills, lambda y, x: (_mills_slope(y, x),), inner=True,
    code=special.MILLS, doc="φ(x) / Φ(x), the slope of log Φ.")
scaled_tail: Op = define(
    "scaled_tail", special.scaled_tail, lambda y, x: (x * y - 1.0 / math.sqrt(2.0 * math.pi),), inner=True,
    domains=[POSITIVE], code=special.SCALED_TAIL.replace("fabs(x)", "x"), doc="exp(x²/2) · Φ(−x), for x ≥ 0."
)
half_square_exponential: Op = define(
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
    for k in range(1, 10):
        right = right - 2.0 / ((a + k) * (a + k) * (a + k))
    left = less(x, 0.0)  # there the first term of the shift and that of the reflection cancel
    s, positive = sinpi(where(left, x, 0.5)), where(left, 1.0, x)
    reflected = 2.0 * math.pi**3 * cospi(x) / (s * s * s)
    return right - where(left, reflected, 2.0 / (positive * positive * positive))


lgamma: Op = define(
    "lgamma", special.lgamma, lambda y, x: (digamma(x),), domains=lambda x: x > 0.0 or x != math.floor(x),
    code=special.LGAMMA, doc="log |Γ(x)|.",
)
digamma: Op = define(
    "digamma", special.digamma, lambda y, x: (trigamma(x),), symbol="ψ",
    domains=lambda x: x > 0.0 or x != math.floor(x), code=special.DIGAMMA, doc="The derivative of lgamma."
)
trigamma: Op = define(
    "trigamma", special.trigamma, lambda y, x: (_tetragamma(x),), inner=True,
    domains=lambda x: x > 0.0 or x != math.floor(x), code=special.TRIGAMMA, doc="The derivative of digamma."
)

# ---------------------------------------------------------------------------------------- waves of πx

sinpi: Op = define("sinpi", special.sinpi, lambda y, x: (math.pi * cospi(x),), inner=True, code=special.SINPI,
    doc="sin πx.")
cospi: Op = define("cospi", special.cospi, lambda y, x: (-math.pi * sinpi(x),), inner=True, code=special.COSPI,
    doc="cos πx.")
sinc: Op = define("sinc", special.sinc, lambda y, x: (sinc_slope(x),),
    code="1.0 if x == 0.0 else sinpi(x) / (pi * x)", doc="sin πx / πx, and 1 at 0, as NumPy's.")
sinc_slope: Op = define(
    "sinc_slope",
    special.sinc_slope,
    lambda y, x: (-(math.pi**2) * sinc(x) - 2.0 * where(x, y / divisor(x), -(math.pi**2) / 3.0),),
    inner=True,
    code=special.SINC_SLOPE,
    doc="The derivative of sinc.",
)
