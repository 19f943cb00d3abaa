"""With this module one can keep a model in a JSON file that is written whole or not at all, nan and inf included."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from typing import Any

from .. import json_numbers
from ..files import write_whole

FORMAT = "tinygrad_edu model"
VERSION = 2
"""In version 1 the parts of a `Sequential` were named modules.0, modules.1, ...; now they are 0, 1, ..."""


def write(path: str | os.PathLike[str], model: dict[str, Any]) -> None:
    """Write `architecture` and `state` to `path`, and `table` if there is one: the columns that the model takes."""
    import json

    state = {name: json_numbers.to_json(number) for name, number in model["state"].items()}
    document = {"format": FORMAT, "version": VERSION, "architecture": model["architecture"], "state": state}
    if model.get("table") is not None:
        document["table"] = model["table"]
    write_whole(path, json.dumps(document, indent=1, allow_nan=False) + "\n")


def read(path: str | os.PathLike[str]) -> dict[str, Any]:
    """Read what `write` wrote."""
    import json

    with open(path, "rb") as file:
        content = file.read()
    try:
        document = json.loads(content)
        if not isinstance(document, dict):
            raise ValueError(f"it holds {document!r:.40}, no table of names")
        if document["format"] != FORMAT:
            raise ValueError(f"its format is {document['format']!r}")
        version, state = document["version"], document["state"]
        if version not in (1, VERSION):
            raise ValueError(f"it is of version {version!r}, this package reads versions 1 and {VERSION}")
        numbers = {name: json_numbers.from_json(x) for name, x in state.items()}
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        reason = f"it lacks or does not know {error}" if isinstance(error, KeyError) else error
        raise ValueError(f"{os.fspath(path)!r} is not a model that this package saved: {reason}") from None
    kept = {"architecture": document.get("architecture"), "table": document.get("table")}
    return {**kept, "state": numbers, "version": version}


def state_for(names: Iterable[str], model: dict[str, Any]) -> dict[str, float]:
    """Give the state of a model that was read under the names that its parameters have today."""
    state: dict[str, float] = model["state"]
    if model["version"] == 1 and {*names} != {*state}:
        return {re.sub(r"(^|\.)modules\.(?=\d+\.)", r"\1", name): number for name, number in state.items()}
    return state
