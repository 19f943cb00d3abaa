"""With this module one can tell which outputs of a model, in an array, name the right class."""

from __future__ import annotations

from typing import Any, Literal

from .batches import all_finite

Kind = Literal["classes", "signs", "numbers"]


def shares_right(outputs: Any, labels: Any, kind: Kind, several: bool) -> Any:
    """Give the share of outputs that name the class in `labels`.

    Parameters
    ----------
    outputs : ndarray, shape (..., examples), or (..., examples, outputs) if there are `several`
    labels : ndarray, shape (examples,)
    kind : {"classes", "signs"}
    several : bool

    Returns
    -------
    ndarray, shape (...)
    """
    import numpy as np

    truth = labels > 0 if not several or kind == "signs" else labels
    if not several:
        found = outputs > 0.0
    elif all_finite(outputs):
        found = outputs.argmax(-1)
    else:  # nan as Python's max takes it: larger than nothing, but not beaten where it stands first
        scores = np.where(np.isnan(outputs), -np.inf, outputs)
        scores[np.isnan(outputs[..., 0]), 0] = np.inf
        found = scores.argmax(-1)
    return np.add.reduce(found == truth, -1) / len(labels)
