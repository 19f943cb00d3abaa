"""`minimize`: published minima of the Moré-Garbow-Hillstrom functions, from structures of all kinds."""

import math
import subprocess
import sys
from dataclasses import dataclass

import numpy as np
import pytest
from support.thoroughness import THOROUGH

import tinygrad_edu as tg

optimize = pytest.importorskip("scipy.optimize", reason="the minimiser, extra [scipy]")
from tinygrad_edu.optim.minimising import METHODS  # noqa: E402  # after what it needs


@dataclass
class Point:
    x: object
    y: object


def rosenbrock(p):
    return 100.0 * (p["y"] - p["x"] ** 2) ** 2 + (1.0 - p["x"]) ** 2


def powell_singular(x):
    (a, b), (c, d) = x
    return (a + 10 * b) ** 2 + 5 * (c - d) ** 2 + (b - 2 * c) ** 4 + 10 * (a - d) ** 4


def wood(x):
    a, b, c, d = x
    return (
        100 * (b - a**2) ** 2 + (1 - a) ** 2 + 90 * (d - c**2) ** 2 + (1 - c) ** 2
        + 10 * (b + d - 2) ** 2 + 0.1 * (b - d) ** 2
    )  # fmt: skip


def beale(p):
    return sum((c - p.x * (1 - p.y**i)) ** 2 for i, c in enumerate((1.5, 2.25, 2.625), 1))


def brown_and_dennis(x):
    t = np.arange(1, 21) / 5
    return np.sum(((x[0] + t * x[1] - np.exp(t)) ** 2 + (x[2] + x[3] * np.sin(t) - np.cos(t)) ** 2) ** 2)


def bard(x):
    y = [0.14, 0.18, 0.22, 0.25, 0.29, 0.32, 0.35, 0.39, 0.37, 0.58, 0.73, 0.96, 1.34, 2.10, 4.39]
    first, rest = x["first"], x["rest"]
    return tg.sum(
        [(yi - (first + u / ((16 - u) * rest[0] + min(u, 16 - u) * rest[1]))) ** 2 for u, yi in enumerate(y, 1)]
    )


# The numbers of More, Garbow and Hillstrom 1981, doi:10.1145/355934.355936: where to begin, and how small it gets.
PROBLEMS = {
    "Rosenbrock": (rosenbrock, {"x": -1.2, "y": 1}, 0.0),
    "Powell singular": (powell_singular, [(3.0, -1.0), [0.0, 1.0]], 0.0),
    "Wood": (wood, (-3.0, -1.0, -3.0, -1.0), 0.0),
    "Beale": (beale, Point(1.0, 1.0), 0.0),
    "Brown and Dennis": (brown_and_dennis, np.array([25.0, 5.0, -5.0, -1.0]), 85822.2),
    "Bard": (bard, {"first": 1.0, "rest": np.ones(2)}, 8.21487e-3),
}
FAST = ("BFGS", "Newton-CG", "trust-exact", "trust-krylov")
SLOW = ("CG", "L-BFGS-B", "TNC", "SLSQP", "trust-ncg", "trust-constr", "Nelder-Mead", "Powell")


def same_kind(a, b):
    if isinstance(b, dict):
        return list(a) == list(b) and all(same_kind(a[k], b[k]) for k in b)
    if isinstance(b, (list, tuple)):
        return type(a) is type(b) and len(a) == len(b) and all(map(same_kind, a, b))
    if isinstance(b, np.ndarray):
        return isinstance(a, np.ndarray) and (a.shape, a.dtype) == (b.shape, np.float64)
    if isinstance(b, Point):
        return isinstance(a, Point) and same_kind((a.x, a.y), (b.x, b.y))
    return type(a) is float


@pytest.mark.parametrize("name", PROBLEMS)
@pytest.mark.parametrize("method", [*FAST, *SLOW] if THOROUGH else FAST)
def test_the_published_minimum_is_found(name, method):
    f, start, least = PROBLEMS[name]
    options = {"TNC": {"maxfun": 4000, "ftol": 1e-14}, "Nelder-Mead": {"maxiter": 4000, "fatol": 1e-12, "xatol": 1e-9},
               "trust-constr": {"maxiter": 3000}, "Newton-CG": {"xtol": 1e-10, "maxiter": 1000},
               "L-BFGS-B": {"ftol": 1e-15, "gtol": 1e-9}, "SLSQP": {"ftol": 1e-14, "maxiter": 500}}  # fmt: skip
    found = tg.minimize(f, start, method, options=options.get(method))
    assert found.fun == pytest.approx(least, rel=1e-4, abs=2e-6)
    assert found.engine == "numpy: compiled"
    assert same_kind(found.x, start)
    assert float(f(found.x)) == pytest.approx(found.fun, rel=1e-9, abs=1e-12)


def test_a_number_is_enough_and_the_method_may_be_left_to_scipy():
    found = tg.minimize(lambda x: tg.cosh(x - 2.0), 0)
    assert type(found.x) is float
    assert found.x == pytest.approx(2.0, abs=1e-5)
    bounded = tg.minimize(lambda x: tg.cosh(x - 2.0), 0, bounds=[(None, 1.5)])
    assert bounded.x == pytest.approx(1.5)


