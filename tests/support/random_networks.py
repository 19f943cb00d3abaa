"""With this module one can draw random networks: parts put together by chance, each with a batch of examples.

A part maps one example to another. `one` is what is compiled; `all` maps a whole batch eagerly, as one graph: examples
meet in batch statistics, and what weights alone determine is computed once. A vector is a list of numbers, a sequence
a list of vectors.
"""

import random

import numpy as np
from support.compiler_programs import as_values

import tinygrad_edu as tg
from tinygrad_edu import Value, nn
from tinygrad_edu.nn.nested import shape_of

SPECIAL = [np.nan, np.inf, -np.inf, 0.0, 1.0]
ACTIVATIONS = [tg.tanh, tg.relu, tg.sigmoid, tg.softplus, tg.silu, tg.gelu, tg.sin, tg.leaky_relu, tg.elu, lambda x: x]


class Part:
    """Something with parameters that maps examples of one shape to examples of another."""

    def __init__(self, draw, shape):
        self.shape = shape

    def all(self, xs):
        return [self.one(x) for x in xs]


def inner(style, u, v):
    """An inner product in one of several styles of writing."""
    if style == "dot":
        return tg.dot(u, v)
    products = [b * a if style == "reversed" else a * b for a, b in zip(u, v, strict=True)]
    return tg.sum(products) if style == "sum" else sum(products)


def positions(f, x):
    """Apply `f` to a vector, or to every vector of a sequence."""
    return [f(row) for row in x] if isinstance(x[0], list) else f(x)


class Dense(Part):
    """Layers with all that people do to weights: constants among them, weight norm, a scale, sharing."""

    def __init__(self, draw, shape):
        *rest, nin = shape
        nout = draw.randint(1, 4)
        self.shape = (*rest, nout)
        self.rows = [[draw.weight() for _ in range(nin)] for _ in range(nout)]
        self.biases = [draw.weight() for _ in range(nout)] if draw.random() < 0.7 else None
        self.norms = [draw.weight() for _ in range(nout)] if draw.random() < 0.25 else None
        self.style = draw.choice(["dot", "sum", "operators", "reversed"])
        self.bias_first = draw.random() < 0.3
        self.activation = draw.choice(ACTIVATIONS)

    def one(self, x):
        return self.applied(self.weights(), x)

    def all(self, xs):
        rows = self.weights()
        return [self.applied(rows, x) for x in xs]

    def weights(self):
        if self.norms is None:
            return self.rows
        lengths = [tg.sqrt(tg.dot(row, row) + 0.01) for row in self.rows]
        return [[g * w / size for w in row] for row, size, g in zip(self.rows, lengths, self.norms, strict=True)]

    def applied(self, rows, x):
        return positions(lambda numbers: [self._neuron(o, row, numbers) for o, row in enumerate(rows)], x)

    def _neuron(self, o, row, x):
        z = inner(self.style, row, x)
        if self.biases:
            z = self.biases[o] + z if self.bias_first else z + self.biases[o]
        return self.activation(z)


class Convolution(Part):
    """A kernel that slides along a sequence, over all channels."""

    def __init__(self, draw, shape):
        length, channels = shape
        self.width = draw.randint(1, min(3, length))
        self.kernels = Dense(draw, (self.width * channels,))
        self.shape = (length - self.width + 1, *self.kernels.shape)

    def one(self, x):
        return self.kernels.one(self._windows(x))

    def all(self, xs):
        return self.kernels.all([self._windows(x) for x in xs])

    def _windows(self, x):
        places = range(len(x) - self.width + 1)
        return [[number for row in x[t : t + self.width] for number in row] for t in places]


