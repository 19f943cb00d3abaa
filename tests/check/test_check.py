"""The room `check`: measuring, check_grads, gradient_function, operation, and what they say when something is wrong."""

import math
import pickle
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.thoroughness import DEEP, THOROUGH

import tinygrad_edu as tg
from tinygrad_edu import OPS, Op, Value, nn
from tinygrad_edu.check import Ray
from tinygrad_edu.errors import GradientMismatch

SCREEN_LINES, SCREEN_WIDTH = 24, 160

# ---------------------------------------------------------------------------------------- measuring

SMOOTH = [
    (math.sin, math.cos, (-30.0, 0.0, 0.3, 1.0, 10.0, 1e3)),
    (math.exp, math.exp, (-20.0, 0.0, 1.0, 5.0, 100.0)),
    (math.log, lambda x: 1 / x, (1e-6, 0.3, 1.0, 10.0, 1e6)),
    (math.sqrt, lambda x: 0.5 / math.sqrt(x), (1e-8, 0.5, 2.0, 1e5)),
    (lambda x: 1 / x, lambda x: -1 / x**2, (-1e-3, 1e-3, 0.5, 40.0)),
    (lambda x: math.tanh(30 * x), lambda x: 30 / math.cosh(30 * x) ** 2, (0.0, 0.01, -0.03)),
    (lambda x: math.sin(50 * x), lambda x: 50 * math.cos(50 * x), (0.0, 0.3)),
    (lambda x: x**3 - x, lambda x: 3 * x * x - 1, (0.0, 2.0, 1e4)),
    (lambda x: 1e-8 * math.sin(x), lambda x: 1e-8 * math.cos(x), (0.4, 2.0)),
    (lambda x: 1e12 * math.cosh(x), lambda x: 1e12 * math.sinh(x), (0.4, 2.0)),
    (
        lambda x: math.exp(-x * x) * math.sin(3 * x),
        lambda x: math.exp(-x * x) * (3 * math.cos(3 * x) - 2 * x * math.sin(3 * x)),
        (0.7, -1.5),
    ),
]


def line_at(f, x):
    def moved(t):
        try:
            return [f(x + t)]
        except (ValueError, ArithmeticError):
            return [math.nan]

    return Ray(moved, x)


@pytest.mark.parametrize(("f", "slope", "points"), SMOOTH)
def test_measured_slope_is_right_and_its_error_is_not_understated(f, slope, points):
    for x in points:
        found, true = line_at(f, x).slope(0), slope(x)
        assert abs(found.value - true) <= 4 * found.error
        assert found.error <= 1e-9 * abs(true) + 1e-12 * abs(f(x))


def test_the_error_follows_the_noise_of_the_function():
    """Sines to which 10⁸ was added lose eight digits; the estimate knows, and is still right."""
    found = line_at(lambda x: (1e8 + math.sin(x)) - 1e8, 0.3).slope(0)
    assert 1e-9 < found.error < 1e-4
    assert abs(found.value - math.cos(0.3)) <= found.error


@pytest.mark.parametrize("offset", [0.0, 1.0, 1e3, 1e8, 1e12])
def test_the_error_is_honest_whatever_the_noise(offset):
    """Adding and subtracting a large number rounds the values to a grid, where differences may agree by chance."""
    for k in range(40):
        x = -3.0 + 0.1517 * k
        for f, slope in ((math.sin, math.cos), (math.exp, math.exp), (math.tanh, lambda x: 1 / math.cosh(x) ** 2)):
            found = line_at(lambda x, f=f: (offset + f(x)) - offset, x).slope(0)
            assert abs(found.value - slope(x)) <= 8 * found.error
            assert found.error <= 2e-13 * (1.0 + abs(slope(x))) + 1e-13 * offset


STEPS = [
    (abs, lambda x: math.copysign(1.0, x)),
    (lambda x: max(x, 0.0), lambda x: float(x > 0.0)),
    (lambda x: max(x, 0.0) + math.exp(x), lambda x: float(x > 0.0) + math.exp(x)),
    (lambda x: float(x > 0), lambda x: 0.0),
    (lambda x: float((x > 0) - (x < 0.0)), lambda x: 0.0),
]


@pytest.mark.parametrize("f", [f for f, _ in STEPS] + [math.sqrt, lambda x: x if x < 0 else 2 * x])
def test_kinks_and_jumps_are_seen(f):
    assert line_at(f, 0.0).kinked(0)


