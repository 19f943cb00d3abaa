"""Compiled functions in float32 agree with the eager engine, which computes in float64, up to 1e-5 of the largest."""

import random

import numpy as np
import pytest
from hypothesis import given, settings
from support.random_networks import RandomNetwork
from support.thoroughness import THOROUGH

import tinygrad_edu as tg
from tinygrad_edu import Value, check, nn
from tinygrad_edu.check.program import Line
from tinygrad_edu.check.safe_points import arities, sample

BACKENDS = ("numpy", "numba", "jax")
PROGRAMS, NETWORKS = ((500, 500, 100), (100, 100, 10)) if THOROUGH else ((40, 20, 3), (12, 6, 1))
UNIT = 2.0**-23  # the last digit of a float32
RANGE = 1e-12, 1e12  # of numbers whose squares, inverses and slopes are all float32s, too


@pytest.fixture(params=BACKENDS)
def backend(request):
    pytest.importorskip(request.param, reason=f"the extra for {request.param} is not installed")
    return request.param


def rounded(x):
    return float(np.float32(x))


def assert_close(ours, truth, allowed=0.0, what=""):
    """A few roundings of 6e-8 where nothing is ill-conditioned come to far less than 1e-5."""
    assert np.asarray(ours).dtype == np.float32
    truth = np.asarray(truth)
    scale = max(1.0, np.abs(truth).max(initial=0.0))
    off = np.abs(ours - truth)
    assert (off <= 1e-5 * scale + allowed).all(), f"{what}: {ours} for {truth}"


def test_every_operation_and_its_slopes(backend):
    """At points where it is smooth; many in one function, for XLA takes a second for each. JAX sees a few of them."""
    every = [op for op in tg.OPS.values() if op.arity != 0]
    chosen = every[:: 5 if backend == "jax" and not THOROUGH else 1]
    for start in range(0, len(chosen), 20):
        ops = chosen[start : start + 20]
        points = [[args for args in sample(op, 12) if len(args) == arities(op)[-1]][:4] for op in ops]
        places = np.cumsum([0, *[len(args[0]) for args in points]]).tolist()
        X = np.array([[rounded(x) for args in points for x in args[n % len(args)]] for n in range(4)])
        ones = [Value(1.0) for _ in range(places[-1])]  # by which arguments are multiplied: slopes depend on examples

        def outputs(x, ops=ops, places=places, ones=ones):
            scaled = [one * xi for one, xi in zip(ones, x, strict=True)]
            return [op(*scaled[a:b]) for op, a, b in zip(ops, places, places[1:], strict=False)]

        truth = []
        for row in X.tolist():
            results = outputs(row)
            tg.sum(results).backward(1.0 / len(X))
            truth.append([result.data for result in results])
        found = tg.compile(outputs, ones, backend, dtype="float32")(X)
        total = tg.compile(lambda x, f=outputs: tg.sum(f(x)), ones, backend, dtype="float32")
        value, slopes = total.value_and_grad(X)
        assert type(value) is float
        for number, (op, a, b) in enumerate(zip(ops, places, places[1:], strict=False)):
            assert_close(found[:, number], np.array(truth)[:, number], what=op.name)
            assert_close(slopes[a:b], [one.grad for one in ones[a:b]], what=f"slopes of {op.name}")


def eager(program, params, rows, factor=None):
    """Gradient of the mean, outputs, and all numbers on the way.

    Every operand, and so every contribution on the way back, is multiplied by what `factor` gives, if it is there.
    """
    tg.zero_grad(params)
    outputs, met = [], []
    for row in rows.tolist():
        results = [*params, *map(Value, row)]
        for op, args in program.lines:
            operands = [results[a] if isinstance(a, int) else a for a in args]
            results.append(op(*[a * factor() if factor and isinstance(a, Value) else a for a in operands]))
        results[-1].backward(1.0 / len(rows))
        outputs.append(results[-1].data)
        met += [abs(x) for node in results for x in (node.data, node.grad)]
    return np.array([p.grad for p in params]), np.array(outputs), met


