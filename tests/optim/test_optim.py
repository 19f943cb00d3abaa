"""The optimisers against PyTorch's, on floats and on arrays, and what they refuse."""

import math
import random

import pytest

from tinygrad_edu import Value, optim

SETTINGS = [
    ("SGD", {}),
    ("SGD", {"lr": 0.1, "weight_decay": 0.03}),
    ("SGD", {"lr": 0.05, "momentum": 0.9, "maximize": True}),
    ("SGD", {"lr": 0.05, "momentum": 0.8, "dampening": 0.4, "weight_decay": 0.1}),
    ("SGD", {"lr": 0.05, "momentum": 0.8, "nesterov": True}),
    ("SGD", {"lr": 0.05, "momentum": 0.8, "nesterov": True, "weight_decay": 0.1, "maximize": True}),
    ("RMSprop", {}),
    ("RMSprop", {"lr": 0.02, "alpha": 0.9, "eps": 1e-3, "weight_decay": 0.1, "maximize": True}),
    ("RMSprop", {"lr": 0.02, "momentum": 0.9}),
    ("RMSprop", {"lr": 0.02, "alpha": 0.95, "centered": True}),
    ("RMSprop", {"lr": 0.02, "centered": True, "momentum": 0.7, "weight_decay": 0.1}),
    ("Adagrad", {}),
    ("Adagrad", {"lr": 0.3, "lr_decay": 0.1, "weight_decay": 0.1}),
    ("Adagrad", {"lr": 0.3, "initial_accumulator_value": 0.5, "eps": 1e-3, "maximize": True}),
    ("Adam", {}),
    ("Adam", {"lr": 0.05, "betas": (0.7, 0.95), "eps": 1e-3, "maximize": True}),
    ("Adam", {"lr": 0.05, "betas": (0.0, 0.0)}),
    ("Adam", {"lr": 0.05, "weight_decay": 0.2}),
    ("Adam", {"lr": 0.05, "weight_decay": 0.2, "decoupled_weight_decay": True}),
    ("Adam", {"lr": 0.05, "betas": (0.9, 0.6), "amsgrad": True, "weight_decay": 0.2}),
    ("AdamW", {}),
    ("AdamW", {"lr": 0.05, "weight_decay": 0.2, "amsgrad": True, "maximize": True}),
    ("NAdam", {}),
    ("NAdam", {"lr": 0.05, "betas": (0.8, 0.9), "momentum_decay": 0.1, "weight_decay": 0.2}),
    ("NAdam", {"lr": 0.05, "weight_decay": 0.2, "decoupled_weight_decay": True, "eps": 1e-3, "maximize": True}),
    ("Lion", {}),
    ("Lion", {"lr": 0.05, "betas": (0.8, 0.9), "weight_decay": 0.2, "maximize": True}),
]
IDS = [f"{name}-{'-'.join(settings) or 'defaults'}" for name, settings in SETTINGS]


def gradients(steps, count):
    """Gradients that change sign: no root of a difference of nearly equal numbers, where digits are lost."""
    generator = random.Random(5)
    return [[generator.gauss(0.0, 3.0) for _ in range(count)] for _ in range(steps)]


STARTS = [0.5, -2.0, 3.0, 0.0]


def walked(name, settings, rows):
    """Where the parameters stand after each step."""
    params = [Value(start) for start in STARTS]
    optimizer = getattr(optim, name)(params, **settings)
    places = []
    for row in rows:
        for p, g in zip(params, row, strict=True):
            p.grad = g
        optimizer.step()
        places.append([p.data for p in params])
    return places, optimizer


@pytest.mark.parametrize(("name", "settings"), [s for s in SETTINGS if s[0] != "Lion"], ids=IDS[:-2])
def test_fifty_steps_are_those_of_pytorch(torch, name, settings):
    theirs = torch.tensor(STARTS, dtype=torch.float64, requires_grad=True)
    their_optimizer = getattr(torch.optim, name)([theirs], foreach=False, **settings)
    rows = gradients(50, len(STARTS))
    for row, place in zip(rows, walked(name, settings, rows)[0], strict=True):
        theirs.grad = torch.tensor(row, dtype=torch.float64)
        their_optimizer.step()
        assert place == pytest.approx(theirs.tolist(), rel=1e-12, abs=1e-13)


