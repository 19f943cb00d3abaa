"""With this module many networks, alike but for their numbers, take their steps together: rows of arrays."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from ..compiler.arrays.program import ArrayProgram
from ..compiler.batch import regular_shape
from ..compiler.runner import Runner, RunnerOfMembers, Wanted
from ..graph.structure import Structure
from ..optim.optimizers import Optimizer
from .array_engine import CompiledEngine
from .batches import all_finite, joined
from .gradients import NonfiniteStep

Array = Any
_NUMBERS = 4096
"""How many parameters the rule is applied to at a time: few enough for what it needs for that to be memory used before,
for new memory from the system costs several times as much as the arithmetic."""

_PASSES = 12
"""How many numbers a rule computes on the way to one new parameter, as Adam does."""


class Batch(NamedTuple):
    """What all members learn from in one step.

    Attributes
    ----------
    arrays : list of ndarray
        Inputs, targets, and the random numbers that layers ask for, if they do.
    weights : ndarray or None
    places : list of int
        Where the examples stand among all.
    """

    arrays: list[Array]
    weights: Array
    places: list[int]


class SharedEngine(CompiledEngine):
    """An engine that has traced one member, and can train others like it; see `CompiledEngine`."""

    def batch(self, X: Array, y: Array, weights: Array, places: list[int]) -> Batch:
        """Make a batch; random numbers are drawn for it, if the model asks for any."""
        chance = self._chance
        drawn = [np.array(chance.drawn(len(X), self.generator))] if chance.count else []
        return Batch([X, y, *drawn], weights, places)

    def work(self, count: int, weighted: bool) -> int:
        """Give about how many numbers one member computes in a step with so many examples."""
        program = self._runner.program("weighted gradient" if weighted else "gradient")
        if not isinstance(program, ArrayProgram):
            raise TypeError("a function with loops is not run for several members")
        return program.batched_rows * count + _PASSES * len(program.params)

    def members(self, optimizers: Sequence[Optimizer], sizes: Sequence[int], weighted: bool) -> Members:
        """Give some members, by the optimisers of their parameters; they are to learn in batches of these sizes."""
        params = [optimizer.params for optimizer in optimizers]
        learning = RunnerOfMembers(self._runner, params)
        answering = learning if self._answering is self._runner else RunnerOfMembers(self._answering, params)
        for size in sizes:
            learning.machine("weighted gradient" if weighted else "gradient", size)
        return Members(optimizers, learning, answering, self._structure)


class _Now(NamedTuple):
    """Parameters of all members, a row for each, and what the rule remembers of them, after a whole step."""

    data: Array
    memory: tuple[Array, ...]
    grad: Array
    steps: Array

    def arrays(self) -> list[Array]:
        return [self.data, *self.memory, self.grad, self.steps]


class Members:
    """Members that are trained together.

    Parameters
    ----------
    optimizers : sequence of Optimizer
        One for the parameters of each, with one rule; they may differ in the learning rate.
    learning, answering : RunnerOfMembers
        By which they are trained, and measured.
    structure : Structure
        Of the outputs of one member for one example.

    Attributes
    ----------
    broken : dict of int to NonfiniteStep
        The members whose losses or gradients have not been finite; they stay as they were before that step.
    """

    def __init__(
        self, optimizers: Sequence[Optimizer], learning: Runner, answering: Runner, structure: Structure
    ) -> None:
        self.optimizers, self._learning, self._answering = optimizers, learning, answering
        self._structure = structure
        self.broken: dict[int, NonfiniteStep] = {}
        self._rule = first = optimizers[0]
        self._rates = np.array([[optimizer.lr] for optimizer in optimizers])
        self._settings = first.settings_of(first.param_groups[0])
        self._now = _Now(
            np.array([[p.data for p in optimizer.params] for optimizer in optimizers]),
            tuple(np.array([optimizer.state[slot] for optimizer in optimizers]) for slot in range(len(first.slots))),
            np.array([[p.grad for p in optimizer.params] for optimizer in optimizers]),
            np.array([optimizer.steps_taken for optimizer in optimizers]),
        )
        data, memory, grad, steps = self._now
        self._spare = _Now(data.copy(), tuple([slot.copy() for slot in memory]), grad.copy(), steps.copy())

    def learn(self, batches: Sequence[Batch]) -> tuple[Array, Any]:
        """Take a step for each batch; give the losses of every member, and its outputs, from before those steps."""
        steps = [self._step(batch) for batch in batches]
        losses, outputs = zip(*steps, strict=True)
        return np.concatenate(losses, axis=1), _one_after_the_other(outputs)

    def measure(self, X: Array, y: Array) -> tuple[Array, Any]:
        """Give losses and outputs of every member, changing nothing."""
        with np.errstate(all="ignore"):
            return self._run(self._answering, "outputs", [X, y])

    def synchronise(self) -> None:
        """Write parameters, gradients and memory back to Values and optimisers."""
        now = self._now
        memories = [[slot[member].tolist() for slot in now.memory] for member in range(len(self.optimizers))]
        for optimizer, data, memory, grads, steps in zip(
            self.optimizers, now.data.tolist(), memories, now.grad.tolist(), now.steps.tolist(), strict=True
        ):
            for p, grad in zip(optimizer.params, grads, strict=True):
                p.grad = grad
            optimizer.become(data, memory, steps)

    def _step(self, batch: Batch) -> tuple[Array, Any]:
        now, count = self._now, len(batch.places)
        weights = batch.weights
        with np.errstate(all="ignore"):
            wanted: Wanted = "gradient" if weights is None else "weighted gradient"
            shares = 1.0 / count if weights is None else weights / weights.sum()
            losses, outputs = self._run(self._learning, wanted, batch.arrays, shares)
            if not (all_finite(losses) and all_finite(self._spare.grad)):
                self._note_the_broken(losses, batch.places)
        self._now = self._moved(now)  # at once, so that Ctrl-C finds a whole step
        return losses, outputs

    def _note_the_broken(self, losses: Array, places: list[int]) -> None:
        fine = np.isfinite(losses).all(1) & np.isfinite(self._spare.grad).all(1)
        for member in np.flatnonzero(~fine).tolist():
            if member not in self.broken:
                self.broken[member] = broken = NonfiniteStep(losses[member].tolist())
                broken.places = places

    def _moved(self, now: _Now) -> _Now:
        """Apply the rule to all that can go on, some members at a time.

        Where the results go are arrays that were used two steps ago, and temporary arrays are small: to get new memory
        for large ones costs several times as much as the arithmetic.
        """
        then = self._spare
        grad = then.grad
        t = int(now.steps.max()) + 1
        at_once = max(1, _NUMBERS // max(1, now.data.shape[1]))
        with np.errstate(all="ignore"):
            for first in range(0, len(now.data), at_once):
                rows = slice(first, first + at_once)
                own = tuple([slot[rows] for slot in now.memory])
                settings = {**self._settings, "lr": self._rates[rows]}
                then.data[rows], kept = self._rule.update(now.data[rows], grad[rows], own, t, **settings)
                for slot, before, new in zip(then.memory, own, kept, strict=True):
                    if new is not before:
                        slot[rows] = new
        then.steps[:] = t
        if self.broken:
            stay = [*self.broken]
            for new, old in zip(then.arrays(), now.arrays(), strict=True):
                new[stay] = old[stay]
        self._spare = now
        return then

    def _run(self, runner: Runner, wanted: Wanted, arrays: list[Array], shares: Any = None) -> tuple[Array, Any]:
        """Give losses and outputs, and leave gradients where the next step is made.

        A large batch runs in parts, as far as the loss allows it.
        """
        losses: list[Array] = []
        outputs, gradient = [], self._spare.grad.reshape(-1)
        for machine in runner.run(wanted, arrays, len(arrays[0]), shares, self._now.data.reshape(-1)):
            results = machine.outputs().reshape(len(self.optimizers), -1, machine.count)
            if wanted != "outputs":
                if losses:
                    gradient += machine.gradient()
                else:
                    machine.gradient(gradient)
            losses.append(results[:, 0])
            outputs.append(self._as_models_give(results[:, 1:]))
        return _one_after_the_other(losses), _one_after_the_other(outputs)

    def _as_models_give(self, results: Array) -> Any:
        """Give the outputs of every member: one array, or a list for each if they are not regular."""
        members, _, count = results.shape
        shape = regular_shape(self._structure)
        if shape is not None:
            return np.ascontiguousarray(results.transpose(0, 2, 1)).reshape(members, count, *shape)
        return [[self._structure.unflatten(numbers) for numbers in rows.T.tolist()] for rows in results]


def _one_after_the_other(parts: Sequence[Any]) -> Any:
    """Put the outputs of some batches one after the other, for every member."""
    if isinstance(parts[0], list):
        return [joined(own) for own in zip(*parts, strict=True)]
    return parts[0] if len(parts) == 1 else np.concatenate(parts, axis=1)


def joined_over_members(parts: Sequence[tuple[Array, Any]]) -> tuple[Array, Any]:
    """Put losses and outputs of some members and of the next together."""
    losses, outputs = zip(*parts, strict=True)
    return np.concatenate(losses), joined(outputs)
