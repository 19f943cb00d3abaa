"""Graphs: traced, printed, run, differentiated, simplified, saved."""

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

import tinygrad_edu as tg
from tinygrad_edu import Graph, Value
from tinygrad_edu.errors import GraphError, LeakedVariableError, TracedBoolError
from tinygrad_edu.ops import OPS


def survey(x1, x2):
    """The example of Baydin et al. 2018, tables 2 and 3."""
    return tg.log(x1) + x1 * x2 - tg.sin(x2)


def test_the_trace_reads_like_the_one_of_the_survey():
    g = tg.trace(survey, 2.0, 5.0)
    assert str(g).splitlines() == [
        "survey(x1, x2):",
        "  v1 = ln(x1)",
        "  v2 = x1 × x2",
        "  v3 = v1 + v2",
        "  v4 = sin(x2)",
        "  v5 = v3 − v4",
        "  return v5",
    ]
    rows = {row.name: row for row in g.table(2.0, 5.0)}
    published = {"v1": 0.693, "v2": 10.0, "v4": -0.959, "v3": 10.693, "v5": 11.652}
    assert {name: round(rows[name].primal, 3) for name in published} == published
    assert rows["x1"].adjoint == 5.5
    assert rows["x2"].adjoint == pytest.approx(2 - math.cos(5))
    text = str(g.table(2.0, 5.0))
    for number in ("0.6931", "10", "−0.9589", "10.693", "11.652", "5.5", "1.7163"):
        assert number in text
    assert "<td>11.652</td>" in g.table(2.0, 5.0)._repr_html_()


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
    assert sum(v.op is OPS["mul"] and v.parents[0].data is w for v in g.variables) == 1
    w.data = 3.0
    assert g(1.0) == 18.0


def test_from_value_takes_leaves_in_topological_order_and_freezes_branches():
    a, b = Value(2.0, "a"), Value(-3.0, "b")
    y = a * b if b < 0 else a + b
    g = Graph.from_value(y + 1.0)
    assert [v.name for v in g.inputs] == ["a", "b"]
    assert g(10.0, 5.0) == 51.0
    assert g.grad()(10.0, 5.0) == (5.0, 10.0)


def test_a_branch_on_a_variable_is_refused_with_the_place_and_the_remedy():
    def f(x):
        if x > 0:
            return x
        return -x

    with pytest.raises(TracedBoolError, match=r"test_graph\.py:\d+ \(if x > 0:\).*tg\.where"):
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


def test_labels_are_never_shared():
    def f(x):
        a = x * 2.0
        a.name = "v2"
        b = x * 3.0
        c = x * 4.0
        c.name = "x"
        return a + b + c

    lines = str(tg.trace(f, 1.0)).splitlines()[1:-1]
    left = [line.split(" = ")[0].strip() for line in lines]
    assert len(set(left) | {"x"}) == len(left) + 1


# ------------------------------------------------------------------------------------------- simplify


def test_simplify_removes_what_changes_nothing():
    w = Value(2.0, "w")

    def f(x):
        dead = tg.exp(x) * w
        y = tg.sin(x) * 1.0 - 0.0
        z = tg.sin(x) ** 1.0
        return (y + z) * (tg.log(tg.exp(Value(0.0) * 0.0 + 2.0)) if dead is None else 3.0)

    g = tg.trace(f, 1.0)
    small = g.simplify().validate()
    assert [v.op.name for v in small.variables] == ["sin", "add", "mul"]
    assert small.captured == ()
    for x in (-0.0, 0.5, math.inf, math.nan):
        assert repr(small(x)) == repr(g(x))


def test_simplify_keeps_what_may_matter():
    g = tg.trace(lambda x: x * 0.0 + 0.0, 1.0).simplify()
    assert math.isnan(g(math.inf))
    assert repr(g(-1.0)) == "0.0"
    g = tg.trace(lambda x: x + 0.0, 1.0).simplify()
    assert repr(g(-0.0)) == "0.0"