@pytest.mark.parametrize("x", [1e-3, -1e-5, 1e-7, -1e-8, 1e-9, 1e-12, -1e-14])
@pytest.mark.parametrize(("f", "slope"), STEPS)
def test_close_to_a_kink_the_slope_is_right_or_the_kink_is_seen(f, slope, x):
    line = line_at(f, x)
    found = line.slope(0)
    assert abs(found.value - slope(x)) <= 8 * found.error + 1e-9 or line.kinked(0)


SWALLOWED = [
    (lambda x, c: x + math.sin(x + c), lambda x, c: 1.0 + math.cos(x + c)),
    (
        lambda x, c: math.log(math.exp(x) + math.exp(-abs(c) / 10)),
        lambda x, c: 1.0 / (1.0 + math.exp(-abs(c) / 10 - x)),
    ),
    (lambda x, c: abs(c) * x + math.log(math.exp(x)), lambda x, c: abs(c) + 1.0),
    (lambda x, c: x - math.log(x + abs(c) + 1.0), lambda x, c: 1.0 - 1.0 / (x + abs(c) + 1.0)),
]


@pytest.mark.parametrize(("f", "slope"), SWALLOWED)
@given(c=st.integers(-(10**6), 10**6).map(lambda n: n / 1e4), x=st.sampled_from([0.0, 1e-14, -3e-10, 2e-5]))
def test_small_steps_that_are_lost_in_a_sum_inside_deceive_nobody(f, slope, c, x):
    found = line_at(lambda t: f(t, c), x).slope(0)
    assert math.isinf(found.error) or abs(found.value - slope(x, c)) <= 8 * found.error + 1e-9


@pytest.mark.parametrize(
    ("f", "x", "slope"),
    [
        (
            lambda x: 1e-6 * x + math.log(math.cos(1e-3 * x)),
            3.0,
            1e-6 - 1e-3 * math.tan(3e-3),
        ),  # steps of 1e-10 are lost
        (lambda x: 1e-8 * x + math.log(math.cos(1e-4 * x)), 7.0, 1e-8 - 1e-4 * math.tan(7e-4)),
        (lambda x: math.sin(x) + 1e-9 * math.tanh(1e9 * (x - 3.0)), 3.0, math.cos(3.0) + 1.0),  # no rounding: it bends
        (lambda x: 68.4999999999377 % x, 0.25, -273.0),  # no rounding: it jumps
    ],
)
def test_rounding_inside_is_told_from_what_happens_near(f, x, slope):
    found = line_at(f, x).slope(0)
    assert abs(found.value - slope) <= 8 * found.error
    assert found.error <= 0.01 * abs(slope)


@pytest.mark.parametrize(("x", "second"), [(3.0, -5.5187784996e-10), (3.5, -9.9284649721e-12)])
def test_rounding_inside_that_shows_at_steps_of_1e_11_only_halves_no_second_derivative(x, second):
    def program(x):  # of cos(b), where b is 0.003, nothing is seen before it moves by an ulp of 1
        return tg.cos(tg.log(tg.cos(tg.lgamma(tg.tanh(x)))))

    assert tg.hessian(program)(x) == pytest.approx(second, rel=1e-9)  # mpmath
    tg.check_grads(program, (x,), order=2)


@pytest.mark.parametrize(("f", "slope"), SWALLOWED)
def test_such_slopes_are_found_nearly_always(f, slope):
    places = [(x, c / 7) for x in (0.0, 1e-14, -3e-10) for c in range(-700, 700, 23)]
    lost = [(x, c) for x, c in places if line_at(lambda t, c=c: f(t, c), x).slope(0).error > 1e-6]
    assert len(lost) < 0.05 * len(places), lost


@pytest.mark.parametrize("f", [math.sin, math.exp, lambda x: x**3, lambda x: abs(x - 0.01), lambda x: 3.0])
def test_smooth_points_are_not_taken_for_kinks(f):
    assert not line_at(f, 0.0).kinked(0)


def test_where_nothing_is_finite_nothing_is_measured():
    found = Ray(lambda t: [math.nan]).slope(0)
    assert math.isnan(found.value)
    assert found.error == math.inf


# ---------------------------------------------------------------------------------------- check_grads


