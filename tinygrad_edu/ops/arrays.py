"""With this module operations meet NumPy's arrays, without importing NumPy: an array exists only where it is loaded.

Where an array meets a kind of number of ours, the answer is an array of such numbers, item by item. NumPy does the
rest: of an array of objects, ``x @ w``, ``x.sum()`` and ``x[1:] - x[:-1]`` apply Python's operators to the items, and
``np.sin(x)`` calls their method ``sin``.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from typing import Any

from .protocol import Number


def is_array(item: Any) -> bool:
    """Tell whether something is a NumPy array.

    Parameters
    ----------
    item : object

    Returns
    -------
    bool

    Examples
    --------
    >>> is_array([1.0])
    False
    """
    numpy = sys.modules.get("numpy")
    return numpy is not None and isinstance(item, getattr(numpy, "ndarray", ()))


def array_of(items: Sequence[Any], shape: tuple[int, ...]) -> Any:
    """Make an array of items: of float64 if they are floats, of bools, or of objects if numbers of ours are among them.

    Parameters
    ----------
    items : sequence
        From left to right, as many as `shape` says.
    shape : tuple of int

    Returns
    -------
    numpy.ndarray

    Examples
    --------
    >>> array_of([1.0, 2.0], (2, 1))
    array([[1.],
           [2.]])
    """
    import numpy as np

    if not any(isinstance(item, Number) for item in items):
        array = np.array(items, float if not items or type(items[0]) is int else None)
        return array.reshape(shape)
    array = np.empty(len(items), object)
    array[:] = items
    return array.reshape(shape)


def item_by_item(apply: Callable[..., Any], left: Any, right: Any) -> Any:
    """Apply an operation of two operands to a number of ours and each item of an array.

    Parameters
    ----------
    apply : callable
        An operation, or a comparison.
    left, right : Number and numpy.ndarray
        In either order.

    Returns
    -------
    numpy.ndarray or Number
        An array of the shape of the one given; of an array of no axis what its item gives.
    """
    if is_array(left):
        made = [apply(item, right) for item in items_of(left)]
        return array_of(made, left.shape) if left.shape else made[0]
    made = [apply(left, item) for item in items_of(right)]
    return array_of(made, right.shape) if right.shape else made[0]


def items_of(array: Any) -> list[Any]:
    """List the items of an array, of any subclass, as Python's numbers; times stay NumPy's, which are no numbers.

    Parameters
    ----------
    array : numpy.ndarray

    Returns
    -------
    list
    """
    import numpy as np

    flat = np.ma.asarray(array).ravel() if hasattr(array, "filled") else np.asarray(array).ravel()
    items: list[Any] = list(flat) if flat.dtype.kind in "mM" else flat.tolist()
    return items


def meet(op: Callable[..., Any], left: Any, right: Any) -> Any:
    """Answer for a number and what it cannot take in: an array item by item, a kind of number of a higher rank not."""
    return item_by_item(op, left, right) if is_array(left) or is_array(right) else NotImplemented