def test_constants_are_folded():
    g = tg.trace(lambda x: x * tg.trace(lambda y: y * 3.0, 1.0)(2.0), 1.0).simplify()
    assert len(g.variables) == 1
    assert str(g).splitlines()[1] == "  v1 = x × 6"


# ------------------------------------------------------------------------------------------- JSON


def test_json_both_ways():
    w = Value(0.5, "w")

    def f(p, x):
        with tg.scope("a"), tg.scope("b"):
            y = tg.tanh(tg.dot(p["w"], x) + w) * math.inf
        return [y, (tg.where(y > math.nan, 1.0, -0.0), p["w"][0])]

    g = tg.trace(f, {"w": [1.0, 1.0]}, [1.0, 1.0])
    again = Graph.from_json(g.to_json())
    point = ({"w": [0.3, -0.2]}, [2.0, 1.0])
    assert repr(again(*point)) == repr(g(*point))
    assert str(again) == str(g)
    assert again.to_json() == g.to_json()
    json.loads(g.to_json(), parse_constant=lambda s: pytest.fail(f"{s} is no JSON"))
    assert again.captured[0] is not w


def test_json_of_ones_own_operations():
    cube = tg.Op("cube", lambda x: x**3, lambda y, x: (3.0 * x * x,))
    text = tg.trace(cube, 1.0).to_json()
    with pytest.raises(GraphError, match="'cube'"):
        Graph.from_json(text)
    assert Graph.from_json(text, ops=[cube])(2.0) == 8.0


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"version": 2}, "version 1"),
        ({"version": True}, "version 1"),
        ({"format": "other"}, "format"),
        ({"inputs": 3}, "inputs"),
        ({"inputs": [3]}, "name of an input"),
        ({"equations": [{"op": "tanhh", "args": [0]}]}, "'tanh'"),
        ({"equations": [{"op": "tanh", "args": [5]}]}, "earlier variable"),
        ({"equations": [{"op": "tanh", "args": [-1]}]}, "earlier variable"),
        ({"equations": [{"op": "tanh", "args": [0, 0]}]}, "1 operands for tanh"),
        ({"equations": [{"op": "constant", "args": []}]}, "unknown operation"),
        ({"equations": ["x"]}, "equation"),
        ({"outputs": [True]}, "variable"),
        ({"outputs": []}, "structures"),
        ({"constants": ["NaN"]}, "number"),
        ({"constants": [10**400]}, "too large"),
        ({"arguments": "number"}, "tuple"),
        ({"result": {"list": 3}}, "list"),
        ({"scopes": [{"name": "a", "parent": 0}]}, "scope"),
    ],
)
def test_a_wrong_file_is_refused(change, message):
    record = json.loads(tg.trace(lambda x: tg.tanh(x), 1.0).to_json()) | change
    with pytest.raises(GraphError, match=message):
        Graph.from_json(json.dumps(record))


def test_an_own_operation_called_like_one_of_the_table_is_not_saved_as_that():
    op = tg.Op("sigmoid", lambda x: 2.0 * x, lambda y, x: (2.0,))
    with pytest.raises(GraphError, match="'sigmoid' is your own but called like one of the table"):
        tg.trace(op, 1.0).to_json()


@pytest.mark.parametrize("text", ["", "{", "[]", "3", "[" * 100_000, None, 3, b"\xff"])
def test_what_is_no_json_object_is_refused(text):
    with pytest.raises(GraphError):
        Graph.from_json(text)