def test_right_gradients_of_every_kind_of_argument_pass():
    def f(x, pair, options):
        return tg.sin(x) * pair[0] + options["scale"] ** 2 * tg.exp(pair[1][0]) / (1.0 + x * x)

    report = tg.check_grads(f, (0.3, [1.5, (0.2,)], {"scale": 2.0}), order=2)
    assert report.conclusive
    names = {c.name for c in report.comparisons}
    assert {"∂f/∂x", "∂f/∂pair[0]", "∂f/∂pair[1][0]", "∂f/∂options['scale']", "∂²f/∂x∂pair[0]"} <= names
    assert {c.mode for c in report.comparisons} == {"reverse", "forward"}
    assert len(report.comparisons) == 2 * (4 + 16)
    assert "agree" in str(report)


def test_one_argument_needs_no_tuple_and_outputs_may_be_many():
    report = tg.check_grads(lambda v: [v[0] * v[1], {"s": tg.sum(v)}], [2.0, 3.0])
    assert {c.name for c in report.comparisons} == {f"∂f{out}/∂v[{i}]" for out in ("[0]", "[1]['s']") for i in (0, 1)}


def test_modules_are_checked_by_their_parameters_and_not_changed():
    model = nn.MLP(2, [3, 1], activation="tanh", seed=1)
    before = model.state_dict()
    report = tg.check_grads(lambda net, x: net(x) ** 2, (model, [0.5, -0.2]), order=1)
    assert report.conclusive
    assert "∂f/∂net.layers.0.neurons.2.w.1" in {c.name for c in report.comparisons}
    assert model.state_dict() == before
    assert all(p.grad == 0.0 for p in model.parameters())


def wrong_in(place, count=12, by=1.001):
    """Make a function of `count` parameters whose derivative by one of them is a little off."""
    times = Op("times", lambda x, w: x * w, lambda y, x, w: (w * by, x))

    def energy(w):
        slopes = [0.3 + 0.1 * (i % 12) for i in range(count)]
        terms = [tg.tanh(times(x, a) if i == place else x * a) for i, (x, a) in enumerate(zip(w, slopes, strict=True))]
        return tg.sum(terms) + w[0] * w[count - 1]

    return energy


@pytest.mark.parametrize("place", [0, 7, 11])
def test_the_wrong_coordinate_of_twelve_is_named_on_one_screen(place):
    with pytest.raises(GradientMismatch) as caught:
        tg.check_grads(wrong_in(place), ([0.1 * (i + 1) for i in range(12)],))
    error = caught.value
    assert {c.name for c in error.comparisons} == {f"∂f/∂w[{place}]"}
    lines = str(error).splitlines()
    assert len(lines) <= SCREEN_LINES
    assert all(len(line) <= 250 for line in lines)
    assert f"w[{place}]" in lines[2]
    assert error.suspect.op.name == "times"
    assert error.suspect.index == 0
    assert "times(" in str(error)
    first = error.comparisons[0]
    assert first.given == pytest.approx(1.001 * first.measured, rel=0.02)
    assert first.tolerance < 1e-6


def test_the_drawing_shows_the_operation_alone():
    with pytest.raises(GradientMismatch) as caught:
        tg.check_grads(wrong_in(3), ([0.1] * 12,))
    assert "times" in str(caught.value.drawing) or "×" in str(caught.value.drawing)


def test_of_many_parameters_the_wrong_one_is_found_by_halving():
    with pytest.raises(GradientMismatch) as caught:
        tg.check_grads(wrong_in(97, 150, by=1.5), ([0.01 * (i % 7) + 0.05 for i in range(150)],))
    assert {c.name for c in caught.value.comparisons} == {"∂f/∂w[97]"}


def test_a_right_function_of_many_parameters_passes():
    report = tg.check_grads(lambda v: tg.logsumexp(v) * tg.dot(v, v), ([0.01 * i for i in range(100)],))
    assert report.conclusive
    assert len(report.comparisons) == 32


def test_what_is_wrong_only_at_second_order_is_found_at_second_order():
    cut = Op("cut", lambda x: x**3, lambda y, x: (3.0 * x * OPS["detach"](x),))
    tg.check_grads(lambda x: tg.exp(cut(x)), (0.7,))
    with pytest.raises(GradientMismatch, match=r"∂²f/∂x∂x") as caught:
        tg.check_grads(lambda x: tg.exp(cut(x)), (0.7,), order=2)
    assert caught.value.suspect.op is cut
    assert caught.value.suspect.second == 0


