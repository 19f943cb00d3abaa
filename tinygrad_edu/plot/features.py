"""With this module one can choose the two features along which data are best looked at."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from ..arguments import as_integer, unknown
from ..training.examples import Examples


def telling_features(data: Any) -> tuple[int, int]:
    """Find the two features that part the classes best, each taken alone.

    Parameters
    ----------
    data : Dataset or pair (X, y)
        Examples with classes and at least two features.

    Returns
    -------
    tuple of two ints
        Their indices, in the order of the columns: those with the largest ratio of the variance between the classes to
        that within them (the F statistic of an analysis of variance).

    Examples
    --------
    >>> from tinygrad_edu import data
    >>> iris = data.load("iris")
    >>> [iris.feature_names[j] for j in telling_features(iris)]
    ['petal length (cm)', 'petal width (cm)']
    """
    examples = Examples.of(data)
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
    best = sorted(ratios)[:2]
    first, second = sorted(j for _, j in best)
    return first, second


def two_of(names: Sequence[str], features: Any) -> tuple[int, int]:
    """Read a pair of features, given by their indices or names."""
    if not isinstance(features, (tuple, list)) or len(features) != 2:
        raise TypeError(f"features must be a pair of indices or names, got {features!r}")
    found = []
    for feature in features:
        if isinstance(feature, str):
            if feature not in names:
                raise ValueError(unknown("feature", feature, names))
            found.append(list(names).index(feature))
        else:
            j = as_integer(feature, "a feature")
            if not 0 <= j < len(names):
                raise ValueError(f"there is no feature {j}: the data has {len(names)}, counted from 0")
            found.append(j)
    if found[0] == found[1]:
        raise ValueError(f"the two features must differ, got {features!r}")
    return found[0], found[1]