@pytest.mark.parametrize("settings", [s for name, s in SETTINGS if name == "Lion"])
def test_lion_is_algorithm_2_of_its_paper(settings):
    rate, decay, up = settings.get("lr", 1e-4), settings.get("weight_decay", 0.0), settings.get("maximize", False)
    beta1, beta2 = settings.get("betas", (0.9, 0.99))
    place, momentum = list(STARTS), [0.0] * len(STARTS)
    rows = gradients(50, len(STARTS))
    for row, ours in zip(rows, walked("Lion", settings, rows)[0], strict=True):
        for i, g in enumerate(row):
            g = -g if up else g
            update = math.copysign(1.0, beta1 * momentum[i] + (1 - beta1) * g)
            place[i] -= rate * (update + decay * place[i])
            momentum[i] = beta2 * momentum[i] + (1 - beta2) * g
        assert ours == pytest.approx(place, rel=1e-12, abs=1e-13)


def test_lion_does_not_move_what_has_no_gradient():
    assert walked("Lion", {"lr": 0.5}, [[0.0] * 4])[0] == [STARTS]


def test_a_constant_gradient_does_not_take_the_centred_root_below_0():
    places = walked("RMSprop", {"centered": True, "alpha": 0.5}, [[3.0, 0.1, 1e-8, 7.0]] * 200)[0]
    assert all(isinstance(x, float) and not math.isnan(x) for place in places for x in place)


@pytest.mark.parametrize("backend", ["numpy", "numba"])
@pytest.mark.parametrize(("name", "settings"), SETTINGS, ids=IDS)
def test_the_rule_gives_the_same_on_arrays_as_on_floats(name, settings, backend):
    np = pytest.importorskip("numpy", reason="runs the rule on arrays")
    if backend == "numba":
        pytest.importorskip("numba", reason="compiles the rule")
    rows = gradients(10, len(STARTS))
    places, _ = walked(name, settings, rows)
    optimizer = getattr(optim, name)([Value(start) for start in STARTS], **settings)
    flat, memory = np.array(STARTS), tuple(np.array(slot) for slot in optimizer.state)
    for t, (row, place) in enumerate(zip(rows, places, strict=True), start=1):
        before, gradient = flat.copy(), np.array(row)
        result, memory = optimizer.step_on_arrays(flat, gradient, memory, t, backend)
        np.testing.assert_array_equal(flat, before)  # pure: the arguments stay
        np.testing.assert_array_equal(gradient, row)
        flat = result
        np.testing.assert_allclose(flat, place, rtol=1e-13, atol=1e-16)
    for ours, array in zip(walked(name, settings, rows)[1].state, memory, strict=True):
        np.testing.assert_allclose(ours, array, rtol=1e-13, atol=1e-300)


@pytest.mark.parametrize("kind", optim.OPTIMIZERS.values())
def test_a_valley_is_descended(kind):
    x, y = Value(2.0), Value(-1.5)
    optimizer = kind([x, y], lr=0.5 if kind is optim.Adagrad else 0.01 if kind is optim.Lion else 0.05)
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

        def update(self, data, grad, memory, t, lr):
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
    ("RMSprop", {"centered": 1}, TypeError, "centered must be True or False"),
    ("Adagrad", {"lr_decay": -0.1}, ValueError, "lr_decay must be"),
    ("NAdam", {"momentum_decay": math.nan}, ValueError, "momentum_decay must be"),
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
    with pytest.raises(ValueError, match=r"did you mean 'adam'.*Known: sgd, rmsprop, adam, "):
        optim.create("adan", [Value(1.0)])


def test_repr_names_the_settings():
    assert repr(optim.SGD([Value(1.0)], lr=0.1, momentum=0.9)).startswith("SGD(lr=0.1, momentum=0.9")
