"""With this module each layer is told not how to change, but what it should have said: target propagation.

Every layer but the first gets a second one beside it that learns to undo it. A target of the last hidden layer, a small
step downhill from what it said, goes down through these inverses and becomes a target for every layer; each then makes
the distance to its own target small, and no derivative crosses more than one layer.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from ..arguments import as_number
from ..nn.arguments import Seed, generator_of
from ..nn.layers import MLP, Layer
from ..nn.losses import binary_cross_entropy, cross_entropy
from ..nn.module import Module
from ..ops.sequences import sum
from ..ops.table import square
from ..optim.optimizers import Optimizer
from ..transforms.derivatives import grad
from .feedback import as_list, checked, stopped
from .local import examples_of, learn


class TargetPropagation(Module):
    """A classifier that learns by difference target propagation.

    Parameters
    ----------
    network : MLP
        What is to learn, with at least one hidden layer; one output tells two classes apart, several one each. It can
        be drawn and used afterwards by itself.
    seed : int, random.Random or None, default None
        What the weights of the inverses are drawn with.
    step : float, default 0.1
        How far downhill the target of the last hidden layer lies, in units of its gradient.
    noise : float, default 0.1
        Standard deviation of the noise that the inverses learn to undo the layers with.

    Attributes
    ----------
    network : MLP
    inverses : list of Layer
        ``inverses[i]`` undoes hidden layer i + 1: from what it says, what hidden layer i said.

    Notes
    -----
    Lee, Zhang, Fischer and Bengio 2015, Difference target propagation, doi:10.1007/978-3-319-23528-8_31. For a layer h
    with target t and inverse g, the target of the layer below, which said l, is ``l - g(h) + g(t)``: where g is no
    perfect inverse the difference takes its error out.

    Examples
    --------
    >>> import tinygrad_edu as tg
    >>> train = tg.data.load("xor", n=80, seed=0)
    >>> model = TargetPropagation(tg.nn.MLP(2, [8, 8, 1], "tanh", seed=0), seed=0)
    >>> losses = model.learn(train, epochs=40)
    >>> tg.accuracy(model, train) > 0.9
    True
    """

    def __init__(self, network: MLP, seed: Seed = None, *, step: float = 0.1, noise: float = 0.1) -> None:
        self.network = checked(network, type(self).__name__)
        hidden = network.layers[:-1]
        if not hidden:
            raise ValueError("target propagation sets targets for hidden layers, and this network has none")
        generator = generator_of(seed)
        self.inverses = [
            Layer(len(upper.neurons), len(lower.neurons), upper.neurons[0].activation, generator)
            for lower, upper in pairwise(hidden)
        ]
        self.step, self.noise = as_number(step, "step", 0.0), as_number(noise, "noise", 0.0)

    def forward(self, x: Sequence[Any]) -> Any:
        """Evaluate the network; the output is its own."""
        return self.network(x)

    def example_input(self) -> Any:
        """Give what the network takes."""
        return self.network.example_input()

    def local_loss(self, x: Sequence[Any], target: Sequence[Any], noise: Sequence[Any]) -> Any:
        """Give the sum of all layers' own errors; its backward pass gives each layer the blame of its own alone.

        Parameters
        ----------
        x : sequence of numbers
            The features.
        target : sequence of numbers
            A 1 in the place of the class, else 0.
        noise : sequence of numbers
            One for each neuron of the hidden layers but the last.

        Returns
        -------
        Value
        """
        *hidden, last = self.network.layers
        said: list[list[Any]] = []
        for layer in hidden:
            said.append(as_list(layer(_stopped(said[-1]) if said else list(x))))

        def output_error(h: list[Any]) -> Any:
            out = as_list(last(h))
            return binary_cross_entropy(out[0], target[1]) if len(out) == 1 else cross_entropy(out, target)

        top = _stopped(said[-1])
        errors = [output_error(top)]
        wanted = _stopped([h - self.step * slope for h, slope in zip(top, grad(output_error)(top), strict=True)])
        place = len(noise)
        for i in reversed(range(len(hidden))):
            errors.append(_distance(said[i], wanted))
            if i == 0:
                break
            inverse, below = self.inverses[i - 1], _stopped(said[i - 1])
            undone, meant = as_list(inverse(_stopped(said[i]))), as_list(inverse(wanted))
            wanted = _stopped([b - u + m for b, u, m in zip(below, undone, meant, strict=True)])
            place -= len(below)
            shaken = [b + e for b, e in zip(below, noise[place : place + len(below)], strict=True)]
            errors.append(_distance(as_list(inverse(_stopped(as_list(hidden[i](shaken))))), shaken))
        return sum(errors)

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
            As for `tinygrad_edu.fit`.

        Returns
        -------
        list of float
            The mean of `local_loss` in each epoch.
        """
        *hidden, last = self.network.layers
        features, outputs = len(self.network.layers[0].neurons[0].w), len(last.neurons)
        X, targets = examples_of(data, features, max(2, outputs))
        shape = (len(X), len([neuron for layer in hidden[:-1] for neuron in layer.neurons]))
        return learn(
            self.local_loss,
            self.parameters(),
            (X, targets),
            lambda generator: [self.noise * generator.standard_normal(shape)],
            optimizer=optimizer,
            lr=lr,
            epochs=epochs,
            batch_size=batch_size,
            seed=seed,
        )

    def __repr__(self) -> str:
        return f"TargetPropagation({self.network!r}, step={self.step!r}, noise={self.noise!r})"


def _stopped(values: Sequence[Any]) -> list[Any]:
    return [stopped(value) for value in values]


def _distance(said: Sequence[Any], wanted: Sequence[Any]) -> Any:
    return sum([square(s - w) for s, w in zip(said, wanted, strict=True)])
