"""With this module one can train a model by many settings, all at once, and see which of them served best."""

from __future__ import annotations

import json
import warnings
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from inspect import Parameter, signature
from itertools import product
from typing import Any

from ..arguments import as_count, as_seed, unknown
from ..engine.collector import collector_paused
from ..libraries import require
from ..optim.optimizers import create
from .engines import COMPILED
from .epochs import names_measured
from .examples import USUAL_SHARE
from .fitting import fit
from .lessons import Lesson
from .metrics import metrics_of
from .progress import Bar
from .stopping import EarlyStopping, Watch
from .swept import Sweep, Trained

_OF_FIT = [name for name in signature(fit).parameters if name not in ("model", "data", "progress")]

_TOGETHER = {
    "loss", "optimizer", "lr", "epochs", "batch_size", "validation", "seed", "metrics", "class_weight",
    "sample_weight", "engine",
}  # fmt: skip
"""What `fit` may be asked for where several models are trained at once; with anything else they go one by one."""


def sweep(
    build: Callable[..., Any],
    data: Any,
    grid: Mapping[str, Iterable[Any]],
    *,
    by: str | None = None,
    progress: bool = True,
    **settings: Any,
) -> Sweep:
    """Train a model by every combination of some settings, and give all of them in a table.

    Each is trained as `tinygrad_edu.fit` would train it by itself, on the same examples in the same order, and comes
    out the same. Models of one architecture are trained at once, in a fraction of the time that they take one by one.

    Parameters
    ----------
    build : callable
        Makes a new model from settings by name: ``lambda seed: nn.MLP(2, [16, 1], seed=seed)``.
    data : Dataset or pair (X, y)
        As for `tinygrad_edu.fit`.
    grid : mapping of str to iterable
        What to try, by name. What `build` takes is handed to it; the rest are arguments of `tinygrad_edu.fit`, such as
        "lr", "optimizer" or "batch_size".
    by : str, optional
        What the best is chosen by: "val_accuracy", "loss", ``"val_"`` and the name of a metric. If left out the loss
        of the examples held out, or of those learnt from where none are.
    progress : bool, default True
        Show a progress bar, with the measures of the model whose loss is smallest at the time.
    **settings
        Arguments of `tinygrad_edu.fit` that hold for all: epochs, batch_size, validation, engine, and so on. That goes
        for its `seed`, too: the same examples are held out, and the others come in the same batches, so that it is the
        grid alone that makes the difference. With record, callback, schedule, early_stopping, clip_norm, clip_value,
        devices or the eager engine, and with models that have no `architecture`, training is one by one.

    Returns
    -------
    Sweep
        ``sweep.best.model``, ``sweep.best.settings``; prints as a table. After Ctrl-C too: with what was learnt so far.

    Raises
    ------
    TypeError, ValueError
        If there is nothing in the grid, or a name that neither `build` nor `fit` takes; and as `fit` does.

    Warns
    -----
    RuntimeWarning
        If the loss or the gradient of a model is not finite: it is trained no further, the others are.

    Examples
    --------
    >>> import tinygrad_edu as tg
    >>> found = tg.sweep(
    ...     lambda width, seed: tg.nn.MLP(2, [width, 1], seed=seed), tg.data.load("xor", n=60),
    ...     {"width": [1, 8], "seed": range(4), "lr": [0.01, 0.1]}, epochs=20, progress=False,
    ... )
    >>> len(found)
    16
    >>> found.best.settings["width"], found.best.settings["lr"]
    (8, 0.1)
    """
    tasks = _tasks(build, grid, settings)
    first = tasks[0]
    lesson = first.lesson(data)
    metrics = metrics_of(first.settings.get("metrics"), lesson.train)
    watch = Watch.over(EarlyStopping(monitor=by), names_measured(lesson.train, lesson.held_out, metrics), metrics)
    assert watch is not None
    groups: dict[Any, list[_Task]] = {}
    for task in tasks:
        groups.setdefault(task.kind, []).append(task)
    for alike in groups.values():
        if not (_interrupted(tasks) or _trained_together(alike, data, progress)):
            for task in alike:
                if not _interrupted(tasks):
                    task.run.history = fit(task.run.model, data, progress=progress, **task.settings)
    return Sweep([task.run for task in tasks], watch.monitor, watch.sign > 0)


@dataclass
class _Task:
    """A model, and what `fit` is to be asked for."""

    run: Trained
    settings: dict[str, Any]
    kind: Any
    """What is the same for models that can be trained at once."""

    def lesson(self, data: Any) -> Lesson:
        own = self.settings
        return Lesson.of(
            self.run.model, data, own.get("loss"), own.get("validation", USUAL_SHARE), as_seed(own.get("seed", 0)),
            own.get("class_weight"), own.get("sample_weight"),
        )  # fmt: skip


