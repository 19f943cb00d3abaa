"""With this module `fit` goes through the examples, epoch by epoch, until it is time to stop."""

from __future__ import annotations

import math
import random
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ..nn.losses import Loss
from ..optim.base import Optimizer
from ..optim.schedules import Schedule
from .batches import joined, reordered, shuffled
from .checkpoints import Keeper
from .diagnosis import explain
from .engines import Engine
from .examples import Examples
from .filming import STEPWISE, Camera
from .gradients import NonfiniteStep
from .history import MEASURED, History
from .metrics import Metric
from .progress import Bar
from .stopping import Watch


class Part:
    """Examples, and the same in the form that the engine takes."""

    def __init__(self, engine: Engine, examples: Examples) -> None:
        self.examples = examples
        self.X, self.y = engine.prepare(examples.inputs, examples.y)
        self.weights: Any = examples.weights
        if self.weights is not None and not isinstance(self.X, list):
            import numpy as np

            self.weights = np.array(self.weights)


@dataclass
class Training:
    """A training under way.

    Attributes
    ----------
    model, loss, optimizer, engine
        What learns, and how.
    learnt, held_out : Part
        What is learnt from, and what is measured on, if anything.
    size : int
        Examples in a batch.
    generator : random.Random
        Shuffles them.
    history : History
        What has happened.
    metrics, recorders, callbacks
        What is measured, recorded and called after each epoch.
    watch : Watch, optional
        Says when to stop early.
    schedule : Schedule, optional
        Sets the learning rates.
    keeper : Keeper, optional
        Saves checkpoints.
    camera : Camera, optional
        Takes the frames of a film.
    started : float
        When, by the clock `time.perf_counter`.
    start : list of float
        The parameters that training began with.
    """

    model: Any
    loss: Loss
    optimizer: Optimizer
    engine: Engine
    learnt: Part
    held_out: Part | None
    size: int
    generator: random.Random
    history: History
    metrics: Sequence[Metric]
    recorders: Mapping[str, Callable[[Any], Any]]
    callbacks: Sequence[Callable[[History], Any]]
    watch: Watch | None
    schedule: Schedule | None
    keeper: Keeper | None
    camera: Camera | None
    started: float
    start: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.start = [p.data for p in self.optimizer.params]

    def run(self, epochs: int, bar: Bar) -> None:
        """Train until so many epochs are done, or there is a reason to stop; Ctrl-C is one."""
        history = self.history
        try:
            self._go(epochs, bar)
            self._settle()
        except KeyboardInterrupt:
            if history.epochs < epochs and not history.stopped:
                history.stopped = f"interrupted in epoch {history.epochs + 1}"
            self._settle()
        except BaseException:  # what was learnt so far stays, be it an error of a callback, or of the model
            self.engine.synchronise()
            raise

    def _go(self, epochs: int, bar: Bar) -> None:
        history = self.history
        keeper = self.keeper
        if keeper is not None:
            keeper.begin(self)
        if self.camera is not None:
            self.camera.begin(history.epochs, {} if history.epochs else self._losses_before())
        with bar:
            while history.epochs < epochs and not history.stopped:
                try:
                    measured = self._epoch()
                except NonfiniteStep as broken:
                    self._diagnose(broken)
                    return
                self._enter(measured)
                self._look()
                history.seconds = time.perf_counter() - self.started
                bar.advance(history)
                answers = [callback(history) for callback in self.callbacks]
                if any(answers) and not history.stopped:
                    history.stopped = f"the callback asked to stop after epoch {history.epochs}"
                if keeper is not None:
                    keeper.after_epoch(self)
        if keeper is not None:
            keeper.end(self)

    def _losses_before(self) -> dict[str, float]:
        """Measure the losses that training begins with, for the film, whose curve begins there."""
        parts = {"loss": self.learnt, "val_loss": self.held_out}
        return {
            name: _mean(self.engine.measure(part.X, part.y)[0], part.examples.weights)
            for name, part in parts.items()
            if part is not None
        }

    def _epoch(self) -> dict[str, float]:
        """Go once through the examples learnt from, then through those held out; give what was measured, by name."""
        learnt, size = self.learnt, self.size
        order = shuffled(learnt.X, self.generator)
        after_each = self.schedule if self.schedule is not None and self.schedule.per_step else None
        steps, rate = [], self.optimizer.lr
        for begin in range(0, len(order), size):
            places = order[begin : begin + size]
            X, y = reordered(learnt.X, places), reordered(learnt.y, places)
            try:
                steps.append(
                    self.engine.step(X, y, None if learnt.weights is None else reordered(learnt.weights, places))
                )
            except NonfiniteStep as broken:
                broken.places = [int(place) for place in places]
                raise
            if after_each is not None:
                rate = self.optimizer.lr
                after_each.step()
            if self.camera is not None and self.history.epochs < STEPWISE and begin + size < len(order):
                self.engine.synchronise()
                self.camera.after_step(self.history.epochs, begin // size + 1)
        losses, outputs = (joined(parts) for parts in zip(*steps, strict=True))
        measured = self._measured(learnt.examples, losses, outputs, order)
        if self.held_out is not None:
            losses, outputs = self.engine.measure(self.held_out.X, self.held_out.y)
            held_out = self._measured(self.held_out.examples, losses, outputs, None)
            measured |= {f"val_{name}": number for name, number in held_out.items()}
        if self.schedule is not None and after_each is None:
            self.schedule.step(measured.get("val_loss", measured["loss"]))
        return measured | {"lr": rate}

    def _measured(self, examples: Examples, losses: Any, outputs: Any, order: Any) -> dict[str, float]:
        """Measure one part, whose losses and outputs came in some order."""
        weights, y = examples.weights, examples.y
        if order is not None and (weights is not None or self.metrics):
            weights = None if weights is None else [weights[i] for i in order]
            y = [y[i] for i in order]
        measured = {"loss": _mean(losses, weights)}
        if examples.kind != "numbers":
            measured["accuracy"] = examples.share_right(outputs, order)
        if self.metrics:
            answers = examples.answers(outputs)
            measured |= {metric.name: metric(y, answers) for metric in self.metrics}
        return measured

    def _enter(self, measured: Mapping[str, float]) -> None:
        """Enter an epoch into the history: all of it, even if Ctrl-C comes on the way."""
        history, epochs = self.history, self.history.epochs
        recorded: dict[str, Any] = {}
        if self.recorders or self.callbacks:  # else nobody sees the Values before the end
            self.engine.synchronise()
            recorded = {name: recorder(self.model) for name, recorder in self.recorders.items()}
        try:
            for name, number in measured.items():
                history.series(name).append(number)
            for name, item in recorded.items():
                history.recorded[name].append(item)
        except BaseException:
            history.keep(epochs)
            raise
        if self.camera is not None:
            self.engine.synchronise()
            self.camera.after_epoch(history)

    def _look(self) -> None:
        """See whether to stop early."""
        watch, history = self.watch, self.history
        if watch is None:
            return
        if watch.is_better(history):
            if watch.rule.restore_best:
                self.engine.synchronise()
            watch.keep(history, self.optimizer.params)
        history.stopped = watch.verdict(history)

    def _settle(self) -> None:
        """Leave the Values as they are to be found."""
        self.engine.synchronise()
        if self.camera is not None:
            self.camera.last(self.history)
        if self.watch is not None and not self.history.stopped.startswith("interrupted"):
            self.watch.restore(self.history, self.optimizer.params)

    def _diagnose(self, broken: NonfiniteStep) -> None:
        """Say in the history why a loss was not finite."""
        wrong = next((loss for loss in broken.losses if not math.isfinite(loss)), None)
        what = "non-finite gradient" if wrong is None else f"non-finite loss, {wrong},"
        self.history.stopped = f"{what} in epoch {self.history.epochs + 1}"
        self.engine.synchronise()
        why = explain(self.model, self.loss, self.optimizer, self.start, self.learnt.examples, broken.places)
        self.history.stopped += f"; {why}"


def names_measured(examples: Examples, held_out: Examples | None, metrics: Sequence[Metric]) -> list[str]:
    """List what a training measures in each epoch."""
    names = [name for name in MEASURED[:2] if name == "loss" or examples.kind != "numbers"]
    names += [metric.name for metric in metrics]
    return names + [f"val_{name}" for name in names if held_out is not None]


def _mean(losses: Any, weights: Sequence[float] | None) -> float:
    numbers = losses.tolist() if hasattr(losses, "tolist") else losses
    try:
        if weights is None:
            return math.fsum(numbers) / len(losses)
        return math.fsum(map(float.__mul__, weights, numbers)) / math.fsum(weights)
    except OverflowError:  # each is finite, but not their sum
        return math.inf
