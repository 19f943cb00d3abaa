"""With this module others may watch a training: what is recorded after each epoch, and who is called."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from .history import History, layer_gradients

Recorder = Callable[[Any], Any]
Callback = Callable[[History], Any]


def recorders_of(record: Sequence[str] | Mapping[str, Recorder] | None) -> dict[str, Recorder]:
    """Read the argument `record` of `fit`."""
    known: dict[str, Recorder] = {"gradients": layer_gradients, "parameters": lambda model: model.state_dict()}
    if record is None:
        return {}
    if isinstance(record, Mapping):
        for name, recorder in record.items():
            if not callable(recorder):
                raise TypeError(f"record[{name!r}] must be a function of the model, got {recorder!r}")
        return dict(record)
    names = [record] if isinstance(record, str) else list(record)
    for name in names:
        if name not in known:
            raise ValueError(f"cannot record {name!r}; known: {', '.join(known)}, or a dict of functions of the model")
    return {name: known[name] for name in names}


def callbacks_of(callback: Callback | Sequence[Callback] | None) -> list[Callback]:
    """Read the argument `callback` of `fit`: none, one, or several."""
    if callback is None:
        return []
    callbacks = [callback] if callable(callback) else callback
    if isinstance(callbacks, (str, bytes)) or not hasattr(callbacks, "__iter__"):
        raise TypeError(f"callback must be a function of the history, or several in a list, got {callback!r:.60}")
    found = list(callbacks)
    for i, one in enumerate(found):
        if not callable(one):
            raise TypeError(f"callback[{i}] must be a function of the history, got {one!r:.60}")
    return found
