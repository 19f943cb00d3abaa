"""With this module one can read labels of every kind: numbers, truth values, text, in a sequence or a column."""

from __future__ import annotations

from collections.abc import Sequence
from numbers import Real
from typing import Any

from ..arguments import as_array, as_list, as_plain, unknown


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
    if hasattr(y, "columns"):  # a DataFrame, whose single column may hold text
        y = [[label] for label in y.iloc[:, 0].tolist()] if len(y.columns) == 1 else as_array(y, "y")
    labels = [as_plain(label, f"y[{i}]") for i, label in enumerate(as_list(y, "y"))]
    if labels and all(isinstance(label, (list, tuple)) and len(label) == 1 for label in labels):
        inside = [as_plain(label[0], f"y[{i}][0]") for i, label in enumerate(labels)]
        if not any(isinstance(label, (list, tuple)) for label in inside):
            return inside, True
    return labels, False


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
    for i, label in enumerate(labels):
        if label is None or type(label).__name__ in ("NAType", "NaTType") or label != label:
            raise TypeError(f"y[{i}] is missing, got {label!r}: leave the example out")
    return [_class_of(label, i) for i, label in enumerate(labels)], tuple(names)


def _class_of(label: Any, i: int) -> int:
    """Read a label that counts a class, or say what to write instead."""
    if hasattr(label, "__index__") and not isinstance(label, bool):
        return int(label)
    remedy = "give integers from 0, truth values, or text"
    if isinstance(label, bytes):
        remedy = "make text of it, label.decode()"
    elif isinstance(label, (list, tuple)):
        remedy = "of rows of zeros with a single 1 write row.index(1)"
    elif isinstance(label, (str, bool)):
        remedy = "labels are of different kinds: write str(label) for every one"
    elif isinstance(label, Real) and float(label).is_integer():
        remedy = "if these are classes write int(label) for every one; if they are values to approximate kind='numbers'"
    elif isinstance(label, Real):
        remedy = "values to approximate are read with kind='numbers'"
    elif hasattr(label, "backward"):
        remedy = "take its number, int(label.data)"
    raise TypeError(f"y[{i}] must be an integer, got {label!r:.60}; {remedy}")
