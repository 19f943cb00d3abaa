"""With this module one can compute special functions on floats, to 1e-14 of what is exact, and read them as code.

Each is stated twice: as a function on floats, and as a line of code in which polynomials are written out. Both read the
same coefficients. The fits of lgamma and digamma are Chebyshev's, made with 60 digits; the quantile of the normal
distribution is algorithm AS241 (Wichura 1988, doi:10.2307/2347330).

>>> log_ndtr(-40.0)
-804.6084420137538
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from .error_series import TAIL
from .floats import inf, log, nan, rounded

ROOT, ROOT_REST = 1.4616321449683622, 9.549995429965697e-17
"""Where digamma is 0, and what of it a float cannot hold."""

# Coefficients from the constant up.
_LGAMMA = [
    0.4831289505409809, -0.14595989591430608, 0.06291140107456437, -0.03130848750100946, 0.016797098631275844,
    -0.00942562244862871, 0.005446457839039636, -0.003212074069625241, 0.001922916315044322, -0.0011644146740420575,
    0.0007115190337726783, -0.0004379919029066858, 0.00027131404604478673, -0.00016892745672175032,
    0.00010535339176160404, -6.609135060988664e-05, 4.303358406992273e-05, -2.736078283600179e-05,
    1.3174891373031416e-05, -8.071805930790342e-06, 1.2148922431734838e-05, -7.976765445368423e-06,
]  # fmt: skip
"""lgamma(x) / ((x − 1)(x − 2)) in powers of x − 3/2, for 1 ≤ x ≤ 2."""

_DIGAMMA = [
    0.951055876031833, -0.4236274212814606, 0.2405424842407739, -0.14840492305388006, 0.09498872445498366,
    -0.06192213327556183, 0.04076083381023946, -0.02697579665686472, 0.017907252496345213, -0.011908220169786002,
    0.007926943794456376, -0.0052799364178857415, 0.0035190141649363805, -0.0023455016279107115,
    0.0015565879761797945, -0.0010364227247828023, 0.0007234757252061551, -0.00048606417050412354,
    0.00022695205071257896, -0.00014460384609240088, 0.0002599100450715037, -0.00017837342400462423,
]  # fmt: skip
"""digamma(x) / (x − `ROOT`) in powers of x − 3/2, for 1 ≤ x ≤ 2."""

BERNOULLI = [1 / 6, -1 / 30, 1 / 42, -1 / 30, 5 / 66, -691 / 2730, 7 / 6, -3617 / 510]
_LGAMMA_FAR = [b / ((2 * k + 1) * (2 * k + 2)) for k, b in enumerate(BERNOULLI)]
_DIGAMMA_FAR = [b / (2 * k + 2) for k, b in enumerate(BERNOULLI)]

_CENTRE = [
    3.387132872796366608, 133.14166789178437745, 1971.5909503065514427, 13731.693765509461125, 45921.953931549871457,
    67265.770927008700853, 33430.575583588128105, 2509.0809287301226727,
], [
    1.0, 42.313330701600911252, 687.1870074920579083, 5394.1960214247511077, 21213.794301586595867,
    39307.89580009271061, 28729.085735721942674, 5226.495278852854561,
]  # fmt: skip
_SIDE = [
    1.42343711074968357734, 4.6303378461565452959, 5.7694972214606914055, 3.64784832476320460504,
    1.27045825245236838258, 0.241780725177450611770, 2.27238449892691845833e-2, 7.74545014278341407640e-4,
], [
    1.0, 2.05319162663775882187, 1.6763848301838038494, 0.68976733498510000455, 0.14810397642748007459,
    1.51986665636164571966e-2, 5.47593808499534494600e-4, 1.05075007164441684324e-9,
]  # fmt: skip
_FAR = [
    6.6579046435011037772, 5.4637849111641143699, 1.7848265399172913358, 0.29656057182850489123,
    2.65321895265761230930e-2, 1.24266094738807843860e-3, 2.71155556874348757815e-5, 2.01033439929228813265e-7,
], [
    1.0, 0.59983220655588793769, 0.13692988092273580531, 1.48753612908506148525e-2, 7.86869131145613259100e-4,
    1.84631831751005468180e-5, 1.42151175831644588870e-7, 2.04426310338993978564e-15,
]  # fmt: skip

_SQRT_HALF = math.sqrt(0.5)

_SINC_SLOPE = [(-1) ** k * 2 * k * math.pi ** (2 * k) / math.factorial(2 * k + 1) for k in range(1, 13)]
"""The derivative of sinc, divided by x, in powers of x²."""

_ERFCX_FAR = [(-0.5) ** k * math.prod(range(1, 2 * k, 2)) for k in range(8)]
"""√π · z · exp(z²) · erfc(z) in powers of 1/z²."""


def _polynomial(coefficients: Sequence[float], x: float) -> float:
    total = 0.0
    for c in reversed(coefficients):
        total = total * x + c
    return total


def _written(coefficients: Sequence[float], x: str) -> str:
    """Horner's rule as code."""
    *rest, text = map(repr, coefficients)
    for c in reversed(rest):
        text = f"({text} * {x} + {c})"
    return text