def moved_by_roundings(program, params, rows):
    """How far float32 may be off, however it is computed: what many random roundings come to. None out of its range."""
    draws = random.Random(0)
    *truth, met = eager(program, params, rows)
    shaken = [eager(program, params, rows, lambda: 1.0 + draws.uniform(-UNIT, UNIT)) for _ in range(4)]
    moved = [np.max([np.abs(other[part] - truth[part]) for other in shaken], axis=0) for part in (0, 1)]
    fits = all(x == 0.0 or RANGE[0] < x < RANGE[1] for x in met) and all(np.isfinite(part).all() for part in moved)
    return moved if fits else None


def test_random_programs(backend):
    """Programs enlarge roundings, so these may come on top, some times."""
    looked = []

    @settings(max_examples=PROGRAMS[BACKENDS.index(backend)])
    @given(check.programs())
    def look(drawn):
        lines = [Line(op, tuple(a if isinstance(a, int) else rounded(a) for a in args)) for op, args in drawn.lines]
        program = check.Program([rounded(x) for x in drawn.point], lines)
        half = (1 + len(program.point)) // 2
        params = [Value(x) for x in program.point[:half]]
        rows = np.array([[rounded(x * (1.0 + 0.01 * n)) for x in program.point[half:]] for n in range(3)])
        moved = moved_by_roundings(program, params, rows)
        looked.append(moved is not None)
        if moved is not None:
            gradient, outputs, _ = eager(program, params, rows)
            compiled = tg.compile(lambda x: program(*params, *x), params, backend, dtype="float32")
            assert_close(compiled.value_and_grad(rows)[1], gradient, 8.0 * moved[0], program)
            assert_close(compiled(rows), outputs, 8.0 * moved[1], program)

    look()
    assert sum(looked) > len(looked) / 2


def test_random_networks(backend):
    """Of ordinary numbers; what is special in float64 is so in float32."""
    seeds = (seed for seed in range(10_000) if not RandomNetwork(seed).special)
    for _, seed in zip(range(NETWORKS[BACKENDS.index(backend)]), seeds, strict=False):
        network = RandomNetwork(seed)
        compiled = tg.compile(network.one, network.params, backend, dtype="float32")
        value, gradient = compiled.value_and_grad(*network.arrays, weights=network.weights)
        true_value, true_gradient, losses = network.eager()
        assert_close(gradient, true_gradient, what=f"RandomNetwork({seed})")
        assert_close(np.float32(value), true_value, what=f"RandomNetwork({seed})")
        assert_close(compiled(*network.arrays), losses, what=f"RandomNetwork({seed})")


def test_what_float32_cannot_hold_is_infinite(backend):
    """Constants silently, for a mask of −1e300 means −∞; of numbers that are given NumPy says so."""
    w = Value(1e300)
    parts = tg.compile(lambda x: [x * 1e300, tg.logsumexp([x, -1e300]), x + 1e-300], backend=backend, dtype="float32")
    for X in ([2.0], [2.0, 2.0]):
        assert parts(X).tolist() == [[np.inf, 2.0, 2.0]] * len(X)
    with pytest.warns(RuntimeWarning, match="overflow"):
        assert tg.compile(lambda x: w * x, backend=backend, dtype="float32")([2.0, -1.0]).tolist() == [np.inf, -np.inf]
    with pytest.warns(RuntimeWarning, match="overflow"):
        assert tg.compile(lambda x: x + 1.0, backend=backend, dtype="float32")([1e300]).tolist() == [np.inf]


def test_exponentials_are_right_to_the_last_digits_of_float32(backend):
    x = np.concatenate([np.linspace(-103.0, 88.7, 2_001), [-np.inf, -104.0, 0.0, 88.73, np.inf, np.nan]])
    x = x.astype(np.float32)
    found = tg.compile(tg.exp, backend=backend, dtype="float32")(x)
    with np.errstate(over="ignore", under="ignore"):
        truth = np.exp(x.astype(float)).astype(np.float32)
    flushed = (found == 0.0) & (truth < 2.0**-126)  # XLA knows no subnormal numbers
    if backend == "jax":
        truth[flushed] = 0.0
    units = 5 if backend == "jax" else 2  # XLA's own is right to four
    np.testing.assert_array_max_ulp(found[np.isfinite(truth)], truth[np.isfinite(truth)], units)
    np.testing.assert_array_equal(found[~np.isfinite(truth)], truth[~np.isfinite(truth)])


