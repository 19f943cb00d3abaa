"""Graphs: run, differentiated, and made from Values."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.functions import survey

import tinygrad_edu as tg
from tinygrad_edu import Graph, Value
from tinygrad_edu.ops import OPS


def test_running_gives_what_the_function_gives():
    g = tg.trace(survey, 1.0, 1.0)
    for point in ((2.0, 5.0), (0.1, -3.0), (1e-8, 1e8)):
        assert g(*point) == survey(*point)
    x, y = Value(2.0), Value(5.0)
    out = g(x, y)
    out.backward()
    assert type(out) is Value
    assert (x.grad, y.grad) == g.grad()(2.0, 5.0)
    assert g(2, 5) == survey(2.0, 5.0)


@given(st.floats(0.1, 10), st.floats(-10, 10))
def test_graph_grad_agrees_with_eager_backward_to_the_bit(a, b):
    x, y = Value(a), Value(b)
    survey(x, y).backward()
    assert GRADIENT(a, b) == (x.grad, y.grad)


GRADIENT = tg.trace(survey, 1.0, 1.0).grad()


def test_graph_grad_adds_in_the_order_of_backward_whatever_was_written_first():
    """Of the sum 1 − ⅓ − ⅓ − ⅓ − ⅓ the last bit depends on where the 1 comes."""

    def f(x):
        later = tg.log1p(tg.dot([x, x], [x, x]))
        return tg.OPS["identity"](x) - later

    x = Value(1.0)
    f(x).backward()
    assert tg.trace(f, 1.0).grad()(1.0) == tg.grad(f)(1.0) == x.grad


def test_gradients_have_the_structure_of_the_arguments():
    def f(p, x):
        return tg.dot(p["w"], x) + p["b"]

    g = tg.trace(f, {"w": [1.0, 1.0], "b": 0.0}, [1.0, 1.0])
    assert [v.name for v in g.inputs] == ["p['w'][0]", "p['w'][1]", "p['b']", "x[0]", "x[1]"]
    point = ({"w": [2.0, 3.0], "b": 1.0}, [5.0, 7.0])
    assert g.grad()(*point) == ({"w": [5.0, 7.0], "b": 1.0}, [2.0, 3.0])
    assert g.value_and_grad()(*point) == (32.0, ({"w": [5.0, 7.0], "b": 1.0}, [2.0, 3.0]))
    assert tg.trace(lambda v: v[0] * v[1], (1.0, 1.0)).grad()((2.0, 3.0)) == (3.0, 2.0)
    assert tg.trace(lambda x: 3.0, 1.0).grad()(2.0) == 0.0
    assert tg.trace(lambda x: x, 1.0).grad()(2.0) == 1.0


def test_derivatives_of_any_order():
    g = tg.trace(lambda x: tg.exp(2.0 * x), 1.0)
    for order in range(1, 5):
        g = g.grad().simplify()
        assert g(0.3) == pytest.approx(2.0**order * math.exp(0.6))


def test_from_value_takes_leaves_in_topological_order_and_freezes_branches():
    a, b = Value(2.0, "a"), Value(-3.0, "b")
    y = a * b if b < 0 else a + b
    g = Graph.from_value(y + 1.0)
    assert [v.name for v in g.inputs] == ["a", "b"]
    assert g(10.0, 5.0) == 51.0
    assert g.grad()(10.0, 5.0) == (5.0, 10.0)


def test_names_and_scopes_are_kept_through_transforms():
    def f(x):
        with tg.scope("cell"):
            h = x * x
            h.name = "h"
        return h + 1.0

    g = tg.trace(f, 1.0)
    for graph in (g, g.grad(), g.simplify(), Graph.from_json(g.to_json())):
        equation = graph.equations[0]
        assert (equation.name, equation.scope.name, equation.op) == ("h", "cell", OPS["mul"])
    assert "h = x²" in str(g)


def test_derivatives_keep_the_names_of_the_arguments():
    graph = tg.trace(lambda width, height: width * height * height, 1.0, 2.0)
    for derived in (graph.grad(), graph.value_and_grad(), graph.simplify()):
        assert [var.name for var in derived.inputs] == ["width", "height"]


def test_a_long_chain_traces_runs_and_differentiates():
    def f(x):
        for _ in range(5_000):
            x = x * 0.9999
        return x

    g = tg.trace(f, 1.0)
    assert g.grad()(1.0) == pytest.approx(0.9999**5_000)
    assert len(str(g).splitlines()) == 5_002
    assert len(g.simplify().equations) == 5_000
    assert Graph.from_json(g.to_json())(1.0) == g(1.0)
