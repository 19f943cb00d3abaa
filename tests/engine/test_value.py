"""A Value as a node and as a number: what it holds, what it meets, what it refuses."""

import math
import operator
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import tinygrad_edu as tg
from tinygrad_edu import Value
from tinygrad_edu.ops import CONSTANT

numbers = st.floats(-1e3, 1e3).filter(lambda x: x == 0 or abs(x) > 1e-6)


def test_a_value_starts_as_a_leaf_without_gradient():
    x = Value(3, "x")
    assert (x.data, x.grad, x.op, x.parents, x.partials, x.name, x.scope) == (3.0, 0.0, None, (), (), "x", None)
    assert type(x.data) is float


@given(numbers, numbers)
def test_operators_agree_with_floats_in_both_operand_orders(a, b):
    for apply in (
        lambda x, y: x + y,
        lambda x, y: x - y,
        lambda x, y: x * y,
        lambda x, y: x / y if float_of(y) else 0.0,
    ):
        expected = apply(a, b)
        for x, y in ((Value(a), Value(b)), (Value(a), b), (a, Value(b))):
            assert float_of(apply(x, y)) == expected
    assert (-Value(a)).data == -a
    assert (+Value(a)).data == a
    assert abs(Value(a)).data == abs(a)


def float_of(x):
    return x.data if isinstance(x, Value) else x


@pytest.mark.parametrize("two", [2, 2.0, True + 1, np.float64(2), np.float32(2), np.int64(2), np.bool_(True) + 1])
def test_every_kind_of_real_number_is_an_operand(two):
    x = Value(3.0)
    for y, expected in ((x * two, 6.0), (two * x, 6.0), (x**two, 9.0), (two**x, 8.0), (two / x, 2 / 3), (x - two, 1.0)):
        assert type(y) is Value
        assert y.data == pytest.approx(expected)
        assert type(y.data) is float


def test_augmented_assignment_rebinds():
    x = Value(1.0)
    kept = x
    x += 2.0
    assert kept.data == 1.0
    assert x.parents[0] is kept


def test_a_plain_number_becomes_a_constant_that_receives_nothing():
    x = Value(3.0)
    y = x * 7.0
    constant = y.parents[1]
    assert constant.op is CONSTANT
    assert constant.data == 7.0
    y.backward()
    assert constant.grad == 0.0


def test_negative_zero_survives_as_a_constant():
    x = Value(1.0)
    assert math.copysign(1.0, (x * 0).data) == 1.0  # first, for the zero of ints is kept
    assert math.copysign(1.0, (x * 0.0).data) == 1.0
    assert math.copysign(1.0, (x * -0.0).data) == -1.0
    assert math.copysign(1.0, (x * 0).data) == 1.0


def test_many_different_constants_stay_apart():
    x = Value(1.0)
    assert [(x * float(i)).data for i in range(5000)] == [float(i) for i in range(5000)]


def test_power_of_special_arguments():
    assert math.isnan((Value(-8.0) ** (1 / 3)).data)
    assert (Value(1e200) ** 2).data == math.inf
    assert (Value(0.0) ** -1).data == math.inf
    x = Value(0.0)
    (x**0).backward()
    assert x.grad == 0.0
    for base, exponent, expected in ((2.0, 3.0, 8 * math.log(2)), (0.0, 2.0, 0.0)):
        b = Value(exponent)
        (Value(base) ** b).backward()
        assert b.grad == pytest.approx(expected)
    b = Value(2.0)
    (Value(-3.0) ** b).backward()
    assert math.isnan(b.grad)
    x = Value(-3.0)
    (x**2).backward()
    assert x.grad == -6.0


def test_division_by_zero_is_infinite():
    x = Value(0.0)
    y = 1 / x
    assert y.data == math.inf
    y.backward()
    assert x.grad == -math.inf
    assert (Value(1) / 0.0).data == math.inf
    assert math.isnan((Value(0.0) / 0.0).data)


@pytest.mark.parametrize("compare", [operator.lt, operator.le, operator.gt, operator.ge])
def test_comparisons_are_those_of_floats(compare):
    for a in (1.0, 2.0, -0.0, math.inf, math.nan):
        for b in (1.0, 2.0, 0.0, math.inf, math.nan):
            expected = compare(a, b)
            assert compare(Value(a), Value(b)) is expected
            assert compare(Value(a), b) is expected
            assert compare(a, Value(b)) is expected
    with pytest.raises(TypeError, match="a number or Value to compare with"):
        compare(Value(1.0), "1")


