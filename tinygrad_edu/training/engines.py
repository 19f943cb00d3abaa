"""With this module one can choose what computes a training step. `fit` knows an engine only by the protocol below.

An engine that is to join writes the four methods, and a line in `ENGINES`.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Sequence
from typing import Any, Protocol

from ..arguments import unknown
from ..compiler.scalars.batch_ops import BATCH_MEAN
from ..engine.collector import collector_paused
from ..engine.context import no_grad
from ..engine.sweep import topological_order
from ..engine.value import Value
from ..errors import MissingLibraryError
from ..libraries import require
from ..nn.losses import Loss
from ..nn.modes import Probe, call_in, drawing_with, evaluated
from ..nn.module import plain
from ..optim.optimizers import Optimizer
from .chance import leaving_chance_alone
from .gradients import Clipping, NonfiniteStep


class Engine(Protocol):
    """What `fit` asks of an engine. Losses and outputs are plain numbers, one item an example: lists, or arrays."""

    clip: Clipping | None
    """What is done to the gradient of each step, if anything."""
    generator: random.Random
    """What layers draw with while they learn, example by example in the order of the batch; `fit` puts its own here."""

    def prepare(self, X: Any, y: Sequence[Any]) -> tuple[Any, Any]:
        """Give examples in the form in which the other methods want some of them: lists, or arrays, as X may be too."""

    def step(self, X: Any, y: Any, weights: Any = None) -> tuple[Any, Any]:
        """Take one optimiser step on the mean loss of a batch; give the losses and outputs from before it.

        The mean is a weighted one if there are weights. Where something is not finite, `NonfiniteStep` is raised and
        nothing has changed but gradients.
        """

    def measure(self, X: Any, y: Any) -> tuple[Any, Any]:
        """Give the losses and outputs, changing nothing."""

    def synchronise(self) -> None:
        """Write parameters and gradients back to the Values and the optimiser, if they are kept elsewhere."""


class EagerEngine:
    """Makes Values for every example, and sweeps back through each as soon as it is made.

    Parameters
    ----------
    model : callable
        One example in, Values out.
    loss : callable
        ``loss(output, target)`` of one example.
    optimizer : Optimizer
        Of the model's parameters.

    Raises
    ------
    ValueError
        At the first step, if the loss asks for the mean over a batch: examples do not meet here.
    """

    def __init__(self, model: Callable[[Any], Any], loss: Loss, optimizer: Optimizer) -> None:
        self.model, self.loss, self.optimizer = model, loss, optimizer
        self.clip: Clipping | None = None
        self._knows_the_loss = False
        self.generator = random.Random(0)
        self._learning = drawing_with(lambda: self.generator)

    def prepare(self, X: Any, y: Sequence[Any]) -> tuple[Sequence[Any], Sequence[Any]]:
        """Give the examples as lists."""
        return X.tolist() if hasattr(X, "tolist") else X, y

    @collector_paused()
    def step(
        self, X: Sequence[Any], y: Sequence[Any], weights: Sequence[float] | None = None
    ) -> tuple[list[float], list[Any]]:
        """Take one step; see `Engine`."""
        self.optimizer.zero_grad()
        total = len(X) if weights is None else math.fsum(weights)
        losses, outputs = [], []
        for x, target, weight in zip(X, y, [1.0] * len(X) if weights is None else weights, strict=True):
            output = call_in(self._learning, self.model, x)
            loss = self.loss(output, target)
            if not isinstance(loss, Value):
                raise TypeError(f"the loss must be a Value that depends on the model, got {loss!r}")
            if not self._knows_the_loss:
                self._knows_the_loss = True
                if any(node.op is BATCH_MEAN for node in topological_order(loss)):
                    raise ValueError(
                        "the loss uses batch_mean, but the eager engine takes one example after the other, so that "
                        "there is no batch to average over; use engine='numpy'"
                    )
            loss.backward(weight / total)
            losses.append(loss.data)
            outputs.append(plain(output))
        gradient = [p.grad for p in self.optimizer.params]
        if not all(map(math.isfinite, losses + gradient)):
            raise NonfiniteStep(losses)
        if self.clip is not None:
            for p, grad in zip(self.optimizer.params, self.clip(gradient), strict=True):
                p.grad = grad
        self.optimizer.step()
        return losses, outputs

    def measure(self, X: Sequence[Any], y: Sequence[Any]) -> tuple[list[float], list[Any]]:
        """Measure; see `Engine`."""
        losses, outputs = [], []
        with no_grad():
            for x, target in zip(X, y, strict=True):
                output = evaluated(self.model, x)
                losses.append(plain(self.loss(output, target)))
                outputs.append(plain(output))
        return losses, outputs

    def synchronise(self) -> None:
        """Do nothing: the Values are all there is."""


ENGINES: dict[str, Callable[[Callable[[Any], Any], Loss, Optimizer], Engine]] = {"eager": EagerEngine}
"""The engines that go by the names that `fit` takes; those of `COMPILED` come on top."""

COMPILED = ("numpy", "numba", "jax")
"""Back ends of the compiler that `fit` can train on."""


COMPILING, EAGERLY = 1e-5, 1.3e-7
"""Seconds for each node and each edge of an example's loss, as measured: to compile it, to sweep it once eagerly."""


