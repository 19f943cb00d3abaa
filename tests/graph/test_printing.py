"""Graphs and their tables as text."""

import math

import pytest
from support.functions import survey

import tinygrad_edu as tg
from tinygrad_edu import Value


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


def test_a_table_shows_zero_for_what_does_not_matter():
    rows = tg.trace(lambda x, idle: x * x, 3.0, 4.0).table(3.0, 4.0)
    assert [(row.name, row.primal, row.adjoint) for row in rows] == [
        ("x", 3.0, 6.0),
        ("idle", 4.0, 0.0),
        ("v1", 9.0, 1.0),
    ]