@pytest.mark.parametrize("combine", [operator.lt, operator.ge, operator.add, operator.pow, tg.minimum, tg.hypot])
def test_values_and_graph_variables_meet_in_an_equation(combine):
    """Inside a traced function a Value from outside is no plain number, whichever side it stands on."""
    outside = Value(2.0)
    for f in (lambda x: combine(outside, x), lambda x: combine(x, outside)):
        graph = tg.trace(f, 3.0)
        assert len(graph.equations) == 1
        assert graph.captured == [outside] or tuple(graph.captured) == (outside,)
        for number in (1.0, 2.0, 3.0):
            assert graph(number) == float(f(number).data if isinstance(f(number), Value) else f(number))


def test_comparisons_compare_data_and_give_bools():
    a, b = Value(1.0), Value(2.0)
    assert (a < b) is True
    assert (a >= b) is False
    assert (a <= 1) is True
    assert (a < 2) is True
    assert (a > np.float64(0.5)) is True
    assert max([b, a]) is b
    assert a != Value(1.0)
    assert a == a
    assert len({a, b, a}) == 2
    assert bool(Value(0.0)) is False
    assert bool(Value(math.nan)) is True


def test_formatting():
    x = Value(1.23456, "x")
    assert f"{x:.3f}" == "1.235"
    assert f"{x:+.1e}" == "+1.2e+00"
    assert "\n" not in repr(x)
    assert "1.23456" in repr(x)
    assert "x" in repr(x)
    assert f"{x}" == repr(x)


@pytest.mark.parametrize("call", [float, math.sin, complex])
def test_turning_into_a_float_is_refused_with_the_way_out(call):
    with pytest.raises(TypeError, match=r"x\.data.*tg\.sin"):
        call(Value(1.0))


def test_numpy_does_not_swallow_values():
    x = Value(2.0)
    assert type(np.float64(3.0) * x) is Value
    with pytest.raises(TypeError):
        np.sin(x)
    assert not hasattr(x, "__len__")
    assert not hasattr(x, "__getitem__")
    assert not hasattr(x, "__array__")


@pytest.mark.parametrize("bad", ["2", None, 1j, [1.0], (), {}, object(), b"2"])
def test_what_is_no_number_is_refused_with_a_clear_error(bad):
    x = Value(2.0)
    for attempt in (
        lambda: Value(bad),
        lambda: x + bad,
        lambda: x**bad,
        lambda: bad / x,
        lambda: x < bad,
        lambda: tg.tanh(bad),
        lambda: tg.maximum(x, bad),
        lambda: tg.sum([x, bad]),
        lambda: x.backward(bad),
    ):
        with pytest.raises(TypeError, match=r"expected .* got|unsupported|can only concatenate|can't multiply"):
            attempt()
    assert x.grad == 0.0


@pytest.mark.parametrize("given", [np.float32(0.1), 3, True, Fraction(1, 10), np.int64(2), np.float64(0.1)], ids=repr)
def test_what_is_assigned_as_data_becomes_a_float(given):
    """Of single precision, everything computed from it would be of single precision from then on."""
    w = Value(1.0)
    w.data = given
    assert (type(w.data), w.data) == (float, float(given))
    assert type((w * w).data) is float
    w.data += given
    assert (type(w.data), w.data) == (float, 2.0 * float(given))


@pytest.mark.parametrize("bad", [None, "1", 1j, [1.0], Value(2.0), np.array([1.0, 2.0])], ids=lambda x: f"{x!r:.20}")
def test_data_that_is_no_number_is_refused_at_once(bad):
    w = Value(1.0)
    with pytest.raises((TypeError, OverflowError, ValueError), match="the data of a Value"):
        w.data = bad
    assert w.data == 1.0


def test_unequal_and_empty_sequences_are_refused():
    with pytest.raises(ValueError, match="equal length, got lengths 1 and 2"):
        tg.dot([Value(1.0)], [1.0, 2.0])
    for reduce in (tg.mean, tg.max, tg.min, tg.logsumexp, tg.softmax):
        with pytest.raises(ValueError, match="empty"):
            reduce([])
    assert (tg.sum([]), tg.prod([]), tg.dot([], [])) == (0.0, 1.0, 0.0)
    with pytest.raises(TypeError, match="one sequence"):
        tg.sum(3.0)
    with pytest.raises(TypeError, match="2 arguments, got 1"):
        tg.hypot(1.0)


def test_a_fraction_is_a_number_too():
    assert (Value(1.0) * Fraction(1, 4)).data == 0.25


def test_a_value_cannot_be_subclassed():
    with pytest.raises(TypeError, match="subclassed"):
        type("Mine", (Value,), {})


@pytest.mark.parametrize("cleared", [None, "0", [0.0]])
def test_a_gradient_that_is_no_number_is_named(cleared):
    w, x = Value(2.0, "w"), Value(3.0, "x")
    w.grad = cleared
    for y in (w, w * x, tg.tanh(w), tg.sum([x, w, x])):
        with pytest.raises(TypeError, match=r"the grad of w is .*it is 0\.0 at first; call zero_grad\(\)"):
            y.backward()
