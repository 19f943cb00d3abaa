"""With this module one can train on a data set in one go, and find in a folder what was learned and how.

The folder is written whole or not at all: what cannot be written is found out before training, and a run that is broken
off leaves nothing behind.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
import warnings
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from . import data, nn, optim
from .data import Dataset
from .training import History, accuracy, fit
from .value import Value

Say = Callable[[str], Any]


def train(
    name: str,
    out: str | os.PathLike[str] | None = None,
    *,
    n: int | None = None,
    noise: float | None = None,
    hidden: Sequence[int] = (16, 16),
    activation: str = "tanh",
    optimizer: str = "adam",
    lr: float | None = None,
    seed: int = 0,
    say: Say = print,
    **options: Any,
) -> Path:
    """Train a network on a data set, and write the model and the pictures of it into a folder.

    A fifth of the examples is kept out of training, to test on.

    Parameters
    ----------
    name : str
        A data set that `tinygrad_edu.data.load` knows.
    out : path, optional
        The folder; it is made if it is not there. If left out, the name of the data set and ``-out``.
    n, noise : int, float, optional
        As in `tinygrad_edu.data.load`.
    hidden : sequence of int, default (16, 16)
        How many neurons each hidden layer has.
    activation : str, default "tanh"
        Of the hidden layers.
    optimizer : str, default "adam"
    lr : float, optional
        As in `tinygrad_edu.fit`.
    seed : int, default 0
        Of the data, the split, the weights and the order of the examples.
    say : callable, default print
        What is called with each line of the report.
    **options
        For `tinygrad_edu.fit`: epochs, batch_size, progress.

    Returns
    -------
    pathlib.Path
        The folder.

    Raises
    ------
    ValueError, TypeError
        If an argument is wrong, or the loss became nan or infinite.
    OSError
        If the folder cannot be written.
    """
    whole = data.load(name, n=n, noise=noise, seed=seed)
    learnt, kept = whole.split(test=0.2, seed=seed)
    outputs = len(whole.class_names) if len(whole.class_names) > 2 else 1
    network = nn.MLP(len(whole.feature_names), [*hidden, outputs], activation, seed=seed)
    model = nn.Sequential(nn.Standardize.of(learnt.X), network)
    optimiser = optim.create(optimizer, model.parameters(), lr)
    folder = Path(f"{name}-out" if out is None else out)
    with _written_whole(folder) as draft:
        say(f"{name}: {len(whole)} examples, {len(whole.feature_names)} features, {len(whole.class_names)} classes")
        say(f"{network!r} with {len(model.parameters())} parameters: learns from {len(learnt)}, tested on {len(kept)}")
        with warnings.catch_warnings():
            warnings.filterwarnings("error", category=RuntimeWarning, module=__name__)
            try:
                history = fit(model, learnt, optimizer=optimiser, seed=seed, **options)
            except RuntimeWarning as warning:
                raise ValueError(str(warning)) from None
        for label, part in (("train", learnt), ("test", kept)):
            share = accuracy(model, part)
            say(f"{label} accuracy {share:.1%} ({round(share * len(part))} of {len(part)})")
        described = write(model, history, whole, kept, draft)
    say(f"wrote into {folder}{os.sep}")
    width = max(map(len, described))
    for file, text in described.items():
        say(f"  {file:<{width}}  {text}")
    return folder


def write(model: nn.Module, history: History, whole: Dataset, kept: Dataset, folder: Path) -> dict[str, str]:
    """Write the model and its pictures.

    Parameters
    ----------
    model : Module
        What was trained.
    history : History
        What `fit` gave back.
    whole : Dataset
        The examples to show.
    kept : Dataset
        The examples among which the one to draw is chosen: that of the largest loss.
    folder : pathlib.Path
        Where to.

    Returns
    -------
    dict of str to str
        What each file shows, by its name.
    """
    from . import plot
    from .drawing import draw
    from .stepping import play

    model.save(folder / "model.json")
    plot.loss_curve(history).savefig(folder / "loss_curve.png", dpi=150)
    figure = plot.decision_boundary(model, whole)
    figure.savefig(folder / "decision_boundary.png", dpi=150)
    loss, place = hardest(model, history, kept)
    loss.backward()
    draw(loss).save(folder / "loss_graph.svg")
    play(loss).save(folder / "steps.html")
    label = kept.class_names[kept.y[place]]
    first, second = (figure.axes[0].get_xlabel(), figure.axes[0].get_ylabel())
    over = f"over {first} and {second}" + ", the others at their mean" * (len(whole.feature_names) > 2)
    return {
        "model.json": "the learned model, which tinygrad_edu.nn.load reads",
        "loss_curve.png": "loss and accuracy of each epoch",
        "decision_boundary.png": f"which class it names where, {over}",
        "loss_graph.svg": f"the loss of one example ({label}, the hardest of the test), with values and gradients",
        "steps.html": "the same, to step through in a browser: forwards, then backwards",
    }


def hardest(model: nn.Module, history: History, examples: Dataset) -> tuple[Value, int]:
    """Compute the loss of each example, and give the largest with its place.

    Parameters
    ----------
    model : Module
    history : History
        Tells which loss was made small.
    examples : Dataset

    Returns
    -------
    tuple of (Value, int)
        The loss as a node, its inputs Values that are named after the features; and the place of the example.
    """
    loss_of = nn.LOSSES[history.loss_name]
    losses = [loss_of(out, target) for out, target in zip(model.predict(examples.X), examples.y, strict=True)]
    place = max(range(len(losses)), key=losses.__getitem__)
    inputs = [Value(x, name) for x, name in zip(examples.X[place], examples.feature_names, strict=True)]
    return loss_of(model(inputs), examples.y[place]), place


@contextlib.contextmanager
def _written_whole(folder: Path) -> Iterator[Path]:
    """Give a draft of the folder, whose files move there in the end; after an error nothing is left of either."""
    missing = [path for path in (folder, *folder.parents) if not path.exists()]
    draft = None
    try:
        try:
            folder.mkdir(parents=True, exist_ok=True)
            draft = Path(tempfile.mkdtemp(prefix=".unfinished-", dir=folder))
        except OSError as error:
            reason = "it is a file" if folder.is_file() else (error.strerror or str(error)).lower()
            raise OSError(f"cannot write into the folder {str(folder)!r}: {reason}") from None
        yield draft
        for file in sorted(draft.iterdir()):
            os.replace(file, folder / file.name)
        missing = []
    finally:
        if draft is not None:
            shutil.rmtree(draft, ignore_errors=True)
        for path in missing:
            with contextlib.suppress(OSError):  # it was not made, or somebody else put something into it
                path.rmdir()
