"""With this module one has the losses of networks compiled, by hand in arrays and in C, and in PyTorch and JAX.

Peers that are not installed are left out. Values and gradients are demanded to be equal before anything is timed.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, NamedTuple

import numpy as np

import tinygrad_edu as tg
from benchmarks.compiled.rows import FAST, OURS, Function, back_ends
from benchmarks.peers.fused_network import COMPILER, PARAMETERS, fused_network
from benchmarks.tools.report import installed
from tinygrad_edu import nn

HAND, TORCH, JAX = "NumPy by hand", "PyTorch", "jax.jit"
LIMIT, SHORT_LIMIT = "fused C, float64", "fused C, float32"
READING = ", parameters read from Values"
OWN_CODE = "ours, LLVM"
STEP = "ours, numba, full step"
ROUNDS = 100
"""How often C computes the same before it comes back to Python."""


class Network(NamedTuple):
    """A network, a loss and data, with the same by hand.

    Attributes
    ----------
    model
        Of ours.
    criterion
        The loss of one example, from the output of the model and the target.
    X, Y
        The features and targets of all examples.
    by_hand
        The mean loss on arrays, from the module that computes with them and the weights and biases of each layer.
    gradient
        The same with its derivatives, as one would write them by hand: the mean loss, then slopes layer by layer.
    """

    model: nn.MLP
    criterion: Callable[[Any, Any], Any]
    X: Any
    Y: Any
    by_hand: Callable[[Any, Any], Any]
    gradient: Callable[[Any], list[Any]]


def moons_network(count: int = 100) -> Network:
    """MLP 2-16-16-1 with hinge loss on so many moons."""
    data = tg.data.load("moons", n=max(count, 4), seed=0)
    X, y = np.array(data.X)[:count], 2.0 * np.array(data.y)[:count] - 1.0
    model = nn.MLP(2, [16, 16, 1], seed=0)

    def by_hand(np: Any, layers: Sequence[Any]) -> Any:
        h = X
        for W, b in layers[:-1]:
            h = np.maximum(h @ W.T + b, 0.0)
        W, b = layers[-1]
        return np.maximum(1.0 - y * (h @ W.T + b)[:, 0], 0.0).mean()

    def gradient(layers: Sequence[Any]) -> list[Any]:
        (W1, b1), (W2, b2), (W3, b3) = layers
        z1 = X @ W1.T + b1
        h1 = np.maximum(z1, 0.0)
        z2 = h1 @ W2.T + b2
        h2 = np.maximum(z2, 0.0)
        margin = 1.0 - y * (h2 @ W3.T + b3)[:, 0]
        value = np.maximum(margin, 0.0).mean()
        d3 = (-y * (margin > 0.0) / len(y))[:, None]
        d2 = d3 @ W3 * (z2 > 0.0)
        d1 = d2 @ W2 * (z1 > 0.0)
        return [value, d1.T @ X, d1.sum(0), d2.T @ h1, d2.sum(0), d3.T @ h2, d3.sum(0)]

    return Network(model, nn.hinge, X, y, by_hand, gradient)


def digits_network() -> Network:
    """MLP 64-32-10 with softmax cross-entropy on 128 rows."""
    rng = np.random.default_rng(0)
    X, Y = rng.random((128, 64)), np.eye(10)[rng.integers(0, 10, 128)]
    model = nn.MLP(64, [32, 10], seed=0)

    def by_hand(np: Any, layers: Sequence[Any]) -> Any:
        (W1, b1), (W2, b2) = layers
        logits = np.maximum(X @ W1.T + b1, 0.0) @ W2.T + b2
        top = logits.max(1, keepdims=True)
        return (np.log(np.exp(logits - top).sum(1)) + top[:, 0] - (logits * Y).sum(1)).mean()

    def gradient(layers: Sequence[Any]) -> list[Any]:
        (W1, b1), (W2, b2) = layers
        z = X @ W1.T + b1
        h = np.maximum(z, 0.0)
        logits = h @ W2.T + b2
        top = logits.max(1, keepdims=True)
        e = np.exp(logits - top)
        total = e.sum(1, keepdims=True)
        value = (np.log(total[:, 0]) + top[:, 0] - (logits * Y).sum(1)).mean()
        d2 = (e / total - Y) / len(X)
        d1 = d2 @ W2 * (z > 0.0)
        return [value, d1.T @ X, d1.sum(0), d2.T @ h, d2.sum(0)]

    return Network(model, nn.cross_entropy, X, Y, by_hand, gradient)


def ways(network: Network) -> dict[str, Function]:
    """The same value and gradient, every way that is installed; all are checked against ours."""
    model, criterion, X, Y, by_hand, gradient = network
    parameters = model.parameters()
    theta = np.array([p.data for p in parameters])
    layers = [
        (np.array([[w.data for w in n.w] for n in layer.neurons]), np.array([n.b.data for n in layer.neurons]))
        for layer in model.layers
    ]

    def loss(x: Any, t: Any) -> Any:
        return criterion(model(x), t)

    functions: dict[str, Function] = {}
    found: dict[str, tuple[float, Any]] = {}
    for ours, backend in (back_ends() | ({OWN_CODE: "llvm"} if installed("numba") else {})).items():
        compiled = tg.compile(loss, parameters, backend)
        found[ours] = compiled.value_and_grad(X, Y)
        functions[ours] = partial(compiled.value_and_grad, X, Y, at=theta)
        if ours != OWN_CODE:
            functions[ours + READING] = partial(compiled.value_and_grad, X, Y)
        if ours == FAST:
            functions[STEP] = partial(_step, compiled, X, Y, theta.copy())
    functions[HAND] = partial(gradient, layers)
    by_numpy, *slopes = gradient(layers)
    found[HAND] = by_numpy, _flat(slopes)
    if installed("torch"):
        functions[TORCH], found[TORCH] = _torch(layers, X, Y)
    if installed("jax"):
        functions[JAX], found[JAX] = _jax(layers, by_hand)
    if COMPILER is not None and len(theta) == PARAMETERS:
        run = fused_network("float64")
        functions[LIMIT], found[LIMIT] = partial(run, ROUNDS, X, Y, theta), run(1, X, Y, theta)
        run = fused_network("float32")
        functions[SHORT_LIMIT] = partial(run, ROUNDS, X, Y, theta)
    value, expected = found[OURS]
    for name, (their_value, their_gradient) in found.items():
        if not (
            math.isclose(their_value, value, rel_tol=1e-12)
            and np.allclose(their_gradient, expected, rtol=0.0, atol=1e-12 * np.abs(expected).max())
        ):
            raise AssertionError(f"{name} does not agree with ours")
    return functions


def _step(compiled: Any, X: Any, Y: Any, theta: Any) -> None:
    """Descend a little."""
    _, gradient = compiled.value_and_grad(X, Y, at=theta)
    theta -= 1e-6 * gradient


def _flat(parts: Sequence[Any]) -> Any:
    """Slopes of weights and biases by turns, in the order of the model's parameters."""
    pairs = zip(parts[::2], parts[1::2], strict=True)
    return np.concatenate([np.column_stack([np.asarray(W), np.asarray(b)]).ravel() for W, b in pairs])


