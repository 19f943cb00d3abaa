"""fit, History and accuracy: what is learnt, what is reported, what is refused, and that nothing is left half done."""

import copy
import io
import math
import random

import pytest

import tinygrad_edu as tg
from tinygrad_edu import Value, data, nn, optim
from tinygrad_edu.nn import MLP
from tinygrad_edu.training import accuracy, engines, fit
from tinygrad_edu.training.history import History


@pytest.fixture(scope="module")
def xor():
    return data.load("xor", n=60, seed=0).split(test=1 / 3, seed=0)


def small(seed=0):
    return MLP(2, [6, 1], "tanh", seed=seed)


def quick(model, examples, **keywords):
    return fit(model, examples, **{"epochs": 3, "progress": False, **keywords})


# ---------------------------------------------------------------------------------------- learning


def test_xor_is_learnt_and_the_history_says_so(xor):
    train, test = xor
    model = small()
    history = fit(model, train, epochs=60, seed=0, progress=False)
    assert accuracy(model, test) >= 0.95
    assert history.loss[-1] < 0.1 * history.loss[0]
    assert history.accuracy[-1] >= 0.95
    assert history.val_accuracy[-1] >= 0.8
    assert history.epochs == len(history.loss) == len(history.val_loss) == len(history.accuracy) == 60


def test_iris_is_learnt_with_the_defaults():
    train, test = data.load("iris", n=60, seed=0).split(test=0.25, seed=0)
    model = MLP(4, [8, 3], seed=0)
    fit(model, train, epochs=60, seed=0, progress=False)
    assert accuracy(model, test) >= 0.9


@pytest.mark.parametrize("name", optim.OPTIMIZERS)
def test_every_optimizer_makes_the_loss_smaller_at_its_usual_rate(name, xor):
    history = quick(small(), xor[0], optimizer=name, epochs=15)
    assert history.loss[-1] < 0.8 * history.loss[0]


def test_regression_needs_no_classes():
    X = [[i / 20] for i in range(-20, 21)]
    y = [math.sin(3 * x) + 0.05 for (x,) in X]
    model = MLP(1, [8, 1], "tanh", seed=0)
    history = quick(model, (X, y), epochs=60, lr=0.03)
    assert history.loss_name == "mse"
    assert history.loss[-1] < 0.2 * history.loss[0]
    assert history.accuracy == history.val_accuracy == []


def test_several_numbers_are_learnt_at_once():
    X = [[i / 10, j / 10] for i in range(5) for j in range(5)]
    y = [[a + b, a - b] for a, b in X]
    model = MLP(2, [2], seed=0)
    assert quick(model, (X, y), epochs=60, lr=0.05).loss[-1] < 1e-3


# ---------------------------------------------------------------------------------------- exactness


def test_one_step_is_the_one_done_by_hand(xor):
    train, _ = xor
    model, twin = small(), small()
    history = quick(model, train, epochs=1, optimizer="sgd", lr=0.3, batch_size=len(train), validation=None)
    losses = [nn.binary_cross_entropy(twin(x), y) for x, y in zip(train.X, train.y, strict=True)]
    total = tg.sum(losses) / len(losses)
    total.backward()
    optim.SGD(twin.parameters(), lr=0.3).step()
    assert history.loss == pytest.approx([total.data], rel=1e-12)
    assert [p.data for p in model.parameters()] == pytest.approx([p.data for p in twin.parameters()], rel=1e-10)
    assert history.accuracy == [accuracy(small(), train)]
    assert (history.val_loss, history.val_accuracy) == ([], [])


def test_the_same_seeds_give_the_same_history_to_the_bit(xor):
    runs = []
    for _ in range(2):
        model = small(seed=3)
        random.seed(random.random())  # nothing may depend on the global state
        runs.append((quick(model, xor[0], seed=5, record=["parameters", "gradients"]), model.state_dict()))
    assert runs[0] == runs[1]
    assert quick(small(seed=3), xor[0], seed=6).loss != runs[0][0].loss
    assert quick(small(seed=4), xor[0], seed=5).loss != runs[0][0].loss


def test_fit_leaves_the_global_random_state_and_the_data_alone(xor):
    train, _ = xor
    before, rows = random.getstate(), copy.deepcopy(train)
    quick(small(), train)
    assert random.getstate() == before
    assert train == rows