# ---------------------------------------------------------------------------------------- waves of πx


def sinpi(x: float) -> float:
    """Sin πx, with the multiple of 2 taken away first, which is exact."""
    if not math.isfinite(x):
        return nan
    r = math.fmod(x, 2.0)
    r = r - 2.0 * rounded(0.5 * r)
    h = abs(r)
    return math.copysign(math.sin(math.pi * (h if h <= 0.5 else 1.0 - h)), r)


SINPI = "copysign(sin(pi * (fabs(R) if fabs(R) <= 0.5 else 1.0 - fabs(R))), R)".replace(
    "R", "(fmod(x, 2.0) - 2.0 * round(0.5 * fmod(x, 2.0)))"
)


def cospi(x: float) -> float:
    """Cos πx; beyond a quarter it is a sine."""
    if not math.isfinite(x):
        return nan
    r = math.fmod(abs(x), 2.0)
    h = abs(r - 2.0 * rounded(0.5 * r))
    return math.cos(math.pi * h) if h < 0.25 else math.sin(math.pi * (0.5 - h))


COSPI = "cos(pi * H) if H < 0.25 else sin(pi * (0.5 - H))".replace(
    "H", "fabs(fmod(fabs(x), 2.0) - 2.0 * round(0.5 * fmod(fabs(x), 2.0)))"
)


def sinc(x: float) -> float:
    """Sin πx / πx, and 1 at 0."""
    return 1.0 if x == 0.0 else sinpi(x) / (math.pi * x)


def sinc_slope(x: float) -> float:
    """The derivative of sinc: a series near 0, where the two terms of the formula are almost equal."""
    if abs(x) < 0.5:
        return x * _polynomial(_SINC_SLOPE, x * x)
    return (cospi(x) - sinc(x)) / x


SINC_SLOPE = f"x * {_written(_SINC_SLOPE, '(x * x)')} if fabs(x) < 0.5 else (cospi(x) - sinc(x)) / x"

# ---------------------------------------------------------------------------------------- gamma function


def _lgamma_right(x: float) -> float:
    """For x > 0. Near 1 and 2, where it is 0, the factors that make it so are exact."""
    if x < 1.0:
        return x * (x - 1.0) * _polynomial(_LGAMMA, x - 0.5) - log(x)
    if x < 2.0:
        return 0.0 + (x - 1.0) * (x - 2.0) * _polynomial(_LGAMMA, x - 1.5)  # no −0 at 1
    if x < 3.0:
        return math.log(x - 1.0) + (x - 2.0) * (x - 3.0) * _polynomial(_LGAMMA, x - 2.5)
    if x < 10.0:
        return _stirling(x + 7.0) - math.log(math.prod([x + k for k in range(7)]))
    return _stirling(x)


def _stirling(x: float) -> float:
    return (x - 0.5) * log(x) - x + (0.9189385332046728 + _polynomial(_LGAMMA_FAR, 1.0 / (x * x)) / x)


def lgamma(x: float) -> float:
    """Log |Γ(x)|: as it is for positive x, by reflection for negative."""
    a = abs(x)
    if x == 0.0 or a == inf:
        return inf
    if x < 0.0:
        if sinpi(a) == 0.0:
            return inf
        if a < 1e-300:  # π a would have lost digits
            return -log(a)
        return math.log(math.pi) - log(a) - log(abs(sinpi(a))) - _lgamma_right(a)
    return _lgamma_right(a) if x == x else nan


def _stirling_written(x: str) -> str:
    series = _written(_LGAMMA_FAR, f"(1.0 / ({x} * {x}))")
    return f"(({x} - 0.5) * log({x}) - {x} + (0.9189385332046728 + {series} / {x}))"


_LGAMMA_RIGHT = (
    f"(A * (A - 1.0) * {_written(_LGAMMA, '(A - 0.5)')} - log(A) if A < 1.0 else "
    f"(A - 1.0) * (A - 2.0) * {_written(_LGAMMA, '(A - 1.5)')} if A < 2.0 else "
    f"log(A - 1.0) + (A - 2.0) * (A - 3.0) * {_written(_LGAMMA, '(A - 2.5)')} if A < 3.0 else "
    f"{_stirling_written('(A + 7.0)')} - log({' * '.join(f'(A + {k}.0)' for k in range(7))}) if A < 10.0 else "
    f"{_stirling_written('A')})"
)
LGAMMA = (
    "inf if x == 0.0 or A == inf or (x < 0.0 and sinpi(A) == 0.0) else (-1.0 if x < 0.0 else 1.0) * "
    f"{_LGAMMA_RIGHT} + ((log(pi) - log(A) - log(fabs(sinpi(A))) if A > 1e-300 else -2.0 * log(A)) if x < 0.0 else 0.0)"
).replace("A", "fabs(x)")


