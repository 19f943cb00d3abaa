"""Parameter groups and saved states: PyTorch's groups, on floats and in the compiled engine; states that go on."""

import copy
import json
import math

import numpy as np
import pytest

import tinygrad_edu as tg
from tinygrad_edu import Value, optim

GROUPS = [
    ("SGD", {"lr": 0.1, "momentum": 0.9}, [{}, {"lr": 0.01, "momentum": 0.0}]),
    ("Adam", {"lr": 0.1}, [{"betas": (0.5, 0.9), "weight_decay": 0.1}, {"amsgrad": True}]),
    ("Adagrad", {}, [{"initial_accumulator_value": 1.0}, {"lr": 0.5}]),
    ("NAdam", {}, [{"lr": 0.1}, {"momentum_decay": 0.1}]),
]


def two_groups(name, settings, own):
    a, b, c = Value(0.5), Value(-2.0), Value(3.0)
    groups = [{"params": [a, b], **own[0]}, {"params": [c], **own[1]}]
    return getattr(optim, name)(groups, **settings)


def walk(optimizer, steps, start=0):
    for step in range(start, start + steps):
        for i, p in enumerate(optimizer.params):
            p.grad = math.sin(3.0 * step + i)
        optimizer.step()
    return [p.data for p in optimizer.params]


@pytest.mark.parametrize(("name", "settings", "own"), GROUPS, ids=[g[0] for g in GROUPS])
def test_each_group_moves_by_its_own_settings_as_in_pytorch(torch, name, settings, own):
    first = torch.tensor([0.5, -2.0], dtype=torch.float64, requires_grad=True)
    second = torch.tensor([3.0], dtype=torch.float64, requires_grad=True)
    if name == "Adagrad":  # PyTorch reads that setting from the defaults alone
        theirs = torch.optim.Adagrad([first], initial_accumulator_value=1.0), torch.optim.Adagrad([second], lr=0.5)
    else:
        groups = [{"params": [first], **own[0]}, {"params": [second], **own[1]}]
        theirs = (getattr(torch.optim, name)(groups, foreach=False, **settings),)
    for step in range(50):
        first.grad = torch.tensor([math.sin(3.0 * step), math.sin(3.0 * step + 1)], dtype=torch.float64)
        second.grad = torch.tensor([math.sin(3.0 * step + 2)], dtype=torch.float64)
        for optimizer in theirs:
            optimizer.step()
    expected = [*first.tolist(), *second.tolist()]
    assert walk(two_groups(name, settings, own), 50) == pytest.approx(expected, rel=1e-12, abs=1e-13)


def trained(engine, make):
    model = tg.nn.MLP(2, [5, 1], activation="tanh", seed=1)
    optimizer = make(model)
    tg.fit(model, tg.data.load("moons", n=60), optimizer=optimizer, epochs=3, engine=engine, progress=False)
    return [p.data for p in model.parameters()], optimizer


@pytest.mark.parametrize("name", ["SGD", "Adam", "Adagrad", "Lion"])
def test_groups_work_in_the_compiled_engine(name):
    def make(model):
        first, last = (layer.parameters() for layer in model.layers)
        groups = [{"params": last, "lr": 0.05, "weight_decay": 0.1}, {"params": first}]
        return getattr(optim, name)(groups, lr=0.01)

    (ours, optimizer), (eager, their_optimizer) = (trained(engine, make) for engine in ("numpy", "eager"))
    assert ours == pytest.approx(eager, rel=1e-9, abs=1e-12)
    for slot, expected in zip(optimizer.state, their_optimizer.state, strict=True):
        assert slot == pytest.approx(expected, rel=1e-8, abs=1e-12)


def test_a_group_with_rate_0_stays_where_it_is():
    def frozen(model):
        first, last = (layer.parameters() for layer in model.layers)
        return optim.Adam([{"params": first, "lr": 0.0}, {"params": last}], lr=0.05)

    begin = [p.data for p in tg.nn.MLP(2, [5, 1], activation="tanh", seed=1).parameters()]
    after, _ = trained("numpy", frozen)
    assert after[:15] == begin[:15]
    assert all(a != b for a, b in zip(after[15:], begin[15:], strict=True))


