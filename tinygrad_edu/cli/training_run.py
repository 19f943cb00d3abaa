"""With this module one can train on a data set in one go, and find in a folder what was learned and how.

The folder is written whole or not at all: what cannot be written is found out before training, and a run that is broken
off leaves nothing behind.
"""

from __future__ import annotations

import hashlib
import os
import shlex
import warnings
import webbrowser
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ..arguments import counted
from ..files import folder_written_whole
from ..libraries import require
from ..optim import optimizers as optim
from ..plot.over_time import activations_of
from ..training.filming import FILM
from ..training.fitting import accuracy, fit
from ..training.history import layer_gradients
from .answering import number_lines
from .tasks import EPOCHS, TABLE_OPTIONS, Task, is_table, prepare, title_of
from .watching import Watcher
from .writing import is_filmed, write

_EVERY = 5  # epochs from one checkpoint to the next


def train(
    name: str,
    out: str | os.PathLike[str] | None = None,
    *,
    optimizer: str = "adam",
    lr: float | None = None,
    epochs: int = EPOCHS,
    batch_size: int | None = None,
    engine: str = "auto",
    dtype: str = "float64",
    schedule: str | None = None,
    resume: bool = False,
    seed: int = 0,
    progress: bool = True,
    watch: bool = False,
    open_report: bool = False,
    say: Callable[[str], Any] = print,
    **settings: Any,
) -> Path:
    """Train a network on a data set, and write the model, pictures of it and a report into a folder.

    Parameters
    ----------
    name : str
        A data set that `tinygrad_edu.data.load` knows, or the path of a CSV file.
    out : path, optional
        The folder; it is made if it is not there. If left out, the name of the data set and ``-out``.
    optimizer, lr, epochs, batch_size, engine, dtype, schedule, progress
        As in `tinygrad_edu.fit`.
    resume : bool, default False
        Keep the training in the folder's ``checkpoint`` while it runs, and go on from there if it was broken off.
    seed : int, default 0
        Of the data, the split, the weights and the order of the examples.
    watch : bool, default False
        Draw the boundary on stderr while it moves, in place of the progress bar.
    open_report : bool, default False
        Open the report in a browser in the end.
    say : callable, default print
        What is called with each line of the report.
    **settings
        As in `prepare`: n, noise, hidden, activation; and as in `tinygrad_edu.data.from_csv`: label, missing, ...

    Returns
    -------
    pathlib.Path
        The folder.

    Raises
    ------
    ValueError, TypeError
        If an argument is wrong, or the loss became nan or infinite.
    OSError
        If the table cannot be read, or the folder cannot be written.
    """
    require("matplotlib", "tinygrad-edu train", "in Python, tinygrad_edu.fit works without")
    if out is not None and not os.fspath(out):
        raise ValueError(f"out is empty: name a folder, as out='{title_of(name)}-out'; out='.' is this one")
    folder = Path(f"{title_of(name)}-out" if out is None else out)
    given = {"optimizer": optimizer, "lr": lr, "epochs": epochs, "batch_size": batch_size, "engine": engine}
    given |= {"dtype": dtype, "schedule": schedule}
    command = command_of(name, {**settings, **given, "seed": seed, "out": out})
    table = {key: settings.pop(key) for key in TABLE_OPTIONS if key in settings}
    digest = digest_of(name) if is_table(name) else ""
    task = prepare(name, seed=seed, table={k: v for k, v in table.items() if v is not None}, **settings)
    chosen = optim.create(optimizer, task.model.parameters(), lr)
    recorded: dict[str, Any] = {
        "gradients": layer_gradients,
        "parameters": lambda model: model.state_dict(),
        "activations": activations_of(task.learnt, most=16),
        **({"film": FILM} if is_filmed(task) else {}),
    }
    watcher = Watcher(task.model, task.learnt, epochs) if watch else None
    with folder_written_whole(folder) as draft:
        for line in _opening(task):
            say(line)
        with warnings.catch_warnings():
            warnings.filterwarnings("error", category=RuntimeWarning, module=__name__)
            try:
                history = fit(
                    task.model,
                    task.to_train_on,
                    optimizer=chosen,
                    epochs=epochs,
                    batch_size=batch_size,
                    seed=seed,
                    engine=engine,
                    dtype=dtype,
                    schedule=schedule,
                    checkpoint=folder / "checkpoint" if resume else None,
                    every=_EVERY,
                    resume=resume,
                    progress=progress and not watch,
                    callback=watcher,
                    record=recorded,
                )
            except RuntimeWarning as warning:
                raise ValueError(str(warning)) from None
        if history.stopped.startswith("interrupted"):
            if resume:
                say(f"after {history.epochs} epochs; the same command goes on from there")
            raise KeyboardInterrupt  # who breaks a run off wants no half of it
        task.settle()
        for line in _verdict(task):
            say(line)
        described = write(task, history, draft, command, digest)
    say(f"wrote into {folder}{os.sep}")
    width = max(map(len, described))
    for file, text in described.items():
        say(f"  {file:<{width}}  {text}")
    if is_table(name):
        say(f"next: {shlex.join(['tinygrad-edu', 'predict', str(folder / 'model.json'), name, '-o', 'answers.csv'])}")
    if open_report:
        address = (folder / "report.html").resolve().as_uri()
        if not webbrowser.open(address):
            say(f"no browser was found; the report is at {address}")
    return folder