def _digamma_right(x: float) -> float:
    """For x > 0."""
    if x < 1.0:
        return (x - (ROOT - 1.0) - ROOT_REST) * _polynomial(_DIGAMMA, x - 0.5) - 1.0 / x
    if x < 2.0:
        return (x - ROOT - ROOT_REST) * _polynomial(_DIGAMMA, x - 1.5)
    shift = 8 if x < 10.0 else 0
    z = x + shift
    below = 0.0
    for k in range(shift):
        below += 1.0 / (x + k)
    return math.log(z) - 0.5 / z - _polynomial(_DIGAMMA_FAR, 1.0 / (z * z)) / (z * z) - below


def digamma(x: float) -> float:
    """The derivative of lgamma; nan at its poles −1, −2, ..., and as 1/x says at 0."""
    if x == 0.0:
        return math.copysign(inf, -x)
    if x == inf or x != x:
        return x
    if x > 0.0:
        return _digamma_right(x) if x > 1e-300 else -1.0 / x if x > 6e-309 else -inf
    s = sinpi(-x)
    if s == 0.0 or x == -inf:
        return nan
    if x > -1e-300:
        return -1.0 / x if x < -6e-309 else inf
    return _digamma_right(-x) - 1.0 / x + math.pi * cospi(x) / s


def _asymptote_written(z: str) -> str:
    return f"log({z}) - 0.5 / {z} - {_written(_DIGAMMA_FAR, f'(1.0 / ({z} * {z}))')} / ({z} * {z})"


DIGAMMA = (
    "-1.0 / x if A <= 1e-300 else x if x == inf else nan if x < 0.0 and (sinpi(A) == 0.0 or A == inf) else ("
    f"(A - {ROOT - 1.0!r} - {ROOT_REST!r}) * {_written(_DIGAMMA, '(A - 0.5)')} - 1.0 / A if A < 1.0 else "
    f"(A - {ROOT!r} - {ROOT_REST!r}) * {_written(_DIGAMMA, '(A - 1.5)')} if A < 2.0 else "
    f"{_asymptote_written('(A + 8.0)')} - ({' + '.join(f'1.0 / (A + {k}.0)' for k in range(8))}) if A < 10.0 else "
    f"{_asymptote_written('A')}) + (1.0 / A + pi * cospi(A) / sinpi(A) if x < 0.0 else 0.0)"
).replace("A", "fabs(x)")


def trigamma(x: float) -> float:
    """The derivative of digamma; inf at the poles."""
    a = abs(x)
    if x == 0.0:
        return inf
    if a == inf:
        return 0.0 if x > 0.0 else nan
    square = a * a
    if square == 0.0:
        return inf
    shift = 10 if a < 10.0 else 0
    z, right = a + shift, 0.0
    for k in range(shift):
        right += 1.0 / ((a + k) * (a + k)) if k else 1.0 / square if square > 6e-309 else inf
    right = right + (1.0 + (0.5 + _polynomial(BERNOULLI, 1.0 / (z * z)) / z) / z) / z
    if not x < 0.0:
        return right
    s = sinpi(a)
    if s * s < 1e-300:
        return inf
    return math.pi * math.pi / (s * s) + 1.0 / square - right


def _trigamma_far(z: str) -> str:
    return f"(1.0 + (0.5 + {_written(BERNOULLI, f'(1.0 / ({z} * {z}))')} / {z}) / {z}) / {z}"


TRIGAMMA = (
    "inf if A * A == 0.0 or 1.0 / (A * A) == inf else (0.0 if x > 0.0 else nan) if A == inf else inf if x < 0.0 and "
    "sinpi(A) * sinpi(A) < 1e-300 else (-1.0 if x < 0.0 else 1.0) * "
    f"({' + '.join(f'1.0 / ((A + {k}.0) * (A + {k}.0))' for k in range(10))} + {_trigamma_far('(A + 10.0)')} "
    f"if A < 10.0 else {_trigamma_far('A')}) + "
    "(pi * pi / (sinpi(A) * sinpi(A)) + 1.0 / (A * A) if x < 0.0 else 0.0)"
).replace("A", "fabs(x)")

# ---------------------------------------------------------------------------------------- normal distribution


