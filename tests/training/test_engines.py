"""`fit` on every compiled engine writes the history of the eager engine, number by number, on any shape of examples."""

import gc
import random

import numpy as np
import pytest
from support.random_networks import RandomNetwork

import tinygrad_edu as tg
from tinygrad_edu import Value, data, nn, optim
from tinygrad_edu.training.engines import EagerEngine, open_engine

ENGINES = ("numpy", "numba", "jax")
SERIES = ("loss", "accuracy", "val_loss", "val_accuracy")


def trained(engine, make, examples, rule=None, **settings):
    """The model, its optimiser and the history after 100 steps: ten epochs of ten."""
    model = make()
    optimizer = rule(model.parameters()) if rule else "adam"
    settings = {
        "epochs": 10,
        "batch_size": len(examples[1]) // 10 if isinstance(examples, tuple) else None,
        "validation": None,
        "seed": 3,
        **settings,
    }
    history = tg.fit(model, examples, optimizer=optimizer, engine=engine, progress=False, **settings)
    assert history.engine.startswith(engine)
    return model, optimizer, history


def assert_same_training(engine, make, examples, rule=None, **settings):
    pytest.importorskip(engine, reason=f"the extra for {engine} is not installed")
    model, optimizer, history = trained(engine, make, examples, rule, **settings)
    twin, their_optimizer, truth = trained("eager", make, examples, rule, **settings)
    for name in SERIES:
        assert getattr(history, name) == pytest.approx(getattr(truth, name), rel=1e-9, abs=1e-12)
    assert len(history.loss) == history.epochs == truth.epochs > 0
    assert model.state_dict() == pytest.approx(twin.state_dict(), rel=1e-9, abs=1e-11)
    if rule:
        assert optimizer.steps_taken == their_optimizer.steps_taken
        assert optimizer.steps_taken == 100 or "epochs" in settings
        for ours, theirs in zip(optimizer.state, their_optimizer.state, strict=True):
            assert ours == pytest.approx(theirs, rel=1e-8, abs=1e-12)
    return history


def blobs(n=60, features=2, classes=2, seed=0):
    rng = random.Random(seed)
    y = [i % classes for i in range(n)]
    return [[rng.gauss(k, 0.8) for _ in range(features)] for k in y], y


# ---------------------------------------------------------------------------------------- a hundred steps


@pytest.mark.parametrize("engine", ENGINES)
def test_a_hundred_steps_with_momentum(engine):
    assert_same_training(
        engine, lambda: nn.MLP(2, [6, 1], seed=1), blobs(), lambda params: optim.SGD(params, lr=0.05, momentum=0.9)
    )


@pytest.mark.parametrize("engine", ENGINES)
def test_a_hundred_steps_of_adam_with_weight_decay_and_a_rate_that_falls(engine):
    made = []

    def rule(params):
        made.append(optim.Adam(params, lr=0.02, weight_decay=0.01))
        return made[-1]

    def fall(history):
        made[-1].lr *= 0.8

    assert_same_training(
        engine, lambda: nn.MLP(3, [6, 3], "tanh", seed=1), blobs(90, 3, 3), rule, callback=fall,
        validation=blobs(20, 3, 3, seed=1), batch_size=9,
    )  # fmt: skip
    assert made[0].lr == made[1].lr == pytest.approx(0.02 * 0.8**10)


def test_a_share_held_out_and_a_smaller_last_batch():
    history = assert_same_training(
        "numpy", lambda: nn.MLP(2, [6, 1], seed=1), data.load("moons", n=50, seed=0), validation=0.3, batch_size=8
    )
    assert len(history.val_loss) == 10


def test_large_batches_run_in_parts(monkeypatch):
    monkeypatch.setattr("tinygrad_edu.compiler.arrays.program._NUMBERS", 100)  # parts of 64 examples
    assert_same_training("numpy", lambda: nn.MLP(2, [4, 1], seed=1), blobs(300), batch_size=150, validation=blobs(70))