class Recurrent(Part):
    """A state that is updated at every position, with or without a gate; the last one, or all of them."""

    def __init__(self, draw, shape):
        length, channels = shape
        size = draw.randint(1, 3)
        self.gated, self.last = draw.random() < 0.5, draw.random() < 0.5
        self.shape = (size,) if self.last else (length, size)
        self.inputs = [[draw.weight() for _ in range(channels)] for _ in range(2 * size)]
        self.states = [[draw.weight() for _ in range(size)] for _ in range(2 * size)]
        self.size = size

    def one(self, x):
        state, states, n = [0.0] * self.size, [], self.size
        for row in x:
            z = [tg.dot(u, row) + tg.dot(w, state) for u, w in zip(self.inputs, self.states, strict=True)]
            new = [tg.tanh(zi) for zi in z[:n]]
            if self.gated:
                gate = [tg.sigmoid(zi) for zi in z[n:]]
                new = [g * h + (1.0 - g) * s for g, h, s in zip(gate, new, state, strict=True)]
            state = new
            states.append(state)
        return state if self.last else states


class Attention(Part):
    """Every position looks at all, or at those before it; query, key and value are layers of their own, or one."""

    def __init__(self, draw, shape):
        channels = shape[1]
        self.causal, shared = draw.random() < 0.5, draw.random() < 0.3
        matrices = [[[draw.weight() for _ in range(channels)] for _ in range(channels)] for _ in range(3)]
        self.query, self.key, self.value = [matrices[0]] * 3 if shared else matrices
        self.shape = shape
        self.scale = channels**-0.5

    def one(self, x):
        q, k, v = ([[tg.dot(w, row) for w in M] for row in x] for M in (self.query, self.key, self.value))
        out = []
        for t in range(len(x)):
            seen = range(t + 1 if self.causal else len(x))
            weights = tg.softmax([tg.dot(q[t], k[s]) * self.scale for s in seen])
            out.append([tg.dot(weights, [v[s][c] for s in seen]) for c in range(len(v[0]))])
        return out


class LayerNorm(Part):
    """Mean 0 and variance 1 over the channels of an example."""

    def one(self, x):
        return positions(self._row, x)

    @staticmethod
    def _row(row):
        mean = tg.mean(row)
        centred = [xi - mean for xi in row]
        scale = (tg.mean([c * c for c in centred]) + 0.1) ** -0.5
        return [c * scale for c in centred]


class BatchNorm(Part):
    """Mean 0 and variance 1 over the examples of the batch."""

    def __init__(self, draw, shape):
        self.shape = shape
        self.gain, self.offset = draw.weight(), draw.weight()

    def one(self, x):
        return positions(lambda row: [self._number(xi, tg.batch_mean) for xi in row], x)

    def _number(self, x, mean):
        centred = x - mean(x)
        return self.gain * centred / tg.sqrt(mean(centred * centred) + 0.1) + self.offset

    def all(self, xs):
        if isinstance(xs[0][0], list):
            by_position = [self.all([x[t] for x in xs]) for t in range(len(xs[0]))]
            return [list(x) for x in zip(*by_position, strict=True)]
        columns = []
        for column in zip(*xs, strict=True):
            mean = tg.mean(column)
            centred = [x - mean for x in column]
            root = tg.sqrt(tg.mean([c * c for c in centred]) + 0.1)
            columns.append([self.gain * c / root + self.offset for c in centred])
        return [list(row) for row in zip(*columns, strict=True)]


class Residual(Part):
    """What goes in is added to what comes out of a part that keeps the shape, which may run twice: shared weights."""

    def __init__(self, draw, shape):
        self.inner = draw.part([LayerNorm, BatchNorm] if len(shape) == 1 else [LayerNorm, BatchNorm, Attention], shape)
        self.times = draw.choice([1, 1, 2])
        self.shape = shape

    def all(self, xs):
        for _ in range(self.times):
            xs = [_added(x, y) for x, y in zip(xs, self.inner.all(xs), strict=True)]
        return xs

    def one(self, x):
        for _ in range(self.times):
            x = _added(x, self.inner.one(x))
        return x


