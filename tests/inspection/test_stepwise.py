"""The steps of a computation, in the very order in which `backward` adds."""

import pytest

import tinygrad_edu as tg
from tinygrad_edu import Value


def test_steps_end_bit_equal_to_backward_and_change_nothing():
    x, y = Value(0.7, "x"), Value(-1.3, "y")
    z = tg.exp(x * y) * x + tg.sin(y) / x - tg.sum([x, y, x]) ** 2
    final = {}
    for step in tg.steps(z):
        if step.kind == "backward":
            assert step.contribution == step.local * step.upstream
            assert step.grad_before == final.get(step.parent, 0.0)
            final[step.parent] = step.grad_after
    assert x.grad == y.grad == z.grad == 0.0
    z.backward()
    assert (final[x], final[y]) == (x.grad, y.grad)
    kinds = [step.kind for step in tg.steps(z)]
    assert kinds == sorted(kinds, key=["forward", "seed", "backward"].index)
    assert kinds.count("seed") == 1


def test_a_step_says_what_it_does():
    w, x = Value(0.5, "w"), Value(2.0, "x")
    y = tg.tanh(w * x)
    y.name = "y"
    steps = list(tg.steps(y))
    back = [s for s in steps if s.kind == "backward"]
    assert [s.rule for s in back] == ["1 − y²", "b", "a"]
    assert back[1].caption.startswith("w.grad += 2 × 0.42")
    with pytest.raises(AttributeError):
        back[0].local = 3.0


def fan_out():
    a = Value(3.0, "a")
    b = a + a
    b.name = "b"
    c = b + b
    c.name = "c"
    return a, b, c


def recursion(node, grads):
    """The program that everybody writes first."""
    for parent, slope in zip(node.parents, node.partials, strict=True):
        grads[parent] = grads.get(parent, 0.0) + slope * grads[node]
        recursion(parent, grads)
    return grads


def test_the_recursive_order_is_the_mistake_of_plain_recursion_step_by_step():
    a, b, c = fan_out()
    walked = [(step.parent.name, step.grad_after) for step in tg.steps(c, order="recursive") if step.kind == "backward"]
    assert walked == [("b", 1.0), ("a", 1.0), ("a", 2.0), ("b", 2.0), ("a", 4.0), ("a", 6.0)]
    x = Value(0.7, "x")
    y = x * x
    z = y * (y + x)
    last = {step.parent: step.grad_after for step in tg.steps(z, order="recursive") if step.kind == "backward"}
    assert last == {node: grad for node, grad in recursion(z, {z: 1.0}).items() if node is not z}
    assert (a.grad, b.grad, x.grad) == (0.0, 0.0, 0.0)
    with pytest.raises(ValueError, match="no order is called 'recursiv'; did you mean 'recursive'"):
        list(tg.steps(c, order="recursiv"))


def test_where_nothing_but_leaves_is_used_twice_both_orders_agree():
    x = Value(3.0, "x")
    y = x * x * x
    right, wrong = ([step.grad_after for step in tg.steps(y, order=way)][-1] for way in ("topological", "recursive"))
    assert wrong == right == 27.0
