"""The plain interpreter says what a compiled function means; it is held against closed forms and the eager engine."""

import math

import numpy as np
import pytest
from support.compiler_programs import RandomProgram, assert_agree, eager, interpreted
from support.random_networks import RandomNetwork

import tinygrad_edu as tg
from tinygrad_edu import Value
from tinygrad_edu.compiler import interpreter


def test_closed_form():
    w, b = Value(2.0), Value(-1.0)
    x = np.array([0.5, -1.5, 3.0])
    value, gradient, outputs = interpreted(lambda x: tg.exp(w * x) + b * b, [w, b], x)
    assert_agree(outputs, np.exp(2.0 * x) + 1.0, 1e-15)
    assert_agree(value, (np.exp(2.0 * x) + 1.0).mean(), 1e-15)
    assert_agree(gradient, [(x * np.exp(2.0 * x)).mean(), -2.0], 1e-15)


def test_batch_statistics_by_finite_differences():
    rng = np.random.default_rng(0)
    x, t = rng.normal(size=(2, 7))
    w, b = Value(1.5), Value(-0.5)

    def loss(x, t):
        z = tg.tanh(w * x + b)
        return tg.square((z - tg.batch_mean(z)) / tg.sqrt(tg.batch_mean(z * z) + 0.1) - t)

    def truth(w, b):
        z = np.tanh(w * x + b)
        return (((z - z.mean()) / np.sqrt((z * z).mean() + 0.1) - t) ** 2).mean()

    value, gradient, _ = interpreted(loss, [w, b], x, t)
    assert value == pytest.approx(truth(1.5, -0.5), rel=1e-14)
    h = 1e-5
    slopes = [
        (truth(1.5 + h, -0.5) - truth(1.5 - h, -0.5)) / (2 * h),
        (truth(1.5, h - 0.5) - truth(1.5, -h - 0.5)) / (2 * h),
    ]
    assert gradient == pytest.approx(slopes, rel=1e-8)


def test_what_all_examples_share_is_one_number_of_the_whole_batch():
    """What flows back is summed before it meets what they share: ∞ · (1 + 2) is ∞, and ∞ · (1 − 1) is nan."""
    w, scale = Value(2.0), Value(math.inf)
    _, gradient, _ = interpreted(lambda x: (scale * w) * x, [w], np.array([1.0, 2.0]))
    assert gradient.tolist() == [math.inf]
    _, gradient, _ = interpreted(lambda x: (scale * w) * x, [w], np.array([1.0, -1.0]))
    assert math.isnan(gradient[0])


def test_without_inputs_and_with_parameters_that_are_not_met():
    w, unused = Value(3.0), Value(1.0)
    value, gradient, outputs = interpreted(lambda: w * w, [unused, w])
    assert (value, gradient.tolist(), outputs.tolist()) == (9.0, [0.0, 6.0], [9.0])
    x = np.array([1.0, 2.0])
    graph = tg.trace(lambda x: [x, w, 5.0], 0.0)
    assert [out.tolist() for out in interpreter.outputs(graph, [x])] == [[1.0, 2.0], [3.0, 3.0], [5.0, 5.0]]


@pytest.mark.parametrize("block", range(2))
def test_random_programs_agree_with_the_eager_engine(block):
    for seed in range(100 * block, 100 * block + 100):
        program = RandomProgram(seed)
        settings = {"weights": program.weights}
        for ours, theirs in zip(
            interpreted(program, program.params, *program.arrays, **settings),
            eager(program, program.params, *program.arrays, **settings),
            strict=True,
        ):
            assert_agree(ours, theirs, 1e-12)


def test_random_networks_agree_with_the_eager_engine():
    for seed in range(40):
        network = RandomNetwork(seed)
        ours = interpreted(network.one, network.params, *network.arrays, weights=network.weights)
        for mine, theirs in zip(ours, network.eager(), strict=True):
            assert_agree(mine, theirs)


def test_gradients_are_derivatives_of_the_outputs():
    """Measured, with nothing of ours in it but the operations on floats."""
    w, v = Value(0.7), Value(-1.3)
    x = np.array([0.2, 1.1])
    program = tg.trace(lambda x: tg.sin(w * x) * tg.dot([w, v], [v, x]) + tg.logsumexp([w, x]), 0.0)
    _, gradient = interpreter.value_and_grad(program, [x], [w, v])

    def mean(a, b):
        return np.mean([math.sin(a * t) * (a * b + b * t) + math.log(math.exp(a) + math.exp(t)) for t in x])

    h = 1e-5
    slopes = [
        (mean(0.7 + h, -1.3) - mean(0.7 - h, -1.3)) / (2 * h),
        (mean(0.7, h - 1.3) - mean(0.7, -h - 1.3)) / (2 * h),
    ]
    assert gradient == pytest.approx(slopes, rel=1e-8)
