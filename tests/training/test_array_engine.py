"""`fit` on the compiled engine does what it does on the eager one."""

import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.small_training import quick

import tinygrad_edu as tg
from tinygrad_edu import Value, data, nn, optim
from tinygrad_edu.training.batches import all_finite


def trained(engine, model, examples, **settings):
    settings = {"epochs": 8, "batch_size": 16, "progress": False, "seed": 2, **settings}
    if callable(settings.get("optimizer")):
        settings["optimizer"] = settings["optimizer"](model.parameters())
    history = tg.fit(model, examples, engine=engine, **settings)
    assert history.engine.startswith(engine)
    return history, model.state_dict(), [p.grad for p in model.parameters()], settings.get("optimizer")


def assert_same(make, examples, **settings):
    (ours, state, grads, rule), (theirs, their_state, their_grads, their_rule) = (
        trained(engine, make(), examples, **settings) for engine in ("numpy", "eager")
    )
    for name in ("loss", "accuracy", "val_loss", "val_accuracy"):
        assert getattr(ours, name) == pytest.approx(getattr(theirs, name), rel=1e-9, abs=1e-12)
    assert state == pytest.approx(their_state, rel=1e-9, abs=1e-12)
    assert grads == pytest.approx(their_grads, rel=1e-8, abs=1e-11)
    if isinstance(rule, optim.Optimizer):
        assert rule.steps_taken == their_rule.steps_taken > 0
        for slot, their_slot in zip(rule.state, their_rule.state, strict=True):
            assert slot == pytest.approx(their_slot, rel=1e-8, abs=1e-12)


MOONS = data.load("moons", n=90, seed=0)


@pytest.mark.parametrize("loss", ["hinge", "binary_cross_entropy", "mse"])
@pytest.mark.parametrize("optimizer", ["sgd", "adam", "adamw", "rmsprop"])
def test_same_history_as_eager(loss, optimizer):
    assert_same(lambda: nn.MLP(2, [8, 1], activation="tanh", seed=1), MOONS, loss=loss, optimizer=optimizer)


def test_same_history_over_several_classes():
    assert_same(lambda: nn.MLP(4, [6, 3], activation="tanh", seed=1), data.load("iris"), epochs=3)


def test_the_optimisers_memory_is_written_back():
    for rule in (
        lambda params: optim.SGD(params, lr=0.05, momentum=0.9, nesterov=True),
        lambda params: optim.Adam(params, lr=0.02, weight_decay=0.01),
    ):
        assert_same(lambda: nn.MLP(2, [5, 1], seed=1), MOONS, optimizer=rule)


def test_training_goes_on_where_it_stopped():
    def twice(engine):
        model = nn.MLP(2, [5, 1], activation="tanh", seed=1)
        rule = optim.Adam(model.parameters(), lr=0.02)
        first = trained(engine, model, MOONS, optimizer=rule, epochs=2)[0]
        return first.loss + trained(engine, model, MOONS, optimizer=rule, epochs=2, seed=5)[0].loss

    assert twice("numpy") == pytest.approx(twice("eager"), rel=1e-10)


def test_a_callback_sees_and_may_change_parameters_and_rate():
    def run(engine):
        model = nn.MLP(2, [4, 1], activation="tanh", seed=1)
        rule = optim.SGD(model.parameters(), lr=0.1)
        seen = []

        def callback(history):
            seen.append(model.parameters()[0].data)
            model.parameters()[1].data = 0.25
            rule.lr *= 0.5
            return history.epochs == 4

        trained(engine, model, MOONS, optimizer=rule, callback=callback)
        return seen

    ours = run("numpy")
    assert len(ours) == 4
    assert ours == pytest.approx(run("eager"), rel=1e-10)


def test_values_are_those_of_the_last_step_after_an_exception():
    class Failing(nn.Module):
        def __init__(self):
            self.w = Value(0.5)

        def forward(self, x):
            return self.w * x[0]

    model = Failing()

    def callback(history):
        raise RuntimeError

    with pytest.raises(RuntimeError):
        tg.fit(model, MOONS, engine="numpy", progress=False, callback=callback)
    assert model.w.data != 0.5
    assert model.w.grad != 0.0


class Dropout(nn.Module):
    def __init__(self):
        self.inner = nn.MLP(2, [4, 1], seed=0)

    def forward(self, x):
        return self.inner(x) * (2.0 if random.random() < 0.5 else 0.0)


class Branching(nn.Module):
    def __init__(self):
        self.w = Value(0.5)

    def forward(self, x):
        return self.w * x[0] if x[0] > 0 else self.w * x[1]


