"""With this module one can read labels of every kind: numbers, truth values, text, in a sequence or a column."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..arguments import as_array, as_integer, as_list, unknown


def as_labels(y: Any) -> tuple[list[Any], bool]:
    """List labels as plain Python objects.

    Parameters
    ----------
    y : sequence, array, Series or tensor
        One item an example; a column of shape (n, 1) is taken as its items.

    Returns
    -------
    list, bool
        The labels, and whether they stood in a column.

    Raises
    ------
    TypeError
        If it is no sequence.

    Examples
    --------
    >>> as_labels([[3], [1]])
    ([3, 1], True)
    """
    labels = [_plain(label) for label in as_list(as_array(y, "y") if hasattr(y, "columns") else y, "y")]
    if labels and all(isinstance(label, (list, tuple)) and len(label) == 1 for label in labels):
        inside = [_plain(label[0]) for label in labels]
        if not any(isinstance(label, (list, tuple)) for label in inside):
            return inside, True
    return labels, False


def _plain(label: Any) -> Any:
    """Give a scalar or row of NumPy's or of a tensor as Python's."""
    return label.tolist() if hasattr(label, "tolist") else label


def as_classes(y: Any, names: Sequence[str] = ()) -> tuple[list[int], tuple[str, ...]]:
    """Read labels as classes counted from 0, and their names if they have any.

    Parameters
    ----------
    y : sequence, array, Series or tensor
        Integers, truth values or text.
    names : sequence of str, optional
        What the classes are called, in their order.

    Returns
    -------
    list of int, tuple of str

    Raises
    ------
    TypeError
        If a label is something else.
    ValueError
        If a label is none of the names.

    Examples
    --------
    >>> as_classes(["b", "a", "b"])
    ([1, 0, 1], ('a', 'b'))
    """
    labels, _ = as_labels(y)
    if labels and all(isinstance(label, bool) for label in labels):
        return [int(label) for label in labels], tuple(names) or ("False", "True")
    if labels and all(isinstance(label, str) for label in labels):
        found = tuple(names) or tuple(sorted(set(labels)))
        for label in labels:
            if label not in found:
                raise ValueError(unknown("class", label, found))
        return [found.index(label) for label in labels], found
    return [as_integer(label, f"y[{i}]") for i, label in enumerate(labels)], tuple(names)
