"""With this module one can tell which outputs of a model, in an array, name the right class."""

from __future__ import annotations

from typing import Any, Literal

from .batches import all_finite

Kind = Literal["classes", "signs", "numbers"]


def are_right(outputs: Any, labels: Any, kind: Kind) -> Any:
    """Tell of each output whether it names the class in `labels`."""
    import numpy as np

    truth = labels > 0 if outputs.ndim == 1 or kind == "signs" else labels
    if outputs.ndim == 1:
        found = outputs > 0.0
    elif all_finite(outputs):
        found = outputs.argmax(1)
    else:  # nan as Python's max takes it: larger than nothing, but not beaten where it stands first
        scores = np.where(np.isnan(outputs), -np.inf, outputs)
        scores[np.isnan(outputs[:, 0]), 0] = np.inf
        found = scores.argmax(1)
    return found == truth