def test_the_examples_come_in_another_order_each_epoch_and_each_once():
    seen = []

    class Spy(nn.Module):
        def __init__(self):
            self.w = Value(0.1)

        def forward(self, x):
            seen.append(x[0])
            return self.w * x[0]

    X = [[float(i)] for i in range(10)]
    quick(Spy(), (X, [i % 2 for i in range(10)]), epochs=2, batch_size=3, validation=None, lr=1e-3, engine="eager")
    epochs = [seen[-20:-10], seen[-10:]]
    assert sorted(epochs[0]) == sorted(epochs[1]) == [x for (x,) in X]
    assert epochs[0] != epochs[1]


def test_the_last_smaller_batch_counts_in_full():
    """Three examples in batches of two: the second step's gradient is that of the one example, not half of it."""

    class Weight(nn.Module):
        def __init__(self):
            self.w = Value(0.0)

        def forward(self, x):
            return self.w * x[0]

    model = Weight()
    quick(
        model, ([[1.0]] * 3, [0.5] * 3), loss=lambda out, y: -out, epochs=1, batch_size=2, validation=None,
        optimizer="sgd", lr=1.0,
    )  # fmt: skip
    assert model.w.data == 2.0


# ---------------------------------------------------------------------------------------- losses chosen


def test_the_loss_is_chosen_by_the_data():
    X = [[0.1 * i, -0.2 * i] for i in range(6)]
    one, three = (lambda: MLP(2, [1], seed=0)), (lambda: MLP(2, [3], seed=0))
    for model, y, name in [
        (one(), [0, 1] * 3, "binary_cross_entropy"),
        (one(), [0.0, 1.0] * 3, "binary_cross_entropy"),
        (one(), [-1, 1] * 3, "hinge"),
        (one(), [-1.0, 1.0] * 3, "hinge"),
        (one(), [0.0, 1.0, 2.0] * 2, "mse"),
        (one(), [0.5, 1.0, 0.0] * 2, "mse"),
        (three(), [0, 1, 2] * 2, "cross_entropy"),
        (three(), [0, 1, 0] * 2, "cross_entropy"),
        (three(), [[0.0, 1.0, 2.0]] * 6, "mse"),
    ]:
        assert quick(model, (X, y), epochs=1, validation=0).loss_name == name


def test_hinge_turns_classes_into_signs(xor):
    by_name, by_function = quick(small(), xor[0], loss="hinge"), quick(small(), xor[0], loss=nn.hinge)
    first = quick(small(), xor[0], loss="hinge", lr=0.0, epochs=1, validation=None)
    labels = [2 * y - 1 for y in xor[0].y]
    assert first.loss == [pytest.approx(nn.hinge(small().predict(xor[0].X), labels), rel=1e-12)]
    signs = ([list(x) for x in xor[0].X], [2 * y - 1 for y in xor[0].y])
    assert by_name == by_function
    assert by_name.loss == quick(small(), signs, validation=0.2).loss


def test_a_loss_of_ones_own_gets_the_targets_as_given(xor):
    targets = set()

    def own(output, target):
        targets.add(target)
        return (output - target) ** 2

    history = quick(small(), xor[0], loss=own, engine="eager")
    assert history.loss_name == "own"
    assert targets == {0, 1}


def test_arrays_are_data():
    np = pytest.importorskip("numpy", reason="feeds arrays")
    train, _ = data.load("moons", n=20, seed=0).split()
    ours = quick(small(), (train.X, train.y))
    theirs = quick(small(), (np.array(train.X), np.array(train.y)))
    assert ours == theirs


# ---------------------------------------------------------------------------------------- accuracy


class Fixed(nn.Module):
    def __init__(self, weights):
        self.w = [Value(w) for w in weights]

    def forward(self, x):
        out = [w * x[0] for w in self.w]
        return out[0] if len(out) == 1 else out


