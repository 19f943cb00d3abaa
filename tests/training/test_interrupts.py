"""Ctrl-C at any moment of training: parameters and the memory of the optimiser are those of a whole step."""

import copy
import gc
import warnings

import pytest
from support.interrupts import interrupts
from support.thoroughness import THOROUGH

import tinygrad_edu as tg
from tinygrad_edu import Value, nn, optim
from tinygrad_edu.training.array_engine import CompiledEngine
from tinygrad_edu.training.engines import EagerEngine

RULES = {
    **{name: lambda params, name=name: optim.create(name, params, 0.1) for name in optim.OPTIMIZERS},
    "momentum": lambda params: optim.SGD(params, lr=0.1, momentum=0.9, nesterov=True),
}
SELDOM = 1 if THOROUGH else 11  # how far the moments lie apart
X, Y = [[0.5, -1.0], [1.5, 0.25], [-0.75, 2.0]], [1, 0, 1]


def whole(optimizer):
    """Everything that a step changes."""
    return [p.data for p in optimizer.params], copy.deepcopy(optimizer.state), optimizer.steps_taken


def put_back(optimizer, state):
    for p, number in zip(optimizer.params, state[0], strict=True):
        p.data = number
    optimizer.state, optimizer.steps_taken = copy.deepcopy(state[1]), state[2]


def nothing_is_left_open():
    made = Value(1.0) * 2.0
    return (gc.isenabled(), made.scope, len(made.parents)) == (True, None, 2)


@pytest.mark.parametrize("rule", RULES)
def test_a_step_is_whole_or_not_at_all(rule):
    params = [Value(float(i)) for i in range(3)]
    optimizer = RULES[rule](params)
    for turn in range(2):  # the memory is empty first
        for p in params:
            p.grad = p.data + 1.0
        before = whole(optimizer)
        optimizer.step()
        after = whole(optimizer)
        assert before != after
        put_back(optimizer, before)
        met = []
        for _ in interrupts(optimizer.step):
            met.append(whole(optimizer))
            assert met[-1] in (before, after)
            put_back(optimizer, before)
        assert before in met
        assert after in met
        assert whole(optimizer) == after, turn


def test_a_state_is_loaded_whole_or_not_at_all():
    model = nn.Sequential(nn.Standardize([0.0, 1.0], [1.0, 2.0]), nn.MLP(2, [1], seed=0))
    before = model.state_dict()
    after = {name: number + 1.0 for name, number in before.items()}
    met = []
    for _ in interrupts(lambda: model.load_state_dict(after)):
        met.append(model.state_dict())
        assert met[-1] in (before, after)
        model.load_state_dict(before)
    assert after in met


@pytest.mark.parametrize("make", [EagerEngine, CompiledEngine])
@pytest.mark.parametrize("rule", RULES)
def test_an_engines_steps_are_whole_whenever_they_are_looked_at(make, rule, monkeypatch):
    # Looking at all that a model reaches takes most of the moments of so small a step, and changes nothing.
    monkeypatch.setattr(CompiledEngine, "_changed", lambda self: False)
    model = nn.MLP(2, [2, 1], seed=0)
    optimizer = RULES[rule](model.parameters())
    arguments = (X, Y) if make is CompiledEngine else ()
    engine = make(model, nn.binary_cross_entropy, optimizer, *arguments)
    batch = engine.prepare(X, Y)
    start = whole(optimizer)
    states = [start]
    for _ in range(2):
        engine.step(*batch)
        engine.synchronise()
        states.append(whole(optimizer))
    put_back(optimizer, start)
    assert states[0] != states[1] != states[2]

    def steps():
        engine.step(*batch)
        engine.synchronise()
        engine.step(*batch)
        engine.synchronise()

    met = []
    for _ in interrupts(steps, every=(1 if make is CompiledEngine else 41) * SELDOM):
        engine.synchronise()
        met.append(whole(optimizer))
        assert met[-1] in states
        assert nothing_is_left_open()
        put_back(optimizer, start)
    assert {*map(states.index, met)} >= ({0, 1, 2} if make is CompiledEngine else {0, 1})
    assert whole(optimizer) == states[-1]


@pytest.mark.parametrize("engine", ["eager", "numpy"])
@pytest.mark.parametrize("callback", [None, lambda history: None])
def test_a_broken_off_fit_keeps_whole_steps(engine, callback):
    def fit(epochs, seen=None):
        return tg.fit(
            model, (X, Y), optimizer=optimizer, epochs=epochs, batch_size=3, validation=None, engine=engine,
            progress=False, callback=callback if seen is None else lambda _: seen.append(whole(optimizer)),
        )  # fmt: skip

    model = nn.MLP(2, [2, 1], seed=0)
    optimizer = optim.Adam(model.parameters(), lr=0.1)
    start = whole(optimizer)
    states = [start]
    fit(3, states)
    put_back(optimizer, start)
    moments = 0
    for history in interrupts(lambda: fit(3), every=SELDOM * (211 if engine == "numpy" else 61)):
        moments += 1
        assert whole(optimizer) in states
        if history is not None:  # else it came before training began, or after
            assert history.stopped.startswith("interrupted in epoch") or history.epochs == 3
            assert states.index(whole(optimizer)) - history.epochs in (0, 1)
            assert len(history.loss) == len(history.accuracy) == len(history.lr)
        else:
            assert whole(optimizer) in (start, states[-1])
        assert nothing_is_left_open()
        put_back(optimizer, start)
    assert moments > (10 if THOROUGH else 2)
    assert whole(optimizer) == states[-1]


def test_an_interrupted_diagnosis_leaves_what_was_learnt():
    model = nn.MLP(1, [1], seed=0)
    model.parameters()[0].data = 1e308
    optimizer = optim.SGD(model.parameters(), lr=0.1)

    def fit():
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tg.fit(
                model, ([[10.0], [1.0]], [0.0, 3.0]), optimizer=optimizer, epochs=1, validation=None, engine="eager",
                batch_size=2, progress=False,
            )  # fmt: skip

    before = whole(optimizer)
    fit()
    assert whole(optimizer) == before  # the step was not taken
    for _ in interrupts(fit, every=5 if THOROUGH else 31):
        assert whole(optimizer) == before