def test_batches_with_statistics_of_their_own_stay_whole(monkeypatch):
    class Centred(nn.MLP):
        def forward(self, x):
            score = super().forward(x)
            return score - tg.batch_mean(score)

    def losses():
        return trained("numpy", lambda: Centred(2, [4, 1], seed=1), blobs(300), batch_size=150, epochs=3)[2].loss

    with pytest.raises(ValueError, match="batch_mean, but the eager engine"):
        trained("eager", lambda: Centred(2, [4, 1], seed=1), blobs(60))
    alike = tg.Op("batch_mean", lambda x: 0.5 * x, lambda y, x: (0.5,))  # by name only
    monkeypatch.setattr(tg, "batch_mean", alike)
    assert trained("eager", lambda: Centred(2, [4, 1], seed=1), blobs(60), epochs=1)[2].epochs == 1
    monkeypatch.undo()
    whole = losses()
    monkeypatch.setattr("tinygrad_edu.compiler.arrays.program._NUMBERS", 100)
    assert losses() == whole


# ---------------------------------------------------------------------------------------- shapes of examples


class Sentence(nn.Module):
    """A recurrent network over a sequence of vectors."""

    def __init__(self):
        rng = random.Random(0)
        self.cell = nn.Layer(2 + 3, 3, "tanh", rng)
        self.head = nn.Layer(3, 2, "linear", rng)

    def forward(self, x):
        state = [0.0] * 3
        for row in x:
            state = self.cell([*row, *state])
        return self.head(state)


class Picture(nn.Module):
    """A convolution over the windows of an image, rows of rows, then the mean over places."""

    def __init__(self):
        self.kernels = nn.Layer(4, 3, "relu", seed=0)
        self.head = nn.Layer(3, 3, "linear", seed=1)

    def forward(self, x):
        windows = [[*x[i][j : j + 2], *x[i + 1][j : j + 2]] for i in range(2) for j in range(3)]
        maps = zip(*map(self.kernels, windows), strict=True)
        return self.head([tg.mean(places) for places in maps])


def nested(shape, classes, n=40, seed=0):
    rng = np.random.default_rng(seed)
    y = np.arange(n) % classes
    return rng.normal(size=(n, *shape)) + y.reshape(-1, *[1] * len(shape)), y


@pytest.mark.parametrize("engine", ENGINES)
def test_sequences_are_examples(engine):
    X, y = nested((3, 2), 2)
    assert_same_training(engine, Sentence, (X.tolist(), y.tolist()), epochs=3)


def test_images_are_examples_with_classes_counted_from_zero():
    X, y = nested((3, 4), 3)
    history = assert_same_training("numpy", Picture, (X, y), validation=0.25, batch_size=5, epochs=4)
    assert history.loss_name == "cross_entropy"
    assert len(history.val_accuracy) == 4


def test_several_targets_and_a_loss_of_ones_own():
    X, _ = blobs(40, 2)
    targets = [[a + b, a * b] for a, b in X]
    assert_same_training("numpy", lambda: nn.MLP(2, [5, 2], "tanh", seed=0), (X, targets))

    def distance(output, target):
        return tg.hypot(output[0] - target[0], output[1] - target[1])

    assert_same_training("numpy", lambda: nn.MLP(2, [5, 2], "tanh", seed=0), (X, targets), loss=distance)


@pytest.mark.parametrize("engine", ENGINES)
def test_classes_in_a_loss_of_ones_own(engine):
    def loss(output, target):
        return nn.cross_entropy(output, target) + 0.1 * tg.square(output[0])

    assert_same_training(engine, lambda: nn.MLP(2, [3], seed=0), blobs(classes=3), loss=loss, epochs=2)


@pytest.mark.parametrize("engine", ENGINES)
def test_a_class_for_every_place_of_a_sequence(engine):
    class Tagger(nn.Module):
        def __init__(self):
            self.layer = nn.Layer(4, 3, "linear", seed=0)

        def forward(self, x):
            return [self.layer([*row, *before]) for row, before in zip(x, [[0.0, 0.0], *x], strict=False)]

    X, _ = nested((3, 2), 2)
    tags = (X[:, :, 0] > 0).astype(int) + (X[:, :, 1] > 1)
    assert_same_training(engine, Tagger, (X, tags.tolist()), loss="cross_entropy", epochs=2, batch_size=4)


