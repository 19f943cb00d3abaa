"""One program of many members computes for each what the eager engine does by the numbers of that member."""

import numpy as np
import pytest
from support.compiler_programs import RandomProgram, assert_agree, eager
from support.random_networks import RandomNetwork
from support.thoroughness import THOROUGH

from tinygrad_edu import Value
from tinygrad_edu.compiler.batch import Batch
from tinygrad_edu.compiler.runner import Runner, RunnerOfMembers, machine_maker
from tinygrad_edu.compiler.scalars.lowering import lower
from tinygrad_edu.compiler.scalars.pure_trace import traced
from tinygrad_edu.optim.writing import set_data

MEMBERS = 3


def results(f, params, numbers, arrays, weights, backend):
    """Losses and gradients of members whose parameters are these numbers."""
    batch = Batch.of(arrays)
    graph, _ = traced(f, batch.example(), params)
    one = Runner(lower(graph, params, batch.sizes()), machine_maker(backend))
    members = RunnerOfMembers(one, [[Value(number) for number in row] for row in numbers])
    seed = 1.0 / batch.size if weights is None else weights / weights.sum()
    wanted = "gradient" if weights is None else "weighted gradient"
    (machine,) = members.run(wanted, batch.arrays, batch.size, seed)
    losses, gradients = machine.outputs(), machine.gradient().reshape(MEMBERS, -1)
    (machine,) = members.run("outputs", batch.arrays, batch.size)
    assert_agree(machine.outputs().ravel(), losses.ravel(), 1e-13)
    assert str(members.program(wanted)).count("\n") == str(one.program(wanted)).count("\n")
    assert len(members.program(wanted)) == len(one.program(wanted)), "no more instructions than for one"
    return losses, gradients


def numbers_around(params, seed):
    start = np.array([p.data for p in params])
    return start + 0.1 * np.random.default_rng(seed).normal(size=(MEMBERS, len(params)))


def assert_members_agree(f, params, arrays, weights, truth, backend, seed):
    numbers = numbers_around(params, seed)
    try:
        losses, gradients = results(f, params, numbers, arrays, weights, backend)
        for ours, gradient, row in zip(losses, gradients, numbers, strict=True):
            set_data(params, row.tolist())
            _, true_gradient, true_losses = truth()
            assert_agree(ours, true_losses)
            assert_agree(gradient, true_gradient)
    except BaseException as error:
        error.add_note(f"seed {seed}")
        raise


@pytest.mark.parametrize(("backend", "seeds"), [("numpy", 40), ("numba", 40), ("jax", 2)])
def test_random_networks(backend, seeds):
    pytest.importorskip(backend, reason=f"the extra for {backend} is not installed")
    for seed in range(5 * seeds if THOROUGH else seeds):
        network = RandomNetwork(seed)
        if not network.special:
            truth = network.eager
            assert_members_agree(network.one, network.params, network.arrays, network.weights, truth, backend, seed)


@pytest.mark.parametrize("backend", ["numpy", "numba"])
def test_random_programs(backend):
    pytest.importorskip(backend, reason=f"the extra for {backend} is not installed")
    for seed in range(400 if THOROUGH else 80):
        program = RandomProgram(seed)
        if program.arrays:

            def truth(program=program):
                return eager(program, program.params, *program.arrays, weights=program.weights)

            weights = program.weights
            assert_members_agree(program, program.params, program.arrays, weights, truth, backend, seed)


def test_what_the_examples_alone_decide_is_computed_once():
    w = Value(2.0)

    def f(x):
        return w * (x * x + x) * x

    batch = Batch.of([np.arange(3.0)])
    graph, _ = traced(f, batch.example(), [w])
    one = Runner(lower(graph, [w], batch.sizes()), machine_maker("numpy"))
    many = RunnerOfMembers(one, [[Value(float(k))] for k in range(50)])
    single, program = one.program("outputs"), many.program("outputs")
    assert program.batched_rows < single.batched_rows + 2 * 50, "only the product with w is there once a member"
