"""What parameters start with, and how models are printed."""

import math
import random
import statistics

import pytest

from tinygrad_edu import Value, nn
from tinygrad_edu.nn.initial import gain


def weights(layer):
    return [p.data for p in layer.parameters() if ".b" not in p.name and "bias" not in p.name]


def silu(z):
    return z / (1.0 + math.exp(-z))


@pytest.mark.parametrize(("name", "f"), [("silu", silu), ("sin", math.sin), ("sinh", math.sinh)])
def test_a_gain_keeps_the_mean_square_of_what_goes_through(name, f):
    draws = random.Random(0)
    square = statistics.fmean(f(draws.gauss(0.0, 1.0)) ** 2 for _ in range(100_000))
    assert gain(name) == pytest.approx(square**-0.5, rel=0.04)


def test_what_takes_nothing_or_is_not_known_has_a_gain_of_1():
    assert gain("log") == gain("linear") == gain(lambda z: z) == 1.0


@pytest.mark.parametrize("activation", ["relu", "tanh", "silu", "linear"])
def test_numbers_keep_their_size_through_many_wide_layers(activation):
    """By the right gain; a start of U(-1, 1) lets them grow fourfold a layer."""
    draws = random.Random(1)
    model = nn.Sequential(*[nn.Linear(32, 32, activation=activation, seed=draws) for _ in range(6)])
    outputs = [x for row in model.predict([[draws.gauss(0, 1) for _ in range(32)] for _ in range(4)]) for x in row]
    assert 0.2 < math.sqrt(statistics.fmean(x * x for x in outputs)) < 3.0


def test_micrograds_networks_start_as_there_or_as_they_are_told():
    assert weights(nn.MLP(3, [4, 1], seed=0)) == weights(nn.MLP(3, [4, 1], seed=0, init=lambda g: g.uniform(-1, 1)))
    model = nn.MLP(100, [50, 1], "relu", seed=0, init="kaiming")
    first, last = (weights(layer) for layer in model.layers)
    assert max(map(abs, first)) == pytest.approx(math.sqrt(2.0 * 3.0 / 100.0), rel=0.01)
    assert max(map(abs, last)) == pytest.approx(math.sqrt(3.0 / 50.0), rel=0.05)
    assert statistics.pstdev(weights(nn.MLP(100, [50, 1], seed=0, init=0.02))) == pytest.approx(0.02, rel=0.05)
    neuron = nn.Neuron(200, "relu", seed=0, init="kaiming")
    assert max(map(abs, weights(neuron))) == pytest.approx(math.sqrt(2.0 * 3.0 / 200.0), rel=0.02)
    assert set(weights(nn.Layer(3, 4, init="zeros"))) == {0.0}
    spread = max(map(abs, weights(nn.Layer(40, 60, "linear", seed=0, init="xavier"))))
    assert spread == pytest.approx(math.sqrt(6.0 / 100.0), rel=0.02)
    assert statistics.pstdev(weights(nn.Linear(30, 40, init="normal", seed=0))) == pytest.approx(1.0, rel=0.1)


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda: nn.Linear(2, 2, init="kaimming"), ValueError, "no start is called 'kaimming'; did you mean 'kaiming'"),
        (lambda: nn.MLP(2, [1], init="he"), ValueError, "Known: kaiming, kaiming_normal"),
        (lambda: nn.Linear(2, 2, init=-1.0), ValueError, "init.* at least 0"),
        (lambda: nn.Linear(2, 2, init=[1]), TypeError, "init, if it is no name"),
        (lambda: nn.Linear(0, 2), ValueError, "in_features must be at least 1"),
        (lambda: nn.Linear(2, 2, activation="rellu"), ValueError, "did you mean 'relu'"),
        (lambda: nn.Linear(2, 2)([1.0]), ValueError, r"Linear\(2, 2\) takes vectors of 2 numbers, got 1"),
        (lambda: nn.Linear(2, 2)(1.0), ValueError, "takes vectors of 2 numbers, got number"),
        (lambda: nn.Conv2d(1, 1, (3, 3, 3)), ValueError, "kernel_size must be an integer, or a pair"),
        (lambda: nn.Conv2d(1, 1, 2, padding="same"), TypeError, "padding must be an integer, got 'same'"),
        (lambda: nn.Conv2d(1, 1, 3)([[[1.0] * 2] * 2]), ValueError, "at least 3×3 with their padding, got 1×2×2"),
        (lambda: nn.Conv2d(2, 1, 1)([[[1.0]]]), ValueError, "images of 2 channels, rows and columns, got 1×1×1"),
        (lambda: nn.MaxPool2d(2, padding=2), ValueError, "at most half of kernel_size 2, got 2"),
        (lambda: nn.SelfAttention(4, 3), ValueError, "num_heads must divide embed_dim: 3 does not divide 4"),
        (lambda: nn.Recurrent(nn.Linear(2, 2)), TypeError, r"runs a cell such as LSTMCell\(2, 8\)"),
        (lambda: nn.Recurrent(nn.GRUCell(2, 2))([]), ValueError, "a sequence of at least one vector"),
        (lambda: nn.LayerNorm([]), ValueError, "normalized_shape is empty"),
        (lambda: nn.Embedding(3, 2)(3), ValueError, r"Embedding\(3, 2\) has rows 0 to 2, there is none of index 3"),
        (lambda: nn.Embedding(3, 2)("a"), TypeError, "must be a whole number, got 'a'"),
        (lambda: nn.Embedding(3, 2)(0.5), ValueError, "none of index 0.5"),
        (lambda: nn.Embedding(3, 2)(math.nan), ValueError, "none of index nan"),
        (lambda: nn.Embedding(3, 2)(True), TypeError, "whole number"),
        (lambda: nn.PositionalEmbedding(2, 1)([[1.0]] * 3), ValueError, "at most 2 vectors of 1 numbers, got 3×1"),
        (lambda: nn.Residual(nn.Linear(2, 3))([1.0, 2.0]), ValueError, "shapes 2 and 3 cannot be added"),
        (lambda: nn.Residual(), ValueError, "Residual needs at least one module"),
        (lambda: nn.Activation("ReLU"), ValueError, "did you mean 'relu'"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said(make, error, message):
    with pytest.raises(error, match=message):
        make()


def test_an_embeddings_rows_are_its_parameters_and_a_value_may_be_an_index():
    table = nn.Embedding(3, 2, seed=0)
    rows = table([2, 0.0, Value(2.0)])
    assert rows == [table.weight[2], table.weight[0], table.weight[2]]


class Broken(nn.Module):
    def __init__(self):
        self.part = nn.MLP(2, [3, 1], seed=0)

    def example_input(self):
        return [1.0]

    def forward(self, x):
        return self.part(x)


def test_a_model_that_cannot_be_called_yet_can_be_printed():
    lines = str(Broken()).splitlines()
    assert [line.split()[0] for line in lines] == [
        "Broken(…)",
        "layer",
        "part",
        "part.layers.0",
        "part.layers.1",
        "all",
    ]
    assert lines[-1].split() == ["all", "–", "13", "–"]
    with pytest.raises(ValueError, match="takes 2 inputs"):
        Broken().table([1.0])
