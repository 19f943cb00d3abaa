"""The functions on floats, Values and sequences: every kind of number, and conventions at the edges."""

import math

import numpy as np
import pytest

import tinygrad_edu as tg
from tinygrad_edu import Value
from tinygrad_edu.ops import OPS


@pytest.mark.parametrize("op", [op for op in OPS.values() if op.arity in (1, 2, 3)], ids=lambda op: op.name)
def test_floats_give_floats_and_nothing_raises(op):
    edges = [0.0, -0.0, 1.0, -1.0, 0.5, 710.0, -745.2, 1e4, -1e4, 1e200, -1e200, 5e-324, math.inf, -math.inf, math.nan]
    points = [(a,) for a in edges] if op.arity == 1 else [(a, b) for a in edges for b in edges]
    if op.arity == 3:
        points = [(a, b, c) for a in edges[::2] for b in edges[::2] for c in edges[::2]]
    for point in points:
        y = op(*point)
        assert type(y) is float
        args = [Value(a) for a in point]
        made = op(*args)
        assert made.data == y or (math.isnan(made.data) and math.isnan(y))
        assert all(type(p) is float for p in made.partials)
        made.backward()


@pytest.mark.parametrize("op", [op for op in OPS.values() if op.arity == 1], ids=lambda op: op.name)
def test_unary_operations_are_methods(op):
    x = Value(0.4)
    method = getattr(x, op.name)()
    function = op(x)
    assert (method.data == function.data) or math.isnan(method.data)
    if op.name != "detach":  # on a Value the method cuts the graph itself
        assert method.op is function.op is op
        assert method.partials == function.partials or math.isnan(method.partials[0])


def test_every_operation_with_a_public_name_is_the_entry_of_the_table():
    sequences = {op.name for op in OPS.values() if op.arity is None}
    infix = {"constant", "identity", "detach", "add", "sub", "mul", "div", "pow", "neg"}
    for name, op in OPS.items():
        if name in infix:
            continue
        assert hasattr(tg, name), name
        if name not in sequences:
            assert getattr(tg, name) is op


def test_stable_forms_hold_for_large_arguments():
    assert tg.sigmoid(-1e4) == 0.0
    assert tg.sigmoid(-700.0) == pytest.approx(math.exp(-700.0), rel=1e-12)
    assert tg.softplus(1e4) == 1e4
    assert tg.softplus(-700.0) == pytest.approx(math.exp(-700.0), rel=1e-12)
    assert tg.logsumexp([1e4, 1e4]) == pytest.approx(1e4 + math.log(2))
    assert tg.logsumexp([-math.inf, -math.inf]) == -math.inf
    assert tg.softmax([1e4, 0.0]) == [1.0, 0.0]
    assert tg.gelu(-30.0) == pytest.approx(-30 * 0.5 * math.erfc(30 / math.sqrt(2)), rel=1e-12)
    x = Value(-40.0)
    tg.sigmoid(x).backward()
    assert x.grad == pytest.approx(math.exp(-40.0), rel=1e-12)


def test_sums_run_left_to_right_on_every_python():
    terms = [1e16, 1.0, -1e16, 1.0]
    expected = 0.0
    for term in terms:
        expected += term
    assert tg.sum(terms) == expected
    assert tg.sum(map(Value, terms)).data == expected
    assert tg.dot(terms, [1.0] * 4) == expected


def test_sequences_mix_values_and_numbers_and_take_any_iterable():
    x, y = Value(2.0, "x"), Value(3.0, "y")
    z = tg.dot((v for v in [x, 4.0, y]), [y, x, 1])
    assert z.data == 2 * 3 + 4 * 2 + 3
    z.backward()
    assert (x.grad, y.grad) == (3.0 + 4.0, 2.0 + 1.0)
    assert len(z.parents) == 6
    p = tg.prod([x, 0.0, y, np.float32(2)])
    p.backward()
    assert p.data == 0.0
    assert (x.grad, y.grad) == (7.0, 3.0)  # the zero blocks both


def test_a_product_with_one_zero_still_has_its_partial():
    x, y = Value(0.0), Value(3.0)
    tg.prod([x, y, 5.0]).backward()
    assert (x.grad, y.grad) == (15.0, 0.0)


def test_ties_share_the_gradient_equally():
    values = [Value(2.0), Value(1.0), Value(2.0)]
    tg.max(values).backward()
    assert [v.grad for v in values] == [0.5, 0.0, 0.5]
    a, b = Value(1.0), Value(1.0)
    tg.minimum(a, b).backward()
    assert (a.grad, b.grad) == (0.5, 0.5)


def test_where_needs_its_argument_guarded_too():
    x = Value(-1.0)
    tg.where(x > 0, tg.sqrt(x), 0.0).backward()
    assert math.isnan(x.grad)  # 0 × nan
    x = Value(-1.0)
    tg.where(x > 0, tg.sqrt(tg.where(x > 0, x, 1.0)), 0.0).backward()
    assert x.grad == 0.0