def test_a_gradient_that_is_cut_is_explained():
    with pytest.raises(GradientMismatch, match=r"x\.data, detach"):
        tg.check_grads(lambda x: x * x.data, (2.0,))
    with pytest.raises(GradientMismatch, match="plain numbers"):
        tg.check_grads(lambda x: x.data * 2.0, (2.0,))


def test_a_nan_gradient_at_a_smooth_point_is_a_mismatch():
    hole = Op("hole", lambda x: x * x, lambda y, x: (x * math.nan,))
    with pytest.raises(GradientMismatch):
        tg.check_grads(lambda x: hole(x), (1.0,))


@pytest.mark.parametrize(
    ("f", "x"),
    [(tg.relu, 0.0), (tg.relu, 1e-9), (lambda x: tg.abs(x) * x.relu(), -1e-12), (tg.sqrt, 0.0), (tg.heaviside, 0.0)],
)
def test_a_point_near_a_kink_is_reported_not_failed(f, x):
    report = tg.check_grads(lambda x: f(x) * 1.0, (x,))
    assert not [c for c in report.comparisons if c.status == "mismatch"]
    if report.near_kinks:
        assert "nondifferentiable" in str(report)
        assert "(" in str(report)


def test_the_kink_is_named():
    report = tg.check_grads(lambda x: tg.relu(x - 1.0), (1.0,))
    assert len(report.near_kinks) == 2
    assert "relu(0)" in str(report)
    assert not report.conclusive


def test_elu_is_smooth_once_and_has_its_kink_at_second_order():
    assert tg.check_grads(tg.elu, (0.0,)).conclusive
    assert tg.check_grads(tg.elu, (-1e-15,), order=2).near_kinks


def test_a_wrong_slope_beside_a_kink_is_still_found():
    """A kink at a distance excuses nothing."""
    bent = Op("bent", lambda x: max(x, 0.0), lambda y, x: (1.01 * OPS["heaviside"](x),), kinks=[(lambda x: x, (0.0,))])
    with pytest.raises(GradientMismatch):
        tg.check_grads(lambda x: bent(x) * 2.0, (0.001,))


def test_noise_widens_the_tolerance_and_does_not_alarm():
    report = tg.check_grads(lambda x: (1e9 + tg.sin(x)) - 1e9, (0.3,))
    assert report.comparisons[0].status != "mismatch"
    assert report.comparisons[0].tolerance > 1e-8


def test_complex_step_loses_no_digits():
    report = tg.check_grads(lambda x, y: (x * x + 1.0) / y - y * x * 3.0, (0.3, 2.0), method="complex")
    assert report.conclusive
    assert max(c.error for c in report.comparisons) < 1e-13
    with pytest.raises(TypeError, match="complex"):
        tg.check_grads(lambda x: tg.exp(x), (1.0,), method="complex")


def test_one_mode_or_both():
    assert {c.mode for c in tg.check_grads(tg.sin, (1.0,), modes="forward").comparisons} == {"forward"}
    assert {c.mode for c in tg.check_grads(tg.sin, (1.0,), modes=("reverse",)).comparisons} == {"reverse"}


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: tg.check_grads(tg.sin, (1.0,), order=3), ValueError, "order is 1 or 2"),
        (lambda: tg.check_grads(tg.sin, (1.0,), modes=("backward",)), ValueError, "reverse, forward"),
        (lambda: tg.check_grads(tg.sin, (1.0,), method="magic"), ValueError, "differences, complex"),
        (lambda: tg.check_grads(tg.sin, (1.0,), 2, method="complex"), ValueError, "order=2"),
        (lambda: tg.check_grads(tg.sin, (math.inf,)), ValueError, "finite"),
        (lambda: tg.check_grads(tg.sin, ("1",)), TypeError, "number"),
        (lambda: tg.check_grads(tg.sum, ([],)), ValueError, "nothing to differentiate"),
        (lambda: tg.check_grads(3.0, (1.0,)), TypeError, "callable"),
        (lambda: tg.check_grads(lambda x: "x", (1.0,)), TypeError, "number"),
        (lambda: tg.check.operation(tg.relu.fn), TypeError, "tg.Op"),
        (lambda: tg.check.programs(ops=[]), ValueError, "at least one operation"),
        (lambda: tg.check.programs(max_ops=0), ValueError, "at least"),
        (lambda: tg.check.finite_values(2.0, 1.0), ValueError, "low < high"),
        (lambda: tg.check.gradient_function(math.sin, math.cos, math.nan), ValueError, "finite"),
        (lambda: tg.check.gradient_function(math.sin, math.cos, "a"), TypeError, "number"),
        (lambda: tg.check.gradient_function(lambda x: x, lambda x: x[:1], np.ones(2)), ValueError, "1 derivatives"),
        (lambda: tg.check.gradient_function(lambda x: x, lambda x: x, np.ones(2)), TypeError, "one number"),
        (lambda: tg.check.gradient_function(math.sin, math.cos, 1.0, method="m"), ValueError, "differences"),
    ],
)
def test_bad_input_is_answered(call, error, message):
    with pytest.raises(error, match=message):
        call()


