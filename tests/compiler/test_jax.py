"""The JAX back end agrees with the eager engine, on one device and spread over eight."""

import math
import random

import numpy as np
import pytest
from support.compiler_programs import RandomProgram, assert_agree, eager

import tinygrad_edu as tg
from tinygrad_edu import Value, nn
from tinygrad_edu.errors import GraphError

pytest.importorskip("jax", reason="the extra [jax] is not installed")


def test_random_programs_agree_with_the_eager_engine():
    for seed in range(20):
        program = RandomProgram(seed, length=15)
        compiled = tg.compile(program, program.params, backend="jax")
        value, gradient = compiled.value_and_grad(*program.arrays, weights=program.weights)
        true_value, true_gradient, outputs = eager(program, program.params, *program.arrays, weights=program.weights)
        assert_agree(gradient, true_gradient, 1e-10)
        assert_agree(value, true_value, 1e-10)
        assert_agree(compiled(*program.arrays), outputs, 1e-10)


def test_every_operation_at_special_values():
    numbers = [0.0, 1.0, -1.0, 0.5, 2.5, -3.0, 800.0, -800.0, 1e300, math.inf, -math.inf, math.nan]
    ops = [op for op in tg.OPS.values() if op.arity != 0]
    columns, truth = [], []
    rng = random.Random(0)
    for op in ops:
        arity = 2 if op.arity is None else op.arity
        columns.append(np.array([[rng.choice(numbers) for _ in range(arity)] for _ in range(40)]))
        truth.append([op(*row) for row in columns[-1].tolist()])
    for op, column, expected in zip(ops, columns, truth, strict=True):
        out = tg.compile(lambda xs, op=op: op(*xs), backend="jax")(column)
        np.testing.assert_allclose(out, expected, rtol=1e-11, atol=1e-300, err_msg=op.name)


def test_slopes_of_sequences_that_hold_nan_are_those_of_the_eager_engine():
    params = [Value(1.0), Value(math.nan), Value(3.0), Value(0.5)]
    sequences = [op for op in tg.OPS.values() if op.arity is None]

    def f(x):
        return [op(*[p * x for p in params]) for op in sequences]

    compiled = tg.compile(lambda x: tg.sum(f(x)), params, backend="jax")
    for bad in range(4):
        for place, p in enumerate(params):
            p.data = math.nan if place == bad else 1.0 + place
        _, gradient = compiled.value_and_grad([1.0])
        assert_agree(gradient, eager(lambda x: tg.sum(f(x)), params, np.array([1.0]))[1])


def test_network_agrees_with_numpy():
    model = nn.MLP(6, [8, 8, 3], seed=0)
    rng = np.random.default_rng(0)
    X, Y = rng.normal(size=(20, 6)), np.eye(3)[rng.integers(0, 3, 20)]

    def loss(x, t):
        return nn.cross_entropy(model(x), t)

    ours, theirs = (tg.compile(loss, model.parameters(), backend) for backend in ("jax", "numpy"))
    value, gradient = ours.value_and_grad(X, Y)
    true_value, true_gradient = theirs.value_and_grad(X, Y)
    assert value == pytest.approx(true_value, rel=1e-12)
    assert_agree(gradient, true_gradient, 1e-12)


def test_very_many_array_operations_are_refused():
    w = Value(0.5)

    def long_chain(x):
        for _ in range(200):
            x = tg.sin(w * x)
        return x

    with pytest.raises(GraphError, match="more than 300"):
        tg.compile(long_chain, backend="jax").value_and_grad([1.0])


def test_a_scan_that_would_be_too_long_in_line_is_a_loop():
    """XLA would compile it for too long, which is refused; as a loop it takes a moment."""
    a = tg.Value(0.5)

    def loss(xs):
        end, outputs = tg.scan(lambda h, x: (tg.tanh(a * h + x), tg.sin(h) * x), 0.0, xs)
        return end + tg.sum(outputs)

    X = np.random.default_rng(0).normal(size=(2, 64))
    slopes = [tg.compile(loss, [a], backend).value_and_grad(X)[1] for backend in ("jax", "numpy")]
    np.testing.assert_allclose(*slopes, rtol=1e-9)
