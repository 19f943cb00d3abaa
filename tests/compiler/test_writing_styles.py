"""However scalars are written, the same few array operations come out."""

import random

import numpy as np
import pytest
from support.compiler_programs import agree
from support.thoroughness import THOROUGH

import tinygrad_edu as tg
from benchmarks.workloads import scalar_gpt
from tinygrad_edu import Value, nn


class Net:
    """An MLP 2-16-16-1 whose parameters and sums can be written in many ways."""

    def __init__(self, style, seed=3):
        rng = random.Random(seed)
        self.style = style
        self.sizes = [2, 16, 16, 1]
        self.weights, self.biases = [], []
        for nin, nout in zip(self.sizes, self.sizes[1:], strict=False):
            drawn = [[rng.uniform(-1, 1) for _ in range(nin)] for _ in range(nout)]
            biases = [rng.uniform(-1, 1) for _ in range(nout)]
            if style == "bias first":
                made = [(Value(b), [Value(w) for w in row]) for row, b in zip(drawn, biases, strict=True)]
                self.biases.append([b for b, _ in made])
                self.weights.append([row for _, row in made])
            elif style == "transposed storage":
                columns = [[Value(drawn[o][i]) for o in range(nout)] for i in range(nin)]
                self.weights.append([[columns[i][o] for i in range(nin)] for o in range(nout)])
                self.biases.append([Value(b) for b in biases])
            else:
                made = [([Value(w) for w in row], Value(b)) for row, b in zip(drawn, biases, strict=True)]
                self.weights.append([row for row, _ in made])
                self.biases.append([b for _, b in made])

    def parameters(self):
        flat = []
        for weights, biases in zip(self.weights, self.biases, strict=True):
            if self.style == "transposed storage":
                flat += [row[i] for i in range(len(weights[0])) for row in weights] + biases
            else:
                for row, b in zip(weights, biases, strict=True):
                    flat += [b, *row] if self.style == "bias first" else [*row, b]
        return flat

    def neuron(self, w, x, b):
        style = self.style
        if style == "dot":
            return tg.dot(w, x) + b
        terms = [xi * wi if style == "x times w" else wi * xi for wi, xi in zip(w, x, strict=True)]
        if style == "bias first":
            return sum(terms, b)
        if style == "shuffled terms":
            random.Random(len(terms)).shuffle(terms)
        if style == "tree sum":
            while len(terms) > 1:
                terms = [tg.sum(terms[i : i + 2]) for i in range(0, len(terms), 2)]
        if style == "taken away":
            z = -b
            for term in terms:
                z = z - term
            return -z
        if style == "minus the negative":
            return b - sum(-term for term in terms)
        return sum(terms) + b

    def __call__(self, x, label):
        for weights, biases in zip(self.weights, self.biases, strict=True):
            x = [self.neuron(w, x, b) for w, b in zip(weights, biases, strict=True)]
            if len(x) > 1:
                x = [xi.relu() for xi in x]
        return (1.0 - label * x[0]).relu()


STYLES = [
    "w times x", "x times w", "bias first", "tree sum", "shuffled terms", "transposed storage", "dot",
    "minus the negative", "taken away",
]  # fmt: skip


@pytest.mark.parametrize("style", STYLES)
def test_mlp_takes_21_array_operations_however_it_is_written(style):
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(20, 2)), rng.choice([-1.0, 1.0], size=20)
    net = Net(style)
    compiled = agree(net, net.parameters(), X, y)
    compiled.value_and_grad(X, y)
    assert len(compiled.program) == 21


def test_digits_network_takes_few_array_operations():
    rng = np.random.default_rng(0)
    X, Y = rng.normal(size=(4, 64)), np.eye(10)[[3, 1, 4, 1]]
    model = nn.MLP(64, [32, 10], seed=0)
    compiled = agree(lambda x, t: nn.cross_entropy(model(x), t), model.parameters(), X, Y)
    compiled.value_and_grad(X, Y)
    assert len(compiled.program) <= 22


def scalar_gpt_program(letters, **style):
    """The compiled loss of the scalar GPT on the first letters of the alphabet, called once, and its parameters."""
    network = scalar_gpt.ScalarGPT(Value, softmax=tg.softmax, **style)
    name = scalar_gpt.LETTERS[:letters]
    return tg.compile(lambda: network.loss(name), network.parameters()), network, name


def test_scalar_gpt_of_16_positions_takes_116_array_operations():
    compiled, _, _ = scalar_gpt_program(15, total=tg.sum, inner=tg.dot)
    compiled.value_and_grad()
    assert len(compiled.program) == 116  # two are each softmax's mending of what rounding takes at huge scores


def test_scalar_gpt_takes_as_many_however_it_is_written_and_agrees_with_the_eager_engine():
    letters = 5 if THOROUGH else 2
    compiled, network, name = scalar_gpt_program(letters)
    n_ary, _, _ = scalar_gpt_program(letters, total=tg.sum, inner=tg.dot)
    value, gradient = compiled.value_and_grad()
    assert n_ary.value_and_grad()[0] == pytest.approx(value, rel=1e-12)
    assert len(n_ary.program) == len(compiled.program)
    loss = network.loss(name)
    loss.backward()
    assert value == pytest.approx(loss.data, rel=1e-12)
    truth = np.array([p.grad for p in network.parameters()])
    assert np.abs(gradient - truth).max() <= 1e-12 * np.abs(truth).max()
