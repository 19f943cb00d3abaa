"""Ctrl-C may come at any moment; what a user can look at afterwards is whole."""

import gc

import pytest
from support.interrupts import interrupts

import tinygrad_edu as tg
from tinygrad_edu import Value


def test_an_interrupted_sweep_leaves_numbers_and_the_next_one_is_right():
    x, y = Value(2.0, "x"), Value(3.0, "y")
    a = x * y
    root = tg.sum([a, tg.sin(a), x]) * a + a
    root.backward()
    expected = x.grad
    nodes = tg.topological_order(root)
    moments = 0
    for _ in interrupts(root.backward):
        moments += 1
        assert all(type(node.grad) is float for node in nodes)
        tg.zero_grad([x, y])
        root.backward()
        assert x.grad == expected
        tg.zero_grad([x, y])
    assert moments > 30


def in_context(manager):
    with manager():
        Value(1.0) * 2.0


@pytest.mark.parametrize("manager", [tg.collector_paused, tg.no_grad, lambda: tg.scope("s")])
def test_an_interrupted_context_is_left(manager):
    assert gc.isenabled()
    moments = 0
    for _ in interrupts(lambda: in_context(manager)):
        moments += 1
        made = Value(1.0) * 2.0
        assert (gc.isenabled(), made.scope, len(made.parents)) == (True, None, 2)
    assert moments > 10
