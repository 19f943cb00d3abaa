"""The virtual machine of the numba back end agrees with the eager engine."""

import math
import os
import random
import subprocess
import sys
from itertools import product

import numpy as np
import pytest
from support.compiler_programs import RandomProgram, assert_agree, eager

import tinygrad_edu as tg
from tinygrad_edu import nn

pytest.importorskip("numba", reason="the extra [fast] is not installed")

from tinygrad_edu.compiler.backends import numba_cache, numba_machine


def test_random_programs_agree_with_the_eager_engine():
    for seed in range(300):
        program = RandomProgram(seed)
        compiled = tg.compile(program, program.params, backend="numba")
        value, gradient = compiled.value_and_grad(*program.arrays, weights=program.weights)
        true_value, true_gradient, outputs = eager(program, program.params, *program.arrays, weights=program.weights)
        assert_agree(gradient, true_gradient, 1e-10)
        assert_agree(value, true_value, 1e-10)
        assert_agree(compiled(*program.arrays), outputs, 1e-10)


def test_one_example_alone_agrees_with_the_eager_engine():
    """Its rows are numbers to the machine."""
    for seed in range(60):
        program = RandomProgram(seed)
        first = [array[:1] for array in program.arrays]
        value, gradient = tg.compile(program, program.params, backend="numba").value_and_grad(*first)
        true_value, true_gradient, _ = eager(program, program.params, *first)
        assert_agree(gradient, true_gradient, 1e-10)
        assert_agree(value, true_value, 1e-10)


@pytest.mark.parametrize("backend", ["numba", "numpy"])
@pytest.mark.parametrize("count", [1, 3])
def test_what_rounding_takes_from_a_logsumexp_is_mended_where_it_matters(backend, count):
    """Of far scores, in sums of unequal lengths; the last example is near, infinite or not a number."""
    for scores in ([700.0, 699.0, 698.5, 2.0], [0.5, 0.25, 3.0, -1.0], [math.inf, 1.0, 2.0, 3.0], [math.nan] * 4):
        X = np.array([scores, [-500.0, -501.0, -499.0, -502.0], [1.0, 2.0, 3.0, 4.0]])[:count]
        w = [tg.Value(1.0) for _ in range(4)]

        def loss(x, w=w):
            z = [a * b for a, b in zip(w, x, strict=True)]
            return tg.sum([nn.cross_entropy(z[:k], 1) for k in (2, 3, 4)])

        value, gradient = tg.compile(loss, w, backend).value_and_grad(X)
        true_value, true_gradient, _ = eager(loss, w, X)
        np.testing.assert_allclose(value, true_value, rtol=2e-15)
        np.testing.assert_allclose(gradient, true_gradient, rtol=1e-14, atol=1e-15)


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


def test_products_of_matrices_of_numbers_however_they_lie():
    """One example: its vectors stand side by side, or across, or neither; lines, terms and places few and many."""
    rng = np.random.default_rng(0)
    ways = (lambda x: x), (lambda x: x.T), (lambda x: x[::-1, ::-1])
    for (lines, terms, places), (w_lies, x_lies) in product(
        ((1, 5, 6), (6, 5, 1), (5, 4, 6), (3, 7, 2), (9, 8, 7)), (*zip(ways, ways, strict=True), (ways[0], ways[2]))
    ):
        W = np.array([tg.Value(w) for w in rng.normal(size=lines * terms)]).reshape(lines, terms)

        def loss(x, W=W, x_lies=x_lies):
            vectors = x_lies(np.array(x, dtype=object)).tolist()
            return tg.sum([tg.square(tg.dot(row, vector)) for row in W.tolist() for vector in vectors])

        params, X = w_lies(W).ravel().tolist(), x_lies(rng.normal(size=(places, terms)))[None]
        value, gradient = tg.compile(loss, params, "numba").value_and_grad(X)
        true_value, true_gradient, _ = eager(loss, params, X)
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


# ---------------------------------------------------------------------------------------- the machine and its file