def test_accuracy_counts():
    X = [[1.0], [2.0], [-1.0], [-2.0]]
    assert accuracy(Fixed([1.0]), (X, [1, 1, 0, 0])) == 1.0
    assert accuracy(Fixed([1.0]), (X, [1, 0, 0, 0])) == 0.75
    assert accuracy(Fixed([1.0]), (X, [1, 1, -1, 1])) == 0.75
    assert accuracy(Fixed([-1.0, 0.0, 1.0]), (X, [2, 2, 0, 1])) == 0.75
    assert accuracy(Fixed([1.0]), ([[0.0]], [0])) == 1.0  # a score of exactly 0 is class 0
    assert accuracy(Fixed([-1.0, 1.0]), (X, [1, 1, -1, -1])) == 1.0
    with pytest.raises(ValueError, match="other numbers"):
        accuracy(Fixed([1.0]), (X, [0.1, 0.2, 0.3, 0.4]))


# ---------------------------------------------------------------------------------------- validation


def test_held_out_examples_are_never_learnt_from(xor):
    train, test = xor
    alone, watched = small(), small()
    first = quick(alone, train, validation=None)
    second = quick(watched, train, validation=test)
    assert alone.state_dict() == watched.state_dict()
    assert first.loss == second.loss
    assert second.val_accuracy[-1] == accuracy(watched, test)
    output = watched.predict(test.X)
    assert second.val_loss[-1] == pytest.approx(nn.binary_cross_entropy(output, test.y), rel=1e-12)


@pytest.mark.parametrize(
    ("n", "given", "steps"), [(400, None, 25), (64, None, 8), (4, None, 4), (64, 20, 4), (64, 99, 1)]
)
def test_the_batch_size_is_16_or_what_gives_eight_steps_or_the_one_given(n, given, steps):
    model = Fixed([1.0])
    optimizer = optim.SGD(model.parameters(), lr=0.0)
    X = [[float(i)] for i in range(n)]
    quick(model, (X, [i % 2 for i in range(n)]), epochs=1, batch_size=given, validation=None, optimizer=optimizer)
    assert optimizer.steps_taken == steps


def test_a_share_is_held_out_by_class():
    steps = []

    class Counting(optim.SGD):
        def step(self):
            steps.append(1)
            super().step()

    train = data.load("moons", n=50, seed=0)
    model = small()
    quick(model, train, epochs=1, batch_size=1, validation=0.3, optimizer=Counting(model.parameters(), lr=0.01))
    assert len(steps) == 35


# ---------------------------------------------------------------------------------------- watching


def test_callback_sees_every_epoch_and_may_stop(xor):
    epochs = []

    def watch(history):
        epochs.append(history.epochs)
        return history.epochs == 2

    history = quick(small(), xor[0], epochs=10, callback=watch)
    assert epochs == [1, 2]
    assert history.epochs == 2
    assert "callback" in history.stopped
    assert quick(small(), xor[0], callback=lambda history: 1).epochs == 3  # only True stops, not what is merely truthy


def test_record_keeps_what_was_asked_for(xor):
    model = small()
    history = quick(model, xor[0], record=["gradients", "parameters"])
    assert list(history.recorded["gradients"][0]) == ["layers.0", "layers.1"]
    assert history.recorded["parameters"][-1] == model.state_dict()
    assert history.recorded["parameters"][0] != history.recorded["parameters"][1]
    layer = [p.grad for p in model.layers[0].parameters()]
    assert history.recorded["gradients"][-1]["layers.0"] == pytest.approx(sum(map(abs, layer)) / len(layer))
    own = quick(small(), xor[0], record={"first": lambda model: model.parameters()[0].data})
    assert len(own.recorded["first"]) == 3


def test_progress_shows_loss_and_accuracy_on_stderr(xor, capsys):
    fit(small(), xor[0], epochs=2)
    shown = capsys.readouterr()
    assert shown.out == ""
    assert "2/2" in shown.err
    assert "loss" in shown.err
    assert "accuracy" in shown.err
    quick(small(), xor[0])
    assert capsys.readouterr() == ("", "")


def test_the_engine_is_named_with_the_reason(xor):
    assert quick(small(), xor[0], engine="eager").engine == "eager: asked for by name"
    assert quick(small(), xor[0]).engine == "numpy: auto compiled model and loss"


def test_a_loss_that_explodes_stops_with_a_warning(xor):
    with pytest.warns(RuntimeWarning, match="the loss became .* in epoch .*; try an lr below 1e\\+200"):
        history = quick(small(), xor[0], optimizer="sgd", lr=1e200, loss="mse", epochs=50)
    assert history.epochs < 50
    assert "loss became" in history.stopped


