"""With this module `fit` keeps what a film of it needs: ``fit(..., record="film")``, then `tinygrad_edu.play`.

The rubber bands of an example are bound to the same recording; ``record="bands"`` keeps it of classifiers that no film
can be made of, too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from ..data.dataset import Dataset
from ..pages.film import Film
from ..pages.filmstrip import FilmStrip
from ..pages.slackening import SlackeningBands
from .examples import Examples
from .history import History
from .telling import most_telling

STEPWISE = 2
"""Epochs of which every step is kept, for most happens there."""
MOST_FRAMES = 400
"""Moments that are kept; of a longer training every second epoch, every fourth and so on."""

_SERIES = ("loss", "val_loss", "accuracy", "val_accuracy")


FILM, BANDS = "film", "bands"
"""What `fit` is told to record for `play` of the history, and for `rubber_band` of it alone."""


def split_off(record: Any) -> tuple[Any, str]:
    """Take what is filmed out of what `fit` is to record, and say what for: "film", "bands", or "" for neither.

    In a mapping, where every other name has a function of the model, these have their own names.
    """
    if record is None or record in (FILM, BANDS):
        return None, record or ""
    if isinstance(record, str):
        return record, ""
    if not isinstance(record, Iterable):
        raise TypeError(
            "record must be names such as 'film' or 'gradients', or a dict of functions of the model such as "
            f"{{'bias': lambda model: ...}}, got {record!r:.60}"
        )
    wanted = FILM if FILM in record else BANDS if BANDS in record else ""
    if isinstance(record, Mapping):
        return {name: recorder for name, recorder in record.items() if name not in (FILM, BANDS)}, wanted
    return [name for name in record if name not in (FILM, BANDS)] if wanted else record, wanted


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
    wanted : {"film", "bands"}
        What it has to be good for.

    Raises
    ------
    TypeError
        If no film, or no bands, can be made of such a network.
    """

    def __init__(
        self,
        model: Any,
        learnt: Examples,
        held_out: Examples | None,
        loss: Callable[[Any, Any], Any],
        loss_name: str,
        data: Any,
        wanted: str = FILM,
    ) -> None:
        X = [*learnt.X, *([] if held_out is None else held_out.X)]
        y: list[Any] = [*learnt.y, *([] if held_out is None else held_out.y)]
        sorted_out = learnt.as_classes() if learnt.one_hot else learnt  # rows with a 1 for the class are classes, too
        kind = sorted_out.kind
        names: Sequence[str] = data.feature_names if isinstance(data, Dataset) else ()
        classes: Sequence[str] = data.class_names if isinstance(data, Dataset) and kind != "numbers" else ()
        if kind != "numbers" and not classes:
            classes = [str(k) for k in range(max(2, *(len(c) if isinstance(c, list) else int(c) + 1 for c in y)))]
        self.strip = FilmStrip(
            model, X, y, len(learnt.X), loss, loss_name, names, list(classes), _axes(sorted_out),
            kind=kind, places=_places(learnt, held_out),
        )  # fmt: skip
        # Refuses what it cannot show, before anything is learnt.
        SlackeningBands(self.strip) if wanted == BANDS else Film(self.strip)
        self.every = 1

    def begin(self, epochs: int, before: Mapping[str, float]) -> None:
        """Keep what there is before anything more is learnt, and the losses of then."""
        self.strip.take(epochs)
        self.strip.before = before

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


def _places(learnt: Examples, held_out: Examples | None) -> list[int]:
    """Say where each example stood in what `fit` was given; those that were given beside it follow."""
    places = list(range(len(learnt.X)) if learnt.places is None else learnt.places)
    if held_out is not None:
        apart = range(len(places), len(places) + len(held_out.X))
        places += apart if held_out.places is None else held_out.places
    return places


def _axes(examples: Examples) -> tuple[int, ...]:
    """Choose the two inputs of the plane; none where there are not two, or an example is no row of numbers."""
    X = examples.X
    if len(X[0]) < 2 or hasattr(X[0][0], "__len__"):
        return ()
    if len(X[0]) == 2 or examples.kind == "numbers" or isinstance(examples.y[0], list):
        return 0, 1
    first, second = sorted(most_telling(examples)[:2])
    return first, second
