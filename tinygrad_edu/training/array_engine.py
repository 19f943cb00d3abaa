"""With this module `fit` trains on arrays: parameters in one flat array, optimiser rules on arrays of them."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

from ..compiler.batch import Batch, as_array, regular_shape
from ..compiler.runner import Runner, Wanted, as_quick_to_compile, lowered, machine_maker
from ..compiler.scalars.loop_graph import enters
from ..compiler.scalars.pure_trace import traced
from ..compiler.scalars.reach import reach_of, same
from ..engine.collector import collector_paused
from ..graph.graph import Graph
from ..nn.losses import Loss, cross_entropy
from ..optim.one_pass import on_arrays
from ..optim.optimizers import Optimizer
from .batches import all_finite, joined
from .chance import Chance
from .gradients import Clipping, NonfiniteStep

Array = Any


class _Parameters(NamedTuple):
    """Parameters as arrays, with what the optimiser remembers of them, after a whole number of steps."""

    data: Array
    memory: tuple[Array, ...]
    steps_taken: int
    grad: Array


class CompiledEngine:
    """Computes losses and gradients by an array program; see `tinygrad_edu.training.engines.Engine`.

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
    weighted : bool
        Whether steps come with weights.
    devices : sequence, optional
        Of JAX, to spread the examples of each batch over.
    dtype : {"float64", "float32"}
        Of examples, parameters, gradients and the optimiser's memory, as long as they are kept here: every float32 is a
        float, so nothing is lost on the way out and in again.

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
        weighted: bool = False,
        dtype: str = "float64",
        devices: Sequence[Any] | None = None,
    ) -> None:
        self.optimizer = optimizer
        self.backend = backend
        self.dtype = np.dtype(dtype)
        self.clip: Clipping | None = None
        self.generator = random.Random(0)
        self._model, self._loss, self._first = model, loss, (X[:1], y[:1])
        self._make_machine = machine_maker(backend, devices, dtype)
        _check_rule(optimizer, backend)
        graph = self._compile()
        if graph.output_structure.children[0].kind != "number":
            raise TypeError("the loss must be a Value that depends on the model, but it is a list or the like")
        if not enters(graph, set(optimizer.params)):
            raise TypeError("the loss must be a Value that depends on the model, but no parameter enters it")
        # Now, for what cannot be compiled is to be known before the first step.
        self._runner.program("weighted gradient" if weighted else "gradient")
        self._fresh = False
        self._grad: Array = np.zeros(len(optimizer.params))
        self._now = _Parameters(self._grad, (), 0, self._grad)

    # ------------------------------------------------------------------------------------ as fit asks

    def prepare(self, X: Any, y: Sequence[Any]) -> tuple[Array, Array]:
        """Give the examples as arrays of floats; classes become rows with a 1 in the place of the class."""
        targets = np.eye(self._classes, dtype=self.dtype)[np.asarray(y)] if self._classes else self._array(y)
        return self._array(X), targets

    def step(self, X: Array, y: Array, weights: Array = None) -> tuple[Array, Any]:
        """Take one optimiser step on the mean loss of a batch; give the losses and outputs from before it."""
        with np.errstate(all="ignore"):
            losses, outputs = self._run(X, y, "gradient" if weights is None else "weighted gradient", weights)
            now, grad = self._now, self._grad
            if not (all_finite(losses) and all_finite(grad)):
                raise NonfiniteStep(losses.tolist())
            if self.clip is not None:
                self._grad = grad = self._array(self.clip(grad))
            t = now.steps_taken + 1
            data, memory = self.optimizer.step_on_arrays(now.data, grad, now.memory, t, self.backend)
            kept = tuple([self._array(slot) for slot in memory])  # a rule may have made doubles of float32s
            self._now = _Parameters(self._array(data), kept, t, grad)  # at once, so that Ctrl-C finds a whole step
        return losses, outputs

    def measure(self, X: Array, y: Array) -> tuple[Array, Any]:
        """Give the losses and outputs, changing nothing."""
        with np.errstate(all="ignore"):
            return self._run(X, y, "outputs")

    def synchronise(self) -> None:
        """Write parameters, gradients and the optimiser's memory back."""
        if not self._fresh:
            return
        now = self._now
        for p, grad in zip(self.optimizer.params, now.grad.tolist(), strict=True):
            p.grad = grad
        self.optimizer.become(now.data.tolist(), [slot.tolist() for slot in now.memory], now.steps_taken)
        self._fresh = False  # last: an interrupted synchronisation is made again

    # ------------------------------------------------------------------------------------ inside

    def _compile(self) -> Graph:
        """Make the programs, and remember of what; give the graph of an example."""
        model, loss, (X, y) = self._model, self._loss, self._first
        self._params = [*self.optimizer.params]
        chance = self._chance = Chance(model, X[0])

        def learning(x: Any, target: Any, numbers: Sequence[Any] = ()) -> tuple[Any, Any]:
            output = chance.learning(x, numbers)
            return loss(output, target), output

        def answering(x: Any, target: Any) -> tuple[Any, Any]:
            output = chance.answering(x)
            return loss(output, target), output

        self._classes = 0
        if loss is cross_entropy and np.ndim(y[0]) == 0:  # an index cannot be traced, probabilities can
            self._classes = chance.outputs
        arrays = self.prepare(X, y)
        drawn = [np.ones((1, chance.count))] if chance.count else []
        graph, self._runner = self._graph_and_runner(learning, *arrays, *drawn)
        # A model that asks whether it learns is another one where it does not.
        self._answering = self._graph_and_runner(answering, *arrays)[1] if chance.matters else self._runner
        self._structure = graph.output_structure.children[1]
        self._shape = regular_shape(self._structure)
        self._reach = reach_of((model, loss))  # now: it may count how often it is called
        return graph

    def _graph_and_runner(self, both: Callable[..., Any], *arrays: Array) -> tuple[Graph, Runner]:
        both.__name__ = "the model with its loss"
        with collector_paused():
            batch = Batch.of(arrays)

            def make(short: int) -> tuple[Graph, Runner]:
                graph, _ = traced(both, batch.example(), self._params, whole=False, short=short)
                return graph, Runner(lowered(graph, self._params, batch.sizes()), self._make_machine)

            return as_quick_to_compile(self.backend, make)

    def _array(self, numbers: Any) -> Array:
        return np.asarray(numbers, dtype=self.dtype)

    def _changed(self) -> bool:
        """Tell whether a callback has changed the model, the loss, or which parameters learn."""
        return self.optimizer.params != self._params or not same(self._reach, reach_of(self._reach[0]))

    def _read(self) -> None:
        if not self._fresh:
            if self._changed():
                self._compile()
            data = self._array([p.data for p in self.optimizer.params])
            memory = tuple([self._array(slot) for slot in self.optimizer.state])
            grad = self._array([p.grad for p in self.optimizer.params])
            self._now = _Parameters(data, memory, self.optimizer.steps_taken, grad)
            self._fresh = True

    def _run(self, X: Array, y: Array, wanted: Wanted, weights: Array = None) -> tuple[Array, Any]:
        """Give losses and outputs, and keep the gradient; a large batch runs in parts, as far as the loss allows it."""
        self._read()
        count = len(X)
        losses, outputs = [], []
        gradient = None
        shares = 1.0 / count if weights is None else weights / weights.sum()
        if wanted == "outputs":
            runner, arrays = self._answering, [X, y]
        else:
            chance = self._chance
            drawn = [np.array(chance.drawn(count, self.generator))] if chance.count else []
            runner, arrays = self._runner, [X, y, *drawn]
        for machine in runner.run(wanted, arrays, count, shares, self._now.data):
            results = machine.outputs()
            losses.append(results[0])
            outputs.append(self._as_model_gives(results[1:]))
            if wanted != "outputs":
                gradient = machine.gradient() if gradient is None else gradient + machine.gradient()
        if gradient is not None:
            self._grad = gradient
        return joined(losses), joined(outputs)

    def _as_model_gives(self, rows: Array) -> Any:
        if self._shape is not None:
            return as_array(self._shape, rows)
        return [self._structure.unflatten(numbers) for numbers in rows.T.tolist()]


def _check_rule(optimizer: Optimizer, backend: str) -> None:
    """See that the rule gives the same on an array as on its numbers."""
    if type(optimizer).step is not Optimizer.step:
        raise TypeError(f"{type(optimizer).__name__} has a step of its own, so its rule cannot be run on arrays")
    data, grad = [0.5, -2.0, 0.0], [1.0, 0.0, -0.25]
    memory = [[0.125, 0.25, 0.0]] * len(optimizer.slots)
    for group in optimizer.param_groups:
        own = optimizer.settings_of(group)
        one_by_one = [optimizer.update(d, g, tuple(m), 3, **own) for d, g, *m in zip(data, grad, *memory, strict=True)]
        rule = on_arrays(optimizer, own, backend)
        at_once = rule(np.array(data), np.array(grad), tuple(map(np.array, memory)), 3)
        same = np.allclose(at_once[0], [new for new, _ in one_by_one], rtol=1e-12, atol=0.0) and all(
            np.allclose(slot, [m[place] for _, m in one_by_one], rtol=1e-12, atol=0.0)
            for place, slot in enumerate(at_once[1])
        )
        if not same:
            raise ValueError(f"the rule of {type(optimizer).__name__} gives something else on arrays than on numbers")
