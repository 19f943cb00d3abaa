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
