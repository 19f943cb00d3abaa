"""With this module one can set up the training programs that the eager benchmark times.

Every program is called for one round of training, and keeps the loss of every step it took,
so that the benchmark can show that all of them computed the same.
"""

from __future__ import annotations

import random
from contextlib import nullcontext
from typing import Any

import tinygrad_edu as tg
from benchmarks.peers.micrograd_and_microgpt import micrograd_networks
from benchmarks.workloads import scalar_gpt
from tinygrad_edu import data, nn, optim

SEED = 1337
SIZES = [16, 16, 1]
EXAMPLES = 100
LEARNING_RATE = 0.1
DECAY = 1e-4


def moons(count: int = EXAMPLES) -> tuple[list[list[float]], list[int]]:
    """Two interleaved half circles, with labels -1 and 1."""
    examples = data.load("moons", n=count, seed=0)
    return examples.X, [1 if label else -1 for label in examples.y]


class MicrogradTraining:
    """Full-batch training written as micrograd's demonstration does it: hinge loss, weight decay, plain descent.

    Parameters
    ----------
    value_class
        The class of the inputs and parameters; None means micrograd's own.
    """

    def __init__(self, value_class: type | None = None) -> None:
        networks = micrograd_networks(value_class)
        self.value_class: type[Any] = networks.Value
        random.seed(SEED)
        self.model = networks.MLP(2, SIZES)
        self.X, self.y = moons()
        self.losses: list[float] = []

    def __call__(self) -> float:
        inputs = [[self.value_class(number) for number in row] for row in self.X]
        scores = [self.model(row) for row in inputs]
        margins = [(1 + -label * score).relu() for label, score in zip(self.y, scores, strict=True)]
        decay = DECAY * sum(parameter * parameter for parameter in self.model.parameters())
        loss = sum(margins) * (1.0 / len(margins)) + decay
        self.model.zero_grad()
        loss.backward()
        for parameter in self.model.parameters():
            parameter.data -= LEARNING_RATE * parameter.grad
        self.losses.append(float(loss.data))
        return self.losses[-1]


class OurTraining:
    """The same training, written for this library: its network, its loss, its optimiser.

    Parameters
    ----------
    paused
        Whether a step pauses Python's garbage collector, as `fit` does.
    """

    def __init__(self, paused: bool = False) -> None:
        self.around = tg.collector_paused if paused else nullcontext
        random.seed(SEED)
        self.model = nn.MLP(2, SIZES)
        self.parameters = self.model.parameters()
        self.optimiser = optim.SGD(self.parameters, lr=LEARNING_RATE)
        self.X, self.y = moons()
        self.losses: list[float] = []

    def __call__(self) -> float:
        with self.around():
            scores = [self.model(row) for row in self.X]
            loss = nn.hinge(scores, self.y) + DECAY * tg.dot(self.parameters, self.parameters)
            self.optimiser.zero_grad()
            loss.backward()
            self.optimiser.step()
        self.losses.append(loss.data)
        return self.losses[-1]


class GPTTraining:
    """One pass of the scalar GPT over the first three names, a full training step on each.

    Parameters
    ----------
    value_class
        The class of the parameters.
    n_ary
        Whether sums and inner products are single nodes of this library's `sum` and `dot`.
    """

    def __init__(self, value_class: type, n_ary: bool = False) -> None:
        if n_ary:
            self.network = scalar_gpt.ScalarGPT(value_class, total=tg.sum, inner=tg.dot)
        else:
            self.network = scalar_gpt.ScalarGPT(value_class)
        self.optimiser = scalar_gpt.Adam(self.network.parameters())
        self.losses: list[float] = []

    def __call__(self) -> float:
        for name in scalar_gpt.FIRST_NAMES:
            self.losses.append(scalar_gpt.training_step(self.network, self.optimiser, name))
        return self.losses[-1]