def digest_of(path: str) -> str:
    """Give the SHA-256 of a table that is to be learned from, which must be a file that can be read again.

    Raises
    ------
    OSError
        If it cannot be read, or is a pipe.
    """
    if os.path.exists(path) and not os.path.isfile(path) and not os.path.isdir(path):
        raise OSError(f"{path!r} is no file but a pipe or the like, which can be read once: write it into a file first")
    return hashlib.sha256(Path(path).read_bytes()).hexdigest()


_USUAL = (
    ("optimizer", "adam"), ("epochs", EPOCHS), ("engine", "auto"), ("dtype", "float64"), ("activation", "tanh"),
    ("missing", "mean"),
)  # fmt: skip


def command_of(name: str, options: dict[str, Any]) -> str:
    """Give the command that trains the same once more.

    Parameters
    ----------
    name : str
        Of the data.
    options : dict
        The options by their names in Python; None where nothing was said.

    Returns
    -------
    str

    Examples
    --------
    >>> command_of("my trees.csv", {"hidden": [8, 8], "batch_size": None, "seed": 0})
    "tinygrad-edu train 'my trees.csv' --hidden 8 8 --seed 0"
    """
    words = ["tinygrad-edu", "train", name]
    for option, value in options.items():
        if value is not None and (option, value) not in _USUAL:
            many = isinstance(value, (list, tuple))
            words += [f"--{option.replace('_', '-')}", *map(str, value if many else [value])]
    return shlex.join(words)


def _opening(task: Task) -> list[str]:
    whole, learnt, kept, model, *_ = task
    label = f"{len(whole.class_names)} classes" if whole.kind == "classes" else f"{whole.label_name}, a number"
    lines = [f"{whole.name}: {len(whole)} examples, {len(whole.feature_names)} features, {label}"]
    if whole.columns is not None:
        names = ", ".join(column.name for column in whole.columns.features)
        lines += [f"read {whole.source}", f"learns {whole.label_name} from {names}"]
        lines += [f"leaves out {name}: {reason}" for name, reason in whole.columns.left_out]
    lines.append(f"{model[-1]!r}, {len(model.parameters())} parameters")
    return [*lines, f"learns from {counted(len(learnt), 'example')}, is tested on {len(kept)}"]


def _verdict(task: Task) -> list[str]:
    """Say how well the trained model does."""
    lines = []
    for label, part in (("train", task.learnt), ("test", task.kept)):
        if part.kind == "classes":
            share = accuracy(task.model, part)
            lines.append(f"{label} accuracy {share:.1%} ({round(share * len(part))} of {len(part)})")
        else:
            lines += [f"{label} {line}" for line in number_lines(task.model.predict(part.X), part.y)]
    return lines
