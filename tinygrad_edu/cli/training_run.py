"""With this module one can train on a data set in one go, and find in a folder what was learned and how.

The folder is written whole or not at all: what cannot be written is found out before training, and a run that is broken
off leaves nothing behind.
"""

from __future__ import annotations

import os
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from .. import data, nn
from ..data import Dataset
from ..engine.value import Value
from ..errors import GraphvizMissingError
from ..files import folder_written_whole
from ..optim import optimizers as optim
from ..training.fitting import accuracy, fit
from ..training.history import History

EPOCHS = 60
"""How often every example is seen."""

HIDDEN = {"iris": (8,), "blobs": (8,)}
"""Sizes of the hidden layers, by accuracy on validation data, where fewer neurons do than the `USUAL_HIDDEN`."""

USUAL_HIDDEN = (16, 16)

_LAYERS = 3  # levels of scopes that are drawn open: the model, the network in it, its layers; neurons are folded


class Task(NamedTuple):
    """What is to be learned, and by what.

    Attributes
    ----------
    whole : Dataset
        All examples.
    learnt, kept : Dataset
        Those to learn from, and a fifth that is kept out to test on.
    model : Module
        Not trained yet.
    """

    whole: Dataset
    learnt: Dataset
    kept: Dataset
    model: nn.Sequential


def prepare(
    name: str,
    *,
    n: int | None = None,
    noise: float | None = None,
    hidden: Sequence[int] | None = None,
    activation: str = "tanh",
    seed: int = 0,
) -> Task:
    """Load a data set, and build a network for it.

    Parameters
    ----------
    name : str
        A data set that `tinygrad_edu.data.load` knows.
    n, noise : int, float, optional
        As in `tinygrad_edu.data.load`.
    hidden : sequence of int, optional
        How many neurons each hidden layer has; if left out two layers of 16, or one of 8 for iris and blobs.
    activation : str, default "tanh"
        Of the hidden layers.
    seed : int, default 0
        Of the data, the split and the weights.

    Returns
    -------
    Task

    Raises
    ------
    ValueError, TypeError
        If an argument is wrong.

    Examples
    --------
    >>> prepare("iris").model
    Sequential(Standardize(4 features), MLP(4, [8, 3], activation='tanh'))
    """
    whole = data.load(name, n=n, noise=noise, seed=seed)
    learnt, kept = whole.split(test=0.2, seed=seed)
    hidden = HIDDEN.get(name, USUAL_HIDDEN) if hidden is None else hidden
    outputs = len(whole.class_names) if len(whole.class_names) > 2 else 1
    network = nn.MLP(len(whole.feature_names), [*hidden, outputs], activation, seed=seed)
    model = nn.Sequential(nn.Standardize.of(learnt.X), network)
    # The pictures are to say mlp and layers.0.neurons.3.b, without the 1 that both are below.
    for module in model:
        module.scope_name = type(module).__name__.lower()
    for label, parameter in network.named_parameters():
        parameter.name = label
    return Task(whole, learnt, kept, model)


def train(
    name: str,
    out: str | os.PathLike[str] | None = None,
    *,
    optimizer: str = "adam",
    lr: float | None = None,
    epochs: int = EPOCHS,
    batch_size: int | None = None,
    seed: int = 0,
    progress: bool = True,
    say: Callable[[str], Any] = print,
    **settings: Any,
) -> Path:
    """Train a network on a data set, and write the model and the pictures of it into a folder.

    Parameters
    ----------
    name : str
        A data set that `tinygrad_edu.data.load` knows.
    out : path, optional
        The folder; it is made if it is not there. If left out, the name of the data set and ``-out``.
    optimizer, lr, epochs, batch_size, progress
        As in `tinygrad_edu.fit`.
    seed : int, default 0
        Of the data, the split, the weights and the order of the examples.
    say : callable, default print
        What is called with each line of the report.
    **settings
        As in `prepare`: n, noise, hidden, activation.

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
    task = prepare(name, seed=seed, **settings)
    whole, learnt, kept, model = task
    chosen = optim.create(optimizer, model.parameters(), lr)
    folder = Path(f"{name}-out" if out is None else out)
    with folder_written_whole(folder) as draft:
        say(f"{name}: {len(whole)} examples, {len(whole.feature_names)} features, {len(whole.class_names)} classes")
        say(f"{model[-1]!r}, {len(model.parameters())} parameters")
        say(f"learns from {len(learnt)} examples, is tested on {len(kept)}")
        with warnings.catch_warnings():
            warnings.filterwarnings("error", category=RuntimeWarning, module=__name__)
            try:
                history = fit(
                    model, learnt, optimizer=chosen, epochs=epochs, batch_size=batch_size, seed=seed, progress=progress
                )
            except RuntimeWarning as warning:
                raise ValueError(str(warning)) from None
        for label, part in (("train", learnt), ("test", kept)):
            share = accuracy(model, part)
            say(f"{label} accuracy {share:.1%} ({round(share * len(part))} of {len(part)})")
        described = write(task, history, draft)
    say(f"wrote into {folder}{os.sep}")
    width = max(map(len, described))
    for file, text in described.items():
        say(f"  {file:<{width}}  {text}")
    return folder


def write(task: Task, history: History, folder: Path) -> dict[str, str]:
    """Write the model and its pictures.

    Parameters
    ----------
    task : Task
        With the model that was trained. The example to draw is the one of the largest loss among those kept out.
    history : History
        What `fit` gave back.
    folder : pathlib.Path
        Where to.

    Returns
    -------
    dict of str to str
        What each file shows, by its name.
    """
    from ..drawing import draw
    from ..pages import play
    from ..plot import figures as plot

    whole, _, kept, model = task
    model.save(folder / "model.json")
    plot.loss_curve(history).savefig(folder / "loss_curve.png", dpi=150)
    figure = plot.decision_boundary(model, whole)
    figure.savefig(folder / "decision_boundary.png", dpi=150)
    loss, place = hardest(model, history, kept)
    model.zero_grad()  # what training left would be added to
    loss.backward()
    drawing = draw(loss, collapse=_LAYERS)
    label = kept.class_names[kept.y[place]]
    shown = f"the loss of one example ({label}, the hardest of the test), with values and gradients"
    first, second = figure.axes[0].get_xlabel(), figure.axes[0].get_ylabel()
    over = f"over {first} and {second}" + ", the others at their mean" * (len(whole.feature_names) > 2)
    written = {
        "model.json": "the learned model, which tinygrad_edu.nn.load reads",
        "loss_curve.png": "loss and accuracy of each epoch",
        "decision_boundary.png": f"which class it names where, {over}",
    }
    try:
        drawing.save(folder / "loss_graph.svg")
        play(loss, collapse=_LAYERS).save(folder / "steps.html")
    except GraphvizMissingError:  # what was learned is not lost over a picture
        drawing.save(folder / "loss_graph.txt")
        return {
            **written,
            "loss_graph.txt": f"{shown}; as text, since a picture needs Graphviz: pip install pygraphviz",
        }
    steps = "the same, to step through in a browser: forwards, then backwards"
    return {**written, "loss_graph.svg": shown, "steps.html": steps}


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
