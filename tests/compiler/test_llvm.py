"""Machine code of a function's own, run on blocks of examples, agrees with the eager engine; see also test_fuzz."""

import math
import random

import numpy as np
import pytest
from support.compiler_programs import RandomProgram, assert_agree, eager
from support.thoroughness import THOROUGH

import tinygrad_edu as tg
from tinygrad_edu import nn

pytest.importorskip("llvmlite", reason="the extra [fast] is not installed")

from tinygrad_edu.compiler.backends import llvm_machine
from tinygrad_edu.compiler.backends.llvm_functions import can_write
from tinygrad_edu.compiler.backends.llvm_machine import native


@pytest.fixture
def made(monkeypatch):
    """Of which programs code was made."""
    programs = []

    def compiled(program, phases):
        programs.append(program)
        return compile_it(program, phases)

    compile_it = llvm_machine.machine_code
    monkeypatch.setattr(llvm_machine, "machine_code", compiled)
    return programs


def test_one_code_serves_batches_of_every_size(made):
    """Those that fill vectors and blocks and those that do not; as many again, where the rest of a vector is dirty."""
    model = nn.MLP(3, [7, 5, 4], activation="tanh", seed=0)
    decay = tg.Value(0.1)

    def loss(x, t, shift):
        out = model(x)
        penalty = decay * tg.sum([tg.square(p) for p in model.parameters()])
        return nn.cross_entropy(out, 2) + nn.mse(out, t) * tg.exp(shift) + penalty

    params = [*model.parameters(), decay]
    rng = np.random.default_rng(0)
    compiled = tg.compile(loss, params, "llvm")
    sizes = (8, 9, 40, 47, 96, 8, 131)
    for count in sizes if THOROUGH else sizes[1:5]:
        arrays = rng.normal(size=(count, 3)), rng.normal(size=(count, 4)), rng.normal(size=count)
        weights = rng.random(count)
        true_value, true_gradient, losses = eager(loss, params, *arrays, weights=weights)
        for _ in range(2):
            value, gradient = compiled.value_and_grad(*arrays, weights=weights)
            assert_agree(value, true_value, 1e-12)
            assert_agree(gradient, true_gradient, 1e-12)
            assert_agree(compiled(*arrays), losses, 1e-12)
        value, gradient = compiled.value_and_grad(*arrays)
        assert value == pytest.approx(np.mean(losses), rel=1e-12)
    assert len(made) == 3  # outputs, gradient, weighted gradient


def test_examples_that_are_not_there_add_nothing_even_if_their_loss_would_be_infinite():
    w = tg.Value(2.0)
    x = np.arange(1.0, 12.0)
    compiled = tg.compile(lambda x: w / x, [w], "llvm")
    value, gradient = compiled.value_and_grad(x)
    assert value == pytest.approx(2.0 * np.mean(1.0 / x), rel=1e-14)
    assert gradient == pytest.approx([np.mean(1.0 / x)], rel=1e-14)
    assert native(compiled.program) is not None