# ---------------------------------------------------------------------------------------- engines and exceptions


class FlatEngine(engines.EagerEngine):
    """Keeps the parameters elsewhere, as a compiled engine does, and moves the Values only when told to."""

    def __init__(self, model, loss, optimizer):
        super().__init__(model, loss, optimizer)
        self.kept = [p.data for p in optimizer.params]

    def _swap(self):
        for i, p in enumerate(self.optimizer.params):
            p.data, self.kept[i] = self.kept[i], p.data

    def step(self, X, y):
        stale = [p.data for p in self.optimizer.params]
        for p, number in zip(self.optimizer.params, self.kept, strict=True):
            p.data = number
        try:
            return super().step(X, y)
        finally:
            self.kept = [p.data for p in self.optimizer.params]
            for p, number in zip(self.optimizer.params, stale, strict=True):
                p.data = number

    def synchronise(self):
        for p, number in zip(self.optimizer.params, self.kept, strict=True):
            p.data = number


@pytest.fixture
def flat(monkeypatch):
    monkeypatch.setitem(engines.ENGINES, "flat", FlatEngine)


def test_values_are_synchronised_before_callbacks_and_records(flat, xor):
    def run(engine):
        states = []
        model = small()
        history = quick(
            model, xor[0], engine=engine, validation=None, record=["parameters"],
            callback=lambda _: states.append(model.state_dict()),
        )  # fmt: skip
        return states, history.recorded, history.loss, model.state_dict()

    assert run("flat") == run("eager")


@pytest.mark.parametrize("error", [RuntimeError, KeyboardInterrupt])
def test_an_exception_leaves_the_values_as_of_the_last_step(flat, xor, error):
    def run(engine):
        model, calls = small(), []

        def loss(output, target):
            calls.append(1)
            if len(calls) == 50:  # in the midst of a batch of the second epoch
                raise error
            return nn.binary_cross_entropy(output, target)

        with pytest.raises(error):
            quick(model, xor[0], engine=engine, loss=loss, validation=None, batch_size=8)
        return model.state_dict()

    assert run("flat") == run("eager") != small().state_dict()
    assert Value(1.0).scope is None
    assert (Value(1.0) * 2.0).scope is None
    assert (Value(1.0) * 2.0).parents


def test_an_exception_in_the_callback_passes_through(flat, xor):
    model, states = small(), []

    def callback(_):
        states.append(model.state_dict())
        raise RuntimeError("mine")

    with pytest.raises(RuntimeError, match="mine"):
        quick(model, xor[0], engine="flat", callback=callback)
    assert model.state_dict() == states[0]


# ---------------------------------------------------------------------------------------- bad input

