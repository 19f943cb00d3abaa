"""With this module one can hold what a training left behind for a film: the network, the examples, the parameters."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol

from ..words import say


class Filmed(Protocol):
    """What holds a film: the history of a training."""

    @property
    def film(self) -> Any:
        """A `FilmStrip`, or None where nothing was filmed."""


class Frame(NamedTuple):
    """The parameters at one moment.

    Attributes
    ----------
    epoch : int
        How many epochs were complete.
    step : int
        How many steps of the next one were.
    parameters : tuple of float
        In the order of the model's `parameters()`.
    """

    epoch: int
    step: int
    parameters: tuple[float, ...]


@dataclass
class FilmStrip:
    """What a film shows.

    Attributes
    ----------
    model : Module
        The network that learnt; its parameters are taken from the frames.
    X, y : sequence
        The examples that it learnt from, and those held out after them.
    learnt : int
        How many of them it learnt from.
    loss : callable
        ``loss(output, target)`` of one example.
    loss_name : str
        What it is called.
    feature_names, class_names : sequence of str
        Empty where nobody named them.
    axes : tuple of two ints
        The two inputs that the plane shows; empty where there are not two.
    kind : {"classes", "signs", "numbers"}
        What `y` holds.
    frames : list of Frame
        In the order of time.
    series : mapping of str to sequence of float
        What was measured, one number an epoch: "loss", "val_loss" and so on.
    places : sequence of int
        Where each example stood in the data; empty where they are in that order.
    before : mapping of str to float
        The losses before anything was learnt, by the names of the series; empty where nobody measured them.
    """

    model: Any
    X: Sequence[Sequence[float]]
    y: Sequence[Any]
    learnt: int
    loss: Callable[[Any, Any], Any]
    loss_name: str
    feature_names: Sequence[str] = ()
    class_names: Sequence[str] = ()
    axes: tuple[int, ...] = (0, 1)
    kind: str = "classes"
    frames: list[Frame] = field(default_factory=list)
    series: Mapping[str, Sequence[float]] = field(default_factory=dict)
    places: Sequence[int] = ()
    before: Mapping[str, float] = field(default_factory=dict)

    def take(self, epoch: int, step: int = 0) -> None:
        """Keep the parameters as they are now."""
        self.frames.append(Frame(epoch, step, tuple([p.data for p in self.model.parameters()])))


def moment_name(epoch: int, step: int) -> str:
    """Name a moment as people count: the first step of all is step 1 of epoch 1.

    Parameters
    ----------
    epoch, step : int
        How many epochs were complete, and how many steps of the next one; as a `Frame` has them.

    Returns
    -------
    str

    Examples
    --------
    >>> moment_name(0, 0), moment_name(0, 3), moment_name(2, 0)
    ('start', 'epoch 1, step 3', 'epoch 2')
    """
    if step:
        return say("epoch {epoch}, step {step}", epoch=epoch + 1, step=step)
    return say("epoch {epoch}", epoch=epoch) if epoch else say("start")