@pytest.mark.parametrize(("make", "reason"), [(Dropout, "random"), (Branching, "TracedBoolError")])
def test_what_cannot_be_traced_runs_eagerly_and_says_why(make, reason):
    history = tg.fit(make(), MOONS, epochs=1, progress=False)
    assert history.engine.startswith("eager: auto")
    assert reason in history.engine
    with pytest.raises(TypeError):
        tg.fit(make(), MOONS, epochs=1, progress=False, engine="numpy")


def test_a_rule_that_arrays_cannot_run_is_eager():
    class Clipped(optim.SGD):
        def update(self, data, grad, memory, t, **settings):
            return super().update(data, min(max(grad, -0.1), 0.1), memory, t, **settings)

    model = nn.MLP(2, [4, 1], seed=0)
    history = tg.fit(model, MOONS, epochs=1, progress=False, optimizer=Clipped(model.parameters()))
    assert history.engine.startswith("eager: auto")


def test_parameters_that_do_not_enter_the_loss_stay():
    class Spare(nn.MLP):
        def __init__(self):
            super().__init__(2, [3, 1], seed=0)
            self.spare = Value(7.0)

    assert_same(Spare, MOONS, epochs=2)


@given(st.lists(st.sampled_from([0.0, 1.0, -1e308, 1e308, math.inf, -math.inf, math.nan]), min_size=1))
def test_whether_all_is_finite_is_told_without_a_warning(numbers):
    np = pytest.importorskip("numpy", reason="for arrays")
    assert all_finite(np.array(numbers)) == all(map(math.isfinite, numbers))


STRENGTH = [1.0]


def penalised(output, target):
    return tg.square(output - target) * STRENGTH[0]


class Annealed(nn.Module):
    """Has numbers of its own that are no parameters, a choice, and layers that may be others."""

    def __init__(self):
        self.inner, self.outer = nn.Linear(2, 3, seed=0), nn.Linear(3, 1, seed=1)
        self.drop = nn.Dropout(0.25)
        self.temperature, self.squared = 1.0, False

    def forward(self, x):
        hidden = [tg.tanh(v * self.temperature) for v in self.drop(self.inner(x))]
        return self.outer([v * v for v in hidden] if self.squared else hidden)[0]


def anneal(model, optimizer):
    model.temperature = 0.5


def choose(model, optimizer):
    model.squared = True


def drop_nothing(model, optimizer):
    model.drop.p = 0.0


def replace(model, optimizer):
    model.outer = nn.Linear(3, 1, seed=7)


def prune(model, optimizer):
    model.inner.weight[1][0] = Value(0.0)


def penalise(model, optimizer):
    STRENGTH[0] = 0.125


def unfreeze(model, optimizer):
    optimizer.add_param_group({"params": model.inner.parameters(), "lr": 0.05})


def freeze(model, optimizer):
    group = optimizer.param_groups[0]
    group["params"] = optimizer.params = optimizer.params[:2]
    optimizer.state = [slot[:2] for slot in optimizer.state]


@pytest.mark.parametrize("change", [anneal, choose, drop_nothing, replace, prune, penalise, unfreeze, freeze])
def test_a_callback_may_change_what_is_learnt_and_what_learns(change):
    """As it may eagerly: by a number that falls, a layer that is another one, parameters that begin to learn."""

    def trained(engine):
        STRENGTH[0] = 1.0
        model = Annealed()
        optimizer = optim.Adam(model.outer.parameters(), lr=0.1)

        def callback(history):
            if history.epochs == 2:
                change(model, optimizer)

        history = quick(
            model,
            ([[0.5, -1.0], [2.0, 0.25], [-0.5, 1.5]], [0.5, -1.0, 2.0]),
            loss=penalised,
            optimizer=optimizer,
            callback=callback,
            epochs=5,
            engine=engine,
        )
        return [*history.loss, *[p.data for p in optimizer.params]]

    assert trained("numpy") == pytest.approx(trained("eager"), rel=1e-9)


def test_a_model_that_counts_its_calls_is_compiled_once(monkeypatch):
    pytest.importorskip("numpy", reason="for the compiled engine")

    class Counting(nn.MLP):
        calls = 0

        def forward(self, x):
            self.calls += 1
            return super().forward(x)

    from tinygrad_edu.training.array_engine import CompiledEngine

    made = []
    compile_it = CompiledEngine._compile
    monkeypatch.setattr(CompiledEngine, "_compile", lambda self: made.append(1) or compile_it(self))
    X, y = [[0.0, 1.0], [1.0, 0.0], [1.0, 1.0]], [0, 1, 1]
    model = Counting(2, [2, 1], seed=0)
    tg.fit(model, (X, y), epochs=5, callback=lambda history: False, engine="numpy", progress=False)
    assert made == [1]