def test_validate_finds_planted_faults():
    def broken(change):
        g = tg.trace(lambda x: tg.tanh(x) * x, 1.0).validate()
        change(g)
        with pytest.raises(GraphError):
            g.validate()

    broken(lambda g: setattr(g, "variables", g.variables[::-1]))
    broken(lambda g: setattr(g.variables[1], "parents", g.inputs))
    broken(lambda g: setattr(g.variables[0], "op", None))
    broken(lambda g: setattr(g, "outputs", g.outputs * 2))
    broken(lambda g: setattr(g, "inputs", g.inputs * 2))
    broken(lambda g: setattr(g, "outputs", tg.trace(lambda x: x * x, 1.0).outputs))
    broken(lambda g: setattr(g.variables[1], "parents", (g.inputs[0], g.inputs[0].tracer.constant("1"))))


def test_a_long_chain_traces_runs_and_differentiates():
    def f(x):
        for _ in range(20_000):
            x = x * 0.9999
        return x

    g = tg.trace(f, 1.0)
    assert g.grad()(1.0) == pytest.approx(0.9999**20_000)
    assert len(str(g).splitlines()) == 20_002
    assert len(g.simplify().variables) == 20_000
    assert Graph.from_json(g.to_json())(1.0) == g(1.0)


# ------------------------------------------------------------------------------------------- as text, and at the edges


def test_a_graph_says_how_large_it_is():
    w = Value(2.0, "w")
    assert repr(tg.trace(lambda x: x * x, 1.0)) == "<Graph <lambda>: 1 input, 1 equation, 1 output>"
    graph = tg.trace(lambda x, y: [w * x + y, y], 1.0, 2.0)
    assert repr(graph) == "<Graph <lambda>: 2 inputs, 1 captured, 2 equations, 2 outputs>"
    assert repr(tg.trace(lambda x: [], 1.0)) == "<Graph <lambda>: 1 input, 0 equations, 0 outputs>"


def test_labels_of_repeated_names_are_told_apart():
    """Names repeat when a cell is called twice; whoever reads the trace must be able to tell them apart."""

    def f(x, v3):
        y = x * v3
        y.name = "h"
        z = y + 1.0
        z.name = "h"
        return tg.exp(z * Value(0.5)) + Value(0.25)

    lines = str(tg.trace(f, 1.0, 2.0)).splitlines()
    defined = [line.split(" = ")[0].strip() for line in lines if " = " in line and "captured" not in line]
    assert defined == ["h", "h_2", "v3′", "v4", "v5"]
    assert lines[1] == "  captured w = 0.5, w_2 = 0.25"


def test_many_captured_values_are_counted():
    weights = [Value(float(k)) for k in range(1200)]
    assert "and 1,192 more" in str(tg.trace(lambda x: tg.dot(weights, [x] * 1200), 1.0))
    assert "more" not in str(tg.trace(lambda x: tg.dot(weights[:8], [x] * 8), 1.0))


def test_derivatives_keep_the_names_of_the_arguments():
    graph = tg.trace(lambda width, height: width * height * height, 1.0, 2.0)
    for derived in (graph.grad(), graph.value_and_grad(), graph.simplify()):
        assert [var.name for var in derived.inputs] == ["width", "height"]


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


def test_simplifying_keeps_the_captured_values_that_are_used():
    used, unused = Value(2.0, "used"), Value(3.0, "unused")
    graph = tg.trace(lambda x: x * used * 1.0 + (unused * 0.0 - unused * 0.0) * 0.0 + used, 1.0)
    simple = graph.simplify()
    assert used in simple.captured
    used.data = 5.0
    assert simple(2.0) == graph(2.0) == 15.0


def test_a_table_shows_zero_for_what_does_not_matter():
    rows = tg.trace(lambda x, idle: x * x, 3.0, 4.0).table(3.0, 4.0)
    assert [(row.name, row.primal, row.adjoint) for row in rows] == [
        ("x", 3.0, 6.0),
        ("idle", 4.0, 0.0),
        ("v1", 9.0, 1.0),
    ]


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


def test_what_is_constant_is_computed_while_simplifying():
    gradient = tg.trace(lambda x: x * 2.0 + 3.0 * x, 1.0).grad().simplify()
    assert len(gradient.equations) == 0
    assert gradient(7.0) == 5.0
