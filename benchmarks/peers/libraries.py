"""With this module one can train one and the same network with other libraries, step by step with our own.

A network 2-16-16-1 with relu, on 100 moons: mean hinge loss, weight decay, plain descent, all examples in each step, as
in `benchmarks.workloads.eager_steps`. Every class starts from the same numbers; a call is one full step and keeps the
loss before the update. Each is written as a user of the library would write it, with the numbers as scalars or as
arrays.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from functools import reduce
from itertools import pairwise
from typing import Any

from benchmarks.workloads.eager_steps import DECAY, EXAMPLES, LEARNING_RATE, SIZES, OurTraining, moons

WIDTHS = (2, *SIZES)


def start() -> list[float]:
    """The parameters that all begin with: of every neuron its weights, then its bias."""
    return [parameter.data for parameter in OurTraining().parameters]


def neurons(parameters: Sequence[Any]) -> list[list[tuple[Sequence[Any], Any]]]:
    """Those parameters by layer and neuron, as weights and bias."""
    layers, place = [], 0
    for nin, nout in pairwise(WIDTHS):
        rows = [parameters[i : i + nin + 1] for i in range(place, place + nout * (nin + 1), nin + 1)]
        layers.append([(row[:nin], row[nin]) for row in rows])
        place += nout * (nin + 1)
    return layers


def matrices() -> list[tuple[Any, Any]]:
    """Those parameters as one weight matrix and one bias vector a layer."""
    import numpy as np

    layers = neurons(start())
    return [(np.array([w for w, _ in layer]), np.array([b for _, b in layer])) for layer in layers]


def scalar_loss(parameters: Sequence[Any], relu: Callable[[Any], Any], examples: int = EXAMPLES) -> Any:
    """The loss, number by number, by operators alone."""
    layers = neurons(parameters)
    X, y = moons(examples)
    margins = []
    for row, label in zip(X, y, strict=True):
        values: Any = row
        for layer in layers:
            outputs = [sum(map(operator.mul, weights, values), bias) for weights, bias in layer]
            values = [relu(output) for output in outputs] if layer is not layers[-1] else outputs
        margins.append(relu(1.0 - label * values[0]))
    decay = reduce(operator.add, [parameter * parameter for parameter in parameters])
    return reduce(operator.add, margins) * (1.0 / len(margins)) + DECAY * decay


def array_loss(layers: Sequence[tuple[Any, Any]], X: Any, y: Any, relu: Callable[[Any], Any]) -> Any:
    """The loss on whole arrays."""
    values = X
    for weights, bias in layers[:-1]:
        values = relu(values @ weights.T + bias)
    weights, bias = layers[-1]
    scores = (values @ weights.T + bias)[:, 0]
    decay = sum((weights * weights).sum() + (bias * bias).sum() for weights, bias in layers)
    return relu(1.0 - y * scores).mean() + DECAY * decay


class Training:
    """One step a call; a subclass says how loss and update are made.

    Parameters
    ----------
    examples
        How many moons.
    """

    def __init__(self, examples: int = EXAMPLES) -> None:
        self.examples = examples
        self.losses: list[float] = []
        self.prepare()

    def prepare(self) -> None:
        raise NotImplementedError

    def step(self) -> float:
        raise NotImplementedError

    def __call__(self) -> float:
        self.losses.append(float(self.step()))
        return self.losses[-1]

    def arrays(self) -> tuple[Any, Any]:
        import numpy as np

        X, y = moons(self.examples)
        return np.array(X), np.array(y, dtype=float)


class XAD(Training):
    """XAD's tape, in C++, driven from Python."""

    def prepare(self) -> None:
        from xad.adj_1st import Real, Tape

        self.real, self.tape, self.theta = Real, Tape(), start()

    def step(self) -> float:
        real, tape = self.real, self.tape
        with tape:
            parameters = [real(number) for number in self.theta]
            tape.registerInputs(parameters)
            tape.newRecording()
            zero = real(0.0)
            loss = scalar_loss(parameters, lambda x: x if x > 0.0 else zero, self.examples)
            tape.registerOutput(loss)
            loss.derivative = 1.0
            tape.computeAdjoints()
            self.theta = [p.getValue() - LEARNING_RATE * p.getDerivative() for p in parameters]
            tape.clearAll()
        return float(loss.getValue())


class AutogradScalars(Training):
    """HIPS autograd on a list of numbers."""

    def prepare(self) -> None:
        import autograd

        def loss(theta: Any) -> Any:
            return scalar_loss(list(theta), lambda x: x if x > 0.0 else 0.0 * x, self.examples)

        self.theta, self.value_and_gradient = start(), autograd.value_and_grad(loss)

    def step(self) -> float:
        value, slopes = self.value_and_gradient(self.theta)
        self.theta = [p - LEARNING_RATE * float(slope) for p, slope in zip(self.theta, slopes, strict=True)]
        return float(value)