def _added(x, y):
    return [_added(a, b) if isinstance(a, list) else a + b for a, b in zip(x, y, strict=True)]


class Pool(Part):
    """A sequence becomes a vector: by mean, maximum, logsumexp, or by taking what stands at one position."""

    def __init__(self, draw, shape):
        self.how = draw.choice([tg.mean, tg.max, tg.min, tg.logsumexp, lambda column: column[-1], tg.sum])
        self.shape = shape[1:]

    def one(self, x):
        return [self.how(column) for column in zip(*x, strict=True)]


def _size(draw):
    return draw.randint(1, 3)


def _activation(draw):
    return draw.choice(["linear", "tanh", "relu", "gelu", "elu"])


def _cell(draw, nin):
    return draw.choice([nn.RNNCell, nn.GRUCell, nn.LSTMCell])(nin, _size(draw), draw.random() < 0.7, seed=draw)


class _AsImage(nn.Module):
    """A sequence of vectors as an image of one channel."""

    def forward(self, x):
        return [x]


def _image(draw, length, n):
    """A convolution, perhaps a pool, and all of it as one vector."""
    window = draw.randint(1, min(2, n)), draw.randint(1, min(2, length))
    convolution = nn.Conv2d(
        1, _size(draw), window[::-1], draw.choice([1, 2]), draw.choice([0, 1]), activation=_activation(draw), seed=draw
    )
    pool = draw.choice([nn.Identity(), nn.MaxPool2d(1), nn.AvgPool2d(2, stride=1, padding=1)])
    return nn.Sequential(_AsImage(), convolution, pool, nn.Flatten())


# Layers of the package for vectors (of n numbers) and for sequences (of length vectors), by what they are drawn with.
OF_VECTORS = [
    lambda draw, n: nn.Linear(n, _size(draw), draw.random() < 0.7, activation=_activation(draw), seed=draw),
    lambda draw, n: draw.choice([nn.LayerNorm, nn.RMSNorm])(n, 0.1, draw.random() < 0.5),
    lambda draw, n: nn.Residual(nn.RMSNorm(n, 0.1), nn.Linear(n, n, seed=draw), nn.Activation(_activation(draw))),
    lambda draw, n: draw.choice([nn.Softmax, nn.LogSoftmax, nn.SiLU, nn.LeakyReLU])(),
]
OF_SEQUENCES = [
    *OF_VECTORS,  # at every position
    _image,
    lambda draw, length, n: nn.SelfAttention(
        n, draw.choice([k for k in (1, 2, 3) if n % k == 0]), draw.random() < 0.5, seed=draw
    ),
    lambda draw, length, n: nn.Recurrent(_cell(draw, n), last=draw.random() < 0.5),
    lambda draw, length, n: nn.PositionalEmbedding(length + 1, n, seed=draw),
]


class OfThePackage(Part):
    """A layer of the package, whose parameters are drawn too."""

    def __init__(self, draw, shape):
        make = draw.choice(OF_SEQUENCES if len(shape) == 2 else OF_VECTORS)
        self.one = make(draw, *(shape[-1:] if make in OF_VECTORS else shape))
        draw.params += self.one.parameters()
        self.shape = shape_of(self.one.predict([np.zeros(shape).tolist()])[0])


VECTORS = [Dense, Dense, LayerNorm, BatchNorm, Residual, OfThePackage, OfThePackage]
SEQUENCES = [
    Dense, Convolution, Convolution, Recurrent, Attention, LayerNorm, BatchNorm, Residual, *[OfThePackage] * 4,
]  # fmt: skip


class _Draw(random.Random):
    """A generator that also draws weights, noting those that are parameters, and parts."""

    def __init__(self, seed):
        super().__init__(seed)
        self.params = []

    def weight(self):
        if self.params and self.random() < 0.05:
            return self.choice(self.params)
        if self.random() < 0.08:
            return self.choice([0.0, 1.0, -1.0, 0.5])
        self.params.append(Value(self.gauss(0.0, 0.6), f"p{len(self.params)}"))
        return self.params[-1]

    def part(self, kinds, shape):
        return self.choice(kinds)(self, shape)


