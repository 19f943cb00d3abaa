"""With this module one can build a network: neurons, layers, the multi-layer perceptron, and what goes before it.

Weights are drawn uniformly from -1 to 1 and biases start at 0, in micrograd's order: each neuron's weights, then its
bias, layer by layer. So a seed, or Python's own random state, gives the very numbers that it gives there. Such weights
are too large for wide layers; ``init="kaiming"`` draws them by the size and the activation of the layer.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..arguments import as_count
from ..engine.context import current, enter, go_to
from ..engine.many_values import numbers_of
from ..engine.value import Value, constant, inner_product
from ..ops.protocol import Number
from ..ops.sequences import dot
from .arguments import (
    Activation,
    Dense,
    Seed,
    activation_of,
    drawn_as,
    generator_of,
    label,
    listed,
    sizes_of,
    wrong_length,
)
from .description import rebuilt
from .initial import Init, made, part, start, uniform, zeros
from .module import Module

Read = tuple[tuple[Value, ...], tuple[float, ...]]
"""Inputs and their numbers."""

_ONLY_VALUES = {Value}
_MICROGRADS = uniform(1.0)


@rebuilt
class Neuron(Module):
    """Give ``activation(w · x + b)``.

    Parameters
    ----------
    nin : int
        How many inputs it has.
    activation : str, callable or None, default "relu"
        The name of an operation of one argument, any function of one argument, or "linear" (also None) for none.
    seed : int, random.Random or None, default None
        What the weights are drawn with; None draws from Python's global generator.
    nonlin : bool, optional
        micrograd's spelling: True is "relu", False is "linear".
    init : str, number or callable, optional
        What the weights are drawn from, by the names in `tinygrad_edu.nn.initial`; if left out U(-1, 1).

    Attributes
    ----------
    w : list of Value
    b : Value

    Raises
    ------
    TypeError
        If `nin` is no integer, or the activation neither a name nor a function.
    ValueError
        If `nin` is below 1, or no operation of one argument has that name.

    Examples
    --------
    >>> neuron = Neuron(2, activation="tanh", seed=0)
    >>> -1.0 < neuron([0.5, -0.5]).data < 1.0
    True
    """

    def __init__(
        self,
        nin: int,
        activation: Activation = "relu",
        seed: Seed = None,
        *,
        nonlin: bool | None = None,
        init: Init = None,
    ) -> None:
        count, generator = as_count(nin, "nin"), generator_of(seed)
        self.activation, self._activate = activation_of(activation, nonlin)
        draw = _MICROGRADS if init is None else start(init, count, 1, self.activation)
        self.w = made("w", (count,), draw, generator)
        self.b = made("b", (), zeros, generator)

    def forward(self, x: Sequence[Any]) -> Any:
        """Evaluate the neuron.

        Parameters
        ----------
        x : sequence of numbers or Values, shape (nin,)

        Returns
        -------
        Value
        """
        x = listed(self, x)
        return self._activated(x, _read(x))

    def _activated(self, x: Sequence[Any], read: Read | None) -> Any:
        """Evaluate the neuron on Values that have been read, or, where they are not, on anything."""
        w = self.w
        if len(x) != len(w):
            raise wrong_length(self, len(x), len(w))
        if read is None:
            z = dot(w, x)
        else:
            inputs, numbers = read
            z = inner_product(tuple(w), inputs, tuple([wi._data for wi in w]), numbers)
        z = z + self.b
        activate = self._activate
        return z if activate is None else activate(z)

    def example_input(self) -> list[float]:
        """Give as many zeros as there are inputs."""
        return [0.0] * len(self.w)

    def options(self) -> dict[str, Any]:
        """Give size and activation."""
        return {"nin": len(self.w), "activation": self.activation}

    def dense(self) -> Dense:
        """Give its weights."""
        return Dense([self.w], [self.b], drawn_as(self.activation))

    def __repr__(self) -> str:
        return f"Neuron({len(self.w)}, activation={label(self.activation)})"


@rebuilt
class Layer(Module):
    """Give the outputs of several neurons for the same inputs.

    Parameters
    ----------
    nin : int
        How many inputs each neuron has.
    nout : int
        How many neurons there are.
    activation, seed, nonlin, init
        As in `Neuron`.

    Attributes
    ----------
    neurons : list of Neuron

    Raises
    ------
    TypeError, ValueError
        As in `Neuron`; `nout` must be at least 1.
    """

    def __init__(
        self,
        nin: int,
        nout: int,
        activation: Activation = "relu",
        seed: Seed = None,
        *,
        nonlin: bool | None = None,
        init: Init = None,
    ) -> None:
        inputs, count, generator = as_count(nin, "nin"), as_count(nout, "nout"), generator_of(seed)
        draw = None if init is None else start(init, inputs, count, activation_of(activation, nonlin)[0])
        self.neurons = [
            part(f"neurons.{i}", Neuron, inputs, activation, generator, nonlin=nonlin, init=draw) for i in range(count)
        ]

    def forward(self, x: Sequence[Any]) -> Any:
        """Evaluate every neuron.

        Parameters
        ----------
        x : sequence of numbers or Values, shape (nin,)

        Returns
        -------
        Value or list of Value
            One Value if there is one neuron, as in micrograd; else a list, shape (nout,).
        """
        x = listed(self, x)
        read, out, here = _read(x), [], current()
        try:
            for neuron in self.neurons:
                if type(neuron) is not Neuron:  # a neuron of the user's own knows nothing of inputs read for it
                    go_to(here)
                    out.append(neuron(x))
                    continue
                enter(neuron.scope_name, here)  # as Module.__call__ does, but from neuron to neuron
                out.append(neuron._activated(x, read))
        finally:
            go_to(here)
        return out[0] if len(out) == 1 else out

    def example_input(self) -> Any:
        """Give what a neuron takes: all take the same."""
        return self.neurons[0].example_input()

    def options(self) -> dict[str, Any]:
        """Give sizes and activation."""
        first = self.neurons[0]
        return {"nin": len(first.w), "nout": len(self.neurons), "activation": first.activation}

    def dense(self) -> Dense:
        """Give the weights of its neurons."""
        names = [f"neurons.{k}" for k in range(len(self.neurons))]
        activation = drawn_as(self.neurons[0].activation)
        return Dense([n.w for n in self.neurons], [n.b for n in self.neurons], activation, names)

    def __repr__(self) -> str:
        first = self.neurons[0]
        return f"Layer({len(first.w)}, {len(self.neurons)}, activation={label(first.activation)})"


@rebuilt
class MLP(Module):
    """Multi-layer perceptron: layers of neurons, each fed by the one before, the last one linear.

    Parameters
    ----------
    nin : int
        How many inputs there are.
    nouts : sequence of int
        How many neurons each layer has; the last number is that of the outputs.
    activation : str, callable or None, default "relu"
        Of all layers but the last; see `Neuron`.
    seed : int, random.Random or None, default None
        What the weights are drawn with; None draws from Python's global generator, as micrograd does.
    init : str, number or callable, optional
        As in `Neuron`.

    Attributes
    ----------
    layers : list of Layer

    Raises
    ------
    TypeError, ValueError
        If a size is not an integer of at least 1, `nouts` is empty, or the activation is not known.

    Examples
    --------
    >>> model = MLP(2, [16, 16, 1], seed=0)
    >>> len(model.parameters())
    337
    >>> model([1.0, -2.0]).data == model.predict([[1.0, -2.0]])[0]
    True
    """

    def __init__(
        self,
        nin: int,
        nouts: Sequence[int],
        activation: Activation = "relu",
        seed: Seed = None,
        *,
        init: Init = None,
    ) -> None:
        sizes = [as_count(nin, "nin"), *sizes_of(nouts)]
        kinds = [activation] * (len(sizes) - 2) + ["linear"]
        generator = generator_of(seed)
        self.activation, _ = activation_of(activation)
        self.layers = [
            part(f"layers.{i}", Layer, before, size, kind, generator, init=init)
            for i, (before, size, kind) in enumerate(zip(sizes, sizes[1:], kinds, strict=False))
        ]

    def forward(self, x: Sequence[Any]) -> Any:
        """Evaluate the layers one after the other.

        Parameters
        ----------
        x : sequence of numbers or Values, shape (nin,)
            Plain numbers become constants named x0, x1, ...; Values and graph variables stay what they are.

        Returns
        -------
        Value or list of Value
            One Value if there is one output, else a list.
        """
        x, given = listed(self, x), len(self.layers[0].neurons[0].w)
        if len(x) != given:
            raise wrong_length(self, len(x), given)
        out: Any = [xi if isinstance(xi, Number) else constant(xi, f"x{i}") for i, xi in enumerate(x)]
        for layer in self.layers[:-1]:
            out = layer(out if isinstance(out, list) else [out])
        return self.layers[-1](out if isinstance(out, list) else [out])

    def example_input(self) -> Any:
        """Give what the first layer takes."""
        return self.layers[0].example_input()

    def options(self) -> dict[str, Any]:
        """Give sizes and activation."""
        return {
            "nin": len(self.layers[0].neurons[0].w),
            "nouts": [len(layer.neurons) for layer in self.layers],
            "activation": self.activation,
        }

    def __repr__(self) -> str:
        nouts = [len(layer.neurons) for layer in self.layers]
        return f"MLP({len(self.layers[0].neurons[0].w)}, {nouts}, activation={label(self.activation)})"


def _read(x: Sequence[Any]) -> Read | None:
    """Read inputs that are all Values, once for all neurons; None if some are something else."""
    return (tuple(x), tuple(numbers_of(x))) if {*map(type, x)} == _ONLY_VALUES else None
