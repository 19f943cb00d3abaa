"""With this module segments of unequal lengths, one after the other, are put in the order in which they are reduced."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..arrays.program import Operand

Array = Any


def last_first(terms: Operand, offsets: Array) -> Operand:
    """Put the last term of each segment before the others, so that NumPy adds them in the order they had.

    For ``add.reduceat`` adds all but the first, and then these to the first: of c, a and b it makes c + (a + b).

    Parameters
    ----------
    terms : Operand
        Of all segments.
    offsets : ndarray of int
        Where each begins, and where the last ends.

    Returns
    -------
    Operand

    Examples
    --------
    >>> last_first(Operand(True, np.array([1, 2, 3, 4, 5])), np.array([0, 3, 5])).rows.tolist()
    [3, 1, 2, 5, 4]
    """
    assert terms.rows is not None
    rows = np.empty_like(terms.rows)
    rows[1:] = terms.rows[:-1]
    rows[offsets[:-1]] = terms.rows[offsets[1:] - 1]
    return Operand(terms.batched, rows)


def by_length(offsets: Array) -> list[tuple[Array, Array]]:
    """Sort segments by their lengths.

    Parameters
    ----------
    offsets : ndarray of int
        Where each begins, and where the last ends.

    Returns
    -------
    list of (ndarray, ndarray)
        For each length which segments have it, and the places of their elements, one line a segment.
    """
    lengths = np.diff(offsets)
    alike = [np.flatnonzero(lengths == length) for length in np.unique(lengths)]
    return [(which, offsets[which][:, None] + np.arange(lengths[which[0]])) for which in alike]
