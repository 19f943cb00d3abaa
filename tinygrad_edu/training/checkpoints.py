"""With this module a training is kept in a folder while it runs, and goes on from there as if it had never ended.

All that decides what comes next is kept: parameters, the optimiser's memory, the schedule, the state of the random
numbers, the history, the best epoch so far. So a run that was killed and resumed ends with the very numbers, bit by
bit, of one that was not. The file is written whole or not at all.
"""

from __future__ import annotations

import hashlib
import json
import os
import random
import re
from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .. import json_numbers
from ..arguments import as_count
from ..files import remove_drafts, write_whole
from ..optim.base import set_data
from ..optim.schedules import Schedule
from .examples import Examples
from .history import MEASURED, History
from .plain_data import from_json, to_json

if TYPE_CHECKING:
    from .epochs import Training

FORMAT = "tinygrad_edu checkpoint"
VERSION = 1
NAME = "checkpoint.json"
LARGEST = 2**30
"""Bytes of the largest file that is read."""

_KEPT = [field.name for field in fields(History) if field.name != "film"]
"""Of the history; a film begins anew where a run goes on."""


class Keeper:
    """Saves a training every few epochs and when it ends, and brings it back.

    Parameters
    ----------
    folder : path
        Where the file `NAME` is; it is made if it is not there.
    every : int
        After how many epochs to save.
    settings : dict of str to str
        What the run is made of, in words: a checkpoint of other settings is refused.
    """

    def __init__(self, folder: str | os.PathLike[str], every: int, settings: Mapping[str, str]) -> None:
        self.path = Path(folder) / NAME
        self.every = every
        self.settings = dict(settings)
        self._random = random.getstate()
        self._saved = -1

    def begin(self, training: Training) -> None:
        """Make the folder, clear away what killed runs left, and save what training begins with: so saving works."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        remove_drafts(self.path.parent)
        self.end(training)

    def after_epoch(self, training: Training) -> None:
        """Save, if it is time."""
        if training.history.epochs % self.every == 0 or training.history.stopped:
            self._save(training)

    def end(self, training: Training) -> None:
        """Save how things stand, unless that is done."""
        if self._saved != training.history.epochs:
            self._save(training)

    def _save(self, training: Training) -> None:
        training.engine.synchronise()
        document = {"format": FORMAT, "version": VERSION, "settings": self.settings, **_state_of(training)}
        moved = random.getstate()
        document["random"] = None if moved == self._random else moved  # where the model draws from Python's own
        write_whole(self.path, json.dumps(to_json(document), allow_nan=False) + "\n")
        self._saved = training.history.epochs

    def read(self) -> dict[str, Any] | None:
        """Read the checkpoint; None if there is none.

        Raises
        ------
        ValueError
            If the file is something else, or of a run with other settings.
        """
        try:
            with open(self.path, "rb") as file:
                size = os.fstat(file.fileno()).st_size
                content = file.read(LARGEST + 1)
        except FileNotFoundError:
            return None
        try:
            if len(content) > LARGEST:
                raise ValueError(f"it has {max(size, len(content)):,} bytes, more than {LARGEST:,}")
            document = json.loads(content)
            if document["format"] != FORMAT:
                raise ValueError(f"its format is {document['format']!r:.40}")
            if document["version"] != VERSION:
                raise ValueError(f"it is of version {document['version']!r:.40}, this package reads {VERSION}")
            found: dict[str, Any] = from_json(document)
            settings = {str(name): str(text) for name, text in found["settings"].items()}
        except _NOT_OURS as error:
            raise self._refusal(error) from None
        differing = [
            f"{name}: {settings.get(name, 'nothing')} then, {self.settings.get(name, 'nothing')} now"
            for name in sorted({*settings, *self.settings})
            if settings.get(name) != self.settings.get(name)
        ]
        if differing:
            raise ValueError(
                f"{os.fspath(self.path)!r} is a checkpoint of another run ({'; '.join(differing)}): resume it with the "
                "same model, data and settings, or begin anew with resume=False"
            )
        return found

    def restore(self, training: Training, found: Mapping[str, Any]) -> None:
        """Bring a training to where a checkpoint was; wholly, or not at all.

        Raises
        ------
        ValueError
            If the checkpoint does not fit the training. Nothing has been changed then.
        """
        before = _state_of(training)
        try:
            _become(training, found)
        except BaseException as error:
            _become(training, before)
            if isinstance(error, _NOT_OURS):
                raise self._refusal(error) from None
            raise
        if found["random"] is not None:
            random.setstate(_as_random_state(found["random"]))
        training.started -= training.history.seconds
        self._saved = training.history.epochs

    def _refusal(self, error: Exception) -> ValueError:
        reason = f"it lacks or does not know {error}" if isinstance(error, KeyError) else error
        return ValueError(f"{os.fspath(self.path)!r} is not a checkpoint that this package saved: {reason}")


_NOT_OURS = (ValueError, KeyError, TypeError, AttributeError, IndexError, OverflowError, RecursionError)


def digest(examples: Examples) -> str:
    """Say in a few words which examples these are."""
    content = repr((examples.X, examples.y, examples.weights)).encode()
    return f"{len(examples.y)} examples, {hashlib.blake2b(content, digest_size=6).hexdigest()}"


def _state_of(training: Training) -> dict[str, Any]:
    """Give all that decides what comes next."""
    ours = {id(p) for p in training.model.parameters()}
    return {
        "model": _model_state(training.model),
        "others": [p.data for p in training.optimizer.params if id(p) not in ours],
        "optimizer": training.optimizer.state_dict(),
        "schedule": None if training.schedule is None else training.schedule.state_dict(),
        "generator": training.generator.getstate(),
        "history": {name: getattr(training.history, name) for name in _KEPT},
        "watch": None if training.watch is None else training.watch.state_dict(),
    }


def _model_state(model: Any) -> dict[str, float]:
    if hasattr(model, "state_dict"):
        state: dict[str, float] = model.state_dict()
        return state
    return {str(i): p.data for i, p in enumerate(model.parameters())}


def _become(training: Training, state: Mapping[str, Any]) -> None:
    """Take a state over, bit by bit; what does not fit is an error on the way."""
    history = _as_history(state["history"], training.history)
    generator = _as_random_state(state["generator"])
    random.Random().setstate(generator)
    ours = {id(p) for p in training.model.parameters()}
    others = [p for p in training.optimizer.params if id(p) not in ours]
    numbers = [json_numbers.from_json(number) for number in state["others"]]
    if len(numbers) != len(others):
        raise ValueError(f"it has {len(numbers)} parameters beside the model's, and here are {len(others)}")
    if training.watch is not None:
        training.watch.load_state_dict(state["watch"], len(training.optimizer.params))
    if training.schedule is not None:
        training.schedule.load_state_dict(state["schedule"])
    training.optimizer.load_state_dict(state["optimizer"])
    set_data(others, numbers)
    if hasattr(training.model, "load_state_dict"):
        training.model.load_state_dict(state["model"])
    else:
        parameters = training.model.parameters()
        set_data(parameters, [float(state["model"][str(i)]) for i in range(len(parameters))])
    training.generator.setstate(generator)
    for name in history:
        setattr(training.history, name, history[name])


def _as_random_state(found: Any) -> Any:
    version, numbers, gauss = found
    return version, tuple(numbers), gauss


def _as_history(found: Mapping[str, Any], ours: History) -> dict[str, Any]:
    """Look through the history of a checkpoint: whether it is one, of a run that measures what this one does."""
    history = {name: found[name] for name in _KEPT}
    epochs = len(history["loss"])
    for name in ("metrics", "recorded"):
        if list(history[name]) != list(getattr(ours, name)):
            raise ValueError(f"its {name} are {list(history[name])}, not {list(getattr(ours, name))}")
    series = [history[name] for name in (*MEASURED, "lr")] + list(history["metrics"].values())
    for numbers in series:
        if not isinstance(numbers, list) or not all(isinstance(x, float) for x in numbers):
            raise ValueError(f"its history holds {numbers!r:.40} where there should be numbers")
    if any(len(items) not in (0, epochs) for items in (*series, *history["recorded"].values())):
        raise ValueError("its history is not of one length")
    return history


def described(thing: Any) -> str:
    """Say in a line what a model or a schedule is made of."""
    if isinstance(thing, Schedule):
        numbers = {name: x for name, x in vars(thing).items() if isinstance(x, (bool, int, float, str, list))}
        changing = ("last_epoch", "base_lrs")
        return f"{type(thing).__name__}({', '.join(f'{k}={x}' for k, x in numbers.items() if k not in changing)})"
    if hasattr(thing, "__qualname__"):
        return str(thing.__qualname__)
    return re.sub(r" at 0x[0-9a-fA-F]+|\s+", " ", repr(thing))[:200]


def keeper_of(folder: Any, every: Any, resume: Any, settings: Mapping[str, Any]) -> Keeper | None:
    """Read the arguments `checkpoint`, `every` and `resume` of `fit`; the settings become words."""
    if folder is None:
        if resume:
            raise ValueError("resume=True goes on from a checkpoint: say in which folder, checkpoint='run/'")
        return None
    if not isinstance(folder, (str, os.PathLike)) or not os.fspath(folder):
        raise TypeError(f"checkpoint is a folder, such as 'run/', got {folder!r:.60}")
    words = {
        name: digest(item) if isinstance(item, Examples) else item if isinstance(item, str) else described(item)
        for name, item in settings.items()
    }
    return Keeper(folder, as_count(every, "every"), words)