def _torch(layers: Any, X: Any, Y: Any) -> tuple[Function, tuple[float, Any]]:
    import torch

    torch.set_num_threads(1)
    leaves = [torch.tensor(part, requires_grad=True) for layer in layers for part in layer]
    inputs, targets = torch.tensor(X), torch.tensor(Y)

    def run() -> Any:
        for leaf in leaves:
            leaf.grad = None
        h = inputs
        for W, b in zip(leaves[:-2:2], leaves[1:-2:2], strict=True):
            h = torch.relu(h @ W.T + b)
        out = h @ leaves[-2].T + leaves[-1]
        if targets.ndim == 1:
            loss = torch.relu(1.0 - targets * out[:, 0]).mean()
        else:
            loss = (torch.logsumexp(out, 1) - (out * targets).sum(1)).mean()
        loss.backward()
        return loss

    value = float(run().detach())
    return run, (value, _flat([leaf.grad.numpy() for leaf in leaves]))


def _jax(layers: Any, by_hand: Callable[[Any, Any], Any]) -> tuple[Function, tuple[float, Any]]:
    import jax
    import jax.numpy as jnp

    jax.config.update("jax_enable_x64", True)
    jitted = jax.jit(jax.value_and_grad(lambda layers: by_hand(jnp, layers)))
    value, slopes = jitted(layers)
    found = float(value), _flat([part for layer in slopes for part in layer])
    return lambda: jax.block_until_ready(jitted(layers)), found


NETWORKS = {"MLP 2-16-16-1, hinge": moons_network, "MLP 64-32-10, cross-entropy": digits_network}
