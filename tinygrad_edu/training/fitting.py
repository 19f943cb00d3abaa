"""With this module one can train a model in one call, watch it, and say how often it is right.

Examples
--------
>>> from tinygrad_edu import accuracy, data, fit
>>> from tinygrad_edu.nn import MLP
>>> train, test = data.load("xor", n=60, seed=0).split(test=0.2, seed=0)
>>> model = MLP(2, [8, 1], seed=0)
>>> history = fit(model, train, epochs=60, seed=0, progress=False)
>>> len(history.loss)
60
>>> accuracy(model, test) > 0.9
True
"""

from __future__ import annotations

import math
import random
import sys
import time
import warnings
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any

from ..arguments import as_count, as_seed
from ..engine.context import no_grad
from ..nn.losses import Loss
from ..nn.modes import evaluated
from ..nn.module import plain
from ..optim import optimizers as optim
from ..optim.base import set_data
from .engines import Engine, open_engine
from .examples import USUAL_SHARE, Examples, choose_loss, divide, joined, outputs_of, predict, reordered, shuffled
from .history import History, layer_gradients

__all__ = ["History", "accuracy", "fit"]

Recorder = Callable[[Any], Any]


def fit(
    model: Any,
    data: Any,
    *,
    loss: str | Loss | None = None,
    optimizer: str | optim.Optimizer = "adam",
    lr: float | None = None,
    epochs: int = 100,
    batch_size: int | None = None,
    validation: Any = USUAL_SHARE,
    seed: int = 0,
    progress: bool = True,
    record: Sequence[str] | Mapping[str, Recorder] | None = None,
    callback: Callable[[History], Any] | None = None,
    engine: str = "auto",
) -> History:
    """Train a model on examples.

    Parameters
    ----------
    model : Module
        What is called with one example's features and has `parameters()`. It is trained in place.
    data : Dataset or pair (X, y)
        The examples; `X` and `y` sequences, arrays, tensors, or a DataFrame and a Series. An example is a row of
        numbers, or rows of rows of them (a sequence, an image), all of one shape. Labels are classes counted from 0,
        or -1 and 1 or truth values for a model with one output; a Dataset takes text too. Other numbers are values to
        approximate (regression). Targets may be rows: several values, a 1 in the place of the class (one-hot), the
        probability of each class, or the class of each place of a sequence with loss="cross_entropy".
    loss : str or callable, optional
        "mse", "hinge", "binary_cross_entropy", "cross_entropy", or ``loss(output, target)`` of one example. If left
        out: cross-entropy for classes and several outputs, binary cross-entropy for labels 0 and 1 and one output,
        hinge for -1 and 1, mse for other numbers. Hinge turns labels 0 and 1 into -1 and 1.
    optimizer : str or Optimizer, default "adam"
        "sgd", "rmsprop", "adam", "adamw", or an optimiser of the model's parameters with settings of your own.
    lr : float, optional
        Learning rate; if left out 0.1 for "sgd", 0.01 for the others.
    epochs : int, default 100
        How often every example is gone through.
    batch_size : int, optional
        How many examples share one step. If left out 16, or fewer if an epoch would have less than 8 steps.
        ``len(data)`` or more takes all at once.
    validation : float, Dataset, pair or None, default 0.2
        The share of `data` held out to measure on (stratified by class), or other examples for that; 0 or None
        for none. If left out, none of fewer than 20 examples either.
    seed : int, default 0
        Seeds what is held out, the order of the examples, and what a `Dropout` leaves out, which is the same on every
        engine. The model's weights and the data have seeds of their own.
    progress : bool, default True
        Show a progress bar with loss and accuracy on stderr.
    record : sequence of str or mapping of str to callable, optional
        Measured after each epoch into ``history.recorded``: "gradients" (mean absolute gradient of each layer in the
        last step), "parameters" (the state), or functions of the model by a name of your own.
    callback : callable, optional
        ``callback(history)`` after each epoch; if it returns True (Python's or NumPy's), training stops.
    engine : {"auto", "numpy", "numba", "jax", "eager"}, default "auto"
        What computes: "eager" makes Values for every example; the others compile model and loss into array
        operations for that back end, and "numba" and "jax" need the extras [fast] and [jax].
        "auto" compiles them for NumPy, and is eager if they cannot be traced, or if compiling would take more than a
        second and longer than to train eagerly (a very large loss, very few examples); ``history.engine`` says which
        it was, and why.

    Returns
    -------
    History

    Raises
    ------
    TypeError, ValueError
        If an argument is of the wrong type or out of range, or data, model and loss do not go together. The model has
        not been changed then.

    Warns
    -----
    RuntimeWarning
        If the loss became nan or infinite, where training stops.
    """
    started = time.perf_counter()
    epochs, seed = as_count(epochs, "epochs"), as_seed(seed)
    size = None if batch_size is None else as_count(batch_size, "batch_size")
    chosen = _optimizer_of(model, optimizer, lr)
    train, held_out = divide(data, validation, seed)
    loss_name, loss_function, train, held_out = choose_loss(loss, outputs_of(model, train), train, held_out)
    size = size or max(1, min(16, len(train.X) // 8))
    recorders = _recorders_of(record)
    history = History(recorded={key: [] for key in recorders}, loss_name=loss_name, optimizer=repr(chosen))
    before = [p.data for p in chosen.params]
    runner, history.engine = open_engine(engine, model, loss_function, chosen, train.X, train.y, epochs * len(train.X))
    learnt = _Part(runner, train)
    tested = None if held_out is None else _Part(runner, held_out)
    generator = runner.generator = random.Random(seed)
    with _Bar(epochs if progress else 0) as bar:
        try:
            while history.epochs < epochs and not history.stopped:
                _run_epoch(runner, learnt, tested, size, generator, history)
                if recorders or callback is not None:  # else nobody sees the Values before the end
                    runner.synchronise()
                for key, recorder in recorders.items():
                    history.recorded[key].append(recorder(model))
                history.seconds = time.perf_counter() - started
                bar.advance(history)
                if not math.isfinite(history.loss[-1]):
                    history.stopped = f"the loss became {history.loss[-1]} in epoch {history.epochs}"
                elif callback is not None and _is_yes(callback(history)):
                    history.stopped = f"the callback asked to stop after epoch {history.epochs}"
            runner.synchronise()
        except BaseException:  # what was learnt so far stays, be it an error of a callback or Ctrl-C, even just above
            runner.synchronise()
            raise
    if not math.isfinite(history.loss[-1]):
        spoilt = _spoilt_from_the_start(model, loss_function, chosen, before, train)
        remedy = spoilt or f"try an lr below {chosen.lr:g}"
        warnings.warn(f"{history.stopped}; {remedy}", RuntimeWarning, stacklevel=2)
    return history


def accuracy(model: Any, data: Any) -> float:
    """Give the share of examples whose class the model gets right.

    Of several outputs the largest names the class; a single one does by being above 0 (class 1) or not (class 0, -1).

    Parameters
    ----------
    model : Module
        What is called with one example's features.
    data : Dataset or pair (X, y)
        The examples, with classes counted from 0, or -1 and 1, or rows with a 1 in the place of the class.

    Returns
    -------
    float
        From 0.0 to 1.0.

    Raises
    ------
    ValueError
        If `y` holds other numbers than classes, or classes that the model has no output for.
    """
    examples = Examples.of(data)
    outputs = predict(model, examples.X)
    classes = len(outputs[0]) if isinstance(outputs[0], list) and len(outputs[0]) > 1 else 2
    if examples.one_hot or isinstance(outputs[0], list):
        examples = examples.as_classes()
    if examples.kind == "numbers":
        raise ValueError("accuracy counts right classes, but y holds other numbers; use tinygrad_edu.nn.mse for those")
    if examples.kind == "classes" and max(examples.y) >= classes and not isinstance(examples.y[0], list):
        raise ValueError(
            f"the model tells {classes} classes, counted from 0, but y goes to {max(examples.y)}: write y - 1 if they "
            "count from 1"
        )
    return examples.share_right(outputs)


def _spoilt_from_the_start(
    model: Any, loss: Loss, optimizer: optim.Optimizer, before: list[float], examples: Examples
) -> str | None:
    """Name the first example whose loss is not finite by the parameters that training began with, if there is one."""
    after = [p.data for p in optimizer.params]
    found = None
    try:
        set_data(optimizer.params, before)
        with no_grad():
            for i, (x, target) in enumerate(zip(examples.X, examples.y, strict=True)):
                output = evaluated(model, x)
                value = plain(loss(output, target))
                if not math.isfinite(value):
                    found = (
                        f"that is not the learning rate's fault: example {i} of those learnt from has a loss of "
                        f"{value} before the first step, X = {x!r:.60}, y = {target!r:.20}, by an output of "
                        f"{plain(output)!r:.40}; see whether its numbers are what you meant, and what the model makes "
                        "of them (tinygrad_edu.find_nonfinite)"
                    )
                    break
        set_data(optimizer.params, after)
    except BaseException:
        set_data(optimizer.params, after)
        raise
    return found


def _is_yes(answer: Any) -> bool:
    """Whether a callback says True, as Python or as NumPy; what else is true was hardly meant as an answer."""
    return answer is True or (getattr(getattr(answer, "dtype", None), "kind", "") == "b" and bool(answer))


class _Part:
    """Examples, and the same in the form that the engine takes."""

    def __init__(self, engine: Engine, examples: Examples) -> None:
        self.examples = examples
        self.X, self.y = engine.prepare(examples.X, examples.y)


def _run_epoch(
    engine: Engine, learnt: _Part, held_out: _Part | None, size: int, generator: random.Random, history: History
) -> None:
    order = shuffled(learnt.X, generator)
    X, y = reordered(learnt.X, order), reordered(learnt.y, order)
    steps = [engine.step(X[start : start + size], y[start : start + size]) for start in range(0, len(order), size)]
    losses, outputs = (joined(parts) for parts in zip(*steps, strict=True))
    history.loss.append(math.fsum(losses) / len(losses))
    if learnt.examples.kind != "numbers":
        history.accuracy.append(learnt.examples.share_right(outputs, order))
    if held_out is not None:
        losses, outputs = engine.measure(held_out.X, held_out.y)
        history.val_loss.append(math.fsum(losses) / len(losses))
        if held_out.examples.kind != "numbers":
            history.val_accuracy.append(held_out.examples.share_right(outputs))


def _optimizer_of(model: Any, optimizer: str | optim.Optimizer, lr: float | None) -> optim.Optimizer:
    parameters = model.parameters()
    if isinstance(optimizer, str):
        return optim.create(optimizer, parameters, lr)
    if not isinstance(optimizer, optim.Optimizer):
        raise TypeError(f"optimizer must be a name such as 'adam', or an Optimizer, got {optimizer!r}")
    if lr is not None:
        raise ValueError(f"this {type(optimizer).__name__} has its own lr={optimizer.lr:g}: leave lr out of fit")
    if not {id(p) for p in parameters} & {id(p) for p in optimizer.params}:
        raise ValueError("the optimizer moves no parameter of this model; make it with model.parameters()")
    return optimizer


def _recorders_of(record: Sequence[str] | Mapping[str, Recorder] | None) -> dict[str, Recorder]:
    known: dict[str, Recorder] = {"gradients": layer_gradients, "parameters": lambda model: model.state_dict()}
    if record is None:
        return {}
    if isinstance(record, Mapping):
        for name, recorder in record.items():
            if not callable(recorder):
                raise TypeError(f"record[{name!r}] must be a function of the model, got {recorder!r}")
        return dict(record)
    names = [record] if isinstance(record, str) else list(record)
    for name in names:
        if name not in known:
            raise ValueError(f"cannot record {name!r}; known: {', '.join(known)}, or a dict of functions of the model")
    return {name: known[name] for name in names}


class _Bar:
    """A progress bar on stderr, which is no reason to stop training: it goes where it cannot be written.

    Parameters
    ----------
    epochs : int
        How many there are to come; 0 for no bar.
    """

    def __init__(self, epochs: int) -> None:
        self._epochs = epochs
        self._bar: Any = None

    def __enter__(self) -> _Bar:
        if self._epochs and sys.stderr is not None:
            with suppress(OSError, ValueError):  # a full disk, a reader that has left; a closed file
                from tqdm import tqdm

                self._bar = tqdm(total=self._epochs, unit="epoch", file=sys.stderr, dynamic_ncols=True)
        return self

    def advance(self, history: History) -> None:
        """Count one more epoch, and show how it went."""
        if self._bar is None:
            return
        try:
            self._bar.set_postfix_str(repr(history).partition(": ")[2][:-1], refresh=False)
            self._bar.update()
        except (OSError, ValueError):
            self._bar.disable, self._bar = True, None

    def __exit__(self, *error: object) -> None:
        if self._bar is not None:
            with suppress(OSError, ValueError):
                self._bar.close()
