"""The optimisers against PyTorch's, on floats and on arrays, and what they refuse."""

import math
import random

import pytest

from tinygrad_edu import Value, optim

SETTINGS = [
    ("SGD", {"lr": 0.1}),
    ("SGD", {"lr": 0.1, "weight_decay": 0.03}),
    ("SGD", {"lr": 0.05, "momentum": 0.9}),
    ("SGD", {"lr": 0.05, "momentum": 0.9, "dampening": 0.4}),
    ("SGD", {"lr": 0.05, "momentum": 0.8, "nesterov": True}),
    ("SGD", {"lr": 0.05, "momentum": 0.8, "nesterov": True, "weight_decay": 0.1}),
    ("SGD", {"lr": 0.05, "momentum": 0.8, "dampening": 0.2, "weight_decay": 0.1}),
    ("RMSprop", {"lr": 0.01}),
    ("RMSprop", {"lr": 0.02, "alpha": 0.9, "eps": 1e-3, "weight_decay": 0.1}),
    ("Adam", {"lr": 0.05}),
    ("Adam", {"lr": 0.05, "betas": (0.7, 0.95), "eps": 1e-3}),
    ("Adam", {"lr": 0.05, "betas": (0.0, 0.0)}),
    ("Adam", {"lr": 0.05, "weight_decay": 0.2}),
    ("AdamW", {"lr": 0.05}),
    ("AdamW", {"lr": 0.05, "weight_decay": 0.2}),
    ("SGD", {}),
    ("Adam", {}),
    ("RMSprop", {}),
    ("AdamW", {}),
]
IDS = [f"{name}-{'-'.join(settings) or 'defaults'}" for name, settings in SETTINGS]


def gradients(steps, count):
    generator = random.Random(5)
    return [[generator.gauss(0.0, 3.0) for _ in range(count)] for _ in range(steps)]


@pytest.mark.parametrize(("name", "settings"), SETTINGS, ids=IDS)
def test_twenty_steps_are_those_of_pytorch(name, settings):
    torch = pytest.importorskip("torch", reason="PyTorch is the reference")
    starts = [0.5, -2.0, 3.0, 0.0]
    ours = [Value(start) for start in starts]
    theirs = [torch.tensor(start, dtype=torch.float64, requires_grad=True) for start in starts]
    our_optimizer = getattr(optim, name)(ours, **settings)
    their_optimizer = getattr(torch.optim, name)(theirs, **settings)
    for row in gradients(20, len(starts)):
        for p, q, g in zip(ours, theirs, row, strict=True):
            p.grad, q.grad = g, torch.tensor(g, dtype=torch.float64)
        our_optimizer.step()
        their_optimizer.step()
        for p, q in zip(ours, theirs, strict=True):
            assert math.isclose(p.data, q.item(), rel_tol=1e-12, abs_tol=1e-14)


@pytest.mark.parametrize(("name", "settings"), SETTINGS, ids=IDS)
def test_the_rule_gives_the_same_on_one_array_as_on_floats(name, settings):
    np = pytest.importorskip("numpy", reason="runs the rule on arrays")
    starts = [0.5, -2.0, 3.0]
    params = [Value(start) for start in starts]
    optimizer = getattr(optim, name)(params, **settings)
    flat = np.array(starts)
    memory = tuple(np.zeros(3) for _ in optimizer.slots)
    for t, row in enumerate(gradients(10, 3), start=1):
        for p, g in zip(params, row, strict=True):
            p.grad = g
        optimizer.step()
        before, gradient = flat.copy(), np.array(row)
        result, memory = optimizer.update(flat, gradient, memory, t)
        np.testing.assert_array_equal(flat, before)  # pure: the arguments stay
        np.testing.assert_array_equal(gradient, row)
        flat = result
        np.testing.assert_allclose(flat, [p.data for p in params], rtol=1e-13, atol=1e-16)
    for ours, array in zip(optimizer.state, memory, strict=True):
        np.testing.assert_allclose(ours, array, rtol=1e-13)


@pytest.mark.parametrize("kind", optim.OPTIMIZERS.values())
def test_a_valley_is_descended(kind):
    x, y = Value(2.0), Value(-1.5)
    optimizer = kind([x, y], lr=0.05)
    for _ in range(300):
        loss = (x - 1.0) ** 2 + 3.0 * (y + 0.5) ** 2
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    assert loss.data < 0.01


def test_zero_grad_clears_its_own_parameters_only():
    mine, other = Value(1.0), Value(1.0)
    (mine * other).backward()
    optim.SGD([mine]).zero_grad()
    assert (mine.grad, other.grad) == (0.0, 1.0)


