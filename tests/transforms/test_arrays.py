"""NumPy arrays and dataclasses in and out of functions of functions: anywhere in the arguments, arrays for arrays."""

import math
import subprocess
import sys
from collections import namedtuple
from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import tinygrad_edu as tg
from tinygrad_edu import Graph, Value

Point = namedtuple("Point", "x y")


@dataclass(frozen=True)
class Line:
    slope: object
    offset: object

    def __post_init__(self):
        assert np.all(np.asarray(self.slope) > 0.0), "a demand on the numbers, not on their derivatives"


NUMBERS = st.floats(0.5, 2.0)
SHAPES = st.lists(st.integers(0, 3), max_size=3).map(tuple)
ARRAYS = SHAPES.flatmap(
    lambda shape: st.lists(NUMBERS, min_size=math.prod(shape), max_size=math.prod(shape)).map(
        lambda numbers: np.array(numbers).reshape(shape)
    )
)
TREES = st.recursive(
    NUMBERS | ARRAYS,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.tuples(inner, inner)
        | st.dictionaries(st.sampled_from("abc"), inner, max_size=2)
        | st.builds(Point, inner, inner)
        | st.builds(Line, ARRAYS, inner)
    ),
    max_leaves=5,
)


def parts(tree):
    if isinstance(tree, dict):
        return list(tree.values())
    if isinstance(tree, Line):
        return [tree.slope, tree.offset]
    return list(tree) if isinstance(tree, (list, tuple)) else None


def numbers_of(tree):
    inside = parts(tree)
    if inside is not None:
        return [number for part in inside for number in numbers_of(part)]
    return list(tree.ravel()) if isinstance(tree, np.ndarray) else [tree]


def weighted(tree):
    """1·x₁² + 2·x₂² + ..., whose derivatives are 2·i·xᵢ."""
    return tg.sum([i * x * x for i, x in enumerate(numbers_of(tree), 1)])


def alike(one, other):
    if isinstance(other, np.ndarray):
        return isinstance(one, np.ndarray) and one.dtype == np.float64 and one.shape == other.shape
    inside = parts(other)
    if inside is None:
        return type(one) is float
    found = parts(one)
    return type(one) is type(other) and len(found) == len(inside) and all(map(alike, found, inside))


@given(TREES)
def test_a_gradient_is_made_like_its_argument(tree):
    expected = [2.0 * i * x for i, x in enumerate(numbers_of(tree), 1)]
    value, gradient = tg.value_and_grad(weighted)(tree)
    assert type(value) is float
    assert alike(gradient, tree)
    assert numbers_of(gradient) == pytest.approx(expected)
    _, slope = tg.jvp(weighted, (tree,), (tree,))
    assert slope == pytest.approx(2.0 * value)
    product = tg.hvp(weighted, tree, tree)
    assert alike(product, tree)
    assert numbers_of(product) == pytest.approx(expected)


@given(TREES)
def test_a_trace_takes_what_its_example_was_made_of(tree):
    graph = tg.trace(weighted, tree).validate()
    assert graph(tree) == pytest.approx(weighted(tree))
    gradient = graph.grad().validate()(tree)
    assert alike(gradient, tree)
    assert numbers_of(gradient) == pytest.approx([2.0 * i * x for i, x in enumerate(numbers_of(tree), 1)])
    assert len({var.name for var in graph.inputs}) == len(graph.inputs)
    assert str(graph)
    again = Graph.from_json(graph.to_json())
    assert len(again.inputs) == len(graph.inputs)


@pytest.mark.parametrize("n", [1, 3])
def test_jacobians_and_hessians_of_arrays_are_arrays(n):
    x = np.linspace(0.5, 1.5, n)
    np.testing.assert_allclose(tg.jacobian(lambda x: x**3)(x), np.diag(3 * x**2))
    np.testing.assert_allclose(tg.hessian(lambda x: np.sum(x**3) + x[0] * x[-1])(x).shape, (n, n))
    inner = tg.jacobian(lambda p: p["a"] * p["b"])({"a": x, "b": 2.0})
    np.testing.assert_allclose(inner["a"], 2.0 * np.eye(n))
    np.testing.assert_allclose(inner["b"], x)
    matrix = np.arange(2.0 * n).reshape(2, n)
    assert tg.jacobian(lambda m: m @ x)(matrix).shape == (2, 2, n)
    np.testing.assert_array_equal(tg.jacobian(lambda v: matrix @ v)(x), matrix)


