"""Values are exact to 1e-14 of what they are, and slopes to 1e-12, all over the domain: mpmath says so."""

import mpmath
import pytest
from mpmath import mpf
from support.thoroughness import THOROUGH

import tinygrad_edu as tg
from tinygrad_edu import OPS
from tinygrad_edu.check.safe_points import in_domain, is_flat, sample, spread


def inner(*uv):
    return mpmath.fdot(uv[: len(uv) // 2], uv[len(uv) // 2 :])


def erfc(x):
    return mpmath.erfc(x) if x < 1e4 else mpf(0)  # it cannot hold e to the power of −10²⁴


def below(x):
    """The normal distribution function."""
    return erfc(-x / mpmath.sqrt(2)) / 2


def far_below(x):
    """The tail, divided by density(x) / |x|."""
    return 1 - 1 / x**2 + 3 / x**4 - 15 / x**6


def log_below(x):
    if x < -1e4:
        return -x * x / 2 - mpmath.log(-x * mpmath.sqrt(2 * mpmath.pi)) + mpmath.log(far_below(x))
    return mpmath.log1p(-below(-x)) if x > 0 else mpmath.log(below(x))


def density(x):
    return mpmath.exp(-x * x / 2) / mpmath.sqrt(2 * mpmath.pi)


TRUTH = {
    "abs": abs,
    "add": lambda a, b: a + b,
    "cbrt": lambda x: mpmath.sign(x) * mpmath.cbrt(abs(x)),
    "clip": lambda x, low, high: min(max(x, low), high),
    "div": lambda a, b: a / b,
    "dot": inner,
    "elu": lambda x: x if x > 0 else mpmath.expm1(x),
    "erfc": erfc,
    "exp2": lambda x: mpf(2) ** x,
    "gelu": lambda x: x * below(x),
    "identity": lambda x: x,
    "leaky_relu": lambda x: x if x > 0 else mpf(0.01) * x,
    "lgamma": lambda x: mpmath.re(mpmath.loggamma(x)),
    "log2": lambda x: mpmath.log(x) / mpmath.log(2),
    "log_ndtr": log_below,
    "logaddexp": lambda a, b: mpmath.log(mpmath.exp(a) + mpmath.exp(b)),
    "logsumexp": lambda *xs: max(xs) + mpmath.log(mpmath.fsum(mpmath.exp(x - max(xs)) for x in xs)),
    "max": lambda *xs: max(xs),
    "maximum": max,
    "mean": lambda *xs: mpmath.fsum(xs) / len(xs),
    "min": lambda *xs: min(xs),
    "minimum": min,
    "mul": lambda a, b: a * b,
    "ndtr": below,
    "neg": lambda x: -x,
    "norm": lambda *xs: mpmath.sqrt(mpmath.fsum(x * x for x in xs)),
    "pow": lambda a, b: a**b,
    "prod": lambda *xs: mpmath.fprod(xs),
    "reciprocal": lambda x: 1 / x,
    "relu": lambda x: max(x, 0),
    "remainder": lambda a, b: a - b * mpmath.floor(a / b),
    "sigmoid": lambda x: 1 / (1 + mpmath.exp(-x)),
    "silu": lambda x: x / (1 + mpmath.exp(-x)),
    "sinc": lambda x: mpmath.sinpi(x) / (mpmath.pi * x) if x else mpf(1),
    "softplus": lambda x: mpmath.log1p(mpmath.exp(x)),
    "square": lambda x: x * x,
    "sub": lambda a, b: a - b,
    "sum": lambda *xs: mpmath.fsum(xs),
    "where": lambda condition, a, b: a if condition else b,
    "xlogy": lambda a, b: a * mpmath.log(b),
}
"""What mpmath does not have under the same name."""


def trigamma(x):
    """By reflection where x is below 0: mpmath goes there step by step, which takes long from −10⁸."""
    return mpmath.polygamma(1, x) if x > 0 else (mpmath.pi / mpmath.sinpi(x)) ** 2 - mpmath.polygamma(1, 1 - x)


SLOPES = {
    "lgamma": mpmath.digamma,
    "digamma": trigamma,
    "erfinv": lambda x: mpmath.sqrt(mpmath.pi) / 2 * mpmath.exp(mpmath.erfinv(x) ** 2),
    "ndtr": density,
    "log_ndtr": lambda x: -x / far_below(x) if x < -1e4 else density(x) / below(x),
    "gelu": lambda x: below(x) + x * density(x),
    "erf": lambda x: 2 / mpmath.sqrt(mpmath.pi) * mpmath.exp(-x * x),
    "erfc": lambda x: -2 / mpmath.sqrt(mpmath.pi) * mpmath.exp(-x * x),
}
"""Known at once; of others, differences are taken."""

SPECIAL = [
    *(sign * 10.0**-k for k in (300, 100, 12, 8, 5, 3, 2, 1) for sign in (1, -1)),
    *(-11.7, -5.3, -2.6, -1.5, -0.7, 0.3, 0.499, 0.501, 0.9, 1.1, 1.4, 1.7, 2.5, 2.999, 3.001, 6.5, 9.99, 10.01, 14.5),
    *(n + sign * 10.0**-k for n in (1.0, 2.0) for k in (13, 8, 3) for sign in (1, -1)),
    *(-33.9, -25.3, -17.0, -10.25),
    *(-37.0, -30.5, -20.25, -40.0, -1e3, -1e5, -1e8, -1000.3, 1000.7, 1e5, 1e17, 1e300, 1.4616321449683622),
    *(0.84, 0.86, 0.99, -0.9999, 1.0 - 1e-10, 1.0 - 2.0**-53, 5e-324, -5e-324, 1e-310, -1e-310),
]
"""Where one formula takes over from another, and beside zeros of lgamma and digamma."""

LOPSIDED = [(0.0, -37.0), (-1e-5, -30.0, -1e3, -12.0), (-20.0, 0.0, 1e-9, -20.0), (1e-300, -45.0)]
"""Where of what is small beside the largest no digit may be lost."""

SMOOTH = [op for op in OPS.values() if op.arity != 0 and op.name != "detach" and not is_flat(op)]


def places(op):
    yield from sample(op, 12 if THOROUGH else 4)
    yield from spread(op, 24 if THOROUGH else 8)
    if op.__module__.endswith("special_functions"):
        yield from ((x,) for x in SPECIAL if in_domain(op, (x,)))
    yield from LOPSIDED if op.arity is None else ()


def slope(f, args, index):
    """Give a difference at so small a step, of so many digits, that it is exact."""
    x = args[index]
    step = min(abs(x) or mpf(1), mpf(1)) * mpf(10) ** -30
    up, down = (f(*args[:index], x + side * step, *args[index + 1 :]) for side in (1, -1))
    return (up - down) / (2 * step)


def is_ordinary(x):
    return x == 0 or mpf(10) ** -290 < abs(x) < mpf(10) ** 300


@pytest.mark.parametrize("op", SMOOTH, ids=lambda op: op.name)
def test_values_are_exact_to_1e14_and_slopes_to_1e12(op):
    f = TRUTH.get(op.name) or getattr(mpmath, op.name)
    for args in places(op):
        y, extreme = op(*args), any(not 1e-50 < abs(x) < 1e50 for x in args if x)
        known = SLOPES.get(op.name)
        with mpmath.workdps(60 if known else 700 if extreme else 360):
            exactly = [mpf(x) for x in args]
            true = f(*exactly)
            slopes = [known(*exactly)] if known else [slope(f, exactly, i) for i in range(len(args))]
            terms = [abs(x * s) for x, s in zip(exactly, slopes, strict=True)] if op.arity is None else []  # may cancel
            lost = 1e-14 * abs(true) + 1e-15 * mpmath.fsum(terms)
            assert not is_ordinary(true) or abs(y - true) <= lost, (args, y, mpmath.nstr(true, 17))
            for found, s in zip(op.slopes(y, args), slopes, strict=True):
                assert not is_ordinary(s) or abs(found - s) <= 1e-12 * abs(s), (args, found, mpmath.nstr(s, 17))


BESIDE_0 = [sign * 10.0**-k for k in (1, 3, 6, 9, 20, 50, 110) for sign in (1, -1)]
DIFFERENCES = {"sigmoid": 1e-10}
"""What loses digits there: the slope is written as people write it, y · σ(−x), whose own slope is a difference."""


@pytest.mark.parametrize("op", [op for op in SMOOTH if op.arity == 1], ids=lambda op: op.name)
def test_slopes_of_slopes_keep_their_digits_beside_0(op):
    f = TRUTH.get(op.name) or getattr(mpmath, op.name)
    for x in BESIDE_0:
        if not in_domain(op, (x,)) or abs(x) < DIFFERENCES.get(op.name, 0.0):
            continue
        with mpmath.workdps(520):
            step = mpf(abs(x)) * mpf(10) ** -40
            true = (f(mpf(x) + step) - 2 * f(mpf(x)) + f(mpf(x) - step)) / step**2
            own = SLOPES.get(op.name)
            if own:
                true = (own(mpf(x) + step) - own(mpf(x) - step)) / (2 * step)
        found = tg.hessian(op)(x)
        if abs(true) > 1e308:
            assert found == mpmath.sign(true) * mpmath.inf, (x, found)
        elif abs(true) > 1e-290 or true == 0:
            lost = 1e-6 if op.name in DIFFERENCES else 1e-11
            assert abs(found - true) <= lost * abs(true), (x, found, mpmath.nstr(true, 17))