def _tasks(build: Callable[..., Any], grid: Mapping[str, Iterable[Any]], settings: dict[str, Any]) -> list[_Task]:
    """Read the arguments of `sweep`, and build the models."""
    if not callable(build) or hasattr(build, "parameters"):
        raise TypeError(f"build must be a function that makes a model, such as lambda seed: ..., got {build!r:.60}")
    if not isinstance(grid, Mapping):
        raise TypeError(
            f'grid must be a dict from names to what to try, such as {{"lr": [0.01, 0.1]}}, got {grid!r:.60}'
        )
    parameters = signature(build).parameters.values()
    of_build = [p.name for p in parameters if p.kind in (Parameter.POSITIONAL_OR_KEYWORD, Parameter.KEYWORD_ONLY)]
    anything = any(p.kind is Parameter.VAR_KEYWORD for p in parameters)
    for name in settings:
        if name not in _OF_FIT:
            raise TypeError(unknown("argument of fit", name, _OF_FIT))
    for name in (*settings, *grid):
        if name in ("checkpoint", "every", "resume"):
            raise ValueError(f"a checkpoint is of one model: leave {name} out of a sweep")
    for name, values in grid.items():
        if isinstance(values, (str, bytes)) or not hasattr(values, "__iter__"):
            raise TypeError(f"grid[{name!r}] must list what to try, such as [{values!r:.40}], got {values!r:.40}")
    columns = {name: list(values) for name, values in grid.items()}
    for name, values in columns.items():
        if not (name in of_build or name in _OF_FIT or anything):
            raise ValueError(unknown("setting of build or fit", name, [*of_build, *_OF_FIT]))
        if name in settings and name not in of_build:
            raise ValueError(f"{name} is in the grid, and {settings[name]!r} for all: leave one of them out")
        if not values:
            raise ValueError(f"the grid has nothing to try for {name}: give at least one value")
    if not columns:
        raise ValueError('the grid is empty: name what to try, such as {"lr": [0.01, 0.1]}')
    tasks = []
    with collector_paused():
        for places in product(*[range(len(values)) for values in columns.values()]):
            chosen = {name: columns[name][place] for name, place in zip(columns, places, strict=True)}
            handed = {name: value for name, value in chosen.items() if name in of_build or name not in _OF_FIT}
            asked = {name: value for name, value in chosen.items() if name not in handed}
            model = build(**handed)
            if not hasattr(model, "parameters"):
                raise TypeError(f"build must return a model, such as tg.nn.MLP(2, [8, 1]), but gave {model!r:.60}")
            kind = (
                _architecture(model),
                *[(n, p) for n, p in zip(columns, places, strict=True) if n in asked and n != "lr"],
            )
            tasks.append(_Task(Trained(chosen, model), {**settings, **asked}, kind))
    if len({id(task.run.model) for task in tasks}) < len(tasks):
        raise ValueError("build gave one model twice: it must make a new one each time")
    return tasks


def _architecture(model: Any) -> str | int:
    """Give what a model is like but for its numbers; if it cannot say, what no other has."""
    described = model.architecture() if hasattr(model, "architecture") else None
    return id(model) if described is None else json.dumps(described)


def _interrupted(tasks: Sequence[_Task]) -> bool:
    """Whether somebody has pressed Ctrl-C: then what has not begun does not begin."""
    return any(task.run.history.stopped.startswith("interrupted") for task in tasks)


def _trained_together(tasks: Sequence[_Task], data: Any, progress: bool) -> bool:
    """Train models of one architecture at once, if that can be done; tell whether it was."""
    settings = tasks[0].settings
    engine, optimizer = settings.get("engine", "auto"), settings.get("optimizer", "adam")
    if len(tasks) == 1 or not _TOGETHER.issuperset(settings) or not isinstance(optimizer, str):
        return False
    if engine not in ("auto", *COMPILED):
        return False
    epochs, size = as_count(settings.get("epochs", 100), "epochs"), settings.get("batch_size")
    lesson = tasks[0].lesson(data)
    with collector_paused():
        try:
            require("numpy", "training at once")
            from .together import Together

            together = Together(
                [task.run.model for task in tasks],
                [create(optimizer, task.run.model.parameters(), task.settings.get("lr")) for task in tasks],
                lesson,
                metrics_of(settings.get("metrics"), lesson.train),
                lesson.batch_size(None if size is None else as_count(size, "batch_size")),
                as_seed(settings.get("seed", 0)),
                COMPILED[0] if engine == "auto" else engine,
            )
        except Exception:  # whatever cannot be compiled: fit trains it one by one, or says what is wrong
            return False
    histories = together.train(epochs, Bar(epochs if progress else 0))
    for task, history in zip(tasks, histories, strict=True):
        task.run.history = history
        if history.stopped.startswith("non-finite"):
            warnings.warn(f"{task.run.settings}: {history.stopped}", RuntimeWarning, stacklevel=3)
    return True
