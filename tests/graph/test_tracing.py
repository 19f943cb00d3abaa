"""What a trace makes of a function: names, captured Values, refusals."""

import math

import pytest

import tinygrad_edu as tg
from tinygrad_edu import Value
from tinygrad_edu.errors import GraphError, LeakedVariableError, TracedBoolError
from tinygrad_edu.ops import OPS


def test_captured_values_are_read_at_every_call():
    w = Value(2.0, "w")
    g = tg.trace(lambda x: w * x + w * w, 1.0)
    assert g.captured == (w,)
    assert g(3.0) == 10.0
    w.data = 10.0
    assert g(3.0) == 130.0
    out = g(Value(3.0))
    out.backward()
    assert w.grad == 3.0 + 20.0
    assert "captured w = 10" in str(g)


def test_values_computed_before_are_traced_back_to_their_leaves():
    w = Value(2.0, "w")
    shared = w * w
    g = tg.trace(lambda x: shared * x + shared, 1.0)
    assert g.captured == (w,)
    assert sum(v.op is OPS["mul"] and v.parents[0].data is w for v in g.equations) == 1
    w.data = 3.0
    assert g(1.0) == 18.0


def test_a_branch_on_a_variable_is_refused_with_the_place_and_the_remedy():
    def f(x):
        if x > 0:
            return x
        return -x

    with pytest.raises(TracedBoolError, match=r"test_tracing\.py:\d+ \(if x > 0:\).*tg\.where"):
        tg.trace(f, 1.0)
    with pytest.raises(TracedBoolError, match=r"tg\.sin"):
        tg.trace(lambda x: math.sin(x), 1.0)
    g = tg.trace(lambda x: tg.where(x > 0, x, -x), 1.0)
    assert [g(v) for v in (-2.0, 0.0, 3.0)] == [2.0, 0.0, 3.0]
    for compare, expected in (
        (lambda x: x < 1, 0.0),
        (lambda x: x <= 2, 1.0),
        (lambda x: x < 1, 0.0),
        (lambda x: x >= 2, 1.0),
    ):
        assert tg.trace(compare, 0.0)(2.0) == expected


def test_a_variable_must_not_leave_its_trace():
    kept = []
    tg.trace(lambda x: kept.append(x) or x, 1.0)
    with pytest.raises(LeakedVariableError, match="input 'x'"):
        tg.trace(lambda y: y * kept[0], 1.0)


def test_what_is_no_number_cannot_be_traced_or_returned():
    with pytest.raises(TypeError, match="function"):
        tg.trace(3.0)
    with pytest.raises(TypeError, match="number"):
        tg.trace(lambda x: "no", 1.0)
    with pytest.raises(TypeError, match="number"):
        tg.trace(lambda x: None, 1.0)
    with pytest.raises(TypeError, match=r"example\[0\]"):
        tg.trace(lambda x: x, "a")
    with pytest.raises(GraphError, match=r"traced for \(number,\), got \(number, number\)"):
        tg.trace(lambda x: x, 1.0)(1.0, 2.0)
    with pytest.raises(GraphError, match="one output"):
        tg.trace(lambda x: (x, x), 1.0).grad()


def test_no_grad_and_detach_block_the_gradient_in_a_trace_too():
    def f(x):
        with tg.no_grad():
            frozen = x * x
        return frozen * x + x.detach() * x

    g = tg.trace(f, 1.0)
    assert g(3.0) == 27.0 + 9.0
    assert g.grad()(3.0) == 9.0 + 3.0
    assert tg.grad(f)(3.0) == 9.0 + 3.0


def test_arguments_may_be_whole_numbers_or_none_at_all():
    graph = tg.trace(lambda x, y: x / y, 1.0, 2.0)
    assert graph(1, 4) == 0.25
    assert graph(1, 4.0) == 0.25
    assert type(graph(4, 2)) is float
    nullary = tg.trace(lambda: tg.exp(Value(0.0)) + 1.0)
    assert nullary() == 2.0
    assert nullary.grad()() == ()
    with pytest.raises(GraphError, match="grad needs one output, the graph '<lambda>' has 0"):
        tg.trace(lambda x: [], 1.0).grad()
    with pytest.raises(GraphError, match="was traced for"):
        graph(1.0)


def test_arguments_are_named_after_the_parameters():
    class Closed:
        __signature__ = "none"

        def __call__(self, x, y):
            return x * y

    def names(f, *example):
        return [var.name for var in tg.trace(f, *example).inputs]

    assert names(lambda a, /, b, *rest, scale=2.0, **more: a * b * rest[0] * rest[1] * scale, 1.0, 2.0, 3.0, 4.0) == [
        "a",
        "b",
        "rest0",
        "rest1",
    ]
    assert names(lambda *xs: tg.sum(xs), 1.0, 2.0) == ["xs0", "xs1"]
    assert names(Closed(), 1.0, 2.0) == ["x0", "x1"]  # inspect raises TypeError
