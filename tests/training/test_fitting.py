"""fit: what is learnt, to the bit, in what order, and from which examples."""

import copy
import io
import math
import random
import time

import pytest
from support.small_training import Fixed, quick, small

import tinygrad_edu as tg
from tinygrad_edu import Value, data, nn, optim
from tinygrad_edu.nn import MLP
from tinygrad_edu.training import accuracy, fit


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


class Full:
    """A stream on a disk that is full from some moment on."""

    encoding = "utf-8"

    def __init__(self, room):
        self.room = room

    def write(self, text):
        self.room -= len(text)
        if self.room < 0:
            raise OSError(28, "No space left on device")
        return len(text)

    def flush(self):
        pass


def _closed():
    stream = io.StringIO()
    stream.close()
    return stream


@pytest.mark.parametrize(
    "stream", [lambda: None, _closed, lambda: Full(0), lambda: Full(300)], ids=["none", "closed", "full", "filling up"]
)
def test_training_goes_on_where_no_bar_can_be_shown(stream, monkeypatch):
    X, y = [[0.0], [1.0], [2.0]], [0.5, 1.5, 2.5]
    silent, shown = nn.MLP(1, [1], seed=0), nn.MLP(1, [1], seed=0)
    expected = tg.fit(silent, (X, y), epochs=30, progress=False)
    monkeypatch.setattr("sys.stderr", stream())
    assert tg.fit(shown, (X, y), epochs=30, callback=lambda _: time.sleep(0.01)) == expected
    assert shown.state_dict() == silent.state_dict()