def test_every_operation_at_special_values(made):
    numbers = [0.0, -0.0, 1.0, -1.0, 0.5, 2.5, -3.0, 800.0, -800.0, 1e300, math.inf, -math.inf, math.nan]
    written = [op for op in tg.OPS.values() if can_write(op)]
    assert {"mul", "relu", "exp", "tanh", "sigmoid", "softplus", "log", "pow", "where"} <= {op.name for op in written}
    rng = random.Random(0)
    rows = [[rng.choice(numbers) for _ in range(3)] for _ in range(300)]
    for part in range(0, len(written), 20):
        some = written[part : part + 20]
        out = tg.compile(lambda xs, some=some: [op(*xs[: op.arity]) for op in some], backend="llvm")(np.array(rows))
        for place, op in enumerate(some):
            truth = [op(*row[: op.arity]) for row in rows]
            np.testing.assert_allclose(out[:, place], truth, rtol=1e-13, atol=1e-300, err_msg=op.name)
    assert len(made) == -(-len(written) // 20)


@pytest.mark.parametrize(("name", "largest"), [("exp", 709.7), ("tanh", 25.0), ("sigmoid", 700.0)])
def test_series_are_exact_to_a_few_units_in_the_last_place(name, largest):
    rng = np.random.default_rng(0)
    op = tg.OPS[name]
    x = np.concatenate([*[rng.normal(size=300) * scale for scale in (1e-300, 1e-8, 1.0, 30.0)], [-745.0, -720.0]])
    x = np.concatenate([x[np.abs(x) <= largest], rng.uniform(-largest, largest, 800)])
    found = tg.compile(op, backend="llvm")(x)
    np.testing.assert_allclose(found, [op(v) for v in x.tolist()], rtol=2e-15, atol=5e-324)


def test_steps_that_read_other_rows_of_each_other_share_no_loop(made):
    w = tg.Value(0.7)

    def loss(x):
        y = [tg.tanh(w * v) for v in x]
        z = [tg.exp(a * b) for a, b in zip(y, y[1:] + y[:1], strict=True)]
        return tg.sum([a / (1.0 + b * b) for a, b in zip(z[::-1], y, strict=True)])

    X = np.random.default_rng(0).normal(size=(20, 5))
    value, gradient = tg.compile(loss, [w], "llvm").value_and_grad(X)
    true_value, true_gradient, _ = eager(loss, [w], X)
    assert value == pytest.approx(true_value, rel=1e-13)
    assert gradient == pytest.approx(true_gradient, rel=1e-12)
    assert len(made) == 1


def test_what_rounding_takes_from_a_logsumexp_is_mended_where_it_matters(made):
    """Of far scores, in sums of unequal lengths, beside near ones, infinite ones and nan."""
    rows = [[700.0, 699.0, 698.5, 2.0], [-500.0, -501.0, -499.0, -502.0], [0.5, 0.25, 3.0, -1.0], [1.0, 2.0, 3.0, 4.0]]
    w = [tg.Value(1.0) for _ in range(4)]

    def losses(x):
        z = [a * b for a, b in zip(w, x, strict=True)]
        return [nn.cross_entropy(z[:k], 1) for k in (2, 3, 4)]

    X = np.array([*rows * 2, [math.inf, 1.0, 2.0, 3.0], [math.nan] * 4])
    truth = [[part.data for part in losses(row)] for row in X.tolist()]
    np.testing.assert_allclose(tg.compile(losses, w, "llvm")(X), truth, rtol=2e-15)
    assert len(made) == 1


def test_what_cannot_be_cut_into_blocks_runs_on_the_numba_machine(made):
    x = np.linspace(-1.0, 1.0, 12)
    w = tg.Value(0.5)
    for f in (lambda x: w * (x - tg.batch_mean(x * x)), lambda x: tg.erf(w * x), lambda x: tg.prod([x, w, x, w, x])):
        value, gradient = tg.compile(f, [w], "llvm").value_and_grad(x)
        true_value, true_gradient = tg.compile(f, [w], "numpy").value_and_grad(x)
        assert value == pytest.approx(true_value, rel=1e-12)
        assert gradient == pytest.approx(true_gradient, rel=1e-12)
    assert not made
    assert tg.compile(lambda x: tg.square(w * x), [w], "llvm").value_and_grad(x[:2])[0] > 0.0
    assert not made  # two examples fill no vector


def test_random_programs_agree_with_the_eager_engine(monkeypatch, made):
    monkeypatch.setattr(llvm_machine, "FEW", 1)
    for seed in range(200 if THOROUGH else 10):
        program = RandomProgram(seed)
        compiled = tg.compile(program, program.params, backend="llvm")
        value, gradient = compiled.value_and_grad(*program.arrays, weights=program.weights)
        true_value, true_gradient, _ = eager(program, program.params, *program.arrays, weights=program.weights)
        assert_agree(gradient, true_gradient, 1e-10)
        assert_agree(value, true_value, 1e-10)
    assert made
