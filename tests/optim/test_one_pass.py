"""Rules of optimisers that numba compiles: all that are arithmetic, with settings that change, and no others."""

import math
import random

import pytest

from tinygrad_edu import Value, optim
from tinygrad_edu.ops.code import Node
from tinygrad_edu.optim.one_pass import compiled_rule

np = pytest.importorskip("numpy", reason="runs rules on arrays")
pytest.importorskip("numba", reason="compiles rules")

COUNT = 37


def runs(optimizer, change=lambda optimizer, t: None, steps=4, dtype="float64"):
    """Data and memory after some steps, by NumPy and by numba."""
    found = []
    for backend in ("numpy", "numba"):
        generator = np.random.default_rng(0)
        data = generator.normal(size=COUNT).astype(dtype)
        memory = tuple(np.array(slot, dtype) for slot in optimizer.state)
        for t in range(1, steps + 1):
            change(optimizer, t)
            data, memory = optimizer.step_on_arrays(
                data, generator.normal(size=COUNT).astype(dtype), memory, t, backend
            )
        found.append([data, *memory])
    return found


def parameters():
    return [Value(0.0) for _ in range(COUNT)]


@pytest.mark.parametrize("kind", optim.OPTIMIZERS.values())
def test_every_rule_of_ours_is_compiled(kind):
    optimizer = kind(parameters())
    assert compiled_rule(optimizer, optimizer.defaults) is not None


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_settings_may_change_from_step_to_step(dtype):
    """As schedules change them; where one becomes 0 the rule is another one."""

    def change(optimizer, t):
        (group,) = optimizer.param_groups
        group["lr"], group["betas"], group["weight_decay"] = 0.1 / t, (0.5 + 0.1 * t, 0.9), (0.0, 0.3)[t % 2]

    for by_numpy, by_numba in zip(*runs(optim.Adam(parameters(), amsgrad=True), change, dtype=dtype), strict=True):
        assert by_numba.dtype == dtype
        np.testing.assert_allclose(by_numba, by_numpy, rtol=1e-12 if dtype == "float64" else 1e-5, atol=1e-7)


def test_each_group_keeps_its_settings():
    params = parameters()
    groups = [{"params": params[:10], "lr": 0.5}, {"params": params[10:], "momentum": 0.9}]
    for by_numpy, by_numba in zip(*runs(optim.SGD(groups, lr=0.1)), strict=True):
        np.testing.assert_allclose(by_numba, by_numpy, rtol=1e-12)


class Waning(optim.Optimizer):
    def update(self, data, grad, memory, t, lr):
        return data - lr * grad * self.factor, memory


class Beginning(optim.Optimizer):
    def update(self, data, grad, memory, t, lr):
        return data - (lr if t == 1 else 2.0 * lr) * grad, memory


class Choosing(optim.Optimizer):
    def update(self, data, grad, memory, t, lr):
        return data - (lr if lr > 0.05 else 0.0) * grad, memory


class Library(optim.Optimizer):
    def update(self, data, grad, memory, t, lr):
        return data - lr * math.sqrt(t) * np.sign(grad), memory


class Held(optim.Optimizer):
    """Has a setting that cannot be hashed."""

    def update(self, data, grad, memory, t, lr, shares):
        return data - lr * shares[0] * grad, memory

    def __init__(self, params, lr):
        super().__init__(params, lr=lr, shares=[0.5, 0.5])


@pytest.mark.parametrize("kind", [Waning, Beginning, Choosing, Library, Held])
def test_a_rule_that_is_more_than_arithmetic_of_its_arguments_runs_as_it_stands(kind):
    optimizer = kind(parameters(), lr=0.1)

    def change(optimizer, t):
        optimizer.factor = 1.0 / t
        optimizer.lr = 0.1 / t

    for by_numpy, by_numba in zip(*runs(optimizer, change), strict=True):
        np.testing.assert_array_equal(by_numba, by_numpy)


def test_a_rule_that_draws_is_not_compiled():
    class Shaken(optim.Optimizer):
        def update(self, data, grad, memory, t, lr):
            return data - lr * grad * random.random(), memory

    optimizer = Shaken(parameters(), lr=0.1)
    assert compiled_rule(optimizer, optimizer.defaults) is None


def test_what_is_the_same_for_all_numbers_of_an_array_is_refused():
    from tinygrad_edu.compiler.backends.numba_rule import number_name, one_pass

    with pytest.raises(ValueError, match="depend on an array"):
        one_pass((Node("name", (), number_name(0)),), arrays=1, numbers=1)


def test_a_rule_of_its_own_is_compiled_and_right():
    class Rooted(optim.Optimizer):
        """Steps by the root of the gradient, with its sign, less and less."""

        slots = ("sum",)

        def update(self, data, grad, memory, t, lr, power):
            total = memory[0] + abs(grad) ** power
            return data - lr * grad / (total**0.5 + t**0.5), (total,)

        def __init__(self, params, lr, power):
            super().__init__(params, lr=lr, power=power)

    optimizer = Rooted(parameters(), 0.1, 1.5)
    assert compiled_rule(optimizer, optimizer.defaults) is not None
    for by_numpy, by_numba in zip(*runs(optimizer), strict=True):
        np.testing.assert_allclose(by_numba, by_numpy, rtol=1e-13)