GOOD = ([[0.0, 1.0], [1.0, 0.0], [1.0, 1.0], [0.0, 0.0]], [0, 1, 0, 1])
BAD = [
    ({"epochs": 0}, ValueError, "epochs must be at least 1"),
    ({"epochs": 2.5}, TypeError, "epochs must be an integer"),
    ({"epochs": "10"}, TypeError, "epochs must be an integer"),
    ({"batch_size": 0}, ValueError, "batch_size must be at least 1"),
    ({"batch_size": -4}, ValueError, "batch_size must be at least 1"),
    ({"seed": None}, TypeError, "seed must be an integer"),
    ({"lr": math.nan}, ValueError, "lr must be a finite number of at least 0, got nan"),
    ({"lr": -1.0}, ValueError, "lr must be"),
    ({"lr": "fast"}, TypeError, "lr must be a number, got 'fast'"),
    ({"optimizer": "adan"}, ValueError, "did you mean 'adam'"),
    ({"optimizer": 3}, TypeError, "a name such as 'adam'"),
    ({"optimizer": None}, TypeError, "a name such as 'adam'"),
    ({"loss": "msee"}, ValueError, "did you mean 'mse'"),
    ({"loss": 3}, TypeError, "loss must be a name"),
    ({"loss": "cross_entropy"}, ValueError, "one output a class"),
    ({"validation": 1.0}, ValueError, "validation must be .* below 1"),
    ({"validation": -0.1}, ValueError, "validation must be"),
    ({"validation": "some"}, TypeError, "validation must be a number"),
    ({"validation": True}, TypeError, "validation must be a number"),
    ({"validation": 0.99}, ValueError, "leaves none to learn from"),
    ({"validation": ([[1.0]], [0])}, ValueError, "2 features, but validation has 1"),
    ({"record": ["weights"]}, ValueError, "known: gradients, parameters"),
    ({"record": {"a": 3}}, TypeError, "a function of the model"),
    ({"engine": "eagre"}, ValueError, "did you mean 'eager'.*Known: auto, eager, numpy, numba, jax"),
    ({"engine": None}, ValueError, "no engine is called None"),
    ({"data": None}, TypeError, "a Dataset or a pair"),
    ({"data": "moons"}, TypeError, "a Dataset or a pair"),
    ({"data": ([], [])}, ValueError, "X is empty"),
    ({"data": ([[1.0, 2.0]], [0, 1])}, ValueError, "1 examples but y has 2"),
    ({"data": ([[1.0, math.nan]], [0])}, ValueError, r"X\[0\]\[1\] must be a finite number"),
    ({"data": ([[1.0, 2.0]] * 2, ["a", "b"])}, TypeError, r"y\[0\] must be a number"),
    ({"data": ([[1.0, 2.0]] * 2, [0.5, math.nan])}, ValueError, r"y\[1\]"),
    ({"data": ([[1.0]] * 4, [0, 1, 0, 1])}, ValueError, "takes 2 inputs, got 1"),
    ({"data": (GOOD[0], [0, 1, 2, 3])}, ValueError, "two classes, but y goes to 3.*4 outputs.*loss='mse'"),
    ({"data": (GOOD[0], [0.5, 1.5, 2.5, 3.5]), "loss": "hinge"}, ValueError, "hinge takes classes.*loss='mse'"),
    ({"data": (GOOD[0], [[1.0, 2.0]] * 4)}, ValueError, "2 targets an example with 1 outputs"),
    ({"model": MLP(2, [2], seed=0), "data": (GOOD[0], [0, 1, 2, 0])}, ValueError, "class 2 needs .* 3 outputs"),
    ({"model": MLP(2, [2], seed=0), "loss": "hinge"}, ValueError, "one output, but this one has 2"),
    ({"model": nn.Standardize([0.0, 0.0], [1.0, 1.0])}, ValueError, "params is empty"),
]


@pytest.mark.parametrize(("wrong", "error", "message"), BAD)
def test_fit_says_what_is_wrong_and_changes_nothing(wrong, error, message):
    keywords = {"model": small(), "data": GOOD, **wrong}
    model = keywords["model"]
    before = model.state_dict()
    with pytest.raises(error, match=message):
        quick(**keywords) if "model" not in keywords else quick(keywords.pop("model"), keywords.pop("data"), **keywords)
    assert model.state_dict() == before


def test_an_optimizer_brings_its_own_rate_and_this_models_parameters():
    model = small()
    with pytest.raises(ValueError, match=r"its own lr=0\.5: leave lr out"):
        quick(model, GOOD, optimizer=optim.SGD(model.parameters(), lr=0.5), lr=0.1)
    with pytest.raises(ValueError, match="moves no parameter of this model"):
        quick(model, GOOD, optimizer=optim.SGD(small().parameters(), lr=0.5))


def test_a_loss_that_does_not_depend_on_the_model_is_refused():
    with pytest.raises(TypeError, match="must be a Value that depends on the model, got"):
        quick(small(), GOOD, loss=lambda output, target: 1.0)


def test_history_prints_where_it_stands():
    history = History(loss=[1.0, 0.5], accuracy=[0.5, 0.75])
    assert repr(history) == "History(2 epochs: loss 0.5, accuracy 0.75)"
    assert repr(History()) == "History(0 epochs)"
    assert history == History(loss=[1.0, 0.5], accuracy=[0.5, 0.75], seconds=3.0)


def test_two_progress_bars_do_not_disturb_each_other(xor, monkeypatch):
    monkeypatch.setattr("sys.stderr", io.StringIO())
    fit(small(), xor[0], epochs=2, callback=lambda _: fit(small(), xor[0], epochs=1) and None)
