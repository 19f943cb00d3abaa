"""Numbers are right where they are hard: huge scores, tails, kinks, edges of domains, nan."""

import math

import mpmath
import pytest

import tinygrad_edu as tg
from tinygrad_edu import OPS
from tinygrad_edu.check.safe_points import arities

inf, nan = math.inf, math.nan


def hessian(f, *point):
    return tg.hessian(lambda p: f(*p))(list(point))


# ---------------------------------------------------------------------------------------- softmax and its kin

SCORES = [
    [1e17, 1e17],
    [-1e17, -1e17, -1e17 - 16.0],
    [3e5, 3e5 + 1.0, 3e5 - 2.5],
    [700.0, -700.0],
    [33.0, 32.5],
    [1e300, 1e300],
    [0.0, -40.0, 1.0],
    [-1e8, -1e8 + 0.5],
]


def softmax_of(scores):
    with mpmath.workdps(60):
        top = max(scores)
        weights = [mpmath.exp(mpmath.mpf(s) - mpmath.mpf(top)) for s in scores]
        return [w / mpmath.fsum(weights) for w in weights]


@pytest.mark.parametrize("scores", SCORES, ids=str)
def test_softmax_and_everything_made_of_it_keep_their_digits_at_any_size_of_scores(scores):
    truth = softmax_of(scores)
    near = {"rel": 1e-13, "abs": 1e-300}
    assert tg.softmax(scores) == pytest.approx([float(t) for t in truth], **near)
    assert tg.grad(tg.logsumexp)(scores) == pytest.approx([float(t) for t in truth], **near)
    assert tg.log_softmax(scores) == pytest.approx([float(mpmath.log(t)) for t in truth], rel=1e-13, abs=1e-15)
    jacobian, second = tg.jacobian(tg.softmax)(scores), tg.hessian(tg.logsumexp)(scores)
    for i, p in enumerate(truth):
        row = [float(p * (i == j) - p * q) for j, q in enumerate(truth)]
        assert jacobian[i] == pytest.approx(row, rel=1e-12, abs=1e-16)
        assert second[i] == pytest.approx(row, rel=1e-12, abs=1e-16)
        assert tg.nn.cross_entropy(scores, i) == pytest.approx(float(-mpmath.log(p)), rel=1e-13, abs=1e-15)
        slopes = [float(q - (i == j)) for j, q in enumerate(truth)]
        assert tg.grad(tg.nn.cross_entropy)(scores, i) == pytest.approx(slopes, rel=1e-12, abs=1e-15)
    for backend in ("numpy", "numba", "jax"):
        pytest.importorskip(backend, reason=f"the extra for {backend} is not installed")
        compiled = tg.compile(lambda xs: tg.softmax(xs), backend=backend)([scores, scores])
        assert compiled[1] == pytest.approx([float(t) for t in truth], rel=1e-12, abs=1e-300)


def test_what_is_compiled_while_scores_are_small_holds_for_huge_ones():
    a, b = tg.Value(0.5), tg.Value(0.25)
    compiled = tg.compile(lambda: (tg.softmax([a, b])[0], tg.nn.cross_entropy([a, b], 1)), [a, b])
    compiled()
    a.data = b.data = 1e17
    assert [y.item() for y in compiled()] == pytest.approx([0.5, math.log(2.0)], rel=1e-15)


def test_pictures_and_captions_of_ordinary_scores_show_nothing_that_mends_rounding():
    a, b = tg.Value(1.0, "a"), tg.Value(2.0, "b")
    loss = tg.nn.cross_entropy([a, b], 0)
    assert [node.op.name for node in tg.topological_order(loss) if node.op] == ["logsumexp", "sub"]
    (slope,) = tg.ops.OPS["logsumexp"].partials(*map(tg.ops.notation.Text, "ya"))
    assert str(slope) == "exp(a − y)"