def erfinv(x: float) -> float:
    """The inverse of erf; ±inf at ±1, nan beyond."""
    a = abs(x)
    if not a < 1.0:
        return math.copysign(inf, x) if a == 1.0 else nan
    if a <= 0.85:
        r = 0.180625 - 0.25 * x * x
        above, below = _CENTRE
        return 0.5 * x * _polynomial(above, r) / _polynomial(below, r) * math.sqrt(0.5)
    r = math.sqrt(-math.log(0.5 * (1.0 - a)))
    (above, below), r = (_SIDE, r - 1.6) if r <= 5.0 else (_FAR, r - 5.0)
    return math.copysign(_polynomial(above, r) / _polynomial(below, r) * math.sqrt(0.5), x)


def _quotient(fit: tuple[list[float], list[float]], r: str) -> str:
    return f"{_written(fit[0], r)} / {_written(fit[1], r)}"


ERFINV = (
    f"0.5 * x * {_quotient(_CENTRE, '(0.180625 - 0.25 * x * x)')} * sqrt(0.5) if fabs(x) <= 0.85 else "
    "copysign(inf, x) if fabs(x) == 1.0 else "
    f"copysign(({_quotient(_SIDE, '(R - 1.6)')} if R <= 5.0 else {_quotient(_FAR, '(R - 5.0)')}) * sqrt(0.5), x)"
).replace("R", "sqrt(-log(0.5 * (1.0 - fabs(x))))")


def scaled_tail(x: float) -> float:
    """exp(x²/2) · Φ(−x) for x ≥ 0: the tail of the normal distribution without what makes it small."""
    z = x * math.sqrt(0.5)
    if z < 28.0:
        u = 63.5 / 28.0 * (z / (z + 3.75))
        return 0.5 * (1.0 + u * _polynomial(TAIL, u - 1.0)) / (1.0 + 2.0 * z)
    return 0.5 * _polynomial(_ERFCX_FAR, 1.0 / (z * z)) / (z * math.sqrt(math.pi))


_Z = "(X * sqrt(0.5))"
_U = f"(63.5 / 28.0 * ({_Z} / ({_Z} + 3.75)))"
SCALED_TAIL = (
    f"(0.5 * (1.0 + {_U} * {_written(TAIL, f'({_U} - 1.0)')}) / (1.0 + 2.0 * {_Z}) if {_Z} < 28.0 else "
    f"0.5 * {_written(_ERFCX_FAR, f'(1.0 / ({_Z} * {_Z}))')} / ({_Z} * sqrt(pi)))"
).replace("X", "fabs(x)")


def half_square_exponential(x: float) -> float:
    """exp(−x²/2) with all digits: of 26 bits of x the square is exact, and the rest is small."""
    if not abs(x) < 40.0:
        return 0.0 if abs(x) >= 40.0 else nan
    short = rounded(x * 1048576.0) / 1048576.0
    return math.exp(-0.5 * short * short) * math.exp(-0.5 * (x - short) * (x + short))


_SHORT = "(round(x * 1048576.0) / 1048576.0)"
HALF_SQUARE_EXPONENTIAL = (
    f"exp(-0.5 * {_SHORT} * {_SHORT}) * exp(-0.5 * (x - {_SHORT}) * (x + {_SHORT})) if fabs(x) < 40.0 else "
    "0.0 if fabs(x) >= 40.0 else nan"
)


def ndtr(x: float) -> float:
    """Φ(x), the share of a normal distribution below x."""
    tail = half_square_exponential(x) * scaled_tail(abs(x)) if x == x else nan
    return tail if x <= 0.0 else 1.0 - tail


NDTR = "half_square_exponential(x) * scaled_tail(fabs(x)) if x <= 0.0 else " + (
    "1.0 - half_square_exponential(x) * scaled_tail(fabs(x))"
)


def gelu(x: float) -> float:
    """Give x · Φ(x); to the left the rounding of −x/√2 would take digits from erfc."""
    return x * ndtr(x) if x < -1.0 else 0.5 * x * math.erfc(-x * _SQRT_HALF)


def log_ndtr(x: float) -> float:
    """Log Φ(x), also where Φ(x) is too small for a float."""
    if x <= -1.0:
        return log(scaled_tail(-x)) - 0.5 * x * x if x > -1e154 else -inf
    return math.log1p(-ndtr(-x))


LOG_NDTR = "log(scaled_tail(fabs(x))) - 0.5 * x * x if x <= -1.0 else log1p(-ndtr(-x))"


def mills(x: float) -> float:
    """The derivative of log_ndtr, φ(x) / Φ(x)."""
    if x <= 0.0:
        return math.sqrt(0.5 / math.pi) / scaled_tail(-x) if x > -1e300 else -x
    return half_square_exponential(x) * math.sqrt(0.5 / math.pi) / ndtr(x)


MILLS = (
    "(sqrt(0.5 / pi) / scaled_tail(fabs(x)) if x > -1e300 else -x) if x <= 0.0 else "
    "half_square_exponential(x) * sqrt(0.5 / pi) / ndtr(x)"
)
