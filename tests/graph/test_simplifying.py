"""Simplifying drops what changes nothing, and nothing else."""

import math

import tinygrad_edu as tg
from tinygrad_edu import Value


def test_simplify_removes_what_changes_nothing():
    w = Value(2.0, "w")

    def f(x):
        dead = tg.exp(x) * w
        y = tg.sin(x) * 1.0 - 0.0
        z = tg.sin(x) ** 1.0
        return (y + z) * (tg.log(tg.exp(Value(0.0) * 0.0 + 2.0)) if dead is None else 3.0)

    g = tg.trace(f, 1.0)
    small = g.simplify().validate()
    assert [v.op.name for v in small.equations] == ["sin", "add", "mul"]
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
    assert len(g.equations) == 1
    assert str(g).splitlines()[1] == "  v1 = x × 6"


def test_simplifying_keeps_the_captured_values_that_are_used():
    used, unused = Value(2.0, "used"), Value(3.0, "unused")
    graph = tg.trace(lambda x: x * used * 1.0 + (unused * 0.0 - unused * 0.0) * 0.0 + used, 1.0)
    simple = graph.simplify()
    assert used in simple.captured
    used.data = 5.0
    assert simple(2.0) == graph(2.0) == 15.0


def test_what_is_constant_is_computed_while_simplifying():
    gradient = tg.trace(lambda x: x * 2.0 + 3.0 * x, 1.0).grad().simplify()
    assert len(gradient.equations) == 0
    assert gradient(7.0) == 5.0