class AutogradArrays(Training):
    """HIPS autograd on arrays."""

    def prepare(self) -> None:
        import autograd
        import autograd.numpy as anp

        X, y = self.arrays()
        self.layers = matrices()
        self.value_and_gradient = autograd.value_and_grad(
            lambda layers: array_loss(layers, X, y, lambda x: anp.maximum(x, 0.0))
        )

    def step(self) -> float:
        value, slopes = self.value_and_gradient(self.layers)
        self.layers = [
            (w - LEARNING_RATE * dw, b - LEARNING_RATE * db)
            for (w, b), (dw, db) in zip(self.layers, slopes, strict=True)
        ]
        return float(value)


class TorchArrays(Training):
    """PyTorch, eager, on tensors of double precision and one thread."""

    def prepare(self) -> None:
        import torch

        torch.set_num_threads(1)
        self.torch = torch
        self.layers = [
            (torch.tensor(weights, requires_grad=True), torch.tensor(bias, requires_grad=True))
            for weights, bias in matrices()
        ]
        self.X, self.y = map(torch.tensor, self.arrays())
        self.optimiser = torch.optim.SGD([part for layer in self.layers for part in layer], lr=LEARNING_RATE)

    def step(self) -> float:
        loss = array_loss(self.layers, self.X, self.y, self.torch.relu)
        self.optimiser.zero_grad()
        loss.backward()
        self.optimiser.step()
        return float(loss.detach())


class TorchScalars(Training):
    """PyTorch with every number a tensor of its own."""

    def prepare(self) -> None:
        import torch

        torch.set_num_threads(1)
        self.relu = torch.relu
        self.parameters = [torch.tensor(p, dtype=torch.float64, requires_grad=True) for p in start()]
        self.optimiser = torch.optim.SGD(self.parameters, lr=LEARNING_RATE)

    def step(self) -> float:
        loss = scalar_loss(self.parameters, self.relu, self.examples)
        self.optimiser.zero_grad()
        loss.backward()
        self.optimiser.step()
        return float(loss.detach())


class JaxArrays(Training):
    """JAX: the whole step, update included, as one jitted function of arrays."""

    def prepare(self) -> None:
        import jax
        import jax.numpy as jnp

        jax.config.update("jax_enable_x64", True)
        X, y = map(jnp.asarray, self.arrays())

        def step(layers: Any) -> Any:
            loss, slopes = jax.value_and_grad(lambda layers: array_loss(layers, X, y, jax.nn.relu))(layers)
            return loss, jax.tree.map(lambda p, slope: p - LEARNING_RATE * slope, layers, slopes)

        self.jitted, self.layers = jax.jit(step), [tuple(map(jnp.asarray, layer)) for layer in matrices()]

    def step(self) -> float:
        loss, self.layers = self.jitted(self.layers)
        return float(loss)


def casadi_on_arrays(function: Any, argument: Any, *results: Any) -> Callable[[], object]:
    """What runs a function of CasADi from one array into others, without copies."""
    buffer, run = function.buffer()
    buffer.set_arg(0, memoryview(argument))
    for place, result in enumerate(results):
        buffer.set_res(place, memoryview(result))
    kept = (function, buffer, argument, results)  # the machine code reads and writes these
    return lambda: (run(), kept)


class CasadiScalars(Training):
    """CasADi: the scalar graph of all examples built once, then run on its virtual machine."""

    def prepare(self) -> None:
        import casadi
        import numpy as np

        symbols = casadi.SX.sym("p", len(start()))
        loss = scalar_loss(casadi.vertsplit(symbols), lambda x: casadi.fmax(x, 0.0), self.examples)
        function = casadi.Function("step", [symbols], [loss, symbols - LEARNING_RATE * casadi.gradient(loss, symbols)])
        self.theta, self.after, self.value = np.array(start()), np.zeros(len(start())), np.zeros(1)
        self.run = casadi_on_arrays(function, self.theta, self.value, self.after)

    def step(self) -> float:
        self.run()
        self.theta[:] = self.after
        return float(self.value[0])


class OursCompiled(Training):
    """Our own scalar loss of one example, compiled to arrays.

    Parameters
    ----------
    backend
        One of "numpy", "numba", "jax".
    """

    def __init__(self, backend: str, examples: int = EXAMPLES) -> None:
        self.backend = backend
        super().__init__(examples)

    def prepare(self) -> None:
        import numpy as np

        import tinygrad_edu as tg
        from tinygrad_edu import nn

        training = OurTraining()

        def loss(x: Any, label: Any) -> Any:
            weights = training.parameters
            return nn.hinge(training.model(x), label) + DECAY * tg.dot(weights, weights)

        self.X, self.y = self.arrays()
        self.compiled = tg.compile(loss, training.parameters, self.backend)
        self.theta = np.array(start())

    def step(self) -> float:
        value, slopes = self.compiled.value_and_grad(self.X, self.y, at=self.theta)
        self.theta -= LEARNING_RATE * slopes
        return float(value)
