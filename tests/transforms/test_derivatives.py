"""Functions of functions, against closed forms and PyTorch."""

import math
from collections import namedtuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import tinygrad_edu as tg
from tinygrad_edu import Value

small = st.floats(-2, 2)


def f(v):
    x, y, z = v
    return tg.exp(x * y) * tg.sin(z) + x**3 * z - tg.log(2.0 + y * y)


def test_gradients_of_containers_have_their_structure():
    Point = namedtuple("Point", "x y")
    assert tg.grad(lambda p: p.x * p.y)(Point(2.0, 3.0)) == Point(3.0, 2.0)
    assert tg.grad(lambda p: p["a"][0] * p["b"][1])({"a": [2.0], "b": (1.0, 5.0)}) == {"a": [5.0], "b": (0.0, 2.0)}
    assert tg.grad(lambda x, y: x * y, argnums=1)(2.0, 3.0) == 2.0
    assert tg.grad(lambda x, y: x * y, argnums=(0, 1))(2.0, 3.0) == (3.0, 2.0)
    assert tg.grad(lambda x, y: x * y, argnums=-1)(2, 3) == 2.0
    assert tg.grad(lambda x, scale=1.0: x * scale)(2.0, scale=4.0) == 4.0
    assert tg.grad(lambda x: 5.0)(2.0) == 0.0
    assert type(tg.grad(lambda x: x * x)(2)) is float


def test_a_python_if_works():
    g = tg.grad(lambda x: x * x if x > 0 else -x)
    assert (g(3.0), g(-3.0)) == (6.0, -1.0)


@pytest.mark.parametrize("order", range(1, 6))
def test_derivatives_nest_to_any_order(order):
    g, h = tg.sin, tg.tanh
    for _ in range(order):
        g, h = tg.grad(g), tg.grad(h)
    assert g(0.7) == pytest.approx(math.sin(0.7 + order * math.pi / 2))
    t, coefficients = math.tanh(0.7), [0.0, 1.0]  # tanh⁽ⁿ⁾ as a polynomial in t, with t' = 1 − t²
    for _ in range(order):
        derived = [i * c for i, c in enumerate(coefficients)][1:]
        coefficients = [0.0] * (len(derived) + 2)
        for i, c in enumerate(derived):
            coefficients[i] += c
            coefficients[i + 2] -= c
    assert h(0.7) == pytest.approx(sum(c * t**i for i, c in enumerate(coefficients)))


def test_perturbations_are_not_confused():
    # Siskind and Pearlmutter 2005: d/dx (x · d/dy (x + y) at y = 1) = 1.
    assert tg.grad(lambda x: x * tg.grad(lambda y: x + y)(1.0))(1.0) == 1.0
    assert tg.grad(lambda x: x * tg.grad(lambda y: x + y)(x))(3.0) == 1.0
    assert tg.grad(lambda x: tg.grad(lambda y: x * y * y)(x))(3.0) == 12.0
    assert tg.jvp(lambda x: x * tg.jvp(lambda y: x * y, (2.0,), (1.0,))[1], (3.0,), (1.0,)) == (9.0, 6.0)
    assert tg.jvp(lambda x: tg.grad(lambda y: x * y**2)(x), (3.0,), (1.0,))[1] == 12.0


def test_a_derivative_is_a_value_only_where_it_depends_on_one_from_outside():
    w = Value(2.0, "w")
    dx, dy = tg.grad(lambda x, y: w * x * x + y * y, argnums=(0, 1))(3.0, 5.0)
    assert type(dx) is Value
    assert dy == 10.0
    assert type(dy) is float
    dx.backward()
    assert w.grad == 6.0
    value, slope = tg.value_and_grad(lambda x: x * x)(3.0)
    assert (value, slope) == (9.0, 6.0)
    assert type(value) is type(slope) is float
    nested = tg.grad(lambda x: tg.grad(lambda y: Value(3.0) * y * y * x)(x))(2.0)
    assert nested == 24.0
    assert type(nested) is float
    made_inside = tg.grad(lambda x: Value(3.0) * x * x)(2.0)
    assert made_inside == 12.0
    assert type(made_inside) is float
    x = Value(3.0)
    d = tg.grad(lambda v: v**3)(x)
    d.backward()
    assert x.grad == 18.0