@collector_paused()
def open_engine(
    name: str,
    model: Callable[[Any], Any],
    loss: Loss,
    optimizer: Optimizer,
    X: Sequence[Any],
    y: Sequence[Any],
    passes: float = math.inf,
    weighted: bool = False,
    dtype: str = "float64",
    devices: Sequence[Any] | None = None,
) -> tuple[Engine, str]:
    """Make the engine of that name.

    Parameters
    ----------
    name : str
        One of `ENGINES` and `COMPILED`, or "auto".
    model, loss, optimizer
        What the engine is to train.
    X, y : sequence
        The examples: the first ones are traced.
    passes : float, default infinite
        How many examples will be gone through, each as often as it is. "auto" does not compile where that would take
        longer than to train eagerly, and more than a second: a very large loss and very few examples.
    weighted : bool, default False
        Whether its steps are to come with weights.
    dtype : {"float64", "float32"}
        What numbers it is to keep. In float32 "auto" is the first of `COMPILED`, or nothing.
    devices : sequence, optional
        Of JAX, to spread the examples of each batch over.

    Returns
    -------
    tuple of Engine and str
        The engine, and which one it is and why.

    Raises
    ------
    ValueError
        If no engine has that name, or it has no numbers of that kind.
    """
    double = dtype == "float64"
    if name == "auto" and double:
        # To try a model out must not change what its dropout draws afterwards.
        return leaving_chance_alone(_chosen, model, loss, optimizer, X, y, passes, weighted)
    if name in COMPILED or name == "auto":
        backend, reason = (COMPILED[0], f"auto, in {dtype}") if name == "auto" else (name, "asked for by name")
        kind = "" if double or name == "auto" else f", in {dtype}"
        spread = f", on {len(devices)} devices" if devices is not None and len(devices) > 1 else ""
        engine = _compiled(model, loss, optimizer, X, y, backend, weighted, dtype, devices)
        return engine, f"{backend}: {reason}{kind}{spread}"
    if name not in ENGINES:
        raise ValueError(unknown("engine", name, ["auto", *ENGINES, *COMPILED]))
    if not double:
        raise ValueError(
            f"engine={name!r} computes with Values, whose numbers are Python's floats, so there is no dtype={dtype!r}: "
            f"take one of the compiled engines ({', '.join(COMPILED)}), or leave dtype out"
        )
    return ENGINES[name](model, loss, optimizer), f"{name}: asked for by name"


def _chosen(
    model: Callable[[Any], Any],
    loss: Loss,
    optimizer: Optimizer,
    X: Sequence[Any],
    y: Sequence[Any],
    passes: float,
    weighted: bool,
) -> tuple[Engine, str]:
    """Compile if that is possible and pays, else train eagerly."""
    size = call_in(Probe(), _size, model, loss, X[0], y[0])
    compiling, training = COMPILING * size, EAGERLY * size * passes
    if compiling > max(1.0, training):
        reason = f"{compiling:.1f} s to compile {size:,} nodes and edges, {training:.1f} s to train eagerly"
        return EagerEngine(model, loss, optimizer), f"eager: auto expects {reason}"
    try:
        return _compiled(model, loss, optimizer, X, y, COMPILED[0], weighted), "numpy: auto compiled model and loss"
    except MissingLibraryError:
        return EagerEngine(model, loss, optimizer), "eager: auto found no NumPy to compile for"
    except Exception as error:  # whatever the model's own code raises when traced, it may run eagerly
        reason = f"{type(error).__name__}: {error}"
        return EagerEngine(model, loss, optimizer), f"eager: auto could not compile model and loss ({reason})"


def _size(model: Callable[[Any], Any], loss: Loss, x: Any, target: Any) -> int:
    """Count the nodes and edges of one example's loss."""
    result = loss(model(x), target)
    order = topological_order(result) if isinstance(result, Value) else []
    return len(order) + sum(len(node.parents) for node in order)


def _compiled(
    model: Callable[[Any], Any],
    loss: Loss,
    optimizer: Optimizer,
    X: Sequence[Any],
    y: Sequence[Any],
    backend: str,
    weighted: bool,
    dtype: str = "float64",
    devices: Sequence[Any] | None = None,
) -> Engine:
    require("numpy", f"fit(engine={backend!r})", "engine='eager' works without")
    from .array_engine import CompiledEngine

    return CompiledEngine(model, loss, optimizer, X, y, backend, weighted, dtype, devices)
