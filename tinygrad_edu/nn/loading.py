"""With this module one can read a saved model again."""

from __future__ import annotations

import os
from typing import Any

from . import model_file
from .description import KINDS
from .initial import built_blank


def build(architecture: Any) -> Any:
    """Build the module that an architecture describes, and before it those that it is made of."""
    if not isinstance(architecture, dict):
        raise ValueError("it was saved from a class that is not this package's; build that and use its method load")
    options = {name: _built(option) for name, option in architecture.items() if name != "type"}
    kind = architecture.get("type")
    if not isinstance(kind, str) or kind not in KINDS:
        raise ValueError(f"it describes a {kind!r:.80}, which this package does not know")
    return KINDS[kind].rebuild(options)


def _built(option: Any) -> Any:
    if isinstance(option, list):
        return [_built(item) for item in option]
    return build(option) if isinstance(option, dict) else option


def load(path: str | os.PathLike[str]) -> Any:
    """Rebuild a module that was saved with `Module.save`, numbers and all.

    Parameters
    ----------
    path : path
        The file.

    Returns
    -------
    Module
        Of this package's classes. For a class of your own build it yourself and call its method `load`.

    Raises
    ------
    OSError
        If the file cannot be read.
    ValueError
        If it is no saved model, or one of a class that is not this package's.
    """
    saved = model_file.read(path)
    try:
        module = built_blank(len(saved["state"]), build, saved["architecture"])
    except (TypeError, KeyError, IndexError, ValueError, RecursionError) as error:
        raise ValueError(f"cannot rebuild the model in {os.fspath(path)!r}: {error}") from None
    module.load_state_dict(saved["state"])
    return module