@settings(deadline=None)  # importing PyTorch takes seconds
@given(st.tuples(small, small, small))
def test_second_order_agrees_with_pytorch(v):
    torch = pytest.importorskip("torch", reason="PyTorch is the independent truth")

    def g(v):
        x, y, z = v
        return torch.exp(x * y) * torch.sin(z) + x**3 * z - torch.log(2.0 + y * y)

    point = torch.tensor(v, dtype=torch.float64, requires_grad=True)
    expected = torch.autograd.functional.hessian(g, point).tolist()
    (gradient,) = torch.autograd.grad(g(point), point)
    assert tg.grad(f)(list(v)) == pytest.approx(gradient.tolist(), rel=1e-10, abs=1e-12)
    for ours, theirs in zip(tg.hessian(f)(list(v)), expected, strict=True):
        assert ours == pytest.approx(theirs, rel=1e-8, abs=1e-10)


@given(st.tuples(small, small, small), st.tuples(small, small, small))
def test_forward_and_reverse_agree(v, direction):
    gradient = tg.grad(f)(list(v))
    value, slope = tg.jvp(f, (list(v),), (list(direction),))
    assert value == f(list(v))
    assert slope == pytest.approx(sum(a * b for a, b in zip(gradient, direction, strict=True)), rel=1e-9, abs=1e-9)
    rows = tg.hessian(f)(list(v))
    expected = [sum(a * b for a, b in zip(row, direction, strict=True)) for row in rows]
    assert tg.hvp(f, list(v), list(direction)) == pytest.approx(expected, rel=1e-9, abs=1e-9)


def test_jacobian_of_nested_outputs():
    def g(v, s):
        return {"a": [v[0] * s, v[1]], "b": v[0] * v[1], "c": 1.0}

    assert tg.jacobian(g)([2.0, 3.0], 5.0) == {
        "a": [[5.0, 0.0], [0.0, 1.0]],
        "b": [3.0, 2.0],
        "c": [0.0, 0.0],
    }
    assert tg.jacobian(g, argnums=(0, 1))([2.0, 3.0], 5.0)["a"] == [([5.0, 0.0], 2.0), ([0.0, 1.0], 0.0)]


def test_transforms_are_traced_too():
    hessian = tg.trace(tg.hessian(f), [0.0, 0.0, 0.0])
    for got, expected in zip(hessian([0.3, -0.7, 1.1]), tg.hessian(f)([0.3, -0.7, 1.1]), strict=True):
        assert got == pytest.approx(expected, rel=1e-12)
    assert tg.trace(lambda x: tg.grad(lambda y: y * y * x)(3.0), 1.0)(2.0) == 12.0
    pushed = tg.trace(lambda x: tg.jvp(lambda y: y**3, (x,), (1.0,))[1], 1.0)
    assert pushed(2.0) == 12.0
    w = Value(2.0)
    g = tg.trace(lambda x: tg.grad(lambda y: w * y * y)(x), 1.0)
    w.data = 5.0
    assert g(3.0) == 30.0


def test_tangents_and_values_in_a_trace_of_the_value_itself():
    x = Value(2.0)
    value, slope = tg.jvp(lambda y: y * y, (3.0,), (x,))
    assert value == 9.0
    slope.backward()
    assert (slope.data, x.grad) == (12.0, 6.0)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: tg.grad(lambda x: [x, x])(1.0), TypeError, "jacobian"),
        (lambda: tg.grad(lambda x: "no")(1.0), TypeError, "number"),
        (lambda: tg.grad(lambda x: None)(1.0), TypeError, "NoneType"),
        (lambda: tg.grad(lambda x: x)("a"), TypeError, "str"),
        (lambda: tg.grad(lambda x: x)([1.0, None]), TypeError, r"\[0\]\[1\]"),
        (lambda: tg.grad(lambda x: x, argnums=1)(1.0), ValueError, "argnums=1"),
        (lambda: tg.grad(lambda: 1.0)(), ValueError, "argnums=0"),
        (lambda: tg.jvp(lambda x: x, (1.0,), (1.0, 2.0)), ValueError, "structure"),
        (lambda: tg.jvp(lambda x: x, 1.0, 1.0), TypeError, "tuple"),
        (lambda: tg.hvp(lambda v: v[0], [1.0], [1.0, 2.0]), ValueError, "structure"),
    ],
)
def test_wrong_use_is_explained(call, error, message):
    with pytest.raises(error, match=message):
        call()


def test_differentiating_inside_no_grad_differentiates():
    x = Value(3.0)
    with tg.no_grad():
        assert tg.grad(lambda v: v**3)(2.0) == 12.0
        assert tg.hessian(lambda v: v**3)(2.0) == 12.0
        assert tg.jvp(lambda v: v**3, (2.0,), (1.0,)) == (8.0, 12.0)
        assert tg.trace(lambda v: v**3, 1.0).grad()(2.0) == 12.0
        assert (x * x).parents == ()


