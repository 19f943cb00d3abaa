"""With this module one can read a saved model again."""

from __future__ import annotations

import os
from itertools import pairwise
from typing import Any

from ..arguments import as_count, counted
from . import model_file
from .arguments import sizes_of
from .layers import MLP, Layer, Neuron
from .pipeline import Sequential, Standardize


def _count(architecture: Any) -> int:
    """Count the numbers of the state of what an architecture describes, without building it."""
    parts, count = [architecture], 0
    while parts:
        described = parts.pop()
        if not isinstance(described, dict):
            raise ValueError("it was saved from a class that is not this package's; build that and use its method load")
        sizes = [as_count(described[key], key) for key in ("nin", "nout", "features") if key in described]
        if "nouts" in described:
            sizes += sizes_of(described["nouts"])
        if described.get("type") == "Standardize":  # a mean and a deviation for each
            count += 2 * sizes[0]
        elif described.get("type") == "Neuron":
            count += sizes[0] + 1
        elif described.get("type") == "Sequential":
            parts += described["modules"]
        else:  # weights and biases of layers
            count += sum((before + 1) * size for before, size in pairwise(sizes))
    return count


def build(architecture: Any) -> Any:
    """Build the module that an architecture describes, with numbers yet to be loaded."""
    if not isinstance(architecture, dict):
        raise ValueError("it was saved from a class that is not this package's; build that and use its method load")
    arguments = dict(architecture)
    kind = arguments.pop("type", None)
    if kind == "Sequential":
        return Sequential(*map(build, arguments["modules"]))
    if kind == "Standardize":
        size = as_count(arguments["features"], "features")
        return Standardize([0.0] * size, [1.0] * size)
    kinds: dict[Any, Any] = {"Neuron": Neuron, "Layer": Layer, "MLP": MLP}
    if kind not in kinds:
        raise ValueError(f"it describes a {kind!r}, which this package does not know")
    return kinds[kind](**arguments, seed=0)


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
        count, held = _count(saved["architecture"]), len(saved["state"])
        if count != held:  # before it is built: a short file may describe a network that fills the memory
            described = counted(count, "number") if count < 10**15 else "more than 10**15 numbers"
            raise ValueError(f"it describes {described}, but holds {counted(held, 'number')}")
        module = build(saved["architecture"])
    except (TypeError, KeyError, IndexError, ValueError, RecursionError) as error:
        raise ValueError(f"cannot rebuild the model in {os.fspath(path)!r}: {error}") from None
    module.load_state_dict(saved["state"])
    return module