AS_NUMPY = {
    "index": (lambda x: x[0] * x[-1], lambda x: np.r_[x[1], x[0]]),
    "slice": (lambda x: (x[1:] * x[:1]).sum(), lambda x: np.r_[x[1], x[0]]),
    "iterate": (lambda x: sum(v * v for v in x), lambda x: 2 * x),
    "np.sum": (lambda x: np.sum(x * x), lambda x: 2 * x),
    "@": (lambda x: x @ np.array([2.0, 3.0]), lambda x: np.array([2.0, 3.0])),
    "matrix": (lambda x: x @ np.array([[2.0, 1.0], [0.0, 3.0]]) @ x, lambda x: np.r_[4 * x[0] + x[1], x[0] + 6 * x[1]]),
    "len": (lambda x: len(x) * x.mean(), lambda x: np.ones(2)),
    "mean": (lambda x: ((x - x.mean()) ** 2).sum(), lambda x: 2 * (x - x.mean())),
    "share": (lambda x: (x / np.sum(x))[0], lambda x: np.r_[x[1], -x[0]] / x.sum() ** 2),
    "scaled": (lambda x: np.sum(np.array([1.0, 2.0]) * x[0]), lambda x: np.r_[3.0, 0.0]),
    "np.sin": (lambda x: np.sum(np.sin(x)), np.cos),
    "np.exp": (lambda x: np.exp(x).prod(), lambda x: np.full(2, np.exp(x.sum()))),
    "mask": (lambda x: np.sum(x[x > x.mean()] ** 2), lambda x: 2 * x * (x > x.mean())),
    "reshape": (lambda x: np.sum(x.reshape(2, 1) * x), lambda x: np.full(2, 2 * x.sum())),
    "tg.dot": (lambda x: tg.dot(x, x), lambda x: 2 * x),
    "tg.tanh": (lambda x: tg.tanh(x[0]) + x[1], lambda x: np.r_[1 - np.tanh(x[0]) ** 2, 1.0]),
}


@pytest.mark.parametrize("way", AS_NUMPY)
def test_a_function_may_do_with_an_array_what_one_does_with_arrays(way):
    f, truth = AS_NUMPY[way]
    x = np.array([0.75, 1.25])
    np.testing.assert_allclose(tg.grad(f)(x), truth(x), rtol=1e-14)
    if way != "mask":  # which picks by numbers
        np.testing.assert_allclose(tg.trace(f, x).grad()(x), truth(x), rtol=1e-14)


@pytest.mark.parametrize("dtype", ["f2", "f4", "f8", "g", "i2", "u4", "i8", "?", "O", ">f8"])
def test_every_real_dtype_will_do(dtype):
    found = tg.grad(lambda x: np.sum(x * x * x))(np.array([1, 0, 1]).astype(dtype))
    assert found.dtype == np.float64
    np.testing.assert_array_equal(found, [3.0, 0.0, 3.0])


@pytest.mark.parametrize(
    ("bad", "says"),
    [
        (np.array([1j]), "real numbers"),
        (np.array(["a"]), "real numbers"),
        (np.array(["2020-01-01"], "M8[D]"), "real numbers"),
        (np.array([1.0, "a"], object), r"\[1\].*str"),
        (np.ma.masked_array([1.0, 2.0], [False, True]), "filled"),
        (np.array([(1.0, 2)], "f8,i4"), "real numbers"),
    ],
    ids=str,
)
def test_other_arrays_are_refused(bad, says):
    for attempt in (
        lambda: tg.grad(np.sum)(bad),
        lambda: tg.trace(np.sum, bad),
        lambda: tg.jvp(np.sum, (bad,), (bad,)),
    ):
        with pytest.raises(TypeError, match=says):
            attempt()


def test_derivatives_of_arrays_nest_and_let_outer_values_through():
    w = Value(3.0)
    x = np.array([1.0, 2.0])
    found = tg.grad(lambda x: np.sum(w * x * x))(x)
    assert found.dtype == object
    tg.sum(found).backward()
    assert w.grad == 6.0
    np.testing.assert_allclose(tg.grad(lambda y: np.sum(tg.grad(lambda z: np.sum(z**3))(y) ** 2))(x), 36 * x**3)
    third = tg.grad(tg.grad(tg.grad(lambda x: x**4)))(np.array(2.0))
    assert (third.shape, float(third)) == ((), 48.0)


def test_a_result_of_one_item_is_no_number():
    with pytest.raises(TypeError, match=r"array of shape \(1,\).*jacobian"):
        tg.grad(lambda x: x)(np.array([1.0]))


def test_arrays_and_values_meet_item_by_item():
    x = Value(2.0)
    numbers = np.array([[1.0, 2.0], [3.0, 4.0]])
    for made, truth in (
        (numbers * x, numbers * 2), (x * numbers, numbers * 2), (x - numbers, 2 - numbers), (numbers / x, numbers / 2),
        (x**numbers, 2**numbers), (numbers**x, numbers**2), (np.int64([3, 4]) - x, [1, 2]),
    ):  # fmt: skip
        assert np.vectorize(lambda value: value.data)(made).tolist() == np.asarray(truth).tolist()
    assert (numbers < x).tolist() == [[True, False], [False, False]]
    assert (x <= numbers).tolist() == [[False, True], [True, True]]
    assert type(np.array(3.0) * x) is Value
    for call in (lambda: np.array(["a"]) * x, lambda: x + np.array([None]), lambda: tg.where(numbers, x, x)):
        with pytest.raises(TypeError, match="number"):
            call()


def test_the_package_needs_no_numpy_for_numbers():
    code = "import sys, tinygrad_edu as tg; print(tg.grad(lambda p: p[0] * p[1])([2.0, 3.0]), 'numpy' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["[3.0,", "2.0]", "False"]