def test_settings_may_be_changed_between_steps():
    optimizer = two_groups("SGD", {"lr": 0.5}, [{}, {"lr": 0.25}])
    assert (optimizer.lr, [g["lr"] for g in optimizer.param_groups]) == (0.5, [0.5, 0.25])
    optimizer.param_groups[1]["lr"] = 0.0
    for p in optimizer.params:
        p.grad = 1.0
    optimizer.step()
    assert [p.data for p in optimizer.params] == [0.0, -2.5, 3.0]
    optimizer.lr = 0.125
    assert [g["lr"] for g in optimizer.param_groups] == [0.125, 0.125]
    with pytest.raises(ValueError, match="lr must be"):
        optimizer.lr = -1.0


def test_a_group_may_be_added_later():
    optimizer = optim.Adagrad([Value(1.0)], lr=0.1)
    walk(optimizer, 3)
    late = Value(2.0)
    optimizer.add_param_group({"params": [late], "initial_accumulator_value": 4.0, "lr": 0.5})
    assert optimizer.state[0][1] == 4.0
    late.grad = 0.0
    optimizer.params[0].grad = late.grad = 3.0
    optimizer.step()
    assert late.data == pytest.approx(2.0 - 0.5 * 3.0 / math.sqrt(4.0 + 9.0), rel=1e-9)


SHARED = Value(1.0)
BAD_GROUPS = [
    ([{"params": [SHARED]}, {"params": [SHARED]}], {}, ValueError, "more than once"),
    ([{"params": [SHARED], "momentun": 0.9}], {}, ValueError, "no setting of SGD is called 'momentun'; did you mean"),
    ([{"params": [SHARED], "lr": -1.0}], {}, ValueError, "lr must be"),
    ([{"params": [SHARED], "nesterov": True}], {}, ValueError, "needs momentum above 0"),
    ([{"params": []}], {}, ValueError, "params is empty"),
    ([{"lr": 0.1}], {}, TypeError, "a parameter group is a dict such as"),
    ([{"params": [SHARED]}, Value(2.0)], {}, TypeError, r"params\[0\] is \{"),
    ({"params": [SHARED]}, {}, TypeError, "must be a sequence of Values"),
]


@pytest.mark.parametrize(("groups", "settings", "error", "message"), BAD_GROUPS)
def test_groups_that_make_no_sense_are_refused(groups, settings, error, message):
    with pytest.raises(error, match=message):
        optim.SGD(groups, **settings)


def test_a_refused_group_leaves_the_optimiser_as_it_was():
    optimizer = optim.SGD([SHARED], lr=0.1)
    with pytest.raises(ValueError, match="more than once"):
        optimizer.add_param_group({"params": [Value(0.0), SHARED]})
    assert (optimizer.params, len(optimizer.param_groups), optimizer.state) == ([SHARED], 1, [[0.0]])


def test_repr_shows_every_group():
    optimizer = two_groups("SGD", {"lr": 0.5}, [{}, {"lr": 0.25}])
    text = "momentum=0.0, dampening=0.0, weight_decay=0.0, nesterov=False, maximize=False"
    assert repr(optimizer) == f"SGD(2 params: lr=0.5, {text}; 1 params: lr=0.25, {text})"


# ------------------------------------------------------------------------------------ saved states


@pytest.mark.parametrize("kind", optim.OPTIMIZERS.values())
def test_from_a_saved_state_it_goes_on_bit_by_bit(kind):
    def made():
        return kind([{"params": [Value(0.5)], "lr": 0.07}, {"params": [Value(-2.0), Value(1.0)]}], lr=0.03)

    straight = made()
    walk(straight, 5)
    stopped = made()
    walk(stopped, 2)
    text = json.dumps(stopped.state_dict(), allow_nan=False)
    resumed = made()
    for p, q in zip(resumed.params, stopped.params, strict=True):
        p.data = q.data
    resumed.lr = 0.5
    resumed.load_state_dict(json.loads(text))
    assert repr(resumed) == repr(stopped)
    walk(resumed, 3, start=2)
    assert [p.data for p in resumed.params] == [p.data for p in straight.params]
    assert (resumed.state, resumed.steps_taken) == (straight.state, 5)


