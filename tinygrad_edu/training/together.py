"""With this module many networks of one architecture are trained at once: the same batches, each its own numbers.

What one of them costs in Python (the calls around small arrays, the order of the examples, what is measured) is paid
once for all; where there is enough to do, shares of them go side by side, one on each core. Everyone ends where `fit`
would have brought it alone.
"""

from __future__ import annotations

import math
import os
import random
import time
from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import pairwise
from typing import Any

import numpy as np

from ..nn.nested import flat
from ..optim.optimizers import Optimizer
from .batches import reordered, shuffled
from .diagnosis import explain
from .epochs import names_measured
from .examples import predict
from .history import MEASURED, History
from .lessons import Lesson
from .members import Batch, SharedEngine, joined_over_members
from .metrics import Metric
from .progress import Bar

Array = Any
FEWEST = 100_000
"""Numbers that a step computes on a core from which another core pays: with fewer the threads wait for one another."""

_LOOKED_AT = 2
"""Examples on which the models are compared."""


class Together:
    """Models that learn the same, at once.

    Parameters
    ----------
    models : sequence of Module
        Of one architecture.
    optimizers : sequence of Optimizer
        One for each, of one kind; they may differ in the learning rate.
    lesson : Lesson
    metrics : sequence of Metric
    size : int
        Examples in a batch.
    seed : int
        Seeds the order of the examples, and what layers draw.
    backend : {"numpy", "numba", "jax"}

    Raises
    ------
    TypeError, ValueError
        If model and loss cannot be compiled, or the models are not alike.
    """

    def __init__(
        self,
        models: Sequence[Any],
        optimizers: Sequence[Optimizer],
        lesson: Lesson,
        metrics: Sequence[Metric],
        size: int,
        seed: int,
        backend: str,
    ) -> None:
        self.models, self.optimizers, self.lesson, self.metrics = models, optimizers, lesson, metrics
        self.size, self.backend = size, backend
        self._starts = [[p.data for p in optimizer.params] for optimizer in optimizers]
        train, weighted = lesson.train, lesson.train.weights is not None
        self._engine = SharedEngine(models[0], lesson.loss, optimizers[0], train.X, train.y, backend, weighted)
        self._generator = self._engine.generator = random.Random(seed)
        self._X, self._y = self._engine.prepare(train.inputs, train.y)
        self._weights = np.array(train.weights) if weighted else None
        self._asked = () if lesson.held_out is None else self._engine.prepare(lesson.held_out.inputs, lesson.held_out.y)
        count = len(train.X)
        sizes = {min(size, count - begin) for begin in range(0, count, size)}
        work = len(models) * self._engine.work(max(sizes), weighted)
        workers = (
            1 if backend == "jax" else max(1, min(_cores(), len(models), work // FEWEST))
        )  # XLA has its own threads
        bounds = [len(models) * worker // workers for worker in range(workers + 1)]
        self._parts = [
            self._engine.members(optimizers[begin:end], sorted(sizes), weighted) for begin, end in pairwise(bounds)
        ]
        self._see_that_they_are_alike()

    def _see_that_they_are_alike(self) -> None:
        """Compare what the program of one gives by the numbers of each with what the models themselves give."""
        some = any(module.buffers for module in self.models[0].modules())
        buffers = [_buffers(model) if some else {} for model in self.models]
        X = self.lesson.train.X[:_LOOKED_AT]
        part_of_each = slice(0, len(X))
        parts = [part.measure(self._X[part_of_each], self._y[part_of_each]) for part in self._parts]
        ours = [flat(own.tolist() if hasattr(own, "tolist") else own) for own in joined_over_members(parts)[1]]
        theirs = [flat(predict(model, X)) for model in self.models]
        if any(own != buffers[0] for own in buffers) or not np.allclose(ours, theirs, 1e-9, 1e-12, equal_nan=True):
            raise ValueError("the models compute something else, or hold other constants")

    def train(self, epochs: int, bar: Bar) -> list[History]:
        """Train for so many epochs, or until Ctrl-C; give the history of each."""
        started = time.perf_counter()
        lesson = self.lesson
        names = names_measured(lesson.train, lesson.held_out, self.metrics)
        histories = [
            History(
                metrics={name: [] for name in names if name not in MEASURED},
                loss_name=lesson.loss_name,
                optimizer=repr(optimizer),
                engine=f"{self.backend}: {len(self.models)} networks at once",
            )
            for optimizer in self.optimizers
        ]
        epochs_measured: list[dict[str, Sequence[float]]] = []
        ends: dict[int, int] = {}  # after how many epochs those stopped that could not go on
        try:
            with _mapping(len(self._parts)) as each, bar:
                for _ in range(epochs):
                    measured = self._epoch(each)
                    self._note_the_broken(histories, ends, len(epochs_measured))
                    epochs_measured.append(measured)
                    if len(ends) == len(histories):
                        break
                    bar.advance(_best_of(measured, ends))
        except KeyboardInterrupt:
            for history in histories:
                history.stopped = history.stopped or f"interrupted in epoch {len(epochs_measured) + 1}"
        finally:
            for part in self._parts:
                part.synchronise()
            for name in names:
                of_each = zip(*[measured[name] for measured in epochs_measured], strict=True)
                for member, (history, numbers) in enumerate(zip(histories, of_each, strict=False)):
                    history.series(name).extend(numbers[: ends.get(member)])
        self._explain(histories)
        for history, optimizer in zip(histories, self.optimizers, strict=True):
            history.lr += [optimizer.lr] * history.epochs
            history.seconds = time.perf_counter() - started
        return histories

    def _epoch(self, each: Callable[..., Iterable[Any]]) -> dict[str, Sequence[float]]:
        """Go once through the examples, then through those held out; give what was measured of each member, by name."""
        lesson = self.lesson
        order = shuffled(self._X, self._generator)
        X, y = reordered(self._X, order), reordered(self._y, order)
        weights = None if self._weights is None else reordered(self._weights, order)
        batches: list[Batch] = []
        for begin in range(0, len(order), self.size):
            now = slice(begin, begin + self.size)
            chosen = None if weights is None else weights[now]
            batches.append(self._engine.batch(X[now], y[now], chosen, order[now].tolist()))
        learnt = joined_over_members(list(each(lambda part: part.learn(batches), self._parts)))
        measured = self._measured(lesson.train, *learnt, order)
        if lesson.held_out is not None:
            asked = self._asked
            found = joined_over_members(list(each(lambda part: part.measure(*asked), self._parts)))
            held_out = self._measured(lesson.held_out, *found, None)
            measured |= {f"val_{name}": numbers for name, numbers in held_out.items()}
        return measured

    def _measured(self, examples: Any, losses: Array, outputs: Any, order: Any) -> dict[str, Sequence[float]]:
        weights, y = examples.weights, examples.y
        if order is not None and (weights is not None or self.metrics):
            weights = None if weights is None else [weights[i] for i in order]
            y = [y[i] for i in order]
        with np.errstate(all="ignore"):
            means = losses.mean(1) if weights is None else np.average(losses, 1, weights)
        measured: dict[str, Sequence[float]] = {"loss": means.tolist()}
        if examples.kind != "numbers":
            measured["accuracy"] = examples.shares_right(outputs, order)
        if self.metrics:
            answers = [examples.answers(own) for own in outputs]
            measured |= {metric.name: [metric(y, own) for own in answers] for metric in self.metrics}
        return measured

    def _note_the_broken(self, histories: Sequence[History], ends: dict[int, int], epochs: int) -> None:
        """Note those that could not go on in the epoch after so many."""
        for member, step in self._broken():
            if member not in ends:
                wrong = next((loss for loss in step.losses if not math.isfinite(loss)), None)
                what = "non-finite gradient" if wrong is None else f"non-finite loss, {wrong},"
                ends[member], histories[member].stopped = epochs, f"{what} in epoch {epochs + 1}"

    def _broken(self) -> Iterator[tuple[int, Any]]:
        """Give the members that could not go on, and the step that each could not take."""
        first = 0
        for part in self._parts:
            yield from ((first + member, step) for member, step in part.broken.items())
            first += len(part.optimizers)

    def _explain(self, histories: Sequence[History]) -> None:
        """Say why some could not go on, by the parameters that they were left with."""
        lesson = self.lesson
        for member, step in self._broken():
            model, optimizer, start = self.models[member], self.optimizers[member], self._starts[member]
            why = explain(model, lesson.loss, optimizer, start, lesson.train, step.places)
            histories[member].stopped += f"; {why}"


def _buffers(model: Any) -> dict[str, float]:
    """Give what is part of a model's state and no parameter: constants, to its program."""
    parameters = {name for name, _ in model.named_parameters()}
    return {name: number for name, number in model.state_dict().items() if name not in parameters}


def _best_of(measured: dict[str, Sequence[float]], broken: Container[int]) -> History:
    """Give what was measured of the one whose loss is smallest, as a history of one epoch."""
    losses = [math.inf if member in broken else loss for member, loss in enumerate(measured["loss"])]
    place, best = losses.index(min(losses)), History()
    for name in MEASURED:
        best.series(name).extend([measured[name][place]] if name in measured else [])
    return best


def _cores() -> int:
    """Count the cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


@contextmanager
def _mapping(workers: int) -> Iterator[Callable[..., Iterable[Any]]]:
    """Give a function like `map` that calls on several threads; NumPy and numba work side by side there."""
    if workers == 1:
        yield map
        return
    with ThreadPoolExecutor(workers) as pool:
        yield pool.map