# ---------------------------------------------------------------------------------------- gradient_function


def logistic(w):
    """The mean logistic loss of four examples, in NumPy."""
    X = np.array([[1.0, 0.5, -1.0], [0.2, -0.3, 1.0], [1.5, 1.0, 0.1], [-1.0, 0.4, 0.9]])
    y = np.array([1.0, 0.0, 1.0, 0.0])
    z = X @ w
    return float(np.mean(np.log1p(np.exp(-np.abs(z))) + np.maximum(z, 0.0) - y * z)), X, y, z


def logistic_gradient(w):
    _, X, y, z = logistic(w)
    return X.T @ (1.0 / (1.0 + np.exp(-z)) - y) / len(y)


def test_gradients_by_hand_on_floats_arrays_and_containers():
    assert tg.check.gradient_function(math.sin, math.cos, 0.7).conclusive
    w = np.array([0.3, -0.2, 0.5])
    assert tg.check.gradient_function(lambda w: logistic(w)[0], logistic_gradient, w).conclusive
    square = tg.check.gradient_function(lambda a: (a**2).sum(), lambda a: 2 * a, np.arange(6.0).reshape(2, 3))
    assert [c.name for c in square.comparisons][4] == "∂<lambda>/∂x[1, 1]"
    nested = tg.check.gradient_function(
        lambda p: p["a"] * p["b"][0] ** 2, lambda p: {"a": p["b"][0] ** 2, "b": [2 * p["a"] * p["b"][0]]},
        {"a": 2.0, "b": [3.0]},
    )  # fmt: skip
    assert nested.conclusive


def test_a_wrong_gradient_by_hand_is_named():
    def wrong(w):
        gradient = logistic_gradient(w)
        gradient[1] *= 0.999
        return gradient

    with pytest.raises(GradientMismatch) as caught:
        tg.check.gradient_function(lambda w: logistic(w)[0], wrong, np.array([0.3, -0.2, 0.5]))
    assert [c.name for c in caught.value.comparisons] == ["∂<lambda>/∂x[1]"]
    assert pickle.loads(pickle.dumps(caught.value)).args == caught.value.args
    assert caught.value.suspect is None
    assert caught.value.drawing is None


def test_complex_step_by_hand():
    report = tg.check.gradient_function(
        lambda x: np.exp(x[0]) * np.sin(x[1]),
        lambda x: np.array([np.exp(x[0]) * np.sin(x[1]), np.exp(x[0]) * np.cos(x[1])]),
        np.array([0.5, 0.25]),
        method="complex",
    )
    assert report.conclusive
    assert max(c.error for c in report.comparisons) < 1e-14


# ---------------------------------------------------------------------------------------- operation


def test_a_right_operation_passes():
    cube = Op("cube", lambda x: x * x * x, lambda y, x: (3.0 * x * x,))
    assert tg.check.operation(cube).conclusive
    soft = Op("soft", lambda a, b: math.hypot(a, b), lambda y, a, b: (a / y, b / y), domains=lambda a, b: a != 0 != b)
    assert tg.check.operation(soft).conclusive