def test_probabilities_of_classes_are_targets():
    X, y = blobs(40, classes=2)
    soft = [[0.9, 0.1] if k else [0.2, 0.8] for k in y]
    assert_same_training("numpy", lambda: nn.MLP(2, [2], seed=0), (X, soft), loss="cross_entropy", epochs=2)


def test_a_compiled_cross_entropy_takes_classes():
    model = nn.MLP(2, [5, 3], "tanh", seed=0)
    X, y = blobs(30, classes=3)
    compiled = tg.compile(lambda x, k: nn.cross_entropy(model(x), k), model.parameters())
    value, gradient = compiled.value_and_grad(X, y)
    losses = nn.cross_entropy([model(x) for x in X], y)
    losses.backward()
    assert value == pytest.approx(losses.data, rel=1e-12)
    assert gradient == pytest.approx([p.grad for p in model.parameters()], rel=1e-10, abs=1e-14)


def test_outputs_of_unequal_lengths_are_those_of_the_eager_engine():
    class Two(nn.Module):
        def __init__(self):
            self.w = Value(0.5)

        def forward(self, x):
            return [[self.w * x[0]], [x[1], self.w * x[1]]]

    def loss(output, target):
        return tg.square(output[0][0] - target) + tg.square(output[1][1])

    X, _ = blobs(40, 2)
    assert_same_training("numpy", Two, (X, [a - b for a, b in X]), loss=loss)


def test_accuracy_takes_images():
    X, y = nested((3, 4), 3)
    model = Picture()
    right = sum(max(range(3), key=model.predict([x])[0].__getitem__) == k for x, k in zip(X.tolist(), y, strict=True))
    assert tg.accuracy(model, (X, y)) == right / 40


def test_examples_must_have_one_shape():
    X, y = nested((3, 4), 3)
    rows = X.tolist()
    rows[5][2] = rows[5][2][:3]
    with pytest.raises(ValueError, match=r"X\[5\]\[0\] has 4, X\[5\]\[2\] has 3"):
        tg.fit(Picture(), (rows, y), progress=False)
    rows[5] = rows[5][:2]
    with pytest.raises(ValueError, match=r"X\[0\] has 3×4, X\[5\] has 2×4"):
        tg.fit(Picture(), (rows, y), progress=False)
    with pytest.raises(ValueError, match="data has 3×4 features, but validation has 4"):
        tg.fit(Picture(), (X, y), validation=(X[:, 0], y), progress=False)
    X[0, 1, 2] = np.nan
    with pytest.raises(ValueError, match=r"X\[0\]\[1\]\[2\] must be a finite number, got nan"):
        tg.fit(Picture(), (X, y), progress=False)
    with pytest.raises(TypeError, match=r"X\[0\]\[1\] must be a sequence"):
        tg.fit(Picture(), ([[[1.0], 2.0]], [0]), progress=False)


# ---------------------------------------------------------------------------------------- any network


class Drawn(nn.Module):
    """A random network; the penalty on its weights is one more output, for the loss to add."""

    def __init__(self, seed):
        self.drawn = RandomNetwork(seed)
        self.weights = self.drawn.params
        for weight in self.weights:  # a penalty may have a kink at 0, to whose sides rounding would decide
            weight.data = weight.data or 0.1

    def forward(self, x):
        price = self.drawn.price()
        return [*self.drawn.outputs(x), 0.0 if price is None else price]


