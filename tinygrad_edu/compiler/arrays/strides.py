"""With this module one can tell whether rows are evenly spaced, so that they are read in place, and order nodes so.

NumPy and BLAS read an array whose elements are evenly spaced along each axis where it lies; rows in any other order
have to be copied together first, which costs as much as the operation itself. Where the operands of a group lie is
settled, but not in which order its nodes are computed: so a few orders are tried, and the one with the fewest copies
is taken.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from .program import Rows


def strides_of(rows: Rows) -> tuple[int, ...] | None:
    """Give the spacing of rows along every axis, if they are evenly spaced and never backwards.

    The spacing can only be what lies between the first rows along each axis; then all others are where that says, or
    not. Rows that are repeated have spacing 0: that is how one number is broadcast over many.
    """
    if rows.ndim == 1 and len(rows) < 1000:  # the usual case, quicker without NumPy
        listed = rows.tolist()
        count = len(listed)
        step = listed[1] - listed[0] if count > 1 else 0
        if count < 2 or (step == 0 and listed.count(listed[0]) == count):
            return (0,)
        if step <= 0 or listed[-1] - listed[0] != step * (count - 1):
            return None
        return (step,) if listed == [*range(listed[0], listed[-1] + 1, step)] else None
    strides = []
    base = int(rows.flat[0])
    expected: Any = base
    for axis, length in enumerate(rows.shape):
        if length == 1:
            strides.append(0)
            continue
        second = [0] * rows.ndim
        second[axis] = 1
        stride = int(rows[tuple(second)]) - base
        if stride < 0:
            return None
        strides.append(stride)
        shape = [1] * rows.ndim
        shape[axis] = length
        expected = expected + stride * np.arange(length).reshape(shape)
    return tuple(strides) if bool((rows == expected).all()) else None


def best_order(columns: list[Rows], count: int) -> tuple[Rows, tuple[int, ...]]:
    """Choose the order of nodes, and the shape, in which most operands are evenly spaced rows.

    Tried are the order in which the nodes were written, and the orders of the rows of an operand: what is sorted by one
    has that one evenly spaced, if it can be. Rows that are not evenly spaced as a line may be so as a table: an operand
    that jumps after every third row is evenly spaced in the shape (n, 3).
    """
    best = None
    orders = [np.arange(count)]
    if count > 1:
        orders += [np.argsort(column, kind="stable") for column in columns if len(columns) < 4]
        orders += [np.lexsort((columns[1 - c], columns[c])) for c in range(2) if len(columns) == 2]
    for order in orders:
        shapes: list[tuple[int, ...]] = [(count,)]
        for column in columns:
            period = _period(column[order])
            if period and (count // period, period) not in shapes:
                shapes.append((count // period, period))
        for shape in shapes:
            gathers = sum(strides_of(column[order].reshape(shape)) is None for column in columns)
            if best is None or gathers < best[0]:
                best = (gathers, order, shape)
        if best is not None and best[0] == 0:
            break
    assert best is not None
    return best[1], best[2]


def _period(rows: Rows) -> int:
    """Give the length of the evenly spaced runs that rows may consist of; 0 if there are none."""
    if len(rows) < 3:
        return 0
    steps = np.diff(rows)
    changes = np.flatnonzero(steps != steps[0])
    if not len(changes):
        return 0
    period = int(changes[0]) + 1
    return period if period > 1 and len(rows) % period == 0 else 0