def test_an_impossible_class_costs_nothing_as_target():
    assert tg.nn.cross_entropy([0.0, -inf], [1.0, 0.0]) == tg.nn.cross_entropy([0.0, -inf], 0) == 0.0
    assert tg.grad(tg.nn.cross_entropy)([0.0, -inf], [1.0, 0.0]) == [0.0, 0.0]
    assert tg.nn.cross_entropy([1.0, 3.0], [0.25, 0.75]) == pytest.approx(math.log(math.e + math.e**3) - 2.5, rel=1e-15)


# ---------------------------------------------------------------------------------------- tails


@pytest.mark.parametrize("x", [0.0, 1e-9, 0.5, 3.9, 4.0, 4.1, -7.0, 18.5, 19.0, -20.0, 100.0, 350.0])
def test_slopes_of_what_saturates_keep_their_digits_in_the_tail(x):
    with mpmath.workdps(400):
        t = mpmath.mpf(x)
        truth = {
            "tanh": (1 / mpmath.cosh(t) ** 2, -2 * mpmath.tanh(t) / mpmath.cosh(t) ** 2),
            "sigmoid": (mpmath.exp(-t) / (1 + mpmath.exp(-t)) ** 2, None),
        }
    for name, (slope, second) in truth.items():
        assert tg.grad(OPS[name])(x) == pytest.approx(float(slope), rel=4e-13, abs=0.0)
        if second is not None:
            assert tg.hessian(OPS[name])(x) == pytest.approx(float(second), rel=4e-13, abs=0.0)
        for backend in ("numpy", "numba", "jax"):
            pytest.importorskip(backend, reason=f"the extra for {backend} is not installed")
            w = tg.Value(1.0)
            found = tg.compile(lambda u, op=OPS[name], w=w: op(w + u), [w], backend=backend)
            assert found.value_and_grad([x - 1.0])[1][0] == pytest.approx(float(slope), rel=1e-11, abs=0.0)


# ---------------------------------------------------------------------------------------- kinks and edges

SMOOTH_AGAIN = {
    "|x|²": (lambda x: abs(x) ** 2, 2.0),
    "|x|·|x|": (lambda x: abs(x) * abs(x), 2.0),
    "max(x, −x)²": (lambda x: tg.maximum(x, -x) ** 2, 2.0),
    "min(x, −x)²": (lambda x: tg.minimum(x, -x) ** 2, 2.0),
    "max of a list, squared": (lambda x: tg.max([x, -x]) ** 2, 2.0),
    "min of a list, squared": (lambda x: tg.min([-x, x]) ** 2, 2.0),
    "hypot(x, x)²": (lambda x: tg.hypot(x, x) ** 2, 4.0),
    "√x⁴": (lambda x: tg.sqrt(x**4), 2.0),
    "square(|x|)": (lambda x: tg.square(abs(x)), 2.0),
    "cosh|x|": (lambda x: tg.cosh(abs(x)), 1.0),
}


@pytest.mark.parametrize("name", SMOOTH_AGAIN)
def test_what_is_smooth_again_has_its_second_derivative_or_nan(name):
    f, truth = SMOOTH_AGAIN[name]
    for found in (tg.hessian(f)(0.0), tg.hvp(f, 0.0, 1.0), tg.trace(f, 0.0).grad().grad()(0.0)):
        assert math.isnan(found) or found == pytest.approx(truth), found
    assert tg.hessian(f)(0.5) == pytest.approx(tg.hvp(f, 0.5, 1.0))


def test_a_radius_squared_at_the_origin():
    for f in (lambda a, b: tg.hypot(a, b) ** 2, lambda a, b: tg.square(tg.hypot(a, b))):
        for row, truth in zip(hessian(f, 0.0, 0.0), ([2.0, 0.0], [0.0, 2.0]), strict=True):
            assert all(math.isnan(h) or h == t for h, t in zip(row, truth, strict=True))


@pytest.mark.parametrize(
    ("exponent", "truth"), [(1.5, inf), (1.875, inf), (0.5, -inf), (2.0, 2.0), (3.0, 0.0), (1.0, 0.0), (0.0, 0.0)]
)
def test_second_derivatives_of_a_power_at_zero(exponent, truth):
    def f(x):
        return x**exponent

    assert tg.hessian(f)(0.0) == tg.hvp(f, 0.0, 1.0) == tg.trace(f, 0.0).grad().grad()(0.0) == truth