@pytest.mark.parametrize(
    ("op", "message"),
    [
        (Op("off", lambda x: x * x, lambda y, x: (2.002 * x,)), "off"),
        (Op("left", lambda x: x * x, lambda y, x: (2.0 * OPS["abs"](x),)), r"left\(−"),
        (Op("twice", lambda x: x * x, lambda y, x: (2.0 * OPS["detach"](x),)), "argument 1 and then 1"),
        (Op("second", lambda a, b: a * b, lambda y, a, b: (b, b)), "argument 2"),
        (Op("few", lambda a, b: a * b, lambda y, a, b: (b,)), "1 partials for 2 arguments"),
        (Op("mathy", math.exp, lambda y, x: (math.exp(x),)), "write them in arithmetic and table functions"),
        (
            Op("tie", lambda x: max(x, 0.0), lambda y, x: (OPS["heaviside"](x),), kinks=[(lambda x: x, (1.0,))]),
            "promises the partials",
        ),
    ],
)
def test_a_wrong_operation_is_caught(op, message):
    with pytest.raises((GradientMismatch, TypeError), match=message) as caught:
        tg.check.operation(op)
    assert len(str(caught.value).splitlines()) <= SCREEN_LINES


def test_an_operation_with_no_place_to_check_it_says_so():
    with pytest.raises(ValueError, match="domains"):
        tg.check.operation(Op("nowhere", lambda x: math.nan, lambda y, x: (1.0 * x,)))


# ---------------------------------------------------------------------------------------- strategies


def wrong_version(op, factor=1.001):
    """Copy an entry with its partials off by 0.1 %."""
    return Op(
        f"{op.name}_off",
        op.fn,
        lambda y, *args: tuple(factor * p for p in op.partials(y, *args)),
        domains=op.domains,
        kinks=op.kinks,
    )


def _sampled(ops):
    return ops if DEEP else ops[::7] if THOROUGH else ops[:1]


def test_the_shrunk_counterexample_of_a_wrong_partial_has_at_most_two_operations():
    from hypothesis import find, settings

    from tinygrad_edu.check.safe_points import is_flat
    from tinygrad_edu.check.strategies import default_ops

    def fails(program):
        try:
            tg.check_grads(program, program.point)
        except GradientMismatch:
            return True
        return False

    for op in _sampled([op for op in default_ops() if not is_flat(op) and op.arity]):
        off = wrong_version(op)
        if off.arity is None:
            off.arity = op.arity
        strategy = tg.check.programs(ops=[*default_ops(), off, off, off])
        smallest = find(strategy, fails, settings=settings(max_examples=600, database=None, derandomize=True))
        assert len(smallest.lines) <= 2, smallest
        assert off in [line.op for line in smallest.lines]


def test_points_are_in_the_domain_and_away_from_kinks():
    from hypothesis import given, settings

    def checked(op):
        @given(tg.check.points(op))
        @settings(max_examples=30)
        def check(args):
            assert math.isfinite(op(*args))
            assert all(abs(zero(*args)) > 0.01 for zero, _ in op.kinks)
            assert all(map(math.isfinite, op.slopes(op(*args), args)))

        check()

    for name in ("log", "asin", "acosh", "relu", "clip", "atan2", "max"):
        checked(OPS[name])


def test_finite_values_stay_inside():
    from hypothesis import given, settings

    @given(tg.check.finite_values(2.5, 3.5))
    @settings(max_examples=50)
    def check(x):
        assert 2.5 <= x <= 3.5

    check()


PYTEST_FILE = """
import tinygrad_edu as tg
from hypothesis import settings

half = tg.Op("half_cube", lambda x: x * x * x, lambda y, x: (1.5 * x * x,))
ops = [half, tg.OPS["sin"], tg.OPS["mul"], tg.OPS["exp"], tg.OPS["add"]]

@settings(max_examples=300, database=None)
@tg.check.given_program(ops=ops, max_ops=6)
def test_wrong(program):
    tg.check_grads(program, program.point)

@tg.check.given_program
@settings(max_examples=20, database=None)
def test_right(program):
    tg.check_grads(program, program.point)
"""


PATIENT = """
from hypothesis import HealthCheck, Phase, settings

phases = [Phase.generate, Phase.shrink]  # and none to explain what it found
settings.register_profile("patient", suppress_health_check=[HealthCheck.too_slow], deadline=None, phases=phases)
settings.load_profile("patient")
"""


