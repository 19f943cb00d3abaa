"""With this module one can train a tiny GPT, every number of it a node, over any class of Values.

It is the network of the microgpt script: names of people, letter by letter; 27 tokens (26 letters and one that
begins and ends a name), 16 channels, 4 heads, one layer, 4,192 parameters; root-mean-square normalisation without
gain, relu, no biases; Adam with a rate that falls to zero. With the same draws from the same seed the script's
first three losses come out: 3.3660, 3.4243, 3.1778.

How sums and inner products are formed is passed in, so that one network serves both styles:
term by term with the operators alone, or through n-ary `sum` and `dot`. So is the softmax.
"""

from __future__ import annotations

import builtins
import random
from collections.abc import Callable, Iterable, Sequence
from typing import Any

CHANNELS, HEADS, POSITIONS = 16, 4, 16
LETTERS = "abcdefghijklmnopqrstuvwxyz"
END = len(LETTERS)
# The script shuffles 32,033 names before it draws its weights. These are the first three after that shuffle.
NAMES_IN_DATA_SET = 32_033
FIRST_NAMES = ("yuheng", "diondre", "xavien")
FIRST_LOSSES = (3.3660, 3.4243, 3.1778)

Number = Any
Vector = list[Number]
Matrix = list[Vector]


def inner_term_by_term(u: Sequence[Number], v: Sequence[Number]) -> Number:
    """Inner product by operators alone: one product node and one sum node for every term."""
    return builtins.sum(a * b for a, b in zip(u, v))  # noqa: B905  (a keyword would cost time)


class ScalarGPT:
    """The network, its parameters drawn as the script draws them.

    Parameters
    ----------
    value_class
        The class of the parameters; called with one float.
    total
        Sum of an iterable of Values.
    inner
        Inner product of two sequences of Values.
    softmax
        Probabilities from a list of Values; the script's own looks at their numbers, so that it cannot be traced.
    """

    def __init__(
        self,
        value_class: Callable[[float], Number],
        total: Callable[[Iterable[Number]], Number] = builtins.sum,
        inner: Callable[[Sequence[Number], Sequence[Number]], Number] = inner_term_by_term,
        softmax: Callable[[Vector], Vector] | None = None,
    ) -> None:
        self.total, self.inner = total, inner
        self.softmax = softmax or self.softmax_of_script
        draws = random.Random(42)
        draws.shuffle(list(range(NAMES_IN_DATA_SET)))

        def matrix(rows: int, columns: int) -> Matrix:
            return [[value_class(draws.gauss(0, 0.08)) for _ in range(columns)] for _ in range(rows)]

        vocabulary = len(LETTERS) + 1
        self.tokens = matrix(vocabulary, CHANNELS)
        self.positions = matrix(POSITIONS, CHANNELS)
        self.head = matrix(vocabulary, CHANNELS)
        self.query, self.key, self.value, self.mix = (matrix(CHANNELS, CHANNELS) for _ in range(4))
        self.widen = matrix(4 * CHANNELS, CHANNELS)
        self.narrow = matrix(CHANNELS, 4 * CHANNELS)

    def parameters(self) -> Vector:
        """All 4,192 parameters, in the order in which they were drawn."""
        matrices = (self.tokens, self.positions, self.head, self.query, self.key, self.value, self.mix)
        return [weight for matrix in (*matrices, self.widen, self.narrow) for row in matrix for weight in row]

    def linear(self, matrix: Matrix, x: Vector) -> Vector:
        return [self.inner(row, x) for row in matrix]

    def softmax_of_script(self, logits: Vector) -> Vector:
        """Probabilities from logits, shifted by the largest one as a plain number."""
        top = max(logit.data for logit in logits)
        weights = [(logit - top).exp() for logit in logits]
        whole = self.total(weights)
        return [weight / whole for weight in weights]

    def normalise(self, x: Vector) -> Vector:
        """Divide by the root of the mean square."""
        scale = (self.inner(x, x) / len(x) + 1e-5) ** -0.5
        return [channel * scale for channel in x]

    def attend(self, query: Vector, keys: Matrix, values: Matrix) -> Vector:
        """Every head looks back over all positions so far, each in its own quarter of the channels."""
        size = CHANNELS // HEADS
        out: Vector = []
        for start in range(0, CHANNELS, size):
            part = slice(start, start + size)
            scores = [self.inner(query[part], key[part]) / size**0.5 for key in keys]
            weights = self.softmax(scores)
            out.extend(self.inner(weights, column) for column in zip(*(value[part] for value in values), strict=True))
        return out

    def logits(self, token: int, position: int, keys: Matrix, values: Matrix) -> Vector:
        """One logit per token for what comes next; appends this position's key and value to the lists."""
        embedding = [a + b for a, b in zip(self.tokens[token], self.positions[position], strict=True)]
        return self.following(embedding, keys, values)

    def following(self, embedding: Vector, keys: Matrix, values: Matrix) -> Vector:
        """The same from the sum of what stands for the token and what stands for its position."""
        x = self.normalise(embedding)
        y = self.normalise(x)
        keys.append(self.linear(self.key, y))
        values.append(self.linear(self.value, y))
        attended = self.linear(self.mix, self.attend(self.linear(self.query, y), keys, values))
        x = [a + b for a, b in zip(attended, x, strict=True)]
        hidden = [unit.relu() for unit in self.linear(self.widen, self.normalise(x))]
        x = [a + b for a, b in zip(self.linear(self.narrow, hidden), x, strict=True)]
        return self.linear(self.head, x)

    def loss(self, name: str) -> Number:
        """Mean surprise over the letters of a name and its end."""
        tokens = [END, *map(LETTERS.index, name), END]
        length = min(POSITIONS, len(tokens) - 1)
        keys: Matrix = []
        values: Matrix = []
        surprises = []
        for position in range(length):
            probabilities = self.softmax(self.logits(tokens[position], position, keys, values))
            surprises.append(-probabilities[tokens[position + 1]].log())
        return (1 / length) * self.total(surprises)


class Adam:
    """The script's optimiser: decay rates 0.85 and 0.99, a learning rate that falls linearly over 1,000 steps."""

    def __init__(self, parameters: Vector) -> None:
        self.parameters = parameters
        self.taken = 0
        self.mean = [0.0] * len(parameters)
        self.square = [0.0] * len(parameters)

    def step(self) -> None:
        """Update every parameter from its gradient, and set the gradient to zero."""
        rate = 0.01 * (1 - self.taken / 1000)
        self.taken += 1
        mean_scale, square_scale = 1 - 0.85**self.taken, 1 - 0.99**self.taken
        for i, parameter in enumerate(self.parameters):
            self.mean[i] = mean = 0.85 * self.mean[i] + (1 - 0.85) * parameter.grad
            self.square[i] = square = 0.99 * self.square[i] + (1 - 0.99) * parameter.grad**2
            parameter.data -= rate * (mean / mean_scale) / ((square / square_scale) ** 0.5 + 1e-8)
            parameter.grad = 0.0


def training_step(network: ScalarGPT, optimiser: Adam, name: str) -> float:
    """Forward, backward and update on one name; gives the loss before the update."""
    loss = network.loss(name)
    loss.backward()
    optimiser.step()
    return float(loss.data)