def test_params_may_be_an_iterator():
    values = [Value(1.0), Value(2.0)]
    assert optim.Adam(iter(values)).params == values


def test_a_failing_rule_moves_nothing():
    class Half(optim.Optimizer):
        slots = ("count",)

        def update(self, data, grad, memory, t):
            if data > 1.5:
                raise RuntimeError("stop")
            return data / 2, (memory[0] + 1,)

    params = [Value(1.0), Value(2.0)]
    optimizer = Half(params, lr=0.1)
    with pytest.raises(RuntimeError):
        optimizer.step()
    assert [p.data for p in params] == [1.0, 2.0]
    assert optimizer.state == [[0.0, 0.0]]
    assert optimizer.steps_taken == 0


def test_an_optimizer_without_a_rule_says_so():
    with pytest.raises(NotImplementedError, match="write its method update"):
        optim.Optimizer([Value(1.0)], lr=0.1).step()


BAD = [
    ("SGD", {"lr": math.nan}, ValueError, "lr must be a finite number of at least 0, got nan"),
    ("SGD", {"lr": -0.1}, ValueError, "lr must be"),
    ("SGD", {"lr": math.inf}, ValueError, "lr must be"),
    ("SGD", {"lr": "0.1"}, TypeError, "lr must be a number, got '0.1'"),
    ("SGD", {"lr": None}, TypeError, "lr must be a number"),
    ("SGD", {"lr": 1j}, TypeError, "lr must be a number"),
    ("SGD", {"lr": True}, TypeError, "lr must be a number"),
    ("SGD", {"momentum": -1.0}, ValueError, "momentum"),
    ("SGD", {"momentum": 0.9, "dampening": 1.5}, ValueError, "dampening must be .* at most 1"),
    ("SGD", {"weight_decay": -1.0}, ValueError, "weight_decay"),
    ("SGD", {"weight_decay": math.nan}, ValueError, "weight_decay"),
    ("SGD", {"nesterov": True}, ValueError, "nesterov .* needs momentum above 0"),
    ("SGD", {"nesterov": True, "momentum": 0.9, "dampening": 0.1}, ValueError, "dampening 0"),
    ("SGD", {"nesterov": 1, "momentum": 0.9}, TypeError, "nesterov must be True or False"),
    ("Adam", {"betas": (1.0, 0.9)}, ValueError, r"betas\[0\] must be .* below 1"),
    ("Adam", {"betas": (0.9, 1.1)}, ValueError, r"betas\[1\]"),
    ("Adam", {"betas": 0.9}, TypeError, "a pair of numbers"),
    ("Adam", {"betas": (0.9,)}, TypeError, "a pair of numbers"),
    ("Adam", {"eps": 0.0}, ValueError, "eps must be above 0"),
    ("AdamW", {"eps": -1.0}, ValueError, "eps"),
    ("RMSprop", {"alpha": 1.0}, ValueError, "alpha must be .* below 1"),
]


@pytest.mark.parametrize(("name", "settings", "error", "message"), BAD)
def test_settings_out_of_range_are_refused(name, settings, error, message):
    with pytest.raises(error, match=message):
        getattr(optim, name)([Value(1.0)], **settings)


SHARED = Value(1.0)
BAD_PARAMS = [
    ([], ValueError, "params is empty"),
    ([1.0], TypeError, r"params\[0\] is 1.0"),
    ([SHARED, SHARED], ValueError, "more than once"),
    (SHARED, TypeError, r"model.parameters\(\)"),
    ("ab", TypeError, r"model.parameters\(\)"),
    (None, TypeError, r"model.parameters\(\)"),
]


@pytest.mark.parametrize(("params", "error", "message"), BAD_PARAMS)
def test_params_must_be_distinct_values(params, error, message):
    with pytest.raises(error, match=message):
        optim.SGD(params)


def test_create_knows_the_names_and_their_usual_learning_rates():
    for name, kind in optim.OPTIMIZERS.items():
        made = optim.create(name, [Value(1.0)])
        assert type(made) is kind
        assert made.lr == kind.fit_lr
        assert optim.create(name, [Value(1.0)], lr=0.5).lr == 0.5
    with pytest.raises(ValueError, match=r"did you mean 'adam'.*Known: sgd, rmsprop, adam, adamw"):
        optim.create("adan", [Value(1.0)])


def test_repr_names_the_settings():
    assert repr(optim.SGD([Value(1.0)], lr=0.1, momentum=0.9)).startswith("SGD(lr=0.1, momentum=0.9")