def test_a_logsumexp_overflows_no_sooner_than_its_result(backend):
    X = np.array([[3e38, 1.0, -3e38], [np.inf, 1.0, 2.0], [-np.inf, -np.inf, -np.inf], [90.0, 100.0, 89.0]])
    truth = [tg.logsumexp(row) for row in X.tolist()]
    both = tg.compile(lambda x: [tg.logsumexp(x), tg.logsumexp(x[:2])], backend=backend, dtype="float32")
    np.testing.assert_allclose(both(X)[:, 0], truth, rtol=1e-6)
    np.testing.assert_allclose(both(X[:1])[:, 1], [3e38], rtol=1e-6)


def test_whole_numbers_beyond_its_digits_are_rounded(backend):
    found = tg.compile(lambda x: [x, x + 1.0], backend=backend, dtype="float32")([2.0**24 + 1.0, 2.0**24])
    assert found.tolist() == [[2.0**24, 2.0**24], [2.0**24, 2.0**24]]


def test_it_keeps_what_it_is_given_and_gives(backend):
    model = nn.MLP(3, [4, 2], seed=0)
    compiled = tg.compile(lambda x: tg.sum(model(x)), model.parameters(), backend, dtype=np.float32)
    X = np.random.default_rng(0).normal(size=(700, 3))
    at = np.array([p.data for p in model.parameters()], np.float32)
    value, gradient = compiled.value_and_grad(X.astype(np.float32), at=at)
    again, same = compiled.value_and_grad(X.tolist())  # doubles are rounded on the way in
    weighted, alike = compiled.value_and_grad(X, weights=np.ones(len(X)))
    for other, slopes in ((again, same), (weighted, alike)):
        assert other == pytest.approx(value, rel=1e-5)
        np.testing.assert_allclose(slopes, gradient, rtol=1e-5, atol=1e-6)
        assert slopes.dtype == gradient.dtype == np.float32
    tg.zero_grad(model.parameters())
    compiled.backward(X)
    assert [p.grad for p in model.parameters()] == same.tolist()
    assert {type(p.grad) for p in model.parameters()} == {float}
    assert compiled.dtype == "float32"
    assert "in float32" in repr(compiled)


def test_an_operation_without_code_is_called_with_floats(backend):
    seen = []

    def cube(x):
        seen.append(type(x))
        return x * x * x

    op = tg.Op("cube", cube, lambda y, x: (3.0 * x * x,))
    w = Value(2.0)
    value, gradient = tg.compile(lambda x: op(w * x), [w], backend, dtype="float32").value_and_grad([1.0, 2.0])
    assert (value, gradient.tolist(), gradient.dtype) == (36.0, [54.0], np.float32)
    assert all(issubclass(kind, (float, tg.Value)) or kind.__module__.startswith("tinygrad_edu") for kind in seen)


def test_doubles_stay_doubles(backend):
    """Arrays of float32 are read as what they are: numbers."""
    found = tg.compile(lambda x: x / 3.0, backend=backend)(np.array([1.0, 2.0], np.float32))
    assert found.dtype == np.float64
    assert found.tolist() == [1.0 / 3.0, 2.0 / 3.0]


@pytest.mark.parametrize("wrong", ["float16", "double", "f4", int, None, 32, np.int32])
def test_other_kinds_of_numbers_are_refused(wrong):
    with pytest.raises(ValueError, match=r"dtype must be 'float64' \(the default\) or 'float32', got"):
        tg.compile(tg.sin, dtype=wrong)


def test_beside_a_pole_a_slope_too_large_for_float32_is_infinite_and_not_nan(backend):
    slope = tg.compile(tg.grad(tg.digamma), backend=backend, dtype="float32")
    assert list(slope([-8.3e-23, 8.3e-23, 0.0])) == [np.inf] * 3