@pytest.mark.parametrize(
    ("base", "exponent", "truth"),
    [
        (0.0, 1.875, [[inf, 0.0], [0.0, 0.0]]),
        (0.0, 2.0, [[2.0, 0.0], [0.0, 0.0]]),
        (0.0, 3.0, [[0.0, 0.0], [0.0, 0.0]]),
        (2.0, 0.0, [[0.0, 0.5], [0.5, math.log(2.0) ** 2]]),
    ],
)
def test_second_derivatives_of_a_power_with_a_variable_exponent(base, exponent, truth):
    for row, expected in zip(hessian(lambda a, b: a**b, base, exponent), truth, strict=True):
        assert row == pytest.approx(expected, rel=1e-14)


def test_slopes_of_a_power_towards_its_exponent():
    def slope(a, b):
        return tg.grad(lambda a, b: a**b, 1)(a, b)

    assert slope(0.0, 0.0) == slope(0.0, 2.0) == slope(0.0, 0.5) == 0.0
    assert slope(2.0, 3.0) == pytest.approx(8.0 * math.log(2.0))
    assert math.isnan(slope(-2.0, 2.0))


# ---------------------------------------------------------------------------------------- nan

STEPS = {"sign", "heaviside", "less", "less_equal", "floor", "ceil", "trunc", "round"}
"""Their slopes are 0 wherever they are; and IEEE 754 answers a comparison with nan by no."""


@pytest.mark.parametrize("op", [op for op in OPS.values() if op.arity != 0], ids=lambda op: op.name)
def test_nan_gives_nan_and_slopes_of_what_is_not_linear_say_nan(op):
    for count in arities(op):
        for place in range(count):
            args = [0.5 + 0.25 * i for i in range(count)]
            args[place] = nan
            if op.name == "where":
                continue
            y = op(*args)
            slopes = op.slopes(y, args)
            assert math.isnan(y) or op.name in STEPS, args
            bent = op.kinks and op.name not in STEPS | {"remainder"}  # which is linear in a
            assert not bent or all(map(math.isnan, slopes)), (args, slopes)


# ---------------------------------------------------------------------------------------- what is asked for


def test_what_is_asked_for_by_name():
    assert tg.log_ndtr(-40.0) == pytest.approx(-804.608442, rel=1e-9)
    assert tg.xlogy(0.0, 0.0) == tg.xlogy(0.0, -1.0) == 0.0
    assert math.isnan(tg.xlogy(0.0, nan))
    assert [tg.round(x) for x in (0.5, 1.5, 2.5, -0.5, 0.49999999999999994)] == [0.0, 2.0, 2.0, 0.0, 0.0]
    assert tg.grad(tg.norm)([0.0, 0.0]) == [0.0, 0.0]
    assert tg.norm([3e200, 4e200]) == pytest.approx(5e200)
    assert tg.logaddexp(1e17, 1e17) == 1e17
    assert tg.grad(tg.logaddexp)(1e17, 1e17) == 0.5


def test_remainder_and_round_are_python_operators_on_every_kind_of_number():
    for a, b in ((7.5, 2.0), (-7.5, 2.0), (7.5, -2.0), (1.0, 0.1), (-0.0, 3.0), (1e300, 7.0)):
        assert (tg.Value(a) % b).data == (a % tg.Value(b)).data == a % b
        assert tg.trace(lambda a, b: a % b, a, b)(a, b) == a % b
        assert tg.grad(lambda a, b: a % b, (0, 1))(a, b) == (1.0, -(a // b))
    assert round(tg.Value(2.5)).data == 2.0
    with pytest.raises(TypeError, match=r"round\(x \* 100\) / 100 for two decimals"):
        round(tg.Value(2.567), 2)
    assert tg.trace(lambda x: round(x) + x, 0.0)(1.25) == 2.25
