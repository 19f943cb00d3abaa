"""With this module `fit` trains on arrays: parameters in one flat array, optimiser rules on arrays of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ..context import collector_paused
from ..nn.losses import Loss, cross_entropy
from ..optim import Optimizer
from ..sweep import topological_order
from ..value import Value, no_grad
from .assemble import assemble
from .batches import Batch, stacked
from .compiled import machine_of
from .lower import lower
from .tracing import traced

Array = Any


class CompiledEngine:
    """Computes losses and gradients by an array program; see `tinygrad_edu.engines.Engine`.

    Values and the optimiser's memory are read at the first step, and again at the first step after each `synchronise`,
    since a callback may have changed them.

    Parameters
    ----------
    model : callable
        One example in, outputs out.
    loss : callable
        ``loss(output, target)`` of one example.
    optimizer : Optimizer
        Its rule must run on arrays.
    X, y : sequence
        The examples; the first one is traced, the others must look like it.
    backend : str
        What runs the program.

    Raises
    ------
    TypeError, ValueError
        If model and loss cannot be traced, or the optimiser's rule does not run on arrays.
    """

    def __init__(
        self,
        model: Callable[[Any], Any],
        loss: Loss,
        optimizer: Optimizer,
        X: Sequence[Any],
        y: Sequence[Any],
        backend: str = "numpy",
    ) -> None:
        self.optimizer = optimizer
        self._machine_type = machine_of(backend)
        _check_rule(optimizer)

        def both(x: Any, target: Any) -> tuple[Any, Any]:
            output = model(x)
            return loss(output, target), output

        self._classes = 0
        if loss is cross_entropy and np.ndim(y[0]) == 0:  # an index cannot be traced, probabilities can
            with no_grad():
                self._classes = len(model(X[0]))
        with collector_paused():
            batch = self._batch(X, y)
            graph, _ = traced(both, batch.example(), optimizer.params)
            lowered = lower(graph, optimizer.params, batch.sizes())
            self._structure = graph.structure.children[1]
            self._programs = [assemble(lowered, gradient) for gradient in (False, True)]
        reached = {var.data for var in topological_order(graph.outputs[0]) if isinstance(var.data, Value)}
        if reached.isdisjoint(optimizer.params):
            raise TypeError("the loss must be a Value that depends on the model, but no parameter enters it")
        self._machines: dict[tuple[bool, int], Any] = {}
        self._fresh = False
        self._data: Array = None
        self._grad: Array = np.zeros(len(optimizer.params))
        self._memory: tuple[Array, ...] = ()

    # ------------------------------------------------------------------------------------ as fit asks

    def step(self, X: Sequence[Any], y: Sequence[Any]) -> tuple[list[float], list[Any]]:
        """Take one optimiser step on the mean loss of a batch; give the losses and outputs from before it."""
        self._read()
        with np.errstate(all="ignore"):
            machine, losses, outputs = self._run(X, y, gradient=True)
            self._grad = machine.gradient()
            t = self.optimizer.steps_taken + 1
            self._data, self._memory = self.optimizer.update(self._data, self._grad, self._memory, t)
        self.optimizer.steps_taken = t
        return losses, outputs

    def measure(self, X: Sequence[Any], y: Sequence[Any]) -> tuple[list[float], list[Any]]:
        """Give the losses and outputs, changing nothing."""
        self._read()
        with np.errstate(all="ignore"):
            _, losses, outputs = self._run(X, y, gradient=False)
        return losses, outputs

    def synchronise(self) -> None:
        """Write parameters, gradients and the optimiser's memory back."""
        if not self._fresh:
            return
        self._fresh = False
        for p, data, grad in zip(self.optimizer.params, self._data.tolist(), self._grad.tolist(), strict=True):
            p.data = data
            p.grad = grad
        self.optimizer.state = [slot.tolist() for slot in self._memory]

    # ------------------------------------------------------------------------------------ inside

    def _read(self) -> None:
        if not self._fresh:
            self._fresh = True
            self._data = np.array([p.data for p in self.optimizer.params])
            self._memory = tuple(np.array(slot) for slot in self.optimizer.state)

    def _batch(self, X: Sequence[Any], y: Sequence[Any]) -> Batch:
        if self._classes:
            return Batch.of((X, np.eye(self._classes)[np.asarray(y)]))
        return Batch.of((X, y))

    def _run(self, X: Sequence[Any], y: Sequence[Any], gradient: bool) -> tuple[Any, list[float], list[Any]]:
        batch = self._batch(X, y)
        machine = self._machines.get((gradient, batch.size))
        if machine is None:
            machine = self._machine_type(self._programs[gradient], batch.size)
            self._machines[gradient, batch.size] = machine
        machine.feed(batch.arrays)
        machine.set_parameters(self._data)
        machine.set_seed(1.0 / batch.size)
        machine.run()
        results = machine.outputs()
        outputs = stacked(self._structure, results[1:])
        return machine, results[0].tolist(), outputs.tolist() if isinstance(outputs, np.ndarray) else outputs


def _check_rule(optimizer: Optimizer) -> None:
    """See that the rule gives the same on an array as on its numbers."""
    if type(optimizer).step is not Optimizer.step:
        raise TypeError(f"{type(optimizer).__name__} has a step of its own, so its rule cannot be run on arrays")
    data, grad = [0.5, -2.0, 0.0], [1.0, 0.0, -0.25]
    memory = [[0.125, 0.25, 0.0]] * len(optimizer.slots)
    one_by_one = [optimizer.update(d, g, tuple(m), 3) for d, g, *m in zip(data, grad, *memory, strict=True)]
    at_once = optimizer.update(np.array(data), np.array(grad), tuple(map(np.array, memory)), 3)
    same = np.allclose(at_once[0], [new for new, _ in one_by_one], rtol=1e-12, atol=0.0) and all(
        np.allclose(slot, [m[place] for _, m in one_by_one], rtol=1e-12, atol=0.0)
        for place, slot in enumerate(at_once[1])
    )
    if not same:
        raise ValueError(f"the rule of {type(optimizer).__name__} gives something else on arrays than on numbers")
