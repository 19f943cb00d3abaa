"""With this module a network learns by two passes forward and none back: the forward-forward algorithm.

Features go in together with a label. Each layer wants to be very active where the label is right, and hardly active
where it is wrong; how active it is says so, and the label that excites the layers most is the answer.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from ..arguments import as_count, as_number
from ..nn.arguments import Activation, Seed, generator_of, sizes_of, wrong_length
from ..nn.initial import part
from ..nn.layers import Layer
from ..nn.module import Module
from ..ops.sequences import sum
from ..ops.table import softplus, sqrt, square
from ..optim.optimizers import Optimizer
from .feedback import as_list, stopped
from .local import examples_of, learn


class ForwardForward(Module):
    """A classifier whose layers learn by themselves to be active where features and label fit together.

    Parameters
    ----------
    nin : int
        How many features there are.
    nhidden : sequence of int
        How many neurons each layer has.
    classes : int, default 2
        How many labels there are.
    activation : str or callable, default "tanh"
        Hinton's is "relu", but how active a first layer of those is, is a convex function of the features: where it is
        hardly active is one convex region, which separates images of many pixels and hardly anything of two features.
    threshold : float, default 0.3
        The mean square of a layer's activities above which it takes the label for right.
    seed : int, random.Random or None, default None
        What the weights are drawn with, uniformly from -√(6/n) to √(6/n) for n inputs (He et al. 2015,
        arXiv:1502.01852).

    Attributes
    ----------
    layers : list of Layer

    Notes
    -----
    Hinton 2022, The forward-forward algorithm, arXiv:2212.13345. A layer sees the activities of the one below divided
    by their root mean square, so that it cannot tell from their size what that one found.

    Examples
    --------
    >>> import tinygrad_edu as tg
    >>> train = tg.data.load("xor", n=80, seed=0)
    >>> model = ForwardForward(2, [16, 16], seed=0)
    >>> losses = model.learn(train, epochs=40)
    >>> tg.accuracy(model, train) > 0.9
    True
    """

    def __init__(
        self,
        nin: int,
        nhidden: Sequence[int],
        classes: int = 2,
        activation: Activation = "tanh",
        *,
        threshold: float = 0.3,
        seed: Seed = None,
    ) -> None:
        self.nin, self.classes = as_count(nin, "nin"), as_count(classes, "classes", least=2)
        self.threshold = as_number(threshold, "threshold", 0.0)
        sizes, generator = [self.nin + self.classes, *sizes_of(nhidden)], generator_of(seed)
        self.layers = [
            part(f"layers.{i}", Layer, before, size, activation, generator)
            for i, (before, size) in enumerate(pairwise(sizes))
        ]
        for layer in self.layers:
            for neuron in layer.neurons:
                for w in neuron.w:
                    w.data *= (6.0 / len(neuron.w)) ** 0.5

    def goodness(self, x: Sequence[Any], label: Sequence[Any]) -> list[Any]:
        """Give how active each layer is: the sum of the squares of its activities.

        Parameters
        ----------
        x : sequence of numbers, shape (nin,)
        label : sequence of numbers, shape (classes,)
            A 1 in the place of the label, else 0.

        Returns
        -------
        list of Value
        """
        if len(x) != self.nin:
            raise wrong_length(self, len(x), self.nin)
        out: list[Any] = [*x, *label]
        found = []
        for layer in self.layers:
            active = as_list(layer(out))
            found.append(sum([square(a) for a in active]))
            size = sqrt(found[-1] / len(active) + 1e-8)
            out = [stopped(a / size) for a in active]
        return found

    def forward(self, x: Sequence[Any]) -> Any:
        """Give for each label how active it makes the layers, all together.

        Parameters
        ----------
        x : sequence of numbers, shape (nin,)

        Returns
        -------
        list of Value, shape (classes,)
        """
        x = list(x)
        return [sum(self.goodness(x, [float(i == k) for i in range(self.classes)])) for k in range(self.classes)]

    def example_input(self) -> list[float]:
        """Give as many zeros as there are features."""
        return [0.0] * self.nin

    def local_loss(self, x: Sequence[Any], right: Sequence[Any], wrong: Sequence[Any]) -> Any:
        """Give the sum of all layers' own losses; its backward pass gives each layer the blame of its own alone.

        Parameters
        ----------
        x : sequence of numbers, shape (nin,)
        right, wrong : sequence of numbers, shape (classes,)
            A 1 in the place of the true label, and of another one.

        Returns
        -------
        Value
            Σ softplus(bar - goodness) with the right label, softplus(goodness - bar) with the wrong one, where the bar
            of a layer of n neurons is n × threshold.
        """
        good, bad = self.goodness(x, right), self.goodness(x, wrong)
        bars = [self.threshold * len(layer.neurons) for layer in self.layers]
        return sum(
            [softplus(bar - g) for g, bar in zip(good, bars, strict=True)]
            + [softplus(b - bar) for b, bar in zip(bad, bars, strict=True)]
        )

    def learn(
        self,
        data: Any,
        *,
        optimizer: str | Optimizer = "adam",
        lr: float | None = None,
        epochs: int = 100,
        batch_size: int = 16,
        seed: int = 0,
    ) -> list[float]:
        """Learn from examples.

        Parameters
        ----------
        data : Dataset or pair (X, y)
            With classes counted from 0.
        optimizer, lr, epochs, batch_size, seed
            As for `tinygrad_edu.fit`. The seed draws the wrong labels, too.

        Returns
        -------
        list of float
            The mean of `local_loss` in each epoch.
        """
        X, right = examples_of(data, self.nin, self.classes)
        import numpy as np

        true = right.argmax(1)

        def wrong(generator: Any) -> list[Any]:
            other = (true + generator.integers(1, self.classes, len(true))) % self.classes
            return [np.eye(self.classes)[other]]

        return learn(
            self.local_loss,
            self.parameters(),
            (X, right),
            wrong,
            optimizer=optimizer,
            lr=lr,
            epochs=epochs,
            batch_size=batch_size,
            seed=seed,
        )

    def __repr__(self) -> str:
        return f"ForwardForward({self.nin}, {[len(layer.neurons) for layer in self.layers]}, classes={self.classes})"
