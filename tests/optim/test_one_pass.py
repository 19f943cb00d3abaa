"""Rules of optimisers on arrays: those of ours, which numba compiles, and others, which run as they stand."""

import json
from functools import partial

import pytest

from tinygrad_edu import Value, optim
from tinygrad_edu.ops.code import Node
from tinygrad_edu.optim.one_pass import on_arrays

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
    assert not isinstance(on_arrays(optimizer, optimizer.defaults, "numba"), partial)


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_settings_may_change_from_step_to_step(dtype):
    """As schedules change them; where one becomes 0 the rule is another one."""

    def change(optimizer, t):
        (group,) = optimizer.param_groups
        group["lr"], group["betas"], group["weight_decay"] = 0.1 / t, [0.5 + 0.1 * t, 0.9], (0.0, 0.3)[t % 2]

    for by_numpy, by_numba in zip(*runs(optim.Adam(parameters(), amsgrad=True), change, dtype=dtype), strict=True):
        assert by_numba.dtype == dtype
        np.testing.assert_allclose(by_numba, by_numpy, rtol=1e-12 if dtype == "float64" else 1e-5, atol=1e-7)


def test_each_group_keeps_its_settings():
    params = parameters()
    groups = [{"params": params[:10], "lr": 0.5}, {"params": params[10:], "momentum": 0.9}]
    for by_numpy, by_numba in zip(*runs(optim.SGD(groups, lr=0.1)), strict=True):
        np.testing.assert_allclose(by_numba, by_numpy, rtol=1e-12)


def test_what_is_the_same_for_all_numbers_of_an_array_is_refused():
    from tinygrad_edu.compiler.backends.numba_rule import number_name, one_pass

    with pytest.raises(ValueError, match="depend on an array"):
        one_pass((Node("name", (), number_name(0)),), arrays=1, numbers=1)


STRENGTH = 1.0
SHARED = Value(1.0)


class Config:
    strength = 1.0


def weaker(grad):
    return STRENGTH * grad


def of_its_module(self, data, grad, memory, t, lr):
    return data - lr * weaker(grad), memory


def of_an_object(self, data, grad, memory, t, lr):
    return data - lr * Config.strength * SHARED.data * grad, memory


def by_what_it_is_given(self, data, grad, memory, t, lr):
    return data - lr * (2.0 if isinstance(t, int) else 3.0) * {1: 1.0}.get(t, 0.5) * len(str(lr)) * grad, memory


def forgetting(self, data, grad, memory, t, lr):
    return data - lr * grad * (1.0 + memory[0]), (t / 4,)


def in_place(self, data, grad, memory, t, lr):
    (velocity,) = memory
    grad *= 0.5
    velocity *= 0.9
    velocity += grad
    data -= lr * velocity
    return data, (velocity,)


def of_a_kind(self, data, grad, memory, t, lr, kind):
    return data - lr * (2.0 if kind is True else 3.0 if kind is False else 5.0 + kind) * grad, memory


@pytest.mark.parametrize(
    "update",
    [of_its_module, of_an_object, by_what_it_is_given, forgetting, in_place, of_a_kind],
    ids=lambda update: update.__name__,
)
def test_a_rule_moves_arrays_as_it_moves_numbers(update, monkeypatch):
    """Whatever it reads, and whatever changes between steps; what it is given stays as it was."""
    started = {"kind": True} if update is of_a_kind else {}

    class Own(optim.Optimizer):
        slots = ("slot",)

        def __init__(self, params):
            super().__init__(params, lr=0.25, **started)

    Own.update = update

    def change(t):
        monkeypatch.setitem(globals(), "STRENGTH", 1.0 / t)
        Config.strength = SHARED.data = 1.0 / t
        optimizer.param_groups[0]["lr"] = np.float32(0.1) if t == 2 else 0.25
        if started:
            optimizer.param_groups[0]["kind"] = (True, 1, False, 0)[t - 1]

    for backend in ("numpy", "numba"):
        optimizer = Own([Value(x) for x in (0.5, -2.0, 0.0)])
        data, memory = np.array([0.5, -2.0, 0.0]), (np.zeros(3),)
        for t in range(1, 5):
            change(t)
            grad = np.array([1.0, 0.25, -0.5]) * t
            for p, g in zip(optimizer.params, grad.tolist(), strict=True):
                p.grad = g
            optimizer.step()
            given = [data, grad, *memory]
            before = [array.copy() for array in given]
            data, memory = optimizer.step_on_arrays(data, grad, memory, t, backend)
            np.testing.assert_array_equal(given, before)
            np.testing.assert_allclose(data, [p.data for p in optimizer.params], rtol=1e-13)
            np.testing.assert_allclose(memory, optimizer.state, rtol=1e-13)


def test_numbers_of_other_kinds_become_floats():
    """In the settings, and in what a rule gives: a float32 among them would have all computed in float32."""

    class Whole(optim.Optimizer):
        slots = ("slot",)

        def update(self, data, grad, memory, t, lr):
            return np.float32(data - lr * grad), (t,)

    for kind, number in ((Whole, 0.5), (optim.SGD, np.float32(0.1))):
        (w,) = params = [Value(1.0)]
        w.grad = 1.0
        optimizer = kind(params, lr=0.5)
        optimizer.param_groups[0]["lr"] = number
        optimizer.step()
        assert type(w.data) is type(optimizer.state[0][0]) is float
        assert w.data == 1.0 - float(number)
        assert json.loads(json.dumps(optimizer.state_dict())) == optimizer.state_dict()


def test_machine_code_is_kept_for_one_version_of_what_it_calls(monkeypatch, tmp_path):
    from tinygrad_edu.compiler.backends import numba_cache, numba_rule

    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    formula = Node("call", (Node("name", (), "a0"),), "tanh")
    for version in ("0.1", "0.2", "0.2"):
        monkeypatch.setattr(numba_cache.inspect, "getsource", lambda module, version=version: version)
        numba_rule.one_pass((formula,), 1, 0)([np.zeros(1)], [])
    assert len([*tmp_path.glob("*/*.py")]) == 2