class RandomNetwork:
    """A network with its loss, its parameters and a batch, all drawn from a seed.

    `one` is the loss of an example; `all` those of a batch, eagerly, where batch statistics are those of the batch.
    """

    def __init__(self, seed):
        draw = _Draw(seed)
        shape = self.input_shape = (
            (draw.randint(1, 4), draw.randint(1, 3)) if draw.random() < 0.7 else (draw.randint(1, 4),)
        )
        self.parts = []
        for _ in range(draw.randint(1, 4)):
            self.parts.append(draw.part(SEQUENCES if len(shape) == 2 else VECTORS, shape))
            shape = self.parts[-1].shape
        if len(shape) == 2:
            self.parts.append(draw.part([Pool], shape))
            shape = self.parts[-1].shape
        self.params = draw.params or [Value(1.0)]
        self.loss = draw.choice([self._squares, self._hinge, self._cross_entropy, self._logistic])
        self.penalty = draw.choice([None, None, self._squared_weights, self._absolute_weights])
        self.special = draw.random() < 0.3
        self.count = draw.choice([1, 2, 3, 6])
        X = np.array([draw.gauss(0, 1) for _ in range(self.count * int(np.prod(self.input_shape)))])
        X = X.reshape(self.count, *self.input_shape)
        Y = np.eye(shape[0])[[draw.randrange(shape[0]) for _ in range(self.count)]]
        if self.special:
            for _ in range(draw.randint(1, 3)):
                X.flat[draw.randrange(X.size)] = draw.choice(SPECIAL)
            if draw.random() < 0.3:
                draw.choice(self.params).data = draw.choice(SPECIAL)
        self.arrays = X, Y
        self.weights = np.array([draw.random() + 0.1 for _ in range(self.count)]) if draw.random() < 0.3 else None

    def one(self, x, target):
        return self._judged(self.outputs(x), target, self.price())

    def outputs(self, x):
        for part in self.parts:
            x = part.one(x)
        return x

    @property
    def mixes_examples(self):
        return any(isinstance(part, BatchNorm) for part in [*self.parts, *(getattr(p, "inner", 0) for p in self.parts)])

    def all(self, X, Y):
        for part in self.parts:
            X = part.all(X)
        price = self.price()
        return [self._judged(x, target, price) for x, target in zip(X, Y, strict=True)]

    def price(self):
        return None if self.penalty is None else 0.1 * self.penalty()

    def _judged(self, outputs, target, price):
        loss = self.loss(outputs, target)
        return loss if price is None else loss + price

    def _squares(self, outputs, target):
        return nn.mse(outputs, target)

    def _hinge(self, outputs, target):
        return tg.sum([nn.hinge(score, 2.0 * t - 1.0) for score, t in zip(outputs, target, strict=True)])

    def _cross_entropy(self, outputs, target):
        return nn.cross_entropy(outputs, target)

    def _logistic(self, outputs, target):
        return tg.mean([nn.binary_cross_entropy(z, t) for z, t in zip(outputs, target, strict=True)])

    def _squared_weights(self):
        return tg.dot(self.params, self.params)

    def _absolute_weights(self):
        return sum(abs(p) for p in self.params)

    def eager(self):
        """Value, gradient and the loss of every example, by the eager engine."""
        X, Y = ([as_values(row) for row in array] for array in self.arrays)
        tg.zero_grad(self.params)
        losses = self.all(X, Y)
        shares = np.full(self.count, 1.0 / self.count) if self.weights is None else self.weights / self.weights.sum()
        total = tg.dot(shares.tolist(), losses)
        total.backward()
        return total.data, np.array([p.grad for p in self.params]), np.array([loss.data for loss in losses])
