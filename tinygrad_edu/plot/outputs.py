"""With this module pictures ask a model about many examples."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..compiler import compile
from ..training.examples import predict

_COMPILED_FROM = 500  # rows: below, to compile takes longer


def outputs_at(model: Any, rows: Sequence[Any]) -> list[Any]:
    """Give the model's outputs as plain numbers, compiled where there are many rows and the model can be traced."""
    if len(rows) >= _COMPILED_FROM:
        try:
            found = compile(model)(rows)
            return found.tolist()  # type: ignore[no-any-return]
        except Exception:  # whatever the model's own code raises when traced, it may run eagerly
            pass
    return predict(model, rows)


def class_of(output: Any) -> int:
    """Give the class that an output names, as `Module.classify` does."""
    if isinstance(output, list) and len(output) > 1:
        return max(range(len(output)), key=output.__getitem__)
    return int((output[0] if isinstance(output, list) else output) > 0.0)
