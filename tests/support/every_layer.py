"""With this module one can go through every layer: how a small one is made, and an example of what it takes.

Numbers of the examples are multiples of 1/8 that differ, so that no maximum is a tie and no kink is near.
"""

from itertools import count

from tinygrad_edu import Value, nn
from tinygrad_edu.nn.description import KINDS
from tinygrad_edu.nn.nested import flat, reshaped
from tinygrad_edu.nn.state import state_of


def example(*shape):
    """Different numbers around 0, of that shape."""
    places, size = count(1), 1
    for length in shape:
        size *= length
    return reshaped([(7 * k % 19 - 9.5) / 8.0 for k, _ in zip(places, range(size), strict=False)], shape)


LAYERS = {
    "Neuron": (lambda: nn.Neuron(3, "tanh", seed=0), example(3)),
    "Layer": (lambda: nn.Layer(3, 2, "sigmoid", seed=0), example(3)),
    "MLP": (lambda: nn.MLP(2, [3, 2], "tanh", seed=0, init="kaiming"), example(2)),
    "Linear": (lambda: nn.Linear(3, 2, activation="gelu", seed=0), example(2, 3)),
    "Conv2d": (lambda: nn.Conv2d(2, 2, 2, stride=(1, 2), padding=1, seed=0), example(2, 3, 3)),
    "MaxPool2d": (lambda: nn.MaxPool2d(2, stride=1, padding=1), example(1, 3, 4)),
    "AvgPool2d": (lambda: nn.AvgPool2d((1, 2), padding=(0, 1)), example(2, 2, 3)),
    "Flatten": (lambda: nn.Flatten(), example(2, 2, 2)),
    "Embedding": (lambda: nn.Embedding(4, 2, seed=0), [3.0, 0.0, 3.0]),
    "PositionalEmbedding": (lambda: nn.PositionalEmbedding(4, 2, seed=0), example(3, 2)),
    "LayerNorm": (lambda: nn.LayerNorm(3), example(2, 3)),
    "RMSNorm": (lambda: nn.RMSNorm((2, 2)), example(2, 2, 2)),
    "RNNCell": (lambda: nn.RNNCell(2, 3, nonlinearity="softplus", seed=0), example(2)),
    "GRUCell": (lambda: nn.GRUCell(2, 2, seed=0), example(2)),
    "LSTMCell": (lambda: nn.LSTMCell(2, 2, bias=False, seed=0), example(2)),
    "Recurrent": (lambda: nn.Recurrent(nn.LSTMCell(2, 2, seed=0), last=True), example(3, 2)),
    "SelfAttention": (lambda: nn.SelfAttention(4, num_heads=2, causal=True, seed=0), example(3, 4)),
    "Residual": (lambda: nn.Residual(nn.RMSNorm(3), nn.Linear(3, 3, seed=0)), example(3)),
    "Sequential": (lambda: nn.Sequential(nn.Linear(2, 3, seed=0), nn.Tanh(), nn.Linear(3, 1, seed=1)), example(2)),
    "Standardize": (lambda: nn.Standardize([0.5, 0.25], [2.0, 0.5]), example(2)),
    "Dropout": (lambda: nn.Dropout(0.5).eval(), example(3)),
    "Activation": (lambda: nn.Activation("sin"), example(2, 2)),
    "Softmax": (lambda: nn.Softmax(), example(2, 3)),
    "LogSoftmax": (lambda: nn.LogSoftmax(), example(3)),
    **{
        name: (kind, example(2, 2))
        for name, kind in KINDS.items()
        if issubclass(kind, nn.Activation) and kind is not nn.Activation
    },
}


def numbers_of(output):
    """All numbers of an output, however it is nested."""
    return [x for part in output for x in numbers_of(part)] if isinstance(output, tuple) else flat(output)


class Moved:
    """A layer as a function of two numbers, which move its parameters and its inputs in two directions at once.

    It leaves the layer as it was. An index does not move.
    """

    def __init__(self, layer, x):
        self.layer, self.x = layer, x
        self.items = [item[1:4] for item in state_of(layer).values() if isinstance(item[1], Value)]

    def __call__(self, a, b):
        for place, (parameter, container, key) in enumerate(self.items):
            container[key] = parameter.data + moved(place, a, b)
        inputs = flat(self.x)
        if not isinstance(self.layer, nn.Embedding):
            inputs = [x + moved(place + 0.5, a, b) for place, x in enumerate(inputs)]
        try:
            outputs = numbers_of(self.layer(inputs if len(flat(self.x)) == len(self.x) else self._nested(inputs)))
        finally:
            for parameter, container, key in self.items:
                container[key] = parameter
        return sum((1.0 + place % 3) * out for place, out in enumerate(outputs))

    def _nested(self, inputs):
        from tinygrad_edu.nn.nested import shape_of

        return reshaped(inputs, shape_of(self.x))


def moved(place, a, b):
    return a * (0.3 + 0.2 * (place % 4)) + b * (0.5 - 0.4 * (place % 3))
