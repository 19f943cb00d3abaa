"""Copies and pickles of graphs, at any depth, keep what is shared."""

import copy
import pickle

from support.thoroughness import THOROUGH

import tinygrad_edu as tg
from tinygrad_edu import Value
from tinygrad_edu.ops import OPS


def test_a_chain_can_be_copied_and_pickled_at_any_depth():
    x = Value(1.0, "x")
    y = x
    for _ in range(3_000):  # thrice what Python would recurse
        y = y + 1.0
    for twin in (pickle.loads(pickle.dumps(y)), copy.deepcopy(y)):
        twin.backward()
        nodes = tg.topological_order(twin)
        assert len(nodes) == len(tg.topological_order(y))
        assert (nodes[0].name, nodes[0].grad, twin.data) == ("x", 1.0, 3_001.0)


def test_copies_of_a_long_chain():
    n = 1_000_000 if THOROUGH else 10_000
    y = Value(1.0)
    for _ in range(n):
        y = -y
    for copied in (lambda: pickle.loads(pickle.dumps(y)), lambda: copy.deepcopy(y)):
        again = copied()
        assert again.data == y.data
        assert len(tg.topological_order(again)) == n + 1


def test_copies_keep_sharing_within_one_pickle():
    a, b = Value(2.0, "a"), Value(3.0, "b")
    with tg.scope("s"):
        c = a * b + a
    c.backward()
    for copied in (pickle.loads(pickle.dumps([a, b, c, c.parents[0]])), copy.deepcopy([a, b, c, c.parents[0]])):
        a2, b2, c2, product = copied
        assert c2.parents[0] is product
        assert product.parents == (a2, b2)
        assert (a2.grad, a2.name, c2.scope.name, c2.op) == (4.0, "a", "s", OPS["add"])
        tg.zero_grad([a2, b2])
        c2.backward()
        assert (a2.grad, b2.grad) == (4.0, 2.0)
        assert a.grad == 4.0
    deep = copy.deepcopy(c)
    assert {n.name for n in tg.topological_order(deep)} == {"a", "b", None}
    assert a not in tg.topological_order(deep)
    shallow = copy.copy(c)
    assert shallow.parents == c.parents
    assert shallow is not c
