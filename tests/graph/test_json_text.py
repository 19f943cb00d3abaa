"""Graphs as JSON, both ways, and the files that are no graphs."""

import json
import math

import pytest

import tinygrad_edu as tg
from tinygrad_edu import Graph, Value
from tinygrad_edu.errors import GraphError


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