def test_a_state_is_a_copy():
    optimizer = optim.SGD([Value(1.0)], lr=0.1, momentum=0.9)
    state = optimizer.state_dict()
    kept = copy.deepcopy(state)
    walk(optimizer, 2)
    assert state == kept
    state["state"]["momentum_buffer"][0] = 99.0
    state["param_groups"][0]["lr"] = 99.0
    assert (optimizer.lr, optimizer.state[0][0] != 99.0) == (0.1, True)


BAD_STATES = [
    (lambda s: None, TypeError, "takes what state_dict gave"),
    (lambda s: {}, ValueError, "it has no 'optimizer'"),
    (lambda s: {**s, "optimizer": "SGD"}, ValueError, "of the optimiser 'SGD', not of Adam"),
    (lambda s: {**s, "steps_taken": -1}, ValueError, "steps_taken must be at least 0"),
    (lambda s: {**s, "steps_taken": 1.5}, TypeError, "steps_taken must be an integer"),
    (lambda s: {**s, "state": {"exp_avg": [0.0, 0.0]}}, ValueError, "a list for each slot of Adam"),
    (lambda s: {**s, "state": {**s["state"], "exp_avg": [0.0]}}, ValueError, "'exp_avg' .* list of 2 numbers"),
    (lambda s: {**s, "state": {**s["state"], "exp_avg": [0.0, "x"]}}, TypeError, "holds 'x', which is no number"),
    (lambda s: {**s, "param_groups": {}}, TypeError, "must be a list of dicts"),
    (lambda s: {**s, "param_groups": s["param_groups"] * 2}, ValueError, "of other parameters"),
    (lambda s: {**s, "param_groups": [{**s["param_groups"][0], "lr": -1.0}]}, ValueError, "lr must be"),
    (lambda s: {**s, "param_groups": [{**s["param_groups"][0], "betas": [0.9]}]}, TypeError, "a pair of numbers"),
    (lambda s: {**s, "param_groups": [{**s["param_groups"][0], "rho": 1.0}]}, ValueError, "no setting of Adam"),
]


@pytest.mark.parametrize(("spoil", "error", "message"), BAD_STATES)
def test_a_state_that_is_not_its_own_is_refused_and_changes_nothing(spoil, error, message):
    optimizer = optim.Adam([Value(1.0), Value(2.0)], lr=0.1)
    walk(optimizer, 2)
    before = optimizer.state_dict()
    with pytest.raises(error, match=message):
        optimizer.load_state_dict(spoil(optimizer.state_dict()))
    assert optimizer.state_dict() == before


WRITTEN = [np.float32(0.5), np.int8(100), np.float16(0.25), np.longdouble(2.0), 3, True, np.True_]


@pytest.mark.parametrize("grad", WRITTEN, ids=repr)
def test_a_gradient_that_somebody_wrote_is_the_number_it_is(grad):
    """NumPy's would make the parameter one of their own kind, and its precision that of float32."""
    for step in (
        lambda w: optim.SGD([w], lr=0.1, momentum=0.9).step(),
        lambda w: optim.Adam([w], lr=0.1).step(),
        lambda w: optim.clip_grad_norm([w], 1.0),
        lambda w: optim.clip_grad_value([w], 0.5),
    ):
        ours, truth = Value(0.1), Value(0.1)
        ours.grad, truth.grad = grad, float(grad)
        step(ours)
        step(truth)
        assert (type(ours.data), ours.data, ours.grad) == (float, truth.data, truth.grad)


@pytest.mark.parametrize(
    ("grad", "told"),
    [(None, r"grad of w is None.*grad = 0\.0"), ("a", r"float\('a'\)"), (np.array([1.0]), "tolist")],
)
def test_what_is_no_gradient_is_refused_and_moves_nothing(grad, told):
    first, second = Value(0.1), Value(0.2, "w")
    second.grad = grad
    optimizer = optim.Adam([first, second], lr=0.1)
    for act in (optimizer.step, lambda: optim.clip_grad_norm([first, second], 1.0)):
        with pytest.raises(TypeError, match=told):
            act()
    assert (first.data, first.grad, second.data, optimizer.steps_taken) == (0.1, 0.0, 0.2, 0)
