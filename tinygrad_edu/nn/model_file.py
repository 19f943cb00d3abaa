"""With this module one can keep a model in a JSON file that is written whole or not at all, nan and inf included."""

from __future__ import annotations

import contextlib
import errno
import math
import os
from typing import Any

FORMAT = "tinygrad_edu model"
VERSION = 1
_SPECIAL = {"nan": math.nan, "inf": math.inf, "-inf": -math.inf}


def write(path: str | os.PathLike[str], model: dict[str, Any]) -> None:
    """Write `architecture` and `state` to `path`; a file that exists is replaced only by a complete one."""
    import json

    target = os.fspath(path)
    state = {name: number if math.isfinite(number) else str(number) for name, number in model["state"].items()}
    document = {"format": FORMAT, "version": VERSION, "architecture": model["architecture"], "state": state}
    text = json.dumps(document, indent=1, allow_nan=False) + "\n"
    # The text goes to a neighbour first: renaming it is one step, so no reader ever meets half a file.
    directory, name = os.path.split(target)
    draft = os.path.join(directory, f".{name}.{os.getpid()}.tmp")
    try:
        if os.path.isdir(target):
            raise IsADirectoryError(errno.EISDIR, "it is a directory", target)
        with open(draft, "w", encoding="utf-8") as file:
            file.write(text)
        os.replace(draft, target)
    except BaseException as error:
        with contextlib.suppress(OSError):
            os.unlink(draft)
        if isinstance(error, OSError):
            raise type(error)(error.errno, f"cannot save the model ({error.strerror})", target) from None
        raise


def read(path: str | os.PathLike[str]) -> dict[str, Any]:
    """Read what `write` wrote."""
    import json

    with open(path, "rb") as file:
        content = file.read()
    try:
        document = json.loads(content)
        if document["format"] != FORMAT:
            raise ValueError(f"its format is {document['format']!r}")
        version, state = document["version"], document["state"]
        if version != VERSION:
            raise ValueError(f"it is of version {version!r}, this package reads version {VERSION}")
        numbers = {name: _SPECIAL[x] if isinstance(x, str) else x for name, x in state.items()}
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        reason = f"it lacks or does not know {error}" if isinstance(error, KeyError) else error
        raise ValueError(f"{os.fspath(path)!r} is not a model that this package saved: {reason}") from None
    return {"architecture": document.get("architecture"), "state": numbers}
