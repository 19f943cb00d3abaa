"""With this module one can find the features that part the classes best."""

from __future__ import annotations

import math
from typing import Any

from .examples import Examples


def most_telling(examples: Examples) -> list[int]:
    """Give the features, the one first that parts the classes best, taken alone.

    Parameters
    ----------
    examples : Examples
        Of classes.

    Returns
    -------
    list of int
        By the ratio of the variance between the classes to that within them, the F statistic of an analysis of
        variance.
    """
    ratios = []
    for j, column in enumerate(zip(*examples.X, strict=True)):
        groups: dict[Any, list[float]] = {}
        for x, label in zip(column, examples.y, strict=True):
            groups.setdefault(label, []).append(x)
        mean = math.fsum(column) / len(column)
        centres = {label: math.fsum(group) / len(group) for label, group in groups.items()}
        between = math.fsum(len(group) * (centres[label] - mean) ** 2 for label, group in groups.items())
        within = math.fsum((x - centres[label]) ** 2 for label, group in groups.items() for x in group)
        ratios.append((-(between / within if within else math.inf if between else 0.0), j))
    return [j for _, j in sorted(ratios)]
