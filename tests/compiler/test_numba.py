"""The virtual machine of the numba back end agrees with the eager engine."""

import math
import random

import numpy as np
import pytest
from support.compiler_programs import RandomProgram, assert_agree, eager

import tinygrad_edu as tg
from tinygrad_edu import nn

pytest.importorskip("numba", reason="the extra [fast] is not installed")


def test_random_programs_agree_with_the_eager_engine():
    for seed in range(300):
        program = RandomProgram(seed)
        compiled = tg.compile(program, program.params, backend="numba")
        value, gradient = compiled.value_and_grad(*program.arrays, weights=program.weights)
        true_value, true_gradient, outputs = eager(program, program.params, *program.arrays, weights=program.weights)
        assert_agree(gradient, true_gradient, 1e-10)
        assert_agree(value, true_value, 1e-10)
        assert_agree(compiled(*program.arrays), outputs, 1e-10)


@pytest.mark.parametrize("batched", [True, False])
def test_every_operation_at_special_values(batched):
    numbers = [0.0, -0.0, 1.0, -1.0, 0.5, 2.5, -3.0, 800.0, -800.0, 1e300, math.inf, -math.inf, math.nan]
    for op in tg.OPS.values():
        if op.arity == 0:
            continue
        rng = random.Random(op.name)
        rows = [[rng.choice(numbers) for _ in range(op.arity or 2)] for _ in range(40)]
        truth = [op(*row) for row in rows]
        if batched:
            out = tg.compile(lambda xs, op=op: op(*xs), backend="numba")(np.array(rows))
        else:
            leaves = [[tg.Value(x) for x in row] for row in rows]
            out = tg.compile(lambda op=op, leaves=leaves: [op(*row) for row in leaves], backend="numba")()[0]
        np.testing.assert_allclose(out, truth, rtol=1e-13, atol=1e-300, err_msg=op.name)


@pytest.mark.parametrize(("sizes", "count"), [([2, 16, 16, 1], 100), ([64, 32, 10], 128), ([3, 5, 2], 7), ([3, 2], 1)])
def test_networks_agree_with_numpy(sizes, count):
    model = nn.MLP(sizes[0], sizes[1:], seed=0)
    rng = np.random.default_rng(0)
    X, Y = rng.normal(size=(count, sizes[0])), rng.normal(size=(count, sizes[-1]))

    def loss(x, t):
        out = model(x)
        return nn.mse(out, t) if isinstance(out, list) else tg.square(out - t[0])

    value, gradient = tg.compile(loss, model.parameters(), "numba").value_and_grad(X, Y)
    true_value, true_gradient = tg.compile(loss, model.parameters(), "numpy").value_and_grad(X, Y)
    assert value == pytest.approx(true_value, rel=1e-12)
    assert_agree(gradient, true_gradient, 1e-12)


@pytest.mark.parametrize("name", ["sin", "cos", "exp", "tanh", "sigmoid", "erf", "erfc"])
def test_series_are_exact_to_a_few_units_in_the_last_place(name):
    rng = np.random.default_rng(0)
    op = tg.OPS[name]
    held = {"exp": 709.0, "tanh": 25.0, "sigmoid": 700.0, "erf": 6.0, "erfc": 26.0}
    largest = held.get(name, 1e22)  # sine and cosine: beyond their series too
    drawn = [rng.normal(size=300) * scale for scale in (1e-300, 1e-8, 1.0, 30.0, 1e4)]
    x = np.concatenate([*drawn, rng.uniform(-largest, largest, 800), np.arange(1, 200) * math.pi / 2])
    x = x[np.abs(x) <= largest]
    assert tg.compile(op, backend="numba")([0.0]).tolist() == [op(0.0)]
    for part in (x, x[np.abs(x) < 9e4]):  # an array with one far number, and one without
        np.testing.assert_allclose(tg.compile(op, backend="numba")(part), [op(v) for v in part.tolist()], rtol=2e-15)


def test_matrix_products_of_every_small_size():
    rng = np.random.default_rng(0)
    for lines in (1, 2, 3, 4, 5, 7):
        for terms in (1, 3, 4, 6, 9):
            for count in (1, 3, 17):
                W = [[tg.Value(w) for w in row] for row in rng.normal(size=(lines, terms)).tolist()]

                def loss(x, y, W=W):
                    return tg.sum([tg.dot(row, z) * tg.dot(row, x) for z in (x, y) for row in W])

                params = [w for row in W for w in row]
                arrays = rng.normal(size=(2, count, terms))
                value, gradient = tg.compile(loss, params, "numba").value_and_grad(*arrays)
                true_value, true_gradient, _ = eager(loss, params, *arrays)
                assert value == pytest.approx(true_value, rel=1e-12)
                assert_agree(gradient, true_gradient, 1e-12)


def test_all_inside_the_function():
    model = nn.MLP(2, [6, 6, 1], seed=1)
    X = np.random.default_rng(0).normal(size=(30, 2)).tolist()

    def loss():
        return tg.mean([tg.square(model(x)) for x in X])

    value, gradient = tg.compile(loss, model.parameters(), "numba").value_and_grad()
    true_value, true_gradient, _ = eager(loss, model.parameters())
    assert value == pytest.approx(true_value, rel=1e-12)
    assert_agree(gradient, true_gradient, 1e-12)


def test_fit_trains_on_it():
    data = tg.data.load("moons", n=60, seed=0)
    histories = [
        tg.fit(nn.MLP(2, [6, 1], activation="tanh", seed=0), data, epochs=5, progress=False, engine=engine)
        for engine in ("numba", "eager")
    ]
    assert histories[0].loss == pytest.approx(histories[1].loss, rel=1e-9)
    assert histories[0].engine == "numba: asked for by name"
