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

import os
import random
import time
import warnings
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from ..arguments import as_count, as_dtype, as_seed
from ..compiler.devices import as_devices
from ..nn.losses import Loss
from ..optim import optimizers as optim
from ..optim.schedules import Schedule
from .checkpoints import keeper_of
from .descending import optimizer_of, schedule_of
from .engines import open_engine
from .epochs import Part, Training, names_measured
from .examples import USUAL_SHARE, Examples, predict
from .filming import Camera, split_off
from .gradients import Clipping
from .history import MEASURED, History
from .lessons import Lesson
from .metrics import metrics_of
from .observers import Callback, Recorder, callbacks_of, recorders_of
from .progress import Bar
from .stopping import EarlyStopping, Watch

__all__ = ["History", "accuracy", "fit"]


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
    callback: Callback | Sequence[Callback] | None = None,
    engine: str = "auto",
    dtype: str = "float64",
    devices: Iterable[Any] | None = None,
    early_stopping: int | EarlyStopping | None = None,
    metrics: Any = None,
    class_weight: Any = None,
    sample_weight: Sequence[float] | None = None,
    schedule: str | Schedule | Callable[[optim.Optimizer], Schedule] | None = None,
    clip_norm: float | None = None,
    clip_value: float | None = None,
    checkpoint: str | os.PathLike[str] | None = None,
    every: int = 1,
    resume: bool = False,
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
        "sgd", "rmsprop", "adam", "adamw", "adagrad", "nadam", "lion", or an optimiser of the model's parameters with
        settings of your own.
    lr : float, optional
        Learning rate; if left out 0.1 for "sgd" and "adagrad", 0.01 for the others.
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
        last step), "parameters" (the state), or functions of the model by a name of your own. "film" keeps what
        `tinygrad_edu.play` and `tinygrad_edu.rubber_band` of the history show: all parameters after each epoch, and
        each step of the first ones; "bands" the same of networks that no film can be made of, for `rubber_band`.
    callback : callable or sequence of callable, optional
        ``callback(history)`` after each epoch; if one gives something true, training stops.
    engine : {"auto", "numpy", "numba", "jax", "eager"}, default "auto"
        What computes: "eager" makes Values for every example; the others compile model and loss into array
        operations for that back end, and "numba" and "jax" need the extras [fast] and [jax].
        "auto" compiles them for NumPy, and is eager if they cannot be traced, or if compiling would take more than a
        second and longer than to train eagerly (a very large loss, very few examples); ``history.engine`` says which
        it was, and why.
    dtype : {"float64", "float32"}, default "float64"
        What numbers a compiled engine trains with ("auto" is "numpy" in "float32"); in the end they are floats again.
    devices : iterable of JAX devices, optional
        With engine="jax", spreads the examples of each batch over several devices: ``devices=jax.devices()``. After
        ``jax.distributed.initialize()`` these are those of all processes, on all hosts: then every process makes the
        same call, with the same model and all the data, and all end with the same parameters.
    early_stopping : int or EarlyStopping, optional
        Stop where the loss of the examples held out (of those learnt from, if none are) has not become smaller for so
        many epochs, and give the model the parameters of the best epoch. An `EarlyStopping` says more.
    metrics : str, callable, or sequence or mapping of them, optional
        What else is measured in each epoch, into ``history.metrics``: "balanced_accuracy", "precision", "recall", "f1"
        (of class 1 if there are two, else the mean over classes) for classes; "r2", "mae", "mse", "rmse" for other
        numbers; functions ``metric(truth, answers)`` such as those of scikit-learn. Weights do not enter them.
    class_weight : "balanced" or dict, optional
        How much the examples of each class count in the loss: from class to weight, 1 for those left out; "balanced"
        is n / (classes · count), as in scikit-learn.
    sample_weight : sequence of float, optional
        How much each example counts in the loss, at least 0. The loss of a batch is the weighted mean: a weight of 2
        is an example that is there twice, one of weight 0 is left out.
    schedule : str, Schedule or callable, optional
        How the learning rate changes: "step", "multistep", "exponential", "cosine", "warmup", "warmup-cosine",
        "onecycle" or "plateau", fitted to the epochs (`tinygrad_edu.optim.create_schedule`); a schedule of the
        optimiser given; or what makes one of the optimiser. It steps after each epoch, with the loss of the examples
        held out or else of those learnt from; or after each step if it is `per_step`.
    clip_norm, clip_value : float, optional
        The most that the gradient may be in each step: as a whole (its Euclidean norm), in each of its numbers.
    checkpoint : path, optional
        A folder in which the training is kept while it runs: a file that is written before the first epoch, after every
        `every` epochs, and in the end.
    every : int, default 1
        After how many epochs to save.
    resume : bool, default False
        Go on from the checkpoint, if there is one: with the same model, data and settings (`epochs` may be more) the
        run ends with the very numbers of one that was never broken off. What callbacks keep for themselves is theirs.

    Returns
    -------
    History
        After Ctrl-C too: the epochs so far, ``history.stopped`` says "interrupted", and the model has the parameters of
        the last whole step. While model and loss are still being compiled, Ctrl-C passes through.

    Raises
    ------
    TypeError, ValueError
        If an argument is of the wrong type or out of range, data, model and loss do not go together, or the checkpoint
        is of another run. The model has not been changed then.
    OSError
        If a checkpoint cannot be written.

    Warns
    -----
    RuntimeWarning
        If a loss or a gradient is nan or infinite. Training stops before that step is taken; the warning, and
        ``history.stopped``, name the epoch, the example, the node, and the likely cause.
    """
    started = time.perf_counter()
    epochs, seed, kind = as_count(epochs, "epochs"), as_seed(seed), as_dtype(dtype)
    size = None if batch_size is None else as_count(batch_size, "batch_size")
    spread = as_devices(devices, engine, "engine")
    chosen = optimizer_of(model, optimizer, lr)
    record, filmed = split_off(record)
    rule, recorders, callbacks = EarlyStopping.of(early_stopping), recorders_of(record), callbacks_of(callback)
    clip = Clipping.of(clip_norm, clip_value)
    lesson = Lesson.of(model, data, loss, validation, seed, class_weight, sample_weight)
    train, held_out, loss_name, loss_function = lesson
    measures = metrics_of(metrics, train)
    names = names_measured(train, held_out, measures)
    camera = Camera(model, train, held_out, loss_function, loss_name, data, filmed) if filmed else None
    watch = Watch.over(rule, names, measures)
    size = lesson.batch_size(size)
    history = History(
        film=None if camera is None else camera.strip,
        metrics={name: [] for name in names if name not in MEASURED},
        recorded={name: [] for name in recorders},
        loss_name=loss_name,
        optimizer=repr(chosen),
    )
    settings = {
        "model": model, "data": train, "validation": held_out, "loss": loss_name, "optimizer": chosen,
        "schedule": f"{schedule} over {epochs} epochs" if isinstance(schedule, str) else schedule,
        "batch_size": size, "seed": seed, "engine": engine, "early_stopping": rule, "clip": clip,
        **({} if kind == "float64" else {"dtype": kind}),
    }  # fmt: skip
    keeper = keeper_of(checkpoint, every, resume, settings)
    found = keeper.read() if keeper is not None and resume else None
    if found is not None and engine == "auto":  # which was chosen by the time that it would take
        engine = str(found["history"]["engine"]).partition(":")[0]
    passes, has_weights = epochs * len(train.X), train.weights is not None
    asked = model, loss_function, chosen, train.X, train.y, passes, has_weights, kind, spread
    runner, history.engine = open_engine(engine, *asked)
    runner.clip = clip
    steps = -(-len(train.X) // size)
    generator = runner.generator = random.Random(seed)
    training = Training(
        model=model,
        loss=loss_function,
        optimizer=chosen,
        engine=runner,
        learnt=Part(runner, train),
        held_out=None if held_out is None else Part(runner, held_out),
        size=size,
        generator=generator,
        history=history,
        metrics=measures,
        recorders=recorders,
        callbacks=callbacks,
        watch=watch,
        schedule=schedule_of(schedule, chosen, epochs, steps),
        keeper=keeper,
        camera=camera,
        started=started,
    )
    if keeper is not None and found is not None:
        keeper.restore(training, found)
    training.run(epochs, Bar(epochs if progress else 0, history.epochs))
    if history.stopped.startswith("non-finite"):
        warnings.warn(history.stopped, RuntimeWarning, stacklevel=2)
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