def test_given_program_prints_the_smallest_program_and_draws_it(tmp_path):
    (tmp_path / "test_it.py").write_text(PYTEST_FILE)
    (tmp_path / "conftest.py").write_text(PATIENT)
    run = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "test_it.py"],
        cwd=tmp_path, capture_output=True, text=True, timeout=300,
    )  # fmt: skip
    assert "1 failed, 1 passed" in run.stdout, run.stdout[-3000:]
    shown = run.stdout[run.stdout.index("the smallest program found that fails:") :]
    assert "def program(x):" in shown
    assert "a = half_cube(x)" in shown
    assert "return a" in shown
    drawings = list((tmp_path / ".tinygrad_edu").iterdir())
    assert [path.stem for path in drawings] == ["test_wrong"]
    assert "half_cube" in drawings[0].read_text()


def test_without_hypothesis_the_rest_works_and_the_message_names_the_extra():
    code = (
        "import sys; sys.modules['hypothesis'] = None\n"
        "import tinygrad_edu as tg\n"
        "assert tg.check_grads(tg.sin, (1.0,)).conclusive\n"
        "assert tg.check.operation(tg.sin).conclusive\n"
        "try: tg.check.programs()\n"
        "except ModuleNotFoundError as error: print(error)\n"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "tinygrad-edu[check]" in run.stdout


def test_the_room_imports_nothing_heavy():
    code = (
        "import sys, tinygrad_edu.check, tinygrad_edu as tg; tg.check_grads(tg.sin, (1.0,))\n"
        "print({'hypothesis', 'numpy', 'matplotlib', 'graphviz', 'torch'} & set(sys.modules))"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "set()"


def test_a_program_prints_draws_and_refuses_wrong_counts():
    from tinygrad_edu.check.program import Line as ProgramLine
    from tinygrad_edu.check.program import Program

    own = Op("own", lambda x: x, lambda y, x: (1.0,))
    program = Program((0.5, -1.0), [ProgramLine(OPS["sub"], (0, -2.0)), ProgramLine(own, (2,)), ProgramLine(OPS["dot"], (3, 1, 1, 2))])  # fmt: skip # noqa: E501
    assert "a = x - (-2.0)" in program.code
    assert "own is an operation of your own" in program.code
    assert "tg.OPS['dot'](b, y, y, a)" in program.code
    assert program(0.5, -1.0) == 2.5 * -1.0 + -1.0 * 2.5
    assert isinstance(program.values()[-1], Value)
    assert "own" in program.draw().dot
    with pytest.raises(TypeError, match="2 numbers"):
        program(1.0)


@pytest.mark.parametrize("f", [tg.abs, lambda x: tg.maximum(x, 0.0), lambda x: tg.minimum(x, -x)])
def test_a_kink_is_reported_where_central_differences_happen_to_agree(f):
    """On both sides of 0 the differences of |x| cancel, to the 0 that abs promises: that shows nothing."""
    report = tg.check_grads(f, (0.0,))
    assert [c.status for c in report.comparisons] == ["kink", "kink"]
    assert not report.conclusive
    assert tg.check_grads(tg.square, (0.0,)).conclusive  # where the slope is 0 as well


def test_the_message_fits_on_a_screen():
    """12 parameters, one of them wrong: its coordinate first, and no line wider than a screen."""
    wrong = tg.Op("wrong", lambda x: math.sin(x), lambda y, x: (tg.cos(x) * 1.001,))
    with pytest.raises(GradientMismatch) as caught:
        tg.check_grads(
            lambda w: tg.sum(w[:7]) + wrong(w[7]) * w[8] + tg.dot(w[8:10], w[10:]), ([k / 7 for k in range(12)],)
        )
    lines = str(caught.value).splitlines()
    assert len(lines) < 25
    assert max(map(len, lines)) <= 120
    assert "w[7]" in lines[2]


@pytest.mark.parametrize("distance", [10.0**-k for k in range(1, 8)])
@pytest.mark.parametrize("at", [0.1, 3.875, 1000.0])
def test_flat_pieces_near_a_kink_are_no_false_alarm(at, distance):
    """Beside its kink the function is flat, which must not be taken for rounding to a coarse grid."""
    near = at * distance
    for report in (
        tg.check_grads(tg.maximum, (at, at - near), modes=("reverse",)),
        tg.check_grads(lambda x: tg.relu(x - at), (at - near,), modes=("reverse",)),
        tg.check_grads(lambda x: tg.clip(x, -at, at) * x, (at + near,), modes=("reverse",)),
    ):
        assert report.conclusive, report