ONE_STEP = """
import numpy as np, tinygrad_edu as tg
w = tg.Value(0.5)
model = tg.nn.MLP(3, [5, 4, 1], seed=0)
X = np.random.default_rng(0).normal(size=(6, 3))
def loss(x):
    parts = [tg.sin(w * x[0]), tg.clip(x[1], -1.0, w), tg.erf(x[2]), tg.exp(w), tg.sin(1e9 * x[0])]
    return tg.square(model(x)) + tg.logsumexp(parts) + tg.logsumexp([w, 2.0 * w])
made = [tg.compile(loss, [w, *model.parameters()], b).value_and_grad(X) for b in ("numba", "numpy")]
(value, slopes), (true_value, true_slopes) = made
assert abs(value - true_value) < 1e-12 and np.abs(slopes - true_slopes).max() < 1e-11, made
print("equal")
"""


def test_the_machine_is_plain_python_that_also_runs_as_such(tmp_path):
    """What numba compiles is ordinary code: run by Python itself it gives the same."""
    environment = {**os.environ, "NUMBA_DISABLE_JIT": "1", "XDG_CACHE_HOME": str(tmp_path)}
    command = [sys.executable, "-W", "error", "-c", ONE_STEP]
    run = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert run.stdout == "equal\n", run.stderr


def test_numbers_that_all_examples_share_become_rows_a_few_at_a_time():
    """Ten rows of 3,000 examples need more room than three operands of a step have."""
    rng = np.random.default_rng(0)
    X, bounds = rng.normal(size=(3000, 10)), rng.normal(size=10)
    params = [tg.Value(b) for b in bounds]
    highest = tg.compile(lambda x: tg.sum(map(tg.maximum, x, params)), params, "numba")
    value, gradient = highest.value_and_grad(X)
    assert value == pytest.approx(np.maximum(X, bounds).sum(axis=1).mean(), rel=1e-12)
    assert gradient == pytest.approx((bounds > X).mean(axis=0), rel=1e-12)


SMALL = """from tinygrad_edu.compiler.backends.numba_functions import compiled

@compiled(cache={cache})
def run(code, memory, examples, spare_place, first, last):
    memory[0] += 1.0
"""


@pytest.fixture
def small_machine(tmp_path, monkeypatch):
    """Gives the machine anew, with a program in its place that is compiled in a moment."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr(numba_machine, "source", lambda cache: SMALL.format(cache=cache))

    def made():
        run = numba_machine.machine_code.__wrapped__()
        memory = np.zeros(1)
        run(np.zeros(0, dtype=np.uint32), memory, 1, 0, 0, 0)
        assert memory[0] == 1.0
        return run

    return made


def test_a_damaged_file_in_the_cache_is_replaced(tmp_path, small_machine):
    small_machine()
    (module,) = tmp_path.glob("*/*.py")
    kept = [module, *tmp_path.glob("**/*.nbi"), *tmp_path.glob("**/*.nbc")]
    assert len(kept) == 3
    for damaged in kept:
        for content in (b"", damaged.read_bytes()[:100], b"nonsense = ("):
            damaged.write_bytes(content)
            run = small_machine()
            assert module.read_text() == SMALL.format(cache=True)
            assert run.stats.cache_path  # it is kept again
        assert not small_machine().stats.cache_misses, damaged


def test_it_runs_where_nothing_can_be_kept(monkeypatch, tmp_path, small_machine):
    """No home directory, or one in which nothing can be written: then for this process alone."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file" / "beneath"))
    (tmp_path / "file").write_text("")
    assert not small_machine().stats.cache_path

    def homeless():
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setattr(numba_cache.Path, "home", homeless)
    assert not small_machine().stats.cache_path


def test_a_relative_cache_directory_is_none(monkeypatch, tmp_path, small_machine):
    """As the XDG specification of base directories has it; else each folder that one works in would get one."""
    monkeypatch.setenv("XDG_CACHE_HOME", "relative")
    monkeypatch.setattr(numba_cache.Path, "home", lambda: tmp_path)
    monkeypatch.chdir(tmp_path)
    small_machine()
    assert [path.name for path in tmp_path.glob("*/*")] == ["tinygrad_edu"]
    assert not (tmp_path / "relative").exists()
