"""With this module `fit` keeps what a film of it needs: ``fit(..., record="film")``, then `tinygrad_edu.play`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ..data.dataset import Dataset
from ..pages.film import Film
from ..pages.filmstrip import FilmStrip
from .examples import Examples
from .history import History
from .telling import most_telling

STEPWISE = 2
"""Epochs of which every step is kept, for most happens there."""
MOST_FRAMES = 400
"""Moments that are kept; of a longer training every second epoch, every fourth and so on."""

_SERIES = ("loss", "val_loss", "accuracy", "val_accuracy")


FILM = "film"
"""What `fit` is told to record for one."""


def split_off(record: Any) -> tuple[Any, bool]:
    """Take the film out of what `fit` is to record, and say whether it was there.

    In a mapping, where every other name has a function of the model, the film has its own name.
    """
    if record is None or record == FILM:
        return None, record == FILM
    if isinstance(record, Mapping):
        rest = {name: recorder for name, recorder in record.items() if recorder != FILM}
        return rest, len(rest) < len(record)
    if isinstance(record, str) or FILM not in record:
        return record, False
    return [name for name in record if name != FILM], True


class Camera:
    """Takes the frames of a film, whenever it is told that something has changed.

    Parameters
    ----------
    model : Module
    learnt, held_out : Examples, Examples or None
    loss : callable
    loss_name : str
    data : object
        What `fit` was given; a Dataset names its features and classes.

    Raises
    ------
    TypeError
        If no film can be made of such a network.
    """

    def __init__(
        self,
        model: Any,
        learnt: Examples,
        held_out: Examples | None,
        loss: Callable[[Any, Any], Any],
        loss_name: str,
        data: Any,
    ) -> None:
        X = [*learnt.X, *([] if held_out is None else held_out.X)]
        y: list[Any] = [*learnt.y, *([] if held_out is None else held_out.y)]
        names: Sequence[str] = data.feature_names if isinstance(data, Dataset) else ()
        classes: Sequence[str] = data.class_names if isinstance(data, Dataset) and learnt.kind != "numbers" else ()
        if learnt.kind != "numbers" and not classes:
            classes = [str(k) for k in range(max(2, *(int(c) + 1 for c in y if not isinstance(c, list))))]
        self.strip = FilmStrip(
            model, X, y, len(learnt.X), loss, loss_name, names, list(classes), _axes(learnt), kind=learnt.kind
        )
        Film(self.strip)  # refuses what it cannot show, before anything is learnt
        self.every = 1

    def after_step(self, epoch: int, step: int) -> None:
        """Keep a step of the first epochs."""
        self.strip.take(epoch, step)

    def after_epoch(self, history: History) -> None:
        """Keep the end of an epoch, and what was measured."""
        strip, epoch = self.strip, history.epochs
        strip.series = {name: list(getattr(history, name)) for name in _SERIES}
        if epoch % self.every:
            return
        strip.take(epoch)
        if len(strip.frames) > MOST_FRAMES:
            self.every *= 2
            strip.frames = [f for f in strip.frames if f.step or f.epoch % self.every == 0 or f.epoch <= STEPWISE]

    def last(self, history: History) -> None:
        """Let the film end as the training did."""
        if self.strip.frames[-1].epoch < history.epochs:
            self.strip.take(history.epochs)


def _axes(examples: Examples) -> tuple[int, int]:
    width = len(examples.X[0])
    if width < 2:
        raise TypeError('a film shows a plane of two inputs, and this network has one: record "parameters" instead')
    if width == 2 or examples.kind == "numbers" or isinstance(examples.y[0], list):
        return 0, 1
    first, second = sorted(most_telling(examples)[:2])
    return first, second
