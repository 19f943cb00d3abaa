"""With this module what was learned goes into a folder: the model, pictures of it, and a report."""

from __future__ import annotations

from pathlib import Path

from .. import nn
from ..data import Dataset
from ..engine.sweep import topological_order
from ..engine.value import Value
from ..errors import GraphvizMissingError
from ..files import write_whole
from ..training.history import History
from .learned import Learned, columns_of, save
from .report import Run, page
from .tasks import LAYERS, Task


def write(task: Task, history: History, folder: Path, command: str = "", digest: str = "") -> dict[str, str]:
    """Write the model and its pictures.

    Parameters
    ----------
    task : Task
        With the model that was trained. The example to draw is the one of the largest loss among those kept out.
    history : History
        What `fit` gave back.
    folder : pathlib.Path
        Where to.
    command : str, optional
        What trains the same once more.
    digest : str, optional
        Of the file that was learned from.

    Returns
    -------
    dict of str to str
        What each file shows, by its name.
    """
    from .. import plot
    from ..drawing import draw
    from ..pages import play
    from ..pages.player import MOST_NODES

    whole, learnt, kept, model, *_ = task
    save(folder / "model.json", Learned(model, columns_of(learnt)))
    plot.loss_curve(history).savefig(folder / "loss_curve.png", dpi=150)
    written = {
        "model.json": "the learned model, which tinygrad-edu predict and tinygrad_edu.nn.load read",
        "loss_curve.png": "the loss of each epoch" if whole.kind == "numbers" else "loss and accuracy of each epoch",
    }
    features = None
    if whole.kind == "classes" and len(whole.feature_names) > 1:
        features = plot.clearest_features(model, whole)
        figure = plot.decision_boundary(model, learnt, test=kept, features=features)
        figure.savefig(folder / "decision_boundary.png", dpi=150)
        first, second = figure.axes[0].get_xlabel(), figure.axes[0].get_ylabel()
        over = f"over {first} and {second}" + ", the others at their mean" * (len(whole.feature_names) > 2)
        written["decision_boundary.png"] = f"which class it names where, {over}"
    if history.film is not None:
        play(history).save(folder / "training.html")
        written["training.html"] = "the film of the training: network, boundary and loss, epoch by epoch, in a browser"
    loss, place = hardest(model, history, kept)
    model.zero_grad()  # what training left would be added to
    loss.backward()
    drawing = draw(loss, collapse=LAYERS)
    label = kept.label_text(kept.y[place])
    write_whole(folder / "report.html", page(Run(task, history, loss, place, command, digest, features)))
    written["report.html"] = "all of this on one page: what was learned, how well, where it errs and why"
    shown = f"the loss of one example ({label}, the hardest of the test), with values and gradients"
    try:
        drawing.save(folder / "loss_graph.svg")
        if len(topological_order(loss)) > MOST_NODES:  # of a table with very many columns
            return {**written, "loss_graph.svg": shown}
        play(loss, collapse=LAYERS).save(folder / "steps.html")
    except GraphvizMissingError:  # what was learned is not lost over a picture
        drawing.save(folder / "loss_graph.txt")
        return {
            **written,
            "loss_graph.txt": f"{shown}; as text, since a picture needs Graphviz: pip install pygraphviz",
        }
    steps = "the same, to step through in a browser: forwards, then backwards"
    return {**written, "loss_graph.svg": shown, "steps.html": steps}


def is_filmed(task: Task) -> bool:
    """Whether its training makes a film worth watching: of classes, over a plane."""
    return task.whole.kind == "classes" and len(task.whole.feature_names) > 1


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
