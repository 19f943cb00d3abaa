"""With this module a name, or the path of a table, becomes something to learn, and a network to learn it."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

from .. import data, nn
from ..arguments import unknown
from ..data import Dataset
from ..data.scales import scales_of

EPOCHS = 60
"""How often every example is seen."""

HIDDEN = {"iris": (8,), "blobs": (8,)}
"""Sizes of the hidden layers, by accuracy on validation data, where fewer neurons do than the `USUAL_HIDDEN`."""

USUAL_HIDDEN = (16, 16)

INIT = "kaiming"
"""How weights start: with the gain that suits the activation, so that wide inputs do not saturate it."""

TABLE_OPTIONS = ("label", "missing", "features", "ignore", "text", "marks", "task", "header")
"""What may be said of a table of one's own: arguments of `tinygrad_edu.data.from_csv`."""


def in_options(message: str) -> str:
    """Write the arguments that an error proposes as the options of the command.

    Examples
    --------
    >>> in_options("say missing='mean', or ignore=['id', 'day']")
    "say --missing 'mean', or --ignore 'id' 'day'"
    >>> in_options("say header=True if these are names")
    'say --header True if these are names'
    """

    def option(said: re.Match[str]) -> str:
        name, value = said.groups()
        return f"--{name} " + value.strip("[]").replace("', '", "' '")

    names = "|".join((*TABLE_OPTIONS, "out"))
    return re.sub(rf"\b({names})=(\[.*?\](?=[);,.\s]|$)|'[^']*'|\.\.\.|True|False|-?[0-9]+)", option, message)


LAYERS = 3
"""Levels of scopes that are drawn open: the model, the network in it, its layers; neurons are folded."""


class Task(NamedTuple):
    """What is to be learned, and by what.

    Attributes
    ----------
    whole : Dataset
        All examples.
    learnt, kept : Dataset
        Those to learn from, and a fifth that is kept out to test on.
    model : Sequential
        Not trained yet.
    place, width : float
        What is subtracted from a label of numbers, and what it is divided by, to train on: mean and deviation of those
        learned from. `settle` brings the model back to the units of the label.
    """

    whole: Dataset
    learnt: Dataset
    kept: Dataset
    model: nn.Sequential
    place: float = 0.0
    width: float = 1.0

    @property
    def to_train_on(self) -> Dataset:
        """The examples to learn from, with labels of numbers brought to mean 0 and deviation 1."""
        if self.whole.kind == "classes":
            return self.learnt
        scaled: list[Any] = [(y - self.place) / self.width for y in self.learnt.y]
        return replace(self.learnt, y=scaled)

    def settle(self) -> None:
        """Let the trained model answer in the units of the label: its last layer is linear, and takes them up."""
        if self.whole.kind == "numbers":
            last = [module for module in self.model.modules() if isinstance(module, nn.Layer)][-1]
            for neuron in last.neurons:
                for w in neuron.w:
                    w.data *= self.width
                neuron.b.data = neuron.b.data * self.width + self.place


def prepare(
    name: str,
    *,
    n: int | None = None,
    noise: float | None = None,
    hidden: Sequence[int] | None = None,
    activation: str = "tanh",
    seed: int = 0,
    table: Mapping[str, Any] | None = None,
) -> Task:
    """Load a data set, and build a network for it.

    Parameters
    ----------
    name : str
        A data set that `tinygrad_edu.data.load` knows, or the path of a CSV file.
    n, noise : int, float, optional
        As in `tinygrad_edu.data.load`.
    hidden : sequence of int, optional
        How many neurons each hidden layer has; if left out two layers of 16, or one of 8 for iris and blobs.
    activation : str, default "tanh"
        Of the hidden layers.
    seed : int, default 0
        Of the data, the split and the weights.
    table : mapping, optional
        What is said of a CSV file: arguments of `tinygrad_edu.data.from_csv`.

    Returns
    -------
    Task

    Raises
    ------
    ValueError, TypeError, OSError
        If an argument is wrong, or the file cannot be read.

    Examples
    --------
    >>> prepare("iris").model
    Sequential(Standardize(4 features), MLP(4, [8, 3], activation='tanh'))
    """
    whole = _data_of(name, n, noise, seed, dict(table or {}))
    learnt, kept = whole.split(test=0.2, seed=seed)
    hidden = HIDDEN.get(name, USUAL_HIDDEN) if hidden is None else hidden
    outputs = len(whole.class_names) if len(whole.class_names) > 2 else 1
    network = nn.MLP(len(whole.feature_names), [*hidden, outputs], activation, seed=seed, init=INIT)
    model = nn.Sequential(nn.Standardize.of(learnt.X), network)
    # The pictures are to say mlp and layers.0.neurons.3.b, without the 1 that both are below.
    for module in model:
        module.scope_name = type(module).__name__.lower()
    for label, parameter in network.named_parameters():
        parameter.name = label
    if whole.kind == "classes":
        return Task(whole, learnt, kept, model)
    (place,), (width,) = scales_of([[y] for y in learnt.y])
    return Task(whole, learnt, kept, model, place, width)


def is_table(name: str) -> bool:
    """Whether a name is that of a file, not of a data set."""
    return name not in (*data.NAMES, *data.BORROWED) and (os.path.exists(name) or os.sep in name or "." in name)


def title_of(name: str) -> str:
    """Give what a data set, or a file, is called without its folder and ending."""
    return Path(name).stem if is_table(name) else name


def _data_of(name: str, n: int | None, noise: float | None, seed: int, table: dict[str, Any]) -> Dataset:
    if not is_table(name):
        known = (*data.NAMES, *data.BORROWED)
        if name not in known:
            raise ValueError(f"{unknown('data set', name, known)}; or give the path of a CSV file")
        if table:
            raise ValueError(f"--{next(iter(table))} says something of a CSV file, but {name} is a data set of ours")
        try:
            return data.load(name, n=n, noise=noise, seed=seed)
        except ImportError as error:
            raise ValueError(str(error)) from error
    if noise is not None:
        raise ValueError(f"{name} was measured, not generated: leave noise out")
    whole = data.from_csv(name, **table)
    if n is None:
        return whole
    if not 10 <= n <= len(whole):
        raise ValueError(f"{name} has {len(whole)} examples: n must be 10 to {len(whole)}, got {n}")
    return whole.split(test=n / len(whole), seed=seed)[1] if n < len(whole) else whole