@pytest.mark.parametrize("engine", ["numpy", "numba"])
def test_random_networks_are_trained_alike(engine):
    trained_ones = 0
    for seed in range(60):
        network = RandomNetwork(seed)
        if network.special or network.mixes_examples:
            continue
        zeros, target = np.zeros(network.input_shape).tolist(), network.arrays[1][0].tolist()
        if not isinstance(network.loss(network.outputs(zeros), target), Value):  # layers that have no parameters
            continue

        def loss(outputs, target, loss=network.loss):
            return loss(outputs[:-1], target) + outputs[-1]

        X = np.random.default_rng(seed).normal(size=(20, *network.input_shape))
        Y = network.arrays[1][np.arange(20) % network.count]
        assert_same_training(
            engine, lambda seed=seed: Drawn(seed), (X, Y), lambda params: optim.SGD(params, lr=1e-3, momentum=0.5),
            loss=loss, epochs=2, batch_size=6,
        )  # fmt: skip
        trained_ones += 1
    assert trained_ones >= 20


# ---------------------------------------------------------------------------------------- which engine


@pytest.mark.parametrize(("seconds", "epochs", "engine"), [(1.0, 1, "eager"), (1.0, 1000, "numpy"), (0.0, 1, "numpy")])
def test_auto_does_not_compile_what_is_trained_sooner_eagerly(seconds, epochs, engine, monkeypatch):
    model = nn.MLP(1, [1], seed=0)
    size = 13  # x, w, their product, b, the sum, its negative, the softplus of that; six edges between them
    monkeypatch.setattr("tinygrad_edu.training.engines.COMPILING", 1.5 * seconds / size)
    monkeypatch.setattr("tinygrad_edu.training.engines.EAGERLY", seconds / 100 / size)
    history = tg.fit(
        model, ([[1.0], [2.0]], [1, 0]), validation=None, epochs=epochs, progress=False, callback=lambda _: True
    )
    assert history.engine.startswith(engine)
    if engine == "eager":
        expected = "eager: auto expects 1.5 s to compile 13 nodes and edges, 0.0 s to train eagerly"
        assert history.engine == expected


def test_auto_is_eager_where_a_derivative_cannot_be_compiled():
    def partials(y, x):
        return (1.0 if x > 0.0 else 0.1,)

    leaky = tg.Op("leaky", lambda x: x if x > 0.0 else 0.1 * x, partials)
    history = tg.fit(nn.MLP(2, [4, 1], leaky, seed=0), blobs(), epochs=1, progress=False)
    assert history.engine.startswith("eager: auto could not compile model and loss (TracedBoolError")


def test_a_large_loss_on_few_examples_is_trained_eagerly():
    class Long(nn.Module):
        def __init__(self):
            self.w = Value(0.5)

        def forward(self, x):
            total = self.w
            for _ in range(70_000):
                total = total * x[0]
            return total

    history = tg.fit(Long(), ([[1.0]] * 2, [0.5, 0.25]), epochs=1, validation=None, progress=False)
    assert history.engine.startswith("eager: auto expects 2.")
    assert history.loss[0] < 1.0


def test_trying_to_compile_draws_no_random_numbers():
    """Dropout cannot be compiled; trained eagerly in its place, it must draw what it draws with engine="eager"."""

    def trained(engine):
        random.seed(5)
        model = tg.nn.MLP(2, [4, 1], activation="tanh", seed=0)

        def noisy(x):
            return model(x) * (1.0 if random.random() < 0.8 else 0.0)

        rows = [[0.1 * k, 0.2 * k - 1.0] for k in range(12)]
        loss = lambda output, target: tg.square(output - target)  # noqa: E731
        optimizer = tg.optim.SGD(model.parameters(), lr=0.1)
        found, why = open_engine(engine, noisy, loss, optimizer, rows, [0.5] * 12)
        losses = found.step(*found.prepare(rows, [0.5] * 12))[0]
        return why.partition(":")[0], list(losses)

    assert trained("auto") == trained("eager")


def test_an_eager_step_pauses_the_collector():
    seen = []

    def watching(x):
        seen.append(gc.isenabled())
        return Value(1.0) * x[0]

    engine = EagerEngine(watching, lambda output, target: output - target, tg.optim.SGD([Value(0.0)], lr=0.1))
    engine.step([[1.0], [2.0]], [0.0, 0.0])
    assert seen == [False, False]
    assert gc.isenabled()
