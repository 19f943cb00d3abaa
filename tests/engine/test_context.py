"""What `no_grad`, `detach` and `scope` do to the nodes made inside them, and to nobody else's."""

import threading

import pytest

import tinygrad_edu as tg
from tinygrad_edu import Value


def test_no_grad_records_nothing():
    x = Value(2.0)
    with tg.no_grad():
        y = x * x + tg.dot([x], [x])
        with tg.scope("inside"):
            z = x + 1.0
    assert (y.data, y.parents, y.op, z.parents) == (8.0, (), None, ())
    assert (x * x).parents == (x, x)

    @tg.no_grad()
    def f(v):
        return v * v

    assert f(x).parents == ()
    with pytest.raises(ZeroDivisionError), tg.no_grad():
        raise ZeroDivisionError
    assert (x * x).parents == (x, x)


def test_detach_cuts():
    x = Value(3.0)
    (x * x.detach()).backward()
    assert x.grad == 3.0


def test_each_entry_into_a_scope_is_an_instance():
    x = Value(1.0)
    for _ in range(2):
        with tg.scope("net"), tg.scope("cell"):
            x = x * 2.0
    first, second = x.parents[0].scope, x.scope
    assert first is not second
    assert first.name == second.name == "cell"
    assert first.path == "net/cell"
    from tinygrad_edu.engine.context import scope_labels

    assert list(scope_labels(tg.topological_order(x)).values()) == ["net", "cell", "net#2", "cell"]
    x.name = "out"
    assert x.scope is second
    assert x.name == "out"
    with pytest.raises(TypeError, match="name"):
        tg.scope(3)


def test_contexts_are_counted_so_that_nodes_need_not_look_them_up():
    from tinygrad_edu.engine.context import open_contexts

    assert open_contexts == []
    model = tg.nn.MLP(2, [2, 1], seed=0)
    with tg.no_grad(), tg.scope("a"), tg.scope("b"):
        model([1.0, 2.0])
    with tg.scope("a"), tg.no_grad(), tg.scope("b"):
        tg.grad(lambda x: model([x, 1.0]))(1.0)
    with pytest.raises(TypeError):
        model(["a", "b"])
    with pytest.raises(ValueError, match="2"):
        model.layers[0]([1.0])
    model.layers[0].neurons[0]([Value(1.0), Value(2.0)])
    assert open_contexts == []
    assert Value(1.0).scope is (Value(1.0) * 2.0).scope is None


def test_contexts_are_per_thread():
    x = Value(2.0)
    results = []

    def work():
        results.append((x * x).parents)
        with tg.scope("other"):
            results.append((x * x).scope.name)

    with tg.no_grad(), tg.scope("main"):
        thread = threading.Thread(target=work)
        thread.start()
        thread.join()
        assert (x * x).parents == ()
    assert results == [(x, x), "other"]