def test_an_exception_inside_leaves_nothing_behind():
    with pytest.raises(ZeroDivisionError):
        tg.grad(lambda x: 1 / 0)(1.0)
    from tinygrad_edu.engine.running import running

    assert running.created is None
    assert tg.grad(lambda x: x * x)(3.0) == 6.0


def test_outputs_of_both_kinds_in_one_trace():
    def f(x):
        # Inside the trace: one output depends on the traced x, the other on the inner argument alone.
        return tg.jacobian(lambda y: [x * y, y * y, 3.0])(5.0)

    assert tg.trace(f, 1.0)(2.0) == [2.0, 10.0, 0.0]
    assert tg.trace(lambda x: tg.jvp(lambda y: [y * y, x * y], (5.0,), (1.0,))[1], 1.0)(2.0) == [10.0, 2.0]


@pytest.mark.parametrize("base", [1e-3, 0.5, 1.0, 3.0])
def test_the_mixed_derivative_of_a_power_at_exponent_zero(base):
    """∂²(aᵇ)/∂a∂b = aᵇ⁻¹(1 + b ln a), which is 1/a where b = 0."""
    hessian = tg.hessian(lambda ab: ab[0] ** ab[1])([base, 0.0])
    assert hessian[0][1] == pytest.approx(1.0 / base, rel=1e-12)
    assert hessian[1][0] == pytest.approx(1.0 / base, rel=1e-12)


def test_nothing_is_multiplied_by_one():
    """∂(w·x)/∂x is w itself; a graph that a derivative makes must not be larger than the derivative."""
    w = Value(2.0, "w")
    assert tg.topological_order(tg.grad(lambda x: w * x)(3.0)) == [w]
    assert tg.topological_order(tg.grad(lambda x: x * w + 5.0)(3.0)) == [w]
    derivative = tg.grad(lambda x: tg.exp(w + x))(1.0)
    assert [node.op.name for node in tg.topological_order(derivative) if node.parents] == ["add", "exp"]
    assert [eqn.op.name for eqn in tg.trace(lambda a: tg.exp(a + 1.0), 2.0).grad().equations] == ["add", "exp"]


def test_the_first_argument_is_the_one_to_differentiate_by_unless_told():
    for transform in (
        tg.grad,
        lambda f: lambda *a: tg.value_and_grad(f)(*a)[1],
        lambda f: lambda *a: tg.jacobian(f)(*a),
    ):
        assert transform(lambda x, y: x * x * y)(3.0, 5.0) == 30.0
    assert tg.hessian(lambda x, y: x * x * y * y)(3.0, 5.0) == 50.0


@pytest.mark.parametrize(
    ("argnums", "message"),
    [
        ((0, 0), "twice|more than once|repeat"),
        (2, "was called with 2 positional arguments"),
        (7, "was called with 2 positional arguments"),
        (-3, "was called with 2 positional arguments"),
        ("x", "argnums='x'"),
    ],
)
def test_wrong_argnums_are_named(argnums, message):
    with pytest.raises((ValueError, TypeError), match=message):
        tg.grad(lambda x, y: x * y, argnums=argnums)(1.0, 2.0)
    with pytest.raises(ValueError, match=r"was called with 1 positional argument\b(?!s)"):
        tg.grad(lambda x: x * x, argnums=1)(1.0)


def test_values_beside_derivatives_can_be_differentiated_too():
    """Of y·y·x at y = x the derivative is 3x², whichever transform hands the value on."""
    assert tg.grad(lambda x: tg.value_and_grad(lambda y: y * y * x)(x)[0])(3.0) == 27.0
    assert tg.grad(lambda x: tg.jvp(lambda y: y * y * x, (x,), (1.0,))[0])(3.0) == 27.0
    assert tg.jvp(lambda x: tg.jvp(lambda y: y * y * y, (x,), (1.0,))[0], (3.0,), (1.0,)) == (27.0, 27.0)
    assert tg.trace(lambda x: tg.value_and_grad(lambda y: y * y)(x)[0], 2.0).grad()(3.0) == 6.0


def test_what_does_not_depend_on_the_outside_is_a_float():
    w = Value(2.0)
    for f in (lambda y: y * y + w, lambda y: [y * y, w][0]):
        value, slope = tg.jvp(f, (3.0,), (1.0,))
        assert type(slope) is float
        assert slope == 6.0
        assert type(tg.value_and_grad(f)(3.0)[1]) is float
    value, slope = tg.jvp(lambda y: w * y, (3.0,), (1.0,))
    assert isinstance(value, Value)
    assert isinstance(slope, Value)
