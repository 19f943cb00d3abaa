"""What a compiled function keeps is bounded, and what it no longer has it makes again."""

import gc

import numpy as np
import pytest
from support.thoroughness import THOROUGH

import tinygrad_edu as tg
from tinygrad_edu import Value, nn, optim
from tinygrad_edu.compiler.arrays.program import ArrayProgram
from tinygrad_edu.compiler.backends.workspace import Workspace
from tinygrad_edu.compiler.compiled import STRUCTURES
from tinygrad_edu.compiler.runner import MACHINES


def alive(kind):
    gc.collect()
    return sum(type(item) is kind or kind in type(item).__mro__ for item in gc.get_objects())


def test_programs_are_kept_for_a_bounded_number_of_structures():
    w = Value(3.0)
    compiled = tg.compile(lambda x: w * tg.sum(x), [w])
    programs, machines = alive(ArrayProgram), alive(Workspace)
    for length in [*range(1, (3 if THOROUGH else 2) * STRUCTURES), 1, 2]:
        X = np.arange(2.0 * length).reshape(2, length)
        value, gradient = compiled.value_and_grad(X)
        assert value == pytest.approx(3.0 * X.sum(1).mean())
        assert gradient.tolist() == [pytest.approx(X.sum(1).mean())]
    assert alive(ArrayProgram) - programs <= STRUCTURES + 1  # the one that ran last, too
    assert alive(Workspace) - machines <= 2 * STRUCTURES


def test_buffers_are_kept_for_a_bounded_number_of_sizes():
    w = Value(2.0)
    compiled = tg.compile(lambda x: w * x, [w])
    machines = alive(Workspace)
    for count in [*range(1, 5 * MACHINES), 1, 2, 3]:
        X = np.arange(float(count))
        assert compiled(X).tolist() == (2.0 * X).tolist()
        assert compiled.value_and_grad(X)[1] == X.mean()
        assert compiled.value_and_grad(X, weights=np.ones(count))[1] == pytest.approx(X.mean())
    assert alive(Workspace) - machines <= 3 * MACHINES


def test_what_is_used_stays():
    """A structure that is called between all others is traced once, whatever else comes and goes."""
    traces = []

    def f(x):
        traces.append(len(x))
        return tg.sum(x)

    compiled = tg.compile(f)
    for length in range(2, 3 * STRUCTURES):
        assert compiled(np.ones((1, 1))).tolist() == [1.0]
        assert compiled(np.ones((1, length))).tolist() == [length]
        assert compiled(np.ones((2, length))).tolist() == [length, length]
    assert {traces.count(length) for length in traces} == {2}  # once as it is, once to see that it reads no numbers


def test_fit_keeps_buffers_for_a_bounded_number_of_sizes():
    from tinygrad_edu.training.array_engine import CompiledEngine

    model = nn.MLP(1, [1], seed=0)
    rule = optim.SGD(model.parameters(), lr=0.0)
    X = [[float(i)] for i in range(60)]
    engine = CompiledEngine(model, nn.mse, rule, X, [0.0] * 60)
    machines = alive(Workspace)
    rows, targets = engine.prepare(X, [1.0] * 60)
    for count in range(1, 60):
        losses, outputs = engine.measure(rows[:count], targets[:count])
        assert losses == pytest.approx([(model(x).data - 1.0) ** 2 for x in X[:count]])
        assert outputs.tolist() == pytest.approx([model(x).data for x in X[:count]])
    assert alive(Workspace) - machines <= MACHINES


def test_numbers_are_those_of_the_latest_step_and_of_what_was_written_by_hand_after_it():
    a, b = tg.Value(1.0), tg.Value(10.0)
    optimizer = tg.optim.SGD([a, b], lr=1.0)
    line = tg.compile(lambda x: a * x + b, [a, b])
    turned = tg.compile(lambda x: a * x + b, [b, a])
    for slope, height in [(1.0, 10.0), (0.0, 9.0), (-1.0, 8.0)]:
        assert line.value_and_grad(np.array([2.0]))[0] == 2.0 * slope + height
        assert turned.value_and_grad(np.array([2.0]))[0] == 2.0 * slope + height
        assert (a.data, b.data) == (slope, height)
        a.grad = b.grad = 1.0
        optimizer.step()
    b.data = 5.0
    assert line.value_and_grad(np.array([2.0]))[0] == -2.0 * 2.0 + 5.0
    assert turned.value_and_grad(np.array([2.0]))[0] == -2.0 * 2.0 + 5.0