# Moré, Garbow and Hillstrom 1981 (doi:10.1145/355934.355936): residuals, where to start, and the published minimum.


def _brown_dennis(x):
    t = np.arange(1, 21) / 5.0
    return (x[0] + t * x[1] - np.exp(t)) ** 2 + (x[2] + x[3] * np.sin(t) - np.cos(t)) ** 2


def _bard(x):
    y = np.array([0.14, 0.18, 0.22, 0.25, 0.29, 0.32, 0.35, 0.39, 0.37, 0.58, 0.73, 0.96, 1.34, 2.10, 4.39])
    u = np.arange(1.0, 16.0)
    v = 16.0 - u
    return y - (x[0] + u / (v * x[1] + np.minimum(u, v) * x[2]))


def _kowalik_osborne(x):
    y = np.array([0.1957, 0.1947, 0.1735, 0.1600, 0.0844, 0.0627, 0.0456, 0.0342, 0.0323, 0.0235, 0.0246])
    u = 1.0 / np.array([0.25, 0.5, 1, 2, 4, 6, 8, 10, 12, 14, 16])
    return y - x[0] * (u**2 + u * x[1]) / (u**2 + u * x[2] + x[3])


def _gaussian(x):
    y = np.array([9, 44, 175, 540, 1295, 2420, 3521, 3989, 3521, 2420, 1295, 540, 175, 44, 9]) / 1e4
    return x[0] * np.exp(-0.5 * x[1] * ((8 - np.arange(1, 16)) / 2 - x[2]) ** 2) - y


def _box(x):
    t = np.arange(1, 11) / 10
    return np.exp(-t * x[0]) - np.exp(-t * x[1]) - x[2] * (np.exp(-t) - np.exp(-10 * t))


def _helix(x):
    angle = tg.atan2(x[1], x[0]) / (2.0 * math.pi)
    return np.array([10 * (x[2] - 10 * angle), 10 * (tg.hypot(x[0], x[1]) - 1), x[2]])


MGH = {
    "Rosenbrock": (lambda x: np.array([10 * (x[1] - x[0] ** 2), 1 - x[0]]), [-1.2, 1], 0.0),
    "Freudenstein and Roth": (
        lambda x: np.array([-13 + x[0] + ((5 - x[1]) * x[1] - 2) * x[1], -29 + x[0] + ((x[1] + 1) * x[1] - 14) * x[1]]),
        [0.5, -2], 48.98425,
    ),
    "Beale": (lambda x: np.array([1.5, 2.25, 2.625]) - x[0] * (1 - x[1] ** np.arange(1, 4)), [1, 1], 0.0),
    "Broyden tridiagonal": (
        lambda x: (3 - 2 * x) * x + 1 - np.concatenate([[0.0], x[:-1]]) - 2 * np.concatenate([x[1:], [0.0]]),
        [-1] * 6, 0.0,
    ),
    "helical valley": (_helix, [-1, 0, 0], 0.0),
    "Bard": (_bard, [1, 1, 1], 8.21487e-3),
    "Gaussian": (_gaussian, [0.4, 1, 0], 1.12793e-8),
    "Box": (_box, [0, 10, 20], 0.0),
    "Powell singular": (
        lambda x: np.array(
            [x[0] + 10 * x[1], 5**0.5 * (x[2] - x[3]), (x[1] - 2 * x[2]) ** 2, 10**0.5 * (x[0] - x[3]) ** 2]
        ),
        [3, -1, 0, 1], 0.0,
    ),
    "variably dimensioned": (
        lambda x: np.concatenate([x - 1, [(s := np.arange(1, 5) @ (x - 1)), s**2]]),
        [0.75, 0.5, 0.25, 0], 0.0,
    ),
    "Kowalik and Osborne": (_kowalik_osborne, [0.25, 0.39, 0.415, 0.39], 3.07505e-4),
    "Brown and Dennis": (_brown_dennis, [25, 5, -5, -1], 85822.2),
}  # fmt: skip


@pytest.mark.parametrize("name", MGH)
@pytest.mark.parametrize("method", ["Newton-CG", "trust-exact", "L-BFGS-B"])
def test_scipy_finds_the_published_minimum_by_our_derivatives(name, method):
    pytest.importorskip("scipy", reason="the minimiser to feed is an optional package: pip install scipy")
    from scipy.optimize import minimize

    residuals, start, least = MGH[name]

    def f(x):
        with np.errstate(over="ignore"):  # a line search may look far away
            return np.sum(residuals(x) ** 2)

    hessian = {} if method == "L-BFGS-B" else {"hess": tg.hessian(f)}
    options = {"L-BFGS-B": {"ftol": 1e-15, "gtol": 1e-9}, "Newton-CG": {"xtol": 1e-10}}.get(method, {})
    found = minimize(f, np.array(start, float), jac=tg.grad(f), method=method, options=options, **hessian)
    assert found.fun == pytest.approx(least, rel=1e-4, abs=2e-7)