def test_what_cannot_be_traced_runs_eagerly_and_says_why():
    def f(p):
        x, y = p
        return (x - 1.0) ** 2 + (2.0 * y * y if y > 0.0 else y * y)

    for method in ("BFGS", "Newton-CG", "trust-exact", "Nelder-Mead"):
        found = tg.minimize(f, [3.0, 2.0], method)
        assert found.engine.startswith("eager: f could not be compiled (FrozenNumberError: ")
        assert found.x == pytest.approx([1.0, 0.0], abs=1e-4)


def test_our_own_derivatives_save_calls():
    """SciPy that differentiates by differences calls f once more for each number."""
    calls = []

    def f(x):
        calls.append(0)
        return wood(x) if x[0] > -1e9 else 0.0

    exact = tg.minimize(f, [-3.0, -1.0, -3.0, -1.0], "BFGS")
    own = len(calls)
    optimize.minimize(f, [-3.0, -1.0, -3.0, -1.0], method="BFGS")
    assert own < 0.5 * (len(calls) - own)
    assert exact.nfev == exact.njev
    np.testing.assert_allclose(exact.jac, tg.grad(wood)(exact.x), atol=1e-9)


@pytest.mark.parametrize("traceable", [True, False])
def test_hessian_products_and_hessians_are_exact(traceable, monkeypatch):
    """What SciPy is given, against the Hessian of Rosenbrock's function by hand."""
    given = {}

    def spy(function, start, **settings):
        given.update(settings, function=function)
        return optimize.OptimizeResult(x=start)

    monkeypatch.setattr("scipy.optimize.minimize", spy)

    def f(p):
        return rosenbrock(p) if traceable or p["x"] > -1e9 else 0.0

    x, v = np.array([-1.2, 1.0]), np.array([0.3, -2.0])
    hessian = np.array([[1200 * 1.44 - 400 + 2, 480.0], [480.0, 200.0]])
    tg.minimize(f, {"x": -1.2, "y": 1.0}, "trust-ncg")
    np.testing.assert_allclose(given["hessp"](x, v), hessian @ v, rtol=1e-13)
    value, slope = given["function"](x)
    assert value == pytest.approx(24.2)
    np.testing.assert_allclose(slope, [-215.6, -88.0], rtol=1e-13)
    tg.minimize(f, {"x": -1.2, "y": 1.0}, "dogleg")
    np.testing.assert_allclose(given["hess"](x), hessian, rtol=1e-13)


def test_a_callback_sees_the_structure_and_may_stop():
    seen = []

    def callback(x):
        seen.append(x)
        return len(seen) == 3

    found = tg.minimize(rosenbrock, {"x": -1.2, "y": 1.0}, "BFGS", callback=callback)
    assert len(seen) == 3
    assert set(seen[0]) == {"x", "y"}
    assert found.x == seen[-1]


def test_captured_values_are_read_and_stay():
    scale = tg.Value(3.0)
    found = tg.minimize(lambda x: (scale * x - 6.0) ** 2, 0.0)
    assert found.x == pytest.approx(2.0, abs=1e-5)
    assert (scale.data, scale.grad) == (3.0, 0.0)


def test_every_method_of_scipy_is_known():
    from scipy.optimize import show_options

    documented = {line.strip() for line in show_options("minimize", disp=False).splitlines()}
    missing = [name for name in METHODS if name not in documented and name.lower() not in map(str.lower, documented)]
    assert missing == []


BAD = [
    (lambda: tg.minimize(rosenbrock, {"x": 1.0, "y": "a"}), TypeError, r"x0\['y'\] as a number"),
    (lambda: tg.minimize(rosenbrock, {"x": 1.0, "y": math.nan}), ValueError, r"finite numbers, got x0\['y'\] = nan"),
    (lambda: tg.minimize(rosenbrock, {}), ValueError, "x0 holds no number"),
    (lambda: tg.minimize(lambda x: [x, x], 1.0), TypeError, "needs a function that gives one number"),
    (
        lambda: tg.minimize(lambda x: x * x, 1.0, "BFGSS"),
        ValueError,
        "no method is called 'BFGSS'; did you mean",
    ),
    (lambda: tg.minimize(lambda x: x * x, 1.0, jac=abs), TypeError, "leave jac out"),
    (lambda: tg.minimize(lambda x: x.foo, 1.0), AttributeError, "foo"),
]


@pytest.mark.parametrize(("call", "error", "message"), BAD)
def test_what_makes_no_sense_is_refused(call, error, message):
    with pytest.raises(error, match=message):
        call()


def test_without_scipy_it_says_what_to_install():
    code = (
        "import sys; sys.modules['scipy'] = None\n"
        "import tinygrad_edu as tg\n"
        "try: tg.minimize(lambda x: x * x, 1.0)\n"
        "except ImportError as error: print(error)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "tg.minimize needs SciPy: pip install 'tinygrad-edu[scipy]'"
