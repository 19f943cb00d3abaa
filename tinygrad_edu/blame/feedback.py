"""With this module a network learns although its blame comes back by the wrong weights: feedback alignment.

Backpropagation sends the error back through the very weights it came forward by, which no brain is known to do. Here
each link has two weights, one for the way forward and one for the way back, and the latter is random and stays so.
All of it is one operation, `feedback(w, x, b)`: the product w·x, whose blame towards x is not w but b.

- b fixed at random: feedback alignment;
- b = 0 from layer to layer, and links of w = 0 and a random b from every hidden neuron straight to the outputs: direct
  feedback alignment;
- b = w would be backpropagation.

Examples
--------
>>> import tinygrad_edu as tg
>>> x = tg.Value(3.0)
>>> y = feedback(2.0, x, -0.5)
>>> y.backward()
>>> y.data, x.grad
(6.0, -0.5)
>>> model = FeedbackAlignment(tg.nn.MLP(2, [8, 1], "tanh", seed=0), seed=0)
>>> history = tg.fit(model, tg.data.load("xor", n=60), epochs=60, progress=False)
>>> history.accuracy[-1] > 0.9
True
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..nn.arguments import Seed, activation_of, generator_of, wrong_length
from ..nn.layers import MLP, Layer
from ..nn.module import Module
from ..ops.operation import Op
from ..ops.sequences import sum

feedback = Op(
    "feedback",
    lambda w, x, b: w * x,
    lambda y, w, x, b: (x, b, 0.0),
    symbol="feedback ×",
    code="w * x",
    exact=False,
    doc="w * x forward, while the blame towards x is weighted by b instead of w",
)


def stopped(x: Any) -> Any:
    """Give the same number, past which no blame goes back.

    Parameters
    ----------
    x : Value, graph variable or float

    Returns
    -------
    Value, graph variable or float

    Examples
    --------
    >>> from tinygrad_edu import Value
    >>> x = Value(3.0)
    >>> (stopped(x) * x).backward()
    >>> x.grad
    3.0
    """
    return feedback(1.0, x, 0.0)


class FeedbackAlignment(Module):
    """A network whose blame goes back through fixed random weights, layer by layer.

    The parameters are those of the network given: it learns, and can be drawn and used afterwards by itself. Learning
    works because the forward weights turn until they agree with the random ones well enough.

    Parameters
    ----------
    network : MLP
        What is to learn.
    seed : int, random.Random or None, default None
        What the weights of the way back are drawn with, uniformly from -1/√n to 1/√n, for n weights into a neuron.

    Attributes
    ----------
    network : MLP
    back : list
        ``back[l][j][i]`` is the weight from neuron j of layer l + 1 back to neuron i of layer l. Part of the state, not
        trained.

    Notes
    -----
    Lillicrap, Cownden, Tweed and Akerman 2016, Random synaptic feedback weights support error backpropagation for deep
    learning, doi:10.1038/ncomms13276.
    """

    buffers = ("back",)

    def __init__(self, network: MLP, seed: Seed = None) -> None:
        self.network = checked(network, type(self).__name__)
        draw = generator_of(seed).uniform
        self.back = [
            [[draw(-1.0, 1.0) / len(neuron.w) ** 0.5 for _ in neuron.w] for neuron in layer.neurons]
            for layer in network.layers[1:]
        ]

    def forward(self, x: Sequence[Any]) -> Any:
        """Evaluate the network; the output is its own."""
        first, *others = self.network.layers
        out = as_list(first(_of_length(x, self.network)))
        for layer, back in zip(others, self.back, strict=True):
            out = _linked(layer, out, back)
        return out[0] if len(out) == 1 else out

    def example_input(self) -> Any:
        """Give what the network takes."""
        return self.network.example_input()

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.network!r})"


class DirectFeedbackAlignment(Module):
    """A network in which every hidden layer gets its blame straight from the outputs, through fixed random weights.

    Parameters
    ----------
    network : MLP
        What is to learn; the parameters are its own.
    seed : int, random.Random or None, default None
        What the weights of the way back are drawn with, uniformly from -1 to 1.

    Attributes
    ----------
    network : MLP
    back : list
        ``back[l][k][i]`` is the weight from output k back to neuron i of hidden layer l. Part of the state, not
        trained.

    Notes
    -----
    Nøkland 2016, Direct feedback alignment provides learning in deep neural networks, arXiv:1609.01596.
    """

    buffers = ("back",)

    def __init__(self, network: MLP, seed: Seed = None) -> None:
        self.network = checked(network, type(self).__name__)
        draw = generator_of(seed).uniform
        outputs = len(network.layers[-1].neurons)
        self.back = [
            [[draw(-1.0, 1.0) for _ in layer.neurons] for _ in range(outputs)] for layer in network.layers[:-1]
        ]

    def forward(self, x: Sequence[Any]) -> Any:
        """Evaluate the network; the output is its own."""
        out: Any = _of_length(x, self.network)
        hidden = []
        for layer in self.network.layers[:-1]:
            out = as_list(layer(out))
            hidden.append(out)
            out = [stopped(h) for h in out]
        outputs = as_list(self.network.layers[-1](out))
        for layer_back, values in zip(self.back, hidden, strict=True):
            links = [sum([feedback(0.0, h, b) for h, b in zip(values, row, strict=True)]) for row in layer_back]
            outputs = [output + link for output, link in zip(outputs, links, strict=True)]
        return outputs[0] if len(outputs) == 1 else outputs

    def example_input(self) -> Any:
        """Give what the network takes."""
        return self.network.example_input()

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.network!r})"


def _linked(layer: Layer, x: Sequence[Any], back: Sequence[Sequence[float]]) -> list[Any]:
    """Evaluate a layer whose blame goes back by weights of its own."""
    out = []
    for neuron, row in zip(layer.neurons, back, strict=True):
        z = sum([feedback(w, xi, b) for w, xi, b in zip(neuron.w, x, row, strict=True)]) + neuron.b
        activate = activation_of(neuron.activation)[1]
        out.append(z if activate is None else activate(z))
    return out


def checked(network: Any, name: str) -> MLP:
    """See that what is to learn is a network."""
    if not isinstance(network, MLP):
        raise TypeError(f"{name} takes the network that is to learn, an MLP, got {network!r:.60}")
    return network


def _of_length(x: Sequence[Any], network: MLP) -> list[Any]:
    expected = len(network.layers[0].neurons[0].w)
    if len(x) != expected:
        raise wrong_length(network, len(x), expected)
    return list(x)


def as_list(out: Any) -> list[Any]:
    """Give the outputs of a layer as a list, be it one or several."""
    return out if isinstance(out, list) else [out]
