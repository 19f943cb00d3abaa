"""Random programs, and every operation at special values, agree with the eager engine."""

import math
import random

import numpy as np
import pytest
from support.compiler_programs import RandomProgram, agree, assert_agree, eager
from support.thoroughness import THOROUGH

import tinygrad_edu as tg
from tinygrad_edu import Value


@pytest.mark.parametrize("block", range(10 if THOROUGH else 3))
def test_random_programs_agree_with_the_eager_engine(block):
    for seed in range(40 * block, 40 * block + 40):
        program = RandomProgram(seed)
        agree(program, program.params, *program.arrays, weights=program.weights, tolerance=1e-10)


def test_random_programs_agree_on_nan_and_infinities():
    for seed in range(5000, 5150 if THOROUGH else 5075):
        program = RandomProgram(seed, length=12, special=True)
        # 1e200 may cancel in one order of adding and not in another, so that is left out of sums here
        program.arrays = [np.where(array == 1e200, 3.0, array) for array in program.arrays]
        agree(program, program.params, *program.arrays, weights=program.weights, tolerance=1e-10)


def test_nan_flows_through_zero_slopes_as_it_does_eagerly():
    w, p = Value(-1.0), Value(2.0)

    def f(x):
        return tg.log(tg.where(-3.0, w, p)) * x + tg.ops.detach(tg.log(w)) * p

    _, gradient = tg.compile(f, [w, p]).value_and_grad([math.nan, 1.0])
    assert_agree(gradient, eager(f, [w, p], np.array([math.nan, 1.0]))[1])
    assert np.isnan(gradient[1])


def test_a_settled_choice_of_something_unbatched_stays_summed_over_the_batch():
    w, p = Value(0.7), Value(2.0)
    agree(lambda x: tg.where(1.0, w, x) * tg.where(0.0, x, p) + x * p, [w, p], np.array([1.0, 2.0, 3.0]))


SPECIAL = [0.0, -0.0, 1.0, -1.0, 0.5, 2.5, -3.0, 800.0, -800.0, 1e300, math.inf, -math.inf, math.nan]


@pytest.mark.parametrize("backend", ["numpy", "numba"])
def test_operations_compile_with_one_operand_the_same_for_all_examples(backend):
    """A constant, or a parameter: what does not vary may take another way, as a power of 0.5 does."""
    pytest.importorskip(backend, reason=f"the extra for {backend} is not installed")
    for op in tg.OPS.values():
        for other in SPECIAL if op.arity == 2 else ():
            w = Value(other)
            found = tg.compile(lambda x, op=op, c=other, w=w: [op(x, c), op(c, x), op(x, w), op(w, x)], [w], backend)
            truth = [[op(x, other), op(other, x)] * 2 for x in SPECIAL]
            np.testing.assert_allclose(found(SPECIAL), truth, rtol=1e-13, atol=1e-300, err_msg=f"{op.name}, {other}")


@pytest.mark.parametrize("backend", ["numpy", "numba"])
def test_every_operation_compiles_at_special_values(backend):
    pytest.importorskip(backend, reason=f"the extra for {backend} is not installed")
    for op in tg.OPS.values():
        arity = 2 if op.arity is None else op.arity
        if not arity:
            continue
        rng = random.Random(op.name)
        columns = [np.array([rng.choice(SPECIAL) for _ in range(60)]) for _ in range(arity)]
        columns[0][: len(SPECIAL)] = SPECIAL
        out = tg.compile(lambda *xs, op=op: op(*xs), backend=backend)(*columns)
        truth = np.array([op(*map(float, row)) for row in zip(*columns, strict=True)])
        np.testing.assert_allclose(out, truth, rtol=1e-13, atol=1e-300, err_msg=op.name)
        if arity == 1:  # of several arguments a zero may have the other sign
            assert np.signbit(out[truth == 0.0]).tolist() == np.signbit(truth[truth == 0.0]).tolist(), op.name


@pytest.mark.parametrize("name", ["erf", "erfc", "gelu"])
def test_error_functions_are_those_of_the_math_library(name):
    rng = np.random.default_rng(0)
    op = tg.OPS[name]
    reach = 27.2 if name == "erfc" else 37.0  # of what is not yet 0 in floats
    special = [0.0, -0.0, 1.0, -1.0, math.nextafter(1.0, 2.0), 5e-324, -1e-300, math.inf, -math.inf, math.nan, 1e300]
    drawn = [rng.normal(size=1500) * scale for scale in (1e-200, 1e-9, 1e-3, 1.0)]
    x = np.concatenate([special, *drawn, rng.uniform(-reach, reach, 6000)])
    truth = np.array([op(v) for v in x.tolist()])
    found = tg.compile(op)(x)
    np.testing.assert_allclose(found, truth, rtol=1e-13, atol=1e-307)
    assert (np.signbit(found) == np.signbit(truth))[~np.isnan(truth)].all()
    assert found[:2].tolist() == truth[:2].tolist()  # at 0 exact, since a power of a negative number may follow
    near = np.abs(x) < 5.0
    np.testing.assert_allclose(found[near], truth[near], rtol=2e-15)
    np.testing.assert_allclose(tg.compile(op)(x[11:400].reshape(-1)[::-1]), truth[11:400][::-1], rtol=1e-13)


@pytest.mark.parametrize("backend", ["numpy", "numba", "llvm", "jax"])
def test_no_back_end_loses_what_is_small_beside_the_largest(backend):
    pytest.importorskip({"llvm": "llvmlite"}.get(backend, backend), reason=f"the extra for {backend} is not installed")
    rows = [[0.0, -37.0, -40.0], [-37.0, 0.0, -40.0], [-40.0, -37.0, 0.0]]
    rest = [[-37.0], [-37.0], [-37.0], [-37.0, -40.0], [-37.0, -40.0], [-40.0, -37.0]]
    truth = [math.log1p(sum(math.exp(x) for x in below)) for below in rest]
    both = tg.compile(lambda p: [tg.logsumexp(p[:2]), tg.logsumexp(p[1:]), tg.logsumexp(p)], backend=backend)
    found = np.asarray(both(rows))
    one = np.asarray([both([row]) for row in rows]).reshape(3, 3)
    for array in (found, one):
        told = [array[0, 0], array[1, 0], array[2, 1], array[0, 2], array[1, 2], array[2, 2]]
        np.testing.assert_allclose(told, truth, rtol=1e-13)
    long = tg.compile(tg.norm, backend=backend)
    np.testing.assert_allclose(long([[1e308, -3.0, 1.0], [0.0, 1e308, 5.0]]), 1e308, rtol=4e-15)
    tail = tg.compile(tg.gelu, backend=backend)([-10.25, -17.0])
    np.testing.assert_allclose(tail, [-6.0651063300497583e-24, -6.9801935435681407e-64], rtol=4e-15)
