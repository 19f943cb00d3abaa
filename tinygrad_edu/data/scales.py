"""With this module one can measure the place and the width of each feature, to bring them all to one scale."""

from __future__ import annotations

import math
from collections.abc import Sequence
from operator import mul


def scales_of(rows: Sequence[Sequence[float]]) -> tuple[list[float], list[float]]:
    """Give mean and standard deviation of each column, the deviation 1 where it is constant.

    Parameters
    ----------
    rows : sequence of sequences of float, shape (n, features)

    Returns
    -------
    tuple of two lists of float

    Examples
    --------
    >>> scales_of([[1.0, 5.0], [3.0, 5.0]])
    ([2.0, 5.0], [1.0, 1.0])
    """
    columns = list(zip(*rows, strict=True))
    means = [math.fsum(column) / len(column) for column in columns]
    deviations = [
        _spread([x - mean for x in column]) if min(column) < max(column) else 1.0
        for column, mean in zip(columns, means, strict=True)
    ]
    return means, deviations


def _spread(differences: list[float]) -> float:
    return math.sqrt(math.fsum(map(mul, differences, differences)) / len(differences))
